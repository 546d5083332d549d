//! GitHub: one GraphQL query reads everything, REST changes it.

use super::api::{Api, Lenient};
use super::detect::Place;
use super::error::{ForgeError, Result};
use super::github_rest as rest;
use super::token::Token;
use super::{Change, Forge, Wanted, best};
use crate::model::oid::Oid;
use crate::model::request::{
    Approval, Check, CheckState, MergeMethod, MergeWish, NewRequest, Push, Queue, Request, RequestState,
    Rollout, Rules, Seen, Tried, Wait, WaitKind,
};
use crate::system::http::Http;
use serde_json::{Value, json};

const LOOK: &str = include_str!("github.graphql");
/// What is asked about a release.
const ROLLOUTS: &str = include_str!("github_rollouts.graphql");
/// The version of the REST API that is asked for.
const VERSION: &str = "2022-11-28";

/// A repository on GitHub.
pub struct GitHub {
    api: Api,
    graphql: String,
    owner: String,
    name: String,
    /// `/repos/owner/name`.
    repo: String,
}

impl GitHub {
    pub fn new(http: Http, place: &Place, token: Option<&Token>) -> Self {
        let headers = vec![
            ("Accept", "application/vnd.github+json".to_owned()),
            ("X-GitHub-Api-Version", VERSION.to_owned()),
        ];
        let graphql = match place.api.strip_suffix("/v3") {
            Some(root) => format!("{root}/graphql"),
            None => format!("{}/graphql", place.api),
        };
        let (owner, name) = place.address.owner_and_name().unwrap_or_default();
        Self {
            repo: format!("/repos/{}", place.address.encoded_path()),
            api: Api::new(http, &place.api, headers, token),
            graphql,
            owner: owner.to_owned(),
            name: name.to_owned(),
        }
    }

    /// GraphQL answers 200 also when it refuses; its reasons are in `errors`.
    fn checked(&self, answer: Value) -> Result<Value> {
        let errors = answer.items("/errors");
        let Some(first) = errors.first() else { return Ok(answer) };
        // Parts that we may not see are null; what was asked for is there all the same.
        if answer.pointer("/data/repository").is_some_and(Value::is_object) {
            return Ok(answer);
        }
        let words = errors.iter().map(|e| e.text("/message")).collect::<Vec<_>>().join("; ");
        Err(match first.text("/type").as_str() {
            "NOT_FOUND" => self.denied(404, words),
            "FORBIDDEN" | "INSUFFICIENT_SCOPES" => self.denied(403, words),
            "RATE_LIMITED" => ForgeError::Limited { host: self.api.host(), seconds: None },
            _ => ForgeError::Refused { status: 200, words },
        })
    }

    fn denied(&self, status: u16, words: String) -> ForgeError {
        ForgeError::Denied { host: self.api.host(), status, words, hint: None }
    }

    fn mutate(&self, name: &str, input: &Value) -> Result<()> {
        let kind = name.get(..1).unwrap_or_default().to_uppercase() + name.get(1..).unwrap_or_default();
        let query =
            format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ clientMutationId }} }}");
        let body = json!({ "query": query, "variables": { "input": input } });
        self.checked(self.api.send("POST", &self.graphql, &body)?).map(drop)
    }

    fn pull(&self, request: &Request) -> String {
        format!("{}/pulls/{}", self.repo, request.number)
    }
}

