use super::fixture::{AUTO, Files, listed, released, run};
use super::{Release, edits, owner};
use crate::config::{TagBy, Version};
use chrono::NaiveDate;

#[test]
fn what_still_names_the_version_is_said_with_what_would_move_it() {
    let files = [
        ("src/version.h", "#pragma once\n#define SHOP_VERSION \"1.2.0\"\n"),
        ("deploy/app.yml", "image: shop:1.2.0\n"),
        ("README.md", "Since 1.2.0 there is a search.\n"),
        ("docs/CHANGES-2025.md", "nothing\n"),
        ("package.json", "{\"dependencies\": {\"other\": \"1.2.0\"}}"),
        ("requirements.txt", "other==1.2.0\n"),
        ("Cargo.lock", "[[package]]\nname = \"other\"\nversion = \"1.2.0\"\nsource = \"x\"\n"),
        ("vendor/x/version.txt", "1.2.0\n"),
        ("src/net.rs", "let ip = \"11.2.0.1\"; // 1.2.0-rc.1\n"),
    ];
    let left = run(&AUTO, &files).leftovers;
    assert_eq!(
        left,
        [
            "deploy/app.yml:1 still says 1.2.0; to move it: version.files = [{ path = \"deploy/app.yml\", search = 'shop:{current}' }]",
            "src/version.h:2 still says 1.2.0; to move it: version.files = [{ path = \"src/version.h\", search = '\"{current}\"' }]",
        ]
    );
    // What is said works.
    let config = listed(&[("deploy/app.yml", "shop:{current}"), ("src/version.h", "\"{current}\"")]);
    let done = run(&config, &files);
    assert_eq!((done.edits.len(), done.leftovers.len()), (2, 0), "{done:?}");
}

#[test]
fn what_tells_a_line_from_another_is_part_of_the_search() {
    let text = "a \"1.2.0\"\nversion \"1.2.0\"\nversion \"1.2.0\"\n";
    let left = run(&AUTO, &[("x.txt", text)]).leftovers;
    assert!(left[0].ends_with("search = 'a \"{current}\"' }]"), "{left:?}");
    assert_eq!(left[1], "x.txt:2 still says 1.2.0", "no search would find it once");
    let many: String = (0..9).map(|n| format!("v{n} = \"1.2.0\"\n")).collect();
    let left = run(&AUTO, &[("x.txt", &many)]).leftovers;
    assert_eq!(left.len(), 9, "every line is named");
}

#[test]
fn a_requirement_that_the_new_version_breaks_is_a_problem() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.2.0\"\n"),
        (
            "fuzz/Cargo.toml",
            "[package]\nname = \"fuzz\"\nversion = \"0.1.0\"\n[dependencies]\nshop = { path = \"..\", version = \">=1.2.0, <1.2.1\" }\n",
        ),
    ];
    let done = run(&AUTO, &files);
    assert_eq!(done.problems, ["fuzz/Cargo.toml asks for shop >=1.2.1, <1.2.1, which is 1.2.1"]);
    // What was broken before is no reason to stop a hotfix.
    let broken =
        [files[0], ("fuzz/Cargo.toml", "[dependencies]\nshop = { path = \"..\", version = \"=0.9.0\" }\n")];
    assert_eq!(run(&AUTO, &broken).problems, Vec::<String>::new());
}

#[test]
fn a_package_moves_whole_or_not_at_all() {
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"a\", \"b\"]\n[workspace.package]\nversion = \"1.2.0\"\n"),
        ("a/Cargo.toml", "[package]\nname = \"a\"\nversion.workspace = true\n"),
        ("b/Cargo.toml", "[package]\nname = \"b\nversion = \"1.2.0\"\n"),
        ("VERSION", "1.2.0\n"),
    ];
    let done = run(&AUTO, &files);
    let paths: Vec<&str> = done.edits.iter().map(|edit| edit.path.as_str()).collect();
    assert_eq!(paths, ["VERSION"]);
    assert_eq!(
        done.notes,
        ["b/Cargo.toml is not valid TOML: left unchanged, with everything that belongs to it"]
    );
}

