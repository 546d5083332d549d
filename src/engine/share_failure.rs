//! What is said of a place that cannot be read, and the pause before it is tried again.

use super::share_target::Place;
use crate::git::GitError;
use crate::model::failure::{Failure, Kind};
use std::time::Duration;

/// What to say when a place could not be read.
pub fn unreadable(place: &Place, error: &GitError) -> Failure {
    if error.is_authentication() {
        return credentials(place);
    }
    let why = if error.is_timeout() { "it did not answer in time".to_owned() } else { error.detail() };
    Failure::failed(format!(
        "{} cannot be read: {why}\nNothing was sent; the incident log here is complete.",
        place.name()
    ))
    .hint(format!("hotfix sync {}    # when it can be reached", place.word()))
    .hint("hotfix bundle incident.bundle    # a file for mail or chat")
}

pub(super) fn credentials(place: &Place) -> Failure {
    Failure::new(
        Kind::Authentication,
        format!(
            "authentication required for {}; no credentials found. The incident log here is \
                 complete",
            place.name()
        ),
    )
    .hint(format!("git ls-remote {}    # sign in, then run the same command again", place.word()))
}

pub(super) fn pause(n: u32) {
    std::thread::sleep(Duration::from_millis(u64::from(20 * n.min(10))));
}
