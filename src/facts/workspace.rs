//! The repository, its configuration and its records, opened together.

use super::branch_name;
use super::published::{self, Files};
use super::released_from;
use super::remote_branches::{remote_branches, remote_head};
use crate::config::{self, Config, GitEntry, Inputs, Notify, Origin, glob};
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::git::{GitError, Repo, identity};
use crate::model::event::Actor;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::record::{Borders, Record, mend};
use crate::system::env::Env;
use crate::system::files;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// The name of the configuration file.
pub use super::published::CONFIG_FILE;

/// Where a command works.
pub struct Workspace {
    pub env: Env,
    pub repo: Repo,
    pub config: Config,
    /// What was found out or answered during this run, as if it were in git's configuration.
    answers: Vec<GitEntry>,
    /// hotfix.toml makes no sense, and the configuration lacks what it says: nothing may be sent on
    /// the strength of it.
    pub is_guessed: bool,
}

impl Workspace {
    /// Opens the repository around the current directory and reads its configuration.
    ///
    /// # Errors
    /// Outside a repository, and when the configuration is wrong.
    pub fn open(env: Env) -> anyhow::Result<Self> {
        let repo = Repo::open(&env)?;
        mend::broken_refs(&repo);
        let branches = remote_branches(&repo)?;
        let config = configure(&env, &repo, &branches, &[])?;
        Ok(Self { env, repo, config, answers: Vec::new(), is_guessed: false })
    }

    /// As [`Workspace::open`], for commands that read or write the log: a wrong `hotfix.toml` does not
    /// keep anybody from taking notes. What is wrong with it comes along.
    ///
    /// # Errors
    /// Outside a repository, and when the settings elsewhere are wrong.
    pub fn open_for_log(env: Env) -> anyhow::Result<(Self, Option<Failure>)> {
        let repo = Repo::open(&env)?;
        mend::broken_refs(&repo);
        let branches = remote_branches(&repo)?;
        let workspace =
            |env, repo, config, is_guessed| Self { env, repo, config, answers: Vec::new(), is_guessed };
        let wrong = match configure(&env, &repo, &branches, &[]) {
            Ok(config) => return Ok((workspace(env, repo, config, false), None)),
            Err(error) => error,
        };
        let Some(failure) = wrong.downcast_ref::<Failure>().cloned() else { return Err(wrong) };
        // Production's file alone, else none at all: then nobody knows where the log may go.
        let with =
            |files: &Files, added: Option<&str>| configure_with(&env, &repo, &branches, (files, added), &[]);
        let alone = published::published(&repo, &Files::default(), with).and_then(|files| with(&files, None));
        let is_guessed = alone.is_err();
        let Ok(config) = alone.or_else(|_| with(&Files::default(), None)) else { return Err(wrong) };
        Ok((workspace(env, repo, config, is_guessed), Some(failure)))
    }

