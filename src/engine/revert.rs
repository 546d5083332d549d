//! Planning a rollback: a release that gives production an earlier release's content again, through
//! the same plan, push and deploy path as any other.

use super::craft::Craft;
use super::versions;
use crate::facts::Site;
use crate::facts::rollback::RollbackFacts;
use crate::git::access::Access;
use crate::git::merge::{Merged, back, merge};
use crate::git::object::Signature;
use crate::model::event::Actor;
use crate::model::failure::Problem;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{FinishPlan, Method, Outcome, Release, Role, Stage, Target};
use crate::model::text::shell_word;
use crate::plan::bump;
use chrono::Local;

/// What shapes a rollback besides the facts.
pub struct Choices<'a> {
    /// Targets that keep the fix.
    pub keep_in: &'a [String],
    pub stages: Vec<Stage>,
    pub rehearsal: bool,
    pub actor: Actor,
    /// What an earlier run was about to publish.
    pub intent: Option<Intent>,
    /// The incident the release belongs to.
    pub incident: Option<&'a str>,
}

/// The name of the record of a rollback.
pub fn name_of(undone: &str) -> String {
    format!("rollback-{}", undone.replace(['/', '@'], "-"))
}

/// Plans it down to the object ids.
///
/// # Errors
/// When git cannot merge or write objects.
pub fn compose(site: &Site, facts: &RollbackFacts, choices: &Choices<'_>) -> anyhow::Result<FinishPlan> {
    let repo = &site.repo;
    let when = site.env.now().with_timezone(&Local).fixed_offset();
    let signature = Signature { name: choices.actor.name.clone(), email: choices.actor.email.clone(), when };
    let made = choices.intent.as_ref().filter(|i| i.release.is_some());
    let craft = Craft::new(repo, signature, choices.rehearsal).continuing(made.cloned());
    let public = published(site, facts, made)?;
    let version = match (&public, made) {
        (Some(_), Some(intent)) => {
            facts.versions.scheme.version(&intent.tag).unwrap_or_else(|| facts.versions.next())
        }
        _ => facts.versions.next(),
    };
    let tag = facts.versions.scheme.tag(&version);
    let mut production = Target::untouched(&facts.production, Role::Production, &facts.production_tip);
    let message = message(facts, choices);
    let mut commit = public.clone();
    let (mut remarks, mut faults) = (Vec::new(), Vec::new());
    if commit.is_none() {
        production.method = Method::Merge;
        commit = match undo(site, facts)? {
            Merged::Clean(tree) => {
                let made = bumped(site, facts, (&tree, &craft), (&version, &tag))?;
                remarks.extend(made.edits.notes);
                faults = made.edits.problems;
                let tree = made.tree.unwrap_or(tree);
                Some(craft.commit(tree, vec![facts.production_tip.clone()], message.clone())?)
            }
            Merged::Conflict { paths, .. } => {
                production.conflicts = paths;
                None
            }
            Merged::Unrelated => None,
        };
        production.outcome = if commit.is_some() { Outcome::Clean } else { Outcome::Conflict };
        production.new.clone_from(&commit);
    }
    let taken = facts.versions.taken.contains(&version);
    let tag_object = match (&commit, public.is_some() && taken) {
        (Some(commit), false) => {
            let subject = message.lines().next().unwrap_or_default();
            Some(craft.tag(&tag, commit, &format!("{tag}: {subject}"))?)
        }
        _ => None,
    };
    let mut targets = vec![production];
    if let Some(commit) = &commit {
        for (branch, tip, has) in &facts.targets {
            let place = (branch, tip, *has);
            targets.push(merge_back(site, &craft, choices, place, (commit, &facts.directory), &tag)?);
        }
    }
    let tree = commit.as_ref().map(|c| repo.commit(c)).transpose()?.map(|c| c.tree);
    let tip = commit.clone().unwrap_or_else(|| facts.production_tip.clone());
    Ok(FinishPlan {
        name: name_of(&facts.undone.name),
        branch: name_of(&facts.undone.name),
        tested_tree: tree.clone().unwrap_or_else(|| tip.clone()),
        tip,
        shipped_tree: None,
        untested_files: Vec::new(),
        rechecks: Vec::new(),
        remote: site.remote().map(str::to_owned),
        url: site.push_addresses(),
        release: Release {
            version,
            tag,
            previous: Some(facts.back_to.name.clone()),
            commit,
            tag_object,
            directory: facts.directory.clone(),
            ..Release::default()
        },
        targets,
        also_ships: Vec::new(),
        own: Vec::new(),
        stat: facts.stat,
        published_branch: None,
        local_branch: None,
        delete_branch: false,
        untracked: Vec::new(),
        stages: choices.stages.clone(),
        problems: faults.iter().map(|fault| inconsistent(fault, &facts.undone.name)).collect(),
        remarks: [fate(facts, choices), remarks].concat(),
        left_behind: None,
        request: None,
    })
}

