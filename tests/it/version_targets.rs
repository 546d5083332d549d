//! Versions where they do not say what production's newest release says: in targets that went on, and in files that
//! are above it.

use crate::support::Shop;
use serde_json::json;

const ROOT: &str = "[workspace]\nmembers = [\"crates/*\"]\n\n[workspace.package]\nversion = \"1.2.0\"\n";
const PACKAGE: &str = "{\n  \"name\": \"shop\",\n  \"version\": \"1.2.0\"\n}\n";

fn member(name: &str, more: &str) -> String {
    format!("[package]\nname = \"{name}\"\nversion.workspace = true\n{more}")
}

fn on(shop: &Shop, branch: &str, path: &str) -> String {
    shop.remote().show(&format!("refs/heads/{branch}"), path)
}

/// How the plan gets onto develop.
fn method(shop: &Shop, name: &str) -> (String, String) {
    let plan = shop.hotfix(["finish", name, "--dry-run", "--json"]).json();
    let target = plan["targets"][1].clone();
    (target["method"].as_str().unwrap_or_default().to_owned(), target["outcome"].to_string())
}

#[test]
fn what_only_develop_has_moves_with_its_package() {
    let pin = "[dependencies]\ncore = { path = \"../core\", version = \"=1.2.0\" }\n";
    let shop =
        Shop::build().file("Cargo.toml", ROOT).file("crates/core/Cargo.toml", &member("core", "")).go();
    shop.colleague_pushes("develop", "crates/web/Cargo.toml", &member("web", pin));
    shop.ready("fix-login-crash").finish().ok();
    assert!(on(&shop, "develop", "Cargo.toml").contains("1.2.1"));
    assert!(on(&shop, "develop", "crates/web/Cargo.toml").contains("=1.2.1"));
}

#[test]
fn a_target_with_its_own_version_keeps_what_belongs_to_it() {
    let pin = "[dependencies]\ncore = { path = \"../core\", version = \"=1.2.0\" }\n";
    let shop =
        Shop::build().file("Cargo.toml", ROOT).file("crates/core/Cargo.toml", &member("core", "")).go();
    shop.colleague_pushes("develop", "Cargo.toml", &ROOT.replace("1.2.0", "1.3.0"));
    shop.colleague_pushes("develop", "crates/web/Cargo.toml", &member("web", pin));
    shop.ready("fix-login-crash").finish().ok();
    assert!(on(&shop, "develop", "Cargo.toml").contains("1.3.0"));
    assert!(on(&shop, "develop", "crates/web/Cargo.toml").contains("=1.2.0"), "not ours to repair");
}

#[test]
fn a_member_that_the_target_deleted_stays_deleted_and_the_release_is_merged() {
    let own = |name: &str| format!("[package]\nname = \"{name}\"\nversion = \"1.2.0\"\n");
    let root = "[workspace]\nmembers = [\"crates/*\"]\n";
    let shop = Shop::build()
        .file("Cargo.toml", root)
        .file("crates/core/Cargo.toml", &own("core"))
        .file("crates/legacy/Cargo.toml", &own("legacy"))
        .file("package.json", PACKAGE)
        .go();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["rm", "-rq", "crates/legacy", "package.json"]);
    shop.git(["commit", "-qm", "Less"]);
    shop.git(["push", "-q", "origin", "develop"]);
    shop.git(["switch", "-q", "main"]);
    shop.ready("fix-login-crash");
    assert_eq!(method(&shop, "fix-login-crash"), ("merge".into(), json!("clean").to_string()));
    shop.finish("fix-login-crash").ok();
    let files = shop.remote().git(["ls-tree", "-r", "--name-only", "develop"]);
    assert!(!files.contains("legacy") && !files.contains("package.json"), "{files}");
    assert_eq!(shop.remote().git(["describe", "--abbrev=0", "develop"]).trim(), "v1.2.1");
}

