//! Killing the program, and everything it started, at a moment of the test's choice.

use super::call::Call;
use super::ran::Ran;
use super::repo::Repo;
use super::world::{World, search_path, search_path_with};
use std::collections::BTreeMap;
use std::fmt;
use std::path::{Path, PathBuf};

/// When the program is killed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Moment {
    /// Right before its nth call of git.
    BeforeGit(usize),
    /// Right after its nth call of git, before it sees the result.
    AfterGit(usize),
    /// Inside a call of git: the nth time that it holds the locks of all refs it is about to move.
    HoldingLocks(usize),
    /// The nth time it comes past a point between two steps of its own.
    At(String, usize),
}

/// What a run that nobody disturbed came past.
pub struct Course {
    pub git_calls: Vec<String>,
    locked: usize,
    points: Vec<String>,
}

/// The calls of git are counted by a `git` in front of the real one. Each takes its number by
/// making a file that must not exist yet, so that two at once never share one.
const SHIM: &str = r#"#!/bin/sh
here=${0%/*}
set -C
n=1
while ! { true >"$here/call-$n"; } 2>/dev/null; do n=$((n + 1)); done
set +C
end() {
    printf '%s\n' "$*" >"$here/fired"
    kill -KILL "-$PPID"
    kill -KILL 0
}
printf '%s\n' "$*" >"$here/call-$n"
if [ -e "$here/before-$n" ]; then end "before $n: $*"; fi
if [ -e "$here/after-$n" ]; then
    PATH='{path}' '{git}' "$@"
    end "after $n: $*"
fi
PATH='{path}' exec '{git}' "$@"
"#;

/// The hook that git runs in the middle of moving refs. Its grandparent is the program.
const HOOK: &str = r#"#!/bin/sh
[ "$1" = prepared ] || exit 0
set -C
n=1
while ! { true >"{here}/locked-$n"; } 2>/dev/null; do n=$((n + 1)); done
set +C
[ -e "{here}/holding-$n" ] || exit 0
read -r _ _ _ program _ <"/proc/$PPID/stat"
true >"{here}/fired"
kill -KILL "-$program"
kill -KILL 0
"#;

impl World {
    /// The directory of the killer, ready for another run.
    pub(super) fn killer(&self) -> PathBuf {
        let dir = self.root.join("killer");
        if !dir.join("git").exists() {
            self.write_program(&dir.join("hook"), &HOOK.replace("{here}", &dir.to_string_lossy()));
            let text = SHIM
                .replace("{git}", &self.real_git().to_string_lossy())
                .replace("{path}", &search_path().to_string_lossy());
            self.write_program(&dir.join("git"), &text);
        }
        for name in names_in(&dir).iter().filter(|name| !["git", "hook"].contains(&name.as_str())) {
            std::fs::remove_file(dir.join(name)).unwrap();
        }
        dir
    }
}

impl Repo {
    /// Runs the program to its end and notes everything it came past.
    pub fn follow_the_course<S: AsRef<str>>(&self, args: &[S]) -> (Ran, Course) {
        let dir = self.world.killer();
        let points = dir.join("points");
        let hook = self.install_hook(&dir);
        let ran = self.watched(args, &dir).env("HOTFIX_FAULT_LOG", &points).run();
        std::fs::remove_file(hook).unwrap();
        let calls: BTreeMap<usize, String> = names_in(&dir)
            .iter()
            .filter_map(|name| Some((name.strip_prefix("call-")?.parse().ok()?, read(&dir.join(name)))))
            .collect();
        let points = read(&points).lines().map(str::to_owned).collect();
        let locked = names_in(&dir).iter().filter(|name| name.starts_with("locked-")).count();
        (ran, Course { git_calls: calls.into_values().collect(), locked, points })
    }

    /// Runs the program and kills its whole process group at this moment.
    #[track_caller]
    pub fn killed_at<S: AsRef<str>>(&self, moment: &Moment, args: &[S]) -> Ran {
        let dir = self.world.killer();
        let call = self.watched(args, &dir);
        let hook = self.install_hook(&dir);
        let call = match moment {
            Moment::HoldingLocks(n) => call.after_writing(&dir.join(format!("holding-{n}"))),
            Moment::BeforeGit(n) => call.after_writing(&dir.join(format!("before-{n}"))),
            Moment::AfterGit(n) => call.after_writing(&dir.join(format!("after-{n}"))),
            Moment::At(point, nth) => call.env("HOTFIX_FAULT", format!("{point}:{nth}")),
        };
        let ran = call.run();
        std::fs::remove_file(hook).unwrap();
        assert_eq!(ran.status, 128 + 9, "it should have been killed {moment}\n{ran}");
        let by_shim = !matches!(moment, Moment::At(..));
        assert_eq!(dir.join("fired").exists(), by_shim, "it should have been killed {moment}\n{ran}");
        ran
    }

    /// Runs the program and kills it before its nth call of git, if it comes that far.
    pub fn perhaps_killed_before_git<S: AsRef<str>>(&self, n: usize, args: &[S]) -> (Ran, bool) {
        let dir = self.world.killer();
        let ran = self.watched(args, &dir).after_writing(&dir.join(format!("before-{n}"))).run();
        (ran, dir.join("fired").exists())
    }

    fn install_hook(&self, dir: &Path) -> PathBuf {
        let hook = self.common_dir().join("hooks/reference-transaction");
        std::os::unix::fs::symlink(dir.join("hook"), &hook).unwrap();
        hook
    }

    fn watched<S: AsRef<str>>(&self, args: &[S], dir: &Path) -> Call {
        let call = self.call(args.iter().map(AsRef::as_ref));
        call.env("PATH", search_path_with(dir)).in_a_group_of_its_own()
    }
}

impl Course {
    /// Every moment at which such a run can be killed.
    pub fn moments(&self) -> Vec<Moment> {
        let mut moments: Vec<Moment> = Vec::new();
        for (n, call) in (1..).zip(&self.git_calls) {
            moments.push(Moment::BeforeGit(n));
            // What only reads leaves everything as it was before.
            if !READS.contains(&subcommand(call).next().unwrap_or_default()) {
                moments.push(Moment::AfterGit(n));
            }
        }
        moments.extend((1..=self.locked).map(Moment::HoldingLocks));
        let mut times: BTreeMap<&String, usize> = BTreeMap::new();
        let all = std::env::var_os("HOTFIX_TEST_KILLS").is_some_and(|kills| kills == "all");
        let record: Vec<&String> = self.points.iter().filter(|p| p.starts_with("record: ")).collect();
        for point in &self.points {
            let nth = times.entry(point).or_default();
            *nth += 1;
            // An event comes past the same points wherever it is written: all are tried with the first one, and one of
            // them, in turn, with each of the others.
            let turn = record.iter().position(|p| *p == point).unwrap_or_default();
            if all || *nth == 1 || !point.starts_with("record: ") || (turn + *nth).is_multiple_of(3) {
                moments.push(Moment::At(point.clone(), *nth));
            }
        }
        moments
    }

    /// The moment in words, with the call of git it is about.
    pub fn describe(&self, moment: &Moment) -> String {
        let (Moment::BeforeGit(n) | Moment::AfterGit(n)) = moment else { return moment.to_string() };
        let call = self.git_calls.get(n - 1).map(String::as_str).unwrap_or_default();
        format!("{moment}: git {}", subcommand(call).collect::<Vec<_>>().join(" ").trim_end())
    }
}

/// Commands of git that change nothing.
const READS: [&str; 15] = [
    "cat-file",
    "check-attr",
    "check-ignore",
    "diff",
    "diff-tree",
    "for-each-ref",
    "grep",
    "log",
    "ls-remote",
    "merge-tree",
    "rev-list",
    "rev-parse",
    "status",
    "var",
    "version",
];

/// A call of git without what stands before its subcommand.
fn subcommand(call: &str) -> impl Iterator<Item = &str> {
    call.split(' ').skip_while(|word| *word == "-c" || word.contains('='))
}

impl fmt::Display for Moment {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::BeforeGit(n) => write!(f, "before git call {n}"),
            Self::AfterGit(n) => write!(f, "after git call {n}"),
            Self::HoldingLocks(n) => write!(f, "while git held the locks of refs, time {n}"),
            Self::At(point, nth) => write!(f, "at \"{point}\", time {nth}"),
        }
    }
}

fn names_in(dir: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(dir).unwrap();
    entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect()
}

fn read(path: &Path) -> String {
    std::fs::read_to_string(path).unwrap_or_default().trim_end().to_owned()
}
