//! Production takes pull requests only: `finish` goes through them, on every forge.

use crate::support::{Builder, Flavour, Forge, Hotfix, Model, Shop, Surprise, TOKEN};

pub const NAME: &str = "fix-login-crash";
pub const BRANCH: &str = "hotfix/fix-login-crash";

pub fn versioned() -> Builder {
    Shop::build().file("VERSION", "1.2.0\n")
}

/// A shop whose production is protected, and a hotfix that is ready.
pub fn ready(flavour: Flavour) -> (Shop, Forge, Hotfix) {
    let shop = versioned().go();
    let forge = Forge::of(&shop, flavour);
    let hotfix = shop.ready(NAME);
    forge.count_from_now();
    (shop, forge, hotfix)
}

/// Production has the fix by one request, is tagged once, and develop has it too.
#[track_caller]
pub fn is_done(shop: &Shop, forge: &Forge, hotfix: &Hotfix) {
    let model = forge.model();
    let here: Vec<_> = model.pulls.iter().filter(|p| p.base == "main").collect();
    assert_eq!(here.len(), 1, "one request for production: {here:?}");
    assert_eq!(here[0].state, "merged");
    let released = shop.remote().rev("refs/tags/v1.2.1^{commit}");
    assert_eq!(Some(&released), here[0].merged_as.as_ref(), "the tag is on what was merged");
    assert_eq!(shop.remote().show("v1.2.1", "VERSION").trim(), "1.2.1");
    assert!(shop.remote().show("v1.2.1", "src/login.rs").contains("unwrap_or(false)"));
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    assert!(shop.remote().show("develop", "src/login.rs").contains("unwrap_or(false)"));
    assert!(!hotfix.has_branch(), "the branch is gone here, too");
}

/// Opened by the first run, and approved.
pub fn opened(flavour: Flavour) -> (Shop, Forge, Hotfix, u64) {
    let (shop, forge, hotfix) = ready(flavour);
    forge.model().approvals = 1;
    hotfix.finish().exits(8);
    let number = forge.model().pulls[0].number;
    forge.model().approve(number);
    (shop, forge, hotfix, number)
}

#[test]
fn without_a_token_there_is_the_branch_and_the_address() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    shop.git(["config", "--unset-all", "hotfix.forge.token"]);
    let ran = hotfix.finish_with(&["--json"]);
    ran.exits(8);
    assert!(
        ran.json()["next"]["why"]
            .as_str()
            .unwrap()
            .contains("/team/shop/compare/main...hotfix/fix-login-crash")
    );
    assert!(forge.calls().is_empty(), "{:?}", forge.calls());
    assert!(shop.remote_refs().contains_key(&format!("refs/heads/{BRANCH}")));
    {
        let mut model = forge.model();
        let number = model.open(BRANCH, "main", "Fix login", "", false).unwrap();
        model.merge(number, "squash", "", "bo").unwrap();
    }
    hotfix.finish().ok().says("v1.2.1");
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn a_repository_that_takes_pushes_pays_nothing() {
    let shop = versioned().go();
    let forge = Forge::of(&shop, Flavour::GitHub);
    std::fs::write(shop.remote().dir.join("protected"), "").unwrap();
    let hotfix = shop.ready(NAME);
    // Once in the life of a clone: whether this is a fork.
    assert_eq!(forge.calls(), ["GET /api/v3/repos/team/shop"]);
    forge.count_from_now();
    hotfix.finish().ok();
    shop.start("fix-cart");
    assert!(forge.calls().is_empty(), "{:?}", forge.calls());
}

