//! The names of the hotfixes there are, here and on the remote.

use super::workspace::Workspace;
use crate::git::access::Access;
use crate::model::incident::Incident;
use crate::model::lookalike::look;
use crate::model::name::{is_plain, is_slug};
use crate::model::plan::head;
use crate::model::text::safe;
use std::collections::BTreeSet;

/// Says which other open hotfix a reader takes for this one: whoever can push can open it.
///
/// # Errors
/// When records or refs cannot be read.
pub fn warn_of_look_alikes(workspace: &Workspace, name: &str) -> anyhow::Result<()> {
    let incidents = workspace.record().incidents()?;
    let own = look(name);
    let is_alike = |other: &str| other != name && look(other) == own;
    let mut others: Vec<(&str, &str)> = incidents
        .iter()
        .filter(|i| i.is_open() && is_alike(&i.name))
        .map(|i| {
            (i.name.as_str(), if i.is_own { "is open in this clone" } else { "comes from another clone" })
        })
        .collect();
    let branches = names_beside(workspace, &incidents)?;
    let there = branches.iter().filter(|other| is_alike(other));
    others.extend(there.map(|other| (other.as_str(), "has a branch on the remote only")));
    if let Some((other, what)) = others.first() {
        log::warn!(
            "{} looks like {}, which {what}: make sure that you mean {}",
            spelled(name),
            spelled(other),
            spelled(name)
        );
    }
    Ok(())
}

/// A name as it is told apart from another one: letters that are not of this alphabet by their number.
pub fn spelled(name: &str) -> String {
    let letter = |c: char| if c.is_ascii() { c.to_string() } else { c.escape_unicode().to_string() };
    format!("'{}'", safe(&name.chars().map(letter).collect::<String>()))
}

/// The names of hotfixes whose branch is only on the remote, as last known: a colleague's.
///
/// # Errors
/// When records or refs cannot be read.
pub fn remote_names(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    names_beside(workspace, &workspace.record().incidents()?)
}

/// As [`remote_names`], where the records were read already.
pub(super) fn names_beside(workspace: &Workspace, incidents: &[Incident]) -> anyhow::Result<Vec<String>> {
    let Some(remote) = workspace.remote() else { return Ok(Vec::new()) };
    let known: BTreeSet<&str> = incidents.iter().map(|i| i.name.as_str()).collect();
    let prefix = format!("refs/remotes/{remote}/{}", workspace.config.branches.prefix);
    let branches = workspace.repo.refs(&prefix)?;
    let names = branches.iter().filter_map(|b| b.name.strip_prefix(&prefix));
    // Branches of merge-backs that take a request are no hotfixes; a name that may look like another one, or that
    // has characters that a shell interprets, is not listed.
    let names = names.filter(|name| is_slug(name) && !name.starts_with("back/"));
    Ok(names.filter(|name| !known.contains(name)).map(str::to_owned).collect())
}

/// The names of all open hotfixes: open records, and branches of the prefix without a record.
///
/// # Errors
/// When records or refs cannot be read.
pub fn open_names(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let incidents = workspace.record().incidents()?;
    let mut names: Vec<String> = incidents.iter().filter(|i| i.is_open()).map(|i| i.name.clone()).collect();
    let known: BTreeSet<&str> = incidents.iter().map(|i| i.name.as_str()).collect();
    let prefix = head(&workspace.config.branches.prefix);
    for found in workspace.repo.refs(&prefix)? {
        if let Some(name) = found.name.strip_prefix(&prefix)
            && is_plain(name)
            // A branch that was kept after its hotfix ended is not open.
            && !known.contains(name)
        {
            names.push(name.to_owned());
        }
    }
    names.sort();
    names.dedup();
    Ok(names)
}
