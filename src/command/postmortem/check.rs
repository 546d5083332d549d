//! `hotfix postmortem check`: what a reader of a post-mortem would stumble over.

use crate::cli::PostmortemCheck;
use crate::command::annotation::Annotation;
use crate::command::{Outcome, Session};
use crate::facts::{Hotfix, Workspace, fix, open_incident, people};
use crate::git::GitError;
use crate::git::access::Access;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{count, safe};
use crate::record::redact::Redactor;
use crate::report::lint::names::Names;
use crate::report::lint::{self, Against, Checked, Size};
use crate::report::public;
use crate::system::files;
use crate::terminal::style::Tone;
use serde_json::json;
use std::path::{Path, PathBuf};

/// How many commits are asked for their authors where no record names anybody.
const COMMITS: usize = 500;

pub fn run(session: &Session, args: &PostmortemCheck) -> Outcome {
    let texts: Vec<(&PathBuf, String)> =
        args.files.iter().map(|path| Ok((path, text(path)?))).collect::<Result<_, Failure>>()?;
    let workspace = place(session)?;
    let mut documents = Vec::new();
    let mut annotations = Vec::new();
    let mut found = 0;
    for (path, source) in &texts {
        let id = lint::incident(source);
        let whole = match (&workspace, &id) {
            (Some(workspace), Some(id)) => {
                let own = workspace.record().incident(id)?;
                own.map(|own| open_incident::with_parts(workspace, &own)).transpose()?
            }
            _ => None,
        };
        let record = whole.as_ref().and_then(Incident::tellable);
        let (fresh, size) = match (&workspace, &whole) {
            (Some(workspace), Some(whole)) => today(workspace, whole, source).unzip(),
            _ => (None, None),
        };
        let people = involved(workspace.as_ref(), record.as_ref())?;
        let names = Names::new(people.iter().map(|(name, email)| (name.as_str(), email.as_str())));
        // Without a repository the secrets of the environment are not known; their shapes are.
        let redactor = Redactor::new(session.env.vars());
        let clean = |line: &str| redactor.clean(line);
        let checked = lint::check(
            source,
            &Against {
                names: &names,
                record: record.as_ref(),
                size: size.flatten().as_ref(),
                fresh: fresh.as_deref(),
                clean: &clean,
            },
        );
        found += checked.findings.len() + checked.prompts.len();
        if args.github || args.gitlab {
            annotations.extend(annotated(path, &checked, args.strict));
        } else {
            show(session, path, &checked);
        }
        if record.is_none() {
            let path = safe(&path.display().to_string());
            session.ui.say(match &id {
                Some(id) => format!(
                    "{path}: the record {} is not in this clone; its numbers and blocks were not compared with it",
                    safe(id)
                ),
                None => format!("{path}: it names no incident; its numbers were compared with its own timeline only"),
            });
        }
        documents.push(json!({
            "path": path.display().to_string(),
            "incident": id,
            "record": record.is_some(),
            "findings": checked.findings,
            "prompts": checked.prompts,
        }));
    }
    if args.gitlab {
        let report: Vec<_> = annotations.iter().map(Annotation::gitlab).collect();
        session.ui.raw(&format!("{}\n", serde_json::to_string_pretty(&report)?));
    } else if args.github {
        annotations.iter().for_each(|found| session.ui.raw(&format!("{}\n", found.github())));
    }
    session.ui.document(json!({ "files": documents, "found": found }));
    Ok(u8::from(args.strict && found > 0))
}

/// What was found, for a forge to show beside the lines.
fn annotated(path: &Path, checked: &Checked, strict: bool) -> Vec<Annotation> {
    let path = path.display().to_string();
    let path = path.strip_prefix("./").unwrap_or(&path);
    let one = |rule: &str, line: usize, message: String| Annotation {
        is_error: strict,
        rule: format!("postmortem-{rule}"),
        title: format!("Post-mortem: {rule}"),
        path: safe(path),
        line,
        // The words, and not the line: it is the same thing when lines come above it.
        fingerprint: format!(
            "{:08x}",
            crate::model::name::fingerprint(&format!("{path}\n{rule}\n{message}"))
        ),
        message,
    };
    let mut found: Vec<Annotation> = checked
        .findings
        .iter()
        .map(|f| one(f.rule, f.line, format!("“{}” {}", safe(&f.text), safe(&f.message))))
        .collect();
    if let Some(first) = checked.prompts.first() {
        let n = count(checked.prompts.len(), "question");
        let message = format!("{n} not answered yet, optional ones included, this one first");
        found.push(one("prompt", *first, message));
    }
    found
}

/// The largest document that is checked, in bytes.
const LARGEST: usize = 16 * 1024 * 1024;

fn text(path: &Path) -> Result<String, Failure> {
    let shown = || safe(&path.display().to_string());
    let text = files::read_small(path, LARGEST)
        .map_err(|e| Failure::usage(format!("{} cannot be read: {e}", shown())))?;
    text.ok_or_else(|| Failure::usage(format!("there is no file {}", shown())))
}

/// The document as it would be written today. A check without that is better than none.
fn today(workspace: &Workspace, whole: &Incident, source: &str) -> Option<(String, Option<Size>)> {
    super::fresh(workspace, whole, source.contains(public::MARK)).unwrap_or_else(|error| {
        log::warn!("the generated blocks could not be compared with the record: {error:#}");
        None
    })
}

/// The repository around; a document can be read without one.
fn place(session: &Session) -> anyhow::Result<Option<Workspace>> {
    match session.site_for_log() {
        Ok(workspace) => Ok(Some(workspace)),
        Err(error) if matches!(error.downcast_ref(), Some(GitError::NoRepository(_))) => Ok(None),
        Err(error) => Err(error),
    }
}

/// Who took part; where no record says so, whoever wrote the newest commits.
fn involved(
    workspace: Option<&Workspace>,
    record: Option<&Incident>,
) -> anyhow::Result<Vec<(String, String)>> {
    let Some(workspace) = workspace else { return Ok(Vec::new()) };
    if let Some(incident) = record {
        let hotfix = Hotfix::with_record(workspace, incident.clone())?;
        let tip = fix::tip_of(&hotfix, incident);
        return people::people(workspace, incident, tip.as_ref());
    }
    let Some(head) = workspace.repo.head()?.oid else { return Ok(Vec::new()) };
    let commits = workspace.repo.log(&head, &[], COMMITS)?;
    let mut people: Vec<(String, String)> =
        commits.into_iter().map(|c| (c.author.name, c.author.email)).collect();
    people.sort();
    people.dedup();
    Ok(people)
}

/// One line for each thing, in the form that editors and terminals make clickable.
fn show(session: &Session, path: &Path, checked: &Checked) {
    let ui = &session.ui;
    let path = safe(&path.display().to_string());
    for f in &checked.findings {
        let rule = Tone::Attention.paint(f.rule);
        ui.answer(format!(
            "{path}:{}:{}: {rule}: “{}” {}",
            f.line,
            f.column,
            safe(&f.text),
            safe(&f.message)
        ));
    }
    if let Some(first) = checked.prompts.first() {
        let prompts = count(checked.prompts.len(), "question");
        let are = if checked.prompts.len() == 1 { "is" } else { "are" };
        let rule = Tone::Attention.paint("prompt");
        ui.answer(format!(
            "{path}:{first}:1: {rule}: {prompts} {are} not answered yet, optional ones included, this one first"
        ));
    }
    if checked.is_clean() {
        ui.answer(format!("{} {path}   nothing found", ui.sign(Tone::Good)));
    }
}
