//! Services that are down, slow, rate-limiting and rude: no command fails because of them, nothing is lost,
//! and nothing arrives twice where that can be known.

use crate::notify::{ALL_FACTS, NAME, call, configured, entry};
use crate::support::{Mood, Receiver, Shop, WORD};
use serde_json::Value;

fn only(receiver: &Receiver, service: &str) -> Shop {
    configured(&format!("[{}]", entry(receiver, service, ALL_FACTS)))
}

fn entries(shop: &Shop, receiver: &Receiver) -> Vec<Value> {
    let ran = call(shop, receiver, &["notify", "--json"]).run();
    ran.ok();
    ran.json()["entries"].as_array().unwrap().clone()
}

fn states(shop: &Shop, receiver: &Receiver) -> Vec<String> {
    entries(shop, receiver).iter().map(|e| e["state"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn while_it_is_down_everything_waits_and_comes_in_order() {
    let address = Receiver::nobody();
    let shop = {
        let list = format!("[{{ kind = \"slack\", secret = \"env:TEST_SLACK\", {ALL_FACTS} }}]");
        configured(&list)
    };
    let url = format!("http://{address}/slack/{WORD}");
    let run = |args: &[&str]| shop.call(args).env("HOTFIX_PATIENCE", "20").env("TEST_SLACK", &url).run();
    run(&["start", NAME]).ok().says("not sent yet").says("next command tries again");
    run(&["severity", "1", "--hotfix", NAME]).ok();
    run(&["note", "--hotfix", NAME, "it is the session"]).ok().does_not_say("slack");
    run(&["status", NAME]).ok().says("2 messages not sent yet").does_not_say(WORD);
    let receiver = Receiver::at(address);
    run(&["note", "--hotfix", NAME, "a note waits for nobody"]).ok();
    assert!(receiver.calls("slack").is_empty(), "a note is quick");
    run(&["status", NAME]).ok().says("Told slack env:TEST_SLACK");
    let lines = receiver.lines("slack");
    assert_eq!(lines.len(), 2, "{lines:#?}");
    assert!(lines[0].contains("started") && lines[1].contains("severity is now sev1"), "{lines:#?}");
    run(&["status", NAME]).ok().does_not_say("slack");
    assert_eq!(receiver.calls("slack").len(), 2, "and once each");
}

#[test]
fn what_hangs_is_left_after_the_limit_and_not_sent_twice() {
    let receiver = Receiver::new();
    let shop = only(&receiver, "slack");
    receiver.is("slack", [Mood::Hangs]);
    let ran = call(&shop, &receiver, &["start", NAME]).env("HOTFIX_PATIENCE", "1").run();
    ran.ok().says("may have been sent").says("hotfix notify --list");
    call(&shop, &receiver, &["status", NAME]).run().ok().says("1 message may have been sent");
    assert_eq!(receiver.calls("slack").len(), 1, "nobody knows whether it arrived");
    assert_eq!(receiver.left(), 1, "the connection was given up");
    call(&shop, &receiver, &["severity", "1", "--hotfix", NAME]).run().ok();
    assert!(receiver.lines("slack")[0].contains("severity"), "what follows is told");
    call(&shop, &receiver, &["notify", "--retry"]).run().ok();
    assert!(receiver.lines("slack")[1].contains("started"), "a person has decided");
    assert_eq!(states(&shop, &receiver), ["sent", "sent"]);
}

#[test]
fn where_doubles_are_known_it_is_sent_again_with_the_same_id() {
    let receiver = Receiver::new();
    let shop = only(&receiver, "cloudevents");
    receiver.is("cloudevents", [Mood::Drops]);
    call(&shop, &receiver, &["start", NAME]).run().ok().says("not sent yet");
    call(&shop, &receiver, &["status", NAME]).run().ok().says("Told cloudevents");
    let calls = receiver.calls("cloudevents");
    assert_eq!(calls.len(), 2);
    assert_eq!(
        (&calls[0].body["id"], &calls[0].body["source"]),
        (&calls[1].body["id"], &calls[1].body["source"])
    );
}

#[test]
fn a_limit_on_calls_is_kept() {
    let receiver = Receiver::new();
    let shop = only(&receiver, "slack");
    receiver.is("slack", [Mood::Says(429, "Retry-After: 1\r\n", String::new())]);
    call(&shop, &receiver, &["start", NAME]).run().ok().says("Told slack");
    assert_eq!(receiver.calls("slack").len(), 2, "a second is short enough to wait for");
    receiver.is("slack", [Mood::Says(429, "Retry-After: 7200\r\n", "rate_limited".into())]);
    call(&shop, &receiver, &["severity", "1", "--hotfix", NAME]).run().ok().says("429 (rate_limited)");
    call(&shop, &receiver, &["mark", "resolved", "--hotfix", NAME]).run().ok();
    for args in [&["status", NAME] as &[&str], &["notify", "--retry"]] {
        call(&shop, &receiver, args).run().exits_with_one_of(&[0, 1]);
    }
    assert_eq!(receiver.calls("slack").len(), 3, "it asked to be left alone, whoever is in a hurry");
    call(&shop, &receiver, &["notify", "--list"]).run().ok().says("not before 16:");
    shop.world.set_clock("2026-11-22T18:00:00Z");
    call(&shop, &receiver, &["status", NAME]).run().ok();
    let lines = receiver.lines("slack");
    assert_eq!(lines.len(), 3, "{lines:#?}");
    assert!(lines[1].contains("severity") && lines[2].contains("resolved"), "in order: {lines:#?}");
}

#[test]
fn a_date_and_discords_own_field_are_understood_too() {
    let receiver = Receiver::new();
    let shop = configured(&format!(
        "[{}, {}]",
        entry(&receiver, "teams", ALL_FACTS),
        entry(&receiver, "discord", ALL_FACTS)
    ));
    receiver.is("teams", [Mood::Says(503, "Retry-After: Sun, 22 Nov 2026 18:00:00 GMT\r\n", String::new())]);
    receiver.is("discord", [Mood::Says(429, "", "{\"retry_after\": 64.57, \"global\": false}".into())]);
    call(&shop, &receiver, &["start", NAME]).run().ok();
    let before: Vec<String> = entries(&shop, &receiver)
        .iter()
        .map(|e| e["not_before"].as_str().unwrap_or_default().to_owned())
        .collect();
    assert!(before[0].starts_with("2026-11-22T18:00:00"), "{before:?}");
    assert!(before[1].ends_with(":04.570Z"), "{before:?}");
}

#[test]
fn rude_answers() {
    let cases = [
        (Mood::Says(500, "", "boom".into()), "waiting", 2),
        (Mood::Says(502, "", "<html>".into()), "waiting", 2),
        (Mood::Says(200, "Content-Type: text/html\r\n", "<html>sign in</html>".into()), "waiting", 2),
        (Mood::Says(504, "", String::new()), "maybe", 1),
        (Mood::Drops, "maybe", 1),
        (Mood::Says(404, "", "no_service".into()), "refused", 1),
        (Mood::Says(400, "", format!("you sent http://x/slack/{WORD}")), "refused", 1),
        (Mood::Says(302, "Location: https://evil.invalid/x\r\n", String::new()), "refused", 1),
        (Mood::Says(403, "", "x".repeat(100_000)), "refused", 1),
    ];
    for (mood, state, calls) in cases {
        let receiver = Receiver::new();
        let shop = only(&receiver, "slack");
        let name = format!("{mood:?}").chars().take(60).collect::<String>();
        receiver.is("slack", [mood]);
        let ran = call(&shop, &receiver, &["start", NAME, "-v"]).run();
        ran.ok().does_not_say(WORD);
        assert_eq!(states(&shop, &receiver), [state], "{name}\n{ran}");
        call(&shop, &receiver, &["status", NAME]).run().ok().does_not_say(WORD);
        assert_eq!(receiver.calls("slack").len(), calls, "{name}");
        assert_eq!(states(&shop, &receiver), [if calls == 2 { "sent" } else { state }], "{name}");
        call(&shop, &receiver, &["notify", "--drop"]).run().ok();
        call(&shop, &receiver, &["status", NAME]).run().ok().does_not_say("may have been");
    }
}

#[test]
fn one_that_is_slow_holds_up_none_of_the_others() {
    let receiver = Receiver::new();
    let both = ["slack", "teams"].map(|s| entry(&receiver, s, ALL_FACTS)).join(", ");
    let shop = configured(&format!("[{both}]"));
    receiver.is("slack", [Mood::Hangs]);
    let ran = call(&shop, &receiver, &["start", NAME]).env("HOTFIX_PATIENCE", "1").run();
    ran.ok().says("Told teams").says("slack env:TEST_SLACK: 1 message may have been sent");
    assert_eq!(receiver.lines("teams").len(), 1);
}

#[test]
fn discords_message_is_made_anew_when_somebody_deleted_it() {
    let receiver = Receiver::new();
    let shop = only(&receiver, "discord");
    call(&shop, &receiver, &["start", NAME]).run().ok();
    call(&shop, &receiver, &["severity", "1", "--hotfix", NAME]).run().ok();
    assert_eq!(receiver.messages().len(), 1);
    assert_eq!(receiver.calls("discord")[1].method, "PATCH");
    receiver.delete_messages();
    call(&shop, &receiver, &["mark", "resolved", "--hotfix", NAME]).run().ok().says("Told discord");
    let messages = receiver.messages();
    assert_eq!(messages.len(), 1);
    assert!(messages[0].contains("started") && messages[0].contains("resolved"), "{messages:?}");
    // A change whose answer is lost is simply made again.
    receiver.is("discord", [Mood::Drops]);
    call(&shop, &receiver, &["severity", "2", "--hotfix", NAME]).run().ok().says("not sent yet");
    call(&shop, &receiver, &["status", NAME]).run().ok();
    assert!(receiver.messages()[0].contains("sev2"), "{:?}", receiver.messages());
}

#[test]
fn a_command_that_fails_is_run_again_and_one_that_hangs_is_ended() {
    let receiver = Receiver::new();
    let shop = configured(&format!(
        "[{{ kind = \"command\", command = \"test -e ../works && cat >>../told\", {ALL_FACTS} }}]"
    ));
    call(&shop, &receiver, &["start", NAME]).run().ok().says("exit status 1");
    std::fs::write(shop.world.root.join("works"), "").unwrap();
    call(&shop, &receiver, &["status", NAME]).run().ok();
    assert_eq!(std::fs::read_to_string(shop.world.root.join("told")).unwrap().lines().count(), 1);
    let shop = configured(&format!("[{{ kind = \"command\", command = \"exec sleep 1000\", {ALL_FACTS} }}]"));
    let ran = call(&shop, &receiver, &["start", NAME]).env("HOTFIX_PATIENCE", "1").run();
    ran.ok().says("may have been sent");
    // One that writes into the log itself waits for nobody.
    let nested = format!("\"{}\" note --hotfix {NAME} told", crate::support::HOTFIX);
    let list = format!("[{{ kind = \"command\", command = {nested:?}, {ALL_FACTS} }}]");
    let shop = configured(&list);
    call(&shop, &receiver, &["start", NAME]).run().ok().says("Told command");
    assert!(shop.texts(NAME).iter().any(|t| t == "told"));
}

#[test]
fn what_is_held_back_says_when_it_is_tried_again_and_only_when_there_is_news() {
    let receiver = Receiver::new();
    let shop = only(&receiver, "slack");
    call(&shop, &receiver, &["start", NAME]).run().ok().says("Told slack");
    receiver.is("slack", [Mood::Says(429, "Retry-After: 7200\r\n", "rate_limited".into())]);
    let run = |args: &[&str]| call(&shop, &receiver, args).run();
    let ran = run(&["severity", "1", "--hotfix", NAME]);
    ran.ok().says("rate_limited").says("tried again after 16:").does_not_say("the next command tries again");
    run(&["timeline", NAME]).ok().does_not_say("rate_limited");
    run(&["list"]).ok().does_not_say("rate_limited");
    run(&["status", NAME]).ok().says("tried again after 16:");
    run(&["mark", "resolved", "--hotfix", NAME]).ok().says("2 messages not sent yet").says("after 16:");
    run(&["timeline", NAME]).ok().does_not_say("rate_limited");
    let update = run(&["update", "technical", NAME, "--send"]);
    update.ok().says("What waits is sent by the first command after 16:");
}
