//! `[[notify]]`: a night's facts arrive everywhere, in order, and nowhere else.

use crate::support::{Call, Receiver, Shop, Terminal, WORD};
use base64::Engine as _;
use serde_json::Value;

pub const NAME: &str = "fix-login-crash";
pub const SERVICES: [&str; 6] =
    ["slack", "teams", "discord", "mattermost", "pagerduty-change", "cloudevents"];
pub const ALL_FACTS: &str = "on = [\"started\", \"severity\", \"requested\", \"released\", \"deployed\", \"verified\", \"owed\", \"finished\", \"resolved\", \"rolled-back\", \"aborted\"]";

/// The variable that holds the address of a service.
fn variable(service: &str) -> String {
    format!("TEST_{}", service.replace('-', "_").to_uppercase())
}

/// An entry for this clone alone.
pub fn entry(receiver: &Receiver, service: &str, more: &str) -> String {
    let endpoint = if service == "pagerduty-change" {
        format!(", endpoint = \"{}\"", receiver.endpoint())
    } else {
        String::new()
    };
    format!("{{ kind = \"{service}\", secret = \"env:{}\"{endpoint}, {more} }}", variable(service))
}

/// The program, with every address in its environment.
pub fn call(shop: &Shop, receiver: &Receiver, args: &[&str]) -> Call {
    let mut call = shop.call(args).env("HOTFIX_PATIENCE", "20");
    for service in SERVICES {
        call = call.env(&variable(service), receiver.secret(service));
    }
    call
}

/// Everybody is told all of it.
pub fn everybody(receiver: &Receiver) -> String {
    let mut all: Vec<String> = SERVICES.iter().map(|s| entry(receiver, s, ALL_FACTS)).collect();
    all.push(format!("{{ kind = \"command\", command = \"cat >>../told\", {ALL_FACTS} }}"));
    format!("[{}]", all.join(", "))
}

pub fn configured(list: &str) -> Shop {
    let shop = Shop::new();
    shop.git(["config", "hotfix.notify", list]);
    shop
}

/// A whole night: nobody's terminal, every command succeeds.
fn night(shop: &Shop, receiver: &Receiver) -> Vec<String> {
    let mut said = Vec::new();
    let mut run = |args: &[&str]| {
        let ran = call(shop, receiver, args).run();
        ran.ok();
        said.push(format!("{}{}", ran.stdout, ran.stderr));
    };
    run(&["start", NAME, "--title", "Users get a 500 on /login", "--severity", "sev2"]);
    run(&["severity", "sev1", "everybody is out", "--hotfix", NAME]);
    shop.started(NAME).fix_login();
    let answers = ["resolves", "critical-paths", "tests", "staging"].map(|id| format!("{id}=yes"));
    let mut check = vec!["check", "--hotfix", NAME, "--answer", "reviewed=grace@example.com"];
    check.extend(answers.iter().flat_map(|answer| ["--answer", answer.as_str()]));
    run(&check);
    run(&["finish", NAME, "-y"]);
    run(&["mark", "deployed", "--hotfix", NAME]);
    run(&["mark", "resolved", "--hotfix", NAME]);
    said
}

pub const TOLD: [&str; 6] = [
    "a hotfix was started",
    "severity is now sev1: everybody is out",
    "v1.2.1 is released",
    "finished: v1.2.1 is released and merged back",
    "v1.2.1 is deployed",
    "resolved",
];

#[test]
fn a_night_arrives_in_all_seven_kinds_in_order() {
    let receiver = Receiver::new();
    let shop = configured(&everybody(&receiver));
    night(&shop, &receiver);
    for service in SERVICES {
        let lines = receiver.lines(service);
        assert_eq!(lines.len(), TOLD.len(), "{service}: {lines:#?}");
        for (line, told) in lines.iter().zip(TOLD) {
            assert!(line.contains(told), "{service}: {told:?} in {lines:#?}");
        }
    }
    let told = std::fs::read_to_string(shop.world.root.join("told")).unwrap();
    let events: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let headlines: Vec<&str> = events.iter().map(|e| e["data"]["headline"].as_str().unwrap()).collect();
    assert_eq!(headlines, TOLD);
    assert_eq!(receiver.messages().len(), 1, "Discord has one message for the incident");
    assert!(TOLD.iter().all(|told| receiver.messages()[0].contains(told)));
    let list = call(&shop, &receiver, &["notify", "--list", "--json"]).run().json();
    let states: Vec<&str> =
        list["entries"].as_array().unwrap().iter().map(|e| e["state"].as_str().unwrap()).collect();
    assert_eq!(states, vec!["sent"; 7 * TOLD.len()]);
}

