//! What each fix changes, taken apart, and what its places hold of it.

use super::Subject;
use crate::config::Guard;
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::compare::{self, Difference, Pair};
use crate::git::promised;
use crate::git::served::Served;
use crate::insight::graph::{Graph, Place};
use crate::insight::presence::content::{Change, State};
use crate::insight::presence::lines::Lines;
use crate::insight::presence::weight::{Weight, weight};
use crate::model::oid::Oid;
use crate::model::tree::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// One file of a fix.
#[derive(Clone, Debug)]
pub struct File {
    /// Where the fix left it.
    pub path: String,
    /// Where it was before, if elsewhere.
    pub old_path: Option<String>,
    pub weight: Weight,
    pub change: Change,
    /// What the fix left there.
    pub new: Option<Oid>,
    /// Whether one of its sides could not be read.
    pub is_unread: bool,
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
    /// Its last commit, where it is known what it changes.
    pub tip: Option<Oid>,
    /// One for the content of each, one more for what else changes at a path: whether a file can be
    /// run, a link, a submodule.
    pub files: Vec<File>,
    /// Changed files that are no part of the repair: change logs, lock files, version numbers.
    pub paperwork: BTreeSet<String>,
    /// Its commits, those that are only paperwork left out, oldest first.
    pub own: Vec<Place>,
    /// What each of them changes, where there are several.
    touched: HashMap<Place, Vec<String>>,
}

impl Material {
    /// Takes one changed file apart.
    fn take(
        &mut self,
        entry: Difference,
        release: Option<&str>,
        guard: &Guard,
        contents: &Contents<'_>,
        lines: &mut Lines,
    ) {
        let content = |side: &Option<Entry>| side.as_ref().and_then(Entry::file).map(|b| contents.get(b));
        let (old, new) = (content(&entry.old), content(&entry.new));
        let is_unread = [&old, &new].into_iter().any(|side| matches!(side, Some(None)));
        let (old, new) = (old.flatten(), new.flatten());
        let whole = Change::sharing(old.as_deref(), new.as_deref(), lines);
        let had_parts = !whole.is_empty();
        let change = whole.without_versions(release);
        let weight = weight(&entry.path, guard);
        if weight == Weight::Paperwork || (had_parts && change.is_empty()) {
            self.paperwork.insert(entry.path);
            return;
        }
        let old_path = (entry.old_path != entry.path).then_some(entry.old_path);
        let has_content = [&entry.old, &entry.new].into_iter().flatten().any(|e| e.mode.is_file());
        let content = Some(change).filter(|change| has_content && !change.is_empty());
        let left = entry.new.as_ref().and_then(Entry::file).cloned();
        let beside = Change::of_entry(entry.old, entry.new);
        for change in content.into_iter().chain(beside) {
            let (path, old_path, new) = (entry.path.clone(), old_path.clone(), left.clone());
            let is_unread = is_unread && !change.is_entry();
            self.files.push(File { path, old_path, weight, change, new, is_unread });
        }
    }

    /// Lets go of what can be computed again.
    pub fn rest(&self) {
        self.files.iter().for_each(|file| file.change.rest());
    }

    /// Its commits that change one of these paths; all, if none does.
    pub fn changing(&self, paths: &[String]) -> Vec<Place> {
        let changes =
            |own: &&Place| self.touched.get(own).is_none_or(|t| t.iter().any(|path| paths.contains(path)));
        let found: Vec<Place> = self.own.iter().filter(changes).copied().collect();
        if found.is_empty() { self.own.clone() } else { found }
    }
}

/// Blobs, read when they are asked for: thousands of files of hundreds of fixes would fill the memory.
pub struct Contents<'a> {
    repo: &'a Repo,
    pub served: Served<'a>,
    /// Whether they are few and read in process.
    is_near: bool,
}

impl<'a> Contents<'a> {
    /// Those of a repository.
    pub fn new(repo: &'a Repo) -> Self {
        Self { repo, served: Served::new(repo), is_near: false }
    }

