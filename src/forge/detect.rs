//! Which forge serves a remote, and where its API is.

use super::Kind;
use super::address::Address;
use crate::config;
use crate::git::Repo;
use crate::system::env::Env;
use crate::system::files;
use crate::system::http::{Call, Http, Origin, Reach};
use crate::system::process::Run;
use std::path::PathBuf;
use std::time::Duration;

/// The longest that an unknown server may take to say what it is.
const PROBE: Duration = Duration::from_secs(3);
/// `ssh -G` only reads files.
const ALIAS: Duration = Duration::from_secs(5);

/// Where a repository is served.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Place {
    pub kind: Kind,
    pub address: Address,
    /// The base address of the API, without a slash at the end.
    pub api: String,
    /// A person said that this host is this forge; then tokens for such servers may go there.
    pub vouched: bool,
}

impl Place {
    /// The page of the repository.
    pub fn page(&self) -> String {
        self.page_of(&self.address.path)
    }

    /// The page of another repository there.
    pub fn page_of(&self, path: &str) -> String {
        Address { path: path.to_owned(), ..self.address.clone() }.page()
    }
}

/// Finds the forge that serves this remote address. `own` are the settings that may be believed: what
/// a committed file says about `kind` and `api` was left out unless somebody trusts it. `reach` says
/// how an unknown server is asked, once: its answer is kept in git's configuration. Without it none is.
pub fn place(
    env: &Env,
    repo: &Repo,
    url: &str,
    own: &config::Forge,
    reach: Option<&dyn Fn(&str) -> Reach>,
) -> Option<Place> {
    if own.kind.as_deref() == Some("none") {
        return None;
    }
    let mut address = match (Address::parse(url), &own.api, &own.repository) {
        (Some(address), ..) => address,
        (None, Some(api), Some(_)) => of_api(api)?,
        _ => return None,
    };
    if let Some(path) = &own.repository {
        address.path.clone_from(path);
    }
    let said = own.kind.as_deref().and_then(Kind::parse);
    let mut kind = said.or_else(|| known(&address.host));
    if kind.is_none()
        && address.scheme == "ssh"
        && let Some(real) = alias(&address.host)
    {
        address.host = real;
        kind = known(&address.host);
    }
    let vouched = said.is_some() || kind.is_some() || named_in_environment(env, &address.host);
    let kind = kind
        .or_else(|| in_programs(env, &address.host))
        .or_else(|| in_actions(env, &address.host))
        .or_else(|| remembered(repo, &address.host))
        .or_else(|| {
            let found = probe(&address, reach?(&address.web()))?;
            remember(repo, &address.host, found);
            Some(found)
        })?;
    let api = own.api.clone().unwrap_or_else(|| api_of(env, kind, &address));
    Some(Place { kind, address, api: api.trim_end_matches('/').to_owned(), vouched })
}

fn of_api(api: &str) -> Option<Address> {
    let origin = Origin::of(api)?;
    let (scheme, host) = (if origin.scheme == "http" { "http" } else { "https" }, origin.host.clone());
    Address::parse(&format!("{scheme}://{host}/owner/name"))
}

/// Servers that everybody knows.
fn known(host: &str) -> Option<Kind> {
    match host {
        "github.com" => Some(Kind::GitHub),
        "gitlab.com" => Some(Kind::GitLab),
        "codeberg.org" | "gitea.com" => Some(Kind::Forgejo),
        _ if host.ends_with(".ghe.com") => Some(Kind::GitHub),
        _ => None,
    }
}

/// The host that an alias of `~/.ssh/config` stands for.
fn alias(host: &str) -> Option<String> {
    let done = Run::new("ssh").args(["-G", "--", host]).limit(Some(ALIAS)).capture().ok()?;
    let text = done.text();
    let real = text.lines().find_map(|line| line.strip_prefix("hostname "))?;
    Some(Address::parse(&format!("ssh://{}/a/b", real.trim()))?.host)
}

/// Hosts that variables of gh, glab and CI name.
fn named_in_environment(env: &Env, host: &str) -> bool {
    let names =
        ["GH_HOST", "GITLAB_HOST", "GL_HOST", "CI_SERVER_HOST", "GITHUB_SERVER_URL", "GITEA_SERVER_URL"];
    names.iter().filter_map(|name| env.var(name)).any(|value| {
        let named = Origin::of(value).map_or_else(|| value.to_owned(), |o| o.name().to_owned());
        named.eq_ignore_ascii_case(host)
    })
}

