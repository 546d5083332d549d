//! Back to an earlier release, as a release of its own.

use crate::support::{Except, Shop};

fn released_shop() -> Shop {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop
}

/// The content of a branch on the remote, as one tree.
fn content(shop: &Shop, rev: &str) -> String {
    shop.remote().tree(rev)
}

#[test]
fn production_has_the_content_of_the_release_before_as_a_new_patch() {
    let shop = released_shop();
    let main = shop.tip("main");
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    assert_eq!(content(&shop, "refs/heads/main"), content(&shop, "refs/tags/v1.2.0"));
    assert_eq!(shop.remote().rev("refs/tags/v1.2.2^{commit}"), shop.tip("main"));
    assert_eq!(shop.remote().parents("refs/heads/main"), [main]);
}

/// What a colleague pushed since is released with it for the first time.
#[test]
fn what_it_also_ships_is_named() {
    let shop = released_shop();
    shop.hotfix(["rollback", "--dry-run"]).ok().does_not_say("Also ships");
    shop.colleague_pushes("main", "banner.txt", "Hello\n");
    let ran = shop.hotfix(["rollback", "--dry-run"]);
    ran.ok().says("Also ships 1 commit that no release has yet (since v1.2.1)").says("banner.txt");
    let plan = shop.hotfix(["rollback", "--dry-run", "--json"]).json();
    assert_eq!(plan["also_ships"].as_array().map(Vec::len), Some(1), "{plan:#}");
}

#[test]
fn a_rollback_belongs_to_the_open_incident_it_answers() {
    let shop = released_shop();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"])
        .ok()
        .says("belongs to the open incident fix-login-crash");
    let events = shop.events("rollback-v1.2.1");
    assert!(events[0]["refs"]["incident"].as_str().unwrap().contains("-fix-login-crash-"), "{}", events[0]);
    shop.hotfix(["timeline", "fix-login-crash"]).ok().says("Roll back v1.2.1 to v1.2.0").says("v1.2.2");
    let document = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    document.ok().says("`v1.2.2`").does_not_say("Not released");
    shop.hotfix(["mark", "resolved", "--hotfix", "rollback-v1.2.1"]).ok();
    assert!(shop.kinds("fix-login-crash").contains(&"resolved".to_owned()), "there is one incident");
    shop.hotfix(["status"]).ok().does_not_say("not marked as resolved");
}

#[test]
fn a_dry_run_shows_what_goes_and_changes_nothing() {
    let shop = released_shop();
    let before = shop.snapshot();
    let plan = shop.hotfix(["rollback", "--dry-run", "--json"]);
    let plan = plan.ok().json();
    assert_eq!(plan["undone"]["tag"], "v1.2.1");
    assert_eq!(plan["back_to"], "v1.2.0");
    assert_eq!(plan["tag"], "v1.2.2");
    assert_eq!(plan["undone"]["commits"].as_array().unwrap().len(), 1);
    before.still_holds_except(&[Except::Tracking]);
    shop.hotfix(["rollback", "--dry-run"]).ok().says("develop loses").says("--keep-fix-in develop");
}

#[test]
fn without_a_terminal_it_has_to_be_typed_once_more() {
    let shop = released_shop();
    let before = shop.snapshot();
    shop.hotfix(["rollback"]).exits(3).says("--confirm v1.2.1");
    shop.hotfix(["rollback", "--yes"]).exits(3).says("--confirm v1.2.1");
    shop.hotfix(["rollback", "--confirm", "v1.2.0"]).exits(3);
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn a_branch_can_keep_the_fix_and_its_next_release_contains_it() {
    let shop = released_shop();
    let fix = shop.remote().show("refs/heads/develop", "src/login.rs");
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--keep-fix-in", "develop"]).ok();
    assert_eq!(shop.remote().show("refs/heads/develop", "src/login.rs"), fix);
    // The next release merges develop into production: the fix comes along.
    let next = shop.remote().git(["merge-tree", "--write-tree", "refs/heads/main", "refs/heads/develop"]);
    assert_eq!(shop.remote().git(["cat-file", "blob", &format!("{}:src/login.rs", next.trim())]), fix);
}

#[test]
fn without_that_the_branch_loses_it_and_says_so() {
    let shop = released_shop();
    let before = shop.remote().show("refs/tags/v1.2.0", "src/login.rs");
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok().says("its next release will not contain it");
    assert_eq!(shop.remote().show("refs/heads/develop", "src/login.rs"), before);
}

#[test]
fn only_one_release_in_the_middle_can_be_undone() {
    let shop = released_shop();
    let hotfix = shop.start("second");
    hotfix.commit("src/second.rs", "// second\n");
    hotfix.answer_all().finish().ok();
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).ok();
    assert!(shop.remote().git(["ls-tree", "-r", "--name-only", "refs/heads/main"]).contains("src/second.rs"));
    let old = shop.remote().show("refs/tags/v1.2.0", "src/login.rs");
    assert_eq!(shop.remote().show("refs/heads/main", "src/login.rs"), old);
}

