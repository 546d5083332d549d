//! Finding the hotfixes of the past, from whatever they left: records, trailers, merges, tags.

use super::accepted::Called;
use super::spelling::{self, merged_branch, trailer};
use crate::insight::graph::{Graph, Node, Place, Reach};
use crate::model::trailer::ROLLBACK;
use crate::model::version::TagScheme;
use semver::Version;
use std::collections::{BTreeMap, BTreeSet, HashMap};

/// A release tag.
#[derive(Clone, Debug)]
pub struct Tag {
    pub name: String,
    pub scheme: TagScheme,
    pub version: Version,
    pub commit: Place,
}

/// What the record of a hotfix says, as far as the code is concerned.
#[derive(Clone, Debug, Default)]
pub struct Recorded {
    pub id: String,
    pub name: String,
    pub tag: Option<String>,
    /// The production commit that was released.
    pub released: Option<Place>,
    /// Where the hotfix began.
    pub base: Option<Place>,
    /// The branch it was for, production or an old line.
    pub production: Option<String>,
    /// Branches that were left out on purpose, and why.
    pub skipped: BTreeMap<String, String>,
    /// Branches on which a person resolved the merge that brought it.
    pub resolved: BTreeSet<String>,
    pub is_rolled_back: bool,
    /// Whether `finish` can still go on with it.
    pub is_open: bool,
}

/// Everything that hotfixes are found in.
pub struct Past<'a> {
    pub graph: &'a Graph,
    /// The tip of production, when it is here.
    pub production: Option<Place>,
    /// Tips of production, old lines and releases: where hotfixes arrive.
    pub tips: &'a [Place],
    /// Release tags, lowest version first.
    pub tags: &'a [Tag],
    pub records: &'a [Recorded],
    /// What hotfix branches start with.
    pub prefix: &'a str,
    /// Whether there are branches that are merged back to; without any, every request is merged into
    /// production, and a patch release says nothing.
    pub has_merge_backs: bool,
}

/// A hotfix of the past.
#[derive(Clone, Debug)]
pub struct Fix {
    pub name: String,
    pub incident: Option<String>,
    /// The release it became, or the first that has it.
    pub tag: Option<String>,
    /// The commit that brought it to production or its line.
    pub brought: Place,
    /// Its tip: the newest commit of its own.
    pub tip: Place,
    /// Its commits, oldest first, merges left out.
    pub own: Vec<Place>,
    /// What it was made on. `None` when it is the root, or not here.
    pub base: Option<Place>,
    /// Whether history is cut off inside of it: what it changes is not known.
    pub is_cut: bool,
    /// Whether production's own history has it, and not only an old line's or a tag's.
    pub is_production: bool,
    pub seconds: i64,
    pub record: Option<Recorded>,
    /// The tags and trailers that say it was taken back by a later release.
    pub rolled_back_by: Option<Place>,
}

impl Fix {
    /// What it is called; `commits` are the ids of its own.
    pub fn called<'a>(&'a self, commits: &'a [&'a str]) -> Called<'a> {
        let (tag, incident) = (self.tag.as_deref(), self.incident.as_deref());
        Called { name: &self.name, tag, incident, commits }
    }
}

/// One trace of a hotfix.
#[derive(Clone, Debug)]
struct Find {
    name: Option<String>,
    incident: Option<String>,
    tag: Option<String>,
    brought: Place,
    tip: Place,
    own: Vec<Place>,
    base: Option<Place>,
    is_cut: bool,
    record: Option<Recorded>,
}

