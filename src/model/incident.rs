//! An incident as its record tells it: every field here is computed from events.

use self::course::{Course, Repair};
use self::outcome::Outcome;
use super::checklist::Answer;
use super::correction::correct;
use super::event::{Event, Kind, Pointer};
use super::event_data::{Assessed, Declared, Extent, MergeBack, Noticed, ONE_RELEASE, Started};
use super::name::is_plain;
use super::oid::Oid;
use super::role::{Tenure, role_at, tenures};
use super::severity::{DetectedBy, Reason, Reproduced, Severity};
use super::topic::{Topic, topics};
use crate::event_data;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// How a record ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum End {
    /// Released and merged back.
    Finished,
    /// Given up with `hotfix abort`.
    Cancelled,
    /// It could wait for the next release.
    Declined,
    /// Released, and taken back by a later release.
    RolledBack,
}

impl End {
    /// The words for people, lower case.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Finished => "finished",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
            Self::RolledBack => "rolled back",
        }
    }
}

/// What the status page would call it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Status {
    Investigating,
    Identified,
    Fixing,
    Monitoring,
    Resolved,
    Cancelled,
    Declined,
}

impl Status {
    /// The word, lower case.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Investigating => "investigating",
            Self::Identified => "identified",
            Self::Fixing => "fixing",
            Self::Monitoring => "monitoring",
            Self::Resolved => "resolved",
            Self::Cancelled => "cancelled",
            Self::Declined => "declined",
        }
    }
}

/// How far the post-mortem has got.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReviewStatus {
    /// Nobody has written one.
    #[default]
    None,
    Draft,
    InReview,
    Reviewed,
    Closed,
}

event_data! {
    /// Its field.
    FIELDS;

    /// `review_status_changed`.
    Reviewed { status("status"): ReviewStatus }
}

/// An incident, folded from its events.
#[derive(Clone, Debug)]
pub struct Incident {
    /// `YYYYMMDD-<slug>-<4 hex>`, the directory under `refs/incidents/`.
    pub id: String,
    /// The part of the branch name behind the prefix.
    pub name: String,
    pub title: String,
    /// The hotfix branch, without `refs/heads/`.
    pub branch: String,
    /// The production commit it was branched from.
    pub base: Option<Oid>,
    /// The release at or below that commit.
    pub base_tag: Option<String>,
    /// The branch that is in production, or the maintained line this hotfix is for.
    pub production: Option<String>,
    pub severity: Option<Severity>,
    pub reasons: Vec<Reason>,
    pub symptom: Option<String>,
    pub impact: Option<String>,
    pub workaround: Option<String>,
    /// What set it off.
    pub trigger: Option<String>,
    /// How many, where, and whether data was lost.
    pub extent: Extent,
    pub reproduced: Option<Reproduced>,
    pub detected_by: Option<DetectedBy>,
    /// "Can this wait for the next scheduled release?", when it was answered.
    pub can_wait: Option<bool>,
    /// A version the responder asked for.
    pub version: Option<String>,
    /// Whether this clone declared it. What another clone declared is its claim.
    pub is_own: bool,
    /// Whether only another clone's log names the maintained line that it is for, `production`.
    pub claims_line: bool,
    /// Whether this clone wrote down the base.
    pub is_own_base: bool,
    /// The worktree that `start` made, if it made one.
    pub worktree: Option<String>,
    /// When the hotfix was declared.
    pub started_at: DateTime<FixedOffset>,
    /// What the times of the events say: impact, repair, rounds. The state now is asked of it.
    pub course: Course,
    /// Checklist answers, oldest first.
    pub answers: Vec<Answer>,
    /// The release this hotfix became.
    pub tag: Option<String>,
    /// The production commit that carries that tag.
    pub released: Option<Oid>,
    /// Merge-back targets taken off the list, with the reason.
    pub skipped: BTreeMap<String, String>,
    pub end: Option<End>,
    /// Whether release and end are told by this clone's own events.
    pub is_own_outcome: bool,
    /// What all clones together say of release and end, where that is something else.
    pub claimed: Option<Outcome>,
    pub review_status: ReviewStatus,
    /// Who did what, in the order they began.
    pub roles: Vec<Tenure>,
    /// Events that were amended by people who did not know of each other's amendment.
    pub contested: BTreeSet<String>,
    /// Every event in the order of the record, amendments applied, retracted ones left out.
    pub events: Vec<Event>,
    /// Every event as it was recorded.
    pub log: Vec<Event>,
}

