//! What forges do now and then: they compute, refuse, limit, lag, break off, move, and show pages. The
//! same command ends with one request, one merge and one tag.

use crate::requests::{BRANCH, NAME, is_done, opened, ready};
use crate::support::{Flavour, Forge, Model, Shop, Surprise, TOKEN};

const OPEN: &str = "\"title\":";

/// Where a merge is asked for.
const MERGE: &str = "/merge {";

/// Runs the story with something in its way, in a hurry, on every forge.
fn survives(what: &str, prepare: impl Fn(&Forge)) {
    for flavour in Flavour::ALL {
        eprintln!("{what}: {flavour:?}");
        let (shop, forge, hotfix) = ready(flavour);
        prepare(&forge);
        shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1").run().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

/// Where anything is read that a finish reads first.
fn read_of(forge: &Forge) -> &'static str {
    match forge.flavour() {
        Flavour::GitHub => "POST /api/graphql",
        Flavour::GitLab => "GET /api/v4/projects/team%2Fshop ",
        Flavour::Forgejo => "GET /api/v1/repos/team/shop ",
    }
}

/// What GitHub is asked where it answers no GraphQL; no other forge has such an address.
const REST: &str = "GET /api/v3/";

#[test]
fn it_is_still_computing() {
    survives("computing", |forge| forge.model().computing = 2);
}

#[test]
fn a_merge_is_refused_for_a_passing_reason() {
    for (status, words) in [
        (405, "Base branch was modified. Review and try the merge again."),
        (409, "Head branch was modified. Review and try the merge again."),
        (500, "Internal error"),
        (503, "Service unavailable"),
    ] {
        survives(words, |forge| forge.surprise(MERGE, Surprise::Says(status, words, Vec::new())));
    }
}

#[test]
fn reading_is_tried_again() {
    for (status, wait) in [(429, Some("0")), (502, None), (503, Some("1"))] {
        survives("reading", |forge| {
            let headers = wait.map(|w| ("Retry-After", w.to_owned())).into_iter().collect();
            forge.surprise(read_of(forge), Surprise::Says(status, "slow down", headers));
        });
    }
}

#[test]
fn opening_is_refused_because_somebody_was_faster() {
    survives("opened by somebody else", |forge| {
        forge.surprise(
            OPEN,
            Surprise::First(Box::new(|model: &mut Model| {
                model.open(BRANCH, "main", "Fix login", "", false).unwrap();
            })),
        );
    });
}

#[test]
fn a_page_comes_instead_of_an_answer_to_a_change() {
    survives("a page", |forge| forge.surprise(MERGE, Surprise::Page(502)));
}

#[test]
fn git_sees_the_merge_later_than_the_forge_says() {
    for flavour in Flavour::ALL {
        let (shop, forge, hotfix) = ready(flavour);
        forge.model().lag = 100;
        let ran = shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1").run();
        ran.exits(8).says("does not have it yet");
        forge.model().catch_up_at_once();
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn the_queue_merges_somebody_elses_commit_before_ours() {
    for flavour in Flavour::ALL {
        let (shop, forge, hotfix, number) = opened(flavour);
        {
            let mut model = forge.model();
            let main = model.tip("main").unwrap();
            let tree = model.git(&["rev-parse", &format!("{main}^{{tree}}")]);
            let other = model.git(&["commit-tree", &tree, "-p", &main, "-m", "Somebody else's (#6)"]);
            model.set("refs/heads/main", &other);
            model.merge(number, "squash", "", "queue").unwrap();
        }
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn the_repository_was_renamed() {
    for (flavour, at, there) in [
        (Flavour::GitHub, "POST /api/v3/repos/team/shop/pulls {", "/api/v3/repos/team/store/pulls"),
        (Flavour::GitLab, "GET /api/v4/projects/team%2Fshop ", "/api/v4/projects/7"),
        (Flavour::Forgejo, "GET /api/v1/repos/team/shop ", "/api/v1/repos/team/store"),
    ] {
        let (shop, forge, hotfix) = ready(flavour);
        let location = format!("{}{there}", forge.base);
        forge.surprise(at, Surprise::Says(307, "Moved", vec![("Location", location)]));
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn a_redirect_to_another_host_gets_no_token_and_no_change() {
    for flavour in Flavour::ALL {
        let (shop, forge, hotfix) = ready(flavour);
        let elsewhere_shop = Shop::new();
        let elsewhere = Forge::of(&elsewhere_shop, flavour);
        let location = || vec![("Location", format!("{}/steal", elsewhere.base))];
        forge.surprise(OPEN, Surprise::Says(307, "Moved", location()));
        hotfix.finish().fails_with_no_token();
        forge.surprise(read_of(&forge), Surprise::Says(302, "Moved", location()));
        hotfix.finish().fails_with_no_token();
        assert_eq!(elsewhere.signed_calls(), 0, "{:?}", elsewhere.calls());
        assert!(elsewhere.calls().iter().all(|c| c.starts_with("GET ")), "{:?}", elsewhere.calls());
        assert!(shop.remote_refs().contains_key("refs/heads/main"));
    }
}

#[test]
fn an_answer_that_is_huge_is_not_read() {
    for flavour in Flavour::ALL {
        let (shop, forge, hotfix) = ready(flavour);
        let before = shop.remote_refs();
        for _ in 0..3 {
            forge.surprise(read_of(&forge), Surprise::Huge(7 * 1024 * 1024));
        }
        let ran = hotfix.finish();
        ran.exits(8).fails_with_no_token().says("larger than 6 MB");
        assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.1"));
        assert_eq!(shop.remote_refs()["refs/heads/main"], before["refs/heads/main"]);
    }
}

#[test]
fn a_limit_that_lasts_is_said_with_its_length() {
    let (_shop, forge, hotfix) = ready(Flavour::GitHub);
    let headers = || vec![("Retry-After", "3600".to_owned())];
    forge.surprise("graphql", Surprise::Says(403, "API rate limit exceeded", headers()));
    let ran = hotfix.finish();
    ran.exits(8).says("no more calls for 3600 seconds").says("/team/shop/compare/main...");
    hotfix.finish().ok();
}

#[test]
fn tokens_that_are_wrong_expired_or_too_narrow() {
    for flavour in Flavour::ALL {
        let (shop, forge, hotfix) = ready(flavour);
        let before = shop.remote_refs();
        forge.surprise(read_of(&forge), Surprise::Says(401, "Token is expired.", Vec::new()));
        hotfix.finish().exits(4).says("does not accept the token").says("hotfix finish");
        forge.surprise(read_of(&forge), Surprise::Says(404, "Not Found", Vec::new()));
        // Without GraphQL, GitHub is asked through REST, which says the same.
        forge.surprise(REST, Surprise::Says(404, "Not Found", Vec::new()));
        hotfix.finish().exits(4).says("does not show this repository to this token");
        assert_eq!(shop.remote_refs(), before, "nothing was published");
        let needs = vec![("X-Accepted-GitHub-Permissions", "pull_requests=write".to_owned())];
        forge.surprise(OPEN, Surprise::Says(403, "Resource not accessible by personal access token", needs));
        let ran = hotfix.finish();
        ran.exits(4).says("Resource not accessible").says("pull_requests=write").does_not_say(TOKEN);
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn a_forge_that_cannot_be_reached_leaves_the_branch_and_the_address() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    let base = forge.base.clone();
    drop(forge);
    let ran = hotfix.finish();
    ran.exits(8).says("the forge cannot be reached").says(&format!("{base}/team/shop/compare/main..."));
    assert!(shop.remote_refs().contains_key(&format!("refs/heads/{BRANCH}")));
}

#[test]
fn names_with_slashes_and_umlauts() {
    for flavour in Flavour::ALL {
        let shop = crate::requests::versioned().go();
        let forge = Forge::of(&shop, flavour);
        let hotfix = shop.ready("größe/ümlaut");
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn a_finish_that_has_only_to_tag_makes_one_call_at_most() {
    let (shop, forge, hotfix, number) = opened(Flavour::GitHub);
    forge.model().merge(number, "squash", "", "bo").unwrap();
    let before = forge.calls().len();
    hotfix.finish().ok();
    assert!(forge.calls().len() <= before + 1, "{:?}", &forge.calls()[before..]);
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn a_look_and_a_change_are_one_call_each() {
    let (shop, forge, hotfix, _) = opened(Flavour::GitHub);
    let before = forge.calls().len();
    hotfix.finish().ok();
    let calls = forge.calls().split_off(before);
    let reads = calls.iter().filter(|c| c.contains("graphql")).count();
    assert_eq!((reads, calls.len() - reads), (2, 1), "read, merge, read: {calls:?}");
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn where_graphql_is_refused_rest_tells_the_same() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    {
        let mut model = forge.model();
        model.no_graphql = true;
        model.approvals = 1;
        model.checks = vec!["test".into()];
        model.methods = vec!["squash"];
    }
    hotfix.finish().exits(8).says("waits for review: an approval").says("waits for the check test");
    let number = forge.model().pulls[0].number;
    // It is on the second page.
    for n in 0..120 {
        let mut model = forge.model();
        let sha = model.pulls[0].head_sha.clone();
        model.reported.insert((sha, format!("a{n:03}")), "success");
    }
    forge.model().report(number, "test", "failure");
    hotfix.finish().exits(1).says("test failed");
    forge.model().report(number, "test", "success");
    forge.model().approve(number);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
    shop.hotfix(["doctor"]).says("main accepts only pull requests: 1 approval, checks test, squash only");
}

/// The checklist, for the tree as it is now.
pub fn answered_again(shop: &Shop) {
    let reviewed = "reviewed=grace@example.com";
    let ids = ["resolves", "critical-paths", "tests", "staging"];
    shop.hotfix([&["check", "--hotfix", NAME][..], &ids, &["--answer", reviewed]].concat()).ok();
}

#[test]
fn a_reviewers_commit_in_the_request_is_part_of_the_release() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = opened(flavour);
        {
            let mut model = forge.model();
            let tip = model.tip(BRANCH).unwrap();
            let listed = model.git(&["ls-tree", &format!("{tip}^{{tree}}")]);
            let blob = model.git(&["rev-parse", &format!("{tip}:README.md")]);
            let tree = model.make_tree(&format!("{listed}\n100644 blob {blob}\tREVIEW.md\n"));
            let late = model.git(&["commit-tree", &tree, "-p", &tip, "-m", "One more thing"]);
            model.set(&format!("refs/heads/{BRANCH}"), &late);
            model.approve(number);
            model.deletes = true;
            model.merge(number, "squash", "", "bo").unwrap();
        }
        // The answers were for the tree without it.
        let ran = hotfix.finish();
        ran.exits(3).says("One more thing").says("answered for another tree").says("git merge --ff-only");
        let line = ran.stderr.lines().find_map(|l| l.trim().strip_prefix("git merge --ff-only ")).unwrap();
        shop.git(["merge", "-q", "--ff-only", line.split(' ').next().unwrap()]);
        answered_again(&shop);
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
        shop.remote().show("v1.2.1", "REVIEW.md");
    }
}

#[test]
fn a_forge_that_merges_to_something_else_is_not_asked_to() {
    let (shop, forge, hotfix, number) = opened(Flavour::GitHub);
    forge.model().other_tree = true;
    hotfix.finish().exits(3).says("to something else than git does here").says("ELSE.md");
    assert_eq!(forge.model().pull(number).unwrap().state, "open");
    forge.model().other_tree = false;
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn a_merge_train_is_boarded_and_never_bypassed() {
    let (shop, forge, hotfix, number) = opened(Flavour::GitLab);
    forge.model().queue = true;
    hotfix.finish().ok();
    assert_eq!(forge.model().pull(number).unwrap().state, "merged");
    let calls = forge.calls();
    assert!(calls.iter().any(|c| c.contains("/merge_trains/")), "{calls:?}");
    assert!(!calls.iter().any(|c| c.starts_with("PUT ")), "{calls:?}");
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn an_api_that_is_down_for_long_leaves_the_branch_and_the_address() {
    for flavour in Flavour::ALL {
        let (shop, forge, hotfix) = ready(flavour);
        for _ in 0..3 {
            forge.surprise(read_of(&forge), Surprise::Says(503, "We are working on it", Vec::new()));
        }
        for _ in 0..3 {
            forge.surprise(REST, Surprise::Says(503, "We are working on it", Vec::new()));
        }
        let ran = hotfix.finish();
        ran.exits(8).says("the forge cannot be reached: We are working on it").says("/team/shop/");
        assert!(shop.remote_refs().contains_key(&format!("refs/heads/{BRANCH}")));
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn a_merge_with_something_of_its_own_is_named_before_it_is_tagged() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, _) = opened(flavour);
        forge.model().evil = true;
        let ran = hotfix.finish();
        ran.exits(3).says("1 file in the new plan was not tested: EVIL.md");
        ran.says("Nothing of the new plan was done").says("hotfix finish fix-login-crash -y");
        assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.1"));
        hotfix.finish().ok().says("1 file differs from what was tested").says("EVIL.md");
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn a_forge_that_echoes_the_request_gets_no_token_shown_and_no_screen_filled() {
    for status in [403, 422] {
        for flavour in Flavour::ALL {
            let (shop, forge, hotfix) = ready(flavour);
            let words = format!("Authorization: Bearer {TOKEN} \u{1b}[2J {}", "long ".repeat(2_000));
            forge.surprise(OPEN, Surprise::Says(status, words.leak(), Vec::new()));
            let ran = hotfix.finish();
            ran.fails_with_no_token().is_clean_text();
            assert!(ran.stderr.len() < 4_000, "{ran}");
            assert!(ran.said("[redacted]"), "{flavour:?} {ran}");
            shop.hotfix(["timeline", "--hotfix", NAME, "--all", "--json"]).fails_with_no_token();
        }
    }
}
