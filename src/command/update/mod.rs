//! `hotfix update`: what is said to whom, kept with the time by which they hear again.

mod sending;

use super::status::Looked;
use super::{CONTINUES, Outcome, Session, editor, pick, templates};
use crate::cli::Update;
use crate::facts::{Hotfix, Workspace, fix, open_incident, people};
use crate::insight::updates;
use crate::model::event::{Draft, Event, Kind};
use crate::model::event_data::UpdateSent;
use crate::model::failure::{Failure, Problem};
use crate::model::incident::Incident;
use crate::model::text::{count, list, safe, safe_lines, shell_word};
use crate::model::time::parse_duration;
use crate::model::update::{Audience, SENT, State};
use crate::report::editor as help;
use crate::report::lint::Finding;
use crate::report::lint::names::Names;
use crate::report::lint::users::{self, Internals};
use crate::report::update::{self as report, Eta, Facts, Text};
use crate::system::{files, signals};
use crate::terminal::clipboard;
use crate::terminal::style::Tone;
use chrono::{DateTime, Duration, FixedOffset};
use serde_json::json;
use std::io::Read;
use std::path::{Path, PathBuf};

pub fn run(session: &Session, args: &Update) -> Outcome {
    let eta = asked(session, args)?;
    let workspace = session.site_for_log()?;
    let hotfix = Hotfix::find_to_tell(&workspace, args.name.as_deref())?;
    let places = sending::places(session, &workspace, args)?;
    let update = Telling::about(session, &workspace, args, &hotfix, (eta, places))?;
    let draft = update.text()?;
    let (text, found) = update.settled(draft)?;
    update.give(&text, &found)
}

/// What can be refused before anything is read.
fn asked(session: &Session, args: &Update) -> Result<Option<Eta>, Failure> {
    let audience = args.audience;
    if let Some(text) = args.name.as_ref().filter(|name| name.contains(char::is_whitespace)) {
        return Err(Failure::usage(
            "the text of an update comes from a file, from standard input or the editor",
        )
        .hint(format!("echo {} | hotfix update {audience} -F - -y", shell_word(&safe(text)))));
    }
    if args.copy && !clipboard::is_there(&session.env) {
        return Err(Failure::refused("--copy needs a terminal, and there is none; nothing was recorded")
            .hint(format!("hotfix update {audience}")));
    }
    let Some(eta) = &args.eta else { return Ok(None) };
    if !audience.hears_estimates() {
        return Err(Failure::usage(format!(
            "an estimate is for support and management only; {audience} would read it as a promise"
        ))
        .hint(format!("hotfix update management --eta {}", shell_word(eta))));
    }
    let length = parse_duration(eta).filter(|d| *d > Duration::zero());
    match (eta.as_str(), length) {
        ("unknown", _) => Ok(Some(Eta::Unknown)),
        (_, Some(length)) => Ok(Some(Eta::In(length))),
        _ => Err(Failure::usage(format!(
            "--eta is a duration such as 30m or 2h, or 'unknown', not '{}'",
            safe(eta)
        ))
        .hint(format!("hotfix update {audience} --eta 30m"))),
    }
}

/// One update on its way.
struct Telling<'a> {
    session: &'a Session,
    workspace: &'a Workspace,
    args: &'a Update,
    incident: Incident,
    looked: Looked,
    hotfix: &'a Hotfix,
    state: State,
    eta: Option<Eta>,
    next: Option<DateTime<FixedOffset>>,
    /// Where `--send` sends it.
    places: Vec<String>,
}

