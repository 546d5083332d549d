//! Making commits and tags as the user's own git would: signed where that is configured, past the
//! hooks that exist. Everything is made before anything is published.

use super::unsigned::Unsigned;
use crate::git::access::Access;
use crate::git::command::commit_tree;
use crate::git::object::{Commit, NewCommit, Signature};
use crate::git::{GitError, Repo};
use crate::model::failure::Failure;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::text::{safe, safe_lines};
use crate::system::files;
use chrono::{DateTime, Utc};
use std::cell::OnceCell;

/// The most commits of an earlier run that are looked at: a merge and a version for each branch, or
/// the picked commits of a hotfix.
const MADE_AT_MOST: usize = 64;

/// Makes objects for one run.
pub struct ObjectWriter<'a> {
    repo: &'a Repo,
    signature: Signature,
    /// A rehearsal runs no hooks and asks for no signature.
    rehearsal: bool,
    /// What an earlier run was about to publish.
    intent: Option<Intent>,
    /// Whether some of it is public, so that it stays as it is.
    is_out: bool,
    /// What the user wants in every message.
    said: Option<String>,
    /// The commits of that, once they are needed.
    made: OnceCell<Vec<Commit>>,
}

impl<'a> ObjectWriter<'a> {
    /// Prepares making objects in the name of `signature`.
    pub const fn new(repo: &'a Repo, signature: Signature, rehearsal: bool) -> Self {
        Self { repo, signature, rehearsal, intent: None, is_out: false, said: None, made: OnceCell::new() }
    }

    /// Uses again what an earlier run has made, where it is what this run would make: the same
    /// content on the same parents in the same name. Made again it would look like another release if
    /// the old push lands after all. That it is named counts for nothing: a log that is shared may
    /// name any commit that is in this clone.
    #[must_use]
    pub fn continuing(self, intent: Option<Intent>, is_out: bool) -> Self {
        Self { intent, is_out, ..self }
    }

    /// Whether what is made in a rehearsal differs from what a real run makes: that signs it, or has
    /// hooks that may change its message.
    pub fn is_provisional(&self) -> bool {
        let hooks = ["pre-merge-commit", "prepare-commit-msg", "commit-msg"];
        self.rehearsal
            && (self.signs_commits()
                || self.signs_tags().is_some()
                || hooks.iter().any(|name| self.has_hook(name)))
    }

    /// Puts these words into the message of every copy, too.
    #[must_use]
    pub fn saying(self, said: Option<String>) -> Self {
        Self { said, ..self }
    }

    /// When the earlier run made its release.
    ///
    /// # Errors
    /// When it cannot be read.
    pub fn began(&self, tag: &str) -> anyhow::Result<Option<DateTime<Utc>>> {
        let intent = self.intent.as_ref().filter(|i| i.tag == tag);
        let release = self.here(intent.and_then(|i| i.release.as_ref()))?;
        Ok(release.map(|oid| self.repo.commit(&oid)).transpose()?.map(|c| c.committer.when.to_utc()))
    }

    /// The commits that an earlier run has made, as far as they are here.
    fn made(&self) -> anyhow::Result<&[Commit]> {
        if let Some(made) = self.made.get() {
            return Ok(made);
        }
        let mut found: Vec<Commit> = Vec::new();
        if let Some(intent) = &self.intent {
            let mut next: Vec<Oid> = intent.branches.iter().map(|b| b.new.clone()).collect();
            let is_below = |oid: &Oid| *oid == intent.tip || intent.branches.iter().any(|b| b.old == *oid);
            while let Some(oid) = next.pop().filter(|_| found.len() < MADE_AT_MOST) {
                if !is_below(&oid) && !found.iter().any(|c| c.oid == oid) && self.repo.has(&oid)? {
                    let commit = self.repo.commit(&oid)?;
                    next.extend(commit.parents.iter().cloned());
                    found.push(commit);
                }
            }
        }
        Ok(self.made.get_or_init(|| found))
    }

    fn here(&self, made: Option<&Oid>) -> anyhow::Result<Option<Oid>> {
        Ok(match made {
            Some(oid) if self.repo.has(oid)? => Some(oid.clone()),
            _ => None,
        })
    }

    /// Makes a copy of somebody's commit on another parent; its author stays who it was.
    ///
    /// # Errors
    /// As [`ObjectWriter::commit`].
    pub fn copy(&self, of: &Commit, tree: Oid, parent: Oid) -> anyhow::Result<Oid> {
        let said = self.said.as_ref().map(|said| format!("\n\n{}", said.trim_end())).unwrap_or_default();
        let message = format!("{}{said}\n\n(cherry picked from commit {})\n", of.message.trim_end(), of.oid);
        self.write(tree, vec![parent], message, of.author.clone())
    }