impl Forge for GitHub {
    fn look(&self, wanted: Wanted<'_>) -> Result<Seen> {
        let variables = json!({
            "owner": self.owner, "name": self.name, "head": wanted.head,
            "base": format!("refs/heads/{}", wanted.base), "branch": wanted.base, "tip": wanted.tip.as_str(),
        });
        let asked = self.api.ask(&self.graphql, &json!({ "query": LOOK, "variables": variables }));
        let repository = match asked.and_then(|answer| self.checked(answer)) {
            Ok(answer) => answer.pointer("/data/repository").cloned().unwrap_or_default(),
            Err(error) if rest::may_answer(&error) => {
                // What it says about itself counts, where REST says no as well.
                rest::look(&self.api, &self.repo, &self.owner, wanted).map_err(|_| error)?
            }
            Err(error) => return Err(error),
        };
        let rules = rules(&repository);
        // The fork that a request comes from.
        let fork = |node: &Value| {
            node.flag("/isCrossRepository").then(|| node.text("/headRepository/nameWithOwner"))
        };
        let ours = |node: &&Value| wanted.may_come_from(fork(node).as_deref());
        let here = repository.items("/pullRequests/nodes").iter().filter(ours);
        let by_commit = repository.items("/object/associatedPullRequests/nodes").iter();
        let by_commit = by_commit.filter_map(|node| {
            request(node, &rules).filter(|request| wanted.may_be(request, fork(node).as_deref()))
        });
        let mut found: Vec<Request> = here.filter_map(|n| request(n, &rules)).chain(by_commit).collect();
        found.dedup_by_key(|r| r.number);
        Ok(Seen { request: best(found, wanted), rules })
    }

    fn parent(&self) -> Result<Option<String>> {
        let parent = self.api.get(&self.repo)?.text("/parent/full_name");
        Ok(Some(parent).filter(|path| !path.is_empty()))
    }

    fn open(&self, new: &NewRequest) -> Result<()> {
        let from = new.fork.as_deref().and_then(|fork| fork.rsplit_once('/'));
        let head = from.map_or_else(|| new.head.clone(), |(owner, _)| format!("{owner}:{}", new.head));
        let mut body = json!({
            "title": new.title, "head": head, "base": new.base, "body": new.body, "draft": new.draft,
        });
        if let (Some((owner, name)), Some(map)) = (from, body.as_object_mut())
            && owner == self.owner
        {
            // A fork in the same organisation is told by its name alone.
            map.insert("head_repo".to_owned(), name.into());
        }
        let opened = self.api.send("POST", &format!("{}/pulls", self.repo), &body)?;
        let Some(number) = opened.number("/number") else { return Ok(()) };
        // What is not there does not hold a hotfix up.
        if !new.labels.is_empty() {
            let path = format!("{}/issues/{number}/labels", self.repo);
            remark(self.api.send("POST", &path, &json!({ "labels": new.labels })), "labels");
        }
        if !new.reviewers.is_empty() {
            let (teams, people): (Vec<&String>, Vec<&String>) =
                new.reviewers.iter().partition(|r| r.contains('/'));
            let teams: Vec<&str> = teams.iter().filter_map(|t| Some(t.rsplit_once('/')?.1)).collect();
            let path = format!("{}/pulls/{number}/requested_reviewers", self.repo);
            let body = json!({ "reviewers": people, "team_reviewers": teams });
            remark(self.api.send("POST", &path, &body), "reviewers");
        }
        Ok(())
    }

    fn merge(&self, request: &Request, wish: &MergeWish) -> Result<()> {
        let method = match wish.method {
            MergeMethod::Squash => "squash",
            MergeMethod::Rebase => "rebase",
            MergeMethod::Merge | MergeMethod::FastForward => "merge",
        };
        if wish.queue {
            let input = json!({
                "pullRequestId": request.id, "expectedHeadOid": wish.head.as_str(), "jump": wish.jump,
            });
            return self.mutate("enqueuePullRequest", &input);
        }
        if wish.auto {
            let input = json!({
                "pullRequestId": request.id, "expectedHeadOid": wish.head.as_str(),
                "mergeMethod": method.to_uppercase(),
                "commitHeadline": wish.title, "commitBody": wish.message,
            });
            return self.mutate("enablePullRequestAutoMerge", &input);
        }
        let body = json!({
            "sha": wish.head.as_str(), "merge_method": method,
            "commit_title": wish.title, "commit_message": wish.message,
        });
        self.api.send("PUT", &format!("{}/merge", self.pull(request)), &body).map(drop)
    }

