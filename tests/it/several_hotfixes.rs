//! One incident that took a hotfix, its rollback and another hotfix: one document, in which each is told by
//! itself.

use crate::support::Shop;

/// The first fix was wrong and was taken back; the second one, of this name, is released.
fn night(second: &str) -> Shop {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--title", "Users get a 500 on /login", "--severity", "sev2"]);
    let hotfix = shop.started("fix-login-crash");
    hotfix.commit_as("Guess at the cause", "src/guess.rs", "one\ntwo\n");
    hotfix.answer_all().finish().ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    let ran = shop.hotfix(["start", second]);
    ran.ok().says("It belongs to the open incident fix-login-crash");
    shop.started(second).fix_login().answer_all().finish().ok();
    shop
}

fn section<'a>(text: &'a str, heading: &str) -> &'a str {
    let (_, rest) = text.split_once(heading).unwrap_or_else(|| panic!("{heading} in {text}"));
    rest.split("\n## ").next().unwrap()
}

#[test]
fn each_hotfix_of_an_incident_is_told_by_itself() {
    let shop = night("read-the-new-column");
    let text = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok().stdout.clone();
    let fix = section(&text, "## 8. The fix");
    let heads = [
        "**fix-login-crash, released as `v1.2.1`**",
        "**Rollback of `v1.2.1`, released as `v1.2.2`**",
        "**read-the-new-column, released as `v1.2.3`**",
    ];
    let at: Vec<usize> = heads.iter().map(|h| fix.find(h).unwrap_or_else(|| panic!("{h}: {fix}"))).collect();
    assert!(at.is_sorted(), "{fix}");
    let (first, last) = (&fix[at[0]..at[1]], &fix[at[2]..]);
    assert!(first.contains("src/guess.rs") && !first.contains("src/login.rs"), "{first}");
    assert!(last.contains("src/login.rs") && !last.contains("src/guess.rs"), "{last}");
    assert!(last.contains("1 commit, 1 file"), "{last}");
    let checks = section(&text, "## 9. Testing checklist");
    assert!(!checks.contains("stale") && checks.contains("A rollback has no checklist"), "{checks}");
    assert_eq!(checks.matches("| passed").count(), 10, "five of each hotfix: {checks}");
    let summary = section(&text, "## 1. Summary");
    for said in ["`v1.2.1` with the fix", "`v1.2.2` took `v1.2.1` back", "`v1.2.3` with the fix"] {
        assert!(summary.contains(said), "{said}: {summary}");
    }
    assert!(!summary.contains("The release was rolled back"), "that is said: {summary}");
    let impact = section(&text, "## 2. Impact");
    assert!(!impact.contains("by fix-login-crash"), "which releases lack a fix that was wrong: {impact}");
    let graphs: Vec<&str> = text.split("```mermaid\n").skip(1).filter(|c| c.contains("gitGraph")).collect();
    let hotfixes = graphs.iter().filter(|g| g.contains("branch \"hotfix/")).count();
    assert_eq!(hotfixes, 2, "a picture of each fix, and none that mixes them: {graphs:#?}");
    assert!(section(&text, "## 7. Response").contains("Known before going back:"), "{text}");
    let page = shop.hotfix(["postmortem", "fix-login-crash", "--format", "html", "--output", "-"]);
    page.ok()
        .says("id=\"where-title\"")
        .says("id=\"where-3-title\"")
        .says("src/guess.rs")
        .says("src/login.rs");
    assert!(section(&text, "## 13. Action items").contains("no longer has the change of v1.2.1"), "{text}");
    let json = shop.hotfix(["postmortem", "fix-login-crash", "--json"]).json();
    assert_eq!(json["tag"], "v1.2.3");
    assert_eq!((&json["parts"][0]["undone"], &json["parts"][1]["tag"]), (&"v1.2.1".into(), &"v1.2.3".into()));
    assert_eq!(json["commits"][0]["subject"], "Guess at the cause");
    // Its own check finds nothing to say against what it was generated from.
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "doc.md"]).ok();
    let found = shop.hotfix(["postmortem", "check", "doc.md", "--json"]).json();
    assert_eq!(found["files"][0]["findings"], serde_json::json!([]), "{found:#}");
}

#[test]
fn the_document_of_a_part_is_that_of_its_incident() {
    let shop = night("read-the-new-column");
    let whole = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok().stdout.clone();
    for part in ["read-the-new-column", "rollback-v1.2.1"] {
        let ran = shop.hotfix(["postmortem", part, "--output", "-"]);
        ran.ok();
        assert_eq!(ran.stdout, whole, "{part}");
        assert!(ran.stderr.contains("belongs to the incident fix-login-crash"), "{}", ran.stderr);
    }
}

/// Whoever types the same name again means the same fire.
#[test]
fn a_second_hotfix_of_the_same_name_is_a_part_as_well() {
    let shop = night("fix-login-crash");
    let text = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]).ok().stdout.clone();
    let fix = section(&text, "## 8. The fix");
    assert!(fix.contains("src/guess.rs") && fix.contains("src/login.rs"), "{fix}");
    assert!(!section(&text, "## 9. Testing checklist").contains("stale"), "{text}");
}

#[test]
fn a_second_fix_of_the_same_name_is_told_apart_by_its_id() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let before = shop.logs();
    shop.start_with("fix-login-crash", &["--incident", "fix-login-crash"]);
    let second = shop.logs().into_iter().find(|log| !before.contains(log)).unwrap();
    let second = second.split('/').nth(2).unwrap();
    let ran = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    ran.ok().says(&format!("{second} belongs to the incident fix-login-crash"));
}
