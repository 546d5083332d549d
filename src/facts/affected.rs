//! Where a fault came from and which releases carry it: a diff, a blame for each file, and one walk.

use super::earlier_fix;
use super::fix::Fix;
use super::presence;
use super::presence::Known;
use super::restored_lines;
use super::workspace::Workspace;
use crate::config::{Guard, glob};
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::blame::{self, Writer};
use crate::git::fetch::{View, local_tags};
use crate::git::generation::Generations;
use crate::git::history::{self, Detail};
use crate::git::patch::{self, Made, Spaces};
use crate::git::tags::{self, Releases};
use crate::insight::affected::{self, Affected, Candidate, Question, Tag};
use crate::insight::graph::Graph;
use crate::insight::presence::weight::{Weight, weight};
use crate::insight::presence::{Standing, Verdict, Why};
use crate::insight::suspect::{self, By, Lines};
use crate::model::habit::sort_out;
use crate::model::oid::Oid;
use crate::model::patch::{FilePatch, Patch};
use crate::model::text::{safe, shorten};
use crate::model::trailer;
use crate::model::version::TagScheme;
use chrono::{DateTime, FixedOffset};
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// The most files that are blamed, and paths that history is searched for.
const MOST_FILES: usize = 40;

/// The most commits of a fix whose names are looked for in messages.
const MOST_NAMED: usize = 50;

/// The most candidates of which copies are looked for by what they changed.
const MOST_FAULTS: usize = 100;

/// Answers it. Where the fix was rolled back, the fix that came in its place counts, too.
///
/// # Errors
/// When git cannot read history, or one of its answers takes longer than `limit`.
pub fn affected(
    workspace: &Workspace,
    view: &View,
    fix: &Fix,
    limit: Option<Duration>,
) -> anyhow::Result<Affected> {
    let mut found = alone(workspace, view, fix, limit)?;
    if found.withdrawn.is_empty() || fix.forward.is_empty() {
        return Ok(found);
    }
    let releases = tags(workspace, view, fix, &[], limit)?;
    for forward in &fix.forward {
        let other = alone(workspace, view, forward, limit)?;
        found.join(&other, &releases);
    }
    Ok(found)
}

