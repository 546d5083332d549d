use super::*;
use crate::model::event::{Draft, Pointer};
use crate::model::incident::fixture::incident;

fn usual() -> Incident {
    let tag =
        |kind| Draft::new(kind, "v1.2.1").refer(Pointer::Tag, "v1.2.1").refer(Pointer::Commit, "9c0d1e2");
    let mut found = incident(vec![
        ("14:02", Draft::new(Kind::ImpactStarted, "")),
        ("14:13", Draft::new(Kind::FixStarted, "")),
        ("14:20", Draft::new(Kind::Commit, "Fix it").refer(Pointer::Commit, "abcdef1234567")),
        ("14:21", Draft::new(Kind::Note, "50% errors; see https://x.example/#1: \"all\" of `them`")),
        ("14:33", tag(Kind::Merged).refer(Pointer::Branch, "main")),
        ("14:33", tag(Kind::Tagged)),
        ("14:38", Draft::new(Kind::Mitigated, "")),
        ("14:40", Draft::new(Kind::MergedBack, "").refer(Pointer::Branch, "develop")),
    ]);
    found.base_tag = Some("v1.2.0".into());
    found
}

#[test]
fn impact_milestones_work_and_words() {
    assert_eq!(
        gantt(&usual()),
        "gantt\n  title Users get a 500 on /login (UTC)\n  dateFormat YYYY-MM-DD HH:mm\n  todayMarker \
         off\n  axisFormat %H:%M\n\
         \x20 section Impact\n  14h02-14h38 impact :crit, 2026-11-22 14:02, 2026-11-22 14:38\n\
         \x20 section Milestones\n  14h02 impact started :milestone, 2026-11-22 14:02, 0m\n\
         \x20 14h12 declared :milestone, 2026-11-22 14:12, 0m\n  14h38 mitigated :milestone, 2026-11-22 \
         14:38, 0m\n\
         \x20 section Work\n  14h12-14h13 fix started :2026-11-22 14:12, 2026-11-22 14:13\n\
         \x20 14h13-14h20 first commit :2026-11-22 14:13, 2026-11-22 14:20\n  14h20-14h33 merged \
         :2026-11-22 14:20, 2026-11-22 14:33\n\
         \x20 14h33-14h40 merged back :2026-11-22 14:33, 2026-11-22 14:40\n  14h33 v1.2.1 :milestone, \
         2026-11-22 14:33, 0m\n\
         \x20 section Notes\n  14h21 50% errors, see https-//x.example/ 1- all of th… :milestone, \
         2026-11-22 14:21, 0m\n"
    );
}

#[test]
fn where_the_fix_went() {
    assert_eq!(
        git_graph(&usual()).unwrap(),
        "%%{init: {\"gitGraph\": {\"mainBranchName\": \"main\", \"rotateCommitLabel\": \
         false}}}%%\ngitGraph\n  commit id: \"base\" tag: \"v1.2.0\"\n\
         \x20 branch \"hotfix/fix-login-crash\"\n  checkout \"main\"\n  branch \"develop\"\n\
         \x20 checkout \"hotfix/fix-login-crash\"\n\
         \x20 commit id: \"abcdef1\" type: HIGHLIGHT\n  checkout \"main\"\n\
         \x20 merge \"hotfix/fix-login-crash\" tag: \"v1.2.1\"\n  checkout \"develop\"\n  merge \"main\"\n"
    );
    assert_eq!(git_graph(&incident(vec![])), None, "nothing went anywhere yet");
}

#[test]
fn a_long_night_stays_short_and_says_so() {
    let note = |n: usize| ("14:30", Draft::new(Kind::Note, format!("note {n}")));
    let chart = gantt(&incident((0..500).map(note).collect()));
    assert!(chart.chars().count() < 2_000, "{}", chart.len());
    assert!(chart.trim_end().ends_with("more in the table"), "{chart}");
}

