//! `hotfix path`.

use super::{Outcome, Session, again};
use crate::cli::Path;
use crate::facts::Hotfix;
use crate::git::worktree;
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};
use serde_json::json;

pub fn run(session: &Session, args: &Path) -> Outcome {
    let workspace = session.site_for_log()?;
    let hotfix = Hotfix::find(&workspace, args.name.as_deref())?;
    let found = worktree::list(&workspace.repo)?
        .into_iter()
        .find(|w| w.branch.as_deref() == Some(hotfix.branch.as_str()))
        .ok_or_else(|| {
            let branch = safe(&hotfix.branch);
            if hotfix.tip().is_none() {
                return Failure::usage(format!("{branch} was deleted, so it is not checked out"))
                    .hint(again("hotfix status", &hotfix.name));
            }
            Failure::usage(format!("{branch} is not checked out"))
                .hint(format!("git switch {}", shell_word(&hotfix.branch)))
        })?;
    session.ui.answer(found.path.display().to_string());
    session.ui.document(
        json!({ "name": hotfix.name, "branch": hotfix.branch, "path": found.path.display().to_string() }),
    );
    Ok(0)
}
