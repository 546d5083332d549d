//! Ruby: `version.rb`, gemspecs, and the gem's own entry in `Gemfile.lock`.

use super::super::leaf::{Leaf, word};
use super::super::look::{Fault, Found, Look, Unit};
use crate::model::path::{file_name, is_below, parent};

/// The versions of the gems below the directory.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let specs: Vec<&str> = look.ending(".gemspec").into_iter().filter(|path| look.is_inside(path)).collect();
    let mut gems: Vec<&str> = Vec::new();
    for spec in &specs {
        let mut due = false;
        let lib = parent(spec);
        let files: Vec<&str> = look.named("version.rb").filter(|path| is_below(path, lib)).collect();
        for path in files {
            due |= versions(look, path, &mut unit)?;
        }
        due |= versions(look, spec, &mut unit)?;
        if due {
            gems.push(file_name(spec).trim_end_matches(".gemspec"));
        }
    }
    for path in look.named("Gemfile.lock") {
        if gems.is_empty() {
            break;
        }
        let Some(file) = look.file(path)? else { continue };
        let own = file.leaves.iter().filter(|leaf| is_own(leaf, &gems));
        unit.spots.extend(own.filter_map(|leaf| look.spot(path, leaf)));
    }
    unit.spots.sort_by(|a, b| (&a.path, a.range.start).cmp(&(&b.path, b.range.start)));
    unit.spots.dedup();
    Ok(unit)
}

/// The versions that a file assigns, and whether one of them is the package's.
fn versions(look: &Look<'_>, path: &str, unit: &mut Unit) -> Result<bool, String> {
    let Some(file) = look.file(path)? else { return Ok(false) };
    unit.spots.extend(file.leaves.iter().filter_map(|leaf| look.whole(path, leaf)));
    Ok(file.leaves.iter().any(|leaf| look.is_due(&leaf.says)))
}

/// The entry of one of the repository's own gems: below `PATH`, and in the checksums.
fn is_own(leaf: &Leaf, gems: &[&str]) -> bool {
    let [section, name, ..] = leaf.key.as_slice() else { return false };
    matches!(section.as_str(), "PATH" | "CHECKSUMS") && gems.contains(&name.as_str())
}

/// The lock names the gems' versions.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for spec in look.ending(".gemspec") {
        let gem = file_name(spec).trim_end_matches(".gemspec");
        let constants = look.named("version.rb").filter(|path| is_below(path, parent(spec)));
        let all: Vec<Leaf> =
            constants.filter_map(|path| look.other(path)).flat_map(|file| file.leaves.clone()).collect();
        let [version] = all.as_slice() else { continue };
        for path in look.named("Gemfile.lock") {
            let Some(lock) = look.other(path) else { continue };
            let locked = word(&lock.leaves, &["PATH", gem]).filter(|locked| *locked != version.says);
            faults.extend(locked.map(|locked| {
                let says = format!("{path} has {gem} {locked}, the gem is {}", version.says);
                Fault { id: format!("{path} {gem}"), says }
            }));
        }
    }
    faults
}