    /// Resolves the configuration again from what the remote has just said. A branch that was asked
    /// for and is not there is gone, whatever is tracked of it here.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn refresh(&mut self, view: &View) -> anyhow::Result<()> {
        let mut branches = remote_branches(&self.repo)?;
        if let Some(remote) = &self.config.branches.remote {
            let known = branches.entry(remote.clone()).or_default();
            known.retain(|b| !view.lacks(b));
            known.extend(view.heads.keys().cloned());
            known.sort();
            known.dedup();
        }
        self.config = configure(&self.env, &self.repo, &branches, &self.answers)?;
        Ok(())
    }

    /// Opens the repository again: libgit2 keeps in mind how it was. What was answered stays.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn reopen(self) -> anyhow::Result<Self> {
        let repo = Repo::open(&self.env)?;
        let config = configure(&self.env, &repo, &remote_branches(&repo)?, &self.answers)?;
        Ok(Self { repo, config, ..self })
    }

    /// Takes a setting for the rest of this run.
    ///
    /// # Errors
    /// As [`Workspace::open`].
    pub fn answer(&mut self, key: &str, value: &str, view: Option<&View>) -> anyhow::Result<()> {
        self.answers.push(GitEntry {
            key: format!("hotfix.{key}"),
            value: value.to_owned(),
            scope: "command".to_owned(),
            origin: "answered".to_owned(),
        });
        match view {
            Some(view) => self.refresh(view),
            None => {
                let branches = remote_branches(&self.repo)?;
                self.config = configure(&self.env, &self.repo, &branches, &self.answers)?;
                Ok(())
            }
        }
    }

    /// The configuration as it would be with another `hotfix.toml`.
    ///
    /// # Errors
    /// When that file makes no sense.
    pub fn configured_by(&self, toml: Option<&str>) -> anyhow::Result<Config> {
        let files = Files { toml: toml.map(str::to_owned), ..published::Files::here(&self.repo)? };
        let branches = remote_branches(&self.repo)?;
        configure_with(&self.env, &self.repo, &branches, (&files, None), &self.answers)
    }

    /// Who is at the keyboard; an empty actor when git does not know.
    pub fn actor(&self) -> Option<Actor> {
        identity::committer(&self.repo, &self.env)
    }

    /// The incident records.
    pub fn record(&self) -> Record<'_> {
        let nobody = || Actor { name: "unknown".to_owned(), email: "unknown@localhost".to_owned() };
        let branches = &self.config.branches;
        Record::new(&self.repo, &self.env, self.actor().unwrap_or_else(nobody))
            .within(Borders {
                prefix: &branches.prefix,
                production: &branches.production,
                remote: self.remote(),
                lines: &branches.lines,
                merge_back: &branches.merge_back,
                fits: glob::any_branch,
                is_line: glob::any_line,
                is_called_a_line: branch_name::is_called_like_a_line,
            })
            .signing(self.config.incident.sign)
            .telling(self.config.notify.iter().map(Notify::wish).collect())
    }

    /// The remote everything is published to.
    pub fn remote(&self) -> Option<&str> {
        self.config.branches.remote.as_deref()
    }

    /// Stops where there are remotes and it is unclear which one production is on: keeping a release
    /// here by mistake is as bad as publishing it to the wrong place.
    ///
    /// # Errors
    /// When the remote is not known.
    pub fn demand_remote(&self) -> anyhow::Result<()> {
        let remotes = self.repo.config()?.remotes();
        if self.remote().is_some() || remotes.is_empty() {
            return Ok(());
        }
        let names = crate::model::text::list(&remotes);
        let mut failure = Failure::refused(format!(
            "there are several remotes ({names}) and it is unclear which one production is on; nothing was changed"
        ));
        failure.hints = remotes.iter().map(|r| keeping("branches.remote", r)).collect();
        Err(failure.into())
    }

    /// Stops where it is unclear which branch is in production.
    ///
    /// # Errors
    /// When production is not known.
    pub fn demand_production(&self) -> anyhow::Result<()> {
        let branches = &self.config.branches;
        // Without a commit there is nothing to release, which is said better elsewhere.
        if branches.production_known || (self.remote().is_none() && self.repo.head_is_unborn()) {
            return Ok(());
        }
        let candidates = &branches.candidates;
        let which = match candidates.as_slice() {
            [] => "nothing says which branch is in production".to_owned(),
            [one] => format!("it is unclear whether {one} is in production"),
            several => format!("it is unclear which branch is in production, {}", several.join(" or ")),
        };
        let mut failure = Failure::refused(format!("{which}; nothing was changed"));
        failure.hints = match candidates.as_slice() {
            [] => vec!["git config hotfix.branches.production NAME".to_owned()],
            several => several.iter().map(|b| keeping("branches.production", b)).collect(),
        };
        Err(failure.into())
    }

    /// Keeps in the git directory which branch production was found to be: another one that turns up
    /// later by its name is asked about.
    pub fn remember_production(&self) {
        let branches = &self.config.branches;
        let is_found = matches!(self.config.origin("branches.production"), Some(Origin::Detected(_)));
        let path = used_path(&self.repo);
        let is_kept =
            || files::read_small(&path, 1024).ok().flatten().is_some_and(|t| t == branches.production);
        if is_found
            && branches.production_known
            && !is_kept()
            && let Err(error) = files::write_atomically(&path, &branches.production)
        {
            log::debug!("which branch is in production could not be kept: {error}");
        }
    }

    /// The address that production is read from, without a password.
    pub fn address(&self) -> Option<String> {
        self.repo.config().ok()?.fetch_url(self.remote()?)
    }

    /// Every address that a push goes to, without passwords, as people read them.
    pub fn push_addresses(&self) -> Option<String> {
        let all = self.repo.config().ok()?.push_urls(self.remote()?);
        (!all.is_empty()).then(|| crate::model::text::list(&all))
    }

    /// The branch of a hotfix.
    pub fn branch_of(&self, name: &str) -> String {
        format!("{}{name}", self.config.branches.prefix)
    }

    /// The branch that a hotfix is for: production, or the maintained line that its record names.
    pub fn production_of<'a>(&'a self, incident: Option<&'a Incident>) -> &'a str {
        incident.and_then(|i| i.production.as_deref()).unwrap_or(&self.config.branches.production)
    }

    /// The lock of this clone: what publishes takes it, and what takes back what was not published.
    pub fn run_lock(&self) -> PathBuf {
        self.repo.common_dir().join("hotfix").join("run")
    }

    /// Where a branch of production's remote was when it was last seen; without a remote, where the one
    /// here is.
    ///
    /// # Errors
    /// When refs cannot be read.
    pub fn last_known(&self, branch: &str) -> Result<Option<Oid>, GitError> {
        fetch::last_known_tip(&self.repo, self.remote(), branch)
    }

    /// The name of the directory the repository lies in, for naming worktrees beside it.
    pub fn repo_name(&self) -> String {
        let name = self.root().file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default();
        name.trim_end_matches(".git").to_owned()
    }

    /// The directory that worktree paths are relative to: the root of the main worktree.
    pub fn root(&self) -> std::path::PathBuf {
        crate::git::worktree::main_root(&self.repo).unwrap_or_else(|| self.repo.common_dir().to_owned())
    }
}

