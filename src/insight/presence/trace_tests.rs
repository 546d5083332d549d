//! Histories in which a change goes, and why.

use super::*;
use crate::insight::graph::tests::{graph, id};
use crate::insight::presence::lineage::Steps;
use crate::model::tree::Mode;
use std::rc::Rc;

const OLD: &str = "fn login() {\n    user.unwrap()\n}\n";
const NEW: &str = "fn login() {\n    user.unwrap_or(false)\n}\n";
const OTHER: &str = "fn login() {\n    guest.unwrap()\n}\n";
const JOINED: &str = "fn login() {\n    guest.unwrap_or(false)\n}\n";

/// What became of the change in a history (newest first): name, parents, content if it changes.
fn cause(history: &[(&str, &[&str], Option<&str>)]) -> Option<String> {
    cause_of((OLD, NEW), history)
}

fn cause_of(change: (&str, &str), history: &[(&str, &[&str], Option<&str>)]) -> Option<String> {
    causes_of(change, history).pop().filter(|cause| !cause.is_empty())
}

/// The same of each part, empty for what is there.
fn causes_of((old, new): (&str, &str), history: &[(&str, &[&str], Option<&str>)]) -> Vec<String> {
    let lines: Vec<(&str, &[&str])> = history.iter().map(|(n, p, _)| (*n, *p)).collect();
    let graph = graph(&lines);
    let change = Change::new(Some(old.as_bytes()), Some(new.as_bytes()));
    let mut steps = Steps::new();
    let mut contents = HashMap::new();
    for (name, _, content) in history {
        if let Some(content) = content {
            let blob = id(&format!("{:016x}", crate::model::name::fingerprint(content)));
            let place = graph.find(&id(name)).unwrap();
            steps
                .entry("f".to_owned())
                .or_default()
                .insert(place, Some(Entry { mode: Mode::File, id: blob.clone() }));
            contents.insert(blob, content.as_bytes().to_vec());
        }
    }
    let branch = graph.reach([0]);
    let scope = Scope { branch: &branch, without: Rc::default(), tip: 0 };
    let none = BTreeSet::new();
    let read = |id: &Oid| contents.get(id).map(|c: &Vec<u8>| Rc::from(c.as_slice()));
    let before = |_| None;
    let trail = Trail {
        graph: &graph,
        scope: &scope,
        contents: &read,
        before: &before,
        reverts: &none,
        is_passing: false,
        since: 0,
    };
    let lineage = Lineage::new(&graph, &steps, &["f".to_owned()], [0].into_iter());
    let mut sieve = Sieve::default();
    let needs = sieve.learn(&change);
    let tracked = Tracked { change: &change, lineage: &lineage, sieve: &sieve, needs: &needs };
    let name = |place: Place| graph.get(place).unwrap().message.clone();
    let said = |cause: Cause| match cause {
        Cause::Never => "never".to_owned(),
        Cause::ByHand { merge, is_kept } => format!("by hand {} {is_kept}", name(merge)),
        Cause::Rewritten(p) => format!("rewritten {}", name(p)),
        Cause::Removed(p) => format!("removed {}", name(p)),
        Cause::Superseded(p) => format!("superseded {}", name(p)),
        Cause::Undone(p) => format!("undone {}", name(p)),
        Cause::Reverted(p) => format!("reverted {}", name(p)),
        Cause::Dropped(p) => format!("dropped {}", name(p)),
    };
    causes(&trail, tracked).into_iter().map(|c| c.map(said).unwrap_or_default()).collect()
}

#[test]
fn what_is_there_has_no_cause() {
    assert_eq!(cause(&[("b", &["a"], None), ("a", &[], Some(NEW))]), None);
}

#[test]
fn never_there() {
    assert_eq!(cause(&[("b", &["a"], Some(OTHER)), ("a", &[], None)]).unwrap(), "never");
}

