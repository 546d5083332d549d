//! How large a change is, and how large hotfixes were here before.

use super::fix::recorded_tip;
use super::workspace::Workspace;
use super::{Hotfix, affected_cache};
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::git::{attributes, history};
use crate::insight::scope::{self, Changed, SMALL, Scope};
use crate::model::change::FileChange;
use crate::model::incident::End;
use crate::model::oid::Oid;
use crate::model::plan::DiffStat;
use crate::model::text::{count, first, safe};
use std::collections::BTreeMap;

/// How many earlier hotfixes a change is compared with.
const PAST: usize = 10;

/// A change between two commits.
#[derive(Clone, Debug, Default)]
pub struct Measured {
    pub files: Vec<FileChange>,
    pub stat: DiffStat,
    pub scope: Scope,
}

impl Measured {
    /// A sentence about files whose lines nobody can read: they count for nothing else.
    pub fn unreadable(&self) -> Option<String> {
        let binary: Vec<String> = self.files.iter().filter(|f| f.binary).map(|f| safe(&f.path)).collect();
        (!binary.is_empty()).then(|| {
            format!("{} without lines to read or count: {}", count(binary.len(), "file"), first(&binary, 3))
        })
    }
}

/// Measures it: sizes, kinds of files, white space.
///
/// # Errors
/// When the commits cannot be read.
pub fn measure(workspace: &Workspace, old: &Oid, new: &Oid) -> anyhow::Result<Measured> {
    let repo = &workspace.repo;
    let files = repo.changes(old, new)?;
    let substance: BTreeMap<String, u64> = if files.is_empty() {
        BTreeMap::new()
    } else {
        repo.substance(old, new)?.into_iter().map(|c| (c.path.clone(), c.lines())).collect()
    };
    let paths: Vec<&str> = files.iter().map(|f| f.path.as_str()).collect();
    // By the attributes of production: a branch does not say of its own files that they do not count.
    let made = attributes::generated(repo, old, &paths)?;
    let changed: Vec<Changed<'_>> = files
        .iter()
        .map(|f| {
            let formatting = f.lines().saturating_sub(substance.get(&f.path).copied().unwrap_or(0));
            Changed { path: &f.path, lines: f.lines(), formatting, made: made.contains(&f.path) }
        })
        .collect();
    let stat = DiffStat::of(&files);
    let scope = scope::weigh(&changed, &workspace.config.guard);
    Ok(Measured { files, stat, scope })
}

/// As [`measure`], compared with earlier hotfixes where the change is large enough to ask.
///
/// # Errors
/// When history cannot be read.
pub fn compare(
    workspace: &Workspace,
    (old, new): (&Oid, &Oid),
    production: &Oid,
    incident: Option<&str>,
) -> anyhow::Result<Measured> {
    let mut measured = measure(workspace, old, new)?;
    if measured.scope.size.lines > SMALL {
        measured.scope.past = past(workspace, production, incident)?;
    }
    Ok(measured)
}

/// What a hotfix changes so far, compared with earlier ones; `None` before it has a commit.
///
/// # Errors
/// When history cannot be read.
pub fn of_hotfix(workspace: &Workspace, view: &View, hotfix: &Hotfix) -> anyhow::Result<Option<Measured>> {
    let incident = hotfix.incident.as_ref();
    let production = view.heads.get(workspace.production_of(incident));
    let (Some(tip), Some(production)) = (hotfix.tip(), production) else { return Ok(None) };
    // Beyond what production has by now; on a released hotfix, what it brought.
    let fork = workspace.repo.merge_base(production, tip)?.filter(|fork| fork != tip);
    let Some(base) = fork.or_else(|| incident.and_then(|i| i.base.clone())).filter(|base| base != tip) else {
        return Ok(None);
    };
    let mut measured = compare(workspace, (&base, tip), production, hotfix.id())?;
    measured.scope.outside = affected_cache::known(workspace, hotfix).map(|a| a.outside).unwrap_or_default();
    Ok(Some(measured))
}

/// The lines of the last hotfixes, newest first: from the records, and where there are few from
/// the merges of hotfix branches on production.
fn past(workspace: &Workspace, production: &Oid, but: Option<&str>) -> anyhow::Result<Vec<u64>> {
    let repo = &workspace.repo;
    let mut spans: Vec<(Oid, Oid)> = Vec::new();
    for incident in workspace.record().incidents()?.iter().rev() {
        let other = incident.end == Some(End::Finished) && Some(incident.id.as_str()) != but;
        if let (true, Some(base), Some(tip)) = (other, &incident.base, recorded_tip(incident))
            && repo.has(base)?
            && repo.has(&tip)?
        {
            spans.push((base.clone(), tip));
        }
    }
    if spans.len() < PAST {
        let prefix = &workspace.config.branches.prefix;
        let merged = |subject: &str| subject.contains(prefix.as_str()) && !prefix.is_empty();
        for (parents, subject) in history::first_parents(repo, production)? {
            if let ([before, tip], true) = (parents.as_slice(), merged(&subject))
                && !spans.iter().any(|(_, known)| known == tip)
                && let Some(base) = repo.merge_base(before, tip)?
            {
                spans.push((base, tip.clone()));
            }
            if spans.len() >= PAST {
                break;
            }
        }
    }
    spans.truncate(PAST);
    spans.iter().map(|(old, new)| Ok(measure(workspace, old, new)?.scope.size.lines)).collect()
}
