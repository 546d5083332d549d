//! `kill -9` at any moment: nothing that is in the log goes untold, and nothing is told twice where that can
//! be known.

use crate::notify::{ALL_FACTS, NAME, call, configured, entry};
use crate::support::Receiver;
use std::collections::BTreeMap;

/// The points that a command comes past, with how often.
fn points(args: &[&str]) -> Vec<(String, usize)> {
    let receiver = Receiver::new();
    let both = ["slack", "cloudevents"].map(|s| entry(&receiver, s, ALL_FACTS)).join(", ");
    let shop = configured(&format!("[{both}]"));
    call(&shop, &receiver, &["start", NAME]).run().ok();
    let log = shop.world.root.join("points");
    call(&shop, &receiver, args).env("HOTFIX_FAULT_LOG", &log).run().ok();
    let mut times: BTreeMap<String, usize> = BTreeMap::new();
    for line in std::fs::read_to_string(log).unwrap().lines() {
        *times.entry(line.to_owned()).or_default() += 1;
    }
    times.into_iter().collect()
}

#[test]
fn nothing_is_lost_and_nothing_doubled() {
    let args = ["mark", "resolved", "--hotfix", NAME];
    let points = points(&args);
    assert!(points.iter().any(|(p, _)| p.starts_with("record: the outbox has it")), "{points:?}");
    assert!(points.iter().any(|(p, n)| p.starts_with("notify: it was sent") && *n == 2), "{points:?}");
    for (point, times) in points {
        for nth in 1..=times {
            let receiver = Receiver::new();
            let both = ["slack", "cloudevents"].map(|s| entry(&receiver, s, ALL_FACTS)).join(", ");
            let shop = configured(&format!("[{both}]"));
            call(&shop, &receiver, &["start", NAME]).run().ok();
            let killed = call(&shop, &receiver, &args).env("HOTFIX_FAULT", format!("{point}:{nth}")).run();
            assert_eq!(killed.status, 128 + 9, "{point}:{nth}\n{killed}");
            for _ in 0..2 {
                call(&shop, &receiver, &["status", NAME]).run().ok();
            }
            let recorded = shop.kinds(NAME).iter().filter(|k| *k == "resolved").count();
            let slack = receiver.lines("slack").iter().filter(|l| l.contains("resolved")).count();
            let list = call(&shop, &receiver, &["notify", "--json"]).run().json();
            let maybe = list["entries"].as_array().unwrap().iter().filter(|e| e["state"] == "maybe").count();
            let place = format!("{point}:{nth}, recorded {recorded}, slack {slack}, maybe {maybe}\n{list:#}");
            // Once where the log has it; where nobody can know, it is said.
            assert!(slack <= 1 && slack + maybe >= recorded, "{place}");
            let resolved: Vec<String> = receiver
                .taken("cloudevents")
                .iter()
                .filter(|g| g.body["data"]["headline"] == "resolved")
                .map(|g| g.body["id"].to_string())
                .collect();
            assert!(resolved.len() >= recorded, "{place}");
            assert!(resolved.windows(2).all(|pair| pair[0] == pair[1]), "the same id: {place}");
            if recorded == 0 {
                assert!(slack == 0 && resolved.is_empty(), "told, and not in the log: {place}");
            }
        }
    }
}