    fn update(&self, request: &Request, head: &Oid) -> Result<bool> {
        let body = json!({ "expected_head_sha": head.as_str() });
        self.api.send("PUT", &format!("{}/update-branch", self.pull(request)), &body).map(|_| true)
    }

    fn ready(&self, request: &Request) -> Result<()> {
        self.mutate("markPullRequestReadyForReview", &json!({ "pullRequestId": request.id }))
    }

    fn change(&self, request: &Request, change: Change<'_>) -> Result<()> {
        let body = match change {
            Change::Reopen => json!({ "state": "open" }),
            Change::Base(branch) => json!({ "base": branch }),
        };
        self.api.send("PATCH", &self.pull(request), &body).map(drop)
    }

    fn review(&self, request: &Request, approve: bool, text: &str) -> Result<()> {
        let event = if approve { "APPROVE" } else { "REQUEST_CHANGES" };
        let head = request.head_sha.as_ref().map(Oid::as_str);
        let body = json!({ "event": event, "body": text, "commit_id": head });
        self.api.send("POST", &format!("{}/reviews", self.pull(request)), &body).map(drop)
    }

    fn rollouts(&self, commit: &Oid, _: &str) -> Result<Vec<Rollout>> {
        let variables = json!({ "owner": self.owner, "name": self.name, "commit": commit.as_str() });
        let answer = self.api.ask(&self.graphql, &json!({ "query": ROLLOUTS, "variables": variables }))?;
        let answer = self.checked(answer)?;
        let nodes = answer.items("/data/repository/object/deployments/nodes").iter();
        Ok(nodes.filter_map(rollout).collect())
    }

    fn release(&self, tag: &str, text: &str, latest: bool) -> Result<()> {
        let body = json!({
            "tag_name": tag, "name": tag, "body": text,
            "make_latest": if latest { "true" } else { "false" },
        });
        self.api.send("POST", &format!("{}/releases", self.repo), &body).map(drop)
    }
}

fn rollout(node: &Value) -> Option<Rollout> {
    let said = node.text("/latestStatus/state");
    let word = if said.is_empty() { node.text("/state") } else { said };
    let state = match word.as_str() {
        // One that another has taken the place of was deployed.
        "SUCCESS" | "ACTIVE" | "INACTIVE" => CheckState::Passed,
        "FAILURE" | "ERROR" => CheckState::Failed,
        "ABANDONED" | "DESTROYED" => return None,
        _ => CheckState::Running,
    };
    let page = ["/latestStatus/logUrl", "/latestStatus/environmentUrl"].map(|at| node.text(at));
    let url = page.into_iter().find(|url| !url.is_empty()).unwrap_or_default();
    Some(Rollout { place: node.text("/environment"), state, url })
}

fn remark(result: Result<Value>, what: &str) {
    if let Err(error) = result {
        log::warn!("the {what} of the pull request could not be set: {error}");
    }
}

