//! Back to an earlier release where production takes pull requests only.

use crate::request_moved::main_moves;
use crate::requests::versioned;
use crate::support::{Flavour, Forge, Shop};

const BRANCH: &str = "rollback-v1.2.1";

/// v1.2.1 is out, and production is protected since.
fn released(flavour: Flavour) -> (Shop, Forge, String) {
    let shop = versioned().go();
    shop.ready("fix-login-crash").finish().ok();
    let forge = Forge::of(&shop, flavour);
    let before = shop.remote().show("v1.2.0", "src/login.rs");
    (shop, forge, before)
}

#[track_caller]
fn is_rolled_back(shop: &Shop, forge: &Forge, before: &str) {
    let model = forge.model();
    let here: Vec<_> = model.pulls.iter().filter(|p| p.base == "main").collect();
    assert_eq!(here.len(), 1, "one request: {here:?}");
    let released = shop.remote().rev("refs/tags/v1.2.2^{commit}");
    assert_eq!(Some(&released), here[0].merged_as.as_ref(), "the tag is on what was merged");
    for rev in ["v1.2.2", "main", "develop"] {
        assert_eq!(shop.remote().show(rev, "src/login.rs"), before, "{rev}");
    }
    assert_eq!(shop.remote().show("v1.2.2", "VERSION").trim(), "1.2.2");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
}

#[test]
fn it_waits_for_its_request_and_is_released_once_that_is_merged() {
    for flavour in Flavour::ALL {
        for method in ["merge", "squash", "rebase"] {
            eprintln!("{flavour:?} {method}");
            let (shop, forge, before) = released(flavour);
            forge.model().methods = vec![method];
            forge.model().approvals = 1;
            let rollback = ["rollback", "v1.2.1", "--confirm", "v1.2.1"];
            shop.hotfix(rollback).exits(8).says("accepts no push").says("waits for review");
            let first = shop.remote().rev(BRANCH);
            shop.hotfix(rollback).exits(8).says("hotfix rollback v1.2.1 --confirm v1.2.1");
            assert_eq!(shop.remote().rev(BRANCH), first, "what may be approved is not made again");
            let number = forge.model().pulls[0].number;
            forge.model().approve(number);
            shop.hotfix(rollback).ok().says("v1.2.2");
            is_rolled_back(&shop, &forge, &before);
            shop.hotfix(["audit"]).says("rolled back");
        }
    }
}

#[test]
fn a_person_merges_it_and_the_branch_is_deleted() {
    for method in ["merge", "squash"] {
        let (shop, forge, before) = released(Flavour::GitHub);
        forge.model().approvals = 1;
        shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).exits(8);
        {
            let mut model = forge.model();
            let number = model.pulls[0].number;
            model.approve(number);
            model.deletes = true;
            model.merge(number, method, "", "bo").unwrap();
        }
        shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok().says("v1.2.2");
        is_rolled_back(&shop, &forge, &before);
    }
}

#[test]
fn without_a_token_it_is_the_branch_and_the_address() {
    let (shop, forge, before) = released(Flavour::Forgejo);
    shop.git(["config", "--unset-all", "hotfix.forge.token"]);
    let ran = shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]);
    ran.exits(8).says("/team/shop/compare/main...rollback-v1.2.1");
    {
        let mut model = forge.model();
        let number = model.open(BRANCH, "main", "Roll back", "", false).unwrap();
        model.merge(number, "squash", "", "bo").unwrap();
    }
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).ok();
    shop.remote().git(["branch", "-D", BRANCH]);
    is_rolled_back(&shop, &forge, &before);
}

