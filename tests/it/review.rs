//! A second pair of eyes: who looked, at which files, and how the responder hears of it.

use crate::support::{FIXED_LOGIN, Repo, Shop, Terminal};
use serde_json::Value;

const NAME: &str = "fix-login-crash";

/// A published fix, everything but the review answered, and a colleague with a fresh clone.
fn waiting_for_review() -> (Shop, Repo) {
    let shop = Shop::new();
    shop.start(NAME)
        .fix_login()
        .answer(&["resolves=yes", "critical-paths=yes", "tests=yes", "staging=yes"])
        .published();
    let colleague = shop.colleague();
    (shop, colleague)
}

fn reviewed(clone: &Repo) -> Value {
    let ran = clone.hotfix(["status", NAME, "--json"]);
    let status = ran.ok().json();
    let checks = status["checks"].as_array().unwrap().clone();
    checks.into_iter().find(|check| check["id"] == "reviewed").unwrap()
}

#[test]
fn a_fresh_clone_reviews_what_it_never_heard_of() {
    let shop = Shop::new();
    let colleague = shop.colleague();
    shop.start(NAME).fix_login().published();
    // Made after the clone: neither branch nor record is there.
    let ran = colleague.hotfix(["review", NAME]);
    ran.ok().says("src/login.rs").says("+    session.unwrap_or(false)").says("--approve");
    assert!(colleague.logs().is_empty(), "looking records nothing");
    let ran = colleague.hotfix(["review", NAME, "--approve", "-m", "looks right"]);
    ran.ok()
        .says("approved")
        .says("hotfix check --hotfix fix-login-crash --answer reviewed=grace@example.com");
    assert_eq!(reviewed(&colleague)["state"], "pass");
}

#[test]
fn without_a_name_the_only_one_is_meant() {
    let (shop, colleague) = waiting_for_review();
    colleague.hotfix(["review", "--approve"]).ok().says(NAME);
    colleague.hotfix(["review", "origin/hotfix/fix-login-crash"]).ok();
    shop.git(["push", "-q", "origin", "main:refs/heads/hotfix/fix-cart"]);
    let other = shop.world.root.join("other");
    let url = shop.remote().dir.display().to_string();
    shop.git(["clone", "-q", &url, &other.display().to_string()]);
    let other = Repo::at(&shop.world, other);
    // No hotfix has a name that reads as an option.
    shop.git(["push", "-q", "origin", "main:refs/heads/hotfix/-n"]);
    other.git(["fetch", "-q"]);
    other.hotfix(["list"]).ok().does_not_say("-n");
    other
        .hotfix(["review"])
        .exits(2)
        .does_not_say("review -n")
        .says("hotfix review fix-cart")
        .says("hotfix review fix-login-crash");
    other.hotfix(["review", "nonsense"]).exits(2);
}

#[test]
fn a_verdict_reaches_the_responder_with_the_shared_log() {
    let (shop, colleague) = waiting_for_review();
    colleague.hotfix(["review", NAME, "--approve"]).ok();
    // The reviewer shares first: their log becomes part of the responder's.
    colleague.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync", "-y"]).ok();
    assert_eq!(reviewed(&shop)["state"], "pass");
    assert_eq!(reviewed(&shop)["by"], "Grace Hopper");
    colleague.hotfix(["sync"]).ok();
    assert_eq!(shop.logs(), colleague.logs(), "one incident, one log");
    assert_eq!(shop.events(NAME), colleague.events(NAME));
    shop.finish(NAME).ok();
}

#[test]
fn a_shared_log_is_found_by_the_reviewer() {
    let (shop, colleague) = waiting_for_review();
    shop.hotfix(["sync", "-y"]).ok();
    let ran = colleague.hotfix(["review", NAME, "--approve"]);
    ran.ok().says("yes, said Ada Lovelace");
    assert_eq!(shop.logs(), colleague.logs());
    colleague.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok();
    assert_eq!(reviewed(&shop)["state"], "pass");
}

#[test]
fn the_line_to_tell_works_as_printed() {
    let (shop, colleague) = waiting_for_review();
    let ran = colleague.hotfix(["review", NAME, "--approve", "--json"]);
    let told = ran.ok().json()["tell"].as_str().unwrap().to_owned();
    let words: Vec<&str> = told.split(' ').skip(1).collect();
    shop.hotfix(words).ok();
    assert_eq!(reviewed(&shop)["state"], "pass");
    assert_eq!(reviewed(&shop)["by"], "grace@example.com");
}

