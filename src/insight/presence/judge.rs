//! From facts to a verdict: no "lost" and no "kept" that is not shown by something.

use super::content::State;
use super::trace::Cause;
use super::weight::Weight;
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

/// Whether a place has the fix. In the order of how much it matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// It is not there, by an accident that can be shown.
    Lost,
    /// It cannot be known from what is here.
    Unknown,
    /// It came, and was changed or taken out on purpose since.
    Changed,
    /// Lost, and accepted as that.
    Accepted,
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
            Self::Changed => "changed",
            Self::Accepted => "accepted",
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
    /// Which part of that file's change it is.
    pub part: usize,
    pub weight: Weight,
    /// How many lines it changes.
    pub lines: usize,
    pub state: State,
    /// Whether the place is as if this part had never been made.
    pub is_undone: bool,
    /// The file that it was moved to, where it is not in its own.
    pub moved_to: Option<String>,
    /// Whether it is a submodule's commit: another one may hold the fix, too.
    pub is_module: bool,
    /// Whether what is there could not be read.
    pub is_unread: bool,
    /// Whether its own lines say that they are to go again.
    pub is_to_go: bool,
    /// Why it is not there, where that was looked for.
    pub cause: Option<Cause>,
}

impl Part {
    const fn is_there(&self) -> bool {
        matches!(self.state, State::In) || self.moved_to.is_some()
    }
}

/// What people decided about a fix in one place, as the record has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Decision {
    /// The place was left out, for this reason.
    Skipped(String),
    /// The release was taken back.
    RolledBack,
    /// A person resolved the merge that brought it; this or an earlier commit is the result.
    Resolved,
}

/// Everything that is known about a fix in one place.
#[derive(Clone, Debug, Default)]
pub struct Facts {
    /// How it arrived, if it did.
    pub arrived: Option<By>,
    pub parts: Vec<Part>,
    pub decision: Option<Decision>,
    /// Whether it has to be here; else only lines that are still exactly the old ones count.
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
    /// It is there, in another file.
    Moved(String),
    Rewritten(Place),
    Removed(Place),
    Superseded(Place),
    ByHand(Place),
    Undone(Place),
    Reverted(Place),
    Dropped(Place),
    /// Nearly all of it is there: so many of its lines are not, of so many.
    Nearly(usize, usize),
    /// It was never brought here.
    Missing,
    /// Some of it is here, these files are not as they should be.
    Partly,
    /// It was never brought here, and says itself that it is to go again.
    ToGo,
    /// The code that it repaired is not here.
    NoSuchCode,
    /// The code was changed on both sides.
    Differs,
    /// History is cut off.
    CutOff,
    /// A content could not be read.
    Unread,
    /// The fix changes nothing that can be looked for.
    Nothing,
    /// A person resolved the merge.
    Resolved,
    /// A recorded decision.
    Decided(String),
}

impl Why {
    /// The commit that it is about.
    pub const fn commit(&self) -> Option<Place> {
        match self {
            Self::Rewritten(place)
            | Self::Removed(place)
            | Self::Superseded(place)
            | Self::ByHand(place)
            | Self::Undone(place)
            | Self::Reverted(place)
            | Self::Dropped(place) => Some(*place),
            _ => None,
        }
    }
}

/// A verdict about one place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    pub standing: Standing,
    pub by: Option<By>,
    pub why: Why,
    /// The files with what is lost; else those that are not as the fix made them, of those that count.
    pub paths: Vec<String>,
    /// The parts that are lost, by position.
    pub lost: Vec<usize>,
}

impl Verdict {
    /// Whether the place has the fix; `None` where it cannot be known.
    pub const fn is_present(&self) -> Option<bool> {
        match (self.standing, self.by) {
            (Standing::Kept, _) | (Standing::Changed, Some(_)) => Some(true),
            (Standing::Unknown | Standing::Changed, _) => None,
            _ => Some(false),
        }
    }

    /// Whether nothing has to be done about it: it is there, or was changed or left out on purpose.
    pub const fn is_settled(&self) -> bool {
        !matches!(self.standing, Standing::Lost | Standing::Unknown)
    }
}

