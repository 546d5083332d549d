//! What a forge knows: requests, approvals, checks, rules; and merging, in the real repository.

use super::Flavour;
use std::cell::RefCell;
use std::collections::{BTreeMap, BTreeSet};
use std::path::PathBuf;
use std::process::{Command, Stdio};

/// One pull request.
#[derive(Clone, Debug)]
pub struct Pull {
    pub number: u64,
    pub head: String,
    pub base: String,
    /// It comes from the fork.
    pub forked: bool,
    pub title: String,
    pub body: String,
    /// `open`, `closed`, `merged`.
    pub state: &'static str,
    pub head_sha: String,
    pub merged_as: Option<String>,
    pub merged_by: &'static str,
    /// Who said yes, and to what.
    pub approvals: Vec<(String, String)>,
    pub draft: bool,
    /// Merged by the forge as soon as nothing holds it up.
    pub auto: Option<String>,
}

/// Everything.
pub struct Model {
    dir: PathBuf,
    /// A person's own copy, me/shop.
    pub fork: Option<PathBuf>,
    /// What a repository is a fork of, by the forge's word.
    pub parent: Option<&'static str>,
    pub base: String,
    flavour: Flavour,
    pub pulls: Vec<Pull>,
    pub protected: BTreeSet<String>,
    /// Protected branches want so many approvals.
    pub approvals: usize,
    /// Checks that they require.
    pub checks: Vec<String>,
    /// What has reported: commit and name to `success`, `pending`, `failure`.
    pub reported: BTreeMap<(String, String), &'static str>,
    /// `merge`, `squash`, `rebase`.
    pub methods: Vec<&'static str>,
    /// The branch goes when its request is merged.
    pub deletes: bool,
    /// Only through the queue.
    pub queue: bool,
    /// Whether it cannot be merged without its base in it.
    pub strict: bool,
    /// So many looks find it still computing.
    pub computing: u32,
    /// Git sees a merge only after so many more calls, as behind a replica.
    pub lag: u32,
    late: Option<(u32, String, String)>,
    merges: RefCell<BTreeMap<(String, String), Option<String>>>,
    /// Its merges have another tree than git's.
    pub other_tree: bool,
    /// Its merges bring something of their own along.
    pub evil: bool,
    /// What it calls bringing the base into a branch brings something of its own along.
    pub sneaks: bool,
    /// Who approves may not write.
    pub unofficial: bool,
    /// GraphQL is refused to this token.
    pub no_graphql: bool,
    /// Deployments, the newest first: environment, and `success`, `failure` or `running`.
    pub rollouts: Vec<(&'static str, &'static str)>,
    /// What was asked for in merges and by opening: for assertions.
    pub merge_messages: Vec<String>,
}

impl Model {
    pub fn new(dir: PathBuf, base: &str, flavour: Flavour) -> Self {
        Self {
            dir,
            fork: None,
            parent: None,
            base: base.to_owned(),
            flavour,
            pulls: Vec::new(),
            protected: BTreeSet::new(),
            approvals: 0,
            checks: Vec::new(),
            reported: BTreeMap::new(),
            methods: vec!["merge", "squash", "rebase"],
            deletes: false,
            queue: false,
            strict: false,
            computing: 0,
            lag: 0,
            late: None,
            merges: RefCell::default(),
            other_tree: false,
            evil: false,
            sneaks: false,
            unofficial: false,
            no_graphql: false,
            rollouts: Vec::new(),
            merge_messages: Vec::new(),
        }
    }

    /// Refuses pushes to a branch, as a hook of the server does.
    pub fn protect(&mut self, branch: &str) {
        self.protected.insert(branch.to_owned());
        let names: Vec<String> = self.protected.iter().map(|b| format!("refs/heads/{b}")).collect();
        std::fs::write(self.dir.join("protected"), names.join("\n") + "\n").unwrap();
        let hook = "#!/bin/sh\nwhile read old new ref; do\n  if grep -qxF \"$ref\" protected; then\n    \
                    echo \"GH006: Protected branch update failed for $ref.\" >&2\n    exit 1\n  fi\ndone\nexit 0\n";
        let path = self.dir.join("hooks/pre-receive");
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        // A child writes it: see World::write_program.
        let script = r#"printf '%s' "$1" >"$2" && chmod +x "$2""#;
        let status = Command::new("sh").args(["-c", script, "sh", hook]).arg(path).status().unwrap();
        assert!(status.success());
    }

