//! Which hotfix a command is about.

use super::families::{Families, last_finished};
use super::hotfix_names::{names_beside, open_names, warn_of_look_alikes};
use super::named_release;
use super::workspace::Workspace;
use crate::git::access::Access;
use crate::git::worktree::Worktree;
use crate::model::absent::Absent;
use crate::model::checked_out::CheckedOut;
use crate::model::closing::{inert, unskipped};
use crate::model::event::{Event, Kind, Pointer};
use crate::model::failure::Failure;
use crate::model::incident::{self, Incident};
use crate::model::oid::Oid;
use crate::model::plan::head;
use crate::model::text::{list, safe, shell_word};
use crate::system::files;

/// A hotfix: its branch, here or on the remote, and its record, if it has one.
#[derive(Clone, Debug)]
pub struct Hotfix {
    pub name: String,
    /// Without `refs/heads/`.
    pub branch: String,
    pub incident: Option<Incident>,
    /// The branch here.
    pub local: Option<Oid>,
    /// The branch on the remote, as last known.
    pub tracking: Option<Oid>,
}

impl Hotfix {
    /// Finds the one a command means: the named one, else the one of the current branch or
    /// worktree, else the only open one, else the one that ended last.
    ///
    /// # Errors
    /// When there is none, or several and nothing says which.
    pub fn find(workspace: &Workspace, name: Option<&str>) -> anyhow::Result<Self> {
        let found = match name {
            Some(name) => Self::named(workspace, name),
            None => Self::implied(workspace),
        }?;
        warn_of_look_alikes(workspace, &found.name)?;
        Ok(found)
    }

    /// As [`Hotfix::find`], where somebody says which commit of production brought the hotfix: then
    /// neither a branch nor a log of it has to be left.
    ///
    /// # Errors
    /// As [`Hotfix::find`].
    pub fn find_merged(workspace: &Workspace, name: Option<&str>, is_said: bool) -> anyhow::Result<Self> {
        match (name, Self::find(workspace, name)) {
            (Some(typed), Err(_)) if is_said => {
                let name = typed.strip_prefix(&workspace.config.branches.prefix).unwrap_or(typed).to_owned();
                let branch = workspace.branch_of(&name);
                Ok(Self { name, branch, incident: None, local: None, tracking: None })
            }
            (_, found) => found,
        }
    }

    /// As [`Hotfix::find`], for what is said about an incident rather than done to a branch: without a
    /// name the one just finished is meant until it is resolved, unless another was started since; of a
    /// rollback or a second hotfix that is finished, the incident that it belongs to.
    ///
    /// # Errors
    /// As [`Hotfix::find`].
    pub fn find_to_tell(workspace: &Workspace, name: Option<&str>) -> anyhow::Result<Self> {
        let found = Self::find_last(workspace, name)?;
        let is_open = found.incident.as_ref().is_some_and(Incident::is_open);
        if is_open { Ok(found) } else { found.or_root(workspace, name) }
    }

    /// As [`Hotfix::find_to_tell`], for documents about a whole incident: also one that is open means the
    /// incident that it belongs to.
    ///
    /// # Errors
    /// As [`Hotfix::find`].
    pub fn find_whole(workspace: &Workspace, name: Option<&str>) -> anyhow::Result<Self> {
        Self::find_last(workspace, name)?.or_root(workspace, name)
    }

    /// The incident's own hotfix, of one that belongs to another's incident.
    ///
    /// # Errors
    /// When records or refs cannot be read.
    pub fn of_whole(self, workspace: &Workspace) -> anyhow::Result<Self> {
        let id = self.incident.as_ref().and_then(Incident::belongs_to);
        match id.map(|id| workspace.record().incident(id)).transpose()?.flatten() {
            Some(root) => Self::with_record(workspace, root),
            None => Ok(self),
        }
    }

    /// The incident that this belongs to, where it was not named and its branch is not checked out.
    fn or_root(self, workspace: &Workspace, name: Option<&str>) -> anyhow::Result<Self> {
        if name.is_some() || here(workspace)?.is_some() {
            return Ok(self);
        }
        self.of_whole(workspace)
    }

