//! What only looks like the user's own, or like production's, decides nothing: names of branches, tags,
//! attributes, what a checkout makes of a file, and a yes that was meant for something else.

use crate::support::{Repo, Shop};

const NAME: &str = "fix-login-crash";

/// A colleague's clone, from which branches and tags are pushed.
fn stranger(shop: &Shop) -> Repo {
    shop.clone_of("mallory")
}

#[test]
fn a_branch_called_production_does_not_take_over() {
    for named in ["production", "live", "master"] {
        let shop = Shop::new();
        shop.git(["remote", "set-head", "origin", "main"]);
        // Used once: from then on this clone knows.
        shop.hotfix(["start", "first", "--no-input"]).ok();
        shop.git(["switch", "-q", "main"]);
        let mallory = stranger(&shop);
        mallory.git(["switch", "-q", "-c", named, "origin/main"]);
        mallory.commit("evil", "evil\n");
        for n in 2..6 {
            mallory.git(["tag", &format!("v9.9.{n}")]);
        }
        mallory.git(["push", "-q", "origin", named, "--tags"]);
        shop.git(["fetch", "-q", "--tags"]);
        let ran = shop.hotfix(["start", NAME, "--no-input"]);
        if ran.status == 0 {
            // HEAD decides between main and master.
            ran.says("from main");
        } else {
            ran.exits(3).says("git config hotfix.branches.production main");
        }
        assert!(!shop.has_file("evil"));
        shop.git(["config", "hotfix.branches.production", "main"]);
        shop.hotfix(["start", NAME, "--no-input"]).says("main");
        assert!(!shop.has_file("evil"), "{named}");
    }
}

#[test]
fn the_file_of_the_remotes_head_says_which_branch_is_production() {
    let shop = Shop::build().file("hotfix.toml", "[branches]\nproduction = \"main\"\n").go();
    shop.git(["remote", "set-head", "origin", "main"]);
    let mallory = stranger(&shop);
    mallory.git(["switch", "-q", "-c", "live", "origin/main"]);
    mallory.commit("hotfix.toml", "[deploy]\ncommand = \"echo EVIL\"\n");
    mallory.git(["push", "-q", "origin", "live"]);
    shop.git(["fetch", "-q"]);
    shop.hotfix(["config", "branches.production"]).ok().says("main");
    // Where it names another branch, that one is.
    shop.git(["switch", "-q", "main"]);
    shop.git(["branch", "shipped", "main"]);
    shop.commit("hotfix.toml", "[branches]\nproduction = \"shipped\"\n");
    shop.git(["push", "-q", "origin", "main", "shipped"]);
    shop.hotfix(["config", "branches.production"]).ok().says("shipped");
}

#[test]
fn a_file_that_is_too_large_is_not_the_same_as_none() {
    let shop = Shop::new();
    let mallory = stranger(&shop);
    mallory.git(["switch", "-q", "-c", "hotfix/x", "origin/main"]);
    let text = format!("# {}\n[guard]\nblock = {{ lines = 100000, files = 100000 }}\n", "é".repeat(600_000));
    mallory.commit("hotfix.toml", &text);
    mallory.git(["push", "-q", "origin", "hotfix/x"]);
    shop.git(["fetch", "-q"]);
    shop.git(["switch", "-q", "hotfix/x"]);
    shop.hotfix(["config"]).exits(2).says("larger than 1024 KiB");
    shop.hotfix(["finish", "x", "-y", "--no-input"]).exits(2).says("larger than 1024 KiB");
    assert!(!shop.remote_refs().contains_key("refs/tags/v1.2.1"));
}

#[test]
fn what_a_checkout_makes_of_a_committed_file_is_no_change_of_the_user() {
    let shop = Shop::build().file("hotfix.toml", "[guard]\nblock = { lines = 400, files = 20 }\n").go();
    shop.git(["switch", "-q", "-c", "hotfix/x"]);
    shop.write(".gitattributes", "hotfix.toml ident\n");
    shop.write("hotfix.toml", "[guard]\nblock = { lines = 400, files = 20 }\n# $Id$\n");
    shop.git(["add", "-A"]);
    shop.git(["commit", "-q", "-m", "ident"]);
    // Written again by git: the same for git, and other bytes on the disk.
    std::fs::remove_file(shop.dir.join("hotfix.toml")).unwrap();
    shop.git(["checkout", "--", "hotfix.toml"]);
    assert!(shop.read("hotfix.toml").contains("$Id: "));
    assert_eq!(shop.git(["status", "--porcelain"]), "");
    shop.hotfix(["config", "guard.block"]).ok().says("400");
}

