//! `hotfix config`: each setting and where it came from.

use super::{Outcome, Session};
use crate::cli::ConfigArgs;
use crate::config::{Explained, Origin};
use crate::facts::Workspace;
use crate::facts::release::around;
use crate::git::fetch::last_known;
use crate::model::failure::Failure;
use crate::model::text::safe;
use crate::plan::version::Outlook;
use crate::terminal::style::{Tone, pad, width};
use serde_json::json;

pub fn run(session: &Session, args: &ConfigArgs) -> Outcome {
    let workspace = session.workspace()?;
    let wanted = |e: &&Explained| args.key.as_ref().is_none_or(|k| e.key.contains(k.as_str()));
    let shown: Vec<&Explained> = workspace.config.explain().iter().filter(wanted).collect();
    if shown.is_empty() {
        let key = args.key.clone().unwrap_or_default();
        return Err(Failure::usage(format!("unknown setting: '{}'", safe(&key)))
            .meant(&key, crate::config::keys::KEYS.iter().map(|k| k.name))
            .hint("hotfix config --explain")
            .into());
    }
    let wide = width(shown.iter().map(|e| e.key.as_str()));
    for e in &shown {
        let line = format!("{}  {}", pad(&e.key, wide), safe(&e.value));
        if !args.explain {
            session.ui.answer(line);
            continue;
        }
        let origin = match &e.origin {
            Origin::BuiltIn => Tone::Dim.paint("built in"),
            other => Tone::Good.paint(safe(&other.to_string())),
        };
        session.ui.answer(line);
        session.ui.answer(format!("{}  {origin}", " ".repeat(wide)));
        if let (true, Some(address)) = (e.key == "branches.remote", workspace.address()) {
            session.ui.answer(format!("{}  read from {}", " ".repeat(wide), safe(&address)));
        }
        if e.key == "version.tag" {
            for line in learnt(&workspace)? {
                session.ui.answer(format!("{}  {}", " ".repeat(wide), safe(&line)));
            }
        }
        session.ui.answer(format!("{}  {}", " ".repeat(wide), Tone::Dim.paint(&e.meaning)));
    }
    for note in &workspace.config.notes {
        session.ui.warn(safe(note));
    }
    let values: Vec<_> = shown
        .iter()
        .map(|e| json!({ "key": e.key, "value": e.value, "origin": e.origin.to_string(), "meaning": e.meaning }))
        .collect();
    session.ui.document(json!({ "settings": values, "notes": workspace.config.notes }));
    Ok(0)
}

/// How releases are numbered here, and which tags say so.
fn learnt(workspace: &Workspace) -> anyhow::Result<Vec<String>> {
    let view = last_known(&workspace.repo, workspace.remote())?;
    let Some(tip) = view.heads.get(&workspace.config.branches.production) else { return Ok(Vec::new()) };
    let around = around(workspace, &view, &[tip])?;
    let (versions, retry) = (around.versions(None), "hotfix finish NAME");
    let Some(newest) = &around.newest else {
        let none = format!("no release in {}", workspace.config.branches.production);
        return Ok(vec![match versions.outlook(retry) {
            Outlook::Doubtful(doubt) => format!("{none}: {}: {}", doubt.message, doubt.hint),
            Outlook::Open(how) => format!("{none}; {how}"),
            Outlook::Next(next) => format!("{none}; the first one would be {next}"),
        }]);
    };
    let before = around.releases.below(&workspace.repo, &around.scheme, newest, 3)?;
    let names: Vec<&str> = std::iter::once(newest).chain(&before).map(|t| t.name.as_str()).collect();
    let mut lines = vec![format!("learned: {} from {}", around.scheme.pattern(), names.join(", "))];
    lines.push(match versions.outlook(retry) {
        Outlook::Doubtful(doubt) => format!("{}: {}", doubt.message, doubt.hint),
        Outlook::Open(how) => how,
        Outlook::Next(next) => format!("the next one is {next}"),
    });
    Ok(lines)
}
