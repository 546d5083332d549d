//! `hotfix finish`: deploy and merge. Look, plan, show, do, look again.

use super::check::{self, Checking};
use super::{Desk, Outcome, adopt, again, plan_view, show};
use crate::cli::Finish;
use crate::engine::compose::{Choices, compose};
use crate::engine::finish::{Ended, Engine, Report, production_conflict};
use crate::engine::merge_back::{Resolution, resolutions};
use crate::facts::finish::{Asked, gather, standings};
use crate::facts::{Hotfix, Site, targets};
use crate::git::door::Manner;
use crate::git::fetch::{self, View};
use crate::model::event::{Draft, Kind};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::incident::{End, Incident};
use crate::model::plan::{Approved, FinishPlan, Outcome as TargetOutcome, Role};
use crate::model::text::{count, list, safe, safe_lines, shell_word};
use crate::plan::finish::{FinishWish, Progress};
use crate::system::lock::{Locked, RunLock};
use crate::terminal::style::{Tone, pad, width};
use semver::Version;
use serde_json::{Value, json};
use std::time::Duration;

/// How often a plan is made again because somebody moved a ref meanwhile.
const TRIES: usize = 5;
/// The longest the remote is waited for where nobody can press Ctrl-C.
const PATIENCE: Duration = Duration::from_secs(60);

pub fn run(desk: &Desk, args: &Finish) -> Outcome {
    let mut site = desk.site()?;
    check_git(&site)?;
    let asked = asked(&site, args)?;
    let hotfix = Hotfix::find(&site, args.name.as_deref())?;
    if let Some(done) = already_done(desk, &hotfix, args) {
        return done;
    }
    let lock = if desk.dry_run() { None } else { lock(desk, &site)? };
    let mut moved: Option<String> = None;
    for _ in 0..TRIES {
        let view = look(desk, &site, args)?;
        site.refresh(&view)?;
        let Some(hotfix) = settled_branch(desk, &site, args, &view)? else { return Ok(0) };
        let attempt = Attempt { desk, site: &site, args, asked: &asked, view: &view, lock: lock.as_ref() };
        match attempt.go(hotfix, moved.as_deref())? {
            Step::Done(code) => return Ok(code),
            Step::Again(what) => moved = Some(what),
        }
    }
    let what = moved.unwrap_or_default();
    Err(Failure::failed(format!(
        "{what} moved {TRIES} times while this ran; nothing of this run was published"
    ))
    .hint("hotfix finish")
    .into())
}

enum Step {
    Done(u8),
    Again(String),
}

fn check_git(site: &Site) -> anyhow::Result<()> {
    let (major, minor) = site.repo.version()?;
    let (need_major, need_minor) = crate::git::repo::GIT_FLOOR;
    if (major, minor) < (need_major, need_minor) {
        return Err(Failure::failed(format!(
            "git {major}.{minor} cannot merge without a checkout; finish needs git {need_major}.{need_minor} or newer. Nothing was changed."
        ))
        .into());
    }
    Ok(())
}

fn asked(site: &Site, args: &Finish) -> Result<Asked, Failure> {
    let version = args
        .version
        .as_deref()
        .map(|text| {
            let bare = text.strip_prefix('v').unwrap_or(text);
            Version::parse(bare).ok().filter(|v| v.pre.is_empty() && v.build.is_empty()).ok_or_else(|| {
                Failure::usage(format!("'{}' is no release version; it looks like 1.2.3", safe(text)))
                    .hint("hotfix finish --version 1.2.3")
            })
        })
        .transpose()?;
    let skip = args
        .skip
        .iter()
        .map(|text| match text.split_once('=') {
            Some((branch, why)) if !why.trim().is_empty() && branch != site.config.branches.production => {
                Ok((branch.to_owned(), safe_lines(why).trim().to_owned()))
            }
            Some((branch, _)) if branch == site.config.branches.production => {
                Err(Failure::usage(format!("{} is production; a hotfix cannot go without it", safe(branch))))
            }
            _ => Err(Failure::usage(format!("--skip takes BRANCH=REASON, not '{}'", safe(text)))
                .hint("hotfix finish --skip release/1.4.0=\"is abandoned\"")),
        })
        .collect::<Result<_, _>>()?;
    Ok(Asked { version, skip })
}

