//! Every past hotfix, and what its places hold of it. A handful of questions to git, whatever the
//! number of hotfixes.

mod evidence;
mod places;
mod records;
mod repair;

pub use evidence::Evidence;
pub use places::{Branch, Kind};
pub use repair::Repair;

use crate::facts::presence::{Answer, Asked, Holder, Material, Presence, Subject};
use crate::facts::workspace::Workspace;
use crate::git::access::Access;
use crate::git::history::{self, Detail};
use crate::insight::audit::accepted::{Accepted, FILE, LARGEST};
use crate::insight::audit::discover::{self, Fix, Past, Recorded, Tag};
use crate::insight::graph::{Graph, Place, Reach};
use crate::insight::presence::{Decision, Standing, Verdict, Why, judge, overall};
use crate::model::failure::Failure;
use crate::model::oid::Oid;
use crate::model::text::{safe, shell_word};
use crate::system::files;
use chrono::{DateTime, Utc};
use std::collections::{BTreeSet, HashMap};

/// One hotfix and the verdicts about it.
#[derive(Clone, Debug)]
pub struct Audited {
    pub fix: Fix,
    pub standing: Standing,
    /// Its commits, those that are only paperwork left out, oldest first.
    pub own: Vec<Place>,
    pub material: Material,
    pub places: Vec<Found>,
    /// Whether no release has it yet.
    pub is_unreleased: bool,
}

/// A verdict about one place.
#[derive(Clone, Debug)]
pub struct Found {
    pub branch: Branch,
    pub verdict: Verdict,
    /// What the verdict was made from.
    pub answer: Answer,
    /// The fix's commits that change what is lost, oldest first.
    pub owed: Vec<Place>,
    pub repair: Repair,
}

/// The answer.
pub struct Audit {
    /// Lost ones first, then by age.
    pub fixes: Vec<Audited>,
    pub graph: Graph,
    /// The remote whose branches were looked at; `None` for our own.
    pub remote: Option<String>,
    /// What could not be seen.
    pub warnings: Vec<String>,
}

/// Where a fix is looked for.
struct Spot {
    branch: Branch,
    holder: Holder,
}

