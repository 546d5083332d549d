//! `hotfix start`: detect, assess, branch.

mod declare;
mod remote;
mod triage;
mod view;

use super::{Desk, Outcome, settle};
use crate::cli::Start;
use crate::engine;
use crate::engine::start::Started;
use crate::facts::Site;
use crate::facts::earlier::{self, Earlier};
use crate::facts::line::{self, From};
use crate::facts::open_incident::{NEW, open_incident_for};
use crate::facts::start::{self as facts, Production};
use crate::facts::targets;
use crate::git::fetch::View;
use crate::git::state::Reading;
use crate::model::event::Kind;
use crate::model::failure::{Failure, Problem};
use crate::model::incident::Incident;
use crate::model::name::{self, Named};
use crate::model::oid::Oid;
use crate::model::text::safe;
use crate::plan::start::{Place, StartPlan, Wish, plan};
use crate::system::fault::fault;
use crate::system::files;
use remote::{fetching, publish, remote_view};
use std::path::PathBuf;
use triage::Triage;
use view::{name_others, show_dry, tell_about, tell_earlier};

pub fn run(desk: &Desk, args: &Start) -> Outcome {
    let (starting, work) = Starting::look(desk, args)?;
    if starting.triage.interrupted {
        return starting.keep_answers();
    }
    if starting.triage.can_wait == Some(true) && !args.force {
        return starting.decline();
    }
    match starting.made_already()? {
        Some((plan, started)) => starting.go_on(&plan, &started),
        None => starting.begin(work),
    }
}

/// A start: what was asked for, and what it was found to be about.
struct Starting<'a> {
    desk: &'a Desk,
    args: &'a Start,
    site: Site,
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
    fn look(desk: &'a Desk, args: &'a Start) -> anyhow::Result<(Self, Option<Reading>)> {
        let mut site = desk.site()?;
        settle::remote(desk, &mut site)?;
        let named = name::parse(&args.name, &site.config.branches.prefix)?;
        let mut triage = Triage::from_flags(args, &desk.env.now_local())?;
        triage.title = triage.title.or_else(|| named.title.clone());
        // The same command after a kill, or after Ctrl-C in the questions, continues.
        let begun = unfinished_start(&site, &named, args.push)?;

        let fetching = fetching(&site, args, &named)?;
        let declined = args.can_wait && !args.force;
        if desk.ui.is_interactive() && begun.is_none() && !declined && !desk.dry_run() {
            triage.ask(desk, triage.title.is_some())?;
        }
        // After the questions, in which somebody may still clean up elsewhere.
        let work = facts::reading(&site);
        let (mut view, mut trouble) = remote_view(desk, &site, fetching)?;
        site.refresh(&view)?;
        if settle::production(desk, &mut site, &view)? {
            (view, trouble) = remote_view(desk, &site, remote::fetching(&site, args, &named)?)?;
            site.refresh(&view)?;
        }
        let incident = if begun.is_none() { belongs_to(desk, &site, args)? } else { None };
        let branch = site.branch_of(&named.slug);
        let mut production = facts::production(&site, &view)?;
        let mut from = None;
        if let (Some(rev), Some(found)) = (&args.from, &production) {
            match line::resolve(&site, &view, found, rev, args.line)? {
                From::Production(at) => from = Some(at),
                From::Line(line) => production = Some(*line),
            }
        }
        let tip = from.or_else(|| production.as_ref().map(|p| p.tip.clone()));
        let starting =
            Self { desk, args, site, named, triage, begun, incident, branch, view, trouble, production, tip };
        Ok((starting, work))
    }

    /// What an interrupted run of the same start has made.
    fn made_already(&self) -> anyhow::Result<Option<(StartPlan, Started)>> {
        let Some(incident) = self.begun.as_ref().filter(|_| !self.desk.dry_run()) else { return Ok(None) };
        let Some((at, mut started)) = engine::start::made_already(&self.site, incident)? else {
            return Ok(None);
        };
        started.stashed = engine::start::was_stashed(&self.site, &self.branch);
        let place = started.worktree.clone().map_or(Place::Here, Place::Worktree);
        let plan = StartPlan { name: self.named.slug.clone(), branch: self.branch.clone(), at, place };
        Ok(Some((plan, started)))
    }

    /// The branch is there: what is missing is in the record, or on the remote.
    fn go_on(&self, plan: &StartPlan, started: &Started) -> Outcome {
        let incident = self.declare(Some(&plan.at))?;
        if incident.of_kind(&Kind::FixStarted).next().is_none() {
            self.record_branch(&incident, plan, started);
        }
        if self.args.push {
            publish(self.desk, &self.site, &self.view, &plan.branch, &plan.at)?;
        }
        self.show(&incident, plan, started, &[]);
        Ok(0)
    }

    /// Plans the branch, shows what it is about, makes it.
    fn begin(&self, work: Option<Reading>) -> Outcome {
        let Self { desk, args, site, .. } = self;
        let wish = Wish { worktree: worktree_asked_for(desk, args)?, stash: args.stash, carry: args.carry };
        let tip = self.tip.clone();
        let mut found = facts::facts(site, &self.view, &self.named.slug, &self.branch, tip, wish, work)?;
        if let Some(production) = &self.production {
            found.production.clone_from(&production.branch);
            found.version = version_problem(production, &self.named);
        }
        tell_about(desk, site, self.production.as_ref(), self.trouble.as_deref(), args.no_fetch);
        let plan = match plan(&found) {
            Ok(plan) => plan,
            Err(failure) => return Err(with_hint(failure, site, &found.branch, found.tip.is_some())),
        };
        name_others(desk, site, &self.view, &self.named.slug)?;
        if let Some(tip) = self.view.heads.get(&site.config.branches.production) {
            for sentence in targets::missing(site, &self.view, tip)?.sentences() {
                desk.ui.dim(format!("{}.", safe(&sentence)));
            }
        }
        if desk.dry_run() {
            return show_dry(desk, &plan, &found, site.remote().is_some() && !args.no_fetch);
        }
        let earlier = self.related();
        tell_earlier(desk, &earlier);
        let incident = self.declare(Some(&plan.at))?;
        fault!("start: declared, no branch yet");
        let mut started = engine::start::run(site, &plan)?;
        fault!("start: the branch is made");
        started.stashed |= self.begun.is_some() && engine::start::was_stashed(site, &self.branch);
        self.record_branch(&incident, &plan, &started);
        site.record().settle();
        fault!("start: the branch is recorded");
        if args.push {
            publish(desk, site, &self.view, &self.branch, &plan.at)?;
        }
        self.show(&incident, &plan, &started, &earlier);
        Ok(0)
    }

    /// What earlier hotfixes of these names and files have left. Not knowing stops nobody.
    fn related(&self) -> Vec<Earlier> {
        let about = [Some(&self.named.slug), self.triage.title.as_ref(), self.triage.symptom.as_ref()];
        let about = about.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
        let own = self.begun.as_ref().map(|i| i.id.as_str());
        earlier::related(&self.site, &about, own).unwrap_or_else(|error| {
            log::debug!("earlier hotfixes could not be read: {error:#}");
            Vec::new()
        })
    }
}

