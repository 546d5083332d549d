//! `hotfix start`: detect, assess, branch.

mod declare;
mod remote;
mod triage;
mod view;

use super::{Outcome, Session, again, courier, settle};
use crate::cli::Start;
use crate::engine;
use crate::engine::start::{Started, Through};
use crate::facts::earlier::{self, Earlier};
use crate::facts::hotfix_names::warn_of_look_alikes;
use crate::facts::maintained_line::{self, From};
use crate::facts::open_incident::{NEW, needs_another_fix, open_incident_for, unresolved};
use crate::facts::start::{self as facts, Production};
use crate::facts::targets;
use crate::facts::{Workspace, astray};
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::git::state::Reading;
use crate::model::event::Kind;
use crate::model::failure::{Failure, Problem};
use crate::model::incident::Incident;
use crate::model::name::{self, Named};
use crate::model::nearest::nearest;
use crate::model::oid::Oid;
use crate::model::plan::Fact;
use crate::model::text::{safe, shell_word};
use crate::plan::start::{Place, StartPlan, Wish, plan};
use crate::system::files;
use remote::{fetching, publish, remote_view};
use std::path::PathBuf;
use triage::Triage;
use view::{name_others, show_dry, tell_about, tell_earlier};

pub fn run(session: &Session, args: &Start) -> Outcome {
    let (starting, work) = Starting::look(session, args)?;
    if starting.triage.interrupted {
        return starting.keep_answers();
    }
    if starting.triage.can_wait == Some(true) && !args.force {
        return starting.decline();
    }
    match starting.made_already()? {
        Some((plan, started)) => starting.carry_out(&plan, started, &[], &[]),
        None => starting.begin(work),
    }
}

/// A start: what was asked for, and what it was found to be about.
struct Starting<'a> {
    session: &'a Session,
    args: &'a Start,
    workspace: Workspace,
    named: Named,
    triage: Triage,
    /// The record of the same start, where that was interrupted.
    begun: Option<Incident>,
    /// The open incident it belongs to, when it begins none of its own.
    incident: Option<String>,
    /// Without `refs/heads/`.
    branch: String,
    view: View,
    /// Why the view is only what was last known.
    trouble: Option<String>,
    /// What is fixed: production, or a maintained line.
    production: Option<Production>,
    /// The commit the fix begins at.
    tip: Option<Oid>,
}

impl<'a> Starting<'a> {
    /// Asks what is to be asked while the remote is read, and finds out where the fix begins.
    fn look(session: &'a Session, args: &'a Start) -> anyhow::Result<(Self, Option<Reading>)> {
        let mut workspace = session.workspace()?;
        settle::remote(session, &mut workspace)?;
        let named = named(session, args, &workspace)?;
        let mut triage = Triage::from_flags(args, &session.env.now_local())?;
        triage.title = triage.title.or_else(|| named.title.clone());
        // The same command after a kill, or after Ctrl-C in the questions, continues.
        let (named, begun) = left_half_way(session, args, &workspace, named)?;

        let declined = args.can_wait && !args.force;
        let asks = session.ui.is_interactive() && !declined && !session.dry_run();
        if asks && begun.is_none() {
            refuse_before_asking(session, &workspace, args, &named)?;
        }
        let fetching = fetching(&workspace, args, &named)?;
        let incident = match begun {
            None => belongs_to(session, &workspace, args, asks)?,
            Some(_) => None,
        };
        // What the incident is like is known already where it is another fix for the same one.
        if asks && begun.is_none() && incident.is_none() {
            triage.ask(session, args.name.is_none())?;
        }
        // After the questions, in which somebody may still clean up elsewhere.
        let work = facts::reading(&workspace);
        let (mut view, mut trouble) = remote_view(session, &workspace, fetching)?;
        workspace.refresh(&view)?;
        if settle::production(session, &mut workspace, &view)? {
            (view, trouble) = remote_view(session, &workspace, remote::fetching(&workspace, args, &named)?)?;
            workspace.refresh(&view)?;
        }
        warn_of_look_alikes(&workspace, &named.slug)?;
        let branch = workspace.branch_of(&named.slug);
        let mut production = facts::production(&workspace, &view)?;
        let mut from = None;
        if let (Some(rev), Some(found)) = (&args.from, &production) {
            match maintained_line::resolve(&workspace, &view, found, rev, args.line)? {
                From::Production(at) => from = Some(at),
                From::Line(line) => production = Some(*line),
            }
        }
        let tip = from.or_else(|| production.as_ref().map(|p| p.tip.clone()));
        let starting = Self {
            session,
            args,
            workspace,
            named,
            triage,
            begun,
            incident,
            branch,
            view,
            trouble,
            production,
            tip,
        };
        Ok((starting, work))
    }

