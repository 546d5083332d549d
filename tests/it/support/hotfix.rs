//! A hotfix that was started, and the chain that takes it to its end.

use super::ran::Ran;
use super::repo::Repo;
use super::shop::Shop;
use serde_json::Value;
use std::ops::Deref;

/// The file that is broken in production.
pub const LOGIN: &str = "pub fn login(user: &str) -> bool {\n    // The session is looked up first.\n    \
                         let session = find(user);\n\n    session.unwrap()\n}\n";

/// The same file, repaired.
pub const FIXED_LOGIN: &str = "pub fn login(user: &str) -> bool {\n    // The session is looked up first.\n    \
                               let session = find(user);\n\n    session.unwrap_or(false)\n}\n";

/// The five questions.
pub const ALL_CHECKS: [&str; 5] = ["resolves", "critical-paths", "tests", "reviewed", "staging"];

/// A hotfix on its branch. Dereferences to the worktree in which it is worked on.
pub struct Hotfix {
    /// Where the branch is checked out.
    worktree: Repo,
    /// The clone from which it is finished.
    home: Repo,
    pub name: String,
    pub branch: String,
}

impl Deref for Hotfix {
    type Target = Repo;

    fn deref(&self) -> &Repo {
        &self.worktree
    }
}

impl Hotfix {
    #[track_caller]
    pub(super) fn find(shop: &Shop, name: &str) -> Self {
        let ending = format!("/{name}");
        let here = |w: &Repo| w.current_branch().is_some_and(|branch| branch.ends_with(&ending));
        let worktree = shop.worktrees().into_iter().find(here);
        let worktree = worktree.unwrap_or_else(|| panic!("no worktree has a branch for {name} checked out"));
        let branch = worktree.current_branch().unwrap_or_default();
        Self { worktree, home: shop.repo.clone(), name: name.to_owned(), branch }
    }

    /// Writes and commits one file.
    pub fn fix(self, path: &str, text: &str) -> Self {
        self.worktree.commit_as(&format!("Fix {path}"), path, text);
        self
    }

    /// Commits the repair of the login.
    pub fn fix_login(self) -> Self {
        self.fix("src/login.rs", FIXED_LOGIN)
    }

    /// Answers every question of the checklist; a colleague reviewed it.
    #[track_caller]
    pub fn answer_all(self) -> Self {
        self.answer(&[
            "resolves=yes",
            "critical-paths=yes",
            "tests=yes",
            "reviewed=grace@example.com",
            "staging=yes",
        ])
    }

    /// Answers these questions.
    #[track_caller]
    pub fn answer(self, answers: &[&str]) -> Self {
        let mut args = vec!["check", "--hotfix", &self.name];
        args.extend(answers.iter().flat_map(|answer| ["--answer", answer]));
        self.worktree.hotfix(args).ok();
        self
    }

    /// Pushes the branch.
    pub fn published(self) -> Self {
        let name = self.worktree.git(["remote"]);
        let full = format!("refs/heads/{}", self.branch);
        self.worktree.git(["push", "-q", "-u", &name, &format!("{full}:{full}")]);
        self
    }

    /// `hotfix finish NAME -y`, from the clone.
    pub fn finish(&self) -> Ran {
        self.finish_with(&[])
    }

    /// `hotfix finish NAME -y` with further flags, from the clone.
    pub fn finish_with(&self, flags: &[&str]) -> Ran {
        self.home.hotfix([&["finish", &self.name, "-y"], flags].concat())
    }

    /// The plan, as JSON, whatever its exit status.
    pub fn plan(&self) -> Value {
        self.finish_with(&["--dry-run", "--json"]).json()
    }

    /// The commit at the branch's tip.
    pub fn tip(&self) -> String {
        self.home.rev(&format!("refs/heads/{}", self.branch))
    }

    /// Whether the branch still exists here.
    pub fn has_branch(&self) -> bool {
        self.home.has_ref(&format!("refs/heads/{}", self.branch))
    }

    /// What `status --json` says about it.
    #[track_caller]
    pub fn status(&self) -> Value {
        let ran = self.home.hotfix(["status", &self.name, "--json"]);
        ran.ok();
        ran.json()
    }

    /// The state of one question: `pass`, `fail`, `waived`, `stale` or `open`.
    #[track_caller]
    pub fn check_state(&self, id: &str) -> String {
        let status = self.status();
        let checks = status["checks"].as_array().expect("status has no checks");
        let check = checks.iter().find(|check| check["id"] == id);
        let check = check.unwrap_or_else(|| panic!("status lists no check called {id}: {checks:?}"));
        check["state"].as_str().unwrap_or_default().to_owned()
    }

    /// The state of one of the seven steps.
    #[track_caller]
    pub fn step_state(&self, id: &str) -> String {
        let status = self.status();
        let steps = status["steps"].as_array().expect("status has no steps");
        let step = steps.iter().find(|step| step["id"] == id).unwrap_or_else(|| panic!("no step {id}"));
        step["state"].as_str().unwrap_or_default().to_owned()
    }
}
