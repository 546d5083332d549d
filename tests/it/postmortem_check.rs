//! `postmortem check`: reads over what people wrote, and knows the record.

use crate::support::{Repo, Shop, World};

const FIXTURES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/fixtures/postmortems");

/// A finished hotfix: impact 13:31, mitigated 14:10, resolved 14:29, written up by Ada and Grace.
fn finished_shop() -> (Shop, String) {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T13:59:00Z");
    let flags = ["--title", "Users get a 500 on /login", "--severity", "sev2", "--impact-started", "13:31"];
    let hotfix = shop.start_with("fix-login-crash", &flags);
    hotfix.fix_login().answer_all().finish().ok();
    shop.world.set_clock("2026-11-22T14:59:00Z");
    for (milestone, at) in [("detected", "13:40"), ("mitigated", "14:10"), ("resolved", "14:29")] {
        shop.hotfix(["mark", milestone, "--at", at, "--hotfix", "fix-login-crash"]).ok();
    }
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    (shop, "docs/postmortems/2026-11-22-fix-login-crash.md".to_owned())
}

/// Puts a person's words in place of a section's first prompt, and every other prompt away.
fn answered(shop: &Shop, path: &str, section: &str, words: &str) {
    let text = shop.read(path);
    let (before, after) = text.split_once(section).unwrap();
    let at = after.find("> TODO(human)").unwrap();
    let text = format!("{before}{section}{}{words}\n\n{}", &after[..at], &after[at..]);
    let kept: Vec<&str> = text.lines().filter(|l| !l.starts_with("> TODO(human)")).collect();
    shop.write(path, &format!("{}\n", kept.join("\n")));
}

#[test]
fn a_fresh_document_has_questions_and_nothing_else() {
    let (shop, path) = finished_shop();
    let before = shop.snapshot();
    let ran = shop.hotfix(["postmortem", "check", &path]);
    ran.ok().says("questions are not answered");
    let json = shop.hotfix(["postmortem", "check", &path, "--json"]).json();
    let file = &json["files"][0];
    assert_eq!((file["findings"].as_array().unwrap().len(), &file["record"]), (0, &true.into()), "{json}");
    let prompts = shop.read(&path).matches("TODO(human)").count();
    assert_eq!(file["prompts"].as_array().unwrap().len(), prompts);
    assert_eq!(json["found"], prompts);
    shop.hotfix(["postmortem", "check", &path, "--strict"]).exits(1);
    before.still_holds();
}

#[test]
fn numbers_are_compared_with_the_record() {
    let (shop, path) = finished_shop();
    answered(&shop, &path, "## 5. Detection", "It was detected at 13:40 UTC. The outage lasted 39 minutes.");
    shop.hotfix(["postmortem", "check", &path, "--strict"]).ok().says("nothing found");
    let right = shop.read(&path);
    for (wrong, says) in [
        (right.replace("detected at 13:40", "detected at 13:50"), "detected 13:40 UTC"),
        (right.replace("39 minutes", "90 minutes"), "39 min (impact started 13:31 → mitigated 14:10 UTC)"),
    ] {
        shop.write(&path, &wrong);
        let ran = shop.hotfix(["postmortem", "check", &path, "--strict"]);
        ran.exits(1).says(says);
        let line = wrong.lines().position(|l| l.starts_with("It was detected")).unwrap() + 1;
        assert!(ran.stdout.starts_with(&format!("{path}:{line}:")), "{ran}");
        assert_eq!(ran.stdout.lines().count(), 1, "{ran}");
        shop.hotfix(["postmortem", "check", &path]).ok();
    }
}

#[test]
fn the_size_of_the_fix_is_compared_with_git() {
    let (shop, path) = finished_shop();
    answered(&shop, &path, "## 8. The fix", "The hotfix has one commit and changes 1 file.");
    shop.hotfix(["postmortem", "check", &path, "--strict"]).ok().says("nothing found");
    let right = shop.read(&path);
    shop.write(
        &path,
        &right.replace("has one commit and changes 1 file", "has 7 commits and changes 5 files"),
    );
    let ran = shop.hotfix(["postmortem", "check", &path, "--strict"]);
    ran.exits(1).says("“7 commits” contradicts git: the fix has 1 commit");
    ran.says("“5 files” contradicts git: the fix changes 1 file");
    shop.write(&path, &right.replace("The hotfix has one commit", "The release before it had 7 commits"));
    shop.hotfix(["postmortem", "check", &path, "--strict"]).ok().says("nothing found");
}

