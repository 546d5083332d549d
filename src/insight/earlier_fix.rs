//! Whether a commit that wrote faulty lines was itself an attempt to repair the same fault: then the fault
//! is older than it.

use crate::model::oid::Oid;
use std::collections::BTreeSet;

/// Words by which a subject says that it repairs something.
const REPAIRS: [&str; 12] = [
    "fix",
    "fixes",
    "fixed",
    "fixing",
    "bugfix",
    "hotfix",
    "cve",
    "security",
    "vulnerability",
    "workaround",
    "mitigate",
    "prevent",
];

/// Words by which a message says that something was repaired before, and not well enough.
const AGAIN: [&str; 10] = [
    "incomplete",
    "follow-up",
    "followup",
    "follow up",
    "previous fix",
    "earlier fix",
    "first fix",
    "last fix",
    "did not fix",
    "didn't fix",
];

/// Words that are in the subject of any repair.
const COMMON: [&str; 16] = [
    "fixes",
    "fixed",
    "fixing",
    "bugfix",
    "hotfix",
    "error",
    "errors",
    "issue",
    "issues",
    "problem",
    "crash",
    "tests",
    "properly",
    "correctly",
    "again",
    "wrong",
];

/// Words shorter than this are in any subject.
const LEAST: usize = 5;

/// Whether a commit that wrote the faulty lines was an attempt at the same fault: it says that it
/// repairs something, and the fix says so, names it, or has an identifier or a telling word in common
/// with it.
pub fn is_attempt(fix: &str, earlier: &str, oid: &Oid) -> bool {
    let (ours, theirs) = (fix.to_lowercase(), earlier.to_lowercase());
    let subject = theirs.lines().next().unwrap_or_default();
    if !words(subject).any(|word| REPAIRS.contains(&word)) {
        return false;
    }
    AGAIN.iter().any(|word| ours.contains(word))
        || words(&ours).any(|word| word.len() >= 7 && oid.as_str().starts_with(word))
        || identifiers(&ours).intersection(&identifiers(&theirs)).next().is_some()
        || telling(&ours).intersection(&telling(&theirs)).next().is_some()
}

fn words(text: &str) -> impl Iterator<Item = &str> {
    text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|word| !word.is_empty())
}

/// `CVE-2024-1234`, `GHSA-…`, `#123`, `SHOP-12`.
fn identifiers(text: &str) -> BTreeSet<&str> {
    let is_one = |word: &&str| {
        let bare = word.strip_prefix('#').filter(|rest| rest.bytes().all(|b| b.is_ascii_digit()));
        let key = word.split_once('-').filter(|(key, rest)| {
            let is_key = key.len() >= 2 && key.bytes().all(|b| b.is_ascii_alphabetic());
            is_key && rest.bytes().any(|b| b.is_ascii_digit())
        });
        bare.is_some_and(|rest| !rest.is_empty()) || key.is_some()
    };
    text.split(|c: char| !c.is_alphanumeric() && !matches!(c, '-' | '#')).filter(is_one).collect()
}

/// Words of the subject that tell what it is about.
fn telling(message: &str) -> BTreeSet<&str> {
    let subject = message.lines().next().unwrap_or_default();
    let is_telling =
        |word: &&str| word.chars().count() >= LEAST && !COMMON.contains(word) && !REPAIRS.contains(word);
    words(subject).filter(is_telling).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(fix: &str, earlier: &str) -> bool {
        is_attempt(fix, earlier, &Oid::parse(&"abc12345".repeat(5)).unwrap())
    }

    #[test]
    fn an_attempt_at_the_same_fault() {
        assert!(is("Mend the overflow (CVE-2024-12)", "Fix buffer length\n\nCVE-2024-12"));
        assert!(is("The first fix was incomplete", "Fix it"));
        assert!(is("x\n\nFixes: abc12345abc1", "Fix it"));
        assert!(is("login: refuse empty passwords", "Fix empty passwords"));
        assert!(is("Really close #12", "Hotfix for #12"));
    }

    #[test]
    fn something_else() {
        assert!(!is("Refuse empty passwords", "Add passwords"), "it repairs nothing");
        assert!(!is("Refuse empty passwords", "Fix the colour of the button"));
        assert!(!is("Fix crash", "Fix crash"), "words of any repair");
        assert!(!is("", ""));
    }
}