    /// Runs git in the repository behind it.
    pub fn git(&self, args: &[&str]) -> String {
        self.try_git(args).unwrap_or_else(|| panic!("git {args:?}"))
    }

    pub fn try_git(&self, args: &[&str]) -> Option<String> {
        let out = Command::new("git")
            .args(args)
            .current_dir(&self.dir)
            .env("PATH", crate::support::world::search_path())
            .env("GIT_CONFIG_GLOBAL", "/dev/null")
            .env("GIT_CONFIG_NOSYSTEM", "1")
            .envs([("GIT_AUTHOR_NAME", "Bo"), ("GIT_AUTHOR_EMAIL", "bo@example.com")])
            .envs([("GIT_COMMITTER_NAME", "Forge"), ("GIT_COMMITTER_EMAIL", "forge@example.com")])
            .envs([
                ("GIT_AUTHOR_DATE", "2026-11-22T15:00:00Z"),
                ("GIT_COMMITTER_DATE", "2026-11-22T15:00:00Z"),
            ])
            .stderr(Stdio::null())
            .output()
            .unwrap();
        out.status.success().then(|| String::from_utf8(out.stdout).unwrap().trim_end().to_owned())
    }

    /// A tree of these lines, as `git ls-tree` writes them.
    pub fn make_tree(&self, lines: &str) -> String {
        let file = self.dir.join("tree.tmp");
        std::fs::write(&file, lines.trim_start()).unwrap();
        let out = Command::new("git")
            .arg("mktree")
            .current_dir(&self.dir)
            .env("PATH", crate::support::world::search_path())
            .stdin(std::fs::File::open(&file).unwrap())
            .output()
            .unwrap();
        assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        String::from_utf8(out.stdout).unwrap().trim().to_owned()
    }

    pub fn tip(&self, branch: &str) -> Option<String> {
        let repo = git2::Repository::open_bare(&self.dir).unwrap();
        repo.refname_to_id(&format!("refs/heads/{branch}")).ok().map(|tip| tip.to_string())
    }

    /// The tree of two commits merged, where they do not conflict; it is asked for with every answer.
    pub fn merged(&self, base: &str, head: &str) -> Option<String> {
        let pair = (base.to_owned(), head.to_owned());
        let merge = || self.try_git(&["merge-tree", "--write-tree", base, head]);
        self.merges.borrow_mut().entry(pair).or_insert_with(merge).clone()
    }

    /// The branch of a request, also in the fork; its commits are here afterwards.
    fn head(&self, pull: &Pull) -> Option<String> {
        if !pull.forked {
            return self.tip(&pull.head);
        }
        let fork = self.fork.as_ref()?.to_string_lossy().into_owned();
        self.try_git(&["fetch", "-q", &fork, &format!("refs/heads/{}", pull.head)])?;
        self.try_git(&["rev-parse", "FETCH_HEAD"])
    }

    /// Moves or deletes the branch of a request.
    fn set_head(&self, pull: &Pull, commit: &str) {
        let name = format!("refs/heads/{}", pull.head);
        match &self.fork {
            Some(fork) if pull.forked => drop(self.git(&[
                "push",
                "-q",
                "--force",
                &fork.to_string_lossy(),
                &format!("{commit}:{name}"),
            ])),
            _ if commit.is_empty() => drop(self.git(&["update-ref", "-d", &name])),
            _ => self.set(&name, commit),
        }
    }

