//! As GitLab.

use super::http::Reply;
use super::model::{Model, Pull};
use super::not_found;
use serde_json::{Value, json};

fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub fn rest(model: &mut Model, method: &str, parts: &[&str], query: &str, body: &Value) -> Reply {
    let ["projects", project, rest @ ..] = parts else { return not_found() };
    let forked = match *project {
        "team%2Fshop" | "7" => false,
        "me%2Fshop" if model.fork.is_some() => true,
        _ => return not_found(),
    };
    match (method, rest) {
        ("GET", []) if forked => {
            let parent = json!({ "id": 7, "path_with_namespace": "team/shop" });
            Reply::json(200, &json!({ "id": 8, "forked_from_project": parent }))
        }
        ("POST", ["merge_requests"]) if forked => {
            assert_eq!(body["target_project_id"], 7);
            let from = format!("me:{}", text(body, "source_branch"));
            let (to, title) = (text(body, "target_branch"), text(body, "title"));
            match model.open(&from, to, title, text(body, "description"), false) {
                Ok(number) => Reply::json(201, &json!({ "iid": number })),
                Err(why) => Reply::json(409, &json!({ "message": [why] })),
            }
        }
        _ if forked => not_found(),
        ("GET", []) => {
            let squash = match (model.methods.contains(&"merge"), model.methods.contains(&"squash")) {
                (false, true) => "always",
                (_, true) => "default_off",
                _ => "never",
            };
            let way = if model.methods == ["rebase"] { "ff" } else { "merge" };
            Reply::json(
                200,
                &json!({
                    "merge_method": way, "squash_option": squash, "merge_trains_enabled": model.queue,
                    "only_allow_merge_if_pipeline_succeeds": !model.checks.is_empty(), "id": 7,
                    "forked_from_project": model.parent.map(|p| json!({ "path_with_namespace": p })),
                }),
            )
        }
        ("GET", ["repository", "branches", name]) => {
            let name = name.replace("%2F", "/");
            let can = !model.protected.contains(&name);
            Reply::json(200, &json!({ "name": name, "can_push": can, "protected": !can }))
        }
        ("GET", ["repository", "commits", sha, "merge_requests"]) => {
            let found: Vec<Value> =
                model.pulls.iter().filter(|p| p.head_sha == *sha).map(|p| view(model, p)).collect();
            Reply::json(200, &json!(found))
        }
        ("GET", ["repository", "commits", sha, "statuses"]) => {
            let all = model.reported.iter().filter(|((of, _), _)| of == sha);
            let word = |state: &str| if state == "failure" { "failed".to_owned() } else { state.to_owned() };
            let found: Vec<Value> = all
                .map(|((_, name), state)| json!({ "name": name, "status": word(state), "target_url": "" }))
                .collect();
            Reply::json(200, &json!(found))
        }
        ("GET", ["deployments"]) => {
            let commit = model.tip("main");
            let found: Vec<Value> = model
                .rollouts
                .iter()
                .map(|(place, state)| {
                    let word = if *state == "failure" { "failed" } else { state };
                    json!({
                        "sha": commit, "status": word, "environment": { "name": place },
                        "deployable": { "web_url": format!("{}/deploy/{place}", model.base) },
                    })
                })
                .collect();
            Reply::json(200, &json!(found))
        }
        ("GET", ["merge_requests"]) => {
            let head = query.split('&').find_map(|q| q.strip_prefix("source_branch="));
            let head = head.unwrap_or_default().replace("%2F", "/");
            let found: Vec<Value> =
                model.pulls.iter().filter(|p| p.head == head).map(|p| view(model, p)).collect();
            Reply::json(200, &json!(found))
        }
        ("POST", ["merge_requests"]) => {
            let title = text(body, "title");
            let (title, draft) = title.strip_prefix("Draft: ").map_or((title, false), |t| (t, true));
            let opened = model.open(
                text(body, "source_branch"),
                text(body, "target_branch"),
                title,
                text(body, "description"),
                draft,
            );
            match opened {
                Ok(number) => Reply::json(201, &json!({ "iid": number })),
                Err(why) => Reply::json(409, &json!({ "message": [why] })),
            }
        }
        (_, ["merge_requests", number, rest @ ..]) => {
            let number: u64 = number.parse().unwrap();
            let Some(pull) = model.pull(number).cloned() else { return not_found() };
            one(model, method, &pull, rest, body)
        }
        ("POST", ["merge_trains", "merge_requests", number]) => {
            let pull = model.pull_mut(number.parse().unwrap());
            if text(body, "sha") != pull.head_sha {
                return Reply::json(409, &json!({ "message": "SHA does not match HEAD of source branch" }));
            }
            pull.auto = Some("merge".into());
            Reply::json(201, &json!([]))
        }
        ("POST", ["releases"]) => Reply::json(201, &json!({})),
        _ => not_found(),
    }
}

/// When an approval of an older head was given.
const BEFORE: &str = "2026-01-01T10:00:00.000Z";

