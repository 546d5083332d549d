//! Which logs of a place are read. Whoever can push there can make any number of them, and each costs time here for
//! good: those that are here already are followed, and of all others the newest ones come. Logs of hotfixes whose
//! branch is there are counted apart, so that others cannot keep them out.

use super::share_failure::{pause, unreadable};
use super::share_target::Place;
use crate::facts::Workspace;
use crate::git::GitError;
use crate::git::git_command::NetworkPolicy;
use crate::git::records::{self, Logs, Offer};
use crate::model::incident::slug;
use crate::model::name::is_plain;
use crate::model::text::count;
use std::cmp::Reverse;
use std::collections::BTreeSet;

/// The logs that are read of one place: the newest ones of hotfixes whose branch is there, and as many others.
pub const MOST: usize = 1000;

/// What is read of a place.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    pub ids: BTreeSet<String>,
    /// How many logs are left there.
    pub left: usize,
}

/// Chooses among what a place offers. `here`: the logs that are known already. `tomorrow`: the last day that the
/// clock of another machine can be at, as eight digits; a log of a later day is not taken for the newest.
pub fn choose(offer: &Offer, here: &BTreeSet<String>, prefix: &str, tomorrow: &str, all: bool) -> Choice {
    let names = offer.heads.iter().filter_map(|branch| branch.strip_prefix(prefix));
    let open: BTreeSet<String> = names.map(|name| name.replace('/', "-")).collect();
    let has_branch = |id: &&String| slug(id).is_some_and(|slug| open.contains(slug));
    let mut newest: Vec<&String> = offer.logs.keys().collect();
    newest.sort_by_cached_key(|id| {
        let can_be = slug(id).is_some() && is_plain(id) && id.get(..8).is_some_and(|day| day <= tomorrow);
        Reverse((can_be, (*id).clone()))
    });
    let (with, without): (Vec<&String>, Vec<&String>) = newest.into_iter().partition(has_branch);
    let most = if all { usize::MAX } else { MOST };
    let first = with.into_iter().take(most).chain(without.into_iter().take(most)).cloned();
    let known = offer.logs.keys().filter(|id| here.contains(*id)).cloned();
    let ids: BTreeSet<String> = known.chain(first).collect();
    Choice { left: offer.logs.len() - ids.len(), ids }
}

/// Reads the place. Another sync in this clone may be moving the same refs, and another clone may take a log
/// away that was offered.
pub(super) fn fetch(
    workspace: &Workspace,
    place: &Place,
    policy: NetworkPolicy,
    all: bool,
) -> anyhow::Result<(Logs, Choice)> {
    let mut tries = 0;
    let unreadable = |error: GitError| unreadable(place, &error);
    loop {
        let offer = offered(workspace, place, policy).map_err(unreadable)?;
        let choice = chosen(workspace, place, &offer, all)?;
        let (repo, from) = (&workspace.repo, (place.remote.as_str(), place.key.as_str()));
        match records::fetch(repo, from, &offer.logs, &choice.ids, policy) {
            Ok(logs) => return Ok((logs, choice)),
            Err(error) if is_worth_another_try(&error) && tries < 5 => {
                tries += 1;
                pause(tries);
            }
            Err(error) => return Err(unreadable(error).into()),
        }
    }
}

/// Whether refs moved, here or there, while they were read.
fn is_worth_another_try(error: &GitError) -> bool {
    matches!(error, GitError::Moved(_))
        || error.is_local_ref_trouble()
        || matches!(error, GitError::Failed { code: Some(128), timed_out: false, .. })
            && !error.is_authentication()
}

/// What a place offers, nothing of it read.
///
/// # Errors
/// When it cannot be reached or refuses.
pub fn offered(workspace: &Workspace, place: &Place, policy: NetworkPolicy) -> Result<Offer, GitError> {
    records::offered(&workspace.repo, &place.remote, Some(&workspace.config.branches.prefix), policy)
}

/// What is read of that.
///
/// # Errors
/// When refs cannot be read.
pub fn chosen(workspace: &Workspace, place: &Place, offer: &Offer, all: bool) -> Result<Choice, GitError> {
    let repo = &workspace.repo;
    let here = records::local(repo)?.into_keys().chain(records::last_known(repo, &place.key)?.into_keys());
    let tomorrow = (workspace.env.now() + chrono::Duration::days(1)).format("%Y%m%d").to_string();
    let prefix = &workspace.config.branches.prefix;
    Ok(choose(offer, &here.collect(), prefix, &tomorrow, all))
}

/// Says what was left there, and what to type.
pub fn say_left(place: &Place, choice: &Choice) {
    if choice.left > 0 {
        log::warn!(
            "{} has {}; only the newest {MOST} were read, and those of hotfixes that are here or have their \
             branch there. To read all of them: hotfix sync {} --all",
            place.name(),
            count(choice.left, "more incident log"),
            place.word()
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::oid::Oid;

    fn offer(ids: impl Iterator<Item = String>, heads: &[&str]) -> Offer {
        let tip = Oid::parse(&"a".repeat(40)).unwrap();
        Offer {
            logs: ids.map(|id| (id, tip.clone())).collect(),
            heads: heads.iter().map(|head| (*head).to_owned()).collect(),
        }
    }

    fn chosen(offer: &Offer, here: &[&str]) -> Choice {
        let here = here.iter().map(|id| (*id).to_owned()).collect();
        choose(offer, &here, "hotfix/", "20261201", false)
    }

    #[test]
    fn a_flood_keeps_out_neither_what_is_here_nor_what_has_a_branch() {
        let flood = (0..20_000).map(|n| format!("20261130-forged-{n:05}-abcd"));
        let honest = ["20261101-mine-0001", "20261102-open-0002"].map(str::to_owned);
        let offer = offer(flood.chain(honest), &["hotfix/open", "main"]);
        let found = chosen(&offer, &["20261101-mine-0001"]);
        assert_eq!((found.ids.len(), found.left), (MOST + 2, 20_002 - MOST - 2));
        assert!(found.ids.contains("20261101-mine-0001") && found.ids.contains("20261102-open-0002"));
        // The next time brings no more of them.
        let known: Vec<&str> = found.ids.iter().map(String::as_str).collect();
        assert_eq!(chosen(&offer, &known), found);
    }

    #[test]
    fn of_the_others_the_newest_come_and_none_from_the_future() {
        let old = (0..MOST).map(|n| format!("20200101-old-{n:04}-abcd"));
        let future = (0..MOST).map(|n| format!("29990101-future-{n:04}-abcd"));
        let offer = offer(old.chain(future).chain(["20261129-news-0003".to_owned()]), &[]);
        let found = chosen(&offer, &[]);
        assert!(
            found.ids.contains("20261129-news-0003") && !found.ids.iter().any(|id| id.contains("future"))
        );
        assert_eq!((found.ids.len(), found.left), (MOST, MOST + 1));
    }

    #[test]
    fn few_logs_are_all_read_and_all_of_them_on_request() {
        let few = offer((0..MOST).map(|n| format!("20261130-x-{n:04}")), &[]);
        assert_eq!((chosen(&few, &[]).ids.len(), chosen(&few, &[]).left), (MOST, 0));
        let many = offer((0..3 * MOST).map(|n| format!("20261130-x{n}-0000")), &[]);
        let all = choose(&many, &BTreeSet::new(), "hotfix/", "20261201", true);
        assert_eq!((all.ids.len(), all.left), (3 * MOST, 0));
    }
}
