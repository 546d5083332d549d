//! What changes between two commits, counted in lines.

use super::Command;
use crate::git::Result;
use crate::git::access::Access;
use crate::git::object::{FileChange, is_binary};
use crate::git::patch;
use crate::model::oid::Oid;
use std::collections::BTreeSet;

impl Command {
    pub(super) fn numstat(&self, old: &Oid, new: &Oid, options: &[&str]) -> Result<Vec<FileChange>> {
        let run = self
            .call("diff-tree")
            .args([
                "-r",
                "-z",
                "-M",
                "--numstat",
                "--no-ext-diff",
                "--no-textconv",
                "--ignore-submodules=none",
            ])
            .args(options)
            .args([old.as_str(), new.as_str()]);
        let mut changes = parse_numstat(&self.git.text(run)?);
        // Attributes may call a text binary; what is in it decides.
        let hidden: BTreeSet<String> = changes.iter().filter(|c| c.binary).map(|c| c.path.clone()).collect();
        let texts = self.texts_among(hidden, old, new)?;
        if texts.is_empty() {
            return Ok(changes);
        }
        let run = self
            .call("diff-tree")
            .args([
                "-r",
                "-M",
                "-p",
                "-U0",
                "--text",
                "--no-ext-diff",
                "--no-textconv",
                "--ignore-submodules=none",
            ])
            .args(options)
            .args([old.as_str(), new.as_str()]);
        // A numstat does not count them, whatever it is told.
        let as_text = patch::parse(&self.git.text(run)?);
        for change in changes.iter_mut().filter(|c| texts.contains(&c.path)) {
            let hunks = || as_text.iter().filter(|f| f.path() == change.path).flat_map(|f| &f.hunks);
            let added = hunks().map(|h| h.added.len()).sum();
            let removed = hunks().map(|h| h.removed.len()).sum();
            (change.added, change.removed, change.binary) = (added, removed, false);
        }
        Ok(changes)
    }

    /// Those of the paths whose content is text on both sides.
    fn texts_among(&self, mut paths: BTreeSet<String>, old: &Oid, new: &Oid) -> Result<BTreeSet<String>> {
        if paths.is_empty() {
            return Ok(paths);
        }
        let mut places: Vec<(Oid, String)> = Vec::new();
        for at in [old, new] {
            places.extend(paths.iter().map(|path| (at.clone(), path.clone())));
        }
        let found = self.find_blobs(&places)?;
        for ((_, path), blob) in places.iter().zip(found) {
            let Some(blob) = blob else { continue };
            let content = self.read_blobs(&[blob])?.pop().flatten();
            if content.is_some_and(|content| is_binary(&content)) {
                paths.remove(path);
            }
        }
        Ok(paths)
    }
}

fn parse_numstat(text: &str) -> Vec<FileChange> {
    let mut changes = Vec::new();
    let mut fields = text.split('\0');
    while let Some(field) = fields.next() {
        let mut columns = field.splitn(3, '\t');
        let (Some(added), Some(removed), Some(path)) = (columns.next(), columns.next(), columns.next())
        else {
            continue;
        };
        // A rename has an empty path here and its old and new name behind.
        let path = if path.is_empty() {
            fields.next();
            fields.next().unwrap_or_default()
        } else {
            path
        };
        changes.push(FileChange {
            path: path.to_owned(),
            added: added.parse().unwrap_or(0),
            removed: removed.parse().unwrap_or(0),
            binary: added == "-",
        });
    }
    changes.sort_by(|a, b| a.path.cmp(&b.path));
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numstat_with_renames_and_binaries() {
        let text = "1\t2\tsrc/a.rs\0-\t-\tlogo.png\x003\t0\t\0old.rs\0new.rs\0";
        let changes = parse_numstat(text);
        assert_eq!(changes.len(), 3);
        assert!(changes[0].binary);
        assert_eq!((changes[1].path.as_str(), changes[1].added), ("new.rs", 3));
        assert_eq!(changes[2].path, "src/a.rs");
    }
}
