//! Whether a commit took something back on purpose: its message says so, or is about those very words.

use super::lines::count_words;
use std::collections::{BTreeSet, HashMap};

/// Words of a message by which people say that something goes on purpose.
const DECISIONS: [&str; 47] = [
    "remove",
    "drop",
    "delete",
    "disable",
    "retire",
    "withdraw",
    "deprecate",
    "undo",
    "back out",
    "backout",
    "roll back",
    "rollback",
    "restore",
    "rename",
    "replace",
    "refactor",
    "rework",
    "rewrite",
    "simplif",
    "clean up",
    "cleanup",
    "no longer",
    "not needed",
    "not necessary",
    "unnecessary",
    "unneeded",
    "obsolete",
    "redundant",
    "workaround",
    "do not ",
    "don't ",
    "instead",
    "go back",
    "re-enable",
    "reenable",
    "enable",
    "re-add",
    "reland",
    "reapply",
    "re-apply",
    "reinstate",
    "bring back",
    "put back",
    "temporar",
    "upgrade",
    "downgrade",
    "correct",
];

/// Words by which a fix says that it is not to stay.
const PASSING: [&str; 12] = [
    "temporar",
    "for now",
    "until ",
    "stopgap",
    "disable",
    "downgrade",
    "pin ",
    "hold back",
    "todo",
    "workaround",
    "quick fix",
    "restore later",
];

/// How the subject of a fix begins that takes back something else.
const TAKES_BACK: [&str; 5] = ["revert", "undo", "roll back", "rollback", "back out"];

/// Shorter words than this are in any message.
const LEAST: usize = 4;

/// Whether the message of a commit that brought `removed` lines back and took `added` ones out speaks
/// of it.
pub fn is_told<T: AsRef<str>>(message: &str, removed: &[T], added: &[T]) -> bool {
    let lower = message.to_lowercase();
    if DECISIONS.iter().any(|word| lower.contains(word)) {
        return true;
    }
    let (was, is) = (count_words(removed), count_words(added));
    let said = count_words(std::slice::from_ref(&lower));
    let mut differs = was.keys().chain(is.keys()).filter(|word| was.get(*word) != is.get(*word));
    differs.any(|word| is_said(word, &said)) || names(message, removed, added)
}

/// Whether the message of a commit that wrote some lines names what they have and those in their stead had not:
/// a word, or a value such as `2G`.
pub fn names<T: AsRef<str>>(message: &str, written: &[T], instead_of: &[T]) -> bool {
    let lower = message.to_lowercase();
    let (said, before) = (count_words(std::slice::from_ref(&lower)), count_words(instead_of));
    let mut words = count_words(written).into_keys().filter(|word| !before.contains_key(word));
    let named = values(std::slice::from_ref(&lower));
    let before = values(instead_of);
    words.any(|word| is_said(&word, &said))
        || values(written).iter().any(|value| named.contains(value) && !before.contains(value))
}

fn is_said(word: &str, said: &HashMap<String, usize>) -> bool {
    word.chars().count() >= LEAST && said.contains_key(&word.to_lowercase())
}

/// What stands between blanks and signs and has a digit: `2.5g`. One digit alone, and the number of a request or an
/// issue (`#30`, `shop-30`), is no value.
fn values<T: AsRef<str>>(lines: &[T]) -> BTreeSet<String> {
    let is_inside = |c: char| c.is_alphanumeric() || matches!(c, '.' | '_' | '-' | '#');
    let words = lines.iter().flat_map(|line| line.as_ref().split(move |c| !is_inside(c)));
    words
        .map(|word| word.trim_matches(['.', '_', '-']).to_lowercase())
        .filter(|word| word.chars().count() > 1 && word.contains(|c: char| c.is_ascii_digit()))
        .collect()
}

/// Whether a fix, by the message of one of its commits, is to go again one day: it holds something off for a time,
/// or takes back work that is to return.
pub fn is_passing(message: &str) -> bool {
    let lower = message.to_lowercase();
    let subject = lower.lines().next().unwrap_or_default();
    TAKES_BACK.iter().any(|word| subject.starts_with(word)) || PASSING.iter().any(|word| lower.contains(word))
}

