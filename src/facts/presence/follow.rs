//! Following history where a look at the tips is not enough: what became of a fix that is not
//! there, which commits brought one without its own, and where its files went.

use super::material::{Contents, Held, Material, Odd};
use super::reverts::Reverts;
use super::{Asked, Holder, Subject};
use crate::config::Guard;
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::compare::{self, Pair};
use crate::git::tree;
use crate::insight::graph::{Graph, Place, Reach, Scope};
use crate::insight::presence::content::State;
use crate::insight::presence::lineage::Steps;
use crate::insight::presence::patch::{PatchId, Reading};
use crate::insight::presence::trace::Cause;
use crate::insight::presence::weight::{Weight, weight};
use crate::model::oid::Oid;
use crate::model::path::file_name;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// How often in a row a file is followed to where it was moved.
const MOVES: usize = 4;

/// A fix and a place where it is looked for.
pub struct Question<'a> {
    pub asked: Asked,
    pub holder: &'a Holder,
    pub fix: &'a Subject,
    pub material: &'a Material,
    /// Whether the fix's own commits are part of the place's history.
    pub has_commits: bool,
    /// For each file of the fix where it may be there, the likeliest first.
    pub paths: Vec<Vec<String>>,
    /// For each file what its parts look like there; `None` where that could not be read.
    pub states: Vec<Option<Vec<State>>>,
    /// For each file why its parts are not there.
    pub causes: Vec<Vec<Option<Cause>>>,
    /// Commits of the place's history that change the same.
    pub copies: Vec<Place>,
    /// For each file whether a content on the way could not be read.
    pub is_unread: Vec<bool>,
}

impl<'a> Question<'a> {
    /// Nothing looked up yet.
    pub fn new(asked: Asked, fix: &'a Subject, material: &'a Material, holder: &'a Holder) -> Self {
        Self {
            asked,
            has_commits: holder.reach.has(fix.tip),
            paths: material.files.iter().map(super::File::paths).collect(),
            states: Vec::new(),
            causes: Vec::new(),
            copies: Vec::new(),
            is_unread: Vec::new(),
            holder,
            fix,
            material,
        }
    }

    /// What has to be looked up at the tip.
    pub fn wanted(&self) -> impl Iterator<Item = (Oid, String)> {
        self.paths.iter().flatten().map(|path| (self.holder.oid.clone(), path.clone()))
    }

    /// The paths at which something else than content has to be looked up.
    pub fn odd(&self) -> impl Iterator<Item = Odd<'_>> {
        let files = self.material.files.iter().zip(&self.paths).filter(|(file, _)| file.change.is_entry());
        files.flat_map(|(file, paths)| {
            paths.iter().map(|path| Odd {
                tip: &self.holder.oid,
                fix: &self.material.tip,
                path,
                left: file.change.entry().filter(|_| *path == file.path),
            })
        })
    }

    /// Compares the tip's files with the fix.
    pub fn look(&mut self, held: &Held, contents: &Contents<'_>) {
        let tip = &self.holder.oid;
        self.states = self
            .material
            .files
            .iter()
            .zip(&self.paths)
            .map(|(file, paths)| held.states(tip, file, paths, contents))
            .collect();
    }

    /// Whether everything that counts is there.
    pub fn is_there(&self) -> bool {
        self.is_there_by(|states| states.is_some_and(|states| states.iter().all(|s| *s == State::In)))
    }

    fn is_there_by(&self, is_in: impl Fn(Option<&Vec<State>>) -> bool) -> bool {
        let files = || self.material.files.iter().zip(&self.states);
        let has_code = files().any(|(file, _)| file.weight == Weight::Code);
        files()
            .filter(|(file, _)| !has_code || file.weight == Weight::Code)
            .all(|(_, states)| is_in(states.as_ref()))
    }

    fn needs_history(&self) -> bool {
        let is_settled = self.has_commits && self.is_there();
        !(self.fix.is_cut || self.material.files.is_empty() || is_settled)
    }

    /// The files that are nowhere at the tip, by position.
    fn gone<'h>(&'h self, held: &'h Held) -> impl Iterator<Item = usize> + 'h {
        let tip = &self.holder.oid;
        let is_gone = move |paths: &Vec<String>| !paths.iter().any(|path| held.has(tip, path));
        self.paths.iter().enumerate().filter(move |(_, paths)| is_gone(paths)).map(|(at, _)| at)
    }
}

