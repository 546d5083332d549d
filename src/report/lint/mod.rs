//! Reading what people wrote, for what they would rather not have written.

mod actions;
mod document;
mod facts;
mod lists;
pub mod names;
mod numbers;
pub mod outside;
mod own;
mod section;
mod size;
mod spans;
pub mod users;
mod wording;
mod words;

pub use document::incident;
pub use size::Size;

use self::document::{Document, Passage};
use self::lists::lists;
use self::names::Names;
use self::section::Section;
use self::wording::Span;
use self::words::{Word, place, sentences};
use crate::model::incident::Incident;
use crate::model::text::{list, shorten};
use crate::report::postmortem;
use serde::Serialize;

/// The rules for post-mortems, as `hotfix:allow` names them.
pub const RULES: [&str; 10] = [
    "counterfactual",
    "human-error",
    "person-failure",
    "name",
    "vague-action",
    "action",
    "number",
    "severity",
    "tag",
    "leftover",
];

/// What a document is held against.
#[derive(Clone, Copy)]
pub struct Against<'a> {
    /// Who took part.
    pub names: &'a Names,
    pub record: Option<&'a Incident>,
    /// How large the fix is; `None` where git does not know it.
    pub size: Option<&'a Size>,
    /// The same document as it would be written today.
    pub fresh: Option<&'a str>,
    /// A line without the secrets in it.
    pub clean: &'a dyn Fn(&str) -> String,
}

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

