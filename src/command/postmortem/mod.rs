//! `hotfix postmortem`: the document, from the record.

mod check;
mod facts;
mod file;
mod page;
mod public;

use super::common::within::within;
use super::{Outcome, Session, templates};
use crate::cli::{Format, Postmortem, PostmortemCommand};
use crate::facts::{Hotfix, Workspace, open_incident};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{count, list, safe, shell_word};
use crate::report::lint::Size;
use crate::report::postmortem::{self as report, Refreshed};
use crate::report::public as report_public;
use crate::system::files;
use crate::terminal::style::Tone;
use facts::Gathered;
use file::{Form, Written};
use serde_json::json;
use std::path::{Path, PathBuf};

/// The document in Markdown, which people go on writing.
const FORM: Form = Form {
    mark: "<!-- hotfix:auto ",
    name: "post-mortem",
    elsewhere: "hotfix postmortem --output FILE",
    verb: "refresh",
    done: "refreshed; the text that people wrote is unchanged",
    is_for_people: true,
};

/// The same for readers outside. A file without this mark may hold what is not for them.
const PUBLIC: Form = Form {
    mark: report_public::MARK,
    name: "public post-mortem",
    elsewhere: "hotfix postmortem --public --output FILE",
    ..FORM
};

/// The facts in JSON.
const DATA: Form = Form {
    mark: "\"tool_version\"",
    name: "post-mortem",
    elsewhere: "hotfix postmortem --format json --output FILE",
    verb: "replace",
    done: "rewritten",
    is_for_people: false,
};

pub fn run(session: &Session, args: &Postmortem) -> Outcome {
    if let Some(PostmortemCommand::Check(args)) = &args.command {
        return check::run(session, args);
    }
    let workspace = session.workspace()?;
    let hotfix = Hotfix::find_whole(&workspace, args.name.as_deref())?;
    let asked = hotfix.incident.as_ref().map(|i| (i.id.clone(), safe(&i.name)));
    let hotfix = hotfix.of_whole(&workspace)?;
    if let (Some((id, part)), Some(incident)) = (asked, &hotfix.incident)
        && id != incident.id
    {
        let incident = safe(&incident.name);
        let part = if part == incident { id } else { part };
        session.ui.dim(format!("{part} belongs to the incident {incident}; this is its document."));
    }
    let Some(incident) = &hotfix.incident else {
        return Err(Failure::usage(format!("{} has no record to write up", hotfix.name))
            .hint("hotfix note \"what happened\"")
            .into());
    };
    // What is restricted stays in the record.
    let whole = &open_incident::read_whole(&workspace, incident)?;
    let incident = &whole.tellable().ok_or_else(|| {
        Failure::refused(format!("the record of {} is restricted; nothing was written", safe(&hotfix.name)))
    })?;
    let gathered = Gathered::from(&workspace, &hotfix, incident)?;
    let parts = gathered.parts();
    let mut facts = gathered.facts(incident, &parts);
    let own = templates::document(&workspace)?;
    let template = match own.is_own() || args.full || !report::is_short(&facts) {
        true => own.template(),
        false => report::SHORT,
    };
    // A document may have blocks that its form lacks by now: they are refreshed as well.
    let mut fresh = Fresh {
        form: report::render_with(template, &facts)?,
        all: if own.is_own() { report::render_with(template, &facts)? } else { report::render_all(&facts)? },
    };
    let published = match args.public {
        true => Some(public::of(&workspace, &hotfix, whole, incident, &fresh.all)?),
        false => None,
    };
    if let Some(published) = &published {
        facts = report::Facts::bare(&published.incident);
        fresh = Fresh { form: published.text.clone(), all: published.text.clone() };
    }
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    let json_form = args.format == Some(Format::Json) || (session.ui.json() && args.format.is_none());
    if args.open && (to_stdout || (json_form && args.output.is_none())) {
        return Err(Failure::usage("--open opens a file, and this writes none; nothing was written")
            .hint("hotfix postmortem --format html --open")
            .into());
    }
    if !args.add.is_empty() && (to_stdout || json_form || args.format == Some(Format::Html)) {
        return Err(Failure::usage("--add is about the Markdown file; nothing was written")
            .hint(add_command(incident, args, &args.add))
            .into());
    }
    if let Some(path) = args.output.as_deref().filter(|path| !to_stdout && files::is_no_file(path)) {
        return Err(Failure::usage(format!("not a file: {} (nothing was written)", path.display()))
            .hint("hotfix postmortem --output -")
            .into());
    }
    if json_form {
        let value = match &published {
            Some(published) => report::json_public(&facts, &published.answers),
            None => report::json(&facts),
        };
        return data(session, &workspace, incident, args, &value);
    }
    if args.format == Some(Format::Html) {
        // Code is not for readers outside.
        let patch = if args.public { Vec::new() } else { page::patch(&workspace, &facts) };
        return page::run(session, &workspace, incident, args, &facts, &fresh, &patch);
    }
    if to_stdout {
        show(session, facts.incident, &fresh.form);
        return Ok(0);
    }
    write(session, &workspace, incident, args, &fresh)
}

