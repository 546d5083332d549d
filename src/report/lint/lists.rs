//! The lists of words that the rules go by. They are data: `templates/words.toml`.

use serde::Deserialize;
use std::sync::LazyLock;

/// Every list, in lower case.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lists {
    pub participles: Vec<String>,
    pub adjectives: Vec<String>,
    pub objects: Vec<String>,
    pub people: Vec<String>,
    pub pronouns: Vec<String>,
    pub between: Vec<String>,
    pub prevention: Vec<String>,
    pub error_makers: Vec<String>,
    pub error_things: Vec<String>,
    pub error_verdict: Vec<String>,
    pub error_acts: Vec<String>,
    pub rejecting: Vec<String>,
    pub failures: Vec<String>,
    pub guilt: Vec<String>,
    pub blame: Vec<String>,
    pub vague: Vec<String>,
    pub lead_ins: Vec<String>,
    pub ends: Vec<String>,
    pub leftovers: Vec<String>,
    pub names_too: Vec<String>,
    pub inside: Vec<String>,
    pub machines: Vec<String>,
    pub files: Vec<String>,
    pub commands: Vec<String>,
    pub programs: Vec<String>,
    pub roots: Vec<String>,
    pub units: Vec<String>,
    pub promised_ends: Vec<String>,
    pub ahead: Vec<String>,
    pub over: Vec<String>,
    pub soon: Vec<String>,
    pub trouble: Vec<String>,
    pub fillers: Vec<String>,
    pub about: Vec<String>,
    pub released: Vec<String>,
    pub ours: Vec<String>,
    pub fix_kinds: Vec<String>,
    pub size_kinds: Vec<String>,
    pub size_verbs: Vec<String>,
    pub size_glue: Vec<String>,
    pub size_breaks: Vec<String>,
    pub size_ways: Vec<String>,
    pub section_actions: Vec<String>,
    pub section_lessons: Vec<String>,
    pub section_hindsight: Vec<String>,
    pub section_work: Vec<String>,
    pub section_timeline: Vec<String>,
    pub section_other: Vec<String>,
}

/// The lists, read once. The file is part of the program; a test reads it.
pub fn lists() -> &'static Lists {
    static LISTS: LazyLock<Lists> =
        LazyLock::new(|| toml::from_str(include_str!("../../../templates/words.toml")).unwrap_or_default());
    &LISTS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_file_can_be_read_and_no_word_is_listed_twice() {
        let text = include_str!("../../../templates/words.toml");
        toml::from_str::<Lists>(text).unwrap();
        for (name, words) in text.parse::<toml::Table>().unwrap() {
            let words: Vec<&str> = words.as_array().unwrap().iter().map(|w| w.as_str().unwrap()).collect();
            let mut unique = words.clone();
            unique.sort_unstable();
            unique.dedup();
            assert!(!words.is_empty() && unique.len() == words.len(), "{name}");
        }
    }
}
