//! One line of the incident log.

use super::milestone::Milestone;
use super::oid::Oid;
use chrono::{DateTime, FixedOffset, Utc};
use serde::de::DeserializeOwned;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The version of the event format this program writes.
pub const EVENT_VERSION: u32 = 1;

macro_rules! kinds {
    ($($variant:ident => $word:literal),+ $(,)?) => {
        /// What an event says happened. Kinds that a newer version wrote are kept as they are.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($variant,)+
            /// A kind this version does not know; shown as a note and preserved.
            Other(String),
        }

        impl Kind {
            /// The word stored in the record.
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $word,)+
                    Self::Other(word) => word,
                }
            }

            /// Reads a stored word; never fails.
            pub fn parse(word: &str) -> Self {
                match word {
                    $($word => Self::$variant,)+
                    other => Self::Other(other.to_owned()),
                }
            }
        }
    };
}

kinds! {
    // milestones
    ImpactStarted => "impact_started",
    Detected => "detected",
    Declared => "declared",
    Acknowledged => "acknowledged",
    Identified => "identified",
    PartlyMitigated => "partly_mitigated",
    Mitigated => "mitigated",
    ImpactEnded => "impact_ended",
    Resolved => "resolved",
    Reopened => "reopened",
    // what people say
    Note => "note",
    Observation => "observation",
    Hypothesis => "hypothesis",
    Action => "action",
    Decision => "decision",
    Followup => "followup",
    // assessment and people
    Triaged => "triaged",
    Described => "described",
    SeverityChanged => "severity_changed",
    RoleAssumed => "role_assumed",
    RoleRenounced => "role_renounced",
    // the work
    FixStarted => "fix_started",
    Commit => "commit",
    ChecklistItem => "checklist_item",
    ReviewRequested => "review_requested",
    RequestOpened => "request_opened",
    RequestMerged => "request_merged",
    Review => "review",
    Publishing => "publishing",
    Merged => "merged",
    Tagged => "tagged",
    Pushed => "pushed",
    PushRefused => "push_refused",
    PushTorn => "push_torn",
    DeployStarted => "deploy_started",
    DeploySucceeded => "deploy_succeeded",
    DeployFailed => "deploy_failed",
    MonitoringStarted => "monitoring_started",
    Verified => "verified",
    VerifyFailed => "verify_failed",
    RolledBack => "rolled_back",
    MergeConflict => "merge_conflict",
    MergedBack => "merged_back",
    TargetSkipped => "target_skipped",
    BranchDeleted => "branch_deleted",
    CommsSent => "comms_sent",
    CommsDelivered => "comms_delivered",
    // the life of the record itself
    Finished => "finished",
    Cancelled => "cancelled",
    Declined => "declined",
    PostmortemWritten => "postmortem_written",
    ReviewStatusChanged => "review_status_changed",
    Amendment => "amendment",
    Retraction => "retraction",
    Redaction => "redaction",
}

impl Kind {
    /// Words a person wrote, as opposed to what the tool observed.
    pub const fn is_human(&self) -> bool {
        matches!(
            self,
            Self::Note
                | Self::Observation
                | Self::Hypothesis
                | Self::Action
                | Self::Decision
                | Self::Followup
                | Self::Other(_)
        )
    }

    /// Whether a log can begin with it.
    pub const fn opens(&self) -> bool {
        matches!(self, Self::Declared | Self::Declined)
    }

    /// Whether it is about another event and tells nothing by itself.
    pub const fn is_correction(&self) -> bool {
        matches!(self, Self::Amendment | Self::Retraction | Self::Redaction)
    }

    /// Whether it can be amended or taken back: what people said, and when things happened. What
    /// git did is a fact, an answer to the checklist is given anew, and the record needs its
    /// beginning.
    pub fn is_correctable(&self) -> bool {
        let people = matches!(
            self,
            Self::SeverityChanged
                | Self::RoleAssumed
                | Self::RoleRenounced
                | Self::Reopened
                | Self::PartlyMitigated
                | Self::Described
                | Self::CommsSent
        );
        people || self.is_human() || (*self != Self::Declared && Milestone::of(self).is_some())
    }

