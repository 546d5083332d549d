//! What is sent, read by those who are to read it: the published schema of CloudEvents, and the readers of
//! CloudEvents and Adaptive Cards that their publishers hand out. `.ci/run` fetches them into
//! `target/notify`; without them the test says that it skips. The rules of the other services have no such
//! readers: `support/receiver.rs` keeps them by hand.

use crate::notify::{ALL_FACTS, NAME, call, configured, entry};
use crate::support::{Receiver, notify_readers, require};
use serde_json::{Value, json};
use std::io::Write;
use std::process::{Command, Stdio};

/// What is wrong with each of these.
fn wrong_with(items: &[Value]) -> Vec<Value> {
    let mut child = Command::new("node")
        .arg(std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/notify/check.mjs"))
        .arg(notify_readers())
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(serde_json::to_string(items).unwrap().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

#[test]
fn their_own_readers_understand_all_of_it() {
    if !require("notify-readers") {
        return;
    }
    let receiver = Receiver::new();
    let both = ["teams", "cloudevents"].map(|s| entry(&receiver, s, ALL_FACTS)).join(", ");
    let shop = configured(&format!("[{both}]"));
    let title = "**500** on <at>/login</at> \"now\" {{DATE(1)}} 🔥 قاعدة [x](https://x.invalid) @here";
    call(&shop, &receiver, &["start", NAME, "--title", title, "--severity", "sev1"]).run().ok();
    shop.started(NAME).fix_login().answer_all();
    call(&shop, &receiver, &["finish", NAME, "-y"]).run().ok();
    call(&shop, &receiver, &["update", "technical", NAME, "--send"]).run().ok();
    call(&shop, &receiver, &["mark", "resolved", "it was\nthe session", "--hotfix", NAME]).run().ok();
    let all = ["teams", "cloudevents"].map(|s| (s, receiver.taken(s)));
    let items: Vec<Value> = all
        .iter()
        .flat_map(|(s, got)| got.iter().map(move |g| json!({ "kind": s, "body": g.body })))
        .collect();
    assert_eq!(items.len(), 10);
    assert_eq!(wrong_with(&items), vec![Value::Null; 10], "{items:#?}");
    // The readers do find mistakes.
    let mut bad = vec![items[0].clone(), items[9].clone()];
    bad[0]["body"]["attachments"][0]["content"]["body"][0]["type"] = "RichText".into();
    bad[1]["body"].as_object_mut().unwrap().remove("id");
    assert!(wrong_with(&bad).iter().all(|wrong| !wrong.is_null()));
}
