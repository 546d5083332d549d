//! Merges and tags are signed where the user's git signs, before anything is published.

use crate::support::{Except, Shop, require};
use std::process::{Command, Stdio};

/// A shop that signs with an ssh key; `None`, with a word why, where there is no ssh-keygen.
fn signing_shop() -> Option<Shop> {
    if !require("ssh-keygen") {
        return None;
    }
    let shop = Shop::new();
    let key = shop.world.root.join("home/key");
    let made = Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f"])
        .arg(&key)
        .status();
    assert!(made.is_ok_and(|status| status.success()), "no key was made");
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let allowed = shop.world.root.join("home/allowed");
    std::fs::write(&allowed, format!("* {public}")).unwrap();
    for (name, value) in [
        ("gpg.format", "ssh"),
        ("user.signingKey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()),
        ("commit.gpgSign", "true"),
        ("tag.gpgSign", "true"),
    ] {
        shop.git(["config", name, value]);
    }
    Some(shop)
}

#[test]
fn merges_and_the_tag_carry_a_signature_that_git_accepts() {
    let Some(shop) = signing_shop() else { return };
    shop.ready("fix-login-crash").finish().ok();
    shop.git(["fetch", "-q", "--all"]);
    for branch in ["origin/main", "origin/develop"] {
        shop.git(["verify-commit", branch]);
    }
    shop.git(["verify-tag", "v1.2.1"]);
    shop.hotfix(["doctor"]).ok().says("can be signed");
}

#[test]
fn the_log_is_not_signed_and_asks_for_nothing() {
    let Some(shop) = signing_shop() else { return };
    shop.git(["config", "gpg.ssh.program", "/nowhere/at/all"]);
    shop.hotfix(["start", "fix-login-crash"]).ok();
    shop.hotfix(["note", "still writable"]).ok();
}

/// A shop that signs with a gpg key made for it; `None`, with a word why, where there is no gpg.
fn gpg_shop() -> Option<Shop> {
    if !require("gpg") {
        return None;
    }
    let shop = Shop::new();
    // Under HOME, where git's gpg looks; short, because it holds a socket.
    let ring = shop.world.root.join("home/.gnupg");
    std::fs::create_dir_all(&ring).unwrap();
    std::fs::set_permissions(&ring, std::os::unix::fs::PermissionsExt::from_mode(0o700)).unwrap();
    let user = "Ada Lovelace <ada@example.com>";
    let made = Command::new("gpg")
        .args(["--batch", "--quiet", "--passphrase", "", "--quick-gen-key", user, "ed25519", "sign", "never"])
        .env("GNUPGHOME", &ring)
        .stderr(Stdio::null())
        .status();
    assert!(made.is_ok_and(|status| status.success()), "no key was made");
    for (name, value) in [("commit.gpgSign", "true"), ("tag.gpgSign", "true")] {
        shop.git(["config", name, value]);
    }
    Some(shop)
}

/// Ends the agent that gpg started for a key ring.
fn end_agent(shop: &Shop) {
    let ring = shop.world.root.join("home/.gnupg");
    let _ = Command::new("gpgconf").args(["--kill", "all"]).env("GNUPGHOME", ring).status();
}

#[test]
fn with_gpg_merges_and_the_tag_carry_a_signature_that_git_accepts() {
    let Some(shop) = gpg_shop() else { return };
    let old = shop.tip("main");
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    hotfix.finish().ok();
    shop.is_released("v1.2.1", &old, &fix);
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        shop.git(["verify-commit", &shop.remote().rev(branch)]);
    }
    shop.git(["verify-tag", "v1.2.1"]);
    shop.hotfix(["doctor"]).ok().says("can be signed");
    end_agent(&shop);
}

#[test]
fn with_gpg_a_conflict_that_a_person_resolved_is_signed_too() {
    let Some(shop) = gpg_shop() else { return };
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(5);
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("src/login.rs", "// rewritten, and fixed\n");
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    shop.git(["verify-commit", &shop.tip("develop")]);
    end_agent(&shop);
}

#[test]
fn annotated_tags_are_signed_where_git_would_sign_them() {
    let Some(shop) = signing_shop() else { return };
    shop.git(["config", "--unset", "tag.gpgSign"]);
    shop.git(["config", "tag.forceSignAnnotated", "true"]);
    shop.ready("fix-login-crash").finish().ok();
    shop.git(["verify-tag", "v1.2.1"]);
}

#[test]
fn a_signed_tag_keeps_every_line_of_its_message() {
    let Some(shop) = signing_shop() else { return };
    shop.ready("fix-login-crash").finish_with(&["-m", "#4711: login\n\n# by hand"]).ok();
    let message = shop.remote().git(["cat-file", "tag", "v1.2.1"]);
    assert!(message.contains("\n#4711: login\n\n# by hand\n"), "{message}");
}

#[test]
fn what_cannot_be_signed_is_refused_and_nothing_changes() {
    for (key, what) in [("commit.gpgSign", "the merge commit"), ("tag.gpgSign", "the tag")] {
        let shop = Shop::new();
        let hotfix = shop.ready("fix-login-crash");
        shop.git(["config", "gpg.program", "/nowhere/at/all"]);
        shop.git(["config", key, "true"]);
        let before = shop.snapshot();
        let ran = hotfix.finish();
        ran.exits(3).says(what).says("could not be signed").says(key).does_not_say("EDITMSG");
        before.still_holds_except(&[Except::Tracking, Except::Record]);
        let unsigned = format!("{key}=false");
        shop.call(["finish", "-y"])
            .env("GIT_CONFIG_COUNT", "1")
            .env("GIT_CONFIG_KEY_0", key)
            .env("GIT_CONFIG_VALUE_0", "false")
            .run()
            .ok();
        assert!(ran.said(&unsigned), "the hint says how to go on without\n{ran}");
    }
}

#[test]
fn a_signature_that_fails_is_named_with_everything_else_that_stands_in_the_way() {
    for key in ["commit.gpgSign", "tag.gpgSign"] {
        let shop = Shop::new();
        let hotfix = shop.start("fix-login-crash").fix_login().answer(&["resolves=yes", "tests=yes"]);
        shop.git(["config", "gpg.program", "/nowhere/at/all"]);
        shop.git(["config", key, "true"]);
        let before = shop.snapshot();
        let ran = hotfix.finish_with(&["--json"]);
        ran.exits(3).says("reviewed").says("could not be signed").says(&format!("{key}=false hotfix finish"));
        let problems = ran.json()["error"]["problems"].as_array().unwrap().clone();
        let of = |id: &str| problems.iter().filter(|p| p["id"] == id).count();
        assert_eq!((of("checklist"), of("signing")), (3, 1), "{ran}");
        before.still_holds_except(&[Except::Tracking, Except::Record]);
    }
}

#[test]
fn what_is_to_be_signed_without_a_key_names_all_that_has_to_be_left_out() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    for (key, value) in [("gpg.program", "/nowhere"), ("commit.gpgSign", "true"), ("tag.gpgSign", "true")] {
        shop.git(["config", key, value]);
    }
    hotfix.finish().exits(3).says("git -c commit.gpgSign=false -c tag.gpgSign=false hotfix finish");
}

#[test]
fn a_rollback_that_cannot_be_signed_says_how_the_rollback_goes_on() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.git(["config", "gpg.program", "/nowhere/at/all"]);
    shop.git(["config", "commit.gpgSign", "true"]);
    let ran = shop.hotfix(["rollback", "--confirm", "v1.2.1"]);
    ran.exits(3).says("git -c commit.gpgSign=false hotfix rollback v1.2.1");
}
