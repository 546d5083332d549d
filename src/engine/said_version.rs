//! What version files say against the release that is planned: in production that others merged into,
//! and above the newest release.

use crate::model::failure::Problem;
use crate::model::plan::Release;
use crate::model::text::{list, safe, shell_word};
use crate::plan::finish::FinishFacts;
use crate::plan::version::{Doubt, Versions};

/// A version file above the newest release: the one that is missing may be out under another tag.
pub(super) fn ahead(facts: &FinishFacts, release: &Release) -> Vec<Problem> {
    let Some((path, says)) = release.ahead.clone() else { return Vec::new() };
    let doubt =
        facts.release.versions.doubt.clone().or(Some(Doubt::File { path: safe(&path), says: safe(&says) }));
    let versions = Versions { doubt, ..facts.release.versions.clone() };
    let already = facts.release.versions.doubt.is_some();
    versions
        .problem(&facts.command(), false)
        .filter(|p| !already && p.id == "version" && versions.requested.is_none())
        .into_iter()
        .collect()
}

/// A fix that was merged without the version of its release: the tag would not be what it says.
pub(super) fn unversioned(facts: &FinishFacts, release: &Release) -> Option<Problem> {
    let files = &release.unversioned;
    let base = facts.release.versions.base.as_ref().filter(|_| !files.is_empty())?;
    let (production, base, next) =
        (&facts.production.name, facts.release.versions.scheme.number(base), release.number());
    let from =
        facts.production.remote.as_ref().map_or_else(|| production.clone(), |r| format!("{r}/{production}"));
    Some(Problem::new(
        "version-commit",
        format!(
            "{production} has the fix but not the version: {} of {} would still say {base}",
            list(files),
            release.tag
        ),
        format!(
            "git switch -c version-{next} {}    # set {next} in {} and merge that into {production}\n\
             hotfix finish {}    # then",
            shell_word(&from),
            list(files),
            shell_word(&facts.name)
        ),
    ))
}
