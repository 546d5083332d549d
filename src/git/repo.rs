//! An opened repository: where it is, and the way to its objects and refs.

use super::access::Access;
use super::command::Command;
use super::config::GitConfig;
use super::git_command::{Git, NetworkPolicy, Own};
use super::library::Library;
use super::object::{Commit, FileChange, Head, Link, Listed, Listing, NewCommit, Ref};
use super::related::Related;
use super::{GitError, Result, removed};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};
use crate::system::env::Env;
use crate::system::files;
use crate::system::process::Run;
use chrono::{DateTime, FixedOffset};
use std::cell::{Cell, OnceCell, RefCell};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::rc::Rc;

/// The oldest git this program works with.
pub const GIT_FLOOR: (u32, u32) = (2, 38);

/// From so many blobs on, starting git is cheaper than reading them here.
const MANY_BLOBS: usize = 1000;

/// How many comparisons of commits are kept, and how many files each may have.
const CHANGES: usize = 4_000;
const FILES: usize = 500;

/// Commands of git that move refs.
const MOVES_REFS: [&str; 7] = ["update-ref", "switch", "worktree", "merge", "commit", "stash", "tag"];

/// What changes between two commits.
type Changes = Rc<[FileChange]>;

/// A git repository.
pub struct Repo {
    git: Git,
    git_dir: PathBuf,
    common_dir: PathBuf,
    worktree: Option<PathBuf>,
    library: Option<Library>,
    command: Command,
    home: PathBuf,
    /// Every ref, as it was listed last.
    refs: RefCell<Option<Vec<Ref>>>,
    /// How often refs were moved, or had to be listed again.
    moves: Cell<u64>,
    /// The tree that was listed last.
    listed: RefCell<Option<(Oid, Rc<Listing>)>>,
    /// What was searched for last, in which tree, and where it was.
    pub(super) searched: RefCell<Option<(Oid, String, Vec<String>)>>,
    /// What changes between two commits never changes, and many branches are held against the same ones.
    changes: RefCell<HashMap<(Oid, Oid), Changes>>,
    /// The commit that a tag names never changes, and all tags are looked at several times in a run.
    peeled: RefCell<HashMap<Oid, Oid>>,
    related: Related,
    config: OnceCell<GitConfig>,
    version: OnceCell<(u32, u32)>,
}

/// A repository without a configuration, where git and libgit2 disagree: git takes it for a bare one unless it is
/// called `.git`.
fn plainly_bare(opened: &git2::Repository) -> Option<git2::Repository> {
    let dir = opened.path();
    let is_named = dir.ends_with(".git") || opened.is_worktree();
    let is_bare = !is_named && !opened.commondir().join("config").exists();
    is_bare.then(|| git2::Repository::open_bare(dir).ok()).flatten()
}

impl Repo {
    /// Opens the repository around the current directory, or the one `GIT_DIR` names.
    ///
    /// # Errors
    /// When there is none, or git refuses to trust it.
    pub fn open(env: &Env) -> Result<Self> {
        let git = Git::new(env);
        let cwd = env.cwd().map_err(|_| {
            GitError::Gone(env.var("PWD").and_then(|gone| removed::repository_of_removed(Path::new(gone))))
        })?;
        match git2::Repository::open_from_env() {
            Ok(opened) => {
                let opened = match env.var("GIT_WORK_TREE") {
                    None => plainly_bare(&opened).unwrap_or(opened),
                    Some(_) => opened,
                };
                let place = Place {
                    git_dir: files::canonical(opened.path()),
                    common_dir: files::canonical(opened.commondir()),
                    worktree: opened.workdir().map(files::canonical),
                };
                Ok(Self::assemble(env, git, place, Some(Library::new(opened))))
            }
            // libgit2 cannot read it, or it is none: git's word counts.
            Err(_) => {
                let place = discover(&git, &cwd)?;
                Ok(Self::assemble(env, git, place, None))
            }
        }
    }

