//! The forge behind the remote, and the way to ask it. Nothing is asked here but an unknown server
//! what it is.

use super::workspace::Workspace;
use crate::config::{self, Origin};
use crate::forge::{self, Address, Forge, Place, Places, Token};
use crate::git::http::reach;
use crate::model::request::Home;
use crate::system::http::HttpError;

/// A forge that serves the remote.
pub struct Door {
    pub place: Place,
    /// Where requests come from when we may not push to it.
    pub fork: Option<Fork>,
    pub token: Option<Token>,
    /// With a token; nothing is read without one.
    pub forge: Option<Box<dyn Forge>>,
}

/// Our own copy of production's repository, at the same forge.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fork {
    /// The remote, and the path of the repository: `me/shop`.
    pub remote: String,
    pub path: String,
    /// git's configuration names it as the place to push to.
    pub is_preferred: bool,
}

/// What a committed file says about the forge that decides where a token goes or which one it is: a
/// matter of trust, line by line.
pub fn committed(config: &config::Config) -> Vec<String> {
    let committed = |key: &str| matches!(config.origin(key), Some(Origin::File(_)));
    let mut lines = Vec::new();
    if let Some(kind) = config.forge.kind.as_ref().filter(|k| *k != "none" && committed("forge.kind")) {
        lines.push(format!("forge.kind = {kind}"));
    }
    if let Some(api) = config.forge.api.as_ref().filter(|_| committed("forge.api")) {
        lines.push(format!("forge.api = {api}"));
    }
    if committed("forge.token") {
        lines.extend(config.forge.token.iter().map(|token| format!("forge.token = {token}")));
    }
    lines
}

/// The forge of the remote, if one serves it. `trusted` says whether what a committed file says about
/// it may be believed; where not, it counts as not written.
///
/// # Errors
/// When the proxy or the certificates that git names make no sense.
pub fn door(workspace: &Workspace, trusted: bool) -> Result<Option<Door>, HttpError> {
    let (repo, env) = (&workspace.repo, &workspace.env);
    let own = believed(workspace, trusted);
    let ask = |address: &str| reach(repo, env, address);
    let Some(place) = forge::place(env, repo, &push_url(workspace), &own, Some(&ask)) else {
        return Ok(None);
    };
    let token = Places { env, repo, place: &place, named: &own.token }.find();
    let forge = match &token {
        Some(token) => Some(forge::client(&place, Some(token), reach(repo, env, &place.api))?),
        None => None,
    };
    Ok(Some(Door { fork: fork(workspace, &place), place, token, forge }))
}

/// What is said about the forge, as far as it may be believed.
pub(super) fn believed(workspace: &Workspace, trusted: bool) -> config::Forge {
    let mut own = workspace.config.forge.clone();
    if !trusted {
        let committed = |key: &str| matches!(workspace.config.origin(key), Some(Origin::File(_)));
        own.kind = own.kind.filter(|kind| kind == "none" || !committed("forge.kind"));
        own.api = own.api.filter(|_| !committed("forge.api"));
        own.token.retain(|_| !committed("forge.token"));
    }
    own
}

/// The lines that say of the forge what nothing else tells.
pub fn lacks(workspace: &Workspace) -> Vec<&'static str> {
    let own = &workspace.config.forge;
    let has_address = Address::parse(&push_url(workspace)).is_some();
    [
        (
            own.kind.as_ref().is_some_and(|kind| kind != "none"),
            "git config hotfix.forge.kind forgejo    # or github, gitlab, gitea",
        ),
        (
            has_address || own.api.is_some(),
            "git config hotfix.forge.api https://HOST/api/v1    # the address of its API",
        ),
        (
            has_address || own.repository.is_some(),
            "git config hotfix.forge.repository OWNER/NAME    # the repository there",
        ),
    ]
    .into_iter()
    .filter_map(|(is_known, line)| (!is_known).then_some(line))
    .collect()
}

pub(super) fn push_url(workspace: &Workspace) -> String {
    let url = |remote: &str| workspace.repo.config().ok()?.push_url(remote);
    workspace.remote().and_then(url).unwrap_or_default()
}

/// The remote that is pushed to beside production's: `remote.pushDefault`, `origin`, or the only other.
pub fn push_remote(workspace: &Workspace) -> Option<(String, bool)> {
    let config = workspace.repo.config().ok()?;
    let production = workspace.remote()?;
    let mut others = config.remotes();
    others.retain(|remote| remote != production);
    if let Some(named) = config.get("remote.pushdefault") {
        return others.iter().any(|o| o == named).then(|| (named.to_owned(), true));
    }
    match others.as_slice() {
        [only] => Some((only.clone(), false)),
        _ => others.into_iter().find(|remote| remote == "origin").map(|origin| (origin, false)),
    }
}

fn fork(workspace: &Workspace, place: &Place) -> Option<Fork> {
    let (remote, is_preferred) = push_remote(workspace)?;
    let address = Address::parse(&workspace.repo.config().ok()?.push_url(&remote)?)?;
    let production = Address::parse(&workspace.repo.config().ok()?.push_url(workspace.remote()?)?)?;
    let is_there = address.host == production.host && address.path != place.address.path;
    is_there.then_some(Fork { remote, path: address.path, is_preferred })
}

/// The page on which a person opens a request.
pub fn opening_page(place: &Place, home: &Home, head: &str, base: &str, title: &str) -> String {
    use crate::system::http::encoded;
    let fork = home.fork.as_deref().map(|path| (path, path.split('/').next().unwrap_or_default()));
    let page = match (place.kind, fork) {
        (forge::Kind::GitLab, Some((path, _))) => place.page_of(path),
        _ => place.page(),
    };
    let owner = fork.map(|(_, owner)| format!("{}:", encoded(owner))).unwrap_or_default();
    let (from, to) = (encoded(head).replace("%2F", "/"), encoded(base).replace("%2F", "/"));
    match place.kind {
        forge::Kind::GitHub => {
            format!("{page}/compare/{to}...{owner}{from}?expand=1&title={}", encoded(title))
        }
        forge::Kind::GitLab => format!(
            "{page}/-/merge_requests/new?merge_request%5Bsource_branch%5D={}&merge_request%5Btarget_branch%5D={}",
            encoded(head),
            encoded(base)
        ),
        forge::Kind::Forgejo => format!("{page}/compare/{to}...{owner}{from}"),
    }
}
