//! As GitHub.

use super::http::Reply;
use super::model::{Model, Pull};
use super::not_found;
use serde_json::{Value, json};

fn text<'a>(body: &'a Value, at: &str) -> &'a str {
    body.pointer(at).and_then(Value::as_str).unwrap_or_default()
}

fn refused(status: u16, words: &str) -> Reply {
    Reply::json(status, &json!({ "message": words, "documentation_url": "https://docs.github.com/rest" }))
}

pub fn rest(model: &mut Model, method: &str, parts: &[&str], body: &Value) -> Reply {
    let ["repos", "team", "shop" | "store", rest @ ..] = parts else { return not_found() };
    match (method, rest) {
        ("GET", rest) => read(model, rest),
        ("POST", ["pulls"]) => {
            let draft = body["draft"] == true;
            let opened = model.open(
                text(body, "/head"),
                text(body, "/base"),
                text(body, "/title"),
                text(body, "/body"),
                draft,
            );
            match opened {
                Ok(number) => Reply::json(201, &json!({ "number": number })),
                Err(why) => {
                    let errors = json!([{ "resource": "PullRequest", "code": "custom", "message": why }]);
                    Reply::json(422, &json!({ "message": "Validation Failed", "errors": errors }))
                }
            }
        }
        ("PUT", ["pulls", number, "merge"]) => {
            let number: u64 = number.parse().unwrap();
            let pull = model.pull(number).unwrap().clone();
            if model.queue {
                return refused(405, "Changes must be made through the merge queue");
            }
            if pull.state != "open" {
                return refused(405, "Pull Request is not mergeable");
            }
            if text(body, "/sha") != pull.head_sha {
                return refused(409, "Head branch was modified. Review and try the merge again.");
            }
            let message = format!("{}\n\n{}", text(body, "/commit_title"), text(body, "/commit_message"));
            match model.merge(number, text(body, "/merge_method"), &message, "ada") {
                Ok(sha) => Reply::json(200, &json!({ "sha": sha, "merged": true })),
                Err(why) => refused(405, &why),
            }
        }
        ("PUT", ["pulls", number, "update-branch"]) => {
            let pull = model.pull(number.parse().unwrap()).unwrap().clone();
            if text(body, "/expected_head_sha") != pull.head_sha {
                return refused(422, "expected_head_sha is not the head");
            }
            model.bring_in(pull.number);
            Reply::json(202, &json!({ "message": "Updating pull request branch." }))
        }
        ("PATCH", ["pulls", number]) => {
            let pull = model.pull_mut(number.parse().unwrap());
            if text(body, "/state") == "open" {
                pull.state = "open";
            }
            if !text(body, "/base").is_empty() {
                pull.base = text(body, "/base").to_owned();
            }
            Reply::json(200, &json!({}))
        }
        ("POST", ["pulls", number, "reviews"]) => {
            let number = number.parse().unwrap();
            if text(body, "/event") == "APPROVE" {
                model.approve(number);
            }
            Reply::json(200, &json!({}))
        }
        ("POST", ["releases"]) => Reply::json(201, &json!({})),
        ("POST", _) => Reply::json(200, &json!({})),
        _ => not_found(),
    }
}

/// What REST alone can tell.
fn read(model: &Model, rest: &[&str]) -> Reply {
    let list = |found: Vec<Value>| Reply::json(200, &json!(found));
    match rest {
        [] => Reply::json(
            200,
            &json!({
                "allow_merge_commit": model.methods.contains(&"merge"),
                "allow_squash_merge": model.methods.contains(&"squash"),
                "allow_rebase_merge": model.methods.contains(&"rebase"), "allow_auto_merge": true,
                "fork": model.parent.is_some(), "parent": model.parent.map(|p| json!({ "full_name": p })),
            }),
        ),
        ["rules", "branches", base] if model.protected.contains(*base) => {
            let checks: Vec<Value> = model.checks.iter().map(|c| json!({ "context": c })).collect();
            list(vec![
                json!({ "type": "pull_request", "parameters": { "required_approving_review_count": model.approvals } }),
                json!({ "type": "required_status_checks", "parameters": { "required_status_checks": checks } }),
            ])
        }
        ["rules", "branches", _] => list(Vec::new()),
        ["branches", base] => {
            Reply::json(200, &json!({ "name": base, "protected": model.protected.contains(*base) }))
        }
        ["pulls"] => list(model.pulls.iter().map(|p| plain(model, p)).collect()),
        ["commits", sha, "pulls"] => {
            list(model.pulls.iter().filter(|p| p.head_sha == *sha).map(|p| plain(model, p)).collect())
        }
        ["commits", sha, "check-runs"] => {
            let all = model.reported.iter().filter(|((of, _), _)| of == sha);
            let runs: Vec<Value> = all
                .map(|((_, name), state)| {
                    json!({ "name": name, "status": "completed", "conclusion": state, "details_url": "" })
                })
                .collect();
            Reply::json(200, &json!({ "check_runs": runs }))
        }
        ["commits", _, "status"] => Reply::json(200, &json!({ "state": "pending", "statuses": [] })),
        ["pulls", number] => match model.pull(number.parse().unwrap_or_default()) {
            Some(pull) => Reply::json(200, &plain(model, pull)),
            None => not_found(),
        },
        ["pulls", number, "reviews"] => {
            let pull = model.pull(number.parse().unwrap()).unwrap();
            let given = pull.approvals.iter().map(|(who, sha)| {
                json!({ "state": "APPROVED", "user": { "login": who }, "commit_id": sha, "html_url": format!("{}/review", model.base) })
            });
            list(given.collect())
        }
        _ => not_found(),
    }
}

