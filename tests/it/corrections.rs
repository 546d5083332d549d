//! `amend`, `retract`, `redact` and `followups`: what was said is corrected, settled, or taken out.

use crate::support::{Repo, Shop};
use serde_json::Value;

const NAME: &str = "fix-login-crash";

fn id(shop: &Repo, text: &str) -> String {
    shop.event(NAME, text)["id"].as_str().unwrap().to_owned()
}

fn by_id(shop: &Repo, id: &str) -> Value {
    shop.events(NAME).into_iter().find(|e| e["id"] == id).expect(id)
}

fn noted(text: &str) -> (Shop, String) {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hotfix(["note", text]).ok();
    let id = id(&shop, text);
    (shop, id)
}

#[test]
fn a_time_and_a_text_are_corrected_and_what_they_were_is_kept() {
    let (shop, id) = noted("flag of");
    shop.hotfix(["amend", &id, "flag", "off"]).ok().says("it was");
    shop.hotfix(["amend", &id[..4], "--at", "13:30"]).ok();
    let event = by_id(&shop, &id);
    assert_eq!(event["text"], "flag off");
    assert!(event["at"].as_str().unwrap().starts_with("2026-11-22T13:30:00"), "{event}");
    assert_eq!(event["original"]["text"], "flag of");
    assert_eq!(event["contested"], false);
    shop.hotfix(["timeline", "--all"]).ok().says(&id[..4]).says("amended, was 2026-11-22");
    shop.hotfix(["timeline"]).ok().says("flag off").does_not_say("flag of\n");
}

#[test]
fn last_is_the_last_line_one_wrote() {
    let (shop, id) = noted("first");
    shop.hotfix(["mark", "mitigated"]).ok();
    shop.hotfix(["amend", "last", "--at", "13:10"]).ok();
    shop.hotfix(["retract", "last"]).ok();
    shop.hotfix(["amend", "last", "the first"]).ok();
    assert_eq!(by_id(&shop, &id)["text"], "the first");
    assert!(shop.events(NAME).iter().any(|e| e["kind"] == "mitigated" && e["retracted"] == true));
}

#[test]
fn a_milestone_that_was_retracted_does_not_count() {
    let shop = Shop::new();
    shop.start_with(NAME, &["--impact-started", "13:00"]);
    shop.hotfix(["mark", "mitigated", "too soon"]).ok();
    let id = id(&shop, "too soon");
    shop.hotfix(["retract", &id, "it came back"]).ok();
    let metrics = shop.hotfix(["postmortem", "--format", "json"]).json()["metrics"].clone();
    assert_eq!(metrics["ttm"]["seconds"], Value::Null);
    assert!(metrics["ttm"]["note"].as_str().unwrap().contains("hotfix mark mitigated"), "{metrics}");
    shop.hotfix(["timeline"]).ok().does_not_say("too soon");
    shop.hotfix(["timeline", "--all"]).ok().says("too soon (retracted)").says("it came back");
    shop.hotfix(["retract", &id]).exits(2).says("already");
    let retraction = shop.event(NAME, "it came back")["id"].as_str().unwrap().to_owned();
    shop.hotfix(["retract", &retraction, "no, it was right"]).ok();
    assert_eq!(by_id(&shop, &id)["retracted"], false);
}

#[test]
fn facts_are_not_corrected() {
    let shop = Shop::new();
    shop.ready(NAME).finish().ok();
    let events = shop.events(NAME);
    let before = shop.snapshot();
    for kind in ["declared", "tagged", "publishing", "checklist_item", "finished"] {
        let id = events.iter().find(|e| e["kind"] == kind).expect(kind)["id"].as_str().unwrap();
        shop.hotfix(["retract", id]).exits(3).says("nothing was changed").says("hint:");
        shop.hotfix(["amend", id, "other words"]).exits(3);
    }
    before.still_holds();
}

