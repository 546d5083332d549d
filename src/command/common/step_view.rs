//! The steps of a plan, for a person and as git commands. Both read the list; neither knows an order.

use crate::engine::local::deletion_of;
use crate::model::plan::{Push, RequestStep, StageKind, Step, Update, short_ref};
use crate::model::text::{exact, safe, shell_word};
use crate::model::time::say_duration;
use crate::terminal::style::Tone;

/// The steps as numbered lines. `place` is the remote with its address.
pub fn lines(steps: &[Step], place: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut n = 0;
    for step in steps {
        for (verb, words, more) in words(step, place) {
            n += 1;
            lines.push(format!("  {n}. {verb:<7} {words}"));
            lines.extend(more.map(|more| Tone::Dim.paint(format!("             {more}"))));
        }
    }
    lines
}

type Line = (&'static str, String, Option<String>);

/// What a step says; some are not worth a line.
fn words(step: &Step, place: &str) -> Vec<Line> {
    let one = |verb, words| vec![(verb, words, None)];
    match step {
        Step::Stash { .. } => one("stash", "your changes".to_owned()),
        Step::Create { branch, at, worktree } => {
            let place = worktree.as_ref().map_or("in this worktree".to_owned(), |path| {
                format!("in a new worktree, {}", safe(&path.display().to_string()))
            });
            vec![("create", format!("{branch} at {}", at.short()), Some(place))]
        }
        Step::Recheck(item) => one("check", format!("{} again, on what will be tagged", item.id)),
        Step::Push(push) => pushed(push, place),
        Step::Request(request) => {
            let elsewhere = place.split(' ').next() != Some(&request.remote);
            let to = |name: &str| format!("{name} to {}", safe(&request.remote));
            let named = |name: &str| if elsewhere { to(name) } else { name.to_owned() };
            let publish = request.publish.iter().map(|u| ("push", named(short_ref(&u.name)), None));
            let (what, at) = (request.what, safe(&request.place));
            let then = "once nothing holds it up; then tag, merge back, delete";
            if let Some(name) = &request.opened {
                let words = format!("{} into {} {then}", safe(name), request.into);
                return publish.chain([("merge", words, None)]).collect();
            }
            let open = ("open", format!("a {what} into {} at {at}", request.into), None);
            publish.chain([open, ("merge", format!("it {then}"), None)]).collect()
        }
        Step::Local { updates, deletions } => {
            let gone = deletions.iter().map(|d| format!("without {}", short_ref(&d.name)));
            let all: Vec<String> =
                updates.iter().map(|u| short_ref(&u.name).to_owned()).chain(gone).collect();
            let more = Some("all or none; nothing is pushed".to_owned());
            if all.is_empty() { Vec::new() } else { vec![("move", format!("{} here", all.join(", ")), more)] }
        }
        Step::Run(stage) => {
            let command = exact(&stage.command);
            let window = if stage.window.is_zero() { String::new() } else { say_duration(stage.window) };
            match stage.kind {
                StageKind::Deploy => one("run", command),
                StageKind::Watch => one("watch", format!("the deployment that {command} knows of")),
                StageKind::Verify if window.is_empty() => vec![("watch", safe(&stage.name), Some(command))],
                StageKind::Verify => {
                    vec![("watch", format!("{}   {window}", safe(&stage.name)), Some(command))]
                }
            }
        }
        Step::Leave { branch, .. } => {
            one("leave", format!("the merge into {branch} to you, in a separate worktree"))
        }
        Step::Await { tool } => one("wait", format!("for the tag that {} creates", safe(tool))),
        Step::Mirror { addresses } => {
            let bring = |address: &String| ("push", format!("the same to {}", safe(address)), None);
            addresses.iter().map(bring).collect()
        }
        Step::Keep { name, tip } => one("keep", format!("{} reachable as {name}", tip.short())),
        Step::Vacate { path, remove: true, .. } | Step::Remove { path, .. } => {
            one("remove", format!("worktree {}", safe(&path.display().to_string())))
        }
        Step::Vacate { path, to, .. } => {
            one("switch", format!("{} to {to}", safe(&path.display().to_string())))
        }
        Step::Unpublish { remote, deletion } => {
            one("delete", format!("{} on {remote}", exact(short_ref(&deletion.name))))
        }
        Step::Delete { branch, tip: Some(_) } => one("delete", format!("{} here", exact(branch))),
        Step::Delete { .. } | Step::Follow { .. } | Step::Record(_) => Vec::new(),
    }
}

fn pushed(push: &Push, place: &str) -> Vec<Line> {
    let names = |group: &[&Update]| group.iter().map(|u| short_ref(&u.name)).collect::<Vec<_>>().join(", ");
    let atomic = match push.release.as_slice() {
        [] => None,
        [branch] if branch.expect.is_none() => Some(format!("to {}", safe(place))),
        _ => Some(format!("one atomic push to {}", safe(place))),
    };
    push.groups().iter().map(|group| ("push", names(group), atomic.clone())).collect()
}

/// The git commands that would do the same.
pub fn git(steps: &[Step]) -> Vec<String> {
    let mut lines = Vec::new();
    for step in steps {
        match step {
            Step::Stash { message } => {
                lines.push(format!("git stash push --include-untracked -m {}", shell_word(message)));
            }
            Step::Create { branch, at, worktree: None } => {
                lines.push(format!("git switch -c {} {at}", shell_word(branch)));
            }
            Step::Create { branch, at, worktree: Some(path) } => lines.push(format!(
                "git worktree add -b {} {} {at}",
                shell_word(branch),
                shell_word(&path.display().to_string())
            )),
            Step::Push(push) => lines.extend(push.groups().iter().map(|group| git_push(&push.remote, group))),
            Step::Request(RequestStep { publish: Some(update), remote, .. }) => {
                lines.push(git_push(remote, &[update]));
            }
            Step::Local { updates, deletions } => {
                lines.extend(updates.iter().map(|u| {
                    let old = u.expect.as_ref().map_or("''", |e| e.as_str());
                    format!("git update-ref {} {} {old}", shell_word(&u.name), u.new)
                }));
                lines.extend(
                    deletions
                        .iter()
                        .map(|d| format!("git update-ref -d {} {}", shell_word(&d.name), d.expect)),
                );
            }
            Step::Keep { name, tip } => lines.push(format!("git update-ref {} {tip}", shell_word(name))),
            Step::Vacate { path, remove: true, .. } | Step::Remove { path, .. } => {
                lines.push(format!("git worktree remove {}", shell_word(&path.display().to_string())));
            }
            Step::Vacate { path, to, .. } => lines.push(format!(
                "git -C {} switch {}",
                shell_word(&path.display().to_string()),
                shell_word(to)
            )),
            Step::Unpublish { remote, deletion } => {
                lines.push(deletion_of(remote, deletion, deletion.expect.as_str()));
            }
            Step::Delete { branch, tip: Some(_) } => {
                lines.push(format!("git branch -D {}", shell_word(branch)))
            }
            _ => {}
        }
    }
    lines
}

fn git_push(remote: &str, group: &[&Update]) -> String {
    let mut line = String::from("git push --atomic");
    for update in group {
        let expect = update.expect.as_ref().map_or("", |e| e.as_str());
        line.push_str(&format!(" --force-with-lease={}:{expect}", shell_word(&update.name)));
    }
    line.push_str(&format!(" {}", shell_word(remote)));
    for update in group {
        line.push_str(&format!(" {}:{}", update.new, shell_word(&update.name)));
    }
    line
}
