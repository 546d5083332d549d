//! The triage: what is broken, why it cannot wait, how bad it is, since when. Every question has a
//! flag, and Enter skips every one.

use crate::cli::Start;
use crate::command::Session;
use crate::model::event::{Draft, Kind};
use crate::model::event_data::{Assessed, Noticed};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::severity::{DetectedBy, Reason, Reproduced, Severity};
use crate::model::text::shell_word;
use crate::model::time;
use chrono::{DateTime, FixedOffset, Local};
use clap::ValueEnum;
use clap::builder::PossibleValue;

/// What is known about the incident when it is declared.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Triage {
    pub title: Option<String>,
    pub severity: Option<Severity>,
    pub reasons: Vec<Reason>,
    pub symptom: Option<String>,
    pub impact: Option<String>,
    pub workaround: Option<String>,
    pub reproduced: Option<Reproduced>,
    pub impact_started: Option<DateTime<FixedOffset>>,
    pub detected: Option<DateTime<FixedOffset>>,
    pub detected_by: Option<DetectedBy>,
    pub can_wait: Option<bool>,
    /// Ctrl-C was pressed in the questions.
    pub interrupted: bool,
    /// A question was answered, so that there is something to keep.
    pub answered: bool,
}

impl Triage {
    /// Reads the flags.
    ///
    /// # Errors
    /// Times that make no sense.
    pub fn from_flags(args: &Start, now: &DateTime<Local>) -> Result<Self, Failure> {
        let at = |text: &Option<String>| text.as_deref().map(|t| time::parse(t, now)).transpose();
        Ok(Self {
            title: args.title.clone().filter(|t| !t.trim().is_empty()),
            severity: args.severity,
            reasons: args.reason.clone(),
            symptom: args.symptom.clone(),
            impact: args.impact.clone(),
            workaround: args.workaround.clone(),
            reproduced: args.reproduced,
            impact_started: at(&args.impact_started)?,
            detected: at(&args.detected)?,
            detected_by: args.detected_by,
            can_wait: args.can_wait.then_some(true),
            interrupted: false,
            answered: false,
        })
    }

    /// Asks what no flag has answered. Ctrl-C ends the questions and keeps the answers. `named`: what is broken was
    /// asked for before, and answered.
    ///
    /// # Errors
    /// When a question cannot be asked at all.
    pub fn ask(&mut self, session: &Session, named: bool) -> Result<(), Failure> {
        let before = self.clone();
        let asked = self.questions(session);
        self.answered = named || *self != before;
        match asked {
            Err(failure) if failure.kind == FailureKind::Interrupted => {
                self.interrupted = true;
                Ok(())
            }
            other => other,
        }
    }

    /// The same answers as flags.
    pub fn flags(&self) -> String {
        let named = |value: Option<PossibleValue>| value.map(|v| v.get_name().to_owned());
        let reasons = self.reasons.iter().map(|reason| ("reason", named(reason.to_possible_value())));
        let flags = [
            ("title", self.title.clone()),
            ("symptom", self.symptom.clone()),
            ("severity", self.severity.map(|severity| severity.to_string())),
            ("impact-started", self.impact_started.map(|at| at.to_rfc3339())),
            ("detected-by", named(self.detected_by.and_then(|by| by.to_possible_value()))),
            ("workaround", self.workaround.clone()),
        ];
        let said = reasons.chain(flags).filter_map(|(flag, value)| Some((flag, value?)));
        said.map(|(flag, value)| format!(" --{flag} {}", shell_word(&value))).collect()
    }

