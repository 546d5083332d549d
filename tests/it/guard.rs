//! The scope guard: what counts, what is named, and when it is said.

use crate::support::{Hotfix, Shop};

fn lines(n: usize) -> String {
    (0..n).map(|n| format!("let value_{n} = {n};\n")).collect()
}

fn remarks(hotfix: &Hotfix) -> String {
    hotfix.plan()["remarks"]
        .as_array()
        .unwrap()
        .iter()
        .map(|r| format!("{}\n", r.as_str().unwrap()))
        .collect()
}

#[test]
fn a_large_change_is_said_long_before_it_is_refused() {
    let shop = Shop::new();
    let hotfix = shop.start("big").fix("src/login.rs", &lines(120));
    shop.hotfix(["check", "resolves", "--hotfix", "big"]).ok().says("larger than most hotfixes");
    shop.hotfix(["status"]).ok().says("larger than most hotfixes");
    assert!(remarks(&hotfix).contains("lines in 1 file: larger than most hotfixes"));
    let hotfix = hotfix.fix("src/login.rs", &lines(500)).answer_all();
    shop.hotfix(["check", "tests", "--hotfix", "big"])
        .ok()
        .says("finish will refuse it without --allow-large");
    let before = shop.snapshot();
    hotfix.finish().exits(3).says("--allow-large");
    before.still_holds_except(&[crate::support::Except::Tracking, crate::support::Except::Record]);
    hotfix.finish_with(&["--allow-large", "the file was <generated>"]).ok();
    let event = shop.event("big", "large change allowed: the file was <generated>");
    assert_eq!((event["kind"].as_str(), event["data"]["allowed"].as_str()), (Some("decision"), Some("size")));
    let text = shop.hotfix(["postmortem", "big", "--output", "-"]);
    text.ok().says("larger than the limit, allowed: the file was &lt;generated&gt;");
}

#[test]
fn what_nobody_reads_does_not_count() {
    let attributes = "src/schema.rs linguist-generated\ndocs/** linguist-vendored=true\n";
    let shop = Shop::build().file(".gitattributes", attributes).go();
    let hotfix = shop.start("fix-login-crash").fix_login();
    for path in
        ["src/schema.rs", "docs/api.md", "web/app.min.js", "vendor/x.go", "Cargo.lock", "tests/login.rs"]
    {
        hotfix.commit(path, &lines(450));
    }
    let hotfix = hotfix.answer_all();
    assert_eq!(hotfix.plan()["problems"].as_array().unwrap().len(), 0);
    let hotfix = hotfix.fix("src/other.rs", &lines(450));
    let said = remarks(&hotfix);
    assert!(
        said.contains("tests (1 file, 450 lines)") && said.contains("generated (3 files, 1350 lines)"),
        "{said}"
    );
}

#[test]
fn sensitive_files_and_white_space_are_named_in_a_small_change() {
    let shop = Shop::build().file("src/style.rs", &lines(10)).go();
    let hotfix = shop.start("fix-login-crash").fix("db/migrations/7.sql", "alter table x;\n");
    let hotfix =
        hotfix.fix("src/style.rs", &lines(10).replace("let", "    let").replace("_9 = 9", "_9 = 10"));
    let check = shop.hotfix(["check", "resolves", "--hotfix", "fix-login-crash"]);
    check
        .ok()
        .says("closer look: db/migrations/7.sql")
        .says("18 lines change white space only: src/style.rs");
    shop.hotfix(["status"]).ok().says("touches db/migrations/7.sql");
    assert!(remarks(&hotfix).contains("db/migrations/7.sql"));
}

#[test]
fn this_repositorys_own_hotfixes_are_the_measure() {
    let shop = Shop::new();
    // Two that only git knows of, one that the records know.
    for n in 0..2 {
        shop.git(["switch", "-q", "-c", &format!("hotfix/{n}"), "main"]);
        shop.commit(&format!("src/{n}.rs"), &lines(n + 3));
        shop.git(["switch", "-q", "main"]);
        shop.git([
            "merge",
            "-q",
            "--no-ff",
            "-m",
            &format!("Merge branch 'hotfix/{n}'"),
            &format!("hotfix/{n}"),
        ]);
        shop.git(["branch", "-q", "-D", &format!("hotfix/{n}")]);
    }
    shop.git(["push", "-q", "origin", "main"]);
    shop.ready("one").finish().ok();
    let hotfix = shop.start("two").fix("src/cart.rs", &lines(30));
    assert!(
        remarks(&hotfix).contains("31 lines: more than any of the last 3 hotfixes here (2 to 4, median 3)"),
        "{}",
        remarks(&hotfix)
    );
    shop.hotfix(["status", "two"]).ok().says("larger than any hotfix before it");
    let small = shop.start("three").fix("src/cart.rs", &lines(15));
    assert!(!remarks(&small).contains("hotfixes here"));
}

#[test]
fn files_beside_the_fault_are_named_in_a_large_change() {
    let shop = Shop::new();
    let hotfix = shop.start("fix-login-crash").fix_login().fix("src/refactor.rs", &lines(120));
    assert!(!remarks(&hotfix).contains("no line of the fault"), "nobody has looked yet");
    shop.hotfix(["affected"]).ok().says("src/refactor.rs");
    shop.hotfix(["check", "resolves", "--hotfix", "fix-login-crash"])
        .ok()
        .says("no line of the fault was found in src/refactor.rs");
    assert!(remarks(&hotfix).contains("no line of the fault was found in src/refactor.rs"));
}
