//! Remotes with several addresses: each is named, each is asked, and the one that is read decides.

use crate::support::{Repo, Shop};

/// The shop with a mirror that a push to origin goes to, too; `first` comes first.
fn mirrored(mirror_first: bool) -> (Shop, Repo) {
    let shop = Shop::new();
    let mirror = mirror_of(&shop, "mirror");
    let (origin, there) = (shop.remote().dir.display().to_string(), mirror.dir.display().to_string());
    let order = if mirror_first { [&there, &origin] } else { [&origin, &there] };
    for address in order {
        shop.git(["remote", "set-url", "--add", "--push", "origin", address]);
    }
    (shop, mirror)
}

fn mirror_of(shop: &Shop, name: &str) -> Repo {
    let mirror = Repo::at(&shop.world, shop.world.root.join(format!("{name}.git")));
    let root = Repo::at(&shop.world, &shop.world.root);
    root.git([
        "clone",
        "-q",
        "--mirror",
        &shop.remote().dir.display().to_string(),
        &mirror.dir.display().to_string(),
    ]);
    mirror
}

fn refuse_main(repo: &Repo) {
    let hook = repo.dir.join("hooks/update");
    repo.world.write_program(&hook, "#!/bin/sh\n[ \"$1\" != refs/heads/main ]\n");
}

#[test]
fn every_address_is_named_and_gets_the_release() {
    for mirror_first in [true, false] {
        let (shop, mirror) = mirrored(mirror_first);
        let hotfix = shop.ready("fix-login-crash").published();
        hotfix.finish_with(&["--dry-run"]).ok().says("origin.git").says("mirror.git");
        shop.hotfix(["doctor"]).ok().says("origin.git").says("mirror.git");
        hotfix.finish().ok().says("mirror.git has main, develop and v1.2.1");
        assert_eq!(mirror.refs(), shop.remote_refs());
        shop.local_follows_the_remote();
    }
}

#[test]
fn what_production_refuses_is_not_published_by_a_mirror() {
    for mirror_first in [true, false] {
        let (shop, mirror) = mirrored(mirror_first);
        let hotfix = shop.ready("fix-login-crash");
        refuse_main(shop.remote());
        let before = (shop.remote_refs(), mirror.refs());
        hotfix.finish().exits(1).says("origin");
        assert_eq!((shop.remote_refs(), mirror.refs()), before);
        std::fs::remove_file(shop.remote().dir.join("hooks/update")).unwrap();
        hotfix.finish().ok();
        assert_eq!(mirror.refs(), shop.remote_refs());
    }
}

#[test]
fn a_mirror_that_refuses_is_a_failure_that_the_same_command_completes() {
    let (shop, mirror) = mirrored(true);
    let hotfix = shop.ready("fix-login-crash");
    refuse_main(&mirror);
    let ran = hotfix.finish();
    ran.exits(1).says("origin.git has main, develop and v1.2.1").says("lacks main").says("hotfix finish");
    let released = shop.remote_refs();
    assert!(released.contains_key("refs/tags/v1.2.1"));
    hotfix.finish().exits(1).says("lacks main");
    std::fs::remove_file(mirror.dir.join("hooks/update")).unwrap();
    hotfix.finish().ok();
    assert_eq!(mirror.refs(), shop.remote_refs());
    assert_eq!(shop.remote_refs()["refs/tags/v1.2.1"], released["refs/tags/v1.2.1"], "released once");
}

#[test]
fn a_mirror_that_lags_is_brought_up_to_date() {
    let (shop, mirror) = mirrored(false);
    let behind = mirror.rev("refs/heads/main~1");
    mirror.git(["update-ref", "refs/heads/main", &behind]);
    mirror.git(["update-ref", "-d", "refs/heads/develop"]);
    shop.ready("fix-login-crash").finish().ok();
    assert_eq!(mirror.refs(), shop.remote_refs());
}

#[test]
fn a_mirror_with_commits_of_its_own_is_never_overwritten() {
    let (shop, mirror) = mirrored(false);
    let odd = mirror.git(["commit-tree", "refs/heads/main^{tree}", "-p", "refs/heads/main", "-m", "odd"]);
    mirror.git(["update-ref", "refs/heads/main", &odd]);
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(1).says("lacks main");
    assert_eq!(mirror.rev("refs/heads/main"), odd);
    assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"));
}

#[test]
fn three_urls_and_one_that_cannot_be_read() {
    let shop = Shop::new();
    let mirror = mirror_of(&shop, "mirror");
    shop.git(["remote", "set-url", "--add", "origin", &mirror.dir.display().to_string()]);
    shop.git(["remote", "set-url", "--add", "origin", "/nowhere/at/all.git"]);
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(1).says("/nowhere/at/all.git has nothing of it").says("mirror.git has main");
    assert!(mirror.refs().contains_key("refs/tags/v1.2.1"));
    assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"));
    let last = shop.git(["config", "--get-all", "remote.origin.url"]);
    assert!(last.ends_with("/nowhere/at/all.git"));
    shop.git(["config", "--unset", "remote.origin.url", "nowhere"]);
    hotfix.finish().ok();
}

#[test]
fn a_push_that_goes_elsewhere_is_not_public() {
    let shop = Shop::new();
    let fork = mirror_of(&shop, "fork");
    shop.git(["config", "remote.origin.pushurl", &fork.dir.display().to_string()]);
    let hotfix = shop.ready("fix-login-crash");
    let before = shop.remote_refs();
    let ran = hotfix.finish();
    ran.exits(1)
        .says("fork.git (pushed to) has main")
        .says("origin.git (read from, which decides) has nothing of it");
    assert_eq!(shop.remote_refs(), before);
    shop.git(["config", "--unset", "remote.origin.pushurl"]);
    hotfix.finish().ok();
    assert_eq!(shop.remote_refs()["refs/heads/main"], fork.refs()["refs/heads/main"], "the same commits");
}

#[test]
fn push_instead_of_is_an_address_too() {
    let shop = Shop::new();
    let fork = mirror_of(&shop, "fork");
    let key = format!("url.{}.pushInsteadOf", fork.dir.display());
    shop.git(["config", &key, &shop.remote().dir.display().to_string()]);
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--dry-run"]).ok().says("fork.git");
    shop.hotfix(["doctor"]).ok().says("fork.git").says("origin.git");
    hotfix.finish().exits(1).says("fork.git (pushed to)");
}
