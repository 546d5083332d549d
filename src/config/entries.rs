//! The `[[check]]` and `[[verify]]` entries: read, checked, and joined over the layers.

use super::keys::{self, Key};
use super::place::{Mistake, Place};
use super::settings::{Entry, span};
use super::types::{Origin, Verify};
use super::value::show;
use crate::model::checklist::Item;
use crate::model::text::safe;
use toml::{Table, Value};

/// The five questions every repository starts with.
pub fn default_checks() -> Vec<Entry> {
    let table = |item: Item| {
        let mut table = Table::new();
        table.insert("id".to_owned(), Value::String(item.id));
        table.insert("question".to_owned(), Value::String(item.question));
        table
    };
    Item::defaults().into_iter().map(|i| Entry { table: table(i), origin: Origin::BuiltIn }).collect()
}

/// Joins a layer's checks onto those below it: the same id replaces what it names, a new id is
/// added behind.
pub fn add_checks(below: &mut Vec<Entry>, value: &Value, place: Place<'_>, mistakes: &mut Vec<Mistake>) {
    for (path, above) in read("check", "id", value, place, mistakes) {
        let origin = place.origin(&path);
        match below.iter_mut().find(|e| text(&e.table, "id") == text(&above, "id")) {
            Some(entry) => {
                if above.contains_key("command") || text(&entry.table, "command").is_empty() {
                    entry.origin = origin;
                }
                entry.table.extend(above);
            }
            None if above.contains_key("question") => below.push(Entry { table: above, origin }),
            None => {
                let id = safe(text(&above, "id"));
                mistakes.push(place.mistake(&path, format!("the check {id} needs a question")));
            }
        }
    }
}

/// A layer's verify entries; they take the place of those below.
pub fn verifies(value: &Value, place: Place<'_>, mistakes: &mut Vec<Mistake>) -> Vec<Entry> {
    let mut out = Vec::new();
    for (path, table) in read("verify", "name", value, place, mistakes) {
        if table.contains_key("command") {
            out.push(Entry { table, origin: place.origin(&path) });
        } else {
            let name = safe(text(&table, "name"));
            mistakes.push(place.mistake(&path, format!("the verify entry \"{name}\" needs a command")));
        }
    }
    out
}

/// The well-formed entries of one layer, each with the path that leads to it.
fn read(
    section: &str,
    naming: &str,
    value: &Value,
    place: Place<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(Vec<String>, Table)> {
    let mut out: Vec<(Vec<String>, Table)> = Vec::new();
    for (path, table) in tables(section, value, place, mistakes) {
        if !table.contains_key(naming) {
            let article = if naming == "id" { "an" } else { "a" };
            mistakes.push(place.mistake(&path, format!("each [[{section}]] needs {article} {naming}")));
        } else if out.iter().any(|(_, t)| text(t, naming) == text(&table, naming)) {
            let name = safe(text(&table, naming));
            let what = format!("there are two [[{section}]] entries with {naming} \"{name}\"; keep one");
            mistakes.push(place.mistake(&path, what));
        } else {
            out.push((path, table));
        }
    }
    out
}

/// The entries of one layer whose fields are known and hold what belongs there.
pub(super) fn tables(
    section: &str,
    value: &Value,
    place: Place<'_>,
    mistakes: &mut Vec<Mistake>,
) -> Vec<(Vec<String>, Table)> {
    let mut out: Vec<(Vec<String>, Table)> = Vec::new();
    let top = vec![section.to_owned()];
    let Value::Array(items) = value else {
        mistakes
            .push(place.mistake(&top, format!("{section} is a list: write [[{section}]] with two brackets")));
        return out;
    };
    for (index, item) in items.iter().enumerate() {
        let path = vec![section.to_owned(), index.to_string()];
        let Value::Table(table) = item else {
            let what = format!("{section} must hold tables, not {}", safe(&show(item)));
            mistakes.push(place.mistake(&path, what));
            continue;
        };
        let before = mistakes.len();
        for (field, value) in table {
            let deeper: Vec<String> = path.iter().cloned().chain([field.clone()]).collect();
            match keys::find(&format!("{section}.{field}")) {
                None => mistakes.push(place.unknown(&deeper)),
                Some(key) => {
                    if let Err(wrong) = key.kind.check(value) {
                        mistakes.push(place.wrong(&deeper, wrong));
                    }
                }
            }
        }
        if mistakes.len() == before {
            out.push((path, table.clone()));
        }
    }
    out
}

/// A question of the checklist. A command that names no timeout gets the default one.
pub fn item(entry: &Entry) -> Item {
    let command = Some(text(&entry.table, "command")).filter(|c| !c.trim().is_empty()).map(str::to_owned);
    let timeout = match entry.table.get("timeout") {
        Some(value) => span(Some(value)),
        None => command.as_ref().and_then(|_| span(default("check.timeout").as_ref())),
    };
    Item {
        id: text(&entry.table, "id").to_owned(),
        question: text(&entry.table, "question").to_owned(),
        command,
        required: flag(&entry.table, "required"),
        recheck: flag(&entry.table, "recheck"),
        timeout,
        from: text(&entry.table, "from").strip_prefix("forge").map(|name| match name.strip_prefix(':') {
            Some(name) => name.trim().to_owned(),
            None => text(&entry.table, "id").to_owned(),
        }),
    }
}

/// A check of production after a deployment.
pub fn verify(entry: &Entry) -> Verify {
    let lasting = |field: &str| {
        let fallback = default(&format!("verify.{field}"));
        span(entry.table.get(field).or(fallback.as_ref())).unwrap_or_default()
    };
    Verify {
        name: text(&entry.table, "name").to_owned(),
        command: text(&entry.table, "command").to_owned(),
        every: lasting("every"),
        for_: lasting("for"),
    }
}

pub(super) fn default(name: &str) -> Option<Value> {
    keys::find(name).map(Key::default_value)
}

fn flag(table: &Table, field: &str) -> bool {
    let fallback = default(&format!("check.{field}"));
    table.get(field).or(fallback.as_ref()).and_then(Value::as_bool).unwrap_or_default()
}

/// A text field, empty when it is missing.
pub fn text<'a>(table: &'a Table, field: &str) -> &'a str {
    table.get(field).and_then(Value::as_str).unwrap_or_default()
}