    fn questions(&mut self, session: &Session) -> Result<(), Failure> {
        let ui = &session.ui;
        ui.dim("A few questions for the log; Enter skips each one.");
        if self.title.is_none() {
            self.title = ui.line("What is broken?")?;
        }
        if self.symptom.is_none() {
            self.symptom = ui.line("What do users see? (for the updates to them)")?;
        }
        if self.reasons.is_empty() && self.can_wait.is_none() {
            let words: Vec<&str> = Reason::ALL.iter().map(|r| r.words()).collect();
            let chosen = ui.choose_any("Why can it not wait?", &words)?;
            self.reasons = chosen.into_iter().filter_map(|i| Reason::ALL.get(i).copied()).collect();
            if self.reasons.is_empty() {
                self.can_wait = match ui.choose(
                    "None of these: can it wait for the next scheduled release?",
                    &["no, it cannot", "yes, it can wait", "not known"],
                    2,
                )? {
                    Some(0) => Some(false),
                    Some(1) => Some(true),
                    _ => None,
                };
                if self.can_wait == Some(true) {
                    return Ok(());
                }
            }
        }
        if self.severity.is_none() {
            let mut words: Vec<String> =
                Severity::ALL.iter().map(|s| format!("{s}  {}", s.meaning())).collect();
            words.push("not known yet".to_owned());
            let words: Vec<&str> = words.iter().map(String::as_str).collect();
            let chosen = ui.choose("How bad is it? (in doubt, the worse one)", &words, words.len() - 1)?;
            self.severity = chosen.and_then(|i| Severity::ALL.get(i).copied());
        }
        if self.impact_started.is_none() {
            self.impact_started = self.when(session, "When did it start for users? (14:02, -15m)")?;
        }
        if self.detected_by.is_none() {
            let items =
                ["an alert", "a customer", "support", "an employee", "an audit", "a researcher", "not known"];
            let all = [
                DetectedBy::Alert,
                DetectedBy::Customer,
                DetectedBy::Support,
                DetectedBy::Employee,
                DetectedBy::Audit,
                DetectedBy::Researcher,
            ];
            let chosen = ui.choose("Who noticed it?", &items, items.len() - 1)?;
            self.detected_by = chosen.and_then(|i| all.get(i).copied());
        }
        if self.workaround.is_none() {
            self.workaround = ui.line("Is there a workaround?")?;
        }
        Ok(())
    }

    fn when(&self, session: &Session, question: &str) -> Result<Option<DateTime<FixedOffset>>, Failure> {
        loop {
            let Some(text) = session.ui.line(question)? else { return Ok(None) };
            match time::parse(&text, &session.env.now_local()) {
                Ok(at) => {
                    session.ui.dim(format!("  {}", at.format("%A %d %B, %H:%M %:z")));
                    return Ok(Some(at));
                }
                Err(failure) => {
                    session.ui.warn(failure.message);
                    session.ui.dim("  Enter leaves it open; later: hotfix mark impact-started --at -15m");
                }
            }
        }
    }

    /// The events that hold the answers; only what was answered becomes one.
    pub fn drafts(&self) -> Vec<Draft> {
        let mut drafts = Vec::new();
        let said = Assessed {
            severity: self.severity,
            was: None,
            reasons: Some(self.reasons.clone()).filter(|reasons| !reasons.is_empty()),
            symptom: self.symptom.clone(),
            impact: self.impact.clone(),
            workaround: self.workaround.clone(),
            reproduced: self.reproduced,
            can_wait: self.can_wait,
        };
        if said != Assessed::default() {
            drafts.push(Draft::new(Kind::Triaged, self.words()).by_person().data(&said));
        }
        if let Some(at) = self.impact_started {
            drafts.push(Draft::new(Kind::ImpactStarted, "").at(Some(at)).by_person());
        }
        if self.detected.is_some() {
            drafts.push(self.detection());
        } else if let Some(by) = self.detected_by {
            // Without a time it is no milestone: the durations must not rest on an assumption.
            let said = Noticed { detected_by: Some(by) };
            drafts.push(Draft::new(Kind::Note, format!("noticed by {by}")).data(&said).by_person());
        }
        drafts
    }

    fn detection(&self) -> Draft {
        let said = Noticed { detected_by: self.detected_by };
        Draft::new(Kind::Detected, "").at(self.detected).by_person().data(&said)
    }

    fn words(&self) -> String {
        let mut words: Vec<String> = self.severity.iter().map(ToString::to_string).collect();
        words.extend(self.reasons.iter().map(|r| r.words().to_owned()));
        match self.can_wait {
            Some(true) => words.push("can wait".to_owned()),
            Some(false) => words.push("cannot wait".to_owned()),
            None => {}
        }
        words.join(", ")
    }
}
