//! `hotfix note`: a line for the log, in a moment.

mod backfill;

use super::{Desk, Outcome, adopt, editor, mark, pick, templates};
use crate::cli::Note;
use crate::facts::{Hotfix, Site};
use crate::model::done_when::{self, DoneWhen};
use crate::model::event::{Draft, Event, Kind};
use crate::model::event_data::{Evidence, Followup};
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

pub fn run(desk: &Desk, args: &Note) -> Outcome {
    let site = desk.site_for_log()?;
    let mut drafts = match &args.file {
        Some(file) => backfill::read(desk, file)?,
        None => vec![from_words(desk, &site, args)?],
    };
    for draft in &drafts {
        demand_length(&site, &draft.text)?;
    }
    if args.restricted {
        drafts = drafts.into_iter().map(|draft| draft.with("audience", RESTRICTED)).collect();
    }
    let unclear = drafts.iter().find_map(unclear_condition);
    // Notes need nothing of the record, milestones go the way of `hotfix mark`.
    let outcome = if drafts.iter().all(|d| d.kind.is_human()) {
        let id = id_for(desk, &site, args.hotfix.as_deref())?;
        append(desk, &site, &id, drafts)?
    } else {
        let incident = incident_for(desk, &site, args.hotfix.as_deref())?;
        mark::append(desk, &site, &incident, drafts)?
    };
    if let Some(words) = unclear {
        desk.ui.warn(format!("'{}' is no fact that git can check; see: hotfix help followups", safe(&words)));
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
pub fn append(desk: &Desk, site: &Site, id: &str, drafts: Vec<Draft>) -> Outcome {
    if desk.dry_run() {
        desk.ui.answer(format!("Would add {} to {id}.", count(drafts.len(), "line")));
        desk.ui.document(json!({ "id": id, "events": [], "dry_run": true }));
        return Ok(0);
    }
    let record = site.record();
    let written = record.append_all(id, drafts)?;
    let name = pick::name_where_unclear(site, id);
    for event in &written {
        desk.ui.answer(line(desk, event, name.as_deref()));
    }
    if record.has_spool() {
        desk.ui.warn("git could not write the log; the line is kept in a spool file and enters the log with the next one");
    }
    let events: Vec<_> =
        written.iter().map(|e| json!({"id": e.id, "kind": e.kind, "at": e.at, "text": e.text})).collect();
    desk.ui.document(json!({ "id": id, "events": events }));
    Ok(0)
}

/// The id of the record a person's line goes to, without reading the record where its name says
/// enough. A branch without a record gets one.
///
/// # Errors
/// When there is no hotfix, or several.
pub fn id_for(desk: &Desk, site: &Site, name: Option<&str>) -> anyhow::Result<String> {
    match Hotfix::record_id(site, name)? {
        Some(id) => Ok(id),
        None => Ok(own_incident(desk, site, name)?.id),
    }
}

/// The incident that milestones and words about it go to: of a second hotfix or a rollback, the one it
/// belongs to. A branch without a record gets one.
///
/// # Errors
/// When there is no hotfix, or several.
pub fn incident_for(desk: &Desk, site: &Site, name: Option<&str>) -> anyhow::Result<Incident> {
    let own = own_incident(desk, site, name)?;
    let root = own.belongs_to().map(|id| site.record().incident(id)).transpose()?.flatten();
    Ok(root.unwrap_or(own))
}

/// The incident of the hotfix itself.
///
/// # Errors
/// When there is no hotfix, or several.
pub fn own_incident(desk: &Desk, site: &Site, name: Option<&str>) -> anyhow::Result<Incident> {
    adopt::incident(desk, site, &Hotfix::find_to_tell(site, name)?)
}

/// A text that is too long is kept in a file, so that nobody loses what they wrote.
fn demand_length(site: &Site, text: &str) -> anyhow::Result<()> {
    if text.len() <= LONGEST {
        return Ok(());
    }
    let path = site.repo.common_dir().join("hotfix").join(format!("note-{}.txt", unique_hex(6)));
    crate::system::files::write_atomically(&path, &site.record().redact(text))?;
    Err(Failure::usage(format!(
        "a line of the log has at most {} KiB, this one has {}; nothing was written, the text is in {}",
        LONGEST / 1024,
        text.len() / 1024,
        path.display()
    ))
    .hint(format!("hotfix note {}", shell_word(&format!("details in {}", path.display()))))
    .into())
}

fn line(desk: &Desk, event: &Event, name: Option<&str>) -> String {
    let now = desk.env.now();
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
    let kind = words::label(&event.kind);
    let name = name.map_or_else(String::new, |name| format!("{} ", Tone::Strong.paint(name)));
    format!("{} {name}{when}  {kind}  {text}", desk.ui.sign(Tone::Good)).trim_end().to_owned()
}

fn from_words(desk: &Desk, site: &Site, args: &Note) -> anyhow::Result<Draft> {
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
    let followup = followup(desk, args, asked.as_ref())?;
    let links = args.link.iter().map(|url| address(url)).collect::<Result<Vec<_>, _>>()?;
    let at = args.at.as_deref().map(|t| time::parse(t, &desk.env.now_local())).transpose()?;
    let mut text = args.text.join(" ");
    if args.text.is_empty() {
        text = edited(desk, site)?;
    }
    let text = safe_lines(&text).trim().to_owned();
    if text.is_empty() {
        return Err(Failure::usage("a note needs words; nothing was written")
            .hint("hotfix note \"turned the login flag off\"")
            .into());
    }
    let mut draft = match &args.state {
        Some(state) => hypothesis(site, args, text, state)?,
        None => of_kind(if followup == Followup::default() { kind } else { Kind::Followup }, text),
    };
    draft = draft.data(&followup).data(&Evidence { links });
    draft.at = at;
    draft.pinned = args.pin;
    Ok(draft.by_person())
}

/// Who does a follow-up, by when, and where it is tracked.
fn followup(desk: &Desk, args: &Note, kind: Option<&Kind>) -> Result<Followup, Failure> {
    let clean = |words: &Option<String>| {
        words.as_deref().map(|w| safe(w).trim().to_owned()).filter(|w| !w.is_empty())
    };
    let due = args.due.as_deref().map(|typed| day(desk, typed)).transpose()?;
    let said =
        Followup { owner: clean(&args.owner), due, ticket: clean(&args.ticket), ..Followup::default() };
    if said != Followup::default() && kind.is_some_and(|k| *k != Kind::Followup) {
        return Err(Failure::usage("--owner, --due and --ticket belong to a follow-up; nothing was written")
            .hint("hotfix note --kind followup --owner grace --due 14d \"alert on failing logins\""));
    }
    Ok(said)
}

/// A day, or a length of time from now.
fn day(desk: &Desk, typed: &str) -> Result<String, Failure> {
    let text = typed.trim();
    let date = chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").ok();
    let later = time::parse_duration(text).and_then(|d| desk.env.now_local().checked_add_signed(d));
    date.or_else(|| later.map(|at| at.date_naive())).map(|day| day.to_string()).ok_or_else(|| {
        Failure::usage(format!(
            "not a day: '{}' (expected e.g. 2026-12-01 or 14d); nothing was written",
            safe(typed)
        ))
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
fn hypothesis(site: &Site, args: &Note, text: String, state: &str) -> anyhow::Result<Draft> {
    let known =
        Hotfix::find_to_tell(site, args.hotfix.as_deref())?.incident.map(|i| i.topics(&Kind::Hypothesis));
    let is_id = text.len() >= 4 && text.chars().all(|c| c.is_ascii_hexdigit());
    let meant =
        known.unwrap_or_default().into_iter().rev().find(|t| {
            t.is_meant_by(&text) || (is_id && (t.id.starts_with(&text) || t.event.starts_with(&text)))
        });
    let draft = Draft::new(Kind::Hypothesis, meant.as_ref().map_or(text, |t| t.text.clone()))
        .with("state", state.replace('-', "_"));
    Ok(match meant {
        Some(topic) => draft.with("of", topic.id),
        None => draft,
    })
}

/// The note as written in git's editor.
fn edited(desk: &Desk, site: &Site) -> anyhow::Result<String> {
    if !editor::is_at_hand(desk) {
        return Err(Failure::usage("a note needs words")
            .hint("hotfix note \"turned the login flag off\"")
            .into());
    }
    let path = site.repo.git_dir().join("HOTFIX_NOTE");
    let help = report::note(templates::of(site, report::NOTE)?.template())?;
    let text = editor::edit(site, &path, &help);
    crate::system::files::remove_file(&path)?;
    Ok(text?.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join("\n"))
}
