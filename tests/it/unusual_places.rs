//! Where most programs fall over: a clear error or correct work, never something in between.

use crate::support::{FIXED_LOGIN, Repo, Shop, World};

#[test]
fn outside_a_repository() {
    let world = World::new();
    let nowhere = Repo::at(&world, &world.root);
    for args in [
        &["start", "fix-login-crash"][..],
        &["status"],
        &["note", "x"],
        &["check", "tests"],
        &["finish", "-y"],
        &["abort", "-y"],
        &["list"],
        &["timeline"],
        &["postmortem"],
    ] {
        nowhere.hotfix(args).fails_with_a_hint();
    }
    let ran = nowhere.hotfix(["status", "--json"]);
    assert_ne!(ran.status, 0);
    let _ = ran.json_error();
}

#[test]
fn what_needs_no_repository_works_without_one() {
    let world = World::new();
    let nowhere = Repo::at(&world, &world.root);
    for args in [&["--help"][..], &["--version"], &["help", "exit-codes"], &["completions", "bash"], &["man"]]
    {
        nowhere.hotfix(args).ok();
    }
}

#[test]
fn another_directory_can_be_named() {
    let shop = Shop::new();
    let nowhere = Repo::at(&shop.world, &shop.world.root);
    nowhere.hotfix(["-C", "shop", "start", "fix-login-crash"]).ok();
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
    nowhere.hotfix(["-C", "/nowhere/at/all", "status"]).exits_with_one_of(&[1, 2]);
}

#[test]
fn a_repository_without_a_commit() {
    let world = World::new();
    let repo = Repo::at(&world, world.root.join("empty"));
    std::fs::create_dir(&repo.dir).unwrap();
    repo.git(["init", "-q"]);
    repo.hotfix(["start", "fix-login-crash"]).fails_with_a_hint();
    assert!(repo.refs().is_empty());
    repo.hotfix(["status"]).exits_with_one_of(&[0, 1]);
    repo.hotfix(["list"]).exits_with_one_of(&[0, 1]);
    assert_eq!(repo.git(["symbolic-ref", "HEAD"]), "refs/heads/main");
}

#[test]
fn a_bare_repository() {
    let shop = Shop::new();
    let bare = shop.remote().clone();
    let before = shop.snapshot();
    for args in [&["start", "fix-login-crash"][..], &["finish", "-y"], &["abort", "-y"]] {
        bare.hotfix(args).fails_with_a_hint();
    }
    before.still_holds();
    bare.hotfix(["status"]).exits_with_one_of(&[0, 1, 2]);
}

#[test]
fn a_shallow_clone() {
    let shop = Shop::new();
    for n in 0..5 {
        shop.colleague_pushes("main", "src/news.rs", &format!("// {n}\n"));
        shop.colleague_pushes("develop", "src/other.rs", &format!("// {n}\n"));
    }
    let (old_main, old_develop) = (shop.tip("main"), shop.tip("develop"));
    let root = Repo::at(&shop.world, &shop.world.root);
    let url = format!("file://{}", shop.remote().dir.display());
    root.git(["clone", "-q", "--depth", "1", "--no-single-branch", &url, "shallow"]);
    let shallow = Repo::at(&shop.world, root.dir.join("shallow"));
    let started = shallow.hotfix(["start", "fix-login-crash"]);
    if started.status != 0 {
        started.fails_with_a_hint();
        return;
    }
    shallow.commit("src/login.rs", FIXED_LOGIN);
    let answers =
        ["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=grace@example.com", "staging=yes"];
    shallow.hotfix(["check"].into_iter().chain(answers.iter().flat_map(|a| ["--answer", a]))).ok();
    let before = shop.remote_refs();
    let finished = shallow.hotfix(["finish", "-y"]);
    if finished.status == 0 {
        assert!(shop.has("main", &old_main) && shop.has("develop", &old_develop));
        assert!(shop.has("develop", &shop.tip("main")));
        shop.remote().git(["fsck", "--strict", "--no-dangling"]);
    } else {
        finished.exits_with_one_of(&[1, 3, 5]);
        if finished.status != 5 {
            assert_eq!(shop.remote_refs(), before);
        }
    }
}

#[test]
fn a_detached_head() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.git(["switch", "-q", "--detach", "develop"]);
    let here = shop.rev("HEAD");
    shop.hotfix(["status"]).ok().says("fix-login-crash");
    hotfix.finish().ok();
    assert_eq!(shop.current_branch(), None);
    assert_eq!(shop.rev("HEAD"), here, "nobody asked to move HEAD");
}

#[test]
fn nobody_in_particular() {
    let shop = Shop::new();
    let config = shop.world.root.join("home/nobody");
    std::fs::write(&config, "[user]\n\tuseConfigOnly = true\n").unwrap();
    let call = |args: &[&str]| shop.call(args).env("GIT_CONFIG_GLOBAL", &config).run();
    let started = call(&["start", "fix-login-crash"]);
    if started.status == 0 {
        call(&["note", "who am I?"]).exits_with_one_of(&[0, 1, 2, 3]);
        call(&["status"]).ok();
    } else {
        started.fails_with_a_hint().says("user.");
        assert!(!shop.has_ref("refs/heads/hotfix/fix-login-crash"), "half-started\n{started}");
    }
}

#[test]
fn a_home_that_does_not_exist() {
    let shop = Shop::new();
    let call = shop.call(["start", "fix-login-crash"]).unset("HOME").unset("GIT_CONFIG_GLOBAL");
    call.env("GIT_AUTHOR_NAME", "Ada")
        .env("GIT_AUTHOR_EMAIL", "ada@example.com")
        .run()
        .exits_with_one_of(&[0, 3]);
}

#[test]
fn without_git() {
    let shop = Shop::new();
    let before = shop.snapshot();
    let ran = shop.call(["start", "fix-login-crash"]).env("PATH", "/nowhere/at/all").run();
    ran.exits(1).says("git");
    before.still_holds();
}

#[test]
fn with_variables_of_another_repository_around() {
    let shop = Shop::new();
    let other = Shop::new();
    let before = other.snapshot();
    let call = shop.call(["-C", &shop.dir.to_string_lossy(), "status"]);
    call.env("GIT_INDEX_FILE", other.dir.join(".git/index")).run().ok();
    before.still_holds();
}

#[test]
fn a_reader_that_goes_away_is_no_crash() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let script = format!("'{}' timeline --all --json | head -c 1", env!("CARGO_BIN_EXE_hotfix"));
    let call = crate::support::Call::new(&shop.world, "sh".as_ref(), ["-c", &script], &shop.dir);
    call.run().ok().does_not_say("panicked").does_not_say("Broken pipe");
}

#[test]
fn a_repository_where_head_is_a_broken_name() {
    let shop = Shop::new();
    shop.git(["symbolic-ref", "HEAD", "refs/heads/nothing-here"]);
    shop.hotfix(["status"]).ok();
    shop.hotfix(["start", "fix-login-crash"]).exits_with_one_of(&[0, 1, 3]);
}

#[test]
fn several_remotes_and_nothing_that_says_which() {
    let shop = Shop::new();
    let other = shop.remote().dir.display().to_string();
    shop.git(["remote", "rename", "origin", "aa"]);
    shop.git(["remote", "add", "bb", &other]);
    shop.git(["config", "--unset", "branch.main.remote"]);
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-login-crash"]).exits(3).says("git config hotfix.branches.remote aa");
    before.still_holds();
}