/// Finds every hotfix, the newest first; what several sources tell about one is joined.
pub fn fixes(past: &Past<'_>) -> Vec<Fix> {
    let graph = past.graph;
    let reached = graph.reach(past.tips.iter().copied());
    let production = past.production.map(|tip| graph.reach([tip])).unwrap_or_default();
    let main_line: BTreeSet<Place> =
        past.production.map(|tip| graph.first_parents(tip).collect()).unwrap_or_default();
    let mut finds = recorded(past);
    finds.extend(told(past, &reached));
    finds.extend(tagged(past));
    let first_tags = first_tags(graph, past.tags);
    let rollbacks = rollbacks(past, &production);
    // The merge into production says it best, then the one with the fewest commits.
    let rank = |f: &Find| {
        (!main_line.contains(&f.brought), !production.has(f.brought), f.own.len(), usize::MAX - f.brought)
    };
    let told = |group: Vec<Find>| Some((group.iter().min_by_key(|f| rank(f))?.clone(), group));
    let told = continued(join(finds).into_iter().filter_map(told).collect(), &production);
    let mut fixes: Vec<Fix> = told
        .into_iter()
        .filter_map(|(best, group)| {
            let any = |pick: fn(&Find) -> Option<String>| pick(&best).or_else(|| group.iter().find_map(pick));
            let record = group.iter().find_map(|f| f.record.clone());
            let exact = past.tags.iter().find(|t| group.iter().any(|f| f.brought == t.commit));
            let first = first_tags.get(&best.brought).and_then(|at| past.tags.get(*at));
            let tag = record
                .as_ref()
                .and_then(|r| r.tag.clone())
                .or_else(|| any(|f| f.tag.clone()))
                .or_else(|| exact.or(first).map(|t| t.name.clone()));
            let node = graph.get(best.brought)?;
            let rolled_back_by = rollbacks
                .iter()
                .find(|r| r.undone.contains(&best.brought) || tag.as_ref() == Some(&r.tag))
                .map(|r| r.by);
            let subject = || graph.get(best.tip).map(|n| n.subject().to_owned());
            Some(Fix {
                name: any(|f| f.name.clone()).or_else(subject).unwrap_or_default(),
                incident: any(|f| f.incident.clone()),
                tag,
                brought: best.brought,
                is_production: production.has(best.brought),
                seconds: node.seconds,
                tip: best.tip,
                own: best.own,
                base: best.base,
                is_cut: best.is_cut,
                record,
                rolled_back_by,
            })
        })
        .collect();
    fixes.sort_by_key(|f| (std::cmp::Reverse(f.seconds), f.brought));
    fixes
}

/// What a merge brought: the side's commits that its first parent did not have.
fn merged(graph: &Graph, merge: Place) -> Option<Find> {
    let (main, sides) = graph.parents(merge).split_first()?;
    let tip = *sides.last()?;
    Some(of_range(graph, merge, tip, *main))
}

/// The commits from `base` to `tip`.
fn of_range(graph: &Graph, brought: Place, tip: Place, base: Place) -> Find {
    let all = graph.only(tip, &[base]);
    let inside: BTreeSet<Place> = all.iter().copied().collect();
    let nodes = || all.iter().filter_map(|place| graph.get(*place));
    let edge = nodes().flat_map(|n| n.parents.iter().copied()).filter(|p| !inside.contains(p)).min();
    let is_merge = |place: &Place| graph.get(*place).is_some_and(Node::is_merge);
    Find {
        name: None,
        incident: None,
        tag: None,
        brought,
        tip,
        own: all.iter().rev().copied().filter(|place| !is_merge(place)).collect(),
        base: edge,
        is_cut: nodes().any(|n| n.is_cut) || all.is_empty(),
        record: None,
    }
}

/// A single commit.
fn single(graph: &Graph, place: Place) -> Option<Find> {
    let node = graph.get(place)?;
    Some(Find {
        name: None,
        incident: None,
        tag: None,
        brought: place,
        tip: place,
        own: vec![place],
        base: node.parents.first().copied(),
        is_cut: node.is_cut,
        record: None,
    })
}

/// From the incident records.
fn recorded(past: &Past<'_>) -> Vec<Find> {
    let find = |record: &Recorded| {
        let released = record.released?;
        let node = past.graph.get(released)?;
        let mut find = match (node.is_merge(), record.base) {
            (true, _) => merged(past.graph, released)?,
            (false, Some(base))
                if !past.graph.only(base, &[released]).contains(&base) && base != released =>
            {
                of_range(past.graph, released, released, base)
            }
            _ => single(past.graph, released)?,
        };
        find.name = Some(record.name.clone());
        find.incident = Some(record.id.clone());
        find.record = Some(record.clone());
        Some(find)
    };
    past.records.iter().filter_map(find).collect()
}

