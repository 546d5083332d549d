//! The whole page, also from records that nobody would wish for.

use super::*;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::incident::Incident;
use crate::model::incident::fixture::{event, incident};
use crate::model::oid::Oid;
use crate::model::patch::Hunk;
use crate::model::plan::CommitLine;
use crate::report::postmortem;
use std::collections::BTreeMap;

const LOOK: Look<'static> = Look { page: PAGE, style: STYLE };

fn page_with(
    incident: &Incident,
    commits: &[CommitLine],
    targets: &[(String, String)],
    patch: &[FilePatch],
) -> String {
    let facts = Facts {
        commits,
        previous_tag: incident.base_tag.as_deref(),
        base_tag: incident.base_tag.as_deref(),
        targets,
        ..Facts::bare(incident)
    };
    let markdown = postmortem::render(&facts).unwrap();
    let page = render(LOOK, &facts, &markdown, patch).unwrap();
    assert_eq!(page, render(LOOK, &facts, &markdown, patch).unwrap(), "the same facts make the same page");
    page.html
}

fn page(incident: &Incident) -> String {
    page_with(incident, &[], &[], &[])
}

/// What a page must never hold, whatever is in the record.
fn is_harmless(html: &str) {
    let lower = html.to_lowercase();
    for word in [
        "<script", "<img", "<iframe", "<object", "<link", "<base", "<form", "<audio", "<video", "src=",
        "@import", "url(", "xlink",
    ] {
        assert!(!lower.contains(word), "{word} in {html}");
    }
    for tag in lower.split('<').skip(1).filter_map(|t| t.split('>').next()) {
        assert!(!tag.contains(" on") || !tag.contains("=alert"), "<{tag}>");
    }
    assert!(
        !html.chars().any(|c| c != '\n' && (c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))),
        "{html}"
    );
}

/// Every tag that is opened is closed in its turn.
fn is_well_formed(html: &str) {
    const VOID: [&str; 8] = ["meta", "br", "hr", "!doctype", "line", "rect", "circle", "path"];
    let mut open: Vec<String> = Vec::new();
    for tag in html.split('<').skip(1) {
        let tag = tag.split('>').next().unwrap();
        let name: String =
            tag.trim_start_matches('/').chars().take_while(|c| !c.is_whitespace() && *c != '/').collect();
        match tag.strip_prefix('/') {
            Some(_) => assert_eq!(open.pop().as_deref(), Some(name.as_str()), "</{name}>"),
            None if tag.ends_with('/') || VOID.contains(&name.to_lowercase().as_str()) => {}
            None => open.push(name),
        }
    }
    assert_eq!(open, Vec::<String>::new());
}

#[test]
fn one_event_is_a_page() {
    let html = page(&incident(vec![]));
    is_harmless(&html);
    is_well_formed(&html);
    assert!(html.starts_with("<!DOCTYPE html>\n<html lang=\"en\">") && html.contains(MARK));
    assert!(html.contains(
        "Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; img-src data:"
    ));
    assert!(html.contains("unknown") && html.contains("14:12 declared: Users get a 500 on /login"), "{html}");
    assert!(html.contains("its length is not recorded"));
    let html = page(&incident(vec![("14:02", Draft::new(Kind::ImpactStarted, ""))]));
    assert!(html.contains(">since 14:02 UTC; its end is not recorded<"), "{html}");
}

#[test]
fn numbers_have_both_of_their_ends() {
    let html = page(&incident(vec![
        ("14:02", Draft::new(Kind::ImpactStarted, "")),
        ("14:05", Draft::new(Kind::Detected, "")),
        ("14:41", Draft::new(Kind::ImpactEnded, "")),
    ]));
    assert!(
        html.contains("<strong>39 min</strong><span>impact started 14:02 → impact ended 14:41 UTC</span>"),
        "{html}"
    );
    assert!(html.contains("class=\"impact\"") && html.contains("14:02 to 14:41"), "{html}");
}

#[test]
fn impact_that_came_back_is_drawn_beside_the_first() {
    let html = page(&incident(vec![
        ("14:02", Draft::new(Kind::ImpactStarted, "")),
        ("14:38", Draft::new(Kind::Resolved, "")),
        ("15:20", Draft::new(Kind::ImpactStarted, "")),
        ("15:50", Draft::new(Kind::Note, "looking")),
    ]));
    is_well_formed(&html);
    assert_eq!(html.matches("class=\"impact\"").count(), 2, "{html}");
    assert!(html.contains("impact since 2026-11-22 15:20 UTC; its end is not recorded"), "{html}");
}

