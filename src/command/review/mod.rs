//! `hotfix review`: a second pair of eyes, before the fix goes out.

mod forge;
mod reach;
mod request;

use super::{Outcome, Session, adopt, check, show};
use crate::cli::Review;
use crate::engine::share::Sharing;
use crate::engine::share_target::Place;
use crate::facts::review::Subject;
use crate::facts::{Hotfix, Workspace, finish as facts};
use crate::git::git_command::NetworkPolicy;
use crate::model::event::{Actor, Draft, Kind, Pointer};
use crate::model::event_data::Answered;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{count, exact_lines, list_first, safe, safe_lines, shell_word};
use crate::terminal::style::Tone;
use anstream::{AutoStream, ColorChoice};
use serde_json::{Value, json};
use std::time::Duration;

/// The longest a review waits for the incident log of a colleague.
const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Verdict {
    Approve,
    Reject,
}

impl Verdict {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Approve => "approve",
            Self::Reject => "reject",
        }
    }
}

pub fn run(session: &Session, args: &Review) -> Outcome {
    let mut workspace = session.workspace()?;
    let mut given = given(args)?;
    let reviewer = workspace.actor();
    let working = session.ui.waiting("Reading the remote…", PATIENCE);
    let mut subject = Subject::find(&mut workspace, args.name.as_deref())?;
    if subject.hotfix.incident.is_none() && !session.dry_run() {
        learn(&workspace, &mut subject)?;
    }
    drop(working);
    if args.request {
        return request::run(session, &workspace, &subject, args.message.as_deref());
    }
    if matches!(given, Some((Verdict::Approve, _))) {
        nothing_unseen(&workspace, &subject)?;
    }
    show_change(session, &workspace, &subject, given.is_some())?;
    if given.is_none() && !session.ui.json() && !session.dry_run() {
        subject.was_shown(&workspace);
    }
    if given.is_none() && session.ui.is_interactive() && !session.dry_run() {
        given = ask(session, args)?;
    }
    let Some((verdict, text)) = given else {
        session.ui.document(document(&workspace, &subject, None));
        say_how(session, &subject);
        return Ok(0);
    };
    let reviewer = reviewer.ok_or_else(|| {
        Failure::refused(
            "git does not know who you are, so the review would have no author; nothing was recorded",
        )
        .hint("git config user.name \"Your Name\" && git config user.email you@example.com")
    })?;
    let own = subject.is_made_by(&workspace, &reviewer)?;
    let given = Given { verdict, text, self_review: own && verdict == Verdict::Approve };
    if session.dry_run() {
        session.ui.dim(format!("Would record: {}. Nothing was changed.", verdict.as_str()));
        session.ui.document(document(&workspace, &subject, Some((&given, None))));
        return Ok(0);
    }
    let incident = keep(&workspace, &mut subject, &given)?;
    if !given.self_review {
        forge::say(session, &workspace, &subject, given.verdict == Verdict::Approve, &given.text)?;
    }
    report(session, &workspace, &subject, &incident, &given, &reviewer)
}

/// An approval that is typed is for what was shown before it: whoever can push the branch may have been faster.
fn nothing_unseen(workspace: &Workspace, subject: &Subject) -> anyhow::Result<()> {
    let unseen = subject.unseen(workspace)?;
    if unseen.is_empty() {
        return Ok(());
    }
    let named: Vec<String> = unseen
        .iter()
        .map(|c| format!("{} {} ({})", c.commit.short(), safe(&c.subject), safe(&c.author)))
        .collect();
    let (name, branch) = (shell_word(&subject.hotfix.name), safe(&subject.hotfix.branch));
    Err(Failure::refused(format!(
        "{branch} has {} that you were not shown: {}; nothing was recorded",
        count(unseen.len(), "commit"),
        list_first(&named, 3)
    ))
    .hint(format!("hotfix review {name}    # shows it as it is now"))
    .into())
}

/// What was decided, and by whom as far as it matters.
struct Given {
    verdict: Verdict,
    text: String,
    self_review: bool,
}

fn given(args: &Review) -> Result<Option<(Verdict, String)>, Failure> {
    let text = safe_lines(args.message.as_deref().unwrap_or_default()).trim().to_owned();
    match (args.approve, args.reject) {
        (true, _) => Ok(Some((Verdict::Approve, text))),
        (_, true) if text.is_empty() => {
            let name = args.name.as_deref().map(|n| format!("{} ", shell_word(n))).unwrap_or_default();
            Err(Failure::usage("a rejection needs a reason; nothing was recorded")
                .hint(format!("hotfix review {name}--reject -m \"what has to change\"")))
        }
        (_, true) => Ok(Some((Verdict::Reject, text))),
        _ => Ok(None),
    }
}

