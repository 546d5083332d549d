//! Whether the incident log gets to where it is meant to go.

use super::{State, Visit};
use crate::engine::share;
use crate::engine::share_target::{Memory, Place};
use crate::model::text::safe;

impl Visit<'_> {
    pub(super) fn sharing(&mut self) -> anyhow::Result<()> {
        let repo = &self.workspace.repo;
        let config = repo.config()?;
        let is_mirror = |r: &&String| config.get_bool(&format!("remote.{r}.mirror")) == Some(true);
        let others = config.remotes().into_iter().filter(|r| Some(r.as_str()) != self.workspace.remote());
        for remote in others.filter(|r| is_mirror(&r)) {
            self.add(
                "remote",
                State::Warn,
                format!("{remote} is a mirror: a push there deletes incident logs this clone lacks"),
                format!("git config --unset remote.{remote}.mirror"),
            );
        }
        let place = match Place::choose(self.workspace, None) {
            Ok(place) => place,
            Err(error) if self.workspace.config.incident.remote.is_some() => {
                self.add("log", State::Warn, error.to_string(), "hotfix config incident --explain");
                return Ok(());
            }
            Err(_) => return Ok(()),
        };
        let memory = Memory::read(repo);
        let name = place.name();
        if let Some(why) = place.refusal(&memory) {
            self.add(
                "log",
                State::Warn,
                format!("{name} rejected incident logs last time: {}", safe(&why)),
                "git config hotfix.incident.remote URL    # or: hotfix sync, to try again",
            );
        } else if place.is_agreed(&memory) && share::is_all_there(repo, &place)? {
            self.ok("log", format!("incident logs are shared with {name}"));
        } else if place.is_agreed(&memory) {
            self.add(
                "log",
                State::Warn,
                format!("{name} does not have all of the incident logs"),
                "hotfix sync",
            );
        } else if self.workspace.config.incident.share {
            self.add(
                "log",
                State::Warn,
                format!("incident.share is set, but sending logs to {name} has not been confirmed here"),
                "hotfix sync",
            );
        } else {
            self.ok("log", "incident logs stay in this clone");
        }
        Ok(())
    }
}
