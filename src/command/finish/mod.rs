//! `hotfix finish`: deploy and merge. Look, plan, show, do, look again.

mod at_forge;
mod attempt;
mod by_request;
mod decisions;
pub(super) mod doorway;
mod line;
mod outcome;
mod recheck;

pub(super) use outcome::steps_json;

use super::run_lock::lock;
use super::{Outcome, Session, again, settle};
use crate::cli::Finish;
use crate::engine::left_over;
use crate::facts::work::Work;
use crate::facts::{Hotfix, Workspace, brought_back, followup, named_merge, release, targets};
use crate::git::GitError;
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::git::git_command::NetworkPolicy;
use crate::model::checklist::{is_reason, no_reason};
use crate::model::event::{Draft, Kind};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::End;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::text::{safe, safe_lines, shell_word};
use crate::model::version::typed;
use crate::model::way_back::brings;
use crate::plan::options::FinishOptions;
use crate::system::signals;
pub(super) use attempt::not_as_approved;
use attempt::{Attempt, Before, Step};
use doorway::Way;
use semver::Version;
use serde_json::json;
use std::cell::Cell;
use std::time::Duration;

/// How often a plan is made again because somebody moved a ref meanwhile.
const TRIES: usize = 5;
/// The longest the remote is waited for: a person may have to type a password first.
const LONG: Duration = Duration::from_secs(10 * 60);
/// The same where nobody can press Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(60);

/// What can be done while the remote cannot be read.
fn no_push(name: Option<&str>) -> String {
    format!(
        "{} --no-push    # merges and tags here; a later finish publishes the same commits",
        typed_again(name)
    )
}

/// The command, with the name that was typed.
fn typed_again(name: Option<&str>) -> String {
    name.map_or_else(|| "hotfix finish".to_owned(), |name| again("hotfix finish", name))
}

pub fn run(session: &Session, args: &Finish) -> Outcome {
    let mut workspace = session.workspace()?;
    check_git(&workspace)?;
    settle::remote(session, &mut workspace)?;
    let mut options = options(session, args)?;
    let patience = Cell::new(patience(&workspace, args)?);
    let hotfix = match Hotfix::find(&workspace, args.name.as_deref()) {
        // A colleague's branch that this clone has not fetched yet.
        Err(_) if args.name.is_some() && workspace.remote().is_some() => {
            let view = read_remote(session, &workspace, &[], Some(&no_push(args.name.as_deref())))?;
            workspace.refresh(&view)?;
            Hotfix::find_merged(&workspace, args.name.as_deref(), args.merged_as.is_some())?
        }
        found => found?,
    };
    let goes_on = again("hotfix finish", &hotfix.name);
    signals::stands(format!("this run published nothing; {goes_on} goes on"));
    demand_production(&workspace, &hotfix, &options)?;
    if let Some(done) = already_done(session, &workspace, &hotfix, args) {
        return done;
    }
    let lock = if session.dry_run() { None } else { lock(session, &workspace)? };
    if !args.no_push {
        workspace = deepen(session, workspace)?;
    }
    let when = session.env.now_local().fixed_offset();
    let way = Way::default();
    let requests = by_request::asked(args, &again("hotfix finish", &hotfix.name));
    let mut before = Before::Nothing;
    for _ in 0..TRIES {
        // With many files, looking through the worktree takes as long as asking the remote.
        let work = Work::begin(&workspace, &hotfix)?;
        let view = look(session, &workspace, args, &hotfix)?;
        workspace.refresh(&view)?;
        if settle::production(session, &mut workspace, &view)? {
            continue;
        }
        let Some(hotfix) = settled_branch(session, &workspace, args, &view)? else { return Ok(0) };
        if line::confirm(session, &workspace, args, &hotfix)? {
            continue;
        }
        let lock = lock.as_ref();
        if let Some(commit) = &args.merged_as {
            options.merged_as = Some(merged_as(&workspace, &view, &hotfix, commit)?);
        }
        let named = way.merged_as.borrow().clone();
        if let Some(commit) = named {
            confirmed(&workspace, &view, &hotfix, &commit)?;
            options.merged_as = Some(commit);
        }
        options.package = way.package.borrow().clone().or(options.package);
        let attempt = Attempt {
            session,
            workspace: &workspace,
            args,
            options: &options,
            view: &view,
            lock,
            patience: &patience,
            when,
            way: &way,
            requests: &requests,
        };
        before = match attempt.go(hotfix, work, &before)? {
            Step::Done(code) => return Ok(code),
            Step::Again(what, approved) => Before::Moved(what, approved),
            Step::Onward(approved) => Before::Merged(approved),
            Step::Otherwise => Before::Refused,
            Step::Settled => continue,
        };
    }
    let what = if let Before::Moved(what, _) = before { what } else { hotfix.branch.clone() };
    Err(Failure::failed(format!(
        "{what} moved {TRIES} times while this ran; nothing of this run was published"
    ))
    .hint("hotfix finish")
    .into())
}

