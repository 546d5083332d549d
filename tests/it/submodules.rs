//! Submodules: a pointer is a file like any other, and their working trees are nobody's business.

use crate::support::{Except, Repo, Shop};

/// A shop with a library in `vendored`, on production and on develop; and that library's repository.
fn vendoring_shop() -> (Shop, Repo) {
    let shop = Shop::new();
    let library = Repo::at(&shop.world, shop.world.root.join("library"));
    std::fs::create_dir_all(&library.dir).unwrap();
    library.git(["init", "-q"]);
    library.commit("lib.rs", "// broken\n");
    let url = library.dir.to_string_lossy().into_owned();
    for branch in ["develop", "main"] {
        shop.git(["switch", "-q", branch]);
        shop.git(["submodule", "--quiet", "add", "--force", &url, "vendored"]);
        shop.git(["commit", "-q", "-m", "Use the library"]);
    }
    shop.git(["push", "-q", "origin", "main", "develop"]);
    (shop, library)
}

/// Takes the library's newest commit into the submodule of a worktree, and commits that.
fn bump(work: &Repo, library: &Repo) -> String {
    let fixed = library.commit("lib.rs", "// fixed\n");
    let inside = Repo::at(&work.world, work.dir.join("vendored"));
    inside.git(["fetch", "-q", "origin"]);
    inside.git(["checkout", "-q", &fixed]);
    work.git(["commit", "-q", "-a", "-m", "Take the fixed library"]);
    fixed
}

fn pointer(shop: &Shop, branch: &str) -> String {
    shop.remote().rev(&format!("refs/heads/{branch}:vendored"))
}

