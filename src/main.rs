//! The program.

use std::process::ExitCode;

fn main() -> ExitCode {
    hotfix::run()
}
