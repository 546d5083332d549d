//! What the sections of a post-mortem are about.

use super::lists::lists;

/// What a section is about, by the words of its heading.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Section {
    #[default]
    Other,
    /// Detection, contributing factors, response: where hindsight lives.
    Hindsight,
    /// The fix and how it was tested.
    Work,
    /// What went well, what did not, where we were lucky.
    Lessons,
    Actions,
    /// What happened when.
    Timeline,
}

impl Section {
    /// The section that a heading opens; `None` when its words say nothing.
    pub fn of(title: &str) -> Option<Self> {
        let lower = title.to_lowercase();
        let has = |words: &[String]| {
            words.iter().any(|wanted| {
                lower.match_indices(wanted.as_str()).any(|(at, _)| {
                    let before = lower.get(..at).and_then(|b| b.chars().next_back());
                    !before.is_some_and(char::is_alphabetic)
                })
            })
        };
        let all = lists();
        [
            (Self::Actions, &all.section_actions),
            (Self::Lessons, &all.section_lessons),
            (Self::Hindsight, &all.section_hindsight),
            (Self::Work, &all.section_work),
            (Self::Timeline, &all.section_timeline),
            (Self::Other, &all.section_other),
        ]
        .into_iter()
        .find_map(|(section, words)| has(words).then_some(section))
    }
}