/// A loss that is smaller than one part in so many is none.
const LEAST_SHARE: usize = 10;

/// Old lines that came back count where they are at least one part in so many: a fix of which only
/// some lines are as before was worked on.
const LEAST_UNDONE: usize = 2;

/// Judges one place.
pub fn judge(facts: &Facts) -> Verdict {
    let counted = counted(&facts.parts);
    let part = |at: &usize| facts.parts.get(*at);
    let missing: Vec<usize> =
        counted.iter().copied().filter(|at| part(at).is_some_and(|p| !p.is_there())).collect();
    let (mut standing, mut why, mut lost) = weigh(facts, &counted, &missing);
    if standing != Standing::Kept {
        match &facts.decision {
            Some(Decision::RolledBack) => standing = Standing::RolledBack,
            Some(Decision::Skipped(reason)) => {
                (standing, why) = (Standing::Skipped, Why::Decided(reason.clone()));
            }
            Some(Decision::Resolved)
                if matches!(why, Why::Dropped(_) | Why::ByHand(_) | Why::Superseded(_)) =>
            {
                (standing, why) = (Standing::Changed, Why::Resolved);
            }
            Some(Decision::Resolved) | None => {}
        }
    }
    if standing != Standing::Lost {
        lost.clear();
    }
    let by = match standing {
        Standing::Kept => Some(facts.arrived.unwrap_or(By::Lines)),
        Standing::Changed => facts.arrived,
        _ => None,
    };
    let unread: Vec<usize> = match why {
        Why::Unread => missing.iter().copied().filter(|at| part(at).is_some_and(|p| p.is_unread)).collect(),
        _ => Vec::new(),
    };
    let told = [&lost, &unread].into_iter().find(|some| !some.is_empty()).unwrap_or(&missing);
    let mut paths: Vec<String> = told.iter().filter_map(part).map(|p| p.path.clone()).collect();
    paths.dedup();
    Verdict { standing, by, why, paths, lost }
}

/// The parts that count: code, and what goes with it only where there is no code.
fn counted(parts: &[Part]) -> Vec<usize> {
    let of = |weight: Weight| -> Vec<usize> {
        parts.iter().enumerate().filter(|(_, p)| p.weight == weight).map(|(at, _)| at).collect()
    };
    let code = of(Weight::Code);
    if code.is_empty() { of(Weight::Beside) } else { code }
}

fn weigh(facts: &Facts, counted: &[usize], missing: &[usize]) -> (Standing, Why, Vec<usize>) {
    let all = || counted.iter().filter_map(|at| facts.parts.get(*at));
    if facts.is_blind {
        return (Standing::Unknown, Why::CutOff, Vec::new());
    }
    if counted.is_empty() {
        return match facts.arrived {
            Some(_) => (Standing::Kept, Why::There, Vec::new()),
            None => (Standing::Unknown, Why::Nothing, Vec::new()),
        };
    }
    if missing.is_empty() {
        let moved = all().find_map(|p| p.moved_to.clone().filter(|_| p.state != State::In));
        return (Standing::Kept, moved.map_or(Why::There, Why::Moved), Vec::new());
    }
    let total: usize = all().map(|p| p.lines).sum();
    let mut losses: Vec<(usize, &Part, Why)> = Vec::new();
    for at in missing {
        if let Some(part) = facts.parts.get(*at)
            && let Some(why) = accident(facts, part)
        {
            losses.push((*at, part, why));
        }
    }
    let sum = |is: fn(&Why) -> bool| -> usize {
        losses.iter().filter(|(_, _, why)| is(why)).map(|(_, part, _)| part.lines).sum()
    };
    let (gone, undone) = (sum(|_| true), sum(|why| matches!(why, Why::Undone(_))));
    let is_reverted = losses.iter().any(|(_, _, why)| matches!(why, Why::Reverted(_)));
    let worst = losses.iter().max_by_key(|(_, part, why)| (rank(why), part.lines)).map(|l| l.2.clone());
    let lost: Vec<usize> = losses.iter().map(|(at, ..)| *at).collect();
    match worst {
        Some(Why::Missing) if gone * LEAST_SHARE >= total => {
            let is_whole = lost.len() == counted.len();
            (Standing::Lost, if is_whole { Why::Missing } else { Why::Partly }, lost)
        }
        Some(Why::Undone(_)) if undone * LEAST_UNDONE < total => {
            (Standing::Changed, Why::Nearly(gone, total), Vec::new())
        }
        Some(why) if is_reverted || gone * LEAST_SHARE >= total => (Standing::Lost, why, lost),
        Some(_) => (Standing::Changed, Why::Nearly(gone, total), Vec::new()),
        None => {
            let (standing, why) = otherwise(facts, missing);
            (standing, why, Vec::new())
        }
    }
}

