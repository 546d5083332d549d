//! Making every merge of a finish in the object database: no checkout, no ref moved. What comes
//! out is the plan that is shown, and exactly what is published.

use super::object_writer::ObjectWriter;
use super::resolution::{Resolution, resolutions};
use super::said_command;
use super::said_version;
use super::unsigned::Unsigned;
use super::versions;
use crate::config::MergeStyle;
use crate::facts::{Workspace, brought_in};
use crate::git::access::Access;
use crate::git::config::without_userinfo;
use crate::git::merge::{Clash, Merged, merge};
use crate::git::object::Signature;
use crate::model::checklist::{Item, State, standing};
use crate::model::event::{Actor, Kind};
use crate::model::failure::{Failure, Problem};
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{FinishPlan, Method, Outcome, Release, Role, Stage, Target};
use crate::plan::finish::{FinishFacts, Progress, Stranded};
use crate::plan::options::FinishOptions;
use crate::plan::problems::problems;
use crate::plan::steps::steps;
use chrono::{DateTime, FixedOffset};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// What shapes the plan besides the facts.
#[derive(Clone, Debug)]
pub struct Choices<'a> {
    pub options: &'a FinishOptions,
    /// Only shown: no hook runs and nothing is signed.
    pub rehearsal: bool,
    /// To be approved: hooks and signatures come when it is made again.
    pub provisional: bool,
    /// The time that the commits get; `None` means now.
    pub when: Option<DateTime<FixedOffset>>,
    /// The commands between publishing production and merging back.
    pub stages: Vec<Stage>,
    /// Merges that a human has resolved, by branch.
    pub resolutions: Vec<Resolution>,
}

impl Choices<'_> {
    /// A branch whose resolved merge is committed once the plan is approved.
    pub fn committing(&self) -> Option<&str> {
        self.resolutions.iter().find(|r| r.is_uncommitted()).map(|r| r.branch.as_str())
    }

    /// The choices of the plan that is carried out, after the approval: hooks and signatures run, and
    /// what is resolved is committed.
    ///
    /// # Errors
    /// When a worktree cannot be read, or a hook refuses the commit.
    pub fn approved(self, workspace: &Workspace, incident: Option<&Incident>) -> anyhow::Result<Self> {
        let resolutions = match incident.filter(|_| self.committing().is_some()) {
            Some(incident) => resolutions(workspace, incident, true)?,
            None => self.resolutions,
        };
        Ok(Self { provisional: false, resolutions, ..self })
    }
}

/// Plans a finish down to the object ids. A signature that fails is one of the problems.
///
/// # Errors
/// When git cannot merge or write objects.
pub fn compose(
    workspace: &Workspace,
    incident: Option<&Incident>,
    facts: &FinishFacts,
    choices: &Choices<'_>,
) -> anyhow::Result<FinishPlan> {
    let mut found = problems(facts, choices.options);
    let release = tagged(workspace, facts)?;
    if release.0.awaits.is_some() {
        // Whoever makes the tag decides what it says.
        found.retain(|problem| problem.id != "version");
    }
    match planned(workspace, (incident, facts), choices, found.clone(), release.clone()) {
        Err(error) => {
            let unsigned = error.downcast::<Unsigned>()?;
            found.push(unsigned.problem(&facts.command()));
            planned(workspace, (incident, facts), choices, found, release)
        }
        plan => plan,
    }
}

/// Whether the server has refused what was last meant: then it is made again, by who and with what
/// the user has put right since. Before a refusal a retry has to publish the same objects.
fn was_refused(incident: &Incident) -> bool {
    let mut own = incident.events.iter().rev().filter(|e| e.own);
    let last = own.find(|e| matches!(e.kind, Kind::Publishing | Kind::PushRefused));
    last.is_some_and(|e| e.kind == Kind::PushRefused)
}

