//! `hotfix drill`: the whole procedure, rehearsed where nothing can break. Without a terminal it is told
//! as it happens; on one, each command is offered.

mod forge_box;
mod left;
mod nights;
mod play;
mod pr;
mod set_up;
mod stage;

use super::{Outcome, Session};
use crate::cli::Drill;
use crate::model::checklist::REVIEWED;
use crate::model::failure::{Failure, Kind};
use crate::model::step::Step;
use crate::model::text::{hang, shell_word};
use crate::system::env::own_program;
use crate::system::files;
use crate::terminal::style::{Tone, columns};
use forge_box::ForgeBox;
use left::Saved;
use play::Left;
use serde_json::json;
use set_up::set_up;
use stage::{Clash, Stage};
use std::cell::{Cell, RefCell};
use std::path::{Path, PathBuf};

/// The widest a paragraph becomes, in columns.
const WIDTH: usize = 80;

/// What goes wrong in the night that is rehearsed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Night {
    Plain,
    /// A merge-back conflicts.
    Conflict,
    /// The release has to be taken back.
    Rollback,
    /// Production takes pull requests only.
    Pr,
}

impl Night {
    const fn of(args: &Drill) -> Self {
        match (args.conflict, args.rollback, args.pr) {
            (true, ..) => Self::Conflict,
            (_, true, _) => Self::Rollback,
            (.., true) => Self::Pr,
            _ => Self::Plain,
        }
    }
}

pub fn run(session: &Session, args: &Drill) -> Outcome {
    if let Some(root) = &args.resume {
        let root = files::canonical(root);
        let (saved, stage) = Saved::read(&session.env, &root)?;
        let mut tale = Tale::new(session, stage, saved.from, saved.layout.clash, saved.layout.undone)?;
        (tale.done, tale.dir) = (saved.done, RefCell::new(saved.dir));
        let outcome = tale.tell(&root);
        if matches!(outcome, Ok(Told::All)) && !args.keep {
            drop(files::remove_dir(&root));
        }
        return end(session, &tale, outcome, args.keep.then_some(root));
    }
    let temporary = tempfile::Builder::new().prefix("hotfix-drill-").tempdir().map_err(|e| {
        Failure::failed(format!("there is no place for a drill: {e}"))
            .hint("TMPDIR=/somewhere/else hotfix drill")
    })?;
    let root = temporary.path().to_owned();
    // Whoever could write into it would say what git runs when the drill is resumed.
    files::make_private(&root)?;
    let tale = set_up(session, args, &root, Night::of(args))?;
    let outcome = tale.tell(&root);
    let keeps = args.keep || matches!(outcome, Ok(Told::Left(_)));
    let kept = if keeps { Some(temporary.keep()) } else { None };
    end(session, &tale, outcome, kept.filter(|_| args.keep))
}

/// How a drill ended.
enum Told {
    All,
    /// It was left, with this exit status.
    Left(u8),
}

fn end(session: &Session, tale: &Tale<'_>, outcome: anyhow::Result<Told>, kept: Option<PathBuf>) -> Outcome {
    match outcome? {
        Told::Left(code) => Ok(code),
        Told::All => {
            tale.outro(kept.as_deref());
            session.ui.document(json!({
                "state": "done",
                "steps": Step::ALL,
                "repository": tale.from,
                "kept": kept.map(|p| p.display().to_string()),
            }));
            Ok(0)
        }
    }
}

struct Tale<'a> {
    session: &'a Session,
    stage: Stage,
    program: PathBuf,
    /// What it is a copy of.
    from: Option<String>,
    sample: bool,
    /// Whether each command is offered.
    interactive: bool,
    /// The number of the next step.
    at: Cell<usize>,
    /// How many steps were done before the drill was left.
    done: usize,
    /// The directory that commands run in.
    dir: RefCell<PathBuf>,
    clash: Option<Clash>,
    /// The release that is undone.
    undone: Option<String>,
    /// What stands before production in a night with pull requests.
    forge: Option<ForgeBox>,
}

impl<'a> Tale<'a> {
    fn new(
        session: &'a Session,
        mut stage: Stage,
        from: Option<String>,
        clash: Option<Clash>,
        undone: Option<String>,
    ) -> anyhow::Result<Self> {
        let program = own_program()?;
        let interactive = session.ui.is_interactive() && session.env.stdout_tty && !session.ui.yes();
        if interactive {
            stage.put_on_path(&program)?;
        }
        let (sample, dir) = (from.is_none(), RefCell::new(stage.clone.clone()));
        let at = Cell::new(0);
        Ok(Self {
            session,
            stage,
            program,
            from,
            sample,
            interactive,
            at,
            done: 0,
            dir,
            clash,
            undone,
            forge: None,
        })
    }

