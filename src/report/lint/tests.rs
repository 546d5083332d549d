use super::*;
use crate::model::event::{Draft, Kind};
use crate::model::incident::fixture::incident;

macro_rules! prose {
    ($name:literal) => {
        include_str!(concat!("../../../tests/fixtures/postmortems/", $name))
    };
}

/// Impact 14:02, detected 14:10, declared 14:12, identified 14:22, mitigated 14:41, resolved 15:00.
fn record() -> Incident {
    let mark = |time, kind| (time, Draft::new(kind, ""));
    incident(vec![
        mark("14:02", Kind::ImpactStarted),
        mark("14:10", Kind::Detected),
        mark("14:22", Kind::Identified),
        mark("14:41", Kind::Mitigated),
        mark("15:00", Kind::Resolved),
    ])
}

fn names() -> Names {
    Names::new([("Ada Lovelace", "ada@example.com"), ("Grace Hopper", "grace@example.com")])
}

fn look(source: &str, record: Option<&Incident>) -> Checked {
    let size = Size { commits: vec![1], files: vec![1] };
    check(source, &Against { names: &names(), record, size: Some(&size), fresh: None, clean: &str::to_owned })
}

fn found(source: &str) -> Vec<(usize, &'static str, String)> {
    look(source, Some(&record())).findings.into_iter().map(|f| (f.line, f.rule, f.text)).collect()
}

#[test]
fn a_good_report_has_nothing_to_be_said_about() {
    let checked = look(prose!("good.md"), Some(&record()));
    assert_eq!(checked, Checked::default());
    assert_eq!(incident_of(prose!("good.md")), "20261122-fix-login-crash-7c1e");
}

fn incident_of(source: &str) -> String {
    super::incident(source).unwrap()
}

#[test]
fn a_bad_report_is_found_out_line_by_line() {
    let source = prose!("bad.md");
    let line = |words: &str| source.lines().position(|l| l.contains(words)).unwrap() + 1;
    let wanted = [
        ("human-error", line("The cause is human error"), "human error"),
        ("number", line("The outage lasted 3 hours"), "3 hours"),
        ("number", line("mitigate was 25 minutes"), "25 minutes"),
        ("number", line("detected at 14:35"), "14:35"),
        ("counterfactual", line("should have fired"), "should have fired"),
        ("counterfactual", line("Had we known"), "Had we known"),
        ("number", line("Time to detect: 33 min"), "33 min"),
        ("name", line("@linus-t"), "@linus-t"),
        ("person-failure", line("the reviewer ignored"), "reviewer ignored"),
        ("counterfactual", line("would've caught"), "would've caught"),
        ("person-failure", line("We forgot"), "We forgot"),
        ("counterfactual", line("could easily have"), "could easily have been"),
        ("number", line("At 14:50 UTC"), "14:50"),
        ("number", line("it took 2 hours"), "2 hours"),
        ("human-error", line("operator error"), "operator error"),
        ("vague-action", line("Improve monitoring"), "Improve"),
        ("action", line("Send the idempotency"), "Send the idempotency key always"),
        ("action", line("Let the proxy"), "Let the proxy keep our headers"),
        ("vague-action", line("Look into"), "Look into"),
        ("vague-action", line("Make sure"), "Make sure"),
        ("vague-action", line("Remind everybody"), "Remind"),
        ("action", line("Look into the retry"), "Look into the retry library."),
        ("action", line("Make sure that"), "Make sure that this does not happen aga…"),
        ("action", line("Remind everybody"), "Remind everybody to read the documentat…"),
    ];
    let mut wanted: Vec<(usize, &str, String)> =
        wanted.into_iter().map(|(rule, line, text)| (line, rule, text.to_owned())).collect();
    let mut found: Vec<(usize, &str, String)> = found(source);
    wanted.sort();
    found.sort();
    assert_eq!(found, wanted);
    assert_eq!(look(source, None).prompts.len(), 2);
}

#[test]
fn what_is_allowed_with_a_reason_is_left() {
    let checked = look(prose!("allowed.md"), Some(&record()));
    assert_eq!(checked, Checked::default());
    let without = prose!("allowed.md").replace("hotfix:allow", "hotfix:was-allowed");
    let rules: Vec<&str> = found(&without).into_iter().map(|(_, rule, _)| rule).collect();
    assert_eq!(rules, ["counterfactual", "vague-action"]);
}

#[test]
fn without_a_record_no_number_is_judged() {
    let checked = look(prose!("bad.md"), None);
    assert!(checked.findings.iter().all(|f| f.rule != "number") && checked.findings.len() > 10);
}

#[test]
fn allowing_needs_a_rule_and_a_reason() {
    let source = "## Detection\n\n<!-- hotfix:allow name -->\nGrace broke it.\n\n<!-- hotfix:allow names she said so -->\nok\n";
    let rules = found(source);
    assert_eq!(
        rules,
        [(3, "allow", "name".into()), (4, "name", "Grace".into()), (6, "allow", "names".into())]
    );
}

#[test]
fn a_document_of_ours_as_it_was_written_has_only_questions() {
    let source = prose!("good.md")
        .replace("The fix is one line", "> TODO(human): Is it small?\n\nThe fix is one line");
    let checked = look(&source, Some(&record()));
    assert_eq!((checked.findings.len(), checked.prompts.len()), (0, 1));
    assert!(!checked.is_clean());
}

proptest::proptest! {
    #[test]
    fn no_text_is_too_strange(
        text in "(\\PC|\n|[|>#`*_~-]|<!-- hotfix:(auto|allow) | -->|should have |time to detect |the hotfix |has |commits|files|[(]|[0-9]{1,3}| min|[0-9]:[0-9]{2}|Ada |\r\n){0,60}",
        section in proptest::sample::select(vec!["Detection", "The fix", "Action items"]),
    ) {
        let source = format!("# T\n\n## {section}\n\n{text}");
        let checked = look(&source, Some(&record()));
        let lines = source.matches('\n').count() + 1;
        for f in &checked.findings {
            proptest::prop_assert!(f.line <= lines && f.column > 0, "{f:?}");
        }
        proptest::prop_assert!(checked.prompts.iter().all(|line| *line <= lines));
        let internals = users::Internals { incident: "i", branch: "b" };
        proptest::prop_assert!(users::check(&text, &names(), internals).iter().all(|f| f.line <= lines));
    }
}
