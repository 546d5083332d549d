//! `hotfix audit`: every past hotfix, is it still there?

mod json;
mod repair;
mod words;

use super::{Desk, Outcome};
use crate::cli::Audit as Args;
use crate::facts::audit::{self, Audit, Audited, Found};
use crate::insight::presence::{By, Standing, Why};
use crate::model::failure::Kind;
use crate::model::text::{count, safe, shorten};
use crate::model::time;
use crate::terminal::style::{Tone, pad, width};
use chrono::DateTime;

/// How long names and reasons may be on a terminal.
const NAME: usize = 28;

pub fn run(desk: &Desk, args: &Args) -> Outcome {
    let ui = &desk.ui;
    let since = args.since.as_deref().map(|typed| time::since(typed, &desk.env.now())).transpose()?;
    let site = desk.site()?;
    let audit = {
        let _working = ui.working("Looking for every hotfix…");
        audit::gather(&site, since)?
    };
    let lost = audit.fixes.iter().filter(|f| f.standing == Standing::Lost).count();
    ui.document(json::document(&audit));
    for warning in &audit.warnings {
        ui.warn(warning);
    }
    show(desk, &audit, lost);
    Ok(if lost > 0 { Kind::Failed.exit_code() } else { 0 })
}

fn show(desk: &Desk, audit: &Audit, lost: usize) {
    let ui = &desk.ui;
    if audit.fixes.is_empty() {
        ui.answer("No hotfix was found.");
        ui.dim("Looked for records, Incident: trailers, merges of hotfix branches and patch releases.");
        return;
    }
    let names: Vec<String> = audit.fixes.iter().map(|f| shorten(&safe(&f.fix.name), NAME)).collect();
    let tags: Vec<String> = audit.fixes.iter().map(|f| safe(f.fix.tag.as_deref().unwrap_or("–"))).collect();
    let (wide, tag_wide) = (width(names.iter().map(String::as_str)), width(tags.iter().map(String::as_str)));
    for ((fix, name), tag) in audit.fixes.iter().zip(&names).zip(&tags) {
        let day = DateTime::from_timestamp(fix.fix.seconds, 0).unwrap_or_default().format("%Y-%m-%d");
        let (name, tag) = (pad(name, wide), pad(tag, tag_wide));
        ui.answer(format!("{} {name}   {tag}   {day}   {}", sign(desk, fix.standing), line(fix)));
        details(desk, audit, fix);
    }
    let all = audit.fixes.len();
    let verb = if lost == 1 { "is" } else { "are" };
    let words = match (lost, all) {
        (0, 1) => "The hotfix was looked for everywhere; it is not lost.".to_owned(),
        (0, _) => format!("{all} hotfixes were looked for everywhere; none is lost."),
        _ => format!("{lost} of {} {verb} lost.", count(all, "hotfix").replace("hotfixs", "hotfixes")),
    };
    ui.say(words);
}

fn sign(desk: &Desk, standing: Standing) -> String {
    let symbols = &desk.ui.symbols;
    match standing {
        Standing::Kept => Tone::Good.paint(symbols.done),
        Standing::Lost => Tone::Bad.paint(symbols.failed),
        Standing::Unknown => Tone::Attention.paint("?"),
        Standing::Changed => Tone::Plain.paint("~"),
        Standing::Skipped | Standing::RolledBack | Standing::Accepted => Tone::Dim.paint(symbols.skipped),
    }
}

/// A place, and what shows that it has the fix, if that is not its history.
fn named(place: &Found) -> String {
    match place.verdict.by {
        None | Some(By::Ancestry) => safe(&place.branch.name),
        Some(by) => format!("{} ({})", safe(&place.branch.name), by.as_str()),
    }
}

/// The answer for one hotfix, in a line.
fn line(fix: &Audited) -> String {
    let with = |standing: Standing| -> Vec<String> {
        fix.places.iter().filter(|p| p.verdict.standing == standing).map(named).collect()
    };
    let unreleased = if fix.is_unreleased { "; not released yet" } else { "" };
    match fix.standing {
        Standing::Kept => format!("in {}{unreleased}", with(Standing::Kept).join(", ")),
        Standing::Lost => format!("{} in {}", Tone::Bad.paint("lost"), with(Standing::Lost).join(", ")),
        Standing::Unknown => format!("not known for {}", with(Standing::Unknown).join(", ")),
        Standing::Changed => format!("changed since in {}", with(Standing::Changed).join(", ")),
        Standing::Accepted => format!("accepted as lost in {}", with(Standing::Accepted).join(", ")),
        Standing::Skipped => format!("left out of {}", with(Standing::Skipped).join(", ")),
        Standing::RolledBack => "rolled back".to_owned(),
    }
}

/// The evidence for each place and the way to repair it, where there is something to say.
fn details(desk: &Desk, audit: &Audit, fix: &Audited) {
    let plain = |p: &&Found| p.verdict.standing == Standing::Kept && p.verdict.why == Why::There;
    if fix.places.iter().filter(plain).count() == fix.places.len() {
        return;
    }
    let wide = width(fix.places.iter().map(|p| p.branch.name.as_str()));
    let word_wide = width(fix.places.iter().map(|p| p.verdict.standing.as_str()));
    for place in &fix.places {
        let standing = place.verdict.standing;
        let tone = match standing {
            Standing::Lost => Tone::Bad,
            Standing::Unknown => Tone::Attention,
            _ => Tone::Plain,
        };
        let name = pad(&safe(&place.branch.name), wide);
        let word = tone.paint(pad(standing.as_str(), word_wide));
        desk.ui.answer(format!("    {name}   {word}   {}", words::why(audit, fix, place)));
    }
    for place in &fix.places {
        for command in repair::commands(audit, fix, place) {
            desk.ui.answer(format!("    {}", Tone::Strong.paint(command)));
        }
    }
}
