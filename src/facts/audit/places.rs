//! Where a fix has to be: production, what it is merged back to, old lines, the newest release.

use crate::config::glob;
use crate::facts::branch_name;
use crate::facts::targets;
use crate::facts::workspace::Workspace;
use crate::git::access::Access;
use crate::git::fetch::{View, last_known};
use crate::model::failure::Failure;
use crate::model::habit::{Read, sort_out};
use crate::model::oid::Oid;
use crate::model::text::{list, safe, shell_word};
use crate::model::version::TagScheme;
use semver::Version;

/// What a place is to production.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Production,
    /// Develop, an open release branch.
    MergeBack,
    /// An old release that is still maintained.
    Line,
    /// The newest release.
    Release,
}

/// A branch, as it was last seen.
#[derive(Clone, Debug)]
pub struct Branch {
    pub name: String,
    pub kind: Kind,
    pub tip: Oid,
    /// The newest release of an old line.
    pub newest: Option<String>,
}

/// A release tag.
#[derive(Clone, Debug)]
pub struct Released {
    pub name: String,
    pub scheme: TagScheme,
    pub version: Version,
    pub commit: Oid,
}

/// Everything that is looked at.
pub struct Places {
    pub branches: Vec<Branch>,
    /// The tip of production.
    pub production: Oid,
    /// Lowest version first.
    pub tags: Vec<Released>,
    /// The remote whose branches these are; `None` for our own.
    pub remote: Option<String>,
}

/// Reads the branches and tags that are here. Nothing is fetched.
///
/// # Errors
/// When production's branch is not here.
pub fn read(workspace: &Workspace) -> anyhow::Result<Places> {
    let branches = &workspace.config.branches;
    let (view, remote) = seen(workspace)?;
    let production = branches.production.clone();
    let Some(tip) = view.heads.get(&production).cloned() else {
        let mut failure = Failure::usage(format!(
            "the branch {} is not here, so there is nothing to compare with; nothing was changed",
            safe(&production)
        ));
        failure.hints.extend(workspace.remote().map(|r| format!("git fetch {}", shell_word(r))));
        failure.hints.push("hotfix config --explain branches.production".to_owned());
        return Err(failure.into());
    };
    let tags = tags(workspace, &view)?;
    let mut found =
        vec![Branch { name: production.clone(), kind: Kind::Production, tip: tip.clone(), newest: None }];
    for (name, at) in targets::merge_backs(workspace, &view, &production, &tip)? {
        found.push(Branch { name, kind: Kind::MergeBack, tip: at, newest: None });
    }
    for (name, at) in &view.heads {
        let is_known = found.iter().any(|b| b.name == *name) || name.starts_with(&branches.prefix);
        if glob::any_line(&branches.lines, name) && !is_known && !branch_name::is_bots(name) {
            found.push(Branch { name: name.clone(), kind: Kind::Line, tip: at.clone(), newest: None });
        }
    }
    let named = branches.merge_back.iter().filter(|name| !name.contains('*'));
    let absent: Vec<&String> = named.filter(|name| !view.heads.contains_key(*name)).collect();
    if !absent.is_empty() {
        let words = format!("{} cannot be audited: not here; nothing was audited", safe(&list(&absent)));
        let mut failure = Failure::failed(words);
        failure.hints.extend(workspace.remote().map(|r| format!("git fetch {}", shell_word(r))));
        failure.hints.push("hotfix config --explain branches.merge_back".to_owned());
        return Err(failure.into());
    }
    narrow(workspace)?;
    Ok(Places { branches: found, production: tip, tags, remote: remote.map(str::to_owned) })
}

/// The remote's branches as they were fetched last; our own where nothing was fetched.
fn seen(workspace: &Workspace) -> anyhow::Result<(View, Option<&str>)> {
    let production = &workspace.config.branches.production;
    let there = last_known(&workspace.repo, workspace.remote())?;
    if workspace.remote().is_none() || there.heads.contains_key(production) {
        return Ok((there, workspace.remote()));
    }
    let here = last_known(&workspace.repo, None)?;
    Ok(if here.heads.contains_key(production) { (here, None) } else { (there, workspace.remote()) })
}

/// A clone of few branches cannot see the others, and a green answer would say that it did.
fn narrow(workspace: &Workspace) -> anyhow::Result<()> {
    let Some(remote) = workspace.remote() else { return Ok(()) };
    let config = workspace.repo.config()?;
    let key = format!("remote.{remote}.fetch");
    let specs: Vec<&str> =
        config.entries().iter().filter(|e| e.key == key).map(|e| e.value.as_str()).collect();
    let follows_all =
        specs.is_empty() || specs.iter().any(|spec| spec.contains("refs/heads/*") || spec.contains("refs/*"));
    if follows_all {
        return Ok(());
    }
    let word = shell_word(remote);
    let words = format!("this clone follows only some branches of {}; nothing was audited", safe(remote));
    Err(Failure::failed(words).hint(format!("git remote set-branches {word} '*' && git fetch {word}")).into())
}

fn tags(workspace: &Workspace, view: &View) -> anyhow::Result<Vec<Released>> {
    let named = view.tags.iter().map(|(name, oid)| (name.clone(), oid.clone()));
    let named = sort_out(named, workspace.config.version.scheme).every_release();
    let oids: Vec<Oid> = named.iter().map(|tag| tag.of.clone()).collect();
    let commits = workspace.repo.peel_all(&oids)?;
    let released = |(tag, commit): (Read<Oid>, Option<Oid>)| {
        Some(Released { name: tag.name, scheme: tag.scheme, version: tag.version, commit: commit? })
    };
    let mut tags: Vec<Released> = named.into_iter().zip(commits).filter_map(released).collect();
    tags.sort_by(|a, b| {
        crate::model::version::by_precedence(&a.version, &b.version).then_with(|| a.name.cmp(&b.name))
    });
    Ok(tags)
}
