//! The strings of a TOML file.

use super::super::leaf::Leaf;
use super::{Read, body, subject};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

pub(super) fn read(text: &str) -> Read {
    let (body, shift) = body(text);
    let table = DeTable::parse(body).map_err(|_| "is not valid TOML")?;
    let mut walk = Walk { body, shift, key: Vec::new(), found: Vec::new() };
    walk.table(table.get_ref());
    Ok(walk.found)
}

struct Walk<'a> {
    body: &'a str,
    shift: usize,
    key: Vec<String>,
    found: Vec<Leaf>,
}

impl Walk<'_> {
    fn table(&mut self, table: &DeTable<'_>) {
        for (key, value) in table {
            self.key.push(key.get_ref().to_string());
            self.value(value);
            self.key.pop();
        }
    }

    fn value(&mut self, value: &Spanned<DeValue<'_>>) {
        match value.get_ref() {
            DeValue::String(says) => self.string(says, value.span().start, value.span().end),
            DeValue::Boolean(is) => {
                // `version.workspace = true` is worth knowing; nothing is written there.
                let range = value.span().start + self.shift..value.span().end + self.shift;
                self.found.push(Leaf { key: self.key.clone(), range, says: is.to_string() });
            }
            DeValue::Table(table) => self.table(table),
            DeValue::Array(items) => {
                for (at, item) in items.iter().enumerate() {
                    self.key.push(name(item.get_ref()).unwrap_or_else(|| format!("#{at}")));
                    self.value(item);
                    self.key.pop();
                }
            }
            _ => {}
        }
    }

    /// A string that is in the file as it is, without escapes.
    fn string(&mut self, says: &str, start: usize, end: usize) {
        let raw = self.body.get(start..end).unwrap_or_default();
        let from = start + raw.len() - raw.trim_start_matches(['"', '\'']).len();
        if self.body.get(from..from + says.len()) == Some(says) {
            let range = from + self.shift..from + says.len() + self.shift;
            self.found.push(Leaf { key: self.key.clone(), range, says: says.to_owned() });
        }
    }
}

/// What an item of a list is called. A package that comes from elsewhere is told apart from the
/// repository's own of the same name.
fn name(item: &DeValue<'_>) -> Option<String> {
    if let Some(text) = item.as_str() {
        return Some(subject(text).to_owned());
    }
    let table = item.as_table()?;
    let word = |key: &str| table.get(key).and_then(|value| value.get_ref().as_str());
    if let Some(file) = word("filename") {
        // Several may be about one file, each with what it searches there.
        return Some(format!("{file} {}", word("search").unwrap_or_default()));
    }
    let name = word("name")?;
    let source = table.get("source").map(Spanned::get_ref);
    let is_own = source.is_none_or(|source| {
        let has = |how: &str| source.as_table().is_some_and(|table| table.contains_key(how));
        ["editable", "virtual", "directory"].into_iter().any(has)
    });
    if is_own {
        Some(name.to_owned())
    } else {
        Some(format!("{name} {} elsewhere", word("version").unwrap_or("")))
    }
}