#[test]
fn taken_out_by_a_commit() {
    let back = cause(&[("c", &["b"], None), ("b", &["a"], Some(OLD)), ("a", &[], Some(NEW))]);
    assert_eq!(back.unwrap(), "undone b");
    let other = cause(&[("b", &["a"], Some(OTHER)), ("a", &[], Some(NEW))]);
    assert_eq!(other.unwrap(), "rewritten b");
    // Reverted, and then rewritten: it was not there any more.
    let both = cause(&[("c", &["b"], Some(OTHER)), ("b", &["a"], Some(OLD)), ("a", &[], Some(NEW))]);
    assert_eq!(both.unwrap(), "undone b");
    // Rewritten, and then what it was.
    let back = cause(&[
        ("d", &["c"], None),
        ("c", &["b"], Some(OLD)),
        ("b", &["a"], Some(OTHER)),
        ("a", &[], Some(NEW)),
    ]);
    assert_eq!(back.unwrap(), "undone c");
    let again = cause(&[
        ("d", &["c"], None),
        ("c", &["b"], Some(NEW)),
        ("b", &["a"], Some(OLD)),
        ("a", &[], Some(NEW)),
    ]);
    assert_eq!(again, None);
}

#[test]
fn old_lines_that_stand_elsewhere_as_well_were_not_put_back() {
    let group = |name: &str, left_out: &str| {
        format!(
            "<{name}Group>\n  <FilesToExclude Include=\"Core.dll;Raw.dll{left_out}\" />\n\n  <{name}One Folder=\"a\" />\n</{name}Group>\n"
        )
    };
    let (old, new) = (group("Main", ""), group("Main", ";Json.dll"));
    // Other groups come, with the line that the fix had changed in its own; then that one is added to.
    let more = format!("{}{}{}", new, group("Audit", ""), group("Watch", ""));
    let further = format!(
        "{}{}{}",
        group("Main", ";Json.dll;Unsafe.dll"),
        group("Audit", ";Unsafe.dll"),
        group("Watch", "")
    );
    let history: [(&str, &[&str], Option<&str>); 4] = [
        ("d", &["c"], None),
        ("c", &["b"], Some(&further)),
        ("b", &["a"], Some(&more)),
        ("a", &[], Some(&new)),
    ];
    assert_eq!(cause_of((&old, &new), &history).unwrap(), "rewritten c");
}

#[test]
fn a_merge_that_takes_the_other_side() {
    let lost = cause(&[
        ("m", &["d", "h"], None),
        ("h", &["o"], Some(NEW)),
        ("d", &["o"], Some(OTHER)),
        ("o", &[], None),
    ]);
    assert_eq!(lost.unwrap(), "dropped m");
    let joined = cause(&[
        ("m", &["d", "h"], Some(JOINED)),
        ("h", &["o"], Some(NEW)),
        ("d", &["o"], Some(OTHER)),
        ("o", &[], None),
    ]);
    assert_eq!(joined.unwrap(), "by hand m true");
}

#[test]
fn what_only_served_a_repair_goes_with_it_where_a_merge_takes_another() {
    let text = |helper: &str, call: &str| {
        format!(
            "fn push() {{\n    let team = payload.team;\n{helper}    emit(team);\n    one();\n    two();\n    {call}\n}}\n"
        )
    };
    let (old, new) =
        (text("", "invite(team, hooks())"), text("    let noop = nothing();\n", "invite(team, noop)"));
    let other = text("", "invite(team)");
    let history: [(&str, &[&str], Option<&str>); 4] = [
        ("m", &["d", "h"], Some(&other)),
        ("h", &["o"], Some(&new)),
        ("d", &["o"], Some(&other)),
        ("o", &[], None),
    ];
    assert_eq!(causes_of((&old, &new), &history), ["superseded m", "superseded m"]);
    // A check of its own is lost with or without the other repair.
    let new = text("    if team.is_closed() { return }\n", "invite(team, noop())");
    let history = [history[0], ("h", &["o"], Some(&new)), history[2], history[3]];
    assert_eq!(causes_of((&old, &new), &history), ["dropped m", "superseded m"]);
}

#[test]
fn a_merge_that_carries_a_later_change() {
    let carried = cause(&[
        ("m", &["d", "r"], Some(OTHER)),
        ("r", &["h"], Some(OTHER)),
        ("d", &["h"], None),
        ("h", &["o"], Some(NEW)),
        ("o", &[], None),
    ]);
    assert_eq!(carried.unwrap(), "rewritten r");
}
