//! Production moves while a request is open and has to come into its branch first. Whoever brings it
//! in: when git makes the same merge here, it needs no new answers; anything else does.

use crate::request_surprises::answered_again;
use crate::requests::{BRANCH, NAME, is_done, ready};
use crate::support::{Flavour, Forge, Hotfix, Ran, Shop};

/// A colleague's commit comes into production by another request.
pub fn main_moves(forge: &Forge, file: &str) {
    branch_moves(forge, "main", file);
}

fn branch_moves(forge: &Forge, branch: &str, file: &str) {
    let model = forge.model();
    let main = model.tip(branch).unwrap();
    let listed = model.git(&["ls-tree", &format!("{main}^{{tree}}")]);
    let blob = model.git(&["rev-parse", &format!("{main}:README.md")]);
    let tree = model.make_tree(&format!("{listed}\n100644 blob {blob}\t{file}\n"));
    let other = model.git(&["commit-tree", &tree, "-p", &main, "-m", "Somebody else's (#6)"]);
    model.set(&format!("refs/heads/{branch}"), &other);
}

/// A request whose check is green, into a production that has moved since and has to be in it.
fn moved(flavour: Flavour) -> (Shop, Forge, Hotfix, u64) {
    let (shop, forge, hotfix) = ready(flavour);
    {
        let mut model = forge.model();
        model.strict = true;
        model.checks = vec!["test".into()];
    }
    hotfix.finish().exits(8);
    let number = forge.model().pulls[0].number;
    forge.model().report(number, "test", "success");
    main_moves(&forge, "other.txt");
    (shop, forge, hotfix, number)
}

fn finish(shop: &Shop) -> Ran {
    shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1").run()
}

/// The branch here is what the forge has of it.
#[track_caller]
fn has_followed(shop: &Shop) {
    assert_eq!(shop.rev(BRANCH), shop.remote().rev(&format!("refs/heads/{BRANCH}")));
}

#[test]
fn it_is_brought_in_and_the_same_command_goes_on() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = moved(flavour);
        finish(&shop).exits(8).says("main was merged into").says("waits for the check");
        has_followed(&shop);
        forge.model().report(number, "test", "success");
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
        shop.remote().show("v1.2.1", "other.txt");
        // GitLab can only rebase: those commits were not approved.
        assert!(!forge.calls().iter().any(|c| c.contains("/rebase")), "{:?}", forge.calls());
    }
}

#[test]
fn it_may_move_twice() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = moved(flavour);
        finish(&shop).exits(8);
        main_moves(&forge, "more.txt");
        forge.model().report(number, "test", "success");
        finish(&shop).exits(8).says("main was merged into");
        has_followed(&shop);
        forge.model().report(number, "test", "success");
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
        shop.remote().show("v1.2.1", "more.txt");
    }
}

#[test]
fn a_person_may_press_the_button() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = moved(flavour);
        forge.model().bring_in(number);
        finish(&shop).exits(8).says("waits for the check");
        has_followed(&shop);
        forge.model().report(number, "test", "success");
        // They merge it as well, and the branch goes.
        forge.model().deletes = true;
        forge.model().merge(number, "merge", "", "bo").unwrap();
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
    }
}

#[test]
fn a_merge_with_something_of_its_own_needs_new_answers() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, _hotfix, number) = moved(flavour);
        forge.model().sneaks = true;
        forge.model().bring_in(number);
        forge.model().report(number, "test", "success");
        let before = shop.remote_refs();
        finish(&shop).exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
        shop.git(["pull", "-q", "--ff-only", "origin", BRANCH]);
        finish(&shop).exits(3).says("was answered for");
        assert_eq!(shop.remote_refs(), before);
        assert_eq!(forge.model().pull(number).unwrap().state, "open");
    }
}

#[test]
fn a_forge_that_brings_in_something_else_gets_nothing_merged() {
    for flavour in [Flavour::GitHub, Flavour::Forgejo] {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix, number) = moved(flavour);
        forge.model().sneaks = true;
        forge.model().checks.clear();
        let main = shop.remote().rev("refs/heads/main");
        let first = finish(&shop);
        first.exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
        let again = finish(&shop);
        again.exits(3);
        let problems = |ran: &Ran| ran.stderr.split_once("error:").unwrap().1.to_owned();
        assert_eq!(problems(&first), problems(&again), "the next run says the same");
        assert_eq!(shop.remote().rev("refs/heads/main"), main);
        assert_eq!(forge.model().pull(number).unwrap().state, "open");
        // The one way out: take it, answer for it, go on.
        shop.git(["pull", "-q", "--ff-only", "origin", BRANCH]);
        answered_again(&shop);
        forge.model().sneaks = false;
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
        shop.remote().show("v1.2.1", "EVIL.md");
    }
}

