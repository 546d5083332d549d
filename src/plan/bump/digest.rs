//! Hashes that a lock file has of the file it locks, made as the tool makes them. Whoever moves one makes
//! the old one first: where that is not what the lock says, nothing is known about the new one.

use super::leaf::Leaf;
use ring::digest;
use serde_json::{Map, Value, json};
use std::fmt::Write as _;

/// What Composer takes into the `content-hash` of `composer.lock`, in its order.
const RELEVANT: [&str; 11] = [
    "conflict",
    "extra",
    "minimum-stability",
    "name",
    "prefer-stable",
    "provide",
    "replace",
    "repositories",
    "require",
    "require-dev",
    "version",
];

/// The `content-hash` of a `composer.json`.
pub(super) fn composer(text: &str) -> Option<String> {
    let all: Map<String, Value> = serde_json::from_str(text.trim_start_matches('\u{feff}')).ok()?;
    let mut relevant = Map::new();
    if let Some(platform) = all.get("config").and_then(|config| config.get("platform")) {
        relevant.insert("config".to_owned(), json!({ "platform": platform }));
    }
    for key in RELEVANT {
        if let Some(value) = all.get(key) {
            relevant.insert(key.to_owned(), value.clone());
        }
    }
    let mut out = String::new();
    php(&Value::Object(relevant), &mut out)?;
    Some(format!("{:x}", md5::compute(out)))
}

/// JSON as PHP writes what it read into arrays; `None` for a number with a fraction.
fn php(value: &Value, out: &mut String) -> Option<()> {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(yes) => out.push_str(if *yes { "true" } else { "false" }),
        Value::Number(number) => write!(out, "{}", number.as_i64()?).ok()?,
        Value::String(text) => php_string(text, out)?,
        Value::Array(items) => {
            out.push('[');
            for (n, item) in items.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                php(item, out)?;
            }
            out.push(']');
        }
        // An array without keys is a list to it.
        Value::Object(map) if map.is_empty() => out.push_str("[]"),
        Value::Object(map) => {
            out.push('{');
            for (n, (key, item)) in map.iter().enumerate() {
                out.push_str(if n == 0 { "" } else { "," });
                php_string(key, out)?;
                out.push(':');
                php(item, out)?;
            }
            out.push('}');
        }
    }
    Some(())
}

fn php_string(text: &str, out: &mut String) -> Option<()> {
    out.push('"');
    for unit in text.encode_utf16() {
        match char::from_u32(u32::from(unit)) {
            Some(c @ ('"' | '\\' | '/')) => out.extend(['\\', c]),
            Some('\u{8}') => out.push_str("\\b"),
            Some('\u{c}') => out.push_str("\\f"),
            Some('\n') => out.push_str("\\n"),
            Some('\r') => out.push_str("\\r"),
            Some('\t') => out.push_str("\\t"),
            Some(c @ ' '..='\u{7f}') => out.push(c),
            _ => write!(out, "\\u{unit:04x}").ok()?,
        }
    }
    out.push('"');
    Some(())
}

/// The `digest` of a `Chart.lock`: of what the chart requires and what was found for it.
pub(super) fn helm(chart: &[Leaf], lock: &[Leaf]) -> Option<String> {
    let both = json!([dependencies(chart)?, dependencies(lock)?]).to_string();
    let both = both.replace('&', "\\u0026").replace('<', "\\u003c").replace('>', "\\u003e");
    let hash = digest::digest(&digest::SHA256, both.as_bytes());
    let mut out = "sha256:".to_owned();
    for byte in hash.as_ref() {
        write!(out, "{byte:02x}").ok()?;
    }
    Some(out)
}

