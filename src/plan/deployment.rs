//! How far a release's deployment is, as its record tells it: what this clone did, and what others
//! claim.

use crate::model::event::{Kind, Pointer};
use crate::model::event_data::Deployed;
use crate::model::incident::Incident;
use crate::model::plan::{Stage, StageKind};
use chrono::{DateTime, Utc};

/// Whether a release has been deployed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Deployment {
    NotYet,
    Failed,
    /// It was done here, or somebody said so here.
    Done,
    /// It began here, and nothing says how it ended.
    Interrupted,
    /// The log of another clone speaks of it. Anybody who can push a log can say so: it is asked.
    Claimed(Claim),
}

/// What another clone says about a deployment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub by: String,
    pub at: DateTime<Utc>,
    /// Whether it ended, by that log.
    pub ended: bool,
}

/// The state of a release's deployment. What was done here counts; after that, what other clones
/// claim to have done since.
pub fn deployment(incident: &Incident, tag: &str) -> Deployment {
    let mut claim = None;
    for event in incident.events.iter().rev().filter(|e| e.reference(Pointer::Tag) == Some(tag)) {
        let said = |ended| {
            let (by, at) = (event.actor.name.clone(), event.at.to_utc());
            Deployment::Claimed(Claim { by, at, ended })
        };
        match (&event.kind, event.own) {
            (Kind::DeploySucceeded, true) => return Deployment::Done,
            (Kind::DeployStarted, true) => return Deployment::Interrupted,
            (Kind::DeployFailed, true) => return claim.unwrap_or(Deployment::Failed),
            (Kind::DeploySucceeded, false) => claim = claim.or(Some(said(true))),
            (Kind::DeployStarted, false) => claim = claim.or(Some(said(false))),
            (Kind::DeployFailed, false) => claim = claim.or(Some(Deployment::Failed)),
            _ => {}
        }
    }
    claim.unwrap_or(Deployment::NotYet)
}

/// How far the watching of a release is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// Whether it began, and nothing has failed since.
    pub begun: bool,
    /// The checks that have passed for their whole window.
    pub passed: Vec<String>,
}

impl Watched {
    /// How far it is, as this clone's own events tell it: what others saw is looked at again.
    pub fn of(incident: &Incident, tag: &str) -> Self {
        let mut watched = Self::default();
        let own = incident.events.iter().rev().filter(|e| e.own);
        for event in own.filter(|e| e.reference(Pointer::Tag) == Some(tag)) {
            match event.kind {
                Kind::Verified => {
                    watched.passed.extend(event.read::<Deployed>().name);
                }
                Kind::MonitoringStarted => {
                    watched.begun = true;
                    break;
                }
                Kind::VerifyFailed | Kind::DeployFailed | Kind::DeployStarted | Kind::DeploySucceeded => {
                    break;
                }
                _ => {}
            }
        }
        watched
    }

    /// The verify checks that are still to be watched.
    pub fn left<'a>(&self, stages: &'a [Stage]) -> Vec<&'a Stage> {
        let is_left = |s: &&Stage| s.kind == StageKind::Verify && !self.passed.contains(&s.name);
        stages.iter().filter(is_left).collect()
    }
}

