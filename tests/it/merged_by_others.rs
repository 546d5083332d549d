//! A hotfix that somebody else merged on the forge: found by git alone.

use crate::support::{Hotfix, Shop};

const NAME: &str = "fix-login-crash";

/// The forge commits a tree on top of a branch.
fn forge(shop: &Shop, branch: &str, tree: &str, second: Option<&str>, message: &str) -> String {
    let remote = shop.remote();
    let tip = remote.rev(&format!("refs/heads/{branch}"));
    let mut args = vec!["commit-tree", tree, "-p", &tip, "-m", message];
    args.extend(second.iter().flat_map(|second| ["-p", second]));
    let commit = remote.git(args);
    remote.git(["update-ref", &format!("refs/heads/{branch}"), &commit]);
    commit
}

/// What `gh pr merge --squash -d` leaves behind: the branch is gone here and there.
fn squashed_and_deleted(shop: &Shop, hotfix: &Hotfix, tree: &str) -> String {
    let tip = hotfix.tip();
    shop.remote().git(["update-ref", "refs/pull/7/head", &tip]);
    let merged = forge(shop, "main", tree, None, "fix (#7)");
    shop.remote().git(["update-ref", "-d", "refs/heads/hotfix/fix-login-crash"]);
    shop.git(["switch", "-q", "main"]);
    shop.git(["branch", "-q", "-D", "hotfix/fix-login-crash"]);
    merged
}

/// The branch here as it was merged, and the checklist answered for that.
fn answered_again(shop: &Shop, merged: &str) -> Hotfix {
    shop.git(["merge", "-q", "--ff-only", merged]);
    shop.started(NAME).answer_all()
}

#[test]
fn a_reviewers_commit_is_part_of_the_release() {
    for by in ["fast-forward", "merge", "squash"] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash").published();
        let reviewed = shop.colleague_pushes("hotfix/fix-login-crash", "src/guard.rs", "guard\n");
        let merged = match by {
            "fast-forward" => {
                shop.remote().git(["update-ref", "refs/heads/main", &reviewed]);
                reviewed.clone()
            }
            "merge" => forge(
                &shop,
                "main",
                &format!("{reviewed}^{{tree}}"),
                Some(&reviewed),
                "Merge pull request #8",
            ),
            _ => forge(&shop, "main", &format!("{reviewed}^{{tree}}"), None, "fix (#8)"),
        };
        hotfix.finish().exits(3).says("Change src/guard.rs").says("answered for another tree");
        answered_again(&shop, &reviewed).finish().ok();
        assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), merged, "{by}");
        assert!(
            shop.remote().git(["ls-tree", "-r", "--name-only", "develop"]).contains("src/guard.rs"),
            "{by}"
        );
        shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    }
}

#[test]
fn the_tag_goes_on_the_last_commit_of_a_rebased_series() {
    let shop = Shop::new();
    let hotfix =
        shop.start("fix-login-crash").fix_login().fix("src/more.rs", "more\n").answer_all().published();
    shop.colleague_pushes("hotfix/fix-login-crash", "src/guard.rs", "guard\n");
    let colleague = shop.colleague();
    shop.colleague_pushes("main", "src/news.rs", "news\n");
    colleague.git(["fetch", "-q", "origin"]);
    colleague.git(["switch", "-q", "--detach", "origin/hotfix/fix-login-crash"]);
    colleague.git(["rebase", "-q", "origin/main"]);
    colleague.git(["push", "-q", "origin", "HEAD:refs/heads/main"]);
    let last = colleague.rev("HEAD");
    hotfix.finish().exits(3).says("Change src/guard.rs");
    answered_again(&shop, "origin/hotfix/fix-login-crash").finish().ok();
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), last);
    assert!(shop.remote().git(["ls-tree", "-r", "--name-only", "develop"]).contains("src/guard.rs"));
}

#[test]
fn a_branch_that_the_forge_deleted_is_found_in_the_log() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let tree = shop.tree(&hotfix.tip());
    let merged = squashed_and_deleted(&shop, &hotfix, &tree);
    shop.finish("fix-login-crash").ok();
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), merged);
    assert!(shop.remote().show("develop", "src/login.rs").contains("unwrap_or(false)"));
    // Who moved production is told as it was.
    let short = merged.get(..7).unwrap();
    shop.hotfix(["timeline", "fix-login-crash"])
        .ok()
        .says(&format!("main at {short}, merged there"))
        .says("v1.2.1 to origin")
        .does_not_say("main and v1.2.1");
}

