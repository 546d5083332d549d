//! What was probably meant: the known words that are nearest to one that is not known.

use strsim::osa_distance;

/// The nearest words first, none that is far; at most three.
pub fn nearest<'a>(typed: &str, known: impl IntoIterator<Item = &'a str>) -> Vec<&'a str> {
    let folded = typed.to_lowercase();
    let limit = (folded.chars().count() / 3).max(1);
    let distance = |word: &str| {
        let word = word.to_lowercase();
        // The beginning of a word counts as near, however long the rest is.
        let begins = folded.chars().count() >= 3 && word.starts_with(&folded);
        if begins { 1 } else { osa_distance(&folded, &word) }
    };
    // Of two that are equally near, the one of which only letters are missing was meant, then one of the same
    // length.
    let further = |word: &str| {
        let mut letters = word.chars();
        let is_whole = !folded.chars().all(|c| letters.any(|letter| letter == c));
        (is_whole, word.chars().count().abs_diff(folded.chars().count()))
    };
    let mut found: Vec<(usize, (bool, usize), &str)> = known
        .into_iter()
        .map(|word| (distance(word), further(&word.to_lowercase()), word))
        .filter(|(distance, ..)| *distance <= limit)
        .collect();
    found.sort_unstable();
    found.dedup();
    let least = found.first().map_or(0, |(distance, ..)| *distance);
    found.into_iter().filter(|(d, ..)| *d <= least + 1).map(|(.., word)| word).take(3).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_nearest_word_comes_first_and_a_far_one_not_at_all() {
        let commands = ["redact", "retract", "postmortem", "status", "stats", "start", "finish"];
        assert_eq!(nearest("strat", commands).first(), Some(&"start"));
        assert_eq!(nearest("finsh", commands), ["finish"]);
        assert_eq!(nearest("statsu", commands).first(), Some(&"status"));
        assert_eq!(nearest("staus", commands).first(), Some(&"status"));
        assert_eq!(nearest("frobnicate", commands), Vec::<&str>::new());
        assert_eq!(nearest("post", commands), ["postmortem"]);
        assert_eq!(nearest("fix-lgoin", ["fix-login", "fix-cart"]), ["fix-login"]);
        assert_eq!(nearest("", commands), Vec::<&str>::new());
    }
}
