//! The kinds of events, in one table: the word that is stored, what is said of it, where it stands in the
//! picture, and where it is told. What a kind holds is in `event_data`; a new kind is a line in each.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// The lanes of the picture, from top to bottom.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lane {
    Milestones,
    People,
    Work,
    Deploys,
    Updates,
}

impl Lane {
    pub const ALL: [Self; 5] = [Self::Milestones, Self::People, Self::Work, Self::Deploys, Self::Updates];

    /// What stands in front of it; its class in the style sheet is the same in lower case.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Milestones => "Milestones",
            Self::People => "People",
            Self::Work => "Work",
            Self::Deploys => "Deploys",
            Self::Updates => "Updates",
        }
    }
}

/// Where an event of a kind is told. What may be read outside, `report::public` says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// A step: on the short timeline.
    Step,
    /// What a person wrote: on the short timeline as well.
    Words,
    /// On the whole timeline alone.
    Detail,
    /// About another event; it tells nothing by itself.
    Correction,
}

macro_rules! kinds {
    ($($variant:ident => ($word:literal, $said:literal, $lane:expr, $told:ident)),+ $(,)?) => {
        /// What an event says happened. Kinds that a newer version wrote are kept as they are.
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        pub enum Kind {
            $($variant,)+
            /// A kind this version does not know; shown as a note and preserved.
            Other(String),
        }

        impl Kind {
            /// The words of all kinds that this version knows.
            pub const WORDS: &[&str] = &[$($word),+];

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

            /// What is said of it on a timeline.
            pub fn label(&self) -> String {
                match self {
                    $(Self::$variant => $said.to_owned(),)+
                    Self::Other(_) => self.words(),
                }
            }

            /// The lane it stands in; none for what says nothing about the incident.
            pub const fn lane(&self) -> Option<Lane> {
                use Lane::{Deploys, Milestones, People, Updates, Work};
                match self {
                    $(Self::$variant => $lane,)+
                    Self::Other(_) => Some(People),
                }
            }

            /// Where it is told.
            pub const fn told(&self) -> Told {
                match self {
                    $(Self::$variant => Told::$told,)+
                    Self::Other(_) => Told::Words,
                }
            }
        }
    };
}