    fn assemble(env: &Env, git: Git, place: Place, library: Option<Library>) -> Self {
        let command = Command::new(git.clone(), place.git_dir.clone(), place.worktree.clone());
        Self {
            git,
            git_dir: place.git_dir,
            common_dir: place.common_dir,
            worktree: place.worktree,
            library,
            command,
            home: env.var("HOME").unwrap_or_default().into(),
            refs: RefCell::new(None),
            moves: Cell::new(0),
            listed: RefCell::default(),
            searched: RefCell::default(),
            changes: RefCell::default(),
            peeled: RefCell::default(),
            related: Related::default(),
            config: OnceCell::new(),
            version: OnceCell::new(),
        }
    }

    /// Whether libgit2 reads this repository.
    pub const fn has_library(&self) -> bool {
        self.library.is_some()
    }

    /// The way to git.
    pub const fn git(&self) -> &Git {
        &self.git
    }

    /// Every file of a tree. The last one is remembered: a large tree is dear to list, and is asked for
    /// more than once.
    ///
    /// # Errors
    /// When git cannot read the tree.
    pub fn listing(&self, tree: &Oid) -> Result<Rc<Listing>> {
        if let Some((_, known)) = self.listed.borrow().as_ref().filter(|(of, _)| of == tree) {
            return Ok(known.clone());
        }
        let listing = Rc::new(self.list_tree(tree)?);
        *self.listed.borrow_mut() = Some((tree.clone(), listing.clone()));
        Ok(listing)
    }

    /// Lists the refs again when they are asked for next: another process may have moved some.
    pub fn forget_refs(&self) {
        self.moves.set(self.moves.get() + 1);
        self.refs.replace(None);
    }

    /// A number that grows with every ref that this process moves: what was computed from refs counts while it is
    /// the same.
    pub const fn moved_refs(&self) -> u64 {
        self.moves.get()
    }

    /// A call of git inside this repository.
    pub fn call(&self, subcommand: &str) -> Run {
        if MOVES_REFS.contains(&subcommand) {
            self.forget_refs();
        }
        self.git.call(subcommand).dir(self.dir())
    }

    /// The directory git is run in: the worktree, or the git directory of a bare repository.
    pub fn dir(&self) -> &Path {
        self.worktree.as_deref().unwrap_or(&self.git_dir)
    }

    /// This worktree's git directory.
    pub fn git_dir(&self) -> &Path {
        &self.git_dir
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> &Path {
        &self.common_dir
    }

    /// The root of this worktree; `None` in a bare repository.
    pub fn worktree(&self) -> Option<&Path> {
        self.worktree.as_deref()
    }

    /// The user's home directory, for paths that start with `~/`.
    pub fn home(&self) -> &Path {
        &self.home
    }

    /// git's configuration.
    ///
    /// # Errors
    /// When git cannot read it.
    pub fn config(&self) -> Result<&GitConfig> {
        if let Some(config) = self.config.get() {
            return Ok(config);
        }
        let config = GitConfig::read(&self.git, self.dir())?;
        Ok(self.config.get_or_init(|| config))
    }

    /// The same repository with a configuration that was read already.
    pub fn with_config(self, config: GitConfig) -> Self {
        drop(self.config.set(config));
        self
    }

    /// A call of git that talks to a remote, in the way the user's configuration says.
    pub fn network(&self, subcommand: &str, policy: NetworkPolicy) -> Run {
        let own = self.config().map_or_else(
            |_| Own::default(),
            |config| Own {
                ssh: config.get("core.sshcommand").is_some(),
                checks_submodules: config.checks_submodules() == Some(true),
            },
        );
        self.git.network(subcommand, policy, own)
    }

    /// git's version, major and minor.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn version(&self) -> Result<(u32, u32)> {
        if let Some(version) = self.version.get() {
            return Ok(*version);
        }
        let told = self.config().ok().and_then(GitConfig::git_version);
        let version = told.map_or_else(|| git_version(&self.git), Ok)?;
        Ok(*self.version.get_or_init(|| version))
    }

