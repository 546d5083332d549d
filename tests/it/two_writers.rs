//! libgit2 and git write the same objects and refs: two equal repositories, one for each.

use crate::support::{Repo, empty_shop};
use crate::two_answers::{Both, NOWHERE};
use hotfix::git::GitError;
use hotfix::git::access::Access;
use hotfix::git::object::{NewCommit, Signature};
use hotfix::model::oid::Oid;
use hotfix::model::plan::{Deletion, Update};
use std::fmt::Debug;

/// A name for what came of writing a ref.
fn came(result: Result<(), GitError>) -> &'static str {
    match result {
        Ok(()) => "done",
        Err(GitError::Moved(_)) => "moved",
        Err(_) => "failed",
    }
}

/// Two equal repositories: one is written to by libgit2, the other by git.
struct Twins {
    repos: [Repo; 2],
    ways: [Box<dyn Access>; 2],
}

impl Twins {
    fn new(prepare: impl Fn(&Repo)) -> Self {
        let make = || {
            let repo = empty_shop();
            repo.commit("a", "a\n");
            repo.world.tick();
            repo.commit("b", "b\n");
            prepare(&repo);
            repo
        };
        let (one, two) = (make(), make());
        let ways: [Box<dyn Access>; 2] = [Box::new(Both::of(&one).library), Box::new(Both::of(&two).command)];
        Self { repos: [one, two], ways }
    }

    #[track_caller]
    fn both<T: Debug + PartialEq>(&self, what: &str, act: impl Fn(&dyn Access) -> T) -> T {
        let [library, git] = &self.ways;
        let (library, git) = (act(library.as_ref()), act(git.as_ref()));
        assert_eq!(library, git, "{what}: libgit2 on the left, git on the right");
        let [one, two] = &self.repos;
        assert_eq!(one.refs(), two.refs(), "{what}: refs after libgit2 and after git");
        library
    }
}

#[test]
fn refs_are_moved_alike() {
    for packed in [false, true] {
        let twins = Twins::new(|repo| {
            repo.git(["branch", "old", "HEAD~1"]);
            repo.git(["tag", "-a", "-m", "x", "v1.0.0"]);
            repo.git(["symbolic-ref", "refs/heads/alias", "refs/heads/old"]);
            if packed {
                repo.git(["pack-refs", "--all"]);
            }
        });
        let tip = Oid::parse(&twins.repos[0].rev("main")).unwrap();
        let old = Oid::parse(&twins.repos[0].rev("old")).unwrap();
        let nowhere = Oid::parse(NOWHERE).unwrap();
        for (name, expect, new, why) in [
            ("refs/incidents/a/log", None, &old, "created"),
            ("refs/incidents/a/log", None, &tip, "created twice"),
            ("refs/incidents/a/log", Some(&tip), &tip, "moved from a value it has not got"),
            ("refs/incidents/a/log", Some(&old), &tip, "moved"),
            ("refs/incidents/a/log/deeper", None, &tip, "below a ref"),
            ("refs/incidents/a", None, &tip, "above a ref"),
            ("refs/heads/gone", Some(&old), &tip, "moved though it is not there"),
            ("refs/heads/old", Some(&old), &tip, "a branch moved"),
            ("refs/heads/bad..name", None, &tip, "a bad name"),
            ("refs/heads/to-nowhere", None, &nowhere, "to an object that is not here"),
        ] {
            twins.both(why, |a| came(a.move_ref(name, expect, new, why)));
        }
        for repo in &twins.repos {
            let log = repo.git(["reflog", "show", "--format=%gs", "refs/incidents/a/log"]);
            assert_eq!(log, "moved\ncreated");
        }
        for (name, expect) in [
            ("refs/heads/old", &old),
            ("refs/heads/old", &tip),
            ("refs/heads/old", &tip),
            ("refs/heads/never", &tip),
            ("refs/incidents/a/log", &tip),
        ] {
            let deletion = Deletion { name: name.to_owned(), expect: expect.clone() };
            twins.both(&format!("delete {name}"), |a| came(a.delete_ref(&deletion)));
        }
    }
}

