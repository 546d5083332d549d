//! The course of an incident, computed in one place from its events: when there was impact, whether
//! there is some now, how far the repair has got, whether it is resolved, and what contradicts itself.
//!
//! Everything goes by the time at which things happened, not by how they were written down: a
//! milestone that was back-filled counts as one that was marked live. When things were written down
//! decides one question: an end that was recorded before the new impact was does not
//! end that impact.

use crate::model::event::{Event, Kind, Pointer};
use crate::model::event_data::Deployed;
use crate::model::milestone::Milestone;
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};

type Moment = DateTime<FixedOffset>;

/// From a beginning to the next reopening. Milestones belong to the round they fall into.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Round {
    /// When it began again; `None` for the first round.
    pub reopened: Option<Moment>,
    /// The earliest time of each milestone in this round.
    pub milestones: BTreeMap<Milestone, Moment>,
    /// When a hotfix of this round was finished.
    pub finished: Option<Moment>,
}

/// One stretch of impact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Interval {
    pub from: Moment,
    /// `None` while it goes on.
    pub to: Option<Moment>,
    /// The milestone that ended it.
    pub end: Option<Milestone>,
}

/// Whether users are affected now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Impact {
    /// Nobody recorded that it began, was mitigated or ended.
    #[default]
    Unrecorded,
    /// It goes on. `partly` is when some of the affected were helped.
    Running { since: Moment, partly: Option<Moment> },
    /// The effects are stopped, and nobody has said that all of it is over.
    Mitigated { at: Moment },
    /// It is over.
    Ended { at: Moment },
}

/// How far the repair of this round has got in production.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Repair {
    #[default]
    None,
    /// Published; whether and where it runs is not recorded.
    Released {
        at: Moment,
    },
    /// A deployment was begun, and its outcome is not recorded.
    Deploying,
    DeployFailed,
    /// It runs in production.
    Deployed {
        at: Moment,
    },
    VerifyFailed,
    /// It runs in production, and the checks there passed.
    Verified {
        at: Moment,
    },
    /// The release was rolled back.
    TakenBack,
}

impl Repair {
    /// Since when users have the repair, as far as it is recorded.
    pub const fn in_production(self) -> Option<Moment> {
        match self {
            Self::Deployed { at } | Self::Verified { at } => Some(at),
            _ => None,
        }
    }
}

/// Two times that cannot both be right.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Contradiction {
    pub early: (Milestone, Moment),
    pub late: (Milestone, Moment),
}

impl Contradiction {
    /// `impact ended 13:45 is before impact started 14:02`, times in UTC.
    pub fn say(&self) -> String {
        let ((early, at), (late, then)) = (self.early, self.late);
        let (at, then) = (at.to_utc(), then.to_utc());
        let minute = |at: &DateTime<chrono::Utc>| at.timestamp().div_euclid(60);
        let form = match at.date_naive() == then.date_naive() {
            // Within a minute the seconds tell.
            true if minute(&at) == minute(&then) => "%H:%M:%S",
            true => "%H:%M",
            false => "%Y-%m-%d %H:%M",
        };
        format!("{early} {} is before {late} {}", at.format(form), then.format(form))
    }
}

/// Everything that is computed from the times of events.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Course {
    /// The rounds, oldest first; never empty once it was computed.
    pub rounds: Vec<Round>,
    /// The stretches of impact, oldest first, none overlapping another.
    pub intervals: Vec<Interval>,
    pub impact: Impact,
    pub repair: Repair,
    /// When it was resolved; `None` while it is not, or no longer.
    pub resolved: Option<Moment>,
    pub contradictions: Vec<Contradiction>,
}

impl Course {
    /// Computes the course. `events` are in record order, corrections applied.
    pub fn of(events: &[Event]) -> Self {
        let counted = counted(events);
        let mut by_time = counted.clone();
        by_time.sort_by_key(|e| (e.at, e.lamport));
        let (rounds, ignorant) = rounds(&by_time);
        by_time.retain(|e| !ignorant.iter().any(|i| std::ptr::eq(*i, *e)));
        let (intervals, strays) = intervals(&by_time, &rounds);
        let reopened = rounds.last().and_then(|r| r.reopened);
        let mut course = Self {
            repair: repair(events, reopened),
            resolved: rounds.last().and_then(|r| r.milestones.get(&Milestone::Resolved).copied()),
            impact: Impact::Unrecorded,
            contradictions: contradictions(&counted, &rounds, &strays),
            rounds,
            intervals,
        };
        course.impact = course.impact_now(&by_time);
        course
    }

