//! Which branches receive the fix besides production.

use super::site::Site;
use crate::config::glob;
use crate::git::access::Access;
use crate::git::fetch::View;
use crate::model::oid::Oid;

/// The branches to merge back to, in the order of their patterns: those that are named, and those
/// that match a pattern and are still open, which means not merged into production.
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
    Ok(found)
}

/// The branch patterns that have to be read from the remote.
pub fn wanted(site: &Site, production: &str) -> Vec<String> {
    let branches = &site.config.branches;
    let mut patterns = vec![production.to_owned(), format!("{}*", branches.prefix)];
    patterns.extend(branches.merge_back.iter().cloned());
    // A develop that a colleague has just made, or that a single-branch clone does not know.
    let chosen = |o: &crate::config::Origin| {
        !matches!(o, crate::config::Origin::BuiltIn | crate::config::Origin::Detected(_))
    };
    if !site.config.origin("branches.merge_back").is_some_and(chosen) {
        patterns.push("dev*".to_owned());
    }
    patterns
}
