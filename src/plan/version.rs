//! Which version the next release gets.

use super::progress::Progress;
use crate::model::failure::Problem;
use crate::model::text::{list, safe, shell_word};
use crate::model::version::{TagScheme, by_precedence, next_on, next_patch, number_after};
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
    /// Why the next version is only a proposal.
    pub doubt: Option<Doubt>,
    /// Where releases are named after dates: the version that today has.
    pub today: Option<Version>,
}

/// Why a person has to say what the next release is called.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Doubt {
    /// A higher release that production does not contain, nor its content.
    Above {
        tag: String,
        version: Version,
    },
    /// The numbers are a date.
    Dated,
    /// The newest release is not written as the others are.
    Odd(String),
    /// There are tags like releases, and their form is not understood.
    Unread(String),
    /// There is a pre-release, and no release yet.
    Unfinished(String),
    /// Another number is on the commit of the newest release, and only a person knows whether it is one.
    Beside {
        tag: String,
    },
    /// The release with the highest number is older than another one.
    OutOfOrder {
        tag: String,
        later: String,
    },
    /// The newest release has tags of two forms.
    SideBySide {
        one: String,
        other: String,
    },
    /// A file says that the version is above the newest release already.
    File {
        path: String,
        says: String,
    },
    /// Several packages are released here, and the change does not say which.
    Packages {
        packages: Vec<String>,
    },
    NoSuchPackage {
        asked: String,
        packages: Vec<String>,
    },
}

impl Doubt {
    /// Whether a version that is given settles it. Which package is meant is another question.
    const fn is_settled_by_a_version(&self) -> bool {
        !matches!(self, Self::Packages { .. } | Self::NoSuchPackage { .. })
    }
}

/// What is known of the next release before anything is changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outlook {
    /// Its tag.
    Next(String),
    /// What is changed decides it; how, as a sentence without its full stop.
    Open(String),
    /// A person has to say.
    Doubtful(Problem),
}

impl Versions {
    /// The version of the next release: the one asked for, else today's where releases are named after
    /// dates, else the next free patch. A repository without releases starts at 0.0.1.
    pub fn next(&self) -> Version {
        if let Some(requested) = &self.requested {
            return requested.clone();
        }
        let base = match (&self.base, &self.doubt) {
            (_, Some(Doubt::Above { version, .. })) => version.clone(),
            (Some(base), _) => base.clone(),
            (None, _) => Version::new(0, 0, 0),
        };
        let taken = |v: &Version| self.taken.contains(v);
        match &self.today {
            Some(today) => next_on(today, &base, taken),
            None => next_patch(&base, taken),
        }
    }

    /// Keeps what was agreed on where nothing else was asked for: others may have merged it as that release,
    /// and nobody is asked twice. Not where the tag is taken by now.
    pub fn keep(&mut self, agreed: Option<&str>, progress: &Progress) {
        let counts = self.doubt.is_some() || matches!(progress, Progress::Merged(_));
        let version = agreed.filter(|_| counts).and_then(|tag| self.scheme.version(tag));
        if let Some(version) = version.filter(|v| !self.taken.contains(v)) {
            self.requested.get_or_insert(version);
        }
    }

    /// The tag of the next release as far as it is certain.
    pub fn certain_tag(&self) -> Option<String> {
        let is_certain = match &self.doubt {
            None => true,
            Some(doubt) => self.requested.is_some() && doubt.is_settled_by_a_version(),
        };
        is_certain.then(|| self.scheme.tag(&self.next()))
    }

    /// What the next release will be, as far as it can be known before anything is changed. `retry` as
    /// in [`Self::problem`].
    pub fn outlook(&self, retry: &str) -> Outlook {
        if let Some(Doubt::Packages { packages }) = &self.doubt {
            return Outlook::Open(format!(
                "several packages are released here ({}); what a hotfix changes, or --package, says which one",
                list(packages)
            ));
        }
        match self.problem(retry, false) {
            Some(problem) => Outlook::Doubtful(problem),
            None => Outlook::Next(self.scheme.tag(&self.next())),
        }
    }

