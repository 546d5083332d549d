//! `hotfix status`: where it stands, and the single next command.

mod json;
mod nothing_open;

use super::requests::{Shown, requests};
use super::{Outcome, Session, check, courier, show};
use crate::cli::Status;
use crate::engine::resolution::{Resolution, resolutions};
use crate::facts::commit_lines::lines;
use crate::facts::release::next_tag;
use crate::facts::{
    Hotfix, Workspace, affected_cache, astray, brought_back, followup, landed, open_incident, partly_out,
    scope, targets, tested, work,
};
use crate::git::access::Access;
use crate::git::{fetch, worktree};
use crate::insight::affected::Affected;
use crate::insight::next::{Next, next};
use crate::insight::shipped::{self, Tested};
use crate::insight::steps::{Seen, steps};
use crate::insight::updates::{self, Due};
use crate::model::absent::{Absent, publish};
use crate::model::astray::Astray;
use crate::model::checked_out::{CheckedOut, Unfinished};
use crate::model::checklist::{Standing, failed_when_merged};
use crate::model::incident::course::Impact;
use crate::model::incident::{End, Incident};
use crate::model::intent::Landed;
use crate::model::oid::Oid;
use crate::model::plan::DiffStat;
use crate::model::step::{StepLine, StepState};
use crate::model::text::{hang, safe, shell_word};
use crate::model::time::{say_between, say_duration};
use crate::record::outbox::Outbox;
use crate::terminal::opener;
use crate::terminal::style::{Tone, columns, pad, width};
use chrono::{DateTime, FixedOffset};
use json::{conflict_json, hotfix_json, steps_json};
use nothing_open::nothing_open;
use serde_json::json;

pub fn run(session: &Session, args: &Status) -> Outcome {
    let workspace = session.site_for_log()?;
    let hotfix = match &args.name {
        Some(name) => Some(Hotfix::find(&workspace, Some(name))?),
        None => Hotfix::current(&workspace)?,
    };
    let Some(hotfix) = hotfix else { return nothing_open(session, &workspace, args) };
    let hotfix = with_course_of_all(&workspace, hotfix)?;
    let looked = Looked::at(&workspace, &hotfix, args.porcelain)?;
    let seen = looked.seen(&hotfix);
    let requests = requests(&workspace, &hotfix);
    let (lines, mut next) = (steps(&seen), at_the_forge(&requests, &seen).unwrap_or_else(|| next(&seen)));
    if let (Some(Landed::Refused), None, Some(remote)) = (looked.landed, &hotfix.tracking, workspace.remote())
    {
        next.also.push(format!("{}    # to merge it there", publish(remote, &hotfix.branch)));
    }
    if let Some(words) = &looked.partly_out {
        let goes_on = format!("{} --next", super::again("hotfix finish", &hotfix.name));
        next = Next::new(goes_on, format!("{words}; the rest would be the next release"));
    }
    if let Some(left) = looked.conflicts.iter().find(|left| left.commit.is_none()) {
        let branch = safe(&left.branch);
        next.why = match (&left.by_hand, &left.staged) {
            (Some(_), _) => format!("after {branch} is pushed, the same command continues"),
            (None, Some(_)) => format!("commits what is resolved for {branch}, and pushes it"),
            (None, None) => format!("after you resolve {branch}, the same command continues"),
        };
    }
    if args.porcelain {
        let step = lines.iter().find(|l| matches!(l.state, StepState::Current | StepState::Failed));
        let step = step.map_or_else(|| "done".to_owned(), |l| l.step.to_string());
        session.ui.answer(format!("{}\t{step}\t{}", safe(&hotfix.name), next.command));
        return Ok(0);
    }
    print(session, &hotfix, &looked, (&lines, &requests), &seen, &next);
    nothing_open::left_over_beside(session, &workspace)?;
    let untold = untold(session, &workspace);
    session.ui.document(json!({
        "hotfix": hotfix_json(&hotfix, looked.tag.as_deref()),
        "steps": steps_json(&lines),
        "checks": show::checks_json(&looked.standings),
        "updates": looked.due,
        "affected": looked.affected.as_ref().map(|a| json!({
            "candidates": a.candidates.len(), "first_tag": a.first_tag(), "affected_tags": a.affected_tags,
        })),
        "tested": looked.tested,
        "untold": untold.iter().map(|(place, why)| json!({ "place": place, "why": why })).collect::<Vec<_>>(),
        "conflicts": looked.conflicts.iter().map(conflict_json).collect::<Vec<_>>(),
        "request": requests.last().map(|r| r.json(&hotfix.branch)),
        "requests": requests.iter().map(|r| r.json(&hotfix.branch)).collect::<Vec<_>>(),
        "next": { "command": next.command, "why": next.why, "also": next.also },
    }));
    if let Some(request) = requests.last().filter(|_| args.open) {
        // An address in another clone's log may lead anywhere.
        let opened = match request.opened.own {
            true => opener::open_page(&session.env, &request.opened.url),
            false => Err(format!("only another clone's log names {}", request.opened.url)),
        };
        if let Err(why) = opened {
            session.ui.say(format!("not opened: {}", safe(&why)));
        }
    }
    Ok(0)
}

