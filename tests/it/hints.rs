//! A hint works as it is printed, wherever the person stands who reads it.

use crate::support::{Ran, Repo, Shop};

/// The hints of a refusal, without the word in front.
fn hints(ran: &Ran) -> Vec<String> {
    let hints = ran.json()["error"]["hints"].clone();
    hints.as_array().unwrap().iter().map(|h| h.as_str().unwrap().to_owned()).collect()
}

/// Two open hotfixes, and main checked out.
fn two_open() -> Shop {
    let shop = Shop::new();
    shop.start("fix-cart").fix("src/cart.rs", "pub fn cart() -> u8 { 1 }\n");
    shop.start("fix-login-crash").fix_login();
    shop.git(["switch", "-q", "main"]);
    shop
}

/// Types a hint, word for word.
fn typed(shop: &Shop, hint: &str) -> Ran {
    let words = hint.strip_prefix("hotfix ").unwrap_or_else(|| panic!("{hint} is no command of ours"));
    // No word of these has a space or a quote in it.
    shop.hotfix(words.split(' '))
}

#[test]
fn asked_which_hotfix_the_same_line_with_a_name_does_it() {
    for line in [
        &["note", "empty"][..],
        &["mark", "detected"],
        &["severity", "2", "half"],
        &["role", "take", "scribe"],
        &["run", "--", "true"],
        &["run", "true"],
        &["check", "resolves"],
        &["timeline"],
        &["note", "--", "-x"],
    ] {
        let shop = two_open();
        let args: Vec<&str> = std::iter::once("--json").chain(line.iter().copied()).collect();
        let hints = hints(shop.hotfix(&args).exits(2));
        assert_eq!(hints.len(), 2, "{hints:?}");
        for (hint, name) in hints.iter().zip(["fix-cart", "fix-login-crash"]) {
            assert!(hint.contains(name), "{hint}");
            typed(&shop, hint).ok();
            if line != ["timeline"] {
                let told = shop.hotfix(["timeline", name, "--all"]).ok().stdout.clone();
                assert!(!told.contains(&format!("--hotfix {name}")), "{told}");
                assert!(!told.contains(&format!("half {name}")), "{told}");
            }
        }
    }
}

#[test]
fn the_next_check_names_its_hotfix_where_that_is_not_clear() {
    let shop = two_open();
    shop.hotfix(["check", "--hotfix", "fix-cart", "resolves"])
        .ok()
        .says("  hotfix check --hotfix fix-cart critical-paths\n");
    let status = shop.hotfix(["status", "fix-cart", "--json"]).ok().json();
    assert_eq!(status["next"]["command"], "hotfix check --hotfix fix-cart");
    typed(&shop, status["next"]["command"].as_str().unwrap()).ok();
    let plan = shop.hotfix(["finish", "fix-cart", "--dry-run", "--json"]).exits(3).json();
    for problem in plan["problems"].as_array().unwrap() {
        typed(&shop, problem["hint"].as_str().unwrap()).ok();
    }
    shop.hotfix(["finish", "fix-cart", "--dry-run"]).ok();
    shop.git(["switch", "-q", "hotfix/fix-cart"]);
    shop.hotfix(["check"]).ok().does_not_say("--hotfix");
}

#[test]
fn a_commit_is_proposed_only_where_it_lands_on_the_hotfix() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let next = || shop.hotfix(["status", "--json"]).ok().json()["next"]["command"].clone();
    assert_eq!(next(), "git commit -a");
    shop.git(["switch", "-q", "develop"]);
    assert_eq!(next(), "git switch hotfix/fix-login-crash");
    shop.hotfix(["finish"]).exits(3).says("git switch hotfix/fix-login-crash").does_not_say("git commit -a");
    let path = shop.world.root.join("elsewhere").display().to_string();
    shop.git(["worktree", "add", "-q", &path, "hotfix/fix-login-crash"]);
    assert_eq!(next(), format!("cd {path}"));
}

#[test]
fn a_review_is_not_proposed_without_a_remote() {
    let shop = Shop::build().no_remote().go();
    shop.start("fix-login-crash").fix_login();
    shop.hotfix(["check", "resolves", "critical-paths", "tests"]).ok().says("  hotfix check reviewed\n");
    shop.hotfix(["finish", "--dry-run"]).exits(3).says("Nothing was changed.").does_not_say("was only read");
    shop.hotfix(["start", "another", "--dry-run"]).ok().does_not_say("was only read");
}

#[test]
fn the_path_of_a_finished_hotfix_proposes_no_branch_that_is_gone() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    shop.hotfix(["path", "fix-login-crash"]).exits(2).says("was deleted").does_not_say("git switch");
}

