//! What the kinds of events hold in `data`, as types: written with `Draft::data`, read with
//! `Event::read`. `docs/record.md` has the same fields.

use serde::{Deserialize, Serialize};

/// `described`: what is broken, for whom and how badly, as it is known now. A field that is given
/// replaces what was said before; empty words take it back.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Described {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub symptom: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub impact: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workaround: Option<String>,
    /// What set it off: a deployment, a setting, a certificate that ran out.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<String>,
    #[serde(flatten)]
    pub extent: Extent,
}

/// How much was affected, in numbers and places. Part of `described`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extent {
    /// How many, of `unit`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<u64>,
    /// What is counted: `customers`, `requests`, `orders`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub unit: Option<String>,
    /// Set the region or component.
    #[serde(rename = "where", skip_serializing_if = "Option::is_none")]
    pub place: Option<String>,
    /// Whether data was lost; `None` while nobody knows.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub data_loss: Option<bool>,
}

impl Extent {
    /// Takes over what `newer` says.
    pub fn update(&mut self, newer: &Self) {
        self.count = newer.count.or(self.count);
        self.data_loss = newer.data_loss.or(self.data_loss);
        replace(&mut self.unit, newer.unit.clone());
        replace(&mut self.place, newer.place.clone());
    }

    /// `1,200 customers in EU`; empty where nothing was counted or named.
    pub fn say(&self) -> String {
        let unit = self.unit.as_deref().unwrap_or("users");
        let counted = self.count.map(|n| format!("{} {unit}", thousands(n)));
        let place = self.place.as_deref();
        match (counted, place) {
            (Some(counted), Some(place)) if is_adverb(place) => format!("{counted} {place}"),
            (Some(counted), Some(place)) => format!("{counted} in {place}"),
            (Some(counted), None) => counted,
            (None, Some(place)) => place.to_owned(),
            (None, None) => String::new(),
        }
    }
}

/// `worldwide`, `outside the EU`, `on iOS`: a place that takes no "in".
fn is_adverb(place: &str) -> bool {
    let first = place.split_whitespace().next().unwrap_or_default().to_lowercase();
    let adverbs =
        ["worldwide", "globally", "everywhere", "outside", "in", "on", "at", "behind", "across", "within"];
    adverbs.contains(&first.trim_matches(|c: char| !c.is_alphanumeric()))
}

/// New words take the place of the old ones; empty ones take them back.
pub fn replace(old: &mut Option<String>, new: Option<String>) {
    if let Some(new) = new {
        *old = Some(new).filter(|w| !w.is_empty());
    }
}

/// `1,200`.
pub fn thousands(n: u64) -> String {
    let digits = n.to_string();
    let mut said = String::new();
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i).is_multiple_of(3) {
            said.push(',');
        }
        said.push(digit);
    }
    said
}

/// `followup`: something left to do, and what became of it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Followup {
    /// `open` or `done`; open where it is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub state: Option<String>,
    /// The event that said it first.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub of: Option<String>,
    /// The fact that settles it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub done_when: Option<String>,
    /// Who does it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub owner: Option<String>,
    /// The day by which it is to be done, `2026-12-01`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub due: Option<String>,
    /// Where it is tracked: an address or a number.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ticket: Option<String>,
}

impl Followup {
    /// Takes over what a newer event says.
    pub fn update(&mut self, newer: Self) {
        for (old, new) in
            [(&mut self.owner, newer.owner), (&mut self.due, newer.due), (&mut self.ticket, newer.ticket)]
        {
            *old = new.or_else(|| old.take());
        }
    }

    /// `grace, due 2026-12-01, #6834`; empty where nothing was said.
    pub fn say(&self) -> String {
        let due = self.due.as_ref().map(|day| format!("due {day}"));
        [self.owner.clone(), due, self.ticket.clone()].into_iter().flatten().collect::<Vec<_>>().join(", ")
    }
}

/// What any line a person writes may point to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Evidence {
    /// Addresses of pages and images.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub links: Vec<String>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::{Draft, Kind};
    use crate::model::incident::fixture::event;

    #[test]
    fn places_are_said_as_people_say_them() {
        let said = |place: &str| {
            let place = Some(place.to_owned());
            Extent { count: Some(1200), place, ..Extent::default() }.say()
        };
        assert_eq!(said("EU"), "1,200 users in EU");
        assert_eq!(said("worldwide"), "1,200 users worldwide");
        assert_eq!(said("outside the EU"), "1,200 users outside the EU");
        assert_eq!(said("on iOS"), "1,200 users on iOS");
        assert_eq!(said("Ontario"), "1,200 users in Ontario");
    }

    #[test]
    fn what_is_written_is_read_again() {
        let said = Described {
            symptom: Some("no login".into()),
            extent: Extent { count: Some(1200), place: Some("EU".into()), ..Extent::default() },
            ..Described::default()
        };
        let draft = Draft::new(Kind::Described, "").data(&said);
        assert_eq!(
            serde_json::to_value(&draft.data).unwrap(),
            serde_json::json!({"symptom": "no login", "count": 1200, "where": "EU"})
        );
        assert_eq!(event(1, "2026-11-22T14:00:00Z", draft).read::<Described>(), Some(said));
    }

    #[test]
    fn the_extent_in_words() {
        let extent = Extent { count: Some(1_234_567), unit: Some("orders".into()), ..Extent::default() };
        assert_eq!(extent.say(), "1,234,567 orders");
        let extent = Extent { count: Some(12), place: Some("EU".into()), ..Extent::default() };
        assert_eq!(extent.say(), "12 users in EU");
        assert_eq!(Extent::default().say(), "");
    }
}
