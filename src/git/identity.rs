//! Who is at the keyboard, as git knows them.

use super::repo::Repo;
use crate::model::event::Actor;
use crate::system::env::Env;

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
