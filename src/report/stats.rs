//! The numbers of many hotfixes: as lines for a terminal, as JSON, as a page.

use crate::insight::stats::{ENOUGH_RELEASES, LISTED_BELOW, ONE_IN, Spread, Stats};
use crate::model::text::{count, list, safe};
use crate::model::time::say_duration;
use chrono::{DateTime, Duration, FixedOffset};
use serde_json::{Value, json};

/// How many recurring files are shown; JSON has all.
const FILES: usize = 10;
/// The longest bar, in columns.
const BAR: usize = 24;

/// The numbers, line by line. `block` is what bars are made of.
pub fn lines(stats: &Stats, block: &str) -> Vec<String> {
    let mut out = vec![heading(stats)];
    if stats.is_empty() {
        return out;
    }
    if let Some(rate) = rate(stats) {
        out.push(format!("Deployment rework rate: {rate}"));
    }
    if let Some(found) = found(stats) {
        out.push(found);
    }
    if !stats.months.is_empty() {
        out.push(String::new());
        out.push("Hotfixes per month, of all releases".to_owned());
        let most = stats.months.iter().map(|m| m.hotfixes).max().unwrap_or_default();
        let scale = most.max(BAR);
        out.extend(stats.months.iter().map(|m| {
            let bar = block.repeat(m.hotfixes * BAR / scale);
            let line = format!("  {}  {:>3} of {:<3} {bar}", m.month, m.hotfixes, m.releases);
            line.trim_end().to_owned()
        }));
    }
    spreads(&mut out, "How long it took", &stats.durations, stats.incidents);
    spreads(&mut out, "Where the time went", &stats.legs, stats.incidents);
    if !stats.files.is_empty() {
        out.push(String::new());
        out.push("Hotfixed again and again".to_owned());
        for file in stats.files.iter().take(FILES) {
            let names: Vec<String> = file.hotfixes.iter().map(|n| safe(n)).collect();
            out.push(format!("  {}  {} times: {}", safe(&file.path), names.len(), list(&names)));
        }
        if stats.files.len() > FILES {
            out.push(format!("  and {} more", stats.files.len() - FILES));
        }
    }
    out
}

/// `Since 2026-08-24: 3 hotfixes in 14 releases.`
pub(super) fn heading(stats: &Stats) -> String {
    let since = day(stats.since);
    if stats.is_empty() {
        return format!("Since {since}: no release and no hotfix.");
    }
    if stats.found.is_some() {
        let releases = count(stats.releases, "release");
        return format!("Since {since}: {releases}; how many were hotfixes is unknown (no records here).");
    }
    let plural = if stats.hotfixes == 1 { "hotfix" } else { "hotfixes" };
    let releases = count(stats.releases, "release");
    let records = match stats.incidents {
        0 => "none has a record here".to_owned(),
        1 => "1 record".to_owned(),
        n => format!("{n} records"),
    };
    format!("Since {since}: {} {plural} among {releases}; {records}.", stats.hotfixes)
}

/// `21 % (3 of 14 releases were hotfixes)`.
pub(super) fn rate(stats: &Stats) -> Option<String> {
    let rate = stats.rework_rate?;
    let were = if stats.hotfixes == 1 { "was a hotfix" } else { "were hotfixes" };
    Some(format!("{:.0} % ({} of {} {were})", rate * 100.0, stats.hotfixes, count(stats.releases, "release")))
}

/// What history shows where nothing was recorded.
pub(super) fn found(stats: &Stats) -> Option<String> {
    let found = stats.found.filter(|found| *found > 0)?;
    let hotfixes = if found == 1 { "1 hotfix".to_owned() } else { format!("{found} hotfixes") };
    Some(format!("Found in merges and tags, not in records: {hotfixes} (hotfix audit lists them)"))
}

/// What to say of a team that hotfixes too often.
pub fn verdict(stats: &Stats) -> Option<String> {
    stats.too_many.then(|| {
        format!(
            "Too many: more than one release in {ONE_IN} was a hotfix.\nFix the process, not the people: \
             look at what reaches production untested,\nat the size of releases, and at what the \
             post-mortems have in common."
        )
    })
}

fn spreads(out: &mut Vec<String>, title: &str, spreads: &[Spread], incidents: usize) {
    if spreads.iter().all(|s| s.n == 0) {
        return;
    }
    let label = |s: &Spread| format!("{} → {}", s.from, s.to);
    let wide = spreads.iter().map(|s| label(s).chars().count()).max().unwrap_or_default();
    out.push(String::new());
    out.push(format!("{title} (median, range, n)"));
    for spread in spreads {
        out.push(format!("  {:wide$}  {}", label(spread), numbers(spread, incidents)));
        if is_listed(spread) {
            out.push(format!("    {}", values(spread)));
        }
    }
}

/// `9 min, 5 min to 12 min, n = 3`.
pub(super) fn numbers(spread: &Spread, incidents: usize) -> String {
    match (spread.median, spread.min, spread.max) {
        (Some(median), Some(min), Some(max)) => {
            let range = match (spread.n, said(min) == said(max)) {
                (1, _) => String::new(),
                (_, true) => " each".to_owned(),
                _ => format!(", {} to {}", said(min), said(max)),
            };
            format!("{}{range}, n = {}", said(median), spread.n)
        }
        _ => format!("not recorded in {incidents} of {incidents}"),
    }
}

/// Whether the values say more than their range does.
pub(super) fn is_listed(spread: &Spread) -> bool {
    (3..LISTED_BELOW).contains(&spread.n) && spread.min.map(said) != spread.max.map(said)
}

/// Every value: `5 min, 9 min, 12 min`.
pub(super) fn values(spread: &Spread) -> String {
    spread.values.iter().map(|v| said(*v)).collect::<Vec<_>>().join(", ")
}

pub(super) fn said(seconds: i64) -> String {
    Duration::try_seconds(seconds).map_or_else(|| "?".to_owned(), say_duration)
}

pub(super) fn day(at: DateTime<FixedOffset>) -> String {
    at.to_utc().format("%Y-%m-%d").to_string()
}

/// The numbers as JSON; durations are in seconds.
pub fn json(stats: &Stats) -> Value {
    json!({
        "since": stats.since,
        "until": stats.until,
        "releases": stats.releases,
        "hotfixes": stats.found.is_none().then_some(stats.hotfixes),
        "found_by_audit": stats.found,
        "rework_rate": stats.rework_rate,
        "too_many": stats.too_many,
        "too_many_means": { "more_than_one_in": ONE_IN, "of_at_least": ENOUGH_RELEASES },
        "months": stats.months,
        "incidents": stats.incidents,
        "durations": stats.durations,
        "legs": stats.legs,
        "files": stats.files,
    })
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