    /// As [`Hotfix::find_to_tell`], for what is said about a release: a second hotfix or a rollback is
    /// meant itself.
    ///
    /// # Errors
    /// As [`Hotfix::find`].
    pub fn find_last(workspace: &Workspace, name: Option<&str>) -> anyhow::Result<Self> {
        if name.is_some() || here(workspace)?.is_some() {
            return Self::find(workspace, name);
        }
        let incidents = workspace.record().incidents()?;
        let started = incidents.iter().filter(|i| i.is_open()).map(|i| i.started_at).max();
        let families = Families::of(&incidents);
        match last_finished(incidents.iter().filter(|i| !families.is_over(i))) {
            Some((at, incident)) if started.is_none_or(|s| s < at) => {
                Self::with_record(workspace, incident.clone())
            }
            _ => Self::find(workspace, name),
        }
    }

    /// The open one that a command means without a name; `None` when there is none at all.
    ///
    /// # Errors
    /// When there are several and nothing says which.
    pub fn current(workspace: &Workspace) -> anyhow::Result<Option<Self>> {
        if let Some(name) = here(workspace)? {
            return Self::named(workspace, &name).map(Some);
        }
        let open = open_names(workspace)?;
        match open.as_slice() {
            [] => Ok(None),
            [one] => Self::named(workspace, one).map(Some),
            many => Err(ambiguous(many).into()),
        }
    }

    /// The id of the record that a name, or the current branch, stands for, without reading any
    /// record. `None` where that is not certain: several records have the name, or none.
    ///
    /// # Errors
    /// When refs cannot be read.
    pub fn record_id(workspace: &Workspace, name: Option<&str>) -> anyhow::Result<Option<String>> {
        let prefix = workspace.config.branches.prefix.as_str();
        let branch = if name.is_none() { workspace.repo.head()?.branch } else { None };
        let named = name.map(|n| n.strip_prefix(prefix).unwrap_or(n));
        let Some(name) = named.or_else(|| branch.as_deref()?.strip_prefix(prefix)) else { return Ok(None) };
        // In an id a slash is a hyphen.
        if name.is_empty() || name.contains('/') {
            return Ok(None);
        }
        let mut ids = workspace.record().ids()?;
        ids.retain(|id| incident::is_id_of(name, id) || incident::slug(id) == Some(name));
        Ok(if ids.len() == 1 { ids.pop() } else { None })
    }

    fn implied(workspace: &Workspace) -> anyhow::Result<Self> {
        if let Some(hotfix) = Self::current(workspace)? {
            return Ok(hotfix);
        }
        let incidents = workspace.record().incidents()?;
        // One that was declined or given up is not what anybody means without naming it.
        match last_finished(incidents.iter()) {
            Some((_, incident)) => Self::with_record(workspace, incident.clone()),
            None => Err(Failure::usage("no hotfix is open here")
                .hint("hotfix start NAME")
                .hint("hotfix list --all")
                .into()),
        }
    }

    fn named(workspace: &Workspace, typed: &str) -> anyhow::Result<Self> {
        let name = typed.strip_prefix(&workspace.config.branches.prefix).unwrap_or(typed);
        if let Some(incident) = incident_named(workspace, name)? {
            return Self::with_record(workspace, incident);
        }
        let branch = workspace.branch_of(name);
        let local = workspace.repo.find_ref(&head(&branch))?;
        let tracking = tracking(workspace, &branch)?;
        if local.is_none() && tracking.is_none() {
            return Err(unknown(workspace, typed, name)?.into());
        }
        Ok(Self { name: name.to_owned(), branch, incident: None, local, tracking })
    }

    /// The hotfix of a record.
    ///
    /// # Errors
    /// When refs cannot be read.
    pub fn with_record(workspace: &Workspace, incident: Incident) -> anyhow::Result<Self> {
        let mut local = workspace.repo.find_ref(&head(&incident.branch))?;
        let mut tracking = tracking(workspace, &incident.branch)?;
        // The name may have been used again since: then the branch is another hotfix's.
        if !incident.is_open() && (local.is_some() || tracking.is_some()) {
            let later = |i: &Incident| i.branch == incident.branch && i.started_at > incident.started_at;
            if workspace.record().incidents()?.iter().any(later) {
                (local, tracking) = (None, None);
            }
        }
        Ok(Self {
            name: incident.name.clone(),
            branch: incident.branch.clone(),
            incident: Some(incident),
            local,
            tracking,
        })
    }

    /// ` --hotfix NAME`, for a command that would mean another hotfix without it, or none for certain.
    pub fn flag(&self, workspace: &Workspace) -> String {
        match Self::current(workspace) {
            Ok(Some(meant)) if meant.name == self.name => String::new(),
            _ => format!(" --hotfix {}", shell_word(&self.name)),
        }
    }

