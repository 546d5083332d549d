//! Text taken apart into sentences and words, each with its place.

/// A word, without the punctuation around it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Word<'a> {
    /// As it was written.
    pub text: &'a str,
    /// In lower case, with plain apostrophes.
    pub lower: String,
    /// The byte it begins at.
    pub at: usize,
    /// Whether a comma, a colon or the like follows, which ends a thought.
    pub pause: bool,
}

impl Word<'_> {
    /// Whether it is one of these.
    pub fn is<S: AsRef<str>>(&self, words: &[S]) -> bool {
        words.iter().any(|w| w.as_ref() == self.lower)
    }
}

/// Words after which a full stop ends no sentence.
const ABBREVIATIONS: [&str; 11] = ["e.g", "i.e", "etc", "vs", "cf", "approx", "ca", "no", "min", "mr", "ms"];

/// The sentences of a text.
pub fn sentences(text: &str) -> Vec<Vec<Word<'_>>> {
    // The last one is the one that is read.
    let mut all: Vec<Vec<Word<'_>>> = vec![Vec::new()];
    // An empty line ends a sentence, a line break alone does not.
    let mut empty_lines = 0;
    for (at, raw) in pieces(text) {
        if raw == "\n" {
            empty_lines += 1;
            if empty_lines > 1 {
                all.push(Vec::new());
            }
            continue;
        }
        empty_lines = 0;
        let front = raw.len() - raw.trim_start_matches(is_edge).len();
        let core = raw.trim_matches(is_edge);
        let tail = raw.get(front + core.len()..).unwrap_or_default();
        let lower = core.to_lowercase().replace('’', "'");
        let short = ABBREVIATIONS.contains(&lower.as_str()) || core.chars().count() == 1;
        let ends = tail.contains(['!', '?']) || (tail.contains('.') && !short) || tail.contains('…');
        let Some(sentence) = all.last_mut() else { continue };
        if !core.is_empty() {
            sentence.push(Word { text: core, lower, at: at + front, pause: !tail.is_empty() });
        } else if let Some(last) = sentence.last_mut() {
            last.pause = true;
        }
        if ends {
            all.push(Vec::new());
        }
    }
    all.retain(|sentence| !sentence.is_empty());
    all
}

/// What stands between white space, and line breaks.
fn pieces(text: &str) -> impl Iterator<Item = (usize, &str)> {
    let mut at = 0;
    text.split_inclusive(char::is_whitespace).flat_map(move |piece| {
        let here = at;
        at += piece.len();
        let word = piece.trim_end_matches(char::is_whitespace);
        let word = (!word.is_empty()).then_some((here, word));
        let line = piece.ends_with('\n').then_some((here + piece.len() - 1, "\n"));
        word.into_iter().chain(line)
    })
}

fn is_edge(c: char) -> bool {
    // These belong to words: a time zone, a handle, a home, a share, a path, code.
    !c.is_alphanumeric() && !matches!(c, '+' | '@' | '~' | '≈' | '%' | '/' | '\u{fffc}')
}

/// The line on which a byte lies, and its column, both counted from 1.
pub fn place(text: &str, at: usize) -> (usize, usize) {
    let before = text.get(..at).unwrap_or(text);
    let line = before.matches('\n').count() + 1;
    let column = before.rsplit('\n').next().unwrap_or_default().chars().count() + 1;
    (line, column)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(text: &str) -> Vec<Vec<String>> {
        sentences(text).into_iter().map(|s| s.into_iter().map(|w| w.lower).collect()).collect()
    }

    #[test]
    fn sentences_end_where_people_end_them() {
        assert_eq!(
            split("It broke (at 14:02). We’ll see!"),
            [vec!["it", "broke", "at", "14:02"], vec!["we'll", "see"]]
        );
        assert_eq!(split("two\nlines\n\nnext"), [vec!["two", "lines"], vec!["next"]]);
        assert_eq!(
            split("e.g. a cache, v1.2.1 and db-1.prod"),
            [vec!["e.g", "a", "cache", "v1.2.1", "and", "db-1.prod"]]
        );
    }

    #[test]
    fn words_know_their_place() {
        let text = "One,\n“two” three";
        let words: Vec<(usize, usize)> = sentences(text)[0].iter().map(|w| place(text, w.at)).collect();
        assert_eq!(words, [(1, 1), (2, 2), (2, 7)]);
        assert!(sentences(text)[0][0].pause && !sentences(text)[0][2].pause);
    }
}
