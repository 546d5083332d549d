//! What a server refused is put right and sent again: not the same objects for ever.

use crate::support::{Except, Moment, Shop};

/// From now on every new commit on any branch has to pass `test`, a shell test of `$c`.
fn rule(shop: &Shop, test: &str, words: &str) {
    let hook = shop.remote().dir.join("hooks/pre-receive");
    let script = format!(
        "#!/bin/sh\nwhile read o n r; do\ncase $n in *[!0]*) ;; *) continue ;; esac\n\
         for c in $(git rev-list $n --not --all); do\n{test} || {{ echo '{words}' >&2; exit 1; }}\ndone\ndone\nexit 0\n"
    );
    shop.world.write_program(&hook, &script);
}

#[test]
fn a_corrected_address_counts() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    rule(
        &shop,
        "[ \"$(git show -s --format=%ce $c)\" = ada@company.com ]",
        "GitLab: You can only push commits if the committer email is one of your own verified emails.",
    );
    let before = shop.snapshot();
    hotfix.finish().exits(1).says("verified emails").says("git config user.email");
    hotfix.finish().exits(1).says("verified emails");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    shop.git(["config", "user.email", "ada@company.com"]);
    hotfix.finish().ok();
    assert_eq!(shop.remote().git(["show", "-s", "--format=%ce", "main"]), "ada@company.com");
}

#[test]
fn a_message_reaches_every_commit() {
    let cargo = "[package]\nname = \"shop\"\nversion = \"1.2.0\"\nedition = \"2021\"\n";
    let shop = Shop::build().file("Cargo.toml", cargo).release("release/1.3.0").go();
    let hotfix = shop.ready("fix-login-crash").published();
    rule(
        &shop,
        "git show -s --format=%B $c | grep -q SHOP-7",
        "GitLab: Commit message does not follow the pattern SHOP-",
    );
    hotfix.finish().exits(1).says("-m");
    hotfix.finish_with(&["-m", "SHOP-7: login does not crash"]).ok();
    let made =
        shop.remote().git(["log", "--format=%s", "refs/tags/v1.2.0..main", "--not", &hotfix_tip(&shop)]);
    assert!(made.lines().all(|subject| subject.starts_with("SHOP-7")), "{made}");
    for branch in ["develop", "release/1.3.0"] {
        assert!(shop.remote().git(["show", "-s", "--format=%B", branch]).contains("SHOP-7"), "{branch}");
    }
}

/// The fix's own commit, as main has it.
fn hotfix_tip(shop: &Shop) -> String {
    let log = shop.remote().git(["log", "--format=%H %s", "main"]);
    let line = log.lines().find(|l| l.ends_with("Fix src/login.rs")).unwrap();
    line.split(' ').next().unwrap().to_owned()
}

#[test]
fn a_hook_that_was_added_counts() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    rule(
        &shop,
        "git show -s --format=%B $c | grep -q ^Change-Id:",
        "ERROR: missing Change-Id in message footer",
    );
    hotfix.finish().exits(1).says("Change-Id");
    shop.hook("commit-msg", "printf '\\nChange-Id: I1\\n' >>\"$1\"");
    hotfix.finish().ok();
}

#[test]
fn a_pre_push_hook_that_refuses_runs_once_and_is_heard() {
    for stream in ["", " >&2"] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash");
        let ran = shop.world.root.join("ran");
        shop.hook(
            "pre-push",
            &format!("echo x >>'{}'; echo 'not on a friday'{stream}; exit 1", ran.display()),
        );
        let before = shop.remote_refs();
        hotfix.finish().exits(1).says("not on a friday");
        assert_eq!(std::fs::read_to_string(&ran).unwrap(), "x\n", "{stream}");
        assert_eq!(shop.remote_refs(), before);
    }
}

