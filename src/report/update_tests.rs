use super::*;
use crate::model::checklist::{Item, standing};
use crate::model::event::{Draft, Pointer};
use crate::model::event_data::{Described, Extent};
use crate::model::incident::fixture::incident;

fn oid() -> Oid {
    Oid::parse(&"3f2a1c9b".repeat(5)).unwrap()
}

/// Half an hour of work: it began at 14:02, the cause is known, a commit is there.
fn early() -> Vec<(&'static str, Draft)> {
    let triaged = Draft::new(Kind::Triaged, "")
        .with("severity", "sev2")
        .with("reasons", serde_json::json!(["outage"]))
        .with("symptom", "Logging in fails with an error page.")
        .with("impact", "about one login in three")
        .with("workaround", "stay logged in");
    vec![
        ("14:02", Draft::new(Kind::ImpactStarted, "")),
        ("14:10", Draft::new(Kind::Detected, "").with("detected_by", "customer")),
        ("14:12", triaged),
        ("14:14", Draft::new(Kind::RoleAssumed, "").with("role", "commander")),
        ("14:20", Draft::new(Kind::Hypothesis, "the session cache").with("state", "ruled-out")),
        ("14:21", Draft::new(Kind::Hypothesis, "the new column")),
        ("14:26", Draft::new(Kind::Commit, "").refer(Pointer::Commit, oid())),
    ]
}

fn released() -> Vec<(&'static str, Draft)> {
    let mut events = early();
    events.extend([
        ("14:30", Draft::new(Kind::CommsSent, "We are on it.\nMore soon.").with("audience", "users")),
        ("14:33", Draft::new(Kind::Merged, "").refer(Pointer::Branch, "main")),
        ("14:33", Draft::new(Kind::Tagged, "").refer(Pointer::Tag, "v1.2.1").refer(Pointer::Commit, oid())),
    ]);
    events
}

fn deployed() -> Vec<(&'static str, Draft)> {
    let mut events = released();
    events.push(("14:38", Draft::new(Kind::DeploySucceeded, "").refer(Pointer::Tag, "v1.2.1")));
    events
}

fn resolved() -> Vec<(&'static str, Draft)> {
    let mut events = deployed();
    events.push(("14:41", Draft::new(Kind::Mitigated, "logins work")));
    events.push(("15:00", Draft::new(Kind::Resolved, "")));
    events
}

