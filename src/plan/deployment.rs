//! How far a release's deployment is, as its record tells it.

use crate::model::event::Kind;
use crate::model::incident::Incident;
use crate::model::plan::{Stage, StageKind};
use chrono::{DateTime, Utc};

/// Whether a release has been deployed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Deployment {
    NotYet,
    /// It began, and nothing says how it ended.
    Unknown,
    Failed,
    Done,
}

/// The state of a release's deployment.
pub fn deployment(incident: &Incident, tag: &str) -> Deployment {
    incident
        .events
        .iter()
        .rev()
        .filter(|e| e.reference("tag") == Some(tag))
        .find_map(|e| match e.kind {
            Kind::DeployStarted => Some(Deployment::Unknown),
            Kind::DeployFailed => Some(Deployment::Failed),
            Kind::DeploySucceeded => Some(Deployment::Done),
            _ => None,
        })
        .unwrap_or(Deployment::NotYet)
}

/// How far the watching of a release is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watched {
    /// When it began, and nothing has failed since.
    pub since: Option<DateTime<Utc>>,
    /// The checks that have passed for their whole window.
    pub passed: Vec<String>,
}

impl Watched {
    /// How far it is, as the record tells it.
    pub fn of(incident: &Incident, tag: &str) -> Self {
        let mut watched = Self::default();
        for event in incident.events.iter().rev().filter(|e| e.reference("tag") == Some(tag)) {
            match event.kind {
                // One that only settled an interrupted deployment has not watched its window.
                Kind::Verified if event.data_str("settles").is_none() => {
                    watched.passed.extend(event.data_str("name").map(str::to_owned));
                }
                Kind::MonitoringStarted => {
                    watched.since = Some(event.recorded_at);
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

/// What is left to run of a release's commands. What is deployed anew is watched anew.
pub fn due(incident: Option<&Incident>, tag: &str, mut stages: Vec<Stage>) -> Vec<Stage> {
    let Some(incident) = incident else { return stages };
    let deploys = stages.iter().any(|s| s.kind == StageKind::Deploy);
    let is_deployed = deployment(incident, tag) == Deployment::Done;
    if deploys && !is_deployed {
        return stages;
    }
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
        let drafts =
            kinds.iter().map(|k| ("14:30", Draft::new(k.clone(), "").refer("tag", "v1.2.1"))).collect();
        deployment(&incident(drafts), "v1.2.1")
    }

    #[test]
    fn an_interrupted_deployment_is_unknown() {
        assert_eq!(of(&[]), Deployment::NotYet);
        assert_eq!(of(&[Kind::DeployStarted]), Deployment::Unknown);
        assert_eq!(of(&[Kind::DeployStarted, Kind::DeployFailed]), Deployment::Failed);
        assert_eq!(of(&[Kind::DeployFailed, Kind::DeployStarted, Kind::DeploySucceeded]), Deployment::Done);
    }

    #[test]
    fn another_releases_deployment_does_not_count() {
        let i = incident(vec![("14:30", Draft::new(Kind::DeploySucceeded, "").refer("tag", "v1.2.0"))]);
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
        let draft =
            |kind: &Kind, name: &str| Draft::new(kind.clone(), "").refer("tag", "v1.2.1").with("name", name);
        let i = incident(events.iter().map(|(k, n)| ("14:30", draft(k, n))).collect());
        let stages = vec![
            stage("deploy", StageKind::Deploy),
            stage("errors", StageKind::Verify),
            stage("orders", StageKind::Verify),
        ];
        due(Some(&i), "v1.2.1", stages).into_iter().map(|s| s.name).collect()
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
    fn watching_goes_on_from_where_it_began_unless_something_failed() {
        let event = |kind: Kind| ("14:30", Draft::new(kind, "").refer("tag", "v1.2.1"));
        let begun = Watched::of(&incident(vec![event(Kind::MonitoringStarted)]), "v1.2.1");
        assert!(begun.since.is_some());
        let failed = vec![event(Kind::MonitoringStarted), event(Kind::VerifyFailed)];
        assert_eq!(Watched::of(&incident(failed), "v1.2.1"), Watched::default());
    }
}
