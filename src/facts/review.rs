//! What a reviewer has to know: the newest state of a hotfix, wherever it is, and who made it.

use super::commit_lines::lines;
use super::hotfix::Hotfix;
use super::release;
use super::scope;
use super::shown;
use super::workspace::Workspace;
use crate::config::glob;
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::git::git_command::NetworkPolicy;
use crate::git::identity;
use crate::model::event::Actor;
use crate::model::failure::Failure;
use crate::model::name::is_one;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat};
use crate::model::text::{list, safe, shell_word};
use std::collections::BTreeSet;
use std::time::Duration;

/// The longest a review waits for the remote before it goes on from what is known here.
const PATIENCE: Duration = Duration::from_secs(5);

/// A change to be reviewed.
#[derive(Clone, Debug)]
pub struct Subject {
    pub hotfix: Hotfix,
    /// The branch it is for: production, or a maintained line.
    pub production: String,
    /// Where the branch left it.
    pub base: Oid,
    pub tip: Oid,
    pub tree: Oid,
    /// Newest first.
    pub commits: Vec<CommitLine>,
    pub stat: DiffStat,
    /// The release it becomes, as far as is known here; it has one already when it is released.
    pub tag: String,
    /// The tip on the remote, as far as it is known.
    pub published: Option<Oid>,
    /// What the reviewer should know about how this was found.
    pub remarks: Vec<String>,
    /// Commits that are not the hotfix's own.
    hidden: Vec<Oid>,
    /// Production, as it was read.
    there: Oid,
}

impl Subject {
    /// Reads the remote, briefly, and finds the hotfix or the branch of that name. Without a name:
    /// the current one, else the only one the remote has.
    ///
    /// # Errors
    /// When there is none, or its branch or production cannot be found.
    pub fn find(workspace: &mut Workspace, name: Option<&str>) -> anyhow::Result<Self> {
        let mut remarks = Vec::new();
        let view = newest(workspace, &mut remarks)?;
        let hotfix = named(workspace, &view, name)?;
        let published = match workspace.remote() {
            Some(_) => view.heads.get(&hotfix.branch).cloned(),
            None => None,
        };
        let tip = tip(workspace, &hotfix, published.as_ref(), &mut remarks)?;
        let production = hotfix.incident.as_ref().and_then(|i| i.production.clone());
        let production = match production {
            Some(production) => production,
            None => left_from(workspace, &view, &tip)?,
        };
        let there = view.heads.get(&production).ok_or_else(|| {
            Failure::usage(format!("there is no branch {} to compare it with", safe(&production)))
                .hint("git config hotfix.branches.production NAME")
        })?;
        let fork = workspace.repo.merge_base(&tip, there)?.ok_or_else(|| {
            Failure::failed(format!("{} and {} have no common history", hotfix.branch, safe(&production)))
        })?;
        let began = hotfix.incident.as_ref().and_then(|i| i.base.clone());
        let is_out = fork == tip;
        // What is released already is compared with what was in production before.
        let (base, hidden) = match began {
            Some(began) if is_out => (began.clone(), vec![began]),
            _ => (fork.clone(), vec![fork, there.clone()]),
        };
        let hidden = if hidden.contains(&tip) { vec![base.clone()] } else { hidden };
        let tag = match hotfix.incident.as_ref().and_then(|i| i.tag.clone()).filter(|_| is_out) {
            Some(tag) => tag,
            None => release::next_tag(workspace, &view, &hotfix, there)?,
        };
        let measured = scope::measure(workspace, &base, &tip)?;
        remarks.extend(measured.scope.remarks(&workspace.config.guard));
        Ok(Self {
            commits: lines(&workspace.repo, &tip, &hidden)?,
            stat: measured.stat,
            tree: super::brought_in::tested_tree(workspace, &tip, hotfix.incident.as_ref(), Some(there))?,
            production,
            hotfix,
            base,
            tip,
            tag,
            published,
            remarks,
            hidden,
            there: there.clone(),
        })
    }

    /// Remembers that somebody was shown it.
    pub fn was_shown(&self, workspace: &Workspace) {
        shown::remember(workspace, &self.hotfix.branch, &self.tip);
    }

    /// What was pushed since somebody was shown it in this clone, newest first.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn unseen(&self, workspace: &Workspace) -> anyhow::Result<Vec<CommitLine>> {
        shown::since(workspace, &self.hotfix.branch, &self.tip, &self.there)
    }

    /// Whether this person made the change.
    ///
    /// # Errors
    /// When history cannot be read.
    pub fn is_made_by(&self, workspace: &Workspace, person: &Actor) -> anyhow::Result<bool> {
        Ok(identity::is_among(&workspace.repo, &makers(workspace, &self.tip, &self.hidden)?, person))
    }
}

fn makers(workspace: &Workspace, tip: &Oid, hidden: &[Oid]) -> anyhow::Result<BTreeSet<String>> {
    Ok(identity::makers(&workspace.repo, tip, hidden)?)
}

