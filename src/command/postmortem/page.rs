//! `hotfix postmortem --format html`: the document as one page, and opening what was written.

use super::file::{Form, Written};
use super::{Fresh, default_path, show};
use crate::cli::Postmortem;
use crate::command::{Outcome, Session, templates};
use crate::facts::Workspace;
use crate::git::patch::{self, Spaces};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::patch::Patch;
use crate::model::text::{count, shell_word};
use crate::report::html;
use crate::report::postmortem::{self as report, Facts};
use crate::report::public;
use crate::system::files;
use crate::terminal::opener;
use serde_json::json;
use std::path::Path;
use std::time::Duration;

/// How long git may take for the change. A page without it is better than none.
const LIMIT: Duration = Duration::from_secs(30);

/// The page, which is made again each time.
const FORM: Form = Form {
    mark: html::MARK,
    name: "page",
    elsewhere: "hotfix postmortem --format html --output FILE",
    verb: "replace",
    done: "rewritten",
    is_for_people: true,
};

pub(super) fn run(
    session: &Session,
    workspace: &Workspace,
    incident: &Incident,
    args: &Postmortem,
    facts: &Facts<'_>,
    fresh: &Fresh,
    patch: &Patch,
) -> Outcome {
    let (own, style) = (templates::of(workspace, html::PAGE)?, templates::of(workspace, html::STYLE)?);
    let look = html::Look { page: own.template(), style: style.template() };
    let page = html::render(look, facts, &document(workspace, incident, args.public, fresh)?, patch)?;
    if args.output.as_deref() == Some(Path::new("-")) {
        show(session, facts.incident, &page.html);
        return Ok(0);
    }
    let path = match &args.output {
        Some(path) => path.clone(),
        None => default_path(workspace, incident, args.public, "html")?,
    };
    let file = Written::read(session, path, FORM)?;
    let Some(changed) = file.put(session, workspace, incident, &page.html)? else { return Ok(0) };
    let ui = &session.ui;
    if page.open > 0 {
        let name = shell_word(&incident.name);
        let public = if args.public { " --public" } else { "" };
        ui.say("");
        ui.say(format!(
            "{} in it {} open. Answer in the Markdown form, then write the page again:",
            count(page.open, "question"),
            if page.open == 1 { "is" } else { "are" }
        ));
        ui.say(format!("  hotfix postmortem {name}{public}"));
        ui.say(format!("  hotfix postmortem {name}{public} --format html"));
    }
    let opened = open(session, args, &file.path);
    ui.document(json!({
        "id": incident.id,
        "path": file.path.display().to_string(),
        "changed": changed,
        "open_questions": page.open,
        "opened": opened,
    }));
    Ok(0)
}

/// The document in Markdown: the one in its place with what people wrote, brought up to date here
/// and left alone there.
fn document(
    workspace: &Workspace,
    incident: &Incident,
    public: bool,
    fresh: &Fresh,
) -> anyhow::Result<String> {
    let Ok(path) = default_path(workspace, incident, public, "md") else { return Ok(fresh.form.clone()) };
    let shown = path.display();
    let existing = files::read_optional(&path)
        .map_err(|e| Failure::failed(format!("{shown} cannot be read: {e}; nothing was changed")))?;
    let existing = existing.filter(|text| {
        let mark = if public { public::MARK } else { "<!-- hotfix:auto " };
        text.contains(mark)
    });
    Ok(existing.map_or_else(|| fresh.form.clone(), |text| report::refresh(&text, &fresh.all).text))
}

/// What the fix changed, line by line; nothing when git cannot say.
pub(super) fn patch(workspace: &Workspace, facts: &Facts<'_>) -> Patch {
    let look = || -> anyhow::Result<Patch> {
        let mut all = Patch::new();
        // A rollback is the same change backwards.
        for hotfix in facts.each().iter().filter(|f| f.incident.undone().is_none()) {
            let tip = hotfix.commits.last().map(|c| &c.commit);
            if let (Some(base), Some(tip)) = (&hotfix.incident.base, tip) {
                all.extend(patch::between(&workspace.repo, base, tip, Spaces::Count, Some(LIMIT))?);
            }
        }
        Ok(all)
    };
    look().unwrap_or_else(|error| {
        log::warn!("the change could not be read: {error:#}");
        Patch::new()
    })
}

/// Opens what was written, when that was asked for. Says so when it cannot.
pub(super) fn open(session: &Session, args: &Postmortem, path: &Path) -> bool {
    if !args.open {
        return false;
    }
    match opener::open(&session.env, path) {
        Ok(None) => true,
        Ok(Some(opener)) => {
            session.ui.dim(format!("{opener} is still opening it."));
            true
        }
        Err(why) => {
            session.ui.warn(format!("{} was not opened: {why}", path.display()));
            false
        }
    }
}