#[test]
fn a_reviewers_commit_is_found_by_the_head_of_the_request() {
    for kept in ["refs/pull/7/head", "refs/merge-requests/7/head"] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash").published();
        let reviewed = shop.colleague_pushes("hotfix/fix-login-crash", "src/login.rs", "pub fn login() {}\n");
        let merged = forge(&shop, "main", &format!("{reviewed}^{{tree}}"), None, "fix (#7)");
        let remote = shop.remote();
        remote.git(["update-ref", kept, &reviewed]);
        remote.git(["update-ref", "-d", "refs/heads/hotfix/fix-login-crash"]);
        hotfix.finish().exits(3).says("answered for another tree");
        answered_again(&shop, &reviewed).finish().ok();
        assert_eq!(remote.rev("refs/tags/v1.2.1^{commit}"), merged, "{kept}");
    }
}

#[test]
fn what_nothing_can_find_is_said_by_hand() {
    let shop = Shop::new();
    let _ = shop.ready("fix-login-crash").published();
    shop.remote().git(["update-ref", "-d", "refs/heads/hotfix/fix-login-crash"]);
    // The forge's commit has the fix in other words.
    let commit = shop.colleague_pushes("main", "src/login.rs", "pub fn login() -> bool {\n    false\n}\n");
    shop.git(["switch", "-q", "main"]);
    shop.git(["branch", "-q", "-D", "hotfix/fix-login-crash"]);
    let before = shop.remote_refs();
    shop.finish("fix-login-crash").exits(1).says("--merged-as");
    shop.hotfix(["finish", "fix-login-crash", "-y", "--merged-as", "v1.2.0"]).exits(3).says("v1.2.0");
    shop.hotfix(["finish", "fix-login-crash", "-y", "--merged-as", "origin/develop"]).exits(3);
    assert_eq!(shop.remote_refs(), before);
    shop.hotfix(["finish", "fix-login-crash", "-y", "--merged-as", &commit]).ok();
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), commit);
    shop.finish("fix-login-crash").ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn merged_without_its_version_is_refused_until_production_says_it() {
    let cargo =
        |version: &str| format!("[package]\nname = \"shop\"\nversion = \"{version}\"\nedition = \"2021\"\n");
    let shop = Shop::build().file("Cargo.toml", &cargo("1.2.0")).go();
    let hotfix = shop.ready("fix-login-crash").published();
    let tip = hotfix.tip();
    forge(&shop, "main", &format!("{tip}^{{tree}}"), Some(&tip), "Merge pull request #8");
    let before = shop.remote_refs();
    hotfix.finish().exits(3).says("Cargo.toml").says("1.2.0");
    assert_eq!(shop.remote_refs(), before);
    let said = shop.colleague_pushes("main", "Cargo.toml", &cargo("1.2.1"));
    hotfix.finish().ok();
    assert_eq!(shop.remote().rev("refs/tags/v1.2.1^{commit}"), said);
    assert!(shop.remote().show("v1.2.1", "Cargo.toml").contains("1.2.1"));
}

#[test]
fn a_merge_that_was_reverted_is_not_released() {
    for squash in [false, true] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash").published();
        let tip = hotfix.tip();
        let second = (!squash).then_some(tip.as_str());
        let merged = forge(&shop, "main", &format!("{tip}^{{tree}}"), second, "Merge pull request #8");
        forge(&shop, "main", &format!("{merged}~1^{{tree}}"), None, "Revert \"Merge pull request #8\"");
        let before = shop.remote_refs();
        let ran = hotfix.finish();
        assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.1") || squash, "{ran}");
        if !squash {
            ran.exits(3).says("took it back").says("Revert");
            assert_eq!(shop.remote_refs(), before);
        }
    }
}

#[test]
fn a_fix_that_was_taken_back_among_other_changes_is_not_released() {
    for squash in [false, true] {
        let shop = Shop::new();
        let old = shop.remote().show("refs/heads/main", "src/login.rs");
        let hotfix = shop.ready(NAME).published();
        let tip = hotfix.tip();
        let second = (!squash).then_some(tip.as_str());
        forge(&shop, "main", &format!("{tip}^{{tree}}"), second, "fix (#8)");
        let colleague = shop.colleague();
        colleague.git(["switch", "-q", "main"]);
        colleague.write("src/other.rs", "other\n");
        colleague.write("src/login.rs", &format!("{old}\n"));
        colleague.git(["add", "."]);
        colleague.git(["commit", "-q", "-m", "As it was before"]);
        colleague.git(["push", "-q", "origin", "main"]);
        let before = shop.remote_refs();
        hotfix.finish().exits(3).says("took it back").says("As it was before");
        assert_eq!(shop.remote_refs(), before, "squash {squash}");
    }
}

