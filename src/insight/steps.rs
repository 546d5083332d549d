//! The seven steps of a hotfix: how far each is.

use super::updates::Due;
use crate::model::absent::Absent;
use crate::model::astray::Astray;
use crate::model::checked_out::{CheckedOut, Unfinished};
use crate::model::checklist::{Standing, State, Verdict};
use crate::model::event::{Kind, Pointer};
use crate::model::event_data::Deployed;
use crate::model::incident::{End, Incident};
use crate::model::intent::Landed;
use crate::model::milestone::Milestone;
use crate::model::plan::DiffStat;
use crate::model::step::{Step, StepLine, StepState};
use crate::model::text::{count, list, safe, shell_word, shorten};
use std::collections::BTreeSet;

/// What the steps are computed from, besides the record.
#[derive(Clone, Debug)]
pub struct Seen<'a> {
    pub incident: Option<&'a Incident>,
    pub name: &'a str,
    /// The incident that it belongs to, by name.
    pub told_as: &'a str,
    pub branch: &'a str,
    pub branch_exists: bool,
    /// Commits beyond production.
    pub commits: usize,
    pub stat: DiffStat,
    pub standings: &'a [Standing],
    /// The tag the next finish would make, or has made.
    pub tag: Option<&'a str>,
    pub production: &'a str,
    pub merge_backs: &'a [String],
    /// Something about the size that deserves a word.
    pub size: Option<String>,
    /// Who waits to be told how it stands.
    pub due: &'a [Due],
    /// How far a release has come that was about to be published.
    pub landed: Option<Landed>,
    /// Whether a deploy command is configured; otherwise hotfix does not deploy.
    pub deploys: bool,
    /// How many checks watch a deployment.
    pub verifies: usize,
    /// The question that failed on the merged tree, and what merging here would show it.
    pub failed_merged: Option<(&'a str, String)>,
    /// The first release with a candidate for the fault, when that is known.
    pub candidates_since: Option<&'a str>,
    /// Where the branch is checked out.
    pub stand: Option<CheckedOut>,
    /// What was done on another branch than the hotfix's.
    pub astray: Option<Astray>,
    /// The branch, where only another clone has it.
    pub absent: Option<Absent>,
    /// What no commit has yet, where the branch is checked out.
    pub unfinished: Unfinished,
    /// ` --hotfix NAME`, where a command needs it.
    pub flag: String,
    /// The rollback of its release, where that is not finished.
    pub going_back: Option<&'a Incident>,
    /// The branches that keep the change all the same.
    pub kept: &'a [String],
    /// The lines that make a better fix of what was taken back.
    pub again: &'a [String],
    /// Branches that were skipped and lack the release.
    pub lacking: &'a [String],
}

impl Seen<'_> {
    pub(super) fn has(&self, kind: &Kind) -> bool {
        self.incident.is_some_and(|i| i.of_kind(kind).next().is_some())
    }

    /// The release that is undone, where this is a rollback.
    pub(super) fn undone(&self) -> Option<&str> {
        self.incident.and_then(Incident::undone)
    }

    /// ` by v1.2.2`, where a rollback undid the release.
    fn taken_back(&self) -> Option<String> {
        let incident = self.incident.filter(|i| i.end == Some(End::RolledBack))?;
        let by = incident.of_kind(&Kind::RolledBack).next_back().and_then(|e| e.read::<Deployed>().by);
        Some(by.map(|tag| format!(" by {}", safe(&tag))).unwrap_or_default())
    }

    pub(super) fn ended(&self) -> Option<End> {
        self.incident.and_then(|i| i.end)
    }

    pub(super) fn is_released(&self) -> bool {
        match self.landed {
            Some(landed) => landed == Landed::Both,
            None => self.incident.is_some_and(|i| i.tag.is_some()),
        }
    }

    /// Whether the release is public and nothing says that it is deployed.
    pub fn waits_for_deployment(&self) -> bool {
        let kinds = [Kind::DeployStarted, Kind::DeploySucceeded, Kind::DeployFailed, Kind::Verified];
        self.is_released() && !kinds.iter().any(|kind| self.has(kind))
    }

    /// Whether the release was deployed by hand, and its checks have not passed.
    pub fn waits_for_verification(&self) -> bool {
        self.verifies > 0 && !self.deploys && self.has(&Kind::DeploySucceeded) && !self.has(&Kind::Verified)
    }

    /// Whether a verification was begun and some of its checks have no end.
    pub(super) fn is_watched(&self) -> bool {
        let Some(incident) = self.incident.filter(|i| i.end.is_none()) else { return false };
        let Some(begun) = incident.events.iter().rposition(|e| e.kind == Kind::MonitoringStarted) else {
            return false;
        };
        let ends = incident.events.iter().skip(begun).filter(|e| e.kind == Kind::Verified);
        let names: BTreeSet<Option<String>> = ends.map(|e| e.read::<Deployed>().name).collect();
        // What a person says is verified has no name.
        names.len() < self.verifies && !names.contains(&None)
    }

    /// Whether the fix has left the branch: released, or on its way.
    pub(super) fn is_on_its_way(&self) -> bool {
        self.is_released() || matches!(self.landed, Some(Landed::Branch | Landed::Unasked | Landed::Tag))
    }

    pub(super) fn is_tested(&self) -> bool {
        self.failed_merged.is_none() && self.standings.iter().all(Standing::is_settled)
    }
}

