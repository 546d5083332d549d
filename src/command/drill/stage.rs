//! The stage of a drill: a throw-away remote and a clone of it, filled from a repository or from a
//! small built-in sample.

use super::forge_box::ForgeBox;
use crate::facts::Workspace;
use crate::model::failure::Failure;
use crate::model::text::safe;
use crate::system::env::Env;
use crate::system::files;
use crate::system::process::{Done, Run};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const BROKEN: &str = include_str!("../../../templates/drill/login.js");
const FIXED: &str = include_str!("../../../templates/drill/login.fixed.js");

const DEVELOP: &str = include_str!("../../../templates/drill/login.develop.js");
const RESOLVED: &str = include_str!("../../../templates/drill/login.resolved.js");

/// What a stage is, for taking it up again.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Layout {
    /// The name of the clone's directory.
    name: String,
    fix: (String, String),
    /// The branch that conflicts, and the release that is undone.
    pub clash: Option<Clash>,
    pub undone: Option<String>,
}

/// A branch that has changed the lines that the fix changes.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Clash {
    pub branch: String,
    pub path: String,
    /// What resolves it.
    pub resolved: String,
}

/// A throw-away remote and a clone of it.
pub struct Stage {
    env: Env,
    home: PathBuf,
    /// The bare repository that plays the server.
    pub remote: PathBuf,
    /// The clone the responder works in.
    pub clone: PathBuf,
    /// The file that is fixed, and its content afterwards.
    pub fix: (String, String),
    /// Settings that the children get through the environment.
    overrides: Vec<(String, String)>,
    /// Where commands that are typed are looked for.
    path: Option<String>,
}

impl Stage {
    /// Builds the sample: production with two releases, develop one feature ahead, an open release.
    ///
    /// # Errors
    /// When git fails.
    pub fn sample(env: &Env, root: &Path) -> anyhow::Result<Self> {
        let stage = Self::empty(env, root, "shop", &[])?;
        let clone = &stage.clone;
        stage.git(root, &["clone", "--quiet", "remote.git", "shop"])?;
        stage.git(clone, &["switch", "--quiet", "--create", "main"])?;
        stage.write("README.md", "# The shop\n")?;
        stage.write("src/login.js", BROKEN)?;
        stage.commit("shop: sign users in")?;
        stage.git(clone, &["tag", "-a", "-m", "v1.1.9", "v1.1.9"])?;
        stage.write("src/cart.js", "export const cart = [];\n")?;
        stage.commit("cart: remember what was put in")?;
        stage.git(clone, &["tag", "-a", "-m", "v1.2.0", "v1.2.0"])?;
        stage.git(clone, &["switch", "--quiet", "--create", "develop"])?;
        stage.git(clone, &["branch", "release/1.3.0"])?;
        stage.write("src/wishlist.js", "export const wishlist = [];\n")?;
        stage.commit("wishlist: first sketch")?;
        stage.git(clone, &["switch", "--quiet", "release/1.3.0"])?;
        stage.write("src/search.js", "export const search = (text) => [];\n")?;
        stage.commit("search: find things")?;
        stage.git(clone, &["switch", "--quiet", "main"])?;
        stage.git(
            clone,
            &["push", "--quiet", "origin", "main", "develop", "release/1.3.0", "v1.1.9", "v1.2.0"],
        )?;
        stage.git(&stage.remote.clone(), &["symbolic-ref", "HEAD", "refs/heads/main"])?;
        Ok(stage)
    }

    /// Copies a repository: what its remote was last known to have, or its own branches.
    ///
    /// # Errors
    /// When it has no production branch or git fails.
    pub fn copy(env: &Env, root: &Path, workspace: &Workspace) -> anyhow::Result<Self> {
        let name = workspace.repo_name();
        let name = if name.is_empty() { "copy".to_owned() } else { name };
        let mut stage = Self::empty(env, root, &name, &[])?;
        let source = workspace.repo.common_dir().display().to_string();
        let specs = match workspace.remote() {
            Some(remote) => vec![
                format!("+refs/remotes/{remote}/*:refs/heads/*"),
                format!("^refs/remotes/{remote}/HEAD"),
                "+refs/tags/*:refs/tags/*".to_owned(),
            ],
            None => vec!["+refs/heads/*:refs/heads/*".to_owned(), "+refs/tags/*:refs/tags/*".to_owned()],
        };
        let mut args = vec!["fetch", "--quiet", "--no-tags", "--update-shallow", source.as_str()];
        args.extend(specs.iter().map(String::as_str));
        stage.git(&stage.remote, &args)?;
        stage.git(&stage.remote, &["config", "receive.shallowUpdate", "true"])?;
        let branches = &workspace.config.branches;
        stage.clone_of(root, branches.remote.as_deref().unwrap_or("origin"), &branches.production)?;
        // The same roles as in the original, whatever they were learnt from.
        let set = |key: &str, value: &str| {
            stage.git(&stage.clone, &["config", &format!("hotfix.branches.{key}"), value])
        };
        set("production", &branches.production)?;
        set("prefix", &branches.prefix)?;
        set("merge-back", &toml_list(&branches.merge_back))?;
        if let Some(root) = workspace.repo.worktree()
            && let Some(text) = files::read_optional(&root.join("hotfix.toml"))?
        {
            files::write_atomically(&stage.clone.join("hotfix.toml"), &text)?;
        }
        stage.overrides = echoes(workspace);
        Ok(stage)
    }

