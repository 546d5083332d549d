//! Which branches receive the fix besides production.

use super::branch_name::{is_bots, is_called_like_a_line, is_deceptive, line_number, looks_like_a_target};
use super::squashed;
use super::workspace::Workspace;
use crate::config::glob;
use crate::git::access::Access;
use crate::git::fetch::{View, last_known, local_tags};
use crate::model::habit::sort_out;
use crate::model::oid::Oid;
use crate::model::text::{exact, list};
use crate::model::version::split_tag;
use semver::Version;
use std::cell::OnceCell;
use std::collections::BTreeSet;

/// The branches to merge back to, in the order of their patterns: those that are named, and those
/// that match a pattern and are still open. A fix for an old line is ported to production first.
///
/// # Errors
/// When history cannot be read.
pub fn merge_backs(
    workspace: &Workspace,
    view: &View,
    production: &str,
    production_tip: &Oid,
) -> anyhow::Result<Vec<(String, Oid)>> {
    let branches = &workspace.config.branches;
    let is_configured = is_configured(workspace);
    let out = Released::of(workspace, view);
    let mut found: Vec<(String, Oid)> = Vec::new();
    for pattern in &branches.merge_back {
        for (branch, tip) in &view.heads {
            let named = pattern == branch;
            let fits = named || glob::branch(pattern, branch);
            let taken = branch == production || found.iter().any(|(b, _)| b == branch);
            if !fits || taken || branch.starts_with(&branches.prefix) {
                continue;
            }
            if !named {
                // What somebody wrote down counts more than what lines are called elsewhere.
                let is_line = !is_configured && glob::any_line(&branches.lines, branch);
                if is_line
                    || is_bots(branch)
                    || is_deceptive(branch)
                    || is_done(workspace, branch, tip, production_tip, &out)?
                {
                    continue;
                }
            }
            found.push((branch.clone(), tip.clone()));
        }
    }
    let first = &branches.production;
    if let (true, Some(tip)) = (production != first, view.heads.get(first)) {
        found.retain(|(branch, _)| branch != first);
        found.insert(0, (first.clone(), tip.clone()));
    }
    Ok(found)
}

/// The branches that a fix is merged back to now, in words.
pub fn merged_back_to(backs: &[(String, Oid)]) -> String {
    let names: Vec<&str> = backs.iter().map(|(branch, _)| branch.as_str()).collect();
    if names.is_empty() { "nowhere else".to_owned() } else { list(&names) }
}

/// Whether somebody wrote down what is merged back to.
fn is_configured(workspace: &Workspace) -> bool {
    let built_in = |o: &crate::config::Origin| {
        matches!(o, crate::config::Origin::BuiltIn | crate::config::Origin::Detected(_))
    };
    workspace.config.origin("branches.merge_back").is_some_and(|o| !built_in(o))
}

/// What has a tag anywhere; read when the first branch asks for it.
struct Released<'a> {
    workspace: &'a Workspace,
    view: &'a View,
    tagged: OnceCell<Tagged>,
}

#[derive(Default)]
struct Tagged {
    names: BTreeSet<String>,
    versions: BTreeSet<Version>,
}

impl<'a> Released<'a> {
    fn of(workspace: &'a Workspace, view: &'a View) -> Self {
        Self { workspace, view, tagged: OnceCell::new() }
    }

    /// Whether the version of a branch has a tag, or a tag is called as the branch is, whatever its form:
    /// `public-20260407` for `release/public-20260407`.
    fn has(&self, branch: &str) -> anyhow::Result<bool> {
        let last = branch.rsplit('/').next().unwrap_or(branch);
        // A name without a number may be that of a tag which moves.
        if !last.contains(|c: char| c.is_ascii_digit()) {
            return Ok(false);
        }
        let tagged = match self.tagged.get() {
            Some(known) => known,
            None => {
                let read = self.read()?;
                self.tagged.get_or_init(|| read)
            }
        };
        Ok(tagged.names.contains(last)
            || tagged.names.contains(branch)
            || version_of(branch).is_some_and(|version| tagged.versions.contains(&version)))
    }

    fn read(&self) -> anyhow::Result<Tagged> {
        let local = local_tags(&self.workspace.repo)?;
        let names: BTreeSet<String> = local.into_keys().chain(self.view.tags.keys().cloned()).collect();
        let each = names.iter().map(|name| (name.clone(), ()));
        let sorted = sort_out(each, self.workspace.config.version.scheme);
        let all = || sorted.releases.iter().chain(&sorted.odd);
        // A release branch is of the whole repository, where that has releases besides those of packages.
        let of_whole: BTreeSet<Version> =
            all().filter(|t| t.scheme.package().is_none()).map(|t| t.version.clone()).collect();
        let versions =
            if of_whole.is_empty() { all().map(|t| t.version.clone()).collect() } else { of_whole };
        Ok(Tagged { names, versions })
    }
}

/// Whether a release branch has done its work: its version has a tag, or production has all of it,
/// merged or squash-merged.
fn is_done(
    workspace: &Workspace,
    branch: &str,
    tip: &Oid,
    production: &Oid,
    out: &Released<'_>,
) -> anyhow::Result<bool> {
    if out.has(branch)? {
        return Ok(true);
    }
    let repo = &workspace.repo;
    Ok(repo.has(tip)?
        && (repo.is_ancestor(tip, production)? || squashed::holder(repo, tip, production)?.is_some()))
}

/// The version in a branch's name: 1.3.0 of `release/1.3.0`, `release-v1.3`, `releases/1.3.0`.
fn version_of(branch: &str) -> Option<Version> {
    let last = branch.rsplit('/').next().unwrap_or(branch);
    split_tag(last).map(|(_, version)| version)
}

