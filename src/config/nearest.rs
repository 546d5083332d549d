//! The known key that was probably meant.

use super::keys::{KEYS, fold};
use crate::model::text::list;
use strsim::levenshtein;

/// The known key nearest to an unknown one, if one is near enough. A right key in the wrong table
/// counts as near.
pub fn nearest(typed: &str) -> Option<String> {
    // What an entry is called by: a check has an id, a verification a name.
    match typed {
        "verify.id" => return Some("verify.name".to_owned()),
        "check.name" => return Some("check.id".to_owned()),
        _ => {}
    }
    let mut best: Option<(usize, String)> = None;
    for candidate in candidates() {
        let score = distance_of(typed, &candidate);
        if best.as_ref().is_none_or(|(least, _)| score < *least) {
            best = Some((score, candidate));
        }
    }
    let limit = (tail(typed).chars().count() / 3).max(2);
    best.filter(|(score, _)| *score <= limit).map(|(_, name)| name)
}

/// The known table nearest to an unknown one.
pub fn nearest_section(typed: &str) -> Option<&'static str> {
    super::keys::sections()
        .into_iter()
        .map(|section| (levenshtein(&fold(typed), &fold(section)), section))
        .min_by_key(|(score, _)| *score)
        .filter(|(score, _)| *score <= (typed.chars().count() / 3).max(1))
        .map(|(_, section)| section)
}

/// What there is instead, when nothing is near.
pub fn instead(typed: &str) -> String {
    let section = typed.split('.').next().unwrap_or_default();
    let names: Vec<&str> = super::keys::of_section(section).map(|k| k.last()).collect();
    if names.is_empty() || section.is_empty() {
        format!("the tables are {}", list(&super::keys::sections()))
    } else {
        format!("[{section}] has {}", list(&names))
    }
}

/// Every key, and every key below one.
fn candidates() -> impl Iterator<Item = String> {
    KEYS.iter().flat_map(|key| {
        let below = key.kind.fields().iter().map(|field| format!("{}.{field}", key.name));
        std::iter::once(key.name.to_owned()).chain(below)
    })
}

fn tail(name: &str) -> &str {
    name.rsplit('.').next().unwrap_or(name)
}

fn distance_of(typed: &str, candidate: &str) -> usize {
    let (typed, candidate) = (fold(typed), fold(candidate));
    let elsewhere = levenshtein(tail(&typed), tail(&candidate)) + 2;
    levenshtein(&typed, &candidate).min(elsewhere)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typing_errors() {
        let near = |typed: &str| nearest(typed).unwrap_or_default();
        assert_eq!(near("branches.prodction"), "branches.production");
        assert_eq!(near("branches.merge-back"), "branches.merge_back");
        assert_eq!(near("production"), "branches.production", "the right key at the root");
        assert_eq!(near("finish.remote"), "branches.remote", "the right key in another table");
        assert_eq!(near("guard.warn.line"), "guard.warn.lines");
        assert_eq!(near("updates.users.sev6"), "updates.users.sev1");
        assert_eq!(near("check.comand"), "check.command");
        assert_eq!(nearest("start.editor"), None);
        assert_eq!(nearest_section("brances"), Some("branches"));
        assert_eq!(nearest_section("colours"), None);
    }
}