/// Merge-backs that wait for a human or for the server.
pub fn left(incident: &Incident) -> Vec<String> {
    let mut left: Vec<String> = Vec::new();
    for event in incident.events.iter() {
        let Some(branch) = event.reference(Pointer::Branch) else { continue };
        match event.kind {
            Kind::MergeConflict | Kind::PushRefused if !left.iter().any(|b| b == branch) => {
                left.push(branch.to_owned())
            }
            Kind::MergedBack | Kind::TargetSkipped | Kind::Merged => left.retain(|b| b != branch),
            _ => {}
        }
    }
    left
}

/// All seven steps, in order.
pub fn steps(seen: &Seen<'_>) -> Vec<StepLine> {
    let mut lines =
        vec![detect(seen), assess(seen), branch(seen), fix(seen), test(seen), deploy(seen), merge(seen)];
    if let Some(by) = seen.taken_back() {
        for line in lines.iter_mut().filter(|line| matches!(line.step, Step::Deploy | Step::Merge)) {
            line.state = match (line.step, seen.going_back) {
                (Step::Deploy, Some(_)) => StepState::Failed,
                _ => StepState::Skipped,
            };
            line.detail = match (line.step, seen.tag) {
                (Step::Deploy, Some(tag)) => format!("{}   taken back{by}", safe(tag)),
                _ if seen.kept.is_empty() => format!("taken back{by}"),
                _ => format!("taken back{by}; kept in {}", list(seen.kept)),
            };
            if let (Step::Deploy, Some(rollback)) = (line.step, seen.going_back) {
                line.detail.push_str(&format!("; {} is not finished", safe(&rollback.name)));
            }
        }
    }
    if let Some(undone) = seen.undone() {
        for line in &mut lines {
            match line.step {
                Step::Branch | Step::Fix | Step::Test => {
                    line.state = StepState::Skipped;
                    line.detail = format!("not needed to go back from {}", safe(undone));
                }
                Step::Deploy if line.state == StepState::Todo => line.state = StepState::Current,
                _ => {}
            }
        }
    }
    match seen.ended() {
        Some(End::Finished | End::RolledBack) => {}
        Some(_) => {
            for line in &mut lines {
                if matches!(line.state, StepState::Current | StepState::Todo) {
                    line.state = StepState::Skipped;
                }
            }
        }
        None => {
            // One step is current: the first that is neither done nor passed by.
            let mut found = false;
            for line in &mut lines {
                match line.state {
                    StepState::Current if found => line.state = StepState::Todo,
                    StepState::Current | StepState::Failed => found = true,
                    _ => {}
                }
            }
        }
    }
    lines
}

/// The seven steps where there is no hotfix at all.
pub fn none() -> Vec<StepLine> {
    Step::ALL.into_iter().map(|step| line(step, StepState::Todo, String::new())).collect()
}

const fn line(step: Step, state: StepState, detail: String) -> StepLine {
    StepLine { step, state, detail }
}

fn detect(seen: &Seen<'_>) -> StepLine {
    let Some(incident) = seen.incident else {
        return line(Step::Detect, StepState::Skipped, "no record yet".to_owned());
    };
    let at = |m: Milestone| incident.course.milestone(m).map(|t| t.to_utc().format("%H:%M").to_string());
    let mut words = Vec::new();
    if incident.course.round().is_some_and(|r| r.reopened.is_some()) {
        words.push("it broke again".to_owned());
    }
    if let Some(time) = at(Milestone::ImpactStarted) {
        words.push(format!("{time} impact started"));
    }
    match (at(Milestone::Detected), incident.detected_by) {
        (Some(time), Some(by)) => words.push(format!("{time} detected by {by}")),
        (Some(time), None) => words.push(format!("{time} detected")),
        _ => {}
    }
    if words.is_empty() {
        let flag = match seen.told_as {
            told if told == seen.name => seen.flag.clone(),
            told => format!(" --hotfix {}", shell_word(told)),
        };
        let detail =
            format!("the start of the impact is not recorded: hotfix mark{flag} impact-started --at TIME");
        return line(Step::Detect, StepState::Skipped, detail);
    }
    line(Step::Detect, StepState::Done, format!("{} (UTC)", words.join(", ")))
}

