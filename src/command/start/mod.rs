//! `hotfix start`: detect, assess, branch.

mod view;

use super::triage::Triage;
use super::{Desk, Outcome, again};
use crate::cli::Start;
use crate::engine;
use crate::engine::start::Started;
use crate::facts::Site;
use crate::facts::earlier::{self, Earlier};
use crate::facts::line::{self, From};
use crate::facts::release::wanted_tags;
use crate::facts::start::{self as facts, Production};
use crate::git::fetch::{self, View};
use crate::git::{GitError, push};
use crate::model::event::{Draft, Kind};
use crate::model::failure::{Failure, Kind as FailureKind, Problem};
use crate::model::incident::Incident;
use crate::model::name::{self, Named};
use crate::model::oid::Oid;
use crate::model::plan::{Approved, Update, head};
use crate::model::text::shell_word;
use crate::plan::start::{Place, StartPlan, Wish, plan};
use crate::system::fault::fault;
use crate::system::files;
use crate::terminal::style::Tone;
use std::path::PathBuf;
use std::thread::JoinHandle;
use view::{Background, name_others, show, show_dry, tell_about, tell_earlier};

pub fn run(desk: &Desk, args: &Start) -> Outcome {
    let mut site = desk.site()?;
    site.demand_remote()?;
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
    let (view, trouble) = remote_view(desk, &site, fetching)?;
    site.refresh(&view)?;
    let branch = site.branch_of(&named.slug);
    let mut production = facts::production(&site, &view)?;
    let mut from = None;
    if let (Some(rev), Some(found)) = (&args.from, &production) {
        match line::resolve(&site, &view, found, rev, args.line)? {
            From::Production(at) => from = Some(at),
            From::Line(line) => production = Some(*line),
        }
    }

    if triage.interrupted {
        return keep_answers(desk, &site, &named, &triage, production.as_ref());
    }
    if triage.can_wait == Some(true) && !args.force {
        return decline(desk, &site, &named, &triage);
    }
    let wish = Wish { worktree: worktree_asked_for(desk, args)?, stash: args.stash, carry: args.carry };
    if let (Some(incident), false) = (&begun, desk.dry_run())
        && let Some((at, mut started)) = engine::start::made_already(&site, incident)?
    {
        started.stashed = engine::start::was_stashed(&site, &branch);
        let place = started.worktree.clone().map_or(Place::Here, Place::Worktree);
        let plan = StartPlan { name: named.slug.clone(), branch, at, place };
        let incident =
            declare(&site, &named, &triage, begun, &plan.branch, production.as_ref(), Some(&plan.at))?;
        if incident.of_kind(&Kind::FixStarted).next().is_none() {
            record_branch(&site, &incident, &plan, &started, production.as_ref());
        }
        if args.push {
            publish(desk, &site, &view, &plan.branch, &plan.at)?;
        }
        show(
            desk,
            &site,
            &named,
            &incident,
            &plan,
            &started,
            Background { production: production.as_ref(), earlier: &[] },
        );
        return Ok(0);
    }
    let tip = from.or_else(|| production.as_ref().map(|p| p.tip.clone()));
    let mut found = facts::facts(&site, &view, &named.slug, &branch, tip, wish, work)?;
    found.version = production.as_ref().and_then(|p| version_problem(p, &named));
    tell_about(desk, &site, production.as_ref(), trouble.as_deref(), args.no_fetch);
    let approved = match plan(&found) {
        Ok(plan) => plan,
        Err(failure) => return Err(with_hint(failure, &site, &found.branch, found.tip.is_some())),
    };
    name_others(desk, &site, &view, &named.slug)?;
    if desk.dry_run() {
        return show_dry(desk, &approved, &found, site.remote().is_some() && !args.no_fetch);
    }
    let earlier = related(&site, &named, &triage, begun.as_ref());
    tell_earlier(desk, &earlier);
    let continues = begun.is_some();
    let incident = declare(&site, &named, &triage, begun, &branch, production.as_ref(), Some(&approved.at))?;
    fault!("start: declared, no branch yet");
    let mut started = engine::start::run(&site, &Approved::new(approved.clone()))?;
    fault!("start: the branch is made");
    started.stashed |= continues && engine::start::was_stashed(&site, &branch);
    record_branch(&site, &incident, &approved, &started, production.as_ref());
    site.record().settle();
    fault!("start: the branch is recorded");
    if args.push {
        publish(desk, &site, &view, &branch, &approved.at)?;
    }
    show(
        desk,
        &site,
        &named,
        &incident,
        &approved,
        &started,
        Background { production: production.as_ref(), earlier: &earlier },
    );
    Ok(0)
}

