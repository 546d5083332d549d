//! Every ecosystem that is known: the tree before, on production and on develop after it, from
//! `tests/fixtures/versions`; and its own tool on the tag that was released, where it is installed.

use crate::support::{Repo, Shop, require};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::Command;

type Files = BTreeMap<String, String>;

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/fixtures/versions")
}

/// The files below a directory.
fn files(root: &Path) -> Files {
    fn walk(dir: &Path, root: &Path, found: &mut Files) {
        for entry in std::fs::read_dir(dir).into_iter().flatten() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, root, found);
            } else {
                let name = path.strip_prefix(root).unwrap().to_string_lossy().into_owned();
                found.insert(name, std::fs::read_to_string(&path).unwrap());
            }
        }
    }
    let mut found = Files::new();
    walk(root, root, &mut found);
    found
}

/// Releases a hotfix of one case and compares both branches, byte for byte.
fn released(case: &str) -> Shop {
    let root = fixtures().join(case);
    let before = files(&root.join("before"));
    assert!(!before.is_empty(), "{case} has no files");
    let shop = before.iter().fold(Shop::build(), |shop, (path, text)| shop.file(path, text)).go();
    let ahead = files(&root.join("ahead"));
    if !ahead.is_empty() {
        let colleague = shop.colleague();
        colleague.git(["switch", "-q", "--detach", "origin/develop"]);
        ahead.iter().for_each(|(path, text)| colleague.write(path, text));
        colleague.git(["commit", "-qam", "Begin the next release"]);
        colleague.git(["push", "-q", "origin", "HEAD:develop"]);
    }
    shop.ready("fix-login-crash").finish().ok();
    for (branch, part) in [("refs/tags/v1.2.1", "production"), ("refs/heads/develop", "develop")] {
        for (path, text) in files(&root.join(part)) {
            let there = shop.remote().git_call(["show", &format!("{branch}:{path}")]).run().stdout;
            assert_eq!(there, text, "{case}: {path} in {branch}");
        }
    }
    shop
}

/// A checkout of what was released.
fn checkout(shop: &Shop) -> Repo {
    let dir = shop.world.root.join("released");
    shop.git(["fetch", "-q", "origin", "--tags"]);
    shop.git(["worktree", "add", "-q", "--detach", dir.to_str().unwrap(), "v1.2.1"]);
    Repo::at(&shop.world, dir)
}

/// Runs a tool in a checkout, with the user's own home: toolchains are there.
#[track_caller]
fn passes(tree: &Repo, program: &str, args: &[&str]) {
    let done = Command::new(program).args(args).current_dir(&tree.dir).output().unwrap();
    let (out, err) = (String::from_utf8_lossy(&done.stdout), String::from_utf8_lossy(&done.stderr));
    assert!(done.status.success(), "{program} {args:?}\n{out}\n{err}");
}

/// The cases whose names begin with one of these words.
fn cases(words: &[&str]) -> Vec<String> {
    let all = std::fs::read_dir(fixtures()).unwrap().map(|e| e.unwrap().file_name().into_string().unwrap());
    let mut found: Vec<String> = all.filter(|name| words.iter().any(|word| name.starts_with(word))).collect();
    found.sort();
    assert!(found.len() >= words.len(), "{words:?}: {found:?}");
    found
}

#[test]
fn cargo() {
    let has_tool = require("cargo");
    for case in cases(&["cargo-"]) {
        let shop = released(&case);
        if has_tool {
            let tree = checkout(&shop);
            passes(&tree, "cargo", &["metadata", "--locked", "--offline", "--format-version", "1"]);
        }
    }
}

#[test]
fn npm_pnpm_yarn_and_lerna() {
    let has_tool = require("npm");
    for case in cases(&["npm-", "lerna-", "pnpm-", "yarn-"]) {
        let shop = released(&case);
        if has_tool && case.starts_with("npm-") {
            let tree = checkout(&shop);
            passes(&tree, "npm", &["ci", "--offline", "--ignore-scripts", "--no-audit", "--no-fund"]);
            passes(&tree, "npm", &["ls", "--all"]);
        }
    }
}

