//! `kill -9` between two steps of going back (`undo`, `rollback`), then the same command: the end is the
//! same. What a killed run had completed is not taken further back by the next one.

use crate::support::{Moment, Saved, Shop};
use std::collections::BTreeMap;

const NAME: &str = "fix-login-crash";

/// What must be the same in the end: every ref with the tree behind it, the worktree, the log.
#[derive(Debug, PartialEq, Eq)]
struct Ending {
    refs: BTreeMap<String, String>,
    worktree: Vec<String>,
    kinds: Vec<String>,
}

fn ending(shop: &Shop) -> Ending {
    let mut refs = BTreeMap::new();
    for (place, repo) in [("here", &shop.repo), ("there", shop.public())] {
        let listed = repo.git(["for-each-ref", "--format=%(refname) %(objecttype) %(tree)%(*tree)"]);
        let is_code = |line: &&str| !line.starts_with("refs/incidents") && !line.starts_with("refs/remotes");
        refs.extend(listed.lines().filter(is_code).filter_map(|line| {
            let (name, what) = line.split_once(' ')?;
            Some((format!("{place} {name}"), what.to_owned()))
        }));
    }
    let mut events = Vec::new();
    for log in shop.logs() {
        for line in shop.git(["log", "--format=%s", &log]).lines() {
            // A run that goes on may say again what it means, deploy what it was told is not deployed, and
            // it names what it cleaned up.
            let again = line.starts_with("publishing") || line.starts_with("deploy");
            if !again && !line.ends_with("had left.") {
                // Commits are made at other times, so their names differ.
                events.push(line.split(" at ").next().unwrap_or(line).to_owned());
            }
        }
    }
    events.sort();
    let head = shop.current_branch().unwrap_or_default();
    Ending { refs, worktree: vec![head, shop.git(["status", "--porcelain"])], kinds: events }
}

fn converges(shop: &Shop, args: &[&str]) {
    let saved = Saved::of(&shop.world);
    let (ran, course) = shop.repo.follow_the_course(args);
    ran.ok();
    let wanted = ending(shop);
    let moments = course.moments().into_iter().filter(|m| matches!(m, Moment::At(..)));
    let moments: Vec<Moment> = moments.collect();
    assert!(moments.len() > 2, "only {moments:?}");
    for moment in moments {
        saved.restore();
        let _ = shop.repo.killed_at(&moment, args);
        let public = shop.public().refs();
        let (tag, main) = ("refs/tags/v1.2.2", shop.public().tree("refs/heads/main"));
        if public.contains_key(tag) {
            assert_eq!(shop.public().tree(&format!("{tag}^{{commit}}")), main, "{moment}: half a release");
        }
        if ending(shop) != wanted {
            shop.hotfix(args).exits_with_one_of(&[0, 3]);
        }
        let found = ending(shop);
        assert!(found == wanted, "killed {moment}\nwanted {wanted:#?}\nfound {found:#?}");
        shop.repo.is_tidy();
    }
}

#[test]
fn undo_of_a_start() {
    let shop = Shop::build().in_memory().go();
    shop.start(NAME);
    converges(&shop, &["undo"]);
}

#[test]
fn undo_of_a_start_in_a_worktree_of_its_own() {
    let shop = Shop::build().in_memory().go();
    shop.start_with(NAME, &["--worktree"]);
    converges(&shop, &["undo", NAME]);
}

#[test]
fn undo_of_giving_up() {
    let shop = Shop::build().in_memory().go();
    shop.start(NAME).fix_login();
    shop.hotfix(["abort", "-y"]).ok();
    converges(&shop, &["undo", NAME]);
}

#[test]
fn undo_of_a_release_that_was_not_pushed() {
    let shop = Shop::build().in_memory().go();
    let _ = shop.ready(NAME).finish_with(&["--no-push"]);
    converges(&shop, &["undo"]);
}

#[test]
fn undo_of_a_note() {
    let shop = Shop::build().in_memory().go();
    shop.start(NAME);
    shop.hotfix(["note", "the first"]).ok();
    shop.hotfix(["note", "the second"]).ok();
    converges(&shop, &["undo"]);
}

#[test]
fn rollback() {
    let shop = Shop::build().in_memory().go();
    shop.ready(NAME).finish().ok();
    converges(&shop, &["rollback", "v1.2.1", "--confirm", "v1.2.1"]);
}

#[test]
fn rollback_with_a_deployment() {
    let config = "[deploy]\ncommand = \"true\"\n";
    let shop = Shop::build().in_memory().file("hotfix.toml", config).go();
    shop.ready(NAME).finish_with(&["--trust"]).ok();
    let args = ["rollback", "v1.2.1", "--confirm", "v1.2.1", "--trust", "--deployed", "no"];
    let first = shop.hotfix([&args[..], &["--dry-run"]].concat());
    first.ok();
    converges(&shop, &args);
}
