//! Changes line by line, as `git diff` shows them: without context, renames followed.

use super::Result;
use super::repo::Repo;
use crate::model::oid::Oid;
use crate::model::patch::{FilePatch, Hunk, Patch};
use crate::system::process::Run;
use std::time::Duration;

/// Whether lines that differ only in white space differ.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Spaces {
    Count,
    DoNotCount,
}

/// A commit and what it changed in some paths.
#[derive(Clone, Debug)]
pub struct Made {
    pub commit: Oid,
    pub message: String,
    pub patch: Patch,
}

/// Options that make the form of a patch independent of the user's configuration.
fn plain(run: Run, spaces: Spaces) -> Run {
    let run = run.args([
        "-p",
        "-U0",
        "-M",
        "--no-color",
        "--no-ext-diff",
        "--no-textconv",
        "--src-prefix=a/",
        "--dst-prefix=b/",
        "--ignore-submodules=none",
        "--submodule=short",
        "--inter-hunk-context=0",
    ]);
    if spaces == Spaces::DoNotCount { run.args(["-w", "--ignore-blank-lines"]) } else { run }
}

/// What changed between two commits or trees.
///
/// # Errors
/// When git cannot read them, or not within `limit`.
pub fn between(repo: &Repo, old: &Oid, new: &Oid, spaces: Spaces, limit: Option<Duration>) -> Result<Patch> {
    let run = plain(repo.call("diff-tree").args(["-r", "--ignore-submodules=none"]), spaces)
        .args([old.as_str(), new.as_str()]);
    Ok(parse(&repo.git().text(run.limit(limit))?))
}

/// The commits, merges left out, that are reachable from `tips` and not from `hide` and change one
/// of `paths`, each with what it changes there.
///
/// # Errors
/// When git cannot read history, or not within `limit`.
pub fn made(
    repo: &Repo,
    tips: &[&Oid],
    hide: &Oid,
    paths: &[&str],
    limit: Option<Duration>,
) -> Result<Vec<Made>> {
    let tips = tips.iter().map(|tip| format!("{tip}\n"));
    let revisions: String = tips.chain([format!("^{hide}\n")]).collect();
    log(repo, "--full-history", revisions, paths, limit)
}

/// Those of some commits, merges left out, that change one of `paths`, each with what it changes
/// there.
///
/// # Errors
/// When git cannot read them, or not within `limit`.
pub fn made_by(repo: &Repo, commits: &[&Oid], paths: &[&str], limit: Option<Duration>) -> Result<Vec<Made>> {
    if commits.is_empty() {
        return Ok(Vec::new());
    }
    let revisions: String = commits.iter().map(|commit| format!("{commit}\n")).collect();
    log(repo, "--no-walk=unsorted", revisions, paths, limit)
}

fn log(
    repo: &Repo,
    walk: &str,
    revisions: String,
    paths: &[&str],
    limit: Option<Duration>,
) -> Result<Vec<Made>> {
    let run = repo.call("log").args([
        walk,
        "--no-merges",
        "--no-show-signature",
        "--no-notes",
        "--encoding=UTF-8",
        "--format=%x00%H%x00%B%x00",
        "--stdin",
    ]);
    let run = plain(run, Spaces::DoNotCount)
        .arg("--")
        .args(paths)
        .env("GIT_LITERAL_PATHSPECS", "1")
        .stdin(revisions)
        .limit(limit);
    let text = repo.git().text(run)?;
    let mut found: Vec<(Oid, String, String)> = Vec::new();
    let mut fields = text.split('\0').skip(1);
    while let Some(field) = fields.next() {
        match (Oid::parse(field), found.last_mut()) {
            (Some(commit), _) => {
                let message = fields.next().unwrap_or_default().to_owned();
                found.push((commit, message, fields.next().unwrap_or_default().to_owned()));
            }
            // A file with a NUL far behind its beginning counts as text.
            (None, Some((.., patch))) => {
                patch.push('\0');
                patch.push_str(field);
            }
            (None, None) => {}
        }
    }
    Ok(found
        .into_iter()
        .map(|(commit, message, patch)| Made { commit, message, patch: parse(&patch) })
        .collect())
}

/// Reads a patch without context.
pub fn parse(text: &str) -> Patch {
    let mut patch: Patch = Vec::new();
    let mut lines = text.split('\n');
    while let Some(line) = lines.next() {
        if line.starts_with("diff --git ") {
            patch.push(FilePatch { opaque: true, ..FilePatch::default() });
            continue;
        }
        let Some(file) = patch.last_mut() else { continue };
        if let Some((at, removed, added)) = header(line) {
            let mut hunk = Hunk { at, ..Hunk::default() };
            // By number: a removed line may look like a header of its own.
            while hunk.removed.len() < removed || hunk.added.len() < added {
                match lines.next().map(|l| (l.get(..1), l)) {
                    Some((Some("-"), l)) => hunk.removed.push(l.get(1..).unwrap_or_default().to_owned()),
                    Some((Some("+"), l)) => hunk.added.push(l.get(1..).unwrap_or_default().to_owned()),
                    // "\ No newline at end of file"
                    Some((Some("\\"), _)) => {}
                    _ => break,
                }
            }
            let link = |l: &[String]| matches!(l, [one] if one.starts_with("Subproject commit "));
            file.opaque = link(&hunk.removed) || link(&hunk.added);
            if !file.opaque {
                file.hunks.push(hunk);
            }
        } else if let Some(path) = line.strip_prefix("--- ") {
            file.old = side(path);
        } else if let Some(path) = line.strip_prefix("+++ ") {
            file.new = side(path);
        } else if let Some(path) = line.strip_prefix("rename from ") {
            (file.old, file.opaque) = (Some(unquoted(path)), false);
        } else if let Some(path) = line.strip_prefix("rename to ") {
            file.new = Some(unquoted(path));
        } else if line.starts_with("new file")
            || line.starts_with("deleted file")
            || line.starts_with("old mode")
        {
            file.opaque = false;
        } else if let Some(sides) = line.strip_prefix("Binary files ") {
            file.opaque = true;
            let sides = sides.strip_suffix(" differ").unwrap_or(sides);
            if let Some((old, new)) = sides.split_once(" and ") {
                (file.old, file.new) = (side(old).or(file.old.take()), side(new).or(file.new.take()));
            }
        }
    }
    patch
}

