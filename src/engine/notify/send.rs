//! One message to one service, and what its answer means: sent, not sent, or nobody knows.

use super::secret::Secret;
use super::sign;
use crate::config::Notify;
use crate::engine::checkout::apart;
use crate::model::notice::Channel;
use crate::system::env::Env;
use crate::system::http::{Answer, Call, Http, HttpError, Origin, Reach};
use crate::system::process::Run;
use chrono::{DateTime, Utc};
use serde_json::Value;
use std::path::PathBuf;
use std::time::{Duration, Instant};

/// Where PagerDuty takes change events.
const PAGERDUTY: &str = "https://events.pagerduty.com/v2/change/enqueue";
/// Tells a hotfix that such a command starts that the outbox is held by the one that started it.
pub const HELD: &str = "HOTFIX_OUTBOX_HELD";
/// What is left of the time for writing down what came of it.
const MARGIN: Duration = Duration::from_millis(200);
/// What takes longer is slow.
const SLOW: Duration = Duration::from_secs(1);

/// What became of one try.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// With the service's name for the message, where it has one.
    Sent(Option<String>),
    /// It certainly did not arrive. `after`: the service asked to be left alone for so long.
    NotYet { why: String, after: Option<Duration>, slow: bool },
    /// The service does not take it.
    Refused(String),
    /// It may have arrived.
    Unknown(String),
}

/// A place and the way to it.
pub struct Way<'a> {
    pub notify: &'a Notify,
    pub env: &'a Env,
    pub reach: &'a Reach,
    /// Where commands run.
    pub root: PathBuf,
    pub until: Instant,
    address: Option<Result<(Secret, Option<Secret>), String>>,
}

impl<'a> Way<'a> {
    /// Nothing is looked up yet.
    pub const fn new(
        notify: &'a Notify,
        env: &'a Env,
        reach: &'a Reach,
        root: PathBuf,
        until: Instant,
    ) -> Self {
        Self { notify, env, reach, root, until, address: None }
    }

    /// What is left of the time.
    pub fn left(&self) -> Duration {
        self.until.saturating_duration_since(Instant::now())
    }

    /// Sends one message. `id` is the same however often it is sent, `message` the service's name for one
    /// that is to be changed.
    pub fn send(&mut self, id: &str, body: &Value, message: Option<&str>) -> Outcome {
        if self.notify.kind == Channel::Command {
            return self.command(body);
        }
        let (address, key) = match self.secrets() {
            Ok(found) => found,
            Err(why) => return Outcome::NotYet { why, after: None, slow: false },
        };
        let call = match self.call((&address, key.as_ref()), id, body, message) {
            Ok(call) => call,
            Err(why) => return Outcome::Refused(why),
        };
        let outcome = self.make(&call);
        match (&outcome, message) {
            // The message was deleted in the service: it is sent again.
            (Outcome::Refused(why), Some(_)) if why.starts_with("it answered 404") => {
                self.send(id, body, None)
            }
            _ => outcome,
        }
    }

    /// Whether the place can be reached, found out without sending anything.
    ///
    /// # Errors
    /// Why it cannot, in words without its address.
    pub fn try_out(&mut self) -> Result<(), String> {
        if self.notify.kind == Channel::Command {
            return Ok(());
        }
        let (address, key) = self.secrets()?;
        let mut call = self.call((&address, key.as_ref()), "doctor", &Value::Null, None)?;
        (call.method, call.body, call.headers) = ("HEAD", None, Vec::new());
        let http = self.http().map_err(|e| words(&e))?;
        http.call(&call).map(drop).map_err(|e| words(&e))
    }

    fn secrets(&mut self) -> Result<(Secret, Option<Secret>), String> {
        if self.address.is_none() {
            let find = |reference: &str| Secret::find(reference, self.env, &self.root, self.left());
            let both = find(self.notify.secret.as_deref().unwrap_or_default())
                .and_then(|address| Ok((address, self.notify.sign.as_deref().map(find).transpose()?)));
            self.address = Some(both);
        }
        self.address.clone().unwrap_or_else(|| Err("its secret is not there".to_owned()))
    }

