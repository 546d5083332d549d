//! The object ids that are about to be published. They are in the record, synced, before the push,
//! so that a retry publishes the same ones and recognises a push that landed after its client died.
//! What happened is never read from here, only what was meant.

use crate::event_data;
use crate::model::event::{Draft, Event, Kind, Pointer};
use crate::model::event_data::Requested;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::FinishPlan;
use serde::{Deserialize, Serialize};

event_data! {
    /// Its field.
    FIELDS;

    /// `publishing`.
    Publishing { intent("intent"): Intent }
}

/// What a finish was about to publish.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Intent {
    /// The hotfix's tip.
    pub tip: Oid,
    pub tag: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tag_object: Option<Oid>,
    /// The commit the tag stands on.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub release: Option<Oid>,
    pub branches: Vec<Move>,
    /// Files in what is tagged that differ from what was tested.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub untested: Vec<String>,
    /// It was made here and kept from the remote, as `--no-push` asked.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub held: bool,
}

/// How far a release that was about to be published has come, as far as is known here. Production
/// and its tag are one push, so anything but both or neither means that the server died inside it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Landed {
    Both,
    /// Production has the release, the remote does not have the tag.
    Branch,
    /// Production has the release; whether the remote has the tag, too, was not asked.
    Unasked,
    /// The tag was seen, production does not have the release.
    Tag,
    /// Neither was seen, and nobody said no: it may have landed unseen.
    Unknown,
    /// Neither was seen, and the remote refused it.
    Refused,
    /// It was kept here on purpose.
    Held,
}

/// A branch and the two ends of its move.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Move {
    pub branch: String,
    pub old: Oid,
    pub new: Oid,
}

impl Intent {
    /// What a plan is about to publish, or `held` back.
    pub fn of(plan: &FinishPlan, held: bool) -> Self {
        let branches = plan
            .targets
            .iter()
            .filter_map(|t| {
                let update = t.update()?;
                Some(Move { branch: t.branch.clone(), old: update.expect?, new: update.new })
            })
            .collect();
        Self {
            tip: plan.tip.clone(),
            tag: plan.release.tag.clone(),
            tag_object: plan.release.tag_object.clone(),
            release: plan.release.commit.clone(),
            branches,
            untested: plan.untested_files.clone(),
            held,
        }
    }

    /// Whether there is anything to publish.
    pub fn is_empty(&self) -> bool {
        self.tag_object.is_none() && self.branches.is_empty()
    }

    /// The event that holds it.
    pub fn draft(&self) -> Draft {
        let names: Vec<&str> = self.branches.iter().map(|b| b.branch.as_str()).collect();
        let tag = self.tag_object.as_ref().map(|_| self.tag.as_str());
        let what: Vec<&str> = tag.into_iter().chain(names).collect();
        let data = Publishing { intent: Some(self.clone()) };
        Draft::new(Kind::Publishing, what.join(", ")).data(&data).refer(Pointer::Commit, &self.tip)
    }

    /// What the last finish of an incident in this clone was about to publish.
    pub fn last(incident: &Incident) -> Option<Self> {
        Self::all(incident).into_iter().next()
    }

    /// What the finishes of an incident in this clone were about to publish, the last one first. What
    /// another clone meant is found by what it published: its log chooses no commit, tag or number here.
    pub fn all(incident: &Incident) -> Vec<Self> {
        incident.own(&Kind::Publishing).rev().filter_map(Self::read).collect()
    }

    /// What other clones say they were about to publish: to be told, and for nothing else.
    pub fn claimed(incident: &Incident) -> Vec<Self> {
        incident.of_kind(&Kind::Publishing).rev().filter(|e| !e.own).filter_map(Self::read).collect()
    }

    fn read(event: &Event) -> Option<Self> {
        event.read::<Publishing>().intent
    }

    /// The tag that this clone last got a yes for: what is published, or merged by others, was planned as
    /// that release.
    pub fn agreed_tag(incident: &Incident) -> Option<String> {
        let published = Self::all(incident).into_iter().next().map(|intent| intent.tag);
        let requested = || incident.own(&Kind::RequestOpened).next_back()?.read::<Requested>().tag;
        published.or_else(requested)
    }

    /// The commit that was made for moving `branch` away from `old`.
    pub fn new_for(&self, branch: &str, old: &Oid) -> Option<&Oid> {
        self.branches.iter().find(|b| b.branch == branch && b.old == *old).map(|b| &b.new)
    }
}
