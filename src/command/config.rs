//! `hotfix config`: each setting and where it came from.

use super::{Desk, Outcome};
use crate::cli::ConfigArgs;
use crate::config::{Explained, Origin};
use crate::facts::Site;
use crate::facts::release::around;
use crate::git::fetch::last_known;
use crate::model::failure::Failure;
use crate::model::text::safe;
use crate::terminal::style::{Tone, pad, width};
use serde_json::json;

pub fn run(desk: &Desk, args: &ConfigArgs) -> Outcome {
    let site = desk.site()?;
    let wanted = |e: &&Explained| args.key.as_ref().is_none_or(|k| e.key.contains(k.as_str()));
    let shown: Vec<&Explained> = site.config.explain().iter().filter(wanted).collect();
    if shown.is_empty() {
        let key = args.key.clone().unwrap_or_default();
        return Err(Failure::usage(format!("no setting is called '{}'", safe(&key)))
            .hint("hotfix config --explain")
            .into());
    }
    let wide = width(shown.iter().map(|e| e.key.as_str()));
    for e in &shown {
        let line = format!("{}  {}", pad(&e.key, wide), safe(&e.value));
        if !args.explain {
            desk.ui.answer(line);
            continue;
        }
        let origin = match &e.origin {
            Origin::BuiltIn => Tone::Dim.paint("built in"),
            other => Tone::Good.paint(safe(&other.to_string())),
        };
        desk.ui.answer(line);
        desk.ui.answer(format!("{}  {origin}", " ".repeat(wide)));
        if let (true, Some(address)) = (e.key == "branches.remote", site.address()) {
            desk.ui.answer(format!("{}  read from {}", " ".repeat(wide), safe(&address)));
        }
        if e.key == "version.tag" {
            for line in learnt(&site)? {
                desk.ui.answer(format!("{}  {}", " ".repeat(wide), safe(&line)));
            }
        }
        desk.ui.answer(format!("{}  {}", " ".repeat(wide), Tone::Dim.paint(&e.meaning)));
    }
    for note in &site.config.notes {
        desk.ui.warn(safe(note));
    }
    let values: Vec<_> = shown
        .iter()
        .map(|e| json!({ "key": e.key, "value": e.value, "origin": e.origin.to_string(), "meaning": e.meaning }))
        .collect();
    desk.ui.document(json!({ "settings": values, "notes": site.config.notes }));
    Ok(0)
}

/// How releases are numbered here, and which tags say so.
fn learnt(site: &Site) -> anyhow::Result<Vec<String>> {
    let view = last_known(&site.repo, site.remote())?;
    let Some(tip) = view.heads.get(&site.config.branches.production) else { return Ok(Vec::new()) };
    let around = around(site, &view, &[tip])?;
    let versions = around.versions(None);
    let Some(newest) = &around.newest else {
        let none = format!("no release in {}; the first one would be", site.config.branches.production);
        return Ok(vec![format!("{none} {}", versions.scheme.tag(&versions.next()))]);
    };
    let before = around.releases.below(&site.repo, &around.scheme, newest, 3)?;
    let names: Vec<&str> = std::iter::once(newest).chain(&before).map(|t| t.name.as_str()).collect();
    let mut lines = vec![format!("learnt: {} from {}", around.scheme.pattern(), names.join(", "))];
    lines.push(match versions.problem("hotfix finish NAME", false) {
        Some(doubt) => format!("{}: {}", doubt.message, doubt.hint),
        None => format!("the next one is {}", versions.scheme.tag(&versions.next())),
    });
    Ok(lines)
}