#[test]
fn of_a_long_night_every_part_is_drawn() {
    let times: Vec<String> = (0..300).map(|n| format!("{:02}:{:02}", 14 + n / 60, n % 60)).collect();
    let drawn = |kind: Kind| {
        let note = |at| (at, Draft::new(kind.clone(), "a shard with a queue that grows and grows"));
        let mut events: Vec<(&str, Draft)> = times.iter().map(String::as_str).map(note).collect();
        events.push(("16:01", Draft::new(Kind::Decision, "no rollback")));
        let chart = gantt(&incident(events));
        assert!(chart.chars().count() < 2_000 && chart.contains(" of 301)\n"), "{chart}");
        chart
    };
    let decisions = drawn(Kind::Decision);
    for hour in ["  14h", "  15h", "  16h", "  17h", "  18h"] {
        assert!(decisions.contains(hour), "{hour}: {decisions}");
    }
    let notes = drawn(Kind::Note);
    assert!(notes.contains("\n  16h01 no rollback "), "{notes}");
    for hour in ["  14h", "  15h", "  16h", "  17h", "  18h"] {
        assert!(notes.contains(hour), "{hour}: {notes}");
    }
}

#[test]
fn impact_without_an_end_is_a_point_that_says_so() {
    let chart = gantt(&incident(vec![("14:02", Draft::new(Kind::ImpactStarted, ""))]));
    let row = "  section Impact\n  14h02 impact, its end is not recorded :crit, milestone, 2026-11-22 \
               14:02, 0m\n";
    assert!(chart.contains(row), "{chart}");
}

#[test]
fn the_same_twice() {
    assert_eq!(markdown(&usual(), &[&usual()]), markdown(&usual(), &[&usual()]));
}

#[test]
fn one_old_note_and_a_late_merge_back_do_not_squeeze_the_chart() {
    let mut log = usual().log;
    let mut early = log.iter().find(|e| e.kind == Kind::Note).unwrap().clone();
    early.at -= Duration::days(20);
    early.id = "old".into();
    let mut late = log.iter().find(|e| e.kind == Kind::MergedBack).unwrap().clone();
    late.at += Duration::days(3);
    late.id = "late".into();
    log.extend([early, late]);
    let chart = gantt(&Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap());
    assert!(!chart.contains("2026-11-02") && !chart.contains("2026-11-25"), "{chart}");
    assert!(chart.contains("14h02-14h38 impact") && chart.contains("axisFormat %H:%M\n"), "{chart}");
    assert!(chart.trim_end().ends_with("more in the table"), "{chart}");
}

#[test]
fn several_days_are_named_in_rows_and_on_the_axis() {
    let mut log = usual().log;
    for event in log.iter_mut().filter(|e| e.kind == Kind::Mitigated) {
        event.at += Duration::days(2);
    }
    let chart = gantt(&Incident::fold("20261122-fix-login-crash-7c1e", log).unwrap());
    assert!(chart.contains("22 Nov 14h02 to 24 Nov 14h38 impact :crit"), "{chart}");
    assert!(chart.contains("axisFormat %d %b %H:%M\n  tickInterval 12hour\n"), "{chart}");
}

#[test]
fn what_broke_again_is_in_the_chart() {
    let chart = gantt(&incident(vec![
        ("14:02", Draft::new(Kind::ImpactStarted, "")),
        ("14:38", Draft::new(Kind::Resolved, "")),
        ("15:20", Draft::new(Kind::ImpactStarted, "")),
    ]));
    for row in ["14h02-14h38 impact :crit", "15h20 impact, its end is not recorded", "15h20 impact started"] {
        assert!(chart.contains(row), "{row}:\n{chart}");
    }
}

#[test]
fn each_release_stands_at_its_own_time() {
    let chart = gantt(&incident(vec![
        ("14:30", Draft::new(Kind::Tagged, "").refer(Pointer::Tag, "v1.2.1")),
        ("14:38", Draft::new(Kind::Resolved, "")),
        ("15:20", Draft::new(Kind::ImpactStarted, "")),
        ("15:50", Draft::new(Kind::Tagged, "").refer(Pointer::Tag, "v1.2.2")),
    ]));
    for row in ["14h30 v1.2.1 :", "15h50 v1.2.2 :"] {
        assert!(chart.contains(row), "{row}:\n{chart}");
    }
}

#[test]
fn who_noticed_it_is_no_moment_where_the_time_is_not_known() {
    let said =
        crate::model::event_data::Noticed { detected_by: Some(crate::model::severity::DetectedBy::Customer) };
    let of = |draft: Draft| gantt(&incident(vec![("14:13", draft)]));
    assert!(of(Draft::new(Kind::Note, "seen by a customer")).contains("seen by a customer"));
    assert!(!of(Draft::new(Kind::Note, "seen by a customer").data(&said)).contains("seen by a customer"));
}
