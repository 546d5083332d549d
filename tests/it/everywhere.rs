//! The program where nothing is prepared for it, names that other systems cannot hold, and what is said about
//! the program itself.

use crate::support::{Call, Except, Shop};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};

fn root() -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn a_bug_report_needs_one_command() {
    let shop = Shop::new();
    for words in [&["--version", "--verbose"][..], &["-vV"], &["-V", "-v"]] {
        let ran = shop.hotfix(words);
        ran.ok().says(concat!("hotfix ", env!("CARGO_PKG_VERSION")));
        for fact in ["git ", "libgit2 ", "target ", "features ", "build "] {
            assert!(ran.stdout.lines().any(|line| line.starts_with(fact)), "{fact} is missing\n{ran}");
        }
        assert!(ran.stderr.is_empty(), "{ran}");
    }
    let plain = shop.hotfix(["--version"]);
    assert_eq!(plain.ok().stdout, format!("hotfix {}\n", env!("CARGO_PKG_VERSION")));
    let document = shop.hotfix(["--version", "--json"]).json();
    assert_eq!((&document["schema"], &document["version"]), (&1.into(), &env!("CARGO_PKG_VERSION").into()));
    assert!(document["libgit2"].as_str().is_some_and(|text| text.contains("built along")), "{document}");
}

#[test]
fn a_bug_report_shows_no_value_that_may_be_secret() {
    let ran = Shop::new().call(["-vV"]).env("HOTFIX_FORGE_TOKEN", "glpat-verysecret").run();
    ran.ok().says("HOTFIX_FORGE_TOKEN").does_not_say("verysecret");
}

#[test]
fn without_git_it_still_says_what_it_is() {
    let shop = Shop::new();
    let ran = shop.call(["-vV"]).env("PATH", shop.world.root.join("nothing")).run();
    ran.ok().says("none:").says("libgit2");
}

/// A call in the shop with nothing in the environment but where programs are.
fn bare(shop: &Shop, words: &[&str]) -> (i32, String) {
    let path = shop.world.environment().into_iter().find(|(name, _)| *name == "PATH").unwrap().1;
    let done = Command::new(env!("CARGO_BIN_EXE_hotfix"))
        .args(words)
        .env_clear()
        .env("PATH", path)
        // What this machine's administrator says is no business of a test.
        .env("GIT_CONFIG_NOSYSTEM", "1")
        .current_dir(&shop.dir)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8(text).unwrap())
}

#[test]
fn an_empty_environment_without_a_home_is_enough() {
    let shop = Shop::new();
    for words in
        [&["--version", "--verbose"][..], &["status"], &["list"], &["help"], &["doctor"], &["config"]]
    {
        let (status, text) = bare(&shop, words);
        assert!(matches!(status, 0 | 1), "{words:?}: {status}\n{text}");
        assert!(!text.contains("panicked"), "{text}");
    }
    // Nobody knows who commits, and that is said with the line that mends it.
    let before = shop.snapshot();
    let (status, text) = bare(&shop, &["start", "fix-login-crash"]);
    assert!(status == 3 && text.contains("git config user.name"), "{status}\n{text}");
    before.still_holds_except(&[Except::Tracking]);
    shop.git(["config", "user.name", "Ada"]);
    shop.git(["config", "user.email", "ada@example.com"]);
    let (status, text) = bare(&shop, &["start", "fix-login-crash"]);
    assert_eq!(status, 0, "{text}");
    assert_eq!(shop.current_branch().as_deref(), Some("hotfix/fix-login-crash"));
    let (status, text) = bare(&shop, &["note", "checked", "the", "log"]);
    assert_eq!(status, 0, "{text}");
}

#[test]
fn a_name_that_a_colleague_on_windows_cannot_fetch_is_refused() {
    let shop = Shop::new();
    let before = shop.snapshot();
    for name in ["con", "NUL", "aux.1", "com1", "team/prn", "a<b", "a|b", "a\"b"] {
        shop.hotfix(["start", name]).exits(2).says("Windows");
    }
    before.still_holds();
    shop.hotfix(["start", "console"]).ok();
}

#[test]
fn a_name_that_differs_by_case_alone_is_refused_wherever_the_other_is() {
    let shop = Shop::new();
    shop.git(["branch", "hotfix/Fix-Login"]);
    let before = shop.snapshot();
    shop.hotfix(["start", "fix-login"]).exits(3).says("hotfix/Fix-Login").says("hotfix start fix-login-2");
    before.still_holds_except(&[Except::Tracking]);
    shop.hotfix(["start", "fix-login-2"]).ok();

    let shop = Shop::new();
    shop.git(["push", "-q", "origin", "main:refs/heads/hotfix/CAFE\u{301}"]);
    shop.hotfix(["start", "caf\u{e9}"]).exits(3).says("the same name");
}