/// A clone without the record may find it on the remote: to read it nobody has to agree.
fn learn(workspace: &Workspace, subject: &mut Subject) -> anyhow::Result<()> {
    let Ok(place) = Place::choose(workspace, None) else { return Ok(()) };
    let policy = NetworkPolicy { may_ask: false, limit: Some(PATIENCE), silence: None };
    let read = Sharing::with_remote(workspace, &place, policy).and_then(Sharing::end);
    if let Err(error) = read {
        log::debug!("no incident log could be read: {error}");
        return Ok(());
    }
    let known = Hotfix::find(workspace, Some(&subject.hotfix.name))?;
    subject.hotfix.incident = known.incident.filter(|i| i.branch == subject.hotfix.branch);
    Ok(())
}

fn show_change(
    session: &Session,
    workspace: &Workspace,
    subject: &Subject,
    decided: bool,
) -> anyhow::Result<()> {
    let ui = &session.ui;
    let name = Tone::Strong.paint(safe(&subject.hotfix.name));
    if subject.hotfix.title() == subject.hotfix.name {
        ui.answer(name);
    } else {
        ui.answer(format!("{name}   {}", safe(subject.hotfix.title())));
    }
    for remark in &subject.remarks {
        ui.warn(safe(remark));
    }
    if !ui.json() {
        diff(session, workspace, subject, decided)?;
    }
    let stat = subject.stat;
    ui.answer("");
    ui.answer(format!(
        "{}, {}, +{} {}{}, for {} at {}, as {}",
        count(subject.commits.len(), "commit"),
        count(stat.files, "file"),
        stat.added,
        ui.symbols.minus,
        stat.removed,
        safe(&subject.production),
        subject.base.short(),
        safe(&subject.tag)
    ));
    for commit in &subject.commits {
        ui.answer(format!(
            "  {}  {}   {}",
            commit.commit.short(),
            safe(&commit.subject),
            safe(&commit.author)
        ));
    }
    ui.answer("");
    if subject.hotfix.incident.is_some() {
        show::checklist(session, &standings(workspace, subject));
    } else {
        ui.dim("The checks so far are in the responder's incident log, which is not here.");
    }
    Ok(())
}

/// A branch's `.gitmodules` does not say which submodules are not to be looked at.
const WHOLE: &str = "--ignore-submodules=none";

/// The change itself: the statistics first, in the user's own pager where somebody reads it.
fn diff(session: &Session, workspace: &Workspace, subject: &Subject, decided: bool) -> anyhow::Result<()> {
    let form = if decided { "--stat" } else { "--patch-with-stat" };
    let (base, tip) = (subject.base.as_str(), subject.tip.as_str());
    let git = workspace.repo.git();
    // A branch does not say of its own files that they are not to be read. Older gits know only what is
    // checked out.
    let attributes = workspace.repo.is_git(2, 43).then(|| format!("--attr-source={base}"));
    let plain = ["--no-relative", WHOLE, "--no-color", "--no-ext-diff", "--no-textconv", form, base, tip];
    let text =
        git.text(git.call_with("diff", attributes.as_slice()).dir(workspace.repo.dir()).args(plain))?;
    // The user's git would show what replaces an object here, and a pager what a terminal acts upon.
    let text = code(&text);
    if session.env.stdout_tty && session.ui.is_interactive() {
        super::page(&coloured(&text));
    } else {
        session.ui.raw(&text);
    }
    Ok(())
}

/// Code as a compiler reads it: nothing is left out, and no character breaks a line but the end of one.
fn code(text: &str) -> String {
    let text = text.replace("\r\n", "\n").replace('\t', "    ");
    exact_lines(&text).join("\n")
}

/// A diff in the colours of this program, where there are any.
fn coloured(text: &str) -> String {
    let is_plain = AutoStream::choice(&std::io::stdout()) == ColorChoice::Never;
    let tone = |line: &str| match line.chars().next() {
        _ if is_plain => Tone::Plain,
        Some('+') => Tone::Good,
        Some('-') => Tone::Bad,
        Some('@') => Tone::Dim,
        Some('d' | 'i') => Tone::Strong,
        _ => Tone::Plain,
    };
    text.lines().map(|line| tone(line).paint(line)).collect::<Vec<_>>().join("\n")
}

