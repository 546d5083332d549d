//! A branch's hotfix.toml beside production's, key by key.

use super::Config;
use super::fixture::Repo;
use super::keys::KEYS;

fn both(production: &str, branch: &str) -> Config {
    let mut repo = Repo::cloned("origin", &["main", "develop", "release/1.3"]).toml(production);
    repo.added = Some(branch.to_owned());
    repo.load()
}

fn values(config: &Config) -> Vec<(&str, &str)> {
    config.explain().iter().map(|e| (e.key.as_str(), e.value.as_str())).collect()
}

/// A value of a key that is not the built-in one, twice.
fn hostile(name: &str, default: &str) -> [String; 2] {
    match (name, default) {
        ("branches.production", _) => ["\"develop\"".into(), "\"other\"".into()],
        ("incident.timezone", _) => ["\"+02:00\"".into(), "\"utc\"".into()],
        ("finish.mode", _) => ["\"direct\"".into(), "\"auto\"".into()],
        (_, "true" | "false") => ["true".into(), "false".into()],
        (_, text) if text.starts_with('[') => ["[\"x/*\"]".into(), "[\"y/*\"]".into()],
        (_, text) if text.starts_with('{') && text.contains("lines") => {
            ["{ lines = 9000, files = 900 }".into(), "{ lines = 8000, files = 800 }".into()]
        }
        (_, text) if text.starts_with('{') => ["{ sev1 = \"9h\" }".into(), "{ sev1 = \"8h\" }".into()],
        (_, text)
            if text.trim_matches('"').ends_with(['s', 'm', 'h'])
                && text.contains(|c: char| c.is_ascii_digit()) =>
        {
            ["\"7m\"".into(), "\"8m\"".into()]
        }
        _ => ["\"one\"".into(), "\"two\"".into()],
    }
}

#[test]
fn no_key_of_a_branch_takes_the_place_of_productions() {
    let mut tried = 0;
    for key in KEYS.iter().filter(|k| !k.in_entry() && k.name != "schema") {
        let (section, last) = key.name.split_once('.').unwrap();
        for value in hostile(key.name, key.default) {
            let branch = format!("[{section}]\n{last} = {value}\n");
            let mut alone = Repo::cloned("origin", &["main", "develop", "release/1.3"]).toml(&branch);
            // A value this key does not take would prove nothing.
            let Ok(taken) = alone.try_load() else { continue };
            alone.toml = Some(String::new());
            let production = alone.load();
            let with = both("", &branch);
            if values(&taken) == values(&production) {
                continue;
            }
            tried += 1;
            if key.name == "guard.sensitive" {
                continue;
            }
            assert_eq!(values(&with), values(&production), "{branch}");
            assert!(
                with.notes.iter().any(|note| note.contains(last) || note.contains("[deploy]")),
                "{branch} is not named: {:?}",
                with.notes
            );
            break;
        }
    }
    assert!(tried > 25, "only {tried} keys were tried");
}

const PRODUCTION: &str = "[guard]\nsensitive = [\"db/**\"]\nblock = { lines = 50, files = 3 }\n\
    [[check]]\nid = \"tests\"\ncommand = \"make test\"\n\
    [[check]]\nid = \"smoke\"\nquestion = \"Smoke?\"\nrequired = false\n";

#[test]
fn a_branch_cannot_lift_a_gate() {
    let branch = "[guard]\nsensitive = []\nblock = { lines = 9999, files = 999 }\n\
        [[check]]\nid = \"tests\"\nrequired = false\ncommand = \"true\"\n";
    let config = both(PRODUCTION, branch);
    assert_eq!(config.guard.sensitive, ["db/**"]);
    assert_eq!((config.guard.block.lines, config.guard.block.files), (50, 3));
    let tests = config.checks.iter().find(|c| c.id == "tests").unwrap();
    assert!(tests.required);
    assert_eq!(tests.command.as_deref(), Some("make test"));
    assert!(config.checks.iter().any(|c| c.id == "smoke"), "a check that the branch took out is asked");
    let said = config.notes.join("\n");
    for word in ["guard.sensitive", "guard.block", "required = false", "command = \"true\"", "'smoke'"] {
        assert!(said.contains(word), "{word} is not named:\n{said}");
    }
}

#[test]
fn a_branch_may_add() {
    let branch = "[guard]\nsensitive = [\"db/**\", \"auth/**\"]\nblock = { lines = 20, files = 9 }\n\
        [[check]]\nid = \"smoke\"\nquestion = \"Smoke?\"\n\
        [[check]]\nid = \"load\"\nquestion = \"Load?\"\ncommand = \"make load\"\n";
    let config = both(PRODUCTION, branch);
    assert_eq!(config.guard.sensitive, ["db/**", "auth/**"]);
    assert_eq!((config.guard.block.lines, config.guard.block.files), (20, 3));
    assert!(config.checks.iter().find(|c| c.id == "smoke").unwrap().required);
    assert_eq!(config.checks.iter().find(|c| c.id == "load").unwrap().command.as_deref(), Some("make load"));
    let said = config.notes.join("\n");
    assert!(said.contains("'load' is added") && said.contains("'smoke' is stricter"), "{said}");
}

#[test]
fn a_broken_file_of_a_branch_is_a_mistake() {
    let mut repo = Repo::cloned("origin", &["main"]).toml(PRODUCTION);
    repo.added = Some("this is not TOML".to_owned());
    assert!(repo.try_load().is_err());
}
