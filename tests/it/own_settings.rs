//! git does what its user has set it up to do; what hotfix publishes, and where, does not depend
//! on it.

use crate::support::{Except, Hotfix, Repo, Shop};

const REWRITTEN: &str = "// rewritten\n";
const RESOLVED: &str = "// rewritten, and the fix is in\n";

fn set(shop: &Shop, settings: &[(&str, &str)]) {
    for (key, value) in settings {
        shop.git(["config", key, value]);
    }
}

/// Finishes a ready hotfix and demands the usual end of it.
#[track_caller]
fn ends_as_usual(shop: &Shop, hotfix: &Hotfix) {
    let (old, old_develop, fix) = (shop.tip("main"), shop.tip("develop"), hotfix.tip());
    hotfix.finish().ok();
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.is_released("v1.2.1", &old, &fix);
    shop.got_the_fix("develop", &old_develop);
    shop.local_follows_the_remote();
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

/// A shop in which develop has rewritten what the hotfix changes.
fn conflicting_shop(settings: &[(&str, &str)]) -> (Shop, Hotfix, Repo) {
    let shop = Shop::new();
    set(&shop, settings);
    shop.colleague_pushes("develop", "src/login.rs", REWRITTEN);
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(5).says("src/login.rs");
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    (shop, hotfix, merge)
}

fn resolve(merge: &Repo) {
    merge.write("src/login.rs", RESOLVED);
    merge.git(["add", "src/login.rs"]);
}

#[test]
fn nothing_else_is_pushed_and_nowhere_else() {
    for settings in [
        &[("push.default", "matching"), ("push.followTags", "true")][..],
        &[("push.default", "nothing"), ("push.autoSetupRemote", "true")],
        &[("remote.origin.push", "refs/heads/*:refs/heads/*"), ("remote.origin.tagOpt", "--tags")],
        &[("remote.pushDefault", "elsewhere"), ("branch.main.pushRemote", "elsewhere")],
    ] {
        let shop = Shop::new();
        let elsewhere = Repo::at(&shop.world, shop.world.root.join("elsewhere.git"));
        shop.git(["init", "-q", "--bare", &elsewhere.dir.to_string_lossy()]);
        shop.git(["remote", "add", "elsewhere", &elsewhere.dir.to_string_lossy()]);
        set(&shop, &[&[("hotfix.branches.remote", "origin")], settings].concat());
        shop.git(["tag", "-a", "-m", "mine", "private"]);
        shop.git(["branch", "private-work", "develop"]);
        let hotfix = shop.ready("fix-login-crash");
        ends_as_usual(&shop, &hotfix);
        assert!(elsewhere.refs().is_empty(), "{settings:?}");
    }
}

#[test]
fn an_address_that_is_rewritten_for_pushing_is_honoured_and_shown() {
    let shop = Shop::new();
    let real = shop.remote().dir.display().to_string();
    let root = shop.world.root.display().to_string();
    shop.git(["config", "remote.origin.url", "shop:origin.git"]);
    shop.git(["config", &format!("url.{root}/.insteadOf"), "shop:"]);
    let hotfix = shop.ready("fix-login-crash");
    let read_only = shop.world.root.join("mirror.git");
    shop.git(["clone", "-q", "--mirror", &real, &read_only.to_string_lossy()]);
    let ran = hotfix.finish_with(&["--dry-run"]);
    ran.ok().says(&real);
    // From here on origin is read through one door and written through another.
    shop.git(["config", "remote.origin.url", &format!("{root}/read/origin.git")]);
    shop.git(["config", &format!("url.{root}/write/.pushInsteadOf"), &format!("{root}/read/")]);
    for door in ["read", "write"] {
        std::fs::create_dir(shop.world.root.join(door)).unwrap();
        std::os::unix::fs::symlink(&real, shop.world.root.join(door).join("origin.git")).unwrap();
    }
    hotfix.finish_with(&["--dry-run"]).ok().says(&format!("{root}/write/origin.git"));
    std::fs::remove_file(shop.world.root.join("write/origin.git")).unwrap();
    hotfix.finish().exits(1).says("write/origin.git");
    std::os::unix::fs::symlink(&real, shop.world.root.join("write/origin.git")).unwrap();
    ends_as_usual(&shop, &hotfix);
}

#[test]
fn pruning_never_takes_a_tag_or_branch_of_ones_own() {
    let shop = Shop::new();
    set(&shop, &[("fetch.prune", "true"), ("fetch.pruneTags", "true"), ("remote.origin.prune", "true")]);
    shop.git(["tag", "-a", "-m", "mine", "private"]);
    shop.git(["tag", "bookmark"]);
    shop.git(["branch", "private-work"]);
    let hotfix = shop.ready("fix-login-crash");
    ends_as_usual(&shop, &hotfix);
    for name in ["refs/tags/private", "refs/tags/bookmark", "refs/heads/private-work"] {
        assert!(shop.has_ref(name), "{name} is gone");
    }
}

#[test]
fn hooks_lie_where_git_is_told_to_look() {
    let shop = Shop::new();
    let hooks = shop.world.root.join("home/hooks");
    shop.git(["config", "core.hooksPath", "~/hooks"]);
    shop.hook("commit-msg", "echo 'the wrong place' >&2; exit 1");
    shop.world.write_program(&hooks.join("commit-msg"), "#!/bin/sh\necho 'Change-Id: I42' >>\"$1\"\n");
    let hotfix = shop.ready("fix-login-crash");
    shop.world.write_program(&hooks.join("pre-push"), "#!/bin/sh\necho 'not today' >&2; exit 1\n");
    hotfix.finish().exits_with_one_of(&[1, 3]).says("not today");
    std::fs::remove_file(hooks.join("pre-push")).unwrap();
    ends_as_usual(&shop, &hotfix);
    assert!(shop.remote().git(["log", "-1", "--format=%B", "refs/heads/main"]).contains("Change-Id: I42"));
}

#[test]
fn hooks_of_the_repository_itself() {
    let shop = Shop::new();
    shop.git(["config", "core.hooksPath", ".githooks"]);
    shop.world
        .write_program(&shop.dir.join(".githooks/commit-msg"), "#!/bin/sh\necho 'Ticket: 1' >>\"$1\"\n");
    std::fs::write(shop.dir.join(".git/info/exclude"), ".githooks\n").unwrap();
    let hotfix = shop.ready("fix-login-crash");
    ends_as_usual(&shop, &hotfix);
    assert!(shop.remote().git(["log", "-1", "--format=%B", "refs/heads/main"]).contains("Ticket: 1"));
}

#[test]
fn settings_for_starting_branches_and_repositories() {
    for (key, value) in [
        ("branch.autoSetupMerge", "always"),
        ("branch.autoSetupMerge", "inherit"),
        ("branch.autoSetupMerge", "simple"),
        ("checkout.defaultRemote", "origin"),
        ("init.defaultBranch", "trunk"),
        ("gc.auto", "1"),
        ("core.logAllRefUpdates", "false"),
        ("core.fsmonitor", "false"),
        ("i18n.commitEncoding", "ISO-8859-1"),
        ("merge.conflictStyle", "zdiff3"),
    ] {
        let shop = Shop::new();
        set(&shop, &[(key, value)]);
        let hotfix =
            shop.start_with("fix-login-crash", &["--title", "Grün ist gut"]).fix_login().answer_all();
        let upstream = shop.git_call(["config", "--get", "branch.hotfix/fix-login-crash.merge"]).run();
        assert_eq!(upstream.stdout, "", "{key}: a bare `git push` must not reach production");
        ends_as_usual(&shop, &hotfix);
        let subject = shop.remote().git(["log", "-1", "--format=%B", "refs/heads/main"]);
        assert!(subject.contains("Grün ist gut"), "{key}: {subject}");
    }
}

#[test]
fn the_drill_is_not_disturbed() {
    let shop = Shop::new();
    let hooks = shop.world.root.join("home/hooks");
    shop.world.write_program(&hooks.join("commit-msg"), "#!/bin/sh\nexit 1\n");
    let config = shop.world.root.join("home/gitconfig");
    let known = std::fs::read_to_string(&config).unwrap();
    let more = format!(
        "[init]\n\tdefaultBranch = trunk\n[commit]\n\tgpgSign = true\n[tag]\n\tgpgSign = true\n\
         [gpg]\n\tprogram = /nowhere/at/all\n[core]\n\thooksPath = {}\n\tautocrlf = true\n\
         [push]\n\tdefault = nothing\n[protocol]\n\tallow = user\n",
        hooks.display()
    );
    std::fs::write(&config, known + &more).unwrap();
    let outside = Repo::at(&shop.world, shop.world.root.join("home"));
    outside.hotfix(["drill"]).ok();
}

#[test]
fn a_commit_template_does_not_get_into_the_merges() {
    let template = |shop: &Shop| {
        std::fs::write(shop.world.root.join("home/template"), "TEMPLATE: why?\n").unwrap();
        shop.git(["config", "commit.template", "~/template"]);
        shop.git(["config", "commit.verbose", "true"]);
        shop.git(["config", "commit.cleanup", "scissors"]);
    };
    let shop = Shop::new();
    template(&shop);
    let hotfix = shop.ready("fix-login-crash");
    ends_as_usual(&shop, &hotfix);
    let (shop, hotfix, merge) = conflicting_shop(&[]);
    template(&shop);
    resolve(&merge);
    hotfix.finish().ok();
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        let message = shop.remote().git(["log", "-1", "--format=%B", branch]);
        assert!(!message.contains("TEMPLATE") && !message.contains('#'), "{message}");
    }
}