    /// Makes a commit.
    ///
    /// # Errors
    /// When a hook refuses it or it cannot be signed.
    pub fn commit(&self, tree: Oid, parents: Vec<Oid>, message: String) -> anyhow::Result<Oid> {
        self.write(tree, parents, message, self.signature.clone())
    }

    /// Whether a commit of an earlier run is in the name of who runs this one, and says what was asked for.
    fn is_as_wanted(&self, made: &Commit) -> bool {
        let first_line = self.said.as_deref().and_then(|said| said.trim().lines().next());
        let is_said = first_line.is_none_or(|line| made.message.contains(line));
        self.is_out || (is_said && made.committer.clean() == self.signature.clean())
    }

    fn write(&self, tree: Oid, parents: Vec<Oid>, message: String, author: Signature) -> anyhow::Result<Oid> {
        let is_same = |c: &&Commit| c.tree == tree && c.parents == parents && self.is_as_wanted(c);
        if let Some(made) = self.made()?.iter().find(is_same) {
            return Ok(made.oid.clone());
        }
        let is_merge = parents.len() > 1;
        let message = if self.rehearsal { message } else { self.past_hooks(message, is_merge)? };
        let committer = self.signature.clone();
        let new = NewCommit { tree, parents, author, committer, message };
        if self.rehearsal || !self.signs_commits() {
            return Ok(self.repo.write_commit(&new)?);
        }
        self.signed_commit(&new)
    }

