//! What is the repository's own: what its manifests declare or reach, whatever it is called.

use super::Edits;
use super::fixture::{AUTO, bump, listed, run};
use std::collections::BTreeSet;

/// The files that changed.
fn changed(done: &Edits) -> Vec<&str> {
    done.edits.iter().map(|edit| edit.path.as_str()).collect()
}

/// All of these change, and nothing else; no old version stays in them but where `#` keeps it.
fn all_move(files: &[(&str, &str)]) {
    let before: Vec<(&str, String)> =
        files.iter().map(|(path, text)| (*path, text.replace(['@', '#'], "1.2.0"))).collect();
    let given: Vec<(&str, &str)> = before.iter().map(|(path, text)| (*path, text.as_str())).collect();
    let done = run(&AUTO, &given);
    for (path, pattern) in files {
        let new = done.edits.iter().find(|edit| edit.path == *path).map(|edit| edit.new.as_str());
        let after = pattern.replace('@', "1.2.1").replace('#', "1.2.0");
        let expected = pattern.contains('@').then_some(after.as_str());
        assert_eq!(new, expected, "{path}: {done:?}");
    }
    assert_eq!(done.problems, Vec::<String>::new());
}

#[test]
fn a_crate_that_a_patch_puts_in_place_is_required_in_its_new_version() {
    let core = ("core/Cargo.toml", "[package]\nname = \"core\"\nversion = \"@\"\n");
    let lock = ("Cargo.lock", "[[package]]\nname = \"core\"\nversion = \"@\"\n");
    let web = "[package]\nname = \"web\"\nversion = \"@\"\n[dependencies]\n";
    let patched = "[workspace]\nmembers = [\"core\", \"web\"]\n[workspace.dependencies]\ncore = \"=@\"\n\
                   log = \"=#\"\n[patch.crates-io]\ncore = { path = \"core\" }\nlog = { path = \"vendor/log\" }\n";
    let log = ("vendor/log/Cargo.toml", "[package]\nname = \"log\"\nversion = \"#\"\n");
    let inherits = format!("{web}core.workspace = true\n");
    all_move(&[("Cargo.toml", patched), core, lock, log, ("web/Cargo.toml", &inherits)]);
    let members = "[workspace]\nmembers = [\"core\", \"web\"]\n";
    let plain = format!("{members}[patch.crates-io]\nours = {{ path = \"core\", package = \"core\" }}\n");
    let renamed = format!("{web}c = {{ version = \"=@\", package = \"core\" }}\ncore-x = \"=#\"\n");
    all_move(&[("Cargo.toml", &plain), core, ("web/Cargo.toml", &renamed)]);
    let table = format!("{web}[target.'cfg(unix)'.dependencies.core]\nversion = \"@\"\n");
    let config = (".cargo/config.toml", "[patch.crates-io]\ncore = { path = \"core\" }\n");
    all_move(&[("Cargo.toml", members), config, core, ("web/Cargo.toml", &table)]);
}

#[test]
fn a_patch_holds_for_every_crate_of_its_workspace_and_for_no_other() {
    let root = "[package]\nname = \"shop\"\nversion = \"@\"\n[dependencies]\nweb = { path = \"web\" }\n[workspace]\n\
                exclude = [\"compat\"]\n[patch.crates-io]\ncore = { path = \"core\" }\n";
    let needs = |name: &str, sign: &str| {
        format!("[package]\nname = \"{name}\"\nversion = \"0.1.0\"\n[dependencies]\ncore = \"={sign}\"\n")
    };
    all_move(&[
        ("Cargo.toml", &format!("{root}[dev-dependencies]\ncore = {{ path = \"core\" }}\n")),
        ("core/Cargo.toml", "[package]\nname = \"core\"\nversion = \"@\"\n"),
        ("web/Cargo.toml", &needs("web", "@")),
        ("compat/a/Cargo.toml", &needs("a", "#")),
    ]);
}

#[test]
fn a_patched_requirement_that_the_new_version_breaks_is_a_problem() {
    let files = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"core\"]\n[workspace.dependencies]\ncore = \"<1.2.1\"\n\
             [patch.crates-io]\ncore = { path = \"core\" }\n",
        ),
        ("core/Cargo.toml", "[package]\nname = \"core\"\nversion = \"1.2.0\"\n"),
    ];
    assert_eq!(run(&AUTO, &files).problems, ["Cargo.toml asks for core <1.2.1, which is 1.2.1"]);
}

