//! Approval is a value. `approve` is the only function that makes one: it shows the plan and gets the
//! yes, from a person or from `--yes`. The engine takes nothing else.

use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::text::{count, list};
use std::collections::BTreeMap;

/// What an approval is about.
pub trait Proposal {
    /// The trees that would be published, by branch.
    fn trees(&self) -> BTreeMap<String, Oid>;
    /// Files that would be published and differ from what was tested.
    fn untested(&self) -> &[String];
}

/// A plan that was shown and agreed to.
#[derive(Debug)]
pub struct Approved<P> {
    plan: P,
    /// Whether it differs from the plan that was approved first.
    replanned: bool,
    /// What was approved last, for comparison when the plan has to be made again.
    trees: BTreeMap<String, Oid>,
    untested: Vec<String>,
}

/// Who decides.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    Yes,
    No,
    /// `--yes`: agreed to what was planned at first.
    Given,
    /// There is no terminal, and no `--yes`.
    Unasked,
}

/// How the plan that was made again differs from the one that was approved.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Change {
    /// Branches that would get another tree.
    pub branches: Vec<String>,
    /// Files that were not tested and were not in the approved plan.
    pub untested: Vec<String>,
}

impl Change {
    const fn is_none(&self) -> bool {
        self.branches.is_empty() && self.untested.is_empty()
    }
}

/// Shows a plan and gets an answer.
pub trait Approver<P> {
    /// Shows it; `change` says what is new since the last approval.
    fn show(&self, plan: &P, change: Option<&Change>);

    /// The decision.
    ///
    /// # Errors
    /// When the terminal fails or the question is interrupted.
    fn answer(&self, plan: &P) -> anyhow::Result<Answer>;

    /// The command to run after a no, with what it takes to be a yes.
    fn command(&self, plan: &P, yes: bool) -> String;
}

/// Shows a plan and returns it approved. One that publishes the same as `before` needs no second yes.
///
/// # Errors
/// When it was declined, nobody could be asked, or it has untested files that `--yes` did not cover.
pub fn approve<P: Proposal>(
    plan: P,
    before: Option<&Approved<P>>,
    by: &dyn Approver<P>,
) -> anyhow::Result<Approved<P>> {
    let (trees, untested) = (plan.trees(), plan.untested().to_vec());
    let change = before.map(|before| Change {
        branches: changed(&before.trees, &trees),
        untested: untested.iter().filter(|f| !before.untested.contains(f)).cloned().collect(),
    });
    let replanned = before.is_some_and(|b| b.replanned) || change.as_ref().is_some_and(|c| !c.is_none());
    if change.as_ref().is_none_or(|c| !c.is_none()) {
        by.show(&plan, change.as_ref());
        match by.answer(&plan)? {
            Answer::Yes => {}
            Answer::Given => {
                let new = change.map(|c| c.untested).unwrap_or_default();
                if !new.is_empty() {
                    let were = if new.len() == 1 { "was" } else { "were" };
                    let n = count(new.len(), "file");
                    let shown: Vec<String> = new.iter().take(8).cloned().collect();
                    return Err(Failure::refused(format!(
                        "{n} in the new plan {were} not tested: {}\nNothing of the new plan was done.",
                        list(&shown)
                    ))
                    .hint(by.command(&plan, true))
                    .into());
                }
            }
            Answer::No => {
                return Err(Failure::refused("declined; nothing was changed")
                    .hint(by.command(&plan, false))
                    .into());
            }
            Answer::Unasked => {
                return Err(Failure::refused(
                    "confirmation required, and there is no terminal to ask on; nothing was changed",
                )
                .hint(by.command(&plan, true))
                .into());
            }
        }
    }
    Ok(Approved { plan, replanned, trees, untested })
}

