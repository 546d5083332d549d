//! What a log says about code is a claim, unless this clone wrote it: anybody who can push a log can
//! put an event into it. Here, in one place, claims are held against this clone's configuration and
//! refs before any command works with an incident. What does not agree is said and not used.

use super::Record;
use crate::git::access::Access;
use crate::git::{GitError, Repo};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{head, tag_ref};
use crate::model::text::safe;

/// What the configuration says a hotfix can be about.
#[derive(Clone, Copy, Debug)]
pub struct Borders<'a> {
    /// What every hotfix branch begins with.
    pub prefix: &'a str,
    pub production: &'a str,
    pub remote: Option<&'a str>,
    /// Patterns of the branches that maintain old releases.
    pub lines: &'a [String],
    /// Whether a branch fits one of these patterns.
    pub fits: fn(&[String], &str) -> bool,
    /// Branches that get the fix merged back: patterns.
    pub merge_back: &'a [String],
}

impl Record<'_> {
    /// The incident without the claims that this clone's refs or configuration contradict.
    pub(super) fn checked(&self, mut incident: Incident) -> Result<Incident, GitError> {
        let Some(borders) = &self.borders else { return Ok(incident) };
        let named = format!("{}{}", borders.prefix, incident.name);
        if !incident.is_own || is_target(borders, &incident.branch) {
            if incident.branch != named {
                self.dispute(&incident, "branch", &incident.branch);
            }
            incident.branch = named;
        }
        let tip = tip_of(self.repo, borders, &incident.branch)?;
        if let Some(production) = &incident.production
            && production != borders.production
            && !incident.is_own
            && !(borders.fits)(borders.lines, production)
        {
            self.dispute(&incident, "production branch", production);
            incident.production = None;
        }
        if let (false, Some(base), Some(tip)) = (incident.is_own_base, &incident.base, &tip)
            && !(self.repo.has(base)? && self.repo.is_ancestor(base, tip)?)
        {
            self.dispute(&incident, "commit it was branched from", base.short());
            incident.base = None;
        }
        if !incident.is_own {
            // A version that the name does not give is asked for by whoever finishes it.
            incident.version = incident.version.take().filter(|v| *v == incident.name);
        }
        self.check_release(&mut incident)?;
        if self.signs {
            self.drop_unsigned_answers(&mut incident)?;
        }
        Ok(incident)
    }

    /// A tag that is here names its commit itself.
    fn check_release(&self, incident: &mut Incident) -> Result<(), GitError> {
        let (Some(tag), Some(released)) = (&incident.tag, &incident.released) else { return Ok(()) };
        let Some(object) = self.repo.find_ref(&tag_ref(tag))? else { return Ok(()) };
        if self.repo.peel(&object)?.as_ref() != Some(released) {
            self.dispute(incident, "release", tag);
            incident.tag = None;
            incident.released = None;
        }
        Ok(())
    }

    fn dispute(&self, incident: &Incident, what: &str, claimed: &str) {
        log::warn!(
            "the log of {} names '{}' as its {what}, which contradicts this clone; it is not used",
            safe(&incident.name),
            safe(&self.redact(claimed))
        );
    }
}

/// Whether a fix is merged into this branch, or released from it: no hotfix can be on it.
fn is_target(borders: &Borders<'_>, branch: &str) -> bool {
    branch == borders.production
        || (borders.fits)(borders.lines, branch)
        || (borders.fits)(borders.merge_back, branch) && !branch.starts_with(borders.prefix)
}

fn tip_of(repo: &Repo, borders: &Borders<'_>, branch: &str) -> Result<Option<Oid>, GitError> {
    match (repo.find_ref(&head(branch))?, borders.remote) {
        (None, Some(remote)) => repo.find_ref(&format!("refs/remotes/{remote}/{branch}")),
        (tip, _) => Ok(tip),
    }
}
