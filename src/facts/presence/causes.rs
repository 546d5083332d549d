//! Why parts of fixes are not there: each file's history is put together once, for all fixes and places that ask.

use super::follow::{Follow, Question};
use super::material::Contents;
use crate::insight::graph::{Place, Scope};
use crate::insight::presence::lineage::{Lineage, Steps};
use crate::insight::presence::purpose::{is_passing, is_to_go};
use crate::insight::presence::sieve::Sieve;
use crate::insight::presence::trace::{self, Tracked, Trail};
use crate::model::oid::Oid;
use crate::model::tree::Entry;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// What is known of a fix from the messages of history.
struct Told {
    reverts: BTreeSet<Place>,
    is_passing: bool,
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
                reverts: &told.reverts,
                is_passing: told.is_passing,
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
