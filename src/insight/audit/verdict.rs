//! From evidence to a verdict: no "lost" and no "present" that is not shown by something.

use super::content::State;
use super::trace::Cause;
use crate::insight::graph::Place;

/// What shows that a fix is there.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum By {
    /// Its commits are part of the history.
    Ancestry,
    /// Commits that change the same are.
    PatchId,
    /// Its lines are there.
    Lines,
}

impl By {
    /// The word in JSON and on the terminal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Ancestry => "ancestry",
            Self::PatchId => "patch-id",
            Self::Lines => "lines",
        }
    }
}

/// Whether a place has the fix, or a fix is where it belongs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    Lost,
    /// It cannot be known from what is here.
    Unknown,
    /// Taken back by a later release.
    RolledBack,
    /// Left out on purpose.
    Skipped,
    Kept,
}

impl Standing {
    /// The word in JSON and on the terminal.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Lost => "lost",
            Self::Unknown => "unknown",
            Self::RolledBack => "rolled-back",
            Self::Skipped => "skipped",
            Self::Kept => "kept",
        }
    }
}

/// One part of a fix in one place.
#[derive(Clone, Debug)]
pub struct Part {
    pub path: String,
    pub state: State,
    /// Whether it is a submodule's commit: another one may hold the fix, too.
    pub is_module: bool,
    /// Why it is not there, where that was looked for.
    pub cause: Option<Cause>,
}

/// Everything that is known about a fix in one place.
#[derive(Clone, Debug, Default)]
pub struct Evidence {
    /// How it arrived, if it did.
    pub arrived: Option<By>,
    pub parts: Vec<Part>,
    /// Whether it has to be here; else only its absence from lines that are still the old ones
    /// counts.
    pub is_owed: bool,
    /// Whether history is cut off: what is not seen may still be there.
    pub is_cut: bool,
    /// Whether what the fix changes is not known at all.
    pub is_blind: bool,
}

/// Why a verdict is what it is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Why {
    /// It is there as it was made.
    There,
    Rewritten(Place),
    ByHand(Place),
    Undone(Place),
    Dropped(Place),
    /// It was never brought here.
    Missing,
    /// Some of it is here, these files are not as they should be.
    Partly,
    /// The code that it repaired is not here.
    NoSuchCode,
    /// The code was changed on both sides.
    Differs,
    /// History is cut off.
    CutOff,
    /// The fix changes nothing that can be looked for.
    Nothing,
}

/// A verdict about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub standing: Standing,
    pub by: Option<By>,
    pub why: Why,
    /// The files that are not as the fix made them.
    pub paths: Vec<String>,
}

/// Judges one place.
pub fn judge(evidence: &Evidence) -> Verdict {
    let (standing, why) = weigh(evidence);
    let by = evidence.arrived.unwrap_or(By::Lines);
    let mut paths: Vec<String> =
        evidence.parts.iter().filter(|p| p.state != State::In).map(|p| p.path.clone()).collect();
    paths.dedup();
    Verdict { standing, by: (standing == Standing::Kept).then_some(by), why, paths }
}

fn weigh(evidence: &Evidence) -> (Standing, Why) {
    let parts = &evidence.parts;
    if evidence.is_blind {
        return (Standing::Unknown, Why::CutOff);
    }
    if parts.is_empty() {
        return match evidence.arrived {
            Some(_) => (Standing::Kept, Why::There),
            None => (Standing::Unknown, Why::Nothing),
        };
    }
    let missing: Vec<&Part> = parts.iter().filter(|p| p.state != State::In).collect();
    if missing.is_empty() {
        return (Standing::Kept, Why::There);
    }
    let causes = || missing.iter().filter_map(|p| p.cause);
    if let Some(Cause::Dropped(merge)) = causes().find(|c| matches!(c, Cause::Dropped(_))) {
        return (Standing::Lost, Why::Dropped(merge));
    }
    if let Some(Cause::Undone(commit)) = causes().find(|c| matches!(c, Cause::Undone(_))) {
        return (Standing::Lost, Why::Undone(commit));
    }
    let never: Vec<&&Part> =
        missing.iter().filter(|p| matches!(p.cause, None | Some(Cause::Never))).collect();
    if !never.is_empty() {
        return absent(evidence, &never, parts.len());
    }
    if let Some(Cause::ByHand { merge, .. }) =
        causes().find(|c| matches!(c, Cause::ByHand { is_kept: false, .. }))
    {
        return (Standing::Unknown, Why::ByHand(merge));
    }
    match causes().find(|c| matches!(c, Cause::Rewritten(_))).or_else(|| causes().next()) {
        Some(Cause::Rewritten(commit)) => (Standing::Kept, Why::Rewritten(commit)),
        Some(Cause::ByHand { merge, .. }) => (Standing::Kept, Why::ByHand(merge)),
        _ => (Standing::Unknown, Why::Differs),
    }
}

