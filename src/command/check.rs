//! `hotfix check`: the checklist.

use super::{Desk, Outcome, adopt, show, trust};
use crate::cli::Check;
use crate::config::Origin;
use crate::engine::checks::{self, answer};
use crate::engine::chronicle::Chronicle;
use crate::facts::review::{is_author, is_same};
use crate::facts::{Hotfix, Site, finish as facts};
use crate::git::access::Access;
use crate::model::checklist::{Item, REVIEWED, Standing, State, Verdict, all_waived, standing};
use crate::model::event::Draft;
use crate::model::failure::{Failure, Kind};
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::text::{count, safe, safe_lines, shell_word};
use crate::record::Record;
use crate::terminal::style::Tone;
use serde_json::json;

pub fn run(desk: &Desk, args: &Check) -> Outcome {
    let site = desk.site()?;
    let hotfix = Hotfix::find(&site, args.hotfix.as_deref())?;
    let flag = hotfix.flag(&site);
    let answers = given(&site, args, &flag)?;
    let mut checking = Checking::open(desk, &site, hotfix, args.trust)?;
    checking.refuse_waiving_all(&answers)?;
    if desk.dry_run() {
        return checking.rehearse(&answers);
    }
    for (id, given) in &answers {
        checking.record_given(id, given)?;
    }
    let mut failed = false;
    let only: Vec<&str> = args.only.iter().map(String::as_str).collect();
    if answers.is_empty() || !only.is_empty() {
        failed = checking.run_commands(&only)?;
        checking.ask_open(&only)?;
    }
    // On disk before it is said.
    checking.record.settle();
    let standings = checking.standings();
    show::checklist(desk, &standings);
    desk.ui.document(checking.document(&standings));
    show::size(desk, &site, &checking.hotfix)?;
    next(desk, &site, &standings, &checking.hotfix);
    Ok(if failed { Kind::Failed.exit_code() } else { 0 })
}

fn next(desk: &Desk, site: &Site, standings: &[Standing], hotfix: &Hotfix) {
    let flag = hotfix.flag(site);
    let open: Vec<&Standing> = standings.iter().filter(|s| !s.is_settled()).collect();
    desk.ui.say("");
    match open.first() {
        None => {
            let is_public = hotfix.incident.as_ref().is_some_and(|i| i.tag.is_some());
            let what = if is_public { "complete it" } else { "release it" };
            desk.ui.say(format!("Next: {what}\n  {}", super::again("hotfix finish", &hotfix.name)));
        }
        Some(first) => {
            let id = &first.item.id;
            desk.ui.say(format!("Next: {}", first.item.question));
            let run = if first.item.command.is_some() {
                format!("hotfix check{flag} --only {id}")
            } else if id == REVIEWED && site.remote().is_some() {
                format!("{} --request", super::again("hotfix review", &hotfix.name))
            } else {
                format!("hotfix check{flag} {id}")
            };
            desk.ui.say(format!("  {run}    or    hotfix check{flag} --waive {id}=\"why\""));
        }
    }
}

/// An answer from the command line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Given {
    pub verdict: Verdict,
    pub reason: Option<String>,
    /// Whom the responder names as having answered.
    pub by: Option<String>,
}

fn given(site: &Site, args: &Check, flag: &str) -> Result<Vec<(String, Given)>, Failure> {
    let yes = || Given { verdict: Verdict::Pass, reason: None, by: None };
    let mut answers: Vec<(String, Given)> = Vec::new();
    for id in &args.ids {
        answers.push((known(site, id)?.id.clone(), yes()));
    }
    for text in &args.answer {
        let (id, value) = pair(text, "--answer", "ID=yes")?;
        let item = known(site, id)?;
        let given = match value.to_ascii_lowercase().as_str() {
            "yes" | "y" | "true" => yes(),
            "no" | "n" | "false" => Given { verdict: Verdict::Fail, ..yes() },
            // A colleague who said yes by other means than this program.
            _ if item.id == REVIEWED && value.contains('@') => Given { by: Some(safe(value)), ..yes() },
            _ => {
                return Err(Failure::usage(format!("'{}' is no answer to {id}", safe(value)))
                    .hint(format!("hotfix check{flag} --answer {id}=yes")));
            }
        };
        answers.push((item.id.clone(), given));
    }
    answers.extend(waivers(site, &args.waive)?);
    for id in &args.only {
        known(site, id)?;
    }
    Ok(answers)
}

/// Reads `--waive ID=REASON`.
///
/// # Errors
/// An unknown item, or no reason.
pub fn waivers(site: &Site, texts: &[String]) -> Result<Vec<(String, Given)>, Failure> {
    texts
        .iter()
        .map(|text| {
            let (id, reason) = pair(text, "--waive", "ID=REASON")?;
            let item = known(site, id)?;
            let reason = safe_lines(reason).trim().to_owned();
            if reason.is_empty() {
                return Err(Failure::usage(format!("waiving {id} needs a reason"))
                    .hint(format!("hotfix check --waive {id}=\"nobody awake\"")));
            }
            Ok((item.id.clone(), Given { verdict: Verdict::Waived, reason: Some(reason), by: None }))
        })
        .collect()
}

