//! The questions that stand between a fix and production, and what has been answered.

use super::event::{Event, Kind, Pointer};
use super::event_data::{Answered, RanCommand};
use super::oid::Oid;
use super::text::{list, safe};
use chrono::{DateTime, Duration, FixedOffset};
use serde::Serialize;

/// One question of the checklist.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    /// What is typed: `hotfix check tests`.
    pub id: String,
    pub question: String,
    /// A command whose exit status is the answer.
    pub command: Option<String>,
    /// Whether `finish` waits for it.
    pub required: bool,
    /// Whether it is asked again on the merged tree when production moved.
    pub recheck: bool,
    /// The longest its command may run.
    pub timeout: Option<Duration>,
    /// The check at the forge that answers it, as the forge calls it; `*` matches anything.
    pub from: Option<String>,
}

impl Item {
    /// The five questions every repository starts with.
    pub fn defaults() -> Vec<Self> {
        [
            ("resolves", "Does the fix resolve the original issue?"),
            ("critical-paths", "Do existing critical paths still work?"),
            ("tests", "Have automated tests passed?"),
            ("reviewed", "Has another developer reviewed the change?"),
            ("staging", "Does the fix work in a staging environment?"),
        ]
        .into_iter()
        .map(|(id, question)| Self {
            id: id.to_owned(),
            question: question.to_owned(),
            command: None,
            required: true,
            recheck: false,
            timeout: None,
            from: None,
        })
        .collect()
    }
}

impl Item {
    /// Whether a forge answers it while a request is open: an approval, the required checks, or the one
    /// check that it names.
    pub fn is_answered_at_forge(&self) -> bool {
        self.from.is_some() || matches!(self.id.as_str(), REVIEWED | TESTS)
    }
}

/// What somebody, or a command, answered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    Pass,
    Fail,
    Waived,
}

impl Verdict {
    /// The word in the record.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Pass => "pass",
            Self::Fail => "fail",
            Self::Waived => "waived",
        }
    }

    fn parse(word: &str) -> Option<Self> {
        [Self::Pass, Self::Fail, Self::Waived].into_iter().find(|v| v.as_str() == word)
    }
}

/// A recorded answer, bound to the tree it was given for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub id: String,
    pub verdict: Verdict,
    /// The tree of the hotfix's tip when it was answered.
    pub tree: Option<Oid>,
    /// Who answered, or whom the responder named.
    pub by: String,
    /// Why it was waived, or what failed.
    pub reason: Option<String>,
    /// The command that answered, if one did.
    pub command: Option<String>,
    pub at: DateTime<FixedOffset>,
    /// The event that holds it.
    pub event: String,
    /// Whether this clone wrote it: an answer of another one is its word.
    pub own: bool,
    /// Given by the reviewer with `hotfix review`.
    pub review: bool,
    /// An author's approval of their own change: kept, and it settles nothing.
    pub self_review: bool,
    /// Given by a command that ran again on the merged tree.
    pub recheck: bool,
    /// The commit it was given for.
    pub commit: Option<Oid>,
}

/// The item that reviews answer.
pub const REVIEWED: &str = "reviewed";
/// The item that all required checks of a request answer together.
pub const TESTS: &str = "tests";

impl Answered {
    /// Whether this is what was answered.
    pub fn has(&self, verdict: Verdict) -> bool {
        self.verdict.as_deref() == Some(verdict.as_str())
    }
}

impl Answer {
    /// Reads an answer out of the event that recorded it.
    pub fn from_event(event: &Event) -> Option<Self> {
        let said: Answered = event.read();
        let reviewed = || REVIEWED.to_owned();
        let (id, verdict, reason) = match (&event.kind, said.verdict?.as_str()) {
            (Kind::ChecklistItem, word) => (said.item?, Verdict::parse(word)?, said.reason),
            (Kind::Review, "approve") => (reviewed(), Verdict::Pass, None),
            (Kind::Review, "reject") => (reviewed(), Verdict::Fail, Some(event.text.clone())),
            _ => return None,
        };
        Some(Self {
            id,
            verdict,
            tree: event.oid(Pointer::Tree),
            by: said.by.unwrap_or_else(|| event.actor.name.clone()),
            reason,
            command: event.read::<RanCommand>().command,
            at: event.at,
            event: event.id.clone(),
            own: event.own,
            review: event.kind == Kind::Review,
            self_review: said.self_review == Some(true),
            recheck: said.recheck == Some(true),
            commit: event.oid(Pointer::Commit),
        })
    }
}

