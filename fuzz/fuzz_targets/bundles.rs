//! An arbitrary file that is read as a bundle of incident logs: an error, or logs, and no panic.
#![no_main]

use hotfix::git::{Repo, records};
use hotfix::system::env::Env;
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let dir = tempfile::tempdir().expect("a directory");
    let git = std::process::Command::new("git").args(["init", "-q"]).arg(dir.path()).status();
    assert!(git.is_ok_and(|status| status.success()));
    let file = dir.path().join("incident.bundle");
    std::fs::write(&file, data).expect("a file");
    std::env::set_current_dir(dir.path()).expect("a directory to be in");
    let repo = Repo::open(&Env::from_os()).expect("a repository");
    drop(records::read_bundle(&repo, &file, "at-bundle"));
});