/// Looks for every hotfix since some time, or for the one that is called so, and calls accepted what was accepted
/// until `now`. Where nothing is called so, nothing is looked for.
///
/// # Errors
/// When production or what is needed of its history is not here, or history cannot be read.
pub fn gather(
    workspace: &Workspace,
    since: Option<DateTime<Utc>>,
    now: DateTime<Utc>,
    name: Option<&str>,
) -> anyhow::Result<Audit> {
    let repo = &workspace.repo;
    if repo.has_grafts() {
        let words = "this clone has grafts (info/grafts), with which history seems to be another one; nothing \
                     was audited";
        // Replacements are left out of account, grafts cannot be.
        return Err(Failure::failed(words).hint("git replace --convert-graft-file").into());
    }
    let found = places::read(workspace)?;
    let incidents = records::read(workspace)?;
    let tips: BTreeSet<&Oid> = (found.branches.iter().map(|b| &b.tip))
        .chain(found.tags.iter().map(|t| &t.commit))
        .chain(incidents.iter().filter_map(|i| i.released.as_ref()))
        .collect();
    let cut: BTreeSet<Oid> = repo.cut()?.into_iter().collect();
    let tips: Vec<&Oid> = tips.into_iter().collect();
    let graph = Graph::new(history::read(repo, &tips, None, Detail::Messages, None)?, &cut);
    let mut warnings = Vec::new();
    cut_off(workspace, &graph, since)?;
    let tags: Vec<Tag> = found
        .tags
        .iter()
        .filter(|t| !discover::is_chore(&t.scheme.prefix))
        .filter_map(|t| {
            let (name, scheme, version) = (t.name.clone(), t.scheme.clone(), t.version.clone());
            Some(Tag { name, scheme, version, commit: graph.find(&t.commit)? })
        })
        .collect();
    let recorded: Vec<Recorded> = incidents.into_iter().map(|i| i.placed(&graph)).collect();
    let spot = |mut branch: Branch| {
        let holder = Holder::new(&graph, &branch.tip)?;
        if branch.kind == Kind::Line {
            branch.newest = tags.iter().rfind(|t| holder.reach.has(t.commit)).map(|t| t.name.clone());
        }
        Some(Spot { branch, holder })
    };
    let production_tip = found.production.clone();
    let mut spots: Vec<Spot> = found.branches.into_iter().filter_map(spot).collect();
    let production = spots.iter().find(|s| s.branch.kind == Kind::Production).map(|s| &s.holder);
    let newest = production.and_then(|p| newest(&tags, &p.reach, workspace)).cloned();
    let past_tips: Vec<Place> = spots
        .iter()
        .filter(|s| matches!(s.branch.kind, Kind::Production | Kind::Line))
        .map(|s| s.holder.tip)
        .chain(tags.iter().map(|t| t.commit))
        .collect();
    let past = Past {
        graph: &graph,
        production: production.map(|p| p.tip),
        tips: &past_tips,
        tags: &tags,
        records: &recorded,
        prefix: &workspace.config.branches.prefix,
        has_merge_backs: spots.iter().any(|s| s.branch.kind == Kind::MergeBack),
    };
    let mut fixes = discover::fixes(&past);
    fixes.retain(|fix| since.is_none_or(|since| fix.seconds >= since.timestamp()));
    fixes.retain(|fix| name.is_none_or(|name| fix.called(&oids(&graph, &fix.own)).is(name)));
    if let Some(tag) = &newest
        && let Some(tip) = graph.oid(tag.commit)
    {
        let branch = Branch { name: tag.name.clone(), kind: Kind::Release, tip: tip.clone(), newest: None };
        spots.extend(spot(branch));
    }
    let first_tags = discover::first_tags(&graph, &tags);
    let production = spots.iter().find(|s| s.branch.kind == Kind::Production);
    let rests = production.filter(|p| rests(&graph, &tags, &p.holder));
    if let Some(production) = rests {
        warnings.push(format!(
            "{} has nothing of the newest releases, so the fixes in those are not looked for there; \
             branches.production says which branch is in production",
            safe(&production.branch.name)
        ));
    }
    let ground = Ground {
        graph: &graph,
        spots: &spots,
        tags: &tags,
        newest: newest.as_ref(),
        first_tags,
        resting: rests.map(|p| &p.holder),
    };
    let mut fixes = look(workspace, &ground, &fixes)?;
    let list = read_accepted(workspace, &production_tip)?;
    accept(&mut fixes, &graph, &list, now, &mut warnings);
    let trial = repair::Trial { workspace, graph: &graph, remote: found.remote.as_deref() };
    for at in 0..fixes.len() {
        let Some(fix) = fixes.get(at) else { continue };
        let repairs: Vec<Repair> = fix.places.iter().map(|place| trial.repair(fix, place)).collect();
        let places = fixes.get_mut(at).map(|fix| fix.places.as_mut_slice()).unwrap_or_default();
        places.iter_mut().zip(repairs).for_each(|(place, repair)| place.repair = repair);
    }
    Ok(Audit { fixes, graph, remote: found.remote, warnings })
}

/// The accepted losses: of the worktree, where there is none of production.
fn read_accepted(workspace: &Workspace, production: &Oid) -> anyhow::Result<Accepted> {
    let here = match workspace.repo.worktree() {
        Some(root) => files::read_small(&root.join(FILE), LARGEST)?,
        None => None,
    };
    let text = match here {
        Some(text) => Some(text),
        None => workspace.repo.blob(production, FILE)?.map(|b| String::from_utf8_lossy(&b).into_owned()),
    };
    let parsed = Accepted::parse(text.as_deref().unwrap_or_default());
    parsed.map_err(|why| Failure::usage(format!("{FILE}: {why}; nothing was audited")).into())
}

