//! The releases and incidents of a window.

use super::audit;
use super::changed_files;
use super::workspace::Workspace;
use crate::git::releases::{self, Dated};
use crate::insight::stats::{Facts, Release};
use crate::model::event::{Kind, Pointer};
use crate::model::habit::sort_out;
use crate::model::incident::Incident;
use crate::model::trailer::{self, HOTFIX, INCIDENT, ROLLBACK};
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};

/// Reads what happened between two moments. What is restricted is counted, but not told.
///
/// # Errors
/// When tags, the record or history cannot be read.
pub fn gather(
    workspace: &Workspace,
    since: DateTime<FixedOffset>,
    until: DateTime<FixedOffset>,
) -> anyhow::Result<Facts> {
    let all = workspace.record().incidents()?;
    let recorded = released(&all);
    let within = |at: DateTime<FixedOffset>| since <= at && at <= until;
    let dated = releases::dated(&workspace.repo)?.into_iter().map(|tag| (tag.name.clone(), tag));
    let releases: Vec<Release> = sort_out(dated, workspace.config.version.scheme)
        .releases
        .into_iter()
        .map(|tag| tag.of)
        .filter(|tag| within(tag.at))
        .map(|tag| Release {
            is_hotfix: recorded.contains(&tag.name) || names_an_incident(&tag),
            at: tag.at,
            tag: tag.name,
        })
        .collect();
    let told = all.iter().filter(|i| within(i.started_at)).filter_map(Incident::tellable);
    let incidents: Vec<Incident> = told.collect();
    let mut files = BTreeMap::new();
    for incident in &incidents {
        files.insert(incident.id.clone(), changed_files::files(workspace, incident)?);
    }
    // Where nobody recorded anything, nothing is known: that is not the same as none.
    let is_recorded = !all.is_empty() || releases.iter().any(|r| r.is_hotfix) || releases.is_empty();
    let found = match is_recorded {
        true => None,
        false => Some(in_history(workspace, since, until)),
    };
    Ok(Facts { since, until, releases, incidents, touched: files, found })
}

/// How many hotfixes the audit finds; none where it cannot look.
fn in_history(workspace: &Workspace, since: DateTime<FixedOffset>, until: DateTime<FixedOffset>) -> usize {
    match audit::gather(workspace, Some(since.to_utc()), until.to_utc(), None) {
        Ok(audit) => audit.fixes.len(),
        Err(error) => {
            log::debug!("history was not examined: {error:#}");
            0
        }
    }
}

/// The releases that records know of.
fn released(incidents: &[Incident]) -> BTreeSet<String> {
    let tagged = |i: &Incident| {
        let tags = i.of_kind(&Kind::Tagged).filter_map(|e| e.reference(Pointer::Tag));
        tags.map(str::to_owned).collect::<Vec<_>>()
    };
    // A rollback takes a change back; it is no hotfix.
    incidents.iter().filter(|i| i.undone().is_none()).flat_map(tagged).collect()
}

/// Whether the tag's message, or its commit's, names the incident that this release was made for. A
/// commit that merges a hotfix back names an incident, too, and another release.
fn names_an_incident(tag: &Dated) -> bool {
    [&tag.message, &tag.commit_message].into_iter().any(|message| {
        let made_for = trailer::values(message, HOTFIX);
        !trailer::values(message, INCIDENT).is_empty()
            && trailer::values(&tag.commit_message, ROLLBACK).is_empty()
            && (made_for.is_empty() || made_for.contains(&tag.name.as_str()))
    })
}
