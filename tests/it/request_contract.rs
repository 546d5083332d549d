//! What we ask of GitHub, and what the forge of the tests answers, held against what GitHub publishes; and
//! gh, GitHub's own program, at the same server. The published files are fetched by `.ci/run` and are not
//! part of this repository; without them the tests say that they skip.

use crate::requests::{NAME, is_done, ready};
use crate::support::{Flavour, Forge, TOKEN, contract, require};
use serde_json::{Value, json};
use std::path::Path;
use std::process::Command;

fn source(path: &str) -> String {
    std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("src/forge").join(path)).unwrap()
}

/// Our queries by name, with the mutations as they are put together.
fn queries() -> Value {
    let mut queries =
        json!({ "look": source("github.graphql"), "rollouts": source("github_rollouts.graphql") });
    for name in source("github.rs").split("mutate(\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        let kind = name[..1].to_uppercase() + &name[1..];
        queries[name] =
            format!("mutation($input: {kind}Input!) {{ {name}(input: $input) {{ clientMutationId }} }}")
                .into();
    }
    assert!(queries.as_object().unwrap().len() >= 5, "{queries}");
    queries
}

#[test]
fn what_is_asked_and_answered_fits_what_github_publishes() {
    if !require("github-contract") {
        return;
    }
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    {
        let mut model = forge.model();
        model.approvals = 1;
        model.checks = vec!["test".into()];
        model.rollouts = vec![("production", "success")];
    }
    shop.git(["config", "hotfix.forge.labels", "hotfix"]);
    shop.git(["config", "hotfix.forge.reviewers", "bo,team/ops"]);
    shop.git(["config", "hotfix.forge.release", "true"]);
    hotfix.finish().exits(8);
    let number = forge.model().pulls[0].number;
    forge.model().report(number, "test", "success");
    forge.model().approve(number);
    hotfix.finish().ok();
    is_done(&shop, &forge, &hotfix);
    let mut given = json!({ "queries": queries(), "answers": [], "calls": [] });
    for (method, path, body, answer) in forge.exchanges() {
        let body: Value = serde_json::from_str(&body).unwrap_or_default();
        if path == "/api/graphql" {
            let answer: Value = serde_json::from_str(&answer).unwrap();
            given["answers"].as_array_mut().unwrap().push(json!({
                "query": body["query"], "variables": body["variables"], "data": answer["data"],
            }));
        } else {
            let path = path.strip_prefix("/api/v3").unwrap();
            given["calls"]
                .as_array_mut()
                .unwrap()
                .push(json!({ "method": method, "path": path, "body": body }));
        }
    }
    assert!(given["calls"].as_array().unwrap().len() >= 4, "{given}");
    let file = shop.world.root.join("given.json");
    std::fs::write(&file, given.to_string()).unwrap();
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/contract/check.mjs");
    let out = Command::new("node").arg(script).arg(contract()).arg(file).output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    assert!(out.status.success() && said.trim().is_empty(), "{said}");
}

fn gh(forge: &Forge, home: &Path, args: &[&str]) -> (bool, String) {
    let mut command = Command::new("gh");
    command.arg("api").args(args).current_dir(home);
    command.env("HTTP_PROXY", &forge.base).env("GH_HOST", "github.localhost").env("NO_PROXY", "");
    command.env("GH_TOKEN", TOKEN).env("GH_ENTERPRISE_TOKEN", TOKEN).env("GH_CONFIG_DIR", home.join("gh"));
    let out = command.env("GH_NO_UPDATE_NOTIFIER", "1").output().unwrap();
    let said = format!("{}{}", String::from_utf8_lossy(&out.stdout), String::from_utf8_lossy(&out.stderr));
    (out.status.success(), said)
}

#[test]
fn githubs_own_program_drives_the_same_server() {
    if !require("gh") {
        return;
    }
    let (shop, forge, hotfix) = ready(Flavour::GitHub);
    forge.model().approvals = 1;
    hotfix.finish().exits(8);
    let home = shop.world.root.clone();
    let (well, said) = gh(&forge, &home, &["repos/team/shop/pulls/7", "--jq", ".state"]);
    assert!(well && said.trim() == "open", "{said}");
    let merge = |sha: &str| {
        let sha = format!("sha={sha}");
        gh(
            &forge,
            &home,
            &["-X", "PUT", "repos/team/shop/pulls/7/merge", "-f", &sha, "-f", "merge_method=squash"],
        )
    };
    let head = forge.model().pulls[0].head_sha.clone();
    let (well, said) = merge(&head);
    assert!(!well && said.contains("HTTP 405") && said.contains("approving review"), "{said}");
    let (well, said) = gh(&forge, &home, &["repos/team/shop/pulls/7/reviews", "-f", "event=APPROVE"]);
    assert!(well, "{said}");
    let (well, said) = merge(&"0".repeat(40));
    assert!(!well && said.contains("HTTP 409"), "{said}");
    let (well, said) = merge(&head);
    assert!(well && said.contains("\"merged\":true"), "{said}");
    shop.hotfix(["finish", NAME, "-y"]).ok();
    is_done(&shop, &forge, &hotfix);
}