#[test]
fn what_a_post_mortem_lacks_is_shown_beside_its_lines() {
    let shop = Shop::new();
    shop.write("docs/a b.md", "# Login\n\n## Actions\n\n- look into the cache\n\n## Lessons\n\nTBD\n");
    let ran = shop.hotfix(["postmortem", "check", "./docs/a b.md", "--github"]);
    ran.ok().says("::warning file=docs/a b.md,line=");
    let ran = shop.hotfix(["postmortem", "check", "docs/a b.md", "--github", "--strict"]);
    ran.exits(1).says("::error file=docs/a b.md,line=");
    let ran = shop.hotfix(["postmortem", "check", "docs/a b.md", "--gitlab"]);
    let report: serde_json::Value = serde_json::from_str(&ran.ok().stdout).unwrap();
    let entry = &report[0];
    assert_eq!(entry["location"]["path"], "docs/a b.md", "{report}");
    assert!(entry["location"]["lines"]["begin"].as_u64() > Some(0), "{report}");
    shop.write("docs/a b.md", &format!("Come first.\n\n{}", shop.read("docs/a b.md")));
    let ran = shop.hotfix(["postmortem", "check", "docs/a b.md", "--gitlab"]);
    let later: serde_json::Value = serde_json::from_str(&ran.ok().stdout).unwrap();
    assert_eq!(entry["fingerprint"], later[0]["fingerprint"], "the same thing, further down");
}

#[test]
fn a_document_with_the_line_ends_of_windows_is_the_same_document() {
    let shop = Shop::new();
    let text = "# Login\n\n## Actions\n\n- look into the cache\n\n## Lessons\n\nGrace forgot it. TBD\n";
    shop.write("unix.md", text);
    shop.write("windows.md", &text.replace('\n', "\r\n"));
    let found = |name: &str| {
        shop.hotfix(["postmortem", "check", name, "--json"]).json()["files"][0]["findings"].clone()
    };
    assert!(found("unix.md").as_array().is_some_and(|all| !all.is_empty()));
    assert_eq!(found("unix.md"), found("windows.md"));

    shop.start("fix-login-crash");
    let lines = "10:02 observation errors rise\r\n10:05 mitigated flag off\r\n\r\n10:07 note calm\r\n";
    shop.call(["note", "-F", "-"]).stdin(lines).run().ok();
    let log = shop.hotfix(["timeline", "--json", "--all"]).json().to_string();
    assert!(log.contains("flag off") && log.contains("calm") && !log.contains("\\r"), "{log}");
}

#[test]
fn settings_with_the_line_ends_of_windows_are_the_same_settings() {
    let shop = Shop::new();
    let text = "schema = 1\n[version]\ntag = \"v{version}\"\n[guard]\nwarn = { lines = 7, files = 2 }\n";
    let read = |text: &str| {
        shop.write("hotfix.toml", text);
        shop.hotfix(["config", "--json"]).ok().json()
    };
    assert_eq!(read(text), read(&text.replace('\n', "\r\n")));
}

