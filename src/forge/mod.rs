//! GitHub, GitLab, Forgejo and Gitea behind one small trait: what a branch's rules ask, the request
//! from our branch, and the few things that change one.
//!
//! Whatever comes back is read leniently: a field may be missing, and a word that is not known is
//! shown as it is. Nothing here decides; that is `plan::request`.

mod address;
mod api;
mod detect;
mod error;
mod forgejo;
mod github;
mod github_rest;
mod gitlab;
mod patience;
mod read_any;
mod token;

pub use address::Address;
pub use detect::{Place, place};
pub use error::{ForgeError, Result};
pub use read_any::read_any;
pub use token::{Places, Token};

use crate::model::oid::Oid;
use crate::model::request::{MergeWish, NewRequest, Request, Rollout, Seen};
use crate::system::http::{Http, HttpError, Reach};
use std::fmt;

/// What serves the requests. Gitea and Forgejo speak the same.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    GitHub,
    GitLab,
    Forgejo,
}

impl Kind {
    /// Reads the word of `forge.kind`.
    pub fn parse(word: &str) -> Option<Self> {
        match word {
            "github" => Some(Self::GitHub),
            "gitlab" => Some(Self::GitLab),
            "forgejo" | "gitea" => Some(Self::Forgejo),
            _ => None,
        }
    }

    /// The word of `forge.kind`.
    pub const fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Forgejo => "forgejo",
        }
    }

    /// What a request is called there.
    pub const fn request(self) -> &'static str {
        if matches!(self, Self::GitLab) { "merge request" } else { "pull request" }
    }

    /// The ref that keeps the head of a request after its branch is gone.
    pub fn head_ref(self, number: u64) -> String {
        match self {
            Self::GitLab => format!("refs/merge-requests/{number}/head"),
            _ => format!("refs/pull/{number}/head"),
        }
    }
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::GitHub => "GitHub",
            Self::GitLab => "GitLab",
            Self::Forgejo => "Forgejo or Gitea",
        })
    }
}

/// What is looked for: the request from one branch into another.
#[derive(Clone, Copy, Debug)]
pub struct Wanted<'a> {
    /// Branch names, without `refs/heads/`.
    pub head: &'a str,
    pub base: &'a str,
    /// The newest commit that we know of the branch: it finds the request after the branch is gone.
    pub tip: &'a Oid,
    /// Whether every check is asked for by its name, also where the forge counts them as one.
    pub by_name: bool,
    /// Our fork (`me/shop`), from which a request may come as well.
    pub fork: Option<&'a str>,
}

impl Wanted<'_> {
    /// Whether a request from this repository may be the one. `None`: it comes from the base's own.
    fn may_come_from(&self, repository: Option<&str>) -> bool {
        repository.is_none_or(|path| self.fork.is_some_and(|fork| fork.eq_ignore_ascii_case(path)))
    }

    /// Whether a request that was found by our commit may be the one. Anybody can open one with a public commit:
    /// what is still to be merged comes from our branch, and only what was merged may have another name.
    fn may_be(&self, request: &Request, repository: Option<&str>) -> bool {
        let is_named = request.head == self.head && self.may_come_from(repository);
        is_named || request.state == crate::model::request::RequestState::Merged
    }
}

