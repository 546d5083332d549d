//! Pipes that block, each with a thread that waits in it.

use super::{Pipes, Stream};
use std::io::{self, ErrorKind, Read};
use std::process::{ChildStderr, ChildStdout};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, RecvTimeoutError, SyncSender, sync_channel};
use std::time::Duration;

/// How many pieces may wait: a child that never stops printing must not fill our memory, nor keep us
/// from looking at the clock.
const WAITING: usize = 16;

/// A piece of a stream; nothing at its end.
type Piece = (Stream, Option<Vec<u8>>);

pub struct Threaded {
    came: Receiver<Piece>,
    /// What came while it was waited for.
    first: Option<Piece>,
    out: Arc<AtomicBool>,
    err: Arc<AtomicBool>,
}

impl Threaded {
    #[allow(clippy::unnecessary_wraps, reason = "as that of other systems, which can fail")]
    pub fn new(out: Option<ChildStdout>, err: Option<ChildStderr>) -> io::Result<Self> {
        let (tell, came) = sync_channel(WAITING);
        let out = follow(out, Stream::Out, tell.clone());
        let err = follow(err, Stream::Err, tell);
        Ok(Self { came, first: None, out, err })
    }

    fn wanted(&self, stream: Stream) -> &AtomicBool {
        match stream {
            Stream::Out => &self.out,
            Stream::Err => &self.err,
        }
    }
}

impl Pipes for Threaded {
    fn any(&self) -> bool {
        self.first.is_some() || self.out.load(Ordering::SeqCst) || self.err.load(Ordering::SeqCst)
    }

    fn wait(&mut self, limit: Duration) -> io::Result<bool> {
        if self.first.is_none() {
            match self.came.recv_timeout(limit) {
                Ok(piece) => self.first = Some(piece),
                Err(RecvTimeoutError::Timeout) => return Ok(false),
                // Both threads have ended.
                Err(RecvTimeoutError::Disconnected) => {
                    self.out.store(false, Ordering::SeqCst);
                    self.err.store(false, Ordering::SeqCst);
                }
            }
        }
        Ok(true)
    }

    fn read(&mut self, piece: &mut dyn FnMut(Stream, &[u8]) -> bool) {
        for _ in 0..=WAITING {
            let Some((stream, bytes)) = self.first.take().or_else(|| self.came.try_recv().ok()) else {
                break;
            };
            let wanted = self.wanted(stream);
            // Of a stream that nobody wants any more, what was on its way is dropped.
            let more = wanted.load(Ordering::SeqCst) && bytes.is_some_and(|bytes| piece(stream, &bytes));
            wanted.store(more, Ordering::SeqCst);
        }
    }
}

/// Follows one stream until it ends or is not wanted any more.
fn follow<R: Read + Send + 'static>(
    pipe: Option<R>,
    stream: Stream,
    tell: SyncSender<Piece>,
) -> Arc<AtomicBool> {
    let wanted = Arc::new(AtomicBool::new(pipe.is_some()));
    let Some(mut pipe) = pipe else { return wanted };
    let still = Arc::clone(&wanted);
    std::thread::spawn(move || {
        let mut buffer = vec![0; 8 * 1024];
        loop {
            let piece = match pipe.read(&mut buffer) {
                Ok(count @ 1..) => Some(buffer.get(..count).unwrap_or_default().to_vec()),
                Err(error) if error.kind() == ErrorKind::Interrupted => continue,
                Ok(0) | Err(_) => None,
            };
            let ended = piece.is_none();
            if !still.load(Ordering::SeqCst) || tell.send((stream, piece)).is_err() || ended {
                return;
            }
        }
    });
    wanted
}
