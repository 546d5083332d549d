use super::*;
use crate::insight::stats::{Facts, Month, Recurring, Stats};
use crate::report::html;
use crate::report::stats_html::page;

fn nothing() -> Stats {
    let at = |text: &str| DateTime::parse_from_rfc3339(text).unwrap();
    let (since, until) = (at("2026-08-24T00:00:00Z"), at("2026-11-22T15:00:00Z"));
    Stats::of(&Facts {
        since,
        until,
        releases: vec![],
        incidents: vec![],
        touched: Default::default(),
        found: None,
    })
}

fn spread(values: &[i64]) -> Spread {
    let (min, max) = (values.first().copied(), values.last().copied());
    let median = values.get(values.len() / 2).copied();
    let (from, to) = ("impact started".into(), "mitigated".into());
    Spread { from, to, n: values.len(), median, min, max, values: values.to_vec(), without: 0 }
}

fn some() -> Stats {
    Stats {
        releases: 4,
        hotfixes: 2,
        rework_rate: Some(0.5),
        found: None,
        too_many: true,
        months: vec![Month { month: "2026-11".into(), hotfixes: 2, releases: 4 }],
        incidents: 2,
        durations: vec![spread(&[300, 540, 720])],
        files: vec![Recurring {
            path: "a<b>&\u{1b}[31m.rs".into(),
            hotfixes: vec!["x\"'".into(), "y".into()],
        }],
        ..nothing()
    }
}

#[test]
fn an_empty_window_says_so() {
    assert_eq!(lines(&nothing(), "#"), ["Since 2026-08-24: no release and no hotfix."]);
    assert_eq!(verdict(&nothing()), None);
    assert!(page(&nothing(), html::STYLE).unwrap().contains("no release and no hotfix"));
}

#[test]
fn numbers_with_their_ends_range_and_n() {
    let text = lines(&some(), "#").join("\n");
    assert!(text.contains("Deployment rework rate: 50 % (2 of 4 releases were hotfixes)"), "{text}");
    assert!(text.contains("impact started → mitigated  9 min, 5 min to 12 min, n = 3"), "{text}");
    assert!(text.contains("\n    5 min, 9 min, 12 min"), "few values are listed: {text}");
    assert!(text.contains("2026-11    2 of 4   ##"), "{text}");
    assert!(!text.contains('\u{1b}'), "{text}");
    assert!(verdict(&some()).unwrap().contains("not the people"));
}

#[test]
fn ten_values_are_not_listed() {
    let many: Vec<i64> = (1..=10).map(|n| n * 60).collect();
    let text = lines(&Stats { durations: vec![spread(&many)], ..some() }, "#").join("\n");
    assert!(text.contains("n = 10") && !text.contains("2 min, 3 min"), "{text}");
}

#[test]
fn the_page_loads_and_runs_nothing_and_escapes_what_came_from_outside() {
    let page = page(&some(), html::STYLE).unwrap();
    assert!(page.contains("default-src 'none'") && page.contains("<rect width=\"200\""), "{page}");
    assert!(page.contains("a&lt;b&gt;&amp;.rs") && page.contains("x&quot;&#39;"), "{page}");
    for never in ["<script", "http://", "https://", "src=\"", "href", "<b>", "\u{1b}"] {
        assert!(!page.contains(never), "{never}");
    }
}
