//! Which commands deploy and verify a release: production's own, as they were before the hotfix, so
//! that a branch cannot change its own deployment.

use super::workspace::{CONFIG_FILE, Workspace};
use crate::config::{Config, Origin};
use crate::git::access::Access;
use crate::git::refs;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::path::{resolve, up};
use crate::model::plan::{Stage, StageKind, head};
use crate::model::text::safe;
use chrono::Duration;

/// The commands, and where they come from.
#[derive(Clone, Debug, Default)]
pub struct Commands {
    pub deploy: Option<Stage>,
    /// How to go back, if that is another command.
    pub rollback: Option<Stage>,
    pub verify: Vec<Stage>,
    /// Commands that the repository's file names, as opposed to the responder's own settings: they
    /// run only after somebody has said yes to them.
    pub foreign: Vec<String>,
    /// Tables that this worktree's file has and production's has not.
    pub will_not_run: Vec<String>,
}

impl Commands {
    /// Deploy, then the verify checks.
    pub fn stages(&self) -> Vec<Stage> {
        self.deploy.iter().chain(&self.verify).cloned().collect()
    }
}

/// Reads the commands from production's file at a commit.
///
/// # Errors
/// When that file makes no sense.
pub fn commands(workspace: &Workspace, production: &Oid) -> anyhow::Result<Commands> {
    let text =
        workspace.repo.blob(production, CONFIG_FILE)?.map(|b| String::from_utf8_lossy(&b).into_owned());
    let config = workspace.configured_by(text.as_deref())?;
    let mut commands = Commands {
        deploy: stage(StageKind::Deploy, "deploy", &config.deploy.command, config.deploy.timeout)
            .or_else(|| stage(StageKind::Watch, "deploy", &config.deploy.watch, config.deploy.timeout)),
        rollback: stage(StageKind::Deploy, "rollback", &config.deploy.rollback, config.deploy.timeout),
        verify: config
            .verify
            .iter()
            .filter_map(|v| {
                let stage = stage(StageKind::Verify, &v.name, &v.command, config.deploy.timeout)?;
                Some(Stage { every: v.every, window: v.for_, ..stage })
            })
            .collect(),
        ..Commands::default()
    };
    for key in ["deploy.command", "deploy.rollback"] {
        if from_file(&config, key) {
            let stage = if key == "deploy.command" { &commands.deploy } else { &commands.rollback };
            commands.foreign.extend(stage.iter().map(|s| s.command.clone()));
        }
    }
    for stage in &commands.verify {
        if from_file(&config, &format!("verify.{}", stage.name)) {
            commands.foreign.push(stage.command.clone());
        }
    }
    let here = &workspace.config.deploy;
    if commands.deploy.is_none() && !(here.command.is_empty() && here.watch.is_empty()) {
        commands.will_not_run.push("[deploy]".to_owned());
    }
    for v in &workspace.config.verify {
        if !config.verify.iter().any(|p| p.name == v.name) {
            commands.will_not_run.push(format!("[[verify]] {}", v.name));
        }
    }
    Ok(commands)
}

fn stage(kind: StageKind, name: &str, command: &str, timeout: Duration) -> Option<Stage> {
    (!command.is_empty()).then(|| Stage {
        kind,
        name: name.to_owned(),
        command: command.to_owned(),
        every: Duration::zero(),
        window: Duration::zero(),
        timeout: (!timeout.is_zero()).then_some(timeout),
    })
}

/// The file that a command begins with, where a release does not have it: neither in its tree, nor in a submodule, nor
/// among the ignored files that every checkout gets.
///
/// # Errors
/// When git cannot be read.
pub fn lacks(workspace: &Workspace, stage: &Stage, release: &Oid) -> anyhow::Result<Option<String>> {
    let Some(path) = stage.script() else { return Ok(None) };
    let copied = &workspace.config.start.copy;
    if copied.iter().any(|name| resolve("", name).as_ref() == Some(&path)) {
        return Ok(None);
    }
    let repo = &workspace.repo;
    if repo.tree_file(&repo.commit(release)?.tree, &path)?.is_some() {
        return Ok(None);
    }
    let places = up(&path).filter(|place| !place.is_empty());
    let inside = repo.call("ls-tree").args(["--full-tree", release.as_str(), "--"]).args(places);
    let is_submodule = |entry: &str| entry.starts_with("160000 ");
    Ok((!repo.git().text(inside)?.lines().any(is_submodule)).then_some(path))
}

fn from_file(config: &Config, key: &str) -> bool {
    matches!(config.origin(key), Some(Origin::File(_)))
}

/// How many values of production are looked through.
const SEEN: usize = 200;

/// What production was when this clone last saw it without a commit.
fn seen_before(workspace: &Workspace, production: &str, commit: &Oid) -> anyhow::Result<Option<Oid>> {
    let repo = &workspace.repo;
    let name = match workspace.remote() {
        Some(remote) => format!("refs/remotes/{remote}/{production}"),
        None => head(production),
    };
    for seen in refs::earlier(repo, &name, SEEN) {
        if repo.has(&seen)? && !repo.is_ancestor(commit, &seen)? {
            return Ok(repo.is_ancestor(&seen, commit)?.then_some(seen));
        }
    }
    Ok(None)
}

/// The commands that belong to a release: those of production as it was published before. Where nothing
/// tells what that was, a release whose own file names no command needs none to know that.
///
/// # Errors
/// When history cannot be read, or nothing tells which commands may run.
pub fn commands_before(
    workspace: &Workspace,
    incident: Option<&Incident>,
    (tip, commit): (Option<&Oid>, &Oid),
    tag: Option<&str>,
) -> anyhow::Result<Commands> {
    if let Some(before) = production_before(workspace, incident, (tip, commit))? {
        return commands(workspace, &before);
    }
    let own = commands(workspace, commit)?;
    if own.foreign.is_empty() {
        return Ok(own);
    }
    Err(Failure::refused(format!(
        "cannot find production as it was before {}, so the deployment commands are unknown; nothing was run",
        tag.map_or_else(|| commit.short().to_owned(), safe)
    ))
    .hint("hotfix finish --no-deploy    # deploy by hand")
    .into())
}

/// Production as it was published before a release: its file says what is deployed and watched.
/// After a fast-forward or a rebase the commit below the release is the branch's own, so the parents
/// alone do not tell; then the base that this clone wrote down does, else what this clone saw in
/// production before. A tag tells nothing: whoever can push can tag the branch's own commits.
fn production_before(
    workspace: &Workspace,
    incident: Option<&Incident>,
    (tip, commit): (Option<&Oid>, &Oid),
) -> anyhow::Result<Option<Oid>> {
    let repo = &workspace.repo;
    let parents = repo.commit(commit)?.parents;
    if let (Some(tip), [first, rest @ ..]) = (tip, parents.as_slice()) {
        let brought = rest.iter().any(|p| repo.is_ancestor(tip, p).unwrap_or(false));
        if brought && !repo.is_ancestor(tip, first)? {
            return Ok(Some(first.clone()));
        }
    }
    if let Some(base) = incident.filter(|i| i.is_own_base).and_then(|i| i.base.as_ref())
        && base != commit
        && repo.is_ancestor(base, commit)?
    {
        return Ok(Some(base.clone()));
    }
    seen_before(workspace, workspace.production_of(incident), commit)
}
