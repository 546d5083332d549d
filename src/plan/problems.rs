//! What prevents a finish: every problem at once, from facts alone.

use super::finish::{FinishFacts, Lost, Progress, Publication, Stray};
use super::options::FinishOptions;
use crate::model::checked_out;
use crate::model::checklist::{State, all_waived, waive_options};
use crate::model::failure::Problem;
use crate::model::plan::CommitLine;
use crate::model::text::{count, list, list_first, safe, shell_word};

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

/// A merge that kept the other side brings a fix's commits and nothing of the fix, and git never merges them again.
fn dropped(facts: &FinishFacts, merge: &str) -> Problem {
    let (name, production) = (shell_word(&facts.name), &facts.production.name);
    let own = &facts.branch.own;
    let picked = match own.as_slice() {
        [newest, .., oldest] if own.len() > 3 => format!("{}^..{}", oldest.short(), newest.short()),
        few => few.iter().rev().map(|o| o.short()).collect::<Vec<_>>().join(" "),
    };
    let tip = match &facts.progress {
        Progress::Merged(commit) | Progress::Released { commit, .. } => commit,
        Progress::Ahead => &facts.production.tip,
    };
    Problem::new(
        "dropped",
        format!("{production} has the commits of the fix, but not the fix: {merge} kept the other side"),
        format!(
            "hotfix start AGAIN    # there: git cherry-pick {picked}\n\
             hotfix finish {name} --merged-as {}    # if the fix is in production in another way",
            tip.short()
        ),
    )
}

/// Every problem, in the order it is best dealt with.
pub fn problems(facts: &FinishFacts, options: &FinishOptions) -> Vec<Problem> {
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
    if let Some(merge) = &facts.production.dropped {
        problems.push(dropped(facts, merge));
    }
    taken_back(facts, &mut problems);
    // What is public is public: from here on nothing about the change itself is asked again, but the tag
    // is still to be made.
    if facts.progress != Progress::Ahead || facts.revert.is_some() {
        if matches!(facts.progress, Progress::Merged(_)) && facts.revert.is_none() {
            outdated(facts, &mut problems);
        }
        if !matches!(facts.progress, Progress::Released { .. }) {
            problems.extend(version(facts, options));
        }
        return problems;
    }
    let branch = &facts.branch;
    if let (Some(out), false) = (&facts.release.earlier, options.next) {
        let (n, shown) = (count(branch.commits.len(), "commit"), subjects(&branch.commits));
        problems.push(Problem::new(
            "released",
            match out.words() {
                Some(words) => format!("{words}; {n} more would be the next release: {shown}"),
                None => format!("{n} since {} was released: {shown}", out.tag),
            },
            format!("hotfix finish {name} --next"),
        ));
    }
    if branch.commits.is_empty() || branch.stat.files == 0 {
        let what = if branch.commits.is_empty() { "has no commits beyond" } else { "changes no file of" };
        let stand = facts.worktrees.hotfix.as_ref();
        let (astray, line) = match &facts.worktrees.astray {
            Some(astray) => (format!("; {}", astray.words()), astray.command(stand, &branch.name)),
            None => (String::new(), checked_out::commit(stand, &branch.name)),
        };
        let message = format!("{} {what} {}{astray}", branch.name, facts.production.name);
        problems.push(Problem::new("empty", message, line));
    }
    worktree(facts, &mut problems);
    problems.extend(branch.marked.iter().map(|path| marked(facts, path)));
    problems.extend(branch.strays.iter().map(|stray| submodule(facts, stray)));
    publication(facts, &mut problems);
    if !branch.foreign.is_empty() && options.allow_unreleased.is_none() {
        problems.push(Problem::new(
            "unreleased",
            format!(
                "{} of {}, which is not released, would ship with it: {}",
                count(branch.foreign.len(), "commit"),
                list(&branch.foreign_from),
                subjects(&branch.foreign)
            ),
            format!(
                "git rebase --onto {} {} {}    # or: hotfix finish {name} --allow-unreleased \"why\"",
                upstream(facts),
                branch.foreign.first().map_or("", |c| c.commit.short()),
                shell_word(&branch.name)
            ),
        ));
    }
    if branch.size.is_too_large() && options.allow_large.is_none() {
        let size = &branch.size;
        let largest =
            size.largest.as_ref().map_or_else(String::new, |(p, n)| format!("; {p} has {n} of them"));
        problems.push(Problem::new(
            "size",
            format!(
                "{} lines in {} are too many for a hotfix (limit {} lines, {} files){largest}",
                size.lines,
                count(usize::try_from(size.files).unwrap_or(usize::MAX), "file"),
                size.max_lines,
                size.max_files
            ),
            format!("hotfix finish {name} --allow-large \"why\""),
        ));
    }
    problems.extend(version(facts, options));
    checklist(facts, &mut problems);
    problems
}

