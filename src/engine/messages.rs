//! What the commits and the tag of a release say.

use super::compose::Composer;
use crate::model::oid::Oid;
use crate::model::plan::Release;
use crate::model::text::safe;

impl Composer<'_> {
    pub(super) fn tag(&self, name: &str, commit: &Oid) -> anyhow::Result<Oid> {
        let message = self
            .choices
            .options
            .message
            .clone()
            .unwrap_or_else(|| format!("{name}: {}\n{}", safe(&self.facts.title), self.trailers(None)));
        self.writer.tag(name, commit, &message)
    }

    pub(super) fn release_message(&self, release: &Release) -> String {
        let trailers = match release.awaits.as_deref() {
            None => self.trailers(Some(&release.tag)),
            // The version is the other tool's to choose; this one takes a proposal.
            Some("release-please") => match self.trailers(None) {
                none if none.is_empty() => format!("\nRelease-As: {}\n", release.version),
                some => format!("{some}Release-As: {}\n", release.version),
            },
            Some(_) => self.trailers(None),
        };
        if let Some(message) = &self.choices.options.message {
            return format!("{}\n{trailers}", message.trim_end());
        }
        let title = safe(&self.facts.title);
        if let Some(revert) = &self.facts.revert {
            // No hotfix of its own: what audit looks for is the release that it takes back.
            return format!("{title}\n\n{}Rollback: {}\n", self.trailers(None).trim_start(), revert.tag);
        }
        format!("Merge branch '{}'\n\n{title}\n{trailers}", self.facts.branch.name)
    }

    pub(super) fn merge_back_message(&self, tag: &str, branch: &str) -> String {
        let merge = format!("Merge tag '{tag}' into {branch}");
        format!("{}\n{}", self.said(merge), self.trailers(Some(tag)))
    }

    /// A message of our own below the one that was given: a server may want its ticket in each.
    pub(super) fn said(&self, own: String) -> String {
        match &self.choices.options.message {
            Some(message) => format!("{}\n\n{own}", message.trim_end()),
            None => own,
        }
    }

    pub(super) fn trailers(&self, tag: Option<&str>) -> String {
        let incident = self.facts.incident.as_ref().map(|id| format!("Incident: {id}\n")).unwrap_or_default();
        let tag = tag.map(|t| format!("Hotfix: {t}\n")).unwrap_or_default();
        match format!("{incident}{tag}") {
            none if none.is_empty() => none,
            trailers => format!("\n{trailers}"),
        }
    }
}
