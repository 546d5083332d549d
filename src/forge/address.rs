//! Where a remote's repository is served: host and path, out of any way to write its address.

use crate::system::http::encoded;

/// The parts of a remote's address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// `http`, `https` or `ssh`.
    pub scheme: &'static str,
    /// Lower case, without a port.
    pub host: String,
    /// Of http and https alone; the port of ssh says nothing about the pages.
    pub port: Option<u16>,
    /// `owner/name`, `group/subgroup/name`, without `.git`.
    pub path: String,
}

impl Address {
    /// Reads `https://[user@]host[:port]/a/b.git`, `ssh://…` and `[user@]host:a/b`. Paths of this machine
    /// and other schemes are none.
    pub fn parse(url: &str) -> Option<Self> {
        let url = url.trim();
        if let Some((scheme, rest)) = url.split_once("://") {
            let scheme = match scheme.to_ascii_lowercase().as_str() {
                "https" => "https",
                "http" => "http",
                "ssh" | "git+ssh" | "ssh+git" => "ssh",
                _ => return None,
            };
            let (authority, path) = rest.split_once('/')?;
            let host = authority.rsplit_once('@').map_or(authority, |(_, h)| h);
            let (host, port) = match host.rsplit_once(':') {
                Some((name, port)) if port.bytes().all(|b| b.is_ascii_digit()) => (name, port.parse().ok()),
                _ => (host, None),
            };
            let own = (scheme == "https" && port == Some(443)) || (scheme == "http" && port == Some(80));
            let port = port.filter(|_| scheme != "ssh" && !own);
            return Self { scheme, host: folded(host), port, path: path_of(path)? }.sane();
        }
        let (place, path) = url.split_once(':')?;
        // A drive letter, or a path with a colon in it.
        if place.len() < 2 || place.contains('/') {
            return None;
        }
        let host = place.rsplit_once('@').map_or(place, |(_, h)| h);
        Self { scheme: "ssh", host: folded(host), port: None, path: path_of(path)? }.sane()
    }

    fn sane(self) -> Option<Self> {
        let plain = |c: char| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_' | '[' | ']' | ':');
        (!self.host.is_empty() && !self.host.starts_with('-') && self.host.chars().all(plain)).then_some(self)
    }

    /// `host` or `host:port`, as credentials are kept for it.
    pub fn authority(&self) -> String {
        self.port.map_or_else(|| self.host.clone(), |port| format!("{}:{port}", self.host))
    }

    /// Where its pages are.
    pub fn web(&self) -> String {
        let scheme = if self.scheme == "http" { "http" } else { "https" };
        format!("{scheme}://{}", self.authority())
    }

    /// The page of the repository.
    pub fn page(&self) -> String {
        format!("{}/{}", self.web(), self.encoded_path())
    }

    /// `owner` and `name`; the owner holds every group.
    pub fn owner_and_name(&self) -> Option<(&str, &str)> {
        self.path.rsplit_once('/')
    }

    /// The path with every part encoded for an address.
    pub fn encoded_path(&self) -> String {
        self.path.split('/').map(encoded).collect::<Vec<_>>().join("/")
    }
}

/// Hosts that serve ssh for another one.
fn folded(host: &str) -> String {
    let host = host.trim_end_matches('.').to_ascii_lowercase();
    match host.as_str() {
        "ssh.github.com" => "github.com".to_owned(),
        "altssh.gitlab.com" => "gitlab.com".to_owned(),
        "altssh.bitbucket.org" => "bitbucket.org".to_owned(),
        _ => host,
    }
}

fn path_of(path: &str) -> Option<String> {
    let path = path.trim_matches('/');
    let path = path.strip_suffix(".git").unwrap_or(path).trim_end_matches('/');
    let parts: Vec<&str> = path.split('/').collect();
    let sane = parts.len() >= 2 && parts.iter().all(|p| !p.is_empty() && !matches!(*p, "." | ".."));
    sane.then(|| decoded(path))
}

/// An address may be written with `%20`; the name has none.
fn decoded(text: &str) -> String {
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        let mut ahead = rest.clone();
        let hex = (byte == b'%').then(|| {
            let digits = [ahead.next()?, ahead.next()?];
            u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok()
        });
        match hex.flatten() {
            Some(value) => {
                bytes.push(value);
                rest = ahead;
            }
            None => bytes.push(byte),
        }
    }
    String::from_utf8(bytes).unwrap_or_else(|_| text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(url: &str) -> Option<(String, String)> {
        Address::parse(url).map(|a| (a.authority(), a.path))
    }

    #[test]
    fn every_way_to_write_it() {
        for (url, host, path) in [
            ("https://github.com/team/shop.git", "github.com", "team/shop"),
            ("https://me@github.com/team/shop", "github.com", "team/shop"),
            ("https://git.example.com:8443/a/b/c.git/", "git.example.com:8443", "a/b/c"),
            ("https://git.example.com:443/a/b", "git.example.com", "a/b"),
            ("ssh://git@git.example.com:2222/team/shop.git", "git.example.com", "team/shop"),
            ("ssh://git@ssh.github.com:443/team/shop.git", "github.com", "team/shop"),
            ("git@GitHub.com:team/shop.git", "github.com", "team/shop"),
            ("work:team/shop", "work", "team/shop"),
            ("git@gitlab.com:group/sub/größe%20x.git", "gitlab.com", "group/sub/größe x"),
            ("http://127.0.0.1:3000/a/b", "127.0.0.1:3000", "a/b"),
        ] {
            assert_eq!(read(url), Some((host.to_owned(), path.to_owned())), "{url}");
        }
    }

    #[test]
    fn what_no_forge_serves() {
        for url in [
            "/srv/git/shop.git",
            "../shop.git",
            "file:///srv/shop.git",
            "C:\\shop",
            "C:/shop",
            "git://host/a/b",
            "https://github.com/shop",
            "https://github.com/a/../b",
            "-oProxyCommand=x:a/b",
            "",
        ] {
            assert_eq!(read(url), None, "{url}");
        }
    }
}
