//! Whether a commit took something back on purpose: its message says so, or is about those very words.

use super::lines::count_words;

/// Words of a message by which people say that something goes on purpose.
const DECISIONS: [&str; 33] = [
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
];

/// Shorter words than this are in any message.
const LEAST: usize = 4;

/// Whether the message of a commit that brought `removed` lines back and took `added` ones out speaks
/// of it.
pub fn is_told(message: &str, removed: &[String], added: &[String]) -> bool {
    let lower = message.to_lowercase();
    if DECISIONS.iter().any(|word| lower.contains(word)) {
        return true;
    }
    let (was, is) = (count_words(removed), count_words(added));
    let said = count_words(std::slice::from_ref(&lower));
    let differs = was.keys().chain(is.keys()).filter(|word| was.get(*word) != is.get(*word));
    differs.filter(|word| word.chars().count() >= LEAST).any(|word| said.contains_key(&word.to_lowercase()))
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