    /// Whether a later event may take it back: what can be corrected, corrections themselves, and
    /// answers, which are given again.
    pub fn is_retractable(&self) -> bool {
        let answers = matches!(self, Self::ChecklistItem | Self::TargetSkipped | Self::Triaged);
        answers || self.is_correction() || self.is_correctable()
    }

    /// The note kinds that `hotfix note --kind` accepts.
    pub fn from_note_flag(word: &str) -> Option<Self> {
        match Self::parse(word) {
            kind @ (Self::Note
            | Self::Observation
            | Self::Hypothesis
            | Self::Action
            | Self::Decision
            | Self::Followup) => Some(kind),
            _ => None,
        }
    }

    /// The words that `hotfix mark` and the lines of `hotfix note -F` accept.
    pub const MARKS: [&'static str; 9] = [
        "impact-started",
        "detected",
        "acknowledged",
        "identified",
        "partly-mitigated",
        "mitigated",
        "deployed",
        "impact-ended",
        "resolved",
    ];

    /// Reads a word of [`Kind::MARKS`]: a milestone, part of one, or a deployment done elsewhere.
    pub fn from_mark_flag(word: &str) -> Option<Self> {
        match word.replace('_', "-").as_str() {
            "partly-mitigated" => Some(Self::PartlyMitigated),
            "deployed" => Some(Self::DeploySucceeded),
            word => Milestone::from_flag(word).map(Milestone::kind),
        }
    }

    /// The kind in running text: `deploy failed`, `merged back`.
    pub fn words(&self) -> String {
        self.as_str().replace('_', " ")
    }
}

impl Serialize for Kind {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Kind {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&String::deserialize(deserializer)?))
    }
}

/// Who recorded an event, as git knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    pub name: String,
    pub email: String,
}

/// One event. The record is a chain of commits, one for each of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Format version, [`EVENT_VERSION`] when written by this program.
    pub v: u32,
    /// Unique within the record; what `amend` and `retract` are given.
    pub id: String,
    pub kind: Kind,
    /// When it happened, with the offset it was given in.
    pub at: DateTime<FixedOffset>,
    /// When it was written down. Never editable.
    pub recorded_at: DateTime<Utc>,
    /// Position in the order of the record; larger than that of every event it was written after.
    #[serde(default)]
    pub lamport: u64,
    /// What wrote it: `cli`, `git`, `import`.
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub actor: Actor,
    /// The role the actor held when recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default)]
    pub text: String,
    /// Belongs on the curated timeline.
    #[serde(default)]
    pub pinned: bool,
    /// Pointers into the repository: `commit`, `tree`, `tag`, `branch`, `base`…
    #[serde(default)]
    pub refs: BTreeMap<String, String>,
    /// Whatever the kind needs beyond that.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// The id of the event this one corrects or retracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<String>,
    /// Whether this clone wrote it, by its own list in the git directory. It is never stored: what
    /// an event of another clone says about paths and deeds is a claim.
    #[serde(skip)]
    pub own: bool,
    /// The commit that holds it; `None` while it waits to be written. It is never stored.
    #[serde(skip)]
    pub commit: Option<Oid>,
}

impl Event {
    /// A string from `data`.
    pub fn data_str(&self, key: &str) -> Option<&str> {
        self.data.get(key).and_then(Value::as_str)
    }

    /// Whether it can be amended or taken back: see [`Kind::is_correctable`]; so can a deployment that
    /// somebody said was done elsewhere.
    pub fn is_correctable(&self) -> bool {
        let said = self.kind == Kind::DeploySucceeded && self.source == "cli";
        said || self.kind.is_correctable()
    }

    /// Whether a later event may take it back: see [`Kind::is_retractable`].
    pub fn is_retractable(&self) -> bool {
        self.kind.is_retractable() || self.is_correctable()
    }

