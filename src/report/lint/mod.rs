//! Reading what people wrote, for what they would rather not have written.

mod actions;
mod document;
pub mod names;
mod numbers;
mod section;
mod spans;
pub mod users;
mod wording;
mod words;

pub use document::incident;

use self::document::{Document, Passage};
use self::names::Names;
use self::section::Section;
use self::wording::Span;
use self::words::{Word, place, sentences};
use crate::model::incident::Incident;
use crate::model::text::list;
use serde::Serialize;

/// The rules for post-mortems, as `hotfix:allow` names them.
pub const RULES: [&str; 6] =
    ["counterfactual", "human-error", "person-failure", "name", "vague-action", "number"];

/// Something found in a text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// The rule, as `hotfix:allow` names it.
    pub rule: &'static str,
    /// Counted from 1.
    pub line: usize,
    pub column: usize,
    /// The words it is about.
    pub text: String,
    /// What is wrong with them, to be read after the words: `is a commit id`.
    pub message: String,
}

/// What was found in a post-mortem.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Checked {
    /// In the order of the document.
    pub findings: Vec<Finding>,
    /// The lines of the prompts that nobody has answered.
    pub prompts: Vec<usize>,
}

impl Checked {
    /// Whether there is nothing to do.
    pub fn is_clean(&self) -> bool {
        self.findings.is_empty() && self.prompts.is_empty()
    }
}

/// Checks a post-mortem. Numbers are compared with the record, if there is one.
pub fn check(source: &str, names: &Names, record: Option<&Incident>) -> Checked {
    let document = document::read(source);
    let known = record.map(numbers::Known::of);
    let mut check = Check { source, findings: Vec::new() };
    for passage in &document.passages {
        check.passage(passage, names, known.as_ref());
    }
    check.rows(&document);
    check.allowances(&document);
    check.findings.sort_by_key(|f| (f.line, f.column));
    let mut prompts: Vec<usize> = document.prompts.iter().map(|at| place(source, *at).0).collect();
    prompts.dedup();
    Checked { findings: check.findings, prompts }
}

struct Check<'a> {
    source: &'a str,
    findings: Vec<Finding>,
}

impl Check<'_> {
    fn passage(&mut self, passage: &Passage, names: &Names, known: Option<&numbers::Known<'_>>) {
        let (hindsight, about_people) = (
            passage.section == Section::Hindsight,
            matches!(passage.section, Section::Hindsight | Section::Work | Section::Lessons),
        );
        for (n, sentence) in sentences(&passage.text).iter().enumerate() {
            let mut add = |rule, span: Option<Span>, message: &str| {
                if let Some(span) = span.filter(|_| !passage.allows.iter().any(|allowed| allowed == rule)) {
                    self.add(rule, passage, sentence, span, message);
                }
            };
            if hindsight {
                let what = "tells of what did not happen; say what people saw and did";
                add("counterfactual", wording::counterfactual(sentence), what);
            }
            add(
                "human-error",
                wording::human_error(sentence),
                "ends the search too early; ask why it was possible",
            );
            let failure = wording::person_failure(sentence);
            add("person-failure", failure, "puts it on people; say what made it likely");
            if about_people {
                for span in named(sentence, names) {
                    add("name", Some(span), "names somebody; a role says what matters");
                }
            }
            if passage.section == Section::Actions && passage.begins_item && n == 0 {
                let vague = actions::vague(sentence);
                let what = "never ends; say what is different when it is done";
                add("vague-action", (vague > 0).then_some((0, vague)), what);
            }
            for (span, says) in known.map(|k| k.contradictions(sentence)).unwrap_or_default() {
                add("number", Some(span), &format!("contradicts the record: {says}"));
            }
        }
    }

    fn add(
        &mut self,
        rule: &'static str,
        passage: &Passage,
        words: &[Word<'_>],
        (first, length): Span,
        message: &str,
    ) {
        let text: Vec<&str> = words.iter().skip(first).take(length).map(|w| w.text).collect();
        let at = words.get(first).map_or(0, |w| passage.source(w.at));
        let (line, column) = place(self.source, at);
        self.findings.push(Finding { rule, line, column, text: text.join(" "), message: message.to_owned() });
    }

    fn rows(&mut self, document: &Document) {
        for row in document.rows.iter().filter(|r| r.section == Section::Actions) {
            let missing = actions::missing(row);
            if missing.is_empty() || row.allows.iter().any(|rule| rule == "vague-action") {
                continue;
            }
            let (line, column) = place(self.source, row.at);
            let text = row.cells.first().map(|(_, text)| text.clone()).unwrap_or_default();
            let message = format!("lacks {}", list(&missing));
            self.findings.push(Finding { rule: "vague-action", line, column, text, message });
        }
    }

    /// A comment that allows nothing is worse than none: somebody believes in it.
    fn allowances(&mut self, document: &Document) {
        for allowance in &document.allowances {
            let message = if !RULES.contains(&allowance.rule.as_str()) {
                format!("is no rule; the rules are {}", list(&RULES))
            } else if allowance.reason.is_empty() {
                "is allowed without a reason, which does not count".to_owned()
            } else {
                continue;
            };
            let (line, column) = place(self.source, allowance.at);
            self.findings.push(Finding {
                rule: "allow",
                line,
                column,
                text: allowance.rule.clone(),
                message,
            });
        }
    }
}

/// Every name in a sentence, each once.
fn named(words: &[Word<'_>], names: &Names) -> Vec<Span> {
    let mut found = Vec::new();
    let mut n = 0;
    while let Some(rest) = words.get(n..).filter(|rest| !rest.is_empty()) {
        let length = names.at(rest);
        if length > 0 {
            found.push((n, length));
        }
        n += length.max(1);
    }
    found
}

/// The text with "somebody" in the place of every name.
pub fn without_names(text: &str, names: &Names) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for sentence in sentences(text) {
        for (first, length) in named(&sentence, names) {
            let (Some(from), Some(last)) = (sentence.get(first), sentence.get(first + length - 1)) else {
                continue;
            };
            let owner = ["'s", "’s"].into_iter().find(|s| last.text.ends_with(s)).unwrap_or_default();
            out.push_str(text.get(done..from.at).unwrap_or_default());
            out.push_str("somebody");
            out.push_str(owner);
            done = last.at + last.text.len();
        }
    }
    out.push_str(text.get(done..).unwrap_or_default());
    out
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
