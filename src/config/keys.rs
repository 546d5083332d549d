//! Every key of the configuration in one table: its kind, its default, what it means. Reading,
//! unknown-key messages and `hotfix config --explain` all go by it.

use super::kind::Kind;
use super::value;
use crate::model::notice::{AUDIENCES, Channel, News};
use toml::Value;

/// One key.
#[derive(Debug)]
pub struct Key {
    /// `section.key`; the keys of `[[check]]`, `[[verify]]` and `[[notify]]` are `check.id` and the like.
    pub name: &'static str,
    /// What may be written.
    pub(super) kind: Kind,
    /// The built-in value as TOML; empty where an entry has to give it.
    pub default: &'static str,
    /// One line for people.
    pub meaning: &'static str,
}

impl Key {
    /// The part in front of the dot.
    pub fn section(&self) -> &'static str {
        self.name.split_once('.').map_or("", |(section, _)| section)
    }

    /// The part behind the dot.
    pub fn last(&self) -> &'static str {
        self.name.split_once('.').map_or(self.name, |(_, last)| last)
    }

    /// Whether it belongs to a `[[check]]`, `[[verify]]` or `[[notify]]` entry rather than to a table.
    pub fn in_entry(&self) -> bool {
        ENTRIES.contains(&self.section())
    }

    /// The built-in value.
    pub(super) fn default_value(&self) -> Value {
        value::parse(self.default).unwrap_or_else(|_| Value::String(String::new()))
    }
}

/// Tables that are written with double brackets and may be repeated.
pub const ENTRIES: [&str; 3] = ["check", "verify", "notify"];

const fn key(name: &'static str, kind: Kind, default: &'static str, meaning: &'static str) -> Key {
    Key { name, kind, default, meaning }
}

