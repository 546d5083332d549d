//! What git can say about the fault, the tests and the way back. Candidates at most, never a cause.

use super::Page;
use crate::insight::affected::{Affected, Candidate, Span};
use crate::insight::rollback::{Evidence, Revert};
use crate::insight::shipped;
use crate::model::event::Kind;
use crate::model::event_data::{Declared, Overruled};
use crate::model::incident::End;
use crate::model::milestone::Milestone;
use crate::model::text::{count, list};
use crate::model::time::say_duration;
use crate::report::markdown::{bullets, code, md, stack, table};

/// How many candidates stand in the document.
const SHOWN: usize = 10;

impl Page<'_> {
    /// The releases that carry the fault, for section 2.
    pub(super) fn affected_releases(&self) -> Option<String> {
        let found = self.facts.affected?;
        let range = |s: &Span| match s.from == s.to {
            true => code(&s.from),
            false => format!("{} to {}", code(&s.from), code(&s.to)),
        };
        let spans: Vec<String> = found.spans.iter().map(range).collect();
        if spans.is_empty() {
            return None;
        }
        let n = count(found.affected_tags.len(), "release");
        Some(format!("{} ({n} with a candidate and without the fix)", spans.join(", ")))
    }

    /// The same, of each hotfix where there are several.
    pub(super) fn affected_by_each(&self) -> Option<String> {
        // Of a fix that was taken back it says nothing which releases lack it.
        let told = self.told_by_each(|page| match page.incident.end {
            Some(End::RolledBack) if !self.facts.parts.is_empty() => String::new(),
            _ => page.affected_releases().unwrap_or_default(),
        });
        let told: Vec<String> = told
            .into_iter()
            .map(|(name, text)| if name.is_empty() { text } else { format!("{text}, by {name}") })
            .collect();
        (!told.is_empty()).then(|| told.join("; "))
    }

    /// The commits that wrote the changed lines, for section 6.
    pub(super) fn candidates(&self) -> String {
        let Some(found) = self.facts.affected.filter(|f| !f.candidates.is_empty()) else {
            return String::new();
        };
        let rows: Vec<Vec<String>> = found.candidates.iter().take(SHOWN).map(row).collect();
        let more = found.candidates.len().saturating_sub(SHOWN);
        let more = if more > 0 { format!("And {more} more.") } else { String::new() };
        stack(&[
            "Candidates: commits that wrote the lines which the fix changes. Whether one of them caused \
             it is for people to decide."
                .to_owned(),
            table(&["Candidate", "Written", "Lines", "First release", "Subject"], &rows),
            more,
            self.latent(found),
            bullets(&found.notes.iter().map(|n| md(n)).collect::<Vec<_>>()),
        ])
    }

    /// From the first release with a candidate to the impact.
    fn latent(&self, found: &Affected) -> String {
        let first = |m| self.incident.course.first(m);
        let (what, at) = match (first(Milestone::ImpactStarted), first(Milestone::Detected)) {
            (Some(at), _) => ("the impact", at),
            (None, Some(at)) => ("the detection", at),
            (None, None) => return String::new(),
        };
        let Some((tag, since)) = found.first().and_then(|c| Some((c.first_tag.as_ref()?, c.released_at?)))
        else {
            return String::new();
        };
        let took = at.to_utc() - since;
        if took < chrono::Duration::zero() {
            return String::new();
        }
        format!("Latent time of the earliest candidate: {} from {} to {what}.", say_duration(took), code(tag))
    }

    /// What went out that nobody had tested, for section 9.
    pub(super) fn untested(&self) -> String {
        let tested = self.facts.tested;
        let tag = self.incident.tag.as_deref().unwrap_or("the release");
        let different: Vec<String> = tested
            .iter()
            .filter_map(|t| {
                let files = t.differs.as_ref().filter(|files| !files.is_empty())?;
                let checks: Vec<String> = t.checks.iter().map(|c| code(c)).collect();
                let n = count(files.len(), "file");
                let differ = if files.len() == 1 { "differs" } else { "differ" };
                let head = format!(
                    "{} answered for {}: {n} {differ} in {}",
                    list(&checks),
                    code(t.tree.short()),
                    code(tag)
                );
                Some(format!("{head}\n\n{}", bullets(&files.iter().map(|f| code(f)).collect::<Vec<_>>())))
            })
            .collect();
        let gone: Vec<String> = shipped::sentences(
            &tested.iter().filter(|t| t.differs.is_none()).cloned().collect::<Vec<_>>(),
            tag,
        );
        if !different.is_empty() {
            let mut parts = vec!["The tree that was tagged is not the tree that was tested.".to_owned()];
            parts.extend(different);
            return stack(&parts);
        }
        if let Some(first) = gone.first() {
            return format!("{}.", md(first));
        }
        let bumped: Vec<String> = tested.iter().flat_map(|t| &t.version_files).map(|f| code(f)).collect();
        match (tested.is_empty(), bumped.is_empty()) {
            (true, _) => String::new(),
            (_, true) => "The tree that was tested is the tree that was tagged.".to_owned(),
            _ => {
                let mut unique = bumped;
                unique.sort();
                unique.dedup();
                format!(
                    "What was tested is what was tagged, but for the release's own number and notes in {}.",
                    list(&unique)
                )
            }
        }
    }

    /// Why a change above the limit was let through, for section 8.
    pub(super) fn allowed_size(&self) -> Option<String> {
        let events = self.of_kind(&Kind::Decision);
        let mut said = events.iter().rev().map(|e| e.read::<Overruled>());
        let why = said.find(|said| said.allowed.as_deref() == Some("size"))?.reason.unwrap_or_default();
        Some(format!("larger than the limit, allowed: {}", md(&why)))
    }

    /// What was known about going back when it was decided, for section 7.
    pub(super) fn way_back(&self) -> String {
        let declared = self.of_kind(&Kind::Declared);
        let stored = declared.first().and_then(|e| e.read::<Declared>().evidence);
        let Some(evidence) = stored.and_then(|v| serde_json::from_value::<Evidence>(v).ok()) else {
            return String::new();
        };
        let paths = |paths: &[String]| paths.iter().take(5).map(|p| code(p)).collect::<Vec<_>>().join(", ");
        let rows: Vec<Vec<String>> = evidence
            .releases
            .iter()
            .map(|w| {
                let touched: Vec<String> =
                    [paths(&w.sensitive), paths(&w.locks)].into_iter().filter(|p| !p.is_empty()).collect();
                vec![
                    code(&w.tag),
                    count(w.commits, "commit"),
                    format!("{}, +{} −{}", count(w.stat.files, "file"), w.stat.added, w.stat.removed),
                    touched.join(", "),
                ]
            })
            .collect();
        let reverts: Vec<String> = evidence
            .suspects
            .iter()
            .map(|s| {
                let how = match &s.revert {
                    Revert::Clean { stat } => format!("applies cleanly ({})", count(stat.files, "file")),
                    Revert::Conflict { paths: in_the_way } => format!("conflicts in {}", paths(in_the_way)),
                    Revert::Nothing => "changes nothing any more".to_owned(),
                };
                format!("Reverting candidate {} {how}", code(s.commit.short()))
            })
            .collect();
        if rows.is_empty() {
            return String::new();
        }
        stack(&[
            "Known before going back:".to_owned(),
            table(&["Back to", "Undoes", "Changes", "Needs a closer look"], &rows),
            bullets(&reverts),
        ])
    }
}

