//! Sections 8 to 10: the fix, how it was tested, how it went out.

use super::Page;
use super::opening::{present, two_columns};
use crate::model::checklist::{Answer, Standing, State};
use crate::model::event::{Event, Kind};
use crate::model::event_data::{Answered, Deployed};
use crate::model::text::{shell_word, shorten};
use crate::report::markdown::{bullets, code, fence, md, stack, table};
use crate::report::words::{self, Ran};

/// How much of a command's output stands in the document.
const OUTPUT_LINES: usize = 20;

impl Page<'_> {
    /// 8. What was changed.
    pub(super) fn fix(&self) -> String {
        let i = self.incident;
        let (facts, tag) = (self.facts, i.tag.as_deref());
        let released = i.released.as_ref().map(|oid| format!(" on {}", code(oid.short())));
        let size = !facts.commits.is_empty() || facts.stat.files > 0;
        let compare = facts
            .previous_tag
            .or(facts.base_tag)
            .zip(tag)
            .map(|(from, to)| code(&format!("git diff {} {}", shell_word(from), shell_word(to))));
        let base = i.base.as_ref().map(|base| {
            let tag = facts.base_tag.map(|tag| format!(" ({})", code(tag))).unwrap_or_default();
            format!("{}{tag}", code(base.short()))
        });
        let rows = [
            // A rollback has one only where it went through a request.
            (
                "Branch",
                (i.undone().is_none() || !self.of_kind(&Kind::RequestOpened).is_empty())
                    .then(|| code(&i.branch)),
            ),
            ("Branched from", base),
            ("Released as", tag.map(|tag| format!("{}{}", code(tag), released.unwrap_or_default()))),
            ("Size", size.then(|| words::size(facts.commits.len(), facts.stat))),
            ("Limit", self.allowed_size()),
            ("Compare", compare),
            ("Review", Some(self.review())),
        ];
        let commits: Vec<Vec<String>> =
            facts.commits.iter().map(|c| vec![code(c.commit.short()), md(&c.subject)]).collect();
        let commits = if commits.is_empty() {
            "No commit is known.".to_owned()
        } else {
            table(&["Commit", "Subject"], &commits)
        };
        let diffstat = if facts.diffstat.trim().is_empty() { String::new() } else { fence(facts.diffstat) };
        stack(&[two_columns("Fix", present(rows)), commits, diffstat])
    }

    pub(super) fn review(&self) -> String {
        let reviews: Vec<String> = self
            .of_kind(&Kind::Review)
            .into_iter()
            .map(|e| {
                let said = md(&words::describe(e));
                let said = if said.is_empty() { "seen by a reviewer".to_owned() } else { said };
                format!("{} {said}", self.utc(e.at))
            })
            .collect();
        if !reviews.is_empty() {
            return reviews.join("; ");
        }
        match self.facts.checks.iter().find(|c| c.item.id == "reviewed").map(|c| c.state) {
            Some(State::Pass) => "reported by the responder".to_owned(),
            Some(State::Waived) => "waived, see section 9".to_owned(),
            Some(State::Stale) => "reviewed before the change was complete, see section 9".to_owned(),
            Some(State::Fail) => "rejected, see section 9".to_owned(),
            _ if self.incident.undone().is_some() => "none: it restores what was released before".to_owned(),
            _ => format!("none recorded: {}", self.command("hotfix check --answer reviewed=EMAIL")),
        }
    }

    /// 9. What was tested, on which tree; what was waived, stale or left out stays visible.
    pub(super) fn checklist(&self) -> String {
        if let (true, Some(undone)) = (self.facts.checks.is_empty(), self.incident.undone()) {
            return format!(
                "A rollback has no checklist: it restores what was released before {}.",
                code(undone)
            );
        }
        if self.facts.checks.is_empty() {
            return format!("No checklist was recorded: {}.", self.command("hotfix check"));
        }
        let rows: Vec<Vec<String>> = self.facts.checks.iter().map(|c| self.check(c)).collect();
        let table = table(&["Check", "Question", "Result", "Answered by", "Tree", "Time (UTC)"], &rows);
        let outputs: Vec<String> = self
            .facts
            .checks
            .iter()
            .filter_map(|c| c.answer.as_ref())
            .filter_map(|answer| self.incident.events.iter().find(|e| e.id == answer.event))
            .filter_map(|event| self.output(event))
            .collect();
        stack(&[table, bullets(&self.exceptions()), self.untested(), stack(&outputs)])
    }

    fn check(&self, check: &Standing) -> Vec<String> {
        let answer = check.answer.as_ref();
        let result = match check.state {
            State::Pass => "passed",
            State::Fail => "**failed**",
            State::Waived => "**waived**",
            State::Stale => "**stale**",
            State::Open if answer.is_some_and(|a| a.self_review) => "**open**, approved by its author only",
            State::Open => "**open**",
        };
        let optional = if check.item.required { "" } else { " (optional)" };
        let by = answer.map_or("", |a| match (&a.command, check.item.id.as_str()) {
            (Some(_), _) => "command",
            (None, "reviewed") if check.state != State::Waived && (a.review || self.by_another(a)) => {
                "reviewer"
            }
            (None, _) => "responder",
        });
        vec![
            code(&check.item.id),
            format!("{}{optional}", md(&check.item.question)),
            result.to_owned(),
            by.to_owned(),
            answer.and_then(|a| a.tree.as_ref()).map(|t| code(t.short())).unwrap_or_default(),
            answer.map(|a| self.time(a.at)).unwrap_or_default(),
        ]
    }

    /// Whether the answer names somebody else than the one who wrote it down.
    pub(super) fn by_another(&self, answer: &Answer) -> bool {
        let event = self.incident.events.iter().find(|e| e.id == answer.event);
        event.is_none_or(|e| {
            e.read::<Answered>().by.is_some_and(|by| by != e.actor.name && by != e.actor.email)
        })
    }

    pub(super) fn exceptions(&self) -> Vec<String> {
        let line = |check: &Standing| {
            let id = code(&check.item.id);
            let reason = check.answer.as_ref().and_then(|a| a.reason.as_deref()).map(md);
            let reason = reason.map_or_else(|| "no reason was recorded".to_owned(), |r| format!("“{r}”"));
            match check.state {
                State::Pass => None,
                State::Waived => Some(format!("{id} was waived: {reason}")),
                State::Fail => Some(format!("{id} failed: {reason}")),
                State::Stale => Some(format!("{id} was answered for a tree other than the branch's tip")),
                State::Open => {
                    let check = self.command(&format!("hotfix check {}", shell_word(&check.item.id)));
                    Some(format!("{id} was never answered: {check}"))
                }
            }
        };
        self.facts.checks.iter().filter_map(line).collect()
    }

    /// 10. How it reached production, and how that was verified.
    pub(super) fn deployment(&self) -> String {
        let is_deploy = |k: &Kind| {
            matches!(k, Kind::DeployStarted | Kind::DeploySucceeded | Kind::DeployFailed | Kind::RolledBack)
        };
        let is_verify = |k: &Kind| matches!(k, Kind::Verified | Kind::VerifyFailed);
        let events: Vec<&Event> = self
            .incident
            .by_time()
            .into_iter()
            .filter(|e| is_deploy(&e.kind) || is_verify(&e.kind) || e.kind == Kind::Pushed)
            .collect();
        let rows: Vec<Vec<String>> = events.iter().map(|e| self.step(e)).collect();
        let table = if rows.is_empty() {
            String::new()
        } else {
            table(&["Time (UTC)", "Event", "What", "Result"], &rows)
        };
        // Whether this repository deploys from here is not in the record: both ways are named.
        let missing = |kind: fn(&Kind) -> bool, what: &str, table: &str, command: &str, elsewhere: &str| {
            if events.iter().any(|e| kind(&e.kind)) {
                return String::new();
            }
            let ours = self.command_on_name(command);
            let theirs = self.command(elsewhere);
            format!("No {what} was recorded. Where `{table}` is set up: {ours}; done elsewhere: {theirs}.")
        };
        let outputs: Vec<String> = events.iter().filter_map(|e| self.output(e)).collect();
        stack(&[
            table,
            missing(is_deploy, "deployment", "[deploy]", "hotfix deploy", "hotfix mark deployed --at TIME"),
            missing(
                is_verify,
                "verification",
                "[[verify]]",
                "hotfix verify",
                "hotfix note --kind action TEXT",
            ),
            stack(&outputs),
        ])
    }

    fn step(&self, event: &Event) -> Vec<String> {
        let ran = Ran::of(event);
        let what = match (&ran, event.read::<Deployed>().name) {
            (Some(ran), Some(name)) => format!("{} {}", md(&name), code(&shorten(&ran.command, 120))),
            (Some(ran), None) => code(&shorten(&ran.command, 120)),
            (None, _) => md(&words::describe(event)),
        };
        let outcome = ran.map(|r| r.outcome()).unwrap_or_default();
        vec![self.time(event.at), md(&event.kind.label()), what, outcome]
    }

    /// The end of what a command printed, with the command above it.
    fn output(&self, event: &Event) -> Option<String> {
        let text = self.facts.outputs.get(&event.id).filter(|text| !text.trim().is_empty())?;
        let lines: Vec<&str> = text.trim_end().lines().collect();
        let skipped = lines.len().saturating_sub(OUTPUT_LINES);
        let tail: Vec<&str> = lines.into_iter().skip(skipped).collect();
        let what =
            Ran::of(event).map_or_else(|| md(&event.kind.label()), |ran| code(&shorten(&ran.command, 120)));
        Some(format!("{} {what}, the end of its output:\n\n{}", self.time(event.at), fence(&tail.join("\n"))))
    }
}
