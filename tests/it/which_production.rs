//! Which branch and which remote production is: never guessed, never a fork, never unreleased work.

use crate::support::{FIXED_LOGIN, Repo, Shop, Terminal};

/// A fork of the shop as `origin`, the shop itself as `upstream`, which main is pulled from.
fn forked(shop: &Shop) -> (Repo, Repo) {
    let root = &shop.world.root;
    let fork = Repo::at(&shop.world, root.join("fork.git"));
    let here = Repo::at(&shop.world, root);
    here.git(["clone", "-q", "--bare", &shop.remote().dir.to_string_lossy(), &fork.dir.to_string_lossy()]);
    here.git(["clone", "-q", &fork.dir.to_string_lossy(), "mine"]);
    let mine = Repo::at(&shop.world, root.join("mine"));
    mine.git(["remote", "add", "upstream", &shop.remote().dir.to_string_lossy()]);
    mine.git(["fetch", "-q", "upstream"]);
    (mine, fork)
}

fn fix(clone: &Repo) {
    clone.hotfix(["start", "fix-login-crash"]).ok();
    clone.commit_as("Fix the login", "src/login.rs", FIXED_LOGIN);
    let answers =
        ["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=grace@example.com", "staging=yes"];
    let answers = answers.iter().flat_map(|a| ["--answer", a]);
    clone.hotfix(["check"].into_iter().chain(answers)).ok();
}

#[test]
fn what_main_is_pulled_from_is_released_and_not_the_fork() {
    let shop = Shop::new();
    let (mine, fork) = forked(&shop);
    mine.git(["branch", "-q", "--set-upstream-to", "upstream/main", "main"]);
    mine.git(["config", "remote.pushDefault", "origin"]);
    let (old, before) = (shop.tip("main"), fork.refs());
    fix(&mine);
    let tip = mine.rev("HEAD");
    mine.hotfix(["finish", "fix-login-crash", "-y"]).ok();
    shop.is_released("v1.2.1", &old, &tip);
    assert_eq!(fork.refs(), before, "the fork is as it was");
}

#[test]
fn a_fork_as_origin_that_main_is_pulled_from_is_asked_about() {
    let shop = Shop::new();
    let (mine, fork) = forked(&shop);
    let before = (shop.remote_refs(), fork.refs(), mine.refs());
    let ran = mine.hotfix(["start", "fix-login-crash"]);
    ran.exits(3).says("git config hotfix.branches.remote upstream");
    mine.hotfix(["doctor"]).exits(1).says("origin and upstream").does_not_say("no remote");
    assert_eq!((shop.remote_refs(), fork.refs(), mine.refs()), before);

    mine.git(["config", "hotfix.branches.remote", "upstream"]);
    mine.hotfix(["config", "--explain", "branches.remote"]).ok().says("read from").says("origin.git");
    fix(&mine);
    mine.hotfix(["finish", "fix-login-crash", "-y"]).ok();
    assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"));
    assert_eq!(fork.refs(), before.1);
}

#[test]
fn the_remote_is_asked_on_a_terminal_and_the_answer_is_kept() {
    let shop = Shop::new();
    let (mine, _) = forked(&shop);
    let mut terminal = Terminal::open(&mine, &["finish", "fix-login-crash"], &[]);
    terminal.waits_for("Enter: origin").types("\x1b[B\r");
    terminal.waits_for("Keep this answer").types("y");
    assert_ne!(terminal.exit_status(), 0, "there is no such hotfix yet");
    assert_eq!(mine.git(["config", "hotfix.branches.remote"]), "upstream");
    mine.hotfix(["start", "fix-login-crash"]).ok().says("on upstream (");
}

#[test]
fn the_default_branch_is_not_released_where_main_carries_the_tags() {
    for integration in ["next", "staging", "integration", "trunk-ng"] {
        let shop = Shop::build().develop(integration).default_branch(integration).go();
        let (old, next) = (shop.tip("main"), shop.tip(integration));
        let hotfix = shop.ready("fix-login-crash");
        let fix = hotfix.tip();
        assert!(!shop.contains(&fix, &next), "{integration}: unreleased work is not in it");
        hotfix.finish().ok();
        shop.is_released("v1.2.1", &old, &fix);
        assert_eq!(shop.tip(integration), next, "{integration} is not released");
    }
}

