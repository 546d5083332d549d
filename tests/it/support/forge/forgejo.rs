//! As Forgejo.

use super::http::Reply;
use super::model::{Model, Pull};
use super::not_found;
use serde_json::{Value, json};

fn text<'a>(body: &'a Value, key: &str) -> &'a str {
    body.get(key).and_then(Value::as_str).unwrap_or_default()
}

fn refused(status: u16, words: &str) -> Reply {
    Reply::json(status, &json!({ "message": words, "url": "https://forge/api/swagger" }))
}

pub fn rest(model: &mut Model, method: &str, parts: &[&str], body: &Value) -> Reply {
    let ["repos", "team", "shop" | "store", rest @ ..] = parts else { return not_found() };
    match (method, rest) {
        ("GET", []) => Reply::json(
            200,
            &json!({
                "allow_merge_commits": model.methods.contains(&"merge"),
                "allow_squash_merge": model.methods.contains(&"squash"),
                "allow_rebase": model.methods.contains(&"rebase"),
                "fork": model.parent.is_some(), "parent": model.parent.map(|p| json!({ "full_name": p })),
            }),
        ),
        ("GET", ["branches", name]) => {
            let name = name.replace("%2F", "/");
            let protected = model.protected.contains(&name);
            Reply::json(
                200,
                &json!({
                    "name": name, "protected": protected, "user_can_push": !protected,
                    "required_approvals": if protected { model.approvals } else { 0 },
                    "enable_status_check": protected && !model.checks.is_empty(),
                    "status_check_contexts": model.checks,
                }),
            )
        }
        ("GET", ["actions", "tasks"]) => {
            let commit = model.tip("main");
            let runs: Vec<Value> = model
                .rollouts
                .iter()
                .map(|(place, state)| {
                    json!({
                        "head_sha": commit, "head_branch": "v1.2.1", "name": place, "status": state,
                        "url": format!("{}/deploy/{place}", model.base),
                    })
                })
                .collect();
            Reply::json(200, &json!({ "workflow_runs": runs }))
        }
        ("GET", ["pulls"]) => {
            let all: Vec<Value> = model.pulls.iter().rev().map(|p| view(model, p)).collect();
            Reply::json(200, &json!(all))
        }
        ("GET", ["commits", sha, "pull"]) => match model.pulls.iter().find(|p| p.head_sha == *sha) {
            Some(pull) => Reply::json(200, &view(model, pull)),
            None => not_found(),
        },
        ("GET", ["commits", sha, "status"]) => {
            let all = model.reported.iter().filter(|((of, _), _)| of == sha);
            let statuses: Vec<Value> = all
                .map(|((_, name), state)| json!({ "context": name, "status": state, "target_url": format!("{}/runs/{name}", model.base) }))
                .collect();
            Reply::json(200, &json!({ "state": "", "total_count": statuses.len(), "statuses": statuses }))
        }
        ("POST", ["pulls"]) => {
            let title = text(body, "title");
            let (title, draft) = title.strip_prefix("WIP: ").map_or((title, false), |t| (t, true));
            match model.open(text(body, "head"), text(body, "base"), title, text(body, "body"), draft) {
                Ok(number) => Reply::json(201, &json!({ "number": number })),
                Err(why) => refused(409, &why),
            }
        }
        (_, ["pulls", number, rest @ ..]) => {
            let Some(pull) = model.pull(number.parse().unwrap()).cloned() else { return not_found() };
            one(model, method, &pull, rest, body)
        }
        ("POST", _) => Reply::json(201, &json!({})),
        _ => not_found(),
    }
}

fn one(model: &mut Model, method: &str, pull: &Pull, rest: &[&str], body: &Value) -> Reply {
    let update = rest.first().is_some_and(|p| p.starts_with("update"));
    match (method, rest) {
        ("GET", []) => Reply::json(200, &view(model, pull)),
        ("GET", ["reviews"]) => {
            let all: Vec<Value> = pull
                .approvals
                .iter()
                .map(|(who, sha)| {
                    json!({
                        "state": "APPROVED", "user": { "login": who }, "official": !model.unofficial, "dismissed": false,
                        "stale": *sha != pull.head_sha, "html_url": format!("{}/review", model.base),
                    })
                })
                .collect();
            Reply::json(200, &json!(all))
        }
        ("POST", ["reviews"]) => {
            if text(body, "event") == "APPROVED" {
                model.approve(pull.number);
            }
            Reply::json(200, &json!({}))
        }
        ("POST", ["merge"]) => {
            if pull.state != "open" {
                return Reply::empty(405);
            }
            if model.computing > 0 {
                model.computing -= 1;
                return refused(405, "Please try again later");
            }
            if text(body, "head_commit_id") != pull.head_sha {
                return refused(409, "head out of date");
            }
            if body["merge_when_checks_succeed"] == true && model.blocked(pull).is_some() {
                model.pull_mut(pull.number).auto = Some(text(body, "Do").to_owned());
                return Reply::empty(201);
            }
            let message = format!("{}\n\n{}", text(body, "MergeTitleField"), text(body, "MergeMessageField"));
            match model.merge(pull.number, text(body, "Do"), &message, "ada") {
                Ok(_) => Reply::empty(200),
                Err(why) => refused(405, &why),
            }
        }
        ("POST", _) if update => {
            model.bring_in(pull.number);
            Reply::empty(200)
        }
        ("PATCH", []) => {
            let pull = model.pull_mut(pull.number);
            if text(body, "state") == "open" {
                pull.state = "open";
            }
            if !text(body, "base").is_empty() {
                pull.base = text(body, "base").to_owned();
            }
            if !text(body, "title").is_empty() {
                pull.draft = text(body, "title").starts_with("WIP:");
            }
            Reply::json(201, &json!({}))
        }
        _ => Reply::json(201, &json!({})),
    }
}

fn view(model: &Model, pull: &Pull) -> Value {
    let gone = !pull.forked && model.tip(&pull.head).is_none();
    let merged = pull.state == "merged";
    let title = if pull.draft { format!("WIP: {}", pull.title) } else { pull.title.clone() };
    // Once the branch is gone its name is in the label alone.
    let head = if gone { format!("refs/pull/{}/head", pull.number) } else { pull.head.clone() };
    json!({
        "number": pull.number, "title": title, "body": pull.body, "user": { "login": "ada" },
        "html_url": format!("{}/team/shop/pulls/{}", model.base, pull.number),
        "state": if pull.state == "open" { "open" } else { "closed" }, "merged": merged,
        "merge_commit_sha": if merged { json!(pull.merged_as) } else { Value::Null },
        "merged_by": merged.then(|| json!({ "login": pull.merged_by })),
        "mergeable": pull.state == "open" && !model.conflicts(pull),
        "head": {
            "ref": head, "label": pull.head, "sha": pull.head_sha,
            "repo": { "full_name": model.source(pull) },
        },
        "base": { "ref": pull.base, "repo": { "full_name": "team/shop" } },
        "requested_reviewers": [],
    })
}
