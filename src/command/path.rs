//! `hotfix path`.

use super::{Desk, Outcome};
use crate::cli::Path;
use crate::facts::Hotfix;
use crate::git::worktree;
use crate::model::failure::Failure;
use crate::model::text::shell_word;
use serde_json::json;

pub fn run(desk: &Desk, args: &Path) -> Outcome {
    let site = desk.site_for_log()?;
    let hotfix = Hotfix::find(&site, args.name.as_deref())?;
    let found = worktree::list(&site.repo)?
        .into_iter()
        .find(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()))
        .ok_or_else(|| {
            Failure::usage(format!("{} is checked out nowhere", hotfix.branch))
                .hint(format!("git switch {}", shell_word(&hotfix.branch)))
        })?;
    desk.ui.answer(found.path.display().to_string());
    desk.ui.document(
        json!({ "name": hotfix.name, "branch": hotfix.branch, "path": found.path.display().to_string() }),
    );
    Ok(0)
}
