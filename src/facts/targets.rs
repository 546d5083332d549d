//! Which branches receive the fix besides production.

use super::squashed;
use super::workspace::Workspace;
use crate::config::glob;
use crate::git::access::Access;
use crate::git::fetch::{View, last_known, local_tags};
use crate::model::habit::sort_out;
use crate::model::oid::Oid;
use crate::model::text::{exact, is_invisible, list};
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

/// Branches that programs push, whose names may look like those of lines.
pub fn is_bots(branch: &str) -> bool {
    const BOTS: [&str; 8] = [
        "renovate/",
        "dependabot/",
        "renovate-bot/",
        "snyk-",
        "pre-commit-ci",
        "release-please--",
        "changeset-release/",
        "all-contributors/",
    ];
    BOTS.iter().any(|bot| branch.starts_with(bot))
        || branch.contains("/renovate/")
        || branch.contains("/dependabot/")
}

/// Whether a name reads as another one: anybody who can push a branch could have one stand for another in
/// a plan.
fn is_deceptive(branch: &str) -> bool {
    branch.chars().any(|c| c.is_control() || is_invisible(c))
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

/// Whether a branch is called like those that people release or maintain.
fn looks_like_a_target(branch: &str) -> bool {
    let name = branch.to_ascii_lowercase();
    let (first, rest) = name.split_once(['/', '-', '_']).unwrap_or((name.as_str(), ""));
    let has_number = rest.chars().any(|c| c.is_ascii_digit());
    let is_release =
        ["release", "releases", "rel", "rc", "support", "stable", "maint", "maintenance", "lts", "series"];
    let by_number = name.strip_prefix('v').unwrap_or(&name);
    let is_number =
        by_number.contains('.') && by_number.chars().all(|c| c.is_ascii_digit() || c == '.' || c == 'x');
    (is_release.contains(&first) && (has_number || rest.is_empty()))
        || ["-series", "-stable", "-maint", "-lts", ".x"].iter().any(|end| name.ends_with(end))
        || is_number
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

/// The number in the name of a line's branch: `1.4` of `support/1.4`, `release-1.4.x`.
fn line_number(branch: &str) -> &str {
    let last = branch.rsplit(['/', '@']).next().unwrap_or(branch);
    let digits = last.trim_start_matches(|c: char| !c.is_ascii_digit());
    digits.trim_end_matches(".x").trim_end_matches("-stable")
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

/// Whether a branch is called like a maintained line.
pub fn is_called_a_line(workspace: &Workspace, branch: &String) -> bool {
    glob::any_line(&workspace.config.branches.lines, branch)
        || (line_number(branch).contains(['.', '-']) && may_be_a_line(workspace, branch))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn near_misses_are_told_from_work() {
        for name in [
            "releases/1.3",
            "rel/1.3",
            "1.25-series",
            "maint",
            "maint-1.2",
            "1.2",
            "v2.x",
            "stable",
            "Release_2",
        ] {
            assert!(looks_like_a_target(name), "{name}");
        }
        for name in [
            "feature/x",
            "release-notes",
            "stable-diffusion",
            "relabel/2",
            "main",
            "alice/1.2-fix",
            "supportive",
        ] {
            assert!(!looks_like_a_target(name), "{name}");
        }
    }

    #[test]
    fn bots_make_no_lines() {
        for name in ["renovate/foo-1.x", "dependabot/npm/a-2.x", "release-please--branches--main"] {
            assert!(is_bots(name), "{name}");
        }
        assert!(!is_bots("release/1.3.0") && !is_bots("renovated"));
    }
}