/// Of several accidents, the one to tell of.
const fn rank(why: &Why) -> u8 {
    match why {
        Why::Reverted(_) => 3,
        Why::Dropped(_) => 2,
        Why::Undone(_) => 1,
        _ => 0,
    }
}

/// How a part was lost, where that can be shown.
fn accident(facts: &Facts, part: &Part) -> Option<Why> {
    if part.is_unread {
        return None;
    }
    // A test or a document that is as before was put right, more often than not.
    if part.weight != Weight::Code {
        return None;
    }
    // Whatever a commit did, it is no loss any more where the code has become something else since.
    let is_as_before = part.state == State::Out || part.is_undone;
    match part.cause {
        Some(Cause::Dropped(merge)) => is_as_before.then_some(Why::Dropped(merge)),
        Some(Cause::Undone(commit)) => is_as_before.then_some(Why::Undone(commit)),
        Some(Cause::Reverted(commit)) => is_as_before.then_some(Why::Reverted(commit)),
        Some(Cause::Never) | None => {
            let never_came = facts.arrived.is_none() && !part.is_to_go;
            // Lines that are exactly the old ones tell whatever history there is.
            let is_plain = part.state == State::Out;
            let is_shown = is_plain || (part.is_undone && !part.is_module && facts.is_owed && !facts.is_cut);
            (never_came && is_shown).then_some(Why::Missing)
        }
        Some(_) => None,
    }
}

/// Parts are not there, and no accident is shown.
fn otherwise(facts: &Facts, missing: &[usize]) -> (Standing, Why) {
    let parts = || missing.iter().filter_map(|at| facts.parts.get(*at));
    if parts().any(|p| p.is_unread) {
        return (Standing::Unknown, Why::Unread);
    }
    let causes = || parts().filter_map(|p| p.cause);
    if facts.arrived.is_none() && parts().all(|p| p.is_to_go) {
        return (Standing::Unknown, Why::ToGo);
    }
    if parts().any(|p| matches!(p.cause, None | Some(Cause::Never))) {
        return match parts().all(|p| p.state == State::Gone) {
            true => (Standing::Unknown, Why::NoSuchCode),
            false if facts.is_cut => (Standing::Unknown, Why::CutOff),
            false => (Standing::Unknown, Why::Differs),
        };
    }
    if let Some(Cause::ByHand { merge, .. }) =
        causes().find(|c| matches!(c, Cause::ByHand { is_kept: false, .. }))
    {
        return (Standing::Unknown, Why::ByHand(merge));
    }
    let first = |wanted: fn(&Cause) -> bool| causes().find(wanted);
    let found = first(|c| matches!(c, Cause::Superseded(_)))
        .or_else(|| first(|c| matches!(c, Cause::Removed(_))))
        .or_else(|| first(|c| matches!(c, Cause::Rewritten(_))))
        .or_else(|| causes().next());
    match found {
        Some(Cause::Superseded(merge)) => (Standing::Changed, Why::Superseded(merge)),
        Some(Cause::Removed(commit)) => (Standing::Changed, Why::Removed(commit)),
        Some(Cause::Rewritten(commit)) => (Standing::Changed, Why::Rewritten(commit)),
        Some(Cause::ByHand { merge, .. }) => (Standing::Kept, Why::ByHand(merge)),
        Some(Cause::Undone(commit) | Cause::Dropped(commit) | Cause::Reverted(commit)) => {
            (Standing::Changed, Why::Removed(commit))
        }
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
#[path = "judge_tests.rs"]
mod tests;
