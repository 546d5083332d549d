//! Which branches receive the fix besides production.

use super::site::Site;
use crate::config::glob;
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::model::oid::Oid;

/// The branches to merge back to, in the order of their patterns: those that are named, and those
/// that match a pattern and are still open, which means not merged into production. A fix for an old
/// line is ported to production first.
///
/// # Errors
/// When history cannot be read.
pub fn merge_backs(
    site: &Site,
    view: &View,
    production: &str,
    production_tip: &Oid,
) -> anyhow::Result<Vec<(String, Oid)>> {
    let branches = &site.config.branches;
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
                let is_line = glob::any_branch(&branches.lines, branch);
                let is_merged = site.repo.has(tip)? && site.repo.is_ancestor(tip, production_tip)?;
                if is_line || is_merged {
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

/// The maintained line that a commit belongs to: a line branch that contains it and carries the
/// same major and minor version in its name.
///
/// # Errors
/// When history cannot be read.
pub fn line_of(
    site: &Site,
    view: &View,
    at: &Oid,
    version: &semver::Version,
) -> anyhow::Result<Option<String>> {
    let number = format!("{}.{}", version.major, version.minor);
    let dashed = format!("{}-{}", version.major, version.minor);
    for (branch, tip) in &view.heads {
        if !glob::any_branch(&site.config.branches.lines, branch) {
            continue;
        }
        let last = branch.rsplit(['/', '@']).next().unwrap_or(branch);
        let digits = last.trim_start_matches(|c: char| !c.is_ascii_digit());
        let digits = digits.trim_end_matches(".x").trim_end_matches("-stable");
        let fits = digits == number || digits == dashed || digits == version.major.to_string();
        if fits && site.repo.has(tip)? && site.repo.is_ancestor(at, tip)? {
            return Ok(Some(branch.clone()));
        }
    }
    Ok(None)
}

/// The branch patterns that have to be read from the remote.
pub fn wanted(site: &Site, production: &str) -> Vec<String> {
    let branches = &site.config.branches;
    let mut patterns = vec![production.to_owned(), format!("{}*", branches.prefix)];
    patterns.push(branches.production.clone());
    patterns.extend(branches.may_be.iter().cloned());
    patterns.extend(branches.merge_back.iter().cloned());
    patterns.extend(branches.lines.iter().cloned());
    // A develop that a colleague has just made, or that a single-branch clone does not know.
    let chosen = |o: &crate::config::Origin| {
        !matches!(o, crate::config::Origin::BuiltIn | crate::config::Origin::Detected(_))
    };
    if !site.config.origin("branches.merge_back").is_some_and(chosen) {
        patterns.push("dev*".to_owned());
    }
    patterns
}
