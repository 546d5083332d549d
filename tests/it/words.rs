//! `title`, `symptom`, `impact`, `workaround`: what the triage said, seen and corrected; and answers that
//! name their incident.

use crate::support::Shop;

fn shop() -> Shop {
    let shop = Shop::new();
    shop.world.set_clock("2026-11-22T12:00:00Z");
    let flags = [
        "--title",
        "Users get a 500 on /login",
        "--severity",
        "sev2",
        "--symptom",
        "Nobody can log in",
        "--impact",
        "the whole world",
        "--workaround",
        "no",
    ];
    shop.start_with("fix-login-crash", &flags);
    shop
}

#[test]
fn corrected_words_are_read_only_as_corrected_and_the_log_keeps_the_earlier_ones() {
    let shop = shop();
    shop.hotfix(["symptom", "Some", "logins fail"]).ok().says("it was  Nobody can log in");
    shop.hotfix(["title", "One login in three fails"]).ok();
    shop.hotfix(["impact", "one login in three"]).ok();
    shop.hotfix(["workaround", "stay logged in"]).ok();
    let all = [
        shop.hotfix(["update", "users", "-y"]),
        shop.hotfix(["update", "support", "-y"]),
        shop.hotfix(["timeline"]),
        shop.hotfix(["status"]),
        shop.hotfix(["postmortem", "--output", "-"]),
    ];
    for ran in &all {
        let told = ran.ok().stdout.split("## 15").next().unwrap_or_default();
        for earlier in ["Nobody can log in", "Users get a 500", "the whole world"] {
            assert!(!told.contains(earlier), "{earlier}: {ran}");
        }
    }
    assert!(
        all[0].stdout.contains("Some logins fail.") && all[0].stdout.contains("stay logged in"),
        "{}",
        all[0]
    );
    let earlier = shop.hotfix(["symptom", "--json"]).json();
    assert_eq!(earlier["text"], "Some logins fail");
    assert_eq!(earlier["earlier"][0]["text"], "Nobody can log in");
    let log = shop.git(["log", "-p", "--format=%s", "--glob=refs/incidents/*/log"]);
    assert!(log.contains("Nobody can log in"), "{log}");
}

#[test]
fn no_is_no_workaround_and_no_title() {
    let shop = shop();
    shop.hotfix(["update", "users", "-y"]).ok().does_not_say("What you can do");
    shop.hotfix(["workaround"]).ok().says("No workaround is recorded.");
    shop.hotfix(["workaround", "stay logged in"]).ok();
    shop.hotfix(["update", "users", "-y"]).ok().says("What you can do for now: stay logged in.");
    shop.hotfix(["workaround", "None"]).ok();
    shop.hotfix(["update", "users", "-y"]).ok().does_not_say("What you can do");
    let before = shop.snapshot();
    shop.hotfix(["title", "no"]).exits(2);
    before.still_holds();
}

#[test]
fn what_went_out_with_the_earlier_words_is_named() {
    let shop = shop();
    shop.hotfix(["symptom", "Some logins fail"]).ok().does_not_say("were sent");
    shop.hotfix(["update", "users", "-y"]).ok();
    let ran = shop.hotfix(["symptom", "One login in three fails"]);
    ran.ok().says("The earlier words were sent to users at 12:").says("hotfix update users fix-login-crash");
    shop.hotfix(["workaround", "stay logged in"]).ok().does_not_say("were sent");
}

#[test]
fn numbers_places_and_lost_data_reach_every_audience() {
    let shop = shop();
    let args = ["impact", "--count", "1,200", "--unit", "customers", "--where", "EU", "--data-loss", "no"];
    shop.hotfix(args).ok().says("1,200 customers in EU");
    for audience in ["users", "support", "management", "technical"] {
        shop.hotfix(["update", audience, "-y"]).ok().says("(1,200 customers in EU)");
    }
    shop.hotfix(["update", "users", "-y"]).ok().says("No data was lost.");
    shop.hotfix(["impact", "--count", "40"]).ok();
    shop.hotfix(["impact"]).ok().says("40 customers in EU").says("data lost: no");
    shop.hotfix(["impact", "--count", "many"]).exits(2);
    shop.hotfix(["impact", "--data-loss", "perhaps"]).exits(2);
}

