//! What comes next on the way through a pull request: from what the forge and git say to one step, with
//! nothing stored. Pure.

mod code_owners;

pub use code_owners::owners;

use crate::model::failure::Kind;
use crate::model::oid::Oid;
use crate::model::request::{Queue, Request, RequestState, Rules, Wait, WaitKind};
use crate::model::text::{list, safe};

/// What we know and want, beside what the forge says.
#[derive(Clone, Debug)]
pub struct Mine {
    /// The commit that the request has to have at its head.
    pub tip: Oid,
    /// The branch it goes to.
    pub base: String,
    /// ` hotfix finish NAME`, the command that goes on.
    pub again: String,
    /// What the request is called there: `pull request`.
    pub what: &'static str,
    /// Hand it over to the forge: `--auto`, `--jump`.
    pub auto: bool,
    pub jump: bool,
    /// Open a closed one again.
    pub reopen: bool,
    /// The request is ours to change: there is a token.
    pub token: bool,
    /// The base was brought into the branch by this run already.
    pub updated: bool,
    /// Who owns what is changed, by the branch's CODEOWNERS.
    pub owners: Vec<String>,
    /// How long it has waited for checks that have not reported, in seconds, and how long is normal.
    pub silent_for: Option<(i64, i64)>,
}

/// The one step that is possible now.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Next {
    /// There is none: open one.
    Open,
    Reopen,
    /// Give it production as its base.
    Retarget,
    /// Say that it is no draft.
    Ready,
    /// Bring the base in.
    Update,
    /// Merge it, or hand it over to the forge.
    Merge {
        auto: bool,
        queue: bool,
    },
    /// It was merged; git has to have it before it is believed.
    Merged(Option<Oid>),
    /// Nothing can be done from here now.
    Wait,
    /// Waiting does not help.
    Stop(Kind),
}

/// A state of the request by name, the step, and what a person is told about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decision {
    pub state: &'static str,
    pub next: Next,
    /// Lines for people, the first the answer.
    pub words: Vec<String>,
    /// Commands that work as printed, or addresses.
    pub hints: Vec<String>,
}

impl Decision {
    fn new(state: &'static str, next: Next, words: String) -> Self {
        Self { state, next, words: vec![words], hints: Vec::new() }
    }

    fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hints.push(hint.into());
        self
    }

    /// The kind of failure a run ends with that can do no more now.
    pub const fn ends(&self) -> Kind {
        match self.next {
            Next::Stop(kind) => kind,
            _ => Kind::Waiting,
        }
    }
}

/// Decides.
pub fn decide(request: Option<&Request>, rules: &Rules, mine: &Mine) -> Decision {
    let what = mine.what;
    let Some(request) = request else {
        return Decision::new("no-request", Next::Open, format!("{} has no {what} yet", mine.base));
    };
    let name = request.name();
    if request.state == RequestState::Merged {
        let by = request.ended_by.as_ref().map_or_else(String::new, |who| format!(" by {}", safe(who)));
        return Decision::new(
            "merged",
            Next::Merged(request.merged_as.clone()),
            format!("{name} was merged{by}"),
        );
    }
    if request.state == RequestState::Closed {
        let by = request.ended_by.as_ref().map_or_else(String::new, |who| format!(" by {}", safe(who)));
        if mine.reopen {
            return Decision::new("closed", Next::Reopen, format!("{name} is reopened"));
        }
        let words = format!("{name} was closed{by} without being merged: {}", safe(&request.url));
        return Decision::new("closed", Next::Stop(Kind::Refused), words)
            .hint(format!("{} --reopen", mine.again))
            .hint("hotfix abort    # if it is not needed any more");
    }
    if request.base != mine.base {
        if mine.reopen {
            return Decision::new(
                "wrong-base",
                Next::Retarget,
                format!("{name} gets {} as its base", mine.base),
            );
        }
        let words =
            format!("{name} goes to {}, not to {}: {}", safe(&request.base), mine.base, safe(&request.url));
        return Decision::new("wrong-base", Next::Stop(Kind::Refused), words)
            .hint(format!("{} --reopen    # changes its base to {}", mine.again, mine.base));
    }
    if request.head_sha.as_ref().is_some_and(|head| *head != mine.tip) {
        let head = request.head_sha.as_ref().map_or("?", |h| h.short());
        let words = format!("{name} is at {head}, the branch at {}", mine.tip.short());
        return Decision::new("head-moved", Next::Wait, words).hint(mine.again.clone());
    }
    open(request, rules, mine)
}

