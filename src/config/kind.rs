//! What may be written behind a key, and how text from outside a TOML file is read.

use super::fit;
use super::value;
use crate::model::severity::Severity;
use crate::model::time::parse_duration;
use toml::{Table, Value};

/// What a key takes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// The number of the file's form.
    Schema,
    /// Any text, also none.
    Text,
    /// Any text but none.
    Filled,
    /// "auto" or a branch.
    Branch,
    /// "auto" or the beginning of a branch's name.
    Prefix,
    /// "auto" or a remote.
    Remote,
    /// A remote or its URL, or nothing.
    Url,
    /// "auto" or branch patterns.
    AutoPatterns,
    /// Branch patterns.
    Patterns,
    /// Path patterns.
    Globs,
    /// Names of people, teams or labels.
    Names,
    /// "auto" or an address that begins with https (http on this machine).
    Api,
    /// "auto" or a list of `env:NAME` and `command:…`.
    Tokens,
    /// `env:NAME`, `file:PATH` or `command:…`: where a secret is found.
    Reference,
    /// A list of these words.
    Words(&'static [&'static str]),
    /// Paths that stay inside the repository.
    RelativePaths,
    /// true or false.
    Flag,
    /// A duration; `zero`: may be none at all.
    Span { zero: bool },
    /// One of these words.
    Word(&'static [&'static str]),
    /// A path in which `{hole}`s are filled; `{name}` must be one.
    Template { holes: &'static [&'static str], relative: bool },
    /// "auto" or how a tag is written.
    Tag,
    /// "auto", "none" or a path.
    Changelog,
    /// "auto", "none" or a list of `{ path, search }`, which may hold "none", too.
    VersionFiles,
    /// A time zone that needs no database.
    Zone,
    /// `{ lines, files }`.
    Limit,
    /// A duration for each severity.
    Cadence,
    /// What is typed to name a check.
    Id,
    /// Nothing, "forge" or "forge:NAME".
    From,
}

/// What is wrong with a value, and where below its key.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// The value at this place should have been something else.
    Unfit { path: Vec<String>, expected: String, found: String },
    /// There is no such key below this one.
    Unknown { path: Vec<String> },
}

const SEVERITIES: &[&str] = &["sev1", "sev2", "sev3", "sev4", "sev5"];

