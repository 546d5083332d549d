//! Section 1: the incident in a few sentences, drafted from the facts. No cause, no blame.

use super::Page;
use crate::model::event::{Event, Kind};
use crate::model::incident::End;
use crate::model::milestone::Milestone;
use crate::model::text::list;
use crate::report::markdown::{code, md, stack};
use chrono::{DateTime, FixedOffset};

impl Page<'_> {
    /// One line of facts, and a paragraph to build on.
    pub(super) fn summary(&self) -> String {
        let i = self.incident;
        let severity = i.severity.map_or_else(|| "severity not recorded".to_owned(), |s| s.to_string());
        let impact = match self.metrics.impact.length() {
            Some(length) => format!("impact {length}"),
            None => "length of the impact unknown".to_owned(),
        };
        let detected = i.detected_by.map(|by| format!("detected by {by}"));
        let release = if i.tag.is_some() { self.release() } else { "Not released".to_owned() };
        let facts: Vec<String> = [release, severity, impact].into_iter().chain(detected).collect();
        stack(&[format!("{}.", facts.join(", ")), self.drafted()])
    }

    /// What happened, in sentences that say nothing but the record.
    pub(super) fn drafted(&self) -> String {
        let i = self.incident;
        let what = i.symptom.as_deref().unwrap_or(&i.title);
        let who = i.affected();
        let affected = (!who.is_empty()).then(|| format!("Affected: {}", sentence(&who)));
        let lost = i.extent.data_loss.map(|lost| if lost { "Data was lost." } else { "No data was lost." });
        let mut parts = vec![sentence(what), self.when()];
        parts.extend(affected);
        parts.extend(lost.map(str::to_owned));
        parts.extend(self.noticed());
        parts.extend(self.stopped());
        parts.join(" ")
    }

    fn when(&self) -> String {
        let m = &self.metrics;
        let length = m.impact.length();
        match (m.intervals.as_slice(), length) {
            ([one], Some(length)) if same_day(one.from, one.to) => format!(
                "It lasted {length} on {}, from {} to {} UTC.",
                day(one.from),
                clock(one.from),
                clock(one.to)
            ),
            ([one], Some(length)) => {
                format!("It lasted {length}, from {} to {}.", moment(one.from), moment(one.to))
            }
            ([first, .., last], Some(length)) => {
                let spans: Vec<String> = m
                    .intervals
                    .iter()
                    .map(|s| format!("{} to {}", self.time(s.from), self.time(s.to)))
                    .collect();
                let on = if same_day(first.from, last.to) {
                    format!(" on {}", day(first.from))
                } else {
                    String::new()
                };
                format!("It came back: {length} in all{on}, {} UTC.", list(&spans))
            }
            (closed, None) => match (closed.first(), self.incident.course.unended()) {
                (Some(first), Some(again)) if again > first.to => format!(
                    "It began on {} and came back {}; its end is not recorded.",
                    moment(first.from),
                    self.at(again)
                ),
                _ => self.without_an_end(),
            },
            _ => self.without_an_end(),
        }
    }

    fn without_an_end(&self) -> String {
        match self.incident.course.first(Milestone::ImpactStarted) {
            Some(at) => format!("It began on {}; its end is not recorded.", moment(at)),
            None => format!("The hotfix was declared on {}.", moment(self.incident.started_at)),
        }
    }

    /// `at 14:10 UTC`, with the day where there are several.
    fn at(&self, at: DateTime<FixedOffset>) -> String {
        if self.one_day { format!("at {} UTC", clock(at)) } else { format!("on {}", moment(at)) }
    }

    fn noticed(&self) -> Option<String> {
        // The one that the time to detect is measured to.
        let at = self.metrics.ttd.to.at?;
        let after = self.metrics.ttd.length().filter(|_| self.metrics.ttd.seconds != Some(0));
        let after = after.map(|length| format!(", {length} after it began")).unwrap_or_default();
        let by = self.incident.detected_by.map(|by| format!(" by {by}")).unwrap_or_default();
        Some(format!("It was noticed{by} {}{after}.", self.at(at)))
    }

    /// The release, the end of the effects and the end of the incident, in the order they happened.
    fn stopped(&self) -> Option<String> {
        let last = |kind: &Kind| self.of_kind(kind).last().map(|e: &&Event| e.at);
        let mut said: Vec<(DateTime<FixedOffset>, String)> = Vec::new();
        let records = self.records();
        for hotfix in &records {
            let tagged = hotfix.of_kind(&Kind::Tagged).map(|e| e.at).max();
            let (Some(tag), Some(at)) = (&hotfix.tag, tagged) else { continue };
            let released = match hotfix.undone() {
                Some(undone) => format!("{} took {} back {}.", code(tag), code(undone), self.at(at)),
                None => format!("{} with the fix was released {}.", code(tag), self.at(at)),
            };
            said.push((at, released));
        }
        // What was stopped before it broke again was not stopped.
        if let Some(at) = self.incident.course.milestone(Milestone::Mitigated) {
            said.push((at, format!("The effects were stopped {}.", self.at(at))));
        }
        if let Some(at) = last(&Kind::Resolved).filter(|_| self.incident.is_resolved()) {
            said.push((at, format!("The incident was resolved {}.", self.at(at))));
        }
        let told = records.iter().any(|hotfix| hotfix.undone().is_some());
        let taken_back = self.incident.end == Some(End::RolledBack) && !told;
        if let Some(at) = last(&Kind::RolledBack).filter(|_| taken_back) {
            said.push((at, format!("The release was rolled back {}.", self.at(at))));
        }
        said.sort_by_key(|(at, _)| *at);
        let said: Vec<String> = said.into_iter().map(|(_, text)| text).collect();
        (!said.is_empty()).then(|| said.join(" "))
    }
}

/// A person's words as a sentence of their own, on one line.
fn sentence(words: &str) -> String {
    let text = words.split_whitespace().collect::<Vec<_>>().join(" ");
    let ends = text.ends_with(['.', '!', '?', '…']);
    format!("{}{}", md(&text), if ends || text.is_empty() { "" } else { "." })
}

fn same_day(a: DateTime<FixedOffset>, b: DateTime<FixedOffset>) -> bool {
    a.to_utc().date_naive() == b.to_utc().date_naive()
}

fn day(at: DateTime<FixedOffset>) -> String {
    at.to_utc().format("%-d %B %Y").to_string()
}

fn clock(at: DateTime<FixedOffset>) -> String {
    at.to_utc().format("%H:%M").to_string()
}

fn moment(at: DateTime<FixedOffset>) -> String {
    at.to_utc().format("%-d %B %Y at %H:%M UTC").to_string()
}
