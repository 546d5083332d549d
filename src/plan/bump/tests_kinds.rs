use super::fixture::{AUTO, bump, one, run};
use proptest::prelude::*;

/// Where the text has `@` the version is 1.2.0 before and 1.2.1 after; nothing else changes.
const CHANGED: &[(&str, &str)] = &[
    (
        "Cargo.toml",
        "[package]\nname = \"app\"\nversion = \"@\" # keep in step\n\n[dependencies]\n\
            log = { version = \"1.2.0\" }\n",
    ),
    ("Cargo.toml", "# version = \"1.2.0\"\n[dependencies.x]\nversion = \"1.2.0\"\n[package]\nversion='@'"),
    (
        "Cargo.toml",
        "[workspace]\nmembers = [\"a\"]\n[workspace.package]\nversion = \"@\"\n\
            [workspace.dependencies]\na = \"1.2.0\"\n",
    ),
    ("Cargo.toml", "[package]\nversion.workspace = true\n[workspace.package]\nversion = \"@\"\n"),
    ("Cargo.toml", "\u{feff}package = { description = \"é 1.2.0\", version = \"@\" }\r\n"),
    ("Cargo.toml", "[package]\r\nversion   =   \"@\"\r\n\r\n"),
    (
        "package.json",
        "{\n    \"name\": \"app\",\n    \"version\": \"@\",\n    \"engines\": [1,2],\n\
            \"x\": {\"version\": \"1.2.0\"},\n    \"dependencies\": {\"y\": \"1.2.0\"}\n}",
    ),
    (
        "package.json",
        "{\"a\":[{\"version\":\"1.2.0\"}],\"b\":\"\\\"version\\\": \\\"1.2.0\\\"\",\"version\" :\t\"@\"}\r\n",
    ),
    ("package.json", "\u{feff}{\"é\":\"version\",\"vers\\u0069on\":\"@\"}"),
    (
        "pyproject.toml",
        "[build-system]\nrequires = [\"x==1.2.0\"]\n[project]\nversion = \"@\"\n[tool.x]\n\
            version = \"1.2.0\"\n",
    ),
    (
        "pyproject.toml",
        "[tool.poetry]\nname = \"app\"\nversion = \"@\"\n[tool.poetry.dependencies]\n\
            x = { version = \"1.2.0\" }",
    ),
    ("pyproject.toml", "[project]\nversion = \"\"\"@\"\"\"\n"),
    (
        "pom.xml",
        "<?xml version=\"1.0\"?>\n<!-- <version>1.2.0</version> -->\n\
            <project a=\">\">\n  <parent>\n\t<version>1.2.0</version>\n  </parent>\n  <version>@</version>\n\
            <dependencies><dependency><version>1.2.0</version></dependency></dependencies>\n</project>\n",
    ),
    (
        "pom.xml",
        "<!DOCTYPE project [ <!ENTITY x \"y\"> ]>\r\n\
            <project><empty/><x><![CDATA[<version>1.2.0</version>]]></x><version>\r\n\
            <!-- ours --> @ </version></project>",
    ),
    (
        "pom.xml",
        "<project><version>${revision}</version><properties><revision>@</revision></properties></project>",
    ),
    (
        "Chart.yaml",
        "apiVersion: v2\nname: app\nversion: @ # the chart\nappVersion: \"@\"\n\
            dependencies:\n  - name: x\n    version: 1.2.0\n- version: 1.2.0\n",
    ),
    ("Chart.yaml", "version: '@'\r\nappVersion: 1.1.0\r\ndescription: |\r\n  version: 1.2.0\r\n"),
    ("Chart.yaml", "---\n\"version\": @\n---\nversion: 1.2.0\n"),
    ("VERSION", "@\n"),
    ("VERSION", "@"),
    ("VERSION", "\u{feff}v@\r\n"),
    ("version.txt", "  @\n\n"),
];

#[test]
fn only_the_files_own_version_changes() {
    for (path, pattern) in CHANGED {
        let (new, notes) = one(path, &pattern.replace('@', "1.2.0"));
        assert_eq!(new.as_deref(), Some(pattern.replace('@', "1.2.1").as_str()), "{path}: {pattern}");
        assert_eq!(notes, Vec::<String>::new(), "{pattern}");
    }
}

