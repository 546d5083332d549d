//! Questions of the checklist that a check at the forge answers, and what `status` and `list` say of
//! requests without asking anybody.

use crate::requests::{BRANCH, NAME, is_done, ready, versioned};
use crate::support::{Flavour, Forge};

const PERF: &str =
    "[[check]]\nid = \"perf\"\nquestion = \"Is it fast enough?\"\nfrom = \"forge:bench / *\"\n";

#[test]
fn a_check_at_the_forge_answers_a_question_of_our_own() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let shop = versioned().file("hotfix.toml", PERF).go();
        let forge = Forge::of(&shop, flavour);
        let hotfix = shop.ready(NAME);
        hotfix.finish().exits(8).says("perf waits for the check bench / *, which has not reported");
        let number = forge.model().pulls[0].number;
        forge.model().report(number, "bench / linux", "pending");
        hotfix.finish().exits(8).says("perf waits for the check bench / *");
        forge.model().report(number, "bench / linux", "failure");
        hotfix.finish().exits(1).says("perf: the check bench / * failed");
        // A branch can see to it that a check does not run.
        forge.model().report(number, "bench / linux", "skipped");
        hotfix.finish().exits(1).says("perf: the check bench / * did not run");
        forge.model().report(number, "bench / linux", "success");
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
        let log = shop.hotfix(["timeline", NAME, "--json"]).json().to_string();
        assert!(log.contains("perf: the check bench / * passed"), "{log}");
    }
}

#[test]
fn what_may_stand_behind_from() {
    let shop = versioned().go();
    for (from, fits) in [("forge", true), ("forge:ci/test", true), ("forge:", false), ("jenkins", false)] {
        shop.write("hotfix.toml", &PERF.replace("forge:bench / *", from));
        let ran = shop.hotfix(["config", "check"]);
        if fits {
            ran.ok();
        } else {
            ran.exits(2).says("check.from must be \"forge\", or \"forge:NAME\"");
        }
    }
}

#[test]
fn status_and_list_know_what_the_forge_said_last_and_ask_nobody() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    {
        let mut model = forge.model();
        model.approvals = 1;
        model.checks = vec!["test".into()];
        model.protect("develop");
    }
    hotfix.finish().exits(8);
    let calls = forge.calls().len();
    shop.hotfix(["status"])
        .ok()
        .says("#7 into main, open")
        .says("waits for review")
        .says("waits for the check test");
    let status = shop.hotfix(["status", "--json"]).json();
    let request = &status["request"];
    assert_eq!((&request["state"], &request["head"]), (&"open".into(), &BRANCH.into()), "{request}");
    assert_eq!(request["waiting"][0]["kind"], "no-checks", "{request}");
    assert!(request["head_sha"].as_str().unwrap().len() == 40, "{request}");
    shop.hotfix(["list"]).ok().says("#7 open");
    assert_eq!(shop.hotfix(["list", "--json"]).json()["hotfixes"][0]["requests"][0]["number"], 7);
    assert_eq!(forge.calls().len(), calls, "nobody was asked");
    let number = forge.model().pulls[0].number;
    forge.model().approve(number);
    forge.model().report(number, "test", "success");
    hotfix.finish().exits(8);
    shop.hotfix(["status"]).ok().says("#7 into main, merged").says("#8 into develop, open");
    shop.hotfix(["list"]).ok().says("#7 merged, #8 open");
    shop.hotfix(["timeline", NAME, "--all"]).ok().says("request merged");
    shop.hotfix(["postmortem", NAME, "--output", "-"]).ok().says("/team/shop/pull/7");
    std::fs::write(shop.repo.dir.join(".git/hotfix/requests"), "not json").unwrap();
    shop.hotfix(["status"]).ok().says("#8 into develop, open");
}

#[test]
fn who_can_approve_is_read_from_productions_code_owners() {
    let owners = "* @team/everybody\nsrc/ @grace @ada\nVERSION @release\n";
    let shop = versioned().file(".github/CODEOWNERS", owners).go();
    let forge = Forge::of(&shop, Flavour::GitHub);
    forge.model().approvals = 1;
    let hotfix = shop.ready(NAME);
    hotfix.finish().exits(8).says("waits for review: an approval (code owners: @release, @grace and @ada)");
}

