//! Talking to a person or a script: the only place that prints.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the one place that prints")]

#[cfg(unix)]
mod answer;
pub mod clipboard;
#[cfg(unix)]
mod keys;
pub mod logger;
pub mod opener;
pub mod prompt;
pub mod sink;
pub mod style;
pub mod ui;

pub use ui::Ui;
