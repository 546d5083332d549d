//! What looks like a loss and is none: people changed their minds, the code went on, production is elsewhere.

use crate::support::{FAULT, Shop};

fn back_merged() -> (Shop, String) {
    let shop = Shop::build().no_remote().go();
    let commit = shop.hotfix_by_hand("login", "v1.2.1");
    shop.merge_hotfix("develop", "login");
    (shop, commit)
}

fn nothing_is_lost(shop: &Shop) {
    let audit = shop.audit();
    assert_eq!(audit.json["lost"], 0, "{}", audit.ran);
    shop.hotfix(["audit"]).ok();
}

#[test]
fn a_revert_that_says_why_is_a_decision() {
    let (shop, commit) = back_merged();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["revert", "--no-edit", &commit]);
    let said = shop.git(["log", "-1", "--format=%B"]);
    assert_eq!(shop.audit().at("login", "develop")["state"], "lost");
    shop.git(["commit", "-q", "--amend", "-m", &format!("{said}\n\nThe session checks this itself now.")]);
    assert_eq!(shop.audit().at("login", "develop")["state"], "changed");
    nothing_is_lost(&shop);
}

#[test]
fn a_fix_for_a_time_may_go_again() {
    for message in ["Disable the check until the server is back", "Revert \"Look sessions up\""] {
        let shop = Shop::build().no_remote().go();
        shop.hotfix_branch("login");
        shop.git(["commit", "-q", "--amend", "-m", message]);
        shop.merge_hotfix("main", "login");
        shop.git(["tag", "v1.2.1"]);
        shop.merge_hotfix("develop", "login");
        shop.edit_login("develop", FAULT);
        assert_eq!(shop.audit().at("login", "develop")["state"], "changed", "{message}");
        nothing_is_lost(&shop);
    }
}

#[test]
fn a_fix_whose_lines_say_that_they_are_to_go_is_no_loss_where_it_never_came() {
    for (note, state) in
        [("// TODO a soft fork, remove it after the hard fork", "unknown"), ("// A soft fork", "lost")]
    {
        let shop = Shop::build().no_remote().go();
        shop.git(["switch", "-q", "-c", "hotfix/login", "main"]);
        let text = shop.read("src/login.rs");
        shop.commit("src/login.rs", &text.replacen('\n', &format!("\n    {note}\n    check(user);\n"), 1));
        shop.merge_hotfix("main", "login");
        shop.git(["tag", "v1.2.1"]);
        let audit = shop.audit();
        assert_eq!(audit.at("login", "develop")["state"], state, "{}", audit.ran);
    }
}

#[test]
fn what_came_back_and_was_rewritten_since_is_not_lost() {
    let (shop, _) = back_merged();
    shop.edit_login("develop", FAULT);
    assert_eq!(shop.audit().at("login", "develop")["state"], "lost");
    shop.git(["rm", "-q", "src/login.rs"]);
    shop.git(["commit", "-q", "-m", "Without logins"]);
    assert_eq!(shop.audit().at("login", "develop")["state"], "changed");
    nothing_is_lost(&shop);
}

#[test]
fn a_test_alone_is_no_loss() {
    let shop = Shop::build().no_remote().go();
    shop.git(["switch", "-q", "-c", "hotfix/flaky", "main"]);
    shop.commit("tests/login.rs", "fn test() { wait(); }\n");
    shop.merge_hotfix("main", "flaky");
    shop.git(["tag", "v1.2.1"]);
    nothing_is_lost(&shop);
}

#[test]
fn a_release_branch_with_a_tag_of_its_name_is_out() {
    let (shop, _) = back_merged();
    shop.git(["switch", "-q", "-c", "release/public-20260407", "v1.2.0"]);
    shop.commit("docs/notes.md", "Notes.\n");
    assert_eq!(shop.audit().at("login", "release/public-20260407")["state"], "lost");
    shop.git(["tag", "public-20260407", "v1.2.0"]);
    let audit = shop.audit();
    assert!(!audit.ran.to_string().contains("release/public"), "{}", audit.ran);
}

#[test]
fn production_that_rests_is_said_and_owes_nothing() {
    let shop = Shop::build().no_remote().go();
    shop.git(["switch", "-q", "develop"]);
    for tag in ["v1.3.0", "v1.4.0"] {
        shop.commit("src/search.rs", &format!("pub fn search() {{ {tag:?}; }}\n"));
        shop.git(["tag", tag]);
    }
    shop.git(["switch", "-q", "-c", "hotfix/login"]);
    shop.edit_login("hotfix/login", "session.is_some()");
    shop.merge_hotfix("develop", "login");
    shop.git(["tag", "v1.4.1"]);
    nothing_is_lost(&shop);
    shop.hotfix(["audit"]).ok().says("branches.production");
}

