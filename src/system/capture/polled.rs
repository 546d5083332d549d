//! Pipes that do not block, and are asked which of them has something.

use super::{Pipes, Stream};
use rustix::event::{PollFd, PollFlags, Timespec, poll};
use std::io::{self, ErrorKind, Read};
use std::os::fd::AsFd;
use std::process::{ChildStderr, ChildStdout};
use std::time::Duration;

/// How often a pipe is read in a row, so that a child that never stops printing does not keep us
/// from looking at the clock.
const READS: usize = 16;

pub struct Polled {
    out: Tap<ChildStdout>,
    err: Tap<ChildStderr>,
}

impl Polled {
    pub fn new(out: Option<ChildStdout>, err: Option<ChildStderr>) -> io::Result<Self> {
        Ok(Self { out: Tap::new(out)?, err: Tap::new(err)? })
    }
}

impl Pipes for Polled {
    fn any(&self) -> bool {
        self.out.pipe.is_some() || self.err.pipe.is_some()
    }

    fn wait(&mut self, limit: Duration) -> io::Result<bool> {
        let mut fds = Vec::with_capacity(2);
        fds.extend(self.out.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        fds.extend(self.err.pipe.as_ref().map(|pipe| PollFd::new(pipe, PollFlags::IN)));
        let limit = Timespec::try_from(limit).map_err(io::Error::other)?;
        match poll(&mut fds, Some(&limit)) {
            Ok(ready) => Ok(ready > 0),
            // A signal: that is no silence.
            Err(rustix::io::Errno::INTR) => Ok(true),
            Err(error) => Err(error.into()),
        }
    }

    fn read(&mut self, piece: &mut dyn FnMut(Stream, &[u8]) -> bool) {
        self.out.read(|bytes| piece(Stream::Out, bytes));
        self.err.read(|bytes| piece(Stream::Err, bytes));
    }
}

/// One stream of a child, until it ends or nobody wants more of it.
struct Tap<R> {
    pipe: Option<R>,
}

impl<R: Read + AsFd> Tap<R> {
    fn new(pipe: Option<R>) -> io::Result<Self> {
        if let Some(pipe) = &pipe {
            rustix::io::ioctl_fionbio(pipe, true)?;
        }
        Ok(Self { pipe })
    }

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