/// Whether the lines of a fix say that they are to go again: a note to remove them.
pub fn is_to_go<T: AsRef<str>>(added: &[T]) -> bool {
    let says_so = |line: &T| {
        let lower = line.as_ref().to_lowercase();
        let is_note = ["todo", "fixme", "temporar"].iter().any(|word| lower.contains(word));
        is_note && ["remove", "delete", "drop"].iter().any(|word| lower.contains(word))
    };
    added.iter().any(says_so)
}

/// Whether a revert says more than what git writes into it.
pub fn gives_a_reason(message: &str) -> bool {
    let body = message.lines().skip(1).map(str::trim);
    let is_own = |line: &&str| {
        let is_gits = line.starts_with("This reverts ")
            || line.starts_with("changes made to ")
            || line.starts_with("(cherry picked from")
            || line.starts_with("Conflicts:")
            || line.starts_with('#');
        let is_trailer = line.split_once(": ").is_some_and(|(key, _)| !key.contains(' '));
        !line.is_empty() && !is_gits && !is_trailer
    };
    let words: usize = body.filter(is_own).map(|line| line.split_whitespace().count()).sum();
    words >= LEAST_WORDS
}

/// So few words are a name or a number, not a reason.
const LEAST_WORDS: usize = 4;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_fix_that_is_to_go_again() {
        for message in [
            "Revert \"Use the new driver\"",
            "Disable the harvest job temporarily",
            "Pin lodash to 4.17.20",
            "Keep the old login\n\nTODO: restore it when the server is back",
        ] {
            assert!(is_passing(message), "{message}");
        }
        for message in ["Fix the login", "Do not reverse the list"] {
            assert!(!is_passing(message), "{message}");
        }
    }

    #[test]
    fn lines_that_are_to_go_again() {
        assert!(is_to_go(&["if old {", "    // TODO a soft fork, remove it after block 2104"]));
        assert!(is_to_go(&["# Temporary: drop it with the old server"]));
        assert!(!is_to_go(
            &["// TODO: name it", "todo.remove(&user);"].map(|line| line.replace("todo", "list"))
        ));
    }

    #[test]
    fn a_revert_with_a_reason_is_a_decision() {
        let plain =
            "Revert \"Fix it\"\n\nThis reverts commit 0123456789.\n\nSigned-off-by: A <a@example.com>\n";
        assert!(!gives_a_reason(plain));
        assert!(!gives_a_reason("Revert \"Fix it (#1)\" (#2)"));
        let merge =
            "Revert \"Merge a\"\n\nThis reverts commit 0123456789, reversing\nchanges made to 0123456789.\n";
        assert!(!gives_a_reason(merge));
        assert!(gives_a_reason(&format!("{plain}\nThe server does this itself now.\n")));
    }

    #[test]
    fn messages_that_tell_of_it() {
        let (old, new) = (["    user.unwrap()".to_owned()], ["    user.unwrap_or(false)".to_owned()]);
        for message in [
            "The workaround is not needed any more",
            "Remove the guard",
            "Do not hide unknown users",
            "login: unwrap again",
            "Fix it\n\nThis restores what was there.",
        ] {
            assert!(is_told(message, &old, &new), "{message}");
        }
        for message in ["Fix misalignment", "Change it", "Add a user page", "Work on the login"] {
            assert!(!is_told(message, &old, &new), "{message}");
        }
    }

    #[test]
    fn messages_that_name_a_value() {
        let told = |message: &str, now: &str, before: &str| {
            is_told(message, &[format!("  memory: {now}")], &[format!("  memory: {before}")])
        };
        for (message, now, before) in [
            ("adjust it for all environments to 2G", "2G", "2.5G"),
            ("Set it to 2.5g.", "2.5G", "2G"),
            ("Allow 30, as agreed", "30", "90"),
        ] {
            assert!(told(message, now, before), "{message}");
        }
        for (message, now, before) in [
            ("adjust it to 2G", "3G", "2.5G"),
            ("Now it is not 90", "30", "90"),
            ("Work, part 3", "3", "9"),
            ("Work on it (#30)", "30", "90"),
            ("SHOP-30: work on it", "30", "90"),
        ] {
            assert!(!told(message, now, before), "{message}");
        }
    }
}