fn planned(
    workspace: &Workspace,
    (incident, facts): (Option<&Incident>, &FinishFacts),
    choices: &Choices<'_>,
    found: Vec<Problem>,
    (mut release, awaited): (Release, Option<String>),
) -> anyhow::Result<FinishPlan> {
    let actor = workspace.actor();
    // Without an identity nothing can be made; the plan says so and shows what it can.
    let Some(actor) =
        actor.or_else(|| choices.rehearsal.then(nobody)).or_else(|| (!found.is_empty()).then(nobody))
    else {
        return Err(Failure::no_identity().into());
    };
    let when = choices.when.unwrap_or_else(|| workspace.env.now_local().fixed_offset());
    let signature = Signature { name: actor.name, email: actor.email, when };
    let blocked = !found.is_empty();
    let counts = |incident: &&Incident| !was_refused(incident);
    let intent = incident.filter(counts).and_then(Intent::last).filter(|i| i.tip == facts.branch.tip);
    let writer =
        ObjectWriter::new(&workspace.repo, signature, choices.rehearsal || choices.provisional || blocked)
            .continuing(intent, facts.release.tag_is_out)
            .saying(choices.options.message.clone());
    let composer = Composer { workspace, facts, choices, writer };
    let mut remarks = facts.remarks.clone();
    remarks.extend(awaited);
    let production = composer.production(&mut release)?;
    let found = [found, release.faults.iter().map(|fault| inconsistent(fault, facts)).collect()].concat();
    let found = [
        found,
        said_version::unversioned(facts, &release).into_iter().collect(),
        said_version::ahead(facts, &release),
        said_command::absent(workspace, facts, &choices.stages, &release)?,
    ]
    .concat();
    let unmade = !found.is_empty() || production.outcome == Outcome::Conflict;
    let makes_tag = !unmade && release.awaits.is_none();
    if let (Some(commit), None, true) = (&release.commit, public_tag(facts), makes_tag) {
        release.tag_object = Some(composer.tag(&release.tag, commit)?);
    }
    let mut targets = vec![production];
    // What is merged back is a release: without its tag there is none yet.
    for target in facts.targets.iter().filter(|_| release.awaits.is_none()) {
        targets.push(super::back::plan(&composer, target, &release, &mut remarks)?);
    }
    // Nothing was signed so far, and who has removed the rest of what stands in the way should not
    // meet this then. It may ask for a passphrase, as the run that follows will.
    let is_tried = choices.rehearsal || !facts.identity || found.iter().any(|p| p.id == "signing");
    if blocked && !is_tried && public_tag(facts).is_none() {
        let makes_commits = targets.iter().any(|t| t.new.is_some() && t.method != Method::FastForward);
        composer.writer.try_signing(&facts.production.tip, makes_commits || release.bumped_tree.is_some())?;
    }
    let shipped = release.commit.as_ref().filter(|_| public_tag(facts).is_none());
    let shipped_tree = shipped.map(|c| workspace.repo.commit(c)).transpose()?.map(|c| c.tree);
    let untested_files = match (shipped, &shipped_tree) {
        (Some(commit), Some(tree)) => untested(workspace, (facts, incident), &release, commit, tree)?,
        _ => Vec::new(),
    };
    let rechecks = match &shipped_tree {
        Some(tree)
            if facts.progress == Progress::Ahead && facts.revert.is_none() && !untested_files.is_empty() =>
        {
            due_again(facts, incident, tree)
        }
        _ => Vec::new(),
    };
    remarks.extend(release.notes.iter().cloned());
    let left = match (&facts.release.stranded, &release.commit) {
        (Some(stranded), Some(commit)) => {
            Some(left_behind(workspace, facts, stranded, commit, &release.tag)?)
        }
        _ => None,
    };
    remarks.extend(left.clone());
    let held = choices.options.no_push && facts.production.remote.is_some();
    let mut plan = FinishPlan {
        name: facts.name.clone(),
        branch: facts.branch.name.clone(),
        tip: facts.branch.tip.clone(),
        tested_tree: facts.branch.tree.clone(),
        shipped_tree,
        untested_files,
        undoes: facts.revert.as_ref().map(|r| r.tag.clone()),
        rechecks,
        remote: facts.production.remote.clone().filter(|_| !choices.options.no_push),
        url: facts.production.url.clone(),
        release,
        targets,
        also_ships: if facts.progress == Progress::Ahead {
            facts.production.also_ships.clone()
        } else {
            Vec::new()
        },
        own: facts.branch.own.clone(),
        stat: facts.branch.stat,
        published_branch: facts.branch.published.clone(),
        local_branch: facts.branch.local.clone(),
        delete_branch: workspace.config.finish.delete_branch
            && !choices.options.keep_branch
            && facts.revert.is_none(),
        untracked: facts.worktrees.untracked.clone(),
        stages: choices.stages.clone(),
        problems: found,
        remarks,
        left_behind: left,
        request: None,
        mirrors: Vec::new(),
        stands_at: facts.worktrees.hotfix.clone(),
        worktree_here: facts.worktrees.here.clone(),
        worktrees: facts.worktrees.on_branch.clone(),
        resolved: resolved(&choices.resolutions),
        held,
        provisional: composer.writer.is_provisional() || choices.committing().is_some(),
        trees: BTreeMap::new(),
        steps: Vec::new(),
    };
    complete(workspace, &mut plan)?;
    Ok(plan)
}

