//! One temporary directory with its own home, git configuration and clock.

use chrono::{DateTime, SecondsFormat};
use std::collections::BTreeMap;
use std::ffi::OsString;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, AtomicI64, Ordering};
use std::sync::{Arc, Mutex};
use tempfile::TempDir;

/// The program under test.
pub const HOTFIX: &str = env!("CARGO_BIN_EXE_hotfix");

/// What every repository of a test shares.
pub struct World {
    /// Deleted when the test ends.
    _temporary: TempDir,
    /// Holds the home directory and every repository.
    pub root: PathBuf,
    /// Seconds since 1970; moves only when [`World::tick`] is called.
    clock: AtomicI64,
    /// Whether calls of git by the program go through the shim first.
    pub shimmed: AtomicBool,
}

impl World {
    /// A new, empty world at 2026-11-22 11:00 UTC.
    pub fn new() -> Arc<Self> {
        Self::in_directory(&std::env::temp_dir())
    }

    /// A world that lies in memory where the system has such a place: for tests that make hundreds.
    pub fn in_memory() -> Arc<Self> {
        let memory = Path::new("/dev/shm");
        if tempfile::tempdir_in(memory).is_ok() { Self::in_directory(memory) } else { Self::new() }
    }

    /// A world whose path has the same length on every machine, as wrapped lines need it.
    pub fn at_a_short_path() -> Arc<Self> {
        Self::named("ada", Path::new("/tmp"))
    }

    fn in_directory(place: &Path) -> Arc<Self> {
        Self::named("hotfix-test-", place)
    }

    fn named(prefix: &str, place: &Path) -> Arc<Self> {
        let temporary = tempfile::Builder::new().prefix(prefix).tempdir_in(place).unwrap();
        let root = temporary.path().canonicalize().unwrap();
        std::fs::create_dir_all(root.join("home")).unwrap();
        std::fs::create_dir_all(root.join("tmp")).unwrap();
        std::fs::write(
            root.join("home/gitconfig"),
            "[user]\n\tname = Ada Lovelace\n\temail = ada@example.com\n\
             [init]\n\tdefaultBranch = main\n\
             [protocol \"file\"]\n\tallow = always\n\
             [advice]\n\tdetachedHead = false\n\
             [gc]\n\tauto = 0\n[maintenance]\n\tauto = false\n",
        )
        .unwrap();
        let world =
            Self { _temporary: temporary, root, clock: AtomicI64::new(0), shimmed: AtomicBool::new(false) };
        world.set_clock("2026-11-22T11:00:00Z");
        Arc::new(world)
    }

    /// Sets the clock.
    pub fn set_clock(&self, time: &str) {
        self.clock.store(DateTime::parse_from_rfc3339(time).unwrap().timestamp(), Ordering::SeqCst);
    }

    /// Sets the clock to so many seconds since 1970.
    pub(super) fn set_seconds(&self, seconds: i64) {
        self.clock.store(seconds, Ordering::SeqCst);
    }

    /// The directory in which this world lies.
    pub(super) fn place(&self) -> &Path {
        self.root.parent().unwrap()
    }

    /// The clock's time as RFC 3339.
    pub fn now(&self) -> String {
        rfc3339(self.clock.load(Ordering::SeqCst))
    }

    /// The clock's time in seconds since 1970.
    pub fn seconds(&self) -> i64 {
        self.clock.load(Ordering::SeqCst)
    }

    /// Moves the clock by a minute and returns the new time.
    pub fn tick(&self) -> String {
        rfc3339(self.clock.fetch_add(60, Ordering::SeqCst) + 60)
    }

    /// Everything a process of this world knows about its surroundings.
    pub fn environment(&self) -> Vec<(&'static str, OsString)> {
        vec![
            ("PATH", search_path()),
            ("HOME", self.root.join("home").into()),
            ("TMPDIR", self.root.join("tmp").into()),
            ("GIT_CONFIG_NOSYSTEM", "1".into()),
            ("GIT_CONFIG_GLOBAL", self.root.join("home/gitconfig").into()),
            ("GIT_TERMINAL_PROMPT", "0".into()),
            ("TZ", "UTC".into()),
            ("LC_ALL", "C".into()),
            ("TERM", "dumb".into()),
            ("HOTFIX_CLOCK", self.now().into()),
        ]
    }

    /// Writes a program without this process ever holding it open for writing: another test
    /// that forks meanwhile would otherwise make its first run fail with "text file busy".
    pub fn write_program(&self, path: &Path, text: &str) {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let script = r#"printf '%s' "$1" >"$2" && chmod +x "$2""#;
        let status = Command::new("sh").args(["-c", script, "sh", text]).arg(path).status().unwrap();
        assert!(status.success(), "cannot write {}", path.display());
    }
}

/// Whether this test is run with the other git: each is, or where `HOTFIX_TEST_GIT_SHARE` is `2/3`, the
/// second of three parts, by the names of the tests.
fn has_the_other_git() -> bool {
    let Ok(share) = std::env::var("HOTFIX_TEST_GIT_SHARE") else { return true };
    let (part, of) = share.split_once('/').expect("HOTFIX_TEST_GIT_SHARE is PART/OF");
    let (part, of): (u64, u64) = (part.parse().unwrap(), of.parse().unwrap());
    // The name of the thread is that of the test.
    let mut hasher = std::hash::DefaultHasher::new();
    std::thread::current().name().hash(&mut hasher);
    hasher.finish() % of + 1 == part
}

/// The search path of every process: an older git first, when the suite is run with one.
pub fn search_path() -> OsString {
    let path = std::env::var_os("PATH").unwrap_or_default();
    match std::env::var_os("HOTFIX_TEST_GIT_DIR").filter(|_| has_the_other_git()) {
        Some(dir) => {
            let dirs = std::iter::once(PathBuf::from(dir)).chain(std::env::split_paths(&path));
            std::env::join_paths(dirs).unwrap()
        }
        None => path,
    }
}

/// That search path with one more directory in front.
pub fn search_path_with(dir: &Path) -> OsString {
    let rest = search_path();
    let dirs = std::iter::once(dir.to_path_buf()).chain(std::env::split_paths(&rest));
    std::env::join_paths(dirs).unwrap()
}

/// Whether the git of this run can make repositories with reftable.
pub fn git_knows_reftable() -> bool {
    static ANSWERS: Mutex<BTreeMap<OsString, bool>> = Mutex::new(BTreeMap::new());
    *ANSWERS.lock().unwrap().entry(search_path()).or_insert_with(|| {
        let dir = tempfile::tempdir().unwrap();
        Command::new("git")
            .args(["init", "-q", "--ref-format=reftable"])
            .arg(dir.path().join("probe"))
            .env("PATH", search_path())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .status()
            .is_ok_and(|status| status.success())
    })
}

fn rfc3339(seconds: i64) -> String {
    DateTime::from_timestamp(seconds, 0).unwrap().to_rfc3339_opts(SecondsFormat::Secs, true)
}