/// What is left to run of a release's commands. What is deployed anew is watched anew; what is deployed by hand is
/// watched once that was said.
pub fn due(released: Option<(&Incident, &str)>, mut stages: Vec<Stage>) -> Vec<Stage> {
    let Some((incident, tag)) = released.filter(|(i, tag)| deployment(i, tag) == Deployment::Done) else {
        let deploys = stages.iter().any(|s| s.kind.deploys());
        return if deploys { stages } else { Vec::new() };
    };
    let passed = Watched::of(incident, tag).passed;
    stages.retain(|s| s.kind == StageKind::Verify && !passed.contains(&s.name));
    stages
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::incident;

    fn of(kinds: &[Kind]) -> Deployment {
        let drafts = kinds
            .iter()
            .map(|k| ("14:30", Draft::new(k.clone(), "").refer(Pointer::Tag, "v1.2.1")))
            .collect();
        deployment(&incident(drafts), "v1.2.1")
    }

    #[test]
    fn an_interrupted_deployment_is_unknown() {
        assert_eq!(of(&[]), Deployment::NotYet);
        assert_eq!(of(&[Kind::DeployStarted]), Deployment::Interrupted);
        assert_eq!(of(&[Kind::DeployStarted, Kind::DeployFailed]), Deployment::Failed);
        assert_eq!(of(&[Kind::DeployFailed, Kind::DeployStarted, Kind::DeploySucceeded]), Deployment::Done);
    }

    #[test]
    fn what_another_clone_says_is_a_claim_and_never_a_deed() {
        use Kind::{DeployFailed, DeployStarted, DeploySucceeded, Verified};
        let state = |events: &[(Kind, bool)]| {
            let draft =
                |kind: &Kind| Draft::new(kind.clone(), "").refer(Pointer::Tag, "v1.2.1").with("name", "up");
            let mut i = incident(events.iter().map(|(k, _)| ("14:30", draft(k))).collect());
            for (event, (_, own)) in i.events.iter_mut().filter(|e| e.kind != Kind::Declared).zip(events) {
                event.own = *own;
            }
            (deployment(&i, "v1.2.1"), Watched::of(&i, "v1.2.1").passed.len())
        };
        let claims = |events: &[(Kind, bool)]| match state(events).0 {
            Deployment::Claimed(claim) => Some(claim.ended),
            _ => None,
        };
        assert_eq!(claims(&[(DeploySucceeded, false)]), Some(true));
        assert_eq!(claims(&[(DeploySucceeded, false), (DeployStarted, false)]), Some(false));
        assert_eq!(claims(&[(DeployFailed, true), (DeploySucceeded, false)]), Some(true));
        assert_eq!(state(&[(DeploySucceeded, false), (DeployStarted, true)]).0, Deployment::Interrupted);
        assert_eq!(state(&[(DeploySucceeded, false), (DeployFailed, true)]).0, Deployment::Failed);
        assert_eq!(state(&[(DeploySucceeded, true), (DeployFailed, false)]).0, Deployment::Done);
        assert_eq!(state(&[(Verified, false), (Verified, true)]).1, 1);
    }

    #[test]
    fn another_releases_deployment_does_not_count() {
        let i =
            incident(vec![("14:30", Draft::new(Kind::DeploySucceeded, "").refer(Pointer::Tag, "v1.2.0"))]);
        assert_eq!(deployment(&i, "v1.2.1"), Deployment::NotYet);
    }

    fn stage(name: &str, kind: StageKind) -> Stage {
        let none = chrono::Duration::zero();
        Stage {
            kind,
            name: name.to_owned(),
            command: String::new(),
            timeout: None,
            every: none,
            window: none,
        }
    }

    fn left(events: &[(Kind, &str)]) -> Vec<String> {
        let draft = |kind: &Kind, name: &str| {
            Draft::new(kind.clone(), "").refer(Pointer::Tag, "v1.2.1").with("name", name)
        };
        let i = incident(events.iter().map(|(k, n)| ("14:30", draft(k, n))).collect());
        let stages = vec![
            stage("deploy", StageKind::Deploy),
            stage("errors", StageKind::Verify),
            stage("orders", StageKind::Verify),
        ];
        due(Some((&i, "v1.2.1")), stages).into_iter().map(|s| s.name).collect()
    }

    #[test]
    fn every_check_is_watched_to_its_own_end() {
        use Kind::{DeployStarted, DeploySucceeded, MonitoringStarted, Verified, VerifyFailed};
        assert_eq!(left(&[(DeployStarted, "")]), ["deploy", "errors", "orders"]);
        assert_eq!(left(&[(DeploySucceeded, ""), (MonitoringStarted, "")]), ["errors", "orders"]);
        let begun = [(DeploySucceeded, ""), (MonitoringStarted, ""), (Verified, "errors")];
        assert_eq!(left(&begun), ["orders"]);
        assert_eq!(left(&[&begun[..], &[(VerifyFailed, "orders")]].concat()), ["errors", "orders"]);
        assert!(left(&[&begun[..], &[(Verified, "orders")]].concat()).is_empty());
    }

    #[test]
    fn what_is_deployed_by_hand_is_watched_once_that_was_said() {
        let checks = || vec![stage("errors", StageKind::Verify)];
        assert!(due(None, checks()).is_empty());
        let i = incident(vec![]);
        assert!(due(Some((&i, "v1.2.1")), checks()).is_empty());
        let said = Draft::new(Kind::DeploySucceeded, "").refer(Pointer::Tag, "v1.2.1");
        let i = incident(vec![("14:30", said)]);
        assert_eq!(due(Some((&i, "v1.2.1")), checks()).len(), 1);
    }

    #[test]
    fn watching_has_begun_unless_something_failed() {
        let event = |kind: Kind| ("14:30", Draft::new(kind, "").refer(Pointer::Tag, "v1.2.1"));
        let begun = Watched::of(&incident(vec![event(Kind::MonitoringStarted)]), "v1.2.1");
        assert!(begun.begun);
        let failed = vec![event(Kind::MonitoringStarted), event(Kind::VerifyFailed)];
        assert_eq!(Watched::of(&incident(failed), "v1.2.1"), Watched::default());
    }
}
