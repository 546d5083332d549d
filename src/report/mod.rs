//! What a record becomes when somebody reads it: the timeline and the post-mortem.

pub mod markdown;
pub mod postmortem;
pub mod timeline;
pub mod words;