/// Whoever can push can make the branch of a merge-back first, or add to it.
#[test]
fn what_others_put_on_the_branch_of_a_merge_back_is_neither_merged_nor_lost() {
    const BACK: &str = "hotfix/back/v1.2.1-to-develop";
    for flavour in Flavour::ALL {
        for first in [true, false] {
            eprintln!("{flavour:?} {first}");
            let (shop, forge, hotfix) = ready(flavour);
            {
                let mut model = forge.model();
                model.protect("develop");
                model.checks = vec!["test".into()];
            }
            let theirs = |base: &str| {
                let mallory = shop.clone_of("mallory");
                mallory.git(["fetch", "-q"]);
                mallory.git(["switch", "-q", "-c", BACK, base]);
                mallory.commit("evil", "evil\n");
                mallory.git(["push", "-q", "origin", BACK]);
                mallory.rev("HEAD")
            };
            let before = if first { theirs("origin/develop") } else { String::new() };
            hotfix.finish().exits(8);
            let number = forge.model().pulls[0].number;
            forge.model().report(number, "test", "success");
            let ran = hotfix.finish();
            let before = if first { before } else { theirs(&format!("origin/{BACK}")) };
            let ran = if first {
                ran
            } else {
                let number = forge.model().pulls[1].number;
                forge.model().report(number, "test", "success");
                hotfix.finish()
            };
            ran.exits(8).says("has commits of others").says("--delete hotfix/back/v1.2.1-to-develop");
            assert_eq!(shop.remote().rev(BACK), before, "{ran}");
            assert!(!shop.remote().git_agrees(["cat-file", "-e", "develop:evil"]), "{ran}");
            shop.remote().git(["branch", "-q", "-D", BACK]);
            hotfix.finish().exits(8);
            let number = forge.model().pulls.last().unwrap().number;
            forge.model().report(number, "test", "success");
            hotfix.finish().ok();
            is_done(&shop, &forge, &hotfix);
        }
    }
}

/// Anybody with an account can approve a public request.
#[test]
fn an_approval_of_somebody_who_may_not_write_answers_nothing() {
    let shop = versioned().go();
    let forge = Forge::of(&shop, Flavour::Forgejo);
    let hotfix = shop.start(NAME).fix_login();
    shop.hotfix(["check", "resolves", "critical-paths", "tests", "staging", "--hotfix", NAME]).ok();
    forge.model().unofficial = true;
    hotfix.finish().exits(8);
    let number = forge.model().pulls[0].number;
    forge.model().approve(number);
    hotfix.finish().exits(8);
    assert_eq!(forge.model().pulls[0].state, "open");
    forge.model().unofficial = false;
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

/// Whether a push takes the approvals back is a setting of a project at GitLab.
#[test]
fn an_approval_of_an_older_commit_answers_nothing() {
    let shop = versioned().go();
    let forge = Forge::of(&shop, Flavour::GitLab);
    let hotfix = shop.start(NAME).fix_login();
    shop.hotfix(["check", "resolves", "critical-paths", "tests", "staging", "--hotfix", NAME]).ok();
    hotfix.finish().exits(8);
    let number = forge.model().pulls[0].number;
    forge.model().pulls[0].approvals.push(("grace".into(), "0".repeat(40)));
    hotfix.finish().exits(8);
    assert_eq!(forge.model().pulls[0].state, "open");
    forge.model().approve(number);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn a_branch_in_the_way_of_a_requests_is_named_and_nothing_else_is_said_of_what_is_out() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    forge.model().protect("develop");
    let (main, develop) = ("refs/heads/main", "refs/heads/develop");
    shop.git(["push", "-q", "origin", "main:refs/heads/hotfix/back"]);
    hotfix.finish().exits_with_one_of(&[1, 8]);
    let ran = hotfix.finish();
    ran.exits(1).says("origin has hotfix/back").says("git push origin :refs/heads/hotfix/back");
    ran.says("develop gets nothing").does_not_say("Nothing was published");
    let refs = shop.remote_refs();
    assert_ne!(refs[main], refs[develop]);
    shop.git(["push", "-q", "origin", ":refs/heads/hotfix/back"]);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

/// It moves nothing but the version; that it is there, and whose it is, is said all the same.
#[test]
fn a_version_that_another_clone_put_on_the_branch_is_named() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    let hotfix = hotfix.published();
    forge.model().approvals = 1;
    let bob = shop.colleague();
    forge.tell(&bob);
    for item in ["resolves", "critical-paths", "tests", "reviewed", "staging"] {
        bob.hotfix(["check", "--hotfix", NAME, "--answer", &format!("{item}=yes")]).ok();
    }
    let ran = bob.hotfix(["finish", NAME, "-y"]);
    ran.exits(8);
    let ran = hotfix.finish_with(&["--dry-run"]);
    ran.says("on top of your branch, from another clone").says("nothing but the version changes");
    hotfix.finish().exits(8);
    let own = shop.start("fix-cart").fix("src/cart.rs", "// cart\n").answer_all();
    own.finish().exits(8);
    own.finish().exits(8).does_not_say("from another clone");
}
