//! Helm: a chart's own version, which may be another one, the version of the application, and charts that
//! depend on others of the repository.

use super::super::leaf::{Leaf, get, word};
use super::super::look::{Fault, Found, Look, Unit};
use crate::model::path::{parent, resolve};
use crate::model::text::safe;

/// The charts in the package's directory. One below another is what that one depends on.
fn charts<'l>(look: &'l Look<'_>) -> Vec<&'l str> {
    let all: Vec<&str> = look.named("Chart.yaml").filter(|path| look.is_inside(path)).collect();
    let dir = |path: &str| path.trim_end_matches("Chart.yaml").to_owned();
    let is_below = |path: &&str| all.iter().any(|above| above != path && path.starts_with(&dir(above)));
    all.iter().copied().filter(|path| !is_below(path) || look.at("Chart.yaml") == *path).collect()
}

pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let is_due = |leaf: &&Leaf| look.is_due(leaf.says.trim_start_matches('v'));
    for path in charts(look) {
        let Some(file) = look.file(path)? else { continue };
        let keyed = |key: &str| get(&file.leaves, &[key]);
        let (own, app) = (keyed("version"), keyed("appVersion"));
        let mut moves: Vec<&Leaf> = own.into_iter().chain(app).filter(is_due).collect();
        let needs = needs(look, path, &file.leaves).into_iter();
        moves.extend(needs.filter(|need| look.is_due(&need.version)).map(|need| need.leaf));
        let before = unit.spots.len();
        unit.spots.extend(moves.into_iter().filter(is_due).filter_map(|leaf| look.spot(path, leaf)));
        let lock = path.replace("Chart.yaml", "Chart.lock");
        if unit.spots.len() > before + 1 && look.has(&lock) {
            unit.notes.push(format!("{} may be out of date: helm dependency update", safe(&lock)));
        }
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

/// A chart of the repository that another one depends on.
struct Need<'l> {
    /// The version that is required.
    leaf: &'l Leaf,
    /// The other chart, and the version it has.
    chart: String,
    version: String,
}

fn needs<'l>(look: &Look<'_>, path: &str, leaves: &'l [Leaf]) -> Vec<Need<'l>> {
    let places = leaves.iter().filter(|leaf| leaf.is(&["dependencies", "*", "repository"]));
    let found = places.filter_map(|place| {
        let item = place.key.get(1)?;
        let dir = resolve(parent(path), place.says.strip_prefix("file://")?)?;
        let chart = format!("{dir}/Chart.yaml");
        let version = word(&look.other(&chart)?.leaves, &["version"])?.to_owned();
        Some(Need { leaf: get(leaves, &["dependencies", item, "version"])?, chart, version })
    });
    found.collect()
}

/// What a chart requires of another one here is there.
pub(in super::super) fn check(look: &Look<'_>) -> Vec<Fault> {
    let mut faults = Vec::new();
    for path in charts(look) {
        let Some(file) = look.other(path) else { continue };
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
