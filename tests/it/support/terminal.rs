//! A real terminal: the program sees a tty, the test sees the screen.

use super::repo::Repo;
use super::world::HOTFIX;
use portable_pty::{ChildKiller, CommandBuilder, ExitStatus, MasterPty, PtySize, native_pty_system};
use std::io::{Read, Write};
use std::num::NonZeroU16;
use std::sync::atomic::Ordering;
use std::sync::{Arc, Condvar, Mutex};
use std::thread;
use std::time::{Duration, Instant};

/// How long a screen may take; only a broken program ever waits this long.
const DEADLINE: Duration = Duration::from_secs(60);
const ROWS: u16 = 60;
const COLUMNS: u16 = 100;

/// A program running in a terminal.
pub struct Terminal {
    shown: String,
    seen: Arc<(Mutex<Seen>, Condvar)>,
    keyboard: Box<dyn Write + Send>,
    killer: Box<dyn ChildKiller + Send + Sync>,
    /// Dropping it would hang up.
    _master: Box<dyn MasterPty + Send>,
}

struct Seen {
    parser: vt100::Parser,
    raw: Vec<u8>,
    /// The program's side of the terminal is closed and everything was read.
    closed: bool,
    exit: Option<ExitStatus>,
}

impl Terminal {
    /// Runs the program with `args` in a terminal of 100 columns, with further variables.
    pub fn open(repo: &Repo, args: &[&str], variables: &[(&str, &str)]) -> Self {
        Self::sized(repo, args, variables, ROWS, COLUMNS)
    }

    /// The same in a terminal of this size.
    pub fn sized(repo: &Repo, args: &[&str], variables: &[(&str, &str)], rows: u16, columns: u16) -> Self {
        repo.world.tick();
        let mut command = CommandBuilder::new(HOTFIX);
        command.args(args);
        command.cwd(&repo.dir);
        command.env_clear();
        for (key, value) in repo.world.environment() {
            command.env(key, value);
        }
        if repo.world.shimmed.load(Ordering::SeqCst) {
            command.env("PATH", repo.world.shimmed_path());
        }
        command.env("TERM", "xterm-256color");
        command.env("GIT_EDITOR", "false");
        for (key, value) in variables {
            command.env(key, value);
        }
        let size = PtySize { rows, cols: columns, pixel_width: 0, pixel_height: 0 };
        let pair = native_pty_system().openpty(size).unwrap();
        let mut child = pair.slave.spawn_command(command).unwrap();
        drop(pair.slave);
        let (rows, columns) = (NonZeroU16::new(rows).unwrap(), NonZeroU16::new(columns).unwrap());
        let parser = vt100::Parser::new(rows, columns, 0);
        let seen = Seen { parser, raw: Vec::new(), closed: false, exit: None };
        let seen = Arc::new((Mutex::new(seen), Condvar::new()));
        let terminal = Self {
            shown: format!("hotfix {}", args.join(" ")),
            seen: Arc::clone(&seen),
            keyboard: pair.master.take_writer().unwrap(),
            killer: child.clone_killer(),
            _master: pair.master,
        };
        let mut reader = terminal._master.try_clone_reader().unwrap();
        let watched = Arc::clone(&seen);
        thread::spawn(move || {
            let mut buffer = [0; 4096];
            loop {
                let count = reader.read(&mut buffer).unwrap_or(0);
                let mut seen = watched.0.lock().unwrap();
                seen.parser.process(&buffer[..count]);
                seen.raw.extend_from_slice(&buffer[..count]);
                seen.closed = count == 0;
                watched.1.notify_all();
                if count == 0 {
                    return;
                }
            }
        });
        thread::spawn(move || {
            let exit = child.wait().unwrap();
            seen.0.lock().unwrap().exit = Some(exit);
            seen.1.notify_all();
        });
        terminal
    }

    /// Waits until the screen shows this text.
    #[track_caller]
    pub fn waits_for(&mut self, text: &str) -> &mut Self {
        let found = self.wait(DEADLINE, |seen| screen_of(seen).contains(text));
        assert!(found, "{:?} never appeared in `{}`\n{}", text, self.shown, self.screen());
        self
    }

