//! Where events wait when git cannot write: one JSON line each, synced, replayed later.

use crate::git::{GitError, Repo};
use crate::model::event::Event;
use crate::system::files;
use serde::{Deserialize, Serialize};
use std::io;
use std::path::PathBuf;

#[derive(Serialize, Deserialize)]
struct Waiting {
    incident: String,
    event: Event,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    output: Option<String>,
}

fn path(repo: &Repo) -> PathBuf {
    repo.common_dir().join("hotfix").join("spool.jsonl")
}

/// Keeps an event until the log can be written.
pub(super) fn keep(repo: &Repo, id: &str, event: &Event, output: Option<&str>) -> io::Result<()> {
    let waiting =
        Waiting { incident: id.to_owned(), event: event.clone(), output: output.map(str::to_owned) };
    files::append_line_synced(&path(repo), &serde_json::to_string(&waiting)?)
}

/// Whether anything waits.
pub(super) fn exists(repo: &Repo) -> bool {
    files::size(&path(repo)) > 0
}

fn read(repo: &Repo) -> Vec<Waiting> {
    parse(&files::read_optional(&path(repo)).ok().flatten().unwrap_or_default())
}

fn parse(text: &str) -> Vec<Waiting> {
    // A torn last line was never acknowledged.
    text.lines().filter_map(|line| serde_json::from_str(line).ok()).collect()
}

/// The events of an incident that wait.
pub(super) fn waiting(repo: &Repo, id: &str) -> Vec<Event> {
    let own = |w: Waiting| Event { own: true, ..w.event };
    read(repo).into_iter().filter(|w| w.incident == id).map(own).collect()
}

/// Writes what waits into the log. The file is emptied only when all of it is written; an event
/// that is written twice because we were killed in between is one event, by its id.
pub(super) fn replay(
    repo: &Repo,
    mut write: impl FnMut(&str, Event, Option<String>) -> Result<(), GitError>,
) {
    if !exists(repo) {
        return;
    }
    let result = files::empty_when(&path(repo), |text| {
        // One log that cannot be written keeps none of the others waiting.
        let mut left = parse(text);
        left.retain(|w| write(&w.incident, w.event.clone(), w.output.clone()).is_err());
        left.is_empty()
    });
    if let Err(error) = result {
        log::debug!("the spool could not be replayed: {error}");
    }
}
