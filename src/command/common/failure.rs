//! The one place where errors become words, hints and an exit code.

use crate::git::GitError;
use crate::model::failure::{Failure, Kind};
use crate::model::text::shell_word;

/// What to report for an error.
pub fn of(error: &anyhow::Error) -> Failure {
    if let Some(failure) = error.downcast_ref::<Failure>() {
        return failure.clone();
    }
    if let Some(git) = error.chain().find_map(|e| e.downcast_ref::<GitError>()) {
        return of_git(git);
    }
    Failure::failed(format!("{error:#}"))
}

fn of_git(error: &GitError) -> Failure {
    match error {
        GitError::NoRepository(detail) => no_repository(detail),
        GitError::Gone(repository) => {
            let failure = Failure::usage("the current directory no longer exists; nothing was changed");
            match repository {
                Some(path) => failure.hint(format!("cd {}", shell_word(&path.display().to_string()))),
                None => failure.hint("cd DIR    # into the repository"),
            }
        }
        GitError::Start(_) => {
            Failure::failed(format!("{error}\nInstall git 2.38 or newer and put it on PATH."))
                .hint("git --version")
        }
        GitError::Moved(name) => {
            Failure::failed(format!("{name} was changed by another process")).again("looks again")
        }
        _ if error.is_authentication() => {
            Failure::new(Kind::Authentication, error.to_string()).hint("git fetch    # sign in").again("then")
        }
        _ => Failure::failed(error.to_string()),
    }
}

fn no_repository(detail: &str) -> Failure {
    if detail.contains("dubious ownership") {
        Failure::usage("git does not trust this repository because another user owns it")
            .hint("git config --global --add safe.directory \"$PWD\"")
    } else {
        Failure::usage("not inside a git repository; change into one, name one with -C DIR, or rehearse")
            .hint("hotfix drill")
    }
}