/// Calls accepted what is accepted, and says which acceptances have ended.
fn accept(
    fixes: &mut [Audited],
    graph: &Graph,
    list: &Accepted,
    now: DateTime<Utc>,
    warnings: &mut Vec<String>,
) {
    for fix in fixes.iter_mut() {
        let commits = oids(graph, &fix.own);
        let called = fix.fix.called(&commits);
        for place in fix.places.iter_mut().filter(|p| p.verdict.standing == Standing::Lost) {
            match list.find(called, &place.branch.name, now.date_naive()) {
                Some((entry, true)) => {
                    place.verdict.standing = Standing::Accepted;
                    place.verdict.why = Why::Decided(entry.reason.clone());
                }
                Some((entry, false)) => warnings.push(format!(
                    "{} in {} was accepted until {} only",
                    safe(&fix.fix.name),
                    safe(&place.branch.name),
                    safe(entry.until.as_deref().unwrap_or_default())
                )),
                None => {}
            }
        }
        if fix.standing == Standing::Lost {
            let standings: Vec<Standing> = fix.places.iter().map(|p| p.verdict.standing).collect();
            fix.standing = overall(&standings, false);
        }
    }
    fixes.sort_by_key(|fix| fix.standing);
}

impl Audit {
    /// The evidence for one place of one fix.
    ///
    /// # Errors
    /// When contents or history cannot be read.
    pub fn evidence(
        &self,
        workspace: &Workspace,
        fix: &Audited,
        place: &Found,
    ) -> anyhow::Result<Vec<Evidence>> {
        evidence::read(workspace, self, fix, place)
    }

    /// Whether a fix is called so: by name, release, incident or commit.
    pub fn is_called(&self, fix: &Audited, word: &str) -> bool {
        fix.fix.called(&oids(&self.graph, &fix.own)).is(word)
    }
}

/// The commits at these places, as git names them.
fn oids<'a>(graph: &'a Graph, places: &[Place]) -> Vec<&'a str> {
    places.iter().filter_map(|at| graph.oid(*at)).map(Oid::as_str).collect()
}

/// What is not here cannot be looked at, and a green answer would say that it was.
fn cut_off(workspace: &Workspace, graph: &Graph, since: Option<DateTime<Utc>>) -> anyhow::Result<()> {
    let edge = graph.iter().filter(|(_, node)| node.is_cut).map(|(_, node)| node.seconds).max();
    let Some(edge) = edge.filter(|edge| since.is_none_or(|since| since.timestamp() <= *edge)) else {
        return Ok(());
    };
    let day = DateTime::from_timestamp(edge, 0).unwrap_or_default().format("%Y-%m-%d");
    let words = format!("history is cut off at {day}: older hotfixes cannot be found; nothing was audited");
    let mut failure = Failure::failed(words);
    if workspace.repo.is_shallow() {
        let remote = workspace.remote().map(|r| format!(" {}", shell_word(r))).unwrap_or_default();
        failure.hints.push(format!("git fetch --unshallow{remote}"));
    }
    failure.hints.push(format!("hotfix audit --since {}", next_day(edge)));
    Err(failure.into())
}

/// The first day on which everything is here.
fn next_day(edge: i64) -> String {
    DateTime::from_timestamp(edge.saturating_add(86_400), 0)
        .unwrap_or_default()
        .format("%Y-%m-%d")
        .to_string()
}

/// A way of writing tags that is this many times rarer than the usual one is none.
const RARE: usize = 10;

