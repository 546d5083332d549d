//! `affected`: candidates for where a fault came from, and the releases that carry it. Every
//! history here has a known answer.

use crate::support::{FIXED_LOGIN, Repo, Shop};
use serde_json::Value;

const GOOD: &str = "fn a() {\n    one();\n    two();\n    three();\n    four();\n    five();\n}\n";
const BAD: &str = "fn a() {\n    one();\n    two();\n    broken();\n    four();\n    five();\n}\n";
const FIXED: &str = "fn a() {\n    one();\n    two();\n    mended();\n    four();\n    five();\n}\n";

/// An empty history: nothing released, no remote.
fn fresh() -> Shop {
    Shop::build().no_remote().no_develop().tags(&[]).go()
}

fn release(repo: &Repo, tag: &str) {
    repo.commit(&format!("docs/{}", tag.replace('/', "-")), tag);
    repo.git(["tag", "-a", "-m", tag, tag]);
}

/// Good in v1.0.0, broken in v1.1.0 to v1.3.0, mended afterwards; returns the fault and the fix.
fn usual(repo: &Repo) -> (String, String) {
    repo.commit("src/a.rs", GOOD);
    release(repo, "v1.0.0");
    let fault = repo.commit_as("Make it faster", "src/a.rs", BAD);
    for tag in ["v1.1.0", "v1.2.0", "v1.3.0"] {
        release(repo, tag);
    }
    let fix = repo.commit_as("Mend it", "src/a.rs", FIXED);
    (fault, fix)
}