#[test]
fn several_releases_can_be_undone_at_once() {
    let shop = released_shop();
    let hotfix = shop.start("second");
    hotfix.commit("src/second.rs", "// second\n");
    hotfix.answer_all().finish().ok();
    shop.hotfix(["rollback", "--to", "v1.2.0", "--confirm", "v1.2.2"]).ok();
    assert_eq!(content(&shop, "refs/heads/main"), content(&shop, "refs/tags/v1.2.0"));
}

#[test]
fn a_refused_push_changes_nothing_and_the_same_command_goes_on() {
    let shop = released_shop();
    shop.refuse_updates_of("refs/heads/main");
    let before = shop.snapshot();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).exits(1);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    shop.accept_everything_again();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
}

#[test]
fn what_is_no_release_cannot_be_undone() {
    let shop = released_shop();
    shop.hotfix(["rollback", "v9.9.9", "--dry-run"]).exits(2);
    shop.hotfix(["rollback", "--to", "v1.2.1", "--dry-run"]).exits(2);
    shop.hotfix(["rollback", "v1.2.0", "--dry-run"]).exits(3);
}

#[test]
fn the_hotfix_knows_that_it_was_rolled_back() {
    let shop = released_shop();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    assert!(shop.kinds("fix-login-crash").contains(&"rolled-back".to_owned()));
    shop.hotfix(["finish", "fix-login-crash"]).exits(3).says("rolled back");
}

#[test]
fn what_deploys_production_today_deploys_the_rollback() {
    let shop = released_shop();
    shop.commit("hotfix.toml", "schema = 1\n[deploy]\ncommand = \"echo $HOTFIX_TAG >>../did\"\n");
    shop.git(["push", "-q", "origin", "HEAD:main"]);
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).exits(3).says("--trust");
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1", "--trust"]).ok();
    let root = crate::support::Repo::at(&shop.world, &shop.world.root);
    assert_eq!(root.read("did").trim(), "v1.2.2");
}

#[test]
fn going_back_twice_is_no_release() {
    let shop = released_shop();
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).ok();
    let before = shop.snapshot();
    shop.hotfix(["rollback", "v1.2.1", "--confirm", "v1.2.1"]).exits(3);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

/// A second release after v1.2.1, with a migration and a lock file in it.
fn twice_released_shop() -> Shop {
    let shop = released_shop();
    let hotfix = shop.start("second");
    hotfix.commit("db/migrations/2.sql", "alter table x;\n");
    hotfix.commit("Cargo.lock", "# pinned\n");
    hotfix.answer_all().finish().ok();
    shop
}

#[test]
fn each_way_back_is_weighed_before_anybody_chooses() {
    let shop = twice_released_shop();
    let plan = shop.hotfix(["rollback", "--dry-run", "--json"]);
    let evidence = plan.ok().json()["evidence"].clone();
    let releases = evidence["releases"].as_array().unwrap();
    let of = |n: usize, key: &str| releases[n][key].clone();
    assert_eq!((of(0, "tag"), of(1, "tag"), releases.len()), ("v1.2.1".into(), "v1.2.0".into(), 2));
    assert_eq!((of(0, "commits"), of(1, "commits")), (2.into(), 3.into()));
    assert_eq!(of(0, "sensitive"), serde_json::json!(["db/migrations/2.sql"]));
    assert_eq!(of(1, "locks"), serde_json::json!(["Cargo.lock"]));
    assert!(evidence["suspects"].as_array().unwrap().is_empty(), "nobody has begun a fix");
    shop.hotfix(["rollback", "--dry-run"])
        .ok()
        .says("what going back to each undoes")
        .says("v1.2.0  3 commits");
}

