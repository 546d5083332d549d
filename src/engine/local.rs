//! Carrying out plans that change this clone alone: giving a hotfix up, taking a change back. The same
//! steps as those of a finish, in the order of their list.

use super::addresses;
use super::retire::{self, Leaving, Remote};
use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::refs;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Fact, Step, head};
use crate::model::text::shell_word;
use crate::system::fault::fault;

/// Where the worktrees of a branch go, and which of them `start` made.
pub struct Local<'a> {
    pub workspace: &'a Workspace,
    /// The branch that worktrees leave, without `refs/heads/`.
    pub branch: &'a str,
    pub production: &'a str,
    /// Where a worktree detaches when production is checked out elsewhere.
    pub base: Oid,
    pub incident: Option<&'a Incident>,
}

impl<'a> Local<'a> {
    /// For the branch of an incident, of which `tip` is the commit.
    pub fn of(workspace: &'a Workspace, branch: &'a str, incident: Option<&'a Incident>, tip: &Oid) -> Self {
        Self {
            workspace,
            branch,
            production: workspace.production_of(incident),
            base: incident.and_then(|i| i.base.clone()).unwrap_or_else(|| tip.clone()),
            incident,
        }
    }

    /// Worktrees go back to this branch, where it is known.
    #[must_use]
    pub fn back_to(mut self, branch: Option<&'a str>) -> Self {
        self.production = branch.unwrap_or(self.production);
        self
    }

    /// The steps that take the branch away here: worktrees leave it first.
    ///
    /// # Errors
    /// When the worktrees cannot be listed.
    pub fn deletion(&self, tip: &Oid) -> anyhow::Result<Vec<Step>> {
        let worktrees = crate::git::worktree::list(&self.workspace.repo)?;
        let on = retire::worktrees_on(self.workspace, &worktrees, self.branch, self.incident);
        let vacate = on.into_iter().map(|(path, remove)| Step::Vacate {
            path,
            branch: self.branch.to_owned(),
            to: self.production.to_owned(),
            remove,
        });
        let delete = Step::Delete { branch: self.branch.to_owned(), tip: Some(tip.clone()) };
        Ok(vacate.chain([delete]).collect())
    }

    /// Does the steps in order; `record` writes what a step of the log says. Returns lines for what is
    /// left to a person.
    ///
    /// # Errors
    /// When a step fails; those before it are done, and the same command goes on from there.
    pub fn carry_out(
        &self,
        steps: &[Step],
        record: &dyn Fn(Fact) -> anyhow::Result<()>,
    ) -> anyhow::Result<Vec<String>> {
        let repo = &self.workspace.repo;
        let mut lines = Vec::new();
        let mut occupied = false;
        for step in steps {
            match step {
                Step::Keep { name, tip } => {
                    let old = repo.find_ref(name)?;
                    if old.as_ref() != Some(tip) {
                        repo.move_ref(name, old.as_ref(), tip, "hotfix: keep")?;
                    }
                    repo.flush()?;
                }
                Step::Unpublish { remote, deletion } => {
                    lines.extend(self.unpublish(remote, deletion));
                }
                Step::Vacate { path, .. } => {
                    let (branch, production, released) = (self.branch, self.production, &self.base);
                    let leaving = Leaving { branch, production, released, incident: self.incident };
                    let left = retire::vacate(self.workspace, path, &leaving)?;
                    lines.extend(left.lines);
                    occupied |= left.occupied;
                }
                Step::Delete { branch, tip: Some(tip) } => {
                    let is_there = repo.find_ref(&head(branch))?.is_some();
                    if is_there && !occupied {
                        retire::delete_local(self.workspace, branch, tip)?;
                    }
                }
                Step::Local { updates, deletions } => {
                    refs::transaction(repo, updates, deletions, "hotfix undo")?;
                }
                Step::Record(fact) => record(*fact)?,
                // The others are not part of these plans.
                _ => {}
            }
            fault!("local: between two steps");
        }
        Ok(lines)
    }

    /// Deletes the branch on the remote. What keeps it there is a line and stops nothing else.
    fn unpublish(&self, remote: &str, deletion: &Deletion) -> Option<String> {
        let why = match retire::delete_remote(self.workspace, remote, deletion) {
            Ok(Remote::Deleted) => {
                addresses::forget(self.workspace, remote, deletion);
                return None;
            }
            Ok(Remote::Moved) => {
                return Some(format!("{} stays on {remote}: it has new commits there", self.branch));
            }
            Ok(Remote::Refused(why)) => why,
            Err(error) => {
                log::debug!("the branch on {remote} cannot be deleted: {error:#}");
                format!("{remote} cannot be reached")
            }
        };
        let by_hand = deletion_by_hand(remote, deletion);
        Some(format!("{} stays on {remote} ({why}). To delete it there: {by_hand}", self.branch))
    }
}

/// What a person types to delete a branch on the remote, if it is still what was seen there.
pub fn deletion_by_hand(remote: &str, deletion: &Deletion) -> String {
    deletion_of(remote, deletion, deletion.expect.short())
}

/// As [`deletion_by_hand`], with this spelling of what is expected there.
pub fn deletion_of(remote: &str, deletion: &Deletion, expect: &str) -> String {
    let name = shell_word(&deletion.name);
    format!("git push --force-with-lease={name}:{expect} {} :{name}", shell_word(remote))
}