    /// The round that goes on, or was the last.
    pub fn round(&self) -> Option<&Round> {
        self.rounds.last()
    }

    /// Whether it broke again after it was over, and is not over since.
    pub fn is_reopened(&self) -> bool {
        let again = self.round().is_some_and(|r| r.reopened.is_some() && r.finished.is_none());
        again && self.resolved.is_none()
    }

    /// A milestone of the round that goes on.
    pub fn milestone(&self, milestone: Milestone) -> Option<Moment> {
        self.round()?.milestones.get(&milestone).copied()
    }

    /// A milestone of the first round that has it.
    pub fn first(&self, milestone: Milestone) -> Option<Moment> {
        self.rounds.iter().find_map(|r| r.milestones.get(&milestone).copied())
    }

    /// The milestones of every round, in the order they happened; of one moment, in the usual order.
    pub fn milestones(&self) -> Vec<(Milestone, Moment)> {
        let all = self.rounds.iter().flat_map(|r| &r.milestones);
        let mut all: Vec<(Milestone, Moment)> = all.map(|(milestone, at)| (*milestone, *at)).collect();
        all.sort_by_key(|(milestone, at)| (*at, *milestone));
        all
    }

    /// When the impact began that has no end; `None` where every stretch has one.
    pub fn unended(&self) -> Option<Moment> {
        self.intervals.iter().find(|i| i.to.is_none()).map(|i| i.from)
    }

    /// When this round's impact began: its first stretch, where one is recorded.
    pub fn began(&self) -> Option<Moment> {
        let reopened = self.round()?.reopened;
        self.intervals.iter().find(|i| reopened.is_none_or(|r| i.from >= r)).map(|i| i.from)
    }

    /// When it stopped to affect anybody, as far as somebody said so.
    pub const fn quiet_since(&self) -> Option<Moment> {
        match self.impact {
            Impact::Mitigated { at } | Impact::Ended { at } => Some(at),
            Impact::Unrecorded | Impact::Running { .. } => None,
        }
    }

    fn impact_now(&self, by_time: &[&Event]) -> Impact {
        let reopened = self.round().and_then(|r| r.reopened);
        let current =
            self.intervals.last().filter(|i| reopened.is_none_or(|r| i.to.is_none_or(|to| to >= r)));
        match current {
            Some(Interval { from, to: None, .. }) => {
                let partly = |e: &&&Event| e.kind == Kind::PartlyMitigated && e.at >= *from;
                Impact::Running { since: *from, partly: by_time.iter().find(partly).map(|e| e.at) }
            }
            Some(Interval { to: Some(at), end: Some(Milestone::Mitigated), .. }) => match self.resolved {
                Some(_) => Impact::Ended { at: *at },
                None => Impact::Mitigated { at: *at },
            },
            Some(Interval { to: Some(at), .. }) => Impact::Ended { at: *at },
            None => {
                let of = |m| self.milestone(m);
                match (of(Milestone::ImpactEnded), of(Milestone::Mitigated), self.resolved) {
                    (Some(at), ..) | (None, Some(at), Some(_)) | (None, None, Some(at)) => {
                        Impact::Ended { at }
                    }
                    (None, Some(at), None) => Impact::Mitigated { at },
                    (None, None, None) => Impact::Unrecorded,
                }
            }
        }
    }
}

/// The most that other clones can say about the course in one log: what follows from it is looked at again and again.
const MOST_OF_OTHERS: usize = 1_000;

/// The events that the course follows from, in record order.
fn counted(events: &[Event]) -> Vec<&Event> {
    let mut of_others = 0;
    let tells = |e: &&Event| {
        Milestone::of(&e.kind).is_some()
            || matches!(
                e.kind,
                Kind::Reopened
                    | Kind::PartlyMitigated
                    | Kind::Merged
                    | Kind::DeploySucceeded
                    | Kind::Finished
            )
    };
    let fits = |e: &&Event| {
        of_others += usize::from(!e.own);
        e.own || of_others <= MOST_OF_OTHERS
    };
    events.iter().filter(tells).filter(fits).collect()
}