    /// Where a request comes from.
    pub fn source(&self, pull: &Pull) -> &'static str {
        if pull.forked { "me/shop" } else { "team/shop" }
    }

    pub fn has(&self, tip: &str, commit: &str) -> bool {
        self.try_git(&["merge-base", "--is-ancestor", commit, tip]).is_some()
    }

    pub fn set(&self, name: &str, commit: &str) {
        self.git(&["update-ref", name, commit]);
    }

    /// The heads of open requests follow their branches.
    pub fn refresh(&mut self) {
        let mut moved = Vec::new();
        for pull in self.pulls.iter().filter(|p| p.state == "open") {
            if let Some(tip) = self.head(pull) {
                moved.push((pull.number, tip));
            }
        }
        for (number, tip) in moved {
            let name = match self.flavour {
                Flavour::GitLab => format!("refs/merge-requests/{number}/head"),
                _ => format!("refs/pull/{number}/head"),
            };
            self.set(&name, &tip);
            self.pull_mut(number).head_sha = tip;
        }
        let ready: Vec<(u64, String)> = self
            .pulls
            .iter()
            .filter(|p| p.state == "open" && self.blocked(p).is_none())
            .filter_map(|p| Some((p.number, p.auto.clone()?)))
            .collect();
        for (number, method) in ready {
            self.merge(number, &method, "auto", "forge").unwrap();
        }
    }

    /// What lags behind is there now.
    pub fn catch_up_at_once(&mut self) {
        if let Some((_, name, commit)) = self.late.take() {
            self.set(&name, &commit);
        }
        self.lag = 0;
    }

    /// What lags behind comes a call nearer.
    pub fn catch_up(&mut self) {
        match self.late.take() {
            Some((0, name, commit)) => self.set(&name, &commit),
            Some((calls, name, commit)) => self.late = Some((calls - 1, name, commit)),
            None => {}
        }
    }

    pub fn pull(&self, number: u64) -> Option<&Pull> {
        self.pulls.iter().find(|p| p.number == number)
    }

    pub fn pull_mut(&mut self, number: u64) -> &mut Pull {
        self.pulls.iter_mut().find(|p| p.number == number).unwrap()
    }

    /// Opens one; why not, else.
    pub fn open(
        &mut self,
        head: &str,
        base: &str,
        title: &str,
        body: &str,
        draft: bool,
    ) -> Result<u64, String> {
        let (owner, head) = head.split_once(':').unwrap_or(("team", head));
        let mut pull = Pull {
            number: self.pulls.len() as u64 + 7,
            head: head.into(),
            base: base.into(),
            forked: owner != "team",
            title: title.into(),
            body: body.into(),
            state: "open",
            head_sha: String::new(),
            merged_as: None,
            merged_by: "ada",
            approvals: Vec::new(),
            draft,
            auto: None,
        };
        let Some(head_sha) = self.head(&pull) else { return Err("head invalid".into()) };
        let same =
            |p: &Pull| p.state == "open" && p.head == head && p.base == base && p.forked == pull.forked;
        if self.pulls.iter().any(same) {
            return Err(format!("A pull request already exists for {owner}:{head}."));
        }
        if self.tip(base).is_some_and(|tip| self.has(&tip, &head_sha)) {
            return Err(format!("No commits between {base} and {head}"));
        }
        pull.head_sha = head_sha;
        let number = pull.number;
        self.pulls.push(pull);
        self.refresh();
        Ok(number)
    }

    /// A colleague says yes to the newest commit of a request.
    pub fn approve(&mut self, number: u64) {
        self.refresh();
        let pull = self.pull_mut(number);
        let sha = pull.head_sha.clone();
        pull.approvals.push(("bo".into(), sha));
    }

    /// A check reports for the newest commit of a request.
    pub fn report(&mut self, number: u64, name: &str, state: &'static str) {
        self.refresh();
        let sha = self.pull(number).unwrap().head_sha.clone();
        self.reported.insert((sha, name.into()), state);
    }

    pub fn approvals_of(&self, pull: &Pull) -> usize {
        pull.approvals.iter().filter(|(_, sha)| *sha == pull.head_sha).count()
    }

    pub fn state_of(&self, pull: &Pull, check: &str) -> Option<&'static str> {
        self.reported.get(&(pull.head_sha.clone(), check.to_owned())).copied()
    }

    pub fn is_behind(&self, pull: &Pull) -> bool {
        self.strict && self.tip(&pull.base).is_some_and(|tip| !self.has(&pull.head_sha, &tip))
    }

    pub fn conflicts(&self, pull: &Pull) -> bool {
        let Some(tip) = self.tip(&pull.base) else { return false };
        self.merged(&tip, &pull.head_sha).is_none()
    }

    /// What a merge is refused for.
    pub fn blocked(&self, pull: &Pull) -> Option<String> {
        if pull.draft {
            return Some("Pull Request is still a draft".into());
        }
        if self.conflicts(pull) {
            return Some("Pull Request is not mergeable".into());
        }
        if self.protected.contains(&pull.base) {
            if self.is_behind(pull) {
                return Some("The head branch is behind the base branch".into());
            }
            if self.approvals_of(pull) < self.approvals {
                return Some(
                    "At least 1 approving review is required by reviewers with write access.".into(),
                );
            }
            for check in &self.checks {
                if self.state_of(pull, check) != Some("success") {
                    return Some(format!("Required status check \"{check}\" is expected."));
                }
            }
        }
        None
    }

    /// Merges it in the repository.
    pub fn merge(
        &mut self,
        number: u64,
        method: &str,
        message: &str,
        by: &'static str,
    ) -> Result<String, String> {
        let pull = self.pull(number).unwrap().clone();
        if let Some(why) = self.blocked(&pull) {
            return Err(why);
        }
        if !self.methods.contains(&method) {
            return Err(format!("{method} merges are not allowed on this repository."));
        }
        let base = self.tip(&pull.base).unwrap();
        self.merge_messages.push(message.to_owned());
        let commit = match method {
            "rebase" => self.rebase(&base, &pull.head_sha)?,
            _ => {
                let mut tree = self.merged(&base, &pull.head_sha).expect("a conflict");
                if self.evil {
                    tree = self.with_file(&tree, &base, "EVIL.md");
                }
                let mut args = vec!["commit-tree", tree.as_str(), "-p", base.as_str()];
                if method == "merge" {
                    args.extend(["-p", pull.head_sha.as_str()]);
                }
                let subject = format!("{} (#{number})", pull.title);
                args.extend(["-m", if message.is_empty() { &subject } else { message }]);
                self.git(&args)
            }
        };
        let name = format!("refs/heads/{}", pull.base);
        match self.lag {
            0 => self.set(&name, &commit),
            calls => self.late = Some((calls, name, commit.clone())),
        }
        if self.deletes {
            self.set_head(&pull, "");
        }
        let pull = self.pull_mut(number);
        pull.state = "merged";
        pull.merged_as = Some(commit.clone());
        pull.merged_by = by;
        Ok(commit)
    }

    /// A tree with one more file.
    fn with_file(&self, tree: &str, base: &str, name: &str) -> String {
        let blob = self.git(&["rev-parse", &format!("{base}:README.md")]);
        let listed = self.git(&["ls-tree", tree]);
        self.make_tree(&format!("{listed}\n100644 blob {blob}\t{name}\n"))
    }

    /// Brings the base into a request's branch by a merge.
    pub fn bring_in(&self, number: u64) {
        let pull = self.pull(number).unwrap();
        let (base, tip) = (self.tip(&pull.base).unwrap(), self.head(pull).unwrap());
        let mut tree = self.git(&["merge-tree", "--write-tree", &tip, &base]);
        if self.sneaks {
            tree = self.with_file(&tree, &base, "EVIL.md");
        }
        let commit = self.git(&["commit-tree", &tree, "-p", &tip, "-p", &base, "-m", "Merge branch 'main'"]);
        self.set_head(pull, &commit);
    }

    /// Puts a request's branch on top of its base, in new commits.
    pub fn put_on_top(&self, number: u64) -> Result<(), String> {
        let pull = self.pull(number).unwrap();
        let tip = self.rebase(&self.tip(&pull.base).unwrap(), &pull.head_sha)?;
        self.set_head(pull, &tip);
        Ok(())
    }

    fn rebase(&self, base: &str, head: &str) -> Result<String, String> {
        let place = self.dir.join("rebase");
        let place = place.to_string_lossy().into_owned();
        self.git(&["worktree", "add", "-q", "--detach", &place, head]);
        let done = self.try_git(&["-C", &place, "rebase", "-q", base]);
        let tip = self.git(&["-C", &place, "rev-parse", "HEAD"]);
        self.git(&["worktree", "remove", "--force", &place]);
        done.map(|_| tip).ok_or_else(|| "This branch can't be rebased".to_owned())
    }
}
