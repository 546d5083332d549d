//! Where incident logs may go: which remote, how public it is, and what was agreed to. The yes and
//! a host's no are kept in the git directory, which no clone or push carries.

use super::trust::{Purpose, is_trusted};
use crate::config::Origin;
use crate::facts::Workspace;
use crate::git::config::without_userinfo;
use crate::git::{Repo, records};
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};
use crate::system::files;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use std::path::PathBuf;

/// Forges that show public repositories at the web address that belongs to an ssh address.
const FORGES: [&str; 6] =
    ["github.com", "gitlab.com", "bitbucket.org", "codeberg.org", "gitea.com", "git.sr.ht"];

/// Where records go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    /// What git is given: the name or the address of a remote.
    pub remote: String,
    /// The directory below `refs/incidents-remote/`.
    pub key: String,
    /// Where a push goes, as git is given it.
    addresses: Vec<String>,
    /// Where it is read, when that is elsewhere.
    read_from: Option<String>,
    /// The directory that a committed file names: git runs the hooks that lie there.
    committed: Option<String>,
}

/// Who can read what is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Visibility {
    /// A directory, or a server that wants to know who asks.
    Private,
    Unknown,
    /// It answers strangers.
    Public,
}

impl Place {
    /// The named place, else `incident.remote`, else the remote that production is on.
    ///
    /// # Errors
    /// When there is none, or no remote has that name.
    pub fn choose(workspace: &Workspace, given: Option<&str>) -> anyhow::Result<Self> {
        if given.is_none() && workspace.is_guessed {
            return Err(Failure::refused(
                "hotfix.toml cannot be read, so it is unknown where the incident log may be sent; nothing \
                 was sent",
            )
            .hint("hotfix config    # shows the mistake")
            .hint("hotfix sync URL")
            .into());
        }
        let chosen = given.or(workspace.config.incident.remote.as_deref());
        if chosen.is_none() {
            workspace.demand_remote()?;
        }
        let Some(chosen) = chosen.or(workspace.remote()) else {
            return Err(Failure::usage("there is no remote to share the incident log with")
                .hint("hotfix sync URL")
                .hint("hotfix bundle incident.bundle    # a file for mail or chat")
                .into());
        };
        let names = workspace.repo.config()?.remotes();
        let named = names.iter().any(|name| name == chosen);
        let remote = if named { chosen.to_owned() } else { address(workspace, chosen, &names)? };
        let key = if named { remote.clone() } else { records::place_of_url(&without_userinfo(&remote)) };
        let addresses = records::push_urls(&workspace.repo, &remote, named)?;
        let is_sent_to = |url: &String| addresses.iter().any(|to| without_userinfo(to) == *url);
        let read_from = workspace.repo.config()?.fetch_url(&remote).filter(|url| !is_sent_to(url));
        let is_committed =
            given.is_none() && matches!(workspace.config.origin("incident.remote"), Some(Origin::File(_)));
        let urls = || addresses.iter().chain(&read_from);
        let runs = urls().any(|url| web_address(url) == Address::Disk || names_a_helper(url));
        let committed = (is_committed && !named && runs).then(|| remote.clone());
        Ok(Self { remote, key, addresses, read_from, committed })
    }

    /// A file: what is read from it and written to it is nobody's remote.
    pub fn bundle(file: &str) -> Self {
        Self {
            remote: file.to_owned(),
            key: "at-bundle".to_owned(),
            addresses: vec![file.to_owned()],
            read_from: None,
            committed: None,
        }
    }

    /// The directory or helper of git that a committed file names, unless somebody has said yes to it here.
    pub fn untrusted(&self, repo: &Repo) -> Option<&str> {
        self.committed.as_deref().filter(|path| !is_trusted(repo, Purpose::Place, path))
    }

    /// Where it is, without passwords and for people.
    pub fn shown(&self) -> String {
        let shown: Vec<String> = self.urls().iter().map(|u| safe(u)).collect();
        shown.join(", ")
    }

    /// Its name in a sentence.
    pub fn name(&self) -> String {
        safe(&without_userinfo(&self.remote))
    }

    /// Where it is read, without passwords and for people, when that is not where a push goes.
    pub fn read_from(&self) -> Option<String> {
        self.read_from.as_deref().map(|url| safe(&without_userinfo(url)))
    }

    /// A word for a command line that means it.
    pub fn word(&self) -> String {
        shell_word(&without_userinfo(&self.remote))
    }

    fn urls(&self) -> Vec<String> {
        self.addresses.iter().map(|a| without_userinfo(a)).collect()
    }

    /// Finds out who can read it. Web servers are asked as a stranger would ask them.
    pub fn visibility(&self, repo: &Repo) -> Visibility {
        let of = |url: &String| match web_address(url) {
            Address::Disk => Visibility::Private,
            Address::Anonymous => Visibility::Public,
            Address::Other => Visibility::Unknown,
            Address::Web(web) => match records::is_shown_to_strangers(repo, &web) {
                Some(true) => Visibility::Public,
                Some(false) => Visibility::Private,
                None => Visibility::Unknown,
            },
        };
        self.urls().iter().map(of).max().unwrap_or(Visibility::Unknown)
    }

    /// Whether somebody has agreed to sending records there.
    pub fn is_agreed(&self, memory: &Memory) -> bool {
        self.urls().iter().all(|url| memory.of(url).agreed) && !self.addresses.is_empty()
    }

    /// What the host said when it refused the records last, if it did.
    pub fn refusal(&self, memory: &Memory) -> Option<String> {
        self.urls().iter().find_map(|url| memory.of(url).refused)
    }