/// The table, in the order of `hotfix.toml.example`.
pub const KEYS: &[Key] = &[
    key("schema", Kind::Schema, "1", "the form of this file"),
    key("branches.production", Kind::Branch, r#""auto""#, "the branch that is in production"),
    key(
        "branches.merge_back",
        Kind::AutoPatterns,
        r#""auto""#,
        "branches that receive the fix after production; * matches anything, [] for none",
    ),
    key("branches.prefix", Kind::Prefix, r#""auto""#, "what hotfix branches start with"),
    key(
        "branches.lines",
        Kind::Patterns,
        r#"["support/*", "release/*.x", "release-*", "stable/*", "*.x"]"#,
        "branches of old releases that are still maintained",
    ),
    key("branches.remote", Kind::Remote, r#""auto""#, "the remote that production lives on"),
    key(
        "start.when_dirty",
        Kind::Word(&["worktree", "stash", "carry", "refuse"]),
        r#""worktree""#,
        "what start does when the working tree has changes",
    ),
    key(
        "start.worktree",
        Kind::Template { holes: &["repo", "name"], relative: false },
        r#""../{repo}.hotfix-{name}""#,
        "where a new worktree goes",
    ),
    key(
        "start.copy",
        Kind::RelativePaths,
        r#"[".env", ".envrc"]"#,
        "ignored files that a new worktree gets a copy of",
    ),
    key(
        "version.scheme",
        Kind::Word(&["auto", "semver", "numbers"]),
        r#""auto""#,
        "what numbers in tags mean: semver counts only 1.2.3, numbers counts dates up, too",
    ),
    key("version.tag", Kind::Tag, r#""auto""#, "how release tags are written; auto learns it from the tags"),
    key(
        "version.files",
        Kind::VersionFiles,
        r#""auto""#,
        "files that hold the version; a list adds to the known ones",
    ),
    key(
        "version.tag_by",
        Kind::Word(&["auto", "self", "other"]),
        r#""auto""#,
        "who makes the tag of a release: hotfix itself, or another tool",
    ),
    key("version.changelog", Kind::Changelog, r#""auto""#, "the changelog that gets the entry"),
    key("guard.warn", Kind::Limit, "{ lines = 100, files = 5 }", "a fix larger than this gets a warning"),
    key("guard.block", Kind::Limit, "{ lines = 400, files = 15 }", "a fix larger than this is refused"),
    key(
        "guard.ignore",
        Kind::Globs,
        r#"["*.lock", "package-lock.json", "**/vendor/**", "CHANGELOG.md"]"#,
        "files that do not count towards the size",
    ),
    key(
        "guard.sensitive",
        Kind::Globs,
        r#"["**/migrations/**", ".github/workflows/**", "**/*.tf"]"#,
        "files that are reported whenever a fix touches them",
    ),
    key("check.id", Kind::Id, "", "the word to type: hotfix check tests"),
    key("check.question", Kind::Filled, "", "what is asked"),
    key("check.command", Kind::Text, r#""""#, "a command whose exit status is the answer"),
    key("check.required", Kind::Flag, "true", "whether finish waits for the answer"),
    key("check.recheck", Kind::Flag, "false", "whether the command runs again on the merged tree"),
    key(
        "check.from",
        Kind::From,
        r#""""#,
        "the check at the forge that answers it: forge, or forge:NAME where it has another name",
    ),
    key("check.timeout", Kind::Span { zero: false }, r#""10m""#, "the longest the command may run"),
    key(
        "finish.mode",
        Kind::Word(&["auto", "direct", "pr"]),
        r#""auto""#,
        "how the fix gets onto production",
    ),
    key(
        "finish.merge",
        Kind::Word(&["merge", "squash", "fast-forward"]),
        r#""merge""#,
        "how the fix is joined to production",
    ),
    key(
        "finish.merge_back_by",
        Kind::Word(&["auto", "merge", "cherry-pick"]),
        r#""auto""#,
        "how the fix gets to the other branches",
    ),
    key("finish.delete_branch", Kind::Flag, "true", "whether finish deletes the hotfix branch"),
    key(
        "finish.wait",
        Kind::Span { zero: true },
        r#""0s""#,
        "how long finish retries merge-backs that the server rejects",
    ),
    key(
        "forge.kind",
        Kind::Word(&["auto", "github", "gitlab", "forgejo", "gitea", "none"]),
        r#""auto""#,
        "what serves the repository's pull requests",
    ),
    key("forge.api", Kind::Api, r#""auto""#, "the base address of the forge's API"),
    key("forge.repository", Kind::Filled, r#""auto""#, "the repository's name there: owner/name"),
    key("forge.token", Kind::Tokens, r#""auto""#, "where the token is found; never the token itself"),
    key("forge.reviewers", Kind::Names, "[]", "who is asked to review a hotfix's pull request"),
    key("forge.labels", Kind::Names, "[]", "labels that a hotfix's pull request gets"),
    key("forge.release", Kind::Flag, "false", "whether the forge's release is made for the tag"),
    key(
        "forge.no_ci_after",
        Kind::Span { zero: false },
        r#""90s""#,
        "how long a required check may not report before hotfix says so",
    ),
    key("deploy.command", Kind::Text, r#""""#, "what brings the tag into production"),
    key("deploy.rollback", Kind::Text, r#""""#, "what brings the previous tag back; empty: deploy.command"),
    key(
        "deploy.watch",
        Kind::From,
        r#""""#,
        "who deploys instead of a command: forge, or forge:NAME with the environment there",
    ),
    key("deploy.timeout", Kind::Span { zero: false }, r#""30m""#, "the longest a deployment may run"),
    key("verify.name", Kind::Filled, "", "what is watched after a deployment"),
    key("verify.command", Kind::Filled, "", "exits 0 while all is well"),
    key("verify.every", Kind::Span { zero: false }, r#""30s""#, "how often it runs"),
    key("verify.for", Kind::Span { zero: true }, r#""10m""#, "how long it is watched"),
    key(
        "incident.share",
        Kind::Flag,
        "false",
        "whether commands share the record, once hotfix sync has been confirmed",
    ),
    key(
        "incident.sign",
        Kind::Flag,
        "false",
        "whether events are signed, and answers of other clones count only when they are",
    ),
    key("incident.remote", Kind::Url, r#""""#, "another remote for the records: a name or a URL"),
    key("incident.timezone", Kind::Zone, r#""local""#, "the zone whose time is shown next to UTC"),
    key(
        "updates.technical",
        Kind::Cadence,
        r#"{ sev1 = "20m", sev2 = "30m" }"#,
        "how often engineers hear of it, by severity",
    ),
    key("updates.support", Kind::Cadence, "{}", "how often support hears of it, by severity"),
    key(
        "updates.management",
        Kind::Cadence,
        r#"{ sev1 = "30m", sev2 = "30m" }"#,
        "how often management hears of it, by severity",
    ),
    key(
        "updates.users",
        Kind::Cadence,
        r#"{ sev1 = "20m", sev2 = "30m", sev3 = "60m" }"#,
        "how often users hear of it, by severity",
    ),
    key("notify.kind", Kind::Word(Channel::WORDS), "", "the service that is told"),
    key("notify.secret", Kind::Reference, "", "where its address or key is found; never the address itself"),
    key(
        "notify.command",
        Kind::Filled,
        "",
        "for the kind command: it gets each event as JSON on standard input",
    ),
    key(
        "notify.sign",
        Kind::Reference,
        "",
        "where the key is found that signs what a cloudevents endpoint gets",
    ),
    key("notify.endpoint", Kind::Api, r#""auto""#, "another PagerDuty address, such as the one for the EU"),
    key(
        "notify.on",
        Kind::Words(News::WORDS),
        r#"["started", "released", "finished", "rolled-back"]"#,
        "the facts that are told as they happen",
    ),
    key(
        "notify.audiences",
        Kind::Words(&AUDIENCES),
        r#"["technical"]"#,
        "whose updates hotfix update --send sends there",
    ),
    key(
        "postmortem.path",
        Kind::Template { holes: &["date", "name"], relative: true },
        r#""docs/postmortems/{date}-{name}.md""#,
        "where the post-mortem goes",
    ),
    key("postmortem.template", Kind::Filled, r#""builtin""#, "the post-mortem's template, or a file"),
];

/// The key of exactly that name.
pub fn find(name: &str) -> Option<&'static Key> {
    KEYS.iter().find(|k| k.name == name)
}

/// The tables, each once, in order.
pub fn sections() -> Vec<&'static str> {
    let mut out: Vec<&'static str> = Vec::new();
    for key in KEYS {
        let section = key.section();
        if !section.is_empty() && out.last() != Some(&section) {
            out.push(section);
        }
    }
    out
}

/// The keys of one table.
pub fn of_section(section: &str) -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(move |k| k.section() == section)
}

/// A name without case, `-` and `_`: git's variable names cannot hold an underscore.
pub fn fold(name: &str) -> String {
    name.chars().filter(|c| !matches!(c, '-' | '_')).map(|c| c.to_ascii_lowercase()).collect()
}

/// The key that `hotfix.<name>` in git's configuration means.
pub fn from_git(name: &str) -> Option<&'static Key> {
    let wanted = fold(name);
    outside_entries().find(|k| fold(k.name) == wanted)
}

/// The key that `HOTFIX_CONFIG_<name>` means.
pub fn from_env(name: &str) -> Option<&'static Key> {
    let wanted = fold(name);
    outside_entries().find(|k| fold(k.name).replace('.', "") == wanted)
}

fn outside_entries() -> impl Iterator<Item = &'static Key> {
    KEYS.iter().filter(|k| !k.in_entry() && k.name != "schema")
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::BTreeSet;

    #[test]
    fn every_default_is_a_value_its_kind_accepts() {
        for key in KEYS.iter().filter(|k| !k.default.is_empty()) {
            let value = value::parse(key.default).unwrap();
            assert!(key.kind.check(&value).is_ok(), "{}", key.name);
        }
    }

    #[test]
    fn no_two_keys_share_a_name_in_the_environment() {
        let names: BTreeSet<String> = KEYS.iter().map(|k| fold(k.name).replace('.', "")).collect();
        assert_eq!(names.len(), KEYS.len());
    }

    #[test]
    fn gits_spellings() {
        for name in ["branches.merge-back", "branches.mergeback", "branches.mergeBack"] {
            assert_eq!(from_git(name).map(|k| k.name), Some("branches.merge_back"));
        }
        assert_eq!(from_env("FINISH_MERGE_BACK_BY").map(|k| k.name), Some("finish.merge_back_by"));
        assert!(from_env("SCHEMA").is_none() && from_env("CHECK_ID").is_none());
    }
}
