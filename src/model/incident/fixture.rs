//! Builders for tests of everything that is computed from events.

use super::*;
use crate::model::event::{Actor, Draft, EVENT_VERSION};

/// An event at `time` (RFC 3339), recorded at the same moment.
pub fn event(n: u64, time: &str, draft: Draft) -> Event {
    let at = DateTime::parse_from_rfc3339(time).unwrap();
    Event {
        v: EVENT_VERSION,
        id: format!("e{n:03}"),
        kind: draft.kind,
        at: draft.at.unwrap_or(at),
        recorded_at: at.to_utc(),
        lamport: n,
        source: draft.source.to_owned(),
        actor: Actor { name: "Ada".into(), email: "ada@example.com".into() },
        role: None,
        text: draft.text,
        pinned: draft.pinned,
        refs: draft.refs,
        data: draft.data,
        amends: draft.amends,
        own: true,
        commit: None,
    }
}

/// As [`incident`], with `(HH:MM, kind)` events that say nothing else.
pub fn marks(list: &[(&str, Kind)]) -> Incident {
    incident(list.iter().map(|(time, kind)| (*time, Draft::new(kind.clone(), ""))).collect())
}

/// An incident declared on 2026-11-22 at 14:12 UTC, with further `(HH:MM, draft)` events.
pub fn incident(more: Vec<(&str, Draft)>) -> Incident {
    let declared = Draft::new(Kind::Declared, "")
        .with("name", "fix-login-crash")
        .with("title", "Users get a 500 on /login")
        .with("branch", "hotfix/fix-login-crash");
    let mut log = vec![event(1, "2026-11-22T14:12:00Z", declared)];
    for (n, (time, draft)) in more.into_iter().enumerate() {
        log.push(event(n as u64 + 2, &format!("2026-11-22T{time}:00Z"), draft));
    }
    Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap()
}