    /// Clones from a URL or path; nothing is ever pushed back there.
    ///
    /// # Errors
    /// When it cannot be cloned.
    pub fn clone_from(env: &Env, root: &Path, from: &str) -> anyhow::Result<(Self, Workspace)> {
        let from = if Path::new(from).exists() {
            let path = files::canonical(Path::new(from));
            // A clone may know production only as its remote has it, which cloning it would leave behind.
            crate::system::env::change_dir(&path)?;
            let workspace = Workspace::open(env.clone());
            if let Ok(workspace) = workspace
                && super::set_up::has_production(&workspace)
            {
                return Ok((Self::copy(env, root, &workspace)?, workspace));
            }
            path.display().to_string()
        } else {
            from.to_owned()
        };
        let copy = root.join("original");
        let stage = Self::empty(env, root, "unused", &[])?;
        let run = stage.prepared("git", root).args(["clone", "--quiet", "--", &from, "original"]);
        let done = run.capture()?;
        if !done.success() {
            return Err(Failure::failed(format!(
                "{} cannot be cloned: {}",
                safe(&from),
                safe(&done.error_text())
            ))
            .hint("hotfix drill    # the built-in sample needs nothing")
            .into());
        }
        files::remove_dir(&stage.remote)?;
        crate::system::env::change_dir(&copy)?;
        let workspace = Workspace::open(env.clone())?;
        Ok((Self::copy(env, root, &workspace)?, workspace))
    }

    /// The directory that holds all of it.
    pub fn home(&self) -> &Path {
        &self.home
    }

    fn empty(env: &Env, root: &Path, name: &str, overrides: &[(String, String)]) -> anyhow::Result<Self> {
        let root = files::canonical(root);
        let stage = Self {
            env: env.clone(),
            home: root.clone(),
            remote: root.join("remote.git"),
            clone: root.join(name),
            fix: ("src/login.js".to_owned(), FIXED.to_owned()),
            overrides: overrides.to_vec(),
            path: None,
        };
        stage.git(&root, &["init", "--quiet", "--bare", "remote.git"])?;
        Ok(stage)
    }

    fn clone_of(&mut self, root: &Path, remote: &str, production: &str) -> anyhow::Result<()> {
        let clone = self.clone.display().to_string();
        let full = self.remote.display().to_string();
        self.git(root, &["clone", "--quiet", "--origin", remote, "--branch", production, &full, &clone])
            .map_err(|_| {
                Failure::usage(format!("there is no branch {} to rehearse with", safe(production)))
                    .hint("git config hotfix.branches.production NAME")
                    .hint("hotfix drill    # outside a repository: the built-in sample")
            })?;
        self.fix = ("HOTFIX_DRILL".to_owned(), "A line that a drill has changed.\n".to_owned());
        Ok(())
    }

    /// A stage that was left.
    pub fn left(env: &Env, root: &Path, layout: Layout) -> Self {
        let root = files::canonical(root);
        Self {
            env: env.clone(),
            home: root.clone(),
            remote: root.join("remote.git"),
            clone: root.join(layout.name.replace('/', "-")),
            fix: layout.fix,
            overrides: Vec::new(),
            path: None,
        }
    }

    /// The commands of the repository that it is a copy of are replaced again: what is given to children comes from
    /// the program, not from whoever can write into the directory.
    ///
    /// # Errors
    /// When the copy cannot be opened.
    pub fn replace_commands(&mut self) -> anyhow::Result<()> {
        crate::system::env::change_dir(&self.clone)?;
        self.overrides = echoes(&Workspace::open(self.env.clone())?);
        Ok(())
    }

    /// What has to be known to take it up again.
    pub fn layout(&self, clash: Option<Clash>, undone: Option<String>) -> Layout {
        let name = self.clone.file_name().unwrap_or_default().to_string_lossy().into_owned();
        Layout { name, fix: self.fix.clone(), clash, undone }
    }

    /// A directory beside the clone, as the program names those that it makes.
    pub fn beside(&self, what: &str) -> PathBuf {
        let name = self.clone.file_name().unwrap_or_default().to_string_lossy();
        self.home.join(format!("{name}.{what}"))
    }

