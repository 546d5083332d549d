//! The forge behind the remote, and the way to ask it. Nothing is asked here but an unknown server
//! what it is.

use super::workspace::Workspace;
use crate::config::{self, Origin};
use crate::forge::{self, Forge, Place, Places, Token};
use crate::git::http::reach;
use crate::system::http::HttpError;

/// A forge that serves the remote.
pub struct Door {
    pub place: Place,
    pub token: Option<Token>,
    /// With a token; nothing is read without one.
    pub forge: Option<Box<dyn Forge>>,
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
    let mut own = workspace.config.forge.clone();
    if !trusted {
        let committed = |key: &str| matches!(workspace.config.origin(key), Some(Origin::File(_)));
        own.kind = own.kind.filter(|kind| kind == "none" || !committed("forge.kind"));
        own.api = own.api.filter(|_| !committed("forge.api"));
        own.token.retain(|_| !committed("forge.token"));
    }
    let url = workspace.remote().and_then(|remote| repo.config().ok()?.push_url(remote)).unwrap_or_default();
    let found = forge::place(env, repo, &url, &own, |address| reach(repo, env, address));
    let Some(place) = found else { return Ok(None) };
    let token = Places { env, repo, place: &place, named: &own.token }.find();
    let forge = match &token {
        Some(token) => Some(forge::client(&place, Some(token), reach(repo, env, &place.api))?),
        None => None,
    };
    Ok(Some(Door { place, token, forge }))
}

/// The page on which a person opens a request.
pub fn opening_page(place: &Place, head: &str, base: &str, title: &str) -> String {
    use crate::system::http::encoded;
    let page = place.page();
    let (from, to) = (encoded(head).replace("%2F", "/"), encoded(base).replace("%2F", "/"));
    match place.kind {
        forge::Kind::GitHub => format!("{page}/compare/{to}...{from}?expand=1&title={}", encoded(title)),
        forge::Kind::GitLab => format!(
            "{page}/-/merge_requests/new?merge_request%5Bsource_branch%5D={}&merge_request%5Btarget_branch%5D={}",
            encoded(head),
            encoded(base)
        ),
        forge::Kind::Forgejo => format!("{page}/compare/{to}...{from}"),
    }
}
