//! `hotfix mark`: a milestone.

use super::{Desk, Outcome, note};
use crate::cli::Mark;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::incident::{End, Incident};
use crate::model::milestone::Milestone;
use crate::model::text::safe_lines;
use crate::model::time;
use chrono::{DateTime, Utc};
use serde_json::json;

pub fn run(desk: &Desk, args: &Mark) -> Outcome {
    let milestone = Milestone::from_flag(&args.milestone)
        .ok_or_else(|| Failure::usage(format!("'{}' is no milestone", args.milestone)))?;
    if args.detected_by.is_some() && milestone != Milestone::Detected {
        return Err(Failure::usage("--detected-by goes with 'detected'")
            .hint("hotfix mark detected --detected-by alert")
            .into());
    }
    let site = desk.site_for_log()?;
    let at = args.at.as_deref().map(|t| time::parse(t, &desk.env.now_local())).transpose()?;
    let incident = note::incident_for(desk, &site, args.hotfix.as_deref())?;
    let text = safe_lines(&args.text.join(" "));
    let moment = at.map_or_else(|| desk.env.now(), |t| t.to_utc());
    let mut drafts = Vec::new();
    let reopens = milestone == Milestone::ImpactStarted && is_after_the_end(&incident, moment);
    if reopens {
        drafts.push(Draft::new(Kind::Reopened, text.clone()).at(at).by_person());
    }
    let mut draft = Draft::new(milestone.kind(), text).at(at).by_person();
    if let Some(by) = args.detected_by {
        draft = draft.with("detected_by", json!(by));
    }
    drafts.push(draft);
    if let Some(line) = out_of_order(&incident, milestone, moment) {
        desk.ui.warn(line);
    }
    note::append(desk, &site, &incident.id, drafts)?;
    if reopens && incident.tag.is_some() {
        desk.ui.say("If the fix was not enough, start the next one:  hotfix start NAME");
    }
    Ok(0)
}

/// Whether this comes after the incident was over. Impact that starts then is a new interval of the
/// same incident, which is open again; an earlier one only corrects when it began.
fn is_after_the_end(incident: &Incident, moment: DateTime<Utc>) -> bool {
    let over = incident.is_resolved() || incident.end == Some(End::Finished);
    let ends = [Kind::Resolved, Kind::Finished];
    let last = ends.iter().flat_map(|kind| incident.of_kind(kind)).map(|e| e.at.to_utc()).max();
    over && last.is_some_and(|last| moment > last)
}

/// A milestone before the impact began is recorded all the same; the durations show it.
fn out_of_order(incident: &Incident, milestone: Milestone, at: DateTime<Utc>) -> Option<String> {
    let started = incident.milestones.get(&Milestone::ImpactStarted)?.to_utc();
    let late = matches!(milestone, Milestone::Mitigated | Milestone::ImpactEnded | Milestone::Resolved);
    (late && at < started).then(|| {
        format!("{milestone} {} precedes impact started {}", at.format("%H:%M"), started.format("%H:%M"))
    })
}