/// A hotfix that ended has nothing left to do.
fn already_done(desk: &Desk, hotfix: &Hotfix, args: &Finish) -> Option<Outcome> {
    let incident = hotfix.incident.as_ref()?;
    let name = &hotfix.name;
    match incident.end {
        Some(End::Finished)
            if hotfix.tip().is_none() || (!args.next && args.version.is_none() && hotfix.local.is_none()) =>
        {
            let tag = incident.tag.clone().unwrap_or_default();
            desk.ui.answer(format!("{name} is finished as {tag}. Nothing was changed."));
            desk.ui.document(json!({
                "state": "done", "tag": tag, "version": version_of(&tag), "targets": [],
                "next": { "command": again("hotfix postmortem", name), "why": "write it up while you remember" },
            }));
            Some(Ok(0))
        }
        Some(End::Cancelled) => {
            Some(Err(Failure::refused(format!("{name} was given up; nothing was changed"))
                .hint(again("hotfix timeline", name))
                .into()))
        }
        Some(End::Declined) => Some(Err(Failure::refused(format!(
            "{name} was declined because it can wait; nothing was changed"
        ))
        .hint(format!("{} --force", again("hotfix start", name)))
        .into())),
        _ => None,
    }
}

fn version_of(tag: &str) -> Option<String> {
    crate::model::version::split_tag(tag).map(|(_, v)| v.to_string())
}

fn lock(desk: &Desk, site: &Site) -> anyhow::Result<Option<RunLock>> {
    let path = site.repo.common_dir().join("hotfix").join("run");
    let mut told = false;
    loop {
        match RunLock::acquire(&path) {
            Ok(Locked::Held(lock)) => return Ok(Some(lock)),
            Ok(Locked::Orphaned) => {
                log::warn!("a push of an earlier run may still be under way; the remote decides");
                return Ok(None);
            }
            Ok(Locked::Busy { pid }) => {
                if !told {
                    desk.ui
                        .say(format!("Another finish runs in this clone (process {pid}); waiting for it…"));
                    told = true;
                }
                std::thread::sleep(Duration::from_millis(100));
            }
            Err(error) => {
                return Err(Failure::failed(format!(
                    "the git directory cannot be written ({}: {error}); nothing was changed",
                    path.display()
                ))
                .into());
            }
        }
    }
}

/// Reads the remote: finish insists on it, because what is published depends on it.
fn look(desk: &Desk, site: &Site, args: &Finish) -> anyhow::Result<View> {
    let Some(remote) = site.remote().filter(|_| !args.no_push) else {
        return Ok(fetch::last_known(&site.repo, site.remote())?);
    };
    let interactive = desk.ui.is_interactive();
    let manner = Manner { may_ask: interactive, limit: (!interactive).then_some(PATIENCE) };
    desk.ui.dim(format!("Reading {remote}…"));
    let read = || {
        if site.repo.is_shallow() {
            // Merges need the common history.
            fetch::unshallow(&site.repo, remote, manner)?;
        }
        fetch::fetch(&site.repo, remote, &targets::wanted(site, &site.config.branches.production), manner)
    };
    read().map_err(|error| {
        let kind = if error.is_authentication() { FailureKind::Authentication } else { FailureKind::Failed };
        let why = if error.is_timeout() { "it did not answer".to_owned() } else { error.detail() };
        Failure::new(kind, format!("{remote} cannot be read: {why}\nNothing was changed."))
            .hint("run the same command again when it can be reached")
            .hint("hotfix finish --no-push    (merges and tags here; a later finish publishes the same commits)")
            .into()
    })
}

/// The hotfix as it is after reading the remote. A branch that is gone because a colleague has
/// finished is said, not an error.
fn settled_branch(desk: &Desk, site: &Site, args: &Finish, view: &View) -> anyhow::Result<Option<Hotfix>> {
    let hotfix = Hotfix::find(site, args.name.as_deref())?;
    let published = view.heads.contains_key(&hotfix.branch);
    if hotfix.local.is_some() || published {
        return Ok(Some(hotfix));
    }
    match already_done(desk, &hotfix, args) {
        Some(outcome) => outcome.map(|_| None),
        None => Ok(Some(hotfix)),
    }
}

struct Attempt<'a> {
    desk: &'a Desk,
    site: &'a Site,
    args: &'a Finish,
    asked: &'a Asked,
    view: &'a View,
    lock: Option<&'a RunLock>,
}

