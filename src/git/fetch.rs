//! Reading a remote: once, and exactly as it is.

use super::git_command::{NetworkPolicy, failed};
use super::repo::Repo;
use super::{GitError, Result};
use crate::git::access::Access;
use crate::model::oid::Oid;
use crate::model::plan::{self, tag_ref};
use crate::system::files;
use std::collections::BTreeMap;

/// The branches and tags of a remote, or of this repository when there is no remote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct View {
    /// Branch name to tip.
    pub heads: BTreeMap<String, Oid>,
    /// Tag name to the object it names: a commit, or an annotated tag. Those that were asked for by
    /// name and those that are new here; the others are here already.
    pub tags: BTreeMap<String, Oid>,
    /// Which tags were asked for by name: for these, what is not in `tags` is not there.
    pub asked: Tags,
    /// The branch patterns that were asked for: a branch of these that is not in `heads` is not there.
    pub patterns: Vec<String>,
}

/// The tags that a remote is asked for by name. The others on the history that is fetched come
/// along: naming all of twenty thousand costs more than everything else in a connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Tags {
    #[default]
    All,
    /// Names, or patterns with one `*`.
    Named(Vec<String>),
}

impl Tags {
    /// Whether a tag is among those that were asked for.
    pub fn cover(&self, tag: &str) -> bool {
        match self {
            Self::All => true,
            Self::Named(patterns) => patterns.iter().any(|p| covers(&tolerant(p), tag)),
        }
    }

    fn specs(&self) -> Vec<String> {
        match self {
            Self::All => vec!["refs/tags/*:refs/tags/*".to_owned()],
            Self::Named(patterns) => {
                let wanted = patterns.iter().map(|p| tolerant(p));
                wanted.map(|p| format!("refs/tags/{p}:refs/tags/{p}")).collect()
            }
        }
    }
}

impl View {
    /// Whether a branch was asked for and the remote does not have it.
    pub fn lacks(&self, branch: &str) -> bool {
        !self.heads.contains_key(branch) && self.patterns.iter().any(|p| covers(&tolerant(p), branch))
    }

    /// What a full ref name points at.
    pub fn get(&self, name: &str) -> Option<&Oid> {
        match name.strip_prefix("refs/heads/") {
            Some(branch) => self.heads.get(branch),
            None => self.tags.get(name.strip_prefix("refs/tags/")?),
        }
    }

    fn insert(&mut self, name: &str, oid: Oid) {
        if let Some(branch) = name.strip_prefix("refs/heads/") {
            self.heads.insert(branch.to_owned(), oid);
        } else if let Some(tag) = name.strip_prefix("refs/tags/") {
            self.tags.insert(tag.to_owned(), oid);
        }
    }
}

/// Fetches the branches that match `patterns`, the tags that are asked for and those on the history
/// of these branches, in one connection, and returns what the remote has. Local tags are never
/// overwritten. A pattern is a branch name or holds one `*`.
///
/// # Errors
/// When the remote cannot be reached or refuses.
pub fn fetch(
    repo: &Repo,
    remote: &str,
    patterns: &[String],
    tags: &Tags,
    policy: NetworkPolicy,
) -> Result<View> {
    let mut specs: Vec<String> = patterns.iter().map(|p| spec(remote, &tolerant(p))).collect();
    specs.extend(tags.specs());
    specs.sort();
    specs.dedup();
    let porcelain = repo.is_git(2, 41);
    let mut run = repo.network("fetch", policy).dir(repo.dir());
    run = if porcelain {
        run.args(["--porcelain", "--verbose", "--no-write-fetch-head"])
    } else {
        run.arg("--quiet")
    };
    if *tags == Tags::All {
        run = run.arg("--no-tags");
    }
    // Pruning would take every tag that is not on the remote, since tags are asked for by name.
    run = run.args(["--no-prune", "--no-auto-maintenance", "--end-of-options", remote]).args(&specs);
    let done = repo.git().finish(run)?;
    repo.forget_refs();
    // Exit status 1 also says that a local tag differs from the remote's, which changes nothing.
    if !matches!(done.code, Some(0 | 1)) {
        return Err(failed("fetch", &done));
    }
    let view =
        if porcelain { Some(parse(&done.text(), remote)) } else { from_fetch_head(repo, remote, patterns)? };
    let Some(mut view) = view else {
        let patterns = patterns.to_vec();
        return Ok(View { patterns, ..list(repo, remote, &[], policy)? });
    };
    view.asked = tags.clone();
    view.patterns = patterns.to_vec();
    if done.code == Some(1) && view.heads.is_empty() && view.tags.is_empty() {
        return Err(failed("fetch", &done));
    }
    Ok(view)
}

