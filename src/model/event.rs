//! One line of the incident log.

use super::event_data::Data;
pub use super::event_kind::Kind;
use super::oid::Oid;
use chrono::{DateTime, FixedOffset, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// The version of the event format this program writes.
pub const EVENT_VERSION: u32 = 1;

/// What an event may point to in the repository.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pointer {
    Commit,
    Tree,
    Tag,
    Branch,
    /// Where a branch began.
    Base,
    /// The release that a rollback takes back.
    Undone,
    /// The release that a rollback restores.
    BackTo,
    /// The record that this one is a part of.
    Incident,
    /// The log that a beginning was written for.
    Log,
}

impl Pointer {
    pub const ALL: [Self; 9] = [
        Self::Commit,
        Self::Tree,
        Self::Tag,
        Self::Branch,
        Self::Base,
        Self::Undone,
        Self::BackTo,
        Self::Incident,
        Self::Log,
    ];

    /// The word in `refs`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Commit => "commit",
            Self::Tree => "tree",
            Self::Tag => "tag",
            Self::Branch => "branch",
            Self::Base => "base",
            Self::Undone => "undone",
            Self::BackTo => "back_to",
            Self::Incident => "incident",
            Self::Log => "log",
        }
    }
}

/// Who recorded an event, as git knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    pub name: String,
    pub email: String,
}

/// One event. The record is a chain of commits, one for each of these.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Event {
    /// Format version, [`EVENT_VERSION`] when written by this program.
    pub v: u32,
    /// Unique within the record; what `amend` and `retract` are given.
    pub id: String,
    pub kind: Kind,
    /// When it happened, with the offset it was given in.
    pub at: DateTime<FixedOffset>,
    /// When it was written down. Never editable.
    pub recorded_at: DateTime<Utc>,
    /// Position in the order of the record; larger than that of every event it was written after.
    #[serde(default)]
    pub lamport: u64,
    /// What wrote it: `cli`, `git`, `import`.
    #[serde(default)]
    pub source: String,
    #[serde(default)]
    pub actor: Actor,
    /// The role the actor held when recording.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub role: Option<String>,
    #[serde(default)]
    pub text: String,
    /// Belongs on the curated timeline.
    #[serde(default)]
    pub pinned: bool,
    /// Pointers into the repository: `commit`, `tree`, `tag`, `branch`, `base`…
    #[serde(default)]
    pub refs: BTreeMap<String, String>,
    /// Whatever the kind needs beyond that.
    #[serde(default)]
    pub data: Map<String, Value>,
    /// The id of the event this one corrects or retracts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub amends: Option<String>,
    /// Whether this clone wrote it, by its own list in the git directory. It is never stored: what
    /// an event of another clone says about paths and deeds is a claim.
    #[serde(skip)]
    pub own: bool,
    /// The commit that holds it; `None` while it waits to be written. It is never stored.
    #[serde(skip)]
    pub commit: Option<Oid>,
}

impl Event {
    /// Whether it can be amended or taken back: see [`Kind::is_correctable`]; so can a deployment that
    /// somebody said was done elsewhere.
    pub fn is_correctable(&self) -> bool {
        let said = self.kind == Kind::DeploySucceeded && self.source == "cli";
        said || self.kind.is_correctable()
    }

    /// Whether a later event may take it back: see [`Kind::is_retractable`].
    pub fn is_retractable(&self) -> bool {
        self.kind.is_retractable() || self.is_correctable()
    }

    /// `data` as the type that belongs to this kind. A field of another type than it should have is one
    /// that is not there: the log may be another program's.
    pub fn read<T: Data>(&self) -> T {
        T::read(&self.data)
    }

    /// What it points to.
    pub fn reference(&self, pointer: Pointer) -> Option<&str> {
        self.refs.get(pointer.as_str()).map(String::as_str)
    }

    /// The object that it points to; `None` as well where that is no object id.
    pub fn oid(&self, pointer: Pointer) -> Option<Oid> {
        Oid::parse(self.reference(pointer)?)
    }

    /// The line that stands as the commit's subject: kind and text.
    pub fn subject(&self) -> String {
        let first = self.text.lines().next().unwrap_or_default();
        if first.is_empty() { self.kind.words() } else { format!("{}: {first}", self.kind.words()) }
    }
}

/// An event that is about to be written: everything the record itself does not add.
#[derive(Clone, Debug)]
pub struct Draft {
    pub kind: Kind,
    /// `None` means now.
    pub at: Option<DateTime<FixedOffset>>,
    pub text: String,
    pub pinned: bool,
    pub refs: BTreeMap<String, String>,
    pub data: Map<String, Value>,
    pub amends: Option<String>,
    /// The captured end of a command's output, stored beside the event.
    pub output: Option<String>,
    /// What writes it: `cli` for a person's words, `git` for what the tool observed.
    pub source: &'static str,
}

impl Draft {
    /// An event of this kind, now, observed by the tool.
    pub fn new(kind: Kind, text: impl Into<String>) -> Self {
        Self {
            kind,
            at: None,
            text: text.into(),
            pinned: false,
            refs: BTreeMap::new(),
            data: Map::new(),
            amends: None,
            output: None,
            source: "git",
        }
    }

    /// When it happened, if not now.
    #[must_use]
    pub const fn at(mut self, at: Option<DateTime<FixedOffset>>) -> Self {
        self.at = at;
        self
    }

    /// Marks it as a person's own words.
    #[must_use]
    pub const fn by_person(mut self) -> Self {
        self.source = "cli";
        self
    }

    /// Adds a pointer into the repository.
    #[must_use]
    pub fn refer(mut self, pointer: Pointer, value: impl ToString) -> Self {
        self.refs.insert(pointer.as_str().to_owned(), value.to_string());
        self
    }

    /// Adds the data of its kind. What is `None` there is left out.
    #[must_use]
    pub fn data(mut self, data: &impl Data) -> Self {
        data.write(&mut self.data);
        self
    }

    /// Adds a field as anybody may write it.
    #[cfg(test)]
    #[must_use]
    pub fn with(mut self, key: &str, value: impl Into<Value>) -> Self {
        self.data.insert(key.to_owned(), value.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_subject_is_one_line() {
        let mut draft = Draft::new(Kind::Mitigated, "flag off\nmore");
        draft.pinned = true;
        let event = Event {
            v: 1,
            id: "1".into(),
            kind: draft.kind,
            at: DateTime::UNIX_EPOCH.fixed_offset(),
            recorded_at: DateTime::UNIX_EPOCH,
            lamport: 1,
            source: "cli".into(),
            actor: Actor::default(),
            role: None,
            text: draft.text,
            pinned: true,
            refs: BTreeMap::new(),
            data: Map::new(),
            amends: None,
            own: true,
            commit: None,
        };
        assert_eq!(event.subject(), "mitigated: flag off");
    }
}