#[test]
fn several_refs_are_moved_alike_all_or_none() {
    for packed in [false, true] {
        let twins = Twins::new(|repo| {
            repo.git(["branch", "old", "HEAD~1"]);
            repo.git(["branch", "gone", "HEAD~1"]);
            if packed {
                repo.git(["pack-refs", "--all"]);
            }
        });
        let oid = |name: &str| Oid::parse(&twins.repos[0].rev(name)).unwrap();
        let (tip, old, nowhere) = (oid("main"), oid("old"), Oid::parse(NOWHERE).unwrap());
        let blob = oid("main:a");
        let to = |name: &str, expect: Option<&Oid>, new: &Oid| Update {
            name: name.to_owned(),
            expect: expect.cloned(),
            new: new.clone(),
        };
        let away = |name: &str, expect: &Oid| Deletion { name: name.to_owned(), expect: expect.clone() };
        let tag = "refs/tags/v1.0.1";
        let main = "refs/heads/main";
        for (why, updates, deletions) in [
            ("one moved", vec![to(tag, None, &tip), to("refs/heads/old", Some(&tip), &tip)], vec![]),
            ("one to delete moved", vec![to(tag, None, &tip)], vec![away("refs/heads/gone", &tip)]),
            ("one is there", vec![to(tag, None, &tip), to("refs/heads/gone", None, &tip)], vec![]),
            ("to nowhere", vec![to(tag, None, &tip), to("refs/heads/old", Some(&old), &nowhere)], vec![]),
            (
                "a branch to a file",
                vec![to(tag, None, &tip), to("refs/heads/old", Some(&old), &blob)],
                vec![],
            ),
            ("below a ref", vec![to(tag, None, &tip), to("refs/heads/old/er", None, &tip)], vec![]),
            ("a bad name", vec![to(tag, None, &tip), to("refs/heads/a..b", None, &tip)], vec![]),
            ("twice", vec![to(tag, None, &tip), to(tag, None, &old)], vec![]),
            (
                "all of it",
                vec![to(tag, None, &tip), to(main, Some(&tip), &old)],
                vec![away("refs/heads/gone", &old)],
            ),
        ] {
            let updates: Vec<&Update> = updates.iter().collect();
            // Which of them git names differs; that nothing was done does not.
            twins.both(why, |a| a.move_all(&updates, &deletions, why).is_ok());
        }
        for repo in &twins.repos {
            assert_eq!(repo.rev(tag), tip.as_str());
            for name in ["main", "HEAD"] {
                assert_eq!(repo.git(["reflog", "show", "-1", "--format=%gs", name]), "all of it", "{name}");
            }
            assert!(!repo.dir.join(".git/logs/refs/heads/gone").exists());
        }
    }
}

/// git follows a ref that is another name for a ref; libgit2 would put an id in its place.
#[test]
fn another_name_for_a_ref_is_left_to_git() {
    let twins = Twins::new(|repo| {
        repo.git(["branch", "old", "HEAD~1"]);
        repo.git(["symbolic-ref", "refs/heads/alias", "refs/heads/old"]);
    });
    let oid = |name: &str| Oid::parse(&twins.repos[0].rev(name)).unwrap();
    let update = Update { name: "refs/heads/alias".to_owned(), expect: Some(oid("old")), new: oid("main") };
    let [library, git] = &twins.ways;
    assert_eq!(came(library.move_all(&[&update], &[], "x")), "failed");
    assert_eq!(twins.repos[0].rev("old"), oid("main~1").as_str());
    assert_eq!(came(git.move_all(&[&update], &[], "x")), "done");
    assert_eq!(twins.repos[1].rev("old"), oid("main").as_str());
}

