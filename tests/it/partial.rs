//! Clones that lack something: sparse checkouts, partial and shallow clones.

use crate::support::{FIXED_LOGIN, Repo, Shop};

/// A shop with a part that is not checked out.
fn sparse_shop() -> Shop {
    let shop = Shop::build().file("website/index.html", "<h1>The shop</h1>\n").go();
    shop.git(["sparse-checkout", "set", "--cone", "src"]);
    assert!(!shop.has_file("website"));
    shop
}

/// Production moves on in a part that is not checked out, so that finish has to merge there.
fn busy_elsewhere(shop: &Shop) {
    shop.colleague_pushes("main", "website/index.html", "<h1>The new shop</h1>\n");
    shop.colleague_pushes("develop", "website/about.html", "<p>Us</p>\n");
}

fn is_out(shop: &Shop) {
    for branch in ["refs/heads/main", "refs/heads/develop"] {
        assert_eq!(format!("{}\n", shop.remote().show(branch, "src/login.rs")), FIXED_LOGIN);
        assert_eq!(shop.remote().show(branch, "website/index.html"), "<h1>The new shop</h1>");
    }
    assert_eq!(shop.remote().show("refs/heads/develop", "website/about.html"), "<p>Us</p>");
    shop.remote().git(["fsck", "--strict", "--no-dangling"]);
}

#[test]
fn a_sparse_checkout_stays_sparse() {
    let shop = sparse_shop();
    let hotfix = shop.ready("fix-login-crash");
    busy_elsewhere(&shop);
    hotfix.finish().ok();
    is_out(&shop);
    assert!(!shop.has_file("website"), "what was not checked out is not checked out");
    assert_eq!(shop.git(["status", "--porcelain"]), "");
    assert_eq!(shop.read("src/login.rs"), FIXED_LOGIN);
}

#[test]
fn the_worktree_that_start_makes_is_as_sparse() {
    let shop = sparse_shop();
    let place = shop.world.root.join("mine");
    let hotfix = shop.start_with("fix-login-crash", &[&format!("--worktree={}", place.display())]);
    assert!(hotfix.has_file("src/login.rs") && !hotfix.has_file("website"));
    let hotfix = hotfix.fix_login().answer_all();
    busy_elsewhere(&shop);
    hotfix.finish().ok();
    is_out(&shop);
    assert!(!place.exists());
}

#[test]
fn with_a_sparse_index_too() {
    let shop = sparse_shop();
    shop.git(["sparse-checkout", "set", "--cone", "--sparse-index", "src"]);
    let hotfix = shop.ready("fix-login-crash");
    shop.hotfix(["status"]).ok().says("fix-login-crash");
    busy_elsewhere(&shop);
    hotfix.finish().ok();
    is_out(&shop);
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

#[test]
fn a_conflict_where_nothing_is_checked_out_can_be_resolved() {
    let shop = Shop::build().file("website/index.html", "<h1>The shop</h1>\n").go();
    shop.colleague_pushes("develop", "website/index.html", "<h1>Next</h1>\n");
    let hotfix = shop.start("fix-title").fix("website/index.html", "<h1>Open</h1>\n").answer_all();
    shop.git(["sparse-checkout", "set", "--cone", "src"]);
    hotfix.finish().exits(5).says("website/index.html");
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("website/index.html", "<h1>Next, and open</h1>\n");
    merge.git(["add", "--sparse", "website/index.html"]);
    hotfix.finish().ok();
    assert_eq!(shop.remote().show("refs/heads/develop", "website/index.html"), "<h1>Next, and open</h1>");
}

/// The shop, cloned without what a filter leaves out; the clone takes the place of the first one.
fn cloned(flags: &[&str]) -> Shop {
    let mut shop = Shop::new();
    // A past that a fresh checkout does not need.
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    shop.colleague_pushes("develop", "src/login.rs", &shop.read("src/login.rs").replace("unwrap", "expect"));
    shop.remote().git(["config", "uploadpack.allowFilter", "true"]);
    shop.remote().git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let url = format!("file://{}", shop.remote().dir.display());
    let place = shop.world.root.join("clone");
    shop.git([&["clone", "-q"], flags, &[&url, &place.to_string_lossy()]].concat());
    shop.repo = Repo::at(&shop.world, place);
    shop
}

fn goes_through_a_conflict(shop: &Shop) {
    let old = shop.tip("main");
    let theirs = shop.tip("develop");
    let hotfix = shop.ready("fix-login-crash");
    let fix = hotfix.tip();
    hotfix.finish().exits(5).says("src/login.rs");
    shop.is_released("v1.2.1", &old, &fix);
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    merge.write("src/login.rs", "// both\n");
    merge.git(["add", "src/login.rs"]);
    hotfix.finish().ok();
    shop.got_the_fix("develop", &theirs);
    assert_eq!(shop.remote().show("refs/heads/develop", "src/login.rs"), "// both");
    shop.hotfix(["timeline", "fix-login-crash"]).ok().says("v1.2.1");
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok().says("src/login.rs");
    shop.hotfix(["status"]).ok();
}

#[test]
fn a_clone_without_old_files() {
    goes_through_a_conflict(&cloned(&["--filter=blob:none"]));
}

#[test]
fn a_clone_without_old_directories() {
    goes_through_a_conflict(&cloned(&["--filter=tree:0"]));
}

#[test]
fn a_shallow_clone() {
    goes_through_a_conflict(&cloned(&["--depth=1", "--no-single-branch"]));
}

#[test]
fn a_shallow_clone_of_one_branch() {
    goes_through_a_conflict(&cloned(&["--depth=1"]));
}

#[test]
fn a_partial_clone_rolls_back() {
    let shop = cloned(&["--filter=blob:none"]);
    let hotfix = shop.start("fix-cart").fix("src/cart.rs", "pub fn cart() { todo() }\n").answer_all();
    hotfix.finish().ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    assert_eq!(shop.remote().tree("refs/heads/main"), shop.remote().tree("refs/tags/v1.2.0"));
}