/// The answer for one fix by itself.
fn alone(workspace: &Workspace, view: &View, fix: &Fix, limit: Option<Duration>) -> anyhow::Result<Affected> {
    let repo = &workspace.repo;
    let Some(base) = &fix.base else {
        let mut nothing = Affected::default();
        nothing.notes.push("no commit or release comes before it".to_owned());
        return Ok(nothing);
    };
    // White space alone is no fault, unless it is all that the fix changes.
    let mut spaces = Spaces::DoNotCount;
    let mut change = patch::between(repo, base, &fix.tip, spaces, limit)?;
    let guard = &workspace.config.guard;
    let mut lines = suspect::lines(&change, guard, fix.version.as_deref());
    if change.iter().all(|f| f.hunks.is_empty() && !f.opaque) {
        spaces = Spaces::Count;
        change = patch::between(repo, base, &fix.tip, spaces, limit)?;
        lines = suspect::lines(&change, guard, fix.version.as_deref());
    }
    let mut notes = Vec::new();
    let (candidates, blamed) = candidates(workspace, fix, base, &lines, spaces, &mut notes, limit)?;
    notes.extend(silence(&change, &lines, &candidates));

    let paths = paths(&suspect::weighty(&change, guard, fix.version.as_deref()));
    let tags = tags(workspace, view, fix, &paths, limit)?;
    let branches = branches(workspace, view);
    let mut tips: Vec<&Oid> = tags.iter().map(|t| &t.commit).collect();
    tips.extend(branches.iter().map(|(_, tip)| tip));
    tips.push(&fix.tip);
    tips.sort();
    tips.dedup();
    let (content, absent) = content(repo, guard, fix, base, &tips)?;
    // Releases from before all that is looked for have none of it, and all of history lies between.
    let generations = Generations::read(repo);
    let mut sought: Vec<&Oid> = candidates.iter().map(|c| &c.commit).collect();
    sought.extend(fix.whole.iter().chain(&fix.parts).chain(fix.left_out.iter().map(|left| &left.commit)));
    let near = generations.may_have(&tips, &sought);
    let graph = walk(workspace, &near, &candidates, &[], base, limit)?;
    let made = open_tips(&graph, fix, &candidates, (&content, &absent), &tips)
        .made(repo, fix, base, &paths, limit)?;
    sought.extend(made.iter().map(|m| &m.commit));
    let far = generations.may_have(&tips, &sought);
    let graph = match near == far && made.iter().all(|m| graph.find(&m.commit).is_some()) {
        true => graph,
        false => walk(workspace, &far, &candidates, &made, base, limit)?,
    };
    // Another commit can be a copy of a candidate only where there is another commit.
    let faults: Vec<&Oid> = candidates.iter().filter(|_| !made.is_empty()).map(|c| &c.commit).collect();
    let faults = patch::made_by(repo, faults.get(..MOST_FAULTS).unwrap_or(&faults), &paths, limit)?;
    let (made, paths) = (made.as_slice(), paths.as_slice());
    let known =
        Known { workspace, fix, change: &change, paths, made, faults: &faults, graph: &graph, tags: &tags };
    let sought = known.sought(&candidates);
    let reverts = known.reverts(&sought.groups, &tips, base, limit)?;
    let left_out: Vec<(String, Oid, Vec<String>)> = fix
        .left_out
        .iter()
        .map(|left| (left.branch.clone(), left.commit.clone(), left.paths.clone()))
        .collect();
    let question = Question {
        left_out: &left_out,
        content: &content,
        graph: &graph,
        tags: &tags,
        branches: &branches,
        fix: &sought.fix,
        copies: &sought.copies,
        reverts: &reverts,
        rollbacks: &rollbacks(repo, &graph, (fix, base), &tags, &content, limit)?,
    };
    let released_at = |tag: &Tag| {
        let tagged = repo.tagged_at(&format!("refs/tags/{}", tag.name)).ok().flatten();
        let at = tagged.or_else(|| repo.commit(&tag.commit).ok().map(|c| c.committer.when));
        at.map(|at| at.to_utc())
    };
    let mut found = question.judge(candidates, released_at);
    if repo.is_shallow() {
        notes.push("this clone is shallow, older history is not here: git fetch --unshallow".to_owned());
    }
    if repo.has_grafts() {
        notes.push(
            "this clone has grafts, history is another one here: git replace --convert-graft-file".to_owned(),
        );
    }
    found.outside = outside(&change, guard, &blamed);
    found.notes = notes;
    Ok(found)
}

/// The releases that take one back, and the one they do: those after the fix that say so, and those that
/// have lost it and contain a revert of it.
fn rollbacks(
    repo: &Repo,
    graph: &Graph,
    (fix, base): (&Fix, &Oid),
    tags: &[Tag],
    content: &BTreeMap<Oid, bool>,
    limit: Option<Duration>,
) -> anyhow::Result<Vec<(Oid, String)>> {
    let mut later = graph.nothing();
    fix.whole.iter().for_each(|commit| later.add(&graph.descendants(commit)));
    let later: Vec<&Tag> = tags.iter().filter(|tag| graph.holds(&later, &tag.commit)).collect();
    let mut found = Vec::new();
    let mut lost = Vec::new();
    for tag in &later {
        let message = repo.commit(&tag.commit)?.message;
        let named = trailer::values(&message, trailer::ROLLBACK);
        if named.is_empty() && content.get(&tag.commit) == Some(&false) {
            lost.push(&tag.commit);
        }
        found.extend(named.into_iter().map(|undone| (tag.commit.clone(), undone.to_owned())));
    }
    if lost.is_empty() {
        return Ok(found);
    }
    let own: Vec<&Oid> = fix.parts.iter().chain(&fix.whole).take(MOST_NAMED).collect();
    for by in history::naming(repo, &lost, base, &own, limit)? {
        let (named, _) = suspect::takes_back(&repo.commit(&by)?.message);
        let after = graph.descendants(&by);
        if !named.iter().any(|commit| own.contains(&commit)) {
            continue;
        }
        for undone in later.iter().filter(|tag| graph.holds(&graph.descendants(&tag.commit), &by)) {
            let takers = later.iter().filter(|tag| graph.holds(&after, &tag.commit));
            found.extend(takers.map(|tag| (tag.commit.clone(), undone.name.clone())));
        }
    }
    Ok(found)
}

