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