/// The worktrees of merges that a person has resolved and committed.
pub(super) fn resolved(resolutions: &[Resolution]) -> Vec<(String, PathBuf)> {
    let done = resolutions.iter().filter(|r| r.is_resolved());
    done.map(|r| (r.branch.clone(), r.worktree.clone())).collect()
}

/// What follows from the rest of a plan: the trees that it publishes, and its steps.
///
/// # Errors
/// When git cannot read a commit.
pub fn complete(workspace: &Workspace, plan: &mut FinishPlan) -> anyhow::Result<()> {
    for target in &plan.targets {
        if let Some(update) = target.update() {
            plan.trees.insert(target.branch.clone(), workspace.repo.commit(&update.new)?.tree);
        }
    }
    if let Some(remote) = &plan.remote {
        let further = workspace.repo.config()?.further_addresses(remote);
        plan.mirrors = further.iter().map(|address| without_userinfo(address)).collect();
    }
    plan.steps = steps(plan);
    Ok(())
}

/// That another tool creates the tag, and the release waits for it.
fn awaited(tool: &str, needs: &str, production: &str) -> String {
    let needs = if needs.is_empty() { String::new() } else { format!("; {needs}") };
    format!(
        "{tool} creates the tag: {production} is published without one, and the same command continues \
         once a tag has the fix{needs}"
    )
}

/// The released tree would not build, by the rules of its own formats.
fn inconsistent(fault: &str, facts: &FinishFacts) -> Problem {
    let hint = format!("HOTFIX_CONFIG_VERSION_FILES=none {}    # changes no version file", facts.command());
    Problem::new("version-files", format!("the released tree would be inconsistent: {fault}"), hint)
}

/// The release, and what is to be said where somebody else makes its tag.
fn tagged(workspace: &Workspace, facts: &FinishFacts) -> anyhow::Result<(Release, Option<String>)> {
    let mut release = release(workspace, facts)?;
    release.directory = facts.release.directory.clone().unwrap_or_default();
    if public_tag(facts).is_some() {
        return Ok((release, None));
    }
    let what = (release.directory.as_str(), release.number());
    let (repo, config) = (&workspace.repo, &workspace.config.version);
    let other = versions::tagged_by(repo, config, &facts.branch.tip, (what.0, &what.1))?;
    let Some((tool, needs)) = other else { return Ok((release, None)) };
    let awaited = awaited(&tool, &needs, &facts.production.name);
    release.awaits = Some(tool);
    Ok((release, Some(awaited)))
}

/// The release that there is, or the one that is to be made.
fn release(workspace: &Workspace, facts: &FinishFacts) -> anyhow::Result<Release> {
    if let Progress::Released { tag, version, commit } = &facts.progress {
        return Ok(Release {
            version: version.clone(),
            tag: tag.clone(),
            previous: match &facts.revert {
                Some(revert) => Some(revert.back_to.clone()),
                None => previous(workspace, facts, version, commit)?,
            },
            commit: Some(commit.clone()),
            ..Release::default()
        });
    }
    let version = facts.release.versions.next();
    Ok(Release {
        tag: facts.release.versions.scheme.tag(&version),
        version,
        previous: facts.release.previous.clone(),
        ..Release::default()
    })
}

/// The files in which what ships differs from what was tested; the version is written into some.
fn untested(
    workspace: &Workspace,
    (facts, incident): (&FinishFacts, Option<&Incident>),
    release: &Release,
    commit: &Oid,
    tree: &Oid,
) -> anyhow::Result<Vec<String>> {
    if *tree == facts.branch.tree || Some(tree) == release.bumped_tree.as_ref() {
        return Ok(Vec::new());
    }
    let (tested, versions) = match &facts.revert {
        Some(revert) => (revert.onto.clone(), Vec::new()),
        None => brought_in::compared(workspace, &facts.branch.tip, incident, &facts.production.tip)?,
    };
    let changes = workspace.repo.changes(&tested, commit)?.into_iter().map(|c| c.path);
    Ok(changes.filter(|path| !release.version_files.contains(path) && !versions.contains(path)).collect())
}

/// The items that have to pass on a tree that is not the one that was tested, and have not yet.
fn due_again(facts: &FinishFacts, incident: Option<&Incident>, tree: &Oid) -> Vec<Item> {
    let answers = incident.map(|i| i.answers.as_slice()).unwrap_or_default();
    let items: Vec<Item> = facts
        .standings
        .iter()
        .filter(|s| s.item.recheck && s.item.command.is_some() && s.state != State::Waived)
        .map(|s| s.item.clone())
        .collect();
    standing(&items, answers, Some(tree))
        .into_iter()
        .filter(|s| s.state != State::Pass)
        .map(|s| s.item)
        .collect()
}

