//! Changing something at the forge, and what an error of that means.

use super::{Errand, Through};
use crate::forge::{Change, Forge, ForgeError};
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data::Requested;
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::request::{MergeWish, NewRequest, Request, Rules, Seen};
use crate::model::text::{safe, shell_word};
use crate::plan::request::Next;

pub(super) const UNKNOWN: &str = "run the same command again to see whether the last step was done";

/// What an error comes to.
pub(super) enum After {
    Done,
    Queue,
    /// The base has to come into the branch first.
    Behind,
    Again,
    Believe,
}

impl Through<'_> {
    pub(super) fn change(
        &self,
        forge: &dyn Forge,
        errand: &Errand,
        next: &Next,
        request: Option<&Request>,
        rules: &Rules,
    ) -> Result<(), ForgeError> {
        match (next, request) {
            (Next::Open, _) => forge.open(&NewRequest {
                head: errand.head.clone(),
                base: errand.base.clone(),
                fork: errand.home.fork.clone(),
                title: errand.title.clone(),
                body: errand.body.clone(),
                draft: self.asked.draft,
                labels: self.workspace.config.forge.labels.clone(),
                reviewers: self.workspace.config.forge.reviewers.clone(),
            }),
            (Next::Reopen, Some(request)) => forge.change(request, Change::Reopen),
            (Next::Retarget, Some(request)) => forge.change(request, Change::Base(&errand.base)),
            (Next::Ready, Some(request)) => forge.ready(request),
            (Next::Merge { auto, queue }, Some(request)) => {
                let Some(head) = request.head_sha.clone() else { return Ok(()) };
                forge.merge(
                    request,
                    &MergeWish {
                        head,
                        method: rules.method(errand.method),
                        title: errand.merge_title.clone(),
                        message: errand.merge_message.clone(),
                        auto: *auto,
                        jump: self.asked.jump,
                        queue: *queue,
                    },
                )
            }
            _ => Ok(()),
        }
    }

    /// What an error means, held against what is there now.
    pub(super) fn after(&self, error: &ForgeError, next: &Next, before: &Seen, now: &Seen) -> After {
        let state = |seen: &Seen| seen.request.as_ref().map(|r| (r.number, r.state, r.queue.clone()));
        if now.request.is_some() && state(before) != state(now) {
            return After::Done;
        }
        let words = error.words().to_lowercase();
        let merging = matches!(next, Next::Merge { .. });
        if merging && words.contains("merge queue") {
            return After::Queue;
        }
        if merging && words.contains("is behind") {
            return After::Behind;
        }
        // The base moved, it is still being worked out, or the answer was lost: worth another try.
        let passing = ["try again", "base branch was modified", "out of date", "not up to date"];
        let again = error.is_unknown()
            || matches!(error, ForgeError::Refused { status: 409 | 500..=599, .. })
            || passing.iter().any(|w| words.contains(w));
        if again { After::Again } else { After::Believe }
    }

    /// Writes down that there is a request: number and page, which are hints and never believed.
    pub(super) fn found(&self, errand: &Errand, request: &Request) {
        let known = self.record.incident(self.id).ok().flatten().is_some_and(|incident| {
            incident.of_kind(&Kind::RequestOpened).any(|e| e.read::<Requested>().is_at(&request.url))
        });
        if !known {
            let said =
                Requested { tag: Some(errand.tag.clone()), ..Requested::at(request.number, &request.url) };
            let draft = Draft::new(Kind::RequestOpened, request.name())
                .refer(Pointer::Branch, &errand.base)
                .refer(Pointer::Commit, &errand.commit)
                .data(&said);
            self.record.note(self.id, draft);
        }
    }

    /// Writes down, once, that it was merged and by whom.
    pub(super) fn ended(&self, errand: &Errand, request: &Request) {
        self.found(errand, request);
        let known = self.record.incident(self.id).ok().flatten().is_some_and(|incident| {
            incident.of_kind(&Kind::RequestMerged).any(|e| e.read::<Requested>().is_at(&request.url))
        });
        if known {
            return;
        }
        let by = request.ended_by.as_ref().map_or_else(String::new, |who| format!(" by {}", safe(who)));
        let said = Requested {
            by: request.ended_by.as_deref().map(safe),
            ..Requested::at(request.number, &request.url)
        };
        let mut draft = Draft::new(Kind::RequestMerged, format!("{} was merged{by}", request.name()))
            .refer(Pointer::Branch, &errand.base)
            .data(&said);
        if let Some(commit) = &request.merged_as {
            draft = draft.refer(Pointer::Commit, commit);
        }
        self.record.note(self.id, draft);
    }

    pub(super) fn note(&self, errand: &Errand, next: &Next, request: Option<&Request>) {
        let name = request.map(Request::name).unwrap_or_default();
        match next {
            Next::Open => {
                self.watch.say(&format!("{} into {}: opened", self.door.place.kind.request(), errand.base));
            }
            Next::Merge { auto: false, queue: false } => self.watch.say(&format!("{name} is merged")),
            Next::Merge { .. } => self.watch.say(&format!("{name} is set to merge automatically")),
            Next::Update => self.watch.say(&format!("{} was merged into {name}", errand.base)),
            Next::Ready => self.watch.say(&format!("{name} is no longer a draft")),
            _ => {}
        }
    }

    pub(super) fn refused(&self, error: &ForgeError, done: &str) -> Failure {
        let host = self.door.place.address.authority();
        let place = self.door.token.as_ref().map_or("nowhere", |t| t.place.as_str());
        let after = if done.is_empty() { String::new() } else { format!("\n{}", capital(done)) };
        match error {
            ForgeError::Denied { hint, .. } => {
                let message = format!("{error}; the token is from {place}{after}");
                let failure = Failure::new(FailureKind::Authentication, message);
                let failure = match hint {
                    Some(hint) => failure.hint(hint.clone()),
                    None => failure,
                };
                failure.hint(sign_in(&self.door.place)).hint(self.asked.again.clone())
            }
            error => Failure::failed(format!("{host} could not be asked: {error}{after}"))
                .hint(self.asked.again.clone()),
        }
    }

    pub(super) fn not_changed(&self, error: &ForgeError, next: &Next, request: Option<&Request>) -> Failure {
        if matches!(error, ForgeError::Denied { .. }) {
            return self.refused(error, "the branch is published, nothing else was changed");
        }
        let what = match (next, request) {
            (Next::Open, _) => format!("no {} was opened", self.door.place.kind.request()),
            (Next::Merge { .. }, Some(request)) => format!("{} was not merged", request.name()),
            (_, Some(request)) => format!("{} was not changed", request.name()),
            _ => "nothing was changed".to_owned(),
        };
        let failure = Failure::failed(format!("{what}: {error}"));
        let failure = match request {
            Some(request) => failure.hint(format!("open {}", shell_word(&request.url))),
            None => failure,
        };
        failure.hint(self.asked.again.clone())
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map(|c| c.to_uppercase().collect::<String>() + chars.as_str()).unwrap_or_default()
}

/// The line with which a token is got.
fn sign_in(place: &crate::forge::Place) -> String {
    let host = place.address.authority();
    match place.kind {
        crate::forge::Kind::GitHub => format!("gh auth login --hostname {host}"),
        crate::forge::Kind::GitLab => format!("glab auth login --hostname {host}"),
        crate::forge::Kind::Forgejo => {
            "export HOTFIX_FORGE_TOKEN=…    # a token that may write the repository".to_owned()
        }
    }
}