#[test]
fn a_conflict_is_marked_in_the_style_of_its_reader() {
    let (shop, hotfix, merge) = conflicting_shop(&[("merge.conflictStyle", "zdiff3")]);
    assert!(merge.read("src/login.rs").contains("|||||||"), "{}", merge.read("src/login.rs"));
    hotfix.finish().exits(5);
    resolve(&merge);
    hotfix.finish().ok();
    assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), RESOLVED);
}

#[test]
fn a_resolution_that_git_remembers_is_used_again() {
    for autoupdate in ["false", "true"] {
        let shop = Shop::new();
        set(&shop, &[("rerere.enabled", "true"), ("rerere.autoUpdate", autoupdate)]);
        shop.colleague_pushes("develop", "src/login.rs", REWRITTEN);
        let hotfix = shop.ready("fix-login-crash");
        // The same conflict, resolved once before.
        shop.git(["fetch", "-q", "origin"]);
        shop.git(["switch", "-q", "--detach", "origin/develop"]);
        assert!(!shop.git_agrees(["merge", "-q", "--no-ff", "hotfix/fix-login-crash"]));
        shop.write("src/login.rs", RESOLVED);
        shop.git(["add", "src/login.rs"]);
        shop.git(["commit", "-q", "-m", "rehearsed"]);
        shop.git(["switch", "-q", "hotfix/fix-login-crash"]);
        let ran = hotfix.finish();
        if ran.status == 5 {
            ran.says("git applied its recorded resolution for src/login.rs");
            let merge = shop.worktree_in_a_merge().expect("no merge in progress");
            assert_eq!(merge.read("src/login.rs"), RESOLVED, "rerere={autoupdate}\n{ran}");
            merge.git(["add", "src/login.rs"]);
            hotfix.finish().ok();
        }
        assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), RESOLVED);
        assert!(!hotfix.has_branch());
    }
}

