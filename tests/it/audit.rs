//! Every past hotfix, is it still there? Each way in which one can be present, or lost.

use crate::support::{FAULT, FIXED_LOGIN, REPAIR, Shop};

/// `main` with a hotfix that was made by hand, and `develop` without it.
fn shop() -> (Shop, String) {
    let shop = Shop::build().no_remote().go();
    let commit = shop.hotfix_by_hand("login", "v1.2.1");
    (shop, commit)
}

fn back_merged() -> (Shop, String) {
    let (shop, commit) = shop();
    shop.merge_hotfix("develop", "login");
    (shop, commit)
}

#[test]
fn merged_everywhere_is_kept() {
    let (shop, commit) = back_merged();
    let audit = shop.audit();
    assert_eq!(audit.names(), ["login"]);
    assert_eq!(audit.state("login"), "kept");
    audit
        .has("login", "main", "ancestry")
        .has("login", "develop", "ancestry")
        .has("login", "v1.2.1", "ancestry");
    assert_eq!(audit.fix("login")["tag"], "v1.2.1");
    assert_eq!(audit.fix("login")["commit"], commit);
    shop.hotfix(["audit"]).ok().says("+ login").says("in main, develop, v1.2.1");
}

#[test]
fn never_merged_back_is_lost_and_the_repair_works_as_printed() {
    let (shop, commit) = shop();
    let audit = shop.audit();
    assert_eq!(audit.state("login"), "lost");
    assert_eq!(audit.json["lost"], 1);
    audit.has("login", "main", "ancestry").lacks("login", "develop", "never brought here");
    let repair = audit.repair("login", "develop");
    assert_eq!(repair, [format!("git switch develop && git cherry-pick -x {}", &commit[..7])]);
    shop.hotfix(["audit"]).exits(1).says("lost in develop").says(&repair[0]);
    shop.type_all(&repair);
    shop.audit().has("login", "develop", "patch-id");
    shop.hotfix(["audit"]).ok();
}

#[test]
fn merged_back_although_the_same_lines_had_changed() {
    let (shop, _) = shop();
    shop.edit_on("develop", "src/login.rs", "find(user)", "find(user, true)");
    shop.edit_on("develop", "src/login.rs", "pub fn login", "/// Lets a user in.\npub fn login");
    shop.merge_hotfix("develop", "login");
    shop.audit().has("login", "develop", "ancestry");
}

#[test]
fn cherry_picked() {
    let (shop, commit) = shop();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["cherry-pick", "-x", &commit]);
    shop.audit().has("login", "develop", "patch-id");
}

#[test]
fn cherry_picked_where_the_lines_around_had_changed() {
    let (shop, commit) = shop();
    shop.edit_on("develop", "src/login.rs", "// The session is looked up first.", "// Looked up first.");
    shop.git(["cherry-pick", "-x", &commit]);
    shop.audit().has("login", "develop", "lines");
}

#[test]
fn squashed() {
    let (shop, _) = shop();
    shop.git(["switch", "-q", "hotfix/login"]);
    shop.commit("docs/login.md", "It cannot crash.\n");
    shop.git(["switch", "-q", "main"]);
    shop.git(["reset", "-q", "--hard", "v1.2.0"]);
    shop.git(["tag", "-d", "v1.2.1"]);
    shop.merge_hotfix("main", "login");
    shop.git(["tag", "v1.2.1"]);
    shop.git(["switch", "-q", "develop"]);
    shop.git(["merge", "-q", "--squash", "hotfix/login"]);
    shop.git(["commit", "-q", "-m", "All of it"]);
    shop.audit().has("login", "develop", "patch-id");
}

#[test]
fn rebased() {
    let (shop, _) = shop();
    shop.git(["switch", "-q", "hotfix/login"]);
    shop.commit("docs/login.md", "It cannot crash.\n");
    shop.merge_hotfix("main", "login");
    shop.git(["switch", "-q", "-c", "again", "hotfix/login"]);
    shop.git(["rebase", "-q", "--onto", "develop", "v1.2.0"]);
    shop.git(["switch", "-q", "develop"]);
    shop.git(["merge", "-q", "--ff-only", "again"]);
    let audit = shop.audit();
    assert_eq!(audit.json["lost"], 0, "{}", audit.ran);
    audit.has("login", "develop", "patch-id");
}

#[test]
fn only_half_of_it_was_picked() {
    let shop = Shop::build().no_remote().go();
    let first = shop.hotfix_branch("login");
    shop.commit("src/cart.rs", "pub fn cart() { checked(); }\n");
    shop.merge_hotfix("main", "login");
    shop.git(["switch", "-q", "develop"]);
    shop.git(["cherry-pick", &first]);
    let audit = shop.audit();
    audit.lacks("login", "develop", "only a part");
    assert_eq!(audit.at("login", "develop")["paths"][0], "src/cart.rs");
}

