//! Words that differ from run to run or from machine to machine, replaced by words that do not, of the same length.

use std::collections::BTreeMap;

/// Remembers what it replaced, so that one id is the same on every screen of a session.
#[derive(Default)]
pub struct Stable {
    /// The first seven digits of an id, and which id it was.
    seen: BTreeMap<String, usize>,
}

impl Stable {
    /// The same text for the same events, whatever the ids and wherever the repository is.
    pub fn text(&mut self, root: &str, text: &str) -> String {
        let text = text.replace(root, "/home/ada/work");
        let mut out = String::new();
        let mut word = String::new();
        for c in text.chars() {
            if c.is_ascii_alphanumeric() {
                word.push(c);
            } else {
                out.push_str(&self.word(&out, &word));
                word.clear();
                out.push(c);
            }
        }
        let last = self.word(&out, &word);
        out + &last
    }

    fn word(&mut self, before: &str, word: &str) -> String {
        let is_hex = |text: &str| text.chars().all(|c| matches!(c, '0'..='9' | 'a'..='f'));
        // One id in a thousand has no digit; these are the words that English makes of such letters.
        let is_a_word = matches!(word, "defaced" | "effaced" | "acceded");
        if word.len() == 4 && is_hex(word) && ends_an_incident(before) {
            return "7c1e".into();
        }
        // The git of the machine: the tests run with more than one.
        if before.ends_with("git 2.") && word.len() == 2 && word.chars().all(|c| c.is_ascii_digit()) {
            return "47".into();
        }
        if !(7..=64).contains(&word.len()) || !is_hex(word) || is_a_word || is_a_day(word) {
            return word.to_owned();
        }
        let next = self.seen.len();
        let number = *self.seen.entry(word[..7].to_owned()).or_insert(next);
        digits(number, word.len())
    }
}

/// `20261122-fix-login-crash-`, at the end of what was read.
fn ends_an_incident(before: &str) -> bool {
    let rest = before.rsplit(|c: char| !(c.is_ascii_alphanumeric() || c == '-')).next().unwrap_or_default();
    rest.ends_with('-') && rest.split('-').next().is_some_and(is_a_day) && rest.matches('-').count() > 1
}

fn is_a_day(word: &str) -> bool {
    word.len() == 8 && word.starts_with("20") && word.chars().all(|c| c.is_ascii_digit())
}

/// Digits that look like an id's, always the same ones for a number.
fn digits(number: usize, length: usize) -> String {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64.wrapping_mul(number as u64 + 3);
    let mut out = String::new();
    while out.len() < length {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        out.push_str(&format!("{:08x}", state >> 32));
    }
    out[..length].to_owned()
}

#[test]
fn screens_are_stable() {
    let mut stable = Stable::default();
    let first = stable.text("/tmp/adaXXXXXX", "1f3a2b8 in /tmp/adaXXXXXX/shop, 20261122-fix-login-0f3a");
    assert!(first.ends_with(" in /home/ada/work/shop, 20261122-fix-login-7c1e"), "{first}");
    assert_eq!(stable.text("/x", "git 2.39, with git 2.38 or newer"), "git 2.47, with git 2.47 or newer");
    let other = Stable::default().text("/nowhere", "beecefc in /tmp");
    assert_eq!(first[..7], other[..7], "an id without a digit");
    let other = Stable::default().text("/nowhere", "9999999 in /tmp");
    assert_eq!(first[..7], other[..7]);
    assert_eq!(stable.text("/x", "1f3a2b8c and defaced and 20261122"), {
        let long = digits(0, 8);
        format!("{long} and defaced and 20261122")
    });
}
