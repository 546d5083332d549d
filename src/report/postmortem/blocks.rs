//! Generated blocks inside a document that people edit: written, recognised, refreshed.
//!
//! A block carries a hash of what was generated. Only a block that still has it is replaced.

use crate::model::text::shorten;
use crate::report::diff;
use serde::Serialize;
use std::collections::BTreeMap;
use std::ops::Range;

const OPEN: &str = "<!-- hotfix:auto";
const CLOSE: &str = "<!-- /hotfix:auto";
const END: &str = "-->";

/// What the names of blocks begin with that hold people's answers, taken over from another document.
pub const ANSWER: &str = "answer-";

/// A document after its generated blocks were brought up to date.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Refreshed {
    /// The whole document.
    pub text: String,
    /// Blocks that a person edited. They were left as they were.
    pub kept: Vec<Kept>,
    /// Blocks whose markers are damaged, or that stand there twice. Nothing was changed around them.
    pub broken: Vec<String>,
    /// Blocks that are written now and do not stand there: newer than the document, or taken out.
    pub missing: Vec<String>,
}

/// A block that a person edited, and what hotfix would have written instead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Kept {
    pub name: String,
    /// `- what stands there`, `+ what was generated`.
    pub difference: Vec<String>,
}

/// Content as it counts: a checkout with other line endings, or an editor that strips white space
/// at the end of lines, is no edit.
fn essence(content: &str) -> String {
    let mut out = String::with_capacity(content.len());
    for line in content.lines() {
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}

/// FNV-1a, 64 bits, as 16 hexadecimal digits.
fn hash(content: &str) -> String {
    let mut hash = 0xcbf2_9ce4_8422_2325_u64;
    for byte in essence(content).bytes() {
        hash = (hash ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3);
    }
    format!("{hash:016x}")
}

/// Wraps generated content in its markers.
pub fn wrap(name: &str, content: &str) -> String {
    // Empty lines inside, so that no Markdown reader takes a marker for part of a table.
    let content = format!("\n{}\n\n", content.trim_matches('\n'));
    format!("{OPEN} {name} hash={} {END}\n{content}{CLOSE} {END}", hash(&content))
}

/// Brings the generated blocks of `existing` up to date with those of `fresh`. A block that is not
/// there any more is not added again; an empty document is replaced.
pub fn refresh(existing: &str, fresh: &str) -> Refreshed {
    if existing.trim().is_empty() {
        return Refreshed {
            text: fresh.to_owned(),
            kept: Vec::new(),
            broken: Vec::new(),
            missing: Vec::new(),
        };
    }
    let fresh = blocks(fresh);
    let news: BTreeMap<&str, &Block> = fresh.iter().map(|block| (block.name.as_str(), block)).collect();
    let (parts, mut broken) = read(existing);
    let mut kept = Vec::new();
    let mut text = String::with_capacity(existing.len());
    let mut seen: Vec<String> = Vec::new();
    for part in parts {
        let block = match part {
            Part::Text(line) => {
                text.push_str(&line);
                continue;
            }
            Part::Block(block) => block,
        };
        let twice = seen.contains(&block.name);
        seen.push(block.name.clone());
        match news.get(block.name.as_str()) {
            _ if twice => {
                broken.push(block.name.clone());
                text.push_str(&block.source());
            }
            Some(new) if block.hash == new.hash && block.is_untouched() => text.push_str(&block.source()),
            Some(new) if block.is_untouched() || essence(&block.content) == essence(&new.content) => {
                text.push_str(&block.replaced_by(new));
            }
            Some(new) => {
                let difference = diff::lines(&essence(&block.content), &essence(&new.content));
                kept.push(Kept { name: block.name.clone(), difference });
                text.push_str(&block.source());
            }
            // A block this version does not write.
            None => text.push_str(&block.source()),
        }
    }
    broken.dedup();
    let is_there = |name: &String| seen.contains(name) || broken.contains(name);
    let mut missing: Vec<String> =
        fresh.into_iter().map(|block| block.name).filter(|name| !is_there(name)).collect();
    let mut known = std::collections::BTreeSet::new();
    missing.retain(|name| known.insert(name.clone()));
    Refreshed { text, kept, broken, missing }
}

/// Puts a block of `fresh` into a document that lacks it: after the one that it follows there, else
/// before the one that follows it, else at the end. `None` where `fresh` has no such block.
pub fn add(existing: &str, fresh: &str, name: &str) -> Option<String> {
    let fresh = blocks(fresh);
    let at = fresh.iter().position(|block| block.name == name)?;
    let new = fresh.get(at)?.source();
    let new = if existing.contains("\r\n") { new.replace('\n', "\r\n") } else { new };
    let new = new.trim_end();
    let line = if existing.contains("\r\n") { "\r\n" } else { "\n" };
    let here = read(existing).0;
    let stands = |other: &&Block| here.iter().any(|p| matches!(p, Part::Block(b) if b.name == other.name));
    let before = fresh.iter().take(at).rfind(stands).map(|b| b.name.as_str());
    let after = fresh.iter().skip(at + 1).find(stands).map(|b| b.name.as_str());
    let mut text = String::with_capacity(existing.len() + new.len());
    let mut placed = false;
    for part in here {
        let (source, block) = match part {
            Part::Text(text) => (text, None),
            Part::Block(block) => (block.source(), Some(block.name)),
        };
        let is = |wanted: Option<&str>| wanted.is_some() && block.as_deref() == wanted;
        if !placed && before.is_none() && is(after) {
            text.push_str(&format!("{new}{line}{line}"));
            placed = true;
        }
        text.push_str(&source);
        if !placed && is(before) {
            text.truncate(text.trim_end().len());
            text.push_str(&format!("{line}{line}{new}{line}"));
            placed = true;
        }
    }
    if !placed {
        text.truncate(text.trim_end().len());
        text.push_str(&format!("{line}{line}{new}{line}"));
    }
    Some(text)
}

fn blocks(document: &str) -> Vec<Block> {
    let block = |part| match part {
        Part::Block(block) => Some(block),
        Part::Text(_) => None,
    };
    read(document).0.into_iter().filter_map(block).collect()
}

/// Where the generated blocks of a document are, markers included, in bytes. Answers that were taken
/// over are people's words.
pub fn generated(document: &str) -> Vec<Range<usize>> {
    let mut at = 0;
    let mut found = Vec::new();
    for part in read(document).0 {
        let (length, is_block) = match &part {
            Part::Text(text) => (text.len(), false),
            Part::Block(block) => (block.source().len(), true),
        };
        let mine = matches!(&part, Part::Block(block) if block.name.starts_with(ANSWER));
        found.extend((is_block && !mine).then(|| at..at + length));
        at += length;
    }
    found
}

/// Something to know about a generated block.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Doubt {
    pub name: String,
    /// The byte its first marker begins at.
    pub at: usize,
    /// `was edited`, with what would be generated now.
    pub what: String,
}

