//! The order of a finish, from its plan. This is the one place that knows it.

use crate::model::plan::{Deletion, Fact, FinishPlan, Outcome, Push, Role, Step, Update, head};

/// So many merges are left to a person at once, each in a worktree: the next ones begin when these are done.
pub const LEFT_AT_ONCE: usize = 8;

/// The steps of a finish or a rollback, in order.
pub fn steps(plan: &FinishPlan) -> Vec<Step> {
    let mut steps: Vec<Step> = plan.rechecks.iter().cloned().map(Step::Recheck).collect();
    if let Some(request) = &plan.request {
        // What comes after the merge is another plan, made by looking at what was merged.
        steps.push(Step::Request(request.clone()));
        return steps;
    }
    let conflicts: Vec<_> = plan.conflicts().filter(|t| t.role == Role::MergeBack).collect();
    // The merge-backs ride in the same push as production where nothing comes in between.
    let joint = plan.stages.is_empty() && conflicts.is_empty();
    let (release, backs) = (plan.release_updates(), plan.merge_back_updates());
    let branches = |with_backs: bool| {
        let moves = |outcome| matches!(outcome, Outcome::Clean | Outcome::Contained);
        let targets = plan.targets.iter().filter(|t| moves(t.outcome));
        targets.filter(|t| with_backs || t.role == Role::Production).map(|t| t.branch.clone()).collect()
    };
    if plan.held {
        steps.push(Step::Follow { branches: branches(joint) });
        return steps;
    }
    match &plan.remote {
        Some(remote) => {
            let riding = if joint { backs.clone() } else { Vec::new() };
            let unchanged = plan.published_branch.clone().map(|tip| (head(&plan.branch), tip));
            push(&mut steps, remote, release, riding, unchanged);
            steps.push(Step::Follow { branches: branches(joint) });
        }
        None => {
            let updates = [release, backs.clone()].concat();
            steps.push(Step::Local { updates, deletions: Vec::new() });
            steps.push(Step::Follow { branches: branches(true) });
        }
    }
    if let Some(tool) = &plan.release.awaits {
        steps.push(Step::Await { tool: tool.clone() });
        return steps;
    }
    if plan.release.commit.is_some() {
        steps.push(Step::Record(Fact::Released));
    }
    steps.extend(plan.stages.iter().cloned().map(Step::Run));
    if let (Some(remote), false) = (&plan.remote, joint) {
        push(&mut steps, remote, Vec::new(), backs, None);
        steps.push(Step::Follow { branches: branches(true) });
    }
    steps.push(Step::Record(Fact::MergedBack));
    if !plan.mirrors.is_empty() {
        steps.push(Step::Mirror { addresses: plan.mirrors.clone() });
    }
    steps.extend(
        conflicts
            .iter()
            .take(LEFT_AT_ONCE)
            .map(|t| Step::Leave { branch: t.branch.clone(), conflicts: t.conflicts.clone() }),
    );
    let resolved = |inside: bool| {
        let here = plan.worktree_here.as_ref();
        plan.resolved
            .iter()
            .filter(move |(_, path)| (here == Some(path)) == inside)
            .map(move |(branch, path)| Step::Remove { path: path.clone(), branch: branch.clone(), inside })
    };
    // Before the record says that all is done; the one we are in is needed until then.
    steps.extend(resolved(false));
    if conflicts.is_empty() {
        retire(plan, &mut steps);
        steps.push(Step::Record(Fact::Finished));
    }
    steps.extend(resolved(true));
    steps
}

fn push(
    steps: &mut Vec<Step>,
    remote: &str,
    release: Vec<Update>,
    backs: Vec<Update>,
    unchanged: Option<(String, crate::model::oid::Oid)>,
) {
    if release.is_empty() && backs.is_empty() {
        return;
    }
    let unchanged = unchanged.filter(|_| !release.is_empty()).into_iter().collect();
    steps.push(Step::Push(Push { remote: remote.to_owned(), release, backs, unchanged }));
}

/// The branch goes last: on the remote first, then from under the worktrees that have it checked out.
fn retire(plan: &FinishPlan, steps: &mut Vec<Step>) {
    if !plan.delete_branch {
        return;
    }
    if let (Some(remote), Some(expect)) = (&plan.remote, &plan.published_branch) {
        let deletion = Deletion { name: head(&plan.branch), expect: expect.clone() };
        steps.push(Step::Unpublish { remote: remote.clone(), deletion });
    }
    if plan.local_branch.is_some() {
        steps.extend(plan.worktrees.iter().map(|(path, remove)| Step::Vacate {
            path: path.clone(),
            branch: plan.branch.clone(),
            to: plan.production().map(|t| t.branch.clone()).unwrap_or_default(),
            remove: *remove,
        }));
    }
    steps.push(Step::Delete { branch: plan.branch.clone(), tip: plan.local_branch.clone() });
}
