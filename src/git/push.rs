//! Publishing: atomically, with an expected value for every ref, and settled by what the remote
//! says it has, never by an exit status.

use super::Result;
use super::git_command::NetworkPolicy;
use super::repo::Repo;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};
use crate::model::text::{safe_lines, shorten};
use std::collections::BTreeMap;
use std::fs::File;
use std::time::Duration;

/// What is published together.
#[derive(Debug, Default)]
pub struct Push<'a> {
    pub updates: &'a [Update],
    pub deletions: &'a [Deletion],
    /// Refs that must still have this value, and are not changed.
    pub unchanged: &'a [(String, Oid)],
    /// Our lock, which the push holds on to if it outlives us.
    pub lock: Option<File>,
    /// Whether the user's `pre-push` hook and signature are left out: they are about code.
    pub without_hook: bool,
    /// Words for the server, each in one line. A server that takes none refuses all of the push.
    pub options: &'a [String],
}

/// What the remote said about one ref.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Said {
    /// Updated, created, deleted, or already so.
    Ok,
    /// Refused, with the reason in brackets.
    Refused(String),
}

/// What a push reported. Refs the report does not name are unknown.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub refs: BTreeMap<String, Said>,
    /// What the server and git said, safe to show.
    pub words: String,
    /// Whether credentials were missing.
    pub authentication: bool,
    /// Whether it was ended because nothing came from it any more.
    pub timed_out: bool,
    /// How long it took.
    pub took: Duration,
}

impl Report {
    /// Whether the remote confirmed every one of these refs.
    pub fn confirms<'a>(&self, mut names: impl Iterator<Item = &'a str>) -> bool {
        names.all(|name| self.refs.get(name) == Some(&Said::Ok))
    }

    /// The lines the server itself wrote (`remote: …`), without the mark.
    pub fn server_words(&self) -> Vec<String> {
        let lines = self.words.lines().filter_map(|line| line.strip_prefix("remote:")).map(str::trim);
        // A server may say as much as it likes: the first lines say why.
        lines
            .filter(|line| !line.is_empty())
            .take(MOST_WORDS)
            .map(|line| shorten(line, LONGEST_WORDS))
            .collect()
    }

    /// The server's words, when it says that this person may not push to the repository at all.
    pub fn forbidden(&self) -> Option<String> {
        if !self.refs.is_empty() {
            return None;
        }
        let says_so = |line: &str| {
            let line = line.to_lowercase();
            // GitHub, GitLab, Forgejo and Gitea.
            (line.contains("permission to ") && line.contains(" denied to "))
                || line.contains("not allowed to push code to this project")
                || line.contains("permission denied for writing")
                || line.contains("write access to repository not granted")
        };
        let mut lines = self.words.lines().map(|line| line.trim_start_matches("remote:").trim());
        let line = lines.find(|line| says_so(line))?;
        Some(line.trim_start_matches("ERROR:").trim().to_owned())
    }

    /// What was said on this side: by a hook, by ssh, by git.
    pub fn own_words(&self) -> Vec<String> {
        let boilerplate = ["To ", "error: failed to push some refs", "hint:"];
        self.words
            .lines()
            .map(str::trim)
            .filter(|line| !line.is_empty() && !line.starts_with("remote:"))
            .filter(|line| !boilerplate.iter().any(|b| line.starts_with(b)))
            .map(str::to_owned)
            .collect()
    }
}

/// How many lines of a server's words are shown, and how long each may be.
const MOST_WORDS: usize = 50;
const LONGEST_WORDS: usize = 2_000;

