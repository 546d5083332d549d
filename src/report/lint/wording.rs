//! Words that put the blame on people, and sentences about what did not happen.
//!
//! Each rule is narrow on purpose: on real reports, wide ones are mostly wrong, and a check that is
//! mostly wrong is switched off.

use super::words::Word;

/// Verb forms that end in neither -ed nor -en.
const PARTICIPLES: &[&str] = &[
    "been",
    "become",
    "begun",
    "broken",
    "brought",
    "built",
    "bought",
    "caught",
    "chosen",
    "come",
    "cut",
    "done",
    "drawn",
    "driven",
    "fallen",
    "felt",
    "found",
    "forgotten",
    "given",
    "gone",
    "got",
    "gotten",
    "grown",
    "had",
    "heard",
    "held",
    "hidden",
    "hit",
    "kept",
    "known",
    "led",
    "left",
    "let",
    "lost",
    "made",
    "meant",
    "met",
    "paid",
    "put",
    "read",
    "risen",
    "rolled",
    "run",
    "said",
    "seen",
    "sent",
    "set",
    "shown",
    "shut",
    "spent",
    "spoken",
    "spotted",
    "stood",
    "stolen",
    "taken",
    "thought",
    "thrown",
    "told",
    "understood",
    "woken",
    "won",
    "written",
];

/// Forms in -ed that are as often adjectives: `should have dedicated alerts` is a wish.
const ADJECTIVES: &[&str] = &[
    "automated",
    "centralized",
    "dedicated",
    "defined",
    "detailed",
    "distributed",
    "documented",
    "elevated",
    "improved",
    "increased",
    "isolated",
    "limited",
    "managed",
    "named",
    "reduced",
    "related",
    "replicated",
    "required",
    "restricted",
    "shared",
    "unlimited",
    "versioned",
];

/// What shows that such a form was a verb: somebody did it to something.
const OBJECTS: &[&str] = &[
    "the", "a", "an", "it", "this", "that", "these", "those", "them", "us", "our", "their", "its", "by",
    "when",
];

const PEOPLE: &[&str] = &[
    "admin",
    "administrator",
    "author",
    "developer",
    "developers",
    "engineer",
    "engineers",
    "operator",
    "operators",
    "person",
    "responder",
    "responders",
    "reviewer",
    "reviewers",
    "team",
    "on-call",
    "colleague",
    "colleagues",
    "maintainer",
    "maintainers",
    "dba",
];

const PRONOUNS: &[&str] = &["we", "they", "he", "she", "i", "you", "someone", "somebody"];

/// What may stand between a subject and its verb.
const BETWEEN: &[&str] = &[
    "also",
    "had",
    "has",
    "have",
    "just",
    "simply",
    "then",
    "again",
    "initially",
    "all",
    "both",
    "who",
    "clearly",
];

/// A place in a sentence: the first word and how many words.
pub type Span = (usize, usize);