    /// What an interrupted run of the same start has made.
    fn made_already(&self) -> anyhow::Result<Option<(StartPlan, Started)>> {
        let Some(incident) = self.begun.as_ref().filter(|_| !self.session.dry_run()) else { return Ok(None) };
        let Some((at, mut started)) = engine::start::made_already(&self.workspace, incident)? else {
            return Ok(None);
        };
        started.stashed = engine::start::was_stashed(&self.workspace, &self.branch);
        let place = started.worktree.clone().map_or(Place::Here, Place::Worktree);
        let recorded = incident.of_kind(&Kind::FixStarted).next().is_some();
        let name = (self.named.slug.as_str(), self.branch.as_str());
        Ok(Some((StartPlan::left(name, at, place, recorded, self.publish_to()), started)))
    }

    /// The remote that the branch is published to, where that was asked for.
    fn publish_to(&self) -> Option<&str> {
        self.workspace.remote().filter(|_| self.args.push)
    }

    /// Plans the branch, shows what it is about, makes it.
    fn begin(&self, work: Option<Reading>) -> Outcome {
        let Self { session, args, workspace, .. } = self;
        let publish = self.publish_to().map(str::to_owned);
        let wish = Wish { publish, ..wish(session, args)? };
        let tip = self.tip.clone();
        let mut found = facts::facts(workspace, &self.view, &self.named.slug, &self.branch, tip, wish, work)?;
        if let Some(production) = &self.production {
            found.production.clone_from(&production.branch);
            found.version = version_problem(production, &self.named);
        }
        tell_about(session, workspace, self.production.as_ref(), self.trouble.as_deref(), args.no_fetch);
        let plan = match plan(&found) {
            Ok(plan) => plan,
            Err(failure) => {
                let failure = self.keeping_answers(failure);
                return Err(with_hint(failure, workspace, &found.branch, found.tip.is_some()));
            }
        };
        name_others(session, workspace, &self.view, &self.named.slug)?;
        if let Some(tip) = self.view.heads.get(&workspace.config.branches.production) {
            for sentence in targets::missing(workspace, &self.view, tip)?.sentences() {
                session.ui.dim(format!("{}.", safe(&sentence)));
            }
        }
        if session.dry_run() {
            return show_dry(session, &plan, &found, workspace.remote().is_some() && !args.no_fetch);
        }
        courier::ask(session, workspace)?;
        let earlier = self.related();
        tell_earlier(session, &earlier);
        // A run that was killed may have stashed before it could make the branch.
        let stashed = self.begun.is_some() && engine::start::was_stashed(workspace, &self.branch);
        self.carry_out(&plan, Started { stashed, ..Started::default() }, &earlier, &found.changed)
    }

    /// A refusal that only the remote could tell came after the questions: the answers go into the line to type.
    fn keeping_answers(&self, failure: Failure) -> Failure {
        if !self.triage.answered {
            return failure;
        }
        let (name, flags) = (shell_word(&format!("{}-2", self.named.slug)), self.triage.flags());
        failure.hint(format!("hotfix start {name}{flags}    # with your answers, if it is another fault"))
    }

    /// Does what the plan says, and tells what came of it.
    fn carry_out(
        &self,
        plan: &StartPlan,
        started: Started,
        earlier: &[Earlier],
        changed: &[String],
    ) -> Outcome {
        let (session, workspace) = (self.session, &self.workspace);
        let mut incident = None;
        let came_from = workspace.repo.head()?.branch.filter(|branch| *branch != plan.branch);
        let made = engine::start::carry_out(
            workspace,
            plan,
            started,
            Through {
                record: &mut |fact, started| {
                    match (fact, &incident) {
                        (Fact::Declared, _) => {
                            let declared = self.declare(Some(&plan.at))?;
                            astray::remember(&workspace.repo, &declared.id, changed);
                            incident = Some(declared);
                        }
                        (_, Some(incident)) => {
                            self.record_branch(incident, plan, started, came_from.as_deref());
                        }
                        _ => {}
                    }
                    Ok(())
                },
                publish: &mut |push| publish(session, workspace, &self.view, &plan.branch, push),
            },
        );
        let started = match made {
            Ok(started) => started,
            Err(error) => return Err(self.not_made(&error, incident.as_ref())?.into()),
        };
        workspace.record().settle();
        if self.args.push && workspace.remote().is_none() {
            session.ui.warn("there is no remote to publish the branch to");
        }
        if let Some(incident) = &incident {
            self.show(incident, plan, &started, earlier);
        }
        Ok(0)
    }