/// What is said about branches that may be missing among the targets.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Missing {
    /// Configured names and patterns that no branch has.
    pub unmatched: Vec<String>,
    /// Branches that look like releases or lines, are not in production, and match nothing.
    pub near: Vec<String>,
    /// Branches that fit, whose names hold characters that do not show.
    pub deceptive: Vec<String>,
}

impl Missing {
    /// As sentences without a full stop.
    pub fn sentences(&self) -> Vec<String> {
        let mut found = Vec::new();
        if !self.unmatched.is_empty() {
            found.push(format!(
                "branches.merge_back names {}, but there is no such branch",
                list(&self.unmatched)
            ));
        }
        if !self.deceptive.is_empty() {
            let names: Vec<String> = self.deceptive.iter().map(|name| exact(name)).collect();
            found.push(format!("{} would get the fix, but for characters that do not show", list(&names)));
        }
        if !self.near.is_empty() {
            let (it, gets) = if self.near.len() == 1 { ("it", "gets") } else { ("them", "get") };
            found.push(format!(
                "{} {gets} no fix: neither branches.merge_back nor branches.lines names {it}",
                list(&self.near)
            ));
        }
        found
    }
}

/// What may be missing among the targets, as far as branches are known.
///
/// # Errors
/// When refs or history cannot be read.
pub fn missing(workspace: &Workspace, view: &View, production_tip: &Oid) -> anyhow::Result<Missing> {
    let branches = &workspace.config.branches;
    let mut heads = last_known(&workspace.repo, workspace.remote())?.heads;
    heads.retain(|branch, _| !view.lacks(branch));
    heads.extend(view.heads.iter().map(|(branch, tip)| (branch.clone(), tip.clone())));
    let mut found = Missing::default();
    if is_configured(workspace) {
        let fits = |pattern: &&String| heads.keys().any(|b| *pattern == b || glob::branch(pattern, b));
        found.unmatched = branches.merge_back.iter().filter(|p| !fits(p)).cloned().collect();
    }
    let out = Released::of(workspace, view);
    let fits = |b: &&String| is_deceptive(b) && glob::any_branch(&branches.merge_back, b);
    found.deceptive = heads.keys().filter(fits).cloned().collect();
    for (branch, tip) in &heads {
        let is_known = *branch == branches.production
            || branch == "HEAD"
            || branch.starts_with(&branches.prefix)
            || glob::any_branch(&branches.merge_back, branch)
            || branches.merge_back.contains(branch)
            || glob::any_line(&branches.lines, branch)
            || is_bots(branch);
        if !is_known && looks_like_a_target(branch) && !is_done(workspace, branch, tip, production_tip, &out)?
        {
            found.near.push(branch.clone());
        }
    }
    Ok(found)
}

/// The maintained line that a commit belongs to: a branch that contains it and carries the same major and
/// minor version in its name. One that `branches.lines` names comes first; else a branch that is called like a
/// release, once that release is out: `release/1.4` after v1.4.0.
///
/// # Errors
/// When history cannot be read.
pub fn line_of(
    workspace: &Workspace,
    view: &View,
    at: &Oid,
    version: &Version,
) -> anyhow::Result<Option<String>> {
    let has = |tip: &Oid| -> anyhow::Result<bool> {
        Ok(workspace.repo.has(tip)? && workspace.repo.is_ancestor(at, tip)?)
    };
    let mut by_content = None;
    for (branch, tip) in view.heads.iter().filter(|(branch, _)| !is_bots(branch)) {
        let digits = line_number(branch);
        let is_exact = digits == format!("{}.{}", version.major, version.minor)
            || digits == format!("{}-{}", version.major, version.minor);
        if glob::any_line(&workspace.config.branches.lines, branch) {
            if (is_exact || digits == version.major.to_string()) && has(tip)? {
                return Ok(Some(branch.clone()));
            }
        } else if is_exact && by_content.is_none() && may_be_a_line(workspace, branch) && has(tip)? {
            by_content = Some(branch.clone());
        }
    }
    Ok(by_content)
}

/// Whether a branch that no setting calls a line is called like one, and has no other part to play.
fn may_be_a_line(workspace: &Workspace, branch: &String) -> bool {
    let branches = &workspace.config.branches;
    *branch != branches.production
        && !branch.starts_with(&branches.prefix)
        && !branches.merge_back.contains(branch)
        && !is_deceptive(branch)
        && looks_like_a_target(branch)
}

/// Whether a branch is a maintained line, by the settings or by what it is called and has no other part to play.
pub fn is_called_a_line(workspace: &Workspace, branch: &String) -> bool {
    let lines = &workspace.config.branches.lines;
    is_called_like_a_line(lines, branch)
        && (glob::any_line(lines, branch) || may_be_a_line(workspace, branch))
}

/// The branch patterns that have to be read from the remote.
pub fn wanted(workspace: &Workspace, production: &str) -> Vec<String> {
    let branches = &workspace.config.branches;
    let mut patterns = vec![production.to_owned(), format!("{}*", branches.prefix)];
    patterns.push(branches.production.clone());
    patterns.extend(branches.may_be.iter().cloned());
    patterns.extend(branches.merge_back.iter().cloned());
    patterns.extend(branches.lines.iter().cloned());
    // What is called like a release may be the line that maintains it.
    patterns.push("release/*".to_owned());
    // A develop that a colleague has just made, or that a single-branch clone does not know.
    if !is_configured(workspace) {
        patterns.push("dev*".to_owned());
    }
    patterns
}