/// Splits at every reopening: one that was recorded, or impact that began after the end. Also returns the
/// ends that were recorded before the round they fall into was known; they belong to the one before.
fn rounds<'a>(by_time: &[&'a Event]) -> (Vec<Round>, Vec<&'a Event>) {
    let (mut before, mut now) = (Vec::new(), Round::default());
    let mut opener: Option<(usize, &Event)> = None;
    let (mut over, mut helped) = (false, false);
    let mut ignorant: Vec<&Event> = Vec::new();
    for (n, event) in by_time.iter().enumerate() {
        match event.kind {
            Kind::Resolved | Kind::Finished => {
                let known = opener.is_none_or(|o| !is_ignorant(by_time, o, (n, event)));
                if let (false, Some(last)) = (known, before.last_mut()) {
                    ignorant.push(event);
                    note(last, event);
                    continue;
                }
                // An end before anything else is a wrong time, not the end of a round.
                over = now.reopened.is_some() || !now.milestones.is_empty();
            }
            Kind::Mitigated | Kind::ImpactEnded | Kind::Merged | Kind::DeploySucceeded => helped = true,
            Kind::Reopened | Kind::ImpactStarted if over || helped && is_news(by_time, (n, event)) => {
                let next = Round { reopened: Some(event.at), ..Round::default() };
                before.push(std::mem::replace(&mut now, next));
                (over, helped) = (false, false);
                opener = Some((n, event));
            }
            _ => {}
        }
        note(&mut now, event);
    }
    before.push(now);
    (before, ignorant)
}

fn note(round: &mut Round, event: &Event) {
    if let Some(milestone) = Milestone::of(&event.kind) {
        round.milestones.entry(milestone).or_insert(event.at);
    }
    if event.kind == Kind::Finished {
        round.finished.get_or_insert(event.at);
    }
}

/// Whether an end follows that was recorded before this beginning was known.
fn is_news(by_time: &[&Event], began: (usize, &Event)) -> bool {
    let mut later = by_time.iter().enumerate().skip(began.0);
    later.any(|(n, e)| {
        matches!(e.kind, Kind::Resolved | Kind::Finished) && is_ignorant(by_time, began, (n, e))
    })
}

/// Whether an end was recorded before the beginning that it follows, and nothing else says that what
/// began ended before it. Within one second, as in a file of notes, the order says nothing.
fn is_ignorant(by_time: &[&Event], (from, began): (usize, &Event), (to, end): (usize, &Event)) -> bool {
    let ended = |e: &&Event| match e.kind {
        Kind::Mitigated | Kind::ImpactEnded => true,
        Kind::Resolved => e.recorded_at >= began.recorded_at,
        _ => false,
    };
    let between = by_time.get(from..to).unwrap_or_default();
    end.recorded_at < began.recorded_at && !between.iter().any(ended)
}

/// A stretch of impact while its ends are collected.
#[derive(Default)]
struct Stretch {
    from: Option<Moment>,
    /// Whether only a reopening says that it began.
    assumed: bool,
    starts: usize,
    ended: Vec<Moment>,
    mitigated: Option<Moment>,
    resolved: Option<Moment>,
}

impl Stretch {
    /// The end that counts. Of overlapping impacts, which end one by one, the last; an impact whose
    /// beginning was noted twice has one end.
    fn end(&self) -> Option<(Moment, Milestone)> {
        let explicit = self.ended.get(self.starts.clamp(1, self.ended.len().max(1)) - 1);
        let first = |at: Option<Moment>, milestone| at.map(|at| (at, milestone));
        first(explicit.copied(), Milestone::ImpactEnded)
            .or_else(|| first(self.mitigated, Milestone::Mitigated))
            .or_else(|| first(self.resolved, Milestone::Resolved))
    }

    /// Whether what begins now is a new stretch. Another impact that began before all of this one
    /// ended is the same one.
    fn is_over(&self, more_ends_follow: bool) -> bool {
        let overlapping = !self.ended.is_empty() && self.ended.len() < self.starts && more_ends_follow;
        self.mitigated.is_some() || self.resolved.is_some() || (!self.ended.is_empty() && !overlapping)
    }

    fn close(self, into: &mut Vec<Interval>) {
        if let Some(from) = self.from {
            let (to, end) = self.end().unzip();
            into.push(Interval { from, to, end });
        }
    }
}

