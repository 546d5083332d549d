//! Times and durations in the text that the record contradicts.
//!
//! Only what is plainly about a milestone is compared: "detected at 14:10", "it took 40 minutes to
//! mitigate". A number that could mean something else is left alone.

use super::lists::lists;
use super::spans::{Stated, clock, length};
use super::wording::Span;
use super::words::Word;
use crate::insight::metrics::{Metric, Metrics};
use crate::model::event::Kind;
use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use crate::model::text::list;
use crate::model::time::say_duration;
use chrono::{DateTime, Duration, FixedOffset, Timelike};

/// What the record knows about an incident.
#[derive(Debug)]
pub struct Known<'a> {
    incident: &'a Incident,
    metrics: Metrics,
}

impl<'a> Known<'a> {
    pub fn of(incident: &'a Incident) -> Self {
        Self { incident, metrics: Metrics::of(incident) }
    }

    /// Everything in a sentence that contradicts the record, and what the record has.
    pub fn contradictions(&self, words: &[Word<'_>]) -> Vec<(Span, String)> {
        let mut found = Vec::new();
        let mut n = 0;
        while let Some(rest) = words.get(n..).filter(|rest| !rest.is_empty()) {
            let mut taken = 1;
            if let Some((stated, used)) = length(rest) {
                found.extend(self.duration(words, n, used, stated).map(|says| ((n, used), says)));
                taken = used;
            } else if let Some(time) = clock(rest) {
                found.extend(self.time(words, n, time).map(|says| ((n, 1), says)));
            }
            n += taken;
        }
        found
    }

    /// What the record has instead of a duration, when it has something else.
    fn duration(&self, words: &[Word<'_>], at: usize, used: usize, stated: Stated) -> Option<String> {
        let candidates = self.meant(words, at, used)?;
        let near = |seconds: i64| (seconds - stated.seconds).abs() <= stated.tolerance;
        let known: Vec<&Candidate> = candidates.iter().filter(|c| c.seconds.is_some()).collect();
        if known.is_empty() || known.iter().any(|c| c.seconds.is_some_and(near)) {
            return None;
        }
        known.first().map(|c| c.says.clone())
    }

    /// The durations that the words around a number can mean.
    fn meant(&self, words: &[Word<'_>], at: usize, used: usize) -> Option<Vec<Candidate>> {
        let before = back(words, at);
        let label = before_label(words, before).map(|label| self.labelled(label));
        let lasted = || self.lasted(words, before).then(|| self.trouble());
        let after = || self.after(words, at + used);
        let participle = || self.participle(words, at);
        label.or_else(lasted).or_else(after).or_else(participle)
    }

    fn labelled(&self, label: Label) -> Vec<Candidate> {
        let m = &self.metrics;
        match label {
            Label::Detect => vec![Candidate::of(&m.ttd)],
            Label::Acknowledge => vec![Candidate::of(&m.tta)],
            Label::Identify => vec![Candidate::of(&m.tti)],
            Label::Mitigate => vec![Candidate::of(&m.ttm)],
            Label::Resolve => {
                let mut all = vec![Candidate::of(&m.ttr), Candidate::of(&m.ttr_declared)];
                all.extend(m.ttr_final.as_ref().map(Candidate::of));
                all
            }
            Label::Repair => vec![Candidate::of(&m.repair)],
            Label::Trouble => self.trouble(),
        }
    }

    /// Everything that "it lasted" can mean.
    fn trouble(&self) -> Vec<Candidate> {
        let m = &self.metrics;
        let mut all = vec![Candidate::of(&m.impact), Candidate::of(&m.ttm), Candidate::of(&m.ttr)];
        all.extend([&m.ttr_declared, &m.repair].map(Candidate::of));
        all.extend(m.ttr_final.as_ref().map(Candidate::of));
        let spans = m.intervals.iter().map(|i| (i.to - i.from).num_seconds());
        all.extend(spans.map(|s| Candidate { seconds: Some(s), says: say(s) }));
        all
    }

    /// `lasted 40 minutes`, `down for 40 minutes`, `the impact: 40 minutes`.
    fn lasted(&self, words: &[Word<'_>], before: Option<usize>) -> bool {
        let Some(n) = before else { return false };
        let Some(word) = words.get(n) else { return false };
        let subject = || {
            let from = n.saturating_sub(5);
            words
                .get(from..n)
                .unwrap_or_default()
                .iter()
                .any(|w| w.is(&lists().trouble) || w.is(&["it", "this"]))
        };
        let is_for = words.get(n + 1).is_some_and(|w| w.is(&["for"]));
        (word.is(&["lasted"]) && subject())
            || (word.is(&["down", "unavailable", "unreachable"]) && is_for)
            || word.is(&["downtime"])
    }

    /// `took 40 minutes to detect`, `40 minutes of downtime`, `a 40-minute outage`.
    fn after(&self, words: &[Word<'_>], after: usize) -> Option<Vec<Candidate>> {
        let next = words.get(after)?;
        if next.is(&["to"]) {
            let milestones = verb(words.get(after + 1)?)?;
            let taking = words.get(..after)?.iter().any(|w| w.is(&["took", "takes", "taken"]));
            return taking.then(|| self.until(milestones));
        }
        let of = usize::from(next.is(&["of"])) + usize::from(next.is(&["long"]));
        let trouble =
            words.get(after + of)?.is(&["impact", "outage", "downtime", "disruption", "unavailability"]);
        trouble.then(|| self.trouble())
    }

    /// `detected after 12 minutes`, `resolved within an hour`.
    fn participle(&self, words: &[Word<'_>], at: usize) -> Option<Vec<Candidate>> {
        let skipped =
            words.get(..at)?.iter().rev().take_while(|w| w.is(&lists().fillers) && !w.pause).count();
        let link = at.checked_sub(skipped + 1)?;
        if !words.get(link)?.is(&["after", "within", "in"]) {
            return None;
        }
        let n = link.checked_sub(1)?;
        let milestones = participle(words, n)?;
        // "Resolved in 20 minutes of work" is about the work.
        Some(self.until(milestones))
    }

    /// From any beginning to any of these milestones, the likeliest first.
    fn until(&self, milestones: &[Milestone]) -> Vec<Candidate> {
        let begins = [
            Milestone::ImpactStarted,
            Milestone::Detected,
            Milestone::Declared,
            Milestone::Acknowledged,
            Milestone::Identified,
        ];
        let mut all = Vec::new();
        if milestones.contains(&Milestone::Resolved) {
            all.extend(self.metrics.ttr_final.as_ref().filter(|m| m.seconds.is_some()).map(Candidate::of));
        }
        let rounds = &self.incident.course.rounds;
        let pairs =
            begins.into_iter().flat_map(|from| rounds.iter().enumerate().map(move |(n, _)| (from, n)));
        for (from, n) in pairs {
            let Some(start) = self.began(from, n) else { continue };
            // A time of one round says nothing about another.
            let next = rounds.get(n + 1).and_then(|r| r.reopened);
            let ends = milestones.iter().filter(|m| **m != from).flat_map(|m| self.times(*m));
            for end in ends.filter(|(_, at)| next.is_none_or(|next| *at < next)) {
                let seconds = (end.1 - start).num_seconds();
                if seconds >= 0 {
                    let says =
                        format!("{} ({from} {} → {} {} UTC)", say(seconds), hhmm(start), end.0, hhmm(end.1));
                    all.push(Candidate { seconds: Some(seconds), says });
                }
            }
        }
        all
    }

    /// A milestone of the round with this number.
    fn began(&self, milestone: Milestone, round: usize) -> Option<DateTime<FixedOffset>> {
        let at = self.incident.course.rounds.get(round)?.milestones.get(&milestone).copied();
        let first = round == 0 && milestone == Milestone::Declared;
        at.or_else(|| first.then_some(self.incident.started_at))
    }

    /// Every time a milestone was recorded for.
    fn times(&self, milestone: Milestone) -> Vec<(Milestone, DateTime<FixedOffset>)> {
        let kind: Kind = milestone.kind();
        self.incident.of_kind(&kind).map(|e| (milestone, e.at)).collect()
    }

    /// What the record has instead of a time of day, when it has something else.
    fn time(&self, words: &[Word<'_>], at: usize, stated: (u32, u32)) -> Option<String> {
        let milestones = timed(words, at)?;
        let known: Vec<(Milestone, DateTime<FixedOffset>)> =
            milestones.iter().flat_map(|m| self.times(*m)).collect();
        let same = |time: u32| {
            let off = (i64::from(time) - i64::from(stated.0 * 60 + stated.1)).abs();
            off.min(24 * 60 - off) <= 1
        };
        let minute = |h: u32, m: u32| h * 60 + m;
        let fits = |at: &DateTime<FixedOffset>| {
            let utc = at.to_utc();
            same(minute(utc.hour(), utc.minute())) || same(minute(at.hour(), at.minute()))
        };
        if known.is_empty() || known.iter().any(|(_, at)| fits(at)) {
            return None;
        }
        let says: Vec<String> = known.iter().map(|(m, at)| format!("{m} {} UTC", hhmm(*at))).collect();
        Some(list(&says))
    }
}

struct Candidate {
    seconds: Option<i64>,
    says: String,
}

impl Candidate {
    fn of(metric: &Metric) -> Self {
        Self { seconds: metric.seconds, says: metric.say() }
    }
}

fn say(seconds: i64) -> String {
    Duration::try_seconds(seconds).map(say_duration).unwrap_or_default()
}

fn hhmm(at: DateTime<FixedOffset>) -> String {
    at.to_utc().format("%H:%M").to_string()
}

/// The nearest word before a number that is no filler.
fn back(words: &[Word<'_>], at: usize) -> Option<usize> {
    let fillers = words.get(..at)?.iter().rev().take_while(|w| w.is(&lists().fillers)).count();
    at.checked_sub(fillers + 1)
}

#[derive(Clone, Copy)]
enum Label {
    Detect,
    Acknowledge,
    Identify,
    Mitigate,
    Resolve,
    Repair,
    Trouble,
}

/// `TTD:`, `time to detect was`, `impact duration:`, in front of a number.
fn before_label(words: &[Word<'_>], before: Option<usize>) -> Option<Label> {
    let n = before?;
    let last = words.get(n)?;
    let at = |back: usize| n.checked_sub(back).and_then(|n| words.get(n));
    let short = match last.lower.trim_start_matches('m') {
        "ttd" => Some(Label::Detect),
        "tta" => Some(Label::Acknowledge),
        "tti" => Some(Label::Identify),
        "ttm" => Some(Label::Mitigate),
        "ttr" => Some(Label::Resolve),
        _ => None,
    };
    if short.is_some() {
        return short;
    }
    if at(1).is_some_and(|w| w.is(&["to"])) && at(2).is_some_and(|w| w.is(&["time"])) {
        return match last.lower.as_str() {
            "detect" | "detection" => Some(Label::Detect),
            "acknowledge" | "acknowledgement" | "acknowledgment" => Some(Label::Acknowledge),
            "identify" | "identification" => Some(Label::Identify),
            "mitigate" | "mitigation" => Some(Label::Mitigate),
            "resolve" | "resolution" => Some(Label::Resolve),
            "repair" => Some(Label::Repair),
            _ => None,
        };
    }
    let named = last.is(&["duration"]) && at(1).is_some_and(|w| w.is(&lists().trouble));
    named.then_some(Label::Trouble)
}

/// The milestones that a verb in its plain form ends in.
fn verb(word: &Word<'_>) -> Option<&'static [Milestone]> {
    use Milestone::{Acknowledged, Detected, Identified, ImpactEnded, Mitigated, Resolved};
    match word.lower.as_str() {
        "detect" | "notice" => Some(&[Detected]),
        "acknowledge" => Some(&[Acknowledged]),
        "identify" | "diagnose" => Some(&[Identified]),
        "mitigate" | "contain" => Some(&[Mitigated, ImpactEnded]),
        "resolve" => Some(&[Resolved, Mitigated, ImpactEnded]),
        "fix" | "recover" | "restore" | "repair" => Some(&[Mitigated, Resolved, ImpactEnded]),
        _ => None,
    }
}

/// The milestones that one row of a timeline tells of.
pub(super) fn told_of(words: &[Word<'_>]) -> Option<&'static [Milestone]> {
    (0..words.len().min(6)).find_map(|n| participle(words, n))
}

/// The milestones that a participle tells of, where it is about the incident: `was detected`,
/// `we resolved the incident`, but not `the health check detected the loop`.
fn participle(words: &[Word<'_>], n: usize) -> Option<&'static [Milestone]> {
    use Milestone::{
        Acknowledged, Declared, Detected, Identified, ImpactEnded, ImpactStarted, Mitigated, Resolved,
    };
    let word = words.get(n)?;
    let before = n.checked_sub(1).and_then(|b| words.get(b)).filter(|w| !w.pause);
    let earlier = words.get(n.saturating_sub(4)..n).unwrap_or_default();
    if earlier.iter().any(|w| w.is(&["not", "never", "nor", "no", "nothing"]) || w.lower.ends_with("n't")) {
        return None;
    }
    let trouble = || earlier.iter().any(|w| w.is(&lists().trouble));
    let (milestones, by_trouble): (&[Milestone], bool) = match word.lower.as_str() {
        "detected" | "noticed" => (&[Detected], false),
        "declared" => (&[Declared], false),
        "acknowledged" => (&[Acknowledged], false),
        "identified" => (&[Identified], false),
        "mitigated" | "contained" => (&[Mitigated, ImpactEnded], false),
        "resolved" => (&[Resolved], false),
        "started" | "began" => (&[ImpactStarted], true),
        "ended" => (&[ImpactEnded, Mitigated, Resolved], true),
        _ => return None,
    };
    if by_trouble {
        return trouble().then_some(milestones);
    }
    let passive = before.is_none_or(|w| {
        w.is(&["was", "were", "been", "got", "first", "finally", "fully", "and", "then", "only", "later"])
    });
    let about =
        words.get(n + 1..).unwrap_or_default().iter().find(|w| !w.is(&["the", "this", "our", "that"]));
    let object = about.is_some_and(|w| w.is(&lists().trouble) || w.is(&["it"]));
    // Something else of the same sentence may have been detected, too.
    let stranger =
        passive && before.is_some_and(|w| w.is(&["was", "were"])) && !subject_is_incident(words, n);
    ((passive && !stranger) || object).then_some(milestones)
}

/// Whether `… was detected` is said of the incident: its subject is one of the words for it, or a
/// pronoun, or what was `identified` is the cause.
fn subject_is_incident(words: &[Word<'_>], n: usize) -> bool {
    let from = n.saturating_sub(6);
    let subject = words.get(from..n.saturating_sub(1)).unwrap_or_default();
    subject.is_empty()
        || subject.iter().any(|w| {
            w.is(&lists().trouble)
                || w.is(&["it", "this", "bug", "fault", "issue", "regression", "cause", "crash"])
        })
}

/// The milestones that a time of day is said of.
fn timed(words: &[Word<'_>], at: usize) -> Option<&'static [Milestone]> {
    let is_time = |w: &Word<'_>| clock(std::slice::from_ref(w)).is_some();
    // "… was detected by an alert at 14:10"
    let near = at.saturating_sub(8)..at;
    let link = words.get(at.checked_sub(1)?)?;
    let linked = link.is(&["at", "by", "around", "about", "since", "from"]);
    if linked {
        for n in near.rev() {
            let word = words.get(n)?;
            if is_time(word) || (word.pause && n + 1 < at) && n + 3 < at {
                break;
            }
            if let Some(found) = participle(words, n) {
                return Some(found);
            }
        }
    }
    // "At 14:10 the incident was detected"
    let opens = linked && at <= 2;
    if !opens {
        return None;
    }
    for n in at + 1..(at + 9).min(words.len()) {
        let word = words.get(n)?;
        if is_time(word) {
            return None;
        }
        if let Some(found) = participle(words, n) {
            return Some(found);
        }
    }
    None
}

#[cfg(test)]
#[path = "numbers_tests.rs"]
mod tests;
