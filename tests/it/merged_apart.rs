//! The merge that looks at no line, held against git's own on random trees: where it gives a tree,
//! git gives the same one, without a conflict.

use crate::support::{Repo, empty_shop};
use hotfix::git::library::Library;
use hotfix::model::oid::Oid;
use proptest::collection::vec;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;
use std::fmt::Write as _;

const CASES: usize = 300;

/// Path to mode and content.
type Files = BTreeMap<String, (&'static str, usize)>;

#[derive(Clone, Debug)]
enum Edit {
    Change(usize, usize),
    Remove(usize),
    Add(usize, usize, usize),
    MoveFile(usize, usize),
    MoveFolder(usize, usize),
    Mode(usize),
    /// The folder becomes a file.
    Flatten(usize),
}

fn edit() -> impl Strategy<Value = Edit> {
    prop_oneof![
        6 => (0..12_usize, 0..40_usize).prop_map(|(file, content)| Edit::Change(file, content)),
        1 => (0..12_usize).prop_map(Edit::Remove),
        2 => (0..4_usize, 0..6_usize, 0..40_usize).prop_map(|(dir, file, text)| Edit::Add(dir, file, text)),
        1 => (0..12_usize, 0..4_usize).prop_map(|(file, dir)| Edit::MoveFile(file, dir)),
        1 => (0..3_usize, 3..5_usize).prop_map(|(dir, to)| Edit::MoveFolder(dir, to)),
        1 => (0..12_usize).prop_map(Edit::Mode),
        1 => (0..3_usize).prop_map(Edit::Flatten),
    ]
}

fn folder(number: usize) -> String {
    if number == 0 { String::new() } else { format!("d{number}/") }
}

fn base() -> Files {
    let name = |n: usize| format!("{}{}f{n}", folder(n % 3), if n.is_multiple_of(2) { "deep/" } else { "" });
    (0..12).map(|n| (name(n), ("100644", n))).collect()
}

fn edited(mut files: Files, edits: &[Edit]) -> Files {
    for edit in edits {
        let at = |n: usize| files.keys().nth(n % files.len().max(1)).cloned();
        match edit {
            Edit::Change(file, content) => {
                if let Some(held) = at(*file).and_then(|path| files.get_mut(&path)) {
                    held.1 = content + 100;
                }
            }
            Edit::Remove(file) => drop(at(*file).and_then(|path| files.remove(&path))),
            Edit::Add(dir, file, text) => {
                files.insert(format!("{}new{file}", folder(*dir)), ("100644", text + 200));
            }
            Edit::MoveFile(file, dir) => {
                if let Some((path, held)) = at(*file).and_then(|path| files.remove_entry(&path)) {
                    files.insert(format!("{}{}", folder(*dir), path.replace('/', "-")), held);
                }
            }
            Edit::MoveFolder(dir, to) => {
                let (old, new) = (folder(*dir), folder(*to));
                let moved =
                    |path: String| path.strip_prefix(&old).map(|rest| format!("{new}{rest}")).unwrap_or(path);
                files = files.into_iter().map(|(path, held)| (moved(path), held)).collect();
            }
            Edit::Mode(file) => {
                if let Some(held) = at(*file).and_then(|path| files.get_mut(&path)) {
                    held.0 = if held.0 == "100644" { "100755" } else { "120000" };
                }
            }
            Edit::Flatten(dir) => {
                let name = format!("d{}", dir + 1);
                files.retain(|path, _| !path.starts_with(&format!("{name}/")));
                files.insert(name, ("100644", 300));
            }
        }
    }
    // A name is a file or a folder.
    let folders: Vec<String> = files
        .keys()
        .filter(|name| files.keys().any(|p| p.starts_with(&format!("{name}/"))))
        .cloned()
        .collect();
    files.retain(|path, _| !folders.contains(path));
    files
}

/// Long enough for a rename with a small change to be seen as one.
fn content(number: usize) -> String {
    (0..20)
        .map(|line| format!("line {line} of {}\n", if line == 7 { number } else { number % 100 }))
        .collect()
}

fn commit(stream: &mut String, name: &str, from: Option<&str>, files: &Files) {
    let from = from.map(|base| format!("from refs/heads/{base}\n")).unwrap_or_default();
    write!(stream, "commit refs/heads/{name}\ncommitter Ada <ada@example.com> 1700000000 +0000\ndata 1\nx{from}deleteall\n").unwrap();
    for (path, (mode, number)) in files {
        let content = content(*number);
        write!(stream, "M {mode} inline {path}\ndata {}\n{content}\n", content.len()).unwrap();
    }
    stream.push('\n');
}

fn merged_by_git(repo: &Repo, ours: &str, theirs: &str) -> (bool, String) {
    let ran = repo.git_call(["merge-tree", "--write-tree", "--no-messages", ours, theirs]).run();
    (ran.status == 0, ran.stdout.lines().next().unwrap_or_default().to_owned())
}

#[test]
fn a_merge_without_looking_at_files_is_gits_own() {
    let repo = empty_shop();
    let mut runner = TestRunner::deterministic();
    let mut stream = String::new();
    commit(&mut stream, "base", None, &base());
    for case in 0..CASES {
        // A hotfix is small; what it is merged into need not be.
        let (ours, theirs) = (vec(edit(), 1..4), vec(edit(), 1..9)).new_tree(&mut runner).unwrap().current();
        commit(&mut stream, &format!("ours{case}"), Some("base"), &edited(base(), &ours));
        commit(&mut stream, &format!("theirs{case}"), Some("base"), &edited(base(), &theirs));
    }
    repo.git_call(["fast-import", "--quiet"]).stdin(stream).run().ok();
    let library = Library::new(git2::Repository::open(&repo.dir).unwrap());
    let (mut without_git, mut clean) = (0, 0);
    for case in 0..CASES {
        let (ours, theirs) = (format!("ours{case}"), format!("theirs{case}"));
        let (merges, tree) = merged_by_git(&repo, &ours, &theirs);
        clean += usize::from(merges);
        let oid = |name: &str| Oid::parse(&repo.rev(name)).unwrap();
        let apart = library.merge_apart(&oid(&ours), &oid(&theirs)).unwrap();
        let Some(apart) = apart else { continue };
        without_git += 1;
        assert!(merges, "case {case}: git sees a conflict");
        assert_eq!(apart.as_str(), tree, "case {case}");
    }
    // Neither never nor always: the comparison means something.
    assert!(without_git * 4 > clean, "only {without_git} of {clean} clean merges were made without git");
    assert!(clean < CASES, "no case has a conflict");
}

/// Histories that crossed have two bases; git makes one of both, and only git can.
#[test]
fn a_merge_with_two_bases_is_left_to_git() {
    let repo = empty_shop();
    repo.commit_as("base", "a", "1\n");
    repo.git(["branch", "other"]);
    repo.commit_as("left", "b", "1\n");
    repo.git(["switch", "-q", "other"]);
    repo.commit_as("right", "c", "1\n");
    let right = repo.rev("other");
    repo.git(["merge", "-q", "--no-edit", "main"]);
    repo.git(["switch", "-q", "main"]);
    repo.git(["merge", "-q", "--no-edit", &right]);
    repo.commit_as("more", "b", "2\n");
    let library = Library::new(git2::Repository::open(&repo.dir).unwrap());
    let oid = |name: &str| Oid::parse(&repo.rev(name)).unwrap();
    assert_eq!(library.merge_apart(&oid("main"), &oid("other")).unwrap(), None);
}
