//! One finish at a time in one clone.

use super::machine::is_alive;
use std::fs::{File, OpenOptions, TryLockError};
use std::io::{self, Read, Seek, Write};
use std::path::Path;
use std::time::{Duration, Instant};

/// How long a lock whose holder is gone is waited for: a push that outlived its hotfix process
/// may still hold it. After that the remote is read and leases protect the run.
const ORPHAN_WAIT: Duration = Duration::from_secs(5);

/// A lock on the clone, held until dropped, and by a push that inherits it.
#[derive(Debug)]
pub struct RunLock {
    file: File,
}

/// What trying to lock gave.
#[derive(Debug)]
pub enum Locked {
    /// Ours now.
    Held(RunLock),
    /// A running process has it. Where a lock keeps others from reading, nobody knows which.
    Busy { pid: Option<u32> },
    /// Its process is gone but a child of it still holds it; going on without it.
    Orphaned,
}

impl RunLock {
    /// Takes the lock at `path`, waiting a little when its recorded process is dead.
    ///
    /// # Errors
    /// When the file cannot be made.
    pub fn acquire(path: &Path) -> io::Result<Locked> {
        if let Some(dir) = path.parent() {
            std::fs::create_dir_all(dir)?;
        }
        let mut file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
        let start = Instant::now();
        loop {
            match file.try_lock() {
                Ok(()) => {
                    file.set_len(0)?;
                    file.rewind()?;
                    write!(file, "{}", std::process::id())?;
                    return Ok(Locked::Held(Self { file }));
                }
                Err(TryLockError::Error(e)) => return Err(e),
                Err(TryLockError::WouldBlock) => {}
            }
            let mut pid = String::new();
            file.rewind()?;
            let read = file.read_to_string(&mut pid);
            if cfg!(windows) && read.is_err() {
                return Ok(Locked::Busy { pid: None });
            }
            read?;
            match pid.trim().parse() {
                Ok(pid) if is_alive(pid) => return Ok(Locked::Busy { pid: Some(pid) }),
                _ if start.elapsed() >= ORPHAN_WAIT => return Ok(Locked::Orphaned),
                _ => std::thread::sleep(Duration::from_millis(50)),
            }
        }
    }

    /// Whether somebody holds the lock at `path`.
    pub fn is_taken(path: &Path) -> bool {
        File::open(path).is_ok_and(|file| matches!(file.try_lock_shared(), Err(TryLockError::WouldBlock)))
    }

    /// The file a child process inherits.
    pub const fn file(&self) -> &File {
        &self.file
    }
}
