//! `hotfix status`: where it stands, and the single next command.

use super::{Desk, Outcome, check, show};
use crate::cli::Status;
use crate::facts::release::{Around, around};
use crate::facts::{Hotfix, Site, start, targets};
use crate::git::access::Access;
use crate::git::fetch::{self, View};
use crate::insight::scope;
use crate::insight::steps::{Next, Seen, next, none, steps};
use crate::model::checklist::Standing;
use crate::model::incident::{End, Incident};
use crate::model::milestone::Milestone;
use crate::model::plan::DiffStat;
use crate::model::step::{StepLine, StepState};
use crate::model::text::safe;
use crate::model::time::say_duration;
use crate::terminal::style::{Tone, pad};
use serde_json::{Value, json};

pub fn run(desk: &Desk, args: &Status) -> Outcome {
    let site = desk.site_for_log()?;
    let hotfix = match &args.name {
        Some(name) => Some(Hotfix::find(&site, Some(name))?),
        None => Hotfix::current(&site)?,
    };
    let Some(hotfix) = hotfix else { return nothing_open(desk, &site, args) };
    let looked = Looked::at(&site, &hotfix)?;
    let seen = looked.seen(&hotfix);
    let (lines, next) = (steps(&seen), next(&seen));
    if args.porcelain {
        let step = lines.iter().find(|l| matches!(l.state, StepState::Current | StepState::Failed));
        let step = step.map_or_else(|| "done".to_owned(), |l| l.step.to_string());
        desk.ui.answer(format!("{}\t{step}\t{}", safe(&hotfix.name), next.command));
        return Ok(0);
    }
    print(desk, &hotfix, &looked, &lines, &next);
    desk.ui.document(json!({
        "hotfix": hotfix_json(&hotfix, looked.tag.as_deref()),
        "steps": steps_json(&lines),
        "checks": show::checks_json(&looked.standings),
        "next": { "command": next.command, "why": next.why },
    }));
    Ok(0)
}

fn nothing_open(desk: &Desk, site: &Site, args: &Status) -> Outcome {
    let next = Next { command: "hotfix start NAME".to_owned(), why: "no hotfix is open".to_owned() };
    if args.porcelain {
        return Ok(0);
    }
    desk.ui.document(json!({
        "hotfix": null,
        "steps": steps_json(&none()),
        "checks": [],
        "next": { "command": next.command, "why": next.why },
    }));
    let last = site.record().incidents()?.into_iter().rfind(|i| i.end == Some(End::Finished));
    desk.ui.answer("No hotfix is open.");
    match last {
        Some(last) => {
            let tag = last.tag.clone().unwrap_or_default();
            let ago = say_duration(desk.env.now() - last.started_at.to_utc());
            desk.ui.answer(format!("The last one was {} ({tag}), {ago} ago.", safe(&last.name)));
            if !last.is_resolved() {
                desk.ui.say(format!(
                    "It is not marked as resolved:  {} --hotfix {}",
                    "hotfix mark resolved",
                    safe(&last.name)
                ));
            }
        }
        None => desk.ui.say("Rehearse one before you need it:  hotfix drill"),
    }
    desk.ui.say("When production breaks:  hotfix start NAME");
    Ok(0)
}

/// What was looked up about a hotfix, without any network.
struct Looked {
    standings: Vec<Standing>,
    commits: usize,
    stat: DiffStat,
    size: Option<String>,
    tag: Option<String>,
    production: String,
    merge_backs: Vec<String>,
}

impl Looked {
    fn at(site: &Site, hotfix: &Hotfix) -> anyhow::Result<Self> {
        let incident = hotfix.incident.as_ref();
        let production = incident
            .and_then(|i| i.production.clone())
            .unwrap_or_else(|| site.config.branches.production.clone());
        let view = fetch::last_known(&site.repo, site.remote())?;
        let mut looked = Self {
            standings: check::standings(site, hotfix)?,
            commits: 0,
            stat: DiffStat::default(),
            size: None,
            tag: incident.and_then(|i| i.tag.clone()),
            merge_backs: Vec::new(),
            production: production.clone(),
        };
        let Some(production_tip) = view.heads.get(&production) else { return Ok(looked) };
        looked.merge_backs = targets::merge_backs(site, &view, &production, production_tip)?
            .into_iter()
            .map(|(b, _)| b)
            .collect();
        if let Some(tip) = hotfix.tip() {
            let mut hide = vec![production_tip.clone()];
            hide.extend(incident.and_then(|i| i.base.clone()));
            looked.commits = start::lines(&site.repo, tip, &hide)?.len();
            looked.measure(site, hotfix)?;
        }
        if looked.tag.is_none() && hotfix.tip().is_some() {
            looked.tag = Some(Self::next_tag(site, &view, hotfix, production_tip)?);
        }
        Ok(looked)
    }

