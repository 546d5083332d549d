//! Which hotfixes of the past are found, from whatever they left, and in which repositories.

use crate::support::{FAULT, FIXED_LOGIN, REPAIR, Repo, Shop};
use serde_json::Value;

/// A shop whose `main` got the repair by a merge with this message.
fn merged_as(message: &str) -> Shop {
    let shop = Shop::build().no_remote().go();
    shop.git(["switch", "-q", "-c", "side", "main"]);
    shop.commit_as("login: an unknown user is no crash", "src/login.rs", FIXED_LOGIN);
    shop.git(["switch", "-q", "main"]);
    shop.git(["merge", "-q", "--no-ff", "-m", message, "side"]);
    shop
}

#[test]
fn every_usual_spelling_of_a_merge() {
    for message in [
        "Merge branch 'hotfix/login'",
        "Merge branch 'hotfix/login' into 'main'\n\nFix\n\nSee merge request group/shop!12",
        "Merge remote-tracking branch 'origin/hotfix/login'",
        "Merge pull request #12 from org/hotfix/login",
        "Merge pull request 12 from hotfix/login into main",
        "Merged in hotfix/login (pull request #12)",
        "Pull request #12: Fix\n\nMerge in SHOP/shop from hotfix/login to main",
        "Something else\n\nIncident: 20261122-login-7c1e\nHotfix: v1.2.1",
    ] {
        let shop = merged_as(message);
        let audit = shop.audit();
        let found = audit.names().len();
        if message.starts_with("Something else") {
            // A merge with a trailer only may as well be a merge-back.
            assert_eq!(found, 0, "{message}\n{}", audit.ran);
            continue;
        }
        assert_eq!(audit.names(), ["login"], "{message}");
        audit.has("login", "main", "ancestry").lacks("login", "develop", "never brought here");
    }
}

#[test]
fn a_squashed_pull_request() {
    let shop = Shop::build().no_remote().go();
    let commit = shop.commit_as("Hotfix/login crash (#12)", "src/login.rs", FIXED_LOGIN);
    let audit = shop.audit();
    assert_eq!(audit.names(), ["login crash"]);
    assert_eq!(audit.fix("login crash")["commit"], commit);
    audit.has("login crash", "main", "ancestry").lacks("login crash", "develop", "never brought here");
}

#[test]
fn a_commit_with_a_trailer() {
    let shop = Shop::build().no_remote().go();
    let commit =
        shop.commit_as("Fix the login\n\nIncident: 20261122-login-7c1e\n", "src/login.rs", FIXED_LOGIN);
    shop.git(["switch", "-q", "develop"]);
    shop.git(["cherry-pick", "-x", &commit]);
    let audit = shop.audit();
    assert_eq!(audit.names(), ["Fix the login"]);
    assert_eq!(audit.fix("Fix the login")["incident"], "20261122-login-7c1e");
    audit.has("Fix the login", "main", "ancestry").has("Fix the login", "develop", "patch-id");
}

#[test]
fn a_patch_release_on_the_merge_of_a_branch_from_production() {
    let shop = merged_as("Take the repair in");
    shop.git(["tag", "v1.2.1"]);
    let audit = shop.audit();
    assert_eq!(audit.names(), ["v1.2.1"]);
    audit.lacks("v1.2.1", "develop", "never brought here");
}

#[test]
fn ordinary_releases_are_no_hotfixes() {
    let shop = Shop::build().no_remote().go();
    shop.git(["switch", "-q", "main"]);
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge branch 'release/1.2.1'", "develop"]);
    shop.git(["tag", "v1.2.1"]);
    shop.commit("src/cart.rs", "pub fn cart() { /* a patch on trunk */ }\n");
    shop.git(["tag", "v1.2.2"]);
    let audit = shop.audit();
    assert!(audit.names().is_empty(), "{}", audit.ran);
    shop.hotfix(["audit"]).ok().says("No hotfix was found.");
}

