//! Before a part of a fix is called lost: whether its lines were moved to another file.

use super::follow::Question;
use super::material::{Contents, Held};
use crate::git::Repo;
use crate::git::search::{self, Wanted};
use crate::insight::presence::Facts;
use crate::model::oid::Oid;

/// In more files than this a line says nothing.
const MOST: usize = 20;

/// How many of the lost parts are looked for, the largest first: each costs a search of the whole tree.
const MOST_PARTS: usize = 8;

/// Looks through whole trees.
pub struct Elsewhere<'a> {
    pub repo: &'a Repo,
    pub held: &'a mut Held,
    pub contents: &'a Contents<'a>,
}

impl Elsewhere<'_> {
    /// Notes for each of these parts the file to which it went; whether there is one.
    ///
    /// # Errors
    /// When a tree cannot be read.
    pub fn find(
        &mut self,
        question: &Question<'_>,
        lost: &[usize],
        facts: &mut Facts,
    ) -> anyhow::Result<bool> {
        let Some(fix) = &question.material.tip else { return Ok(false) };
        let mut is_found = false;
        let mut lost = lost.to_vec();
        lost.sort_by_key(|at| std::cmp::Reverse(facts.parts.get(*at).map_or(0, |part| part.lines)));
        for at in lost.iter().take(MOST_PARTS) {
            let Some(part) = facts.parts.get_mut(*at) else { continue };
            let file = question.material.files.iter().find(|f| f.path == part.path && !f.change.is_entry());
            let Some(file) = file else { continue };
            // The longest line says most.
            let Some(line) = file.change.sought(part.part).max_by_key(|line| line.len()) else { continue };
            let wanted = Wanted { text: line, ..Wanted::default() };
            let mut paths = match search::holding(self.repo, &question.holder.oid, wanted) {
                Ok(paths) => paths,
                // Another file that is damaged says nothing about this one.
                Err(error) => {
                    log::debug!("not looked for in other files: {error}");
                    continue;
                }
            };
            if paths.len() > MOST {
                paths.clear();
            }
            let places = |tip: &Oid| -> Vec<(Oid, String)> {
                paths.iter().map(|path| (tip.clone(), path.clone())).collect()
            };
            let wanted: Vec<(Oid, String)> =
                places(&question.holder.oid).into_iter().chain(places(fix)).collect();
            self.held.read(self.repo, wanted, self.contents)?;
            let holds = |tip: &Oid, path: &String| {
                let paths = std::slice::from_ref(path);
                let content = self.held.find(tip, paths).and_then(|blob| self.contents.get(blob));
                content.is_some_and(|content| file.change.is_moved_into(part.part, &content))
            };
            // What was in that file already when the fix was made is something else.
            part.moved_to = paths
                .iter()
                .find(|path| **path != file.path && holds(&question.holder.oid, path) && !holds(fix, path))
                .cloned();
            is_found |= part.moved_to.is_some();
        }
        Ok(is_found)
    }
}
