//! Making every merge of a finish in the object database: no checkout, no ref moved. What comes
//! out is the plan that is shown, and exactly what is published.

use super::craft::Craft;
use super::merge_back::Resolution;
use crate::config::MergeStyle;
use crate::facts::Site;
use crate::git::access::Access;
use crate::git::merge::{Merged, merge};
use crate::git::object::Signature;
use crate::model::event::Actor;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::intent::Intent;
use crate::model::oid::Oid;
use crate::model::plan::{FinishPlan, Method, Outcome, Release, Role, Target};
use crate::model::text::safe;
use crate::plan::finish::{FinishFacts, FinishWish, Progress, TargetFacts, problems};
use chrono::Local;

/// What shapes the plan besides the facts.
#[derive(Clone, Debug, Default)]
pub struct Choices {
    pub wish: FinishWish,
    /// Replaces the merge's and the tag's message.
    pub message: Option<String>,
    pub keep_branch: bool,
    /// Keeps everything here.
    pub no_push: bool,
    /// Only shown: no hook runs and nothing is signed.
    pub rehearsal: bool,
    /// Merges that a human has resolved, by branch.
    pub resolutions: Vec<Resolution>,
}

/// Plans a finish down to the object ids.
///
/// # Errors
/// When git cannot merge or write objects.
pub fn compose(
    site: &Site,
    incident: Option<&Incident>,
    facts: &FinishFacts,
    choices: &Choices,
) -> anyhow::Result<FinishPlan> {
    let found = problems(facts, &choices.wish);
    let actor = site.actor();
    // Without an identity nothing can be made; the plan says so and shows what it can.
    let Some(actor) =
        actor.or_else(|| choices.rehearsal.then(nobody)).or_else(|| (!found.is_empty()).then(nobody))
    else {
        return Err(Failure::refused("git does not know who you are; nothing was changed").into());
    };
    let when = site.env.now().with_timezone(&Local).fixed_offset();
    let signature = Signature { name: actor.name, email: actor.email, when };
    let blocked = !found.is_empty();
    let composer = Composer {
        site,
        facts,
        choices,
        intent: incident.and_then(Intent::last).filter(|i| i.tip == facts.tip),
        craft: Craft::new(&site.repo, signature, choices.rehearsal || blocked),
    };
    let version = facts.versions.next();
    let mut release = match &facts.progress {
        Progress::Released { tag, version, commit } => Release {
            version: version.clone(),
            tag: tag.clone(),
            previous: previous(site, facts, version, commit)?,
            commit: Some(commit.clone()),
            tag_object: None,
        },
        _ => Release {
            tag: facts.versions.scheme.tag(&version),
            version,
            previous: facts.previous_tag.clone(),
            commit: None,
            tag_object: None,
        },
    };
    let production = composer.production(&mut release)?;
    let unmade = blocked || production.outcome == Outcome::Conflict;
    if let (Some(commit), None, false) = (&release.commit, public_tag(facts), unmade) {
        release.tag_object = Some(composer.tag(&release.tag, commit)?);
    }
    let mut targets = vec![production];
    for target in &facts.targets {
        targets.push(composer.merge_back(target, &release)?);
    }
    let shipped = release.commit.as_ref().filter(|_| facts.progress == Progress::Ahead);
    let shipped_tree = shipped.map(|c| site.repo.commit(c)).transpose()?.map(|c| c.tree);
    let untested_files = match (shipped, &shipped_tree) {
        (Some(commit), Some(tree)) if *tree != facts.tip_tree => {
            site.repo.changes(&facts.tip, commit)?.into_iter().map(|c| c.path).collect()
        }
        _ => Vec::new(),
    };
    Ok(FinishPlan {
        name: facts.name.clone(),
        title: facts.title.clone(),
        branch: facts.branch.clone(),
        tip: facts.tip.clone(),
        tested_tree: facts.tip_tree.clone(),
        shipped_tree,
        untested_files,
        remote: facts.remote.clone().filter(|_| !choices.no_push),
        url: facts.url.clone(),
        release,
        targets,
        also_ships: if facts.progress == Progress::Ahead { facts.also_ships.clone() } else { Vec::new() },
        commits: facts.commits.clone(),
        stat: facts.stat,
        published_branch: facts.published.clone(),
        local_branch: facts.local.clone(),
        delete_branch: site.config.finish.delete_branch && !choices.keep_branch,
        untracked: facts.untracked.clone(),
        problems: found,
        remarks: facts.remarks.clone(),
    })
}

