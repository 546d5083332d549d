//! Incident logs, shared: private until somebody says so, nothing lost, the same order everywhere.

use crate::support::{Call, HOTFIX, Repo, Shop};
use std::collections::BTreeSet;

const NAME: &str = "fix-login-crash";

#[test]
fn nothing_leaves_before_somebody_agrees() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hotfix(["sync"]).exits(3).says("nothing was sent").says("hotfix sync origin --yes");
    assert!(shop.remote().records().is_empty());
    shop.hotfix(["sync", "-y"]).ok().says("sent");
    assert_eq!(shop.remote().records(), shop.logs());
    shop.hotfix(["note", "once agreed is agreed"]).ok();
    shop.hotfix(["sync"]).ok().says("1 event sent");
}

#[test]
fn who_agrees_with_nothing_to_send_has_agreed() {
    let (_shop, grace) = Shop::shared(NAME);
    grace.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["note", "from grace"]).ok();
    grace.hotfix(["sync"]).ok().says("1 event sent");
}

#[test]
fn on_a_terminal_it_asks() {
    let shop = Shop::new();
    shop.start(NAME);
    let mut no = shop.terminal(&["sync"]);
    no.waits_for("would go to")
        .waits_for("Send the logs there, now and with every later sync?")
        .types("n")
        .exits(3);
    assert!(shop.remote().records().is_empty());
    let mut yes = shop.terminal(&["sync"]);
    yes.waits_for("Send the logs there, now and with every later sync?").types("y").exits(0);
    assert_eq!(shop.remote().records(), shop.logs());
}

#[test]
fn a_dry_run_says_what_would_go_where_and_changes_nothing() {
    let (shop, grace) = Shop::shared(NAME);
    grace.hotfix(["note", "from grace"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["note", "from ada"]).ok();
    let (here, there) = (shop.refs(), shop.remote_refs());
    let ran = shop.hotfix(["sync", "-n"]);
    ran.ok().says("would send at most").says("would receive");
    shop.hotfix(["sync", "-n", "--json"]).ok();
    assert_eq!((shop.refs(), shop.remote_refs()), (here, there));
}

#[test]
fn code_stays_where_it_is() {
    let shop = Shop::new();
    let hotfix = shop.start(NAME).fix_login();
    let commit = hotfix.tip();
    shop.hotfix(["abort", NAME, "-y", "-m", "not needed"]).ok();
    assert!(shop.refs().keys().any(|name| name.contains("/keep/")), "abort keeps the commits here");
    shop.git(["init", "-q", "--bare", "../records.git"]);
    shop.hotfix(["sync", "../records.git", "-y"]).ok();
    let other = Repo::at(&shop.world, shop.world.root.join("records.git"));
    let other =
        if other.dir.exists() { other } else { Repo::at(&shop.world, shop.dir.join("../records.git")) };
    assert_eq!(other.records(), shop.logs(), "logs only, nothing that was kept");
    assert!(!other.git_agrees(["cat-file", "-e", &commit]), "no code came along");
    assert!(shop.remote().records().is_empty(), "production's remote got nothing");
}

#[test]
fn another_remote_for_the_logs() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.git(["init", "-q", "--bare", "../records.git"]);
    shop.git(["config", "hotfix.incident.remote", "../records.git"]);
    shop.hotfix(["sync", "-y"]).ok();
    assert!(shop.remote().records().is_empty());
    let other = Repo::at(&shop.world, shop.dir.parent().unwrap().join("records.git"));
    assert_eq!(other.records(), shop.logs());
    shop.hotfix(["sync", "nowhere"]).exits(2).says("hotfix sync origin");
}

