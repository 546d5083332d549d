//! `update`: what is said to whom, checked, kept, and due again.

use crate::support::{Shop, Terminal};
use serde_json::Value;

/// A hotfix that somebody knows something about.
fn shop() -> Shop {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T10:59:00Z");
    let flags = ["--title", "Users get a 500 on /login", "--severity", "sev2", "--impact-started", "10:30"];
    shop.start_with("fix-login-crash", &flags);
    shop
}

/// The updates in the record.
fn told(shop: &Shop) -> Vec<Value> {
    shop.events("fix-login-crash").into_iter().filter(|e| e["kind"] == "comms_sent").collect()
}

/// What `status --json` says about an audience.
fn due(shop: &Shop, audience: &str) -> Value {
    let status = shop.hotfix(["status", "fix-login-crash", "--json"]).json();
    let found = status["updates"].as_array().unwrap().iter().find(|u| u["audience"] == audience);
    found.cloned().unwrap_or(Value::Null)
}

#[test]
fn each_audience_gets_its_text_and_the_record_keeps_it() {
    let shop = shop();
    for (audience, words) in [
        ("technical", "hotfix/fix-login-crash"),
        ("support", "Please do not promise an end time"),
        ("management", "looking for the cause"),
        ("users", "Investigating: Users get a 500"),
    ] {
        let ran = shop.hotfix(["update", audience, "-y"]);
        ran.ok().says(words).says("Users get a 500 on /login").says("10:30 UTC");
        let event = told(&shop).pop().unwrap();
        assert_eq!(event["data"]["audience"], audience);
        assert_eq!(event["data"]["state"], "investigating");
        assert_eq!(event["data"]["channel"], "printed");
        assert_eq!(event["text"].as_str().unwrap(), ran.stdout.trim_end(), "what was said is what is kept");
    }
    shop.hotfix(["timeline", "fix-login-crash"]).ok().says("to users: investigating");
}

#[test]
fn the_state_follows_the_record_and_can_be_said() {
    let shop = shop();
    let state = |args: &[&str]| {
        let ran = shop.hotfix([&["update", "users", "fix-login-crash", "--json", "-y"], args].concat());
        ran.ok();
        ran.json()["state"].as_str().unwrap().to_owned()
    };
    assert_eq!(state(&[]), "investigating");
    assert_eq!(state(&["--state", "monitoring"]), "monitoring");
    shop.hotfix(["mark", "identified"]).ok();
    assert_eq!(state(&[]), "identified");
    shop.started("fix-login-crash").fix_login().answer_all().finish().ok();
    assert_eq!(state(&[]), "identified", "published is not deployed");
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    assert_eq!(state(&[]), "monitoring");
    shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
    let ran = shop.hotfix(["update", "users", "fix-login-crash", "-y"]);
    ran.ok().says("Resolved: This problem is over");
    assert!(told(&shop).pop().unwrap()["data"]["next"].is_null(), "nothing comes after the end");
}

#[test]
fn without_a_record_that_it_is_over_that_is_said() {
    let shop = shop();
    shop.hotfix(["update", "users", "--state", "resolved", "-y"]).ok().says("hotfix mark resolved");
}

#[test]
fn a_dry_run_prints_and_keeps_nothing() {
    let shop = shop();
    let before = shop.snapshot();
    let dry = shop.hotfix(["update", "users", "--dry-run"]);
    dry.ok().says("We are looking for the cause");
    let json = shop.hotfix(["update", "users", "--dry-run", "--json"]).json();
    assert_eq!(json["recorded"], false);
    before.still_holds();
    let words = |text: &str| text.split("Next update").next().unwrap().trim_end().to_owned();
    assert_eq!(words(json["text"].as_str().unwrap()), words(&dry.stdout));
    assert_eq!(words(&shop.hotfix(["update", "users", "-y"]).stdout), words(&dry.stdout));
}

#[test]
fn the_document_has_every_field() {
    let shop = shop();
    let json = shop.hotfix(["update", "management", "--eta", "40m", "--json", "-y"]).json();
    for key in ["id", "name", "audience", "state", "eta", "text", "next", "channel", "recorded", "problems"] {
        assert!(json.get(key).is_some(), "{key} is missing: {json}");
    }
    for time in ["eta", "next"] {
        chrono::DateTime::parse_from_rfc3339(json[time].as_str().unwrap()).unwrap();
    }
    assert_eq!(json["recorded"], true);
}

