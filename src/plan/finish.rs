//! What stands between a hotfix and production: every problem at once, from facts alone.

use super::version::Versions;
use crate::model::checked_out::{self, CheckedOut};
use crate::model::checklist::{Standing, State, all_waived};
use crate::model::failure::Problem;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat, Size};
use crate::model::text::{count, list, safe, shell_word};
use std::path::PathBuf;

/// How the hotfix branch here relates to the one on the remote.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Publication {
    /// It is only here.
    Unpublished,
    /// It is only there.
    OnlyRemote,
    Same,
    /// This many commits are only here.
    Ahead(usize),
    /// This many commits are only there.
    Behind(usize),
    /// Each side has commits of its own.
    Diverged,
}

/// How far the hotfix has come, as git tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// Not in production yet.
    Ahead,
    /// In production, and no release tag has it yet: production's commit that brought it.
    Merged(Oid),
    /// In production and released.
    Released { tag: String, version: semver::Version, commit: Oid },
}

/// A tag of this hotfix that reached the remote without production, which has moved on since: the
/// server died between the two. It is public, so it stays where it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranded {
    pub tag: String,
    /// The commit it stands on.
    pub commit: Oid,
    /// Whether that commit holds all of the hotfix, so that it can be merged instead of the tip.
    pub has_all: bool,
}

/// A commit that a submodule shall be at and that is only in one copy of it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stray {
    /// The submodule.
    pub path: String,
    pub commit: Oid,
    /// The copy that has it.
    pub copy: String,
}

/// What a rollback takes back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revert {
    /// The release that is undone.
    pub tag: String,
    pub commit: Oid,
    /// The release that is restored, as far as nothing else was released with the one that is undone.
    pub back_to: String,
    /// The version that the files have there.
    pub version: semver::Version,
    /// The commit whose content replaces what the undone release brought.
    pub onto: Oid,
}

/// What a plan does with one merge-back target.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fate {
    /// It gets what production got.
    #[default]
    Gets,
    /// It keeps its content; the merge is only recorded.
    Keeps,
    /// It has nothing of what is undone.
    Lacks,
}

/// A branch the fix is merged back to.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TargetFacts {
    pub branch: String,
    pub tip: Oid,
    /// Why it was taken off the list, when it was.
    pub skipped: Option<String>,
    /// A fix for an old line is ported: production's history does not belong here.
    pub port: bool,
    pub fate: Fate,
    /// How it lost the fix that it already had, when it did.
    pub lost: Option<Lost>,
}

/// A branch has the commits of a fix and not the fix.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Lost {
    /// The merge that brought it took the other side; named in words.
    Merge(String),
    /// A later commit took it back; named in words.
    Back(String),
}

/// The hotfix's branch, or production as it is for a rollback, which has no branch of its own.
#[derive(Clone, Debug)]
pub struct BranchFacts {
    /// Without `refs/heads/`.
    pub name: String,
    pub tip: Oid,
    /// The tree that was tested: without the version commit that finish makes.
    pub tree: Oid,
    pub local: Option<Oid>,
    pub published: Option<Oid>,
    pub publication: Publication,
    /// Its commits that production does not have, newest first.
    pub commits: Vec<CommitLine>,
    /// Its own commits since it started, newest first, without merges: what is cherry-picked where
    /// merging is not the way.
    pub own: Vec<Oid>,
    /// Those among them that come from a merge-back target.
    pub foreign: Vec<CommitLine>,
    /// The branches those come from.
    pub foreign_from: Vec<String>,
    pub stat: DiffStat,
    /// Changed lines and files that count for the size limits, and the largest such file.
    pub size: Size,
    pub strays: Vec<Stray>,
    /// Commits with which it was merged and that the branch here does not have, newest first.
    pub added: Vec<CommitLine>,
}

/// Production, and where it is.
#[derive(Clone, Debug)]
pub struct ProductionFacts {
    /// Without `refs/heads/`.
    pub name: String,
    pub tip: Oid,
    /// Its commits that no release has.
    pub also_ships: Vec<CommitLine>,
    /// The commit that took the fix back out of it after it was merged.
    pub reverted: Option<CommitLine>,
    pub remote: Option<String>,
    pub url: Option<String>,
}

