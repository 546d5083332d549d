//! A pull request (a merge request at GitLab) as every forge tells it, and what its branch's rules ask.

use super::event::{Event, Kind, Pointer};
use super::event_data::Requested;
use super::incident::Incident;
use super::oid::Oid;
use serde::Serialize;

/// Where a request has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum RequestState {
    Open,
    Merged,
    /// Closed without being merged.
    Closed,
}

/// One request.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Request {
    /// Its number in the repository; what people type behind `#` or `!`.
    pub number: u64,
    /// Its page.
    pub url: String,
    pub state: RequestState,
    /// The branch it is to be merged into.
    pub base: String,
    /// The branch it comes from; empty when the forge no longer says.
    pub head: String,
    /// The newest commit of that branch, as the forge knows it.
    pub head_sha: Option<Oid>,
    /// What holds it up, as the forge says.
    pub waiting: Vec<Wait>,
    /// The commit that brought it, where the forge names one. Believed only after it was fetched.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub merged_as: Option<Oid>,
    /// Who merged or closed it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ended_by: Option<String>,
    #[serde(skip)]
    pub draft: bool,
    /// The forge has not worked out yet whether it can be merged.
    #[serde(skip)]
    pub computing: bool,
    /// It is in a queue or train, or is merged by the forge once nothing holds it up.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub queue: Option<Queue>,
    #[serde(skip)]
    pub author: String,
    /// Whose yes the forge counts for the newest commit.
    #[serde(skip)]
    pub approvals: Vec<Approval>,
    /// Everything that has reported for the newest commit.
    #[serde(skip)]
    pub checks: Vec<Check>,
    /// The merge that the forge has tried, where it tells of one.
    #[serde(skip)]
    pub tried: Option<Tried>,
    /// What the forge's own calls know it by, where that is not the number.
    #[serde(skip)]
    pub id: String,
}

impl Request {
    /// How people name it: `#7`, `!7`.
    pub fn name(&self) -> String {
        name(self.number, &self.url)
    }

    /// What waits of one kind.
    pub fn waits(&self, kind: WaitKind) -> impl Iterator<Item = &Wait> {
        self.waiting.iter().filter(move |w| w.kind == kind)
    }
}

/// A merge that a forge has tried.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tried {
    pub commit: Oid,
    /// The base that it was tried on.
    pub base: Oid,
    pub tree: Oid,
}

/// One request that was opened for an incident, as its record tells it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Opened {
    pub number: u64,
    pub url: String,
    /// The branch that it goes to.
    pub base: String,
    /// This clone wrote it down; another one's word opens nothing here.
    pub own: bool,
    pub merged: bool,
    /// Who merged it, by the name at the forge.
    pub by: Option<String>,
}

impl Opened {
    /// `#7`, `!7`.
    pub fn name(&self) -> String {
        name(self.number, &self.url)
    }

    /// The requests of an incident, in the order in which they were opened.
    pub fn of(incident: &Incident) -> Vec<Self> {
        let mut found: Vec<Self> = Vec::new();
        for event in incident.of_kind(&Kind::RequestOpened) {
            let Requested { number: Some(number), url: Some(url), .. } = event.read() else { continue };
            let Some(base) = event.reference(Pointer::Branch) else { continue };
            if found.iter().any(|o| o.url == url) {
                continue;
            }
            let mut merged = incident.of_kind(&Kind::RequestMerged).map(Event::read::<Requested>);
            let ended = merged.find(|e| e.is_at(&url));
            found.push(Self {
                number,
                url,
                base: base.to_owned(),
                own: event.own,
                merged: ended.is_some(),
                by: ended.and_then(|e| e.by),
            });
        }
        found
    }
}

fn name(number: u64, url: &str) -> String {
    let sign = if url.contains("/merge_requests/") { '!' } else { '#' };
    format!("{sign}{number}")
}

/// A yes to the newest commit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approval {
    /// The name at the forge.
    pub who: String,
    pub url: String,
}

/// What a check has come to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum CheckState {
    Passed,
    /// It did not run: that holds no merge up, and says nothing.
    Skipped,
    Running,
    Failed,
}

