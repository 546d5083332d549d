//! Killing one command at every moment there is, and demanding each time that the same command
//! then ends as if nothing had happened.

use super::killer::Moment;
use super::promises::Promises;
use super::ran::Ran;
use super::record::kinds;
use super::repo::Repo;
use super::saved::Saved;
use super::shop::Shop;
use serde_json::Value;
use std::collections::BTreeMap;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

/// How many moments are tried side by side; each worker has a world of its own.
const WORKERS: usize = 2;
/// How often the same command is run again before it has to be done.
const TRIES: usize = 2;

/// A command in a situation.
pub struct Scene {
    /// Prepares everything up to the command.
    pub shop: fn() -> Shop,
    /// Where the command is run.
    pub stand: fn(&Shop) -> Repo,
    pub args: &'static [&'static str],
    /// How it ends when nobody disturbs it.
    pub exits: i32,
    /// How the same command ends when there is nothing left to do.
    pub exits_when_done: i32,
    /// The hotfix it is about.
    pub name: &'static str,
    pub targets: &'static [&'static str],
}

/// Everything that must be the same in the end.
#[derive(Debug, PartialEq, Eq)]
struct Ending {
    public: BTreeMap<String, String>,
    here: BTreeMap<String, String>,
    head: Option<String>,
    status: String,
    remembered: String,
    worktrees: Vec<String>,
    stash: String,
    kinds: Vec<String>,
}

/// What a line that the program prints says has been recorded.
const ACKNOWLEDGED: [(&str, &str); 5] = [
    ("is public", "tagged"),
    ("has the fix", "merged-back"),
    ("deleted here", "branch-deleted"),
    ("is given up", "cancelled"),
    ("   from ", "fix-started"),
];

impl Scene {
    /// Kills the command at every moment it comes past.
    pub fn sweep(&self) {
        let first = self.set_up();
        let (ran, course) = self.place(&first.shop).follow_the_course(self.args);
        ran.exits(self.exits);
        let wanted = self.ending(&first.shop);
        let moments = course.moments();
        assert!(moments.len() > 8, "only {} moments: {:#?}", moments.len(), course.git_calls);
        let next = AtomicUsize::new(0);
        // A worker goes by the name of its test: that decides which git it gets.
        let name = thread::current().name().unwrap_or_default().to_owned();
        let failures: Vec<String> = thread::scope(|scope| {
            let mut ready = vec![first];
            ready.extend((1..WORKERS).map(|_| self.set_up()));
            let workers: Vec<_> = ready
                .into_iter()
                .map(|worker| {
                    let (next, moments, course, wanted) = (&next, &moments, &course, &wanted);
                    let work = move || {
                        let mut failures = Vec::new();
                        while let Some(moment) = moments.get(next.fetch_add(1, Ordering::SeqCst)) {
                            let attempt = || self.survives(&worker, moment, wanted);
                            if let Err(panic) = catch_unwind(AssertUnwindSafe(attempt)) {
                                failures.push(format!("{}\n{}", course.describe(moment), words(&*panic)));
                            }
                        }
                        failures
                    };
                    thread::Builder::new().name(name.clone()).spawn_scoped(scope, work).unwrap()
                })
                .collect();
            workers.into_iter().flat_map(|worker| worker.join().unwrap()).collect()
        });
        let count = failures.len();
        assert!(count == 0, "{count} of {} moments:\n\n{}", moments.len(), failures.join("\n\n"));
    }

    fn set_up(&self) -> Worker {
        let shop = (self.shop)();
        shop.world.killer();
        let saved = Saved::of(&shop.world);
        Worker { shop, saved }
    }

    fn survives(&self, worker: &Worker, moment: &Moment, wanted: &Ending) {
        let shop = &worker.shop;
        worker.saved.restore();
        let targets: Vec<String> = self.targets.iter().map(|t| (*t).to_owned()).collect();
        let promises = Promises::about(shop, &format!("hotfix/{}", self.name), &targets, "v1.2.1");
        let killed = self.place(shop).killed_at(moment, self.args);
        promises.hold(shop);
        self.what_it_said_is_recorded(shop, &killed);
        let events = self.commits_of_the_log(shop);

        let mut ran = self.place(shop).hotfix(self.args);
        for _ in 1..TRIES {
            if ran.status != self.exits && ran.status != self.exits_when_done {
                promises.hold(shop);
                ran = self.place(shop).hotfix(self.args);
            }
        }
        ran.exits_with_one_of(&[self.exits, self.exits_when_done]);
        promises.hold(shop);
        let kept = self.commits_of_the_log(shop);
        assert!(events.iter().all(|event| kept.contains(event)), "an event was lost");
        let found = self.ending(shop);
        assert!(found == *wanted, "another ending:\n{}\nlast run: {ran}", difference(wanted, &found));
    }