#[test]
fn reverting_the_candidate_alone_is_tried_in_memory() {
    let shop = twice_released_shop();
    let hotfix = shop.start("third");
    hotfix.commit("src/login.rs", &crate::support::FIXED_LOGIN.replace("unwrap_or(false)", "is_some()"));
    let before = shop.snapshot();
    let evidence = shop.hotfix(["rollback", "--dry-run", "--json"]).ok().json()["evidence"].clone();
    let suspect = &evidence["suspects"][0];
    assert_eq!(suspect["subject"], "Fix src/login.rs");
    assert_eq!(
        (&suspect["revert"]["outcome"], &suspect["revert"]["stat"]["files"]),
        (&"clean".into(), &1.into())
    );
    shop.hotfix(["rollback", "--dry-run"])
        .ok()
        .says("alone applies cleanly, 1 file +1 -1:")
        .says("  Fix src/login.rs");
    before.still_holds_except(&[Except::Tracking]);
}

#[test]
fn what_was_known_stays_with_the_decision() {
    let shop = twice_released_shop();
    shop.hotfix(["rollback", "--confirm", "v1.2.2"]).ok();
    let text = shop.hotfix(["postmortem", "rollback-v1.2.2", "--output", "-"]);
    text.ok()
        .says("Known before going back:")
        .says("`db/migrations/2.sql`, `Cargo.lock`")
        .says("| `v1.2.0` | 3 commits");
}

#[test]
fn status_of_a_killed_rollback_names_the_command_that_completes_it() {
    // Declared only; the intent is in the record; the push has landed.
    let moments =
        ["record: the log has moved:1", "record: the log has moved:2", "publish: the push has returned:1"];
    for moment in moments {
        let shop = twice_released_shop();
        let fix = shop.remote().tree("refs/heads/develop");
        let flags =
            ["rollback", "v1.2.2", "--to", "v1.2.0", "--confirm", "v1.2.2", "--keep-fix-in", "develop"];
        let killed = shop.call(flags).env("HOTFIX_FAULT", moment).run();
        assert_eq!(killed.status, 128 + 9, "{killed}");
        let status = shop.hotfix(["status", "rollback-v1.2.2", "--json"]);
        let next = status.ok().json()["next"].clone();
        assert_eq!(next["command"], "hotfix rollback v1.2.2", "{moment}: {next}");
        shop.hotfix(["rollback", "v1.2.2"]).ok();
        shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2", "v1.2.3"]);
        assert_eq!(content(&shop, "refs/heads/main"), content(&shop, "refs/tags/v1.2.0"), "{moment}");
        assert_eq!(shop.remote().tree("refs/heads/develop"), fix, "{moment}: develop keeps the fix");
        let status = shop.hotfix(["status", "rollback-v1.2.2", "--json"]);
        assert!(!status.ok().json()["next"]["command"].as_str().unwrap().contains("finish"), "{status}");
    }
}

#[test]
fn status_of_a_rollback_that_owes_a_merge_back_names_the_rollback() {
    let shop = released_shop();
    shop.refuse_updates_of("refs/heads/develop");
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).exits(8);
    let next = shop.hotfix(["status", "rollback-v1.2.1", "--json"]).ok().json()["next"].clone();
    assert_eq!(next["command"], "hotfix rollback v1.2.1");
    shop.accept_everything_again();
    shop.hotfix(["rollback", "v1.2.1"]).ok();
    assert_eq!(content(&shop, "refs/heads/main"), content(&shop, "refs/tags/v1.2.0"));
}

#[test]
fn without_a_remote_nothing_is_called_public() {
    let shop = Shop::build().no_remote().tags(&["v1.1.9", "v1.2.0"]).go();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    shop.start("another");
    shop.git(["switch", "-q", "--detach"]);
    shop.hotfix(["rollback", "--dry-run"])
        .ok()
        .says("Nothing was changed.")
        .does_not_say("remote was only read");
    shop.hotfix(["rollback", "--confirm", "v1.2.1"])
        .ok()
        .says("main is now v1.2.2")
        .says("hotfix mark mitigated --hotfix fix-login-crash")
        .does_not_say("is public");
    shop.hotfix(["mark", "mitigated", "--hotfix", "rollback-v1.2.1"]).ok();
}

#[test]
fn a_remote_that_cannot_be_read_is_no_reason_to_finish_something_else() {
    let shop = released_shop();
    shop.git(["remote", "set-url", "origin", "/nonexistent/shop.git"]);
    shop.hotfix(["rollback", "--confirm", "v1.2.1"])
        .exits(1)
        .says("hint: hotfix rollback --confirm v1.2.1    # when it can be reached")
        .does_not_say("--no-push");
}

