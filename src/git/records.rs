//! The refs of incident logs on other repositories. They are fetched by explicit refspecs into a
//! namespace of their own, never by a configured one: `fetch --prune` would delete with that what
//! is recorded here and nowhere else.

use super::git_command::NetworkPolicy;
use super::repo::Repo;
use super::{GitError, Result};
use crate::git::access::Access;
use crate::model::name::refused_by_git;
use crate::model::oid::Oid;
use crate::model::plan::Deletion;
use crate::model::text::safe;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

/// Where incident logs live, here and on a remote.
pub const ROOT: &str = "refs/incidents/";

/// What is known of the logs of other repositories, one directory a place.
const ELSEWHERE: &str = "refs/incidents-remote/";

/// Logs by incident id.
pub type Logs = BTreeMap<String, Oid>;

/// How many logs are asked for by their names: git takes quadratic time for that.
const BY_NAME: usize = 2_000;

/// The longest a server is asked whether it answers strangers.
const STRANGER: Duration = Duration::from_secs(5);

/// The ref of an incident's log.
pub fn log_ref(id: &str) -> String {
    format!("{ROOT}{id}/log")
}

/// Where the log of an incident is kept as it is at another place.
pub fn elsewhere_ref(place: &str, id: &str) -> String {
    format!("{ELSEWHERE}{place}/{id}/log")
}

/// The claim of a deployment, here and on a remote: of the release, whichever log speaks of it.
pub fn claim_ref(tag: &str) -> String {
    format!("{ROOT}deploy/tags/{tag}")
}

/// Where the claim of a deployment is kept as it is at another place.
pub fn claim_elsewhere(place: &str, tag: &str) -> String {
    format!("{ELSEWHERE}{place}/deploy/tags/{tag}")
}

/// Fetches one ref of a place to `to`; `None` where there is none.
///
/// # Errors
/// When the place cannot be reached or refuses.
pub fn fetch_one(
    repo: &Repo,
    remote: &str,
    name: &str,
    to: &str,
    policy: NetworkPolicy,
) -> Result<Option<Oid>> {
    let asked = repo.network("ls-remote", policy).dir(repo.dir());
    let text = repo.git().text(asked.args(["--quiet", "--end-of-options", remote, name]))?;
    let there = text.lines().find_map(|line| line.split_once('\t').filter(|(_, found)| *found == name));
    let Some(oid) = there.and_then(|(oid, _)| Oid::parse(oid)) else { return Ok(None) };
    let run = repo
        .network("fetch", policy)
        .dir(repo.dir())
        .args(["--quiet", "--refmap=", "--no-filter", "--no-tags", "--no-write-fetch-head"])
        .args(["--no-auto-maintenance", "--end-of-options", remote])
        .arg(format!("+{name}:{to}"));
    repo.git().ok(run)?;
    repo.forget_refs();
    Ok(repo.find_ref(to)?.filter(|found| *found == oid).or(Some(oid)))
}

/// The directory name for a place that has no name of its own.
pub fn place_of_url(url: &str) -> String {
    format!("at-{}", hash_of(url).get(..12).unwrap_or("nowhere"))
}

/// A text as a number: the same for the same text.
pub fn hash_of(text: &str) -> String {
    let hash = git2::Oid::hash_object(git2::ObjectType::Blob, text.as_bytes());
    hash.map(|hash| hash.to_string()).unwrap_or_default()
}

/// What a place offers.
#[derive(Clone, Debug, Default)]
pub struct Offer {
    pub logs: Logs,
    /// The branches that were asked for along with them.
    pub heads: BTreeSet<String>,
}

