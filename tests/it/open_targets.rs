//! Which release branches are still open: one definition for every command.

use crate::support::Shop;

/// What the plan merges back to.
fn targets(shop: &Shop, name: &str) -> Vec<String> {
    let plan = shop.hotfix(["finish", name, "-y", "--dry-run", "--json"]).json();
    let all = plan["targets"].as_array().unwrap().iter().skip(1);
    all.map(|t| t["branch"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn a_release_branch_that_is_out_gets_nothing() {
    let shop = Shop::build().release("release/1.3.0").release("release/v1.4.0").release("release/1.5.0").go();
    for (tag, branch) in [("v1.3.0", "release/1.3.0"), ("v1.4.0", "release/v1.4.0")] {
        shop.git(["tag", "-a", "-m", tag, tag, &format!("origin/{branch}")]);
        shop.git(["push", "-q", "origin", &format!("refs/tags/{tag}")]);
    }
    let old = (shop.tip("release/1.3.0"), shop.tip("release/v1.4.0"));
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--version", "1.2.1"]).ok();
    assert_eq!((shop.tip("release/1.3.0"), shop.tip("release/v1.4.0")), old, "they are released");
    assert!(shop.contains(&shop.tip("release/1.5.0"), &shop.tip("main")), "this one is open");
    shop.hotfix(["audit"]).ok();
}

#[test]
fn a_release_branch_that_was_squash_merged_gets_nothing() {
    let shop = Shop::build().release("release/1.3.0").go();
    shop.git(["merge", "-q", "--squash", "origin/release/1.3.0"]);
    shop.git(["commit", "-q", "-m", "Release 1.3.0 (#4)"]);
    shop.git(["push", "-q", "origin", "main"]);
    let old = shop.tip("release/1.3.0");
    let hotfix = shop.ready("fix-login-crash");
    assert_eq!(targets(&shop, "fix-login-crash"), ["develop"]);
    hotfix.finish().ok();
    assert_eq!(shop.tip("release/1.3.0"), old);
}

#[test]
fn what_is_configured_wins_over_what_lines_are_called() {
    let config = "[branches]\nmerge_back = [\"develop\", \"release-*\", \"ghost\", \"candidate/*\"]\n";
    let shop = Shop::build().file("hotfix.toml", config).release("release-1.3").release("release/1.4.0").go();
    let hotfix = shop.ready("fix-login-crash");
    assert_eq!(targets(&shop, "fix-login-crash"), ["develop", "release-1.3"]);
    hotfix.finish_with(&["--dry-run"]).ok().says("ghost and candidate/*");
    shop.hotfix(["doctor"]).ok().says("ghost and candidate/*").says("release/1.4.0");
}

#[test]
fn near_misses_are_named_and_bots_are_not() {
    let shop = Shop::new();
    let near = ["releases/1.3", "rel/1.3", "1.25-series", "maint"];
    for branch in
        near.iter().chain(&["renovate/left-pad-2.x", "dependabot/npm/a-1.x", "feature/release-notes"])
    {
        shop.git(["push", "-q", "origin", &format!("develop:refs/heads/{branch}")]);
    }
    shop.git(["fetch", "-q", "origin"]);
    for command in [&["doctor"][..], &["start", "fix-login-crash", "--dry-run"]] {
        let ran = shop.hotfix(command);
        for branch in near {
            ran.ok().says(branch);
        }
        ran.does_not_say("renovate/").does_not_say("dependabot/").does_not_say("feature/release-notes");
    }
    shop.ready("fix-login-crash");
    assert_eq!(targets(&shop, "fix-login-crash"), ["develop"]);
}
