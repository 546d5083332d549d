//! A forge in a box: pull requests over the drill's throw-away remote, spoken as Forgejo does. Production
//! takes no push there, and a request needs one approval. It listens on this machine only.

use crate::model::failure::Failure;
use crate::system::http::{Heard, Listening, Told};
use crate::system::process::Run;
use serde_json::{Value, json};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// What the clients sign in with. It opens nothing else.
const TOKEN: &str = "a-token-for-a-drill";
/// Who reads and approves.
pub const REVIEWER: &str = "sam";
/// Where the repository is there.
const REPOSITORY: &str = "team/shop";

/// A running forge.
pub struct ForgeBox {
    listening: Listening,
    model: Arc<Mutex<Model>>,
}

/// One pull request.
#[derive(Clone, Debug)]
struct Pull {
    number: u64,
    title: String,
    body: String,
    head: String,
    base: String,
    merged_as: Option<String>,
    /// The commit that was approved.
    approved: Option<String>,
    /// Its newest commit.
    tip: String,
}

/// What the forge knows.
struct Model {
    remote: PathBuf,
    production: String,
    web: String,
    pulls: Vec<Pull>,
}

impl ForgeBox {
    /// Opens one over a bare repository, and has that refuse pushes to production.
    ///
    /// # Errors
    /// When there is no port, or the repository cannot be told.
    pub fn open(remote: &Path, production: &str) -> anyhow::Result<Self> {
        let model = Arc::new(Mutex::new(Model {
            remote: remote.to_owned(),
            production: production.to_owned(),
            web: String::new(),
            pulls: Vec::new(),
        }));
        let shared = Arc::clone(&model);
        let listening = Listening::start(move |heard| held(&shared).answer(heard))
            .map_err(|e| Failure::failed(format!("there is no forge for the drill: {e}")))?;
        held(&model).web = format!("{}/{REPOSITORY}", listening.base());
        held(&model).protect()?;
        Ok(Self { listening, model })
    }

    /// The settings with which hotfix finds it.
    pub fn settings(&self) -> Vec<(String, String)> {
        [
            ("HOTFIX_CONFIG_FORGE_KIND", "forgejo".to_owned()),
            ("HOTFIX_CONFIG_FORGE_API", format!("{}/api/v1", self.listening.base())),
            ("HOTFIX_CONFIG_FORGE_REPOSITORY", REPOSITORY.to_owned()),
            ("HOTFIX_CONFIG_FORGE_TOKEN", "env:HOTFIX_FORGE_TOKEN".to_owned()),
            ("HOTFIX_CONFIG_FORGE_LABELS", "[]".to_owned()),
            ("HOTFIX_CONFIG_FORGE_REVIEWERS", "[]".to_owned()),
            ("HOTFIX_CONFIG_FINISH_MODE", "auto".to_owned()),
            ("HOTFIX_FORGE_TOKEN", TOKEN.to_owned()),
        ]
        .map(|(name, value)| (name.to_owned(), value))
        .to_vec()
    }

    /// The reviewer approves every open request as it is.
    pub fn approve(&self) {
        let mut model = held(&self.model);
        model.refresh();
        for pull in model.pulls.iter_mut().filter(|p| p.merged_as.is_none()) {
            pull.approved = Some(pull.tip.clone());
        }
    }
}

fn held(model: &Mutex<Model>) -> MutexGuard<'_, Model> {
    model.lock().unwrap_or_else(PoisonError::into_inner)
}

fn told(status: u16, body: &Value) -> Told {
    Told { status, body: body.to_string() }
}

fn says(status: u16, words: &str) -> Told {
    told(status, &json!({ "message": words }))
}

impl Model {
    fn git(&self, args: &[&str]) -> Option<String> {
        let who = [("NAME", "Forge in a box"), ("EMAIL", "forge@drill.invalid")];
        let mut run = Run::new("git").args(args).dir(&self.remote);
        for (what, value) in who {
            run = run.env(format!("GIT_AUTHOR_{what}"), value).env(format!("GIT_COMMITTER_{what}"), value);
        }
        let done = run.capture().ok()?;
        done.success().then(|| done.text().trim_end().to_owned())
    }

    /// A hook refuses production, as a rule at the forge does.
    fn protect(&self) -> anyhow::Result<()> {
        let hook = self.remote.join("hooks").join("update");
        let name = crate::model::text::shell_word(&format!("refs/heads/{}", self.production));
        let script = format!(
            "#!/bin/sh\nif test \"$1\" = {name}; then\n  echo \"{} is protected: open a pull request\" >&2\n  exit 1\nfi\n",
            crate::model::text::shell_word(&self.production).replace(['"', '$', '`', '\\'], "_")
        );
        crate::system::files::write_atomically(&hook, &script)?;
        crate::system::files::make_executable(&hook)?;
        // Whatever hooks the surroundings have: here it is this one.
        let hooks = self.remote.join("hooks").display().to_string();
        match self.git(&["config", "core.hooksPath", &hooks]) {
            Some(_) => Ok(()),
            None => Err(Failure::failed("the drill's remote cannot be protected").into()),
        }
    }

    fn tip(&self, branch: &str) -> Option<String> {
        self.git(&["rev-parse", "--verify", "--quiet", &format!("refs/heads/{branch}^{{commit}}")])
    }