/// Fetches some of the logs that a place offers, in one connection, and returns those that are known of it then.
/// What is known of that place follows it, even backwards; what is recorded here is not touched.
///
/// # Errors
/// When the remote cannot be reached or refuses.
pub fn fetch(
    repo: &Repo,
    (remote, place): (&str, &str),
    offered: &Logs,
    ids: &BTreeSet<String>,
    policy: NetworkPolicy,
) -> Result<Logs> {
    let known = last_known(repo, place)?;
    let gone = known.iter().filter(|(id, _)| !offered.contains_key(*id));
    let gone = gone.map(|(id, tip)| Deletion { name: elsewhere_ref(place, id), expect: tip.clone() });
    let gone: Vec<Deletion> = gone.collect();
    if !gone.is_empty() {
        repo.move_all(&[], &gone, "hotfix: sync")?;
    }
    let news = ids.iter().filter(|id| offered.get(*id).is_some_and(|tip| known.get(*id) != Some(tip)));
    let spec = |id: &str| format!("+{}:{}\n", log_ref(id), elsewhere_ref(place, id));
    let mut specs: Vec<String> = news.map(|id| spec(id)).collect();
    if specs.len() > BY_NAME && ids.len() == offered.len() {
        // A log below the claim of a deployment would leave that claim no place here.
        specs = vec![spec("*"), format!("^{ROOT}deploy/*\n")];
    }
    if !specs.is_empty() {
        let run = repo
            .network("fetch", policy)
            .dir(repo.dir())
            // A configured refspec that mirrors everything must not run along, and the events have to
            // be here even where a clone leaves file contents on the server.
            .args(["--quiet", "--no-prune", "--refmap=", "--no-filter", "--no-tags", "--no-write-fetch-head"])
            // Too many for a command line.
            .args(["--no-auto-maintenance", "--stdin", "--end-of-options", remote])
            .stdin(specs.concat());
        repo.git().ok(run)?;
        repo.forget_refs();
    }
    last_known(repo, place)
}

/// The logs of a place as they were when it was last read.
///
/// # Errors
/// When the refs cannot be read.
pub fn last_known(repo: &Repo, place: &str) -> Result<Logs> {
    logs(repo, &format!("{ELSEWHERE}{place}/"))
}

/// Whether the log of an incident is known from any other place: a remote or a bundle.
///
/// # Errors
/// When the refs cannot be read.
pub fn is_known_elsewhere(repo: &Repo, id: &str) -> Result<bool> {
    let ending = format!("/{id}/log");
    Ok(repo.refs(ELSEWHERE)?.iter().any(|r| r.name.ends_with(&ending)))
}

/// The logs here.
///
/// # Errors
/// When the refs cannot be read.
pub fn local(repo: &Repo) -> Result<Logs> {
    logs(repo, ROOT)
}

fn logs(repo: &Repo, prefix: &str) -> Result<Logs> {
    let found = repo.refs(prefix)?;
    Ok(found.into_iter().filter_map(|r| Some((id_of(&r.name, prefix)?, r.oid))).collect())
}

fn id_of(name: &str, prefix: &str) -> Option<String> {
    let id = name.strip_prefix(prefix)?.strip_suffix("/log")?;
    (!id.is_empty() && !id.contains('/')).then(|| id.to_owned())
}

/// Asks a place for its logs, and for its branches with this prefix, without fetching anything.
///
/// # Errors
/// When it cannot be reached or refuses.
pub fn offered(repo: &Repo, remote: &str, prefix: Option<&str>, policy: NetworkPolicy) -> Result<Offer> {
    let mut run = repo.network("ls-remote", policy).dir(repo.dir());
    run = run.args(["--quiet", "--end-of-options", remote, &log_ref("*")]);
    run = run.args(prefix.map(|prefix| format!("refs/heads/{prefix}*")));
    let text = repo.git().text(run)?;
    let mut offer = Offer::default();
    for (oid, name) in text.lines().filter_map(|line| line.split_once('\t')) {
        if let Some(branch) = name.strip_prefix("refs/heads/") {
            offer.heads.insert(branch.to_owned());
        } else if let (Some(id), Some(oid)) =
            (id_of(name, ROOT).filter(|id| can_be_read(id)), Oid::parse(oid))
        {
            offer.logs.insert(id, oid);
        }
    }
    Ok(offer)
}

/// Whether a log can be kept here under this name. Whoever writes a bundle by hand can give a ref any name; a log
/// below the claim of a deployment would leave that claim no place.
fn can_be_read(id: &str) -> bool {
    id != "deploy" && refused_by_git(id).is_none() && !id.contains(char::is_control)
}

/// Notes that a place has this log now.
///
/// # Errors
/// When the ref cannot be written.
pub fn remember(repo: &Repo, place: &str, id: &str, tip: &Oid) -> Result<()> {
    let name = elsewhere_ref(place, id);
    let known = repo.find_ref(&name)?;
    if known.as_ref() == Some(tip) {
        Ok(())
    } else {
        match repo.move_ref(&name, known.as_ref(), tip, "hotfix: sync") {
            // Another sync in this clone has noted it, and what it saw is as new.
            Err(GitError::Moved(_)) => Ok(()),
            noted => noted,
        }
    }
}