    fn measure(&mut self, site: &Site, hotfix: &Hotfix) -> anyhow::Result<()> {
        let base = hotfix.incident.as_ref().and_then(|i| i.base.clone());
        let (Some(base), Some(tip)) = (base, hotfix.tip()) else { return Ok(()) };
        let changes = site.repo.changes(&base, tip)?;
        self.stat = DiffStat::of(&changes);
        let guard = &site.config.guard;
        let size = scope::size(&changes, guard);
        let sensitive = scope::sensitive(&changes, guard);
        self.size = if size.is_too_large() {
            Some("too large for a hotfix".to_owned())
        } else if scope::is_large(&size, guard) {
            Some("larger than most hotfixes".to_owned())
        } else {
            sensitive.first().map(|path| format!("touches {}", safe(path)))
        };
        Ok(())
    }

    fn next_tag(
        site: &Site,
        view: &View,
        hotfix: &Hotfix,
        production_tip: &crate::model::oid::Oid,
    ) -> anyhow::Result<String> {
        let around: Around = around(site, view, &[production_tip])?;
        let asked = hotfix.incident.as_ref().and_then(|i| semver::Version::parse(i.version.as_deref()?).ok());
        let versions = around.versions(asked);
        Ok(versions.scheme.tag(&versions.next()))
    }

    fn seen<'a>(&'a self, hotfix: &'a Hotfix) -> Seen<'a> {
        Seen {
            incident: hotfix.incident.as_ref(),
            name: &hotfix.name,
            branch: &hotfix.branch,
            branch_exists: hotfix.tip().is_some(),
            commits: self.commits,
            stat: self.stat,
            standings: &self.standings,
            tag: self.tag.as_deref(),
            production: &self.production,
            merge_backs: &self.merge_backs,
            size: self.size.clone(),
        }
    }
}

fn print(desk: &Desk, hotfix: &Hotfix, looked: &Looked, lines: &[StepLine], next: &Next) {
    let ui = &desk.ui;
    let incident = hotfix.incident.as_ref();
    let mut head = vec![Tone::Strong.paint(safe(&hotfix.name))];
    if hotfix.title() != hotfix.name {
        head.push(safe(hotfix.title()));
    }
    head.extend(incident.and_then(|i| i.severity).map(|s| s.to_string()));
    if let Some(incident) = incident {
        head.push(age(desk, incident));
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
        ui.answer(format!("  {sign} {step}  {detail}").trim_end());
    }
    ui.answer("");
    ui.answer(format!("Next: {}", next.why));
    ui.answer(format!("  {}", next.command));
}

/// How long it has been going on, or how long it took.
fn age(desk: &Desk, incident: &Incident) -> String {
    let from = incident.milestones.get(&Milestone::ImpactStarted).unwrap_or(&incident.started_at);
    let ends = [Milestone::Resolved, Milestone::ImpactEnded, Milestone::Mitigated];
    let end = ends.iter().filter_map(|m| incident.milestones.get(m)).min();
    match end {
        Some(end) if !incident.is_open() => format!("took {}", say_duration(*end - *from)),
        _ => format!("{} so far", say_duration(desk.env.now() - from.to_utc())),
    }
}

fn hotfix_json(hotfix: &Hotfix, tag: Option<&str>) -> Value {
    let incident = hotfix.incident.as_ref();
    json!({
        "id": hotfix.id(),
        "name": hotfix.name,
        "title": hotfix.title(),
        "branch": hotfix.branch,
        "severity": incident.and_then(|i| i.severity),
        "status": incident.map(|i| i.status()),
        "tag": incident.and_then(|i| i.tag.clone()),
        "next_tag": tag,
        "base": incident.and_then(|i| i.base.clone()),
        "worktree": incident.and_then(|i| i.worktree.clone()),
        "started_at": incident.map(|i| i.started_at),
        "ended": incident.and_then(|i| i.end),
        "review_status": incident.map(|i| i.review_status),
    })
}

fn steps_json(lines: &[StepLine]) -> Vec<Value> {
    lines.iter().map(|l| json!({ "id": l.step, "state": l.state, "detail": l.detail })).collect()
}
