//! Gradle: `gradle.properties`, and `version` in build scripts.

use super::super::leaf::Leaf;
use super::super::look::{Found, Look, Unit};

/// The versions of a Gradle build.
pub(in super::super) fn find(look: &Look<'_>) -> Found {
    let mut unit = Unit::default();
    let scripts = ["build.gradle", "build.gradle.kts", "settings.gradle", "settings.gradle.kts"];
    if !scripts.iter().any(|name| look.has(&look.at(name))) {
        return Ok(unit);
    }
    let properties = look.at("gradle.properties");
    if let Some(file) = look.file(&properties)? {
        let versions: Vec<&Leaf> = file.leaves.iter().filter(|leaf| is_version(leaf.last())).collect();
        if let Some(other) = versions.iter().find(|leaf| leaf.last() == "version" && !look.is_due(&leaf.says))
        {
            unit.notes.push(look.says(&properties, &other.says));
            return Ok(unit);
        }
        unit.spots.extend(versions.iter().filter_map(|leaf| look.whole(&properties, leaf)));
    }
    let paths: Vec<&str> =
        ["build.gradle", "build.gradle.kts"].iter().flat_map(|name| look.named(name)).collect();
    for path in paths.into_iter().filter(|path| look.is_inside(path) && !look.is_made_up(path)) {
        let Some(file) = look.file(path)? else { continue };
        for leaf in &file.leaves {
            unit.spots.extend(look.whole(path, leaf));
            if leaf.key.first().is_some_and(|name| name == "versionName") && look.is_due(&leaf.says) {
                unit.notes.push(format!(
                    "{path}: versionCode was not changed; app stores require a higher \
                                         one"
                ));
            }
        }
    }
    Ok(unit)
}

/// A property that is called the project's version.
fn is_version(name: &str) -> bool {
    let plain: String = name.chars().filter(|c| c.is_ascii_alphanumeric()).collect::<String>().to_lowercase();
    [
        "version",
        "versionname",
        "projectversion",
        "appversion",
        "releaseversion",
        "libraryversion",
        "pluginversion",
    ]
    .contains(&plain.as_str())
}
