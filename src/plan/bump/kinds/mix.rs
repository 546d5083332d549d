//! Elixir: the version of `mix.exs`, those of the apps of an umbrella, and what they require of each other.

use super::super::leaf::{Leaf, word};
use super::super::look::{Fault, Found, Look, Parsed, Unit};
use crate::model::text::safe;
use std::rc::Rc;

/// The versions of the projects below the directory, where it is one itself.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let mut apps: Vec<String> = Vec::new();
    for path in projects(look) {
        let Some(file) = look.file(path)? else { continue };
        let own = file.leaves.iter().filter(|leaf| leaf.is(&["version", "*"]));
        if own.clone().any(|leaf| look.is_due(&leaf.says)) {
            apps.extend(word(&file.leaves, &["app"]).map(str::to_owned));
        }
        unit.spots.extend(own.filter_map(|leaf| look.whole(path, leaf)));
    }
    for (path, file) in all(look) {
        let needs =
            file.leaves.iter().filter(|leaf| need(leaf).is_some_and(|app| apps.iter().any(|a| a == app)));
        unit.spots.extend(needs.filter_map(|leaf| look.spot(path, leaf)));
    }
    Ok(unit)
}

fn projects<'l>(look: &'l Look<'_>) -> Vec<&'l str> {
    let is_own = |path: &&str| look.is_inside(path) && !look.is_made_up(path);
    if look.has(&look.at("mix.exs")) { look.named("mix.exs").filter(is_own).collect() } else { Vec::new() }
}

fn all<'l>(look: &'l Look<'_>) -> impl Iterator<Item = (&'l str, Rc<Parsed>)> {
    look.named("mix.exs").filter_map(|path| Some((path, look.other(path)?)))
}

/// The app that a value requires.
fn need(leaf: &Leaf) -> Option<&str> {
    match leaf.key.as_slice() {
        [first, name, _] if first == "needs" => Some(name),
        _ => None,
    }
}

/// What the apps require of each other is there.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut versions: Vec<(String, String)> = Vec::new();
    for path in projects(look) {
        let Some(file) = look.other(path) else { continue };
        let version = file.leaves.iter().find(|leaf| leaf.is(&["version", "*"]));
        versions.extend(
            word(&file.leaves, &["app"]).zip(version).map(|(app, v)| (app.to_owned(), v.says.clone())),
        );
    }
    let mut faults = Vec::new();
    for (path, file) in all(look) {
        for leaf in &file.leaves {
            let Some((app, version)) = need(leaf).and_then(|app| versions.iter().find(|(own, _)| own == app))
            else {
                continue;
            };
            let wants = leaf.says.trim_start_matches(['=', ' ']);
            if wants.starts_with(|c: char| c.is_ascii_digit()) && wants != version {
                let says = format!("{path} requires {app} {}, which is {version}", safe(&leaf.says));
                faults.push(Fault { id: format!("{path} {app}"), says });
            }
        }
    }
    faults
}
