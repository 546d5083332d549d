//! The version files of a release, on top of what it ships.

use super::compose::Composer;
use super::versions;
use crate::facts::{brought_in, version_commit};
use crate::git::access::Access;
use crate::git::merge::{Merged, merge};
use crate::model::oid::Oid;
use crate::model::plan::Release;
use crate::model::text::safe;
use crate::model::version::{begun_by, by_precedence, number_of};
use crate::plan::bump;
use semver::Version;

impl Composer<'_> {
    /// The hotfix's tip with the version files and the changelog of its release, in one commit on
    /// top; the tip itself where no file names the version. Where production was released since, it is
    /// brought in below that commit: its files say a number that the hotfix does not know.
    pub(super) fn bumped(&self, tip: &Oid, release: &mut Release) -> anyhow::Result<Oid> {
        let mut alone = release.clone();
        let ship = self.bumped_alone(tip, &mut alone)?;
        let production = &self.facts.production;
        let repo = &self.workspace.repo;
        let is_in = repo.is_ancestor(&production.tip, &ship)?;
        if !is_in && !self.says_number(&ship, release)? {
            let plain = self.without_version(tip)?;
            if let Merged::Clean(tree) = merge(repo, &plain, &production.tip)? {
                let message = format!("Merge branch '{}' into {}\n", production.name, self.facts.branch.name);
                let merged = self.writer.commit(tree, vec![plain, production.tip.clone()], message)?;
                let on_top = self.bumped_alone(&merged, release)?;
                if on_top != merged {
                    return Ok(on_top);
                }
            }
        }
        *release = alone;
        Ok(ship)
    }

    /// Whether what production becomes by a merge of this commit says the number of the release, as far
    /// as its files say one.
    fn says_number(&self, ship: &Oid, release: &Release) -> anyhow::Result<bool> {
        let (repo, production) = (&self.workspace.repo, &self.facts.production.tip);
        let Merged::Clean(tree) = merge(repo, production, ship)? else { return Ok(false) };
        let (base, next) = (self.base(), release.number());
        let date = self.workspace.env.now().date_naive();
        let dir = release.directory.as_str();
        let wanted = bump::Release { dir, base: &base, next: &next, date, entry: "", kind: self.facts.kind };
        let before = repo.commit(production)?.tree;
        let made = versions::bump(repo, &self.workspace.config.version, (&tree, &before), &wanted)?;
        Ok(made.edits.edits.iter().all(|edit| version_commit::is_paper(&edit.path)))
    }

    /// The tip, with a version that it has for a number that was taken since taken back on top.
    fn without_version(&self, tip: &Oid) -> anyhow::Result<Oid> {
        let below = version_commit::below(self.workspace, tip)?;
        let Some(taken) = version_commit::of(self.workspace, tip)? else { return Ok(tip.clone()) };
        let tree = self.workspace.repo.commit(&below)?.tree;
        let number = number_of(&taken.tag).unwrap_or_else(|| taken.tag.clone());
        let words = self.said(format!("Version {number} is taken"));
        let message = format!("{words}\n{}", self.trailers(Some(&taken.tag)));
        self.writer.commit(tree, vec![tip.clone()], message)
    }

    fn bumped_alone(&self, tip: &Oid, release: &mut Release) -> anyhow::Result<Oid> {
        let repo = &self.workspace.repo;
        let (mut at, mut brought) = (tip.clone(), None);
        while let Some(merge) = brought_in::of(self.workspace, &at, &self.facts.production.tip)? {
            at = merge.parent;
            brought.get_or_insert(merge.base);
        }
        let holds_production = brought.is_some();
        let there = repo.commit(tip)?.tree;
        let mut tree = there.clone();
        if let Some(version) = version_commit::of(self.workspace, &at)? {
            if version.tag == release.tag {
                release.version_files = version.files;
                let below = brought_in::of(self.workspace, &version.parent, &self.facts.production.tip)?;
                // With production in it, it is not just what was tested and the version.
                release.bumped_tree = match below {
                    Some(_) => None,
                    None => Some(repo.commit(&at)?.tree),
                };
                return Ok(tip.clone());
            }
            // Made for a number that was taken since.
            let below = version_commit::below(self.workspace, &at)?;
            match brought.map(|brought| merge(repo, &below, &brought)).transpose()? {
                None => tree = repo.commit(&below)?.tree,
                Some(Merged::Clean(merged)) => tree = merged,
                Some(_) => {}
            }
        }
        let fork = repo.merge_base(&self.facts.production.tip, tip)?;
        let before = repo.commit(fork.as_ref().unwrap_or(&self.facts.production.tip))?.tree;
        let bumped = self.bump((&tree, &before), release, self.facts.kind)?;
        if holds_production {
            release.bumped_tree = None;
        }
        // A number that was taken goes from the files, also where no other takes its place.
        if bumped == there {
            return Ok(tip.clone());
        }
        let version = format!("Version {}", release.number());
        let message = format!("{}\n{}", self.said(version), self.trailers(Some(&release.tag)));
        self.writer.commit(bumped, vec![tip.clone()], message)
    }

    /// A tree that has the version of the release where it had the one before, with what has come to the same
    /// package since: a target has members that production has not.
    pub(super) fn with_version(&self, tree: &Oid, release: &Release) -> anyhow::Result<Oid> {
        let repo = &self.workspace.repo;
        let moved = |path: &String| !version_commit::is_paper(path);
        let Some(released) = release.commit.as_ref().filter(|_| release.version_files.iter().any(moved))
        else {
            return Ok(tree.clone());
        };
        if !versions::has_other_manifests(repo, tree, &repo.commit(released)?.tree)? {
            return Ok(tree.clone());
        }
        let (base, next) = (self.base(), release.number());
        let date = self.workspace.env.now().date_naive();
        let dir = release.directory.as_str();
        let wanted = bump::Release { dir, base: &base, next: &next, date, entry: "", kind: "" };
        versions::moved(repo, &self.workspace.config.version, tree, &wanted)
    }

    /// The number that the files have before the release: nothing is below the first one.
    pub(super) fn base(&self) -> String {
        let versions = &self.facts.release.versions;
        versions.base.as_ref().map_or_else(|| "0.0.0".to_owned(), |base| versions.scheme.number(base))
    }

    /// A tree with the version files and the changelog of the release; `before` tells what was added
    /// to the changelog, `kind` is what its entry is filed under.
    pub(super) fn bump(
        &self,
        (tree, before): (&Oid, &Oid),
        release: &mut Release,
        kind: &str,
    ) -> anyhow::Result<Oid> {
        let workspace = self.workspace;
        // An earlier run may have been on another day, which is in the changelog.
        let began = self.writer.began(&release.tag)?;
        let date = began.unwrap_or_else(|| workspace.env.now()).date_naive();
        let base = self.base();
        let next = release.number();
        let title = match &self.facts.revert {
            Some(undone) => {
                format!("Rolled back {}", number_of(&undone.tag).unwrap_or_else(|| undone.tag.clone()))
            }
            None => safe(&self.facts.title),
        };
        // A package's version files are its own.
        let dir = release.directory.clone();
        let wanted = bump::Release { dir: &dir, base: &base, next: &next, date, entry: &title, kind };
        let bump = |wanted: &bump::Release<'_>| {
            versions::bump(&workspace.repo, &workspace.config.version, (tree, before), wanted)
        };
        let mut made = bump(&wanted)?;
        let below = self.facts.release.versions.base.clone().unwrap_or_else(|| Version::new(0, 0, 0));
        let is_above = |says: &str, other: &Version| {
            begun_by(says).is_some_and(|says| by_precedence(&says, other).is_gt())
        };
        let others = &made.edits.others;
        release.ahead = others.iter().find(|(_, says)| *says != next && is_above(says, &below)).cloned();
        // Whoever gives the number knows what the files say: from there they move, though never down.
        let is_asked = self.facts.release.versions.requested.is_some();
        if let Some((_, says)) =
            release.ahead.clone().filter(|(_, says)| is_asked && !is_above(says, &release.version))
        {
            made = bump(&bump::Release { base: &says, ..wanted })?;
        }
        release.notes = [made.edits.notes, made.edits.leftovers].concat();
        release.faults = made.edits.problems;
        let Some(bumped) = made.tree else { return Ok(tree.clone()) };
        release.version_files = made.edits.edits.into_iter().map(|edit| edit.path).collect();
        release.bumped_tree = Some(bumped.clone());
        Ok(bumped)
    }
}
