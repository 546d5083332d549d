//! [`Access`] by running `git`: slower, and right for every repository git can read.

mod numstat;

use super::access::Access;
use super::git_command::Git;
use super::object::{
    Commit, FileChange, Head, Link, Listed, Listing, NewCommit, Ref, Signature, moment, whole,
};
use super::{GitError, Result};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};
use crate::system::process::Run;
use chrono::{DateTime, FixedOffset};
use std::path::PathBuf;

/// What `git log` prints for a commit: fields split by NUL, the message last. Dates are raw: git
/// dies of some that it should show in words.
const COMMIT_FORMAT: &str = "--format=%H%x00%T%x00%P%x00%an%x00%ae%x00%ad%x00%cn%x00%ce%x00%cd%x00%B";

/// A repository asked through the git program.
#[derive(Debug)]
pub struct Command {
    git: Git,
    git_dir: PathBuf,
    worktree: Option<PathBuf>,
}

impl Command {
    /// Asks the repository at `git_dir`.
    pub const fn new(git: Git, git_dir: PathBuf, worktree: Option<PathBuf>) -> Self {
        Self { git, git_dir, worktree }
    }

    fn call(&self, subcommand: &str) -> Run {
        let dir = self.worktree.clone().unwrap_or_else(|| self.git_dir.clone());
        self.git.call(subcommand).dir(dir).env("GIT_DIR", &self.git_dir)
    }

    /// The ids of what these names mean (each ends in NUL), where it is of the wanted kind.
    fn batch_check(&self, names: Vec<String>, kind: &str) -> Result<Vec<Option<Oid>>> {
        if names.is_empty() {
            return Ok(Vec::new());
        }
        // What is missing is repeated as it was asked; a line end in it would look like two answers.
        let asked: String = names.iter().map(|name| name.replace('\n', "?")).collect();
        let run = self.call("cat-file").args(["--batch-check", "-z"]).stdin(asked);
        let text = self.git.text(run)?;
        let found = text.lines().map(|line| {
            let mut words = line.split(' ');
            let oid = words.next().and_then(Oid::parse);
            oid.filter(|_| words.next() == Some(kind))
        });
        Ok(found.collect())
    }

    fn oid(&self, run: Run, what: &str) -> Result<Oid> {
        let answer = self.git.text(run)?;
        parse_oid(what, &answer)
    }
}

fn parse_oid(what: &str, answer: &str) -> Result<Oid> {
    Oid::parse(answer)
        .ok_or_else(|| GitError::Unexpected { what: what.to_owned(), answer: answer.trim().to_owned() })
}

/// Exit status 1 of a git question that means "no".
fn no_is_one(git: &Git, run: Run, what: &str) -> Result<Option<String>> {
    let done = git.finish(run)?;
    match done.code {
        Some(0) => Ok(Some(done.text())),
        Some(1) => Ok(None),
        _ => Err(super::git_command::failed(what, &done)),
    }
}

fn parse_commit(text: &str) -> Option<Commit> {
    let mut fields = text.splitn(10, '\0');
    let mut next = || fields.next();
    let oid = Oid::parse(next()?)?;
    let tree = Oid::parse(next()?)?;
    let parents = next()?.split_whitespace().map(Oid::parse).collect::<Option<Vec<_>>>()?;
    let mut person =
        || Some(Signature { name: next()?.to_owned(), email: next()?.to_owned(), when: parse_date(next()?) });
    let (author, committer) = (person()?, person()?);
    let message = whole(next()?);
    Some(Commit { oid, tree, parents, author, committer, message })
}

/// Seconds since 1970 and a zone, `1763800000 +0100`.
fn parse_date(raw: &str) -> DateTime<FixedOffset> {
    let (seconds, zone) = raw.split_once(' ').unwrap_or((raw, ""));
    let zone: i32 = zone.parse().unwrap_or(0);
    moment(seconds.parse().unwrap_or(0), zone / 100 * 60 + zone % 100)
}