/// The tree of the rollback's release: its version files and its own section in the changelog.
fn bumped(
    site: &Site,
    facts: &RollbackFacts,
    (content, craft): (&Oid, &Craft<'_>),
    (version, tag): (&semver::Version, &str),
) -> anyhow::Result<versions::Bumped> {
    let scheme = &facts.versions.scheme;
    let (back_to, undone) = (scheme.number(&facts.back_to.version), scheme.number(&facts.undone.version));
    let day = craft.began(tag)?.unwrap_or_else(|| site.env.now()).date_naive();
    let entry = format!("Rolled back {undone}: this is {back_to} again.");
    let next = scheme.number(version);
    let release = bump::Release {
        dir: &facts.directory,
        base: &back_to,
        next: &next,
        date: day,
        entry: &entry,
        kind: "Changed",
    };
    let production = site.repo.commit(&facts.production_tip)?.tree;
    versions::roll_back(
        &site.repo,
        &site.config.version,
        (content, &production),
        &[&back_to, &undone],
        &release,
    )
}

/// The released tree would not build, by the rules of its own formats.
fn inconsistent(fault: &str, undone: &str) -> Problem {
    let hint = format!(
        "HOTFIX_CONFIG_VERSION_FILES=none hotfix rollback {}    # changes no version file",
        shell_word(undone)
    );
    Problem::new("version-files", format!("the released tree would be inconsistent: {fault}"), hint)
}

/// What an earlier run of this rollback has made, where that is public already.
fn published(site: &Site, facts: &RollbackFacts, made: Option<&Intent>) -> anyhow::Result<Option<Oid>> {
    let Some(commit) = made.and_then(|i| i.release.as_ref()) else { return Ok(None) };
    let is_out = site.repo.has(commit)? && site.repo.is_ancestor(commit, &facts.production_tip)?;
    Ok(is_out.then(|| commit.clone()))
}

fn message(facts: &RollbackFacts, choices: &Choices<'_>) -> String {
    let incident = choices.incident.map(|id| format!("Incident: {id}\n")).unwrap_or_default();
    format!(
        "Roll back {0} to {1}\n\nProduction has the content of {1} again.\n\n{incident}Rollback: {0}\n",
        facts.undone.name, facts.back_to.name
    )
}

/// Production without what lies between the two releases.
fn undo(site: &Site, facts: &RollbackFacts) -> anyhow::Result<Merged> {
    Ok(back(&site.repo, &facts.production_tip, &facts.undone.commit, &facts.back_to.commit)?)
}

fn merge_back(
    site: &Site,
    craft: &Craft<'_>,
    choices: &Choices<'_>,
    (branch, tip, has): (&String, &Oid, bool),
    (commit, dir): (&Oid, &str),
    tag: &str,
) -> anyhow::Result<Target> {
    let repo = &site.repo;
    let mut target = Target::untouched(branch, Role::MergeBack, tip);
    if !has || repo.is_ancestor(commit, tip)? {
        return Ok(target);
    }
    target.method = Method::Merge;
    target.outcome = Outcome::Clean;
    let parents = vec![tip.clone(), commit.clone()];
    if choices.keep_in.contains(branch) {
        // Recorded as merged, with the target's own content: its next release keeps the fix.
        let message =
            format!("Keep the fix of {tag} in {branch}\n\nThe rollback is merged without its content.\n");
        target.new = Some(craft.commit(repo.commit(tip)?.tree, parents, message)?);
        return Ok(target);
    }
    if repo.is_ancestor(tip, commit)? {
        target.method = Method::FastForward;
        target.new = Some(commit.clone());
        return Ok(target);
    }
    match merge(repo, tip, commit)? {
        Merged::Clean(tree) => {
            target.new = Some(craft.commit(tree, parents, format!("Merge tag '{tag}' into {branch}\n"))?);
        }
        Merged::Conflict { paths, tree } => {
            let conflict = versions::Conflict { ours: tip, theirs: commit, paths: &paths };
            let number = crate::model::version::number_of(tag).unwrap_or_default();
            let resolved = versions::resolve(repo, &site.config.version, (dir, &number), &conflict)?;
            target.conflicts = paths.into_iter().filter(|path| !resolved.contains_key(path)).collect();
            if target.conflicts.is_empty() {
                let files: Vec<(&str, &[u8])> =
                    resolved.iter().map(|(path, text)| (path.as_str(), text.as_bytes())).collect();
                let tree = repo.edit_tree(&tree, &files)?;
                target.new =
                    Some(craft.commit(tree, parents, format!("Merge tag '{tag}' into {branch}\n"))?);
            } else {
                target.outcome = Outcome::Conflict;
            }
        }
        Merged::Unrelated => target.outcome = Outcome::Conflict,
    }
    Ok(target)
}

/// What becomes of the fix in each target's next release: a plain revert would swallow it silently.
fn fate(facts: &RollbackFacts, choices: &Choices<'_>) -> Vec<String> {
    let undone = &facts.undone.name;
    facts
        .targets
        .iter()
        .flat_map(|(branch, _, has)| match (has, choices.keep_in.contains(branch)) {
            (false, _) => vec![format!("{branch} does not have {undone}; nothing changes there")],
            (true, true) => {
                vec![format!("{branch} keeps what {undone} brought: its next release will contain it")]
            }
            (true, false) => vec![
                format!("{branch} loses what {undone} brought: its next release will not contain it"),
                format!("  --keep-fix-in {branch} keeps it there"),
            ],
        })
        .collect()
}