    /// Whether it may be used without asking: somebody has agreed, and the host has not refused.
    pub fn may_be_used(&self, repo: &Repo) -> bool {
        let memory = Memory::read(repo);
        self.untrusted(repo).is_none() && self.is_agreed(&memory) && self.refusal(&memory).is_none()
    }

    /// Keeps that somebody has agreed.
    ///
    /// # Errors
    /// When the git directory cannot be written.
    pub fn agree(&self, repo: &Repo) -> std::io::Result<()> {
        self.change(repo, |known| known.agreed = true)
    }

    /// Keeps whether the host took the records.
    ///
    /// # Errors
    /// When the git directory cannot be written.
    pub fn took(&self, repo: &Repo, refusal: Option<&str>) -> std::io::Result<()> {
        self.change(repo, |known| known.refused = refusal.map(str::to_owned))
    }

    fn change(&self, repo: &Repo, change: impl Fn(&mut Known)) -> std::io::Result<()> {
        let before = Memory::read(repo);
        let mut memory = before.clone();
        for url in self.urls() {
            change(memory.0.entry(url).or_default());
        }
        if memory == before { Ok(()) } else { memory.write(repo) }
    }
}

/// An address that was given instead of a remote's name.
fn address(workspace: &Workspace, given: &str, names: &[String]) -> anyhow::Result<String> {
    let beside = workspace.env.cwd()?.join(given);
    if !given.is_empty() && beside.is_dir() {
        return Ok(files::canonical(&beside).display().to_string());
    }
    if given.contains(':') || given.contains('/') {
        return Ok(given.to_owned());
    }
    let mut failure = Failure::usage(format!("there is no remote and no bundle called '{}'", safe(given)));
    failure.hints = names.iter().map(|name| format!("hotfix sync {}", shell_word(name))).collect();
    Err(failure.into())
}

/// What an address tells about who may read there.
#[derive(Debug, PartialEq, Eq)]
enum Address {
    Disk,
    /// A protocol without any login.
    Anonymous,
    /// A web server can be asked at this address.
    Web(String),
    Other,
}

fn web_address(url: &str) -> Address {
    match url.split_once("://") {
        Some(("file", _)) => Address::Disk,
        Some(("git", _)) => Address::Anonymous,
        Some(("http" | "https", _)) => Address::Web(url.to_owned()),
        Some(("ssh" | "git+ssh" | "ssh+git", rest)) => {
            let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
            on_forge(host, path)
        }
        Some(_) => Address::Other,
        // `host:path`, unless a slash comes first: then it is a path.
        None => match url.split_once(':') {
            // A drive letter is no host.
            Some((drive, path)) if drive.len() == 1 && path.starts_with(['/', '\\']) => Address::Disk,
            Some((host, path)) if !host.contains('/') => on_forge(host, path),
            _ => Address::Disk,
        },
    }
}

/// Whether git reads an address with a program of that name: `word::rest`.
pub fn names_a_helper(url: &str) -> bool {
    url.split_once("::").is_some_and(|(word, _)| {
        !word.is_empty() && word.chars().all(|c| c.is_ascii_alphanumeric() || "+-.".contains(c))
    })
}

fn on_forge(host: &str, path: &str) -> Address {
    let host = host.rsplit_once('@').map_or(host, |(_, host)| host);
    let host = host.split(':').next().unwrap_or(host).to_ascii_lowercase();
    if FORGES.contains(&host.as_str()) {
        return Address::Web(format!("https://{host}/{}", path.trim_start_matches('/')));
    }
    Address::Other
}

/// What is remembered of each address.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Memory(BTreeMap<String, Known>);

#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
struct Known {
    /// Somebody has said yes to sending records there.
    #[serde(default)]
    agreed: bool,
    /// What it said when it refused them.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    refused: Option<String>,
}

impl Memory {
    /// Reads it; a damaged file is an empty one, so that everything is asked again.
    pub fn read(repo: &Repo) -> Self {
        let text = files::read_optional(&path(repo)).ok().flatten().unwrap_or_default();
        serde_json::from_str(&text).unwrap_or_default()
    }

    /// Whether no place was ever asked about.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    fn of(&self, url: &str) -> Known {
        self.0.get(url).cloned().unwrap_or_default()
    }

    fn write(&self, repo: &Repo) -> std::io::Result<()> {
        files::write_atomically(&path(repo), &serde_json::to_string_pretty(self)?)
    }
}

fn path(repo: &Repo) -> PathBuf {
    repo.common_dir().join("hotfix").join("sharing.json")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_an_address_tells() {
        let web = |url: &str| Address::Web(url.to_owned());
        for (url, expected) in [
            ("/srv/shop.git", Address::Disk),
            ("../shop.git", Address::Disk),
            ("./odd:name.git", Address::Disk),
            (r"C:\srv\shop.git", Address::Disk),
            ("d:/srv/shop.git", Address::Disk),
            (r"\\server\share\shop.git", Address::Disk),
            ("c:team/shop.git", Address::Other),
            ("file:///srv/shop.git", Address::Disk),
            ("git://example.com/shop.git", Address::Anonymous),
            ("https://example.com/shop.git", web("https://example.com/shop.git")),
            ("git@github.com:acme/shop.git", web("https://github.com/acme/shop.git")),
            ("ssh://git@GitLab.com:22/acme/shop.git", web("https://gitlab.com/acme/shop.git")),
            ("git@example.com:acme/shop.git", Address::Other),
            ("ext::sh -c x", Address::Other),
        ] {
            assert_eq!(web_address(url), expected, "{url}");
        }
    }
}
