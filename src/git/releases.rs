//! Every tag with its date and what its message says, in one call of git.

use super::Result;
use super::repo::Repo;
use chrono::{DateTime, FixedOffset};

/// A tag as it was made.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Dated {
    pub name: String,
    /// When it was made; of a lightweight tag, when its commit was.
    pub at: DateTime<FixedOffset>,
    /// The body of the tag's message, or of its commit's where the tag has none of its own.
    pub message: String,
    /// The body of the message of the commit that an annotated tag names.
    pub commit_message: String,
}

/// All tags of this clone. One without a date (on a blob or a tree) is left out.
///
/// # Errors
/// When the tags cannot be read.
pub fn dated(repo: &Repo) -> Result<Vec<Dated>> {
    let format = "%(refname:lstrip=2)%00%(creatordate:iso-strict)%00%(contents:body)%00%(*contents:body)%00";
    let run = repo.call("for-each-ref").arg(format!("--format={format}")).arg("refs/tags");
    let text = repo.git().text(run)?;
    // No field can hold a NUL; what follows the last one of a tag is a line break.
    let fields: Vec<&str> = text.split('\0').collect();
    let tag = |chunk: &[&str]| match chunk {
        [name, at, message, commit_message] => Some(Dated {
            name: name.trim_start_matches('\n').to_owned(),
            at: DateTime::parse_from_rfc3339(at).ok()?,
            message: (*message).to_owned(),
            commit_message: (*commit_message).to_owned(),
        }),
        _ => None,
    };
    Ok(fields.chunks(4).filter_map(tag).collect())
}