#[test]
fn a_yes_to_a_deployment_is_none_to_a_check_of_the_same_text() {
    let config = "[deploy]\ncommand = \"echo deployed >>../ran\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.ready("first");
    let mut terminal = shop.terminal(&["finish", "first"]);
    terminal.waits_for("Run it, now and whenever").types("y");
    terminal.waits_for("Finish first as v1.2.1?").types("y");
    terminal.exits(0);
    drop(hotfix);
    let root = Repo::at(&shop.world, &shop.world.root);
    let before = root.read("ran");
    shop.start(NAME);
    shop.commit(
        "hotfix.toml",
        &format!(
            "{config}[[check]]\nid = \"lint\"\nquestion = \"ok?\"\ncommand = \"echo deployed >>../ran\"\n"
        ),
    );
    shop.hotfix(["check", "--no-input"]).says("not trusted");
    shop.hotfix(["check", "--only", "lint"]).exits(3).says("--trust");
    assert_eq!(root.read("ran"), before);
}

#[test]
fn a_tag_on_the_branch_does_not_make_its_deployment_productions() {
    let own = |word: &str| {
        format!(
            "[incident]\nshare = true\n[finish]\nmerge = \"fast-forward\"\n\
             [deploy]\ncommand = \"echo {word} >>../ran\"\n"
        )
    };
    let shop = Shop::build().file("hotfix.toml", &own("GOOD")).go();
    let (early, late) = (shop.clone_of("alan"), shop.clone_of("grace"));
    let hotfix = shop.start(NAME);
    hotfix.commit("hotfix.toml", &own("EVIL"));
    hotfix.git(["tag", "-a", "-m", "x", "v1.2.1"]);
    hotfix.git(["push", "-q", "origin", "v1.2.1"]);
    let hotfix = hotfix.fix_login().answer_all();
    hotfix.finish_with(&["--no-deploy"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    for clone in [&early, &late] {
        clone.git(["fetch", "-q", "--tags"]);
        clone.hotfix(["sync", "-y"]).ok();
    }
    // One that has only ever seen production with the release cannot know what was before.
    late.git(["reflog", "expire", "--expire=all", "--all"]);
    let deploy = ["deploy", NAME, "--deployed", "no", "--trust", "--no-input", "-y"];
    late.hotfix(deploy).exits(3).says("as it was before").says("hotfix finish --no-deploy");
    late.hotfix(["finish", NAME, "-y", "--no-deploy"]).ok();
    // Nothing in production names the hotfix after a fast-forward.
    early.hotfix(deploy).exits(3).says("only the shared log says");
    early.hotfix([&deploy[..], &["--release", "v1.2.2"]].concat()).ok();
    for who in ["alan", "grace"] {
        let root = Repo::at(&shop.world, shop.world.root.join(who));
        let text = if root.has_file("ran") { root.read("ran") } else { String::new() };
        assert_eq!(text, if who == "alan" { "GOOD\n" } else { "" }, "{who}");
    }
}

#[test]
fn a_branch_hides_no_line_from_the_guard() {
    for (attributes, content) in [
        ("* linguist-generated\n", "line\n".repeat(900)),
        ("*.c -diff\n", "line\n".repeat(900)),
        ("*.c binary\n", "line\n".repeat(900)),
    ] {
        let shop = Shop::new();
        let hotfix = shop.start(NAME).fix_login();
        hotfix.write(".gitattributes", attributes);
        hotfix.write("evil.c", &content);
        hotfix.git(["add", "-A"]);
        hotfix.git(["commit", "-q", "-m", "more"]);
        let hotfix = hotfix.answer_all();
        hotfix.finish().exits(3).says("lines");
    }
    // What has no lines is named.
    let shop = Shop::new();
    let hotfix = shop.start(NAME).fix_login();
    hotfix.commit("evil.c", &format!("/* \0 */\n{}", "line\n".repeat(900)));
    hotfix.answer_all().finish_with(&["--dry-run"]).says("without lines to read or count: evil.c");
}

#[test]
fn what_is_read_has_an_end() {
    let shop = Shop::new();
    std::os::unix::fs::symlink("/dev/zero", shop.dir.join(".hotfix-audit.toml")).unwrap();
    shop.hotfix(["audit"]).says("not an ordinary file");
    std::os::unix::fs::symlink("/dev/zero", shop.dir.join("a.md")).unwrap();
    shop.hotfix(["postmortem", "check", "a.md"]).says("not an ordinary file");
}

#[test]
fn ignored_files_are_copied_into_the_checkout_and_nowhere_else() {
    let config = "[start]\ncopy = [\"conf/.env\"]\nworktree = \"../{repo}.{name}\"\n";
    let shop = Shop::build().file("hotfix.toml", config).file(".gitignore", "conf/.env\n").go();
    shop.write("conf/.env", "SECRET=1\n");
    let outside = shop.world.root.join("out");
    std::fs::create_dir_all(&outside).unwrap();
    let mallory = stranger(&shop);
    std::os::unix::fs::symlink("../out", mallory.dir.join("conf")).unwrap();
    mallory.git(["add", "-A"]);
    mallory.git(["commit", "-q", "-m", "a link"]);
    mallory.git(["push", "-q", "origin", "HEAD:main"]);
    shop.hotfix(["start", NAME, "--worktree"]).ok();
    assert!(!outside.join(".env").exists());
}
