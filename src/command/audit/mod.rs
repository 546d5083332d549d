//! `hotfix audit`: every past hotfix, is it still there?

mod evidence;
mod json;
mod reports;
mod words;

use super::common::within::within;
use super::{Outcome, Session};
use crate::cli::Audit as Args;
use crate::facts::Workspace;
use crate::facts::audit::{self, Audit, Audited, Found};
use crate::insight::audit::accepted::{Accepted, Entry, FILE, LARGEST};
use crate::insight::presence::{By, Standing, Why};
use crate::model::failure::{Failure, Kind};
use crate::model::text::{count, list, safe, shell_word, shorten};
use crate::model::time;
use crate::system::files;
use crate::terminal::style::{Tone, pad, width};
use chrono::DateTime;

/// How long names and reasons may be on a terminal.
const NAME: usize = 28;

pub fn run(session: &Session, args: &Args) -> Outcome {
    let ui = &session.ui;
    let now = session.env.now();
    let since = args.since.as_deref().map(|typed| time::since(typed, &now)).transpose()?;
    let workspace = session.workspace()?;
    let mut audit = {
        let _working = ui.working("Looking for every hotfix…");
        audit::gather(&workspace, since, now.to_utc(), args.name.as_deref())?
    };
    if let Some(accept) = &args.accept {
        return accepted(session, &workspace, &audit, accept, args);
    }
    if let Some(name) = args.name.as_ref().filter(|_| audit.fixes.is_empty()) {
        return Err(Failure::usage(format!("no past hotfix is called '{}'", safe(name)))
            .hint("hotfix audit    # every hotfix, with its name and release")
            .into());
    }
    let looked_for = audit.fixes.len();
    let of = |standing: Standing| audit.fixes.iter().filter(|fix| fix.standing == standing).count();
    let (accepted, unknown) = (of(Standing::Accepted), of(Standing::Unknown));
    if args.new {
        audit.fixes.retain(|fix| fix.standing == Standing::Lost);
    }
    let lost = audit.fixes.iter().filter(|f| f.standing == Standing::Lost).count();
    for warning in &audit.warnings {
        ui.warn(warning);
    }
    let code = if lost > 0 { Kind::Failed.exit_code() } else { 0 };
    if args.sarif || args.gitlab {
        let report = if args.sarif { reports::sarif(&audit) } else { reports::gitlab(&audit) };
        ui.raw(&format!("{}\n", serde_json::to_string_pretty(&report)?));
        return Ok(code);
    }
    if args.github {
        reports::github(&audit).iter().for_each(|line| ui.raw(&format!("{line}\n")));
        return Ok(code);
    }
    show(session, &audit, Count { lost, accepted, unknown, all: looked_for });
    let mut document = json::document(&audit);
    if let (Some(_), [fix]) = (&args.name, audit.fixes.as_slice()) {
        let evidence = evidence::show(session, &workspace, &audit, fix)?;
        if let Some(map) = document.as_object_mut() {
            map.insert("evidence".to_owned(), evidence);
        }
    }
    ui.document(document);
    Ok(code)
}

/// Adds the loss of one hotfix to the accepted ones.
fn accepted(session: &Session, workspace: &Workspace, audit: &Audit, typed: &str, args: &Args) -> Outcome {
    let (name, reason) = typed.split_once('=').unwrap_or((typed, ""));
    if reason.trim().is_empty() {
        let words = "an accepted loss needs a reason; nothing was changed";
        return Err(Failure::usage(words)
            .hint(format!("hotfix audit --accept {}=\"why\"", shell_word(name)))
            .into());
    }
    let Some(root) = workspace.repo.worktree() else {
        return Err(
            Failure::usage(format!("{FILE} is written in a worktree; this repository is bare")).into()
        );
    };
    let lost: Vec<&str> = audit
        .fixes
        .iter()
        .filter(|fix| audit.is_called(fix, name))
        .flat_map(|fix| &fix.places)
        .filter(|p| p.verdict.standing == Standing::Lost)
        .map(|p| p.branch.name.as_str())
        .filter(|branch| args.target.as_deref().is_none_or(|target| target == *branch))
        .collect();
    if lost.is_empty() {
        return Err(Failure::refused(format!("{} is not lost there; nothing was changed", safe(name)))
            .hint("hotfix audit")
            .into());
    }
    let path = root.join(FILE);
    within(root, &path, FILE)?;
    let mut text = files::read_small(&path, LARGEST)?.unwrap_or_default();
    for target in &lost {
        let (fix, reason) = (name.to_owned(), reason.trim().to_owned());
        let entry = Entry { fix, target: Some((*target).to_owned()), reason, until: args.until.clone() };
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&entry.as_toml());
    }
    if let Err(why) = Accepted::parse(&text) {
        return Err(Failure::usage(format!("{why}; nothing was changed")).into());
    }
    files::write_atomically(&path, &text)?;
    session.ui.answer(format!("{} is accepted as lost in {}.", safe(name), safe(&list(&lost))));
    session.ui.say(format!("Next: commit {FILE}"));
    session.ui.document(serde_json::json!({ "fix": name, "accepted_in": lost, "file": FILE }));
    Ok(0)
}