#[test]
fn one_hotfix_in_several_sources_is_one() {
    let shop = Shop::new();
    let hotfix = shop.ready("login");
    hotfix.finish().ok();
    let audit = shop.audit();
    assert_eq!(audit.names(), ["login"], "record, trailer, merge and tag tell of the same");
    assert_eq!(audit.state("login"), "kept");
    assert_eq!(audit.fix("login")["tag"], "v1.2.1");
    audit.has("login", "main", "ancestry").has("login", "develop", "ancestry");
    // Without the record, from a fresh clone, the answer is the same.
    let audit = shop.colleague().audit();
    assert_eq!(audit.names(), ["login"]);
    assert_eq!(audit.state("login"), "kept");
}

#[test]
fn two_hotfixes_are_two() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.git(["switch", "-q", "-c", "hotfix/cart", "main"]);
    shop.commit("src/cart.rs", "pub fn cart() { checked(); }\n");
    shop.merge_hotfix("main", "cart");
    shop.git(["tag", "v1.2.2"]);
    shop.merge_hotfix("develop", "login");
    let audit = shop.audit();
    assert_eq!(audit.names(), ["cart", "login"], "lost ones first");
    assert_eq!((audit.state("cart"), audit.state("login")), ("lost", "kept"));
    assert_eq!(audit.fix("cart")["tag"], "v1.2.2");
}

#[test]
fn a_hotfix_that_was_merged_twice_or_into_another_is_one() {
    // The branch went on after its first merge, and was merged again.
    let shop = Shop::build().no_remote().go();
    shop.hotfix_branch("login");
    shop.merge_hotfix("main", "login");
    shop.git(["switch", "-q", "hotfix/login"]);
    shop.commit("src/cart.rs", "pub fn cart() { checked(); }\n");
    shop.merge_hotfix("main", "login");
    shop.git(["tag", "v1.2.1"]);
    let audit = shop.audit();
    assert_eq!(audit.names(), ["login"], "{}", audit.ran);
    assert_eq!(audit.fix("login")["commits"].as_array().unwrap().len(), 2);
    audit.lacks("login", "develop", "never brought here");
    // It was merged into the branch of a release that is nothing else but a number beside it.
    let shop = Shop::build().no_remote().go();
    shop.hotfix_branch("login");
    shop.git(["switch", "-q", "-c", "hotfix/1.2.1", "main"]);
    shop.merge_hotfix("hotfix/1.2.1", "login");
    shop.commit("VERSION", "1.2.1\n");
    shop.merge_hotfix("main", "1.2.1");
    shop.git(["tag", "v1.2.1"]);
    let audit = shop.audit();
    assert_eq!(audit.names().len(), 1, "{}", audit.ran);
}

#[test]
fn the_title_of_a_request_is_no_release() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_branch("login");
    shop.git(["switch", "-q", "main"]);
    let message = "Merge pull request #12 from org/hotfix/login\n\nHotfix: refuse an unknown user";
    shop.git(["merge", "-q", "--no-ff", "-m", message, "hotfix/login"]);
    shop.git(["tag", "v1.2.1"]);
    assert_eq!(shop.audit().fix("login")["tag"], "v1.2.1");
}

#[test]
fn since_some_day() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.hotfix(["audit", "--since", "2026-11-22"]).exits(1);
    shop.world.set_clock("2026-12-24T10:00:00Z");
    shop.hotfix(["audit", "--since", "2026-12-01"]).ok().says("No hotfix was found.");
    shop.hotfix(["audit", "--since", "90d"]).exits(1);
    shop.hotfix(["audit", "--since", "last summer"]).exits(2).says("--since 90d");
    shop.hotfix(["audit", "--since", "2027-01-01"]).exits(2);
}

#[test]
fn left_out_on_purpose_is_not_lost() {
    let shop = Shop::new();
    shop.ready("login").finish_with(&["--skip", "develop=the login is rewritten there"]).ok();
    let audit = shop.audit();
    assert_eq!(audit.state("login"), "skipped");
    assert_eq!(audit.at("login", "develop")["state"], "skipped");
    assert_eq!(audit.at("login", "develop")["present"], false);
    shop.hotfix(["audit"]).ok().says("left out of develop").says("the login is rewritten there");
}

