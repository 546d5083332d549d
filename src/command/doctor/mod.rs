//! `hotfix doctor`: everything that would go wrong at 3 am, before it does.

mod forge;
mod machine;
mod notify;
mod project;
mod sharing;

use super::{Outcome, Session};
use crate::cli::Doctor;
use crate::facts::Workspace;
use crate::model::failure::Kind;
use crate::model::text::{count, safe};
use crate::terminal::style::{Tone, pad, width};
use serde::Serialize;
use serde_json::json;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    Warn,
    Bad,
}

#[derive(Clone, Debug, Serialize)]
struct Finding {
    id: &'static str,
    state: State,
    message: String,
    hint: String,
}

pub fn run(session: &Session, args: &Doctor) -> Outcome {
    let workspace = session.workspace()?;
    let mut doctor = Visit { session, workspace: &workspace, found: Vec::new() };
    doctor.git();
    doctor.identity();
    let view = doctor.remote(args.offline)?;
    doctor.branches(&view)?;
    doctor.forge(args.offline, &view)?;
    doctor.releases(&view)?;
    doctor.signing()?;
    doctor.hooks()?;
    doctor.commands(&view)?;
    doctor.templates();
    doctor.sharing()?;
    doctor.notify(args.offline);
    doctor.clone_itself()?;
    let found = doctor.found;
    let wide = width(found.iter().map(|f| f.id));
    for finding in &found {
        let sign = match finding.state {
            State::Ok => session.ui.sign(Tone::Good),
            State::Warn => Tone::Attention.paint("!"),
            State::Bad => session.ui.sign(Tone::Bad),
        };
        session.ui.answer(format!("{sign} {}  {}", pad(finding.id, wide), safe(&finding.message)));
        if !finding.hint.is_empty() {
            session.ui.answer(format!("  {}  {}", " ".repeat(wide), Tone::Dim.paint(&finding.hint)));
        }
    }
    let bad = found.iter().filter(|f| f.state == State::Bad).count();
    let warn = found.iter().filter(|f| f.state == State::Warn).count();
    session.ui.say("");
    session.ui.say(match (bad, warn) {
        (0, 0) => "Ready. Rehearse it once: hotfix drill".to_owned(),
        (0, n) => format!("Ready, with {} to review.", count(n, "thing")),
        (n, _) => format!("{} would stop a hotfix.", count(n, "thing")),
    });
    session.ui.document(json!({ "findings": found, "bad": bad, "warnings": warn }));
    Ok(if bad > 0 { Kind::Failed.exit_code() } else { 0 })
}

struct Visit<'a> {
    session: &'a Session,
    workspace: &'a Workspace,
    found: Vec<Finding>,
}

impl Visit<'_> {
    fn add(&mut self, id: &'static str, state: State, message: impl Into<String>, hint: impl Into<String>) {
        self.found.push(Finding { id, state, message: message.into(), hint: hint.into() });
    }

    fn ok(&mut self, id: &'static str, message: impl Into<String>) {
        self.add(id, State::Ok, message, "");
    }
}
