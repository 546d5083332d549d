//! What became of a part of a change.

/// What one part of a change looks like in some text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// It is there.
    In,
    /// The lines are as they were before the change.
    Out,
    /// Neither: the lines were changed otherwise.
    Changed,
    /// The place is not there.
    Gone,
}
