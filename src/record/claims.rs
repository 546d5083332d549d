//! What a log says about code is a claim, unless this clone wrote it: anybody who can push a log can
//! put an event into it. Here, in one place, claims are held against this clone's configuration and
//! refs before any command works with an incident. What does not agree is said and not used.

use super::Record;
use crate::git::access::Access;
use crate::git::tags::{commit_of, has_release_between};
use crate::git::{GitError, Repo};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::head;
use crate::model::text::safe;
use crate::model::version::split_tag;

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
    /// The same for patterns of lines.
    pub is_line: fn(&[String], &str) -> bool,
    /// Whether a branch fits one of them, or is called like a line.
    pub is_called_a_line: fn(&[String], &str) -> bool,
    /// Branches that get the fix merged back: patterns.
    pub merge_back: &'a [String],
}

impl Record<'_> {
    /// The incident without the claims that this clone's refs or configuration contradict.
    pub(super) fn checked(&self, mut incident: Incident) -> Result<Incident, GitError> {
        let Some(borders) = &self.borders else { return Ok(incident) };
        let named = format!("{}{}", borders.prefix, incident.name);
        if !incident.is_own || is_target(borders, &incident.branch) {
            // A rollback has no branch, and is called as the release that it undoes.
            let has_none = incident.undone().is_some() && incident.branch == incident.name;
            if incident.branch != named && !has_none {
                self.dispute(&incident, "branch", &incident.branch);
            }
            incident.branch = named;
        }
        let tip = tip_of(self.repo, borders, &incident.branch)?;
        if let Some(production) = &incident.production
            && production != borders.production
            && !incident.is_own
        {
            if let Some(agreed) = incident.agreed_line() {
                incident.production = Some(agreed);
            } else if self.can_be_for(borders, production, tip.as_ref())? {
                incident.claims_line = true;
            } else {
                self.dispute(&incident, "production branch", production);
                incident.production = None;
            }
        }
        if let (false, Some(base), Some(tip)) = (incident.is_own_base, &incident.base, &tip)
            && !(self.repo.has(base)? && self.repo.is_ancestor(base, tip)?)
        {
            self.dispute(&incident, "commit it was branched from", base.short());
            incident.base = None;
        }
        if !incident.is_own {
            if let Some(tag) = incident.base_tag.take() {
                incident.base_tag = self.checked_base_tag(&incident, tag)?;
            }
            // A version that the name does not give is asked for by whoever finishes it.
            incident.version = incident.version.take().filter(|v| *v == incident.name);
        }
        self.check_outcome(borders, &mut incident, tip.as_ref())?;
        self.find_release(borders, &mut incident, tip.as_ref())?;
        if self.signs {
            let production = published(self.repo, borders, borders.production)?;
            self.mark_self_reviews(&mut incident, tip.as_ref(), production.as_ref())?;
        }
        Ok(incident)
    }

    /// The release that another clone names as the one a hotfix began from: a tag that is here, at or below the
    /// commit that it began from.
    fn checked_base_tag(&self, incident: &Incident, tag: String) -> Result<Option<String>, GitError> {
        let commit = if split_tag(&tag).is_some() { commit_of(self.repo, &tag)? } else { None };
        let below = |commit: &Oid| match &incident.base {
            Some(base) if self.repo.has(base)? => self.repo.is_ancestor(commit, base),
            _ => Ok(true),
        };
        if commit.as_ref().map(below).transpose()? == Some(true) {
            return Ok(Some(tag));
        }
        // One that was not fetched is nothing to be said.
        if commit.is_some() || split_tag(&tag).is_none() {
            self.dispute(incident, "release that it began from", &tag);
        }
        Ok(None)
    }

    /// Whether a hotfix can be one for a maintained line: the branch left production where this line is, or
    /// from a release that production has newer ones than.
    fn can_be_for(&self, borders: &Borders<'_>, line: &str, tip: Option<&Oid>) -> Result<bool, GitError> {
        if !(borders.is_called_a_line)(borders.lines, line) {
            return Ok(false);
        }
        let there = |branch: &str| published(self.repo, borders, branch);
        let known = (tip, there(line)?, there(borders.production)?);
        let (Some(tip), Some(line), Some(production)) = known else { return Ok(true) };
        let forks = (self.repo.merge_base(tip, &line)?, self.repo.merge_base(tip, &production)?);
        let (Some(fork), Some(left)) = forks else { return Ok(true) };
        if fork != left {
            return self.repo.is_ancestor(&left, &fork);
        }
        has_release_between(self.repo, &fork, &production)
    }

    pub(super) fn dispute(&self, incident: &Incident, what: &str, claimed: &str) {
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
        || (borders.is_line)(borders.lines, branch)
        || (borders.fits)(borders.merge_back, branch) && !branch.starts_with(borders.prefix)
}

/// A branch as the remote has it, as far as is known here: the local one may be old.
pub(super) fn published(repo: &Repo, borders: &Borders<'_>, branch: &str) -> Result<Option<Oid>, GitError> {
    let there = borders.remote.map(|remote| repo.find_ref(&format!("refs/remotes/{remote}/{branch}")));
    match there.transpose()?.flatten() {
        Some(there) => Ok(Some(there)),
        None => repo.find_ref(&head(branch)),
    }
}

fn tip_of(repo: &Repo, borders: &Borders<'_>, branch: &str) -> Result<Option<Oid>, GitError> {
    match (repo.find_ref(&head(branch))?, borders.remote) {
        (None, Some(remote)) => repo.find_ref(&format!("refs/remotes/{remote}/{branch}")),
        (tip, _) => Ok(tip),
    }
}
