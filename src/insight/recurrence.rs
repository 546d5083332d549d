//! Earlier incidents that a new one reminds of: by the words of their names, or by the files they
//! changed.

use std::collections::BTreeSet;

/// Words that many names share and that say nothing about the place.
const EMPTY_WORDS: [&str; 40] = [
    "fix", "hotfix", "bug", "bugs", "error", "errors", "issue", "crash", "broken", "fail", "fails",
    "failure", "the", "and", "for", "with", "not", "from", "when", "after", "are", "get", "users", "user",
    "src", "lib", "app", "main", "mod", "index", "test", "tests", "spec", "rs", "js", "ts", "py", "go",
    "java", "html",
];

/// The words of a name, a title or a path that say something, in lower case.
pub fn words(text: &str) -> BTreeSet<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .map(str::to_lowercase)
        .filter(|w| w.chars().count() > 2 && !w.chars().all(|c| c.is_ascii_digit()))
        .filter(|w| !EMPTY_WORDS.contains(&w.as_str()))
        .collect()
}

/// How much an earlier incident has to do with these words: two for each word that its name shares,
/// one for each that only its files mention. Zero is nothing.
pub fn relation(words_of_new: &BTreeSet<String>, name: &str, files: &BTreeSet<String>) -> usize {
    let own = words(name);
    let places: BTreeSet<String> = files.iter().flat_map(|path| words(path)).collect();
    words_of_new.iter().map(|w| if own.contains(w) { 2 } else { usize::from(places.contains(w)) }).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn related(new: &str, name: &str, files: &[&str]) -> usize {
        relation(&words(new), name, &files.iter().map(|f| (*f).to_owned()).collect())
    }

    #[test]
    fn names_and_files() {
        assert_eq!(related("fix-login-crash", "login-timeout", &[]), 2);
        assert_eq!(related("fix-login-crash", "fix-session", &["src/login.rs"]), 1);
        assert_eq!(related("Users cannot log in: Login", "x", &["app/Login/mod.rs"]), 1);
    }

    #[test]
    fn what_every_name_has_is_no_relation() {
        assert_eq!(related("fix-login-crash", "fix-cart-crash", &["src/cart.rs", "tests/cart.rs"]), 0);
        assert_eq!(related("1.2.1", "1.2.0", &["src/1.rs"]), 0);
        assert_eq!(related("", "", &[]), 0);
    }
}
