//! Tools that a test needs and that a machine may not have.

use super::world::{git_knows_reftable, search_path};
use std::path::Path;
use std::process::{Command, Stdio};

/// Whether the tool is here. Without it the test says loudly that it skips, and returns. Where
/// `HOTFIX_TEST_REQUIRE` names it, or is `all`, its absence is a failure: CI sets that for
/// everything it installs.
#[track_caller]
pub fn require(tool: &str) -> bool {
    let is_here = match tool {
        "reftable" => git_knows_reftable(),
        "git-lfs" => answers("git-lfs", &["version"]),
        "github-contract" => {
            contract().join("api.github.com.json").exists() && answers("node", &["--version"])
        }
        "openssl" => answers("openssl", &["version"]),
        "ssh-keygen" => answers("sh", &["-c", "command -v ssh-keygen"]),
        "chromium" => chromium().is_some(),
        "mermaid" => mermaid().exists() && answers("node", &["--version"]),
        "notify-readers" => {
            notify_readers().join("node_modules/cloudevents").exists() && answers("node", &["--version"])
        }
        "mount-namespace" => answers("unshare", &["-rm", "true"]),
        tool => answers(tool, &["--version"]),
    };
    let wanted = std::env::var("HOTFIX_TEST_REQUIRE").unwrap_or_default();
    let is_wanted = wanted.split(',').any(|name| name == "all" || name == tool);
    assert!(is_here || !is_wanted, "{tool} is not here, and HOTFIX_TEST_REQUIRE={wanted} asks for it");
    if !is_here {
        eprintln!("skipped: {} IS NOT INSTALLED, so this was not tested", tool.to_uppercase());
    }
    is_here
}

/// The first Chromium on `PATH`.
pub fn chromium() -> Option<&'static str> {
    let names = ["chromium", "chromium-browser", "google-chrome", "chrome"];
    names.into_iter().find(|name| answers(name, &["--version"]))
}

/// What GitHub publishes about itself, which `.ci/run` fetches.
pub fn contract() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/contract")
}

/// The parser of diagrams that `.ci/run` installs.
pub fn mermaid() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/mermaid/node_modules/mermaid")
}

/// The readers of CloudEvents and Adaptive Cards that `.ci/run` installs.
pub fn notify_readers() -> std::path::PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("target/notify")
}

fn answers(program: &str, args: &[&str]) -> bool {
    let mut command = Command::new(program);
    command.args(args).env("PATH", search_path()).stdin(Stdio::null());
    command.stdout(Stdio::null()).stderr(Stdio::null()).status().is_ok_and(|status| status.success())
}
