//! Reads the layers one over the other: hotfix.toml, git's configuration, the environment.

use super::entries::{add_checks, verifies};
use super::keys::{self, ENTRIES, Key};
use super::nearest::{nearest, nearest_section};
use super::notify::notifies;
use super::place::{Mistake, Place, broken, path_of};
use super::settings::Settings;
use super::{GitEntry, value};
use crate::model::failure::Failure;
use crate::model::text::{list, safe};
use std::collections::BTreeMap;
use toml::{Table, Value};

/// What every variable that is meant as configuration starts with.
pub const ENV: &str = "HOTFIX_CONFIG_";
/// The form of hotfix.toml this version reads.
const SCHEMA: i64 = 1;

/// Lays hotfix.toml over the settings.
pub fn file(
    settings: &mut Settings,
    shown: &str,
    text: &str,
    mistakes: &mut Vec<Mistake>,
) -> Result<(), Failure> {
    let table: Table = toml::from_str(text).map_err(|e| broken(shown, text, &e))?;
    let place = Place::File { shown, text };
    schema(&table, place)?;
    for (section, value) in table.iter().filter(|(section, _)| *section != "schema") {
        let path = vec![section.clone()];
        let known = keys::sections().contains(&section.as_str());
        if ENTRIES.contains(&section.as_str()) {
            add_entries(settings, section, value, place, mistakes);
        } else if let (true, Value::Table(inner)) = (known, value) {
            for (name, value) in inner {
                let path = vec![section.clone(), name.clone()];
                match keys::find(&format!("{section}.{name}")) {
                    None => mistakes.push(place.unknown(&path)),
                    Some(key) => {
                        put(settings, key, key.kind.check(value).map(|()| value.clone()), place, mistakes)
                    }
                }
            }
        } else if known {
            mistakes.push(place.mistake(&path, format!("{section} is a table: write [{section}]")));
        } else if value.is_table() && nearest(section).is_none() {
            mistakes.push(place.mistake(&path, unknown_table(section)));
        } else {
            mistakes.push(place.unknown(&path));
        }
    }
    Ok(())
}

fn schema(table: &Table, place: Place<'_>) -> Result<(), Failure> {
    let wrong = match table.get("schema") {
        None => return Ok(()),
        Some(Value::Integer(n)) if *n == SCHEMA => return Ok(()),
        Some(Value::Integer(n)) => {
            format!("schema {n} is not supported by this version; it reads schema = {SCHEMA}")
        }
        Some(other) => format!("schema must be {SCHEMA}, not {}", safe(&value::show(other))),
    };
    // Whatever else looks wrong follows from this, so nothing else is said.
    let mistake = place.mistake(&["schema".to_owned()], wrong);
    Err(super::place::failure(vec![mistake]).unwrap_or_else(|| Failure::usage("unknown schema")))
}

/// Lays git's `hotfix.*` over the settings.
pub fn git(settings: &mut Settings, entries: &[GitEntry], mistakes: &mut Vec<Mistake>) {
    let mut by_key: BTreeMap<&'static str, (&'static Key, Vec<&GitEntry>)> = BTreeMap::new();
    for entry in entries {
        let Some(name) = entry.key.strip_prefix("hotfix.") else { continue };
        let place = Place::Git(entry);
        let path: Vec<String> = name.split('.').map(str::to_owned).collect();
        let section = keys::fold(path.first().map(String::as_str).unwrap_or_default());
        if path.len() == 1 && ENTRIES.contains(&section.as_str()) {
            entries_from_text(settings, &section, &entry.value, place, mistakes);
        } else if let Some(key) = keys::from_git(name) {
            by_key.entry(key.name).or_insert_with(|| (key, Vec::new())).1.push(entry);
        } else {
            mistakes.push(place.unknown(&path));
        }
    }
    for (key, entries) in by_key.into_values() {
        git_key(settings, key, &entries, mistakes);
    }
}

/// One key, possibly set several times. The last line counts, as in git; a list takes all lines
/// of the file that the last one stands in.
fn git_key(settings: &mut Settings, key: &'static Key, entries: &[&GitEntry], mistakes: &mut Vec<Mistake>) {
    let Some(last) = entries.last() else { return };
    let mut items: Vec<Value> = Vec::new();
    for entry in entries {
        let place = Place::Git(entry);
        match key.kind.read(&entry.value) {
            Ok(Value::Array(more)) if key.kind.is_list() => {
                if entry.scope == last.scope && entry.origin == last.origin {
                    items.extend(more);
                    put(settings, key, Ok(Value::Array(items.clone())), place, mistakes);
                } else {
                    put(settings, key, Ok(Value::Array(more)), place, mistakes);
                }
            }
            other => {
                items.clear();
                put(settings, key, other, place, mistakes);
            }
        }
    }
}

/// Lays the `HOTFIX_CONFIG_…` variables over the settings. No other variable is looked at, in
/// particular not the `HOTFIX_NAME`… that commands are given.
pub fn env(settings: &mut Settings, env: &BTreeMap<String, String>, mistakes: &mut Vec<Mistake>) {
    for (variable, text) in env {
        let Some(name) = variable.strip_prefix(ENV) else { continue };
        let place = Place::Env(variable);
        let lower = name.to_ascii_lowercase();
        let path: Vec<String> = lower.splitn(2, '_').map(str::to_owned).collect();
        if ENTRIES.contains(&lower.as_str()) {
            entries_from_text(settings, &lower, text, place, mistakes);
        } else if let Some(key) = keys::from_env(name) {
            put(settings, key, key.kind.read(text), place, mistakes);
        } else {
            mistakes.push(place.unknown(&path));
        }
    }
}

fn put(
    settings: &mut Settings,
    key: &'static Key,
    read: Result<Value, super::kind::Wrong>,
    place: Place<'_>,
    mistakes: &mut Vec<Mistake>,
) {
    let path = path_of(key);
    match read {
        Err(wrong) => mistakes.push(place.wrong(&path, wrong)),
        Ok(value) => settings.set(key, value, place.origin(&path)),
    }
}

fn add_entries(
    settings: &mut Settings,
    section: &str,
    value: &Value,
    place: Place<'_>,
    mistakes: &mut Vec<Mistake>,
) {
    match section {
        "check" => add_checks(&mut settings.checks, value, place, mistakes),
        "notify" => settings.notifies = notifies(value, place, mistakes),
        _ => settings.verifies = verifies(value, place, mistakes),
    }
}

fn entries_from_text(
    settings: &mut Settings,
    section: &str,
    text: &str,
    place: Place<'_>,
    mistakes: &mut Vec<Mistake>,
) {
    match value::parse(text) {
        Ok(value) => add_entries(settings, section, &value, place, mistakes),
        Err(_) => {
            let what = format!("{section} must be a TOML list such as [{{ {} }}]", example(section));
            mistakes.push(place.mistake(&[section.to_owned()], what));
        }
    }
}

fn example(section: &str) -> &'static str {
    match section {
        "check" => r#"id = "tests", command = "make test""#,
        "notify" => r#"kind = "slack", secret = "env:HOTFIX_SLACK_WEBHOOK""#,
        _ => r#"name = "health", command = "curl -fsS https://example.org/health""#,
    }
}

fn unknown_table(section: &str) -> String {
    match nearest_section(section) {
        Some(near) => format!("unknown table [{}]; did you mean [{near}]?", safe(section)),
        None => format!("unknown table [{}]; the tables are {}", safe(section), list(&keys::sections())),
    }
}
