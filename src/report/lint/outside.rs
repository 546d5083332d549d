//! What must not leave the house: command lines, hosts, addresses, paths, secrets, restricted lines,
//! and people's names. A sentence that holds one is left out whole; a name becomes a role.

use super::lists::lists;
use super::names::Names;
use super::users::{is_address, is_inside};
use super::words::sentences;
use crate::model::event::Event;
use crate::model::event_data::RanCommand;
use crate::model::incident::Incident;
use std::collections::BTreeSet;

/// What is said in place of a name.
const COLLEAGUE: &str = "a colleague";

/// Stands in front of code of several words, which is taken for a command line.
pub const CODE: char = '\u{fffc}';

/// How many words in a row make a quotation.
const QUOTED: usize = 4;

/// What is known of the inside of one incident.
pub struct Outside<'a> {
    names: &'a Names,
    /// Command lines of the record, in lower case.
    commands: BTreeSet<String>,
    /// The words of what is restricted.
    restricted: Vec<Vec<String>>,
    /// A line without the secrets in it.
    clean: &'a dyn Fn(&str) -> String,
}

/// A text for readers outside.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Told {
    pub text: String,
    /// Why sentences were left out, once for each.
    pub left_out: Vec<&'static str>,
}

impl<'a> Outside<'a> {
    /// From the whole record, and from the part of it that may be told inside.
    pub fn new(
        names: &'a Names,
        whole: &Incident,
        tellable: &Incident,
        clean: &'a dyn Fn(&str) -> String,
    ) -> Self {
        let commands = whole.log.iter().filter_map(|e| e.read::<RanCommand>().command);
        let commands = commands.map(|c| squeezed(&c).to_lowercase()).filter(|c| c.len() > 3).collect();
        let known: BTreeSet<&str> = tellable.log.iter().map(|e| e.id.as_str()).collect();
        let is_restricted = |e: &&Event| !known.contains(e.id.as_str());
        let texts = |e: &Event| {
            let mut texts = vec![e.text.clone()];
            texts.extend(
                e.data.values().filter_map(|v| v.as_str()).filter(|t| t.contains(' ')).map(str::to_owned),
            );
            texts
        };
        let mut restricted: Vec<Vec<String>> = Vec::new();
        // Corrected texts as well as the first ones.
        for event in whole.log.iter().chain(&whole.events).filter(is_restricted) {
            for text in texts(event) {
                restricted
                    .extend(sentences(&text).iter().map(|s| s.iter().map(|w| w.lower.clone()).collect()));
            }
        }
        Self { names, commands, restricted, clean }
    }

    /// Text of several sentences, with those left out that are not for outside.
    pub fn tell(&self, text: &str) -> Told {
        let mut told = Told::default();
        for sentence in split(text) {
            match self.refusal(sentence) {
                Some(why) => told.left_out.push(why),
                None => told.text.push_str(&self.anonymous(sentence)),
            }
        }
        told.text = told.text.trim().to_owned();
        told
    }

    /// Text as it was published, with a mark where a sentence was left out.
    pub fn quote(&self, text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for sentence in split(text) {
            match self.refusal(sentence) {
                Some(_) => {
                    let space = sentence.len() - sentence.trim_end().len();
                    out.push_str("[…]");
                    out.push_str(sentence.get(sentence.len() - space..).unwrap_or_default());
                }
                None => out.push_str(&self.anonymous(sentence)),
            }
        }
        out
    }

    /// A text that is told whole or not at all.
    pub fn whole(&self, text: &str) -> Option<String> {
        let told = self.tell(text);
        (told.left_out.is_empty() && !told.text.is_empty()).then_some(told.text)
    }

    /// Why a sentence stays inside.
    fn refusal(&self, sentence: &str) -> Option<&'static str> {
        if sentence.lines().any(|line| (self.clean)(line).trim_end() != line.trim_end()) {
            return Some("a secret");
        }
        if self.is_restricted(sentence) {
            return Some("a restricted line");
        }
        if self.is_command(sentence) {
            return Some("a command line");
        }
        sentence.split_whitespace().find_map(inside)
    }

    fn is_restricted(&self, sentence: &str) -> bool {
        let words: Vec<String> = sentences(sentence).into_iter().flatten().map(|w| w.lower).collect();
        self.restricted.iter().any(|secret| {
            let long = secret.len().min(QUOTED);
            // One word alone is only told apart by its digits: "4711", "acme2".
            let telling = |w: &String| w.len() >= 4 && w.bytes().any(|b| b.is_ascii_digit());
            let quoted =
                long > 1 && secret.windows(long).any(|run| words.windows(long).any(|part| part == run));
            let named = secret.iter().filter(|w| telling(w)).any(|w| !w.contains(':') && words.contains(w));
            quoted || named || (long == 1 && words == *secret)
        })
    }

    fn is_command(&self, sentence: &str) -> bool {
        let lower = squeezed(sentence).to_lowercase();
        if sentence.contains(CODE) || self.commands.iter().any(|c| lower.contains(c.as_str())) {
            return true;
        }
        let tokens: Vec<&str> = sentence.split_whitespace().collect();
        let bare = |t: &str| t.trim_matches(|c: char| "`\"'“”‘’(),.;:!?".contains(c)).to_owned();
        let program = |n: usize| {
            let name = tokens.get(n).map(|t| bare(t).to_lowercase()).unwrap_or_default();
            let next = tokens.get(n + 1).copied().unwrap_or_default();
            let argument = next.starts_with(['-', '/', '.', '~', '$', '\'', '"'])
                || next.trim_end_matches(['.', ',', ':', ';']).contains(['/', '=', ':', '_', '.']);
            let begins = n == 0 || tokens.get(n - 1).is_some_and(|t| *t == "$" || t.starts_with('`'));
            lists().commands.contains(&name)
                || lists().programs.contains(&name)
                    && (argument
                        || (begins && tokens.get(n).is_some_and(|t| t.starts_with(char::is_lowercase))))
        };
        (0..tokens.len()).any(program) || tokens.iter().any(|t| is_shell(&bare(t), t))
    }

    fn anonymous(&self, sentence: &str) -> String {
        super::replaced(sentence, COLLEAGUE, |words| self.names.anywhere(words))
    }
}

