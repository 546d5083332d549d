//! .NET: project files, `Directory.Build.props`, nuspec and `AssemblyInfo.cs`.

use super::super::leaf::Leaf;
use super::super::look::{Found, Look, Spot, Unit};
use super::super::tree::File;
use crate::model::path::{file_name, parent, resolve, up};
use std::collections::BTreeSet;

const PROPERTIES: [&str; 7] = [
    "Version",
    "VersionPrefix",
    "PackageVersion",
    "InformationalVersion",
    "AssemblyVersion",
    "FileVersion",
    "AssemblyFileVersion",
];

const PROJECTS: [&str; 3] = [".csproj", ".fsproj", ".vbproj"];

/// The versions of the projects below the directory.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let own = |path: &&str| look.is_inside(path) && !look.is_made_up(path);
    let below = |end: &str| look.ending(end).into_iter().filter(own).collect::<Vec<&str>>();
    let all: Vec<&str> =
        PROJECTS.iter().flat_map(|end| look.ending(end)).filter(|path| look.is_inside(path)).collect();
    let solutions = [below(".sln"), below(".slnx")].concat();
    // Without a solution nothing says which of them belong to it.
    let projects: Vec<&str> = if solutions.is_empty() {
        all.iter().copied().filter(own).collect()
    } else {
        let reached = reached(look, &solutions);
        all.iter().copied().filter(|path| reached.contains(*path)).collect()
    };
    let mut paths = [projects.clone(), below(".nuspec"), below("Directory.Build.props")].concat();
    paths.retain(|path| !path.ends_with(".props") || file_name(path) == "Directory.Build.props");
    for path in &paths {
        let Some(file) = look.file(path)? else { continue };
        let is_version = |leaf: &&Leaf| {
            leaf.is(&["Project", "PropertyGroup", "*"]) && PROPERTIES.contains(&leaf.last())
                || leaf.is(&["package", "metadata", "version"])
        };
        unit.spots.extend(file.leaves.iter().filter(is_version).filter_map(|leaf| spot(look, path, leaf)));
    }
    if !paths.is_empty() {
        // Its project is the nearest above it.
        let is_of_others = |path: &str| {
            let near = |dir: &str| all.iter().find(|project| parent(project) == dir);
            up(parent(path)).find_map(near).is_some_and(|project| !projects.contains(project))
        };
        for path in below("AssemblyInfo.cs").into_iter().filter(|path| !is_of_others(path)) {
            let Some(file) = look.file(path)? else { continue };
            unit.spots.extend(file.leaves.iter().filter_map(|leaf| spot(look, path, leaf)));
        }
    }
    Ok(unit)
}

/// The projects that the solutions name, and those that these refer to.
fn reached(look: &Look<'_>, solutions: &[&str]) -> BTreeSet<String> {
    let mut found: BTreeSet<String> = BTreeSet::new();
    let mut due: Vec<String> = solutions.iter().map(|path| (*path).to_owned()).collect();
    while let Some(path) = due.pop() {
        let Some(File::Text(text)) = look.tree.read(&path) else { continue };
        let quoted = text.split('"').filter(|part| PROJECTS.iter().any(|end| part.ends_with(end)));
        let projects: Vec<String> = quoted.filter_map(|part| resolve(parent(&path), part)).collect();
        due.extend(projects.into_iter().filter(|project| found.insert(project.clone())));
    }
    found
}

/// `1.2.0`, or `1.2.0.0` with the fourth number that assemblies and packages of Windows have.
fn spot(look: &Look<'_>, path: &str, leaf: &Leaf) -> Option<Spot> {
    let four = || look.to_be(path, leaf, format!("{}.0", look.to));
    look.whole(path, leaf).or_else(|| (leaf.says == format!("{}.0", look.from)).then(four).flatten())
}