fn ask(repo: &Repo, what: &str) -> Value {
    let ran = repo.hotfix(["affected", what, "--json"]);
    ran.ok();
    ran.json()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

fn commits(found: &Value) -> Vec<&str> {
    found["candidates"].as_array().unwrap().iter().map(|c| c["commit"].as_str().unwrap()).collect()
}

#[test]
fn from_the_release_that_brought_it_to_the_one_before_the_fix() {
    let shop = fresh();
    let (fault, fix) = usual(&shop);
    release(&shop, "v1.3.1");
    let before = shop.snapshot();
    let found = ask(&shop, &fix);
    assert_eq!(commits(&found), [fault.as_str()]);
    assert_eq!(found["candidates"][0]["first_tag"], "v1.1.0");
    assert_eq!(found["candidates"][0]["by"], "changed");
    assert_eq!(texts(&found["affected_tags"]), ["v1.1.0", "v1.2.0", "v1.3.0"]);
    assert_eq!(texts(&found["fixed_tags"]), ["v1.3.1"]);
    assert_eq!(found["branches"][0]["state"], "fixed");
    let ran = shop.hotfix(["affected", &fix]);
    ran.ok().says("v1.1.0 to v1.3.0 (3 releases)").says("Make it faster").says("Candidates").says("v1.3.1");
    ran.does_not_say("caused").says("whether one of them is the cause is for you to find out");
    let advisory = shop.hotfix(["affected", &fix, "--advisory"]);
    assert_eq!(
        advisory.ok().stdout.trim_end(),
        "Versions v1.1.0 to v1.3.0 are affected: update to v1.3.1 or later."
    );
    before.still_holds();
}

#[test]
fn the_fix_may_be_named_in_many_ways() {
    let shop = fresh();
    let (_, fix) = usual(&shop);
    release(&shop, "v1.3.1");
    let direct = ask(&shop, &fix);
    for what in ["HEAD~1", "v1.3.1", "v1.3.0..v1.3.1", &fix[..10], "refs/tags/v1.3.1", "v1.3.0.."] {
        let found = ask(&shop, what);
        assert_eq!(found["candidates"], direct["candidates"], "{what}");
        assert_eq!(found["affected_tags"], direct["affected_tags"], "{what}");
    }
    for nonsense in ["no-such-thing", "v1.3.1..v1.0.0", "..", "--", "HEAD..nope", "refs/heads/", "a b", "-x"]
    {
        let ran = shop.hotfix(["affected", "--", nonsense]);
        ran.exits(2);
    }
}

#[test]
fn an_addition_is_judged_by_the_lines_around_it() {
    let shop = fresh();
    shop.commit("src/a.rs", "fn a() {\n    one();\n}\n");
    release(&shop, "v1.0.0");
    let fault = shop.commit("src/a.rs", "fn a() {\n    one();\n    risky();\n    more();\n}\n");
    release(&shop, "v1.1.0");
    let fix = shop.commit("src/a.rs", "fn a() {\n    one();\n    risky();\n    check();\n    more();\n}\n");
    let found = ask(&shop, &fix);
    assert_eq!(commits(&found), [fault.as_str()]);
    assert_eq!(found["candidates"][0]["by"], "around");
    assert_eq!(texts(&found["affected_tags"]), ["v1.1.0"]);
    assert!(texts(&found["fixed_tags"]).is_empty());
    shop.hotfix(["affected", &fix]).ok().says("only adds").says("no release yet");
}

#[test]
fn renames_and_new_indentation_are_seen_through() {
    let shop = fresh();
    shop.commit("src/old.rs", GOOD);
    release(&shop, "v1.0.0");
    let fault = shop.commit("src/old.rs", BAD);
    release(&shop, "v1.1.0");
    shop.git(["mv", "src/old.rs", "src/new.rs"]);
    shop.git(["commit", "-q", "-m", "Move it"]);
    release(&shop, "v1.2.0");
    shop.commit("src/new.rs", &BAD.replace("    ", "\t\t"));
    release(&shop, "v1.3.0");
    let fix = shop.commit("src/new.rs", &FIXED.replace("    ", "\t\t"));
    let found = ask(&shop, &fix);
    assert_eq!(commits(&found), [fault.as_str()]);
    assert_eq!(texts(&found["affected_tags"]), ["v1.1.0", "v1.2.0", "v1.3.0"]);
    // The fix may move the file itself, and indent it anew.
    shop.git(["mv", "src/new.rs", "src/a b\t\"ü\".rs"]);
    let moved = shop.commit("src/a b\t\"ü\".rs", &FIXED.replace("two();", "second();"));
    let found = ask(&shop, &format!("{fix}~1..{moved}"));
    assert!(commits(&found).contains(&fault.as_str()), "{found}");
}

#[test]
fn white_space_can_be_the_fault_where_it_is_all_that_the_fix_changes() {
    let shop = fresh();
    shop.commit("a.py", "if x:\n    one()\ntwo()\n");
    release(&shop, "v1.0.0");
    let fault = shop.commit("a.py", "if x:\n    one()\n    two()\n");
    release(&shop, "v1.1.0");
    let fix = shop.commit("a.py", "if x:\n    one()\ntwo()\n");
    let found = ask(&shop, &fix);
    assert_eq!(commits(&found), [fault.as_str()]);
    assert_eq!(texts(&found["affected_tags"]), ["v1.1.0"]);
}

#[test]
fn revisions_to_ignore_are_ignored() {
    let shop = fresh();
    let fault = shop.commit("src/a.rs", BAD);
    release(&shop, "v1.0.0");
    let noise = shop.commit("src/a.rs", &BAD.replace("broken();", "broken( );"));
    shop.commit("src/a.rs", &BAD.replace("broken();", "broken(/**/);"));
    let noise2 = shop.rev("HEAD");
    release(&shop, "v1.1.0");
    let fix = shop.commit("src/a.rs", FIXED);
    assert_eq!(commits(&ask(&shop, &fix)), [noise2.as_str()]);
    shop.write("ignored", &format!("{noise}\n{noise2}\n"));
    shop.git(["config", "blame.ignoreRevsFile", "ignored"]);
    assert_eq!(commits(&ask(&shop, &fix)), [fault.as_str()]);
    // With a file that is not there no blame works; that is said, and the rest is answered.
    shop.git(["config", "blame.ignoreRevsFile", "gone"]);
    shop.hotfix(["affected", &fix]).ok().says("src/a.rs could not be blamed").says("gone");
}

#[test]
fn faults_and_fixes_come_in_by_merges() {
    let shop = fresh();
    shop.commit("src/a.rs", GOOD);
    release(&shop, "v1.0.0");
    shop.git(["switch", "-q", "-c", "feature"]);
    let fault = shop.commit("src/a.rs", BAD);
    shop.git(["switch", "-q", "main"]);
    release(&shop, "v1.1.0");
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge feature", "feature"]);
    release(&shop, "v1.2.0");
    shop.git(["switch", "-q", "-c", "mend"]);
    shop.commit("src/b.rs", "// a test of it\n");
    shop.commit("src/a.rs", FIXED);
    shop.git(["switch", "-q", "main"]);
    release(&shop, "v1.3.0");
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge mend", "mend"]);
    release(&shop, "v1.3.1");
    for what in ["mend", "HEAD~1", "v1.3.1"] {
        let found = ask(&shop, what);
        assert_eq!(commits(&found), [fault.as_str()], "{what}");
        assert_eq!(texts(&found["affected_tags"]), ["v1.2.0", "v1.3.0"], "{what}");
        assert_eq!(texts(&found["fixed_tags"]), ["v1.3.1"], "{what}");
    }
}

#[test]
fn each_package_has_its_own_releases() {
    let shop = fresh();
    shop.commit("packages/app/a.rs", GOOD);
    release(&shop, "app@1.0.0");
    release(&shop, "lib@7.0.0");
    shop.commit("packages/app/a.rs", BAD);
    release(&shop, "lib@7.1.0");
    release(&shop, "app@1.1.0");
    let fix = shop.commit("packages/app/a.rs", FIXED);
    release(&shop, "lib@7.2.0");
    let found = ask(&shop, &fix);
    assert_eq!(found["candidates"][0]["first_tag"], "app@1.1.0");
    assert_eq!(texts(&found["affected_tags"]), ["app@1.1.0"]);
    assert!(texts(&found["fixed_tags"]).is_empty());
    shop.git(["config", "hotfix.version.tag", "lib@{version}"]);
    assert_eq!(texts(&ask(&shop, &fix)["affected_tags"]), ["lib@7.1.0"]);
}

#[test]
fn a_line_has_the_fix_when_it_was_picked_or_squashed() {
    let shop = fresh();
    let (_, fix) = usual(&shop);
    release(&shop, "v1.3.1");
    for (line, from, tag) in [("support/1.1", "v1.1.0", "v1.1.1"), ("support/1.2", "v1.2.0", "v1.2.1")] {
        shop.git(["switch", "-q", "-c", line, from]);
        release(&shop, tag);
    }
    // By its lines alone, with other files beside it, and by what the message says.
    shop.git(["switch", "-q", "support/1.1"]);
    shop.write("CHANGES", "mended\n");
    shop.git(["add", "CHANGES"]);
    shop.commit("src/a.rs", FIXED);
    release(&shop, "v1.1.2");
    shop.git(["switch", "-q", "-c", "support/1.0", "v1.0.0"]);
    let found = ask(&shop, &fix);
    assert_eq!(texts(&found["affected_tags"]), ["v1.1.0", "v1.1.1", "v1.2.0", "v1.2.1", "v1.3.0"]);
    assert_eq!(texts(&found["fixed_tags"]), ["v1.1.2", "v1.3.1"]);
    let states: Vec<(&str, &str)> = found["branches"]
        .as_array()
        .unwrap()
        .iter()
        .map(|b| (b["branch"].as_str().unwrap(), b["state"].as_str().unwrap()))
        .collect();
    assert_eq!(
        states,
        [("main", "fixed"), ("support/1.0", "free"), ("support/1.1", "fixed"), ("support/1.2", "affected")]
    );
    shop.git(["switch", "-q", "support/1.2"]);
    shop.commit_as(
        &format!("Mend it otherwise\n\n(cherry picked from commit {fix})\n"),
        "src/a.rs",
        &FIXED.replace("mended", "mended_here"),
    );
    release(&shop, "v1.2.2");
    assert_eq!(texts(&ask(&shop, &fix)["fixed_tags"]), ["v1.1.2", "v1.2.2", "v1.3.1"]);
    shop.hotfix(["affected", &fix, "--advisory"])
        .ok()
        .says("Versions v1.1.0 and v1.1.1 are affected: update to v1.1.2 or later.");
}

#[test]
fn what_was_reverted_does_not_count() {
    let shop = fresh();
    let (_, fix) = usual(&shop);
    release(&shop, "v1.3.1");
    shop.git(["revert", "--no-edit", &fix]);
    release(&shop, "v1.3.2");
    shop.git(["revert", "--no-edit", "HEAD~1"]);
    release(&shop, "v1.3.3");
    let found = ask(&shop, &fix);
    assert_eq!(texts(&found["affected_tags"]), ["v1.1.0", "v1.2.0", "v1.3.0", "v1.3.2"]);
    assert_eq!(texts(&found["fixed_tags"]), ["v1.3.1", "v1.3.3"]);
}

#[test]
fn older_than_any_release_and_younger_than_all() {
    let shop = fresh();
    let fault = shop.commit("src/a.rs", BAD);
    release(&shop, "v1.0.0");
    let fix = shop.commit("src/a.rs", FIXED);
    let found = ask(&shop, &fix);
    assert_eq!((commits(&found), texts(&found["affected_tags"])), (vec![fault.as_str()], vec!["v1.0.0"]));

    let unreleased = shop.commit("src/n.rs", BAD);
    let mended = shop.commit("src/n.rs", FIXED);
    let found = ask(&shop, &mended);
    assert_eq!(commits(&found), [unreleased.as_str()]);
    assert!(found["candidates"][0]["first_tag"].is_null());
    assert!(texts(&found["affected_tags"]).is_empty());
    shop.hotfix(["affected", &mended]).ok().says("not released").says("no release");
    shop.hotfix(["affected", &mended, "--advisory"]).ok().says("No released version is known");

    let bare = fresh();
    let (_, fix) = (bare.commit("x", BAD), bare.commit("x", FIXED));
    assert!(texts(&ask(&bare, &fix)["affected_tags"]).is_empty(), "no tag at all");
}

#[test]
fn files_without_lines_new_files_and_deleted_ones() {
    let shop = fresh();
    shop.commit("logo.png", "a\0b");
    release(&shop, "v1.0.0");
    let logo = shop.commit("logo.png", "c\0d");
    shop.commit("src/gone.rs", "never();\n");
    let gone = shop.rev("HEAD");
    release(&shop, "v1.1.0");
    let better = shop.commit("logo.png", "e\0f");
    let found = ask(&shop, &better);
    assert_eq!((commits(&found), texts(&found["affected_tags"])), (vec![logo.as_str()], vec!["v1.1.0"]));
    shop.hotfix(["affected", &better]).ok().says("has no lines");

    let new = shop.commit("src/new.rs", "fn new() {}\n");
    let found = ask(&shop, &new);
    assert!(commits(&found).is_empty());
    shop.hotfix(["affected", &new]).ok().says("no candidate").says("only adds new files");

    shop.git(["rm", "-q", "src/gone.rs"]);
    shop.git(["commit", "-q", "-m", "Remove it"]);
    let found = ask(&shop, "HEAD");
    assert_eq!((commits(&found), texts(&found["affected_tags"])), (vec![gone.as_str()], vec!["v1.1.0"]));

    let first = shop.git(["rev-list", "--max-parents=0", "HEAD"]);
    shop.hotfix(["affected", &first]).ok().says("no commit or release comes before it");
    shop.git(["commit", "-q", "--allow-empty", "-m", "Nothing"]);
    shop.hotfix(["affected", "HEAD"]).ok().says("changes no file");
}

#[test]
fn a_shallow_clone_says_what_it_cannot_see() {
    let shop = Shop::build().tags(&[]).no_develop().go();
    let (fault, fix) = usual(&shop);
    release(&shop, "v1.3.1");
    shop.git(["push", "-q", "--tags", "origin", "main"]);
    let url = format!("file://{}", shop.remote().dir.display());
    let dir = shop.world.root.join("shallow");
    Repo::at(&shop.world, &shop.world.root).git(["clone", "-q", "--depth=4", &url, &dir.to_string_lossy()]);
    let shallow = Repo::at(&shop.world, dir);
    let found = ask(&shallow, &fix);
    assert_ne!(commits(&found), [fault.as_str()]);
    assert_eq!(
        (&found["complete"], &found["candidates"][0]["or_older"]),
        (&Value::Bool(false), &Value::Bool(true))
    );
    shallow.hotfix(["affected", &fix]).ok().says("shallow").says("or before").says("git fetch --unshallow");
    shallow.git(["fetch", "-q", "--unshallow"]);
    assert_eq!(commits(&ask(&shallow, &fix)), [fault.as_str()]);
}

#[test]
fn a_hotfix_from_its_first_commit_to_long_after() {
    let shop = Shop::new();
    shop.hotfix(["affected"]).exits(2);
    let hotfix = shop.start("fix-login-crash");
    shop.hotfix(["affected"]).exits(3).says("no commit");
    let hotfix = hotfix.fix_login();
    let open = ask(&shop, "fix-login-crash");
    assert_eq!(open["name"], "fix-login-crash");
    assert_eq!(texts(&open["affected_tags"]), ["v1.2.0"]);
    assert_eq!(open["candidates"][0]["subject"], "Open the shop");
    shop.hotfix(["affected"]).ok().says("no release yet").says("main");
    shop.hotfix(["status"]).ok().says("fault since v1.2.0 (candidate)");
    let before = shop.git(["rev-parse", "refs/remotes/origin/main"]);
    hotfix.answer_all().finish().ok();
    let ended = ask(&shop, "fix-login-crash");
    assert_eq!(ended["candidates"], open["candidates"]);
    assert_eq!(
        (texts(&ended["affected_tags"]), texts(&ended["fixed_tags"])),
        (vec!["v1.2.0"], vec!["v1.2.1"])
    );
    assert_eq!(ended["base"], before.as_str());
    let states: Vec<&str> =
        ended["branches"].as_array().unwrap().iter().map(|b| b["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["fixed", "fixed"], "{ended}");
    assert_eq!(ask(&shop, "v1.2.1")["candidates"], open["candidates"], "the release stands for the fix");
    let text = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    text.ok()
        .says("with a candidate and without the fix")
        .says("Candidates: commits that wrote")
        .says("Open the shop");
}

#[test]
fn a_rollback_takes_the_fix_out_again() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--keep-fix-in", "develop"]).ok();
    let found = ask(&shop, "v1.2.1");
    assert_eq!(texts(&found["affected_tags"]), ["v1.2.0", "v1.2.2"], "{found}");
    assert_eq!(texts(&found["fixed_tags"]), ["v1.2.1"]);
    let states: Vec<&str> =
        found["branches"].as_array().unwrap().iter().map(|b| b["state"].as_str().unwrap()).collect();
    assert_eq!(states, ["affected", "fixed"], "develop keeps it: {found}");
}

#[test]
fn a_rollback_that_reaches_a_branch_takes_the_fix_out_there() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1"]).ok();
    for what in ["fix-login-crash", "v1.2.1"] {
        let found = ask(&shop, what);
        let states: Vec<&str> =
            found["branches"].as_array().unwrap().iter().map(|b| b["state"].as_str().unwrap()).collect();
        assert_eq!(states, ["affected", "affected"], "{what}: {found}");
    }
}

#[test]
fn a_copy_on_a_line_survives_the_revert_of_the_original() {
    let shop = fresh();
    let (_, fix) = usual(&shop);
    shop.git(["switch", "-q", "-c", "support/1.3", "v1.3.0"]);
    shop.git(["cherry-pick", "-x", &fix]);
    release(&shop, "v1.3.1");
    shop.git(["switch", "-q", "main"]);
    shop.git(["revert", "--no-edit", &fix]);
    release(&shop, "v1.4.0");
    shop.git(["switch", "-q", "support/1.3"]);
    shop.git(["merge", "-q", "--no-edit", "main"]);
    release(&shop, "v1.4.1");
    assert!(shop.read("src/a.rs").contains("mended"), "git keeps the copy");
    let found = ask(&shop, &fix);
    assert_eq!(texts(&found["fixed_tags"]), ["v1.3.1", "v1.4.1"]);
    assert!(texts(&found["affected_tags"]).contains(&"v1.4.0"));
}

#[test]
fn half_a_fix_is_no_fix() {
    let shop = fresh();
    usual(&shop);
    shop.git(["reset", "-q", "--hard", "HEAD~1"]);
    shop.git(["branch", "support/1.3"]);
    shop.git(["switch", "-q", "-c", "mend"]);
    let first = shop.commit("src/a.rs", FIXED);
    shop.commit("src/helper.rs", "fn mended() {}\n");
    shop.git(["switch", "-q", "main"]);
    shop.git(["merge", "-q", "--no-ff", "-m", "Merge mend", "mend"]);
    release(&shop, "v1.4.0");
    shop.git(["switch", "-q", "support/1.3"]);
    shop.git(["cherry-pick", &first]);
    release(&shop, "v1.3.1");
    let found = ask(&shop, "v1.4.0~1");
    assert_eq!(texts(&found["fixed_tags"]), ["v1.4.0"]);
    assert!(texts(&found["affected_tags"]).contains(&"v1.3.1"));
    shop.git(["cherry-pick", "mend"]);
    release(&shop, "v1.3.2");
    assert_eq!(texts(&ask(&shop, "v1.4.0~1")["fixed_tags"]), ["v1.3.2", "v1.4.0"]);
}

#[test]
fn a_second_look_costs_no_history() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login();
    shop.watch_git();
    let first = ask(&shop, "fix-login-crash");
    let calls = shop.git_calls();
    assert!(calls.len() <= 8, "{} git processes: {calls:#?}", calls.len());
    assert!(calls.iter().any(|c| c.contains("blame")));
    shop.watch_git();
    let again = ask(&shop, "fix-login-crash");
    assert_eq!(first, again);
    let new: Vec<String> = shop.git_calls().into_iter().filter(|c| c.contains("blame")).collect();
    assert!(new.is_empty(), "{new:#?}");
    // A new tag, and what is remembered is not the answer any more.
    shop.git(["tag", "v1.2.5", "v1.2.0"]);
    assert_eq!(texts(&ask(&shop, "fix-login-crash")["affected_tags"]), ["v1.2.0", "v1.2.5"]);
    std::fs::write(shop.dir.join(".git/hotfix/affected"), "{damaged").unwrap();
    assert_eq!(ask(&shop, "fix-login-crash")["candidates"], first["candidates"]);
}

