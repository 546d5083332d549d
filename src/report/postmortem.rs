//! The blameless post-mortem: what the record and git know, and questions where only people do.
//!
//! The machine collects, people conclude: no generated sentence names a cause.

pub mod blocks;
mod course;
mod evidence;
mod json;
mod opening;
mod parts;
mod people;
mod public;
mod release;
mod short;
mod summary;

pub use blocks::{ANSWER, Refreshed, add, doubts, generated, refresh};
pub use json::{json, json_public};
pub use opening::in_words;
pub use public::{PUBLIC, render_public};
pub use short::{SHORT, is_short};

use super::markdown::{bullets, code, md};
use super::mermaid;
use super::public::answers::Answers;
use super::template::{self, Slots, Template};
use super::timeline;
use crate::insight::affected::Affected;
use crate::insight::metrics::Metrics;
use crate::insight::shipped::Tested;
use crate::model::checklist::Standing;
use crate::model::done_when::State;
use crate::model::event::{Event, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::milestone::Milestone;
use crate::model::plan::{CommitLine, DiffStat};
use crate::model::text::shell_word;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;

/// The document that is written unless the repository names another.
pub const BUILTIN: Template<'static> =
    Template { name: "postmortem.md", text: include_str!("../../templates/postmortem.md") };

/// Everything a post-mortem is made of.
#[derive(Clone, Copy, Debug)]
pub struct Facts<'a> {
    /// The record, of an incident with everything that belongs to it.
    pub incident: &'a Incident,
    /// The incident's own hotfix, when others belong to it as well; what is about commits is about this one.
    pub own: &'a Incident,
    /// The same of each hotfix and rollback that belongs to it, oldest first.
    pub parts: &'a [Self],
    /// The captured end of what commands printed, by the id of the event that recorded them.
    pub outputs: &'a BTreeMap<String, String>,
    /// Where each question of the checklist stands.
    pub checks: &'a [Standing],
    /// The hotfix's own commits, oldest first.
    pub commits: &'a [CommitLine],
    /// How much they change.
    pub stat: DiffStat,
    /// What `git diff --stat` says of the change.
    pub diffstat: &'a str,
    /// The release before this one.
    pub previous_tag: Option<&'a str>,
    /// The release the hotfix was branched from.
    pub base_tag: Option<&'a str>,
    /// Where the fault may have come from, and which releases carry it.
    pub affected: Option<&'a Affected>,
    /// The trees that were tested, held against the one that was tagged.
    pub tested: &'a [Tested],
    /// Each branch that is to have the fix, and what happened there.
    pub targets: &'a [(String, String)],
    /// How the follow-ups stand that name a fact for their end, by the id of the follow-up.
    pub followups: &'a BTreeMap<String, State>,
    /// Id and title of earlier hotfixes that touched the same files.
    pub earlier: &'a [(String, String)],
    /// The version of this program.
    pub tool_version: &'a str,
    /// The team's time zone, if its time is to stand beside UTC in timelines.
    pub zone: Option<FixedOffset>,
}

impl<'a> Facts<'a> {
    /// The facts when nothing but the record is known.
    pub const fn bare(incident: &'a Incident) -> Self {
        static NO_OUTPUT: BTreeMap<String, String> = BTreeMap::new();
        static NO_FOLLOWUP: BTreeMap<String, State> = BTreeMap::new();
        Self {
            incident,
            own: incident,
            parts: &[],
            outputs: &NO_OUTPUT,
            checks: &[],
            commits: &[],
            stat: DiffStat { files: 0, added: 0, removed: 0 },
            diffstat: "",
            previous_tag: None,
            base_tag: None,
            affected: None,
            tested: &[],
            targets: &[],
            followups: &NO_FOLLOWUP,
            earlier: &[],
            tool_version: env!("CARGO_PKG_VERSION"),
            zone: None,
        }
    }
}

/// The unanswered prompts of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Open {
    pub all: usize,
    /// How many of them may be deleted because they do not apply.
    pub optional: usize,
}

/// Counts the prompts that are left. What is below the line that allows to delete some is optional, up to
/// the next heading.
pub fn open_questions(document: &str) -> Open {
    let (mut open, mut is_optional) = (Open { all: 0, optional: 0 }, false);
    for line in document.lines() {
        is_optional = (is_optional && !line.starts_with("## ")) || line.contains(OPTIONAL);
        if line.contains("TODO(human)") {
            open.all += 1;
            open.optional += usize::from(is_optional);
        }
    }
    open
}

/// In the built-in form, above prompts that not every incident has to answer.
const OPTIONAL: &str = "Answer what applies and delete the rest.";

/// Writes the whole document.
///
/// # Errors
/// The template does not fit the program; with the built-in one that is a bug.
pub fn render(facts: &Facts<'_>) -> Result<String, Failure> {
    render_with(BUILTIN, facts)
}

/// Writes the document with another template. It is given the same slots, all of them Markdown
/// that is safe already, and the filter `auto("name")` that makes a block refreshable.
///
/// # Errors
/// The template is malformed or uses a slot that does not exist.
pub fn render_with(template: Template<'_>, facts: &Facts<'_>) -> Result<String, Failure> {
    fill(template, &Page::new(facts).slots())
}

fn fill(template: Template<'_>, slots: &Slots) -> Result<String, Failure> {
    let mut environment = template::environment();
    environment.add_filter("auto", |content: String, name: String| blocks::wrap(&name, &content));
    let text = template::fill(&environment, template, slots)?;
    Ok(format!("{}\n", text.trim_end()))
}

