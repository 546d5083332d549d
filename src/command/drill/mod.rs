//! `hotfix drill`: the whole procedure, told as it happens, where nothing can break.

mod forge_box;
mod pr;
mod stage;

use super::{Outcome, Session};
use crate::cli::Drill;
use crate::facts::Workspace;
use crate::model::checklist::REVIEWED;
use crate::model::failure::Failure;
use crate::model::step::Step;
use crate::model::text::{safe_lines, shell_word};
use crate::system::env::own_program;
use crate::terminal::style::Tone;
use serde_json::json;
use stage::Stage;
use std::path::{Path, PathBuf};

pub fn run(session: &Session, args: &Drill) -> Outcome {
    let temporary = tempfile::Builder::new().prefix("hotfix-drill-").tempdir().map_err(|e| {
        Failure::failed(format!("there is no place for a drill: {e}"))
            .hint("TMPDIR=/somewhere/else hotfix drill")
    })?;
    let root = temporary.path().to_owned();
    let (mut stage, from) = set_up(session, args, &root)?;
    let forge = args.pr.then(|| stage.behind_a_forge()).transpose()?;
    let tale = Tale { session, stage, program: own_program()?, sample: from.is_none() };
    tale.intro(from.as_deref());
    tale.detect_assess_branch()?;
    tale.fix()?;
    tale.test(forge.is_some())?;
    match &forge {
        Some(forge) => tale.through_a_request(forge)?,
        None => tale.deploy_and_merge()?,
    }
    tale.afterwards()?;
    let kept = if args.keep { Some(temporary.keep()) } else { None };
    tale.outro(kept.as_deref());
    session.ui.document(json!({
        "state": "done",
        "steps": Step::ALL,
        "repository": from,
        "kept": kept.map(|p| p.display().to_string()),
    }));
    Ok(0)
}

/// Inside a repository the drill is about that one; outside, about a small sample.
fn set_up(session: &Session, args: &Drill, root: &Path) -> anyhow::Result<(Stage, Option<String>)> {
    if let Some(from) = &args.from {
        return Ok((Stage::clone_from(&session.env, root, from)?, Some(from.clone())));
    }
    match Workspace::open(session.env.clone()) {
        Ok(workspace) if workspace.repo.head_is_unborn() || !has_production(&workspace) => {
            Ok((Stage::sample(&session.env, root)?, None))
        }
        Ok(workspace) => {
            let name = workspace.repo_name();
            Ok((Stage::copy(&session.env, root, &workspace)?, Some(name)))
        }
        Err(error) if is_outside(&error) => Ok((Stage::sample(&session.env, root)?, None)),
        Err(error) => Err(error),
    }
}

fn has_production(workspace: &Workspace) -> bool {
    crate::git::fetch::last_known(&workspace.repo, workspace.remote())
        .is_ok_and(|view| view.heads.contains_key(&workspace.config.branches.production))
}

fn is_outside(error: &anyhow::Error) -> bool {
    error
        .downcast_ref::<crate::git::GitError>()
        .is_some_and(|e| matches!(e, crate::git::GitError::NoRepository(_)))
}

struct Tale<'a> {
    session: &'a Session,
    stage: Stage,
    program: PathBuf,
    sample: bool,
}

