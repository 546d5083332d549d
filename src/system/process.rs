//! Running programs: captured, streamed, with a limit, and never through a string that a shell
//! would take apart.

use super::capture;
pub use super::capture::Stream;
use super::machine::{
    apart, ask_to_end, end, hand_on, is_group_alive, own_group, set_inheritable, shell, signal_of,
};
use super::signals;
use std::collections::VecDeque;
use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{self, Write};
use std::path::PathBuf;
use std::process::{Child, ChildStdout, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// A program and how to run it.
#[derive(Debug)]
pub struct Run {
    program: OsString,
    args: Vec<OsString>,
    dir: Option<PathBuf>,
    set: Vec<(OsString, OsString)>,
    unset: Vec<OsString>,
    stdin: Option<Vec<u8>>,
    terminal: bool,
    limit: Option<Duration>,
    silence: Option<Duration>,
    inherit: Option<File>,
    hears_signals: bool,
}

/// What a program left behind.
#[derive(Debug)]
pub struct Done {
    /// Its exit status; `None` when a signal or our limit ended it.
    pub code: Option<i32>,
    /// The signal that ended it.
    pub signal: Option<i32>,
    pub stdout: Vec<u8>,
    pub stderr: Vec<u8>,
    pub took: Duration,
    /// Whether we ended it at its time limit.
    pub timed_out: bool,
    /// The signal that came for us meanwhile and was handed on to it.
    pub interrupted: Option<i32>,
}

impl Done {
    /// Exit status 0.
    pub fn success(&self) -> bool {
        self.code == Some(0)
    }

    /// Standard output as text.
    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.stdout).into_owned()
    }

    /// Standard error as text.
    pub fn error_text(&self) -> String {
        String::from_utf8_lossy(&self.stderr).into_owned()
    }
}

impl Run {
    /// A program, found on `PATH`.
    pub fn new(program: impl AsRef<OsStr>) -> Self {
        Self {
            program: program.as_ref().to_owned(),
            args: Vec::new(),
            dir: None,
            set: Vec::new(),
            unset: Vec::new(),
            stdin: None,
            terminal: false,
            limit: None,
            silence: None,
            inherit: None,
            hears_signals: false,
        }
    }

    /// A command line that a person wrote in a configuration file: run by the shell exactly as
    /// written. Values reach it through the environment only.
    pub fn shell(line: &str) -> Self {
        Self::new(shell()).arg("-c").arg(line)
    }

    /// Adds one argument.
    #[must_use]
    pub fn arg(mut self, arg: impl AsRef<OsStr>) -> Self {
        self.args.push(arg.as_ref().to_owned());
        self
    }

    /// Adds arguments.
    #[must_use]
    pub fn args<S: AsRef<OsStr>>(mut self, args: impl IntoIterator<Item = S>) -> Self {
        self.args.extend(args.into_iter().map(|a| a.as_ref().to_owned()));
        self
    }

    /// Runs in this directory.
    #[must_use]
    pub fn dir(mut self, dir: impl Into<PathBuf>) -> Self {
        self.dir = Some(dir.into());
        self
    }

    /// Sets a variable.
    #[must_use]
    pub fn env(mut self, key: impl AsRef<OsStr>, value: impl AsRef<OsStr>) -> Self {
        self.set.push((key.as_ref().to_owned(), value.as_ref().to_owned()));
        self
    }

    /// Removes a variable.
    #[must_use]
    pub fn without_env(mut self, key: impl AsRef<OsStr>) -> Self {
        self.unset.push(key.as_ref().to_owned());
        self
    }

    /// Gives it this on standard input; without it standard input is empty.
    #[must_use]
    pub fn stdin(mut self, bytes: impl Into<Vec<u8>>) -> Self {
        self.stdin = Some(bytes.into());
        self
    }

    /// Lets it use our terminal: editors, and programs that ask.
    #[must_use]
    pub const fn on_terminal(mut self) -> Self {
        self.terminal = true;
        self
    }

    /// Ends it, and everything it started, after this long.
    #[must_use]
    pub const fn limit(mut self, limit: Option<Duration>) -> Self {
        self.limit = limit;
        self
    }

