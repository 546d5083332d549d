//! Random histories of a branch that gets a fix, or does not; what the audit says is held against
//! a slow and obvious look at every commit. `PROPTEST_CASES=300 cargo test audit_model` for more.

use crate::support::{Repo, Shop};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};

/// How many histories are made when nobody asks for more.
const HISTORIES: u32 = 10;
const LINES: usize = 9;
/// The line that the fix repairs.
const AT: usize = 4;
const FAULT: &str = "    return account.unwrap();";
const REPAIR: &str = "    return account.unwrap_or(guest);";

#[derive(Clone, Debug)]
enum Step {
    Merge {
        theirs: bool,
    },
    Pick,
    /// Another line is changed, near or far.
    Edit(usize),
    /// The repaired line becomes something else.
    Rewrite,
    /// It becomes what it was, or what the fix made of it.
    Restore {
        repaired: bool,
    },
    Delete,
    Insert(usize),
    Move,
    Elsewhere,
    /// A branch of develop that goes through this, and is merged.
    Feature(Box<Step>),
}

fn step() -> impl Strategy<Value = Step> {
    let plain = prop_oneof![
        3 => any::<bool>().prop_map(|theirs| Step::Merge { theirs }),
        2 => Just(Step::Pick),
        4 => (0..LINES).prop_map(Step::Edit),
        2 => Just(Step::Rewrite),
        2 => any::<bool>().prop_map(|repaired| Step::Restore { repaired }),
        1 => Just(Step::Delete),
        2 => (0..LINES).prop_map(Step::Insert),
        1 => Just(Step::Move),
        1 => Just(Step::Elsewhere),
    ];
    plain.prop_recursive(1, 2, 1, |inner| inner.prop_map(|s| Step::Feature(Box::new(s))))
}

struct Story {
    shop: Shop,
    count: usize,
}

impl Story {
    fn begin(before: &[Step]) -> Self {
        let text: Vec<String> = (0..LINES).map(line).collect();
        let shop = Shop::build().in_memory().no_remote().file("src/account.rs", &text.concat()).go();
        shop.git(["branch", "-q", "-f", "develop", "main"]);
        let mut story = Self { shop, count: 0 };
        for step in before {
            story.on_develop(step);
        }
        let shop = &story.shop;
        shop.git(["switch", "-q", "-c", "hotfix/account", "main"]);
        shop.commit("src/account.rs", &text.concat().replace(FAULT, REPAIR));
        shop.git(["switch", "-q", "main"]);
        shop.git(["merge", "-q", "--no-ff", "--no-edit", "hotfix/account"]);
        shop.git(["tag", "v1.2.1"]);
        story
    }

    fn on_develop(&mut self, step: &Step) {
        self.shop.git(["switch", "-q", "develop"]);
        self.take(step);
    }

    /// Where the file is now.
    fn path(&self) -> Option<String> {
        let files = self.shop.git(["ls-files", "lib*", "src/account.rs"]);
        files.lines().next().map(str::to_owned)
    }

    fn take(&mut self, step: &Step) {
        self.count += 1;
        let n = self.count;
        let exists = self.shop.has_ref("refs/heads/hotfix/account");
        match step {
            Step::Merge { theirs } if exists => {
                let done = self.shop.git_agrees(["merge", "-q", "--no-ff", "--no-edit", "hotfix/account"]);
                if !done {
                    self.resolve(*theirs);
                }
            }
            Step::Pick if exists && !self.shop.git_agrees(["cherry-pick", "-x", "hotfix/account"]) => {
                self.shop.git(["cherry-pick", "--abort"]);
            }
            Step::Edit(at) if *at != AT => self.change(|lines| {
                lines
                    .iter_mut()
                    .filter(|l| l.starts_with(&format!("    step {at} ")))
                    .for_each(|l| *l = format!("    step {at} was changed in {n}\n"));
            }),
            Step::Rewrite => {
                self.change(|lines| replace(lines, &format!("    return somebody_else_{n}();\n")))
            }
            Step::Restore { repaired } => {
                let text = if *repaired { REPAIR } else { FAULT };
                self.change(|lines| replace(lines, &format!("{text}\n")));
            }
            Step::Delete => self.change(|lines| lines.retain(|l| !l.starts_with("    return "))),
            Step::Insert(at) => {
                self.change(|lines| lines.insert((*at).min(lines.len()), format!("    also {n}\n")))
            }
            Step::Move => {
                if let Some(path) = self.path() {
                    self.shop.git(["mv", &path, &format!("lib{n}.rs")]);
                    self.shop.git(["commit", "-q", "-m", "Move it"]);
                }
            }
            Step::Elsewhere => drop(self.shop.commit("src/search.rs", &format!("// {n}\n"))),
            Step::Feature(inner) => {
                self.shop.git(["switch", "-q", "-c", &format!("feature/{n}")]);
                self.take(inner);
                self.shop.git(["switch", "-q", "develop"]);
                self.shop.commit("src/other.rs", &format!("// {n}\n"));
                self.shop.git(["merge", "-q", "--no-ff", "--no-edit", &format!("feature/{n}")]);
            }
            _ => {}
        }
    }