#[test]
fn the_refused_ref_is_named_and_the_advice_fits() {
    for (words, name, advice) in [
        ("GH013: Repository rule violations found for refs/tags/v1.2.1.", "refused v1.2.1", "is protected"),
        (
            "GitLab: You are not allowed to create this tag as it is protected.",
            "refused v1.2.1",
            "is protected",
        ),
        (
            "GH006: Protected branch update failed for refs/heads/main.",
            "refused main",
            "accepts only pull requests",
        ),
        ("GH006: refs/heads/main must not contain merge commits.", "refused main", "finish.merge squash"),
        ("Commits must have verified signatures.", "refused main", "commit.gpgSign true"),
        ("error: GH001: Large files detected.", "refused main", "larger than the server accepts"),
        ("- Push cannot contain secrets", "refused main", "seems to contain a secret"),
        (
            "TF402455: Pushes to this branch are not permitted; you must use a pull request.",
            "refused main",
            "git push -u",
        ),
    ] {
        let shop = Shop::build().no_develop().go();
        let hotfix = shop.ready("fix-login-crash");
        let hook = shop.remote().dir.join("hooks/pre-receive");
        shop.world.write_program(&hook, &format!("#!/bin/sh\necho '{words}' >&2\nexit 1\n"));
        hotfix.finish().exits(1).says(name).says(advice).says("Nothing was published");
    }
}

/// The server refuses production to everybody but the forge, in words of its own.
fn protect(shop: &Shop, words: &str) {
    let hook = format!(
        "while read old new ref; do [ $ref != refs/heads/main ] || {{ echo '{words}' >&2; exit 1; }}; done"
    );
    shop.world.write_program(&shop.remote().dir.join("hooks/pre-receive"), &format!("#!/bin/sh\n{hook}\n"));
}

/// The forge merges a branch into production in one of its ways.
fn forge_merges(shop: &Shop, branch: &str, how: &str) {
    let remote = shop.remote();
    let tree = format!("{branch}^{{tree}}");
    let commit = match how {
        "merge" => remote.git(["commit-tree", &tree, "-p", "main", "-p", branch, "-m", "Merge #7"]),
        "squash" => remote.git(["commit-tree", &tree, "-p", "main", "-m", "fix (#7)"]),
        _ => remote.rev(&format!("refs/heads/{branch}")),
    };
    remote.git(["update-ref", "refs/heads/main", &commit]);
}

/// The line that a refusal prints for publishing a branch.
fn printed_push(ran: &crate::support::Ran) -> Vec<String> {
    let line = ran.stderr.lines().find_map(|l| l.strip_prefix("hint: git push ")).unwrap_or_default();
    ["push"].into_iter().chain(line.split(' ')).map(str::to_owned).collect()
}

#[test]
fn what_a_refusal_prints_brings_the_version_through_a_request() {
    for how in ["merge", "squash", "fast-forward"] {
        let manifest = "{\n  \"name\": \"shop\",\n  \"version\": \"1.2.0\"\n}\n";
        let shop = Shop::build().file("package.json", manifest).go();
        protect(&shop, "GitLab: You are not allowed to push code to protected branches on this project.");
        let hotfix = shop.ready("fix-login-crash").published();
        let ran = hotfix.finish();
        ran.exits(1).says("accepts only pull requests");
        shop.git(printed_push(&ran));
        // All of it is published now: nothing is to be pushed again.
        hotfix.finish().exits(1).says("merge it there").does_not_say("git push");
        forge_merges(&shop, "hotfix/fix-login-crash", how);
        hotfix.finish().ok().does_not_say("version in .");
        for rev in ["refs/tags/v1.2.1", "refs/heads/main", "refs/heads/develop"] {
            let text = shop.remote().show(rev, "package.json");
            assert!(text.contains("\"1.2.1\""), "{how} {rev} {text}");
        }
    }
}

#[test]
fn a_refused_rollback_goes_through_a_request_with_what_it_prints() {
    for how in ["merge", "squash", "fast-forward"] {
        let shop = Shop::new();
        let fixed = shop.remote().show("refs/heads/main", "src/login.rs");
        shop.ready("fix-login-crash").finish().ok();
        protect(&shop, "GH006: Protected branch update failed for refs/heads/main.");
        let ran = shop.hotfix(["rollback", "--confirm", "v1.2.1"]);
        ran.exits(1).says("hint: hotfix rollback v1.2.1").does_not_say("hotfix finish");
        shop.git(printed_push(&ran));
        forge_merges(&shop, "rollback-v1.2.1", how);
        shop.hotfix(["rollback", "v1.2.1"]).ok();
        assert_eq!(shop.remote().show("refs/tags/v1.2.2", "src/login.rs"), fixed, "{how}");
    }
}

