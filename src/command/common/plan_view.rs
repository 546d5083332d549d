//! The plan of a finish, as a person reads it.

use super::{plan_graph, step_view};
use crate::model::plan::{FinishPlan, Method, Outcome, Role, Target};
use crate::model::text::{count, exact, list, safe};
use crate::plan::bump::is_left;
use crate::terminal::style::{Symbols, Tone, pad, rows, width};

/// The plan, line by line.
pub fn lines(plan: &FinishPlan, symbols: Symbols) -> Vec<String> {
    view(plan, symbols, &plan_graph::lines(plan, symbols))
}

/// The plan for a person who is asked about it, below some other lines: where the picture would push the first of
/// them off the screen it is left out.
pub fn for_a_question(plan: &FinishPlan, symbols: Symbols, above: usize) -> Vec<String> {
    let whole = lines(plan, symbols);
    // The question has a blank line and a line of its own.
    if above + whole.len() + 2 < rows() { whole } else { view(plan, symbols, &[]) }
}

fn view(plan: &FinishPlan, symbols: Symbols, picture: &[String]) -> Vec<String> {
    let mut view = View { plan, symbols, lines: Vec::new() };
    view.targets();
    view.lines.extend_from_slice(picture);
    view.order();
    view.also_ships();
    view.tested();
    view.remarks();
    view.lines
}

/// How many lines that still say the old version are shown.
const LEFT: usize = 5;

struct View<'a> {
    plan: &'a FinishPlan,
    symbols: Symbols,
    lines: Vec<String>,
}