/// One check that reported.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Check {
    pub name: String,
    pub state: CheckState,
    pub url: String,
}

/// A deployment that the forge knows of.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Rollout {
    /// The environment, or the name of the pipeline or workflow.
    pub place: String,
    pub state: CheckState,
    pub url: String,
}

/// A place in a queue, or the promise to merge it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Queue {
    /// Counted from 1; `None` when it is no queue, or the forge does not say.
    pub position: Option<u64>,
    /// Seconds, as the forge estimates.
    pub eta: Option<u64>,
}

/// The kinds of things a request can wait for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum WaitKind {
    /// A required check runs, or has failed.
    Checks,
    /// A required check has not reported at all.
    NoChecks,
    Review,
    /// The base has moved on, and the rules want it in the branch first.
    Behind,
    Conflict,
    Draft,
    Queue,
    /// Something that only the forge knows, in its own words.
    Other,
}

/// One thing a request waits for.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Wait {
    pub kind: WaitKind,
    /// The name of a check, or the forge's words.
    pub name: String,
    pub url: String,
    /// Who can do something about it.
    pub who: Vec<String>,
    /// It will not become better by waiting.
    pub failed: bool,
}

impl Wait {
    /// Something to wait for, known by its name alone.
    pub fn new(kind: WaitKind, name: impl Into<String>) -> Self {
        Self { kind, name: name.into(), url: String::new(), who: Vec::new(), failed: false }
    }
}

/// How a request can be merged.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum MergeMethod {
    Merge,
    Squash,
    Rebase,
    FastForward,
}

impl MergeMethod {
    /// The word for people.
    pub const fn words(self) -> &'static str {
        match self {
            Self::Merge => "merge commit",
            Self::Squash => "squash",
            Self::Rebase => "rebase",
            Self::FastForward => "fast-forward",
        }
    }
}

/// Whether a branch accepts pushes of ours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Push {
    Allowed,
    /// It takes requests only.
    Refused,
    #[default]
    Unknown,
}

/// The checks that a name means, in which `*` matches anything.
pub fn named<'a>(checks: &'a [Check], name: &'a str) -> impl Iterator<Item = &'a Check> {
    checks.iter().filter(move |c| matches(name, &c.name))
}

/// What a branch's rules ask, as far as they can be read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Rules {
    pub push: Push,
    pub approvals: u64,
    pub code_owners: bool,
    /// Names of checks that must have passed; `*` matches anything.
    pub checks: Vec<String>,
    /// All checks have to pass, whatever their names.
    pub all_checks: bool,
    /// The branch has to contain its base.
    pub strict: bool,
    /// Ways to merge that are allowed, the best first; empty when nothing is known.
    pub methods: Vec<MergeMethod>,
    /// Requests go through a queue or train.
    pub queue: bool,
    /// The forge can be told to merge once nothing holds a request up.
    pub auto: bool,
}

impl Rules {
    /// The way to merge: the one wanted if it is allowed, else the first that is.
    pub fn method(&self, wanted: MergeMethod) -> MergeMethod {
        if self.methods.is_empty() || self.methods.contains(&wanted) {
            return wanted;
        }
        self.methods.first().copied().unwrap_or(wanted)
    }

    /// Required checks that are not green: those that have not reported, run or have failed.
    pub fn missing(&self, checks: &[Check]) -> Vec<Wait> {
        let mut waits = Vec::new();
        for name in &self.checks {
            let reported: Vec<&Check> = checks.iter().filter(|c| matches(name, &c.name)).collect();
            if reported.is_empty() {
                waits.push(Wait::new(WaitKind::NoChecks, name));
            }
            waits.extend(reported.into_iter().filter_map(unfinished));
        }
        if self.all_checks {
            waits.extend(checks.iter().filter_map(unfinished));
        }
        waits
    }
}

fn unfinished(check: &Check) -> Option<Wait> {
    (!matches!(check.state, CheckState::Passed | CheckState::Skipped)).then(|| Wait {
        kind: WaitKind::Checks,
        name: check.name.clone(),
        url: check.url.clone(),
        who: Vec::new(),
        failed: check.state == CheckState::Failed,
    })
}