    /// A few of a repository, for which no process is started where there is another way.
    pub fn few(repo: &'a Repo) -> Self {
        Self { is_near: repo.has_library(), ..Self::new(repo) }
    }

    /// Makes sure that a partial clone has them.
    ///
    /// # Errors
    /// When git cannot be run.
    pub fn want<'b>(&self, blobs: impl Iterator<Item = &'b Oid>) -> anyhow::Result<()> {
        if promised::remote(self.repo).is_some() {
            let wanted: BTreeSet<&Oid> = blobs.collect();
            let wanted: Vec<Oid> = wanted.into_iter().cloned().collect();
            promised::fetch(self.repo, &wanted)?;
        }
        Ok(())
    }

    /// One of them; `None` for one that cannot be read.
    pub fn get(&self, blob: &Oid) -> Option<Rc<[u8]>> {
        if self.is_near {
            let found = self.repo.read_blobs(std::slice::from_ref(blob)).ok()?;
            return Some(found.into_iter().next()??.into());
        }
        self.served.get(blob)
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
    subjects: &[Subject],
    contents: &Contents<'_>,
) -> anyhow::Result<Vec<Material>> {
    let pair = |place: Place, base: Option<Place>| -> Option<Pair> {
        Some((graph.oid(place)?.clone(), base.and_then(|base| graph.oid(base)).cloned()))
    };
    let known: Vec<&Subject> = subjects.iter().filter(|fix| !fix.is_cut).collect();
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
    let sides = answers.iter().flatten().flat_map(|e| [&e.old, &e.new]).flatten();
    contents.want(sides.filter_map(Entry::file))?;
    let mut touched: HashMap<Place, Vec<String>> = HashMap::new();
    for ((_, own), entries) in singles.iter().zip(of_singles) {
        touched.insert(*own, entries.into_iter().map(|e| e.path).collect());
    }
    let mut answers = answers.into_iter();
    let mut lines = Lines::default();
    Ok(subjects
        .iter()
        .map(|fix| {
            let mut material = Material::default();
            if fix.is_cut {
                material.own.clone_from(&fix.own);
                return material;
            }
            material.tip = graph.oid(fix.tip).cloned();
            for entry in answers.next().unwrap_or_default() {
                material.take(entry, fix.release.as_deref(), guard, contents, &mut lines);
            }
            let is_work = |own: &&Place| {
                touched.get(own).is_none_or(|paths| paths.iter().any(|p| !material.paperwork.contains(p)))
            };
            material.own = fix.own.iter().filter(is_work).copied().collect();
            let touched = fix.own.iter().filter_map(|own| Some((*own, touched.get(own)?.clone())));
            material.touched = touched.collect();
            material
        })
        .collect())
}

/// Reads what changes from one commit to another.
///
/// # Errors
/// When objects cannot be read.
pub fn between(
    repo: &Repo,
    guard: &Guard,
    (base, tip): (&Oid, &Oid),
    release: Option<&str>,
    contents: &Contents<'_>,
) -> anyhow::Result<Material> {
    let found = compare::files(repo, &[(tip.clone(), Some(base.clone()))], &[], true)?;
    let sides = found.iter().flatten().flat_map(|e| [&e.old, &e.new]).flatten();
    contents.want(sides.filter_map(Entry::file))?;
    let mut material = Material { tip: Some(tip.clone()), ..Material::default() };
    let mut lines = Lines::default();
    for entry in found.into_iter().flatten() {
        material.take(entry, release, guard, contents, &mut lines);
    }
    Ok(material)
}

/// A path at which a fix changed something else than content.
pub struct Odd<'a> {
    /// The tip of the place where it is looked for.
    pub tip: &'a Oid,
    /// The fix's last commit.
    pub fix: &'a Option<Oid>,
    pub path: &'a str,
    /// What the fix left there.
    pub left: Option<&'a Entry>,
}