#[test]
fn a_protected_develop_that_got_the_fix_by_itself_is_done() {
    for picked in [false, true] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash").published();
        let tip = hotfix.tip();
        let colleague = shop.colleague();
        colleague.git(["fetch", "-q", "origin"]);
        colleague.git(["switch", "-q", "-c", "develop", "origin/develop"]);
        let how = if picked { ["cherry-pick", &tip] } else { ["merge", &tip] };
        colleague.git(how);
        colleague.git(["push", "-q", "origin", "develop"]);
        let develop = shop.tip("develop");
        shop.refuse_updates_of("refs/heads/develop");
        hotfix.finish().ok().says("already had the fix");
        assert_eq!(shop.tip("develop"), develop);
        shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    }
}

#[test]
fn a_protected_tag_does_not_hold_up_the_merge_backs() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let tip = hotfix.tip();
    let merged = forge(&shop, "main", &format!("{tip}^{{tree}}"), Some(&tip), "Merge pull request #8");
    shop.refuse_updates_of("refs/tags/v1.2.1");
    hotfix.finish().exits(8).says(&format!("git push origin {merged}:refs/tags/v1.2.1")).says("refused");
    assert!(shop.has("develop", &merged), "develop has the fix");
    assert!(!shop.repo.has_ref("refs/tags/v1.2.1"));
    hotfix.finish().exits(8);
    // CI makes it.
    shop.remote().git(["tag", "v1.2.1", &merged]);
    hotfix.finish().ok().says("v1.2.1");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

/// A commit of a reviewer on the published branch.
fn reviewed(shop: &Shop) -> String {
    let reviewer = shop.clone_of("rev");
    reviewer.git(["switch", "-q", &format!("hotfix/{NAME}")]);
    let commit = reviewer.commit("src/review.rs", "// a reviewer's line\n");
    reviewer.git(["push", "-q", "origin", &format!("hotfix/{NAME}")]);
    commit
}

#[test]
fn answers_given_before_a_reviewers_commit_are_asked_again() {
    for how in ["fast-forward", "squash"] {
        let shop = Shop::new();
        let hotfix = shop.ready(NAME).published();
        let commit = reviewed(&shop);
        let remote = shop.remote();
        let to = match how {
            "fast-forward" => commit.clone(),
            _ => {
                let tree = format!("{commit}^{{tree}}");
                remote.git([
                    "-c",
                    "user.name=F",
                    "-c",
                    "user.email=f@example.org",
                    "commit-tree",
                    &tree,
                    "-p",
                    "main",
                    "-m",
                    "fix (#7)",
                ])
            }
        };
        remote.git(["update-ref", "refs/heads/main", &to]);
        let before = shop.remote_refs();
        let ran = hotfix.finish();
        ran.exits(3).says("answered for another tree").says("more commit").says("merge --ff-only");
        assert_eq!(shop.remote_refs(), before, "{how}");
        shop.git(["merge", "-q", "--ff-only", &commit]);
        hotfix.finish().exits(3).says("answered for another tree");
        shop.started(NAME).answer_all().finish().ok();
        assert_eq!(shop.rev("v1.2.1^{commit}"), to, "{how}");
    }
}

#[test]
fn a_squash_that_was_taken_back_is_named_and_not_released_again() {
    for message in ["Revert \"fix (#7)\"", "back to what it was"] {
        let shop = Shop::new();
        let hotfix = shop.ready(NAME).published();
        let remote = shop.remote();
        let commit = |tree: &str, message: &str| {
            let who = ["-c", "user.name=F", "-c", "user.email=f@example.org"];
            let oid = remote.git([&who[..], &["commit-tree", tree, "-p", "main", "-m", message]].concat());
            remote.git(["update-ref", "refs/heads/main", &oid]);
        };
        let old = remote.rev("main^{tree}");
        commit(&format!("hotfix/{NAME}^{{tree}}"), "fix (#7)");
        commit(&old, message);
        let before = shop.remote_refs();
        hotfix.finish().exits(3).says("took it back").says(message);
        assert_eq!(shop.remote_refs(), before, "{message}");
        // It came again: then it is released.
        commit(&format!("hotfix/{NAME}^{{tree}}"), "fix, again");
        hotfix.finish().ok();
        assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"));
    }
}

