//! The one way to the `git` program: how every call of it is prepared.

use super::{GitError, Result};
use crate::model::text::safe;
use crate::system::env::Env;
use crate::system::process::{Done, Run};
use std::io::{BufRead, BufReader};
use std::time::Duration;

/// Settings for every call. Objects and refs are synced, so that what we report survives a power
/// cut; nothing of git's own housekeeping starts behind our back.
const SETTINGS: [&str; 6] = [
    "core.fsync=objects,reference",
    "gc.auto=0",
    "maintenance.auto=false",
    "submodule.recurse=false",
    "core.quotePath=false",
    // What we hand over is UTF-8.
    "i18n.commitEncoding=UTF-8",
];

/// Runs git.
#[derive(Clone, Debug)]
pub struct Git {
    interactive: bool,
    /// Whether the user chose how ssh is started; then we leave it alone.
    own_ssh: bool,
}

/// How a call may behave.
#[derive(Clone, Copy, Debug)]
pub struct NetworkPolicy {
    /// It may ask for credentials on the terminal.
    pub may_ask: bool,
    /// It is ended after this long.
    pub limit: Option<Duration>,
    /// It is ended when nothing came from it for so long, where nobody sits who could end it.
    pub silence: Option<Duration>,
}

/// However slowly a server goes on saying something: there is an end.
pub const LONGEST: Duration = Duration::from_secs(60 * 60);

impl Default for NetworkPolicy {
    fn default() -> Self {
        Self { may_ask: false, limit: Some(LONGEST), silence: None }
    }
}

/// What git's configuration says about talking to a remote.
#[derive(Clone, Copy, Debug, Default)]
pub struct Own {
    /// It names how ssh is started.
    pub ssh: bool,
    /// A push looks after the commits that submodules point at.
    pub checks_submodules: bool,
}

impl Git {
    /// Prepares the way to git from the environment.
    pub fn new(env: &Env) -> Self {
        Self {
            interactive: env.interactive,
            own_ssh: env.var("GIT_SSH_COMMAND").is_some() || env.var("GIT_SSH").is_some(),
        }
    }

    /// A call of git, ready for its arguments. It never asks, pages or opens an editor.
    pub fn call(&self, subcommand: &str) -> Run {
        self.call_with(subcommand, &[])
    }

    /// As [`Git::call`], with options that stand in front of the subcommand.
    pub fn call_with(&self, subcommand: &str, options: &[String]) -> Run {
        let mut run = Run::new("git");
        for setting in SETTINGS {
            run = run.arg("-c").arg(setting);
        }
        run.args(options)
            .arg(subcommand)
            // Messages in English, file names and text in the user's encoding: LC_ALL would
            // change both.
            .without_env("LC_ALL")
            .without_env("LANGUAGE")
            .env("LC_MESSAGES", "C")
            .env("GIT_TERMINAL_PROMPT", "0")
            .env("GIT_EDITOR", ":")
            .env("GIT_SEQUENCE_EDITOR", ":")
            .env("GIT_PAGER", "cat")
            // Replace refs and grafts would change what history seems to be.
            .env("GIT_NO_REPLACE_OBJECTS", "1")
    }

    /// A call that talks to a remote.
    pub fn network(&self, subcommand: &str, policy: NetworkPolicy, own: Own) -> Run {
        // Nobody asked to push anything inside submodules; that it was done can be checked.
        let recurse =
            if own.checks_submodules { "push.recurseSubmodules=check" } else { "push.recurseSubmodules=no" };
        let options: Vec<String> = [
            "core.fsmonitor=false",
            "fetch.recurseSubmodules=false",
            // What has come is complete when it connects to our branches. Opening every tag of ours
            // for that takes half of a fetch with 20,000 tags.
            "fetch.hideRefs=refs/tags/",
            recurse,
            "http.lowSpeedLimit=1",
            "http.lowSpeedTime=30",
        ]
        .iter()
        .flat_map(|s| ["-c".to_owned(), (*s).to_owned()])
        .collect();
        let mut run = self.call_with(subcommand, &options).limit(policy.limit);
        if policy.may_ask && self.interactive {
            run = run.env("GIT_TERMINAL_PROMPT", "1").on_terminal();
            return run;
        }
        run = run.silence(policy.silence);
        if !self.own_ssh && !own.ssh {
            run = run.env(
                "GIT_SSH_COMMAND",
                "ssh -o BatchMode=yes -o ConnectTimeout=10 -o ServerAliveInterval=15",
            );
        }
        run
    }

