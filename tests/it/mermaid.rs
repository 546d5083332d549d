//! Mermaid diagrams, read by the parser that forges use. `.ci/run` fetches it into `target/mermaid`;
//! without it the tests say that they skip.

use crate::support::{Shop, require};
use serde_json::Value;
use std::io::Write;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

const NAME: &str = "fix-login-crash";

/// What goes wrong in one place or another of Mermaid's grammars.
const HOSTILE: [&str; 22] = [
    "14:02 : the first alarm",
    "a; b; c",
    "see #4711 and # nothing",
    "5% errors",
    "%% a comment",
    "%%{init: {'theme': 'dark'}}%%",
    "Call support",
    "Click path",
    "section of the fleet",
    "title of nobility",
    "Includes all",
    "excludes weekends",
    "2026-11-22",
    "\"quoted\" and 'quoted' and `quoted`",
    "🔥 everything burns 👩‍🚒",
    "قاعدة البيانات لا تستجيب",
    "<script>alert(1)</script> & <b>",
    "``` \n```mermaid\ngantt",
    "https://example.com/a?b=c#d",
    ":::",
    "end",
    "a\\nb \\ { } [ ] | ~ ^ $x$",
];

/// What the parser makes of these diagrams; `None` where it cannot be had.
fn parsed(diagrams: &[String]) -> Option<Vec<Value>> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let cache: PathBuf = root.join("target/mermaid");
    if !require("mermaid") {
        return None;
    }
    let mut child = Command::new("node")
        .arg(root.join("tests/mermaid/parse.mjs"))
        .arg(&cache)
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(serde_json::to_string(diagrams).unwrap().as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let text = String::from_utf8(output.stdout).unwrap();
    Some(serde_json::from_str(&text).unwrap_or_else(|error| panic!("{error}: {text}")))
}

/// The rows that a gantt chart should have.
fn rows(chart: &str) -> Vec<String> {
    let is_row =
        |line: &&str| line.trim_start().get(..2).is_some_and(|s| s.chars().all(|c| c.is_ascii_digit()));
    let name = |line: &str| line.trim().rsplit_once(" :").unwrap().0.trim().to_owned();
    chart.lines().filter(is_row).map(name).collect()
}

#[track_caller]
fn is_drawn(chart: &str, answer: &Value) {
    assert_eq!(answer["type"], "gantt", "{answer}\n{chart}");
    let drawn: Vec<String> =
        answer["rows"].as_array().unwrap().iter().map(|r| r.as_str().unwrap().trim().to_owned()).collect();
    assert_eq!(drawn, rows(chart), "a row got lost");
    assert_eq!(answer["lost"], serde_json::json!([]), "a row has no time\n{chart}");
}

/// The diagrams in a document.
fn diagrams(document: &str) -> Vec<String> {
    document.split("```mermaid\n").skip(1).map(|d| d.split("```").next().unwrap().to_owned()).collect()
}

#[test]
fn the_parser_itself_says_no() {
    let Some(answers) =
        parsed(&["gantt\n  14:02 alarm :milestone, when\n".into(), "gitGraph\n  merge x\n".into()])
    else {
        return;
    };
    for answer in answers {
        assert!(answer["error"].is_string() || answer["lost"] != serde_json::json!([]), "{answer}");
    }
}

#[test]
fn hostile_words_are_drawn_as_words() {
    let mut charts = Vec::new();
    for (n, words) in HOSTILE.iter().enumerate() {
        let shop = Shop::new();
        let name = format!("fix-{n}");
        shop.start_with(&name, &["--title", words, "--impact-started", "-30m"]);
        shop.hotfix(["note", "--", words]).ok();
        shop.hotfix(["mark", "mitigated", "--", words]).ok();
        charts.push(shop.hotfix(["timeline", "--mermaid"]).ok().stdout.clone());
    }
    for (chart, words) in charts.iter().zip(HOSTILE) {
        assert!(rows(chart).iter().any(|row| row.contains("mitigated")), "{words}: {chart}");
        assert!(chart.chars().count() < 2_000, "{chart}");
    }
    for (chart, answer) in charts.iter().zip(parsed(&charts).unwrap_or_default()) {
        is_drawn(chart, &answer);
    }
}

#[test]
fn five_hundred_events_over_days() {
    let shop = Shop::new();
    shop.start_with(NAME, &["--impact-started", "yesterday 23:50"]);
    let lines: String = (0..500).map(|n| format!("-{}m note line {n}: #{n}; 5%\n", n % 90)).collect();
    shop.call(["note", "-F", "-"]).stdin(lines).run().ok();
    let chart = shop.hotfix(["timeline", "--mermaid"]).ok().stdout.clone();
    assert!(chart.chars().count() < 2_000 && chart.contains("more in the table"), "{chart}");
    for answer in parsed(std::slice::from_ref(&chart)).unwrap_or_default() {
        is_drawn(&chart, &answer);
    }
    shop.hotfix(["timeline", "--mermaid", "--markdown"]).exits(2);
}

#[test]
fn the_post_mortem_has_both_and_stays_as_it_is() {
    let shop = Shop::build().tags(&["v1.2.0"]).go();
    shop.start_with("fix-end", &["--title", "the end: \"all\"; #1", "--impact-started", "-30m"])
        .fix_login()
        .answer_all();
    shop.hotfix(["mark", "mitigated"]).ok();
    shop.finish("fix-end").ok();
    let write = || {
        shop.hotfix(["postmortem", "fix-end", "--output", "pm.md"]).ok();
        shop.read("pm.md")
    };
    let document = write();
    assert_eq!(document, write(), "byte for byte, when nothing is new");
    let found = diagrams(&document);
    let [chart, graph] = found.as_slice() else { panic!("{document}") };
    assert!(graph.contains("tag: \"v1.2.1\"") && graph.contains("branch \"develop\""), "{graph}");
    if let Some(answers) = parsed(&found) {
        is_drawn(chart, &answers[0]);
        assert_eq!(answers[1]["type"], "gitGraph", "{}\n{graph}", answers[1]);
    }
}

#[test]
fn whatever_the_branches_are_called() {
    let mut graphs = Vec::new();
    for production in ["master", "merge", "branch", "checkout", "release/main", "cherry-pick", "1.x"] {
        let shop = Shop::build().production(production).go();
        shop.start("commit").fix_login().answer_all();
        shop.finish("commit").ok();
        let ran = shop.hotfix(["postmortem", "commit", "--output", "-"]);
        graphs.push(diagrams(&ran.ok().stdout).pop().unwrap());
        assert!(graphs.last().unwrap().contains("gitGraph"), "{ran}");
    }
    for (graph, answer) in graphs.iter().zip(parsed(&graphs).unwrap_or_default()) {
        assert_eq!(answer["type"], "gitGraph", "{answer}\n{graph}");
    }
}