/// A request as REST gives it.
fn plain(model: &Model, pull: &Pull) -> Value {
    let open = pull.state == "open";
    json!({
        "node_id": format!("PR_{}", pull.number), "number": pull.number,
        "html_url": format!("{}/team/shop/pull/{}", model.base, pull.number),
        "state": if open { "open" } else { "closed" },
        "merged_at": (pull.state == "merged").then_some("2026-11-22T15:00:00Z"),
        "merge_commit_sha": pull.merged_as, "draft": pull.draft,
        "head": { "ref": pull.head, "sha": pull.head_sha }, "base": { "ref": pull.base },
        "mergeable": open.then(|| !model.conflicts(pull)),
        "mergeable_state": if model.blocked(pull).is_some() { "blocked" } else { "clean" },
        "user": { "login": "ada" }, "requested_reviewers": [], "requested_teams": [],
    })
}

pub fn graphql(model: &mut Model, body: &Value) -> Reply {
    if model.no_graphql {
        return refused(403, "Resource not accessible by integration");
    }
    let query = text(body, "/query");
    let input = |at: &str| text(body, &format!("/variables/input/{at}")).to_owned();
    let number = || input("pullRequestId").trim_start_matches("PR_").parse::<u64>().unwrap();
    if query.contains("deployments(") {
        let nodes: Vec<Value> = model
            .rollouts
            .iter()
            .map(|(place, state)| {
                let word = if *state == "running" { "IN_PROGRESS".to_owned() } else { state.to_uppercase() };
                let status = json!({ "state": word, "logUrl": format!("{}/deploy/{place}", model.base) });
                json!({ "environment": place, "state": "PENDING", "latestStatus": status })
            })
            .collect();
        let object = json!({ "deployments": { "nodes": nodes } });
        return Reply::json(200, &json!({ "data": { "repository": { "object": object } } }));
    }
    if query.contains("markPullRequestReadyForReview") {
        model.pull_mut(number()).draft = false;
    } else if query.contains("enablePullRequestAutoMerge") {
        let pull = model.pull(number()).unwrap().clone();
        if model.blocked(&pull).is_none() {
            let words = "Pull request Pull request is in clean status";
            return Reply::json(
                200,
                &json!({ "data": null, "errors": [{ "type": "UNPROCESSABLE", "message": words }] }),
            );
        }
        model.pull_mut(number()).auto = Some(input("mergeMethod").to_lowercase());
    } else if query.contains("enqueuePullRequest") {
        model.pull_mut(number()).auto = Some("merge".into());
    } else {
        return Reply::json(200, &json!({ "data": { "repository": repository(model, body) } }));
    }
    Reply::json(200, &json!({ "data": { "x": { "clientMutationId": null } } }))
}

fn repository(model: &mut Model, body: &Value) -> Value {
    let (head, tip) = (text(body, "/variables/head"), text(body, "/variables/tip"));
    let base = text(body, "/variables/branch").to_owned();
    let computing = model.computing > 0;
    model.computing = model.computing.saturating_sub(1);
    let by_branch: Vec<Value> =
        model.pulls.iter().filter(|p| p.head == head).map(|p| node(model, p, computing)).collect();
    let by_commit: Vec<Value> =
        model.pulls.iter().filter(|p| p.head_sha == tip).map(|p| node(model, p, computing)).collect();
    let protected = model.protected.contains(&base);
    let rule = protected.then(|| {
        json!({
            "viewerCanPush": false, "requiredApprovingReviewCount": model.approvals,
            "requiresCodeOwnerReviews": false, "requiresLinearHistory": false,
            "requiredStatusCheckContexts": model.checks,
        })
    });
    json!({
        "id": "R_1",
        "mergeCommitAllowed": model.methods.contains(&"merge"),
        "squashMergeAllowed": model.methods.contains(&"squash"),
        "rebaseMergeAllowed": model.methods.contains(&"rebase"),
        "autoMergeAllowed": true, "viewerPermission": "WRITE",
        // Like a server whose queue is not told of: the merge call tells.
        "mergeQueue": null,
        "base": { "refUpdateRule": rule, "rules": { "nodes": [] } },
        "pullRequests": { "nodes": by_branch },
        "object": { "associatedPullRequests": { "nodes": by_commit } },
    })
}

