//! Which release a rollback means: one that is not the newest, a number without its `v`, the name of a
//! hotfix, a release of an older line.

use crate::support::{Except, Shop};

fn hotfix_of_its_own(shop: &Shop, name: &str) {
    let hotfix = shop.start_with(name, &["--incident", "new"]);
    hotfix.commit(&format!("src/{name}.rs"), "// new\n");
    hotfix.answer_all().finish().ok();
}

/// v1.2.0, then v1.2.1 by `fix-login-crash`, then v1.2.2 by `second`.
fn three_releases() -> Shop {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    hotfix_of_its_own(&shop, "second");
    shop
}

#[test]
fn an_older_release_is_not_taken_back_where_going_back_to_it_may_be_meant() {
    let shop = three_releases();
    let before = shop.snapshot();
    for flags in [&[][..], &["--yes"], &["--confirm", "v1.2.2"]] {
        let ran = shop.hotfix([&["rollback", "v1.2.1"][..], flags].concat());
        ran.exits(3)
            .says("v1.2.2 is newer than v1.2.1 and would stay")
            .says("hotfix rollback v1.2.2 --to v1.2.1 --confirm v1.2.2")
            .says("hotfix rollback v1.2.1 --confirm v1.2.1");
    }
    // There is nothing before the first one: only the other way is offered.
    shop.hotfix(["rollback", "v1.2.0"])
        .exits(3)
        .says("hotfix rollback v1.2.2 --to v1.2.0 --confirm v1.2.2")
        .does_not_say("--confirm v1.2.0");
    before.still_holds_except(&[Except::Tracking]);
    shop.hotfix(["rollback", "v1.2.2", "--to", "v1.2.1", "--confirm", "v1.2.2"]).ok();
    assert_eq!(shop.remote().tree("refs/heads/main"), shop.remote().tree("refs/tags/v1.2.1"));
}

#[test]
fn the_plan_for_an_older_release_says_which_one_stays() {
    let shop = three_releases();
    shop.hotfix(["rollback", "v1.2.1", "-n"])
        .ok()
        .says("v1.2.2 is newer and stays")
        .says("To go back to v1.2.1: hotfix rollback v1.2.2 --to v1.2.1");
    let plan = shop.hotfix(["rollback", "v1.2.1", "-n", "--json"]).ok().json();
    assert_eq!((plan["undone"]["tag"].as_str(), plan["newer"].as_str()), (Some("v1.2.1"), Some("v1.2.2")));
    shop.hotfix(["rollback", "-n"]).ok().does_not_say("is newer and stays");
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).ok();
    assert!(shop.remote().git(["ls-tree", "-r", "--name-only", "refs/heads/main"]).contains("second.rs"));
}

/// Lines that overlap made it a conflict that only said "revert by hand".
#[test]
fn an_older_release_that_conflicts_offers_going_back_to_it() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let hotfix = shop.start_with("second", &["--incident", "new"]);
    hotfix.commit("src/login.rs", "// written anew\n");
    hotfix.answer_all().finish().ok();
    let ran = shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]);
    ran.exits(5).says("hotfix rollback v1.2.2 --to v1.2.1 -n");
    shop.hotfix(["rollback", "v1.2.2", "--to", "v1.2.1", "-n"]).ok();
}

#[test]
fn on_a_terminal_it_is_asked_which_one_is_meant() {
    let shop = three_releases();
    let mut terminal = shop.terminal(&["rollback", "v1.2.1"]);
    terminal.waits_for("v1.2.2 is newer than v1.2.1").waits_for("take back v1.2.1 alone: v1.2.2 stays");
    terminal.types("1").waits_for("Roll back v1.2.2 to v1.2.1?").types("n");
    terminal.exit_status();
    let mut terminal = shop.terminal(&["rollback", "v1.2.1"]);
    terminal.waits_for("v1.2.2 is newer than v1.2.1").types("2");
    terminal.waits_for("Take back v1.2.1 alone, and keep v1.2.2?").types("n");
    terminal.exit_status();
    assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.3"));
}

#[test]
fn a_number_without_its_letter_names_its_release() {
    let shop = three_releases();
    let plan = shop.hotfix(["rollback", "1.2.2", "--to", "1.2.0", "-n", "--json"]).ok().json();
    assert_eq!((plan["undone"]["tag"].as_str(), plan["back_to"].as_str()), (Some("v1.2.2"), Some("v1.2.0")));
    shop.hotfix(["rollback", "1.2.1", "--confirm", "1.2.1"]).ok();
    shop.hotfix(["affected", "1.2.1"]).ok().says("Taking v1.2.1 as the fix");
    shop.hotfix(["audit", "1.2.1"]).ok().says("fix-login-crash");
    // One that names no release is said to be none, with the nearest.
    let ran = shop.hotfix(["rollback", "1.2.9", "-n"]);
    ran.exits(2)
        .says("there is no release 1.2.9")
        .says("hotfix rollback v1.2.")
        .does_not_say("no release yet");
    shop.hotfix(["rollback", "V1.2.2", "--to", "1.2.9", "-n"]).exits(2).says("there is no release 1.2.9");
}