    /// Whether this git is at least `major.minor`.
    pub fn is_git(&self, major: u32, minor: u32) -> bool {
        self.version().is_ok_and(|v| v >= (major, minor))
    }

    /// Whether HEAD is on a branch that has no commit yet.
    pub fn head_is_unborn(&self) -> bool {
        self.head().is_ok_and(|head| head.oid.is_none())
    }

    /// The commits whose parents are not here, because history is cut off at some depth.
    ///
    /// # Errors
    /// When git's list of them cannot be read.
    pub fn cut(&self) -> Result<Vec<Oid>> {
        let path = self.common_dir.join("shallow");
        let text = files::read_optional(&path).map_err(|e| GitError::File(path.display().to_string(), e))?;
        Ok(text.iter().flat_map(|text| text.lines()).filter_map(Oid::parse).collect())
    }

    /// Whether an object is in this clone, without asking a partial clone's remote for it.
    pub fn is_stored(&self, oid: &Oid) -> bool {
        self.library.as_ref().is_some_and(|library| library.has(oid).unwrap_or(false))
    }

    /// Whether history is here as it is: not cut off, where more may be fetched, and not changed.
    fn is_whole(&self) -> bool {
        !self.is_shallow() && !self.has_grafts()
    }

    /// Whether commits have other parents here than they have (`info/grafts`).
    pub fn has_grafts(&self) -> bool {
        let text = files::read_optional(&self.common_dir.join("info/grafts")).ok().flatten();
        text.is_some_and(|text| text.lines().any(|line| !line.is_empty() && !line.starts_with('#')))
    }

    /// Whether history is cut off at some depth.
    pub fn is_shallow(&self) -> bool {
        self.common_dir.join("shallow").is_file()
    }

    /// The merge of two commits that changed different things, in this process; `None` where git's
    /// own merge has to look.
    pub fn merge_apart(&self, ours: &Oid, theirs: &Oid) -> Option<Oid> {
        let merged = self.library.as_ref()?.merge_apart(ours, theirs);
        merged.inspect_err(|error| log::debug!("libgit2 could not merge ({error}); asking git")).ok()?
    }

    /// The files of one tree that another has not, or not so.
    ///
    /// # Errors
    /// When git cannot read the trees.
    pub fn only_in(&self, tree: &Oid, other: &Oid) -> Result<Vec<String>> {
        if let Some(Ok(found)) = self.library.as_ref().map(|library| library.only_in(tree, other)) {
            return Ok(found);
        }
        let (tree, other) = (self.list_tree(tree)?, self.list_tree(other)?);
        let differs = |path: &&String| tree.get(path) != other.get(path);
        Ok(tree.paths.iter().filter(differs).cloned().collect())
    }

    /// What a ref's reflog remembers, newest first; `None` where libgit2 cannot read it.
    pub fn reflog(&self, name: &str) -> Option<Vec<Oid>> {
        self.library.as_ref()?.reflog(name).ok()
    }

    /// As [`Self::ask`]; git does it where a hook is told of every ref that moves.
    fn ask_unless_hooked(&self, question: impl Fn(&dyn Access) -> Result<()>) -> Result<()> {
        if self.has_hook("reference-transaction") { question(&self.command) } else { self.ask(question) }
    }

    fn ask<T>(&self, question: impl Fn(&dyn Access) -> Result<T>) -> Result<T> {
        if let Some(library) = &self.library {
            match question(library) {
                Ok(answer) => return Ok(answer),
                Err(GitError::Moved(name)) => return Err(GitError::Moved(name)),
                Err(error) => log::debug!("libgit2 could not answer ({error}); asking git"),
            }
        }
        question(&self.command)
    }
}

