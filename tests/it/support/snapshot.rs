//! Everything that a command must leave alone, compared with a difference a person can read.

use super::repo::Repo;
use super::shop::Shop;
use std::collections::BTreeMap;
use std::collections::hash_map::DefaultHasher;
use std::hash::{Hash, Hasher};
use std::path::Path;

type Entries = BTreeMap<String, String>;

/// What may differ although "nothing changed".
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Except {
    /// What a fetch updates: remote-tracking refs and FETCH_HEAD.
    Tracking,
    /// The incident log of this clone.
    Record,
}

/// The state of a whole shop, or of one worktree, at one moment.
pub struct Snapshot {
    scope: Scope,
    entries: Entries,
}

enum Scope {
    Shop { here: Repo, remote: Option<Repo> },
    Work(Repo),
}

impl Snapshot {
    /// Local and remote refs, configuration, and every worktree with its HEAD, index and files.
    pub fn of_shop(shop: &Shop) -> Self {
        Self::take(Scope::Shop { here: shop.repo.clone(), remote: shop.remote.clone() })
    }

    /// HEAD, index, operation in progress, `git status` and files of one worktree.
    pub fn of_work(repo: &Repo) -> Self {
        Self::take(Scope::Work(repo.clone()))
    }

    fn take(scope: Scope) -> Self {
        let entries = look(&scope);
        Self { scope, entries }
    }

    /// Demands that everything is as it was.
    #[track_caller]
    pub fn still_holds(&self) {
        self.still_holds_except(&[]);
    }

    /// Demands that everything is as it was, apart from what is named here.
    #[track_caller]
    pub fn still_holds_except(&self, allowed: &[Except]) {
        let now = look(&self.scope);
        let mut changes = Vec::new();
        for key in self.entries.keys().chain(now.keys().filter(|key| !self.entries.contains_key(*key))) {
            let (old, new) = (self.entries.get(key), now.get(key));
            if old != new && !allowed.iter().any(|except| except.covers(key)) {
                let shown =
                    |value: Option<&String>| value.map_or("(absent)".to_owned(), |v| format!("{v:?}"));
                changes.push(format!("  {key}\n    was {}\n    is  {}", shown(old), shown(new)));
            }
        }
        assert!(changes.is_empty(), "something was changed:\n{}", changes.join("\n"));
    }
}

impl Except {
    fn covers(self, key: &str) -> bool {
        match self {
            Self::Tracking => key.starts_with("here: refs/remotes/"),
            Self::Record => key.starts_with("here: refs/incidents"),
        }
    }
}

impl Repo {
    /// What a person has lying in this worktree.
    pub fn work(&self) -> Snapshot {
        Snapshot::of_work(self)
    }
}

fn look(scope: &Scope) -> Entries {
    let mut entries = Entries::new();
    match scope {
        Scope::Work(repo) => look_at_work(repo, &mut entries),
        Scope::Shop { here, remote } => {
            look_at_refs("here", here, &mut entries);
            for worktree in here.worktrees() {
                look_at_work(&worktree, &mut entries);
            }
            let git_dir = here.common_dir();
            entries.insert("here: git config".into(), text_of(&git_dir.join("config")));
            entries.insert("here: lock files".into(), locks(&git_dir).join(" "));
            entries.insert("beside the clone".into(), names_in(&here.world.root).join(" "));
            if let Some(remote) = remote {
                look_at_refs("remote", remote, &mut entries);
                entries.insert("remote: HEAD".into(), remote.git(["symbolic-ref", "HEAD"]));
            }
        }
    }
    entries
}

fn look_at_refs(place: &str, repo: &Repo, entries: &mut Entries) {
    for (name, oid) in repo.refs() {
        entries.insert(format!("{place}: {name}"), oid);
    }
}

fn look_at_work(repo: &Repo, entries: &mut Entries) {
    let place = repo.dir.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let mut add = |what: &str, value: String| entries.insert(format!("{place}/ {what}"), value);
    let head = repo.current_branch().unwrap_or_else(|| repo.rev("HEAD"));
    add("HEAD", head);
    let git_dir = repo.git_dir();
    let index = std::fs::read(git_dir.join("index")).unwrap_or_default();
    add("index bytes", digest(&index));
    add("index entries", repo.git(["ls-files", "--stage", "-v"]));
    for operation in
        ["MERGE_HEAD", "MERGE_MSG", "CHERRY_PICK_HEAD", "REVERT_HEAD", "rebase-merge", "rebase-apply"]
    {
        let path = git_dir.join(operation);
        if path.exists() {
            add(operation, text_of(&path));
        }
    }
    add("status", repo.git(["--no-optional-locks", "status", "--porcelain=v2", "--ignored"]));
    let mut files = Entries::new();
    read_files(&repo.dir, "", &mut files);
    for (path, text) in files {
        add(&format!("file {path}"), text);
    }
}

fn read_files(dir: &Path, prefix: &str, files: &mut Entries) {
    for name in names_in(dir) {
        let path = dir.join(&name);
        if prefix.is_empty() && name == ".git" {
            continue;
        }
        if path.is_dir() && !path.is_symlink() {
            read_files(&path, &format!("{prefix}{name}/"), files);
        } else {
            files.insert(format!("{prefix}{name}"), text_of(&path));
        }
    }
}

fn locks(dir: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for name in names_in(dir) {
        let path = dir.join(&name);
        if path.is_dir() && !path.is_symlink() {
            found.extend(locks(&path));
        } else if name.ends_with(".lock") {
            found.push(path.to_string_lossy().into_owned());
        }
    }
    found
}

fn names_in(dir: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(dir) else { return Vec::new() };
    let mut names: Vec<String> =
        entries.flatten().map(|entry| entry.file_name().to_string_lossy().into_owned()).collect();
    names.sort();
    names
}

/// A short text as it is, anything else as its digest.
fn text_of(path: &Path) -> String {
    let bytes = std::fs::read(path).unwrap_or_default();
    match String::from_utf8(bytes) {
        Ok(text) if text.len() < 2000 => text,
        Ok(text) => digest(text.as_bytes()),
        Err(error) => digest(error.as_bytes()),
    }
}

fn digest(bytes: &[u8]) -> String {
    let mut hasher = DefaultHasher::new();
    bytes.hash(&mut hasher);
    format!("{} bytes, {:016x}", bytes.len(), hasher.finish())
}