/// `should have noticed`, `had we known`: sentences about a world that was not there.
pub fn counterfactual(words: &[Word<'_>]) -> Option<Span> {
    (0..words.len()).find_map(|n| {
        let rest = words.get(n..)?;
        let first = rest.first()?;
        let length = modal(rest).or_else(|| had_we(rest, n == 0))?;
        (!first.lower.is_empty()).then_some((n, length))
    })
}

/// `should have noticed`; not `should have alerts`.
fn modal(words: &[Word<'_>]) -> Option<usize> {
    let first = words.first()?.lower.as_str();
    let bare = first.trim_end_matches("n't");
    let joined = ["should've", "could've", "would've", "might've"].contains(&first);
    if !joined && !["should", "could", "would", "might", "ought"].contains(&bare) {
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
    is_participle(words, n).then_some(n + 1)
}

/// `had we known`, `if we had looked`.
fn had_we(words: &[Word<'_>], is_start: bool) -> Option<usize> {
    let who = |n: usize| -> Option<usize> {
        let word = words.get(n)?;
        if word.is(PRONOUNS) || word.is(&["nobody", "anybody", "anyone"]) {
            return Some(n + 1);
        }
        let person = words.get(n + 1)?;
        (word.is(&["the", "our", "a", "an"]) && person.is(PEOPLE)).then_some(n + 2)
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
    if PARTICIPLES.contains(&word.lower.as_str()) {
        return true;
    }
    if !word.lower.ends_with("ed") || word.lower.len() < 5 || word.is(&["speed", "need", "feed", "seed"]) {
        return false;
    }
    if !ADJECTIVES.contains(&word.lower.as_str()) {
        return true;
    }
    word.pause || words.get(n + 1).is_none_or(|next| next.is(OBJECTS))
}

/// `human error`, `fat-fingered`.
pub fn human_error(words: &[Word<'_>]) -> Option<Span> {
    // What follows in `user error messages`, `operator error codes`.
    let things = [
        "budget",
        "budgets",
        "code",
        "codes",
        "handling",
        "log",
        "logs",
        "message",
        "messages",
        "page",
        "pages",
        "rate",
        "rates",
        "report",
        "reports",
        "response",
        "responses",
        "text",
        "texts",
    ];
    (0..words.len()).find_map(|n| {
        let (word, next) = (words.get(n)?, words.get(n + 1));
        if word.is(&["fat-finger", "fat-fingered", "fat-fingering", "pebkac"]) {
            return Some((n, 1));
        }
        let next = next?;
        if word.is(&["fat"]) && next.lower.starts_with("finger") {
            return Some((n, 2));
        }
        let who = ["human", "user", "operator", "pilot", "engineer", "developer", "admin", "administrator"];
        let thing = words.get(n + 2).is_some_and(|w| w.is(&things)) && !next.pause;
        (word.is(&who) && !word.pause && next.is(&["error", "errors", "mistake", "mistakes"]) && !thing)
            .then_some((n, 2))
    })
}

/// `the engineer forgot`, `we failed to`. Machines may fail and ignore as they like.
pub fn person_failure(words: &[Word<'_>]) -> Option<Span> {
    (0..words.len()).find_map(|n| {
        let word = words.get(n)?;
        // `the engineer on call forgot`, `the person who approved it ignored` are left to people.
        let is_person = word.is(PRONOUNS)
            || (word.is(PEOPLE) && n.checked_sub(1).and_then(|b| words.get(b)).is_some_and(|b| !b.pause));
        if !is_person || word.pause {
            return None;
        }
        let verb = n + 1 + skipped(words, n + 1, |w| w.is(BETWEEN) && !w.pause);
        let (found, next) = (words.get(verb)?, words.get(verb + 1));
        let to = next.is_some_and(|w| w.is(&["to"]));
        let is_failure =
            found.is(&["forgot", "forgotten", "ignored", "neglected", "overlooked", "disregarded"])
                || (found.is(&["failed"]) && to);
        let length = verb - n + 1 + usize::from(found.is(&["failed"]));
        is_failure.then_some((n, length))
    })
}

/// Words of guilt, for texts that go outside.
pub fn guilt(words: &[Word<'_>]) -> Option<Span> {
    (0..words.len()).find_map(|n| {
        let (word, next) = (words.get(n)?, words.get(n + 1));
        let follows = |list: &[&str]| next.is_some_and(|w| w.is(list)) && !word.pause;
        let found = word.is(&[
            "careless",
            "carelessly",
            "carelessness",
            "negligent",
            "negligence",
            "sloppy",
            "incompetent",
            "culprit",
        ]) || (word.is(&["at"]) && follows(&["fault"]))
            || (word.is(&["to"]) && follows(&["blame"]))
            || (word.is(&["blame", "blamed"]));
        let length = if word.is(&["at", "to"]) { 2 } else { 1 };
        found.then_some((n, length))
    })
}

#[cfg(test)]
#[path = "wording_tests.rs"]
mod tests;