fn assess(seen: &Seen<'_>) -> StepLine {
    let Some(incident) = seen.incident else {
        return line(Step::Assess, StepState::Skipped, String::new());
    };
    let mut words: Vec<String> = incident.reasons.iter().map(|r| r.words().to_owned()).collect();
    match incident.can_wait {
        Some(true) => words.push("can wait".to_owned()),
        Some(false) => words.push("cannot wait".to_owned()),
        None => {}
    }
    if words.is_empty() {
        words.extend(incident.severity.map(|s| s.meaning().to_owned()));
    }
    if words.is_empty() {
        return line(Step::Assess, StepState::Skipped, "no severity and no reason recorded".to_owned());
    }
    line(Step::Assess, StepState::Done, words.join("; "))
}

fn branch(seen: &Seen<'_>) -> StepLine {
    let base = seen.incident.and_then(|i| i.base.as_ref()).map_or("", |b| b.short());
    if seen.branch_exists || seen.has(&Kind::FixStarted) {
        return line(
            Step::Branch,
            StepState::Done,
            format!("{} from {} {base}", safe(seen.branch), safe(seen.production)).trim_end().to_owned(),
        );
    }
    line(Step::Branch, StepState::Current, format!("{} is not made yet", safe(seen.branch)))
}

fn fix(seen: &Seen<'_>) -> StepLine {
    if seen.commits > 0 {
        let stat = &seen.stat;
        let mut detail = format!(
            "{}, {}, +{} −{}",
            count(seen.commits, "commit"),
            count(stat.files, "file"),
            stat.added,
            stat.removed
        );
        if let Some(size) = &seen.size {
            detail.push_str(&format!("   {size}"));
        }
        if let Some(tag) = seen.candidates_since {
            detail.push_str(&format!("   fault since {} (candidate)", safe(tag)));
        }
        return line(Step::Fix, StepState::Done, detail);
    }
    if seen.is_on_its_way() {
        return line(Step::Fix, StepState::Done, String::new());
    }
    let state = if seen.branch_exists { StepState::Current } else { StepState::Todo };
    let detail = match &seen.absent {
        Some(absent) => format!("not here; {} has it", safe(&absent.who)),
        None => "no commit yet".to_owned(),
    };
    line(Step::Fix, state, detail)
}

fn test(seen: &Seen<'_>) -> StepLine {
    // Optional ones hold up nothing, and count only when somebody has answered them.
    let answered = |s: &&Standing| matches!(s.state, State::Pass | State::Waived);
    let settled = seen.standings.iter().filter(answered).count();
    let total = seen.standings.iter().filter(|s| s.item.required || answered(s)).count();
    let words = format!("{settled} of {total}");
    if seen.is_on_its_way() || (seen.commits > 0 && seen.is_tested()) {
        let waived: Vec<&str> =
            seen.standings.iter().filter(|s| s.state == State::Waived).map(|s| s.item.id.as_str()).collect();
        let detail = if waived.is_empty() { words } else { format!("{words}   {} waived", list(&waived)) };
        return line(Step::Test, StepState::Done, detail);
    }
    if let Some((id, _)) = &seen.failed_merged {
        let words = format!("{} of {total}", settled.saturating_sub(1));
        return line(Step::Test, StepState::Failed, format!("{words}   {id} failed on the merged tree"));
    }
    let failed = seen
        .standings
        .iter()
        .filter(|s| s.state == State::Fail && !s.is_unreviewed())
        .find(|s| s.answer.as_ref().is_some_and(|a| a.verdict == Verdict::Fail));
    if let Some(failed) = failed {
        let rejection = failed.answer.as_ref().filter(|a| a.review).and_then(|a| a.reason.as_deref());
        let detail = match rejection {
            Some(why) => format!("{words}   rejected: {}", shorten(&safe(why), 50)),
            None => format!("{words}   {} failed", failed.item.id),
        };
        return line(Step::Test, StepState::Failed, detail);
    }
    let open: Vec<&str> =
        seen.standings.iter().filter(|s| !s.is_settled()).map(|s| s.item.id.as_str()).collect();
    let are = if open.len() == 1 { "is" } else { "are" };
    let own = seen
        .standings
        .iter()
        .any(|s| s.state == State::Open && s.answer.as_ref().is_some_and(|a| a.self_review));
    let own = if own { " (a self-review does not count)" } else { "" };
    let detail = if open.is_empty() { words } else { format!("{words}; {} {are} open{own}", list(&open)) };
    line(Step::Test, if seen.commits > 0 { StepState::Current } else { StepState::Todo }, detail)
}