#[test]
fn an_author_is_not_a_second_pair_of_eyes() {
    let (shop, colleague) = waiting_for_review();
    shop.hotfix(["review", NAME, "--approve"]).ok().says("self-review").says("--request");
    assert_eq!(reviewed(&shop)["state"], "open");
    assert_eq!(reviewed(&shop)["self_review"], true);
    shop.hotfix(["status"]).ok().says("a self-review does not count");
    shop.finish(NAME).exits(3).says("reviewed");
    // Neither by another spelling, nor by naming oneself, nor as a co-author.
    shop.call(["review", NAME, "--approve"]).env("GIT_COMMITTER_EMAIL", "ADA@Example.com").run().ok();
    assert_eq!(reviewed(&shop)["state"], "open");
    shop.hotfix(["check", "--hotfix", NAME, "--answer", "reviewed=Ada@example.com"]).ok();
    assert_eq!(reviewed(&shop)["state"], "open");
    colleague.hotfix(["review", NAME, "--approve"]).ok().does_not_say("self-review");
    shop.hotfix(["check", "--hotfix", NAME, "--answer", "reviewed=grace@example.com"]).ok();
    shop.hotfix(["review", NAME, "--approve"]).ok();
    assert_eq!(reviewed(&shop)["state"], "pass", "and takes nobody else's approval away");
    let document = shop.hotfix(["postmortem", NAME, "--output", "-"]);
    document.ok().says("by an author of the change");
}

#[test]
fn co_authors_and_other_addresses_are_authors() {
    let shop = Shop::new();
    let hotfix = shop.start(NAME);
    hotfix.commit_as("Fix it\n\nCo-authored-by: Grace <grace@example.com>", "src/login.rs", FIXED_LOGIN);
    let hotfix = shop.started(NAME).published();
    let colleague = shop.colleague();
    colleague.git(["fetch", "-q"]);
    colleague.hotfix(["review", NAME, "--approve"]).ok().says("self-review");
    colleague.git(["config", "user.email", "grace@home.example"]);
    colleague.hotfix(["review", NAME, "--approve"]).ok().does_not_say("self-review");
    colleague.write(".mailmap", "Grace <grace@example.com> <grace@home.example>\n");
    colleague.hotfix(["review", NAME, "--approve"]).ok().says("self-review");
    drop(hotfix);
}

#[test]
fn a_rejection_says_why_and_stands_in_the_way() {
    let (shop, colleague) = waiting_for_review();
    shop.hotfix(["sync", "-y"]).ok();
    colleague.hotfix(["review", NAME, "--reject"]).exits(2).says("-m");
    colleague.hotfix(["review", NAME, "--reject", "-m", "handle the empty name"]).ok();
    colleague.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok();
    assert_eq!(reviewed(&shop)["state"], "fail");
    shop.hotfix(["status", NAME]).ok().says("rejected: handle the empty name");
    shop.hotfix(["check", "--hotfix", NAME, "-n"])
        .ok()
        .says("rejected by Grace Hopper: handle the empty name");
    shop.finish(NAME).exits(3);
}

#[test]
fn an_approval_is_for_the_files_that_were_seen() {
    let (shop, colleague) = waiting_for_review();
    shop.hotfix(["sync", "-y"]).ok();
    colleague.hotfix(["review", NAME, "--approve"]).ok();
    colleague.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok();
    assert_eq!(reviewed(&shop)["state"], "pass");
    shop.started(NAME).fix("src/other.rs", "// one more thing\n");
    assert_eq!(reviewed(&shop)["state"], "stale");
}

#[test]
fn asking_publishes_the_branch_and_gives_the_line_to_send() {
    let shop = Shop::new();
    let hotfix = shop.start(NAME);
    shop.hotfix(["review", NAME, "--request"]).exits(3).says("no commit");
    let hotfix = hotfix.fix_login();
    let before = shop.remote_refs();
    shop.hotfix(["review", NAME, "--request", "-n"]).ok().says("Would publish");
    assert_eq!(shop.remote_refs(), before);
    let ran = shop.hotfix(["review", NAME, "--request"]);
    ran.ok().says("hotfix review fix-login-crash");
    assert_eq!(ran.stdout.lines().count(), 1, "one line to send\n{ran}");
    assert_eq!(shop.remote().rev(&format!("refs/heads/{}", hotfix.branch)), hotfix.tip());
    assert!(shop.kinds(NAME).contains(&"review-requested".to_owned()));
    shop.hotfix(["review", NAME, "--request"]).ok();
    hotfix.commit("src/more.rs", "// more\n");
    shop.hotfix(["review", NAME, "--request"]).ok();
    assert_eq!(shop.remote().rev(&format!("refs/heads/{}", hotfix.branch)), hotfix.rev("HEAD"));
}

#[test]
fn a_colleagues_commit_is_never_overwritten_by_asking() {
    let (shop, _) = waiting_for_review();
    let theirs = shop.colleague_pushes("hotfix/fix-login-crash", "src/theirs.rs", "// theirs\n");
    shop.started(NAME).fix("src/mine.rs", "// mine\n");
    shop.hotfix(["review", NAME, "--request"]).exits(3).says("git pull --rebase");
    assert_eq!(shop.remote().rev("refs/heads/hotfix/fix-login-crash"), theirs);
    shop.hotfix(["review", NAME]).ok().says("lacks some of its commits");
}

