//! How a lost fix is brought back: only what is lost, tried in memory. What does not apply, or would
//! change the number of a version, is not proposed.

use super::{Audited, Found, Kind};
use crate::facts::presence::File;
use crate::facts::workspace::Workspace;
use crate::git::access::Access;
use crate::git::merge::{Merged, pick};
use crate::git::object::{Commit, NewCommit};
use crate::insight::audit::spelling::{REVERTS, named_after};
use crate::insight::graph::{Graph, Place};
use crate::insight::presence::content::{Change, State};
use crate::insight::presence::weight::{Weight, weight};
use crate::insight::presence::{Standing, Why};
use crate::model::name::slug;
use crate::model::oid::Oid;
use crate::model::text::shell_word;
use std::collections::BTreeSet;

/// More commits than this are named as a range, where they follow each other.
const ONE_BY_ONE: usize = 6;

/// What to do about a lost fix in one place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Repair {
    /// Commands that work as printed; none where nothing applies by itself.
    pub commands: Vec<String>,
    /// A command that shows what is missing, where nothing applies by itself.
    pub look: Option<String>,
}

/// What is needed to try a repair.
pub struct Trial<'a> {
    pub workspace: &'a Workspace,
    pub graph: &'a Graph,
    pub remote: Option<&'a str>,
}

