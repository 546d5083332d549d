//! The shop: a bare remote, a clone, and colleagues who work on it too.

use super::build::Builder;
use super::hotfix::Hotfix;
use super::ran::Ran;
use super::repo::Repo;
use super::snapshot::Snapshot;
use super::terminal::Terminal;
use std::collections::BTreeMap;
use std::ops::Deref;

/// A team's repository. Dereferences to the clone in which the test works.
pub struct Shop {
    pub repo: Repo,
    /// The bare repository everybody pushes to, if there is one.
    pub remote: Option<Repo>,
    pub remote_name: String,
    pub production: String,
    pub develop: Option<String>,
}

impl Deref for Shop {
    type Target = Repo;

    fn deref(&self) -> &Repo {
        &self.repo
    }
}

impl Shop {
    /// `main` with v1.2.0 on it, `develop` with one commit of its own, a remote called origin.
    pub fn new() -> Self {
        Self::build().go()
    }

    /// A shop that differs from [`Shop::new`].
    pub fn build() -> Builder {
        Builder::default()
    }

    /// Where the truth is: the remote, or this clone when there is none.
    pub fn public(&self) -> &Repo {
        self.remote.as_ref().unwrap_or(&self.repo)
    }

    /// The remote.
    #[track_caller]
    pub fn remote(&self) -> &Repo {
        self.remote.as_ref().expect("this shop has no remote")
    }

    /// Every ref of the remote.
    #[track_caller]
    pub fn remote_refs(&self) -> BTreeMap<String, String> {
        self.remote().refs()
    }

    /// Everything that a refusal must leave as it was.
    pub fn snapshot(&self) -> Snapshot {
        Snapshot::of_shop(self)
    }

    /// Starts a hotfix and returns where it is worked on.
    #[track_caller]
    pub fn start(&self, name: &str) -> Hotfix {
        self.start_with(name, &[])
    }

    /// Starts a hotfix with further flags.
    #[track_caller]
    pub fn start_with(&self, name: &str, flags: &[&str]) -> Hotfix {
        self.hotfix([&["start", name], flags].concat()).ok();
        self.started(name)
    }

    /// The hotfix of this name, which was started already.
    #[track_caller]
    pub fn started(&self, name: &str) -> Hotfix {
        Hotfix::find(self, name)
    }

    /// A hotfix that is ready to be finished: login is fixed, every question answered.
    #[track_caller]
    pub fn ready(&self, name: &str) -> Hotfix {
        self.start(name).fix_login().answer_all()
    }

    /// Runs `hotfix finish NAME -y` from the clone.
    pub fn finish(&self, name: &str) -> Ran {
        self.hotfix(["finish", name, "-y"])
    }

    /// Runs the program in a terminal.
    pub fn terminal(&self, args: &[&str]) -> Terminal {
        Terminal::open(&self.repo, args, &[])
    }

    /// The clone of a colleague, freshly made the first time it is asked for.
    pub fn colleague(&self) -> Repo {
        let dir = self.world.root.join("colleague/shop");
        let colleague = Repo::at(&self.world, &dir);
        if !dir.exists() {
            let url = self.remote().dir.to_string_lossy().into_owned();
            Repo::at(&self.world, &self.world.root).git([
                "clone",
                "-q",
                "-o",
                &self.remote_name,
                &url,
                &dir.to_string_lossy(),
            ]);
            colleague.git(["config", "user.name", "Grace Hopper"]);
            colleague.git(["config", "user.email", "grace@example.com"]);
        }
        colleague
    }

    /// A further clone, of somebody else.
    pub fn clone_of(&self, who: &str) -> Repo {
        let dir = self.world.root.join(format!("{who}/shop"));
        let url = self.remote().dir.display().to_string();
        Repo::at(&self.world, &self.world.root).git(["clone", "-q", &url, &dir.display().to_string()]);
        let clone = Repo::at(&self.world, dir);
        clone.git(["config", "user.name", who]);
        clone.git(["config", "user.email", &format!("{who}@example.com")]);
        clone
    }

    /// A colleague commits one file on a branch and pushes it; returns that commit.
    pub fn colleague_pushes(&self, branch: &str, path: &str, text: &str) -> String {
        let colleague = self.colleague();
        colleague.git(["fetch", "-q", &self.remote_name]);
        let tip = format!("refs/remotes/{}/{branch}", self.remote_name);
        colleague.git(["switch", "-q", "--detach", &tip]);
        let commit = colleague.commit(path, text);
        colleague.git(["push", "-q", &self.remote_name, &format!("HEAD:refs/heads/{branch}")]);
        commit
    }

    /// From now on the remote refuses to update or create this ref, as a protected branch does.
    pub fn refuse_updates_of(&self, name: &str) {
        self.server_rule(&format!("update {name}"));
    }

    /// From now on the remote refuses to delete this ref.
    pub fn refuse_deletion_of(&self, name: &str) {
        self.server_rule(&format!("delete {name}"));
    }

    /// The remote accepts everything again.
    pub fn accept_everything_again(&self) {
        let _ = std::fs::remove_file(self.remote().dir.join("refused"));
    }

    fn server_rule(&self, rule: &str) {
        let remote = self.remote();
        let rules = remote.dir.join("refused");
        let known = std::fs::read_to_string(&rules).unwrap_or_default();
        std::fs::write(&rules, format!("{known}{rule}\n")).unwrap();
        let script = format!(
            "#!/bin/sh\ncase $3 in *[!0]*) what=update ;; *) what=delete ;; esac\n\
             if grep -qxF \"$what $1\" '{}' 2>/dev/null; then\n\
             echo \"GH006: Protected branch update failed for $1.\" >&2\nexit 1\nfi\nexit 0\n",
            rules.display()
        );
        self.world.write_program(&remote.dir.join("hooks/update"), &script);
    }

    /// A shop whose hotfix is published and whose log is shared, and a colleague who has synced.
    #[track_caller]
    pub fn shared(name: &str) -> (Self, Repo) {
        let shop = Self::new();
        shop.start(name).fix_login().published();
        shop.hotfix(["sync", "-y"]).ok();
        let grace = shop.clone_of("grace");
        grace.hotfix(["sync"]).ok().says("received");
        (shop, grace)
    }
}
