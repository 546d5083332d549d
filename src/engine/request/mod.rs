//! One request, as far as it can be brought now: published, opened, merged with the head that was
//! approved. Nothing is stored; each run reads the forge and does what is possible next.

mod answers;
mod bring_in;
mod change;
mod placed;
mod seen;

use crate::facts::Workspace;
use crate::facts::forge::{Door, opening_page};
use crate::forge::Forge;
use crate::model::checklist::{REVIEWED, TESTS};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::oid::Oid;
use crate::model::request::{Home, MergeMethod, Request, RequestState, Rules, Seen, Wait, WaitKind};
use crate::plan::request::{Decision, Mine, Next, decide};
use crate::record::Record;
use crate::system::fault::{fault, hurried};
use crate::system::lock::RunLock;
use answers::Open;
use bring_in::Brought;
use change::{After, UNKNOWN};
use placed::Placed;
use std::cell::{Cell, RefCell};
use std::time::Duration;

/// How often something is changed at the forge before a person has to look.
const STEPS: usize = 12;
/// How long a forge may compute before that is worth an end of the run.
const COMPUTING: Duration = Duration::from_secs(30);
/// Between two looks.
const PAUSE: Duration = Duration::from_secs(5);

/// Who looks on.
pub trait OnLook {
    /// A line about what was done or has changed.
    fn say(&self, line: &str);
    /// Waits; true when the person wants to leave.
    fn pause(&self, wait: Duration, left: Duration) -> bool;
    /// The time, in seconds since 1970.
    fn seconds(&self) -> i64;
}

/// What was asked on the command line.
#[derive(Clone, Debug, Default)]
pub struct Asked {
    pub auto: bool,
    pub jump: bool,
    pub reopen: bool,
    pub draft: bool,
    /// The command that goes on.
    pub again: String,
}

/// An item of the checklist that is left to the forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pending {
    pub id: String,
    /// What is said about it while it is open, with the command that answers it.
    pub words: String,
    /// The one check that answers it; `None`: an approval, or all that are required.
    pub check: Option<String>,
}

/// What is brought where.
#[derive(Clone, Debug)]
pub struct Errand {
    /// The branch it comes from, without `refs/heads/`.
    pub head: String,
    /// The branch it goes to.
    pub base: String,
    /// What the branch has to hold.
    pub commit: Oid,
    /// Where the branch is.
    pub home: Home,
    /// The hotfix's newest commit that may be in a request already, without a version on top.
    pub known: Oid,
    /// The tag of the release that it is for.
    pub tag: String,
    pub title: String,
    pub body: String,
    pub merge_title: String,
    pub merge_message: String,
    pub method: MergeMethod,
    /// Items of the checklist that the forge may answer: id and what is said while it has not.
    pub pending: Vec<Pending>,
    /// The tree that answers are for.
    pub tree: Oid,
    /// The base as it was seen.
    pub base_tip: Oid,
    /// Who owns what it changes, for saying who can approve it.
    pub owners: Vec<String>,
}

/// What came of it.
#[derive(Debug)]
pub enum Came {
    /// The base has it now: look at the remote again. Names the commit that brought it.
    Merged(Request),
    /// It cannot be brought further now.
    Waits(Decision, Option<Request>),
    /// The branch moved on the remote.
    Stale(String),
}

/// What a run works with.
pub struct Through<'a> {
    pub workspace: &'a Workspace,
    pub record: &'a Record<'a>,
    pub id: &'a str,
    pub remote: &'a str,
    pub door: &'a Door,
    pub lock: Option<&'a RunLock>,
    pub watch: &'a dyn OnLook,
    pub asked: &'a Asked,
    /// How long is waited for what holds a request up.
    pub patience: &'a Cell<chrono::Duration>,
    /// The head of the request that is ours with the base brought in, once there is one.
    pub grown: &'a RefCell<Option<Oid>>,
}

