//! A `git` in front of the real one: it writes down what it was called with, and can let
//! something happen in the one moment that matters.

use super::repo::Repo;
use super::world::{World, search_path, search_path_with};
use std::ffi::OsString;
use std::path::PathBuf;
use std::sync::atomic::Ordering;

impl World {
    fn shim_dir(&self) -> PathBuf {
        self.root.join("shim")
    }

    /// The search path with the shim in front.
    pub fn shimmed_path(&self) -> OsString {
        search_path_with(&self.shim_dir())
    }

    pub(super) fn real_git(&self) -> PathBuf {
        let found =
            std::env::split_paths(&search_path()).map(|dir| dir.join("git")).find(|git| git.is_file());
        found.expect("git is not on PATH")
    }

    fn install_shim(&self, word: &str, script: &str) {
        let (dir, real) = (self.shim_dir(), self.real_git());
        let text = format!(
            "#!/bin/sh\nprintf '%s\\n' \"$(printf '%s ' \"$@\" | tr '\\n' ' ')\" >>'{dir}/log'\n\
             case \" $* \" in *' {word} '*) if mkdir '{dir}/happened' 2>/dev/null; then (\n\
             PATH='{path}'; unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY\n\
             {script}\n) >'{dir}/output' 2>&1; fi ;; esac\nexec '{real}' \"$@\"\n",
            dir = dir.display(),
            real = real.display(),
            path = search_path().to_string_lossy(),
        );
        self.write_program(&dir.join("git"), &text);
        self.shimmed.store(true, Ordering::SeqCst);
    }
}

impl Repo {
    /// From now on every call of git by the program is written down.
    pub fn watch_git(&self) {
        self.world.install_shim("never-a-git-command", ":");
    }

    /// Lets a shell script happen once, right before the program's first `git … word …`.
    pub fn before_git(&self, word: &str, script: &str) {
        self.world.install_shim(word, script);
    }

    /// Whether what [`Repo::before_git`] arranged has happened.
    pub fn it_happened(&self) -> bool {
        self.world.shim_dir().join("happened").is_dir()
    }

    /// The calls of git since the last time this was asked, one line each.
    pub fn git_calls(&self) -> Vec<String> {
        let log = self.world.shim_dir().join("log");
        let text = std::fs::read_to_string(&log).unwrap_or_default();
        let _ = std::fs::remove_file(&log);
        text.lines().map(|line| line.trim().to_owned()).collect()
    }

    /// Those of [`Repo::git_calls`] that talk to a remote.
    pub fn connections(&self) -> Vec<String> {
        let talks = |call: &String| {
            let commands = ["fetch", "push", "ls-remote", "pull", "clone", "send-pack", "fetch-pack"];
            call.split_whitespace().any(|word| commands.contains(&word))
        };
        self.git_calls().into_iter().filter(talks).collect()
    }
}
