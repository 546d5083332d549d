//! git's configuration, read once: includes, conditions, environment and all.

use super::Result;
use super::git_command::Git;
use std::path::Path;

/// One entry, as `git config --list` prints it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Entry {
    /// Section and variable in lower case, subsection as written.
    pub key: String,
    /// Empty for a bare key, which means true.
    pub value: String,
    /// `system`, `global`, `local`, `worktree`, `command`.
    pub scope: String,
    /// `file:…`, `command line:`.
    pub origin: String,
}

/// Every entry, later ones winning.
#[derive(Clone, Debug, Default)]
pub struct GitConfig {
    entries: Vec<Entry>,
    /// Major and minor, where git said so on the way.
    git: Option<(u32, u32)>,
}

impl GitConfig {
    /// Reads it with one call of git. A trace of that call tells git's version as well, which saves
    /// asking for it (<https://git-scm.com/docs/api-trace2>).
    ///
    /// # Errors
    /// When git cannot read its own configuration.
    pub fn read(git: &Git, dir: &Path) -> Result<Self> {
        let call = || git.call("config").args(["--list", "-z", "--show-scope", "--show-origin"]).dir(dir);
        let done = git.finish(call().env("GIT_TRACE2_EVENT", "2"))?;
        if done.success() {
            return Ok(Self { entries: parse(&done.text()), git: traced_version(&done.error_text()) });
        }
        // Its words without the trace.
        Ok(Self { entries: parse(&git.text(call())?), git: None })
    }

    /// git's version, major and minor, where reading the configuration told it.
    pub const fn git_version(&self) -> Option<(u32, u32)> {
        self.git
    }

    /// All entries.
    pub fn entries(&self) -> &[Entry] {
        &self.entries
    }

    /// The value that counts. `key` has section and variable in lower case.
    pub fn get(&self, key: &str) -> Option<&str> {
        self.entries.iter().rev().find(|e| e.key == key).map(|e| e.value.as_str())
    }

    /// A yes-or-no value, as git reads them.
    pub fn get_bool(&self, key: &str) -> Option<bool> {
        let entry = self.entries.iter().rev().find(|e| e.key == key)?;
        match entry.value.to_ascii_lowercase().as_str() {
            "" | "true" | "yes" | "on" | "1" => Some(true),
            "false" | "no" | "off" | "0" => Some(false),
            _ => None,
        }
    }

    /// The names of the remotes, in the order they were added.
    pub fn remotes(&self) -> Vec<String> {
        let mut names: Vec<String> = Vec::new();
        for entry in &self.entries {
            let name = entry.key.strip_prefix("remote.").and_then(|rest| {
                ["url", "fetch", "pushurl"].iter().find_map(|v| rest.strip_suffix(v)?.strip_suffix('.'))
            });
            if let Some(name) = name
                && !names.iter().any(|n| n == name)
            {
                names.push(name.to_owned());
            }
        }
        names
    }

    /// Where a remote is read, rewritten as git does it, without a password in it.
    pub fn fetch_url(&self, remote: &str) -> Option<String> {
        // Of several the first one is read.
        let key = format!("remote.{remote}.url");
        let url = self.entries.iter().find(|e| e.key == key && !e.value.is_empty())?.value.as_str();
        Some(without_userinfo(&self.rewritten(url, ".insteadof").unwrap_or_else(|| url.to_owned())))
    }

    /// Where a remote is pushed to, rewritten as git does it, without a password in it: every address.
    pub fn push_urls(&self, remote: &str) -> Vec<String> {
        self.push_addresses(remote).iter().map(|url| without_userinfo(url)).collect()
    }

    /// The address that is pushed to first, without a password in it.
    pub fn push_url(&self, remote: &str) -> Option<String> {
        let deciding = self.deciding_address(remote).map(|url| without_userinfo(&url));
        deciding.or_else(|| self.push_urls(remote).into_iter().next())
    }

    /// As [`GitConfig::push_urls`], as git needs them: never to be shown.
    fn push_addresses(&self, remote: &str) -> Vec<String> {
        let all = |name: &str| {
            let key = format!("remote.{remote}.{name}");
            // An empty value takes back what came before it.
            let values = self.entries.iter().filter(|e| e.key == key).map(|e| e.value.as_str());
            values.fold(Vec::new(), |mut found: Vec<&str>, value| {
                if value.is_empty() {
                    found.clear()
                } else {
                    found.push(value)
                }
                found
            })
        };
        let read = |url: &str| self.rewritten(url, ".insteadof").unwrap_or_else(|| url.to_owned());
        let own: Vec<String> = all("pushurl").into_iter().map(read).collect();
        let urls = all("url").into_iter();
        let mut found: Vec<String> = if own.is_empty() {
            urls.map(|url| self.rewritten(url, ".pushinsteadof").unwrap_or_else(|| read(url))).collect()
        } else {
            own
        };
        let mut seen = std::collections::BTreeSet::new();
        found.retain(|url| seen.insert(url.clone()));
        found
    }

