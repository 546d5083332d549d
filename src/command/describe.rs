//! `hotfix title`, `symptom`, `impact`, `workaround` and `trigger`: what the triage said, seen and corrected
//! at any time. The earlier words stay in the log.

use super::{Outcome, Session, note};
use crate::cli::{ImpactWords, Words, YesNo};
use crate::model::event::{Draft, Event, Kind};
use crate::model::event_data::{Described, Extent, UpdateSent};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{list, safe, safe_lines, shell_word};
use crate::terminal::style::Tone;
use serde_json::{Value, json};

/// Which of the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Field {
    Title,
    Symptom,
    Impact,
    Workaround,
    Trigger,
}

impl Field {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Title => "title",
            Self::Symptom => "symptom",
            Self::Impact => "impact",
            Self::Workaround => "workaround",
            Self::Trigger => "trigger",
        }
    }

    fn now(self, incident: &Incident) -> Option<&str> {
        match self {
            Self::Title => Some(&incident.title),
            Self::Symptom => incident.symptom.as_deref(),
            Self::Impact => incident.impact.as_deref(),
            Self::Workaround => incident.workaround.as_deref(),
            Self::Trigger => incident.trigger.as_deref(),
        }
    }

    /// What an event said of it; those before `described` have the same fields.
    fn in_words(self, said: Described) -> Option<String> {
        match self {
            Self::Title => said.title,
            Self::Symptom => said.symptom,
            Self::Impact => said.impact,
            Self::Workaround => said.workaround,
            Self::Trigger => said.trigger,
        }
    }

    fn said(self, words: String) -> Described {
        let none = Described::default();
        match self {
            Self::Title => Described { title: Some(words), ..none },
            Self::Symptom => Described { symptom: Some(words), ..none },
            Self::Impact => Described { impact: Some(words), ..none },
            Self::Workaround => Described { workaround: Some(words), ..none },
            Self::Trigger => Described { trigger: Some(words), ..none },
        }
    }
}

pub fn words(session: &Session, field: Field, args: &Words) -> Outcome {
    change(session, field, &args.text, &Extent::default(), args.hotfix.as_deref())
}

pub fn impact(session: &Session, args: &ImpactWords) -> Outcome {
    let extent = Extent {
        count: args.count,
        unit: args.unit.as_deref().map(|w| safe(w).trim().to_owned()),
        place: args.place.as_deref().map(|w| safe(w).trim().to_owned()),
        data_loss: args.data_loss.map(|answer| answer == YesNo::Yes),
    };
    change(session, Field::Impact, &args.text, &extent, args.hotfix.as_deref())
}

fn change(
    session: &Session,
    field: Field,
    text: &[String],
    extent: &Extent,
    hotfix: Option<&str>,
) -> Outcome {
    let workspace = session.site_for_log()?;
    let incident = note::incident_for(session, &workspace, hotfix)?;
    let words = safe_lines(&text.join(" ")).trim().to_owned();
    if words.is_empty() && *extent == Extent::default() {
        return show(session, field, &incident);
    }
    let takes_back = ["no", "none", "-"].iter().any(|none| words.eq_ignore_ascii_case(none));
    let words = match (takes_back, field) {
        (true, Field::Title) => {
            return Err(Failure::usage(format!("not a title: '{words}'; nothing was changed"))
                .hint("hotfix title \"Users get a 500 on /login\"")
                .into());
        }
        (true, _) => String::new(),
        (false, _) => words,
    };
    let before = field.now(&incident).map(str::to_owned);
    let is_said = !text.is_empty() && words != before.as_deref().unwrap_or_default();
    let said = if is_said { field.said(words) } else { Described::default() };
    let mut merged = incident.extent.clone();
    merged.update(extent);
    let counted = if merged == incident.extent { Extent::default() } else { extent.clone() };
    if said == Described::default() && counted == Extent::default() {
        session.ui.answer(format!("The {} of {} already says that.", field.as_str(), safe(&incident.name)));
        session.ui.document(json!({ "id": incident.id, "events": [] }));
        return Ok(0);
    }
    let draft = Draft::new(Kind::Described, "").by_person().data(&said).data(&counted);
    note::append(session, &workspace, &incident.id, vec![draft])?;
    if let Some(before) = before.filter(|b| is_said && !b.is_empty() && !session.dry_run()) {
        session.ui.dim(format!("  it was  {}", safe(&before)));
        published(session, &incident, field, &before);
    }
    Ok(0)
}

/// What already went out with the earlier words.
fn published(session: &Session, incident: &Incident, field: Field, before: &str) {
    let name = shell_word(&incident.name);
    let has = |e: &&Event| e.text.contains(before.trim_end_matches('.'));
    let told: Vec<&Event> = incident.of_kind(&Kind::CommsSent).filter(has).collect();
    let audience = |e: &&Event| e.read::<UpdateSent>().audience.unwrap_or_else(|| "an audience".to_owned());
    if !told.is_empty() {
        let at = |e: &Event| format!("{} at {}", audience(&e), e.at.to_utc().format("%H:%M UTC"));
        let all: Vec<String> = told.iter().map(|e| safe(&at(e))).collect();
        session.ui.say(format!("The earlier words were sent to {}.", list(&all)));
        let mut who: Vec<String> = told.iter().map(audience).collect();
        who.sort();
        who.dedup();
        for who in who {
            session.ui.say(format!("  hotfix update {} {name}", safe(&who)));
        }
    }
    if let (Field::Title, Some(tag)) = (field, &incident.tag) {
        session.ui.say(format!(
            "{} and its changelog keep the earlier title, because they are \
                          published.",
            safe(tag)
        ));
    }
    if incident.of_kind(&Kind::PostmortemWritten).next().is_some() {
        session.ui.say(format!("To write the post-mortem again:  hotfix postmortem {name}"));
    }
}

/// The words as they are now, and what they were.
fn show(session: &Session, field: Field, incident: &Incident) -> Outcome {
    let key = field.as_str();
    let now = field.now(incident).filter(|w| !w.is_empty());
    let earlier: Vec<(&Event, String)> = incident
        .log
        .iter()
        .filter(|e| matches!(e.kind, Kind::Declared | Kind::Triaged | Kind::Described))
        .filter_map(|e| Some((e, field.in_words(e.read())?)))
        .filter(|(_, words)| Some(words.as_str()) != now && !words.is_empty())
        .collect();
    session.ui.answer(now.map_or_else(|| format!("No {key} is recorded."), safe));
    let extent = if field == Field::Impact { incident.extent.say() } else { String::new() };
    if !extent.is_empty() {
        session.ui.answer(format!("affected: {}", safe(&extent)));
    }
    if let (Field::Impact, Some(lost)) = (field, incident.extent.data_loss) {
        session.ui.answer(format!("data lost: {}", if lost { "yes" } else { "no" }));
    }
    for (event, words) in &earlier {
        let at = event.at.to_utc().format("%H:%M UTC");
        session.ui.answer(Tone::Dim.paint(format!("  {at}  {}", safe(words))));
    }
    if now.is_none() {
        session.ui.hint(format!("hotfix {key} --hotfix {} TEXT", shell_word(&incident.name)));
    }
    let told: Vec<Value> =
        earlier.iter().map(|(e, words)| json!({ "event": e.id, "at": e.at, "text": words })).collect();
    session.ui.document(json!({
        "id": incident.id, "field": key, "text": now, "extent": incident.extent, "earlier": told,
    }));
    Ok(0)
}
