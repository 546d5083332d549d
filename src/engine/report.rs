//! What came of a run, and what is left.

use super::addresses::Address;
use super::publish::Refusal;
use super::resolution::Resolution;
use crate::model::plan::Progress;
use crate::model::request::Request;
use crate::plan::request::Decision;
use std::path::PathBuf;

/// What came of a run.
#[derive(Debug)]
pub enum Ended {
    /// This ref moved: look again and plan again.
    Stale(String),
    Went(Box<Report>),
    /// Nothing is left to do here: the way goes through a request.
    AtRequest,
}

/// What a run did, and what is left.
#[derive(Debug, Default)]
pub struct Report {
    /// How far each step of the plan is.
    pub progress: Vec<Progress>,
    /// Targets that the server rejected: branch and the server's words.
    pub owed: Vec<(String, Refusal)>,
    /// Those of them that wait for a request of their own: branch, what is waited for, the request.
    pub requests: Vec<(String, Decision, Option<Request>)>,
    /// Targets left to a person.
    pub conflicts: Vec<Resolution>,
    /// Branches that have the fix now.
    pub has_fix: Vec<String>,
    pub branch_deleted: bool,
    /// Production has the fix, and the server refused its tag.
    pub tag_refused: Option<Refusal>,
    /// Targets that others brought the fix to, and that refused the merge.
    pub by_itself: Vec<String>,
    /// Every address of a remote that has several, and what it has.
    pub addresses: Vec<Address>,
    /// Lines for a person: what was left alone, and why.
    pub lines: Vec<String>,
    /// The hotfix branch got new commits on the remote while this ran.
    pub late_commits: bool,
    /// Everything is ready here and nothing was pushed, as `--no-push` asked.
    pub held_back: bool,
    /// Production is out, and the tag is another tool's to make: its name.
    pub awaits: Option<String>,
    /// A worktree the user was in was removed; this is where to go.
    pub go_to: Option<PathBuf>,
}

impl Report {
    /// Whether every address has what the deciding one has.
    pub fn agrees(&self) -> bool {
        self.addresses.iter().all(|a| a.lacks.is_empty())
    }

    /// Whether all of it is done.
    pub fn is_complete(&self) -> bool {
        self.tag_refused.is_none()
            && self.agrees()
            && self.owed.is_empty()
            && self.conflicts.is_empty()
            && self.awaits.is_none()
            && !self.held_back
            && !self.late_commits
    }
}
