//! What leaves the program: text alone on a terminal, all of it or a failure.

use crate::support::Shop;

#[cfg(target_os = "linux")]
#[test]
fn output_that_is_cut_off_is_a_failure() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for command in [
        "hotfix --help",
        "hotfix status",
        "hotfix status --json",
        "hotfix list",
        "hotfix list --names",
        "hotfix bundle -",
        "hotfix stats --html",
        "hotfix completions bash",
        "hotfix postmortem --output -",
        "hotfix timeline --json",
        "hotfix config",
        "hotfix help exit-codes",
        "hotfix man",
    ] {
        let bin = std::path::Path::new(crate::support::HOTFIX).parent().unwrap().display().to_string();
        let script = |to: &str| format!("PATH=\"{bin}:$PATH\"; {command} {to}");
        let whole = shop.program("sh", ["-c", &script(">/dev/null")]);
        let cut = shop.program("sh", ["-c", &script(">/dev/full")]);
        assert_eq!((whole.status, cut.status), (0, 1), "{command}: {}", cut.stderr);
        let read = shop.program("sh", ["-c", &script("| head -c 1")]);
        assert!(!read.stderr.contains("incomplete"), "{command}: {}", read.stderr);
    }
}

#[test]
fn a_branch_name_moves_no_cursor() {
    let shop = Shop::new();
    for name in ["a\u{9b}2Jb", "c\u{202e}d", "e\u{200b}f"] {
        shop.git(["update-ref", &format!("refs/heads/hotfix/{name}"), "main"]);
    }
    for args in
        [&["list"][..], &["list", "--json"], &["status"], &["status", "--json"], &["finish", "--dry-run"]]
    {
        let ran = shop.hotfix(args);
        ran.is_clean_text();
        for c in ['\u{9b}', '\u{202e}', '\u{200b}'] {
            assert!(!ran.said(&c.to_string()), "{args:?} printed {c:?}");
        }
    }
}

#[test]
fn the_trust_question_hides_nothing_and_enter_is_no() {
    let shop = Shop::new();
    let command = "true \\u001b] >/dev/null; touch PWNED #\\u0007\\nsecond line \\u202e";
    shop.write(
        "hotfix.toml",
        &format!("[[check]]\nid = \"tests\"\nquestion = \"?\"\ncommand = \"{command}\"\n"),
    );
    shop.git(["add", "."]);
    shop.git(["commit", "-q", "-m", "checks"]);
    shop.git(["push", "-q", "origin", "main"]);
    shop.hotfix(["start", "fix-login-crash", "--no-input"]).ok();
    shop.started("fix-login-crash").fix_login();
    let mut terminal = shop.terminal(&["check", "--only", "tests"]);
    terminal.waits_for("now and whenever");
    let screen = terminal.screen();
    for shown in ["\\u{1b}", "touch PWNED", "\\u{7}", "| second line", "\\u{202e}"] {
        assert!(screen.contains(shown), "{shown} is not on the screen:\n{screen}");
    }
    terminal.enter_to_the_end();
    assert!(!shop.has_file("PWNED"), "Enter ran the command");
    shop.hotfix(["check", "--only", "tests"]).exits(3).says("\\u{1b}").says("touch PWNED");
}
