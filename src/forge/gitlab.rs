//! GitLab's merge requests.

use super::api::{Api, Lenient};
use super::detect::Place;
use super::error::Result;
use super::token::Token;
use super::{Change, Forge, Wanted, best};
use crate::model::oid::Oid;
use crate::model::request::{
    Approval, Check, CheckState, MergeMethod, MergeWish, NewRequest, Push, Queue, Request, RequestState,
    Rollout, Rules, Seen, Wait, WaitKind,
};
use crate::system::http::{Http, encoded};
use chrono::{DateTime, FixedOffset};
use serde_json::{Value, json};

/// `/projects/group%2Fname`.
fn project(path: &str) -> String {
    format!("/projects/{}", encoded(path))
}

/// A project on GitLab.
pub struct GitLab {
    api: Api,
    /// `/projects/group%2Fname`.
    project: String,
}

impl GitLab {
    pub fn new(http: Http, place: &Place, token: Option<&Token>) -> Self {
        Self { api: Api::new(http, &place.api, Vec::new(), token), project: project(&place.address.path) }
    }

    fn at(&self, path: &str) -> String {
        format!("{}{path}", self.project)
    }

    fn merge_request(&self, request: &Request, path: &str) -> String {
        format!("{}/merge_requests/{}{path}", self.project, request.number)
    }

    fn rules(&self, base: &str) -> Result<Rules> {
        let project = self.api.get(&self.project)?;
        let branch = self.api.find(&self.at(&format!("/repository/branches/{}", encoded(base))))?;
        let push = match branch.as_ref().and_then(|b| b.get("can_push")).and_then(Value::as_bool) {
            Some(true) => Push::Allowed,
            Some(false) => Push::Refused,
            None => Push::Unknown,
        };
        let squash = project.text("/squash_option");
        let mut methods = match project.text("/merge_method").as_str() {
            "ff" | "rebase_merge" => vec![MergeMethod::FastForward],
            _ => vec![MergeMethod::Merge],
        };
        match squash.as_str() {
            "always" => methods = vec![MergeMethod::Squash],
            "never" => {}
            _ => methods.push(MergeMethod::Squash),
        }
        Ok(Rules {
            push,
            all_checks: project.flag("/only_allow_merge_if_pipeline_succeeds"),
            strict: matches!(project.text("/merge_method").as_str(), "ff" | "rebase_merge"),
            methods,
            queue: project.flag("/merge_trains_enabled"),
            auto: true,
            ..Rules::default()
        })
    }

    fn read(&self, number: u64, rules: &mut Rules, by_name: bool) -> Result<Option<Request>> {
        let path = self.at(&format!("/merge_requests/{number}"));
        let Some(value) = self.api.find(&path)? else { return Ok(None) };
        let Some(mut request) = request(&value) else { return Ok(None) };
        if request.state != RequestState::Open {
            return Ok(Some(request));
        }
        let approvals = self.api.find(&format!("{path}/approvals"))?.unwrap_or_default();
        rules.approvals = approvals.number("/approvals_required").unwrap_or_default();
        request.approvals = self.approvals(&path, approvals.items("/approved_by"), &request.url)?;
        request.checks = pipeline(&value).into_iter().collect();
        // The jobs count as one, the pipeline, unless somebody asks for one of them.
        let jobs = match &request.head_sha {
            Some(head) if by_name => self.jobs(head)?,
            _ => Vec::new(),
        };
        request.waiting = waits(&value, &approvals, &request, rules);
        request.checks.extend(jobs);
        Ok(Some(request))
    }
}

impl GitLab {
    /// Those who approved the head as it is: whether a push takes an approval back is a setting of the project. Where
    /// it is not said when somebody approved, there must have been one head alone.
    fn approvals(&self, path: &str, given: &[Value], url: &str) -> Result<Vec<Approval>> {
        if given.is_empty() {
            return Ok(Vec::new());
        }
        let heads = self.api.every(&format!("{path}/versions"), "")?;
        let since = heads.iter().filter_map(|head| time(head, "/created_at")).max();
        let is_for_it = |approval: &&Value| match (time(approval, "/approved_at"), since) {
            (Some(at), Some(since)) => at >= since,
            _ => heads.len() == 1,
        };
        let approval = |a: &Value| Approval { who: a.text("/user/username"), url: url.to_owned() };
        Ok(given.iter().filter(is_for_it).map(approval).collect())
    }

