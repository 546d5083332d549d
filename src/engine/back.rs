//! Planning one merge-back: by merging the released commit, or by cherry-picking the hotfix's own
//! commits where histories do not meet. Both are tried in memory; nobody has to know which works.

use super::compose::Composer;
use super::versions;
use crate::config::MergeBackBy;
use crate::facts::presence::{Series, carrier};
use crate::git::access::Access;
use crate::git::compare::{self, Difference};
use crate::git::merge::{Clash, Merged, merge, pick};
use crate::git::object::Commit;
use crate::model::oid::Oid;
use crate::model::plan::{Method, Outcome, Release, Role, Target};
use crate::model::text::count;
use crate::plan::finish::{Fate, Lost, TargetFacts};
use std::collections::BTreeSet;

/// Plans how the fix gets onto one branch.
///
/// # Errors
/// When git cannot merge or write objects.
pub(super) fn plan(
    composer: &Composer<'_>,
    wanted: &TargetFacts,
    release: &Release,
    remarks: &mut Vec<String>,
) -> anyhow::Result<Target> {
    let mut target = Target::untouched(&wanted.branch, Role::MergeBack, &wanted.tip);
    let Some(released) = &release.commit else { return Ok(target) };
    let repo = &composer.workspace.repo;
    let dropped = match &wanted.lost {
        Some(Lost::Merge(by)) => Some(by),
        _ => None,
    };
    if dropped.is_none() && repo.is_ancestor(released, &wanted.tip)? {
        return Ok(target);
    }
    match wanted.fate {
        Fate::Gets => {}
        Fate::Lacks => return Ok(target),
        Fate::Keeps => {
            let message = format!(
                "Keep the fix of {} in {}\n\nThe rollback is merged without its content.\n",
                composer.facts.revert.as_ref().map_or("", |r| r.tag.as_str()),
                wanted.branch
            );
            let parents = vec![wanted.tip.clone(), released.clone()];
            let tree = repo.commit(&wanted.tip)?.tree;
            target.method = Method::Merge;
            target.outcome = Outcome::Clean;
            target.new = Some(composer.writer.commit(tree, parents, message)?);
            return Ok(target);
        }
    }
    if wanted.skipped.is_some() {
        target.outcome = Outcome::Skipped;
        return Ok(target);
    }
    let back = Back { composer, wanted, released, tag: &release.tag, release };
    if let Some(resolution) = composer.choices.resolutions.iter().find(|r| r.branch == wanted.branch) {
        target.method = Method::Merge;
        let place = resolution.worktree.display();
        match (&resolution.commit, &resolution.staged) {
            (Some(commit), _) => back.resolved(&mut target, commit, resolution.is_pick)?,
            (None, Some(staged)) => {
                let message = composer.merge_back_message(&release.tag, &wanted.branch);
                let (tree, parents) = (staged.tree.clone(), staged.parents.clone());
                let commit = composer.writer.commit(tree, parents, message)?;
                back.resolved(&mut target, &commit, resolution.is_pick)?;
                remarks.push(format!("{} is resolved in {place} and will be committed there", wanted.branch));
            }
            (None, None) => {
                target.outcome = Outcome::Conflict;
                target.conflicts =
                    resolution.open.iter().filter_map(|o| o.path()).map(str::to_owned).collect();
                if resolution.open.is_empty() {
                    remarks.push(format!(
                        "{}: the next commit is picked in {place} once you agree",
                        wanted.branch
                    ));
                }
            }
        }
        return Ok(target);
    }
    if let Some(by) = dropped {
        // Merging would say that all of it is there.
        remarks.push(format!(
            "{}: {by} merged the fix but kept the other side; it is \
                              cherry-picked",
            wanted.branch
        ));
        settle(&mut target, Method::CherryPick, back.picked()?);
        return Ok(target);
    }
    back.choose(&mut target, remarks)?;
    Ok(target)
}

struct Back<'a> {
    composer: &'a Composer<'a>,
    wanted: &'a TargetFacts,
    released: &'a Oid,
    tag: &'a str,
    release: &'a Release,
}

