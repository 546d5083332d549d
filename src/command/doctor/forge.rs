//! What the forge says about production: who may push, what a request needs, and whether we may ask.

use super::{State, Visit};
use crate::command::trust;
use crate::facts::forge::{committed, door};
use crate::facts::forked_from::forked_from;
use crate::forge::{ForgeError, Wanted};
use crate::git::fetch::View;
use crate::model::request::{MergeMethod, Push, Rules};
use crate::model::text::{count, list, safe};

impl Visit<'_> {
    /// The rules of production; nothing where no forge is known.
    pub(super) fn forge(&mut self, offline: bool, view: &View) -> anyhow::Result<()> {
        if offline || self.workspace.remote().is_none() {
            return Ok(());
        }
        let mut believed = true;
        for line in committed(&self.workspace.config) {
            believed &= trust::is_believed(self.session, self.workspace, &line, false)?;
        }
        let door = match door(self.workspace, believed) {
            Ok(Some(door)) => door,
            Ok(None) => return Ok(()),
            Err(error) => {
                self.add("forge", State::Warn, error.to_string(), "");
                return Ok(());
            }
        };
        if let Some(parent) = forked_from(self.workspace) {
            let remote = self.workspace.remote().unwrap_or_default();
            let message =
                format!("{remote} is a fork of {}, so production is probably not there", safe(&parent.path));
            self.add("fork", State::Warn, message, parent.line());
        }
        let (what, host) = (door.place.kind.request(), door.place.address.authority());
        let (Some(forge), Some(token)) = (&door.forge, &door.token) else {
            let message =
                format!("there is no token for {host}: finish then prints the address that opens the {what}");
            self.add(
                "forge",
                State::Warn,
                message,
                "export HOTFIX_FORGE_TOKEN=…    # or sign in with gh or glab",
            );
            return Ok(());
        };
        let production = self.workspace.config.branches.production.clone();
        let Some(tip) = view.heads.get(&production) else { return Ok(()) };
        match forge.look(Wanted { head: &production, base: &production, tip, by_name: false, fork: None }) {
            Ok(seen) => {
                if let (Some(fork), Some(remote)) = (&door.fork, self.workspace.remote()) {
                    let (path, from) = (safe(&fork.path), safe(&fork.remote));
                    self.ok(
                        "fork",
                        format!("{what}s come from {path} ({from}) where {remote} takes no branch"),
                    );
                }
                let words = rules(&production, what, &seen.rules);
                self.ok(
                    "forge",
                    format!("{} at {host}, token from {}: {words}", door.place.kind, token.place),
                );
            }
            Err(error) => {
                let hint = match &error {
                    ForgeError::Denied { hint: Some(hint), .. } => hint.clone(),
                    _ => String::new(),
                };
                let message = format!("{error}; the token is from {}", token.place);
                self.add("forge", State::Warn, message, hint);
            }
        }
        Ok(())
    }
}

/// `main takes pull requests only: 1 approval, checks test and build, squash only`.
fn rules(branch: &str, what: &str, rules: &Rules) -> String {
    let takes = match rules.push {
        Push::Allowed => "accepts pushes".to_owned(),
        Push::Refused => format!("accepts only {what}s"),
        Push::Unknown => "may accept pushes".to_owned(),
    };
    let mut asks = Vec::new();
    if rules.approvals > 0 {
        asks.push(count(usize::try_from(rules.approvals).unwrap_or(usize::MAX), "approval"));
    }
    if rules.code_owners {
        asks.push("a code owner".to_owned());
    }
    if !rules.checks.is_empty() {
        asks.push(format!("checks {}", list(&rules.checks.iter().map(|c| safe(c)).collect::<Vec<_>>())));
    } else if rules.all_checks {
        asks.push("a pipeline that passed".to_owned());
    }
    if rules.queue {
        asks.push("a merge queue".to_owned());
    }
    if let [only] = rules.methods.as_slice()
        && *only != MergeMethod::Merge
    {
        asks.push(format!("{} only", only.words()));
    }
    if asks.is_empty() {
        format!("{branch} {takes}")
    } else {
        format!("{branch} {takes}: {}", asks.join(", "))
    }
}