    /// The jobs of a commit by their names, and what other programs have reported for it.
    fn jobs(&self, head: &Oid) -> Result<Vec<Check>> {
        let path = self.at(&format!("/repository/commits/{head}/statuses"));
        let statuses = self.api.every(&path, "")?;
        let job = |job: &Value| Check {
            name: job.text("/name"),
            state: state(&job.text("/status")),
            url: job.text("/target_url"),
        };
        Ok(statuses.iter().map(job).collect())
    }
}

fn time(value: &Value, at: &str) -> Option<DateTime<FixedOffset>> {
    DateTime::parse_from_rfc3339(&value.text(at)).ok()
}

/// A line that begins with a slash is a command to GitLab, which it runs as the owner of the token: what comes from the
/// log or from a template is text.
fn without_actions(text: &str) -> String {
    let line = |line: &str| match line.trim_start().strip_prefix('/') {
        Some(rest) => format!("\\/{rest}"),
        None => line.to_owned(),
    };
    text.lines().map(line).collect::<Vec<_>>().join("\n")
}

impl Forge for GitLab {
    fn look(&self, wanted: Wanted<'_>) -> Result<Seen> {
        let mut rules = self.rules(wanted.base)?;
        let query = format!("?source_branch={}&state=all&per_page=100", encoded(wanted.head));
        let by_branch = self.api.get(&self.at(&format!("/merge_requests{query}")))?;
        let fork = match wanted.fork {
            Some(_) if by_branch.items("").is_empty() => None,
            Some(fork) => self.api.find(&project(fork))?.unwrap_or_default().number("/id"),
            None => None,
        };
        let ours = |value: &&Value| {
            let (source, target) = (value.number("/source_project_id"), value.number("/target_project_id"));
            source == target || (source.is_some() && source == fork)
        };
        let mut found: Vec<Request> = by_branch.items("").iter().filter(ours).filter_map(request).collect();
        if found.is_empty() {
            let path = format!("/repository/commits/{}/merge_requests", wanted.tip);
            let by_commit = self.api.find(&self.at(&path))?.unwrap_or_default();
            let may_be = |value: &Value| {
                let stranger = (!ours(&value)).then_some("");
                request(value).filter(|request| wanted.may_be(request, stranger))
            };
            found.extend(by_commit.items("").iter().filter_map(may_be));
        }
        let chosen = match best(found, wanted) {
            Some(chosen) => self.read(chosen.number, &mut rules, wanted.by_name)?,
            None => None,
        };
        Ok(Seen { rules, request: chosen })
    }

    fn parent(&self) -> Result<Option<String>> {
        let parent = self.api.get(&self.project)?.text("/forked_from_project/path_with_namespace");
        Ok(Some(parent).filter(|path| !path.is_empty()))
    }

    fn open(&self, new: &NewRequest) -> Result<()> {
        let title = if new.draft { format!("Draft: {}", new.title) } else { new.title.clone() };
        let mut body = json!({
            "source_branch": new.head, "target_branch": new.base, "title": title,
            "description": without_actions(&new.body), "remove_source_branch": false,
        });
        if let Some(map) = body.as_object_mut()
            && !new.labels.is_empty()
        {
            map.insert("labels".to_owned(), new.labels.join(",").into());
        }
        let mut from = self.project.clone();
        if let (Some(fork), Some(map)) = (&new.fork, body.as_object_mut()) {
            // It is opened where it comes from.
            from = project(fork);
            let here = self.api.get(&self.project)?.number("/id");
            map.insert("target_project_id".to_owned(), here.into());
        }
        let opened = self.api.send("POST", &format!("{from}/merge_requests"), &body)?;
        let Some(number) = opened.number("/iid") else { return Ok(()) };
        // Reviewers go by number there, so each name has to be looked up; the quick action takes names.
        if !new.reviewers.is_empty() {
            let names: Vec<String> = new.reviewers.iter().map(|r| format!("@{r}")).collect();
            let note = json!({ "body": format!("/request_review {}", names.join(" ")) });
            let path = self.at(&format!("/merge_requests/{number}/notes"));
            if let Err(error) = self.api.send("POST", &path, &note) {
                log::warn!("the reviewers of the merge request could not be set: {error}");
            }
        }
        Ok(())
    }