fn ask(session: &Session, args: &Review) -> anyhow::Result<Option<(Verdict, String)>> {
    session.ui.say("");
    let choice = session.ui.choose("Your verdict", &["approve", "reject", "later"], 2)?;
    let verdict = match choice {
        Some(0) => Verdict::Approve,
        Some(1) => Verdict::Reject,
        _ => return Ok(None),
    };
    let text = match &args.message {
        Some(text) => Some(safe_lines(text).trim().to_owned()),
        None if verdict == Verdict::Reject => session.ui.line("What has to change?")?,
        None => session.ui.line("A comment for the responder?")?,
    };
    match (verdict, text) {
        (Verdict::Reject, None) => {
            session.ui.warn("a rejection needs a reason; nothing was recorded");
            Ok(None)
        }
        (verdict, text) => Ok(Some((verdict, text.unwrap_or_default()))),
    }
}

fn keep(workspace: &Workspace, subject: &mut Subject, given: &Given) -> anyhow::Result<Incident> {
    let incident = match &subject.hotfix.incident {
        Some(incident) => incident.clone(),
        None => adopt::record(workspace, &subject.hotfix)?,
    };
    let record = workspace.record();
    check::note_commits(workspace, &record, &incident, &subject.tip)?;
    let said = Answered {
        verdict: Some(given.verdict.as_str().to_owned()),
        self_review: given.self_review.then_some(true),
        ..Answered::default()
    };
    let draft = Draft::new(Kind::Review, given.text.clone())
        .data(&said)
        .refer(Pointer::Branch, &subject.hotfix.branch)
        .refer(Pointer::Commit, &subject.tip)
        .refer(Pointer::Tree, &subject.tree)
        .by_person();
    record.append(&incident.id, draft)?;
    let now = record.incident(&incident.id)?.unwrap_or(incident);
    subject.hotfix.incident = Some(now.clone());
    Ok(now)
}

fn report(
    session: &Session,
    workspace: &Workspace,
    subject: &Subject,
    incident: &Incident,
    given: &Given,
    reviewer: &Actor,
) -> Outcome {
    let ui = &session.ui;
    let name = shell_word(&subject.hotfix.name);
    let tree = subject.tree.short();
    ui.answer("");
    match given.verdict {
        Verdict::Approve if given.self_review => {
            ui.answer(format!("{} kept as a self-review of tree {tree}", ui.sign(Tone::Attention)));
            ui.say("You wrote commits of this branch, so another person has to review it:");
            ui.say(format!("  hotfix review {name} --request"));
        }
        Verdict::Approve => ui.answer(format!("{} approved, tree {tree}", ui.sign(Tone::Good))),
        Verdict::Reject => {
            ui.answer(format!("{} rejected, tree {tree}: {}", ui.sign(Tone::Bad), safe(&given.text)));
        }
    }
    let way = reach::way(workspace, incident);
    let tell = reach::tell(&way, given.verdict, &subject.hotfix.name, reviewer);
    if !given.self_review {
        reach::say(session, &way, tell.as_deref());
    }
    ui.document(document(workspace, subject, Some((given, tell))));
    Ok(0)
}

fn say_how(session: &Session, subject: &Subject) {
    let name = shell_word(&subject.hotfix.name);
    session.ui.say("");
    session.ui.say("Next: give your verdict");
    session.ui.say(format!("  hotfix review {name} --approve"));
    session.ui.say(format!("  hotfix review {name} --reject -m \"what has to change\""));
}

fn standings(workspace: &Workspace, subject: &Subject) -> Vec<crate::model::checklist::Standing> {
    facts::standings(workspace, &subject.hotfix, Some(&subject.tree))
}

fn document(workspace: &Workspace, subject: &Subject, given: Option<(&Given, Option<String>)>) -> Value {
    let (given, tell) = given.map_or((None, None), |(given, tell)| (Some(given), tell));
    json!({
        "name": subject.hotfix.name,
        "id": subject.hotfix.id(),
        "branch": subject.hotfix.branch,
        "base": subject.base,
        "tip": subject.tip,
        "tree": subject.tree,
        "commits": subject.commits,
        "stat": subject.stat,
        "next_tag": subject.tag,
        "remarks": subject.remarks,
        "checks": show::checks_json(&standings(workspace, subject)),
        "verdict": given.map(|g| g.verdict.as_str()),
        "self_review": given.map(|g| g.self_review),
        "tell": tell,
    })
}