#[test]
fn a_declared_member_is_own_whatever_its_directory_is_called() {
    for dir in ["fixtures", "target", "dist", "vendor", "testdata"] {
        let at = |name: &str| format!("crates/{dir}/{name}");
        let root = "[workspace]\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"@\"\n";
        let inherits = "[package]\nname = \"shop-own\"\nversion.workspace = true\n";
        let core = "[package]\nname = \"core\"\nversion = \"@\"\n[dev-dependencies]\n\
                    shop-own = { path = \"../own\", version = \"1\" }\n";
        let lock = "[[package]]\nname = \"core\"\nversion = \"@\"\n\n[[package]]\nname = \"shop-own\"\nversion = \"@\"\n";
        let below = ("fixtures/x/Cargo.toml", "[package]\nname = \"x\"\nversion = \"#\"\n");
        let needs = format!("{inherits}[dependencies]\ncore = {{ path = \"../core\", version = \"=@\" }}\n");
        all_move(&[
            ("Cargo.toml", root),
            ("Cargo.lock", lock),
            ("crates/core/Cargo.toml", core),
            (&at("Cargo.toml"), &needs),
            (&at(below.0), below.1),
        ]);
        let root = "{\"name\": \"shop\", \"version\": \"@\", \"workspaces\": [\"packages/*\"]}";
        let core = "{\"name\": \"core\", \"version\": \"@\", \"devDependencies\": {\"own\": \"@\"}}";
        let own = "{\"name\": \"own\", \"version\": \"@\"}";
        let path = format!("packages/{dir}/package.json");
        let below = format!("packages/{dir}/node_modules/a/package.json");
        all_move(&[
            ("package.json", root),
            ("packages/core/package.json", core),
            (&path, own),
            (&below, "{\"name\": \"a\", \"version\": \"#\"}"),
        ]);
        let member = format!("{dir}/pyproject.toml");
        let root =
            format!("[project]\nname = \"a\"\nversion = \"@\"\n[tool.uv.workspace]\nmembers = [\"{dir}\"]\n");
        all_move(&[("pyproject.toml", &root), (&member, "[project]\nname = \"b\"\nversion = \"@\"\n")]);
    }
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\nexclude = [\"crates/dist\"]\n"),
        ("crates/dist/Cargo.toml", "[package]\nname = \"x\"\nversion = \"1.2.0\"\n"),
    ];
    assert_eq!(changed(&run(&AUTO, &files)), Vec::<&str>::new());
}

#[test]
fn what_is_left_in_a_declared_member_is_named() {
    let files = [
        ("Cargo.toml", "[workspace]\nmembers = [\"crates/*\"]\n[workspace.package]\nversion = \"1.2.0\"\n"),
        ("crates/fixtures/Cargo.toml", "[package]\nname = \"x\"\nversion.workspace = true\n"),
        ("crates/fixtures/app.yml", "image: shop:1.2.0\n"),
        ("fixtures/app.yml", "image: shop:1.2.0\n"),
    ];
    let left = run(&AUTO, &files).leftovers;
    assert!(left.len() == 1 && left[0].starts_with("crates/fixtures/app.yml:1 still says"), "{left:?}");
}

#[test]
fn a_crate_that_a_lock_does_not_hold_is_not_compared_with_it() {
    let shop = "[package]\nname = \"shop\"\nversion = \"#\"\n";
    let lock = "[[package]]\nname = \"shop\"\nversion = \"@\"\n";
    let other = "[[package]]\nname = \"shop\"\nversion = \"#\"\n";
    all_move(&[
        ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"@\"\n[workspace]\nexclude = [\"compat\"]\n"),
        ("Cargo.lock", lock),
        ("compat/shop/Cargo.toml", shop),
        ("compat/shop/Cargo.lock", other),
        (
            "fuzz/Cargo.toml",
            "[package]\nname = \"fuzz\"\n[dependencies]\nshop = { path = \"..\" }\n[workspace]\n",
        ),
        ("fuzz/Cargo.lock", lock),
    ]);
    // One that is not excluded, and that nothing names.
    all_move(&[
        ("Cargo.toml", "[package]\nname = \"shop\"\nversion = \"@\"\n"),
        ("Cargo.lock", lock),
        ("old/Cargo.toml", shop),
    ]);
}

