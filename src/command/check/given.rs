//! Answers to the checklist from the command line.

use crate::cli::Check;
use crate::command::usage::quoted_here;
use crate::facts::Workspace;
use crate::model::checklist::{Item, REVIEWED, Verdict, is_reason, no_reason, waive_options};
use crate::model::failure::Failure;
use crate::model::text::{safe, safe_lines, shell_word};

/// An answer from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub verdict: Verdict,
    pub reason: Option<String>,
    /// Whom the responder names as having answered.
    pub by: Option<String>,
}

/// The answers of a command line, in the order of its flags.
pub(super) fn given(
    workspace: &Workspace,
    args: &Check,
    flag: &str,
) -> Result<Vec<(String, Given)>, Failure> {
    let yes = || Given { verdict: Verdict::Pass, reason: None, by: None };
    let mut answers: Vec<(String, Given)> = Vec::new();
    for id in &args.ids {
        let item = known(workspace, id).map_err(|failure| match quoted_here(id) {
            Some(line) if !args.waive.is_empty() => Failure::usage(format!(
                "not a check: '{}'; words with spaces need quotes. Nothing was recorded.",
                safe(id)
            ))
            .hint(line),
            _ => failure,
        })?;
        answers.push((item.id.clone(), yes()));
    }
    for text in &args.answer {
        let (id, value) = pair(text, "--answer", "ID=yes")?;
        let item = known(workspace, id)?;
        let given = match value.to_ascii_lowercase().as_str() {
            "yes" | "y" | "true" => yes(),
            "no" | "n" | "false" => Given { verdict: Verdict::Fail, ..yes() },
            // A colleague who said yes by other means than this program.
            _ if item.id == REVIEWED && value.contains('@') => Given { by: Some(safe(value)), ..yes() },
            _ => {
                return Err(Failure::usage(format!("not an answer to {id}: '{}'", safe(value)))
                    .hint(format!("hotfix check{flag} --answer {id}=yes")));
            }
        };
        answers.push((item.id.clone(), given));
    }
    answers.extend(waivers(workspace, &args.waive)?);
    for id in &args.only {
        known(workspace, id)?;
    }
    Ok(answers)
}

/// Reads `--waive ID=REASON`.
///
/// # Errors
/// An unknown item, or no reason.
pub fn waivers(workspace: &Workspace, texts: &[String]) -> Result<Vec<(String, Given)>, Failure> {
    texts
        .iter()
        .map(|text| {
            let (id, reason) = pair(text, "--waive", "ID=REASON")?;
            let item = known(workspace, id)?;
            let reason = safe_lines(reason).trim().to_owned();
            if !is_reason(&reason) {
                let line = format!("hotfix check{}", waive_options(&[id]).replace("why", "your reason"));
                return Err(Failure::usage(no_reason(&format!("waiving {id}"), &reason)).hint(line));
            }
            Ok((item.id.clone(), Given { verdict: Verdict::Waived, reason: Some(reason), by: None }))
        })
        .collect()
}

fn pair<'a>(text: &'a str, flag: &str, form: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=').ok_or_else(|| {
        let value = if flag == "--waive" { "\"why\"" } else { "yes" };
        Failure::usage(format!("{flag} takes {form}, not '{}'", safe(text)))
            .hint(format!("hotfix check {flag} {}={value}", shell_word(text)))
    })
}

fn known<'a>(workspace: &'a Workspace, id: &str) -> Result<&'a Item, Failure> {
    let items = &workspace.config.checks;
    items.iter().find(|i| i.id == id).ok_or_else(|| {
        let ids: Vec<&str> = items.iter().map(|i| i.id.as_str()).collect();
        let failure =
            Failure::usage(format!("not a check: '{}'; the checks are {}", safe(id), ids.join(", ")));
        // Somebody's answer is an option, because its value is a name.
        match id.split_once('=') {
            Some((item, _)) if ids.contains(&item) => {
                failure.hint(format!("hotfix check --answer {}", shell_word(id)))
            }
            _ => failure.meant(id, ids.iter().copied()),
        }
    })
}