#[test]
fn an_estimate_is_for_two_audiences_and_called_one() {
    let shop = shop();
    for audience in ["management", "support"] {
        shop.hotfix(["update", audience, "--eta", "40m", "-y"]).ok().says("an estimate, not a promise");
        shop.hotfix(["update", audience, "--eta", "unknown", "-y"]).ok().says("not known yet");
        shop.hotfix(["update", audience, "-y"]).ok().does_not_say("stimate");
    }
    let before = shop.snapshot();
    for audience in ["technical", "users"] {
        shop.hotfix(["update", audience, "--eta", "40m"]).exits(2).says("promise");
    }
    for eta in ["soon", "", "-5m", "0m", "99999999999999h"] {
        shop.hotfix(["update", "management", &format!("--eta={eta}"), "-y"]).exits(2);
    }
    before.still_holds();
}

#[test]
fn users_never_read_what_is_inside() {
    let shop = shop();
    let kept = shop.dir.join(".git/hotfix/update-users.txt");
    for (text, problem) in [
        ("db-1.prod.example.com is down.", "host"),
        ("10.1.2.3 is down.", "address"),
        ("Ada Lovelace is on it.", "name"),
        ("Fixed in 3f2a1c9.", "commit"),
        ("It will be fixed by 15:00.", "promise"),
        ("We will be back in 20 minutes.", "promise"),
        ("It was human error.", "blame"),
    ] {
        let call = || shop.call(["update", "users", "-F", "-", "--json", "-y"]).stdin(text);
        let ran = call().run();
        ran.exits(3);
        let error = ran.json_error();
        assert_eq!(error["problems"][0]["id"], problem, "{text}");
        assert_eq!(std::fs::read_to_string(&kept).unwrap(), format!("{text}\n"), "the words are not lost");
        let ran = shop.call(["update", "users", "-F", "-", "-y"]).stdin(text).run();
        assert!(ran.exits(3).stdout.is_empty(), "what is refused must not reach a pipe\n{ran}");
    }
    assert!(told(&shop).is_empty(), "nothing was recorded");
    let forced =
        shop.call(["update", "users", "-F", "-", "--force", "-y"]).stdin("Ada Lovelace is on it.").run();
    forced.ok();
    assert_eq!(told(&shop)[0]["data"]["allowed"], serde_json::json!(["name"]));
    assert!(!kept.exists(), "it is in the record now");
}

#[test]
fn the_hint_of_a_refusal_works_as_printed() {
    let shop = shop();
    let ran = shop.call(["update", "users", "-F", "-", "-y"]).stdin("Grace, er, 10.1.2.3 is down.").run();
    let hint = ran.exits(3).stderr.lines().find_map(|l| l.strip_prefix("hint: hotfix ")).unwrap();
    let words: Vec<&str> = hint.split(' ').collect();
    shop.hotfix(&words).exits(3);
    std::fs::write(shop.dir.join(".git/hotfix/update-users.txt"), "Logging in fails.\n").unwrap();
    shop.hotfix(&words).ok().says("Logging in fails.");
}

#[test]
fn the_authors_of_the_fix_are_names_too() {
    let shop = shop();
    let hotfix = shop.started("fix-login-crash");
    hotfix.git(["config", "user.name", "Barbara Liskov"]);
    let hotfix = hotfix.fix_login();
    hotfix.git(["config", "user.name", "Ada Lovelace"]);
    let ran = shop.call(["update", "users", "-F", "-", "-y"]).stdin("Barbara Liskov repairs it.").run();
    ran.exits(3).says("Barbara Liskov");
}

#[test]
fn only_users_are_protected_from_facts() {
    let shop = shop();
    let ran = shop
        .call(["update", "technical", "-F", "-", "-y"])
        .stdin("Ada: 10.1.2.3 is down, 3f2a1c9 fixes it.")
        .run();
    ran.ok().says("10.1.2.3");
}