/// Of releases and branches, those about which history has to say something.
struct Open<'a> {
    /// Neither their content nor whose descendants they are says what they have.
    unclear: Vec<&'a Oid>,
    /// They descend from the fix, and the code is another one today: a revert of it would say so.
    descendants: Vec<&'a Oid>,
}

fn open_tips<'a>(
    graph: &Graph,
    fix: &Fix,
    candidates: &[Candidate],
    (content, absent): (&BTreeMap<Oid, bool>, &BTreeSet<&Oid>),
    tips: &[&'a Oid],
) -> Open<'a> {
    let mut fixed = graph.nothing();
    fix.whole.iter().for_each(|commit| fixed.add(&graph.descendants(commit)));
    let mut faulty = graph.nothing();
    candidates.iter().for_each(|c| faulty.add(&graph.descendants(&c.commit)));
    let mut open = Open { unclear: Vec::new(), descendants: Vec::new() };
    for tip in tips {
        // What is nowhere there has neither the fault nor a copy of it.
        if absent.contains(tip) && !graph.holds(&faulty, tip) {
            continue;
        }
        match (graph.holds(&fixed, tip), content.get(*tip)) {
            (true, None) => open.descendants.push(tip),
            // The fault may have come here by a copy.
            (false, Some(false)) if !graph.holds(&faulty, tip) => open.unclear.push(tip),
            (false, None) => open.unclear.push(tip),
            _ => {}
        }
    }
    open
}

impl Open<'_> {
    /// The commits that may tell: those that change the paths on the way to what is unclear, those that
    /// name the fix, and the fix's own.
    fn made(
        &self,
        repo: &Repo,
        fix: &Fix,
        base: &Oid,
        paths: &[&str],
        limit: Option<Duration>,
    ) -> anyhow::Result<Vec<Made>> {
        // Without a path git would read all of history.
        if paths.is_empty() {
            return Ok(Vec::new());
        }
        let mut made = match self.unclear.as_slice() {
            [] => Vec::new(),
            tips => patch::made(repo, tips, base, paths, limit)?,
        };
        let own: Vec<&Oid> = fix.parts.iter().chain(&fix.whole).take(MOST_NAMED).collect();
        let naming = match self.descendants.as_slice() {
            [] => Vec::new(),
            tips => history::naming(repo, tips, base, &own, limit)?,
        };
        if made.is_empty() && naming.is_empty() {
            return Ok(made);
        }
        let is_new = |oid: &&Oid| !made.iter().any(|m| m.commit == **oid);
        let more: BTreeSet<&Oid> = naming.iter().chain(&fix.parts).filter(is_new).collect();
        let more: Vec<&Oid> = more.into_iter().collect();
        made.extend(patch::made_by(repo, &more, paths, limit)?);
        Ok(made)
    }
}

/// Which of these commits have the fix, where their content shows it, and in which there is none of the
/// code that it repairs.
fn content<'a>(
    repo: &Repo,
    guard: &Guard,
    fix: &Fix,
    base: &Oid,
    tips: &[&'a Oid],
) -> anyhow::Result<(BTreeMap<Oid, bool>, BTreeSet<&'a Oid>)> {
    let verdicts = presence::by_content(repo, guard, (base, &fix.tip), fix.version.as_deref(), tips)?;
    let shown = |verdict: &Verdict| match (verdict.standing, &verdict.why) {
        (Standing::Kept, _) => Some(true),
        (Standing::Lost, Why::Missing) => Some(false),
        _ => None,
    };
    let found = tips.iter().zip(&verdicts);
    let absent = found.clone().filter(|(_, v)| v.why == Why::NoSuchCode).map(|(tip, _)| *tip).collect();
    Ok((found.filter_map(|(tip, v)| Some(((*tip).clone(), shown(v)?))).collect(), absent))
}

