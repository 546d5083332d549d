//! Whether those who are to be told can be told. Nothing is sent.

use super::{State, Visit};
use crate::command::courier;
use crate::engine::notify::{Way, limit};
use crate::git::http::reach_anywhere;
use crate::model::text::safe;
use crate::record::outbox::Outbox;
use std::time::Instant;

impl Visit<'_> {
    pub(super) fn notify(&mut self, offline: bool) {
        let (workspace, session) = (self.workspace, self.session);
        let reach = reach_anywhere(&workspace.repo, &session.env);
        for place in &workspace.config.notify {
            let name = safe(&place.place());
            if !courier::is_allowed(workspace, place, false) {
                let message = format!("{name} is not told: nobody has agreed to it in this clone");
                self.add("notify", State::Warn, message, "hotfix notify --trust");
                continue;
            }
            if offline {
                continue;
            }
            let mut way = Way::new(place, &session.env, &reach, workspace.root(), Instant::now() + limit());
            match way.try_out() {
                Ok(()) => self.ok("notify", format!("{name} can be reached (nothing was sent)")),
                Err(why) => {
                    let message = format!("{name} would not be told: {why}");
                    self.add("notify", State::Warn, message, format!("hotfix notify --test {}", place.kind));
                }
            }
        }
        let left = courier::trouble(
            Outbox::of(workspace.repo.common_dir()).look().entries.iter(),
            workspace.env.now(),
        );
        for (place, why) in left {
            self.add("notify", State::Warn, format!("{}: {why}", safe(&place)), "hotfix notify --list");
        }
    }
}
