//! How long `hotfix audit` takes in a git-flow repository with years of history, and how much memory of its own
//! (on Linux: packs are mapped, and their pages are not counted).
//!
//! ```text
//! cargo bench --bench audit                       # 1,500 to 50,000 commits, and 3,000 of four large files
//! cargo bench --bench audit -- 5000 100           # so many commits and releases
//! cargo bench --bench audit -- 5000 100 4 8000    # and files, and lines in each
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
use std::collections::BTreeSet;
use std::io::Write;
use std::path::Path;
use std::process::Stdio;
use std::time::{Duration, Instant};

const FILES: usize = 300;
const LINES: usize = 60;

fn main() {
    let numbers: Vec<usize> = std::env::args().skip(1).filter_map(|a| a.parse().ok()).collect();
    let sizes = match numbers.as_slice() {
        [commits, releases] => vec![(*commits, *releases, FILES, LINES)],
        [commits, releases, files, lines] => vec![(*commits, *releases, *files, *lines)],
        _ => vec![
            (1_500, 30, FILES, LINES),
            (10_000, 100, FILES, LINES),
            (25_000, 200, FILES, LINES),
            (50_000, 300, FILES, LINES),
            (3_000, 60, 4, 4_000),
        ],
    };
    println!(
        "{:>8} {:>6} {:>9} {:>9} {:>6} {:>14} {:>5}",
        "commits", "lines", "hotfixes", "processes", "lost", "seconds", "MB"
    );
    for (commits, releases, files, lines) in sizes {
        let place = tempfile::Builder::new().prefix("hotfix-bench-").tempdir().unwrap();
        let repo = place.path().join("repo");
        std::fs::create_dir_all(&repo).unwrap();
        build(&repo, commits, releases, (files, lines));
        let mut times: Vec<f64> = Vec::new();
        let mut answer = serde_json::Value::Null;
        let mut processes = 0;
        for _ in 0..5 {
            let start = Instant::now();
            let output = command(&repo, HOTFIX).args(["audit", "--json", "-v"]).output().unwrap();
            times.push(start.elapsed().as_secs_f64());
            answer = serde_json::from_slice(&output.stdout).unwrap();
            let said = String::from_utf8_lossy(&output.stderr).into_owned();
            processes =
                said.lines().filter(|line| line.starts_with("git ") || line.contains(" git ")).count();
        }
        let fixes = answer["fixes"].as_array().unwrap().len();
        let least = times.iter().copied().fold(f64::INFINITY, f64::min);
        let range = format!("{:.2} ({least:.2})", median(times).unwrap());
        let (lost, memory) = (&answer["lost"], memory(&repo).map_or("-".to_owned(), |mb| mb.to_string()));
        println!(
            "{commits:>8} {lines:>6} {fixes:>9} {processes:>9} {lost:>6} {range:>14} {memory:>5}",
            lost = lost.to_string()
        );
    }
}

/// The most memory of its own that one run had, looked at every few milliseconds.
fn memory(repo: &Path) -> Option<u64> {
    let mut run = command(repo, HOTFIX)
        .args(["audit", "--json"])
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let status = format!("/proc/{}/status", run.id());
    let mut most = None;
    while run.try_wait().unwrap().is_none() {
        let text = std::fs::read_to_string(&status).unwrap_or_default();
        let line = text.lines().find_map(|line| line.strip_prefix("RssAnon:"));
        let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
        most = most.max(kib.map(|kib| kib / 1024));
        std::thread::sleep(Duration::from_millis(5));
    }
    most
}

/// Numbers that look random and are the same every time.
struct Dice(u64);

impl Dice {
    fn roll(&mut self, sides: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % sides
    }
}

type Tree = Vec<Vec<String>>;

/// Writes history for `git fast-import`.
struct Writer<W: Write> {
    out: W,
    mark: usize,
    seconds: usize,
}