/// The merge that it has tried, as `refs/pull/N/merge`.
fn tried(model: &Model, pull: &Pull) -> Value {
    let base = model.tip(&pull.base).unwrap();
    let merged = model.merged(&base, &pull.head_sha);
    let Some(mut tree) = merged.filter(|_| pull.state == "open") else { return Value::Null };
    if model.other_tree {
        let blob = model.git(&["rev-parse", &format!("{base}:README.md")]);
        let listed = model.git(&["ls-tree", &tree]);
        tree = model.make_tree(&format!("{listed}\n100644 blob {blob}\tELSE.md\n"));
    }
    let commit = model.git(&["commit-tree", &tree, "-p", &base, "-p", &pull.head_sha, "-m", "Try"]);
    model.set(&format!("refs/pull/{}/merge", pull.number), &commit);
    json!({ "oid": commit, "tree": { "oid": tree }, "parents": { "nodes": [{ "oid": base }] } })
}

fn node(model: &Model, pull: &Pull, computing: bool) -> Value {
    let approved = model.approvals_of(pull);
    let needs = model.protected.contains(&pull.base) && approved < model.approvals;
    let conflicts = pull.state == "open" && model.conflicts(pull);
    let merge_state = match model.blocked(pull) {
        _ if conflicts => "DIRTY",
        _ if model.is_behind(pull) => "BEHIND",
        Some(_) => "BLOCKED",
        None => "CLEAN",
    };
    let checks: Vec<Value> = model
        .reported
        .iter()
        .filter(|((sha, _), _)| *sha == pull.head_sha)
        .map(|((_, name), state)| {
            let done = *state != "pending";
            json!({
                "__typename": "CheckRun", "name": name, "status": if done { "COMPLETED" } else { "IN_PROGRESS" },
                "conclusion": done.then(|| state.to_uppercase()), "detailsUrl": format!("{}/runs/{name}", model.base),
            })
        })
        .collect();
    let reviews: Vec<Value> = pull
        .approvals
        .iter()
        .map(|(who, sha)| {
            json!({ "state": "APPROVED", "url": format!("{}/review", model.base), "author": { "login": who }, "commit": { "oid": sha } })
        })
        .collect();
    json!({
        "id": format!("PR_{}", pull.number), "number": pull.number,
        "url": format!("{}/team/shop/pull/{}", model.base, pull.number),
        "state": pull.state.to_uppercase(), "isDraft": pull.draft, "isCrossRepository": pull.forked,
        "headRepository": { "nameWithOwner": model.source(pull) },
        "headRefName": pull.head, "headRefOid": pull.head_sha, "baseRefName": pull.base,
        "mergeable": if computing { "UNKNOWN" } else if conflicts { "CONFLICTING" } else { "MERGEABLE" },
        "mergeStateStatus": if computing { "UNKNOWN" } else { merge_state },
        "reviewDecision": if needs { json!("REVIEW_REQUIRED") } else { Value::Null },
        "isInMergeQueue": model.queue && pull.auto.is_some(),
        "author": { "login": "ada" },
        "mergedBy": (pull.state == "merged").then(|| json!({ "login": pull.merged_by })),
        "potentialMergeCommit": tried(model, pull),
        "mergeCommit": pull.merged_as.as_ref().map(|oid| json!({ "oid": oid })),
        "autoMergeRequest": (!model.queue && pull.auto.is_some()).then(|| json!({ "enabledAt": "now" })),
        "mergeQueueEntry": (model.queue && pull.auto.is_some() && pull.state == "open")
            .then(|| json!({ "position": 2, "estimatedTimeToMerge": 300 })),
        "reviewRequests": { "nodes": [] },
        "latestOpinionatedReviews": { "nodes": reviews },
        "reviewThreads": { "nodes": [] },
        "commits": { "nodes": [{ "commit": { "statusCheckRollup": { "contexts": { "nodes": checks } } } }] },
    })
}