/// What becomes of a stranded tag.
fn left_behind(
    workspace: &Workspace,
    facts: &FinishFacts,
    stranded: &Stranded,
    released: &Oid,
    tag: &str,
) -> anyhow::Result<String> {
    let (old, at, production) = (&stranded.tag, stranded.commit.short(), &facts.production.name);
    let came = format!("{old} was published without {production}, which has moved since");
    Ok(if workspace.repo.is_ancestor(&stranded.commit, released)? {
        format!("{came}: {old} stays on {at}, that commit is merged and released as {tag}")
    } else {
        format!(
            "{came}: {old} stays on {at}, which {production} does not get; do not deploy {old}, {tag} \
             takes its place"
        )
    })
}

const fn public_tag(facts: &FinishFacts) -> Option<&String> {
    match &facts.progress {
        Progress::Released { tag, .. } => Some(tag),
        _ => None,
    }
}

fn previous(
    workspace: &Workspace,
    facts: &FinishFacts,
    version: &semver::Version,
    commit: &Oid,
) -> anyhow::Result<Option<String>> {
    // The newest release below is the one that was just made; the one before it is meant.
    let below =
        facts.release.versions.taken.iter().rev().filter(|v| v.cmp_precedence(version).is_lt()).take(16);
    for candidate in below {
        let name = facts.release.versions.scheme.tag(candidate);
        let Some(tag) = workspace.repo.find_ref(&crate::model::plan::tag_ref(&name))? else { continue };
        if let Some(at) = workspace.repo.peel(&tag)?
            && workspace.repo.is_ancestor(&at, commit)?
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn nobody() -> Actor {
    Actor { name: "nobody".to_owned(), email: "nobody@localhost".to_owned() }
}

/// Makes the merges of one plan.
pub(super) struct Composer<'a> {
    pub(super) workspace: &'a Workspace,
    pub(super) facts: &'a FinishFacts,
    pub(super) choices: &'a Choices<'a>,
    pub(super) writer: ObjectWriter<'a>,
}

impl Composer<'_> {
    fn production(&self, release: &mut Release) -> anyhow::Result<Target> {
        let facts = self.facts;
        let mut target = Target::untouched(&facts.production.name, Role::Production, &facts.production.tip);
        match &facts.progress {
            Progress::Released { .. } => return Ok(target),
            Progress::Merged(commit) => {
                release.commit = Some(self.versioned(commit, release)?);
                return Ok(target);
            }
            Progress::Ahead if facts.revert.is_some() => {
                self.take_back(&mut target, release)?;
                return Ok(target);
            }
            Progress::Ahead if facts.branch.commits.is_empty() => return Ok(target),
            Progress::Ahead => {}
        }
        // A stranded tag gets into production with its commit, where that merges.
        let stranded = facts.release.stranded.as_ref().filter(|s| s.has_all).map(|s| &s.commit);
        for from in stranded.into_iter().chain([&facts.branch.tip]) {
            self.join(&mut target, from, release)?;
            if target.outcome == Outcome::Clean {
                break;
            }
        }
        Ok(target)
    }

    /// Joins a commit to production, with the version files of the release.
    fn join(&self, target: &mut Target, from: &Oid, release: &mut Release) -> anyhow::Result<()> {
        let old = &self.facts.production.tip;
        let style = self.workspace.config.finish.merge;
        let ship = self.bumped(from, release)?;
        release.head = Some(ship.clone());
        let forward = style == MergeStyle::FastForward && self.workspace.repo.is_ancestor(old, &ship)?;
        target.method = match style {
            _ if forward => Method::FastForward,
            MergeStyle::Squash => Method::Squash,
            _ => Method::Merge,
        };
        let new = if forward {
            Some(ship)
        } else {
            match merge(&self.workspace.repo, old, &ship)? {
                Merged::Clean(tree) => {
                    let parents = match target.method {
                        Method::Squash => vec![old.clone()],
                        _ => vec![old.clone(), ship.clone()],
                    };
                    Some(self.writer.commit(tree, parents, self.release_message(release))?)
                }
                Merged::Conflict { clashes, .. } => {
                    target.conflicts = Clash::paths(&clashes);
                    None
                }
                Merged::Unrelated => None,
            }
        };
        target.outcome = if new.is_some() { Outcome::Clean } else { Outcome::Conflict };
        release.commit.clone_from(&new);
        target.new = new;
        Ok(())
    }
}
