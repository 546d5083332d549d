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