#[test]
fn a_colleague_who_has_neither_branch_nor_log_is_told_what_to_type() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME).published();
    let remote = shop.remote();
    let tree = format!("{}^{{tree}}", hotfix.tip());
    let who = ["-c", "user.name=F", "-c", "user.email=f@example.org"];
    let squash = remote.git([&who[..], &["commit-tree", &tree, "-p", "main", "-m", "fix (#7)"]].concat());
    remote.git(["update-ref", "refs/heads/main", &squash]);
    remote.git(["update-ref", "-d", &format!("refs/heads/hotfix/{NAME}")]);
    let bob = shop.clone_of("bob");
    let ran = bob.hotfix(["finish", NAME, "-y"]);
    ran.exits(2).says("hotfix sync origin").says("--merged-as").does_not_say("hotfix start");
    bob.hotfix(["finish", NAME, "-y", "--merged-as", &squash]).ok();
    assert_eq!(remote.rev("v1.2.1^{commit}"), squash);
}

/// A merge that keeps the other side brings the commits of a fix and nothing of it: neither a tag nor the end of the
/// branch comes of that.
#[test]
fn a_merge_that_kept_the_other_side_is_not_the_fix() {
    for how in ["all of it", "a file of it", "on the branch", "with a tag"] {
        let shop = Shop::new();
        let more = "one\ntwo\nthree\nfour\n";
        let hotfix = shop.start(NAME).fix_login().fix("src/more.rs", more).answer_all().published();
        let clone = shop.colleague();
        clone.git(["fetch", "-q"]);
        clone.git(["switch", "-q", "main"]);
        match how {
            "on the branch" => {
                clone.commit("src/news.rs", "news\n");
                clone.git(["switch", "-q", "hotfix/fix-login-crash"]);
                clone.git(["merge", "-q", "-s", "ours", "--no-commit", "main"]);
                clone.git(["read-tree", "--reset", "-u", "main"]);
                clone.git(["commit", "-q", "-m", "Merge main"]);
                clone.git(["switch", "-q", "main"]);
                clone.git(["merge", "-q", "--no-ff", "--no-edit", "hotfix/fix-login-crash"]);
            }
            "a file of it" => {
                clone.git(["merge", "-q", "--no-ff", "--no-commit", "origin/hotfix/fix-login-crash"]);
                clone.git(["checkout", "-q", "main", "--", "src/login.rs"]);
                clone.git(["commit", "-q", "--no-edit"]);
            }
            _ => drop(clone.git(["merge", "-q", "-s", "ours", "--no-edit", "origin/hotfix/fix-login-crash"])),
        }
        if how == "with a tag" {
            clone.git(["tag", "-a", "-m", "v1.2.1", "v1.2.1"]);
        }
        clone.git(["push", "-q", "origin", "--follow-tags", "main"]);
        let before = shop.remote_refs();
        let ran = hotfix.finish();
        ran.exits(3).says("main has the commits of the fix, but not the fix").says("git cherry-pick");
        assert_eq!(shop.remote_refs(), before, "{how}: {ran}");
        assert!(hotfix.has_branch(), "{how}: {ran}");
        // A person may know better; what came on top of the branch has to be looked at all the same.
        let merge = clone.rev("main");
        let ran = hotfix.finish_with(&["--merged-as", &merge, "--dry-run"]);
        ran.exits(if how == "on the branch" { 3 } else { 0 }).does_not_say("but not the fix");
    }
}

/// What was put on the branch where it was merged is nowhere else: not on the branch here, nor on the remote.
#[test]
fn what_a_merge_brought_on_top_of_the_branch_is_named() {
    for published in [true, false] {
        let shop = Shop::new();
        let hotfix = shop.ready(NAME).published();
        let clone = shop.colleague();
        clone.git(["fetch", "-q"]);
        clone.git(["switch", "-q", "hotfix/fix-login-crash"]);
        clone.commit_as("Tidy up", "src/login.rs", "// nothing\n");
        clone.git(["switch", "-q", "main"]);
        clone.git(["merge", "-q", "--no-ff", "--no-edit", "hotfix/fix-login-crash"]);
        clone.git(["push", "-q", "origin", "main"]);
        if !published {
            clone.git(["push", "-q", "origin", ":hotfix/fix-login-crash"]);
        }
        let before = shop.remote_refs();
        let ran = hotfix.finish();
        ran.exits(3).says("was merged with 1 more commit").says("Tidy up").says("answered for another tree");
        assert_eq!(shop.remote_refs(), before, "{published}: {ran}");
    }
}