    /// Makes an annotated tag object, without a ref, unless an earlier run made it.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn tag(&self, name: &str, commit: &Oid, message: &str) -> anyhow::Result<Oid> {
        let intent = self.intent.as_ref().filter(|i| i.tag == name && i.release.as_ref() == Some(commit));
        if let Some(object) = self.here(intent.and_then(|i| i.tag_object.as_ref()))?
            && self.repo.peel(&object)?.as_ref() == Some(commit)
        {
            return Ok(object);
        }
        if !self.rehearsal && self.signs_tags().is_some() {
            return self.signed_tag(name, commit, message);
        }
        let (who, email) = self.signature.clean();
        let date = self.signature.raw_date();
        let content = format!(
            "object {commit}\ntype commit\ntag {name}\ntagger {who} <{email}> {}\n\n{}\n",
            date.trim_start_matches('@'),
            message.trim_end()
        );
        Ok(self.repo.write_tag(&content)?)
    }

    /// Signs a commit that nothing refers to, to see whether it works.
    ///
    /// # Errors
    /// When it does not.
    pub fn try_signing_a_commit(&self, at: &Oid) -> anyhow::Result<()> {
        if !self.signs_commits() {
            return Ok(());
        }
        let tree = self.repo.commit(at)?.tree;
        let (author, committer) = (self.signature.clone(), self.signature.clone());
        let message = "a signature on trial\n".to_owned();
        let new = NewCommit { tree, parents: Vec::new(), author, committer, message };
        self.signed_commit(&new).map(drop)
    }

    /// As [`ObjectWriter::try_signing_a_commit`], with a tag.
    ///
    /// # Errors
    /// When it does not.
    pub fn try_signing_a_tag(&self, at: &Oid) -> anyhow::Result<()> {
        if self.signs_tags().is_none() {
            return Ok(());
        }
        self.signed_tag("on-trial", at, "a signature on trial").map(drop)
    }

    /// Tries what a run would sign, with one signature: tags and commits are signed with the same
    /// key, and each signature may ask for a passphrase.
    ///
    /// # Errors
    /// When it does not work.
    pub fn try_signing(&self, at: &Oid, makes_commits: bool) -> anyhow::Result<()> {
        if makes_commits && self.signs_commits() {
            return self.try_signing_a_commit(at);
        }
        self.try_signing_a_tag(at)
    }

    fn signed_commit(&self, new: &NewCommit) -> anyhow::Result<Oid> {
        let run = commit_tree(self.repo.call("commit-tree").arg("-S"), new);
        let text = self.repo.git().text(run).map_err(|e| self.unsigned("the merge commit", &e))?;
        Oid::parse(&text)
            .ok_or_else(|| GitError::Unexpected { what: "commit-tree".into(), answer: text }.into())
    }

    fn signs_commits(&self) -> bool {
        self.repo.config().is_ok_and(|c| c.signs_commits())
    }

    fn signs_tags(&self) -> Option<&'static str> {
        self.repo.config().ok()?.signs_tags()
    }

    /// `git tag -s` can only make a tag together with its ref, and ours must not exist before it
    /// is public: so it is made in a repository beside, which shares the objects.
    fn signed_tag(&self, name: &str, commit: &Oid, message: &str) -> anyhow::Result<Oid> {
        let beside = tempfile::Builder::new().prefix("hotfix-tag-").tempdir()?;
        let git_dir = beside.path();
        let format =
            if commit.as_str().len() == 64 { "1\n[extensions]\n\tobjectFormat = sha256" } else { "0" };
        files::write_atomically(&git_dir.join("HEAD"), "ref: refs/heads/none\n")?;
        files::write_atomically(
            &git_dir.join("config"),
            &format!("[core]\n\tbare = true\n\trepositoryFormatVersion = {format}\n"),
        )?;
        files::write_atomically(&git_dir.join("refs/keep"), "")?;
        files::write_atomically(&git_dir.join("objects/keep"), "")?;
        let mut options: Vec<String> = Vec::new();
        for entry in self.repo.config()?.entries() {
            let about_signing =
                ["user.", "gpg.", "tag.", "committer."].iter().any(|s| entry.key.starts_with(s));
            if about_signing {
                options.extend(["-c".to_owned(), format!("{}={}", entry.key, entry.value)]);
            }
        }
        let beside_call = |subcommand: &str| {
            self.repo
                .git()
                .call_with(subcommand, &options)
                .dir(self.repo.dir())
                .env("GIT_DIR", git_dir)
                .env("GIT_OBJECT_DIRECTORY", self.repo.common_dir().join("objects"))
        };
        let run = beside_call("tag")
            .args(["-s", "--cleanup=verbatim", "-F", "-", name, commit.as_str()])
            .env("GIT_COMMITTER_NAME", self.signature.clean().0)
            .env("GIT_COMMITTER_EMAIL", self.signature.clean().1)
            .env("GIT_COMMITTER_DATE", self.signature.raw_date())
            .stdin(format!("{}\n", message.trim_end()));
        self.repo.git().ok(run).map_err(|e| self.unsigned("the tag", &e))?;
        let text = self.repo.git().text(beside_call("rev-parse").arg(format!("refs/tags/{name}")))?;
        Oid::parse(&text)
            .ok_or_else(|| GitError::Unexpected { what: "rev-parse".into(), answer: text }.into())
    }

    fn unsigned(&self, what: &'static str, error: &GitError) -> Unsigned {
        // git's own way of going on is of no use: it is gone with the repository beside.
        let detail = error.detail();
        let why = detail
            .lines()
            .map(|l| l.trim().trim_end_matches(':'))
            .filter(|l| !l.is_empty() && !l.contains("TAG_EDITMSG"));
        let why = safe(&why.collect::<Vec<_>>().join("; "));
        let keys = self.signs_commits().then_some("commit.gpgSign").into_iter().chain(self.signs_tags());
        let without = keys.map(|key| format!("-c {key}=false ")).collect();
        Unsigned { what, why, without }
    }

    /// The hooks that `git merge` would run; the message as they leave it.
    fn past_hooks(&self, message: String, is_merge: bool) -> anyhow::Result<String> {
        if is_merge {
            self.hook("pre-merge-commit", &[])?;
        }
        if !self.has_hook("prepare-commit-msg") && !self.has_hook("commit-msg") {
            return Ok(message);
        }
        let path = self.repo.git_dir().join("HOTFIX_MERGE_MSG");
        files::write_atomically(&path, &message)?;
        let shown = path.display().to_string();
        let kind = if is_merge { "merge" } else { "message" };
        let refused = self
            .hook("prepare-commit-msg", &[&shown, kind])
            .and_then(|()| self.hook("commit-msg", &[&shown]));
        let changed = files::read_optional(&path)?;
        files::remove_file(&path)?;
        refused?;
        Ok(changed.unwrap_or(message))
    }

    fn hook(&self, name: &str, args: &[&str]) -> anyhow::Result<()> {
        if !self.has_hook(name) {
            return Ok(());
        }
        let mut run = self.repo.call("hook").args(["run", "--ignore-missing", name]);
        if !args.is_empty() {
            run = run.arg("--").args(args);
        }
        let done = self.repo.git().finish(run)?;
        if done.success() {
            return Ok(());
        }
        let words = safe_lines(&format!("{}{}", done.text(), done.error_text()));
        let words: Vec<&str> = words.lines().filter(|l| !l.trim().is_empty()).collect();
        Err(Failure::failed(format!(
            "the {name} hook refused:\n  {}\nNothing was published and nothing was changed here.",
            words.join("\n  ")
        ))
        .again("once the hook is satisfied")
        .into())
    }

    /// Whether a hook of that name would run.
    pub fn has_hook(&self, name: &str) -> bool {
        self.repo.has_hook(name)
    }
}