    /// Where a push to a remote goes first when it has several addresses: the one that is fetched from
    /// decides. `None` where there is one address.
    pub fn deciding_address(&self, remote: &str) -> Option<String> {
        let all = self.push_addresses(remote);
        let fetched = self.fetch_url(remote)?;
        (all.len() > 1).then(|| all.iter().find(|a| is_same_place(a, &fetched)).or(all.first()).cloned())?
    }

    /// The addresses that get what the deciding one has accepted.
    pub fn further_addresses(&self, remote: &str) -> Vec<String> {
        let deciding = self.deciding_address(remote);
        self.push_addresses(remote)
            .into_iter()
            .filter(|a| deciding.as_ref().is_some_and(|d| d != a))
            .collect()
    }

    /// The address that is pushed to, where it is another repository than the one that is read.
    pub fn pushed_elsewhere(&self, remote: &str) -> Option<String> {
        let all = self.push_addresses(remote);
        let fetched = self.fetch_url(remote)?;
        let to = self.deciding_address(remote).or_else(|| all.first().cloned())?;
        (!is_same_place(&to, &fetched)).then(|| without_userinfo(&to))
    }

    /// The address with the longest beginning that a `url.<base>.insteadOf` names replaced.
    fn rewritten(&self, url: &str, by: &str) -> Option<String> {
        let rules = self.entries.iter().filter_map(|e| {
            let base = e.key.strip_prefix("url.")?.strip_suffix(by)?;
            Some((base, e.value.as_str(), url.strip_prefix(&e.value)?))
        });
        let (base, _, rest) = rules.max_by_key(|(_, beginning, _)| beginning.len())?;
        Some(format!("{base}{rest}"))
    }

    /// Whether the user's git signs commits.
    pub fn signs_commits(&self) -> bool {
        self.get_bool("commit.gpgsign") == Some(true)
    }

    /// The setting that has the user's git sign annotated tags, if one does.
    pub fn signs_tags(&self) -> Option<&'static str> {
        ["tag.gpgSign", "tag.forceSignAnnotated"]
            .into_iter()
            .find(|key| self.get_bool(&key.to_ascii_lowercase()) == Some(true))
    }

    /// Whether the user's git looks at a push whether the commits of submodules are published;
    /// `None` when nothing is said about it.
    pub fn checks_submodules(&self) -> Option<bool> {
        self.get("push.recursesubmodules").map(|how| !matches!(how, "no" | "false" | "off" | "0"))
    }

    /// Whether a section like `branch.hotfix/x` has any entry.
    pub fn has_section(&self, section: &str) -> bool {
        let prefix = format!("{section}.");
        self.entries.iter().any(|e| e.scope == "local" && e.key.starts_with(&prefix))
    }
}

/// The version in a trace of events. Of a wrapper and git itself, git speaks last.
fn traced_version(trace: &str) -> Option<(u32, u32)> {
    let events = trace.lines().filter(|line| line.contains("\"version\""));
    let exe = events.filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok()).rev().find_map(
        |event| (event.get("event")? == "version").then(|| event.get("exe")?.as_str().map(str::to_owned))?,
    )?;
    numbers(&exe)
}

/// Major and minor of a version such as `2.39.5 (Apple Git-154)`.
pub(super) fn numbers(version: &str) -> Option<(u32, u32)> {
    let mut numbers = version.split('.').map(|n| n.parse().ok());
    Some((numbers.next()??, numbers.next()??))
}

fn parse(text: &str) -> Vec<Entry> {
    let mut fields = text.split('\0');
    let mut entries = Vec::new();
    while let (Some(scope), Some(origin), Some(pair)) = (fields.next(), fields.next(), fields.next()) {
        let (key, value) = pair.split_once('\n').unwrap_or((pair, ""));
        entries.push(Entry {
            key: key.to_owned(),
            value: value.to_owned(),
            scope: scope.to_owned(),
            origin: origin.to_owned(),
        });
    }
    entries
}

/// Whether two addresses are the same repository by another way: another protocol, another account.
fn is_same_place(one: &str, other: &str) -> bool {
    let place = |url: &str| {
        let (host, path) = match url.split_once("://") {
            Some(("file", path)) => ("", path.to_owned()),
            Some((_, rest)) => {
                let (host, path) = rest.split_once('/').unwrap_or((rest, ""));
                let host = host.rsplit('@').next().unwrap_or(host);
                (host.split(':').next().unwrap_or(host), path.to_owned())
            }
            None => match url.split_once(':') {
                // `git@host:path`, and no Windows drive.
                Some((host, path)) if host.len() > 1 && !host.contains('/') => {
                    (host.rsplit('@').next().unwrap_or(host), path.to_owned())
                }
                _ => ("", url.to_owned()),
            },
        };
        let path = if host.is_empty() { path } else { path.trim_start_matches('/').to_owned() };
        let path = path.trim_end_matches('/').trim_end_matches(".git").trim_end_matches('/').to_owned();
        (host.to_ascii_lowercase(), path)
    };
    place(one) == place(other)
}

