//! Whoever is in the worktree of a merge when the hotfix is done is told the way back.

use crate::support::{HOTFIX, Ran, Repo, Shop};

/// A hotfix whose merge-back was left to a person, who has resolved it in this worktree.
fn resolved() -> (Shop, Repo) {
    let shop = Shop::new();
    shop.colleague_pushes("develop", "src/login.rs", "// rewritten\n");
    shop.ready("fix-login-crash").finish().exits(5);
    let merge = shop.worktree_in_a_merge().expect("no worktree has a merge in progress");
    merge.write("src/login.rs", "// rewritten, and the fix is in\n");
    merge.git(["add", "src/login.rs"]);
    (shop, merge)
}

/// `hotfix` in the worktree of the merge, in which `finish` has just ended.
fn after_finish_in(merge: &Repo, line: &str) -> Ran {
    let place = merge.dir.display();
    let script = format!("cd '{place}'; export PWD; '{HOTFIX}' finish -y >/dev/null; '{HOTFIX}' {line}");
    merge.program("sh", ["-c", script.as_str()])
}

#[test]
fn from_the_worktree_that_finish_has_removed_there_is_a_way_back() {
    for line in ["", "status", "note 'all is well'"] {
        let (shop, merge) = resolved();
        let ran = after_finish_in(&merge, line);
        assert!(!merge.dir.exists());
        ran.exits(2).says(&format!("hint: cd {}\n", shop.dir.display())).does_not_say("drill");
    }
}

#[test]
fn from_the_worktree_that_finish_had_to_keep_there_is_a_way_back() {
    let (shop, merge) = resolved();
    merge.write("notes.txt", "my own\n");
    let ran = after_finish_in(&merge, "");
    assert!(merge.dir.exists());
    ran.ok().says(&format!("cd {}\n", shop.dir.display()));
    shop.hotfix(["status"]).ok().does_not_say("  cd ");
}

#[test]
fn from_a_worktree_at_a_place_of_ones_own_there_is_a_way_back() {
    for pattern in ["../fixes/{name}", "../{name}"] {
        let shop = Shop::new();
        shop.git(["config", "hotfix.start.worktree", pattern]);
        let hotfix = shop.start_with("fix-login-crash", &["--worktree"]);
        let place = hotfix.dir.display().to_string();
        assert!(!place.contains("shop."), "{place}");
        let remove = format!("git -C '{}' worktree remove --force '{place}'", shop.dir.display());
        let script = format!("cd '{place}'; export PWD; {remove}; '{HOTFIX}' status");
        let ran = hotfix.program("sh", ["-c", script.as_str()]);
        ran.exits(2).says(&format!("hint: cd {}\n", shop.dir.display()));
    }
}
