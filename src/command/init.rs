//! `hotfix init`: a configuration file that says what was found out.

use super::common::within::within;
use super::{Outcome, Session};
use crate::cli::Init;
use crate::config::init::minimal;
use crate::facts::targets;
use crate::facts::workspace::CONFIG_FILE;
use crate::git::fetch;
use crate::model::failure::Failure;
use crate::model::text::{safe, shell_word};
use crate::system::files;
use crate::terminal::style::Tone;
use serde_json::json;
use std::path::Path;

/// The files that tell how tests are run, with what has to be in them.
const TESTS: [(&str, &str, &str); 6] = [
    ("Makefile", "\ntest:", "make test"),
    ("package.json", "\"test\":", "npm test"),
    ("Cargo.toml", "", "cargo test"),
    ("go.mod", "", "go test ./..."),
    ("pyproject.toml", "pytest", "pytest"),
    ("mix.exs", "", "mix test"),
];

/// The command that most likely runs the tests of what is in this directory.
fn tests_command(root: &Path) -> &'static str {
    let has = |file: &str, text: &str| {
        files::read_optional(&root.join(file))
            .ok()
            .flatten()
            .is_some_and(|found| format!("\n{found}").contains(text))
    };
    TESTS.iter().find(|(file, text, _)| has(file, text)).map_or("make test", |(.., command)| command)
}

pub fn run(session: &Session, args: &Init) -> Outcome {
    let workspace = if args.force { session.site_for_log()? } else { session.workspace()? };
    let root = workspace.repo.worktree().ok_or_else(|| {
        Failure::usage("a bare repository cannot hold hotfix.toml: create it in a clone and commit it")
            .hint("hotfix init --dry-run")
    })?;
    let path = root.join(CONFIG_FILE);
    let text = minimal(&workspace.config, tests_command(root));
    if session.dry_run() {
        if session.ui.json() {
            session.ui.document(json!({ "path": path.display().to_string(), "text": text, "dry_run": true }));
        } else {
            session.ui.raw(&text);
        }
        return Ok(0);
    }
    let existing = files::read_optional(&path)?;
    if existing.is_some() && !args.force {
        return Err(Failure::refused(format!("{CONFIG_FILE} already exists; nothing was changed"))
            .hint("hotfix config --explain    # the resulting settings")
            .hint("hotfix init --force        # replaces it")
            .into());
    }
    let hint = || format!("git rm --cached {CONFIG_FILE} && rm {CONFIG_FILE}");
    within(root, &path, CONFIG_FILE).map_err(|failure| failure.hint(hint()))?;
    files::write_atomically(&path, &text)?;
    let ui = &session.ui;
    let shown = session.from_here(&path).display().to_string();
    ui.answer(format!("{} {}", ui.sign(Tone::Good), safe(&shown)));
    ui.say("");
    let branches = &workspace.config.branches;
    let view = fetch::last_known(&workspace.repo, workspace.remote())?;
    let back = match view.heads.get(&branches.production) {
        Some(tip) => {
            targets::merged_back_to(&targets::merge_backs(&workspace, &view, &branches.production, tip)?)
        }
        None => targets::merged_back_to(&[]),
    };
    ui.say(format!(
        "Production is {}; fixes are merged back to {}.",
        safe(&branches.production),
        safe(&back)
    ));
    for note in &workspace.config.notes {
        ui.warn(safe(note));
    }
    let (publish, push) = match workspace.remote() {
        Some(remote) => ("publish it, ", format!(" && git push {} HEAD", shell_word(remote))),
        None => ("", String::new()),
    };
    ui.say(format!("Next: read it, commit it, {publish}rehearse"));
    ui.say(format!("  git add {} && git commit -m \"hotfix: configuration\"{push}", shell_word(&shown)));
    ui.say("  hotfix drill");
    ui.document(json!({ "path": path.display().to_string(), "production": branches.production, "merge_back": branches.merge_back }));
    Ok(0)
}
