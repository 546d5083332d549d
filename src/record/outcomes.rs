//! Release and end of a hotfix, as other clones claim them, held against this clone's refs: a claim that
//! production and its tags bear out counts; any other is said, and in nobody's way.

use super::Record;
use super::claims::{Borders, published};
use crate::git::GitError;
use crate::git::access::Access;
use crate::model::incident::outcome::Outcome;
use crate::model::incident::{End, Incident};
use crate::model::oid::Oid;
use crate::model::plan::tag_ref;
use crate::model::text::{safe, shell_word};
use crate::model::trailer;

impl Record<'_> {
    /// The incident with the release and the end that this clone's own events and refs tell.
    pub(super) fn check_outcome(
        &self,
        borders: &Borders<'_>,
        incident: &mut Incident,
        tip: Option<&Oid>,
    ) -> Result<(), GitError> {
        if !incident.is_own_outcome {
            return self.check_theirs(incident);
        }
        let Some(claimed) = incident.claimed.take() else { return Ok(()) };
        let production = incident.production.as_deref().unwrap_or(borders.production);
        let production = published(self.repo, borders, production)?;
        if incident.tag.is_none()
            && self.is_released(&claimed, incident.base.as_ref(), tip, production.as_ref())?
        {
            let end = incident.end;
            incident.take(&claimed);
            incident.end = incident.end.filter(|e| *e == End::Finished).or(end);
        }
        if let (Some(End::RolledBack), Some(production)) = (claimed.end, &production)
            && claimed.tag == incident.tag
            && self.is_taken_back(&claimed, production)?
        {
            incident.end = claimed.end;
        }
        // Nothing is left that could be released.
        if tip.is_none() && incident.tag.is_none() && incident.end.is_none() {
            incident.end = claimed.end.filter(|end| matches!(end, End::Cancelled | End::Declined));
        }
        self.say_unused(incident, &claimed);
        incident.claimed = Some(claimed);
        Ok(())
    }

    /// A tag that is here names its commit itself, and a hotfix is not released before it began.
    fn check_theirs(&self, incident: &mut Incident) -> Result<(), GitError> {
        let (Some(tag), Some(released)) = (&incident.tag, &incident.released) else { return Ok(()) };
        let Some(object) = self.repo.find_ref(&tag_ref(tag))? else { return Ok(()) };
        if self.repo.peel(&object)?.as_ref() == Some(released)
            && self.is_after(released, incident.base.as_ref())?
        {
            return Ok(());
        }
        self.dispute(incident, "release", tag);
        incident.tag = None;
        incident.released = None;
        incident.end = incident.end.filter(|end| !matches!(end, End::Finished | End::RolledBack));
        Ok(())
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
        let (Some(tag), Some(released), Some(production)) = (&claimed.tag, &claimed.released, production)
        else {
            return Ok(false);
        };
        let Some(object) = self.repo.find_ref(&tag_ref(tag))? else { return Ok(false) };
        if self.repo.peel(&object)?.as_ref() != Some(released)
            || !self.repo.is_ancestor(released, production)?
            || !self.is_after(released, base)?
        {
            return Ok(false);
        }
        match tip {
            Some(tip) => Ok(Some(tip) != base && self.repo.is_ancestor(tip, released)?),
            None => Ok(base.is_some()),
        }
    }

    fn is_after(&self, released: &Oid, base: Option<&Oid>) -> Result<bool, GitError> {
        let Some(base) = base else { return Ok(true) };
        Ok(!self.repo.has(base)? || !self.repo.is_ancestor(released, base)?)
    }

    /// Whether production holds the release that took this one back, and it says so itself.
    fn is_taken_back(&self, claimed: &Outcome, production: &Oid) -> Result<bool, GitError> {
        let (Some(tag), Some(by)) = (&claimed.tag, &claimed.taken_back_by) else { return Ok(false) };
        let Some(object) = self.repo.find_ref(&tag_ref(by))? else { return Ok(false) };
        let Some(by) = self.repo.peel(&object)? else { return Ok(false) };
        let says_so = |message: &str| trailer::values(message, trailer::ROLLBACK).contains(&tag.as_str());
        Ok(self.repo.is_ancestor(&by, production)? && says_so(&self.repo.commit(&by)?.message))
    }

    /// Says what is claimed and not used, and what to type where it is true.
    fn say_unused(&self, incident: &Incident, claimed: &Outcome) {
        let (name, by) = (safe(&incident.name), safe(&self.redact(&claimed.by)));
        let typed = shell_word(&incident.name);
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
            _ => return,
        };
        log::warn!(
            "the log says that {name} was {what} by {by}, which this clone's events and refs do not show; it is not \
             used. To follow: {out}"
        );
    }
}