#[test]
fn maven() {
    let has_tool = require("mvn");
    for case in cases(&["maven-"]) {
        let shop = released(&case);
        if has_tool {
            let local = format!("-Dmaven.repo.local={}", shop.world.root.join("m2").display());
            passes(&checkout(&shop), "mvn", &["-o", "-q", "-B", &local, "validate"]);
        }
    }
}

#[test]
fn python() {
    let has_tool = require("python3");
    const READ: &str = "import pathlib, tomllib\n\
        for path in list(pathlib.Path('.').rglob('*.toml')) + list(pathlib.Path('.').rglob('*.lock')):\n\
        \x20   tomllib.loads(path.read_text())\n";
    for case in cases(&["python-"]) {
        let shop = released(&case);
        if has_tool {
            passes(&checkout(&shop), "python3", &["-c", READ]);
        }
    }
}

#[test]
fn composer() {
    let has_tool = require("composer");
    for case in cases(&["composer"]) {
        let shop = released(&case);
        if has_tool {
            // It complains about a hash that does not fit, among much that is none of our business.
            let validate = ["COMPOSER_ALLOW_SUPERUSER=1", "composer", "validate", "--no-check-publish", "-n"];
            passes(&checkout(&shop), "env", &validate);
        }
    }
}

#[test]
fn ruby() {
    let has_tool = require("bundle");
    const CHECK: &str = "gem = Gem::Specification.load('shop.gemspec')\n\
        lock = Bundler::LockfileParser.new(File.read('Gemfile.lock'))\n\
        locked = lock.specs.find { |spec| spec.name == gem.name }.version\n\
        abort \"#{gem.version} #{locked}\" unless gem.version == locked && locked.to_s == '1.2.1'\n";
    for case in cases(&["ruby-"]) {
        let shop = released(&case);
        if has_tool {
            passes(&checkout(&shop), "ruby", &["-rbundler", "-e", CHECK]);
        }
    }
}

#[test]
fn cmake() {
    let has_tool = require("cmake");
    for case in cases(&["cmake"]) {
        let shop = released(&case);
        if has_tool {
            let build = shop.world.root.join("build");
            let tree = checkout(&shop);
            passes(&tree, "cmake", &["-S", ".", "-B", build.to_str().unwrap()]);
            let cache = std::fs::read_to_string(build.join("CMakeCache.txt")).unwrap();
            assert!(cache.contains("CMAKE_PROJECT_VERSION:STATIC=1.2.1"), "{cache}");
        }
    }
}

#[test]
fn elixir() {
    let has_tool = require("elixir");
    const CHECK: &str = "Application.ensure_all_started(:mix); Code.compile_file(\"mix.exs\"); \
        \"1.2.1\" = Mix.Project.config()[:version]";
    for case in cases(&["elixir"]) {
        let shop = released(&case);
        if has_tool {
            passes(&checkout(&shop), "elixir", &["-e", CHECK]);
        }
    }
}

#[test]
fn ansible() {
    let has_tool = require("ansible-galaxy");
    for case in cases(&["ansible"]) {
        let shop = released(&case);
        if has_tool {
            let built = shop.world.root.join("built");
            let tree = checkout(&shop);
            passes(
                &tree,
                "ansible-galaxy",
                &["collection", "build", "--output-path", built.to_str().unwrap()],
            );
            assert!(built.join("example-shop-1.2.1.tar.gz").is_file());
        }
    }
}

#[test]
fn all_the_others() {
    let known = [
        "cargo-", "npm-", "lerna-", "pnpm-", "yarn-", "maven-", "python-", "composer", "ruby-", "cmake",
        "elixir", "ansible",
    ];
    let others: Vec<String> =
        cases(&[""]).into_iter().filter(|name| !known.iter().any(|word| name.starts_with(word))).collect();
    assert!(others.len() >= 8, "{others:?}");
    for case in others {
        released(&case);
    }
}
