//! A branch's hotfix.toml beside production's: it may add, it never loosens, and every difference
//! is named.

use super::entries::text;
use super::keys::KEYS;
use super::notify::{is_same, named};
use super::settings::{Entry, Settings};
use super::types::Origin;
use super::value::show;
use crate::model::text::{exact, shorten};
use toml::Value;

/// How much of a value is repeated.
const SHOWN: usize = 60;

/// Lays over production's settings what a branch adds: questions of the checklist, answers that are
/// required or asked again, sensitive paths, and lower limits. Returns the differences, in words.
pub fn tighten(settings: &mut Settings, branch: &Settings) -> Vec<String> {
    let mut said = Vec::new();
    plain_keys(settings, branch, &mut said);
    checks(&mut settings.checks, &branch.checks, &mut said);
    verifies(&settings.verifies, &branch.verifies, &mut said);
    notifies(&mut settings.notifies, &branch.notifies, &mut said);
    said
}

fn plain_keys(settings: &mut Settings, branch: &Settings, said: &mut Vec<String>) {
    let mut deploys = false;
    for key in KEYS.iter().filter(|k| !k.in_entry() && k.name != "schema") {
        let (Some((ours, from)), Some((theirs, _))) = (settings.get(key.name), branch.get(key.name)) else {
            continue;
        };
        if ours == theirs {
            continue;
        }
        let (ours, from) = (ours.clone(), from.clone());
        let joined = stricter(key.name, &ours, theirs);
        if joined != ours {
            said.push(format!("{} of this branch's hotfix.toml is stricter and is used", key.name));
            settings.set(key, joined.clone(), from.clone());
        }
        if joined == *theirs {
            continue;
        }
        // Whether a table will run is one fact, however many keys it has.
        if key.section() == "deploy" && from == Origin::BuiltIn {
            deploys = true;
        } else {
            said.push(format!(
                "{} = {} of this branch's hotfix.toml is not used: production's file has {}",
                key.name,
                shown(theirs),
                shown(&joined)
            ));
        }
    }
    if deploys {
        said.push(will_not_run("[deploy]"));
    }
}

/// What both ask for together, where asking for more is stricter; what production asks for elsewhere.
fn stricter(name: &str, ours: &Value, theirs: &Value) -> Value {
    match (name, ours, theirs) {
        ("guard.sensitive", Value::Array(ours), Value::Array(theirs)) => {
            let more = theirs.iter().filter(|item| !ours.contains(item));
            Value::Array(ours.iter().chain(more).cloned().collect())
        }
        ("guard.warn" | "guard.block", Value::Table(ours), Value::Table(theirs)) => {
            let mut joined = ours.clone();
            for (field, limit) in theirs {
                let here = ours.get(field).and_then(Value::as_integer).unwrap_or_default();
                // Zero is no limit.
                if limit.as_integer().is_some_and(|there| there > 0 && (here == 0 || there < here)) {
                    joined.insert(field.clone(), limit.clone());
                }
            }
            Value::Table(joined)
        }
        _ => ours.clone(),
    }
}

fn checks(ours: &mut Vec<Entry>, theirs: &[Entry], said: &mut Vec<String>) {
    for entry in theirs {
        let id = exact(text(&entry.table, "id"));
        let Some(mine) = ours.iter_mut().find(|e| text(&e.table, "id") == text(&entry.table, "id")) else {
            said.push(format!("the check '{id}' is added by this branch's hotfix.toml"));
            ours.push(entry.clone());
            continue;
        };
        let production = mine.table.clone();
        // A question is required unless it says otherwise, and asked again only when it says so.
        if flag(entry, "required", true) && !flag(mine, "required", true) {
            mine.table.insert("required".to_owned(), Value::Boolean(true));
        }
        if flag(entry, "recheck", false) {
            mine.table.insert("recheck".to_owned(), Value::Boolean(true));
        }
        let fields = entry.table.keys().chain(mine.table.keys());
        let mut ignored: Vec<&str> = fields
            .filter(|field| entry.table.get(*field) != mine.table.get(*field))
            .filter(|field| {
                let missing = entry.table.get(*field).is_none();
                !(missing
                    && flag(entry, field, *field == "required") == flag(mine, field, *field == "required"))
            })
            .map(String::as_str)
            .collect();
        ignored.sort_unstable();
        ignored.dedup();
        for field in ignored {
            let there = entry.table.get(field).map_or_else(|| "nothing".to_owned(), shown);
            said.push(format!(
                "{field} = {there} of the check '{id}' in this branch's hotfix.toml is not used: \
                 production's file decides"
            ));
        }
        if mine.table != production {
            said.push(format!("the check '{id}' is stricter by this branch's hotfix.toml"));
        }
    }
    let missing = ours.iter().filter(|e| {
        e.origin != Origin::BuiltIn && !theirs.iter().any(|t| text(&t.table, "id") == text(&e.table, "id"))
    });
    let missing = missing.map(|e| exact(text(&e.table, "id")));
    said.extend(
        missing.map(|id| format!("the check '{id}' is missing in this branch's hotfix.toml; it is asked")),
    );
}

fn verifies(ours: &[Entry], theirs: &[Entry], said: &mut Vec<String>) {
    for entry in theirs {
        let name = text(&entry.table, "name");
        match ours.iter().find(|e| text(&e.table, "name") == name) {
            None => said.push(will_not_run(&format!("[[verify]] {}", exact(name)))),
            Some(mine) if mine.table != entry.table => said.push(format!(
                "[[verify]] {} of this branch's hotfix.toml is not used: production's file decides",
                exact(name)
            )),
            Some(_) => {}
        }
    }
}

/// A branch may have more people told, each a question of trust of its own; it silences nobody.
fn notifies(ours: &mut Vec<Entry>, theirs: &[Entry], said: &mut Vec<String>) {
    for mine in ours.iter().filter(|m| !theirs.iter().any(|t| is_same(&t.table, &m.table))) {
        said.push(format!(
            "[[notify]] {} is missing in this branch's hotfix.toml; it is told",
            exact(&named(&mine.table))
        ));
    }
    for entry in theirs {
        let name = exact(&named(&entry.table));
        match ours.iter().find(|mine| is_same(&mine.table, &entry.table)) {
            None => {
                said.push(format!("[[notify]] {name} is added by this branch's hotfix.toml"));
                ours.push(entry.clone());
            }
            Some(mine) if mine.table != entry.table => said.push(format!(
                "[[notify]] {name} of this branch's hotfix.toml is not used: production's file decides"
            )),
            Some(_) => {}
        }
    }
}

fn will_not_run(table: &str) -> String {
    format!("{table} of this branch's hotfix.toml will not run: production's file does not have it yet")
}

fn flag(entry: &Entry, field: &str, default: bool) -> bool {
    entry.table.get(field).and_then(Value::as_bool).unwrap_or(default)
}

fn shown(value: &Value) -> String {
    shorten(&exact(&show(value)), SHOWN)
}