    fn change(&self, how: impl FnOnce(&mut Vec<String>)) {
        let Some(path) = self.path() else { return };
        let mut lines: Vec<String> = self.shop.read(&path).lines().map(|l| format!("{l}\n")).collect();
        how(&mut lines);
        self.shop.write(&path, &lines.concat());
        self.shop.git(["add", "--", &path]);
        self.shop.git_agrees(["commit", "-q", "-m", "Change it"]);
    }

    fn resolve(&self, theirs: bool) {
        let side = if theirs { "--theirs" } else { "--ours" };
        let paths = self.shop.git(["diff", "--name-only", "--diff-filter=U"]);
        let taken = paths.lines().all(|path| self.shop.git_agrees(["checkout", side, "--", path]));
        if !taken {
            self.shop.git(["merge", "--abort"]);
            return;
        }
        self.shop.git(["add", "--all"]);
        self.shop.git(["commit", "-q", "--no-edit"]);
    }
}

fn line(at: usize) -> String {
    if at == AT { format!("{FAULT}\n") } else { format!("    step {at} is done here\n") }
}

fn replace(lines: &mut [String], with: &str) {
    lines.iter_mut().filter(|l| l.starts_with("    return ")).for_each(|l| *l = with.to_owned());
}

/// The slow and obvious look at one commit: all of its text.
struct Look<'a>(&'a Repo);

impl Look<'_> {
    fn text(&self, commit: &str) -> String {
        let files = self.0.git(["ls-tree", "-r", "--name-only", commit]);
        files.lines().map(|path| self.0.show(commit, path) + "\n").collect()
    }

    fn has(&self, commit: &str) -> bool {
        let text = self.text(commit);
        text.contains(REPAIR) && !text.contains(FAULT)
    }

    fn ever_had(&self, commit: &str) -> bool {
        self.0.git(["rev-list", commit]).lines().any(|c| self.has(c))
    }

    /// Whether the fix is there, or was replaced on purpose.
    fn truth(&self, tip: &str) -> bool {
        let text = self.text(tip);
        if text.contains(FAULT) {
            return false;
        }
        if text.contains(REPAIR) {
            return true;
        }
        let parents = self.0.parents(tip);
        let (with, without): (Vec<&String>, Vec<&String>) = parents.iter().partition(|p| self.has(p));
        let lost_before: Vec<&&String> = without.iter().filter(|p| self.ever_had(p)).collect();
        match (with.is_empty(), lost_before.is_empty()) {
            // Nobody ever had it.
            (true, true) => false,
            // It went further back; merging carried that here.
            (_, false) => lost_before.iter().all(|p| self.truth(p)),
            // Here it went: rewritten by a commit, or dropped by a merge.
            (false, true) => parents.len() == 1,
        }
    }
}

fn history_is_judged(before: &[Step], after: &[Step]) {
    let mut story = Story::begin(before);
    for step in after {
        story.on_develop(step);
    }
    let audit = story.shop.audit();
    let found = audit.at("account", "develop");
    let look = Look(&story.shop.repo);
    match found["present"].as_bool() {
        Some(present) => {
            assert_eq!(
                present,
                look.truth("develop"),
                "{}\n{}",
                story.shop.git(["log", "--graph", "-p", "-m", "--format=%h %s", "develop"]),
                audit.ran
            );
        }
        None => {
            let text = look.text("develop");
            let sure = text.contains(FAULT) || text.contains(REPAIR);
            assert!(!sure, "this can be known\n{text}\n{}", audit.ran);
        }
    }
    audit.has("account", "main", "ancestry");
}

#[test]
fn no_history_is_judged_wrongly() {
    let cases = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok()).unwrap_or(HISTORIES);
    let config = Config { cases, failure_persistence: None, max_shrink_iters: 60, ..Config::default() };
    let steps = |most: usize| proptest::collection::vec(step(), 0..most);
    TestRunner::new(config)
        .run(&(steps(3), steps(6)), |(before, after)| {
            history_is_judged(&before, &after);
            Ok(())
        })
        .unwrap();
}
