//! A hotfix branch that was made without this program gets a record when one is needed.

use crate::facts::{Hotfix, Site};
use crate::git::access::Access;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::incident::{ADOPTED, Incident};

/// Opens a record for a branch that has none.
///
/// # Errors
/// When the log cannot be written at all.
pub fn record(site: &Site, hotfix: &Hotfix) -> anyhow::Result<Incident> {
    let record = site.record();
    let id = record.new_id(&hotfix.name);
    let production = &site.config.branches.production;
    let mut declared = Draft::new(Kind::Declared, format!("{} existed without a record", hotfix.branch))
        .with("name", hotfix.name.clone())
        .with("title", hotfix.name.clone())
        .with("branch", hotfix.branch.clone())
        .with("production", production.clone())
        .with(ADOPTED, true);
    if let (Some(tip), Some(base)) = (hotfix.tip(), base(site, hotfix)?) {
        // A branch on which nothing happened says nothing about where it started.
        if *tip != base {
            declared = declared.refer("base", &base);
        }
    }
    record.append(&id, declared)?;
    let started = Draft::new(Kind::FixStarted, hotfix.branch.clone()).refer("branch", &hotfix.branch);
    record.note(&id, started);
    record.incident(&id)?.ok_or_else(|| {
        Failure::failed("the incident log could not be written; nothing else was changed").into()
    })
}

fn base(site: &Site, hotfix: &Hotfix) -> anyhow::Result<Option<crate::model::oid::Oid>> {
    let production = &site.config.branches.production;
    let name = match site.remote() {
        Some(remote) => format!("refs/remotes/{remote}/{production}"),
        None => crate::model::plan::head(production),
    };
    let (Some(tip), Some(production)) = (hotfix.tip(), site.repo.find_ref(&name)?) else { return Ok(None) };
    Ok(site.repo.merge_base(tip, &production)?)
}