/// Whether this git can merge without a checkout.
///
/// # Errors
/// When it is too old.
pub(super) fn check_git(workspace: &Workspace) -> anyhow::Result<()> {
    let (major, minor) = workspace.repo.version()?;
    let (need_major, need_minor) = crate::git::repo::GIT_FLOOR;
    if (major, minor) < (need_major, need_minor) {
        return Err(Failure::failed(format!(
            "git {major}.{minor} cannot merge without a checkout; finish needs git \
             {need_major}.{need_minor} or newer. Nothing was changed."
        ))
        .into());
    }
    Ok(())
}

/// How long requests and refused merge-backs are waited for.
fn patience(workspace: &Workspace, args: &Finish) -> Result<chrono::Duration, Failure> {
    let Some(text) = &args.wait else { return Ok(workspace.config.finish.wait) };
    crate::model::time::parse_duration(text).ok_or_else(|| {
        Failure::usage(format!("not a duration: '{}' (expected e.g. 30s, 10m)", safe(text)))
            .hint("hotfix finish --wait=10m")
    })
}

/// A forge says that this commit brought the hotfix. A person may know better than git, a server may not.
fn confirmed(workspace: &Workspace, view: &View, hotfix: &Hotfix, commit: &Oid) -> anyhow::Result<()> {
    let repo = &workspace.repo;
    let production = workspace.production_of(hotfix.incident.as_ref());
    let has = |tip: &Oid| -> anyhow::Result<bool> { Ok(repo.has(commit)? && repo.is_ancestor(commit, tip)?) };
    let is_there = view.heads.get(production).map(has).transpose()?.unwrap_or(false);
    if !is_there || named_merge::brings(workspace, hotfix, commit)? {
        return Ok(());
    }
    let (short, name) = (commit.short(), safe(&hotfix.name));
    Err(Failure::refused(format!(
        "the forge says that {short} brought {name} to {}, and git finds nothing of it there; nothing was \
         changed",
        safe(production)
    ))
    .hint(format!("git show {short}"))
    .hint(format!("{} --merged-as COMMIT    # the commit that did", again("hotfix finish", &hotfix.name)))
    .into())
}

/// The commit of production that somebody says brought the hotfix.
fn merged_as(workspace: &Workspace, view: &View, hotfix: &Hotfix, typed: &str) -> anyhow::Result<Oid> {
    let run = workspace.repo.call("rev-parse").args(["--verify", "--quiet", "--end-of-options"]);
    let found = workspace.repo.git().text(run.arg(format!("{typed}^{{commit}}"))).ok();
    let production = workspace.production_of(hotfix.incident.as_ref());
    let tip = view.heads.get(production);
    let commit = found.and_then(|text| Oid::parse(text.trim()));
    let base = hotfix.incident.as_ref().and_then(|i| i.base.as_ref());
    match (commit, tip) {
        (Some(commit), Some(tip)) if base != Some(&commit) && workspace.repo.is_ancestor(&commit, tip)? => {
            Ok(commit)
        }
        _ => Err(Failure::refused(format!(
            "{} is not a commit that {} got since the hotfix began; nothing was changed",
            safe(typed),
            safe(production)
        ))
        .hint(format!(
            "git log --first-parent {}",
            crate::model::text::shell_word(
                &workspace.remote().map_or_else(|| production.to_owned(), |r| format!("{r}/{production}"))
            )
        ))
        .into()),
    }
}

/// The version that was typed after `command`.
///
/// # Errors
/// When it is none.
pub(super) fn requested(text: Option<&str>, command: &str) -> Result<Option<Version>, Failure> {
    let Some(text) = text else { return Ok(None) };
    let version = typed(text).ok_or_else(|| {
        Failure::usage(format!("not a release version: '{}' (expected e.g. 1.2.3)", safe(text)))
            .hint(format!("{command} --version 1.2.3"))
    })?;
    Ok(Some(version))
}

