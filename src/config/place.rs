//! Where a setting was written, and what is said when it is wrong there.

use super::keys::Key;
use super::kind::Wrong;
use super::nearest::{instead, nearest};
use super::{GitEntry, Origin};
use crate::model::failure::{Failure, Problem};
use crate::model::text::{count, safe, safe_lines, shell_word, shorten};
use toml::Spanned;
use toml::de::{DeTable, DeValue};

/// The stable word for scripts.
const ID: &str = "configuration";
/// How much of a wrong value is repeated.
const SHOWN: usize = 60;

/// One place a setting can be written in.
#[derive(Clone, Copy)]
pub enum Place<'a> {
    File { shown: &'a str, text: &'a str },
    Git(&'a GitEntry),
    Env(&'a str),
}

/// One thing wrong, with its line when it has one.
pub struct Mistake {
    line: usize,
    problem: Problem,
}

impl Place<'_> {
    /// Where a value came from.
    pub fn origin(self, path: &[String]) -> Origin {
        match self {
            Self::File { shown, text } => Origin::File(format!("{shown}:{}", line_of(text, path))),
            Self::Git(entry) => Origin::Git(scope(entry)),
            Self::Env(name) => Origin::Env(name.to_owned()),
        }
    }

    /// A mistake in words of its own.
    pub fn mistake(self, path: &[String], what: impl std::fmt::Display) -> Mistake {
        match self {
            Self::File { shown, text } => {
                let line = line_of(text, path);
                let message = format!("{}:{line}: {what}", safe(shown));
                Mistake { line, problem: Problem::new(ID, message, edit(shown, line)) }
            }
            Self::Git(entry) => {
                let message = format!("{what}, in git config ({})", safe(&scope(entry)));
                Mistake { line: usize::MAX, problem: Problem::new(ID, message, unset(entry)) }
            }
            Self::Env(name) => {
                let message = format!("{what}, in the environment");
                Mistake {
                    line: usize::MAX,
                    problem: Problem::new(ID, message, format!("unset {}", safe(name))),
                }
            }
        }
    }

    /// A key that does not exist.
    pub fn unknown(self, path: &[String]) -> Mistake {
        let typed = dotted(path);
        let near = match nearest(&typed) {
            Some(near) => format!("did you mean {}?", self.spelled(&near)),
            None => instead(&typed),
        };
        match self {
            Self::File { .. } => self.mistake(path, format!("unknown key {}; {near}", safe(&typed))),
            // The suggestion ends the sentence, so the place goes in front of it.
            Self::Git(entry) => Mistake {
                line: usize::MAX,
                problem: Problem::new(
                    ID,
                    format!(
                        "unknown key {} in git config ({}); {near}",
                        safe(&entry.key),
                        safe(&scope(entry))
                    ),
                    unset(entry),
                ),
            },
            Self::Env(name) => Mistake {
                line: usize::MAX,
                problem: Problem::new(
                    ID,
                    format!("unknown setting {} in the environment; {near}", safe(name)),
                    format!("unset {}", safe(name)),
                ),
            },
        }
    }

    /// A value that its key does not take; `path` leads to the key.
    pub fn wrong(self, path: &[String], wrong: Wrong) -> Mistake {
        let join = |below: Vec<String>| path.iter().cloned().chain(below).collect::<Vec<String>>();
        match wrong {
            Wrong::Unknown { path: below } => self.unknown(&join(below)),
            Wrong::Unfit { path: below, expected, found } => {
                let path = join(below);
                let found = shorten(&safe(&found), SHOWN);
                self.mistake(&path, format!("{} must be {expected}, not {found}", safe(&self.subject(&path))))
            }
        }
    }

    /// What a key is called in this place.
    fn subject(self, path: &[String]) -> String {
        match self {
            Self::File { .. } => dotted(path),
            Self::Git(entry) => entry.key.clone(),
            Self::Env(name) => name.to_owned(),
        }
    }

    fn spelled(self, name: &str) -> String {
        match self {
            Self::File { .. } => name.to_owned(),
            Self::Git(_) => format!("hotfix.{}", name.replace('_', "-")),
            Self::Env(_) => format!("HOTFIX_CONFIG_{}", name.replace('.', "_").to_uppercase()),
        }
    }
}

/// A key's name as the steps of a path.
pub fn path_of(key: &Key) -> Vec<String> {
    key.name.split('.').map(str::to_owned).collect()
}

/// A path for people, who count no list entries.
fn dotted(path: &[String]) -> String {
    let named = path.iter().filter(|p| p.is_empty() || !p.chars().all(|c| c.is_ascii_digit()));
    named.map(String::as_str).collect::<Vec<_>>().join(".")
}

fn scope(entry: &GitEntry) -> String {
    let origin = entry.origin.strip_prefix("file:").unwrap_or(&entry.origin).trim_end_matches(':');
    match entry.scope.as_str() {
        "command" | "" => origin.to_owned(),
        scope => format!("{scope}, {origin}"),
    }
}

fn unset(entry: &GitEntry) -> String {
    match entry.scope.as_str() {
        "local" | "global" | "system" | "worktree" => {
            format!("git config --{} --unset-all {}", entry.scope, shell_word(&entry.key))
        }
        _ => format!("leave out -c {}", shell_word(&entry.key)),
    }
}

/// The line of the deepest part of the path that the text has.
fn line_of(text: &str, path: &[String]) -> usize {
    let Ok(table) = DeTable::parse(text) else { return 1 };
    let mut at = 0;
    let mut below: Option<&DeValue<'_>> = None;
    for step in path {
        let found = match below {
            None => entry(table.get_ref(), step),
            Some(DeValue::Table(inner)) => entry(inner, step),
            Some(DeValue::Array(items)) => {
                step.parse().ok().and_then(|i: usize| items.get(i)).map(|item| (item.span().start, item))
            }
            Some(_) => None,
        };
        let Some((start, value)) = found else { break };
        at = start;
        below = Some(value.get_ref());
    }
    line_at(text, at)
}

fn entry<'a, 'i>(table: &'a DeTable<'i>, step: &str) -> Option<(usize, &'a Spanned<DeValue<'i>>)> {
    table.iter().find(|(k, _)| k.get_ref() == step).map(|(k, v)| (k.span().start, v))
}

fn line_at(text: &str, at: usize) -> usize {
    text.as_bytes().iter().take(at).filter(|b| **b == b'\n').count() + 1
}

/// Opens a file at a line, as most editors understand it.
fn edit(shown: &str, line: usize) -> String {
    format!("${{EDITOR:-vi}} +{line} {}", crate::model::text::shell_word(&safe(shown)))
}

/// A file that is no TOML: the parser's own words and its picture of the place.
pub fn broken(shown: &str, text: &str, error: &toml::de::Error) -> Failure {
    let line = error.span().map_or(1, |span| line_at(text, span.start));
    let picture = safe_lines(&error.to_string());
    Failure::usage(format!("{} is not valid TOML\n{}", safe(shown), picture.trim_end()))
        .hint(edit(shown, line))
}

/// Everything that is wrong, as one failure.
pub fn failure(mut mistakes: Vec<Mistake>) -> Option<Failure> {
    mistakes.sort_by_key(|m| m.line);
    let problems: Vec<Problem> = mistakes.into_iter().map(|m| m.problem).collect();
    match problems.as_slice() {
        [] => None,
        [one] => Some(Failure::usage(one.message.clone()).hint(one.hint.clone())),
        _ => {
            let message = format!("{} in the configuration", count(problems.len(), "mistake"));
            Some(Failure::usage(message).problems(problems))
        }
    }
}