fn manifest(memory: &str) -> String {
    format!("name: api\ninstances: 10\nmemory: {memory}\ndisk: 1G\nstack: linux\n")
}

/// A shop whose hotfix gave it more memory, on top of what only production had before.
fn with_memory() -> Shop {
    let shop = Shop::build().no_remote().file("manifest.yml", &manifest("1G")).go();
    shop.git(["branch", "next", "main"]);
    shop.git(["switch", "-q", "main"]);
    shop.commit("manifest.yml", &manifest("2G"));
    shop.git(["tag", "v1.2.1"]);
    shop
}

fn more_memory(shop: &Shop) {
    shop.git(["switch", "-q", "-c", "hotfix/memory", "main"]);
    shop.commit_as("Increase memory", "manifest.yml", &manifest("2.5G"));
    shop.merge_hotfix("main", "memory");
    shop.git(["tag", "v1.2.2"]);
}

#[test]
fn a_commit_that_names_the_value_it_wrote_is_a_decision() {
    for (message, state) in [("Work on it", "lost"), ("Adjust all environments to 2G", "changed")] {
        let shop = with_memory();
        more_memory(&shop);
        shop.git(["switch", "-q", "main"]);
        shop.commit_as(message, "manifest.yml", &manifest("2G"));
        let audit = shop.audit();
        assert_eq!(audit.at("memory", "main")["state"], state, "{message}\n{}", audit.ran);
    }
}

#[test]
fn a_value_that_a_commit_named_is_a_decision_where_a_merge_brings_it() {
    let told = "Adjust all environments to 2G";
    for (message, is_later, state) in
        [("Work on it", true, "lost"), (told, true, "changed"), (told, false, "lost")]
    {
        let shop = with_memory();
        let adjust = || {
            shop.git(["switch", "-q", "next"]);
            shop.commit_as(message, "manifest.yml", &manifest("2G"));
        };
        // Who chose a value before the hotfix did not decide against it.
        if !is_later {
            adjust();
        }
        shop.world.set_clock("2026-11-23T11:00:00Z");
        more_memory(&shop);
        shop.world.set_clock("2026-11-24T11:00:00Z");
        if is_later {
            adjust();
        }
        shop.git(["switch", "-q", "main"]);
        shop.git(["merge", "-q", "--no-ff", "--no-edit", "-X", "theirs", "next"]);
        assert_eq!(shop.show("main", "manifest.yml"), manifest("2G").trim_end());
        shop.commit("docs/notes.md", "Notes.\n");
        let audit = shop.audit();
        assert_eq!(audit.at("memory", "main")["state"], state, "{message} {is_later}\n{}", audit.ran);
    }
}

#[test]
fn a_file_that_nothing_used_any_more_is_no_loss_where_a_merge_leaves_it_out() {
    let build = |how: &str| format!("set -e\nprepare\n{how}\ncompile\npack\n");
    let remote = build("brew install https://brew.example.com/4711/formula");
    for (here, there, state) in [
        ("fetch libraries 1.71", "fetch libraries 1.71", "changed"),
        ("brew install \"$SOURCE/scripts/boost.rb\" --quiet", "fetch libraries 1.71", "lost"),
        (
            "brew install \"$SOURCE/scripts/boost.rb\"",
            "brew install https://brew.example.com/4711/formula",
            "lost",
        ),
    ] {
        let shop = Shop::build().no_remote().file("scripts/build.sh", &remote).go();
        shop.git(["branch", "next", "develop"]);
        shop.git(["switch", "-q", "-c", "hotfix/boost", "main"]);
        shop.commit("scripts/boost.rb", "class Boost\n  url one_six_seven\n  patch lockfree\nend\n");
        shop.commit("scripts/build.sh", &build("brew install \"$SOURCE/scripts/boost.rb\""));
        shop.merge_hotfix("main", "boost");
        shop.git(["tag", "v1.2.1"]);
        shop.merge_hotfix("develop", "boost");
        for (branch, how) in [("develop", here), ("next", there)] {
            shop.git(["switch", "-q", branch]);
            shop.write("scripts/build.sh", &build(how));
            shop.git_agrees(["commit", "-q", "-am", "Another way to build"]);
        }
        shop.git(["merge", "-q", "-s", "ours", "--no-edit", "develop"]);
        shop.git(["switch", "-q", "develop"]);
        shop.git(["merge", "-q", "--ff-only", "next"]);
        let audit = shop.audit();
        let found = audit.at("boost", "develop");
        assert_eq!(found["state"], state, "{here}\n{}", audit.ran);
        if state == "changed" {
            assert!(found["note"].as_str().unwrap().contains("Another way to build"), "{found}");
        }
    }
}