kinds! {
    // milestones
    ImpactStarted => ("impact_started", "impact started", Some(Milestones), Step),
    Detected => ("detected", "detected", Some(Milestones), Step),
    Declared => ("declared", "declared", Some(Milestones), Step),
    Acknowledged => ("acknowledged", "acknowledged", Some(Milestones), Step),
    Identified => ("identified", "identified", Some(Milestones), Step),
    PartlyMitigated => ("partly_mitigated", "partly mitigated", Some(Milestones), Step),
    Mitigated => ("mitigated", "mitigated", Some(Milestones), Step),
    ImpactEnded => ("impact_ended", "impact ended", Some(Milestones), Step),
    Resolved => ("resolved", "resolved", Some(Milestones), Step),
    Reopened => ("reopened", "reopened", Some(Milestones), Step),
    // what people say
    Note => ("note", "note", Some(People), Words),
    Observation => ("observation", "observation", Some(People), Words),
    Hypothesis => ("hypothesis", "hypothesis", Some(People), Words),
    Action => ("action", "action", Some(People), Words),
    Decision => ("decision", "decision", Some(People), Words),
    Followup => ("followup", "follow-up", Some(People), Words),
    // assessment and people
    Triaged => ("triaged", "triaged", Some(People), Detail),
    Described => ("described", "described", Some(People), Detail),
    SeverityChanged => ("severity_changed", "severity set", Some(Milestones), Detail),
    RoleAssumed => ("role_assumed", "role assumed", Some(People), Detail),
    RoleRenounced => ("role_renounced", "role renounced", Some(People), Detail),
    // the work
    FixStarted => ("fix_started", "branched", Some(Work), Step),
    Commit => ("commit", "commit", Some(Work), Detail),
    ChecklistItem => ("checklist_item", "checked", Some(Work), Detail),
    ReviewRequested => ("review_requested", "review requested", Some(Work), Detail),
    RequestOpened => ("request_opened", "request opened", Some(Work), Step),
    RequestMerged => ("request_merged", "request merged", Some(Work), Step),
    Review => ("review", "reviewed", Some(Work), Detail),
    Publishing => ("publishing", "publishing", None, Detail),
    Merged => ("merged", "merged", Some(Work), Step),
    Tagged => ("tagged", "tagged", Some(Work), Step),
    Pushed => ("pushed", "pushed", Some(Work), Step),
    PushRefused => ("push_refused", "push refused", Some(Work), Step),
    PushTorn => ("push_torn", "half published", Some(Work), Step),
    DeployStarted => ("deploy_started", "deploy started", Some(Deploys), Detail),
    DeploySucceeded => ("deploy_succeeded", "deployed", Some(Deploys), Step),
    DeployFailed => ("deploy_failed", "deploy failed", Some(Deploys), Step),
    MonitoringStarted => ("monitoring_started", "monitoring started", Some(Deploys), Detail),
    Verified => ("verified", "verified", Some(Deploys), Step),
    VerifyFailed => ("verify_failed", "verify failed", Some(Deploys), Step),
    RolledBack => ("rolled_back", "rolled back", Some(Deploys), Step),
    MergeConflict => ("merge_conflict", "merge conflict", Some(Work), Detail),
    MergedBack => ("merged_back", "merged back", Some(Work), Step),
    TargetSkipped => ("target_skipped", "target skipped", Some(Work), Step),
    BranchDeleted => ("branch_deleted", "branch deleted", Some(Work), Detail),
    CommsSent => ("comms_sent", "update", Some(Updates), Step),
    CommsDelivered => ("comms_delivered", "told", Some(Updates), Detail),
    // the life of the record itself
    Finished => ("finished", "finished", Some(Work), Detail),
    Cancelled => ("cancelled", "cancelled", Some(Work), Step),
    Declined => ("declined", "declined", Some(Work), Step),
    PostmortemWritten => ("postmortem_written", "postmortem written", None, Detail),
    ReviewStatusChanged => ("review_status_changed", "review status changed", None, Detail),
    Amendment => ("amendment", "amendment", None, Correction),
    Retraction => ("retraction", "retraction", None, Correction),
    Redaction => ("redaction", "redaction", None, Correction),
}

impl Kind {
    /// Words a person wrote, as opposed to what the tool observed.
    pub fn is_human(&self) -> bool {
        self.told() == Told::Words
    }

    /// Whether a log can begin with it.
    pub const fn opens(&self) -> bool {
        matches!(self, Self::Declared | Self::Declined)
    }

    /// Whether it is about another event and tells nothing by itself.
    pub fn is_correction(&self) -> bool {
        self.told() == Told::Correction
    }

    /// Whether it can be amended or taken back: what people said, and when things happened. What
    /// git did is a fact, an answer to the checklist is given anew, and the record needs its
    /// beginning.
    pub fn is_correctable(&self) -> bool {
        let people =
            matches!(self, Self::RoleAssumed | Self::RoleRenounced | Self::Described | Self::CommsSent);
        let milestone = self.lane() == Some(Lane::Milestones) && *self != Self::Declared;
        people || milestone || self.is_human()
    }

    /// Whether a later event may take it back: what can be corrected, corrections themselves, and
    /// answers, which are given again.
    pub fn is_retractable(&self) -> bool {
        let answers = matches!(self, Self::ChecklistItem | Self::TargetSkipped | Self::Triaged);
        answers || self.is_correction() || self.is_correctable()
    }

    /// The note kinds that `hotfix note --kind` accepts.
    pub fn from_note_flag(word: &str) -> Option<Self> {
        Some(Self::parse(word)).filter(|kind| kind.is_human() && !matches!(kind, Self::Other(_)))
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
}