impl<'a> Telling<'a> {
    fn about(
        session: &'a Session,
        workspace: &'a Workspace,
        args: &'a Update,
        hotfix: &'a Hotfix,
        (eta, places): (Option<Eta>, Vec<String>),
    ) -> anyhow::Result<Self> {
        let name = shell_word(&hotfix.name);
        let Some(incident) = &hotfix.incident else {
            return Err(Failure::usage(format!(
                "{} has no record to write an update from",
                safe(&hotfix.name)
            ))
            .hint(format!("hotfix note --hotfix {name} \"what happened\""))
            .into());
        };
        // What is told is about the whole incident, whichever of its hotfixes was named.
        let incident = &open_incident::read_whole(workspace, incident)?;
        let incident = incident.tellable().ok_or_else(|| {
            Failure::refused(format!(
                "the record of {} is restricted, so there is no update",
                safe(&hotfix.name)
            ))
        })?;
        let known = State::of(&incident);
        let state = args.state.or(known).ok_or_else(|| {
            Failure::usage(format!("{} was given up or could wait; name the state", safe(&hotfix.name)))
                .hint(format!("hotfix update {} {name} --state resolved", args.audience))
        })?;
        if args.state == Some(State::Resolved) && known != Some(State::Resolved) {
            session.ui.warn(format!(
                "the record does not say that it is over: hotfix mark resolved --hotfix {name}"
            ));
        }
        let now = session.env.now_local().fixed_offset();
        let next = updates::next_at(&workspace.config.updates, args.audience, incident.severity, state, now);
        let looked = Looked::at(workspace, hotfix, true)?;
        Ok(Self { session, workspace, args, incident, looked, hotfix, state, eta, next, places })
    }

    const fn audience(&self) -> Audience {
        self.args.audience
    }

    /// The text to begin with: a person's file, or what the template makes of the record.
    fn text(&self) -> anyhow::Result<Text> {
        if let Some(file) = &self.args.file {
            let plain = report::without_hints(&from_file(file)?);
            if plain.is_empty() {
                return Err(
                    Failure::usage(format!("{} is empty; nothing was recorded", file.display())).into()
                );
            }
            return Ok(Text { with_hints: plain.clone(), plain });
        }
        let facts = Facts {
            incident: &self.incident,
            audience: self.audience(),
            state: self.state,
            now: self.session.env.now(),
            next: self.next,
            eta: self.eta,
            tip: self.hotfix.tip(),
            commits: self.looked.commits,
            stat: self.looked.stat,
            checks: &self.looked.standings,
            next_tag: self.looked.tag.as_deref(),
        };
        let own = templates::of(self.workspace, report::builtin(self.audience()))?;
        Ok(report::render(own.template(), &facts)?)
    }

    /// The text as it goes out: edited where somebody can, and checked.
    fn settled(&self, draft: Text) -> anyhow::Result<(String, Vec<Finding>)> {
        let ui = &self.session.ui;
        let asks = ui.is_interactive() && !ui.yes() && !self.session.dry_run();
        let mut text = draft.plain;
        // No editor opens into a pipe.
        if asks && self.args.file.is_none() && self.session.env.stdout_tty {
            let begin = self.left_over()?.unwrap_or(draft.with_hints);
            text = self.edited(&format!("{begin}\n{}", self.help()?))?;
        }
        loop {
            let found = self.check(&text)?;
            if found.is_empty() || self.args.force {
                return Ok((text, found));
            }
            let refused = self.refused(&text, &found);
            if !asks {
                return Err(refused?.into());
            }
            ui.say(format!("{} in the text for users:", count(found.len(), "thing")));
            for f in &found {
                ui.say(format!(
                    "  line {}: “{}” {}",
                    f.line,
                    Tone::Attention.paint(safe(&f.text)),
                    f.message
                ));
            }
            match ui.choose("What now?", &["edit it again", "use it unchanged", "stop"], 0)? {
                Some(0) => text = self.edited(&text)?,
                Some(1) => return Ok((text, found)),
                _ => return Err(refused?.into()),
            }
        }
    }

    /// The text of an earlier call that was not recorded, if the person wants it.
    fn left_over(&self) -> anyhow::Result<Option<String>> {
        let text = files::read_optional(&self.kept())?.filter(|t| !report::without_hints(t).is_empty());
        let Some(text) = text else { return Ok(None) };
        let wanted = self.session.ui.confirm("Continue with the text that was not recorded?", true)?;
        Ok(wanted.then(|| report::without_hints(&text)))
    }

