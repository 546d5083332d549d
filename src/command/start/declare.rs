//! What start writes into the record: the declaration, the branch, a decision against it.

use super::Starting;
use crate::command::{Outcome, again, failure};
use crate::engine::start::Started;
use crate::git::access::Access;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::event_data;
use crate::model::event_data::Declared;
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::head;
use crate::model::text::shell_word;
use crate::plan::start::StartPlan;

impl Starting<'_> {
    /// Opens the record, of a hotfix that begins at `base`; the one of an interrupted start is
    /// continued.
    pub(super) fn declare(&self, base: Option<&Oid>) -> anyhow::Result<Incident> {
        let record = self.workspace.record();
        if let Some(incident) = &self.begun {
            for draft in self.triage.drafts() {
                record.note_once(incident, draft);
            }
            return Ok(incident.clone());
        }
        let id = record.new_id(&self.named.slug);
        record.note(&id, self.declaration(base));
        for draft in self.triage.drafts() {
            record.note(&id, draft);
        }
        match record.incident(&id)? {
            Some(incident) => Ok(incident),
            None => Err(Failure::failed(
                "the incident log could not be written; nothing else was changed.\nLook at the free space \
                 and the permissions of the git directory.",
            )
            .hint("df -h .")
            .into()),
        }
    }

    fn declaration(&self, base: Option<&Oid>) -> Draft {
        let title = self.title();
        let production = self.production.as_ref();
        let newest = production.and_then(|p| p.around.newest.as_ref());
        let said = Declared {
            production: production.map(|p| p.branch.clone()),
            base_tag: newest.map(|newest| newest.name.clone()),
            version: self.named.version.as_ref().map(ToString::to_string),
            ..self.names(&title)
        };
        let mut declared = Draft::new(Kind::Declared, title).data(&said);
        if let Some(production) = production {
            declared = declared.refer(Pointer::Base, base.unwrap_or(&production.tip));
        }
        if let Some(incident) = &self.incident {
            declared = declared.refer(Pointer::Incident, incident);
        }
        declared
    }

    fn names(&self, title: &str) -> Declared {
        Declared {
            name: Some(self.named.slug.clone()),
            title: Some(title.to_owned()),
            branch: Some(self.branch.clone()),
            ..Declared::default()
        }
    }

    fn title(&self) -> String {
        self.triage.title.clone().unwrap_or_else(|| self.named.slug.clone())
    }

    /// Records the branch, and where one came from, so that `undo` goes back there.
    pub(super) fn record_branch(
        &self,
        incident: &Incident,
        plan: &StartPlan,
        started: &Started,
        came_from: Option<&str>,
    ) {
        let from = self.production.as_ref().map(|p| p.branch.as_str()).unwrap_or_default();
        let worktree = started.worktree.as_ref().map(|path| path.display().to_string());
        let came_from = came_from.filter(|_| worktree.is_none()).map(str::to_owned);
        let text = format!("{} from {from} at {}", plan.branch, plan.at.short());
        let draft = Draft::new(Kind::FixStarted, text)
            .refer(Pointer::Branch, &plan.branch)
            .refer(Pointer::Base, &plan.at)
            .data(&event_data::Started { worktree, came_from });
        self.workspace.record().note(&incident.id, draft);
    }

    /// What is said where git did not make the branch. A hotfix that was begun by this run ends with it.
    pub(super) fn not_made(
        &self,
        error: &anyhow::Error,
        incident: Option<&Incident>,
    ) -> anyhow::Result<Failure> {
        let failure = failure::of(error);
        let Some(incident) = incident.filter(|_| self.begun.is_none()) else { return Ok(failure) };
        if self.workspace.repo.find_ref(&head(&self.branch))?.is_some() {
            return Ok(failure);
        }
        let record = self.workspace.record();
        record.note(&incident.id, Draft::new(Kind::Cancelled, "the branch could not be made"));
        record.settle();
        let again = again("hotfix start", &self.named.slug);
        Ok(Failure { message: format!("not started, nothing was changed: {}", failure.message), ..failure }
            .hint(format!("{again} --worktree    # or: --stash")))
    }

    /// Ctrl-C in the questions: what was answered is worth keeping.
    pub(super) fn keep_answers(&self) -> Outcome {
        if !self.triage.answered {
            return Err(Failure::new(
                FailureKind::Interrupted,
                "interrupted before the first answer; nothing was changed",
            )
            .into());
        }
        let incident = self.declare(None)?;
        self.workspace.record().settle();
        self.session.ui.say(format!("Your answers are kept as {}; no branch was made.", incident.id));
        Err(Failure::new(FailureKind::Interrupted, "interrupted in the questions")
            .hint(format!("{}    # continues", again("hotfix start", &self.named.slug)))
            .hint(format!("{}    # gives up", again("hotfix abort", &self.named.slug)))
            .into())
    }

    /// It can wait: a decision worth keeping, and no branch.
    pub(super) fn decline(&self) -> Outcome {
        let slug = shell_word(&self.named.slug);
        let failure = |what: &str| {
            Failure::refused(format!("not started: it can wait for the next scheduled release. {what}"))
                .hint(format!("hotfix start {slug} --force    # starts it anyway"))
        };
        if self.session.dry_run() {
            return Err(failure("Nothing was changed.").into());
        }
        let record = self.workspace.record();
        let id = record.new_id(&self.named.slug);
        for draft in self.triage.drafts() {
            record.note(&id, draft);
        }
        let title = self.title();
        let draft = Draft::new(Kind::Declined, format!("{title}: can wait for the next scheduled release"))
            .data(&self.names(&title))
            .by_person();
        record.note(&id, draft);
        record.settle();
        Err(failure(&format!("The decision is in the log as {id}; no branch was made.")).into())
    }
}
