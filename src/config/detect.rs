//! Finds out what "auto" stands for in `[branches]`.
//!
//! What people set up for other tools comes first (git-flow, its shared file, Git Town), then
//! what branches are called, then what the remote calls its main branch.

use super::gitflow::{self, Flow, Seen};
use super::settings::Settings;
use super::usual::{MAIN, PRODUCTION, set};
use super::{Inputs, gitsyntax, value, where_from};
use crate::model::text::list;
use toml::{Table, Value};

const DEVELOP: [&str; 3] = ["develop", "development", "dev"];
/// Branches that collect work before it is released, besides develop.
const INTEGRATION: [&str; 16] = [
    "next",
    "staging",
    "stage",
    "integration",
    "edge",
    "canary",
    "nightly",
    "unstable",
    "alpha",
    "beta",
    "qa",
    "uat",
    "preview",
    "testing",
    "test",
    "snapshot",
];
const HOTFIX_PREFIX: &str = "hotfix/";
const RELEASE_PREFIX: &str = "release/";

/// What was found out besides the settings.
pub struct Detected {
    pub production_known: bool,
    /// Branches that may be production: to be read from the remote before anybody is asked.
    pub may_be: Vec<String>,
    /// Those of them among which it is unclear; empty where production is known.
    pub candidates: Vec<String>,
    pub notes: Vec<String>,
}

/// Replaces every "auto" of `[branches]`.
pub fn resolve(inputs: &Inputs<'_>, settings: &mut Settings) -> Detected {
    let pairs = inputs.git.iter().map(|e| (e.key.as_str(), e.value.as_str()));
    let shared = gitsyntax::parse(inputs.gitflow_shared.unwrap_or_default());
    let shared = shared.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    let flow = gitflow::read(pairs, None).or(gitflow::read(shared, Some(".gitflow")));
    let mut notes = Vec::new();

    let remote = where_from::remote(inputs, settings, &flow, &mut notes);
    let view = View { inputs, flow: &flow, remote: remote.as_deref() };
    let mut production_known = true;
    let (mut may_be, mut unclear) = (Vec::new(), Vec::new());
    if settings.is_auto("branches.production") {
        may_be = view.worth_reading();
        match view.production() {
            Ok(seen) => set(settings, "branches.production", Value::String(seen.value), Some(seen.place)),
            Err(candidates) => {
                production_known = false;
                let which = if candidates.is_empty() {
                    "nothing says which branch is in production".to_owned()
                } else {
                    format!("it is unclear which branch is in production: {}", candidates.join(" or "))
                };
                notes.push(format!("{which}; git config hotfix.branches.production NAME decides it"));
                let guess = candidates.iter().find(|c| !is_integration(c)).cloned();
                let guess = guess.unwrap_or_else(|| "main".to_owned());
                may_be.extend(candidates.iter().cloned());
                unclear = candidates;
                set(settings, "branches.production", Value::String(guess), None);
            }
        }
    }
    if settings.is_auto("branches.merge_back") {
        let (names, place) = view.merge_back(&settings.text("branches.production"));
        set(settings, "branches.merge_back", value::list(&names), place);
    }
    if settings.is_auto("branches.prefix") {
        let seen = flow.hotfix_prefix.clone().filter(|s| super::fit::prefix(&s.value));
        let prefix = seen.as_ref().map_or(HOTFIX_PREFIX, |s| s.value.as_str()).to_owned();
        set(settings, "branches.prefix", Value::String(prefix), seen.map(|s| s.place));
    }
    Detected { production_known, may_be, candidates: unclear, notes }
}

/// The repository as seen from one remote, or from here.
struct View<'a> {
    inputs: &'a Inputs<'a>,
    flow: &'a Flow,
    remote: Option<&'a str>,
}

