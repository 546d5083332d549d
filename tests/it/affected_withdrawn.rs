//! A release that was rolled back is no fix to update to; the one that came in its place is.

use crate::conflicts::{conflicting_shop, stopped};
use crate::support::{FIXED_LOGIN, Shop};
use serde_json::Value;

/// v1.2.1 brings a fix, v1.2.2 rolls it back, v1.2.3 is the second fix for the same incident.
fn fixed_forward() -> Shop {
    let shop = Shop::new();
    let first = shop.start("fix-login-crash");
    first.commit("src/login.rs", &FIXED_LOGIN.replace("unwrap_or(false)", "unwrap_or(true)"));
    first.answer_all().finish().ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    shop.start_with("login-forward", &["--incident", "fix-login-crash"])
        .fix_login()
        .answer_all()
        .finish()
        .ok();
    shop
}

fn ask(shop: &Shop, what: &str) -> Value {
    shop.hotfix(["affected", what, "--json"]).ok().json()
}

#[test]
fn what_was_rolled_back_is_never_offered_as_the_fix() {
    let shop = fixed_forward();
    let found = ask(&shop, "fix-login-crash");
    assert_eq!(found["fixed_tags"], serde_json::json!(["v1.2.1", "v1.2.3"]), "{found:#}");
    shop.hotfix(["affected", "fix-login-crash"]).ok().says("Fixed in    v1.2.3");
    assert_eq!(found["withdrawn_tags"], serde_json::json!(["v1.2.1"]), "{found:#}");
    let advisory = shop.hotfix(["affected", "fix-login-crash", "--advisory"]);
    advisory.ok().says("update to v1.2.3 or later").says("Version v1.2.1 was withdrawn");
    advisory.does_not_say("update to v1.2.1").does_not_say("no fixed version");
    let osv = shop.hotfix(["affected", "fix-login-crash", "--osv"]);
    osv.ok().says("update to v1.2.3").does_not_say("update to v1.2.1");
    let written = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    written.ok().does_not_say("update to v1.2.1");
}

/// Without a fix in its place there is none, whatever the record's release says.
#[test]
fn after_a_rollback_alone_no_version_is_fixed() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    let advisory = shop.hotfix(["affected", "fix-login-crash", "--advisory"]);
    advisory.ok().says("no fixed version is released yet").does_not_say("update to");
    // History alone shows it, too: in a clone without the record.
    let other = shop.clone_of("other");
    let advisory = other.hotfix(["affected", "v1.2.1", "--advisory"]);
    advisory.ok().does_not_say("update to v1.2.1");
}

#[test]
fn a_release_whose_fix_a_plain_revert_took_back_is_withdrawn_as_well() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.git(["pull", "-q", "origin", "main"]);
    shop.git(["revert", "--no-edit", "-m", "1", "HEAD"]);
    shop.git(["tag", "-a", "-m", "v1.2.2", "v1.2.2"]);
    shop.git(["push", "-q", "origin", "main", "v1.2.2"]);
    let found = ask(&shop, "fix-login-crash");
    assert_eq!(found["withdrawn_tags"], serde_json::json!(["v1.2.1"]), "{found:#}");
    shop.hotfix(["affected", "fix-login-crash", "--advisory"]).ok().does_not_say("update to v1.2.1");
}

/// A rollback puts old lines back; who wrote them is older.
#[test]
fn a_rollback_is_not_where_the_fault_came_from() {
    let shop = fixed_forward();
    let found = ask(&shop, "login-forward");
    let candidates = found["candidates"].to_string();
    assert!(!candidates.contains("Roll back"), "{candidates}");
    assert_eq!(found["affected_tags"], serde_json::json!(["v1.2.0", "v1.2.1", "v1.2.2"]), "{found:#}");
    assert_eq!(found["fixed_tags"], serde_json::json!(["v1.2.3"]), "{found:#}");
}

#[test]
fn a_merge_by_hand_without_the_fix_is_not_called_fixed() {
    let (shop, hotfix) = conflicting_shop();
    let merge = stopped(&shop, &hotfix);
    merge.git(["checkout", "--ours", "src/login.rs"]);
    merge.git(["add", "src/login.rs"]);
    hotfix
        .finish()
        .ok()
        .says("hotfix note --kind followup 'bring the fix in src/login.rs to develop' --hotfix");
    let ran = shop.hotfix(["affected", "fix-login-crash"]);
    ran.ok().says("develop was resolved without the fix in src/login.rs").does_not_say("main and develop");
    let audit = shop.hotfix(["audit"]);
    audit.ok().says("left out by hand in develop").does_not_say("it is not lost");
    audit.says("a person resolved the merge without it: src/login.rs");
}

/// Of three files one is changed on both sides, one was moved, one was deleted: all are named.
#[test]
fn a_merge_by_hand_names_what_was_moved_and_deleted() {
    let shop = Shop::new();
    let text = |words: &str| format!("one\ntwo\n{words}\nfour\nfive\n");
    shop.commit("src/mail.js", &text("retry 3"));
    shop.commit("src/util.js", &text("vat 20"));
    shop.git(["push", "-q", "origin", "main"]);
    let colleague = shop.clone_of("dev");
    colleague.git(["switch", "-q", "-c", "work", "origin/main"]);
    colleague.git(["merge", "-q", "--no-edit", "origin/develop"]);
    colleague.commit("src/login.rs", "// rewritten\n");
    colleague.git(["rm", "-q", "src/util.js"]);
    colleague.git(["commit", "-qm", "Drop util"]);
    colleague.write("src/notify/mail.js", &text("retry 5"));
    colleague.git(["rm", "-q", "src/mail.js"]);
    colleague.git(["add", "-A"]);
    colleague.git(["commit", "-qm", "Move mail"]);
    colleague.git(["push", "-q", "origin", "work:develop"]);
    let hotfix = shop.start("fix-login-crash");
    let hotfix = hotfix.fix_login();
    hotfix.commit("src/mail.js", &text("retry 1"));
    hotfix.commit("src/util.js", &text("vat 25"));
    let hotfix = hotfix.answer_all();
    let _ = hotfix.finish_with(&["--allow-unreleased", "they are wanted"]).exits(5);
    let merge = shop.worktree_in_a_merge().expect("a merge waits");
    merge.git(["checkout", "--ours", "src/login.rs", "src/notify/mail.js"]);
    merge.git(["add", "-A"]);
    merge.git(["rm", "-q", "--cached", "src/util.js"]);
    std::fs::remove_file(merge.dir.join("src/util.js")).unwrap();
    merge.git(["commit", "-qm", "merge"]);
    let ran = hotfix.finish();
    ran.ok().says("src/login.rs").says("src/notify/mail.js").says("src/util.js");
    let audit = shop.hotfix(["audit"]);
    audit.ok().says("src/mail.js").says("src/util.js").does_not_say("more");
}
