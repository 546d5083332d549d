//! Where a drill takes place: a copy of the repository, or the sample where that cannot show what is asked.

use super::stage::Stage;
use super::{Night, Tale};
use crate::cli::Drill;
use crate::command::Session;
use crate::facts::Workspace;
use crate::system::env::own_program;
use crate::system::files;
use std::path::Path;

/// Inside a repository the drill is about that one; outside, about a small sample.
pub(super) fn set_up<'a>(
    session: &'a Session,
    args: &Drill,
    root: &Path,
    night: Night,
) -> anyhow::Result<Tale<'a>> {
    let (mut stage, from, workspace) = place(session, args, root)?;
    stage.without_a_first_number()?;
    match night {
        Night::Plain => Tale::new(session, stage, from, None, None),
        Night::Pr => {
            let forge = Some(stage.behind_a_forge()?);
            Ok(Tale { forge, ..Tale::new(session, stage, from, None, None)? })
        }
        Night::Conflict => {
            let (production, backs) = match &workspace {
                Some(w) => (w.config.branches.production.clone(), w.config.branches.merge_back.clone()),
                None => ("main".to_owned(), vec!["develop".to_owned()]),
            };
            if let Some(clash) = stage.clash(&backs, &production)? {
                return Tale::new(session, stage, from, Some(clash), None);
            }
            session.ui.say("No branch here gets merge-backs; a small sample is used instead.");
            let stage = another_sample(session, root, &stage)?;
            let clash = stage.clash(&["develop".to_owned()], "main")?;
            Tale::new(session, stage, None, clash, None)
        }
        Night::Rollback => {
            let program = own_program()?;
            if let Some(undone) = release_to_undo(&stage, &program) {
                return Tale::new(session, stage, from, None, Some(undone));
            }
            session.ui.say("No release here can be rolled back; a small sample is used instead.");
            let stage = another_sample(session, root, &stage)?;
            let undone = release_to_undo(&stage, &program);
            Tale::new(session, stage, None, None, undone)
        }
    }
}

/// The sample, where a copy cannot show what was asked for.
fn another_sample(session: &Session, root: &Path, instead_of: &Stage) -> anyhow::Result<Stage> {
    files::remove_dir(&instead_of.remote)?;
    files::remove_dir(&instead_of.clone)?;
    Stage::sample(&session.env, root)
}

/// The release that a rollback would undo.
fn release_to_undo(stage: &Stage, program: &Path) -> Option<String> {
    let done = stage.run(program, &["rollback", "--dry-run", "--json"]).ok().filter(|d| d.success())?;
    let plan: serde_json::Value = serde_json::from_slice(&done.stdout).ok()?;
    plan.get("undone")?.get("tag")?.as_str().map(str::to_owned)
}

/// The stage, what it is a copy of, and the repository that it was copied from.
fn place(
    session: &Session,
    args: &Drill,
    root: &Path,
) -> anyhow::Result<(Stage, Option<String>, Option<Workspace>)> {
    if let Some(from) = &args.from {
        let (stage, workspace) = Stage::clone_from(&session.env, root, from)?;
        return Ok((stage, Some(from.clone()), Some(workspace)));
    }
    let sample = || anyhow::Ok((Stage::sample(&session.env, root)?, None, None));
    match Workspace::open(session.env.clone()) {
        Ok(workspace) if workspace.repo.head_is_unborn() || !has_production(&workspace) => sample(),
        Ok(workspace) => {
            let name = workspace.repo_name();
            Ok((Stage::copy(&session.env, root, &workspace)?, Some(name), Some(workspace)))
        }
        Err(error) if is_outside(&error) => sample(),
        Err(error) => Err(error),
    }
}

pub(super) fn has_production(workspace: &Workspace) -> bool {
    crate::git::fetch::last_known(&workspace.repo, workspace.remote())
        .is_ok_and(|view| view.heads.contains_key(&workspace.config.branches.production))
}

fn is_outside(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<crate::git::GitError>()
        .is_some_and(|e| matches!(e, crate::git::GitError::NoRepository(_) | crate::git::GitError::Gone(_)))
}
