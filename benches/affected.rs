//! `hotfix affected` on a long history, beside `git blame` and `git tag --contains` for every
//! candidate, on the same machine in the same run. Prints ratios; absolute times mean little.
//!
//! ```text
//! cargo bench --bench affected                   # 200,000 commits, 1,000 tags, 3 rounds
//! cargo bench --bench affected -- 20000 5        # 20,000 commits, 5 rounds
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

use common::{HOTFIX, command, git, median};
use std::fmt::Write as _;
use std::fs;
use std::io::Write as _;
use std::path::Path;
use std::process::Stdio;
use std::time::Instant;

/// Files that are edited in turn, and the lines of each.
const FILES: usize = 50;
const LINES: usize = 40;
/// Lines that the fix changes.
const FIXED: usize = 10;

fn main() {
    let numbers: Vec<usize> = std::env::args().filter_map(|a| a.parse().ok()).collect();
    let commits = numbers.first().copied().unwrap_or(200_000);
    let rounds = numbers.get(1).copied().unwrap_or(3);
    let root = tempfile::Builder::new().prefix("hotfix-bench-").tempdir().unwrap();
    let dir = root.path().join("repo");
    build(&dir, commits);
    println!("{commits} commits, 1000 tags, a fix of {FIXED} lines; a ratio is the median of {rounds}");
    println!("{:<22} {:>22} {:>12}", "", "hotfix/blame+contains", "hotfix takes");
    for graph in [false, true] {
        if graph {
            git(&dir, &["commit-graph", "write", "--reachable"]);
        }
        let (mut ratios, mut seconds) = (Vec::new(), Vec::new());
        for round in 0..=rounds {
            let (ours, found) = hotfix(&dir);
            let (theirs, expected) = by_hand(&dir);
            assert_eq!(found, expected, "both name the same releases");
            // The first round only warms the caches.
            if round > 0 {
                ratios.push(ours / theirs);
                seconds.push(ours);
            }
        }
        let name = if graph { "with a commit graph" } else { "without a commit graph" };
        println!("{name:<22} {:>22.2} {:>10.1} s", median(ratios).unwrap(), median(seconds).unwrap());
    }
}

fn hotfix(dir: &Path) -> (f64, usize) {
    let start = Instant::now();
    let out = command(dir, HOTFIX).args(["affected", "HEAD", "--json"]).output().unwrap();
    let took = start.elapsed().as_secs_f64();
    assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
    let found: serde_json::Value = serde_json::from_slice(&out.stdout).unwrap();
    (took, found["affected_tags"].as_array().unwrap().len())
}

/// One blame, then one question for each commit it names.
fn by_hand(dir: &Path) -> (f64, usize) {
    let start = Instant::now();
    let range = format!("-L1,{FIXED}");
    let blame = git(dir, &["blame", "-w", "-M", "-C", "-l", "-s", &range, "HEAD~1", "--", "src/file0"]);
    let mut writers: Vec<&str> =
        blame.lines().map(|l| l.trim_start_matches('^').split(' ').next().unwrap()).collect();
    writers.sort_unstable();
    writers.dedup();
    let mut tags: Vec<String> = Vec::new();
    for writer in writers {
        let listed = git(dir, &["tag", "--contains", writer, "--no-contains", "HEAD"]);
        tags.extend(listed.lines().map(str::to_owned));
    }
    tags.sort();
    tags.dedup();
    (start.elapsed().as_secs_f64(), tags.len())
}

/// A main line with a short side branch merged at every tenth commit, and a fix on top.
fn build(dir: &Path, commits: usize) {
    fs::create_dir_all(dir).unwrap();
    git(dir, &["init", "-q", "-b", "main"]);
    let mut import = command(dir, "git");
    let import = import.args(["fast-import", "--quiet", "--depth=20"]).stdin(Stdio::piped());
    let mut import = import.spawn().unwrap();
    let mut pipe = std::io::BufWriter::new(import.stdin.take().unwrap());
    let mut files = vec![vec![String::from("first"); LINES]; FILES];
    let every = (commits / 1000).max(1);
    for n in 1..=commits {
        let (file, line) = (n % FILES, (n / FILES * 7) % LINES);
        files[file][line] = format!("edit {n}");
        let mut text = String::new();
        let who = format!("committer B <b@localhost> {} +0000", 1_000_000_000 + n * 600);
        writeln!(text, "commit refs/heads/main\nmark :{n}\n{who}\ndata 4\nedit").unwrap();
        if n > 1 {
            writeln!(text, "from :{}", n - 1).unwrap();
        }
        if n % 10 == 0 {
            writeln!(text, "merge :{}", n - 5).unwrap();
        }
        let changed = if n == 1 { 0..FILES } else { file..file + 1 };
        for file in changed {
            let content = format!("{}\n", files[file].join("\n"));
            writeln!(text, "M 100644 inline src/file{file}\ndata {}\n{content}", content.len()).unwrap();
        }
        if n % every == 0 {
            let k = n / every;
            writeln!(
                text,
                "tag v{}.{}.0\nfrom :{n}\n{}\ndata 1\nt",
                1 + k / 50,
                k % 50,
                who.replace("committer", "tagger")
            )
            .unwrap();
        }
        pipe.write_all(text.as_bytes()).unwrap();
    }
    let mut fixed = files[0].clone();
    fixed.iter_mut().take(FIXED).for_each(|line| line.push_str(" mended"));
    let content = format!("{}\n", fixed.join("\n"));
    let last = format!(
        "commit refs/heads/main\ncommitter B <b@localhost> {} +0000\ndata 3\nfix\nfrom :{commits}\nM 100644 inline src/file0\ndata {}\n{content}\n",
        1_000_000_000 + (commits + 1) * 600,
        content.len()
    );
    pipe.write_all(last.as_bytes()).unwrap();
    drop(pipe);
    assert!(import.wait().unwrap().success());
    git(dir, &["pack-refs", "--all"]);
}
