//! Which runs are under way in a repository, and cleaning up after one that was killed.
//!
//! Git that is killed leaves its lock files, and every later call of git refuses to go on. They are
//! taken away only where it is certain whose they are: made by this user, newer than a run of ours
//! that is dead, and no process of git works in this repository.

use super::env::unique_hex;
use super::machine::is_ours;
use std::fs::{self, File, OpenOptions};
use std::io;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime};

/// How long a lock must stay as it is before it counts as left behind: other programs than git
/// hold theirs for milliseconds.
const STILLNESS: Duration = Duration::from_millis(250);

/// The mark of a run, held until dropped; a run that is killed leaves its mark.
#[derive(Debug)]
pub struct Underway {
    mark: PathBuf,
    /// Locked while we live.
    _file: File,
}

/// Lock files that a killed run has left.
#[derive(Debug, Default)]
pub struct Leftovers {
    pub removed: Vec<PathBuf>,
    /// Those that may still be in use.
    pub kept: Vec<PathBuf>,
}

impl Underway {
    /// Cleans up after killed runs in the git directory `common`, whose worktrees are `places`, and
    /// marks this one.
    ///
    /// # Errors
    /// When the git directory cannot be read or written.
    pub fn begin(common: &Path, places: &[PathBuf]) -> io::Result<(Self, Leftovers)> {
        let dir = common.join("hotfix").join("runs");
        fs::create_dir_all(&dir)?;
        let dead = dead_marks(&dir)?;
        let mut leftovers = Leftovers::default();
        if let Some(since) = dead.iter().map(|(_, since)| *since).min() {
            leftovers = clean(common, places, since);
            if leftovers.kept.is_empty() {
                for (mark, _) in &dead {
                    super::files::remove_file(mark)?;
                }
            }
        }
        let name = format!("run-{}-{}", std::process::id(), unique_hex(8));
        let (unseen, mark) = (common.join("hotfix").join(&name), dir.join(&name));
        let file = OpenOptions::new().create_new(true).write(true).open(&unseen)?;
        file.lock()?;
        // Seen only once it is locked: nobody may take us for dead.
        fs::rename(&unseen, &mark)?;
        Ok((Self { mark, _file: file }, leftovers))
    }
}

impl Drop for Underway {
    fn drop(&mut self) {
        drop(fs::remove_file(&self.mark));
    }
}

/// The marks of runs that ended without taking them away, and when those began.
fn dead_marks(dir: &Path) -> io::Result<Vec<(PathBuf, SystemTime)>> {
    let mut dead = Vec::new();
    for entry in fs::read_dir(dir)?.flatten() {
        // One that is gone meanwhile belonged to a run that has just ended.
        let Ok(file) = File::open(entry.path()) else { continue };
        if file.try_lock().is_ok() {
            dead.push((entry.path(), file.metadata()?.modified()?));
        }
    }
    Ok(dead)
}

fn clean(common: &Path, places: &[PathBuf], since: SystemTime) -> Leftovers {
    let mut found = Vec::new();
    locks(common, since, &mut found);
    if found.is_empty() && unfinished_worktrees(common, since).is_empty() {
        return Leftovers::default();
    }
    let mut left = Leftovers::default();
    let quiet = || !git_works_in(common, places);
    let is_quiet = quiet() && {
        std::thread::sleep(STILLNESS);
        quiet()
    };
    if is_quiet {
        for path in unfinished_worktrees(common, since) {
            if super::files::remove_dir(&path).is_ok() {
                left.removed.push(path);
            }
        }
    }
    for (path, made) in found {
        match modified(&path) {
            // It went with its worktree, or with whoever held it.
            None => {}
            Some(now) if is_quiet && now == made && fs::remove_file(&path).is_ok() => left.removed.push(path),
            Some(_) => left.kept.push(path),
        }
    }
    left
}

/// What is left of a `git worktree add` that never came to writing a file: a directory with nothing
/// but `.git` in it, and what git keeps about it. Both ends are named.
fn unfinished_worktrees(common: &Path, since: SystemTime) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(common.join("worktrees")).into_iter().flatten().flatten() {
        let admin = entry.path();
        let lock = admin.join("locked");
        let begun = fs::read_to_string(&lock).is_ok_and(|text| text.trim() == "initializing");
        if !begun || modified(&lock).is_none_or(|made| made < since) {
            continue;
        }
        let gitdir = fs::read_to_string(admin.join("gitdir")).unwrap_or_default();
        let place = Path::new(gitdir.trim_end_matches('\n')).parent().map(Path::to_owned);
        let Some(place) = place.filter(|p| p.is_absolute()) else { continue };
        if place.exists() && super::files::names_in(&place) != [".git"] {
            continue;
        }
        found.extend([place, admin]);
    }
    found
}

fn modified(path: &Path) -> Option<SystemTime> {
    fs::metadata(path).and_then(|m| m.modified()).ok()
}