/// Whether an address, as somebody typed it, belongs to an author of the hotfix.
///
/// # Errors
/// When history cannot be read.
pub fn is_author(workspace: &Workspace, hotfix: &Hotfix, address: &str) -> anyhow::Result<bool> {
    let Some(tip) = hotfix.tip() else { return Ok(false) };
    let production = &workspace.config.branches.production;
    let there = workspace.last_known(production)?;
    let began = hotfix.incident.as_ref().and_then(|i| i.base.clone());
    let hidden: Vec<Oid> = began.into_iter().chain(there).filter(|oid| oid != tip).collect();
    if hidden.is_empty() {
        return Ok(false);
    }
    Ok(identity::is_among(&workspace.repo, &makers(workspace, tip, &hidden)?, &person_at(address)))
}

/// Whether an address, as somebody typed it, is this person's.
pub fn is_same(workspace: &Workspace, address: &str, person: &Actor) -> bool {
    known_as(workspace, address) == identity::address_of(&workspace.repo, person)
}

fn known_as(workspace: &Workspace, address: &str) -> String {
    identity::address_of(&workspace.repo, &person_at(address))
}

fn person_at(address: &str) -> Actor {
    Actor { name: String::new(), email: address.trim().to_owned() }
}

/// The branch that a hotfix without a record was made from: production or a maintained line,
/// whichever it has the fewest commits beyond.
fn left_from(workspace: &Workspace, view: &View, tip: &Oid) -> anyhow::Result<String> {
    let branches = &workspace.config.branches;
    let mut nearest = (branches.production.clone(), usize::MAX);
    let lines = view.heads.keys().filter(|b| glob::any_line(&branches.lines, b));
    for branch in std::iter::once(&branches.production).chain(lines) {
        let Some(there) = view.heads.get(branch) else { continue };
        let beyond = workspace.repo.log(tip, std::slice::from_ref(there), 10_000)?.len();
        if beyond < nearest.1 {
            nearest = (branch.clone(), beyond);
        }
    }
    Ok(nearest.0)
}

/// The remote as it is, or as it was when it was read last.
fn newest(workspace: &mut Workspace, remarks: &mut Vec<String>) -> anyhow::Result<View> {
    let Some(remote) = workspace.remote().map(str::to_owned) else {
        return Ok(fetch::last_known(&workspace.repo, None)?);
    };
    let branches = &workspace.config.branches;
    let mut patterns = vec![format!("{}*", branches.prefix), branches.production.clone()];
    patterns.extend(branches.lines.iter().cloned());
    let policy = NetworkPolicy { may_ask: false, limit: Some(PATIENCE), silence: None };
    match fetch::fetch(&workspace.repo, &remote, &patterns, &release::wanted_tags(workspace, &[])?, policy) {
        Ok(view) => {
            workspace.refresh(&view)?;
            Ok(view)
        }
        Err(error) => {
            let why = if error.is_timeout() { "no answer in 5 s".to_owned() } else { error.detail() };
            let why = why.lines().next().unwrap_or_default();
            remarks.push(format!("{remote} could not be read ({why}); this is what was known here"));
            Ok(fetch::last_known(&workspace.repo, Some(&remote))?)
        }
    }
}

fn named(workspace: &Workspace, view: &View, name: Option<&str>) -> anyhow::Result<Hotfix> {
    let prefix = &workspace.config.branches.prefix;
    let name = name.map(|name| {
        let remote = workspace.remote().map(|r| format!("{r}/{prefix}")).unwrap_or_default();
        match name.strip_prefix(&remote) {
            Some(rest) if !remote.is_empty() => rest.to_owned(),
            _ => name.to_owned(),
        }
    });
    let open: Vec<&str> =
        view.heads.keys().filter_map(|b| b.strip_prefix(prefix.as_str())).filter(|n| is_one(n)).collect();
    let Err(error) = Hotfix::find(workspace, name.as_deref()).and_then(|hotfix| match hotfix.tip() {
        None if name.is_none() && !(open.is_empty() && hotfix.lacks_start()) => {
            Err(Failure::usage("no hotfix is open here").hint("hotfix list --all").into())
        }
        _ => Ok(hotfix),
    }) else {
        return Hotfix::find(workspace, name.as_deref());
    };
    match (name, open.as_slice()) {
        (None, [one]) => Hotfix::find(workspace, Some(one)),
        (None, [_, ..]) => {
            let mut failure =
                Failure::usage(format!("there are several hotfixes: {}; say which", list(&open)));
            failure.hints = open.iter().map(|n| format!("hotfix review {}", shell_word(n))).collect();
            Err(failure.into())
        }
        _ => Err(error),
    }
}

fn tip(
    workspace: &Workspace,
    hotfix: &Hotfix,
    published: Option<&Oid>,
    remarks: &mut Vec<String>,
) -> anyhow::Result<Oid> {
    let remote = workspace.remote().unwrap_or_default();
    match (&hotfix.local, published) {
        (Some(here), Some(there)) if here == there || workspace.repo.is_ancestor(there, here)? => {
            if here != there {
                remarks.push(format!("showing the local branch; {remote} does not have all of it"));
            }
            Ok(here.clone())
        }
        (here, Some(there)) => {
            if here.is_some() {
                remarks.push(format!(
                    "showing the branch on {remote}; the local one lacks some of its \
                                      commits"
                ));
            }
            Ok(there.clone())
        }
        (Some(here), None) => Ok(here.clone()),
        (None, None) => Err(hotfix.no_branch("review", workspace.remote()).into()),
    }
}
