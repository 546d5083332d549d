//! Several responders finish at the same moment: what is public is right, and all are told the truth.

use crate::support::{FIXED_LOGIN, Ran, Repo, Shop};
use std::collections::BTreeSet;

const NAME: &str = "fix-login-crash";

/// A clone of a further responder, who has fetched the hotfix branch and answered every question.
fn responder(shop: &Shop, n: usize, name: &str) -> Repo {
    let dir = shop.world.root.join(format!("responder-{n}/shop"));
    let url = shop.remote().dir.display().to_string();
    let clone = Repo::at(&shop.world, &dir);
    Repo::at(&shop.world, &shop.world.root).git(["clone", "-q", &url, &dir.display().to_string()]);
    clone.git(["config", "user.name", &format!("Responder {n}")]);
    clone.git(["config", "user.email", &format!("responder{n}@example.com")]);
    clone.git(["switch", "-q", &format!("hotfix/{name}")]);
    answer_all(&clone, name);
    clone
}

fn answer_all(clone: &Repo, name: &str) {
    let mut args = vec!["check", "--hotfix", name];
    for answer in
        ["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=grace@example.com", "staging=yes"]
    {
        args.extend(["--answer", answer]);
    }
    clone.hotfix(args).ok();
}

/// Everybody types the same command at once.
fn all_finish(clones: &[Repo], name: &str) -> Vec<Ran> {
    let running: Vec<_> = clones.iter().map(|clone| clone.call(["finish", name, "-y"]).spawn()).collect();
    running.into_iter().map(|one| one.wait()).collect()
}

#[track_caller]
fn one_release(shop: &Shop, old_main: &str, old_develop: &str, fix: &str) {
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1"]);
    shop.is_released("v1.2.1", old_main, fix);
    shop.got_the_fix("develop", old_develop);
}

/// Exit 0 and the release named, or a failure that says so and what to type. Never a success that
/// did not happen.
#[track_caller]
fn told_the_truth(ran: &Ran) {
    if ran.status == 0 {
        ran.says("v1.2.1").does_not_say("v1.2.2");
    } else {
        ran.fails_with_a_hint();
    }
}

#[test]
fn two_clones_finish_the_same_hotfix() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME).published();
    let (old_main, old_develop, fix) = (shop.tip("main"), shop.tip("develop"), hotfix.tip());
    let clones = [shop.repo.clone(), responder(&shop, 2, NAME)];
    let ran = all_finish(&clones, NAME);
    ran.iter().for_each(told_the_truth);
    assert!(ran.iter().any(|one| one.status == 0), "somebody finished it: {}{}", ran[0], ran[1]);
    one_release(&shop, &old_main, &old_develop, &fix);
    for clone in &clones {
        clone.hotfix(["finish", NAME, "-y"]).ok();
        clone.is_tidy();
        assert!(!clone.has_ref(&format!("refs/heads/{}", hotfix.branch)), "the branch is gone everywhere");
    }
    one_release(&shop, &old_main, &old_develop, &fix);
}

#[test]
fn six_clones_finish_the_same_hotfix() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME).published();
    let (old_main, old_develop, fix) = (shop.tip("main"), shop.tip("develop"), hotfix.tip());
    let mut clones = vec![shop.repo.clone()];
    clones.extend((2..=6).map(|n| responder(&shop, n, NAME)));
    let ran = all_finish(&clones, NAME);
    ran.iter().for_each(told_the_truth);
    one_release(&shop, &old_main, &old_develop, &fix);
    for clone in &clones {
        clone.hotfix(["finish", NAME, "-y"]).ok().says("v1.2.1");
    }
    one_release(&shop, &old_main, &old_develop, &fix);
}

