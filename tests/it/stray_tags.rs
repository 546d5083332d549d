//! Tags that anybody who can push puts on production's own commits, beside the releases there: they take no release's
//! place, are not offered as a way back, and give the next release no other number.

use crate::support::Shop;

const NAME: &str = "fix-login-crash";

/// Three releases of this clone on top of v1.2.0, and where each of them is.
fn released() -> Shop {
    let shop = Shop::new();
    for (n, tag) in ["v1.2.1", "v1.2.2", "v1.2.3"].iter().enumerate() {
        let file = format!("src/more{n}.rs");
        shop.git(["checkout", "-q", "main"]);
        shop.commit(&file, "more\n");
        shop.git(["tag", "-a", "-m", tag, tag]);
        shop.git(["push", "-q", "origin", "main", tag]);
    }
    shop
}

fn strays(shop: &Shop, tags: &[(&str, &str)]) {
    for (tag, at) in tags {
        let at = format!("{at}^{{commit}}");
        shop.git(["tag", tag, &at]);
        shop.git(["push", "-q", "origin", tag]);
    }
}

#[test]
fn another_number_on_the_commit_of_a_release_takes_no_place_of_it() {
    let shop = released();
    let plan = |shop: &Shop| shop.hotfix(["rollback", "--dry-run", "--json"]).ok().json();
    let before = plan(&shop);
    assert_eq!(before["back_to"], "v1.2.2", "{before:#}");
    strays(
        &shop,
        &[("V1.2.9", "v1.2.2"), ("v1.2.1.1", "v1.2.1"), ("v7.0.0", "v1.2.0"), ("V1.2.8", "v1.2.3")],
    );
    let after = plan(&shop);
    assert_eq!((&after["undo"], &after["back_to"]), (&before["undo"], &before["back_to"]), "{after:#}");
    let hotfix = shop.ready(NAME);
    hotfix.finish().ok();
    assert!(shop.remote().has_ref("refs/tags/v1.2.4"), "{}", shop.git(["tag"]));
}

#[test]
fn where_only_a_person_can_tell_the_release_from_the_tag_beside_it_it_is_asked() {
    let shop = released();
    strays(&shop, &[("v7.0.0", "v1.2.3")]);
    let hotfix = shop.ready(NAME);
    hotfix.finish().exits(3).says("v1.2.3 and v7.0.0 are tags of the same commit").says("--version 1.2.4");
    assert!(!shop.remote().has_ref("refs/tags/v7.0.1"));
    shop.hotfix(["finish", NAME, "-y", "--version", "1.2.4"]).ok();
}

#[test]
fn a_high_number_on_an_old_commit_is_not_what_is_in_production() {
    let shop = released();
    // No release is on it.
    let between = shop.rev("v1.2.2~0^{commit}");
    shop.git(["tag", "-d", "v1.2.2"]);
    shop.git(["push", "-q", "origin", ":refs/tags/v1.2.2"]);
    shop.git(["tag", "v7.0.0", &between]);
    shop.git(["push", "-q", "origin", "v7.0.0"]);
    shop.hotfix(["rollback", "--dry-run", "--no-input"])
        .exits(3)
        .says("v7.0.0 has the highest number, and v1.2.3 was released after it")
        .says("hotfix rollback v1.2.3");
}

#[test]
fn a_tag_on_a_file_is_no_release() {
    let shop = Shop::new();
    shop.git(["tag", "-a", "-m", "v1.4.0", "v1.4.0", "v1.2.0:src/login.rs"]);
    shop.git(["push", "-q", "origin", "v1.4.0"]);
    let hotfix = shop.ready(NAME);
    hotfix.finish().ok().says("v1.2.1");
}

/// Many releases that production does not have are no reason to look no further, or to look for long.
#[test]
fn tags_on_the_commits_of_others_do_not_hide_the_release_of_a_fix() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    hotfix.finish().ok();
    let mallory = shop.clone_of("mallory");
    mallory.git(["switch", "-q", "-c", "aside", "origin/main~1"]);
    for n in 0..40 {
        mallory.commit("src/aside.rs", &format!("{n}\n"));
        mallory.git(["tag", &format!("v1.3.{n}")]);
    }
    mallory.git(["push", "-q", "origin", "--tags"]);
    shop.git(["fetch", "-q", "--tags"]);
    let branch = format!("hotfix/{NAME}");
    shop.git(["branch", &branch, "v1.2.1^2"]);
    let ran = shop.hotfix(["finish", NAME, "--dry-run", "--json"]);
    assert!(ran.said("v1.2.1"), "{ran}");
}
