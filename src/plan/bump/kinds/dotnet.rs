//! .NET: project files, `Directory.Build.props`, nuspec and `AssemblyInfo.cs`.

use super::super::leaf::Leaf;
use super::super::look::{Found, Look, Spot, Unit};

const PROPERTIES: [&str; 7] = [
    "Version",
    "VersionPrefix",
    "PackageVersion",
    "InformationalVersion",
    "AssemblyVersion",
    "FileVersion",
    "AssemblyFileVersion",
];

/// The versions of the projects below the directory.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let mut paths: Vec<&str> = Vec::new();
    for end in [".csproj", ".fsproj", ".vbproj", ".nuspec"] {
        paths.extend(look.ending(end));
    }
    paths.extend(look.named("Directory.Build.props"));
    paths.retain(|path| look.is_inside(path));
    for path in &paths {
        let Some(file) = look.file(path)? else { continue };
        let is_version = |leaf: &&Leaf| {
            leaf.is(&["Project", "PropertyGroup", "*"]) && PROPERTIES.contains(&leaf.last())
                || leaf.is(&["package", "metadata", "version"])
        };
        unit.spots.extend(file.leaves.iter().filter(is_version).filter_map(|leaf| spot(look, path, leaf)));
    }
    if !paths.is_empty() {
        for path in look.ending("AssemblyInfo.cs").into_iter().filter(|path| look.is_inside(path)) {
            let Some(file) = look.file(path)? else { continue };
            unit.spots.extend(file.leaves.iter().filter_map(|leaf| spot(look, path, leaf)));
        }
    }
    Ok(unit)
}

/// `1.2.0`, or `1.2.0.0` with the fourth number that assemblies have.
fn spot(look: &Look<'_>, path: &str, leaf: &Leaf) -> Option<Spot> {
    look.whole(path, leaf).or_else(|| {
        let is_assembly = leaf.key.iter().any(|key| key.contains("Assembly") || key == "FileVersion");
        (is_assembly && leaf.says == format!("{}.0", look.from))
            .then(|| look.to_be(path, leaf, format!("{}.0", look.to)))?
    })
}
