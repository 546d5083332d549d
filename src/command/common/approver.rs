//! Getting the yes for a plan: from a person on a terminal, or from `--yes`.

use crate::command::Session;
use crate::model::plan::{Answer, Approver, Change, Proposal, Step};
use crate::model::text::{count, list, safe};
use crate::terminal::style::Tone;

/// Shows a plan with `view` and asks `question`.
pub struct Confirm<'a, P> {
    pub session: &'a Session,
    pub view: &'a dyn Fn(&P) -> Vec<String>,
    pub question: String,
    /// The command that asks again.
    pub command: String,
    /// The command that is consent.
    pub consent: String,
    /// Whether consent was given on the command line.
    pub given: bool,
}

impl<P: Proposal> Approver<P> for Confirm<'_, P> {
    fn show(&self, plan: &P, change: Option<&Change>) {
        let ui = &self.session.ui;
        if let Some(change) = change {
            ui.say("");
            ui.say(Tone::Attention.paint("This differs from the plan that you confirmed:"));
            if !change.branches.is_empty() {
                ui.say(format!("  {} would get different content", list(&change.branches)));
            }
            if !change.untested.is_empty() {
                ui.say(format!("  {} in it not tested:", count(change.untested.len(), "file")));
                for path in change.untested.iter().take(8) {
                    ui.say(format!("    {}", safe(path)));
                }
            }
            ui.say("");
        }
        for line in (self.view)(plan) {
            ui.say(line);
        }
        ui.say("");
    }

    fn answer(&self, _: &P) -> anyhow::Result<Answer> {
        let ui = &self.session.ui;
        if self.given {
            return Ok(Answer::Given);
        }
        if !ui.is_interactive() {
            return Ok(Answer::Unasked);
        }
        Ok(if ui.confirm(&self.question, false)? { Answer::Yes } else { Answer::No })
    }

    fn command(&self, _: &P, yes: bool) -> String {
        if yes { self.consent.clone() } else { self.command.clone() }
    }
}

/// Whether a plan publishes, moves or deletes anything: only then it needs a yes. A merge that is left to
/// a person changes a worktree of its own.
pub fn changes_something(steps: &[Step]) -> bool {
    steps.iter().any(|step| !matches!(step, Step::Follow { .. } | Step::Record(_) | Step::Leave { .. }))
}
