//! A conflict in a version file or the changelog that is about nothing but the version.

use super::changelog::combine;
use super::changelog_path;
use super::merge::three_way;
use super::place::{Found, KNOWN, Place, replace};
use super::search;
use crate::config::{self, VersionFiles};
use std::collections::BTreeMap;

/// Merges three revisions of a version file or the changelog: the target's (`ours`) and the
/// released hotfix's (`theirs`), which both come from `base`.
///
/// Where both changed the version the target keeps its own; where only one did that one counts,
/// as in any merge. In the changelog the releases of both stay, each once. `None` for any other
/// file, and as soon as anything else was changed on both sides.
pub fn resolve(path: &str, base: &str, ours: &str, theirs: &str, config: &config::Version) -> Option<String> {
    if changelog_path(config) == Some(path) {
        return combine(base, ours, theirs);
    }
    let reader = Reader::of(path, config)?;
    let read = |text: &str| reader.read(text).ok().and_then(by_key);
    let (in_base, in_ours, in_theirs) = (read(base)?, read(ours)?, read(theirs)?);
    let mut kept = BTreeMap::new();
    for (key, mine) in &in_ours {
        let (Some(was), Some(other)) = (in_base.get(key), in_theirs.get(key)) else { continue };
        let winner = if mine.says == was.says { other } else { mine };
        kept.insert(key.as_str(), winner.says.as_str());
    }
    let differs = |(key, says): (&&str, &&str)| {
        [&in_base, &in_ours, &in_theirs].iter().any(|all| all.get(*key).is_some_and(|p| p.says != **says))
    };
    if !kept.iter().any(differs) {
        return None;
    }
    let level = |text: &str, places: &BTreeMap<String, Place>| {
        let change = |place: &Place| Some((place.range.clone(), *kept.get(place.key.as_str())?));
        replace(text, places.values().filter_map(change).collect())
    };
    let merged = three_way(&level(base, &in_base)?, &level(ours, &in_ours)?, &level(theirs, &in_theirs)?)?;
    // Lines that merge can still make a file that says something else, or that nobody can read.
    let result = read(&merged)?;
    kept.iter().all(|(key, says)| result.get(*key).is_some_and(|place| place.says == *says)).then_some(merged)
}

enum Reader<'a> {
    Known(super::place::Kind),
    Search(Vec<&'a str>),
}

impl<'a> Reader<'a> {
    fn of(path: &str, config: &'a config::Version) -> Option<Self> {
        match &config.files {
            VersionFiles::Auto => {
                KNOWN.iter().find(|known| known.path == path).map(|known| Self::Known(known.kind))
            }
            VersionFiles::List(files) => {
                let searches: Vec<&str> =
                    files.iter().filter(|file| file.path == path).map(|file| file.search.as_str()).collect();
                (!searches.is_empty()).then_some(Self::Search(searches))
            }
        }
    }

    fn read(&self, text: &str) -> Found {
        match self {
            Self::Known(kind) => kind.read(text),
            Self::Search(patterns) => {
                let tagged = |pattern: &&str| {
                    let of = |place: Place| Place { key: format!("{pattern}{}", place.key), ..place };
                    search::read(pattern, text).into_iter().map(of).collect::<Vec<_>>()
                };
                Ok(patterns.iter().flat_map(tagged).collect())
            }
        }
    }
}

/// `None` when a key is there twice: then it does not say which is which.
fn by_key(places: Vec<Place>) -> Option<BTreeMap<String, Place>> {
    let count = places.len();
    let all: BTreeMap<String, Place> = places.into_iter().map(|place| (place.key.clone(), place)).collect();
    (all.len() == count).then_some(all)
}
