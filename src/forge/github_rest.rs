//! GitHub where GraphQL is refused (some tokens, some proxies): the same look, from several REST calls
//! that are put into the form in which GraphQL answers.

use super::Wanted;
use super::api::{Api, Lenient};
use super::error::Result;
use crate::system::http::encoded;
use serde_json::{Value, json};

/// How many requests of one branch are read.
const MOST: usize = 20;

/// Reads what the query for a look reads. `repo` is `/repos/owner/name`.
pub fn look(api: &Api, repo: &str, owner: &str, wanted: Wanted<'_>) -> Result<Value> {
    let repository = api.get(repo)?;
    let base = encoded(wanted.base);
    let rules = api.every(&format!("{repo}/rules/branches/{base}"), "")?;
    let branch = api.find(&format!("{repo}/branches/{base}"))?.unwrap_or_default();
    let mut pulls = Vec::new();
    let fork = wanted.fork.and_then(|fork| fork.rsplit_once('/')).map(|(owner, _)| owner);
    for owner in [Some(owner), fork].into_iter().flatten() {
        let head = encoded(&format!("{owner}:{}", wanted.head));
        let found = api.get(&format!("{repo}/pulls?head={head}&state=all&per_page=50"))?;
        pulls.extend(found.items("").iter().cloned());
    }
    if pulls.is_empty() {
        let by_commit = api.find(&format!("{repo}/commits/{}/pulls", wanted.tip))?.unwrap_or_default();
        pulls.extend(by_commit.items("").iter().cloned());
    }
    // Reading one takes several calls, and the one that counts is among the newest.
    pulls.truncate(MOST);
    let mut nodes = Vec::new();
    for pull in &pulls {
        let number = pull.number("/number").unwrap_or_default();
        // The list leaves out whether it can be merged.
        let is_open = pull.text("/state") == "open";
        let whole = if is_open { api.get(&format!("{repo}/pulls/{number}"))? } else { pull.clone() };
        nodes.push(node(api, repo, &whole)?);
    }
    Ok(json!({
        "mergeCommitAllowed": repository.get("allow_merge_commit"),
        "squashMergeAllowed": repository.get("allow_squash_merge"),
        "rebaseMergeAllowed": repository.get("allow_rebase_merge"),
        "autoMergeAllowed": repository.get("allow_auto_merge"),
        "base": { "refUpdateRule": classic(&branch), "rules": { "nodes": rules_of(&rules) } },
        "pullRequests": { "nodes": nodes },
    }))
}

/// The protection of before there were rules, as far as everybody may read it.
fn classic(branch: &Value) -> Value {
    if !branch.flag("/protected") {
        return Value::Null;
    }
    json!({ "requiredStatusCheckContexts": branch.pointer("/protection/required_status_checks/contexts") })
}

fn rules_of(rules: &[Value]) -> Vec<Value> {
    let rule = |rule: &Value| {
        let kind = rule.text("/type").to_uppercase();
        let at = |key: &str| rule.pointer(&format!("/parameters/{key}")).cloned().unwrap_or_default();
        json!({
            "type": kind,
            "parameters": {
                "requiredApprovingReviewCount": at("required_approving_review_count"),
                "requireCodeOwnerReview": at("require_code_owner_review"),
                "allowedMergeMethods": at("allowed_merge_methods"),
                "strictRequiredStatusChecksPolicy": at("strict_required_status_checks_policy"),
                "requiredStatusChecks": at("required_status_checks"),
            },
        })
    };
    rules.iter().map(rule).collect()
}