struct Said {
    audience: Audience,
    events: Vec<(&'static str, Draft)>,
    now: &'static str,
    eta: Option<Eta>,
    next: Option<&'static str>,
}

impl Said {
    fn text(self) -> Text {
        let incident = incident(self.events);
        let checks = standing(&Item::defaults(), &[], None);
        let tip = oid();
        let time = |t: &str| format!("2026-11-22T{t}:00Z").parse::<DateTime<Utc>>().unwrap();
        let facts = Facts {
            incident: &incident,
            audience: self.audience,
            state: State::of(&incident).unwrap(),
            now: time(self.now),
            next: self.next.map(|t| time(t).fixed_offset()),
            eta: self.eta,
            tip: Some(&tip),
            commits: 1,
            stat: DiffStat { files: 1, added: 3, removed: 1 },
            checks: &checks,
            next_tag: Some("v1.2.1"),
        };
        render(builtin(self.audience), &facts).unwrap()
    }
}

fn say(audience: Audience, events: Vec<(&'static str, Draft)>, next: Option<&'static str>) -> String {
    Said { audience, events, now: "14:40", eta: None, next }.text().plain
}

/// Facts about an incident of which nothing else is known.
fn bare(incident: &Incident) -> Facts<'_> {
    Facts::little(incident, Audience::Users, State::Investigating)
}

#[test]
fn users_hear_what_they_see_and_when_they_hear_more() {
    let users = |events, next| say(Audience::Users, events, next);
    assert_eq!(
        users(vec![("14:02", Draft::new(Kind::ImpactStarted, ""))], Some("15:10")),
        "Investigating: Users get a 500 on /login.\nThis started at about 14:02 UTC. We are looking for the \
         cause.\nNext update by 15:10 UTC."
    );
    assert_eq!(
        users(early(), Some("15:10")),
        "Identified: Logging in fails with an error page.\nThis started at about 14:02 UTC. Affected: about \
         one login in three. We are working on a fix.\nWhat you can do for now: stay logged in.\nNext update \
         by 15:10 UTC."
    );
    assert_eq!(
        users(deployed(), Some("15:40")),
        "Monitoring: A fix has been in place since 14:38 UTC, and we are checking that the problem is gone. We \
         are watching closely in case it comes back.\nThe problem was: Logging in fails with an error page. It \
         started at about 14:02 UTC. Affected: about one login in three.\nNext update by 15:40 UTC."
    );
    assert_eq!(
        users(resolved(), None),
        "Resolved: This problem is over; no users have been affected since 14:41 UTC. A fix is in place.\nThe \
         problem was: Logging in fails with an error page. It lasted 39 minutes. Affected: about one login \
         in three. We are sorry for the trouble this caused."
    );
}

#[test]
fn contained_is_not_released_and_published_is_not_deployed() {
    let mut events = early();
    events.push(("14:31", Draft::new(Kind::Mitigated, "flag off")));
    let users = say(Audience::Users, events.clone(), None);
    assert!(
        users.contains("have been contained since 14:31 UTC. We are still working on a permanent fix."),
        "{users}"
    );
    let management = say(Audience::Management, events, None);
    assert!(management.contains("the permanent fix, which is not released yet"), "{management}");
    for audience in Audience::ALL {
        let text = say(audience, released(), None);
        for wrong in ["in place since", "was released", "in production since", "fixed"] {
            assert!(!text.contains(wrong), "{audience}: {text}");
        }
    }
    assert!(
        say(Audience::Users, released(), None).contains("A fix is ready. We will post again when it is in")
    );
    assert!(say(Audience::Support, released(), None).contains("do not say that it is in place yet"));
}

#[test]
fn what_has_been_so_since_a_time_is_said_in_that_tense() {
    let mut partly = early();
    partly.push(("14:31", Draft::new(Kind::PartlyMitigated, "EU only")));
    let mut mitigated = released();
    mitigated.push(("14:39", Draft::new(Kind::Mitigated, "")));
    let mut again = resolved();
    again.push(("15:20", Draft::new(Kind::ImpactStarted, "")));
    for events in [vec![], early(), partly, released(), mitigated, deployed(), resolved(), again] {
        for audience in Audience::ALL {
            let text = say(audience, events.clone(), Some("15:40"));
            let words: Vec<&str> = text.split_whitespace().collect();
            for three in words.windows(3) {
                let wrong = ["is", "are"].contains(&three[0]) && three[2] == "since";
                let stopped = ["has", "have"].contains(&three[0]) && three[2] == "at";
                assert!(!wrong && !stopped, "{three:?}: {text}");
            }
        }
    }
}

#[test]
fn what_broke_again_is_told_of_this_time_only() {
    let mut events = resolved();
    events.push(("15:20", Draft::new(Kind::ImpactStarted, "")));
    let told = |audience| {
        Said { audience, events: events.clone(), now: "15:30", eta: None, next: None }.text().plain
    };
    let users = told(Audience::Users);
    assert!(users.contains("The problem came back at about 15:20 UTC."), "{users}");
    for audience in Audience::ALL {
        let text = told(audience);
        for old in ["14:02", "14:41", "14:38", "v1.2.1 ", "contained"] {
            assert!(!text.contains(old), "{audience}, {old}: {text}");
        }
    }
}

#[test]
fn part_of_the_users_and_the_explicit_end() {
    let mut events = early();
    events.push(("14:31", Draft::new(Kind::PartlyMitigated, "EU only")));
    let users = say(Audience::Users, events.clone(), None);
    assert!(
        users.contains("It has affected fewer people since 14:31 UTC. We are working on a fix."),
        "{users}"
    );
    events.push(("14:35", Draft::new(Kind::Mitigated, "")));
    events.push(("14:39", Draft::new(Kind::ImpactEnded, "")));
    let users = say(Audience::Users, events.clone(), None);
    assert!(users.contains("has not affected anyone since 14:39 UTC"), "{users}");
    let technical =
        Said { audience: Audience::Technical, events, now: "18:00", eta: None, next: None }.text();
    assert!(technical.plain.starts_with("sev2 Users get a 500 on /login: monitoring\n"), "time has stopped");
}

#[test]
fn who_is_affected_is_said_with_numbers() {
    let mut events = early();
    let extent = Extent {
        count: Some(1200),
        unit: Some("customers".into()),
        place: Some("EU".into()),
        data_loss: Some(false),
    };
    let said = Described { impact: Some("one login in three".into()), ..Described::default() };
    events.push(("14:30", Draft::new(Kind::Described, "").data(&said).data(&extent)));
    for audience in Audience::ALL {
        let text = say(audience, events.clone(), None);
        assert!(text.contains("one login in three (1,200 customers in EU)"), "{audience}: {text}");
        assert!(text.contains("No data was lost") || text.to_lowercase().contains("data lost: no"), "{text}");
    }
}

#[test]
fn engineers_hear_what_was_done_and_what_it_is_not() {
    assert_eq!(
        say(Audience::Technical, early(), Some("15:10")),
        "sev2 Users get a 500 on /login: identified, 38 minutes since the impact started\n\
         \n\
         Condition: Logging in fails with an error page\n           \
         affected: about one login in three\n           \
         impact started 14:02 UTC\n           \
         detected 14:10 UTC by a customer\n\
         Actions:   hotfix/fix-login-crash at 3f2a1c9, 1 commit, 1 file, +3 −1\n           \
         checklist 0 of 5, open: resolves, critical-paths, tests, reviewed and staging\n           \
         workaround: stay logged in\n           \
         suspected: the new column\n           \
         ruled out: the session cache\n\
         Roles:     Ada (fixer, scribe and commander)\n\
         Incident:  20261122-fix-login-crash-7c1e\n\
         Next update by 15:10 UTC."
    );
}

#[test]
fn what_is_new_since_the_last_update_is_said() {
    let mut events = early();
    events.push(("14:30", Draft::new(Kind::CommsSent, "…").with("audience", "technical")));
    events.push(("14:34", Draft::new(Kind::Decision, "no rollback").by_person()));
    for item in ["resolves", "tests", "staging"] {
        let pass = Draft::new(Kind::ChecklistItem, "").with("item", item).with("verdict", "pass");
        events.push(("14:36", pass));
    }
    let text = say(Audience::Technical, events, None);
    let news = "Since the last update (14:30 UTC):\n- 14:34 UTC decision: no rollback\n\
                - 14:36 UTC checked: resolves, tests and staging passed\n\nCondition";
    assert!(text.contains(news) && text.ends_with("Next update when something changes."), "{text}");
}

#[test]
fn support_gets_the_words_users_were_told_while_they_are_true() {
    let mut events = deployed();
    let told = Draft::new(Kind::CommsSent, "A fix is out.\nWe watch it.");
    events.push(("14:39", told.with("audience", "users").with("state", "monitoring")));
    let text = say(Audience::Support, events.clone(), None);
    assert!(text.contains("You can say:\n  A fix is out.\n  We watch it.\n"), "{text}");
    events.push(("15:00", Draft::new(Kind::Resolved, "")));
    assert!(!say(Audience::Support, events, None).contains("You can say"));
}

#[test]
fn an_estimate_is_called_one_and_stays_inside() {
    for audience in Audience::ALL {
        for (eta, words) in [
            (Eta::In(Duration::minutes(30)), "about 30 minutes, 15:10 UTC (an estimate, not a promise)"),
            (Eta::Unknown, "Estimate"),
        ] {
            let text = Said { audience, events: early(), now: "14:40", eta: Some(eta), next: None }.text();
            assert_eq!(text.plain.contains(words), audience.hears_estimates(), "{audience}: {text:?}");
        }
        assert!(!say(audience, early(), None).to_lowercase().contains("estimate"));
    }
}

#[test]
fn hints_are_for_whoever_edits() {
    for audience in Audience::ALL {
        for events in [vec![], early(), released(), resolved()] {
            let text = Said { audience, events, now: "14:40", eta: None, next: None }.text();
            assert_eq!(without_hints(&text.with_hints), text.plain, "{audience}");
            assert!(!text.plain.contains(HINT) && !text.plain.contains("\n\n\n"), "{}", text.plain);
        }
    }
    let template = Template { name: "mine.md", text: "# say more\n{{ title }}\n# {{ nope }}\n" };
    let incident = incident(vec![]);
    let facts = bare(&incident);
    assert!(render(template, &facts).unwrap_err().message.starts_with("mine.md:3: 'nope'"));
}

#[test]
fn the_manual_lists_every_name() {
    let manual = include_str!("../../docs/templates.md");
    let section = manual.split("## Updates").nth(1).unwrap().split("\n## ").next().unwrap();
    let listed: Vec<&str> =
        section.lines().filter_map(|l| l.strip_prefix("| `")?.split('`').next()).collect();
    let incident = incident(vec![]);
    let facts = bare(&incident);
    let mut sorted = listed.clone();
    sorted.sort_unstable();
    assert_eq!(sorted, slots(&facts).into_keys().collect::<Vec<_>>());
}

#[test]
fn a_template_can_be_tried_before_it_is_needed() {
    for audience in Audience::ALL {
        try_out(builtin(audience), audience).unwrap();
        let hidden =
            Template { name: "t.md", text: "{% if state == 'resolved' %}{{ ended.when() }}{% endif %}" };
        assert!(try_out(hidden, audience).unwrap_err().message.starts_with("t.md:1: "));
    }
}

#[test]
fn what_is_not_known_is_not_taken_for_a_title() {
    let bare = incident(vec![]);
    let of =
        |audience| render(builtin(audience), &Facts::little(&bare, audience, State::Investigating)).unwrap();
    let support = of(Audience::Support).plain;
    assert!(support.lines().next().unwrap().contains("(severity not recorded): investigating"), "{support}");
    let mut named = bare.clone();
    named.title.clone_from(&named.name);
    let users =
        render(builtin(Audience::Users), &Facts::little(&named, Audience::Users, State::Investigating));
    let users = users.unwrap().plain;
    assert!(users.starts_with("Investigating: a problem with the service."), "{users}");
}
