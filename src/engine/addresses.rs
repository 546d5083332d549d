//! The further addresses of a remote that has several: what the deciding one has accepted is brought
//! to each of them, and each is asked what it has.

use super::publish::pushing;
use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::config::without_userinfo;
use crate::git::fetch;
use crate::git::push::{Push, Said, push};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, FinishPlan, Outcome, Update, head, short_ref, tag_ref};
use crate::model::text::list;

/// An address, and what it has in the end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Without a password.
    pub address: String,
    pub has: Vec<String>,
    pub lacks: Vec<String>,
    /// What it said against what it lacks.
    pub why: String,
}

impl Address {
    /// `…/mirror.git has v1.2.1, and lacks main: pre-receive hook declined`.
    pub fn sentence(&self) -> String {
        let has = if self.has.is_empty() { "nothing of it".to_owned() } else { list(&self.has) };
        if self.lacks.is_empty() {
            return format!("{} has {has}", self.address);
        }
        let why = if self.why.is_empty() { String::new() } else { format!(": {}", self.why) };
        format!("{} has {has}, and lacks {}{why}", self.address, list(&self.lacks))
    }
}

/// Brings what is public to every further address. Empty where the remote has one address.
///
/// # Errors
/// When refs cannot be read here or git cannot be started.
pub fn bring(workspace: &Workspace, plan: &FinishPlan, has_fix: &[String]) -> anyhow::Result<Vec<Address>> {
    let Some(remote) = &plan.remote else { return Ok(Vec::new()) };
    let further = workspace.repo.config()?.further_addresses(remote);
    if further.is_empty() {
        return Ok(Vec::new());
    }
    let mut refs: Vec<(String, Oid)> = Vec::new();
    for target in plan.targets.iter().filter(|t| has_fix.contains(&t.branch)) {
        let tip = match target.outcome {
            Outcome::Clean => target.new.clone(),
            _ => target.old.clone(),
        };
        refs.extend(tip.map(|tip| (head(&target.branch), tip)));
    }
    let tag = tag_ref(&plan.release.tag);
    let object = match &plan.release.tag_object {
        Some(object) => Some(object.clone()),
        None => workspace.repo.find_ref(&tag)?,
    };
    refs.extend(object.map(|object| (tag, object)));
    let config = workspace.repo.config()?;
    let decided = config.deciding_address(remote).map(|address| Address {
        address: without_userinfo(&address),
        has: refs.iter().map(|(name, _)| short_ref(name).to_owned()).collect(),
        lacks: Vec::new(),
        why: String::new(),
    });
    let others = further.iter().map(|address| bring_to(workspace, address, &refs));
    decided.into_iter().map(Ok).chain(others).collect()
}

fn bring_to(workspace: &Workspace, address: &str, refs: &[(String, Oid)]) -> anyhow::Result<Address> {
    let mut found = Address {
        address: without_userinfo(address),
        has: Vec::new(),
        lacks: refs.iter().map(|(name, _)| short_ref(name).to_owned()).collect(),
        why: String::new(),
    };
    let names: Vec<String> = refs.iter().map(|(name, _)| name.clone()).collect();
    let there = match fetch::list(&workspace.repo, address, &names, pushing()) {
        Ok(view) => view,
        Err(error) => {
            found.why = format!(
                "it cannot be read ({})",
                without_userinfo(error.detail().lines().next().unwrap_or_default())
            );
            return Ok(found);
        }
    };
    let mut updates = Vec::new();
    let mut diverged = false;
    for (name, new) in refs {
        let old = there.get(name);
        let follows = match old {
            None => true,
            Some(old) => {
                name.starts_with("refs/heads/")
                    && workspace.repo.has(old)?
                    && workspace.repo.is_ancestor(old, new)?
            }
        };
        if old != Some(new) && follows {
            updates.push(Update { name: name.clone(), expect: old.cloned(), new: new.clone() });
        }
        diverged |= old != Some(new) && !follows;
    }
    if !updates.is_empty() {
        let report =
            push(&workspace.repo, address, Push { updates: &updates, ..Push::default() }, pushing())?;
        let refused = updates.iter().find_map(|u| match report.refs.get(&u.name) {
            Some(Said::Refused(why)) if !why.contains("atomic") => Some(why.clone()),
            _ => None,
        });
        let words =
            report.server_words().into_iter().next().or_else(|| report.own_words().into_iter().next());
        let why: Vec<String> = refused.into_iter().chain(words).collect();
        found.why = why.join(": ");
    }
    // Not what was reported but what is there.
    let Ok(now) = fetch::list(&workspace.repo, address, &names, pushing()) else { return Ok(found) };
    let (has, lacks): (Vec<_>, Vec<_>) = refs.iter().partition(|(name, new)| now.get(name) == Some(new));
    let short = |refs: Vec<&(String, Oid)>| refs.iter().map(|(n, _)| short_ref(n).to_owned()).collect();
    (found.has, found.lacks) = (short(has), short(lacks));
    if diverged {
        found.why = "it has other commits there; only you can decide about them".to_owned();
    }
    if found.lacks.is_empty() {
        found.why.clear();
    }
    Ok(found)
}

/// Deletes a branch that is deleted on the deciding address on the further ones, too. One that was
/// moved there, or that is kept, stays.
pub fn forget(workspace: &Workspace, remote: &str, deletion: &Deletion) {
    let further = workspace.repo.config().map(|c| c.further_addresses(remote)).unwrap_or_default();
    for address in further {
        let there = fetch::list(&workspace.repo, &address, std::slice::from_ref(&deletion.name), pushing());
        if there.is_ok_and(|view| view.get(&deletion.name) == Some(&deletion.expect)) {
            let what = Push { deletions: std::slice::from_ref(deletion), ..Push::default() };
            if let Err(error) = push(&workspace.repo, &address, what, pushing()) {
                log::debug!("a further address keeps the branch: {error}");
            }
        }
    }
}
