//! How a drill goes through its commands: without a terminal each is run and printed; on one each is
//! offered, to be typed or taken with Enter, and runs in the terminal.

use super::Tale;
use crate::model::failure::{Failure, Kind};
use crate::model::text::{safe_lines, shell_word};
use crate::system::process::Done;
use crate::terminal::prompt;
use crate::terminal::style::{Tone, rows};
use std::path::{Path, PathBuf};

/// How often a command that ends otherwise than it should is offered again when it is taken with Enter.
const TRIES: usize = 3;

/// The drill was left before its end.
#[derive(Debug, thiserror::Error)]
#[error("the drill was left")]
pub(super) enum Left {
    /// With q.
    ByChoice,
    /// With Ctrl-C.
    Interrupted,
    /// A step did not end as it should, however often it was tried.
    Stopped(Failure),
}

/// A command that is the next one.
struct Offer<'a> {
    program: PathBuf,
    line: String,
    args: &'a [&'a str],
    /// The exit status that belongs to it.
    code: i32,
    /// Whether its output is part of the tale.
    output: bool,
}

impl Tale<'_> {
    /// Whether the next step is to be done: those before were done before the drill was left.
    pub(super) fn is_due(&self) -> bool {
        self.at.get() >= self.done
    }

    /// Counts a step; whether it is to be done.
    pub(super) fn begins(&self) -> bool {
        let due = self.is_due();
        self.at.set(self.at.get() + 1);
        due
    }

    /// A command of the program that succeeds.
    pub(super) fn hotfix(&self, args: &[&str]) -> anyhow::Result<()> {
        self.hotfix_exits(args, 0)
    }

    /// A command of the program that ends with this exit status.
    pub(super) fn hotfix_exits(&self, args: &[&str], code: i32) -> anyhow::Result<()> {
        let line = words("hotfix", args);
        self.step(&Offer { program: self.program.clone(), line, args, code, output: true })
    }

    /// A git command whose output is not part of the tale.
    pub(super) fn git(&self, args: &[&str]) -> anyhow::Result<()> {
        self.shown(args, false)
    }

    /// A git command.
    pub(super) fn shown(&self, args: &[&str], output: bool) -> anyhow::Result<()> {
        self.step(&Offer { program: "git".into(), line: words("git", args), args, code: 0, output })
    }

    /// Goes to another directory, which the next commands run in.
    pub(super) fn cd(&self, to: &Path) -> anyhow::Result<()> {
        if self.begins() {
            self.say("");
            self.say(&format!("  {} cd {}", self.sign(), shell_word(&relative(&self.dir.borrow(), to))));
        }
        self.dir.replace(to.to_owned());
        Ok(())
    }

    /// A change to a file, which a person makes with an editor or has made.
    pub(super) fn edit(&self, path: &str, text: &str, what: &str) -> anyhow::Result<()> {
        if !self.begins() {
            return Ok(());
        }
        let file = self.dir.borrow().join(path);
        if !self.interactive {
            return Ok(crate::system::files::write_atomically(&file, text)?);
        }
        let before = crate::system::files::read_optional(&file)?;
        self.say("");
        self.say(&format!("Edit {path}: {what}"));
        loop {
            let typed = self.asks("Enter makes the change, or type a command (q leaves)")?;
            if typed.is_empty() {
                return Ok(crate::system::files::write_atomically(&file, text)?);
            }
            self.run_typed(&typed)?;
            if crate::system::files::read_optional(&file)? != before {
                return Ok(());
            }
        }
    }

    /// Output that no command is typed for.
    pub(super) fn print_output(&self, command: &str, done: &Done, output: bool) {
        self.say("");
        self.say(&format!("  {} {command}", self.sign()));
        if !output {
            return;
        }
        let text = format!("{}{}", done.text(), done.error_text());
        for line in safe_lines(&text).lines() {
            self.say(format!("  {line}").trim_end());
        }
    }

    /// The first screen of a document.
    pub(super) fn first_screen(&self, text: &str) {
        let lines: Vec<&str> = text.lines().collect();
        let room = rows().saturating_sub(7).max(8);
        self.say("");
        for line in lines.iter().take(room) {
            self.say(&safe_lines(line));
        }
        if lines.len() > room {
            self.session.ui.dim(format!("… and {} more lines", lines.len() - room));
        }
    }

    fn sign(&self) -> String {
        Tone::Good.paint("$")
    }

    fn step(&self, offer: &Offer<'_>) -> anyhow::Result<()> {
        if !self.begins() {
            return Ok(());
        }
        if self.interactive {
            return self.rehearse(offer);
        }
        let done = self.stage.watch(&self.dir.borrow(), &offer.program, offer.args)?;
        self.print_output(&offer.line, &done, offer.output);
        if done.code == Some(offer.code) { Ok(()) } else { Err(stopped(&done, offer).into()) }
    }

    /// Offers a command until it, or what was typed in its place, ends as it should.
    fn rehearse(&self, offer: &Offer<'_>) -> anyhow::Result<()> {
        let mut tries = 0;
        loop {
            self.say("");
            self.say(&format!("  {} {}", self.sign(), offer.line));
            let typed = self.asks("Enter runs it, or type a command (q leaves)")?;
            let (done, counts) = if typed.is_empty() {
                tries += 1;
                let dir = self.dir.borrow().clone();
                (prompt::lend(|| self.stage.attached(&dir, &offer.program, offer.args))?, true)
            } else {
                match self.run_typed(&typed)? {
                    Some(done) => (done, is_like(&typed, &offer.line)),
                    None => continue,
                }
            };
            let well = done.code == Some(offer.code);
            if counts && well {
                return Ok(());
            }
            if tries == TRIES {
                return Err(Left::Stopped(stopped(&done, offer)).into());
            }
            if counts {
                let code = done.code.map_or_else(|| "a signal".to_owned(), |code| code.to_string());
                self.session.ui.dim(format!("That ended with {code}, so this step is still to do."));
            }
        }
    }

    /// What is typed; leaving the drill is an error that says so.
    fn asks(&self, question: &str) -> anyhow::Result<String> {
        match self.session.ui.ask(question, "", &[]) {
            Ok(Some(typed)) if matches!(typed.as_str(), "q" | "quit" | "exit") => Err(Left::ByChoice.into()),
            Ok(Some(typed)) => Ok(typed),
            Ok(None) => Err(Left::ByChoice.into()),
            Err(failure) if failure.kind == Kind::Interrupted => Err(Left::Interrupted.into()),
            Err(failure) => Err(failure.into()),
        }
    }

    /// Runs what was typed, as a shell would; `None` for a change of directory. Only the top of a worktree is
    /// entered, because the drill's own commands run in the current directory.
    fn run_typed(&self, typed: &str) -> anyhow::Result<Option<Done>> {
        let here = self.dir.borrow().clone();
        if let Some(to) = typed.strip_prefix("cd ").map(str::trim) {
            let to = here.join(to.trim_matches(['\'', '"']));
            if to.join(".git").exists() {
                self.dir.replace(crate::system::files::canonical(&to));
            } else if to.is_dir() {
                self.session.ui.dim("The drill's commands run at the top of a worktree, so it stays here.");
            } else {
                self.session.ui.dim("There is no such directory.");
            }
            return Ok(None);
        }
        Ok(Some(prompt::lend(|| self.stage.attached(&here, Path::new("sh"), &["-c", typed]))?))
    }
}

