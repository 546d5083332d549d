//! Severity and release, where the text names another than the record.

use super::lists::lists;
use super::wording::Span;
use super::words::Word;
use crate::model::event::Pointer;
use crate::model::event_data::{Assessed, Requested, thousands};
use crate::model::incident::Incident;
use crate::model::severity::Severity;
use std::collections::BTreeSet;

/// What the record has of the two.
#[derive(Debug)]
pub struct Facts {
    severity: Option<Severity>,
    /// Every severity the incident ever had.
    severities: BTreeSet<String>,
    tag: Option<String>,
    /// Every release that the record mentions.
    tags: BTreeSet<String>,
    /// How many were affected, and of what.
    count: Option<(u64, String)>,
}

impl Facts {
    pub fn of(incident: &Incident) -> Self {
        let mut severities: BTreeSet<String> = incident.severity.iter().map(ToString::to_string).collect();
        let mut tags: BTreeSet<String> = incident.tag.iter().chain(&incident.base_tag).map(bare).collect();
        for event in &incident.events {
            severities.extend(event.read::<Assessed>().severity.map(|s| s.to_string()));
            tags.extend(event.reference(Pointer::Tag).map(bare));
            tags.extend(event.read::<Requested>().tag.as_ref().map(bare));
        }
        let unit = incident.extent.unit.clone().unwrap_or_else(|| "users".to_owned());
        let count = incident.extent.count.map(|n| (n, unit.to_lowercase()));
        Self { severity: incident.severity, severities, tag: incident.tag.clone(), tags, count }
    }

    /// `sev1` where the record has sev2.
    pub fn severity(&self, words: &[Word<'_>]) -> Option<(Span, String)> {
        let known = self.severity?;
        (0..words.len()).find_map(|n| {
            let (stated, used) = severity_at(words.get(n..)?)?;
            (!self.severities.contains(&stated)).then(|| ((n, used), format!("the severity is {known}")))
        })
    }

    /// `released as v1.2.2` where the record has v1.2.1.
    pub fn tag(&self, words: &[Word<'_>]) -> Option<(Span, String)> {
        let tag = self.tag.as_ref()?;
        if words.iter().any(|w| w.is(&lists().ahead)) {
            return None;
        }
        (1..words.len()).find_map(|n| {
            let word = words.get(n)?;
            let before = words.get(n.saturating_sub(3)..n)?;
            let verb = before.iter().rposition(|w| w.is(&lists().released) && !w.pause)?;
            let links = ["as", "in", "with", "by", "version", "release", "hotfix", "was", "tag", "the"];
            let linked = before.iter().skip(verb + 1).all(|w| w.is(&links));
            (linked && is_version(&word.lower) && !self.tags.contains(&bare(&word.lower)))
                .then(|| ((n, 1), format!("the release is {tag}")))
        })
    }

    /// `1,500 customers were affected` where the record has 1,200.
    pub fn count(&self, words: &[Word<'_>]) -> Option<(Span, String)> {
        let (known, unit) = self.count.as_ref()?;
        let all = words.iter().any(|w| w.is(&["affected", "impacted"]));
        let n = words.windows(2).position(|pair| pair.last().is_some_and(|w| w.lower == *unit))?;
        let word = words.get(n).filter(|_| all)?;
        // "300 of the 1,200 customers" is told by its last number.
        let stated: u64 = word.lower.replace([',', '.', '_', '\u{a0}'], "").parse().ok()?;
        let vague = n.checked_sub(1).and_then(|b| words.get(b)).is_some_and(|w| w.is(&lists().about));
        let near = stated.abs_diff(*known) <= if vague { known / 4 } else { 0 };
        let says = format!("{} {unit} are affected", thousands(*known));
        (!near).then_some(((n, 2), says))
    }

    /// The lines of a front matter that say otherwise: line, counted from 1, words and truth.
    pub fn front(&self, source: &str) -> Vec<(usize, String, &'static str, String)> {
        let Some(front) = source.strip_prefix("---\n").and_then(|rest| rest.split("\n---").next()) else {
            return Vec::new();
        };
        let wrong = |(n, line): (usize, &str)| {
            let (key, value) = line.split_once(':')?;
            let value = value.trim().trim_matches(['"', '\'']);
            let stated = value.to_lowercase();
            let (rule, says) = match key.trim() {
                "severity" if !stated.is_empty() && !self.severities.contains(&stated) => {
                    ("severity", format!("the severity is {}", self.severity?))
                }
                "tag" | "release" if is_version(&stated) && !self.tags.contains(&bare(&stated)) => {
                    ("tag", format!("the release is {}", self.tag.as_ref()?))
                }
                _ => return None,
            };
            Some((n + 2, value.to_owned(), rule, says))
        };
        front.lines().enumerate().filter_map(wrong).collect()
    }
}

/// `v1.2.1` and `1.2.1` are one release.
fn bare(tag: impl AsRef<str>) -> String {
    let lower = tag.as_ref().to_lowercase();
    lower.strip_prefix('v').map_or_else(|| lower.clone(), str::to_owned)
}

fn is_version(word: &str) -> bool {
    let bare = word.strip_prefix('v').unwrap_or(word);
    bare.split('.').count() >= 3
        && bare.split('.').take(3).all(|p| p.starts_with(|c: char| c.is_ascii_digit()))
}

/// `sev1`, `SEV-1`, `sev 1`, `severity 1`: the word as it is recorded, and how many words it takes.
fn severity_at(words: &[Word<'_>]) -> Option<(String, usize)> {
    let first = words.first()?;
    let digit = |text: &str| text.len() == 1 && text.bytes().all(|b| (b'1'..=b'5').contains(&b));
    let rest = first.lower.strip_prefix("severity").or_else(|| first.lower.strip_prefix("sev"))?;
    let rest = rest.trim_start_matches('-');
    if digit(rest) {
        return Some((format!("sev{rest}"), 1));
    }
    let next = words.get(1).filter(|w| rest.is_empty() && !first.pause && digit(&w.lower))?;
    Some((format!("sev{}", next.lower), 2))
}