impl Tale<'_> {
    fn say(&self, text: &str) {
        self.session.ui.answer(text);
    }

    fn heading(&self, steps: &str, text: &[&str]) {
        self.say("");
        self.say(&Tone::Strong.paint(steps));
        for line in text {
            self.say(line);
        }
    }

    fn intro(&self, from: Option<&str>) {
        self.say(&Tone::Strong.paint("A hotfix drill: the whole procedure, where nothing can break."));
        match from {
            Some(name) => {
                self.say(&format!(
                    "On a throw-away copy of {name} with a throw-away remote. Your repository and its"
                ));
                self.say("remote are not touched; commands of its hotfix.toml are replaced by echoes.");
            }
            None => {
                self.say("On a small sample shop with a throw-away remote: main is in production as v1.2.0,");
                self.say("develop is one feature ahead, release/1.3.0 is being prepared.");
            }
        }
    }

    fn detect_assess_branch(&self) -> anyhow::Result<()> {
        self.heading(
            "1 detect   2 assess   3 branch",
            &[
                "It is 3 am. A customer says that nobody can log in. One command writes down what is",
                "known, asks whether it can wait, and branches from production as it is on the remote:",
                "never from develop, never from a stale main.",
            ],
        );
        self.hotfix(&[
            "start",
            "fix-login-crash",
            "--title",
            "Users get a 500 on /login",
            "--severity",
            "sev2",
            "--reason",
            "outage",
            "--impact-started",
            "-31m",
            "--detected",
            "-22m",
            "--detected-by",
            "customer",
        ])?;
        self.say("");
        self.say("Everything is in the incident log from now on, and a note takes one second:");
        self.hotfix(&["note", "--kind", "hypothesis", "login looks up a user that is not there"])
    }

    fn fix(&self) -> anyhow::Result<()> {
        self.heading("4 fix", &["The smallest change that helps, and an ordinary commit."]);
        let (path, text) = &self.stage.fix;
        self.stage.write(path, text)?;
        self.git(&["add", path])?;
        if self.sample {
            self.shown("git", &["diff", "--cached", "--unified=0", "--no-color"], true)?;
        }
        self.git(&["commit", "--quiet", "-m", "login: a user that does not exist is no crash"])?;
        self.hotfix(&["mark", "identified", "a missing user was not checked"])
    }

    /// `reviewed_there`: the review is left to the forge.
    fn test(&self, reviewed_there: bool) -> anyhow::Result<()> {
        self.heading(
            "5 test",
            &[
                "Abbreviated, never skipped. Each answer is for the code as it is now: another commit",
                "would make it stale. What nobody could do is waived, with a reason that stays visible.",
            ],
        );
        // Without trust: only the echoes that stand in for the repository's commands can run.
        let done = self.stage.run(&self.program, &["check", "--no-input", "--quiet"])?;
        drop(done);
        let mut args = vec!["check", "resolves", "critical-paths", "tests"];
        if !reviewed_there {
            args.extend(["--answer", "reviewed=sam@example.com"]);
        }
        args.extend(["--waive", "staging=staging is down, too"]);
        self.hotfix(&args)?;
        self.answer_the_rest(reviewed_there)
    }

    /// A repository may ask more questions than the five.
    fn answer_the_rest(&self, reviewed_there: bool) -> anyhow::Result<()> {
        let done = self.stage.run(&self.program, &["status", "--json"])?;
        let status: serde_json::Value = serde_json::from_slice(&done.stdout)?;
        let open: Vec<String> = status
            .get("checks")
            .and_then(serde_json::Value::as_array)
            .into_iter()
            .flatten()
            .filter(|c| !matches!(c.get("state").and_then(|s| s.as_str()), Some("pass" | "waived")))
            .filter_map(|c| c.get("id")?.as_str().map(str::to_owned))
            .filter(|id| !(reviewed_there && id == REVIEWED))
            .collect();
        if open.is_empty() {
            return Ok(());
        }
        let mut args = vec!["check"];
        args.extend(open.iter().map(String::as_str));
        self.hotfix(&args)
    }

    fn deploy_and_merge(&self) -> anyhow::Result<()> {
        self.heading(
            "6 deploy",
            &[
                "The plan first: which branch moves from where to where, what else would ship, what",
                "conflicts. Nothing is changed yet.",
            ],
        );
        self.hotfix(&["finish", "--dry-run"])?;
        self.heading(
            "7 merge",
            &[
                "Now for real. Production and its tag are published together or not at all, every other",
                "branch that needs the fix gets it, and the hotfix branch goes last. Killed at any",
                "moment, the same command continues.",
            ],
        );
        self.hotfix(&["finish", "--yes"])
    }

    fn afterwards(&self) -> anyhow::Result<()> {
        self.heading("Afterwards", &["The remote, as everybody sees it:"]);
        let remote = self.stage.remote.display().to_string();
        let args =
            ["-C", &remote, "log", "--graph", "--oneline", "--decorate", "--all", "--no-color", "-n", "12"];
        self.print_output(
            "git log --graph --oneline --decorate --all",
            &self.stage.run(Path::new("git"), &args)?,
            true,
        );
        self.hotfix(&["mark", "mitigated"])?;
        self.hotfix(&["mark", "resolved", "logins work again"])?;
        self.hotfix(&["timeline"])?;
        self.say("");
        self.say("The blameless post-mortem is a by-product. What git and the log know is filled in; what");
        self.say("only people know is asked.");
        self.hotfix(&["postmortem", "--output", "-"])
    }

    fn outro(&self, kept: Option<&Path>) {
        self.say("");
        self.say(&Tone::Strong.paint("That was all of it."));
        match kept {
            Some(path) => self.say(&format!(
                "The repository is yours to look around: {}",
                shell_word(&path.display().to_string())
            )),
            None => self.say("Nothing of it is left behind. To look around afterwards: hotfix drill --keep"),
        }
        self.say("When production breaks: hotfix start NAME. It says the next command at every step.");
    }

    fn hotfix(&self, args: &[&str]) -> anyhow::Result<()> {
        let words: Vec<String> = args.iter().map(|w| shell_word(w)).collect();
        let done = self.stage.watch(&self.program, args)?;
        self.print_output(&format!("hotfix {}", words.join(" ")), &done, true);
        self.expect(&done, args)
    }

    /// A command that ends with this exit status.
    fn hotfix_exits(&self, args: &[&str], code: i32) -> anyhow::Result<()> {
        let words: Vec<String> = args.iter().map(|w| shell_word(w)).collect();
        let done = self.stage.watch(&self.program, args)?;
        self.print_output(&format!("hotfix {}", words.join(" ")), &done, true);
        if done.code == Some(code) { Ok(()) } else { self.expect(&done, args) }
    }

    fn git(&self, args: &[&str]) -> anyhow::Result<()> {
        self.shown("git", args, false)
    }

    fn shown(&self, program: &str, args: &[&str], output: bool) -> anyhow::Result<()> {
        let words: Vec<String> = args.iter().map(|w| shell_word(w)).collect();
        let done = self.stage.watch(Path::new(program), args)?;
        self.print_output(&format!("{program} {}", words.join(" ")), &done, output);
        self.expect(&done, args)
    }

    fn expect(&self, done: &crate::system::process::Done, args: &[&str]) -> anyhow::Result<()> {
        if done.success() {
            return Ok(());
        }
        let code = done.code.map_or_else(|| "a signal".to_owned(), |c| format!("exit {c}"));
        Err(Failure::failed(format!(
            "the drill stopped at '{}' ({code}); what it says above is what would have happened at 3 am.\nNothing outside the drill was changed.",
            args.join(" ")
        ))
        .hint("hotfix doctor")
        .into())
    }

    fn print_output(&self, command: &str, done: &crate::system::process::Done, output: bool) {
        self.say("");
        self.say(&format!("  {} {command}", Tone::Good.paint("$")));
        if !output {
            return;
        }
        let text = format!("{}{}", done.text(), done.error_text());
        for line in safe_lines(&text).lines() {
            self.say(format!("  {line}").trim_end());
        }
    }
}