/// The stretches of impact, and the ends that came while nothing had begun.
fn intervals<'a>(by_time: &[&'a Event], rounds: &[Round]) -> (Vec<Interval>, Vec<&'a Event>) {
    let (mut found, mut strays) = (Vec::new(), Vec::new());
    let mut now = Stretch::default();
    for (n, event) in by_time.iter().enumerate() {
        match event.kind {
            // A reopening before any impact was recorded says nothing about when it began; one that
            // undid giving up says nothing about impact at all.
            Kind::Reopened if now.from.is_none() && found.is_empty() => {}
            Kind::Reopened if !rounds.iter().any(|r| r.reopened == Some(event.at)) => {}
            Kind::Reopened | Kind::ImpactStarted => {
                let explicit = event.kind == Kind::ImpactStarted;
                let over = now.from.is_some() && now.is_over(more_ends_follow(by_time, n));
                if over {
                    std::mem::take(&mut now).close(&mut found);
                }
                match now.from {
                    None => {
                        now = Stretch { from: Some(event.at), assumed: !explicit, starts: 1, ..now };
                    }
                    Some(_) if explicit && now.assumed => {
                        (now.from, now.assumed) = (Some(event.at), false);
                    }
                    Some(_) => now.starts += usize::from(explicit),
                }
            }
            Kind::ImpactEnded | Kind::Mitigated | Kind::Resolved if now.from.is_none() => strays.push(*event),
            Kind::ImpactEnded => now.ended.push(event.at),
            Kind::Mitigated => _ = now.mitigated.get_or_insert(event.at),
            Kind::Resolved => _ = now.resolved.get_or_insert(event.at),
            _ => {}
        }
    }
    now.close(&mut found);
    (found, strays)
}

/// Whether another end of impact comes before anything that ends all of it.
fn more_ends_follow(by_time: &[&Event], n: usize) -> bool {
    let ends = |k: &&Kind| matches!(k, Kind::ImpactEnded | Kind::Mitigated | Kind::Resolved | Kind::Reopened);
    by_time.iter().skip(n).map(|e| &e.kind).find(ends) == Some(&Kind::ImpactEnded)
}

/// What was last recorded of the repair, since the incident was reopened.
fn repair(events: &[Event], reopened: Option<Moment>) -> Repair {
    // Releases that took one of these back repair nothing here.
    let rolled_back = events.iter().filter(|e| e.kind == Kind::RolledBack);
    let takes_back: BTreeSet<String> = rolled_back.filter_map(|e| e.read::<Deployed>().by).collect();
    let helps = |e: &&Event| !e.reference(Pointer::Tag).is_some_and(|tag| takes_back.contains(tag));
    let since = events.iter().filter(|e| reopened.is_none_or(|r| e.at >= r)).filter(helps);
    since.fold(Repair::None, |before, e| match e.kind {
        Kind::Verified | Kind::VerifyFailed if before == Repair::TakenBack => before,
        Kind::Merged => Repair::Released { at: e.at },
        Kind::DeployStarted => Repair::Deploying,
        Kind::DeployFailed => Repair::DeployFailed,
        Kind::DeploySucceeded => Repair::Deployed { at: e.at },
        Kind::VerifyFailed => Repair::VerifyFailed,
        Kind::Verified => Repair::Verified { at: e.at },
        Kind::RolledBack => Repair::TakenBack,
        _ => before,
    })
}

/// The pairs that must be in this order within a round, as far as both were recorded.
const ORDER: [(Milestone, Milestone); 8] = [
    (Milestone::ImpactStarted, Milestone::Mitigated),
    (Milestone::ImpactStarted, Milestone::ImpactEnded),
    (Milestone::ImpactStarted, Milestone::Resolved),
    (Milestone::Detected, Milestone::Acknowledged),
    (Milestone::Detected, Milestone::Identified),
    (Milestone::Detected, Milestone::Resolved),
    (Milestone::Mitigated, Milestone::Resolved),
    (Milestone::ImpactEnded, Milestone::Resolved),
];

fn contradictions(events: &[&Event], rounds: &[Round], strays: &[&Event]) -> Vec<Contradiction> {
    let mut found: Vec<Contradiction> = Vec::new();
    for round in rounds {
        for (first, then) in ORDER {
            let (a, b) = (round.milestones.get(&first), round.milestones.get(&then));
            if let (Some(a), Some(b)) = (a, b)
                && b < a
            {
                found.push(Contradiction { early: (then, *b), late: (first, *a) });
            }
        }
    }
    // An end before anything had begun, written down when a later beginning was known.
    for stray in strays {
        let begun =
            |e: &&&Event| e.kind == Kind::ImpactStarted && e.lamport < stray.lamport && e.at > stray.at;
        let (Some(began), Some(milestone)) = (events.iter().rfind(begun), Milestone::of(&stray.kind)) else {
            continue;
        };
        let one = Contradiction { early: (milestone, stray.at), late: (Milestone::ImpactStarted, began.at) };
        if !found.contains(&one) {
            found.push(one);
        }
    }
    found
}

#[cfg(test)]
#[path = "course_tests.rs"]
mod tests;
