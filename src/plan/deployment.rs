//! How far a release's deployment is, as its record tells it.

use crate::model::event::Kind;
use crate::model::incident::Incident;

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

/// Whether every verify check of a release has passed since it was deployed.
pub fn verified(incident: &Incident, tag: &str) -> bool {
    let of_tag = incident.events.iter().rev().filter(|e| e.reference("tag") == Some(tag));
    let mut seen = false;
    for event in of_tag {
        match event.kind {
            // One that only settled an interrupted deployment has not watched its window.
            Kind::Verified if event.data_str("settles").is_none() => seen = true,
            Kind::VerifyFailed | Kind::DeployFailed | Kind::DeployStarted => return false,
            Kind::DeploySucceeded | Kind::MonitoringStarted => return seen,
            _ => {}
        }
    }
    seen
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
}