/// The release that is made, and those before it.
#[derive(Clone, Debug)]
pub struct ReleaseFacts {
    pub versions: Versions,
    /// The directory of the package that is released, where the repository holds several.
    pub directory: Option<String>,
    /// The newest release below production.
    pub previous: Option<String>,
    /// A release this hotfix made earlier, when the branch has new commits since.
    pub earlier: Option<String>,
    pub stranded: Option<Stranded>,
}

/// The worktrees that have a part in it, and what is in them.
#[derive(Clone, Debug, Default)]
pub struct WorktreeFacts {
    /// Where the hotfix branch is checked out.
    pub hotfix: Option<CheckedOut>,
    /// Tracked files changed there.
    pub uncommitted: Vec<String>,
    pub untracked: Vec<String>,
    /// What it is in the middle of.
    pub operation: Option<&'static str>,
    /// Those that have the hotfix branch checked out, and whether finish removes each: `start` made it,
    /// it is clean, and it is not the current one.
    pub on_branch: Vec<(PathBuf, bool)>,
    /// The one that the command runs in.
    pub here: Option<PathBuf>,
    /// Without a remote: branches that have to move but are checked out elsewhere, and where.
    pub occupied: Vec<(String, String)>,
}

/// What `finish` has to know before it plans a single merge.
#[derive(Clone, Debug)]
pub struct FinishFacts {
    pub name: String,
    pub title: String,
    pub incident: Option<String>,
    /// ` --hotfix NAME`, where `hotfix check` needs it.
    pub flag: String,
    pub progress: Progress,
    pub branch: BranchFacts,
    pub production: ProductionFacts,
    pub release: ReleaseFacts,
    pub worktrees: WorktreeFacts,
    /// Set for a rollback.
    pub revert: Option<Revert>,
    pub standings: Vec<Standing>,
    pub targets: Vec<TargetFacts>,
    /// Whether git knows who commits.
    pub identity: bool,
    /// Things worth saying that stop nothing.
    pub remarks: Vec<String>,
}

impl FinishFacts {
    /// A git command about the hotfix's branch, as it is typed here.
    pub fn git(&self, arguments: &str) -> String {
        checked_out::git(self.worktrees.hotfix.as_ref(), &self.branch.name, arguments)
    }
}

/// What the human decided on the command line.
#[derive(Clone, Debug, Default)]
pub struct FinishWish {
    pub allow_large: Option<String>,
    pub allow_unreleased: Option<String>,
    pub next: bool,
    /// The plan is shown on a terminal and somebody says yes to it.
    pub asks: bool,
}

/// A branch that had the fix and was made to lose it is not called done, and nothing is forced on it.
fn taken_back(facts: &FinishFacts, problems: &mut Vec<Problem>) {
    for target in facts.targets.iter().filter(|t| t.skipped.is_none()) {
        let Some(Lost::Back(by)) = &target.lost else { continue };
        problems.push(Problem::new(
            "reverted",
            format!("{} had the fix, and {by} took it back", target.branch),
            format!(
                "hotfix finish {} --skip {}=\"taken back on purpose\"    # or: git revert that commit on {}",
                shell_word(&facts.name),
                shell_word(&target.branch),
                shell_word(&target.branch)
            ),
        ));
    }
}

