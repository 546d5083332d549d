//! A log of arbitrary events: folding it never panics, and what is told of it moves no cursor.
#![no_main]

use hotfix::model::event::Event;
use hotfix::model::incident::Incident;
use hotfix::model::text::safe;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    // One event a line, as in the spool.
    let events: Vec<Event> = data.split(|b| *b == b'\n').filter_map(|l| serde_json::from_slice(l).ok()).collect();
    if let Some(incident) = Incident::fold("20260101-fuzz-0000", events) {
        let _ = incident.status();
        drop(incident.by_time());
        assert!(!safe(&incident.title).chars().any(char::is_control));
    }
});