    /// Goes through the night; a drill that is left can be taken up again.
    fn tell(&self, root: &Path) -> anyhow::Result<Told> {
        let Err(error) = self.night() else { return Ok(Told::All) };
        let left = error.downcast::<Left>()?;
        let code = match &left {
            Left::ByChoice => 0,
            Left::Interrupted => Kind::Interrupted.exit_code(),
            Left::Stopped(failure) => {
                self.session.ui.failure(failure);
                failure.kind.exit_code()
            }
        };
        if self.forge.is_some() {
            // The forge in a box ends with the program.
            self.session.ui.say("The drill is over. To begin again: hotfix drill --pr");
            drop(files::remove_dir(root));
            return Ok(Told::Left(code));
        }
        let saved = Saved {
            // The step that was on the screen is still to do.
            done: self.at.get().saturating_sub(1),
            from: self.from.clone(),
            dir: self.dir.borrow().clone(),
            layout: self.stage.layout(self.clash.clone(), self.undone.clone()),
        };
        saved.write(self.stage.home())?;
        let ui = &self.session.ui;
        ui.say("");
        ui.say("The drill waits where it is. To go on, or to throw it away:");
        ui.say(format!("  {}", Saved::command(self.stage.home())));
        ui.say(format!("  rm -rf {}", shell_word(&root.display().to_string())));
        Ok(Told::Left(code))
    }

    fn night(&self) -> anyhow::Result<()> {
        if self.done == 0 {
            self.intro(self.from.as_deref());
        }
        if let Some(tag) = &self.undone {
            self.roll_back(tag)?;
            return self.afterwards();
        }
        self.detect_assess_branch()?;
        self.fix()?;
        self.test(self.forge.is_some())?;
        match (&self.forge, &self.clash) {
            (Some(forge), _) => self.through_a_request(forge)?,
            (None, Some(clash)) => self.with_a_conflict(clash)?,
            (None, None) => self.deploy_and_merge()?,
        }
        self.afterwards()
    }

    /// Tells something, unless it was told before the drill was left.
    fn say(&self, text: &str) {
        if self.is_due() {
            self.session.ui.answer(text);
        }
    }

    fn heading(&self, steps: &str, text: &[&str]) {
        self.say("");
        self.say(&Tone::Strong.paint(steps));
        self.prose(&text.join(" "));
    }

    /// Tells a paragraph, in lines that fit.
    fn prose(&self, text: &str) {
        let width = if self.session.env.stdout_tty { columns().min(WIDTH) } else { WIDTH };
        for line in hang("", text, Some(width)) {
            self.say(&line);
        }
    }

    fn intro(&self, from: Option<&str>) {
        self.say(&Tone::Strong.paint("A hotfix drill: the whole procedure, where nothing can break."));
        match from {
            Some(name) => self.prose(&format!(
                "On a throw-away copy of {name} with a throw-away remote. Your repository and its remote are \
                 not touched; commands of its hotfix.toml are replaced by echoes."
            )),
            None => self.prose(
                "On a small sample shop with a throw-away remote: main is in production as v1.2.0, develop \
                 is one feature ahead, release/1.3.0 is being prepared.",
            ),
        }
        if self.interactive {
            self.say("");
            self.prose(
                "Each command is offered: Enter runs it, or type it yourself, with other options or after \
                 looking around (hotfix status, git log).",
            );
            self.prose(if self.forge.is_some() {
                "q leaves; the forge in a box ends with it, so the drill begins again next time."
            } else {
                "q leaves; the drill can be taken up again."
            });
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
        self.edit(path, text, "a user that does not exist must not crash it")?;
        self.git(&["add", path])?;
        if self.sample {
            self.shown(&["diff", "--cached", "--unified=0", "--no-color"], true)?;
        }
        self.git(&["commit", "--quiet", "-m", "login: handle a user that does not exist"])?;
        self.hotfix(&["mark", "identified", "a missing user was not checked"])
    }

    /// `reviewed_there`: the review is left to the forge.
    fn test(&self, reviewed_there: bool) -> anyhow::Result<()> {
        self.heading(
            "5 test",
            &[
                "Abbreviated, never skipped. Each answer is for the code as it is now: another commit",
                "would make it stale. What cannot be done is waived, with a reason that stays visible.",
            ],
        );
        // Without trust: only the echoes that stand in for the repository's commands can run.
        if self.is_due() {
            drop(self.stage.run(&self.program, &["check", "--no-input", "--quiet"])?);
        }
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
            // It counts all the same: when the drill is taken up, they may be answered.
            self.begins();
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
        if self.interactive {
            let refs = ["--branches", "--tags", "--remotes"];
            let args = [&["log", "--graph", "--oneline", "--decorate"], refs.as_slice(), &["-n", "12"]];
            self.shown(&args.concat(), true)?;
        } else if self.begins() {
            let remote = self.stage.remote.display().to_string();
            let args = [
                "-C",
                &remote,
                "log",
                "--graph",
                "--oneline",
                "--decorate",
                // Without the refs of the incident log.
                "--branches",
                "--tags",
                "--no-color",
                "-n",
                "12",
            ];
            let done = self.stage.run(Path::new("git"), &args)?;
            self.print_output("git log --graph --oneline --decorate --branches --tags", &done, true);
        }
        self.hotfix(&["mark", "deployed"])?;
        self.hotfix(&["mark", "mitigated"])?;
        self.hotfix(&["mark", "resolved", "users are served again"])?;
        self.hotfix(&["timeline"])?;
        self.say("");
        self.prose(
            "The blameless post-mortem is a by-product. What git and the log know is filled in; what only \
             people know is asked.",
        );
        if !self.interactive {
            return self.hotfix(&["postmortem", "--output", "-"]);
        }
        self.hotfix(&["postmortem"])?;
        let document = self.stage.run(&self.program, &["postmortem", "--output", "-"])?;
        self.first_screen(&document.text());
        Ok(())
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
}
