//! What the forge answers of the checklist.

use super::{Errand, Pending, Through};
use crate::model::checklist::Verdict;
use crate::model::checklist::{REVIEWED, TESTS};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Answered;
use crate::model::request::{CheckState, Request, Rules, named};
use crate::model::text::safe;

/// What the checklist still wants of a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Open {
    pub id: String,
    /// The line for people.
    pub words: String,
    /// The check that would answer it has failed.
    pub failed: bool,
}

/// An answer that the forge gives.
struct Given {
    text: String,
    by: String,
    url: String,
}

impl Through<'_> {
    /// Answers of the forge to the checklist, written into the record; what is still without one.
    pub(super) fn answers(&self, errand: &Errand, request: &Request, rules: &Rules) -> Vec<Open> {
        let tip = self.tip(errand, Some(request));
        let current = request.head_sha.as_ref() == Some(&tip);
        let mut left = Vec::new();
        // What was answered before the base came in stays answered.
        let pending =
            errand.pending.iter().filter(|p| tip == errand.commit || !self.is_answered(errand, &p.id));
        for pending in pending {
            match given(pending, request, rules) {
                Some(given) if current => self.write_down(errand, request, pending, given),
                _ => left.push(open(pending, request)),
            }
        }
        left
    }

    fn write_down(&self, errand: &Errand, request: &Request, pending: &Pending, given: Given) {
        let id = &pending.id;
        if self.is_answered(errand, id) {
            return;
        }
        let said = Answered {
            item: Some(id.clone()),
            verdict: Some(Verdict::Pass.as_str().to_owned()),
            by: Some(given.by),
            url: Some(given.url),
            ..Answered::default()
        };
        let draft = Draft::new(Kind::ChecklistItem, format!("{id}: {} ({})", given.text, request.name()))
            .data(&said)
            .refer(Pointer::Tree, &errand.tree)
            .refer(Pointer::Commit, &errand.commit);
        self.record.note(self.id, draft);
    }

    /// Whether the record has an answer for this tree.
    fn is_answered(&self, errand: &Errand, id: &str) -> bool {
        self.record.incident(self.id).ok().flatten().is_some_and(|incident| {
            incident.answers.iter().any(|a| a.id == *id && a.tree.as_ref() == Some(&errand.tree))
        })
    }
}

fn given(pending: &Pending, request: &Request, rules: &Rules) -> Option<Given> {
    if let Some(name) = &pending.check {
        let mut found = named(&request.checks, name).peekable();
        let first = found.peek()?.url.clone();
        let green = found.all(|c| c.state == CheckState::Passed);
        let text = format!("the check {} passed", safe(name));
        return green.then(|| Given { text, by: safe(name), url: first });
    }
    match pending.id.as_str() {
        REVIEWED => {
            let by = request.approvals.iter().find(|a| !a.who.is_empty() && a.who != request.author)?;
            let text = format!("{} approved it", safe(&by.who));
            Some(Given { text, by: by.who.clone(), url: by.url.clone() })
        }
        TESTS => {
            let asked = !rules.checks.is_empty() || (rules.all_checks && !request.checks.is_empty());
            let has_run = request.checks.iter().any(|c| c.state == CheckState::Passed)
                && rules
                    .checks
                    .iter()
                    .all(|name| named(&request.checks, name).all(|c| c.state != CheckState::Skipped));
            let green = asked && has_run && rules.missing(&request.checks).is_empty();
            green.then(|| Given {
                text: "required checks passed".to_owned(),
                by: "checks".to_owned(),
                url: request.url.clone(),
            })
        }
        _ => None,
    }
}

/// The line about an item without an answer.
fn open(pending: &Pending, request: &Request) -> Open {
    let said = |words: String, failed| Open { id: pending.id.clone(), words, failed };
    let Some(name) = &pending.check else { return said(pending.words.clone(), false) };
    let (id, name) = (safe(&pending.id), safe(name));
    let state = |wanted: CheckState| named(&request.checks, &name).find(|c| c.state == wanted);
    let link = |url: &str| if url.is_empty() { String::new() } else { format!(": {}", safe(url)) };
    match (state(CheckState::Failed), state(CheckState::Running)) {
        (Some(check), _) => said(format!("{id}: the check {name} failed{}", link(&check.url)), true),
        (_, Some(check)) => said(format!("{id} waits for the check {name}{}", link(&check.url)), false),
        _ => match state(CheckState::Skipped) {
            Some(check) => said(format!("{id}: the check {name} did not run{}", link(&check.url)), true),
            None => said(format!("{id} waits for the check {name}, which has not reported"), false),
        },
    }
}
