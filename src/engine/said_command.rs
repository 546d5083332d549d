//! Commands that a release could not run, because it does not have their file: found before it is public.

use crate::facts::{Workspace, deployment};
use crate::model::failure::Problem;
use crate::model::plan::{Release, Stage};
use crate::model::text::{path_word, safe};
use crate::plan::finish::{FinishFacts, Progress};

/// One problem for each command whose file the released tree does not have.
///
/// # Errors
/// When git cannot be read.
pub(super) fn absent(
    workspace: &Workspace,
    facts: &FinishFacts,
    stages: &[Stage],
    release: &Release,
) -> anyhow::Result<Vec<Problem>> {
    let is_out = matches!(facts.progress, Progress::Released { .. });
    let Some(commit) = release.commit.as_ref().filter(|_| !is_out) else { return Ok(Vec::new()) };
    let mut found = Vec::new();
    for stage in stages {
        let Some(path) = deployment::lacks(workspace, stage, commit)? else { continue };
        let add = match facts.revert {
            None => format!("git add {}    # and commit it\n", path_word(&path)),
            Some(_) => String::new(),
        };
        found.push(Problem::new(
            "command",
            format!("{} runs {}, which the released tree does not have", safe(&stage.name), safe(&path)),
            format!("{add}{} --no-deploy    # deploy it by hand", facts.command()),
        ));
    }
    Ok(found)
}