/// A person said yes to a plan of which nothing came true: the next one is a plan of its own.
#[test]
fn a_rollback_that_published_nothing_asks_again() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    protect(&shop, "try later");
    shop.terminal(&["rollback"]).waits_for("Roll back v1.2.1 to v1.2.0?").types("y").exits(1);
    std::fs::remove_file(shop.remote().dir.join("hooks/pre-receive")).unwrap();
    let before = shop.remote_refs();
    let mut again = shop.terminal(&["rollback", "v1.2.1"]);
    again.waits_for("Roll back v1.2.1 to v1.2.0?").types("n").exits(3);
    assert_eq!(shop.remote_refs(), before);
    shop.terminal(&["rollback", "v1.2.1"]).waits_for("Roll back v1.2.1 to v1.2.0?").types("y").exits(0);
    assert!(shop.remote_refs().contains_key("refs/tags/v1.2.2"));
}

#[test]
fn a_refusal_that_names_no_ref_is_not_pinned_on_one() {
    for (pattern, name, advice) in [
        ("refs/tags/*", "refused v1.2.1", "is protected"),
        ("refs/heads/main", "refused main:", "accepts only pull requests"),
        ("refs/*", "refused main and v1.2.1", "accepts only pull requests"),
    ] {
        for words in ["denied by policy 7", "You are not allowed to push code to protected branches."] {
            let shop = Shop::new();
            let hotfix = shop.ready("fix-login-crash");
            let hook = format!(
                "while read old new ref; do case $ref in {pattern}) echo '{words}' >&2; exit 1;; esac; done"
            );
            let hooks = shop.remote().dir.join("hooks/pre-receive");
            shop.world.write_program(&hooks, &format!("#!/bin/sh\n{hook}\n"));
            let before = shop.remote_refs();
            let other = if name.contains("main") { "v1.2.1 is protected" } else { "pull requests" };
            hotfix.finish().exits(1).says(name).says(words).says(advice).does_not_say(other);
            assert_eq!(shop.remote_refs(), before, "asking which one publishes nothing");
        }
    }
}

#[test]
fn a_merge_back_that_is_refused_has_advice_too() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let hook = |words: &str| {
        let body = format!(
            "while read o n ref; do [ $ref != refs/heads/develop ] || {{ git rev-list --merges $o..$n | grep -q . && \
             echo '{words}' >&2 && exit 1; }}; done; exit 0"
        );
        let hooks = shop.remote().dir.join("hooks/pre-receive");
        shop.world.write_program(&hooks, &format!("#!/bin/sh\n{body}\n"));
    };
    hook("GitLab: You are not allowed to push code to protected branches on this project.");
    hotfix.finish().exits(8).says("merge hotfix/fix-login-crash into it there");
    hook("GH013: This branch must not contain merge commits.");
    hotfix.finish().exits(8).says("git config hotfix.finish.mergeBackBy cherry-pick");
    shop.git(["config", "hotfix.finish.mergeBackBy", "cherry-pick"]);
    hotfix.finish().ok();
}

#[test]
fn an_identity_that_is_corrected_after_a_kill_counts() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash").published();
    let test = "[ \"$(git show -s --format=%ce $c)\" = right@example.org ]";
    rule(&shop, test, "GitLab: You can only push commits if the committer email is one of your own.");
    // Killed before it has heard that the server said no.
    let moment = Moment::At("publish: the push has returned".to_owned(), 1);
    shop.repo.killed_at(&moment, &["finish", &hotfix.name, "-y"]).exits(137);
    shop.git(["config", "user.email", "right@example.org"]);
    hotfix.finish().ok();
    assert_eq!(shop.remote().git(["show", "-s", "--format=%ce", "main"]), "right@example.org");
    let tagger = shop.remote().git(["for-each-ref", "--format=%(taggeremail)", "refs/tags/v1.2.1"]);
    assert_eq!(tagger, "<right@example.org>");
}

#[test]
fn status_says_how_the_branch_gets_to_the_server_that_takes_only_requests() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.refuse_updates_of("refs/heads/main");
    hotfix.finish().exits(1);
    let line = "git push -u origin hotfix/fix-login-crash";
    shop.hotfix(["status"]).ok().says("rejected by the server").says(line);
    hotfix.git(line.split(' ').skip(1));
    shop.hotfix(["status"]).ok().does_not_say(line);
}