    /// Has a branch change the lines that the fix will change; `None` where there is no such branch.
    ///
    /// # Errors
    /// When git fails.
    pub fn clash(&self, branches: &[String], production: &str) -> anyhow::Result<Option<Clash>> {
        let is_there = |b: &&String| {
            self.git(&self.remote, &["rev-parse", "--verify", "--quiet", &format!("refs/heads/{b}")]).is_ok()
        };
        let Some(branch) = branches.iter().find(is_there) else { return Ok(None) };
        let path = self.fix.0.clone();
        let is_sample = self.fix.1 == FIXED;
        let theirs = if is_sample { DEVELOP.to_owned() } else { format!("A line of {branch}.\n") };
        let resolved = if is_sample { RESOLVED.to_owned() } else { format!("{theirs}{}", self.fix.1) };
        self.git(&self.clone, &["switch", "--quiet", branch])?;
        self.write(&path, &theirs)?;
        self.commit("login: compare passwords in constant time")?;
        let remote = self.git_text(&self.clone, &["remote"])?;
        self.git(&self.clone, &["push", "--quiet", remote.trim(), branch])?;
        self.git(&self.clone, &["switch", "--quiet", production])?;
        Ok(Some(Clash { branch: branch.clone(), path, resolved }))
    }

    /// Puts a forge in a box in front of the remote: production takes pull requests only.
    ///
    /// # Errors
    /// When it cannot be opened.
    pub fn behind_a_forge(&mut self) -> anyhow::Result<ForgeBox> {
        let production = self.git_text(&self.clone, &["symbolic-ref", "--short", "HEAD"])?;
        let forge = ForgeBox::open(&self.remote, production.trim())?;
        self.overrides.extend(forge.settings());
        Ok(forge)
    }

    fn git_text(&self, dir: &Path, args: &[&str]) -> anyhow::Result<String> {
        Ok(self.prepared("git", dir).args(args).capture()?.text())
    }

    /// Writes a file in the clone.
    ///
    /// # Errors
    /// When it cannot be written, or is outside of the clone.
    pub fn write(&self, path: &str, text: &str) -> anyhow::Result<()> {
        let full = self.clone.join(path);
        if !files::stays_inside(&self.clone, &full) {
            return Err(Failure::refused(format!("{} is outside of the drill", safe(path))).into());
        }
        Ok(files::write_atomically(&full, text)?)
    }

    fn commit(&self, message: &str) -> anyhow::Result<()> {
        self.git(&self.clone, &["add", "--all"])?;
        self.git(&self.clone, &["commit", "--quiet", "-m", message])
    }

    /// Where nothing was ever released the number of the first release is a person's to say; the drill takes the
    /// one that is proposed, whatever the files say.
    pub fn without_a_first_number(&self) -> anyhow::Result<()> {
        if !self.git_text(&self.clone, &["tag", "--list"])?.trim().is_empty() {
            return Ok(());
        }
        self.git(&self.clone, &["config", "hotfix.version.files", "none"])?;
        self.git(&self.clone, &["config", "hotfix.version.changelog", "none"])
    }

    fn git(&self, dir: &Path, args: &[&str]) -> anyhow::Result<()> {
        let done = self.prepared("git", dir).args(args).capture()?;
        if done.success() {
            return Ok(());
        }
        let what = args.first().copied().unwrap_or_default();
        Err(Failure::failed(format!("the drill's git {what} failed: {}", safe(&done.error_text()))).into())
    }

