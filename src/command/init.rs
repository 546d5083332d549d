//! `hotfix init`: a configuration file that says what was found out.

use super::{Desk, Outcome};
use crate::cli::Init;
use crate::config::init::minimal;
use crate::facts::site::CONFIG_FILE;
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};
use crate::system::files;
use crate::terminal::style::Tone;
use serde_json::json;

pub fn run(desk: &Desk, args: &Init) -> Outcome {
    let site = if args.force { desk.site_for_log()? } else { desk.site()? };
    let root = site.repo.worktree().ok_or_else(|| {
        Failure::usage("a bare repository has no place for hotfix.toml: make it in a clone and commit it")
            .hint("hotfix init --dry-run")
    })?;
    let path = root.join(CONFIG_FILE);
    let text = minimal(&site.config);
    if desk.dry_run() {
        if desk.ui.json() {
            desk.ui.document(json!({ "path": path.display().to_string(), "text": text, "dry_run": true }));
        } else {
            desk.ui.raw(&text);
        }
        return Ok(0);
    }
    let existing = files::read_optional(&path)?;
    if existing.is_some() && !args.force {
        return Err(Failure::refused(format!("{CONFIG_FILE} exists already; nothing was changed"))
            .hint("hotfix config --explain    # what it amounts to")
            .hint("hotfix init --force        # replace it")
            .into());
    }
    files::write_atomically(&path, &text)?;
    let ui = &desk.ui;
    let shown = desk.from_here(&path).display().to_string();
    ui.answer(format!("{} {}", ui.sign(Tone::Good), safe(&shown)));
    ui.say("");
    let branches = &site.config.branches;
    let back = if branches.merge_back.is_empty() {
        "nowhere else".to_owned()
    } else {
        branches.merge_back.join(", ")
    };
    ui.say(format!(
        "Production is {}; fixes are merged back to {}.",
        safe(&branches.production),
        safe(&back)
    ));
    for note in &site.config.notes {
        ui.warn(safe(note));
    }
    ui.say("Next: read it, commit it, rehearse");
    ui.say(format!("  git add {} && git commit -m \"hotfix: configuration\"", shell_word(&shown)));
    ui.say("  hotfix drill");
    ui.document(json!({ "path": path.display().to_string(), "production": branches.production, "merge_back": branches.merge_back }));
    Ok(0)
}
