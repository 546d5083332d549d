//! Fixes that change no line: whether a file can be run, where a link points, a submodule's commit.

use crate::support::{Repo, Shop};

/// The commits a submodule moves between; nobody needs to have them here.
const BROKEN: &str = "1111111111111111111111111111111111111111";
const MENDED: &str = "2222222222222222222222222222222222222222";
const NEWER: &str = "3333333333333333333333333333333333333333";

/// Sets an entry of the current branch and commits it; returns the commit.
fn set(repo: &Repo, mode: &str, id: &str, path: &str) -> String {
    repo.git(["update-index", "--add", "--cacheinfo", &format!("{mode},{id},{path}")]);
    repo.git(["commit", "-q", "-m", &format!("Set {path}")]);
    repo.git(["reset", "-q", "--hard"]);
    repo.rev("HEAD")
}

/// A text in the object database.
fn blob(repo: &Repo, text: &str) -> String {
    repo.write("../text", text);
    repo.git(["hash-object", "-w", "../text"]).trim().to_owned()
}

/// An entry that is broken everywhere, and mended on main by a hotfix: mode and id of both.
struct Case {
    path: &'static str,
    broken: (&'static str, String),
    mended: (&'static str, String),
    /// Something else that is put there later.
    other: (&'static str, String),
}

fn cases(shop: &Repo) -> [Case; 3] {
    let script = blob(shop, "#!/bin/sh\necho deploying\n");
    [
        Case {
            path: "bin/deploy",
            broken: ("100644", script.clone()),
            mended: ("100755", script.clone()),
            other: ("120000", blob(shop, "elsewhere")),
        },
        Case {
            path: "current",
            broken: ("120000", blob(shop, "releases/1")),
            mended: ("120000", blob(shop, "releases/2")),
            other: ("120000", blob(shop, "releases/3")),
        },
        Case {
            path: "vendored",
            broken: ("160000", BROKEN.into()),
            mended: ("160000", MENDED.into()),
            other: ("160000", NEWER.into()),
        },
    ]
}

/// One shop for each case, the hotfix released.
fn each() -> Vec<(Shop, Case, String)> {
    (0..3)
        .map(|n| {
            let shop = Shop::build().no_remote().go();
            let case = cases(&shop).into_iter().nth(n).unwrap();
            shop.git(["switch", "-q", "main"]);
            set(&shop, case.broken.0, &case.broken.1, case.path);
            shop.git(["switch", "-q", "develop"]);
            shop.git(["merge", "-q", "--no-edit", "main"]);
            shop.git(["switch", "-q", "main"]);
            shop.git(["switch", "-q", "-c", "hotfix/entry"]);
            let commit = set(&shop, case.mended.0, &case.mended.1, case.path);
            shop.merge_hotfix("main", "entry");
            shop.git(["tag", "v1.2.1"]);
            shop.git(["switch", "-q", "develop"]);
            (shop, case, commit)
        })
        .collect()
}

#[test]
fn never_brought_is_lost() {
    for (shop, case, _) in each() {
        let audit = shop.audit();
        audit.has("entry", "main", "ancestry").lacks("entry", "develop", "never brought here");
        assert_eq!(audit.at("entry", "develop")["paths"][0], case.path);
    }
}

#[test]
fn present_by_merge_by_pick_and_by_hand() {
    for (shop, _, _) in each() {
        shop.merge_hotfix("develop", "entry");
        shop.audit().has("entry", "develop", "ancestry");
    }
    for (shop, _, commit) in each() {
        shop.git(["cherry-pick", &commit]);
        shop.audit().has("entry", "develop", "patch-id");
    }
    for (shop, case, _) in each() {
        shop.commit("src/search.rs", "pub fn search() { all(); }\n");
        set(&shop, case.other.0, &case.other.1, case.path);
        set(&shop, case.mended.0, &case.mended.1, case.path);
        shop.audit().has("entry", "develop", "lines");
    }
}

#[test]
fn merged_and_then_taken_back_is_lost() {
    for (shop, case, _) in each() {
        shop.merge_hotfix("develop", "entry");
        set(&shop, case.broken.0, &case.broken.1, case.path);
        shop.audit().lacks("entry", "develop", "undone by");
    }
    for (shop, _, _) in each() {
        shop.git(["merge", "-q", "-s", "ours", "--no-edit", "hotfix/entry"]);
        shop.audit().lacks("entry", "develop", "dropped in the merge");
    }
}

#[test]
fn changed_to_something_else_later_is_kept() {
    for (shop, case, _) in each() {
        shop.merge_hotfix("develop", "entry");
        let commit = set(&shop, case.other.0, &case.other.1, case.path);
        let audit = shop.audit();
        audit.has("entry", "develop", "ancestry");
        assert_eq!(audit.at("entry", "develop")["because"], commit, "{}", case.path);
    }
}

#[test]
fn what_is_neither_old_nor_new_may_have_the_fix() {
    for (shop, case, _) in each() {
        set(&shop, case.other.0, &case.other.1, case.path);
        shop.audit().cannot_tell("entry", "develop");
    }
}

#[test]
fn the_mode_counts_beside_the_lines() {
    let shop = Shop::build().no_remote().go();
    shop.git(["switch", "-q", "-c", "hotfix/entry", "main"]);
    set(&shop, "100755", &blob(&shop, "pub fn cart() { checked(); }\n"), "src/cart.rs");
    shop.merge_hotfix("main", "entry");
    shop.git(["switch", "-q", "develop"]);
    shop.commit("src/cart.rs", "pub fn cart() { checked(); }\n");
    shop.audit().has("entry", "main", "ancestry").lacks("entry", "develop", "only a part");
    shop.git(["update-index", "--chmod=+x", "src/cart.rs"]);
    shop.git(["commit", "-q", "-m", "It is run"]);
    shop.audit().has("entry", "develop", "lines");
}