fn one(model: &mut Model, method: &str, pull: &Pull, rest: &[&str], body: &Value) -> Reply {
    match (method, rest) {
        ("GET", []) => Reply::json(200, &view(model, pull)),
        ("GET", ["approvals"]) => {
            let given = model.approvals_of(pull);
            let asked = if model.protected.contains(&pull.base) { model.approvals } else { 0 };
            // As where the project takes no approval back when somebody pushes.
            let at = |sha: &str| if sha == pull.head_sha { "2026-01-02T10:00:00.000Z" } else { BEFORE };
            let by: Vec<Value> = pull
                .approvals
                .iter()
                .map(|(who, sha)| json!({ "user": { "username": who }, "approved_at": at(sha) }))
                .collect();
            Reply::json(
                200,
                &json!({
                    "approvals_required": asked, "approvals_left": asked.saturating_sub(given), "approved_by": by,
                }),
            )
        }
        ("GET", ["versions"]) => {
            let older = pull.approvals.iter().any(|(_, sha)| *sha != pull.head_sha);
            let newest =
                json!({ "head_commit_sha": pull.head_sha, "created_at": "2026-01-02T09:00:00.000Z" });
            let first = json!({ "created_at": "2026-01-01T09:00:00.000Z" });
            Reply::json(200, &Value::Array([newest].into_iter().chain(older.then_some(first)).collect()))
        }
        ("PUT", ["merge"]) => {
            if pull.state != "open" {
                return Reply::json(405, &json!({ "message": "405 Method Not Allowed" }));
            }
            if text(body, "sha") != pull.head_sha {
                let words = format!("SHA does not match HEAD of source branch: {}", pull.head_sha);
                return Reply::json(409, &json!({ "message": words }));
            }
            let squash = body["squash"] == true;
            let way = match (squash, model.methods == ["rebase"]) {
                (true, _) => "squash",
                (_, true) => "rebase",
                _ => "merge",
            };
            if body["auto_merge"] == true && model.blocked(pull).is_some() {
                model.pull_mut(pull.number).auto = Some(way.into());
                return Reply::json(200, &json!({}));
            }
            let message =
                text(body, if squash { "squash_commit_message" } else { "merge_commit_message" }).to_owned();
            match model.merge(pull.number, way, &message, "ada") {
                Ok(_) => Reply::json(200, &json!({ "state": "merged" })),
                Err(_) => Reply::json(422, &json!({ "message": "Branch cannot be merged" })),
            }
        }
        ("PUT", ["rebase"]) => {
            model.put_on_top(pull.number).unwrap();
            Reply::json(202, &json!({ "rebase_in_progress": true }))
        }
        ("PUT", []) => {
            let pull = model.pull_mut(pull.number);
            if text(body, "state_event") == "reopen" {
                pull.state = "open";
            }
            if !text(body, "target_branch").is_empty() {
                pull.base = text(body, "target_branch").to_owned();
            }
            if !text(body, "title").is_empty() {
                pull.draft = text(body, "title").starts_with("Draft:");
            }
            Reply::json(200, &json!({}))
        }
        ("POST", ["approve"]) => {
            model.approve(pull.number);
            Reply::json(201, &json!({}))
        }
        ("POST", ["notes"]) => Reply::json(201, &json!({})),
        _ => not_found(),
    }
}

fn view(model: &Model, pull: &Pull) -> Value {
    let protected = model.protected.contains(&pull.base);
    let states: Vec<&str> = model.checks.iter().filter_map(|c| model.state_of(pull, c)).collect();
    let pipeline = if states.is_empty() {
        Value::Null
    } else {
        let status = match () {
            () if states.contains(&"failure") => "failed",
            () if states.contains(&"pending") || states.len() < model.checks.len() => "running",
            () => "success",
        };
        json!({ "status": status, "sha": pull.head_sha, "web_url": format!("{}/pipelines/1", model.base) })
    };
    let status = match () {
        () if pull.state != "open" => "not_open",
        () if pull.draft => "draft_status",
        () if model.conflicts(pull) => "conflict",
        () if protected && model.is_behind(pull) => "need_rebase",
        () if protected && model.approvals_of(pull) < model.approvals => "not_approved",
        () if protected && model.blocked(pull).is_some() => "ci_must_pass",
        () => "mergeable",
    };
    let title = if pull.draft { format!("Draft: {}", pull.title) } else { pull.title.clone() };
    let merged = pull.state == "merged";
    json!({
        "iid": pull.number, "title": title, "description": pull.body,
        "state": if pull.state == "open" { "opened" } else { pull.state },
        "source_project_id": if pull.forked { 8 } else { 7 }, "target_project_id": 7,
        "source_branch": pull.head, "target_branch": pull.base, "sha": pull.head_sha, "draft": pull.draft,
        "web_url": format!("{}/team/shop/-/merge_requests/{}", model.base, pull.number),
        "detailed_merge_status": status, "has_conflicts": status == "conflict",
        "author": { "username": "ada" }, "head_pipeline": pipeline,
        "merge_when_pipeline_succeeds": pull.auto.is_some(),
        "merge_commit_sha": if merged { json!(pull.merged_as) } else { Value::Null },
        "merged_by": merged.then(|| json!({ "username": pull.merged_by })),
    })
}
