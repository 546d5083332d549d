//! `hotfix stats`: what many hotfixes say together.

use super::{Desk, Outcome, templates};
use crate::cli::Stats as Args;
use crate::facts::stats;
use crate::insight::stats::Stats;
use crate::model::time;
use crate::report::{html, stats as report};
use crate::terminal::style::Tone;

pub fn run(desk: &Desk, args: &Args) -> Outcome {
    let site = desk.site_for_log()?;
    let now = desk.env.now_local();
    let since = time::since(&args.since, &now)?.fixed_offset();
    let working = desk.ui.working("Reading releases and records…");
    let stats = Stats::of(&stats::gather(&site, since, now.fixed_offset())?);
    drop(working);
    if args.html {
        let style = templates::of(&site, html::STYLE)?;
        desk.ui.raw(&report::page(&stats, style.template())?);
        return Ok(0);
    }
    let block = if desk.ui.symbols.is_unicode() { "█" } else { "#" };
    for line in report::lines(&stats, block) {
        desk.ui.answer(if desk.ui.symbols.is_unicode() { line } else { line.replace('→', "->") });
    }
    if let Some(verdict) = report::verdict(&stats) {
        desk.ui.answer("");
        desk.ui.answer(Tone::Attention.paint(verdict));
    }
    if stats.is_empty() {
        desk.ui.dim("A release is a tag like v1.2.3; 'hotfix start' opens a record.");
    }
    desk.ui.document(report::json(&stats));
    Ok(0)
}