#[test]
fn what_init_wrote_can_be_added_from_where_one_stands() {
    let shop = Shop::new();
    let below = Repo::at(&shop.world, shop.repo.dir.join("src"));
    let said = below.hotfix(["init"]).ok().stderr.clone();
    let line = said.lines().find(|l| l.contains("git add")).unwrap();
    let path = line.trim().strip_prefix("git add ").unwrap().split(" && ").next().unwrap();
    below.git(["add", path]);
    assert!(below.git(["diff", "--cached", "--name-only"]).contains("hotfix.toml"));
}

#[test]
fn what_is_about_the_branch_is_never_typed_on_another() {
    // Production took another way, and nobody stands on the hotfix.
    let shop = Shop::new();
    shop.ready("fix-login-crash");
    shop.git(["switch", "-q", "develop"]);
    shop.colleague_pushes("main", "src/login.rs", "// rewritten\n");
    let told = hints(shop.hotfix(["--json", "finish", "fix-login-crash"]).exits(5));
    assert_eq!(told[0], "git switch hotfix/fix-login-crash && git merge origin/main", "{told:?}");
    assert_eq!(told[2], "hotfix finish fix-login-crash");

    let shop = Shop::new();
    let beside = shop.world.root.join("beside");
    let place = beside.display().to_string();
    shop.hotfix(["start", "fix-login-crash", &format!("--worktree={place}")]).ok();
    let told = hints(shop.hotfix(["--json", "review", "fix-login-crash", "--request"]).exits(3));
    assert_eq!(told, [format!("cd {place}")]);
    Repo::at(&shop.world, &beside).write("README.md", "# Changed\n");
    let ran = shop.hotfix(["--json", "abort", "fix-login-crash"]);
    let hint = ran.exits(3).json()["error"]["problems"][0]["hint"].clone();
    assert_eq!(hint, format!("git -C {place} commit -a    # or: git -C {place} stash"));
}

#[test]
fn an_unknown_name_proposes_the_nearest_in_the_same_line() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for (typed, meant) in [
        (&["finish", "fix-lgoin-crash"][..], "hotfix finish fix-login-crash"),
        (&["status", "fix-login"], "hotfix status fix-login-crash"),
        (
            &["note", "it is back", "--hotfix", "fix-login-crahs"],
            "hotfix note 'it is back' --hotfix fix-login-crash",
        ),
        (
            &["note", "it is back", "--hotfix=fix-login-crahs"],
            "hotfix note 'it is back' --hotfix=fix-login-crash",
        ),
        (&["strat", "x"], "hotfix start x"),
        (&["finsh"], "hotfix finish"),
        (&["check", "resolvs"], "hotfix check resolves"),
        (&["check", "--answer", "tets=no"], "hotfix check --answer tests=no"),
        (&["mark", "mitigate"], "hotfix mark mitigated"),
        (&["update", "suport"], "hotfix update support"),
        (&["rollback", "v1.2.O"], "hotfix rollback v1.2.0"),
        (
            &["start", "x", "--from", "1.2.1", "--incident", "new"],
            "hotfix start x --from v1.2.0 --incident new",
        ),
        (&["start", "x", "--severty", "2"], "hotfix start x --severity 2"),
        (&["help", "finsh"], "hotfix help finish"),
        (&["config", "deploy.comand"], "hotfix config deploy.command"),
    ] {
        let ran = shop.hotfix(typed);
        let first = ran.stderr.lines().find_map(|line| line.strip_prefix("hint: "));
        assert_eq!(first, Some(meant), "{ran}");
    }
    // Nothing is near: nothing that was not meant is proposed.
    shop.hotfix(["mark", "mitigated", "--partly", "EU"]).exits(2).does_not_say("--at");
    let ran = shop.hotfix(["finish", "zebra"]);
    ran.exits(2).does_not_say("hotfix start").says("hotfix list --all");
    shop.hotfix(["frobnicate"]).exits(2).does_not_say("redact");
    Shop::new()
        .hotfix(["finish", "zebra"])
        .exits(2)
        .says("none has been started here")
        .does_not_say("hotfix start zebra");
}

#[test]
fn a_second_start_says_where_the_first_one_is() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["start", "fix-login-crash"])
        .exits(3)
        .says("already exists")
        .says("hotfix status fix-login-crash");
    let elsewhere = Shop::new();
    elsewhere.hotfix(["start", "fix-login-crash", "--worktree"]).ok();
    elsewhere.hotfix(["start", "fix-login-crash"]).exits(3).says("cd ").says("shop.hotfix-fix-login-crash");
}

#[test]
fn a_hotfix_is_named_where_it_means_something() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["list", "--hotfix", "fix-login-crash"]).ok().says("list is not about a single hotfix");
    shop.hotfix(["rollback", "--hotfix", "fix-login-crash", "-n"]).exits(3).says("is not released");
    shop.hotfix(["audit", "--hotfix", "fix-login-crash"]).does_not_say("ignored");
    let done = Shop::new();
    done.ready("fix-login-crash").finish().ok();
    done.hotfix(["rollback", "--hotfix", "fix-login-crash", "-n"]).says("v1.2.1");
}

