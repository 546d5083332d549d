//! `hotfix --version --verbose`: what somebody who reads a bug report has to know.

use crate::git::git_command::Git;
use crate::git::library;
use crate::system::env::Env;
use crate::terminal::Ui;
use crate::terminal::ui::Manners;
use serde_json::{Value, json};
use std::ffi::OsString;
use std::process::ExitCode;

/// Variables that change what the program does. Names alone are shown: values may be secrets.
const TOLD: [&str; 9] =
    ["CI", "TERM", "NO_COLOR", "CLICOLOR_FORCE", "LANG", "LC_ALL", "TZ", "GIT_SSH_COMMAND", "GIT_DIR"];

/// Whether more than the version is asked for, beside `--version`.
pub fn wants_more(words: impl Iterator<Item = OsString>, json: bool) -> bool {
    let is_flag = |word: &str| match word.strip_prefix("--") {
        Some(long) => long == "verbose",
        None => word.strip_prefix('-').is_some_and(|short| short.contains('v')),
    };
    json || words.into_iter().any(|word| word.to_str().is_some_and(is_flag))
}

/// Prints it, and says how that went.
pub fn show(env: &Env, json: bool) -> ExitCode {
    let ui = Ui::new(env, Manners { json, ..Manners::default() });
    let facts = facts(env);
    if json {
        let fields = facts.iter().map(|(key, value)| ((*key).to_owned(), Value::from(value.clone())));
        let mut document = json!({ "version": env!("CARGO_PKG_VERSION") });
        if let Value::Object(map) = &mut document {
            map.extend(fields);
        }
        ui.document(document);
    } else {
        ui.answer(concat!("hotfix ", env!("CARGO_PKG_VERSION")));
        for (key, value) in facts {
            ui.answer(format!("{key:<10} {value}"));
        }
    }
    if crate::terminal::sink::lost().is_some() { ExitCode::FAILURE } else { ExitCode::SUCCESS }
}

fn facts(env: &Env) -> Vec<(&'static str, String)> {
    let build = if cfg!(debug_assertions) { "debug, with points where tests kill it" } else { "release" };
    let program =
        crate::system::env::own_program().map_or_else(|e| e.to_string(), |p| p.display().to_string());
    vec![
        ("target", target()),
        ("build", build.to_owned()),
        ("program", program),
        ("git", git(env)),
        ("libgit2", library::version()),
        (
            "features",
            "https by rustls with the system's certificates; SHA-1 repositories read in process, \
             SHA-256 and reftable by git"
                .to_owned(),
        ),
        ("terminal", terminal(env)),
        ("set", set(env)),
    ]
}

/// As Rust calls it, as far as a program knows.
fn target() -> String {
    let (arch, os) = (std::env::consts::ARCH, std::env::consts::OS);
    let of = if cfg!(target_env = "musl") {
        "-musl"
    } else if cfg!(target_env = "gnu") {
        "-gnu"
    } else if cfg!(target_env = "msvc") {
        "-msvc"
    } else {
        ""
    };
    format!("{arch}-{os}{of}")
}

fn git(env: &Env) -> String {
    let git = Git::new(env);
    match git.text(git.call("version").arg("--build-options")) {
        Ok(text) => {
            let lines = text.lines().map(|line| line.strip_prefix("git version ").unwrap_or(line));
            let lines =
                lines.filter(|line| !line.starts_with("no commit") && !line.starts_with("built from"));
            lines.collect::<Vec<_>>().join(", ")
        }
        Err(error) => format!("none: {error}"),
    }
}

fn terminal(env: &Env) -> String {
    let is = |there: bool| if there { "terminal" } else { "none" };
    let asks = if env.interactive { "asks" } else { "does not ask" };
    format!(
        "output {}, errors {}, input {}; {asks}",
        is(env.stdout_tty),
        is(env.stderr_tty),
        is(env.stdin_tty)
    )
}

fn set(env: &Env) -> String {
    let names = env.vars().keys().map(String::as_str);
    let names: Vec<&str> = names.filter(|name| TOLD.contains(name) || name.starts_with("HOTFIX_")).collect();
    if names.is_empty() { "nothing that matters here".to_owned() } else { names.join(" ") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn more_is_asked_for_beside_the_version() {
        let more = |words: &[&str]| wants_more(words.iter().map(|w| OsString::from(*w)), false);
        assert!(more(&["--version", "--verbose"]) && more(&["-vV"]) && more(&["-V", "-v"]) && more(&["-Vv"]));
        assert!(!more(&["--version"]) && !more(&["-V"]));
    }

    #[test]
    fn the_system_is_named() {
        assert!(target().starts_with(std::env::consts::ARCH), "{}", target());
        assert!(library::version().contains("built along"), "{}", library::version());
    }
}
