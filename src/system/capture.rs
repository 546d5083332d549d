//! Reading both streams of a child until it is gone and all that it printed is here.
//!
//! A grandchild (a credential daemon) may keep the pipes open long after the child has ended, so
//! their end cannot be waited for. How long a pipe has been silent says nothing on a busy machine
//! either. So the pipes do not block: what the child wrote is in them by the time it has ended, and
//! after that they are read until they are empty. Where a pipe cannot be asked whether it would block
//! (Windows), each has a thread that waits in it.

#[cfg(unix)]
mod polled;
#[cfg(any(not(unix), test))]
mod threaded;

#[cfg(unix)]
use polled::Polled as Streams;
use std::io;
use std::process::Child;
use std::time::Duration;
#[cfg(not(unix))]
use threaded::Threaded as Streams;

/// How often a running child is looked at.
const POLL: Duration = Duration::from_millis(10);
/// How long those that an ended child has left behind may keep silent before they are left alone.
const GRACE: Duration = Duration::from_millis(50);
/// How many bytes of what a child says on its error stream are kept, at least: the last ones. A server has
/// its words there, as many as it likes.
const WORDS: usize = 1 << 20;

/// One of the two streams of a child.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stream {
    Out,
    Err,
}

/// Reads until the child has ended. `line` gets each line of either stream as it comes; `look` is
/// called in between, with whether anything came since, and may end the child.
pub fn both(
    child: &mut Child,
    look: impl FnMut(&mut Child, bool),
    mut line: impl FnMut(&str),
) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let (mut out, mut err) = (Lines::default(), Lines { most: Some(WORDS), ..Lines::default() });
    drain(child, look, |stream, bytes| {
        match stream {
            Stream::Out => out.take(bytes, &mut line),
            Stream::Err => err.take(bytes, &mut line),
        }
        true
    })?;
    Ok((out.finish(&mut line), err.finish(&mut line)))
}

/// Reads until the child has ended, handing on every piece as it comes. A stream whose piece is
/// answered with false is closed, as a reader that went away would do.
pub fn drain(
    child: &mut Child,
    look: impl FnMut(&mut Child, bool),
    piece: impl FnMut(Stream, &[u8]) -> bool,
) -> io::Result<()> {
    let streams = Streams::new(child.stdout.take(), child.stderr.take())?;
    drain_from(streams, child, look, piece)
}

/// The two pipes of a child, in the way of this system.
trait Pipes {
    /// Whether one of them is still read.
    fn any(&self) -> bool;
    /// Waits until one has something, or has ended. False when the time is up.
    fn wait(&mut self, limit: Duration) -> io::Result<bool>;
    /// Hands on what is there, but not for ever.
    fn read(&mut self, piece: &mut dyn FnMut(Stream, &[u8]) -> bool);
}

fn drain_from(
    mut pipes: impl Pipes,
    child: &mut Child,
    mut look: impl FnMut(&mut Child, bool),
    mut piece: impl FnMut(Stream, &[u8]) -> bool,
) -> io::Result<()> {
    let mut ended = false;
    while pipes.any() {
        let quiet = !pipes.wait(if ended { GRACE } else { POLL })?;
        if ended && quiet {
            break;
        }
        pipes.read(&mut piece);
        if !ended {
            look(child, !quiet);
            ended = child.try_wait()?.is_some();
        }
    }
    Ok(())
}

/// What has come of a stream, and how much of that was told line by line.
#[derive(Default)]
struct Lines {
    kept: Vec<u8>,
    told: usize,
    /// How much is kept at least, where not all of it is.
    most: Option<usize>,
}

impl Lines {
    /// Keeps a piece and tells the lines that are complete.
    fn take(&mut self, bytes: &[u8], line: &mut impl FnMut(&str)) {
        self.kept.extend_from_slice(bytes);
        // Megabytes may come without any line end; they are not looked through again and again.
        if bytes.contains(&b'\n') {
            self.tell(line);
        }
        if let Some(most) = self.most.filter(|most| self.kept.len() > 2 * most) {
            let gone = self.kept.len() - most;
            self.kept.drain(..gone);
            self.told = self.told.saturating_sub(gone);
        }
    }