/// Whether what was typed stands for a command that was offered: the same program, the same subcommand.
fn is_like(typed: &str, offered: &str) -> bool {
    let typed =
        typed.strip_prefix("git hotfix").map_or_else(|| typed.to_owned(), |rest| format!("hotfix{rest}"));
    let first_two = |line: &str| line.split_whitespace().take(2).map(str::to_owned).collect::<Vec<_>>();
    first_two(&typed) == first_two(offered)
}

fn words(program: &str, args: &[&str]) -> String {
    let words: Vec<String> = args.iter().map(|word| shell_word(word)).collect();
    format!("{program} {}", words.join(" "))
}

/// A directory beside or below another one, as it is typed there.
fn relative(from: &Path, to: &Path) -> String {
    match (to.strip_prefix(from), from.parent().and_then(|parent| to.strip_prefix(parent).ok())) {
        (Ok(below), _) if below.as_os_str().is_empty() => ".".to_owned(),
        (Ok(below), _) => below.display().to_string(),
        (_, Some(beside)) => format!("../{}", beside.display()),
        _ => to.display().to_string(),
    }
}

fn stopped(done: &Done, offer: &Offer<'_>) -> Failure {
    let code = done.code.map_or_else(|| "a signal".to_owned(), |code| format!("exit {code}"));
    Failure::failed(format!(
        "the drill stopped at '{}' ({code}); what it says above is what would have happened at 3 am.\nNothing outside the drill was changed.",
        offer.line
    ))
    .hint("hotfix doctor")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_typed_may_have_other_options() {
        for typed in ["hotfix finish", "hotfix finish --yes", "git hotfix finish -y", "hotfix  finish"] {
            assert!(is_like(typed, "hotfix finish --dry-run"), "{typed}");
        }
        for typed in ["hotfix", "hotfix status", "git log", "ls", "finish"] {
            assert!(!is_like(typed, "hotfix finish --dry-run"), "{typed}");
        }
    }

    #[test]
    fn a_directory_is_named_as_it_is_typed() {
        let (shop, beside) = (Path::new("/t/shop"), Path::new("/t/shop.merge-back-develop"));
        assert_eq!(relative(shop, beside), "../shop.merge-back-develop");
        assert_eq!(relative(beside, shop), "../shop");
        assert_eq!(relative(shop, Path::new("/t/shop/src")), "src");
        assert_eq!(relative(shop, Path::new("/elsewhere")), "/elsewhere");
    }
}
