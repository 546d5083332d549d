//! Reading both streams of a child until it is gone and all that it printed is here.
//!
//! A grandchild (a credential daemon) may keep the pipes open long after the child has ended, so
//! their end cannot be waited for. How long a pipe has been silent says nothing on a busy machine
//! either. So the pipes do not block: what the child wrote is in them by the time it has ended, and
//! after that they are read until they are empty.

use std::io::{self, ErrorKind, Read};
use std::process::Child;
use std::time::Duration;

/// How often a running child is looked at.
const POLL: Duration = Duration::from_millis(10);
/// How long those that an ended child has left behind may keep silent before they are left alone.
const GRACE: Duration = Duration::from_millis(50);
/// How often a pipe is read in a row, so that a child that never stops printing does not keep us
/// from looking at the clock.
const READS: usize = 16;

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
    let (mut out, mut err) = (Lines::default(), Lines::default());
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
    mut look: impl FnMut(&mut Child, bool),
    mut piece: impl FnMut(Stream, &[u8]) -> bool,
) -> io::Result<()> {
    let mut out = Tap::new(child.stdout.take())?;
    let mut err = Tap::new(child.stderr.take())?;
    let mut ended = false;
    while out.pipe.is_some() || err.pipe.is_some() {
        let quiet = !readable(&out, &err, if ended { GRACE } else { POLL })?;
        if ended && quiet {
            break;
        }
        out.read(|bytes| piece(Stream::Out, bytes));
        err.read(|bytes| piece(Stream::Err, bytes));
        if !ended {
            look(child, !quiet);
            ended = child.try_wait()?.is_some();
        }
    }
    Ok(())
}

/// One stream of a child, until it ends or nobody wants more of it.
struct Tap<R> {
    pipe: Option<R>,
}

impl<R: Read> Tap<R> {
    /// Hands on what is there.
    fn read(&mut self, mut piece: impl FnMut(&[u8]) -> bool) {
        let mut buffer = [0; 8 * 1024];
        for _ in 0..READS {
            let Some(pipe) = &mut self.pipe else { break };
            match pipe.read(&mut buffer) {
                Ok(count @ 1..) => {
                    if !piece(buffer.get(..count).unwrap_or_default()) {
                        self.pipe = None;
                    }
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => break,
                Err(error) if error.kind() == ErrorKind::Interrupted => {}
                Ok(0) | Err(_) => self.pipe = None,
            }
        }
    }
}

/// What has come of a stream, and how much of that was told line by line.
#[derive(Default)]
struct Lines {
    kept: Vec<u8>,
    told: usize,
}

impl Lines {
    /// Keeps a piece and tells the lines that are complete.
    fn take(&mut self, bytes: &[u8], line: &mut impl FnMut(&str)) {
        self.kept.extend_from_slice(bytes);
        // Megabytes may come without any line end; they are not looked through again and again.
        if !bytes.contains(&b'\n') {
            return;
        }
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

#[cfg(unix)]
impl<R: Read + std::os::fd::AsFd> Tap<R> {
    fn new(pipe: Option<R>) -> io::Result<Self> {
        if let Some(pipe) = &pipe {
            rustix::io::ioctl_fionbio(pipe, true)?;
        }
        Ok(Self { pipe })
    }
}

/// Waits until one of the streams has something, or has ended. False when the time is up.
#[cfg(unix)]
fn readable<A: std::os::fd::AsFd, B: std::os::fd::AsFd>(
    out: &Tap<A>,
    err: &Tap<B>,
    limit: Duration,
) -> io::Result<bool> {
    use rustix::event::{PollFd, PollFlags, Timespec, poll};
    let mut fds = Vec::with_capacity(2);
    fds.extend(out.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    fds.extend(err.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
    let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
    match poll(&mut fds, Some(&limit)) {
        Ok(ready) => Ok(ready > 0),
        // A signal: that is no silence.
        Err(rustix::io::Errno::INTR) => Ok(true),
        Err(error) => Err(error.into()),
    }
}

#[cfg(not(unix))]
impl<R: Read> Tap<R> {
    fn new(pipe: Option<R>) -> io::Result<Self> {
        Ok(Self { pipe })
    }
}

/// Here the pipes block, and are read to their end.
#[cfg(not(unix))]
fn readable<A, B>(_: &Tap<A>, _: &Tap<B>, _: Duration) -> io::Result<bool> {
    Ok(true)
}

#[cfg(all(test, unix))]
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
}
