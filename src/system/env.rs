//! What the program was started with.

use super::machine::names::variable;
use chrono::{DateTime, Local, Utc};
use std::collections::BTreeMap;
use std::io::IsTerminal;
use std::path::PathBuf;

/// Replaces the clock, for tests and for rehearsing: an RFC 3339 time.
const CLOCK: &str = "HOTFIX_CLOCK";

/// The environment, read once at start.
#[derive(Clone, Debug)]
pub struct Env {
    vars: BTreeMap<String, String>,
    clock: Option<DateTime<Utc>>,
    /// Whether a person can answer: stdin and stderr are terminals.
    pub interactive: bool,
    /// Whether stdin is a terminal: then Ctrl-C reaches a command without our help.
    pub stdin_tty: bool,
    /// Whether stderr is a terminal, for progress.
    pub stderr_tty: bool,
    /// Whether stdout is a terminal.
    pub stdout_tty: bool,
}

impl Env {
    /// Reads the environment of this process. Variables that are not UTF-8 are left out.
    pub fn from_os() -> Self {
        let mut vars: BTreeMap<String, String> = std::env::vars_os()
            .filter_map(|(k, v)| {
                Some((variable(k.into_string().ok()?, cfg!(windows)), v.into_string().ok()?))
            })
            .collect();
        // git takes it for the home directory where there is no HOME.
        if let (true, None, Some(home)) = (cfg!(windows), vars.get("HOME"), vars.get("USERPROFILE")) {
            vars.insert("HOME".to_owned(), home.clone());
        }
        let clock = vars.get(CLOCK).and_then(|t| DateTime::parse_from_rfc3339(t).ok()).map(|t| t.to_utc());
        let stderr_tty = std::io::stderr().is_terminal();
        let ci = vars.get("CI").is_some_and(|v| !v.is_empty() && v != "false" && v != "0");
        Self {
            interactive: !ci && stderr_tty && std::io::stdin().is_terminal(),
            stdin_tty: std::io::stdin().is_terminal(),
            stderr_tty,
            stdout_tty: std::io::stdout().is_terminal(),
            clock,
            vars,
        }
    }

    /// A variable, when it is set and not empty.
    pub fn var(&self, name: &str) -> Option<&str> {
        self.vars.get(name).map(String::as_str).filter(|v| !v.is_empty())
    }

    /// Every variable.
    pub const fn vars(&self) -> &BTreeMap<String, String> {
        &self.vars
    }

    /// The time now, in UTC.
    pub fn now(&self) -> DateTime<Utc> {
        self.clock.unwrap_or_else(Utc::now)
    }

    /// The time now, in this machine's zone.
    pub fn now_local(&self) -> DateTime<Local> {
        self.now().with_timezone(&Local)
    }

    /// The directory the command was started in.
    ///
    /// # Errors
    /// When it no longer exists or cannot be read.
    pub fn cwd(&self) -> std::io::Result<PathBuf> {
        std::env::current_dir()
    }
}

/// Makes `dir` the current directory, as `-C` asks, before anything else is done.
///
/// # Errors
/// When it is no directory.
pub fn change_dir(dir: &std::path::Path) -> std::io::Result<()> {
    std::env::set_current_dir(dir)
}

/// Where this program itself lies, for running itself in a drill.
///
/// # Errors
/// When the operating system does not say.
pub fn own_program() -> std::io::Result<PathBuf> {
    std::env::current_exe()
}

/// An id that no other event or incident has: `n` hexadecimal digits (at most 16) from the
/// process's random state, the process id and a counter.
pub fn unique_hex(n: usize) -> String {
    use std::hash::{BuildHasher, Hasher};
    use std::sync::atomic::{AtomicU64, Ordering};
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let mut hasher = std::collections::hash_map::RandomState::new().build_hasher();
    hasher.write_u64(COUNT.fetch_add(1, Ordering::Relaxed));
    hasher.write_u32(std::process::id());
    let hex = format!("{:016x}", hasher.finish());
    hex.get(..n).unwrap_or(&hex).to_owned()
}
