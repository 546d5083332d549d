//! What a forge said last about the requests of a hotfix, for commands that ask nobody. A hint beside
//! the repository, never believed; the file can be deleted at any time.

use super::workspace::Workspace;
use crate::model::request::Request;
use crate::system::files;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::PathBuf;

/// How many incidents are remembered.
const MOST: usize = 32;

/// One request as it was seen last.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct LastSeen {
    /// As `finish --json` gives it.
    pub request: Value,
    /// What a person was told about it, the first line the answer.
    pub words: Vec<String>,
    pub at: DateTime<Utc>,
}

/// By incident, then by page.
type Book = BTreeMap<String, BTreeMap<String, LastSeen>>;

fn path(workspace: &Workspace) -> PathBuf {
    workspace.repo.common_dir().join("hotfix").join("requests")
}

fn read(workspace: &Workspace) -> Book {
    let text = files::read_optional(&path(workspace)).ok().flatten().unwrap_or_default();
    // Damaged, or from another version: the next finish looks anyway.
    serde_json::from_str(&text).unwrap_or_default()
}

/// Remembers a request of an incident.
pub fn remember(workspace: &Workspace, id: &str, request: &Request, words: &[String]) {
    let mut book = read(workspace);
    if book.len() >= MOST && !book.contains_key(id) {
        book.clear();
    }
    let Ok(value) = serde_json::to_value(request) else { return };
    let seen = LastSeen { request: value, words: words.to_vec(), at: workspace.env.now() };
    book.entry(id.to_owned()).or_default().insert(request.url.clone(), seen);
    let kept = serde_json::to_string(&book).map(|text| files::write_atomically(&path(workspace), &text));
    if !matches!(kept, Ok(Ok(()))) {
        log::debug!("what the forge said could not be kept");
    }
}

/// What is remembered of a request, by its page.
pub fn last(workspace: &Workspace, id: &str, url: &str) -> Option<LastSeen> {
    read(workspace).remove(id)?.remove(url)
}
