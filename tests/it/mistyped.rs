//! What is typed at night: placeholders as printed, words without quotes, numbers of a menu, names of steps.

use crate::support::{Shop, Terminal};

/// Types a hint as a shell would.
fn typed(shop: &Shop, line: &str) -> crate::support::Ran {
    let path = std::path::Path::new(env!("CARGO_BIN_EXE_hotfix")).parent().unwrap().display().to_string();
    shop.program("sh", ["-c", &format!("PATH={path}:$PATH; {line}")])
}

#[test]
fn a_placeholder_is_no_reason_and_is_told_to_be_replaced() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    for (args, word) in [
        (&["finish", "--skip", "develop=why"][..], "replace 'why' with your reason: skipping develop"),
        (&["finish", "--skip", "develop=your reason"], "replace 'your reason' with your reason"),
        (&["check", "--waive", "tests=why"], "replace 'why' with your reason: waiving tests"),
        (&["finish", "--waive", "tests=why"], "replace 'why' with your reason: waiving tests"),
        (&["finish", "--allow-large", "why"], "replace 'why' with your reason: --allow-large"),
        (&["finish", "--allow-unreleased", " "], "--allow-unreleased needs a reason"),
    ] {
        hotfix.hotfix(args).exits(2).says(word).says("your reason\"");
    }
    assert_eq!(hotfix.check_state("tests"), "pass", "nothing was recorded");
}

#[test]
fn words_with_spaces_need_quotes_and_the_line_with_them_works() {
    let shop = Shop::new();
    let ran = shop.hotfix(["start", "checkout", "charges", "twice"]);
    let line = "hotfix start 'checkout charges twice'";
    ran.exits(2).says("words with spaces need quotes").says(line);
    typed(&shop, line).ok();
    let hotfix = shop.started("checkout-charges-twice").fix("src/cart.rs", "// once\n");
    let given = ["--waive", "staging=no", "staging", "here"];
    for command in ["finish", "check"] {
        let ran = hotfix.hotfix([&[command][..], &given].concat());
        let line = format!("hotfix {command} --waive 'staging=no staging here'");
        ran.exits(2).says("words with spaces need quotes").says(&line);
    }
    assert_eq!(hotfix.check_state("staging"), "open", "nothing was recorded");
    typed(&shop, "hotfix check --waive 'staging=no staging here'").ok();
    assert_eq!(hotfix.check_state("staging"), "waived");
}

#[test]
fn an_update_says_how_it_gets_its_text_and_takes_the_number_of_the_menu_for_its_audience() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let line = "echo 'We are on it' | hotfix update users -F - -y";
    shop.hotfix(["update", "users", "We are on it"]).exits(2).says(line);
    typed(&shop, line).ok();
    shop.hotfix(["update", "users", "-m", "We are on it"]).exits(2).says("hotfix update users -F - -y");
    let audiences = ["users", "support", "team", "management"];
    let ran = shop.hotfix(["update", "4"]);
    ran.exits(2);
    assert!(audiences.iter().any(|a| ran.said(&format!("hint: hotfix update {a}"))), "{ran}");
}

#[test]
fn ctrl_c_at_the_first_question_of_an_update_is_an_interruption() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let mut terminal = Terminal::open(&shop, &["update"], &[]);
    terminal.waits_for("Who is told?").types("\u{3}").exits(130);
    assert!(!terminal.screen().contains("Usage"), "{}", terminal.screen());
}

#[test]
fn the_names_of_the_steps_lead_to_a_command() {
    let shop = Shop::new();
    shop.hotfix(["fix"]).exits(2).says("hint: hotfix status");
    for (step, command) in [
        ("detect", "mark"),
        ("assess", "severity"),
        ("fix", "status"),
        ("test", "check"),
        ("merge", "finish"),
    ] {
        shop.hotfix(["help", step]).exits(2).says(&format!("hint: hotfix help {command}"));
    }
}

#[test]
fn a_no_by_mistake_is_answered_again() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let line = "hotfix check --answer staging=yes";
    hotfix.hotfix(["check", "--answer", "staging=no"]).ok().says(line);
    typed(&shop, line).ok();
    assert_eq!(hotfix.check_state("staging"), "pass");
    let hotfix = hotfix.answer(&["resolves=yes", "critical-paths=yes", "reviewed=grace@example.com"]);
    hotfix.finish().exits(3).says("--answer tests=yes    # or waive it: --waive tests=\"why\"");
}

