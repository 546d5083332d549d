//! Publishing the branch that a request comes from: to production's repository, or to our fork of it where
//! we may not push there.

use super::{Errand, Through};
use crate::engine::publish::{Settled, publish, publish_saying};
use crate::facts::requested;
use crate::forge::Kind;
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::plan::{Update, head};
use crate::model::request::Home;
use crate::model::text::{safe, safe_lines};
use crate::system::fault::fault;

/// Where the branch is now.
pub(super) enum Placed {
    At(Home),
    /// It moved there.
    Stale(String),
}

impl Through<'_> {
    /// Publishes the branch where its home does not have it.
    pub(super) fn publish(&self, errand: &Errand) -> anyhow::Result<Placed> {
        let mut home = errand.home.clone();
        if home.published.as_ref() == Some(&errand.commit) {
            return Ok(Placed::At(home));
        }
        let mut settled = self.push(errand, &home)?;
        let fork = self.door.fork.as_ref().filter(|_| home.fork.is_none() && home.published.is_none());
        if let (Settled::Refused(refusal), Some(fork)) = (&settled, fork)
            && refusal.forbidden
        {
            let (place, path) = (self.remote, safe(&fork.path));
            self.watch.say(&format!("you cannot push to {place}; the branch goes to your fork {path}"));
            home = Home { remote: fork.remote.clone(), fork: Some(fork.path.clone()), published: None };
            settled = self.push(errand, &home)?;
        }
        fault!("request: the branch is published");
        match settled {
            Settled::Published => {
                self.watch.say(&format!("{} is on {}", safe(&errand.head), home.remote));
                Ok(Placed::At(home))
            }
            Settled::Stale(name) => Ok(Placed::Stale(name)),
            Settled::Torn { has, .. } => Ok(Placed::Stale(has.first().cloned().unwrap_or_default())),
            Settled::Refused(refusal) => {
                let (remote, words) = (&home.remote, safe_lines(&refusal.sentence()));
                let name = safe(&refusal.name);
                let message = format!(
                    "{remote} refused {name}: {words}\n{} gets nothing, and nothing was changed here.",
                    safe(&errand.base)
                );
                let failure = if let Some((line, delete)) = refusal.in_the_way(remote) {
                    Failure::failed(format!("{message}\n{line}")).hint(delete)
                } else if refusal.forbidden {
                    let add = format!("git remote add fork ADDRESS    # your own fork of {}", self.page());
                    Failure::new(FailureKind::Authentication, message).hint(add)
                } else {
                    Failure::failed(message)
                };
                Err(failure.hint(self.asked.again.clone()).into())
            }
        }
    }

    fn page(&self) -> String {
        safe(&self.door.place.page())
    }

    fn push(&self, errand: &Errand, home: &Home) -> anyhow::Result<Settled> {
        let update =
            Update { name: head(&errand.head), expect: home.published.clone(), new: errand.commit.clone() };
        requested::remember(self.workspace, &errand.commit);
        let lock = || self.lock.and_then(|lock| lock.file().try_clone().ok());
        let updates = std::slice::from_ref(&update);
        let options = self.options(errand, home);
        let settled = publish_saying(self.workspace, &home.remote, updates, &[], lock(), &options)?;
        match settled {
            // A server that takes no words with a push takes it without them.
            Settled::Refused(refusal) if !options.is_empty() && !refusal.forbidden => {
                publish(self.workspace, &home.remote, updates, &[], lock())
            }
            settled => Ok(settled),
        }
    }

    /// At GitLab the push itself can open the request, which no other forge does without a token.
    fn options(&self, errand: &Errand, home: &Home) -> Vec<String> {
        let opens = self.door.forge.is_none() && home.published.is_none();
        if !opens || self.door.place.kind != Kind::GitLab {
            return Vec::new();
        }
        let mut options = vec![
            "merge_request.create".to_owned(),
            format!("merge_request.target={}", errand.base),
            // A line break in one of them is an error of git's.
            format!("merge_request.title={}", safe(&errand.title)),
        ];
        if home.fork.is_some() {
            options.push(format!("merge_request.target_project={}", self.door.place.address.path));
        }
        options
    }
}