#[test]
fn times_that_contradict_each_other_are_drawn_and_not_measured() {
    let html = page(&incident(vec![
        ("14:50", Draft::new(Kind::ImpactStarted, "")),
        ("14:20", Draft::new(Kind::ImpactEnded, "")),
        ("14:10", Draft::new(Kind::Resolved, "")),
    ]));
    is_well_formed(&html);
    assert!(!html.contains("class=\"impact\""), "{html}");
    assert!(
        html.contains("<strong>invalid</strong><span>resolved 14:10 precedes impact started 14:50"),
        "{html}"
    );
    let ages = ["0001-01-01T00:00:00Z", "1970-01-01T00:00:00Z", "9999-12-31T23:59:59Z"];
    let log =
        ages.iter().enumerate().map(|(n, at)| event(n as u64 + 1, at, Draft::new(Kind::Note, "x"))).collect();
    let html = page(&Incident::fold("x", log).unwrap());
    is_well_formed(&html);
    assert!(html.contains("31 Dec 9999") || html.contains("9999"), "{html}");
}

#[test]
fn five_thousand_events_are_a_page_of_bounded_size() {
    let kinds = [Kind::Note, Kind::Commit, Kind::DeploySucceeded, Kind::CommsSent, Kind::VerifyFailed];
    let mut log = incident(vec![]).log;
    for n in 0..5000_u32 {
        let at = format!("2026-11-22T{:02}:{:02}:{:02}Z", 14 + n / 1200, n / 20 % 60, n % 20 * 3);
        log.push(event(
            u64::from(n) + 2,
            &at,
            Draft::new(kinds[n as usize % 5].clone(), format!("event number {n}")),
        ));
    }
    let html = page(&Incident::fold("x", log).unwrap());
    is_well_formed(&html);
    assert!(html.len() < 1_500_000, "{}", html.len());
    let svg = html.split("<svg").nth(1).unwrap().split("</svg>").next().unwrap();
    assert!(svg.len() < 250_000, "{}", svg.len());
    assert!(html.contains("5001 events") && html.contains("with a number stand for several"), "{html}");
}

#[test]
fn hostile_text_stays_text_everywhere() {
    let bad =
        "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>&amp;\u{202e}\u{0}\u{1b}[2J`]]>";
    let oid = |two: &str| Oid::parse(&two.repeat(20)).unwrap();
    let mut log = incident(vec![
        (
            "14:13",
            Draft::new(Kind::FixStarted, bad).refer(Pointer::Base, oid("aa")).refer(Pointer::Branch, bad),
        ),
        (
            "14:14",
            Draft::new(Kind::Triaged, bad).with("symptom", bad).with("impact", bad).with("workaround", bad),
        ),
        ("14:15", Draft::new(Kind::RoleAssumed, bad).with("role", bad)),
        ("14:16", Draft::new(Kind::Followup, bad).with("state", bad)),
        ("14:17", Draft::new(Kind::CommsSent, bad).with("audience", bad).with("state", bad)),
        ("14:18", Draft::new(Kind::DeployFailed, bad).with("command", bad).with("name", bad)),
        ("14:19", Draft::new(Kind::Tagged, bad).refer(Pointer::Tag, bad).refer(Pointer::Commit, oid("bb"))),
        ("14:20", Draft::new(Kind::MergedBack, bad).refer(Pointer::Branch, bad).refer(Pointer::Commit, bad)),
        ("14:21", Draft::new(Kind::TargetSkipped, bad).refer(Pointer::Branch, "x").with("reason", bad)),
        (
            "14:22",
            Draft::new(Kind::ChecklistItem, bad).with("item", bad).with("verdict", bad).with("reason", bad),
        ),
        ("14:23", Draft::new(Kind::Other(bad.to_owned()), bad)),
    ])
    .log;
    let name = |key: &str, event: &mut crate::model::event::Event| {
        event.data.insert(key.to_owned(), bad.into());
    };
    for key in ["name", "title", "branch", "base_tag", "production"] {
        name(key, &mut log[0]);
    }
    for event in &mut log {
        event.actor.name = bad.to_owned();
        event.actor.email = bad.to_owned();
        event.role = Some(bad.to_owned());
        event.pinned = true;
    }
    let night = Incident::fold("20261122-x-7c1e", log).unwrap();
    let commits = [CommitLine { commit: oid("cc"), subject: bad.to_owned(), author: bad.to_owned() }];
    let hunks = vec![Hunk { at: 1, removed: vec![bad.into()], added: vec![bad.into()] }];
    let patch = [FilePatch { old: Some(bad.into()), new: Some(format!("{bad}2")), opaque: false, hunks }];
    let html = page_with(&night, &commits, &[(bad.to_owned(), bad.to_owned())], &patch);
    is_well_formed(&html);
    // Cut anywhere, it is text: its brackets are not there.
    let text = html.replace("&lt;img src=", "").replace("&lt;img", "");
    is_harmless(&text.replace("src=x", ""));
    assert!(html.contains("&lt;script&gt;"), "{html}");
}