/// Where one question stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    Pass,
    Fail,
    Waived,
    /// Answered, but for another tree.
    Stale,
    Open,
}

/// A question and where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    pub item: Item,
    pub state: State,
    pub answer: Option<Answer>,
}

impl Standing {
    /// Whether `finish` may go on as far as this question is concerned.
    pub fn is_settled(&self) -> bool {
        !self.item.required || matches!(self.state, State::Pass | State::Waived)
    }

    /// Whether a command looked at this very tree and found a fault.
    pub fn was_run_and_failed(&self) -> bool {
        self.state == State::Fail && self.answer.as_ref().is_some_and(|a| a.command.is_some())
    }

    /// Whether somebody said that nobody has reviewed it: that finds no fault, it waits for a reviewer.
    pub fn is_unreviewed(&self) -> bool {
        self.item.id == REVIEWED
            && self.state == State::Fail
            && self.answer.as_ref().is_some_and(|a| !a.review)
    }
}

/// Holds the answers against the tree of the hotfix's tip. The latest answer for that tree counts,
/// else the latest one, which is stale; an author's approval of their own change only shows that
/// nobody else has looked. Without a tree (no branch any more) answers are taken as they are.
pub fn standing(items: &[Item], answers: &[Answer], tree: Option<&Oid>) -> Vec<Standing> {
    items
        .iter()
        .map(|item| {
            let given = || answers.iter().rev().filter(|a| a.id == item.id);
            let by_others = || given().filter(|a| !a.self_review);
            // An answer for this very tree counts, whatever was said of another since.
            let of_tree = by_others().find(|a| tree.is_some() && a.tree.as_ref() == tree);
            let answer = of_tree.or_else(|| by_others().next()).or_else(|| given().next()).cloned();
            let state = match &answer {
                None => State::Open,
                Some(a) if a.self_review => State::Open,
                Some(a) if tree.is_some() && a.tree.as_ref() != tree => State::Stale,
                Some(a) => match a.verdict {
                    Verdict::Pass => State::Pass,
                    Verdict::Fail => State::Fail,
                    Verdict::Waived => State::Waived,
                },
            };
            Standing { item: item.clone(), state, answer }
        })
        .collect()
}

/// The questions that a person or a command has answered with no, and that keep `finish` back.
pub fn said_no(standings: &[Standing]) -> Vec<&str> {
    let no = |s: &&Standing| !s.is_settled() && s.state == State::Fail && !s.is_unreviewed();
    standings.iter().filter(no).map(|s| s.item.id.as_str()).collect()
}

/// What stands for a reason in the commands that are printed.
const PLACEHOLDERS: [&str; 2] = ["why", "your reason"];

/// Whether a text is a reason: the placeholder of the commands that are printed is none.
pub fn is_reason(text: &str) -> bool {
    !text.trim().is_empty() && !is_placeholder(text)
}

/// Whether a command was typed as it was printed, with what stands for a reason.
pub fn is_placeholder(text: &str) -> bool {
    PLACEHOLDERS.contains(&text.trim())
}

/// What is said where the reason of `what` is none.
pub fn no_reason(what: &str, text: &str) -> String {
    match is_placeholder(text) {
        true => format!("replace '{}' with your reason: {what} needs one", text.trim()),
        false => format!("{what} needs a reason"),
    }
}

/// The options that waive questions, ready to be typed once each reason is filled in.
pub fn waive_options(ids: &[&str]) -> String {
    ids.iter().map(|id| format!(" --waive {id}=\"why\"")).collect()
}

/// The last word on a question that passes on the branch, where that word is a failure on the merged
/// tree.
pub fn failed_when_merged<'a>(standings: &[Standing], answers: &'a [Answer]) -> Option<&'a Answer> {
    let passes = |id: &str| standings.iter().any(|s| s.item.id == id && s.state == State::Pass);
    let is_last = |a: &Answer| answers.iter().rfind(|b| b.id == a.id).is_some_and(|b| b.event == a.event);
    answers.iter().find(|a| a.recheck && a.verdict == Verdict::Fail && passes(&a.id) && is_last(a))
}

/// Whether every required question would be waived: abbreviated testing is fine, none is not.
pub fn all_waived(standings: &[Standing]) -> bool {
    !standings.is_empty() && standings.iter().all(|s| s.state == State::Waived)
}

