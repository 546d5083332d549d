//! Each service's rules, on ordinary and on hostile words.

use super::{Message, payload};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::incident::Incident;
use crate::model::incident::fixture::incident;
use crate::model::notice::Channel;
use chrono::{DateTime, Utc};
use serde_json::Value;

fn now() -> DateTime<Utc> {
    DateTime::parse_from_rfc3339("2026-11-22T15:00:00Z").unwrap().to_utc()
}

fn told(incident: &Incident) -> Vec<Message> {
    incident.events.iter().filter_map(|e| Message::of(incident, &e.id, now())).collect()
}

fn night() -> Incident {
    let request = Draft::new(Kind::RequestOpened, "pull request #12")
        .refer(Pointer::Branch, "main")
        .with("url", "https://forge.example/acme/shop/pull/12");
    incident(vec![
        ("14:13", Draft::new(Kind::SeverityChanged, "everybody is out").with("severity", "sev1")),
        ("14:20", request),
        ("14:30", Draft::new(Kind::Tagged, "v1.2.1").refer(Pointer::Tag, "v1.2.1")),
        ("14:31", Draft::new(Kind::DeploySucceeded, "x").refer(Pointer::Tag, "v1.2.1")),
        ("14:32", Draft::new(Kind::Verified, "x").refer(Pointer::Tag, "v1.2.1").with("name", "error rate")),
        (
            "14:33",
            Draft::new(Kind::PushRefused, "x")
                .refer(Pointer::Tag, "v1.2.1")
                .refer(Pointer::Branch, "develop"),
        ),
        ("14:34", Draft::new(Kind::Finished, "v1.2.1").refer(Pointer::Tag, "v1.2.1")),
        ("14:35", Draft::new(Kind::Resolved, "")),
    ])
}

/// Every string in it.
fn strings(value: &Value, found: &mut Vec<String>) {
    match value {
        Value::String(text) => found.push(text.clone()),
        Value::Array(items) => items.iter().for_each(|item| strings(item, found)),
        Value::Object(map) => map.values().for_each(|item| strings(item, found)),
        _ => {}
    }
}

#[test]
fn a_night_in_words() {
    let lines: Vec<String> = told(&night()).iter().map(Message::line).collect();
    assert_eq!(
        lines,
        [
            "fix-login-crash: a hotfix was started",
            "fix-login-crash: severity is now sev1: everybody is out",
            "fix-login-crash: pull request #12 was opened into main",
            "fix-login-crash: v1.2.1 is released",
            "fix-login-crash: v1.2.1 is deployed",
            "fix-login-crash: v1.2.1 is verified in production: error rate",
            "fix-login-crash: develop does not have the fix yet: the push was rejected",
            "fix-login-crash: finished: v1.2.1 is released and merged back",
            "fix-login-crash: resolved",
        ]
    );
    let released = &told(&night())[3];
    assert_eq!(released.around(), "sev1 · Users get a 500 on /login · 14:30 UTC");
    assert_eq!(released.link.as_ref().unwrap().url, "https://forge.example/acme/shop/pull/12");
}

#[test]
fn what_is_restricted_or_redacted_is_not_told() {
    let secret = Draft::new(Kind::Resolved, "key 4711 leaked").with("audience", "restricted");
    let told = told(&incident(vec![("14:20", secret)]).tellable().unwrap());
    assert_eq!(told.len(), 1, "{told:?}");
    let cut = Draft::new(Kind::Resolved, "the key [redacted] leaked");
    let told = super::tests::told(&incident(vec![("14:20", cut)]));
    assert_eq!(told[1].headline, "resolved");
}

#[test]
fn each_service_gets_its_form() {
    let released = told(&night()).remove(3);
    let slack = payload(Channel::Slack, &released, &[]);
    assert!(slack["text"].as_str().unwrap().starts_with("fix-login-crash: v1.2.1 is released (sev1"));
    assert_eq!(slack["blocks"][0]["type"], "header");
    assert_eq!(slack["blocks"][0]["text"]["text"], "fix-login-crash: v1.2.1 is released");
    assert_eq!(
        slack["blocks"][2]["text"]["text"],
        "<https://forge.example/acme/shop/pull/12|pull request #12>"
    );
    let card = &payload(Channel::Teams, &released, &[])["attachments"][0]["content"];
    assert_eq!((&card["type"], &card["version"]), (&"AdaptiveCard".into(), &"1.4".into()));
    assert_eq!(card["body"][0]["inlines"][1]["text"], "v1.2.1 is released");
    assert_eq!(card["actions"][0]["type"], "Action.OpenUrl");
    let discord = payload(Channel::Discord, &released, &[]);
    assert_eq!(discord["allowed_mentions"]["parse"], serde_json::json!([]));
    let mattermost = payload(Channel::Mattermost, &released, &[]);
    assert!(mattermost["text"].as_str().unwrap().contains("[pull request \\#12](https://forge.example/"));
    let change = payload(Channel::PagerDuty, &released, &[]);
    assert_eq!(change["payload"]["summary"], "fix-login-crash: v1.2.1 is released");
    assert_eq!(change["links"][0]["href"], "https://forge.example/acme/shop/pull/12");
    assert!(change.get("routing_key").is_none() && change.get("event_action").is_none());
    let event = payload(Channel::CloudEvents, &released, &[]);
    assert_eq!(event["type"], "git-hotfix.released");
    assert_eq!(event["time"], "2026-11-22T14:30:00Z");
    assert_eq!(event, payload(Channel::Command, &released, &[]), "a command gets the same");
}