    fn merge(&self, request: &Request, wish: &MergeWish) -> Result<()> {
        if wish.queue {
            let path = self.at(&format!("/merge_trains/merge_requests/{}", request.number));
            let body = json!({ "sha": wish.head.as_str(), "auto_merge": wish.auto });
            return self.api.send("POST", &path, &body).map(drop);
        }
        let squash = wish.method == MergeMethod::Squash;
        let message = format!("{}\n\n{}", wish.title, wish.message);
        let mut body = json!({
            "sha": wish.head.as_str(), "squash": squash, "should_remove_source_branch": false,
        });
        if let Some(map) = body.as_object_mut() {
            let key = if squash { "squash_commit_message" } else { "merge_commit_message" };
            map.insert(key.to_owned(), message.trim().into());
            if wish.auto {
                map.insert("auto_merge".to_owned(), true.into());
                // Before GitLab 17.11.
                map.insert("merge_when_pipeline_succeeds".to_owned(), true.into());
            }
        }
        self.api.send("PUT", &self.merge_request(request, "/merge"), &body).map(drop)
    }

    fn update(&self, _: &Request, _: &Oid) -> Result<bool> {
        // It can only rebase: those commits were not approved.
        Ok(false)
    }

    fn ready(&self, request: &Request) -> Result<()> {
        let value = self.api.get(&self.merge_request(request, ""))?;
        let title = value.text("/title");
        let title =
            ["Draft:", "[Draft]", "(Draft)"].iter().find_map(|d| title.strip_prefix(d)).unwrap_or(&title);
        let body = json!({ "title": title.trim() });
        self.api.send("PUT", &self.merge_request(request, ""), &body).map(drop)
    }

    fn change(&self, request: &Request, change: Change<'_>) -> Result<()> {
        let body = match change {
            Change::Reopen => json!({ "state_event": "reopen" }),
            Change::Base(branch) => json!({ "target_branch": branch }),
        };
        self.api.send("PUT", &self.merge_request(request, ""), &body).map(drop)
    }

    fn review(&self, request: &Request, approve: bool, text: &str) -> Result<()> {
        if approve {
            let head = request.head_sha.as_ref().map(Oid::as_str);
            self.api.send("POST", &self.merge_request(request, "/approve"), &json!({ "sha": head }))?;
        }
        let words = match (approve, text.is_empty()) {
            (true, true) => return Ok(()),
            (true, false) => text.to_owned(),
            (false, true) => "Not approved.".to_owned(),
            (false, false) => format!("Not approved: {text}"),
        };
        self.api.send("POST", &self.merge_request(request, "/notes"), &json!({ "body": words })).map(drop)
    }

    fn rollouts(&self, commit: &Oid, tag: &str) -> Result<Vec<Rollout>> {
        let path = self.at("/deployments?order_by=id&sort=desc&per_page=100");
        let all = self.api.find(&path)?.unwrap_or_default();
        let ours = all.items("").iter().filter(|d| d.oid("/sha").as_ref() == Some(commit));
        let mut found: Vec<Rollout> = ours
            .map(|d| Rollout {
                place: d.text("/environment/name"),
                state: state(&d.text("/status")),
                url: d.text("/deployable/web_url"),
            })
            .collect();
        if found.is_empty() {
            let path = self.at(&format!("/pipelines?ref={}&per_page=20", encoded(tag)));
            let all = self.api.find(&path)?.unwrap_or_default();
            let ours = all.items("").iter().filter(|p| p.oid("/sha").as_ref() == Some(commit));
            found.extend(ours.map(|p| Rollout {
                place: "pipeline".to_owned(),
                state: state(&p.text("/status")),
                url: p.text("/web_url"),
            }));
        }
        Ok(found)
    }

    fn release(&self, tag: &str, text: &str, _: bool) -> Result<()> {
        let body = json!({ "tag_name": tag, "name": tag, "description": text });
        self.api.send("POST", &self.at("/releases"), &body).map(drop)
    }
}

