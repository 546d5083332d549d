//! `stats`: what many hotfixes say together. A release is a hotfix only when something says so.

use crate::support::Shop;

/// Finishes a hotfix whose impact began a quarter of an hour ago.
fn hotfixed(shop: &Shop, name: &str, text: &str) {
    shop.start_with(name, &["--impact-started", "-15m"]).fix("src/login.rs", text).answer_all();
    shop.hotfix(["mark", "mitigated", "--hotfix", name]).ok();
    shop.finish(name).ok();
}

#[test]
fn an_empty_repository_says_so() {
    let shop = Shop::build().no_remote().no_develop().tags(&[]).go();
    let before = shop.snapshot();
    shop.hotfix(["stats"]).ok().says("no release and no hotfix");
    let found = shop.hotfix(["stats", "--json"]).json();
    assert_eq!((&found["schema"], &found["releases"]), (&1.into(), &0.into()));
    assert!(found["rework_rate"].is_null() && found["too_many"] == false, "{found}");
    shop.hotfix(["stats", "--html"]).ok().says("no release and no hotfix");
    before.still_holds();
}

#[test]
fn only_what_a_record_or_a_trailer_names_is_a_hotfix() {
    let shop = Shop::new();
    hotfixed(&shop, "fix-login-crash", "one\n");
    // A patch release like any other, minutes later.
    shop.commit("docs/a", "a");
    shop.git(["tag", "-a", "-m", "v1.2.2", "v1.2.2"]);
    let found = shop.hotfix(["stats", "--json"]).json();
    assert_eq!((&found["hotfixes"], &found["releases"]), (&1.into(), &3.into()), "{found}");
    // Another clone has the tags and no record: the trailer says it.
    let grace = shop.clone_of("grace");
    let found = grace.hotfix(["stats", "--json"]).json();
    assert_eq!((&found["hotfixes"], &found["incidents"]), (&1.into(), &0.into()), "{found}");
    // A release on the commit that merges a hotfix back is no hotfix.
    shop.commit_as("Merge tag 'v1.2.1' into develop\n\nIncident: x\nHotfix: v1.2.1", "docs/b", "b");
    shop.git(["tag", "v1.3.0"]);
    let found = shop.hotfix(["stats", "--json"]).json();
    assert_eq!((&found["hotfixes"], &found["releases"]), (&1.into(), &4.into()), "{found}");
}

#[test]
fn durations_files_and_the_verdict() {
    let shop = Shop::new();
    for (name, text) in [("fix-login-crash", "one\n"), ("fix-login-loop", "two\n"), ("fix-login-slow", "3\n")]
    {
        hotfixed(&shop, name, text);
    }
    let ran = shop.hotfix(["stats"]);
    ran.ok().says("3 hotfixes among 4 releases").says("75 %").says("impact started -> mitigated");
    ran.says("n = 3").says("src/login.rs  3 times").says("Fix the process, not the people");
    ran.says("pushed -> merged back").does_not_say("example.com");
    assert!(ran.stdout.lines().all(|l| l.chars().count() <= 80), "{ran}");
    let found = shop.hotfix(["stats", "--json"]).json();
    let to = |name: &str| found["durations"].as_array().unwrap().iter().find(|d| d["to"] == name).unwrap();
    assert_eq!(to("mitigated")["values"].as_array().unwrap().len(), 3, "{found}");
    assert_eq!((&to("resolved")["n"], &to("resolved")["without"]), (&0.into(), &3.into()));
    assert_eq!((&found["too_many"], &found["files"][0]["path"]), (&true.into(), &"src/login.rs".into()));
    let page = shop.hotfix(["stats", "--html"]);
    page.ok().says("Content-Security-Policy").says("<svg").does_not_say("<script");
    shop.hotfix(["stats", "--html", "--json"]).exits(2);
}

#[test]
fn the_window_is_an_age_or_a_day() {
    let shop = Shop::new();
    hotfixed(&shop, "fix-login-crash", "one\n");
    let hotfixes =
        |since: &str| shop.hotfix(["stats", "--since", since, "--json"]).json()["hotfixes"].clone();
    assert_eq!((hotfixes("90d"), hotfixes("2020-01-01")), (1.into(), 1.into()));
    for nonsense in ["soon", "2099-01-01", "", "-"] {
        shop.hotfix(["stats", &format!("--since={nonsense}")]).exits(2).says("not a past day, time or age");
    }
}

#[test]
fn without_records_unknown_is_not_zero() {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_by_hand("login", "v1.2.1");
    let found = shop.hotfix(["stats", "--json"]).json();
    assert!(found["hotfixes"].is_null() && found["rework_rate"].is_null(), "{found}");
    assert_eq!(found["found_by_audit"], 1);
    shop.hotfix(["stats"]).ok().says("is unknown (no records here)").says("1 hotfix").does_not_say("0 %");
}
