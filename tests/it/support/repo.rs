//! A repository, or one of its worktrees, and what can be done in it.

use super::call::Call;
use super::ran::Ran;
use super::world::{HOTFIX, World};
use std::ffi::OsStr;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::Ordering;

/// A directory in which git and the program are run.
#[derive(Clone)]
pub struct Repo {
    pub world: Arc<World>,
    pub dir: PathBuf,
}

impl Repo {
    /// The repository or worktree at `dir`.
    pub fn at(world: &Arc<World>, dir: impl Into<PathBuf>) -> Self {
        Self { world: Arc::clone(world), dir: dir.into() }
    }

    /// Runs the program here, a minute after the call before.
    pub fn hotfix<I, S>(&self, args: I) -> Ran
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.call(args).run()
    }

    /// Prepares a run of the program here; the clock moves by a minute.
    pub fn call<I, S>(&self, args: I) -> Call
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.world.tick();
        let call = Call::new(&self.world, HOTFIX.as_ref(), args, &self.dir).checking_text();
        // An editor that nobody expected fails instead of waiting for a person.
        let call = call.env("GIT_EDITOR", "false");
        if self.world.shimmed.load(Ordering::SeqCst) {
            call.env("PATH", self.world.shimmed_path())
        } else {
            call
        }
    }

    /// Prepares a run of git here.
    pub fn git_call<I, S>(&self, args: I) -> Call
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        Call::new(&self.world, "git".as_ref(), args, &self.dir)
            .env("GIT_AUTHOR_DATE", self.world.now())
            .env("GIT_COMMITTER_DATE", self.world.now())
            .env("GIT_EDITOR", "true")
    }

    /// Runs another program here, with git and the world's environment.
    pub fn program<I, S>(&self, program: &str, args: I) -> Ran
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        Call::new(&self.world, program.as_ref(), args, &self.dir).run()
    }

    /// Runs git here and returns what it printed, without the last line end.
    #[track_caller]
    pub fn git<I, S>(&self, args: I) -> String
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let ran = self.git_call(args).run();
        ran.ok();
        ran.stdout.trim_end().to_owned()
    }

    /// Runs git here and says whether it succeeded.
    pub fn git_agrees<I, S>(&self, args: I) -> bool
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        self.git_call(args).run().status == 0
    }

    /// Writes a file, with the directories it needs.
    pub fn write(&self, path: &str, text: &str) {
        let path = self.dir.join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    }

    /// Reads a file.
    #[track_caller]
    pub fn read(&self, path: &str) -> String {
        std::fs::read_to_string(self.dir.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"))
    }

    /// Whether a file exists.
    pub fn has_file(&self, path: &str) -> bool {
        self.dir.join(path).exists()
    }

    /// Writes and commits one file, with a message that names it.
    pub fn commit(&self, path: &str, text: &str) -> String {
        self.commit_as(&format!("Change {path}"), path, text)
    }

    /// Writes and commits one file under this message; returns the new commit.
    pub fn commit_as(&self, message: &str, path: &str, text: &str) -> String {
        self.write(path, text);
        self.git(["--literal-pathspecs", "add", "--", path]);
        self.git(["commit", "-q", "--cleanup=verbatim", "-m", message]);
        self.rev("HEAD")
    }

    /// Installs a client hook.
    pub fn hook(&self, name: &str, script: &str) {
        let path = self.common_dir().join("hooks").join(name);
        self.world.write_program(&path, &format!("#!/bin/sh\n{script}\n"));
    }

    /// All worktrees of this repository, the main one first.
    pub fn worktrees(&self) -> Vec<Self> {
        let listed = self.git(["worktree", "list", "--porcelain"]);
        let dirs = listed.lines().filter_map(|line| line.strip_prefix("worktree "));
        dirs.filter(|dir| Path::new(dir).is_dir()).map(|dir| Self::at(&self.world, dir)).collect()
    }

    /// The worktree in which a merge waits for a human.
    pub fn worktree_in_a_merge(&self) -> Option<Self> {
        self.worktree_with("MERGE_HEAD")
    }

    /// A worktree in the middle of what this ref stands for.
    pub fn worktree_with(&self, name: &str) -> Option<Self> {
        self.worktrees().into_iter().find(|w| w.has_rev(name))
    }
}