impl View<'_> {
    fn say(&mut self, line: impl Into<String>) {
        self.lines.push(line.into());
    }

    fn targets(&mut self) {
        let plan = self.plan;
        let was = plan.undoes.as_deref().or(plan.release.previous.as_deref()).unwrap_or("no release");
        let is_open = plan.problems.iter().any(|p| p.id == "version" || p.id == "package");
        let becomes = if is_open { "?" } else { plan.release.tag.as_str() };
        let (name, becomes) = (Tone::Strong.paint(exact(&plan.name)), Tone::Strong.paint(becomes));
        self.say(format!("{name}   {was} {} {becomes}", self.symbols.arrow));
        self.say("");
        let tag = format!("tag {}", plan.release.tag);
        let wide = width(plan.targets.iter().map(|t| t.branch.as_str()).chain([tag.as_str()]));
        for target in &plan.targets {
            let words = self.target(target);
            self.say(format!("  {}  {words}", pad(&target.branch, wide)));
            if target.role == Role::Production
                && let (Some(_), Some(commit)) = (&plan.release.tag_object, &plan.release.commit)
            {
                self.say(format!("  {}  on {}", pad(&tag, wide), commit.short()));
            }
        }
        if !plan.release.version_files.is_empty() {
            let (version, files) = (plan.release.number(), some(&plan.release.version_files));
            self.say(format!("  {}  {version} in {}", pad("version", wide), safe(&files)));
        }
        self.say("");
    }

    fn target(&self, target: &Target) -> String {
        let (plan, arrow) = (self.plan, self.symbols.arrow);
        let old = target.old.as_ref().map_or("", |o| o.short());
        match (target.outcome, &target.new) {
            (Outcome::Clean, Some(new)) => {
                let how = match target.method {
                    Method::Merge if target.role == Role::Production && plan.undoes.is_some() => "revert",
                    Method::Merge => "merge",
                    Method::Squash => "squash",
                    Method::CherryPick => "cherry-pick",
                    Method::FastForward => "fast-forward",
                    Method::None => "",
                };
                let more = match target.role {
                    Role::Production => format!(
                        "{} +{} {}{}",
                        count(plan.stat.files, "file"),
                        plan.stat.added,
                        self.symbols.minus,
                        plan.stat.removed
                    ),
                    Role::MergeBack if !target.without.is_empty() => {
                        let paths: Vec<String> = target.without.iter().map(|p| safe(p)).collect();
                        Tone::Attention.paint(format!("by hand, with nothing of the fix in {}", list(&paths)))
                    }
                    Role::MergeBack if target.by_hand => "by hand".to_owned(),
                    Role::MergeBack => "clean".to_owned(),
                };
                format!("{old} {arrow} {}   {how}   {more}", new.short())
            }
            (Outcome::Conflict, _) => {
                let paths: Vec<String> = target.conflicts.iter().map(|p| safe(p)).collect();
                let paths =
                    if paths.is_empty() { "open, see its worktree".to_owned() } else { paths.join(", ") };
                Tone::Attention.paint(format!("{old}   conflict: {paths}"))
            }
            (Outcome::Skipped, _) => Tone::Attention.paint("skipped"),
            _ => {
                let unplanned = plan.release.commit.is_none();
                let contained = if plan.undoes.is_some() { "nothing to do" } else { "has the fix" };
                Tone::Dim.paint(format!("{old}   {}", if unplanned { "not planned yet" } else { contained }))
            }
        }
    }

    fn order(&mut self) {
        let plan = self.plan;
        if plan.held {
            self.say("  Nothing is pushed; a later finish publishes the same commits.");
        }
        let remote = plan.remote.clone().unwrap_or_default();
        let place = plan.url.as_ref().map_or_else(|| remote.clone(), |url| format!("{remote} ({url})"));
        self.lines.extend(step_view::lines(&plan.steps, &place));
    }

    fn also_ships(&mut self) {
        let plan = self.plan;
        if plan.also_ships.is_empty() {
            return;
        }
        // A rollback goes back behind the newest release.
        let newest = plan.undoes.as_deref().or(plan.release.previous.as_deref());
        let since = newest.unwrap_or("the beginning");
        let n = count(plan.also_ships.len(), "commit");
        self.say("");
        self.say(Tone::Attention.paint(format!("Also ships {n} that no release has yet (since {since}):")));
        for commit in plan.also_ships.iter().take(5) {
            self.say(format!("  {} {}", commit.commit.short(), safe(&commit.subject)));
        }
        if plan.also_ships.len() > 5 {
            self.say(format!("  and {} more", plan.also_ships.len() - 5));
        }
    }

    fn tested(&mut self) {
        let plan = self.plan;
        let Some(shipped) = &plan.shipped_tree else { return };
        self.say("");
        if *shipped == plan.tested_tree && plan.undoes.is_none() {
            self.say(format!("Tested tree {} is the tree that will be tagged.", shipped.short()));
            return;
        }
        if let Some(undone) = &plan.undoes {
            self.later(undone);
            return;
        }
        let version_only = plan.untested_files.is_empty();
        if version_only {
            let files = match plan.release.version_files.as_slice() {
                [] => String::new(),
                files => format!(" in {}", some(files)),
            };
            let tested = plan.tested_tree.short();
            self.say(format!("Tested tree {tested} is what will be tagged, with the new version{files}."));
            return;
        }
        let n = count(plan.untested_files.len(), "file");
        let differ = if plan.untested_files.len() == 1 { "differs" } else { "differ" };
        self.say(
            Tone::Attention.paint(format!("Production moved since: {n} {differ} from what was tested:")),
        );
        for path in plan.untested_files.iter().take(8) {
            self.say(format!("  {}", safe(path)));
        }
        if plan.untested_files.len() > 8 {
            self.say(format!("  and {} more", plan.untested_files.len() - 8));
        }
    }

    /// What a rollback leaves as it is.
    fn later(&mut self, undone: &str) {
        let n = self.plan.untested_files.len();
        if n > 0 {
            let changed = format!("{} changed since {undone}; they stay as they are.", count(n, "file"));
            self.say(changed);
        }
    }

    fn remarks(&mut self) {
        let plan = self.plan;
        if plan.shipped_tree.is_none() && !(plan.remarks.is_empty() && plan.untracked.is_empty()) {
            self.say("");
        }
        // With `-v` each line is shown, as JSON has them.
        let shown = if log::log_enabled!(log::Level::Debug) { usize::MAX } else { LEFT };
        let mut left = 0;
        for remark in &plan.remarks {
            left += usize::from(is_left(remark));
            if left <= shown || !is_left(remark) {
                self.say(Tone::Attention.paint(safe(remark)));
            }
        }
        if left > shown {
            let more = count(left - shown, "more line");
            self.say(Tone::Attention.paint(format!("{more} with the old version: list with -v or --json")));
        }
        if !plan.untracked.is_empty() {
            let shown: Vec<String> = plan.untracked.iter().take(4).map(|p| safe(p)).collect();
            self.say(Tone::Dim.paint(format!("Not added, so not in the release: {}", shown.join(", "))));
        }
    }
}

/// The first of the files, and how many more there are.
fn some(files: &[String]) -> String {
    let first: Vec<&str> = files.iter().take(2).map(String::as_str).collect();
    match files.len().saturating_sub(first.len()) {
        0 => first.join(" and "),
        more => format!("{} and {}", first.join(", "), count(more, "more file")),
    }
}
