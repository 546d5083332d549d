//! What differs between two trees, read with libgit2.

use super::Library;
use crate::git::Result;
use crate::git::convert::id;
use crate::git::object::{FileChange, is_binary};
use crate::model::oid::Oid;
use git2::{Diff, DiffOptions, ObjectType, Tree, TreeEntry};

impl Library {
    /// The files that two commits or trees hold differently, with their lines.
    pub(super) fn diff(&self, old: &Oid, new: &Oid, options: &mut DiffOptions) -> Result<Vec<FileChange>> {
        let tree = |of: &Oid| -> Result<_> { Ok(self.repo.find_object(id(of)?, None)?.peel_to_tree()?) };
        let mut diff = self.between(&tree(old)?, &tree(new)?, options)?;
        diff.find_similar(None)?;
        let mut changes: Vec<FileChange> = Vec::new();
        for index in 0..diff.deltas().len() {
            let Some(delta) = diff.get_delta(index) else { continue };
            let file =
                if delta.status() == git2::Delta::Deleted { delta.old_file() } else { delta.new_file() };
            let path = String::from_utf8_lossy(file.path_bytes().unwrap_or_default()).into_owned();
            let patch = git2::Patch::from_diff(&diff, index)?;
            let (_, mut added, mut removed) = match &patch {
                Some(patch) => patch.line_stats()?,
                None => (0, 0, 0),
            };
            let mut binary = diff.get_delta(index).is_some_and(|d| d.flags().is_binary());
            if binary && let Some(delta) = diff.get_delta(index) {
                let (old, new) = (self.content(&delta.old_file())?, self.content(&delta.new_file())?);
                // Attributes may call a text binary; what is in it decides.
                if !is_binary(&old) && !is_binary(&new) {
                    let mut as_text = DiffOptions::new();
                    let as_text = Some(as_text.context_lines(0).force_text(true));
                    (_, added, removed) =
                        git2::Patch::from_buffers(&old, None, &new, None, as_text)?.line_stats()?;
                    binary = false;
                }
            }
            changes.push(FileChange { path, added, removed, binary });
        }
        changes.sort_by(|a, b| a.path.cmp(&b.path));
        // A file that becomes a link is one change, and here two: the one goes, the other comes.
        changes.dedup_by(|next, kept| {
            let same = next.path == kept.path;
            if same {
                kept.added += next.added;
                kept.removed += next.removed;
                kept.binary |= next.binary;
            }
            same
        });
        Ok(changes)
    }

    /// The content of one side of a difference; empty if the file does not exist.
    fn content(&self, file: &git2::DiffFile<'_>) -> Result<Vec<u8>> {
        if file.id().is_zero() {
            Ok(Vec::new())
        } else {
            Ok(self.repo.find_blob(file.id())?.content().to_vec())
        }
    }

    /// The difference of two trees, read only where they differ.
    pub(super) fn between(
        &self,
        old: &Tree<'_>,
        new: &Tree<'_>,
        options: &mut DiffOptions,
    ) -> Result<Diff<'_>> {
        // libgit2 reads every folder of both unless it is told where to look. No entry is named
        // like the folder that it is in, so that this alone finds nothing.
        let mut places = vec![b".".to_vec()];
        self.differing(old, new, &[], &mut places)?;
        options.disable_pathspec_match(true);
        for place in places {
            options.pathspec(place);
        }
        Ok(self.repo.diff_tree_to_tree(Some(old), Some(new), Some(options))?)
    }

    /// Finds the paths where the trees hold something else, as deep as both have folders.
    fn differing(
        &self,
        old: &Tree<'_>,
        new: &Tree<'_>,
        under: &[u8],
        found: &mut Vec<Vec<u8>>,
    ) -> Result<()> {
        let here = |entry: &TreeEntry<'_>| [under, entry.name_bytes()].concat();
        let folder = |entry: &TreeEntry<'_>| entry.kind() == Some(ObjectType::Tree);
        for after in new {
            match old.get_name_bytes(after.name_bytes()) {
                Some(before) if before.id() == after.id() && before.filemode() == after.filemode() => {}
                Some(before) if folder(&before) && folder(&after) => {
                    let (old, new) = (self.repo.find_tree(before.id())?, self.repo.find_tree(after.id())?);
                    self.differing(&old, &new, &[&here(&after), b"/".as_slice()].concat(), found)?;
                }
                _ => found.push(here(&after)),
            }
        }
        let gone = old.iter().filter(|entry| new.get_name_bytes(entry.name_bytes()).is_none());
        found.extend(gone.map(|entry| here(&entry)));
        Ok(())
    }
}
