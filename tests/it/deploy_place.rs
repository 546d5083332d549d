//! Where a deployment runs, what it is told, and what is said where it is done elsewhere.

use crate::support::{Repo, Shop};

fn did(root: &Repo) -> Vec<String> {
    if !root.has_file("did") {
        return Vec::new();
    }
    root.read("did").lines().map(str::to_owned).collect()
}

/// A shop whose deploy and verify commands say where they run and what they find there.
fn looking_shop() -> (Shop, Repo) {
    let look = |what: &str| {
        format!(
            "echo {what} $(git describe --exact-match HEAD) $(git status --porcelain --untracked-files=no | wc -l) \
             $(test -e .env && echo with .env) $(git rev-parse HEAD) $HOTFIX_COMMIT >>../did"
        )
    };
    let config = format!(
        "schema = 1\n[start]\ncopy = [\".env\"]\n[deploy]\ncommand = '{}'\n\
         [[verify]]\nname = \"looks\"\ncommand = '{}'\nfor = \"0s\"\n",
        look("deploy"),
        look("verify")
    );
    let shop = Shop::build().file("hotfix.toml", &config).file(".gitignore", ".env\n").go();
    shop.write(".env", "SECRET=1\n");
    let root = Repo::at(&shop.world, &shop.world.root);
    (shop, root)
}

#[test]
fn commands_see_what_was_released_whatever_is_checked_out() {
    for stands_on in ["hotfix/fix-login-crash", "main", "develop"] {
        let (shop, root) = looking_shop();
        shop.ready("fix-login-crash");
        shop.git(["switch", "-q", stands_on]);
        shop.write("src/login.rs", "// half an idea\n");
        let ran = shop.hotfix(["finish", "fix-login-crash", "-y", "--trust"]);
        if ran.status != 0 {
            // Uncommitted changes are in nobody's way but their own branch's.
            assert_eq!(stands_on, "hotfix/fix-login-crash", "{ran}");
            shop.git(["restore", "src/login.rs"]);
            shop.hotfix(["finish", "fix-login-crash", "-y", "--trust"]).ok();
        }
        let commit = shop.rev("refs/tags/v1.2.1^{commit}");
        let line = |what: &str| format!("{what} v1.2.1 0 with .env {commit} {commit}");
        assert_eq!(did(&root), [line("deploy"), line("verify")], "on {stands_on}");
        assert_eq!(shop.worktrees().len(), 1, "{}", shop.git(["worktree", "list"]));
        shop.hotfix(["verify", "fix-login-crash", "--trust"]).ok();
        shop.hotfix(["deploy", "fix-login-crash", "--trust"]).ok();
        assert_eq!(did(&root), [line("deploy"), line("verify"), line("verify"), line("deploy")]);
        assert_eq!(shop.worktrees().len(), 1, "{}", shop.git(["worktree", "list"]));
    }
}

#[test]
fn without_a_deploy_command_it_is_deployed_elsewhere_until_somebody_says() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--dry-run"]).says("No [deploy] command").says("hotfix mark deployed");
    hotfix
        .finish()
        .ok()
        .says("is public; not deployed by hotfix")
        .says("hotfix mark deployed --hotfix fix-login-crash");
    let status = shop.hotfix(["status", "fix-login-crash"]);
    status.ok().says("is public; not deployed by hotfix");
    // The same where nothing is named.
    shop.hotfix([""; 0])
        .ok()
        .says("hotfix mark deployed --hotfix fix-login-crash")
        .says("hotfix mark resolved");
    let next = || hotfix.status()["next"]["command"].clone();
    assert_eq!(next(), "hotfix mark deployed --hotfix fix-login-crash");
    shop.hotfix(["mark", "deployed", "by", "the", "pipeline", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["status", "fix-login-crash"]).ok().does_not_say("not deployed");
    assert_eq!(next(), "hotfix mark resolved --hotfix fix-login-crash");
    assert!(shop.kinds("fix-login-crash").contains(&"deploy-succeeded".to_owned()));
}

/// Whatever else waits, the release itself can go out.
#[test]
fn a_release_whose_merge_back_waits_is_to_be_deployed_now() {
    let line = "Deploy v1.2.1 now";
    let (shop, hotfix) = crate::conflicts::conflicting_shop();
    hotfix.finish().exits(5).says(line);
    shop.hotfix([""; 0]).ok().says(line);
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    shop.refuse_updates_of("refs/heads/develop");
    hotfix.finish().exits(8).says(line);
    shop.hotfix([""; 0]).ok().says(line).says("hotfix mark deployed --hotfix fix-login-crash");
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix([""; 0]).ok().does_not_say(line);
}

#[test]
fn the_variables_are_where_one_looks_for_them() {
    let shop = Shop::new();
    let page = shop.hotfix(["man"]).ok().stdout.clone();
    let example = include_str!("../../hotfix.toml.example");
    let generated = shop.hotfix(["init", "--dry-run"]).ok().stdout.clone();
    let helps = [["help", "deploy"], ["help", "finish"]].map(|args| shop.hotfix(args).ok().stdout.clone());
    for name in ["NAME", "BRANCH", "INCIDENT", "TAG", "VERSION", "PREVIOUS_TAG", "COMMIT"] {
        let name = format!("HOTFIX_{name}");
        for text in helps.iter().map(String::as_str).chain([page.as_str(), example, generated.as_str()]) {
            assert!(text.replace('\\', "").contains(&name), "{name} in {text}");
        }
    }
}