#[test]
fn killed_between_bringing_in_and_merging_the_same_command_ends_the_same() {
    for flavour in Flavour::ALL {
        let run = |number: u64, forge: &Forge, shop: &Shop, fault: Option<&str>| {
            let log = shop.world.root.join("faults");
            let mut call = shop.call(["finish", NAME, "-y"]).env("HOTFIX_HURRY", "1");
            call = match fault {
                Some(point) => call.env("HOTFIX_FAULT", point),
                None => call.env("HOTFIX_FAULT_LOG", &log),
            };
            let ran = call.run();
            forge.model().report(number, "test", "success");
            (ran, std::fs::read_to_string(log).unwrap_or_default())
        };
        let (shop, forge, _, number) = moved(flavour);
        let (ran, seen) = run(number, &forge, &shop, None);
        ran.exits(8);
        let mut points: Vec<String> = Vec::new();
        for point in seen.lines() {
            let n = points.iter().filter(|p| p.starts_with(&format!("{point}:"))).count() + 1;
            points.push(format!("{point}:{n}"));
        }
        points.retain(|p| p.starts_with("request: ") || p.starts_with("publish: "));
        assert!(points.len() >= 3, "{points:?}");
        for point in points {
            eprintln!("{flavour:?} {point}");
            let (shop, forge, hotfix, number) = moved(flavour);
            run(number, &forge, &shop, Some(&point)).0.exits(137);
            // Brought in or not: it goes on, once the check is green for what is there.
            run(number, &forge, &shop, None).0.exits_with_one_of(&[0, 8]);
            finish(&shop).ok();
            is_done(&shop, &forge, &hotfix);
            shop.remote().show("v1.2.1", "other.txt");
        }
    }
}

#[test]
fn a_number_that_was_taken_by_what_came_in_is_replaced_in_the_same_request() {
    // Whether or not the colleague's release has moved the file.
    for (flavour, moves) in Flavour::ALL.iter().flat_map(|flavour| [(*flavour, true), (*flavour, false)]) {
        eprintln!("{flavour:?} {moves}");
        let (shop, forge, _hotfix, number) = moved(flavour);
        if moves {
            let model = forge.model();
            let main = model.tip("main").unwrap();
            let listed = model.git(&["ls-tree", &format!("{main}^{{tree}}")]);
            let there = model.git(&["rev-parse", &format!("{main}:VERSION")]);
            let taken = model.git(&["rev-parse", &format!("{BRANCH}:VERSION")]);
            let tree = model.make_tree(&format!("{}\n", listed.replace(&there, &taken)));
            let released = model.git(&["commit-tree", &tree, "-p", &main, "-m", "Release 1.2.1"]);
            model.set("refs/heads/main", &released);
        }
        shop.remote().git(["tag", "-a", "-m", "v1.2.1", "v1.2.1", "main"]);
        // The new version needs checks of its own.
        loop {
            let ran = finish(&shop);
            eprintln!("{} {}\n{}", ran.status, ran.stdout, ran.stderr);
            if ran.exits_with_one_of(&[0, 8]).status == 0 {
                break;
            }
            forge.model().report(number, "test", "success");
        }
        assert_eq!(forge.model().pulls.iter().filter(|p| p.base == "main").count(), 1);
        let says = if moves { "1.2.2" } else { "1.2.0" };
        assert_eq!(shop.remote().show("v1.2.2", "VERSION").trim(), says);
        assert!(shop.remote().show("v1.2.2", "src/login.rs").contains("unwrap_or(false)"));
        shop.has_exactly(&["main", "develop"], &["v1.2.0", "v1.2.1", "v1.2.2"]);
    }
}

#[test]
fn a_merge_back_whose_branch_moved_is_brought_up_to_date_and_merged() {
    for flavour in Flavour::ALL {
        eprintln!("{flavour:?}");
        let (shop, forge, hotfix) = ready(flavour);
        {
            let mut model = forge.model();
            model.protect("develop");
            model.strict = true;
            model.approvals = 1;
        }
        finish(&shop).exits(8);
        forge.model().approve(7);
        finish(&shop).exits(8).says("develop is still owed");
        let back = forge.model().pulls.iter().find(|p| p.base == "develop").unwrap().number;
        for file in ["later.txt", "latest.txt"] {
            branch_moves(&forge, "develop", file);
            forge.model().approve(back);
            // The approval was for the commit before.
            finish(&shop).exits(8).says("develop was merged into").says("waits for review");
        }
        forge.model().approve(back);
        finish(&shop).ok();
        is_done(&shop, &forge, &hotfix);
        assert_eq!(forge.model().pulls.len(), 2);
        for file in ["later.txt", "latest.txt"] {
            shop.remote().show("develop", file);
        }
    }
}

#[test]
fn a_merge_of_something_that_is_not_in_production_needs_new_answers() {
    let (shop, forge, _hotfix, number) = moved(Flavour::GitHub);
    {
        // Another branch is brought in, as cleanly as can be.
        let model = forge.model();
        let main = model.tip("main").unwrap();
        main_moves_elsewhere(&model, &main);
        model.bring_in(number);
        model.set("refs/heads/main", &main);
    }
    forge.model().report(number, "test", "success");
    finish(&shop).exits(3).says("git pull --ff-only origin hotfix/fix-login-crash");
    assert_eq!(forge.model().pull(number).unwrap().state, "open");
}

fn main_moves_elsewhere(model: &crate::support::Model, main: &str) {
    let listed = model.git(&["ls-tree", &format!("{main}^{{tree}}")]);
    let blob = model.git(&["rev-parse", &format!("{main}:README.md")]);
    let tree = model.make_tree(&format!("{listed}\n100644 blob {blob}\tnever-released.txt\n"));
    let other = model.git(&["commit-tree", &tree, "-p", main, "-m", "Not released"]);
    model.set("refs/heads/main", &other);
}

#[test]
fn a_branch_that_takes_no_merge_from_here_gets_the_line_to_type() {
    let (shop, forge, _hotfix, number) = moved(Flavour::GitLab);
    forge.model().protect(BRANCH);
    finish(&shop).exits(3).says("git merge").says("git push origin");
    assert_eq!(forge.model().pull(number).unwrap().state, "open");
}