/// The sentences of a text, white space included.
fn split(text: &str) -> Vec<&str> {
    let starts: Vec<usize> = sentences(text).iter().filter_map(|s| s.first().map(|w| w.at)).collect();
    let mut bounds = vec![0];
    bounds.extend(starts.into_iter().skip(1).map(|at| {
        // A bracket or a quotation mark in front of a word belongs to it.
        let before = text.get(..at).unwrap_or_default();
        before.len()
            - before.chars().rev().take_while(|c| !c.is_whitespace()).map(char::len_utf8).sum::<usize>()
    }));
    bounds.push(text.len());
    bounds.windows(2).filter_map(|w| text.get(*w.first()?..*w.last()?)).collect()
}

fn squeezed(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Words that only a shell understands.
fn is_shell(bare: &str, whole: &str) -> bool {
    let flag = |t: &str| {
        t.strip_prefix("--").is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_alphabetic()))
    };
    let set = |t: &str| {
        t.split_once('=').is_some_and(|(name, _)| {
            name.len() > 1 && name.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
        })
    };
    let variable = |t: &str| {
        t.strip_prefix('$')
            .is_some_and(|r| r.starts_with(|c: char| c.is_ascii_alphabetic() || "({".contains(c)))
    };
    ["./", "../", "$(", "${"].iter().any(|p| bare.starts_with(p) || whole.starts_with(p))
        || ["&&", "||", "|", "2>&1", "$", ">", ">>"].contains(&whole)
        || flag(bare)
        || set(bare)
        || variable(bare)
        || bare.ends_with(".sh")
}

/// What a word gives away of the inside: a host, an address, a path.
fn inside(token: &str) -> Option<&'static str> {
    let plain: String = token
        .chars()
        .filter(|c| !crate::model::text::is_invisible(*c))
        .map(|c| match c {
            '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{fe58}' | '\u{fe63}' | '\u{ff0d}' => '-',
            '\u{ff20}' => '@',
            '\u{3002}' | '\u{ff0e}' => '.',
            c => c,
        })
        .collect::<String>()
        .to_lowercase();
    let edges = |c: char| "`\"'“”‘’«»()<>[]{},;!?*_".contains(c);
    let plain = plain.trim_matches(edges).trim_end_matches(['.', ':']);
    if let Some((user, host)) = plain.split_once('@')
        && user.ends_with(|c: char| c.is_alphanumeric())
        && host.starts_with(char::is_alphanumeric)
    {
        return Some("an e-mail address");
    }
    if plain.contains("://") {
        return Some("an address");
    }
    if is_path(plain) {
        return Some("a path");
    }
    if is_address(plain) {
        return Some("an address");
    }
    let pieces = plain.split(|c: char| "/,;=()[]{}<>\"'`“”‘’|:+&".contains(c)).filter(|p| !p.is_empty());
    for piece in std::iter::once(plain).chain(pieces) {
        let piece = piece.trim_matches(['.', '-', '_', '*']);
        if is_address(piece) && piece.contains(['.', ':']) {
            return Some("an address");
        }
        if is_host(piece) {
            return Some("a host name");
        }
    }
    let port = plain.split_once(':').is_some_and(|(name, port)| {
        (2..=5).contains(&port.len())
            && port.bytes().all(|b| b.is_ascii_digit())
            && name.starts_with(|c: char| c.is_ascii_alphabetic())
    });
    port.then_some("a host name")
}

fn is_path(word: &str) -> bool {
    let windows = word.get(1..3) == Some(":\\") || word.starts_with("\\\\");
    let mut parts = word.strip_prefix('/').unwrap_or_default().split('/');
    let root = parts.next().is_some_and(|root| lists().roots.iter().any(|r| r == root));
    word.starts_with("~/") || windows || (root && parts.next().is_some_and(|p| !p.is_empty()))
}

/// `db-7`, `shop.internal`, `www.example.com`; not `v1.2.1`, `login.rs`, `Node.js`, `e.g`.
fn is_host(word: &str) -> bool {
    if lists().machines.iter().any(|m| m == word) {
        return false;
    }
    if is_inside(word) {
        return true;
    }
    let labels: Vec<&str> = word.split('.').collect();
    let label = |l: &&str| !l.is_empty() && l.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    let Some(last) = labels.last() else { return false };
    let parts: Vec<&str> = word.split(['-', '_']).collect();
    let machine = |p: &&str| lists().machines.iter().any(|m| m == p);
    if parts.len() > 1 && parts.iter().all(machine) {
        return true;
    }
    let file = labels.len() == 2 && lists().files.iter().any(|f| f == last);
    labels.len() > 1
        && labels.iter().all(label)
        && last.chars().count() > 1
        && last.chars().all(char::is_alphabetic)
        && !file
}

#[cfg(test)]
#[path = "outside_tests.rs"]
mod tests;
