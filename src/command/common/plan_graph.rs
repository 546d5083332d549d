//! The plan of a finish as a small graph: which branch goes where, in at most five lines.

use crate::model::plan::{FinishPlan, Method, Outcome, Role, Target};
use crate::model::text::shorten;
use crate::terminal::style::{Symbols, pad};

/// Columns up to the names of the branches.
const WIDTH: usize = 28;
/// The most columns for names.
const NAMES: usize = 48;

/// The graph; nothing where the fix is not merged into production, as there is nothing to draw then.
pub fn lines(plan: &FinishPlan, symbols: Symbols) -> Vec<String> {
    let arrives = |t: &&Target| t.outcome == Outcome::Clean;
    let merged = |t: &&Target| t.role == Role::Production && t.method == Method::Merge;
    let Some(production) = plan.targets.iter().filter(arrives).find(merged) else { return Vec::new() };
    let backs: Vec<&str> = plan
        .targets
        .iter()
        .filter(arrives)
        .filter(|t| t.role == Role::MergeBack && t.method != Method::CherryPick)
        .map(|t| t.branch.as_str())
        .collect();
    // A rollback is a commit on production itself, after the release that it undoes.
    let reverts = plan.undoes.is_some();
    let was = plan.undoes.as_deref().or(plan.release.previous.as_deref()).unwrap_or_default();
    let tags = format!("      {}{}", pad(&shorten(was, 13), 14), plan.release.tag);
    let row = |drawing: &str, names: &str| {
        format!("  {}{}", pad(drawing, WIDTH), shorten(names, NAMES)).trim_end().to_owned()
    };
    let mut out = vec![tags, row("────●─────────────◆──────", &production.branch)];
    if reverts {
        if !backs.is_empty() {
            out.push(row("                   ╲", ""));
            out.push(row("──●─────────────────◆────", &backs.join(", ")));
        }
    } else if backs.is_empty() {
        out.push(row("     ╲           ╱", ""));
        out.push(row("      ●─────────●", &plan.branch));
    } else {
        out.push(row("     ╲           ╱ ╲", ""));
        out.push(row("      ●─────────●   ╲", &plan.branch));
        out.push(row("──●──────────────────◆───", &backs.join(", ")));
    }
    if !symbols.is_unicode() {
        let plain = |c: char| match c {
            '─' => '-',
            '●' => 'o',
            '◆' => '*',
            '╲' => '\\',
            '╱' => '/',
            c => c,
        };
        out = out.iter().map(|line| line.chars().map(plain).collect()).collect();
    }
    out.push(String::new());
    out
}