#[test]
fn a_bump_made_by_hand_is_completed() {
    let files = [
        ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"1.2.1\"\n"),
        ("Cargo.lock", "[[package]]\nname = \"shop\"\nversion = \"1.2.0\"\n"),
    ];
    let done = run(&AUTO, &files);
    assert_eq!(done.edits.len(), 1);
    assert!(done.edits[0].path == "Cargo.lock" && done.edits[0].new.contains("1.2.1"), "{done:?}");
    assert_eq!(done.notes, Vec::<String>::new());
}

#[test]
fn a_package_of_a_monorepo_moves_alone_and_its_siblings_ask_for_the_new_one() {
    let files = [
        ("package.json", "{\"private\": true, \"workspaces\": [\"packages/*\"]}"),
        ("packages/core/package.json", "{\"name\": \"core\", \"version\": \"1.2.0\"}"),
        ("packages/core/CHANGELOG.md", "## 1.2.0\n\n- old\n"),
        (
            "packages/web/package.json",
            "{\"name\": \"web\", \"version\": \"1.2.0\", \"dependencies\": {\"core\": \"^1.2.0\"}}",
        ),
        ("CHANGELOG.md", "## 1.2.0\n\n- old\n"),
        (
            "package-lock.json",
            "{\"packages\": {\"packages/core\": {\"version\": \"1.2.0\"}, \"packages/web\": {\"version\": \"1.2.0\", \"dependencies\": {\"core\": \"^1.2.0\"}}}}",
        ),
    ];
    let date = NaiveDate::from_ymd_opt(2026, 2, 1).unwrap();
    let release =
        Release { dir: "packages/core", base: "1.2.0", next: "1.2.1", date, entry: "x", kind: "Fixed" };
    let done = edits(&Files::new(&files), &Files::default(), &AUTO, &release);
    let new = |path: &str| done.edits.iter().find(|e| e.path == path).map(|e| e.new.replace("1.2.1", "@"));
    assert_eq!(new("packages/core/package.json").unwrap(), "{\"name\": \"core\", \"version\": \"@\"}");
    assert!(new("packages/core/CHANGELOG.md").unwrap().starts_with("## @\n"));
    assert!(
        new("packages/web/package.json")
            .unwrap()
            .ends_with("\"version\": \"1.2.0\", \"dependencies\": {\"core\": \"^@\"}}")
    );
    let lock = new("package-lock.json").unwrap();
    assert!(
        lock.contains("\"packages/core\": {\"version\": \"@\"}")
            && lock.contains("{\"version\": \"1.2.0\", \"dependencies\": {\"core\": \"^@\"}"),
        "{lock}"
    );
    assert_eq!((done.edits.len(), done.problems.len()), (4, 0));
}