/// Blocks that do not say what the record says: edited by hand, out of date, or with damaged markers.
/// Without a fresh document only their own hash can tell.
pub fn doubts(existing: &str, fresh: Option<&str>) -> Vec<Doubt> {
    let news = fresh.map(blocks).unwrap_or_default();
    let (parts, broken) = read(existing);
    let mut found: Vec<Doubt> = broken
        .into_iter()
        .map(|name| {
            let at = existing.find(&format!("{OPEN} {name}")).unwrap_or_default();
            Doubt { name, at, what: "has damaged markers and is never refreshed".to_owned() }
        })
        .collect();
    let mut at = 0;
    for part in parts {
        let block = match part {
            Part::Text(text) => {
                at += text.len();
                continue;
            }
            Part::Block(block) => block,
        };
        let here = at;
        at += block.source().len();
        let new = news.iter().find(|new| new.name == block.name);
        // What people adopt from the team's document is theirs to reword.
        if block.name.starts_with(ANSWER) {
            continue;
        }
        let same = new.is_some_and(|new| timeless(&new.content) == timeless(&block.content));
        let what = match (same, block.is_untouched(), new) {
            (true, ..) | (false, true, None) => continue,
            (false, true, Some(new)) => format!("is out of date{}", shown(&block, new)),
            (false, false, Some(new)) => {
                format!("was edited and differs from the record{}", shown(&block, new))
            }
            (false, false, None) => "was edited; the record is not here to compare with".to_owned(),
        };
        found.push(Doubt { name: block.name, at: here, what });
    }
    found
}

/// Content without the version of the program, which is no news about the incident.
fn timeless(content: &str) -> String {
    let essence = essence(content);
    match essence.split_once(", written by hotfix `") {
        Some((before, after)) => {
            format!("{before}{}", after.split_once('`').map_or(after, |(_, rest)| rest))
        }
        None => essence,
    }
}

/// The first line that differs, as it would be now. How wide a table is makes no difference.
fn shown(old: &Block, new: &Block) -> String {
    let narrow = |line: &str| {
        let words = line.split_whitespace().map(|w| if w.starts_with("---") { "---" } else { w });
        words.collect::<Vec<_>>().join(" ")
    };
    let squeezed = |text: &str| timeless(text).lines().map(narrow).collect::<Vec<_>>().join("\n");
    let lines = diff::lines(&squeezed(&old.content), &squeezed(&new.content));
    let now = lines.iter().find_map(|line| line.strip_prefix("+ "));
    now.map(|line| format!("; now: {}", shorten(line, 120))).unwrap_or_default()
}

