//! `hotfix postmortem`: the document, from the record.

use super::{Desk, Outcome, check};
use crate::cli::{Format, Postmortem};
use crate::facts::{Hotfix, Site};
use crate::git::access::Access;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat};
use crate::model::text::{list, safe};
use crate::report::postmortem::{self as report, Facts};
use crate::system::files;
use crate::terminal::style::Tone;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub fn run(desk: &Desk, args: &Postmortem) -> Outcome {
    let site = desk.site()?;
    let hotfix = Hotfix::find(&site, args.name.as_deref())?;
    let Some(incident) = &hotfix.incident else {
        return Err(Failure::usage(format!("{} has no record to write up", hotfix.name))
            .hint("hotfix note \"what happened\"")
            .into());
    };
    let gathered = Gathered::from(&site, &hotfix, incident)?;
    let facts = gathered.facts(incident);
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    let json_form = args.format == Some(Format::Json) || (desk.ui.json() && args.format.is_none());
    if json_form {
        let value = report::json(&facts);
        match &args.output {
            Some(path) if !to_stdout => {
                files::write_atomically(path, &format!("{value:#}\n"))?;
                desk.ui.answer(format!("{} {}", desk.ui.sign(Tone::Good), path.display()));
            }
            _ if desk.ui.json() => desk.ui.document(value),
            _ => desk.ui.raw(&format!("{value:#}\n")),
        }
        return Ok(0);
    }
    let fresh = match &site.config.postmortem.template {
        Some(path) => report::render_with(&own_template(&site, path)?, &facts)?,
        None => report::render(&facts)?,
    };
    if to_stdout {
        desk.ui.raw(&fresh);
        return Ok(0);
    }
    write(desk, &site, incident, args, &fresh)
}

fn write(desk: &Desk, site: &Site, incident: &Incident, args: &Postmortem, fresh: &str) -> Outcome {
    let path = match &args.output {
        Some(path) => path.clone(),
        None => default_path(site, incident)?,
    };
    let existing = files::read_optional(&path).map_err(|e| {
        Failure::failed(format!("{} cannot be read: {e}; nothing was changed", path.display()))
    })?;
    if let Some(text) = &existing
        && !text.trim().is_empty()
        && !text.contains("<!-- hotfix:auto ")
    {
        return Err(Failure::refused(format!(
            "{} exists and is no post-mortem of this program; nothing was changed",
            path.display()
        ))
        .hint("hotfix postmortem --output FILE")
        .into());
    }
    let refreshed = existing.as_deref().map(|text| report::refresh(text, fresh));
    let text = refreshed.as_ref().map_or(fresh, |r| r.text.as_str());
    let ui = &desk.ui;
    let same = existing.as_deref() == Some(text);
    let shown = path.display();
    if desk.dry_run() {
        ui.answer(format!(
            "Would {} {shown}.",
            if same {
                "leave"
            } else if existing.is_some() {
                "refresh"
            } else {
                "write"
            }
        ));
        return Ok(0);
    }
    if !same {
        files::write_atomically(&path, text)
            .map_err(|e| Failure::failed(format!("{shown} cannot be written: {e}; nothing was changed")))?;
        let draft = Draft::new(
            Kind::PostmortemWritten,
            path.file_name().map(|n| n.to_string_lossy().into_owned()).unwrap_or_default(),
        );
        site.record().note(&incident.id, draft);
    }
    let what = match (same, existing.is_some()) {
        (true, _) => "is up to date",
        (_, true) => "refreshed; what people wrote is untouched",
        _ => "written",
    };
    ui.answer(format!("{} {shown}   {what}", ui.sign(Tone::Good)));
    if let Some(refreshed) = &refreshed {
        if !refreshed.kept.is_empty() {
            ui.warn(format!("edited by hand and therefore left as it is: {}", list(&refreshed.kept)));
        }
        if !refreshed.broken.is_empty() {
            ui.warn(format!(
                "the markers around it are damaged, so it was left as it is: {}",
                list(&refreshed.broken)
            ));
        }
    }
    let todo = text.matches("TODO(human)").count();
    if todo > 0 {
        ui.say("");
        ui.say(format!("Next: answer its {todo} questions while you remember, and have it reviewed."));
    }
    ui.document(
        json!({ "id": incident.id, "path": shown.to_string(), "changed": !same, "open_questions": todo }),
    );
    Ok(0)
}

/// The team's own template, from the repository.
fn own_template(site: &Site, path: &str) -> anyhow::Result<String> {
    let text = files::read_optional(&site.root().join(path))
        .map_err(|e| Failure::usage(format!("the template {} cannot be read: {e}", safe(path))))?;
    text.ok_or_else(|| {
        Failure::usage(format!("there is no template {}", safe(path)))
            .hint("[postmortem] template = \"builtin\"    # in hotfix.toml")
            .into()
    })
}

