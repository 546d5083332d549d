//! Why parts of fixes are not there: each file's history is put together once, for all fixes and places that ask.

use super::follow::{Follow, Question};
use super::material::Contents;
use crate::git::access::Access;
use crate::insight::graph::{Place, Scope};
use crate::insight::presence::lineage::{Lineage, Steps};
use crate::insight::presence::lines::is_named;
use crate::insight::presence::purpose::{is_passing, is_to_go};
use crate::insight::presence::sieve::Sieve;
use crate::insight::presence::trace::{self, Cause, Tracked, Trail};
use crate::model::oid::Oid;
use crate::model::tree::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::rc::Rc;

/// What is known of a fix from the messages of history.
struct Told {
    reverts: BTreeSet<Place>,
    is_passing: bool,
    /// When its last commit was made.
    since: i64,
}

/// What all files are followed through.
#[derive(Clone, Copy)]
struct History<'a> {
    scopes: &'a [Scope<'a>],
    steps: &'a Steps,
    /// For each fix.
    told: &'a HashMap<usize, Told>,
    contents: &'a Contents<'a>,
}

impl Follow<'_> {
    /// Why parts of fixes are not there.
    pub fn causes(
        &self,
        open: &mut [&mut Question<'_>],
        scopes: &[Scope<'_>],
        steps: &Steps,
        contents: &Contents<'_>,
    ) -> anyhow::Result<()> {
        // For each list of paths that a file has had, the questions and files that follow it.
        let mut followed: BTreeMap<Vec<String>, Vec<(usize, usize)>> = BTreeMap::new();
        let mut told: HashMap<usize, Told> = HashMap::new();
        for (at, question) in open.iter_mut().enumerate().filter(|(_, q)| !q.is_there()) {
            question.causes = vec![Vec::new(); question.paths.len()];
            question.is_unread = vec![false; question.paths.len()];
            for (file, paths) in question.paths.iter().enumerate() {
                followed.entry(paths.clone()).or_default().push((at, file));
            }
            let subject = question.asked.subject;
            told.entry(subject).or_insert_with(|| self.told(question));
        }
        if followed.is_empty() {
            return Ok(());
        }
        let left = followed.keys().flatten().filter_map(|path| steps.get(path)).flat_map(BTreeMap::values);
        contents.want(left.flatten().filter_map(Entry::file))?;
        let history = History { scopes, steps, told: &told, contents };
        for (paths, files) in &followed {
            self.file(open, &history, (paths, files));
        }
        open.iter_mut().for_each(|question| self.unused(question, contents));
        Ok(())
    }

    fn told(&self, question: &Question<'_>) -> Told {
        let mut messages = question.fix.own.iter().filter_map(|place| self.graph.get(*place));
        let is_to_go = question
            .material
            .files
            .iter()
            .map(|file| &file.change)
            .any(|change| (0..change.len()).any(|part| is_to_go(change.added(part))));
        Told {
            reverts: self.reverts.reverting(question.fix),
            is_passing: is_to_go || messages.any(|node| is_passing(&node.message)),
            since: self.graph.get(question.fix.tip).map_or(0, |tip| tip.seconds),
        }
    }

    /// One file, for all that follow it.
    fn file(
        &self,
        open: &mut [&mut Question<'_>],
        history: &History<'_>,
        (paths, files): (&[String], &[(usize, usize)]),
    ) {
        let History { scopes, steps, told, contents } = *history;
        let served = &contents.served;
        let read = |blob: &Oid| contents.get(blob);
        let before = |place: Place| self.content(*self.graph.parents(place).first()?, paths, contents);
        let tips = files.iter().filter_map(|(at, _)| scopes.get(*at)).map(|scope| scope.tip);
        let lineage = Lineage::new(self.graph, steps, paths, tips);
        let missing = self.missing(paths, steps);
        let mut sieve = Sieve::default();
        let mut needs = HashMap::new();
        for (at, file) in files {
            let Some(question) = open.get(*at) else { continue };
            let Some(found) = question.material.files.get(*file) else { continue };
            let key = (question.asked.subject, *file);
            needs.entry(key).or_insert_with(|| sieve.learn(&found.change));
        }
        for (at, file) in files {
            let (Some(question), Some(scope)) = (open.get_mut(*at), scopes.get(*at)) else { continue };
            let Some(found) = question.material.files.get(*file) else { continue };
            let subject = question.asked.subject;
            let (Some(needs), Some(told)) = (needs.get(&(subject, *file)), told.get(&subject)) else {
                continue;
            };
            let trail = Trail {
                graph: self.graph,
                scope,
                contents: &read,
                before: &before,
                reverts: &told.reverts,
                is_passing: told.is_passing,
                since: told.since,
            };
            served.take_failure();
            let tracked = Tracked { change: &found.change, lineage: &lineage, sieve: &sieve, needs };
            let causes = trace::causes(&trail, tracked);
            found.change.rest();
            let is_unread = served.take_failure() || missing.iter().any(|place| scope.has(*place));
            if let Some(slot) = question.causes.get_mut(*file) {
                *slot = causes;
            }
            if let Some(slot) = question.is_unread.get_mut(*file) {
                *slot = is_unread;
            }
        }
    }

    /// What a file is in a commit; `None` where it is not there or cannot be read.
    fn content(&self, place: Place, paths: &[String], contents: &Contents<'_>) -> Option<Rc<[u8]>> {
        let commit = self.graph.oid(place)?;
        let places: Vec<(Oid, String)> = paths.iter().map(|path| (commit.clone(), path.clone())).collect();
        let blob = self.repo.find_blobs(&places).ok()?.into_iter().flatten().next()?;
        contents.want(std::iter::once(&blob)).ok()?;
        contents.get(&blob)
    }

    /// Files that the fix added and a merge left out go the way of the fix's own lines that named them, where those
    /// were rewritten before and no side of the merge named the file any more.
    fn unused(&self, question: &mut Question<'_>, contents: &Contents<'_>) {
        let mut settled: Vec<(usize, Cause)> = Vec::new();
        for (at, (file, causes)) in question.material.files.iter().zip(&question.causes).enumerate() {
            if let [Some(Cause::Dropped(merge))] = causes.as_slice()
                && file.change.is_new()
            {
                let why = self.end_of_use(question, (at, &file.path), *merge, contents);
                settled.extend(why.map(|why| (at, why)));
            }
        }
        for (at, cause) in settled {
            if let Some(slot) = question.causes.get_mut(at) {
                *slot = vec![Some(cause)];
            }
        }
    }

    /// Why the fix's lines that named one of its files are not there; `None` unless all of them went before a merge.
    fn end_of_use(
        &self,
        question: &Question<'_>,
        (at, path): (usize, &str),
        merge: Place,
        contents: &Contents<'_>,
    ) -> Option<Cause> {
        let sides = self.graph.parents(merge);
        let before = self.graph.reach(sides.iter().copied());
        let is_free = |side: &Place, paths: &[String]| {
            let content = self.content(*side, paths, contents);
            content.is_some_and(|c| !String::from_utf8_lossy(&c).lines().any(|line| is_named(path, line)))
        };
        let mut found = None;
        for (other, user) in question.material.files.iter().enumerate().filter(|(other, _)| *other != at) {
            let names = |part: &usize| user.change.written(*part).iter().any(|line| is_named(path, line));
            for part in (0..user.change.len()).filter(names) {
                let cause = question.causes.get(other)?.get(part).copied().flatten()?;
                let (Cause::Rewritten(by) | Cause::Removed(by) | Cause::Superseded(by)) = cause else {
                    return None;
                };
                let paths = question.paths.get(other)?;
                if !before.has(by) || !sides.iter().all(|side| is_free(side, paths)) {
                    return None;
                }
                found.get_or_insert(cause);
            }
        }
        found
    }

    /// The commits that left contents which are not here.
    fn missing(&self, paths: &[String], steps: &Steps) -> Vec<Place> {
        // Where git alone can tell, it says so when it is asked for them.
        if !self.repo.has_library() {
            return Vec::new();
        }
        let left = paths.iter().filter_map(|path| steps.get(path)).flatten();
        let is_missing = |blob: &Oid| !self.repo.is_stored(blob);
        left.filter(|(_, entry)| entry.as_ref().and_then(Entry::file).is_some_and(is_missing))
            .map(|(place, _)| *place)
            .collect()
    }
}