    /// What earlier hotfixes of these names and files have left. Not knowing stops nobody.
    fn related(&self) -> Vec<Earlier> {
        let about = [Some(&self.named.slug), self.triage.title.as_ref(), self.triage.symptom.as_ref()];
        let about = about.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let own = self.begun.as_ref().map(|i| i.id.as_str());
        earlier::related(&self.workspace, &about, own).unwrap_or_else(|error| {
            log::debug!("earlier hotfixes could not be read: {error:#}");
            Vec::new()
        })
    }
}

/// The name that was given; without one it is asked for, until it is one. A title that is too long for a name
/// is shortened, which is asked, too.
fn named(session: &Session, args: &Start, workspace: &Workspace) -> anyhow::Result<Named> {
    let prefix = &workspace.config.branches.prefix;
    if let Some(typed) = &args.name {
        return Ok(with_short_name(session, name::parse(typed, prefix)?, prefix)?);
    }
    if session.ui.is_interactive() {
        for left in workspace.record().incidents()?.iter().filter(|i| is_half_way(i)) {
            let again = again("hotfix start", &left.name);
            session.ui.dim(format!("Interrupted: {}. To continue it: {again}", safe(&left.name)));
        }
    }
    while session.ui.is_interactive() {
        let question = "What is broken, in one line, or a name for the fix?";
        let Some(typed) = session.ui.line(question)? else { break };
        match name::parse(&typed, prefix) {
            Ok(named) => return Ok(with_short_name(session, named, prefix)?),
            Err(failure) => session.ui.warn(failure.message),
        }
    }
    Err(Failure::usage("a hotfix needs a name; nothing was changed\n\nUsage: hotfix start [OPTIONS] <NAME>")
        .hint("hotfix start fix-login-crash")
        .hint("hotfix start \"Users get a 500 on /login\"")
        .into())
}

/// Asks for the name of a title that was shortened; what is proposed is what it gets without a terminal.
fn with_short_name(session: &Session, named: Named, prefix: &str) -> Result<Named, Failure> {
    let is_short = named.title.as_deref().is_none_or(|title| !name::is_shortened(title));
    if is_short || !session.ui.is_interactive() || session.dry_run() {
        return Ok(named);
    }
    loop {
        let typed = session.ui.ask("A short name for the branch?", &named.slug, &[])?;
        let Some(typed) = typed.filter(|typed| !typed.is_empty()) else { return Ok(named) };
        match name::parse(&typed, prefix) {
            Ok(other) => return Ok(Named { title: named.title, ..other }),
            Err(failure) => session.ui.warn(failure.message),
        }
    }
}

/// Whether a start was left before its branch was made.
fn is_half_way(incident: &Incident) -> bool {
    incident.is_open() && incident.is_own && incident.undone().is_none() && incident.lacks_start()
}

/// The start that this one continues: of the same name, or, once asked, of a name that is nearly the same.
fn left_half_way(
    session: &Session,
    args: &Start,
    workspace: &Workspace,
    named: Named,
) -> anyhow::Result<(Named, Option<Incident>)> {
    if let Some(found) = unfinished_start(workspace, &named.slug, args.push)? {
        return Ok((named, Some(found)));
    }
    if !session.ui.is_interactive() || session.dry_run() {
        return Ok((named, None));
    }
    let left: Vec<Incident> = workspace.record().incidents()?.into_iter().filter(is_half_way).collect();
    let near = nearest(&named.slug, left.iter().map(|i| i.name.as_str()));
    let Some(found) = near.first().and_then(|name| left.iter().find(|i| i.name == *name)) else {
        return Ok((named, None));
    };
    session.ui.say(format!("{} was interrupted.", safe(&found.name)));
    if session.ui.confirm(&format!("Did you mean {}?", safe(&found.name)), true)? {
        return Ok((Named { slug: found.name.clone(), ..named }, Some(found.clone())));
    }
    Ok((named, None))
}

/// The open incident that this hotfix belongs to: the one that was named, or chosen on a terminal. Without
/// either it is one of its own, unless the only open incident waits for another fix; that is said.
fn belongs_to(
    session: &Session,
    workspace: &Workspace,
    args: &Start,
    asks: bool,
) -> anyhow::Result<Option<String>> {
    if args.incident.is_some() {
        return Ok(open_incident_for(workspace, args.incident.as_deref(), None)?.map(|i| i.id));
    }
    let open = unresolved(workspace)?;
    if asks {
        return chosen(session, &open);
    }
    let [found] = open.as_slice() else { return Ok(None) };
    let name = safe(&found.name);
    if needs_another_fix(found) && found.is_known_here() {
        session
            .ui
            .say(format!("It belongs to the open incident {name}; for a new incident: --incident {NEW}"));
        return Ok(Some(found.id.clone()));
    }
    let flag = format!("--incident {}", shell_word(&found.name));
    session.ui.say(format!("A new incident; {name} is open, too. To make this another fix for it: {flag}"));
    Ok(None)
}

