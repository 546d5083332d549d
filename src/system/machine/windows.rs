//! Windows.
//!
//! - A console hands Ctrl-C to every program in it, so nothing is handed on; there is no way to ask a
//!   program to end, and ending one ends all that it started (`taskkill /T`), or they would live on.
//! - An open file cannot be handed to a child here. A push that outlives us holds no lock; the remote
//!   and the expected old values decide, as they do for other clones.
//! - A lock keeps everybody from reading, too: who holds one is not known.

use super::names;
use std::ffi::OsString;
use std::fs::{self, File, OpenOptions};
use std::io::{self, ErrorKind};
use std::os::windows::process::CommandExt;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Stdio};
use std::sync::OnceLock;
use std::time::Duration;

/// `CREATE_NEW_PROCESS_GROUP` of `CreateProcess`: a Ctrl-C in our console is not for it.
const NEW_GROUP: u32 = 0x0000_0200;
/// `DETACHED_PROCESS` of `CreateProcess`: it has no console that could be closed.
const DETACHED: u32 = 0x0000_0008;
/// How often, and after how long, a file is replaced again that a virus scanner has open.
const TRIES: u32 = 20;
const PAUSE: Duration = Duration::from_millis(25);

/// The shell that a configured command line is written for: the one that comes with git, which is not
/// on `PATH`; `bash` of the same name in `System32` would be another system's.
pub fn shell() -> OsString {
    static SHELL: OnceLock<OsString> = OnceLock::new();
    SHELL
        .get_or_init(|| {
            let path = std::env::var_os("PATH").unwrap_or_default();
            let dirs: Vec<PathBuf> = std::env::split_paths(&path).collect();
            let gits = dirs.iter().map(|dir| dir.join("git.exe")).filter(|git| git.is_file());
            gits.flat_map(|git| names::shells_beside(&git))
                .chain(dirs.iter().map(|dir| dir.join("sh.exe")))
                .find(|shell| shell.is_file())
                .map_or_else(|| "sh".into(), PathBuf::into_os_string)
        })
        .clone()
}

/// There are no signals here.
pub fn signal_of(_: ExitStatus) -> Option<i32> {
    None
}

/// Ends a program: it cannot be asked.
pub fn ask_to_end(child: &mut Child) {
    end(child, true);
}

/// The console has handed it on already.
pub fn hand_on(_: &mut Child, _: i32) {}

/// Nothing: a group of its own would not hear Ctrl-C.
pub fn own_group(_: &mut Command) {}

/// Nobody knows here: what was ended took all that it started along.
pub fn is_group_alive(_: &Child) -> bool {
    false
}

/// Starts a program that outlives us.
pub fn apart(command: &mut Command) {
    command.creation_flags(NEW_GROUP | DETACHED);
}

/// Ends a program at once, with all that it started.
pub fn end(child: &mut Child, _: bool) {
    let ended = Command::new("taskkill")
        .args(names::end_all(child.id()))
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .status();
    if !ended.is_ok_and(|status| status.success()) {
        drop(child.kill());
    }
}

/// Not to be had here.
///
/// # Errors
/// None.
pub fn set_inheritable(_: Option<&File>, _: bool) -> io::Result<()> {
    Ok(())
}

/// Whether a process is there. No child can hold our lock, so whoever holds it lives.
pub fn is_alive(_: u32) -> bool {
    true
}

/// Whether this user made a file. Locks of git are taken away only where nobody's git works here, which
/// this system does not tell; so this decides nothing.
pub fn is_ours(_: &Path) -> bool {
    true
}

/// Whether nobody else may read or write a directory. The rights of the temporary directory decide.
pub fn is_private(_: &Path) -> bool {
    true
}

/// Keeps everybody else out of a directory; the rights of the temporary directory do.
///
/// # Errors
/// Never.
pub fn make_private(_: &Path) -> io::Result<()> {
    Ok(())
}

/// A file beside the one it is going to replace, with the rights that the directory gives it.
///
/// # Errors
/// When the directory cannot be written.
pub fn new_file(dir: &Path) -> io::Result<tempfile::NamedTempFile> {
    tempfile::Builder::new().prefix(".hotfix-").tempfile_in(dir)
}

/// A new file has the rights of its directory.
///
/// # Errors
/// None.
pub fn keep_mode(_: &Path, _: &File) -> io::Result<()> {
    Ok(())
}

/// Puts a written file in the place of another. One that is open elsewhere without leave (a virus
/// scanner, an indexer) cannot be replaced for a moment.
///
/// # Errors
/// When the directory cannot be written, or the file stays open.
pub fn persist(file: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    let mut file = file;
    for _ in 1..TRIES {
        match file.persist(path) {
            Ok(_) => return Ok(()),
            Err(refused) if refused.error.kind() == ErrorKind::PermissionDenied => file = refused.file,
            Err(refused) => return Err(refused.error),
        }
        std::thread::sleep(PAUSE);
    }
    file.persist(path).map(drop).map_err(|e| e.error)
}

/// Whether this file is there: there is no execute bit, and git's shell looks at the first line.
pub fn is_executable(path: &Path) -> bool {
    path.is_file()
}

/// Nothing: there is no execute bit.
///
/// # Errors
/// None.
pub const fn make_executable(_: &Path) -> io::Result<()> {
    Ok(())
}

/// Makes sure that what a file holds survives a power cut. Directories cannot be synced here and need
/// not be, and neither can files that are read-only, which git has synced when it made them.
///
/// # Errors
/// When it is not there, or the system cannot sync.
pub fn sync(path: &Path) -> io::Result<()> {
    let there = fs::metadata(path)?;
    if there.is_dir() || there.permissions().readonly() {
        return Ok(());
    }
    // Only who may write may sync.
    OpenOptions::new().append(true).open(path)?.sync_all()
}

/// Ends this process as `kill -9` would.
#[cfg(debug_assertions)]
pub fn end_at_once() {
    std::process::abort();
}