#[test]
fn a_refused_branch_is_said() {
    let shop = Shop::new();
    shop.start(NAME).fix_login();
    shop.refuse_updates_of("refs/heads/hotfix/fix-login-crash");
    shop.hotfix(["review", NAME, "--request"]).exits(1).says("refused").says("Nothing was published");
}

#[test]
fn on_a_terminal_it_asks_for_the_verdict() {
    let (_shop, colleague) = waiting_for_review();
    let quiet = [("GIT_PAGER", "cat")];
    let mut later = Terminal::open(&colleague, &["review", NAME], &quiet);
    later.waits_for("Your verdict").types("\r").exits(0);
    assert!(colleague.logs().is_empty(), "later records nothing");
    let mut terminal = Terminal::open(&colleague, &["review", NAME], &quiet);
    terminal.waits_for("unwrap_or(false)").waits_for("Your verdict");
    terminal.types("\u{1b}[A\u{1b}[A\r").waits_for("A comment").types("fine\r").exits(0);
    assert_eq!(reviewed(&colleague)["state"], "pass");
}

#[test]
fn without_a_remote_in_reach_what_is_known_is_reviewed() {
    let (shop, colleague) = waiting_for_review();
    colleague.git(["fetch", "-q"]);
    std::fs::rename(&shop.remote().dir, shop.world.root.join("away.git")).unwrap();
    colleague.hotfix(["review", NAME, "--approve"]).ok().says("could not be read").says("approved");
}

#[test]
fn a_dry_run_records_nothing() {
    let (_shop, colleague) = waiting_for_review();
    colleague.hotfix(["review", NAME, "--approve", "-n"]).ok().says("Would record");
    assert!(colleague.logs().is_empty());
}

#[test]
fn a_fix_of_an_old_line_is_compared_with_that_line() {
    let shop = Shop::new();
    shop.git(["push", "-q", "origin", "v1.2.0^{commit}:refs/heads/support/1.2"]);
    shop.git(["fetch", "-q"]);
    shop.git(["switch", "-q", "--detach", "origin/support/1.2"]);
    shop.commit("src/old.rs", "// only in the old line\n");
    shop.git(["push", "-q", "origin", "HEAD:refs/heads/support/1.2"]);
    shop.commit("src/login.rs", FIXED_LOGIN);
    shop.git(["push", "-q", "origin", "HEAD:refs/heads/hotfix/fix-old"]);
    let ran = shop.colleague().hotfix(["review", "fix-old"]);
    ran.ok().says("src/login.rs").does_not_say("src/old.rs");
}

#[test]
fn it_names_the_release_that_the_change_becomes() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.hotfix(["review"]).ok().says("v1.2.1");
    assert_eq!(hotfix.hotfix(["review", "--json"]).json()["next_tag"], "v1.2.1");
    hotfix.finish().ok();
    shop.colleague_pushes("main", "src/basket.rs", "pub fn basket() {}\n");
    let next =
        shop.start("fix-basket").fix("src/basket.rs", "pub fn basket() -> bool { true }\n").published();
    // A colleague whose clone has no tag yet is told the same.
    let grace = shop.clone_of("grace");
    grace.git(["tag", "-d", "v1.2.1"]);
    assert_eq!(grace.hotfix(["review", &next.name, "--json"]).json()["next_tag"], "v1.2.2");
}

/// A branch of a stranger, fetched here with what it says replaces its commit.
fn with_a_replaced_commit(evil: &str) -> Shop {
    let shop = Shop::new();
    let mallory = shop.clone_of("mallory");
    mallory.git(["switch", "-q", "-c", "hotfix/evil", "origin/main"]);
    let shown = mallory.commit("src/login.rs", "harmless\n");
    mallory.git(["reset", "-q", "--hard", "HEAD~"]);
    let released = mallory.commit("src/login.rs", evil);
    mallory.git(["push", "-q", "origin", "hotfix/evil", &format!("{shown}:refs/replace/{released}")]);
    shop.git([
        "fetch",
        "-q",
        "origin",
        "+refs/replace/*:refs/replace/*",
        "+refs/heads/*:refs/remotes/origin/*",
    ]);
    shop
}

#[test]
fn a_terminal_shows_the_code_that_is_released_and_not_what_replaces_it() {
    let shop = with_a_replaced_commit("backdoor\n");
    shop.hotfix(["review", "evil"]).ok().says("+backdoor").does_not_say("harmless");
    let mut terminal = Terminal::open(&shop, &["review", "evil"], &[("GIT_PAGER", "cat")]);
    terminal.waits_for("+backdoor").loses("harmless").waits_for("Your verdict").types("\r").exits(0);
}