/// What a tip holds at some paths.
#[derive(Default)]
pub struct Held {
    files: BTreeMap<(Oid, String), Option<Oid>>,
    odd: BTreeMap<(Oid, String), Option<Entry>>,
}

impl Held {
    /// Looks up what is not known yet, in one question.
    ///
    /// # Errors
    /// When objects cannot be read.
    pub fn read(
        &mut self,
        repo: &Repo,
        places: impl IntoIterator<Item = (Oid, String)>,
        contents: &Contents<'_>,
    ) -> anyhow::Result<()> {
        let wanted: BTreeSet<(Oid, String)> =
            places.into_iter().filter(|p| !self.files.contains_key(p)).collect();
        let wanted: Vec<(Oid, String)> = wanted.into_iter().collect();
        let found = repo.find_blobs(&wanted)?;
        contents.want(found.iter().flatten())?;
        self.files.extend(wanted.into_iter().zip(found));
        Ok(())
    }

    /// Looks up what else than content is at some paths, in one question: how each place differs
    /// there from the fix.
    ///
    /// # Errors
    /// When objects cannot be read.
    pub fn read_odd<'a>(
        &mut self,
        repo: &Repo,
        places: impl IntoIterator<Item = Odd<'a>>,
    ) -> anyhow::Result<()> {
        let mut wanted: BTreeMap<Pair, Vec<Odd<'a>>> = BTreeMap::new();
        for odd in places {
            if let Some(fix) = odd.fix.clone() {
                wanted.entry((odd.tip.clone(), Some(fix))).or_default().push(odd);
            }
        }
        let pairs: Vec<Pair> = wanted.keys().cloned().collect();
        let paths: BTreeSet<String> = wanted.values().flatten().map(|odd| odd.path.to_owned()).collect();
        let paths: Vec<String> = paths.into_iter().collect();
        for (odds, differences) in wanted.into_values().zip(compare::files(repo, &pairs, &paths, false)?) {
            for odd in odds {
                let there = match differences.iter().find(|d| d.path == odd.path) {
                    Some(difference) => difference.new.clone(),
                    None => odd.left.cloned(),
                };
                self.odd.insert((odd.tip.clone(), odd.path.to_owned()), there);
            }
        }
        Ok(())
    }

    /// Whether something is at a path there.
    pub fn has(&self, tip: &Oid, path: &str) -> bool {
        let place = (tip.clone(), path.to_owned());
        let is_file = self.files.get(&place).is_some_and(Option::is_some);
        is_file || self.odd.get(&place).is_some_and(Option::is_some)
    }

    /// What is at the first of these paths that exists there.
    pub fn find<'a>(&'a self, tip: &Oid, paths: &'a [String]) -> Option<&'a Oid> {
        paths.iter().find_map(|path| self.files.get(&(tip.clone(), path.clone()))?.as_ref())
    }

    /// What a file of a fix looks like there, at the first of these paths that exists; `None` where
    /// that could not be read.
    pub fn states(
        &self,
        tip: &Oid,
        file: &File,
        paths: &[String],
        contents: &Contents<'_>,
    ) -> Option<Vec<State>> {
        if file.change.is_entry() {
            let at = |path: &String| self.odd.get(&(tip.clone(), path.clone()))?.as_ref();
            return Some(file.change.states_at(paths.iter().find_map(at), || None));
        }
        match self.find(tip, paths) {
            Some(blob) => Some(file.change.states_of(blob, || contents.get(blob))?),
            None => Some(file.change.states(None)),
        }
    }

    /// Whether a part of a file is as if it had never been made.
    pub fn is_undone(
        &self,
        tip: &Oid,
        (file, part): (&File, usize),
        paths: &[String],
        contents: &Contents<'_>,
    ) -> bool {
        let content = self.find(tip, paths).and_then(|blob| contents.get(blob));
        content.is_some_and(|content| file.change.is_undone(part, &content))
    }
}
