//! `run`: a command behaves as it does without us, and is written down.

use crate::support::{Call, Repo, Shop};
use serde_json::Value;

fn actions(shop: &Repo) -> Vec<Value> {
    shop.events("fix-login-crash").into_iter().filter(|e| e["kind"] == "action").collect()
}

fn output(shop: &Repo) -> String {
    let log = shop.logs().pop().expect("no log");
    shop.show(&log, "output.txt")
}

#[test]
fn what_ran_how_it_ended_and_what_it_printed() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["run", "--", "sh", "-c", "echo flag off; echo careful >&2; exit 3"]);
    ran.exits(3);
    assert_eq!(ran.stdout, "flag off\n", "{ran}");
    assert!(ran.stderr.contains("careful\n"), "{ran}");
    let event = actions(&shop).pop().expect("no action");
    assert_eq!(event["data"]["command"], "sh -c 'echo flag off; echo careful >&2; exit 3'");
    assert_eq!(event["data"]["exit"], 3);
    assert!(event["data"]["seconds"].is_number(), "{event}");
    let kept = output(&shop);
    let mut lines: Vec<&str> = kept.lines().collect();
    lines.sort_unstable();
    assert_eq!(lines, ["careful", "flag off"]);
    shop.hotfix(["timeline"]).ok().says("(exit 3, ");
}

#[test]
fn every_exit_status_is_the_commands_own() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for status in ["0", "1", "2", "42", "255"] {
        shop.hotfix(["run", "--", "sh", "-c", &format!("exit {status}")]).exits(status.parse().unwrap());
    }
    shop.hotfix(["run", "--", "sh", "-c", "kill -9 $$"]).exits(128 + 9);
    shop.hotfix(["run", "--", "sh", "-c", "kill -15 $$"]).exits(128 + 15);
    assert_eq!(actions(&shop).last().unwrap()["data"]["signal"], 15);
    assert_eq!(actions(&shop).len(), 7);
}

#[test]
fn what_cannot_be_started_ends_as_in_a_shell_and_is_no_action() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["run", "--", "no-such-command"]).exits(127).says("nothing was recorded");
    shop.write("plain.txt", "no program");
    shop.hotfix(["run", "--", "./plain.txt"]).exits(126);
    shop.hotfix(["run", "--", "echo one two"]).exits(127).says("hint: hotfix run -- sh -c 'echo one two'");
    shop.hotfix(["run"]).exits(2);
    assert!(actions(&shop).is_empty());
}

#[test]
fn it_reads_our_standard_input() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.call(["run", "--", "cat"]).stdin("from a pipe\n").run();
    assert_eq!(ran.ok().stdout, "from a pipe\n");
}

#[test]
fn arguments_that_look_like_ours_are_the_commands() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["run", "echo", "--json", "-n", "--hotfix", "x"]);
    assert_eq!(ran.ok().stdout, "--json -n --hotfix x\n");
    let ran = shop.hotfix(["run", "--", "printf", "%s|", "a b", "", "it's"]);
    assert_eq!(ran.ok().stdout, "a b||it's|");
    assert_eq!(actions(&shop).pop().unwrap()["text"], "printf '%s|' 'a b' '' 'it'\\''s'");
}

#[test]
fn secrets_are_taken_out_of_command_and_output() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let token = format!("ghp_{}", "a1B2".repeat(9));
    let script = "echo got $1; echo env $DEPLOY_TOKEN";
    let args = ["run", "--", "sh", "-c", script, "sh", &token, "--password", "geheim"];
    let ran = shop.call(args).env("DEPLOY_TOKEN", "hunter2hunter2").run();
    assert!(ran.ok().stdout.contains(&token), "what is shown is what the command says: {ran}");
    let log = shop.logs().pop().unwrap();
    let written = shop.git(["show", "-p", &log]) + &shop.show(&log, "event.json") + &output(&shop);
    for secret in [token.as_str(), "hunter2hunter2", "geheim"] {
        assert!(!written.contains(secret), "{secret} in {written}");
    }
    assert!(written.contains("--password [redacted]"), "{written}");
}

#[test]
fn of_a_huge_output_the_end_is_kept() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["run", "--", "sh", "-c", "seq 1 300000"]);
    assert_eq!(ran.ok().stdout.lines().count(), 300_000);
    let kept = output(&shop);
    assert!(kept.len() < 70_000, "{} bytes", kept.len());
    assert!(kept.starts_with('(') && kept.ends_with("300000"), "{}", &kept[..60]);
}