#[test]
fn both_sides_end_up_with_the_same_order() {
    let (shop, grace) = Shop::shared(NAME);
    for n in 0..3 {
        shop.hotfix(["note", &format!("ada {n}")]).ok();
        grace.hotfix(["note", &format!("grace {n}")]).ok();
    }
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok().says("3 events sent and 3 events received");
    shop.hotfix(["note", "after"]).ok();
    grace.hotfix(["sync"]).ok();
    shop.hotfix(["sync"]).ok();
    grace.hotfix(["sync"]).ok();
    assert_eq!(shop.event_ids(NAME), grace.event_ids(NAME));
    let texts = grace.texts(NAME);
    for text in ["ada 0", "grace 0", "ada 2", "grace 2", "after"] {
        assert_eq!(texts.iter().filter(|t| *t == text).count(), 1, "{text} in {texts:?}");
    }
    let log = &shop.logs()[0];
    assert_eq!(shop.rev(log), grace.rev(log));
    assert_eq!(shop.git(["rev-list", "--min-parents=2", "--count", log]), "1", "one join");
    shop.hotfix(["sync"]).ok().says("the same here and on origin");
}

#[test]
fn two_clones_that_join_the_same_make_the_same_commit() {
    let (shop, grace) = Shop::shared(NAME);
    shop.hotfix(["note", "ada"]).ok();
    grace.hotfix(["note", "grace"]).ok();
    let log = shop.logs()[0].clone();
    // Each reads the other's log from a file, so that nobody's push decides.
    shop.hotfix(["bundle", "../ada.bundle"]).ok();
    grace.hotfix(["bundle", "../../grace.bundle"]).ok();
    let file = |name: &str| {
        let places = [shop.dir.parent().unwrap().join(name), shop.world.root.join(name)];
        places.into_iter().find(|p| p.is_file()).unwrap().display().to_string()
    };
    shop.hotfix(["sync", &file("grace.bundle")]).ok().says("1 new event");
    grace.hotfix(["sync", &file("ada.bundle")]).ok();
    assert_eq!(shop.rev(&log), grace.rev(&log));
}

#[test]
fn a_colleague_sees_all_steps_and_finishes() {
    let (shop, grace) = Shop::shared(NAME);
    shop.hotfix(["check", "--hotfix", NAME, "resolves", "critical-paths", "tests"]).ok();
    shop.hotfix(["sync"]).ok();
    grace.hotfix(["sync"]).ok();
    let steps = |clone: &Repo| clone.hotfix(["status", NAME, "--json"]).json()["steps"].clone();
    assert_eq!(steps(&shop), steps(&grace));
    grace.hotfix(["list"]).ok().says(NAME);
    grace.hotfix(["note", "I take over"]).ok();
    grace.hotfix(["review", NAME, "--approve"]).ok();
    grace.hotfix(["check", "--hotfix", NAME, "--waive", "staging=down"]).ok();
    grace.hotfix(["finish", NAME, "-y"]).ok();
    assert!(shop.remote_refs().contains_key("refs/tags/v1.2.1"), "she has released it");
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["note", "well done", "--hotfix", NAME]).ok();
    shop.hotfix(["sync"]).ok();
    grace.hotfix(["sync"]).ok();
    assert_eq!(shop.event_ids(NAME), grace.event_ids(NAME));
    assert!(shop.kinds(NAME).contains(&"finished".to_owned()));
    shop.hotfix(["finish", NAME, "-y"]).ok().says("v1.2.1");
}

#[test]
fn many_clones_at_once_lose_nothing() {
    let (shop, _) = Shop::shared(NAME);
    let clones: Vec<Repo> = (0..8).map(|n| shop.clone_of(&format!("c{n}"))).collect();
    for (n, clone) in clones.iter().enumerate() {
        clone.hotfix(["sync"]).ok();
        clone.hotfix(["note", "--hotfix", NAME, &format!("note {n}")]).ok();
    }
    let running: Vec<_> = clones.iter().map(|clone| clone.call(["sync", "-y"]).spawn()).collect();
    for process in running {
        process.wait().ok();
    }
    shop.hotfix(["sync"]).ok();
    let texts: BTreeSet<String> = shop.texts(NAME).into_iter().collect();
    for n in 0..8 {
        assert!(texts.contains(&format!("note {n}")), "note {n} is lost: {texts:?}");
    }
    let log = &shop.logs()[0];
    let joins: usize = shop.git(["rev-list", "--min-parents=2", "--count", log]).parse().unwrap();
    assert!(joins <= 8, "a lost race leaves nothing behind: {joins} joins");
}

