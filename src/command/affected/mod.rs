//! `hotfix affected`: where the fault may have come from, and which releases carry it.

mod osv;

use super::{Outcome, Session, again};
use crate::cli::Affected as Args;
use crate::facts::fix::Fix;
use crate::facts::{Workspace, affected_cache, fix};
use crate::git::fetch;
use crate::insight::affected::{Affected, Candidate, Span, State};
use crate::insight::suspect::By;
use crate::model::failure::Failure;
use crate::model::text::{count, first, list, safe, shell_word, shorten};
use crate::terminal::style::{Tone, pad, width};
use serde_json::{Value, json};

/// How many candidates and spans are shown; `--json` has all.
const SHOWN: usize = 8;

pub fn run(session: &Session, args: &Args) -> Outcome {
    let workspace = session.site_for_log()?;
    let view = fetch::last_known(&workspace.repo, workspace.remote())?;
    let Some(fix) = fix::find(&workspace, &view, args.what.as_deref())? else {
        return Err(Failure::refused("the hotfix has no commit here yet, so there is nothing to examine")
            .hint("hotfix affected REV    # any commit, merge, tag or range")
            .into());
    };
    let working = session.ui.working("Looking through history…");
    let found = affected_cache::look(&workspace, &view, &fix)?;
    drop(working);
    let advisory = advisory(&found);
    if args.osv {
        let now = session.env.now().to_utc();
        let record = osv::record(&workspace, &fix, &found, &advisory, now);
        session.ui.raw(&format!("{}\n", serde_json::to_string_pretty(&record)?));
        return Ok(0);
    }
    if args.advisory {
        session.ui.answer(&advisory);
        session.ui.dim("From git blame: confirm it before it is published.");
    } else {
        print(session, &fix, &found);
    }
    session.ui.document(document(&workspace, &fix, &found, &advisory));
    Ok(0)
}

fn print(session: &Session, fix: &Fix, found: &Affected) {
    let ui = &session.ui;
    match found.candidates.as_slice() {
        [] if fix.name.is_none() => {
            ui.answer(format!("{} has no candidate for where the fault came from.", subject(fix)));
        }
        [] => ui.answer(format!("{}: no candidate for where the fault came from.", safe(fix.label()))),
        some => {
            match fix.name {
                Some(_) => ui.answer(format!(
                    "{} {}. Candidates for where the fault came from:",
                    subject(fix),
                    asked(some)
                )),
                None => {
                    ui.answer(format!("{} {}.", subject(fix), asked(some)));
                    ui.answer("Candidates for where the fault came from:");
                }
            }
            rows(session, some);
        }
    }
    for note in &found.notes {
        ui.answer(Tone::Dim.paint(format!("  {}", safe(note))));
    }
    ui.answer("");
    for (head, words) in summary(fix, found) {
        ui.answer(format!("{}  {words}", pad(head, 10)));
    }
    let open: Vec<String> = branches(found, State::Affected);
    if let (Some(name), false) = (&fix.name, found.affected_tags.is_empty() && open.is_empty()) {
        ui.say("");
        ui.say("Next: a paragraph for users");
        ui.say(format!("  {} --advisory", again("hotfix affected", name)));
    }
    if fix.name.is_none() {
        ui.dim(format!(
            "If {} is the fault, not its fix, the releases that have it: {}",
            safe(&fix.rev),
            containing(fix)
        ));
    }
    if !found.candidates.is_empty() {
        ui.dim("Candidates wrote the lines; whether one of them is the cause is for you to find out.");
    }
}

/// The subject of the answer. A revision is taken as a fix: who has a faulty commit is told so.
fn subject(fix: &Fix) -> String {
    match &fix.name {
        Some(name) => safe(name),
        None => format!("Taking {0} as the fix: it", safe(&fix.rev)),
    }
}

/// The question to git about a faulty commit.
fn containing(fix: &Fix) -> String {
    let rev = if fix.rev.contains("..") { fix.tip.short().to_owned() } else { fix.rev.clone() };
    format!("git tag --contains {}", shell_word(&rev))
}

/// What was blamed, in words.
fn asked(candidates: &[Candidate]) -> String {
    let lines = |by: By| candidates.iter().filter(|c| c.by == by).map(|c| c.lines).sum::<usize>();
    match (lines(By::Changed), lines(By::Around)) {
        (0, 0) => "changes a file without lines".to_owned(),
        (0, n) => format!("only adds; {} around it", count(n, "line")),
        (n, _) => format!("changes {}", count(n, "line")),
    }
}