#[test]
fn what_is_said_is_what_happened() {
    let shop = Shop::new();
    shop.hotfix(["start", "x", "--can-wait"])
        .exits(3)
        .says("is in the log as")
        .does_not_say("Nothing was changed");
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["start", "fix-login-crash"]);
    ran.exits(3).says("hotfix start fix-login-crash-2");
    shop.hotfix(["init", "--force"]).says("git push origin HEAD");
}

#[test]
fn a_branch_that_was_skipped_is_remembered_and_a_published_hotfix_is_called_so() {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(5);
    shop.hotfix(["list"]).ok().says("merge-back waits").does_not_say("fixing");
    hotfix.finish_with(&["--skip", "develop=rewritten there"]).ok();
    // It stays in sight until develop has it, and then every place says so.
    let line = "git switch develop && git merge v1.2.1";
    let status = || shop.hotfix(["status", "fix-login-crash"]);
    status().ok().says("- merge    develop was skipped and lacks the fix");
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
    status().says(line);
    shop.hotfix(["finish", "fix-login-crash", "-y"]).ok().says(line);
    shop.hotfix(["followups"]).ok().says(line).says("rewritten there").says("not on develop");
    let document = || shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok().stdout.clone();
    assert!(document().contains(line));
    shop.hotfix(["audit"]).says("left out on purpose");
    shop.git(["switch", "-q", "develop"]);
    shop.git(["merge", "-q", "--ff-only", "origin/develop"]);
    shop.git(["merge", "-q", "-X", "ours", "v1.2.1"]);
    shop.git(["push", "-q", "origin", "develop"]);
    status().ok().does_not_say("lacks the fix").does_not_say(line);
    shop.hotfix(["finish", "fix-login-crash", "-y"]).ok().does_not_say(line);
    shop.hotfix(["followups"]).ok().says("No open follow-ups");
    assert!(document().contains("rewritten there; has the fix since"));
}

#[test]
fn without_a_terminal_an_update_is_recorded_as_sent_only_when_that_is_said() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["update", "support", "--eta", "30m"]);
    ran.exits(3).says("fix-login-crash").says("not recorded as sent");
    let sent = || shop.events("fix-login-crash").iter().filter(|e| e["kind"] == "comms_sent").count();
    assert_eq!(sent(), 0);
    let line = ran.stderr.lines().find_map(|l| l.strip_prefix("hint: ")).unwrap();
    assert!(line.contains("--eta 30m -F ") && line.ends_with(" -y"), "{line}");
    typed(&shop, line).ok().says("Recorded as sent");
    assert_eq!(sent(), 1);
}

#[test]
fn where_nothing_was_recorded_no_list_is_offered() {
    let shop = Shop::new();
    shop.hotfix(["list"]).ok().says("No hotfix is open").does_not_say("hint");
    shop.start("fix-login-crash");
    shop.hotfix(["abort", "-y"]).ok();
    shop.hotfix(["list"]).ok().says("hotfix list --all");
}

#[test]
fn answers_are_not_lost_where_only_the_remote_knows_that_the_name_is_taken() {
    let shop = Shop::new();
    let colleague = shop.colleague();
    colleague.git(["push", "-q", "origin", "origin/main:refs/heads/hotfix/login"]);
    let mut terminal = Terminal::sized(&shop, &["start", "login"], &[], 40, 200);
    terminal.waits_for("What is broken?").types("Nobody can log in\r").waits_for("What do users see?");
    assert_eq!(terminal.enter_to_the_end(), 3);
    let screen = terminal.screen();
    assert!(screen.contains("a colleague already published hotfix/login"), "{screen}");
    let line = screen.lines().find_map(|l| l.trim().strip_prefix("hint: hotfix start login-2")).unwrap();
    typed(&shop, &format!("hotfix start login-2{line}")).ok();
    assert_eq!(shop.events("login-2")[0]["data"]["title"], "Nobody can log in");
}