#[test]
fn what_a_person_resolves_is_remembered() {
    let (shop, hotfix, merge) = conflicting_shop(&[("rerere.enabled", "true")]);
    hotfix.finish().exits(5).does_not_say("remembers");
    resolve(&merge);
    std::fs::write(merge.dir.join("src/login.rs"), "<<<<<<< not yet\n>>>>>>> \n").unwrap();
    hotfix.finish().exits(5).does_not_say("remembers");
    resolve(&merge);
    hotfix.finish().ok();
    let remembered = std::fs::read_dir(shop.dir.join(".git/rr-cache")).unwrap();
    let with_an_end = remembered.filter(|e| e.as_ref().unwrap().path().join("postimage").exists()).count();
    assert_eq!(with_an_end, 1);
}

#[test]
fn merging_with_a_will_of_its_own() {
    for settings in
        [&[("merge.ff", "only")][..], &[("merge.verifySignatures", "true")], &[("merge.log", "true")]]
    {
        let (shop, hotfix, merge) = conflicting_shop(settings);
        resolve(&merge);
        hotfix.finish().ok();
        assert_eq!(format!("{}\n", shop.remote().show("refs/heads/develop", "src/login.rs")), RESOLVED);
    }
}

#[test]
fn a_server_that_wants_signed_pushes_gets_what_the_user_set() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    set(&shop, &[("push.gpgSign", "true")]);
    // This server takes no certificates: git refuses, and so nothing is published.
    let before = shop.snapshot();
    hotfix.finish().exits(1).says("signed push");
    before.still_holds_except(&[Except::Tracking, Except::Record]);
    set(&shop, &[("push.gpgSign", "if-asked")]);
    ends_as_usual(&shop, &hotfix);
}