/// `@@ -12,3 +12 @@`: the first line before, and how many go and come.
fn header(line: &str) -> Option<(usize, usize, usize)> {
    let mut words = line.strip_prefix("@@ -")?.split(' ');
    let (old, new) = (words.next()?, words.next()?.strip_prefix('+')?);
    let range = |text: &str| -> Option<(usize, usize)> {
        match text.split_once(',') {
            Some((at, n)) => Some((at.parse().ok()?, n.parse().ok()?)),
            None => Some((text.parse().ok()?, 1)),
        }
    };
    let ((at, removed), (_, added)) = (range(old)?, range(new)?);
    Some((at, removed, added))
}

/// `a/path`, `"a/pa\th"` or `/dev/null`; git ends a name that holds a space with a tab.
fn side(text: &str) -> Option<String> {
    let path = unquoted(text.strip_suffix('\t').unwrap_or(text));
    path.strip_prefix("a/").or_else(|| path.strip_prefix("b/")).map(str::to_owned)
}

/// A path as it is, when git wrote it in quotes.
pub fn unquoted(text: &str) -> String {
    let Some(inner) = text.strip_prefix('"').and_then(|t| t.strip_suffix('"')) else {
        return text.to_owned();
    };
    let mut bytes: Vec<u8> = Vec::with_capacity(inner.len());
    let mut rest = inner.bytes();
    while let Some(byte) = rest.next() {
        if byte != b'\\' {
            bytes.push(byte);
            continue;
        }
        let plain = match rest.next() {
            Some(b'n') => b'\n',
            Some(b't') => b'\t',
            Some(b'r') => b'\r',
            Some(b'a') => 7,
            Some(b'b') => 8,
            Some(b'v') => 11,
            Some(b'f') => 12,
            Some(digit @ b'0'..=b'7') => {
                let octal = [Some(digit), rest.next(), rest.next()];
                octal
                    .into_iter()
                    .flatten()
                    .fold(0_u8, |n, d| n.wrapping_mul(8).wrapping_add(d.wrapping_sub(b'0')))
            }
            Some(other) => other,
            None => break,
        };
        bytes.push(plain);
    }
    String::from_utf8_lossy(&bytes).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reads_changes_renames_and_what_has_no_lines() {
        let text = "diff --git a/src/a b.rs b/src/a b.rs\nindex 1..2 100644\n--- a/src/a b.rs\t\n+++ b/src/a b.rs\t\n\
                    @@ -3,2 +3 @@ fn x\n--- old\n-two\n+++ new\n@@ -9,0 +9,1 @@\n+added\n\\ No newline at end of file\n\
                    diff --git a/old.rs b/new.rs\nsimilarity index 90%\nrename from old.rs\nrename to new.rs\n\
                    diff --git a/logo.png b/logo.png\nindex 1..2 100644\nBinary files a/logo.png and b/logo.png differ\n\
                    diff --git a/new b/new\nnew file mode 100644\nindex 0..2\n--- /dev/null\n+++ b/new\n@@ -0,0 +1 @@\n+x\n\
                    diff --git a/sub b/sub\nindex 1..2 160000\n--- a/sub\n+++ b/sub\n@@ -1 +1 @@\n-Subproject commit a\n+Subproject commit b\n";
        let patch = parse(text);
        let paths: Vec<(&str, bool, usize)> =
            patch.iter().map(|f| (f.path(), f.opaque, f.hunks.len())).collect();
        assert_eq!(
            paths,
            [
                ("src/a b.rs", false, 2),
                ("new.rs", false, 0),
                ("logo.png", true, 0),
                ("new", false, 1),
                ("sub", true, 0)
            ]
        );
        assert_eq!(patch[0].hunks[0].removed, ["-- old", "two"]);
        assert_eq!(patch[0].hunks[0].added, ["++ new"]);
        assert_eq!((patch[0].hunks[1].at, patch[0].hunks[1].removed.len()), (9, 0));
        assert_eq!((patch[1].old.as_deref(), patch[3].old.as_deref()), (Some("old.rs"), None));
    }

    #[test]
    fn quoted_names() {
        assert_eq!(side("\"a/tab\\there\\\\\\\"x\""), Some("tab\there\\\"x".into()));
        assert_eq!(unquoted("\"\\303\\274\""), "ü");
        assert_eq!(side("/dev/null"), None);
    }

    #[test]
    fn damaged_text_is_no_panic() {
        for text in
            ["@@ -1 +1 @@\n-x", "diff --git \n@@ -1,9 +1 @@\n-x\n", "diff --git\n@@ -a +b @@", "", "\"\\"]
        {
            parse(text);
        }
        assert_eq!(unquoted("\"\\\""), "");
    }
}