/// The lock files outside the object database that were made since.
fn locks(dir: &Path, since: SystemTime, found: &mut Vec<(PathBuf, SystemTime)>) {
    for entry in fs::read_dir(dir).into_iter().flatten().flatten() {
        let (path, name) = (entry.path(), entry.file_name());
        match entry.file_type() {
            Ok(kind) if kind.is_dir() && name != "objects" => locks(&path, since, found),
            Ok(kind) if kind.is_file() && path.extension().is_some_and(|e| e == "lock") && is_ours(&path) => {
                found.extend(modified(&path).filter(|made| *made >= since).map(|made| (path, made)));
            }
            _ => {}
        }
    }
}

/// Whether a process of git works here, as far as the system tells; yes, where it does not tell.
/// Those of other users make no files of ours.
fn git_works_in(common: &Path, places: &[PathBuf]) -> bool {
    let Ok(processes) = fs::read_dir("/proc") else { return true };
    let above = ancestors();
    let mut told = false;
    for process in processes.flatten() {
        // `git hotfix` waits for us. Any other git above us is at work: we run in its hook.
        if process.file_name().to_str().is_some_and(|pid| above.iter().any(|a| a == pid)) {
            continue;
        }
        let Ok(name) = fs::read_to_string(process.path().join("comm")) else { continue };
        told = true;
        if !is_ours(&process.path()) {
            continue;
        }
        if !name.starts_with("git") || name.starts_with("git-hotfix") {
            continue;
        }
        match fs::read_link(process.path().join("cwd")) {
            Ok(cwd) if !places.iter().any(|p| cwd.starts_with(p)) && !cwd.starts_with(common) => {}
            // It has ended meanwhile.
            Err(error) if error.kind() == io::ErrorKind::NotFound => {}
            _ => return true,
        }
    }
    !told
}

/// The processes that started us and wait for nothing else.
fn ancestors() -> Vec<String> {
    let mut above = Vec::new();
    let mut pid = std::process::id().to_string();
    while let Ok(stat) = fs::read_to_string(Path::new("/proc").join(&pid).join("stat"))
        && let Some((_, fields)) = stat.rsplit_once(')')
        && let Some(parent) = fields.split_whitespace().nth(1)
        && parent != "0"
    {
        pid = parent.to_owned();
        if waits_for_us(&pid) {
            above.push(pid.clone());
        }
    }
    above
}

/// Whether this process is `git hotfix` or was started by it, and holds no lock itself.
fn waits_for_us(pid: &str) -> bool {
    let line = fs::read(Path::new("/proc").join(pid).join("cmdline")).unwrap_or_default();
    let words: Vec<&str> = line.split(|b| *b == 0).filter_map(|w| std::str::from_utf8(w).ok()).collect();
    is_wrapper(&words)
}

/// Whether a command line is `git [options] hotfix …`.
fn is_wrapper(words: &[&str]) -> bool {
    let mut words = words.iter().skip(1);
    while let Some(word) = words.next() {
        match *word {
            "-C" | "-c" | "--git-dir" | "--work-tree" | "--namespace" | "--config-env" | "--exec-path" => {
                words.next();
            }
            option if option.starts_with('-') => {}
            subcommand => return subcommand == "hotfix",
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn git_dir() -> tempfile::TempDir {
        let dir = tempfile::tempdir().unwrap();
        fs::create_dir_all(dir.path().join("refs/heads")).unwrap();
        dir
    }

    #[test]
    fn a_lock_that_is_older_than_the_dead_run_is_not_ours() {
        let dir = git_dir();
        let lock = dir.path().join("index.lock");
        fs::write(&lock, "").unwrap();
        let file = File::options().write(true).open(&lock).unwrap();
        file.set_modified(SystemTime::now() - Duration::from_secs(60)).unwrap();
        let (run, _) = Underway::begin(dir.path(), &[]).unwrap();
        fs::write(run.mark.with_extension("dead"), "").unwrap();
        let (_, left) = Underway::begin(dir.path(), &[]).unwrap();
        assert!(left.removed.is_empty() && lock.exists());
    }

    #[test]
    fn a_lock_is_left_alone_while_nobody_was_killed() {
        let dir = git_dir();
        let (_first, _) = Underway::begin(dir.path(), &[]).unwrap();
        fs::write(dir.path().join("refs/heads/main.lock"), "").unwrap();
        let (_second, left) = Underway::begin(dir.path(), &[]).unwrap();
        assert!(left.removed.is_empty() && left.kept.is_empty());
        assert!(dir.path().join("refs/heads/main.lock").exists());
    }

    #[test]
    fn only_our_own_wrapper_waits_for_us() {
        for ours in [&["git", "hotfix", "note"][..], &["git", "-C", "x", "--no-pager", "hotfix", "start"]] {
            assert!(is_wrapper(ours), "{ours:?}");
        }
        for at_work in [&["git", "commit", "-m", "hotfix"][..], &["git", "rebase", "hotfix"], &["git"], &[]] {
            assert!(!is_wrapper(at_work), "{at_work:?}");
        }
    }

    #[test]
    fn a_run_that_ends_leaves_nothing() {
        let dir = git_dir();
        drop(Underway::begin(dir.path(), &[]).unwrap());
        assert_eq!(fs::read_dir(dir.path().join("hotfix/runs")).unwrap().count(), 0);
    }
}
