//! Every past hotfix, and what its places hold of it. A handful of questions to git, whatever the
//! number of hotfixes.

mod follow;
mod material;
mod places;
mod records;

pub use places::{Branch, Kind};

use crate::facts::site::Site;
use crate::git::history::{self, Detail};
use crate::insight::audit::content::State;
use crate::insight::audit::discover::{self, Fix, Past, Recorded, Tag};
use crate::insight::audit::verdict::{self, By, Evidence, Part, Standing, Verdict};
use crate::insight::graph::{Graph, Place, Reach};
use crate::model::oid::Oid;
use chrono::{DateTime, Utc};
use follow::{Follow, Question};
use material::{Contents, Held, Material};
use std::collections::{BTreeSet, HashMap};

/// One hotfix and the verdicts about it.
#[derive(Clone, Debug)]
pub struct Audited {
    pub fix: Fix,
    pub standing: Standing,
    /// Its commits, those that are only paperwork left out, oldest first.
    pub own: Vec<Place>,
    pub places: Vec<Found>,
    /// Whether no release has it yet.
    pub is_unreleased: bool,
}

/// A verdict about one place.
#[derive(Clone, Debug)]
pub struct Found {
    pub branch: Branch,
    pub verdict: Verdict,
    /// Why it was left out on purpose.
    pub skipped: Option<String>,
    /// The fix's commits that change what is not as it should be, oldest first.
    pub owed: Vec<Place>,
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
struct Holder {
    branch: Branch,
    tip: Place,
    reach: Reach,
}

/// Looks for every hotfix since some time.
///
/// # Errors
/// When production is not here, or history cannot be read.
pub fn gather(site: &Site, since: Option<DateTime<Utc>>) -> anyhow::Result<Audit> {
    let repo = &site.repo;
    let found = places::read(site)?;
    let incidents = records::read(site)?;
    let tips: BTreeSet<&Oid> = (found.branches.iter().map(|b| &b.tip))
        .chain(found.tags.iter().map(|t| &t.commit))
        .chain(incidents.iter().filter_map(|i| i.released.as_ref()))
        .collect();
    let cut: BTreeSet<Oid> = repo.cut()?.into_iter().collect();
    let tips: Vec<&Oid> = tips.into_iter().collect();
    let graph = Graph::new(history::read(repo, &tips, None, Detail::Messages, None)?, &cut);
    let mut warnings = found.warnings;
    warnings.extend((!cut.is_empty()).then(|| cut_off(&graph)));
    let tags: Vec<Tag> = found
        .tags
        .iter()
        .filter_map(|t| {
            let (name, scheme, version) = (t.name.clone(), t.scheme.clone(), t.version.clone());
            Some(Tag { name, scheme, version, commit: graph.find(&t.commit)? })
        })
        .collect();
    let recorded: Vec<Recorded> = incidents.into_iter().map(|i| i.placed(&graph)).collect();
    let holder = |mut branch: Branch| {
        let tip = graph.find(&branch.tip)?;
        let reach = graph.reach([tip]);
        if branch.kind == Kind::Line {
            branch.newest = tags.iter().rfind(|t| reach.has(t.commit)).map(|t| t.name.clone());
        }
        Some(Holder { branch, tip, reach })
    };
    let mut holders: Vec<Holder> = found.branches.into_iter().filter_map(holder).collect();
    let production = holders.iter().find(|h| h.branch.kind == Kind::Production);
    let newest = production.and_then(|p| newest(&tags, &p.reach, site)).cloned();
    let past_tips: Vec<Place> = holders
        .iter()
        .filter(|h| matches!(h.branch.kind, Kind::Production | Kind::Line))
        .map(|h| h.tip)
        .chain(tags.iter().map(|t| t.commit))
        .collect();
    let past = Past {
        graph: &graph,
        production: production.map(|p| p.tip),
        tips: &past_tips,
        tags: &tags,
        records: &recorded,
        prefix: &site.config.branches.prefix,
    };
    let mut fixes = discover::fixes(&past);
    fixes.retain(|fix| since.is_none_or(|since| fix.seconds >= since.timestamp()));
    if let Some(tag) = &newest
        && let Some(tip) = graph.oid(tag.commit)
    {
        let branch = Branch { name: tag.name.clone(), kind: Kind::Release, tip: tip.clone(), newest: None };
        holders.push(Holder { branch, tip: tag.commit, reach: graph.reach([tag.commit]) });
    }
    let first_tags = discover::first_tags(&graph, &tags);
    let ground =
        Ground { graph: &graph, holders: &holders, tags: &tags, newest: newest.as_ref(), first_tags };
    let fixes = look(site, &ground, &fixes)?;
    Ok(Audit { fixes, graph, remote: found.remote, warnings })
}

fn cut_off(graph: &Graph) -> String {
    let oldest = graph.iter().map(|(_, node)| node.seconds).min().unwrap_or_default();
    let day = DateTime::from_timestamp(oldest, 0).unwrap_or_default().format("%Y-%m-%d");
    format!(
        "history is cut off at {day} (a shallow clone): older hotfixes are not seen (git fetch --unshallow)"
    )
}

/// The newest release below production, of the way of writing tags that is in use there.
fn newest<'a>(tags: &'a [Tag], production: &Reach, site: &Site) -> Option<&'a Tag> {
    let configured =
        site.config.version.tag.as_deref().and_then(crate::model::version::TagScheme::from_pattern);
    let below = || tags.iter().filter(|t| production.has(t.commit));
    let is_configured = |t: &&Tag| configured.as_ref().is_none_or(|c| t.scheme.prefix == c.prefix);
    let scheme = below().filter(is_configured).min_by_key(|t| t.commit).map(|t| t.scheme.clone())?;
    below().rfind(|t| t.scheme == scheme)
}