impl Access for Repo {
    fn head(&self) -> Result<Head> {
        self.ask(|a| a.head())
    }
    fn refs(&self, prefix: &str) -> Result<Vec<Ref>> {
        // All of them once: listing costs the same for one prefix as for all.
        let mut known = self.refs.borrow_mut();
        let all = match known.take() {
            Some(all) => all,
            None => self.ask(|a| a.refs("refs/"))?,
        };
        let start = all.partition_point(|r| r.name.as_str() < prefix);
        let found = all.iter().skip(start).take_while(|r| r.name.starts_with(prefix)).cloned().collect();
        *known = Some(all);
        Ok(found)
    }
    fn find_ref(&self, name: &str) -> Result<Option<Oid>> {
        self.ask(|a| a.find_ref(name))
    }
    fn commit(&self, oid: &Oid) -> Result<Commit> {
        self.ask(|a| a.commit(oid))
    }
    fn tagged_at(&self, name: &str) -> Result<Option<DateTime<FixedOffset>>> {
        self.ask(|a| a.tagged_at(name))
    }
    fn peel(&self, oid: &Oid) -> Result<Option<Oid>> {
        self.ask(|a| a.peel(oid))
    }
    fn peel_all(&self, oids: &[Oid]) -> Result<Vec<Option<Oid>>> {
        let mut known = self.peeled.borrow_mut();
        let open: Vec<Oid> = oids.iter().filter(|oid| !known.contains_key(*oid)).cloned().collect();
        if !open.is_empty() {
            // What is not here may be fetched later.
            let found = self.ask(|a| a.peel_all(&open))?;
            known.extend(open.into_iter().zip(found).filter_map(|(oid, commit)| Some((oid, commit?))));
        }
        Ok(oids.iter().map(|oid| known.get(oid).cloned()).collect())
    }
    fn has(&self, oid: &Oid) -> Result<bool> {
        self.ask(|a| a.has(oid))
    }
    fn is_ancestor(&self, old: &Oid, new: &Oid) -> Result<bool> {
        let find = || self.ask(|a| a.is_ancestor(old, new));
        if self.is_whole() { self.related.is_ancestor((old, new), find) } else { find() }
    }
    fn merge_base(&self, a: &Oid, b: &Oid) -> Result<Option<Oid>> {
        let find = || self.ask(|x| x.merge_base(a, b));
        if self.is_whole() { self.related.base((a, b), find) } else { find() }
    }
    fn log(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Commit>> {
        self.ask(|a| a.log(tip, hide, limit))
    }
    fn links(&self, tip: &Oid, hide: &[Oid], limit: usize) -> Result<Vec<Link>> {
        self.ask(|a| a.links(tip, hide, limit))
    }
    fn patch_id(&self, old: &Oid, new: &Oid) -> Result<String> {
        self.ask(|a| a.patch_id(old, new))
    }

    fn changes(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>> {
        let pair = (old.clone(), new.clone());
        if let Some(known) = self.changes.borrow().get(&pair) {
            return Ok(known.to_vec());
        }
        let found = self.ask(|a| a.changes(old, new))?;
        let mut kept = self.changes.borrow_mut();
        // A merge of much is asked for once; what is asked for again and again are small commits.
        if kept.len() < CHANGES && found.len() < FILES {
            kept.insert(pair, found.as_slice().into());
        }
        Ok(found)
    }
    fn substance(&self, old: &Oid, new: &Oid) -> Result<Vec<FileChange>> {
        self.ask(|a| a.substance(old, new))
    }
    fn blob(&self, commit: &Oid, path: &str) -> Result<Option<Vec<u8>>> {
        self.ask(|a| a.blob(commit, path))
    }
    fn blobs(&self, commits: &[Oid], path: &str, most: usize) -> Result<Vec<Option<Vec<u8>>>> {
        self.ask(|a| a.blobs(commits, path, most))
    }
    fn find_blobs(&self, places: &[(Oid, String)]) -> Result<Vec<Option<Oid>>> {
        self.ask(|a| a.find_blobs(places))
    }
    fn read_blobs(&self, blobs: &[Oid]) -> Result<Vec<Option<Vec<u8>>>> {
        // libgit2 unpacks each of them by itself; git keeps what they are deltas of.
        if blobs.len() > MANY_BLOBS {
            return self.command.read_blobs(blobs);
        }
        self.ask(|a| a.read_blobs(blobs))
    }
    fn write_tree(&self, files: &[(&str, &[u8])]) -> Result<Oid> {
        self.ask(|a| a.write_tree(files))
    }
    fn edit_tree(&self, tree: &Oid, files: &[(&str, Option<&[u8]>)]) -> Result<Oid> {
        self.ask(|a| a.edit_tree(tree, files))
    }
    fn list_tree(&self, tree: &Oid) -> Result<Listing> {
        self.ask(|a| a.list_tree(tree))
    }
    fn tree_file(&self, tree: &Oid, path: &str) -> Result<Option<Listed>> {
        self.ask(|a| a.tree_file(tree, path))
    }
    fn tree_blob(&self, tree: &Oid, path: &str) -> Result<Option<Vec<u8>>> {
        self.ask(|a| a.tree_blob(tree, path))
    }
    fn write_commit(&self, commit: &NewCommit) -> Result<Oid> {
        self.ask(|a| a.write_commit(commit))
    }
    fn write_tag(&self, content: &str) -> Result<Oid> {
        self.ask(|a| a.write_tag(content))
    }
    fn move_ref(&self, name: &str, expect: Option<&Oid>, new: &Oid, why: &str) -> Result<()> {
        let known = self.refs.take();
        self.forget_refs();
        self.ask(|a| a.move_ref(name, expect, new, why))?;
        // Listed again after a failure: another process has moved it.
        self.refs.replace(known.map(|all| moved(all, name, Some(new))));
        Ok(())
    }
    fn move_all(&self, updates: &[&Update], deletions: &[Deletion], why: &str) -> Result<()> {
        self.forget_refs();
        self.ask_unless_hooked(|a| a.move_all(updates, deletions, why))
    }
    fn point_head(&self, branch: &str, from: &str) -> Result<()> {
        self.ask_unless_hooked(|a| a.point_head(branch, from))
    }
    fn flush(&self) -> Result<()> {
        self.ask(|a| a.flush())
    }
    fn delete_ref(&self, deletion: &Deletion) -> Result<()> {
        let known = self.refs.take();
        self.forget_refs();
        self.ask(|a| a.delete_ref(deletion))?;
        self.refs.replace(known.map(|all| moved(all, &deletion.name, None)));
        Ok(())
    }
}

/// The refs, in name order as before, after one of them was set or deleted.
fn moved(mut refs: Vec<Ref>, name: &str, oid: Option<&Oid>) -> Vec<Ref> {
    let at = refs.partition_point(|r| r.name.as_str() < name);
    let there = refs.get(at).is_some_and(|r| r.name == name);
    let new = oid.map(|oid| Ref { name: name.to_owned(), oid: oid.clone() });
    refs.splice(at..at + usize::from(there), new);
    refs
}

struct Place {
    git_dir: PathBuf,
    common_dir: PathBuf,
    worktree: Option<PathBuf>,
}

fn discover(git: &Git, dir: &Path) -> Result<Place> {
    let ask =
        |args: &[&str]| git.finish(git.call("rev-parse").arg("--path-format=absolute").args(args).dir(dir));
    let done = ask(&["--git-dir", "--git-common-dir"])?;
    if !done.success() {
        return Err(GitError::NoRepository(done.error_text()));
    }
    let text = done.text();
    let mut lines = text.lines();
    let (Some(git_dir), Some(common_dir)) = (lines.next(), lines.next()) else {
        return Err(GitError::Unexpected { what: "rev-parse".into(), answer: text });
    };
    let top = ask(&["--show-toplevel"])?;
    let worktree = top.success().then(|| PathBuf::from(top.text().trim_end_matches('\n')));
    Ok(Place { git_dir: git_dir.into(), common_dir: common_dir.into(), worktree })
}

fn git_version(git: &Git) -> Result<(u32, u32)> {
    let text = git.text(git.call("version"))?;
    let numbers = super::config::numbers(text.split_whitespace().nth(2).unwrap_or_default());
    numbers.ok_or(GitError::Unexpected { what: "version".into(), answer: text })
}