#[test]
fn rolled_back_is_not_lost() {
    for keep in [&[][..], &["--keep-fix-in", "develop"]] {
        let shop = Shop::new();
        shop.ready("login").finish().ok();
        shop.hotfix([&["rollback", "--confirm", "v1.2.1"], keep].concat()).ok();
        for here in [shop.repo.clone(), shop.colleague()] {
            let audit = here.audit();
            assert_eq!(audit.names(), ["login"], "a rollback is no hotfix");
            assert_eq!(audit.state("login"), "rolled-back");
            assert_eq!(audit.at("login", "main")["present"], false);
            assert_eq!(audit.at("login", "develop")["present"], !keep.is_empty(), "{}", audit.ran);
            here.hotfix(["audit"]).ok().says("rolled back");
        }
    }
}

#[test]
fn a_revert_by_hand_can_say_that_it_is_a_rollback() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.merge_hotfix("develop", "login");
    shop.git(["switch", "-q", "main"]);
    shop.git(["revert", "--no-commit", "-m", "1", "HEAD"]);
    shop.git(["commit", "-q", "-m", "It made things worse\n\nRollback: v1.2.1"]);
    assert_eq!(shop.audit().state("login"), "rolled-back");
}

#[test]
fn a_fix_for_an_old_line_is_looked_for_there_and_where_it_was_ported() {
    let shop = Shop::build().no_remote().go();
    shop.git(["branch", "support/1.2", "v1.2.0"]);
    shop.git(["switch", "-q", "main"]);
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge branch 'release/2.0.0'", "develop"]);
    shop.git(["tag", "v2.0.0"]);
    shop.git(["switch", "-q", "-c", "hotfix/login", "support/1.2"]);
    let commit = shop.commit_as("login: no crash", "src/login.rs", FIXED_LOGIN);
    shop.merge_hotfix("support/1.2", "login");
    shop.git(["tag", "v1.2.1"]);
    let audit = shop.audit();
    audit.has("login", "support/1.2", "ancestry").lacks("login", "main", "never brought here");
    for branch in ["main", "develop"] {
        shop.git(["switch", "-q", branch]);
        shop.git(["cherry-pick", "-x", &commit]);
    }
    let audit = shop.audit();
    audit.has("login", "main", "patch-id").has("login", "develop", "patch-id");
    assert_eq!(audit.state("login"), "kept");
    // An old line that never had a later fix is none of its business.
    shop.git(["switch", "-q", "-c", "hotfix/cart", "main"]);
    shop.commit("src/cart.rs", "pub fn cart() { checked(); }\n");
    shop.merge_hotfix("main", "cart");
    let audit = shop.audit();
    let targets = audit.fix("cart")["targets"].as_array().unwrap();
    assert!(targets.iter().all(|t| t["ref"] != "support/1.2"), "{}", audit.ran);
}

#[test]
fn an_old_line_whose_code_is_another_does_not_make_production_lose_it() {
    let shop = Shop::build().no_remote().go();
    shop.git(["branch", "support/1.2", "v1.2.0"]);
    shop.edit_login("main", "sessions.any()");
    shop.git(["tag", "v2.0.0"]);
    shop.git(["switch", "-q", "-c", "hotfix/login", "support/1.2"]);
    shop.commit_as("login: no crash", "src/login.rs", FIXED_LOGIN);
    shop.merge_hotfix("support/1.2", "login");
    let audit = shop.audit();
    audit.has("login", "support/1.2", "ancestry").cannot_tell("login", "main");
}

/// A published shop: a hotfix on main that develop never got, and one that it did.
fn published() -> Shop {
    let shop = Shop::new();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.merge_hotfix("develop", "login");
    shop.git(["switch", "-q", "-c", "hotfix/cart", "main"]);
    shop.commit("src/cart.rs", "pub fn cart() { checked(); }\n");
    shop.merge_hotfix("main", "cart");
    shop.git(["push", "-q", "origin", "main", "develop", "v1.2.1"]);
    shop
}

fn clone(shop: &Shop, flags: &[&str]) -> Repo {
    let dir = shop.world.root.join("ci");
    let url = format!("file://{}", shop.remote().dir.display());
    let place = dir.to_string_lossy().into_owned();
    let words = [&["clone", "-q"], flags, &[&url, &place]].concat();
    Repo::at(&shop.world, &shop.world.root).git(words);
    Repo::at(&shop.world, dir)
}