#[test]
fn in_every_kind_of_repository() {
    for (objects, refs) in [("sha256", "files"), ("sha1", "reftable")] {
        let shop = Shop::build().no_remote().no_develop().tags(&[]).object_format(objects);
        let shop = if refs == "reftable" { shop.ref_format(refs) } else { shop };
        let Some(shop) = shop.go_if_git_can() else { continue };
        let (fault, fix) = usual(&shop);
        release(&shop, "v1.3.1");
        let found = ask(&shop, &fix);
        assert_eq!(commits(&found), [fault.as_str()]);
        assert_eq!(texts(&found["affected_tags"]), ["v1.1.0", "v1.2.0", "v1.3.0"]);
    }
}

#[test]
fn versions_and_tests_are_not_blamed() {
    let shop = fresh();
    shop.commit("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.0\"\n");
    shop.commit("tests/a.rs", "assert!(broken());\n");
    let fault = shop.commit("src/a.rs", BAD);
    release(&shop, "v1.0.0");
    shop.write("tests/a.rs", "assert!(mended());\n");
    shop.write("Cargo.toml", "[package]\nname = \"a\"\nversion = \"1.0.1\"\n");
    shop.git(["add", "."]);
    shop.commit("src/a.rs", FIXED);
    release(&shop, "v1.0.1");
    assert_eq!(commits(&ask(&shop, "v1.0.1")), [fault.as_str()]);
}

#[test]
fn hostile_subjects_stay_text() {
    let shop = fresh();
    shop.commit_as("\u{1b}[31mred\u{1b}[0m \u{202e}gnp", "src/a.rs", BAD);
    release(&shop, "v1.0.0");
    let fix = shop.commit("src/a.rs", FIXED_LOGIN);
    shop.hotfix(["affected", &fix]).ok();
}
