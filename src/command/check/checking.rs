//! Answering the checklist of one hotfix: what was said, what commands say, what is asked.

use super::{Given, is_personal, note_commits};
use crate::command::{Outcome, Session, adopt, again, show, trust};
use crate::engine::checks::{self, answer};
use crate::engine::trust::Purpose;
use crate::facts::astray::astray;
use crate::facts::marked::marked;
use crate::facts::review::{is_author, is_same};
use crate::facts::work::unfinished_at;
use crate::facts::{Hotfix, Workspace, brought_in};
use crate::git::access::Access;
use crate::model::checked_out::{self, CheckedOut};
use crate::model::checklist::{
    Answer, Item, REVIEWED, Standing, State, Verdict, all_waived, standing, waive_options,
};
use crate::model::event::Draft;
use crate::model::event_data::Answered;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::text::{exact, path_word, safe};
use crate::record::Record;
use crate::terminal::style::Tone;
use serde_json::{Value, json};

/// Answering the checklist of one hotfix.
pub struct Checking<'a> {
    session: &'a Session,
    workspace: &'a Workspace,
    pub(super) record: Record<'a>,
    pub hotfix: Hotfix,
    pub incident: Incident,
    tip: Oid,
    pub tree: Oid,
    trusted: bool,
}

impl<'a> Checking<'a> {
    /// Gets ready to answer for the tree of the hotfix's tip.
    ///
    /// # Errors
    /// When the branch is gone or the record cannot be written.
    pub fn open(
        session: &'a Session,
        workspace: &'a Workspace,
        hotfix: Hotfix,
        trusted: bool,
    ) -> anyhow::Result<Self> {
        let Some(tip) = hotfix.tip().cloned() else {
            return Err(hotfix.no_branch("check", workspace.remote()).into());
        };
        let tree = brought_in::tested_tree(workspace, &tip, hotfix.incident.as_ref(), None)?;
        let incident = adopt::incident(session, workspace, &hotfix)?;
        let record = workspace.record();
        if !session.dry_run() {
            note_commits(workspace, &record, &incident, &tip)?;
        }
        Ok(Self { session, workspace, record, hotfix, incident, tip, tree, trusted })
    }

    /// Where the checklist stands now.
    pub fn standings(&self) -> Vec<Standing> {
        standing(&self.workspace.config.checks, &self.incident.answers, Some(&self.tree))
    }

    /// An answer is about the change. Before there is one it would be about production's own files.
    ///
    /// # Errors
    /// When the branch has the files that production had.
    pub fn demand_a_change(&self) -> anyhow::Result<()> {
        let repo = &self.workspace.repo;
        // A record that was opened for a branch as it was found knows no base.
        let production = self.workspace.last_known(self.workspace.production_of(Some(&self.incident)))?;
        let found = production.filter(|tip| *tip == self.tip && self.incident.base.is_none());
        let is_released = self.incident.tag.is_some() && found.is_none();
        let Some(base) = self.incident.base.as_ref().or(found.as_ref()) else { return Ok(()) };
        if is_released || !repo.has(base)? || repo.commit(base)?.tree != self.tree {
            return Ok(());
        }
        let worktrees = crate::git::worktree::list(repo)?;
        let stand = self.hotfix.stand(self.workspace, &worktrees);
        let place = match &stand {
            Some(CheckedOut::Here) => Some(repo.dir().to_owned()),
            Some(CheckedOut::At(path)) => Some(path.into()),
            None => None,
        };
        let changes = match place {
            Some(dir) => crate::git::state::changes(repo, &dir)?,
            None => crate::git::state::Changes::default(),
        };
        let branch = safe(&self.hotfix.branch);
        let commit = checked_out::commit(stand.as_ref(), &self.hotfix.branch);
        let here = stand == Some(CheckedOut::Here);
        if changes.tracked.is_empty()
            && let Some(astray) = astray(self.workspace, &self.hotfix, false, stand.as_ref())?
        {
            let words = astray.words();
            return Err(Failure::refused(format!(
                "{branch} has no change yet; {words}. Nothing was recorded."
            ))
            .hint(astray.command(stand.as_ref(), &self.hotfix.branch))
            .into());
        }
        let failure = match (changes.tracked.first(), changes.untracked.first()) {
            (Some(changed), _) => Failure::refused(format!(
                "the change is not committed ({}), and answers are about commits. Nothing was recorded.",
                safe(changed)
            ))
            .hint(commit),
            (None, Some(new)) => {
                let add = format!("git add {} && git commit", path_word(new));
                Failure::refused(format!(
                    "{branch} has no change yet, and {} is not added. Nothing was recorded.",
                    safe(new)
                ))
                .hint(if here { add } else { commit })
            }
            (None, None) => Failure::refused(format!(
                "{branch} has no change yet, so there is nothing to check. Make the smallest change that fixes it and commit it. Nothing was recorded."
            ))
            .hint(if here { "git commit -a    # after the change".to_owned() } else { commit }),
        };
        Err(failure.into())
    }

