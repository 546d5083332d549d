//! Everybody who is told, on loopback: Slack, Teams, Discord, Mattermost, PagerDuty and an endpoint for
//! CloudEvents, each at a path of its own and each as strict as its published rules. And as down, slow,
//! rate-limiting and rude as a test wants it.

use serde_json::{Value, json};
use std::collections::{BTreeMap, VecDeque};
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::{Arc, Mutex};
use std::thread;

/// What stands in every address, and must be nowhere else.
pub const WORD: &str = "hunter2xyzzyplugh";

/// How a service takes the next call.
#[derive(Clone, Debug)]
pub enum Mood {
    /// It reads the message and closes the connection.
    Drops,
    /// It takes the message and never answers.
    Hangs,
    /// It answers this: status, further headers, body.
    Says(u16, &'static str, String),
}

/// One call that arrived.
#[derive(Clone, Debug)]
pub struct Got {
    pub service: String,
    pub method: String,
    pub path: String,
    pub headers: BTreeMap<String, String>,
    pub body: Value,
    pub raw: String,
    /// Whether the service took it.
    pub taken: bool,
}

#[derive(Default)]
struct Inside {
    calls: Vec<Got>,
    moods: BTreeMap<String, VecDeque<Mood>>,
    /// Discord's messages, by their names.
    messages: BTreeMap<String, String>,
    broken: Vec<String>,
    /// How many clients gave up waiting.
    left: usize,
}

/// The receiver.
pub struct Receiver {
    address: SocketAddr,
    inside: Arc<Mutex<Inside>>,
}

impl Receiver {
    /// Listens on a port of its own.
    pub fn new() -> Self {
        Self::on(TcpListener::bind("127.0.0.1:0").unwrap())
    }

    /// Listens again where nobody listened for a while.
    pub fn at(address: SocketAddr) -> Self {
        Self::on(TcpListener::bind(address).unwrap())
    }

    fn on(listener: TcpListener) -> Self {
        let address = listener.local_addr().unwrap();
        let inside = Arc::new(Mutex::new(Inside::default()));
        let shared = Arc::clone(&inside);
        thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let shared = Arc::clone(&shared);
                thread::spawn(move || serve(stream, &shared));
            }
        });
        Self { address, inside }
    }

    /// A port at which nobody listens.
    pub fn nobody() -> SocketAddr {
        TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap()
    }

    /// The secret address of a service.
    pub fn secret(&self, service: &str) -> String {
        secret(self.address, service)
    }

    /// The address of PagerDuty's endpoint, which is no secret.
    pub fn endpoint(&self) -> String {
        format!("http://{}/pagerduty-change", self.address)
    }

    /// How a service takes the next calls.
    pub fn is(&self, service: &str, moods: impl IntoIterator<Item = Mood>) {
        self.inside.lock().unwrap().moods.entry(service.to_owned()).or_default().extend(moods);
    }

    /// Every call, in the order in which they came.
    pub fn calls(&self, service: &str) -> Vec<Got> {
        self.inside.lock().unwrap().calls.iter().filter(|g| g.service == service).cloned().collect()
    }

    /// What a service took, in order. Panics when anything broke a rule.
    #[track_caller]
    pub fn taken(&self, service: &str) -> Vec<Got> {
        let inside = self.inside.lock().unwrap();
        assert!(inside.broken.is_empty(), "rules were broken: {:#?}", inside.broken);
        inside.calls.iter().filter(|g| g.service == service && g.taken).cloned().collect()
    }

    /// What a service was told, in its own words.
    #[track_caller]
    pub fn lines(&self, service: &str) -> Vec<String> {
        self.taken(service).iter().map(|got| line(service, &got.body)).collect()
    }

    /// Discord's messages as they are now.
    pub fn messages(&self) -> Vec<String> {
        self.inside.lock().unwrap().messages.values().cloned().collect()
    }

    /// Somebody deletes Discord's messages.
    pub fn delete_messages(&self) {
        self.inside.lock().unwrap().messages.clear();
    }

    /// How many clients gave up waiting for an answer.
    pub fn left(&self) -> usize {
        self.inside.lock().unwrap().left
    }
}

