//! The short form, for sev3 and below: about eight questions, and a thousand words at most.

use super::opening::{in_words, present, two_columns};
use super::{Facts, Page};
use crate::model::event::Kind;
use crate::model::milestone::Milestone;
use crate::model::severity::Severity;
use crate::model::text::shorten;
use crate::report::markdown::{code, md, stack, table};
use crate::report::template::Template;
use crate::report::timeline::{self, Row, Scope};

/// The short form, unless the repository names a template of its own.
pub const SHORT: Template<'static> =
    Template { name: "postmortem-short.md", text: include_str!("../../../templates/postmortem-short.md") };

/// How many events it tells, and how much of each.
const EVENTS: usize = 16;
const WIDTH: usize = 90;

/// Whether an incident is written up in the short form: sev3 and below.
pub const fn is_short(facts: &Facts<'_>) -> bool {
    matches!(facts.incident.severity, Some(Severity::Sev3 | Severity::Sev4 | Severity::Sev5))
}

impl Page<'_> {
    /// Milestones, releases, and as much as fits of what people wrote down.
    pub(super) fn key_events(&self) -> String {
        let rows = timeline::rows(self.incident, Scope::Curated);
        let kind = |row: &Row| self.incident.events.iter().find(|e| e.id == row.id).map(|e| e.kind.clone());
        let weight = |row: &Row| match kind(row) {
            Some(k) if Milestone::of(&k).is_some() => 0,
            Some(Kind::PartlyMitigated | Kind::Reopened | Kind::Tagged | Kind::RolledBack) => 0,
            Some(Kind::DeploySucceeded | Kind::DeployFailed | Kind::VerifyFailed | Kind::Decision) => 1,
            Some(Kind::Hypothesis | Kind::Action | Kind::Observation | Kind::Note) => 2,
            _ => 3,
        };
        let mut chosen: Vec<(usize, usize)> =
            rows.iter().enumerate().map(|(n, row)| (weight(row), n)).collect();
        chosen.sort_unstable();
        chosen.truncate(EVENTS);
        chosen.retain(|(weight, _)| *weight < 3);
        chosen.sort_unstable_by_key(|(_, n)| *n);
        let told: Vec<Vec<String>> = chosen
            .iter()
            .filter_map(|(_, n)| rows.get(*n))
            .map(|row| {
                // Milestones stand out; an address that is cut leads nowhere.
                let is_milestone = kind(row).is_some_and(|k| Milestone::of(&k).is_some());
                let event = if is_milestone { format!("**{}**", md(&row.kind)) } else { md(&row.kind) };
                let text = first_line(&row.text);
                let text = if text.contains("://") { text } else { shorten(&text, WIDTH) };
                vec![self.time(row.at), event, md(&text)]
            })
            .collect();
        let more = rows.len() - told.len();
        let more = match more {
            0 => String::new(),
            n => format!("{n} more in {}.", self.command_on_name("hotfix timeline")),
        };
        let head = if self.one_day {
            format!("Time on {} (UTC)", self.incident.started_at.to_utc().date_naive())
        } else {
            "Time (UTC)".to_owned()
        };
        stack(&[table(&[&head, "Event", "What happened"], &told), more])
    }

    /// The durations that are known, and where the time went.
    pub(super) fn key_numbers(&self) -> String {
        let m = &self.metrics;
        let rows: Vec<Vec<String>> = [&m.impact, &m.ttd, &m.ttm, &m.ttr]
            .into_iter()
            .filter(|metric| metric.seconds.is_some_and(|s| s > 0))
            .map(|metric| {
                let [label, value, span] = in_words(metric);
                vec![label, value, md(&span)]
            })
            .collect();
        if rows.is_empty() { String::new() } else { table(&["Number", "Value", "From → to"], &rows) }
    }

    /// What was changed, in a few rows.
    pub(super) fn change(&self) -> String {
        let i = self.incident;
        let facts = self.facts;
        let size = (!facts.commits.is_empty() || facts.stat.files > 0)
            .then(|| crate::report::words::size(facts.commits.len(), facts.stat));
        let subject = facts.commits.last().map(|c| md(&shorten(&c.subject, WIDTH)));
        let waived: Vec<String> = facts
            .checks
            .iter()
            .filter(|c| c.state != crate::model::checklist::State::Pass)
            .map(|c| code(&c.item.id))
            .collect();
        let rows = [
            ("Change", subject),
            ("Size", size),
            ("Release", Some(self.release())),
            ("Review", i.tag.is_some().then(|| self.review())),
            ("Checks without a pass", (!waived.is_empty()).then(|| waived.join(", "))),
        ];
        two_columns("Fix", present(rows))
    }
}

fn first_line(text: &str) -> String {
    text.lines().next().unwrap_or_default().to_owned()
}
