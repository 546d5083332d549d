//! What the forge answers of the checklist.

use super::{Errand, Through};
use crate::model::event::{Draft, Kind};
use crate::model::request::{Request, Rules};
use crate::model::text::safe;

impl Through<'_> {
    /// Answers of the forge to the checklist, written into the record; what is still without one.
    pub(super) fn answers(&self, errand: &Errand, request: &Request, rules: &Rules) -> Vec<(String, String)> {
        let current = request.head_sha.as_ref() == Some(&errand.commit);
        let mut left = Vec::new();
        for (id, words) in &errand.pending {
            let answer = match id.as_str() {
                _ if !current => None,
                "reviewed" => request
                    .approvals
                    .iter()
                    .find(|a| !a.who.is_empty() && a.who != request.author)
                    .map(|a| (format!("{} approved it", safe(&a.who)), a.who.clone(), a.url.clone())),
                "tests" => {
                    let asked = !rules.checks.is_empty() || (rules.all_checks && !request.checks.is_empty());
                    let green = asked && rules.missing(&request.checks).is_empty();
                    green.then(|| {
                        ("required checks passed".to_owned(), "checks".to_owned(), request.url.clone())
                    })
                }
                _ => None,
            };
            let Some((text, by, url)) = answer else {
                left.push((id.clone(), words.clone()));
                continue;
            };
            let known = self.record.incident(self.id).ok().flatten().is_some_and(|incident| {
                incident.answers.iter().any(|a| a.id == *id && a.tree.as_ref() == Some(&errand.tree))
            });
            if !known {
                let draft = Draft::new(Kind::ChecklistItem, format!("{id}: {text} ({})", request.name()))
                    .with("item", id.clone())
                    .with("verdict", "pass")
                    .with("by", by)
                    .with("url", url)
                    .refer("tree", &errand.tree)
                    .refer("commit", &errand.commit);
                self.record.note(self.id, draft);
            }
        }
        left
    }
}