/// A piece of a document, line endings included.
enum Part {
    Text(String),
    Block(Block),
}

struct Block {
    name: String,
    hash: String,
    open: String,
    content: String,
    close: String,
}

impl Block {
    fn source(&self) -> String {
        format!("{}{}{}", self.open, self.content, self.close)
    }

    fn is_untouched(&self) -> bool {
        hash(&self.content) == self.hash
    }

    /// The new block with this one's line endings, its last marker as it stands in the file.
    fn replaced_by(&self, new: &Self) -> String {
        let head = format!("{}{}", new.open, new.content).replace("\r\n", "\n");
        let head = if self.open.ends_with("\r\n") { head.replace('\n', "\r\n") } else { head };
        format!("{head}{}", self.close)
    }
}

/// An opening marker that has been read and not been closed yet.
struct Pending {
    name: String,
    /// `None` when the marker is damaged: what follows is text up to the next marker.
    hash: Option<String>,
    open: String,
    content: String,
}

/// Takes a document apart. Markers stand at the beginning of a line; the second part of the answer
/// names the blocks whose markers do not add up.
fn read(document: &str) -> (Vec<Part>, Vec<String>) {
    let mut parts = Vec::new();
    let mut broken = Vec::new();
    let mut pending: Option<Pending> = None;
    for line in document.split_inclusive('\n') {
        if line.starts_with(OPEN) {
            give_up(pending.take(), &mut parts, &mut broken);
            let (name, hash) = opening(line);
            pending = Some(Pending { name, hash, open: line.to_owned(), content: String::new() });
        } else if line.starts_with(CLOSE) {
            let intact = line.trim_end() == format!("{CLOSE} {END}");
            match pending.take() {
                Some(Pending { name, hash: Some(hash), open, content }) if intact => {
                    parts.push(Part::Block(Block { name, hash, open, content, close: line.to_owned() }));
                }
                None => {
                    broken.push("(an end without a beginning)".to_owned());
                    parts.push(Part::Text(line.to_owned()));
                }
                other => {
                    give_up(other, &mut parts, &mut broken);
                    parts.push(Part::Text(line.to_owned()));
                }
            }
        } else if let Some(open) = &mut pending {
            open.content.push_str(line);
        } else {
            parts.push(Part::Text(line.to_owned()));
        }
    }
    give_up(pending, &mut parts, &mut broken);
    (parts, broken)
}

fn give_up(pending: Option<Pending>, parts: &mut Vec<Part>, broken: &mut Vec<String>) {
    if let Some(Pending { name, open, content, .. }) = pending {
        broken.push(name);
        parts.push(Part::Text(open));
        parts.push(Part::Text(content));
    }
}

