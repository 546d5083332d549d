//! How long a forge is waited for in all: each call has an end of its own, and there are many of them.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// A call that ends within this time is none that anybody waits for, however often it is made.
const QUICK: Duration = Duration::from_secs(3);
/// The longest that calls may keep a run waiting beyond that.
const LONGEST: Duration = Duration::from_secs(5 * 60);

/// What is left of it.
#[derive(Debug, Default)]
pub struct Patience {
    /// In milliseconds.
    waited: AtomicU64,
}

impl Patience {
    /// Counts a call.
    pub fn took(&self, time: Duration) {
        let slow = time.saturating_sub(QUICK).as_millis();
        self.waited.fetch_add(u64::try_from(slow).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// Whether no more calls are made in this run.
    pub fn is_over(&self) -> bool {
        Duration::from_millis(self.waited.load(Ordering::Relaxed)) > LONGEST
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_forge_that_is_quick_may_be_asked_all_night_and_a_slow_one_a_few_times() {
        let patience = Patience::default();
        (0..10_000).for_each(|_| patience.took(Duration::from_millis(2900)));
        assert!(!patience.is_over());
        (0..11).for_each(|_| patience.took(Duration::from_secs(30)));
        assert!(!patience.is_over(), "a forge that was busy for a while");
        patience.took(Duration::from_secs(30));
        assert!(patience.is_over());
    }
}
