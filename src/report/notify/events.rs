//! For programs: PagerDuty's change events and CloudEvents.

use super::escape::{lines, one_line};
use super::message::Message;
use chrono::SecondsFormat;
use serde_json::{Value, json};

/// PagerDuty's limit for a summary, in characters.
const SUMMARY: usize = 1024;
/// What a field may be long.
const FIELD: usize = 8000;

/// A change event, without the routing key. It shows beside an incident and triggers no alert.
pub fn pagerduty(message: &Message) -> Value {
    let mut details = message.data();
    if let Some(details) = details.as_object_mut() {
        details.retain(|_, value| !value.is_null());
        details.insert("text".to_owned(), lines(&message.text(), FIELD).into());
    }
    let links: Vec<Value> =
        message.link.iter().map(|l| json!({ "href": l.url, "text": one_line(&l.label, 100) })).collect();
    json!({
        "payload": {
            "summary": one_line(&message.line(), SUMMARY),
            "timestamp": message.at.to_rfc3339(),
            "source": "hotfix",
            "custom_details": details,
        },
        "links": links,
    })
}

/// A CloudEvent in its structured form. Its id and source are the same however often it is sent.
pub fn cloud(message: &Message) -> Value {
    let mut data = message.data();
    if let Some(data) = data.as_object_mut() {
        data.insert("text".to_owned(), lines(&message.text(), FIELD).into());
    }
    json!({
        "specversion": "1.0",
        "id": message.id,
        "source": format!("urn:git-hotfix:{}", encoded(&message.incident)),
        "type": format!("git-hotfix.{}", message.what),
        "subject": message.name,
        "time": message.at.to_rfc3339_opts(SecondsFormat::Secs, true),
        "datacontenttype": "application/json",
        "data": data,
    })
}

/// What an address of this kind may not hold is written as its code.
fn encoded(text: &str) -> String {
    let mut out = String::new();
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}
