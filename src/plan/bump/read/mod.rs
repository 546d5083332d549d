//! The values of a file, by its form. Parsers read; what is written is always a span of the text.

mod code;
mod gradle;
mod ini;
mod json;
mod lock;
mod plain;
mod toml;
mod xml;
mod yaml;

use super::leaf::Leaf;
use crate::model::path::file_name;

/// The values, or what is wrong with the file as the end of a sentence.
pub(super) type Read = Result<Vec<Leaf>, &'static str>;

/// The values of a file; none where the form is not known.
pub(super) fn read(path: &str, text: &str) -> Read {
    let name = file_name(path);
    let end = name.rsplit_once('.').map_or("", |(_, end)| end);
    match (name, end) {
        ("Cargo.lock" | "uv.lock" | "poetry.lock" | "Pipfile", _) | (_, "toml") => toml::read(text),
        ("deno.json" | "jsr.json" | "bun.lock", _) | (_, "jsonc") => json::read(text, true),
        (".bumpversion.cfg", _) | (_, "cfg" | "ini" | "properties") => Ok(ini::read(text)),
        ("composer.lock", _) | (_, "json") => json::read(text, false),
        (_, "xml" | "props" | "targets" | "csproj" | "fsproj" | "vbproj" | "nuspec") => xml::read(text),
        ("Chart.lock", _) | (_, "yml" | "yaml" | "cff") => Ok(yaml::read(text)),
        ("Gemfile.lock", _) => Ok(lock::gems(text)),
        ("yarn.lock", _) => Ok(lock::yarn(text)),
        ("CMakeLists.txt", _) => Ok(plain::cmake(text)),
        ("VERSION" | "VERSION.txt" | "version.txt" | "version" | ".version", _) => Ok(plain::bare(text)),
        ("setup.py", _) => Ok(code::assigned(text, &["version"], true)),
        (_, "py") => Ok(code::assigned(text, &["__version__", "VERSION", "version"], false)),
        ("Gemfile" | "gems.rb", _) => Ok(code::needs(text, &["gem"])),
        (_, "rb") => Ok(code::assigned(text, &["VERSION"], false)),
        (_, "gemspec") => Ok([code::assigned(text, &["version"], false), code::needs(text, &GEMS)].concat()),
        (_, "exs") => {
            let names = code::assigned(text, &["version"], true);
            Ok([names, code::atoms(text, "app"), code::needs(text, &[":"])].concat())
        }
        ("settings.gradle" | "settings.gradle.kts", _) => Ok(gradle::settings(text)),
        (_, "gradle" | "kts") => Ok(gradle::build(text)),
        (_, "cs") => Ok(code::assigned(text, &ASSEMBLY, false)),
        _ => Ok(Vec::new()),
    }
}

const GEMS: [&str; 3] = ["add_dependency", "add_runtime_dependency", "add_development_dependency"];
const ASSEMBLY: [&str; 3] = ["AssemblyVersion", "AssemblyFileVersion", "AssemblyInformationalVersion"];

/// The text without a byte order mark, and how many bytes that was.
fn body(text: &str) -> (&str, usize) {
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    (body, text.len() - body.len())
}

/// What a text in a list is about: the package in `core 1.2.0` and in `core[extra]>=1.2.0`.
fn subject(text: &str) -> &str {
    let rest = text.strip_prefix('@').unwrap_or(text);
    let end = rest.find([' ', '<', '>', '=', '!', '~', '^', ';', '@', '[', '(', ':']).unwrap_or(rest.len());
    text.get(..text.len() - rest.len() + end).unwrap_or(text)
}