/// A line of `git ls-tree`; `None` for what is no file, and for a path that is not UTF-8.
fn listed(record: &[u8]) -> Option<(String, Listed)> {
    let (head, path) = std::str::from_utf8(record).ok()?.split_once('\t')?;
    let mut words = head.split(' ');
    let (mode, kind, id) = (words.next()?, words.next()?, words.next()?);
    let byte = |at: usize| u8::from_str_radix(id.get(at..at + 2)?, 16).ok();
    let bytes: Vec<u8> = (0..id.len()).step_by(2).map(byte).collect::<Option<_>>()?;
    let mode = u32::from_str_radix(mode, 8).ok()?;
    (kind == "blob").then(|| (path.to_owned(), Listed::new(&bytes, mode)))
}

impl Access for Command {
    fn head(&self) -> Result<Head> {
        let branch =
            no_is_one(&self.git, self.call("symbolic-ref").args(["--quiet", "HEAD"]), "symbolic-ref")?
                .and_then(|name| name.trim().strip_prefix("refs/heads/").map(str::to_owned));
        let oid = no_is_one(
            &self.git,
            self.call("rev-parse").args(["--quiet", "--verify", "HEAD^{commit}"]),
            "rev-parse",
        )?;
        Ok(Head { branch, oid: oid.as_deref().and_then(Oid::parse) })
    }

    fn refs(&self, prefix: &str) -> Result<Vec<Ref>> {
        let text = self.git.text(
            self.call("for-each-ref")
                .arg("--format=%(objectname) %(symref) %(refname)")
                .arg(prefix.trim_end_matches('/')),
        )?;
        Ok(text
            .lines()
            .filter_map(|line| {
                let mut fields = line.splitn(3, ' ');
                let (oid, symref, name) = (fields.next()?, fields.next()?, fields.next()?);
                let inside = symref.is_empty() && name.starts_with(prefix);
                inside.then_some(Ref { name: name.to_owned(), oid: Oid::parse(oid)? })
            })
            .collect())
    }

    fn find_ref(&self, name: &str) -> Result<Option<Oid>> {
        let run = self.call("rev-parse").args(["--quiet", "--verify", "--end-of-options", name]);
        Ok(no_is_one(&self.git, run, "rev-parse")?.as_deref().and_then(Oid::parse))
    }

    fn commit(&self, oid: &Oid) -> Result<Commit> {
        let run = self
            .call("log")
            .args(["-1", "--no-show-signature", "--encoding=UTF-8", "--date=raw", COMMIT_FORMAT])
            .arg(oid.as_str());
        let text = self.git.text(run)?;
        parse_commit(&text).ok_or_else(|| GitError::Unexpected { what: "log".into(), answer: text })
    }

    fn tagged_at(&self, name: &str) -> Result<Option<DateTime<FixedOffset>>> {
        let run = self.call("for-each-ref").arg("--format=%(creatordate:iso-strict)").arg(name);
        let text = self.git.text(run)?;
        Ok(text.lines().next().and_then(|at| DateTime::parse_from_rfc3339(at).ok()))
    }

    fn peel(&self, oid: &Oid) -> Result<Option<Oid>> {
        let run = self.call("rev-parse").args(["--quiet", "--verify"]).arg(format!("{oid}^{{commit}}"));
        let done = self.git.finish(run)?;
        Ok(if done.success() { Oid::parse(&done.text()) } else { None })
    }

    fn peel_all(&self, oids: &[Oid]) -> Result<Vec<Option<Oid>>> {
        self.batch_check(oids.iter().map(|oid| format!("{oid}^{{commit}}\0")).collect(), "commit")
    }

    fn has(&self, oid: &Oid) -> Result<bool> {
        Ok(self.git.finish(self.call("cat-file").args(["-e", oid.as_str()]))?.success())
    }

    fn is_ancestor(&self, old: &Oid, new: &Oid) -> Result<bool> {
        if old == new {
            return Ok(true);
        }
        let run = self.call("merge-base").args(["--is-ancestor", old.as_str(), new.as_str()]);
        Ok(no_is_one(&self.git, run, "merge-base")?.is_some())
    }

