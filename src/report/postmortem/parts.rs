//! An incident that took more than one hotfix: what is about commits is told of each of them.

use super::{Facts, Page};
use crate::model::incident::Incident;
use crate::report::markdown::{code, md, stack};

impl<'a> Facts<'a> {
    /// The facts of each hotfix by itself: of the incident's own, then of those that belong to it.
    pub fn each(&self) -> Vec<Facts<'a>> {
        let own = Facts { incident: self.own, parts: &[], ..*self };
        std::iter::once(own).chain(self.parts.iter().copied()).collect()
    }
}

impl<'a> Page<'a> {
    /// The records of all hotfixes of the incident.
    pub(super) fn records(&self) -> Vec<&'a Incident> {
        self.facts.each().into_iter().map(|facts| facts.incident).collect()
    }

    /// What each hotfix has to say, under its name where there is more than one.
    pub(super) fn of_each(&self, say: impl Fn(&Page<'_>) -> String) -> String {
        let told: Vec<String> = self
            .told_by_each(say)
            .into_iter()
            .map(|(name, text)| if name.is_empty() { text } else { format!("**{name}**\n\n{text}") })
            .collect();
        stack(&told)
    }

    /// The same, beside the names; hotfixes with nothing to say are left out.
    pub(super) fn told_by_each(&self, say: impl Fn(&Page<'_>) -> String) -> Vec<(String, String)> {
        let each = self.facts.each();
        let one = each.len() == 1;
        let told = each.iter().map(|facts| {
            let page = Page { one_day: self.one_day, ..Page::new(facts) };
            (if one { String::new() } else { page.heading() }, say(&page))
        });
        told.filter(|(_, text)| !text.is_empty()).collect()
    }

    /// `fix-login-crash, released as v1.2.1`.
    fn heading(&self) -> String {
        let i = self.incident;
        let what = match i.undone() {
            Some(undone) => format!("Rollback of {}", code(undone)),
            None => md(&i.name),
        };
        match &i.tag {
            Some(tag) => format!("{what}, released as {}", code(tag)),
            None => format!("{what}, not released"),
        }
    }
}