    fn help(&self) -> anyhow::Result<String> {
        let own = templates::of(self.workspace, help::UPDATE)?;
        Ok(help::update(own.template(), self.audience(), self.state)?)
    }

    fn edited(&self, text: &str) -> anyhow::Result<String> {
        let text = report::without_hints(&editor::edit(self.workspace, &self.kept(), text)?);
        if text.is_empty() {
            files::remove_file(&self.kept())?;
            return Err(Failure::usage("the text is empty; nothing was recorded").into());
        }
        Ok(text)
    }

    fn check(&self, text: &str) -> anyhow::Result<Vec<Finding>> {
        if self.audience() != Audience::Users {
            return Ok(Vec::new());
        }
        let tip = fix::tip_of(self.hotfix, &self.incident);
        let everybody = self.hotfix.incident.as_ref().unwrap_or(&self.incident);
        let people = people::people(self.workspace, everybody, tip.as_ref())?;
        let names = Names::new(people.iter().map(|(name, email)| (name.as_str(), email.as_str())));
        let internals = Internals { incident: &self.incident.id, branch: &self.incident.branch };
        Ok(users::check(text, &names, internals))
    }

    /// The refusal, after the text was kept where it can be corrected.
    fn refused(&self, text: &str, found: &[Finding]) -> anyhow::Result<Failure> {
        let problems = found
            .iter()
            .map(|f| Problem::new(f.rule, format!("line {}: “{}” {}", f.line, safe(&f.text), f.message), ""))
            .collect();
        let name = shell_word(&self.hotfix.name);
        let command = format!("hotfix update users {name} --state {}", self.state);
        let what = format!("not recorded: {} in the text for users", count(found.len(), "thing"));
        if self.session.dry_run() {
            return Ok(Failure::refused(what).problems(problems).hint(format!("{command} --force")));
        }
        let yes = if self.session.ui.is_interactive() { "" } else { " -y" };
        let kept = self.kept();
        files::write_atomically(&kept, &format!("{text}\n"))?;
        let kept = shell_word(&kept.display().to_string());
        Ok(Failure::refused(format!("{what}; it is kept in {kept}"))
            .problems(problems)
            .hint(format!("{command} -F {kept}{yes}"))
            .hint(format!("{command} -F {kept} --force{yes}")))
    }

    /// Where a text lies until it is recorded.
    fn kept(&self) -> PathBuf {
        self.workspace.repo.common_dir().join("hotfix").join(format!("update-{}.txt", self.audience()))
    }

    /// Prints or copies it, and records that.
    fn give(&self, text: &str, found: &[Finding]) -> Outcome {
        let ui = &self.session.ui;
        let (copies, recorded) = (self.args.copy, !self.session.dry_run());
        if !ui.json() && (!copies || !recorded) {
            ui.answer(text);
        }
        if recorded {
            if !ui.yes() && !self.confirmed()? {
                files::write_atomically(&self.kept(), &format!("{text}\n"))?;
                let kept = shell_word(&self.kept().display().to_string());
                let (audience, name) = (self.audience(), shell_word(&self.hotfix.name));
                let eta = self.args.eta.as_ref().map(|eta| format!(" --eta {}", shell_word(eta)));
                let eta = eta.unwrap_or_default();
                let state = self.state;
                return Err(Failure::refused(format!("not recorded as sent; the text is kept in {kept}"))
                    .hint(format!("hotfix update {audience} {name} --state {state}{eta} -F {kept} -y"))
                    .into());
            }
            if copies {
                clipboard::copy(&self.session.env, text)?;
            }
            signals::stands(CONTINUES);
            let event = self.record(text, found)?;
            files::remove_file(&self.kept())?;
            if self.args.send {
                return self.send(text, found, &event);
            }
            ui.say(format!("{} {}", ui.sign(Tone::Good), self.said()));
        }
        ui.document(self.json(text, found, recorded));
        Ok(0)
    }

