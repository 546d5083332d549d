//! Release and end of a hotfix, as other clones claim them, held against this clone's refs: a claim that
//! production and its tags bear out counts; any other is said, and in nobody's way.

use super::Record;
use super::claims::{Borders, published};
use super::store::{Newest, log_ref};
use crate::git::access::Access;
use crate::git::merge::adds_nothing;
use crate::git::tags::{commit_of, since};
use crate::git::{GitError, Repo};
use crate::model::event::{Event, Kind, Pointer};
use crate::model::incident::outcome::Outcome;
use crate::model::incident::{End, Incident, slug};
use crate::model::oid::Oid;
use crate::model::text::{safe, shell_word};
use crate::model::trailer;
use std::collections::BTreeMap;

impl Record<'_> {
    /// The incident with the release and the end that this clone's own events and refs tell.
    pub(super) fn check_outcome(
        &self,
        borders: &Borders<'_>,
        incident: &mut Incident,
        tip: Option<&Oid>,
    ) -> Result<(), GitError> {
        let Some(claimed) = incident.claimed.take() else { return Ok(()) };
        // The name may have been used again since: then the branch is another hotfix's.
        let tip = if tip.is_some() && self.has_later(incident)? { None } else { tip };
        let production = incident.production.as_deref().unwrap_or(borders.production);
        let production = published(self.repo, borders, production)?;
        if incident.is_own_outcome {
            self.check_ours(incident, &claimed, tip, production.as_ref())?;
            self.say_unused(borders, incident, &claimed, production.as_ref())?;
        } else if !self.is_theirs(&claimed, incident.base.as_ref(), tip, production.as_ref())? {
            incident.take(&Outcome::default());
            self.say_unused(borders, incident, &claimed, production.as_ref())?;
        }
        incident.claimed = Some(claimed);
        Ok(())
    }

    /// What other clones claim of a hotfix of this one, as far as refs bear it out.
    fn check_ours(
        &self,
        incident: &mut Incident,
        claimed: &Outcome,
        tip: Option<&Oid>,
        production: Option<&Oid>,
    ) -> Result<(), GitError> {
        if incident.tag.is_none() && self.is_released(claimed, incident.base.as_ref(), tip, production)? {
            let end = incident.end;
            incident.take(claimed);
            incident.end = incident.end.filter(|e| *e == End::Finished).or(end);
        }
        if let (Some(End::RolledBack), Some(production)) = (claimed.end, production)
            && claimed.tag == incident.tag
            && self.is_taken_back(claimed, production)?
        {
            incident.end = claimed.end;
        }
        // Nothing is left that could be released.
        if tip.is_none() && incident.tag.is_none() && incident.end.is_none() {
            incident.end = claimed.end.filter(|end| matches!(end, End::Cancelled | End::Declined));
        }
        Ok(())
    }

    /// The release of a hotfix that was only looked at in this clone, a review: where its newest known commit is
    /// in a release of production, it is out, whoever released it.
    pub(super) fn find_release(
        &self,
        borders: &Borders<'_>,
        incident: &mut Incident,
        tip: Option<&Oid>,
    ) -> Result<(), GitError> {
        let deeds = [Kind::Publishing, Kind::Merged];
        let acted = deeds.iter().any(|kind| incident.own(kind).next().is_some());
        if !incident.is_own
            || !incident.is_adopted()
            || acted
            || incident.tag.is_some()
            || !incident.is_open()
        {
            return Ok(());
        }
        let production = incident.production.as_deref().unwrap_or(borders.production);
        let Some(production) = published(self.repo, borders, production)? else { return Ok(()) };
        // Another clone's word for a commit would make a release of anything that is in production.
        let seen = |e: &&Event| e.own && matches!(e.kind, Kind::Review | Kind::Commit);
        let known = || incident.events.iter().rev().filter(seen).find_map(|e| e.oid(Pointer::Commit));
        let Some(head) = tip.cloned().or_else(known) else { return Ok(()) };
        if incident.base.as_ref() == Some(&head) || !self.repo.has(&head)? {
            return Ok(());
        }
        for (tag, released) in since(self.repo, &production, incident.base.as_ref())? {
            if holds(self.repo, &released, &head)? {
                let end = tip.is_none().then_some(End::Finished);
                let outcome = Outcome { tag: Some(tag), released: Some(released), end, ..Outcome::default() };
                incident.take(&outcome);
                return Ok(());
            }
        }
        Ok(())
    }

    /// Whether what is told of a hotfix of another clone can be so. While its branch is here, refs have to show
    /// the release; where it is gone they must not contradict it, and it can have been given up.
    fn is_theirs(
        &self,
        told: &Outcome,
        base: Option<&Oid>,
        tip: Option<&Oid>,
        production: Option<&Oid>,
    ) -> Result<bool, GitError> {
        let (Some(tag), Some(released)) = (&told.tag, &told.released) else {
            return Ok(tip.is_none() && matches!(told.end, Some(End::Cancelled | End::Declined)));
        };
        if tip.is_some() {
            return self.is_released(told, base, tip, production);
        }
        let Some(commit) = commit_of(self.repo, tag)? else { return Ok(true) };
        // A line that is maintained no longer may be gone.
        let is_there = production.map_or(Ok(true), |tip| self.repo.is_ancestor(released, tip));
        Ok(commit == *released && is_there? && self.is_after(released, base)?)
    }

    /// Whether a later hotfix has the same name: after one of this clone, another one of it. A log of the name that
    /// somebody else began takes nothing away from what was begun here.
    fn has_later(&self, incident: &Incident) -> Result<bool, GitError> {
        let now = self.repo.moved_refs();
        let mut newest = self.newest.borrow_mut();
        if newest.as_ref().is_none_or(|(then, _)| *then != now) {
            *newest = Some((now, self.newest_of_each_name()?));
        }
        let latest =
            newest.as_ref().and_then(|(_, newest)| newest.get(&(incident.is_own, incident.name.clone())));
        Ok(latest.is_some_and(|latest| *latest > incident.started_at))
    }

    /// When the newest hotfix of each name that was used more than once began. All of them in one go: whoever can
    /// push can make any number of logs of one name.
    fn newest_of_each_name(&self) -> Result<Newest, GitError> {
        let ids = self.ids()?;
        let mut by_slug: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        for id in &ids {
            by_slug.entry(slug(id).unwrap_or(id)).or_default().push(id);
        }
        let mut newest = Newest::new();
        for id in by_slug.into_values().filter(|ids| ids.len() > 1).flatten() {
            let Some(tip) = self.repo.find_ref(&log_ref(id))? else { continue };
            let Some(incident) = self.folded(id, &tip).ok().flatten() else { continue };
            for own in [false, true].into_iter().filter(|own| !own || incident.is_own) {
                let latest = newest.entry((own, incident.name.clone())).or_insert(incident.started_at);
                *latest = incident.started_at.max(*latest);
            }
        }
        Ok(newest)
    }

    /// Whether refs show a claimed release: its tag is here and on that commit, which is in production and
    /// holds the hotfix.
    fn is_released(
        &self,
        claimed: &Outcome,
        base: Option<&Oid>,
        tip: Option<&Oid>,
        production: Option<&Oid>,
    ) -> Result<bool, GitError> {
        let Some(released) = claimed.released.as_ref() else { return Ok(false) };
        if !self.is_published(claimed, production)? || !self.is_after(released, base)? {
            return Ok(false);
        }
        match tip {
            Some(tip) => Ok(Some(tip) != base && holds(self.repo, released, tip)?),
            None => Ok(base.is_some()),
        }
    }

    /// Whether a claimed release is one of production: its tag is here and on that commit.
    fn is_published(&self, claimed: &Outcome, production: Option<&Oid>) -> Result<bool, GitError> {
        let (Some(tag), Some(released), Some(production)) = (&claimed.tag, &claimed.released, production)
        else {
            return Ok(false);
        };
        Ok(commit_of(self.repo, tag)?.as_ref() == Some(released)
            && self.repo.is_ancestor(released, production)?)
    }

    fn is_after(&self, released: &Oid, base: Option<&Oid>) -> Result<bool, GitError> {
        let Some(base) = base else { return Ok(true) };
        Ok(!self.repo.has(base)? || !self.repo.is_ancestor(released, base)?)
    }

    /// Whether production holds the release that took this one back, and it says so itself.
    fn is_taken_back(&self, claimed: &Outcome, production: &Oid) -> Result<bool, GitError> {
        let (Some(tag), Some(by)) = (&claimed.tag, &claimed.taken_back_by) else { return Ok(false) };
        let Some(by) = commit_of(self.repo, by)? else { return Ok(false) };
        let says_so = |message: &str| trailer::values(message, trailer::ROLLBACK).contains(&tag.as_str());
        Ok(self.repo.is_ancestor(&by, production)? && says_so(&self.repo.commit(&by)?.message))
    }

    /// Says what is claimed and not used, and what to type where it is true.
    fn say_unused(
        &self,
        borders: &Borders<'_>,
        incident: &Incident,
        claimed: &Outcome,
        production: Option<&Oid>,
    ) -> Result<(), GitError> {
        let (name, by) = (safe(&incident.name), safe(&self.redact(&claimed.by)));
        let typed = shell_word(&incident.name);
        if incident.is_own_outcome && incident.tag.is_none() && self.is_published(claimed, production)? {
            log::warn!(
                "the log says that {by} released {name} as {}, and its branch here has commits that are not in that \
                 release. To see which: hotfix finish {typed}",
                safe(&self.redact(claimed.tag.as_deref().unwrap_or_default()))
            );
            return Ok(());
        }
        let (what, out) = match claimed.end.filter(|end| incident.end != Some(*end)) {
            _ if claimed.tag.is_some() && claimed.tag != incident.tag => {
                let tag = claimed.tag.as_deref().unwrap_or_default();
                (format!("released as {}", safe(&self.redact(tag))), format!("hotfix finish {typed}"))
            }
            Some(End::Cancelled | End::Declined) if incident.end.is_none() => {
                ("given up".to_owned(), format!("hotfix abort {typed}"))
            }
            Some(End::Finished) if incident.end.is_none() => {
                ("finished".to_owned(), format!("hotfix finish {typed}"))
            }
            Some(End::RolledBack) => ("rolled back".to_owned(), "git fetch".to_owned()),
            _ => return Ok(()),
        };
        // Of another clone's hotfix more is known once the remote was read again.
        let is_public = !incident.is_own_outcome && what != "given up";
        let out = match borders.remote.filter(|_| is_public) {
            Some(remote) => format!("git fetch --prune --tags {}", shell_word(remote)),
            None => out,
        };
        log::warn!(
            "the log says that {name} was {what} by {by}, which this clone's events and refs do not show; it is not \
             used. To follow: {out}"
        );
        Ok(())
    }
}

/// Whether a release has the fix, as its commits or, squashed or rebased, as its content.
///
/// # Errors
/// When history cannot be read.
pub fn holds(repo: &Repo, release: &Oid, tip: &Oid) -> Result<bool, GitError> {
    if repo.is_ancestor(tip, release)? {
        return Ok(true);
    }
    let Some(fork) = repo.merge_base(tip, release)? else { return Ok(false) };
    Ok(fork != *release && !repo.changes(&fork, tip)?.is_empty() && adds_nothing(repo, release, tip)?)
}
