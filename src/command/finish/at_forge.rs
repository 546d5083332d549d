//! The forge's release for a tag that is there, with the changelog's section.

use super::attempt::Attempt;
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::model::plan::FinishPlan;

impl Attempt<'_> {
    /// Makes it, where `[forge] release` says so. That it does not work holds nothing up.
    ///
    /// # Errors
    /// Ctrl-C in a question.
    pub(super) fn forge_release(&self, plan: &FinishPlan) -> anyhow::Result<()> {
        if !self.workspace.config.forge.release || plan.remote.is_none() {
            return Ok(());
        }
        let Some(forge) = self.door()?.and_then(|door| door.forge.as_ref()) else { return Ok(()) };
        let text = plan.release.commit.as_ref().and_then(|commit| self.changes_of(commit, plan));
        let production = plan.production().map(|t| t.branch.as_str());
        let latest = production == Some(self.workspace.config.branches.production.as_str());
        let tag = &plan.release.tag;
        match forge.release(tag, &text.unwrap_or_default(), latest) {
            Ok(()) => self.session.ui.say(format!("  {tag} is a release at the forge, too")),
            Err(error) => self.session.ui.warn(format!("the forge's release {tag} was not made: {error}")),
        }
        Ok(())
    }

    fn changes_of(&self, commit: &Oid, plan: &FinishPlan) -> Option<String> {
        let path = match &self.workspace.config.version.changelog {
            crate::config::Changelog::File(path) => path.clone(),
            crate::config::Changelog::Auto => "CHANGELOG.md".to_owned(),
            crate::config::Changelog::Never => return None,
        };
        let bytes = self.workspace.repo.blob(commit, &path).ok()??;
        section(&String::from_utf8(bytes).ok()?, &plan.release.number())
    }
}

/// What stands below the heading of a version.
fn section(text: &str, version: &str) -> Option<String> {
    let level = |line: &str| line.chars().take_while(|c| *c == '#').count();
    let mut lines = text.lines();
    let names = |line: &str| {
        line.split(|c: char| c.is_whitespace() || matches!(c, '[' | ']' | '(' | ')'))
            .any(|word| word == version || word.strip_prefix('v') == Some(version))
    };
    let deep = lines.by_ref().find(|line| level(line) > 0 && names(line)).map(level)?;
    let below: Vec<&str> = lines.take_while(|line| level(line) == 0 || level(line) > deep).collect();
    Some(below.join("\n").trim().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_section_of_one_version() {
        let text = "# Changelog\n\n## [Unreleased]\n\n## [1.2.1] - 2026-11-22\n\n### Fixed\n\n- Login\n\n## [1.2.0]\n\n- x\n";
        assert_eq!(section(text, "1.2.1").unwrap(), "### Fixed\n\n- Login");
        assert_eq!(section(text, "1.2"), None);
    }
}