#[test]
fn a_text_needs_words_and_a_file_that_is_there() {
    let shop = shop();
    let before = shop.events_recorded();
    shop.call(["update", "users", "-F", "-", "-y"]).stdin("# only a hint\n\n").run().exits(2);
    shop.hotfix(["update", "users", "-F", "nowhere.txt", "-y"]).exits(2).says("nowhere.txt");
    assert_eq!(shop.events_recorded(), before);
}

#[test]
fn nothing_is_sent_and_nothing_copied_without_a_terminal() {
    let shop = shop();
    let before = shop.snapshot();
    shop.hotfix(["update", "users", "--send"]).exits(3).says("[[notify]]").says("hint:");
    shop.hotfix(["update", "users", "--copy", "-y"]).exits(3).says("terminal").says("hint:");
    before.still_holds();
}

#[test]
fn status_says_who_waits_and_since_when() {
    let shop = shop();
    assert_eq!(due(&shop, "users")["overdue"], false);
    shop.world.set_clock("2026-11-22T11:40:00Z");
    let users = due(&shop, "users");
    assert_eq!((&users["overdue"], &users["told"]), (&Value::Bool(true), &Value::Null));
    shop.world.set_clock("2026-11-22T11:39:00Z");
    let ran = shop.hotfix(["status"]);
    ran.ok().says("users update overdue since 11:15 UTC, 25 min").says("hotfix update users fix-login-crash");
    shop.hotfix(["update", "users", "-y"]).ok();
    assert_eq!(due(&shop, "users")["overdue"], false);
    let due = due(&shop, "users")["due"].as_str().unwrap().replace("+00:00", "Z");
    assert_eq!(due, "2026-11-22T12:11:00Z");
    shop.hotfix(["status"]).ok().does_not_say("users update overdue");
}

#[test]
fn the_cadence_is_configured() {
    let shop = shop();
    shop.git(["config", "hotfix.updates.users", "{ sev2 = \"10m\" }"]);
    let json = shop.hotfix(["update", "users", "--json", "-y"]).json();
    let seconds =
        |value: &Value| chrono::DateTime::parse_from_rfc3339(value.as_str().unwrap()).unwrap().timestamp();
    let late = seconds(&json["next"]) - shop.world.seconds();
    assert!((9 * 60..=10 * 60).contains(&late), "{late}");
    shop.git(["config", "hotfix.updates.users", "{ sev2 = \"0s\" }"]);
    assert!(shop.hotfix(["update", "users", "--json", "-y"]).json()["next"].is_null());
}

#[test]
fn telling_people_never_hides_what_ends_the_trouble() {
    let shop = shop();
    shop.hotfix(["update", "users", "-y"]).ok();
    let hotfix = shop.started("fix-login-crash").fix_login().answer_all();
    shop.world.set_clock("2026-11-22T18:00:00Z");
    let next = |shop: &Shop| {
        let status = shop.hotfix(["status", "fix-login-crash", "--json"]).json();
        status["next"]["command"].as_str().unwrap().to_owned()
    };
    assert_eq!(due(&shop, "users")["overdue"], true);
    assert!(next(&shop).starts_with("hotfix finish"));
    hotfix.finish().ok();
    assert!(next(&shop).starts_with("hotfix mark deployed"), "{}", next(&shop));
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    assert!(next(&shop).starts_with("hotfix mark resolved"), "{}", next(&shop));
    shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
    shop.world.set_clock("2026-11-22T18:30:00Z");
    assert_eq!(next(&shop), "hotfix update users fix-login-crash");
    shop.hotfix(["status"]).ok().says("No hotfix is open").says("hotfix update users fix-login-crash");
    for audience in ["users", "support"] {
        shop.hotfix(["update", audience, "fix-login-crash", "-y"]).ok();
    }
    assert!(next(&shop).starts_with("hotfix postmortem"), "{}", next(&shop));
}

#[test]
fn the_post_mortem_has_every_update_and_what_was_late() {
    let shop = shop();
    shop.hotfix(["update", "users", "-y"]).ok();
    shop.world.set_clock("2026-11-22T12:30:00Z");
    shop.hotfix(["update", "users", "--state", "identified", "-y"]).ok();
    let ran = shop.hotfix(["postmortem", "--output", "-"]);
    let section = ran.ok().stdout.split("## 11.").nth(1).unwrap().split("## 12.").next().unwrap();
    for words in [
        "First update: users",
        "identified",
        "late",
        "We are looking for the cause",
        "We have found the cause",
    ] {
        assert!(section.contains(words), "{words:?} is missing\n{section}");
    }
}

