//! Versions that are written in another way than as one text: in parts, or as Debian does.

use super::leftover::is_quiet;
use super::look::Look;
use super::tree::File;
use crate::model::path::file_name;
use crate::model::text::{safe, shell_word};

/// Words that a version in parts is written with.
const PARTS: [[&str; 4]; 2] = [["MAJOR", "MINOR", "PATCH", "MICRO"], ["MAJOR", "MINOR", "TINY", "REVISION"]];
/// Files that define what a program is built with.
const BUILD: [&str; 7] = [
    "CMakeLists.txt",
    "build.gradle",
    "build.gradle.kts",
    "configure.ac",
    "meson.build",
    "Makefile",
    "Makefile.am",
];
const MODULES: [&str; 2] = ["__init__.py", "__about__.py"];
const HEADERS: [&str; 6] = [".h", ".hpp", ".hh", ".h.in", ".hpp.in", ".cmake"];
/// A header that says the version is not deep in the tree.
const DEPTH: usize = 3;

/// Whether a file may be one that has the version in parts: called after it, or one where programs define it.
fn may_have(path: &str) -> bool {
    let name = file_name(path);
    let is_header = || HEADERS.iter().any(|end| name.ends_with(end)) && path.split('/').count() <= DEPTH;
    name.to_lowercase().contains("version") || MODULES.contains(&name) || BUILD.contains(&name) || is_header()
}

/// A sentence for each file that has the version in parts, which nothing moves: as three lines, or as
/// `(1, 2, 0)`.
pub(super) fn in_parts(look: &Look<'_>) -> Vec<String> {
    let numbers: Vec<&str> = look.from.split('.').collect();
    let [major, minor, patch] = numbers.as_slice() else { return Vec::new() };
    let tuple = numbers.join(", ");
    let says = |text: &str, words: &[&str], number: &str| {
        text.lines().any(|line| {
            let is_number =
                line.split(|c: char| !c.is_ascii_digit()).rfind(|n| !n.is_empty()) == Some(number);
            is_number && words.iter().any(|word| line.to_uppercase().contains(word))
        })
    };
    // Most are not called so, and that is told fastest.
    let paths = look.tree.paths().iter().filter(|path| may_have(path));
    let mut found = Vec::new();
    for path in paths.filter(|path| look.is_inside(path) && !is_quiet(look, path)) {
        let Some(File::Text(text)) = look.tree.read(path) else { continue };
        let is_tuple = [format!("({tuple})"), format!("({tuple},"), format!("[{tuple}]")]
            .iter()
            .any(|written| text.contains(written.as_str()))
            && !HEADERS.iter().any(|end| path.ends_with(end));
        let has_parts = PARTS.iter().any(|[a, b, c, d]| {
            says(&text, &[a], major) && says(&text, &[b], minor) && says(&text, &[c, d], patch)
        });
        if is_tuple || has_parts {
            found.push(format!(
                "{} still says {} in parts, which nothing moves: change it by hand on the hotfix branch",
                safe(path),
                look.from
            ));
        }
    }
    found
}

/// A sentence where Debian's changelog, which `dch` writes, has the old release on top.
pub(super) fn debian(look: &Look<'_>) -> Option<String> {
    let path = look.at("debian/changelog");
    let Some(File::Text(text)) = look.tree.read(&path) else { return None };
    let (version, _) = text.lines().next()?.split_once('(')?.1.split_once(')')?;
    let rest = version.strip_prefix(look.from)?;
    let next = shell_word(&format!("{}{rest}", look.to));
    let is_whole = rest.is_empty() || rest.starts_with(['-', '+', '~']);
    is_whole.then(|| format!("{path} still says {}: dch -v {next}", safe(version)))
}
