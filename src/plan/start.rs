//! What `start` is going to do.

use crate::config::WhenDirty;
use crate::model::checked_out::{self, CheckedOut};
use crate::model::failure::{Failure, Problem};
use crate::model::oid::Oid;
use crate::model::plan::{Fact, Push, Step, Update, head};
use crate::model::text::{count, list, safe, shell_word};
use std::path::PathBuf;

/// Where the work on the hotfix happens.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Place {
    /// This worktree is clean: switch in place.
    Here,
    /// A new worktree beside it, so that nobody's work is touched.
    Worktree(PathBuf),
    /// Put the changes into the stash first.
    Stash,
    /// Take the changes along.
    Carry,
}

/// What was asked for on the command line.
#[derive(Clone, Debug, Default)]
pub struct Wish {
    /// `--worktree`, with or without a path.
    pub worktree: Option<Option<PathBuf>>,
    pub stash: bool,
    pub carry: bool,
    /// The remote that the new branch is published to.
    pub publish: Option<String>,
}

/// What `start` has to know.
#[derive(Clone, Debug)]
pub struct StartFacts {
    /// The slug.
    pub name: String,
    /// The branch to make, without `refs/heads/`.
    pub branch: String,
    /// What it begins from: production, or a maintained line.
    pub production: String,
    /// The remote's production as far as it is known.
    pub tip: Option<Oid>,
    /// Tracked files that differ.
    pub changed: Vec<String>,
    /// Changes that a switch to the new branch would overwrite, where they are to be carried along.
    pub overwritten: Vec<String>,
    /// A merge, rebase… this worktree is in the middle of.
    pub operation: Option<&'static str>,
    /// There is no worktree to switch.
    pub bare: bool,
    /// The branch exists here.
    pub branch_here: bool,
    /// Where it is checked out.
    pub stand: Option<CheckedOut>,
    /// The branch exists on the remote.
    pub branch_there: bool,
    /// A branch whose name is a leading part of the new one, or the other way round.
    pub in_the_way: Option<String>,
    /// A branch that differs in nothing but upper and lower case, or in how an accent is written.
    pub alike: Option<String>,
    /// Where a worktree goes unless asked otherwise.
    pub default_worktree: PathBuf,
    /// Whether something is already where a worktree would go, asked for or not.
    pub worktree_taken: bool,
    pub when_dirty: WhenDirty,
    pub wish: Wish,
    /// What is wrong with a version that was asked for.
    pub version: Option<Problem>,
    /// Whether git knows who commits.
    pub identity: bool,
}

/// A start that may go ahead.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StartPlan {
    pub name: String,
    pub branch: String,
    pub at: Oid,
    pub place: Place,
    /// What happens, in order.
    pub steps: Vec<Step>,
}

impl StartPlan {
    /// A start from its beginning.
    fn new(facts: &StartFacts, at: &Oid, place: Place) -> Self {
        let mut steps = vec![Step::Record(Fact::Declared)];
        if place == Place::Stash {
            steps.push(Step::Stash { message: stash_message(&facts.branch) });
        }
        let worktree = match &place {
            Place::Worktree(path) => Some(path.clone()),
            _ => None,
        };
        steps.push(Step::Create { branch: facts.branch.clone(), at: at.clone(), worktree });
        steps.push(Step::Record(Fact::FixStarted));
        steps.extend(facts.wish.publish.as_deref().map(|remote| publish(remote, &facts.branch, at)));
        Self { name: facts.name.clone(), branch: facts.branch.clone(), at: at.clone(), place, steps }
    }

    /// What is left of a start whose branch is made: `recorded` when the log says so, `remote` when it
    /// is to be published.
    pub fn left(
        (name, branch): (&str, &str),
        at: Oid,
        place: Place,
        recorded: bool,
        remote: Option<&str>,
    ) -> Self {
        let mut steps = vec![Step::Record(Fact::Declared)];
        if !recorded {
            steps.push(Step::Record(Fact::FixStarted));
        }
        steps.extend(remote.map(|remote| publish(remote, branch, &at)));
        Self { name: name.to_owned(), branch: branch.to_owned(), at, place, steps }
    }
}

