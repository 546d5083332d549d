//! What docs/audit.md tells people to put into CI is run here as it is written there.

use crate::support::{Call, HOTFIX, Ran, Repo, Shop, search_path_with};
use serde_json::Value;
use std::path::Path;

/// The block of YAML below a heading.
fn yaml(heading: &str) -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/audit.md");
    let text = std::fs::read_to_string(path).unwrap();
    let section = text.split(&format!("\n## {heading}\n")).nth(1).unwrap();
    let block = section.split("```yaml\n").nth(1).unwrap();
    block.split("```").next().unwrap().to_owned()
}

/// The lines that a runner gives to the shell: `- run: line`, or the items below `script:`.
fn script(yaml: &str) -> Vec<String> {
    let mut lines = Vec::new();
    let mut in_script = false;
    for line in yaml.lines() {
        let text = line.trim();
        if let Some(run) = text.strip_prefix("- run: ") {
            lines.push(run.to_owned());
        }
        if in_script {
            lines.extend(text.strip_prefix("- ").map(str::to_owned));
        }
        in_script = text == "script:" || (in_script && text.starts_with("- "));
    }
    lines
}

/// Runs a script as CI does, stopping at the first line that fails.
fn run(here: &Repo, lines: &[String]) -> Ran {
    let world = &here.world;
    // Installing is the one thing that a test must not do.
    world.write_program(&world.root.join("bin/cargo"), "#!/bin/sh\ntest \"$1\" = install\n");
    let programs = Path::new(HOTFIX).parent().unwrap();
    let rest = search_path_with(programs);
    let dirs = std::iter::once(world.root.join("bin")).chain(std::env::split_paths(&rest));
    let path = std::env::join_paths(dirs).unwrap();
    let text = format!("set -e\n{}\n", lines.join("\n"));
    Call::new(world, "sh".as_ref(), ["-c", &text], &here.dir).env("PATH", path).env("CI", "true").run()
}

/// A published shop with a hotfix that was merged back, or was not.
fn published(is_merged_back: bool) -> Shop {
    let shop = Shop::new();
    shop.hotfix_by_hand("login", "v1.2.1");
    if is_merged_back {
        shop.merge_hotfix("develop", "login");
    }
    shop.git(["push", "-q", "origin", "main", "develop", "v1.2.1"]);
    shop
}

/// An empty checkout directory that knows where the remote is.
fn checkout(shop: &Shop) -> Repo {
    let here = Repo::at(&shop.world, shop.world.root.join("ci"));
    std::fs::create_dir_all(&here.dir).unwrap();
    here.git(["init", "-q"]);
    here.git(["remote", "add", "origin", &shop.remote().dir.to_string_lossy()]);
    here
}

#[test]
fn github_actions() {
    let yaml = yaml("GitHub Actions");
    assert!(yaml.contains("fetch-depth: 0"));
    for is_merged_back in [true, false] {
        let shop = published(is_merged_back);
        let here = checkout(&shop);
        // What actions/checkout does with fetch-depth: 0.
        let branches = "+refs/heads/*:refs/remotes/origin/*";
        here.git(["fetch", "-q", "origin", branches, "+refs/tags/*:refs/tags/*"]);
        here.git(["checkout", "-q", "--detach", "origin/main"]);
        let ran = run(&here, &script(&yaml));
        ran.exits(i32::from(!is_merged_back));
        assert_eq!(ran.stdout.contains("::error file=src/login.rs"), !is_merged_back, "{ran}");
        let sarif: Value = serde_json::from_str(&here.read("hotfix.sarif")).unwrap();
        let results = sarif["runs"][0]["results"].as_array().unwrap().len();
        assert_eq!(results, usize::from(!is_merged_back), "{sarif}");
    }
}

#[test]
fn gitlab_ci() {
    let yaml = yaml("GitLab CI");
    assert!(yaml.contains("GIT_DEPTH: \"0\""));
    for is_merged_back in [true, false] {
        let shop = published(is_merged_back);
        let here = checkout(&shop);
        // GitLab fetches the one branch that is built.
        here.git(["fetch", "-q", "--no-tags", "origin", "+refs/heads/main:refs/remotes/origin/main"]);
        here.git(["checkout", "-q", "--detach", "origin/main"]);
        let lines = script(&yaml);
        assert_eq!(lines.len(), 4, "{lines:?}");
        let words = if is_merged_back { "it is not lost" } else { "lost in develop" };
        run(&here, &lines).exits(i32::from(!is_merged_back)).says(words);
        let report: Value = serde_json::from_str(&here.read("gl-code-quality-report.json")).unwrap();
        assert_eq!(report.as_array().unwrap().len(), usize::from(!is_merged_back), "{report}");
    }
}

#[test]
fn what_the_document_says_about_since_works() {
    let shop = published(false);
    shop.hotfix(["audit", "--since", "90d"]).exits(1).says("lost in develop");
}