    /// Runs a prepared call and takes any exit status.
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn finish(&self, run: Run) -> Result<Done> {
        let words = run.words();
        let done = run.capture().map_err(GitError::Start)?;
        trace(&words, &done);
        Ok(done)
    }

    /// Runs a prepared call that has to succeed, and returns what it printed.
    ///
    /// # Errors
    /// When git fails.
    pub fn text(&self, run: Run) -> Result<String> {
        self.ok(run).map(|done| done.text())
    }

    /// Runs a prepared call that has to succeed.
    ///
    /// # Errors
    /// When git fails.
    pub fn ok(&self, run: Run) -> Result<Done> {
        let what = subcommand(&run.words());
        let done = self.finish(run)?;
        if done.success() { Ok(done) } else { Err(failed(&what, &done)) }
    }

    /// Runs a prepared call and hands on what it prints up to each `end`, as it comes; whether it succeeded.
    ///
    /// # Errors
    /// When git cannot be started, or its answer not be read.
    pub fn pieces(&self, run: Run, end: u8, mut piece: impl FnMut(&str)) -> Result<bool> {
        let words = run.words();
        log::debug!("{} (answers as they come)", words.join(" "));
        let (mut child, stdout) = run.talk().map_err(GitError::Start)?;
        let mut answer = BufReader::new(stdout);
        let mut bytes = Vec::new();
        while answer.read_until(end, &mut bytes).map_err(GitError::Start)? > 0 {
            if bytes.last() == Some(&end) {
                bytes.pop();
            }
            piece(&String::from_utf8_lossy(&bytes));
            bytes.clear();
        }
        Ok(child.wait().map_err(GitError::Start)?.success())
    }

    /// Shows a text in git's own pager, as the user has set it up (`core.pager`, `GIT_PAGER`, `PAGER`).
    ///
    /// # Errors
    /// When git cannot be started.
    pub fn page(text: &str) -> Result<Done> {
        // `--paginate` works for every command of git, and none of git's own passes its input on as it is.
        let shows = ["-c", "alias.hotfix-shows=!cat", "--paginate", "hotfix-shows"];
        let run = Run::new("git").args(shows).stdin(text.as_bytes());
        run.attached().map_err(GitError::Start)
    }
}

/// The error for a call that failed.
pub fn failed(what: &str, done: &Done) -> GitError {
    let stderr = done
        .error_text()
        .lines()
        .map(|line| {
            let line = line.strip_prefix("fatal: ").or_else(|| line.strip_prefix("error: ")).unwrap_or(line);
            line.to_owned()
        })
        .collect::<Vec<_>>()
        .join("\n");
    GitError::Failed { what: what.to_owned(), code: done.code, stderr, timed_out: done.timed_out }
}

fn subcommand(words: &[String]) -> String {
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        if word == "-c" {
            words.next();
        } else if !word.starts_with('-') {
            return word.clone();
        }
    }
    String::new()
}

fn trace(words: &[String], done: &Done) {
    if !log::log_enabled!(log::Level::Debug) {
        return;
    }
    let mut shown = vec!["git".to_owned()];
    let mut rest = words.iter().skip(1);
    while let Some(word) = rest.next() {
        if word == "-c" {
            rest.next();
        } else {
            shown.push(crate::model::text::shell_word(&safe(word)));
        }
    }
    let code = done.code.map_or_else(|| "ended".to_owned(), |c| format!("exit {c}"));
    log::debug!("{} ({} ms, {code})", shown.join(" "), done.took.as_millis());
    log::trace!("{}", safe(&done.error_text()));
}
