//! An event as it stands in its log.

use crate::model::event::{Event, Pointer};
use crate::model::incident::is_adopted;
use crate::model::oid::Oid;

/// An event and the commit that holds it.
#[derive(Clone)]
pub(super) struct Entry {
    pub event: Event,
    pub commit: Oid,
}

/// The other log that an event opens, when it opens one. A record that was opened for a branch without one
/// becomes part of the branch's own record.
pub(super) fn written_for(event: &Event, id: &str) -> Option<String> {
    let of =
        event.reference(Pointer::Log).filter(|of| *of != id && event.kind.opens() && !is_adopted(event))?;
    Some(of.to_owned())
}
