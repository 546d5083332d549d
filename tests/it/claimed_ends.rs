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

/// What a stranger's lines tell of a colleague's hotfix, and whether there is a tag for it on production.
fn told_of_a_colleagues() -> Vec<(Vec<&'static str>, bool)> {
    let all = ["tagged", "merged", "pushed", "finished"];
    vec![
        (vec!["cancelled"], false),
        (vec!["declined"], false),
        (vec!["finished"], false),
        (vec!["finished"], true),
        (all.to_vec(), false),
        (all[..3].to_vec(), true),
        (all.to_vec(), true),
        (vec!["tagged", "rolled_back"], true),
    ]
}

#[test]
fn no_line_of_a_stranger_ends_or_releases_a_colleagues_hotfix() {
    let deploys = "[incident]\nshare = true\n[deploy]\ncommand = \"echo x >../did\"\n";
    for (kinds, is_tagged) in told_of_a_colleagues() {
        let shop = Shop::build().file("hotfix.toml", deploys).go();
        let hotfix = shop.start(NAME).fix_login().published().answer_all();
        shop.hotfix(["sync", "-y"]).ok();
        let grace = shop.clone_of("grace");
        grace.hotfix(["sync", "-y"]).ok();
        shop.colleague_pushes("main", "feature", "not before Monday\n");
        let tip = shop.remote().rev("refs/heads/main");
        if is_tagged {
            shop.remote().git(["tag", "v1.2.7", &tip]);
        }
        let log = shop.logs()[0].clone();
        for (n, kind) in kinds.iter().enumerate() {
            let refs = json!({ "tag": "v1.2.7", "commit": tip, "branch": "main" });
            let event = json!({ "id": format!("forged{n}"), "kind": kind, "refs": refs });
            shop.stranger_writes(&log, &event, &[&log]);
        }
        // One that has its branch, and one that has never read it.
        let bob = shop.clone_of("bob");
        bob.git(["update-ref", "-d", &format!("refs/remotes/origin/hotfix/{NAME}")]);
        grace.git(["fetch", "-q", "--tags"]);
        for clone in [&grace, &bob] {
            clone.hotfix(["sync", "-y"]).ok();
            let listed = clone.hotfix(["list"]);
            assert!(listed.ok().said(NAME), "{kinds:?} {listed} {:?}", clone.refs());
            assert_eq!(tag(clone), Value::Null, "{kinds:?}");
            clone.hotfix(["deploy", NAME, "-y", "--trust"]).exits(3).says("is not released yet");
            clone.hotfix(["finish", NAME, "-y", "--dry-run"]).says("-> v1.2.").does_not_say("is finished as");
            assert!(!clone.world.root.join("did").exists());
        }
        hotfix.finish_with(&["--no-deploy"]).ok();
        for clone in [&grace, &bob] {
            clone.hotfix(["sync", "-y"]).ok();
            assert!(listed(clone).contains("finished"), "{kinds:?} {}", listed(clone));
        }
    }
}

#[test]
fn a_release_of_a_colleague_is_seen_however_it_was_merged() {
    for how in ["merge", "squash", "rebase"] {
        let shop = Shop::new();
        let hotfix = shop.start(NAME).fix_login().fix("src/more.rs", "more\n").published().answer_all();
        shop.hotfix(["sync", "-y"]).ok();
        let (grace, heidi) = (shop.clone_of("grace"), shop.clone_of("heidi"));
        for clone in [&grace, &heidi] {
            clone.hotfix(["sync", "-y"]).ok();
        }
        // Who has the branch checked out has it after it is gone, too.
        heidi.git(["switch", "-q", &hotfix.branch]);
        heidi.git(["switch", "-q", "main"]);
        shop.colleague_pushes("main", "news", "news\n");
        let merger = shop.clone_of("merger");
        match how {
            "squash" => {
                merger.git(["merge", "-q", "--squash", &format!("origin/{}", hotfix.branch)]);
                merger.git(["commit", "-q", "-m", "Fix login (#7)"]);
            }
            "rebase" => {
                merger.git(["cherry-pick", &format!("main..origin/{}", hotfix.branch)]);
            }
            _ => {}
        }
        merger.git(["push", "-q", "origin", "main"]);
        hotfix.finish().ok();
        shop.hotfix(["sync", "-y"]).ok();
        shop.colleague_pushes("main", "later", "later\n");
        for clone in [&grace, &heidi] {
            clone.hotfix(["sync", "-y"]).ok();
            assert_eq!(tag(clone), "v1.2.1", "{how}");
            assert!(clone.hotfix(["list", "--all"]).ok().does_not_say("not used").said("finished"), "{how}");
        }
    }
}

#[test]
fn a_hotfix_that_a_colleague_gave_up_is_over_where_its_branch_is_gone() {
    let (shop, grace) = ready();
    shop.remote().git(["config", "receive.denyDeletes", "true"]);
    shop.hotfix(["abort", NAME, "-y"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    // It may still be released from there.
    grace.hotfix(["status", NAME]).ok().says("given up by").says("hotfix abort fix-login-crash");
    grace.hotfix(["finish", NAME, "-y", "--dry-run"]).says("-> v1.2.1");
    shop.remote().git(["update-ref", "-d", &format!("refs/heads/hotfix/{NAME}")]);
    shop.hotfix(["note", "--hotfix", NAME, "over"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    assert!(listed(&grace).contains("cancelled"), "{}", listed(&grace));
    grace.hotfix(["status", NAME]).ok().does_not_say("not used");
}

#[test]
fn a_name_that_is_used_again_does_not_reopen_the_first_one() {
    for first in ["finished", "cancelled"] {
        let (shop, grace) = ready();
        match first {
            "finished" => _ = shop.started(NAME).finish().ok(),
            _ => _ = shop.hotfix(["abort", NAME, "-y"]).ok(),
        }
        (0..60).for_each(|_| drop(shop.world.tick()));
        shop.start(NAME).fix("src/more.rs", "more\n").published();
        shop.hotfix(["sync", "-y"]).ok();
        grace.hotfix(["sync", "-y"]).ok();
        let listed = grace.hotfix(["list", "--all"]).ok().does_not_say("not used").stdout.clone();
        assert!(listed.contains(first), "{listed}");
        assert!(grace.hotfix(["list"]).ok().said(NAME));
    }
}