/// What an older git has just fetched, as it noted it for itself. `None` when the note may not be
/// ours alone: another fetch in this worktree writes the same file, and a branch that is missing
/// from it must really be gone.
fn from_fetch_head(repo: &Repo, remote: &str, patterns: &[String]) -> Result<Option<View>> {
    let path = repo.git_dir().join("FETCH_HEAD");
    let text = files::read_optional(&path).map_err(|e| GitError::File(path.display().to_string(), e))?;
    let Some(view) = text.as_deref().and_then(parse_fetch_head) else { return Ok(None) };
    let prefix = format!("refs/remotes/{remote}/");
    for tracked in repo.refs(&prefix)? {
        let Some(branch) = tracked.name.strip_prefix(&prefix) else { continue };
        let wanted = patterns.iter().any(|p| covers(&tolerant(p), branch));
        if wanted && view.heads.get(branch) != Some(&tracked.oid) {
            return Ok(None);
        }
    }
    Ok(Some(view))
}

/// Lines of `<oid>`, `not-for-merge` or nothing, `branch 'main' of <url>`, separated by tabs.
fn parse_fetch_head(text: &str) -> Option<View> {
    let mut view = View::default();
    let mut place: Option<&str> = None;
    for line in text.lines() {
        let mut columns = line.splitn(3, '\t');
        let (oid, _, what) = (columns.next()?, columns.next()?, columns.next()?);
        // No ref name holds a space, so this is the end of the name whatever the address is.
        let (what, url) = what.split_once("' of ")?;
        if *place.get_or_insert(url) != url {
            return None;
        }
        let (kind, name) = what.split_once(" '")?;
        let full = match kind {
            "branch" => format!("refs/heads/{name}"),
            "tag" => tag_ref(name),
            _ => return None,
        };
        if view.get(&full).is_some() {
            return None;
        }
        view.insert(&full, Oid::parse(oid)?);
    }
    (!view.heads.is_empty()).then_some(view)
}

/// Whether a pattern with at most one `*` fits a branch, as a refspec does.
fn covers(pattern: &str, branch: &str) -> bool {
    match pattern.split_once('*') {
        Some((start, end)) => {
            branch.len() >= start.len() + end.len() && branch.starts_with(start) && branch.ends_with(end)
        }
        None => pattern == branch,
    }
}

/// A name that the remote lacks would fail the whole fetch, a pattern does not.
fn tolerant(pattern: &str) -> String {
    if pattern.contains('*') { pattern.to_owned() } else { format!("{pattern}*") }
}

fn spec(remote: &str, pattern: &str) -> String {
    format!("+refs/heads/{pattern}:refs/remotes/{remote}/{pattern}")
}

fn parse(text: &str, remote: &str) -> View {
    let tracking = format!("refs/remotes/{remote}/");
    let mut view = View::default();
    for line in text.lines() {
        // `<flag> <old> <new> <local ref>`
        let mut words = line.get(2..).unwrap_or_default().split(' ');
        let (Some(_), Some(new), Some(name)) = (words.next(), words.next(), words.next()) else { continue };
        let Some(oid) = Oid::parse(new) else { continue };
        match name.strip_prefix(&tracking) {
            Some(branch) => drop(view.heads.insert(branch.to_owned(), oid)),
            None => view.insert(name, oid),
        }
    }
    view
}

/// Asks the remote for its refs without fetching anything. With `names`, only for those.
///
/// # Errors
/// When the remote cannot be reached or refuses.
pub fn list(repo: &Repo, remote: &str, names: &[String], policy: NetworkPolicy) -> Result<View> {
    let mut run =
        repo.network("ls-remote", policy).dir(repo.dir()).args(["--quiet", "--end-of-options", remote]);
    if names.is_empty() {
        run = run.args(["refs/heads/*", "refs/tags/*"]);
    }
    let text = repo.git().text(run.args(names))?;
    let mut view = View::default();
    for line in text.lines() {
        if let Some((oid, name)) = line.split_once('\t')
            && !name.ends_with("^{}")
            && let Some(oid) = Oid::parse(oid)
        {
            view.insert(name, oid);
        }
    }
    Ok(view)
}

/// The heads of pull and merge requests that the forge keeps, by their number, oldest first.
///
/// # Errors
/// When the remote cannot be reached or refuses.
pub fn request_heads(repo: &Repo, remote: &str, policy: NetworkPolicy) -> Result<Vec<(String, Oid)>> {
    let run = repo.network("ls-remote", policy).dir(repo.dir());
    let patterns = ["refs/pull/*/head", "refs/merge-requests/*/head", "refs/pull-requests/*/from"];
    let text = repo.git().text(run.args(["--quiet", "--end-of-options", remote]).args(patterns))?;
    let mut heads: Vec<(u64, String, Oid)> = text
        .lines()
        .filter_map(|line| {
            let (oid, name) = line.split_once('\t')?;
            let number = name.split('/').find_map(|part| part.parse().ok())?;
            Some((number, name.to_owned(), Oid::parse(oid)?))
        })
        .collect();
    heads.sort_by_key(|(number, _, _)| *number);
    Ok(heads.into_iter().map(|(_, name, oid)| (name, oid)).collect())
}

/// Fetches what these refs name, without a ref here.
///
/// # Errors
/// When the remote cannot be reached or refuses.
pub fn objects_of(repo: &Repo, remote: &str, names: &[String], policy: NetworkPolicy) -> Result<()> {
    let run = repo.network("fetch", policy).dir(repo.dir());
    let run = run.args([
        "--quiet",
        "--no-tags",
        "--no-write-fetch-head",
        "--no-auto-maintenance",
        "--end-of-options",
        remote,
    ]);
    repo.git().ok(run.args(names)).map(drop)
}