#[test]
fn one_clone_finishes_the_same_hotfix_six_times() {
    let shop = Shop::new();
    let hotfix = shop.ready(NAME).published();
    let (old_main, old_develop, fix) = (shop.tip("main"), shop.tip("develop"), hotfix.tip());
    let clones: Vec<Repo> = (0..6).map(|_| shop.repo.clone()).collect();
    for ran in all_finish(&clones, NAME) {
        ran.ok().says("v1.2.1");
    }
    one_release(&shop, &old_main, &old_develop, &fix);
    let kinds = shop.kinds(NAME);
    for kind in ["merged", "tagged", "pushed", "merged-back", "branch-deleted", "finished"] {
        assert_eq!(kinds.iter().filter(|k| *k == kind).count(), 1, "{kind} in {kinds:?}");
    }
    shop.is_tidy();
}

#[test]
fn two_hotfixes_get_two_versions() {
    let shop = Shop::new();
    shop.ready(NAME).published();
    shop.git(["switch", "-q", "main"]);
    shop.start("fix-cart").fix("src/cart.rs", "pub fn cart() -> u8 { 1 }\n").answer_all().published();
    let other = responder(&shop, 2, "fix-cart");
    let mine = shop.repo.call(["finish", NAME, "-y"]).spawn();
    let theirs = other.call(["finish", "fix-cart", "-y"]).spawn();
    let (mut mine, mut theirs) = (mine.wait(), theirs.wait());
    // Who comes second is told what the first one has added, and agrees to it or not.
    for (ran, clone, name) in [(&mut mine, &*shop, NAME), (&mut theirs, &other, "fix-cart")] {
        ran.exits_with_one_of(&[0, 3]);
        if ran.status == 3 {
            *ran = clone.hotfix(["finish", name, "-y"]);
        }
        ran.ok();
    }
    let said = |ran: &Ran| {
        let tags =
            ["v1.2.1", "v1.2.2"].into_iter().filter(|tag| ran.stdout.contains(&format!("{tag} is public")));
        tags.collect::<Vec<_>>()
    };
    let versions: BTreeSet<&str> = said(&mine).into_iter().chain(said(&theirs)).collect();
    assert_eq!(versions.len(), 2, "each is told its own version\n{mine}\n{theirs}");
    shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    let main = "refs/heads/main";
    assert_eq!(format!("{}\n", shop.remote().show(main, "src/login.rs")), FIXED_LOGIN);
    assert_eq!(shop.remote().show(main, "src/cart.rs"), "pub fn cart() -> u8 { 1 }");
    let first_parents =
        shop.remote().git(["rev-list", "--first-parent", "--count", "v1.2.0..refs/heads/main"]);
    assert_eq!(first_parents, "2", "one merge for each");
}

/// The first one removes the worktree that both were typed in, while the second one waits for it.
#[test]
fn a_second_finish_whose_directory_is_gone_says_why_and_what_to_type() {
    let (shop, hotfix) = crate::conflicts::conflicting_shop();
    let merge = crate::conflicts::stopped(&shop, &hotfix);
    merge.write("src/login.rs", "// both\n");
    merge.git(["add", "src/login.rs"]);
    let (reached, go_on) = (shop.world.root.join("reached"), shop.world.root.join("go-on"));
    for fifo in [&reached, &go_on] {
        assert!(std::process::Command::new("mkfifo").arg(fifo).status().unwrap().success());
    }
    let script = format!(": >'{}'; cat '{}' >/dev/null", reached.display(), go_on.display());
    shop.before_git("push", &script);
    let first = merge.call(["finish", "-y"]).spawn();
    assert_eq!(std::fs::read(&reached).unwrap(), b"");
    let mut second = crate::support::Terminal::open(&merge, &["finish", "-y"], &[]);
    second.waits_for("waiting for it");
    std::fs::write(&go_on, "").unwrap();
    first.wait().ok();
    second.waits_for("no longer exists").exits(1);
    assert!(!second.screen().contains("cannot be read"), "{}", second.screen());
    assert!(second.screen().contains("hint: cd "), "{}", second.screen());
}
