//! Merges and tags are signed where the user's git signs, before anything is published.

use crate::support::Shop;

/// A shop that signs with an ssh key; `None`, with a word why, where there is no ssh-keygen.
fn signing_shop() -> Option<Shop> {
    let shop = Shop::new();
    let key = shop.world.root.join("home/key");
    let made = std::process::Command::new("ssh-keygen")
        .args(["-q", "-t", "ed25519", "-N", "", "-C", "ada", "-f"])
        .arg(&key)
        .status();
    if !made.is_ok_and(|status| status.success()) {
        eprintln!("skipped: there is no ssh-keygen to make a signing key with");
        return None;
    }
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
