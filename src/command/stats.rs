//! `hotfix stats`: what many hotfixes say together.

use super::{Outcome, Session, templates};
use crate::cli::Stats as Args;
use crate::facts::stats;
use crate::insight::stats::Stats;
use crate::model::time;
use crate::report::{html, stats as report, stats_html};
use crate::terminal::style::Tone;

pub fn run(session: &Session, args: &Args) -> Outcome {
    let workspace = session.site_for_log()?;
    let now = session.env.now_local();
    let since = time::since(&args.since, &now)?.fixed_offset();
    let working = session.ui.working("Reading releases and records…");
    let stats = Stats::of(&stats::gather(&workspace, since, now.fixed_offset())?);
    drop(working);
    if args.html {
        let style = templates::of(&workspace, html::STYLE)?;
        session.ui.raw(&stats_html::page(&stats, style.template())?);
        return Ok(0);
    }
    let block = if session.ui.symbols.is_unicode() { "█" } else { "#" };
    for line in report::lines(&stats, block) {
        session.ui.answer(if session.ui.symbols.is_unicode() { line } else { line.replace('→', "->") });
    }
    if let Some(verdict) = report::verdict(&stats) {
        session.ui.answer("");
        session.ui.answer(Tone::Attention.paint(verdict));
    }
    if stats.is_empty() {
        session.ui.dim("A release is a tag like v1.2.3; 'hotfix start' opens a record.");
    }
    session.ui.document(report::json(&stats));
    Ok(0)
}