    /// Ends it when it has printed nothing for so long. What it started is left alone: it may still
    /// be at work, and finds its end by itself.
    #[must_use]
    pub const fn silence(mut self, limit: Option<Duration>) -> Self {
        self.silence = limit;
        self
    }

    /// Hands signals that come for us on to it and all that it started, and waits for its end.
    #[must_use]
    pub const fn hearing_signals(mut self) -> Self {
        self.hears_signals = true;
        self
    }

    /// Lets it inherit an open file, so that a lock on it outlives us while the child runs.
    #[must_use]
    pub fn inherit(mut self, file: Option<File>) -> Self {
        self.inherit = file;
        self
    }

    /// The words of the command line, for showing.
    pub fn words(&self) -> Vec<String> {
        std::iter::once(&self.program).chain(&self.args).map(|w| w.to_string_lossy().into_owned()).collect()
    }

    /// Runs it to the end and captures what it prints.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn capture(self) -> io::Result<Done> {
        self.run(|_| {})
    }

    /// Runs it with our own standard streams; what it is given on standard input replaces ours.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn attached(self) -> io::Result<Done> {
        let start = Instant::now();
        let mut command = self.command();
        let stdin = if self.stdin.is_some() { Stdio::piped() } else { Stdio::inherit() };
        command.stdin(stdin).stdout(Stdio::inherit()).stderr(Stdio::inherit());
        let mut child = command.spawn()?;
        if let (Some(bytes), Some(mut pipe)) = (&self.stdin, child.stdin.take()) {
            // A pager that is left early closes its end.
            _ = pipe.write_all(bytes);
        }
        let status = child.wait()?;
        Ok(done(status, Vec::new(), Vec::new(), start.elapsed(), false))
    }

    /// Starts it for good: it is not waited for, has no terminal, and a Ctrl-C of ours does not reach
    /// it. Returns its exit status when it ends within `watch`.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn let_go(self, watch: Duration) -> io::Result<Option<i32>> {
        let start = Instant::now();
        let mut command = self.command();
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        apart(&mut command);
        let mut child = command.spawn()?;
        while start.elapsed() < watch {
            if let Some(status) = child.try_wait()? {
                return Ok(status.code());
            }
            std::thread::sleep(Duration::from_millis(10));
        }
        Ok(None)
    }

    /// Starts it with pipes on standard input and output, for whoever talks with it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn piped(self) -> io::Result<Child> {
        self.command().stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn()
    }

    /// Starts it, hands it its input, and returns its output for reading as it comes.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn talk(mut self) -> io::Result<(Child, ChildStdout)> {
        let input = self.stdin.take().unwrap_or_default();
        let mut child = self.piped()?;
        if let Some(mut pipe) = child.stdin.take() {
            // On a thread: a child that prints before it has read everything must not block us.
            std::thread::spawn(move || pipe.write_all(&input));
        }
        let stdout = child.stdout.take().ok_or(io::ErrorKind::BrokenPipe)?;
        Ok((child, stdout))
    }

    /// Runs it, calling `line` for each line of its output as it comes (both streams), and keeps
    /// the last `keep` lines as standard output.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn stream(self, keep: usize, mut line: impl FnMut(&str)) -> io::Result<Done> {
        let mut tail: VecDeque<String> = VecDeque::new();
        let mut done = self.run(|text| {
            line(text);
            if tail.len() == keep {
                tail.pop_front();
            }
            tail.push_back(text.to_owned());
        })?;
        done.stdout = Vec::from(tail).join("\n").into_bytes();
        Ok(done)
    }

    /// Runs it with our own standard input, handing on what it prints as it comes: nothing of it is
    /// kept. A stream whose piece is answered with false is closed. It is asked to end (`SIGTERM`)
    /// once `stop` says so.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn pass(self, stop: impl Fn() -> bool, piece: impl FnMut(Stream, &[u8]) -> bool) -> io::Result<Done> {
        let start = Instant::now();
        let mut command = self.command();
        command.stdin(Stdio::inherit()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn()?;
        let mut asked = false;
        let look = |child: &mut Child, _: bool| {
            if !asked && stop() {
                asked = true;
                ask_to_end(child);
            }
        };
        capture::drain(&mut child, look, piece)?;
        // Both streams may be closed long before it ends.
        let status = child.wait()?;
        Ok(done(status, Vec::new(), Vec::new(), start.elapsed(), false))
    }

    fn command(&self) -> Command {
        let mut command = Command::new(&self.program);
        command.args(&self.args);
        if let Some(dir) = &self.dir {
            command.current_dir(dir);
        }
        for key in &self.unset {
            command.env_remove(key);
        }
        for (key, value) in &self.set {
            command.env(key, value);
        }
        command
    }

    fn run(mut self, line: impl FnMut(&str)) -> io::Result<Done> {
        let start = Instant::now();
        let mut command = self.command();
        command.stdout(Stdio::piped()).stderr(Stdio::piped());
        command.stdin(match (&self.stdin, self.terminal) {
            (Some(_), _) => Stdio::piped(),
            (None, true) => Stdio::inherit(),
            (None, false) => Stdio::null(),
        });
        // Its own process group only when we may have to end it: a child that may ask on the
        // terminal must stay in the foreground group.
        let grouped = (self.limit.is_some() || self.hears_signals) && !self.terminal;
        let hold = self.hears_signals.then(signals::Hold::new);
        let mut interrupted = None;
        if grouped {
            own_group(&mut command);
        }
        let inherited = self.inherit.take();
        set_inheritable(inherited.as_ref(), true)?;
        let spawned = command.spawn();
        set_inheritable(inherited.as_ref(), false)?;
        let mut child = spawned?;
        if let (Some(bytes), Some(mut pipe)) = (self.stdin.take(), child.stdin.take()) {
            // On a thread: a child that prints before it has read everything must not block us.
            std::thread::spawn(move || pipe.write_all(&bytes));
        }
        let mut timed_out = false;
        let mut heard = start;
        let look = |child: &mut Child, came: bool| {
            if came {
                heard = Instant::now();
            }
            let over = self.limit.is_some_and(|limit| start.elapsed() >= limit)
                || self.silence.is_some_and(|limit| heard.elapsed() >= limit);
            if !timed_out && over {
                timed_out = true;
                end(child, grouped);
            }
            if hold.is_some()
                && let Some(signal) = signals::take()
            {
                interrupted = Some(signal);
                hand_on(child, signal);
            }
        };
        let (stdout, stderr) = capture::both(&mut child, look, line)?;
        let status = child.wait()?;
        // One that came at the very end is not lost.
        let interrupted = interrupted.or_else(|| hold.as_ref().and_then(|_| signals::take()));
        if interrupted.is_some() && grouped {
            see_off(&mut child);
        }
        // A key that ended the child was meant for this program, too, and another thread hears it: what
        // the child failed with is not told before that.
        let by_key = signal_of(status) == Some(signals::INTERRUPT) || status.code() == Some(130);
        if by_key && !grouped && hold.is_none() {
            std::thread::sleep(HEARING);
        }
        Ok(Done { interrupted, ..done(status, stdout, stderr, start.elapsed(), timed_out) })
    }
}

/// How long a signal to this program may take until it is heard, on a busy machine.
const HEARING: Duration = Duration::from_secs(1);

/// How long what a program started may take to clean up after a signal.
const CLEANING: Duration = Duration::from_secs(60);

/// Waits until all that an interrupted program started has ended: what is called over must be over. A
/// second signal, or too long a time, ends it at once.
fn see_off(child: &mut Child) {
    let start = Instant::now();
    while is_group_alive(child) {
        if start.elapsed() >= CLEANING || signals::take().is_some() {
            end(child, true);
            return;
        }
        std::thread::sleep(Duration::from_millis(20));
    }
}

fn done(status: ExitStatus, stdout: Vec<u8>, stderr: Vec<u8>, took: Duration, timed_out: bool) -> Done {
    Done {
        code: status.code(),
        signal: signal_of(status),
        stdout,
        stderr,
        took,
        timed_out,
        interrupted: None,
    }
}