impl<W: Write> Writer<W> {
    fn commit(
        &mut self,
        branch: &str,
        message: &str,
        parents: &[usize],
        files: &BTreeSet<usize>,
        tree: &Tree,
    ) -> usize {
        self.mark += 1;
        self.seconds += 600;
        let (mark, seconds) = (self.mark, self.seconds);
        write!(
            self.out,
            "commit refs/heads/{branch}\nmark :{mark}\ncommitter A <a@localhost> {seconds} +0000\n"
        )
        .unwrap();
        write!(self.out, "data {}\n{message}\n", message.len()).unwrap();
        for (at, parent) in parents.iter().enumerate() {
            writeln!(self.out, "{} :{parent}", if at == 0 { "from" } else { "merge" }).unwrap();
        }
        for file in files {
            let text = tree[*file].concat();
            write!(self.out, "M 100644 inline src/d{}/f{file}\ndata {}\n{text}\n", file % 20, text.len())
                .unwrap();
        }
        writeln!(self.out).unwrap();
        mark
    }

    fn tag(&mut self, name: &str, mark: usize) {
        let seconds = self.seconds;
        write!(self.out, "tag {name}\nfrom :{mark}\ntagger A <a@localhost> {seconds} +0000\ndata 1\nt\n")
            .unwrap();
    }
}

/// `develop` with ordinary work, a release every so often, a hotfix after each: most are merged
/// back, some are picked, some forgotten.
fn build(place: &Path, commits: usize, releases: usize, (files, lines): (usize, usize)) {
    git(place, &["init", "-q", "-b", "main", "."]);
    let mut import = command(place, "git");
    let import = import.args(["fast-import", "--quiet"]).stdin(Stdio::piped());
    let mut import = import.spawn().unwrap();
    let out = std::io::BufWriter::new(import.stdin.take().unwrap());
    let mut writer = Writer { out, mark: 0, seconds: 1_500_000_000 };
    let mut dice = Dice(42);
    let line = |dice: &mut Dice| format!("    let value = compute({});\n", dice.roll(1_000_000));
    let mut develop: Tree = (0..files).map(|_| (0..lines).map(|_| line(&mut dice)).collect()).collect();
    let all: BTreeSet<usize> = (0..files).collect();
    let mut main_tip = writer.commit("main", "Begin", &[], &all, &develop);
    writer.tag("v0.1.0", main_tip);
    let (mut develop_tip, mut since_release) = (main_tip, BTreeSet::new());
    let mut production = develop.clone();
    let each = commits / releases;
    for release in 1..=releases {
        for _ in 0..each.saturating_sub(4) {
            let file = dice.roll(files);
            let at = dice.roll(lines);
            develop[file][at] = line(&mut dice);
            since_release.insert(file);
            let only = BTreeSet::from([file]);
            develop_tip = writer.commit("develop", "Work on something", &[develop_tip], &only, &develop);
        }
        for file in std::mem::take(&mut since_release) {
            production[file].clone_from(&develop[file]);
        }
        let message = format!("Merge branch 'release/1.{release}.0'");
        main_tip = writer.commit("main", &message, &[main_tip, develop_tip], &all, &production);
        writer.tag(&format!("v1.{release}.0"), main_tip);
        let (file, at) = (dice.roll(files), dice.roll(lines));
        production[file][at] = format!("    let value = repaired({release});\n");
        let only = BTreeSet::from([file]);
        let fix = writer.commit("side", "Repair it", &[main_tip], &only, &production);
        let message = format!("Merge branch 'hotfix/fix-{release}'");
        main_tip = writer.commit("main", &message, &[main_tip, fix], &only, &production);
        writer.tag(&format!("v1.{release}.1"), main_tip);
        let kind = dice.roll(20);
        if kind > 1 {
            develop[file][at].clone_from(&production[file][at]);
        }
        since_release.insert(file);
        let parents = if kind > 4 { vec![develop_tip, main_tip] } else { vec![develop_tip] };
        if kind > 1 {
            develop_tip = writer.commit("develop", "Bring it back", &parents, &only, &develop);
        }
    }
    writer.out.flush().unwrap();
    drop(writer);
    assert!(import.wait().unwrap().success());
    git(place, &["branch", "-q", "-D", "side"]);
    git(place, &["gc", "-q"]);
}
