//! `affected` where the fault itself was brought to another line.

use crate::support::{Repo, Shop};
use serde_json::Value;

const GOOD: &str = "fn a() {\n    one();\n    two();\n    three();\n    four();\n}\n";

fn release(repo: &Repo, tag: &str) {
    repo.commit(&format!("docs/{tag}"), tag);
    repo.git(["tag", "-a", "-m", tag, tag]);
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

/// The fault was brought to an old line as well, in one of the ways that are usual.
fn faulty_line(pick: &[&str]) -> Value {
    let shop = Shop::build().no_remote().no_develop().tags(&[]).go();
    shop.commit("src/a.rs", GOOD);
    release(&shop, "v1.0.0");
    let fault = shop.commit_as("Make it faster", "src/a.rs", &GOOD.replace("three", "broken"));
    release(&shop, "v1.1.0");
    let fix = shop.commit_as("Mend it", "src/a.rs", &GOOD.replace("three", "mended"));
    release(&shop, "v1.1.1");
    shop.git(["switch", "-q", "-c", "support/1.0", "v1.0.0"]);
    shop.commit("src/a.rs", &format!("// This line is older.\n{GOOD}"));
    release(&shop, "v1.0.1");
    shop.git([&["cherry-pick"], pick, &[fault.as_str()]].concat());
    release(&shop, "v1.0.2");
    shop.git(["switch", "-q", "main"]);
    let ran = shop.hotfix(["affected", &fix, "--json"]);
    ran.ok();
    ran.json()
}

#[test]
fn a_copy_of_the_fault_on_another_line_is_affected() {
    for pick in [&["-x"][..], &[]] {
        let found = faulty_line(pick);
        assert_eq!(texts(&found["affected_tags"]), ["v1.0.2", "v1.1.0"], "{pick:?}");
        assert_eq!(texts(&found["fixed_tags"]), ["v1.1.1"]);
        assert_eq!(found["candidates"][0]["first_tag"], "v1.1.0");
    }
}

/// What git writes about generations says which releases are too old to have anything: not those of an old line
/// that got the fault or the fix later.
#[test]
fn a_commit_graph_changes_no_answer() {
    let shop = Shop::build().no_remote().no_develop().tags(&[]).go();
    shop.commit("src/a.rs", GOOD);
    for tag in ["v1.0.0", "v1.1.0", "v1.2.0", "v1.3.0"] {
        release(&shop, tag);
    }
    let fault = shop.commit_as("Make it faster", "src/a.rs", &GOOD.replace("three", "broken"));
    release(&shop, "v1.4.0");
    let fix = shop.commit_as("Mend it", "src/a.rs", &GOOD.replace("three", "mended"));
    release(&shop, "v1.4.1");
    // Nearer to the beginning than the fault is.
    shop.git(["switch", "-q", "-c", "support/1.0", "v1.0.0"]);
    shop.commit("src/a.rs", &format!("// This line is older.\n{GOOD}"));
    shop.git(["cherry-pick", &fault]);
    shop.git(["tag", "-a", "-m", "v1.0.1", "v1.0.1"]);
    shop.git(["cherry-pick", &fix]);
    shop.git(["tag", "-a", "-m", "v1.0.2", "v1.0.2"]);
    shop.git(["switch", "-q", "main"]);
    let ask = || {
        // The answer is not the one that is remembered.
        let _ = std::fs::remove_file(shop.dir.join(".git/hotfix/affected"));
        let ran = shop.hotfix(["affected", &fix, "--json"]);
        ran.ok();
        ran.json()
    };
    let without = ask();
    assert_eq!(texts(&without["affected_tags"]), ["v1.0.1", "v1.4.0"]);
    assert_eq!(texts(&without["fixed_tags"]), ["v1.0.2", "v1.4.1"]);
    shop.git(["commit-graph", "write", "--reachable"]);
    assert_eq!(ask(), without);
    shop.git(["commit-graph", "write", "--reachable", "--split=no-merge"]);
    shop.commit("docs/later", "later");
    shop.git(["commit-graph", "write", "--reachable", "--split=no-merge"]);
    assert_eq!(ask(), without);
}