/// The open incident that this hotfix belongs to, said where it was not asked for.
fn belongs_to(desk: &Desk, site: &Site, args: &Start) -> anyhow::Result<Option<String>> {
    let Some(found) = open_incident_for(site, args.incident.as_deref(), None)? else { return Ok(None) };
    if args.incident.is_none() {
        let name = safe(&found.name);
        desk.ui
            .say(format!("It belongs to the open incident {name}; if it is another one: --incident {NEW}"));
    }
    Ok(Some(found.id))
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

fn with_hint(failure: Failure, site: &Site, branch: &str, has_tip: bool) -> anyhow::Error {
    let unborn = !has_tip && site.repo.head_is_unborn();
    if unborn {
        return Failure::refused(format!("not started, nothing was changed: this repository has no commits yet, so there is no production to fix with {branch}"))
            .hint("git commit --allow-empty -m \"first commit\"")
            .into();
    }
    failure.into()
}

/// An open record of that name whose branch was never made, or not published as it is to be.
fn unfinished_start(site: &Site, named: &Named, push: bool) -> anyhow::Result<Option<Incident>> {
    let branch = site.branch_of(&named.slug);
    for incident in site.record().incidents()?.into_iter().filter(|i| i.is_open() && i.branch == branch) {
        let is_made = incident.of_kind(&Kind::FixStarted).next().is_some();
        if !is_made || (push && engine::start::awaits_publishing(site, &incident)?) {
            return Ok(Some(incident));
        }
    }
    Ok(None)
}

/// Where a worktree was asked for: a relative path is meant from where somebody stands, not from the
/// root of the worktree, where git would take it from.
fn worktree_asked_for(desk: &Desk, args: &Start) -> anyhow::Result<Option<Option<PathBuf>>> {
    let here = desk.env.cwd()?;
    let absolute = |path: &PathBuf| files::tidy(&here.join(path));
    Ok(args.worktree.as_ref().map(|path| path.as_ref().map(absolute)))
}