    fn merge_base(&self, a: &Oid, b: &Oid) -> Result<Option<Oid>> {
        let run = self.call("merge-base").args([a.as_str(), b.as_str()]);
        no_is_one(&self.git, run, "merge-base")?.map(|text| parse_oid("merge-base", &text)).transpose()
    }

    fn log(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Commit>> {
        let most = i32::try_from(limit).map(|n| format!("--max-count={n}")).ok();
        let run = self
            .call("log")
            .args(["-z", "--date-order", "--no-show-signature", "--encoding=UTF-8", "--date=raw"])
            .args(most)
            .arg(COMMIT_FORMAT)
            .arg(tip.as_str())
            .args(hide.iter().map(|h| format!("^{h}")));
        let text = self.git.text(run)?;
        // No field can hold a NUL, so ten of them are one commit.
        let fields: Vec<&str> = text.strip_suffix('\0').unwrap_or(&text).split('\0').collect();
        fields
            .chunks(10)
            .filter(|chunk| chunk.iter().any(|field| !field.is_empty()))
            .map(|chunk| {
                let entry = chunk.join("\0");
                parse_commit(&entry).ok_or(GitError::Unexpected { what: "log".into(), answer: entry })
            })
            .collect()
    }

    fn links(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Link>> {
        let most = i32::try_from(limit).map(|n| format!("--max-count={n}")).ok();
        let run = self
            .call("log")
            .args(["--date-order", "--no-show-signature", "--format=%H %T %P"])
            .args(most)
            .arg(tip.as_str())
            .args(hide.iter().map(|h| format!("^{h}")));
        let text = self.git.text(run)?;
        let mut links = Vec::new();
        for line in text.lines() {
            let mut oids = line.split_whitespace().map(Oid::parse);
            let (Some(Some(oid)), Some(Some(tree))) = (oids.next(), oids.next()) else {
                return Err(GitError::Unexpected { what: "log".into(), answer: line.to_owned() });
            };
            links.push(Link { oid, tree, parents: oids.flatten().collect(), size: 0 });
        }
        if links.is_empty() {
            return Ok(links);
        }
        let names: String = links.iter().map(|link| format!("{}\n", link.oid)).collect();
        let sizes = self.call("cat-file").arg("--batch-check=%(objectsize)").stdin(names);
        for (link, size) in links.iter_mut().zip(self.git.text(sizes)?.lines()) {
            link.size = size.parse().unwrap_or(usize::MAX);
        }
        Ok(links)
    }

    fn changes(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>> {
        self.numstat(old, new, &[])
    }

    fn substance(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>> {
        self.numstat(old, new, &["-w", "--ignore-blank-lines"])
    }

    fn patch_id(&self, old: &Oid, new: &Oid) -> Result<String> {
        let run = self
            .call("diff-tree")
            .args(["-r", "-p", "--full-index", "--no-ext-diff", "--no-textconv", "--ignore-submodules=none"])
            .args([old.as_str(), new.as_str()]);
        let patch = self.git.ok(run)?.stdout;
        let text = self.git.text(self.call("patch-id").arg("--stable").stdin(patch))?;
        Ok(text.split(' ').next().unwrap_or_default().to_owned())
    }

    fn blob(&self, commit: &Oid, path: &str) -> Result<Option<Vec<u8>>> {
        let run = self.call("cat-file").arg("blob").arg(format!("{commit}:{path}"));
        let done = self.git.finish(run)?;
        Ok(done.success().then_some(done.stdout))
    }

    fn blobs(&self, commits: &[Oid], path: &str, most: usize) -> Result<Vec<Option<Vec<u8>>>> {
        let names: String = commits.iter().map(|c| format!("{c}:{path}\n")).collect();
        let asked = self.call("cat-file").arg("--batch-check=%(objecttype) %(objectsize) %(objectname)");
        let text = self.git.text(asked.stdin(names))?;
        let is_small = |line: &str| {
            let mut words = line.split(' ');
            let small = words.next() == Some("blob") && words.next()?.parse::<usize>().ok()? <= most;
            words.next().and_then(Oid::parse).filter(|_| small)
        };
        let found: Vec<Option<Oid>> = text.lines().map(is_small).collect();
        let wanted: Vec<Oid> = found.iter().flatten().cloned().collect();
        let mut contents = self.read_blobs(&wanted)?.into_iter();
        Ok(found.into_iter().map(|blob| blob.and_then(|_| contents.next().flatten())).collect())
    }

    fn find_blobs(&self, places: &[(Oid, String)]) -> Result<Vec<Option<Oid>>> {
        self.batch_check(places.iter().map(|(commit, path)| format!("{commit}:{path}\0")).collect(), "blob")
    }

    fn read_blobs(&self, blobs: &[Oid]) -> Result<Vec<Option<Vec<u8>>>> {
        if blobs.is_empty() {
            return Ok(Vec::new());
        }
        let names: String = blobs.iter().map(|blob| format!("{blob}\n")).collect();
        let done = self.git.ok(self.call("cat-file").arg("--batch").stdin(names))?;
        let mut rest = done.stdout.as_slice();
        Ok(blobs.iter().map(|_| next_in_batch(&mut rest)).collect())
    }

    fn write_tree(&self, files: &[(&str, &[u8])]) -> Result<Oid> {
        let mut listing = String::new();
        for (name, content) in files {
            let run = self.call("hash-object").args(["-w", "--stdin"]).stdin(*content);
            let blob = self.oid(run, "hash-object")?;
            listing.push_str(&format!("100644 blob {blob}\t{name}\n"));
        }
        self.oid(self.call("mktree").stdin(listing), "mktree")
    }

    fn edit_tree(&self, tree: &Oid, files: &[(&str, Option<&[u8]>)]) -> Result<Oid> {
        // An index of our own: nobody's staged work is touched.
        let beside = tempfile::Builder::new()
            .prefix("hotfix-index-")
            .tempdir()
            .map_err(|e| GitError::File("a temporary directory".to_owned(), e))?;
        let index = beside.path().join("index");
        let call = |subcommand: &str| self.call(subcommand).env("GIT_INDEX_FILE", &index);
        self.git.ok(call("read-tree").arg(tree.as_str()))?;
        for (path, content) in files {
            let Some(content) = content else {
                self.git.ok(call("update-index").args(["--force-remove", "--", path]))?;
                continue;
            };
            let blob =
                self.oid(self.call("hash-object").args(["-w", "--stdin"]).stdin(*content), "hash-object")?;
            let listed = self.git.text(call("ls-files").args(["--stage", "--", path]))?;
            let mode =
                listed.split(' ').next().filter(|m| m.starts_with("100")).unwrap_or("100644").to_owned();
            self.git.ok(call("update-index")
                .arg("--add")
                .arg("--cacheinfo")
                .arg(format!("{mode},{blob},{path}")))?;
        }
        self.oid(call("write-tree"), "write-tree")
    }

    fn list_tree(&self, tree: &Oid) -> Result<Listing> {
        let done = self.git.ok(self.call("ls-tree").args(["-r", "-z", "--full-tree", tree.as_str()]))?;
        Ok(done.stdout.split(|byte| *byte == 0).filter_map(listed).collect())
    }

    fn tree_file(&self, tree: &Oid, path: &str) -> Result<Option<Listed>> {
        let call = self.call("ls-tree").args(["-z", "--full-tree", tree.as_str(), "--", path]);
        Ok(self.git.ok(call)?.stdout.split(|byte| *byte == 0).find_map(listed).map(|(_, file)| file))
    }

    fn tree_blob(&self, tree: &Oid, path: &str) -> Result<Option<Vec<u8>>> {
        // `tree:path` names a file whether the left side is a tree or a commit.
        self.blob(tree, path)
    }

    fn write_commit(&self, new: &NewCommit) -> Result<Oid> {
        self.oid(commit_tree(self.call("commit-tree"), new), "commit-tree")
    }

    fn write_tag(&self, content: &str) -> Result<Oid> {
        let run = self.call("hash-object").args(["-t", "tag", "-w", "--stdin"]).stdin(content);
        self.oid(run, "hash-object")
    }

    fn move_ref(&self, name: &str, expect: Option<&Oid>, new: &Oid, why: &str) -> Result<()> {
        let old = expect.map_or_else(|| new.null_like(), ToString::to_string);
        let run =
            self.call("update-ref").args(["--create-reflog", "-m", why, name, new.as_str(), old.as_str()]);
        let done = self.git.finish(run)?;
        if done.success() {
            return Ok(());
        }
        // Whether it moved or git cannot write at all is found out by looking.
        let now = self.find_ref(name)?;
        if now.as_ref() == expect && !done.error_text().contains(".lock") {
            return Err(super::git_command::failed("update-ref", &done));
        }
        Err(GitError::Moved(name.to_owned()))
    }

    fn delete_ref(&self, deletion: &Deletion) -> Result<()> {
        let run = self.call("update-ref").args(["-d", &deletion.name, deletion.expect.as_str()]);
        let done = self.git.finish(run)?;
        if done.success() {
            return Ok(());
        }
        match self.find_ref(&deletion.name)? {
            Some(now) if now == deletion.expect => Err(super::git_command::failed("update-ref", &done)),
            _ => Err(GitError::Moved(deletion.name.clone())),
        }
    }

    fn move_all(&self, updates: &[&Update], deletions: &[Deletion], why: &str) -> Result<()> {
        let mut script = String::from("start\n");
        for update in updates {
            let old = update.expect.as_ref().map_or_else(|| update.new.null_like(), ToString::to_string);
            script.push_str(&format!("update {} {} {old}\n", update.name, update.new));
        }
        for deletion in deletions {
            script.push_str(&format!("delete {} {}\n", deletion.name, deletion.expect));
        }
        script.push_str("prepare\ncommit\n");
        let run = self.call("update-ref").args(["-m", why, "--stdin"]).stdin(script);
        let done = self.git.finish(run)?;
        if done.success() { Ok(()) } else { Err(super::git_command::failed("update-ref", &done)) }
    }

    fn point_head(&self, branch: &str, from: &str) -> Result<()> {
        // The words of git itself, by which `git switch -` finds the way back.
        let why = format!("checkout: moving from {from} to {branch}");
        let name = format!("refs/heads/{branch}");
        self.git.ok(self.call("symbolic-ref").args(["-m", &why, "HEAD", &name])).map(drop)
    }

    fn flush(&self) -> Result<()> {
        // git has synced what it wrote: `core.fsync` is set on every call.
        Ok(())
    }
}

/// The next answer of `cat-file --batch`: `<oid> <type> <size>`, the content, a line end.
fn next_in_batch(rest: &mut &[u8]) -> Option<Vec<u8>> {
    let end = rest.iter().position(|b| *b == b'\n')?;
    let (header, body) = rest.split_at_checked(end)?;
    *rest = body.get(1..)?;
    let header = String::from_utf8_lossy(header);
    let mut words = header.rsplit(' ');
    let size: usize = words.next()?.parse().ok()?;
    let content = rest.get(..size)?;
    *rest = rest.get(size + 1..)?;
    (words.next()? == "blob").then(|| content.to_vec())
}

/// The arguments and the environment of `git commit-tree` for a new commit.
pub fn commit_tree(mut run: Run, new: &NewCommit) -> Run {
    let (author, committer) = (new.author.clean(), new.committer.clean());
    for parent in &new.parents {
        run = run.args(["-p", parent.as_str()]);
    }
    run.args(["-F", "-", new.tree.as_str()])
        .stdin(new.message.as_str())
        .env("GIT_AUTHOR_NAME", author.0)
        .env("GIT_AUTHOR_EMAIL", author.1)
        .env("GIT_AUTHOR_DATE", new.author.raw_date())
        .env("GIT_COMMITTER_NAME", committer.0)
        .env("GIT_COMMITTER_EMAIL", committer.1)
        .env("GIT_COMMITTER_DATE", new.committer.raw_date())
}