/// What can be asked of a forge.
pub trait Forge {
    /// The rules of the base and the request from our branch.
    ///
    /// # Errors
    /// When the forge cannot be reached or refuses.
    fn look(&self, wanted: Wanted<'_>) -> Result<Seen>;

    /// The repository that this one is a fork of (`team/shop`).
    ///
    /// # Errors
    /// When the forge cannot be reached or refuses.
    fn parent(&self) -> Result<Option<String>>;

    /// Opens a request.
    ///
    /// # Errors
    /// Also when there is one already.
    fn open(&self, new: &NewRequest) -> Result<()>;

    /// Merges it, or hands it over. An error is to be believed only after looking again.
    ///
    /// # Errors
    /// The forge's reason.
    fn merge(&self, request: &Request, wish: &MergeWish) -> Result<()>;

    /// Brings the base into the branch by a merge, where that head is still the newest. False: the forge
    /// has no call for that.
    ///
    /// # Errors
    /// The forge's reason.
    fn update(&self, request: &Request, head: &Oid) -> Result<bool>;

    /// Says that it is no draft any more.
    ///
    /// # Errors
    /// The forge's reason.
    fn ready(&self, request: &Request) -> Result<()>;

    /// Opens a closed one again, or gives it another base.
    ///
    /// # Errors
    /// The forge's reason.
    fn change(&self, request: &Request, change: Change<'_>) -> Result<()>;

    /// Says yes or no to the newest commit in our name.
    ///
    /// # Errors
    /// The forge's reason.
    fn review(&self, request: &Request, approve: bool, text: &str) -> Result<()>;

    /// The deployments of a released commit, the newest first: of environments, and where the forge has
    /// none of those, of the pipelines or workflows that the tag started.
    ///
    /// # Errors
    /// When the forge cannot be reached or refuses.
    fn rollouts(&self, commit: &Oid, tag: &str) -> Result<Vec<Rollout>>;

    /// Makes the forge's release for a tag that is there.
    ///
    /// # Errors
    /// The forge's reason.
    fn release(&self, tag: &str, text: &str, latest: bool) -> Result<()>;
}

/// A change to a request that is no merge.
#[derive(Clone, Copy, Debug)]
pub enum Change<'a> {
    Reopen,
    Base(&'a str),
}

/// A client for a place, with or without a token.
///
/// # Errors
/// When the proxy or the certificates that git names make no sense.
pub fn client(
    place: &Place,
    token: Option<&Token>,
    reach: Reach,
) -> std::result::Result<Box<dyn Forge>, HttpError> {
    let http = Http::new(reach)?;
    Ok(match place.kind {
        Kind::GitHub => Box::new(github::GitHub::new(http, place, token)),
        Kind::GitLab => Box::new(gitlab::GitLab::new(http, place, token)),
        Kind::Forgejo => Box::new(forgejo::Forgejo::new(http, place, token)),
    })
}

/// The request that is meant among several: merged with our commit in it, open, then the newest.
fn best(mut found: Vec<Request>, wanted: Wanted<'_>) -> Option<Request> {
    use crate::model::request::RequestState::{Closed, Merged, Open};
    // What was merged, or closed, into another branch says nothing about this one.
    found.retain(|r| r.state == Open || r.base == wanted.base);
    found.sort_by_key(|r| {
        let ours = r.head_sha.as_ref() == Some(wanted.tip);
        let rank = match (r.state, r.base == wanted.base, ours) {
            (Merged, true, true) => 0,
            (Open, true, _) => 1,
            (Merged, true, false) => 2,
            (Open, false, _) => 3,
            (Closed, true, _) => 4,
            _ => 5,
        };
        (rank, std::cmp::Reverse(r.number))
    });
    found.into_iter().next()
}

#[cfg(test)]
mod found_by_commit {
    use super::*;
    use crate::model::request::RequestState::{self, Closed, Merged, Open};

    fn request(state: RequestState, head: &str, base: &str, number: u64) -> Request {
        Request {
            number,
            url: String::new(),
            state,
            base: base.into(),
            head: head.into(),
            head_sha: None,
            waiting: Vec::new(),
            merged_as: None,
            ended_by: None,
            draft: false,
            computing: false,
            queue: None,
            author: String::new(),
            approvals: Vec::new(),
            checks: Vec::new(),
            tried: None,
            id: String::new(),
        }
    }

    #[test]
    fn anybody_can_open_a_request_with_our_commit_and_it_is_not_ours() {
        let tip = Oid::parse(&"ab".repeat(20)).unwrap();
        let wanted =
            Wanted { head: "hotfix/x", base: "main", tip: &tip, by_name: false, fork: Some("me/shop") };
        let may = |state, head, from| wanted.may_be(&request(state, head, "main", 9), from);
        assert!(may(Open, "hotfix/x", None) && may(Open, "hotfix/x", Some("Me/Shop")));
        assert!(!may(Open, "hotfix/x", Some("eve/shop")), "a stranger's copy");
        assert!(!may(Open, "another", None), "another branch with the same commit");
        assert!(may(Merged, "another", Some("eve/shop")), "what was merged is judged by git");
        // Nor does one into another branch stand in for ours.
        let found = vec![request(Merged, "hotfix/x", "sandbox", 9), request(Closed, "hotfix/x", "old", 8)];
        assert_eq!(best(found.clone(), wanted), None);
        let found = [found, vec![request(Open, "hotfix/x", "main", 7)]].concat();
        assert_eq!(best(found, wanted).map(|r| r.number), Some(7));
    }
}
