//! `hotfix followups`: what is left to do, over all incidents.

use super::{Outcome, Session, note, pick};
use crate::cli::Followups;
use crate::facts::followup::{Followup, Ground};
use crate::facts::{Hotfix, Workspace};
use crate::model::done_when::State;
use crate::model::event::{Draft, Kind};
use crate::model::event_data;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::text::{count, safe, shell_word};
use crate::model::topic::{DONE, OPEN};
use crate::report::timeline::short_ids;
use crate::terminal::style::Tone;
use serde_json::{Value, json};

pub fn run(session: &Session, args: &Followups) -> Outcome {
    let workspace = session.site_for_log()?;
    match (&args.done, &args.reopen) {
        (Some(id), _) => settle(session, &workspace, args, id, DONE),
        (_, Some(id)) => settle(session, &workspace, args, id, OPEN),
        _ => list(session, &workspace, args),
    }
}

fn list(session: &Session, workspace: &Workspace, args: &Followups) -> Outcome {
    let incidents = match &args.name {
        Some(name) => Hotfix::find(workspace, Some(name))?.incident.into_iter().collect(),
        None => workspace.record().incidents()?,
    };
    let ground = Ground::find(workspace)?;
    let mut values: Vec<Value> = Vec::new();
    let (mut open, mut done, mut proved) = (0, 0, 0);
    // The newest incident is what people are asking about.
    for incident in incidents.iter().rev() {
        let topics = incident.topics(&Kind::Followup).into_iter();
        let all: Vec<Followup> = topics.map(|t| ground.check(workspace, incident, t)).collect();
        values.extend(all.iter().map(|f| json_of(incident, f)));
        let is_done = |f: &&Followup| f.state == State::Done;
        done += all.iter().filter(is_done).count();
        open += all.len() - all.iter().filter(is_done).count();
        proved += all.iter().filter(is_done).filter(|f| f.topic.is_open()).count();
        let shown: Vec<&Followup> = all.iter().filter(|f| args.all || f.state != State::Done).collect();
        if !shown.is_empty() {
            print(session, incident, &shown);
        }
    }
    session.ui.document(json!({ "followups": values, "open": open }));
    if proved > 0 && !args.all {
        let are = if proved == 1 { "is" } else { "are" };
        session.ui.dim(format!(
            "{} {are} done according to git: hotfix followups \
                          --all",
            count(proved, "follow-up")
        ));
    }
    match (open, done) {
        (0, 0) => {
            session.ui.answer("No follow-up was noted.");
            session.ui.hint("hotfix note --kind followup \"alert on failing logins\"");
        }
        (0, done) => session.ui.answer(format!("No open follow-ups; {} done.", count(done, "follow-up"))),
        _ => session.ui.say("When one is done:  hotfix followups --done ID"),
    }
    Ok(0)
}

fn print(session: &Session, incident: &Incident, followups: &[&Followup]) {
    let day = incident.started_at.to_utc().format("%Y-%m-%d");
    session.ui.answer(format!(
        "{}   {}",
        Tone::Strong.paint(safe(&incident.name)),
        Tone::Dim.paint(day.to_string())
    ));
    let ids = short_ids(incident);
    for followup in followups {
        let sign = match followup.state {
            State::Done => session.ui.sign(Tone::Good),
            State::Open => session.ui.symbols.todo.to_owned(),
            State::Unknown => Tone::Attention.paint("?"),
        };
        let topic = &followup.topic;
        let id = ids.get(topic.id.as_str()).copied().unwrap_or(&topic.id);
        session.ui.answer(format!("  {sign} {}  {}", Tone::Dim.paint(id), safe(&followup.what)));
        let details = topic.followup.say();
        if !details.is_empty() {
            let today = session.env.now().date_naive().to_string();
            let late =
                followup.state != State::Done && topic.followup.due.as_ref().is_some_and(|d| *d < today);
            let tone = if late { Tone::Attention } else { Tone::Dim };
            let late = if late { "   overdue" } else { "" };
            session.ui.answer(format!(
                "    {}  {}",
                " ".repeat(id.len()),
                tone.paint(format!("{}{late}", safe(&details)))
            ));
        }
        if let (Some(condition), Some(evidence)) = (&followup.done_when, &followup.evidence) {
            let line = format!("done when {}: {evidence}", safe(condition));
            session.ui.answer(format!("    {}  {}", " ".repeat(id.len()), Tone::Dim.paint(line)));
        }
    }
}

fn json_of(incident: &Incident, followup: &Followup) -> Value {
    let topic = &followup.topic;
    json!({
        "id": topic.id, "incident": incident.id, "name": incident.name, "text": topic.text,
        "state": followup.state, "said": topic.state, "done_when": followup.done_when,
        "owner": topic.followup.owner, "due": topic.followup.due, "ticket": topic.followup.ticket,
        "evidence": followup.evidence, "at": topic.at, "since": topic.since,
    })
}

fn settle(session: &Session, workspace: &Workspace, args: &Followups, id: &str, state: &str) -> Outcome {
    let picked = pick::event(workspace, id, args.name.as_deref())?;
    let topics = picked.incident.topics(&Kind::Followup);
    let Some(topic) = topics.iter().find(|t| t.id == picked.event.id || t.event == picked.event.id) else {
        return Err(Failure::usage(format!(
            "not a follow-up: {} ({}); nothing was changed",
            picked.event.id,
            picked.event.kind.words()
        ))
        .hint(format!("hotfix followups {}", shell_word(&picked.incident.name)))
        .into());
    };
    if topic.state == state {
        session.ui.answer(format!("It is already {state}: {}", safe(&topic.text)));
        session.ui.document(json!({ "id": picked.incident.id, "events": [] }));
        return Ok(0);
    }
    let said = event_data::Followup {
        state: Some(state.to_owned()),
        of: Some(topic.id.clone()),
        ..event_data::Followup::default()
    };
    let draft = Draft::new(Kind::Followup, topic.text.clone()).by_person().data(&said);
    note::append(session, workspace, &picked.incident.id, vec![draft])
}
