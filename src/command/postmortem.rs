//! `hotfix postmortem`: the document, from the record.

use super::{Desk, Outcome, check, postmortem_page, templates};
use crate::cli::{Format, Postmortem, PostmortemCommand};
use crate::facts::fix::{self, recorded_tip};
use crate::facts::followup::Ground;
use crate::facts::{Hotfix, Site, lookup, people, tested, touched};
use crate::git::access::Access;
use crate::git::fetch;
use crate::insight::affected::Affected;
use crate::insight::shipped::Tested;
use crate::model::done_when::State;
use crate::model::event::{Draft, Kind};
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::oid::Oid;
use crate::model::plan::{CommitLine, DiffStat};
use crate::model::text::{list, safe, shell_word};
use crate::report::lint::names::Names;
use crate::report::lint::without_names;
use crate::report::postmortem::{self as report, Facts, Refreshed};
use crate::system::files;
use crate::terminal::style::Tone;
use chrono::FixedOffset;
use serde_json::json;
use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

pub fn run(desk: &Desk, args: &Postmortem) -> Outcome {
    if let Some(PostmortemCommand::Check(args)) = &args.command {
        return super::postmortem_check::run(desk, args);
    }
    let site = desk.site()?;
    let hotfix = Hotfix::find(&site, args.name.as_deref())?;
    let Some(incident) = &hotfix.incident else {
        return Err(Failure::usage(format!("{} has no record to write up", hotfix.name))
            .hint("hotfix note \"what happened\"")
            .into());
    };
    // What is restricted stays in the record.
    let incident = &incident.tellable().ok_or_else(|| {
        Failure::refused(format!("the record of {} is restricted; nothing was written", safe(&hotfix.name)))
    })?;
    let mut gathered = Gathered::from(&site, &hotfix, incident)?;
    let public = if args.public { Some(gathered.published(&site, &hotfix, incident)?) } else { None };
    let incident = public.as_ref().unwrap_or(incident);
    let facts = gathered.facts(incident);
    let to_stdout = args.output.as_deref() == Some(Path::new("-"));
    let json_form = args.format == Some(Format::Json) || (desk.ui.json() && args.format.is_none());
    if args.open && (to_stdout || (json_form && args.output.is_none())) {
        return Err(Failure::usage("--open opens a file, and this writes none; nothing was written")
            .hint("hotfix postmortem --format html --open")
            .into());
    }
    if !args.add.is_empty() && (to_stdout || json_form || args.format == Some(Format::Html)) {
        return Err(Failure::usage("--add is about the Markdown file; nothing was written")
            .hint(add_command(incident, args, &args.add))
            .into());
    }
    if let Some(path) = args.output.as_deref().filter(|path| !to_stdout && files::is_no_file(path)) {
        return Err(Failure::usage(format!("{} is no file; nothing was written", path.display()))
            .hint("hotfix postmortem --output -")
            .into());
    }
    if json_form {
        let value = report::json(&facts);
        match &args.output {
            Some(path) if !to_stdout => {
                files::write_atomically(path, &format!("{value:#}\n"))?;
                desk.ui.answer(format!("{} {}", desk.ui.sign(Tone::Good), path.display()));
                postmortem_page::open(desk, args, path);
            }
            _ if desk.ui.json() => desk.ui.document(value),
            _ => desk.ui.raw(&format!("{value:#}\n")),
        }
        return Ok(0);
    }
    let fresh = report::render_with(templates::document(&site)?.template(), &facts)?;
    if args.format == Some(Format::Html) {
        // Code is not for readers outside.
        let patch = if args.public { Vec::new() } else { postmortem_page::patch(&site, &hotfix, incident) };
        return postmortem_page::run(desk, &site, args, &facts, &fresh, &patch);
    }
    if to_stdout {
        desk.ui.raw(&fresh);
        return Ok(0);
    }
    write(desk, &site, incident, args, &fresh)
}