pub(super) fn deploy(seen: &Seen<'_>) -> StepLine {
    let tag = seen.tag.map_or_else(String::new, |t| format!(", tag {}", safe(t)));
    let detail = format!("{}{tag}", safe(seen.production));
    let stopped = match seen.landed {
        Some(Landed::Branch) => Some("only partly published: the tag is missing"),
        Some(Landed::Unasked) => Some("publishing was interrupted; the remote was not asked for the tag"),
        Some(Landed::Tag) => Some("only partly published: the tag without the branch"),
        Some(Landed::Unknown) => Some("the outcome of publishing is unknown"),
        _ => None,
    };
    if let Some(stopped) = stopped {
        return line(Step::Deploy, StepState::Failed, format!("{detail}   {stopped}"));
    }
    if seen.landed == Some(Landed::Held) {
        return line(Step::Deploy, StepState::Current, format!("{detail}   made here, not pushed"));
    }
    if seen.is_released() {
        let last = seen.incident.and_then(|i| {
            i.events.iter().rev().find(|e| {
                matches!(
                    e.kind,
                    Kind::DeployStarted
                        | Kind::DeployFailed
                        | Kind::DeploySucceeded
                        | Kind::VerifyFailed
                        | Kind::Verified
                )
            })
        });
        if matches!(last.map(|e| &e.kind), Some(Kind::DeploySucceeded | Kind::Verified)) && seen.is_watched()
        {
            return line(
                Step::Deploy,
                StepState::Current,
                format!("{detail} is deployed; its verification is not finished"),
            );
        }
        return match last.map(|e| &e.kind) {
            Some(Kind::DeployFailed) => {
                line(Step::Deploy, StepState::Failed, format!("{detail} is public; the deployment failed"))
            }
            Some(Kind::DeployStarted) => line(
                Step::Deploy,
                StepState::Failed,
                format!("{detail} is public; the outcome of the deployment is unknown"),
            ),
            Some(Kind::VerifyFailed) => {
                line(Step::Deploy, StepState::Failed, format!("{detail} is deployed; verification failed"))
            }
            Some(_) => line(Step::Deploy, StepState::Done, detail),
            None if seen.deploys && seen.ended().is_none() => {
                line(Step::Deploy, StepState::Current, format!("{detail} is public; not deployed yet"))
            }
            None => {
                line(Step::Deploy, StepState::Skipped, format!("{detail} is public; not deployed by hotfix"))
            }
        };
    }
    if seen.landed == Some(Landed::Refused) {
        return line(Step::Deploy, StepState::Failed, format!("{detail}   rejected by the server"));
    }
    let ready = seen.commits > 0 && seen.is_tested();
    line(Step::Deploy, if ready { StepState::Current } else { StepState::Todo }, detail)
}

fn merge(seen: &Seen<'_>) -> StepLine {
    let names: Vec<String> = seen.merge_backs.iter().map(|b| safe(b)).collect();
    let detail = if names.is_empty() { "no other branch needs the fix".to_owned() } else { names.join(", ") };
    if seen.ended() == Some(End::Finished) {
        if seen.lacking.is_empty() {
            return line(Step::Merge, StepState::Done, detail);
        }
        let has_it = names.into_iter().filter(|name| !seen.lacking.contains(name));
        let lacks = seen.lacking.iter().map(|b| format!("{} was skipped and lacks the fix", safe(b)));
        let all: Vec<String> = has_it.chain(lacks).collect();
        return line(Step::Merge, StepState::Skipped, all.join("   "));
    }
    if seen.is_released() {
        let left = seen.incident.map(left).unwrap_or_default();
        let detail = if left.is_empty() { detail } else { format!("waits for {}", list(&left)) };
        return line(Step::Merge, StepState::Current, detail);
    }
    line(Step::Merge, StepState::Todo, detail)
}

#[cfg(test)]
#[path = "steps_tests.rs"]
mod tests;