/// An open request to the right base with our commit at its head.
fn open(request: &Request, rules: &Rules, mine: &Mine) -> Decision {
    let name = request.name();
    let has = |kind: WaitKind| request.waits(kind).next().is_some();
    if has(WaitKind::Conflict) {
        let words = format!("{name} conflicts with {}", mine.base);
        return Decision::new("conflict", Next::Stop(Kind::Conflict), words)
            .hint(mine.again.clone() + "    # after merging and committing");
    }
    let failed: Vec<&Wait> = request.waits(WaitKind::Checks).filter(|w| w.failed).collect();
    if !failed.is_empty() && request.queue.is_none() {
        let names: Vec<String> = failed.iter().map(|w| safe(&w.name)).collect();
        let mut decision = Decision::new(
            "checks",
            Next::Stop(Kind::Failed),
            format!("{name} cannot be merged: {} failed", list(&names)),
        );
        decision.words.extend(failed.iter().filter(|w| !w.url.is_empty()).map(|w| link(w)));
        return decision.hint(format!("{}    # after the fix, or after the check was run again", mine.again));
    }
    if request.draft && mine.token {
        return Decision::new("draft", Next::Ready, format!("{name} is a draft"));
    }
    if has(WaitKind::Behind) && mine.token && !mine.updated && request.queue.is_none() {
        return Decision::new("behind", Next::Update, format!("{} is merged into {name}", mine.base));
    }
    let jumps = |queue: &Queue| mine.jump && queue.position.is_some_and(|p| p > 1);
    if request.queue.as_ref().is_some_and(|queue| !jumps(queue)) {
        return waiting("queued", request, mine).hinted(&mine.again, true);
    }
    if request.computing {
        let words = format!("{name}: the forge has not determined yet whether it can be merged");
        return Decision::new("computing", Next::Wait, words).hint(mine.again.clone());
    }
    let open: Vec<&Wait> = request.waiting.iter().filter(|w| w.kind != WaitKind::Queue).collect();
    if !mine.token {
        let mut decision =
            Decision::new("review", Next::Wait, format!("{name} waits to be merged: {}", safe(&request.url)));
        decision.words.extend(open.iter().map(|w| about(w, mine)));
        return decision.hint(mine.again.clone());
    }
    if open.is_empty() {
        let queue = rules.queue;
        return Decision::new(
            "mergeable",
            Next::Merge { auto: false, queue },
            format!("{name} can be merged"),
        );
    }
    if (mine.auto || mine.jump) && request.queue.is_none() && rules.auto {
        let words = format!("{name} is set to merge automatically once nothing blocks it");
        return Decision::new("auto", Next::Merge { auto: true, queue: rules.queue }, words);
    }
    let state = match open.first().map(|w| w.kind) {
        Some(WaitKind::Checks) => "checks",
        Some(WaitKind::NoChecks) => "no-checks",
        Some(WaitKind::Behind) => "behind",
        _ => "review",
    };
    waiting(state, request, mine).hinted(&mine.again, false)
}

impl Decision {
    fn hinted(self, again: &str, queued: bool) -> Self {
        let decision = self.hint(format!("{again} --wait"));
        if queued {
            decision
        } else {
            decision.hint(format!("{again} --auto    # the forge merges it when it can"))
        }
    }
}

fn waiting(state: &'static str, request: &Request, mine: &Mine) -> Decision {
    let mut decision =
        Decision::new(state, Next::Wait, format!("{} is open: {}", request.name(), safe(&request.url)));
    decision.words.extend(request.waiting.iter().map(|wait| match (wait.kind, &request.queue) {
        (WaitKind::Queue, Some(queue)) => match queue.position {
            Some(position) => format!("in the queue at place {position}"),
            None => safe(&wait.name),
        },
        _ => about(wait, mine),
    }));
    decision
}

/// One thing it waits for, in a line.
fn about(wait: &Wait, mine: &Mine) -> String {
    let names = |who: &[String]| list(&who.iter().map(|w| safe(w)).collect::<Vec<_>>());
    let who = match (wait.kind, wait.who.as_slice(), mine.owners.as_slice()) {
        (WaitKind::Review, [], []) => String::new(),
        (WaitKind::Review, [], owners) => format!(" (code owners: {})", names(owners)),
        (_, [], _) => String::new(),
        (_, asked, _) => format!(" (asked: {})", names(asked)),
    };
    match wait.kind {
        WaitKind::NoChecks => {
            let long = mine.silent_for.is_some_and(|(waited, normal)| waited >= normal);
            let why = if long { "; does its workflow run for this branch?" } else { "" };
            format!("waits for the check {}, which has not reported{why}", safe(&wait.name))
        }
        WaitKind::Checks if wait.failed => format!("the check {} failed", link(wait)),
        WaitKind::Checks => format!("waits for the check {}", link(wait)),
        WaitKind::Review => format!("waits for review: {}{who}", safe(&wait.name)),
        WaitKind::Behind => format!("{} has new commits, which the branch needs first", mine.base),
        WaitKind::Draft => "is a draft".to_owned(),
        WaitKind::Conflict | WaitKind::Queue | WaitKind::Other => {
            format!("waits: {}{who}", safe(&wait.name))
        }
    }
}

fn link(wait: &Wait) -> String {
    if wait.url.is_empty() { safe(&wait.name) } else { format!("{}: {}", safe(&wait.name), safe(&wait.url)) }
}

#[cfg(test)]
mod tests;
