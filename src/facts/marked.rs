//! Files of a change in which somebody left a conflict unresolved.

use crate::git::Repo;
use crate::git::access::Access;
use crate::model::change::FileChange;
use crate::model::markers;
use crate::model::oid::Oid;

/// How many files are read at a time.
const AT_ONCE: usize = 64;

/// The changed files with conflict markers that were not there before. A file that shows some on purpose
/// says so with the attribute that git has for it, `conflict-marker-size`.
///
/// # Errors
/// When git cannot read them.
pub fn marked(repo: &Repo, (old, new): (&Oid, &Oid), changes: &[FileChange]) -> anyhow::Result<Vec<String>> {
    let read: Vec<&FileChange> = changes.iter().filter(|c| !c.binary && c.added > 0).collect();
    let mut found = Vec::new();
    for some in read.chunks(AT_ONCE) {
        let texts = |commit: &Oid| -> anyhow::Result<Vec<Vec<u8>>> {
            let places: Vec<_> = some.iter().map(|c| (commit.clone(), c.path.clone())).collect();
            let blobs = repo.find_blobs(&places)?;
            let known: Vec<Oid> = blobs.iter().flatten().cloned().collect();
            let mut contents = repo.read_blobs(&known)?.into_iter();
            let mut content = |blob: &Option<Oid>| blob.as_ref().and(contents.next()).flatten();
            Ok(blobs.iter().map(|blob| content(blob).unwrap_or_default()).collect())
        };
        let pairs = texts(new)?.into_iter().zip(texts(old)?);
        let marked = some.iter().zip(pairs).filter(|(_, (new, old))| markers::are_added(new, old));
        found.extend(marked.map(|(change, _)| change.path.clone()));
    }
    if found.is_empty() {
        return Ok(found);
    }
    let checks = repo.call("diff").env("GIT_LITERAL_PATHSPECS", "1");
    let checks = checks.args(["--check", "--no-ext-diff", old.as_str(), new.as_str(), "--"]);
    let said = repo.git().finish(checks.args(&found))?.stdout;
    let said = String::from_utf8_lossy(&said);
    found.retain(|path| {
        said.lines().any(|line| {
            let rest = line.strip_prefix(path.as_str());
            rest.is_some_and(|rest| rest.starts_with(':') && rest.ends_with("leftover conflict marker"))
        })
    });
    Ok(found)
}
