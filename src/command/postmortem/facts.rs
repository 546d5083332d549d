//! What a post-mortem is made from: the record, and what git knows of the fix.

use crate::command::check;
use crate::facts::fix::{self, tip_of};
use crate::facts::followup::{self, Ground};
use crate::facts::{Hotfix, Workspace, affected_cache, changed_files, open_incident, tested};
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::fetch;
use crate::insight::affected::Affected;
use crate::insight::scope;
use crate::insight::shipped::Tested;
use crate::model::change::FileChange;
use crate::model::done_when::State;
use crate::model::event::{Kind, Pointer};
use crate::model::event_data::{MergeBack, RanCommand};
use crate::model::incident::{End, Incident};
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat};
use crate::model::text::{list, safe};
use crate::report::lint::Size;
use crate::report::postmortem::Facts;
use chrono::FixedOffset;
use std::collections::{BTreeMap, BTreeSet};

/// The most commits that are counted.
const MOST_COMMITS: usize = 1000;

/// Everything the document is made from, read once.
pub(super) struct Gathered {
    /// The record of the one hotfix that this is about.
    own: Incident,
    /// The same of each hotfix and rollback that belongs to it, oldest first.
    parts: Vec<Self>,
    checks: Vec<crate::model::checklist::Standing>,
    commits: Vec<CommitLine>,
    stat: DiffStat,
    diffstat: String,
    affected: Option<Affected>,
    tested: Vec<Tested>,
    targets: Vec<(String, String)>,
    followups: BTreeMap<String, State>,
    earlier: Vec<(String, String)>,
    outputs: BTreeMap<String, String>,
    zone: Option<FixedOffset>,
    size: Size,
}

impl Gathered {
    /// Of a whole incident, from its own hotfix and those that belong to it.
    pub fn from(workspace: &Workspace, hotfix: &Hotfix, whole: &Incident) -> anyhow::Result<Self> {
        let of = |hotfix: &Hotfix| -> anyhow::Result<Option<Self>> {
            // What is restricted stays in the record.
            let told = hotfix.incident.as_ref().and_then(Incident::tellable);
            told.map(|own| Self::of_one(workspace, hotfix, own)).transpose()
        };
        let mut gathered = match of(hotfix)? {
            Some(own) => own,
            None => Self::of_one(workspace, hotfix, whole.clone())?,
        };
        for part in open_incident::parts(workspace, whole)? {
            let part = of(&Hotfix::with_record(workspace, part)?)?;
            gathered.outputs.extend(part.iter().flat_map(|part| part.outputs.clone()));
            gathered.earlier.extend(part.iter().flat_map(|part| part.earlier.clone()));
            gathered.parts.extend(part);
        }
        let its_own: Vec<String> = gathered.all().map(|one| one.own.id.clone()).collect();
        gathered.earlier.retain(|(id, _)| !its_own.contains(id));
        gathered.earlier.sort();
        gathered.earlier.dedup();
        // They belong to the incident, whichever of them they were noted for.
        gathered.followups = followups(workspace, whole)?;
        Ok(gathered)
    }

    fn of_one(workspace: &Workspace, hotfix: &Hotfix, own: Incident) -> anyhow::Result<Self> {
        let incident = &own;
        let record = workspace.record();
        let tip = tip_of(hotfix, incident);
        let base = incident.base.clone();
        let (mut commits, mut stat, mut diffstat) = (Vec::new(), DiffStat::default(), String::new());
        let mut paths = BTreeSet::new();
        let mut size = Size::default();
        if let (Some(base), Some(tip)) = (&base, &tip)
            && workspace.repo.has(tip)?
            && workspace.repo.has(base)?
        {
            commits = crate::facts::commit_lines::lines(&workspace.repo, tip, std::slice::from_ref(base))?;
            commits.reverse();
            let changes = workspace.repo.changes(base, tip)?;
            stat = DiffStat::of(&changes);
            diffstat =
                changes.iter().map(|c| format!("{} | +{} -{}\n", c.path, c.added, c.removed)).collect();
            size = measured(&workspace.repo, incident.released.as_ref(), base, commits.len(), &changes)?;
            paths = changes.into_iter().map(|c| c.path).collect();
        }
        let mut outputs = BTreeMap::new();
        let with_output = incident.events.iter().filter(|e| e.read::<RanCommand>().command.is_some());
        for event in with_output {
            if let Some(output) = record.output(&incident.id, &event.id)? {
                outputs.insert(event.id.clone(), output);
            }
        }
        let checks = if incident.undone().is_some() {
            // What a rollback restores was in production before; its checklist is not asked.
            Vec::new()
        } else if hotfix.tip().is_some() {
            check::standings(workspace, hotfix)?
        } else {
            let tree = tip.map(|t| workspace.repo.commit(&t)).transpose().ok().flatten().map(|c| c.tree);
            crate::facts::finish::standings(workspace, hotfix, tree.as_ref())
        };
        let mut earlier = Vec::new();
        for other in record.incidents()? {
            let before = other.id != incident.id && other.started_at < incident.started_at;
            if before && !paths.is_disjoint(&changed_files::files(workspace, &other)?) {
                earlier.push((other.id, other.title));
            }
        }
        let affected = affected(workspace, hotfix);
        let tested = tested::against(workspace, incident, &checks)?;
        let targets = targets(incident, &followup::lacking(workspace, incident)?);
        let zone = workspace.config.incident.timezone.in_documents();
        Ok(Self {
            parts: Vec::new(),
            checks,
            commits,
            stat,
            diffstat,
            affected,
            tested,
            targets,
            followups: BTreeMap::new(),
            earlier,
            outputs,
            zone,
            size,
            own,
        })
    }