/// What the flags say, parsed.
fn options(session: &Session, args: &Finish) -> Result<FinishOptions, Failure> {
    let version = requested(args.version.as_deref(), "hotfix finish")?;
    let finish = typed_again(args.name.as_deref());
    for (flag, why) in [("allow-large", &args.allow_large), ("allow-unreleased", &args.allow_unreleased)] {
        if let Some(why) = why.as_ref().filter(|why| !is_reason(why)) {
            return Err(Failure::usage(no_reason(&format!("--{flag}"), &safe(why)))
                .hint(format!("{finish} --{flag} \"your reason\"")));
        }
    }
    let skip = args
        .skip
        .iter()
        .map(|text| match text.split_once('=') {
            Some((branch, why)) if is_reason(why) => {
                Ok((branch.to_owned(), safe_lines(why).trim().to_owned()))
            }
            given => {
                let branch = given.map_or(text.as_str(), |(branch, _)| branch);
                let message = match given {
                    Some((_, why)) => no_reason(&format!("skipping {}", safe(branch)), &safe(why)),
                    None => format!("not BRANCH=REASON: '{}'", safe(text)),
                };
                Err(Failure::usage(message)
                    .hint(format!("{finish} --skip {}=\"your reason\"", shell_word(branch))))
            }
        })
        .collect::<Result<_, _>>()?;
    Ok(FinishOptions {
        version,
        package: args.package.clone(),
        merged_as: None,
        skip,
        allow_large: args.allow_large.clone(),
        allow_unreleased: args.allow_unreleased.clone(),
        next: args.next,
        message: args.message.as_deref().map(safe_lines),
        keep_branch: args.keep_branch,
        no_push: args.no_push,
        asks: session.ui.is_interactive() && !session.ui.yes(),
    })
}

/// The branch that a hotfix is for is no target to take off the list.
fn demand_production(workspace: &Workspace, hotfix: &Hotfix, options: &FinishOptions) -> Result<(), Failure> {
    let production = workspace.production_of(hotfix.incident.as_ref());
    if !options.skip.iter().any(|(branch, _)| branch == production) {
        return Ok(());
    }
    let is_line = production != workspace.config.branches.production;
    let what = if is_line { "is the line of this hotfix" } else { "is production" };
    Err(Failure::usage(format!("{} {what} and cannot be skipped", safe(production))))
}

/// A hotfix that ended has nothing left to do.
fn already_done(session: &Session, workspace: &Workspace, hotfix: &Hotfix, args: &Finish) -> Option<Outcome> {
    let incident = hotfix.incident.as_ref()?;
    let name = &hotfix.name;
    match incident.end {
        Some(End::Finished)
            if hotfix.tip().is_none() || (!args.next && args.version.is_none() && hotfix.local.is_none()) =>
        {
            let tag = incident.tag.clone().unwrap_or_default();
            // A run that was killed at its end has not said so yet.
            let resolves = args.resolved && !incident.is_resolved() && !session.dry_run();
            if resolves {
                workspace.record().note(&incident.id, resolved());
            }
            let what = if resolves { "It is resolved now" } else { "Nothing was changed" };
            session.ui.answer(format!("{name} is finished as {tag}. {what}."));
            if !session.dry_run() {
                for line in left_over::clear(workspace, incident).unwrap_or_default() {
                    session.ui.say(line);
                }
            }
            for branch in followup::lacking(workspace, incident).unwrap_or_default() {
                session.ui.say(format!("{} was skipped and lacks the fix:", safe(&branch)));
                session.ui.say(format!("  {}", brings(&branch, &tag)));
            }
            session.ui.document(json!({
                "state": "done", "tag": tag, "version": version_of(&tag), "targets": [],
                "next": { "command": again("hotfix postmortem", name), "why": "write it up while you remember" },
            }));
            Some(Ok(0))
        }
        Some(End::RolledBack) => brought_back::refusal(workspace, hotfix).map(|refusal| Err(refusal.into())),
        Some(End::Cancelled) => {
            let refusal = Failure::refused(format!("{name} was given up; nothing was changed"));
            let hint = if incident.is_given_up_here() { "hotfix undo" } else { "hotfix timeline" };
            Some(Err(refusal.hint(again(hint, name)).into()))
        }
        Some(End::Declined) => Some(Err(Failure::refused(format!(
            "{name} was declined because it can wait; nothing was changed"
        ))
        .hint(format!("{} --force", again("hotfix start", name)))
        .into())),
        _ => None,
    }
}

/// What `--resolved` says.
fn resolved() -> Draft {
    Draft::new(Kind::Resolved, "").by_person()
}

fn version_of(tag: &str) -> Option<String> {
    crate::model::version::number_of(tag)
}

