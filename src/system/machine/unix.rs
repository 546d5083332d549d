//! Linux, macOS and the BSDs.

use crate::system::signals;
use rustix::io::{FdFlags, fcntl_setfd};
use rustix::process::{
    Pid, Signal, kill_process, kill_process_group, test_kill_process, test_kill_process_group,
};
use std::ffi::OsString;
use std::fs::{self, File};
use std::io;
use std::os::unix::fs::{MetadataExt, PermissionsExt};
use std::os::unix::process::{CommandExt, ExitStatusExt};
use std::path::Path;
use std::process::{Child, Command, ExitStatus};

/// The shell that a configured command line is written for.
pub fn shell() -> OsString {
    "sh".into()
}

/// The signal that ended a program.
pub fn signal_of(status: ExitStatus) -> Option<i32> {
    status.signal()
}

fn pid_of(child: &Child) -> Option<Pid> {
    i32::try_from(child.id()).ok().and_then(Pid::from_raw)
}

/// Asks a program to end, as `kill` does.
pub fn ask_to_end(child: &mut Child) {
    if let Some(pid) = pid_of(child) {
        let _ = kill_process(pid, Signal::TERM);
    }
}

/// Hands a signal on to a program and all that it started.
pub fn hand_on(child: &mut Child, signal: i32) {
    let signal = match signal {
        signals::INTERRUPT => Signal::INT,
        signals::HANG_UP => Signal::HUP,
        _ => Signal::TERM,
    };
    if let Some(pid) = pid_of(child) {
        let _ = kill_process_group(pid, signal);
    }
}

/// Starts a program in a process group of its own, so that it can be ended with all that it started.
pub fn own_group(command: &mut Command) {
    command.process_group(0);
}

/// Whether anything is left of the group that a program was started in, once that has been waited for.
pub fn is_group_alive(child: &Child) -> bool {
    pid_of(child).is_some_and(|pid| test_kill_process_group(pid).is_ok())
}

/// Starts a program that outlives us.
pub fn apart(command: &mut Command) {
    own_group(command);
}

/// Ends a program at once; with all that it started, where it has a group of its own.
pub fn end(child: &mut Child, grouped: bool) {
    match pid_of(child) {
        Some(pid) if grouped => drop(kill_process_group(pid, Signal::KILL)),
        _ => drop(child.kill()),
    }
}

/// Whether programs started from now on inherit an open file.
///
/// # Errors
/// When the system refuses.
pub fn set_inheritable(file: Option<&File>, inherit: bool) -> io::Result<()> {
    let flags = if inherit { FdFlags::empty() } else { FdFlags::CLOEXEC };
    file.map_or(Ok(()), |file| Ok(fcntl_setfd(file, flags)?))
}

/// Whether a process is there.
pub fn is_alive(pid: u32) -> bool {
    let Ok(raw) = i32::try_from(pid) else { return false };
    Pid::from_raw(raw).is_some_and(|pid| !matches!(test_kill_process(pid), Err(rustix::io::Errno::SRCH)))
}

/// Whether this user made a file.
pub fn is_ours(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.uid() == rustix::process::geteuid().as_raw())
}

/// Whether nobody else may read or write a directory, as one that was made for this program alone.
pub fn is_private(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.mode() & 0o077 == 0)
}

/// Keeps everybody else out of a directory.
///
/// # Errors
/// When its rights cannot be changed.
pub fn make_private(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o700))
}

/// A file beside the one it is going to replace, with the mode that the user's umask gives it.
///
/// # Errors
/// When the directory cannot be written.
pub fn new_file(dir: &Path) -> io::Result<tempfile::NamedTempFile> {
    let mode = fs::Permissions::from_mode(0o666);
    tempfile::Builder::new().prefix(".hotfix-").permissions(mode).tempfile_in(dir)
}

/// Gives a new file the mode of the one it is going to replace.
///
/// # Errors
/// When the mode cannot be set.
pub fn keep_mode(existing: &Path, new: &File) -> io::Result<()> {
    match fs::metadata(existing) {
        Ok(there) => new.set_permissions(there.permissions()),
        Err(_) => Ok(()),
    }
}

/// Puts a written file in the place of another.
///
/// # Errors
/// When the directory cannot be written.
pub fn persist(file: tempfile::NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map(drop).map_err(|e| e.error)
}

/// Whether somebody may execute this file.
pub fn is_executable(path: &Path) -> bool {
    fs::metadata(path).is_ok_and(|m| m.is_file() && m.permissions().mode() & 0o111 != 0)
}

/// Makes a file one that its owner may execute.
///
/// # Errors
/// When the file system refuses.
pub fn make_executable(path: &Path) -> io::Result<()> {
    fs::set_permissions(path, fs::Permissions::from_mode(0o755))
}

/// Makes sure that what a file or directory holds survives a power cut.
///
/// # Errors
/// When it is not there, or the system cannot sync.
pub fn sync(path: &Path) -> io::Result<()> {
    File::open(path)?.sync_all()
}

/// Ends this process as `kill -9` would.
#[cfg(debug_assertions)]
pub fn end_at_once() {
    let _ = kill_process(rustix::process::getpid(), Signal::KILL);
}
