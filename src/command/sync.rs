//! `hotfix sync`: incident logs, shared.

use super::share::{outcomes_json, trouble};
use super::{Outcome, Session, again, trust};
use crate::cli::Sync;
use crate::engine::share::{self, Sharing, State};
use crate::engine::share_choice;
use crate::engine::share_failure;
use crate::engine::share_target::{Memory, Place, Visibility, names_a_helper};
use crate::facts::{Hotfix, Workspace, partly_out};
use crate::git::access::Access;
use crate::git::fetch::{self, Tags, View};
use crate::git::git_command::NetworkPolicy;
use crate::git::records;
use crate::model::absent::publish;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::plan::{Deletion, head};
use crate::model::text::{count, exact, list, safe, shell_word};
use crate::system::{files, signals};
use crate::terminal::style::{Tone, pad, width};
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::time::Duration;

/// The longest the branches of hotfixes are waited for that came with their logs.
const PATIENCE: Duration = Duration::from_secs(5);

/// How many branches are asked for that no log of this clone names.
const MOST_BRANCHES: usize = 200;

/// The longest one conversation with the remote may take: logs are small.
const LONGEST: Duration = Duration::from_secs(120);

/// How every git bundle begins.
const BUNDLE: &[u8] = b"# v";

pub fn run(session: &Session, args: &Sync) -> Outcome {
    let workspace = session.site_for_log()?;
    if let Some(file) = bundle_of(session, &workspace, args)? {
        return read(session, &workspace, &file);
    }
    let place = Place::choose(&workspace, args.remote.as_deref())?;
    demand_trust(session, &workspace, &place)?;
    let limit = Some(crate::system::fault::hurried(LONGEST));
    let policy = NetworkPolicy { may_ask: true, limit, silence: None };
    if session.dry_run() {
        return preview(session, &workspace, &place, policy, args.all);
    }
    let working = session.ui.waiting(&format!("Reading {}…", place.name()), LONGEST);
    let mut sharing = Sharing::reading(&workspace, &place, policy, args.all)?;
    drop(working);
    let waiting = sharing.waiting();
    let consents = args.yes_public || session.ui.yes();
    if waiting.is_empty() && consents {
        // Consent counts for what is written later, too; where it does not suffice it is asked then.
        drop(agree(session, &workspace, &place, args, (0, 0)));
    } else if !waiting.is_empty() {
        let amount = (waiting.len(), waiting.iter().map(|o| o.sent).sum());
        if let Err(refused) = agree(session, &workspace, &place, args, amount) {
            // What came from there stays, whether anything goes there or not.
            sharing.end()?;
            return Err(refused);
        }
        signals::stands(super::CONTINUES);
        let working = session.ui.working("Sending…");
        let sent = sharing.send(&args.not_secret, |id| working.show(&format!("Sending {id}")));
        if let Err(error) = sent {
            sharing.end()?;
            return Err(error);
        }
    }
    let outcomes = sharing.end()?;
    let received: Vec<&str> = outcomes.iter().filter(|o| o.received > 0).map(|o| o.id.as_str()).collect();
    if !received.is_empty() {
        fetch_production(&workspace)?;
    }
    fetch_branches(&workspace, &received)?;
    show(session, &place, &outcomes);
    say_unpublished(session, &workspace, &outcomes)?;
    match trouble(&place, &outcomes) {
        Some(failure) => Err(failure.into()),
        None => {
            document(session, &place, &outcomes);
            Ok(0)
        }
    }
}

/// A log without its branch helps nobody to go on: says which commits only this clone has.
fn say_unpublished(
    session: &Session,
    workspace: &Workspace,
    outcomes: &[share::Outcome],
) -> anyhow::Result<()> {
    let Some(remote) = workspace.remote() else { return Ok(()) };
    let mut lines = Vec::new();
    for incident in workspace.record().incidents()? {
        let is_shared = outcomes.iter().any(|o| o.id == incident.id && o.state == State::Shared);
        if !is_shared || !incident.is_open() || incident.tag.is_some() {
            continue;
        }
        let hotfix = Hotfix::with_record(workspace, incident)?;
        // Whoever released it has deleted the branch.
        if partly_out::last_known(workspace, &hotfix)?.is_some() {
            continue;
        }
        let (branch, to) = (safe(&hotfix.branch), safe(remote));
        let what = match (&hotfix.local, &hotfix.tracking) {
            (Some(_), None) => {
                format!("{branch} itself is not on {to}: other clones get its log alone")
            }
            (Some(here), Some(there)) if here != there => {
                match workspace.repo.log(here, std::slice::from_ref(there), 100)?.len() {
                    0 => continue,
                    n => format!(
                        "{} of {branch} {} not on {to}",
                        count(n, "commit"),
                        if n == 1 { "is" } else { "are" }
                    ),
                }
            }
            _ => continue,
        };
        lines.push((what, publish(remote, &hotfix.branch), again("hotfix review", &hotfix.name)));
    }
    for (what, push, review) in lines {
        session.ui.warn(what);
        session.ui.hint(format!("{push}    # or: {review} --request"));
    }
    Ok(())
}

