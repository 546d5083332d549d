//! What many hotfixes say together: how often, how long, where the time went, which files.
//!
//! Of the releases in a window only those count as hotfixes that a record or an `Incident:` trailer
//! names; a version number says nothing about why it was released. Durations are a median and a
//! range with their number, never a mean, and nothing is counted by person.

use super::metrics::{Basis, Metric, Metrics};
use super::phases;
use crate::model::incident::{End, Incident};
use chrono::{DateTime, Datelike, FixedOffset, Months, NaiveDate};
use serde::Serialize;
use std::collections::{BTreeMap, BTreeSet};

/// From this many releases on, a share says something.
pub const ENOUGH_RELEASES: usize = 4;
/// More than one release in this many being a hotfix is too often.
pub const ONE_IN: usize = 4;
/// Below this many values each is listed: a median of few hides more than it shows.
pub const LISTED_BELOW: usize = 10;

/// A release tag of the window.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Release {
    pub tag: String,
    pub at: DateTime<FixedOffset>,
    /// Whether a record or a trailer says that it was a hotfix.
    pub is_hotfix: bool,
}

/// What the numbers are computed from.
#[derive(Clone, Debug)]
pub struct Facts {
    pub since: DateTime<FixedOffset>,
    pub until: DateTime<FixedOffset>,
    /// The releases of the window.
    pub releases: Vec<Release>,
    /// The incidents that were declared in the window.
    pub incidents: Vec<Incident>,
    /// The files that each of them changed, by incident id.
    pub touched: BTreeMap<String, BTreeSet<String>>,
    /// Where nothing was ever recorded: how many hotfixes of the window history shows. `None` where
    /// there are records.
    pub found: Option<usize>,
}

/// One month, in UTC.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Month {
    /// `2026-11`.
    pub month: String,
    pub hotfixes: usize,
    pub releases: usize,
}

/// A duration over several incidents.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Spread {
    /// Where it begins, in words: `impact started`.
    pub from: String,
    /// Where it ends.
    pub to: String,
    /// How many values there are.
    pub n: usize,
    /// Seconds; of an even number of values the mean of the two in the middle.
    pub median: Option<i64>,
    pub min: Option<i64>,
    pub max: Option<i64>,
    /// Every value in seconds, smallest first.
    pub values: Vec<i64>,
    /// Incidents of which an end was not recorded, or contradicts the other.
    pub without: usize,
}

/// A file that more than one hotfix changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Recurring {
    pub path: String,
    /// The names of the hotfixes, oldest first.
    pub hotfixes: Vec<String>,
}

/// The numbers of a window.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Stats {
    pub since: DateTime<FixedOffset>,
    pub until: DateTime<FixedOffset>,
    pub releases: usize,
    /// Releases that were hotfixes.
    pub hotfixes: usize,
    /// `hotfixes` ÷ `releases`; `None` without releases.
    pub rework_rate: Option<f64>,
    /// Whether that is too often, by [`ONE_IN`] and [`ENOUGH_RELEASES`].
    pub too_many: bool,
    pub months: Vec<Month>,
    /// Hotfixes that were declared in the window.
    pub incidents: usize,
    pub durations: Vec<Spread>,
    pub legs: Vec<Spread>,
    pub files: Vec<Recurring>,
    /// Where nothing was ever recorded, so that the other numbers say nothing: how many hotfixes
    /// history shows.
    pub found: Option<usize>,
}

impl Stats {
    /// Computes the numbers.
    pub fn of(facts: &Facts) -> Self {
        let hotfixes = facts.releases.iter().filter(|r| r.is_hotfix).count();
        let releases = facts.releases.len();
        // What was declined or given up took no hotfix's time.
        let counts = |i: &&Incident| !matches!(i.end, Some(End::Declined | End::Cancelled));
        let incidents: Vec<&Incident> = facts.incidents.iter().filter(counts).collect();
        Self {
            since: facts.since,
            until: facts.until,
            releases,
            hotfixes,
            rework_rate: share(hotfixes, releases).filter(|_| facts.found.is_none()),
            too_many: releases >= ENOUGH_RELEASES && hotfixes * ONE_IN > releases,
            months: if facts.found.is_none() { months(facts) } else { Vec::new() },
            incidents: incidents.len(),
            durations: durations(&incidents),
            legs: waterfall(&incidents),
            files: recurring(&incidents, &facts.touched),
            found: facts.found,
        }
    }

    /// Whether there is nothing to tell at all.
    pub const fn is_empty(&self) -> bool {
        self.releases == 0 && self.incidents == 0
    }
}

/// To four decimals.
fn share(part: usize, whole: usize) -> Option<f64> {
    let (part, whole) = (u32::try_from(part).ok()?, u32::try_from(whole).ok()?);
    (whole > 0).then(|| (f64::from(part) / f64::from(whole) * 10_000.0).round() / 10_000.0)
}