/// The message of the stash that a start makes: how a later run knows it again.
pub fn stash_message(branch: &str) -> String {
    format!("before {branch}")
}

/// A new branch on the remote, which must not have it.
fn publish(remote: &str, branch: &str, at: &Oid) -> Step {
    let update = Update { name: head(branch), expect: None, new: at.clone() };
    let (remote, release) = (remote.to_owned(), vec![update]);
    Step::Push(Push { remote, release, backs: Vec::new(), unchanged: Vec::new() })
}

/// Decides, or lists everything that stands in the way.
///
/// # Errors
/// Every problem at once; nothing was changed.
pub fn plan(facts: &StartFacts) -> Result<StartPlan, Failure> {
    let mut problems = Vec::new();
    if facts.branch_here {
        problems.push(Problem::new("branch", format!("{} already exists", facts.branch), {
            let goes_on = match &facts.stand {
                Some(CheckedOut::Here) => format!("hotfix status {}", shell_word(&facts.name)),
                stand => checked_out::commit(stand.as_ref(), &facts.branch),
            };
            format!("{goes_on}\nhotfix start {}-2    # if it is another fault", shell_word(&facts.name))
        }));
    } else if facts.branch_there {
        problems.push(Problem::new(
            "branch",
            format!("a colleague already published {}", facts.branch),
            format!("git switch {}", shell_word(&facts.branch)),
        ));
    }
    if let Some(other) = &facts.in_the_way {
        problems.push(Problem::new(
            "branch",
            format!("the branch {other} makes {} impossible: git cannot have both names", facts.branch),
            "git config hotfix.branches.prefix fix/    # or rename that branch",
        ));
    }
    if let Some(other) = &facts.alike {
        problems.push(Problem::new(
            "branch",
            format!("{other} exists, and is the same name where upper and lower case are (Windows, macOS)"),
            format!("hotfix start {}-2", shell_word(&facts.name)),
        ));
    }
    if !facts.identity {
        problems.push(Problem::no_identity());
    }
    if facts.tip.is_none() {
        problems.push(Problem::new(
            "production",
            format!("there is no branch {} to start from", facts.production),
            "git config hotfix.branches.production NAME",
        ));
    }
    problems.extend(facts.version.clone());
    let place = place(facts, &mut problems);
    match (&facts.tip, problems.is_empty()) {
        (Some(tip), true) => Ok(StartPlan::new(facts, tip, place)),
        _ => Err(refusal(problems)),
    }
}

fn refusal(mut problems: Vec<Problem>) -> Failure {
    match problems.pop() {
        Some(only) if problems.is_empty() => {
            let failure = Failure::refused(format!("not started, nothing was changed: {}", only.message));
            failure.hint(only.hint.clone()).problems(vec![])
        }
        Some(last) => {
            problems.push(last);
            let n = count(problems.len(), "problem");
            Failure::refused(format!("cannot start: {n} (nothing was changed)")).problems(problems)
        }
        None => Failure::refused("not started, nothing was changed"),
    }
}

