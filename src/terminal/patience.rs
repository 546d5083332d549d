//! Says now and then that a remote is still waited for, and how long at most. Git may ask for a password in
//! the meantime, so these are lines and no moving one.

use super::sink;
use super::style::Tone;
use crate::model::text::safe;
use crate::model::time::say_duration;
use crate::system::fault::hurried;
use std::sync::mpsc::{RecvTimeoutError, Sender, channel};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

/// When the first line comes, and the time between the others.
const FIRST: Duration = Duration::from_secs(5);
const BETWEEN: Duration = Duration::from_secs(30);

/// Says it until it is dropped.
#[derive(Debug, Default)]
pub struct Patience {
    over: Option<Sender<()>>,
    thread: Option<JoinHandle<()>>,
}

impl Patience {
    /// Begins to wait for this remote.
    pub(super) fn begin(remote: &str, limit: Duration) -> Self {
        let (over, heard) = channel();
        let (remote, began) = (safe(remote), Instant::now());
        let thread = std::thread::spawn(move || {
            let mut pause = FIRST;
            while heard.recv_timeout(hurried(pause)) == Err(RecvTimeoutError::Timeout) {
                let left = limit.saturating_sub(began.elapsed());
                let left = say_duration(chrono::Duration::from_std(left).unwrap_or_default());
                let line = format!("  {remote} has not answered yet; at most {left} more, Ctrl-C stops");
                sink::err(&Tone::Dim.paint(line));
                pause = BETWEEN;
            }
        });
        Self { over: Some(over), thread: Some(thread) }
    }
}

impl Drop for Patience {
    fn drop(&mut self) {
        drop(self.over.take());
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}