    /// Says that what is not committed, or is on production here, is not what the answers are about.
    ///
    /// # Errors
    /// When the worktree cannot be read.
    pub fn say_uncommitted(&self) -> anyhow::Result<()> {
        let repo = &self.workspace.repo;
        if repo.head()?.branch.as_ref() != Some(&self.hotfix.branch) {
            let stand = self.hotfix.stand(self.workspace, &crate::git::worktree::list(repo)?);
            if self.incident.tag.is_none()
                && let Some(astray) = astray(self.workspace, &self.hotfix, true, stand.as_ref())?
            {
                let (branch, commit) = (safe(&self.hotfix.branch), self.tip.short());
                let words = astray.words();
                self.session.ui.warn(format!("{words}. The answers are about {branch} at {commit}"));
                self.session.ui.hint(astray.command(stand.as_ref(), &self.hotfix.branch));
            }
            return Ok(());
        }
        let unfinished = unfinished_at(&self.workspace.repo, Some(&CheckedOut::Here))?;
        if let Some(words) = unfinished.words() {
            let commit = self.tip.short();
            self.session.ui.warn(format!("{words}. The answers are about the last commit, {commit}"));
            self.session.ui.hint(unfinished.command(Some(&CheckedOut::Here), &self.hotfix.branch));
        }
        Ok(())
    }

    /// Refuses answers for a change that contains conflict markers.
    ///
    /// # Errors
    /// When a file was committed with conflict markers.
    pub fn demand_no_markers(&self) -> anyhow::Result<()> {
        let Some(base) = &self.incident.base else { return Ok(()) };
        let repo = &self.workspace.repo;
        if self.incident.tag.is_some() || !repo.has(base)? {
            return Ok(());
        }
        let marked = marked(repo, (base, &self.tip), &repo.changes(base, &self.tip)?)?;
        let Some(path) = marked.first() else { return Ok(()) };
        let worktrees = crate::git::worktree::list(repo)?;
        let stand = self.hotfix.stand(self.workspace, &worktrees);
        Err(Failure::refused(format!(
            "{} was committed with conflict markers. Nothing was recorded.",
            safe(path)
        ))
        .hint(checked_out::commit_edited(stand.as_ref(), &self.hotfix.branch, path))
        .into())
    }

    /// Waiving every item is refused before any of it is recorded.
    ///
    /// # Errors
    /// When nothing would be left that was looked at.
    pub fn refuse_waiving_all(&self, answers: &[(String, Given)]) -> Result<(), Failure> {
        let mut standings = self.standings();
        for standing in &mut standings {
            if let Some((_, given)) = answers.iter().rev().find(|(id, _)| *id == standing.item.id) {
                standing.state = match given.verdict {
                    Verdict::Pass => State::Pass,
                    Verdict::Fail => State::Fail,
                    Verdict::Waived => State::Waived,
                };
            }
        }
        if all_waived(&standings) {
            return Err(Failure::refused(
                "every item would be waived: testing may be abbreviated, not \
                                         skipped. Nothing was recorded.",
            )
            .hint(format!(
                "hotfix check{} resolves    # check at least this one",
                self.hotfix.flag(self.workspace)
            )));
        }
        Ok(())
    }

    /// A yes by hand repairs nothing: what a command found is run again, or waived with a reason.
    ///
    /// # Errors
    /// When the command of an item that is answered with yes has failed on this tree.
    pub fn refuse_yes_to_a_failure(&self, answers: &[(String, Given)]) -> Result<(), Failure> {
        let standings = self.standings();
        let is_yes = |id: &str| answers.iter().any(|(i, g)| i == id && g.verdict == Verdict::Pass);
        let Some(failed) = standings.iter().find(|s| s.was_run_and_failed() && is_yes(&s.item.id)) else {
            return Ok(());
        };
        let (id, flag) = (&failed.item.id, self.hotfix.flag(self.workspace));
        let why = failed.answer.as_ref().and_then(|a| a.reason.clone()).unwrap_or_default();
        Err(Failure::refused(format!(
            "{id} was run on this commit and failed ({}). Nothing was recorded.",
            safe(&why)
        ))
        .hint(format!("hotfix check{flag} --only {id}    # runs it again"))
        .hint(format!("hotfix check{flag}{}", waive_options(&[id]))))
    }