fn rules(repository: &Value) -> Rules {
    let mut rules = Rules { auto: repository.flag("/autoMergeAllowed"), ..Rules::default() };
    for (key, method) in [
        ("/mergeCommitAllowed", MergeMethod::Merge),
        ("/squashMergeAllowed", MergeMethod::Squash),
        ("/rebaseMergeAllowed", MergeMethod::Rebase),
    ] {
        if repository.flag(key) {
            rules.methods.push(method);
        }
    }
    rules.queue = repository.pointer("/mergeQueue/id").is_some();
    let Some(base) = repository.get("base").filter(|b| b.is_object()) else { return rules };
    rules.push = Push::Allowed;
    if let Some(classic) = base.get("refUpdateRule").filter(|r| r.is_object()) {
        if classic.get("viewerCanPush").and_then(Value::as_bool) == Some(false) {
            rules.push = Push::Refused;
        }
        if classic.number("/requiredApprovingReviewCount").is_some_and(|n| n > 0) {
            rules.push = Push::Refused;
        }
        rules.approvals = classic.number("/requiredApprovingReviewCount").unwrap_or_default();
        rules.code_owners = classic.flag("/requiresCodeOwnerReviews");
        linear(&mut rules, classic.flag("/requiresLinearHistory"));
        let names = classic.items("/requiredStatusCheckContexts").iter().filter_map(Value::as_str);
        rules.checks.extend(names.map(str::to_owned));
    }
    for rule in base.items("/rules/nodes") {
        match rule.text("/type").as_str() {
            "PULL_REQUEST" => {
                rules.push = Push::Refused;
                let asked = rule.number("/parameters/requiredApprovingReviewCount").unwrap_or_default();
                rules.approvals = rules.approvals.max(asked);
                rules.code_owners |= rule.flag("/parameters/requireCodeOwnerReview");
                let allowed: Vec<String> =
                    rule.items("/parameters/allowedMergeMethods").iter().map(|m| m.text("")).collect();
                if !allowed.is_empty() {
                    rules.methods.retain(|m| allowed.iter().any(|a| a.eq_ignore_ascii_case(word(*m))));
                }
            }
            "REQUIRED_STATUS_CHECKS" => {
                rules.push = Push::Refused;
                rules.strict |= rule.flag("/parameters/strictRequiredStatusChecksPolicy");
                let checks = rule.items("/parameters/requiredStatusChecks").iter();
                rules.checks.extend(checks.map(|c| c.text("/context")));
            }
            "MERGE_QUEUE" => {
                rules.push = Push::Refused;
                rules.queue = true;
            }
            "REQUIRED_LINEAR_HISTORY" => linear(&mut rules, true),
            "UPDATE" => rules.push = Push::Refused,
            _ => {}
        }
    }
    rules.checks.sort();
    rules.checks.dedup();
    rules
}

fn linear(rules: &mut Rules, is: bool) {
    rules.methods.retain(|m| !is || *m != MergeMethod::Merge);
}

const fn word(method: MergeMethod) -> &'static str {
    match method {
        MergeMethod::Merge | MergeMethod::FastForward => "merge",
        MergeMethod::Squash => "squash",
        MergeMethod::Rebase => "rebase",
    }
}

/// A request with the rules that come in the same answer.
pub(super) fn read(repository: &Value) -> Option<Request> {
    request(repository.items("/pullRequests/nodes").first()?, &rules(repository))
}

fn request(node: &Value, rules: &Rules) -> Option<Request> {
    let state = match node.text("/state").as_str() {
        "MERGED" => RequestState::Merged,
        "CLOSED" => RequestState::Closed,
        _ => RequestState::Open,
    };
    let head_sha = node.oid("/headRefOid");
    let mut request = Request {
        number: node.number("/number")?,
        url: node.text("/url"),
        state,
        base: node.text("/baseRefName"),
        head: node.text("/headRefName"),
        waiting: Vec::new(),
        merged_as: node.oid("/mergeCommit/oid").filter(|_| state == RequestState::Merged),
        ended_by: Some(node.text("/mergedBy/login")).filter(|w| !w.is_empty()),
        draft: node.flag("/isDraft"),
        computing: node.text("/mergeable") == "UNKNOWN" && state == RequestState::Open,
        queue: queue(node),
        author: node.text("/author/login"),
        approvals: approvals(node, head_sha.as_ref()),
        checks: node
            .items("/commits/nodes/0/commit/statusCheckRollup/contexts/nodes")
            .iter()
            .map(check)
            .collect(),
        id: node.text("/id"),
        tried: tried(node).filter(|_| state == RequestState::Open),
        head_sha,
    };
    if state == RequestState::Open {
        request.waiting = waits(node, &request, rules);
    }
    Some(request)
}

fn tried(node: &Value) -> Option<Tried> {
    let at = |path: &str| node.oid(&format!("/potentialMergeCommit{path}"));
    Some(Tried { commit: at("/oid")?, base: at("/parents/nodes/0/oid")?, tree: at("/tree/oid")? })
}

