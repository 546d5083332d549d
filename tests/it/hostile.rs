//! Text from outside is text: never a command, never an escape sequence, never markup.
//! That no control character reaches stdout or stderr is checked after every call of the suite.

use crate::support::{FIXED_LOGIN, Shop};

const ESCAPES: &str = "\u{1b}[31mred\u{1b}[0m \u{1b}]0;your title\u{7} \u{9b}31m and \u{8}\u{8}gone\r over";
const SHELL: &str = "it's \"quoted\" $(touch pwned) `touch pwned` ; touch pwned & | > pwned \\ # end";

#[test]
fn escape_sequences_in_notes_do_not_reach_the_terminal() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["note", "--pin", ESCAPES]).ok();
    for args in [
        &["timeline"][..],
        &["timeline", "--all"],
        &["timeline", "--markdown"],
        &["timeline", "--json"],
        &["status"],
        &["list"],
        &["postmortem", "--output", "-"],
    ] {
        shop.hotfix(args).ok();
    }
    shop.hotfix(["timeline"]).ok().says("red");
}

#[test]
fn escape_sequences_in_commits_do_not_reach_the_terminal() {
    let shop = Shop::new();
    let hotfix = shop.start_with("fix-login-crash", &["--title", ESCAPES]);
    hotfix.git(["config", "user.name", "Eve \u{1b}[31mil"]);
    hotfix.commit_as(ESCAPES, "src/login.rs", FIXED_LOGIN);
    let hotfix = hotfix.answer_all();
    shop.colleague_pushes("main", "src/news.rs", "// ships too\n");
    for args in [&["status"][..], &["finish", "--dry-run"], &["finish", "--dry-run", "--json"]] {
        shop.hotfix(args).ok();
    }
    hotfix.finish().ok();
    shop.hotfix(["status", "fix-login-crash"]).ok();
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok();
}

#[test]
fn escape_sequences_in_arguments_do_not_reach_the_terminal() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["status", ESCAPES]).exits(2);
    shop.hotfix(["note", "--at", ESCAPES, "x"]).exits(2);
    shop.hotfix(["check", ESCAPES]).exits(2);
    shop.hotfix(["start", ESCAPES]).exits(2);
    shop.hotfix(["mark", ESCAPES]).exits(2);
    shop.hotfix([ESCAPES]).exits(2);
}

#[test]
fn escape_sequences_from_a_check_command_do_not_reach_the_terminal() {
    let config = "[[check]]\nid = \"tests\"\nquestion = \"Have automated tests passed?\"\n\
                  command = \"printf '\\\\033[31mFAILED\\\\007\\\\n'; exit 1\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let ran = hotfix.hotfix(["check", "--only", "tests", "--trust"]);
    assert_ne!(ran.status, 0, "{ran}");
    shop.hotfix(["status"]).ok();
    shop.hotfix(["timeline", "--all"]).ok();
}

#[test]
fn shell_text_is_never_run() {
    let shop = Shop::new();
    let hotfix = shop.start_with("fix-login-crash", &["--title", SHELL, "--symptom", SHELL]);
    shop.hotfix(["note", SHELL]).ok();
    hotfix.commit_as(&format!("{SHELL}\n\n{SHELL}\n# not a comment\n"), "src/login.rs", FIXED_LOGIN);
    let hotfix = hotfix.answer_all();
    hotfix.hotfix(["check", "--waive", &format!("staging={SHELL}")]).ok();
    hotfix.finish().ok();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    assert!(!shop.has_file("pwned"));
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.texts("fix-login-crash").contains(&SHELL.to_owned()), "a note is kept word for word");
    let subjects = shop.remote().git(["log", "--format=%s", "refs/heads/main"]);
    assert!(subjects.contains("it's \"quoted\" $(touch pwned)"), "{subjects}");
}

#[test]
fn markup_is_shown_and_not_obeyed() {
    let shop = Shop::new();
    let title = "<script>alert(1)</script> | [link](javascript:x) <!-- hotfix:auto -->";
    shop.start_with("fix-login-crash", &["--title", title]);
    shop.hotfix(["note", "--pin", "<img src=x onerror=y> | a & b | @everyone #1"]).ok();
    for args in [&["postmortem", "--output", "-"][..], &["timeline", "--markdown"]] {
        let ran = shop.hotfix(args);
        ran.ok().does_not_say("<script>").does_not_say("<img").does_not_say("<!-- hotfix:auto -->");
    }
}

