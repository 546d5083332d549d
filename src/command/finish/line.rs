//! The maintained line that a hotfix is for, where only the log of another clone names it: whoever can push a
//! log and a branch would choose where the fix is released.

use crate::cli::Finish;
use crate::command::{Session, again};
use crate::facts::{Hotfix, Workspace};
use crate::model::event::{Draft, Kind};
use crate::model::event_data::{LINE, Overruled};
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};

/// Makes sure that the line is meant, and writes a person's word for it down: it is asked once. True when it
/// was written, and the record has to be read again.
///
/// # Errors
/// When it is not confirmed; then nothing was changed.
pub(super) fn confirm(
    session: &Session,
    workspace: &Workspace,
    args: &Finish,
    hotfix: &Hotfix,
) -> anyhow::Result<bool> {
    let production = workspace.production_of(hotfix.incident.as_ref());
    let incident = hotfix.incident.as_ref().filter(|i| i.claims_line);
    let Some(incident) = incident else { return unknown(workspace, args, production) };
    let (name, line) = (safe(&hotfix.name), safe(production));
    let by = incident.claimant().map_or_else(|| "another clone".to_owned(), safe);
    let claim = format!("only the shared log says, in an event of {by}, that {name} is a fix for {line}");
    let usual = &workspace.config.branches.production;
    let agreed = match &args.line {
        Some(said) if said == production || said == usual => said,
        Some(_) => return unknown(workspace, args, production),
        None if session.dry_run() => {
            session.ui.warn(format!("{claim}; to release it there: --line {}", shell_word(production)));
            return Ok(false);
        }
        None if session.ui.is_interactive() && !session.ui.yes() => {
            session.ui.say(format!("{claim}, not for {}.", safe(usual)));
            if !session.ui.confirm(&format!("Release it on {line}?"), false)? {
                return Err(Failure::refused("declined; nothing was changed")
                    .hint(format!("{} --line {}", again("hotfix finish", &hotfix.name), shell_word(usual)))
                    .into());
            }
            production
        }
        None => {
            let again = again("hotfix finish", &hotfix.name);
            return Err(Failure::refused(format!("{claim}; nothing was changed"))
                .hint(format!("{again} --line {}    # if it is", shell_word(production)))
                .hint(format!("{again} --line {}    # if it is for production", shell_word(usual)))
                .into());
        }
    };
    if session.dry_run() {
        return Ok(false);
    }
    let said = Overruled { allowed: Some(LINE.to_owned()), reason: Some(agreed.to_owned()) };
    let draft = Draft::new(Kind::Decision, format!("it is released on {agreed}")).by_person().data(&said);
    workspace.record().note(&incident.id, draft);
    Ok(true)
}

/// A line that was typed is the one that the hotfix is for.
fn unknown(workspace: &Workspace, args: &Finish, production: &str) -> anyhow::Result<bool> {
    let Some(said) = args.line.as_deref().filter(|said| *said != production) else { return Ok(false) };
    let is_line = production != workspace.config.branches.production;
    let what = if is_line { "the line of this hotfix" } else { "production" };
    Err(Failure::usage(format!("{} is not {what}, which is {}", safe(said), safe(production))).into())
}