/// Everything that stands in the way, in the order it is best dealt with.
pub fn problems(facts: &FinishFacts, wish: &FinishWish) -> Vec<Problem> {
    let mut problems = Vec::new();
    let name = shell_word(&facts.name);
    if !facts.identity {
        problems.push(Problem::no_identity());
    }
    occupied(facts, &mut problems);
    if let Some(undo) = &facts.production.reverted {
        let (production, subject) = (&facts.production.name, safe(&undo.subject));
        problems.push(Problem::new(
            "reverted",
            format!("{production} had the fix and took it back in {} {subject}", undo.commit.short()),
            format!(
                "hotfix abort {name}    # or revert that commit in {production}, then: hotfix finish {name}"
            ),
        ));
    }
    taken_back(facts, &mut problems);
    // What is public is public: from here on nothing about the change itself is asked again.
    if facts.progress != Progress::Ahead || facts.revert.is_some() {
        if matches!(facts.progress, Progress::Merged(_)) && facts.revert.is_none() {
            outdated(facts, &mut problems);
        }
        return problems;
    }
    if let (Some(tag), false) = (&facts.release.earlier, wish.next) {
        problems.push(Problem::new(
            "released",
            format!(
                "{} since {tag} was released: {}",
                count(facts.branch.commits.len(), "commit"),
                subjects(&facts.branch.commits)
            ),
            format!("hotfix finish {name} --next"),
        ));
    }
    if facts.branch.commits.is_empty() || facts.branch.stat.files == 0 {
        let what =
            if facts.branch.commits.is_empty() { "has no commits beyond" } else { "changes no file of" };
        problems.push(Problem::new(
            "empty",
            format!("{} {what} {}", facts.branch.name, facts.production.name),
            checked_out::commit(facts.worktrees.hotfix.as_ref(), &facts.branch.name),
        ));
    }
    worktree(facts, &mut problems);
    problems.extend(facts.branch.strays.iter().map(|stray| submodule(facts, stray)));
    publication(facts, &mut problems);
    if !facts.branch.foreign.is_empty() && wish.allow_unreleased.is_none() {
        problems.push(Problem::new(
            "unreleased",
            format!(
                "{} of {}, which is not released, would ship with it: {}",
                count(facts.branch.foreign.len(), "commit"),
                list(&facts.branch.foreign_from),
                subjects(&facts.branch.foreign)
            ),
            format!(
                "git rebase --onto {} {} {}    # or: hotfix finish {name} --allow-unreleased \"why\"",
                upstream(facts),
                facts.branch.foreign.first().map_or("", |c| c.commit.short()),
                shell_word(&facts.branch.name)
            ),
        ));
    }
    if facts.branch.size.is_too_large() && wish.allow_large.is_none() {
        let largest = facts
            .branch
            .size
            .largest
            .as_ref()
            .map_or_else(String::new, |(p, n)| format!("; {p} has {n} of them"));
        problems.push(Problem::new(
            "size",
            format!(
                "{} lines in {} are too many for a hotfix (limit {} lines, {} files){largest}",
                facts.branch.size.lines,
                count(usize::try_from(facts.branch.size.files).unwrap_or(usize::MAX), "file"),
                facts.branch.size.max_lines,
                facts.branch.size.max_files
            ),
            format!("hotfix finish {name} --allow-large \"why\""),
        ));
    }
    problems.extend(facts.release.versions.problem(&format!("hotfix finish {name}"), wish.asks));
    checklist(facts, &mut problems);
    problems
}

fn upstream(facts: &FinishFacts) -> String {
    let branch = &facts.production.name;
    facts
        .production
        .remote
        .as_ref()
        .map_or_else(|| shell_word(branch), |r| shell_word(&format!("{r}/{branch}")))
}

fn occupied(facts: &FinishFacts, problems: &mut Vec<Problem>) {
    for (branch, path) in &facts.worktrees.occupied {
        problems.push(Problem::new(
            "worktree",
            format!("{branch} is checked out in {path} and would move under it"),
            format!("git -C {} switch --detach", shell_word(path)),
        ));
    }
}

fn worktree(facts: &FinishFacts, problems: &mut Vec<Problem>) {
    if let Some(operation) = facts.worktrees.operation {
        problems.push(Problem::new(
            "worktree",
            format!("the worktree of {} is in the middle of {operation}", facts.branch.name),
            format!("{}    # shows how to finish or abort it", facts.git("status")),
        ));
    } else if !facts.worktrees.uncommitted.is_empty() {
        let shown: Vec<&String> = facts.worktrees.uncommitted.iter().take(3).collect();
        let more = facts.worktrees.uncommitted.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        problems.push(Problem::new(
            "uncommitted",
            format!("changes that are not committed would not ship: {}{more}", list(&shown)),
            format!("{}    # or: {}", facts.git("commit -a"), facts.git("stash")),
        ));
    }
}

fn submodule(facts: &FinishFacts, Stray { path, commit, copy }: &Stray) -> Problem {
    let (short, path, branch) = (commit.short(), safe(path), shell_word(&facts.branch.name));
    Problem::new(
        "submodule",
        format!("{path} would be at {short}, which only {copy} has: no other clone could check it out"),
        format!("git -C {} push origin {short}:refs/heads/{branch}", shell_word(copy)),
    )
}

