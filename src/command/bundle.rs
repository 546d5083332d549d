//! `hotfix bundle`: an incident log as a file.

use super::{Outcome, Session, share};
use crate::cli::Bundle;
use crate::engine::share_target::Place;
use crate::facts::{Hotfix, Workspace};
use crate::git::records;
use crate::model::failure::Failure;
use crate::model::text::{count, safe, shell_word};
use crate::record::join::Suspicion;
use crate::system::files;
use crate::terminal::style::Tone;
use serde_json::json;
use std::path::Path;

pub fn run(session: &Session, args: &Bundle) -> Outcome {
    let workspace = session.site_for_log()?;
    let ids = chosen(&workspace, args)?;
    let to_stdout = args.file == Path::new("-");
    let path = if to_stdout { args.file.clone() } else { session.env.cwd()?.join(&args.file) };
    refuse_harm(session, args, &path, to_stdout)?;
    let record = workspace.record();
    if !session.dry_run() {
        record.replay();
    }
    let logs = records::local(&workspace.repo)?;
    let mut suspicions: Vec<Suspicion> = Vec::new();
    let mut values = Vec::new();
    for id in &ids {
        let Some(tip) = logs.get(id) else { continue };
        suspicions.extend(record.suspicions(tip, None)?);
        values.push(json!({ "id": id, "events": record.news(tip, None)? }));
    }
    suspicions.retain(|s| !args.not_secret.contains(&s.event));
    if !suspicions.is_empty() {
        let found: Vec<&Suspicion> = suspicions.iter().collect();
        let file = shell_word(&args.file.display().to_string());
        return Err(share::secrets(&found, &format!("hotfix bundle {file}")).into());
    }
    let shown = safe(&args.file.display().to_string());
    let what = match ids.as_slice() {
        [one] => format!("the log of {}", safe(one)),
        many => count(many.len(), "incident log"),
    };
    if session.dry_run() {
        session.ui.answer(format!("Would write {what} to {shown}"));
        session
            .ui
            .document(json!({ "file": path.display().to_string(), "records": values, "dry_run": true }));
        return Ok(0);
    }
    let content = records::bundle(&workspace.repo, &path, &ids)?;
    for id in &ids {
        if let Some(tip) = logs.get(id) {
            // Who has the file has the log: what is in it can no longer be redacted.
            records::remember(&workspace.repo, &Place::bundle(&shown).key, id, tip)?;
        }
    }
    if to_stdout {
        session.ui.bytes(&content);
        return Ok(0);
    }
    session.ui.answer(format!("{} {shown}  {what}", session.ui.sign(Tone::Good)));
    session.ui.say("Anyone who has the file can read it. In any clone of this repository:");
    session.ui.say(format!("  hotfix sync {}", shell_word(&args.file.display().to_string())));
    session.ui.document(json!({ "file": path.display().to_string(), "records": values }));
    Ok(0)
}

fn chosen(workspace: &Workspace, args: &Bundle) -> anyhow::Result<Vec<String>> {
    let ids = if args.all {
        workspace.record().ids()?
    } else {
        let hotfix = Hotfix::find(workspace, args.name.as_deref())?;
        hotfix.id().map(str::to_owned).into_iter().collect()
    };
    if ids.is_empty() {
        return Err(Failure::usage("there is no incident log to write").hint("hotfix list --all").into());
    }
    Ok(ids)
}

/// A bundle replaces a bundle, and nothing else.
fn refuse_harm(session: &Session, args: &Bundle, path: &Path, to_stdout: bool) -> Result<(), Failure> {
    if to_stdout {
        if session.global.json {
            return Err(Failure::usage("--json and a bundle cannot share stdout")
                .hint("hotfix bundle incident.bundle --json"));
        }
        if session.env.stdout_tty {
            return Err(Failure::usage("a bundle is binary and not for a terminal; nothing was written")
                .hint("hotfix bundle incident.bundle"));
        }
        return Ok(());
    }
    if !path.parent().is_some_and(Path::is_dir) {
        return Err(Failure::usage(format!(
            "the directory of {} does not exist; nothing was written",
            safe(&args.file.display().to_string())
        )));
    }
    if path.is_dir() || (path.exists() && !files::starts_with(path, b"# v")) {
        return Err(Failure::refused(format!(
            "{} exists and is not a bundle; nothing was written",
            safe(&args.file.display().to_string())
        ))
        .hint("hotfix bundle incident.bundle"));
    }
    Ok(())
}