    /// The checklist as it stands, and what would be recorded in it.
    pub(super) fn rehearse(&self, answers: &[(String, Given)]) -> Outcome {
        let standings = self.standings();
        show::checklist(self.session, &standings);
        for (id, given) in answers {
            let verdict = match given.verdict {
                Verdict::Pass => "yes".to_owned(),
                Verdict::Fail => "no".to_owned(),
                Verdict::Waived => format!("waived: {}", given.reason.as_deref().unwrap_or_default()),
            };
            self.session.ui.answer(format!("Would record {id}: {}.", safe(&verdict)));
        }
        self.session.ui.dim("Nothing was changed.");
        let mut document = self.document(&standings);
        if let Value::Object(map) = &mut document {
            map.insert("dry_run".into(), json!(true));
        }
        self.session.ui.document(document);
        Ok(0)
    }

    /// The answer as JSON.
    pub(super) fn document(&self, standings: &[Standing]) -> Value {
        json!({ "name": self.hotfix.name, "tree": self.tree, "checks": show::checks_json(standings) })
    }

    /// Records an answer from the command line.
    ///
    /// # Errors
    /// When the log cannot be written.
    pub fn record_given(&mut self, id: &str, given: &Given) -> anyhow::Result<()> {
        let mut draft = answer(id, given.verdict, &self.tree, &self.tip);
        if let Some(reason) = &given.reason {
            draft.text = format!("{id} waived: {reason}");
            draft = draft.data(&Answered { reason: Some(reason.clone()), ..Answered::default() });
        }
        if let Some(by) = &given.by {
            let mut said = Answered { by: Some(by.clone()), told: Some(true), ..Answered::default() };
            // Who made the change cannot name themselves; a colleague's word is taken.
            let own = self.record.actor();
            if is_same(self.workspace, by, own) && is_author(self.workspace, &self.hotfix, by)? {
                said.self_review = Some(true);
                self.session.ui.warn(format!(
                    "{} wrote the change: kept as a self-review, and {id} stays open",
                    safe(by)
                ));
            }
            draft = draft.data(&said);
        }
        self.keep(draft)
    }

    fn keep(&mut self, draft: Draft) -> anyhow::Result<()> {
        let event = if self.session.dry_run() {
            self.record.imagine(draft)
        } else {
            self.record.add(&self.incident.id, draft)?
        };
        self.incident.answers.extend(Answer::from_event(&event));
        Ok(())
    }

    /// Runs the items that have a command and are not settled, or the named ones. True when one
    /// failed.
    ///
    /// # Errors
    /// When a command is not trusted; nothing has been run then.
    pub fn run_commands(&mut self, only: &[&str]) -> anyhow::Result<bool> {
        let due: Vec<Item> = self
            .standings()
            .into_iter()
            .filter(|s| s.item.command.is_some())
            .filter(|s| {
                if only.is_empty() {
                    !matches!(s.state, State::Pass | State::Waived)
                } else {
                    only.contains(&s.item.id.as_str())
                }
            })
            .map(|s| s.item)
            .collect();
        if due.is_empty() {
            return Ok(false);
        }
        self.stand_on_the_fix()?;
        for item in &due {
            self.ensure_trusted(item)?;
        }
        let mut failed = false;
        for item in due {
            failed |= self.run_one(&item)? == Verdict::Fail;
        }
        Ok(failed)
    }

    /// A command tests the files it finds: they have to be the fix, and all of it.
    fn stand_on_the_fix(&self) -> anyhow::Result<()> {
        let head = self.workspace.repo.head()?;
        let path = || format!("cd \"$({})\"", again("hotfix path", &self.hotfix.name));
        if head.oid.as_ref() != Some(&self.tip) {
            return Err(Failure::refused(format!(
                "{} is not checked out here, so a test here would test something else",
                self.hotfix.branch
            ))
            .hint(path())
            .into());
        }
        let unfinished = unfinished_at(&self.workspace.repo, Some(&CheckedOut::Here))?;
        let Some(words) = unfinished.words().filter(|_| !unfinished.changed.is_empty()) else {
            return Ok(());
        };
        let commit = unfinished.command(Some(&CheckedOut::Here), &self.hotfix.branch);
        let stash = if unfinished.is_only_changes() { "    # or: git stash" } else { "" };
        Err(Failure::refused(format!("{words}. A test now would not test what ships"))
            .hint(format!("{commit}{stash}"))
            .into())
    }

