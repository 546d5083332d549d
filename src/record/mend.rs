//! A power cut can leave the file of a ref empty, or with something else in it than an object's name.
//! Git then refuses every fetch of the repository, and a new note would open another record. The log is
//! put back to the last move that its reflog knows.

use super::store::log_ref;
use crate::git::Repo;
use crate::git::access::Access;
use crate::git::records::ROOT;
use crate::model::oid::Oid;
use crate::model::text::safe;
use crate::system::files;
use std::path::Path;

/// Mends the logs whose ref is no ref any more. What cannot be mended is taken out of git's way.
pub(crate) fn broken_refs(repo: &Repo) {
    let dir = repo.common_dir().join(ROOT);
    for id in files::names_in(&dir) {
        let path = dir.join(&id).join("log");
        if files::is_no_file(&path) {
            continue;
        }
        let is_whole = match files::read_small(&path, 4096) {
            Ok(None) => true,
            Ok(Some(text)) => Oid::parse(text.trim()).is_some() || text.starts_with("ref:"),
            // Not read now does not mean empty.
            Err(error) => error.kind() != std::io::ErrorKind::InvalidData,
        };
        if !is_whole {
            mend(repo, &id, &path);
        }
    }
}

fn mend(repo: &Repo, id: &str, path: &Path) {
    let name = log_ref(id);
    let before = last_move(repo, &name);
    if let Err(error) = files::remove_file(path) {
        log::warn!("{} is damaged and cannot be removed: {error}", safe(&name));
        return;
    }
    repo.forget_refs();
    let put_back = match (&before, repo.find_ref(&name)) {
        // The packed ref is older than the file that was lost.
        (Some(oid), Ok(packed)) => {
            repo.move_ref(&name, packed.as_ref(), oid, "hotfix: mended").and_then(|()| repo.flush())
        }
        (None, _) => Ok(()),
        (_, Err(error)) => Err(error),
    };
    match (put_back, before) {
        (Ok(()), Some(oid)) => {
            log::warn!(
                "the ref of the log {} was damaged; it is back at {}, as its reflog has it",
                safe(id),
                oid.short()
            );
        }
        (Ok(()), None) => {
            log::warn!("the ref of the log {} was damaged, and git does not know what it was", safe(id))
        }
        (Err(error), _) => {
            log::warn!("the ref of the log {} could not be put back: {}", safe(id), error.detail())
        }
    }
}

/// The last commit that the reflog of a ref names and that is still here. Git does not read the reflog
/// of a ref that is damaged.
fn last_move(repo: &Repo, name: &str) -> Option<Oid> {
    let text = files::read_optional(&repo.common_dir().join("logs").join(name)).ok().flatten()?;
    let moved_to = |line: &str| line.split(' ').nth(1).and_then(Oid::parse);
    text.lines().rev().filter_map(moved_to).find(|oid| repo.commit(oid).is_ok())
}