    /// The directory of the command; the clone itself when the killed run has removed it already.
    fn place(&self, shop: &Shop) -> Repo {
        let place = (self.stand)(shop);
        if place.dir.is_dir() { place } else { shop.repo.clone() }
    }

    fn what_it_said_is_recorded(&self, shop: &Shop, killed: &Ran) {
        let said = ACKNOWLEDGED.iter().filter(|(words, _)| killed.stdout.contains(words));
        let said: Vec<_> = said.collect();
        if said.is_empty() {
            return;
        }
        let kinds = shop.repo.kinds(self.name);
        for (words, kind) in said {
            assert!(kinds.iter().any(|k| k == kind), "it said {words:?}, the log knows no {kind}\n{killed}");
        }
    }

    fn commits_of_the_log(&self, shop: &Shop) -> Vec<String> {
        let logs = shop.repo.logs();
        let listed = logs.iter().map(|log| shop.repo.git(["rev-list", log.as_str()]));
        listed.flat_map(|text| text.lines().map(str::to_owned).collect::<Vec<_>>()).collect()
    }

    fn ending(&self, shop: &Shop) -> Ending {
        let repo = &shop.repo;
        shop.public().is_tidy();
        // A merge that waits for a human is what some scenes end with.
        if self.exits == 0 {
            repo.is_tidy();
        }
        assert_eq!(repo.logs().len(), 1, "one hotfix, one log");
        assert!(!repo.dir.join(".git/hotfix/spool.jsonl").exists(), "no event waits in the spool");
        // Meant, not happened: a run that goes on may well say again what it means. And only a run that
        // was killed leaves something to clean up, which is noted.
        let mut events = repo.events(self.name);
        events.retain(|event| event["kind"] != "publishing");
        let is_cleaning = |event: &Value| {
            event["text"].as_str().is_some_and(|t| t.ends_with("left by a run that was killed."))
        };
        events.retain(|event| event["kind"] != "note" || !is_cleaning(event));
        let mut kinds = kinds(&events);
        kinds.sort();
        let root = repo.world.root.to_string_lossy().into_owned();
        let worktrees = repo.worktrees().into_iter().map(|w| {
            let merging = if w.has_rev("MERGE_HEAD") { " merging" } else { "" };
            let branch = w.current_branch().unwrap_or_default();
            format!("{} {branch}{merging}", w.dir.to_string_lossy().replace(&root, ""))
        });
        Ending {
            public: contents(shop.public()),
            here: contents(repo),
            head: repo.current_branch(),
            status: repo.git(["status", "--porcelain"]),
            remembered: repo.git_call(["config", "--local", "--get-regexp", "^branch\\."]).run().stdout,
            worktrees: worktrees.collect(),
            stash: repo.git(["stash", "list", "--format=%gs"]),
            kinds,
        }
    }
}

struct Worker {
    shop: Shop,
    saved: Saved,
}

/// Every ref with its type and the tree behind it: commits are made at other times, trees are not.
fn contents(repo: &Repo) -> BTreeMap<String, String> {
    let listed = repo.git(["for-each-ref", "--format=%(refname) %(objecttype) %(tree)%(*tree)"]);
    let pair = |line: &str| line.split_once(' ').map(|(name, what)| (name.to_owned(), what.to_owned()));
    let mut found: BTreeMap<_, _> = listed.lines().filter_map(pair).collect();
    found.retain(|name, _| !name.starts_with("refs/incidents/"));
    found
}

fn difference(wanted: &Ending, found: &Ending) -> String {
    let (wanted, found) = (format!("{wanted:#?}"), format!("{found:#?}"));
    let missing = wanted.lines().filter(|line| !found.contains(line)).map(|line| format!("- {line}"));
    let more = found.lines().filter(|line| !wanted.contains(line)).map(|line| format!("+ {line}"));
    let lines: Vec<String> = missing.chain(more).collect();
    if lines.is_empty() { format!("{wanted}\n{found}") } else { lines.join("\n") }
}

fn words(panic: &(dyn std::any::Any + Send)) -> String {
    let text = panic.downcast_ref::<String>().cloned();
    text.or_else(|| panic.downcast_ref::<&str>().map(|t| (*t).to_owned())).unwrap_or_default()
}
