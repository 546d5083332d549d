//! What branches are usually called, and how a detected value is put in its place.

use super::settings::Settings;
use super::types::Origin;
use toml::Value;

pub(super) const PRODUCTION: [&str; 3] = ["production", "prod", "live"];
pub(super) const MAIN: [&str; 2] = ["main", "master"];

/// A value that was seen at `place`, or the usual one.
pub(super) fn set(settings: &mut Settings, name: &str, value: Value, place: Option<String>) {
    settings.resolve(name, value, place.map_or(Origin::BuiltIn, Origin::Detected));
}
