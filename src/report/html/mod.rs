//! The post-mortem as one page that needs nothing else: no script, no font, no picture to load.
//!
//! Its text is the Markdown document, with what people wrote in it; the pictures and the change line
//! by line come from the record and from git.

mod body;
mod diff;
mod graph_svg;
mod lanes;
mod page;
mod scale;
mod text;
mod timeline_svg;

pub use page::MARK;
pub(super) use page::{check_style, head};
pub(super) use text::escape_line;

use super::postmortem::{self, Facts, in_words};
use super::template::{self, Slots, Template};
use crate::insight::metrics::{Metric, Metrics};
use crate::model::failure::Failure;
use crate::model::patch::FilePatch;
use crate::model::text::{count, safe};
use minijinja::{Value, context};

/// The page and its style sheet, unless the repository brings its own.
pub const PAGE: Template<'static> =
    Template { name: "postmortem.html", text: include_str!("../../../templates/postmortem.html") };
pub const STYLE: Template<'static> =
    Template { name: "page.css", text: include_str!("../../../templates/page.css") };

/// How a page looks: its template, and a style sheet that is taken as it is.
#[derive(Clone, Copy, Debug)]
pub struct Look<'a> {
    pub page: Template<'a>,
    pub style: Template<'a>,
}

/// A page, and how much of it is left to people.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Page {
    pub html: String,
    /// How many prompts nobody has answered.
    pub open: usize,
}

/// Makes the page: `look` says how, `markdown` is the document, `patch` the change of the fix.
///
/// # Errors
/// The template or the style sheet cannot be used; with the built-in ones that is a bug.
pub fn render(
    look: Look<'_>,
    facts: &Facts<'_>,
    markdown: &str,
    patch: &[FilePatch],
) -> Result<Page, Failure> {
    page::check_style(look.style)?;
    let incident = facts.incident;
    let metrics = Metrics::of(incident);
    let body = body::render(markdown);
    let timeline = timeline_svg::draw(incident, &metrics);
    let graph: String = facts
        .each()
        .iter()
        .enumerate()
        // What is taken back stands in the pictures of the fixes beside it.
        .filter(|(_, f)| facts.parts.is_empty() || f.incident.undone().is_none())
        .filter_map(|(n, f)| graph_svg::draw(f.incident, f.commits, f.targets, n))
        .collect();
    let patch = diff::render(patch);
    let mut contents: Vec<Value> = body
        .sections
        .iter()
        .map(|part| context! { id => part.id.as_str(), title => safe(&part.title) })
        .collect();
    if patch.is_some() {
        contents.push(context! { id => "change", title => "The change, line by line" });
    }
    let html = |text: String| Value::from_safe_string(text);
    let section =
        |part: body::Part| context! { id => part.id, title => safe(&part.title), html => html(part.html) };
    let sections: Vec<Value> = body.sections.into_iter().map(section).collect();
    // Every name that the template can use. `docs/templates.md` lists the same.
    let slots: Slots = [
        ("title", Value::from(safe(body.title.as_deref().unwrap_or(&incident.title)))),
        ("style", html(look.style.text.to_owned())),
        ("status", Value::from(incident.status().as_str())),
        (
            "severity",
            incident.severity.map(|s| context! { name => s.to_string(), meaning => s.meaning() }).into(),
        ),
        ("released", incident.tag.as_deref().map(safe).into()),
        ("numbers", Value::from(numbers(&metrics))),
        ("open", Value::from(if body.open > 0 { count(body.open, "question") } else { String::new() })),
        ("lead", html(body.lead)),
        ("contents", Value::from(contents)),
        ("timeline", html(timeline.svg)),
        ("caption", html(timeline.caption)),
        ("graph", html(graph)),
        ("sections", Value::from(sections)),
        ("patch", html(patch.unwrap_or_default())),
    ]
    .into_iter()
    .collect();
    Ok(Page { html: page::fill(look.page, &slots)?, open: body.open })
}

/// Tries a template and a style sheet on an incident of which hardly anything is known.
///
/// # Errors
/// As [`render`].
pub fn try_out(look: Look<'_>) -> Result<(), Failure> {
    let Some(incident) = template::sample() else { return Ok(()) };
    let facts = Facts::bare(&incident);
    render(look, &facts, &postmortem::render(&facts)?, &[]).map(drop)
}

/// The durations that people ask for first, each with both of its ends.
fn numbers(metrics: &Metrics) -> Vec<Value> {
    [&metrics.impact, &metrics.ttd, &metrics.ttm, &metrics.ttr].into_iter().map(number).collect()
}

fn number(metric: &Metric) -> Value {
    let [name, value, span] = in_words(metric);
    context! { name, value, span }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