#[test]
fn what_is_restricted_is_told_to_nobody() {
    let shop = shop();
    shop.hotfix(["note", "--restricted", "--kind", "hypothesis", "the key of customer 4711 leaked"]).ok();
    shop.hotfix(["note", "--kind", "hypothesis", "the session store is empty"]).ok();
    for audience in ["technical", "support", "management", "users"] {
        shop.hotfix(["update", audience, "-y"]).ok().does_not_say("4711");
    }
    let ran = shop.hotfix(["postmortem", "--output", "-"]);
    ran.ok().says("the session store is empty").does_not_say("4711");
    let json = shop.hotfix(["postmortem", "--format", "json", "--output", "-"]);
    json.ok().does_not_say("4711");
    assert_eq!(
        shop.event("fix-login-crash", "the key of customer 4711 leaked")["data"]["audience"],
        "restricted"
    );
}

#[test]
fn a_repository_brings_its_own_words() {
    let shop = shop();
    shop.write(
        ".hotfix/templates/update-users.md",
        "# what else?\nShop news: {{ symptom or title }} ({{ state }})\n",
    );
    let ran = shop.hotfix(["update", "users", "-y"]);
    assert_eq!(ran.ok().stdout, "Shop news: Users get a 500 on /login (investigating)\n");
    let before = shop.events_recorded();
    for (text, place) in [
        ("{{ title }}\n{{ tilte }}\n", "update-users.md:2: 'tilte'"),
        ("\n\n{% if title %}", "update-users.md:3: "),
        ("{{ title | shout }}", "update-users.md:1: "),
    ] {
        shop.write(".hotfix/templates/update-users.md", text);
        shop.hotfix(["update", "users", "-y"]).exits(2).says(place).says("nothing was written").says("hint:");
    }
    assert_eq!(shop.events_recorded(), before);
    shop.hotfix(["doctor"]).exits(1).says("update-users.md:1: ").says("hotfix help templates");
    shop.write(".hotfix/templates/update-users.md", "{{ title }}");
    shop.hotfix(["doctor"]).ok().says("1 template of this repository can be used");
    shop.hotfix(["help", "templates"]).ok().says("impact_started");
}

#[cfg(unix)]
#[test]
fn templates_come_from_the_repository_alone() {
    let shop = shop();
    let outside = shop.world.root.join("outside.md");
    std::fs::write(&outside, "secret {{ title }}").unwrap();
    let dir = shop.dir.join(".hotfix/templates");
    std::fs::create_dir_all(&dir).unwrap();
    std::os::unix::fs::symlink(&outside, dir.join("update-users.md")).unwrap();
    shop.hotfix(["update", "users", "-y"]).exits(3).does_not_say("secret");
    shop.git(["config", "hotfix.postmortem.template", ".hotfix/templates/update-users.md"]);
    shop.hotfix(["postmortem", "--output", "-"]).exits(3).does_not_say("secret");
}

#[test]
fn text_from_outside_stays_text() {
    let shop = Shop::new();
    shop.start_with(
        "fix-login-crash",
        &["--title", "a \u{1b}]52;c;cHduZWQ=\u{7} {{ 7 * 7 }} title", "--severity", "1"],
    );
    for audience in ["technical", "support", "management", "users"] {
        shop.hotfix(["update", audience, "-y"]).ok().says("{{ 7 * 7 }}");
    }
}

#[test]
fn it_needs_a_hotfix_with_something_to_tell() {
    let shop = Shop::new();
    shop.hotfix(["update", "users", "-y"]).exits(2).says("hotfix start");
    shop.hotfix(["update", "customers", "-y"]).exits(2);
    shop.start("fix-login-crash");
    shop.hotfix(["update", "users", "fix-lgoin", "-y"]).exits(2).says("fix-login-crash");
    shop.hotfix(["abort", "fix-login-crash", "-y", "-m", "false alarm"]).ok();
    shop.hotfix(["update", "users", "fix-login-crash", "-y"]).exits(2).says("--state resolved");
    shop.hotfix(["update", "users", "fix-login-crash", "--state", "resolved", "-y"]).ok();
}

