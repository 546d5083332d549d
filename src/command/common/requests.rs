//! The pull requests of a hotfix, as its record and the last look at the forge tell them. Nobody is
//! asked here.

use crate::command::Session;
use crate::facts::request_seen::{self, LastSeen};
use crate::facts::{Hotfix, Workspace};
use crate::model::incident::Incident;
use crate::model::request::Opened;
use crate::model::text::{hang, safe};
use crate::model::time::say_duration;
use crate::terminal::style::columns;
use serde_json::{Value, json};

/// A request and what was seen of it last.
pub struct Shown {
    pub opened: Opened,
    seen: Option<LastSeen>,
}

/// The requests of a hotfix, in the order in which they were opened.
pub fn requests(workspace: &Workspace, hotfix: &Hotfix) -> Vec<Shown> {
    hotfix.incident.as_ref().map(|incident| of_incident(workspace, incident)).unwrap_or_default()
}

/// The requests of an incident.
pub fn of_incident(workspace: &Workspace, incident: &Incident) -> Vec<Shown> {
    let shown = |opened: Opened| {
        let seen = request_seen::last(workspace, &incident.id, &opened.url);
        Shown { opened, seen }
    };
    Opened::of(incident).into_iter().map(shown).collect()
}

impl Shown {
    /// `open`, `merged`, `closed`, as it was seen last.
    pub fn state(&self) -> String {
        if self.opened.merged {
            return "merged".to_owned();
        }
        let seen = self.seen.as_ref().and_then(|s| s.request.get("state")?.as_str());
        safe(seen.unwrap_or("open"))
    }

    /// The lines of `status`: where it is, and what it waits for.
    pub fn lines(&self, session: &Session) -> Vec<String> {
        let arrow = session.ui.symbols.arrow;
        let mut lines = vec![format!(
            "  {arrow} request  {} into {}, {}: {}",
            self.opened.name(),
            safe(&self.opened.base),
            self.state(),
            safe(&self.opened.url)
        )];
        if let Some(seen) = self.seen.as_ref().filter(|s| !self.opened.merged && s.words.len() > 1) {
            let wide = session.env.stdout_tty.then(columns);
            lines.extend(seen.words.iter().skip(1).flat_map(|word| hang("      ", &safe(word), wide)));
            let ago = say_duration(session.env.now() - seen.at);
            lines.push(format!("      as the forge said {ago} ago; hotfix finish looks again"));
        }
        lines
    }

    /// As JSON: what was seen last, and when.
    pub fn json(&self, head: &str) -> Value {
        let mut value = json!({
            "number": self.opened.number, "url": self.opened.url, "base": self.opened.base, "head": head,
            "state": self.state(), "head_sha": null, "waiting": [], "seen_at": null,
        });
        if let (Some(map), Some(seen)) = (value.as_object_mut(), &self.seen) {
            for key in ["head", "head_sha", "waiting", "queue"] {
                if let Some(known) = seen.request.get(key) {
                    map.insert(key.to_owned(), known.clone());
                }
            }
            if self.opened.merged {
                map.insert("waiting".to_owned(), json!([]));
            }
            map.insert("seen_at".to_owned(), json!(seen.at));
        }
        value
    }
}