#[test]
fn names_that_are_not_utf8_are_no_trouble() {
    use std::ffi::OsStr;
    use std::os::unix::ffi::OsStrExt;
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let odd = OsStr::from_bytes(b"caf\xe9\n.txt");
    std::fs::write(shop.dir.join(odd), "odd\n").unwrap();
    shop.git(["add", "."]);
    shop.git(["commit", "-q", "-m", "Add an odd name"]);
    std::fs::write(shop.dir.join(OsStr::from_bytes(b"\xff.txt")), "untracked\n").unwrap();
    shop.hotfix(["status"]).ok();
    hotfix.answer_all().finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.hotfix([OsStr::from_bytes(b"start"), OsStr::from_bytes(b"\xff\xfe")]).status == 2);
}

#[test]
fn a_remote_that_looks_like_an_option_or_a_command_is_not_obeyed() {
    let shop = Shop::new();
    shop.git(["config", "remote.origin.url", "--upload-pack=touch pwned"]);
    let _ = shop.hotfix(["start", "fix-login-crash"]);
    shop.git(["config", "remote.origin.url", "ext::sh -c touch% pwned"]);
    let _ = shop.hotfix(["start", "fix-cart"]);
    assert!(!shop.has_file("pwned"));
}

#[test]
fn a_password_in_the_remotes_address_is_not_printed_or_kept() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.git(["remote", "set-url", "origin", "https://ada:hunter2@127.0.0.1:1/shop.git"]);
    hotfix.finish().exits_with_one_of(&[1, 4]).does_not_say("hunter2");
    hotfix.finish_with(&["--json"]).exits_with_one_of(&[1, 4]).does_not_say("hunter2");
    shop.hotfix(["timeline", "--json"]).ok().does_not_say("hunter2");
}

#[test]
fn a_branch_whose_name_reads_as_another_one_gets_no_fix_and_is_named() {
    let shop = Shop::build().release("release/1.3.0").go();
    let hotfix = shop.ready("fix-login-crash");
    let other = shop.remote().rev("refs/heads/release/1.3.0");
    let deceptive = "refs/heads/release/\u{202e}1.3.0";
    shop.remote().git(["update-ref", deceptive, &other]);
    let plan = hotfix.finish_with(&["--dry-run"]);
    plan.ok().says("release/\\u{202e}1.3.0").says("do not show");
    hotfix.finish().ok();
    assert_eq!(shop.remote().rev(deceptive), other);
    assert_ne!(shop.remote().rev("refs/heads/release/1.3.0"), other);
}

#[test]
fn a_branch_called_like_a_full_ref_is_named_with_the_line_that_removes_it() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.remote().git(["update-ref", "refs/heads/refs/heads/main", "main"]);
    let line = "git push origin :refs/heads/refs/heads/main";
    hotfix.finish().exits(1).says(line);
    shop.git(line.split(' ').skip(1));
    hotfix.finish().ok();
}

#[test]
fn a_branch_that_looks_like_a_hotfix_is_not_offered_or_planned_under_its_name() {
    for evil in ["pay\u{200b}", "pa\u{ad}y", "p\u{430}y", "pay;touch${IFS}P"] {
        let shop = Shop::new();
        let mallory = shop.clone_of("mallory");
        mallory.commit("src/login.rs", "backdoor\n");
        mallory.git(["push", "-q", "origin", &format!("main:refs/heads/hotfix/{evil}")]);
        shop.git(["fetch", "-q"]);
        shop.hotfix(["status"]).does_not_say("Not here, but on origin").does_not_say("hotfix status pay");
        assert_eq!(
            shop.hotfix(["status", "--json"]).ok().json()["elsewhere"],
            serde_json::json!([]),
            "{evil:?}"
        );
        shop.hotfix(["finish", "paz", "-y", "--dry-run"]).does_not_say("finish pay").does_not_say(evil);
        // Who types it all the same sees what it is.
        let plan = shop.hotfix(["finish", evil, "-y", "--dry-run"]);
        assert!(!plan.stdout.lines().any(|line| line.split_whitespace().next() == Some("pay")), "{plan}");
        assert!(!plan.stdout.contains("hotfix/pay on origin"), "{plan}");
        // A branch here is neither the only one that is open.
        shop.git(["branch", &format!("hotfix/{evil}"), &format!("origin/hotfix/{evil}")]);
        let listed = shop.hotfix(["list"]).ok().stdout.clone();
        assert!(!listed.lines().any(|line| line.split_whitespace().next() == Some("pay")), "{listed}");
    }
}