const fn public_tag(facts: &FinishFacts) -> Option<&String> {
    match &facts.progress {
        Progress::Released { tag, .. } => Some(tag),
        _ => None,
    }
}

fn previous(
    site: &Site,
    facts: &FinishFacts,
    version: &semver::Version,
    commit: &Oid,
) -> anyhow::Result<Option<String>> {
    // The newest release below is the one that was just made; the one before it is meant.
    let below = facts.versions.taken.iter().rev().filter(|v| v.cmp_precedence(version).is_lt()).take(16);
    for candidate in below {
        let name = facts.versions.scheme.tag(candidate);
        let Some(tag) = site.repo.find_ref(&crate::model::plan::tag_ref(&name))? else { continue };
        if let Some(at) = site.repo.peel(&tag)?
            && site.repo.is_ancestor(&at, commit)?
        {
            return Ok(Some(name));
        }
    }
    Ok(None)
}

fn nobody() -> Actor {
    Actor { name: "nobody".to_owned(), email: "nobody@localhost".to_owned() }
}

struct Composer<'a> {
    site: &'a Site,
    facts: &'a FinishFacts,
    choices: &'a Choices,
    intent: Option<Intent>,
    craft: Craft<'a>,
}

impl Composer<'_> {
    fn production(&self, release: &mut Release) -> anyhow::Result<Target> {
        let facts = self.facts;
        let mut target = Target {
            branch: facts.production.clone(),
            role: Role::Production,
            method: Method::None,
            outcome: Outcome::Contained,
            old: Some(facts.production_tip.clone()),
            new: None,
            conflicts: Vec::new(),
        };
        match &facts.progress {
            Progress::Released { .. } => return Ok(target),
            Progress::Merged(commit) => {
                release.commit = Some(commit.clone());
                return Ok(target);
            }
            Progress::Ahead if facts.commits.is_empty() => return Ok(target),
            Progress::Ahead => {}
        }
        let old = &facts.production_tip;
        if let Some(new) = self.journalled(&facts.production, old, &release.tag)? {
            target.method = self.method_of(&new)?;
            target.outcome = Outcome::Clean;
            release.commit = Some(new.clone());
            target.new = Some(new);
            return Ok(target);
        }
        let style = self.site.config.finish.merge;
        let forward = style == MergeStyle::FastForward && self.site.repo.is_ancestor(old, &facts.tip)?;
        target.method = match style {
            _ if forward => Method::FastForward,
            MergeStyle::Squash => Method::Squash,
            _ => Method::Merge,
        };
        let new = if forward {
            Some(facts.tip.clone())
        } else {
            match merge(&self.site.repo, old, &facts.tip)? {
                Merged::Clean(tree) => {
                    let parents = match target.method {
                        Method::Squash => vec![old.clone()],
                        _ => vec![old.clone(), facts.tip.clone()],
                    };
                    Some(self.craft.commit(tree, parents, self.release_message(&release.tag))?)
                }
                Merged::Conflict(paths) => {
                    target.conflicts = paths;
                    None
                }
                Merged::Unrelated => None,
            }
        };
        target.outcome = if new.is_some() { Outcome::Clean } else { Outcome::Conflict };
        release.commit.clone_from(&new);
        target.new = new;
        Ok(target)
    }

    fn merge_back(&self, wanted: &TargetFacts, release: &Release) -> anyhow::Result<Target> {
        let repo = &self.site.repo;
        let mut target = Target {
            branch: wanted.branch.clone(),
            role: Role::MergeBack,
            method: Method::None,
            outcome: Outcome::Contained,
            old: Some(wanted.tip.clone()),
            new: None,
            conflicts: Vec::new(),
        };
        let Some(released) = &release.commit else { return Ok(target) };
        if repo.is_ancestor(released, &wanted.tip)? {
            return Ok(target);
        }
        if wanted.skipped.is_some() {
            target.outcome = Outcome::Skipped;
            return Ok(target);
        }
        let resolution = self.choices.resolutions.iter().find(|r| r.branch == wanted.branch);
        if let Some(open) = resolution.filter(|r| r.commit.is_none()) {
            target.method = Method::Merge;
            target.outcome = Outcome::Conflict;
            target.conflicts.clone_from(&open.unmerged);
            return Ok(target);
        }
        let mut source = resolution.and_then(|r| r.commit.clone()).unwrap_or_else(|| released.clone());
        if !repo.is_ancestor(released, &source)? {
            // What was resolved is an earlier release of this hotfix: this one goes on top of it.
            match merge(repo, &source, released)? {
                Merged::Clean(tree) => {
                    let message = self.merge_back_message(&release.tag, &wanted.branch);
                    source = self.craft.commit(tree, vec![source, released.clone()], message)?;
                }
                Merged::Conflict(paths) => {
                    target.outcome = Outcome::Conflict;
                    target.conflicts = paths;
                    return Ok(target);
                }
                Merged::Unrelated => {
                    target.outcome = Outcome::Conflict;
                    return Ok(target);
                }
            }
        }
        let source = &source;
        target.outcome = Outcome::Clean;
        if repo.is_ancestor(&wanted.tip, source)? {
            target.method = if source == released { Method::FastForward } else { Method::Merge };
            target.new = Some(source.clone());
            return Ok(target);
        }
        target.method = Method::Merge;
        if resolution.is_none()
            && let Some(new) = self.journalled(&wanted.branch, &wanted.tip, &release.tag)?
            && repo.is_ancestor(released, &new)?
        {
            target.new = Some(new);
            return Ok(target);
        }
        match merge(repo, &wanted.tip, source)? {
            Merged::Clean(tree) => {
                let message = self.merge_back_message(&release.tag, &wanted.branch);
                target.new =
                    Some(self.craft.commit(tree, vec![wanted.tip.clone(), source.clone()], message)?);
            }
            Merged::Conflict(paths) => {
                target.outcome = Outcome::Conflict;
                target.conflicts = paths;
            }
            Merged::Unrelated => target.outcome = Outcome::Conflict,
        }
        Ok(target)
    }

    /// The commit that an earlier run was about to publish from the same starting point. Making a
    /// new one would look like somebody else's release if the old push lands after all.
    fn journalled(&self, branch: &str, old: &Oid, tag: &str) -> anyhow::Result<Option<Oid>> {
        let Some(intent) = self.intent.as_ref().filter(|i| i.tag == tag) else { return Ok(None) };
        match intent.new_for(branch, old) {
            Some(new) if self.site.repo.has(new)? => Ok(Some(new.clone())),
            _ => Ok(None),
        }
    }

    fn method_of(&self, new: &Oid) -> anyhow::Result<Method> {
        if *new == self.facts.tip {
            return Ok(Method::FastForward);
        }
        let merges = self.site.repo.commit(new)?.parents.len() > 1;
        Ok(if merges { Method::Merge } else { Method::Squash })
    }

    fn tag(&self, name: &str, commit: &Oid) -> anyhow::Result<Oid> {
        if let Some(intent) = &self.intent
            && intent.tag == name
            && intent.release.as_ref() == Some(commit)
            && let Some(object) = &intent.tag_object
            && self.site.repo.has(object)?
        {
            return Ok(object.clone());
        }
        let message =
            self.choices.message.clone().unwrap_or_else(|| {
                format!("{name}: {}\n{}", one_line(&self.facts.title), self.trailers(None))
            });
        self.craft.tag(name, commit, &message)
    }

    fn release_message(&self, tag: &str) -> String {
        if let Some(message) = &self.choices.message {
            return format!("{}\n{}", message.trim_end(), self.trailers(Some(tag)));
        }
        let title = one_line(&self.facts.title);
        format!("Merge branch '{}'\n\n{title}\n{}", self.facts.branch, self.trailers(Some(tag)))
    }

    fn merge_back_message(&self, tag: &str, branch: &str) -> String {
        format!("Merge tag '{tag}' into {branch}\n{}", self.trailers(Some(tag)))
    }

    fn trailers(&self, tag: Option<&str>) -> String {
        let incident = self.facts.incident.as_ref().map(|id| format!("Incident: {id}\n")).unwrap_or_default();
        let tag = tag.map(|t| format!("Hotfix: {t}\n")).unwrap_or_default();
        match format!("{incident}{tag}") {
            none if none.is_empty() => none,
            trailers => format!("\n{trailers}"),
        }
    }
}

fn one_line(text: &str) -> String {
    safe(text)
}
