//! Merging two changelogs: section by section, the releases in order.

use super::super::merge::three_way;
use super::lines::{Line, lines};
use super::make_room;
use super::number::Number;
use super::outline::{Definition, Heading, headings, labelled, links_start};
use super::own;

/// A changelog in pieces that add up to the text.
pub(super) struct Parts {
    preamble: String,
    pub(super) sections: Vec<Piece<Option<Number>>>,
    /// The links at the end; blank lines between them have no label.
    pub(super) links: Vec<Piece<String>>,
    eol: &'static str,
}

#[derive(Clone)]
pub(super) struct Piece<K> {
    pub(super) key: K,
    text: String,
    /// The blank space below.
    gap: String,
    /// Nothing of its kind comes after: the space says nothing about the piece.
    is_last: bool,
}

impl Parts {
    pub(super) fn text(&self) -> String {
        let sections = self.sections.iter().map(|piece| format!("{}{}", piece.text, piece.gap));
        let links = self.links.iter().map(|piece| piece.text.clone());
        std::iter::once(self.preamble.clone()).chain(sections).chain(links).collect()
    }
}

pub(super) fn parts(text: &str) -> Option<Parts> {
    let headings = headings(text)?;
    let end = links_start(text);
    let starts: Vec<usize> = headings.iter().map(|heading| heading.start).collect();
    let mut sections: Vec<Piece<Option<Number>>> = Vec::new();
    for (at, heading) in headings.into_iter().enumerate() {
        let next = starts.get(at + 1).copied();
        let whole = text.get(heading.start..next.unwrap_or(end))?;
        let key = heading.version().cloned();
        if sections.iter().any(|section| section.key == key) {
            return None;
        }
        let (text, gap) = whole.split_at_checked(whole.trim_end().len())?;
        let (text, gap) = (text.to_owned(), gap.to_owned());
        sections.push(Piece { key, text, gap, is_last: next.is_none() });
    }
    let tail = text.get(end..)?;
    let mut links: Vec<Piece<String>> = Vec::new();
    for Line { start, text: line, .. } in lines(tail) {
        let raw = tail.get(start..)?.split_inclusive('\n').next()?;
        let key = Definition::parse(line).map_or(String::new(), |link| link.label().to_lowercase());
        if !key.is_empty() && links.iter().any(|link| link.key == key) {
            return None;
        }
        links.push(Piece { key, text: raw.to_owned(), gap: String::new(), is_last: false });
    }
    let preamble = text.get(..starts.first().copied()?)?.to_owned();
    let eol = if text.contains("\r\n") { "\r\n" } else { "\n" };
    Some(Parts { preamble, sections, links, eol })
}

/// Merges `theirs` into `ours`: both sides' releases stay, each once and the newest on top.
/// `None` where both changed the same thing.
pub(in super::super) fn combine(base: &str, ours: &str, theirs: &str) -> Option<String> {
    let pending = still_to_come(base, ours, theirs);
    let (base, ours) = pending.as_ref().map_or((base, ours), |(base, ours)| (base.as_str(), ours.as_str()));
    let (base, ours, theirs) = (parts(base)?, parts(ours)?, parts(theirs)?);
    let mut out = three_way(&base.preamble, &ours.preamble, &theirs.preamble)?;
    let ended = |text: &str| format!("{text}{}", ours.eol);
    let mut sections = settle(&base.sections, &ours.sections, &theirs.sections, |_, base, ours, theirs| {
        let merged = three_way(&ended(base?), &ended(ours), &ended(theirs))?;
        Some(merged.trim_end().to_owned())
    })?;
    for new in only_in(&theirs.sections, &[&base.sections, &ours.sections]) {
        let at = place(&sections, new.key.as_ref()?, Clone::clone);
        sections.insert(at, new.clone());
    }
    let mut links =
        settle(&base.links, &ours.links, &theirs.links, |label, base, ours, theirs| match base {
            Some(base) if ours == base => Some(theirs.to_owned()),
            Some(base) if theirs == base => Some(ours.to_owned()),
            // What is unreleased on the target starts at the target's own newest release.
            _ => (label == "unreleased" || ours.trim_end() == theirs.trim_end()).then(|| ours.to_owned()),
        })?;
    for new in only_in(&theirs.links, &[&base.links, &ours.links]).filter(|link| !link.key.is_empty()) {
        let number = |key: &String| labelled(key).map(|(_, number)| number);
        let at = number(&new.key).map_or(links.len(), |version| place(&links, &version, number));
        links.insert(at, new.clone());
    }
    let end = ours.sections.last().map_or("", |section| section.gap.as_str());
    let count = sections.len();
    for (at, section) in sections.iter().enumerate() {
        let is_end = at + 1 == count;
        out.push_str(&section.text);
        out.push_str(if is_end { end } else { &section.gap });
        if (is_end && ours.links.is_empty() && !links.is_empty()) || (section.is_last && !is_end) {
            make_room(&mut out, ours.eol);
        }
    }
    for link in &links {
        if !out.ends_with('\n') {
            out.push_str(ours.eol);
        }
        out.push_str(&link.text);
    }
    Some(out)
}

