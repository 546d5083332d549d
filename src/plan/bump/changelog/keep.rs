//! The sections of releases that are public stay, whatever a branch took back.

use super::combine::{combine, parts};
use super::number::Number;
use super::outline::labelled;

/// A changelog with the sections, and their links, that it had `before` and lacks, up to the release `base`.
/// `None` where none is missing, or the two cannot be put together.
pub(in super::super) fn keep(text: &str, before: &str, base: &str) -> Option<String> {
    let base = Number::parse(base)?;
    let (now, mut was) = (parts(text)?, parts(before)?);
    let is_there = |number: &Number| now.sections.iter().any(|own| own.key.as_ref() == Some(number));
    let is_gone = |number: &Number| !is_there(number) && !base.is_below(number);
    let count = was.sections.len();
    was.sections.retain(|section| !section.key.as_ref().is_some_and(is_gone));
    if was.sections.len() == count {
        return None;
    }
    was.links.retain(|link| !labelled(&link.key).is_some_and(|(_, number)| is_gone(&number)));
    combine(&was.text(), text, before)
}