#[test]
fn a_default_branch_beside_main_without_releases_is_asked_about() {
    for integration in ["next", "staging", "app"] {
        let shop = Shop::build().tags(&[]).develop(integration).default_branch(integration).go();
        let before = shop.snapshot();
        let ran = shop.hotfix(["start", "fix-login-crash"]);
        ran.exits(3).says("git config hotfix.branches.production main");
        ran.says(&format!("git config hotfix.branches.production {integration}"));
        before.still_holds();
        shop.git(["config", "hotfix.branches.production", "main"]);
        shop.hotfix(["start", "fix-login-crash"]).ok().says("Production: main on origin (");
    }
}

#[test]
fn a_main_that_releases_have_left_is_not_production() {
    let shop = Shop::build().develop("app").default_branch("app").go();
    shop.git(["tag", "-a", "-m", "v1.3.0", "v1.3.0", "app"]);
    shop.git(["push", "-q", "origin", "refs/tags/v1.3.0"]);
    shop.hotfix(["start", "fix-login-crash"]).ok().says("Production: app on origin (");
}

#[test]
fn releases_tagged_on_next_alone_do_not_make_it_production_silently() {
    let shop = Shop::build().develop("next").default_branch("next").go();
    shop.git(["tag", "-a", "-m", "v1.3.0", "v1.3.0", "next"]);
    shop.git(["push", "-q", "origin", "refs/tags/v1.3.0"]);
    shop.hotfix(["start", "fix-login-crash"]).exits(3).says("git config hotfix.branches.production");
}

#[test]
fn a_stale_default_branch_is_not_believed() {
    let shop = Shop::build().production("master").no_develop().go();
    let remote = shop.remote();
    remote.git(["branch", "-m", "master", "main"]);
    remote.git(["symbolic-ref", "HEAD", "refs/heads/main"]);
    assert_eq!(shop.git(["symbolic-ref", "refs/remotes/origin/HEAD"]), "refs/remotes/origin/master");
    shop.hotfix(["start", "fix-login-crash"]).ok().says("Production: main on origin (");
}

#[test]
fn of_main_and_master_the_remote_decides_by_what_it_says_now() {
    let shop = Shop::build().production("master").no_develop().go();
    let remote = shop.remote();
    remote.git(["branch", "main", "master"]);
    remote.git(["symbolic-ref", "HEAD", "refs/heads/main"]);
    shop.hotfix(["start", "fix-login-crash"]).ok().says("Production: main on origin (");
}

#[test]
fn a_clone_of_one_branch_knows_production_from_the_remote() {
    for branch in ["develop", "feature/x"] {
        let shop = Shop::new();
        shop.git(["push", "-q", "origin", "develop:refs/heads/feature/x"]);
        let url = shop.remote().dir.display().to_string();
        let root = Repo::at(&shop.world, &shop.world.root);
        root.git(["clone", "-q", "--single-branch", "-b", branch, &url, "single"]);
        let single = Repo::at(&shop.world, shop.world.root.join("single"));
        let (old, develop) = (shop.tip("main"), shop.tip("develop"));
        // Without reading the remote nothing says what production is.
        single.hotfix(["start", "offline", "--no-fetch"]).exits(3);
        fix(&single);
        let tip = single.rev("HEAD");
        assert!(!single.contains(&tip, &develop), "{branch}");
        single.hotfix(["finish", "fix-login-crash", "-y"]).ok();
        shop.is_released("v1.2.1", &old, &tip);
    }
}

#[test]
fn init_keeps_what_was_answered_about_production() {
    let shop = Shop::new();
    shop.git(["push", "-q", "origin", "main:refs/heads/next"]);
    shop.remote().git(["symbolic-ref", "HEAD", "refs/heads/next"]);
    shop.git(["remote", "set-head", "origin", "-a"]);
    shop.hotfix(["start", "fix-login-crash"]).exits(3).says("git config hotfix.branches.production main");
    shop.git(["config", "hotfix.branches.production", "main"]);
    shop.hotfix(["init", "-y"]).ok();
    assert!(shop.read("hotfix.toml").contains("\n[branches]\nproduction = \"main\"\n"));
    // It is everybody's answer now.
    shop.git(["config", "--unset", "hotfix.branches.production"]);
    shop.hotfix(["config", "branches.production"]).ok().says("main");
    shop.hotfix(["start", "fix-login-crash"]).ok();
}