/// Who could not be told, said below everything else.
fn untold(session: &Session, workspace: &Workspace) -> Vec<(String, String)> {
    let kept = Outbox::of(workspace.repo.common_dir()).look();
    let untold = courier::trouble(kept.entries.iter(), session.env.now());
    if !untold.is_empty() {
        session.courier.is_said();
    }
    for (place, why) in &untold {
        session.ui.answer(format!("{} {}: {why}", Tone::Attention.paint("!"), safe(place)));
    }
    if !untold.is_empty() {
        session.ui.answer("  hotfix notify --list");
    }
    untold
}

/// While a request is open and nothing is missing but what the forge answers, the same command goes on.
fn at_the_forge(requests: &[Shown], seen: &Seen<'_>) -> Option<Next> {
    let open = requests.iter().find(|r| r.state() == "open").filter(|_| seen.astray.is_none())?;
    let answered = seen.standings.iter().all(|s| s.is_settled() || s.item.is_answered_at_forge());
    (answered && seen.incident.is_some_and(Incident::is_open)).then(|| {
        Next::new(
            format!("{} --wait", super::again("hotfix finish", seen.name)),
            format!("{} waits at the forge; the same command continues", open.opened.name()),
        )
    })
}

/// How bad it is, what is over and since when, is a matter of the whole incident that a hotfix belongs to.
fn with_course_of_all(workspace: &Workspace, mut hotfix: Hotfix) -> anyhow::Result<Hotfix> {
    if let Some(incident) = &mut hotfix.incident {
        let whole = open_incident::read_whole(workspace, incident)?;
        incident.severity = whole.severity.or(incident.severity);
        if incident.reasons.is_empty() {
            incident.reasons = whole.reasons;
        }
        incident.can_wait = incident.can_wait.or(whole.can_wait);
        incident.course = whole.course;
    }
    Ok(hotfix)
}

/// Where the hotfix's branch is checked out. Other worktrees are looked at only when it is not here.
fn stand(workspace: &Workspace, hotfix: &Hotfix) -> anyhow::Result<Option<CheckedOut>> {
    if workspace.repo.head()?.branch.as_ref() == Some(&hotfix.branch) {
        return Ok(Some(CheckedOut::Here));
    }
    Ok(hotfix.stand(workspace, &worktree::list(&workspace.repo)?))
}

/// What was looked up about a hotfix, without any network.
pub(super) struct Looked {
    /// The name of the incident, where this one belongs to another.
    told_as: Option<String>,
    pub standings: Vec<Standing>,
    pub commits: usize,
    pub stat: DiffStat,
    size: Option<String>,
    /// Who waits to be told how it stands.
    due: Vec<Due>,
    /// The release it became, or becomes with the next finish.
    pub tag: Option<String>,
    production: String,
    merge_backs: Vec<String>,
    landed: Option<Landed>,
    deploys: bool,
    verifies: usize,
    affected: Option<Affected>,
    tested: Vec<Tested>,
    /// Merges that were left to a person, with what is open in each.
    conflicts: Vec<Resolution>,
    /// The question that failed on the merged tree, and what production is called here.
    failed_merged: Option<(String, String)>,
    stand: Option<CheckedOut>,
    astray: Option<Astray>,
    absent: Option<Absent>,
    /// What no commit has yet, where the branch is checked out.
    unfinished: Unfinished,
    flag: String,
    /// The rollback of its release, where that is not finished.
    going_back: Option<Incident>,
    /// The branches that keep what was taken back.
    kept: Vec<String>,
    /// The lines that make a better fix of what was taken back.
    again: Vec<String>,
    /// Branches that were skipped and lack the release.
    lacking: Vec<String>,
    /// That a colleague has released some commits of the branch.
    partly_out: Option<String>,
}

