use super::fixture::{AUTO, listed, run};

fn left(path: &str, text: &str) -> Vec<String> {
    run(&AUTO, &[(path, text)]).leftovers
}

#[test]
fn what_is_printed_can_be_typed() {
    let long = format!("<a>{}</a><product-version>1.2.0</product-version>\n", "x".repeat(200));
    let said = left("site.html", &long);
    assert_eq!(
        said,
        [
            "site.html:1 still says 1.2.0; to move it: version.files = [{ path = \"site.html\", search = 'version>{current}</pr' }]"
        ]
    );
    let twice = format!("{0}version=1.2.0; {0}release=1.2.0;\n", "x".repeat(90));
    for line in left("x.conf", &twice) {
        assert!(
            line.contains("search = '") && line.ends_with("' }]") && !line.contains('\u{2026}'),
            "{line}"
        );
    }
}

#[test]
fn other_peoples_packages_are_not_named() {
    for (path, text) in [
        ("build.gradle.kts", "dependencies {\n  implementation(\"org.x:lib:1.2.0\")\n}\n"),
        ("build.gradle", "plugins {\n  id 'org.x' version '1.2.0'\n}\n"),
        (
            "A/A.csproj",
            "<Project><ItemGroup><PackageReference Include=\"X\" Version=\"1.2.0\" /></ItemGroup></Project>\n",
        ),
        ("lib.gemspec", "s.add_dependency \"x\", \"1.2.0\"\n"),
        ("Chart.yaml", "name: shop\nversion: 2.0.0\ndependencies:\n- name: redis\n  version: 1.2.0\n"),
        (
            "a/pom.xml",
            "<project><parent><groupId>org.x</groupId><version>1.2.0</version></parent></project>\n",
        ),
    ] {
        assert_eq!(left(path, text), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn a_version_in_parts_is_named() {
    for (path, text) in [
        ("lib/version.rb", "MAJOR = 1\nMINOR = 2\nTINY = 0\n"),
        ("include/shop_version.h", "#define SHOP_MAJOR 1\n#define SHOP_MINOR 2\n#define SHOP_PATCH 0\n"),
        ("shop/__init__.py", "__version_info__ = (1, 2, 0)\n"),
        ("CMakeLists.txt", "set(X_MAJOR 1)\nset(X_MINOR 2)\nset(X_PATCH 0)\n"),
        ("app/build.gradle", "def versionMajor = 1\ndef versionMinor = 2\ndef versionPatch = 0\n"),
        ("include/shop.h", "#define SHOP_MAJOR 1\n#define SHOP_MINOR 2\n#define SHOP_PATCH 0\n"),
        ("shop/__init__.py", "VERSION = (1, 2, 0, \"final\", 0)\n"),
    ] {
        let said = left(path, text);
        assert!(said.len() == 1 && said[0].contains("in parts"), "{path}: {said:?}");
    }
    assert_eq!(left("lib/version.rb", "MAJOR = 1\nMINOR = 3\nTINY = 0\n"), Vec::<String>::new());
}

#[test]
fn debians_changelog_is_named_with_the_command_that_writes_it() {
    let text = "shop (1.2.0-1) unstable; urgency=medium\n\n  * a\n";
    assert_eq!(left("debian/changelog", text), ["debian/changelog still says 1.2.0-1: dch -v 1.2.1-1"]);
    assert_eq!(left("debian/changelog", &text.replace("1.2.0", "1.2.0.4")), Vec::<String>::new());
}

#[test]
fn a_chart_has_a_version_of_its_own() {
    let chart = "apiVersion: v2\nname: shop\nversion: 4.5.6\nappVersion: v1.2.0\n";
    let done = run(&AUTO, &[("charts/shop/Chart.yaml", chart)]);
    assert_eq!(done.edits.len(), 1, "{done:?}");
    assert!(done.edits[0].new.ends_with("version: 4.5.6\nappVersion: v1.2.1\n"), "{done:?}");
    assert!(done.others.is_empty(), "it is not ahead of the release: {done:?}");
    let below = [
        ("charts/shop/Chart.yaml", "name: shop\nversion: 1.2.0\nappVersion: \"1.2.0\"\n"),
        ("charts/shop/charts/redis/Chart.yaml", "name: redis\nversion: 1.2.0\n"),
    ];
    let paths: Vec<String> = run(&AUTO, &below).edits.into_iter().map(|edit| edit.path).collect();
    assert_eq!(paths, ["charts/shop/Chart.yaml"]);
}

#[test]
fn charts_and_packages_that_depend_on_each_other_move_together() {
    let charts = [
        (
            "charts/app/Chart.yaml",
            "name: app\nversion: 1.2.0\ndependencies:\n- name: web\n  version: 1.2.0\n  repository: file://../web\n- name: redis\n  version: 1.2.0\n  repository: https://charts.example.org\n",
        ),
        ("charts/web/Chart.yaml", "name: web\nversion: 1.2.0\n"),
    ];
    let done = run(&AUTO, &charts);
    assert_eq!((done.edits.len(), done.problems.len()), (2, 0), "{done:?}");
    assert!(done.edits[0].new.contains("version: 1.2.1\n  repository: file"), "{done:?}");
    assert!(done.edits[0].new.contains("version: 1.2.0\n  repository: https"), "{done:?}");
    let packages = [
        ("core/pubspec.yaml", "name: core\nversion: 1.2.0\n"),
        (
            "pubspec.yaml",
            "name: app\nversion: 1.2.0\nworkspace:\n  - core\ndependencies:\n  core: 1.2.0\n  http: 1.2.0\n",
        ),
    ];
    let done = run(&AUTO, &packages);
    assert_eq!((done.edits.len(), done.problems.len()), (2, 0), "{done:?}");
    assert!(done.edits[1].new.ends_with("core: 1.2.1\n  http: 1.2.0\n"), "{done:?}");
}

#[test]
fn a_setting_that_is_printed_finds_its_place_in_the_files_as_they_were() {
    let files = [
        (
            "pyproject.toml",
            "[project]\nname = \"shop\"\nversion = \"1.2.0\"\n\n[tool.docs]\nrelease = \"1.2.0\"\n",
        ),
        ("CITATION.cff", "cff-version: 1.2.0\nversion: 1.2.0\n"),
        ("a.yml", "x-version: 1.2.0\nversion: 1.2.0\n"),
    ];
    let mut config = listed(&[]);
    config.files.known = true;
    let said = run(&config, &files).leftovers;
    assert_eq!(said.len(), 3, "{said:?}");
    for line in said {
        let setting = line.split_once("to move it: ").unwrap().1;
        let parsed: toml::Table = setting.replacen("version.files", "files", 1).parse().unwrap();
        let file = &parsed["files"][0];
        let (path, search) = (file["path"].as_str().unwrap(), file["search"].as_str().unwrap());
        let mut config = listed(&[(path, search)]);
        config.files.known = true;
        let done = run(&config, &files);
        assert_eq!(done.problems, Vec::<String>::new(), "{line}");
        let new = &done.edits.iter().find(|edit| edit.path == path).unwrap().new;
        let (_, at) = line.split_once(' ').map(|(place, _)| place.split_once(':').unwrap()).unwrap();
        assert!(
            new.lines().nth(at.parse::<usize>().unwrap() - 1).unwrap().contains("1.2.1"),
            "{line}: {new}"
        );
    }
}

#[test]
fn every_form_of_the_version_is_named() {
    for (path, text) in [
        ("gradle/libs.versions.toml", "[versions]\napp-versionName = \"1.2.0\"\n"),
        (".github/workflows/release.yml", "env:\n  VERSION: 1.2.0\n"),
        ("release.sh", "VERSION=1.2.0\n"),
        ("changelog.py", "VERSION = \"1.2.0\"\n"),
        ("Package.appxmanifest", "<Package><Identity Name=\"Shop\" Version=\"1.2.0.0\" /></Package>\n"),
        ("configure.ac", "AC_INIT([shop], [1.2.0], [bugs@example.org])\n"),
        ("README.md", "| Version | 1.2.0 |\n"),
        ("README.md", "Current release: **1.2.0**\n"),
        ("pkg.control", "Version: 1.2.0-1\n"),
    ] {
        let said = left(path, text);
        assert!(
            said.len() == 1 && said[0].contains(" still says 1.2.0") && said[0].contains("to move it"),
            "{path}: {said:?}"
        );
    }
    for (path, text) in [
        ("gradle/libs.versions.toml", "[versions]\nandroid-application = \"1.2.0\"\nokio = \"1.2.0\"\n"),
        ("RELEASES.md", "version 1.2.0\n"),
        ("README.md", "| 1.2.0 | 2024-01-01 | the version with search |\n"),
        ("CITATION.cff", "cff-version: 1.2.0\n"),
        ("a.txt", "version 1.2.0-1.x\nversion 1.2.0.5\nversion 11.2.0-1\nversion 1.2.0-1a\n"),
    ] {
        assert_eq!(left(path, text), Vec::<String>::new(), "{path}");
    }
}

#[test]
fn coordinates_of_the_repositorys_own_packages_are_named() {
    let readme = (
        "README.md",
        "implementation(\"com.acme:shop:1.2.0\")\nimplementation(\"org.x:shop:1.2.0\")\nimplementation(\"com.acme:lib:1.2.0\")\n",
    );
    let pom =
        "<project><groupId>com.acme</groupId><artifactId>shop</artifactId><version>1.2.0</version></project>";
    let gradle = [
        ("settings.gradle.kts", "rootProject.name = \"shop\"\n"),
        ("build.gradle.kts", "group = \"com.acme\"\n"),
    ];
    for files in [vec![("pom.xml", pom), readme], vec![gradle[0], gradle[1], readme]] {
        let said = run(&AUTO, &files).leftovers;
        assert!(said.len() == 1 && said[0].starts_with("README.md:1 still says 1.2.0"), "{said:?}");
    }
    assert_eq!(run(&AUTO, &[readme]).leftovers.len(), 3, "nothing says what the package is called");
    let files = [
        ("shop.gemspec", "s.version = \"1.2.0\"\n"),
        ("docs/use.md", "gem \"shop\", \"1.2.0\"\ngem \"rack\", \"1.2.0\"\n"),
    ];
    assert_eq!(run(&AUTO, &files).leftovers.len(), 1);
}

#[test]
fn a_setting_for_one_line_of_a_file_does_not_silence_the_others() {
    let config = listed(&[("a.yml", "a: {current}")]);
    let done = run(&config, &[("a.yml", "a: 1.2.0\nb: 1.2.0\n")]);
    assert!(done.leftovers.len() == 1 && done.leftovers[0].starts_with("a.yml:2 still says"), "{done:?}");
}
