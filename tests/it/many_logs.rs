//! Whoever can push can make any number of logs: so many are read and no more, the honest ones are among them, and
//! what is here is read once.

use crate::support::{Repo, Shop};
use std::collections::BTreeMap;

/// What is read of one place: as the program has it.
const MOST: usize = 1000;

fn forged(repo: &Repo) -> usize {
    repo.git(["for-each-ref", "--format=%(refname)", "refs/incidents"])
        .lines()
        .filter(|name| name.contains("forged-"))
        .count()
}

/// How often each log was read.
fn reads(said: &str) -> BTreeMap<String, usize> {
    let mut reads = BTreeMap::new();
    for id in said.lines().filter_map(|line| line.split("reading the log ").nth(1)) {
        *reads.entry(id.trim().to_owned()).or_default() += 1;
    }
    reads
}

#[test]
fn a_flood_of_logs_is_left_there_and_the_honest_ones_come() {
    let (shop, colleague) = Shop::shared("fix-login-crash");
    // A colleague's is older by its name than every log of the flood, and has its branch there.
    colleague.git(["checkout", "-q", "main"]);
    colleague.hotfix(["start", "a-honest-one", "--push", "--no-input", "--incident", "new"]).ok();
    colleague.hotfix(["sync", "-y"]).ok();
    shop.stranger_floods(MOST + 25);
    let ran = shop.hotfix(["sync", "-y"]);
    ran.ok().says("25 more incident logs").says("hotfix sync origin --all");
    assert_eq!(forged(&shop), MOST);
    shop.hotfix(["status", "a-honest-one"]).ok().says("a-honest-one");
    // What was written meanwhile into a log that is here comes, and nothing else does.
    colleague.hotfix(["note", "and here is news", "--hotfix", "fix-login-crash"]).ok();
    colleague.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync", "-y", "--json"]).ok();
    shop.hotfix(["timeline", "fix-login-crash"]).ok().says("and here is news");
    assert_eq!(forged(&shop), MOST);
    shop.hotfix(["sync", "-y", "--all"]).ok();
    assert_eq!(forged(&shop), MOST + 25);
}

#[test]
fn each_log_is_read_once_in_a_run() {
    let (shop, _colleague) = Shop::shared("fix-login-crash");
    shop.stranger_floods(30);
    shop.hotfix(["sync", "-y"]).ok();
    let start = ["start", "another", "--no-input", "--incident", "new"];
    for args in [&["list"][..], &["status", "fix-login-crash"], &[], &["list", "--all"], &start] {
        let ran = shop.hotfix([&["-vv"], args].concat());
        ran.ok();
        let mut reads = reads(&ran.stderr);
        // What the command itself writes is read again.
        reads.retain(|id, _| id.contains("forged-"));
        assert!(reads.values().all(|n| *n == 1), "{args:?}: {reads:?}");
    }
}

#[test]
fn logs_of_one_name_are_held_against_each_other_once() {
    let (shop, _colleague) = Shop::shared("fix-login-crash");
    for n in 0..12 {
        let log = format!("refs/incidents/202611{:02}-again-{n:04}/log", n + 1);
        let id = log.split('/').nth(2).unwrap().to_owned();
        let told = |kind: &str, n: u32| {
            serde_json::json!({
                "kind": kind, "id": format!("{id}{n}"), "text": "again", "refs": { "log": id },
                "data": { "name": "again", "title": "again", "branch": "hotfix/again" },
            })
        };
        shop.stranger_writes(&log, &told("declared", 0), &[]);
        shop.stranger_writes(&log, &told("cancelled", 1), &[&log]);
    }
    shop.hotfix(["sync", "-y"]).ok();
    let ran = shop.hotfix(["-vv", "list", "--all"]);
    ran.ok();
    let reads = reads(&ran.stderr);
    assert!(reads.len() > 12 && reads.values().all(|n| *n == 1), "{reads:?}");
}