/// What one way of getting the fix onto a branch comes to.
enum Tried {
    Clean(Oid),
    /// The branch has it already.
    Nothing,
    Conflict(Vec<String>),
    Unrelated,
}

impl Back<'_> {
    fn choose(&self, target: &mut Target, remarks: &mut Vec<String>) -> anyhow::Result<()> {
        let by = self.composer.workspace.config.finish.merge_back_by;
        let by = if self.wanted.port && by == MergeBackBy::Auto { MergeBackBy::CherryPick } else { by };
        if by == MergeBackBy::CherryPick {
            let mut picked = self.picked()?;
            if matches!(picked, Tried::Conflict(_)) && (self.is_named()? || self.carried()?.is_some()) {
                picked = Tried::Nothing;
            }
            settle(target, Method::CherryPick, picked);
            return Ok(());
        }
        let merged = self.merged()?;
        let clean = matches!(merged, Tried::Clean(_) | Tried::Nothing);
        if !clean && by == MergeBackBy::Auto {
            let picked = self.picked()?;
            if let Tried::Clean(_) | Tried::Nothing = picked {
                let commits = count(self.own().len(), "commit");
                let why = match &merged {
                    Tried::Conflict(paths) => format!("merging conflicts in {}", count(paths.len(), "file")),
                    _ => "it shares no history with production".to_owned(),
                };
                remarks.push(format!(
                    "{}: {why}; cherry-picking the hotfix's {commits} applies cleanly",
                    target.branch
                ));
                settle(target, Method::CherryPick, picked);
                return Ok(());
            }
        }
        if !clean && let Some(commit) = self.carried()? {
            remarks.push(format!("{}: it has the fix since {}", target.branch, commit.short()));
            settle(target, Method::None, Tried::Nothing);
            return Ok(());
        }
        let method = match &merged {
            Tried::Clean(new) if new == self.released => Method::FastForward,
            _ => Method::Merge,
        };
        settle(target, method, merged);
        Ok(())
    }

    fn merged(&self) -> anyhow::Result<Tried> {
        let repo = &self.composer.workspace.repo;
        let tip = &self.wanted.tip;
        if repo.is_ancestor(tip, self.released)? {
            return Ok(Tried::Clean(self.released.clone()));
        }
        Ok(match merge(repo, tip, self.released)? {
            Merged::Clean(tree) => self.joined(&tree)?,
            Merged::Conflict { clashes, tree } => {
                match self.without_versions(self.released, &clashes, &tree)? {
                    Ok(tree) => self.joined(&tree)?,
                    Err(code) => Tried::Conflict(code),
                }
            }
            Merged::Unrelated => Tried::Unrelated,
        })
    }

    /// The merge with this tree, in which what only the target has goes along with the version of its package.
    fn joined(&self, tree: &Oid) -> anyhow::Result<Tried> {
        let composer = self.composer;
        let parents = vec![self.wanted.tip.clone(), self.released.clone()];
        let message = composer.merge_back_message(self.tag, &self.wanted.branch);
        let tree = composer.with_version(tree, self.release)?;
        Ok(Tried::Clean(composer.writer.commit(tree, parents, message)?))
    }

    /// The tree in which the version lines and the changelog have resolved themselves, the target
    /// keeping its own version; or the paths in which more than that conflicts.
    fn without_versions(
        &self,
        theirs: &Oid,
        clashes: &[Clash],
        tree: &Oid,
    ) -> anyhow::Result<Result<Oid, Vec<String>>> {
        let workspace = self.composer.workspace;
        let what = (self.release.directory.as_str(), self.release.number());
        let config = &workspace.config.version;
        let settled = versions::resolve(&workspace.repo, config, (what.0, &what.1), (theirs, clashes))?;
        let mut code = Clash::paths(clashes);
        code.retain(|path| !settled.contains_key(path));
        if !code.is_empty() {
            return Ok(Err(code));
        }
        let files: Vec<(&str, Option<&[u8]>)> =
            settled.iter().map(|(path, settled)| (path.as_str(), settled.content())).collect();
        Ok(Ok(workspace.repo.edit_tree(tree, &files)?))
    }

    /// Whether the target's history names every commit of the hotfix as picked (`git cherry-pick -x`)
    /// and takes none of them back: what a human made of a conflict is decided, also where no line
    /// of the fix is left in it.
    fn is_named(&self) -> anyhow::Result<bool> {
        let own = &self.composer.facts.branch.own;
        let log =
            self.composer.workspace.repo.log(&self.wanted.tip, std::slice::from_ref(self.released), 2000)?;
        let says = |words: &str, oid: &Oid| {
            let line = format!("{words} {oid}");
            log.iter().find(|c| c.message.contains(&line)).map(|c| &c.oid)
        };
        let is_picked = |oid: &Oid| {
            says("cherry picked from commit", oid)
                .is_some_and(|pick| says("This reverts commit", pick).is_none())
        };
        Ok(!own.is_empty() && own.iter().all(is_picked))
    }

    /// The target's commit that brought the fix there, though neither merging nor picking tells:
    /// somebody picked it and worked on.
    fn carried(&self) -> anyhow::Result<Option<Oid>> {
        let (repo, facts) = (&self.composer.workspace.repo, &self.composer.facts);
        let Some(oldest) = facts.branch.own.last() else { return Ok(None) };
        let Some(base) = repo.commit(oldest)?.parents.first().cloned() else { return Ok(None) };
        carrier(
            repo,
            Series { base: &base, tip: &facts.branch.tip, own: &facts.branch.own },
            &self.wanted.tip,
        )
    }

    /// The commits to bring, newest first: those of the hotfix, or the one that rolls back.
    fn own(&self) -> Vec<Oid> {
        let facts = self.composer.facts;
        if facts.revert.is_some() { vec![self.released.clone()] } else { facts.branch.own.clone() }
    }

    fn picked(&self) -> anyhow::Result<Tried> {
        let repo = &self.composer.workspace.repo;
        let own = self.own();
        if own.is_empty() {
            // Not knowing the commits is not the same as having nothing to bring.
            return Ok(Tried::Unrelated);
        }
        let mut onto: Commit = repo.commit(&self.wanted.tip)?;
        for oid in own.iter().rev() {
            let commit = repo.commit(oid)?;
            let tree = match pick(repo, &onto, &commit)? {
                Merged::Clean(tree) => tree,
                Merged::Conflict { clashes, tree } => {
                    match self.without_versions(&commit.oid, &clashes, &tree)? {
                        Ok(tree) => tree,
                        Err(code) => return Ok(Tried::Conflict(code)),
                    }
                }
                Merged::Unrelated => return Ok(Tried::Unrelated),
            };
            // Else nothing of it is missing here.
            if tree != onto.tree {
                let new = self.composer.writer.copy(&commit, tree, onto.oid.clone())?;
                onto = repo.commit(&new)?;
            }
        }
        Ok(if onto.oid == self.wanted.tip { Tried::Nothing } else { Tried::Clean(onto.oid) })
    }

    /// The files of the fix that a merge left as the target had them, with none of the lines that the fix
    /// added: also those that the target calls otherwise, or has deleted.
    fn without(&self, merged: &Oid) -> anyhow::Result<Vec<String>> {
        let facts = self.composer.facts;
        let repo = &self.composer.workspace.repo;
        let tip = &facts.branch.tip;
        let Some(base) = repo.merge_base(&self.wanted.tip, tip)? else { return Ok(Vec::new()) };
        let before_merge = repo.commit(merged)?.parents.into_iter().next().unwrap_or_else(|| tip.clone());
        let mut paths = BTreeSet::new();
        for own in &facts.branch.own {
            if let Some(parent) = repo.commit(own)?.parents.first() {
                paths.extend(repo.changes(parent, own)?.into_iter().map(|file| file.path));
            }
        }
        let text = |commit: &Oid, path: &str| -> anyhow::Result<Option<String>> {
            Ok(repo.blob(commit, path)?.and_then(|bytes| String::from_utf8(bytes).ok()))
        };
        let lines = |text: &str| text.lines().map(|l| l.trim().to_owned()).collect::<BTreeSet<_>>();
        let mut found = Vec::new();
        let mut moved: Option<Vec<Difference>> = None;
        let mut renamed = |path: &str| -> anyhow::Result<Option<String>> {
            if moved.is_none() {
                let pair = (merged.clone(), Some(base.clone()));
                moved = compare::files(repo, &[pair], &[], true)?.pop();
            }
            let of = |file: &&Difference| file.old_path == path && file.old.is_some() && file.new.is_some();
            Ok(moved.iter().flatten().find(of).map(|file| file.path.clone()))
        };
        for path in paths {
            // What the fix itself deletes has no line of it.
            let Some(fixed) = text(tip, &path)? else { continue };
            let known = text(&base, &path)?;
            let (path, there) = match text(merged, &path)? {
                Some(there) => (path, there),
                None => {
                    let Some(renamed) = renamed(&path)? else {
                        // The lines may be needed there no more; that they are not there is true.
                        if known.is_some_and(|known| known != fixed) {
                            found.push(path);
                        }
                        continue;
                    };
                    let there = text(merged, &renamed)?.unwrap_or_default();
                    (renamed, there)
                }
            };
            let before = known.unwrap_or_default();
            let mut added = &lines(&fixed) - &lines(&before);
            added.remove("");
            let is_as_before = text(&before_merge, &path)?.as_ref() == Some(&there);
            if is_as_before && !added.is_empty() && added.is_disjoint(&lines(&there)) {
                found.push(path);
            }
        }
        Ok(found)
    }

    /// A merge that a human has made; the branch may have moved on meanwhile.
    fn resolved(&self, target: &mut Target, commit: &Oid, is_pick: bool) -> anyhow::Result<()> {
        let repo = &self.composer.workspace.repo;
        let tip = &self.wanted.tip;
        let mut commit = commit.clone();
        let is_pick = is_pick || self.wanted.port || repo.merge_base(tip, self.released)?.is_none();
        if !is_pick && !repo.is_ancestor(self.released, &commit)? {
            // What was resolved is an earlier release of this hotfix: this one goes on top of it.
            commit = match merge(repo, &commit, self.released)? {
                Merged::Clean(tree) => {
                    let message = self.composer.merge_back_message(self.tag, &self.wanted.branch);
                    self.composer.writer.commit(tree, vec![commit, self.released.clone()], message)?
                }
                Merged::Conflict { clashes, .. } => {
                    settle(target, Method::Merge, Tried::Conflict(Clash::paths(&clashes)));
                    return Ok(());
                }
                Merged::Unrelated => {
                    settle(target, Method::Merge, Tried::Unrelated);
                    return Ok(());
                }
            };
        }
        let commit = &commit;
        (target.by_hand, target.without) = (true, self.without(commit)?);
        let tried = if repo.is_ancestor(commit, tip)? {
            Tried::Nothing
        } else if repo.is_ancestor(tip, commit)? {
            Tried::Clean(commit.clone())
        } else {
            match merge(repo, tip, commit)? {
                Merged::Clean(tree) => {
                    let parents = vec![tip.clone(), commit.clone()];
                    let message = self.composer.merge_back_message(self.tag, &self.wanted.branch);
                    Tried::Clean(self.composer.writer.commit(tree, parents, message)?)
                }
                Merged::Conflict { clashes, .. } => Tried::Conflict(Clash::paths(&clashes)),
                Merged::Unrelated => Tried::Unrelated,
            }
        };
        settle(target, Method::Merge, tried);
        Ok(())
    }
}

fn settle(target: &mut Target, method: Method, tried: Tried) {
    target.method = method;
    match tried {
        Tried::Clean(new) => {
            target.outcome = Outcome::Clean;
            target.new = Some(new);
        }
        Tried::Nothing => {
            target.method = Method::None;
            target.outcome = Outcome::Contained;
        }
        Tried::Conflict(paths) => {
            target.outcome = Outcome::Conflict;
            target.conflicts = paths;
        }
        Tried::Unrelated => target.outcome = Outcome::Conflict,
    }
}
