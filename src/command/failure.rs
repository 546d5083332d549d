//! The one place where errors become words, hints and an exit code.

use crate::git::GitError;
use crate::model::failure::{Failure, Kind};

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
        GitError::Start(_) => {
            Failure::failed(error.to_string()).hint("install git 2.38 or newer and put it on PATH")
        }
        GitError::Moved(name) => Failure::failed(format!("{name} was changed by somebody else meanwhile"))
            .hint("run the same command again"),
        _ if error.is_authentication() => Failure::new(Kind::Authentication, error.to_string())
            .hint("git fetch    # sign in, then run the same command again"),
        _ => Failure::failed(error.to_string()),
    }
}

fn no_repository(detail: &str) -> Failure {
    let failure = if detail.contains("dubious ownership") {
        Failure::usage("git does not trust this repository because another user owns it")
            .hint("git config --global --add safe.directory \"$PWD\"")
    } else {
        Failure::usage("this is not inside a git repository").hint("cd into one, or rehearse: hotfix drill")
    };
    failure.hint("hotfix -C DIR …")
}
