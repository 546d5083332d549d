//! Slack's incoming webhooks: blocks, and `text` for notifications and readers aloud.

use super::escape::{lines, one_line, slack};
use super::message::Message;
use serde_json::{Value, json};

/// Slack's limits, in characters: a header, the text of a section, and what stands for all of it. Escaping
/// makes text longer, so less is taken.
const HEADER: usize = 120;
const SECTION: usize = 2400;
const TEXT: usize = 3000;

pub fn payload(message: &Message) -> Value {
    // Text from the log is never markup.
    let plain = |text: &str| json!({ "type": "plain_text", "text": slack(text), "emoji": false });
    let mut blocks = vec![json!({ "type": "header", "text": plain(&fitted(&message.line(), HEADER, 150)) })];
    if let Some(update) = &message.update {
        blocks.push(json!({ "type": "section", "text": plain(&fitted_lines(&update.text, SECTION, 3000)) }));
    }
    blocks.push(json!({ "type": "context", "elements": [plain(&message.around())] }));
    if let Some(link) = &message.link {
        let text = format!("<{}|{}>", link.url.replace('&', "&amp;"), slack(&link.label).replace('|', "¦"));
        blocks
            .push(json!({ "type": "section", "text": { "type": "mrkdwn", "text": text, "verbatim": true } }));
    }
    json!({
        "text": slack(&lines(&message.text(), TEXT)),
        "mrkdwn": false,
        "unfurl_links": false,
        "unfurl_media": false,
        "blocks": blocks,
    })
}

/// Shortened further where escaping makes it longer than the service takes.
fn fitted(text: &str, most: usize, limit: usize) -> String {
    let mut most = most;
    loop {
        let cut = one_line(text, most);
        if slack(&cut).chars().count() <= limit || most <= 1 {
            return cut;
        }
        most /= 2;
    }
}

fn fitted_lines(text: &str, most: usize, limit: usize) -> String {
    let mut most = most;
    loop {
        let cut = lines(text, most);
        if slack(&cut).chars().count() <= limit || most <= 1 {
            return cut;
        }
        most /= 2;
    }
}
