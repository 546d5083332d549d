//! What lies with the person and the machine: git, identity, signing, hooks, the clone.

use super::{State, Visit};
use crate::engine::object_writer::ObjectWriter;
use crate::git::access::Access;
use crate::git::object::Signature;
use crate::git::repo::GIT_FLOOR;
use crate::model::failure::Problem;
use crate::model::text::{list, shell_word};
use crate::system::files;

impl Visit<'_> {
    pub(super) fn git(&mut self) {
        match self.workspace.repo.version() {
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

    pub(super) fn identity(&mut self) {
        match self.workspace.actor() {
            Some(actor) => self.ok("identity", format!("{} <{}>", actor.name, actor.email)),
            None => {
                let problem = Problem::no_identity();
                self.add("identity", State::Bad, problem.message, problem.hint);
            }
        }
    }

    pub(super) fn signing(&mut self) -> anyhow::Result<()> {
        let config = self.workspace.repo.config()?;
        let (Some(actor), Some(head)) = (self.workspace.actor(), self.workspace.repo.head()?.oid) else {
            return Ok(());
        };
        if !config.signs_commits() && config.signs_tags().is_none() {
            self.ok("signing", "commits and tags are not signed here");
            return Ok(());
        }
        let signature =
            Signature { name: actor.name, email: actor.email, when: self.session.env.now().fixed_offset() };
        let writer = ObjectWriter::new(&self.workspace.repo, signature, false);
        // Unreferenced objects, which git cleans up by itself.
        let tried = writer.try_signing_a_commit(&head).and_then(|()| writer.try_signing_a_tag(&head));
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

    pub(super) fn hooks(&mut self) -> anyhow::Result<()> {
        let actor = self.workspace.actor().unwrap_or_default();
        let signature =
            Signature { name: actor.name, email: actor.email, when: self.session.env.now().fixed_offset() };
        let writer = ObjectWriter::new(&self.workspace.repo, signature, true);
        let names = ["pre-merge-commit", "prepare-commit-msg", "commit-msg", "pre-push"];
        let present: Vec<&str> = names.into_iter().filter(|name| writer.has_hook(name)).collect();
        if present.is_empty() {
            self.ok("hooks", "no hook runs during finish");
        } else {
            self.ok("hooks", format!("{} will run during finish", list(&present)));
        }
        Ok(())
    }

    pub(super) fn clone_itself(&mut self) -> anyhow::Result<()> {
        let repo = &self.workspace.repo;
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
                        format!("{shown} was left by a git that was killed, or git is running"),
                        format!("when no git is running: rm {}", shell_word(&shown)),
                    );
                }
            }
        }
        if self.workspace.record().has_spool() {
            self.add(
                "clone",
                State::Warn,
                "log lines are in a spool file because git could not write them",
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
