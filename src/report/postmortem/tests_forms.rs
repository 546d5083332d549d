use super::tests::{HEADINGS, Owned, night, said, section};
use super::*;
use crate::model::event::Draft;
use crate::model::incident::fixture::incident;

#[test]
fn sev3_and_below_get_eight_questions_and_a_thousand_words() {
    let mut busy: Vec<(String, Draft)> = Vec::new();
    for n in 0..40 {
        let text = format!("step {n}: we looked at the queue, the cache, the pool and the session table");
        busy.push((format!("14:{:02}", 10 + n), said(Kind::Note, &text)));
        busy.push((format!("14:{:02}", 10 + n), said(Kind::CommsSent, &text).with("audience", "technical")));
    }
    let more: Vec<(&str, Draft)> = busy.iter().map(|(at, draft)| (at.as_str(), draft.clone())).collect();
    let mut log = night().log;
    log.extend(incident(more).log.into_iter().filter(|e| e.kind != Kind::Declared));
    let mut owned = Owned::of(Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap());
    owned.incident.severity = Some(crate::model::severity::Severity::Sev3);
    assert!(is_short(&owned.facts()));
    let text = render_with(SHORT, &owned.facts()).unwrap();
    let prose: String = text.lines().filter(|l| !l.starts_with("<!--")).collect::<Vec<_>>().join("\n");
    let words = prose.split_whitespace().filter(|w| w.contains(char::is_alphanumeric)).count();
    assert!(words <= 1000, "{words} words:\n{text}");
    assert_eq!(text.matches("TODO(human)").count(), 8);
    assert!(!text.contains("Ada") && !text.contains("24 passed"));
    for told in ["14:02", "38 min", "`v1.2.1`", "no rollback"] {
        assert!(text.contains(told), "{told}:\n{text}");
    }
    // What it holds is refreshed from the same facts as everything else.
    let all = render_all(&owned.facts()).unwrap();
    let same = refresh(&text, &all);
    assert_eq!((same.text.as_str(), same.kept.len(), same.broken.len()), (text.as_str(), 0, 0));
    for severity in [None, Some(crate::model::severity::Severity::Sev2)] {
        owned.incident.severity = severity;
        assert!(!is_short(&owned.facts()));
    }
}

#[test]
fn the_time_is_told_from_the_first_impact_on_and_nothing_took_no_time() {
    let text = render(&Owned::of(night()).facts()).unwrap();
    let numbers = section(&text, HEADINGS[3]);
    let went = numbers.split("Where the time went:").nth(1).unwrap();
    let rows: Vec<&str> = went.lines().filter(|l| l.starts_with("| ")).skip(1).collect();
    assert!(
        rows[1].starts_with("| detected (unnoticed until then)")
            && rows[1].contains("8 min")
            && rows[1].contains("14:02 → 14:10"),
        "{went}"
    );
    assert!(!numbers.contains("| 0 s") && !numbers.contains("| 0 min"), "{numbers}");
    let times: Vec<&str> = rows.iter().skip(1).filter_map(|row| row.split("→ ").nth(1)).collect();
    assert!(times.is_sorted(), "{went}");
}

#[test]
fn the_log_and_the_texts_of_updates_are_folded() {
    let text = render(&Owned::of(night()).facts()).unwrap();
    assert!(section(&text, HEADINGS[16]).contains("<details><summary>All 30 events</summary>\n\n| "));
    let communication = section(&text, HEADINGS[11]);
    let folded = communication.split("<details>").nth(1).unwrap();
    assert!(folded.contains("> We are on it."), "{communication}");
}

#[test]
fn what_broke_again_is_told_as_it_stands_now() {
    let mark = |time, kind, text: &str| (time, said(kind, text));
    let mut list = vec![
        mark("14:02", Kind::ImpactStarted, ""),
        mark("14:10", Kind::Detected, ""),
        mark("14:20", Kind::Identified, "the new column"),
        mark("14:38", Kind::Mitigated, ""),
        mark("14:50", Kind::Resolved, ""),
        mark("15:20", Kind::ImpactStarted, ""),
        mark("15:25", Kind::Identified, "a stale cache"),
    ];
    let text = |list: &[(&str, Draft)]| render(&Facts::bare(&incident(list.to_vec()))).unwrap();
    let running = text(&list);
    let summary = section(&running, HEADINGS[1]);
    assert!(summary.contains("and came back at 15:20 UTC; its end is not recorded"), "{summary}");
    assert!(!summary.contains("effects were stopped") && !summary.contains("resolved at"), "{summary}");
    assert!(summary.contains("It was noticed at 14:10 UTC, 8 min after it began."), "{summary}");
    assert!(running.contains("15:25 UTC: a stale cache"), "{running}");
    assert!(!running.contains("| 14:20 UTC: the new column"), "{running}");
    list.extend([mark("15:30", Kind::Mitigated, ""), mark("15:40", Kind::Resolved, "")]);
    let over = text(&list);
    let summary = section(&over, HEADINGS[1]);
    assert!(
        summary.contains("The effects were stopped at 15:30 UTC. The incident was resolved at 15:40 UTC.")
    );
    let went = over.split("Where the time went:").nth(1).unwrap();
    for row in ["| impact again", "14:50 → 15:20", "15:20 → 15:25", "15:30 → 15:40"] {
        assert!(went.contains(row), "{row}: {went}");
    }
}

#[test]
fn the_summary_says_who_was_affected_and_whether_data_was_lost() {
    let drafted = |draft: Draft| {
        let all = incident(vec![("14:02", Draft::new(Kind::ImpactStarted, "")), ("14:20", draft)]);
        section(&render(&Facts::bare(&all)).unwrap(), HEADINGS[1]).to_owned()
    };
    let described = || Draft::new(Kind::Described, "").with("count", 5000).with("unit", "projects");
    let lost = drafted(described().with("impact", "Everyone on the hosted service.").with("data_loss", true));
    assert!(
        lost.contains("Affected: Everyone on the hosted service (5,000 projects). Data was lost."),
        "{lost}"
    );
    let kept = drafted(described().with("data_loss", false));
    assert!(kept.contains("Affected: 5,000 projects. No data was lost."), "{kept}");
    let unknown = drafted(described());
    assert!(!unknown.to_lowercase().contains("data was lost"), "{unknown}");
}

#[test]
fn first_updates_and_what_is_missing_are_told_without_zeros() {
    let sent = |to: &str| Draft::new(Kind::CommsSent, "…").with("audience", to);
    let told = |more: Vec<(&str, Draft)>| render(&Facts::bare(&incident(more))).unwrap();
    let text = told(vec![("14:12", sent("users")), ("14:40", sent("support"))]);
    assert!(text.contains("First update: users at once and support 28 min after declaring."), "{text}");
    assert!(text.contains("verified, merged back, branch deleted."), "{text}");
    let text = told(vec![("14:12", sent("users")), ("14:50", Draft::new(Kind::Finished, ""))]);
    assert!(text.contains("First update: users at once.") && text.contains("deployed, verified."), "{text}");
}
