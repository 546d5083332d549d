//! Which version the next release gets.

use crate::model::failure::Problem;
use crate::model::version::{TagScheme, by_precedence, next_patch};
use semver::Version;
use std::collections::BTreeSet;

/// What is known about versions.
#[derive(Clone, Debug)]
pub struct Versions {
    /// How tags are written here.
    pub scheme: TagScheme,
    /// The newest release below what is about to be published.
    pub base: Option<Version>,
    /// Every version of the scheme that has a tag anywhere.
    pub taken: BTreeSet<Version>,
    /// A version the human asked for.
    pub requested: Option<Version>,
}

impl Versions {
    /// The version of the next release: the one asked for, else the next free patch. A repository
    /// without releases starts at 0.0.1.
    pub fn next(&self) -> Version {
        if let Some(requested) = &self.requested {
            return requested.clone();
        }
        let base = self.base.clone().unwrap_or_else(|| Version::new(0, 0, 0));
        next_patch(&base, |v| self.taken.contains(v))
    }

    /// What is wrong with the version that was asked for.
    pub fn problem(&self, retry: &str) -> Option<Problem> {
        let requested = self.requested.as_ref()?;
        let free = Self { requested: None, ..self.clone() }.next();
        let hint = format!("{retry} --version {free}");
        if self.taken.contains(requested) {
            let tag = self.scheme.tag(requested);
            return Some(Problem::new("version", format!("the tag {tag} exists already"), hint));
        }
        let base = self.base.as_ref()?;
        by_precedence(requested, base).is_le().then(|| {
            let tag = self.scheme.tag(base);
            Problem::new("version", format!("{requested} is not above the newest release here, {tag}"), hint)
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn versions(base: Option<&str>, taken: &[&str], requested: Option<&str>) -> Versions {
        let v = |s: &str| Version::parse(s).unwrap();
        Versions {
            scheme: TagScheme::default_scheme(),
            base: base.map(v),
            taken: taken.iter().map(|s| v(s)).collect(),
            requested: requested.map(v),
        }
    }

    #[test]
    fn next_is_the_first_free_patch() {
        assert_eq!(versions(Some("1.2.0"), &["1.2.0"], None).next().to_string(), "1.2.1");
        assert_eq!(versions(Some("1.2.0"), &["1.2.0", "1.2.1"], None).next().to_string(), "1.2.2");
        assert_eq!(versions(None, &[], None).next().to_string(), "0.0.1");
    }

    #[test]
    fn a_version_that_was_asked_for_must_be_free_and_above() {
        assert!(versions(Some("1.2.0"), &["1.2.0"], Some("1.2.1")).problem("x").is_none());
        let taken =
            versions(Some("1.2.0"), &["1.2.0", "1.2.1"], Some("1.2.1")).problem("hotfix finish").unwrap();
        assert!(taken.hint.ends_with("--version 1.2.2"), "{}", taken.hint);
        assert!(versions(Some("1.2.0"), &["1.2.0"], Some("1.1.9")).problem("x").is_some());
    }
}