#[test]
fn what_names_no_event_changes_nothing() {
    let (shop, id) = noted("a line");
    let before = shop.snapshot();
    for typed in ["", "x", "zzzz", "ffffffffffffffff", "a", "last one", "../x", "-1"] {
        for verb in ["amend", "retract", "redact"] {
            let mut call = vec![verb, typed];
            if verb == "amend" {
                call.push("text");
            }
            let ran = shop.hotfix(&call);
            assert_eq!(ran.status, 2, "{ran}");
        }
    }
    shop.hotfix(["amend", &id]).exits(2).says("hint: hotfix amend");
    shop.hotfix(["amend", &id, "--at", "25:00"]).exits(2);
    shop.hotfix(["-n", "amend", &id, "x"]).ok();
    shop.hotfix(["-n", "retract", &id]).ok();
    shop.hotfix(["-n", "redact", &id]).ok();
    before.still_holds();
}

#[test]
fn an_event_of_another_hotfix_is_found_by_its_id() {
    let (shop, id) = noted("a line");
    shop.start("fix-cart");
    shop.git(["switch", "-q", "main"]);
    shop.hotfix(["amend", &id, "another line"]).ok();
    assert_eq!(by_id(&shop, &id)["text"], "another line");
    shop.hotfix(["amend", &id, "--hotfix", "fix-cart", "x"]).exits(2);
}

#[test]
fn words_that_nobody_else_has_are_taken_out_for_good() {
    let (shop, id) = noted("the password is swordfish");
    let log = shop.logs().pop().unwrap();
    let old = shop.rev(&log);
    shop.hotfix(["amend", &id, "the password is still swordfish"]).ok();
    shop.hotfix(["note", "afterwards"]).ok();
    let (others, ran) = (shop.texts(NAME), shop.hotfix(["redact", &id]));
    ran.ok().says("git gc --prune=now");
    let event = by_id(&shop, &id);
    assert_eq!(event["text"], "[redacted]");
    assert!(shop.kinds(NAME).contains(&"redaction".to_owned()));
    for text in others.iter().filter(|t| !t.contains("swordfish")) {
        assert!(shop.texts(NAME).contains(text), "{text} is gone");
    }
    assert_eq!(shop.git(["reflog", "show", &log]), "", "the reflog would keep it");
    assert!(!shop.contains(&log, &old));
    shop.git(["gc", "-q", "--prune=now"]);
    assert!(!shop.git_agrees(["cat-file", "-e", &old]));
    let everything = shop.git(["log", "-p", "--all", "--reflog"]);
    assert!(!everything.contains("swordfish"), "{everything}");
    shop.git(["fsck", "--strict"]);
    shop.hotfix(["note", "the log goes on"]).ok();
    assert_eq!(shop.event(NAME, "the log goes on")["kind"], "note");
}

#[test]
fn the_output_of_a_command_is_taken_out_with_it() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hotfix(["run", "--", "echo", "swordfish"]).ok();
    let id =
        shop.events(NAME).iter().find(|e| e["kind"] == "action").unwrap()["id"].as_str().unwrap().to_owned();
    shop.hotfix(["redact", &id]).ok();
    let log = shop.logs().pop().unwrap();
    assert!(!shop.git(["log", "-p", &log]).contains("swordfish"));
    assert!(!shop.git(["log", "--name-only", "--format=", &log]).contains("output.txt"));
}

#[test]
fn what_was_shared_is_not_taken_out() {
    let (shop, first) = noted("shared words");
    let log = shop.logs().pop().unwrap();
    let copy = log.replace("refs/incidents/", "refs/incidents-remote/origin/");
    shop.git(["update-ref", &copy, &log]);
    shop.hotfix(["note", "private words"]).ok();
    let before = shop.snapshot();
    shop.hotfix(["redact", &first]).exits(3).says(&copy).says("nothing was changed").says("hotfix retract");
    before.still_holds();
    shop.hotfix(["redact", &id(&shop, "private words")]).ok();
    assert_eq!(by_id(&shop, &first)["text"], "shared words");
    assert!(shop.contains(&log, &copy), "what is shared is still the beginning of the log");
}