fn rows(session: &Session, candidates: &[Candidate]) {
    let first = |c: &Candidate| match &c.first_tag {
        Some(tag) if c.or_older => format!("in {} or before", safe(tag)),
        Some(tag) => format!("since {}", safe(tag)),
        None => "not released".to_owned(),
    };
    let since: Vec<String> = candidates.iter().take(SHOWN).map(first).collect();
    let wide = width(since.iter().map(String::as_str));
    for (candidate, since) in candidates.iter().zip(&since) {
        let lines = if candidate.by == By::File { "file".to_owned() } else { count(candidate.lines, "line") };
        session.ui.answer(format!(
            "  {}  {}  {}  {}  {}",
            candidate.commit.short(),
            candidate.date.format("%Y-%m-%d"),
            pad(&lines, 8),
            pad(since, wide),
            shorten(&safe(&candidate.subject), 80_usize.saturating_sub(35 + wide).max(24))
        ));
    }
    if candidates.len() > SHOWN {
        session.ui.answer(format!("  and {} more", candidates.len() - SHOWN));
    }
}

/// The lines of the summary: what is affected, what is fixed, which branches have what.
fn summary(fix: &Fix, found: &Affected) -> Vec<(&'static str, String)> {
    let mut lines = Vec::new();
    let affected = match found.spans.as_slice() {
        [] if found.candidates.is_empty() => "not known".to_owned(),
        [] => "no release".to_owned(),
        spans => {
            let ranges: Vec<String> = spans.iter().map(range).collect();
            format!("{} ({})", first(&ranges, SHOWN), count(found.affected_tags.len(), "release"))
        }
    };
    lines.push(("Affected", affected));
    lines.push((
        "Fixed in",
        match found.standing().as_slice() {
            [] => "no release yet".to_owned(),
            [one] => safe(one),
            [first, .., last] => {
                format!("{} to {} ({})", safe(first), safe(last), count(found.standing().len(), "release"))
            }
        },
    ));
    if !found.withdrawn.is_empty() {
        let tags: Vec<String> = found.withdrawn.iter().map(|tag| safe(tag)).collect();
        lines.push(("Withdrawn", format!("{}: has the fix, and was rolled back", list(&tags))));
    }
    let carried = branches(found, State::Affected);
    if !carried.is_empty() {
        lines.push(("Carried by", list(&carried)));
    }
    let fixed = branches(found, State::Fixed);
    if !fixed.is_empty() {
        lines.push(("Fixed on", list(&fixed)));
    }
    for line in found.branches.iter().filter(|line| line.state == State::ByHand) {
        let paths: Vec<String> = line.without.iter().map(|path| safe(path)).collect();
        lines.push((
            "By hand",
            format!("{} was resolved without the fix in {}", safe(&line.branch), list(&paths)),
        ));
    }
    // Where the fix lies beside the fault is worth knowing while it can still be made smaller.
    if fix.name.is_some() && !found.outside.is_empty() {
        let paths: Vec<String> = found.outside.iter().map(|p| safe(p)).collect();
        lines.push(("Beside", format!("no such line in {}", first(&paths, 4))));
    }
    lines
}

fn branches(found: &Affected, state: State) -> Vec<String> {
    found.branches.iter().filter(|l| l.state == state).map(|l| safe(&l.branch)).collect()
}

fn range(span: &Span) -> String {
    if span.from == span.to {
        safe(&span.from)
    } else {
        format!("{} to {}", safe(&span.from), safe(&span.to))
    }
}

/// A paragraph for users, without names, commits or promises.
fn advisory(found: &Affected) -> String {
    if found.affected_tags.is_empty() {
        return "No released version is known to be affected.".to_owned();
    }
    let mut sentences = Vec::new();
    for span in &found.spans {
        let (which, are) = match (span.from == span.to, span.count) {
            (true, _) => (format!("Version {}", safe(&span.from)), "is"),
            (_, 2) => (format!("Versions {} and {}", safe(&span.from), safe(&span.to)), "are"),
            _ => (format!("Versions {} to {}", safe(&span.from), safe(&span.to)), "are"),
        };
        let what = match &span.update_to {
            Some(tag) => format!("update to {} or later", safe(tag)),
            None => "no fixed version is released yet".to_owned(),
        };
        sentences.push(format!("{which} {are} affected: {what}."));
    }
    let mut instead: Vec<Option<&String>> = found.spans.iter().map(|span| span.update_to.as_ref()).collect();
    instead.dedup();
    for tag in &found.withdrawn {
        let what = match instead.as_slice() {
            [Some(other)] => format!(": update to {} or later", safe(other)),
            _ => String::new(),
        };
        sentences.push(format!("Version {} was withdrawn{what}.", safe(tag)));
    }
    sentences.join("\n")
}

fn document(workspace: &Workspace, fix: &Fix, found: &Affected, advisory: &str) -> Value {
    json!({
        "name": fix.name,
        "rev": fix.rev,
        "base": fix.base,
        "tip": fix.tip,
        "candidates": found.candidates,
        "affected_tags": found.affected_tags,
        "fixed_tags": found.fixed_tags,
        "withdrawn_tags": found.withdrawn,
        "ranges": found.spans,
        "branches": found.branches,
        "outside": found.outside,
        "notes": found.notes,
        "complete": !workspace.repo.is_shallow(),
        "advisory": advisory,
    })
}
