//! `kill -9` at any moment: nothing that is in the log goes untold, and nothing is told twice where that can
//! be known.

use crate::notify::{ALL_FACTS, NAME, call, configured, entry};
use crate::support::{Receiver, Saved, Shop};
use std::collections::{BTreeMap, BTreeSet};

/// What is told: the words of it, and the kind of event that it is in the log.
type Told = Vec<(String, &'static str)>;

/// Kills a command at every point of writing and telling, and looks at what those who are told have got.
/// `again`: the same command completes what a killed one has left.
fn survives(shop: &Shop, args: &[&str], again: bool) {
    let saved = Saved::of(&shop.world);
    let (told, points) = undisturbed(shop, args);
    for point in
        ["record: the outbox has it, the log has not", "notify: it was sent, and that is not written down"]
    {
        assert!(points.iter().any(|(p, _)| p == point), "{points:?}");
    }
    for (point, times) in points {
        for nth in 1..=times {
            saved.restore();
            let receiver = Receiver::new();
            let killed = call(shop, &receiver, args).env("HOTFIX_FAULT", format!("{point}:{nth}")).run();
            assert_eq!(killed.status, 128 + 9, "{point}:{nth}\n{killed}");
            if again {
                call(shop, &receiver, args).run().ok();
            }
            for _ in 0..2 {
                call(shop, &receiver, &["status", NAME]).run().exits_with_one_of(&[0, 8]);
            }
            is_told_once(shop, &receiver, &told, again, &format!("{args:?} at {point}:{nth}"));
        }
    }
}

/// What a run that nobody disturbs tells, and the points it comes past, with how often.
fn undisturbed(shop: &Shop, args: &[&str]) -> (Told, Vec<(String, usize)>) {
    let receiver = Receiver::new();
    let log = shop.world.root.join("points");
    call(shop, &receiver, args).env("HOTFIX_FAULT_LOG", &log).run().ok();
    let kind = |what: &str| match what {
        "released" => "tagged",
        "update" => "comms-sent",
        "resolved" => "resolved",
        "finished" => "finished",
        other => panic!("{other} is told as well"),
    };
    let data = receiver.taken("cloudevents").into_iter().map(|got| got.body["data"].clone());
    let told = data.map(|d| (d["headline"].as_str().unwrap().to_owned(), kind(d["what"].as_str().unwrap())));
    let told: Told = told.collect();
    assert!(!told.is_empty());
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for line in std::fs::read_to_string(log).unwrap().lines() {
        // An event that is written and not yet in the log is as good as none.
        if line.starts_with("notify:") || line.starts_with("record: the ") && !line.contains("is written") {
            *times.entry(line.to_owned()).or_default() += 1;
        }
    }
    (told, times.into_iter().collect())
}

fn is_told_once(shop: &Shop, receiver: &Receiver, told: &Told, is_complete: bool, place: &str) {
    let kinds = shop.kinds(NAME);
    let slack = receiver.lines("slack");
    let list = call(shop, receiver, &["notify", "--json"]).run().json();
    let maybe = list["entries"].as_array().unwrap().iter().filter(|e| e["state"] == "maybe").count();
    let mut missing = 0;
    for (words, kind) in told {
        let recorded = kinds.iter().any(|k| k == kind);
        assert!(recorded || !is_complete, "{kind} is in the log: {place}");
        let heard = slack.iter().filter(|line| line.ends_with(&format!(": {words}"))).count();
        assert!(heard <= 1, "{words} is told twice: {place}\n{slack:#?}");
        let events = receiver.taken("cloudevents").into_iter();
        let got: Vec<String> = events
            .filter(|got| got.body["data"]["headline"] == words.as_str())
            .map(|got| got.body["id"].to_string())
            .collect();
        assert_eq!(!got.is_empty(), recorded, "{words}: {place}\n{list:#}");
        assert!(got.iter().collect::<BTreeSet<_>>().len() <= 1, "the same id: {place}");
        assert!(recorded || heard == 0, "told, and not in the log: {place}");
        missing += usize::from(recorded && heard == 0);
    }
    // Where nobody can know whether it arrived, that is said.
    assert!(missing <= maybe, "{missing} untold, {maybe} said to be unknown: {place}\n{list:#}");
}

fn shop() -> Shop {
    let both = ["slack", "cloudevents"].map(|s| entry(&Receiver::new(), s, ALL_FACTS)).join(", ");
    configured(&format!("[{both}]"))
}

/// The hotfix is there, and that was told.
fn started() -> Shop {
    let shop = shop();
    call(&shop, &Receiver::new(), &["start", NAME]).run().ok();
    shop
}

/// Everywhere else it had arrived, so nothing is sent that would write this down by the way.
#[test]
fn what_a_killed_run_left_on_its_way_is_said_to_be_unknown_where_nothing_else_is_sent() {
    let shop = started();
    let outbox = shop.common_dir().join("hotfix/outbox/state.json");
    let mut kept: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&outbox).unwrap()).unwrap();
    let slack = kept["entries"].as_array_mut().unwrap().iter_mut();
    for entry in slack.filter(|e| e["place"].as_str().unwrap().starts_with("slack")) {
        entry["state"] = "sending".into();
    }
    std::fs::write(&outbox, kept.to_string()).unwrap();
    let receiver = Receiver::new();
    call(&shop, &receiver, &["status", NAME]).run().exits_with_one_of(&[0, 8]);
    let list = call(&shop, &receiver, &["notify", "--json"]).run().json();
    let states: Vec<&str> =
        list["entries"].as_array().unwrap().iter().map(|e| e["state"].as_str().unwrap()).collect();
    assert!(states.contains(&"maybe") && !states.contains(&"sending"), "{list:#}");
    assert!(receiver.lines("slack").is_empty(), "it may have arrived, so it is not said twice");
}

#[test]
fn a_mark_that_is_killed_loses_nothing_and_doubles_nothing() {
    survives(&started(), &["mark", "resolved", "--hotfix", NAME], false);
}

#[test]
fn an_update_that_is_killed_loses_nothing_and_doubles_nothing() {
    survives(&started(), &["update", "technical", NAME, "--send"], false);
}

#[test]
fn a_finish_that_is_killed_loses_nothing_and_doubles_nothing() {
    let shop = started();
    shop.started(NAME).fix_login().answer_all();
    survives(&shop, &["finish", NAME, "-y", "--resolved"], true);
}
