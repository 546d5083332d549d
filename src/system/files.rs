//! Files: reading, and writing so that a crash leaves the old or the new content, never half.

use super::machine;
pub use super::machine::{is_executable, is_ours, is_private, make_executable, make_private};
use chrono::{DateTime, Utc};
use std::fs::{self, File, OpenOptions};
use std::io::{self, Read, Seek, SeekFrom, Write};
use std::path::{Component, Path, PathBuf};

/// The most that is read of a file, in bytes.
const LARGEST: usize = 256 * 1024 * 1024;

/// The content, or `None` when there is no such file.
///
/// # Errors
/// Anything but a missing file: no permission, not UTF-8, a directory, a device, without an end.
pub fn read_optional(path: &Path) -> io::Result<Option<String>> {
    read_small(path, LARGEST)
}

/// As [`read_optional`], of what the user has named: that may be a pipe.
///
/// # Errors
/// As [`read_optional`].
pub fn read_given(path: &Path) -> io::Result<Option<String>> {
    match fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => Ok(None),
        Err(e) => Err(e),
    }
}

/// As [`read_optional`], of an ordinary file that is not larger than `most` bytes: a pipe or a device
/// would be read without end.
///
/// # Errors
/// As [`read_optional`], and when it is no ordinary file or too large.
pub fn read_small(path: &Path, most: usize) -> io::Result<Option<String>> {
    if is_no_file(path) {
        return Err(io::Error::other("it is not an ordinary file"));
    }
    let file = match File::open(path) {
        Ok(file) => file,
        Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(None);
        }
        Err(e) => return Err(e),
    };
    let mut text = String::new();
    file.take(most as u64 + 1).read_to_string(&mut text)?;
    if text.len() > most {
        return Err(io::Error::other(format!("it is larger than {} KiB", most / 1024)));
    }
    Ok(Some(text))
}

/// When a file was last written; `None` where it is not there or nobody can tell.
pub fn modified(path: &Path) -> Option<DateTime<Utc>> {
    fs::symlink_metadata(path).and_then(|m| m.modified()).ok().map(Into::into)
}

/// The name under which a file of this name really lies in a directory, where that is another one: a disk
/// that does not tell `A` from `a` opens either.
pub fn other_name(dir: &Path, name: &str) -> Option<String> {
    let names: Vec<String> =
        std::fs::read_dir(dir).ok()?.flatten().filter_map(|e| e.file_name().into_string().ok()).collect();
    let is_there = names.iter().any(|n| n == name);
    names.into_iter().find(|n| !is_there && n.eq_ignore_ascii_case(name))
}

/// Replaces `path` by `content` through a temporary file in the same directory: synced, renamed,
/// directory synced. Missing parent directories are made; a symlink is followed; the mode of an
/// existing file is kept.
///
/// # Errors
/// When the directory cannot be written.
pub fn write_atomically(path: &Path, content: &str) -> io::Result<()> {
    let path = &canonical(path);
    let dir = path.parent().filter(|p| !p.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."));
    fs::create_dir_all(dir)?;
    let mut file = machine::new_file(dir)?;
    file.write_all(content.as_bytes())?;
    machine::keep_mode(path, file.as_file())?;
    file.as_file().sync_all()?;
    machine::persist(file, path)?;
    sync(dir)
}

/// Makes an empty file, and its directory. It need not survive a power cut.
///
/// # Errors
/// When the directory cannot be written.
pub fn touch(path: &Path) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    File::create(path).map(drop)
}

/// Appends one line and syncs it before returning. Parent directories are made.
///
/// # Errors
/// When the file cannot be written.
pub fn append_line_synced(path: &Path, line: &str) -> io::Result<()> {
    append_lines(path, &[line], true)
}

/// Appends lines in one write; `durable` syncs them before returning. Parent directories are made.
///
/// # Errors
/// When the file cannot be written.
pub fn append_lines(path: &Path, lines: &[&str], durable: bool) -> io::Result<()> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let mut file = OpenOptions::new().create(true).read(true).append(true).open(path)?;
    file.lock()?;
    // A line that was cut off by a crash must not swallow this one.
    let start = if ends_in_the_middle_of_a_line(&mut file)? { "\n" } else { "" };
    file.write_all(format!("{start}{}\n", lines.join("\n")).as_bytes())?;
    if !durable {
        return Ok(());
    }
    file.sync_all()?;
    // The file may be new, and its directory too.
    path.ancestors().skip(1).take(2).try_for_each(sync)
}

fn ends_in_the_middle_of_a_line(file: &mut File) -> io::Result<bool> {
    let mut last = [0];
    if file.metadata()?.len() == 0 {
        return Ok(false);
    }
    file.seek(SeekFrom::End(-1))?;
    file.read_exact(&mut last)?;
    Ok(last != *b"\n")
}

/// Reads a file that is appended to with [`append_line_synced`], and empties it when `done` with
/// its text says so. Appends wait meanwhile.
///
/// # Errors
/// When the file cannot be read or written.
pub fn empty_when(path: &Path, done: impl FnOnce(&str) -> bool) -> io::Result<()> {
    let mut file = OpenOptions::new().read(true).write(true).open(path)?;
    file.lock()?;
    let mut text = String::new();
    file.read_to_string(&mut text)?;
    if done(&text) {
        file.set_len(0)?;
        file.sync_all()?;
    }
    Ok(())
}