#[test]
fn on_a_terminal_the_editor_opens_and_recording_is_confirmed() {
    let shop = shop();
    let editor = shop.world.root.join("editor");
    shop.world.write_program(
        &editor,
        "#!/bin/sh\ngrep -q '^# What is not affected' \"$1\" || exit 1\nprintf '# a hint\\nLogging in fails.\\n' >\"$1\"\n",
    );
    let editor = editor.display().to_string();
    let open = |args: &[&str]| Terminal::open(&shop, args, &[("GIT_EDITOR", &editor)]);
    open(&["update", "users"]).waits_for("Record this").types("n").types("\r").exits(3);
    assert!(told(&shop).is_empty(), "no means no");
    open(&["update", "users"])
        .waits_for("was not recorded?")
        .types("n")
        .waits_for("Record this")
        .types("y\r")
        .exits(0);
    assert_eq!(told(&shop)[0]["text"], "Logging in fails.");
}

#[test]
fn on_a_terminal_no_word_of_the_text_is_cut() {
    let shop = shop();
    let symptom =
        "Whoever opens the basket after logging in with a corporate account sees an incomprehensible error";
    shop.hotfix(["symptom", symptom]).ok();
    for audience in ["users", "technical"] {
        let mut terminal = Terminal::open(&shop, &["update", audience], &[("GIT_EDITOR", "true")]);
        terminal.waits_for("Record this");
        let screen = terminal.screen();
        terminal.types("y\r").exits(0);
        for word in symptom.split(' ') {
            assert!(screen.lines().any(|line| line.contains(word)), "{word}: {screen}");
        }
    }
    // A program gets the text as it is.
    assert!(shop.hotfix(["update", "support", "-y"]).ok().stdout.contains(symptom));
}

#[test]
fn on_a_terminal_what_is_found_can_be_corrected() {
    let shop = shop();
    let editor = shop.world.root.join("editor");
    shop.world.write_program(
        &editor,
        "#!/bin/sh\nif grep -q Ada \"$1\"; then echo 'We repair it.' >\"$1\"; else echo 'Ada repairs it.' >\"$1\"; fi\n",
    );
    let editor = editor.display().to_string();
    let mut terminal = Terminal::open(&shop, &["update", "users"], &[("GIT_EDITOR", &editor)]);
    terminal
        .waits_for("a person's name")
        .waits_for("Enter: edit it again")
        .types("\r")
        .waits_for("Record this")
        .types("y\r")
        .exits(0);
    assert_eq!(told(&shop)[0]["text"], "We repair it.");
}

#[test]
fn an_editor_that_fails_records_nothing() {
    let shop = shop();
    shop.terminal(&["update", "users"]).exits(1);
    assert!(told(&shop).is_empty());
}

#[test]
fn a_terminal_is_asked_to_copy() {
    let shop = shop();
    let mut terminal = Terminal::open(&shop, &["update", "users", "--copy", "-y"], &[]);
    terminal.exits(0);
    let raw = terminal.raw();
    let encoded = raw.split("\u{1b}]52;c;").nth(1).and_then(|rest| rest.split('\u{7}').next()).unwrap();
    assert!(encoded.starts_with("SW52ZXN0aWdhdGluZzog"), "Investigating, in base64: {encoded}");
    assert!(!raw.contains("Ptmux"));
    assert_eq!(told(&shop)[0]["data"]["channel"], "copied");
    let mut terminal = Terminal::open(&shop, &["update", "users", "--copy", "-y"], &[("TMUX", "/tmp/x,1,0")]);
    terminal.exits(0);
    assert!(terminal.raw().contains("\u{1b}Ptmux;\u{1b}\u{1b}]52;c;"));
    let long = "word ".repeat(12_000);
    shop.write("long.txt", &long);
    let mut terminal = Terminal::open(&shop, &["update", "users", "--copy", "-y", "-F", "long.txt"], &[]);
    terminal.waits_for("too long").exits(3);
    assert_eq!(told(&shop).len(), 2, "what was not copied is not recorded");
}
