//! A whole cycle, start to finish, beside the same by hand and with git-flow, on the same machine
//! in the same run. Prints ratios; absolute times mean little.
//!
//! ```text
//! cargo bench --bench cycle                 # all, 7 rounds each
//! cargo bench --bench cycle -- 15 small     # 15 rounds of one repository
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

use common::{HOTFIX, command};
use std::fs;
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The commands a careful person types: a checkout for every merge, a connection for every push.
const BY_HAND: &str = "set -e
git checkout -q main; git pull -q origin main; git checkout -q -b hotfix/fix
echo fixed >src/file1; git commit -qam fix
git push -q origin hotfix/fix
git checkout -q main; git merge -q --no-ff -m merge hotfix/fix
git tag -a -m v1.0.1 v1.0.1
git push -q origin main; git push -q origin v1.0.1
git checkout -q develop; git merge -q --no-ff -m back hotfix/fix; git push -q origin develop
git branch -q -d hotfix/fix; git push -q origin --delete hotfix/fix";

const WITH_HOTFIX: &str = "set -e
hotfix -q start fix >/dev/null
echo fixed >src/file1; git commit -qam fix
hotfix -q check resolves critical-paths tests reviewed staging >/dev/null
hotfix -q finish -y >/dev/null";

/// The same with the branch on the remote, for a colleague to read.
const PUBLISHED: &str = "set -e
hotfix -q start fix >/dev/null
echo fixed >src/file1; git commit -qam fix
git push -q origin hotfix/fix
hotfix -q check resolves critical-paths tests reviewed staging >/dev/null
hotfix -q finish -y >/dev/null";

const WITH_GIT_FLOW: &str = "set -e
git flow hotfix start -F 1.0.1 >/dev/null 2>&1
echo fixed >src/file1; git commit -qam fix
GIT_MERGE_AUTOEDIT=no git flow hotfix finish -F -p -m v1.0.1 1.0.1 >/dev/null 2>&1";

struct Kind {
    name: &'static str,
    files: usize,
    tags: usize,
    /// What one connection costs.
    delay: Duration,
    /// The ratio to doing it by hand that we aim for.
    aim: f64,
}

const KINDS: [Kind; 4] = [
    Kind { name: "small", files: 20, tags: 1, delay: Duration::ZERO, aim: 1.0 },
    Kind { name: "tags", files: 20, tags: 20_000, delay: Duration::ZERO, aim: 0.6 },
    Kind { name: "files", files: 50_000, tags: 1, delay: Duration::ZERO, aim: 0.45 },
    Kind { name: "far", files: 20, tags: 1, delay: Duration::from_millis(250), aim: 0.7 },
];

fn main() {
    let args: Vec<String> = std::env::args().skip(1).filter(|a| a != "--bench").collect();
    let rounds = args.iter().find_map(|a| a.parse().ok()).unwrap_or(7);
    let only: Vec<&String> = args.iter().filter(|a| a.parse::<usize>().is_err()).collect();
    let root = tempfile::Builder::new().prefix("hotfix-bench-").tempdir().unwrap();
    let flow =
        Command::new("git").args(["flow", "version"]).stdout(Stdio::null()).stderr(Stdio::null()).status();
    let flow = flow.is_ok_and(|s| s.success());
    println!("{rounds} rounds each; everything divided by the same by hand, run just before; the median");
    println!("{:<8} {:>8} {:>8} {:>11} {:>10}", "", "aim", "hotfix", "published", "git-flow");
    for kind in KINDS.iter().filter(|k| only.is_empty() || only.iter().any(|o| *o == k.name)) {
        let seed = root.path().join(kind.name);
        build(kind, &seed);
        let mut ratios = [Vec::new(), Vec::new(), Vec::new()];
        // The first round only warms the caches.
        for round in 0..=rounds {
            let hand = run(kind, &seed, BY_HAND, false);
            let others = [(WITH_HOTFIX, true), (PUBLISHED, true), (WITH_GIT_FLOW, flow)];
            for (found, (script, there)) in ratios.iter_mut().zip(others) {
                if there {
                    let took = run(kind, &seed, script, script == WITH_GIT_FLOW);
                    found.extend((round > 0).then_some(took / hand));
                }
            }
        }
        let [ours, published, theirs] = ratios.map(median);
        println!("{:<8} {:>8} {ours:>8} {published:>11} {theirs:>10}", kind.name, format!("<= {}", kind.aim));
    }
}

fn median(values: Vec<f64>) -> String {
    common::median(values).map_or("absent".to_owned(), |v| format!("{v:.2}"))
}

