//! Where a team signs its logs (`incident.sign`), what is not signed is unverified, and answers count only
//! with a good signature of the person they name.

use crate::support::{Repo, Shop, require};
use std::process::Command;

const NAME: &str = "fix-login-crash";

/// Gives a clone a key of its own, which `allowed` knows as its owner's.
fn give_key(clone: &Repo, who: &str) {
    let home = clone.world.root.join("home");
    let key = home.join(format!("key-{who}"));
    let made = Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f"]).arg(&key).status();
    assert!(made.is_ok_and(|status| status.success()), "no key was made");
    let public = std::fs::read_to_string(key.with_extension("pub")).unwrap();
    let email = format!("{who}@example.org");
    let allowed = home.join("allowed");
    let known = std::fs::read_to_string(&allowed).unwrap_or_default();
    std::fs::write(&allowed, format!("{known}{email} {public}")).unwrap();
    for (name, value) in [
        ("user.name", who),
        ("user.email", &email),
        ("gpg.format", "ssh"),
        ("user.signingKey", key.to_str().unwrap()),
        ("gpg.ssh.allowedSignersFile", allowed.to_str().unwrap()),
        ("hotfix.incident.sign", "true"),
    ] {
        clone.git(["config", name, value]);
    }
}

/// Ada's clone and Grace's, both sign; the log is shared.
fn team() -> Option<(Shop, Repo)> {
    if !require("ssh-keygen") {
        return None;
    }
    let shop = Shop::new();
    give_key(&shop, "ada");
    shop.start(NAME).fix_login().published();
    shop.hotfix(["sync", "-y"]).ok();
    let grace = shop.clone_of("grace");
    give_key(&grace, "grace");
    grace.hotfix(["sync", "-y"]).ok();
    Some((shop, grace))
}

fn unverified(clone: &Repo) -> Vec<String> {
    let json = clone.hotfix(["timeline", NAME, "--json"]).ok().json();
    let ids = json["unverified"].as_array().unwrap().clone();
    let of = |id: &serde_json::Value| {
        let events = json["events"].as_array().unwrap();
        let event = events.iter().find(|e| e["id"] == *id).unwrap();
        format!("{}: {}", event["kind"].as_str().unwrap(), event["text"].as_str().unwrap())
    };
    ids.iter().map(of).collect()
}

#[test]
fn signed_events_are_verified_and_unsigned_ones_are_named() {
    let Some((shop, grace)) = team() else { return };
    assert!(unverified(&grace).is_empty(), "{:?}", unverified(&grace));
    let log = shop.logs()[0].clone();
    assert_eq!(shop.git(["log", "--format=%G?", &log]).replace(['G', '\n'], ""), "", "all are signed");
    shop.hotfix(["note", "--hotfix", NAME, "signed by ada"]).ok();
    shop.git(["config", "hotfix.incident.sign", "false"]);
    shop.hotfix(["note", "--hotfix", NAME, "signed by nobody"]).ok();
    shop.hotfix(["sync"]).ok();
    grace.hotfix(["sync"]).ok();
    assert_eq!(unverified(&grace), ["note: signed by nobody"]);
    grace
        .hotfix(["timeline", NAME])
        .ok()
        .says("1 event this clone did not write and nobody signed; the names are unverified");
    shop.hotfix(["timeline", NAME]).ok().does_not_say("unverified");
}

#[test]
fn a_name_is_only_as_good_as_the_signature_of_that_person() {
    let Some((shop, grace)) = team() else { return };
    // Grace's key, in Ada's name.
    grace.git(["config", "user.email", "ada@example.org"]);
    grace.git(["config", "user.name", "ada"]);
    grace.hotfix(["note", "--hotfix", NAME, "ada says all is well"]).ok();
    grace.hotfix(["sync"]).ok();
    shop.hotfix(["sync"]).ok();
    assert_eq!(unverified(&shop), ["note: ada says all is well"]);
}

