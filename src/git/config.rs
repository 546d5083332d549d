//! git's configuration, read once: includes, conditions, environment and all.

use super::Result;
use super::door::Git;
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
}

impl GitConfig {
    /// Reads it with one call of git.
    ///
    /// # Errors
    /// When git cannot read its own configuration.
    pub fn read(git: &Git, dir: &Path) -> Result<Self> {
        let run = git.call("config").args(["--list", "-z", "--show-scope", "--show-origin"]).dir(dir);
        Ok(Self { entries: parse(&git.text(run)?) })
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
        let url = self.get(&format!("remote.{remote}.url"))?;
        Some(without_userinfo(&self.rewritten(url, ".insteadof").unwrap_or_else(|| url.to_owned())))
    }

    /// Where a remote is pushed to, rewritten as git does it, without a password in it.
    pub fn push_url(&self, remote: &str) -> Option<String> {
        let url = match self.get(&format!("remote.{remote}.pushurl")) {
            Some(own) => self.rewritten(own, ".insteadof").unwrap_or_else(|| own.to_owned()),
            None => match self.rewritten(self.get(&format!("remote.{remote}.url"))?, ".pushinsteadof") {
                Some(url) => url,
                None => return self.fetch_url(remote),
            },
        };
        Some(without_userinfo(&url))
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
    fn entries_with_newlines_and_bare_keys() {
        let text = "local\0file:.git/config\0user.name\nAda\0local\0file:.git/config\0alias.x\na\nb\0local\0f\0core.bare\0";
        let config = GitConfig { entries: parse(text) };
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
        let config = GitConfig { entries: parse(&text.concat()) };
        assert_eq!(config.fetch_url("origin").unwrap(), "https://github.com/team/shop");
        assert_eq!(config.push_url("origin").unwrap(), "ssh://git@github.com/team/shop");
        assert_eq!(config.push_url("fork").unwrap(), "https://github.com/me/other");
        assert_eq!(config.push_url("plain").unwrap(), "/srv/shop.git");
        assert_eq!(config.push_url("none"), None);
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
        assert_eq!(GitConfig { entries: parse(text) }.remotes(), ["my.fork", "origin"]);
    }
}