/// A new problem must not end up in the record of another, nor a second fix in one of its own.
fn chosen(session: &Session, open: &[Incident]) -> anyhow::Result<Option<String>> {
    let told = |i: &Incident| match i.title == i.name {
        true => safe(&i.name),
        false => format!("{} ({})", safe(&i.name), safe(&i.title)),
    };
    if let [one] = open {
        session.ui.say(format!("An incident is open: {}.", told(one)));
        let same = session.ui.confirm("Is this another fix for it?", needs_another_fix(one))?;
        return Ok(same.then(|| one.id.clone()));
    }
    if open.is_empty() {
        return Ok(None);
    }
    let mut items: Vec<String> = open.iter().map(told).collect();
    items.push("none of them: a new incident".to_owned());
    let items: Vec<&str> = items.iter().map(String::as_str).collect();
    let answer = session.ui.choose("Which open incident is it for?", &items, open.len())?;
    Ok(answer.and_then(|n| open.get(n)).map(|i| i.id.clone()))
}

/// Refuses before the first question what can be refused without the network, so that no answer is lost.
fn refuse_before_asking(
    session: &Session,
    workspace: &Workspace,
    args: &Start,
    named: &Named,
) -> anyhow::Result<()> {
    let mut view = fetch::last_known(&workspace.repo, workspace.remote())?;
    let Some(production) = facts::production(workspace, &view)?.filter(|_| args.from.is_none()) else {
        return Ok(());
    };
    // What the remote was last known to have may be gone there.
    view.heads.retain(|branch, _| *branch == production.branch);
    let (wish, tip) = (wish(session, args)?, Some(production.tip.clone()));
    let branch = workspace.branch_of(&named.slug);
    let mut found = facts::facts(workspace, &view, &named.slug, &branch, tip, wish, None)?;
    found.version = version_problem(&production, named);
    Ok(plan(&found).map(drop)?)
}

/// A version that cannot be released is refused before anybody works on it.
fn version_problem(production: &Production, named: &Named) -> Option<Problem> {
    let mut versions = production.around.versions(named.version.clone());
    // Without a version of its own the question is finish's.
    versions.requested.as_ref()?;
    let problem = versions.problem("", false)?;
    versions.requested = None;
    let hint = format!("hotfix start {}", versions.scheme.number(&versions.next()));
    (problem.id == "version").then_some(Problem { hint, ..problem })
}

fn with_hint(failure: Failure, workspace: &Workspace, branch: &str, has_tip: bool) -> anyhow::Error {
    let unborn = !has_tip && workspace.repo.head_is_unborn();
    if unborn {
        return Failure::refused(format!(
            "not started, nothing was changed: this repository has no commits \
                                         yet, so there is no production to fix with {branch}"
        ))
        .hint("git commit --allow-empty -m \"first commit\"")
        .into();
    }
    failure.into()
}

/// An open record of that name whose branch was never made, or not published as it is to be.
fn unfinished_start(workspace: &Workspace, name: &str, push: bool) -> anyhow::Result<Option<Incident>> {
    let branch = workspace.branch_of(name);
    // One that another clone began is continued there: its log would be the record of what is done here.
    let is_it = |i: &Incident| i.is_open() && i.is_own && i.branch == branch;
    for incident in workspace.record().incidents()?.into_iter().filter(is_it) {
        let is_made = incident.of_kind(&Kind::FixStarted).next().is_some();
        if !is_made || (push && engine::start::awaits_publishing(workspace, &incident)?) {
            return Ok(Some(incident));
        }
    }
    Ok(None)
}

/// What the flags say of where the work happens.
fn wish(session: &Session, args: &Start) -> anyhow::Result<Wish> {
    let worktree = worktree_asked_for(session, args)?;
    Ok(Wish { worktree, stash: args.stash, carry: args.carry, publish: None })
}

/// Where a worktree was asked for: a relative path is meant from where somebody stands, not from the
/// root of the worktree, where git would take it from.
fn worktree_asked_for(session: &Session, args: &Start) -> anyhow::Result<Option<Option<PathBuf>>> {
    let here = session.env.cwd()?;
    let absolute = |path: &PathBuf| files::tidy(&here.join(path));
    Ok(args.worktree.as_ref().map(|path| path.as_ref().map(absolute)))
}