/// What the remote calls its main branch, asked now: what is tracked of it here may be old.
///
/// # Errors
/// When the remote cannot be reached or refuses.
pub fn head(repo: &Repo, remote: &str, policy: NetworkPolicy) -> Result<Option<String>> {
    let run = repo.network("ls-remote", policy).dir(repo.dir());
    let text = repo.git().text(run.args(["--quiet", "--symref", "--end-of-options", remote, "HEAD"]))?;
    let line = text.lines().find_map(|line| line.strip_prefix("ref: refs/heads/"));
    Ok(line.and_then(|line| line.split_once('\t')).map(|(name, _)| name.to_owned()))
}

/// Brings what a ref of the remote holds, without a ref here.
///
/// # Errors
/// When the remote cannot be reached or has no such ref.
pub fn objects(repo: &Repo, remote: &str, name: &str) -> Result<()> {
    let run = repo.network("fetch", NetworkPolicy::default()).dir(repo.dir()).args([
        "--quiet",
        "--no-tags",
        "--no-prune",
        "--no-auto-maintenance",
        "--no-write-fetch-head",
        "--end-of-options",
        remote,
        name,
    ]);
    repo.git().ok(run).map(drop)
}

/// Where a branch of the remote was when it was last seen; without a remote, where the one here is.
///
/// # Errors
/// When refs cannot be read.
pub fn last_known_tip(repo: &Repo, remote: Option<&str>, branch: &str) -> Result<Option<Oid>> {
    repo.find_ref(&match remote {
        Some(remote) => format!("refs/remotes/{remote}/{branch}"),
        None => plan::head(branch),
    })
}

/// What this repository last knew of the remote; its own refs when there is no remote.
///
/// # Errors
/// When the refs cannot be read.
pub fn last_known(repo: &Repo, remote: Option<&str>) -> Result<View> {
    let prefix = remote.map_or_else(|| "refs/heads/".to_owned(), |r| format!("refs/remotes/{r}/"));
    let mut view = View::default();
    for found in repo.refs(&prefix)? {
        if let Some(branch) = found.name.strip_prefix(&prefix) {
            view.heads.insert(branch.to_owned(), found.oid);
        }
    }
    view.tags = local_tags(repo)?;
    Ok(view)
}

/// The tags here.
///
/// # Errors
/// When the refs cannot be read.
pub fn local_tags(repo: &Repo) -> Result<BTreeMap<String, Oid>> {
    let named = |r: super::object::Ref| Some((r.name.strip_prefix("refs/tags/")?.to_owned(), r.oid));
    Ok(repo.refs("refs/tags/")?.into_iter().filter_map(named).collect())
}

/// Deepens a shallow clone all the way: merges need the common history.
///
/// # Errors
/// When the remote cannot be reached.
pub fn unshallow(repo: &Repo, remote: &str, policy: NetworkPolicy) -> Result<()> {
    let run = repo.network("fetch", policy).dir(repo.dir()).args([
        "--quiet",
        "--unshallow",
        "--no-write-fetch-head",
        "--end-of-options",
        remote,
    ]);
    repo.git().ok(run).map(drop)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_older_gits_note_counts_only_when_it_is_ours_alone() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let ours = format!(
            "{a}\t\tbranch 'main' of /srv/shop of us\n{b}\tnot-for-merge\ttag 'v1.0.0' of /srv/shop of us\n"
        );
        let view = parse_fetch_head(&ours).unwrap();
        assert_eq!((view.heads["main"].as_str(), view.tags["v1.0.0"].as_str()), (a.as_str(), b.as_str()));
        let mixed = format!("{ours}{b}\t\tbranch 'main' of /elsewhere\n");
        assert_eq!(parse_fetch_head(&mixed), None);
        assert_eq!(parse_fetch_head(&format!("{ours}{ours}")), None);
        assert_eq!(parse_fetch_head(""), None);
    }

    #[test]
    fn patterns_cover_what_refspecs_cover() {
        assert!(covers("main*", "main") && covers("release/*", "release/1.3.0") && covers("*.x", "1.4.x"));
        assert!(!covers("release/*", "releases") && !covers("main", "maintenance"));
    }

    #[test]
    fn reads_fetch_porcelain() {
        let (a, b) = ("a".repeat(40), "b".repeat(40));
        let zero = "0".repeat(40);
        let text = format!(
            "= {a} {a} refs/remotes/origin/main\n* {zero} {b} refs/remotes/origin/release/1.3.0\n\
               {a} {b} refs/remotes/origin/develop\n! {a} {b} refs/tags/v1.0.0\n- {a} {zero} refs/remotes/origin/gone\n"
        );
        let view = parse(&text, "origin");
        assert_eq!(view.heads.len(), 3);
        assert_eq!(view.heads["develop"].as_str(), b);
        assert_eq!(view.tags["v1.0.0"].as_str(), b, "the remote's tag, not ours");
    }
}
