//! The texts that a repository brings along in place of the built-in ones.

use crate::facts::Workspace;
use crate::model::failure::Failure;
use crate::model::text::safe;
use crate::model::update::{Audience, State};
use crate::report::template::Template;
use crate::report::{editor, html, postmortem, request, update};
use crate::system::files;

/// Where a repository keeps texts of its own.
const OWN: &str = ".hotfix/templates";

/// A template, from the program or from the repository.
pub struct Text {
    name: String,
    text: String,
    is_own: bool,
}

impl Text {
    /// Whether the repository brought it along.
    pub const fn is_own(&self) -> bool {
        self.is_own
    }

    pub fn template(&self) -> Template<'_> {
        Template { name: &self.name, text: &self.text }
    }
}

/// The repository's own text in place of a built-in one, if it has one.
///
/// # Errors
/// It leads out of the repository or cannot be read.
pub fn of(workspace: &Workspace, builtin: Template<'static>) -> anyhow::Result<Text> {
    let path = format!("{OWN}/{}", builtin.name);
    Ok(match read(workspace, &path)? {
        Some(text) => Text { name: path, text, is_own: true },
        None => Text { name: builtin.name.to_owned(), text: builtin.text.to_owned(), is_own: false },
    })
}

/// The template of the document, which the settings may name.
///
/// # Errors
/// There is none of that name, it leads out of the repository or cannot be read.
pub fn document(workspace: &Workspace) -> anyhow::Result<Text> {
    let Some(path) = &workspace.config.postmortem.template else {
        let Template { name, text } = postmortem::BUILTIN;
        return Ok(Text { name: name.to_owned(), text: text.to_owned(), is_own: false });
    };
    let text = read(workspace, path)?.ok_or_else(|| {
        Failure::usage(format!("there is no template {}", safe(path)))
            .hint("git config hotfix.postmortem.template builtin")
    })?;
    Ok(Text { name: path.clone(), text, is_own: true })
}

/// Tries the templates that the repository brings along: how many there are, or the first mistake.
///
/// # Errors
/// A template leads out of the repository, cannot be read or cannot be used.
pub fn try_all(workspace: &Workspace) -> anyhow::Result<usize> {
    let mut found = 0;
    for audience in Audience::ALL {
        let text = of(workspace, update::builtin(audience))?;
        update::try_out(text.template(), audience)?;
        found += usize::from(text.is_own);
    }
    let (note, help) = (of(workspace, editor::NOTE)?, of(workspace, editor::UPDATE)?);
    editor::note(note.template())?;
    editor::update(help.template(), Audience::Users, State::Resolved)?;
    let asks = of(workspace, request::BUILTIN)?;
    request::try_out(asks.template())?;
    let text = document(workspace)?;
    postmortem::try_out(text.template())?;
    let public = of(workspace, postmortem::PUBLIC)?;
    postmortem::try_out_public(public.template())?;
    let (page, style) = (of(workspace, html::PAGE)?, of(workspace, html::STYLE)?);
    html::try_out(html::Look { page: page.template(), style: style.template() })?;
    Ok(found + [note, help, asks, text, public, page, style].iter().filter(|t| t.is_own).count())
}

/// A file of the worktree, and of nowhere else.
fn read(workspace: &Workspace, path: &str) -> anyhow::Result<Option<String>> {
    let Some(root) = workspace.repo.worktree() else { return Ok(None) };
    let file = root.join(path);
    if file.exists() && !files::lies_inside(root, &file) {
        return Err(Failure::refused(format!(
            "{} leads out of the repository; nothing was written",
            safe(path)
        ))
        .into());
    }
    files::read_optional(&file)
        .map_err(|e| Failure::usage(format!("the template {} cannot be read: {e}", safe(path))).into())
}