#[test]
fn a_gem_requires_the_others_in_their_new_version() {
    let root = "s.name = \"shop\"\ns.version = \"@\"\ns.add_dependency \"shop-core\", \"@\"\n\
                s.add_dependency(\"shop-web\", \"~> @\", \"< 2\")\ns.add_runtime_dependency 'rack', '#'\n";
    let core = "s.version = Shop::Core::VERSION\ns.add_development_dependency \"shop-web\",\n  \"= @\"\n";
    let list = "gem \"shop\", path: \".\"\ngem \"shop-core\", \"= @\", path: \"core\"\ngem \"rack\", \"#\"\n";
    let lock = "PATH\n  remote: .\n  specs:\n    shop (@)\n      rack (= #)\n      shop-core (= @)\n      \
                shop-web (~> @, < 2)\n\nPATH\n  remote: core\n  specs:\n    shop-core (@)\n\nPATH\n  remote: \
                web\n  specs:\n    shop-web (@)\n\nGEM\n  specs:\n    rack (#)\n\nDEPENDENCIES\n  rack (= #)\n  \
                shop!\n  shop-core (= @)!\n";
    all_move(&[
        ("shop.gemspec", root),
        ("core/shop-core.gemspec", core),
        ("core/lib/shop/core/version.rb", "VERSION = \"@\".freeze\n"),
        ("web/shop-web.gemspec", "s.version = \"@\"\n"),
        ("Gemfile", list),
        ("Gemfile.lock", lock),
    ]);
}

#[test]
fn a_requirement_on_an_own_package_that_stays_behind_is_a_problem() {
    let problems = |files: &[(&str, &str)], moved: (&str, &str)| run(&listed(&[moved]), files).problems;
    let gems = [
        (
            "a.gemspec",
            "s.version = \"0.1.0\"\ns.add_dependency \"b\", \"= 1.2.0\"\ns.add_dependency \"c\", \"1.0.0\"\n",
        ),
        ("b/b.gemspec", "s.version = B::VERSION\n"),
        ("b/lib/version.rb", "VERSION = \"1.2.0\"\n"),
        ("c/c.gemspec", "s.version = \"1.1.0\"\n"),
    ];
    // What was broken before is no reason to stop.
    assert_eq!(
        problems(&gems, ("b/lib/version.rb", "{current}")),
        ["a.gemspec requires b = 1.2.0, which is 1.2.1"]
    );
    let apps = [
        ("mix.exs", "[apps_path: \"apps\"]\n"),
        ("apps/a/mix.exs", "[app: :a, version: \"0.1.0\", deps: [{:b, \"== 1.2.0\", in_umbrella: true}]]\n"),
        ("apps/b/mix.exs", "[app: :b, version: \"1.2.0\"]\n"),
    ];
    assert_eq!(
        problems(&apps, ("apps/b/mix.exs", "{current}")),
        ["apps/a/mix.exs requires b == 1.2.0, which is 1.2.1"]
    );
    let crates = [
        (
            "Cargo.toml",
            "[workspace]\nmembers = [\"core\"]\n[replace]\n\"core:1.2.0\" = { path = \"core\" }\n",
        ),
        ("core/Cargo.toml", "[package]\nname = \"core\"\nversion = \"1.2.0\"\n"),
    ];
    assert_eq!(
        run(&AUTO, &crates).problems,
        ["Cargo.toml replaces core:1.2.0 by core/Cargo.toml, which is 1.2.1"]
    );
}

#[test]
fn an_app_requires_the_others_of_its_umbrella_in_their_new_version() {
    let app = |name: &str, deps: &str| {
        format!("def project do\n  [\n    app: :{name},\n    version: \"@\",\n    deps: [{deps}]\n  ]\nend\n")
    };
    let core = app("core", "{:web, \"== @\", path: \"../web\"}, {:jason, \"#\"}");
    let web = app("web", "{:db, \"~> @\", in_umbrella: true}");
    all_move(&[
        ("mix.exs", "[apps_path: \"apps\", version: \"@\"]\n"),
        ("apps/core/mix.exs", &core),
        ("apps/web/mix.exs", &web),
        ("apps/db/mix.exs", &app("db", "")),
    ]);
}

