//! Which release is meant by what was typed: a tag, its number, or the hotfix that became it; and of an
//! older release, whether it alone is taken back or everything since.

use crate::cli::Rollback;
use crate::command::{Session, again};
use crate::facts::meant_release::Meant;
use crate::facts::{Hotfix, Workspace, named_release};
use crate::git::access::Access;
use crate::git::fetch::last_known;
use crate::model::failure::Failure;
use crate::model::incident::Incident;
use crate::model::plan::tag_ref;
use crate::model::text::{safe, shell_word};
use crate::model::version::split_tag;

/// What was typed, with the tags of the releases that it names.
pub(super) fn named(session: &Session, workspace: &Workspace, args: &Rollback) -> anyhow::Result<Rollback> {
    if session.global.hotfix.is_none()
        && [&args.tag, &args.to, &args.confirm].into_iter().all(Option::is_none)
    {
        return Ok(args.clone());
    }
    let releases = named_release::releases(workspace, &last_known(&workspace.repo, workspace.remote())?)?;
    let tag_of = |typed: &Option<String>| {
        typed.as_deref().map(|typed| releases.called(typed).unwrap_or(typed).to_owned())
    };
    let mut named = Rollback {
        tag: tag_of(&args.tag),
        to: tag_of(&args.to),
        confirm: tag_of(&args.confirm),
        ..args.clone()
    };
    if let Some(name) = &session.global.hotfix {
        let hotfix = Hotfix::find(workspace, Some(name))?;
        let tag = release_of(&hotfix)?;
        if let Some(typed) = named.tag.filter(|typed| *typed != tag) {
            return Err(Failure::usage(format!(
                "TAG is {} and {} was released as {tag}; say one",
                safe(&typed),
                safe(&hotfix.name)
            ))
            .into());
        }
        named.tag = Some(tag);
        return Ok(named);
    }
    // The name of a hotfix in the place of its release.
    let word = args.tag.as_ref().filter(|typed| named.tag.as_ref() == Some(*typed));
    let is_tag = |word: &str| workspace.repo.find_ref(&tag_ref(word)).map(|found| found.is_some());
    let Some(word) = word else { return Ok(named) };
    if is_tag(word)? {
        return Ok(named);
    }
    let hotfix = match Hotfix::find(workspace, Some(word)) {
        Ok(hotfix) => hotfix,
        // The nearest hotfix; where there is none, what is said is which releases there are.
        Err(error) => {
            let is_near = error.downcast_ref::<Failure>().is_some_and(|failure| failure.meant.is_some());
            return if is_near && split_tag(word).is_none() { Err(error) } else { Ok(named) };
        }
    };
    let tag = release_of(&hotfix)?;
    session.ui.say(format!("{} was released as {tag}.", safe(&hotfix.name)));
    if named.confirm.as_ref() == Some(word) {
        named.confirm = Some(tag.clone());
    }
    named.tag = Some(tag);
    Ok(named)
}

/// The release that a hotfix became, or that a rollback undoes.
fn release_of(hotfix: &Hotfix) -> Result<String, Failure> {
    let of = |i: &Incident| i.undone().map(str::to_owned).or_else(|| i.tag.clone());
    hotfix.incident.as_ref().and_then(of).ok_or_else(|| {
        Failure::refused(format!(
            "{} is not released, so there is nothing to roll back; nothing was changed",
            safe(&hotfix.name)
        ))
        .hint(again("hotfix abort", &hotfix.name))
    })
}

/// The line that goes back to the release that was typed, in place of undoing it: what is newer is taken back.
pub(super) fn back_to(newest: &str, typed: &str) -> String {
    format!("hotfix rollback {} --to {}", shell_word(newest), shell_word(typed))
}

/// Of a release that is not the newest, asks whether it alone is taken back. Answers with what was chosen
/// instead, where that is going back to it.
///
/// # Errors
/// Without a terminal, where nothing says which is meant.
pub(super) fn settle(session: &Session, args: &Rollback, meant: &Meant) -> anyhow::Result<Option<Rollback>> {
    let Some(newest) = meant.newer() else { return Ok(None) };
    let (newest, undone) = (newest.name.as_str(), meant.undone.name.as_str());
    let (word, last) = (shell_word(undone), shell_word(newest));
    if session.ui.is_interactive() {
        let question = format!("{newest} is newer than {undone}. What is meant?");
        let back = format!("go back to {undone}: take back everything since, up to {newest}");
        let alone = format!("take back {undone} alone: {newest} stays");
        return match session.ui.choose(&question, &[&back, &alone, "stop"], 2)? {
            Some(0) => Ok(Some(Rollback {
                tag: Some(newest.to_owned()),
                to: Some(undone.to_owned()),
                ..args.clone()
            })),
            Some(1) => Ok(None),
            _ => Err(Failure::refused("stopped; nothing was changed").into()),
        };
    }
    let mut failure = Failure::refused(format!(
        "{newest} is newer than {undone} and would stay: say which is meant; nothing was changed"
    ))
    .hint(format!("{} --confirm {last}    # back to {undone}", back_to(newest, undone)));
    if meant.before.is_some() {
        failure = failure.hint(format!(
            "hotfix rollback {word} --confirm {word}    # takes back {undone}, keeps {newest}"
        ));
    }
    Err(failure.into())
}