#[test]
fn an_answer_that_is_lost_is_looked_for_and_never_repeated() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix) = ready(flavour);
        let (open, merge) = match flavour {
            Flavour::GitLab => ("POST /api/v4/projects/team%2Fshop/merge_requests {", "/merge {"),
            Flavour::GitHub => ("POST /api/v3/repos/team/shop/pulls {", "/merge {"),
            Flavour::Forgejo => ("POST /api/v1/repos/team/shop/pulls {", "/merge {"),
        };
        forge.surprise(open, Surprise::Drop);
        forge.surprise(merge, Surprise::Drop);
        hotfix.finish().ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn refusals_are_told_and_nothing_is_merged_that_was_not_approved() {
    let (_shop, forge, hotfix, number) = opened(Flavour::GitHub);
    // A colleague's commit arrives between the look and the merge.
    forge.surprise(
        "/merge {",
        Surprise::First(Box::new(|model: &mut Model| {
            let tip = model.tip(BRANCH).unwrap();
            let tree = model.git(&["rev-parse", &format!("{tip}^{{tree}}")]);
            let late = model.git(&["commit-tree", &tree, "-p", &tip, "-m", "One more thing"]);
            model.set(&format!("refs/heads/{BRANCH}"), &late);
            model.refresh();
        })),
    );
    hotfix.finish().exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
    assert_eq!(forge.model().pull(number).unwrap().state, "open");
}

#[test]
fn a_wrong_token_a_page_and_a_closed_request() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    let before = shop.remote_refs();
    shop.git(["config", "hotfix.forge.token", "command:echo ghp_wrongwrongwrongwrongwrong"]);
    let ran = hotfix.finish();
    ran.exits(4).says("does not accept the token").does_not_say("ghp_wrong");
    assert_eq!(shop.remote_refs(), before, "nothing was published");
    forge.tell(&shop);
    forge.surprise("graphql", Surprise::Page(200));
    forge.surprise("GET /api/v3/", Surprise::Page(200));
    hotfix.finish().exits(8).says("not JSON").says("/team/shop/compare/main...");
    forge.model().approvals = 1;
    hotfix.finish().exits(8);
    forge.model().pulls[0].state = "closed";
    hotfix.finish().exits(3).says("was closed").says("--reopen");
    hotfix.finish_with(&["--reopen"]).exits(8);
    assert_eq!(forge.model().pulls[0].state, "open");
    forge.model().pulls[0].base = "develop".into();
    hotfix.finish().exits(3).says("goes to develop");
}