fn node(api: &Api, repo: &str, pull: &Value) -> Result<Value> {
    let number = pull.number("/number").unwrap_or_default();
    let head = pull.text("/head/sha");
    let merged = pull.get("merged_at").is_some_and(|at| !at.is_null());
    let state = match (merged, pull.text("/state").as_str()) {
        (true, _) => "MERGED",
        (false, "closed") => "CLOSED",
        _ => "OPEN",
    };
    let (mut contexts, mut reviews) = (Vec::new(), Vec::new());
    if state == "OPEN" {
        contexts = checks(api, repo, &head)?;
        reviews = latest(&api.every(&format!("{repo}/pulls/{number}/reviews"), "")?);
    }
    let mergeable = match pull.get("mergeable").and_then(Value::as_bool) {
        Some(true) => "MERGEABLE",
        Some(false) => "CONFLICTING",
        None if state == "OPEN" => "UNKNOWN",
        None => "MERGEABLE",
    };
    let people = pull.items("/requested_reviewers").iter().map(|r| json!({ "login": r.text("/login") }));
    let teams = pull.items("/requested_teams").iter().map(|t| json!({ "slug": t.text("/slug") }));
    let asked = people.chain(teams).map(|who| json!({ "requestedReviewer": who }));
    Ok(json!({
        "id": pull.text("/node_id"), "number": number, "url": pull.text("/html_url"), "state": state,
        "fromRest": true, "isDraft": pull.flag("/draft"),
        "isCrossRepository": pull.text("/head/repo/full_name") != pull.text("/base/repo/full_name"),
        "headRepository": { "nameWithOwner": pull.text("/head/repo/full_name") },
        "headRefName": pull.text("/head/ref"), "headRefOid": head, "baseRefName": pull.text("/base/ref"),
        "mergeable": mergeable, "mergeStateStatus": pull.text("/mergeable_state").to_uppercase(),
        "reviewDecision": decision(&reviews),
        "author": { "login": pull.text("/user/login") },
        "mergedBy": { "login": pull.text("/merged_by/login") },
        // Servers of 2026 no longer tell it; git finds the commit then.
        "mergeCommit": { "oid": pull.text("/merge_commit_sha") },
        "autoMergeRequest": pull.get("auto_merge"),
        "reviewRequests": { "nodes": asked.collect::<Vec<_>>() },
        "latestOpinionatedReviews": { "nodes": reviews },
        "commits": { "nodes": [{ "commit": { "statusCheckRollup": { "contexts": { "nodes": contexts } } } }] },
    }))
}

fn checks(api: &Api, repo: &str, head: &str) -> Result<Vec<Value>> {
    let runs = api.every(&format!("{repo}/commits/{head}/check-runs"), "/check_runs")?;
    let statuses = api.every(&format!("{repo}/commits/{head}/status"), "/statuses")?;
    let run = |run: &Value| {
        json!({
            "__typename": "CheckRun", "name": run.text("/name"), "status": run.text("/status").to_uppercase(),
            "conclusion": run.text("/conclusion").to_uppercase(), "detailsUrl": run.text("/details_url"),
        })
    };
    let status = |status: &Value| {
        json!({
            "__typename": "StatusContext", "context": status.text("/context"),
            "state": status.text("/state").to_uppercase(), "targetUrl": status.text("/target_url"),
        })
    };
    Ok(runs.iter().map(run).chain(statuses.iter().map(status)).collect())
}

/// The last word of each reviewer; a comment is none.
fn latest(reviews: &[Value]) -> Vec<Value> {
    let mut latest: Vec<Value> = Vec::new();
    for review in reviews
        .iter()
        .filter(|r| matches!(r.text("/state").as_str(), "APPROVED" | "CHANGES_REQUESTED" | "DISMISSED"))
        // Anybody with an account can approve a public request: only who may write says anything. A member of the
        // organisation may not be able to: that is heard, and approves nothing.
        .filter(|r| matches!(r.text("/author_association").as_str(), "OWNER" | "MEMBER" | "COLLABORATOR"))
    {
        let who = review.text("/user/login");
        latest.retain(|l| l.text("/author/login") != who);
        let state = match (review.text("/author_association").as_str(), review.text("/state")) {
            ("MEMBER", state) if state == "APPROVED" => "DISMISSED".to_owned(),
            (_, state) => state,
        };
        latest.push(json!({
            "state": state, "url": review.text("/html_url"), "author": { "login": who },
            "commit": { "oid": review.text("/commit_id") },
        }));
    }
    latest
}

/// Whether somebody wants changes. How many approvals are missing is what the rules tell.
fn decision(reviews: &[Value]) -> Value {
    let wants = reviews.iter().any(|r| r.text("/state") == "CHANGES_REQUESTED");
    if wants { json!("CHANGES_REQUESTED") } else { Value::Null }
}

/// Whether a refusal of the query is one of GraphQL alone, so that REST may still answer.
pub fn may_answer(error: &super::ForgeError) -> bool {
    matches!(
        error,
        super::ForgeError::Denied { status: 403 | 404, .. }
            | super::ForgeError::Refused { .. }
            | super::ForgeError::Strange { .. }
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_may_write_approves() {
        let review = |who: &str, association: &str, state: &str| json!({ "state": state, "user": { "login": who }, "author_association": association, "commit_id": "" });
        let reviews = [
            review("eve", "NONE", "APPROVED"),
            review("max", "MEMBER", "CHANGES_REQUESTED"),
            review("max", "MEMBER", "APPROVED"),
            review("ada", "COLLABORATOR", "APPROVED"),
        ];
        let said: Vec<String> = latest(&reviews)
            .iter()
            .map(|r| format!("{} {}", r.text("/author/login"), r.text("/state")))
            .collect();
        assert_eq!(said, ["max DISMISSED", "ada APPROVED"]);
    }
}
