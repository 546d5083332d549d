//! The names of the people involved, wherever they stand in a text.

use super::lists::lists;
use super::words::Word;
use std::collections::BTreeSet;

/// Who took part.
#[derive(Clone, Debug, Default)]
pub struct Names {
    full: BTreeSet<Vec<String>>,
    /// As they are written.
    single: BTreeSet<String>,
    emails: BTreeSet<String>,
    /// Every part of a name that is no word as well, in lower case.
    parts: BTreeSet<String>,
}

impl Names {
    /// From names and e-mail addresses, as git has them.
    pub fn new<'a>(people: impl IntoIterator<Item = (&'a str, &'a str)>) -> Self {
        let mut names = Self::default();
        for (name, email) in people {
            let parts: Vec<&str> = name.split_whitespace().collect();
            let is_name = |part: &&str| {
                part.chars().count() >= 3
                    && part.chars().next().is_some_and(char::is_uppercase)
                    && part.chars().all(|c| c.is_alphabetic() || "'’-.".contains(c))
                    && !lists().names_too.contains(&part.to_lowercase())
            };
            names.single.extend(parts.iter().copied().filter(is_name).map(str::to_owned));
            if parts.len() > 1 {
                names.full.insert(parts.iter().map(|p| p.to_lowercase()).collect());
            }
            let telling =
                |part: &&str| part.chars().count() >= 3 && !lists().names_too.contains(&part.to_lowercase());
            names.parts.extend(parts.iter().filter(|p| telling(p)).map(|p| p.to_lowercase()));
            if email.contains('@') {
                names.emails.insert(email.to_lowercase());
            }
            if name.contains('@') {
                names.emails.insert(name.to_lowercase());
            }
        }
        names
    }

    /// How many words from here on are somebody's name; 0 when none is.
    pub fn at(&self, words: &[Word<'_>]) -> usize {
        for full in &self.full {
            let lower = words.iter().take(full.len()).map(|w| possessed(&w.lower));
            if words.len() >= full.len() && lower.eq(full.iter().map(String::as_str)) {
                return full.len();
            }
        }
        let Some(first) = words.first() else { return 0 };
        let named = self.single.contains(possessed(first.text))
            || self.emails.contains(&first.lower)
            || is_handle(first.text);
        usize::from(named)
    }

    /// As [`Names::at`], in any case and in any part of a word: what goes outside names no one.
    pub fn anywhere(&self, words: &[Word<'_>]) -> usize {
        let found = self.at(words);
        if found > 0 {
            return found;
        }
        let within = |word: &Word<'_>| {
            possessed(&word.lower).split(|c: char| !c.is_alphanumeric()).any(|part| self.parts.contains(part))
                || self.parts.contains(possessed(&word.lower))
                || word.text.starts_with('@')
        };
        usize::from(words.first().is_some_and(within))
    }
}

/// `Ada's` is Ada.
fn possessed(word: &str) -> &str {
    word.strip_suffix("'s").or_else(|| word.strip_suffix("’s")).unwrap_or(word)
}

/// `@ada`, but no package (`@scope/name`), no e-mail address and no version.
fn is_handle(word: &str) -> bool {
    word.strip_prefix('@').is_some_and(|rest| {
        rest.chars().next().is_some_and(char::is_alphabetic)
            && rest.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_')
    })
}

#[cfg(test)]
mod tests {
    use super::super::words::sentences;
    use super::*;

    fn found(text: &str) -> Vec<&str> {
        let people =
            [("Ada Lovelace", "ada@example.com"), ("Will Long", "will@example.com"), ("deploy-bot", "")];
        let names = Names::new(people);
        let all: Vec<Word<'_>> = sentences(text).into_iter().flatten().collect();
        (0..all.len()).filter(|n| names.at(&all[*n..]) > 0).map(|n| all[n].text).collect()
    }

    #[test]
    fn people_are_found_by_name_address_and_handle() {
        assert_eq!(found("Then Ada restarted it; Lovelace's change"), ["Ada", "Lovelace's"]);
        assert_eq!(found("ask ada@example.com or @grace-h, please"), ["ada@example.com", "@grace-h"]);
        assert_eq!(found("reviewed by Will Long on Monday"), ["Will"]);
    }

    #[test]
    fn words_packages_and_services_are_no_people() {
        assert_eq!(found("Will this take long? The long run will tell."), [""; 0]);
        assert_eq!(found("the adapter uses @scope/name and canada, deploy-bot"), [""; 0]);
    }
}