/// Every month from the first release of the window on, the empty ones as well.
fn months(facts: &Facts) -> Vec<Month> {
    let first_of = |at: DateTime<FixedOffset>| at.to_utc().date_naive().with_day(1);
    let Some(first) = facts.releases.iter().map(|r| r.at).min().and_then(first_of) else {
        return Vec::new();
    };
    let last = first_of(facts.until).unwrap_or(first);
    let mut counted: BTreeMap<NaiveDate, (usize, usize)> = BTreeMap::new();
    let mut month = first;
    while month <= last {
        counted.insert(month, (0, 0));
        let Some(next) = month.checked_add_months(Months::new(1)) else { break };
        month = next;
    }
    for release in &facts.releases {
        if let Some(month) = first_of(release.at) {
            let (hotfixes, releases) = counted.entry(month).or_default();
            *hotfixes += usize::from(release.is_hotfix);
            *releases += 1;
        }
    }
    let month = |(month, (hotfixes, releases)): (NaiveDate, (usize, usize))| Month {
        month: month.format("%Y-%m").to_string(),
        hotfixes,
        releases,
    };
    counted.into_iter().map(month).collect()
}

fn durations(incidents: &[&Incident]) -> Vec<Spread> {
    let of_each: Vec<Vec<Metric>> = incidents
        .iter()
        .map(|incident| {
            let m = Metrics::of(incident);
            vec![m.ttd, m.tta, m.ttm, m.ttr]
        })
        .collect();
    gathered(&of_each, ends)
}

/// Both ends of a duration as it is defined, not the ones that stood in for them.
fn ends(metric: &Metric) -> (String, String) {
    let (from, to) = match metric.label {
        "time to mitigate" => ("impact started", "mitigated"),
        _ => return (metric.from.words(), metric.to.words()),
    };
    (from.to_owned(), to.to_owned())
}

/// The legs in their order. One that begins at an earlier point, as the point between was not
/// recorded or never reached, is a leg of its own: `pushed → merged back` where nothing is deployed.
fn waterfall(incidents: &[&Incident]) -> Vec<Spread> {
    let of_each: Vec<Vec<Metric>> = incidents.iter().map(|i| phases::of(i)).collect();
    let mut spreads: BTreeMap<(usize, String), Spread> = BTreeMap::new();
    for legs in &of_each {
        for (n, leg) in legs.iter().enumerate().filter(|(_, leg)| sound(leg).is_some()) {
            let (from, to) = (leg.from.words(), leg.to.words());
            spreads.entry((n, from.clone())).or_insert_with(|| Spread::empty(from, to)).take(sound(leg));
        }
    }
    let complete = |spread: Spread| Spread { without: incidents.len() - spread.values.len(), ..spread };
    spreads.into_values().map(|s| complete(s).settled()).collect()
}

fn gathered(of_each: &[Vec<Metric>], ends: impl Fn(&Metric) -> (String, String)) -> Vec<Spread> {
    let kinds = of_each.first().map_or(0, Vec::len);
    (0..kinds)
        .filter_map(|n| {
            let column: Vec<&Metric> = of_each.iter().filter_map(|m| m.get(n)).collect();
            let (from, to) = ends(column.first()?);
            let mut spread = Spread::empty(from, to);
            column.iter().for_each(|metric| spread.take(sound(metric)));
            Some(spread.settled())
        })
        .collect()
}

/// The number of a duration both ends of which were recorded. Estimates stay out.
fn sound(metric: &Metric) -> Option<i64> {
    metric.seconds.filter(|_| metric.basis == Basis::Recorded)
}

impl Spread {
    const fn empty(from: String, to: String) -> Self {
        Self { from, to, n: 0, median: None, min: None, max: None, values: Vec::new(), without: 0 }
    }

    fn take(&mut self, seconds: Option<i64>) {
        match seconds {
            Some(seconds) => self.values.push(seconds),
            None => self.without += 1,
        }
    }

    fn settled(mut self) -> Self {
        self.values.sort_unstable();
        self.n = self.values.len();
        self.min = self.values.first().copied();
        self.max = self.values.last().copied();
        self.median = median(&self.values);
        self
    }
}

/// Of sorted values.
fn median(sorted: &[i64]) -> Option<i64> {
    let upper = *sorted.get(sorted.len() / 2)?;
    if sorted.len() % 2 == 1 {
        return Some(upper);
    }
    let lower = *sorted.get(sorted.len() / 2 - 1)?;
    Some(lower + (upper - lower) / 2)
}

/// Files that at least two hotfixes changed, the most frequent first.
fn recurring(incidents: &[&Incident], touched: &BTreeMap<String, BTreeSet<String>>) -> Vec<Recurring> {
    let mut by_path: BTreeMap<&str, Vec<String>> = BTreeMap::new();
    for incident in incidents {
        for path in touched.get(&incident.id).into_iter().flatten() {
            by_path.entry(path).or_default().push(incident.name.clone());
        }
    }
    let mut files: Vec<Recurring> = by_path
        .into_iter()
        .filter(|(_, hotfixes)| hotfixes.len() > 1)
        .map(|(path, hotfixes)| Recurring { path: path.to_owned(), hotfixes })
        .collect();
    files.sort_by(|a, b| b.hotfixes.len().cmp(&a.hotfixes.len()).then_with(|| a.path.cmp(&b.path)));
    files
}

#[cfg(test)]
#[path = "stats_tests.rs"]
mod tests;