    /// What is wrong with the version of the next release. `retry` is the command to type again, and
    /// `asks` says that a person is shown the version and says yes to it.
    pub fn problem(&self, retry: &str, asks: bool) -> Option<Problem> {
        let free = Self { requested: None, ..self.clone() }.next();
        let number = self.scheme.number(&free);
        let number = match &self.doubt {
            Some(Doubt::Unread(tag) | Doubt::Unfinished(tag)) => {
                number_after(tag).map_or(number, |v| v.to_string())
            }
            _ => number,
        };
        let hint = format!("{retry} --version {number}");
        if let Some(doubt) = self.doubt.as_ref().filter(|d| {
            !d.is_settled_by_a_version() || (self.requested.is_none() && !(asks && matches!(d, Doubt::Dated)))
        }) {
            return Some(self.doubted(doubt, retry, hint));
        }
        let requested = self.requested.as_ref()?;
        if self.taken.contains(requested) {
            let tag = self.scheme.tag(requested);
            return Some(Problem::new("version", format!("the tag {tag} already exists"), hint));
        }
        let base = self.base.as_ref()?;
        by_precedence(requested, base).is_le().then(|| {
            let (tag, asked) = (self.scheme.tag(base), self.scheme.number(requested));
            Problem::new(
                "version",
                format!(
                    "{asked} is not higher than the newest release here, \
                                             {tag}"
                ),
                hint,
            )
        })
    }

    fn doubted(&self, doubt: &Doubt, retry: &str, hint: String) -> Problem {
        let next = self.scheme.tag(&self.next());
        let base = self.base.as_ref().map(|b| self.scheme.tag(b));
        let newest = base
            .as_ref()
            .map_or_else(|| "which has no release".to_owned(), |b| format!("whose newest release is {b}"));
        let message = match doubt {
            Doubt::Above { tag, .. } => {
                format!("{tag} is released, and neither it nor its content is in production, {newest}")
            }
            Doubt::Dated => format!(
                "releases are named after dates here: {next} would be today's, after {}",
                base.unwrap_or_default()
            ),
            Doubt::Odd(tag) => {
                format!("{tag} is later than {} and has a different format", base.unwrap_or_default())
            }
            Doubt::Unread(tag) => {
                format!("tags such as {tag} look like releases, but their format is not known")
            }
            Doubt::Unfinished(tag) => {
                format!("there is no release yet, and {tag} is a pre-release of the first one")
            }
            Doubt::Beside { tag } => {
                format!("{} and {tag} are tags of the same commit", base.unwrap_or_default())
            }
            Doubt::OutOfOrder { tag, later } => {
                format!("{tag} has the highest number, and {later} was released after it")
            }
            Doubt::SideBySide { one, other } => {
                format!("the newest release has tags in two formats, {one} and {other}")
            }
            Doubt::File { path, says } => format!(
                "{path} says {says}, which is higher than production, \
                                                   {newest}"
            ),
            Doubt::Packages { packages } => {
                let hints: Vec<String> =
                    packages.iter().map(|p| format!("{retry} --package {}", shell_word(p))).collect();
                let message = format!(
                    "several packages are released here ({}), and the change does not say which one this is",
                    list(packages)
                );
                return Problem::new("package", message, hints.join("    # or: "));
            }
            Doubt::NoSuchPackage { asked, packages } => {
                let first = packages.first().map(String::as_str).unwrap_or("NAME");
                let known = if packages.is_empty() {
                    "no package has a tag of its own here".to_owned()
                } else {
                    format!("those with releases are {}", list(packages))
                };
                return Problem::new(
                    "package",
                    format!("there is no package {} ({known})", safe(asked)),
                    format!("{retry} --package {}", shell_word(first)),
                );
            }
        };
        Problem::new("version", message, hint)
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
            doubt: None,
            today: None,
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
        assert!(versions(Some("1.2.0"), &["1.2.0"], Some("1.2.1")).problem("x", false).is_none());
        let taken = versions(Some("1.2.0"), &["1.2.0", "1.2.1"], Some("1.2.1"))
            .problem("hotfix finish", false)
            .unwrap();
        assert!(taken.hint.ends_with("--version 1.2.2"), "{}", taken.hint);
        assert!(versions(Some("1.2.0"), &["1.2.0"], Some("1.1.9")).problem("x", false).is_some());
    }
}
