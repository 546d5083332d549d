//! Who is at the keyboard, as git knows them.

use super::Result;
use super::repo::Repo;
use crate::git::access::Access;
use crate::model::event::Actor;
use crate::model::oid::Oid;
use crate::system::env::Env;
use std::collections::BTreeSet;

/// The committer, by git's own rules; `None` when git would refuse to commit.
pub fn committer(repo: &Repo, env: &Env) -> Option<Actor> {
    let config = repo.config().ok()?;
    let pick = |variable: &str, key: &str, fallback: &str| {
        env.var(variable).or_else(|| config.get(key)).or_else(|| config.get(fallback)).map(str::to_owned)
    };
    let name = pick("GIT_COMMITTER_NAME", "committer.name", "user.name");
    let email = pick("GIT_COMMITTER_EMAIL", "committer.email", "user.email")
        .or_else(|| env.var("EMAIL").map(str::to_owned));
    match (name, email) {
        (Some(name), Some(email)) if !name.trim().is_empty() => Some(Actor { name, email }),
        // git may still know a name from the machine's accounts, or refuse: its word counts.
        _ => ask_git(repo),
    }
}

fn ask_git(repo: &Repo) -> Option<Actor> {
    let text = repo.git().text(repo.call("var").arg("GIT_COMMITTER_IDENT")).ok()?;
    let (name, rest) = text.trim().split_once(" <")?;
    let (email, _) = rest.split_once('>')?;
    Some(Actor { name: name.to_owned(), email: email.to_owned() })
}

/// The addresses of everybody who made the commits of `tip` beyond `hide`: authors, committers and
/// co-authors, in lower case, as `.mailmap` has them.
///
/// # Errors
/// When history cannot be read.
pub fn makers(repo: &Repo, tip: &Oid, hide: &[Oid]) -> Result<BTreeSet<String>> {
    if has_mailmap(repo) {
        // As they are, too: the branch under review may bring a `.mailmap` that hides its author.
        let format = "--format=<%aE>%n<%cE>%n<%ae>%n<%ce>%n%(trailers:key=Co-authored-by,valueonly)";
        let run = repo.call("log").args([format, "--no-show-signature", tip.as_str()]);
        let text = repo.git().text(run.args(hide.iter().map(|h| format!("^{h}"))))?;
        return Ok(text.lines().filter_map(address).collect());
    }
    let mut found = BTreeSet::new();
    for commit in repo.log(tip, hide, 10_000)? {
        found.extend([commit.author.email.to_lowercase(), commit.committer.email.to_lowercase()]);
        found.extend(commit.message.lines().filter_map(co_author));
    }
    Ok(found)
}

/// Somebody's address, in lower case, as `.mailmap` has it.
pub fn address_of(repo: &Repo, actor: &Actor) -> String {
    let plain = actor.email.trim().to_lowercase();
    if !has_mailmap(repo) {
        return plain;
    }
    let contact = format!("{} <{}>", actor.name, actor.email);
    let mapped = repo.git().text(repo.call("check-mailmap").arg(contact));
    mapped.ok().as_deref().and_then(address).unwrap_or(plain)
}

/// Whether somebody is among the makers of a change, by their own address or by the one that `.mailmap` gives them:
/// the branch under review may bring a `.mailmap` that makes its author somebody else.
pub fn is_among(repo: &Repo, makers: &BTreeSet<String>, actor: &Actor) -> bool {
    makers.contains(&actor.email.trim().to_lowercase()) || makers.contains(&address_of(repo, actor))
}

/// Only then is git asked: most repositories have none, and can be read in process.
fn has_mailmap(repo: &Repo) -> bool {
    let configured = |key: &str| repo.config().is_ok_and(|c| c.get(key).is_some());
    repo.worktree().is_none_or(|root| root.join(".mailmap").exists())
        || configured("mailmap.file")
        || configured("mailmap.blob")
}

fn co_author(line: &str) -> Option<String> {
    let (key, contact) = line.split_once(':')?;
    key.trim().eq_ignore_ascii_case("co-authored-by").then(|| address(contact))?
}

/// `ada@example.com` out of `Ada <Ada@example.com>`.
fn address(contact: &str) -> Option<String> {
    let (_, rest) = contact.rsplit_once('<')?;
    let (address, _) = rest.split_once('>')?;
    (!address.is_empty()).then(|| address.to_lowercase())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn co_authors_are_authors() {
        assert_eq!(co_author("Co-Authored-By: Ada L. <Ada@Example.com>").as_deref(), Some("ada@example.com"));
        assert_eq!(co_author("Reviewed-by: Ada <ada@example.com>"), None);
        assert_eq!(co_author("co-authored-by: nobody"), None);
    }
}
