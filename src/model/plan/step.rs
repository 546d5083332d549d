//! The steps of a plan. The order of the list is the order in which things happen: the view, the JSON,
//! the equivalent git commands and the engine all read the same list, and nothing else knows an order.

use super::refs::{Deletion, Update, head};
use super::stage::Stage;
use crate::model::checklist::Item;
use crate::model::oid::Oid;
use serde_json::{Value, json};
use std::path::PathBuf;

/// One thing that a plan does.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Puts uncommitted changes into the stash, so that the worktree can be switched.
    Stash { message: String },
    /// Makes a branch and checks it out, in this worktree or in a new one.
    Create { branch: String, at: Oid, worktree: Option<PathBuf> },
    /// Runs the command of a check again, on the commit that is about to be published.
    Recheck(Item),
    /// Moves refs on the remote.
    Push(Push),
    /// Publishes the hotfix branch, opens the request, and merges it once nothing holds it up.
    Request(RequestStep),
    /// Waits for the tag that another tool makes.
    Await { tool: String },
    /// Moves refs here, all or none: the commit point where there is no remote.
    Local { updates: Vec<Update>, deletions: Vec<Deletion> },
    /// Runs a command of the configuration.
    Run(Stage),
    /// Lets local branches and the tag follow what is public, or what was made here with `--no-push`.
    Follow { branches: Vec<String> },
    /// Brings what the deciding address of the remote has accepted to its further ones.
    Mirror { addresses: Vec<String> },
    /// Writes down what is true now, once.
    Record(Fact),
    /// Leaves a merge that conflicts to a person, in a worktree of its own.
    Leave { branch: String, conflicts: Vec<String> },
    /// Keeps a commit reachable under a name of its own.
    Keep { name: String, tip: Oid },
    /// Takes a worktree off a branch: removes it, or switches it to another one.
    Vacate { path: PathBuf, branch: String, to: String, remove: bool },
    /// Removes a worktree in which a merge was resolved; `inside` when it is the current one.
    Remove { path: PathBuf, branch: String, inside: bool },
    /// Deletes a branch on the remote.
    Unpublish { remote: String, deletion: Deletion },
    /// Deletes a branch here; without a tip only what git's configuration still says about it.
    Delete { branch: String, tip: Option<Oid> },
}

/// The way onto production where it takes requests only.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestStep {
    /// The hotfix branch with the version on top, when the remote does not have it yet.
    pub publish: Option<Update>,
    /// The remote that the branch is on: production's, or a fork of it.
    pub remote: String,
    /// `pull request`, `merge request`.
    pub what: &'static str,
    /// Where it is opened, for people.
    pub place: String,
    /// The branch that it is merged into.
    pub into: String,
    /// The one that was opened by an earlier run: `#7`.
    pub opened: Option<String>,
}

/// Refs that are pushed together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Push {
    pub remote: String,
    /// Production and its tag: these are published together or not at all.
    pub release: Vec<Update>,
    /// Merge-backs. One that the server rejects is owed; it stops nothing.
    pub backs: Vec<Update>,
    /// Refs that must not have moved, and are not moved.
    pub unchanged: Vec<(String, Oid)>,
}

impl Push {
    /// The pushes that it takes, in order: the release with everything that rides along, or each
    /// merge-back on its own.
    pub fn groups(&self) -> Vec<Vec<&Update>> {
        if self.release.is_empty() {
            return self.backs.iter().map(|back| vec![back]).collect();
        }
        vec![self.release.iter().chain(&self.backs).collect()]
    }
}

/// What a plan writes into the incident log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    Declared,
    FixStarted,
    Released,
    MergedBack,
    Finished,
    Cancelled,
    Reopened,
    Retracted,
    TakenBack,
}

impl Fact {
    const fn id(self) -> &'static str {
        match self {
            Self::Declared => "declared",
            Self::FixStarted => "fix-started",
            Self::Released => "released",
            Self::MergedBack => "merged-back",
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Reopened => "reopened",
            Self::Retracted => "retracted",
            Self::TakenBack => "taken-back",
        }
    }
}

