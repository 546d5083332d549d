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
