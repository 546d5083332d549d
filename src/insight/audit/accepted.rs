//! Losses that somebody looked at and accepted: `.hotfix-audit.toml`.

use crate::model::version::number_of;
use chrono::NaiveDate;
use serde::{Deserialize, Serialize};

/// The file at the root of the repository.
pub const FILE: &str = ".hotfix-audit.toml";
/// The largest such file, in bytes.
pub const LARGEST: usize = 4 * 1024 * 1024;

/// One accepted loss.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Entry {
    /// The fix by its name, its release, its incident or the beginning of a commit's id.
    pub fix: String,
    /// The branch or release that lacks it; all of them when missing.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub target: Option<String>,
    pub reason: String,
    /// The last day on which it is accepted: 2027-01-31.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
}

/// The file.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Accepted {
    #[serde(default)]
    pub accepted: Vec<Entry>,
}

/// What a fix is called, for finding its entry.
#[derive(Clone, Copy, Debug)]
pub struct Called<'a> {
    pub name: &'a str,
    pub tag: Option<&'a str>,
    pub incident: Option<&'a str>,
    pub commits: &'a [&'a str],
}

impl Called<'_> {
    /// Whether it is called so.
    pub fn is(&self, word: &str) -> bool {
        let is_commit = |commit: &&&str| word.len() >= 7 && commit.starts_with(word);
        self.name == word
            || self.tag.is_some_and(|tag| tag == word || number_of(tag).as_deref() == Some(word))
            || self.incident == Some(word)
            || self.commits.iter().any(|commit| is_commit(&commit))
    }
}

impl Accepted {
    /// Reads the file.
    ///
    /// # Errors
    /// A sentence that says what is wrong in it.
    pub fn parse(text: &str) -> Result<Self, String> {
        let found: Self = toml::from_str(text).map_err(|error| error.message().to_owned())?;
        for entry in &found.accepted {
            entry.day()?;
            if entry.reason.trim().is_empty() {
                return Err(format!("the entry for '{}' needs a reason", entry.fix));
            }
        }
        Ok(found)
    }

    /// The entry for a fix in one place, and whether it still counts on this day.
    pub fn find(&self, fix: Called<'_>, target: &str, today: NaiveDate) -> Option<(&Entry, bool)> {
        let fits = |e: &&Entry| fix.is(&e.fix) && e.target.as_deref().is_none_or(|t| t == target);
        let counts = |e: &Entry| e.day().ok().flatten().is_none_or(|until| today <= until);
        let mut found = self.accepted.iter().filter(fits).map(|e| (e, counts(e)));
        let first = found.next();
        if first.is_some_and(|(_, counts)| counts) { first } else { found.find(|(_, c)| *c).or(first) }
    }
}

impl Entry {
    fn day(&self) -> Result<Option<NaiveDate>, String> {
        let Some(until) = &self.until else { return Ok(None) };
        NaiveDate::parse_from_str(until, "%Y-%m-%d")
            .map(Some)
            .map_err(|_| format!("not a day: '{until}' (expected e.g. 2027-01-31)"))
    }

    /// The entry as it is appended to the file.
    pub fn as_toml(&self) -> String {
        let one = Accepted { accepted: vec![self.clone()] };
        toml::to_string(&one).unwrap_or_default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> NaiveDate {
        NaiveDate::parse_from_str(text, "%Y-%m-%d").unwrap()
    }

    #[test]
    fn an_entry_counts_for_its_fix_its_target_and_its_time() {
        let text =
            "[[accepted]]\nfix = 'login'\ntarget = 'develop'\nreason = 'rewritten'\nuntil = '2026-12-31'\n";
        let file = Accepted::parse(text).unwrap();
        let login = Called { name: "login", tag: Some("v1.2.1"), incident: None, commits: &["63be35d9"] };
        let found = |fix, target: &str, today| file.find(fix, target, day(today)).map(|(_, counts)| counts);
        assert_eq!(found(login, "develop", "2026-12-31"), Some(true));
        assert_eq!(found(login, "develop", "2027-01-01"), Some(false));
        assert_eq!(found(login, "main", "2026-12-31"), None);
        assert_eq!(found(Called { name: "cart", ..login }, "develop", "2026-12-31"), None);
        assert!(login.is("v1.2.1") && login.is("63be35d") && !login.is("63be"));
    }

    #[test]
    fn what_is_written_can_be_read() {
        let entry = Entry { fix: "a \"b\"".into(), target: None, reason: "why\nnot".into(), until: None };
        assert_eq!(Accepted::parse(&entry.as_toml().repeat(2)).unwrap().accepted, [entry.clone(), entry]);
    }

    #[test]
    fn mistakes_are_named() {
        let entry = "[[accepted]]\nfix = 'x'\nreason = 'y'\n";
        assert!(Accepted::parse(&format!("{entry}untill = '2026-12-31'\n")).unwrap_err().contains("untill"));
        assert!(Accepted::parse(&format!("{entry}until = 'soon'\n")).unwrap_err().contains("soon"));
        assert!(Accepted::parse("[[accepted]]\nfix = 'x'\n").unwrap_err().contains("reason"));
        assert!(Accepted::parse("[[accepted]]\nfix = 'x'\nreason = ' '\n").unwrap_err().contains("reason"));
    }
}
