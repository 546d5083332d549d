//! Talking to a person or a script: the only place that prints.
#![allow(clippy::print_stdout, clippy::print_stderr, reason = "this is the one place that prints")]

#[cfg(unix)]
mod answer;
pub mod clipboard;
#[cfg(unix)]
mod keys;
#[cfg(unix)]
mod line;
pub mod logger;
mod menu;
pub mod opener;
mod page;
mod patience;
pub mod prompt;
pub mod sink;
pub mod style;
pub mod ui;
mod wrap;

pub use ui::Ui;