/// The name and the hash of an opening marker; the hash is missing when the marker is damaged.
fn opening(line: &str) -> (String, Option<String>) {
    let words: Vec<&str> = line.strip_prefix(OPEN).unwrap_or_default().split_whitespace().collect();
    let hash = |word: &str| {
        let digits = word.strip_prefix("hash=")?;
        let hex = digits.len() == 16 && digits.bytes().all(|b| b.is_ascii_hexdigit());
        hex.then(|| digits.to_owned())
    };
    match words.as_slice() {
        [name, word, END] => ((*name).to_owned(), hash(word)),
        [name, ..] if *name != END && !name.contains('=') => ((*name).to_owned(), None),
        _ => ("(a block without a name)".to_owned(), None),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn document(a: &str, b: &str) -> String {
        format!("# Title\n\n{}\n\nmine\n\n{}\n", wrap("one", a), wrap("two", b))
    }

    #[test]
    fn identical_when_nothing_is_new() {
        let old = document("a", "b");
        let same = refresh(&old, &old);
        assert_eq!((same.text.as_str(), same.kept.len(), same.broken.len()), (old.as_str(), 0, 0));
    }

    #[test]
    fn replaces_generated_text_and_nothing_else() {
        let old = document("a", "b").replace("mine", "mine, edited\n<!-- a comment -->");
        let new = refresh(&old, &document("A", "b"));
        assert_eq!(new.text, document("A", "b").replace("mine", "mine, edited\n<!-- a comment -->"));
        assert!(new.kept.is_empty() && new.broken.is_empty());
    }

    #[test]
    fn an_edited_block_is_kept_and_named() {
        let old = document("a", "b").replace("\na\n", "\na, as a person knows it\n");
        let new = refresh(&old, &document("A", "B"));
        let [kept] = new.kept.as_slice() else { panic!("{:?}", new.kept) };
        assert_eq!(kept.name, "one");
        assert_eq!(kept.difference, ["- a, as a person knows it", "+ A"]);
        assert!(new.text.contains("as a person knows it") && new.text.contains("\nB\n"));
        // Somebody who wrote what is generated now has edited nothing.
        let healed = refresh(&document("a", "b").replace("\na\n", "\nA\n"), &document("A", "b"));
        assert_eq!((healed.text, healed.kept.len()), (document("A", "b"), 0));
    }

    #[test]
    fn a_removed_block_stays_removed() {
        let old = document("a", "b").replace(&wrap("one", "a"), "");
        let new = refresh(&old, &document("A", "B"));
        assert!(!new.text.contains("\nA\n") && new.text.contains("\nB\n"));
        assert!(new.broken.is_empty());
        assert_eq!(new.missing, ["one"]);
    }

    #[test]
    fn a_block_that_is_missing_goes_where_it_belongs() {
        let fresh =
            format!("# T\n\n{}\n\n{}\n\n{}\n", wrap("one", "a"), wrap("two", "b"), wrap("three", "c"));
        for name in ["one", "two", "three"] {
            let lines: Vec<&str> = fresh.split("<!-- /hotfix:auto -->\n").collect();
            let old: String = lines
                .iter()
                .filter(|part| !part.contains(&format!("hotfix:auto {name} ")) && !part.is_empty())
                .map(|part| format!("{part}<!-- /hotfix:auto -->\n"))
                .collect();
            let old = if name == "one" { format!("# T\n{old}") } else { old };
            assert_eq!(refresh(&old, &fresh).missing, [name], "{old}");
            assert_eq!(add(&old, &fresh, name).unwrap(), fresh, "{name}");
            let windows = add(&old.replace('\n', "\r\n"), &fresh, name).unwrap();
            assert_eq!(windows, fresh.replace('\n', "\r\n"), "{name}");
        }
        let added = add("mine\n", &fresh, "two").unwrap();
        assert_eq!(added, format!("mine\n\n{}\n", wrap("two", "b")));
        assert_eq!(refresh(&added, &fresh).text, added);
        assert_eq!(add("mine\n", &fresh, "four"), None);
    }

    #[test]
    fn damaged_markers_are_reported_and_left_alone() {
        let fresh = document("A", "B");
        let damages = [
            document("a", "b").replacen("<!-- /hotfix:auto -->", "", 1),
            document("a", "b").replacen("<!-- /hotfix:auto -->", "<!-- /hotfix:auto", 1),
            document("a", "b").replacen(" hash=", " hsh=", 1),
            document("a", "b").replacen(
                &wrap("one", "a"),
                "<!-- hotfix:auto one\nhash=1 -->\n\na\n\n<!-- /hotfix:auto -->",
                1,
            ),
        ];
        for old in damages {
            let new = refresh(&old, &fresh);
            assert_eq!(new.broken, ["one"], "{old}");
            assert_eq!(new.text, refresh(&old, &document("anything", "B")).text);
            assert!(new.text.contains("\na\n") && new.text.contains("\nB\n"), "{}", new.text);
        }
        let at_the_end = document("a", "b").replacen(
            &wrap("two", "b"),
            "<!-- hotfix:auto two hash=0000000000000000 -->\nrest",
            1,
        );
        let new = refresh(&at_the_end, &fresh);
        assert_eq!(new.broken, ["two"]);
        assert!(new.text.ends_with("rest\n"));

        let twice = format!("{}{}\n", document("a", "b"), wrap("one", "a"));
        let new = refresh(&twice, &fresh);
        assert_eq!(new.broken, ["one"]);
        assert!(new.text.contains("\nA\n") && new.text.contains("\na\n"));

        let stray = format!("<!-- /hotfix:auto -->\n{}", document("a", "b"));
        assert_eq!(refresh(&stray, &fresh).broken.len(), 1);
    }

    #[test]
    fn windows_line_endings_stay() {
        let old = document("a", "b").replace('\n', "\r\n");
        assert_eq!(refresh(&old, &document("a", "b")).text, old);
        let new = refresh(&old, &document("A", "B"));
        assert_eq!(new.text, document("A", "B").replace('\n', "\r\n"));
        assert!(new.kept.is_empty());
        let padded = document("a", "b").replace("\na\n", "\na  \n");
        assert_eq!(refresh(&padded, &document("a", "b")).text, padded, "white space is no news either");
        let unfinished = document("a", "b").trim_end().to_owned();
        assert_eq!(refresh(&unfinished, &document("A", "B")).text, document("A", "B").trim_end());
    }

    #[test]
    fn an_empty_file_is_written() {
        assert_eq!(refresh("\n", "new").text, "new");
    }
}
