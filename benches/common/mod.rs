//! What the benchmarks share.

#![allow(dead_code, reason = "no benchmark needs all of it")]

use std::path::Path;
use std::process::{Command, Stdio};

/// The program that is measured.
pub const HOTFIX: &str = env!("CARGO_BIN_EXE_hotfix");

/// A program in a repository, with nothing of whoever runs the benchmark: the directory that holds
/// the repository is its home.
pub fn command(dir: &Path, program: &str) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir).env("HOME", dir.parent().unwrap()).env("GIT_CONFIG_NOSYSTEM", "1");
    for name in ["GIT_DIR", "GIT_WORK_TREE", "GIT_CONFIG_GLOBAL", "GIT_CONFIG_COUNT", "XDG_CONFIG_HOME"] {
        command.env_remove(name);
    }
    for who in ["AUTHOR", "COMMITTER"] {
        command.env(format!("GIT_{who}_NAME"), "Bench").env(format!("GIT_{who}_EMAIL"), "bench@localhost");
    }
    command
}

/// What git answers; it has to succeed.
pub fn git(dir: &Path, args: &[&str]) -> String {
    let out = command(dir, "git").args(args).stderr(Stdio::inherit()).output().unwrap();
    assert!(out.status.success(), "git {args:?}");
    String::from_utf8(out.stdout).unwrap()
}

/// The one in the middle; `None` of nothing.
pub fn median(values: impl IntoIterator<Item = f64>) -> Option<f64> {
    let mut values: Vec<f64> = values.into_iter().collect();
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied()
}