#[test]
fn another_version_is_left_alone_and_named() {
    let cases = [
        (
            "Cargo.toml",
            "[package]\nversion = \"2.0.0\"\n",
            "Cargo.toml says 2.0.0, not 1.2.0: left unchanged",
        ),
        (
            "package.json",
            "{\"version\": \"1.2.0-rc.1\"}",
            "package.json says 1.2.0-rc.1, not 1.2.0: left unchanged",
        ),
        (
            "package.json",
            "{version: 1.2.0}",
            "package.json is not valid JSON: left unchanged, with everything that belongs to it",
        ),
        (
            "pyproject.toml",
            "[project]\nversion = \"1.2\"\n",
            "pyproject.toml says 1.2, not 1.2.0: left unchanged",
        ),
        (
            "pyproject.toml",
            "[project\n",
            "pyproject.toml is not valid TOML: left unchanged, with everything that belongs to it",
        ),
        (
            "pom.xml",
            "<project><version>1.3.0-SNAPSHOT</version></project>",
            "pom.xml says 1.3.0-SNAPSHOT, not 1.2.0: left unchanged",
        ),
        (
            "pom.xml",
            "<project><version>1.2.0</project>",
            "pom.xml is not well-formed XML: left unchanged, with everything that belongs to it",
        ),
        ("Chart.yaml", "version: 0.3.0\n", "Chart.yaml says 0.3.0, not 1.2.0: left unchanged"),
        ("VERSION", "2.0.0\n", "VERSION says 2.0.0, not 1.2.0: left unchanged"),
    ];
    for (path, text, note) in cases {
        assert_eq!(one(path, text), (None, vec![note.to_owned()]), "{text}");
    }
}

#[test]
fn a_file_without_a_version_of_its_own_is_no_matter() {
    let cases = [
        ("Cargo.toml", "[package]\nversion.workspace = true\n"),
        ("Cargo.toml", "[workspace]\nmembers = []\n"),
        ("package.json", "{\"version\": 120, \"private\": true}"),
        ("package.json", "[\"version\", \"1.2.0\"]"),
        ("pyproject.toml", "[project]\ndynamic = [\"version\"]\n"),
        ("pom.xml", "<project><parent><version>1.2.0</version></parent></project>"),
        ("Chart.yaml", "{version: 1.2.0}\n"),
        ("VERSION", "\n"),
        ("Cargo.lock", "[[package]]\nname = \"app\"\nversion = \"1.2.0\"\n"),
        ("package-lock.json", "{\"version\": \"1.2.0\"}"),
        ("sub/Cargo.toml", "[package]\nversion = \"1.2.0\"\n"),
    ];
    for (path, text) in cases {
        assert_eq!(one(path, text), (None, Vec::new()), "{path}: {text}");
    }
}

const LOCK: &str = "# generated\nversion = 4\n
[[package]]\nname = \"app\"\nversion = \"1.2.0\"\ndependencies = [\n \"core\",\n \"log 1.2.0\",\n]\n
[[package]]\nname = \"core\"\nversion = \"1.2.0\"\n
[[package]]\nname = \"log\"\nversion = \"1.2.0\"\nsource = \"registry+x\"\n
[[package]]\nname = \"tools\"\nversion = \"0.1.0\"\ndependencies = [\n \"app 1.2.0\",\n]\n";

/// The new lock beside a manifest, and the notes.
fn lock(files: &[(&str, &str)]) -> (Option<String>, Vec<String>) {
    let done = run(&AUTO, files);
    (done.edits.into_iter().find(|edit| edit.path.contains("lock")).map(|edit| edit.new), done.notes)
}

#[test]
fn the_lock_follows_its_package_only() {
    let manifest = ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"1.2.0\"\n");
    let expected = LOCK
        .replace("\"app\"\nversion = \"1.2.0\"", "\"app\"\nversion = \"1.2.1\"")
        .replace("\"app 1.2.0\"", "\"app 1.2.1\"");
    assert_eq!(lock(&[manifest, ("Cargo.lock", LOCK)]), (Some(expected), vec![]));
    let stale = LOCK.replace("\"app\"\nversion = \"1.2.0\"", "\"app\"\nversion = \"1.1.0\"");
    // A lock that lags behind is brought along.
    let expected = stale.replace("\"app\"\nversion = \"1.1.0\"", "\"app\"\nversion = \"1.2.1\"");
    assert_eq!(lock(&[manifest, ("Cargo.lock", &stale)]), (Some(expected), vec![]));
    let other = ("Cargo.toml", "[package]\nname = \"app\"\nversion = \"3.0.0\"\n");
    assert_eq!(lock(&[other, ("Cargo.lock", LOCK)]).0, None);
}

#[test]
fn the_lock_follows_a_workspace() {
    let root = ("Cargo.toml", "[workspace]\nmembers = [\"*\"]\n[workspace.package]\nversion = \"1.2.0\"\n");
    let inherits = "[package]\nname = \"app\"\nversion.workspace = true\n";
    let own = "[package]\nname = \"core\"\nversion = \"1.2.0\"\n";
    let tools = "[package]\nname = \"tools\"\nversion = \"0.1.0\"\n";
    let expected = LOCK
        .replace("\"app\"\nversion = \"1.2.0\"", "\"app\"\nversion = \"1.2.1\"")
        .replace("\"core\"\nversion = \"1.2.0\"", "\"core\"\nversion = \"1.2.1\"")
        .replace("\"app 1.2.0\"", "\"app 1.2.1\"");
    let members = [("app/Cargo.toml", inherits), ("core/Cargo.toml", own), ("tools/Cargo.toml", tools)];
    let files = [&[root, ("Cargo.lock", LOCK)], members.as_slice()].concat();
    assert_eq!(lock(&files), (Some(expected), vec![]));
    let core = run(&AUTO, &files).edits.into_iter().find(|edit| edit.path == "core/Cargo.toml");
    assert_eq!(core.unwrap().new, own.replace("1.2.0", "1.2.1"));
}