/// A directory that a committed file names is a command in disguise: git runs its hooks.
fn demand_trust(session: &Session, workspace: &Workspace, place: &Place) -> anyhow::Result<()> {
    let Some(path) = place.untrusted(&workspace.repo) else { return Ok(()) };
    if trust::is_allowed_place(session, workspace, path)? {
        return Ok(());
    }
    let (is, why) = if names_a_helper(path) {
        ("an address that git reads with another program", "A committed file does not choose programs.")
    } else {
        ("a directory of this machine", "git runs the hooks in it.")
    };
    Err(Failure::refused(format!(
        "incident.remote of hotfix.toml is {is}: {}\n{why} Nothing was read or sent.",
        exact(path)
    ))
    .hint(format!("git config hotfix.incident.remote {}    # if it is meant", shell_word(path)))
    .into())
}

/// A hotfix that came with its log is worth more with its branch: where it is published and was
/// not fetched yet, it is fetched now.
fn fetch_branches(workspace: &Workspace, received: &[&str]) -> anyhow::Result<()> {
    let Some(remote) = workspace.remote() else { return Ok(()) };
    let repo = &workspace.repo;
    let mut missing = Vec::new();
    // What only another clone calls released or given up may have one all the same.
    let received: BTreeSet<&str> = received.iter().copied().collect();
    let is_news = |i: &Incident| !i.is_own_outcome && received.contains(i.id.as_str());
    let wanted = |i: &Incident| i.is_open() && i.tag.is_none() || is_news(i);
    for incident in workspace.record().incidents()?.into_iter().filter(wanted) {
        let tracked = format!("refs/remotes/{remote}/{}", incident.branch);
        if repo.find_ref(&head(&incident.branch))?.is_none() && repo.find_ref(&tracked)?.is_none() {
            missing.push(incident.branch);
        }
    }
    // Each is a word of one command line. The newest come last.
    missing.reverse();
    missing.truncate(MOST_BRANCHES);
    fetch_quietly(workspace, remote, &missing);
    Ok(())
}

/// A release that another clone tells of is believed when production shows it, and an end when the branch is
/// gone.
fn fetch_production(workspace: &Workspace) -> anyhow::Result<()> {
    let Some(remote) = workspace.remote() else { return Ok(()) };
    let record = workspace.record();
    let (mut branches, mut hotfixes) = (Vec::new(), Vec::new());
    for (id, tip) in records::local(&workspace.repo)? {
        let told = record.folded(&id, &tip)?.filter(|i| i.claimed.is_some());
        let Some(told) = told else { continue };
        branches.push(workspace.production_of(Some(&told).filter(|i| i.is_own)).to_owned());
        let branch = workspace.branch_of(&told.name);
        let tracked = workspace.repo.find_ref(&format!("refs/remotes/{remote}/{branch}"))?;
        hotfixes.extend(tracked.map(|tip| (branch, tip)));
    }
    branches.extend(hotfixes.iter().map(|(branch, _)| branch.clone()));
    branches.sort();
    branches.dedup();
    let there = fetch_quietly(workspace, remote, &branches);
    for (branch, expect) in hotfixes.into_iter().collect::<BTreeMap<_, _>>() {
        if there.as_ref().is_some_and(|view| view.lacks(&branch)) {
            let name = format!("refs/remotes/{remote}/{branch}");
            workspace.repo.delete_ref(&Deletion { name, expect })?;
        }
    }
    Ok(())
}

fn fetch_quietly(workspace: &Workspace, remote: &str, branches: &[String]) -> Option<View> {
    if branches.is_empty() {
        return None;
    }
    let policy = NetworkPolicy { may_ask: false, limit: Some(PATIENCE), silence: None };
    let tags = Tags::Named(Vec::new());
    let fetched = fetch::fetch(&workspace.repo, remote, branches, &tags, policy);
    fetched.inspect_err(|error| log::debug!("no branches could be fetched: {error}")).ok()
}

