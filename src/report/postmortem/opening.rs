//! Sections 0 to 7: what it was, how long it took, what was known and decided.

use super::Page;
use crate::insight::metrics::{Basis, Metric};
use crate::model::event::{Event, Kind};
use crate::model::milestone::Milestone;
use crate::model::request::Opened;
use crate::model::severity::{Reproduced, Severity};
use crate::report::markdown::{bullets, code, md, stack, table};
use crate::report::words;
use chrono::{DateTime, Datelike, Days, FixedOffset, NaiveDate, Weekday};

impl Page<'_> {
    /// 0. The facts above everything else.
    pub(super) fn front(&self) -> String {
        let i = self.incident;
        let severity = match i.severity {
            Some(s) => format!("{s}: {}", s.meaning()),
            None => "not recorded".to_owned(),
        };
        let declared = format!("{} UTC", i.started_at.to_utc().format("%Y-%m-%d %H:%M"));
        let requests: Vec<String> = Opened::of(i)
            .iter()
            .map(|o| {
                let by = o.by.as_ref().map_or_else(String::new, |who| format!(", merged by {}", md(who)));
                format!("{} into {}{by}: {}", md(&o.name()), code(&o.base), md(&o.url))
            })
            .collect();
        let requests = (!requests.is_empty()).then(|| ("Pull requests", requests.join("; ")));
        let rows = [
            ("Incident", code(&i.id)),
            ("Hotfix", self.branches()),
            ("Release", self.release()),
            ("Severity", severity),
            ("Declared", declared),
            ("Status", i.status().as_str().to_owned()),
            ("Review due", self.review_due()),
        ];
        let (before, after) = rows.split_at(3);
        two_columns("Fact", before.iter().cloned().chain(requests).chain(after.iter().cloned()))
    }

    /// The branch of every hotfix of the incident.
    fn branches(&self) -> String {
        let mut branches: Vec<String> = Vec::new();
        for branch in self.records().into_iter().map(|i| code(&i.branch)) {
            if !branches.contains(&branch) {
                branches.push(branch);
            }
        }
        branches.join(", ")
    }

    /// `v1.2.0 → v1.2.1`.
    pub(super) fn release(&self) -> String {
        let from = self.facts.previous_tag.or(self.facts.base_tag);
        match (from, &self.incident.tag) {
            (Some(from), Some(tag)) => format!("{} → {}", code(from), code(tag)),
            // What another clone says that it began from may have been left out.
            (None, Some(tag)) if self.incident.is_own => format!("{}, the first release", code(tag)),
            (None, Some(tag)) => code(tag),
            (Some(from), None) => format!("none yet; production was at {}", code(from)),
            (None, None) => "none yet".to_owned(),
        }
    }

    fn review_due(&self) -> String {
        let days = match self.incident.severity {
            Some(Severity::Sev1) => "3 days",
            Some(Severity::Sev2) => "5 working days",
            Some(_) => return "no date; recommended for sev1 and sev2".to_owned(),
            None => return "depends on the severity".to_owned(),
        };
        let resolved = self.of_kind(&Kind::Resolved).last().map(|e| e.at);
        let Some(resolved) = resolved.filter(|_| self.incident.is_resolved()) else {
            return format!("{days} after it is resolved");
        };
        let day = resolved.to_utc().date_naive();
        let due = match self.incident.severity {
            Some(Severity::Sev1) => day.checked_add_days(Days::new(3)),
            _ => working_days_after(day, 5),
        };
        due.map_or_else(|| days.to_owned(), |due| format!("{due} ({days} after it was resolved)"))
    }

    /// 2. Who was affected, as far as it was recorded.
    pub(super) fn impact(&self) -> String {
        let i = self.incident;
        let m = &self.metrics;
        let length = m.impact.length().map(|length| format!("{length} ({})", md(&m.impact.span())));
        let intervals: Vec<String> =
            m.intervals.iter().map(|i| format!("{} to {}", self.time(i.from), self.time(i.to))).collect();
        let several = (intervals.len() > 1).then(|| format!("{} UTC", intervals.join(", ")));
        let rows = [
            ("Duration", Some(length.unwrap_or_else(|| "unknown, see section 3".to_owned()))),
            ("Intervals", several),
            ("Affected releases", self.affected_by_each()),
            ("Symptom", i.symptom.as_deref().map(md)),
            ("Impact", i.impact.as_deref().map(md)),
            ("Affected", Some(md(&i.extent.say())).filter(|said| !said.is_empty())),
            ("Data lost", i.extent.data_loss.map(|lost| if lost { "yes" } else { "no" }.to_owned())),
            ("Triggered by", i.trigger.as_deref().map(md)),
            ("Workaround", i.workaround.as_deref().map(md)),
        ];
        let missing = i.symptom.is_none() && i.impact.is_none();
        let missing = if missing {
            let (symptom, impact) = (self.command("hotfix symptom TEXT"), self.command("hotfix impact TEXT"));
            format!("Neither symptom nor impact was recorded: {symptom}, {impact}.")
        } else {
            String::new()
        };
        stack(&[two_columns("Impact", present(rows)), missing])
    }

    /// 3. Every number with both of its ends.
    pub(super) fn numbers(&self) -> String {
        // What took no time at all is no number.
        let told = |m: &&Metric| m.seconds != Some(0);
        let rows: Vec<Vec<String>> = self.metrics.main().into_iter().filter(told).map(number).collect();
        let missing: Vec<String> =
            self.metrics.missing().into_iter().map(|m| format!("{m}: {}", self.mark(m))).collect();
        let missing = if missing.is_empty() {
            String::new()
        } else {
            format!("Not recorded, but can still be added:\n\n{}", bullets(&missing))
        };
        // What is finished owed nothing more to a branch.
        let none = |l: &&Metric| self.is_finished() && ["merged back", "branch deleted"].contains(&l.label);
        let unknown = self.metrics.legs.iter().filter(|l| l.basis == Basis::Unknown);
        let absent: Vec<&str> = unknown.filter(|l| !none(l)).map(|l| l.label).collect();
        let absent = if absent.is_empty() {
            String::new()
        } else {
            format!("Not in the record: {}.", absent.join(", "))
        };
        stack(&[table(&["Number", "Value", "From → to"], &rows), missing, self.where_the_time_went(), absent])
    }

    fn is_finished(&self) -> bool {
        !self.of_kind(&Kind::Finished).is_empty()
    }

    /// 5. How it was noticed.
    pub(super) fn detection(&self) -> String {
        let by = self.incident.detected_by.map(|by| format!(" by {by}")).unwrap_or_default();
        let told: Vec<String> = self
            .of_kind(&Kind::Detected)
            .into_iter()
            .filter(|e| !e.text.trim().is_empty())
            .map(|e| format!("{} {}", self.time(e.at), md(&e.text)))
            .collect();
        // The one that the time to detect is measured to.
        let first = match self.metrics.ttd.to.at {
            Some(at) => format!("Detected {} UTC{by}.", self.time(at)),
            None => {
                let noticed = if by.is_empty() { String::new() } else { format!("It was noticed{by}. ") };
                format!("{noticed}When it was detected was not recorded: {}.", self.mark(Milestone::Detected))
            }
        };
        let ttd = &self.metrics.ttd;
        let ttd = match (ttd.length(), ttd.basis) {
            (Some(length), _) => format!("Time to detect: {length} ({}).", md(&ttd.span())),
            (None, Basis::BeforeImpact) => "It was found before any user was affected.".to_owned(),
            (None, Basis::Invalid) => format!("Time to detect: {}.", md(&ttd.say())),
            (None, _) => "Time to detect: unknown.".to_owned(),
        };
        stack(&[format!("{first} {ttd}"), bullets(&told)])
    }

    /// 6. What is known of how it came about. Candidates at most, never a verdict.
    pub(super) fn factors(&self) -> String {
        let i = self.incident;
        let base = i.base.as_ref().map(|base| {
            let production = i.production.as_deref().map(|p| format!("{} at ", code(p))).unwrap_or_default();
            let tag = self.facts.base_tag.map(|tag| format!(", release {}", code(tag))).unwrap_or_default();
            format!("{production}{}{tag}", code(base.short()))
        });
        let reproduced = i.reproduced.map(|r| match r {
            Reproduced::Yes => "yes".to_owned(),
            Reproduced::No => "no".to_owned(),
            Reproduced::Unknown => "not known".to_owned(),
        });
        let rows = [("Production then", base), ("Reproduced", reproduced), ("Identified", self.identified())];
        let known = two_columns("Known", present(rows));
        stack(&[
            known,
            self.of_each(|page| page.candidates()),
            self.told("Observed:", &self.of_kind(&Kind::Observation)),
        ])
    }

    fn identified(&self) -> Option<String> {
        // What was found after it broke again is nearer to the truth.
        let rounds = &self.incident.course.rounds;
        let round = rounds.iter().rfind(|r| r.milestones.contains_key(&Milestone::Identified))?;
        let at = self.time(*round.milestones.get(&Milestone::Identified)?);
        let events = self.of_kind(&Kind::Identified);
        let mut events = events.iter().filter(|e| round.reopened.is_none_or(|r| e.at >= r));
        let text = events.find(|e| !e.text.is_empty()).map(|e| md(&e.text));
        Some(text.map_or_else(|| format!("{at} UTC"), |text| format!("{at} UTC: {text}")))
    }

    /// 7. What was decided, supposed and done.
    pub(super) fn response(&self) -> String {
        let i = self.incident;
        let reasons: Vec<&str> = i.reasons.iter().map(|r| r.words()).collect();
        let wait = i.can_wait.map(|yes| if yes { "yes" } else { "no" }.to_owned());
        let changes: Vec<String> = self
            .of_kind(&Kind::SeverityChanged)
            .into_iter()
            .map(|e| format!("{} {}", self.time(e.at), md(&words::describe(e))))
            .collect();
        let rows = [
            ("Why a hotfix", (!reasons.is_empty()).then(|| reasons.join(", "))),
            ("Could wait for the next release", wait),
            ("Severity set", (!changes.is_empty()).then(|| changes.join("; "))),
        ];
        let decisions = match self.of_kind(&Kind::Decision) {
            none if none.is_empty() => {
                format!("No decision was recorded: {}.", self.command("hotfix note --kind decision TEXT"))
            }
            some => self.told("Decisions, those not to act included:", &some),
        };
        stack(&[
            two_columns("Triage", present(rows)),
            decisions,
            self.told("Hypotheses:", &self.settled(&Kind::Hypothesis)),
            self.told("Actions:", &self.of_kind(&Kind::Action)),
            self.of_each(|page| page.way_back()),
            self.told("Rolled back:", &self.of_kind(&Kind::RolledBack)),
        ])
    }

    /// A heading and the events under it, or nothing.
    pub(super) fn told(&self, heading: &str, events: &[&Event]) -> String {
        if events.is_empty() {
            return String::new();
        }
        let items: Vec<String> = events.iter().map(|e| self.said(e)).collect();
        format!("{heading}\n\n{}", bullets(&items))
    }

    fn said(&self, event: &Event) -> String {
        let text = match md(&words::describe(event)) {
            empty if empty.is_empty() => event.kind.label(),
            text => text,
        };
        format!("{} {text}", self.time(event.at))
    }

    pub(super) fn utc(&self, at: DateTime<FixedOffset>) -> String {
        format!("{} UTC", self.time(at))
    }
}

