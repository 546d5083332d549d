//! Whether a hotfix is released, given up or rolled back is told by this clone's own events and by git. What
//! another clone's line says of it is a claim: shown, and in nobody's way.

use crate::support::{Repo, Shop};
use serde_json::{Value, json};

const NAME: &str = "fix-login-crash";

fn line(kind: &str, refs: Value) -> Value {
    json!({ "kind": kind, "refs": refs })
}

/// A hotfix of this clone that is ready; a colleague has its log.
fn ready() -> (Shop, Repo) {
    let (shop, grace) = Shop::shared(NAME);
    shop.started(NAME).answer_all();
    (shop, grace)
}

fn tag(clone: &Repo) -> Value {
    clone.hotfix(["status", NAME, "--json"]).ok().json()["hotfix"]["tag"].clone()
}

/// The line of the hotfix in the list.
fn listed(clone: &Repo) -> String {
    clone.hotfix(["list", "--all"]).ok().stdout.clone()
}

/// What a stranger's log says.
type Told<'a> = &'a dyn Fn(&Shop) -> Vec<Value>;

#[test]
fn no_line_of_a_stranger_forbids_a_release() {
    let old = |shop: &Shop| json!({ "tag": "v1.2.0", "commit": shop.remote().rev("v1.2.0^{commit}") });
    let none = |shop: &Shop| json!({ "tag": "v7", "commit": shop.tip("main") });
    let cases: [Told<'_>; 7] = [
        &|_| vec![line("cancelled", json!({}))],
        &|_| vec![line("declined", json!({}))],
        &|shop| vec![line("tagged", none(shop)), line("rolled_back", json!({ "tag": "v7" }))],
        &|shop| vec![line("tagged", old(shop)), line("rolled_back", json!({ "tag": "v1.2.0" }))],
        &|shop| vec![line("tagged", old(shop)), line("finished", json!({ "tag": "v1.2.0" }))],
        // What this clone is about to write, before it does.
        &|shop| {
            let next = json!({ "tag": "v1.2.1", "commit": shop.tip("main"), "branch": "main" });
            ["merged", "tagged", "pushed", "finished"].map(|kind| line(kind, next.clone())).to_vec()
        },
        &|_| vec![line("target_skipped", json!({ "branch": "develop" }))],
    ];
    for case in cases {
        let (shop, _) = ready();
        let lines = case(&shop);
        shop.stranger_adds(&lines);
        let hotfix = shop.started(NAME);
        let tip = hotfix.tip();
        hotfix.finish_with(&["--dry-run"]).ok().says("v1.2.1");
        hotfix.finish().ok();
        assert!(shop.has("main", &tip) && shop.has("develop", &tip), "{lines:?}");
        let released = shop.remote().rev("refs/tags/v1.2.1^{commit}");
        assert!(shop.has("main", &released));
        assert_eq!(tag(&shop), "v1.2.1", "{lines:?}");
        assert!(listed(&shop).contains("finished"));
        shop.hotfix(["finish", NAME, "-y"]).ok().says("finished as v1.2.1");
        // After the release neither.
        shop.stranger_adds(&lines);
        assert_eq!(tag(&shop), "v1.2.1", "{lines:?}");
        shop.hotfix(["finish", NAME, "-y"]).ok().says("finished as v1.2.1");
    }
}

#[test]
fn a_hotfix_that_a_line_calls_public_can_be_given_up() {
    let (shop, _) = ready();
    let refs = json!({ "tag": "v1.2.0", "commit": shop.remote().rev("v1.2.0^{commit}") });
    shop.stranger_adds(&[line("tagged", refs.clone()), line("pushed", refs)]);
    shop.hotfix(["status", NAME]).ok().does_not_say("v1.2.0 is public").says("v1.2.0");
    shop.hotfix(["abort", NAME, "-y"]).ok();
    assert!(listed(&shop).contains("cancelled") && !shop.has_ref("refs/heads/hotfix/fix-login-crash"));
}

#[test]
fn a_deployment_of_an_older_release_is_not_asked_for_by_a_line() {
    let (shop, _) = ready();
    let refs = json!({ "tag": "v1.2.0", "commit": shop.remote().rev("v1.2.0^{commit}") });
    shop.stranger_adds(&[line("tagged", refs)]);
    shop.hotfix(["deploy", NAME, "-y", "--trust"]).says("is not released yet");
    shop.hotfix(["rollback", NAME, "--dry-run"]).does_not_say("v1.1");
}

#[test]
fn a_colleague_who_releases_is_believed_where_git_shows_it() {
    for squashed in [false, true] {
        let (shop, grace) = ready();
        shop.hotfix(["sync"]).ok();
        grace.hotfix(["sync", "-y"]).ok();
        grace.hotfix(["review", NAME, "--approve"]).ok();
        if squashed {
            grace.git(["switch", "-q", "-C", "main", "origin/main"]);
            grace.git(["merge", "-q", "--squash", "origin/hotfix/fix-login-crash"]);
            grace.git(["commit", "-q", "-m", "Fix login (#7)"]);
            grace.git(["push", "-q", "origin", "main"]);
        }
        grace.hotfix(["finish", NAME, "-y"]).ok();
        grace.hotfix(["sync"]).ok();
        shop.hotfix(["sync"]).ok();
        if !squashed {
            assert_eq!(tag(&shop), "v1.2.1");
            assert!(listed(&shop).contains("finished"));
        }
        shop.hotfix(["finish", NAME, "-y"]).ok().says("v1.2.1");
        assert_eq!(tag(&shop), "v1.2.1");
        assert!(listed(&shop).contains("finished"));
        let tags = shop.remote_refs().into_keys().filter(|r| r.starts_with("refs/tags/v1.2.")).count();
        assert_eq!(tags, 2, "released once");
    }
}

#[test]
fn a_colleague_who_gives_up_is_told_of_and_the_way_out_is_named() {
    let (shop, grace) = ready();
    grace.hotfix(["abort", NAME, "-y"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok();
    shop.hotfix(["status", NAME]).ok().says("given up").says("hotfix abort fix-login-crash");
    shop.hotfix(["abort", NAME, "-y"]).ok();
    assert!(listed(&shop).contains("cancelled"));
    shop.hotfix(["status", NAME]).ok().does_not_say("hotfix abort fix-login-crash");
}

#[test]
fn a_colleague_who_rolls_back_is_believed_where_production_shows_it() {
    let (shop, grace) = ready();
    shop.started(NAME).finish().ok();
    shop.hotfix(["sync"]).ok();
    // In the log alone.
    shop.stranger_adds(&[line("rolled_back", json!({ "tag": "v1.2.1" }))]);
    assert!(!listed(&shop).contains("rolled back"));
    grace.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    grace.hotfix(["sync"]).ok();
    shop.hotfix(["sync"]).ok();
    shop.git(["fetch", "-q"]);
    assert!(listed(&shop).contains("rolled back"));
}