#[test]
fn one_message_for_an_incident_has_all_of_it() {
    let all = told(&night());
    let content =
        |n: usize| payload(Channel::Discord, &all[n], &all[..n])["content"].as_str().unwrap().to_owned();
    assert_eq!(
        content(0),
        "**fix-login-crash** · sev1 · Users get a 500 on /login\n14:12 UTC a hotfix was started"
    );
    assert!(
        content(3).contains("\n14:12 UTC a hotfix was started\n")
            && content(3).contains("\n14:30 UTC v1.2.1")
    );
    let many: Vec<Message> = all.iter().cycle().take(200).cloned().collect();
    let long = payload(Channel::Discord, &all[8], &many)["content"].as_str().unwrap().to_owned();
    assert!(long.chars().count() <= 2000, "{}", long.chars().count());
    assert!(
        long.contains("\n14:12 UTC a hotfix")
            && long.contains("\n…\n")
            && long.contains("14:35 UTC resolved")
    );
}

#[test]
fn hostile_words_call_nobody_and_stay_below_every_limit() {
    let evil = "<!channel> <@U1> @here @everyone @channel <at>Ada</at> ](https://evil) **x** `y` {{DATE(2)}} \u{202e}\u{1b}[31m & ";
    for long in [evil.to_owned(), evil.repeat(200), "&".repeat(5000), "*".repeat(9000), "ü\n".repeat(9000)] {
        let mut log = night().log;
        log[0].data.insert("title".into(), long.clone().into());
        let update = Draft::new(Kind::CommsSent, long.clone())
            .with("audience", "technical")
            .with("state", "identified")
            .with("channel", "sent")
            .with("places", vec!["slack env:X"]);
        log.push(crate::model::incident::fixture::event(50, "2026-11-22T14:50:00Z", update));
        let resolved = Draft::new(Kind::Resolved, long.clone());
        log.push(crate::model::incident::fixture::event(51, "2026-11-22T14:51:00Z", resolved));
        let incident = Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap();
        let all = told(&incident);
        assert!(all.iter().any(|m| m.update.is_some()));
        for (n, message) in all.iter().enumerate() {
            for channel in Channel::ALL {
                let body = payload(*channel, message, &all[..n]);
                let mut texts = Vec::new();
                strings(&body, &mut texts);
                let raw = body.to_string();
                assert!(!raw.contains("\\u001b") && !raw.contains('\u{202e}'), "{raw}");
                if !matches!(channel, Channel::PagerDuty | Channel::CloudEvents | Channel::Command) {
                    for call in ["@here", "@everyone", "@channel", "<@U1>", "<!channel>"] {
                        // Teams knows calls by a list of its own.
                        let means_nothing = *channel == Channel::Teams && call.starts_with('<');
                        let has = texts.iter().any(|t| t.contains(call));
                        assert!(means_nothing || !has, "{channel}: {call} in {raw}");
                    }
                }
                let long = |text: &Value| text.as_str().unwrap().chars().count();
                match channel {
                    Channel::Slack => {
                        assert!(long(&body["text"]) <= 40_000);
                        for block in body["blocks"].as_array().unwrap() {
                            let most = if block["type"] == "header" { 150 } else { 3000 };
                            let elements = block.get("elements").and_then(Value::as_array).cloned();
                            let elements = elements.unwrap_or_else(|| vec![block["text"].clone()]);
                            assert!(elements.iter().all(|e| long(&e["text"]) <= most), "{raw}");
                        }
                    }
                    Channel::Teams => assert!(raw.len() <= 28_000, "{} bytes", raw.len()),
                    Channel::Discord => assert!(long(&body["content"]) <= 2000, "{}", long(&body["content"])),
                    Channel::Mattermost => assert!(long(&body["text"]) <= 4000, "{}", long(&body["text"])),
                    Channel::PagerDuty => assert!(long(&body["payload"]["summary"]) <= 1024),
                    Channel::CloudEvents | Channel::Command => assert!(raw.len() <= 64 * 1024),
                }
            }
        }
    }
}