/// Why there is no candidate, when there is none.
fn silence(change: &Patch, lines: &[Lines], candidates: &[Candidate]) -> Option<String> {
    if !candidates.is_empty() {
        return None;
    }
    let words = if change.is_empty() {
        "it changes no file"
    } else if change.iter().all(|f| f.old.is_none()) {
        "it only adds new files, so there are no earlier lines to blame"
    } else if lines.is_empty() {
        "it changes only blank lines or comments"
    } else {
        "git could not tell who wrote its lines"
    };
    Some(words.to_owned())
}

/// The commits that wrote the lines, and the files in which there are some.
fn candidates(
    workspace: &Workspace,
    fix: &Fix,
    base: &Oid,
    lines: &[Lines],
    spaces: Spaces,
    notes: &mut Vec<String>,
    limit: Option<Duration>,
) -> anyhow::Result<(Vec<Candidate>, BTreeSet<String>)> {
    let repo = &workspace.repo;
    let mut found: BTreeMap<Oid, Candidate> = BTreeMap::new();
    let mut blamed = BTreeSet::new();
    let mut wrote: Vec<Writer> = Vec::new();
    if lines.len() > MOST_FILES {
        notes.push(format!("only the first {MOST_FILES} of its {} files were examined", lines.len()));
    }
    for file in lines.iter().take(MOST_FILES) {
        let writers = match file.by {
            By::File => blame::last_change(repo, base, &file.path, limit)?.into_iter().collect(),
            By::Changed | By::Around => {
                match blame::blame(repo, base, &file.path, &file.ranges, spaces, limit) {
                    Ok(writers) => restored_lines::behind(repo, writers, spaces, limit)?,
                    Err(error) if error.is_timeout() => return Err(error.into()),
                    Err(error) => {
                        let why = error.detail();
                        let why = why.lines().next().unwrap_or_default();
                        notes.push(format!("{} could not be blamed: {why}", safe(&file.path)));
                        continue;
                    }
                }
            }
        };
        if file.by == By::File {
            notes.push(format!("{} has no lines: its last change is taken", safe(&file.path)));
        }
        for writer in &writers {
            blamed.insert(file.path.clone());
            add(&mut found, writer, file.by, None, repo.is_shallow());
        }
        if file.by == By::Changed {
            wrote.extend(writers);
        }
    }
    for attempt in earlier_fix::attempts(repo, fix, &wrote, spaces, limit)? {
        notes.push(format!(
            "{} ({}) tried to fix it before; the lines that it replaced count, too",
            attempt.commit.short(),
            shorten(&safe(&attempt.subject), 40)
        ));
        for writer in &attempt.writers {
            add(&mut found, writer, By::Changed, Some(&attempt.commit), repo.is_shallow());
        }
    }
    Ok((found.into_values().collect(), blamed))
}

/// Counts what a commit wrote.
fn add(
    found: &mut BTreeMap<Oid, Candidate>,
    writer: &Writer,
    by: By,
    before: Option<&Oid>,
    is_shallow: bool,
) {
    let candidate = found.entry(writer.commit.clone()).or_insert_with(|| Candidate {
        commit: writer.commit.clone(),
        subject: writer.subject.clone(),
        date: writer.at,
        lines: 0,
        by,
        first_tag: None,
        released_at: None,
        or_older: writer.is_edge && is_shallow,
        before: before.cloned(),
    });
    candidate.lines += writer.lines;
    candidate.by = candidate.by.min(by);
}

/// The paths whose history matters.
fn paths<'a>(files: &[&'a FilePatch]) -> Vec<&'a str> {
    let both = files.iter().flat_map(|f| f.old.iter().chain(&f.new)).map(String::as_str);
    let found: BTreeSet<&str> = both.filter(|p| !p.is_empty()).take(2 * MOST_FILES).collect();
    found.into_iter().collect()
}