#[test]
fn what_set_it_off_is_told_inside_and_nowhere_else() {
    let shop = shop();
    shop.hotfix(["trigger"]).ok().says("No trigger is recorded.").says("hotfix trigger --hotfix");
    shop.hotfix(["trigger", "a new cache server"]).ok();
    shop.hotfix(["trigger", "the certificate of auth ran out"]).ok().says("it was  a new cache server");
    shop.hotfix(["update", "technical", "-y"]).ok().says("triggered by: the certificate of auth ran out");
    for audience in ["users", "support", "management"] {
        shop.hotfix(["update", audience, "-y"]).ok().does_not_say("certificate");
    }
    shop.hotfix(["postmortem", "-o", "-"]).ok().says("Triggered by").says("the certificate of auth ran out");
    shop.hotfix(["postmortem", "--public", "-o", "-"]).does_not_say("certificate");
    shop.hotfix(["trigger", "none"]).ok();
    shop.hotfix(["update", "technical", "-y"]).ok().does_not_say("triggered by");
}

#[test]
fn a_fix_that_was_taken_back_is_not_told_as_in_place() {
    let config = "[deploy]\ncommand = \"true\"\n";
    let shop = Shop::build().file("hotfix.toml", config).go();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish_with(&["--trust"]).ok();
    shop.hotfix(["update", "users", "fix-login-crash", "-n"]).ok().says("A fix has been in place since");
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--trust", "--no-input"]).ok();
    let told =
        |audience: &str| shop.hotfix(["update", audience, "fix-login-crash", "-n"]).ok().stdout.clone();
    let users = told("users");
    assert!(users.contains("has been taken back") && !users.contains("in place"), "{users}");
    assert!(told("support").contains("Fix: taken back"));
    assert!(told("technical").contains("released and rolled back"));
}

#[test]
fn the_title_of_a_rollback_is_not_told_as_the_problem() {
    let shop = Shop::new();
    let hotfix = shop.ready("fix-login-crash");
    hotfix.finish().ok();
    shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]).ok();
    shop.hotfix(["rollback", "--confirm", "v1.2.1", "--no-input"]).ok();
    for audience in ["users", "support", "management"] {
        let ran = shop.hotfix(["update", audience, "rollback-v1.2.1", "-n"]);
        ran.ok().says("Problems since v1.2.1 was released").does_not_say("Roll back");
    }
}

#[test]
fn a_milestone_that_is_marked_again_says_which_one_counts() {
    let shop = shop();
    shop.hotfix(["mark", "detected", "--at", "-30m"]).ok().does_not_say("counts");
    let ran = shop.hotfix(["mark", "detected", "--at", "-20m"]);
    ran.ok().says("counts. To correct it:").says("hotfix amend ");
    let said = format!("{}{}", ran.stdout, ran.stderr);
    let line = said.lines().find(|line| line.contains("hotfix amend ")).unwrap();
    let words: Vec<&str> = line.trim().split(' ').skip(1).collect();
    shop.hotfix(words).ok();
}

#[test]
fn what_is_resolved_without_a_deployment_is_said() {
    let shop = Shop::new();
    shop.ready("fix-login-crash").finish().ok();
    let ran = shop.hotfix(["mark", "resolved", "--hotfix", "fix-login-crash"]);
    ran.ok()
        .says("No deployment of v1.2.1 is recorded")
        .says("hotfix mark deployed --hotfix fix-login-crash");
}

#[test]
fn what_stands_for_words_or_a_time_is_not_recorded() {
    let shop = shop();
    let before = shop.snapshot();
    shop.hotfix(["symptom", "TEXT"]).exits(2).says("your own words");
    shop.hotfix(["note", "TEXT"]).exits(2).says("your own words");
    let ran = shop.hotfix(["mark", "impact-started", "--at", "30", "min", "ago"]);
    ran.exits(2).says("hotfix mark impact-started --at '30 min ago'").does_not_say("-15m min");
    shop.hotfix(["resolve"]).exits(2).says("hotfix mark");
    before.still_holds();
}

