//! Two open hotfixes whose names a reader cannot tell apart: who starts, names or deploys one is told, and a list marks
//! the one of another clone.

use crate::support::Shop;
use serde_json::json;

/// A stranger's log of this name beside the open hotfix `fix-v1`.
fn beside(name: &str) -> Shop {
    let shop = Shop::new();
    shop.start("fix-v1").fix_login();
    shop.hotfix(["sync", "-y"]).ok();
    let id = format!("20261122-{name}-0b0b");
    let declared = json!({ "id": "forged", "kind": "declared", "text": "t", "refs": { "log": id },
        "data": { "name": name, "title": "t", "branch": format!("hotfix/{name}") } });
    shop.stranger_writes(&format!("refs/incidents/{id}/log"), &declared, &[]);
    shop.hotfix(["sync", "-y"]).ok();
    shop
}

#[test]
fn a_list_marks_the_one_of_another_clone() {
    for (name, spelled) in
        [("fix-vl", "'fix-vl'"), ("fix-v\u{406}", "'fix-v\\u{406}'"), ("Fix-V1", "'Fix-V1'")]
    {
        let shop = beside(name);
        let listed = shop.hotfix(["list"]);
        listed.ok().says(&format!("{spelled} (another clone's; looks like 'fix-v1')"));
        assert_eq!(listed.stdout.matches("looks like").count(), 1, "{listed}");
        let rows = shop.hotfix(["list", "--json"]).ok().json();
        let marked: Vec<_> = rows["hotfixes"].as_array().unwrap().iter().map(|r| &r["looks_like"]).collect();
        assert!(marked.contains(&&json!("fix-v1")) && marked.contains(&&json!(null)), "{rows:#}");
        shop.hotfix(["status", "fix-v1"]).ok().says("looks like").says("comes from another clone");
    }
}

#[test]
fn who_starts_one_is_told_of_the_other() {
    let shop = Shop::new();
    shop.hotfix(["start", "fix-v1", "--no-input"]).ok();
    let told = shop.hotfix(["start", "fix-v2", "--no-input", "--dry-run"]);
    assert!(!told.stderr.contains("looks like"), "{told}");
    let told = shop.hotfix(["start", "fix-vl", "--no-input", "--dry-run"]);
    told.says("'fix-vl' looks like 'fix-v1', which is open in this clone");
}
