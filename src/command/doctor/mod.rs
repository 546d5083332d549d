//! `hotfix doctor`: everything that would go wrong at 3 am, before it does.

mod sharing;

use super::{Desk, Outcome};
use crate::cli::Doctor;
use crate::engine::craft::Craft;
use crate::engine::trust;
use crate::facts::release::around;
use crate::facts::{Site, deployment, targets};
use crate::git::access::Access;
use crate::git::door::Manner;
use crate::git::fetch::{self, View};
use crate::git::object::Signature;
use crate::git::repo::GIT_FLOOR;
use crate::model::failure::Kind;
use crate::model::plan::head;
use crate::model::text::{count, list, safe, shell_word};
use crate::model::version::split_tag;
use crate::system::files;
use crate::terminal::style::{Tone, pad, width};
use serde::Serialize;
use serde_json::json;
use std::time::Duration;

/// The longest the remote is waited for.
const PATIENCE: Duration = Duration::from_secs(10);

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

pub fn run(desk: &Desk, args: &Doctor) -> Outcome {
    let site = desk.site()?;
    let mut doctor = Visit { desk, site: &site, found: Vec::new() };
    doctor.git();
    doctor.identity();
    let view = doctor.remote(args.offline)?;
    doctor.branches(&view)?;
    doctor.releases(&view)?;
    doctor.signing()?;
    doctor.hooks()?;
    doctor.commands(&view)?;
    doctor.sharing()?;
    doctor.clone_itself()?;
    let found = doctor.found;
    let wide = width(found.iter().map(|f| f.id));
    for finding in &found {
        let sign = match finding.state {
            State::Ok => desk.ui.sign(Tone::Good),
            State::Warn => Tone::Attention.paint("!"),
            State::Bad => desk.ui.sign(Tone::Bad),
        };
        desk.ui.answer(format!("{sign} {}  {}", pad(finding.id, wide), safe(&finding.message)));
        if !finding.hint.is_empty() {
            desk.ui.answer(format!("  {}  {}", " ".repeat(wide), Tone::Dim.paint(&finding.hint)));
        }
    }
    let bad = found.iter().filter(|f| f.state == State::Bad).count();
    let warn = found.iter().filter(|f| f.state == State::Warn).count();
    desk.ui.say("");
    desk.ui.say(match (bad, warn) {
        (0, 0) => "Ready. Rehearse it once: hotfix drill".to_owned(),
        (0, n) => format!("Ready, with {} to look at.", count(n, "thing")),
        (n, _) => format!("{} would stop a hotfix.", count(n, "thing")),
    });
    desk.ui.document(json!({ "findings": found, "bad": bad, "warnings": warn }));
    Ok(if bad > 0 { Kind::Failed.exit_code() } else { 0 })
}

struct Visit<'a> {
    desk: &'a Desk,
    site: &'a Site,
    found: Vec<Finding>,
}