#[test]
fn numbers_that_coincide_do_not_move_what_nothing_reaches() {
    let pom = |name: &str, more: &str| {
        format!("<project><groupId>g</groupId><artifactId>{name}</artifactId>{more}</project>")
    };
    let child = |version: &str| {
        format!(
            "<parent><groupId>g</groupId><artifactId>shop</artifactId><version>{version}</version></parent>"
        )
    };
    let root = pom("shop", "<version>@</version><modules><module>core</module></modules>");
    let in_tests = "core/src/test/resources";
    let sample = "<project><groupId>t</groupId><artifactId>x</artifactId><version>#</version></project>";
    all_move(&[
        ("pom.xml", &root),
        ("core/pom.xml", &pom("core", &child("@"))),
        ("it/web/pom.xml", &pom("web", &child("@"))),
        ("tools/pom.xml", sample),
        (&format!("{in_tests}/a/pom.xml"), sample),
        (&format!("{in_tests}/a/Chart.yaml"), "name: a\nversion: #\nappVersion: #\n"),
        (
            &format!("{in_tests}/a/a.csproj"),
            "<Project><PropertyGroup><Version>#</Version></PropertyGroup></Project>",
        ),
        (&format!("{in_tests}/a/x.gemspec"), "s.version = \"#\"\n"),
        ("examples/build.gradle", "version = \"#\"\n"),
        ("charts/shop/Chart.yaml", "name: shop\nversion: @\n"),
    ]);
    let module = "__version__ = \"@\"\n";
    let other = "__version__ = \"#\"\n";
    let project = ("pyproject.toml", "[project]\nname = \"my-shop\"\nversion = \"@\"\n");
    all_move(&[
        project,
        ("src/a/__init__.py", module),
        ("template/__init__.py", other),
        ("x/__init__.py", other),
    ]);
    all_move(&[project, ("my_shop/__init__.py", module), ("plugin/__init__.py", other)]);
    all_move(&[project, ("shop/__init__.py", module), ("example_plugin/__init__.py", other)]);
    all_move(&[project, ("shop/__init__.py", other), ("plugin/__init__.py", other)]);
}

#[test]
fn what_does_not_move_is_named() {
    let files = [
        ("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1.2.0\"\n"),
        ("template/__init__.py", "__version__ = \"1.2.0\"\n"),
        ("examples/a/a.gemspec", "s.version = \"1.2.0\"\n"),
    ];
    let left = run(&AUTO, &files).leftovers;
    let named = |path: &str| left.iter().any(|line| line.starts_with(path));
    assert!(named("template/__init__.py:1 still") && named("examples/a/a.gemspec:1 still"), "{left:?}");
}

#[test]
fn a_solution_says_which_projects_belong_to_it() {
    let project = |version: &str, more: &str| {
        format!("<Project><PropertyGroup><Version>{version}</Version></PropertyGroup>{more}</Project>")
    };
    let refers = "<ItemGroup><ProjectReference Include=\"..\\Core\\Core.csproj\" /></ItemGroup>";
    let listed = "Project(\"{F}\") = \"Shop\", \"src\\Shop\\Shop.csproj\", \"{1}\"\nEndProject\n";
    let files = [
        ("src/Shop/Shop.csproj", project("@", refers)),
        ("src/Core/Core.csproj", project("@.0", "")),
        ("src/Core/Properties/AssemblyInfo.cs", "[assembly: AssemblyVersion(\"@.0\")]\n".to_owned()),
        ("src/Old/Old.csproj", project("#", "")),
        ("src/Old/Properties/AssemblyInfo.cs", "[assembly: AssemblyVersion(\"#.0\")]\n".to_owned()),
        ("samples/S/S.csproj", project("#", "")),
    ];
    let with = |name: &'static str, text: &'static str| -> Vec<(&str, &str)> {
        files.iter().map(|(path, text)| (*path, text.as_str())).chain([(name, text)]).collect()
    };
    all_move(&with("Shop.sln", listed));
    all_move(&with("Shop.slnx", "<Solution><Project Path=\"src/Shop/Shop.csproj\" /></Solution>"));
}

#[test]
fn a_chart_below_another_moves_where_that_depends_on_it() {
    let umbrella = |place: &str| {
        format!(
            "name: shop\nversion: @\ndependencies:\n  - name: web\n    version: @\n{place}  - name: redis\n    version: #\n    repository: https://x\n"
        )
    };
    let redis = ("charts/redis/Chart.yaml", "name: redis\nversion: #\n");
    for place in ["    repository: file://charts/web\n", "", "    repository: \"\"\n"] {
        let web = "name: web\nversion: @\ndependencies:\n  - name: db\n    version: @\n    repository: file://../db\n";
        let db = ("charts/db/Chart.yaml", "name: db\nversion: @\n");
        all_move(&[("Chart.yaml", &umbrella(place)), ("charts/web/Chart.yaml", web), db, redis]);
    }
}