    fn tell(&mut self, line: &mut impl FnMut(&str)) {
        let fresh = self.kept.get(self.told..).unwrap_or_default();
        for whole in fresh.split_inclusive(|b| *b == b'\n').filter(|l| l.ends_with(b"\n")) {
            self.told += whole.len();
            line(String::from_utf8_lossy(whole).trim_end_matches(['\n', '\r']));
        }
    }

    /// Tells an unfinished last line, too, and hands everything over.
    fn finish(self, line: &mut impl FnMut(&str)) -> Vec<u8> {
        let last = self.kept.get(self.told..).unwrap_or_default();
        if !last.is_empty() {
            line(String::from_utf8_lossy(last).trim_end_matches('\r'));
        }
        self.kept
    }
}

#[cfg(test)]
#[cfg(unix)]
mod tests {
    use crate::system::process::Run;
    use std::time::{Duration, Instant};

    #[test]
    fn everything_arrives_although_a_grandchild_keeps_the_pipes() {
        let start = Instant::now();
        let script = "sleep 30 & i=0; while [ $i -lt 3000 ]; do echo line $i; i=$((i+1)); done; printf end";
        let done = Run::shell(script).capture().unwrap();
        assert!(done.success());
        assert_eq!(done.text().lines().count(), 3001);
        assert!(done.text().ends_with("line 2999\nend"));
        assert!(start.elapsed() < Duration::from_secs(30), "the grandchild was waited for");
    }

    #[test]
    fn a_pause_is_not_the_end() {
        let done = Run::shell("printf one; sleep 0.2; printf two; echo three >&2").capture().unwrap();
        assert_eq!((done.text().as_str(), done.error_text().as_str()), ("onetwo", "three\n"));
    }

    #[test]
    fn lines_are_told_as_they_come_and_the_last_one_too() {
        let mut lines = Vec::new();
        let done =
            Run::shell("echo a; printf 'b\\r\\nc'").stream(2, |line| lines.push(line.to_owned())).unwrap();
        assert_eq!(lines, ["a", "b", "c"]);
        assert_eq!(done.text(), "b\nc");
    }

    #[test]
    fn a_child_that_never_stops_printing_has_a_limit() {
        let done = Run::new("yes").limit(Some(Duration::from_millis(50))).capture().unwrap();
        assert!(done.timed_out && !done.success());
    }

    /// The way of other systems, as far as it can be tried here.
    fn threaded(script: &str, mut look: impl FnMut(&mut std::process::Child)) -> (String, String) {
        use super::{Stream, threaded::Threaded};
        let mut shell = std::process::Command::new("sh");
        shell.arg("-c").arg(script).stdout(std::process::Stdio::piped()).stderr(std::process::Stdio::piped());
        let mut child = shell.spawn().unwrap();
        let pipes = Threaded::new(child.stdout.take(), child.stderr.take()).unwrap();
        let (mut out, mut err) = (Vec::new(), Vec::new());
        super::drain_from(
            pipes,
            &mut child,
            |child, _| look(child),
            |stream, bytes| {
                if stream == Stream::Out {
                    out.extend_from_slice(bytes)
                } else {
                    err.extend_from_slice(bytes)
                }
                true
            },
        )
        .unwrap();
        child.wait().unwrap();
        (String::from_utf8(out).unwrap(), String::from_utf8(err).unwrap())
    }

    #[test]
    fn threads_bring_both_streams_to_their_end_although_one_is_full() {
        let script =
            "i=0; while [ $i -lt 20000 ]; do echo out $i; echo error $i >&2; i=$((i+1)); done; printf end";
        let (out, err) = threaded(script, |_| {});
        assert_eq!((out.lines().count(), err.lines().count()), (20001, 20000));
        assert!(out.ends_with("out 19999\nend"));
    }

    #[test]
    fn threads_do_not_wait_for_a_grandchild_nor_for_a_silent_child() {
        let start = Instant::now();
        let (out, _) = threaded("sleep 60 & printf here", |_| {});
        assert_eq!(out, "here");
        let (out, _) = threaded("printf here; exec sleep 60", |child| {
            if start.elapsed() > Duration::from_millis(100) {
                child.kill().unwrap();
            }
        });
        assert_eq!(out, "here");
        assert!(start.elapsed() < Duration::from_secs(50), "something was waited for");
    }
}
