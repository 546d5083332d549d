//! Where a service's address or key is found. It cannot be printed.

use crate::system::env::Env;
use crate::system::files;
use crate::system::process::Run;
use std::fmt;
use std::path::{Path, PathBuf};
use std::time::Duration;

/// No address or key is as long, in bytes.
const LARGEST: usize = 8 * 1024;

/// An address or a key.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret")
    }
}

impl Secret {
    /// Finds it. `root` is what a relative path is relative to, and where a command runs.
    ///
    /// # Errors
    /// Why it is not there, in words without it.
    pub fn find(reference: &str, env: &Env, root: &Path, limit: Duration) -> Result<Self, String> {
        let (kind, rest) = reference.split_once(':').unwrap_or_default();
        let text = match kind {
            "env" => env.var(rest).ok_or_else(|| format!("the variable {rest} is not set"))?.to_owned(),
            "file" => {
                let path = at(rest, env, root);
                files::read_small(&path, LARGEST)
                    .map_err(|e| format!("{} cannot be read: {e}", path.display()))?
                    .ok_or_else(|| format!("there is no file {}", path.display()))?
            }
            "command" => ran(rest, root, limit)?,
            _ => return Err("it does not say where its secret is found".to_owned()),
        };
        let text = text.trim();
        if text.is_empty() {
            return Err("its secret is empty".to_owned());
        }
        if !text.chars().all(|c| c.is_ascii_graphic()) {
            return Err("its secret is not one line without spaces".to_owned());
        }
        Ok(Self(text.to_owned()))
    }

    /// For the one call that needs it.
    pub(super) fn reveal(&self) -> &str {
        &self.0
    }
}

fn at(path: &str, env: &Env, root: &Path) -> PathBuf {
    match (path.strip_prefix("~/"), env.var("HOME")) {
        (Some(rest), Some(home)) => PathBuf::from(home).join(rest),
        _ => root.join(path),
    }
}

/// The first line that a command prints. What else it says may hold anything, and is not repeated.
fn ran(line: &str, root: &Path, limit: Duration) -> Result<String, String> {
    let done = Run::shell(line).dir(root).limit(Some(limit)).capture();
    let done = done.map_err(|e| format!("the command for its secret cannot be started: {e}"))?;
    if done.timed_out {
        return Err("the command for its secret took too long".to_owned());
    }
    if !done.success() {
        let how =
            done.code.map_or_else(|| "by a signal".to_owned(), |code| format!("with exit status {code}"));
        return Err(format!("the command for its secret ended {how}"));
    }
    Ok(done.text().lines().next().unwrap_or_default().to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_is_found_and_cannot_be_printed() {
        let dir = tempfile::tempdir().unwrap();
        files::write_atomically(&dir.path().join("hook"), "https://x.example/s3cret\n").unwrap();
        let env = Env::from_os();
        let find = |reference: &str| Secret::find(reference, &env, dir.path(), Duration::from_secs(5));
        let found = find("file:hook").unwrap();
        assert_eq!(found.reveal(), "https://x.example/s3cret");
        assert_eq!(format!("{found:?}"), "Secret");
        refused(find, &[("file:none", "there is no file"), ("env:HOTFIX_NO_SUCH_VARIABLE", "is not set")]);
    }

    /// Windows has a shell only where git is installed.
    #[cfg(unix)]
    #[test]
    fn a_command_prints_it() {
        let dir = tempfile::tempdir().unwrap();
        let env = Env::from_os();
        let find = |reference: &str| Secret::find(reference, &env, dir.path(), Duration::from_secs(5));
        assert_eq!(find("command:echo s3cret").unwrap().reveal(), "s3cret");
        refused(
            find,
            &[
                ("command:echo s3cret; exit 3", "exit status 3"),
                ("command:true", "is empty"),
                ("command:echo a b", "one line"),
            ],
        );
    }

    fn refused(find: impl Fn(&str) -> Result<Secret, String>, cases: &[(&str, &str)]) {
        for (bad, why) in cases {
            let error = find(bad).unwrap_err();
            assert!(error.contains(why) && !error.contains("s3cret"), "{bad}: {error}");
        }
    }
}
