//! What a text looks like to a change.

use super::*;

const OLD: &str = "fn login() {\n    let user = find();\n\n    user.unwrap()\n}\n\nfn cart() {\n    one();\n    two();\n}\n";

fn new() -> String {
    OLD.replace("user.unwrap()", "user.unwrap_or(false)")
}

fn states(old: &str, new: &str, there: &str) -> Vec<State> {
    Change::new(Some(old.as_bytes()), Some(new.as_bytes())).states(Some(there.as_bytes()))
}

#[test]
fn a_line_that_was_replaced() {
    assert_eq!(states(OLD, &new(), &new()), [State::In]);
    assert_eq!(states(OLD, &new(), OLD), [State::Out]);
    let busy = |text: &str| text.replace("one()", "1").replace("fn login", "/// Docs.\nfn login");
    assert_eq!(states(OLD, &new(), &busy(&new())), [State::In]);
    assert_eq!(states(OLD, &new(), &busy(OLD)), [State::Out]);
    assert_eq!(states(OLD, &new(), &OLD.replace("user.unwrap()", "user.expect(1)")), [State::Changed]);
    assert_eq!(states(OLD, &new(), "nothing of it\n"), [State::Gone]);
}

#[test]
fn both_versions_of_a_line_are_not_the_fix() {
    let both = OLD.replace("    user.unwrap()\n", "    user.unwrap()\n    user.unwrap_or(false)\n");
    assert_eq!(states(OLD, &new(), &both), [State::Changed]);
}

#[test]
fn another_indentation_is_the_same_line() {
    let deeper = new().replace("    user", "        user");
    assert_eq!(states(OLD, &new(), &deeper), [State::In]);
    let python = ("if x:\n    one()\ntwo()\n", "if x:\n    one()\n    two()\n");
    assert_eq!(states(python.0, python.1, &format!("{}c()\n", python.0)), [State::Out]);
    assert_eq!(states(python.0, python.1, &format!("{}c()\n", python.1)), [State::In]);
}

#[test]
fn lines_that_were_only_added() {
    let new = OLD.replace("    user.unwrap()", "    if user.is_none() { return false; }\n    user.unwrap()");
    assert_eq!(states(OLD, &new, &OLD.replace("two()", "2")), [State::Out]);
    assert_eq!(states(OLD, &new, &new.replace("two()", "2")), [State::In]);
    let within = new.replace("return false; }\n", "return false; }\n    log();\n");
    assert_eq!(states(OLD, &new, &within), [State::In]);
    let other = new.replace("if user.is_none() { return false; }", "let Some(user) = user else { return };");
    assert_eq!(states(OLD, &new, &other), [State::Changed]);
}

#[test]
fn lines_that_were_only_removed() {
    let new = OLD.replace("    two();\n", "");
    assert_eq!(states(OLD, &new, &new.replace("find()", "seek()")), [State::In]);
    assert_eq!(states(OLD, &new, &OLD.replace("find()", "seek()")), [State::Out]);
    assert_eq!(states(OLD, &new, &new.replace("one();\n", "one();\n    three();\n")), [State::In]);
}

#[test]
fn a_line_that_is_common_elsewhere_is_no_proof() {
    let old = "a() {\n    check();\n}\nb() {\n    run();\n}\n";
    let new = old.replace("    run();", "    check();\n    run();");
    assert_eq!(states(old, &new, &old.replace("a()", "alpha()")), [State::Out]);
    assert_eq!(states(old, &new, &new.replace("a()", "alpha()")), [State::In]);
}

#[test]
fn each_part_for_itself() {
    let new = new().replace("two()", "2");
    let half = OLD.replace("two()", "2").replace("let user", "let mut user");
    assert_eq!(states(OLD, &new, &half), [State::Out, State::In]);
}

#[test]
fn files_that_come_and_go() {
    let added = Change::new(None, Some(b"one line\ntwo lines\n"));
    assert_eq!(added.states(None), [State::Out]);
    assert_eq!(added.states(Some(b"zero\none line\ntwo lines\n")), [State::In]);
    assert_eq!(added.states(Some(b"one line\n")), [State::Changed]);
    let removed = Change::new(Some(b"one line\n"), None);
    assert_eq!(removed.states(None), [State::In]);
    assert_eq!(removed.states(Some(b"one line\n")), [State::Out]);
    let picture = Change::new(Some(&[0, 1]), Some(&[0, 2]));
    assert_eq!(picture.states(Some(&[0, 2])), [State::In]);
    assert_eq!(picture.states(Some(&[0, 1])), [State::Out]);
    assert_eq!(picture.states(Some(&[0, 3])), [State::Changed]);
}

#[test]
fn versions_are_paperwork() {
    let parts = |a: &str, b: &str| {
        Change::new(Some(a.as_bytes()), Some(b.as_bytes())).without_versions(Some("1.2.1")).len()
    };
    assert_eq!(parts("version = \"1.2.0\"\nx\n", "version = \"1.2.1\"\nx\n"), 0);
    // The package of the same release, beside what calls itself the version: also where the tag is another's.
    let own = |version: &str, dependency: &str| {
        format!("\"version\": \"{version}\",\none\n\"shop-client\": \"^{dependency}\"\n")
    };
    assert_eq!(parts(&own("6.23.0", "6.23.0"), &own("6.23.2", "6.23.2")), 0);
    assert_eq!(parts(&own("6.23.0", "4.17.0"), &own("6.23.2", "4.17.1")), 1, "a repaired dependency");
    assert_eq!(parts("timeout = 10\n", "timeout = 20\n"), 1);
    assert_eq!(parts("version = \"1.2.0\"\none\nx = 1\n", "version = \"1.2.1\"\none\nx = 2\n"), 1);
}