/// Parts that no commit here ever had.
fn absent(evidence: &Evidence, never: &[&&Part], all: usize) -> (Standing, Why) {
    let partly = never.len() < all;
    // The lines are the old ones: whatever history says, the fix is not here.
    if never.iter().any(|p| p.state == State::Out) {
        return (Standing::Lost, if partly { Why::Partly } else { Why::Missing });
    }
    if never.iter().all(|p| p.state == State::Gone) {
        return (Standing::Unknown, Why::NoSuchCode);
    }
    if evidence.is_cut {
        return (Standing::Unknown, Why::CutOff);
    }
    if never.iter().all(|p| p.is_module || p.state == State::Gone) {
        return (Standing::Unknown, Why::Differs);
    }
    match (evidence.is_owed, evidence.arrived, partly) {
        (true, None, false) => (Standing::Lost, Why::Missing),
        _ => (Standing::Unknown, Why::Differs),
    }
}

/// The fix as a whole, from the verdicts about its places.
pub fn overall(standings: &[Standing], is_rolled_back: bool) -> Standing {
    if is_rolled_back {
        return Standing::RolledBack;
    }
    standings.iter().copied().min().unwrap_or(Standing::Unknown)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn part(state: State, cause: Option<Cause>) -> Part {
        Part { path: "f".into(), state, is_module: false, cause }
    }

    fn verdict(arrived: Option<By>, parts: &[Part]) -> (Standing, Why) {
        weigh(&Evidence { arrived, parts: parts.to_vec(), is_owed: true, ..Evidence::default() })
    }

    #[test]
    fn ancestry_alone_is_no_proof() {
        let dropped = part(State::Changed, Some(Cause::Dropped(3)));
        assert_eq!(verdict(Some(By::Ancestry), &[dropped]), (Standing::Lost, Why::Dropped(3)));
        let undone = part(State::Out, Some(Cause::Undone(4)));
        assert_eq!(verdict(Some(By::PatchId), &[undone]), (Standing::Lost, Why::Undone(4)));
    }

    #[test]
    fn rewriting_is_not_losing() {
        let rewritten = part(State::Changed, Some(Cause::Rewritten(5)));
        assert_eq!(
            verdict(Some(By::Ancestry), std::slice::from_ref(&rewritten)),
            (Standing::Kept, Why::Rewritten(5))
        );
        let never = part(State::Out, Some(Cause::Never));
        assert_eq!(verdict(None, &[rewritten, never]), (Standing::Lost, Why::Partly));
    }

    #[test]
    fn what_cannot_be_known_is_said() {
        let changed = part(State::Changed, Some(Cause::Never));
        assert_eq!(verdict(None, std::slice::from_ref(&changed)), (Standing::Lost, Why::Missing));
        let cut = Evidence { parts: vec![changed], is_owed: true, is_cut: true, ..Evidence::default() };
        assert_eq!(weigh(&cut), (Standing::Unknown, Why::CutOff));
        assert_eq!(verdict(None, &[part(State::Gone, None)]), (Standing::Unknown, Why::NoSuchCode));
        assert_eq!(verdict(None, &[]), (Standing::Unknown, Why::Nothing));
        assert_eq!(verdict(Some(By::Ancestry), &[]), (Standing::Kept, Why::There));
    }

    #[test]
    fn the_worst_place_decides() {
        use Standing::{Kept, Lost, RolledBack, Skipped, Unknown};
        assert_eq!(overall(&[Kept, Skipped], false), Skipped);
        assert_eq!(overall(&[Kept, Lost, Unknown], false), Lost);
        assert_eq!(overall(&[Kept, Lost], true), RolledBack);
        assert_eq!(overall(&[Kept, Kept], false), Kept);
    }
}