/// One cycle from the same start, in seconds; what it leaves on the remote is looked at afterwards.
fn run(kind: &Kind, seed: &Path, script: &str, flow: bool) -> f64 {
    let place = seed.with_extension("run");
    if place.exists() {
        // The files stay: a file system that has just deleted thousands is slow to make new ones,
        // which would be counted against whoever makes some.
        let both = "rm -rf clone/.git remote.git; cp -a \"$SEED/remote.git\" .; cp -a \"$SEED/clone/.git\" clone/; \
            cd clone; git reset -q --hard; git clean -q -dfx";
        sh(&place, &place, &format!("SEED='{}'; {both}", seed.display()));
    } else {
        assert!(Command::new("cp").arg("-a").arg(seed).arg(&place).status().unwrap().success());
    }
    let clone = place.join("clone");
    let url = remote_url(kind, &place);
    sh(&clone, &place, &format!("git remote set-url origin '{url}'"));
    if flow {
        sh(
            &clone,
            &place,
            "git config gitflow.branch.master main; git config gitflow.branch.develop develop; \
            git config gitflow.prefix.hotfix hotfix/; git config gitflow.prefix.versiontag v; git config gitflow.prefix.feature feature/; \
            git config gitflow.prefix.release release/; git config gitflow.prefix.support support/",
        );
    }
    // A copy has other inodes: without this the first look would read every file again.
    sh(&clone, &place, "git update-index -q --refresh");
    let start = Instant::now();
    sh(&clone, &place, script);
    let took = start.elapsed().as_secs_f64();
    let remote = place.join("remote.git");
    sh(
        &remote,
        &place,
        "git merge-base --is-ancestor refs/tags/v1.0.1^0 refs/heads/main; \
        test $(git rev-parse refs/tags/v1.0.1^0) = $(git rev-parse refs/heads/main); \
        test $(git show refs/heads/develop:src/file1) = fixed",
    );
    took
}

fn remote_url(kind: &Kind, place: &Path) -> String {
    let path = place.join("remote.git");
    if kind.delay.is_zero() { path.display().to_string() } else { format!("ssh://far{}", path.display()) }
}

fn sh(dir: &Path, place: &Path, script: &str) {
    let binary = Path::new(HOTFIX);
    let path = format!("{}:{}", binary.parent().unwrap().display(), std::env::var("PATH").unwrap());
    let status = command(dir, "sh")
        .arg("-ec")
        .arg(script)
        .env("PATH", path)
        .env("HOME", place)
        .env("GIT_SSH_COMMAND", place.join("far-ssh"))
        .status()
        .unwrap();
    assert!(status.success(), "failed in {}:\n{script}", dir.display());
}

/// A remote with a release on main and a develop that is one commit ahead, and a clone of it.
fn build(kind: &Kind, seed: &Path) {
    fs::create_dir_all(seed.join("remote.git")).unwrap();
    fs::write(seed.join(".gitconfig"), "[user]\n\tname = Bench\n\temail = bench@localhost\n[init]\n\tdefaultBranch = main\n[protocol \"file\"]\n\tallow = always\n").unwrap();
    // An ssh that takes its time to connect, and then runs the command here.
    fs::write(
        seed.join("far-ssh"),
        format!(
            "#!/bin/sh\nsleep {}\nwhile [ $# -gt 1 ]; do shift; done\nexec sh -c \"$1\"\n",
            kind.delay.as_secs_f64()
        ),
    )
    .unwrap();
    let remote = seed.join("remote.git");
    let mut stream = String::from("blob\nmark :1\ndata 6\nhello\n\n");
    stream.push_str("commit refs/heads/main\nmark :2\ncommitter Bench <bench@localhost> 1700000000 +0000\ndata 5\nfirst\n");
    for n in 0..kind.files {
        let folder = if n == 1 { "src".to_owned() } else { format!("lib{}", n / 200) };
        stream.push_str(&format!("M 100644 :1 {folder}/file{n}\n"));
    }
    stream.push_str("\ncommit refs/heads/develop\nmark :3\ncommitter Bench <bench@localhost> 1700000001 +0000\ndata 7\nfeature\nfrom :2\nM 100644 :1 feature\n\n");
    for n in 0..kind.tags {
        let name = if n == 0 { "v1.0.0".to_owned() } else { format!("v0.{}.{}", n / 100, n % 100) };
        stream.push_str(&format!(
            "tag {name}\nfrom :2\ntagger Bench <bench@localhost> 1700000000 +0000\ndata 2\nt\n\n"
        ));
    }
    fs::write(seed.join("stream"), stream).unwrap();
    sh(
        &remote,
        seed,
        "chmod +x ../far-ssh; git init -q --bare .; git fast-import --quiet <../stream; git pack-refs --all; git gc -q; git symbolic-ref HEAD refs/heads/main",
    );
    sh(
        seed,
        seed,
        "git clone -q remote.git clone; cd clone; git branch -q develop origin/develop; git config gc.auto 0; git pack-refs --all",
    );
}
