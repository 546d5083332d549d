use super::fixture::{listed, run};
use crate::config::{Version, VersionFiles};

#[test]
fn a_configured_text_is_found() {
    let cases = [
        (r#"__version__ = "{current}""#, "x = 1\r\n__version__ = \"@\"\r\ny = '1.2.0'\r\n"),
        ("{current}", "v@, not 11.2.0, 1.2.0.1 or 1.2.0-rc.1"),
        ("app:{current}", "image: app:@\nimage: other:1.2.0"),
        ("app:{current}-alpine", "image: app:@-alpine"),
        ("version {current}", "This is version @."),
        ("name: app\nversion: {current}", "name: app\r\nversion: @\r\nname: x\r\nversion: 1.2.0\r\n"),
        ("<{current}>", "<2.0.0><@>"),
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
        ("v={current};", Some("v=1.3.0;"), "a says 1.3.0, not 1.2.0: left unchanged"),
        ("v={current};", Some("v=1.2;"), "a says 1.2, not 1.2.0: left unchanged"),
        ("v={current};", Some("w=1.2.0;"), "a does not contain v={current};: left unchanged"),
        ("v={current};", None, "a does not exist: no version changed in it"),
    ];
    for (search, text, note) in cases {
        let files: Vec<_> = text.map(|text| ("a", text)).into_iter().collect();
        let done = run(&listed(&[("a", search)]), &files);
        assert_eq!((done.edits, done.notes), (vec![], vec![note.to_owned()]));
    }
}

#[test]
fn a_list_adds_to_what_is_known() {
    let list = listed(&[("a", "x {current}"), ("a", "y {current}")]);
    let files = [("a", "x 1.2.0, y 1.2.0"), ("VERSION", "1.2.0")];
    let paths = |config: &Version| -> Vec<String> {
        run(config, &files).edits.into_iter().map(|edit| edit.path).collect()
    };
    assert_eq!(paths(&list), ["a"]);
    let both = Version { files: VersionFiles { known: true, ..list.files.clone() }, ..list };
    assert_eq!(paths(&both), ["VERSION", "a"]);
    assert_eq!(run(&both, &files).edits[1].new, "x 1.2.1, y 1.2.1");
}

#[test]
fn a_search_matches_once() {
    let config = listed(&[("a", "v={current}")]);
    for text in ["v=1.2.0 v=1.2.0\n", "v=1.2.0\nw\nv=1.2.0\n"] {
        let done = run(&config, &[("a", text), ("b", "1.2.0")]);
        assert_eq!(done.problems, ["a contains v={current} 2 times (expected once)"]);
        assert!(done.edits.is_empty(), "nothing is half moved");
    }
    assert!(run(&config, &[("a", "v=1.2.0 v=1.3.0")]).problems.is_empty());
}