/// The newest release below production, of the way of writing tags that is in use there.
fn newest<'a>(tags: &'a [Tag], production: &Reach, workspace: &Workspace) -> Option<&'a Tag> {
    let configured =
        workspace.config.version.tag.as_deref().and_then(crate::model::version::TagScheme::from_pattern);
    let below = || tags.iter().filter(|t| production.has(t.commit));
    let is_configured = |t: &&Tag| configured.as_ref().is_none_or(|c| t.scheme.prefix == c.prefix);
    let mut counts: HashMap<&crate::model::version::TagScheme, usize> = HashMap::new();
    below().for_each(|tag| *counts.entry(&tag.scheme).or_default() += 1);
    let most = counts.values().copied().max().unwrap_or_default();
    let is_usual = |t: &&Tag| counts.get(&t.scheme).is_some_and(|count| count * RARE >= most);
    let candidates = || below().filter(is_configured);
    let newest = candidates().filter(is_usual).min_by_key(|t| t.commit);
    let scheme = newest.or_else(|| candidates().min_by_key(|t| t.commit)).map(|t| t.scheme.clone())?;
    below().rfind(|t| t.scheme == scheme)
}

/// What every fix is looked for in.
struct Ground<'a> {
    graph: &'a Graph,
    spots: &'a [Spot],
    tags: &'a [Tag],
    /// The newest release.
    newest: Option<&'a Tag>,
    /// For each commit the first tag that has it, as a position.
    first_tags: HashMap<Place, usize>,
    /// Production, where releases are made elsewhere since its last commit.
    resting: Option<&'a Holder>,
}

/// How many releases above production's last commit show that they come from another branch.
const ELSEWHERE: usize = 3;

/// Whether the releases have been made elsewhere since production's last commit.
fn rests(graph: &Graph, tags: &[Tag], production: &Holder) -> bool {
    let seconds = |place: Place| graph.get(place).map_or(0, |node| node.seconds);
    let last = seconds(production.tip);
    let later = tags.iter().filter(|tag| seconds(tag.commit) > last && !production.reach.has(tag.commit));
    later.take(ELSEWHERE).count() == ELSEWHERE
}

impl Ground<'_> {
    /// Whether the newest release is at or above the one that a fix came out with.
    fn is_released(&self, fix: &Fix) -> bool {
        let first = self.first_tags.get(&fix.brought).and_then(|at| self.tags.get(*at));
        first.zip(self.newest).is_some_and(|(first, newest)| {
            first.scheme == newest.scheme && first.version.cmp_precedence(&newest.version).is_le()
        })
    }

    /// Whether a fix was released when production had its last commit behind it.
    fn is_past(&self, fix: &Fix) -> bool {
        let first = self.first_tags.get(&fix.brought).and_then(|at| self.tags.get(*at));
        self.resting.zip(first).is_some_and(|(production, first)| !production.reach.has(first.commit))
    }

    /// Whether production has a fix that no release has.
    fn is_unreleased(&self, fix: &Fix) -> bool {
        self.newest.is_some() && fix.is_production && !self.first_tags.contains_key(&fix.brought)
    }

    /// Whether a fix is to be in a place.
    fn belongs(&self, fix: &Fix, spot: &Spot) -> bool {
        let reach = &spot.holder.reach;
        match spot.branch.kind {
            Kind::Production => !self.is_past(fix),
            Kind::MergeBack => true,
            Kind::Release if !fix.is_production => reach.has(fix.tip),
            Kind::Release => reach.has(fix.tip) || self.is_released(fix),
            Kind::Line => {
                let named = fix.record.as_ref().and_then(|r| r.production.as_ref());
                reach.has(fix.tip) || reach.has(fix.brought) || named == Some(&spot.branch.name)
            }
        }
    }

    /// One question for each fix and each place where it belongs.
    fn questions(&self, fixes: &[Fix]) -> Vec<Asked> {
        let mut asked = Vec::new();
        for (subject, fix) in fixes.iter().enumerate() {
            for (holder, spot) in self.spots.iter().enumerate().filter(|(_, s)| self.belongs(fix, s)) {
                let is_owed = fix.is_production || spot.branch.kind == Kind::Line;
                let name = &spot.branch.name;
                let decision = fix.record.as_ref().and_then(|r| match r.skipped.get(name) {
                    Some(reason) => Some(Decision::Skipped(reason.clone())),
                    None => r.resolved.contains(name).then_some(Decision::Resolved),
                });
                asked.push(Asked { subject, holder, is_owed, decision });
            }
        }
        asked
    }
}