#[test]
fn what_another_tool_owns_is_not_bumped() {
    let flow = ".github/workflows/release.yml";
    for (path, text, tool) in [
        ("release-please-config.json", "{}", "release-please"),
        (
            flow,
            "jobs:\n  a:\n    steps:\n      - uses: googleapis/release-please-action@v4\n",
            "release-please",
        ),
        (".changeset/config.json", "{}", "changesets"),
        (".releaserc.json", "{}", "semantic-release"),
        ("package.json", "{\"semantic-release\": {}}", "semantic-release"),
        ("package.json", "{\"devDependencies\": {\"semantic-release\": \"^24\"}}", "semantic-release"),
        (flow, "      - run: npx semantic-release\n", "semantic-release"),
        ("release-plz.toml", "", "release-plz"),
        (flow, "      - uses: release-plz/action@v0.5\n", "release-plz"),
        (
            flow,
            "      - run: npx -p semantic-release -p @semantic-release/git semantic-release\n",
            "semantic-release",
        ),
        (flow, "      - run: npm ci && pnpm dlx semantic-release@24 --debug # now\n", "semantic-release"),
        (flow, "      - run: CI=1 yarn dlx semantic-release\n", "semantic-release"),
        (flow, "      - run: python -m semantic_release version\n", "semantic-release"),
        (flow, "      - uses: go-semantic-release/action@v1\n", "semantic-release"),
        (flow, "      - run: npx release-please github-release\n", "release-please"),
        (flow, "      - run: |\n          release-plz release\n", "release-plz"),
        (".gitlab-ci.yml", "a:\n  script:\n    - semantic-release\n", "semantic-release"),
        (".gitlab-ci.yml", "a:\n  script: [npm ci, npx semantic-release]\n", "semantic-release"),
        (".gitea/workflows/a.yml", "      - run: npx semantic-release\n", "semantic-release"),
        (".circleci/config.yml", "      - run: npx semantic-release\n", "semantic-release"),
        ("azure-pipelines.yml", "- script: npx semantic-release\n", "semantic-release"),
        ("Jenkinsfile", "    sh 'npx semantic-release'\n", "semantic-release"),
        ("setup.cfg", "[semantic_release]\nversion_variable = a.py:__version__\n", "semantic-release"),
    ] {
        let tree = tree_with(path, text);
        let found = owner(&tree, &AUTO, "").unwrap();
        assert_eq!((found.tool, found.tags), (tool, true), "{path}");
        let done = released(&AUTO, &tree, &Files::default(), ("1.2.0", "1.2.1"));
        assert!(done.edits.is_empty(), "{path}");
        let owns = format!("{tool} owns the version");
        assert!(done.notes.iter().any(|note| note.starts_with(&owns)), "{:?}", done.notes);
        let own = Version { tag_by: TagBy::Own, ..AUTO };
        assert!(!released(&own, &tree, &Files::default(), ("1.2.0", "1.2.1")).edits.is_empty());
    }
    for (path, text) in [
        (flow, "#      - uses: googleapis/release-please-action@v4\n"),
        (flow, "      - run: make test  # replaces npx semantic-release\n"),
        (flow, "      - name: semantic-release\n        run: make\n"),
        (flow, "      - run: echo semantic-release\n"),
        (flow, "      - run: release-plz-notes\n"),
        ("Shop.csproj", "<!-- GitVersion.MsBuild -->\n"),
        ("other/workflows/x.yml", "- uses: googleapis/release-please-action@v4\n"),
        ("release.toml", "address = \"0.0.0.0\"\n"),
        ("version.json", "{\"version\": \"1.2.0\"}"),
    ] {
        assert!(owner(&tree_with(path, text), &AUTO, "").is_none(), "{path}");
    }
}

#[test]
fn a_tool_that_reads_the_version_elsewhere_is_said() {
    for (path, text, says, bumps) in [
        ("GitVersion.yml", "", "GitVersion owns the version here, so no file was bumped; it reads", false),
        (".GitVersion.yml", "", "GitVersion owns the version here", false),
        (
            ".github/workflows/a.yml",
            "- uses: gittools/actions/gitversion/execute@v1\n",
            "GitVersion owns the version here",
            false,
        ),
        ("azure-pipelines.yml", "- task: gitversion/execute@3\n", "GitVersion owns the version here", false),
        (
            "src/A/A.csproj",
            "<PackageReference Include=\"GitVersion.MsBuild\" Version=\"6\" />\n",
            "GitVersion owns the version here",
            false,
        ),
        (
            "version.json",
            "{\"$schema\": \"…/Nerdbank.GitVersioning/…\"}",
            "Nerdbank.GitVersioning owns",
            false,
        ),
        ("pyproject.toml", "[tool.setuptools_scm]\n", "setuptools-scm is set up here: it reads", true),
        ("pyproject.toml", "requires = [\"hatch-vcs\"]\n", "hatch-vcs is set up here: it reads", true),
        (".goreleaser.yaml", "", "GoReleaser is set up here: it reads", true),
        ("release.toml", "pre-release-hook = [\"./x\"]\n", "cargo-release is set up here: finish does", true),
        (".release-it.json", "{\"hooks\": {}}", "release-it is set up here: finish does", true),
    ] {
        let tree = tree_with(path, text);
        assert!(!owner(&tree, &AUTO, "").unwrap().tags, "{path}");
        let done = released(&AUTO, &tree, &Files::default(), ("1.2.0", "1.2.1"));
        let changed: Vec<&str> = done.edits.iter().map(|edit| edit.path.as_str()).collect();
        // The changelog is people's in any case.
        assert!(changed.contains(&"CHANGELOG.md"), "{path}");
        assert_eq!(changed.contains(&"VERSION"), bumps, "{path}");
        assert!(done.notes.iter().any(|note| note.starts_with(says)), "{path}: {:?}", done.notes);
    }
}

/// A package with a plain version and a changelog, and one more file.
fn tree_with(path: &str, text: &str) -> Files {
    Files::new(&[("VERSION", "1.2.0\n"), ("CHANGELOG.md", "## 1.2.0\n\n- old\n"), (path, text)])
}