#[test]
fn an_annotation_processor_of_the_repository_moves() {
    let path = |name: &str, version: &str| {
        format!(
            "<path><groupId>g</groupId><artifactId>{name}</artifactId><version>{version}</version></path>"
        )
    };
    let paths = format!(
        "<annotationProcessorPaths>{}{}</annotationProcessorPaths>",
        path("core", "@"),
        path("lombok", "#")
    );
    let parent = "<parent><groupId>g</groupId><artifactId>shop</artifactId><version>@</version></parent>";
    let root = "<project><groupId>g</groupId><artifactId>shop</artifactId><version>@</version><modules><module>core</module></modules>";
    all_move(&[
        (
            "pom.xml",
            &format!(
                "{root}<build><plugins><plugin><configuration>{paths}</configuration></plugin></plugins></build></project>"
            ),
        ),
        ("core/pom.xml", &format!("<project>{parent}<artifactId>core</artifactId></project>")),
    ]);
}

#[test]
fn a_version_that_is_read_from_a_module_moves_there() {
    let module = "__title__ = \"shop\"\n__version__ = \"@\"\n";
    let flit = "[project]\nname = \"shop\"\ndynamic = [\"version\", \"description\"]\n";
    all_move(&[("pyproject.toml", flit), ("shop/__init__.py", module)]);
    let setup = "about = {}\nexec(open(\"src/shop/__version__.py\").read(), about)\nsetup(version=about[\"__version__\"])\n";
    all_move(&[("setup.py", setup), ("src/shop/__version__.py", module)]);
    all_move(&[
        ("setup.py", &setup.replace("src/", "")),
        ("shop/__version__.py", module),
        ("web/__init__.py", "__version__ = \"#\"\n"),
    ]);
}

#[test]
fn only_the_lines_that_a_pattern_names_move() {
    let poetry =
        "[tool.poetry]\nname = \"shop\"\nversion = \"@\"\n[tool.poetry.dependencies]\ntomli = \"#\"\n";
    let cz = "[tool.commitizen]\nversion = \"@\"\nversion_files = [\"pyproject.toml:^version\", \
              \"a.py:__version__\", \"package.json:version\", \"b.txt\", \"c.txt:v\\\\.s*=\"]\n";
    all_move(&[
        ("pyproject.toml", &format!("{poetry}{cz}")),
        ("a.py", "__version__ = \"@\"\nAPI = \"#\"\n"),
        ("b.txt", "x @\ny @\n"),
        ("c.txt", "v.= #\n"),
        ("package.json", "{\"name\":\"x\",\"version\":\"@\",\"devDependencies\":{\"left-pad\":\"#\"}}\n"),
    ]);
    let bare = format!("{poetry}[tool.commitizen]\nversion = \"@\"\nversion_files = [\"package.json\"]\n");
    all_move(&[
        ("pyproject.toml", &bare),
        ("package.json", "{\"name\":\"x\",\"version\":\"@\",\"devDependencies\":{\"left-pad\":\"#\"}}\n"),
    ]);
}

#[test]
fn every_entry_about_a_file_counts() {
    let file =
        |name: &str, search: &str| format!("[[tool.bumpversion.files]]\nfilename = \"{name}\"\n{search}");
    let search = |text: &str| format!("search = \"{text}\"\n");
    let toml = [
        "[project]\nversion = \"@\"\n[tool.bumpversion]\ncurrent_version = \"@\"\n".to_owned(),
        file("README.md", &search("badge-{current_version}-")),
        file("README.md", &search("shop=={current_version}")),
        file("docs/conf.py", ""),
    ];
    let readme = "badge-@-blue\nshop==@ and shop==@\nother==#\n";
    all_move(&[
        ("pyproject.toml", &toml.concat()),
        ("README.md", readme),
        ("docs/conf.py", "release = \"@\"\n"),
    ]);
    let ini = "[bumpversion]\ncurrent_version = @\n[bumpversion:file(badge):README.md]\nsearch = \
               badge-{current_version}-\n[bumpversion:file(pip):README.md]\nsearch = shop=={current_version}\n\
               [bumpversion:file:docs/conf.py]\n[bumpversion:file(x):a.txt]\n";
    all_move(&[
        (".bumpversion.cfg", ini),
        ("README.md", readme),
        ("docs/conf.py", "release = \"@\"\n"),
        ("a.txt", "@\n"),
    ]);
}

