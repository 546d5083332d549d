//! `-v`: each git command and its duration, on stderr. Warnings are always shown.

use super::style::Tone;
use log::{Level, LevelFilter, Log, Metadata, Record};
use std::collections::BTreeSet;
use std::sync::Mutex;

struct Logger {
    /// Warnings that were shown: a log is read several times in one run.
    said: Mutex<BTreeSet<String>>,
}

static LOGGER: Logger = Logger { said: Mutex::new(BTreeSet::new()) };

/// Starts logging at the level that `-v` was given.
pub fn install(verbose: u8) {
    let level = match verbose {
        0 => LevelFilter::Warn,
        1 => LevelFilter::Debug,
        _ => LevelFilter::Trace,
    };
    // A second call in one process (tests) keeps the first logger.
    if log::set_logger(&LOGGER).is_ok() {
        log::set_max_level(level);
    }
}

impl Log for Logger {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        metadata.target().starts_with("hotfix")
    }

    fn log(&self, record: &Record<'_>) {
        if !self.enabled(record.metadata()) {
            return;
        }
        let text = record.args().to_string();
        if text.is_empty() {
            return;
        }
        let line = match record.level() {
            Level::Error | Level::Warn => {
                if !self.said.lock().is_ok_and(|mut said| said.insert(text.clone())) {
                    return;
                }
                format!("{} {text}", Tone::Attention.paint("warning:"))
            }
            _ => Tone::Dim.paint(text),
        };
        super::sink::err(&line);
    }

    fn flush(&self) {}
}