/// Whether a required name, in which `*` matches anything, means this check.
fn matches(pattern: &str, name: &str) -> bool {
    let Some((start, rest)) = pattern.split_once('*') else { return pattern == name };
    let Some(mut left) = name.strip_prefix(start) else { return false };
    let parts: Vec<&str> = rest.split('*').collect();
    let Some((last, middle)) = parts.split_last() else { return true };
    for part in middle {
        match left.split_once(part) {
            Some((_, after)) => left = after,
            None => return false,
        }
    }
    left.ends_with(last)
}

/// What was asked about one branch and what came back.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Seen {
    pub rules: Rules,
    /// The request from our branch, if there is one.
    pub request: Option<Request>,
}

/// Where the branch of a request is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Home {
    pub remote: String,
    /// The path of that repository (`me/shop`), where it is a fork of production's.
    pub fork: Option<String>,
    /// What the branch holds there.
    pub published: Option<Oid>,
}

/// What a new request says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewRequest {
    /// Branch names, without `refs/heads/`.
    pub head: String,
    pub base: String,
    /// The fork that the branch is in (`me/shop`); `None`: the same repository.
    pub fork: Option<String>,
    pub title: String,
    pub body: String,
    pub draft: bool,
    pub labels: Vec<String>,
    pub reviewers: Vec<String>,
}

/// How a request is to be merged.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MergeWish {
    /// It is merged with exactly this newest commit, or not at all.
    pub head: Oid,
    pub method: MergeMethod,
    pub title: String,
    pub message: String,
    /// The forge merges it once nothing holds it up.
    pub auto: bool,
    /// To the front of the queue.
    pub jump: bool,
    /// Through the queue or train.
    pub queue: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(name: &str, state: CheckState) -> Check {
        Check { name: name.to_owned(), state, url: String::new() }
    }

    #[test]
    fn green_is_what_is_required_and_has_passed() {
        let rules = Rules { checks: vec!["test".into(), "build / *".into()], ..Rules::default() };
        let wait = |checks: &[Check]| {
            rules.missing(checks).into_iter().map(|w| (w.kind, w.name, w.failed)).collect::<Vec<_>>()
        };
        let missing = |name: &str| (WaitKind::NoChecks, name.to_owned(), false);
        assert_eq!(wait(&[]), [missing("test"), missing("build / *")], "an empty list is not green");
        let lint = check("lint", CheckState::Failed);
        let linux = check("build / linux", CheckState::Passed);
        assert_eq!(wait(&[lint.clone(), linux.clone()]), [missing("test")], "lint is not required");
        let test = check("test", CheckState::Running);
        assert_eq!(
            wait(&[test, linux.clone(), check("build / mac", CheckState::Failed)]),
            [
                (WaitKind::Checks, "test".to_owned(), false),
                (WaitKind::Checks, "build / mac".to_owned(), true)
            ]
        );
        assert!(wait(&[check("test", CheckState::Passed), linux, lint]).is_empty());
    }

    #[test]
    fn patterns_of_names() {
        for (pattern, name) in [("*", "x"), ("ci/*", "ci/test"), ("*/test", "ci/test"), ("a*b*c", "a1b2c")] {
            assert!(matches(pattern, name), "{pattern} {name}");
        }
        for (pattern, name) in [("test", "tests"), ("ci/*", "cd/test"), ("a*b*c", "acb")] {
            assert!(!matches(pattern, name), "{pattern} {name}");
        }
    }

    #[test]
    fn the_way_to_merge_is_one_that_is_allowed() {
        let rules = |methods: &[MergeMethod]| Rules { methods: methods.to_vec(), ..Rules::default() };
        assert_eq!(rules(&[]).method(MergeMethod::Merge), MergeMethod::Merge);
        let both = rules(&[MergeMethod::Squash, MergeMethod::Rebase]);
        assert_eq!(both.method(MergeMethod::Merge), MergeMethod::Squash);
        assert_eq!(both.method(MergeMethod::Rebase), MergeMethod::Rebase);
    }
}
