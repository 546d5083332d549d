//! Places where a test kills the program: what a power cut leaves behind has to be enough to go on
//! from. A release build contains nothing of this.
//!
//! `HOTFIX_FAULT=name:2` ends the process, as `kill -9` would, the second time it comes past the
//! point of that name; `HOTFIX_FAULT_LOG=FILE` writes down every point it comes past.

/// Marks a point between two steps that must not depend on both being done.
macro_rules! fault {
    ($name:literal) => {
        #[cfg(debug_assertions)]
        $crate::system::fault::passed($name);
    };
}
pub(crate) use fault;

/// The program comes past a point.
#[cfg(debug_assertions)]
pub fn passed(name: &str) {
    use std::io::Write;
    use std::sync::atomic::{AtomicUsize, Ordering};
    static TIMES: AtomicUsize = AtomicUsize::new(0);
    if let Some(path) = std::env::var_os("HOTFIX_FAULT_LOG")
        && let Ok(mut file) = std::fs::OpenOptions::new().create(true).append(true).open(path)
    {
        let _ = writeln!(file, "{name}");
    }
    let Ok(wanted) = std::env::var("HOTFIX_FAULT") else { return };
    let Some((_, nth)) = wanted.rsplit_once(':').filter(|(point, _)| *point == name) else { return };
    if nth.parse() == Ok(TIMES.fetch_add(1, Ordering::SeqCst) + 1) {
        super::machine::end_at_once();
    }
}

/// A time limit; a test that waits for its end says `HOTFIX_HURRY` and gets a short one, and one that must
/// not come to it says `HOTFIX_PATIENCE`, how many times as long.
pub fn hurried(limit: std::time::Duration) -> std::time::Duration {
    #[cfg(debug_assertions)]
    if std::env::var_os("HOTFIX_HURRY").is_some() {
        return std::time::Duration::from_millis(500);
    }
    #[cfg(debug_assertions)]
    if let Some(times) = std::env::var("HOTFIX_PATIENCE").ok().and_then(|times| times.parse::<u32>().ok()) {
        return limit * times;
    }
    limit
}
