//! A hotfix changes hands: what the other clone needs is said in both.

use crate::support::Shop;

const NAME: &str = "fix-login-crash";
const PUSH: &str = "git push -u origin hotfix/fix-login-crash";

#[test]
fn sync_says_that_the_branch_itself_is_not_published() {
    let shop = Shop::new();
    let hotfix = shop.start(NAME).fix_login();
    shop.hotfix(["sync", "-y"]).ok().says("hotfix/fix-login-crash itself is not on origin").says(PUSH);
    let hotfix = hotfix.published();
    shop.hotfix(["sync"]).ok().does_not_say("not on origin");
    let hotfix = hotfix.fix("src/more.rs", "// more\n");
    shop.hotfix(["sync"]).ok().says("1 commit of hotfix/fix-login-crash is not on origin").says(PUSH);
    hotfix.git(PUSH.split(' ').skip(1));
    shop.hotfix(["sync"]).ok().does_not_say("not on origin");
}

#[test]
fn the_other_clone_is_told_who_has_the_branch_and_gets_it_once_it_is_pushed() {
    let shop = Shop::new();
    let hotfix = shop.start(NAME).fix_login();
    shop.hotfix(["sync", "-y"]).ok();
    let grace = shop.clone_of("grace");
    grace.hotfix(["sync"]).ok();
    let who = shop.git(["config", "user.name"]);
    let told = format!("was not on origin when it was last read; {who} has it and can publish it: {PUSH}");
    grace
        .hotfix(["status"])
        .ok()
        .says(&told)
        .says("git fetch origin")
        .says(&format!("not here; {who} has it"));
    grace.hotfix(["check"]).exits(2).says(&told).does_not_say("any more");
    grace.hotfix(["review", NAME]).exits(2).says(&told);
    hotfix.published();
    // A sync with nothing new in the log looks for it all the same.
    grace.hotfix(["sync"]).ok();
    grace.hotfix(["status"]).ok().does_not_say("not on origin").does_not_say("no commit yet");
}

#[test]
fn what_is_not_synced_yet_is_said_where_a_hotfix_ends_or_changes_hands() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME);
    shop.hotfix(["role", "take", "fixer"]).ok().does_not_say("hotfix sync");
    shop.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["role", "take", "commander"]).ok().says("is not on origin yet").says("  hotfix sync");
    hotfix.finish().ok().says("is not on origin yet").says("  hotfix sync");
    shop.hotfix(["sync"]).ok();
}