#[test]
fn a_version_that_the_target_says_elsewhere_stays_there() {
    let web = "[package]\nname = \"web\"\nversion = \"1.2.0\"\n";
    let shop = Shop::build()
        .file("Cargo.toml", "[workspace]\nmembers = [\"web\"]\n\n[workspace.package]\nversion = \"1.2.0\"\n")
        .file("web/Cargo.toml", web)
        .go();
    let shared = web.replace("version = \"1.2.0\"", "version.workspace = true");
    shop.colleague_pushes("develop", "web/Cargo.toml", &shared);
    shop.ready("fix-login-crash");
    assert_eq!(method(&shop, "fix-login-crash").0, "merge");
    shop.finish("fix-login-crash").ok();
    assert_eq!(on(&shop, "develop", "web/Cargo.toml").trim(), shared.trim());
    assert!(on(&shop, "develop", "Cargo.toml").contains("1.2.1"));
}

#[test]
fn a_version_file_that_the_target_moved_and_changed_is_no_conflict() {
    let member = "{\n  \"name\": \"web\",\n  \"version\": \"1.2.0\",\n  \"private\": true,\n  \"license\": \"MIT\"\n}\n";
    let shop = Shop::build()
        .file("package.json", &PACKAGE.replace("\n}", ",\n  \"workspaces\": [\"apps/*\"]\n}"))
        .file("apps/web/package.json", member)
        .go();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["mv", "apps", "packages"]);
    shop.write("packages/web/package.json", &member.replace("1.2.0", "1.3.0-dev"));
    shop.git(["commit", "-qam", "Packages"]);
    shop.git(["push", "-q", "origin", "develop"]);
    shop.git(["switch", "-q", "main"]);
    shop.ready("fix-login-crash");
    assert_eq!(method(&shop, "fix-login-crash").0, "merge");
    shop.finish("fix-login-crash").ok();
    assert!(on(&shop, "develop", "packages/web/package.json").contains("1.3.0-dev"));
}

#[test]
fn a_deleted_file_that_the_fix_is_in_is_still_asked_about() {
    let shop = Shop::build().file("package.json", PACKAGE).go();
    shop.git(["switch", "-q", "develop"]);
    shop.git(["rm", "-q", "src/login.rs", "package.json"]);
    shop.git(["commit", "-qm", "Less"]);
    shop.git(["push", "-q", "origin", "develop"]);
    shop.git(["switch", "-q", "main"]);
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(5).says("src/login.rs");
    let merge = shop.worktree_in_a_merge().unwrap();
    let status = merge.git(["status", "--porcelain"]);
    assert!(!status.contains("package.json"), "{status}");
}

#[test]
fn without_a_release_the_files_say_what_was_before() {
    let shop = Shop::build().tags(&[]).file("package.json", &PACKAGE.replace("1.2.0", "1.4.0")).go();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().exits(3).says("package.json says 1.4.0").says("--version");
    hotfix.finish_with(&["--version", "1.4.1"]).ok();
    let package = shop.remote().show("refs/tags/v1.4.1", "package.json");
    assert!(package.contains("\"1.4.1\""), "{package}");
}

#[test]
fn a_pre_release_in_the_files_is_above_the_newest_release() {
    for (says, asked, becomes) in [
        ("2.0.0-rc.1", "2.0.0", "\"2.0.0\""),
        ("1.2.1-SNAPSHOT", "1.2.1", "\"1.2.1\""),
        ("1.3.0.dev0", "1.3.0", "\"1.3.0\""),
        // The number that is released is below what the file says: nothing is lowered.
        ("2.0.0-rc.1", "1.2.1", "\"2.0.0-rc.1\""),
    ] {
        let shop = Shop::build().file("package.json", &PACKAGE.replace("1.2.0", says)).go();
        let hotfix = shop.ready("fix-login-crash");
        hotfix.finish().exits(3).says(&format!("package.json says {says}")).says("--version");
        hotfix.finish_with(&["--version", asked]).ok();
        let package = shop.remote().show(&format!("refs/tags/v{asked}"), "package.json");
        assert!(package.contains(becomes), "{says}: {package}");
    }
}
