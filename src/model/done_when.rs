//! When a follow-up is done, as a fact that git can check: `add a test; done when: tests/login.rs exists`.

use super::topic::Topic;
use serde::Serialize;

/// What introduces the condition in a follow-up's words.
const MARK: &str = "done when:";

/// A fact that can be looked up.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum DoneWhen {
    /// `PATH exists`: a file or a directory.
    Path(String),
    /// `test NAME exists`: the name stands in a tracked file.
    Test(String),
    /// `a commit touches PATH`: one with the incident's trailer.
    Commit(String),
    /// `TAG is released`: that release or a later one.
    Tag(String),
    /// `BRANCH contains TAG`: that release, whole.
    Contains(String, String),
    /// Words that name no such fact.
    Unclear(String),
}

/// How a follow-up stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Open,
    Done,
    /// It names a condition that could not be checked.
    Unknown,
}

/// What a follow-up asks for, and the words of its condition, which may stand in its data, too.
pub fn of(followup: &Topic) -> (&str, Option<&str>) {
    let (what, in_text) = split(&followup.text);
    (what, followup.followup.done_when.as_deref().or(in_text))
}

/// What is to be done, and the words of the condition if there is one.
pub fn split(text: &str) -> (&str, Option<&str>) {
    // ASCII lower case keeps every byte where it is.
    let lower = text.to_ascii_lowercase();
    let Some(at) = lower.rfind(MARK) else { return (text.trim(), None) };
    let before = text.get(..at).unwrap_or_default().trim_end_matches([' ', ';', ',', '.', '(', '\n']);
    let after = text.get(at + MARK.len()..).unwrap_or_default().trim().trim_end_matches(['.', ')']);
    (before.trim(), Some(after.trim()))
}

impl DoneWhen {
    /// Reads the words of a condition.
    pub fn read(words: &str) -> Self {
        let plain = words.split_whitespace().collect::<Vec<_>>().join(" ");
        let name = |text: &str| text.trim().trim_matches(['`', '"', '\'']).to_owned();
        let read = || {
            if let Some(path) = plain.strip_suffix(" exists") {
                let test = path.strip_prefix("test ").or_else(|| path.strip_prefix("a test "));
                return Some(match test {
                    Some(test) => Self::Test(name(test)),
                    None => Self::Path(inside(&name(path))?),
                });
            }
            if let Some(path) = plain.strip_prefix("a ").unwrap_or(&plain).strip_prefix("commit touches ") {
                return Some(Self::Commit(inside(&name(path))?));
            }
            if let Some((branch, tag)) =
                plain.split_once(" contains ").filter(|(a, b)| !(a.contains(' ') || b.contains(' ')))
            {
                return Some(Self::Contains(name(branch), name(tag)));
            }
            plain.strip_suffix(" is released").map(|tag| Self::Tag(name(tag)))
        };
        match read() {
            Some(Self::Test(text) | Self::Tag(text)) if text.is_empty() || text.starts_with('-') => {
                Self::Unclear(plain)
            }
            Some(known) => known,
            None => Self::Unclear(plain),
        }
    }
}

/// A path inside the repository, without `./` and a closing slash; `None` for any other.
fn inside(path: &str) -> Option<String> {
    let path = path.trim_start_matches("./").trim_end_matches('/');
    let strange = path.is_empty() || path.starts_with(['/', '-', ':']) || path.split('/').any(|p| p == "..");
    (!strange).then(|| path.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_and_condition() {
        assert_eq!(
            split("add a test for login; done when: tests/login.rs exists."),
            ("add a test for login", Some("tests/login.rs exists"))
        );
        assert_eq!(split("ask (Done When: v1.3.0 is released)"), ("ask", Some("v1.3.0 is released")));
        assert_eq!(split("say when we are done"), ("say when we are done", None));
        assert_eq!(split("İİ done when: x exists").1, Some("x exists"), "any script");
    }

    #[test]
    fn facts() {
        let read = DoneWhen::read;
        assert_eq!(read("./tests/login.rs exists"), DoneWhen::Path("tests/login.rs".into()));
        assert_eq!(read("`my  docs/a b.md` exists"), DoneWhen::Path("my docs/a b.md".into()));
        assert_eq!(read("test login_times_out exists"), DoneWhen::Test("login_times_out".into()));
        assert_eq!(read("a commit touches tests/"), DoneWhen::Commit("tests".into()));
        assert_eq!(read("v1.3.0 is released"), DoneWhen::Tag("v1.3.0".into()));
        assert_eq!(read("develop contains v1.3.0"), DoneWhen::Contains("develop".into(), "v1.3.0".into()));
        for unclear in
            ["", "somebody looked", "../x exists", "/etc/passwd exists", "test -x exists", " exists"]
        {
            assert!(matches!(read(unclear), DoneWhen::Unclear(_)), "{unclear}");
        }
    }
}
