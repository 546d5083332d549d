//! Forgejo and Gitea.

use super::api::{Api, Lenient};
use super::detect::Place;
use super::error::Result;
use super::token::Token;
use super::{Change, Forge, Wanted, best};
use crate::model::oid::Oid;
use crate::model::request::{
    Approval, Check, CheckState, MergeMethod, MergeWish, NewRequest, Push, Request, RequestState, Rollout,
    Rules, Seen, Wait, WaitKind,
};
use crate::system::http::{Http, encoded};
use serde_json::{Value, json};

/// Titles that begin so are drafts.
const DRAFTS: [&str; 2] = ["WIP:", "[WIP]"];

/// A repository on Forgejo or Gitea.
pub struct Forgejo {
    api: Api,
    /// `/repos/owner/name`.
    repo: String,
}

impl Forgejo {
    pub fn new(http: Http, place: &Place, token: Option<&Token>) -> Self {
        Self {
            api: Api::new(http, &place.api, Vec::new(), token),
            repo: format!("/repos/{}", place.address.encoded_path()),
        }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.repo)
    }

    fn pull(&self, request: &Request, path: &str) -> String {
        format!("{}/pulls/{}{path}", self.repo, request.number)
    }

    fn rules(&self, base: &str) -> Result<Rules> {
        let repository = self.api.get(&self.repo)?;
        let branch = self.api.find(&self.at(&format!("/branches/{}", encoded(base))))?.unwrap_or_default();
        let push = match branch.get("user_can_push").and_then(Value::as_bool) {
            Some(true) => Push::Allowed,
            Some(false) => Push::Refused,
            None => Push::Unknown,
        };
        let ways = [
            ("/allow_merge_commits", MergeMethod::Merge),
            ("/allow_squash_merge", MergeMethod::Squash),
            ("/allow_rebase", MergeMethod::Rebase),
            ("/allow_fast_forward_only_merge", MergeMethod::FastForward),
        ];
        Ok(Rules {
            push,
            approvals: branch.number("/required_approvals").unwrap_or_default(),
            checks: if branch.flag("/enable_status_check") {
                branch.items("/status_check_contexts").iter().map(|c| c.text("")).collect()
            } else {
                Vec::new()
            },
            methods: ways.iter().filter(|(key, _)| repository.flag(key)).map(|(_, m)| *m).collect(),
            auto: true,
            ..Rules::default()
        })
    }

    /// The repository that a request comes from, where that is another one.
    fn other(value: &Value) -> Option<String> {
        let (from, to) = (value.text("/head/repo/full_name"), value.text("/base/repo/full_name"));
        // Of a repository that is gone nobody knows whose it was.
        (from != to).then_some(from)
    }

    fn complete(&self, mut request: Request, value: &Value, rules: &Rules) -> Result<Request> {
        if request.state != RequestState::Open {
            return Ok(request);
        }
        if let Some(head) = &request.head_sha {
            let status = self.api.find(&self.at(&format!("/commits/{head}/status")))?.unwrap_or_default();
            request.checks = status.items("/statuses").iter().map(check).collect();
        }
        let reviews = self.api.find(&self.pull(&request, "/reviews"))?.unwrap_or_default();
        let current = |r: &&Value| !r.flag("/stale") && !r.flag("/dismissed");
        // Anybody with an account can approve a public request: official is the word of who may write.
        let counts = |r: &&Value| r.flag("/official");
        let said = |word: &str| {
            let all = reviews.items("").iter().filter(current).filter(counts);
            all.filter(|r| r.text("/state") == word).collect::<Vec<_>>()
        };
        request.approvals = said("APPROVED")
            .into_iter()
            .map(|r| Approval { who: r.text("/user/login"), url: r.text("/html_url") })
            .collect();
        let mut waits = rules.missing(&request.checks);
        if request.draft {
            waits.push(Wait::new(WaitKind::Draft, "it is a draft"));
        }
        let given = u64::try_from(request.approvals.len()).unwrap_or(u64::MAX);
        let left = rules.approvals.saturating_sub(given);
        if left > 0 {
            let n = usize::try_from(left).unwrap_or(usize::MAX);
            let mut wait = Wait::new(WaitKind::Review, crate::model::text::count(n, "approval"));
            wait.who = value.items("/requested_reviewers").iter().map(|r| r.text("/login")).collect();
            waits.push(wait);
        }
        if rules.approvals > 0 && !said("REQUEST_CHANGES").is_empty() {
            waits.push(Wait::new(WaitKind::Review, "changes are requested"));
        }
        // It says no both while it computes and when there is a conflict; the merge call tells which.
        if value.get("mergeable").and_then(Value::as_bool) == Some(false) && waits.is_empty() {
            request.computing = true;
        }
        request.waiting = waits;
        Ok(request)
    }
}

