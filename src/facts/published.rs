//! Whose configuration counts. Gates come from production's file: what a branch brings along may
//! add to them and never loosen them, whichever branch is checked out here. What somebody has
//! changed in the worktree and not committed is their own.

use super::workspace::{CONFIG_FILE, remote_branches};
use crate::config::Config;
use crate::git::access::Access;
use crate::git::fetch::last_known_tip;
use crate::git::{GitError, Repo};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::system::files;
use std::collections::BTreeMap;

/// The largest configuration file that is read, in bytes.
const LARGEST: usize = 1024 * 1024;

/// The files that configuration is read from, as they are in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Files {
    pub toml: Option<String>,
    pub git_town: Option<String>,
    pub gitflow: Option<String>,
}

/// What the configuration is made from.
#[derive(Clone, Debug, Default)]
pub(super) struct Chosen {
    /// The files that count.
    pub files: Files,
    /// The hotfix.toml of a branch, which may add.
    pub added: Option<String>,
}

impl Files {
    /// As they lie in the worktree; of HEAD in a bare repository.
    ///
    /// # Errors
    /// When one is there and cannot be read.
    pub fn here(repo: &Repo) -> anyhow::Result<Self> {
        let Some(root) = repo.worktree() else { return Ok(Self::at(repo, repo.head()?.oid.as_ref())?) };
        let text = |name: &str| -> anyhow::Result<Option<String>> {
            files::read_small(&root.join(name), LARGEST)
                .map_err(|e| Failure::usage(format!("{name} cannot be read: {e}")).into())
        };
        Ok(Self { toml: text(CONFIG_FILE)?, git_town: text("git-town.toml")?, gitflow: text(".gitflow")? })
    }

    /// As they are in a commit.
    pub fn at(repo: &Repo, commit: Option<&Oid>) -> Result<Self, GitError> {
        let text = |name: &str| -> Result<Option<String>, GitError> {
            let Some(commit) = commit.filter(|c| repo.has(c).unwrap_or(false)) else { return Ok(None) };
            let found = repo.blobs(std::slice::from_ref(commit), name, LARGEST)?.pop().flatten();
            Ok(found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        };
        Ok(Self { toml: text(CONFIG_FILE)?, git_town: text("git-town.toml")?, gitflow: text(".gitflow")? })
    }
}

/// Chooses between the files here and production's. `configure` resolves a configuration from files.
///
/// # Errors
/// When a file cannot be read, or production's makes no sense.
pub(super) fn choose(
    repo: &Repo,
    configure: impl Fn(&Files, Option<&str>) -> anyhow::Result<Config>,
) -> anyhow::Result<Chosen> {
    let here = Files::here(repo)?;
    let published = published(repo, &here, &configure)?;
    if here == published {
        return Ok(Chosen { files: here, added: None });
    }
    // Changes that nobody has committed are the user's own, unless they lie on top of a branch's.
    if Files::at(repo, repo.head()?.oid.as_ref())? == published {
        return Ok(Chosen { files: here, added: None });
    }
    let added = if here.toml == published.toml { None } else { Some(here.toml.unwrap_or_default()) };
    Ok(Chosen { files: published, added })
}

/// Production's files as far as they are known here. Which branch that is, production's own file
/// says; where nothing is known without the file here, that file is asked, and must be confirmed by
/// the branch it names.
pub(super) fn published(
    repo: &Repo,
    here: &Files,
    configure: impl Fn(&Files, Option<&str>) -> anyhow::Result<Config>,
) -> anyhow::Result<Files> {
    let branches = remote_branches(repo)?;
    let first = configure(&Files::default(), None)?;
    let at_first = at(repo, &branches, &first)?;
    if at_first != Files::default() {
        let second = configure(&at_first, None)?;
        let elsewhere = second.branches.production != first.branches.production;
        let at_second = if elsewhere { at(repo, &branches, &second)? } else { Files::default() };
        return Ok(if at_second == Files::default() { at_first } else { at_second });
    }
    if !first.branches.production_known
        && let Ok(asked) = configure(here, None)
    {
        let claimed = at(repo, &branches, &asked)?;
        let confirms = |c: &Config| c.branches.production == asked.branches.production;
        if claimed != Files::default() && configure(&claimed, None).is_ok_and(|c| confirms(&c)) {
            return Ok(claimed);
        }
        // A repository that nobody has configured yet.
        if claimed == Files::default() && Files::at(repo, repo.head()?.oid.as_ref())?.toml.is_none() {
            return Ok(Files::default());
        }
    }
    Ok(at_first)
}

fn at(repo: &Repo, remotes: &BTreeMap<String, Vec<String>>, config: &Config) -> Result<Files, GitError> {
    let production = &config.branches.production;
    let there = config
        .branches
        .remote
        .as_ref()
        .filter(|r| remotes.get(*r).is_some_and(|branches| branches.iter().any(|b| b == production)));
    Files::at(repo, last_known_tip(repo, there.map(String::as_str), production)?.as_ref())
}
