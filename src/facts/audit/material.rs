//! What each fix changes, taken apart, and what its places hold of it.

use crate::config::{Guard, glob};
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::compare::{self, Pair};
use crate::insight::audit::content::{Change, State};
use crate::insight::audit::discover::Fix;
use crate::insight::graph::{Graph, Place};
use crate::insight::scope::is_lock;
use crate::model::oid::Oid;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// One file of a fix.
#[derive(Clone, Debug)]
pub struct File {
    /// Where the fix left it.
    pub path: String,
    /// Where it was before, if elsewhere.
    pub old_path: Option<String>,
    pub change: Change,
}

impl File {
    /// Where it may be, the likeliest first.
    pub fn paths(&self) -> Vec<String> {
        std::iter::once(self.path.clone()).chain(self.old_path.clone()).collect()
    }
}

/// What a fix changes.
#[derive(Clone, Debug, Default)]
pub struct Material {
    pub files: Vec<File>,
    /// Changed files that are no part of the repair: change logs, lock files, version numbers.
    pub paperwork: BTreeSet<String>,
    /// Its commits, those that are only paperwork left out.
    pub own: Vec<Place>,
}

/// Blobs that were read.
#[derive(Default)]
pub struct Contents(HashMap<Oid, Vec<u8>>);

impl Contents {
    /// Reads what is not known yet.
    ///
    /// # Errors
    /// When objects cannot be read.
    pub fn read(&mut self, repo: &Repo, blobs: impl IntoIterator<Item = Oid>) -> anyhow::Result<()> {
        let wanted: BTreeSet<Oid> = blobs.into_iter().filter(|blob| !self.0.contains_key(blob)).collect();
        let wanted: Vec<Oid> = wanted.into_iter().collect();
        let found = repo.read_blobs(&wanted)?;
        self.0.extend(wanted.into_iter().zip(found).filter_map(|(blob, content)| Some((blob, content?))));
        Ok(())
    }

    /// One of them.
    pub fn get(&self, blob: &Oid) -> Option<&[u8]> {
        self.0.get(blob).map(Vec::as_slice)
    }

    /// All of them.
    pub const fn all(&self) -> &HashMap<Oid, Vec<u8>> {
        &self.0
    }
}

/// Reads what each fix changes, in two questions for all of them.
///
/// # Errors
/// When objects cannot be read.
pub fn read(
    repo: &Repo,
    graph: &Graph,
    guard: &Guard,
    fixes: &[Fix],
    contents: &mut Contents,
) -> anyhow::Result<Vec<Material>> {
    let pair = |place: Place, base: Option<Place>| -> Option<Pair> {
        Some((graph.oid(place)?.clone(), base.and_then(|base| graph.oid(base)).cloned()))
    };
    let known: Vec<&Fix> = fixes.iter().filter(|fix| !fix.is_cut).collect();
    let whole: Vec<Pair> = known.iter().filter_map(|fix| pair(fix.tip, fix.base)).collect();
    let singles: Vec<(usize, Place)> = known
        .iter()
        .enumerate()
        .filter(|(_, fix)| fix.own.len() > 1)
        .flat_map(|(at, fix)| fix.own.iter().map(move |own| (at, *own)))
        .collect();
    let pairs: Vec<Pair> = whole
        .into_iter()
        .chain(singles.iter().filter_map(|(_, own)| pair(*own, graph.parents(*own).first().copied())))
        .collect();
    let mut answers = compare::files(repo, &pairs, &[], true)?;
    let of_singles = answers.split_off(known.len().min(answers.len()));
    let entries = || answers.iter().flatten().filter(|e| e.is_file);
    contents.read(repo, entries().flat_map(|e| [e.old.clone(), e.new.clone()]).flatten())?;
    let mut touched: HashMap<Place, Vec<String>> = HashMap::new();
    for ((_, own), entries) in singles.iter().zip(of_singles) {
        touched.insert(*own, entries.into_iter().map(|e| e.path).collect());
    }
    let mut answers = answers.into_iter();
    Ok(fixes
        .iter()
        .map(|fix| {
            let mut material = Material::default();
            if fix.is_cut {
                material.own.clone_from(&fix.own);
                return material;
            }
            for entry in answers.next().unwrap_or_default() {
                let bytes =
                    |blob: &Option<Oid>| blob.as_ref().and_then(|b| contents.get(b)).map(<[u8]>::to_vec);
                let change = Change::new(bytes(&entry.old), bytes(&entry.new));
                if !entry.is_file || is_paperwork(&entry.path, guard) || change.is_only_versions() {
                    material.paperwork.insert(entry.path);
                } else if !change.is_empty() {
                    let old_path = (entry.old_path != entry.path).then_some(entry.old_path);
                    material.files.push(File { path: entry.path, old_path, change });
                }
            }
            let is_work = |own: &&Place| {
                touched.get(own).is_none_or(|paths| paths.iter().any(|p| !material.paperwork.contains(p)))
            };
            material.own = fix.own.iter().filter(is_work).copied().collect();
            material
        })
        .collect())
}

/// Files that come with every release and repair nothing.
pub fn is_paperwork(path: &str, guard: &Guard) -> bool {
    let file = path.rsplit('/').next().unwrap_or(path).to_ascii_lowercase();
    let stem = file.split('.').next().unwrap_or_default();
    glob::any_path(&guard.ignore, path)
        || is_lock(path)
        || matches!(stem, "changelog" | "changes" | "news" | "history")
}

/// What a tip holds at some paths.
#[derive(Default)]
pub struct Held(BTreeMap<(Oid, String), Option<Oid>>);

impl Held {
    /// Looks up what is not known yet, in one question.
    ///
    /// # Errors
    /// When objects cannot be read.
    pub fn read(
        &mut self,
        repo: &Repo,
        places: impl IntoIterator<Item = (Oid, String)>,
        contents: &mut Contents,
    ) -> anyhow::Result<()> {
        let wanted: BTreeSet<(Oid, String)> =
            places.into_iter().filter(|p| !self.0.contains_key(p)).collect();
        let wanted: Vec<(Oid, String)> = wanted.into_iter().collect();
        let found = repo.find_blobs(&wanted)?;
        contents.read(repo, found.iter().flatten().cloned())?;
        self.0.extend(wanted.into_iter().zip(found));
        Ok(())
    }

    /// Whether a path is a file there.
    pub fn has(&self, tip: &Oid, path: &str) -> bool {
        self.0.get(&(tip.clone(), path.to_owned())).is_some_and(Option::is_some)
    }

    /// What a file of a fix looks like there, at the first of these paths that exists.
    pub fn states(&self, tip: &Oid, file: &File, paths: &[String], contents: &Contents) -> Vec<State> {
        let at = |path: &String| self.0.get(&(tip.clone(), path.clone()))?.as_ref();
        match paths.iter().find_map(at) {
            Some(blob) => match contents.get(blob) {
                Some(content) => file.change.states_of(blob, content),
                None => vec![State::Changed; file.change.len()],
            },
            None => file.change.states(None),
        }
    }
}
