//! What the program costs, counted in processes and connections and never in seconds.

use crate::support::Shop;

#[test]
fn start_talks_to_the_remote_once() {
    let shop = Shop::new();
    shop.watch_git();
    shop.hotfix(["start", "fix-login-crash"]).ok();
    let connections = shop.connections();
    assert_eq!(connections.len(), 1, "{connections:#?}");
}

#[test]
fn finish_talks_to_the_remote_twice() {
    let shop = Shop::build().release("release/1.3.0").go();
    let hotfix = shop.ready("fix-login-crash");
    shop.watch_git();
    hotfix.finish().ok();
    let connections = shop.connections();
    assert_eq!(connections.len(), 2, "one fetch, one push: {connections:#?}");
}

#[test]
fn deleting_a_published_branch_costs_one_more_connection() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    shop.watch_git();
    hotfix.finish().ok();
    let connections = shop.connections();
    assert!(connections.len() <= 3, "{connections:#?}");
}

#[test]
fn everything_else_never_talks_to_the_remote() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.watch_git();
    for args in [
        &["status"][..],
        &["status", "--json"],
        &["status", "--porcelain"],
        &["list", "--all"],
        &["note", "x"],
        &["mark", "mitigated"],
        &["check", "tests"],
        &["timeline", "--all"],
        &["path"],
        &["postmortem", "--output", "-"],
        &["config", "--explain"],
        &["audit"],
    ] {
        shop.hotfix(args).ok();
        let connections = shop.connections();
        assert!(connections.is_empty(), "{args:?} talked to the remote: {connections:#?}");
    }
}

#[test]
fn a_whole_cycle_stays_within_its_budget_of_git_processes() {
    let shop = Shop::new();
    shop.watch_git();
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    hotfix.finish().ok();
    let calls = shop.git_calls();
    // One of them searches the tree for what still names the old version; git tells its version with its
    // configuration.
    assert!(calls.len() <= 9, "{} git processes: {calls:#?}", calls.len());
}
