//! What an address says about where a request goes.

/// Scheme and authority, as two requests have to share them for a secret to go along.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Origin {
    pub scheme: String,
    /// Host and port in lower case, the scheme's own port left out.
    pub host: String,
}

impl Origin {
    /// Reads it from an absolute address. An account in it is not part of it.
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once("://")?;
        let scheme = scheme.to_ascii_lowercase();
        let end = rest.find(['/', '?', '#', '\\']).unwrap_or(rest.len());
        let authority = rest.get(..end)?;
        let host = authority.rsplit_once('@').map_or(authority, |(_, host)| host).to_ascii_lowercase();
        let own = if scheme == "https" { ":443" } else { ":80" };
        let host = host.strip_suffix(own).unwrap_or(&host).to_owned();
        (!host.is_empty()).then_some(Self { scheme, host })
    }

    /// The host without its port.
    pub fn name(&self) -> &str {
        match self.host.strip_prefix('[') {
            Some(rest) => rest.split_once(']').map_or(rest, |(inside, _)| inside),
            None => self.host.split_once(':').map_or(self.host.as_str(), |(name, _)| name),
        }
    }

    /// Whether it never leaves this machine.
    pub fn is_loopback(&self) -> bool {
        let name = self.name();
        let address = name.parse::<std::net::IpAddr>().is_ok_and(|ip| ip.is_loopback());
        address || name == "localhost" || name.ends_with(".localhost")
    }

    /// Whether a request may go there: encrypted, or within this machine.
    pub fn may_be_asked(&self) -> bool {
        self.scheme == "https" || (self.scheme == "http" && self.is_loopback())
    }
}

/// Where a redirect leads: `location` may be absolute, or relative to the root or the scheme.
pub fn redirected(from: &str, location: &str) -> Option<String> {
    if location.contains("://") {
        return Some(location.to_owned());
    }
    let origin = Origin::of(from)?;
    if let Some(rest) = location.strip_prefix("//") {
        return Some(format!("{}://{rest}", origin.scheme));
    }
    location.starts_with('/').then(|| format!("{}://{}{location}", origin.scheme, origin.host))
}

/// One part of a path, or one value of a query, with everything special in it written as `%XX`.
pub fn encoded(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'.' | b'_' | b'~') {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_may_be_asked() {
        let may = |url: &str| Origin::of(url).is_some_and(|o| o.may_be_asked());
        for url in [
            "https://github.com/api",
            "http://127.0.0.1:8080/x",
            "http://[::1]:3000",
            "http://forge.localhost/",
            "HTTP://LOCALHOST",
        ] {
            assert!(may(url), "{url}");
        }
        for url in [
            "http://github.com",
            "http://127.0.0.1.example.org/",
            "http://localhost@example.org/",
            "http://localhost.example.org",
            "ftp://localhost",
            "http://example.org\\@localhost/",
            "https:///x",
            "nothing",
        ] {
            assert!(!may(url), "{url}");
        }
    }

    #[test]
    fn the_same_place_however_it_is_written() {
        assert_eq!(Origin::of("https://Forge.example:443/a"), Origin::of("https://me:x@forge.example"));
        assert_ne!(Origin::of("https://forge.example"), Origin::of("http://forge.example"));
        assert_ne!(Origin::of("https://forge.example:8443"), Origin::of("https://forge.example"));
    }

    #[test]
    fn redirects_lead_somewhere_absolute() {
        let from = "https://forge.example/api/v3/repos/a/b";
        assert_eq!(redirected(from, "/repositories/1").unwrap(), "https://forge.example/repositories/1");
        assert_eq!(redirected(from, "//other.example/x").unwrap(), "https://other.example/x");
        assert_eq!(redirected(from, "https://other.example").unwrap(), "https://other.example");
        assert_eq!(redirected(from, "x"), None);
    }

    #[test]
    fn names_with_slashes_spaces_and_umlauts() {
        assert_eq!(encoded("hotfix/größe 1#2"), "hotfix%2Fgr%C3%B6%C3%9Fe%201%232");
    }
}