/// Hosts that somebody has signed in to with gh or glab.
fn in_programs(env: &Env, host: &str) -> Option<Kind> {
    let config = |own: &str, folder: &str| {
        env.var(own).map(PathBuf::from).or_else(|| {
            let base = env.var("XDG_CONFIG_HOME").map(PathBuf::from);
            Some(base.or_else(|| Some(PathBuf::from(env.var("HOME")?).join(".config")))?.join(folder))
        })
    };
    let lists = |dir: Option<PathBuf>, file: &str| {
        let text = files::read_optional(&dir?.join(file)).ok().flatten()?;
        text.lines().any(|line| line.trim().strip_suffix(':') == Some(host)).then_some(())
    };
    if lists(config("GH_CONFIG_DIR", "gh"), "hosts.yml").is_some() {
        return Some(Kind::GitHub);
    }
    lists(config("GLAB_CONFIG_DIR", "glab-cli"), "config.yml").map(|()| Kind::GitLab)
}

/// What CI says about the server that it belongs to. Actions of Forgejo and Gitea set GitHub's variables.
fn in_actions(env: &Env, host: &str) -> Option<Kind> {
    let is = |name: &str| {
        env.var(name)
            .is_some_and(|v| Origin::of(v).map_or_else(|| v.to_owned(), |o| o.name().to_owned()) == host)
    };
    if is("CI_SERVER_HOST") {
        return Some(Kind::GitLab);
    }
    if !is("GITHUB_SERVER_URL") {
        return None;
    }
    let gitea = env.var("GITEA_ACTIONS").or_else(|| env.var("FORGEJO_ACTIONS")).is_some();
    Some(if gitea { Kind::Forgejo } else { Kind::GitHub })
}

fn memory(host: &str) -> String {
    format!("hotfix-forge.{host}.kind")
}

fn remembered(repo: &Repo, host: &str) -> Option<Kind> {
    Kind::parse(repo.config().ok()?.get(&memory(host))?)
}

fn remember(repo: &Repo, host: &str, kind: Kind) {
    let run = repo.call("config").args(["--local", &memory(host), kind.word()]);
    if let Err(error) = repo.git().ok(run) {
        log::debug!("the kind of {host} could not be kept: {error}");
    }
}

/// Asks an unknown server what it is, without a token.
fn probe(address: &Address, mut reach: Reach) -> Option<Kind> {
    reach.limit = Some(PROBE);
    let http = Http::new(reach).ok()?;
    let ask = |path: &str| {
        let mut call = Call::get(format!("{}{path}", address.web()));
        // One try: a server that cannot be reached is asked by git next.
        call.reads = false;
        http.call(&call).ok()
    };
    let first = ask("/api/v1/version")?;
    if first.is_success() && first.json().is_some_and(|v| v.get("version").is_some()) {
        return Some(Kind::Forgejo);
    }
    let gitlab = ask("/api/v4/version")?;
    if matches!(gitlab.status, 200 | 401) && gitlab.json().is_some() {
        return Some(Kind::GitLab);
    }
    let github = ask("/api/v3/meta")?;
    let is_github =
        github.header("x-github-request-id").is_some() || github.header("x-github-media-type").is_some();
    (is_github && github.json().is_some()).then_some(Kind::GitHub)
}

fn api_of(env: &Env, kind: Kind, address: &Address) -> String {
    let web = address.web();
    match kind {
        Kind::GitHub if address.host == "github.com" => "https://api.github.com".to_owned(),
        Kind::GitHub if address.host.ends_with(".ghe.com") => format!("https://api.{}", address.host),
        Kind::GitHub => format!("{web}/api/v3"),
        Kind::GitLab => {
            let own = env
                .var("CI_API_V4_URL")
                .filter(|url| Origin::of(url).is_some_and(|o| o.name() == address.host && o.may_be_asked()));
            own.map_or_else(|| format!("{web}/api/v4"), str::to_owned)
        }
        Kind::Forgejo => format!("{web}/api/v1"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn apis_of_known_and_unknown_servers() {
        let env = Env::from_os();
        for (url, kind, api) in [
            ("git@github.com:a/b", Kind::GitHub, "https://api.github.com"),
            ("https://team.ghe.com/a/b", Kind::GitHub, "https://api.team.ghe.com"),
            ("https://git.example.com:8443/a/b", Kind::GitHub, "https://git.example.com:8443/api/v3"),
            ("ssh://git@git.example.com:2222/a/b", Kind::Forgejo, "https://git.example.com/api/v1"),
        ] {
            assert_eq!(api_of(&env, kind, &Address::parse(url).unwrap()), api);
        }
    }
}