impl Incident {
    /// Computes the incident from its events in record order. `None` when there is none. Where the
    /// event that declares it is lost, the id still tells the name.
    pub fn fold(id: &str, log: Vec<Event>) -> Option<Self> {
        let corrected = correct(&log);
        let mut events = corrected.events;
        let declares = |e: &&Event| e.kind.opens();
        // A colleague may have opened a record for a branch whose own record had not reached them.
        // What this clone declared itself is never replaced by what another one says.
        let proper = || events.iter().filter(declares).filter(|e| !is_adopted(e));
        let declared = proper().find(|e| e.own).or_else(|| proper().next());
        let declared = declared.or_else(|| events.iter().find(declares)).or_else(|| log.first())?;
        let text = |said: Option<String>| said.filter(|s| !s.is_empty());
        let said: Declared = declared.read();
        // The id is the ref's own name; what an event says of itself must agree with it.
        let fits =
            |name: &String| is_plain(name) && slug(id).is_none_or(|slug| name.replace('/', "-") == slug);
        let name = text(said.name).filter(fits).unwrap_or_else(|| slug(id).unwrap_or(id).to_owned());
        let roles = tenures(&in_time(&events), &declared.actor, declared.at);
        let mut incident = Self {
            id: id.to_owned(),
            title: text(said.title).unwrap_or_else(|| name.clone()),
            branch: text(said.branch).unwrap_or_else(|| format!("hotfix/{name}")),
            name,
            base: declared.oid(Pointer::Base),
            base_tag: text(said.base_tag),
            production: text(said.production),
            severity: None,
            reasons: Vec::new(),
            symptom: None,
            impact: None,
            workaround: None,
            trigger: None,
            extent: Extent::default(),
            reproduced: None,
            detected_by: None,
            can_wait: None,
            version: text(said.version),
            is_own: declared.own,
            claims_line: false,
            is_own_base: declared.own,
            worktree: text(said.worktree).filter(|_| declared.own),
            started_at: declared.at,
            course: Course::default(),
            answers: Vec::new(),
            tag: None,
            released: None,
            skipped: BTreeMap::new(),
            end: None,
            is_own_outcome: declared.own,
            claimed: None,
            review_status: ReviewStatus::None,
            roles: Vec::new(),
            contested: corrected.contested,
            events: Vec::new(),
            log: Vec::new(),
        };
        for event in &mut events {
            if event.role.is_none() {
                event.role =
                    role_at(&roles, &event.actor, event.recorded_at.fixed_offset()).map(str::to_owned);
            }
            incident.apply(event);
        }
        incident.roles = roles;
        incident.course = Course::of(&events);
        incident.conclude(&events);
        incident.correct_words(&mut events);
        incident.events = events;
        incident.log = log;
        Some(incident)
    }

    fn apply(&mut self, event: &Event) {
        match event.kind {
            Kind::Triaged => self.triaged(event),
            Kind::Described => self.described(event),
            Kind::SeverityChanged => self.severity = event.read::<Assessed>().severity.or(self.severity),
            // Who noticed it may be known where the time is not.
            Kind::Detected | Kind::Note => {
                self.detected_by = event.read::<Noticed>().detected_by.or(self.detected_by);
            }
            Kind::ChecklistItem | Kind::Review => self.answers.extend(Answer::from_event(event)),
            // A fix that is left out of a branch on another clone's word is a fix that is lost.
            Kind::TargetSkipped if event.own => {
                if let Some(branch) = event.reference(Pointer::Branch) {
                    let why = event.read::<MergeBack>().reason.unwrap_or_default();
                    self.skipped.insert(branch.to_owned(), why);
                }
            }
            Kind::FixStarted => {
                // A start that was interrupted may go on when production has moved.
                if let Some(base) = event.oid(Pointer::Base)
                    && (event.own || !self.is_own_base)
                {
                    self.base = Some(base);
                    self.is_own_base = event.own;
                }
                let worktree = event.read::<Started>().worktree.filter(|_| event.own);
                self.worktree = worktree.or_else(|| self.worktree.take());
            }
            Kind::PostmortemWritten if self.review_status == ReviewStatus::None => {
                self.review_status = ReviewStatus::Draft;
            }
            Kind::ReviewStatusChanged => {
                self.review_status = event.read::<Reviewed>().status.unwrap_or(self.review_status);
            }
            _ => {}
        }
    }

    fn triaged(&mut self, event: &Event) {
        let said: Assessed = event.read();
        let text = |said: Option<String>| said.filter(|s| !s.is_empty());
        self.severity = said.severity.or(self.severity);
        self.reasons = said.reasons.unwrap_or_default();
        self.symptom = text(said.symptom).or_else(|| self.symptom.take());
        self.impact = text(said.impact).or_else(|| self.impact.take());
        let helps = |w: &String| !["no", "none", "n"].iter().any(|none| w.trim().eq_ignore_ascii_case(none));
        self.workaround = text(said.workaround).filter(helps).or_else(|| self.workaround.take());
        self.reproduced = said.reproduced.or(self.reproduced);
        self.can_wait = said.can_wait.or(self.can_wait);
    }