fn row(c: &Candidate) -> Vec<String> {
    let first = match &c.first_tag {
        Some(tag) if c.or_older => format!("{} or before", code(tag)),
        Some(tag) => code(tag),
        None => "not released".to_owned(),
    };
    vec![code(c.commit.short()), c.date.date_naive().to_string(), c.lines.to_string(), first, md(&c.subject)]
}

/// Builders for tests of the whole document.
#[cfg(test)]
pub mod fixture {
    use super::*;
    use crate::insight::shipped::Tested;
    use crate::model::oid::Oid;

    fn oid(two: &str) -> Oid {
        Oid::parse(&two.repeat(20)).unwrap()
    }

    /// One candidate, released on the day before.
    pub fn suspicion(subject: &str, tag: &str) -> Affected {
        let span = serde_json::json!({ "from": tag, "to": tag, "count": 1, "update_to": null });
        serde_json::from_value(serde_json::json!({
            "candidates": [{
                "commit": oid("5c"), "subject": subject, "date": "2026-11-01T00:00:00Z", "lines": 2, "by": "changed",
                "first_tag": tag, "released_at": "2026-11-21T14:02:00Z", "or_older": false,
            }],
            "affected_tags": [tag], "fixed_tags": [], "spans": [span], "branches": [], "outside": [], "notes": [subject],
        }))
        .unwrap()
    }

    /// What was tested differs from the release in one file.
    pub fn shipped(path: &str) -> Vec<Tested> {
        let differs = Some(vec![path.to_owned()]);
        vec![Tested { tree: oid("4f"), checks: vec!["tests".into()], differs, version_files: vec![] }]
    }
}