fn says_the_truth(here: &Repo) {
    let audit = here.audit();
    audit.has("login", "develop", "ancestry").has("login", "main", "ancestry");
    audit.has("cart", "main", "ancestry").lacks("cart", "develop", "never brought here");
    assert_eq!(audit.json["lost"], 1);
}

#[test]
fn a_checkout_as_ci_makes_it() {
    let shop = published();
    let here = clone(&shop, &[]);
    here.git(["checkout", "-q", "--detach", "origin/main"]);
    here.git(["branch", "-q", "-D", "main"]);
    here.git(["symbolic-ref", "-d", "refs/remotes/origin/HEAD"]);
    says_the_truth(&here);
}

#[test]
fn a_bare_clone_and_a_mirror() {
    for flag in ["--bare", "--mirror"] {
        let shop = published();
        says_the_truth(&clone(&shop, &[flag]));
    }
}

#[test]
fn a_bare_repository_without_a_configuration() {
    let bare = clone(&published(), &["--mirror"]);
    std::fs::remove_file(bare.dir.join("config")).unwrap();
    says_the_truth(&bare);
}

#[test]
fn without_libgit2_the_answer_is_the_same() {
    let Some(shop) = Shop::build().no_remote().object_format("sha256").go_if_git_can() else { return };
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.edit_login("develop", "guest.unwrap()");
    shop.audit().has("login", "main", "ancestry").lacks("login", "develop", "never brought here");
}

#[test]
fn with_reftable() {
    let Some(shop) = Shop::build().no_remote().ref_format("reftable").go_if_git_can() else { return };
    let commit = shop.hotfix_by_hand("login", "v1.2.1");
    shop.audit().has("login", "main", "ancestry").lacks("login", "develop", "never brought here");
    shop.git(["switch", "-q", "develop"]);
    shop.git(["cherry-pick", &commit]);
    shop.audit().has("login", "develop", "patch-id").has("login", "v1.2.1", "ancestry");
}

#[test]
fn what_is_public_counts_and_not_what_is_only_here() {
    let shop = published();
    let here = clone(&shop, &[]);
    here.git(["switch", "-q", "develop"]);
    here.git(["cherry-pick", "origin/main^2"]);
    here.audit().lacks("cart", "develop", "never brought here");
    here.git(["push", "-q", "origin", "develop"]);
    here.audit().has("cart", "develop", "patch-id");
}

#[test]
fn a_shallow_clone_is_refused_loudly() {
    let shop = published();
    let here = clone(&shop, &["--depth", "1", "--no-single-branch"]);
    here.hotfix(["audit"]).exits(1).says("history is cut off at").says("git fetch --unshallow");
    here.hotfix(["audit", "--json"]).json_error();
    here.git(["fetch", "-q", "--unshallow"]);
    says_the_truth(&here);
}

#[test]
fn a_partial_clone_fetches_what_it_needs_together() {
    let shop = published();
    shop.remote().git(["config", "uploadpack.allowFilter", "true"]);
    shop.remote().git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let here = clone(&shop, &["--filter=blob:none", "--no-checkout"]);
    says_the_truth(&here);
}

/// Where a loose object is; packed ones are unpacked first.
fn loose(repo: &Repo, id: &str) -> std::path::PathBuf {
    repo.dir.join(".git/objects").join(&id[..2]).join(&id[2..])
}

fn set_bytes(path: &std::path::Path, bytes: Option<&[u8]>) {
    std::fs::remove_file(path).unwrap();
    if let Some(bytes) = bytes {
        std::fs::write(path, bytes).unwrap();
    }
}

#[test]
fn a_damaged_or_missing_content_costs_one_verdict() {
    for bytes in [None, Some(b"not what git wrote".as_slice())] {
        let shop = published();
        // Of the two hotfixes one has its content damaged.
        let blob = shop.rev("main:src/login.rs");
        set_bytes(&loose(&shop, &blob), bytes);
        let audit = shop.audit();
        let login = audit.at("login", "main");
        assert_eq!(
            (&login["state"], &login["present"]),
            (&Value::from("unknown"), &Value::Null),
            "{}",
            audit.ran
        );
        assert!(login["note"].as_str().unwrap().contains("could not be read: src/login.rs"), "{login}");
        audit.lacks("cart", "develop", "never brought here");
        assert_eq!(audit.json["lost"], 1);
        shop.hotfix(["audit", "login"]).ok().says("as far as can be known (1 unknown)");
    }
}

