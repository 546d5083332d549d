//! The `[[notify]]` entries: read, checked, and joined over the layers.

use super::entries::{default, tables, text};
use super::place::{Mistake, Place};
use super::settings::Entry;
use super::types::Notify;
use super::value::show;
use crate::model::notice::{Channel, News};
use crate::model::text::safe;
use crate::model::update::Audience;
use toml::{Table, Value};

/// A layer's entries; they take the place of those below, so that `[]` silences all of them.
pub fn notifies(value: &Value, place: Place<'_>, mistakes: &mut Vec<Mistake>) -> Vec<Entry> {
    let mut out: Vec<Entry> = Vec::new();
    for (path, table) in tables("notify", value, place, mistakes) {
        let wrong = wrong(&table).or_else(|| {
            let known = out.iter().any(|e| is_same(&e.table, &table));
            known.then(|| format!("there are two [[notify]] entries for {}; keep one", safe(&named(&table))))
        });
        match wrong {
            Some(what) => mistakes.push(place.mistake(&path, what)),
            None => out.push(Entry { origin: place.origin(&path), table }),
        }
    }
    out
}

/// What is missing, or does not go together.
fn wrong(table: &Table) -> Option<String> {
    let kind = text(table, "kind");
    let channel = Channel::parse(kind);
    let has = |field: &str| table.contains_key(field);
    let Some(channel) = channel else { return Some("each [[notify]] needs a kind".to_owned()) };
    let needs = if channel == Channel::Command { "command" } else { "secret" };
    if !has(needs) {
        return Some(format!("the notify entry \"{kind}\" needs a {needs}"));
    }
    let only = |field: &str, of: Channel| {
        let foreign = has(field) && channel != of;
        foreign.then(|| format!("notify.{field} belongs to the kind \"{of}\", not to \"{kind}\""))
    };
    let secret = (has("secret") && channel == Channel::Command)
        .then(|| "the kind \"command\" has no secret: the command finds its own".to_owned());
    secret
        .or_else(|| only("command", Channel::Command))
        .or_else(|| only("sign", Channel::CloudEvents))
        .or_else(|| only("endpoint", Channel::PagerDuty))
}

/// Whether two entries are about the same place.
pub(super) fn is_same(one: &Table, other: &Table) -> bool {
    ["kind", "secret", "command"].iter().all(|field| text(one, field) == text(other, field))
}

/// `slack env:HOTFIX_SLACK_WEBHOOK`.
pub(super) fn named(table: &Table) -> String {
    let (secret, command) = (text(table, "secret"), text(table, "command"));
    format!("{} {}", text(table, "kind"), if secret.is_empty() { command } else { secret })
}

/// A place that is told.
pub fn notify(entry: &Entry) -> Notify {
    let table = &entry.table;
    let some = |field: &str| Some(text(table, field)).filter(|t| !t.is_empty()).map(str::to_owned);
    let words = |field: &str| -> Vec<String> {
        let fallback = default(&format!("notify.{field}"));
        let list = table.get(field).or(fallback.as_ref()).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    Notify {
        kind: Channel::parse(text(table, "kind")).unwrap_or(Channel::Command),
        secret: some("secret"),
        command: some("command"),
        sign: some("sign"),
        endpoint: some("endpoint").filter(|e| e != "auto"),
        on: words("on").iter().filter_map(|w| News::parse(w)).collect(),
        audiences: words("audiences").iter().filter_map(|w| Audience::parse(w)).collect(),
        origin: entry.origin.clone(),
        line: format!("[[notify]] {}", show(&Value::Table(table.clone()))),
    }
}