impl Kind {
    /// The keys below one of this kind.
    pub const fn fields(self) -> &'static [&'static str] {
        match self {
            Self::Limit => &["lines", "files"],
            Self::VersionFiles => &["path", "search"],
            Self::Cadence => SEVERITIES,
            _ => &[],
        }
    }

    /// What belongs there, to follow the words "must be".
    fn expected(self) -> String {
        match self {
            Self::Schema => "1".to_owned(),
            Self::Text => "text in quotes".to_owned(),
            Self::Filled => "text in quotes, not empty".to_owned(),
            Self::Branch => r#""auto" or the name of a branch"#.to_owned(),
            Self::Prefix => r#""auto" or the beginning of a branch name such as "hotfix/""#.to_owned(),
            Self::Remote => r#""auto" or the name of a remote"#.to_owned(),
            Self::Url => "the name or the URL of a remote, or empty".to_owned(),
            Self::AutoPatterns => r#""auto" or a list such as ["develop", "release/*"]"#.to_owned(),
            Self::Patterns => r#"a list of branches such as ["support/*"]"#.to_owned(),
            Self::Globs => r#"a list of paths such as ["**/vendor/**"]"#.to_owned(),
            Self::Names => r#"a list of names such as ["ada"]"#.to_owned(),
            Self::Api => r#""auto" or an address such as "https://git.example.com/api/v4""#.to_owned(),
            Self::Tokens => {
                r#""auto" or a list such as ["env:FORGE_TOKEN", "command:pass show forge"]; never the token itself"#
                    .to_owned()
            }
            Self::Reference => {
                r#""env:NAME", "file:PATH" or "command:…"; never the secret itself"#.to_owned()
            }
            Self::Words(words) => format!("a list of {}", quoted(words, "and")),
            Self::RelativePaths => r#"a list of paths inside the repository such as [".env"]"#.to_owned(),
            Self::Flag => "true or false".to_owned(),
            Self::Span { zero: true } => r#"a duration such as "90s", "10m" or "0s""#.to_owned(),
            Self::Span { zero: false } => r#"a duration above zero such as "90s" or "10m""#.to_owned(),
            Self::Word(words) => quoted(words, "or"),
            Self::Template { holes, relative } => {
                let holes: Vec<String> = holes.iter().map(|h| format!("{{{h}}}")).collect();
                let inside = if relative { " inside the repository" } else { "" };
                format!("a path{inside} with {{name}} in it (it may use {})", holes.join(" and "))
            }
            Self::Tag => r#""auto" or a pattern with {version}, such as "v{version}" or "{version}.Final""#.to_owned(),
            Self::Changelog => r#""auto", "none" or a path inside the repository"#.to_owned(),
            Self::VersionFiles => {
                r#""auto", "none" or a list such as [{ path = "src/version.py", search = 'VERSION = "{current}"' }]"#
                    .to_owned()
            }
            Self::Zone => r#""UTC", "local" or an offset such as "+01:00""#.to_owned(),
            Self::Limit => "a table such as { lines = 100, files = 5 }".to_owned(),
            Self::Cadence => r#"a table such as { sev1 = "20m", sev2 = "30m" }"#.to_owned(),
            Self::From => r#""forge", or "forge:NAME" with the name of the check there"#.to_owned(),
            Self::Id => r#"a word of a-z, 0-9 and -, such as "tests""#.to_owned(),
        }
    }

    /// Whether the value is one of this kind.
    pub fn check(self, value: &Value) -> Result<(), Wrong> {
        match (self, value) {
            (Self::Limit, Value::Table(table)) => {
                Self::fields_of(table, &[], self.fields(), |field| match field {
                    Value::Integer(n) if *n >= 0 => Ok(()),
                    _ => Err("a number, 0 or more".to_owned()),
                })
            }
            (Self::Cadence, Value::Table(table)) => Self::fields_of(table, &[], self.fields(), |field| {
                let span = Self::Span { zero: true };
                span.check(field).map_err(|_| span.expected())
            }),
            (Self::VersionFiles, Value::Array(items)) => {
                items.iter().enumerate().try_for_each(|(i, item)| self.version_file(i, item))
            }
            _ if self.fits(value) => Ok(()),
            // Somebody may have written the secret itself.
            (Self::Reference | Self::Tokens, _) => Err(Wrong::Unfit {
                path: Vec::new(),
                expected: self.expected(),
                found: "what is there (not shown)".to_owned(),
            }),
            _ => Err(unfit(Vec::new(), self.expected(), value)),
        }
    }

    fn fits(self, value: &Value) -> bool {
        match value {
            Value::Integer(n) => self == Self::Schema && *n == 1,
            Value::Boolean(_) => self == Self::Flag,
            Value::String(text) => self.fits_text(text),
            Value::Array(items) => items.iter().all(|i| i.as_str().is_some_and(|t| self.fits_item(t))),
            _ => false,
        }
    }

    fn fits_text(self, text: &str) -> bool {
        match self {
            Self::Text => !text.contains('\0'),
            Self::Filled => !text.trim().is_empty() && !text.contains('\0'),
            Self::Branch => fit::branch(text),
            Self::Prefix => fit::prefix(text),
            Self::Remote => fit::branch(text),
            Self::Url => fit::url(text),
            Self::AutoPatterns | Self::Tokens => text == "auto",
            Self::VersionFiles => matches!(text, "auto" | "none"),
            Self::Api => text == "auto" || fit::api(text),
            Self::Span { zero } => parse_duration(text).is_some_and(|d| zero || d > chrono::Duration::zero()),
            Self::Word(words) => words.contains(&text),
            Self::Template { holes, relative } => {
                fit::template(text, holes) && (!relative || fit::inside(text))
            }
            Self::Tag => text == "auto" || fit::tag(text),
            Self::Changelog => fit::inside(text),
            Self::Reference => fit::reference(text),
            Self::Zone => super::types::Timezone::parse(text).is_some(),
            Self::Id => fit::id(text),
            Self::From => {
                let named = text.strip_prefix("forge:").is_some_and(|name| !name.trim().is_empty());
                text.is_empty() || text == "forge" || (named && !text.contains('\0'))
            }
            _ => false,
        }
    }

    fn fits_item(self, text: &str) -> bool {
        match self {
            Self::AutoPatterns | Self::Patterns => text != "auto" && fit::pattern(text),
            Self::Globs | Self::Names => !text.trim().is_empty(),
            Self::Tokens => ["env:", "command:"].iter().any(|k| text.len() > k.len() && text.starts_with(k)),
            Self::RelativePaths => fit::inside(text),
            Self::Words(words) => words.contains(&text),
            _ => false,
        }
    }

    fn version_file(self, index: usize, item: &Value) -> Result<(), Wrong> {
        let here = vec![index.to_string()];
        if item.as_str().is_some_and(|word| matches!(word, "auto" | "none")) {
            return Ok(());
        }
        let Value::Table(table) = item else { return Err(unfit(here, self.expected(), item)) };
        Self::fields_of(table, &here, self.fields(), |_| Ok(()))?;
        let text = |field: &str| table.get(field).and_then(Value::as_str).unwrap_or_default();
        if !fit::inside(text("path")) || text("search").matches("{current}").count() != 1 {
            let expected = "{ path, search } with a path inside the repository and {current} once in search";
            return Err(unfit(here, expected.to_owned(), item));
        }
        Ok(())
    }

    fn fields_of(
        table: &Table,
        above: &[String],
        known: &[&str],
        fits: impl Fn(&Value) -> Result<(), String>,
    ) -> Result<(), Wrong> {
        for (field, value) in table {
            let mut path = above.to_vec();
            path.push(field.clone());
            if !known.contains(&field.as_str()) {
                return Err(Wrong::Unknown { path });
            }
            fits(value).map_err(|expected| unfit(path, expected, value))?;
        }
        Ok(())
    }

    /// Reads text from the environment or from git's configuration, where nothing is quoted.
    pub fn read(self, text: &str) -> Result<Value, Wrong> {
        let bare = text.trim();
        let value = match self {
            Self::Text | Self::Filled => Value::String(text.to_owned()),
            Self::Flag => match bare.to_ascii_lowercase().as_str() {
                "true" | "yes" | "on" | "1" => Value::Boolean(true),
                "false" | "no" | "off" | "0" | "" => Value::Boolean(false),
                _ => return Err(unfit(Vec::new(), self.expected(), &Value::String(text.to_owned()))),
            },
            Self::AutoPatterns | Self::Tokens if bare == "auto" => Value::String(bare.to_owned()),
            Self::VersionFiles if matches!(bare, "auto" | "none") => Value::String(bare.to_owned()),
            Self::AutoPatterns
            | Self::Patterns
            | Self::Globs
            | Self::Names
            | Self::Tokens
            | Self::RelativePaths
                if !bare.starts_with('[') =>
            {
                let items: Vec<&str> = bare.split(',').map(str::trim).filter(|i| !i.is_empty()).collect();
                value::list(&items)
            }
            Self::AutoPatterns
            | Self::Patterns
            | Self::Globs
            | Self::Names
            | Self::Tokens
            | Self::RelativePaths
            | Self::VersionFiles
            | Self::Limit
            | Self::Cadence => value::parse(bare)
                .map_err(|_| unfit(Vec::new(), self.expected(), &Value::String(text.to_owned())))?,
            _ => Value::String(bare.to_owned()),
        };
        self.check(&value).map(|()| value)
    }

    /// Whether several lines of git's configuration make one list.
    pub const fn is_list(self) -> bool {
        matches!(
            self,
            Self::AutoPatterns
                | Self::Patterns
                | Self::Globs
                | Self::Names
                | Self::Tokens
                | Self::RelativePaths
        )
    }
}

/// Reads a severity of the `Cadence` kind.
pub fn severity(word: &str) -> Option<Severity> {
    SEVERITIES.contains(&word).then(|| word.parse().ok()).flatten()
}

/// `"a", "b" or "c"`.
fn quoted(words: &[&str], joint: &str) -> String {
    let quoted: Vec<String> = words.iter().map(|w| format!("\"{w}\"")).collect();
    match quoted.split_last() {
        Some((last, rest)) if !rest.is_empty() => format!("{} {joint} {last}", rest.join(", ")),
        _ => quoted.concat(),
    }
}

fn unfit(path: Vec<String>, expected: String, found: &Value) -> Wrong {
    Wrong::Unfit { path, expected, found: value::show(found) }
}
