//! Production moves while a request is open and has to come into its branch first. Whoever brings it
//! in: when git makes the same merge here, it needs no new answers; anything else does.

use crate::requests::{BRANCH, NAME, is_done, ready};
use crate::support::{Flavour, Forge, Hotfix, Ran, Shop};

/// A colleague's commit comes into production by another request.
fn main_moves(forge: &Forge, file: &str) {
    let model = forge.model();
    let main = model.tip("main").unwrap();
    let listed = model.git(&["ls-tree", &format!("{main}^{{tree}}")]);
    let blob = model.git(&["rev-parse", &format!("{main}:README.md")]);
    let tree = model.make_tree(&format!("{listed}\n100644 blob {blob}\t{file}\n"));
    let other = model.git(&["commit-tree", &tree, "-p", &main, "-m", "Somebody else's (#6)"]);
    model.set("refs/heads/main", &other);
}

/// A request whose check is green, into a production that has moved since and has to be in it.
fn moved(flavour: Flavour) -> (Shop, Forge, Hotfix, u64) {
    let (shop, forge, hotfix) = ready(flavour);
    {
        let mut model = forge.model();
        model.strict = true;
        model.checks = vec!["test".into()];
    }
    hotfix.finish().exits(8);
    let number = forge.model().pulls[0].number;
    forge.model().report(number, "test", "success");
    main_moves(&forge, "other.txt");
    (shop, forge, hotfix, number)
}

fn finish(shop: &Shop) -> Ran {
    shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1").run()
}

/// The branch here is what the forge has of it.
#[track_caller]
fn has_followed(shop: &Shop) {
    assert_eq!(shop.rev(BRANCH), shop.remote().rev(&format!("refs/heads/{BRANCH}")));
}

#[test]
fn it_is_brought_in_and_the_same_command_goes_on() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = moved(flavour);
        finish(&shop).exits(8).says("main was merged into").says("waits for the check");
        has_followed(&shop);
        forge.model().report(number, "test", "success");
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
        shop.remote().show("v1.2.1", "other.txt");
        // GitLab can only rebase: those commits were not approved.
        assert!(!forge.calls().iter().any(|c| c.contains("/rebase")), "{:?}", forge.calls());
    }
}

#[test]
fn it_may_move_twice() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = moved(flavour);
        finish(&shop).exits(8);
        main_moves(&forge, "more.txt");
        forge.model().report(number, "test", "success");
        finish(&shop).exits(8).says("main was merged into");
        has_followed(&shop);
        forge.model().report(number, "test", "success");
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
        shop.remote().show("v1.2.1", "more.txt");
    }
}

#[test]
fn a_person_may_press_the_button() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = moved(flavour);
        forge.model().bring_in(number);
        finish(&shop).exits(8).says("waits for the check");
        has_followed(&shop);
        forge.model().report(number, "test", "success");
        // They merge it as well, and the branch goes.
        forge.model().deletes = true;
        forge.model().merge(number, "merge", "", "bo").unwrap();
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn a_merge_with_something_of_its_own_needs_new_answers() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, _hotfix, number) = moved(flavour);
        forge.model().sneaks = true;
        forge.model().bring_in(number);
        forge.model().report(number, "test", "success");
        let before = shop.remote_refs();
        finish(&shop).exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
        shop.git(["pull", "-q", "--ff-only", "origin", BRANCH]);
        finish(&shop).exits(3).says("was answered for");
        assert_eq!(shop.remote_refs(), before);
        assert_eq!(forge.model().pull(number).unwrap().state, "open");
    }
}

#[test]
fn a_forge_that_brings_in_something_else_gets_nothing_merged() {
    for flavour in [Flavour::GitHub, Flavour::Forgejo] {
        eprintln!("{flavour:?}");
        let (shop, forge, _hotfix, number) = moved(flavour);
        forge.model().sneaks = true;
        forge.model().checks.clear();
        let main = shop.remote().rev("refs/heads/main");
        finish(&shop).exits(8);
        finish(&shop).exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
        assert_eq!(shop.remote().rev("refs/heads/main"), main);
        assert_eq!(forge.model().pull(number).unwrap().state, "open");
    }
}

#[test]
fn a_merge_of_something_that_is_not_in_production_needs_new_answers() {
    let (shop, forge, _hotfix, number) = moved(Flavour::GitHub);
    {
        // Another branch is brought in, as cleanly as can be.
        let model = forge.model();
        let main = model.tip("main").unwrap();
        main_moves_elsewhere(&model, &main);
        model.bring_in(number);
        model.set("refs/heads/main", &main);
    }
    forge.model().report(number, "test", "success");
    finish(&shop).exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
    assert_eq!(forge.model().pull(number).unwrap().state, "open");
}

fn main_moves_elsewhere(model: &crate::support::Model, main: &str) {
    let listed = model.git(&["ls-tree", &format!("{main}^{{tree}}")]);
    let blob = model.git(&["rev-parse", &format!("{main}:README.md")]);
    let tree = model.make_tree(&format!("{listed}\n100644 blob {blob}\tnever-released.txt\n"));
    let other = model.git(&["commit-tree", &tree, "-p", main, "-m", "Not released"]);
    model.set("refs/heads/main", &other);
}

#[test]
fn a_branch_that_takes_no_merge_from_here_gets_the_line_to_type() {
    let (shop, forge, _hotfix, number) = moved(Flavour::GitLab);
    forge.model().protect(BRANCH);
    finish(&shop).exits(3).says("git merge").says("git push origin");
    assert_eq!(forge.model().pull(number).unwrap().state, "open");
}
