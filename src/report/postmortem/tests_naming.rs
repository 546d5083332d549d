use super::tests::{Owned, night};
use super::*;
use crate::model::incident::fixture::incident;

#[test]
fn the_file_is_named_for_day_and_hotfix() {
    let mut i = incident(vec![]);
    assert_eq!(
        path("docs/postmortems/{date}-{name}.md", &i),
        "docs/postmortems/2026-11-22-fix-login-crash.md"
    );
    i.name = "../../etc/passwd".into();
    assert_eq!(path("docs/{date}-{name}.md", &i), "docs/2026-11-22--..-etc-passwd.md");
}

#[test]
fn the_manual_lists_every_name() {
    let manual = include_str!("../../../docs/templates.md");
    let section = manual.split("## The post-mortem\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let mut listed: Vec<&str> =
        section.lines().filter_map(|l| l.strip_prefix("| `")?.split('`').next()).collect();
    listed.sort_unstable();
    let owned = Owned::of(night());
    assert_eq!(listed, Page::new(&owned.facts()).slots().into_keys().collect::<Vec<_>>());
}
