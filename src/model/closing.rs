//! Marks in a text that a forge or a CI acts on: words that close an issue (`Fixes #123`), which are text in another
//! clone's log, and marks that skip CI (`[skip ci]`), which are text in every title.

/// What forges close on, in lower case.
const WORDS: [&str; 19] = [
    "close",
    "closes",
    "closed",
    "closing",
    "fix",
    "fixes",
    "fixed",
    "fixing",
    "resolve",
    "resolves",
    "resolved",
    "resolving",
    "implement",
    "implements",
    "implemented",
    "implementing",
    "reopen",
    "reopens",
    "reopened",
];

/// The text with every issue that a closing word is about in brackets: readable, and no forge acts on it.
pub fn inert(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 4);
    let mut closes = false;
    for piece in text.split_inclusive(char::is_whitespace) {
        let token = piece.trim_end();
        let blank = piece.get(token.len()..).unwrap_or_default();
        let (word, rest) = token.split_once(':').unwrap_or((token, ""));
        if closes && is_reference(token) {
            out.push_str(&bracketed(token));
        } else if is_closing(word) && is_reference(rest) {
            out.push_str(word);
            out.push_str(": ");
            out.push_str(&bracketed(rest));
        } else {
            out.push_str(token);
        }
        out.push_str(blank);
        let goes_on = token.is_empty() || token == ":" || is_word(token, &["issue", "issues"]);
        closes = (closes && goes_on) || is_closing(token.trim_end_matches(':'));
    }
    out
}

/// The text without the marks by which a CI leaves a commit out: a release that nothing tests or deploys is none.
pub fn unskipped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, bracket)) = rest.find('[').and_then(|at| rest.split_at_checked(at)) {
        out.push_str(before);
        let inside =
            bracket.get(1..).and_then(|inside| Some(inside.split_once(']')?.0)).filter(|i| is_skip(i));
        match inside {
            Some(inside) => {
                out.push_str(&format!("({inside})"));
                rest = bracket.get(inside.len() + 2..).unwrap_or_default();
            }
            None => {
                out.push('[');
                rest = bracket.get(1..).unwrap_or_default();
            }
        }
    }
    out.push_str(rest);
    let out = out.replace("***NO_CI***", "NO_CI");
    if out.to_ascii_lowercase().contains("skip-checks:") { out.replace(':', " -") } else { out }
}

/// `skip ci`, `ci-skip`, `no ci`, `skip azurepipelines`.
fn is_skip(inside: &str) -> bool {
    let lower = inside.to_ascii_lowercase();
    let words: Vec<&str> = lower.split([' ', '-', '_']).filter(|word| !word.is_empty()).collect();
    words.contains(&"skip") || (words.contains(&"no") && words.contains(&"ci"))
}

fn is_word(token: &str, words: &[&str]) -> bool {
    let word = token.trim_start_matches(|c: char| !c.is_alphanumeric());
    words.iter().any(|w| word.eq_ignore_ascii_case(w))
}

/// Also behind a hyphen or a bracket: forges look at the end of what comes before an issue.
fn is_closing(token: &str) -> bool {
    token.rsplit(|c: char| !c.is_alphanumeric()).next().is_some_and(|word| is_word(word, &WORDS))
}

/// `#1`, `!1`, `owner/repo#1`, `GH-1`, `SHOP-12`, or an address.
fn is_reference(token: &str) -> bool {
    let has_number =
        |mark: char| token.split(mark).skip(1).any(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    // In brackets it is inert already.
    let is_bare = !token.starts_with('(');
    is_bare && (has_number('#') || has_number('!') || has_number('-') || token.contains("://"))
}

/// What stands behind the issue stays outside.
fn bracketed(token: &str) -> String {
    let issue = token.trim_end_matches(['.', ',', ';', ':', ')', '?']);
    format!("({issue}){}", token.get(issue.len()..).unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_title_keeps_ci_away() {
        for (text, plain) in [
            ("login broken [skip ci]", "login broken (skip ci)"),
            ("[CI-Skip] x [y] [no ci]", "(CI-Skip) x [y] (no ci)"),
            ("x ***NO_CI***", "x NO_CI"),
            ("a [b skip", "a [b skip"),
            ("skip ci", "skip ci"),
            ("skip-checks:true", "skip-checks -true"),
        ] {
            assert_eq!(unskipped(text), plain);
        }
    }

    #[test]
    fn nothing_is_closed_by_it() {
        for (text, told) in [
            ("Fixes #123", "Fixes (#123)"),
            ("login: fixes: #1, closes acme/shop#2.", "login: fixes: (#1), closes (acme/shop#2)."),
            ("Closed https://github.com/a/b/issues/1", "Closed (https://github.com/a/b/issues/1)"),
            ("RESOLVE  \n#7 and #8", "RESOLVE  \n(#7) and #8"),
            ("closes issue #4; implements !5; fix GH-6", "closes issue (#4); implements (!5); fix (GH-6)"),
            ("fixes:#9", "fixes: (#9)"),
            ("(fixes #9)", "(fixes (#9))"),
        ] {
            assert_eq!(inert(text), told);
            assert_eq!(inert(told), told, "once is enough");
        }
    }

    #[test]
    fn everything_else_stays() {
        for text in
            ["Fix login crash", "see #12", "prefix #3 of 4", "Users get a 500 on /login", "", " a  b "]
        {
            assert_eq!(inert(text), text);
        }
    }
}