/// The dependencies of a chart or a lock, each with its fields in Helm's order; `None` where one has a
/// field that is not read here.
fn dependencies(leaves: &[Leaf]) -> Option<Vec<Value>> {
    let mut found: Vec<(&str, Vec<&Leaf>)> = Vec::new();
    for leaf in leaves.iter().filter(|leaf| leaf.key.first().is_some_and(|key| key == "dependencies")) {
        let item = leaf.key.get(1)?.as_str();
        match found.last_mut() {
            Some((last, fields)) if *last == item => fields.push(leaf),
            _ => found.push((item, vec![leaf])),
        }
    }
    found.into_iter().map(|(_, fields)| dependency(&fields)).collect()
}

fn dependency(fields: &[&Leaf]) -> Option<Value> {
    let mut all =
        json!({ "name": "", "version": "", "repository": "", "condition": "", "tags": [], "alias": "" });
    let map = all.as_object_mut()?;
    for leaf in fields {
        let field = leaf.key.get(2)?;
        match (map.get_mut(field)?, leaf.key.len()) {
            (Value::Array(tags), 4) => tags.push(json!(leaf.says)),
            (text @ Value::String(_), 3) => *text = json!(leaf.says),
            _ => return None,
        }
    }
    // Helm leaves out what is empty, but never a repository or a name.
    map.retain(|field, value| {
        matches!(field.as_str(), "name" | "repository") || (*value != json!("") && *value != json!([]))
    });
    Some(all)
}

#[cfg(test)]
mod tests {
    use super::super::read::read;
    use super::*;

    #[test]
    fn composer_takes_what_decides_what_is_installed() {
        let text = r#"{"require": {"php": "^8.2", "acme/ü-😀": "1.0"}, "name": "acme/shop", "version": "1.2.0",
            "description": "none of its business", "extra": {"laravel": {"dont-discover": []}, "none": {}},
            "config": {"sort-packages": true, "platform": {"php": "8.2.1"}}, "prefer-stable": true}"#;
        let same = concat!(
            r#"{"config":{"platform":{"php":"8.2.1"}},"extra":{"laravel":{"dont-discover":[]},"none":[]},"#,
            r#""name":"acme\/shop","prefer-stable":true,"#,
            r#""require":{"php":"^8.2","acme\/\u00fc-\ud83d\ude00":"1.0"},"version":"1.2.0"}"#
        );
        assert_eq!(composer(text), Some(format!("{:x}", md5::compute(same))));
        assert_ne!(composer(text), composer(&text.replace("1.2.0", "1.2.1")));
        assert_eq!(composer(r#"{"extra": {"share": 0.5}}"#), None);
        assert_eq!(composer("[]"), None);
    }

    #[test]
    fn helm_takes_what_is_required_and_what_was_found() {
        let chart = "dependencies:\n  - name: db\n    version: ^1.2.0\n    repository: \"file://../db\"\n    \
                     tags:\n      - a&b\n  - name: web\n    version: 1.2.0\n    condition: web.on\n";
        let lock = "dependencies:\n- name: db\n  repository: file://../db\n  version: 1.2.0\n- name: web\n  \
                    repository: \"\"\n  version: 1.2.0\ndigest: sha256:1\n";
        let same = concat!(
            r#"[[{"name":"db","version":"^1.2.0","repository":"file://../db","tags":["a\u0026b"]},"#,
            r#"{"name":"web","version":"1.2.0","repository":"","condition":"web.on"}],"#,
            r#"[{"name":"db","version":"1.2.0","repository":"file://../db"},"#,
            r#"{"name":"web","version":"1.2.0","repository":""}]]"#
        );
        let leaves = |path: &str, text: &str| read(path, text).unwrap();
        let made = helm(&leaves("Chart.yaml", chart), &leaves("Chart.lock", lock)).unwrap();
        let hash = digest::digest(&digest::SHA256, same.as_bytes());
        let hex: String = hash.as_ref().iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(made, format!("sha256:{hex}"));
        let other = chart.replace("tags:\n      - a&b", "import-values:\n      - data");
        assert_eq!(helm(&leaves("Chart.yaml", &other), &leaves("Chart.lock", lock)), None);
    }
}