fn used_path(repo: &Repo) -> std::path::PathBuf {
    repo.common_dir().join("hotfix").join("production")
}

/// The line that keeps an answer.
pub fn keeping(key: &str, value: &str) -> String {
    format!("git config hotfix.{key} {}", crate::model::text::shell_word(value))
}

fn configure(
    env: &Env,
    repo: &Repo,
    remote_branches: &BTreeMap<String, Vec<String>>,
    answers: &[GitEntry],
) -> anyhow::Result<Config> {
    let with = |files: &Files, added: Option<&str>| {
        configure_with(env, repo, remote_branches, (files, added), answers)
    };
    let chosen = published::choose(repo, with)?;
    with(&chosen.files, chosen.added.as_deref())
}

fn configure_with(
    env: &Env,
    repo: &Repo,
    remote_branches: &BTreeMap<String, Vec<String>>,
    (files, added): (&Files, Option<&str>),
    answers: &[GitEntry],
) -> anyhow::Result<Config> {
    let git = repo.config()?;
    let entries: Vec<GitEntry> = git
        .entries()
        .iter()
        .map(|e| GitEntry {
            key: e.key.clone(),
            value: e.value.clone(),
            scope: e.scope.clone(),
            origin: e.origin.clone(),
        })
        .chain(answers.iter().cloned())
        .collect();
    let local: Vec<String> = repo
        .refs("refs/heads/")?
        .into_iter()
        .filter_map(|r| r.name.strip_prefix("refs/heads/").map(str::to_owned))
        .collect();
    let remotes = git.remotes();
    let heads = remotes.iter().filter_map(|r| Some((r.clone(), remote_head(repo, r)?))).collect();
    let used = files::read_small(&used_path(repo), 1024).ok().flatten();
    let inputs = Inputs {
        toml: files.toml.as_deref().map(|t| (CONFIG_FILE, t)),
        added: added.map(|t| (CONFIG_FILE, t)),
        git: &entries,
        env: env.vars(),
        remotes: &remotes,
        local_branches: &local,
        remote_branches,
        remote_head: &heads,
        released_from: None,
        used: used.as_deref().map(str::trim),
        git_town: files.git_town.as_deref(),
        gitflow_shared: files.gitflow.as_deref(),
    };
    let config = config::load(&inputs)?;
    if config.branches.production_known {
        return Ok(config);
    }
    // Only where it is unclear: reading the tags of each candidate costs.
    let released_from = released_from::branch(repo, &config.branches)?;
    match released_from.as_deref() {
        None => Ok(config),
        found => Ok(config::load(&Inputs { released_from: found, ..inputs })?),
    }
}
