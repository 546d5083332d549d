//! `hotfix mark`: a milestone.

use super::{Desk, Outcome, note};
use crate::cli::Mark;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::milestone::Milestone;
use crate::model::text::safe_lines;
use crate::model::time;
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
    let incident = note::incident_for(&site, args.hotfix.as_deref())?;
    let text = safe_lines(&args.text.join(" "));
    let mut drafts = Vec::new();
    // Impact that starts again after it was over is a new interval of the same incident.
    if milestone == Milestone::ImpactStarted && incident.is_resolved() {
        drafts.push(Draft::new(Kind::Reopened, text.clone()).at(at).by_person());
    }
    let mut draft = Draft::new(milestone.kind(), text).at(at).by_person();
    if let Some(by) = args.detected_by {
        draft = draft.with("detected_by", json!(by));
    }
    drafts.push(draft);
    if let Some(line) =
        out_of_order(&incident, milestone, at.map(|t| t.to_utc()).unwrap_or_else(|| desk.env.now()))
    {
        desk.ui.warn(line);
    }
    note::write(desk, &site, Some(&incident.id), drafts)
}

/// A milestone before the impact began is recorded all the same; the durations show it.
fn out_of_order(
    incident: &crate::model::incident::Incident,
    milestone: Milestone,
    at: chrono::DateTime<chrono::Utc>,
) -> Option<String> {
    let started = incident.milestones.get(&Milestone::ImpactStarted)?.to_utc();
    let late = matches!(milestone, Milestone::Mitigated | Milestone::ImpactEnded | Milestone::Resolved);
    (late && at < started).then(|| {
        format!("{milestone} {} precedes impact started {}", at.format("%H:%M"), started.format("%H:%M"))
    })
}
