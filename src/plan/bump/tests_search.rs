use super::candidates;
use super::fixture::{AUTO, listed, run};
use crate::config::{Changelog, Version};

#[test]
fn a_configured_text_is_found() {
    let cases = [
        (r#"__version__ = "{current}""#, "x = 1\r\n__version__ = \"@\"\r\ny = '1.2.0'\r\n"),
        ("{current}", "v@ and @, not 11.2.0, 1.2.0.1 or 1.2.0-rc.1"),
        ("app:{current}", "image: app:@\nimage: app:@"),
        ("app:{current}-alpine", "image: app:@-alpine"),
        ("version {current}", "This is version @."),
        ("name: app\nversion: {current}", "name: app\r\nversion: @\r\nname: x\r\nversion: 1.2.0\r\n"),
        ("<{current}>", "<@><2.0.0><@>"),
    ];
    for (search, pattern) in cases {
        let done = run(&listed(&[("a", search)]), &[("a", &pattern.replace('@', "1.2.0"))]);
        let new = done.edits.first().map(|edit| edit.new.as_str());
        assert_eq!(new, Some(pattern.replace('@', "1.2.1").as_str()), "{search}");
        assert_eq!(done.notes, Vec::<String>::new());
    }
}

#[test]
fn what_is_not_found_is_said() {
    let cases = [
        ("v={current};", Some("v=1.3.0;"), "a says 1.3.0, not 1.2.0: left alone"),
        ("v={current};", Some("v=1.2;"), "a says 1.2, not 1.2.0: left alone"),
        ("v={current};", Some("w=1.2.0;"), "a has nothing like v={current};: left alone"),
        ("v={current};", None, "a is not there: no version changed in it"),
    ];
    for (search, text, note) in cases {
        let files: Vec<_> = text.map(|text| ("a", text)).into_iter().collect();
        let done = run(&listed(&[("a", search)]), &files);
        assert_eq!((done.edits, done.notes), (vec![], vec![note.to_owned()]));
    }
}

#[test]
fn a_list_is_all_there_is() {
    let config = listed(&[("a", "x {current}"), ("a", "y {current}")]);
    let done = run(&config, &[("a", "x 1.2.0, y 1.2.0"), ("VERSION", "1.2.0")]);
    assert_eq!(done.edits.len(), 1);
    assert_eq!(done.edits[0].new, "x 1.2.1, y 1.2.1");
    assert_eq!(candidates(&config), ["a", "CHANGELOG.md"]);
    assert!(candidates(&Version { changelog: Changelog::Never, ..listed(&[]) }).is_empty());
    assert!(candidates(&AUTO).iter().any(|path| path == "Cargo.lock"));
    assert_eq!(candidates(&AUTO).last().map(String::as_str), Some("CHANGELOG.md"));
}
