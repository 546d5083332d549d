//! `drill`: the whole procedure, rehearsed where nothing can break.

use crate::support::{Ran, Repo, Shop, World};

/// Demands the seven steps in their order, and the post-mortem at the end.
#[track_caller]
fn tells_the_whole_story(ran: &Ran) {
    let text = format!("{}\n{}", ran.stderr, ran.stdout).to_lowercase();
    let order = |text: &str| {
        let mut rest = text;
        for step in ["detect", "assess", "branch", "fix", "test", "deploy", "merge", "post"] {
            let at = rest.find(step)?;
            rest = &rest[at + step.len()..];
        }
        Some(())
    };
    let swapped = format!("{}\n{}", ran.stdout, ran.stderr).to_lowercase();
    assert!(
        order(&text).or_else(|| order(&swapped)).is_some(),
        "the seven steps are not told in order\n{ran}"
    );
    assert!(text.contains("post-mortem") || text.contains("postmortem"), "{ran}");
    assert!(ran.said("v"), "{ran}");
}

#[test]
fn outside_a_repository_it_brings_a_sample() {
    let world = World::new();
    let nowhere = Repo::at(&world, world.root.join("home"));
    let before: Vec<_> = names(&nowhere);
    let ran = nowhere.hotfix(["drill"]);
    ran.ok();
    tells_the_whole_story(&ran);
    assert_eq!(names(&nowhere), before, "the drill left something behind");
}

#[test]
fn inside_a_repository_nothing_of_it_is_touched() {
    let shop = Shop::build().release("release/1.3.0").go();
    shop.git(["switch", "-q", "develop"]);
    shop.write("README.md", "# Half an idea\n");
    let before = shop.snapshot();
    let ran = shop.hotfix(["drill"]);
    ran.ok();
    tells_the_whole_story(&ran);
    before.still_holds();
}

#[test]
fn an_open_hotfix_is_not_disturbed() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    let before = shop.snapshot();
    shop.hotfix(["drill"]).ok();
    before.still_holds();
    shop.hotfix(["status"]).ok().says("fix-login-crash");
}

#[test]
fn commands_of_the_repository_are_replaced_and_not_run() {
    let config = "[deploy]\ncommand = \"echo deployed >>../deployed\"\n\
                  [[check]]\nid = \"tests\"\nquestion = \"Have automated tests passed?\"\n\
                  command = \"echo tested >>../deployed\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let before = shop.snapshot();
    let _ = shop.hotfix(["drill"]);
    before.still_holds();
    assert!(!shop.world.root.join("deployed").exists());
}

#[test]
fn the_real_remote_is_never_contacted() {
    let shop = Shop::new();
    shop.git(["remote", "set-url", "origin", "/nowhere/at/all.git"]);
    shop.hotfix(["drill"]).ok();
}

#[test]
fn it_works_without_an_identity() {
    let world = World::new();
    let nowhere = Repo::at(&world, world.root.join("home"));
    std::fs::write(world.root.join("home/nobody"), "[user]\n\tuseConfigOnly = true\n").unwrap();
    nowhere.call(["drill"]).env("GIT_CONFIG_GLOBAL", world.root.join("home/nobody")).run().ok();
}

fn names(repo: &Repo) -> Vec<String> {
    let entries = std::fs::read_dir(&repo.dir).unwrap().flatten();
    let mut names: Vec<String> =
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

#[test]
fn with_production_protected_it_goes_through_a_pull_request() {
    for ran in [
        {
            let world = World::new();
            let nowhere = Repo::at(&world, world.root.join("home"));
            nowhere.hotfix(["drill", "--pr"])
        },
        Shop::build().release("release/1.3.0").go().hotfix(["drill", "--pr"]),
    ] {
        ran.ok();
        tells_the_whole_story(&ran);
        ran.says("takes pull requests only")
            .says("waits for review")
            .says("#1 was merged")
            .says("request merged");
        ran.does_not_say("a-token-for-a-drill");
    }
}
