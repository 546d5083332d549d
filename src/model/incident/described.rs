//! What is broken, for whom and how badly: the newest words count, and correct the earlier ones.

use super::Incident;
use crate::model::event::{Event, Kind};
use crate::model::event_data::{Described, field, replace};

impl Incident {
    /// Who is affected: a person's words, and the numbers: `one login in three (1,200 customers in EU)`.
    pub fn affected(&self) -> String {
        let extent = self.extent.say();
        match self.impact.as_deref().map(|words| words.trim_end_matches('.')) {
            Some("") | None => extent,
            Some(words) if extent.is_empty() => words.to_owned(),
            Some(words) => format!("{words} ({extent})"),
        }
    }

    pub(super) fn described(&mut self, event: &Event) {
        let said: Described = event.read();
        if let Some(title) = said.title.filter(|t| !t.is_empty()) {
            self.title = title;
        }
        replace(&mut self.symptom, said.symptom);
        replace(&mut self.impact, said.impact);
        replace(&mut self.workaround, said.workaround);
        replace(&mut self.trigger, said.trigger);
        self.extent.update(&event.read());
    }

    /// Words that were corrected are read only as corrected; the log keeps the earlier ones.
    pub(super) fn correct_words(&self, events: &mut [Event]) {
        let last = |key: &str| {
            let says = |e: &&Event| e.kind == Kind::Described && e.data.contains_key(key);
            events.iter().rfind(says).map(|e| e.id.clone())
        };
        let now = [
            ("title", Some(&self.title), last("title")),
            ("symptom", self.symptom.as_ref(), last("symptom")),
            ("impact", self.impact.as_ref(), last("impact")),
            ("workaround", self.workaround.as_ref(), last("workaround")),
        ];
        for event in events {
            if !matches!(event.kind, Kind::Declared | Kind::Triaged) {
                continue;
            }
            for (key, words, by) in &now {
                let (Some(by), Some(was)) = (by, field::<String>(&event.data, key)) else { continue };
                let words = words.cloned().unwrap_or_default();
                if was == words {
                    continue;
                }
                if event.text == was {
                    event.text.clone_from(&words);
                }
                event.data.insert((*key).to_owned(), words.into());
                event.amends = Some(by.clone());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::event::Draft;
    use crate::model::event_data::Extent;
    use crate::model::incident::fixture::incident;

    #[test]
    fn the_newest_words_count_and_the_log_keeps_the_earlier_ones() {
        let triaged = Draft::new(Kind::Triaged, "sev2")
            .with("severity", "sev2")
            .with("symptom", "no login at all")
            .with("workaround", "no");
        let told = |said: Described| Draft::new(Kind::Described, "").data(&said);
        let symptom = Described { symptom: Some("one login in three fails".into()), ..Described::default() };
        let title = Described { title: Some("Some logins fail".into()), ..Described::default() };
        let none = Described { workaround: Some(String::new()), ..Described::default() };
        let i = incident(vec![
            ("14:12", triaged),
            ("14:20", told(symptom)),
            ("14:21", told(title)),
            ("14:22", told(none)),
        ]);
        assert_eq!((i.title.as_str(), i.workaround.as_deref()), ("Some logins fail", None));
        assert_eq!(i.symptom.as_deref(), Some("one login in three fails"));
        let triaged = |events: &[Event]| events.iter().find(|e| e.kind == Kind::Triaged).unwrap().clone();
        assert_eq!(
            triaged(&i.events).read::<Described>().symptom.as_deref(),
            Some("one login in three fails")
        );
        assert_eq!(triaged(&i.events).read::<Described>().workaround.as_deref(), Some(""));
        assert_eq!(triaged(&i.log).read::<Described>().symptom.as_deref(), Some("no login at all"));
        assert_eq!(i.events[0].read::<Described>().title.as_deref(), Some("Some logins fail"));
    }

    #[test]
    fn numbers_and_places_add_up() {
        let told = |extent: Extent| Draft::new(Kind::Described, "").data(&extent);
        let i = incident(vec![
            ("14:20", told(Extent { count: Some(40), unit: Some("customers".into()), ..Extent::default() })),
            ("14:30", told(Extent { count: Some(1200), data_loss: Some(false), ..Extent::default() })),
        ]);
        assert_eq!((i.extent.say().as_str(), i.extent.data_loss), ("1,200 customers", Some(false)));
    }
}
