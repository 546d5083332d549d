//! What the kinds of events hold in `data`, as types: written with `Draft::data`, read with
//! `Event::read`. `docs/record.md` has the same fields, which a test compares.

use super::severity::{DetectedBy, Reason, Reproduced, Severity};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Number, Value};

/// The data of a kind of event, or the part of it that several kinds have.
pub trait Data: Serialize + Sized {
    /// The names of its fields in the record.
    const FIELDS: &'static [&'static str];

    /// Reads the fields that are there and are of their type.
    fn read(data: &Map<String, Value>) -> Self;

    /// Adds the fields that are said.
    fn write(&self, data: &mut Map<String, Value>) {
        if let Ok(Value::Object(fields)) = serde_json::to_value(self) {
            data.extend(fields);
        }
    }
}

/// A field, as far as it is there and is what it should be.
pub fn field<'a, T: Deserialize<'a>>(data: &'a Map<String, Value>, name: &str) -> Option<T> {
    T::deserialize(data.get(name)?).ok()
}

/// Makes the types: every field may be missing, since another version, or somebody else, wrote the log.
#[macro_export]
macro_rules! event_data {
    ($(#[$what:meta])* $all:ident; $($(#[$doc:meta])* $name:ident { $($(#[$about:meta])* $field:ident ($key:literal): $type:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, Default, PartialEq, Eq, serde::Serialize)]
        pub struct $name {
            $($(#[$about])* #[serde(rename = $key, skip_serializing_if = "Option::is_none")] pub $field: Option<$type>,)+
        }

        impl $crate::model::event_data::Data for $name {
            const FIELDS: &'static [&'static str] = &[$($key),+];

            fn read(data: &serde_json::Map<String, serde_json::Value>) -> Self {
                Self { $($field: $crate::model::event_data::field(data, $key)),+ }
            }
        }
    )+

        $(#[$what])*
        pub const $all: &[&[&str]] = &[$(<$name as $crate::model::event_data::Data>::FIELDS),+];
    };
}

event_data! {
    /// The fields of all of these types.
    FIELDS;

    /// `declared` and `declined`: which hotfix it is, and what it was begun from.
    Declared {
        name("name"): String,
        title("title"): String,
        branch("branch"): String,
        production("production"): String,
        /// The release that production was.
        base_tag("base_tag"): String,
        /// The number that was asked for.
        version("version"): String,
        worktree("worktree"): String,
        /// Whether the record was opened for a branch that had none in that clone.
        adopted("adopted"): bool,
        /// Of a rollback: what was known about going back.
        evidence("evidence"): Value,
        /// Of a rollback: branches that keep the fix.
        keep_fix_in("keep_fix_in"): Vec<String>,
        /// Of a rollback: [`ONE_RELEASE`], or everything since the release that it goes back to.
        takes_back("takes_back"): String,
    }

    /// `fix_started`: where the branch is worked on.
    Started {
        worktree("worktree"): String,
        /// The branch that was checked out before.
        came_from("came_from"): String,
    }

    /// `detected`, and a `note` where the time is not known.
    Noticed { detected_by("detected_by"): DetectedBy }

    /// `triaged` and `severity_changed`.
    Assessed {
        severity("severity"): Severity,
        was("was"): Severity,
        reasons("reasons"): Vec<Reason>,
        symptom("symptom"): String,
        impact("impact"): String,
        workaround("workaround"): String,
        reproduced("reproduced"): Reproduced,
        can_wait("can_wait"): bool,
    }

    /// `described`: what is broken, as it is known now. A field that is given replaces what was said before;
    /// empty words take it back.
    Described {
        title("title"): String,
        symptom("symptom"): String,
        impact("impact"): String,
        workaround("workaround"): String,
        /// What set it off: a deployment, a setting, a certificate that ran out.
        trigger("trigger"): String,
    }

    /// How much was affected, in numbers and places. Part of `described`.
    Extent {
        /// How many, of `unit`.
        count("count"): u64,
        /// What is counted: `customers`, `requests`, `orders`.
        unit("unit"): String,
        /// The region or component.
        place("where"): String,
        /// Whether data was lost; `None` while nobody knows.
        data_loss("data_loss"): bool,
    }

    /// `role_assumed` and `role_renounced`. The person is who wrote the event, unless it names somebody.
    InRole {
        role("role"): String,
        name("name"): String,
        email("email"): String,
    }

    /// `checklist_item` and `review`: an answer.
    Answered {
        item("item"): String,
        /// Of an item a [`crate::model::checklist::Verdict`], of a review `approve` or `reject`.
        verdict("verdict"): String,
        reason("reason"): String,
        /// Who answered, where it was not the author of the event.
        by("by"): String,
        /// Whether `by` is only what the author was told.
        told("told"): bool,
        /// Whether an author of the change approved it.
        self_review("self_review"): bool,
        /// Whether a command ran again on the merged tree.
        recheck("recheck"): bool,
        url("url"): String,
    }

    /// A command that ran: `hotfix run`, a check, a deployment.
    RanCommand {
        command("command"): String,
        /// The exit status, where it ended by itself.
        exit("exit"): i64,
        /// The signal that ended it otherwise.
        signal("signal"): i64,
        seconds("seconds"): Number,
        duration_ms("duration_ms"): u64,
    }

    /// `review_requested`, `request_opened`, `request_merged`.
    Requested {
        number("number"): u64,
        url("url"): String,
        /// The release that was agreed to.
        tag("tag"): String,
        /// Who merged it, by the name at the forge.
        by("by"): String,
        remote("remote"): String,
    }

    /// `merged` and `pushed`.
    Published {
        remote("remote"): String,
        /// Files that differ from what was tested.
        untested("untested"): Vec<String>,
    }

    /// `deploy_started` to `rolled_back`, beside what ran.
    Deployed {
        /// The step that ran or was watched.
        name("name"): String,
        /// How often it was watched.
        runs("runs"): u64,
        /// Of `rolled_back`: the release that took it back.
        by("by"): String,
        /// Where the forge deployed it.
        place("place"): String,
        url("url"): String,
    }

    /// `merge_conflict`, `merged_back`, `target_skipped`: what became of a merge-back.
    MergeBack {
        worktree("worktree"): String,
        paths("paths"): Vec<String>,
        /// `merge` or `cherry-pick`.
        method("method"): String,
        reason("reason"): String,
        /// [`BY_HAND`], where a person resolved it.
        resolved("resolved"): String,
        /// Files that a merge by hand left without the fix.
        without("without"): Vec<String>,
    }

    /// `decision`: which guard was overruled, and why.
    Overruled {
        allowed("allowed"): String,
        reason("reason"): String,
    }

    /// `comms_sent`: an update.
    UpdateSent {
        audience("audience"): String,
        state("state"): String,
        /// `printed`, `copied` or `sent`.
        channel("channel"): String,
        /// The services that it goes to.
        places("places"): Vec<String>,
        /// When the next one was promised for, RFC 3339.
        next("next"): String,
        eta("eta"): String,
        /// The rules for words that it breaks on purpose.
        allowed("allowed"): Vec<String>,
    }

    /// `comms_delivered`: what became of an update.
    Delivered {
        of("of"): String,
        place("place"): String,
        /// `sent`, `maybe` or `refused`.
        outcome("outcome"): String,
    }

    /// `hypothesis` and `followup`: what is open, and what became of it.
    Followup {
        /// `open` where it is missing.
        state("state"): String,
        /// The event that said it first.
        of("of"): String,
        /// The fact that settles it.
        done_when("done_when"): String,
        /// Who does it.
        owner("owner"): String,
        /// The day by which it is to be done, `2026-12-01`.
        due("due"): String,
        /// Where it is tracked: an address or a number.
        ticket("ticket"): String,
    }

    /// What any line a person writes may have.
    Written {
        /// Addresses of pages and images.
        links("links"): Vec<String>,
        /// [`crate::model::restricted::RESTRICTED`], which keeps it out of what is written for others.
        audience("audience"): String,
    }

    /// `amendment`.
    Amended {
        /// The new time, RFC 3339.
        at("at"): String,
        /// The amendment that its author saw.
        replaces("replaces"): String,
    }
}

/// Of a rollback that takes back one release, and keeps what came after it.
pub const ONE_RELEASE: &str = "one release";
/// The guard that keeps another clone's log from choosing the line.
pub const LINE: &str = "line";
/// Of a merge-back whose conflicts a person resolved.
pub const BY_HAND: &str = "by hand";

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

impl UpdateSent {
    /// Whether it is for this audience.
    pub fn is_for(&self, audience: &str) -> bool {
        self.audience.as_deref() == Some(audience)
    }
}

impl Requested {
    /// One that was found at the forge.
    pub fn at(number: u64, url: &str) -> Self {
        Self { number: Some(number), url: Some(url.to_owned()), ..Self::default() }
    }

    /// Whether it is the one with this page.
    pub fn is_at(&self, url: &str) -> bool {
        self.url.as_deref() == Some(url)
    }
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
        let said = Described { symptom: Some("no login".into()), ..Described::default() };
        let extent = Extent { count: Some(1200), place: Some("EU".into()), ..Extent::default() };
        let draft = Draft::new(Kind::Described, "").data(&said).data(&extent);
        assert_eq!(
            serde_json::to_value(&draft.data).unwrap(),
            serde_json::json!({"symptom": "no login", "count": 1200, "where": "EU"})
        );
        let event = event(1, "2026-11-22T14:00:00Z", draft);
        assert_eq!((event.read(), event.read()), (said, extent));
    }

    #[test]
    fn a_field_that_is_something_else_costs_only_itself() {
        let odd =
            Draft::new(Kind::Triaged, "").with("severity", 7).with("reasons", "all").with("symptom", "x");
        let read: Assessed = event(1, "2026-11-22T14:00:00Z", odd).read();
        assert_eq!(read, Assessed { symptom: Some("x".into()), ..Assessed::default() });
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
