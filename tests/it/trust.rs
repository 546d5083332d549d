//! Commands that a repository brings along run only after somebody said yes.

use crate::support::{Except, Hotfix, Repo, Shop};

/// A shop whose `tests` question is answered by a command that leaves a mark, and that hotfix.
fn shop_with_test_command(ending: &str) -> (Shop, Repo) {
    let world_of_marks = "tests-ran";
    let config = format!(
        "[[check]]\nid = \"tests\"\nquestion = \"Have automated tests passed?\"\n\
         command = \"echo ran >>../{world_of_marks}; echo '3 tests'; {ending}\"\n"
    );
    let shop = Shop::build().file("hotfix.toml", &config).go();
    let root = Repo::at(&shop.world, &shop.world.root);
    (shop, root)
}

fn runs(root: &Repo) -> usize {
    if root.has_file("tests-ran") { root.read("tests-ran").lines().count() } else { 0 }
}

fn everything_but_tests(hotfix: Hotfix) -> Hotfix {
    hotfix.answer(&["resolves=yes", "critical-paths=yes", "reviewed=grace@example.com", "staging=yes"])
}

#[test]
fn a_command_that_is_not_trusted_does_not_run() {
    let (shop, root) = shop_with_test_command("exit 0");
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["check", "--only", "tests"]).exits(3).says("--trust");
    hotfix.call(["check", "--only", "tests"]).env("CI", "true").run().exits(3);
    assert_eq!(runs(&root), 0);
    assert_eq!(hotfix.check_state("tests"), "open");
}

#[test]
fn a_trusted_command_answers_its_question() {
    let (shop, root) = shop_with_test_command("exit 0");
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["check", "--only", "tests", "--trust"]).ok();
    assert_eq!(runs(&root), 1);
    assert_eq!(hotfix.check_state("tests"), "pass");
    everything_but_tests(hotfix).finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
}

#[test]
fn a_failing_command_is_a_failing_answer() {
    let (shop, root) = shop_with_test_command("exit 7");
    let hotfix = shop.start("fix-login-crash").fix_login();
    let ran = hotfix.hotfix(["check", "--only", "tests", "--trust"]);
    assert_ne!(ran.status, 0, "{ran}");
    assert_eq!(runs(&root), 1);
    assert_eq!(hotfix.check_state("tests"), "fail");
    let hotfix = everything_but_tests(hotfix);
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("tests");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
}

#[test]
fn finish_does_not_run_what_is_not_trusted_either() {
    let (shop, root) = shop_with_test_command("exit 0");
    let hotfix = everything_but_tests(shop.start("fix-login-crash").fix_login());
    let before = shop.snapshot();
    hotfix.finish().exits(3);
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    assert_eq!(runs(&root), 0);
}

#[test]
fn the_end_of_the_output_is_kept() {
    let (shop, _) = shop_with_test_command("exit 0");
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["check", "--only", "tests", "--trust"]).ok();
    let log = shop.logs().pop().unwrap();
    let trees = shop.git(["log", "--format=%T", &log]);
    let kept = trees.lines().any(|tree| {
        let files = shop.git(["ls-tree", "-r", "--name-only", tree]);
        files
            .lines()
            .any(|file| shop.git(["cat-file", "blob", &format!("{tree}:{file}")]).contains("3 tests"))
    });
    assert!(kept, "what the command printed is nowhere in the record");
}

#[test]
fn a_person_can_answer_instead_of_the_command() {
    let (shop, root) = shop_with_test_command("exit 1");
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    hotfix.finish().ok();
    assert_eq!(runs(&root), 0);
}

#[test]
fn status_never_runs_anything() {
    let (shop, root) = shop_with_test_command("exit 0");
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["status"]).ok();
    let _ = hotfix.plan();
    assert_eq!(runs(&root), 0);
}

#[test]
fn values_reach_commands_through_the_environment_and_not_as_text() {
    let config = "[[check]]\nid = \"tests\"\nquestion = \"Have automated tests passed?\"\n\
                  command = \"printf '%s' \\\"$HOTFIX_NAME\\\" >../name\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    hotfix.hotfix(["check", "--only", "tests", "--trust"]).ok();
    assert_eq!(Repo::at(&shop.world, &shop.world.root).read("name"), "fix-login-crash");
}

#[test]
fn the_lines_to_type_next_keep_the_trust_that_was_given() {
    let config = "[deploy]\ncommand = \"exit 1\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).exits(1).says("hotfix finish fix-login-crash --trust    # retries");
    shop.hotfix(["deploy", "fix-login-crash", "--trust"]).exits(1).says("--trust");
}

#[test]
fn the_beginning_of_a_long_command_does_not_leave_the_screen() {
    let script = format!("touch OWNED\n{}cargo test\n", "\n".repeat(60));
    let steps: String = (0..40).map(|n| format!("echo {n}\n")).collect();
    for command in [script.clone(), format!("touch OWNED\n{steps}")] {
        let config = format!("[[check]]\nid = \"tests\"\nquestion = \"Tests?\"\ncommand = {command:?}\n");
        let shop = Shop::build().file("hotfix.toml", &config).go();
        shop.start("fix-login-crash").fix_login();
        let mut terminal = shop.terminal(&["check", "--only", "tests"]);
        terminal.waits_for("Run it, now");
        assert!(terminal.screen().contains("touch OWNED"), "{}", terminal.screen());
        terminal.types("\r").waits_for("trust");
    }
}
