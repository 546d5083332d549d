//! Which ref of a release a server refuses, where it refuses all of them and its words name none.

use super::publish::pushing;
use crate::facts::Workspace;
use crate::git::push::{Push, Said, push};
use crate::model::oid::Oid;
use crate::model::plan::{Update, head};

/// Whether the server refuses one ref by itself, for the reason that it gave for all. Nothing is published
/// by asking: it is pushed together with a branch below production's name, which no repository can have
/// beside it, and both or neither arrive. `None` where that cannot be found out.
///
/// # Errors
/// When git cannot be started.
pub(super) fn refuses(
    workspace: &Workspace,
    remote: &str,
    update: &Update,
    (production, tip): (&str, &Oid),
    reason: &str,
) -> anyhow::Result<Option<bool>> {
    let beside = head(&format!("{production}/hotfix-asks"));
    let updates = [update.clone(), Update { name: beside, expect: None, new: tip.clone() }];
    // The hook here was asked about this release already.
    let what = Push { updates: &updates, without_hook: true, ..Push::default() };
    let report = push(&workspace.repo, remote, what, pushing())?;
    Ok(match report.refs.get(&update.name) {
        Some(Said::Refused(why)) => Some(why == reason),
        _ => None,
    })
}