pub(super) fn request(value: &Value) -> Option<Request> {
    let state = match value.text("/state").as_str() {
        "merged" => RequestState::Merged,
        "closed" => RequestState::Closed,
        _ => RequestState::Open,
    };
    let status = value.text("/detailed_merge_status");
    let old = value.text("/merge_status");
    let computing = match status.as_str() {
        "" => matches!(old.as_str(), "unchecked" | "checking"),
        word => matches!(word, "checking" | "unchecked" | "preparing" | "approvals_syncing"),
    };
    let merged = ["/merge_commit_sha", "/squash_commit_sha", "/sha"].iter().find_map(|at| value.oid(at));
    let by = ["/merge_user/username", "/merged_by/username", "/closed_by/username"];
    let auto = value.flag("/merge_when_pipeline_succeeds");
    Some(Request {
        number: value.number("/iid")?,
        url: value.text("/web_url"),
        state,
        base: value.text("/target_branch"),
        head: value.text("/source_branch"),
        head_sha: value.oid("/sha"),
        waiting: Vec::new(),
        merged_as: merged.filter(|_| state == RequestState::Merged),
        ended_by: by.iter().map(|at| value.text(at)).find(|w| !w.is_empty()),
        draft: value.flag("/draft") || value.flag("/work_in_progress"),
        // `locked`: it is being merged this moment.
        computing: state == RequestState::Open && (computing || value.text("/state") == "locked"),
        queue: (auto && state == RequestState::Open).then(Queue::default),
        author: value.text("/author/username"),
        approvals: Vec::new(),
        checks: Vec::new(),
        id: String::new(),
        tried: None,
    })
}

fn pipeline(value: &Value) -> Option<Check> {
    let pipeline = value.get("head_pipeline").filter(|p| p.is_object())?;
    // One of an older commit says nothing about the newest.
    if pipeline.oid("/sha").is_some() && pipeline.oid("/sha") != value.oid("/sha") {
        return None;
    }
    let state = state(&pipeline.text("/status"));
    Some(Check { name: "pipeline".to_owned(), state, url: pipeline.text("/web_url") })
}

fn state(word: &str) -> CheckState {
    match word {
        "success" => CheckState::Passed,
        "skipped" => CheckState::Skipped,
        "failed" | "canceled" => CheckState::Failed,
        _ => CheckState::Running,
    }
}

fn waits(value: &Value, approvals: &Value, request: &Request, rules: &Rules) -> Vec<Wait> {
    let mut waits = Vec::new();
    let status = value.text("/detailed_merge_status");
    if rules.all_checks || matches!(status.as_str(), "ci_must_pass" | "ci_still_running") {
        let strict = Rules { all_checks: true, ..rules.clone() };
        waits.extend(strict.missing(&request.checks));
        if request.checks.is_empty() && rules.all_checks {
            waits.push(Wait::new(WaitKind::NoChecks, "pipeline"));
        }
    }
    if request.draft {
        waits.push(Wait::new(WaitKind::Draft, "it is a draft"));
    }
    let left = approvals.number("/approvals_left").unwrap_or_default();
    if left > 0 {
        let mut wait = Wait::new(
            WaitKind::Review,
            crate::model::text::count(usize::try_from(left).unwrap_or(usize::MAX), "approval"),
        );
        let asked = approvals.items("/suggested_approvers").iter().chain(value.items("/reviewers"));
        wait.who = asked.map(|a| a.text("/username")).filter(|w| !w.is_empty()).collect();
        wait.who.dedup();
        waits.push(wait);
    }
    let known = |kind: WaitKind, waits: &[Wait]| waits.iter().any(|w| w.kind == kind);
    match status.as_str() {
        "mergeable" | "" | "checking" | "unchecked" | "preparing" | "approvals_syncing" | "draft_status"
        | "not_open" | "ci_must_pass" | "ci_still_running" => {}
        "conflict" => waits.push(Wait::new(WaitKind::Conflict, "it conflicts with its target")),
        "need_rebase" => waits.push(Wait::new(WaitKind::Behind, "its target has new commits")),
        "not_approved" if known(WaitKind::Review, &waits) => {}
        "not_approved" => waits.push(Wait::new(WaitKind::Review, "an approval")),
        "requested_changes" => waits.push(Wait::new(WaitKind::Review, "changes are requested")),
        "discussions_not_resolved" => {
            waits.push(Wait::new(WaitKind::Other, "unresolved threads"));
        }
        other => waits.push(Wait::new(WaitKind::Other, other)),
    }
    if value.flag("/has_conflicts") && !known(WaitKind::Conflict, &waits) {
        waits.push(Wait::new(WaitKind::Conflict, "it conflicts with its target"));
    }
    if request.queue.is_some() {
        waits.push(Wait::new(WaitKind::Queue, "GitLab merges it once nothing blocks it"));
    }
    waits
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_of_a_description_is_a_command() {
        assert_eq!(without_actions("/merge\n\n  /approve\nsee a/b\n"), "\\/merge\n\n\\/approve\nsee a/b");
    }
}