    /// Its branch, where only another clone has it.
    pub fn absent(&self, remote: Option<&str>) -> Option<Absent> {
        let incident = self.incident.as_ref().filter(|i| i.is_open() && i.tag.is_none())?;
        let made = |e: &&Event| matches!(e.kind, Kind::FixStarted | Kind::Commit);
        if self.tip().is_some() || incident.events.iter().filter(made).any(|e| e.own) {
            return None;
        }
        let last = incident.events.iter().rev().find(made)?;
        let who = [&last.actor.name, &last.actor.email].into_iter().find(|word| !word.is_empty())?;
        Some(Absent { branch: self.branch.clone(), who: who.clone(), remote: remote?.to_owned() })
    }

    /// What is said where there is no branch to do this with: it was never made, was never here, or is gone.
    pub fn no_branch(&self, what: &str, remote: Option<&str>) -> Failure {
        let (name, word) = (safe(&self.name), shell_word(&self.name));
        if self.lacks_start() {
            return Failure::usage(format!("{name} has no branch yet, so there is nothing to {what}"))
                .hint(format!("hotfix start {word}    # makes it; what was answered is kept"));
        }
        if let Some(absent) = self.absent(remote) {
            return Failure::usage(format!("there is nothing to {what} yet: {}", absent.words()))
                .hint(format!("git fetch {}    # then", shell_word(&absent.remote)));
        }
        Failure::usage(format!("{name} has no branch any more, so there is nothing to {what}"))
            .hint(format!("hotfix timeline {word}"))
    }

    /// Whether it was declared and its branch never made: a start that was left in its questions.
    pub fn lacks_start(&self) -> bool {
        self.incident.as_ref().is_some_and(Incident::lacks_start)
    }

    /// Where its branch is checked out.
    pub fn stand(&self, workspace: &Workspace, worktrees: &[Worktree]) -> Option<CheckedOut> {
        let found = worktrees.iter().find(|w| w.branch.as_deref() == Some(self.branch.as_str()))?;
        let here = workspace.repo.worktree().is_some_and(|root| found.is_at(root));
        Some(if here { CheckedOut::Here } else { CheckedOut::At(found.path.display().to_string()) })
    }

    /// The tip as far as it is known here.
    pub fn tip(&self) -> Option<&Oid> {
        self.local.as_ref().or(self.tracking.as_ref())
    }

    /// The commit that `start` branched from, in this clone. A record that was opened later, or
    /// elsewhere, does not prove one.
    pub fn started_at_base(&self) -> Option<Oid> {
        let kind = Kind::FixStarted;
        self.incident.as_ref()?.own(&kind).find_map(|e| e.oid(Pointer::Base))
    }

    /// The title, or the name where nobody gave one.
    pub fn title(&self) -> &str {
        self.incident.as_ref().map_or(&self.name, |i| &i.title)
    }

    /// The title as it goes to a forge or into a commit. In a title that another clone gave or changed, no word closes
    /// an issue, and in none a word keeps a CI from the release.
    pub fn title_to_publish(&self) -> String {
        let Some(incident) = &self.incident else { return unskipped(self.title()) };
        let is_own = incident.is_own && !incident.log.iter().any(|e| !e.own && e.amends.is_some());
        unskipped(&if is_own { incident.title.clone() } else { inert(&incident.title) })
    }

    /// The record's id.
    pub fn id(&self) -> Option<&str> {
        self.incident.as_ref().map(|i| i.id.as_str())
    }
}