/// Looks for each fix wherever it belongs.
fn look(workspace: &Workspace, ground: &Ground<'_>, fixes: &[Fix]) -> anyhow::Result<Vec<Audited>> {
    let version = |tag: &str| ground.tags.iter().find(|t| t.name == tag).map(|t| t.version.to_string());
    let subject = |fix: &Fix| Subject {
        tip: fix.tip,
        base: fix.base,
        own: fix.own.clone(),
        brought: vec![fix.brought],
        is_cut: fix.is_cut,
        release: fix.tag.as_deref().and_then(version),
    };
    let subjects: Vec<Subject> = fixes.iter().map(subject).collect();
    let holders: Vec<Holder> = ground.spots.iter().map(|s| s.holder.clone()).collect();
    let presence = Presence {
        repo: &workspace.repo,
        guard: &workspace.config.guard,
        graph: ground.graph,
        subjects: &subjects,
        holders: &holders,
    };
    let (materials, answers) = presence.look(ground.questions(fixes))?;
    let mut places: Vec<Vec<Found>> = vec![Vec::new(); fixes.len()];
    for answer in answers {
        let (subject, holder) = (answer.asked.subject, answer.asked.holder);
        let (Some(list), Some(material), Some(spot)) =
            (places.get_mut(subject), materials.get(subject), ground.spots.get(holder))
        else {
            continue;
        };
        let owed = material.changing(&answer.verdict.paths);
        let (branch, verdict) = (spot.branch.clone(), answer.verdict.clone());
        list.push(Found { branch, verdict, answer, owed, repair: Repair::default() });
    }
    let mut audited: Vec<Audited> = fixes
        .iter()
        .zip(materials.into_iter().zip(places))
        .map(|(fix, (material, places))| conclude(fix.clone(), material, places, ground.is_unreleased(fix)))
        .collect();
    once(&mut audited);
    audited.sort_by_key(|a| a.standing);
    Ok(audited)
}

/// A hotfix that was merged into the branch of another, which brought nothing else than version numbers
/// beside it, is one: as it was recorded, else as it was merged first.
fn once(audited: &mut Vec<Audited>) {
    audited.sort_by_key(|a| (a.fix.record.is_none(), a.fix.seconds));
    let mut seen: BTreeSet<Vec<Place>> = BTreeSet::new();
    audited.retain(|a| a.own.is_empty() || seen.insert(a.own.clone()));
    audited.sort_by_key(|a| (std::cmp::Reverse(a.fix.seconds), a.fix.brought));
}

fn conclude(fix: Fix, material: Material, mut places: Vec<Found>, is_unreleased: bool) -> Audited {
    let is_home = |p: &&Found| match fix.is_production {
        true => p.branch.kind == Kind::Production,
        false => matches!(p.branch.kind, Kind::Line | Kind::Production),
    };
    let at_home = places.iter().find(is_home).map(|p| p.verdict.standing);
    let told = fix.rolled_back_by.is_some() || fix.record.as_ref().is_some_and(|r| r.is_rolled_back);
    let is_rolled_back = told && at_home != Some(Standing::Kept);
    if is_rolled_back {
        for place in &mut places {
            place.answer.facts.decision = Some(Decision::RolledBack);
            place.verdict = judge(&place.answer.facts);
        }
    }
    let standings: Vec<Standing> = places.iter().map(|p| p.verdict.standing).collect();
    let standing = overall(&standings, is_rolled_back);
    Audited { fix, standing, own: material.own.clone(), material, places, is_unreleased }
}