impl Forge for Forgejo {
    fn look(&self, wanted: Wanted<'_>) -> Result<Seen> {
        let rules = self.rules(wanted.base)?;
        let list = self.api.get(&self.at("/pulls?state=all&sort=recentupdate&limit=50"))?;
        let mut values: Vec<Value> = list.items("").to_vec();
        values.retain(|v| head_branch(v) == wanted.head && wanted.may_come_from(Self::other(v).as_deref()));
        if !values.iter().any(|v| v.oid("/head/sha").as_ref() == Some(wanted.tip)) {
            let found = self.api.find(&self.at(&format!("/commits/{}/pull", wanted.tip)))?;
            let may_be = |v: &Value| request(v).is_some_and(|r| wanted.may_be(&r, Self::other(v).as_deref()));
            values.extend(found.filter(may_be));
        }
        let found = values.iter().filter_map(request).collect();
        let request = match best(found, wanted) {
            Some(chosen) => {
                let value = values.iter().find(|v| v.number("/number") == Some(chosen.number));
                Some(self.complete(chosen, value.unwrap_or(&Value::Null), &rules)?)
            }
            None => None,
        };
        Ok(Seen { rules, request })
    }

    fn parent(&self) -> Result<Option<String>> {
        let parent = self.api.get(&self.repo)?.text("/parent/full_name");
        Ok(Some(parent).filter(|path| !path.is_empty()))
    }

    fn open(&self, new: &NewRequest) -> Result<()> {
        let title = if new.draft { format!("WIP: {}", new.title) } else { new.title.clone() };
        let from = new.fork.as_deref().and_then(|fork| fork.split_once('/'));
        let head = from.map_or_else(|| new.head.clone(), |(owner, _)| format!("{owner}:{}", new.head));
        let body = json!({ "head": head, "base": new.base, "title": title, "body": new.body });
        let opened = self.api.send("POST", &self.at("/pulls"), &body)?;
        let Some(number) = opened.number("/number") else { return Ok(()) };
        if !new.labels.is_empty() {
            // Names are taken since Gitea 1.22 and Forgejo 8.
            let path = self.at(&format!("/issues/{number}/labels"));
            if let Err(error) = self.api.send("POST", &path, &json!({ "labels": new.labels })) {
                log::warn!("the labels of the pull request could not be set: {error}");
            }
        }
        if !new.reviewers.is_empty() {
            let path = self.at(&format!("/pulls/{number}/requested_reviewers"));
            if let Err(error) = self.api.send("POST", &path, &json!({ "reviewers": new.reviewers })) {
                log::warn!("the reviewers of the pull request could not be set: {error}");
            }
        }
        Ok(())
    }

    fn merge(&self, request: &Request, wish: &MergeWish) -> Result<()> {
        let method = match wish.method {
            MergeMethod::Merge => "merge",
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "rebase",
            MergeMethod::FastForward => "fast-forward-only",
        };
        let body = json!({
            "Do": method, "head_commit_id": wish.head.as_str(),
            "MergeTitleField": wish.title, "MergeMessageField": wish.message,
            "merge_when_checks_succeed": wish.auto, "delete_branch_after_merge": false,
        });
        self.api.send("POST", &self.pull(request, "/merge"), &body).map(drop)
    }

    fn update(&self, request: &Request, _: &Oid) -> Result<bool> {
        self.api.send("POST", &self.pull(request, "/update?style=merge"), &json!({})).map(|_| true)
    }

