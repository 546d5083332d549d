//! A deployment that something else makes (CI, a platform): the forge says how far it is, and its end is
//! recorded like that of a command.

use super::deploy::{Deployer, Values};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Deployed;
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::plan::Stage;
use crate::model::request::{CheckState, Rollout};
use crate::model::text::{list, safe, shell_word};
use crate::system::fault::hurried;
use chrono::Duration;

/// Between two looks.
const PAUSE: std::time::Duration = std::time::Duration::from_secs(10);

impl Deployer<'_> {
    /// Waits for the end of the deployment, as long as there is patience.
    ///
    /// # Errors
    /// When it failed (1), is not over (8), or the forge cannot be asked (8).
    pub fn follow_forge(&self, stage: &Stage, values: &Values) -> anyhow::Result<()> {
        let said = shell_word(&values.name);
        let Some(forge) = self.forge else {
            let why = "there is no token with which the forge can be asked";
            return Err(self.waits(values, why, &format!("hotfix mark deployed --hotfix {said}")));
        };
        let place = stage.command.strip_prefix("forge:").map(str::trim);
        self.watch.begins(stage);
        let mut told = String::new();
        loop {
            let all = match forge.rollouts(&values.commit, &values.tag) {
                Ok(all) => all,
                Err(error) => {
                    let why = format!("the forge cannot be asked: {error}");
                    return Err(self.waits(values, &why, &format!("hotfix mark deployed --hotfix {said}")));
                }
            };
            let counts = counting(all, place);
            let of = |state: CheckState| counts.iter().filter(move |r| r.state == state);
            if let Some(failed) = of(CheckState::Failed).next() {
                self.ended(values, Kind::DeployFailed, failed, "failed");
                self.watch.ended(stage, &say(failed, "failed"), false);
                return Err(self.failed(values, failed));
            }
            let mut pending: Vec<String> = of(CheckState::Running).map(|r| say(r, "is not over")).collect();
            pending
                .extend(of(CheckState::Skipped).map(|r| say(r, "was skipped: nothing was deployed by it")));
            if pending.is_empty()
                && let Some(done) = counts.first()
            {
                self.ended(values, Kind::DeploySucceeded, done, "deployed");
                self.watch.ended(stage, &say(done, "is done"), true);
                return Ok(());
            }
            let words = match pending.as_slice() {
                [] => format!("no deployment of {} has appeared{}", values.tag, at(place)),
                some => list(some),
            };
            let left = self.patience.get();
            let pause = hurried(PAUSE);
            if words != told && left > Duration::zero() {
                self.watch.line(&words);
                told.clone_from(&words);
            }
            let step = Duration::from_std(PAUSE).unwrap_or_default().min(left);
            self.patience.set((left - step).max(Duration::zero()));
            let wait = Duration::from_std(pause).unwrap_or_default();
            if left <= Duration::zero() || self.watch.awaits(&words, left, wait) {
                return Err(self.waits(values, &words, &format!("{} --wait=30m", self.again)));
            }
        }
    }

    fn ended(&self, values: &Values, kind: Kind, rollout: &Rollout, word: &str) {
        let text = format!("{}: {word} by the forge, {}", values.tag, safe(&rollout.place));
        let said = Deployed {
            place: Some(rollout.place.clone()),
            url: Some(rollout.url.clone()),
            ..Deployed::default()
        };
        self.record.note(self.id, Draft::new(kind, text).refer(Pointer::Tag, &values.tag).data(&said));
        self.record.settle();
    }

    fn waits(&self, values: &Values, words: &str, hint: &str) -> anyhow::Error {
        let back = if self.is_awaited { "; the merge-backs have not been made" } else { "" };
        Failure::new(FailureKind::Waiting, format!("{} is public{back}\n{words}", values.tag))
            .hint(hint)
            .hint(self.again)
            .into()
    }

    fn failed(&self, values: &Values, rollout: &Rollout) -> anyhow::Error {
        let back = if self.is_awaited { "; the merge-backs have not been made" } else { "" };
        Failure::failed(format!(
            "the deployment failed: {}\n{} is public{back}. Both ways on:",
            say(rollout, "failed"),
            values.tag
        ))
        .hint(format!("{}    # after it was deployed again", self.again))
        .hint(self.other_way(values))
        .into()
    }
}

/// The deployments that count: the newest of each environment; where one is named, that one; else
/// production's, where something is called that.
fn counting(all: Vec<Rollout>, place: Option<&str>) -> Vec<Rollout> {
    let mut newest: Vec<Rollout> = Vec::new();
    for rollout in all {
        if !newest.iter().any(|n| n.place == rollout.place) {
            newest.push(rollout);
        }
    }
    let is_production = |r: &Rollout| r.place.to_lowercase().starts_with("prod");
    match place {
        Some(place) => newest.retain(|r| r.place == place),
        None if newest.iter().any(is_production) => newest.retain(is_production),
        None => {}
    }
    newest
}

fn at(place: Option<&str>) -> String {
    place.map_or_else(String::new, |place| format!(" in {}", safe(place)))
}

fn say(rollout: &Rollout, what: &str) -> String {
    let link = if rollout.url.is_empty() { String::new() } else { format!(": {}", safe(&rollout.url)) };
    format!("{} {what}{link}", safe(&rollout.place))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_of_production_counts_where_there_is_one() {
        let rollout = |place: &str, state| Rollout { place: place.into(), state, url: String::new() };
        let all = vec![
            rollout("Production", CheckState::Running),
            rollout("staging", CheckState::Passed),
            rollout("Production", CheckState::Failed),
        ];
        assert_eq!(counting(all.clone(), None), [rollout("Production", CheckState::Running)]);
        assert_eq!(counting(all.clone(), Some("staging")), [rollout("staging", CheckState::Passed)]);
        assert!(counting(all, Some("canary")).is_empty());
        let staging = vec![rollout("staging", CheckState::Passed)];
        assert_eq!(counting(staging.clone(), None), staging);
    }
}
