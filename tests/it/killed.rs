//! `kill -9` at any moment, then the same command: the end is the same.
//!
//! Each test kills one command before and after every call of git it makes, and at every point
//! between two steps of its own, and demands each time what must hold on the wreck and in the end.

use crate::support::{FIXED_LOGIN, Repo, Scene, Shop};

const NAME: &str = "fix-login-crash";
const REWRITTEN: &str = "// rewritten\n";

fn clone(shop: &Shop) -> Repo {
    shop.repo.clone()
}

/// A finish, typed in the clone; one that is done says so and is content.
fn finishing(shop: fn() -> Shop) -> Scene {
    Scene {
        shop,
        stand: clone,
        args: &["finish", NAME, "-y"],
        exits: 0,
        exits_when_done: 0,
        name: NAME,
        targets: &["develop"],
    }
}

/// A command that has no branch to reach, and refuses what is done already.
fn once(shop: fn() -> Shop, args: &'static [&'static str]) -> Scene {
    Scene { args, exits_when_done: 3, targets: &[], ..finishing(shop) }
}

#[test]
fn finish_with_develop_and_a_release_branch() {
    let shop = || {
        let shop = Shop::build().in_memory().release("release/1.3.0").go();
        shop.ready(NAME);
        shop
    };
    Scene { targets: &["develop", "release/1.3.0"], ..finishing(shop) }.sweep();
}

#[test]
fn finish_with_a_published_branch() {
    let shop = || {
        let shop = Shop::build().in_memory().go();
        shop.ready(NAME).published();
        shop
    };
    finishing(shop).sweep();
}

#[test]
fn finish_with_nothing_but_main() {
    let shop = || {
        let shop = Shop::build().in_memory().no_develop().go();
        shop.ready(NAME);
        shop
    };
    Scene { targets: &[], ..finishing(shop) }.sweep();
}

#[test]
fn finish_without_a_remote() {
    let shop = || {
        let shop = Shop::build().in_memory().no_remote().go();
        shop.ready(NAME);
        shop
    };
    finishing(shop).sweep();
}

#[test]
fn finish_from_the_worktree_that_start_made() {
    let shop = || {
        let shop = Shop::build().in_memory().go();
        shop.start_with(NAME, &["--worktree"]).fix_login().answer_all();
        shop
    };
    let stand = |shop: &Shop| Repo::at(&shop.world, shop.world.root.join(format!("shop.hotfix-{NAME}")));
    Scene { stand, args: &["finish", "-y"], ..finishing(shop) }.sweep();
}

#[test]
fn finish_that_removes_the_worktree_that_start_made() {
    let shop = || {
        let shop = Shop::build().in_memory().no_develop().go();
        shop.start_with(NAME, &["--worktree"]).fix_login().answer_all();
        shop
    };
    Scene { targets: &[], ..finishing(shop) }.sweep();
}

#[test]
fn finish_that_leaves_a_conflict_to_a_human() {
    let shop = || {
        let shop = Shop::build().in_memory().go();
        shop.colleague_pushes("develop", "src/login.rs", REWRITTEN);
        shop.ready(NAME);
        shop
    };
    Scene { exits: 5, exits_when_done: 5, ..finishing(shop) }.sweep();
}

#[test]
fn finish_after_the_conflict_is_resolved() {
    let shop = || {
        let shop = Shop::build().in_memory().go();
        shop.colleague_pushes("develop", "src/login.rs", REWRITTEN);
        shop.ready(NAME).finish().exits(5);
        let merge = shop.worktree_in_a_merge().expect("no merge in progress");
        merge.write("src/login.rs", "// rewritten, and the fix is in\n");
        merge.git(["add", "src/login.rs"]);
        shop
    };
    finishing(shop).sweep();
}

#[test]
fn abort() {
    let shop = || {
        let shop = Shop::build().in_memory().go();
        shop.start(NAME).fix_login();
        shop
    };
    let args = &["abort", NAME, "-y", "-m", "a rollback was enough"];
    once(shop, args).sweep();
}

#[test]
fn start() {
    let shop = || Shop::build().in_memory().go();
    let args = &["start", NAME, "--severity", "sev2", "--symptom", "500 on /login", "--detected", "11:30"];
    once(shop, args).sweep();
}

#[test]
fn start_beside_uncommitted_work() {
    let shop = || {
        let shop = Shop::build().in_memory().go();
        shop.write("src/cart.rs", "// half an idea\n");
        shop
    };
    once(shop, &["start", NAME]).sweep();
}

#[test]
fn start_that_stashes_uncommitted_work() {
    let shop = || {
        let shop = Shop::build().in_memory().go();
        shop.write("src/login.rs", FIXED_LOGIN);
        shop
    };
    let args = &["start", NAME, "--stash"];
    once(shop, args).sweep();
}
