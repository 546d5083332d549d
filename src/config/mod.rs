//! The configuration: `hotfix.toml`, the environment, git's configuration and what can be told
//! from the repository, joined into one typed value that knows where each part came from.
//!
//! Nothing here reads a file, a variable or a repository: the caller hands everything in.

mod build;
mod detect;
mod entries;
mod fit;
mod gitflow;
mod gitsyntax;
pub mod glob;
pub mod init;
pub mod keys;
mod kind;
mod layers;
mod nearest;
mod notify;
mod place;
mod settings;
mod tighten;
mod types;
mod usual;
mod value;
mod where_from;

pub use detect::is_integration;
pub use types::{
    Branches, Changelog, Config, Deploy, Explained, Finish, Forge, Guard, Incident, Limit, MergeBackBy,
    MergeStyle, Mode, Notify, Origin, Postmortem, Start, TagBy, Timezone, Verify, Version, VersionFile,
    VersionFiles, WhenDirty,
};

use crate::model::failure::Failure;
use settings::Settings;
use std::collections::BTreeMap;

/// One line of git's configuration.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct GitEntry {
    /// As `git config --list` prints it: section and variable in lower case, subsection as it is.
    pub key: String,
    /// `true` for a variable that is written without a value.
    pub value: String,
    /// As `--show-scope` prints it: `system`, `global`, `local`, `worktree`, `command`.
    pub scope: String,
    /// As `--show-origin` prints it: `file:.git/config`.
    pub origin: String,
}

/// Everything the configuration is made from.
#[derive(Clone, Copy, Debug)]
pub struct Inputs<'a> {
    /// `hotfix.toml`: the path to show, and the text.
    pub toml: Option<(&'a str, &'a str)>,
    /// The hotfix.toml of a branch, where that is not the one that counts: it may add.
    pub added: Option<(&'a str, &'a str)>,
    /// All of git's configuration, in git's order: what comes later counts more.
    pub git: &'a [GitEntry],
    /// All environment variables; only `HOTFIX_CONFIG_…` are looked at.
    pub env: &'a BTreeMap<String, String>,
    pub remotes: &'a [String],
    pub local_branches: &'a [String],
    /// The branches of each remote, without the remote's name.
    pub remote_branches: &'a BTreeMap<String, Vec<String>>,
    /// The branch that each remote's `HEAD` points to, without the remote's name.
    pub remote_head: &'a BTreeMap<String, String>,
    /// The one of several candidates for production that carries the release tags, where that was
    /// looked at.
    pub released_from: Option<&'a str>,
    /// The branch that this clone has taken for production before.
    pub used: Option<&'a str>,
    /// The text of `git-town.toml`.
    pub git_town: Option<&'a str>,
    /// The text of `.gitflow`.
    pub gitflow_shared: Option<&'a str>,
}

/// Reads, checks and resolves the configuration.
///
/// # Errors
/// A file that is no TOML, unknown keys, values that do not fit: every mistake at once, each with
/// its place and the nearest key.
pub fn load(inputs: &Inputs<'_>) -> Result<Config, Failure> {
    let mut settings = Settings::built_in(entries::default_checks());
    let mut mistakes = Vec::new();
    if let Some((shown, text)) = inputs.toml {
        layers::file(&mut settings, shown, &plain(text), &mut mistakes)?;
    }
    let mut differences = Vec::new();
    if let Some((shown, text)) = inputs.added {
        let mut branch = Settings::built_in(entries::default_checks());
        layers::file(&mut branch, shown, &plain(text), &mut mistakes)?;
        differences = if text.trim().is_empty() {
            vec!["this branch has no hotfix.toml; production's is used".to_owned()]
        } else {
            tighten::tighten(&mut settings, &branch)
        };
    }
    layers::git(&mut settings, inputs.git, &mut mistakes);
    layers::env(&mut settings, inputs.env, &mut mistakes);
    if let Some(failure) = place::failure(mistakes) {
        return Err(failure);
    }
    let mut detected = detect::resolve(inputs, &mut settings);
    detected.notes.extend(differences);
    Ok(build::config(&settings, detected))
}

/// A byte-order mark and Windows line ends are no mistakes.
fn plain(text: &str) -> String {
    text.strip_prefix('\u{feff}').unwrap_or(text).replace("\r\n", "\n")
}

impl Config {
    /// Each value with its origin and meaning, in the order of `hotfix.toml.example`.
    pub fn explain(&self) -> &[Explained] {
        &self.explained
    }

    /// Where a value came from. A check or verify entry (`check.tests`) has the origin of its
    /// command, because that decides whether it may run.
    pub fn origin(&self, key: &str) -> Option<&Origin> {
        self.explained.iter().find(|e| e.key == key).map(|e| &e.origin)
    }
}

#[cfg(test)]
mod fixture;
#[cfg(test)]
mod tests_detection;
#[cfg(test)]
mod tests_example;
#[cfg(test)]
mod tests_layers;
#[cfg(test)]
mod tests_mistakes;
#[cfg(test)]
mod tests_notify;
#[cfg(test)]
mod tests_tighten;
