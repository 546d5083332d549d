//! The evidence for one hotfix: its lines, what is there now, and the commits between.

use crate::command::Session;
use crate::facts::Workspace;
use crate::facts::audit::{Audit, Audited};
use crate::insight::presence::{Standing, Why};
use crate::model::text::{safe, shorten};
use crate::terminal::style::Tone;
use serde_json::{Value, json};

/// How many lines of each side are shown.
const LINES: usize = 12;

/// Prints it, and returns it for JSON.
///
/// # Errors
/// When contents or history cannot be read.
pub fn show(session: &Session, workspace: &Workspace, audit: &Audit, fix: &Audited) -> anyhow::Result<Value> {
    let mut all = Vec::new();
    for place in &fix.places {
        if place.verdict.standing == Standing::Kept && place.verdict.why == Why::There {
            continue;
        }
        for evidence in audit.evidence(workspace, fix, place)? {
            let line = evidence.line.map(|line| format!(":{line}")).unwrap_or_default();
            session.ui.answer("");
            session.ui.answer(Tone::Strong.paint(format!(
                "  {} in {}",
                safe(&format!("{}{line}", evidence.path)),
                safe(&place.branch.name)
            )));
            rows(session, "the fix", evidence.removed.iter().map(|l| format!("- {l}")));
            rows(session, "", evidence.added.iter().map(|l| format!("+ {l}")));
            match &evidence.now {
                Some(now) => rows(session, "now", now.iter().map(|l| format!("  {l}"))),
                None => rows(session, "now", std::iter::once("  (the file is not there)".to_owned())),
            }
            let commits = evidence.between.iter().map(|(id, day, subject)| format!("{id} {day} {subject}"));
            rows(session, "between", commits);
            let mut json = serde_json::to_value(&evidence).unwrap_or_default();
            if let Some(map) = json.as_object_mut() {
                map.insert("ref".to_owned(), json!(place.branch.name));
            }
            all.push(json);
        }
    }
    Ok(Value::Array(all))
}

fn rows(session: &Session, head: &str, lines: impl Iterator<Item = String>) {
    let mut head = head;
    for (n, line) in lines.enumerate() {
        if n == LINES {
            session.ui.answer(format!("    {:8} …", ""));
            break;
        }
        session.ui.answer(format!("    {head:8} {}", shorten(&safe(&line), 66)));
        head = "";
    }
}