/// A document as it would be written today.
pub(super) struct Fresh {
    /// In the form that a new one has.
    pub form: String,
    /// With every block that one can have.
    pub all: String,
}

/// The document about a record as it would be written today, with every block it can have: the team's,
/// or the one for readers outside. And how large the fix is.
pub(super) fn fresh(
    workspace: &Workspace,
    whole: &Incident,
    is_public: bool,
) -> anyhow::Result<Option<(String, Option<Size>)>> {
    let Some(incident) = whole.tellable() else { return Ok(None) };
    let own = workspace.record().incident(&whole.id)?;
    let hotfix = Hotfix::with_record(workspace, own.unwrap_or_else(|| whole.clone()))?;
    let gathered = Gathered::from(workspace, &hotfix, &incident)?;
    let parts = gathered.parts();
    let mut text = report::render_all(&gathered.facts(&incident, &parts))?;
    if is_public {
        text = public::of(workspace, &hotfix, whole, &incident, &text)?.text;
    }
    Ok(Some((text, gathered.size())))
}

/// The document itself as the answer.
fn show(session: &Session, incident: &Incident, text: &str) {
    match session.ui.json() {
        true => session.ui.document(json!({ "id": incident.id, "path": null, "text": text })),
        false => session.ui.raw(text),
    }
}

fn data(
    session: &Session,
    workspace: &Workspace,
    incident: &Incident,
    args: &Postmortem,
    value: &serde_json::Value,
) -> Outcome {
    let text = format!("{value:#}\n");
    let Some(path) = args.output.clone().filter(|path| path != Path::new("-")) else {
        match session.ui.json() {
            true => session.ui.document(value.clone()),
            false => session.ui.raw(&text),
        }
        return Ok(0);
    };
    let file = Written::read(session, path, DATA)?;
    let Some(changed) = file.put(session, workspace, incident, &text)? else { return Ok(0) };
    let opened = page::open(session, args, &file.path);
    session.ui.document(json!({
        "id": incident.id,
        "path": file.path.display().to_string(),
        "changed": changed,
        "opened": opened,
    }));
    Ok(0)
}

