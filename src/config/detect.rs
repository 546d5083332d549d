//! Finds out what "auto" stands for in `[branches]`.
//!
//! What people set up for other tools comes first (git-flow, its shared file, Git Town), then
//! what branches are called, then what the remote calls its main branch.

use super::gitflow::{self, Flow, Seen};
use super::settings::Settings;
use super::types::Origin;
use super::{Inputs, gitsyntax, value};
use crate::model::text::list;
use toml::{Table, Value};

const PRODUCTION: [&str; 3] = ["production", "prod", "live"];
const DEVELOP: [&str; 3] = ["develop", "development", "dev"];
const MAIN: [&str; 2] = ["main", "master"];
const HOTFIX_PREFIX: &str = "hotfix/";
const RELEASE_PREFIX: &str = "release/";

/// What was found out besides the settings.
pub struct Detected {
    pub production_known: bool,
    pub notes: Vec<String>,
}

/// Replaces every "auto" of `[branches]`.
pub fn resolve(inputs: &Inputs<'_>, settings: &mut Settings) -> Detected {
    let pairs = inputs.git.iter().map(|e| (e.key.as_str(), e.value.as_str()));
    let shared = gitsyntax::parse(inputs.gitflow_shared.unwrap_or_default());
    let shared = shared.iter().map(|(k, v)| (k.as_str(), v.as_str()));
    let flow = gitflow::read(pairs, None).or(gitflow::read(shared, Some(".gitflow")));
    let mut notes = Vec::new();

    let remote = remote(inputs, settings, &flow, &mut notes);
    let view = View { inputs, flow: &flow, remote: remote.as_deref() };
    let mut production_known = true;
    if settings.is_auto("branches.production") {
        match view.production() {
            Some(seen) => set(settings, "branches.production", Value::String(seen.value), Some(seen.place)),
            None => {
                production_known = false;
                notes.push(
                    "nothing says which branch is in production; set branches.production in hotfix.toml"
                        .to_owned(),
                );
                set(settings, "branches.production", Value::String("main".to_owned()), None);
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
    Detected { production_known, notes }
}

fn set(settings: &mut Settings, name: &str, value: Value, place: Option<String>) {
    settings.resolve(name, value, place.map_or(Origin::BuiltIn, Origin::Detected));
}

/// The remote that production lives on; leaves "auto" standing when there is none to name.
fn remote(
    inputs: &Inputs<'_>,
    settings: &mut Settings,
    flow: &Flow,
    notes: &mut Vec<String>,
) -> Option<String> {
    let remotes = inputs.remotes;
    if !settings.is_auto("branches.remote") {
        let configured = settings.text("branches.remote");
        if !remotes.contains(&configured) {
            let others = if remotes.is_empty() { "there is none".to_owned() } else { list(remotes) };
            notes.push(format!("branches.remote is {configured}, which is no remote here ({others})"));
        }
        return Some(configured);
    }
    let named = |name: &str| remotes.iter().find(|r| *r == name).cloned();
    let flows = flow.remote.as_ref().and_then(|s| Some((named(&s.value)?, s.place.clone())));
    let found = flows
        .or_else(|| Some((named("origin")?, "the remote origin".to_owned())))
        .or_else(|| match remotes {
            [only] => Some((only.clone(), "the only remote".to_owned())),
            _ => None,
        })
        .or_else(|| {
            let local = View { inputs, flow, remote: None };
            let production = match settings.is_auto("branches.production") {
                true => local.production()?.value,
                false => settings.text("branches.production"),
            };
            let key = format!("branch.{production}.remote");
            let upstream = inputs.git.iter().rev().find(|e| e.key == key)?;
            Some((named(&upstream.value)?, key))
        });
    match found {
        Some((name, place)) => {
            set(settings, "branches.remote", Value::String(name.clone()), Some(place));
            Some(name)
        }
        None => {
            if !remotes.is_empty() {
                let names = list(remotes);
                notes.push(format!(
                    "there are several remotes ({names}); set branches.remote in hotfix.toml to one of them"
                ));
            }
            None
        }
    }
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

    fn production(&self) -> Option<Seen> {
        let flow = self.flow.production.iter().find(|s| self.is_branch(&s.value)).cloned();
        flow.or_else(|| self.git_town())
            .or_else(|| self.called(&PRODUCTION))
            .or_else(|| self.head())
            .or_else(|| self.called(&MAIN))
            .or_else(|| self.called(&["trunk"]))
            .or_else(|| match self.names() {
                ([only], place) => {
                    Some(Seen { value: only.clone(), place: format!("the only branch {place}") })
                }
                _ => None,
            })
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

    /// What the remote calls its main branch, unless that is where development happens and there
    /// is a main branch besides.
    fn head(&self) -> Option<Seen> {
        let remote = self.remote?;
        let head = self.inputs.remote_head.get(remote)?;
        let develops = is_develop(head) && self.called(&MAIN).is_some();
        (self.is_branch(head) && !develops)
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