#[test]
fn a_branch_on_the_log_keeps_it_too() {
    let (shop, id) = noted("words");
    let log = shop.logs().pop().unwrap();
    shop.git(["branch", "my-copy", &log]);
    shop.hotfix(["redact", &id]).exits(3).says("hint: git update-ref -d refs/heads/my-copy");
    shop.git(["update-ref", "-d", "refs/heads/my-copy"]);
    shop.hotfix(["redact", &id]).ok();
}

#[test]
fn a_hypothesis_is_confirmed_or_ruled_out_by_saying_it_again() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hotfix(["note", "--kind", "hypothesis", "the session cache"]).ok();
    shop.hotfix(["note", "--state", "ruled-out", "The session cache."]).ok().says("ruled out");
    shop.hotfix(["note", "--state", "open", "a full disk"]).ok();
    let disk = id(&shop, "a full disk");
    shop.hotfix(["note", "--state", "confirmed", &disk[..6]]).ok().says("confirmed: a full disk");
    let events = shop.events(NAME);
    let hypotheses: Vec<&Value> = events.iter().filter(|e| e["kind"] == "hypothesis").collect();
    assert_eq!(hypotheses.len(), 4, "when it was ruled out is news, too");
    assert_eq!(hypotheses[1]["data"]["of"], hypotheses[0]["id"]);
    assert_eq!(hypotheses[3]["data"]["of"], disk);
    let document = shop.hotfix(["postmortem", "--output", "-"]).ok().stdout.clone();
    assert_eq!(
        document.matches("ruled out: the session cache").count(),
        3,
        "list, timeline, log: {document}"
    );
    shop.hotfix(["note", "--kind", "decision", "--state", "open", "x"]).exits(2).says("hypothesis");
}

#[test]
fn follow_ups_are_listed_over_all_incidents_until_done() {
    let shop = Shop::new();
    shop.hotfix(["followups"]).ok().says("No follow-up");
    shop.start(NAME);
    shop.hotfix(["note", "TODO: alert on failing logins"]).ok().says("follow-up");
    shop.start("fix-cart");
    shop.hotfix(["note", "--kind", "followup", "test the empty cart"]).ok();
    let ran = shop.hotfix(["followups"]);
    ran.ok().says("alert on failing logins").says("test the empty cart").says(NAME).says("fix-cart");
    let first = id(&shop, "alert on failing logins");
    shop.hotfix(["followups", "--done", &first[..4]]).ok().says("done: alert on failing logins");
    shop.hotfix(["followups"]).ok().does_not_say("alert").says("empty cart");
    shop.hotfix(["followups", "--all"]).ok().says("alert");
    let document = shop.hotfix(["followups", "--json"]).json();
    assert_eq!(document["open"], 1);
    assert_eq!(document["followups"].as_array().unwrap().len(), 2);
    shop.hotfix(["followups", "--done", &first]).ok().says("already");
    shop.hotfix(["followups", "--reopen", &first]).ok();
    assert_eq!(shop.hotfix(["followups", "--json"]).json()["open"], 2);
    shop.hotfix(["followups", NAME]).ok().does_not_say("cart");
    shop.hotfix(["note", "not a follow-up"]).ok();
    let note = shop.event("fix-cart", "not a follow-up")["id"].as_str().unwrap().to_owned();
    shop.hotfix(["followups", "--done", &note]).exits(2).says("nothing was changed");
}

#[test]
fn a_verdict_is_given_again() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.hotfix(["review", "--approve"]).ok();
    let event = shop.hotfix(["timeline", "--json"]).ok().json()["events"].clone();
    let event = event.as_array().unwrap().iter().find(|e| e["kind"] == "review").unwrap()["id"].clone();
    shop.hotfix(["retract", event.as_str().unwrap()])
        .exits(3)
        .says("hint: hotfix review fix-login-crash --reject -m \"why\"");
}