fn write(
    session: &Session,
    workspace: &Workspace,
    incident: &Incident,
    args: &Postmortem,
    fresh: &Fresh,
) -> Outcome {
    let path = match &args.output {
        Some(path) => path.clone(),
        None => default_path(workspace, incident, args.public, "md")?,
    };
    let file = Written::read(session, path, if args.public { PUBLIC } else { FORM })?;
    let refreshed = match &file.existing {
        Some(text) => Some(with_added(report::refresh(text, &fresh.all), fresh, incident, args)?),
        None => None,
    };
    let text = refreshed.as_ref().map_or(fresh.form.as_str(), |r| r.text.as_str());
    let ui = &session.ui;
    let Some(changed) = file.put(session, workspace, incident, text)? else { return Ok(0) };
    if let Some(refreshed) = &refreshed {
        if !refreshed.kept.is_empty() {
            let names: Vec<&str> = refreshed.kept.iter().map(|k| k.name.as_str()).collect();
            ui.warn(format!("edited by hand, therefore left unchanged: {}", list(&names)));
            for kept in &refreshed.kept {
                ui.say(format!("{}: the document (-) and the record (+)", safe(&kept.name)));
                for line in &kept.difference {
                    let tone = if line.starts_with('-') { Tone::Bad } else { Tone::Good };
                    ui.say(format!("  {}", tone.paint(safe(line))));
                }
            }
        }
        if !refreshed.broken.is_empty() {
            ui.warn(format!(
                "its markers are damaged, so it was left unchanged: {}",
                list(&refreshed.broken)
            ));
        }
        if !refreshed.missing.is_empty() {
            ui.dim(format!(
                "The document lacks {}. To add: {}",
                list(&refreshed.missing),
                add_command(incident, args, &refreshed.missing)
            ));
        }
    }
    let opened = page::open(session, args, &file.path);
    let open = report::open_questions(text);
    if open.all > 0 {
        ui.say("");
        let (questions, more) = (count(open.all - open.optional, "question"), open.optional);
        let optional = if more > 0 { format!(" ({more} more are optional)") } else { String::new() };
        ui.say(format!(
            "Next: answer its {questions} while you remember{optional}, check it, commit it, then have it reviewed:"
        ));
        ui.say(format!("  hotfix postmortem check {}", shell_word(&file.shown)));
        ui.say(format!("  git add {0} && git commit {0}", shell_word(&file.shown)));
    }
    ui.document(json!({
        "id": incident.id,
        "path": file.path.display().to_string(),
        "changed": changed,
        "open_questions": open.all,
        "opened": opened,
        "kept": refreshed.as_ref().map(|r| r.kept.clone()).unwrap_or_default(),
        "broken": refreshed.as_ref().map(|r| r.broken.clone()).unwrap_or_default(),
        "missing": refreshed.map(|r| r.missing).unwrap_or_default(),
    }));
    Ok(0)
}

/// Puts the blocks into the document that somebody asked for.
fn with_added(
    mut refreshed: Refreshed,
    fresh: &Fresh,
    incident: &Incident,
    args: &Postmortem,
) -> Result<Refreshed, Failure> {
    for name in &args.add {
        let lacking = refreshed.missing.iter().position(|missing| missing == name);
        let (Some(at), Some(text)) = (lacking, report::add(&refreshed.text, &fresh.all, name)) else {
            let failure = Failure::usage(format!(
                "the file already has block '{}'; nothing was \
                                                  changed",
                safe(name)
            ));
            return Err(match refreshed.missing.as_slice() {
                [] => failure,
                missing => failure.hint(add_command(incident, args, missing)),
            });
        };
        refreshed.missing.remove(at);
        refreshed.text = text;
    }
    // What its form does not have is not missing.
    refreshed.missing.retain(|name| fresh.form.contains(&format!("<!-- hotfix:auto {name} ")));
    Ok(refreshed)
}

/// The command that adds blocks to the same file.
fn add_command(incident: &Incident, args: &Postmortem, blocks: &[String]) -> String {
    let mut command = format!("hotfix postmortem {}", shell_word(&incident.name));
    if args.public {
        command.push_str(" --public");
    }
    if let Some(path) = args.output.as_deref().filter(|path| *path != Path::new("-")) {
        command.push_str(&format!(" --output {}", shell_word(&path.display().to_string())));
    }
    for block in blocks {
        command.push_str(&format!(" --add {}", shell_word(block)));
    }
    command
}

/// Where the document belongs: as configured, and one in another form or for other readers beside.
pub(super) fn default_path(
    workspace: &Workspace,
    incident: &Incident,
    public: bool,
    extension: &str,
) -> anyhow::Result<PathBuf> {
    let root = workspace.repo.worktree().ok_or_else(|| {
        Failure::usage("a bare repository cannot hold the document").hint("hotfix postmortem --output FILE")
    })?;
    let mut path = root.join(report::path(&workspace.config.postmortem.path, incident));
    if public {
        // Beside the team's own: what people wrote there is not for readers outside.
        path.set_extension(format!("public.{extension}"));
    } else if extension != "md" {
        path.set_extension(extension);
    }
    within(root, &path, path.display()).map_err(|failure| failure.hint("hotfix postmortem --output FILE"))?;
    Ok(path)
}
