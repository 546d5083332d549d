//! A whole night with services that are down, slow, rate-limiting and rude: every command succeeds, and in the
//! end each of the seven kinds has heard all of it, in order and once.

use crate::notify::{ALL_FACTS, NAME, SERVICES, TOLD, call, configured, entry};
use crate::support::{Call, Mood, Receiver, WORD};
use serde_json::Value;

#[test]
fn a_night_with_every_kind_of_trouble_arrives_whole_and_in_order() {
    let receiver = Receiver::new();
    let down = Receiver::nobody();
    let mut list: Vec<String> = SERVICES.iter().map(|s| entry(&receiver, s, ALL_FACTS)).collect();
    let command = "test -e ../works && cat >>../told";
    list.push(format!("{{ kind = \"command\", command = \"{command}\", {ALL_FACTS} }}"));
    let shop = configured(&format!("[{}]", list.join(", ")));
    let night = |args: &[&str]| -> Call {
        call(&shop, &receiver, args).env("TEST_SLACK", format!("http://{down}/slack/{WORD}"))
    };
    let says = |status, headers, body: &str| Mood::Says(status, headers, body.to_owned());

    // Nobody listens at Slack, Teams wants to be left alone, Mattermost and PagerDuty are ill, the endpoint
    // hangs up, and the command fails.
    receiver.is("teams", [says(429, "Retry-After: 7200\r\n", "rate limited")]);
    receiver.is(
        "mattermost",
        [says(500, "", "boom"), says(200, "Content-Type: text/html\r\n", "<html>sign in</html>")],
    );
    receiver.is("pagerduty-change", [says(503, "", ""), says(502, "", "<html>")]);
    receiver.is("cloudevents", [Mood::Drops]);
    let start = ["start", NAME, "--title", "Users get a 500 on /login", "--severity", "sev2"];
    night(&start).run().ok().says("Told discord").says("not sent yet");
    // Two take the call and never answer.
    receiver.is("discord", [Mood::Hangs]);
    receiver.is("cloudevents", [Mood::Hangs]);
    let severity = ["severity", "sev1", "everybody is out", "--hotfix", NAME];
    night(&severity).env("HOTFIX_PATIENCE", "2").run().ok().does_not_say(WORD);
    assert_eq!(receiver.left(), 2, "both were left when the time was over");
    shop.started(NAME).fix_login().answer_all();
    receiver.is("discord", [says(429, "", "{\"retry_after\": 600.0, \"global\": true}")]);
    receiver.is("cloudevents", [says(500, "", &"x".repeat(100_000))]);
    night(&["finish", NAME, "-y"]).run().ok().does_not_say(WORD);
    night(&["mark", "deployed", "--hotfix", NAME]).run().ok();
    night(&["mark", "resolved", "--hotfix", NAME]).run().ok().does_not_say(WORD);
    night(&["status", NAME]).run().ok().says("not sent yet");

    // In the morning everything works again.
    let slack = Receiver::at(down);
    std::fs::write(shop.world.root.join("works"), "").unwrap();
    shop.world.set_clock("2026-11-23T08:00:00Z");
    for _ in 0..2 {
        night(&["status", NAME]).run().ok();
    }
    for service in SERVICES {
        let lines = if service == "slack" { &slack } else { &receiver }.lines(service);
        assert_eq!(lines.len(), TOLD.len(), "{service}: {lines:#?}");
        for (line, told) in lines.iter().zip(TOLD) {
            assert!(line.contains(told), "{service}: {told:?} in {lines:#?}");
        }
    }
    let told = std::fs::read_to_string(shop.world.root.join("told")).unwrap();
    let told: Vec<Value> = told.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let headlines: Vec<&str> = told.iter().map(|e| e["data"]["headline"].as_str().unwrap()).collect();
    assert_eq!(headlines, TOLD);
    assert!(TOLD.iter().all(|told| receiver.messages().len() == 1 && receiver.messages()[0].contains(told)));
    let list = night(&["notify", "--json"]).run().json();
    let states = list["entries"].as_array().unwrap().iter().map(|e| e["state"].as_str().unwrap());
    assert_eq!(states.collect::<Vec<_>>(), vec!["sent"; 7 * TOLD.len()]);
}
