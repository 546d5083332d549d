//! Writing down what is now true and not yet in the record, so that a run that was killed between
//! a step and its event loses nothing.

use crate::model::event::{Draft, Event, Kind, Pointer};
use crate::model::event_data::{BY_HAND, Followup, MergeBack, Published};
use crate::model::incident::{End, Incident};
use crate::model::oid::Oid;
use crate::model::plan::Target;
use crate::model::way_back::brings;
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
    fn once(&self, pointer: Pointer, value: &str, draft: Draft) {
        let draft = draft.refer(pointer, value);
        let says_it = |e: &Event| match e.own {
            true => e.reference(pointer) == Some(value),
            false => draft.refs.contains_key(Pointer::Commit.as_str()) && e.refs == draft.refs,
        };
        if !self.incident.is_some_and(|i| i.of_kind(&draft.kind).any(says_it)) {
            self.record.note(self.id, draft);
        }
    }

    /// A commit of the hotfix, at the time its author made it.
    pub fn commit(&self, commit: &crate::git::object::Commit) {
        let draft = Draft::new(Kind::Commit, commit.subject())
            .at(Some(commit.author.when))
            .refer(Pointer::Tree, &commit.tree);
        self.once(Pointer::Commit, commit.oid.as_str(), draft);
    }

    /// The fix is on production, and the release is public; `untested` are the files in it that
    /// differ from what was tested. `moved`: this program moved production, rather than a person or the forge.
    pub fn released(
        &self,
        (branch, moved): (&str, bool),
        tag: &str,
        commit: &Oid,
        remote: Option<&str>,
        untested: &[String],
    ) {
        let place = remote.unwrap_or("this repository");
        let said = Published { untested: (!untested.is_empty()).then(|| untested.to_vec()), remote: None };
        let how = if moved { "" } else { ", merged there" };
        let merged = Draft::new(Kind::Merged, format!("{branch} at {}{how}", commit.short()))
            .refer(Pointer::Branch, branch)
            .refer(Pointer::Commit, commit)
            .data(&said);
        self.once(Pointer::Tag, tag, merged);
        self.once(Pointer::Tag, tag, Draft::new(Kind::Tagged, tag).refer(Pointer::Commit, commit));
        if let Some(remote) = remote {
            let what = if moved { format!("{branch} and {tag}") } else { tag.to_owned() };
            let text = format!("{what} to {place}");
            let said = Published { remote: Some(remote.to_owned()), untested: None };
            let draft = Draft::new(Kind::Pushed, text).refer(Pointer::Commit, commit).data(&said);
            self.once(Pointer::Tag, tag, draft);
        }
    }

    /// A target has the fix.
    pub fn merged_back(&self, target: &Target, tip: &Oid) {
        let branch = target.branch.as_str();
        let said = MergeBack {
            resolved: target.by_hand.then(|| BY_HAND.to_owned()),
            without: (!target.without.is_empty()).then(|| target.without.clone()),
            ..MergeBack::default()
        };
        let draft = Draft::new(Kind::MergedBack, format!("{branch} at {}", tip.short()))
            .refer(Pointer::Commit, tip)
            .data(&said);
        self.once(Pointer::Branch, branch, draft);
    }

    /// A target was taken off the list.
    pub fn skipped(&self, branch: &str, why: &str) {
        let said = MergeBack { reason: Some(why.to_owned()), ..MergeBack::default() };
        let draft = Draft::new(Kind::TargetSkipped, format!("{branch}: {why}")).data(&said);
        self.once(Pointer::Branch, branch, draft);
    }

    /// What is left to do for a target that was taken off the list of a release.
    pub fn left_out(&self, branch: &str, tag: &str, why: &str) {
        let said = Followup { done_when: Some(format!("{branch} contains {tag}")), ..Followup::default() };
        let text = format!("{}    # {branch} was skipped: {why}", brings(branch, tag));
        self.once(Pointer::Branch, branch, Draft::new(Kind::Followup, text).data(&said));
    }

    /// The branch is gone.
    pub fn branch_deleted(&self, branch: &str, tip: &Oid) {
        let draft = Draft::new(Kind::BranchDeleted, branch).refer(Pointer::Branch, branch);
        self.once(Pointer::Commit, tip.as_str(), draft);
    }

    /// All of it is done; a colleague's word for it that git bore out stands.
    pub fn finished(&self, tag: &str) {
        if self.incident.is_some_and(|i| i.end == Some(End::Finished) && i.tag.as_deref() == Some(tag)) {
            return;
        }
        self.once(Pointer::Tag, tag, Draft::new(Kind::Finished, tag));
    }
}