impl Visit<'_> {
    fn add(&mut self, id: &'static str, state: State, message: impl Into<String>, hint: impl Into<String>) {
        self.found.push(Finding { id, state, message: message.into(), hint: hint.into() });
    }

    fn ok(&mut self, id: &'static str, message: impl Into<String>) {
        self.add(id, State::Ok, message, "");
    }

    fn git(&mut self) {
        match self.site.repo.version() {
            Ok(version) if version >= GIT_FLOOR => self.ok("git", format!("git {}.{}", version.0, version.1)),
            Ok((major, minor)) => self.add(
                "git",
                State::Bad,
                format!("git {major}.{minor} cannot merge without a checkout"),
                format!("install git {}.{} or newer", GIT_FLOOR.0, GIT_FLOOR.1),
            ),
            Err(error) => self.add("git", State::Bad, error.detail(), ""),
        }
    }

    fn identity(&mut self) {
        match self.site.actor() {
            Some(actor) => self.ok("identity", format!("{} <{}>", actor.name, actor.email)),
            None => self.add(
                "identity",
                State::Bad,
                "git does not know who you are",
                "git config user.name \"Your Name\" && git config user.email you@example.com",
            ),
        }
    }

    fn remote(&mut self, offline: bool) -> anyhow::Result<View> {
        let last = fetch::last_known(&self.site.repo, self.site.remote())?;
        let Some(remote) = self.site.remote().map(str::to_owned) else {
            self.add(
                "remote",
                State::Warn,
                "there is no remote: releases stay in this clone",
                "git remote add origin URL",
            );
            return Ok(last);
        };
        let config = self.site.repo.config()?;
        let fetch_url = config.get(&format!("remote.{remote}.url")).map(crate::git::config::without_userinfo);
        let push_url = config.push_url(&remote);
        let is_mirror = config.get_bool(&format!("remote.{remote}.mirror")) == Some(true);
        if is_mirror {
            self.add(
                "remote",
                State::Bad,
                format!("{remote} is a mirror: a push there deletes what this clone lacks, the incident log included"),
                format!("git config --unset remote.{remote}.mirror"),
            );
        }
        if fetch_url != push_url
            && let (Some(from), Some(to)) = (&fetch_url, &push_url)
        {
            self.add("remote", State::Warn, format!("{remote} is read from {from} and pushed to {to}"), "");
        }
        if offline {
            return Ok(last);
        }
        let working = self.desk.ui.working(&format!("Reading {remote}…"));
        let manner = Manner { may_ask: false, limit: Some(PATIENCE) };
        let read = fetch::list(&self.site.repo, &remote, &[], manner);
        drop(working);
        Ok(match read {
            Ok(view) => {
                self.ok("remote", format!("{remote} answers without asking for anything"));
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

    fn branches(&mut self, view: &View) -> anyhow::Result<()> {
        let branches = self.site.config.branches.clone();
        for note in &self.site.config.notes {
            self.add("branches", State::Warn, note.clone(), "hotfix config --explain");
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
        let known = self.site.repo.has(tip)?;
        let backs: Vec<String> = if known {
            targets::merge_backs(self.site, view, &branches.production, tip)?
                .into_iter()
                .map(|(b, _)| b)
                .collect()
        } else {
            Vec::new()
        };
        let to = if backs.is_empty() { "nowhere else".to_owned() } else { list(&backs) };
        self.ok("branches", format!("{} is production; fixes are merged back to {to}", branches.production));
        if known
            && self.site.remote().is_some()
            && let Some(here) = self.site.repo.find_ref(&head(&branches.production))?
            && !self.site.repo.is_ancestor(&here, tip)?
        {
            let n = self.site.repo.log(&here, std::slice::from_ref(tip), 1000)?.len();
            let text = format!(
                "your local {} has {} that are not published; they never get into a hotfix",
                branches.production,
                count(n, "commit")
            );
            self.add("branches", State::Warn, text, "");
        }
        let blocking = branches.prefix.trim_end_matches('/');
        if blocking != branches.prefix
            && (view.heads.contains_key(blocking) || self.site.repo.find_ref(&head(blocking))?.is_some())
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

    fn releases(&mut self, view: &View) -> anyhow::Result<()> {
        let Some(tip) = view.heads.get(&self.site.config.branches.production) else { return Ok(()) };
        if !self.site.repo.has(tip)? {
            self.add(
                "releases",
                State::Warn,
                "production has commits this clone does not have yet",
                "git fetch",
            );
            return Ok(());
        }
        let around = around(self.site, view, &[tip])?;
        let versions = around.versions(None);
        let next = versions.scheme.tag(&versions.next());
        match &around.newest {
            Some(newest) => {
                self.ok("releases", format!("{} is the newest; the next hotfix is {next}", newest.name))
            }
            None => self.add(
                "releases",
                State::Warn,
                format!("production has no release tag; the first hotfix would be {next}"),
                "",
            ),
        }
        let odd: Vec<&String> = view.tags.keys().filter(|t| split_tag(t).is_none()).collect();
        if !odd.is_empty() {
            let shown: Vec<&&String> = odd.iter().take(3).collect();
            let shown: Vec<&str> = shown.iter().map(|t| t.as_str()).collect();
            self.add(
                "releases",
                State::Ok,
                format!("{} that are no releases never count: {}", count(odd.len(), "tag"), shown.join(", ")),
                "",
            );
        }
        let differing: Vec<String> = fetch::local_tags(&self.site.repo)?
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

    fn signing(&mut self) -> anyhow::Result<()> {
        let config = self.site.repo.config()?;
        let commits = config.get_bool("commit.gpgsign") == Some(true);
        let tags = config.get_bool("tag.gpgsign") == Some(true);
        let (Some(actor), Some(head)) = (self.site.actor(), self.site.repo.head()?.oid) else {
            return Ok(());
        };
        if !commits && !tags {
            self.ok("signing", "commits and tags are not signed here");
            return Ok(());
        }
        let signature =
            Signature { name: actor.name, email: actor.email, when: self.desk.env.now().fixed_offset() };
        let craft = Craft::new(&self.site.repo, signature, false);
        // Unreferenced objects, which git cleans up by itself.
        let tried = craft.try_signing(&head);
        match tried {
            Ok(()) => self.ok("signing", "commits and tags can be signed"),
            Err(error) => self.add(
                "signing",
                State::Bad,
                error.to_string().lines().next().unwrap_or_default(),
                "git commit --allow-empty -S -m test",
            ),
        }
        Ok(())
    }

    fn hooks(&mut self) -> anyhow::Result<()> {
        let actor = self.site.actor().unwrap_or_default();
        let signature =
            Signature { name: actor.name, email: actor.email, when: self.desk.env.now().fixed_offset() };
        let craft = Craft::new(&self.site.repo, signature, true);
        let names = ["pre-merge-commit", "prepare-commit-msg", "commit-msg", "pre-push"];
        let present: Vec<&str> = names.into_iter().filter(|name| craft.has_hook(name)).collect();
        if present.is_empty() {
            self.ok("hooks", "no hook runs during finish");
        } else {
            self.ok("hooks", format!("{} will run during finish", list(&present)));
        }
        Ok(())
    }

    fn commands(&mut self, view: &View) -> anyhow::Result<()> {
        let Some(tip) = view.heads.get(&self.site.config.branches.production) else { return Ok(()) };
        if !self.site.repo.has(tip)? {
            return Ok(());
        }
        let commands = deployment::commands(self.site, tip)?;
        if commands.deploy.is_none() {
            self.ok("deploy", "no deploy command: finish publishes, and something else deploys");
        }
        for command in &commands.foreign {
            if trust::is_trusted(&self.site.repo, command) {
                self.ok("deploy", format!("allowed: {command}"));
            } else {
                self.add(
                    "deploy",
                    State::Warn,
                    format!("nobody has allowed this command here yet: {command}"),
                    "finish asks once on a terminal; without one: --trust",
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

    fn clone_itself(&mut self) -> anyhow::Result<()> {
        let repo = &self.site.repo;
        if repo.is_shallow() {
            self.add(
                "clone",
                State::Warn,
                "this clone is shallow; finish has to fetch the rest first",
                "git fetch --unshallow",
            );
        }
        for name in ["index.lock", "HEAD.lock", "packed-refs.lock", "config.lock"] {
            for dir in [repo.git_dir(), repo.common_dir()] {
                let path = dir.join(name);
                if path.exists() && !self.found.iter().any(|f| f.message.contains(name)) {
                    let shown = path.display().to_string();
                    self.add(
                        "clone",
                        State::Bad,
                        format!("{shown} is left from a git that was killed, or git is running"),
                        format!("when no git is running: rm {}", shell_word(&shown)),
                    );
                }
            }
        }
        if self.site.record().has_spool() {
            self.add(
                "clone",
                State::Warn,
                "log lines wait because git could not write them",
                "hotfix note \"log works again\"",
            );
        }
        let probe = repo.common_dir().join("hotfix").join("doctor");
        match files::append_line_synced(&probe, "probe").and_then(|()| files::remove_file(&probe)) {
            Ok(()) => self.ok("clone", "the git directory can be written"),
            Err(error) => self.add(
                "clone",
                State::Bad,
                format!("the git directory cannot be written: {error}"),
                "df -h . && ls -ld .git",
            ),
        }
        Ok(())
    }
}
