//! Random stories of a team, with kills, conflicts and protected branches in the middle of them;
//! after every step the promises are checked on the real remote, and in the end everything can be
//! finished. `PROPTEST_CASES=500 cargo test model` tells more stories than the few by default.

use crate::support::{Ran, Repo, Shop};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::collections::{BTreeMap, BTreeSet};

/// How many stories are told when nobody asks for more.
const STORIES: u32 = 6;
/// How often a finish is repeated before it has to be done, once nothing is in its way.
const PATIENCE: usize = 6;
/// The hotfixes of a story and the files they repair.
const HOTFIXES: [(&str, &str); 2] = [("one", "src/login.rs"), ("two", "src/cart.rs")];

#[derive(Clone, Debug)]
enum Step {
    Start(usize),
    Commit(usize),
    Check(usize),
    Publish(usize),
    Finish {
        hotfix: usize,
        next: bool,
    },
    KilledFinish {
        hotfix: usize,
        call: usize,
    },
    ColleagueOnMain,
    ColleagueOnDevelop,
    /// The colleague rewrites what a hotfix repairs.
    ColleagueInTheWay(usize),
    ColleagueOnTheHotfix(usize),
    Protect(&'static str),
    ProtectNothing,
    Resolve,
}

fn step() -> impl Strategy<Value = Step> {
    let hotfix = || prop_oneof![3 => Just(0), 1 => Just(1)];
    let protected = prop_oneof![
        Just("refs/heads/main"),
        Just("refs/heads/develop"),
        Just("refs/tags/v1.2.1"),
        Just("refs/tags/v1.2.2")
    ];
    prop_oneof![
        3 => hotfix().prop_map(Step::Start),
        4 => hotfix().prop_map(Step::Commit),
        4 => hotfix().prop_map(Step::Check),
        2 => hotfix().prop_map(Step::Publish),
        4 => (hotfix(), any::<bool>()).prop_map(|(hotfix, next)| Step::Finish { hotfix, next }),
        5 => (hotfix(), 1..18_usize).prop_map(|(hotfix, call)| Step::KilledFinish { hotfix, call }),
        1 => Just(Step::ColleagueOnMain),
        1 => Just(Step::ColleagueOnDevelop),
        2 => hotfix().prop_map(Step::ColleagueInTheWay),
        1 => hotfix().prop_map(Step::ColleagueOnTheHotfix),
        2 => protected.prop_map(Step::Protect),
        2 => Just(Step::ProtectNothing),
        2 => Just(Step::Resolve),
    ]
}

/// What must never be lost, as the story goes on.
struct Story {
    shop: Shop,
    /// Commits that colleagues pushed, and where.
    pushed: Vec<(String, String)>,
    tags: BTreeMap<String, String>,
    logs: BTreeMap<String, String>,
    protected: BTreeSet<String>,
    started: BTreeSet<usize>,
    count: usize,
}

fn branch(hotfix: usize) -> String {
    format!("hotfix/{}", HOTFIXES[hotfix].0)
}

fn head(branch: &str) -> String {
    format!("refs/heads/{branch}")
}

impl Story {
    fn begin() -> Self {
        let shop = Shop::build().in_memory().go();
        shop.write("notes.txt", "not part of anything\n");
        Self {
            shop,
            pushed: Vec::new(),
            tags: BTreeMap::new(),
            logs: BTreeMap::new(),
            protected: BTreeSet::new(),
            started: BTreeSet::new(),
            count: 0,
        }
    }

    fn take(&mut self, step: &Step) {
        self.count += 1;
        match step {
            Step::Start(n) => {
                let ran = self.shop.hotfix(["start", HOTFIXES[*n].0]);
                ran.exits_with_one_of(&[0, 3]);
                self.started.extend((ran.status == 0).then_some(*n));
            }
            Step::Commit(n) => self.commit(*n),
            Step::Check(n) => self.check(*n),
            Step::Publish(n) => self.publish(*n),
            Step::Finish { hotfix, next } => {
                let flags: &[&str] = if *next { &["--next"] } else { &[] };
                if let Some(ran) = self.finish(*hotfix, flags) {
                    ran.exits_with_one_of(&[0, 1, 3, 5, 8]);
                }
            }
            Step::KilledFinish { hotfix, call } => self.killed_finish(*hotfix, *call),
            Step::ColleagueOnMain => self.colleague("main", "src/news.rs"),
            Step::ColleagueOnDevelop => self.colleague("develop", "src/idea.rs"),
            Step::ColleagueInTheWay(n) => self.colleague("develop", HOTFIXES[*n].1),
            Step::ColleagueOnTheHotfix(n) => self.colleague(&branch(*n), "src/help.rs"),
            Step::Protect(name) => {
                self.shop.refuse_updates_of(name);
                self.protected.insert((*name).to_owned());
            }
            Step::ProtectNothing => {
                self.shop.accept_everything_again();
                self.protected.clear();
            }
            Step::Resolve => self.resolve(),
        }
        self.promises_hold();
    }

