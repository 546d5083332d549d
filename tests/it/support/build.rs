//! The shop as a test wants it.

use super::hotfix::LOGIN;
use super::repo::Repo;
use super::require::require;
use super::shop::Shop;
use super::world::World;

/// What the shop's repository looks like; every method changes one thing.
pub struct Builder {
    production: String,
    develop: Option<String>,
    head: Option<String>,
    remote: Option<String>,
    object_format: Option<String>,
    ref_format: Option<String>,
    tags: Vec<String>,
    releases: Vec<String>,
    files: Vec<(String, String)>,
    in_memory: bool,
    at_a_short_path: bool,
}

impl Default for Builder {
    fn default() -> Self {
        Self {
            production: "main".into(),
            develop: Some("develop".into()),
            head: None,
            remote: Some("origin".into()),
            object_format: None,
            ref_format: None,
            tags: vec!["v1.2.0".into()],
            releases: Vec::new(),
            files: Vec::new(),
            in_memory: false,
            at_a_short_path: false,
        }
    }
}

impl Builder {
    /// The branch that is in production.
    pub fn production(mut self, name: &str) -> Self {
        self.production = name.into();
        self
    }

    /// The branch of unreleased work.
    pub fn develop(mut self, name: &str) -> Self {
        self.develop = Some(name.into());
        self
    }

    /// Trunk: no branch of unreleased work.
    pub fn no_develop(mut self) -> Self {
        self.develop = None;
        self
    }

    /// The remote's default branch, when it is not production.
    pub fn default_branch(mut self, name: &str) -> Self {
        self.head = Some(name.into());
        self
    }

    /// What the remote is called.
    pub fn remote_name(mut self, name: &str) -> Self {
        self.remote = Some(name.into());
        self
    }

    /// A repository that lives only here.
    pub fn no_remote(mut self) -> Self {
        self.remote = None;
        self
    }

    /// `sha1` or `sha256`.
    pub fn object_format(mut self, format: &str) -> Self {
        self.object_format = Some(format.into());
        self
    }

    /// `files` or `reftable`.
    pub fn ref_format(mut self, format: &str) -> Self {
        self.ref_format = Some(format.into());
        self
    }

    /// The annotated tags on production, instead of `v1.2.0`.
    pub fn tags(mut self, names: &[&str]) -> Self {
        self.tags = names.iter().map(|name| (*name).to_owned()).collect();
        self
    }

    /// An open release branch, made from develop, with one commit of its own.
    pub fn release(mut self, name: &str) -> Self {
        self.releases.push(name.into());
        self
    }

    /// One more file on production, part of the last release.
    pub fn file(mut self, path: &str, text: &str) -> Self {
        self.files.push((path.into(), text.into()));
        self
    }

    /// Lies in memory: for tests that copy it hundreds of times.
    pub fn in_memory(mut self) -> Self {
        self.in_memory = true;
        self
    }

    /// Lies where paths have the same length on every machine.
    pub fn at_a_short_path(mut self) -> Self {
        self.at_a_short_path = true;
        self
    }

    /// Builds it, or says why this machine's git cannot.
    pub fn go_if_git_can(self) -> Option<Shop> {
        if self.ref_format.as_deref() == Some("reftable") && !require("reftable") {
            return None;
        }
        Some(self.go())
    }

    /// Builds it.
    pub fn go(self) -> Shop {
        let world = match (self.at_a_short_path, self.in_memory) {
            (true, _) => World::at_a_short_path(),
            (false, true) => World::in_memory(),
            (false, false) => World::new(),
        };
        let shop = Repo::at(&world, world.root.join("shop"));
        self.init(&shop, false);
        shop.write("README.md", "# The shop\n");
        shop.write("src/login.rs", LOGIN);
        shop.git(["add", "."]);
        shop.git(["commit", "-q", "-m", "Open the shop"]);
        for (path, text) in &self.files {
            shop.write(path, text);
        }
        shop.write("src/cart.rs", "pub fn cart() {}\n");
        shop.git(["add", "."]);
        shop.git(["commit", "-q", "-m", "Add the cart"]);
        for tag in &self.tags {
            shop.git(["tag", "-a", "-m", tag, tag]);
        }
        world.set_clock("2026-11-22T12:00:00Z");
        if let Some(develop) = &self.develop {
            shop.git(["switch", "-q", "-c", develop]);
            shop.commit_as("Add the search", "src/search.rs", "pub fn search() {}\n");
        }
        world.set_clock("2026-11-22T13:00:00Z");
        for release in &self.releases {
            shop.git(["switch", "-q", "-c", release, self.develop.as_deref().unwrap_or(&self.production)]);
            let notes = format!("docs/{}.md", release.replace('/', "-"));
            shop.commit_as(&format!("Prepare {release}"), &notes, "Notes\n");
        }
        shop.git(["switch", "-q", &self.production]);
        let remote = self.remote.as_ref().map(|name| self.publish(&shop, name));
        world.set_clock("2026-11-22T14:00:00Z");
        Shop {
            repo: shop,
            remote,
            remote_name: self.remote.unwrap_or_default(),
            production: self.production,
            develop: self.develop,
        }
    }

    fn init(&self, repo: &Repo, bare: bool) {
        std::fs::create_dir_all(&repo.dir).unwrap();
        let mut args = vec!["init".to_owned(), "-q".into(), "-b".into(), self.production.clone()];
        args.extend(bare.then(|| "--bare".to_owned()));
        args.extend(self.object_format.iter().map(|format| format!("--object-format={format}")));
        args.extend(self.ref_format.iter().map(|format| format!("--ref-format={format}")));
        repo.git(args);
    }

    /// Makes the bare remote and brings the shop's clone into the state `git clone` leaves,
    /// with a local branch for develop and none for the releases.
    fn publish(&self, shop: &Repo, name: &str) -> Repo {
        let remote = Repo::at(&shop.world, shop.world.root.join(format!("{name}.git")));
        self.init(&remote, true);
        let head = self.head.as_ref().unwrap_or(&self.production);
        remote.git(["symbolic-ref", "HEAD", &format!("refs/heads/{head}")]);
        shop.git(["remote", "add", name, &remote.dir.to_string_lossy()]);
        let branches = [&self.production].into_iter().chain(&self.develop).chain(&self.releases);
        let mut push = vec!["push", "-q", "-u", "--follow-tags", name];
        push.extend(branches.map(String::as_str));
        shop.git(push);
        shop.git(["fetch", "-q", name]);
        shop.git(["remote", "set-head", name, head]);
        for release in &self.releases {
            shop.git(["branch", "-q", "-D", release]);
        }
        remote
    }
}