fn write(desk: &Desk, site: &Site, incident: &Incident, args: &Postmortem, fresh: &str) -> Outcome {
    let path = match &args.output {
        Some(path) => path.clone(),
        None => desk.from_here(default_path(site, incident, args.public, "md")?),
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
    let refreshed = match &existing {
        Some(text) => Some(with_added(report::refresh(text, fresh), fresh, incident, args)?),
        None => None,
    };
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
            let names: Vec<&str> = refreshed.kept.iter().map(|k| k.name.as_str()).collect();
            ui.warn(format!("edited by hand and therefore left as it is: {}", list(&names)));
            for kept in &refreshed.kept {
                ui.say(format!("{}: the document (-) and what the record says now (+)", safe(&kept.name)));
                for line in &kept.difference {
                    let tone = if line.starts_with('-') { Tone::Bad } else { Tone::Good };
                    ui.say(format!("  {}", tone.paint(safe(line))));
                }
            }
        }
        if !refreshed.broken.is_empty() {
            ui.warn(format!(
                "the markers around it are damaged, so it was left as it is: {}",
                list(&refreshed.broken)
            ));
        }
        if !refreshed.missing.is_empty() {
            ui.dim(format!(
                "It lacks {}. To add: {}",
                list(&refreshed.missing),
                add_command(incident, args, &refreshed.missing)
            ));
        }
    }
    let opened = postmortem_page::open(desk, args, &path);
    let todo = text.matches("TODO(human)").count();
    if todo > 0 {
        ui.say("");
        ui.say(format!(
            "Next: answer its {todo} questions while you remember, have it read over, then reviewed:"
        ));
        ui.say(format!("  hotfix postmortem check {}", shell_word(&shown.to_string())));
    }
    ui.document(json!({
        "id": incident.id,
        "path": shown.to_string(),
        "changed": !same,
        "open_questions": todo,
        "opened": opened,
        "kept": refreshed.as_ref().map(|r| r.kept.clone()).unwrap_or_default(),
        "broken": refreshed.as_ref().map(|r| r.broken.clone()).unwrap_or_default(),
        "missing": refreshed.map(|r| r.missing).unwrap_or_default(),
    }));
    Ok(0)
}

/// Puts the blocks into the document that somebody asked for.
fn with_added(
    mut refreshed: Refreshed,
    fresh: &str,
    incident: &Incident,
    args: &Postmortem,
) -> Result<Refreshed, Failure> {
    for name in &args.add {
        let lacking = refreshed.missing.iter().position(|missing| missing == name);
        let (Some(at), Some(text)) = (lacking, report::add(&refreshed.text, fresh, name)) else {
            let failure = Failure::usage(format!("it lacks no block '{}'; nothing was changed", safe(name)));
            return Err(match refreshed.missing.as_slice() {
                [] => failure,
                missing => failure.hint(add_command(incident, args, missing)),
            });
        };
        refreshed.missing.remove(at);
        refreshed.text = text;
    }
    Ok(refreshed)
}

/// The command that adds blocks to the same file.
fn add_command(incident: &Incident, args: &Postmortem, blocks: &[String]) -> String {
    let mut command = format!("hotfix postmortem {}", shell_word(&incident.name));
    if args.public {
        command.push_str(" --public");
    }
    if let Some(path) = args.output.as_deref().filter(|path| *path != Path::new("-")) {
        command.push_str(&format!(" --output {}", shell_word(&path.display().to_string())));
    }
    for block in blocks {
        command.push_str(&format!(" --add {}", shell_word(block)));
    }
    command
}

