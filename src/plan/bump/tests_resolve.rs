use super::fixture::{AUTO, Files, listed, one};
use super::{places, resolve};
use crate::config::{Changelog, Version};

fn auto(path: &str, base: &str, ours: &str, theirs: &str) -> Option<String> {
    with(&AUTO, path, base, ours, theirs)
}

fn with(config: &Version, path: &str, base: &str, ours: &str, theirs: &str) -> Option<String> {
    let manifest = "[package]\nname = \"app\"\nversion = \"1.2.1\"\n";
    let released =
        Files::new(&[("Cargo.toml", manifest), ("package.json", "{\"version\": \"1.2.1\"}"), (path, theirs)]);
    resolve(path, base, ours, theirs, &places(&released, config, "", "1.2.1"))
}

#[test]
fn the_target_keeps_its_own_version() {
    let cases = [
        ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"@\"\nedition = \"2024\"\n"),
        (
            "Cargo.lock",
            "[[package]]\nname = \"app\"\nversion = \"@\"\n\n[[package]]\nname = \"x\"\n\
                version = \"1.0.0\"\nsource = \"y\"\n",
        ),
        ("package.json", "{\r\n  \"name\": \"app\",\r\n  \"version\": \"@\"\r\n}"),
        ("package-lock.json", "{\"version\": \"@\", \"packages\": {\"\": {\"version\": \"@\"}}}"),
        ("pyproject.toml", "[project]\nversion = '@'\n"),
        ("pom.xml", "<project>\n<version>@</version>\n</project>\n"),
        ("Chart.yaml", "version: @\nappVersion: @\n"),
        ("VERSION", "@\n"),
    ];
    for (path, pattern) in cases {
        let at = |version| pattern.replace('@', version);
        let (base, ours, theirs) = (at("1.2.0"), at("1.3.0-SNAPSHOT"), at("1.2.1"));
        assert_eq!(auto(path, &base, &ours, &theirs), Some(ours.clone()), "{path}");
    }
}

#[test]
fn what_else_changed_on_one_side_is_joined() {
    let text = |name: &str, version: &str, dep: &str| {
        format!(
            "[package]\nname = \"{name}\"\nversion = \"{version}\"\n\n[dependencies]\n\
            log = \"{dep}\"\n"
        )
    };
    let merged =
        auto("Cargo.toml", &text("a", "1.2.0", "1"), &text("b", "1.3.0", "1"), &text("a", "1.2.1", "2"));
    assert_eq!(merged, Some(text("b", "1.3.0", "2")));
    // Only the hotfix changed the version, next to a line that the target changed.
    let merged =
        auto("Cargo.toml", &text("a", "1.2.0", "1"), &text("b", "1.2.0", "1"), &text("a", "1.2.1", "1"));
    assert_eq!(merged, Some(text("b", "1.2.1", "1")));
}

#[test]
fn a_real_conflict_stays_one() {
    let text = |name: &str, version: &str| {
        format!(
            "[package]\nname = \"{name}\"\n\
        version = \"{version}\"\n"
        )
    };
    let base = text("a", "1.2.0");
    assert_eq!(auto("Cargo.toml", &base, &text("b", "1.3.0"), &text("c", "1.2.1")), None);
    assert_eq!(auto("Cargo.toml", &base, &text("b", "1.2.0"), &text("c", "1.2.0")), None);
    assert_eq!(auto("Cargo.toml", &base, &base.replace('\n', "\r\n"), &text("b", "1.2.1")), None);
    assert_eq!(auto("src/main.rs", "1.2.0", "1.3.0", "1.2.1"), None);
    assert_eq!(auto("CHANGELOG.md", "1.2.0", "1.3.0", "1.2.1"), None);
    // Lines that merge, into a file with a key twice.
    let added = |at: &str| base.replace(at, &format!("edition = \"2024\"\n{at}")).replace("1.2.0", "1.3.0");
    let theirs = format!("{}edition = \"2024\"\n", text("a", "1.2.1"));
    assert_eq!(auto("Cargo.toml", &base, &added("name"), &theirs), None);
}