#[test]
fn two_syncs_in_one_clone_at_once() {
    let (shop, _) = Shop::shared(NAME);
    shop.hotfix(["note", "x"]).ok();
    let running: Vec<_> = (0..4).map(|_| shop.call(["sync"]).spawn()).collect();
    for process in running {
        process.wait().ok();
    }
    assert_eq!(shop.rev(&shop.logs()[0]), shop.remote().rev(&shop.logs()[0]));
}

#[test]
fn what_looks_like_a_secret_stays_until_somebody_has_looked() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hotfix(["note", "the key is correct-horse-battery"]).ok();
    let event = shop.event(NAME, "the key is correct-horse-battery")["id"].as_str().unwrap().to_owned();
    let sync = |flags: &[&str]| {
        shop.call([&["sync", "-y"], flags].concat()).env("DEPLOY_TOKEN", "correct-horse-battery").run()
    };
    let ran = sync(&[]);
    ran.exits(3).says(&format!("hotfix redact {event}")).does_not_say("correct-horse-battery");
    assert!(shop.remote().records().is_empty());
    let bundled = shop.call(["bundle", "../x.bundle"]).env("DEPLOY_TOKEN", "correct-horse-battery").run();
    bundled.exits(3).says("--not-secret");
    sync(&["--not-secret", &event]).ok();
    assert_eq!(shop.remote().records(), shop.logs());
}

#[test]
fn a_hook_for_code_has_nothing_to_say_about_logs() {
    let shop = Shop::new();
    shop.start(NAME);
    shop.hook("pre-push", "exit 1");
    shop.hotfix(["sync", "-y"]).ok();
}

#[test]
fn sharing_after_every_command() {
    let shop = Shop::new();
    shop.git(["config", "hotfix.incident.share", "true"]);
    shop.hotfix(["start", NAME, "-y"]).ok().says("not shared with origin yet");
    assert!(shop.remote().records().is_empty(), "the setting alone is nobody's consent");
    shop.hotfix(["sync", "-y"]).ok();
    shop.commit("src/login.rs", "// the fix\n");
    shop.watch_git();
    shop.hotfix(["note", "quick"]).ok();
    assert!(shop.connections().is_empty(), "a note waits for nobody");
    shop.hotfix(["check", "resolves"]).ok();
    assert_eq!(shop.connections().len(), 3, "read before it, read and sent after it");
    let grace = shop.clone_of("grace");
    grace.hotfix(["sync"]).ok();
    assert!(grace.texts(NAME).contains(&"quick".to_owned()));
    // What a colleague wrote is there after the next command, which has nothing to send.
    grace.hotfix(["note", "from grace"]).ok();
    grace.hotfix(["sync", "-y"]).ok();
    let _ = shop.hotfix(["finish", "-y"]).exits(3);
    assert!(shop.texts(NAME).contains(&"from grace".to_owned()));
}

#[test]
fn bundles_are_for_mail() {
    let (shop, _) = Shop::shared(NAME);
    let hopper = shop.clone_of("hopper");
    shop.write("notes.txt", "mine\n");
    shop.hotfix(["bundle", "notes.txt"]).exits(3).says("nothing was written");
    assert_eq!(shop.read("notes.txt"), "mine\n");
    shop.hotfix(["sync", "notes.txt"]).exits(2).says("not a git bundle");
    shop.hotfix(["bundle", "incident.bundle"]).ok().says("hotfix sync incident.bundle");
    shop.hotfix(["bundle", "incident.bundle", "--all", "--json"]).ok();
    let file = shop.dir.join("incident.bundle").display().to_string();
    let before = hopper.refs();
    hopper.hotfix(["sync", &file, "-n"]).ok().says("Would read 1 incident log");
    assert_eq!(hopper.refs(), before);
    hopper.hotfix(["sync", &file]).ok();
    assert_eq!(hopper.event_ids(NAME), shop.event_ids(NAME));
    hopper.hotfix(["sync", &file]).ok();
    let raw = shop.git_call(["bundle", "verify", "-q", "incident.bundle"]).run();
    raw.ok();
    let binary = Call::new(&shop.world, HOTFIX.as_ref(), ["bundle", "-"], &shop.dir).run();
    binary.ok().says("# v");
    shop.hotfix(["bundle", "x.bundle", "nobody"]).exits(2);
}

