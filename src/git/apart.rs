//! Merging two sides that changed different things: no line is looked at, and no file either. What
//! takes more than that (the same file on both sides, a rename that could carry something along)
//! is left to git.

use git2::{Oid, Repository, Tree};
use std::collections::BTreeMap;

/// What a folder holds under one name.
type Entry = Option<(i32, Oid)>;

const FOLDER: i32 = 0o040_000;

/// How one side differs from the base.
#[derive(Clone, Copy, Default)]
struct Shape {
    adds: bool,
    removes: bool,
}

impl Shape {
    /// There may be renames.
    fn moves(self) -> bool {
        self.adds && self.removes
    }
}

/// The tree that has the changes of both sides, and the trees that were written for it; `None`
/// where git has to look. The result is what git's own merge gives.
///
/// # Errors
/// When a tree cannot be read or written.
pub fn merge(
    repo: &Repository,
    base: &Tree<'_>,
    ours: &Tree<'_>,
    theirs: &Tree<'_>,
) -> Result<Option<(Oid, Vec<Oid>)>, git2::Error> {
    let (mut left, mut right) = (Shape::default(), Shape::default());
    shape(repo, base, ours, &mut left)?;
    shape(repo, base, theirs, &mut right)?;
    // A folder that one side moved takes along what the other side adds to it.
    if (left.moves() && right.adds) || (right.moves() && left.adds) {
        return Ok(None);
    }
    let mut written = Vec::new();
    Ok(join(repo, base, ours, theirs, &mut written)?.map(|tree| (tree, written)))
}

/// Every name in any of the folders, with what each of them holds there.
fn names<const N: usize>(trees: [&Tree<'_>; N]) -> BTreeMap<Vec<u8>, [Entry; N]> {
    let mut all: BTreeMap<Vec<u8>, [Entry; N]> = BTreeMap::new();
    for (side, tree) in trees.iter().enumerate() {
        for entry in tree.iter() {
            let held = all.entry(entry.name_bytes().to_vec()).or_insert([None; N]);
            if let Some(place) = held.get_mut(side) {
                *place = Some((entry.filemode_raw(), entry.id()));
            }
        }
    }
    all
}

/// The files of one tree that the other has not, or not so. Folders that are the same are not opened.
///
/// # Errors
/// When a tree cannot be read.
pub fn only_in(
    repo: &Repository,
    tree: &Tree<'_>,
    other: Option<&Tree<'_>>,
    path: &str,
    found: &mut Vec<String>,
) -> Result<(), git2::Error> {
    let held = match other {
        Some(other) => names([tree, other]),
        None => names([tree]).into_iter().map(|(name, [held])| (name, [held, None])).collect(),
    };
    for (name, [here, there]) in held {
        let (Some((mode, id)), Ok(name)) = (here.filter(|_| here != there), String::from_utf8(name)) else {
            continue;
        };
        let path = format!("{path}{name}");
        if mode == FOLDER {
            let there = there.filter(|(mode, _)| *mode == FOLDER).map(|(_, id)| repo.find_tree(id));
            only_in(repo, &repo.find_tree(id)?, there.transpose()?.as_ref(), &format!("{path}/"), found)?;
        } else {
            found.push(path);
        }
    }
    Ok(())
}

fn shape(repo: &Repository, base: &Tree<'_>, side: &Tree<'_>, found: &mut Shape) -> Result<(), git2::Error> {
    if base.id() == side.id() {
        return Ok(());
    }
    for [old, new] in names([base, side]).into_values() {
        match (old, new) {
            (old, new) if old == new => {}
            (Some((FOLDER, old)), Some((FOLDER, new))) => {
                shape(repo, &repo.find_tree(old)?, &repo.find_tree(new)?, found)?;
            }
            (Some((was, _)), Some((is, _))) if was != FOLDER && is != FOLDER => {}
            (old, new) => {
                found.adds |= new.is_some();
                found.removes |= old.is_some();
            }
        }
    }
    Ok(())
}

fn join(
    repo: &Repository,
    base: &Tree<'_>,
    ours: &Tree<'_>,
    theirs: &Tree<'_>,
    written: &mut Vec<Oid>,
) -> Result<Option<Oid>, git2::Error> {
    let mut result = repo.treebuilder(Some(theirs))?;
    for (name, [old, left, right]) in names([base, ours, theirs]) {
        let merged = match (old, left, right) {
            // Both removed it, or one of them moved it away.
            (Some(_), None, None) => return Ok(None),
            (_, left, right) if left == right => continue,
            (old, left, _) if left == old => continue,
            (old, left, right) if right == old => left,
            (Some((FOLDER, old)), Some((FOLDER, left)), Some((FOLDER, right))) => {
                let (old, left, right) =
                    (repo.find_tree(old)?, repo.find_tree(left)?, repo.find_tree(right)?);
                let Some(tree) = join(repo, &old, &left, &right, written)? else { return Ok(None) };
                // A folder without files does not exist for git.
                (!repo.find_tree(tree)?.is_empty()).then_some((FOLDER, tree))
            }
            _ => return Ok(None),
        };
        match merged {
            Some((mode, id)) => drop(result.insert(name.as_slice(), id, mode)?),
            None => result.remove(name.as_slice())?,
        }
    }
    let tree = result.write()?;
    written.push(tree);
    Ok(Some(tree))
}