#[test]
fn binary_output_passes_and_is_only_counted() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let call = Call::new(
        &shop.world,
        env!("CARGO_BIN_EXE_hotfix").as_ref(),
        ["run", "--", "printf", r"a\000\001b"],
        &shop.dir,
    );
    assert_eq!(call.run().ok().stdout, "a\0\u{1}b");
    assert_eq!(output(&shop), "(4 bytes of output that is not text)");
}

#[test]
fn a_reader_that_goes_away_ends_the_command() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let script = format!("'{}' run -- yes | head -2", env!("CARGO_BIN_EXE_hotfix"));
    let ran = Call::new(&shop.world, "sh".as_ref(), ["-c", &script], &shop.dir).run();
    assert_eq!(ran.ok().stdout, "y\ny\n");
    assert_eq!(actions(&shop).pop().unwrap()["data"]["signal"], 13);
}

#[test]
fn what_it_leaves_running_is_not_waited_for() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    // The one in the background keeps the pipes open for much longer than a test may take.
    shop.hotfix(["run", "--", "sh", "-c", "sleep 1000 & echo started $!; exit 4"]).exits(4).says("started");
    let pid = output(&shop).replace("started ", "");
    Call::new(&shop.world, "sh".as_ref(), ["-c", &format!("kill {pid}")], &shop.dir).run().ok();
}

#[test]
fn in_json_the_document_is_all_there_is_on_stdout() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let ran = shop.hotfix(["--json", "run", "--", "sh", "-c", "echo noise; exit 7"]);
    let document = ran.exits(7).json();
    assert_eq!((&document["exit"], &document["signal"]), (&Value::from(7), &Value::Null));
    assert!(ran.stderr.contains("noise"), "{ran}");
    assert_eq!(document["event"], actions(&shop).pop().unwrap()["id"]);
}

#[test]
fn a_log_that_cannot_be_written_is_a_warning() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let log = shop.logs().pop().unwrap();
    shop.write(&format!(".git/{log}.lock"), "");
    // Where the spool should be is something else.
    shop.write(".git/hotfix/spool.jsonl/in the way", "");
    shop.hotfix(["run", "--", "sh", "-c", "echo done; exit 5"]).exits(5).says("done").says("warning:");
}

#[test]
fn without_a_hotfix_nothing_runs() {
    let shop = Shop::new();
    shop.hotfix(["run", "--", "touch", "ran"]).exits(2).says("hotfix start");
    shop.start("fix-login-crash");
    shop.hotfix(["run", "-n", "--", "touch", "ran"]).exits(0);
    shop.hotfix(["-n", "run", "--", "touch", "ran2"]).ok().says("Would run");
    assert!(!shop.has_file("ran2"));
    shop.hotfix(["run", "--hotfix", "no-such", "--", "touch", "ran3"]).exits(2);
    assert!(!shop.has_file("ran3"));
}

#[test]
fn the_hotfix_can_be_named() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.start("fix-cart");
    shop.hotfix(["run", "--hotfix", "fix-login-crash", "--", "true"]).ok();
    assert_eq!(actions(&shop).len(), 1);
    assert!(!shop.kinds("fix-cart").contains(&"action".to_owned()));
}

#[test]
fn it_works_inside_a_command_that_is_run() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let script = format!("'{}' note 'from inside'", env!("CARGO_BIN_EXE_hotfix"));
    shop.hotfix(["run", "--", "sh", "-c", &script]).ok();
    assert_eq!(shop.event("fix-login-crash", "from inside")["kind"], "note");
}

#[test]
fn ctrl_c_is_the_commands_and_is_written_down() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let script = "trap 'echo caught; exit 9' INT; echo ready; while :; do sleep 0.05; done";
    let mut terminal = shop.terminal(&["run", "--", "sh", "-c", script]);
    terminal.waits_for("ready");
    terminal.types("\u{3}");
    terminal.waits_for("caught");
    terminal.exits(9);
    assert_eq!(actions(&shop).pop().expect("not written down")["data"]["exit"], 9);
}

#[test]
fn termination_is_handed_on() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let script = "trap 'exit 9' TERM; kill -TERM $PPID; while :; do sleep 0.05; done";
    shop.hotfix(["run", "--", "sh", "-c", script]).exits(9);
    assert_eq!(actions(&shop).pop().expect("not written down")["data"]["exit"], 9);
}

#[test]
fn with_tty_the_command_has_the_terminal() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let mut terminal =
        shop.terminal(&["run", "--tty", "--", "sh", "-c", "test -t 1 && echo a terminal; exit 6"]);
    terminal.waits_for("a terminal");
    terminal.exits(6);
    assert_eq!(actions(&shop).pop().unwrap()["data"]["exit"], 6);
}