impl View<'_> {
    /// The branches on the remote; those here when there is no remote or it was never read.
    fn names(&self) -> (&[String], String) {
        let there = self.remote.and_then(|r| Some((r, self.inputs.remote_branches.get(r)?)));
        match there {
            Some((remote, names)) if !names.is_empty() => (names, format!("on {remote}")),
            _ => (self.inputs.local_branches, "here".to_owned()),
        }
    }

    /// Whether a branch exists, there or here. Nothing speaks against it while there are none.
    fn exists(&self, name: &str) -> bool {
        let (names, _) = self.names();
        let local = self.inputs.local_branches;
        (names.is_empty() && local.is_empty()) || names.iter().chain(local).any(|n| n == name)
    }

    /// The first of these names among the branches.
    fn called(&self, wanted: &[&str]) -> Option<Seen> {
        let (names, place) = self.names();
        let name = wanted.iter().find(|w| names.iter().any(|n| n == *w))?;
        Some(Seen { value: (*name).to_owned(), place: format!("the branch {name} {place}") })
    }

    /// The branch that is in production, or the branches that may be.
    fn production(&self) -> Result<Seen, Vec<String>> {
        let flow = self.flow.production.iter().find(|s| self.is_branch(&s.value)).cloned();
        if let Some(seen) = flow.or_else(|| self.git_town()) {
            return Ok(seen);
        }
        let seen = self.by_names()?;
        // Whoever can push can push a branch of that name, or tags: another one than before is asked about.
        match self.inputs.used.filter(|used| *used != seen.value && self.exists(used)) {
            Some(used) => Err(vec![used.to_owned(), seen.value]),
            None => Ok(seen),
        }
    }

    /// The same from what branches are called, and from what carries the release tags.
    fn by_names(&self) -> Result<Seen, Vec<String>> {
        if let Some(seen) = self.called(&PRODUCTION) {
            return Ok(seen);
        }
        let (names, place) = self.names();
        let mains: Vec<&str> = MAIN.into_iter().filter(|m| names.iter().any(|n| n == m)).collect();
        let head = self.head();
        let candidates = match (&head, mains.as_slice()) {
            (Some(head), [one]) if head.value == *one => return Ok(head.clone()),
            (None, [one]) => return self.called(&[one]).ok_or_else(Vec::new),
            // Where git-flow is used and not set up here.
            (Some(head), [one]) if is_develop(&head.value) => {
                return self.called(&[one]).ok_or_else(Vec::new);
            }
            (Some(head), []) if !is_integration(&head.value) => return Ok(head.clone()),
            (None, []) => match (self.called(&["trunk"]), names) {
                (Some(trunk), _) => return Ok(trunk),
                (None, [only]) if self.is_complete() && !is_integration(only) => {
                    return Ok(Seen { value: only.clone(), place: format!("the only branch {place}") });
                }
                (None, [only]) => vec![only.clone()],
                (None, _) => Vec::new(),
            },
            (head, mains) => {
                let head = head.iter().map(|h| h.value.clone()).filter(|h| !mains.contains(&h.as_str()));
                head.chain(mains.iter().map(|m| (*m).to_owned())).collect()
            }
        };
        match self.inputs.released_from.filter(|b| candidates.iter().any(|c| c == b)) {
            Some(value) if self.is_complete() || MAIN.contains(&value) => {
                Ok(Seen { value: value.to_owned(), place: format!("{value} carries the release tags") })
            }
            _ => Err(candidates),
        }
    }

    /// Whether this clone follows every branch of the remote: one made with `--single-branch` does not,
    /// and what it lacks says nothing.
    fn is_complete(&self) -> bool {
        let Some(remote) = self.remote else { return true };
        let key = format!("remote.{remote}.fetch");
        let mut specs = self.inputs.git.iter().filter(|e| e.key == key).peekable();
        specs.peek().is_none()
            || specs.any(|e| e.value.contains("refs/heads/*:") || e.value.contains("refs/*:"))
    }

    /// Names that production may have and that are read along.
    fn worth_reading(&self) -> Vec<String> {
        let mut names: Vec<&str> = MAIN.to_vec();
        if !self.is_complete() {
            names.extend(PRODUCTION);
            names.push("trunk");
        }
        names.into_iter().map(str::to_owned).collect()
    }

    /// Git Town's main branch, unless its long-lived branches include one that is production by
    /// name, or its main branch is where development happens.
    fn git_town(&self) -> Option<Seen> {
        let file: Table = self.inputs.git_town.unwrap_or_default().parse().unwrap_or_default();
        let table = file.get("branches").and_then(Value::as_table);
        let key = |name: &str| {
            let entry = self.inputs.git.iter().rev().find(|e| e.key == name)?;
            Some(Seen { value: entry.value.clone(), place: name.to_owned() })
        };
        let in_file = || {
            let value = table?.get("main")?.as_str()?.to_owned();
            Some(Seen { value, place: "branches.main in git-town.toml".to_owned() })
        };
        let main =
            key("git-town.main-branch").or_else(|| key("git-town.main-branch-name")).or_else(in_file)?;

        let listed = table.and_then(|t| t.get("perennials")).and_then(Value::as_array);
        let listed = listed.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned);
        let typed = key("git-town.perennial-branches").map(|s| s.value).unwrap_or_default();
        let long_lived: Vec<String> = typed.split_whitespace().map(str::to_owned).chain(listed).collect();
        if PRODUCTION.iter().any(|p| long_lived.iter().any(|l| l == p) && self.exists(p)) {
            return None;
        }
        let develops = is_develop(&main.value) && self.called(&MAIN).is_some();
        (self.is_branch(&main.value) && !develops).then_some(main)
    }

    /// What the remote calls its main branch, as long as it has that branch.
    fn head(&self) -> Option<Seen> {
        let remote = self.remote?;
        let head = self.inputs.remote_head.get(remote)?;
        let (names, _) = self.names();
        let exists = names.is_empty() || names.iter().any(|n| n == head);
        (super::fit::branch(head) && exists)
            .then(|| Seen { value: head.clone(), place: format!("the HEAD of {remote}") })
    }

    fn is_branch(&self, name: &str) -> bool {
        super::fit::branch(name) && self.exists(name)
    }

    /// The branches that get the fix back, and what they were seen in.
    fn merge_back(&self, production: &str) -> (Vec<String>, Option<String>) {
        let usable = |s: &Seen| s.value != production && self.is_branch(&s.value);
        let mut seen: Vec<Seen> = self.flow.merge_back.iter().filter(|s| usable(s)).cloned().collect();
        if seen.is_empty() {
            seen = self.merge_back_by_name(production);
        }
        let prefix = self.flow.release_prefix.clone().filter(|s| super::fit::prefix(&s.value));
        let release = format!("{}*", prefix.as_ref().map_or(RELEASE_PREFIX, |s| s.value.as_str()));
        let places: Vec<String> = seen.iter().chain(&prefix).map(|s| s.place.clone()).collect();
        let mut names: Vec<String> = seen.into_iter().map(|s| s.value).collect();
        names.push(release);
        (names, (!places.is_empty()).then(|| list(&places)))
    }

    fn merge_back_by_name(&self, production: &str) -> Vec<Seen> {
        let local = View { remote: None, inputs: self.inputs, flow: self.flow };
        let first = |wanted: &[&str]| {
            let wanted: Vec<&str> = wanted.iter().copied().filter(|w| *w != production).collect();
            self.called(&wanted).or_else(|| local.called(&wanted))
        };
        let mut out: Vec<Seen> = first(&DEVELOP).into_iter().collect();
        // A branch called production means that staging and main come before it.
        if PRODUCTION.contains(&production) {
            out.extend(first(&["staging"]));
            out.extend(first(&MAIN));
        }
        out
    }
}

fn is_develop(name: &str) -> bool {
    DEVELOP.iter().any(|d| d.eq_ignore_ascii_case(name))
}

/// Whether a branch is one that collects unreleased work, by its name.
pub fn is_integration(name: &str) -> bool {
    is_develop(name) || INTEGRATION.iter().any(|i| i.eq_ignore_ascii_case(name))
}
