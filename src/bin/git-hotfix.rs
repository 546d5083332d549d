//! The same program under git's name, so that `git hotfix` works.

use std::process::ExitCode;

fn main() -> ExitCode {
    hotfix::run()
}