#[test]
fn a_follow_up_has_an_owner_a_day_and_a_ticket_and_links_stay_links() {
    let shop = shop();
    let args = ["note", "--owner", "grace", "--due", "14d", "--ticket", "#6834", "alert on failing logins"];
    shop.hotfix(args).ok().says("follow-up");
    let found = shop.hotfix(["followups", "--json"]).json();
    let one = &found["followups"][0];
    assert_eq!(
        (&one["owner"], &one["due"], &one["ticket"]),
        (&"grace".into(), &"2026-12-06".into(), &"#6834".into())
    );
    shop.hotfix(["followups"]).ok().says("grace, due 2026-12-06, #6834").does_not_say("overdue");
    let id = one["id"].as_str().unwrap();
    shop.world.set_clock("2026-12-10T12:00:00Z");
    shop.hotfix(["followups"]).ok().says("overdue");
    shop.hotfix(["followups", "--done", id]).ok();
    assert_eq!(shop.hotfix(["followups", "--all", "--json"]).json()["followups"][0]["owner"], "grace");

    shop.hotfix(["note", "--link", "https://example.org/t/1", "--link", "https://example.org/g.png", "see"])
        .ok();
    let table = shop.hotfix(["timeline", "--markdown"]);
    table.ok().says("[example.org/t/1](https://example.org/t/1)").says("](https://example.org/g.png)");
    let before = shop.snapshot();
    shop.hotfix(["note", "--link", "ftp://x", "see"]).exits(2);
    shop.hotfix(["note", "--due", "soon", "see"]).exits(2);
    shop.hotfix(["note", "--kind", "decision", "--owner", "grace", "see"]).exits(2);
    before.still_holds();
}

#[test]
fn a_back_fill_reads_what_people_type() {
    let shop = shop();
    let lines = "half an hour ago the flag was turned on\n11:40 UTC: impact started\n11:50 AM detected by a page\n\
                 09:35Z decision: keep it on\n2h ago observation slow\n";
    shop.call(["note", "-F", "-"]).stdin(lines).run().ok();
    let kind = |text: &str| shop.event("fix-login-crash", text)["kind"].as_str().unwrap().to_owned();
    assert_eq!(kind("the flag was turned on"), "note");
    assert_eq!(kind("by a page"), "detected");
    assert_eq!(kind("keep it on"), "decision");
    let kinds = shop.kinds("fix-login-crash");
    assert!(kinds.contains(&"impact-started".to_owned()), "{kinds:?}");
    let before = shop.snapshot();
    for wrong in ["flag off\n", "25:00 flag off\n", "11:40\n", "23:59 UTC tomorrow 2031\n11:30 note\n"] {
        shop.call(["note", "-F", "-"]).stdin(wrong).run().exits(2).says("othing was written");
    }
    before.still_holds();
}

#[test]
fn answers_name_their_incident_and_the_one_just_finished_is_meant_until_it_is_resolved() {
    let shop = Shop::new();
    shop.start("fix-login-crash").fix_login().answer_all();
    shop.hotfix(["note", "--hotfix", "fix-login-crash", "alone"]).ok().does_not_say("+ fix-login-crash ");
    shop.start("fix-cart");
    shop.hotfix(["finish", "fix-login-crash", "--yes"]).ok();
    shop.git(["switch", "-q", "main"]);
    shop.hotfix(["note", "still the login"]).ok().says("+ fix-login-crash ");
    shop.hotfix(["mark", "mitigated"]).ok().says("+ fix-login-crash ");
    shop.hotfix(["update", "support", "-y"]).ok().says("fix-login-crash");
    assert!(shop.texts("fix-login-crash").contains(&"still the login".to_owned()));
    shop.hotfix(["mark", "resolved"]).ok();
    shop.hotfix(["note", "now the cart"]).ok().says("+ fix-cart ");
    assert!(shop.texts("fix-cart").contains(&"now the cart".to_owned()));
}

#[test]
fn the_name_is_taken_from_the_flag_by_every_command() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.start("fix-cart");
    for command in ["timeline", "followups"] {
        let flag = shop.hotfix(["--hotfix", "fix-login-crash", command]);
        let name = shop.hotfix([command, "fix-login-crash"]);
        assert_eq!(flag.ok().stdout, name.ok().stdout, "{command}");
    }
    shop.hotfix(["status", "fix-cart", "--hotfix", "fix-login-crash"]).exits(2).says("say one");
}
