//! Versions and the tags that carry them.

use semver::Version;
use std::cmp::Ordering;

/// How a repository writes its release tags: `v1.2.3`, `1.2.3`, `app/v1.2.3`, `app@1.2.3`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct TagScheme {
    /// Everything in front of the version.
    pub prefix: String,
}

impl TagScheme {
    /// The scheme of a repository without releases: `v1.2.3`.
    pub fn default_scheme() -> Self {
        Self { prefix: "v".to_owned() }
    }

    /// Reads the configured pattern: `v{version}`, `{package}@{version}` with the package filled in.
    pub fn from_pattern(pattern: &str) -> Option<Self> {
        let (prefix, rest) = pattern.split_once("{version}")?;
        (rest.is_empty() && !prefix.contains('{')).then(|| Self { prefix: prefix.to_owned() })
    }

    /// The package whose releases are tagged so: `app` of `app/v`, `app@`, `@shop/app@` and `app-v`.
    pub fn package(&self) -> Option<&str> {
        let prefix = self.prefix.strip_suffix('v').unwrap_or(&self.prefix);
        let name = prefix.strip_suffix(['/', '@', '-'])?;
        name.rsplit('/').next().filter(|name| !name.is_empty())
    }

    /// The tag for a version.
    pub fn tag(&self, version: &Version) -> String {
        format!("{}{version}", self.prefix)
    }

    /// The pattern of all tags with the same major and minor version: `v1.2.*`.
    pub fn line(&self, version: &Version) -> String {
        format!("{}{}.{}.*", self.prefix, version.major, version.minor)
    }

    /// The version a tag of this scheme names. Pre-releases and anything else are `None`.
    pub fn version(&self, tag: &str) -> Option<Version> {
        parse_release(tag.strip_prefix(&self.prefix)?)
    }
}

/// A version without pre-release or build part, strictly semver; `None` for all else.
fn parse_release(text: &str) -> Option<Version> {
    let version = Version::parse(text).ok()?;
    (version.pre.is_empty() && version.build.is_empty()).then_some(version)
}

/// `1.2.1` or `v1.2.1` typed as a name.
pub fn is_plain_version(text: &str) -> Option<Version> {
    parse_release(text.strip_prefix('v').unwrap_or(text))
}

/// Splits a release tag into its scheme and its version, whatever the scheme.
pub fn split_tag(tag: &str) -> Option<(TagScheme, Version)> {
    let start = tag.rfind(['/', '@', 'v', '-']).map_or(0, |i| i + 1);
    let candidates = [start, 0];
    for at in candidates {
        let (prefix, rest) = (tag.get(..at)?, tag.get(at..)?);
        if let Some(version) = parse_release(rest) {
            return Some((TagScheme { prefix: prefix.to_owned() }, version));
        }
    }
    None
}

/// Orders versions as semver does, build metadata ignored.
pub fn by_precedence(a: &Version, b: &Version) -> Ordering {
    a.cmp_precedence(b)
}

/// The next free patch version after `base`, given a test for versions that are taken anywhere.
pub fn next_patch(base: &Version, taken: impl Fn(&Version) -> bool) -> Version {
    let mut next = Version::new(base.major, base.minor, base.patch.saturating_add(1));
    while taken(&next) {
        next.patch = next.patch.saturating_add(1);
    }
    next
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(tag: &str) -> Option<(String, String)> {
        split_tag(tag).map(|(s, v)| (s.prefix, v.to_string()))
    }

    #[test]
    fn learns_the_scheme_from_a_tag() {
        assert_eq!(split("v1.2.0"), Some(("v".into(), "1.2.0".into())));
        assert_eq!(split("1.2.0"), Some((String::new(), "1.2.0".into())));
        assert_eq!(split("app/v1.2.0"), Some(("app/v".into(), "1.2.0".into())));
        assert_eq!(split("app@1.2.0"), Some(("app@".into(), "1.2.0".into())));
        assert_eq!(split("release-1.2.0"), Some(("release-".into(), "1.2.0".into())));
    }

    #[test]
    fn knows_the_package() {
        let package = |prefix: &str| TagScheme { prefix: prefix.into() }.package().map(str::to_owned);
        for prefix in ["app/v", "app@", "app-v", "@shop/app@", "libs/app/v", "app/"] {
            assert_eq!(package(prefix).as_deref(), Some("app"), "{prefix}");
        }
        assert_eq!((package("v"), package("")), (None, None));
        assert_eq!(package("srv/v").as_deref(), Some("srv"));
    }

    #[test]
    fn what_is_no_release() {
        for tag in
            ["nightly", "v1.2", "v01.2.3", "v1.2.3.4", "v1.2.0-rc.1", "v1.2.0+build", "v1.2.0-hotfix.1", ""]
        {
            assert_eq!(split(tag), None, "{tag}");
        }
    }

    #[test]
    fn the_next_free_patch() {
        let base = Version::new(1, 2, 0);
        let taken = [Version::new(1, 2, 1), Version::new(1, 2, 2)];
        assert_eq!(next_patch(&base, |v| taken.contains(v)), Version::new(1, 2, 3));
    }
}
