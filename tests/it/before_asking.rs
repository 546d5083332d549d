//! What stands in the way whatever is answered is said before the first question, and nothing is recorded.

use crate::support::{Shop, Terminal};

const FIRST: &str = "Does the fix resolve the original issue?";

/// `finish` in a terminal ends without a question and says this; no answer is in the log.
#[track_caller]
fn refused(shop: &Shop, name: &str, words: &[&str]) {
    let answers = || shop.kinds(name).iter().filter(|kind| *kind == "checklist-item").count();
    let before = answers();
    let mut terminal = Terminal::sized(shop, &["finish", name], &[], 40, 200);
    assert_ne!(terminal.exit_status(), 0, "{}", terminal.screen());
    let screen = terminal.screen();
    assert!(!screen.contains(FIRST), "{screen}");
    for words in words {
        assert!(screen.contains(words), "{words}\n{screen}");
    }
    assert_eq!(answers(), before, "something was recorded");
}

#[test]
fn conflict_markers_come_before_the_questions() {
    let shop = Shop::new();
    let text = "<<<<<<< HEAD\nlet a = 1;\n=======\nlet a = 2;\n>>>>>>> other\n";
    shop.start("fix-login-crash").fix("src/login.rs", text);
    refused(&shop, "fix-login-crash", &["markers", "src/login.rs"]);
}

#[test]
fn what_is_not_committed_comes_before_the_questions() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login().write("src/login.rs", "// more\n");
    refused(&shop, "fix-login-crash", &["not committed", "src/login.rs"]);
}

#[test]
fn a_conflict_with_production_comes_before_the_questions() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.colleague_pushes("main", "src/login.rs", "// another way\n");
    refused(&shop, "fix-login-crash", &["no longer merges", "src/login.rs"]);
}

#[test]
fn commits_after_the_release_come_before_the_questions() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--keep-branch"]).ok();
    hotfix.fix("src/more.rs", "// more\n");
    refused(&shop, "fix-login-crash", &["since v1.2.1 was released", "--next"]);
}

#[test]
fn a_release_of_a_colleague_with_some_of_the_commits_is_told_as_released() {
    let (shop, grace) = Shop::shared("fix-login-crash");
    grace.git(["switch", "-q", "hotfix/fix-login-crash"]);
    grace
        .hotfix([
            "check",
            "resolves",
            "critical-paths",
            "tests",
            "staging",
            "--answer",
            "reviewed=ada@example.com",
        ])
        .ok();
    grace.hotfix(["finish", "-y"]).ok();
    let hotfix = shop.started("fix-login-crash").fix("src/more.rs", "// more\n");
    let words = ["grace released v1.2.1 with 1 commit of this branch", "Fix src/more.rs", "--next"];
    refused(&shop, "fix-login-crash", &words);
    shop.hotfix(["status"]).ok().says(words[0]).says("hotfix finish fix-login-crash --next");
    shop.hotfix(["sync", "-y"]).ok().does_not_say("git push -u");

    // What comes with the log says the same, and what it names goes on.
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    let ran = shop.hotfix(["status", "fix-login-crash"]);
    ran.ok().says("grace released fix-login-crash as v1.2.1").says("hotfix finish fix-login-crash");
    ran.does_not_say("do not show");
    hotfix.answer_all().finish_with(&["--next"]).ok();
    assert!(shop.remote().git_agrees(["rev-parse", "--verify", "-q", "refs/tags/v1.2.2"]));
}

#[test]
fn what_came_with_production_is_no_earlier_release() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login();
    let colleague = shop.colleague();
    colleague.git(["switch", "-q", "-c", "other", "origin/main"]);
    colleague.commit("src/news.rs", "// theirs\n");
    colleague.git(["switch", "-q", "-C", "main", "origin/main"]);
    colleague.git(["merge", "-q", "--no-ff", "other"]);
    colleague.git(["tag", "-a", "-m", "theirs", "v1.2.1"]);
    colleague.git(["push", "-q", "origin", "main", "v1.2.1"]);
    hotfix.git(["pull", "-q", "--no-rebase", "--no-edit", "origin", "main"]);
    hotfix.answer_all().finish().ok();
}
