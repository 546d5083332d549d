use super::*;

fn found(text: &str) -> Vec<(&'static str, String)> {
    let names = Names::new([("Ada Lovelace", "ada@example.com"), ("Grace Hopper", "grace@example.com")]);
    let internals = Internals { incident: "20261122-fix-login-crash-7c1e", branch: "hotfix/fix-login-crash" };
    check(text, &names, internals).into_iter().map(|f| (f.rule, f.text)).collect()
}

#[track_caller]
fn one(text: &str, rule: &str, words: &str) {
    assert_eq!(found(text), [(rule_of(rule), words.to_owned())], "{text:?}");
}

fn rule_of(rule: &str) -> &'static str {
    ["address", "internal", "commit", "advisory", "host", "name", "promise", "blame"]
        .into_iter()
        .find(|r| *r == rule)
        .unwrap()
}

#[test]
fn internals_are_found() {
    one("Requests to 10.0.3.17 fail.", "address", "10.0.3.17");
    one("Requests to 10.0.3.17:8080 fail.", "address", "10.0.3.17:8080");
    one("Requests to fe80::1 fail.", "address", "fe80::1");
    one("It began on db-3.", "host", "db-3");
    one("See https://grafana.prod.example.com/d/1 for more.", "host", "https://grafana.prod.example.com/d/1");
    one("The queue (queue.internal) is full.", "host", "queue.internal");
    one("Fixed by 3f2a1c9 already.", "commit", "3f2a1c9");
    one("Tracked as 20261122-fix-login-crash-7c1e.", "internal", "20261122-fix-login-crash-7c1e");
    one("This is CVE-2026-12345.", "advisory", "CVE-2026-12345");
}

#[test]
fn people_and_blame_are_found() {
    one("Ada Lovelace is on it.", "name", "Ada Lovelace");
    one("Write to grace@example.com today.", "name", "grace@example.com");
    one("It was human error.", "blame", "human error");
    one("Our team forgot a check.", "blame", "team forgot");
}

#[test]
fn promises_are_found() {
    for text in [
        "It will be fixed by 15:00 UTC.",
        "We expect to be back in 20 minutes.",
        "The service should be available again within the hour.",
        "Fixed in 20min.",
        "We’ll be done before noon.",
        "ETA: half an hour.",
        "This will be resolved shortly.",
        "The fix will be out by the end of the day.",
        "Everything will be working again at 3pm.",
    ] {
        let rules: Vec<&str> = found(text).into_iter().map(|(rule, _)| rule).collect();
        assert_eq!(rules, ["promise"], "{text:?}");
    }
}

#[test]
fn what_users_may_read_is_left_alone() {
    for text in [
        "Next update by 15:10 UTC.",
        "We will post the next update in 30 minutes.",
        "It started at about 14:02 UTC.",
        "The problem was fixed at 14:41 UTC, and it lasted 39 min.",
        "This problem is fixed since 14:41 UTC. It lasted 39 min. We are sorry.",
        "A report will follow by 2026-11-25.",
        "A fix (v1.2.1) was released at 14:33 UTC, and we are watching it.",
        "See status.example.com or https://www.example.com/help for news.",
        "Please update to 1.2.1, e.g. with npm install shop@1.2.1.",
        "About 1 in 3 logins fails with error 500.",
        "The app works; the website does not. Node.js users are not affected.",
        "Order 20261122 and utf-8 names are fine.",
        "Orders that were placed in the last 20 minutes were saved.",
    ] {
        assert_eq!(found(text), [], "{text:?}");
    }
}

#[test]
fn each_is_told_with_its_line() {
    let text = "One line.\nAda Lovelace and db-1 know.";
    let names = Names::new([("Ada Lovelace", "")]);
    let all = check(text, &names, Internals { incident: "x", branch: "y" });
    assert_eq!(all.iter().map(|f| (f.line, f.column)).collect::<Vec<_>>(), [(2, 1), (2, 18)]);
}
