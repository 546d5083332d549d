//! What is set so far: every key's value and where it came from, lower layers overlaid by higher.

use super::keys::{self, KEYS, Key};
use super::kind::severity;
use super::types::{Limit, Origin};
use crate::model::severity::Severity;
use crate::model::time::parse_duration;
use chrono::Duration;
use std::collections::BTreeMap;
use toml::{Table, Value};

/// One `[[check]]`, `[[verify]]` or `[[notify]]` entry as written, lower layers included.
#[derive(Clone, Debug)]
pub struct Entry {
    pub table: Table,
    /// Where its command came from, or the entry itself when it has none: whoever decides
    /// whether a command may run goes by this.
    pub origin: Origin,
}

/// All settings.
pub struct Settings {
    values: BTreeMap<&'static str, (Value, Origin)>,
    pub checks: Vec<Entry>,
    pub verifies: Vec<Entry>,
    pub notifies: Vec<Entry>,
}

impl Settings {
    /// What holds without anybody having set anything.
    pub fn built_in(checks: Vec<Entry>) -> Self {
        let plain = KEYS.iter().filter(|k| !k.in_entry());
        let values = plain.map(|k| (k.name, (k.default_value(), Origin::BuiltIn))).collect();
        Self { values, checks, verifies: Vec::new(), notifies: Vec::new() }
    }

    /// Lays a checked value over what there is. Tables are joined field by field.
    pub fn set(&mut self, key: &Key, value: Value, origin: Origin) {
        let joined = match (self.values.get(key.name), value) {
            (Some((Value::Table(below), _)), Value::Table(above)) => {
                let mut table = below.clone();
                table.extend(above);
                Value::Table(table)
            }
            (_, value) => value,
        };
        self.values.insert(key.name, (joined, origin));
    }

    /// The value and the origin of a key.
    pub fn get(&self, name: &str) -> Option<&(Value, Origin)> {
        self.values.get(name)
    }

    /// Fills in what "auto" came to.
    pub fn resolve(&mut self, name: &str, value: Value, origin: Origin) {
        if let Some(key) = keys::find(name) {
            self.set(key, value, origin);
        }
    }

    fn value(&self, name: &str) -> Option<&Value> {
        self.values.get(name).map(|(value, _)| value)
    }

    /// Whether a key is left to be found out.
    pub fn is_auto(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_str) == Some("auto")
    }

    pub fn text(&self, name: &str) -> String {
        self.value(name).and_then(Value::as_str).unwrap_or_default().to_owned()
    }

    pub fn flag(&self, name: &str) -> bool {
        self.value(name).and_then(Value::as_bool).unwrap_or_default()
    }

    pub fn list(&self, name: &str) -> Vec<String> {
        let items = self.value(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    }

    pub fn tables(&self, name: &str) -> Vec<&Table> {
        let items = self.value(name).and_then(Value::as_array).map(Vec::as_slice).unwrap_or_default();
        items.iter().filter_map(Value::as_table).collect()
    }

    pub fn span(&self, name: &str) -> Duration {
        span(self.value(name)).unwrap_or_default()
    }

    pub fn limit(&self, name: &str) -> Limit {
        let table = self.value(name).and_then(Value::as_table);
        let number = |field: &str| {
            let n = table.and_then(|t| t.get(field)).and_then(Value::as_integer);
            n.and_then(|n| u64::try_from(n).ok()).unwrap_or_default()
        };
        Limit { lines: number("lines"), files: number("files") }
    }

    /// The cadence of one audience; a severity set to "0s" has none.
    pub fn cadence(&self, name: &str) -> BTreeMap<Severity, Duration> {
        let table = self.value(name).and_then(Value::as_table);
        let pairs = table.into_iter().flatten();
        pairs
            .filter_map(|(word, value)| Some((severity(word)?, span(Some(value))?)))
            .filter(|(_, every)| *every > Duration::zero())
            .collect()
    }
}

/// A duration value.
pub fn span(value: Option<&Value>) -> Option<Duration> {
    parse_duration(value?.as_str()?)
}
