//! What lies with the project: its remote, branches, releases and commands.

use super::{State, Visit};
use crate::command::{failure, templates};
use crate::engine::trust::{self, Purpose};
use crate::facts::release::around;
use crate::facts::{deployment, targets};
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::git::git_command::NetworkPolicy;
use crate::model::failure::Failure;
use crate::model::plan::head;
use crate::model::text::{count, list, safe, shell_word};
use crate::model::version::looks_like_a_release;
use crate::plan::version::Outlook;
use std::time::Duration;

/// The longest the remote is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

impl Visit<'_> {
    /// Texts that the repository brings along.
    pub(super) fn templates(&mut self) {
        match templates::try_all(self.workspace) {
            Ok(0) => {}
            Ok(n) => self.ok("templates", format!("{} of this repository can be used", count(n, "template"))),
            Err(error) => {
                let message = failure::of(&error).message.replace("; nothing was written", "");
                self.add("templates", State::Bad, message, "hotfix help templates");
            }
        }
    }

    pub(super) fn remote(&mut self, offline: bool) -> anyhow::Result<View> {
        let last = fetch::last_known(&self.workspace.repo, self.workspace.remote())?;
        let Some(remote) = self.workspace.remote().map(str::to_owned) else {
            // Where there are several, `branches` says that none stands out.
            if self.workspace.demand_remote().is_ok() {
                self.add(
                    "remote",
                    State::Warn,
                    "there is no remote: releases stay in this clone",
                    "git remote add origin URL",
                );
            }
            return Ok(last);
        };
        let config = self.workspace.repo.config()?;
        let fetch_url = config.fetch_url(&remote);
        let push_urls = config.push_urls(&remote);
        let is_mirror = config.get_bool(&format!("remote.{remote}.mirror")) == Some(true);
        if is_mirror {
            self.add(
                "remote",
                State::Bad,
                format!(
                    "{remote} is a mirror: a push there deletes what this clone lacks, the incident \
                         log included"
                ),
                format!("git config --unset remote.{remote}.mirror"),
            );
        }
        let elsewhere = config.pushed_elsewhere(&remote).is_some();
        if let Some(from) = fetch_url.filter(|from| push_urls.as_slice() != std::slice::from_ref(from)) {
            let (state, hint) = match (elsewhere, push_urls.len() > 1) {
                (true, _) => (
                    State::Warn,
                    "the push address differs from the fetch address: finish fails unless they agree",
                ),
                (_, true) => (State::Warn, "finish publishes to the fetch address first, then to the others"),
                _ => (State::Ok, ""),
            };
            self.add(
                "remote",
                state,
                format!("{remote} is fetched from {from} and pushed to {}", list(&push_urls)),
                hint,
            );
        }
        if offline {
            return Ok(last);
        }
        let working = self.session.ui.waiting(&format!("Reading {remote}…"), PATIENCE);
        let policy = NetworkPolicy { may_ask: false, limit: Some(PATIENCE), silence: None };
        let read = fetch::list(&self.workspace.repo, &remote, &[], policy);
        drop(working);
        Ok(match read {
            Ok(view) => {
                self.ok("remote", format!("{remote} can be read without a prompt"));
                view
            }
            Err(error) => {
                let why = if error.is_timeout() {
                    "it did not answer within 10 s".to_owned()
                } else {
                    error.detail()
                };
                let hint = format!("git ls-remote {}", shell_word(&remote));
                self.add(
                    "remote",
                    State::Bad,
                    format!("{remote} cannot be read: {}", why.replace('\n', " ")),
                    hint,
                );
                last
            }
        })
    }

    pub(super) fn branches(&mut self, view: &View) -> anyhow::Result<()> {
        let branches = self.workspace.config.branches.clone();
        let unclear = [self.workspace.demand_remote(), self.workspace.demand_production()];
        let unclear: Vec<_> = unclear.into_iter().filter_map(Result::err).map(|e| failure::of(&e)).collect();
        let said = |failure: &Failure| failure.message.replace("; nothing was changed", "");
        for note in &self.workspace.config.notes {
            if !unclear.iter().any(|failure| note.starts_with(&said(failure))) {
                self.add("branches", State::Warn, note.clone(), "hotfix config --explain");
            }
        }
        for failure in &unclear {
            self.add("branches", State::Bad, said(failure), failure.hints.join("    # or: "));
        }
        let Some(tip) = view.heads.get(&branches.production) else {
            self.add(
                "branches",
                State::Bad,
                format!("there is no branch {}", branches.production),
                "git config hotfix.branches.production NAME",
            );
            return Ok(());
        };
        let known = self.workspace.repo.has(tip)?;
        let backs = match known {
            true => targets::merge_backs(self.workspace, view, &branches.production, tip)?,
            false => Vec::new(),
        };
        let to = targets::merged_back_to(&backs);
        let place = match (self.workspace.remote(), self.workspace.address()) {
            (Some(remote), Some(address)) => format!(" on {remote} ({address})"),
            _ => String::new(),
        };
        if branches.production_known {
            let production = &branches.production;
            self.ok("branches", format!("{production}{place} is production; fixes are merged back to {to}"));
        }
        if known {
            for sentence in targets::missing(self.workspace, view, tip)?.sentences() {
                let hint = "hotfix config --explain branches    # set branches.merge_back in hotfix.toml";
                self.add("branches", State::Warn, sentence, hint);
            }
        }
        if known
            && self.workspace.remote().is_some()
            && let Some(here) = self.workspace.repo.find_ref(&head(&branches.production))?
            && !self.workspace.repo.is_ancestor(&here, tip)?
        {
            let n = self.workspace.repo.log(&here, std::slice::from_ref(tip), 1000)?.len();
            let text = format!(
                "your local {} has {}; a hotfix never includes them",
                branches.production,
                count(n, "unpushed commit")
            );
            self.add("branches", State::Warn, text, "");
        }
        let blocking = branches.prefix.trim_end_matches('/');
        if blocking != branches.prefix
            && (view.heads.contains_key(blocking) || self.workspace.repo.find_ref(&head(blocking))?.is_some())
        {
            self.add(
                "branches",
                State::Bad,
                format!("a branch called {blocking} makes {}NAME impossible", branches.prefix),
                "git config hotfix.branches.prefix fix/",
            );
        }
        Ok(())
    }

    pub(super) fn releases(&mut self, view: &View) -> anyhow::Result<()> {
        let Some(tip) = view.heads.get(&self.workspace.config.branches.production) else { return Ok(()) };
        if !self.workspace.repo.has(tip)? {
            self.add(
                "releases",
                State::Warn,
                "production has commits this clone does not have yet",
                "git fetch",
            );
            return Ok(());
        }
        let around = around(self.workspace, view, &[tip])?;
        let versions = around.versions(None);
        match (&around.newest, versions.outlook("hotfix finish NAME")) {
            (Some(newest), Outlook::Open(how)) => {
                self.ok("releases", format!("{} is the newest; {how}", newest.name));
            }
            (None, Outlook::Open(how)) => self.ok("releases", how),
            (newest, Outlook::Doubtful(doubt)) => {
                let newest = newest.as_ref().map_or_else(|| "no release".to_owned(), |n| n.name.clone());
                let message = format!("the newest in production is {newest}: {}", doubt.message);
                self.add("releases", State::Warn, message, doubt.hint);
            }
            (Some(newest), Outlook::Next(next)) => {
                self.ok("releases", format!("{} is the newest; the next hotfix is {next}", newest.name))
            }
            (None, Outlook::Next(next)) => self.add(
                "releases",
                State::Warn,
                format!("production has no release tag; the first hotfix would be {next}"),
                "",
            ),
        }
        let odd: Vec<&String> = view.tags.keys().filter(|t| !looks_like_a_release(t)).collect();
        if !odd.is_empty() {
            let shown: Vec<&&String> = odd.iter().take(3).collect();
            let shown: Vec<&str> = shown.iter().map(|t| t.as_str()).collect();
            self.add(
                "releases",
                State::Ok,
                format!(
                    "{} that are not releases are ignored: \
                         {}",
                    count(odd.len(), "tag"),
                    shown.join(", ")
                ),
                "",
            );
        }
        let differing: Vec<String> = fetch::local_tags(&self.workspace.repo)?
            .into_iter()
            .filter(|(name, oid)| view.tags.get(name).is_some_and(|there| there != oid))
            .map(|(name, _)| name)
            .collect();
        if let Some(first) = differing.first() {
            self.add(
                "releases",
                State::Warn,
                format!(
                    "{} here differ from the remote's: {}",
                    count(differing.len(), "tag"),
                    list(&differing)
                ),
                format!("git tag -d {} && git fetch --tags", shell_word(first)),
            );
        }
        Ok(())
    }

    pub(super) fn commands(&mut self, view: &View) -> anyhow::Result<()> {
        let Some(tip) = view.heads.get(&self.workspace.config.branches.production) else { return Ok(()) };
        if !self.workspace.repo.has(tip)? {
            return Ok(());
        }
        let commands = deployment::commands(self.workspace, tip)?;
        if commands.deploy.is_none() {
            self.ok("deploy", "no deploy command: finish publishes, and something else deploys");
        }
        for command in &commands.foreign {
            let verifies = commands.verify.iter().any(|stage| stage.command == *command);
            let what = if verifies { "verify" } else { "deploy" };
            if trust::is_trusted(&self.workspace.repo, Purpose::Deployment, command) {
                self.ok(what, format!("trusted: {command}"));
            } else {
                self.add(
                    what,
                    State::Warn,
                    format!("this command is not trusted here yet: {command}"),
                    "finish asks once on a terminal; without one: --trust",
                );
            }
        }
        for stage in commands.stages().iter().chain(&commands.rollback) {
            if let Some(path) = deployment::lacks(self.workspace, stage, tip)? {
                self.add(
                    "deploy",
                    State::Bad,
                    format!("{} runs {}, which production does not have", safe(&stage.name), safe(&path)),
                    format!("git add {}    # and get it into production", shell_word(&path)),
                );
            }
        }
        for table in &commands.will_not_run {
            self.add(
                "deploy",
                State::Warn,
                format!("{table} is not in production's hotfix.toml, so it will not run"),
                "",
            );
        }
        Ok(())
    }
}
