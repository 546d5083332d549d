//! `hotfix note`: a line for the log, in a moment.

mod backfill;
pub(in crate::command) mod milestones;

use super::{Outcome, Session, adopt, editor, pick, templates};
use crate::cli::Note;
use crate::facts::{Hotfix, Workspace};
use crate::model::done_when::{self, DoneWhen};
use crate::model::event::{Draft, Event, Kind};
use crate::model::event_data::{Followup, Written};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::restricted::RESTRICTED;
use crate::model::text::{count, safe, safe_lines, shell_word};
use crate::model::time;
use crate::report::editor as report;
use crate::report::words;
use crate::system::env::unique_hex;
use crate::terminal::style::Tone;
use serde_json::json;

/// The longest text of one event, in bytes: the log is read line by line, by people.
const LONGEST: usize = 64 * 1024;

pub fn run(session: &Session, args: &Note) -> Outcome {
    let workspace = session.site_for_log()?;
    let mut drafts = match &args.file {
        Some(file) => backfill::read(session, file)?,
        None => vec![from_words(session, &workspace, args)?],
    };
    for draft in &drafts {
        demand_length(&workspace, &draft.text)?;
    }
    if args.restricted {
        let said = Written { audience: Some(RESTRICTED.to_owned()), links: None };
        drafts = drafts.into_iter().map(|draft| draft.data(&said)).collect();
    }
    let unclear = drafts.iter().find_map(unclear_condition);
    // Notes need nothing of the record, milestones go the way of `hotfix mark`.
    let outcome = if drafts.iter().all(|d| d.kind.is_human()) {
        let id = id_for(session, &workspace, args.hotfix.as_deref())?;
        append(session, &workspace, &id, drafts)?
    } else {
        let incident = incident_for(session, &workspace, args.hotfix.as_deref())?;
        milestones::append(session, &workspace, &incident, drafts)?
    };
    if let Some(words) = unclear {
        session
            .ui
            .warn(format!("not a fact that git can check: '{}'; see: hotfix help followups", safe(&words)));
    }
    Ok(outcome)
}

/// The words behind `done when:` in a follow-up that `hotfix followups` cannot look up.
fn unclear_condition(draft: &Draft) -> Option<String> {
    let (_, words) = done_when::split(&draft.text);
    match DoneWhen::read(words.filter(|_| draft.kind == Kind::Followup)?) {
        DoneWhen::Unclear(words) => Some(words),
        _ => None,
    }
}

/// Appends events a person gave, all or none, and says each one back.
///
/// # Errors
/// When neither log nor spool can be written.
pub fn append(session: &Session, workspace: &Workspace, id: &str, drafts: Vec<Draft>) -> Outcome {
    if drafts.iter().any(|d| d.text == "TEXT" || d.data.values().any(|v| v == "TEXT")) {
        return Err(Failure::usage(
            "TEXT is a placeholder; replace it by your own words. Nothing was recorded.",
        )
        .into());
    }
    if session.dry_run() {
        session.ui.answer(format!("Would add {} to {id}.", count(drafts.len(), "line")));
        session.ui.document(json!({ "id": id, "events": [], "dry_run": true }));
        return Ok(0);
    }
    let record = workspace.record();
    let written = record.append_all(id, drafts)?;
    let name = pick::name_where_unclear(workspace, id);
    for event in &written {
        session.ui.answer(line(session, event, name.as_deref()));
    }
    if record.has_spool() {
        session.ui.warn(
            "git could not write the log; the line is in a spool file and is added with the \
                         next one",
        );
    }
    let events: Vec<_> =
        written.iter().map(|e| json!({"id": e.id, "kind": e.kind, "at": e.at, "text": e.text})).collect();
    session.ui.document(json!({ "id": id, "events": events }));
    Ok(0)
}