/// Pushes. An unsuccessful push is a report, not an error.
///
/// # Errors
/// When git cannot be started.
pub fn push(repo: &Repo, remote: &str, what: Push<'_>, policy: NetworkPolicy) -> Result<Report> {
    let mut leases = Vec::new();
    let mut specs = Vec::new();
    for update in what.updates {
        let expect = update.expect.as_ref().map(Oid::as_str).unwrap_or_default();
        leases.push(format!("--force-with-lease={}:{expect}", update.name));
        specs.push(format!("{}:{}", update.new, update.name));
    }
    for (name, value) in what.unchanged {
        leases.push(format!("--force-with-lease={name}:{value}"));
        specs.push(format!("{value}:{name}"));
    }
    for deletion in what.deletions {
        leases.push(format!("--force-with-lease={}:{}", deletion.name, deletion.expect));
        specs.push(format!(":{}", deletion.name));
    }
    // One address at a time: of several, what one of them says is not what the others have.
    let address = repo.config()?.deciding_address(remote);
    let remote = address.as_deref().unwrap_or(remote);
    let run = repo
        .network("push", policy)
        .dir(repo.dir())
        // Progress is a sign of life.
        .args(["--porcelain", "--progress", "--no-follow-tags"])
        .args((specs.len() > 1).then_some("--atomic"))
        .args(if what.without_hook { &["--no-verify", "--no-signed"][..] } else { &[] })
        .args(what.options.iter().map(|option| format!("--push-option={option}")))
        .args(&leases)
        .args(["--end-of-options", remote])
        .args(&specs)
        .inherit(what.lock);
    let done = repo.git().finish(run)?;
    repo.forget_refs();
    // What a hook here prints on stdout comes between the lines of the report.
    let report = done.text();
    let is_stray = |line: &&str| !line.contains('\t') && !line.starts_with("To ") && *line != "Done";
    let stray: Vec<&str> = report.lines().filter(is_stray).collect();
    let words = safe_lines(&without_progress(&format!("{}\n{}", stray.join("\n"), done.error_text())));
    let authentication = !done.success() && super::git_command::failed("push", &done).is_authentication();
    Ok(Report { refs: parse(&report), words, authentication, timed_out: done.timed_out, took: done.took })
}

/// What was said, without the counting of objects, git's own and the server's.
fn without_progress(text: &str) -> String {
    let is_progress = |line: &str| {
        let line = line.strip_prefix("remote: ").unwrap_or(line).trim();
        let counts = ["objects: ", "deltas: ", "files: ", "connectivity: "].iter().any(|what| {
            line.split_once(what)
                .is_some_and(|(_, n)| n.starts_with(|c: char| c.is_ascii_digit() || c == ' '))
        });
        counts || line.starts_with("Total ") || line.starts_with("Delta compression using ")
    };
    let lines = text.split(['\n', '\r']).filter(|line| !is_progress(line));
    lines.collect::<Vec<_>>().join("\n")
}

fn parse(text: &str) -> BTreeMap<String, Said> {
    let mut refs = BTreeMap::new();
    for line in text.lines() {
        // `<flag>\t<from>:<to>\t<summary> (<reason>)`
        let mut columns = line.split('\t');
        let (Some(flag), Some(spec), Some(summary)) = (columns.next(), columns.next(), columns.next()) else {
            continue;
        };
        let Some((_, name)) = spec.rsplit_once(':') else { continue };
        let said = match flag {
            "!" => Said::Refused(reason(summary)),
            _ => Said::Ok,
        };
        // Whatever another line says of it, a ref that was refused once is not where it should be.
        match refs.get(name) {
            Some(Said::Refused(_)) => {}
            _ => drop(refs.insert(name.to_owned(), said)),
        }
    }
    refs
}

fn reason(summary: &str) -> String {
    let inner = summary.split_once(" (").and_then(|(_, r)| r.strip_suffix(')'));
    safe_lines(inner.unwrap_or(summary)).trim().to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn progress_is_not_what_was_said() {
        let text = "Enumerating objects: 5, done.\nCounting objects:  20% (1/5)\rCounting objects: 100% (5/5), done.\n\
                    Delta compression using up to 2 threads\nWriting objects: 100% (3/3), 280 bytes, done.\n\
                    Total 3 (delta 0), reused 0 (delta 0), pack-reused 0\nremote: Resolving deltas: 100% (1/1)        \rremote: Resolving deltas: 100% (1/1), done.\n\
                    remote: the freeze is on\nerror: failed to push some refs to 'x'\n";
        assert_eq!(
            without_progress(text).trim(),
            "remote: the freeze is on\nerror: failed to push some refs to 'x'"
        );
    }

    #[test]
    fn reads_push_porcelain() {
        let text = "To /r.git\n*\tabc:refs/tags/v1\t[new tag]\n \tabc:refs/heads/main\t1..2\n\
                    !\tabc:refs/heads/develop\t[remote rejected] (pre-receive hook declined)\n\
                    -\t:refs/heads/hotfix/x\t[deleted]\n=\tabc:refs/heads/same\t[up to date]\nDone\n";
        let refs = parse(text);
        assert_eq!(refs["refs/heads/main"], Said::Ok);
        assert_eq!(refs["refs/heads/hotfix/x"], Said::Ok);
        assert_eq!(refs["refs/heads/develop"], Said::Refused("pre-receive hook declined".into()));
        assert_eq!(refs.len(), 5);
    }
}
