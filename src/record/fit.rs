//! An event that is too large to be read again is shortened before it is written: a list of a
//! thousand files, or what somebody pasted, must not keep the event itself out of the log.

use super::read::LARGEST;
use crate::model::event::Event;
use serde_json::Value;

/// The longest text of a shortened event, in bytes.
const TEXT: usize = 64 * 1024;
/// The longest string in its data, in bytes.
const WORDS: usize = 2 * 1024;
/// The most elements of a list in its data.
const ITEMS: usize = 50;

/// The event as it can be written.
pub(super) fn fitting(mut event: Event) -> Event {
    if size(&event) <= LARGEST {
        return event;
    }
    cut(&mut event.text, TEXT);
    event.data.values_mut().for_each(shorten);
    event.refs.values_mut().for_each(|value| cut(value, WORDS));
    if size(&event) > LARGEST {
        event.data.clear();
        event.refs.clear();
    }
    event
}

fn size(event: &Event) -> usize {
    // What holds it may be written with more white space.
    serde_json::to_string_pretty(event).map_or(0, |text| text.len() + 1)
}

fn shorten(value: &mut Value) {
    match value {
        Value::String(text) => cut(text, WORDS),
        Value::Array(items) => {
            items.truncate(ITEMS);
            items.iter_mut().for_each(shorten);
        }
        Value::Object(map) => map.values_mut().for_each(shorten),
        _ => {}
    }
}

fn cut(text: &mut String, most: usize) {
    if text.len() > most {
        let end = (0..=most).rev().find(|end| text.is_char_boundary(*end)).unwrap_or_default();
        text.truncate(end);
        text.push('…');
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Draft, Kind, Pointer};
    use crate::model::incident::fixture::event;

    #[test]
    fn what_is_too_large_is_shortened_and_the_rest_stays() {
        let paths: Vec<String> = (0..20_000).map(|n| format!("src/generated/file-{n}.rs")).collect();
        let draft = Draft::new(Kind::MergeConflict, "develop conflicts")
            .refer(Pointer::Branch, "develop")
            .with("worktree", "/work/shop.merge-back-develop")
            .with("paths", paths);
        let fit = fitting(event(1, "2026-11-22T14:40:00Z", draft));
        assert!(size(&fit) <= LARGEST);
        assert_eq!(
            fit.read::<crate::model::event_data::MergeBack>().worktree.as_deref(),
            Some("/work/shop.merge-back-develop")
        );
        assert_eq!(fit.reference(Pointer::Branch), Some("develop"));
        let long = fitting(event(1, "2026-11-22T14:40:00Z", Draft::new(Kind::Note, "ä".repeat(200_000))));
        assert!(size(&long) <= LARGEST && long.text.ends_with('…'));
        let small = event(1, "2026-11-22T14:40:00Z", Draft::new(Kind::Note, "as it was"));
        assert_eq!(fitting(small.clone()), small);
    }
}
