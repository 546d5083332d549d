//! What is known from before when a hotfix starts: earlier ones of the same name or the same files,
//! and what they left to do. Looks at this clone only, and at the newest records only.

use super::changed_files;
use super::followup::{Followup, Ground};
use super::workspace::Workspace;
use crate::insight::recurrence::{relation, words};
use crate::model::done_when::State;
use crate::model::event::Kind;
use crate::model::incident::{End, Incident};

/// How many of the newest records are looked at.
const LOOKED_AT: usize = 40;
/// How many earlier hotfixes are worth a line at 3 am.
pub const SHOWN: usize = 3;

/// An earlier hotfix that has to do with the new one.
#[derive(Clone, Debug)]
pub struct Earlier {
    pub incident: Incident,
    /// The files it changed.
    pub files: Vec<String>,
    /// What it left to do and nobody has done.
    pub open: Vec<Followup>,
}

/// The most closely related ones first, of equally close ones the newest. `about` is the name, title
/// and symptom of the new one, `except` the id of its own record, where it has one already.
///
/// # Errors
/// When the record or history cannot be read.
pub fn related(workspace: &Workspace, about: &str, except: Option<&str>) -> anyhow::Result<Vec<Earlier>> {
    let new = words(about);
    let all = workspace.record().incidents()?;
    let counts = |i: &&Incident| {
        Some(i.id.as_str()) != except && !matches!(i.end, Some(End::Cancelled | End::Declined))
    };
    let mut found = Vec::new();
    for incident in all.iter().rev().filter(counts).take(LOOKED_AT).filter_map(Incident::tellable) {
        let files = changed_files::files(workspace, &incident)?;
        let named = format!("{} {}", incident.name, incident.title);
        match relation(&new, &named, &files) {
            0 => {}
            close => found.push((close, incident, files)),
        }
    }
    // Stable: the newest stays in front of others that are as close.
    found.sort_by_key(|(close, ..)| std::cmp::Reverse(*close));
    found.truncate(SHOWN);
    if found.is_empty() {
        return Ok(Vec::new());
    }
    let ground = Ground::find(workspace)?;
    let earlier = |(_, incident, files): (usize, Incident, std::collections::BTreeSet<String>)| {
        let topics = incident.topics(&Kind::Followup).into_iter().filter(|t| t.is_open());
        let open = topics
            .map(|t| ground.check(workspace, &incident, t))
            .filter(|f| f.state != State::Done)
            .collect();
        Earlier { files: files.into_iter().collect(), open, incident }
    };
    Ok(found.into_iter().map(earlier).collect())
}