/// How far a step is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Progress {
    #[default]
    Todo,
    Done,
    /// It needs the forge, a person or another try.
    Waiting,
    Failed,
}

impl Progress {
    const fn id(self) -> &'static str {
        match self {
            Self::Todo => "todo",
            Self::Done => "done",
            Self::Waiting => "waiting",
            Self::Failed => "failed",
        }
    }
}

impl Step {
    /// The step as JSON gives it.
    pub fn json(&self, progress: Progress) -> Value {
        let names = |updates: &[Update]| updates.iter().map(|u| u.name.clone()).collect::<Vec<_>>();
        let (kind, more) = match self {
            Self::Stash { message } => ("stash", json!({ "message": message })),
            Self::Create { branch, at, worktree } => {
                ("create", json!({ "branch": branch, "commit": at, "worktree": worktree }))
            }
            Self::Recheck(item) => ("recheck", json!({ "check": item.id, "command": item.command })),
            Self::Push(push) => {
                let refs = [names(&push.release), names(&push.backs)].concat();
                ("push", json!({ "remote": push.remote, "refs": refs }))
            }
            Self::Request(request) => {
                let refs: Vec<&String> = request.publish.iter().map(|u| &u.name).collect();
                let (into, place) = (&request.into, &request.place);
                ("request", json!({ "refs": refs, "remote": request.remote, "into": into, "place": place }))
            }
            Self::Await { tool } => ("await", json!({ "tool": tool })),
            Self::Local { updates, deletions } => {
                let gone = deletions.iter().map(|d| format!(":{}", d.name));
                ("local", json!({ "refs": names(updates).into_iter().chain(gone).collect::<Vec<_>>() }))
            }
            Self::Run(stage) => {
                ("run", json!({ "stage": stage.kind, "name": stage.name, "command": stage.command }))
            }
            Self::Follow { branches } => ("follow", json!({ "branches": branches })),
            Self::Mirror { addresses } => ("mirror", json!({ "addresses": addresses })),
            Self::Record(fact) => ("record", json!({ "event": fact.id() })),
            Self::Leave { branch, conflicts } => {
                ("leave", json!({ "branch": branch, "conflicts": conflicts }))
            }
            Self::Keep { name, tip } => ("keep", json!({ "ref": name, "commit": tip })),
            Self::Vacate { path, branch, to, remove } => {
                ("vacate", json!({ "worktree": path, "branch": branch, "to": to, "remove": remove }))
            }
            Self::Remove { path, branch, .. } => ("remove", json!({ "worktree": path, "branch": branch })),
            Self::Unpublish { remote, deletion } => {
                ("unpublish", json!({ "remote": remote, "refs": [format!(":{}", deletion.name)] }))
            }
            Self::Delete { branch, .. } => ("delete", json!({ "refs": [format!(":{}", head(branch))] })),
        };
        let mut map = serde_json::Map::new();
        map.insert("kind".to_owned(), json!(kind));
        if let Value::Object(more) = more {
            map.extend(more);
        }
        map.insert("state".to_owned(), json!(progress.id()));
        Value::Object(map)
    }
}

/// The steps as JSON gives them, all of them equally far.
pub fn steps_json(steps: &[Step], progress: Progress) -> Vec<Value> {
    steps.iter().map(|step| step.json(progress)).collect()
}

/// The pushes of a list of steps, in order, as full ref names; a deletion has a colon in front.
pub fn pushes(steps: &[Step]) -> Vec<Vec<String>> {
    let mut pushes = Vec::new();
    for step in steps {
        match step {
            Step::Push(push) => {
                let groups = push.groups();
                pushes.extend(groups.iter().map(|g| g.iter().map(|u| u.name.clone()).collect::<Vec<_>>()));
            }
            Step::Request(RequestStep { publish: Some(update), .. }) => {
                pushes.push(vec![update.name.clone()])
            }
            Step::Unpublish { deletion, .. } => pushes.push(vec![format!(":{}", deletion.name)]),
            _ => {}
        }
    }
    pushes
}
