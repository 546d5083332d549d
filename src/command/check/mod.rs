//! `hotfix check`: the checklist.

mod checking;
mod given;

use super::{Outcome, Session, again, show};
use crate::cli::Check;
use crate::config::Origin;
use crate::engine::written_once::WrittenOnce;
use crate::facts::{Hotfix, Workspace, astray, brought_back, finish as facts, work};
use crate::git::access::Access;
use crate::git::worktree;
use crate::model::checklist::{REVIEWED, Standing, said_no, waive_options};
use crate::model::failure::Kind;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::text::list;
use crate::record::Record;
use crate::system::signals;
use given::given;

pub use checking::Checking;
pub use given::{Given, waivers};

pub fn run(session: &Session, args: &Check) -> Outcome {
    let workspace = session.workspace()?;
    let hotfix = Hotfix::find(&workspace, args.hotfix.as_deref())?;
    if let Some(refusal) = brought_back::refusal(&workspace, &hotfix) {
        return Err(refusal.into());
    }
    let flag = hotfix.flag(&workspace);
    signals::stands(format!("the answers so far are recorded; hotfix check{flag} asks the rest"));
    let answers = given(&workspace, args, &flag)?;
    let mut checking = Checking::open(session, &workspace, hotfix, args.trust)?;
    let shows_only = answers.is_empty() && only_shows(session, args, &checking);
    if !shows_only {
        checking.demand_a_change()?;
        checking.demand_no_markers()?;
        // Elsewhere finish refuses what is not committed; here somebody is about to answer.
        if session.ui.is_interactive() {
            checking.say_uncommitted()?;
        }
    }
    checking.refuse_waiving_all(&answers)?;
    checking.refuse_yes_to_a_failure(&answers)?;
    if session.dry_run() {
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
    show::checklist(session, &standings);
    session.ui.document(checking.document(&standings));
    show::size(session, &workspace, &checking.hotfix)?;
    next(session, &workspace, &standings, &checking.hotfix)?;
    Ok(if failed { Kind::Failed.exit_code() } else { 0 })
}

/// Whether nothing will be answered: no command runs, and nobody can be asked.
fn only_shows(session: &Session, args: &Check, checking: &Checking<'_>) -> bool {
    let runs = |s: &Standing| {
        s.item.command.is_some()
            && (args.only.is_empty() || args.only.contains(&s.item.id))
            && !s.is_settled()
    };
    !session.ui.is_interactive() && !checking.standings().iter().any(runs)
}

fn next(
    session: &Session,
    workspace: &Workspace,
    standings: &[Standing],
    hotfix: &Hotfix,
) -> anyhow::Result<()> {
    let flag = hotfix.flag(workspace);
    let open: Vec<&Standing> = standings.iter().filter(|s| !s.is_settled()).collect();
    let no = said_no(standings);
    session.ui.say("");
    match open.first() {
        None => {
            let is_public = hotfix.incident.as_ref().is_some_and(|i| i.tag.is_some());
            // A script goes on to finish, which looks itself.
            let stand = match session.ui.is_interactive() && !is_public {
                true => hotfix.stand(workspace, &worktree::list(&workspace.repo)?),
                false => None,
            };
            let unfinished = work::unfinished_at(&workspace.repo, stand.as_ref())?;
            let strayed = match session.ui.is_interactive() && !is_public {
                true => astray::astray(workspace, hotfix, true, stand.as_ref())?,
                false => None,
            };
            let goes_on = || again("hotfix finish", &hotfix.name);
            let (what, command) = match (unfinished.words(), strayed) {
                (Some(words), _) => (words, unfinished.command(stand.as_ref(), &hotfix.branch)),
                (None, Some(astray)) => (astray.words(), astray.command(stand.as_ref(), &hotfix.branch)),
                _ if is_public => ("complete it".to_owned(), goes_on()),
                _ => ("release it".to_owned(), goes_on()),
            };
            session.ui.say(format!("Next: {what}\n  {command}"));
        }
        Some(_) if !no.is_empty() => {
            let (what, waive) = (list(&no), waive_options(&no));
            session.ui.say(format!("Next: fix what {what} found and commit it, or waive it with a reason"));
            session.ui.say("  git commit -a");
            session.ui.say(format!("  hotfix check{flag}{waive}    # or waive it"));
            let by_hand = |s: &&&Standing| no.contains(&s.item.id.as_str()) && !s.was_run_and_failed();
            let again: String =
                open.iter().filter(by_hand).map(|s| format!(" --answer {}=yes", s.item.id)).collect();
            if !again.is_empty() {
                session.ui.say(format!("  hotfix check{flag}{again}    # if the no was a mistake"));
            }
        }
        Some(first) => {
            let id = &first.item.id;
            session.ui.say(format!("Next: {}", first.item.question));
            let run = if first.item.command.is_some() {
                format!("hotfix check{flag} --only {id}")
            } else if id == REVIEWED && workspace.remote().is_some() {
                format!("{} --request", again("hotfix review", &hotfix.name))
            } else {
                format!("hotfix check{flag} {id}")
            };
            session.ui.say(format!("  {run}"));
            session.ui.say(format!("  hotfix check{flag}{}    # or waive it", waive_options(&[id])));
        }
    }
    Ok(())
}

/// Whether an item's command comes from the user and not from the repository.
pub fn is_personal(workspace: &Workspace, id: &str) -> bool {
    !matches!(workspace.config.origin(&format!("check.{id}")), Some(Origin::File(_)))
}

/// Writes the hotfix's new commits into the record, oldest first.
///
/// # Errors
/// When history cannot be read.
pub fn note_commits(
    workspace: &Workspace,
    record: &Record<'_>,
    incident: &Incident,
    tip: &Oid,
) -> anyhow::Result<()> {
    let Some(base) = &incident.base else { return Ok(()) };
    let written_once = WrittenOnce::new(record, &incident.id, Some(incident));
    for commit in workspace.repo.log(tip, std::slice::from_ref(base), 200)?.iter().rev() {
        if commit.parents.len() < 2 {
            written_once.commit(commit);
        }
    }
    Ok(())
}

/// The checklist of a hotfix as it stands, for other commands.
pub fn standings(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Vec<Standing>> {
    let incident = hotfix.incident.as_ref();
    let tested = |tip| crate::facts::brought_in::tested_tree(workspace, tip, incident, None);
    let tree = hotfix.tip().map(tested).transpose()?;
    Ok(facts::standings(workspace, hotfix, tree.as_ref()))
}