    /// What was declared, as far as the record of a declaration is there.
    pub(super) fn declared(&self) -> Option<&Event> {
        self.own(&Kind::Declared).next().or_else(|| self.of_kind(&Kind::Declared).next())
    }

    /// The release that a rollback undoes; `None` when this is no rollback.
    pub fn undone(&self) -> Option<&str> {
        self.declared()?.reference(Pointer::Undone)
    }

    /// The release that a rollback was asked to restore, and the branches that keep what it undoes.
    /// Without one it goes back to production before the release.
    pub fn way_back(&self) -> (Option<&str>, Vec<String>) {
        let Some(declared) = self.declared() else { return (None, Vec::new()) };
        let said: Declared = declared.read();
        let asked = said.takes_back.as_deref() != Some(ONE_RELEASE);
        (declared.reference(Pointer::BackTo).filter(|_| asked), said.keep_fix_in.unwrap_or_default())
    }

    /// Whether the record was opened for a branch that had none here.
    pub fn is_adopted(&self) -> bool {
        let mut declarations = self.events.iter().filter(|e| e.kind.opens());
        declarations.all(is_adopted)
    }

    /// Whether work on it goes on.
    pub const fn is_open(&self) -> bool {
        self.end.is_none()
    }

    /// What the status page would call it. What was so before a reopening is so no longer.
    pub fn status(&self) -> Status {
        let reopened = self.course.round().and_then(|r| r.reopened);
        let has = |kind: Kind| self.of_kind(&kind).any(|e| reopened.is_none_or(|r| e.at >= r));
        let helped = self.course.quiet_since().is_some() || self.course.repair.in_production().is_some();
        match self.end {
            Some(End::Cancelled) => Status::Cancelled,
            Some(End::Declined) => Status::Declined,
            _ if self.is_resolved() => Status::Resolved,
            _ if helped => Status::Monitoring,
            _ if has(Kind::Commit) || self.course.repair != Repair::None => Status::Fixing,
            _ if has(Kind::Identified) => Status::Identified,
            _ => Status::Investigating,
        }
    }

    /// Resolved, and not reopened since.
    pub const fn is_resolved(&self) -> bool {
        self.course.resolved.is_some()
    }

    /// The course if these events were added: what a line would change, before it is written.
    pub fn course_with(&self, more: impl IntoIterator<Item = Event>) -> Course {
        let mut events = self.events.clone();
        let last = events.iter().map(|e| e.lamport).max().unwrap_or_default();
        events.extend((last + 1..).zip(more).map(|(lamport, event)| Event { lamport, ..event }));
        Course::of(&events)
    }

    /// It broke again after it was over, and is not over since.
    pub fn is_reopened(&self) -> bool {
        self.course.is_reopened()
    }

    /// Whether this clone gave it up, which `undo` takes back here.
    pub fn is_given_up_here(&self) -> bool {
        self.end == Some(End::Cancelled) && self.is_own_outcome
    }

    /// Whether it was declared and its branch never made: a start that was left in its questions.
    pub fn lacks_start(&self) -> bool {
        let made = [Kind::FixStarted, Kind::Commit, Kind::Merged];
        !self.events.iter().any(|e| made.contains(&e.kind))
    }

    /// The incident as far as it was written down at a moment: what was known then, without what
    /// was added or corrected later. `None` when nothing was.
    pub fn as_of(&self, moment: DateTime<Utc>) -> Option<Self> {
        let known = self.log.iter().filter(|e| e.recorded_at <= moment).cloned().collect();
        Self::fold(&self.id, known)
    }

    /// What was said once and settled later: hypotheses, follow-ups.
    pub fn topics(&self, kind: &Kind) -> Vec<Topic> {
        topics(&self.events, kind)
    }

    /// The events of a kind, in record order.
    pub fn of_kind<'a>(&'a self, kind: &'a Kind) -> impl DoubleEndedIterator<Item = &'a Event> {
        self.events.iter().filter(move |e| e.kind == *kind)
    }

    /// The events of a kind that this clone wrote: the only ones whose paths and deeds count here.
    pub fn own<'a>(&'a self, kind: &'a Kind) -> impl DoubleEndedIterator<Item = &'a Event> {
        self.of_kind(kind).filter(|e| e.own)
    }

    /// The events in the order they happened.
    pub fn by_time(&self) -> Vec<&Event> {
        in_time(&self.events)
    }
}

/// Whether this declaration opened a record for a branch that had none in that clone.
pub fn is_adopted(declared: &Event) -> bool {
    declared.read::<Declared>().adopted == Some(true)
}

fn in_time(events: &[Event]) -> Vec<&Event> {
    let mut events: Vec<&Event> = events.iter().collect();
    events.sort_by_key(|e| (e.at, e.lamport));
    events
}

