//! What is said after a server, or a hook here, refused a release: what it was about, by the server's own
//! words, and what can be done.

use super::advice::Against;
use super::probe;
use super::publish::Refusal;
use super::run::Going;
use crate::model::event::{Draft, Kind, Pointer};
use crate::model::failure::{Failure, Kind as FailureKind};
use crate::model::plan::{Outcome, Update, tag_ref};
use crate::model::text::{list, shell_word};

impl Going<'_> {
    /// The refusal with the refs that it is about, found out where the server named none.
    fn found_out(&self, remote: &str, refusal: &Refusal) -> anyhow::Result<Refusal> {
        let (plan, mut told) = (self.plan, refusal.clone());
        let (Some(production), Some(tag)) = (plan.production(), &plan.release.tag_object) else {
            return Ok(told);
        };
        let (Some(tip), Some(update)) = (&production.old, production.update()) else { return Ok(told) };
        let name = plan.release.tag.as_str();
        if refusal.name != production.branch || !refusal.beside.iter().any(|beside| beside == name) {
            return Ok(told);
        }
        let asks = |update: &Update| {
            let at = (production.branch.as_str(), tip);
            probe::refuses(self.run.workspace, remote, update, at, &refusal.reason)
        };
        let tag = Update { name: tag_ref(name), expect: None, new: tag.clone() };
        match asks(&tag)? {
            Some(false) => told.beside.clear(),
            Some(true) if asks(&update)? == Some(false) => {
                (told.name, told.beside) = (name.to_owned(), Vec::new());
            }
            _ => {}
        }
        Ok(told)
    }

    /// What is said, and what can be done, after the server or a hook refused a release.
    pub(super) fn refused(&self, remote: &str, refusal: &Refusal) -> anyhow::Error {
        let (plan, again) = (self.plan, self.run.again);
        let found = self.found_out(remote, refusal).unwrap_or_else(|_| refusal.clone());
        let refusal = &found;
        if plan.production().is_some_and(|t| t.outcome == Outcome::Clean) {
            self.run.record.outcome_known(self.run.id);
        }
        let text = format!("{}: {}", refusal.name, refusal.sentence());
        self.run
            .record
            .note(self.run.id, Draft::new(Kind::PushRefused, text).refer(Pointer::Branch, &refusal.name));
        let mut message = if refusal.local {
            format!("the push to {remote} was stopped by a local hook: {}", refusal.reason)
        } else {
            format!("{remote} refused {}: {}", list(&refusal.names()), refusal.reason)
        };
        for line in refusal.words.iter().filter(|line| !refusal.reason.contains(line.as_str())) {
            message.push_str(&format!("\n  {line}"));
        }
        if let Some(production) = plan.production().filter(|t| t.outcome == Outcome::Contained) {
            message.push_str(&format!(
                "\n{} on {remote} already has the fix; its tag {} is still missing there. Nothing was \
                 changed here.",
                production.branch, plan.release.tag
            ));
            return Failure::failed(message)
                .hint(format!("{again}    # adds the tag once {remote} accepts it"))
                .into();
        }
        message.push_str("\nNothing was published and nothing was changed here.");
        if refusal.forbidden {
            let push = format!("git push --dry-run {}", shell_word(remote));
            return Failure::new(FailureKind::Authentication, message)
                .hint(format!("{push}    # as a person who may push there"))
                .hint(again.to_owned())
                .into();
        }
        if let Some((line, delete)) = refusal.in_the_way(remote) {
            message.push_str(&format!("\n{line}"));
            return Failure::failed(message).hint(delete).hint(again.to_owned()).into();
        }
        let words = format!("{} {}", refusal.reason, refusal.words.join("\n"));
        if let Some(name) = ambiguous(&words).filter(|_| refusal.local) {
            message.push_str(&format!(
                "\nA branch on {remote} is called {name} itself; git cannot tell the two apart until it is renamed or deleted."
            ));
            let full = shell_word(&format!(":refs/heads/{name}"));
            return Failure::failed(message)
                .hint(format!("git push {} {full}    # deletes it", shell_word(remote)))
                .hint(again.to_owned())
                .into();
        }
        let against = Against::read(&words).filter(|_| !refusal.local);
        let (line, hints) = self.advice(remote, refusal, against);
        if !line.is_empty() {
            message.push_str(&format!("\n{line}"));
        }
        let mut failure = Failure::failed(message);
        failure.hints = hints;
        failure.into()
    }

    /// What to do about a refusal, in a sentence and in commands.
    fn advice(&self, remote: &str, refusal: &Refusal, against: Option<Against>) -> (String, Vec<String>) {
        let (plan, again) = (self.plan, self.run.again);
        let is_production = plan.production().is_some_and(|t| t.branch == refusal.name);
        let with =
            |commands: &[&str]| commands.iter().map(|c| (*c).to_owned()).chain([again.to_owned()]).collect();
        let branch = shell_word(&plan.branch);
        let request = || self.by_request(remote, refusal);
        let protected_tag = || {
            let line = format!(
                "{} is protected: a person who may create it, or a change of the server's rule, has to let it in.",
                plan.release.tag
            );
            (line, with(&[]))
        };
        let first = plan.own.last().map_or_else(|| "HEAD~1".to_owned(), |c| format!("{}^", c.short()));
        let edit = format!("git rebase -i {first}    # edit the commit that added it");
        let sign = format!("git rebase --force-rebase -S {first}    # signs the fix itself");
        match against {
            // Whatever the words are about.
            Some(Against::Branch) | None if refusal.name == plan.release.tag => protected_tag(),
            Some(Against::Secret) => (
                "A commit seems to contain a secret: remove it from the branch's history, and rotate it \
                 wherever it is used."
                    .to_owned(),
                with(&[&edit]),
            ),
            Some(Against::Size) => (
                "A file is larger than the server accepts: remove it from the branch's history.".to_owned(),
                with(&[&edit]),
            ),
            Some(Against::Signature) => (
                "The server requires signed commits; finish signs its own once git is set up to sign."
                    .to_owned(),
                with(&["git config commit.gpgSign true", &sign]),
            ),
            Some(Against::Identity) => (
                "The server rejects the author or committer; the next run uses the identity in git's \
                 configuration."
                    .to_owned(),
                with(&["git config user.email you@example.com"]),
            ),
            Some(Against::Message) => (
                "The server has a rule for commit messages; -m adds its text to every commit that finish \
                 creates."
                    .to_owned(),
                vec![
                    format!("{again} -m \"TICKET-1: …\""),
                    format!("git commit --amend    # on {branch}, where the fix's own message is meant"),
                ],
            ),
            Some(Against::Linear) => (
                format!("{} accepts no merge commits.", refusal.name),
                with(&["git config hotfix.finish.merge squash"]),
            ),
            Some(Against::Tag) => protected_tag(),
            Some(Against::Branch) => request(),
            None if is_production && !refusal.local => request(),
            None => (String::new(), with(&[])),
        }
    }

    /// How it gets there through a pull request: the branch as it has to be merged, with its version.
    fn by_request(&self, remote: &str, refusal: &Refusal) -> (String, Vec<String>) {
        let plan = self.plan;
        let production = plan.production().map_or(refusal.name.as_str(), |t| t.branch.as_str());
        let what = match &plan.undoes {
            Some(_) => plan.release.commit.as_ref(),
            None => plan.release.head.as_ref(),
        };
        let head = what.unwrap_or(&plan.tip);
        let (branch, remote) = (shell_word(&plan.branch), shell_word(remote));
        let mut hints = Vec::new();
        if plan.published_branch.as_ref() != Some(head) {
            hints.push(if plan.undoes.is_none() && *head == plan.tip {
                format!("git push -u {remote} {branch}")
            } else {
                let to = shell_word(&format!("{}:refs/heads/{}", head.short(), plan.branch));
                format!("git push {remote} {to}")
            });
        }
        hints.push(self.run.again.to_owned());
        let steps = if hints.len() > 1 { "push the branch, merge it there" } else { "merge it there" };
        let run = if plan.undoes.is_some() { "rollback" } else { "finish" };
        let line = match refusal.beside.first() {
            None => format!("If {production} accepts only pull requests, {steps}, and run {run} again."),
            Some(_) => format!(
                "If {production} accepts only pull requests, {steps}, and run {run} again; {} takes a person \
                 who may create it.",
                plan.release.tag
            ),
        };
        (line, hints)
    }
}

/// The full name of a ref that git says is two: a branch may be called `refs/heads/main`.
fn ambiguous(words: &str) -> Option<&str> {
    let (before, _) = words.split_once(" matches more than one")?;
    before.rsplit(' ').next().filter(|name| name.starts_with("refs/"))
}