/// The secret address of a service at a port.
pub fn secret(address: SocketAddr, service: &str) -> String {
    if service == "pagerduty-change" {
        format!("{WORD}{WORD}")
    } else {
        format!("http://{address}/{service}/{WORD}")
    }
}

/// The line that says what happened.
fn line(service: &str, body: &Value) -> String {
    let text = match service {
        "slack" => &body["blocks"][0]["text"]["text"],
        "teams" => &body["attachments"][0]["content"]["body"][0]["inlines"][1]["text"],
        "discord" => return body["content"].as_str().unwrap().lines().last().unwrap().to_owned(),
        "mattermost" => return body["text"].as_str().unwrap().lines().next().unwrap().to_owned(),
        "pagerduty-change" => &body["payload"]["summary"],
        _ => &body["data"]["headline"],
    };
    text.as_str().unwrap().to_owned()
}

fn serve(mut stream: TcpStream, inside: &Mutex<Inside>) {
    let Some(mut got) = read(&stream) else { return };
    let mood = inside.lock().unwrap().moods.get_mut(&got.service).and_then(VecDeque::pop_front);
    if got.method == "HEAD" {
        inside.lock().unwrap().calls.push(got);
        let _ = stream.write_all(b"HTTP/1.1 405 X\r\nContent-Length: 0\r\n\r\n");
        return;
    }
    let (status, headers, body) = match mood {
        Some(Mood::Drops) => {
            inside.lock().unwrap().calls.push(got);
            return;
        }
        Some(Mood::Hangs) => {
            inside.lock().unwrap().calls.push(got);
            let mut rest = [0];
            // Until the other side has had enough.
            let _ = stream.read(&mut rest);
            inside.lock().unwrap().left += 1;
            return;
        }
        Some(Mood::Says(status, headers, body)) => (status, headers, body),
        None => match judged(&got, &mut inside.lock().unwrap()) {
            Ok((status, body)) => {
                got.taken = true;
                (status, "", body)
            }
            Err((status, body, why)) => {
                inside.lock().unwrap().broken.push(format!("{}: {why}: {}", got.service, got.raw));
                (status, "", body)
            }
        },
    };
    inside.lock().unwrap().calls.push(got);
    let text = format!(
        "HTTP/1.1 {status} X\r\n{headers}Content-Length: {}\r\n\r\n{body}",
        if status == 204 { 0 } else { body.len() }
    );
    let _ = stream.write_all(text.as_bytes());
}

fn read(stream: &TcpStream) -> Option<Got> {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    reader.read_line(&mut first).ok()?;
    let mut words = first.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.insert(name.to_ascii_lowercase(), value.trim().to_owned());
    }
    let length = headers.get("content-length").and_then(|l| l.parse().ok()).unwrap_or(0);
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let raw = String::from_utf8(body).ok()?;
    let service = path.split(['/', '?']).nth(1)?.to_owned();
    let body = serde_json::from_str(&raw).unwrap_or(Value::Null);
    Some(Got { service, method, path, headers, body, raw, taken: false })
}