/// The slug inside an incident id (`YYYYMMDD-<slug>-<4 hex>`).
pub fn slug(id: &str) -> Option<&str> {
    let (day, rest) = id.split_once('-')?;
    let (slug, unique) = rest.rsplit_once('-')?;
    let is_id = day.len() == 8 && day.bytes().all(|b| b.is_ascii_digit()) && unique.len() == 4;
    is_id.then_some(slug)
}

/// Whether this is the id of a record, with or without the part that makes it unique.
pub fn is_id_of(typed: &str, id: &str) -> bool {
    let without = id.rsplit_once('-').filter(|_| slug(id).is_some()).map(|(rest, _)| rest);
    typed == id || without == Some(typed)
}

pub mod course;
mod described;
#[cfg(test)]
pub mod fixture;
pub mod outcome;
mod parts;

#[cfg(test)]
mod tests {
    use super::fixture::{event, incident};
    use super::*;
    use crate::model::event::Draft;
    use crate::model::milestone::Milestone;

    #[test]
    fn a_milestone_is_its_earliest_time() {
        let i = incident(vec![
            ("14:40", Draft::new(Kind::Mitigated, "")),
            (
                "14:45",
                Draft::new(Kind::Mitigated, "").at(DateTime::parse_from_rfc3339("2026-11-22T14:30:00Z").ok()),
            ),
        ]);
        assert_eq!(i.course.first(Milestone::Mitigated).unwrap().to_rfc3339(), "2026-11-22T14:30:00+00:00");
    }

    #[test]
    fn amendments_correct_and_retractions_remove_without_erasing() {
        let mut log = incident(vec![("14:40", Draft::new(Kind::Mitigated, "flag off"))]).log;
        let mut amend = Draft::new(Kind::Amendment, "flag really off").with("at", "2026-11-22T14:20:00Z");
        amend.amends = Some("e002".into());
        log.push(event(3, "2026-11-22T15:00:00Z", amend));
        let i = Incident::fold("x", log.clone()).unwrap();
        assert_eq!(i.events[1].text, "flag really off");
        assert_eq!(i.course.first(Milestone::Mitigated).unwrap().to_rfc3339(), "2026-11-22T14:20:00+00:00");
        assert_eq!(i.log.len(), 3, "nothing is erased");

        let mut retract = Draft::new(Kind::Retraction, "wrong incident");
        retract.amends = Some("e002".into());
        log.push(event(4, "2026-11-22T15:01:00Z", retract));
        assert!(Incident::fold("x", log).unwrap().course.first(Milestone::Mitigated).is_none());
    }

    #[test]
    fn nobody_is_told_of_a_cause_or_a_fix_that_is_not_there() {
        use Kind::{
            ChecklistItem, Commit, DeployFailed, DeployStarted, DeploySucceeded, Merged, VerifyFailed,
        };
        let status = |kinds: &[Kind]| {
            incident(kinds.iter().map(|k| ("14:40", Draft::new(k.clone(), ""))).collect()).status()
        };
        assert_eq!(status(&[ChecklistItem]), Status::Investigating);
        assert_eq!(status(&[Commit, Merged]), Status::Fixing, "published, deployed nobody knows where");
        assert_eq!(status(&[Merged]), Status::Fixing, "a rollback has no commits");
        assert_eq!(status(&[Commit, Merged, DeployStarted]), Status::Fixing);
        assert_eq!(status(&[Commit, Merged, DeployStarted, DeployFailed]), Status::Fixing);
        assert_eq!(
            status(&[Commit, Merged, DeployFailed, DeployStarted, DeploySucceeded]),
            Status::Monitoring
        );
        assert_eq!(status(&[Commit, Merged, DeploySucceeded, VerifyFailed]), Status::Fixing);
        assert_eq!(status(&[Commit, Merged, DeployFailed, Kind::Mitigated]), Status::Monitoring);
    }

    #[test]
    fn a_finished_hotfix_is_open_while_it_is_broken_again() {
        let finished = ("15:00", Draft::new(Kind::Finished, ""));
        let again = ("15:30", Draft::new(Kind::ImpactStarted, ""));
        let resolved = ("16:00", Draft::new(Kind::Resolved, ""));
        assert_eq!(incident(vec![finished.clone(), again.clone()]).end, None);
        let over = incident(vec![finished, again, resolved]);
        assert_eq!((over.end, over.status()), (Some(End::Finished), Status::Resolved));
    }

    #[test]
    fn reopening_undoes_resolved() {
        let i = incident(vec![
            ("15:00", Draft::new(Kind::Resolved, "")),
            ("15:30", Draft::new(Kind::Reopened, "")),
        ]);
        assert!(!i.is_resolved() && i.is_reopened());
        assert_eq!(incident(vec![("15:00", Draft::new(Kind::Resolved, ""))]).status(), Status::Resolved);
    }
}