#[test]
fn an_answer_that_nobody_signed_settles_nothing() {
    let Some((shop, grace)) = team() else { return };
    grace.git(["switch", "-q", "hotfix/fix-login-crash"]);
    grace.git(["config", "hotfix.incident.sign", "false"]);
    grace.hotfix(["check", "staging", "tests", "--hotfix", NAME, "--no-input"]).exits_with_one_of(&[0, 3]);
    grace.git(["config", "hotfix.incident.sign", "true"]);
    grace.hotfix(["check", "resolves", "--hotfix", NAME, "--no-input"]).exits_with_one_of(&[0, 3]);
    grace.hotfix(["sync"]).ok();
    shop.hotfix(["sync"]).ok();
    let state = |id: &str| shop.started(NAME).check_state(id);
    assert_eq!(
        (state("resolves").as_str(), state("tests").as_str(), state("staging").as_str()),
        ("pass", "open", "open")
    );
    shop.hotfix(["status", NAME]).ok().says("not used (incident.sign)");
    // Where nobody signs, they count and are shown as another clone's.
    shop.git(["config", "hotfix.incident.sign", "false"]);
    assert_eq!(shop.started(NAME).check_state("tests"), "pass");
    shop.hotfix(["finish", NAME, "--dry-run"]).says("Answered in another clone").says("not verified");
}

#[test]
fn a_key_that_does_not_work_keeps_no_note_away() {
    let Some((shop, _)) = team() else { return };
    shop.git(["config", "gpg.ssh.program", "/nowhere/at/all"]);
    shop.hotfix(["note", "--hotfix", NAME, "still written"]).ok().says("recorded unsigned");
    assert!(shop.texts(NAME).contains(&"still written".to_owned()));
}

/// Another clone with a key that everybody knows.
fn colleague(shop: &Shop, who: &str) -> Repo {
    let clone = shop.clone_of(who);
    give_key(&clone, who);
    clone.hotfix(["sync", "-y"]).ok();
    clone
}

/// An event on top of the log, signed as this clone signs, or not at all.
fn adds(clone: &Repo, signed: bool, event: &serde_json::Value) {
    let log = clone.logs()[0].clone();
    let (name, email) = (clone.git(["config", "user.name"]), clone.git(["config", "user.email"]));
    let mut whole = serde_json::json!({
        "v": 1, "id": "by-hand", "at": "2026-11-22T15:00:00Z", "recorded_at": "2026-11-22T15:00:00Z",
        "source": "cli", "actor": { "name": name, "email": email },
    });
    whole.as_object_mut().unwrap().extend(event.as_object().unwrap().clone());
    let write = ["hash-object", "-w", "--stdin"];
    let blob = clone.git_call(write).stdin(whole.to_string()).run().stdout.trim().to_owned();
    let tree = clone.git_call(["mktree"]).stdin(format!("100644 blob {blob}\tevent.json\n")).run();
    let sign: &[&str] = if signed { &["-S"] } else { &[] };
    let rest = ["-p", &log, "-m", "by hand", tree.stdout.trim()];
    let commit = clone.git([&["commit-tree"], sign, &rest[..]].concat());
    clone.git(["push", "-q", "origin", &format!("{commit}:{log}")]);
}