fn place(facts: &StartFacts, problems: &mut Vec<Problem>) -> Place {
    let busy = !facts.changed.is_empty() || facts.operation.is_some();
    let worktree =
        |path: Option<PathBuf>| Place::Worktree(path.unwrap_or_else(|| facts.default_worktree.clone()));
    let chosen = if let Some(path) = &facts.wish.worktree {
        worktree(path.clone())
    } else if facts.wish.stash {
        Place::Stash
    } else if facts.wish.carry {
        Place::Carry
    } else if !busy {
        Place::Here
    } else {
        match facts.when_dirty {
            WhenDirty::Worktree => worktree(None),
            WhenDirty::Stash => Place::Stash,
            WhenDirty::Carry => Place::Carry,
            WhenDirty::Refuse => {
                problems.push(Problem::new(
                    "worktree",
                    "this worktree has uncommitted changes",
                    format!("hotfix start {} --worktree", shell_word(&facts.name)),
                ));
                Place::Here
            }
        }
    };
    let again = format!("hotfix start {} --worktree", shell_word(&facts.name));
    if matches!(chosen, Place::Stash | Place::Carry)
        && let Some(operation) = facts.operation
    {
        problems.push(Problem::new(
            "worktree",
            format!("this worktree is in the middle of {operation}, which cannot be stashed or carried over"),
            again,
        ));
    } else if chosen == Place::Carry && !facts.overwritten.is_empty() {
        let paths: Vec<String> = facts.overwritten.iter().map(|path| safe(path)).collect();
        problems.push(Problem::new(
            "worktree",
            format!(
                "your changes to {} cannot be carried to {}: it has other content there",
                list(&paths),
                facts.branch
            ),
            format!("{again}    # or: --stash"),
        ));
    } else if facts.bare && !matches!(chosen, Place::Worktree(_)) {
        problems.push(Problem::new(
            "worktree",
            "this repository is bare: there are no files to switch",
            again,
        ));
    }
    if let (Place::Worktree(path), true) = (&chosen, facts.worktree_taken) {
        problems.push(Problem::new(
            "worktree",
            format!("{} already exists", safe(&path.display().to_string())),
            format!("hotfix start {} --worktree=PATH", shell_word(&facts.name)),
        ));
    }
    chosen
}

#[cfg(test)]
mod tests {
    use super::*;

    fn facts() -> StartFacts {
        StartFacts {
            name: "x".into(),
            branch: "hotfix/x".into(),
            production: "main".into(),
            tip: Oid::parse(&"a".repeat(40)),
            changed: Vec::new(),
            overwritten: Vec::new(),
            operation: None,
            bare: false,
            branch_here: false,
            stand: None,
            branch_there: false,
            in_the_way: None,
            alike: None,
            default_worktree: "../shop.hotfix-x".into(),
            worktree_taken: false,
            when_dirty: WhenDirty::Worktree,
            wish: Wish::default(),
            version: None,
            identity: true,
        }
    }

    #[test]
    fn a_clean_tree_is_switched_and_a_busy_one_left_alone() {
        assert_eq!(plan(&facts()).unwrap().place, Place::Here);
        let beside = Place::Worktree("../shop.hotfix-x".into());
        assert!(
            plan(&StartFacts { bare: true, ..facts() }).is_err(),
            "a server's repository is no workplace"
        );
        assert_eq!(plan(&StartFacts { changed: vec!["a".into()], ..facts() }).unwrap().place, beside);
        assert_eq!(plan(&StartFacts { operation: Some("a merge"), ..facts() }).unwrap().place, beside);
    }

    #[test]
    fn everything_that_stands_in_the_way_is_named_at_once() {
        let failure =
            plan(&StartFacts { branch_here: true, identity: false, tip: None, ..facts() }).unwrap_err();
        assert_eq!(failure.problems.len(), 3);
        assert!(failure.message.contains("nothing was changed"));
    }

    #[test]
    fn the_steps_are_in_the_order_in_which_a_kill_loses_nothing() {
        let kinds = |wish: Wish| -> Vec<String> {
            let steps = plan(&StartFacts { wish, ..facts() }).unwrap().steps;
            let json = steps.iter().map(|s| s.json(crate::model::plan::Progress::Todo));
            json.map(|s| s.get("event").or(s.get("kind")).unwrap().as_str().unwrap().to_owned()).collect()
        };
        assert_eq!(kinds(Wish::default()), ["declared", "create", "fix-started"]);
        let all = Wish { stash: true, publish: Some("origin".into()), ..Wish::default() };
        assert_eq!(kinds(all), ["declared", "stash", "create", "fix-started", "push"]);
    }

    #[test]
    fn an_operation_cannot_be_stashed() {
        let wish = Wish { stash: true, ..Wish::default() };
        assert!(plan(&StartFacts { operation: Some("a merge"), wish, ..facts() }).is_err());
    }
}
