//! Reading a repository in this process: a test looks far more often than it changes something, and each
//! look by git would be a process of its own. What libgit2 cannot read, git is asked.

use super::repo::Repo;
use git2::{Object, Repository};
use std::collections::BTreeMap;
use std::path::PathBuf;

impl Repo {
    /// What a look in this process finds; `None` where git has to be asked.
    fn look<T>(&self, look: impl FnOnce(&Repository) -> Result<T, git2::Error>) -> Option<T> {
        look(&Repository::open(&self.dir).ok()?).ok()
    }

    /// The full object id of a revision.
    #[track_caller]
    pub fn rev(&self, revision: &str) -> String {
        self.look(|git| Ok(git.revparse_single(revision)?.id().to_string()))
            .unwrap_or_else(|| self.git(["rev-parse", "--verify", "--quiet", "--end-of-options", revision]))
    }

    /// Whether the revision is there.
    pub fn has_rev(&self, revision: &str) -> bool {
        self.look(|git| Ok(git.revparse_single(revision).is_ok()))
            .unwrap_or_else(|| self.git_agrees(["rev-parse", "--verify", "--quiet", revision]))
    }

    /// The tree of a commit.
    #[track_caller]
    pub fn tree(&self, commit: &str) -> String {
        self.rev(&format!("{commit}^{{tree}}"))
    }

    /// Whether `tip` contains `commit`.
    pub fn contains(&self, tip: &str, commit: &str) -> bool {
        let commit_of = |object: Object<'_>| object.peel_to_commit().map(|c| c.id());
        self.look(|git| {
            let (tip, commit) =
                (commit_of(git.revparse_single(tip)?)?, commit_of(git.revparse_single(commit)?)?);
            Ok(tip == commit || git.graph_descendant_of(tip, commit)?)
        })
        .unwrap_or_else(|| self.git_agrees(["merge-base", "--is-ancestor", commit, tip]))
    }

    /// The parents of a commit, in order.
    #[track_caller]
    pub fn parents(&self, commit: &str) -> Vec<String> {
        self.look(|git| {
            let commit = git.revparse_single(commit)?.peel_to_commit()?;
            Ok(commit.parent_ids().map(|id| id.to_string()).collect())
        })
        .unwrap_or_else(|| {
            let listed = self.git(["rev-list", "--parents", "-n1", commit]);
            listed.split(' ').skip(1).map(str::to_owned).collect()
        })
    }

    /// A file as it is in a commit, without the last line end.
    #[track_caller]
    pub fn show(&self, commit: &str, path: &str) -> String {
        let place = format!("{commit}:{path}");
        self.look(|git| {
            let blob = git.revparse_single(&place)?.peel_to_blob()?;
            Ok(String::from_utf8_lossy(blob.content()).trim_end().to_owned())
        })
        .unwrap_or_else(|| self.git(["show", &place]))
    }

    /// The branch that is checked out here, if one is.
    pub fn current_branch(&self) -> Option<String> {
        let target = self.look(|git| {
            let head = git.find_reference("HEAD")?;
            Ok(String::from_utf8_lossy(head.symbolic_target_bytes().unwrap_or_default()).into_owned())
        });
        let target = target.unwrap_or_else(|| {
            self.git_call(["symbolic-ref", "--quiet", "HEAD"]).run().stdout.trim_end().to_owned()
        });
        target.strip_prefix("refs/heads/").map(str::to_owned)
    }

    /// The git directory of this worktree.
    pub fn git_dir(&self) -> PathBuf {
        self.look(|git| Ok(git.path().to_owned()))
            .unwrap_or_else(|| self.git(["rev-parse", "--path-format=absolute", "--git-dir"]).into())
    }

    /// The git directory that all worktrees share.
    pub fn common_dir(&self) -> PathBuf {
        self.look(|git| Ok(git.commondir().to_owned()))
            .unwrap_or_else(|| self.git(["rev-parse", "--path-format=absolute", "--git-common-dir"]).into())
    }

    /// Every ref with its value.
    pub fn refs(&self) -> BTreeMap<String, String> {
        let listed = self.git(["for-each-ref", "--format=%(refname) %(objectname)"]);
        let pair = |line: &str| line.split_once(' ').map(|(name, oid)| (name.to_owned(), oid.to_owned()));
        listed.lines().filter_map(pair).collect()
    }

    /// Whether the ref exists.
    pub fn has_ref(&self, name: &str) -> bool {
        self.look(|git| Ok(git.find_reference(name).is_ok()))
            .unwrap_or_else(|| self.refs().contains_key(name))
    }
}
