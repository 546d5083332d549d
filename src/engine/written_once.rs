//! Writing down what is now true and not yet in the record, so that a run that was killed between
//! a step and its event loses nothing.

use crate::model::event::{Draft, Event, Kind};
use crate::model::incident::{End, Incident};
use crate::model::oid::Oid;
use crate::model::plan::Target;
use crate::record::Record;

/// What the record of an incident already says.
pub struct WrittenOnce<'a> {
    record: &'a Record<'a>,
    id: &'a str,
    incident: Option<&'a Incident>,
}

impl<'a> WrittenOnce<'a> {
    /// Continues the record of `id`, of which `incident` is what was read.
    pub const fn new(record: &'a Record<'a>, id: &'a str, incident: Option<&'a Incident>) -> Self {
        Self { record, id, incident }
    }

    /// Writes it unless this clone has said so. Another clone's line is taken for it only where it is about
    /// the same commit in every respect: nobody could say that of a commit before it was made.
    fn once(&self, key: &str, value: &str, draft: Draft) {
        let draft = draft.refer(key, value);
        let says_it = |e: &Event| match e.own {
            true => e.reference(key) == Some(value),
            false => draft.refs.contains_key("commit") && e.refs == draft.refs,
        };
        if !self.incident.is_some_and(|i| i.of_kind(&draft.kind).any(says_it)) {
            self.record.note(self.id, draft);
        }
    }

    /// A commit of the hotfix, at the time its author made it.
    pub fn commit(&self, commit: &crate::git::object::Commit) {
        let draft = Draft::new(Kind::Commit, commit.subject())
            .at(Some(commit.author.when))
            .refer("tree", &commit.tree);
        self.once("commit", commit.oid.as_str(), draft);
    }

    /// The fix is on production, and the release is public; `untested` are the files in it that
    /// differ from what was tested.
    pub fn released(&self, branch: &str, tag: &str, commit: &Oid, remote: Option<&str>, untested: &[String]) {
        let place = remote.unwrap_or("this repository");
        let mut merged = Draft::new(Kind::Merged, format!("{branch} at {}", commit.short()))
            .refer("branch", branch)
            .refer("commit", commit);
        if !untested.is_empty() {
            merged = merged.with("untested", untested.to_vec());
        }
        self.once("tag", tag, merged);
        self.once("tag", tag, Draft::new(Kind::Tagged, tag).refer("commit", commit));
        if let Some(remote) = remote {
            let text = format!("{branch} and {tag} to {place}");
            let draft = Draft::new(Kind::Pushed, text).refer("commit", commit).with("remote", remote);
            self.once("tag", tag, draft);
        }
    }

    /// A target has the fix.
    pub fn merged_back(&self, target: &Target, tip: &Oid) {
        let branch = target.branch.as_str();
        let mut draft =
            Draft::new(Kind::MergedBack, format!("{branch} at {}", tip.short())).refer("commit", tip);
        if target.by_hand {
            draft = draft.with("resolved", "by hand");
        }
        if !target.without.is_empty() {
            draft = draft.with("without", target.without.clone());
        }
        self.once("branch", branch, draft);
    }

    /// A target was taken off the list.
    pub fn skipped(&self, branch: &str, why: &str) {
        let draft = Draft::new(Kind::TargetSkipped, format!("{branch}: {why}")).with("reason", why);
        self.once("branch", branch, draft);
    }

    /// The branch is gone.
    pub fn branch_deleted(&self, branch: &str, tip: &Oid) {
        let draft = Draft::new(Kind::BranchDeleted, branch).refer("branch", branch);
        self.once("commit", tip.as_str(), draft);
    }

    /// All of it is done; a colleague's word for it that git bore out stands.
    pub fn finished(&self, tag: &str) {
        if self.incident.is_some_and(|i| i.end == Some(End::Finished) && i.tag.as_deref() == Some(tag)) {
            return;
        }
        self.once("tag", tag, Draft::new(Kind::Finished, tag));
    }
}