/// A URL without `user:password@`.
pub fn without_userinfo(url: &str) -> String {
    let Some((scheme, rest)) = url.split_once("://") else { return url.to_owned() };
    let end = rest.find('/').unwrap_or(rest.len());
    let (host, path) = rest.split_at(end);
    match host.rsplit_once('@') {
        // `ssh://git@host` names an account everybody knows; anything with a password goes.
        Some((user, host)) if scheme == "ssh" && !user.contains(':') => {
            format!("{scheme}://{user}@{host}{path}")
        }
        Some((_, host)) => format!("{scheme}://{host}{path}"),
        None => url.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_version_comes_with_the_trace() {
        let wrapper = r#"{"event":"version","sid":"1","evt":"3","exe":"0.9.1"}"#;
        let git = r#"{"event":"version","sid":"1/2","evt":"3","exe":"2.39.5 (Apple Git-154)"}"#;
        let trace = format!("a warning\n{wrapper}\n{git}\n{{\"event\":\"exit\",\"code\":0}}\n");
        assert_eq!(traced_version(&trace), Some((2, 39)));
        assert_eq!(traced_version(""), None);
        assert_eq!(traced_version("\"version\" is no JSON"), None);
        assert_eq!(numbers("2.50.0.windows.1"), Some((2, 50)));
        assert_eq!(numbers("unknown"), None);
    }

    #[test]
    fn entries_with_newlines_and_bare_keys() {
        let text = "local\0file:.git/config\0user.name\nAda\0local\0file:.git/config\0alias.x\na\nb\0local\0f\0core.bare\0";
        let config = GitConfig { git: None, entries: parse(text) };
        assert_eq!(config.get("user.name"), Some("Ada"));
        assert_eq!(config.get("alias.x"), Some("a\nb"));
        assert_eq!(config.get_bool("core.bare"), Some(true));
    }

    #[test]
    fn addresses_are_rewritten_as_git_does_it() {
        let entry = |key: &str, value: &str| format!("local\0f\0{key}\n{value}\0");
        let text = [
            entry("remote.origin.url", "gh:team/shop"),
            entry("url.https://github.com/.insteadof", "gh:"),
            entry("url.https://mirror/.insteadof", "g"),
            entry("url.ssh://git@github.com/.pushinsteadof", "gh:"),
            entry("remote.fork.url", "gh:me/shop"),
            entry("remote.fork.pushurl", "gh:me/other"),
            entry("remote.plain.url", "/srv/shop.git"),
        ];
        let config = GitConfig { git: None, entries: parse(&text.concat()) };
        assert_eq!(config.fetch_url("origin").unwrap(), "https://github.com/team/shop");
        assert_eq!(config.push_urls("origin"), ["ssh://git@github.com/team/shop"]);
        assert_eq!(config.push_urls("fork"), ["https://github.com/me/other"]);
        assert_eq!(config.push_urls("plain"), ["/srv/shop.git"]);
        assert!(config.push_urls("none").is_empty());
        assert_eq!(config.pushed_elsewhere("origin"), None, "another protocol is the same place");
        assert!(config.pushed_elsewhere("fork").is_some());
        assert_eq!(config.deciding_address("plain"), None);
    }

    #[test]
    fn of_several_addresses_the_one_that_is_read_decides() {
        let entry = |key: &str, value: &str| format!("local\0f\0{key}\n{value}\0");
        let text = [
            entry("remote.origin.url", "https://forge/team/shop.git"),
            entry("remote.origin.pushurl", "ssh://git@mirror/shop.git"),
            entry("remote.origin.pushurl", "git@forge:team/shop"),
            entry("remote.two.url", "/srv/a.git"),
            entry("remote.two.url", "/srv/b.git"),
        ];
        let config = GitConfig { git: None, entries: parse(&text.concat()) };
        assert_eq!(config.deciding_address("origin").as_deref(), Some("git@forge:team/shop"));
        assert_eq!(config.further_addresses("origin"), ["ssh://git@mirror/shop.git"]);
        assert_eq!(config.push_urls("two"), ["/srv/a.git", "/srv/b.git"]);
        assert_eq!(config.deciding_address("two").as_deref(), Some("/srv/a.git"));
        assert_eq!(config.pushed_elsewhere("two"), None);
    }

    #[test]
    fn passwords_do_not_leave() {
        assert_eq!(without_userinfo("https://me:secret@host/x.git"), "https://host/x.git");
        assert_eq!(without_userinfo("https://token@host/x.git"), "https://host/x.git");
        assert_eq!(without_userinfo("ssh://git@host/x.git"), "ssh://git@host/x.git");
        assert_eq!(without_userinfo("git@host:x.git"), "git@host:x.git");
        assert_eq!(without_userinfo("/srv/x.git"), "/srv/x.git");
    }

    #[test]
    fn remotes_with_dots_in_their_names() {
        let text = "local\0f\0remote.my.fork.url\nx\0local\0f\0remote.origin.fetch\ny\0local\0f\0remote.origin.url\nz\0";
        assert_eq!(GitConfig { git: None, entries: parse(text) }.remotes(), ["my.fork", "origin"]);
    }
}