#[test]
fn a_line_that_moved_within_its_file() {
    let new = OLD.replace("    user.unwrap()", "    let user = user.or(guest());\n    user.unwrap()");
    let moved = OLD.replace("    one();", "    one();\n    let user = user.or(guest());");
    assert_eq!(states(OLD, &new, &moved), [State::In]);
    let authors = ("Ann\nBob Builder\nEve\n", "Ann\nBob Builder\nCarl Carpenter\nEve\n");
    assert_eq!(states(authors.0, authors.1, "Carl Carpenter\nAnn\nBob Builder\nEve\n"), [State::In]);
    let fault =
        OLD.replace("    user.unwrap()\n", "").replace("    one();", "    user.unwrap();\n    one();");
    assert_ne!(states(OLD, &self::new(), &fault), [State::In]);
}

#[test]
fn as_if_it_had_never_been_made() {
    let change = Change::new(Some(OLD.as_bytes()), Some(new().as_bytes()));
    assert!(change.is_undone(0, OLD.as_bytes()));
    assert!(
        change.is_undone(0, OLD.replace("user.unwrap", "guest.unwrap").as_bytes()),
        "edited, and still wrong"
    );
    for other in ["user.expect(1)", "guest.unwrap_or(false)", "user.unwrap_or_default()"] {
        assert!(!change.is_undone(0, OLD.replace("user.unwrap()", other).as_bytes()), "{other}");
    }
    let added = OLD.replace("    user.unwrap()", "    check(user);\n    user.unwrap()");
    let change = Change::new(Some(OLD.as_bytes()), Some(added.as_bytes()));
    let beside = OLD.replace("    user.unwrap()", "    log(user);\n    user.unwrap()");
    assert!(change.is_undone(0, beside.as_bytes()), "another line in its place");
    assert!(!change.is_undone(0, added.replace("check(user)", "check(user, now)").as_bytes()));
    assert!(!change.replaces(0) && change.lines_of(0) == 1);
}

#[test]
fn an_old_version_put_over_a_newer_one() {
    let added = OLD.replace("    user.unwrap()", "    check(user);\n    user.unwrap()");
    let change = Change::new(Some(OLD.as_bytes()), Some(added.as_bytes()));
    let newer = added.replace("two()", "three()");
    assert!(change.is_overwritten(newer.as_bytes(), OLD.as_bytes()));
    assert!(!change.is_overwritten(added.as_bytes(), OLD.as_bytes()), "taken out, and nothing else");
    assert!(!change.is_overwritten(added.replace("check(user)", "check(2)").as_bytes(), OLD.as_bytes()));
}

#[test]
fn what_hands_made_of_it() {
    let change = Change::new(Some(OLD.as_bytes()), Some(new().as_bytes()));
    let joined = new().replace("user.unwrap_or(false)", "guest.unwrap_or(false)").into_bytes();
    assert!(!change.is_kept_by_hand(0, OLD.replace("user.", "guest.").as_bytes()));
    assert!(change.is_kept_by_hand(0, &joined));
    assert!(change.is_same_place(0, OLD.as_bytes(), Some(OLD.replace("one", "1").as_bytes())));
    assert!(!change.is_same_place(0, OLD.as_bytes(), Some(&joined)));
}

#[test]
fn what_is_at_a_path_beside_lines() {
    use crate::model::tree::{Entry, Mode};
    let entry = |mode, n: char| Some(Entry { mode, id: Oid::parse(&n.to_string().repeat(40)).unwrap() });
    let at = |old, new, there: Option<Entry>| {
        Change::of_entry(old, new).map(|change| change.states_at(there.as_ref(), || None)[0])
    };
    let (plain, run) = (entry(Mode::File, '1'), entry(Mode::Program, '1'));
    // The content of a file that is run now is a question of its own.
    assert_eq!(at(plain.clone(), run.clone(), entry(Mode::Program, '2')), Some(State::In));
    assert_eq!(at(plain.clone(), run.clone(), entry(Mode::File, '2')), Some(State::Out));
    assert_eq!(at(plain.clone(), run.clone(), entry(Mode::Link, '1')), Some(State::Changed));
    assert_eq!(at(plain.clone(), run.clone(), None), Some(State::Gone));
    assert_eq!(at(plain.clone(), entry(Mode::File, '2'), plain.clone()), None, "only its lines differ");
    assert_eq!(at(None, run.clone(), None), None, "a new file is a question of its lines");
    let (one, two) = (entry(Mode::Module, '1'), entry(Mode::Module, '2'));
    assert_eq!(at(one.clone(), two.clone(), two.clone()), Some(State::In));
    assert_eq!(at(one.clone(), two.clone(), one.clone()), Some(State::Out));
    assert_eq!(at(one.clone(), two, entry(Mode::Module, '3')), Some(State::Changed));
    assert_eq!(at(one, None, None), Some(State::In));
}