#[test]
fn reverted_and_reverted_again() {
    let (shop, commit) = back_merged();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["revert", "--no-edit", &commit]);
    let audit = shop.audit();
    audit.has("login", "main", "ancestry").lacks("login", "develop", "reverted by");
    shop.type_all(&audit.repair("login", "develop"));
    shop.audit().has("login", "develop", "ancestry");
}

#[test]
fn a_merge_that_was_reverted() {
    let (shop, _) = back_merged();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["revert", "--no-edit", "-m", "1", "HEAD"]);
    shop.edit_on("develop", "src/search.rs", "search()", "search(words: &str)");
    shop.audit().lacks("login", "develop", "reverted by");
    shop.git(["revert", "--no-edit", "HEAD~1"]);
    shop.audit().has("login", "develop", "ancestry");
}

#[test]
fn lines_that_silently_became_what_they_were() {
    let (shop, _) = back_merged();
    shop.edit_login("develop", FAULT);
    shop.audit().lacks("login", "develop", "undone by");
}

#[test]
fn lines_that_were_rewritten_on_purpose() {
    let (shop, _) = back_merged();
    let commit = shop.edit_login("develop", "session.is_some_and(|s| s.is_valid())");
    let audit = shop.audit();
    assert_eq!(audit.state("login"), "changed");
    audit.has("login", "develop", "ancestry");
    assert_eq!(audit.at("login", "develop")["because"], commit);
    shop.hotfix(["audit"]).ok().says("rewritten since by");
}

#[test]
fn a_file_that_was_deleted_on_purpose() {
    let (shop, _) = back_merged();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["rm", "-q", "src/login.rs"]);
    shop.git(["commit", "-q", "-m", "Logins are somebody else's now"]);
    let audit = shop.audit();
    assert_eq!(audit.state("login"), "changed", "{}", audit.ran);
}

#[test]
fn a_file_that_was_moved() {
    for before in [true, false] {
        let shop = Shop::build().no_remote().go();
        let moved = || {
            shop.git(["switch", "-q", "develop"]);
            shop.git(["mv", "src/login.rs", "src/auth.rs"]);
            shop.git(["commit", "-q", "-m", "Move the login"]);
            shop.git(["mv", "src/auth.rs", "src/session.rs"]);
            shop.git(["commit", "-q", "-m", "And again"]);
        };
        if before {
            moved();
        }
        shop.hotfix_by_hand("login", "v1.2.1");
        shop.merge_hotfix("develop", "login");
        if !before {
            moved();
        }
        assert!(shop.show("develop", "src/session.rs").contains(REPAIR));
        shop.audit().has("login", "develop", "ancestry");
        shop.edit_on("develop", "src/session.rs", REPAIR, FAULT);
        shop.audit().lacks("login", "develop", "undone by");
    }
}

#[test]
fn a_moved_file_that_never_got_the_fix() {
    let shop = Shop::build().no_remote().go();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["mv", "src/login.rs", "src/auth.rs"]);
    shop.git(["commit", "-q", "-m", "Move the login"]);
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.audit().lacks("login", "develop", "never brought here");
}

/// develop changed the very line, and merging the hotfix conflicts; the conflict is resolved with
/// this line.
fn resolved_with(line: &str) -> Shop {
    let (shop, _) = shop();
    shop.edit_login("develop", "guest.unwrap()");
    assert!(!shop.git_agrees(["merge", "-q", "--no-edit", "hotfix/login"]));
    shop.write("src/login.rs", &FIXED_LOGIN.replace(REPAIR, line));
    shop.git(["add", "."]);
    shop.git(["commit", "-q", "--no-edit"]);
    shop.commit("src/search.rs", "pub fn search(words: &str) {}\n");
    shop
}

#[test]
fn a_conflict_resolved_the_wrong_way_is_lost_although_it_is_merged() {
    let shop = resolved_with("guest.unwrap()");
    let audit = shop.audit();
    assert!(shop.contains("develop", "hotfix/login"));
    audit.lacks("login", "develop", "dropped in the merge");
    // The old line is back: neither side's, and no fix.
    let shop = resolved_with(FAULT);
    shop.audit().lacks("login", "develop", "dropped in the merge");
}

#[test]
fn a_conflict_resolved_well_is_kept() {
    let shop = resolved_with("guest.unwrap_or(false)");
    let audit = shop.audit();
    audit.has("login", "develop", "ancestry");
    assert!(audit.at("login", "develop")["note"].as_str().unwrap().contains("by hand"), "{}", audit.ran);
    resolved_with(REPAIR).audit().has("login", "develop", "ancestry");
}

