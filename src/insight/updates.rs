//! Who is to hear something next, and since when it is overdue.
//!
//! | audience   | first                  | while it goes on | monitoring          | resolved  |
//! | ---------- | ---------------------- | ---------------- | ------------------- | --------- |
//! | users      | sev1 5 min, sev2 half  | every            | every, 30 or 60 min | on change |
//! | management | half                   | every            | on change           | on change |
//! | technical  | half                   | every            | on change           | on change |
//! | support    | once users were told   | on change        | on change           | on change |
//!
//! "Every" is `[updates]`, "half" is half of it. An audience that was never told anything and has
//! no cadence is not counted. "On change" counts for those who were told another state.

use crate::model::event::Kind;
use crate::model::incident::Incident;
use crate::model::severity::Severity;
use crate::model::update::{Audience, State, Told};
use chrono::{DateTime, Duration, FixedOffset, Timelike, Utc};
use serde::Serialize;
use std::collections::BTreeMap;

/// `[updates]`: how often each audience hears of it, by severity.
pub type Cadence = BTreeMap<String, BTreeMap<Severity, Duration>>;

/// The next update that somebody waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Due {
    pub audience: Audience,
    /// The state they were told last; `None` when they were told nothing yet.
    pub told: Option<State>,
    /// The state it has now.
    pub state: State,
    /// When they were told last.
    pub last: Option<DateTime<FixedOffset>>,
    /// When they are to hear again.
    pub due: DateTime<FixedOffset>,
    /// Whether that is over.
    pub overdue: bool,
}

impl Due {
    /// How long it has been overdue; zero when it is not.
    pub fn late(&self, now: DateTime<Utc>) -> Duration {
        (now - self.due.to_utc()).max(Duration::zero())
    }
}

/// The time between two updates in this state; `None` means: when something changes.
pub fn every(
    cadence: &Cadence,
    audience: Audience,
    severity: Option<Severity>,
    state: State,
) -> Option<Duration> {
    let every = *cadence.get(audience.as_str())?.get(&severity?)?;
    match (state, audience) {
        (State::Investigating | State::Identified, _) => Some(every),
        // While it is only watched, users hear less often; everybody else when something changes.
        (State::Monitoring, Audience::Users) => {
            let calm = if severity == Some(Severity::Sev1) { 30 } else { 60 };
            Some(every.max(Duration::minutes(calm)))
        }
        (State::Monitoring | State::Resolved, _) => None,
    }
}

/// When the first update is due, counted from the declaration.
fn first(cadence: &Cadence, audience: Audience, severity: Option<Severity>) -> Option<Duration> {
    let every = *cadence.get(audience.as_str())?.get(&severity?)?;
    match (audience, severity?) {
        (Audience::Users, Severity::Sev1) => Some(every.min(Duration::minutes(5))),
        // Whether users hear of anything smaller at all is somebody's decision.
        (Audience::Users, s) if s > Severity::Sev2 => None,
        _ => every.checked_div(2),
    }
}

/// When the next update after one made at `at` is due, to the minute, as it is said.
pub fn next_at(
    cadence: &Cadence,
    audience: Audience,
    severity: Option<Severity>,
    state: State,
    at: DateTime<FixedOffset>,
) -> Option<DateTime<FixedOffset>> {
    let next = at.checked_add_signed(every(cadence, audience, severity, state)?)?;
    next.with_second(0)?.with_nanosecond(0)
}

/// Everybody who waits for an update, the one who has waited longest first.
pub fn due(incident: &Incident, cadence: &Cadence, now: DateTime<Utc>) -> Vec<Due> {
    let Some(state) = State::of(incident) else { return Vec::new() };
    let mut found: Vec<Due> =
        Audience::ALL.into_iter().filter_map(|who| one(incident, cadence, who, state, now)).collect();
    found.sort_by_key(|d| d.due);
    found
}

fn one(
    incident: &Incident,
    cadence: &Cadence,
    audience: Audience,
    state: State,
    now: DateTime<Utc>,
) -> Option<Due> {
    let severity = incident.severity;
    let last = Told::last(incident, audience);
    let due = match last {
        Some(last) => match every(cadence, audience, severity, state) {
            Some(every) => last.next.or_else(|| last.at.checked_add_signed(every))?,
            None if last.state == Some(state) => return None,
            None => changed_at(incident, state).max(last.at),
        },
        // What is over before anybody heard of it is no news to tell late.
        None if state == State::Resolved => return None,
        None if audience == Audience::Support => Told::all(incident, Audience::Users).first()?.at,
        None => incident.started_at.checked_add_signed(first(cadence, audience, severity)?)?,
    };
    Some(Due {
        audience,
        told: last.and_then(|l| l.state),
        state,
        last: last.map(|l| l.at),
        due,
        overdue: now - due.to_utc() >= Duration::minutes(1),
    })
}

/// When the incident came into this state, in the round that goes on.
fn changed_at(incident: &Incident, state: State) -> DateTime<FixedOffset> {
    let course = &incident.course;
    let reopened = course.round().and_then(|r| r.reopened);
    let since = |kind: Kind| {
        incident.of_kind(&kind).map(|e| e.at).filter(|at| reopened.is_none_or(|r| *at >= r)).min()
    };
    match state {
        State::Investigating => reopened,
        State::Identified => {
            [since(Kind::Identified), since(Kind::Commit), since(Kind::Merged)].into_iter().flatten().min()
        }
        State::Monitoring => {
            [course.quiet_since(), course.repair.in_production()].into_iter().flatten().min()
        }
        State::Resolved => course.resolved,
    }
    .unwrap_or(incident.started_at)
}

#[cfg(test)]
#[path = "updates_tests.rs"]
mod tests;
