//! `affected` for people outside: a record for vulnerability databases, and how far back it reaches when
//! a fix was tried before.

use crate::support::{Repo, Shop};
use serde_json::Value;

const GOOD: &str = "fn a() {\n    one();\n    three();\n    four();\n}\n";

fn fresh() -> Shop {
    Shop::build().no_remote().no_develop().tags(&[]).go()
}

fn release(repo: &Repo, tag: &str) {
    repo.commit(&format!("docs/{tag}"), tag);
    repo.git(["tag", "-a", "-m", tag, tag]);
}

/// Good in v1.0.0, broken in v1.1.0 and v1.2.0, mended afterwards; returns the fault and the fix.
fn usual(repo: &Repo) -> (String, String) {
    repo.commit("src/a.rs", GOOD);
    release(repo, "v1.0.0");
    let fault = repo.commit("src/a.rs", &GOOD.replace("three();", "broken();"));
    ["v1.1.0", "v1.2.0"].iter().for_each(|tag| release(repo, tag));
    let fix = repo.commit("src/a.rs", &GOOD.replace("three();", "mended();"));
    (fault, fix)
}

fn ask(repo: &Repo, what: &str) -> Value {
    repo.hotfix(["affected", what, "--json"]).ok().json()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

fn commits(found: &Value) -> Vec<&str> {
    found["candidates"].as_array().unwrap().iter().map(|c| c["commit"].as_str().unwrap()).collect()
}

#[test]
fn a_record_in_the_osv_format() {
    let shop = fresh();
    let (fault, fix) = usual(&shop);
    shop.git(["remote", "add", "origin", "https://ops:s3cr3t-token@forge.example/shop/app.git"]);
    let record: Value = serde_json::from_str(&shop.hotfix(["affected", &fix, "--osv"]).ok().stdout).unwrap();
    for key in ["id", "modified", "schema_version", "details"] {
        assert!(record[key].as_str().is_some_and(|text| !text.is_empty()), "{key} in {record}");
    }
    // Another prefix has to be registered with the format's own list of databases.
    assert_eq!(record["id"], format!("x_HOTFIX-{}", &fix[..12]));
    let of_kind = |kind: &str| {
        let ranges = record["affected"][0]["ranges"].as_array().unwrap();
        ranges.iter().find(|range| range["type"] == kind).unwrap_or_else(|| panic!("{kind}: {record}"))
    };
    let git = of_kind("GIT");
    assert_eq!(git["repo"], "https://forge.example/shop/app.git", "without a password");
    assert_eq!(git["events"], serde_json::json!([{ "introduced": fault }, { "fixed": fix }]));
    let found = ask(&shop, &fix);
    assert_eq!(record["affected"][0]["versions"], found["affected_tags"]);
    let events = of_kind("SEMVER")["events"].as_array().unwrap();
    // One event says one thing, and a range does not both end with a release and with a fix.
    assert!(events.iter().all(|event| event.as_object().unwrap().len() == 1), "{events:?}");
    assert!(events.iter().all(|event| event["fixed"].is_null()), "{events:?}");
}

#[test]
fn a_fix_of_a_fix_reaches_back_to_the_fault() {
    let shop = fresh();
    let line = |text: &str| GOOD.replace("three();", text);
    shop.commit("src/a.rs", &line("three();"));
    release(&shop, "v1.3.0");
    shop.commit("src/a.rs", &line("broken();"));
    release(&shop, "v1.4.0");
    shop.write("src/a.rs", &line("half_mended();"));
    shop.git(["commit", "-qam", "Fix the broken total"]);
    let attempt = shop.rev("HEAD");
    release(&shop, "v1.4.1");
    shop.write("src/a.rs", &line("mended();"));
    shop.git(["commit", "-qam", "Sum up the total again\n\nThe first fix was incomplete."]);
    let fix = shop.rev("HEAD");
    release(&shop, "v1.4.2");
    let found = ask(&shop, &fix);
    assert_eq!(texts(&found["affected_tags"]), ["v1.4.0", "v1.4.1"], "{found}");
    assert!(commits(&found).contains(&attempt.as_str()), "the attempt is a candidate as before");
    shop.hotfix(["affected", &fix]).ok().says("tried to fix it before");

    // A fix that is about something else is where it came from.
    shop.write("src/a.rs", &line("renamed();"));
    shop.git(["commit", "-qam", "Fix the name of a helper"]);
    let other = shop.rev("HEAD");
    shop.write("src/a.rs", &line("mended_for_good();"));
    shop.git(["commit", "-qam", "Count twice"]);
    let found = ask(&shop, "HEAD");
    assert_eq!(commits(&found), [other.as_str()], "{found}");
}
