//! "Does this branch have the fix?" has one answer, whoever is asked.

use crate::support::{FIXED_LOGIN, REPAIR, Shop};

/// `main` with the hotfix released as v1.2.1, `develop` as the case leaves it.
fn shop() -> Shop {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.git(["switch", "-q", "develop"]);
    shop
}

/// What audit and affected say about develop.
#[track_caller]
fn both(shop: &Shop, has_fix: bool) {
    let audit = shop.audit();
    assert_eq!(audit.at("login", "develop")["state"] != "lost", has_fix, "{}", audit.ran);
    let ran = shop.hotfix(["affected", "v1.2.1", "--json"]);
    let json = ran.ok().json();
    let branches = json["branches"].as_array().unwrap();
    let state = branches.iter().find(|b| b["branch"] == "develop").map(|b| b["state"].clone());
    assert_eq!(state.unwrap() != "affected", has_fix, "{ran}");
}

#[test]
fn a_merge_that_takes_our_side() {
    let shop = shop();
    shop.git(["merge", "-q", "-s", "ours", "--no-edit", "hotfix/login"]);
    both(&shop, false);
}

#[test]
fn a_file_that_was_deleted_and_resolved_by_git_rm() {
    let shop = shop();
    shop.git(["rm", "-q", "src/login.rs"]);
    shop.git(["commit", "-q", "-m", "Logins are a service now"]);
    assert!(!shop.git_agrees(["merge", "-q", "--no-edit", "hotfix/login"]));
    shop.git(["rm", "-q", "src/login.rs"]);
    shop.git(["commit", "-q", "--no-edit"]);
    both(&shop, true);
}

#[test]
fn a_directory_that_moved() {
    let shop = shop();
    shop.git(["mv", "src", "lib"]);
    shop.git(["commit", "-q", "-m", "Move it all"]);
    shop.git(["merge", "-q", "--no-edit", "hotfix/login"]);
    assert!(shop.show("develop", "lib/login.rs").contains(REPAIR));
    both(&shop, true);
}

#[test]
fn a_revert_after_the_merge() {
    let shop = shop();
    shop.merge_hotfix("develop", "login");
    shop.git(["revert", "--no-edit", "hotfix/login"]);
    both(&shop, false);
}

#[test]
fn a_resolution_by_hand() {
    let shop = shop();
    shop.edit_login("develop", "guest.unwrap()");
    assert!(!shop.git_agrees(["merge", "-q", "--no-edit", "hotfix/login"]));
    shop.write("src/login.rs", &FIXED_LOGIN.replace(REPAIR, "guest.unwrap_or(false)"));
    shop.git(["add", "."]);
    shop.git(["commit", "-q", "--no-edit"]);
    both(&shop, true);
}

#[test]
fn finish_brings_what_a_merge_dropped_and_asks_about_what_was_reverted() {
    for is_reverted in [false, true] {
        let shop = Shop::new();
        let hotfix = shop.ready("login");
        shop.refuse_updates_of("refs/heads/develop");
        hotfix.finish().exits(8);
        shop.accept_everything_again();
        // A colleague merges the hotfix on develop, and it is not there.
        let colleague = shop.colleague();
        colleague.git(["switch", "-q", "develop"]);
        match is_reverted {
            false => drop(colleague.git(["merge", "-q", "-s", "ours", "--no-edit", "origin/main"])),
            true => {
                colleague.git(["merge", "-q", "--no-ff", "--no-edit", "origin/main"]);
                colleague.git(["revert", "--no-edit", "-m", "1", "HEAD"]);
            }
        }
        colleague.git(["push", "-q", "origin", "develop"]);
        let before = shop.remote().rev("refs/heads/develop");
        if is_reverted {
            hotfix.finish().exits(3).says("took it back").says("--skip develop=");
            assert_eq!(shop.remote().rev("refs/heads/develop"), before);
            hotfix.finish_with(&["--skip", "develop=taken back on purpose"]).ok();
        } else {
            hotfix.finish().ok();
            assert_ne!(shop.remote().rev("refs/heads/develop"), before);
            shop.audit().has("login", "develop", "ancestry");
        }
    }
}

#[test]
fn releases_that_have_the_content_are_not_affected() {
    let shop = shop();
    // A backport in a commit of its own, with its own change log.
    shop.git(["switch", "-q", "-c", "support/1.1", "v1.2.0"]);
    shop.write("CHANGES.rst", "1.1.9: no crash\n");
    shop.write("src/login.rs", FIXED_LOGIN);
    shop.git(["add", "."]);
    shop.git(["commit", "-q", "-m", "Backport, and more"]);
    shop.git(["tag", "v1.1.9"]);
    let json = shop.hotfix(["affected", "v1.2.1", "--json"]).ok().json();
    let tags = |key: &str| json[key].as_array().unwrap().iter().any(|t| t == "v1.1.9");
    assert!(tags("fixed_tags") && !tags("affected_tags"), "{json:#}");
    shop.hotfix(["affected", "v1.2.1", "--advisory"]).ok();
}
