//! Helm: a chart's own version, which may be another one, the version of the application, and charts that
//! depend on others of the repository.

use super::super::digest;
use super::super::leaf::{Leaf, get, word};
use super::super::look::{Fault, Found, Look, Parsed, Spot, Unit};
use crate::model::path::{is_below, join, parent, resolve};
use crate::model::text::safe;
use std::collections::BTreeSet;

/// The charts in the package's directory. One below another counts where that one depends on it as it lies
/// there; the others there are copies.
fn charts<'l>(look: &'l Look<'_>) -> Vec<&'l str> {
    let is_own = |path: &&str| look.is_inside(path) && !look.is_made_up(path);
    let all: Vec<&str> = look.named("Chart.yaml").filter(is_own).collect();
    let is_copy = |path: &str| all.iter().any(|above| *above != path && is_below(path, parent(above)));
    let mut due: Vec<&str> =
        all.iter().copied().filter(|path| !is_copy(path) || look.at("Chart.yaml") == *path).collect();
    let mut found: BTreeSet<&str> = BTreeSet::new();
    while let Some(path) = due.pop() {
        if let (true, Some(file)) = (found.insert(path), look.other(path)) {
            let needs = needs(look, path, &file.leaves);
            due.extend(all.iter().copied().filter(|other| needs.iter().any(|need| need.chart == **other)));
        }
    }
    found.into_iter().collect()
}

pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let is_due = |leaf: &&Leaf| look.is_due(leaf.says.trim_start_matches('v'));
    for path in charts(look) {
        let Some(file) = look.file(path)? else { continue };
        let keyed = |key: &str| get(&file.leaves, &[key]);
        let (own, app) = (keyed("version"), keyed("appVersion"));
        let mut moves: Vec<&Leaf> = own.into_iter().chain(app).filter(is_due).collect();
        let needs = needs(look, path, &file.leaves);
        let due = needs.iter().filter(|need| look.is_due(&need.version));
        moves.extend(due.clone().map(|need| need.leaf));
        let moved = moves.into_iter().filter(is_due).filter_map(|leaf| look.spot(path, leaf));
        let moved: Vec<Spot> = moved.collect();
        let found: Vec<&str> = due.map(|need| need.name.as_str()).collect();
        lock(look, (path, &file), &moved, &found, &mut unit)?;
        unit.spots.extend(moved);
        let Some(other) = own.filter(|own| !is_due(own)) else { continue };
        if app.as_ref().is_some_and(is_due) {
            let says = safe(&other.says);
            unit.notes.push(format!("{} is chart {says}: left unchanged, raise it by hand", safe(path)));
        } else if path == look.at("Chart.yaml") {
            unit.notes.push(look.says(path, &other.says));
        }
    }
    Ok(unit)
}

/// The lock of a chart says which version of another one was found, and has a hash of both.
fn lock(
    look: &Look<'_>,
    (path, chart): (&str, &Parsed),
    moved: &[Spot],
    found: &[&str],
    unit: &mut Unit,
) -> Result<(), String> {
    let path = path.replace("Chart.yaml", "Chart.lock");
    let Some(lock) = look.file(&path)?.filter(|_| !found.is_empty()) else { return Ok(()) };
    let is_found = |leaf: &&Leaf| {
        leaf.is(&["dependencies", "*", "version"])
            && leaf.key.get(1).is_some_and(|item| {
                word(&lock.leaves, &["dependencies", item, "name"]).is_some_and(|name| found.contains(&name))
            })
    };
    let spots: Vec<Spot> =
        lock.leaves.iter().filter(is_found).filter_map(|leaf| look.whole(&path, leaf)).collect();
    let after = |leaves: &[Leaf], spots: &[Spot]| {
        let mut leaves = leaves.to_vec();
        for leaf in &mut leaves {
            if let Some(spot) = spots.iter().find(|spot| spot.range == leaf.range) {
                leaf.says.clone_from(&spot.new);
            }
        }
        leaves
    };
    let new = digest::helm(&after(&chart.leaves, moved), &after(&lock.leaves, &spots));
    let old = get(&lock.leaves, &["digest"])
        .filter(|old| digest::helm(&chart.leaves, &lock.leaves) == Some(old.says.clone()));
    match (old, new) {
        (Some(old), Some(new)) => {
            unit.spots.extend(spots);
            unit.spots.extend(look.to_be(&path, old, new));
        }
        _ => unit.notes.push(format!("{} may be out of date: helm dependency update", safe(&path))),
    }
    Ok(())
}

/// A chart of the repository that another one depends on.
struct Need<'l> {
    /// What the chart calls it.
    name: String,
    /// The version that is required.
    leaf: &'l Leaf,
    /// The other chart, and the version it has.
    chart: String,
    version: String,
}

fn needs<'l>(look: &Look<'_>, path: &str, leaves: &'l [Leaf]) -> Vec<Need<'l>> {
    let names = leaves.iter().filter(|leaf| leaf.is(&["dependencies", "*", "name"]));
    let found = names.filter_map(|leaf| {
        let (item, name) = (leaf.key.get(1)?, leaf.says.clone());
        // What comes from nowhere is in `charts`.
        let place = match word(leaves, &["dependencies", item, "repository"]) {
            Some(place) if !place.is_empty() => place.strip_prefix("file://")?.to_owned(),
            _ => format!("charts/{name}"),
        };
        let chart = join(&resolve(parent(path), &place)?, "Chart.yaml");
        let version = word(&look.other(&chart)?.leaves, &["version"])?.to_owned();
        Some(Need { name, leaf: get(leaves, &["dependencies", item, "version"])?, chart, version })
    });
    found.collect()
}

/// `helm dependency build` refuses a lock whose hash is another one.
fn stale_lock(look: &Look<'_>, path: &str, chart: &[Leaf]) -> Option<Fault> {
    let lock = path.replace("Chart.yaml", "Chart.lock");
    let leaves = &look.other(&lock)?.leaves;
    (digest::helm(chart, leaves)? != word(leaves, &["digest"])?)
        .then(|| Fault { says: format!("{lock} does not fit {path}: helm dependency update"), id: lock })
}

/// What a chart requires of another one here is there, and the lock fits.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in charts(look) {
        let Some(file) = look.other(path) else { continue };
        faults.extend(stale_lock(look, path, &file.leaves));
        for need in needs(look, path, &file.leaves) {
            let says = &need.leaf.says;
            if says.starts_with(|c: char| c.is_ascii_digit()) && *says != need.version {
                faults.push(Fault {
                    id: format!("{path} {}", need.chart),
                    says: format!("{path} requires {says} of {}, which is {}", need.chart, need.version),
                });
            }
        }
    }
    faults
}
