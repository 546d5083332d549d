//! The configuration as the rest of the program sees it.

use crate::model::checklist::Item;
use crate::model::habit::Reading;
use crate::model::notice::{Channel, News, Wish};
use crate::model::severity::Severity;
use crate::model::update::Audience;
use chrono::Duration;
use chrono::FixedOffset;
use std::collections::BTreeMap;
use std::fmt;

/// Everything that can be configured, resolved.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    pub branches: Branches,
    pub start: Start,
    pub version: Version,
    pub guard: Guard,
    /// The checklist: the five questions and what was added to them.
    pub checks: Vec<Item>,
    pub finish: Finish,
    pub forge: Forge,
    pub deploy: Deploy,
    /// What is watched after a deployment.
    pub verify: Vec<Verify>,
    /// Who is told what happens.
    pub notify: Vec<Notify>,
    pub incident: Incident,
    /// How often each audience hears of it; an audience or severity that is missing has no cadence.
    pub updates: BTreeMap<String, BTreeMap<Severity, Duration>>,
    pub postmortem: Postmortem,
    /// Sentences about what could not be found out; only worth saying where it matters.
    pub notes: Vec<String>,
    pub(super) explained: Vec<Explained>,
}

/// `[branches]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branches {
    /// The branch that is in production; a guess unless `production_known`.
    pub production: String,
    /// False when nothing configured or detected names it.
    pub production_known: bool,
    /// Branches that are read along because they may be production; none where it is configured.
    pub may_be: Vec<String>,
    /// Those among which it is unclear which one is production; empty where it is known.
    pub candidates: Vec<String>,
    /// Patterns for [`super::glob::branch`]; maintained lines are not taken out of them.
    pub merge_back: Vec<String>,
    /// `hotfix/`.
    pub prefix: String,
    /// Patterns of maintained old lines.
    pub lines: Vec<String>,
    /// None: there is no remote, or there are several and none stands out (see the notes).
    pub remote: Option<String>,
}

/// `[start]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Start {
    pub when_dirty: WhenDirty,
    /// A path with `{repo}` and `{name}` in it.
    pub worktree: String,
    pub copy: Vec<String>,
}

/// `[version]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Version {
    /// What the numbers in tags are taken for.
    pub scheme: Reading,
    /// A pattern such as `v{version}`; None: learnt from the tags.
    pub tag: Option<String>,
    pub files: VersionFiles,
    pub changelog: Changelog,
    pub tag_by: TagBy,
}

/// The files that hold the version.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFiles {
    /// The files of known kinds that hold the version the hotfix starts from.
    pub known: bool,
    /// These as well.
    pub listed: Vec<VersionFile>,
}

/// One file and the text around the version in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct VersionFile {
    pub path: String,
    /// Holds `{current}` once.
    pub search: String,
}

/// The changelog.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changelog {
    /// The usual names, where the headings are understood.
    Auto,
    Never,
    File(String),
}

/// How large a fix may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    pub lines: u64,
    pub files: u64,
}

/// `[guard]`; the lists hold patterns for [`super::glob::path`].
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guard {
    pub warn: Limit,
    pub block: Limit,
    pub ignore: Vec<String>,
    pub sensitive: Vec<String>,
}

/// `[finish]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finish {
    pub mode: Mode,
    pub merge: MergeStyle,
    pub merge_back_by: MergeBackBy,
    pub delete_branch: bool,
    pub wait: Duration,
}

/// `[forge]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Forge {
    /// `github`, `gitlab`, `forgejo`, `gitea`, `none`; `None`: found out.
    pub kind: Option<String>,
    /// The base address of its API; `None`: made from the remote's address.
    pub api: Option<String>,
    /// `owner/name`; `None`: from the remote's address.
    pub repository: Option<String>,
    /// `env:NAME` and `command:…`; empty: the places that are known.
    pub token: Vec<String>,
    pub reviewers: Vec<String>,
    pub labels: Vec<String>,
    pub release: bool,
    pub no_ci_after: Duration,
}

/// `[deploy]`; an empty command means there is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Deploy {
    pub command: String,
    pub rollback: String,
    /// `forge` or `forge:NAME`: something else deploys, and the forge knows of it.
    pub watch: String,
    pub timeout: Duration,
}

/// One `[[verify]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verify {
    pub name: String,
    pub command: String,
    pub every: Duration,
    /// `for` in the file; zero: once.
    pub for_: Duration,
}

/// One `[[notify]]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Notify {
    pub kind: Channel,
    /// `env:NAME`, `file:PATH` or `command:…`; `None` for the kind `command`.
    pub secret: Option<String>,
    /// What gets the event on standard input; for the kind `command` alone.
    pub command: Option<String>,
    /// Where the key for signatures is found.
    pub sign: Option<String>,
    /// Another address than PagerDuty's own.
    pub endpoint: Option<String>,
    pub on: Vec<News>,
    pub audiences: Vec<Audience>,
    pub origin: Origin,
    /// The whole entry on one line, as TOML: what a person agrees to.
    pub line: String,
}

