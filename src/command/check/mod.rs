//! `hotfix check`: the checklist.

mod checking;
mod given;

use super::{Desk, Outcome, again, show};
use crate::cli::Check;
use crate::config::Origin;
use crate::engine::chronicle::Chronicle;
use crate::facts::{Hotfix, Site, finish as facts};
use crate::git::access::Access;
use crate::model::checklist::{REVIEWED, Standing, State};
use crate::model::failure::Kind;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::record::Record;
use given::given;

pub use checking::Checking;
pub use given::{Given, waivers};

pub fn run(desk: &Desk, args: &Check) -> Outcome {
    let site = desk.site()?;
    let hotfix = Hotfix::find(&site, args.hotfix.as_deref())?;
    let flag = hotfix.flag(&site);
    let answers = given(&site, args, &flag)?;
    let mut checking = Checking::open(desk, &site, hotfix, args.trust)?;
    let shows_only = answers.is_empty() && only_shows(desk, args, &checking);
    if !shows_only {
        checking.demand_a_change()?;
        // Elsewhere finish refuses what is not committed; here somebody is about to answer.
        if desk.ui.is_interactive() {
            checking.say_uncommitted()?;
        }
    }
    checking.refuse_waiving_all(&answers)?;
    if desk.dry_run() {
        return checking.rehearse(&answers);
    }
    for (id, given) in &answers {
        checking.record_given(id, given)?;
    }
    let mut failed = false;
    let only: Vec<&str> = args.only.iter().map(String::as_str).collect();
    if answers.is_empty() || !only.is_empty() {
        failed = checking.run_commands(&only)?;
        checking.ask_open(&only)?;
    }
    // On disk before it is said.
    checking.record.settle();
    let standings = checking.standings();
    show::checklist(desk, &standings);
    desk.ui.document(checking.document(&standings));
    show::size(desk, &site, &checking.hotfix)?;
    next(desk, &site, &standings, &checking.hotfix);
    Ok(if failed { Kind::Failed.exit_code() } else { 0 })
}

/// Whether nothing will be answered: no command runs, and nobody can be asked.
fn only_shows(desk: &Desk, args: &Check, checking: &Checking<'_>) -> bool {
    let runs = |s: &Standing| {
        s.item.command.is_some()
            && (args.only.is_empty() || args.only.contains(&s.item.id))
            && !s.is_settled()
    };
    !desk.ui.is_interactive() && !checking.standings().iter().any(runs)
}

fn next(desk: &Desk, site: &Site, standings: &[Standing], hotfix: &Hotfix) {
    let flag = hotfix.flag(site);
    let open: Vec<&Standing> = standings.iter().filter(|s| !s.is_settled()).collect();
    desk.ui.say("");
    match open.first() {
        None => {
            let is_public = hotfix.incident.as_ref().is_some_and(|i| i.tag.is_some());
            let what = if is_public { "complete it" } else { "release it" };
            desk.ui.say(format!("Next: {what}\n  {}", again("hotfix finish", &hotfix.name)));
        }
        Some(first) if first.state == State::Fail && first.item.command.is_none() => {
            let id = &first.item.id;
            desk.ui.say(format!("Next: fix what {id} found and commit it, or go without it and say why"));
            desk.ui.say(format!("  git commit -a    or    hotfix check{flag} --waive {id}=\"why\""));
        }
        Some(first) => {
            let id = &first.item.id;
            desk.ui.say(format!("Next: {}", first.item.question));
            let run = if first.item.command.is_some() {
                format!("hotfix check{flag} --only {id}")
            } else if id == REVIEWED && site.remote().is_some() {
                format!("{} --request", again("hotfix review", &hotfix.name))
            } else {
                format!("hotfix check{flag} {id}")
            };
            desk.ui.say(format!("  {run}    or    hotfix check{flag} --waive {id}=\"why\""));
        }
    }
}

/// Whether an item's command comes from the user and not from the repository.
pub fn is_personal(site: &Site, id: &str) -> bool {
    !matches!(site.config.origin(&format!("check.{id}")), Some(Origin::File(_)))
}

/// Writes the hotfix's new commits into the record, oldest first.
///
/// # Errors
/// When history cannot be read.
pub fn note_commits(site: &Site, record: &Record<'_>, incident: &Incident, tip: &Oid) -> anyhow::Result<()> {
    let Some(base) = &incident.base else { return Ok(()) };
    let chronicle = Chronicle::new(record, &incident.id, Some(incident));
    for commit in site.repo.log(tip, std::slice::from_ref(base), 200)?.iter().rev() {
        if commit.parents.len() < 2 {
            chronicle.commit(commit);
        }
    }
    Ok(())
}

/// The checklist of a hotfix as it stands, for other commands.
pub fn standings(site: &Site, hotfix: &Hotfix) -> anyhow::Result<Vec<Standing>> {
    let tree = hotfix.tip().map(|tip| crate::facts::version_commit::tested_tree(site, tip)).transpose()?;
    Ok(facts::standings(site, hotfix, tree.as_ref()))
}