/// Nothing is called so: what is nearest, and what there is.
fn unknown(workspace: &Workspace, typed: &str, name: &str) -> anyhow::Result<Failure> {
    let none = format!("there is no hotfix called '{}'", safe(typed));
    let incidents = workspace.record().incidents()?;
    let tag = named_release::tag_of(workspace, typed)?;
    let is_of = |i: &&Incident| i.tag.as_ref() == Some(&tag) && i.undone().is_none();
    if let Some(incident) = incidents.iter().rfind(is_of) {
        let what = format!("{} is a release; its hotfix is {}", safe(typed), safe(&incident.name));
        return Ok(Failure::usage(what)
            .nearest(typed, vec![incident.name.clone()])
            .hint("hotfix list --all"));
    }
    let beside = names_beside(workspace, &incidents)?;
    let mut known: Vec<String> = incidents.into_iter().map(|i| i.name).chain(beside).collect();
    let open = open_names(workspace)?;
    let message = match open.as_slice() {
        [] if known.is_empty() => format!("{none}, and none has been started here"),
        [] => none,
        names => format!("{none}; open: {}", list(names)),
    };
    known.extend(open.iter().cloned());
    let mut failure = Failure::usage(message).meant(typed, known.iter().map(String::as_str));
    if failure.meant.is_none() {
        // With its prefix, the name of a branch.
        failure = failure.meant(name, known.iter().map(String::as_str));
    }
    if let Some(remote) = workspace.remote().filter(|_| failure.meant.is_none()) {
        failure =
            failure.hint(format!("git fetch {}    # if a colleague has just started it", shell_word(remote)));
        if open.is_empty() {
            failure = failure
                .hint(format!("hotfix sync {}    # if a colleague shares its log", shell_word(remote)))
                .hint(format!(
                    "hotfix finish {} --merged-as COMMIT    # if it is in production as this commit",
                    shell_word(name)
                ));
        }
    }
    Ok(if known.is_empty() { failure } else { failure.hint("hotfix list --all") })
}

fn ambiguous(names: &[String]) -> Failure {
    let mut failure = Failure::usage(format!("several hotfixes are open: {}; say which", list(names)));
    failure.candidates = names.into();
    failure
}

fn tracking(workspace: &Workspace, branch: &str) -> anyhow::Result<Option<Oid>> {
    let Some(remote) = workspace.remote() else { return Ok(None) };
    Ok(workspace.repo.find_ref(&format!("refs/remotes/{remote}/{branch}"))?)
}

/// The newest record of that name, an open one before any other: of two open ones this clone's own, for
/// whoever can push a log could put another one of the name beside it.
fn incident_named(workspace: &Workspace, name: &str) -> anyhow::Result<Option<Incident>> {
    let record = workspace.record();
    let slug = name.replace('/', "-");
    let (mut best, mut theirs): (Option<Incident>, Option<Incident>) = (None, None);
    for id in record.ids()?.iter().rev() {
        let by_id = incident::is_id_of(name, id);
        if !by_id && incident::slug(id) != Some(slug.as_str()) {
            continue;
        }
        let incident = match record.incident(id) {
            Ok(Some(incident)) => incident,
            Ok(None) => continue,
            // A damaged record never fails the hotfix.
            Err(error) => {
                log::warn!("the record {id} cannot be read ({}); it is left out", error.detail());
                continue;
            }
        };
        if incident.name != name && !by_id {
            continue;
        }
        if incident.is_open() && incident.is_own {
            return Ok(Some(incident));
        }
        if incident.is_open() {
            theirs.get_or_insert(incident);
            continue;
        }
        // One that never had a branch, a start that was given up, says nothing of one that had.
        let rank = |i: &Incident| (!i.lacks_start(), i.started_at);
        best = match best {
            Some(old) if rank(&old) >= rank(&incident) => Some(old),
            _ => Some(incident),
        };
    }
    let Some(open) = theirs else { return Ok(best) };
    // What this clone has finished is not opened again by a log of another one, unless there is work for it.
    let is_again = |best: &Incident| -> anyhow::Result<bool> {
        let hotfix = Hotfix::with_record(workspace, open.clone())?;
        Ok(!best.is_own || (open.started_at > best.started_at && hotfix.tip().is_some()))
    };
    Ok(match best {
        Some(best) if !is_again(&best)? => Some(best),
        _ => Some(open),
    })
}

/// The hotfix that the current branch or worktree belongs to.
fn here(workspace: &Workspace) -> anyhow::Result<Option<String>> {
    let prefix = &workspace.config.branches.prefix;
    if let Some(branch) = workspace.repo.head()?.branch
        && let Some(name) = branch.strip_prefix(prefix.as_str())
        && !name.is_empty()
    {
        return Ok(Some(name.to_owned()));
    }
    // A worktree that was made for merging back a conflict.
    let is_linked = workspace.repo.git_dir() != workspace.repo.common_dir();
    let Some(root) = workspace.repo.worktree().filter(|_| is_linked) else { return Ok(None) };
    let root = files::canonical(root);
    let mine = |i: &Incident| i.left_worktrees().any(|path| files::canonical(&path) == root);
    Ok(workspace.record().incidents()?.into_iter().filter(Incident::is_open).find(mine).map(|i| i.name))
}