/// Where the document belongs: as configured, and one in another form or for other readers beside.
pub(super) fn default_path(
    site: &Site,
    incident: &Incident,
    public: bool,
    extension: &str,
) -> anyhow::Result<PathBuf> {
    let root = site.repo.worktree().ok_or_else(|| {
        Failure::usage("a bare repository has no place for the document")
            .hint("hotfix postmortem --output FILE")
    })?;
    let mut path = root.join(report::path(&site.config.postmortem.path, incident));
    if public {
        // Beside the team's own: what people wrote there is not for readers outside.
        path.set_extension(format!("public.{extension}"));
    } else if extension != "md" {
        path.set_extension(extension);
    }
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
    affected: Option<Affected>,
    tested: Vec<Tested>,
    targets: Vec<(String, String)>,
    followups: BTreeMap<String, State>,
    earlier: Vec<(String, String)>,
    outputs: BTreeMap<String, String>,
    zone: Option<FixedOffset>,
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
            if before && !paths.is_disjoint(&touched::files(site, &other)?) {
                earlier.push((other.id, other.title));
            }
        }
        let affected = affected(site, hotfix);
        let tested = tested::against(site, incident, &checks)?;
        let targets = targets(incident);
        let followups = followups(site, incident)?;
        let zone = site.config.incident.timezone.in_documents();
        Ok(Self {
            checks,
            commits,
            stat,
            diffstat,
            affected,
            tested,
            targets,
            followups,
            earlier,
            outputs,
            zone,
        })
    }

    /// Takes away what is not for readers outside; returns the incident without names.
    fn published(&mut self, site: &Site, hotfix: &Hotfix, incident: &Incident) -> anyhow::Result<Incident> {
        let people = people::people(site, incident, tip_of(hotfix, incident).as_ref())?;
        let names = Names::new(people.iter().map(|(name, email)| (name.as_str(), email.as_str())));
        self.outputs.clear();
        let public = |text: &str| without_names(text, &names);
        for check in &mut self.checks {
            if let Some(answer) = &mut check.answer {
                answer.by = public(&answer.by);
                answer.reason = answer.reason.as_deref().map(public);
            }
        }
        for commit in &mut self.commits {
            commit.subject = public(&commit.subject);
        }
        for candidate in self.affected.iter_mut().flat_map(|a| &mut a.candidates) {
            candidate.subject = public(&candidate.subject);
        }
        for (_, state) in &mut self.targets {
            *state = public(state);
        }
        for (_, title) in &mut self.earlier {
            *title = public(title);
        }
        let public = crate::report::public::of(incident, &names);
        Ok(public.ok_or_else(|| {
            Failure::failed("the record cannot be read without its names; nothing was written")
        })?)
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
            affected: self.affected.as_ref(),
            tested: &self.tested,
            targets: &self.targets,
            followups: &self.followups,
            earlier: &self.earlier,
            outputs: &self.outputs,
            tool_version: env!("CARGO_PKG_VERSION"),
            zone: self.zone,
        }
    }
}

/// The tip that shipped; the branch may be gone.
pub(super) fn tip_of(hotfix: &Hotfix, incident: &Incident) -> Option<Oid> {
    hotfix.tip().cloned().or_else(|| recorded_tip(incident))
}

/// Where the fault may have come from. A document without that is better than none.
fn affected(site: &Site, hotfix: &Hotfix) -> Option<Affected> {
    let look = || -> anyhow::Result<Option<Affected>> {
        let view = fetch::last_known(&site.repo, site.remote())?;
        fix::of_hotfix(site, &view, hotfix)?.map(|fix| lookup::look(site, &view, &fix)).transpose()
    };
    look().unwrap_or_else(|error| {
        log::warn!("which releases are affected could not be found out: {error:#}");
        None
    })
}

/// How the follow-ups stand that name a fact for their end.
fn followups(site: &Site, incident: &Incident) -> anyhow::Result<BTreeMap<String, State>> {
    let topics = incident.topics(&Kind::Followup);
    if topics.is_empty() {
        return Ok(BTreeMap::new());
    }
    let ground = Ground::find(site)?;
    let all = topics.into_iter().map(|topic| ground.check(site, incident, topic));
    Ok(all.filter(|f| f.done_when.is_some()).map(|f| (f.topic.id, f.state)).collect())
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