fn number(metric: &Metric) -> Vec<String> {
    let [label, value, span] = in_words(metric);
    vec![label, value, md(&span)]
}

/// A duration as its name, its value, and both of its ends with what has to be known about it.
/// Not escaped yet.
pub fn in_words(metric: &Metric) -> [String; 3] {
    let value = match (metric.length(), metric.basis) {
        (Some(length), _) => length,
        (None, Basis::Unknown) => "unknown".to_owned(),
        (None, Basis::Invalid) => "invalid".to_owned(),
        (None, _) => metric.say(),
    };
    let note = match metric.basis {
        Basis::Unknown | Basis::BeforeImpact => None,
        _ => metric.note.as_deref().map(|n| n.trim_start_matches("≈ ").trim_start_matches("invalid: ")),
    };
    let span = match (note, metric.basis) {
        (Some(note), Basis::Invalid) => note.to_owned(),
        (Some(note), _) => format!("{}; {note}", metric.span()),
        (None, _) => metric.span(),
    };
    let mut label = metric.label.to_owned();
    if let Some(first) = label.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    if let Some(short) = metric.short {
        label = format!("{label} ({short})");
    }
    [label, value, span]
}

/// Rows of a table whose first column says what the second one is; absent ones are left out.
pub(super) fn present<const N: usize>(
    rows: [(&'static str, Option<String>); N],
) -> impl Iterator<Item = (&'static str, String)> {
    rows.into_iter().filter_map(|(name, value)| value.map(|value| (name, value)))
}

/// A table of names and values, or nothing when there are none.
pub(super) fn two_columns(head: &str, rows: impl Iterator<Item = (&'static str, String)>) -> String {
    let rows: Vec<Vec<String>> = rows.map(|(name, value)| vec![name.to_owned(), value]).collect();
    if rows.is_empty() { String::new() } else { table(&[head, "As recorded"], &rows) }
}

fn working_days_after(day: NaiveDate, days: u32) -> Option<NaiveDate> {
    let mut due = day;
    let mut left = days;
    while left > 0 {
        due = due.succ_opt()?;
        if !matches!(due.weekday(), Weekday::Sat | Weekday::Sun) {
            left -= 1;
        }
    }
    Some(due)
}