    /// Open requests follow their branches.
    fn refresh(&mut self) {
        let heads: Vec<Option<String>> = self.pulls.iter().map(|p| self.tip(&p.head)).collect();
        for (pull, tip) in self.pulls.iter_mut().zip(heads) {
            if let (Some(tip), None) = (tip, &pull.merged_as) {
                pull.tip = tip;
            }
        }
        for pull in &self.pulls {
            let name = format!("refs/pull/{}/head", pull.number);
            self.git(&["update-ref", &name, &pull.tip]);
        }
    }

    fn answer(&mut self, heard: &Heard) -> Told {
        if !heard.authorization.contains(TOKEN) {
            return says(401, "token is required");
        }
        self.refresh();
        let path = heard.path.split('?').next().unwrap_or_default();
        let Some(path) = path.strip_prefix("/api/v1/repos/").and_then(|p| p.strip_prefix(REPOSITORY)) else {
            return says(404, "Not Found");
        };
        let parts: Vec<&str> = path.split('/').filter(|p| !p.is_empty()).collect();
        let body: Value = serde_json::from_slice(&heard.body).unwrap_or_default();
        match (heard.method.as_str(), parts.as_slice()) {
            ("GET", []) => told(
                200,
                &json!({ "allow_merge_commits": true, "allow_squash_merge": true, "allow_rebase": true }),
            ),
            ("GET", ["branches", name]) => {
                let protected = name.replace("%2F", "/") == self.production;
                told(
                    200,
                    &json!({
                        "protected": protected, "user_can_push": !protected,
                        "required_approvals": u64::from(protected),
                    }),
                )
            }
            ("GET", ["pulls"]) => {
                told(200, &self.pulls.iter().rev().map(|p| self.view(p)).collect::<Vec<_>>().into())
            }
            ("GET", ["commits", commit, "pull"]) => match self.pulls.iter().find(|p| p.tip == *commit) {
                Some(pull) => told(200, &self.view(pull)),
                None => says(404, "Not Found"),
            },
            ("GET", ["commits", _, "status"]) => told(200, &json!({ "statuses": [] })),
            ("POST", ["pulls"]) => self.open_pull(&body),
            (method, ["pulls", number, rest @ ..]) => {
                let number: u64 = number.parse().unwrap_or_default();
                match self.pulls.iter().position(|p| p.number == number) {
                    Some(at) => self.one(method, at, rest, &body),
                    None => says(404, "Not Found"),
                }
            }
            _ => says(404, "Not Found"),
        }
    }

    fn open_pull(&mut self, body: &Value) -> Told {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let Some(tip) = self.tip(&text("head")) else { return says(404, "head not found") };
        let number = self.pulls.len() as u64 + 1;
        self.pulls.push(Pull {
            number,
            title: text("title"),
            body: text("body"),
            head: text("head"),
            base: text("base"),
            merged_as: None,
            approved: None,
            tip,
        });
        self.refresh();
        told(201, &json!({ "number": number }))
    }

    fn one(&mut self, method: &str, at: usize, rest: &[&str], body: &Value) -> Told {
        let Some(pull) = self.pulls.get(at).cloned() else { return says(404, "Not Found") };
        match (method, rest) {
            ("GET", []) => told(200, &self.view(&pull)),
            ("GET", ["reviews"]) => {
                let given = pull.approved.iter().map(|commit| {
                    json!({
                        "state": "APPROVED", "user": { "login": REVIEWER }, "official": true,
                        "stale": *commit != pull.tip, "html_url": format!("{}/pulls/{}", self.web, pull.number),
                    })
                });
                told(200, &given.collect::<Vec<_>>().into())
            }
            ("POST", ["merge"]) => self.merge(at, &pull, body),
            _ => told(200, &json!({})),
        }
    }

    fn merge(&mut self, at: usize, pull: &Pull, body: &Value) -> Told {
        let text = |key: &str| body.get(key).and_then(Value::as_str).unwrap_or_default();
        if pull.merged_as.is_some() || text("head_commit_id") != pull.tip {
            return says(409, "head out of date");
        }
        if pull.base == self.production && pull.approved.as_ref() != Some(&pull.tip) {
            return says(405, "Does not have enough approvals");
        }
        let message = format!("{}\n\n{}", text("MergeTitleField"), text("MergeMessageField"));
        let merged = self.tip(&pull.base).and_then(|base| {
            let tree = self.git(&["merge-tree", "--write-tree", &base, &pull.tip])?;
            let mut args = vec!["commit-tree", tree.as_str(), "-p", base.as_str()];
            if text("Do") == "merge" {
                args.extend(["-p", pull.tip.as_str()]);
            }
            args.extend(["-m", message.trim()]);
            let commit = self.git(&args)?;
            self.git(&["update-ref", &format!("refs/heads/{}", pull.base), &commit, &base])?;
            Some(commit)
        });
        let Some(commit) = merged else { return says(405, "it cannot be merged") };
        if let Some(pull) = self.pulls.get_mut(at) {
            pull.merged_as = Some(commit);
        }
        Told { status: 200, body: String::new() }
    }

    fn view(&self, pull: &Pull) -> Value {
        json!({
            "number": pull.number, "title": pull.title, "body": pull.body, "user": { "login": "robin" },
            "html_url": format!("{}/pulls/{}", self.web, pull.number),
            "state": if pull.merged_as.is_some() { "closed" } else { "open" },
            "merged": pull.merged_as.is_some(), "merge_commit_sha": pull.merged_as,
            "mergeable": true, "head": { "ref": pull.head, "label": pull.head, "sha": pull.tip },
            "base": { "ref": pull.base }, "requested_reviewers": [{ "login": REVIEWER }],
        })
    }
}