/// The bundle that is meant, if it is one.
fn bundle_of(session: &Session, workspace: &Workspace, args: &Sync) -> anyhow::Result<Option<PathBuf>> {
    let Some(given) = &args.remote else { return Ok(None) };
    let path = session.env.cwd()?.join(given);
    if !path.is_file() || workspace.repo.config()?.remotes().iter().any(|name| name == given) {
        return Ok(None);
    }
    if !files::starts_with(&path, BUNDLE) {
        return Err(Failure::usage(format!("not a git bundle: {}; nothing was read", safe(given)))
            .hint("hotfix bundle incident.bundle    # writes one")
            .into());
    }
    Ok(Some(path))
}

fn read(session: &Session, workspace: &Workspace, file: &Path) -> Outcome {
    let shown = file.display().to_string();
    if session.dry_run() {
        let held = records::offered(&workspace.repo, &shown, None, NetworkPolicy::default())?.logs;
        let ids: Vec<String> = held.keys().map(|id| safe(id)).collect();
        session.ui.answer(format!("Would read {}: {}", count(ids.len(), "incident log"), ids.join(", ")));
        session.ui.document(json!({ "remote": shown, "records": ids, "dry_run": true }));
        return Ok(0);
    }
    let place = Place::bundle(&shown);
    let there = records::read_bundle(&workspace.repo, file, &place.key)?;
    if there.is_empty() {
        return Err(
            Failure::usage(format!("{} contains no incident log; nothing was read", safe(&shown))).into()
        );
    }
    let read: Vec<String> = there.keys().cloned().collect();
    signals::stands(super::CONTINUES);
    let sharing = Sharing::begin(workspace, &place, NetworkPolicy::default(), there)?;
    let mut outcomes = sharing.end()?;
    outcomes.retain(|o| read.contains(&o.id));
    for outcome in &outcomes {
        let line = match &outcome.state {
            State::Foreign(why) => format!("! {} was skipped: {}", safe(&outcome.id), safe(why)),
            _ => {
                let new = match outcome.received {
                    0 => "nothing new".to_owned(),
                    n => count(n, "new event"),
                };
                format!("{} {}  {new}", session.ui.sign(Tone::Good), safe(&outcome.id))
            }
        };
        session.ui.answer(line);
    }
    if outcomes.is_empty() {
        session.ui.answer(format!(
            "{} Its events are in the log of the same hotfix now.",
            session.ui.sign(Tone::Good)
        ));
    }
    document(session, &place, &outcomes);
    Ok(0)
}

/// What a sync would do. Only asks the remote for its refs; changes nothing.
fn preview(
    session: &Session,
    workspace: &Workspace,
    place: &Place,
    policy: NetworkPolicy,
    all: bool,
) -> Outcome {
    let offer = share_choice::offered(workspace, place, policy)
        .map_err(|error| share_failure::unreadable(place, &error))?;
    let choice = share_choice::chosen(workspace, place, &offer, all)?;
    share_choice::say_left(place, &choice);
    let mut there = offer.logs;
    there.retain(|id, _| choice.ids.contains(id));
    let here = records::local(&workspace.repo)?;
    let record = workspace.record();
    session.ui.answer(format!("To {}", place.shown()));
    let wide = width(here.keys().chain(there.keys()).map(String::as_str));
    let mut values = Vec::new();
    for id in here.keys().chain(there.keys().filter(|id| !here.contains_key(*id))) {
        let (mine, theirs) = (here.get(id), there.get(id));
        let known = match theirs {
            Some(theirs) => workspace.repo.has(theirs)?.then_some(theirs),
            None => None,
        };
        let sent = mine.map_or(Ok(0), |m| record.news(m, known))?;
        let receives = theirs.is_some() && known.is_none();
        let mut words = Vec::new();
        if mine == theirs {
            words.push("up to date on both sides".to_owned());
        } else {
            if sent > 0 {
                let most = if receives { "at most " } else { "" };
                words.push(format!("would send {most}{}", count(sent, "event")));
            }
            if receives {
                words.push("would receive events from other clones".to_owned());
            }
        }
        session.ui.answer(format!("  {}  {}", pad(&safe(id), wide), list(&words)));
        values.push(json!({ "id": id, "sent": sent, "receives": receives }));
    }
    if values.is_empty() {
        session.ui.answer("  There is no incident log, here or on the remote.");
    }
    if !place.is_agreed(&Memory::read(&workspace.repo)) {
        session.ui.dim("Sending logs there has not been confirmed yet; the first sync asks.");
    }
    session.ui.dim("Nothing was changed.");
    session.ui.document(
        json!({ "remote": place.name(), "url": place.shown(), "dry_run": true, "records": values }),
    );
    Ok(0)
}

