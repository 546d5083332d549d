//! A drill that was left, to be taken up again: what its directory holds besides the repositories.

use super::stage::{Layout, Stage};
use crate::model::failure::Failure;
use crate::model::text::shell_word;
use crate::system::env::Env;
use crate::system::files;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

/// The name of the file in the directory of a drill.
const FILE: &str = "drill.json";

/// The most that the file may hold, in bytes.
const LARGEST: usize = 1024 * 1024;

/// Why a directory cannot be one that this program made for this user: git runs in it, and what lies in it decides
/// what git runs.
fn strange(root: &Path) -> Option<&'static str> {
    if !files::is_ours(root) || !files::is_private(root) {
        return Some("others can write into it, or made it");
    }
    // A drill lies in a temporary directory of its own; this came along with a repository.
    if root.ancestors().skip(1).any(|above| above.join(".git").exists()) {
        return Some("it is part of a repository");
    }
    None
}

/// What has to be known to go on.
#[derive(Debug, Serialize, Deserialize)]
pub(super) struct Saved {
    /// How many steps are done.
    pub done: usize,
    /// What it is a copy of; `None` for the sample.
    pub from: Option<String>,
    /// The directory that commands run in.
    pub dir: PathBuf,
    pub layout: Layout,
}

impl Saved {
    /// Writes it into the directory of the drill.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, root: &Path) -> anyhow::Result<()> {
        Ok(files::write_atomically(&root.join(FILE), &serde_json::to_string_pretty(self)?)?)
    }

    /// Reads it, and the stage that goes with it.
    ///
    /// # Errors
    /// When the directory holds no drill.
    pub fn read(env: &Env, root: &Path) -> anyhow::Result<(Self, Stage)> {
        let none = || {
            Failure::usage(format!("there is no drill to go on with in {}", root.display()))
                .hint("hotfix drill")
        };
        let text = files::read_small(&root.join(FILE), LARGEST).ok().flatten().ok_or_else(none)?;
        let mut saved: Self = serde_json::from_str(&text).map_err(|_| none())?;
        if let Some(why) = strange(root) {
            return Err(Failure::refused(format!(
                "{} is not a drill of yours: {why}; nothing was run",
                root.display()
            ))
            .hint("hotfix drill")
            .into());
        }
        let mut stage = Stage::left(env, root, saved.layout.clone());
        if !stage.clone.is_dir() || !stage.remote.is_dir() {
            return Err(none().into());
        }
        // Commands go on within it, wherever they stood.
        if !files::canonical(&saved.dir).starts_with(stage.remote.parent().unwrap_or(root)) {
            saved.dir.clone_from(&stage.clone);
        }
        if saved.from.is_some() {
            stage.replace_commands()?;
        }
        Ok((saved, stage))
    }

    /// The command that goes on.
    pub fn command(root: &Path) -> String {
        format!("hotfix drill --resume {}", shell_word(&root.display().to_string()))
    }
}
