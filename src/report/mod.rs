//! What a record becomes when somebody reads it: the timeline, updates and the post-mortem.

pub mod axis;
mod diff;
pub mod editor;
pub mod html;
pub mod lint;
pub mod markdown;
pub mod mermaid;
pub mod notify;
pub mod postmortem;
pub mod public;
pub mod request;
pub mod stats;
pub mod stats_html;
pub mod template;
pub mod timeline;
pub mod update;
pub mod words;
