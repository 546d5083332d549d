//! Words with spaces that were typed without quotes.

use crate::model::text::{safe, shell_word};

/// The same command line with the words around `stray` as one: those of the option before them, or, where
/// the command takes a text first (`start`), all of them. `None` where nothing tells what belongs together.
/// `takes_value` says it of an option.
pub fn quoted(words: &[String], stray: &str, takes_value: impl Fn(&str) -> bool) -> Option<String> {
    let at = words.iter().rposition(|word| word == stray).filter(|at| *at > 0)?;
    let is_plain = |word: &String| !word.starts_with('-');
    let mut from = at;
    while from > 1 && words.get(from - 1).is_some_and(is_plain) {
        from -= 1;
    }
    let flag = words.get(from - 1).filter(|word| word.starts_with('-'));
    let from = match flag {
        Some(flag) if flag.contains('=') => from - 1,
        Some(flag) if takes_value(flag) => from,
        None if words.first().is_some_and(|command| command == "start") && from == 1 => from,
        _ => return None,
    };
    let more = words.iter().skip(at + 1).take_while(|word| is_plain(word)).count();
    let (before, rest) = words.split_at_checked(from)?;
    let (one, behind) = rest.split_at_checked(at + 1 + more - from)?;
    if one.len() < 2 {
        return None;
    }
    let word = |word: &String| shell_word(&safe(word));
    let one = shell_word(&safe(&one.join(" ")));
    let line = std::iter::once("hotfix".to_owned()).chain(before.iter().map(word));
    Some(line.chain([one]).chain(behind.iter().map(word)).collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use super::quoted;

    fn of(line: &str, stray: &str) -> Option<String> {
        let words: Vec<String> = line.split(' ').map(str::to_owned).collect();
        quoted(&words, stray, |flag| flag != "--yes")
    }

    #[test]
    fn words_that_belong_together_get_quotes() {
        let line = of("finish --waive staging=no staging here -y", "here");
        assert_eq!(line.unwrap(), "hotfix finish --waive 'staging=no staging here' -y");
        let line = of("start checkout charges twice --yes", "charges");
        assert_eq!(line.unwrap(), "hotfix start 'checkout charges twice' --yes");
        let line = of("start x --title=It is broken", "is");
        assert_eq!(line.unwrap(), "hotfix start x '--title=It is broken'");
        assert_eq!(of("status a b", "b"), None);
        assert_eq!(of("finish --yes a b", "b"), None);
    }
}
