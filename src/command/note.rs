//! `hotfix note`: a line for the log, in a moment.

use super::{Desk, Outcome};
use crate::cli::Note;
use crate::facts::{Hotfix, Site};
use crate::model::event::{Draft, Event, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use crate::model::text::{count, safe, safe_lines};
use crate::model::time;
use crate::system::process::Run;
use crate::terminal::style::Tone;
use serde_json::json;
use std::io::Read;
use std::path::Path;

pub fn run(desk: &Desk, args: &Note) -> Outcome {
    let site = desk.site_for_log()?;
    let drafts = match &args.file {
        Some(file) => from_file(desk, file)?,
        None => vec![from_words(desk, &site, args)?],
    };
    write(desk, &site, args.hotfix.as_deref(), drafts)
}

/// Appends events a person gave, and says each one back.
///
/// # Errors
/// When there is no hotfix to append to, or neither log nor spool can be written.
pub(super) fn write(desk: &Desk, site: &Site, name: Option<&str>, drafts: Vec<Draft>) -> Outcome {
    let incident = incident_for(site, name)?;
    if desk.dry_run() {
        desk.ui.answer(format!("Would add {} to {}.", count(drafts.len(), "line"), incident.id));
        return Ok(0);
    }
    let record = site.record();
    let written = record.append_all(&incident.id, drafts)?;
    for event in &written {
        desk.ui.answer(line(desk, event));
    }
    if record.has_spool() {
        desk.ui.warn("git could not write the log; the line is kept in a spool file and enters the log with the next one");
    }
    let events: Vec<_> =
        written.iter().map(|e| json!({"id": e.id, "kind": e.kind, "at": e.at, "text": e.text})).collect();
    desk.ui.document(json!({ "id": incident.id, "events": events }));
    Ok(0)
}

/// The record a person's line goes to; a branch without a record gets one.
///
/// # Errors
/// When there is no hotfix, or several.
pub(super) fn incident_for(site: &Site, name: Option<&str>) -> anyhow::Result<Incident> {
    let hotfix = Hotfix::find(site, name)?;
    if let Some(incident) = hotfix.incident {
        return Ok(incident);
    }
    super::adopt::record(site, &hotfix)
}

fn line(desk: &Desk, event: &Event) -> String {
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
    let text = safe(event.text.lines().next().unwrap_or_default());
    let kind = event.kind.words();
    format!("{} {when}  {kind}  {text}", desk.ui.sign(Tone::Good)).trim_end().to_owned()
}

fn from_words(desk: &Desk, site: &Site, args: &Note) -> anyhow::Result<Draft> {
    let kind = Kind::from_note_flag(&args.kind).unwrap_or(Kind::Note);
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
    // `TODO: …` is how scribes mark a follow-up.
    let (kind, text) = match text.strip_prefix("TODO:") {
        Some(rest) if kind == Kind::Note => (Kind::Followup, rest.trim().to_owned()),
        _ => (kind, text),
    };
    if args.state.is_some() && kind != Kind::Hypothesis {
        return Err(Failure::usage("--state belongs to a hypothesis")
            .hint("hotfix note --kind hypothesis --state ruled-out \"cache\"")
            .into());
    }
    let at = args.at.as_deref().map(|t| time::parse(t, &desk.env.now_local())).transpose()?;
    let mut draft = Draft::new(kind, text).at(at).by_person();
    draft.pinned = args.pin;
    Ok(match &args.state {
        Some(state) => draft.with("state", state.replace('-', "_")),
        None => draft,
    })
}

/// The note as written in git's editor.
fn edited(desk: &Desk, site: &Site) -> anyhow::Result<String> {
    // Without a terminal only an editor that somebody chose can be more than a wait for ever.
    let chosen = ["GIT_EDITOR", "VISUAL", "EDITOR"].iter().any(|v| desk.env.var(v).is_some());
    if desk.global.no_input || !(desk.ui.is_interactive() || chosen) {
        return Err(Failure::usage("a note needs words")
            .hint("hotfix note \"turned the login flag off\"")
            .into());
    }
    let path = site.repo.git_dir().join("HOTFIX_NOTE");
    let help = "\n# A line for the incident log. Lines that start with '#' are left out;\n# an empty note is not written.\n";
    crate::system::files::write_atomically(&path, help)?;
    let editor = site.repo.git().text(Run::new("git").args(["var", "GIT_EDITOR"]).dir(site.repo.dir()))?;
    let done = Run::shell(&format!("{} \"$HOTFIX_NOTE_FILE\"", editor.trim()))
        .env("HOTFIX_NOTE_FILE", &path)
        .attached()?;
    let text = crate::system::files::read_optional(&path)?.unwrap_or_default();
    crate::system::files::remove_file(&path)?;
    if !done.success() {
        return Err(Failure::failed("the editor failed; nothing was written").into());
    }
    Ok(text.lines().filter(|l| !l.starts_with('#')).collect::<Vec<_>>().join("\n"))
}

/// How lines are written afterwards.
const BACK_FILL: &str = "echo '14:02 mitigated flag off' | hotfix note -F -";

/// Lines of `TIME KIND TEXT`, all understood before the first is written.
fn from_file(desk: &Desk, file: &Path) -> anyhow::Result<Vec<Draft>> {
    let text = if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        text
    } else {
        crate::system::files::read_optional(file)?
            .ok_or_else(|| Failure::usage(format!("there is no file {}", file.display())))?
    };
    let mut drafts = Vec::new();
    for (n, line) in text.lines().enumerate() {
        let line = line.trim();
        if line.is_empty() || line.starts_with('#') {
            continue;
        }
        let draft = back_fill(desk, line).map_err(|failure| {
            let mut failure = failure;
            failure.message = format!("line {}: {}; nothing was written", n + 1, failure.message);
            failure
        })?;
        drafts.push(draft);
    }
    if drafts.is_empty() {
        return Err(Failure::usage("there is no line to write").hint(BACK_FILL).into());
    }
    Ok(drafts)
}

fn back_fill(desk: &Desk, line: &str) -> Result<Draft, Failure> {
    let words: Vec<&str> = line.split_whitespace().collect();
    // A time may be one word (14:02) or more (yesterday 23:50, 2026-11-22 14:02, 15m ago).
    for n in (1..=2.min(words.len())).rev() {
        let (time_words, rest) = words.split_at(n);
        let typed = time_words.join(" ");
        let Some((kind, text)) = rest.split_first() else { continue };
        let Some(kind) = kind_of(kind) else { continue };
        let at = time::parse(&typed, &desk.env.now_local())?;
        return Ok(Draft::new(kind, safe_lines(&text.join(" "))).at(Some(at)).by_person());
    }
    Err(Failure::usage(format!(
        "'{}' is not TIME KIND TEXT; KIND is note, observation, hypothesis, action, decision, followup or a milestone",
        safe(line)
    ))
    .hint(BACK_FILL))
}

fn kind_of(word: &str) -> Option<Kind> {
    Kind::from_note_flag(word).or_else(|| Milestone::from_flag(word).map(Milestone::kind))
}