#[test]
fn without_an_entry_nothing_is_written() {
    let shop = Shop::new();
    shop.ready(NAME).finish().ok();
    shop.hotfix(["status"]).ok().does_not_say("told");
    assert!(!shop.repo.common_dir().join("hotfix/outbox").exists());
}

#[test]
fn no_address_is_seen_anywhere() {
    let receiver = Receiver::new();
    let shop = configured(&everybody(&receiver));
    let mut said = night(&shop, &receiver).join("\n");
    let trace = shop.world.root.join("trace");
    for args in [
        &["update", "technical", NAME, "--send", "-vv"] as &[&str],
        &["note", "--hotfix", NAME, "done", "-vv"],
        &["notify", "--list", "--json"],
        &["notify", "--test", "-vv"],
        &["notify", "--retry", "--json", "-v"],
        &["status", NAME, "--json", "-v"],
        &["doctor", "-v"],
        &["config", "--explain"],
        &["timeline", NAME, "--all", "--json"],
    ] {
        let ran = call(&shop, &receiver, args).env("HOTFIX_TRACE_HTTP", &trace).run();
        said.push_str(&format!("{}{}", ran.stdout, ran.stderr));
    }
    assert!(!said.contains(WORD), "{said}");
    let traced = std::fs::read_to_string(&trace).unwrap();
    assert!(traced.contains("slack env:TEST_SLACK") && !traced.contains(WORD), "{traced}");
    assert!(!traced.contains(&receiver.secret("slack")[..20]), "no host either: {traced}");
    let kept = shop.repo.common_dir().join("hotfix");
    let grep = shop.call(["--version"]).run();
    grep.ok();
    let found = std::process::Command::new("grep").args(["-r", WORD]).arg(&kept).output().unwrap();
    assert!(found.stdout.is_empty(), "{}", String::from_utf8_lossy(&found.stdout));
    for log in shop.logs() {
        let text = shop.git(["log", "-p", "--format=%B", &log]);
        assert!(!text.contains(WORD), "{text}");
    }
}

#[test]
fn a_secret_is_found_in_a_file_or_by_a_command() {
    let receiver = Receiver::new();
    let list = "[{ kind = \"slack\", secret = \"file:../hook\" }, { kind = \"teams\", secret = \"command:cat ../hook2\" }]";
    let shop = configured(list);
    shop.world.write_program(&shop.world.root.join("hook"), &format!("{}\n", receiver.secret("slack")));
    shop.world.write_program(&shop.world.root.join("hook2"), &format!("{}\n", receiver.secret("teams")));
    call(&shop, &receiver, &["start", NAME]).run().ok().says("Told");
    assert_eq!((receiver.lines("slack").len(), receiver.lines("teams").len()), (1, 1));
    std::fs::remove_file(shop.world.root.join("hook")).unwrap();
    call(&shop, &receiver, &["mark", "resolved"]).run().ok();
    shop.git(["config", "hotfix.notify", &list.replace("slack\",", "slack\", on = [\"severity\"],")]);
    call(&shop, &receiver, &["severity", "sev1"])
        .run()
        .ok()
        .says("there is no file")
        .says("next command tries again");
}

#[test]
fn cloudevents_are_signed_as_the_standard_says() {
    let receiver = Receiver::new();
    let shop = configured(&format!("[{}]", entry(&receiver, "cloudevents", "sign = \"env:KEY\"")));
    let key = b"a key of twenty-four byt";
    let text = format!("whsec_{}", base64::engine::general_purpose::STANDARD.encode(key));
    call(&shop, &receiver, &["start", NAME]).env("KEY", &text).run().ok();
    let got = receiver.taken("cloudevents").remove(0);
    let header = |name: &str| got.headers[name].clone();
    let signed = format!("{}.{}.{}", header("webhook-id"), header("webhook-timestamp"), got.raw);
    let signature = header("webhook-signature");
    let bytes =
        base64::engine::general_purpose::STANDARD.decode(signature.strip_prefix("v1,").unwrap()).unwrap();
    let key = ring::hmac::Key::new(ring::hmac::HMAC_SHA256, key);
    ring::hmac::verify(&key, signed.as_bytes(), &bytes).expect("the signature is right");
    assert_eq!(header("webhook-id"), got.body["id"].as_str().unwrap());
    assert_eq!(header("webhook-timestamp"), shop.world.seconds().to_string());
}