#[test]
fn the_person_named_is_the_one_who_signed() {
    let Some((shop, _)) = team() else { return };
    let mallory = colleague(&shop, "mallory");
    let tree = shop.rev("hotfix/fix-login-crash^{tree}");
    let approved = |email: &str| {
        serde_json::json!({
            "kind": "checklist_item", "id": email.split('@').next(), "refs": { "tree": tree },
            "data": { "item": "reviewed", "verdict": "pass", "by": "Grace Hopper", "self_review": false },
        })
    };
    adds(&mallory, true, &approved("mallory@example.org"));
    shop.hotfix(["sync"]).ok();
    let reviewed = |clone: &Repo| {
        let checks =
            clone.hotfix(["status", NAME, "--json"]).ok().json()["checks"].as_array().unwrap().clone();
        checks.into_iter().find(|check| check["id"] == "reviewed").unwrap()
    };
    assert_eq!(reviewed(&shop)["state"], "pass");
    assert_eq!(reviewed(&shop)["by"], "mallory@example.org");
    shop.hotfix(["finish", NAME, "--dry-run"]).does_not_say("Grace Hopper");
    // Whoever made the change approves nothing, whatever the line says.
    shop.git(["switch", "-q", "hotfix/fix-login-crash"]);
    shop.git(["commit", "-q", "--amend", "--no-edit", "--author", "M <mallory@example.org>"]);
    assert_eq!(reviewed(&shop)["state"], "open");
}

#[test]
fn a_correction_that_the_person_did_not_sign_corrects_nothing() {
    let Some((shop, grace)) = team() else { return };
    let hotfix = shop.started(NAME).answer(&["tests=yes", "resolves=yes"]);
    shop.hotfix(["check", "--hotfix", NAME, "--answer", "tests=no"]).ok();
    shop.hotfix(["note", "--hotfix", NAME, "500s began"]).ok();
    shop.hotfix(["sync"]).ok();
    let id = |words: &str| {
        let events = shop.events(NAME);
        let event = events
            .iter()
            .rev()
            .find(|e| e["text"].as_str().unwrap().contains(words) || e["data"]["item"] == words);
        event.unwrap()["id"].clone()
    };
    let (no, note) = (id("tests"), id("500s began"));
    let line = |n: &str, kind: &str, of: &serde_json::Value, text: &str| serde_json::json!({ "kind": kind, "id": n, "amends": of, "text": text });
    for (who, signed) in [("mallory", false), ("mallet", true)] {
        let stranger = colleague(&shop, who);
        for kind in ["retraction", "amendment", "redaction"] {
            adds(&stranger, signed, &line(&format!("{who}-{kind}"), kind, &no, "never mind"));
            stranger.hotfix(["sync"]).ok();
            if !signed {
                adds(&stranger, signed, &line(&format!("{who}-{kind}-n"), kind, &note, "never mind"));
                stranger.hotfix(["sync"]).ok();
            }
        }
        for clone in [&shop.repo, &grace] {
            clone.hotfix(["sync"]).ok();
            let json = clone.hotfix(["status", NAME, "--json"]).ok().json();
            let tests =
                json["checks"].as_array().unwrap().iter().find(|c| c["id"] == "tests").unwrap().clone();
            assert_eq!(tests["state"], "fail", "{who}");
            clone.hotfix(["timeline", NAME]).ok().says("500s began");
        }
    }
    assert_eq!(hotfix.check_state("tests"), "fail");
    shop.hotfix(["status", NAME]).ok().says("not used (incident.sign)");
    // Words and times are corrected by whoever signs.
    grace.hotfix(["amend", note.as_str().unwrap(), "500s began at 14:02", "--hotfix", NAME]).ok();
    grace.hotfix(["sync"]).ok();
    shop.hotfix(["sync"]).ok();
    shop.hotfix(["timeline", NAME]).ok().says("500s began at 14:02");
}

/// Counts how often a clone's git has a signature checked.
fn counted(clone: &Repo) -> impl Fn() -> usize + use<> {
    let (world, count) = (clone.world.clone(), clone.world.root.join("home/checked"));
    let program = world.root.join("home/checks");
    let verifies = "case \"$*\" in *verify*|*find-principals*)";
    let script =
        format!("#!/bin/sh\n{verifies} echo x >>'{}' ;; esac\nexec ssh-keygen \"$@\"\n", count.display());
    world.write_program(&program, &script);
    clone.git(["config", "gpg.ssh.program", program.to_str().unwrap()]);
    move || {
        let found = std::fs::read_to_string(&count).unwrap_or_default().lines().count();
        let _ = std::fs::remove_file(&count);
        found
    }
}