    fn ready(&self, request: &Request) -> Result<()> {
        let title = self.api.get(&self.pull(request, ""))?.text("/title");
        let bare = DRAFTS.iter().find_map(|d| title.strip_prefix(d)).unwrap_or(&title).trim().to_owned();
        self.api.send("PATCH", &self.pull(request, ""), &json!({ "title": bare })).map(drop)
    }

    fn change(&self, request: &Request, change: Change<'_>) -> Result<()> {
        let body = match change {
            Change::Reopen => json!({ "state": "open" }),
            Change::Base(branch) => json!({ "base": branch }),
        };
        self.api.send("PATCH", &self.pull(request, ""), &body).map(drop)
    }

    fn review(&self, request: &Request, approve: bool, text: &str) -> Result<()> {
        let event = if approve { "APPROVED" } else { "REQUEST_CHANGES" };
        let head = request.head_sha.as_ref().map(Oid::as_str);
        let body = json!({ "event": event, "body": text, "commit_id": head });
        self.api.send("POST", &self.pull(request, "/reviews"), &body).map(drop)
    }

    fn rollouts(&self, commit: &Oid, tag: &str) -> Result<Vec<Rollout>> {
        // There are no environments: what the tag started counts.
        let all = self.api.find(&self.at("/actions/tasks?limit=50"))?.unwrap_or_default();
        let started = all
            .items("/workflow_runs")
            .iter()
            .filter(|run| run.oid("/head_sha").as_ref() == Some(commit) && run.text("/head_branch") == tag);
        let rollout = |run: &Value| Rollout {
            place: run.text("/name"),
            state: match run.text("/status").as_str() {
                "success" => CheckState::Passed,
                "skipped" => CheckState::Skipped,
                "failure" | "cancelled" => CheckState::Failed,
                _ => CheckState::Running,
            },
            url: run.text("/url"),
        };
        Ok(started.map(rollout).collect())
    }

    fn release(&self, tag: &str, text: &str, _: bool) -> Result<()> {
        let body = json!({ "tag_name": tag, "name": tag, "body": text });
        self.api.send("POST", &self.at("/releases"), &body).map(drop)
    }
}

/// The branch it comes from; after that was deleted only the label still has its name.
fn head_branch(value: &Value) -> String {
    let name = value.text("/head/ref");
    if !name.is_empty() && !name.starts_with("refs/pull/") {
        return name;
    }
    let label = value.text("/head/label");
    label.split_once(':').map_or(label.clone(), |(_, branch)| branch.to_owned())
}

pub(super) fn request(value: &Value) -> Option<Request> {
    let state = match (value.flag("/merged"), value.text("/state").as_str()) {
        (true, _) => RequestState::Merged,
        (false, "closed") => RequestState::Closed,
        _ => RequestState::Open,
    };
    let title = value.text("/title");
    Some(Request {
        number: value.number("/number")?,
        url: value.text("/html_url"),
        state,
        base: value.text("/base/ref"),
        head: head_branch(value),
        head_sha: value.oid("/head/sha"),
        waiting: Vec::new(),
        merged_as: value.oid("/merge_commit_sha").filter(|_| state == RequestState::Merged),
        ended_by: Some(value.text("/merged_by/login")).filter(|w| !w.is_empty()),
        draft: value.flag("/draft") || DRAFTS.iter().any(|d| title.starts_with(d)),
        computing: false,
        queue: None,
        author: value.text("/user/login"),
        approvals: Vec::new(),
        checks: Vec::new(),
        id: String::new(),
        tried: None,
    })
}

fn check(value: &Value) -> Check {
    // Forgejo calls it `status`, other servers `state`.
    let word = if value.get("status").is_some() { value.text("/status") } else { value.text("/state") };
    let state = match word.as_str() {
        "success" => CheckState::Passed,
        "skipped" | "warning" => CheckState::Skipped,
        "failure" | "error" => CheckState::Failed,
        _ => CheckState::Running,
    };
    Check { name: value.text("/context"), state, url: value.text("/target_url") }
}
