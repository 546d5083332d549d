//! Between libgit2's objects and our own.

use super::object::{Commit, Signature, moment, whole};
use super::{GitError, Result};
use crate::model::oid::Oid;
use git2::ErrorCode;

pub(super) fn id(oid: &Oid) -> Result<git2::Oid> {
    Ok(git2::Oid::from_str(oid.as_str())?)
}

pub(super) fn oid(id: git2::Oid) -> Result<Oid> {
    let hex = id.to_string();
    Oid::parse(&hex).ok_or_else(|| GitError::Unexpected { what: "object id".into(), answer: hex })
}

fn signature(s: &git2::Signature<'_>) -> Signature {
    let when = s.when();
    Signature {
        name: String::from_utf8_lossy(s.name_bytes()).into_owned(),
        email: String::from_utf8_lossy(s.email_bytes()).into_owned(),
        when: moment(when.seconds(), when.offset_minutes()),
    }
}

pub(super) fn signature_of(s: &Signature) -> Result<git2::Signature<'static>> {
    let (name, email) = s.clean();
    let time = git2::Time::new(s.when.timestamp(), s.when.offset().local_minus_utc() / 60);
    Ok(git2::Signature::new(&name, &email, &time)?)
}

pub(super) fn commit_of(commit: &git2::Commit<'_>) -> Result<Commit> {
    let encoding = commit.message_encoding().ok().flatten();
    if encoding.is_some_and(|e| !e.eq_ignore_ascii_case("utf-8")) {
        // git converts it.
        return Err(GitError::Unexpected { what: "encoding".into(), answer: commit.id().to_string() });
    }
    Ok(Commit {
        oid: oid(commit.id())?,
        tree: oid(commit.tree_id())?,
        parents: commit.parent_ids().map(oid).collect::<Result<_>>()?,
        author: signature(&commit.author()),
        committer: signature(&commit.committer()),
        message: whole(&String::from_utf8_lossy(commit.message_raw_bytes())),
    })
}

pub(super) fn missing<T>(result: std::result::Result<T, git2::Error>) -> Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(e) if e.code() == ErrorCode::NotFound => Ok(None),
        Err(e) => Err(e.into()),
    }
}
