//! Reading the incident log.

use super::repo::Repo;
use serde_json::Value;

impl Repo {
    /// The events of a hotfix, as `timeline --json` gives them.
    #[track_caller]
    pub fn events(&self, name: &str) -> Vec<Value> {
        let ran = self.hotfix(["timeline", name, "--json"]);
        ran.ok();
        ran.json()["events"].as_array().expect("the timeline has no events").clone()
    }

    /// The kinds of the events of a hotfix, in words with hyphens.
    #[track_caller]
    pub fn kinds(&self, name: &str) -> Vec<String> {
        kinds(&self.events(name))
    }

    /// The texts of the events of a hotfix, in their order.
    #[track_caller]
    pub fn texts(&self, name: &str) -> Vec<String> {
        self.events(name).iter().filter_map(|event| event["text"].as_str().map(str::to_owned)).collect()
    }

    /// The one event with this text.
    #[track_caller]
    pub fn event(&self, name: &str, text: &str) -> Value {
        let events = self.events(name);
        let found: Vec<&Value> = events.iter().filter(|event| event["text"] == text).collect();
        assert_eq!(found.len(), 1, "expected one event {text:?} among {events:#?}");
        found[0].clone()
    }

    /// The refs of all incident logs.
    pub fn logs(&self) -> Vec<String> {
        let is_log = |name: &String| name.starts_with("refs/incidents/") && name.ends_with("/log");
        self.refs().into_keys().filter(is_log).collect()
    }

    /// How many events all logs hold together.
    pub fn events_recorded(&self) -> usize {
        self.logs().iter().map(|log| self.git(["rev-list", "--count", log]).parse::<usize>().unwrap()).sum()
    }
}

impl Repo {
    /// The ids of the events of a hotfix, in their order.
    #[track_caller]
    pub fn event_ids(&self, name: &str) -> Vec<String> {
        self.events(name).iter().map(|e| e["id"].as_str().unwrap().to_owned()).collect()
    }

    /// Every ref of incident records.
    pub fn records(&self) -> Vec<String> {
        self.refs().into_keys().filter(|name| name.starts_with("refs/incidents/")).collect()
    }
}

/// The kinds of events, in words with hyphens.
pub fn kinds(events: &[Value]) -> Vec<String> {
    events.iter().map(|event| event["kind"].as_str().unwrap_or_default().replace('_', "-")).collect()
}
