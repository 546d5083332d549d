//! What a line of the log costs: appending and reading at 10, 1000 and 5000 events, and how much of
//! an append is waiting for the disk. Prints milliseconds, the median of several runs.
//!
//! ```text
//! cargo bench --bench record                # 15 runs each, below the temporary directory
//! TMPDIR=/some/disk cargo bench --bench record -- 30
//! ```

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::print_stdout,
    clippy::disallowed_methods,
    clippy::indexing_slicing,
    clippy::panic,
    reason = "a benchmark stops at the first surprise and prints"
)]

mod common;

use common::{HOTFIX, command, median};
use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Instant;

const SIZES: [usize; 3] = [10, 1000, 5000];

/// Three objects, the ref and its directory: what one append syncs.
const SYNCS: usize = 5;

fn main() {
    let runs = std::env::args().find_map(|a| a.parse().ok()).unwrap_or(15);
    let root = tempfile::Builder::new().prefix("hotfix-bench-").tempdir().unwrap();
    println!("milliseconds, median of {runs}; one fsync here costs {:.1}", fsync(root.path(), runs));
    println!("{:>7} {:>8} {:>8} {:>10} {:>15}", "events", "note", "run", "timeline", "timeline, gc'd");
    for size in SIZES {
        let repo = build(root.path(), size);
        let note = time(&repo, runs, &["note", "turned the flag off"]);
        let run = time(&repo, runs, &["-q", "run", "--", "true"]);
        let loose = time(&repo, runs, &["timeline", "--all"]);
        sh(&repo, "git", &["gc", "-q"]);
        let packed = time(&repo, runs, &["timeline", "--all"]);
        println!("{size:>7} {note:>8.1} {run:>8.1} {loose:>10.1} {packed:>15.1}");
    }
    println!("an append syncs up to {SYNCS} files and directories before it says so");
}

/// A hotfix with so many notes, written in one go.
fn build(root: &Path, size: usize) -> PathBuf {
    let repo = root.join(format!("with-{size}"));
    fs::create_dir_all(&repo).unwrap();
    sh(&repo, "git", &["init", "-q", "-b", "main"]);
    sh(&repo, "git", &["commit", "-q", "--allow-empty", "-m", "one"]);
    sh(&repo, "git", &["tag", "v1.0.0"]);
    sh(&repo, HOTFIX, &["-q", "start", "fix-it"]);
    let lines: String = (0..size).map(|n| format!("-{}s note line number {n}\n", size - n)).collect();
    let mut fill = command(&repo, HOTFIX);
    let mut child =
        fill.args(["-q", "note", "-F", "-"]).stdin(Stdio::piped()).stdout(Stdio::null()).spawn().unwrap();
    child.stdin.take().unwrap().write_all(lines.as_bytes()).unwrap();
    assert!(child.wait().unwrap().success());
    repo
}

fn sh(dir: &Path, program: &str, args: &[&str]) {
    let status = command(dir, program).args(args).stdout(Stdio::null()).status().unwrap();
    assert!(status.success(), "{program} {args:?}");
}

fn time(dir: &Path, runs: usize, args: &[&str]) -> f64 {
    let times = (0..runs).map(|_| {
        let start = Instant::now();
        let status = command(dir, HOTFIX).args(args).stdout(Stdio::null()).stderr(Stdio::null()).status();
        assert!(status.unwrap().success(), "{args:?}");
        start.elapsed().as_secs_f64() * 1000.0
    });
    median(times).unwrap()
}

fn fsync(dir: &Path, runs: usize) -> f64 {
    let times = (0..runs).map(|n| {
        let mut file = fs::File::create(dir.join(format!("sync-{n}"))).unwrap();
        file.write_all(b"a line of the log").unwrap();
        let start = Instant::now();
        file.sync_all().unwrap();
        start.elapsed().as_secs_f64() * 1000.0
    });
    median(times).unwrap()
}