impl Attempt<'_> {
    fn go(&self, mut hotfix: Hotfix, moved: Option<&str>) -> anyhow::Result<Step> {
        let (desk, site) = (self.desk, self.site);
        if let Some(moved) = moved {
            desk.ui.say(format!("{moved} moved meanwhile: planned again."));
        }
        if !desk.dry_run() {
            hotfix.incident = Some(match hotfix.incident {
                Some(incident) => incident,
                None => adopt::record(site, &hotfix)?,
            });
            self.decide(&mut hotfix)?;
        }
        let resolved = match &hotfix.incident {
            Some(incident) => resolutions(site, incident, !desk.dry_run())?,
            None => Vec::new(),
        };
        let mut facts = gather(site, &hotfix, self.view, self.asked)?;
        if facts.progress == Progress::Ahead && !desk.dry_run() && moved.is_none() {
            self.run_checks(&mut hotfix, &facts.commits)?;
            facts.standings = standings(site, &hotfix, Some(&facts.tip_tree));
        }
        let choices = self.choices(resolved);
        let plan = compose(site, hotfix.incident.as_ref(), &facts, &choices)?;
        if desk.dry_run() {
            return self.show_only(&plan).map(Step::Done);
        }
        self.refuse(&plan, &facts.progress)?;
        if moved.is_none() {
            self.approve(&plan)?;
        }
        let plan = Approved::new(plan);
        let incident = hotfix.incident.as_ref();
        let Some(id) = hotfix.id() else {
            return Err(Failure::failed("the incident log could not be opened").into());
        };
        let record = site.record();
        let engine = Engine {
            site,
            record: &record,
            id,
            incident,
            lock: self.lock,
            resolutions: &choices.resolutions,
        };
        match engine.run(&plan)? {
            Ended::Stale(what) => Ok(Step::Again(what)),
            Ended::Went(report) => {
                if report.is_complete() && self.args.resolved {
                    record.note(id, Draft::new(Kind::Resolved, "").by_person());
                }
                Ok(Step::Done(self.show(plan.plan(), &report, id)?))
            }
        }
    }

    fn choices(&self, resolutions: Vec<Resolution>) -> Choices {
        Choices {
            wish: FinishWish {
                allow_large: self.args.allow_large.clone(),
                allow_unreleased: self.args.allow_unreleased.clone(),
                next: self.args.next,
            },
            message: self.args.message.clone().map(|m| safe_lines(&m)),
            keep_branch: self.args.keep_branch,
            no_push: self.args.no_push,
            rehearsal: self.desk.dry_run(),
            resolutions,
        }
    }

    /// Writes the decisions of the command line into the record: waivers, skipped targets, reasons.
    fn decide(&self, hotfix: &mut Hotfix) -> anyhow::Result<()> {
        let site = self.site;
        let record = site.record();
        let Some(incident) = hotfix.incident.as_mut() else { return Ok(()) };
        for (branch, why) in &self.asked.skip {
            if !self.view.heads.contains_key(branch) {
                return Err(Failure::usage(format!("there is no branch {} to skip", safe(branch))).into());
            }
            if incident.skipped.get(branch) != Some(why) {
                let draft = Draft::new(Kind::TargetSkipped, format!("{branch}: {why}"))
                    .refer("branch", branch)
                    .with("reason", why.clone());
                record.note(&incident.id, draft.by_person());
                incident.skipped.insert(branch.clone(), why.clone());
            }
        }
        let reasons =
            [("large change", &self.args.allow_large), ("unreleased commits", &self.args.allow_unreleased)];
        for (what, why) in reasons {
            if let Some(why) = why {
                let text = format!("{what} allowed: {}", safe(why));
                let known = incident.of_kind(&Kind::Decision).any(|e| e.text == text);
                if !known {
                    record.note(&incident.id, Draft::new(Kind::Decision, text).by_person());
                }
            }
        }
        let waivers = check::waivers(site, &self.args.waive)?;
        if !waivers.is_empty() {
            let mut checking = Checking::open(self.desk, site, hotfix.clone(), self.args.trust)?;
            checking.refuse_waiving_all(&waivers)?;
            for (id, given) in &waivers {
                checking.record_given(id, given)?;
            }
            hotfix.incident = Some(checking.incident);
        }
        Ok(())
    }

    /// On a terminal, finish runs and asks what is open itself.
    fn run_checks(
        &self,
        hotfix: &mut Hotfix,
        commits: &[crate::model::plan::CommitLine],
    ) -> anyhow::Result<()> {
        if commits.is_empty() || hotfix.tip().is_none() {
            return Ok(());
        }
        let mut checking = Checking::open(self.desk, self.site, hotfix.clone(), self.args.trust)?;
        if self.desk.ui.is_interactive() {
            checking.run_commands(&[])?;
            checking.ask_open(&[])?;
        }
        // What was answered and the commits that were noted are in the record now.
        hotfix.incident = self.site.record().incident(&checking.incident.id)?;
        Ok(())
    }

    fn refuse(&self, plan: &FinishPlan, progress: &Progress) -> anyhow::Result<()> {
        if !plan.problems.is_empty() {
            let n = plan.problems.len();
            let stand = if n == 1 { "stands" } else { "stand" };
            return Err(Failure::refused(format!(
                "not finished, nothing was changed: {} {stand} in the way",
                count(n, "thing")
            ))
            .problems(plan.problems.clone())
            .into());
        }
        if *progress == Progress::Ahead
            && let Some(failure) = production_conflict(plan)
        {
            return Err(failure.into());
        }
        Ok(())
    }

    fn approve(&self, plan: &FinishPlan) -> anyhow::Result<()> {
        let ui = &self.desk.ui;
        for line in plan_view::lines(plan, ui.symbols) {
            ui.say(line);
        }
        ui.say("");
        if !ui.is_interactive() || ui.yes() {
            return Ok(());
        }
        if ui.confirm(&format!("Finish {} as {}?", plan.name, plan.release.tag), false)? {
            return Ok(());
        }
        Err(Failure::refused("not finished, nothing was changed")
            .hint(again("hotfix finish", &plan.name))
            .into())
    }

    fn show_only(&self, plan: &FinishPlan) -> Outcome {
        let desk = self.desk;
        for line in plan_view::lines(plan, desk.ui.symbols) {
            desk.ui.answer(line);
        }
        let commands = show::equivalent(plan);
        if !commands.is_empty() && plan.problems.is_empty() {
            desk.ui.answer("");
            desk.ui.answer("The same in git's own words, with commits that are made for it:");
            for line in commands {
                desk.ui.answer(Tone::Dim.paint(format!("  {line}")));
            }
        }
        desk.ui.document(show::plan_json(plan));
        desk.ui.say("");
        if plan.remote.is_some() {
            desk.ui.dim("Not known before the real push: whether the server's rules allow it.");
        }
        desk.ui.dim("Nothing was changed.");
        if !plan.problems.is_empty() {
            let failure = Failure::refused(format!("{} in the way", count(plan.problems.len(), "thing")))
                .problems(plan.problems.clone());
            if !desk.ui.json() {
                desk.ui.failure(&failure);
            }
            return Ok(FailureKind::Refused.exit_code());
        }
        Ok(if plan.conflicts().next().is_some() { FailureKind::Conflict.exit_code() } else { 0 })
    }

    fn show(&self, plan: &FinishPlan, report: &Report, id: &str) -> Outcome {
        let ui = &self.desk.ui;
        let incident = self.site.record().incident(id)?;
        let production = plan.production().map(|t| t.branch.clone()).unwrap_or_default();
        let wide = width(plan.targets.iter().map(|t| t.branch.as_str()).chain([plan.branch.as_str()]));
        let here = plan.remote.is_none();
        for target in &plan.targets {
            let name = pad(&target.branch, wide);
            if target.role == Role::Production {
                let public = if here { "merged here, not pushed" } else { "is public" };
                ui.answer(format!("{} {name}   {} {public}", ui.sign(Tone::Good), plan.release.tag));
            } else if report.has_fix.contains(&target.branch) {
                ui.answer(format!("{} {name}   has the fix", ui.sign(Tone::Good)));
            } else if target.outcome == TargetOutcome::Skipped {
                let why = incident
                    .as_ref()
                    .and_then(|i| i.skipped.get(&target.branch))
                    .cloned()
                    .unwrap_or_default();
                ui.answer(format!(
                    "{} {name}   skipped: {}",
                    Tone::Attention.paint(ui.symbols.skipped),
                    safe(&why)
                ));
            }
        }
        if report.branch_deleted {
            let there = if plan.published_branch.is_some() && !here { " and on the remote" } else { "" };
            ui.answer(format!("{} {}   deleted here{there}", ui.sign(Tone::Good), pad(&plan.branch, wide)));
        } else if report.is_complete() && !plan.delete_branch {
            ui.answer(format!(
                "{} {}   kept",
                Tone::Attention.paint(ui.symbols.skipped),
                pad(&plan.branch, wide)
            ));
        }
        for line in &report.lines {
            ui.say(format!("  {}", safe(line)));
        }
        if let Some(root) = &report.go_to {
            ui.say(format!(
                "  The worktree you stood in is gone: cd {}",
                shell_word(&root.display().to_string())
            ));
        }
        self.show_owed(plan, report, &production);
        self.show_conflicts(plan, report, &production);
        let (state, code) = match (report.conflicts.is_empty(), report.is_complete()) {
            (false, _) => ("conflict", FailureKind::Conflict.exit_code()),
            (_, false) => ("waiting", FailureKind::Waiting.exit_code()),
            _ => ("done", 0),
        };
        let next = self.next(plan, report, incident.as_ref());
        ui.document(json!({
            "state": state, "tag": plan.release.tag, "version": plan.release.version.to_string(),
            "commit": plan.release.commit, "targets": targets_json(plan, report), "next": next,
        }));
        Ok(code)
    }

    fn show_owed(&self, plan: &FinishPlan, report: &Report, production: &str) {
        let ui = &self.desk.ui;
        for (branch, refusal) in &report.owed {
            ui.answer(format!(
                "{} {branch} is still owed: the server refused it. {production} is not affected.",
                ui.sign(Tone::Attention)
            ));
            ui.say(format!("    {}", safe(&refusal.sentence())));
        }
        if !report.owed.is_empty() {
            ui.say("");
            ui.say(format!(
                "{} is kept until then. When the server takes it, the same command goes on:",
                plan.branch
            ));
            ui.say(format!("  {}", again("hotfix finish", &plan.name)));
            if let Some((branch, _)) = report.owed.first() {
                ui.say(format!(
                    "Give up on this branch:  hotfix finish --skip {}=\"why\"",
                    shell_word(branch)
                ));
            }
        }
    }

    fn show_conflicts(&self, plan: &FinishPlan, report: &Report, production: &str) {
        let ui = &self.desk.ui;
        for (branch, worktree, paths) in &report.conflicts {
            let paths: Vec<String> = paths.iter().map(|p| safe(p)).collect();
            let what = if paths.is_empty() {
                "is merged in its worktree but not committed".to_owned()
            } else {
                format!("conflicts in {}", list(&paths))
            };
            ui.answer(format!("{} {branch} {what}. {production} is not affected.", ui.sign(Tone::Attention)));
            ui.say("");
            ui.say("Resolve it here, as an ordinary merge, then run the same command again:");
            ui.say(format!("  cd {}", shell_word(&worktree.display().to_string())));
            let add = paths.first().map_or_else(String::new, |p| format!(" {}", shell_word(p)));
            ui.say(format!("  git mergetool            (or edit, then git add{add})"));
            ui.say(format!("  {}", again("hotfix finish", &plan.name)));
            ui.say(format!(
                "Give up on this branch:  hotfix finish {} --skip {}=\"why\"",
                shell_word(&plan.name),
                shell_word(branch)
            ));
        }
    }

    fn next(&self, plan: &FinishPlan, report: &Report, incident: Option<&Incident>) -> Value {
        let ui = &self.desk.ui;
        let finish = again("hotfix finish", &plan.name);
        if !report.conflicts.is_empty() {
            return json!({ "command": finish, "why": "after the merge is resolved" });
        }
        if !report.owed.is_empty() {
            return json!({ "command": finish, "why": "once the server takes the branch" });
        }
        if report.held_back {
            ui.say("");
            ui.say("Next: publish exactly these commits when the remote can be reached");
            ui.say(format!("  {finish}"));
            return json!({ "command": finish, "why": "nothing is published yet" });
        }
        let name = shell_word(&plan.name);
        let resolved = incident.is_some_and(Incident::is_resolved);
        ui.say("");
        ui.say(if resolved {
            "Next: write it up while you remember"
        } else {
            "Next: say when it is over, then write it up while you remember"
        });
        if !resolved {
            ui.say(format!("  hotfix mark resolved --hotfix {name}"));
        }
        let postmortem = again("hotfix postmortem", &plan.name);
        ui.say(format!("  {postmortem}"));
        if resolved {
            json!({ "command": postmortem, "why": "write it up while you remember" })
        } else {
            json!({ "command": format!("hotfix mark resolved --hotfix {name}"), "why": "say when it is over" })
        }
    }
}

fn targets_json(plan: &FinishPlan, report: &Report) -> Vec<Value> {
    plan.targets
        .iter()
        .map(|target| {
            let mut value = json!(target);
            let owed = report.owed.iter().find(|(branch, _)| *branch == target.branch);
            let conflict = report.conflicts.iter().find(|(branch, ..)| *branch == target.branch);
            if let Value::Object(map) = &mut value {
                map.insert("has_fix".into(), json!(report.has_fix.contains(&target.branch)));
                map.insert("refused".into(), json!(owed.map(|(_, refusal)| refusal.sentence())));
                map.insert("worktree".into(), json!(conflict.map(|(_, path, _)| path.display().to_string())));
            }
            value
        })
        .collect()
}
