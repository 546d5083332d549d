//! Losses that are accepted, and the forms in which forges show the others.

use crate::support::{REPAIR, Shop};
use serde_json::Value;

fn lost() -> Shop {
    let shop = Shop::build().no_remote().go();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop
}

#[test]
fn an_accepted_loss_does_not_fail_until_its_day() {
    let shop = lost();
    shop.hotfix(["audit", "--new"]).exits(1);
    shop.hotfix(["audit", "--accept", "login"]).exits(2).says("needs a reason");
    shop.hotfix(["audit", "--accept", "cart=why"]).exits(3).says("nothing was changed");
    shop.hotfix(["audit", "--accept", "login=rewritten there", "--until", "soon"]).exits(2);
    shop.hotfix(["audit", "--accept", "login=rewritten there", "--until", "2026-12-31"]).ok();
    let audit = shop.audit();
    assert_eq!(audit.state("login"), "accepted", "{}", audit.ran);
    assert_eq!(audit.at("login", "develop")["note"], "rewritten there");
    shop.hotfix(["audit", "--new"])
        .ok()
        .says("1 hotfix was checked on every branch; none is lost, but 1 accepted.");
    shop.world.set_clock("2027-01-01T10:00:00Z");
    shop.hotfix(["audit", "--new"]).exits(1).says("was accepted until 2026-12-31 only");
}

#[test]
fn it_is_accepted_for_its_target_only_and_read_from_production_in_a_bare_clone() {
    let shop = Shop::build().no_remote().release("release/1.3.0").go();
    shop.hotfix_by_hand("login", "v1.2.1");
    shop.hotfix(["audit", "--accept", "v1.2.1=moved away", "--target", "develop"]).ok();
    let audit = shop.audit();
    assert_eq!(audit.at("login", "develop")["state"], "accepted");
    assert_eq!(audit.at("login", "release/1.3.0")["state"], "lost");
    shop.git(["switch", "-q", "main"]);
    shop.git(["add", ".hotfix-audit.toml"]);
    shop.git(["commit", "-q", "-m", "Accept it"]);
    shop.git(["clone", "-q", "--bare", ".", "../bare.git"]);
    let bare = crate::support::Repo::at(&shop.world, shop.dir.join("../bare.git"));
    assert_eq!(bare.audit().at("login", "develop")["state"], "accepted");
}

#[test]
fn a_mistake_in_the_file_is_named() {
    let shop = lost();
    shop.write(".hotfix-audit.toml", "[[accepted]]\nfix = 'login'\nreson = 'x'\n");
    shop.hotfix(["audit"]).exits(2).says(".hotfix-audit.toml").says("reson");
}

#[test]
fn reports_name_file_line_and_reason() {
    let shop = lost();
    let ran = shop.hotfix(["audit", "--sarif"]);
    let sarif: Value = serde_json::from_str(&ran.exits(1).stdout).unwrap();
    let result = &sarif["runs"][0]["results"][0];
    assert_eq!(sarif["version"], "2.1.0");
    let place = &result["locations"][0]["physicalLocation"];
    assert_eq!(place["artifactLocation"]["uri"], "src/login.rs");
    let line = place["region"]["startLine"].as_u64().unwrap();
    let text = shop.show("main", "src/login.rs");
    assert!(text.lines().nth(line as usize - 1).unwrap().contains(REPAIR), "{text}");
    let ran = shop.hotfix(["audit", "--gitlab"]);
    let report: Value = serde_json::from_str(&ran.exits(1).stdout).unwrap();
    assert_eq!(report[0]["location"]["path"], "src/login.rs");
    assert!(report[0]["fingerprint"].as_str().unwrap().len() >= 16);
    let ran = shop.hotfix(["audit", "--github"]);
    let words = format!("::error file=src/login.rs,line={line},title=Hotfix login is lost in develop::");
    assert!(ran.exits(1).stdout.starts_with(&words), "{ran}");
    shop.merge_hotfix("develop", "login");
    let ran = shop.hotfix(["audit", "--sarif"]);
    let sarif: Value = serde_json::from_str(&ran.ok().stdout).unwrap();
    assert_eq!(sarif["runs"][0]["results"], serde_json::json!([]));
}

#[test]
fn the_evidence_for_one() {
    let shop = lost();
    shop.edit_on("develop", "src/login.rs", "pub fn login", "/// Lets a user in.\npub fn login");
    let ran = shop.hotfix(["audit", "v1.2.1"]);
    ran.exits(1).says("src/login.rs:").says("- ").says(REPAIR).says("between");
    let json = shop.hotfix(["audit", "login", "--json"]).exits(1).json();
    assert_eq!(json["evidence"][0]["is_lost"], true);
    assert_eq!(json["evidence"][0]["ref"], "develop");
    shop.hotfix(["audit", "cart"]).exits(2).says("no past hotfix");
}
