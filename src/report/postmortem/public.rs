//! The post-mortem for readers outside: shorter, and only what `report::public` took over.

use super::opening::{present, two_columns};
use super::{Facts, Page};
use crate::model::event::Kind;
use crate::model::failure::Failure;
use crate::report::markdown::{code, md, quote, stack, table};
use crate::report::public::answers::Answers;
use crate::report::template::{Slots, Template};
use crate::report::timeline::{self, Scope};
use minijinja::{Value, context};

/// The document for readers outside, unless the repository brings its own.
pub const PUBLIC: Template<'static> =
    Template { name: "postmortem-public.md", text: include_str!("../../../templates/postmortem-public.md") };

/// Writes the document for readers outside. The facts must be public already.
///
/// # Errors
/// The template is malformed or uses a name that does not exist.
pub fn render_public(
    template: Template<'_>,
    facts: &Facts<'_>,
    answers: &Answers,
) -> Result<String, Failure> {
    let page = Page::new(facts);
    let slots: Slots = [
        ("title", Value::from(md(&facts.incident.title))),
        ("facts", Value::from(page.public_facts())),
        ("summary", Value::from(page.drafted())),
        ("impact", Value::from(page.public_impact())),
        ("timeline", Value::from(page.public_timeline())),
        ("updates", Value::from(page.public_updates())),
        (
            "answers",
            context! {
                summary => answers.summary.as_str(),
                impact => answers.impact.as_str(),
                causes => answers.causes.as_str(),
                actions => answers.actions.as_str(),
            },
        ),
    ]
    .into_iter()
    .collect();
    super::fill(template, &slots)
}

impl Page<'_> {
    fn public_facts(&self) -> String {
        let i = self.incident;
        let rows = [
            ("Incident", (i.name != "incident").then(|| code(&i.id))),
            ("Status", Some(i.status().as_str().to_owned())),
            ("Severity", i.severity.map(|s| format!("{s}: {}", s.meaning()))),
            ("Duration", self.metrics.impact.length()),
            ("Fixed in", i.tag.as_deref().map(code)),
        ];
        two_columns("Fact", present(rows))
    }

    fn public_impact(&self) -> String {
        let i = self.incident;
        let rows = [
            ("Symptom", i.symptom.as_deref().map(md)),
            ("Impact", i.impact.as_deref().map(md)),
            ("Affected", Some(md(&i.extent.say())).filter(|said| !said.is_empty())),
            ("Data lost", i.extent.data_loss.map(|lost| if lost { "yes" } else { "no" }.to_owned())),
            ("Workaround", i.workaround.as_deref().map(md)),
        ];
        two_columns("Impact", present(rows))
    }

    /// Milestones, releases and updates; nobody's role.
    fn public_timeline(&self) -> String {
        let rows: Vec<Vec<String>> = timeline::rows(self.incident, Scope::Curated)
            .into_iter()
            .map(|row| {
                let what = match (row.kind.as_str(), row.text.as_str()) {
                    ("tagged", text) => format!("fix released: {text}"),
                    ("declared", _) => "work on a fix started".to_owned(),
                    ("update", text) => {
                        format!("we posted an update: {}", text.trim_start_matches("to users: "))
                    }
                    ("detected", by) if by.starts_with("by ") => format!("detected {by}"),
                    (kind, "") => kind.to_owned(),
                    (kind, text) => format!("{kind}: {text}"),
                };
                vec![self.time(row.at), md(&what)]
            })
            .collect();
        if rows.is_empty() { String::new() } else { table(&["Time (UTC)", "What happened"], &rows) }
    }

    fn public_updates(&self) -> String {
        let texts: Vec<String> = self
            .of_kind(&Kind::CommsSent)
            .into_iter()
            .filter(|e| !e.text.trim().is_empty())
            .map(|e| format!("{}:\n\n{}", self.utc(e.at), quote(&e.text)))
            .collect();
        stack(&texts)
    }
}