    /// `data` as the type that belongs to this kind (`model::event_data`); `None` when it does not fit.
    pub fn read<T: DeserializeOwned>(&self) -> Option<T> {
        serde_json::from_value(Value::Object(self.data.clone())).ok()
    }

    /// A pointer from `refs`.
    pub fn reference(&self, key: &str) -> Option<&str> {
        self.refs.get(key).map(String::as_str)
    }

    /// The line that stands as the commit's subject: kind and text.
    pub fn subject(&self) -> String {
        let first = self.text.lines().next().unwrap_or_default();
        if first.is_empty() { self.kind.words() } else { format!("{}: {first}", self.kind.words()) }
    }
}

/// An event that is about to be written: everything the record itself does not add.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: Kind,
    /// `None` means now.
    pub at: Option<DateTime<FixedOffset>>,
    pub text: String,
    pub pinned: bool,
    pub refs: BTreeMap<String, String>,
    pub data: Map<String, Value>,
    pub amends: Option<String>,
    /// The captured end of a command's output, stored beside the event.
    pub output: Option<String>,
    /// What writes it: `cli` for a person's words, `git` for what the tool observed.
    pub source: &'static str,
}

impl Draft {
    /// An event of this kind, now, observed by the tool.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            at: None,
            text: text.into(),
            pinned: false,
            refs: BTreeMap::new(),
            data: Map::new(),
            amends: None,
            output: None,
            source: "git",
        }
    }

    /// When it happened, if not now.
    #[must_use]
    pub const fn at(mut self, at: Option<DateTime<FixedOffset>>) -> Self {
        self.at = at;
        self
    }

    /// Marks it as a person's own words.
    #[must_use]
    pub const fn by_person(mut self) -> Self {
        self.source = "cli";
        self
    }

    /// Adds a pointer into the repository.
    #[must_use]
    pub fn refer(mut self, key: &str, value: impl ToString) -> Self {
        self.refs.insert(key.to_owned(), value.to_string());
        self
    }

    /// Adds the data of its kind, a type of `model::event_data`. What is `None` there is left out.
    #[must_use]
    pub fn data(mut self, data: &impl Serialize) -> Self {
        if let Ok(Value::Object(fields)) = serde_json::to_value(data) {
            self.data.extend(fields);
        }
        self
    }

    /// Adds kind-specific data.
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_of_a_newer_version_survive_a_round_trip() {
        let kind: Kind = serde_json::from_str("\"teleported\"").unwrap();
        assert_eq!(kind, Kind::Other("teleported".into()));
        assert_eq!(serde_json::to_string(&kind).unwrap(), "\"teleported\"");
        assert!(kind.is_human(), "an unknown kind is shown as a note");
    }

    #[test]
    fn facts_are_not_corrected() {
        for kind in [Kind::Note, Kind::Mitigated, Kind::RoleAssumed, Kind::Other("teleported".into())] {
            assert!(kind.is_correctable(), "{}", kind.as_str());
        }
        for kind in [Kind::Declared, Kind::Tagged, Kind::Publishing, Kind::ChecklistItem, Kind::Finished] {
            assert!(!kind.is_correctable(), "{}", kind.as_str());
        }
    }

    #[test]
    fn the_subject_is_one_line() {
        let mut draft = Draft::new(Kind::Mitigated, "flag off\nmore");
        draft.pinned = true;
        let event = Event {
            v: 1,
            id: "1".into(),
            kind: draft.kind,
            at: DateTime::UNIX_EPOCH.fixed_offset(),
            recorded_at: DateTime::UNIX_EPOCH,
            lamport: 1,
            source: "cli".into(),
            actor: Actor::default(),
            role: None,
            text: draft.text,
            pinned: true,
            refs: BTreeMap::new(),
            data: Map::new(),
            amends: None,
            own: true,
            commit: None,
        };
        assert_eq!(event.subject(), "mitigated: flag off");
    }
}