/// The consent, once for each address.
fn agree(
    session: &Session,
    workspace: &Workspace,
    place: &Place,
    args: &Sync,
    (logs, events): (usize, usize),
) -> anyhow::Result<()> {
    if place.is_agreed(&Memory::read(&workspace.repo)) {
        return Ok(());
    }
    let working = session.ui.working("Checking who can read it…");
    let visibility = place.visibility(&workspace.repo);
    drop(working);
    let what = format!("{} ({})", count(logs, "incident log"), count(events, "event"));
    if logs > 0 {
        session.ui.say(format!("{what} would go to {}", place.shown()));
    }
    if visibility == Visibility::Public {
        session.ui.warn("that repository is publicly readable");
    } else if visibility == Visibility::Unknown {
        session.ui.warn("could not determine whether that repository is publicly readable");
    }
    if visibility != Visibility::Private {
        session.ui.say("Logs contain host names, customer ids and command output. On a public host");
        session.ui.say("this cannot be undone: deleted refs stay reachable by their ids.");
    }
    let is_public = visibility == Visibility::Public;
    let given = args.yes_public || (session.ui.yes() && !is_public);
    if !given {
        let flag = if is_public { "--yes-public" } else { "--yes" };
        let refused = Failure::refused(
            "confirmation required: sending logs there has not been confirmed \
                                        yet (nothing was sent)",
        )
        .hint(format!("hotfix sync {} {flag}", place.word()))
        .hint("hotfix bundle incident.bundle    # a file for mail or chat instead");
        if !session.ui.is_interactive() {
            return Err(refused.into());
        }
        if !session.ui.confirm(
            "Send the logs there, now and with every later sync?",
            !is_public && visibility == Visibility::Private,
        )? {
            return Err(Failure::refused("nothing was sent").into());
        }
    }
    place.agree(&workspace.repo)?;
    Ok(())
}

fn show(session: &Session, place: &Place, outcomes: &[share::Outcome]) {
    let ui = &session.ui;
    let name = place.name();
    let mut same = 0;
    let changed = outcomes.iter().filter(|o| o.state != State::Shared || o.sent + o.received > 0);
    let wide = width(changed.map(|o| o.id.as_str()));
    for outcome in outcomes {
        let id = pad(&safe(&outcome.id), wide);
        let mut words = Vec::new();
        if outcome.sent > 0 {
            words.push(format!("{} sent", count(outcome.sent, "event")));
        }
        if outcome.received > 0 {
            words.push(format!("{} received", count(outcome.received, "event")));
        }
        match &outcome.state {
            State::Shared if words.is_empty() => same += 1,
            State::Shared => ui.answer(format!("{} {id}  {}", ui.sign(Tone::Good), list(&words))),
            State::Kept => ui.answer(format!("{} {id}  not sent", ui.sign(Tone::Attention))),
            State::Suspicious(_) => {
                ui.answer(format!("{} {id}  not sent: review it first", ui.sign(Tone::Bad)))
            }
            State::Refused(_) => ui.answer(format!("{} {id}  refused", ui.sign(Tone::Bad))),
            State::Foreign(why) => {
                ui.warn(format!("{name} has {}, which was skipped: {}", safe(&outcome.id), safe(why)))
            }
        }
    }
    if same == outcomes.len() {
        let what = if same == 0 {
            format!("There is no incident log, here or on {name}.")
        } else {
            format!(
                "{} {} here and on {name}.",
                count(same, "incident log"),
                if same == 1 { "is the same" } else { "are the same" }
            )
        };
        ui.answer(what);
    } else if same > 0 {
        ui.dim(format!("{} up to date on both sides", count(same, "log")));
    }
}

fn document(session: &Session, place: &Place, outcomes: &[share::Outcome]) {
    session.ui.document(json!({
        "remote": place.name(),
        "url": place.shown(),
        "records": outcomes_json(outcomes),
    }));
}
