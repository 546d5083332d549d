//! `affected` held against its definition, on random histories: a release is affected when git says
//! that it contains a candidate and neither the fix nor a copy of it.

use crate::support::{Repo, Shop};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use serde_json::Value;
use std::collections::BTreeSet;

/// How many histories are made when nobody asks for more.
const HISTORIES: u32 = 6;
const LINES: usize = 12;

#[derive(Clone, Debug)]
enum Step {
    /// Changes a line on one of two branches.
    Edit(usize, usize),
    Merge(usize),
    Release(usize),
    /// Takes the fix to the other branch.
    Pick,
}

fn step() -> impl Strategy<Value = Step> {
    prop_oneof![
        4 => (0..2_usize, 0..LINES).prop_map(|(branch, line)| Step::Edit(branch, line)),
        2 => (0..2_usize).prop_map(Step::Merge),
        3 => (0..2_usize).prop_map(Step::Release),
        1 => Just(Step::Pick),
    ]
}

const BRANCHES: [&str; 2] = ["main", "support/1"];

struct Story {
    shop: Shop,
    edits: usize,
    tags: Vec<String>,
}

impl Story {
    fn edit(&mut self, line: usize) -> String {
        self.edits += 1;
        let text = self.shop.read("lines");
        let mut lines: Vec<String> = text.lines().map(str::to_owned).collect();
        lines[line * 3] = format!("line {line} by edit {}", self.edits);
        self.shop.commit("lines", &format!("{}\n", lines.join("\n")))
    }

    fn on(&self, branch: usize) {
        self.shop.git(["switch", "-q", BRANCHES[branch]]);
    }

    fn tell(&mut self, step: &Step, fix: Option<&str>) {
        match step {
            Step::Edit(branch, line) => {
                self.on(*branch);
                self.edit(*line);
            }
            Step::Merge(into) => {
                self.on(*into);
                if !self.shop.git_agrees(["merge", "-q", "--no-edit", BRANCHES[1 - into]]) {
                    self.shop.git(["merge", "--abort"]);
                }
            }
            Step::Release(branch) => {
                self.on(*branch);
                let tag = format!("v1.{}.0", self.tags.len());
                self.shop.git(["tag", "-a", "-m", &tag, &tag]);
                self.tags.push(tag);
            }
            Step::Pick => {
                self.on(1);
                if let Some(fix) = fix
                    && !self.shop.git_agrees(["cherry-pick", "-x", fix])
                {
                    self.shop.git_agrees(["cherry-pick", "--abort"]);
                }
            }
        }
    }
}

/// What the definition says, one question to git for each pair.
fn by_definition(
    shop: &Repo,
    found: &Value,
    fix: &str,
    tags: &[String],
) -> (BTreeSet<String>, BTreeSet<String>) {
    let mut fixes = vec![fix.to_owned()];
    let trailer = format!("--grep=cherry picked from commit {fix}");
    fixes.extend(shop.git(["log", "--all", "--format=%H", &trailer]).lines().map(str::to_owned));
    let (mut affected, mut fixed) = (BTreeSet::new(), BTreeSet::new());
    for tag in tags {
        let commit = format!("refs/tags/{tag}^{{commit}}");
        let has = |oid: &str| shop.contains(&commit, oid);
        if fixes.iter().any(|f| has(f)) {
            fixed.insert(tag.clone());
        } else if found["candidates"].as_array().unwrap().iter().any(|c| has(c["commit"].as_str().unwrap())) {
            affected.insert(tag.clone());
        }
    }
    (affected, fixed)
}

fn holds(before: &[Step], line: usize, after: &[Step]) {
    let shop = Shop::build().no_remote().no_develop().tags(&[]).in_memory().go();
    let text: String = (0..LINES * 3).map(|n| format!("unchanged {n}\n")).collect();
    shop.commit("lines", &text);
    shop.git(["branch", BRANCHES[1]]);
    let mut story = Story { shop, edits: 0, tags: Vec::new() };
    for step in before {
        story.tell(step, None);
    }
    story.on(0);
    let fix = story.edit(line);
    for step in after {
        story.tell(step, Some(&fix));
    }
    let ran = story.shop.hotfix(["affected", &fix, "--json"]);
    ran.ok();
    let found = ran.json();
    let (affected, fixed) = by_definition(&story.shop, &found, &fix, &story.tags);
    let told = |key: &str| -> BTreeSet<String> {
        found[key].as_array().unwrap().iter().map(|t| t.as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(told("affected_tags"), affected, "{found:#}");
    assert_eq!(told("fixed_tags"), fixed, "{found:#}");
    // The candidate is whoever wrote that line last, as git says it.
    let blame = story.shop.git([
        "blame",
        "-w",
        "-M",
        "-C",
        "-l",
        "-s",
        &format!("-L{0},{0}", line * 3 + 1),
        &format!("{fix}^"),
        "--",
        "lines",
    ]);
    let writer = blame.trim_start_matches('^').split(' ').next().unwrap_or_default();
    let candidate = found["candidates"][0]["commit"].as_str().unwrap();
    assert!(candidate.starts_with(writer), "{candidate} is not {writer}");
}

#[test]
fn random_histories_are_judged_by_the_definition() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(HISTORIES);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 20, ..Config::default() };
    let steps = || proptest::collection::vec(step(), 3..10);
    TestRunner::new(config)
        .run(&(steps(), 0..LINES, steps()), |(before, line, after)| {
            holds(&before, line, &after);
            Ok(())
        })
        .unwrap();
}
