//! What the sections of a post-mortem are about.

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
}

impl Section {
    /// The section that a heading opens; `None` when its words say nothing.
    pub fn of(title: &str) -> Option<Self> {
        let lower = title.to_lowercase();
        let has = |words: &[&str]| {
            words.iter().any(|wanted| {
                lower.match_indices(wanted).any(|(at, _)| {
                    let before = lower.get(..at).and_then(|b| b.chars().next_back());
                    !before.is_some_and(char::is_alphabetic)
                })
            })
        };
        if has(&["action", "follow-up", "follow up", "next step", "prevent"]) {
            Some(Self::Actions)
        } else if has(&["went well", "did not go well", "lucky", "lesson", "learned", "went wrong"]) {
            Some(Self::Lessons)
        } else if has(&[
            "detect",
            "contributing",
            "cause",
            "root cause",
            "what happened",
            "response",
            "decision",
            "analysis",
        ]) {
            Some(Self::Hindsight)
        } else if has(&["fix", "test", "checklist", "resolution", "remediation"]) {
            Some(Self::Work)
        } else if has(&[
            "summary",
            "impact",
            "number",
            "timeline",
            "deploy",
            "communication",
            "recurrence",
            "role",
            "appendix",
            "responder",
            "participant",
            "glossary",
            "log",
        ]) {
            Some(Self::Other)
        } else {
            None
        }
    }
}
