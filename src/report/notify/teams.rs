//! Microsoft Teams, by the webhook of a workflow: an Adaptive Card. Text from the log goes into text runs,
//! which have no markup.

use super::escape::{lines, uncalled};
use super::message::Message;
use serde_json::{Value, json};

/// Teams takes 28 KB in all; so many characters of text are below that in every script.
const TEXT: usize = 3500;
/// Each line is a block of its own.
const LINES: usize = 60;

pub fn payload(message: &Message) -> Value {
    let run = |text: &str| json!({ "type": "TextRun", "text": uncalled(text) });
    let block = |inlines: Vec<Value>| json!({ "type": "RichTextBlock", "inlines": inlines });
    let mut name = run(&format!("{}: ", message.name));
    let mut dim = run(&message.around());
    if let (Some(name), Some(dim)) = (name.as_object_mut(), dim.as_object_mut()) {
        name.insert("weight".to_owned(), "Bolder".into());
        dim.insert("isSubtle".to_owned(), true.into());
    }
    let mut body = vec![block(vec![name, run(&message.headline)])];
    if let Some(update) = &message.update {
        let text = lines(&update.text, TEXT);
        let whole = text.lines().filter(|l| !l.trim().is_empty());
        body.extend(whole.take(LINES).map(|line| block(vec![run(line)])));
    }
    body.push(block(vec![dim]));
    let mut card = json!({
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "fallbackText": uncalled(&lines(&message.text(), 1000)),
        "body": body,
    });
    if let (Some(link), Some(card)) = (&message.link, card.as_object_mut()) {
        let open = json!({ "type": "Action.OpenUrl", "title": uncalled(&link.label), "url": link.url });
        card.insert("actions".to_owned(), json!([open]));
    }
    json!({
        "type": "message",
        "attachments": [{
            "contentType": "application/vnd.microsoft.card.adaptive",
            "contentUrl": null,
            "content": card,
        }],
    })
}