#[test]
fn other_locks_follow_too() {
    let manifest = ("package.json", "{\"version\": \"1.2.0\"}");
    let text = "{\n  \"version\": \"@\",\n  \"lockfileVersion\": 3,\n  \"packages\": {\n\
        \"\": {\"version\": \"@\"},\n    \"node_modules/x\": {\"version\": \"1.2.0\"}\n  }\n}\n";
    let (before, after) = (text.replace('@', "1.2.0"), text.replace('@', "1.2.1"));
    for path in ["package-lock.json", "npm-shrinkwrap.json"] {
        let done = run(&AUTO, &[manifest, (path, &before)]);
        assert!(done.edits.iter().any(|edit| edit.path == path && edit.new == after && edit.old == before));
    }
    let manifest = ("pyproject.toml", "[project]\nname = \"app\"\nversion = \"1.2.0\"\n");
    let text = "[[package]]\nname = \"app\"\nversion = \"@\"\nsource = { editable = \".\" }\n\
        [[package]]\nname = \"x\"\nversion = \"1.2.0\"\nsource = { registry = \"y\" }\n";
    let (before, after) = (text.replace('@', "1.2.0"), text.replace('@', "1.2.1"));
    assert_eq!(lock(&[manifest, ("uv.lock", &before)]), (Some(after), vec![]));
}

/// A file of each kind around text that anyone might have written.
fn around(kind: usize, text: &str, eol: &str) -> (&'static str, String) {
    let (path, body) = match kind {
        0 => ("Cargo.toml", format!("# {text}\n[package]\nversion = \"1.2.0\" # {text}\n")),
        1 => ("package.json", format!("{{\n\t\"x\": \"{text}\",\n \"version\": \"1.2.0\"\n}}")),
        2 => ("pom.xml", format!("<project><!-- {text} -->\n<version>1.2.0</version>\n</project>")),
        3 => ("Chart.yaml", format!("# {text}\nversion: 1.2.0\n# {text}")),
        _ => ("VERSION", "1.2.0\n".to_owned()),
    };
    (path, body.replace('\n', eol))
}

proptest! {
    #[test]
    fn there_and_back_restores_every_byte(
        kind in 0..5_usize,
        text in "[a-zé{}\\[\\]:=#,.' 0-9<>]{0,30}",
        windows in any::<bool>(),
    ) {
        let (path, before) = around(kind, &text, if windows { "\r\n" } else { "\n" });
        let there = bump(&AUTO, &[(path, &before)], "1.2.0", "1.2.1");
        prop_assert_eq!(there.edits.len(), 1, "{:?}", there.notes);
        let middle = &there.edits[0].new;
        let changed = before.bytes().zip(middle.bytes()).filter(|(a, b)| a != b).count();
        prop_assert_eq!((changed, before.len()), (1, middle.len()));
        let back = bump(&AUTO, &[(path, middle)], "1.2.1", "1.2.0");
        prop_assert_eq!(&back.edits[0].new, &before);
    }

    #[test]
    fn no_text_makes_it_fall_over(text in "[<>!\\[\\]\\-/?\"'{}:,#=@ \n\ra-c1.2é&]{0,60}") {
        for path in [
            "a.toml", "a.json", "deno.json", "a.xml", "a.yml", "a.cfg", "a.properties", "a.py", "a.rb",
            "Gemfile.lock", "yarn.lock", "CMakeLists.txt", "VERSION", "build.gradle", "A.cs", "Cargo.lock",
        ] {
            let leaves = super::read::read(path, &text).unwrap_or_default();
            prop_assert!(leaves.iter().all(|l| text.get(l.range.clone()) == Some(l.says.as_str())), "{}", path);
        }
        run(&AUTO, &[("CHANGELOG.md", &text), ("Cargo.toml", &text), ("NEWS", &text)]);
    }
}

#[test]
fn this_crate_could_release_itself() {
    let files = [
        ("Cargo.toml", include_str!("../../../Cargo.toml")),
        ("Cargo.lock", include_str!("../../../Cargo.lock")),
    ];
    let done = bump(&AUTO, &files, env!("CARGO_PKG_VERSION"), "99.0.0");
    assert_eq!((done.edits.len(), done.notes.len()), (2, 0));
    for edit in done.edits {
        let changed = edit.old.lines().zip(edit.new.lines()).filter(|(old, new)| old != new);
        assert_eq!(
            changed.map(|(_, new)| new).collect::<Vec<_>>(),
            ["version = \"99.0.0\""],
            "{}",
            edit.path
        );
    }
}