impl Notify {
    /// What it is called wherever it is named: the service, and where its secret is found. The same for
    /// as long as those are the same. Of a command only the program is named, because arguments may hold
    /// what is nobody's business.
    pub fn place(&self) -> String {
        let found = self.secret.as_ref().or(self.command.as_ref()).map_or("", |s| s);
        let (front, line) = match found.strip_prefix("command:") {
            Some(line) => ("command:", line),
            None if self.secret.is_none() => ("", found),
            None => return format!("{} {found}", self.kind),
        };
        let mut words = line.split_whitespace();
        let program = words.next().unwrap_or_default();
        let more = if words.next().is_some() { format!(" #{:04x}", mark(line)) } else { String::new() };
        format!("{} {front}{program}{more}", self.kind)
    }

    /// What it wants to hear.
    pub fn wish(&self) -> Wish {
        Wish { place: self.place(), on: self.on.clone() }
    }

    /// Whether a file that others can change says so.
    pub const fn is_committed(&self) -> bool {
        matches!(self.origin, Origin::File(_))
    }
}

/// Tells two command lines of one program apart.
fn mark(text: &str) -> u16 {
    text.bytes().fold(0x811c, |mark, byte| (mark ^ u16::from(byte)).wrapping_mul(0x0193))
}

/// `[incident]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Incident {
    pub share: bool,
    /// Events are signed with the user's key; what is not signed is unverified.
    pub sign: bool,
    /// A remote or a URL of its own for the records.
    pub remote: Option<String>,
    pub timezone: Timezone,
}

/// `[postmortem]`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Postmortem {
    /// A path with `{date}` and `{name}` in it.
    pub path: String,
    /// None: the built-in one.
    pub template: Option<String>,
}

/// Makes an enum of the words a key takes; the first is the default.
macro_rules! words {
    ($(#[$about:meta])* $name:ident { $(#[$first_about:meta])* $first:ident = $first_word:literal
        $(, $(#[$variant_about:meta])* $variant:ident = $word:literal)* $(,)? }) => {
        $(#[$about])*
        #[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
        pub enum $name {
            $(#[$first_about])*
            #[default]
            $first,
            $($(#[$variant_about])* $variant,)*
        }
        impl $name {
            /// The word in the file.
            pub const fn as_str(self) -> &'static str {
                match self { Self::$first => $first_word, $(Self::$variant => $word,)* }
            }
            pub(super) fn read(word: &str) -> Self {
                [Self::$first, $(Self::$variant),*].into_iter().find(|v| v.as_str() == word).unwrap_or_default()
            }
        }
    };
}

words! {
    /// What `start` does when the working tree has changes.
    WhenDirty { Worktree = "worktree", Stash = "stash", Carry = "carry", Refuse = "refuse" }
}
words! {
    /// Who makes the release's tag.
    TagBy {
        /// This program, unless another tool that does is found.
        Auto = "auto",
        /// This program.
        Own = "self",
        /// Another tool or CI.
        Other = "other",
    }
}
words! {
    /// How the fix gets onto production.
    Mode { Auto = "auto", Direct = "direct", Pr = "pr" }
}
words! {
    /// How the fix is joined to production.
    MergeStyle { Merge = "merge", Squash = "squash", FastForward = "fast-forward" }
}
words! {
    /// How the fix gets to the other branches.
    MergeBackBy { Auto = "auto", Merge = "merge", CherryPick = "cherry-pick" }
}

/// The zone whose time stands beside UTC, told without a database.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Timezone {
    /// None does.
    Utc,
    /// The machine's, on a terminal; a document is the same everywhere and has none.
    Local,
    /// Seconds east of UTC.
    Fixed(i32),
}

impl Timezone {
    /// The zone in documents.
    pub fn in_documents(self) -> Option<FixedOffset> {
        match self {
            Self::Fixed(seconds) => FixedOffset::east_opt(seconds).filter(|z| z.local_minus_utc() != 0),
            Self::Utc | Self::Local => None,
        }
    }

    /// Reads `UTC`, `local` or `+01:00`.
    pub fn parse(text: &str) -> Option<Self> {
        if text.eq_ignore_ascii_case("utc") || text == "Z" {
            return Some(Self::Utc);
        }
        if text.eq_ignore_ascii_case("local") {
            return Some(Self::Local);
        }
        let sign = if text.starts_with('-') { -1 } else { 1 };
        let (hours, minutes) = text.strip_prefix(['+', '-'])?.split_once(':')?;
        let two = |part: &str| part.len() == 2 && part.bytes().all(|b| b.is_ascii_digit());
        if !two(hours) || !two(minutes) {
            return None;
        }
        let (hours, minutes): (i32, i32) = (hours.parse().ok()?, minutes.parse().ok()?);
        let inhabited = hours < 14 || (hours == 14 && minutes == 0);
        (minutes < 60 && inhabited).then(|| Self::Fixed(sign * (hours * 3600 + minutes * 60)))
    }
}

/// Where a value came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Origin {
    /// Nobody said anything.
    BuiltIn,
    /// Found out, and from what.
    Detected(String),
    /// `hotfix.toml:3`.
    File(String),
    /// Scope and file.
    Git(String),
    /// The variable.
    Env(String),
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BuiltIn => f.write_str("built in"),
            Self::Detected(what) => write!(f, "detected: {what}"),
            Self::File(place) => f.write_str(place),
            Self::Git(place) => write!(f, "git config ({place})"),
            Self::Env(variable) => write!(f, "environment {variable}"),
        }
    }
}

/// One line of `hotfix config --explain`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Explained {
    /// `branches.production`, `check.tests`, `verify.error rate`.
    pub key: String,
    /// As TOML, on one line.
    pub value: String,
    pub origin: Origin,
    pub meaning: String,
}