impl Trial<'_> {
    /// A repair that applies; where that cannot be tried, because an object is damaged or missing, what
    /// to look at.
    pub fn repair(&self, fix: &Audited, place: &Found) -> Repair {
        self.tried(fix, place).unwrap_or_else(|error| {
            log::debug!("no repair of {} in {} was tried: {error:#}", fix.fix.name, place.branch.name);
            Repair { commands: Vec::new(), look: self.look(fix, place) }
        })
    }

    fn tried(&self, fix: &Audited, place: &Found) -> anyhow::Result<Repair> {
        // A tag stays as it is: the next release of production has what production has then.
        if place.verdict.standing != Standing::Lost || place.branch.kind == Kind::Release {
            return Ok(Repair::default());
        }
        if fix.fix.record.as_ref().is_some_and(|r| r.is_open) {
            let commands = vec![format!("hotfix finish {}", shell_word(&fix.fix.name))];
            return Ok(Repair { commands, look: None });
        }
        let found = match self.revert(fix, place)? {
            None => match self.picked(fix, place)? {
                None => self.restored(fix, place)?,
                some => some,
            },
            some => some,
        };
        Ok(match found {
            Some(bring) => Repair { commands: self.around(fix, place, bring), look: None },
            None => Repair { commands: Vec::new(), look: self.look(fix, place) },
        })
    }

    /// Taking the revert back.
    fn revert(&self, fix: &Audited, place: &Found) -> anyhow::Result<Option<Vec<String>>> {
        let (Why::Reverted(at) | Why::Undone(at)) = place.verdict.why else { return Ok(None) };
        let Some(node) = self.graph.get(at) else { return Ok(None) };
        if named_after(&node.message, REVERTS).is_empty() || node.is_merge() {
            return Ok(None);
        }
        let repo = &self.workspace.repo;
        let (tip, revert) = (repo.commit(&place.branch.tip)?, repo.commit(&node.oid)?);
        let Some(before) = revert.parents.first() else { return Ok(None) };
        let back = self.commit(&repo.commit(before)?.tree, &revert.oid, &revert)?;
        let applies = self.applies(fix, place, &tip, &[back])?;
        Ok(applies.then(|| vec![format!("git revert --no-edit {}", node.oid.short())]))
    }

    /// Picking the fix's commits that change what is lost.
    fn picked(&self, fix: &Audited, place: &Found) -> anyhow::Result<Option<Vec<String>>> {
        let oids: Vec<Oid> = place.owed.iter().filter_map(|at| self.graph.oid(*at)).cloned().collect();
        let tip = self.workspace.repo.commit(&place.branch.tip)?;
        let applies = !oids.is_empty() && self.applies(fix, place, &tip, &oids)?;
        Ok(applies.then(|| vec![self.pick(&place.owed)]))
    }

    fn pick(&self, owed: &[Place]) -> String {
        let names: Vec<&str> =
            owed.iter().filter_map(|at| self.graph.oid(*at)).map(|oid| oid.short()).collect();
        let is_row = owed.iter().zip(owed.iter().skip(1)).all(|(a, b)| *self.graph.parents(*b) == [*a]);
        match names.as_slice() {
            // A range takes along what lies in between.
            [first, .., last] if is_row && names.len() > ONE_BY_ONE => {
                format!("git cherry-pick -x {first}^..{last}")
            }
            names => format!("git cherry-pick -x {}", names.join(" ")),
        }
    }

    /// Applying what the fix changed in the files that lost it.
    fn restored(&self, fix: &Audited, place: &Found) -> anyhow::Result<Option<Vec<String>>> {
        let repo = &self.workspace.repo;
        let Some((base, tip)) = self.ends(fix) else { return Ok(None) };
        let lost: BTreeSet<&str> = place.verdict.paths.iter().map(String::as_str).collect();
        let mut files: Vec<(&str, Vec<u8>)> = Vec::new();
        for path in &lost {
            // What was added, removed or renamed is not a change of a file's lines.
            let (Some(_), Some(new)) = (repo.blob(&base, path)?, repo.blob(&tip, path)?) else {
                return Ok(None);
            };
            files.push((path, new));
        }
        let files: Vec<(&str, Option<&[u8]>)> =
            files.iter().map(|(path, new)| (*path, Some(new.as_slice()))).collect();
        let on = repo.commit(&base)?;
        let only = self.commit(&repo.edit_tree(&on.tree, &files)?, &base, &on)?;
        let target = repo.commit(&place.branch.tip)?;
        if !self.applies(fix, place, &target, &[only])? {
            return Ok(None);
        }
        let paths: Vec<String> = lost.iter().map(|path| shell_word(path)).collect();
        let message = shell_word(&format!("Restore {}", fix.fix.name));
        Ok(Some(vec![
            format!("git diff {} {} -- {} | git apply --3way", base.short(), tip.short(), paths.join(" ")),
            format!("git commit -m {message}"),
        ]))
    }

    fn ends(&self, fix: &Audited) -> Option<(Oid, Oid)> {
        let base = fix.fix.base.and_then(|base| self.graph.oid(base))?;
        Some((base.clone(), self.graph.oid(fix.fix.tip)?.clone()))
    }

    /// A commit that no ref knows.
    fn commit(&self, tree: &Oid, parent: &Oid, like: &Commit) -> anyhow::Result<Oid> {
        Ok(self.workspace.repo.write_commit(&NewCommit {
            tree: tree.clone(),
            parents: vec![parent.clone()],
            author: like.author.clone(),
            committer: like.committer.clone(),
            message: "try a repair\n".to_owned(),
        })?)
    }

    /// Whether these changes apply one after the other, bring what is lost, and change no version.
    fn applies(&self, fix: &Audited, place: &Found, tip: &Commit, changes: &[Oid]) -> anyhow::Result<bool> {
        let repo = &self.workspace.repo;
        let mut onto = tip.clone();
        for change in changes {
            let change = repo.commit(change)?;
            if change.parents.len() != 1 {
                return Ok(false);
            }
            let Merged::Clean(tree) = pick(repo, &onto, &change)? else { return Ok(false) };
            onto = repo.commit(&self.commit(&tree, &onto.oid, &change)?)?;
        }
        for changed in repo.changes(&tip.oid, &onto.oid)? {
            if self.is_version(fix, &tip.oid, &onto.oid, &changed.path)? {
                return Ok(false);
            }
        }
        self.is_there(fix, place, &onto.oid)
    }

    /// Whether what differs in a file is, somewhere, the number of a release.
    fn is_version(&self, fix: &Audited, old: &Oid, new: &Oid, path: &str) -> anyhow::Result<bool> {
        let repo = &self.workspace.repo;
        let is_log = |stem: &str| ["change", "news", "history", "release"].iter().any(|w| stem.contains(w));
        if weight(path, &self.workspace.config.guard) == Weight::Paperwork {
            return Ok(!is_log(&path.to_ascii_lowercase()));
        }
        let change = Change::new(repo.blob(old, path)?.as_deref(), repo.blob(new, path)?.as_deref());
        let all = change.len();
        let number = fix.fix.tag.as_deref().and_then(crate::model::version::number_of);
        Ok(change.without_versions(number.as_deref()).len() < all)
    }

    /// Whether the parts that are lost are there in this commit.
    fn is_there(&self, fix: &Audited, place: &Found, at: &Oid) -> anyhow::Result<bool> {
        let repo = &self.workspace.repo;
        let parts = place.verdict.lost.iter().filter_map(|at| place.answer.facts.parts.get(*at));
        for part in parts {
            let is_its = |(_, file): &(usize, &File)| file.path == part.path && !file.change.is_entry();
            let Some((position, file)) = fix.material.files.iter().enumerate().find(is_its) else { continue };
            let mut content = None;
            for path in place.answer.paths.get(position).into_iter().flatten() {
                content = repo.blob(at, path)?;
                if content.is_some() {
                    break;
                }
            }
            if file.change.states(content.as_deref()).get(part.part) != Some(&State::In) {
                return Ok(false);
            }
        }
        Ok(true)
    }

    /// The commands with which the change is made where it belongs.
    fn around(&self, fix: &Audited, place: &Found, bring: Vec<String>) -> Vec<String> {
        let branch = shell_word(&place.branch.name);
        let name = slug(&format!("restore-{}", fix.fix.name));
        let bring = bring.join(" && ");
        match place.branch.kind {
            Kind::MergeBack => {
                let push = self.remote.map(|to| format!("git push {} {branch}", shell_word(to)));
                std::iter::once(format!("git switch {branch} && {bring}")).chain(push).collect()
            }
            Kind::Production => vec![format!("hotfix start {name}"), bring],
            Kind::Line => {
                let from = place.branch.newest.as_ref().or(fix.fix.tag.as_ref());
                let from = from.map(|tag| format!(" --from {}", shell_word(tag))).unwrap_or_default();
                vec![format!("hotfix start {name}{from} --line"), bring]
            }
            Kind::Release => Vec::new(),
        }
    }

    /// What shows the lost part, for a person to put it in.
    fn look(&self, fix: &Audited, place: &Found) -> Option<String> {
        let (base, tip) = self.ends(fix)?;
        let paths: Vec<String> = place.verdict.paths.iter().take(4).map(|path| shell_word(path)).collect();
        Some(format!("git diff {} {} -- {}", base.short(), tip.short(), paths.join(" ")))
    }
}