impl Looked {
    /// `brief`: for a prompt, which shows none of what takes longer to find out.
    ///
    /// # Errors
    /// When the repository cannot be read.
    pub fn at(workspace: &Workspace, hotfix: &Hotfix, brief: bool) -> anyhow::Result<Self> {
        let incident = hotfix.incident.as_ref();
        let production = workspace.production_of(incident);
        let view = fetch::last_known(&workspace.repo, workspace.remote())?;
        let mut looked = Self {
            told_as: incident
                .filter(|i| i.belongs_to().is_some())
                .map(|i| open_incident::told_as(workspace, i)),
            standings: check::standings(workspace, hotfix)?,
            commits: 0,
            stat: DiffStat::default(),
            size: None,
            due: incident
                .map(|i| updates::due(i, &workspace.config.updates, workspace.env.now()))
                .unwrap_or_default(),
            tag: incident.and_then(|i| i.tag.clone()),
            merge_backs: Vec::new(),
            affected: None,
            tested: Vec::new(),
            conflicts: Vec::new(),
            failed_merged: None,
            production: production.to_owned(),
            landed: None,
            deploys: !(workspace.config.deploy.command.is_empty()
                && workspace.config.deploy.watch.is_empty()),
            verifies: workspace.config.verify.len(),
            stand: stand(workspace, hotfix)?,
            astray: None,
            absent: hotfix.absent(workspace.remote()),
            unfinished: Unfinished::default(),
            flag: hotfix.flag(workspace),
            going_back: None,
            kept: Vec::new(),
            again: Vec::new(),
            partly_out: match brief {
                true => None,
                false => partly_out::last_known(workspace, hotfix)?.and_then(|out| out.words()),
            },
            lacking: incident.map(|i| followup::lacking(workspace, i)).transpose()?.unwrap_or_default(),
        };
        if let Some(incident) = incident.filter(|i| i.end == Some(End::RolledBack)) {
            let all = workspace.record().incidents()?;
            looked.going_back = brought_back::unfinished_rollback(&all, incident);
            let is_its = |i: &&Incident| i.undone().is_some() && i.undone() == incident.tag.as_deref();
            looked.kept = all.iter().rfind(is_its).map(|i| i.way_back().1).unwrap_or_default();
            if !brought_back::has_successor(&all, incident) {
                looked.again = match brief {
                    true => vec![brought_back::START.to_owned()],
                    false => brought_back::again(workspace, hotfix),
                };
            }
        }
        if let Some(unsettled) = landed::of(workspace, hotfix) {
            looked.landed = Some(unsettled.landed);
            looked.tag = Some(unsettled.tag).filter(|_| hotfix.tip() == Some(&unsettled.tip));
        }
        let Some(production_tip) = view.heads.get(production) else { return Ok(looked) };
        looked.failed_merged = failed_merged(workspace, incident, &looked, production_tip)?;
        looked.merge_backs = targets::merge_backs(workspace, &view, production, production_tip)?
            .into_iter()
            .map(|(b, _)| b)
            .collect();
        if let Some(tip) = hotfix.tip() {
            let mut hide: Vec<Oid> = incident.and_then(|i| i.base.clone()).into_iter().collect();
            // Once production has the fix, it no longer tells what is beyond it.
            if hide.is_empty() || !workspace.repo.is_ancestor(tip, production_tip)? {
                hide.push(production_tip.clone());
            }
            looked.commits = lines(&workspace.repo, tip, &hide)?.len();
            if let Some(measured) = scope::of_hotfix(workspace, &view, hotfix)? {
                looked.stat = measured.stat;
                looked.size = measured.scope.headline(&workspace.config.guard).map(|words| safe(&words));
            }
            // It takes git a look at every file, so only where it decides what is next.
            if !brief && looked.landed.is_none() && incident.is_none_or(|i| i.tag.is_none()) {
                looked.unfinished = work::unfinished_at(&workspace.repo, looked.stand.as_ref())?;
                let began = looked.commits > 0;
                looked.astray = astray::astray(workspace, hotfix, began, looked.stand.as_ref())?;
            }
            if looked.commits > 0 && !brief {
                looked.affected = affected_cache::in_passing(workspace, hotfix);
            }
        }
        if let Some(incident) = incident.filter(|_| !brief) {
            if incident.is_open() {
                looked.conflicts = resolutions(workspace, incident, false)?;
            }
            looked.tested = tested::against(workspace, incident, &looked.standings)?;
        }
        if looked.tag.is_none() && hotfix.tip().is_some() {
            looked.tag = Some(next_tag(workspace, &view, hotfix, production_tip)?);
        }
        Ok(looked)
    }

