//! Words that put the blame on people, and sentences about what did not happen.
//!
//! Each rule is narrow on purpose: on real reports, wide ones are mostly wrong, and a check that is
//! mostly wrong is switched off. The words themselves are in `templates/words.toml`.

use super::lists::lists;
use super::words::Word;

/// A place in a sentence: the first word and how many words.
pub type Span = (usize, usize);

/// `should have noticed`, `had we known`: sentences about a world that was not there.
pub fn counterfactual(words: &[Word<'_>]) -> Option<Span> {
    (0..words.len()).find_map(|n| {
        let rest = words.get(n..)?;
        let first = rest.first()?;
        let length = modal(words, n).or_else(|| had_we(rest, n == 0))?;
        (!first.lower.is_empty()).then_some((n, length))
    })
}

/// `should have noticed`; not `should have alerts`, and not `rolling back would have lost data`,
/// which is the reason for a decision.
fn modal(sentence: &[Word<'_>], at: usize) -> Option<usize> {
    let words = sentence.get(at..)?;
    let first = words.first()?.lower.as_str();
    let bare = first.trim_end_matches("n't");
    let joined = ["should've", "could've", "would've", "might've"].contains(&first);
    if !joined && !["should", "could", "would", "might", "ought"].contains(&bare) {
        return None;
    }
    // "longer than it should have been", "as it should have" compare with what is normal.
    let clause = sentence.get(at.saturating_sub(4)..at)?;
    if clause.iter().any(|w| w.is(&["than", "as"])) {
        return None;
    }
    let mut n = 1;
    if !joined {
        n += skipped(words, n, |w| {
            w.is(&["not", "to", "never", "also", "at", "least", "all"]) || w.lower.ends_with("ly")
        });
        if !words.get(n)?.is(&["have", "'ve"]) {
            return None;
        }
        n += 1;
    }
    n += skipped(words, n, |w| {
        w.is(&["not", "never", "also", "already", "just"]) || (w.lower.ends_with("ly"))
    });
    if !is_participle(words, n) {
        return None;
    }
    let is_duty = first.starts_with("should") || first.starts_with("ought");
    let been = words.get(n).is_some_and(|w| w.is(&["been"])) && is_participle(words, n + 1);
    // "This could have been worse" and "users would have been affected" weigh what was at stake.
    let better = |n: usize| words.get(n).is_some_and(|w| w.is(&lists().prevention));
    let person = at.checked_sub(1).and_then(|b| sentence.get(b)).is_some_and(is_person);
    let counts = is_duty || person || better(n) || (been && better(n + 1));
    counts.then_some(n + 1)
}

fn is_person(word: &Word<'_>) -> bool {
    !word.pause && (word.is(&lists().people) || word.is(&lists().pronouns))
}

/// `had we known`, `if we had looked`.
fn had_we(words: &[Word<'_>], is_start: bool) -> Option<usize> {
    let who = |n: usize| -> Option<usize> {
        let word = words.get(n)?;
        if word.is(&lists().pronouns) || word.is(&["nobody", "anybody", "anyone"]) {
            return Some(n + 1);
        }
        let person = words.get(n + 1)?;
        (word.is(&["the", "our", "a", "an"]) && person.is(&lists().people)).then_some(n + 2)
    };
    let first = words.first()?;
    let after = if first.is(&["had"]) && is_start {
        who(1)?
    } else if first.is(&["if"]) {
        let n = who(if words.get(1)?.is(&["only"]) { 2 } else { 1 })?;
        let had = words.get(n)?;
        if !had.is(&["had", "hadn't"]) {
            return None;
        }
        n + 1
    } else {
        return None;
    };
    let n = after
        + skipped(words, after, |w| {
            w.is(&["not", "only", "also", "already", "just"]) || w.lower.ends_with("ly")
        });
    is_participle(words, n).then_some(n + 1)
}

fn skipped(words: &[Word<'_>], from: usize, skip: impl Fn(&Word<'_>) -> bool) -> usize {
    words.iter().skip(from).take_while(|w| skip(w)).count()
}

fn is_participle(words: &[Word<'_>], n: usize) -> bool {
    let Some(word) = words.get(n) else { return false };
    if word.is(&lists().participles) {
        return true;
    }
    if !word.lower.ends_with("ed") || word.lower.len() < 5 || word.is(&["speed", "need", "feed", "seed"]) {
        return false;
    }
    if !word.is(&lists().adjectives) {
        return true;
    }
    word.pause || words.get(n + 1).is_none_or(|next| next.is(&lists().objects))
}

/// `human error`, `fat-fingered`, where it is given as the explanation. Most reports that mention it
/// reject it, or say how a design makes it harmless.
pub fn human_error(words: &[Word<'_>]) -> Option<Span> {
    let all = lists();
    let rejects = |w: &Word<'_>| w.is(&all.rejecting) || w.lower.ends_with("-prone");
    (0..words.len()).find_map(|n| {
        let (word, next) = (words.get(n)?, words.get(n + 1));
        if word.is(&["fat-finger", "fat-fingered", "fat-fingering", "pebkac"]) {
            return Some((n, 1));
        }
        let next = next?;
        if word.is(&["fat"]) && next.lower.starts_with("finger") {
            return Some((n, 2));
        }
        let thing = words.get(n + 2).is_some_and(|w| w.is(&all.error_things)) && !next.pause;
        let named = word.is(&all.error_makers)
            && !word.pause
            && next.is(&["error", "errors", "mistake", "mistakes"])
            && !thing;
        if !named || words.iter().any(rejects) {
            return None;
        }
        let before = words.get(n.saturating_sub(4)..n)?.iter().any(|w| w.is(&all.error_verdict));
        let acts = words.get(n + 2).is_some_and(|w| w.is(&all.error_acts)) && !next.pause;
        (before || acts || words.len() <= 4).then_some((n, 2))
    })
}

/// `the engineer forgot`, `we failed to`. Machines may fail and ignore as they like.
pub fn person_failure(words: &[Word<'_>]) -> Option<Span> {
    (0..words.len()).find_map(|n| {
        let word = words.get(n)?;
        // `the engineer on call forgot`, `the person who approved it ignored` are left to people.
        let before = n.checked_sub(1).and_then(|b| words.get(b));
        let is_person = word.is(&lists().pronouns)
            || (word.is(&lists().people) && before.is_some_and(|b| !b.pause && !b.is(&["no"])));
        if !is_person || word.pause {
            return None;
        }
        let verb = n + 1 + skipped(words, n + 1, |w| w.is(&lists().between) && !w.pause);
        let (found, next) = (words.get(verb)?, words.get(verb + 1));
        let to = next.is_some_and(|w| w.is(&["to"]));
        let failed = found.is(&["failed"]) && to;
        // "We ignored errors of this kind on purpose" tells of a decision.
        let meant = words.iter().any(|w| w.is(&["deliberately", "intentionally", "purpose", "safely"]));
        let is_failure = (found.is(&lists().failures) && !meant) || failed;
        let length = verb - n + 1 + usize::from(failed);
        is_failure.then_some((n, length))
    })
}

/// Words of guilt, for texts that go outside.
pub fn guilt(words: &[Word<'_>]) -> Option<Span> {
    (0..words.len()).find_map(|n| {
        let (word, next) = (words.get(n)?, words.get(n + 1));
        let follows = |list: &[&str]| next.is_some_and(|w| w.is(list)) && !word.pause;
        let found = word.is(&lists().guilt)
            || (word.is(&["at"]) && follows(&["fault"]))
            || (word.is(&["to"]) && follows(&["blame"]));
        let length = if word.is(&["at", "to"]) { 2 } else { 1 };
        found.then_some((n, length))
    })
}

/// Whether a sentence that names somebody holds it against them.
pub fn blames(words: &[Word<'_>]) -> bool {
    words.iter().any(|w| w.is(&lists().blame))
        || words
            .windows(2)
            .any(|pair| matches!(pair, [a, b] if a.is(&["did", "had", "was"]) && b.is(&["not"]) && !a.pause))
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