#[test]
fn a_conflict_resolved_in_a_way_nobody_can_judge_is_said_to_be_so() {
    let shop = resolved_with("guest.expect(name)");
    let audit = shop.audit();
    audit.cannot_tell("login", "develop");
    assert_eq!(audit.state("login"), "unknown");
    shop.hotfix(["audit"]).ok().says("? login").says("src/login.rs");
}

#[test]
fn a_merge_that_keeps_our_side_is_no_merge() {
    let (shop, _) = shop();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["merge", "-q", "-s", "ours", "--no-edit", "hotfix/login"]);
    shop.audit().lacks("login", "develop", "dropped in the merge");
}

#[test]
fn a_merge_that_carries_a_later_rewrite_is_not_blamed() {
    let (shop, _) = back_merged();
    shop.git(["switch", "-q", "-c", "feature/guests", "develop"]);
    let commit = shop.edit_login("feature/guests", "guest(session)");
    shop.edit_on("develop", "src/search.rs", "search()", "search(words: &str)");
    shop.git(["merge", "-q", "--no-ff", "--no-edit", "feature/guests"]);
    let audit = shop.audit();
    audit.has("login", "develop", "ancestry");
    assert_eq!(audit.at("login", "develop")["because"], commit);
}

#[test]
fn a_release_that_was_made_without_the_fix() {
    let (shop, _) = shop();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["tag", "v1.3.0"]);
    shop.git(["switch", "-q", "main"]);
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge branch 'release/1.3.0'", "develop"]);
    shop.audit().has("login", "main", "ancestry").lacks("login", "v1.3.0", "never brought here");
}

#[test]
fn a_fix_that_waits_for_its_release_is_not_lost() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_branch("login");
    shop.merge_hotfix("main", "login");
    shop.merge_hotfix("develop", "login");
    let audit = shop.audit();
    assert_eq!(audit.state("login"), "kept");
    assert_eq!(audit.fix("login")["released"], false);
    shop.hotfix(["audit"]).ok().says("not released yet");
}

#[test]
fn open_release_branches_are_looked_at_and_finished_ones_are_not() {
    let shop = Shop::build().no_remote().release("release/1.3.0").release("release/1.1.0").go();
    shop.git(["tag", "v1.1.0", "main~1"]);
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.merge_hotfix("develop", "login");
    let audit = shop.audit();
    audit.lacks("login", "release/1.3.0", "never brought here");
    let targets = audit.fix("login")["targets"].as_array().unwrap();
    assert!(targets.iter().all(|t| t["ref"] != "release/1.1.0"), "{}", audit.ran);
}

#[test]
fn a_branch_that_never_had_the_faulty_code() {
    let shop = Shop::build().no_remote().go();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["rm", "-q", "src/login.rs"]);
    shop.git(["commit", "-q", "-m", "Logins are somebody else's now"]);
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.audit().cannot_tell("login", "develop");
    shop.hotfix(["audit"]).ok().says("the code that it repaired is not here");
}

#[test]
fn version_numbers_and_change_logs_are_no_part_of_the_repair() {
    let version = |v: &str| format!("[package]\nname = \"shop\"\nversion = \"{v}\"\n");
    let shop = Shop::build().no_remote().file("Cargo.toml", &version("1.2.0")).go();
    shop.git(["switch", "-q", "develop"]);
    shop.commit("Cargo.toml", &version("1.3.0-dev"));
    shop.hotfix_branch("login");
    shop.commit("Cargo.toml", &version("1.2.1"));
    shop.commit("CHANGELOG.md", "## 1.2.1\n\n- The login does not crash.\n");
    shop.merge_hotfix("main", "login");
    shop.git(["tag", "v1.2.1"]);
    shop.git(["switch", "-q", "develop"]);
    assert!(!shop.git_agrees(["merge", "-q", "--no-edit", "hotfix/login"]));
    shop.write("Cargo.toml", &version("1.3.0-dev"));
    shop.git(["rm", "-q", "-f", "CHANGELOG.md"]);
    shop.git(["add", "."]);
    shop.git(["commit", "-q", "--no-edit"]);
    let audit = shop.audit();
    assert_eq!(audit.state("login"), "kept", "{}", audit.ran);
    assert_eq!(audit.fix("login")["commits"].as_array().unwrap().len(), 1);
}

#[test]
fn reverted_in_production_is_lost_and_started_anew() {
    let (shop, commit) = back_merged();
    shop.git(["switch", "-q", "main"]);
    shop.git(["revert", "--no-edit", &commit]);
    let audit = shop.audit();
    audit.lacks("login", "main", "reverted by").has("login", "develop", "ancestry");
    audit.has("login", "v1.2.1", "ancestry");
    let repair = audit.repair("login", "main");
    assert_eq!(repair[0], "hotfix start restore-login");
    shop.type_all(&repair);
    assert!(shop.show("hotfix/restore-login", "src/login.rs").contains(REPAIR));
}
