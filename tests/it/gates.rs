//! Gates come from production's file: what a branch brings along may add, and is named.

use crate::support::{Repo, Shop};

const NAME: &str = "fix-login-crash";

fn shop_with(production: &str) -> Shop {
    Shop::build().file("hotfix.toml", production).go()
}

#[test]
fn a_branch_cannot_lift_its_own_gates() {
    let shop = shop_with("[guard]\nblock = { lines = 1, files = 1 }\n");
    let hotfix = shop.start(NAME).fix_login().fix("src/other.rs", "// more\n// and more\n");
    hotfix.commit(
        "hotfix.toml",
        "[branches]\nproduction = \"develop\"\nmerge_back = []\n[guard]\nblock = { lines = 0, files = 0 }\n\
         [[check]]\nid = \"tests\"\nrequired = false\n[[check]]\nid = \"reviewed\"\nrequired = false\n",
    );
    let refs = shop.remote_refs();
    let ran = hotfix.finish_with(&["--dry-run"]);
    for word in
        ["branches.production = \"develop\"", "branches.merge_back", "required = false", "guard.block"]
    {
        ran.says(word);
    }
    ran.exits(3);
    hotfix.finish().exits(3);
    assert_eq!(shop.remote_refs(), refs);
}

#[test]
fn a_branch_without_the_file_has_productions_gates() {
    let shop = shop_with("[[check]]\nid = \"smoke\"\nquestion = \"Smoke?\"\n");
    let hotfix = shop.start(NAME).fix_login();
    hotfix.git(["rm", "-q", "hotfix.toml"]);
    hotfix.git(["commit", "-q", "-m", "no gates"]);
    let hotfix = hotfix.answer_all();
    hotfix.finish().exits(3).says("smoke");
    hotfix.answer(&["smoke=yes"]).finish().ok();
}

#[test]
fn what_nobody_has_committed_is_the_users_own() {
    let shop = shop_with("[branches]\nprefix = \"urgent/\"\n");
    shop.write("hotfix.toml", "[branches]\nprefix = \"mine/\"\n");
    shop.hotfix(["start", NAME, "--dry-run"]).ok().says("mine/");
    // On top of a branch's own file it is not.
    shop.git(["switch", "-q", "-c", "topic"]);
    shop.git(["commit", "-q", "-am", "theirs"]);
    shop.write("hotfix.toml", "# a note\n[branches]\nprefix = \"mine/\"\n");
    shop.hotfix(["start", NAME, "--dry-run"]).ok().says("urgent/");
}

#[test]
fn the_log_goes_where_productions_file_says() {
    let shop = shop_with("");
    let logs = shop.world.root.join("logs.git").display().to_string();
    let evil = shop.world.root.join("evil.git").display().to_string();
    for place in [&logs, &evil] {
        shop.git(["init", "-q", "--bare", place]);
    }
    shop.git(["remote", "add", "logs", &logs]);
    shop.git(["remote", "add", "evil", &evil]);
    shop.commit("hotfix.toml", "[incident]\nremote = \"logs\"\n");
    shop.git(["push", "-q", "origin", "main"]);
    let hotfix = shop.start(NAME).fix_login();
    hotfix.hotfix(["sync", "-y"]).ok();
    let has_log = |place: &str| !Repo::at(&shop.world, place).logs().is_empty();
    assert!(has_log(&logs));
    for text in ["[incident]\nremote = \"evil\"\n", "", "[incident]\nremote = \"origin\"\n"] {
        hotfix.commit("hotfix.toml", text);
        hotfix.hotfix(["note", "private words"]).ok();
        hotfix.hotfix(["sync", "-y"]).ok();
        assert!(!has_log(&evil) && shop.remote().logs().is_empty(), "{text:?} moved the log elsewhere");
    }
    // A mistake in both: nobody knows where it may go.
    shop.git(["switch", "-q", "main"]);
    shop.commit("hotfix.toml", "this is not TOML\n");
    shop.git(["push", "-q", "origin", "main"]);
    shop.hotfix(["sync", "-y"]).exits(3).says("nothing was sent");
    assert!(shop.remote().logs().is_empty());
}

