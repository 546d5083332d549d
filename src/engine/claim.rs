//! One deployment of a release, where the log is shared: before its command runs, a clone puts a ref
//! of its own beside the log, which must not have been there. Whoever comes second is told who did.
//! Where the log is shared with nobody, or the place cannot be asked, each clone speaks for itself.

use super::share_target::Place;
use crate::facts::Workspace;
use crate::git::access::Access;
use crate::git::git_command::NetworkPolicy;
use crate::git::object::{Commit, NewCommit, Signature};
use crate::git::push::{Push, Said, push};
use crate::git::repo::Repo;
use crate::git::{GitError, records};
use crate::model::failure::{Failure, Kind};
use crate::model::oid::Oid;
use crate::model::plan::{Deletion, Update};
use crate::model::text::safe;
use crate::record::Record;
use crate::system::env::unique_hex;
use std::time::Duration;

/// The longest that claiming may take, for each connection.
const POLICY: NetworkPolicy =
    NetworkPolicy { may_ask: false, limit: Some(Duration::from_secs(15)), silence: None };

/// A claim that this clone holds.
pub(super) struct Claim<'a> {
    workspace: &'a Workspace,
    place: Place,
    name: String,
    mine: Oid,
}

/// Claims the deployment of a release. `takes_over`: somebody who looked says that the deployment
/// that another clone claimed did not happen. `None` where there is nobody to tell.
///
/// # Errors
/// When another clone has it.
pub(super) fn take<'a>(
    workspace: &'a Workspace,
    record: &Record<'_>,
    (id, tag): (&str, &str),
    takes_over: bool,
) -> anyhow::Result<Option<Claim<'a>>> {
    let Ok(place) = Place::choose(workspace, None) else { return Ok(None) };
    let repo = &workspace.repo;
    let is_shared = workspace.config.incident.share
        || records::last_known(repo, &place.key).is_ok_and(|logs| logs.contains_key(id));
    if !is_shared || !place.may_be_used(repo) {
        return Ok(None);
    }
    let (name, seen_as) = (records::claim_ref(tag), records::claim_elsewhere(&place.key, tag));
    let mine = match repo.find_ref(&name)? {
        Some(mine) => {
            // Another log that speaks of the same release does not deploy it again.
            let claimed = claimed(repo, &mine);
            let is_this = |claim: &Commit| claim.message.lines().any(|line| line == id);
            if !takes_over && !claimed.as_ref().is_some_and(is_this) {
                return Err(taken(&place, tag, claimed.as_ref()).into());
            }
            mine
        }
        None => announce(workspace, record, &name, (id, tag))?,
    };
    let mut expect = None;
    for _ in 0..3 {
        let update = Update { name: name.clone(), expect: expect.clone(), new: mine.clone() };
        let what = Push { updates: &[update], without_hook: true, ..Push::default() };
        let report = push(repo, &place.remote, what, POLICY)?;
        if report.confirms([name.as_str()].into_iter()) {
            return Ok(Some(Claim { workspace, place, name, mine }));
        }
        let there = match records::fetch_one(repo, &place.remote, &name, &seen_as, POLICY) {
            Ok(there) => there,
            Err(error) => return Ok(unasked(&place, &error.detail())),
        };
        match there {
            Some(there) if there == mine => return Ok(Some(Claim { workspace, place, name, mine })),
            Some(there) => {
                // What was looked at is taken over, not what has taken its place meanwhile.
                if !takes_over || expect.is_some() {
                    return Err(taken(&place, tag, claimed(repo, &there).as_ref()).into());
                }
                expect = Some(there);
            }
            None => {
                let why = match report.refs.get(&name) {
                    Some(Said::Refused(why)) => why.clone(),
                    _ => report.own_words().pop().unwrap_or_else(|| "the push failed".to_owned()),
                };
                return Ok(unasked(&place, &why));
            }
        }
    }
    Ok(unasked(&place, "it changes all the time"))
}

/// The claim, kept here before it is sent: a run that is killed knows it again.
fn announce(
    workspace: &Workspace,
    record: &Record<'_>,
    name: &str,
    (id, tag): (&str, &str),
) -> anyhow::Result<Oid> {
    let repo = &workspace.repo;
    let actor = record.actor();
    let when = workspace.env.now_local().fixed_offset();
    let sign = || Signature { name: actor.name.clone(), email: actor.email.clone(), when };
    let mine = repo.write_commit(&NewCommit {
        tree: repo.write_tree(&[])?,
        parents: Vec::new(),
        author: sign(),
        committer: sign(),
        message: format!("deploying {tag}\n\n{id}\n{}\n", unique_hex(16)),
    })?;
    repo.move_ref(name, None, &mine, "hotfix: deploy")?;
    repo.flush()?;
    Ok(mine)
}

fn unasked<'a>(place: &Place, why: &str) -> Option<Claim<'a>> {
    log::warn!(
        "{} did not say whether another clone deploys this release ({}); make sure that nobody else does",
        place.name(),
        safe(why)
    );
    None
}

/// A claim as it can be read: whoever can push can put anything there.
fn claimed(repo: &Repo, oid: &Oid) -> Option<Commit> {
    repo.commit(oid).map_err(|error| log::debug!("a claim cannot be read: {error}")).ok()
}

fn taken(place: &Place, tag: &str, by: Option<&Commit>) -> Failure {
    let (tag, place) = (safe(tag), place.name());
    let who = match by {
        Some(by) => format!(
            "{} <{}> claimed the deployment of {tag} at {} on {place}",
            safe(&by.author.name),
            safe(&by.author.email),
            by.author.when.to_utc().format("%Y-%m-%d %H:%M UTC"),
        ),
        None => format!("the deployment of {tag} is claimed on {place}, and not in a way that can be read"),
    };
    let then = "no command was run here.\nWait for it, or look at production, then say how it went:";
    Failure::new(Kind::Waiting, format!("{who}; {then}"))
}

impl Claim<'_> {
    /// Gives it back after a deployment that failed, so that anybody may try again.
    pub fn give_back(self) {
        let Self { workspace, place, name, mine } = self;
        let deletion = Deletion { name, expect: mine };
        let what = Push { deletions: std::slice::from_ref(&deletion), without_hook: true, ..Push::default() };
        let given_back = push(&workspace.repo, &place.remote, what, POLICY).and_then(|report| {
            match report.confirms([deletion.name.as_str()].into_iter()) {
                true => workspace.repo.delete_ref(&deletion),
                false => Err(GitError::Unexpected { what: "push".into(), answer: report.words }),
            }
        });
        if let Err(error) = given_back {
            log::debug!("the claim of the deployment stays: {error}");
        }
    }
}
