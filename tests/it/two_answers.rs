//! libgit2 and git are asked the same questions, in every kind of repository that both can read.
//! What libgit2 answers, git must answer, too; where libgit2 gives up, git's word is taken.

use crate::support::{Repo, empty_shop, odd_shop, raw_commit};
use hotfix::git::GitError;
use hotfix::git::access::Access;
use hotfix::git::command::Command;
use hotfix::git::git_command::Git;
use hotfix::git::library::Library;
use hotfix::model::oid::Oid;
use hotfix::system::env::Env;
use std::cell::RefCell;
use std::collections::BTreeSet;
use std::fmt::Debug;

pub const NOWHERE: &str = "00000000000000000000000000000000000000aa";

/// Both ways of asking one repository.
pub struct Both {
    pub library: Library,
    pub command: Command,
    /// What libgit2 gave up on.
    given_up: RefCell<BTreeSet<String>>,
}

impl Both {
    pub fn of(repo: &Repo) -> Self {
        let opened = git2::Repository::open(&repo.dir).unwrap();
        let git_dir = opened.path().canonicalize().unwrap();
        let worktree = opened.workdir().map(|dir| dir.canonicalize().unwrap());
        let command = Command::new(Git::new(&Env::from_os()), git_dir, worktree);
        Self { library: Library::new(opened), command, given_up: RefCell::default() }
    }

    /// Asks both and demands that they agree.
    #[track_caller]
    fn agree<T: Debug + PartialEq>(
        &self,
        question: &str,
        ask: impl Fn(&dyn Access) -> Result<T, GitError>,
    ) -> Option<T> {
        // libgit2 first, as the program asks: git fetches what a partial clone lacks.
        let library = ask(&self.library);
        let git = ask(&self.command);
        match library {
            Ok(answer) => {
                let git = git.unwrap_or_else(|e| panic!("{question}: git fails: {e:#?}"));
                let (ours, theirs) = (format!("{answer:#?}"), format!("{git:#?}"));
                let differs = ours.lines().zip(theirs.lines()).find(|(a, b)| a != b);
                assert!(
                    answer == git,
                    "{question}: libgit2 and git differ: {differs:#?}\n{answer:?}\n{git:?}"
                );
                Some(answer)
            }
            Err(_) => {
                self.given_up.borrow_mut().insert(question.to_owned());
                git.ok()
            }
        }
    }

    /// Asks everything there is to ask about what the repository holds.
    #[track_caller]
    fn agree_about_everything(&self, repo: &Repo) {
        self.agree("head", |a| a.head());
        for prefix in ["refs/", "refs/heads/", "refs/tags/", "refs/remotes/origin/", "refs/nothing/"] {
            self.agree(prefix, |a| a.refs(prefix));
        }
        let refs = self.agree("refs", |a| a.refs("refs/")).unwrap();
        let named = refs.iter().take(40).map(|r| r.name.as_str());
        let others = ["HEAD", "refs/remotes/origin/HEAD", "refs/heads/none", "refs/heads", "refs/tags/"];
        for name in named.chain(others) {
            self.agree(name, |a| a.find_ref(name));
        }
        for tag in refs.iter().filter(|r| r.name.starts_with("refs/tags/")) {
            self.agree(&format!("date of {}", tag.name), |a| a.tagged_at(&tag.name));
        }
        let text = repo.git_call(["rev-list", "--all", "--reflog", "--max-count=40"]).run().stdout;
        let commits: Vec<Oid> = text.lines().filter_map(Oid::parse).collect();
        let objects = refs.iter().map(|r| r.oid.clone()).take(40).chain(commits.iter().cloned());
        for oid in objects.chain(Oid::parse(NOWHERE)) {
            self.agree(&format!("has {oid}"), |a| a.has(&oid));
            self.agree(&format!("peel {oid}"), |a| a.peel(&oid));
        }
        for commit in &commits {
            let found = self.agree(&format!("commit {commit}"), |a| a.commit(commit)).unwrap();
            self.agree("peel a tree", |a| a.peel(&found.tree));
            self.agree(&format!("log {commit}"), |a| a.log(commit, &[], 100));
            self.agree(&format!("links {commit}"), |a| a.links(commit, &[], 100));
            self.agree("log one", |a| a.log(commit, &[], 1));
        }
        let few: Vec<&Oid> = commits.iter().take(7).collect();
        for (a, b) in few.iter().flat_map(|a| few.iter().map(move |b| (*a, *b))) {
            let pair = format!("{} {}", a.short(), b.short());
            self.agree(&format!("is_ancestor {pair}"), |x| x.is_ancestor(a, b));
            self.agree(&format!("log {pair}"), |x| x.log(a, std::slice::from_ref(b), 100));
            self.agree(&format!("changes {pair}"), |x| x.changes(a, b));
            self.same_base(repo, a, b);
        }
        self.agree_about_files(repo, &commits);
    }