    /// Runs a command with the terminal that the drill is in.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn attached(&self, dir: &Path, program: &Path, args: &[&str]) -> anyhow::Result<Done> {
        Ok(self.prepared(program, dir).args(args).attached()?)
    }

    /// Lets `hotfix` and `git hotfix` be typed, wherever the program lies.
    ///
    /// # Errors
    /// When the links cannot be made.
    pub fn put_on_path(&mut self, program: &Path) -> anyhow::Result<()> {
        let bin = self.home.join("bin");
        for name in ["hotfix", "git-hotfix"] {
            files::link(program, &bin.join(name))?;
        }
        let path = self.env.var("PATH").unwrap_or_default();
        self.path = Some(format!("{}:{path}", bin.display()));
        Ok(())
    }

    /// Runs a command in a directory and captures everything it prints in the order in which it does,
    /// as a terminal would show it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn watch(&self, dir: &Path, program: &Path, args: &[&str]) -> anyhow::Result<Done> {
        let run = self.prepared("sh", dir).args(["-c", r#"exec "$0" "$@" 2>&1"#]);
        Ok(run.arg(program).args(args).capture()?)
    }

    /// Runs a command in the clone and captures it.
    ///
    /// # Errors
    /// When it cannot be started.
    pub fn run(&self, program: &Path, args: &[&str]) -> anyhow::Result<Done> {
        Ok(self.prepared(program, &self.clone).args(args).capture()?)
    }

    /// A program that sees nothing of the surroundings: no other repository, no hooks, no signing,
    /// an identity of its own.
    fn prepared(&self, program: impl AsRef<std::ffi::OsStr>, dir: &Path) -> Run {
        let mut run = Run::new(program).dir(dir);
        for name in self.env.vars().keys() {
            if name.starts_with("HOTFIX_CONFIG_")
                || (name.starts_with("GIT_") && !KEEP.contains(&name.as_str()))
            {
                run = run.without_env(name);
            }
        }
        let settings = [
            ("user.name", "Robin Drill"),
            ("user.email", "robin@drill.invalid"),
            ("commit.gpgSign", "false"),
            ("tag.gpgSign", "false"),
            ("init.defaultBranch", "main"),
            ("protocol.file.allow", "always"),
            ("advice.detachedHead", "false"),
        ];
        run = run.env("GIT_CONFIG_COUNT", (settings.len() + 1).to_string());
        for (n, (key, value)) in settings.iter().enumerate() {
            run = run.env(format!("GIT_CONFIG_KEY_{n}"), key).env(format!("GIT_CONFIG_VALUE_{n}"), value);
        }
        let n = settings.len();
        run = run
            .env(format!("GIT_CONFIG_KEY_{n}"), "core.hooksPath")
            .env(format!("GIT_CONFIG_VALUE_{n}"), self.home.join("no-hooks"));
        for (key, value) in &self.overrides {
            run = run.env(key, value);
        }
        if let Some(path) = &self.path {
            run = run.env("PATH", path);
        }
        run.env("HOTFIX_IN_DRILL", "1")
    }
}

/// Variables of git that say how to reach things, not which repository to use.
const KEEP: [&str; 8] = [
    "GIT_CONFIG_GLOBAL",
    "GIT_CONFIG_SYSTEM",
    "GIT_CONFIG_NOSYSTEM",
    "GIT_SSH",
    "GIT_SSH_COMMAND",
    "GIT_EXEC_PATH",
    "GIT_DEFAULT_HASH",
    "GIT_DEFAULT_REF_FORMAT",
];

fn toml_list(items: &[String]) -> String {
    let quoted: Vec<String> = items.iter().map(|i| format!("{i:?}")).collect();
    format!("[{}]", quoted.join(", "))
}

/// The repository's commands, replaced by saying what would run.
fn echoes(workspace: &Workspace) -> Vec<(String, String)> {
    let say =
        |command: &str| format!("echo {}", crate::model::text::shell_word(&format!("would run: {command}")));
    // Nothing of a rehearsal is sent anywhere.
    let mut overrides = vec![("HOTFIX_CONFIG_INCIDENT_SHARE".to_owned(), "false".to_owned())];
    // Nor is a forge asked, for which a token would be looked for.
    let none = [("FORGE_KIND", "none"), ("FORGE_TOKEN", "[]"), ("FINISH_MODE", "direct")];
    overrides.extend(none.map(|(key, value)| (format!("HOTFIX_CONFIG_{key}"), value.to_owned())));
    for (key, command) in
        [("COMMAND", &workspace.config.deploy.command), ("ROLLBACK", &workspace.config.deploy.rollback)]
    {
        // An empty one hides what production's file may have.
        let echo = if command.is_empty() { String::new() } else { say(command) };
        overrides.push((format!("HOTFIX_CONFIG_DEPLOY_{key}"), echo));
    }
    let with_command: Vec<String> = workspace
        .config
        .checks
        .iter()
        .filter_map(|item| {
            let command = say(item.command.as_deref()?);
            Some(format!("{{ id = {:?}, question = {:?}, command = {command:?} }}", item.id, item.question))
        })
        .collect();
    if !with_command.is_empty() {
        overrides.push(("HOTFIX_CONFIG_CHECK".to_owned(), format!("[{}]", with_command.join(", "))));
    }
    let verify: Vec<String> = workspace
        .config
        .verify
        .iter()
        .map(|v| format!("{{ name = {:?}, command = {:?} }}", v.name, say(&v.command)))
        .collect();
    overrides.push(("HOTFIX_CONFIG_VERIFY".to_owned(), format!("[{}]", verify.join(", "))));
    // Nobody is told of a rehearsal; that somebody would be, is.
    let facts: Vec<&str> = workspace.config.notify.iter().flat_map(|n| &n.on).map(|f| f.as_str()).collect();
    let echo = format!("{{ kind = \"command\", command = \"echo\", on = {facts:?} }}");
    let notify = if workspace.config.notify.is_empty() { String::new() } else { echo };
    overrides.push(("HOTFIX_CONFIG_NOTIFY".to_owned(), format!("[{notify}]")));
    overrides
}