/// From what commit messages say.
fn told(past: &Past<'_>, reached: &Reach) -> Vec<Find> {
    let graph = past.graph;
    let mut finds = Vec::new();
    for (place, node) in graph.iter().filter(|(place, _)| reached.has(*place)) {
        let message = node.message.as_str();
        if trailer(message, ROLLBACK).is_some() {
            continue;
        }
        let incident = said(message, "Incident").map(str::to_owned);
        let spelled = spelling::read(message, past.prefix);
        let found = match (&spelled, node.is_merge()) {
            (Some(spelled), true) if spelled.is_branch => merged(graph, place),
            // A request that was squashed, or a merge whose second parent is not here.
            (Some(_), false) => single(graph, place),
            // A merge-back says to which hotfix it belongs, and is none.
            (None, false)
                if (incident.is_some() || said(message, "Hotfix").is_some())
                    && !message.contains(spelling::PICKED) =>
            {
                single(graph, place)
            }
            _ => None,
        };
        let Some(mut find) = found else { continue };
        find.is_cut |= spelled.as_ref().is_some_and(|s| s.is_branch) && !node.is_merge() && node.is_cut;
        find.name = spelled.map(|s| s.name);
        find.tag = said(message, "Hotfix").map(str::to_owned);
        find.incident = incident;
        finds.push(find);
    }
    finds
}

/// The value of one of our trailers. `Hotfix: mend the login`, the title of a request, is none: what ours
/// name has no space.
fn said<'a>(message: &'a str, key: &str) -> Option<&'a str> {
    trailer(message, key).filter(|value| !value.contains(char::is_whitespace))
}

/// Whether a tag is called after a single piece of work, `upgrade-driver-v12.1`: that is no release.
pub fn is_chore(prefix: &str) -> bool {
    CHORES.contains(&first_word(prefix))
}

fn first_word(name: &str) -> &str {
    name.split(['/', '-', '_']).next().unwrap_or(name)
}

/// What names of single pieces of work start with.
const CHORES: [&str; 7] = ["upgrade", "update", "bump", "add", "remove", "revert", "test"];

/// What branches of everyday work start with.
const WORK: [&str; 17] = [
    "release",
    "releases",
    "develop",
    "dev",
    "next",
    "feature",
    "features",
    "feat",
    "task",
    "story",
    "epic",
    "chore",
    "docs",
    "refactor",
    "renovate",
    "dependabot",
    "revert",
];

/// From patch releases that stand on the merge of a branch which was made from production.
fn tagged(past: &Past<'_>) -> Vec<Find> {
    let graph = past.graph;
    let mut finds = Vec::new();
    for (at, tag) in past.tags.iter().enumerate().filter(|(_, t)| t.version.patch > 0) {
        let Some(node) = graph.get(tag.commit).filter(|n| n.is_merge()) else { continue };
        let before = past.tags.iter().take(at).rev().find(|t| {
            let (a, b) = (&t.version, &tag.version);
            t.scheme == tag.scheme && (a.major, a.minor) == (b.major, b.minor) && a.patch < b.patch
        });
        let Some(before) = before else { continue };
        let branch = merged_branch(&node.message).unwrap_or_default();
        let is_work = |name: &str| WORK.contains(&first_word(name));
        if !past.has_merge_backs || is_work(branch) || is_work(&tag.scheme.prefix) {
            continue;
        }
        let Some(mut find) = merged(graph, tag.commit) else { continue };
        // The branch began on production's own line, at the release before or after it.
        let (Some(main), Some(side)) = (node.parents.first().copied(), node.parents.last().copied()) else {
            continue;
        };
        let inside: BTreeSet<Place> = graph.only(side, &[main]).into_iter().collect();
        let fork = graph.first_parents(side).find(|p| !inside.contains(p));
        let line = graph.first_parents(main).take_while(|p| *p <= before.commit);
        if fork.is_none_or(|fork| !line.into_iter().any(|p| p == fork)) {
            continue;
        }
        let name = if branch.is_empty() { tag.name.as_str() } else { branch };
        find.name = Some(name.to_owned());
        find.tag = Some(tag.name.clone());
        finds.push(find);
    }
    finds
}

/// Branches of more commits are not compared commit by commit.
const MOST_OWN: usize = 200;