#[test]
fn a_number_of_several_releases_names_none_of_them() {
    let shop = Shop::build().tags(&["core-1.2.0", "web-1.2.0"]).go();
    let ran = shop.hotfix(["rollback", "1.2.0", "-n"]);
    ran.exits(2).says("several releases have the number 1.2.0");
    ran.says("hotfix rollback core-1.2.0 -n").says("hotfix rollback web-1.2.0 -n");
}

#[test]
fn the_name_of_a_released_hotfix_means_its_release() {
    let shop = three_releases();
    for name in ["fix-login-crash", "hotfix/fix-login-crash"] {
        let plan = shop.hotfix(["rollback", name, "-n", "--json"]).ok().json();
        assert_eq!(plan["undone"]["tag"], "v1.2.1", "{name}");
    }
    shop.hotfix(["rollback", "fix-login-crash"]).exits(3).says("--confirm v1.2.1");
    shop.start_with("open", &["--incident", "new"]);
    shop.hotfix(["rollback", "open", "-n"]).exits(3).says("open is not released");
    shop.hotfix(["rollback", "fix-lgoin-crash", "-n"]).exits(2).says("hotfix rollback fix-login-crash -n");
    shop.hotfix(["rollback", "fix-login-crash", "--confirm", "v1.2.1"]).ok();
}

/// And the other way round: where a hotfix is asked for, its release is known, too.
#[test]
fn a_release_in_the_place_of_a_hotfix_names_the_hotfix() {
    let shop = three_releases();
    for word in ["v1.2.1", "1.2.1"] {
        let ran = shop.hotfix(["timeline", word]);
        ran.exits(2).says("its hotfix is fix-login-crash").says("hotfix timeline fix-login-crash");
    }
    shop.hotfix(["postmortem", "v1.2.2", "--output", "-"])
        .exits(2)
        .says("hotfix postmortem second --output -");
}

/// v1.2.0 is old and fixed as v1.2.1 on its line; production is at v2.0.0.
fn fixed_line(branch: &str) -> Shop {
    let shop = Shop::new();
    shop.git(["push", "-q", "origin", &format!("v1.2.0^{{commit}}:refs/heads/{branch}")]);
    shop.commit("src/two.rs", "// two\n");
    shop.git(["tag", "-a", "-m", "v2.0.0", "v2.0.0"]);
    shop.git(["push", "-q", "origin", "main", "v2.0.0"]);
    shop.start_with("fix-login-crash", &["--from", "v1.2.0"]).fix_login().answer_all().finish().ok();
    shop
}

#[test]
fn a_release_of_an_older_line_is_taken_back_on_its_line() {
    for branch in ["support/1.2", "release/1.2"] {
        let shop = fixed_line(branch);
        let (main, develop) = (shop.tip("main"), shop.tip("develop"));
        shop.hotfix(["rollback", "v1.2.1", "-n"])
            .ok()
            .says(&format!("{branch}  "))
            .says("main keeps the port of v1.2.1; git revert");
        shop.hotfix(["rollback", "v1.2.1"]).exits(3).says("hotfix rollback v1.2.1 --confirm v1.2.1");
        let ran = shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]);
        // The result says so as well, not just the plan above it.
        assert!(ran.ok().says("v1.2.2").stdout.contains("main keeps the port of v1.2.1; git revert"));
        let remote = shop.remote();
        assert_eq!(remote.tree(&format!("refs/heads/{branch}")), remote.tree("refs/tags/v1.2.0"));
        assert_eq!(remote.rev("refs/tags/v1.2.2^{commit}"), shop.tip(branch));
        assert_eq!((shop.tip("main"), shop.tip("develop")), (main, develop), "{branch}");
    }
}

#[test]
fn a_release_that_no_branch_has_is_refused_with_another_line_than_the_one_typed() {
    let shop = Shop::new();
    shop.git(["switch", "-q", "--detach", "v1.2.0^{commit}"]);
    shop.commit("src/aside.rs", "// aside\n");
    shop.git(["tag", "-a", "-m", "v1.1.9", "v1.1.9"]);
    shop.git(["push", "-q", "origin", "v1.1.9"]);
    shop.git(["switch", "-q", "main"]);
    let ran = shop.hotfix(["rollback", "v1.1.9", "-n"]);
    ran.exits(2).says("v1.1.9 is a release, but neither in main nor").says("git branch -a --contains v1.1.9");
    ran.does_not_say("hint: hotfix rollback v1.1.9");
}
