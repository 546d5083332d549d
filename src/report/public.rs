//! An incident as outsiders may read it: roles instead of names.
//!
//! Restricted events are left out before ([`Incident::tellable`]). Host names and customers stay
//! where somebody wrote them: a machine cannot find all of those, so a person reads it over.

use super::lint::names::Names;
use super::lint::without_names;
use super::words;
use crate::model::event::{Actor, Event, Kind};
use crate::model::incident::Incident;
use crate::model::update::Audience;
use serde_json::Value;

/// The incident with every known name replaced: by its role where it is an actor's, by "somebody"
/// in a text.
pub fn of(incident: &Incident, names: &Names) -> Option<Incident> {
    let log = incident.log.iter().map(|event| anonymous(event, names)).collect();
    Incident::fold(&incident.id, log)
}

fn anonymous(event: &Event, names: &Names) -> Event {
    let mut event = event.clone();
    event.actor = Actor { name: words::who(&event), email: String::new() };
    // What was written for people inside is theirs.
    let inside =
        event.kind == Kind::CommsSent && event.data_str("audience") != Some(Audience::Users.as_str());
    event.text = if inside { String::new() } else { without_names(&event.text, names) };
    for value in event.data.values_mut() {
        if let Value::String(text) = value {
            *text = without_names(text, names);
        }
    }
    event
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::incident::fixture::incident;

    #[test]
    fn what_was_told_inside_stays_inside() {
        let told = |who, text| Draft::new(Kind::CommsSent, text).with("audience", who);
        let night = incident(vec![
            ("14:20", told("technical", "db-7 is full")),
            ("14:21", told("users", "We are on it.")),
        ]);
        let said = format!("{:?}", of(&night, &Names::default()).unwrap());
        assert!(said.contains("We are on it.") && !said.contains("db-7"), "{said}");
    }

    #[test]
    fn nobody_is_named_and_nothing_else_is_changed() {
        let names = Names::new([("Ada", "ada@example.com"), ("Grace Hopper", "grace@example.com")]);
        let night = incident(vec![
            (
                "14:20",
                Draft::new(Kind::Note, "Grace Hopper, then Ada's script; @grace knows.\nthe 2nd line")
                    .by_person(),
            ),
            (
                "14:30",
                Draft::new(Kind::Review, "").with("name", "grace@example.com").with("verdict", "approve"),
            ),
            ("14:31", Draft::new(Kind::Tagged, "v1.2.1").refer("tag", "v1.2.1")),
        ]);
        let public = of(&night, &names).unwrap();
        let said = format!("{public:?}");
        for name in ["Ada", "Grace", "Hopper", "ada@", "grace"] {
            assert!(!said.contains(name), "{name} in {said}");
        }
        assert_eq!(public.events[1].text, "somebody, then somebody's script; somebody knows.\nthe 2nd line");
        assert_eq!((public.tag, public.title, public.branch), (night.tag, night.title, night.branch));
    }
}
