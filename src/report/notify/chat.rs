//! Chats that read Markdown: Discord, which has one message for an incident, and Mattermost.

use super::escape::{lines, markdown, one_line};
use super::message::Message;
use serde_json::{Value, json};

/// What a message may be long, in characters.
const DISCORD: usize = 2000;
const MATTERMOST: usize = 4000;

/// `<https://…>` in Discord makes no preview of the page.
const NO_PREVIEWS: u32 = 1 << 2;

/// One message: the name, what it is about, and a line for each thing that happened. Nothing in it calls
/// anybody, whatever it says.
pub fn discord(message: &Message, earlier: &[Message]) -> Value {
    let content = match &message.update {
        Some(update) => {
            let head = head(message);
            let most = DISCORD.saturating_sub(head.chars().count() + tail(message).chars().count() + 2);
            format!("{head}\n{}{}", fitted(&update.text, most), tail(message))
        }
        None => facts(message, earlier),
    };
    json!({ "content": content, "allowed_mentions": { "parse": [] }, "flags": NO_PREVIEWS })
}

fn head(message: &Message) -> String {
    let around = markdown(&message.around());
    format!("**{}**: {}\n{around}", markdown(&message.name), markdown(&one_line(&message.headline, 300)))
}

fn tail(message: &Message) -> String {
    message.link.as_ref().map(|link| format!("\n<{}>", link.url)).unwrap_or_default()
}

fn facts(message: &Message, earlier: &[Message]) -> String {
    let severity = message.severity.as_ref().map(|s| format!(" · {s}")).unwrap_or_default();
    let title =
        if message.title.is_empty() { String::new() } else { format!(" · {}", markdown(&message.title)) };
    let head = format!("**{}**{severity}{title}", markdown(&message.name));
    let tail = tail(message);
    let line = |m: &Message| format!("\n{} {}", m.time, markdown(&m.headline));
    let mut all: Vec<String> = earlier.iter().chain([message]).map(line).collect();
    let length = |lines: &[String]| lines.iter().map(|l| l.chars().count()).sum::<usize>();
    let room = DISCORD.saturating_sub(head.chars().count() + tail.chars().count() + 2);
    let mut left_out = false;
    while length(&all) > room && all.len() > 1 {
        // How it began and how it is now count most.
        all.remove(usize::from(all.len() > 2));
        left_out = true;
    }
    if left_out {
        all.insert(usize::from(all.len() > 1), "\n…".to_owned());
    }
    format!("{head}{}{tail}", all.concat())
}

pub fn mattermost(message: &Message) -> Value {
    let text = message.update.as_ref().map(|update| format!("\n{}", fitted(&update.text, MATTERMOST - 1200)));
    let link = message.link.as_ref();
    let link = link.map(|l| format!("\n[{}]({})", markdown(&l.label), l.url)).unwrap_or_default();
    json!({ "text": format!("{}{}{link}", head(message), text.unwrap_or_default()) })
}

/// Escaped, and not longer than that.
fn fitted(text: &str, most: usize) -> String {
    let mut cut = most;
    loop {
        let escaped = markdown(&lines(text, cut));
        if escaped.chars().count() <= most || cut <= 1 {
            return escaped;
        }
        cut /= 2;
    }
}