    /// The worktree of a hotfix, when its branch is here and can be stood on.
    fn stand_on(&self, n: usize) -> Option<Repo> {
        let name = branch(n);
        if let Some(there) =
            self.shop.worktrees().into_iter().find(|w| w.current_branch() == Some(name.clone()))
        {
            return Some(there);
        }
        let switched = self.shop.has_ref(&head(&name)) && self.shop.git_agrees(["switch", "-q", &name]);
        switched.then(|| self.shop.repo.clone())
    }

    fn commit(&self, n: usize) {
        if let Some(work) = self.stand_on(n) {
            work.commit(HOTFIXES[n].1, &format!("// repaired, take {}\n", self.count));
        }
    }

    fn check(&self, n: usize) {
        let answers =
            ["resolves=yes", "critical-paths=yes", "tests=yes", "reviewed=grace@example.com", "staging=yes"];
        let mut args = vec!["check", "--hotfix", HOTFIXES[n].0];
        args.extend(answers.iter().flat_map(|answer| ["--answer", answer]));
        self.shop.hotfix(args).exits_with_one_of(&[0, 1, 2, 3]);
    }

    fn publish(&self, n: usize) {
        let name = head(&branch(n));
        if self.shop.has_ref(&name) {
            // Refused when a colleague was there first.
            self.shop.git_agrees(["push", "-q", "origin", &format!("{name}:{name}")]);
        }
    }

    fn finish(&self, n: usize, flags: &[&str]) -> Option<Ran> {
        if !self.started.contains(&n) {
            return None;
        }
        let tip = self.shop.refs().get(&head(&branch(n))).cloned();
        let ran = self.shop.hotfix([&["finish", HOTFIXES[n].0, "-y"], flags].concat());
        if let (0, Some(tip)) = (ran.status, tip) {
            for target in ["main", "develop"] {
                assert!(self.shop.has(target, &tip), "exit 0, and {target} does not have the fix\n{ran}");
            }
            assert!(!self.shop.has_ref(&head(&branch(n))), "exit 0, and the branch is still here\n{ran}");
            assert!(self.own_kinds(n).contains(&"finished".to_owned()), "{ran}");
        }
        Some(ran)
    }

    fn killed_finish(&self, n: usize, call: usize) {
        if self.started.contains(&n) {
            let (ran, killed) = self.shop.perhaps_killed_before_git(call, &["finish", HOTFIXES[n].0, "-y"]);
            assert_eq!(killed, ran.status == 128 + 9, "{ran}");
        }
    }

    fn colleague(&mut self, branch: &str, path: &str) {
        let there = self.shop.remote_refs().contains_key(&head(branch));
        if there && !self.protected.contains(&head(branch)) {
            let commit = self.shop.colleague_pushes(branch, path, &format!("// meanwhile {}\n", self.count));
            self.pushed.push((branch.to_owned(), commit));
        }
    }

    /// A human resolves every merge that waits.
    fn resolve(&self) {
        for merge in self.shop.worktrees() {
            let unmerged = merge.git(["diff", "--name-only", "--diff-filter=U"]);
            for path in unmerged.lines() {
                merge.write(path, "// rewritten, and the fix is in\n");
                merge.git(["add", path]);
            }
        }
    }

