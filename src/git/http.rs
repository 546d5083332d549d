//! How git is told to reach a web server, for calls of our own: the same proxy and certificates.

use super::Repo;
use crate::system::env::Env;
use crate::system::http::Reach;
use std::path::PathBuf;

/// Reads `http.*` as git itself matches it for this address (`http.<url>.proxy` and the like). What
/// cannot be read counts as not set.
pub fn reach(repo: &Repo, env: &Env, url: &str) -> Reach {
    let run = repo.call("config").args(["-z", "--get-urlmatch", "http", url]);
    let done = repo.git().finish(run).ok().filter(|done| done.success());
    let text = done.map(|done| done.text()).unwrap_or_default();
    let mut reach = Reach { trace: env.var("HOTFIX_TRACE_HTTP").map(PathBuf::from), ..Reach::default() };
    for (key, value) in text.split('\0').map(|pair| pair.split_once('\n').unwrap_or((pair, ""))) {
        match key {
            "http.proxy" => reach.proxy = Some(value.to_owned()),
            "http.sslcainfo" => reach.certificates = Some(home(env, value)),
            "http.sslverify" => reach.trust_any = matches!(value, "false" | "no" | "off" | "0"),
            "http.extraheader" if !value.is_empty() => reach.headers.push(value.to_owned()),
            _ => {}
        }
    }
    if let Some(path) = env.var("GIT_SSL_CAINFO") {
        reach.certificates = Some(PathBuf::from(path));
    }
    reach.trust_any |= env.var("GIT_SSL_NO_VERIFY").is_some();
    if reach.trust_any {
        log::warn!("http.sslVerify is off in git, so the forge's certificate is not checked either");
    }
    reach
}

/// Reads the `http.*` that holds for every address, from what is known of git's configuration already:
/// for addresses that are secrets, which no command line may hold. Headers are left out, because they are
/// for git's own servers, and certificates are looked at whatever git is told.
pub fn reach_anywhere(repo: &Repo, env: &Env) -> Reach {
    let mut reach = Reach { trace: env.var("HOTFIX_TRACE_HTTP").map(PathBuf::from), ..Reach::default() };
    for entry in repo.config().map(|c| c.entries()).unwrap_or_default() {
        match entry.key.as_str() {
            "http.proxy" => reach.proxy = Some(entry.value.clone()),
            "http.sslcainfo" => reach.certificates = Some(home(env, &entry.value)),
            _ => {}
        }
    }
    if let Some(path) = env.var("GIT_SSL_CAINFO") {
        reach.certificates = Some(PathBuf::from(path));
    }
    reach
}

fn home(env: &Env, path: &str) -> PathBuf {
    match (path.strip_prefix("~/"), env.var("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => PathBuf::from(path),
    }
}