/// The id of the record a person's line goes to, without reading the record where its name says
/// enough. A branch without a record gets one.
///
/// # Errors
/// When there is no hotfix, or several.
pub fn id_for(session: &Session, workspace: &Workspace, name: Option<&str>) -> anyhow::Result<String> {
    match Hotfix::record_id(workspace, name)? {
        Some(id) => Ok(id),
        None => Ok(adopt::incident(session, workspace, &Hotfix::find_to_tell(workspace, name)?)?.id),
    }
}

/// The incident that milestones and words about it go to: of a second hotfix or a rollback, the one it
/// belongs to. A branch without a record gets one.
///
/// # Errors
/// When there is no hotfix, or several.
pub fn incident_for(
    session: &Session,
    workspace: &Workspace,
    name: Option<&str>,
) -> anyhow::Result<Incident> {
    let own = adopt::incident(session, workspace, &Hotfix::find_to_tell(workspace, name)?)?;
    let root = own.belongs_to().map(|id| workspace.record().incident(id)).transpose()?.flatten();
    Ok(root.unwrap_or(own))
}

/// A text that is too long is kept in a file, so that nobody loses what they wrote.
fn demand_length(workspace: &Workspace, text: &str) -> anyhow::Result<()> {
    if text.len() <= LONGEST {
        return Ok(());
    }
    let path = workspace.repo.common_dir().join("hotfix").join(format!("note-{}.txt", unique_hex(6)));
    crate::system::files::write_atomically(&path, &workspace.record().redact(text))?;
    Err(Failure::usage(format!(
        "a line of the log has at most {} KiB, this one has {}; nothing was written, the text is in {}",
        LONGEST / 1024,
        text.len() / 1024,
        path.display()
    ))
    .hint(format!("hotfix note {}", shell_word(&format!("details in {}", path.display()))))
    .into())
}

fn line(session: &Session, event: &Event, name: Option<&str>) -> String {
    let now = session.env.now();
    let local = event.at.with_timezone(&chrono::Local);
    let when = if local.date_naive() == now.with_timezone(&chrono::Local).date_naive() {
        local.format("%H:%M").to_string()
    } else {
        // The day is named, so that a time taken for yesterday's is noticed; so is another year.
        let this_year =
            local.format("%Y").to_string() == now.with_timezone(&chrono::Local).format("%Y").to_string();
        local.format(if this_year { "%a %d %b %H:%M" } else { "%a %d %b %Y %H:%M" }).to_string()
    };
    let said = words::describe(event);
    let text = safe(said.lines().next().unwrap_or_default());
    let kind = event.kind.label();
    let name = name.map_or_else(String::new, |name| format!("{} ", Tone::Strong.paint(name)));
    format!("{} {name}{when}  {kind}  {text}", session.ui.sign(Tone::Good)).trim_end().to_owned()
}

fn from_words(session: &Session, workspace: &Workspace, args: &Note) -> anyhow::Result<Draft> {
    let asked = args.kind.as_deref().and_then(Kind::from_note_flag);
    let kind = match (asked.clone(), &args.state) {
        (Some(kind), _) => kind,
        (None, Some(_)) => Kind::Hypothesis,
        (None, None) => Kind::Note,
    };
    if args.state.is_some() && kind != Kind::Hypothesis {
        return Err(Failure::usage("--state belongs to a hypothesis; nothing was written")
            .hint("hotfix note --state ruled-out \"the session cache\"")
            .into());
    }
    let followup = followup(session, args, asked.as_ref())?;
    let links = args.link.iter().map(|url| address(url)).collect::<Result<Vec<_>, _>>()?;
    let at = args.at.as_deref().map(|t| time::parse(t, &session.env.now_local())).transpose()?;
    let mut text = args.text.join(" ");
    if args.text.is_empty() {
        text = edited(session, workspace)?;
    }
    let text = safe_lines(&text).trim().to_owned();
    if text.is_empty() {
        return Err(Failure::usage("a note needs text; nothing was written")
            .hint("hotfix note \"turned the login flag off\"")
            .into());
    }
    let mut draft = match &args.state {
        Some(state) => hypothesis(workspace, args, text, state)?,
        None => of_kind(if followup == Followup::default() { kind } else { Kind::Followup }, text),
    };
    draft =
        draft.data(&followup).data(&Written { links: Some(links).filter(|l| !l.is_empty()), audience: None });
    draft.at = at;
    draft.pinned = args.pin;
    Ok(draft.by_person())
}