#[test]
fn members_in_brackets_are_found() {
    let member = "{\"name\": \"web\", \"version\": \"@\"}";
    for list in ["[\"packages/*\", 'apps/*']", "[\n  packages/*,\n  apps/*,\n]\nonlyBuiltDependencies: [x]"] {
        let list = format!("packages: {list}\n");
        all_move(&[
            ("package.json", "{\"version\": \"@\", \"private\": true}"),
            ("pnpm-workspace.yaml", &list),
            ("packages/a/package.json", &member.replace("web", "a")),
            ("apps/web/package.json", member),
        ]);
    }
    all_move(&[
        ("pubspec.yaml", "name: shop\nversion: @\nworkspace: [packages/core, tools/*]\n"),
        (
            "packages/core/pubspec.yaml",
            "name: core\nversion: @\ndependencies: {shop: ^@, http: {version: #}, x: #}\n",
        ),
        ("tools/a/pubspec.yaml", "name: a\nversion: @\n"),
    ]);
}

#[test]
fn a_member_has_a_build_number_of_its_own() {
    let raised = |version: &str| {
        let member = format!("name: core\nversion: {version}\n");
        let files = [
            ("pubspec.yaml", "name: _\npublish_to: none\nworkspace:\n  - core\n  - web\n"),
            ("core/pubspec.yaml", member.as_str()),
            ("web/pubspec.yaml", "name: web\nversion: 1.2.0\ndependencies:\n  core: 1.2.0\n"),
        ];
        let done = run(&AUTO, &files);
        assert!(done.edits[1].new.ends_with("version: 1.2.1\ndependencies:\n  core: 1.2.1\n"), "{done:?}");
        done.edits[0].new.clone()
    };
    assert_eq!(raised("1.2.0"), "name: core\nversion: 1.2.1\n");
    assert_eq!(raised("1.2.0+3"), "name: core\nversion: 1.2.1+4\n");
    assert_eq!(raised("1.2.0+a"), "name: core\nversion: 1.2.1+a\n");
}

#[test]
fn packages_for_single_platforms_move_with_the_one_that_requires_them() {
    let root = "{\"name\": \"shop\", \"version\": \"@\", \"optionalDependencies\": {\"shop-linux\": \"@\", \"fsevents\": \"#\"}}";
    let lock = "{\"version\": \"@\", \"packages\": {\"\": {\"version\": \"@\", \"optionalDependencies\": \
                {\"shop-linux\": \"@\", \"fsevents\": \"#\"}}}}";
    all_move(&[
        ("package.json", root),
        ("package-lock.json", lock),
        ("npm/linux/package.json", "{\"name\": \"shop-linux\", \"version\": \"@\"}"),
        ("npm/other/package.json", "{\"name\": \"shop-other\", \"version\": \"#\"}"),
    ]);
}

#[test]
fn a_tag_of_two_numbers_stands_for_three_where_a_file_has_them() {
    let files = [
        (
            "package.json",
            "{\"name\": \"shop\", \"version\": \"1.2.0\", \"dependencies\": {\"core\": \"^1.2.0\"}}",
        ),
        ("package-lock.json", "{\"version\": \"1.2.0\", \"packages\": {\"\": {\"version\": \"1.2.0\"}}}"),
        ("pyproject.toml", "[project]\nname = \"shop\"\nversion = \"1.2\"\n"),
        ("pubspec.yaml", "name: shop\nversion: 1.2.0+4\n"),
        ("VERSION", "1.2\n"),
    ];
    let done = bump(&AUTO, &files, "1.2", "1.2.1");
    let expected = ["package-lock.json", "package.json", "pubspec.yaml", "pyproject.toml", "VERSION"];
    assert_eq!(BTreeSet::from_iter(changed(&done)), BTreeSet::from(expected), "{done:?}");
    let new = |path: &str| done.edits.iter().find(|edit| edit.path == path).unwrap().new.clone();
    assert!(new("package.json").contains("\"version\": \"1.2.1\", \"dependencies\": {\"core\": \"^1.2.0\"}"));
    assert_eq!(
        (new("pubspec.yaml").as_str(), new("VERSION").as_str()),
        ("name: shop\nversion: 1.2.1+5\n", "1.2.1\n")
    );
    // Three numbers stay three.
    let done = bump(
        &AUTO,
        &[("package.json", "{\"version\": \"1.2.0.0\"}"), ("VERSION", "1.2\n")],
        "1.2.0",
        "1.2.1",
    );
    assert!(done.edits.is_empty(), "{done:?}");
}