    fn seen<'a>(&'a self, hotfix: &'a Hotfix) -> Seen<'a> {
        Seen {
            incident: hotfix.incident.as_ref(),
            name: &hotfix.name,
            told_as: self.told_as.as_deref().unwrap_or(&hotfix.name),
            branch: &hotfix.branch,
            branch_exists: hotfix.tip().is_some(),
            commits: self.commits,
            stat: self.stat,
            standings: &self.standings,
            tag: self.tag.as_deref(),
            production: &self.production,
            merge_backs: &self.merge_backs,
            size: self.size.clone(),
            due: &self.due,
            landed: self.landed,
            deploys: self.deploys,
            verifies: self.verifies,
            failed_merged: self.failed_merged.as_ref().map(|(id, upstream)| (id.as_str(), upstream.clone())),
            candidates_since: self.affected.as_ref().and_then(Affected::first_tag),
            stand: self.stand.clone(),
            astray: self.astray.clone(),
            absent: self.absent.clone(),
            unfinished: self.unfinished.clone(),
            flag: self.flag.clone(),
            going_back: self.going_back.as_ref(),
            kept: &self.kept,
            again: &self.again,
            lacking: &self.lacking,
        }
    }
}

/// What failed on the tree that merging with this production gives. When production has moved since,
/// nobody knows yet.
fn failed_merged(
    workspace: &Workspace,
    incident: Option<&Incident>,
    looked: &Looked,
    production_tip: &Oid,
) -> anyhow::Result<Option<(String, String)>> {
    let answers = incident.map(|i| i.answers.as_slice()).unwrap_or_default();
    let Some(failed) = failed_when_merged(&looked.standings, answers) else { return Ok(None) };
    let Some(commit) = &failed.commit else { return Ok(None) };
    if !workspace.repo.has(commit)? || !workspace.repo.is_ancestor(production_tip, commit)? {
        return Ok(None);
    }
    let production = &looked.production;
    let upstream = workspace.remote().map_or_else(|| production.clone(), |r| format!("{r}/{production}"));
    Ok(Some((failed.id.clone(), upstream)))
}