/// How many hotfixes were looked for, and what came of it.
struct Count {
    lost: usize,
    accepted: usize,
    unknown: usize,
    all: usize,
}

fn show(session: &Session, audit: &Audit, Count { lost, accepted, unknown, all }: Count) {
    let ui = &session.ui;
    if all == 0 {
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
        ui.answer(format!("{} {name}   {tag}   {day}   {}", sign(session, fix.standing), line(fix)));
        details(session, audit, fix);
    }
    let by_hand = audit.fixes.iter().filter(|fix| fix.places.iter().any(left_out)).count();
    let skipped = audit.fixes.iter().filter(|fix| fix.standing == Standing::Skipped).count();
    let verb = if lost == 1 { "is" } else { "are" };
    let words = match (lost, all) {
        (0, _) if accepted > 0 => {
            format!("{} checked on every branch; none is lost, but {accepted} accepted.", were(all))
        }
        (0, _) if unknown > 0 => {
            format!(
                "{} checked on every branch; none is lost as far as can be known ({unknown} unknown).",
                were(all)
            )
        }
        (0, _) if skipped > 0 => {
            format!("{} checked on every branch; none is lost, but {skipped} left out on purpose.", were(all))
        }
        (0, 1) if by_hand > 0 => {
            "1 hotfix checked on every branch; no accident, but a merge by hand left it out.".to_owned()
        }
        (0, _) if by_hand > 0 => format!(
            "{} checked on every branch; no accident, but merges by hand left out {by_hand} of them.",
            were(all)
        ),
        (0, 1) => "1 hotfix checked on every branch; it is not lost.".to_owned(),
        (0, _) => format!("{all} hotfixes checked on every branch; none is lost."),
        _ => format!("{lost} of {} {verb} lost.", count(all, "hotfix").replace("hotfixs", "hotfixes")),
    };
    ui.say(words);
}

fn were(all: usize) -> String {
    if all == 1 { "1 hotfix was".to_owned() } else { format!("{all} hotfixes were") }
}

fn sign(session: &Session, standing: Standing) -> String {
    let symbols = &session.ui.symbols;
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

/// Whether a person resolved the merge there and left the fix out.
fn left_out(place: &Found) -> bool {
    place.verdict.standing == Standing::Changed && place.verdict.why == Why::Resolved
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
        Standing::Changed if fix.places.iter().any(left_out) => {
            let names: Vec<String> = fix.places.iter().filter(|p| left_out(p)).map(named).collect();
            format!("left out by hand in {}", names.join(", "))
        }
        Standing::Changed => format!("changed since in {}", with(Standing::Changed).join(", ")),
        Standing::Accepted => format!("accepted as lost in {}", with(Standing::Accepted).join(", ")),
        Standing::Skipped => format!("left out of {}", with(Standing::Skipped).join(", ")),
        Standing::RolledBack => "rolled back".to_owned(),
    }
}

/// The evidence for each place and the way to repair it, where there is something to say.
fn details(session: &Session, audit: &Audit, fix: &Audited) {
    let plain = |p: &&Found| p.verdict.standing == Standing::Kept && p.verdict.why == Why::There;
    if fix.places.iter().filter(plain).count() == fix.places.len() {
        return;
    }
    let mut rows: Vec<(Standing, String, Vec<String>)> = Vec::new();
    for place in &fix.places {
        let (standing, why) = (place.verdict.standing, words::why(audit, fix, place));
        let name = safe(&place.branch.name);
        match rows.iter_mut().find(|(s, w, _)| *s == standing && *w == why) {
            Some((.., names)) => names.push(name),
            None => rows.push((standing, why, vec![name])),
        }
    }
    let rows: Vec<(Standing, String, String)> =
        rows.into_iter().map(|(standing, why, names)| (standing, why, names.join(", "))).collect();
    let wide = width(rows.iter().map(|(.., names)| names.as_str()));
    let word_wide = width(rows.iter().map(|(standing, ..)| standing.as_str()));
    for (standing, why, names) in &rows {
        let tone = match standing {
            Standing::Lost => Tone::Bad,
            Standing::Unknown => Tone::Attention,
            _ => Tone::Plain,
        };
        let word = tone.paint(pad(standing.as_str(), word_wide));
        session.ui.answer(format!("    {}   {word}   {why}", pad(names, wide)));
    }
    for place in &fix.places {
        for command in &place.repair.commands {
            session.ui.answer(format!("    {}", Tone::Strong.paint(command)));
        }
        if let Some(look) = &place.repair.look {
            let branch = safe(&place.branch.name);
            session.ui.answer(format!("    {branch}: it does not apply cleanly; to see what is missing:"));
            session.ui.answer(format!("    {}", Tone::Strong.paint(look)));
        }
    }
}