#[test]
fn production_that_moves_under_it_is_brought_in() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, before) = released(flavour);
        forge.model().strict = true;
        forge.model().approvals = 1;
        let rollback =
            || shop.call(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).env("HOTFIX_HURRY", "1").run();
        rollback().exits(8);
        let number = forge.model().pulls[0].number;
        for file in ["other.txt", "more.txt"] {
            main_moves(&forge, file);
            forge.model().approve(number);
            // The approval was for the commit before.
            rollback().exits(8).says("main was merged into").says("7 into main once nothing holds it up");
        }
        forge.model().approve(number);
        rollback().ok().says("v1.2.2");
        is_rolled_back(&shop, &forge, &before);
        shop.remote().show("v1.2.2", "other.txt");
        shop.remote().show("v1.2.2", "more.txt");
    }
}

#[test]
fn a_colleagues_commit_on_its_branch_is_not_overwritten() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, before) = released(flavour);
        forge.model().approvals = 1;
        let rollback = ["rollback", "v1.2.1", "--confirm", "v1.2.1"];
        shop.hotfix(rollback).exits(8);
        let own = shop.remote().rev(BRANCH);
        let theirs = shop.colleague_pushes(BRANCH, "NOTES.md", "looked at it");
        shop.hotfix(rollback).exits(3).says("has commits that are not of this rollback");
        assert_eq!(shop.remote().rev(BRANCH), theirs);
        shop.remote().git(["update-ref", &format!("refs/heads/{BRANCH}"), &own]);
        let number = forge.model().pulls[0].number;
        forge.model().approve(number);
        shop.hotfix(rollback).ok();
        is_rolled_back(&shop, &forge, &before);
    }
}

#[test]
fn a_branch_that_a_stranger_prepared_is_not_taken_for_the_rollback() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, _) = released(flavour);
        let main = shop.remote().rev("main");
        let mallory = shop.clone_of("mallory");
        mallory.git(["switch", "-q", "-c", BRANCH, "origin/main"]);
        mallory.git(["merge", "-q", "-s", "ours", "--no-edit", "origin/develop"]);
        mallory.git(["checkout", "-q", "v1.2.0", "--", "src/login.rs"]);
        mallory.write("VERSION", "1.2.2\n");
        mallory.git(["add", "."]);
        mallory.git(["commit", "-q", "-m", "Roll back\n\nRollback: v1.2.1"]);
        mallory.git(["push", "-q", "origin", BRANCH]);
        let theirs = mallory.rev("HEAD");
        let ran = shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]);
        ran.exits(3).says("has commits that are not of this rollback");
        assert_eq!((shop.remote().rev("main"), shop.remote().rev(BRANCH)), (main, theirs), "{ran}");
        assert!(forge.model().pulls.is_empty());
    }
}

#[test]
fn after_it_notes_and_updates_are_about_the_incident_it_belongs_to() {
    let shop = versioned().go();
    shop.start_with("fix-login-crash", &["--symptom", "Logging in fails"])
        .fix_login()
        .answer_all()
        .finish()
        .ok();
    let ran = shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]);
    ran.ok().says("hotfix mark mitigated --hotfix fix-login-crash");
    ran.says("hotfix mark deployed --hotfix rollback-v1.2.1");
    // The deployment alone is the rollback's own.
    shop.hotfix(["mark", "deployed"]).ok().says("v1.2.2");
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).does_not_say("mark deployed");
    shop.hotfix(["note", "the rollback helped"]).ok();
    shop.hotfix(["update", "users", "-y"]).ok().says("Logging in fails");
    shop.hotfix(["severity", "sev2"]).ok();
    let kinds = shop.kinds("fix-login-crash");
    for kind in ["note", "comms-sent", "severity-changed"] {
        assert!(kinds.contains(&kind.to_owned()), "{kind}: {kinds:?}");
        assert!(!shop.kinds("rollback-v1.2.1").contains(&kind.to_owned()), "{kind}");
    }
    let status = shop.hotfix(["status"]);
    status.ok().does_not_say("--hotfix rollback-");
    let own = shop.hotfix(["status", "rollback-v1.2.1"]);
    own.ok()
        .says("hotfix mark --hotfix fix-login-crash impact-started")
        .does_not_say("mark --hotfix rollback-");
}