/// Which answers that count were given in another clone: what a shared log says is a person's word, and
/// unless it is `signed` anybody who can write the log can say it.
pub fn from_elsewhere(standings: &[Standing], signed: bool) -> Option<String> {
    let given = |s: &Standing| {
        let answer = s.answer.as_ref().filter(|a| !a.own)?;
        let counts = matches!(s.state, State::Pass | State::Waived);
        counts.then(|| (safe(&s.item.id), safe(&answer.by)))
    };
    let (items, mut names): (Vec<String>, Vec<String>) = standings.iter().filter_map(given).unzip();
    if items.is_empty() {
        return None;
    }
    names.sort();
    names.dedup();
    let proven = if signed {
        "the signatures are good"
    } else {
        "the log is not signed, so the names are not verified"
    };
    Some(format!("Answered in another clone: {} (by {}); {proven}", list(&items), list(&names)))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn tree(c: &str) -> Oid {
        Oid::parse(&c.repeat(40)).unwrap()
    }

    fn answer(id: &str, verdict: Verdict, tree: Oid) -> Answer {
        Answer {
            id: id.into(),
            verdict,
            tree: Some(tree),
            by: "Ada".into(),
            reason: None,
            command: None,
            at: DateTime::UNIX_EPOCH.fixed_offset(),
            event: "e".into(),
            own: true,
            review: false,
            self_review: false,
            recheck: false,
            commit: None,
        }
    }

    #[test]
    fn answers_of_other_clones_are_named() {
        let items = Item::defaults();
        let theirs = Answer { own: false, by: "Bob".into(), ..answer("reviewed", Verdict::Pass, tree("a")) };
        let answers = [answer("tests", Verdict::Pass, tree("a")), theirs];
        let at = |t: &str| from_elsewhere(&standing(&items, &answers, Some(&tree(t))), false);
        assert!(at("a").is_some_and(|line| line.contains("reviewed (by Bob); the log is not signed")));
        assert_eq!(at("b"), None, "a stale answer settles nothing");
    }

    #[test]
    fn a_failure_on_the_merged_tree_counts_until_the_next_word() {
        let items = Item::defaults();
        let passed = answer("tests", Verdict::Pass, tree("a"));
        let merged = answer("tests", Verdict::Fail, tree("b"));
        let failed = Answer { recheck: true, event: "f".into(), ..merged.clone() };
        let of = |answers: &[Answer]| {
            failed_when_merged(&standing(&items, answers, Some(&tree("a"))), answers).is_some()
        };
        assert!(of(&[passed.clone(), failed.clone()]));
        assert!(!of(&[passed.clone(), merged]));
        let waived = Answer { event: "w".into(), ..answer("tests", Verdict::Waived, tree("a")) };
        assert!(!of(&[passed, failed.clone(), waived]));
        assert!(!of(&[failed]), "it is open on the branch, which says enough");
    }

    #[test]
    fn four_eyes() {
        let own = Answer { self_review: true, ..answer(REVIEWED, Verdict::Pass, tree("a")) };
        let theirs = answer(REVIEWED, Verdict::Pass, tree("a"));
        let of = |answers: &[Answer]| standing(&Item::defaults(), answers, Some(&tree("a")))[3].clone();
        assert_eq!(of(std::slice::from_ref(&own)).state, State::Open);
        assert!(of(std::slice::from_ref(&own)).answer.is_some_and(|a| a.self_review));
        assert_eq!(of(&[theirs, own]).state, State::Pass, "it does not take away a colleague's approval");
    }

    #[test]
    fn an_answer_for_another_tree_is_stale() {
        let items = Item::defaults();
        let answers = [answer("tests", Verdict::Pass, tree("a"))];
        let state = |t: &Oid| standing(&items, &answers, Some(t))[2].state;
        assert_eq!(state(&tree("a")), State::Pass);
        assert_eq!(state(&tree("b")), State::Stale);
    }

    #[test]
    fn the_latest_answer_counts() {
        let answers = [answer("tests", Verdict::Fail, tree("a")), answer("tests", Verdict::Pass, tree("a"))];
        assert_eq!(standing(&Item::defaults(), &answers, Some(&tree("a")))[2].state, State::Pass);
    }

    #[test]
    fn waiving_everything_is_noticed() {
        let items = Item::defaults();
        let answers: Vec<Answer> = items.iter().map(|i| answer(&i.id, Verdict::Waived, tree("a"))).collect();
        assert!(all_waived(&standing(&items, &answers, Some(&tree("a")))));
        assert!(!all_waived(&standing(&items, &answers[1..], Some(&tree("a")))));
    }
}