#[test]
fn a_pointer_is_released_and_merged_back() {
    let (shop, library) = vendoring_shop();
    let hotfix = shop.start("fix-library");
    let fixed = bump(&hotfix, &library);
    hotfix.answer_all().finish().ok();
    assert_eq!(pointer(&shop, "main"), fixed);
    assert_eq!(pointer(&shop, "develop"), fixed);
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

#[test]
fn in_a_worktree_of_its_own() {
    let (shop, library) = vendoring_shop();
    let place = shop.world.root.join("mine");
    let hotfix = shop.start_with("fix-library", &[&format!("--worktree={}", place.display())]);
    hotfix.git(["submodule", "--quiet", "update", "--init"]);
    let fixed = bump(&hotfix, &library);
    let ran = hotfix.answer_all().finish();
    ran.ok();
    assert_eq!(pointer(&shop, "develop"), fixed);
    // git never removes a worktree that has a submodule checked out, unless it is forced to.
    let remove = format!("git worktree remove --force {}", place.display());
    assert!(ran.said(&remove), "it says how to remove it\n{ran}");
    shop.git(["worktree", "remove", "--force", &place.to_string_lossy()]);
    // The clone has followed, but for what lies in the submodule; the line that is printed does that.
    ran.says("git submodule update vendored");
    shop.git(["submodule", "--quiet", "update", "vendored"]);
    assert_eq!(shop.git(["status", "--porcelain"]), "");
}

#[test]
fn another_pointer_on_develop_is_a_conflict_that_a_person_settles() {
    let (shop, library) = vendoring_shop();
    let first = library.rev("HEAD");
    library.git(["switch", "-q", "-c", "next", &first]);
    let theirs = library.commit("other.rs", "// developed\n");
    shop.git(["switch", "-q", "develop"]);
    shop.git(["update-index", "--cacheinfo", &format!("160000,{theirs},vendored")]);
    shop.git(["commit", "-q", "-m", "Take the next library"]);
    shop.git(["push", "-q", "origin", "develop"]);
    shop.git(["switch", "-q", "main"]);
    library.git(["switch", "-q", "-"]);
    let hotfix = shop.start("fix-library");
    shop.git(["submodule", "--quiet", "update"]);
    let fixed = bump(&hotfix, &library);
    let hotfix = hotfix.answer_all();
    hotfix.finish().exits(5).says("vendored");
    assert_eq!(pointer(&shop, "main"), fixed);
    let merge = shop.worktree_in_a_merge().expect("no merge in progress");
    library.git(["switch", "-q", "next"]);
    library.git(["merge", "-q", "--no-edit", &fixed]);
    let both = library.rev("HEAD");
    merge.git(["update-index", "--cacheinfo", &format!("160000,{both},vendored")]);
    hotfix.finish().ok();
    assert_eq!(pointer(&shop, "develop"), both);
}

#[test]
fn files_that_lie_about_in_a_submodule_are_in_nobodys_way() {
    let (shop, _) = vendoring_shop();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.write("vendored/build.log", "made by its build\n");
    hotfix.finish().ok();
    assert_eq!(hotfix.read("vendored/build.log"), "made by its build\n");
}

#[test]
fn a_pointer_that_was_not_committed_is_not_left_out_silently() {
    let (shop, library) = vendoring_shop();
    let hotfix = shop.ready("fix-login-crash");
    let fixed = library.commit("lib.rs", "// fixed\n");
    let inside = Repo::at(&shop.world, hotfix.dir.join("vendored"));
    inside.git(["fetch", "-q", "origin"]);
    inside.git(["checkout", "-q", &fixed]);
    hotfix.finish().exits(3).says("vendored");
}

#[test]
fn a_pointer_to_a_commit_that_nobody_has_is_refused_where_git_is_set_to_check() {
    for setting in ["check", "on-demand"] {
        let (shop, _) = vendoring_shop();
        shop.git(["config", "push.recurseSubmodules", setting]);
        let hotfix = shop.start("fix-library");
        let inside = Repo::at(&shop.world, hotfix.dir.join("vendored"));
        inside.git(["config", "user.name", "Ada"]);
        inside.git(["config", "user.email", "ada@example.com"]);
        inside.commit("lib.rs", "// fixed here only\n");
        hotfix.git(["commit", "-q", "-a", "-m", "Take what nobody else has"]);
        let hotfix = hotfix.answer_all();
        let before = shop.remote_refs();
        hotfix.finish().exits(1).says("vendored");
        assert_eq!(shop.remote_refs(), before);
        inside.git(["push", "-q", "origin", "HEAD:refs/heads/fixed"]);
        hotfix.finish().ok();
    }
}

#[test]
fn a_pointer_to_a_commit_that_only_another_worktree_has_is_refused() {
    for setting in [None, Some("check"), Some("on-demand")] {
        let (shop, _) = vendoring_shop();
        if let Some(setting) = setting {
            shop.git(["config", "push.recurseSubmodules", setting]);
        }
        let place = shop.world.root.join("mine");
        let hotfix = shop.start_with("fix-library", &[&format!("--worktree={}", place.display())]);
        hotfix.git(["submodule", "--quiet", "update", "--init"]);
        let inside = Repo::at(&shop.world, hotfix.dir.join("vendored"));
        inside.git(["config", "user.name", "Ada"]);
        inside.git(["config", "user.email", "ada@example.com"]);
        let commit = inside.commit("lib.rs", "// fixed here only\n");
        hotfix.git(["commit", "-q", "-a", "-m", "Take what nobody else has"]);
        let hotfix = hotfix.answer_all();
        let before = shop.snapshot();
        let ran = hotfix.finish_with(&["--json"]);
        ran.exits(3).says("vendored").says(&commit[..7]).says("push");
        before.still_holds_except(&[Except::Tracking, Except::Record]);
        let problems = ran.json()["error"]["problems"].as_array().unwrap().clone();
        assert_eq!(problems.len(), 1, "{problems:?}");
        assert_eq!(problems[0]["id"], "submodule");
        // What is printed works as printed.
        let hint = problems[0]["hint"].as_str().unwrap();
        let words: Vec<&str> = hint.split_whitespace().skip(1).collect();
        shop.git(words);
        hotfix.finish().ok();
        assert_eq!(pointer(&shop, "main"), commit);
    }
}

#[test]
fn a_pointer_that_the_fix_does_not_touch_is_nobodys_concern() {
    let (shop, _) = vendoring_shop();
    let hotfix = shop.ready("fix-login-crash");
    let inside = Repo::at(&shop.world, hotfix.dir.join("vendored"));
    inside.git([
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=a@example.com",
        "commit",
        "-q",
        "--allow-empty",
        "-m",
        "x",
    ]);
    inside.git(["checkout", "-q", "HEAD~1"]);
    hotfix.finish().ok();
}

#[test]
fn a_pointer_is_published_unchecked_where_git_is_told_not_to_check() {
    let (shop, _) = vendoring_shop();
    shop.git(["config", "push.recurseSubmodules", "no"]);
    let hotfix = shop.start("fix-library");
    let inside = Repo::at(&shop.world, hotfix.dir.join("vendored"));
    inside.git(["config", "user.name", "Ada"]);
    inside.git(["config", "user.email", "ada@example.com"]);
    let commit = inside.commit("lib.rs", "// fixed here only\n");
    hotfix.git(["commit", "-q", "-a", "-m", "Take what nobody else has"]);
    hotfix.answer_all().finish().ok();
    assert_eq!(pointer(&shop, "main"), commit);
}

/// A hotfix of the library, started in the submodule's working tree.
#[test]
fn the_worktree_of_a_submodule_is_not_left_in_the_repository_around_it() {
    let (shop, _library) = vendoring_shop();
    let inside = Repo::at(&shop.world, shop.dir.join("vendored"));
    inside.write("lib.rs", "// dirty\n");
    inside.hotfix(["start", "fix-library"]).ok();
    let worktrees = inside.worktrees();
    let made = worktrees.last().unwrap();
    assert!(!made.dir.starts_with(&shop.dir), "{}", made.dir.display());
    let status = shop.git(["status", "--porcelain", "--ignore-submodules"]);
    assert_eq!(status, "", "nothing is left beside it");
}

#[test]
fn a_release_whose_submodule_is_gone_can_be_looked_into_and_deployed_by_hand() {
    let (shop, library) = vendoring_shop();
    let config = "[deploy]\ncommand = \"true\"\n";
    shop.git(["switch", "-q", "main"]);
    shop.commit("hotfix.toml", config);
    shop.git(["push", "-q", "origin", "main"]);
    let hotfix = shop.start("fix-login-crash").fix_login().answer_all();
    let away = library.dir.with_extension("away");
    std::fs::rename(&library.dir, &away).unwrap();
    let ran = hotfix.finish_with(&["--trust"]);
    ran.exits(1).says("no command was run").says("submodule update --init --recursive    # shows why");
    ran.says("hotfix mark deployed --hotfix fix-login-crash    # once it is deployed by hand");
    shop.hotfix(["mark", "deployed", "--hotfix", "fix-login-crash"]).ok();
    hotfix.finish().ok();
    std::fs::rename(&away, &library.dir).unwrap();
}