fn print(
    session: &Session,
    hotfix: &Hotfix,
    looked: &Looked,
    (lines, requests): (&[StepLine], &[Shown]),
    seen: &Seen<'_>,
    next: &Next,
) {
    let ui = &session.ui;
    let incident = hotfix.incident.as_ref();
    let mut head = vec![Tone::Strong.paint(safe(&hotfix.name))];
    if hotfix.title() != hotfix.name {
        head.push(safe(hotfix.title()));
    }
    head.extend(incident.and_then(|i| i.severity).map(|s| s.to_string()));
    if let Some(incident) = incident {
        head.push(age(session, incident));
    }
    head.extend(looked.tag.as_ref().map(|t| format!("{} {t}", ui.symbols.arrow)));
    ui.answer(head.join("   "));
    ui.answer("");
    for line in lines {
        let sign = match line.state {
            StepState::Done => Tone::Good.paint(ui.symbols.done),
            StepState::Current => Tone::Attention.paint(ui.symbols.current),
            StepState::Failed => Tone::Bad.paint(ui.symbols.failed),
            StepState::Skipped => Tone::Dim.paint(ui.symbols.skipped),
            StepState::Todo => Tone::Dim.paint(ui.symbols.todo),
        };
        let step = pad(&line.step.to_string(), 7);
        let detail =
            if line.state == StepState::Todo { Tone::Dim.paint(&line.detail) } else { line.detail.clone() };
        // The sign may be painted, which counts for no column.
        let head = format!("    {step}  ");
        let width = session.env.stdout_tty.then(columns);
        for (n, line) in hang(&head, &detail, width).iter().enumerate() {
            let line =
                if n == 0 { format!("  {sign}{}", line.get(3..).unwrap_or_default()) } else { line.clone() };
            ui.answer(line.trim_end());
        }
    }
    for request in requests {
        for line in request.lines(session) {
            ui.answer(line);
        }
    }
    ui.answer("");
    overdue(session, hotfix, looked);
    let difference = shipped::sentences(&looked.tested, looked.tag.as_deref().unwrap_or_default());
    for sentence in &difference {
        ui.answer(Tone::Attention.paint(safe(sentence)));
    }
    if !difference.is_empty() {
        ui.answer("");
    }
    for left in looked.conflicts.iter().filter(|left| left.commit.is_none()) {
        conflict(session, left);
    }
    if let Some(tag) = looked
        .tag
        .as_deref()
        .filter(|_| !looked.deploys && seen.waits_for_deployment() && incident.is_some_and(Incident::is_open))
    {
        for line in show::deploy_now(tag, &hotfix.name) {
            ui.answer(line);
        }
        ui.answer("");
    }
    ui.answer(format!("Next: {}", next.why));
    ui.answer(format!("  {}", next.command));
    for line in &next.also {
        ui.answer(format!("  {line}"));
    }
}

/// Where a merge waits for a person, and what is to be typed there.
fn conflict(session: &Session, left: &Resolution) {
    let branch = safe(&left.branch);
    if left.staged.is_some() {
        session.ui.answer(Tone::Attention.paint(format!("{branch} {}", left.words())));
        session.ui.answer("");
        return;
    }
    session.ui.answer(Tone::Attention.paint(format!("{branch} {}. {}:", left.words(), left.ask())));
    for line in left.lines() {
        session.ui.answer(format!("  {line}"));
    }
    session.ui.answer("");
}

/// Who has waited too long to be told, and the command that tells them.
fn overdue(session: &Session, hotfix: &Hotfix, looked: &Looked) {
    let now = session.env.now();
    let late = looked.due.iter().filter(|d| d.overdue);
    let words = |d: &Due| {
        let since = d.due.to_utc().format("%H:%M");
        format!("{} update overdue since {since} UTC, {}:", d.audience, say_duration(d.late(now)))
    };
    let late: Vec<(&Due, String)> = late.map(|d| (d, words(d))).collect();
    let wide = width(late.iter().map(|(_, words)| words.as_str()));
    for (due, words) in &late {
        let command = format!("hotfix update {} {}", due.audience, shell_word(&hotfix.name));
        session.ui.answer(format!("  {}  {command}", Tone::Attention.paint(pad(words, wide))));
    }
    if !late.is_empty() {
        session.ui.answer("");
    }
}

/// How long users have been affected, or were; counted from the declaration where that is not known.
fn age(session: &Session, incident: &Incident) -> String {
    let course = &incident.course;
    let from = course.began().or_else(|| course.round()?.reopened).unwrap_or(incident.started_at);
    let so_far = say_duration(session.env.now() - from.to_utc());
    let quiet = |word: &str, at: DateTime<FixedOffset>| {
        format!("{word} since {} after {}", at.to_utc().format("%H:%M"), say_between(from, at))
    };
    match course.impact {
        _ if course.resolved.is_some() => {
            let end = course.quiet_since().or(course.resolved).unwrap_or(from);
            let what = if course.began().is_some() { "impact lasted" } else { "took" };
            format!("resolved, {what} {}", say_between(from, end))
        }
        Impact::Running { partly: Some(_), .. } => format!("partly mitigated, {so_far} so far"),
        Impact::Mitigated { at } => quiet("mitigated", at),
        Impact::Ended { at } => quiet("over", at),
        Impact::Running { .. } => format!("{so_far} so far"),
        Impact::Unrecorded => match incident.end {
            Some(_) => format!("declared {so_far} ago"),
            None => format!("{so_far} so far"),
        },
    }
}