/// Every block that a document can have, in the built-in wording. With it a document of any form is
/// refreshed, and checked.
///
/// # Errors
/// A built-in template does not fit the program, which is a bug.
pub fn render_all(facts: &Facts<'_>) -> Result<String, Failure> {
    Ok(format!("{}\n{}", render(facts)?, render_with(SHORT, facts)?))
}

/// Tries a template on an incident of which hardly anything is known.
///
/// # Errors
/// As [`render_with`].
pub fn try_out(template: Template<'_>) -> Result<(), Failure> {
    let Some(incident) = template::sample() else { return Ok(()) };
    render_with(template, &Facts::bare(&incident)).map(drop)
}

/// Tries a template of the public form in the same way.
///
/// # Errors
/// As [`render_public`].
pub fn try_out_public(template: Template<'_>) -> Result<(), Failure> {
    let Some(incident) = template::sample() else { return Ok(()) };
    render_public(template, &Facts::bare(&incident), &Answers::default()).map(drop)
}

/// Where the document of an incident belongs: `{date}` is the UTC day it was declared on, `{name}`
/// and `{id}` are the hotfix's.
pub fn path(pattern: &str, incident: &Incident) -> String {
    // A name may hold slashes; in a file name they would make directories.
    let file_name = |text: &str| {
        let keep = |c: char| if c.is_alphanumeric() || "-_.".contains(c) { c } else { '-' };
        text.chars().map(keep).collect::<String>().trim_start_matches('.').to_owned()
    };
    pattern
        .replace("{date}", &incident.started_at.to_utc().date_naive().to_string())
        .replace("{name}", &file_name(&incident.name))
        .replace("{id}", &file_name(&incident.id))
}

/// The facts with what is computed from them, and the small phrases every section needs.
struct Page<'a> {
    facts: &'a Facts<'a>,
    incident: &'a Incident,
    metrics: Metrics,
    /// Whether everything happened on one UTC day, so that times need no date.
    one_day: bool,
}

impl<'a> Page<'a> {
    fn new(facts: &'a Facts<'a>) -> Self {
        let incident = facts.incident;
        let day = |e: &Event| e.at.to_utc().date_naive();
        let first = incident.started_at.to_utc().date_naive();
        let one_day = told(&incident.events).all(|e| day(e) == first);
        Self { facts, incident, metrics: Metrics::of(incident), one_day }
    }

    /// Every name that a template for post-mortems can use. `docs/templates.md` lists the same.
    fn slots(&self) -> Slots {
        let slots = [
            ("title", md(&self.incident.title)),
            ("facts", self.front()),
            ("summary", self.summary()),
            ("impact", self.impact()),
            ("numbers", self.numbers()),
            ("timeline", timeline::markdown(self.incident, timeline::Scope::Curated, self.facts.zone)),
            ("diagrams", mermaid::markdown(self.incident, &self.records())),
            ("detection", self.detection()),
            ("factors", self.factors()),
            ("response", self.response()),
            ("fix", self.of_each(|page| page.fix())),
            ("checklist", self.of_each(|page| page.checklist())),
            ("exceptions", self.of_each(|page| bullets(&page.exceptions()))),
            ("deployment", self.deployment()),
            ("communication", self.communication()),
            ("followups", self.followups()),
            ("earlier", self.earlier()),
            ("roles", self.roles()),
            ("log", self.log()),
            ("key_events", self.key_events()),
            ("key_numbers", self.key_numbers()),
            ("change", self.of_each(|page| page.change())),
        ];
        slots.into_iter().map(|(name, text)| (name, text.into())).collect()
    }

    /// A UTC time, with its day unless everything happened on one.
    fn time(&self, at: DateTime<FixedOffset>) -> String {
        at.to_utc().format(if self.one_day { "%H:%M" } else { "%Y-%m-%d %H:%M" }).to_string()
    }

    /// `hotfix note --kind decision TEXT`, complete: once a hotfix is over, no branch says which
    /// one is meant.
    fn command(&self, command: &str) -> String {
        if self.incident.is_open() {
            code(command)
        } else {
            code(&format!("{command} --hotfix {}", shell_word(&self.incident.name)))
        }
    }

    /// A command that takes the hotfix's name.
    fn command_on_name(&self, command: &str) -> String {
        code(&format!("{command} {}", shell_word(&self.incident.name)))
    }

    fn mark(&self, milestone: Milestone) -> String {
        self.command(&format!("hotfix mark {} --at TIME", milestone.flag()))
    }

    /// What was said once and settled later, as it ended.
    fn settled(&self, kind: &Kind) -> Vec<&'a Event> {
        let last: Vec<String> = self.incident.topics(kind).into_iter().map(|t| t.event).collect();
        self.of_kind(kind).into_iter().filter(|e| last.contains(&e.id)).collect()
    }

    /// The events of a kind in the order they happened.
    fn of_kind(&self, kind: &Kind) -> Vec<&'a Event> {
        let mut events: Vec<&Event> = self.incident.events.iter().filter(|e| e.kind == *kind).collect();
        events.sort_by_key(|e| (e.at, e.lamport));
        events
    }
}

/// The events a document tells of. Writing it is none of them: it would change by being written.
fn told(events: &[Event]) -> impl Iterator<Item = &Event> {
    events.iter().filter(|e| e.kind != Kind::PostmortemWritten)
}

#[cfg(test)]
#[path = "postmortem/tests.rs"]
mod tests;

#[cfg(test)]
#[path = "postmortem/tests_naming.rs"]
mod tests_naming;

#[cfg(test)]
#[path = "postmortem/tests_forms.rs"]
mod tests_forms;