    fn promises_hold(&mut self) {
        let (public, remote) = (self.shop.remote_refs(), self.shop.remote());
        for (branch, commit) in &self.pushed {
            // A hotfix branch ends in production, and what was on it goes there.
            let place = if public.contains_key(&head(branch)) { branch } else { "main" };
            assert!(self.shop.has(place, commit), "{commit}, which a colleague pushed to {branch}, is lost");
            let unreleased = branch == "develop" && self.shop.has("main", commit);
            assert!(!unreleased, "{commit} of develop got into production");
        }
        let tags: BTreeMap<String, String> = public
            .iter()
            .filter(|(name, _)| name.starts_with("refs/tags/"))
            .map(|(n, o)| (n.clone(), o.clone()))
            .collect();
        for (name, oid) in &self.tags {
            assert_eq!(tags.get(name), Some(oid), "{name} was moved or deleted");
        }
        for name in tags.keys() {
            assert_eq!(remote.git(["cat-file", "-t", name]), "tag", "{name} should be annotated");
            let commit = remote.rev(&format!("{name}^{{commit}}"));
            assert!(self.shop.has("main", &commit), "{name} is public and not on main");
        }
        self.tags = tags;
        let untagged = remote.git(["rev-list", "refs/heads/main", "--not", "--tags"]);
        for commit in untagged.lines() {
            let known = self.pushed.iter().any(|(branch, pushed)| branch == "main" && pushed == commit);
            assert!(known, "{commit} is in production without a tag");
        }
        let here = self.shop.refs();
        for (log, old) in &self.logs {
            let now = here.get(log).unwrap_or_else(|| panic!("{log} is gone"));
            assert!(self.shop.contains(now, old), "{log} has lost events");
        }
        self.logs = here.into_iter().filter(|(name, _)| name.ends_with("/log")).collect();
        assert_eq!(self.shop.read("notes.txt"), "not part of anything\n");
    }

    /// Nothing is in the way any more: every hotfix with a commit can be finished.
    fn end(&mut self) {
        self.take(&Step::ProtectNothing);
        for n in self.started.clone() {
            let name = branch(n);
            let mut last = None;
            for _ in 0..PATIENCE {
                self.resolve();
                self.join_the_colleague(n);
                let is_empty =
                    self.shop.has_ref(&head(&name)) && self.shop.has("main", &self.shop.rev(&head(&name)));
                let released = self.shop.kinds(HOTFIXES[n].0).contains(&"tagged".to_owned());
                if is_empty && !released {
                    self.take(&Step::Commit(n));
                }
                self.check(n);
                let ran = self.finish(n, &["--next"]).expect("it was started");
                self.promises_hold();
                let done = ran.status == 0;
                last = Some(ran);
                if done {
                    break;
                }
            }
            let last = last.unwrap();
            assert_eq!(last.status, 0, "{} could not be finished\n{last}", HOTFIXES[n].0);
            let kinds = self.own_kinds(n);
            assert_eq!(kinds.last().map(String::as_str), Some("finished"), "{kinds:?}");
        }
        self.shop.is_tidy();
        assert!(self.shop.worktree_in_a_merge().is_none(), "a merge is left over");
    }

    /// What the hotfix's own log says: its timeline also tells what belongs to the same incident.
    fn own_kinds(&self, n: usize) -> Vec<String> {
        let log = self.shop.logs().into_iter().find(|log| log.contains(HOTFIXES[n].0));
        let Some(log) = log else { return Vec::new() };
        let commits = self.shop.git(["rev-list", "--reverse", "--no-merges", &log]);
        let kind = |commit: &str| {
            let event: serde_json::Value =
                serde_json::from_str(&self.shop.show(commit, "event.json")).unwrap();
            event["kind"].as_str().unwrap_or_default().replace('_', "-")
        };
        commits.lines().map(kind).collect()
    }

    /// Takes in what a colleague pushed to the hotfix branch.
    fn join_the_colleague(&self, n: usize) {
        let name = branch(n);
        if !self.shop.remote_refs().contains_key(&head(&name)) || !self.shop.has_ref(&head(&name)) {
            return;
        }
        let Some(work) = self.stand_on(n) else { return };
        work.git(["fetch", "-q", "origin", &head(&name)]);
        work.git(["merge", "-q", "--no-edit", "FETCH_HEAD"]);
    }
}

#[test]
fn whatever_happens_the_promises_hold() {
    let asked = std::env::var("PROPTEST_CASES").ok().and_then(|n| n.parse().ok());
    let config = Config {
        cases: asked.unwrap_or(STORIES),
        max_shrink_iters: 60,
        failure_persistence: None,
        ..Config::default()
    };
    let stories = proptest::collection::vec(step(), 4..16);
    let told = TestRunner::new(config).run(&stories, |steps| {
        let mut story = Story::begin();
        // Without a hotfix there is no story.
        for step in [Step::Start(0), Step::Commit(0), Step::Check(0)].iter().chain(&steps) {
            story.take(step);
        }
        story.end();
        Ok(())
    });
    if let Err(failure) = told {
        panic!("{failure}");
    }
}