fn default_path(site: &Site, incident: &Incident) -> anyhow::Result<PathBuf> {
    let root = site.repo.worktree().ok_or_else(|| {
        Failure::usage("a bare repository has no place for the document")
            .hint("hotfix postmortem --output FILE")
    })?;
    let path = root.join(report::path(&site.config.postmortem.path, incident));
    if !files::stays_inside(root, &path) {
        return Err(Failure::refused(format!(
            "{} leads out of the working tree; nothing was written",
            path.display()
        ))
        .hint("hotfix postmortem --output FILE")
        .into());
    }
    Ok(path)
}

/// Everything the document is made from, read once.
struct Gathered {
    checks: Vec<crate::model::checklist::Standing>,
    commits: Vec<CommitLine>,
    stat: DiffStat,
    diffstat: String,
    targets: Vec<(String, String)>,
    earlier: Vec<(String, String)>,
    outputs: BTreeMap<String, String>,
}

impl Gathered {
    fn from(site: &Site, hotfix: &Hotfix, incident: &Incident) -> anyhow::Result<Self> {
        let record = site.record();
        let tip = tip_of(hotfix, incident);
        let base = incident.base.clone();
        let (mut commits, mut stat, mut diffstat) = (Vec::new(), DiffStat::default(), String::new());
        let mut paths = BTreeSet::new();
        if let (Some(base), Some(tip)) = (&base, &tip)
            && site.repo.has(tip)?
            && site.repo.has(base)?
        {
            commits = crate::facts::start::lines(&site.repo, tip, std::slice::from_ref(base))?;
            commits.reverse();
            let changes = site.repo.changes(base, tip)?;
            stat = DiffStat::of(&changes);
            diffstat =
                changes.iter().map(|c| format!("{} | +{} -{}\n", c.path, c.added, c.removed)).collect();
            paths = changes.into_iter().map(|c| c.path).collect();
        }
        let mut outputs = BTreeMap::new();
        let with_output = incident.events.iter().filter(|e| e.data.contains_key("command"));
        for event in with_output {
            if let Some(output) = record.output(&incident.id, &event.id)? {
                outputs.insert(event.id.clone(), output);
            }
        }
        let checks = if hotfix.tip().is_some() {
            check::standings(site, hotfix)?
        } else {
            let tree = tip.map(|t| site.repo.commit(&t)).transpose().ok().flatten().map(|c| c.tree);
            crate::facts::finish::standings(site, hotfix, tree.as_ref())
        };
        let mut earlier = Vec::new();
        for other in record.incidents()? {
            let before = other.id != incident.id && other.started_at < incident.started_at;
            if before && !paths.is_disjoint(&touched(site, &other)?) {
                earlier.push((other.id, other.title));
            }
        }
        Ok(Self { checks, commits, stat, diffstat, targets: targets(incident), earlier, outputs })
    }

    fn facts<'a>(&'a self, incident: &'a Incident) -> Facts<'a> {
        Facts {
            incident,
            checks: &self.checks,
            commits: &self.commits,
            stat: self.stat,
            diffstat: &self.diffstat,
            previous_tag: incident.base_tag.as_deref(),
            base_tag: incident.base_tag.as_deref(),
            targets: &self.targets,
            earlier: &self.earlier,
            outputs: &self.outputs,
            tool_version: env!("CARGO_PKG_VERSION"),
            zone_name: "UTC",
        }
    }
}

/// The tip that shipped; the branch may be gone.
fn tip_of(hotfix: &Hotfix, incident: &Incident) -> Option<Oid> {
    hotfix.tip().cloned().or_else(|| recorded_tip(incident))
}

/// The hotfix's last tip, as the record has it.
fn recorded_tip(incident: &Incident) -> Option<Oid> {
    let recorded = |kind: Kind| {
        incident.of_kind(&kind).next_back().and_then(|e| e.reference("commit")).and_then(Oid::parse)
    };
    [Kind::Publishing, Kind::BranchDeleted, Kind::Cancelled].into_iter().find_map(recorded)
}

/// The files that another hotfix changed, as far as its commits are still here.
fn touched(site: &Site, other: &Incident) -> anyhow::Result<BTreeSet<String>> {
    match (&other.base, recorded_tip(other)) {
        (Some(base), Some(tip)) if site.repo.has(base)? && site.repo.has(&tip)? => {
            Ok(site.repo.changes(base, &tip)?.into_iter().map(|c| c.path).collect())
        }
        _ => Ok(BTreeSet::new()),
    }
}

/// What happened to each branch, in the words of the record.
fn targets(incident: &Incident) -> Vec<(String, String)> {
    let mut targets: BTreeMap<String, String> = BTreeMap::new();
    for event in &incident.events {
        let Some(branch) = event.reference("branch") else { continue };
        let short =
            event.reference("commit").map(|c| c.chars().take(7).collect::<String>()).unwrap_or_default();
        let words = match event.kind {
            Kind::Merged => format!("released at {short}"),
            Kind::MergedBack => format!("has the fix, at {short}"),
            Kind::MergeConflict => "conflicted; waits for a human merge".to_owned(),
            Kind::PushRefused => "refused by the server; still owed".to_owned(),
            Kind::TargetSkipped => format!("skipped: {}", safe(event.data_str("reason").unwrap_or_default())),
            _ => continue,
        };
        targets.insert(branch.to_owned(), words);
    }
    targets.into_iter().collect()
}