/// What earlier hotfixes of these names and files have left. Not knowing stops nobody.
fn related(site: &Site, named: &Named, triage: &Triage, begun: Option<&Incident>) -> Vec<Earlier> {
    let about = [Some(&named.slug), triage.title.as_ref(), triage.symptom.as_ref()];
    let about = about.into_iter().flatten().cloned().collect::<Vec<_>>().join(" ");
    earlier::related(site, &about, begun.map(|i| i.id.as_str())).unwrap_or_else(|error| {
        log::debug!("earlier hotfixes could not be read: {error:#}");
        Vec::new()
    })
}

/// A version that cannot be released is refused before anybody works on it.
fn version_problem(production: &Production, named: &Named) -> Option<Problem> {
    let mut versions = production.around.versions(named.version.clone());
    let problem = versions.problem("")?;
    versions.requested = None;
    Some(Problem { hint: format!("hotfix start {}", versions.next()), ..problem })
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

type Fetching = JoinHandle<Result<View, GitError>>;

fn fetching(site: &Site, args: &Start, named: &Named) -> anyhow::Result<Option<Fetching>> {
    let Some(remote) = site.remote().filter(|_| !args.no_fetch) else { return Ok(None) };
    let config = site.repo.config().ok().cloned();
    let version = named.version.as_ref().map(|v| format!("*{v}"));
    let also: Vec<String> = args.from.iter().cloned().chain(version).collect();
    let tags = wanted_tags(site, &also)?;
    Ok(Some(facts::fetch_quietly(site.env.clone(), remote.to_owned(), facts::wanted(site), tags, config)))
}

/// What the remote has; what was last known of it when it cannot be read, and why.
fn remote_view(
    desk: &Desk,
    site: &Site,
    fetching: Option<Fetching>,
) -> anyhow::Result<(View, Option<String>)> {
    let Some(fetching) = fetching else {
        return Ok((fetch::last_known(&site.repo, site.remote())?, None));
    };
    let remote = site.remote().unwrap_or_default();
    let working = desk.ui.working(&format!("Fetching {remote}…"));
    let result = fetching.join();
    drop(working);
    match result {
        Ok(Ok(view)) => Ok((view, None)),
        Ok(Err(error)) => {
            let why = if error.is_timeout() {
                "it did not answer within 5 s".to_owned()
            } else {
                error.detail().lines().next().unwrap_or_default().trim().to_owned()
            };
            Ok((fetch::last_known(&site.repo, site.remote())?, Some(why)))
        }
        Err(_) => Err(Failure::failed("reading the remote failed; nothing was changed").into()),
    }
}

/// Opens the record; the one of an interrupted start is continued.
fn declare(
    site: &Site,
    named: &Named,
    triage: &Triage,
    begun: Option<Incident>,
    branch: &str,
    production: Option<&Production>,
    base: Option<&Oid>,
) -> anyhow::Result<Incident> {
    let record = site.record();
    if let Some(incident) = begun {
        for draft in triage.drafts() {
            record.note_once(&incident, draft);
        }
        return Ok(incident);
    }
    let id = record.new_id(&named.slug);
    let title = triage.title.clone().unwrap_or_else(|| named.slug.clone());
    let mut declared = Draft::new(Kind::Declared, &title)
        .with("name", named.slug.clone())
        .with("title", title.clone())
        .with("branch", branch);
    if let Some(production) = production {
        declared = declared
            .refer("base", base.unwrap_or(&production.tip))
            .with("production", production.branch.clone());
        if let Some(newest) = &production.around.newest {
            declared = declared.with("base_tag", newest.name.clone());
        }
    }
    if let Some(version) = &named.version {
        declared = declared.with("version", version.to_string());
    }
    record.note(&id, declared.clone());
    for draft in triage.drafts() {
        record.note(&id, draft);
    }
    match record.incident(&id)? {
        Some(incident) => Ok(incident),
        None => Err(Failure::failed(
            "the incident log could not be written; nothing else was changed.\nLook at the free space and the permissions of the git directory.",
        )
            .hint("df -h .")
            .into()),
    }
}

fn record_branch(
    site: &Site,
    incident: &Incident,
    plan: &StartPlan,
    started: &Started,
    production: Option<&Production>,
) {
    let from = production.map(|p| p.branch.clone()).unwrap_or_default();
    let mut draft =
        Draft::new(Kind::FixStarted, format!("{} from {from} at {}", plan.branch, plan.at.short()))
            .refer("branch", &plan.branch)
            .refer("base", &plan.at);
    if let Some(path) = &started.worktree {
        draft = draft.with("worktree", path.display().to_string());
    }
    site.record().note(&incident.id, draft);
}

fn publish(desk: &Desk, site: &Site, view: &View, branch: &str, at: &Oid) -> anyhow::Result<()> {
    let Some(remote) = site.remote() else {
        desk.ui.warn("there is no remote to publish the branch to");
        return Ok(());
    };
    let update = Update { name: head(branch), expect: None, new: at.clone() };
    let what = push::Push { updates: std::slice::from_ref(&update), ..push::Push::default() };
    let manner = crate::engine::publish::pushing();
    // A run that was killed may have pushed it.
    let is_there = view.heads.get(branch) == Some(at);
    let report = if is_there { None } else { Some(push::push(&site.repo, remote, what, manner)?) };
    let refused = report.filter(|report| !report.confirms(std::iter::once(update.name.as_str())));
    let Some(report) = refused else {
        desk.ui.say(format!("{} {branch} is on {remote}", desk.ui.sign(Tone::Good)));
        let upstream = format!("{remote}/{branch}");
        let run = site.repo.call("branch").args(["--quiet", "--set-upstream-to", &upstream, branch]);
        if let Err(error) = site.repo.git().ok(run) {
            log::debug!("the upstream could not be set: {error}");
        }
        return Ok(());
    };
    let why = report.words.lines().last().unwrap_or_default();
    desk.ui.warn(format!("{remote} did not take {branch}: {why}"));
    desk.ui.hint(format!("git push -u {remote} {}", shell_word(branch)));
    Ok(())
}

fn keep_answers(
    desk: &Desk,
    site: &Site,
    named: &Named,
    triage: &Triage,
    production: Option<&Production>,
) -> Outcome {
    let branch = site.branch_of(&named.slug);
    let incident = declare(site, named, triage, None, &branch, production, None)?;
    site.record().settle();
    desk.ui.say(format!("Your answers are kept as {}; no branch was made.", incident.id));
    Err(Failure::new(FailureKind::Interrupted, "interrupted in the questions")
        .hint(format!("{}    # continues", again("hotfix start", &named.slug)))
        .hint(format!("{}    # gives up", again("hotfix abort", &named.slug)))
        .into())
}

/// It can wait: a decision worth keeping, and no branch.
fn decline(desk: &Desk, site: &Site, named: &Named, triage: &Triage) -> Outcome {
    let slug = shell_word(&named.slug);
    let failure =
        Failure::refused("not started: it can wait for the next scheduled release. Nothing was changed.")
            .hint(format!("hotfix start {slug} --force    # start it all the same"));
    if desk.dry_run() {
        return Err(failure.into());
    }
    let record = site.record();
    let id = record.new_id(&named.slug);
    let title = triage.title.clone().unwrap_or_else(|| named.slug.clone());
    for draft in triage.drafts() {
        record.note(&id, draft);
    }
    let draft = Draft::new(Kind::Declined, format!("{title}: can wait for the next scheduled release"))
        .with("name", named.slug.clone())
        .with("title", title)
        .with("branch", site.branch_of(&named.slug))
        .by_person();
    record.note(&id, draft);
    record.settle();
    desk.ui.dim(format!("The decision is in the log as {id}."));
    Err(failure.into())
}

/// Where a worktree was asked for: a relative path is meant from where somebody stands, not from the
/// root of the worktree, where git would take it from.
fn worktree_asked_for(desk: &Desk, args: &Start) -> anyhow::Result<Option<Option<PathBuf>>> {
    let here = desk.env.cwd()?;
    let absolute = |path: &PathBuf| files::tidy(&here.join(path));
    Ok(args.worktree.as_ref().map(|path| path.as_ref().map(absolute)))
}
