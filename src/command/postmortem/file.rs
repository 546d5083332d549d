//! The file that a post-mortem is written to, in whichever form.

use crate::command::Session;
use crate::facts::Workspace;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::system::files;
use crate::terminal::style::Tone;
use serde_json::json;
use std::path::PathBuf;

/// What is particular to one form of the document.
#[derive(Clone, Copy)]
pub(super) struct Form {
    /// What every file of this form has in it.
    pub mark: &'static str,
    pub name: &'static str,
    /// The command that leaves a file alone which is something else.
    pub elsewhere: &'static str,
    /// What happens to a file that is there, before and after.
    pub verb: &'static str,
    pub done: &'static str,
    /// Whether people read it: what is made for programs is no post-mortem that was written.
    pub is_for_people: bool,
}

/// A file, and what was in it.
pub(super) struct Written {
    pub path: PathBuf,
    /// As people would type it.
    pub shown: String,
    pub existing: Option<String>,
    form: Form,
}

impl Written {
    /// Reads what is there.
    ///
    /// # Errors
    /// It cannot be read, or is something else.
    pub fn read(session: &Session, path: PathBuf, form: Form) -> Result<Self, Failure> {
        let path = session.env.cwd().map_or_else(|_| path.clone(), |here| here.join(&path));
        let shown = session.from_here(&path).display().to_string();
        let existing = files::read_optional(&path)
            .map_err(|e| Failure::failed(format!("{shown} cannot be read: {e}; nothing was changed")))?;
        if existing.as_ref().is_some_and(|text| !text.trim().is_empty() && !text.contains(form.mark)) {
            return Err(Failure::refused(format!(
                "{shown} exists and is not a {} of hotfix; nothing was changed",
                form.name
            ))
            .hint(form.elsewhere));
        }
        Ok(Self { path, shown, existing, form })
    }

    /// Writes it where that changes something, puts that into the log, and says so. Whether it
    /// changed; nothing where nothing may be changed.
    ///
    /// # Errors
    /// It cannot be written.
    pub fn put(
        &self,
        session: &Session,
        workspace: &Workspace,
        incident: &Incident,
        text: &str,
    ) -> Result<Option<bool>, Failure> {
        let (ui, shown) = (&session.ui, &self.shown);
        let same = self.existing.as_deref() == Some(text);
        if session.dry_run() {
            let verb = match (same, &self.existing) {
                (true, _) => "leave",
                (_, Some(_)) => self.form.verb,
                _ => "write",
            };
            ui.answer(format!("Would {verb} {shown}."));
            let path = self.path.display().to_string();
            ui.document(json!({ "id": incident.id, "path": path, "changed": !same, "dry_run": true }));
            return Ok(None);
        }
        if !same {
            files::write_atomically(&self.path, text).map_err(|e| {
                Failure::failed(format!("{shown} cannot be written: {e}; nothing was changed"))
            })?;
            if self.form.is_for_people {
                let name = self.path.file_name().unwrap_or_default().to_string_lossy();
                workspace.record().note(&incident.id, Draft::new(Kind::PostmortemWritten, name));
            }
        }
        let what = match (same, &self.existing) {
            (true, _) => "is up to date",
            (_, Some(_)) => self.form.done,
            _ => "written",
        };
        ui.answer(format!("{} {shown}   {what}", ui.sign(Tone::Good)));
        Ok(Some(!same))
    }
}