#[test]
fn damaged_history_is_a_clear_answer() {
    for object in ["main^{tree}", "main~1"] {
        let shop = published();
        let id = shop.rev(object);
        set_bytes(&loose(&shop, &id), None);
        let ran = shop.hotfix(["audit"]);
        ran.exits(1).says(&id[..7]);
        assert!(!ran.stderr.contains("panicked"), "{ran}");
        shop.hotfix(["audit", "--json"]).json_error();
    }
}

#[test]
fn replaced_commits_count_for_nothing_and_grafts_are_refused() {
    let shop = published();
    let (main, develop) = (shop.rev("main"), shop.rev("develop"));
    // As if develop had always been main: in git's own answers the lost fix would be there.
    shop.git(["replace", &develop, &main]);
    says_the_truth(&shop);
    shop.write(".git/info/grafts", &format!("{develop} {main}\n"));
    shop.hotfix(["audit"]).exits(1).says("nothing was audited").says("git replace --convert-graft-file");
    shop.git(["replace", "-d", &develop]);
    shop.git(["replace", "--convert-graft-file"]);
    says_the_truth(&shop);
}

#[test]
fn a_clone_of_one_branch_says_so() {
    let shop = published();
    let here = clone(&shop, &["--single-branch", "--branch", "main"]);
    here.hotfix(["audit"]).exits(1).says("follows only some branches");
}

#[test]
fn without_production_there_is_nothing_to_hold_against() {
    let shop = published();
    let here = clone(&shop, &["--single-branch", "--branch", "develop"]);
    here.git(["config", "hotfix.branches.production", "main"]);
    here.hotfix(["audit"]).exits(2).says("the branch main is not here").says("git fetch origin");
    let nowhere = Repo::at(&shop.world, &shop.world.root);
    nowhere.hotfix(["audit"]).exits(2);
    nowhere.hotfix(["audit", "--json"]).json_error();
}

#[test]
fn hostile_names_are_shown_as_text() {
    let shop = merged_as("Merge branch 'hotfix/\u{1b}[31mlogin'\n\nIncident: \u{1b}]0;x\u{7}");
    shop.hotfix(["audit"]).exits(1).says("login");
    assert_eq!(shop.show("main", "src/login.rs").matches(FAULT).count(), 0);
    assert!(shop.show("main", "src/login.rs").contains(REPAIR));
}

/// A shop with so many hotfixes, half of them never merged back.
fn with_hotfixes(number: usize) -> Shop {
    let shop = Shop::build().no_remote().go();
    for n in 1..=number {
        shop.git(["switch", "-q", "-c", &format!("hotfix/n{n}"), "main"]);
        shop.commit(&format!("src/n{n}.rs"), &format!("pub fn repair_{n}() {{}}\n"));
        shop.merge_hotfix("main", &format!("n{n}"));
        shop.git(["tag", &format!("v1.2.{n}")]);
        if n % 2 == 0 {
            shop.git(["switch", "-q", "develop"]);
            shop.git(["cherry-pick", &format!("hotfix/n{n}")]);
        }
    }
    shop
}

#[test]
fn the_number_of_git_processes_does_not_depend_on_the_number_of_hotfixes() {
    let count = |number: usize| {
        let shop = with_hotfixes(number);
        shop.watch_git();
        let ran = shop.hotfix(["audit", "--json"]);
        assert_eq!(ran.exits(1).json()["fixes"].as_array().unwrap().len(), number);
        // A repair is tried for each loss.
        let calls = shop.git_calls().into_iter();
        calls.filter(|call| !call.contains(" merge-tree ") && !call.ends_with(" version")).collect::<Vec<_>>()
    };
    let (few, many) = (count(2), count(9));
    assert_eq!(few.len(), many.len(), "{few:#?}\n{many:#?}");
    assert!(many.len() <= 8, "{many:#?}");
}
