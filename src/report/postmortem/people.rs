//! Sections 11 to 16: who was told, what is left to do, who took part, and the log itself.

use super::{Page, told};
use crate::insight::clocks;
use crate::model::done_when::{self, State};
use crate::model::event::{Event, Kind};
use crate::model::event_data::{Answered, InRole, UpdateSent};
use crate::model::text::{count, list};
use crate::model::time::say_duration;
use crate::model::topic::Topic;
use crate::model::update::promised;
use crate::report::markdown::{bullets, code, folded, md, quote, stack, table};
use crate::report::timeline::{self, Scope};
use chrono::{DateTime, Duration, FixedOffset};
use std::collections::HashMap;

/// How late an update may be before that is worth a word.
const UPDATE_TOLERANCE: Duration = Duration::minutes(2);

impl Page<'_> {
    /// 11. Every update, how soon the first came, and which came late.
    pub(super) fn communication(&self) -> String {
        let sent = self.of_kind(&Kind::CommsSent);
        if sent.is_empty() {
            let add = self.command_on_name("hotfix update users");
            return format!("No update was recorded: {add}.");
        }
        let rows: Vec<Vec<String>> = sent.iter().enumerate().map(|(n, e)| self.update(e, &sent, n)).collect();
        let texts: Vec<String> = sent
            .iter()
            .filter(|e| !e.text.trim().is_empty())
            .map(|e| format!("{}, {}:\n\n{}", md(&audience(e)), self.utc(e.at), quote(&e.text)))
            .collect();
        let mut head = vec!["Time (UTC)", "Audience", "State", "Next promised for", "Kept"];
        if !sent.iter().any(|e| promised(e).is_some()) {
            head.truncate(3);
        }
        stack(&[self.firsts(&sent), table(&head, &rows), folded("The texts of the updates", &stack(&texts))])
    }

    /// `First update: users at once, management 40 min after declaring.`
    fn firsts(&self, sent: &[&Event]) -> String {
        let mut firsts: Vec<(String, String)> = Vec::new();
        for event in sent {
            let who = audience(event);
            if !firsts.iter().any(|(known, _)| *known == who) {
                let after = event.at - self.incident.started_at;
                let said = if after.num_minutes() > 0 { say_duration(after) } else { "at once".to_owned() };
                firsts.push((who, said));
            }
        }
        let said: Vec<String> = firsts.iter().map(|(who, after)| format!("{} {after}", md(who))).collect();
        let from = if firsts.iter().all(|(_, after)| after == "at once") { "" } else { " after declaring" };
        format!("First update: {}{from}.", list(&said))
    }

    fn update(&self, event: &Event, sent: &[&Event], n: usize) -> Vec<String> {
        let next = promised(event);
        let following = sent.iter().skip(n + 1).find(|e| audience(e) == audience(event));
        let over = self.of_kind(&Kind::Resolved).last().map(|e| e.at);
        let kept = match (next, following) {
            (Some(due), Some(following)) if following.at - due > UPDATE_TOLERANCE => {
                format!("{} late", say_duration(following.at - due))
            }
            (Some(_), Some(_)) => "yes".to_owned(),
            (Some(due), None) if over.is_some_and(|over| over - due > UPDATE_TOLERANCE) => "no".to_owned(),
            _ => String::new(),
        };
        vec![
            self.time(event.at),
            md(&audience(event)),
            md(&event.read::<UpdateSent>().state.unwrap_or_default()),
            next.map(|at| self.time(at)).unwrap_or_default(),
            kept,
        ]
    }

    /// 13. What the record says is left, and where the fix has yet to arrive.
    pub(super) fn followups(&self) -> String {
        let topics = self.incident.topics(&Kind::Followup);
        let topics: HashMap<&str, &Topic> = topics.iter().map(|topic| (topic.id.as_str(), topic)).collect();
        let noted: Vec<[String; 7]> = self
            .incident
            .by_time()
            .into_iter()
            .filter_map(|e| {
                let Some(topic) = topics.get(e.id.as_str()) else {
                    let mut row: [String; 7] = Default::default();
                    [row[0], row[1]] = [self.time(e.at), md(todo(e)?)];
                    return Some(row);
                };
                let (what, done_when) = done_when::of(topic);
                let said =
                    if topic.is_open() { what.to_owned() } else { format!("{what} ({})", topic.state) };
                let met = self.facts.followups.get(&topic.id).map(|met| met_words(*met).to_owned());
                let cell = |text: Option<&str>| text.map(md).unwrap_or_default();
                let f = &topic.followup;
                let [owner, due, ticket] = [&f.owner, &f.due, &f.ticket].map(|said| cell(said.as_deref()));
                let met = met.unwrap_or_default();
                Some([self.time(e.at), md(&said), owner, due, ticket, cell(done_when), met])
            })
            .collect();
        // What was said of none of them needs no column.
        let head = ["Time (UTC)", "Follow-up", "Owner", "Due", "Ticket", "Done when", "Met"];
        let is_said = |n: usize| n < 2 || noted.iter().any(|row| row.get(n).is_some_and(|c| !c.is_empty()));
        let kept: Vec<usize> = (0..head.len()).filter(|n| is_said(*n)).collect();
        let head: Vec<&str> = kept.iter().filter_map(|n| head.get(*n).copied()).collect();
        let row = |row: &[String; 7]| kept.iter().filter_map(|n| row.get(*n).cloned()).collect();
        let noted: Vec<Vec<String>> = noted.iter().map(row).collect();
        let noted = if noted.is_empty() {
            format!("No follow-up was noted: {}.", self.command("hotfix note --kind followup TEXT"))
        } else {
            format!("Noted on the way:\n\n{}", table(&head, &noted))
        };
        stack(&[noted, self.of_each(|page| page.whereabouts())])
    }

    /// Each branch that is to have the fix, and what happened there.
    fn whereabouts(&self) -> String {
        let mut targets: Vec<Vec<String>> =
            self.facts.targets.iter().map(|(branch, state)| vec![code(branch), md(state)]).collect();
        for (branch, reason) in &self.incident.skipped {
            let listed = |(b, state): &(String, String)| b == branch && state.contains(reason.as_str());
            if !self.facts.targets.iter().any(listed) {
                targets.push(vec![code(branch), format!("skipped: {}", md(reason))]);
            }
        }
        if targets.is_empty() {
            self.arrival()
        } else {
            format!("Where the fix is:\n\n{}", table(&["Branch", "State"], &targets))
        }
    }

    /// How to find out where the fix is, when the record does not say.
    fn arrival(&self) -> String {
        let Some(released) = &self.incident.released else {
            return "The fix is not released.".to_owned();
        };
        let commit = released.short();
        let branches = code(&format!("git branch -r --contains {commit}"));
        let tags = code(&format!("git tag --contains {commit}"));
        format!("The record does not say where the fix arrived. Ask git: {branches}, {tags}.")
    }

    /// 14. Whether the same files have been here before.
    pub(super) fn earlier(&self) -> String {
        let rows: Vec<Vec<String>> =
            self.facts.earlier.iter().map(|(id, title)| vec![code(id), md(title)]).collect();
        if rows.is_empty() {
            return "No earlier hotfix on record touched the same files.".to_owned();
        }
        format!(
            "{} touched the same files:\n\n{}",
            count(rows.len(), "earlier hotfix").replace("hotfixs", "hotfixes"),
            table(&["Incident", "Title"], &rows)
        )
    }

    /// 15. Who took part. The only place for names.
    pub(super) fn roles(&self) -> String {
        let mut rows: Vec<Vec<String>> = Vec::new();
        let mut named: Vec<String> = Vec::new();
        for tenure in self.incident.roles.iter().filter(|t| t.taken) {
            let who = tenure.who.name.clone();
            let until = tenure.to.map(|at| self.time(at)).unwrap_or_default();
            rows.push(vec![md(&tenure.role), name(&who), self.time(tenure.from), until]);
            named.push(who);
        }
        let mut add = |role: &str, who: String, at: DateTime<FixedOffset>, always: bool| {
            let known = if always {
                rows.iter().any(|r| r.first().is_some_and(|c| c == role) && r.get(1) == Some(&name(&who)))
            } else {
                named.contains(&who)
            };
            if !who.is_empty() && !known {
                rows.push(vec![role.to_owned(), name(&who), self.time(at), String::new()]);
                named.push(who);
            }
        };
        let own = |e: &&Event| e.read::<Answered>().self_review == Some(true);
        for event in self.of_kind(&Kind::Review).into_iter().filter(|e| !own(e)) {
            add("reviewer", person(event), event.at, true);
        }
        let reviewed = self.incident.answers.iter().filter(|a| a.id == "reviewed" && a.reason.is_none());
        for answer in reviewed.filter(|a| self.by_another(a)) {
            add("reviewer", answer.by.clone(), answer.at, true);
        }
        for event in told(&self.incident.log) {
            add("responder", event.actor.name.clone(), event.at, false);
        }
        if rows.is_empty() {
            return "No role was recorded.".to_owned();
        }
        table(&["Role", "Who", "From (UTC)", "Until"], &rows)
    }

    /// 16. Everything, and what has to be known to read it.
    pub(super) fn log(&self) -> String {
        let mut incident = self.incident.clone();
        incident.log.retain(|e| e.kind != Kind::PostmortemWritten);
        let clocks: Vec<String> = clocks::skew(&incident.log)
            .into_iter()
            .filter_map(|skew| {
                let find = |id: &str| incident.log.iter().find(|e| e.id == id);
                let (event, after) = (find(&skew.event)?, find(&skew.after)?);
                Some(format!(
                    "The clock behind “{}” ({}) is at least {} behind the one of “{}” ({}), which was \
                     written before it. The order of the record does not depend on clocks.",
                    md(&event.kind.label()),
                    event.recorded_at.format("%H:%M"),
                    say_duration(skew.behind),
                    md(&after.kind.label()),
                    after.recorded_at.format("%H:%M"),
                ))
            })
            .collect();
        let zone = match self.facts.zone {
            None => "All times are UTC.".to_owned(),
            Some(zone) => format!("Times are UTC; in the timelines, those of {zone} are in brackets."),
        };
        let colophon = format!(
            "{} from the record {}, written by hotfix {}. {zone}",
            count(incident.log.len(), "event"),
            code(&incident.id),
            code(self.facts.tool_version),
        );
        let all = timeline::markdown(&incident, Scope::All, self.facts.zone);
        let title = format!("All {}", count(incident.log.len(), "event"));
        stack(&[folded(&title, &all), bullets(&clocks), colophon])
    }
}

/// Whether the fact was found; said without the commit, which another day would be another.
const fn met_words(state: State) -> &'static str {
    match state {
        State::Done => "yes",
        State::Open => "no",
        State::Unknown => "not a fact that git can check",
    }
}

fn audience(event: &Event) -> String {
    event.read::<UpdateSent>().audience.filter(|a| !a.is_empty()).unwrap_or_else(|| "unnamed".to_owned())
}

/// What a line that begins with `TODO:` asks for, whatever its kind.
fn todo(event: &Event) -> Option<&str> {
    let is_word = event.kind.is_human() && event.kind != Kind::Followup;
    event.text.trim().strip_prefix("TODO:").filter(|_| is_word).map(str::trim)
}

/// A name, or an e-mail address that stays readable: as code it is no mention on a forge either.
fn name(who: &str) -> String {
    if who.contains('@') && !who.contains(char::is_whitespace) { code(who) } else { md(who) }
}

fn person(event: &Event) -> String {
    event.read::<InRole>().name.unwrap_or_else(|| event.actor.name.clone())
}