/// Fetches the rest of a shallow clone: merges need the common history. The repository is opened
/// again afterwards, because libgit2 keeps the shallow one in mind.
///
/// # Errors
/// When the remote cannot be reached.
pub(super) fn deepen(session: &Session, workspace: Workspace) -> anyhow::Result<Workspace> {
    let Some(remote) = workspace.remote().filter(|_| workspace.repo.is_shallow()) else {
        return Ok(workspace);
    };
    session.ui.dim(format!("This clone is shallow: fetching the rest from {remote}…"));
    let policy = NetworkPolicy { may_ask: session.ui.is_interactive(), ..NetworkPolicy::default() };
    fetch::unshallow(&workspace.repo, remote, policy).map_err(|error| {
        Failure::failed(format!(
            "the history that merging needs cannot be fetched: {}\nNothing was changed.",
            error.detail()
        ))
        .hint(format!("git fetch --unshallow {}", crate::model::text::shell_word(remote)))
    })?;
    workspace.reopen()
}

/// What is published now: the remote's view, or with `--no-push` what was last known of it.
fn look(session: &Session, workspace: &Workspace, args: &Finish, hotfix: &Hotfix) -> anyhow::Result<View> {
    if args.no_push {
        return Ok(fetch::last_known(&workspace.repo, workspace.remote())?);
    }
    let incident = hotfix.incident.as_ref();
    let used = incident.and_then(|i| i.tag.clone());
    let base = incident.and_then(|i| i.base_tag.clone());
    let meant = incident.map(Intent::all).unwrap_or_default().into_iter().map(|i| i.tag);
    let requested = args
        .version
        .clone()
        .or_else(|| incident?.version.clone())
        .map(|v| format!("*{}", v.trim_start_matches(['v', 'V'])));
    let also: Vec<String> = [used, base, requested].into_iter().flatten().chain(meant).collect();
    read_remote(session, workspace, &also, Some(&no_push(Some(&hotfix.name))))
}

/// Reads the remote and insists on it, because what is published depends on it. Without a remote
/// the local branches are what is published. The tags in `also` are asked for by name; `instead` is what
/// can be typed where it cannot be read.
///
/// # Errors
/// When it cannot be read.
pub(super) fn read_remote(
    session: &Session,
    workspace: &Workspace,
    also: &[String],
    instead: Option<&str>,
) -> anyhow::Result<View> {
    let Some(remote) = workspace.remote() else { return Ok(fetch::last_known(&workspace.repo, None)?) };
    let interactive = session.ui.is_interactive();
    let limit = if interactive { LONG } else { PATIENCE };
    let policy = NetworkPolicy { may_ask: interactive, limit: Some(limit), silence: None };
    session.ui.dim(format!("Reading {remote}…"));
    let _waiting = session.ui.patient(remote, limit);
    let wanted = targets::wanted(workspace, &workspace.config.branches.production);
    let tags = release::wanted_tags(workspace, also)?;
    let was = workspace
        .repo
        .find_ref(&format!("refs/remotes/{remote}/{}", workspace.config.branches.production))?;
    let mut view = fetch::fetch(&workspace.repo, remote, &wanted, &tags, policy)
        .map_err(|e| unread(remote, &e, instead))?;
    if let Some(line) = release::unasked(workspace, &view, was.as_ref())? {
        let line = [format!("refs/tags/{line}")];
        view.tags.extend(
            fetch::list(&workspace.repo, remote, &line, policy)
                .map_err(|e| unread(remote, &e, instead))?
                .tags,
        );
    }
    Ok(view)
}

fn unread(remote: &str, error: &GitError, instead: Option<&str>) -> Failure {
    let kind = if error.is_authentication() { FailureKind::Authentication } else { FailureKind::Failed };
    let why = if error.is_timeout() { "it did not answer".to_owned() } else { error.detail() };
    let failure = Failure::new(kind, format!("{remote} cannot be read: {why}\nNothing was changed."))
        .again("when it can be reached");
    match instead {
        Some(instead) => failure.hint(instead),
        None => failure,
    }
}

/// The hotfix as it is after reading the remote. A branch that is gone because a colleague has
/// finished is said, not an error.
fn settled_branch(
    session: &Session,
    workspace: &Workspace,
    args: &Finish,
    view: &View,
) -> anyhow::Result<Option<Hotfix>> {
    let hotfix = Hotfix::find_merged(workspace, args.name.as_deref(), args.merged_as.is_some())?;
    let published = view.heads.contains_key(&hotfix.branch);
    if hotfix.local.is_some() || published {
        return Ok(Some(hotfix));
    }
    match already_done(session, workspace, &hotfix, args) {
        Some(outcome) => outcome.map(|_| None),
        None => Ok(Some(hotfix)),
    }
}