impl Through<'_> {
    /// Brings it as far as it goes.
    ///
    /// # Errors
    /// When the forge or the remote refuses, with what was and was not done.
    pub fn go(&self, errand: &Errand) -> anyhow::Result<Came> {
        let Some(forge) = &self.door.forge else { return self.by_hand(errand, None) };
        let first = match self.look(forge.as_ref(), errand, errand.known.clone()) {
            Ok(seen) => seen,
            // Without the API the branch and the address are still of use.
            Err(error) if error.is_absent() => return self.by_hand(errand, Some(&error.to_string())),
            Err(error) => return Err(self.refused(&error, "nothing was changed").into()),
        };
        if let Some(request) = first.request.as_ref().filter(|r| r.state == RequestState::Merged) {
            return self.merged(errand, request.clone());
        }
        match self.publish(errand)? {
            Placed::At(home) => {
                let errand = Errand { home, ..errand.clone() };
                self.steps(forge.as_ref(), &errand, first)
            }
            Placed::Stale(name) => Ok(Came::Stale(name)),
        }
    }

    /// One thing after the other, until it is merged or waits.
    fn steps(&self, forge: &dyn Forge, errand: &Errand, first: Seen) -> anyhow::Result<Came> {
        let fresh = errand.home.published.as_ref() != Some(&errand.commit);
        // The forge has not seen what was published a moment ago.
        let mut seen = if fresh && first.request.is_some() {
            self.look(forge, errand, errand.commit.clone()).map_err(|e| self.refused(&e, ""))?
        } else {
            first
        };
        let (mut told, mut updated, mut queue, mut quiet) = (String::new(), false, false, Duration::ZERO);
        let began = self.watch.seconds();
        let mut step = 0;
        // The head that cannot be merged without the base, where only the merge call says so.
        let mut behind: Option<Oid> = None;
        while step < STEPS {
            if let Some(request) = seen.request.as_mut().filter(|r| behind.is_some() && r.head_sha == behind)
            {
                request.waiting.push(Wait::new(WaitKind::Behind, "its base has new commits"));
            }
            let pending = match &seen.request {
                Some(request) => {
                    if told.is_empty() {
                        self.found(errand, request);
                    }
                    self.answers(errand, request, &seen.rules)
                }
                None => Vec::new(),
            };
            let rules = Rules { queue: seen.rules.queue || queue, ..seen.rules.clone() };
            let mine = self.mine(errand, updated, self.watch.seconds() - began, seen.request.as_ref());
            let decision = with_pending(
                decide(seen.request.as_ref(), &rules, &mine),
                seen.request.as_ref(),
                &pending,
                &mine,
            );
            let request = seen.request.clone();
            if decision.state == "head-moved" && self.has_more(errand, request.as_ref()) {
                return Ok(Came::Stale(errand.head.clone()));
            }
            let decision = match (&decision.next, &request) {
                (Next::Merge { .. }, Some(request)) => self.as_tried(request, decision, &mine.again),
                _ => decision,
            };
            match (&decision.next, &request) {
                (Next::Merged(_), Some(request)) => return self.merged(errand, request.clone()),
                (Next::Wait, _) => {
                    let updating = updated && decision.state == "behind";
                    let computing = updating || matches!(decision.state, "computing" | "head-moved");
                    let said = decision.words.join("\n");
                    if said != told {
                        if !told.is_empty() || !self.patience.get().is_zero() {
                            self.say_all(&decision);
                        }
                        told = said;
                    }
                    let pause = hurried(PAUSE);
                    if computing && quiet < COMPUTING {
                        quiet += PAUSE;
                        if self.watch.pause(pause, COMPUTING) {
                            return Ok(Came::Waits(decision, request));
                        }
                    } else if self.has_waited_enough(pause) {
                        return Ok(Came::Waits(decision, request));
                    }
                }
                (Next::Stop(_), _) => return Ok(Came::Waits(decision, request)),
                (next, _) => {
                    step += 1;
                    let done = match (next, &request) {
                        (Next::Update, Some(about)) => {
                            updated = true;
                            match self.bring_in(forge, errand, about)? {
                                Brought::Asked(done) => done,
                                Brought::Waits(decision) => return Ok(Came::Waits(decision, request)),
                                Brought::Stale(name) => return Ok(Came::Stale(name)),
                            }
                        }
                        _ => self.change(forge, errand, next, request.as_ref(), &rules),
                    };
                    fault!("request: something was changed at the forge");
                    if let Err(error) = done {
                        // Whatever it said: what is there decides.
                        let now = self
                            .look(forge, errand, errand.commit.clone())
                            .map_err(|e| self.refused(&e, UNKNOWN))?;
                        match self.after(&error, next, &seen, &now) {
                            After::Done => {}
                            After::Queue => queue = true,
                            After::Behind => behind = request.and_then(|r| r.head_sha),
                            After::Again => {
                                self.watch.pause(hurried(Duration::from_secs(2)), COMPUTING);
                            }
                            After::Believe => {
                                return Err(self.not_changed(&error, next, request.as_ref()).into());
                            }
                        }
                        seen = now;
                        continue;
                    }
                    self.note(errand, next, request.as_ref());
                }
            }
            seen = self.look(forge, errand, errand.commit.clone()).map_err(|e| self.refused(&e, UNKNOWN))?;
        }
        Err(Failure::failed(format!("the forge does not finish with {}", errand.base))
            .hint(self.asked.again.clone())
            .into())
    }

    fn mine(&self, errand: &Errand, updated: bool, waited: i64, request: Option<&Request>) -> Mine {
        let normal = self.workspace.config.forge.no_ci_after.num_seconds();
        Mine {
            tip: self.tip(errand, request),
            base: errand.base.clone(),
            again: self.asked.again.clone(),
            what: self.door.place.kind.request(),
            auto: self.asked.auto,
            jump: self.asked.jump,
            reopen: self.asked.reopen,
            token: true,
            updated,
            owners: errand.owners.clone(),
            silent_for: Some((waited, normal)),
        }
    }

    /// Without a token, or without the forge: the branch, and the page for a person.
    fn by_hand(&self, errand: &Errand, why: Option<&str>) -> anyhow::Result<Came> {
        let home = match self.publish(errand)? {
            Placed::At(home) => home,
            Placed::Stale(name) => return Ok(Came::Stale(name)),
        };
        let place = &self.door.place;
        let what = place.kind.request();
        let page = opening_page(place, &home, &errand.head, &errand.base, &errand.title);
        let reason = why.map_or_else(
            || format!("there is no token for {}", place.address.authority()),
            |why| format!("the forge cannot be reached: {why}"),
        );
        let words = vec![
            format!("{} waits for a {what} that is merged: {reason}", errand.base),
            format!("open it, or look at it: {page}"),
        ];
        let hints = vec![format!("{}    # once it is merged", self.asked.again)];
        Ok(Came::Waits(Decision { state: "by-hand", next: Next::Wait, words, hints }, None))
    }

    fn say_all(&self, decision: &Decision) {
        for line in &decision.words {
            self.watch.say(line);
        }
    }

    /// Waits; true when nobody wants to wait any longer.
    fn has_waited_enough(&self, pause: Duration) -> bool {
        let left = self.patience.get();
        if left <= chrono::Duration::zero() {
            return true;
        }
        let step = chrono::Duration::from_std(PAUSE).unwrap_or_default().min(left);
        self.patience.set(left - step);
        let leaves =
            self.watch.pause(pause.min(step.to_std().unwrap_or(pause)), left.to_std().unwrap_or_default());
        if leaves {
            self.patience.set(chrono::Duration::zero());
        }
        leaves
    }
}

/// What the checklist still wants holds up the merge, and nothing before it.
fn with_pending(decision: Decision, request: Option<&Request>, pending: &[Open], mine: &Mine) -> Decision {
    let merges = matches!(decision.next, Next::Merge { .. });
    if pending.is_empty() || !(merges || decision.next == Next::Wait) {
        return decision;
    }
    let mut words = decision.words;
    // What the forge waits for as well is said once.
    let waits = |kind: WaitKind| request.is_some_and(|r| r.waits(kind).next().is_some());
    let is_said = |open: &Open| match open.id.as_str() {
        REVIEWED => waits(WaitKind::Review),
        TESTS => waits(WaitKind::Checks) || waits(WaitKind::NoChecks),
        _ => false,
    };
    words.extend(pending.iter().filter(|open| !is_said(open)).map(|open| open.words.clone()));
    if pending.iter().any(|open| open.failed) {
        let hints = vec![format!("{}    # after the fix, or after the check was run again", mine.again)];
        return Decision { state: "checks", next: Next::Stop(FailureKind::Failed), words, hints };
    }
    let hints = if merges { vec![mine.again.clone()] } else { decision.hints };
    let state = if merges { "review" } else { decision.state };
    Decision { state, next: Next::Wait, words, hints }
}