    fn same_base(&self, repo: &Repo, a: &Oid, b: &Oid) {
        let all = repo.git_call(["merge-base", "--all", a.as_str(), b.as_str()]).run().stdout;
        let best: Vec<Oid> = all.lines().filter_map(Oid::parse).collect();
        for one in [&self.library as &dyn Access, &self.command] {
            match one.merge_base(a, b).unwrap() {
                Some(base) => assert!(best.contains(&base), "{base} is no best base of {a} and {b}"),
                None => assert!(best.is_empty(), "{a} and {b} have a base: {best:?}"),
            }
        }
    }

    fn agree_about_files(&self, repo: &Repo, commits: &[Oid]) {
        let mut paths: Vec<String> =
            ["", "nothing", "src", "src/nothing/at/all", "src/login.rs/deeper", "/src"]
                .map(str::to_owned)
                .into();
        for commit in commits {
            let listed = repo.git_call(["ls-tree", "-r", "-z", "--name-only", commit.as_str()]).run().stdout;
            paths.extend(listed.split('\0').filter(|p| !p.is_empty()).map(str::to_owned));
        }
        paths.sort();
        paths.dedup();
        for commit in commits {
            self.agree(&format!("list_tree {commit}"), |a| a.list_tree(&a.commit(commit)?.tree));
        }
        for path in &paths {
            for commit in commits.iter().take(2) {
                self.agree(&format!("blob {path:?} in {commit}"), |a| a.blob(commit, path));
                self.agree(&format!("tree_file {path:?}"), |a| a.tree_file(&a.commit(commit)?.tree, path));
                self.agree(&format!("tree_blob {path:?}"), |a| a.tree_blob(&a.commit(commit)?.tree, path));
            }
            self.agree(&format!("blobs {path:?}"), |a| a.blobs(commits, path, usize::MAX));
            self.agree(&format!("small blobs {path:?}"), |a| a.blobs(commits, path, 10));
        }
    }

    /// Demands that libgit2 has answered everything but what cannot be answered.
    #[track_caller]
    fn libgit2_answered(&self) {
        let senseless = ["refs/tags/", NOWHERE, "\"\"", "\"/src\""];
        let given_up = self.given_up.borrow();
        let others: Vec<_> = given_up.iter().filter(|q| !senseless.iter().any(|s| q.contains(s))).collect();
        assert!(others.is_empty(), "libgit2 gave up on {others:#?}");
    }
}

fn beside(repo: &Repo, name: &str) -> Repo {
    Repo::at(&repo.world, repo.world.root.join(name))
}

/// A clone of the odd shop, made with these flags.
fn clone_of(shop: &Repo, flags: &[&str]) -> Repo {
    let clone = beside(shop, "clone");
    let url = format!("file://{}", shop.dir.display());
    shop.git(["config", "uploadpack.allowFilter", "true"]);
    shop.git(["config", "uploadpack.allowAnySHA1InWant", "true"]);
    let place = clone.dir.to_string_lossy().into_owned();
    shop.git([&["clone", "-q"], flags, &[&url, &place]].concat());
    clone
}

#[track_caller]
fn agrees(repo: &Repo) {
    let both = Both::of(repo);
    both.agree_about_everything(repo);
    both.libgit2_answered();
}

#[test]
fn in_a_repository_with_everything_in_it() {
    agrees(&odd_shop());
}

#[test]
fn when_everything_is_packed() {
    let shop = odd_shop();
    shop.git(["gc", "-q", "--prune=now"]);
    shop.git(["pack-refs", "--all"]);
    shop.git(["commit-graph", "write", "--reachable"]);
    shop.git(["multi-pack-index", "write"]);
    agrees(&shop);
    // A loose ref wins over a packed one.
    shop.git(["update-ref", "refs/heads/develop", "refs/heads/left"]);
    shop.git(["tag", "-d", "light"]);
    agrees(&shop);
}

#[test]
fn in_a_bare_clone() {
    agrees(&clone_of(&odd_shop(), &["--bare"]));
}

#[test]
fn in_a_shallow_clone() {
    let shop = odd_shop();
    agrees(&clone_of(&shop, &["--depth=2", "--no-single-branch", "--no-checkout"]));
}

#[test]
fn in_a_clone_that_borrows_its_objects() {
    let shop = odd_shop();
    let clone = beside(&shop, "borrowing");
    shop.git(["clone", "-q", "--shared", "--no-checkout", ".", &clone.dir.to_string_lossy()]);
    agrees(&clone);
}