/// Who does a follow-up, by when, and where it is tracked.
fn followup(session: &Session, args: &Note, kind: Option<&Kind>) -> Result<Followup, Failure> {
    let clean = |words: &Option<String>| {
        words.as_deref().map(|w| safe(w).trim().to_owned()).filter(|w| !w.is_empty())
    };
    let due = args.due.as_deref().map(|typed| day(session, typed)).transpose()?;
    let said =
        Followup { owner: clean(&args.owner), due, ticket: clean(&args.ticket), ..Followup::default() };
    if said != Followup::default() && kind.is_some_and(|k| *k != Kind::Followup) {
        return Err(Failure::usage("--owner, --due and --ticket belong to a follow-up; nothing was written")
            .hint("hotfix note --kind followup --owner grace --due 14d \"alert on failing logins\""));
    }
    Ok(said)
}

/// A day, or a length of time from now.
fn day(session: &Session, typed: &str) -> Result<String, Failure> {
    let text = typed.trim();
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let later = time::parse_duration(text).and_then(|d| session.env.now_local().checked_add_signed(d));
    date.or_else(|| later.map(|at| at.date_naive())).map(|day| day.to_string()).ok_or_else(|| {
        Failure::usage(format!(
            "not a day: '{}' (expected e.g. 2026-12-01 or 14d); nothing was written",
            safe(typed)
        ))
        .instead(typed, "14d")
    })
}

/// An address of the web. Nothing else can be followed from a document.
fn address(url: &str) -> Result<String, Failure> {
    let plain = safe(url).trim().to_owned();
    let known = plain.starts_with("https://") || plain.starts_with("http://");
    if !known || plain.contains(char::is_whitespace) {
        return Err(Failure::usage(format!(
            "not a web address: '{plain}' (expected https://…); nothing was written"
        )));
    }
    Ok(plain)
}

/// A line of a kind; `TODO: …` is how scribes mark a follow-up.
fn of_kind(kind: Kind, text: String) -> Draft {
    match text.strip_prefix("TODO:").map(str::trim) {
        Some(rest) if kind == Kind::Note && !rest.is_empty() => Draft::new(Kind::Followup, rest),
        _ => Draft::new(kind, text),
    }
}

/// What has become of a hypothesis that was noted before, or a new one that is settled already.
fn hypothesis(workspace: &Workspace, args: &Note, text: String, state: &str) -> anyhow::Result<Draft> {
    let known = Hotfix::find_to_tell(workspace, args.hotfix.as_deref())?
        .incident
        .map(|i| i.topics(&Kind::Hypothesis));
    let is_id = text.len() >= 4 && text.chars().all(|c| c.is_ascii_hexdigit());
    let meant =
        known.unwrap_or_default().into_iter().rev().find(|t| {
            t.is_meant_by(&text) || (is_id && (t.id.starts_with(&text) || t.event.starts_with(&text)))
        });
    let said = Followup {
        state: Some(state.replace('-', "_")),
        of: meant.as_ref().map(|topic| topic.id.clone()),
        ..Followup::default()
    };
    Ok(Draft::new(Kind::Hypothesis, meant.map_or(text, |t| t.text)).data(&said))
}

/// The note as written in git's editor.
fn edited(session: &Session, workspace: &Workspace) -> anyhow::Result<String> {
    if !editor::is_at_hand(session) {
        return Err(Failure::usage("a note needs text")
            .hint("hotfix note \"turned the login flag off\"")
            .into());
    }
    let path = workspace.repo.git_dir().join("HOTFIX_NOTE");
    let help = report::note(templates::of(workspace, report::NOTE)?.template())?;
    let text = editor::edit(workspace, &path, &help);
    crate::system::files::remove_file(&path)?;
    Ok(text?.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join("\n"))
}
