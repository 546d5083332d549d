//! Back to an earlier release where production takes pull requests only.

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