/// Follows history.
pub struct Follow<'a> {
    pub repo: &'a Repo,
    pub graph: &'a Graph,
    pub guard: &'a Guard,
    pub reverts: &'a Reverts<'a>,
}

impl Follow<'_> {
    /// Finds out what is left open, for all questions together.
    ///
    /// # Errors
    /// When objects cannot be read.
    pub fn all(
        &self,
        questions: &mut [Question<'_>],
        held: &mut Held,
        contents: &Contents<'_>,
    ) -> anyhow::Result<()> {
        let mut open: Vec<&mut Question<'_>> = questions.iter_mut().filter(|q| q.needs_history()).collect();
        if open.is_empty() {
            return Ok(());
        }
        let scopes = self.scopes(&open);
        let is_looked_at = |place: &Place| scopes.iter().any(|scope| scope.has(*place));
        let commits: Vec<Place> = (0..self.graph.len()).filter(is_looked_at).collect();
        let mut steps = Steps::new();
        let mut looked: BTreeSet<String> = BTreeSet::new();
        for _ in 0..MOVES {
            let paths: BTreeSet<String> =
                open.iter().flat_map(|q| q.paths.iter().flatten().cloned()).collect();
            let new: Vec<String> = paths.difference(&looked).cloned().collect();
            if new.is_empty() {
                break;
            }
            self.walk(&commits, &new, &mut steps)?;
            looked.extend(new);
            self.moves(&mut open, &scopes, &steps, held)?;
            self.lookalikes(&mut open, held)?;
            held.read(self.repo, open.iter().flat_map(|q| q.wanted()), contents)?;
            held.read_odd(self.repo, open.iter().flat_map(|q| q.odd()))?;
        }
        for question in &mut open {
            question.look(held, contents);
        }
        self.patches(&mut open, &scopes, &steps)?;
        self.causes(&mut open, &scopes, &steps, contents)
    }

    /// For each question the commits that may have brought or changed the fix: the place's, without
    /// those the fix was made on.
    fn scopes<'q>(&self, open: &[&mut Question<'q>]) -> Vec<Scope<'q>> {
        let mut bases: HashMap<Option<Place>, Rc<Reach>> = HashMap::new();
        open.iter()
            .map(|question| {
                let base = question.fix.base;
                let without = bases.entry(base).or_insert_with(|| Rc::new(self.graph.reach(base)));
                let holder = question.holder;
                Scope { branch: &holder.reach, without: Rc::clone(without), tip: holder.tip }
            })
            .collect()
    }

    /// What each commit changed at some paths, against its first parent.
    fn walk(&self, commits: &[Place], paths: &[String], steps: &mut Steps) -> anyhow::Result<()> {
        let pairs: Vec<Pair> = commits.iter().filter_map(|place| self.pair(*place)).collect();
        for path in paths {
            steps.entry(path.clone()).or_default();
        }
        compare::each(self.repo, &pairs, paths, |at, path, entry| {
            if let (Some(step), Some(place)) = (steps.get_mut(path), commits.get(at)) {
                step.insert(*place, entry);
            }
        })?;
        Ok(())
    }

    fn pair(&self, place: Place) -> Option<Pair> {
        let parent = self.graph.parents(place).first().and_then(|p| self.graph.oid(*p));
        Some((self.graph.oid(place)?.clone(), parent.cloned()))
    }

    /// Adds the paths to which files went that are not where they were.
    fn moves(
        &self,
        open: &mut [&mut Question<'_>],
        scopes: &[Scope<'_>],
        steps: &Steps,
        held: &Held,
    ) -> anyhow::Result<()> {
        let mut deletions: BTreeSet<Place> = BTreeSet::new();
        let mut missing: Vec<(usize, usize)> = Vec::new();
        for (at, (question, scope)) in open.iter().zip(scopes).enumerate() {
            for file in question.gone(held) {
                let Some(paths) = question.paths.get(file) else { continue };
                let found = paths.iter().filter_map(|path| steps.get(path)).flatten();
                let deleted = found.filter(|(place, blob)| blob.is_none() && scope.has(**place));
                deletions.extend(deleted.map(|(place, _)| *place));
                missing.push((at, file));
            }
        }
        if deletions.is_empty() {
            return Ok(());
        }
        let pairs: Vec<Pair> = deletions.iter().filter_map(|place| self.pair(*place)).collect();
        let answers = compare::files(self.repo, &pairs, &[], true)?;
        let renames: BTreeMap<Place, Vec<(String, String)>> = deletions
            .iter()
            .zip(answers)
            .map(|(place, entries)| {
                let moved = entries.into_iter().filter(|e| e.old_path != e.path);
                (*place, moved.map(|e| (e.old_path, e.path)).collect())
            })
            .collect();
        for (at, file) in missing {
            let (Some(question), Some(scope)) = (open.get_mut(at), scopes.get(at)) else { continue };
            let Some(paths) = question.paths.get_mut(file) else { continue };
            for moved in
                renames.iter().rev().filter(|(place, _)| scope.has(**place)).flat_map(|(_, moved)| moved)
            {
                if paths.contains(&moved.0) && !paths.contains(&moved.1) {
                    paths.insert(0, moved.1.clone());
                }
            }
        }
        Ok(())
    }

    /// Adds for files that are nowhere yet the path of one that has the same content, or the same
    /// name: a file that the fix added may have come into a directory that was renamed.
    fn lookalikes(&self, open: &mut [&mut Question<'_>], held: &Held) -> anyhow::Result<()> {
        let mut trees: HashMap<Oid, Vec<(String, Oid)>> = HashMap::new();
        for question in open.iter_mut() {
            let gone: Vec<usize> = question.gone(held).collect();
            let (tip, fix) = (&question.holder.oid, &question.material.tip);
            for at in gone {
                let (Some(file), Some(paths)) = (question.material.files.get(at), question.paths.get_mut(at))
                else {
                    continue;
                };
                // Where it went is known already.
                if paths.len() > file.paths().len() {
                    continue;
                }
                if !trees.contains_key(tip) {
                    trees.insert(tip.clone(), tree::files(self.repo, tip)?);
                }
                let all = trees.get(tip).map(Vec::as_slice).unwrap_or_default();
                // What stood beside the file when it was fixed is another one.
                let is_another = |path: &str| match fix {
                    Some(fix) => {
                        let found = self.repo.find_blobs(&[(fix.clone(), path.to_owned())]);
                        path != file.path && found.is_ok_and(|found| found.iter().any(Option::is_some))
                    }
                    None => false,
                };
                if let Some(path) = lookalike(file, all.iter()).filter(|path| !is_another(path)) {
                    paths.insert(0, path);
                }
            }
        }
        Ok(())
    }

    /// Which fixes were brought by other commits that change the same, one by one or as a whole.
    fn patches(
        &self,
        open: &mut [&mut Question<'_>],
        scopes: &[Scope<'_>],
        steps: &Steps,
    ) -> anyhow::Result<()> {
        let mut candidates: Vec<Vec<Place>> = Vec::with_capacity(open.len());
        for (question, scope) in open.iter().zip(scopes) {
            candidates.push(if question.has_commits {
                Vec::new()
            } else {
                self.candidates(question, scope, steps)
            });
        }
        let mut pairs: Vec<Pair> = Vec::new();
        let mut known: HashMap<Pair, usize> = HashMap::new();
        let mut add = |pair: Option<Pair>| {
            if let Some(pair) = pair
                && !known.contains_key(&pair)
            {
                known.insert(pair.clone(), pairs.len());
                pairs.push(pair);
            }
        };
        for (question, found) in open.iter().zip(&candidates).filter(|(_, found)| !found.is_empty()) {
            add(self.whole(question.fix));
            question.material.own.iter().chain(found).for_each(|place| add(self.pair(*place)));
        }
        let mut ids: Vec<PatchId> = Vec::with_capacity(pairs.len());
        let mut reading = Reading::default();
        let unread = compare::patches(self.repo, &pairs, |at, line| {
            while ids.len() < at {
                ids.push(std::mem::take(&mut reading).end());
            }
            reading.line(line);
        })?;
        ids.push(reading.end());
        for at in unread {
            if let Some(id) = ids.get_mut(at) {
                *id = PatchId::default();
            }
        }
        let weights = Weights { guard: self.guard, known: RefCell::default() };
        for (question, found) in open.iter_mut().zip(candidates).filter(|(_, found)| !found.is_empty()) {
            let paperwork = &question.material.paperwork;
            let has_code = question.material.files.iter().any(|file| file.weight == Weight::Code);
            let least = if has_code { Weight::Code } else { Weight::Beside };
            let leave_out = |path: &str| paperwork.contains(path) || weights.of(path) < least;
            let id = |pair: Option<Pair>| ids.get(*known.get(&pair?)?)?.digest(leave_out);
            let there: BTreeMap<u64, Place> =
                found.iter().filter_map(|place| Some((id(self.pair(*place))?, *place))).collect();
            let own: Vec<u64> =
                question.material.own.iter().filter_map(|place| id(self.pair(*place))).collect();
            let whole = id(self.whole(question.fix)).and_then(|id| there.get(&id).copied());
            let singly: Option<Vec<Place>> = own.iter().map(|id| there.get(id).copied()).collect();
            question.copies = whole.map_or_else(|| singly.unwrap_or_default(), |place| vec![place]);
        }
        Ok(())
    }

    fn whole(&self, fix: &Subject) -> Option<Pair> {
        let base = fix.base.and_then(|base| self.graph.oid(base)).cloned();
        Some((self.graph.oid(fix.tip)?.clone(), base))
    }

    /// Ordinary commits that change the files of a fix; all of them, where it is one commit.
    fn candidates(&self, question: &Question<'_>, scope: &Scope<'_>, steps: &Steps) -> Vec<Place> {
        let all = &question.material.files;
        let has_code = all.iter().any(|file| file.weight == Weight::Code);
        let files: BTreeSet<&String> = all
            .iter()
            .filter(|file| !has_code || file.weight == Weight::Code)
            .flat_map(|f| [Some(&f.path), f.old_path.as_ref()])
            .flatten()
            .collect();
        let mut touched: BTreeMap<Place, usize> = BTreeMap::new();
        for place in files.iter().filter_map(|path| steps.get(*path)).flat_map(BTreeMap::keys) {
            *touched.entry(*place).or_default() += 1;
        }
        let is_one = question.material.own.len() <= 1;
        touched.retain(|place, count| {
            let is_plain = self.graph.parents(*place).len() < 2;
            is_plain && scope.has(*place) && (!is_one || *count == files.len())
        });
        touched.into_keys().collect()
    }
}

/// How much each path weighs: looked up for each question, and dear to find out.
struct Weights<'a> {
    guard: &'a Guard,
    known: RefCell<HashMap<String, Weight>>,
}

impl Weights<'_> {
    fn of(&self, path: &str) -> Weight {
        if let Some(known) = self.known.borrow().get(path) {
            return *known;
        }
        let found = weight(path, self.guard);
        self.known.borrow_mut().insert(path.to_owned(), found);
        found
    }
}

/// The file that has the content which the fix left, else the one of the same name: of several the
/// one whose folders are the most alike.
fn lookalike<'a>(file: &super::File, all: impl Iterator<Item = &'a (String, Oid)> + Clone) -> Option<String> {
    if let Some((path, _)) = all.clone().find(|(_, blob)| Some(blob) == file.new.as_ref()) {
        return Some(path.clone());
    }
    // How many of the last folders are the same, the name included.
    let alike = |path: &str| path.rsplit('/').zip(file.path.rsplit('/')).take_while(|(a, b)| a == b).count();
    let name = file_name(&file.path);
    let named = all.filter(|(path, _)| path.ends_with(name));
    let mut found: Vec<(usize, &String)> =
        named.map(|(path, _)| (alike(path), path)).filter(|(alike, _)| *alike > 0).collect();
    found.sort_by_key(|(alike, _)| std::cmp::Reverse(*alike));
    match found.as_slice() {
        [(_, path)] => Some((*path).clone()),
        [(best, path), (next, _), ..] if best > next => Some((*path).clone()),
        _ => None,
    }
}