/// What every fix is looked for in.
struct Ground<'a> {
    graph: &'a Graph,
    holders: &'a [Holder],
    tags: &'a [Tag],
    /// The newest release.
    newest: Option<&'a Tag>,
    /// For each commit the first tag that has it, as a position.
    first_tags: HashMap<Place, usize>,
}

impl Ground<'_> {
    /// Whether the newest release is at or above the one that a fix came out with.
    fn is_released(&self, fix: &Fix) -> bool {
        let first = self.first_tags.get(&fix.brought).and_then(|at| self.tags.get(*at));
        first.zip(self.newest).is_some_and(|(first, newest)| {
            first.scheme == newest.scheme && first.version.cmp_precedence(&newest.version).is_le()
        })
    }

    /// Whether production has a fix that no release has.
    fn is_unreleased(&self, fix: &Fix) -> bool {
        self.newest.is_some() && fix.is_production && !self.first_tags.contains_key(&fix.brought)
    }

    /// Whether a fix is to be in a place.
    fn belongs(&self, fix: &Fix, holder: &Holder) -> bool {
        match holder.branch.kind {
            Kind::Production | Kind::MergeBack => true,
            Kind::Release if !fix.is_production => holder.reach.has(fix.tip),
            Kind::Release => holder.reach.has(fix.tip) || self.is_released(fix),
            Kind::Line => {
                let named = fix.record.as_ref().and_then(|r| r.production.as_ref());
                holder.reach.has(fix.tip)
                    || holder.reach.has(fix.brought)
                    || named == Some(&holder.branch.name)
            }
        }
    }

    /// One question for each fix and each place where it belongs.
    fn questions<'q>(&'q self, fixes: &'q [Fix], materials: &'q [Material]) -> Vec<Question<'q>> {
        let mut questions = Vec::new();
        for (at, (fix, material)) in fixes.iter().zip(materials).enumerate() {
            for holder in self.holders.iter().filter(|h| self.belongs(fix, h)) {
                questions.push(Question {
                    at,
                    holder,
                    fix,
                    material,
                    has_commits: holder.reach.has(fix.tip),
                    paths: material.files.iter().map(material::File::paths).collect(),
                    states: Vec::new(),
                    causes: Vec::new(),
                    has_patch: false,
                });
            }
        }
        questions
    }
}

