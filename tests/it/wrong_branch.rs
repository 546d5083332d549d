//! Work that was done on production here, when the hotfix has commits already.

use crate::support::{Hotfix, Shop, Terminal};

/// A hotfix that is checked, and a second commit on local main.
fn second_on_main() -> (Shop, Hotfix, String, String) {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.git(["switch", "-q", "main"]);
    let commit = hotfix.commit("src/more.rs", "// second\n").get(..7).unwrap().to_owned();
    let said = format!("main here has 1 commit since the start: {commit}");
    let line = format!("git switch hotfix/fix-login-crash && git cherry-pick {commit}");
    (shop, hotfix, said, line)
}

#[test]
fn a_second_commit_on_production_is_told_by_status_and_in_the_plan() {
    let (shop, hotfix, said, line) = second_on_main();
    let status = shop.hotfix(["status"]);
    status.ok().says(&said).says(&line).does_not_say("everything is checked");
    hotfix.finish_with(&["--dry-run"]).ok().says(&said).says(&line);
    // The line that is shown works, and then nothing is said any more.
    for command in line.split(" && ") {
        shop.git(command.split(' ').skip(1));
    }
    shop.git(["switch", "-q", "main"]);
    shop.hotfix(["status"]).ok().does_not_say("since the start");
}

#[test]
fn check_says_so_before_it_asks_and_names_it_as_next() {
    let (shop, _, said, line) = second_on_main();
    let mut terminal = Terminal::sized(&shop, &["check"], &[], 40, 200);
    assert_eq!(terminal.exit_status(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(screen.matches(&said).count() == 2 && screen.contains(&line), "{screen}");
}

#[test]
fn an_edit_on_production_that_is_in_no_commit_is_told() {
    for at in ["2026-11-22T10:00:00Z", "2026-11-23T10:00:00Z"] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash");
        hotfix.git(["switch", "-q", "main"]);
        hotfix.write("src/lib.rs", "// edited\n");
        shop.git(["add", "-N", "src/lib.rs"]);
        let file = std::fs::File::options().write(true).open(shop.dir.join("src/lib.rs")).unwrap();
        file.set_modified(chrono::DateTime::parse_from_rfc3339(at).unwrap().to_utc().into()).unwrap();
        let status = shop.hotfix(["status"]);
        let line = "git stash && git switch hotfix/fix-login-crash && git stash pop";
        if at.contains("-22T") {
            // It was there before.
            status.ok().does_not_say("src/lib.rs");
            continue;
        }
        status
            .ok()
            .says("main here has 1 change since the start that is not committed (src/lib.rs)")
            .says(line);
        hotfix.finish_with(&["--dry-run"]).ok().says("src/lib.rs").says(line);
    }
}

#[test]
fn going_on_with_other_work_on_another_branch_is_nobodys_business() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.git(["switch", "-q", "develop"]);
    hotfix.commit("src/feature.rs", "// a feature\n");
    shop.hotfix(["status"]).ok().does_not_say("since the start").says("everything is checked");
    hotfix.finish_with(&["--dry-run"]).ok().does_not_say("since the start");
}

#[test]
fn what_was_edited_before_the_start_is_never_offered_as_part_of_the_fix() {
    let shop = Shop::new();
    let write = |path: &str, at: &str| {
        shop.write(path, "// edited\n");
        let file = std::fs::File::options().write(true).open(shop.dir.join(path)).unwrap();
        file.set_modified(chrono::DateTime::parse_from_rfc3339(at).unwrap().to_utc().into()).unwrap();
    };
    // A stash or a checkout writes it again later: no time tells that it was there before.
    write("src/login.rs", "2026-11-23T10:00:00Z");
    shop.hotfix(["start", "fix-login-crash"]).ok();
    shop.hotfix(["status"])
        .ok()
        .does_not_say("since the start")
        .says("cd ")
        .says("shop.hotfix-fix-login-crash");
    shop.hotfix(["finish", "fix-login-crash", "-n"]).does_not_say("since the start");
    shop.hotfix(["abort", "fix-login-crash", "-y"]).ok();
    shop.hotfix(["undo"]).ok();
    shop.hotfix(["status"]).ok().does_not_say("since the start").says("git switch hotfix/fix-login-crash");
    // What is new is offered, and it alone.
    write("src/cart.rs", "2026-11-23T10:00:00Z");
    shop.hotfix(["status"])
        .ok()
        .says("main here has 1 change since the start that is not committed (src/cart.rs)")
        .says("git stash push -- src/cart.rs && git switch hotfix/fix-login-crash && git stash pop");
    shop.git(["stash", "push", "-q", "src/cart.rs"]);
    assert_eq!(shop.git(["status", "--porcelain"]).trim(), "M src/login.rs");
}

#[test]
fn a_commit_that_was_left_on_production_is_told_on_the_branch_of_the_hotfix_too() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash");
    hotfix.git(["switch", "-q", "main"]);
    let commit = hotfix.commit("src/more.rs", "// meant for the hotfix\n").get(..7).unwrap().to_owned();
    hotfix.git(["switch", "-q", "hotfix/fix-login-crash"]);
    let line = format!("git cherry-pick {commit}");
    shop.hotfix(["status"]).ok().says("main here has 1 commit since the start").says(&line);
    hotfix.fix_login().answer_all();
    shop.hotfix(["finish", "-n"]).ok().says(&line);
    shop.git(["cherry-pick", &commit]);
    shop.hotfix(["status"]).ok().does_not_say("since the start");
}

#[test]
fn a_commit_that_was_pushed_to_production_is_versioned_on_a_branch_that_is_no_hotfix() {
    let package = "[package]\nname = \"shop\"\nversion = \"1.2.0\"\n";
    let shop = Shop::build().file("Cargo.toml", package).go();
    let hotfix = shop.start("fix-login-crash");
    hotfix.git(["switch", "-q", "main"]);
    let commit = hotfix.commit("src/more.rs", "// meant for the hotfix\n");
    hotfix.git(["push", "-q", "origin", "main"]);
    hotfix.git(["switch", "-q", "hotfix/fix-login-crash"]);
    hotfix.git(["merge", "-q", "--ff-only", &commit]);
    let ran = shop.started("fix-login-crash").answer_all().finish();
    ran.exits(3)
        .says("git switch -c version-1.2.1 origin/main")
        .says("  hotfix finish fix-login-crash    # then");
}