/// The addresses a push to this remote goes to, rewritten as the user's git rewrites them.
///
/// # Errors
/// When git cannot say.
pub fn push_urls(repo: &Repo, remote: &str, named: bool) -> Result<Vec<String>> {
    let run = if named {
        repo.call("remote").args(["get-url", "--push", "--all", "--", remote])
    } else {
        repo.call("ls-remote").args(["--get-url", "--end-of-options", remote])
    };
    Ok(repo.git().text(run)?.lines().map(str::to_owned).collect())
}

/// Whether a web server shows this repository to a stranger; `None` when it did not say.
pub fn is_shown_to_strangers(repo: &Repo, url: &str) -> Option<bool> {
    let nothing = ["credential.helper=", "http.extraHeader=", "http.cookieFile=", "core.askPass="];
    let options: Vec<String> = nothing.iter().flat_map(|s| ["-c".to_owned(), (*s).to_owned()]).collect();
    let mut run = repo.git().call_with("ls-remote", &options);
    // Nothing of the user's: no netrc file, no token in the configuration of home or repository.
    run = run.limit(Some(STRANGER)).dir(repo.git_dir()).env("GIT_DIR", "nowhere").env("GIT_ASKPASS", "");
    run = run.env("HOME", repo.git_dir()).without_env("XDG_CONFIG_HOME").without_env("GIT_CONFIG_GLOBAL");
    let done = repo.git().finish(run.args(["--quiet", "--end-of-options", url, "HEAD"])).ok()?;
    if done.success() {
        return Some(true);
    }
    super::git_command::failed("ls-remote", &done).is_authentication().then_some(false)
}

/// Writes logs into a bundle. With `-` for a file it is returned.
///
/// # Errors
/// When git cannot write it.
pub fn bundle(repo: &Repo, file: &Path, ids: &[String]) -> Result<Vec<u8>> {
    let run = repo.call("bundle").args(["create", "--quiet"]).arg(file);
    let done = repo.git().ok(run.args(ids.iter().map(|id| log_ref(id))))?;
    Ok(done.stdout)
}

/// Reads the logs of a bundle; returns what it holds.
///
/// # Errors
/// When it is none, or damaged.
pub fn read_bundle(repo: &Repo, file: &Path, place: &str) -> Result<Logs> {
    let shown = file.display().to_string();
    let quiet = NetworkPolicy { may_ask: false, limit: None, silence: None };
    let mut held = offered(repo, &shown, None, quiet)?.logs;
    let read = |ids: &mut dyn Iterator<Item = &String>| {
        let specs = ids.map(|id| format!("+{}:{}", log_ref(id), elsewhere_ref(place, id)));
        let run = repo
            .network("fetch", quiet)
            .dir(repo.dir())
            .args(["--quiet", "--refmap=", "--no-tags", "--no-write-fetch-head", "--no-auto-maintenance"])
            .args(["--end-of-options", &shown])
            .args(specs);
        repo.git().ok(run)
    };
    if held.len() > 1 && read(&mut held.keys()).is_err() {
        // One that cannot be read keeps none of the others out.
        held.retain(|id, _| match read(&mut std::iter::once(id)) {
            Ok(_) => true,
            Err(error) => {
                log::warn!(
                    "the log {} in {} cannot be read: {}",
                    safe(id),
                    safe(&shown),
                    safe(&error.detail())
                );
                false
            }
        });
    } else if held.len() == 1 {
        read(&mut held.keys())?;
    }
    repo.forget_refs();
    Ok(held)
}

impl GitError {
    /// Whether git got through and could not move a ref here: somebody else moves it, too.
    pub const fn is_local_ref_trouble(&self) -> bool {
        matches!(self, Self::Failed { code: Some(1), .. })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_logs_count() {
        assert_eq!(id_of("refs/incidents/a-1/log", ROOT).as_deref(), Some("a-1"));
        for other in [
            "refs/incidents/a-1/keep/x",
            "refs/incidents/deploy/tags/log",
            "refs/incidents/a/b/log",
            "refs/incidents/log",
            "refs/heads/log",
        ] {
            assert_eq!(id_of(other, ROOT), None, "{other}");
        }
    }

    #[test]
    fn a_place_is_a_valid_part_of_a_ref() {
        let place = place_of_url("https://example.com/x y.git");
        assert!(place.starts_with("at-") && place.len() == 15, "{place}");
        assert_ne!(place, place_of_url("https://example.com/z.git"));
    }
}