    fn ensure_trusted(&self, item: &Item) -> anyhow::Result<()> {
        let Some(command) = &item.command else { return Ok(()) };
        if is_personal(self.workspace, &item.id)
            || trust::is_allowed(
                self.session,
                self.workspace,
                (Purpose::Check(&item.id), command),
                self.trusted,
            )?
        {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "the command of '{}' is not trusted here yet: {}\nNothing was run.",
            item.id,
            exact(command)
        ))
        .hint(format!("hotfix check{} --only {} --trust", self.hotfix.flag(self.workspace), item.id))
        .into())
    }

    fn run_one(&mut self, item: &Item) -> anyhow::Result<Verdict> {
        let Some(command) = item.command.clone() else { return Ok(Verdict::Pass) };
        let shown = safe(&self.record.redact(&command));
        self.session.ui.dim(format!("{}: running {shown}", item.id));
        let working = self.session.ui.working(&shown);
        let at = checks::Place { dir: self.workspace.repo.dir(), commit: &self.tip };
        let ran = checks::run(&self.hotfix, item, &command, at, |line| working.show(line))?;
        drop(working);
        let ending = checks::ending(&ran.done);
        let mut draft =
            answer(&item.id, ran.verdict, &self.tree, &self.tip).data(&checks::ran(command, &ran.done));
        draft.text = format!("{}: {ending}", item.id);
        draft.source = "git";
        if ran.verdict == Verdict::Fail {
            draft = draft.data(&Answered { reason: Some(ending.clone()), ..Answered::default() });
            self.session.ui.say(format!("{} {}: {ending}", self.session.ui.sign(Tone::Bad), item.id));
            let tail: Vec<&str> = ran.output.lines().rev().take(15).collect();
            for line in tail.iter().rev() {
                self.session.ui.dim(format!("  {}", safe(&self.record.redact(line))));
            }
        }
        draft.output = Some(ran.output);
        self.keep(draft)?;
        Ok(ran.verdict)
    }

    /// Asks what is open, where somebody can answer.
    ///
    /// # Errors
    /// Ctrl-C; answers given so far are kept.
    pub fn ask_open(&mut self, only: &[&str]) -> anyhow::Result<()> {
        if !self.session.ui.is_interactive() {
            return Ok(());
        }
        let mut explained = false;
        for standing in self.standings() {
            let item = &standing.item;
            let wanted = only.is_empty() || only.contains(&item.id.as_str());
            if !wanted || item.command.is_some() || matches!(standing.state, State::Pass | State::Waived) {
                continue;
            }
            if !explained {
                let name = safe(&self.hotfix.name);
                self.session.ui.dim(format!("{name}   y: yes   n: no   w: waive it   Enter or Esc: later"));
                explained = true;
            }
            let stale = if standing.state == State::Stale { " (it changed)" } else { "" };
            let question = format!("{}{stale}", item.question);
            let Some(given) = self.ask(&item.id, &question)? else { continue };
            let one = [(item.id.clone(), given.clone())];
            if let Err(refused) = self.refuse_waiving_all(&one) {
                self.session.ui.warn(refused.message);
                continue;
            }
            self.record_given(&item.id.clone(), &given)?;
        }
        Ok(())
    }

    /// One question, until the answer is understood; `None` for not yet.
    fn ask(&self, id: &str, question: &str) -> anyhow::Result<Option<Given>> {
        let yes = Given { verdict: Verdict::Pass, reason: None, by: None };
        loop {
            let typed = self
                .session
                .ui
                .ask(question, "y, n, w, Enter: later", &["y", "n", "w"])?
                .filter(|t| !t.is_empty());
            return Ok(match typed.as_deref().map(str::to_ascii_lowercase).as_deref() {
                None => None,
                Some("y" | "yes") => Some(yes),
                Some("n" | "no") => Some(Given { verdict: Verdict::Fail, ..yes }),
                // Whoever said yes by other means than this program.
                Some(who) if id == REVIEWED && who.contains('@') => Some(Given { by: typed, ..yes }),
                Some("w" | "waive") => match self.session.ui.line("Why waive it?")? {
                    Some(reason) => Some(Given { verdict: Verdict::Waived, reason: Some(reason), by: None }),
                    None => {
                        self.session.ui.dim("Waiving needs a reason; nothing was recorded.");
                        None
                    }
                },
                Some(_) => {
                    self.session.ui.dim("Type y, n or w; Enter leaves it for later.");
                    continue;
                }
            });
        }
    }
}
