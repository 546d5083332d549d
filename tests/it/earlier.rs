//! `start` shows what earlier hotfixes of the same names and files have left.

use crate::support::Shop;

/// A hotfix that was released, with these follow-ups.
fn ended(shop: &Shop, name: &str, path: &str, followups: &[&str]) {
    shop.start(name).fix(path, "fixed\n").answer_all();
    for words in followups {
        shop.hotfix(["note", "--hotfix", name, "--kind", "followup", words]).ok();
    }
    shop.finish(name).ok();
}

#[test]
fn the_same_words_and_the_same_files() {
    let shop = Shop::new();
    ended(&shop, "login-loop", "src/session.rs", &["add a test", "alert on 500s"]);
    ended(&shop, "slow-pages", "src/login.rs", &[]);
    ended(&shop, "cart-total", "src/cart.rs", &["check the sums"]);
    let ran = shop.hotfix(["start", "fix-login-crash"]);
    ran.ok().says("Earlier: login-loop (v1.2.1, src/session.rs); ").says("still to do (+1): add a test");
    ran.says("Earlier: slow-pages (v1.2.2, src/login.rs)").does_not_say("cart-total");
    assert!(!ran.stdout.contains("Earlier"), "it is context, not the answer\n{ran}");
    assert!(ran.stderr.lines().filter(|l| l.contains("Earlier")).all(|l| l.chars().count() <= 80), "{ran}");
}

#[test]
fn at_most_three_and_what_is_done_is_no_matter() {
    let shop = Shop::new();
    for n in ["one", "two", "three", "four"] {
        let name = format!("login-{n}");
        ended(&shop, &name, &format!("src/{n}.rs"), &["seen; done when: src/login.rs exists"]);
    }
    let ran = shop.hotfix(["start", "fix-login-crash", "--json"]);
    let earlier = ran.ok().json()["earlier"].as_array().unwrap().clone();
    assert_eq!((earlier.len(), &earlier[0]["name"]), (3, &"login-four".into()), "the newest first");
    assert_eq!(earlier[0]["followups"], serde_json::json!([]), "it is in production already");
    assert_eq!(ran.stderr.matches("Earlier: ").count(), 3, "{ran}");
}

#[test]
fn nothing_where_there_is_nothing() {
    let shop = Shop::new();
    shop.hotfix(["start", "fix-login-crash"]).ok().does_not_say("Earlier");
    shop.hotfix(["start", "fix-cart-crash", "--worktree"]).ok().does_not_say("Earlier");
    shop.hotfix(["abort", "fix-login-crash", "-y"]).ok();
    shop.hotfix(["start", "login-again", "--worktree"]).ok().does_not_say("Earlier");
}