#[test]
fn a_signature_is_checked_once_and_again_with_other_keys() {
    let Some((shop, grace)) = team() else { return };
    shop.started(NAME).answer_all();
    shop.hotfix(["sync", "-y"]).ok();
    let checked = counted(&grace);
    grace.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["status", NAME]).ok();
    grace.hotfix(["timeline", NAME]).ok();
    assert!(checked() > 0);
    for command in
        [&["status", NAME][..], &["list"], &["timeline", NAME], &["finish", NAME, "-y", "--dry-run"]]
    {
        grace.hotfix(command).exits_with_one_of(&[0, 3]);
        assert_eq!(checked(), 0, "{command:?}");
    }
    assert!(unverified(&grace).is_empty());
    // Ada's key is no longer one of ours.
    let allowed = grace.world.root.join("home/allowed");
    let text = std::fs::read_to_string(&allowed).unwrap();
    let kept: Vec<&str> = text.lines().filter(|line| !line.starts_with("ada@")).collect();
    std::fs::write(&allowed, kept.join("\n") + "\n").unwrap();
    assert!(!unverified(&grace).is_empty() && checked() > 0);
    // And comes back.
    std::fs::write(&allowed, text).unwrap();
    assert!(unverified(&grace).is_empty());
    assert_eq!(checked(), 0);
}

#[test]
fn thousands_of_signatures_of_a_stranger_are_not_all_checked_in_one_command() {
    let Some((shop, grace)) = team() else { return };
    let remote = shop.remote();
    let log = shop.logs()[0].clone();
    // One signed line, and many with a signature that is none of theirs.
    let tip = remote.rev(&log);
    let raw = remote.git(["cat-file", "commit", &tip]);
    let (from, to) = (raw.find("gpgsig").unwrap(), raw.find("-----END SSH SIGNATURE-----").unwrap());
    let signature = &raw[from..to + "-----END SSH SIGNATURE-----".len()];
    let mut parent = tip;
    let mut stream = String::new();
    for n in 0..700 {
        let event = format!(
            "{{\"v\":1,\"id\":\"z{n}\",\"at\":\"2026-11-22T14:00:00Z\",\"recorded_at\":\"2026-11-22T14:00:00Z\",\
             \"kind\":\"note\",\"text\":\"t\",\"source\":\"git\",\"lamport\":1,\
             \"actor\":{{\"name\":\"M\",\"email\":\"m@x\"}},\"refs\":{{}},\"data\":{{}}}}"
        );
        stream += &format!(
            "commit refs/heads/many\ncommitter M <m@x> 1796000000 +0000\ndata 1\nx\nM 100644 inline event.json\n\
             data {}\n{event}\n",
            event.len()
        );
    }
    remote.git_call(["fast-import", "--quiet"]).stdin(stream).run().ok();
    let trees = remote.git(["log", "--format=%T", "many"]);
    let repository = git2::Repository::open_bare(&remote.dir).unwrap();
    let objects = repository.odb().unwrap();
    for (n, tree) in trees.lines().enumerate() {
        let text = format!(
            "tree {tree}\nparent {parent}\nauthor M <m@x> 1796000000 +0000\ncommitter M <m@x> \
                            1796000000 +0000\n{signature}\n\n{n}\n"
        );
        parent = objects.write(git2::ObjectType::Commit, text.as_bytes()).unwrap().to_string();
    }
    remote.git(["update-ref", &log, &parent]);
    let checked = counted(&grace);
    grace.hotfix(["sync", "-y"]).ok();
    checked();
    for most in [1_000, 450, 0] {
        // Two programs at most for each of 500, and then of what is left.
        assert!(unverified(&grace).len() >= 700);
        let ran = checked();
        assert!(ran <= most && (ran > 0) == (most > 0), "{ran} of {most}");
    }
}