fn queue(node: &Value) -> Option<Queue> {
    let entry = node.get("mergeQueueEntry").filter(|e| e.is_object());
    let auto = node.get("autoMergeRequest").is_some_and(Value::is_object);
    if entry.is_none() && !auto && !node.flag("/isInMergeQueue") {
        return None;
    }
    Some(Queue {
        position: entry.and_then(|e| e.number("/position")),
        eta: entry.and_then(|e| e.number("/estimatedTimeToMerge")),
    })
}

fn approvals(node: &Value, head: Option<&Oid>) -> Vec<Approval> {
    node.items("/latestOpinionatedReviews/nodes")
        .iter()
        .filter(|r| r.text("/state") == "APPROVED" && r.oid("/commit/oid").as_ref() == head)
        .map(|r| Approval { who: r.text("/author/login"), url: r.text("/url") })
        .collect()
}

fn check(node: &Value) -> Check {
    let run = node.text("/__typename") == "CheckRun";
    let state = if run && node.text("/status") != "COMPLETED" {
        CheckState::Running
    } else {
        let word = if run { node.text("/conclusion") } else { node.text("/state") };
        match word.as_str() {
            "SUCCESS" => CheckState::Passed,
            "NEUTRAL" | "SKIPPED" => CheckState::Skipped,
            "PENDING" | "EXPECTED" | "" => CheckState::Running,
            _ => CheckState::Failed,
        }
    };
    let (name, url) = if run { ("/name", "/detailsUrl") } else { ("/context", "/targetUrl") };
    Check { name: node.text(name), state, url: node.text(url) }
}

fn waits(node: &Value, request: &Request, rules: &Rules) -> Vec<Wait> {
    let mut waits = rules.missing(&request.checks);
    if request.draft {
        waits.push(Wait::new(WaitKind::Draft, "it is a draft"));
    }
    let decision = node.text("/reviewDecision");
    let changes = decision == "CHANGES_REQUESTED";
    let given = u64::try_from(request.approvals.len()).unwrap_or(u64::MAX);
    let merge_state = node.text("/mergeStateStatus");
    // REST gives no decision, only what was said; what can be merged has enough of it.
    let is_clean = matches!(merge_state.as_str(), "CLEAN" | "HAS_HOOKS" | "UNSTABLE");
    let lacks = node.flag("/fromRest") && given < rules.approvals && !is_clean;
    if changes || decision == "REVIEW_REQUIRED" || lacks {
        let asked = node.items("/reviewRequests/nodes").iter();
        let who = asked.map(|r| r.text("/requestedReviewer/login") + &r.text("/requestedReviewer/slug"));
        let name = if changes { "changes are requested".to_owned() } else { needed(rules) };
        let mut wait = Wait::new(WaitKind::Review, name);
        wait.who = who.filter(|w| !w.is_empty()).collect();
        waits.push(wait);
    }
    if node.text("/mergeable") == "CONFLICTING" || merge_state == "DIRTY" {
        waits.push(Wait::new(WaitKind::Conflict, "it conflicts with its base"));
    }
    if merge_state == "BEHIND" {
        waits.push(Wait::new(WaitKind::Behind, "its base has new commits"));
    }
    if request.queue.is_some() {
        waits.push(Wait::new(WaitKind::Queue, "the forge merges it when its turn comes"));
    }
    if waits.is_empty() && merge_state == "BLOCKED" {
        let open = node.items("/reviewThreads/nodes").iter().filter(|t| !t.flag("/isResolved")).count();
        let why = match open {
            0 => "a GitHub rule that GitHub does not name".to_owned(),
            n => crate::model::text::count(n, "unresolved conversation"),
        };
        waits.push(Wait::new(WaitKind::Other, why));
    }
    waits
}

fn needed(rules: &Rules) -> String {
    let owner = if rules.code_owners { " of a code owner" } else { "" };
    match rules.approvals {
        0 | 1 => format!("an approval{owner}"),
        n => format!("{n} approvals{owner}"),
    }
}
