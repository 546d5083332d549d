//! `drill`: the whole procedure, rehearsed where nothing can break.

use crate::support::{Ran, Repo, Shop, Terminal, World};

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

fn at_home(world: &std::sync::Arc<World>) -> Repo {
    Repo::at(world, world.root.join("home"))
}

#[test]
fn a_merge_that_conflicts_can_be_rehearsed() {
    let world = World::new();
    let ran = at_home(&world).hotfix(["drill", "--conflict"]);
    ran.ok().says("develop").says("conflict: src/login.js").says("$ cd ../shop.merge-back-develop");
    ran.says("<<<<<<<").says("$ git add src/login.js").says("develop                  has the fix");
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["drill", "--conflict"]).ok().says("conflict: HOTFIX_DRILL");
    before.still_holds();
    let trunk = Shop::build().no_develop().go();
    trunk.hotfix(["drill", "--conflict"]).ok().says("a small sample");
}

#[test]
fn going_back_can_be_rehearsed() {
    let world = World::new();
    let ran = at_home(&world).hotfix(["drill", "--rollback"]);
    ran.ok().says("hotfix rollback --confirm v1.2.0").says("v1.2.1").does_not_say("$ hotfix start");
    let shop = Shop::new();
    let before = shop.snapshot();
    shop.hotfix(["drill", "--rollback"]).ok();
    before.still_holds();
    shop.hotfix(["drill", "--rollback", "--conflict"]).exits(2);
}

#[test]
fn a_copy_of_any_repository_can_be_rehearsed() {
    let shop = Shop::new();
    let elsewhere = World::new();
    let nowhere = at_home(&elsewhere);
    for from in [shop.dir.display().to_string(), shop.remote().dir.display().to_string()] {
        nowhere.hotfix(["drill", "--from", &from]).ok().says("v1.2.1");
    }
    // On another branch, and where the clone's own main is behind or not there.
    shop.git(["switch", "-q", "develop"]);
    shop.git(["branch", "-q", "-D", "main"]);
    nowhere.hotfix(["drill", "--from", &shop.dir.display().to_string()]).ok();
}

#[test]
fn on_a_terminal_each_command_is_offered() {
    let world = World::new();
    let home = at_home(&world);
    let plain = [("GIT_PAGER", "cat")];
    let mut terminal = Terminal::open(&home, &["drill"], &plain);
    terminal.waits_for("$ hotfix start fix-login-crash").waits_for("(q leaves)");
    // Looking around first; then the step, with other words than those that were offered.
    terminal.types("hotfix status\r").waits_for("No hotfix is open").waits_for_times("(q leaves)", 2);
    terminal.types("hotfix start fix-login-crash --no-input\r").waits_for("$ hotfix note");
    terminal.types("q\r").waits_for("drill --resume").exits(0);
    let screen = terminal.screen();
    let line = screen.lines().find(|l| l.contains("drill --resume")).unwrap().trim().to_owned();
    let place = line.rsplit(' ').next().unwrap().to_owned();
    let mut again = Terminal::open(&home, &["drill", "--resume", &place], &plain);
    again.waits_for("$ hotfix note").waits_for("(q leaves)");
    assert!(!again.screen().contains("hotfix start"), "{}", again.screen());
    again.types("\u{3}").waits_for("drill --resume").exits(130);
    let mut last = Terminal::open(&home, &["drill", "--resume", &place], &plain);
    last.waits_for("$ hotfix note").waits_for("(q leaves)");
    assert_eq!(last.enter_to_the_end(), 0, "{}", last.screen());
    let told = last.raw();
    assert!(told.contains("--branches --tags --remotes") && !told.contains("--decorate --all"), "no logs");
    assert!(told.contains("hotfix finish --yes") && told.contains("more lines"), "{}", last.screen());
    assert!(!std::path::Path::new(&place).exists(), "nothing is left behind");
    Terminal::open(&home, &["drill", "--resume", &place], &plain).exits(2);
}

#[test]
fn a_command_that_ends_otherwise_is_offered_again() {
    let world = World::new();
    let plain = [("GIT_PAGER", "cat")];
    let mut terminal = Terminal::open(&at_home(&world), &["drill"], &plain);
    terminal.waits_for("$ hotfix start");
    terminal.types("hotfix start 'a..b'\r").waits_for("still to do").waits_for_times("(q leaves)", 2);
    terminal.types("cd /nowhere/at/all\r").waits_for("no such directory").waits_for_times("(q leaves)", 3);
    terminal.types("\u{1b}").waits_for("drill --resume").exits(0);
}

#[test]
fn a_step_that_fails_again_and_again_leaves_a_drill_that_can_be_taken_up() {
    let world = World::new();
    let mut terminal = Terminal::open(&at_home(&world), &["drill"], &[("GIT_PAGER", "cat")]);
    terminal.waits_for("$ hotfix start").waits_for("(q leaves)");
    terminal.types("hotfix start fix-login-crash --no-input\r").waits_for("$ hotfix note");
    // Without a hotfix no note can be written.
    terminal.types("hotfix abort -y\r").waits_for_times("$ hotfix note", 2).waits_for_times("(q leaves)", 3);
    for times in 4..=5 {
        terminal.types("\r").waits_for_times("(q leaves)", times);
    }
    terminal.types("\r").waits_for("the drill stopped").waits_for("drill --resume").exits(1);
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

/// The number of the first release is a person's to say; a rehearsal takes the one that is proposed.
#[test]
fn a_repository_without_a_release_is_rehearsed_as_well() {
    let package = "{\n  \"name\": \"shop\",\n  \"version\": \"0.4.0\"\n}\n";
    let shop = Shop::build().tags(&[]).file("package.json", package).go();
    shop.hotfix(["drill"]).ok().says("v0.0.1");
}

/// What somebody else put together is no drill: git would run what its configuration says.
#[cfg(unix)]
#[test]
fn a_drill_that_came_along_with_a_repository_is_not_resumed() {
    use std::os::unix::fs::PermissionsExt;
    let shop = Shop::new();
    let place = shop.dir.join("drill");
    for part in ["remote.git", "shop"] {
        std::fs::create_dir_all(place.join(part)).unwrap();
    }
    shop.git(["init", "-q", place.join("shop").to_str().unwrap()]);
    let saved = serde_json::json!({
        "done": 1, "from": null, "dir": place.join("shop"),
        "layout": { "name": "shop", "fix": ["a", "b"], "clash": null, "undone": null },
    });
    std::fs::write(place.join("drill.json"), saved.to_string()).unwrap();
    let ran = shop.world.root.join("ran");
    let hook = format!("touch {}", ran.display());
    shop.git(["-C", place.join("shop").to_str().unwrap(), "config", "core.fsmonitor", &hook]);
    let resume = ["drill", "--resume", place.to_str().unwrap(), "--no-input"];
    for (mode, why) in [(0o755, "others can write into it"), (0o700, "part of a repository")] {
        std::fs::set_permissions(&place, std::fs::Permissions::from_mode(mode)).unwrap();
        shop.hotfix(resume).exits(3).says(why);
    }
    assert!(!ran.exists());
}