    fn call(
        &self,
        (address, key): (&Secret, Option<&Secret>),
        id: &str,
        body: &Value,
        message: Option<&str>,
    ) -> Result<Call, String> {
        let mut body = body.clone();
        let mut method = "POST";
        let url = match self.notify.kind {
            Channel::PagerDuty => {
                if let Some(fields) = body.as_object_mut() {
                    fields.insert("routing_key".to_owned(), address.reveal().into());
                }
                self.notify.endpoint.clone().unwrap_or_else(|| PAGERDUTY.to_owned())
            }
            Channel::Discord => {
                let (base, query) = address.reveal().split_once('?').unwrap_or((address.reveal(), ""));
                let and = if query.is_empty() { "" } else { "&" };
                let base = base.trim_end_matches('/');
                match message {
                    Some(message) => {
                        method = "PATCH";
                        let ask = if query.is_empty() { "" } else { "?" };
                        format!("{base}/messages/{}{ask}{query}", crate::system::http::encoded(message))
                    }
                    // Only then it says what its message is called.
                    None => format!("{base}?wait=true{and}{query}"),
                }
            }
            _ => address.reveal().to_owned(),
        };
        if !Origin::of(&url).is_some_and(|origin| origin.may_be_asked()) {
            return Err("its address does not start with https://".to_owned());
        }
        let text = body.to_string();
        let mut call = Call::send(method, url, text.clone());
        call.shown = Some(self.notify.place());
        if self.notify.kind == Channel::CloudEvents {
            call.headers.push(("Content-Type", "application/cloudevents+json; charset=utf-8".to_owned()));
            if let Some(key) = key {
                call.headers.extend(sign::headers(key, id, self.env.now(), &text)?);
            }
        }
        Ok(call)
    }

    /// A connection of its own for each message: one that was kept open may be closed without a word, and
    /// then nobody knows whether the message arrived.
    fn http(&self) -> Result<Http, HttpError> {
        let limit = self.left().saturating_sub(MARGIN).max(Duration::from_millis(20));
        Http::new(Reach { limit: Some(limit), ..self.reach.clone() })
    }

    fn make(&self, call: &Call) -> Outcome {
        let began = Instant::now();
        let answer = self.http().and_then(|http| http.call(call));
        let slow = began.elapsed() >= SLOW;
        match answer {
            Ok(answer) => self.meant(&answer, slow),
            Err(error) if error.is_unknown() => Outcome::Unknown(words(&error)),
            Err(
                error @ (HttpError::Address | HttpError::NotEncrypted { .. } | HttpError::Redirected { .. }),
            ) => Outcome::Refused(words(&error)),
            Err(error) => Outcome::NotYet { why: words(&error), after: None, slow },
        }
    }

    fn meant(&self, answer: &Answer, slow: bool) -> Outcome {
        let says = said(self.notify.kind, answer);
        let why = format!("it answered {}{says}", answer.status);
        match answer.status {
            200..=299 => match self.notify.kind {
                // Anything else is the page of somebody in between.
                Channel::Slack | Channel::Mattermost if answer.body.trim_ascii() != b"ok" => {
                    Outcome::NotYet {
                        why: "its answer is not that of the service".to_owned(),
                        after: None,
                        slow,
                    }
                }
                Channel::Discord => {
                    let id = answer.json().and_then(|v| Some(v.get("id")?.as_str()?.to_owned()));
                    Outcome::Sent(
                        id.filter(|id| id.len() <= 32 && id.bytes().all(|b| b.is_ascii_alphanumeric())),
                    )
                }
                _ => Outcome::Sent(None),
            },
            429 | 503 => Outcome::NotYet { why, after: retry_after(answer, self.env.now()), slow },
            408 | 425 | 500 | 502 => Outcome::NotYet { why, after: None, slow },
            // A server in between gave up waiting for the one behind it.
            504 => Outcome::Unknown(why),
            505..=599 => Outcome::NotYet { why, after: None, slow },
            _ => Outcome::Refused(why),
        }
    }