#[test]
fn other_scripts_and_emoji_arrive() {
    let texts = ["الدفع متوقف منذ الساعة الثانية", "👩‍🚒 fire 🔥 עברית", "数据库连接池已耗尽 请立即处理"];
    let night = incident(texts.iter().map(|t| ("14:30", Draft::new(Kind::Decision, *t))).collect());
    let html = page(&night);
    is_well_formed(&html);
    for text in texts {
        assert!(html.contains(text), "{text}");
    }
    assert!(html.contains("<td dir=\"auto\">"));
}

#[test]
fn what_people_wrote_is_in_the_page() {
    let night = incident(vec![]);
    let facts_page = |markdown: &str| render(LOOK, &Facts::bare(&night), markdown, &[]).unwrap();
    let page = facts_page(
        "# Mine & yours\n\n## 1. Summary\n\nWe were *surprised*. [Log](javascript:alert(1))\n\n> \
         TODO(human): Why?\n",
    );
    assert!(
        page.html.contains("<title>Mine &amp; yours</title>")
            && page.html.contains("We were <em>surprised</em>. Log")
    );
    assert!(
        page.html.contains("<a href=\"#s1\">1. Summary</a>")
            && page.html.contains("1 question in this document waits")
    );
    assert_eq!(page.open, 1);
    is_harmless(&page.html);
}

#[test]
fn headings_are_in_order_and_ids_are_there_once() {
    let html = page(&incident(vec![]));
    let mut last = 0;
    for part in html.split("<h").skip(1) {
        let Some(level) = part.chars().next().and_then(|c| c.to_digit(10)) else { continue };
        assert!(level <= last + 1, "h{level} after h{last}");
        last = level;
    }
    let ids: Vec<&str> = html.split(" id=\"").skip(1).filter_map(|p| p.split('"').next()).collect();
    let unique: std::collections::BTreeSet<&&str> = ids.iter().collect();
    assert_eq!(ids.len(), unique.len(), "{ids:?}");
    for target in html.split("href=\"#").skip(1).filter_map(|p| p.split('"').next()) {
        assert!(ids.contains(&target), "{target}");
    }
}

/// The relative luminance of `#rrggbb`.
fn luminance(color: &str) -> f64 {
    let channel = |n: usize| {
        let c = f64::from(u8::from_str_radix(color.get(n..n + 2).unwrap(), 16).unwrap()) / 255.0;
        if c <= 0.040_45 { c / 12.92 } else { ((c + 0.055) / 1.055).powf(2.4) }
    };
    0.0722f64.mul_add(channel(5), 0.2126f64.mul_add(channel(1), 0.7152 * channel(3)))
}

#[test]
fn every_text_can_be_told_from_its_background() {
    // Light, dark and printed, in the order in which they stand.
    let schemes: Vec<BTreeMap<&str, &str>> = STYLE
        .text
        .split(":root {")
        .skip(1)
        .map(|block| {
            let block = block.split('}').next().unwrap();
            block
                .split(';')
                .filter_map(|d| {
                    d.split_once(": #").map(|(k, _)| (k.trim(), d.split_once(": ").unwrap().1.trim()))
                })
                .collect()
        })
        .collect();
    assert_eq!(schemes.len(), 3);
    for colors in &schemes {
        for (ink, paper) in [
            ("--ink", "--paper"),
            ("--ink", "--sheet"),
            ("--quiet", "--paper"),
            ("--quiet", "--sheet"),
            ("--link", "--paper"),
            ("--bad", "--sheet"),
            ("--onband", "--impact"),
            ("--onmark", "--milestones"),
            ("--onmark", "--people"),
            ("--onmark", "--work"),
            ("--onmark", "--deploys"),
            ("--onmark", "--updates"),
            ("--onmark", "--bad"),
            ("--insink", "--ins"),
            ("--delink", "--del"),
            ("--ink", "--open"),
        ] {
            let (a, b) = (luminance(colors[ink]), luminance(colors[paper]));
            let ratio = (a.max(b) + 0.05) / (a.min(b) + 0.05);
            assert!(ratio >= 4.5, "{ink} on {paper}: {ratio:.2} in {colors:?}");
        }
    }
}