#[test]
fn what_a_file_says_to_a_terminal_does_not_reach_it() {
    let evil = "a\n\u{1b}]0;OWNED\u{7}\u{1b}[2Jleft\u{1b}]52;c;aGk=\u{7}\n\n\n  b  \n";
    let shop = with_a_replaced_commit(evil);
    for pager in ["cat", "cat -u"] {
        let mut terminal = Terminal::open(&shop, &["review", "evil"], &[("GIT_PAGER", pager)]);
        terminal
            .waits_for("+\\u{1b}]0;OWNED")
            .waits_for("+  b")
            .waits_for("Your verdict")
            .types("\r")
            .exits(0);
        let raw = terminal.raw();
        assert!(!raw.contains("\u{1b}]0;OWNED") && !raw.contains("\u{1b}]52;c;aGk="), "{raw}");
    }
}

#[test]
fn no_character_hides_a_part_of_the_code_or_breaks_a_line_of_it() {
    let evil = "ok(); /*\u{1b}]*/ first();\nx(); /*\u{9d}*/ second();\n// tidy\r-third();\r fourth();\nlo\u{200b}gin\n\tfifth\r\n";
    let shop = with_a_replaced_commit(evil);
    let ran = shop.hotfix(["review", "evil"]);
    let shown = "+ok(); /*\\u{1b}]*/ first();\n+x(); /*\\u{9d}*/ second();\n\
                 +// tidy\\u{d}-third();\\u{d} fourth();\n+lo\\u{200b}gin\n+    fifth\n";
    ran.ok().says(shown);
    let mut terminal = Terminal::open(&shop, &["review", "evil"], &[("GIT_PAGER", "cat")]);
    terminal
        .waits_for("first();")
        .waits_for("second();")
        .waits_for("\\u{d}-third();")
        .waits_for("Your verdict");
    terminal.types("\r").exits(0);
}

#[test]
fn no_program_of_the_configuration_chooses_what_a_review_shows() {
    let shop = with_a_replaced_commit("backdoor\n");
    shop.git(["config", "diff.external", "echo nothing changed; true"]);
    shop.git(["config", "diff.quiet.textconv", "echo nothing; true"]);
    std::fs::write(shop.dir.join(".git/info/attributes"), "* diff=quiet\n").unwrap();
    let mut terminal = Terminal::open(&shop, &["review", "evil"], &[("GIT_PAGER", "cat")]);
    terminal.waits_for("+backdoor").waits_for("Your verdict").types("\r").exits(0);
}

/// Whoever can push the branch may push between the look and the word.
#[test]
fn an_approval_that_is_typed_is_for_what_was_shown() {
    let (shop, colleague) = waiting_for_review();
    colleague.hotfix(["review", NAME]).ok();
    let mallory = shop.clone_of("mallory");
    mallory.git(["switch", "-q", "hotfix/fix-login-crash"]);
    mallory.commit_as("Tidy up", "src/evil.rs", "evil\n");
    mallory.git(["push", "-q", "origin", "HEAD"]);
    let ran = colleague.hotfix(["review", NAME, "--approve"]);
    ran.exits(3)
        .says("1 commit that you were not shown")
        .says("Tidy up")
        .says("hotfix review fix-login-crash");
    assert_eq!(reviewed(&colleague)["state"], "open", "{ran}");
    // What only a merge adds is new as well, and so is another branch of that name.
    colleague.hotfix(["review", NAME]).ok();
    mallory.git(["merge", "-q", "--no-ff", "--no-commit", "-s", "ours", "origin/develop"]);
    mallory.write("src/evil.rs", "worse\n");
    mallory.git(["commit", "-q", "-a", "-m", "Merge develop"]);
    mallory.git(["push", "-q", "origin", "HEAD"]);
    colleague.hotfix(["review", NAME, "--approve"]).exits(3).says("Merge develop");
    mallory.git(["push", "-q", "--force", "origin", "HEAD~2:hotfix/fix-login-crash"]);
    colleague.hotfix(["review", NAME, "--approve"]).exits(3).says("were not shown");
    colleague.hotfix(["review", NAME]).ok();
    colleague.hotfix(["review", NAME, "--approve"]).ok();
    assert_eq!(reviewed(&colleague)["state"], "pass");
}

#[test]
fn a_branch_in_the_way_of_the_name_is_named() {
    let shop = Shop::new();
    shop.start(NAME).fix_login();
    shop.git(["push", "-q", "origin", "main:refs/heads/hotfix/fix-login-crash/sub"]);
    let ran = shop.hotfix(["review", NAME, "--request"]);
    ran.exits(1).says("origin has hotfix/fix-login-crash/sub").says("Nothing was published");
    ran.says("git push origin :refs/heads/hotfix/fix-login-crash/sub");
}