#[test]
fn a_committed_entry_sends_nothing_before_somebody_agrees() {
    let receiver = Receiver::new();
    let config = "[[notify]]\nkind = \"slack\"\nsecret = \"env:TEST_SLACK\"\non = [\"started\", \"severity\", \"resolved\"]\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    call(&shop, &receiver, &["start", NAME])
        .run()
        .ok()
        .says("nobody has agreed")
        .says("hotfix notify --retry --trust");
    call(&shop, &receiver, &["start", "other", "--incident", "new"]).env("CI", "true").run().ok();
    assert!(receiver.calls("slack").is_empty());
    call(&shop, &receiver, &["notify", "--retry"]).run().exits(1).says("--trust");
    call(&shop, &receiver, &["notify", "--retry", "--trust"]).run().ok();
    assert_eq!(receiver.lines("slack").len(), 2, "what waited was sent");
    call(&shop, &receiver, &["severity", "1", "--hotfix", NAME]).run().ok().says("nobody has agreed");
    assert_eq!(receiver.calls("slack").len(), 2, "--trust is for one run");
    let url = receiver.secret("slack");
    let mut asked = Terminal::open(&shop.repo, &["notify", "--trust"], &[("TEST_SLACK", &url)]);
    asked.waits_for("[[notify]] { kind = \"slack\"").waits_for("Tell them").types("y").exits(0);
    call(&shop, &receiver, &["status"]).run().ok().says("Told slack");
    assert_eq!(receiver.lines("slack").len(), 3);
    call(&shop, &receiver, &["notify", "--list"]).run().ok().does_not_say("not agreed");
}

#[test]
fn what_is_restricted_retracted_or_redacted_is_not_told() {
    let receiver = Receiver::new();
    let shop = configured(&format!("[{}]", entry(&receiver, "slack", ALL_FACTS)));
    // The receiver is elsewhere for a while.
    let nobody = format!("http://{}/slack/{WORD}", Receiver::nobody());
    shop.call(["start", NAME]).env("TEST_SLACK", &nobody).run().ok().says("not sent yet");
    shop.call(["mark", "resolved", "it was the key 4711"]).env("TEST_SLACK", &nobody).run().ok();
    let events = shop.events(NAME);
    let resolved =
        events.iter().find(|e| e["kind"] == "resolved").unwrap()["id"].as_str().unwrap().to_owned();
    shop.hotfix(["retract", &resolved, "too early"]).ok();
    call(&shop, &receiver, &["status", NAME]).run().ok();
    assert_eq!(receiver.lines("slack"), [format!("{NAME}: a hotfix was started")]);
    let list = call(&shop, &receiver, &["notify", "--json"]).run().json();
    assert_eq!(list["entries"].as_array().unwrap().len(), 1, "{list:#}");
}

#[test]
fn an_update_is_sent_and_the_record_says_where() {
    let receiver = Receiver::new();
    let list = format!(
        "[{}, {}]",
        entry(&receiver, "slack", "on = []"),
        entry(&receiver, "mattermost", "audiences = [\"users\"]")
    );
    let shop = configured(&list);
    shop.start_with(NAME, &["--severity", "sev2", "--title", "Users get a 500 on /login"]);
    shop.hotfix(["update", "support", "--send"]).exits(3).says("no [[notify]] entry has support");
    call(&shop, &receiver, &["update", "technical", "--send"])
        .run()
        .ok()
        .says("sent to slack env:TEST_SLACK");
    let got = receiver.taken("slack").remove(0);
    assert!(
        got.body["blocks"][1]["text"]["text"].as_str().unwrap().contains("hotfix/fix-login-crash"),
        "{got:#?}"
    );
    assert!(receiver.calls("mattermost").iter().all(|g| !g.raw.contains("hotfix/fix-login-crash")));
    let kinds: Vec<Value> =
        shop.events(NAME).into_iter().filter(|e| e["kind"].as_str().unwrap().starts_with("comms")).collect();
    assert_eq!(kinds.len(), 2, "{kinds:#?}");
    assert_eq!(kinds[0]["data"]["channel"], "sent");
    assert_eq!(kinds[0]["data"]["places"][0], "slack env:TEST_SLACK");
    assert_eq!((&kinds[1]["data"]["outcome"], &kinds[1]["data"]["of"]), (&"sent".into(), &kinds[0]["id"]));
    let json = call(&shop, &receiver, &["update", "users", "--send", "--json"]).run().json();
    assert_eq!(json["sent"][0]["state"], "sent", "{json:#}");
}

