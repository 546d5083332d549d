//! A release that has some commits of a branch and not all of them: its own, or a colleague's.

use super::hotfix::Hotfix;
use super::release::{Around, around};
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::git::line::Line;
use crate::model::oid::Oid;
use crate::plan::finish::{PartlyOut, Progress};

/// How many commits of a branch are looked at.
const MOST: usize = 200;

/// The release that the branch goes on from, where production does not have all of it.
///
/// # Errors
/// When history cannot be read.
pub(super) fn earlier(
    workspace: &Workspace,
    hotfix: &Hotfix,
    (view, around): (&View, &Around),
    (tip, production): (&Oid, &Oid),
    progress: &Progress,
) -> anyhow::Result<Option<PartlyOut>> {
    let Some(incident) = hotfix.incident.as_ref().filter(|_| *progress == Progress::Ahead) else {
        return Ok(None);
    };
    if let Some(tag) = &incident.tag {
        let is_out = view.tags.contains_key(tag);
        return Ok(is_out.then(|| PartlyOut { tag: tag.clone(), by: None }));
    }
    let (repo, Some(base)) = (&workspace.repo, &incident.base) else { return Ok(None) };
    if !repo.has(base)? {
        return Ok(None);
    }
    let beyond: Vec<Oid> =
        repo.log(tip, std::slice::from_ref(production), MOST)?.into_iter().map(|c| c.oid).collect();
    let mut out = repo.log(tip, std::slice::from_ref(base), MOST)?;
    out.retain(|c| c.parents.len() < 2 && !beyond.contains(&c.oid));
    if out.is_empty() {
        return Ok(None);
    }
    // What came here with production is not the branch's own.
    let (own, line) = (Line::of(repo, tip)?, Line::of(repo, production)?);
    out.retain(|c| own.has(&c.oid) && !line.has(&c.oid));
    let Some(newest) = out.first() else { return Ok(None) };
    let Some(tag) = around.releases.first_with(repo, &around.scheme, &newest.oid, production)? else {
        return Ok(None);
    };
    let object = view.tags.get(&tag.name).unwrap_or(&tag.commit);
    let by = who(&repo.git().text(repo.call("cat-file").args(["-p", object.as_str()]))?);
    Ok(Some(PartlyOut { tag: tag.name, by: by.map(|by| (by, out.len())) }))
}

/// The same without any network, for a hotfix that has no release in this clone's record.
///
/// # Errors
/// When history cannot be read.
pub fn last_known(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Option<PartlyOut>> {
    let incident = hotfix.incident.as_ref().filter(|i| i.is_open() && i.tag.is_none());
    let (Some(incident), Some(tip)) = (incident, hotfix.tip()) else { return Ok(None) };
    let view = fetch::last_known(&workspace.repo, workspace.remote())?;
    let Some(production) = view.heads.get(workspace.production_of(Some(incident))) else { return Ok(None) };
    let has_moved = incident.base.as_ref().is_some_and(|base| base != production);
    if !has_moved || workspace.repo.is_ancestor(tip, production)? {
        return Ok(None);
    }
    let around = around(workspace, &view, &[production])?;
    earlier(workspace, hotfix, (&view, &around), (tip, production), &Progress::Ahead)
}

/// Who made a tag, or the commit that a lightweight one is on.
fn who(object: &str) -> Option<String> {
    let header = object.split("\n\n").next()?;
    let line = header.lines().find_map(|l| l.strip_prefix("tagger ").or(l.strip_prefix("committer ")))?;
    Some(line.split(" <").next()?.trim().to_owned())
}