#[test]
fn what_was_released_along_with_a_hotfix_stays_unless_it_is_named() {
    let shop = Shop::new();
    shop.colleague_pushes("main", "src/cart.rs", "// shipped along\n");
    shop.ready("fix-login-crash").finish().ok();
    let old = shop.remote().show("refs/tags/v1.2.0", "src/login.rs");
    let plan = shop.hotfix(["rollback", "--dry-run", "--json"]).ok().json();
    assert_eq!(plan["undone"]["commits"].as_array().unwrap().len(), 1);
    assert_eq!(plan["stays"].as_array().unwrap().len(), 1);
    shop.hotfix(["rollback", "--dry-run"]).ok().says("--to v1.2.0 takes them back too");
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        assert_eq!(shop.remote().show(branch, "src/login.rs"), old, "{branch}");
        assert_eq!(shop.remote().show(branch, "src/cart.rs"), "// shipped along", "{branch}");
    }
}

#[test]
fn a_release_that_was_rolled_back_is_never_a_way_back() {
    let shop = released_shop();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    // Undoing the rollback would release the fault again.
    shop.hotfix(["rollback", "--dry-run"]).exits(3).says("v1.2.2 is the rollback of v1.2.1");
    shop.hotfix(["rollback", "v1.2.2", "--to", "v1.2.1", "--dry-run"])
        .exits(3)
        .says("was rolled back by v1.2.2");
    let hotfix = shop.start("second");
    hotfix.commit("src/second.rs", "// second\n");
    hotfix.answer_all().finish().ok();
    let plan = shop.hotfix(["rollback", "--dry-run", "--json"]).ok().json();
    assert_eq!(plan["back_to"], "v1.2.2");
    assert!(!plan["evidence"].to_string().contains("\"v1.2.1\""), "{}", plan["evidence"]);
}

#[test]
fn a_rollback_that_conflicts_goes_on_with_the_command_that_it_prints() {
    let shop = released_shop();
    shop.colleague_pushes("develop", "src/login.rs", "// developed further\n");
    let told = shop.hotfix(["rollback", "--confirm", "v1.2.1"]);
    told.exits(5).says("hotfix rollback v1.2.1");
    let place = shop.world.root.join("shop.merge-back-develop");
    let place = crate::support::Repo::at(&shop.world, &place);
    place.write("src/login.rs", "// developed further, without the fix\n");
    place.git(["add", "src/login.rs"]);
    shop.hotfix(["rollback", "v1.2.1"]).ok().says("develop no longer has the change of v1.2.1");
    let there = shop.remote().show("refs/heads/develop", "src/login.rs");
    assert_eq!(there, "// developed further, without the fix");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
}

#[test]
fn the_size_of_a_rollback_is_what_it_changes() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    hotfix.commit("src/more.rs", "one\ntwo\nthree\n");
    hotfix.answer_all().finish().ok();
    shop.hotfix(["rollback", "--dry-run"]).ok().says("1 file +0 -3");
}

#[test]
fn without_a_name_all_speak_of_the_incident_that_was_rolled_back() {
    let shop = released_shop();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    shop.hotfix(["list", "--all"]).ok().says("rolled back").does_not_say("rolledback");
    shop.hotfix(["mark", "resolved"]).ok();
    assert!(shop.kinds("fix-login-crash").contains(&"resolved".to_owned()));
    let ran = shop.hotfix(["postmortem"]);
    ran.ok().says("fix-login-crash.md").does_not_say("rollback-v1.2.1.md");
    shop.hotfix(["timeline"]).ok().does_not_say("Part of").says("Roll back v1.2.1 to v1.2.0");
}

#[test]
fn the_document_of_a_rollback_asks_only_what_can_be_answered() {
    let shop = released_shop();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    let ran = shop.hotfix(["postmortem", "rollback-v1.2.1", "--output", "rollback.md"]);
    let text = shop.read("rollback.md");
    assert!(text.contains("A rollback has no checklist"), "{text}");
    assert!(!text.contains("was never answered") && !text.contains("waived, stale or left open"), "{text}");
    let all = text.matches("> TODO(human)").count();
    // Six proposals for actions need no answer where they do not apply.
    ran.ok().says(&format!("answer its {} questions while you remember (6 more are optional)", all - 6));
}