/// Checks a post-mortem. Times and durations are compared with the record, or else with the
/// document's own timeline.
pub fn check(source: &str, against: &Against<'_>) -> Checked {
    let document = document::read(source);
    let own = if against.record.is_none() { own::incident(&document) } else { None };
    let truth = match (against.record, &own) {
        (Some(record), _) => Some((numbers::Known::of(record), "the record")),
        (None, Some(own)) => Some((numbers::Known::of(own), "its own timeline")),
        (None, None) => None,
    };
    let facts = against.record.map(facts::Facts::of);
    let mut check = Check { source, findings: Vec::new() };
    for passage in &document.passages {
        check.passage(passage, against, truth.as_ref(), facts.as_ref());
    }
    check.rows(&document);
    check.items(&document);
    check.allowances(&document);
    check.front(facts.as_ref());
    check.secrets(against.clean);
    check.generated(against.fresh);
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
    fn passage(
        &mut self,
        passage: &Passage,
        against: &Against<'_>,
        truth: Option<&(numbers::Known<'_>, &str)>,
        facts: Option<&facts::Facts>,
    ) {
        let about_people = matches!(passage.section, Section::Hindsight | Section::Work | Section::Lessons);
        let hindsight = matches!(passage.section, Section::Hindsight | Section::Lessons);
        for (n, sentence) in sentences(&passage.text).iter().enumerate() {
            let mut add = |rule, span: Option<Span>, message: &str| {
                if let Some(span) = span.filter(|_| !passage.allows.iter().any(|allowed| allowed == rule)) {
                    self.add(rule, passage, sentence, span, message);
                }
            };
            if hindsight {
                let what = "describes what did not happen; say what people saw and did";
                add("counterfactual", wording::counterfactual(sentence), what);
            }
            let what = "stops the analysis too early; ask why it was possible";
            add("human-error", wording::human_error(sentence), what);
            let failure = wording::person_failure(sentence);
            add("person-failure", failure, "blames people; say what made it likely");
            if about_people && wording::blames(sentence) {
                for span in named(sentence, against.names) {
                    add("name", Some(span), "is named where something went wrong; a role says what matters");
                }
            }
            if passage.section == Section::Actions && passage.begins_item && n == 0 {
                let what = "has no definition of done; say what is different afterwards";
                add("vague-action", actions::vague(sentence), what);
            }
            for (span, says) in truth.map(|(known, _)| known.contradictions(sentence)).unwrap_or_default() {
                let name = truth.map_or("", |(_, name)| name);
                add("number", Some(span), &format!("contradicts {name}: {says}"));
            }
            let sized = |size: &Size| size.contradictions(sentence, passage.section);
            for (span, says) in against.size.map(sized).unwrap_or_default() {
                add("number", Some(span), &format!("contradicts git: {says}"));
            }
            if let Some((span, says)) = facts.and_then(|f| f.severity(sentence)) {
                add("severity", Some(span), &format!("contradicts the record: {says}"));
            }
            if let Some((span, says)) = facts.and_then(|f| f.count(sentence)) {
                add("number", Some(span), &format!("contradicts the record: {says}"));
            }
            if let Some((span, says)) = facts.and_then(|f| f.tag(sentence)) {
                add("tag", Some(span), &format!("contradicts the record: {says}"));
            }
        }
        self.leftovers(passage);
    }

    /// What a template leaves behind: TODO, TBD, `[fill in]`.
    fn leftovers(&mut self, passage: &Passage) {
        if passage.allows.iter().any(|rule| rule == "leftover") || passage.text.contains("TODO(human)") {
            return;
        }
        for word in &lists().leftovers {
            for (at, _) in passage.text.match_indices(word.as_str()) {
                let edge = |c: Option<char>| !c.is_some_and(|c| c.is_alphanumeric() || "-_".contains(c));
                let before = passage.text.get(..at).and_then(|t| t.chars().next_back());
                let after = passage.text.get(at + word.len()..).and_then(|t| t.chars().next());
                let is_word = word.starts_with(char::is_alphanumeric);
                if is_word && !(edge(before) && edge(after)) {
                    continue;
                }
                let message = "is a leftover; fill it in or delete it";
                self.put("leftover", passage.source(at), word, message);
            }
        }
    }

    fn put(&mut self, rule: &'static str, at: usize, text: &str, message: &str) {
        let (line, column) = place(self.source, at);
        let (text, message) = (text.to_owned(), message.to_owned());
        self.findings.push(Finding { rule, line, column, text, message });
    }

    /// Items of lists among the actions that have no owner or no date.
    fn items(&mut self, document: &Document) {
        for item in document.items.iter().filter(|i| i.section == Section::Actions) {
            let missing = actions::lacks(item);
            if missing.is_empty() || item.allows.iter().any(|rule| rule == "action") {
                continue;
            }
            let text = shorten(item.text.trim(), 40);
            self.put("action", item.at, &text, &format!("lacks {}", list(&missing)));
        }
    }

    fn front(&mut self, facts: Option<&facts::Facts>) {
        for (line, text, rule, says) in facts.map(|f| f.front(self.source)).unwrap_or_default() {
            let message = format!("contradicts the record: {says}");
            self.findings.push(Finding { rule, line, column: 1, text, message });
        }
    }

    /// Lines that hold what looks like a secret. The secret itself is not repeated.
    fn secrets(&mut self, clean: &dyn Fn(&str) -> String) {
        for (n, line) in self.source.lines().enumerate() {
            let cleaned = clean(line);
            if cleaned.trim_end() == line.trim_end() || line.starts_with("<!-- hotfix:") {
                continue;
            }
            let same = line.chars().zip(cleaned.chars()).take_while(|(a, b)| a == b).count();
            self.findings.push(Finding {
                rule: "secret",
                line: n + 1,
                column: same + 1,
                text: "[redacted]".to_owned(),
                message: "marks what looks like a secret; revoke it, then remove it".to_owned(),
            });
        }
    }

    /// Generated blocks that were edited, that are out of date, or whose markers are damaged.
    fn generated(&mut self, fresh: Option<&str>) {
        for doubt in postmortem::doubts(self.source, fresh) {
            self.put("generated", doubt.at, &doubt.name, &doubt.what);
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
            if missing.is_empty() || row.allows.iter().any(|rule| rule == "action") {
                continue;
            }
            let (line, column) = place(self.source, row.at);
            let text = row.cells.first().map(|(_, text)| text.clone()).unwrap_or_default();
            let message = format!("lacks {}", list(&missing));
            self.findings.push(Finding { rule: "action", line, column, text, message });
        }
    }

    /// A comment that allows nothing is worse than none: its author believes in it.
    fn allowances(&mut self, document: &Document) {
        for allowance in &document.allowances {
            let message = if !RULES.contains(&allowance.rule.as_str()) {
                format!("is not a rule; the rules are {}", list(&RULES))
            } else if allowance.reason.is_empty() {
                "is allowed without a reason and is ignored".to_owned()
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
    spans(words, |rest| names.at(rest))
}

fn spans(words: &[Word<'_>], at: impl Fn(&[Word<'_>]) -> usize) -> Vec<Span> {
    let mut found = Vec::new();
    let mut n = 0;
    while let Some(rest) = words.get(n..).filter(|rest| !rest.is_empty()) {
        let length = at(rest);
        if length > 0 {
            found.push((n, length));
        }
        n += length.max(1);
    }
    found
}

/// The text with other words in the place of what `at` finds: how many words from here on.
fn replaced(text: &str, with: &str, at: impl Fn(&[Word<'_>]) -> usize) -> String {
    let mut out = String::with_capacity(text.len());
    let mut done = 0;
    for sentence in sentences(text) {
        for (first, length) in spans(&sentence, &at) {
            let (Some(from), Some(last)) = (sentence.get(first), sentence.get(first + length - 1)) else {
                continue;
            };
            let owner = ["'s", "’s"].into_iter().find(|s| last.text.ends_with(s)).unwrap_or_default();
            out.push_str(text.get(done..from.at).unwrap_or_default());
            if first == 0 && from.text.starts_with(char::is_uppercase) {
                out.extend(with.chars().take(1).flat_map(char::to_uppercase));
                out.extend(with.chars().skip(1));
            } else {
                out.push_str(with);
            }
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

#[cfg(test)]
#[path = "rules_tests.rs"]
mod rules_tests;