/// Looks for each fix wherever it belongs.
fn look(site: &Site, ground: &Ground<'_>, fixes: &[Fix]) -> anyhow::Result<Vec<Audited>> {
    let (repo, graph) = (&site.repo, ground.graph);
    let mut contents = Contents::default();
    let materials = material::read(repo, graph, &site.config.guard, fixes, &mut contents)?;
    let mut questions = ground.questions(fixes, &materials);
    let mut held = Held::default();
    held.read(repo, questions.iter().flat_map(Question::wanted), &mut contents)?;
    held.read_odd(repo, questions.iter().flat_map(Question::odd))?;
    for question in &mut questions {
        question.look(&held, &contents);
    }
    Follow { repo, graph, guard: &site.config.guard }.all(&mut questions, &mut held, &mut contents)?;
    let is_cut = graph.iter().any(|(_, node)| node.is_cut);
    let mut places: Vec<Vec<Found>> = vec![Vec::new(); fixes.len()];
    for question in questions {
        let place = question.judged(is_cut);
        if let Some(list) = places.get_mut(question.at) {
            list.push(place);
        }
    }
    let mut audited: Vec<Audited> = fixes
        .iter()
        .zip(materials.iter().zip(places))
        .map(|(fix, (material, places))| conclude(fix.clone(), material, places, ground.is_unreleased(fix)))
        .collect();
    audited.sort_by_key(|a| a.standing);
    Ok(audited)
}

fn conclude(fix: Fix, material: &Material, mut places: Vec<Found>, is_unreleased: bool) -> Audited {
    let is_home = |p: &&Found| match fix.is_production {
        true => p.branch.kind == Kind::Production,
        false => matches!(p.branch.kind, Kind::Line | Kind::Production),
    };
    let at_home = places.iter().find(is_home).map(|p| p.verdict.standing);
    let told = fix.rolled_back_by.is_some() || fix.record.as_ref().is_some_and(|r| r.is_rolled_back);
    let is_rolled_back = told && at_home != Some(Standing::Kept);
    for place in &mut places {
        if place.verdict.standing == Standing::Kept {
            continue;
        }
        if is_rolled_back {
            place.verdict.standing = Standing::RolledBack;
        } else if place.skipped.is_some() {
            place.verdict.standing = Standing::Skipped;
        }
    }
    let standings: Vec<Standing> = places.iter().map(|p| p.verdict.standing).collect();
    let standing = verdict::overall(&standings, is_rolled_back);
    Audited { fix, standing, own: material.own.clone(), places, is_unreleased }
}

impl Question<'_> {
    /// The verdict, from all that was found out.
    fn judged(&self, is_cut: bool) -> Found {
        let mut parts = Vec::new();
        for (at, (file, states)) in self.material.files.iter().zip(&self.states).enumerate() {
            for (part, state) in states.iter().enumerate() {
                let cause = self.causes.get(at).and_then(|c| c.get(part)).copied().flatten();
                let is_module = file.change.is_module();
                parts.push(Part { path: file.path.clone(), state: *state, is_module, cause });
            }
        }
        let evidence = Evidence {
            arrived: match (self.has_commits, self.has_patch) {
                (true, _) => Some(By::Ancestry),
                (false, true) => Some(By::PatchId),
                _ => None,
            },
            parts,
            is_owed: self.fix.is_production || self.holder.branch.kind == Kind::Line,
            is_cut,
            is_blind: self.fix.is_cut,
        };
        let skipped = self.fix.record.as_ref().and_then(|r| r.skipped.get(&self.holder.branch.name).cloned());
        let verdict = verdict::judge(&evidence);
        let owed = self.material.changing(&verdict.paths);
        Found { branch: self.holder.branch.clone(), verdict, skipped, owed }
    }

    /// Whether everything is there.
    fn is_there(&self) -> bool {
        self.states.iter().flatten().all(|s| *s == State::In)
    }
}
