//! What a person made of a merge-back is told as it is.

use crate::conflicts::{conflicting_shop, stopped};

#[test]
fn a_merge_by_hand_that_has_nothing_of_the_fix_is_said_to() {
    for keeps in [false, true] {
        let (shop, hotfix) = conflicting_shop();
        let merge = stopped(&shop, &hotfix);
        let side = if keeps { "--theirs" } else { "--ours" };
        merge.git(["checkout", side, "src/login.rs"]);
        merge.git(["add", "src/login.rs"]);
        let ran = hotfix.finish();
        if keeps {
            ran.ok().says("by hand").says("has the fix");
        } else {
            ran.ok().says("merged by hand, with nothing of the fix in src/login.rs");
            assert!(!ran.stdout.contains("has the fix"), "{}", ran.stdout);
            let written = shop.hotfix(["postmortem", "fix-login-crash", "-o", "-"]);
            written.ok().says("with nothing of the fix in src/login.rs");
        }
    }
}