#[test]
fn a_web_server_that_shows_it_to_strangers_is_public() {
    let shop = Shop::new();
    shop.start(NAME);
    let remote = shop.remote();
    remote.git(["update-server-info"]);
    let address = serve(remote);
    shop.git(["remote", "set-url", "origin", &format!("http://{address}/")]);
    let ran = shop.hotfix(["sync", "-y"]);
    ran.exits(3).says("publicly readable").says("--yes-public").says("cannot be undone");
}

/// Serves a repository's files over HTTP, as the oldest kind of git server does.
fn serve(repo: &Repo) -> String {
    use std::io::{BufRead, BufReader, Write};
    let listener = std::net::TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap().to_string();
    let root = repo.dir.clone();
    std::thread::spawn(move || {
        for stream in listener.incoming() {
            let Ok(mut stream) = stream else { return };
            let mut request = String::new();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let _ = reader.read_line(&mut request);
            let mut line = String::new();
            while reader.read_line(&mut line).is_ok_and(|n| n > 2) {
                line.clear();
            }
            let path = request.split(' ').nth(1).unwrap_or("/").split('?').next().unwrap().to_owned();
            let found = std::fs::read(root.join(path.trim_start_matches('/')));
            let (status, body) = found.map_or(("404 Not Found", Vec::new()), |body| ("200 OK", body));
            let head =
                format!("HTTP/1.1 {status}\r\nContent-Length: {}\r\nConnection: close\r\n\r\n", body.len());
            let _ = stream.write_all(head.as_bytes()).and_then(|()| stream.write_all(&body));
        }
    });
    address
}

#[test]
fn a_hotfix_comes_with_its_branch() {
    let shop = Shop::new();
    let grace = shop.clone_of("grace");
    shop.start(NAME).fix_login().published();
    shop.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["sync"]).ok();
    let status = grace.hotfix(["status", "--json"]).json();
    assert_eq!(status["steps"][3]["state"], "done", "the fix is seen: {status}");
    grace.hotfix(["review", NAME, "--approve"]).ok();
}

#[test]
fn a_hotfix_whose_branch_is_published_nowhere_is_not_started_anew() {
    let shop = Shop::new();
    let grace = shop.clone_of("grace");
    shop.start(NAME).fix_login();
    shop.hotfix(["sync", "-y"]).ok();
    grace.hotfix(["sync"]).ok();
    grace.hotfix(["status"]).ok().says("git fetch");
    grace.hotfix(["note", "I see it"]).ok();
}

#[test]
fn a_colleague_takes_over_after_a_refused_push() {
    let (shop, grace) = Shop::shared(NAME);
    let hotfix = shop.started(NAME).answer_all();
    shop.refuse_updates_of("refs/heads/main");
    hotfix.finish().exits(1);
    shop.hotfix(["sync"]).ok();
    shop.accept_everything_again();
    grace.hotfix(["sync"]).ok();
    assert!(grace.kinds(NAME).contains(&"publishing".to_owned()), "what was meant came along");
    grace.hotfix(["finish", NAME, "-y"]).ok().says("v1.2.1");
    grace.hotfix(["sync", "-y"]).ok();
    shop.hotfix(["sync"]).ok();
    shop.hotfix(["finish", NAME, "-y"]).ok().says("v1.2.1");
    assert_eq!(shop.event_ids(NAME), grace.event_ids(NAME));
}