/// Finds that are about the same hotfix, together.
fn join(finds: Vec<Find>) -> Vec<Vec<Find>> {
    let mut groups: Vec<Vec<Find>> = Vec::new();
    let mut by_key: HashMap<String, usize> = HashMap::new();
    for find in finds {
        let mut keys = vec![format!("brought {}", find.brought), format!("tip {}", find.tip)];
        // A commit of a branch that was merged is no hotfix of its own.
        if find.own.len() < MOST_OWN {
            keys.extend(find.own.iter().map(|p| format!("own {p}")));
            // A branch that was merged in two ways, or merged into another hotfix that is nothing else.
            let name = find.name.iter();
            keys.extend(name.flat_map(|name| find.own.iter().map(move |p| format!("of {name} {p}"))));
            keys.extend((!find.own.is_empty()).then(|| format!("all {:?}", find.own)));
        }
        keys.extend(find.incident.iter().map(|id| format!("incident {id}")));
        let is_single = find.own.len() == 1 && find.tip == find.brought;
        let known =
            keys.iter().filter(|k| is_single || !k.starts_with("own ")).find_map(|k| by_key.get(k).copied());
        let at = known.unwrap_or(groups.len());
        if at == groups.len() {
            groups.push(Vec::new());
        }
        for key in keys {
            by_key.entry(key).or_insert(at);
        }
        if let Some(group) = groups.get_mut(at) {
            group.push(find);
        }
    }
    groups
}

/// A branch that went on after it was merged, and was merged again: one hotfix, from where the first part
/// began to where the last one ended.
fn continued(mut told: Vec<(Find, Vec<Find>)>, production: &Reach) -> Vec<(Find, Vec<Find>)> {
    let goes_on = |later: &Find, earlier: &Find| {
        later.name.is_some()
            && later.name == earlier.name
            && [Some(earlier.tip), Some(earlier.brought)].contains(&later.base)
            && later.record.is_none()
            && earlier.record.is_none()
            && production.has(later.brought) == production.has(earlier.brought)
    };
    let mut at = 0;
    while let Some((later, _)) = told.get(at) {
        let Some(before) = told.iter().position(|(earlier, _)| goes_on(later, earlier)) else {
            at += 1;
            continue;
        };
        let (earlier, group) = told.swap_remove(before);
        if at == told.len() {
            at = before;
        }
        if let Some((later, all)) = told.get_mut(at) {
            later.own.splice(0..0, earlier.own);
            (later.base, later.is_cut) = (earlier.base, later.is_cut || earlier.is_cut);
            later.tag = later.tag.take().or(earlier.tag);
            all.extend(group);
        }
    }
    told
}

/// The lowest release that has each commit, as its position among the tags. Of several ways of writing tags the one
/// that most releases have counts first: a plugin's v0.1.0 of today is lower than any release of the program.
pub fn first_tags(graph: &Graph, tags: &[Tag]) -> HashMap<Place, usize> {
    let mut of_scheme: HashMap<&TagScheme, usize> = HashMap::new();
    for tag in tags {
        *of_scheme.entry(&tag.scheme).or_default() += 1;
    }
    let mut order: Vec<(usize, &Tag)> = tags.iter().enumerate().collect();
    order.sort_by_key(|(_, tag)| std::cmp::Reverse(of_scheme.get(&tag.scheme).copied()));
    let mut first = HashMap::new();
    for (at, tag) in order {
        let mut open = vec![tag.commit];
        while let Some(place) = open.pop() {
            if let std::collections::hash_map::Entry::Vacant(entry) = first.entry(place) {
                entry.insert(at);
                open.extend(graph.parents(place));
            }
        }
    }
    first
}

/// A release that gave production an earlier content again.
struct Rollback {
    by: Place,
    /// The release that was undone.
    tag: String,
    undone: BTreeSet<Place>,
}

fn rollbacks(past: &Past<'_>, production: &Reach) -> Vec<Rollback> {
    let graph = past.graph;
    let commit = |name: &str| past.tags.iter().find(|t| t.name == name).map(|t| t.commit);
    let mut found = Vec::new();
    for (by, node) in graph.iter().filter(|(place, _)| production.has(*place)) {
        let Some(tag) = trailer(&node.message, ROLLBACK) else { continue };
        // Roll back v1.2.3 to v1.2.0: everything in between is undone.
        let back = node.subject().rsplit_once(" to ").and_then(|(_, name)| commit(name));
        let undone = match (commit(tag), back) {
            (Some(undone), Some(back)) => graph.only(undone, &[back]).into_iter().collect(),
            _ => BTreeSet::new(),
        };
        found.push(Rollback { by, tag: tag.to_owned(), undone });
    }
    found
}