    fn json(&self, text: &str, found: &[Finding], recorded: bool) -> serde_json::Value {
        json!({
            "id": self.incident.id,
            "name": self.hotfix.name,
            "audience": self.audience(),
            "state": self.state,
            "eta": self.eta.map(|eta| self.eta_word(eta)),
            "text": text,
            "next": self.next,
            "channel": self.channel(),
            "recorded": recorded,
            "problems": found,
        })
    }

    /// Whether a person says so; without a terminal that is `--yes`, or the order to send it.
    fn confirmed(&self) -> Result<bool, Failure> {
        if !self.session.ui.is_interactive() {
            return Ok(self.args.send);
        }
        let people = self.audience().people();
        if self.args.send {
            let to: Vec<String> = self.places.iter().map(|p| safe(p)).collect();
            return self.session.ui.confirm(&format!("Send this to {people} ({})?", list(&to)), true);
        }
        self.session.ui.say(format!("Send it to {people} now; it is recorded once it is sent."));
        self.session.ui.confirm(&format!("Record this as sent to {people}?"), false)
    }

    const fn channel(&self) -> &'static str {
        match (self.args.send, self.args.copy) {
            (true, _) => SENT,
            (_, true) => "copied",
            _ => "printed",
        }
    }

    fn said(&self) -> String {
        let done = if self.args.copy { "Copied and recorded" } else { "Recorded" };
        let of = pick::name_where_unclear(self.workspace, &self.incident.id);
        let of = of.map_or_else(String::new, |name| format!("{name}: "));
        let done = format!("{of}{done}");
        let what = format!("{done} as sent to {} ({}).", self.audience().people(), self.state);
        match self.next {
            _ if self.state == State::Resolved => format!("{what} Now send it."),
            None => format!("{what} Now send it.\n  Next update: when something changes."),
            Some(at) => {
                let by = at.to_utc().format("%H:%M");
                format!("{what} Now send it.\n  Next update: by {by} UTC.")
            }
        }
    }

    fn eta_word(&self, eta: Eta) -> String {
        match eta {
            Eta::Unknown => "unknown".to_owned(),
            Eta::In(length) => {
                let until = self
                    .session
                    .env
                    .now()
                    .checked_add_signed(length)
                    .unwrap_or_else(|| self.session.env.now());
                until.fixed_offset().to_rfc3339()
            }
        }
    }

    fn record(&self, text: &str, found: &[Finding]) -> anyhow::Result<Event> {
        let rules: Vec<String> = found.iter().map(|f| f.rule.to_owned()).collect();
        let said = UpdateSent {
            audience: Some(self.audience().as_str().to_owned()),
            state: Some(self.state.as_str().to_owned()),
            channel: Some(self.channel().to_owned()),
            places: self.args.send.then(|| self.places.clone()),
            next: self.next.map(|at| at.to_rfc3339()),
            eta: self.eta.map(|eta| self.eta_word(eta)),
            allowed: (!rules.is_empty()).then_some(rules),
        };
        let draft = Draft::new(Kind::CommsSent, safe_lines(text)).by_person().data(&said);
        let record = self.workspace.record();
        let event = record.append(&self.incident.id, draft)?;
        if record.has_spool() {
            self.session.ui.warn(
                "git could not write the log; the update is in a spool file and is added \
                                  with the next line",
            );
        }
        Ok(event)
    }
}

fn from_file(file: &Path) -> anyhow::Result<String> {
    if file == Path::new("-") {
        let mut text = String::new();
        std::io::stdin().read_to_string(&mut text)?;
        return Ok(text);
    }
    let text = files::read_given(file)
        .map_err(|e| Failure::usage(format!("{} cannot be read: {e}", file.display())))?;
    Ok(text.ok_or_else(|| Failure::usage(format!("there is no file {}", file.display())))?)
}