    /// How large the fix is, where git knows it; of several, the numbers of each.
    pub fn size(&self) -> Option<Size> {
        let sizes = || self.all().filter(|one| !one.commits.is_empty()).map(|one| &one.size);
        sizes().next()?;
        Some(Size {
            commits: sizes().flat_map(|size| size.commits.iter().copied()).collect(),
            files: sizes().flat_map(|size| size.files.iter().copied()).collect(),
        })
    }

    fn all(&self) -> impl Iterator<Item = &Self> {
        std::iter::once(self).chain(&self.parts)
    }

    /// What the parts are told with.
    pub fn parts(&self) -> Vec<Facts<'_>> {
        self.parts.iter().map(|part| part.facts(&part.own, &[])).collect()
    }

    pub fn facts<'a>(&'a self, incident: &'a Incident, parts: &'a [Facts<'a>]) -> Facts<'a> {
        Facts {
            incident,
            own: &self.own,
            parts,
            checks: &self.checks,
            commits: &self.commits,
            stat: self.stat,
            diffstat: &self.diffstat,
            previous_tag: self.own.base_tag.as_deref(),
            base_tag: self.own.base_tag.as_deref(),
            affected: self.affected.as_ref(),
            tested: &self.tested,
            targets: &self.targets,
            followups: &self.followups,
            earlier: &self.earlier,
            outputs: &self.outputs,
            tool_version: env!("CARGO_PKG_VERSION"),
            zone: self.zone,
        }
    }
}

/// The fix in numbers, as people count them: its own commits; its files, and those that are no tests; and what
/// `git diff` between the two releases shows.
fn measured(
    repo: &Repo,
    released: Option<&Oid>,
    base: &Oid,
    commits: usize,
    changes: &[FileChange],
) -> anyhow::Result<Size> {
    let tests = changes.iter().filter(|c| scope::is_test(&c.path)).count();
    let mut size = Size { commits: vec![commits], files: vec![changes.len(), changes.len() - tests] };
    if let Some(released) = released
        && repo.has(released)?
    {
        let between = repo.links(released, std::slice::from_ref(base), MOST_COMMITS)?;
        size.commits.extend([between.iter().filter(|c| c.parents.len() < 2).count(), between.len()]);
        size.files.push(repo.changes(base, released)?.len());
    }
    Ok(size)
}

/// Where the fault may have come from. A document without that is better than none.
fn affected(workspace: &Workspace, hotfix: &Hotfix) -> Option<Affected> {
    let look = || -> anyhow::Result<Option<Affected>> {
        let view = fetch::last_known(&workspace.repo, workspace.remote())?;
        fix::of_hotfix(workspace, &view, hotfix)?
            .map(|fix| affected_cache::look(workspace, &view, &fix))
            .transpose()
    };
    look().unwrap_or_else(|error| {
        log::warn!("which releases are affected could not be found out: {error:#}");
        None
    })
}

/// How the follow-ups stand that name a fact for their end.
fn followups(workspace: &Workspace, incident: &Incident) -> anyhow::Result<BTreeMap<String, State>> {
    let topics = incident.topics(&Kind::Followup);
    if topics.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ground = Ground::find(workspace)?;
    let all = topics.into_iter().map(|topic| ground.check(workspace, incident, topic));
    Ok(all.filter(|f| f.done_when.is_some()).map(|f| (f.topic.id, f.state)).collect())
}

/// What happened to each branch, in the words of the record.
fn targets(incident: &Incident, lacking: &[String]) -> Vec<(String, String)> {
    let mut targets: BTreeMap<String, String> = BTreeMap::new();
    for event in &incident.events {
        let Some(branch) = event.reference(Pointer::Branch) else { continue };
        let short = event
            .reference(Pointer::Commit)
            .map(|c| c.chars().take(7).collect::<String>())
            .unwrap_or_default();
        let words = match event.kind {
            Kind::Merged => format!("released at {short}"),
            Kind::MergedBack => match event.read::<MergeBack>().without {
                Some(paths) => {
                    let paths: Vec<String> = paths.iter().map(|path| safe(path)).collect();
                    format!("merged by hand at {short}, with nothing of the fix in {}", list(&paths))
                }
                None => match incident.undone() {
                    Some(undone) => format!("no longer has the change of {}, at {short}", safe(undone)),
                    None => format!("has the fix, at {short}"),
                },
            },
            Kind::MergeConflict => "conflicts; to be merged by hand".to_owned(),
            Kind::PushRefused => "rejected by the server; still owed".to_owned(),
            Kind::TargetSkipped => {
                let has_it = incident.end == Some(End::Finished) && !lacking.iter().any(|b| b == branch);
                let since = if has_it { "; has the fix since" } else { "" };
                format!("skipped: {}{since}", safe(&event.read::<MergeBack>().reason.unwrap_or_default()))
            }
            _ => continue,
        };
        targets.insert(branch.to_owned(), words);
    }
    targets.into_iter().collect()
}
