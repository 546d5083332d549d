//! What every command works with: the world around it, the repository, and what has to be done first
//! whichever command it is.

use super::courier::Courier;
use super::share;
use crate::cli::Global;
use crate::engine::throw_away;
use crate::facts::Workspace;
use crate::facts::landed::{self, Unsettled};
use crate::git::worktree;
use crate::model::event::{Draft, Kind};
use crate::model::incident::Incident;
use crate::model::intent::Landed;
use crate::model::text::{list, safe};
use crate::system::env::Env;
use crate::system::lock::RunLock;
use crate::system::underway::Underway;
use crate::terminal::Ui;
use std::cell::{Cell, OnceCell};
use std::path::{Path, PathBuf};

/// What every command works with.
pub struct Session {
    pub env: Env,
    pub ui: Ui,
    pub global: Global,
    /// Whether the command changes something in the repository.
    changes: bool,
    underway: OnceCell<Option<Underway>>,
    /// Whether it was said what an earlier run has left unsettled.
    told: OnceCell<()>,
    /// Whether the command never waits for a remote to share the log.
    in_a_hurry: bool,
    /// Whether what it writes into the log is shared when it is done.
    shares: Cell<bool>,
    /// Tells others what happened.
    pub courier: Courier,
    /// Whether what a person said of a deployment was recorded, which is a change.
    pub has_recorded: Cell<bool>,
}

impl Session {
    /// A session for one command.
    pub fn new(env: Env, ui: Ui, global: Global, changes: bool, in_a_hurry: bool) -> Self {
        Self {
            env,
            ui,
            global,
            changes,
            in_a_hurry,
            underway: OnceCell::new(),
            told: OnceCell::new(),
            shares: Cell::new(false),
            courier: Courier::default(),
            has_recorded: Cell::new(false),
        }
    }

    /// Shares what the command wrote into the log, and tells others: `tells` says whether also what
    /// earlier commands could not tell.
    pub fn done(&self, tells: bool) {
        self.tell();
        if self.shares.get() {
            share::when_done(self);
        }
        self.tell_all(tells);
    }

    /// Says, after a rehearsal, that nothing was changed.
    pub fn say_unchanged(&self, remote_was_read: bool) {
        let read = if remote_was_read { "; the remote was only read, as git fetch does" } else { "" };
        self.ui.dim(format!("Nothing was changed{read}."));
    }

    /// Opens the repository around the current directory.
    ///
    /// # Errors
    /// Outside a repository, and when the configuration is wrong.
    pub fn workspace(&self) -> anyhow::Result<Workspace> {
        self.begun(Workspace::open(self.env.clone())?)
    }

    /// As [`Session::workspace`], for commands that read or write the log: a wrong `hotfix.toml` is said,
    /// and they go on without it.
    ///
    /// # Errors
    /// Outside a repository, and when the settings elsewhere are wrong.
    pub fn site_for_log(&self) -> anyhow::Result<Workspace> {
        let (workspace, wrong) = Workspace::open_for_log(self.env.clone())?;
        if let Some(wrong) = wrong {
            let first = wrong.message.lines().next().unwrap_or_default();
            self.ui.warn(format!("going on without hotfix.toml: {first}"));
        }
        self.begun(workspace)
    }

    fn begun(&self, workspace: Workspace) -> anyhow::Result<Workspace> {
        if self.changes && !self.dry_run() {
            self.underway.get_or_init(|| {
                let underway = self.clean_up(&workspace);
                if workspace.config.incident.share && !self.in_a_hurry {
                    self.shares.set(share::before(self, &workspace));
                }
                underway
            });
        }
        self.courier.at(&workspace);
        self.told.get_or_init(|| self.tell_unsettled(&workspace));
        Ok(workspace)
    }

    /// Says first, and once, which release may be published only in part. Not while a run is still
    /// at it.
    fn tell_unsettled(&self, workspace: &Workspace) {
        let record = workspace.record();
        let awaited = record.unconfirmed_pushes();
        if awaited.is_empty() || RunLock::is_taken(&workspace.run_lock()) {
            return;
        }
        let place = workspace.remote().unwrap_or("this repository");
        for id in awaited {
            let Ok(Some(incident)) = record.incident(&id) else { continue };
            let Ok(Some(found)) = landed::unsettled(workspace, &incident) else { continue };
            let Unsettled { tag, production, retry, .. } = &found;
            let what = match found.landed {
                Landed::Branch => {
                    format!(
                        "{tag} is only partly published: {place} has {production}, but not the tag, as of the last fetch"
                    )
                }
                Landed::Unasked => format!(
                    "publishing {tag} was interrupted: {place} has {production}; it was not asked for the tag"
                ),
                Landed::Tag => format!(
                    "{tag} is only partly published: {place} has the tag, but not {production} with it, \
                     as of the last fetch"
                ),
                Landed::Both => format!("publishing {tag} was interrupted"),
                Landed::Unknown => format!("the outcome of publishing {tag} is unknown"),
                Landed::Refused | Landed::Held => continue,
            };
            self.ui.warn(format!("{}; to complete it: {retry}", safe(&what)));
        }
    }

    /// Takes away what a killed run has left, says so, and marks this run. Where the git directory
    /// cannot be written the command itself will say it better.
    fn clean_up(&self, workspace: &Workspace) -> Option<Underway> {
        let worktrees = worktree::list(&workspace.repo).ok()?;
        if worktrees.len() > 1 && !RunLock::is_taken(&workspace.run_lock()) {
            for path in throw_away::sweep(workspace, &worktrees) {
                self.ui.say(format!("Removed {}, left by a run that was killed.", path.display()));
            }
        }
        let places: Vec<PathBuf> = worktrees.into_iter().map(|w| w.path).collect();
        let (underway, left) = Underway::begin(workspace.repo.common_dir(), &places).ok()?;
        if !left.removed.is_empty() {
            let paths: Vec<String> = left.removed.iter().map(|p| p.display().to_string()).collect();
            let removed = format!("Removed {}, left by a run that was killed.", list(&paths));
            self.ui.say(&removed);
            note_cleaning(workspace, &removed);
        }
        if let Some(path) = left.kept.first() {
            self.ui.warn(format!(
                "{} may have been left by a run that was killed, or a running git holds it",
                path.display()
            ));
        }
        Some(underway)
    }

    /// A path as somebody would type it where they stand: below the current directory without it.
    pub fn from_here<'a>(&self, path: &'a Path) -> &'a Path {
        // With -C they stand elsewhere.
        let here = if self.global.directory.is_none() { self.env.cwd().ok() } else { None };
        here.and_then(|here| path.strip_prefix(here).ok()).unwrap_or(path)
    }

    /// Whether nothing may be changed.
    pub const fn dry_run(&self) -> bool {
        self.global.dry_run
    }
}

/// Puts on the timeline what was taken away; of several open hotfixes, on that of the last one.
fn note_cleaning(workspace: &Workspace, what: &str) {
    let record = workspace.record();
    let open = record.incidents().unwrap_or_default().into_iter().rfind(Incident::is_open);
    if let Some(incident) = open {
        record.note(&incident.id, Draft::new(Kind::Note, what));
    }
}