#[test]
fn a_directory_in_a_committed_file_is_a_trust_question() {
    let shop = shop_with("");
    let place = shop.world.root.join("shop/e");
    shop.git(["init", "-q", "--bare", &place.display().to_string()]);
    for hook in ["pre-receive", "update", "post-receive", "reference-transaction"] {
        shop.world.write_program(&place.join("hooks").join(hook), "#!/bin/sh\ntouch \"$HOME/PWNED\"\n");
    }
    for address in ["./e", "e", "file://PLACE", "PLACE"] {
        let address = address.replace("PLACE", &place.display().to_string());
        shop.commit("hotfix.toml", &format!("[incident]\nremote = \"{address}\"\n"));
        shop.git(["push", "-q", "origin", "main"]);
        if address == "./e" {
            shop.start(NAME);
        }
        shop.hotfix(["sync", "--yes"]).exits(3).says("hooks").says("git config hotfix.incident.remote");
        assert!(!shop.world.root.join("home/PWNED").exists(), "{address}: a hook ran");
    }
    shop.hotfix(["sync", "--yes", "./e"]).ok();
}

#[cfg(target_os = "linux")]
#[test]
fn a_device_is_no_configuration() {
    let shop = Shop::new();
    std::os::unix::fs::symlink("/dev/zero", shop.dir.join("hotfix.toml")).unwrap();
    shop.hotfix(["status"]).ok().says("not an ordinary file");
    shop.hotfix(["start", NAME]).exits(2).says("not an ordinary file");
}

/// Merged outside the program: production is the branch itself then.
#[test]
fn a_fast_forwarded_branch_does_not_deploy_itself() {
    for how in ["fast-forward", "rebase"] {
        let shop = shop_with("[deploy]\ncommand = \"echo production >>../did\"\n");
        let hotfix = shop.start(NAME).fix_login();
        hotfix.commit("hotfix.toml", "[deploy]\ncommand = \"echo branch >>../did\"\n");
        let hotfix = hotfix.answer_all().published();
        if how == "rebase" {
            shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
            shop.git(["fetch", "-q"]);
            let main = shop.tip("main");
            let clone = shop.clone_of("bob");
            clone.git(["switch", "-q", "--detach", "origin/hotfix/fix-login-crash"]);
            clone.git(["rebase", "-q", &main]);
            clone.git(["push", "-q", "origin", "HEAD:main"]);
        } else {
            shop.git(["push", "-q", "origin", "hotfix/fix-login-crash:main"]);
        }
        hotfix.finish_with(&["--trust"]).ok();
        let did = std::fs::read_to_string(shop.world.root.join("did")).unwrap_or_default();
        assert_eq!(did, "production\n", "{how}");
    }
}

#[test]
fn a_file_that_was_not_checked_out_has_its_gates_all_the_same() {
    let shop =
        shop_with("[branches]\nprefix = \"urgent/\"\n[[check]]\nid = \"smoke\"\nquestion = \"Smoke?\"\n");
    let told = |clone: &Repo| clone.hotfix(["start", NAME, "--dry-run"]).ok().says("urgent/").stdout.clone();
    told(&shop);
    shop.git(["sparse-checkout", "set", "--no-cone", "src/*"]);
    assert!(!shop.has_file("hotfix.toml"));
    told(&shop);
    let bare = shop.world.root.join("empty");
    shop.git([
        "clone",
        "-q",
        "--no-checkout",
        &shop.git(["remote", "get-url", "origin"]),
        &bare.display().to_string(),
    ]);
    let empty = Repo::at(&shop.world, &bare);
    empty.git(["config", "user.name", "Grace"]);
    empty.git(["config", "user.email", "grace@example.com"]);
    assert!(!empty.has_file("hotfix.toml"));
    empty.hotfix(["config", "branches.prefix"]).ok().says("urgent/");
    // A file that the user deleted is the user's own change.
    shop.git(["sparse-checkout", "disable"]);
    std::fs::remove_file(shop.dir.join("hotfix.toml")).unwrap();
    shop.hotfix(["start", NAME, "--dry-run"]).ok().says("hotfix/");
}
