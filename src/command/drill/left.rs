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
        let text = files::read_optional(&root.join(FILE)).ok().flatten().ok_or_else(none)?;
        let saved: Self = serde_json::from_str(&text).map_err(|_| none())?;
        let mut stage = Stage::left(env, root, saved.layout.clone());
        if !stage.clone.is_dir() || !stage.remote.is_dir() {
            return Err(none().into());
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