type Verdict = Result<(u16, String), (u16, String, &'static str)>;

/// What each service says by its published rules.
fn judged(got: &Got, inside: &mut Inside) -> Verdict {
    let type_ = got.headers.get("content-type").map(String::as_str).unwrap_or_default();
    let is_json = type_.starts_with("application/json");
    match got.service.as_str() {
        "slack" => slack(got, is_json),
        "teams" => teams(got, is_json),
        "discord" => discord(got, inside, is_json),
        "mattermost" => {
            let text = got.body["text"].as_str().unwrap_or_default();
            if !is_json || text.is_empty() || text.chars().count() > 16_383 {
                return Err((400, "{\"id\":\"web.incoming_webhook.text.app_error\"}".into(), "text"));
            }
            Ok((200, "ok".into()))
        }
        "pagerduty-change" => pagerduty(got, is_json),
        "cloudevents" => cloudevents(got, type_),
        _ => Err((404, String::new(), "no such service")),
    }
}

fn slack(got: &Got, is_json: bool) -> Verdict {
    let no = |why| Err((400, "invalid_payload".to_owned(), why));
    if !is_json || got.body.is_null() {
        return no("no JSON");
    }
    if got.body["text"].as_str().is_none_or(str::is_empty) {
        return Err((400, "no_text".into(), "no text"));
    }
    let blocks = got.body["blocks"].as_array().cloned().unwrap_or_default();
    if blocks.is_empty() || blocks.len() > 50 {
        return no("blocks");
    }
    let long = |v: &Value| v.as_str().map_or(usize::MAX, |t| t.chars().count());
    for block in blocks {
        let fits = match block["type"].as_str() {
            Some("header") => {
                block["text"]["type"] == "plain_text" && (1..=150).contains(&long(&block["text"]["text"]))
            }
            Some("section") => (1..=3000).contains(&long(&block["text"]["text"])),
            Some("context") => block["elements"].as_array().is_some_and(|e| (1..=10).contains(&e.len())),
            _ => false,
        };
        if !fits {
            return no("a block");
        }
    }
    Ok((200, "ok".into()))
}

fn teams(got: &Got, is_json: bool) -> Verdict {
    let no = |why| Err((400, "{\"error\":{\"code\":\"InvalidRequest\"}}".to_owned(), why));
    if !is_json || got.raw.len() > 28 * 1024 {
        return no("size or type");
    }
    let attachment = &got.body["attachments"][0];
    if got.body["type"] != "message" || attachment["contentType"] != "application/vnd.microsoft.card.adaptive"
    {
        return no("no Adaptive Card");
    }
    let card = &attachment["content"];
    if card["type"] != "AdaptiveCard"
        || card["version"].as_str().is_none()
        || card["body"].as_array().is_none()
    {
        return no("the card");
    }
    Ok((202, String::new()))
}

fn discord(got: &Got, inside: &mut Inside, is_json: bool) -> Verdict {
    let no = |why| Err((400, json!({ "code": 50035, "message": "Invalid Form Body" }).to_string(), why));
    let content = got.body["content"].as_str().unwrap_or_default();
    if !is_json || content.is_empty() || content.chars().count() > 2000 {
        return no("content");
    }
    if got.body["allowed_mentions"]["parse"] != json!([]) {
        return no("it may call people");
    }
    if got.method == "PATCH" {
        let name = got.path.rsplit('/').next().unwrap_or_default().to_owned();
        if !inside.messages.contains_key(&name) {
            let gone = json!({ "code": 10008, "message": "Unknown Message" }).to_string();
            return Ok((404, gone));
        }
        inside.messages.insert(name.clone(), content.to_owned());
        return Ok((200, json!({ "id": name }).to_string()));
    }
    if !got.path.ends_with("?wait=true") {
        return no("it does not wait");
    }
    let name = format!("10{}", inside.calls.len());
    inside.messages.insert(name.clone(), content.to_owned());
    Ok((200, json!({ "id": name, "content": content }).to_string()))
}

fn pagerduty(got: &Got, is_json: bool) -> Verdict {
    let body = json!({ "status": "invalid event", "message": "Event object is invalid" }).to_string();
    let summary = got.body["payload"]["summary"].as_str().unwrap_or_default();
    if !is_json || got.body["routing_key"].as_str().is_none_or(|key| key.len() != 2 * WORD.len()) {
        return Err((400, body, "routing_key"));
    }
    if summary.is_empty() || summary.chars().count() > 1024 {
        return Err((400, body, "summary"));
    }
    if got.body.get("event_action").is_some() {
        return Err((400, body, "an alert"));
    }
    Ok((202, json!({ "status": "success", "message": "Change event processed" }).to_string()))
}

fn cloudevents(got: &Got, type_: &str) -> Verdict {
    let text = |key: &str| got.body[key].as_str().filter(|t| !t.is_empty());
    let required = ["id", "source", "type"].iter().all(|key| text(key).is_some());
    if !type_.starts_with("application/cloudevents+json") || text("specversion") != Some("1.0") || !required {
        return Err((400, String::new(), "not a CloudEvent"));
    }
    if text("time").is_none_or(|t| chrono::DateTime::parse_from_rfc3339(t).is_err()) {
        return Err((400, String::new(), "time"));
    }
    Ok((204, String::new()))
}
