//! What the audit prints as repair is typed as it is printed, and then the fix is there.

use crate::support::{FIXED_LOGIN, REPAIR, Shop};

/// A published shop with a hotfix of two commits that develop never got.
fn forgotten() -> Shop {
    let shop = Shop::new();
    shop.hotfix_branch("login");
    shop.commit("src/cart.rs", "pub fn cart() { checked(); }\n");
    shop.merge_hotfix("main", "login");
    shop.git(["tag", "v1.2.1"]);
    shop.git(["push", "-q", "origin", "main", "v1.2.1"]);
    shop
}

/// Finishes the hotfix that is checked out.
fn finish(shop: &Shop) {
    shop.hotfix(["check", "resolves", "critical-paths", "tests", "reviewed", "staging"]).ok();
    shop.hotfix(["finish", "-y"]).ok();
}

#[test]
fn a_merge_back_is_picked_and_pushed() {
    let shop = forgotten();
    let audit = shop.audit();
    audit.lacks("login", "develop", "never brought here");
    shop.type_all(&audit.repair("login", "develop"));
    shop.audit().has("login", "develop", "patch-id");
    assert!(shop.remote().show("refs/heads/develop", "src/login.rs").contains(REPAIR));
}

#[test]
fn only_the_missing_half_is_picked() {
    let shop = forgotten();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["cherry-pick", "hotfix/login~1"]);
    shop.git(["push", "-q", "origin", "develop"]);
    let audit = shop.audit();
    audit.lacks("login", "develop", "only a part");
    shop.type_all(&audit.repair("login", "develop"));
    shop.audit().has("login", "develop", "patch-id");
}

#[test]
fn many_commits_with_a_merge_among_them() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_branch("login");
    for n in 0..4 {
        shop.commit(&format!("src/part{n}.rs"), "pub fn part() {}\n");
    }
    shop.git(["switch", "-q", "-c", "side"]);
    shop.commit("src/side.rs", "pub fn side() {}\n");
    shop.git(["switch", "-q", "hotfix/login"]);
    shop.commit("src/other.rs", "pub fn other() {}\n");
    shop.git(["merge", "-q", "--no-edit", "side"]);
    shop.merge_hotfix("main", "login");
    let audit = shop.audit();
    shop.type_all(&audit.repair("login", "develop"));
    shop.audit().has("login", "develop", "patch-id");
}

#[test]
fn many_commits_in_a_row() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_branch("login");
    for n in 0..8 {
        shop.commit(&format!("src/part{n}.rs"), "pub fn part() {}\n");
    }
    shop.merge_hotfix("main", "login");
    let audit = shop.audit();
    let repair = audit.repair("login", "develop");
    assert!(repair[0].contains("^.."), "{repair:?}");
    shop.type_all(&repair);
    shop.audit().has("login", "develop", "patch-id");
}

#[test]
fn a_revert_is_reverted() {
    let shop = forgotten();
    shop.merge_hotfix("develop", "login");
    shop.git(["revert", "--no-edit", "-m", "1", "HEAD"]);
    shop.git(["push", "-q", "origin", "develop"]);
    let audit = shop.audit();
    audit.lacks("login", "develop", "reverted by");
    shop.type_all(&audit.repair("login", "develop"));
    shop.audit().has("login", "develop", "ancestry");
}

#[test]
fn a_merge_that_dropped_it() {
    let shop = forgotten();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["merge", "-q", "-s", "ours", "--no-edit", "hotfix/login"]);
    shop.git(["push", "-q", "origin", "develop"]);
    let audit = shop.audit();
    audit.lacks("login", "develop", "dropped in the merge");
    shop.type_all(&audit.repair("login", "develop"));
    shop.audit().has("login", "develop", "ancestry");
}

#[test]
fn production_gets_it_by_a_hotfix() {
    let shop = forgotten();
    shop.merge_hotfix("develop", "login");
    shop.git(["switch", "-q", "main"]);
    shop.git(["revert", "--no-edit", "-m", "1", "HEAD"]);
    shop.git(["push", "-q", "origin", "main", "develop"]);
    let audit = shop.audit();
    audit.lacks("login", "main", "reverted by");
    shop.type_all(&audit.repair("login", "main"));
    finish(&shop);
    shop.audit().has("login", "main", "ancestry");
}

#[test]
fn a_name_that_no_branch_can_have_is_made_into_one() {
    let shop = Shop::build().no_remote().no_develop().go();
    let title = "Hotfix: 登录 & the login's crash.. (#12)";
    let commit = shop.commit_as(title, "src/login.rs", FIXED_LOGIN);
    shop.git(["revert", "--no-edit", &commit]);
    let audit = shop.audit();
    let name = audit.names()[0].to_owned();
    shop.type_all(&audit.repair(&name, "main"));
    assert!(shop.show("hotfix/restore-the-login-s-crash", "src/login.rs").contains(REPAIR));
}

#[test]
fn an_old_line_gets_it_by_a_hotfix_of_its_own() {
    let shop = Shop::new();
    shop.git(["branch", "support/1.2", "v1.2.0"]);
    shop.git(["switch", "-q", "main"]);
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge branch 'release/2.0.0'", "develop"]);
    shop.git(["tag", "v2.0.0"]);
    shop.hotfix_by_hand("login", "v2.0.1");
    shop.merge_hotfix("develop", "login");
    // The line got all of production's hotfix, and lost it again.
    shop.git(["switch", "-q", "support/1.2"]);
    shop.git(["switch", "-q", "-c", "hotfix/port"]);
    shop.git(["cherry-pick", "-x", "hotfix/login"]);
    shop.merge_hotfix("support/1.2", "port");
    shop.git(["tag", "v1.2.1"]);
    shop.git(["revert", "--no-edit", "-m", "1", "HEAD"]);
    shop.git(["push", "-q", "--tags", "origin", "main", "develop", "support/1.2"]);
    let audit = shop.audit();
    audit.lacks("port", "support/1.2", "reverted by");
    let repair = audit.repair("port", "support/1.2");
    assert_eq!(repair[0], "hotfix start restore-port --from v1.2.1 --line");
    shop.type_all(&repair);
    finish(&shop);
    let audit = shop.audit();
    audit.has("port", "support/1.2", "ancestry");
    assert!(shop.remote().show("refs/heads/support/1.2", "src/login.rs").contains(REPAIR));
}

#[test]
fn what_finish_still_owes_is_brought_by_finish() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.refuse_updates_of("refs/heads/develop");
    hotfix.finish().exits(8);
    let audit = shop.audit();
    audit.lacks("fix-login-crash", "develop", "never brought here");
    let repair = audit.repair("fix-login-crash", "develop");
    assert_eq!(repair, ["hotfix finish fix-login-crash"]);
    shop.accept_everything_again();
    // Without a terminal it wants a yes.
    shop.type_all(&[format!("{} -y", repair[0])]);
    shop.audit().has("fix-login-crash", "develop", "ancestry");
}