#[test]
fn in_a_linked_worktree() {
    let shop = odd_shop();
    let other = beside(&shop, "other");
    shop.git(["worktree", "add", "-q", "--no-checkout", &other.dir.to_string_lossy(), "develop"]);
    agrees(&other);
    other.git(["symbolic-ref", "HEAD", "refs/heads/not-yet"]);
    agrees(&other);
}

#[test]
fn attributes_call_no_text_binary_in_a_sparse_checkout_either() {
    let shop = empty_shop();
    shop.write("assets/.gitattributes", "*.txt -diff\n");
    shop.write("assets/words.txt", "one\n");
    shop.write("src/words.txt", "one\n");
    shop.git(["add", "."]);
    shop.commit("a", "a\n");
    shop.write("assets/words.txt", "one\ntwo\n");
    shop.write("src/words.txt", "one\ntwo\n");
    shop.git(["add", "."]);
    shop.commit("a", "b\n");
    shop.git(["sparse-checkout", "set", "src"]);
    assert!(!shop.dir.join("assets").exists());
    let both = Both::of(&shop);
    let commit = |rev: &str| Oid::parse(&shop.rev(rev)).unwrap();
    let found = both.agree("changes", |a| a.changes(&commit("HEAD~1"), &commit("HEAD"))).unwrap();
    for path in ["assets/words.txt", "src/words.txt"] {
        assert!(found.iter().any(|f| f.path == path && f.added == 1 && !f.binary), "{found:?}");
    }
}

#[test]
fn in_a_submodule() {
    let inner = odd_shop();
    let outer = beside(&inner, "outer");
    std::fs::create_dir_all(&outer.dir).unwrap();
    outer.git(["init", "-q", "-b", "main"]);
    let url = inner.dir.to_string_lossy().into_owned();
    inner.git(["update-ref", "-d", "refs/heads/alias"]);
    std::fs::create_dir_all(outer.dir.join(".git/modules")).unwrap();
    let clone = outer.git_call(["clone", "-q", "--separate-git-dir", ".git/modules/inner", &url, "inner"]);
    clone.env("GIT_CLONE_PROTECTION_ACTIVE", "0").run().ok();
    agrees(&Repo::at(&outer.world, outer.dir.join("inner")));
}

#[test]
fn on_a_detached_head_and_without_any_commit() {
    let empty = empty_shop();
    let both = Both::of(&empty);
    both.agree_about_everything(&empty);
    let shop = odd_shop();
    shop.git(["checkout", "-q", "-f", "--detach", "develop~1"]);
    agrees(&shop);
    shop.git(["symbolic-ref", "HEAD", "refs/heads/alias"]);
    agrees(&shop);
}

#[test]
fn with_hundreds_of_tags() {
    let shop = empty_shop();
    shop.commit("a", "a\n");
    let tip = shop.rev("HEAD");
    let tags: String = (0..300).map(|n| format!("create refs/tags/v1.{n}.0 {tip}\n")).collect();
    shop.git_call(["update-ref", "--stdin"]).stdin(tags).run().ok();
    agrees(&shop);
    shop.git(["pack-refs", "--all"]);
    agrees(&shop);
}

#[test]
fn in_partial_clones_git_fetches_what_libgit2_lacks() {
    for filter in ["--filter=blob:none", "--filter=tree:0"] {
        let shop = odd_shop();
        // A server cannot serve trees one by one where a tag names one.
        shop.git(["tag", "-d", "a-tree", "a-blob"]);
        let clone = clone_of(&shop, &["--no-checkout", filter]);
        let both = Both::of(&clone);
        let tip = Oid::parse(&clone.rev("refs/remotes/origin/main")).unwrap();
        let old = Oid::parse(&clone.rev("refs/remotes/origin/develop~1")).unwrap();
        // libgit2 first, as the program asks: what it lacks it must not call absent.
        assert!(both.library.blob(&tip, "src/sign in.rs").is_err(), "{filter}");
        assert!(
            both.library.blobs(std::slice::from_ref(&tip), "src/no-end", usize::MAX).is_err(),
            "{filter}"
        );
        assert!(both.library.changes(&old, &tip).is_err(), "{filter}");
        both.agree_about_everything(&clone);
    }
}

#[test]
fn a_message_in_another_encoding_is_left_to_git() {
    let shop = empty_shop();
    shop.commit("a", "a\n");
    let ada = b"Ada <ada@example.com> 1763800000 +0000";
    raw_commit(&shop, ada, b"encoding ISO-8859-1\n", b"gr\xfcn und gut\n");
    let both = Both::of(&shop);
    let tip = Oid::parse(&shop.rev("main")).unwrap();
    assert!(both.library.commit(&tip).is_err() && both.library.log(&tip, &[], 9).is_err());
    assert_eq!(both.command.commit(&tip).unwrap().message, "gr\u{fc}n und gut\n");
}