/// What a script of `.ci` says and how it ends.
fn script(name: &str, words: &[&str]) -> (i32, String) {
    let done = Command::new("bash").arg(root().join(name)).args(words).stdin(Stdio::null()).output().unwrap();
    let text = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn release_notes_are_the_section_of_the_changelog() {
    let (status, text) = script(".ci/notes", &["Unreleased"]);
    assert!(status == 0 && text.len() > 100, "{text}");
    assert!(!text.contains("\n## ") && !text.contains("[Unreleased]"), "{text}");
    let (status, text) = script(".ci/notes", &["99.0.0"]);
    assert!(status == 1 && text.contains("99.0.0"), "{status} {text}");
}

#[test]
fn the_scripts_can_be_read_by_their_shells() {
    let shells = [
        (
            "bash",
            vec![
                ".ci/run",
                ".ci/lib.sh",
                ".ci/everywhere",
                ".ci/fuzz",
                ".ci/notes",
                ".ci/package",
                ".ci/release",
            ],
        ),
        ("bash", vec!["packaging/ci/check.sh"]),
        ("sh", vec!["packaging/install.sh", ".ci/zig-cc-macos", ".ci/zig-ar"]),
    ];
    for (shell, files) in shells {
        for file in files {
            let done = Command::new(shell).arg("-n").arg(root().join(file)).output().unwrap();
            assert!(done.status.success(), "{file}: {}", String::from_utf8_lossy(&done.stderr));
        }
    }
}

#[test]
fn ci_runs_what_the_readme_tells_to_run() {
    let readme = std::fs::read_to_string(root().join("README.md")).unwrap();
    let ci = std::fs::read_to_string(root().join(".ci/run")).unwrap();
    for command in ["cargo test", "cargo run --release -- drill"] {
        assert!(readme.lines().any(|line| line == command), "the README does not say {command}");
        let runs = |line: &str| line.trim() == command || line.trim().starts_with(&format!("{command} "));
        assert!(ci.lines().any(runs), ".ci/run does not run {command}");
    }
    for workflow in [".github/workflows/ci.yml", ".forgejo/workflows/ci.yml"] {
        let text = std::fs::read_to_string(root().join(workflow)).unwrap();
        assert!(text.contains(".ci/run"), "{workflow} does not call .ci/run");
    }
}

#[test]
fn every_fuzz_target_is_built_and_has_seeds() {
    let manifest = std::fs::read_to_string(root().join("fuzz/Cargo.toml")).unwrap();
    for entry in std::fs::read_dir(root().join("fuzz/fuzz_targets")).unwrap() {
        let path = entry.unwrap().path();
        let name = path.file_stem().unwrap().to_str().unwrap().to_owned();
        assert!(manifest.contains(&format!("name = \"{name}\"")), "{name} is not in fuzz/Cargo.toml");
        let seeds = root().join("fuzz/seeds").join(&name);
        let sizes = std::fs::read_dir(&seeds).unwrap_or_else(|_| panic!("{name} has no seeds"));
        assert!(sizes.map(|seed| seed.unwrap().metadata().unwrap().len()).sum::<u64>() < 64 * 1024);
    }
}

/// Installs from a directory, as from the network.
fn install(from: &Path, to: &Path) -> (i32, String) {
    let path = std::env::var_os("PATH").unwrap();
    let done = Command::new("sh")
        .arg(from.join("install.sh"))
        .env_clear()
        .env("PATH", path)
        .env("HOTFIX_DOWNLOAD", format!("file://{}", from.display()))
        .env("HOTFIX_PREFIX", to)
        .stdin(Stdio::null())
        .output()
        .unwrap();
    let text = [done.stdout, done.stderr].concat();
    (done.status.code().unwrap(), String::from_utf8_lossy(&text).into_owned())
}

#[test]
fn the_shell_installer_takes_only_what_its_checksum_names() {
    if !cfg!(all(target_os = "linux", target_arch = "x86_64")) {
        return;
    }
    let shop = Shop::new();
    let (from, to) = (shop.world.root.join("dist"), shop.world.root.join("to"));
    let name = "git-hotfix-9.9.9-x86_64-unknown-linux-musl";
    let inside = from.join(name);
    for (path, text) in [
        ("hotfix", "#!/bin/sh\necho hotfix 9.9.9\n"),
        ("man/hotfix.1", "x"),
        ("man/git-hotfix.1", "x"),
        ("completions/hotfix.bash", "x"),
        ("completions/_hotfix", "x"),
        ("completions/hotfix.fish", "x"),
    ] {
        std::fs::create_dir_all(inside.join(path).parent().unwrap()).unwrap();
        std::fs::write(inside.join(path), text).unwrap();
    }
    let text = std::fs::read_to_string(root().join("packaging/install.sh")).unwrap();
    let text = text.replace("@VERSION@", "9.9.9").replace("@URL@", "https://example.invalid");
    std::fs::write(from.join("install.sh"), text).unwrap();
    let pack = format!("tar -czf {name}.tar.gz {name} && sha256sum {name}.tar.gz >SHA256SUMS");
    assert!(Command::new("sh").args(["-c", &pack]).current_dir(&from).status().unwrap().success());

    let (status, said) = install(&from, &to);
    assert!(status == 0 && said.contains("hotfix drill"), "{said}");
    for path in ["bin/hotfix", "bin/git-hotfix"] {
        let ran = Call::new(&shop.world, to.join(path).as_os_str(), ["--version"], &shop.dir).run();
        assert_eq!(ran.ok().stdout, "hotfix 9.9.9\n");
    }
    assert!(to.join("share/man/man1/git-hotfix.1").exists());

    let archive = from.join(format!("{name}.tar.gz"));
    let mut bytes = std::fs::read(&archive).unwrap();
    bytes.push(0);
    std::fs::write(&archive, bytes).unwrap();
    let other = shop.world.root.join("other");
    let (status, said) = install(&from, &other);
    assert!(status == 1 && said.contains("damaged") && !other.exists(), "{said}");
    std::fs::write(from.join("SHA256SUMS"), "").unwrap();
    let (status, said) = install(&from, &other);
    assert!(status == 1 && said.contains("does not name") && !other.exists(), "{said}");
}
