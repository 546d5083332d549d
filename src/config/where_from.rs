//! Which remote production is on: the one that its branch is pulled from, never just the one that is
//! pushed to.

use super::Inputs;
use super::gitflow::Flow;
use super::settings::Settings;
use super::usual::{MAIN, PRODUCTION, set};
use crate::model::text::list;
use toml::Value;

/// What people call the repository that a fork was made from.
const UPSTREAM: &str = "upstream";

/// The remote that production is on; stays "auto" when it is unclear or when there is none.
pub(super) fn remote(
    inputs: &Inputs<'_>,
    settings: &mut Settings,
    flow: &Flow,
    notes: &mut Vec<String>,
) -> Option<String> {
    let remotes = inputs.remotes;
    if !settings.is_auto("branches.remote") {
        let configured = settings.text("branches.remote");
        if !remotes.contains(&configured) {
            let others = if remotes.is_empty() { "there is none".to_owned() } else { list(remotes) };
            notes.push(format!("branches.remote is {configured}, which is not a remote here ({others})"));
        }
        return Some(configured);
    }
    let named = |name: &str| remotes.iter().find(|r| *r == name).cloned();
    let flows = flow.remote.as_ref().and_then(|s| Some((named(&s.value)?, s.place.clone())));
    let found = flows
        .or_else(|| match remotes {
            [only] => Some((only.clone(), "the only remote".to_owned())),
            _ => None,
        })
        .or_else(|| base_of_fork(inputs))
        .or_else(|| among_several(inputs, settings, flow));
    match found {
        Some((name, place)) => {
            set(settings, "branches.remote", Value::String(name.clone()), Some(place));
            Some(name)
        }
        None => {
            if !remotes.is_empty() {
                let names = list(remotes);
                notes.push(format!(
                    "there are several remotes ({names}) and it is unclear which one production is on; git config hotfix.branches.remote NAME decides it"
                ));
            }
            None
        }
    }
}

/// The remote that the GitHub command line marked as the repository to work against.
fn base_of_fork(inputs: &Inputs<'_>) -> Option<(String, String)> {
    let marked = |remote: &&String| {
        let key = format!("remote.{remote}.gh-resolved");
        inputs.git.iter().rev().find(|e| e.key == key).is_some_and(|e| e.value == "base")
    };
    let mut marked = inputs.remotes.iter().filter(marked);
    match (marked.next(), marked.next()) {
        (Some(one), None) => Some((one.clone(), format!("remote.{one}.gh-resolved"))),
        _ => None,
    }
}

/// Whether a remote's name says that it is a copy of one's own.
fn is_called_fork(remote: &str) -> bool {
    let name = remote.to_ascii_lowercase();
    name.contains("fork") || ["mine", "me", "my", "own", "personal"].contains(&name.as_str())
}

fn among_several(inputs: &Inputs<'_>, settings: &Settings, flow: &Flow) -> Option<(String, String)> {
    let value = |key: &str| inputs.git.iter().rev().find(|e| e.key == key).map(|e| e.value.as_str());
    let exists = |name: &str| inputs.remotes.iter().any(|r| r == name);
    let configured = settings.text("branches.production");
    let candidates: Vec<&str> = if settings.is_auto("branches.production") {
        let flow = flow.production.iter().map(|s| s.value.as_str());
        flow.chain(PRODUCTION).chain(MAIN).chain(["trunk"]).collect()
    } else {
        vec![configured.as_str()]
    };
    let pulled = candidates.iter().find_map(|branch| {
        let remote = value(&format!("branch.{branch}.remote")).filter(|r| *r != ".")?;
        Some((*branch, remote))
    });
    // A remote called upstream beside it says that this one is a fork, and so does another one that
    // has such a branch while this is named as the place to push to, or called one.
    let has_production = |remote: &String| {
        let there = inputs.remote_branches.get(remote);
        there.is_some_and(|names| candidates.iter().any(|c| names.iter().any(|n| n == c)))
    };
    let rivals = |name: &str| {
        inputs.remotes.iter().any(|other| other != name && (other == UPSTREAM || has_production(other)))
    };
    match pulled {
        Some((branch, remote)) if exists(remote) => {
            let is_pushed_to = value("remote.pushdefault") == Some(remote)
                || value(&format!("branch.{branch}.pushremote")) == Some(remote);
            let is_own = is_pushed_to || is_called_fork(remote);
            let doubtful = remote != UPSTREAM && (exists(UPSTREAM) || (is_own && rivals(remote)));
            (!doubtful).then(|| (remote.to_owned(), format!("{branch} is pulled from it")))
        }
        Some(_) => None,
        None if exists("origin") && !rivals("origin") => {
            Some(("origin".to_owned(), "the remote origin".to_owned()))
        }
        None => None,
    }
}