/// The releases of the packages the change belongs to.
fn tags(
    workspace: &Workspace,
    view: &View,
    fix: &Fix,
    paths: &[&str],
    limit: Option<Duration>,
) -> anyhow::Result<Vec<Tag>> {
    let sorted = sort_out(tags::all(&workspace.repo, limit)?, workspace.config.version.scheme);
    let all: Vec<Tag> = sorted
        .every_release()
        .into_iter()
        .map(|tag| Tag { name: tag.name, scheme: tag.scheme, version: tag.version, commit: tag.of })
        .collect();
    let schemes: BTreeSet<&TagScheme> = all.iter().map(|t| &t.scheme).collect();
    let configured = workspace.config.version.tag.as_deref().and_then(TagScheme::from_pattern);
    let chosen: Vec<TagScheme> = if schemes.len() < 2 {
        schemes.into_iter().cloned().collect()
    } else if let Some(configured) = configured {
        schemes.into_iter().filter(|s| s.prefix == configured.prefix).cloned().collect()
    } else if let Some(prefix) = &fix.prefix {
        schemes.into_iter().filter(|s| s.prefix == *prefix).cloned().collect()
    } else {
        match affected::packages(schemes.iter().copied(), paths) {
            none if none.is_empty() => {
                let releases =
                    Releases::of(view, &local_tags(&workspace.repo)?, workspace.config.version.scheme);
                let learnt = releases.learn_scheme(&workspace.repo, &[&fix.tip], |_| true)?;
                learnt.map_or_else(|| schemes.into_iter().cloned().collect(), |(scheme, _)| vec![scheme])
            }
            some => some,
        }
    };
    Ok(all.into_iter().filter(|t| chosen.contains(&t.scheme)).collect())
}

/// Production, what is merged back to, and the maintained lines.
fn branches(workspace: &Workspace, view: &View) -> Vec<(String, Oid)> {
    let branches = &workspace.config.branches;
    let fits = |name: &String| {
        *name == branches.production
            || (!name.starts_with(&branches.prefix)
                && (glob::any_branch(&branches.merge_back, name) || glob::any_line(&branches.lines, name)))
    };
    let mut found: Vec<(String, Oid)> =
        view.heads.iter().filter(|(name, _)| fits(name)).map(|(n, o)| (n.clone(), o.clone())).collect();
    found.sort_by_key(|(name, _)| (*name != branches.production, name.clone()));
    found
}

/// History above the oldest candidate. Everything that counts has to be in it: where an older one
/// stands beside, the whole of history is walked.
fn walk(
    workspace: &Workspace,
    tips: &[&Oid],
    candidates: &[Candidate],
    made: &[Made],
    base: &Oid,
    limit: Option<Duration>,
) -> anyhow::Result<Graph> {
    let when = |oid: &Oid| workspace.repo.commit(oid).map(|c| c.committer.when);
    let mut floor: Option<(DateTime<FixedOffset>, &Oid)> = None;
    for commit in candidates.iter().map(|c| &c.commit) {
        let at = when(commit)?;
        if floor.as_ref().is_none_or(|(oldest, _)| at < *oldest) {
            floor = Some((at, commit));
        }
    }
    let floor = floor.map_or(base, |(_, oldest)| oldest);
    let read = |floor| history::read(&workspace.repo, tips, floor, Detail::Parents, limit);
    let graph = Graph::new(read(Some(floor))?, &BTreeSet::new());
    let complete = candidates
        .iter()
        .map(|c| &c.commit)
        .chain(made.iter().map(|m| &m.commit))
        .all(|c| graph.find(c).is_some());
    if complete { Ok(graph) } else { Ok(Graph::new(read(None)?, &BTreeSet::new())) }
}

/// Files of the fix in which nobody's line was found, when others have some.
fn outside(change: &Patch, guard: &crate::config::Guard, blamed: &BTreeSet<String>) -> Vec<String> {
    let counted = |f: &&FilePatch| weight(f.path(), guard) == Weight::Code;
    let bare = |f: &&FilePatch| !f.old.as_ref().is_some_and(|p| blamed.contains(p));
    if blamed.is_empty() {
        return Vec::new();
    }
    change.iter().filter(counted).filter(bare).map(|f| f.path().to_owned()).collect()
}
