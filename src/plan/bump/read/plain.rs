//! Files that are nothing but a version, and CMake's `project()`.

use super::super::leaf::Leaf;

/// The whole file, with or without a `v` in front.
pub(super) fn bare(text: &str) -> Vec<Leaf> {
    let is_digit = |c: char| c.is_ascii_digit();
    let body = text.trim_start_matches('\u{feff}').trim_start();
    let body = body.strip_prefix('v').filter(|rest| rest.starts_with(is_digit)).unwrap_or(body);
    let says = body.trim_end();
    let start = text.len() - body.len();
    if says.is_empty() || says.contains(char::is_whitespace) {
        return Vec::new();
    }
    vec![Leaf { key: vec!["version".to_owned()], range: start..start + says.len(), says: says.to_owned() }]
}

/// `project(name VERSION 1.2.0 …)`, on one line or several.
pub(super) fn cmake(text: &str) -> Vec<Leaf> {
    project(text).into_iter().collect()
}

fn project(text: &str) -> Option<Leaf> {
    let lower = text.to_ascii_lowercase();
    for (at, name) in lower.match_indices("project") {
        let line = lower.get(..at)?.rsplit('\n').next()?;
        let rest = text.get(at + name.len()..)?;
        let Some(inside) = rest.trim_start().strip_prefix('(').filter(|_| line.trim().is_empty()) else {
            continue;
        };
        let start = text.len() - inside.len();
        let inside = inside.split_once(')')?.0;
        let (head, value) = inside.split_once("VERSION")?;
        let says = value.split_whitespace().next()?;
        let at = start + head.len() + "VERSION".len() + value.len() - value.trim_start().len();
        return Some(Leaf {
            key: vec!["project".to_owned()],
            range: at..at + says.len(),
            says: says.to_owned(),
        });
    }
    None
}
