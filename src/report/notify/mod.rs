//! What is told to others, in the form that each service takes. Pure: nothing is sent from here, and no
//! address or key is known.

mod chat;
mod escape;
mod events;
mod message;
mod slack;
mod teams;
#[cfg(test)]
mod tests;

pub use message::{Link, Message, Update};

use crate::model::notice::Channel;
use serde_json::Value;

/// A message in the form of a service. `earlier` is what the same message has told already, oldest first,
/// where a service has one message for an incident.
pub fn payload(channel: Channel, message: &Message, earlier: &[Message]) -> Value {
    match channel {
        Channel::Slack => slack::payload(message),
        Channel::Teams => teams::payload(message),
        Channel::Discord => chat::discord(message, earlier),
        Channel::Mattermost => chat::mattermost(message),
        Channel::PagerDuty => events::pagerduty(message),
        Channel::CloudEvents | Channel::Command => events::cloud(message),
    }
}