#[test]
fn head_is_pointed_alike() {
    let twins = Twins::new(|repo| {
        repo.git(["branch", "topic"]);
    });
    twins.both("to a branch", |a| came(a.point_head("topic", "main")));
    for repo in &twins.repos {
        assert_eq!(repo.git(["symbolic-ref", "HEAD"]), "refs/heads/topic");
        assert_eq!(repo.git(["reflog", "-1", "--format=%gs"]), "checkout: moving from main to topic");
        // The way back is the one of git.
        repo.git(["switch", "-q", "-"]);
        assert_eq!(repo.git(["symbolic-ref", "HEAD"]), "refs/heads/main");
        repo.git(["switch", "-q", "--detach"]);
    }
    let here = twins.repos[0].rev("HEAD");
    twins.both("from no branch", |a| came(a.point_head("topic", &here)));
    for repo in &twins.repos {
        let says = repo.git(["reflog", "-1", "--format=%gs"]);
        assert_eq!(says, format!("checkout: moving from {here} to topic"));
    }
}

#[test]
fn objects_are_written_alike() {
    let twins = Twins::new(|repo| {
        repo.write("bin/run", "#!/bin/sh\n");
        repo.write("deep/er/file", "x\n");
        repo.write("crlf.txt", "a\r\n");
        repo.write(".gitattributes", "*.txt text eol=crlf\n");
        std::os::unix::fs::symlink("a", repo.dir.join("link")).unwrap();
        repo.git(["add", "-A"]);
        repo.git(["update-index", "--chmod=+x", "bin/run"]);
        repo.git(["commit", "-q", "-m", "c"]);
    });
    let tree = Oid::parse(&twins.repos[0].tree("main")).unwrap();
    let tip = Oid::parse(&twins.repos[0].rev("main")).unwrap();
    let say = |r: Result<Oid, GitError>| r.map_err(|e| e.detail());
    let made = twins.both("write_tree", |a| {
        say(a.write_tree(&[("output.txt", b"\r\n\x00\xff"), ("event.json", b"{}"), ("Z", b"")]))
    });
    assert!(made.is_ok());
    type Edit<'a> = &'a [(&'a str, Option<&'a [u8]>)];
    let files: [Edit<'_>; 6] = [
        &[("bin/run", Some(b"#!/bin/bash\n")), ("deep/er/file", Some(b"y\r\n"))],
        &[("crlf.txt", Some(b"b\r\n"))],
        &[("link", Some(b"b"))],
        &[("deep/er/file", None)],
        &[("link", None), ("crlf.txt", Some(b"c"))],
        &[],
    ];
    for edit in files {
        let edited = twins.both("edit_tree", |a| say(a.edit_tree(&tree, edit))).unwrap();
        assert_eq!(edited == tree, edit.is_empty());
    }
    let who = |name: &str, email: &str, when: &str| Signature {
        name: name.to_owned(),
        email: email.to_owned(),
        when: chrono::DateTime::parse_from_rfc3339(when).unwrap(),
    };
    let ada = who("Ada Lovelace", "ada@example.com", "2026-11-22T03:04:05+01:00");
    let odd = who(" <Jürgen>\n ", "j<>@example.com", "2026-11-22T03:04:05-03:30");
    for (author, message) in
        [(&ada, "A subject\n\nA body.\n"), (&odd, "# a hash\n\n\n\ntwo blank lines and no end"), (&ada, "")]
    {
        let new = NewCommit {
            tree: tree.clone(),
            parents: vec![tip.clone()],
            author: author.clone(),
            committer: ada.clone(),
            message: message.to_owned(),
        };
        twins.both("write_commit", |a| say(a.write_commit(&new))).unwrap();
    }
    let tag =
        format!("object {tip}\ntype commit\ntag v1\ntagger Ada <ada@example.com> 1763800000 +0000\n\n#1\n");
    twins.both("write_tag", |a| say(a.write_tag(&tag))).unwrap();
    twins.both("flush", |a| a.flush().is_ok());
}