fn pair<'a>(text: &'a str, flag: &str, form: &str) -> Result<(&'a str, &'a str), Failure> {
    text.split_once('=').ok_or_else(|| Failure::usage(format!("{flag} takes {form}, not '{}'", safe(text))))
}

fn known<'a>(site: &'a Site, id: &str) -> Result<&'a Item, Failure> {
    let items = &site.config.checks;
    items.iter().find(|i| i.id == id).ok_or_else(|| {
        let ids: Vec<&str> = items.iter().map(|i| i.id.as_str()).collect();
        let failure = Failure::usage(format!(
            "'{}' is no item of the checklist; there are {}",
            safe(id),
            ids.join(", ")
        ));
        // Somebody's answer is an option, because its value is a name.
        match id.split_once('=') {
            Some((item, _)) if ids.contains(&item) => {
                failure.hint(format!("hotfix check --answer {}", shell_word(id)))
            }
            _ => failure,
        }
    })
}

/// Answering the checklist of one hotfix.
pub struct Checking<'a> {
    desk: &'a Desk,
    site: &'a Site,
    record: Record<'a>,
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
    pub fn open(desk: &'a Desk, site: &'a Site, hotfix: Hotfix, trusted: bool) -> anyhow::Result<Self> {
        let Some(tip) = hotfix.tip().cloned() else {
            return Err(Failure::usage(format!(
                "{} has no branch any more, so there is nothing to check",
                hotfix.name
            ))
            .hint(super::again("hotfix timeline", &hotfix.name))
            .into());
        };
        let tree = site.repo.commit(&tip)?.tree;
        let incident = adopt::incident(desk, site, &hotfix)?;
        let record = site.record();
        if !desk.dry_run() {
            note_commits(site, &record, &incident, &tip)?;
        }
        Ok(Self { desk, site, record, hotfix, incident, tip, tree, trusted })
    }

    /// Where the checklist stands now.
    pub fn standings(&self) -> Vec<Standing> {
        standing(&self.site.config.checks, &self.incident.answers, Some(&self.tree))
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
            return Err(Failure::refused("every item would be waived: abbreviated testing is fine, no testing is not. Nothing was recorded.")
                .hint(format!(
                    "hotfix check{} resolves    # look at least at that one",
                    self.hotfix.flag(self.site)
                )));
        }
        Ok(())
    }

    /// The checklist as it stands, and what would be recorded in it.
    fn rehearse(&self, answers: &[(String, Given)]) -> Outcome {
        let standings = self.standings();
        show::checklist(self.desk, &standings);
        for (id, given) in answers {
            let verdict = match given.verdict {
                Verdict::Pass => "yes".to_owned(),
                Verdict::Fail => "no".to_owned(),
                Verdict::Waived => format!("waived: {}", given.reason.as_deref().unwrap_or_default()),
            };
            self.desk.ui.answer(format!("Would record {id}: {}.", safe(&verdict)));
        }
        self.desk.ui.dim("Nothing was changed.");
        let mut document = self.document(&standings);
        if let serde_json::Value::Object(map) = &mut document {
            map.insert("dry_run".into(), json!(true));
        }
        self.desk.ui.document(document);
        Ok(0)
    }

    fn document(&self, standings: &[Standing]) -> serde_json::Value {
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
            draft = draft.with("reason", reason.clone());
        }
        if let Some(by) = &given.by {
            draft = draft.with("by", by.clone()).with("told", true);
            // Who made the change cannot name themselves; a colleague's word is taken.
            let own = self.record.actor();
            if is_same(self.site, by, own) && is_author(self.site, &self.hotfix, by)? {
                draft = draft.with("self_review", true);
            }
        }
        self.keep(draft)
    }

    fn keep(&mut self, draft: Draft) -> anyhow::Result<()> {
        let event = if self.desk.dry_run() {
            self.record.imagine(draft)
        } else {
            self.record.add(&self.incident.id, draft)?
        };
        self.incident.answers.extend(crate::model::checklist::Answer::from_event(&event));
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
        let head = self.site.repo.head()?;
        let path = || format!("cd \"$({})\"", super::again("hotfix path", &self.hotfix.name));
        if head.oid.as_ref() != Some(&self.tip) {
            return Err(Failure::refused(format!(
                "this worktree does not stand on {}, so a test here would test something else",
                self.hotfix.branch
            ))
            .hint(path())
            .into());
        }
        let changes = crate::git::state::tracked_changes(&self.site.repo, self.site.repo.dir())?;
        if let Some(first) = changes.tracked.first() {
            return Err(Failure::refused(format!(
                "{} not committed ({}), so a test now would test something else than what ships",
                count(changes.tracked.len(), "change"),
                safe(first)
            ))
            .hint("git commit -a    # or: git stash")
            .into());
        }
        Ok(())
    }

    fn ensure_trusted(&self, item: &Item) -> anyhow::Result<()> {
        let Some(command) = &item.command else { return Ok(()) };
        if is_personal(self.site, &item.id) || trust::is_allowed(self.desk, self.site, command, self.trusted)?
        {
            return Ok(());
        }
        Err(Failure::refused(format!(
            "the command of '{}' has not been allowed here: {}\nNothing was run.",
            item.id,
            safe(command)
        ))
        .hint(format!("hotfix check{} --only {} --trust", self.hotfix.flag(self.site), item.id))
        .into())
    }

    fn run_one(&mut self, item: &Item) -> anyhow::Result<Verdict> {
        let Some(command) = item.command.clone() else { return Ok(Verdict::Pass) };
        let shown = safe(&self.record.redact(&command));
        self.desk.ui.dim(format!("{}: running {shown}", item.id));
        let working = self.desk.ui.working(&shown);
        let at = checks::Place { dir: self.site.repo.dir(), commit: &self.tip };
        let ran = checks::run(&self.hotfix, item, &command, at, |line| working.show(line))?;
        drop(working);
        let ending = checks::ending(&ran.done);
        let mut draft = answer(&item.id, ran.verdict, &self.tree, &self.tip)
            .with("command", command)
            .with("exit", ran.done.code)
            .with("duration_ms", u64::try_from(ran.done.took.as_millis()).unwrap_or(u64::MAX));
        draft.text = format!("{}: {ending}", item.id);
        draft.source = "git";
        if ran.verdict == Verdict::Fail {
            draft = draft.with("reason", ending.clone());
            self.desk.ui.say(format!("{} {}: {ending}", self.desk.ui.sign(Tone::Bad), item.id));
            let tail: Vec<&str> = ran.output.lines().rev().take(15).collect();
            for line in tail.iter().rev() {
                self.desk.ui.dim(format!("  {}", safe(&self.record.redact(line))));
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
        if !self.desk.ui.is_interactive() {
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
                self.desk.ui.dim("y: yes   n: no   w: go without it   Enter: not yet");
                explained = true;
            }
            let stale = if standing.state == State::Stale { " (it changed)" } else { "" };
            let question = format!("{}{stale} [y/n/w]", item.question);
            let Some(given) = self.ask(&item.id, &question)? else { continue };
            let one = [(item.id.clone(), given.clone())];
            if let Err(refused) = self.refuse_waiving_all(&one) {
                self.desk.ui.warn(refused.message);
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
            let typed = self.desk.ui.line(question)?;
            return Ok(match typed.as_deref().map(str::to_ascii_lowercase).as_deref() {
                None => None,
                Some("y" | "yes") => Some(yes),
                Some("n" | "no") => Some(Given { verdict: Verdict::Fail, ..yes }),
                // Whoever said yes by other means than this program.
                Some(who) if id == REVIEWED && who.contains('@') => Some(Given { by: typed, ..yes }),
                Some("w" | "waive") => self.desk.ui.line("Why go without it?")?.map(|reason| Given {
                    verdict: Verdict::Waived,
                    reason: Some(reason),
                    by: None,
                }),
                Some(_) => {
                    self.desk.ui.dim("That is none of y, n, w; Enter leaves it for later.");
                    continue;
                }
            });
        }
    }
}

/// Whether an item's command comes from the user and not from the repository.
pub fn is_personal(site: &Site, id: &str) -> bool {
    !matches!(site.config.origin(&format!("check.{id}")), Some(Origin::File(_)))
}

/// Writes the hotfix's new commits into the record, oldest first.
///
/// # Errors
/// When history cannot be read.
pub fn note_commits(site: &Site, record: &Record<'_>, incident: &Incident, tip: &Oid) -> anyhow::Result<()> {
    let Some(base) = &incident.base else { return Ok(()) };
    let chronicle = Chronicle::new(record, &incident.id, Some(incident));
    for commit in site.repo.log(tip, std::slice::from_ref(base), 200)?.iter().rev() {
        if commit.parents.len() < 2 {
            chronicle.commit(commit);
        }
    }
    Ok(())
}

/// The checklist of a hotfix as it stands, for other commands.
pub fn standings(site: &Site, hotfix: &Hotfix) -> anyhow::Result<Vec<Standing>> {
    let tree = hotfix.tip().map(|tip| site.repo.commit(tip)).transpose()?.map(|c| c.tree);
    Ok(facts::standings(site, hotfix, tree.as_ref()))
}