fn publication(facts: &FinishFacts, problems: &mut Vec<Problem>) {
    let remote = facts.production.remote.as_deref().unwrap_or("the remote");
    let branch = shell_word(&facts.branch.name);
    let from = shell_word(remote);
    let pull = |how: &str| match &facts.worktrees.hotfix {
        None if how == "--ff-only" => format!("git fetch {from} {branch}:{branch}"),
        stand => checked_out::git(stand.as_ref(), &facts.branch.name, &format!("pull {how} {from} {branch}")),
    };
    match facts.branch.publication {
        Publication::Behind(n) => problems.push(Problem::new(
            "behind",
            format!("{remote} has {} on {} that you do not have", count(n, "commit"), facts.branch.name),
            pull("--ff-only"),
        )),
        Publication::Diverged => problems.push(Problem::new(
            "diverged",
            format!("{} here and on {remote} have diverged", facts.branch.name),
            pull("--rebase"),
        )),
        _ => {}
    }
}

fn checklist(facts: &FinishFacts, problems: &mut Vec<Problem>) {
    let (tree, flag) = (facts.branch.tree.short(), &facts.flag);
    for standing in facts.standings.iter().filter(|s| !s.is_settled()) {
        let id = &standing.item.id;
        let said_no = standing.state == State::Fail && standing.answer.is_some();
        let answer = if standing.item.command.is_some() {
            format!("hotfix check{flag} --only {id}")
        } else if said_no {
            let commit = checked_out::commit(facts.worktrees.hotfix.as_ref(), &facts.branch.name);
            format!("{commit}    # the repair; or: hotfix check{flag} --waive {id}=\"why\"")
        } else {
            format!("hotfix check{flag} --answer {id}=yes")
        };
        let message = match (standing.state, &standing.answer) {
            (State::Stale, Some(a)) => {
                let then = a.tree.as_ref().map_or("another tree", |t| t.short());
                format!("{id} was answered for {then}, the branch is now at {tree}")
            }
            (State::Fail, Some(a)) => {
                let why = a.reason.as_deref().map_or_else(String::new, |r| format!(": {r}"));
                format!("{id} was answered with no{why}")
            }
            _ => format!("{id} is unanswered: {}", standing.item.question),
        };
        problems.push(Problem::new("checklist", message, answer));
    }
    if all_waived(&facts.standings) {
        problems.push(Problem::new(
            "checklist",
            "every item is waived: testing may be abbreviated, not skipped",
            format!("hotfix check{flag} resolves"),
        ));
    }
}

/// Answers that were given for another tree than the one that was merged, a reviewer's commit later: what
/// is tagged has to be what was looked at.
fn outdated(facts: &FinishFacts, problems: &mut Vec<Problem>) {
    let stale = facts.standings.iter().filter(|s| s.item.required && s.state == State::Stale);
    let stale: Vec<String> = stale.map(|s| s.item.id.clone()).collect();
    if stale.is_empty() {
        return;
    }
    let tip = &facts.branch.tip;
    let catch_up = match &facts.branch.local {
        None => format!("git branch {} {tip} && ", shell_word(&facts.branch.name)),
        Some(local) if local != tip => {
            format!("{} && ", facts.git(&format!("merge --ff-only {}", tip.short())))
        }
        Some(_) => String::new(),
    };
    let merged = match facts.branch.added.len() {
        0 => format!("{} was merged at {}", facts.branch.name, tip.short()),
        n => format!(
            "{} was merged with {}, {}",
            facts.branch.name,
            count(n, "more commit"),
            subjects(&facts.branch.added)
        ),
    };
    let are =
        if let [one] = stale.as_slice() { format!("{one} is") } else { format!("{} are", list(&stale)) };
    problems.push(Problem::new(
        "checklist",
        format!("{merged}; {are} answered for another tree"),
        format!("{catch_up}hotfix check --hotfix {}", shell_word(&facts.name)),
    ));
}

fn subjects(commits: &[CommitLine]) -> String {
    let shown: Vec<String> = commits
        .iter()
        .take(3)
        .map(|c| format!("{} {}", c.commit.short(), crate::model::text::safe(&c.subject)))
        .collect();
    let more = commits.len().saturating_sub(shown.len());
    if more > 0 { format!("{} and {more} more", shown.join(", ")) } else { list(&shown) }
}
