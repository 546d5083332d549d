//! Whose configuration counts. Gates come from production's file: what a branch brings along may
//! add to them and never loosen them, whichever branch is checked out here. What somebody has
//! changed in the worktree and not committed is their own.

use super::remote_branches::{remote_branches, remote_head};
use crate::config::{Config, Origin};
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::fetch::last_known_tip;
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::system::files;
use std::collections::BTreeMap;

/// The repository's own settings.
pub const CONFIG_FILE: &str = "hotfix.toml";

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
    /// As they lie in the worktree; of HEAD in a bare repository, and where git says that the file
    /// here is the committed one: a checkout may write it otherwise (`ident`, `working-tree-encoding`, a
    /// filter), and that is no change that the user made.
    ///
    /// # Errors
    /// When one is there and cannot be read.
    pub fn here(repo: &Repo) -> anyhow::Result<Self> {
        let committed = Self::at(repo, repo.head()?.oid.as_ref())?;
        let Some(root) = repo.worktree() else { return Ok(committed) };
        let text = |name: &str, committed: Option<String>| -> anyhow::Result<Option<String>> {
            let unreadable =
                |e: &dyn std::fmt::Display| Failure::usage(format!("{name} cannot be read: {e}"));
            let here = files::read_small(&root.join(name), LARGEST).map_err(|e| unreadable(&e))?;
            if here.is_none() && committed.is_some() && is_not_checked_out(repo, name)? {
                return Ok(committed);
            }
            if here.is_none() || here == committed {
                return Ok(here);
            }
            if let Some(other) = files::other_name(root, name) {
                let what =
                    format!("{other} must be called {name}: git knows it by another name than this disk");
                return Err(Failure::usage(what).hint(format!("git mv {other} {name}")).into());
            }
            match committed {
                Some(text) if is_unchanged(repo, name)? => Ok(Some(text)),
                _ => Ok(here),
            }
        };
        Ok(Self {
            toml: text(CONFIG_FILE, committed.toml)?,
            git_town: text("git-town.toml", committed.git_town)?,
            gitflow: text(".gitflow", committed.gitflow)?,
        })
    }

    /// As they are in a commit.
    ///
    /// # Errors
    /// When one cannot be read, or is too large to be one: that it is there must not go unseen.
    pub fn at(repo: &Repo, commit: Option<&Oid>) -> anyhow::Result<Self> {
        let text = |name: &str| -> anyhow::Result<Option<String>> {
            let Some(commit) = commit.filter(|c| repo.has(c).unwrap_or(false)) else { return Ok(None) };
            let found = repo.blobs(std::slice::from_ref(commit), name, LARGEST)?.pop().flatten();
            if found.is_none()
                && repo.find_blobs(&[(commit.clone(), name.to_owned())])?.iter().any(Option::is_some)
            {
                let limit = LARGEST / 1024;
                let what = format!("{name} of {} is larger than {limit} KiB and is not read", commit.short());
                return Err(Failure::usage(what)
                    .hint(format!("git show {}:{name} | head", commit.short()))
                    .into());
            }
            Ok(found.map(|bytes| String::from_utf8_lossy(&bytes).into_owned()))
        };
        Ok(Self { toml: text(CONFIG_FILE)?, git_town: text("git-town.toml")?, gitflow: text(".gitflow")? })
    }
}

/// Whether a file of HEAD is missing here because nobody checked it out, a sparse checkout or a new worktree: that
/// is no change that the user made.
fn is_not_checked_out(repo: &Repo, name: &str) -> anyhow::Result<bool> {
    let listed = |args: &[&str]| repo.git().text(repo.call("ls-files").args(args));
    Ok(match listed(&["-v", "--", name])?.chars().next() {
        Some(mark) => mark.eq_ignore_ascii_case(&'S'),
        None => listed(&[])?.is_empty(),
    })
}

/// Whether the file here is HEAD's, the way git sees it, however the checkout has written it.
fn is_unchanged(repo: &Repo, name: &str) -> anyhow::Result<bool> {
    let Some(head) = repo.head()?.oid else { return Ok(false) };
    let run = repo.call("hash-object").args(["--path", name, "--", name]);
    let here = Oid::parse(&repo.git().text(run)?);
    Ok(here.is_some() && repo.find_blobs(&[(head, name.to_owned())])?.pop().flatten() == here)
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
    if let Some(named) = named_by_head(repo, &branches, &first, &configure)? {
        return Ok(named);
    }
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

/// Production's files where the file of the branch that the remote's HEAD names says which branch that is.
/// Everybody who can push may call a branch `production`; HEAD is moved by those who look after the
/// repository.
fn named_by_head(
    repo: &Repo,
    branches: &BTreeMap<String, Vec<String>>,
    first: &Config,
    configure: impl Fn(&Files, Option<&str>) -> anyhow::Result<Config>,
) -> anyhow::Result<Option<Files>> {
    let Some(remote) = &first.branches.remote else { return Ok(None) };
    let head = remote_head(repo, remote).filter(|head| *head != first.branches.production);
    let Some(head) = head else { return Ok(None) };
    let files = Files::at(repo, last_known_tip(repo, Some(remote), &head)?.as_ref())?;
    let Some(named) = files.toml.as_ref().and_then(|_| configure(&files, None).ok()) else { return Ok(None) };
    if !matches!(named.origin("branches.production"), Some(Origin::File(_))) {
        return Ok(None);
    }
    let there = at(repo, branches, &named)?;
    Ok(Some(if there == Files::default() { files } else { there }))
}

fn at(repo: &Repo, remotes: &BTreeMap<String, Vec<String>>, config: &Config) -> anyhow::Result<Files> {
    let production = &config.branches.production;
    let there = config
        .branches
        .remote
        .as_ref()
        .filter(|r| remotes.get(*r).is_some_and(|branches| branches.iter().any(|b| b == production)));
    Files::at(repo, last_known_tip(repo, there.map(String::as_str), production)?.as_ref())
}
