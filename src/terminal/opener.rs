//! Opening a file with the program that the desktop has for it.

use crate::system::env::Env;
use crate::system::process::Run;
use std::io::ErrorKind;
use std::path::Path;
use std::time::Duration;

/// How long an opener that fails is given to say so.
const WATCH: Duration = Duration::from_millis(700);

/// Opens a page of the web, as [`open`]. What a server calls a page may be a file or a program of this machine.
///
/// # Errors
/// As [`open`].
pub fn open_page(env: &Env, url: &str) -> Result<Option<&'static str>, String> {
    if !url.starts_with("https://") && !url.starts_with("http://") {
        return Err("it is not an address of the web".to_owned());
    }
    open(env, Path::new(url))
}

/// Opens a file; the opener that has it and has not ended yet is named, since it may still fail.
///
/// # Errors
/// Why it was not opened, in words.
pub fn open(env: &Env, path: &Path) -> Result<Option<&'static str>, String> {
    let openers: &[&'static str] = if cfg!(target_os = "macos") {
        &["open"]
    } else if cfg!(windows) {
        &["explorer"]
    } else {
        let desktop = ["DISPLAY", "WAYLAND_DISPLAY", "BROWSER", "WSL_DISTRO_NAME"];
        if !desktop.into_iter().any(|name| env.var(name).is_some()) {
            return Err("there is no display here, and no BROWSER is set".to_owned());
        }
        &["xdg-open", "wslview"]
    };
    for opener in openers {
        return match Run::new(opener).arg(path).let_go(WATCH) {
            Ok(None) => Ok(Some(*opener)),
            Ok(Some(0)) => Ok(None),
            // It says 1 whatever happened.
            Ok(Some(_)) if *opener == "explorer" => Ok(None),
            Ok(Some(status)) => Err(format!("{opener} exited with status {status}")),
            Err(error) if error.kind() == ErrorKind::NotFound => continue,
            Err(error) => Err(format!("{opener} cannot be started: {error}")),
        };
    }
    Err(format!("{} is not installed", openers.first().copied().unwrap_or_default()))
}
