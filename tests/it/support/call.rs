//! One process about to be started in a repository of a test.

use super::ran::Ran;
use super::world::World;
use rustix::process::{Pid, Signal, kill_process, kill_process_group};
use std::ffi::OsStr;
use std::io::Write;
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::Arc;

/// A command that has everything it needs; change what is different, then [`Call::run`] it.
pub struct Call {
    command: Command,
    stdin: Option<Vec<u8>>,
    shown: String,
    check_text: bool,
}

impl Call {
    /// `program` with `args` in `dir`, in nothing but the world's environment.
    pub fn new<I, S>(world: &Arc<World>, program: &OsStr, args: I, dir: &Path) -> Self
    where
        I: IntoIterator<Item = S>,
        S: AsRef<OsStr>,
    {
        let mut command = Command::new(program);
        let name = Path::new(program).file_name().unwrap_or(program).to_string_lossy().into_owned();
        let mut shown = vec![name];
        for arg in args {
            shown.push(arg.as_ref().to_string_lossy().into_owned());
            command.arg(arg);
        }
        command.current_dir(dir).env_clear().envs(world.environment());
        let shown = format!("{}        (in {})", shown.join(" "), dir.display());
        Self { command, stdin: None, shown, check_text: false }
    }

    /// Checks afterwards that no control sequence was printed.
    pub fn checking_text(mut self) -> Self {
        self.check_text = true;
        self
    }

    /// Sets a variable.
    pub fn env(mut self, key: &str, value: impl AsRef<OsStr>) -> Self {
        self.command.env(key, value);
        self
    }

    /// Removes a variable.
    pub fn unset(mut self, key: &str) -> Self {
        self.command.env_remove(key);
        self
    }

    /// Feeds this to its standard input, which is closed otherwise.
    pub fn stdin(mut self, text: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(text.into());
        self
    }

    /// Runs it as the leader of a process group, so that it can be killed with all its children.
    pub fn in_a_group_of_its_own(mut self) -> Self {
        self.command.process_group(0);
        self
    }

    /// Makes an empty file first.
    pub fn after_writing(self, path: &Path) -> Self {
        std::fs::write(path, "").unwrap();
        self
    }

    /// Starts it without waiting.
    pub fn spawn(mut self) -> Running {
        self.command.stdin(if self.stdin.is_some() { Stdio::piped() } else { Stdio::null() });
        self.command.stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = self.command.spawn().unwrap_or_else(|error| panic!("{}: {error}", self.shown));
        if let (Some(text), Some(mut pipe)) = (self.stdin, child.stdin.take()) {
            // Small texts only: they fit the pipe. A program that does not read them is no error.
            let _ = pipe.write_all(&text);
        }
        Running { child, shown: self.shown, check_text: self.check_text }
    }

    /// Runs it to its end.
    pub fn run(self) -> Ran {
        self.spawn().wait()
    }
}

/// A process that was started and not yet waited for.
pub struct Running {
    child: Child,
    shown: String,
    check_text: bool,
}

impl Running {
    /// Kills it with everything it started, except what left its process group.
    pub fn kill_the_whole_group(self) -> Ran {
        let group = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process_group(group, Signal::KILL).unwrap();
        self.wait()
    }

    /// Waits until a file appears that it makes, then sends it, and nothing that it started, a signal.
    #[track_caller]
    pub fn gets(mut self, signal: Signal, once: &Path) -> Self {
        while !once.exists() {
            assert!(self.child.try_wait().unwrap().is_none(), "it ended before {}", once.display());
            std::thread::yield_now();
        }
        let pid = i32::try_from(self.child.id()).ok().and_then(Pid::from_raw).unwrap();
        kill_process(pid, signal).unwrap();
        self
    }

    /// Waits for its end.
    pub fn wait(self) -> Ran {
        let output = self.child.wait_with_output().unwrap();
        let status = output.status.code().or_else(|| output.status.signal().map(|n| 128 + n)).unwrap_or(-1);
        let ran = Ran {
            shown: self.shown,
            status,
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        };
        if self.check_text {
            ran.is_clean_text();
        }
        ran
    }
}