    /// Waits until the screen shows this text so many times.
    #[track_caller]
    pub fn waits_for_times(&mut self, text: &str, times: usize) -> &mut Self {
        let found = self.wait(DEADLINE, |seen| screen_of(seen).matches(text).count() >= times);
        assert!(found, "{:?} did not appear {times} times in `{}`\n{}", text, self.shown, self.screen());
        self
    }

    /// Waits until the screen no longer shows this text.
    #[track_caller]
    pub fn loses(&mut self, text: &str) -> &mut Self {
        let lost = self.wait(DEADLINE, |seen| !screen_of(seen).contains(text));
        assert!(lost, "{:?} never left `{}`\n{}", text, self.shown, self.screen());
        self
    }

    /// Sends keys, once the program asks: what is typed before a question is complete is meant for another
    /// one and thrown away. Ctrl-C may come at any time, and where nothing is asked it is not waited for long.
    pub fn types(&mut self, keys: &str) -> &mut Self {
        if keys != "\u{3}" {
            self.wait(Duration::from_secs(1), |seen| {
                let screen = screen_of(seen);
                screen.trim_end().lines().next_back().is_some_and(|line| line.contains('›'))
            });
        }
        // A program that is gone has nobody to type to; its exit status tells the rest.
        let _ = self.keyboard.write_all(keys.as_bytes()).and_then(|()| self.keyboard.flush());
        self
    }

    /// Answers the question on the screen and waits for what comes after it. Some prompts take
    /// the key alone, others wait for Enter as well.
    #[track_caller]
    pub fn answers(&mut self, key: &str, next: &str) -> &mut Self {
        self.types(key);
        if !self.wait(Duration::from_secs(2), |seen| seen.exit.is_some() || screen_of(seen).contains(next)) {
            self.types("\r");
        }
        self.waits_for(next)
    }

    /// Presses Enter at every question until the program ends; returns its exit status.
    #[track_caller]
    pub fn enter_to_the_end(&mut self) -> u32 {
        let start = Instant::now();
        while !self.wait(Duration::from_millis(200), |seen| seen.exit.is_some()) {
            assert!(start.elapsed() < DEADLINE, "`{}` never ended\n{}", self.shown, self.screen());
            self.types("\r");
        }
        self.exit_status()
    }

    /// Waits for the program's end and returns its exit status.
    #[track_caller]
    pub fn exit_status(&mut self) -> u32 {
        let ended = self.wait(DEADLINE, |seen| seen.exit.is_some() && seen.closed);
        assert!(ended, "`{}` never ended\n{}", self.shown, self.screen());
        let seen = self.seen.0.lock().unwrap();
        seen.exit.as_ref().map_or(u32::MAX, ExitStatus::exit_code)
    }

    /// Waits for the program's end and demands this exit status.
    #[track_caller]
    pub fn exits(&mut self, status: u32) -> &mut Self {
        let found = self.exit_status();
        assert_eq!(found, status, "exit status of `{}`\n{}", self.shown, self.screen());
        self
    }

    /// What the screen shows now.
    pub fn screen(&self) -> String {
        screen_of(&self.seen.0.lock().unwrap())
    }

    /// Reads more than text from the screen, such as colours.
    pub fn look<T>(&self, read: impl FnOnce(&vt100::Screen) -> T) -> T {
        read(self.seen.0.lock().unwrap().parser.screen())
    }

    /// Every byte that was printed so far.
    pub fn raw(&self) -> String {
        String::from_utf8_lossy(&self.seen.0.lock().unwrap().raw).into_owned()
    }

    /// Whether the cursor is where a person can see it.
    pub fn cursor_is_visible(&self) -> bool {
        !self.seen.0.lock().unwrap().parser.screen().hide_cursor()
    }

    fn wait(&self, patience: Duration, condition: impl Fn(&Seen) -> bool) -> bool {
        let (lock, changed) = &*self.seen;
        let seen = lock.lock().unwrap();
        let goes_on = |seen: &mut Seen| {
            let ended = seen.closed && seen.exit.is_some();
            !condition(seen) && !ended
        };
        let (seen, _) = changed.wait_timeout_while(seen, patience, goes_on).unwrap();
        condition(&seen)
    }
}

impl Drop for Terminal {
    fn drop(&mut self) {
        if self.seen.0.lock().is_ok_and(|seen| seen.exit.is_none()) {
            let _ = self.killer.kill();
        }
    }
}

fn screen_of(seen: &Seen) -> String {
    seen.parser.screen().contents()
}