#[test]
fn it_waits_when_asked_and_the_forge_may_merge_it_itself() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    {
        let mut model = forge.model();
        model.approvals = 1;
        model.checks = vec!["test".into()];
        model.computing = 2;
    }
    let ran = hotfix.finish_with(&["--auto"]);
    ran.exits(8).says("set to merge automatically");
    forge.surprise(
        "graphql",
        Surprise::First(Box::new(|model: &mut Model| {
            let number = model.pulls[0].number;
            model.report(number, "test", "success");
            model.approve(number);
        })),
    );
    shop.call(["finish", NAME, "-y", "--wait=1m"]).env("HOTFIX_HURRY", "1").run().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn a_failed_check_and_a_conflict_end_the_run() {
    let (shop, forge, hotfix) = ready(Flavour::Forgejo);
    forge.model().checks = vec!["test".into()];
    hotfix.finish().exits(8).says("has not reported");
    let number = forge.model().pulls[0].number;
    forge.model().report(number, "test", "failure");
    hotfix.finish().exits(1).says("test failed");
    forge.model().report(number, "test", "success");
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn a_queue_that_only_the_refusal_tells_of() {
    let (shop, forge, hotfix, number) = opened(Flavour::GitHub);
    forge.model().queue = true;
    hotfix.finish_with(&["--jump"]).ok();
    assert_eq!(forge.model().pull(number).unwrap().state, "merged");
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn answers_of_the_forge_are_in_the_record_with_their_links() {
    let shop = versioned().go();
    let forge = Forge::of(&shop, Flavour::GitHub);
    let hotfix = shop.start(NAME).fix_login();
    shop.hotfix(["check", "resolves", "critical-paths", "staging", "--hotfix", NAME]).ok();
    {
        let mut model = forge.model();
        model.approvals = 1;
        model.checks = vec!["test".into()];
    }
    hotfix.finish().exits(8).says("waits for review").does_not_say("reviewed is unanswered");
    let number = forge.model().pulls[0].number;
    forge.model().approve(number);
    forge.model().report(number, "test", "success");
    hotfix.finish().ok();
    let log = shop.hotfix(["timeline", NAME, "--json"]).json().to_string();
    assert!(log.contains("bo approved it") && log.contains("/review"), "{log}");
    assert!(log.contains("required checks passed") && !log.contains(TOKEN), "{log}");
}

#[test]
fn a_person_is_not_asked_what_the_forge_answers() {
    let shop = versioned().go();
    let forge = Forge::of(&shop, Flavour::GitHub);
    let hotfix = shop.start(NAME).fix_login();
    {
        let mut model = forge.model();
        model.approvals = 1;
        model.checks = vec!["test".into()];
    }
    let mut terminal = shop.terminal(&["finish", NAME]);
    // Every other item is asked; these two never are.
    for question in ["resolve the original issue?", "critical paths still work?", "staging environment?"] {
        terminal.waits_for(question).types("y");
    }
    terminal.waits_for("Finish fix-login-crash as v1.2.1?").types("y");
    terminal.waits_for("waits for review").exits(8);
    let seen = terminal.raw();
    assert!(!seen.contains("tests passed?") && !seen.contains("reviewed the change?"), "{seen}");
    for id in ["reviewed", "tests"] {
        assert_eq!(hotfix.check_state(id), "open", "{id}");
    }
}

/// The points between two steps that a finish through a request comes past, in order.
fn points(flavour: Flavour) -> Vec<String> {
    let (shop, forge, hotfix) = ready(flavour);
    let log = shop.world.root.join("faults");
    shop.call(["finish", NAME, "-y"]).env("HOTFIX_FAULT_LOG", &log).run().ok();
    is_done(&shop, &forge, &hotfix);
    let mut counted: Vec<String> = Vec::new();
    for point in std::fs::read_to_string(log).unwrap().lines() {
        let n = counted.iter().filter(|p| p.starts_with(&format!("{point}:"))).count() + 1;
        counted.push(format!("{point}:{n}"));
    }
    counted
}

/// Kills it at every point that fits, and sees the same command end the same.
fn killed_at(flavour: Flavour, fits: impl Fn(&str) -> bool) {
    let points: Vec<String> = points(flavour).into_iter().filter(|p| fits(p)).collect();
    assert!(points.iter().filter(|p| p.starts_with("request: ")).count() >= 6, "{points:?}");
    for point in points {
        let (shop, forge, hotfix) = ready(flavour);
        let ran = shop.call(["finish", NAME, "-y"]).env("HOTFIX_FAULT", &point).run();
        ran.exits(137);
        shop.finish(NAME).ok();
        eprintln!("{flavour:?} {point}");
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn killed_between_any_two_calls_the_same_command_ends_the_same() {
    killed_at(Flavour::GitHub, |_| true);
}

#[test]
fn killed_between_any_two_calls_to_gitlab() {
    killed_at(Flavour::GitLab, |point| point.starts_with("request: "));
}

#[test]
fn killed_between_any_two_calls_to_forgejo() {
    killed_at(Flavour::Forgejo, |point| point.starts_with("request: "));
}

#[test]
fn status_and_doctor_know_the_request_and_the_rules() {
    let (shop, forge, _, number) = opened(Flavour::GitHub);
    let calls = forge.calls().len();
    let status = shop.hotfix(["status", "--json"]).json();
    assert_eq!(status["request"]["number"], number);
    shop.hotfix(["status"]).ok().says(&format!("/team/shop/pull/{number}"));
    assert_eq!(forge.calls().len(), calls, "status asks nobody");
    {
        let mut model = forge.model();
        model.checks = vec!["test".into()];
        model.methods = vec!["squash"];
    }
    shop.hotfix(["doctor"]).says("main accepts only pull requests: 1 approval, checks test, squash only");
    shop.hotfix(["timeline", NAME, "--all"]).ok().says("request opened");
}

#[test]
fn what_a_committed_file_says_about_the_forge_is_a_matter_of_trust() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    let api = shop.git(["config", "hotfix.forge.api"]);
    shop.git(["config", "--unset-all", "hotfix.forge.api"]);
    shop.git(["config", "--unset-all", "hotfix.forge.kind"]);
    shop.write("hotfix.toml", &format!("[forge]\nkind = \"github\"\napi = \"{api}\"\n"));
    hotfix.finish().does_not_say(TOKEN).says("not trusted here yet");
    assert!(forge.calls().is_empty(), "{:?}", forge.calls());
}

#[test]
fn a_tag_that_only_others_may_make() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    let hook = shop.remote().dir.join("hooks/update");
    shop.world.write_program(&hook, "#!/bin/sh\ncase $1 in refs/tags/*) exit 1;; esac\n");
    hotfix.finish().exits(8).says("refs/tags/v1.2.1");
    let merged = forge.model().pulls[0].merged_as.clone().unwrap();
    std::fs::remove_file(hook).unwrap();
    shop.remote().git(["tag", "v1.2.1", &merged]);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn the_trace_of_calls_holds_no_token() {
    let (shop, _forge, _hotfix) = ready(Flavour::GitHub);
    let trace = shop.world.root.join("trace");
    let ran = shop.call(["finish", NAME, "-y", "-v", "-v"]).env("HOTFIX_TRACE_HTTP", &trace).run();
    ran.ok().fails_with_no_token();
    let text = std::fs::read_to_string(trace).unwrap();
    assert!(text.contains("/merge") && !text.contains(TOKEN), "{text}");
    for entry in shop.git(["log", "--all", "--format=%B", "-p"]).lines() {
        assert!(!entry.contains(TOKEN));
    }
}

#[test]
fn a_review_is_asked_for_and_given_at_the_forge_as_well() {
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    forge.model().approvals = 1;
    shop.hotfix(["review", NAME, "--request"]).ok().says("#7 is open");
    shop.hotfix(["review", NAME, "--request"]).ok();
    assert_eq!(forge.model().pulls.len(), 1);
    assert!(forge.model().pulls[0].body.contains("Hotfix: v1.2.1"));
    let colleague = shop.colleague();
    forge.tell(&colleague);
    colleague.git(["config", "user.name", "Bo"]);
    colleague.git(["config", "user.email", "bo@example.com"]);
    colleague.hotfix(["review", NAME, "--approve"]).ok().says("also recorded on #7");
    {
        let model = forge.model();
        assert_eq!(model.approvals_of(&model.pulls[0]), 1);
    }
    // The version on top is another commit, which has to be approved as well.
    hotfix.finish().exits(8);
    let number = forge.model().pulls[0].number;
    forge.model().approve(number);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn the_forges_release_is_made_when_all_is_done() {
    let (shop, forge, hotfix) = ready(Flavour::GitLab);
    shop.git(["config", "hotfix.forge.release", "true"]);
    hotfix.finish().ok().says("a release at the forge");
    assert_eq!(forge.calls().iter().filter(|c| c.contains("/releases")).count(), 1);
    is_done(&shop, &forge, &hotfix);
}

#[test]
fn at_gitlab_the_push_itself_may_open_the_request() {
    for takes_words in [true, false] {
        let (shop, forge, hotfix) = ready(Flavour::GitLab);
        shop.git(["config", "--unset-all", "hotfix.forge.token"]);
        shop.remote().git(["config", "receive.advertisePushOptions", &takes_words.to_string()]);
        let heard = shop.remote().dir.join("heard");
        let script = "#!/bin/sh\nn=0\nwhile [ $n -lt \"${GIT_PUSH_OPTION_COUNT:-0}\" ]; do\n  \
                      eval \"echo \\\"\\$GIT_PUSH_OPTION_$n\\\"\" >>heard\n  n=$((n+1))\ndone\nexit 0\n";
        shop.world.write_program(&shop.remote().dir.join("hooks/post-receive"), script);
        hotfix.finish().exits(8).says("/team/shop/-/merge_requests/new");
        assert!(shop.remote_refs().contains_key(&format!("refs/heads/{BRANCH}")));
        let heard = std::fs::read_to_string(heard).unwrap_or_default();
        let wanted = "merge_request.create\nmerge_request.target=main\nmerge_request.title=fix-login-crash\n";
        assert_eq!(heard, if takes_words { wanted } else { "" });
        assert!(forge.calls().is_empty());
    }
}