/// The version has another place in the target, or none: the target knows where.
#[test]
fn what_only_had_its_version_moved_stays_as_the_target_has_it() {
    let base = "[package]\nname = \"a\"\nversion = \"1.2.0\"\n";
    let theirs = base.replace("1.2.0", "1.2.1");
    for ours in
        [base.replace("version = \"1.2.0\"", "version.workspace = true"), "[package]\nname = \"a\"\n".into()]
    {
        assert_eq!(auto("Cargo.toml", base, &ours, &theirs).as_deref(), Some(ours.as_str()));
        let more = theirs.replace("name = \"a\"", "name = \"b\"");
        assert_eq!(auto("Cargo.toml", base, &ours, &more), None);
    }
}

#[test]
fn configured_files_too() {
    let config = listed(&[("v.py", "V = '{current}'")]);
    let at = |version: &str| format!("x = 1\nV = '{version}'\n");
    let merged = with(&config, "v.py", &at("1.2.0"), &at("1.3.0"), &at("1.2.1"));
    assert_eq!(merged, Some(at("1.3.0")));
    assert_eq!(with(&config, "VERSION", "1.2.0", "1.3.0", "1.2.1"), None);
    let never = Version { changelog: Changelog::Never, ..config };
    assert_eq!(with(&never, "CHANGELOG.md", LOG, LOG, LOG), None);
}

const LOG: &str = "# Log

## [Unreleased]

- coming

## [1.2.0] - 2026-01-01

- old

[Unreleased]: https://x/compare/v1.2.0...HEAD
[1.2.0]: https://x/releases/tag/v1.2.0
";

fn hotfixed(text: &str) -> String {
    one("CHANGELOG.md", text).0.unwrap()
}

fn log(ours: &str, theirs: &str) -> Option<String> {
    auto("CHANGELOG.md", LOG, ours, theirs)
}

#[test]
fn a_changelog_keeps_the_releases_of_both() {
    let coming = LOG.replace("- coming\n", "- coming\n- more\n");
    assert_eq!(log(&coming, &hotfixed(LOG)), Some(hotfixed(&coming)));
    let crlf = |text: &str| text.replace('\n', "\r\n");
    let merged = auto("CHANGELOG.md", &crlf(LOG), &crlf(&coming), &crlf(&hotfixed(LOG)));
    assert_eq!(merged, Some(crlf(&hotfixed(&coming))));
    // The same release on both sides is there once.
    assert_eq!(log(&hotfixed(&coming), &hotfixed(LOG)), Some(hotfixed(&coming)));
}

#[test]
fn a_release_branch_has_its_own_release_on_top() {
    let ours = LOG
        .replace(
            "## [Unreleased]\n\n- coming\n",
            "## [Unreleased]\n\n## [1.3.0] - 2026-02-02\n\n\
            - coming\n",
        )
        .replace("v1.2.0...HEAD\n", "v1.3.0...HEAD\n[1.3.0]: https://x/compare/v1.2.0...v1.3.0\n");
    let section = "## [1.2.1] - 2026-02-01\n\n- Login \\*crashes\\*\n\n";
    let link = "[1.2.1]: https://x/compare/v1.2.0...v1.2.1\n";
    let expected = ours
        .replace("## [1.2.0]", &format!("{section}## [1.2.0]"))
        .replace("[1.2.0]: ", &format!("{link}[1.2.0]: "));
    assert_eq!(log(&ours, &hotfixed(LOG)), Some(expected));
}

#[test]
fn the_first_release_of_all() {
    let (base, ours) = ("# Log\n\n## [Unreleased]\n- a", "# Log\n\n## [Unreleased]\n- a\n- b");
    let merged = auto("CHANGELOG.md", base, ours, &hotfixed(base));
    assert_eq!(merged.as_deref(), Some(hotfixed(ours).trim_end_matches('\n')));
}

#[test]
fn other_changes_to_a_changelog_conflict() {
    let theirs = hotfixed(LOG);
    for (ours, theirs) in [
        (LOG.replace("- old", "- older"), theirs.replace("- old", "- oldest")),
        (LOG.replace("- coming", "- x"), theirs.replace("- coming", "- y")),
        (LOG.replace("# Log", "# X"), theirs.replace("# Log", "# Y")),
        (theirs.replace("crashes", "hangs"), theirs.clone()),
        (LOG.replace("releases/tag", "x"), theirs.replace("releases/tag", "y")),
        (LOG.replace("## [1.2.0] - 2026-01-01\n\n- old\n\n", ""), theirs.replace("- old", "- new")),
    ] {
        assert_eq!(log(&ours, &theirs), None, "{ours}");
    }
}