    fn command(&self, body: &Value) -> Outcome {
        let line = self.notify.command.as_deref().unwrap_or_default();
        let began = Instant::now();
        let run = apart(Run::shell(line))
            .dir(&self.root)
            .env(HELD, "1")
            .stdin(format!("{body}\n"))
            .limit(Some(self.left().saturating_sub(MARGIN).max(Duration::from_millis(20))));
        let slow = || began.elapsed() >= SLOW;
        match run.capture() {
            Err(error) => {
                Outcome::NotYet { why: format!("it cannot be started: {error}"), after: None, slow: false }
            }
            Ok(done) if done.success() => Outcome::Sent(None),
            Ok(done) if done.timed_out => Outcome::Unknown("it took too long and was ended".to_owned()),
            Ok(done) => {
                let how = done
                    .code
                    .map_or_else(|| "by a signal".to_owned(), |code| format!("with exit status {code}"));
                Outcome::NotYet { why: format!("it ended {how}"), after: None, slow: slow() }
            }
        }
    }
}

/// Why there is no answer, without the host: its name may be nobody's business.
fn words(error: &HttpError) -> String {
    match error {
        HttpError::NotEncrypted { .. } => "its address does not start with https://".to_owned(),
        HttpError::Address => "its address cannot be understood".to_owned(),
        HttpError::Unreachable { why, .. } => format!("it cannot be reached: {}", bare(why)),
        HttpError::Lost { why, .. } => format!("no answer: {}", bare(why)),
        HttpError::Tls { .. } => "its certificate is not trusted".to_owned(),
        HttpError::Proxy { .. } => "the proxy does not work".to_owned(),
        HttpError::TooLarge { .. } => "its answer is too large".to_owned(),
        HttpError::Redirected { .. } => "it sends us on to another host, where nothing was sent".to_owned(),
        HttpError::Certificates { .. } => "the certificates that git names cannot be read".to_owned(),
    }
}

/// The words of the operating system, unless there is an address in them.
fn bare(why: &str) -> &str {
    if why.contains("://") || why.len() > 120 { "the connection broke off" } else { why }
}

/// The short word with which a service says what it does not like. Nothing longer is repeated: it may hold
/// what was sent to it.
fn said(kind: Channel, answer: &Answer) -> String {
    let word = match kind {
        Channel::Discord => answer.json().and_then(|v| v.get("code")?.as_i64()).map(|code| code.to_string()),
        Channel::Slack => std::str::from_utf8(&answer.body).ok().map(str::trim).and_then(|word| {
            let plain = word.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
            (plain && (3..=40).contains(&word.len()) && word.contains('_')).then(|| word.to_owned())
        }),
        _ => None,
    };
    word.map(|word| format!(" ({word})")).unwrap_or_default()
}

/// `Retry-After` in seconds or as a date, or Discord's own field.
fn retry_after(answer: &Answer, now: DateTime<Utc>) -> Option<Duration> {
    const LONGEST: Duration = Duration::from_secs(24 * 60 * 60);
    let header = answer.header("retry-after").map(str::trim);
    let date = |text: &str| (DateTime::parse_from_rfc2822(text).ok()?.to_utc() - now).to_std().ok();
    let asked = header.and_then(|text| text.parse().ok().map(Duration::from_secs).or_else(|| date(text)));
    let field = || {
        let seconds = answer.json()?.get("retry_after")?.as_f64()?;
        Duration::try_from_secs_f64(seconds).ok()
    };
    asked.or_else(field).map(|wait| wait.min(LONGEST))
}