#[test]
fn an_update_that_did_not_arrive_is_still_due() {
    let receiver = Receiver::new();
    let shop = configured(&format!("[{}]", entry(&receiver, "slack", "on = [], audiences = [\"users\"]")));
    shop.start_with(NAME, &["--severity", "sev1", "--title", "Users get a 500"]);
    let nobody = format!("http://{}/slack/{WORD}", Receiver::nobody());
    shop.call(["update", "users", "--send"]).env("TEST_SLACK", &nobody).run().ok().says("waits for slack");
    shop.world.set_clock("2026-11-22T14:40:00Z");
    let due =
        |json: &Value| json["updates"].as_array().unwrap().iter().find(|u| u["audience"] == "users").cloned();
    let status = shop.call(["status", "--json"]).env("TEST_SLACK", &nobody).run().json();
    let users = due(&status).unwrap();
    assert_eq!((&users["overdue"], &users["last"]), (&true.into(), &Value::Null), "{users:#}");
    assert_eq!(status["untold"][0]["place"], "slack env:TEST_SLACK");
    call(&shop, &receiver, &["timeline"]).run().ok();
    assert_eq!(receiver.lines("slack").len(), 1, "the next command sent it");
    let users = due(&call(&shop, &receiver, &["status", "--json"]).run().json()).unwrap();
    assert!(!users["last"].is_null(), "{users:#}");
    receiver.is("slack", [crate::support::Mood::Says(404, "", "no_service".into())]);
    call(&shop, &receiver, &["update", "users", "--send"])
        .run()
        .exits(1)
        .says("refused by")
        .says("no_service");
}

#[test]
fn a_test_message_goes_to_everybody_and_doctor_sends_nothing() {
    let receiver = Receiver::new();
    let shop = configured(&everybody(&receiver));
    let ran = call(&shop, &receiver, &["doctor"]).run();
    ran.says("slack env:TEST_SLACK can be reached (nothing was sent)");
    assert!(SERVICES.iter().all(|s| receiver.taken(s).is_empty()));
    call(&shop, &receiver, &["notify", "--test", "-n"]).run().ok().says("would be sent");
    assert!(SERVICES.iter().all(|s| receiver.taken(s).is_empty()));
    let json = call(&shop, &receiver, &["notify", "--test", "--json"]).run();
    json.ok();
    assert_eq!(json.json()["test"].as_array().unwrap().len(), 7);
    for service in SERVICES {
        assert_eq!(receiver.taken(service).len(), 1, "{service}");
    }
    receiver.is("slack", [crate::support::Mood::Says(410, "", "channel_is_archived".into())]);
    call(&shop, &receiver, &["notify", "--test", "slack"]).run().exits(1).says("channel_is_archived");
    assert_eq!(receiver.taken("teams").len(), 1, "only the one that was asked for");
}

#[test]
fn what_can_wait_and_rehearsals_tell_nobody() {
    let receiver = Receiver::new();
    let shop = configured(&format!("[{}]", entry(&receiver, "slack", ALL_FACTS)));
    call(&shop, &receiver, &["start", NAME, "-n"]).run().ok();
    call(&shop, &receiver, &["start", NAME, "--can-wait"]).run().exits(3);
    call(&shop, &receiver, &["start", NAME]).run().ok();
    shop.started(NAME).fix_login().answer_all();
    call(&shop, &receiver, &["finish", NAME, "-n"]).run().ok();
    assert_eq!(receiver.lines("slack"), [format!("{NAME}: a hotfix was started")]);
    call(&shop, &receiver, &["abort", NAME, "-y", "-m", "a flag was enough"]).run().ok();
    assert_eq!(receiver.lines("slack")[1], format!("{NAME}: the hotfix was given up: a flag was enough"));
}

#[test]
fn a_branch_that_is_owed_is_told_once_and_a_rollback_is() {
    let receiver = Receiver::new();
    let shop = configured(&format!("[{}]", entry(&receiver, "slack", ALL_FACTS)));
    shop.refuse_updates_of("refs/heads/develop");
    shop.ready(NAME);
    call(&shop, &receiver, &["finish", NAME, "-y"]).run().exits(8);
    call(&shop, &receiver, &["finish", NAME, "-y"]).run().exits(8);
    let owed = receiver.lines("slack").iter().filter(|l| l.contains("develop does not have the fix")).count();
    assert_eq!(owed, 1, "{:#?}", receiver.lines("slack"));
    shop.accept_everything_again();
    call(&shop, &receiver, &["finish", NAME, "-y"]).run().ok();
    call(&shop, &receiver, &["rollback", "--confirm", "v1.2.1"]).run().ok();
    let last: Vec<String> =
        receiver.lines("slack").into_iter().filter(|l| l.contains("rolled back")).collect();
    assert_eq!(last.len(), 1, "{:#?}", receiver.lines("slack"));
    assert!(last[0].contains("v1.2.1 is rolled back by v1.2.2"), "{last:?}");
}