fn version(facts: &FinishFacts, options: &FinishOptions) -> Option<Problem> {
    facts.release.versions.problem(&facts.command(), options.asks)
}

fn upstream(facts: &FinishFacts) -> String {
    let production = &facts.production;
    let remote = production.remote.as_ref();
    shell_word(&remote.map_or_else(|| production.name.clone(), |r| format!("{r}/{}", production.name)))
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
    let unfinished = &facts.worktrees.unfinished;
    let stand = facts.worktrees.hotfix.as_ref();
    if let Some(words) = unfinished.words().filter(|_| !unfinished.is_only_changes()) {
        problems.push(Problem::new(
            "worktree",
            format!("in the worktree of {}, {words}", facts.branch.name),
            unfinished.command(stand, &facts.branch.name),
        ));
    } else if !unfinished.changed.is_empty() {
        let shown: Vec<&String> = unfinished.changed.iter().take(3).collect();
        let more = unfinished.changed.len().saturating_sub(shown.len());
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        problems.push(Problem::new(
            "uncommitted",
            format!("changes that are not committed would not ship: {}{more}", list(&shown)),
            format!("{}    # or: {}", facts.git("commit -a"), facts.git("stash")),
        ));
    }
}

/// A conflict that somebody committed unresolved.
fn marked(facts: &FinishFacts, path: &str) -> Problem {
    let edit = checked_out::commit_edited(facts.worktrees.hotfix.as_ref(), &facts.branch.name, path);
    let attribute = shell_word(&format!("{path} conflict-marker-size=99"));
    Problem::new(
        "markers",
        format!("{} was committed with conflict markers", safe(path)),
        format!("{edit}\necho {attribute} >> .gitattributes    # if they belong there"),
    )
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
    let is_last = facts.standings.iter().filter(|s| !s.is_settled()).count() == 1;
    for standing in facts.standings.iter().filter(|s| !s.is_settled()) {
        let id = &standing.item.id;
        let said_no = standing.state == State::Fail && standing.answer.is_some();
        let answer = if standing.is_unreviewed() {
            format!("hotfix review {} --request", shell_word(&facts.name))
        } else if standing.item.command.is_some() {
            format!("hotfix check{flag} --only {id}")
        } else if said_no {
            let commit = checked_out::commit(facts.worktrees.hotfix.as_ref(), &facts.branch.name);
            format!("{commit}\nhotfix check{flag}{}    # or waive it", waive_options(&[id]))
        } else {
            // Of several, that each can be waived is too much to read at once.
            let or =
                if is_last { format!("    # or waive it:{}", waive_options(&[id])) } else { String::new() };
            format!("hotfix check{flag} --answer {id}=yes{or}")
        };
        let message = match (standing.state, &standing.answer) {
            (State::Stale, Some(a)) => {
                let then = a.tree.as_ref().map_or("another tree", |t| t.short());
                format!("{id} was answered for tree {then}, the branch now has tree {tree}")
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
    let lines: Vec<String> =
        commits.iter().map(|c| format!("{} {}", c.commit.short(), safe(&c.subject))).collect();
    list_first(&lines, 3)
}