fn changed(before: &BTreeMap<String, Oid>, now: &BTreeMap<String, Oid>) -> Vec<String> {
    // What is no longer published is done, or was left out: neither needs another yes.
    now.iter().filter(|(name, tree)| before.get(*name) != Some(tree)).map(|(name, _)| name.clone()).collect()
}

impl<P: Proposal> Approved<P> {
    /// The plan.
    pub const fn plan(&self) -> &P {
        &self.plan
    }

    /// Whether it differs from what was approved first.
    pub const fn is_replanned(&self) -> bool {
        self.replanned
    }

    /// The same plan with its final objects: signed, and with messages that hooks have seen. Anything
    /// that would publish other trees is given back unapproved.
    ///
    /// # Errors
    /// What was approved, and the plan that is another one.
    pub fn completed(self, made: P) -> Result<Self, Box<(Self, P)>> {
        if made.trees() != self.trees || made.untested() != self.untested {
            return Err(Box::new((self, made)));
        }
        Ok(Self { plan: made, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::cell::Cell;

    #[derive(Debug)]
    struct Plan {
        tree: char,
        untested: Vec<String>,
    }

    fn plan(tree: char, untested: &[&str]) -> Plan {
        Plan { tree, untested: untested.iter().map(|f| (*f).to_owned()).collect() }
    }

    impl Proposal for Plan {
        fn trees(&self) -> BTreeMap<String, Oid> {
            let oid = Oid::parse(&self.tree.to_string().repeat(40));
            oid.into_iter().map(|oid| ("main".to_owned(), oid)).collect()
        }
        fn untested(&self) -> &[String] {
            &self.untested
        }
    }

    struct By(Answer, Cell<usize>);

    impl Approver<Plan> for By {
        fn show(&self, _: &Plan, _: Option<&Change>) {
            self.1.set(self.1.get() + 1);
        }
        fn answer(&self, _: &Plan) -> anyhow::Result<Answer> {
            Ok(self.0)
        }
        fn command(&self, _: &Plan, yes: bool) -> String {
            if yes { "hotfix finish -y".to_owned() } else { "hotfix finish".to_owned() }
        }
    }

    fn by(answer: Answer) -> By {
        By(answer, Cell::new(0))
    }

    #[test]
    fn only_a_yes_makes_an_approval() {
        assert!(approve(plan('a', &[]), None, &by(Answer::Yes)).is_ok());
        assert!(approve(plan('a', &["f"]), None, &by(Answer::Given)).is_ok());
        assert!(approve(plan('a', &[]), None, &by(Answer::No)).is_err());
        assert!(approve(plan('a', &[]), None, &by(Answer::Unasked)).is_err());
    }

    #[test]
    fn the_same_trees_are_not_asked_about_twice() {
        let first = approve(plan('a', &[]), None, &by(Answer::Yes)).unwrap();
        let nobody = by(Answer::Unasked);
        let again = approve(plan('a', &[]), Some(&first), &nobody).unwrap();
        assert!(!again.is_replanned());
        assert_eq!(nobody.1.get(), 0);
    }

    #[test]
    fn other_trees_are_shown_and_asked_about_again() {
        let first = approve(plan('a', &[]), None, &by(Answer::Yes)).unwrap();
        let person = by(Answer::Yes);
        assert!(approve(plan('b', &["f"]), Some(&first), &person).unwrap().is_replanned());
        assert_eq!(person.1.get(), 1);
        assert!(approve(plan('b', &[]), Some(&first), &by(Answer::Given)).unwrap().is_replanned());
        assert!(approve(plan('b', &["f"]), Some(&first), &by(Answer::Given)).is_err());
        assert!(approve(plan('b', &["f"]), Some(&first), &by(Answer::No)).is_err());
    }

    #[test]
    fn final_objects_must_hold_what_was_approved() {
        let approved = approve(plan('a', &[]), None, &by(Answer::Yes)).unwrap();
        let approved = approved.completed(plan('a', &[])).unwrap();
        assert!(approved.completed(plan('b', &[])).is_err());
    }
}