/// Where theirs released the section that was begun for that release: the base without it, and ours with
/// what it alone has in it.
fn still_to_come(base: &str, ours: &str, theirs: &str) -> Option<(String, String)> {
    let (in_base, in_ours) = (headings(base)?, headings(ours)?);
    let find = |all: &[Heading]| all.iter().position(|heading| heading.title.is_none());
    let (at_base, at_ours) = (find(&in_base)?, find(&in_ours)?);
    let planned = in_base.get(at_base)?.planned.as_ref()?;
    if !headings(theirs)?.iter().any(|heading| heading.version() == Some(planned)) {
        return None;
    }
    let without = |text: &str, all: &[Heading], at: usize| {
        let (start, end) = (all.get(at)?.start, own::body(text, all, at)?.end);
        Some(format!("{}{}", text.get(..start)?, text.get(end..)?))
    };
    let ours = match own::take(ours, Some(base), &in_ours, at_ours) {
        None => without(ours, &in_ours, at_ours)?,
        Some(own) => {
            let body = own::body(ours, &in_ours, at_ours)?;
            let whole = ours.get(body.clone())?;
            let (lead, tail) = (whole.len() - whole.trim_start().len(), whole.trim_end().len());
            let (head, foot) = (ours.get(..body.start + lead)?, ours.get(body.start + tail..)?);
            format!("{head}{}{foot}", own.lines)
        }
    };
    Some((without(base, &in_base, at_base)?, ours))
}

/// In front of the first older release.
fn place<K>(pieces: &[Piece<K>], version: &Number, of: impl Fn(&K) -> Option<Number>) -> usize {
    let older = |piece: &Piece<K>| of(&piece.key).is_some_and(|own| own.is_below(version));
    pieces.iter().position(older).unwrap_or(pieces.len())
}

fn get<'a, K: PartialEq>(pieces: &'a [Piece<K>], key: &K) -> Option<&'a str> {
    pieces.iter().find(|piece| piece.key == *key).map(|piece| piece.text.as_str())
}

fn only_in<'a, K: PartialEq>(
    pieces: &'a [Piece<K>],
    others: &'a [&'a [Piece<K>]],
) -> impl Iterator<Item = &'a Piece<K>> {
    pieces.iter().filter(|piece| others.iter().all(|other| get(other, &piece.key).is_none()))
}

/// What becomes of the pieces that are in `ours`, and whether those that were removed may go.
fn settle<K: PartialEq + Clone>(
    base: &[Piece<K>],
    ours: &[Piece<K>],
    theirs: &[Piece<K>],
    both: impl Fn(&K, Option<&str>, &str, &str) -> Option<String>,
) -> Option<Vec<Piece<K>>> {
    // Removed here: only if they left it as it was.
    if theirs.iter().any(|piece| {
        let was = get(base, &piece.key);
        was.is_some_and(|was| get(ours, &piece.key).is_none() && was != piece.text)
    }) {
        return None;
    }
    let mut settled = Vec::new();
    for piece @ Piece { key, text, .. } in ours {
        let text = match (get(base, key), get(theirs, key)) {
            (base, Some(theirs)) if base == Some(theirs) || text == theirs => text.clone(),
            (Some(base), None) if base == text => continue,
            (Some(_), None) => return None,
            (None, None) => text.clone(),
            (base, Some(theirs)) => both(key, base, text, theirs)?,
        };
        settled.push(Piece { text, ..piece.clone() });
    }
    Some(settled)
}