#[test]
fn a_time_that_is_none_comes_back_as_a_line_that_works() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    for (args, meant) in [
        (&["note", "--at", "25:99", "it is back"][..], "hotfix note --at -15m 'it is back'"),
        (&["note", "--at=25:99", "it is back"], "hotfix note --at=-15m 'it is back'"),
        (&["note", "--at=25:99 UTC", "it is back"], "hotfix note --at=-15m 'it is back'"),
        (&["mark", "detected", "--at", "yesterdayish"], "hotfix mark detected --at 'yesterday 23:50'"),
        (&["mark", "detected", "--at", "a while ago"], "hotfix mark detected --at '30 min ago'"),
        (&["start", "x", "--impact-started", "25:99"], "hotfix start x --impact-started -15m"),
        (&["timeline", "--as-of", "25:99"], "hotfix timeline --as-of -15m"),
        (&["stats", "--since", "lately"], "hotfix stats --since 90d"),
        (&["note", "--due", "soon", "an alert"], "hotfix note --due 14d 'an alert'"),
    ] {
        let ran = shop.hotfix(args);
        let first = ran.exits(2).stderr.lines().find_map(|line| line.strip_prefix("hint: "));
        assert_eq!(first, Some(meant), "{ran}");
    }
}

#[test]
fn a_start_that_was_left_in_its_questions_is_what_comes_next() {
    let shop = Shop::new();
    let mut left = shop.terminal(&["start", "fix-login-crash"]);
    left.waits_for("What is broken?")
        .types("500\r")
        .waits_for("What do users see?")
        .types("\u{3}")
        .exits(130);
    for command in [&["check"][..], &["check", "resolves"], &["review"], &["finish", "-y"]] {
        let ran = shop.hotfix(command);
        ran.exits(2).says("fix-login-crash has no branch yet").says("hint: hotfix start fix-login-crash");
    }
    let ran = shop.hotfix(["start", "fix-login-crash", "--no-input"]);
    ran.ok().says("Not recorded yet:").says("hotfix severity SEVERITY --hotfix fix-login-crash");
    shop.started("fix-login-crash");
    shop.hotfix(["start", "another", "--no-input"]).ok().does_not_say("did not ask");
}

#[test]
fn what_git_answers_itself_is_named() {
    let shop = Shop::new();
    shop.hotfix(["bisect"]).exits(2).says("hint: git bisect start");
    shop.hotfix(["blame", "src/login.rs"]).exits(2).says("hint: git blame FILE");
}

#[test]
fn a_faulty_commit_is_not_taken_for_its_fix_in_silence() {
    let shop = Shop::new();
    let commit = shop.commit_as("Make it faster", "src/login.rs", "// faster\n");
    let rev = &commit[..7];
    shop.hotfix(["affected", rev])
        .ok()
        .says(&format!("Taking {rev} as the fix"))
        .says(&format!("git tag --contains {rev}"));
}

#[test]
fn a_word_that_is_nearly_a_command_is_answered_with_that_command() {
    let shop = Shop::new();
    for (typed, first) in [
        (&["staus"][..], "hint: hotfix status"),
        (&["completion", "bash"], "hint: hotfix completions bash"),
        (&["begin", "x"], "hint: hotfix start x"),
        (&["new", "x"], "hint: hotfix start x"),
        (&["exit-codes"], "hint: hotfix help exit-codes"),
    ] {
        let ran = shop.hotfix(typed.iter().copied());
        ran.exits(2);
        let hint = ran.stderr.lines().find(|line| line.trim_start().starts_with("hint:")).unwrap_or_default();
        assert_eq!(hint.trim(), first, "{ran}");
    }
}

#[test]
fn an_argument_that_is_missing_says_what_can_stand_there() {
    let shop = Shop::new();
    for (typed, what) in [
        (&["severity"][..], "sev1 (worst) to sev5"),
        (&["mark"], "impact-started"),
        (&["role", "take"], "commander"),
        (&["role", "lead"], "take, drop"),
        (&["amend"], "'last'"),
        (&["retract"], "'last'"),
        (&["update", "--no-input"], "technical"),
        (&["completions"], "bash"),
        (&["drill", "--resume"], "drill that was left"),
    ] {
        shop.hotfix(typed.iter().copied()).exits(2).says(what);
    }
    shop.start("fix-cart");
    let mut asks = shop.terminal(&["update"]);
    asks.waits_for("Who is told?").types("\u{3}");
    let ran = shop.hotfix(["finish", "fix-cart", "--skip", "develop", "-y"]);
    ran.exits(2).says("hotfix finish fix-cart --skip develop=");
}