/// Opens a file that is there to be locked, and waits so long until nobody else holds it. `None` when
/// somebody still does.
///
/// # Errors
/// When the file cannot be made or locked.
pub fn hold(path: &Path, wait: std::time::Duration) -> io::Result<Option<File>> {
    if let Some(dir) = path.parent() {
        fs::create_dir_all(dir)?;
    }
    let file = OpenOptions::new().create(true).truncate(false).read(true).write(true).open(path)?;
    let start = std::time::Instant::now();
    loop {
        match file.try_lock() {
            Ok(()) => return Ok(Some(file)),
            Err(fs::TryLockError::Error(e)) => return Err(e),
            Err(fs::TryLockError::WouldBlock) if start.elapsed() >= wait => return Ok(None),
            Err(fs::TryLockError::WouldBlock) => std::thread::sleep(std::time::Duration::from_millis(10)),
        }
    }
}

/// The size of a file in bytes; zero when there is none.
pub fn size(path: &Path) -> u64 {
    fs::metadata(path).map_or(0, |m| m.len())
}

/// Makes sure that what a file or directory holds survives a power cut. One that is not there
/// (packed meanwhile) is fine.
///
/// # Errors
/// When the operating system cannot sync.
pub fn sync(path: &Path) -> io::Result<()> {
    match machine::sync(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Removes a file; a missing one is fine.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove_file(path: &Path) -> io::Result<()> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Removes a directory and everything in it; a missing one is fine.
///
/// # Errors
/// When it is there and cannot be removed.
pub fn remove_dir(path: &Path) -> io::Result<()> {
    match fs::remove_dir_all(path) {
        Err(e) if e.kind() != io::ErrorKind::NotFound => Err(e),
        _ => Ok(()),
    }
}

/// Copies a file or, when it is a directory, does nothing: only single files are carried over
/// into a new worktree.
///
/// # Errors
/// When the file is there and cannot be copied.
pub fn copy_file(from: &Path, to: &Path, name: &str) -> io::Result<bool> {
    let (from, copy) = (from.join(name), to.join(name));
    // A link would be followed, wherever it leads.
    if !from.is_file() || fs::symlink_metadata(&copy).is_ok() || !stays_inside(to, &copy) {
        return Ok(false);
    }
    fs::copy(from, copy).map(|_| true)
}

/// Lets a program be started under another name as well; one that is there already is replaced.
///
/// # Errors
/// When the directory cannot be written.
pub fn link(program: &Path, name: &Path) -> io::Result<()> {
    if let Some(dir) = name.parent() {
        fs::create_dir_all(dir)?;
    }
    remove_file(name)?;
    #[cfg(unix)]
    return std::os::unix::fs::symlink(program, name);
    #[cfg(not(unix))]
    return fs::copy(program, name.with_extension("exe")).map(drop);
}

/// Whether a file begins with these bytes.
pub fn starts_with(path: &Path, bytes: &[u8]) -> bool {
    let mut first = vec![0; bytes.len()];
    File::open(path).and_then(|mut f| f.read_exact(&mut first)).is_ok() && first == bytes
}

/// Whether something is there that is no file: a directory, a device, a pipe.
pub fn is_no_file(path: &Path) -> bool {
    std::fs::metadata(path).is_ok_and(|it| !it.is_file())
}

/// The names in a directory; empty when there is none.
pub fn names_in(dir: &Path) -> Vec<String> {
    fs::read_dir(dir)
        .map(|entries| entries.flatten().filter_map(|e| e.file_name().into_string().ok()).collect())
        .unwrap_or_default()
}

/// `/a/b/../c` as `/a/c`, without asking the file system.
pub fn tidy(path: &Path) -> PathBuf {
    let mut clean = PathBuf::new();
    for part in path.components() {
        match part {
            Component::ParentDir => drop(clean.pop()),
            part => clean.push(part),
        }
    }
    clean
}

/// The absolute path with symlinks resolved, or the path itself where that fails. On Windows as git
/// and people write it (`C:\\shop`, not `\\\\?\\C:\\shop`).
pub fn canonical(path: &Path) -> PathBuf {
    dunce::canonicalize(path).unwrap_or_else(|_| path.to_owned())
}

/// Whether writing to `path` stays below `root` and out of git's own directory, symlinks followed.
pub fn stays_inside(root: &Path, path: &Path) -> bool {
    if fs::symlink_metadata(path).is_ok_and(|m| m.file_type().is_symlink()) {
        return false;
    }
    // Directories that are not there yet cannot be followed, and `..` leads out of them.
    let climbs = |c: std::path::Component<'_>| c == std::path::Component::ParentDir;
    if path.strip_prefix(root).is_ok_and(|below| below.components().any(climbs)) {
        return false;
    }
    let mut there = path;
    while !there.exists() {
        match there.parent() {
            Some(parent) => there = parent,
            None => return false,
        }
    }
    lies_inside(root, there)
}

/// Whether what is at `path` lies below `root` and outside git's own directory, wherever links lead.
pub fn lies_inside(root: &Path, path: &Path) -> bool {
    let (root, there) = (canonical(root), canonical(path));
    there
        .strip_prefix(&root)
        .is_ok_and(|below| !below.components().any(|c| c.as_os_str().eq_ignore_ascii_case(".git")))
}
