//! `hotfix list`.

use super::{Outcome, Session, requests};
use crate::cli::List;
use crate::facts::hotfix_names::{open_names, spelled};
use crate::facts::open_incident::{self, Families};
use crate::insight::steps::left;
use crate::model::incident::course::Repair;
use crate::model::incident::{End, Incident, Status};
use crate::model::lookalike::look;
use crate::model::name::is_slug;
use crate::model::text::{exact, safe, shell_word};
use crate::terminal::style::{Tone, columns, pad, width};
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

pub fn run(session: &Session, args: &List) -> Outcome {
    let workspace = session.site_for_log()?;
    let mut incidents = workspace.record().incidents()?;
    let all = incidents.clone();
    let families = Families::of(&all);
    // How bad it is, and whether it helped, is a matter of the whole incident.
    for incident in &mut incidents {
        incident.severity = families.whole(incident).severity.or(incident.severity);
    }
    incidents.reverse();
    incidents.sort_by_key(|i| !i.is_open());
    let any_ended = incidents.iter().any(|i| !i.is_open());
    let known: BTreeSet<&str> = incidents.iter().map(|i| i.name.as_str()).collect();
    let mut without_record = open_names(&workspace)?;
    without_record.retain(|name| !known.contains(name.as_str()));
    if !args.all {
        incidents.retain(Incident::is_open);
    }
    if args.names {
        return Ok(names(session, &incidents, &without_record));
    }
    let mut rows: Vec<[String; 6]> = Vec::new();
    let mut values: Vec<Value> = Vec::new();
    let mut looks: BTreeMap<String, BTreeSet<&str>> = BTreeMap::new();
    for i in incidents.iter().filter(|i| i.is_open()) {
        looks.entry(look(&i.name)).or_default().insert(&i.name);
    }
    // Of two that look alike, the one of another clone is marked.
    let alike = |i: &Incident| {
        let names = looks.get(&look(&i.name)).filter(|_| i.is_open() && !i.is_own)?;
        names.iter().find(|name| **name != i.name).map(|name| (*name).to_owned())
    };
    for i in &incidents {
        let alike = alike(i);
        let asked = requests::of_incident(&workspace, i);
        rows.push([
            match &alike {
                Some(other) => {
                    format!("{} (another clone's; looks like {})", spelled(&i.name), spelled(other))
                }
                None => exact(&i.name),
            },
            i.severity.map_or_else(String::new, |s| s.to_string()),
            i.end.map_or_else(|| state(i, &families), End::words).to_owned(),
            i.tag.clone().unwrap_or_default(),
            asked.iter().map(|r| format!("{} {}", r.opened.name(), r.state())).collect::<Vec<_>>().join(", "),
            i.started_at.to_utc().format("%Y-%m-%d %H:%M").to_string(),
        ]);
        values.push(json!({
            "id": i.id, "name": i.name, "title": i.title, "branch": i.branch, "severity": i.severity,
            "status": i.status(), "tag": i.tag, "started_at": i.started_at, "open": i.is_open(), "ended": i.end,
            "review_status": i.review_status, "looks_like": alike,
            "requests": asked.iter().map(|r| r.json(&i.branch)).collect::<Vec<_>>(),
        }));
    }
    for name in &without_record {
        let none = String::new;
        rows.push([exact(name), none(), "no record".to_owned(), none(), none(), none()]);
        values.push(json!({
            "id": null, "name": name, "title": name, "branch": workspace.branch_of(name), "severity": null,
            "status": null, "tag": null, "started_at": null, "open": true, "ended": null,
            "review_status": null, "looks_like": null, "requests": [],
        }));
    }
    session.ui.document(json!({ "hotfixes": values }));
    if rows.is_empty() {
        session.ui.answer(if args.all { "No hotfix has been recorded here." } else { "No hotfix is open." });
        if !args.all {
            for incident in open_incident::unresolved(&workspace)?.iter().filter(|i| i.is_known_here()) {
                let name = shell_word(&incident.name);
                session.ui.say(format!(
                    "The incident {} is not resolved:  hotfix status {name}",
                    safe(&incident.name)
                ));
            }
        }
        if !args.all && any_ended {
            session.ui.hint("hotfix list --all");
        }
        return Ok(0);
    }
    let wide: Vec<usize> =
        (0..6).map(|n| width(rows.iter().filter_map(|r| r.get(n)).map(String::as_str))).collect();
    // On a narrow terminal the date gives way: names are typed, and must be whole.
    let all = wide.iter().sum::<usize>() + 3 * wide.len().saturating_sub(1);
    let shown = if session.env.stdout_tty && all > columns() { wide.len() - 1 } else { wide.len() };
    for row in &rows {
        // A column in which nothing stands takes no room.
        let cells = row.iter().zip(&wide).take(shown).filter(|(_, wide)| **wide > 0);
        let cells: Vec<String> = cells.map(|(cell, wide)| pad(cell, *wide)).collect();
        session.ui.answer(cells.join("   ").trim_end());
    }
    if !args.all {
        session.ui.say(Tone::Dim.paint("closed ones: hotfix list --all"));
    }
    Ok(0)
}

/// The state of an open hotfix: one that is published is not being investigated or fixed any more, and says what it
/// waits for.
fn state(incident: &Incident, families: &Families<'_>) -> &'static str {
    let is_released = incident.tag.is_some();
    match (incident.status(), incident.course.repair) {
        (_, Repair::DeployFailed) => "deployment failed",
        (_, Repair::VerifyFailed) => "verification failed",
        _ if is_released && !left(incident).is_empty() => "merge-back waits",
        _ if !is_released && families.whole(incident).course.quiet_since().is_some() => "mitigated",
        (Status::Investigating | Status::Identified | Status::Fixing, _) if is_released => "released",
        (status, _) => status.as_str(),
    }
}

/// The names that a script can take as they are; nothing else, not even when there are none.
fn names(session: &Session, incidents: &[Incident], without_record: &[String]) -> u8 {
    let all = incidents.iter().map(|i| i.name.as_str()).chain(without_record.iter().map(String::as_str));
    let names: BTreeSet<&str> = all.filter(|name| is_slug(name)).collect();
    session.ui.document(json!({ "names": names }));
    for name in names {
        session.ui.answer(name);
    }
    0
}
