//! Signals that end the program, and those that are meant for a command it runs: while one runs, they
//! are noted, handed on to it and waited for, so that nothing lives on unseen.

use std::sync::Mutex;
use std::sync::atomic::{AtomicI32, AtomicUsize, Ordering};

/// Ctrl-C.
pub const INTERRUPT: i32 = 2;
/// The terminal is closed.
pub const HANG_UP: i32 = 1;
/// The program is asked to end.
pub const TERMINATE: i32 = 15;

/// How many commands hold signals back.
static HELD: AtomicUsize = AtomicUsize::new(0);
/// A signal that came while they are held and was not taken yet; zero for none.
static CAME: AtomicI32 = AtomicI32::new(0);

/// Where things are, for the line that an interruption prints.
static STANDING: Mutex<String> = Mutex::new(String::new());

/// From now on an interruption says this: what was changed and what was not, and what goes on from here.
pub fn stands(words: impl Into<String>) {
    if let Ok(mut standing) = STANDING.lock() {
        *standing = words.into();
    }
}

/// Where things are now, in a few words.
pub fn standing() -> String {
    let words = STANDING.lock().map(|words| words.clone()).unwrap_or_default();
    if words.is_empty() { "nothing was changed".to_owned() } else { words }
}

/// While this lives, a signal does not end the program.
#[derive(Debug)]
pub struct Hold(());

impl Hold {
    /// Holds signals back.
    #[allow(clippy::new_without_default, reason = "holding is an act, not a value")]
    pub fn new() -> Self {
        HELD.fetch_add(1, Ordering::SeqCst);
        Self(())
    }
}

impl Drop for Hold {
    fn drop(&mut self) {
        HELD.fetch_sub(1, Ordering::SeqCst);
    }
}

/// Keeps a signal where it is held; false where nobody holds it.
pub fn keep(signal: i32) -> bool {
    let held = HELD.load(Ordering::SeqCst) > 0;
    if held {
        CAME.store(signal, Ordering::SeqCst);
    }
    held
}

/// The signal that came since the last call.
pub fn take() -> Option<i32> {
    Some(CAME.swap(0, Ordering::SeqCst)).filter(|signal| *signal != 0)
}

/// From now on calls `handler` with each signal, on a thread of its own. One that whoever started the
/// program has it ignore (`nohup`, a job in the background) stays ignored.
///
/// # Errors
/// When the system does not allow it.
#[cfg(unix)]
pub fn install(handler: fn(i32)) -> std::io::Result<()> {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    let ignored = mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or_default();
    let heard = [INTERRUPT, TERMINATE, HANG_UP].into_iter().filter(|s| ignored & (1 << (s - 1)) == 0);
    let mut signals = signal_hook::iterator::Signals::new(heard.collect::<Vec<i32>>())?;
    std::thread::spawn(move || signals.forever().for_each(handler));
    Ok(())
}

/// From now on calls `handler` with each signal.
///
/// # Errors
/// When the system does not allow it.
#[cfg(not(unix))]
pub fn install(handler: fn(i32)) -> std::io::Result<()> {
    ctrlc::set_handler(move || handler(INTERRUPT)).map_err(std::io::Error::other)
}
