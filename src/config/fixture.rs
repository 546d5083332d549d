//! A repository to configure, for tests.

use super::{Config, GitEntry, Inputs, load};
use crate::model::failure::Failure;
use std::collections::BTreeMap;

/// Owns what [`Inputs`] borrows.
#[derive(Default)]
pub struct Repo {
    pub toml: Option<String>,
    pub added: Option<String>,
    pub git: Vec<GitEntry>,
    pub env: BTreeMap<String, String>,
    pub remotes: Vec<String>,
    pub local: Vec<String>,
    pub there: BTreeMap<String, Vec<String>>,
    pub head: BTreeMap<String, String>,
    pub released_from: Option<String>,
    pub used: Option<String>,
    pub git_town: Option<String>,
    pub gitflow: Option<String>,
}

impl Repo {
    /// A clone with one remote and these branches on it; the first is the remote's HEAD.
    pub fn cloned(remote: &str, branches: &[&str]) -> Self {
        let mut repo = Self::default().remote(remote, branches);
        if let Some(first) = branches.first() {
            repo.head.insert(remote.into(), (*first).into());
        }
        repo
    }

    pub fn remote(mut self, remote: &str, branches: &[&str]) -> Self {
        self.remotes.push(remote.into());
        self.there.insert(remote.into(), branches.iter().map(|b| (*b).into()).collect());
        self
    }

    pub fn toml(mut self, text: &str) -> Self {
        self.toml = Some(text.into());
        self
    }

    pub fn git(self, key: &str, value: &str) -> Self {
        self.git_in("local", ".git/config", key, value)
    }

    pub fn git_in(mut self, scope: &str, file: &str, key: &str, value: &str) -> Self {
        self.git.push(GitEntry {
            key: key.into(),
            value: value.into(),
            scope: scope.into(),
            origin: format!("file:{file}"),
        });
        self
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.env.insert(name.into(), value.into());
        self
    }

    pub fn try_load(&self) -> Result<Config, Failure> {
        load(&Inputs {
            added: self.added.as_deref().map(|text| ("hotfix.toml", text)),
            toml: self.toml.as_deref().map(|text| ("hotfix.toml", text)),
            git: &self.git,
            env: &self.env,
            remotes: &self.remotes,
            local_branches: &self.local,
            remote_branches: &self.there,
            remote_head: &self.head,
            released_from: self.released_from.as_deref(),
            used: self.used.as_deref(),
            git_town: self.git_town.as_deref(),
            gitflow_shared: self.gitflow.as_deref(),
        })
    }

    pub fn load(&self) -> Config {
        self.try_load().unwrap_or_else(|f| panic!("{f} {:?}", f.problems))
    }

    /// The failure's whole text: message, problems, hints.
    pub fn error(&self) -> String {
        let failure = self.try_load().expect_err("a mistake");
        assert_eq!(failure.kind, crate::model::failure::Kind::Usage);
        let mut text = failure.message.clone();
        for problem in &failure.problems {
            text.push_str(&format!("\n{} [{}]", problem.message, problem.hint));
        }
        for hint in &failure.hints {
            text.push_str(&format!(" [{hint}]"));
        }
        text
    }
}