#[test]
fn a_generated_block_that_was_edited_or_is_out_of_date_is_found() {
    let (shop, path) = finished_shop();
    answered(&shop, &path, "## 5. Detection", "An alert on the error rate noticed it.");
    shop.hotfix(["postmortem", "check", &path, "--strict"]).ok();
    let right = shop.read(&path);
    for (old, new) in [("| sev2: ", "| sev1: "), ("39 min", "9 min"), ("`v1.2.1`", "`v1.2.9`")] {
        shop.write(&path, &right.replacen(old, new, 1));
        let ran = shop.hotfix(["postmortem", "check", &path, "--strict"]);
        ran.exits(1).says("was edited and differs from the record");
    }
    shop.write(&path, &right);
    shop.hotfix(["severity", "sev1", "--hotfix", "fix-login-crash", "more than we thought"]).ok();
    let ran = shop.hotfix(["postmortem", "check", &path, "--strict"]);
    ran.exits(1).says("“facts” is out of date; now: | Severity | sev1");
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    shop.hotfix(["postmortem", "check", &path, "--strict"]).ok();
}

#[test]
fn the_people_of_the_record_and_of_the_commits_are_known() {
    let (shop, path) = finished_shop();
    answered(
        &shop,
        &path,
        "## 7. Response",
        "Then Lovelace broke what grace@example.com had ignored. The error rate fell.",
    );
    let json = shop.hotfix(["postmortem", "check", &path, "--json"]).json();
    let texts: Vec<&str> = json["files"][0]["findings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|f| f["text"].as_str().unwrap())
        .collect();
    assert_eq!(texts, ["Lovelace", "grace@example.com"]);
    for key in ["rule", "line", "column", "text", "message"] {
        assert!(json["files"][0]["findings"][0].get(key).is_some(), "{key}: {json}");
    }
}

#[test]
fn what_was_generated_is_nobodys_wording() {
    let (shop, path) = finished_shop();
    let words = "the engineer forgot it, it was human error and Ada Lovelace should have noticed";
    shop.hotfix(["note", "--hotfix", "fix-login-crash", "--kind", "decision", words]).ok();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    assert!(shop.read(&path).contains("human error"));
    let json = shop.hotfix(["postmortem", "check", &path, "--json"]).json();
    assert_eq!(json["files"][0]["findings"].as_array().unwrap().len(), 0, "{json}");
}

#[test]
fn several_files_are_read_and_a_record_that_is_missing_is_said() {
    let shop = Shop::new();
    let (good, bad) = (format!("{FIXTURES}/good.md"), format!("{FIXTURES}/bad.md"));
    let ran = shop.hotfix(["postmortem", "check", &good, &bad]);
    ran.ok().says("nothing found").says("human-error").says("is not in this clone");
    shop.hotfix(["postmortem", "check", "--strict", &good]).ok();
    shop.hotfix(["postmortem", "check", "--strict", &good, &bad]).exits(1);
    shop.write("mine.md", "# Notes\n\nNothing to see.\n");
    shop.hotfix(["postmortem", "check", "mine.md"]).ok().says("names no incident");
}

#[test]
fn it_works_where_there_is_no_repository() {
    let world = World::new();
    let here = Repo::at(&world, world.root.clone());
    here.hotfix(["postmortem", "check", &format!("{FIXTURES}/bad.md"), "--strict"])
        .exits(1)
        .says("vague-action");
}

#[test]
fn files_that_are_not_there_are_usage_errors() {
    let shop = Shop::new();
    shop.hotfix(["postmortem", "check"]).exits(2);
    shop.hotfix(["postmortem", "check", "nowhere.md"]).exits(2).says("nowhere.md");
    shop.hotfix(["postmortem", "check", "src"]).exits(2).says("src");
    shop.write("latin.md", "x");
    std::fs::write(shop.dir.join("latin.md"), b"caf\xe9\n").unwrap();
    shop.hotfix(["postmortem", "check", "latin.md"]).exits(2).says("latin.md");
    shop.write("bad\u{1b}[2J.md", "# x\n\nIt was human error.\n");
    shop.hotfix(["postmortem", "check", "bad\u{1b}[2J.md"]).ok().says("human-error");
}

#[test]
fn a_hotfix_called_check_can_still_be_written_up() {
    let shop = Shop::new();
    shop.start("check");
    shop.hotfix(["postmortem", "--output", "-", "--", "check"]).ok().says("hotfix/check");
}
