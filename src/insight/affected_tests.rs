use super::*;
use crate::model::history::Past;
use std::collections::BTreeSet;

fn oid(n: usize) -> Oid {
    Oid::parse(&format!("{:040x}", n + 1)).unwrap()
}

fn tag(name: &str, at: usize) -> Tag {
    let (scheme, version) = crate::model::version::split_tag(name).unwrap();
    Tag { name: name.into(), scheme, version, commit: oid(at) }
}

fn candidate(n: usize) -> Candidate {
    Candidate {
        commit: oid(n),
        subject: String::new(),
        date: DateTime::UNIX_EPOCH,
        lines: 1,
        by: By::Changed,
        first_tag: None,
        released_at: None,
        or_older: false,
        before: None,
    }
}

/// A straight line of commits 0 to `n`, and more commits with their parents.
fn history(n: usize, more: &[(usize, &[usize])]) -> Graph {
    let past =
        |n: usize, parents: Vec<Oid>| Past { oid: oid(n), parents, seconds: 0, message: String::new() };
    let straight = (0..=n).map(|m| past(m, if m == 0 { vec![] } else { vec![oid(m - 1)] }));
    let more = more.iter().map(|(m, parents)| past(*m, parents.iter().map(|p| oid(*p)).collect()));
    let mut all: Vec<Past> = straight.chain(more).collect();
    all.reverse();
    Graph::new(all, &BTreeSet::new())
}

fn judge(graph: &Graph, tags: &[Tag], fix: &Fix, reverts: &[(usize, usize)], from: usize) -> Affected {
    let mut map: BTreeMap<Oid, Vec<Oid>> = BTreeMap::new();
    for (of, revert) in reverts {
        map.entry(oid(*of)).or_default().push(oid(*revert));
    }
    let branches = [("main".to_owned(), oid(9)), ("support/1.1".to_owned(), oid(21))];
    let (copies, content) = (&BTreeMap::new(), &BTreeMap::new());
    Question {
        graph,
        tags,
        branches: &branches,
        fix,
        copies,
        reverts: &map,
        rollbacks: &[],
        left_out: &[],
        content,
    }
    .judge(vec![candidate(from)], |_| None)
}

fn whole(n: usize) -> Fix {
    Fix { whole: vec![oid(n)], parts: vec![] }
}

#[test]
fn between_the_first_release_with_it_and_the_fix() {
    let graph = history(9, &[(20, &[4]), (21, &[20])]);
    let tags = [tag("v1.0.0", 1), tag("v1.1.0", 4), tag("v1.2.0", 6), tag("v1.2.1", 8), tag("v1.1.1", 21)];
    let found = judge(&graph, &tags, &whole(8), &[], 3);
    assert_eq!(found.candidates[0].first_tag.as_deref(), Some("v1.1.0"));
    assert_eq!(found.affected_tags, ["v1.1.0", "v1.1.1", "v1.2.0"]);
    assert_eq!(found.fixed_tags, ["v1.2.1"]);
    assert_eq!(
        found.spans,
        [Span { from: "v1.1.0".into(), to: "v1.2.0".into(), count: 3, update_to: Some("v1.2.1".into()) }]
    );
    let states: Vec<State> = found.branches.iter().map(|l| l.state).collect();
    assert_eq!(states, [State::Fixed, State::Affected]);
    // The old line gets its own copy of the fix: only what is older stays affected.
    let copied = Fix { whole: vec![], parts: vec![vec![oid(8), oid(21)]] };
    let found = judge(&graph, &tags, &copied, &[], 3);
    assert_eq!(found.affected_tags, ["v1.1.0", "v1.2.0"]);
    assert_eq!(found.spans[0].update_to.as_deref(), Some("v1.1.1"));
    assert_eq!(found.spans[1].update_to.as_deref(), Some("v1.2.1"));
}

#[test]
fn half_a_fix_is_no_fix() {
    let graph = history(9, &[(20, &[4]), (21, &[20])]);
    let tags = [tag("v1.1.0", 4), tag("v1.1.1", 21), tag("v1.2.0", 9)];
    let halves = Fix { whole: vec![], parts: vec![vec![oid(7), oid(21)], vec![oid(8)]] };
    assert_eq!(judge(&graph, &tags, &halves, &[], 3).affected_tags, ["v1.1.0", "v1.1.1"]);
}

#[test]
fn what_was_taken_back_is_not_there() {
    let graph = history(9, &[]);
    let tags = [tag("v1.0.0", 1), tag("v1.1.0", 5), tag("v1.2.0", 6), tag("v1.3.0", 8)];
    // The fix 5 is reverted by 6, and the revert by 7.
    let found = judge(&graph, &tags, &whole(5), &[(5, 6), (6, 7)], 0);
    assert_eq!(
        (found.affected_tags, found.fixed_tags),
        (vec!["v1.0.0".into(), "v1.2.0".into()], vec!["v1.1.0".into(), "v1.3.0".into()])
    );
    // The candidate itself was taken back for a while.
    let found = judge(&graph, &tags, &whole(9), &[(0, 2), (2, 7)], 0);
    assert_eq!(found.affected_tags, ["v1.0.0", "v1.3.0"]);
    // Messages that contradict each other are no endless loop.
    judge(&graph, &tags, &whole(5), &[(5, 6), (6, 5)], 0);
}

#[test]
fn nothing_released_nothing_known() {
    let graph = history(9, &[]);
    let found = judge(&graph, &[], &whole(9), &[], 3);
    assert_eq!((found.first_tag(), found.affected_tags.len(), found.spans.len()), (None, 0, 0));
    let found = judge(&graph, &[tag("v1.0.0", 1)], &whole(9), &[], 3);
    assert!(found.affected_tags.is_empty());
}

#[test]
fn each_package_has_its_own_releases() {
    let graph = history(9, &[]);
    let tags = [tag("app/v1.0.0", 4), tag("lib/v7.0.0", 5), tag("app/v1.1.0", 6), tag("lib/v7.0.1", 9)];
    let found = judge(&graph, &tags, &whole(9), &[], 3);
    let spans: Vec<(&str, &str)> = found.spans.iter().map(|s| (s.from.as_str(), s.to.as_str())).collect();
    assert_eq!(spans, [("app/v1.0.0", "app/v1.1.0"), ("lib/v7.0.0", "lib/v7.0.0")]);
    assert_eq!(found.spans[0].update_to, None);
    let schemes =
        [TagScheme::with_prefix("app/v"), TagScheme::with_prefix("lib/v"), TagScheme::with_prefix("v")];
    let of =
        |paths: &[&str]| packages(schemes.iter(), paths).into_iter().map(|s| s.prefix).collect::<Vec<_>>();
    assert_eq!(of(&["packages/app/src/x.rs"]), ["app/v"]);
    assert_eq!(of(&["app/x", "lib/y"]), ["app/v", "lib/v"]);
    assert!(of(&["src/app.rs", "app"]).is_empty());
}
