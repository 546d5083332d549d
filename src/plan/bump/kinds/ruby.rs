//! Ruby: `version.rb`, gemspecs, what they and a `Gemfile` require of each other, and the gems' entries in
//! `Gemfile.lock`.

use super::super::leaf::{Leaf, word};
use super::super::look::{Fault, Found, Look, Unit};
use crate::model::path::{file_name, is_below, parent};
use crate::model::text::safe;

/// The gemspecs of the package.
fn specs<'l>(look: &'l Look<'_>) -> Vec<&'l str> {
    let own = |path: &&str| look.is_inside(path) && !look.is_made_up(path);
    look.ending(".gemspec").into_iter().filter(own).collect()
}

fn name(spec: &str) -> &str {
    file_name(spec).trim_end_matches(".gemspec")
}

/// The versions of the gems below the directory.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let specs = specs(look);
    let mut gems: Vec<&str> = Vec::new();
    for spec in &specs {
        let mut due = false;
        for path in constants(look, spec, &specs).into_iter().chain([*spec]) {
            let Some(file) = look.file(path)? else { continue };
            let own = file.leaves.iter().filter(|leaf| is_version(leaf));
            unit.spots.extend(own.clone().filter_map(|leaf| look.whole(path, leaf)));
            due |= own.clone().any(|leaf| look.is_due(&leaf.says));
        }
        if due {
            gems.push(name(spec));
        }
    }
    for path in look.ending(".gemspec") {
        let Some(file) = look.other(path) else { continue };
        let needs = file.leaves.iter().filter(|leaf| need(leaf).is_some_and(|name| gems.contains(&name)));
        unit.spots.extend(needs.filter_map(|leaf| look.spot(path, leaf)));
    }
    for path in look.named("Gemfile.lock") {
        if gems.is_empty() {
            break;
        }
        let Some(file) = look.file(path)? else { continue };
        let here: Vec<&str> =
            gems.iter().copied().filter(|gem| word(&file.leaves, &["PATH", gem]).is_some()).collect();
        let own = file.leaves.iter().filter(|leaf| is_own(leaf, &here));
        unit.spots.extend(own.filter_map(|leaf| look.spot(path, leaf)));
        // What comes from a path does so by the list beside the lock.
        let list = path.trim_end_matches(".lock");
        let Some(file) = look.other(list) else { continue };
        let needs = file.leaves.iter().filter(|leaf| need(leaf).is_some_and(|name| here.contains(&name)));
        unit.spots.extend(needs.filter_map(|leaf| look.spot(list, leaf)));
    }
    Ok(unit)
}

/// The files with the constant of a gem's version: those in its directory and in that of no gem below it.
fn constants<'l>(look: &'l Look<'_>, spec: &str, specs: &[&str]) -> Vec<&'l str> {
    let (dir, ours) = (parent(spec), |path: &&str| !look.is_made_up(path));
    let is_nearer = |path: &str, other: &str| other.len() > dir.len() && is_below(path, other);
    let files = look.named("version.rb").filter(|path| is_below(path, dir)).filter(ours);
    files.filter(|path| !specs.iter().any(|other| is_nearer(path, parent(other)))).collect()
}

fn is_version(leaf: &Leaf) -> bool {
    leaf.is(&["VERSION", "*"]) || leaf.is(&["version", "*"])
}

/// The gem that a value requires.
fn need(leaf: &Leaf) -> Option<&str> {
    match leaf.key.as_slice() {
        [first, name, _] if first == "needs" => Some(name),
        _ => None,
    }
}

/// The entry of one of the repository's own gems: below `PATH`, in the checksums, and what is required of it.
fn is_own(leaf: &Leaf, gems: &[&str]) -> bool {
    let [section, name, ..] = leaf.key.as_slice() else { return false };
    matches!(section.as_str(), "PATH" | "CHECKSUMS" | "DEPENDENCIES") && gems.contains(&name.as_str())
}

/// The lock names the gems' versions, and what the gems require of each other is there.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    let specs = specs(look);
    let mut versions: Vec<(&str, String)> = Vec::new();
    for spec in &specs {
        let files = [*spec].into_iter().chain(constants(look, spec, &specs));
        let all: Vec<Leaf> = files
            .filter_map(|path| look.other(path))
            .flat_map(|file| file.leaves.iter().filter(|leaf| is_version(leaf)).cloned().collect::<Vec<_>>())
            .collect();
        // Several do not say which of them it is.
        if let [version] = all.as_slice() {
            versions.push((name(spec), version.says.clone()));
        }
    }
    for path in look.ending(".gemspec") {
        let Some(file) = look.other(path) else { continue };
        for leaf in &file.leaves {
            let Some((gem, version)) =
                need(leaf).and_then(|gem| versions.iter().find(|(own, _)| *own == gem))
            else {
                continue;
            };
            let wants = leaf.says.trim_start_matches(['=', ' ']);
            if wants.starts_with(|c: char| c.is_ascii_digit()) && wants != version {
                let says = format!("{path} requires {gem} {}, which is {version}", safe(&leaf.says));
                faults.push(Fault { id: format!("{path} {gem}"), says });
            }
        }
    }
    for path in look.named("Gemfile.lock") {
        let Some(lock) = look.other(path) else { continue };
        for (gem, version) in &versions {
            let locked = word(&lock.leaves, &["PATH", gem]).filter(|locked| locked != version);
            faults.extend(locked.map(|locked| {
                let says = format!("{path} has {gem} {locked}, the gem is {version}");
                Fault { id: format!("{path} {gem}"), says }
            }));
        }
    }
    faults
}
