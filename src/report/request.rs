//! What a pull request says.

use super::markdown::md;
use super::template::{Slots, Template, environment, fill, sample};
use crate::model::checklist::{Standing, State};
use crate::model::closing::inert;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::plan::DiffStat;
use crate::model::text::{count, safe_lines};
use minijinja::Value;

/// The template that comes with the program.
pub const BUILTIN: Template<'static> =
    Template { name: "request.md", text: include_str!("../../templates/request.md") };

/// What a request is written from.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The record as it may be told: without what is restricted.
    pub incident: &'a Incident,
    pub standings: &'a [Standing],
    pub tag: &'a str,
    pub previous: Option<&'a str>,
    pub stat: DiffStat,
    /// The releases that have the fault, as far as they are known.
    pub affected: &'a [String],
}

/// The text.
///
/// # Errors
/// The template is malformed, or uses a name that does not exist.
pub fn render(template: Template<'_>, facts: &Facts<'_>) -> Result<String, Failure> {
    let incident = facts.incident;
    // What another clone wrote must not close issues.
    let is_own = incident.log.iter().all(|event| event.own);
    let told = |text: &str| if is_own { md(text) } else { md(&inert(text)) };
    let text = |value: &Option<String>| Value::from(value.as_deref().map(told).unwrap_or_default());
    let checks: Vec<String> = facts.standings.iter().map(|standing| check(standing, told)).collect();
    let stat = facts.stat;
    let slots = Slots::from([
        ("title", told(&incident.title).into()),
        ("severity", incident.severity.map(|s| s.to_string()).unwrap_or_default().into()),
        ("symptom", text(&incident.symptom)),
        ("impact", text(&incident.impact)),
        ("tag", facts.tag.into()),
        ("previous", facts.previous.unwrap_or_default().into()),
        ("size", format!("{}, +{} -{}", count(stat.files, "file"), stat.added, stat.removed).into()),
        ("affected", Value::from(facts.affected.iter().map(|t| md(t)).collect::<Vec<_>>())),
        ("checks", Value::from(checks)),
        ("id", incident.id.as_str().into()),
    ]);
    let filled = fill(&environment(), template, &slots)?;
    Ok(safe_lines(&filled).trim().to_owned())
}

/// Tries a template on an incident of which hardly anything is known.
///
/// # Errors
/// As [`render`].
pub fn try_out(template: Template<'_>) -> Result<(), Failure> {
    let Some(incident) = sample() else { return Ok(()) };
    let facts = Facts {
        incident: &incident,
        standings: &[],
        tag: "v1.2.1",
        previous: None,
        stat: DiffStat::default(),
        affected: &[],
    };
    render(template, &facts).map(drop)
}

fn check(standing: &Standing, told: impl Fn(&str) -> String) -> String {
    let by = standing.answer.as_ref().map(|a| told(&a.by)).unwrap_or_default();
    let reason = standing.answer.as_ref().and_then(|a| a.reason.as_deref()).map(&told).unwrap_or_default();
    let question = md(&standing.item.question);
    match standing.state {
        State::Pass => format!("[x] {question} ({by})"),
        State::Waived => format!("[ ] {question} Waived by {by}: {reason}"),
        State::Fail => format!("[ ] {question} No: {reason}"),
        State::Stale | State::Open => format!("[ ] {question}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_built_in_one_says_what_is_known_and_nothing_else() {
        let incident = sample().unwrap();
        let standings =
            crate::model::checklist::standing(&crate::model::checklist::Item::defaults(), &[], None);
        let stat = DiffStat { files: 2, added: 3, removed: 1 };
        let facts = Facts {
            incident: &incident,
            standings: &standings,
            tag: "v1.2.1",
            previous: Some("v1.2.0"),
            stat,
            affected: &[],
        };
        let text = render(BUILTIN, &facts).unwrap();
        assert!(text.contains("Release: v1.2.1 after v1.2.0\nSize: 2 files, +3 -1\n"), "{text}");
        assert!(text.contains("- [ ] Does the fix resolve the original issue?"), "{text}");
        assert!(text.ends_with(&format!("Incident: {}\nHotfix: v1.2.1", incident.id)), "{text}");
        assert!(!text.contains("Severity") && !text.contains("\n\n\n"), "{text}");
    }
}
