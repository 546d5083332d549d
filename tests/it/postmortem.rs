//! `postmortem`: written from the record, completed by people, never by force.

use crate::support::{Repo, Shop};
use clap::CommandFactory;
use hotfix::cli::Cli;
use std::collections::BTreeSet;
use std::path::Path;

/// A finished hotfix with a few facts in its log.
fn finished_shop() -> Shop {
    let shop = Shop::new();
    let flags = ["--title", "Users get a 500 on /login", "--severity", "sev2", "--impact-started", "13:31"];
    let hotfix = shop.start_with("fix-login-crash", &flags);
    shop.hotfix(["note", "--kind", "decision", "no rollback: the schema moved on"]).ok();
    shop.hotfix(["note", "--kind", "followup", "alert on empty sessions"]).ok();
    let hotfix = hotfix.fix_login().answer_all();
    hotfix.finish().ok();
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-login-crash"]).ok();
    shop
}

/// The one document under docs/postmortems.
fn document(shop: &Repo) -> String {
    let dir = shop.dir.join("docs/postmortems");
    let mut names: Vec<String> = std::fs::read_dir(dir)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    assert_eq!(names.len(), 1, "{names:?}");
    let name = names.remove(0);
    assert_eq!(name, "2026-11-22-fix-login-crash.md");
    format!("docs/postmortems/{name}")
}

#[test]
fn it_is_filled_from_the_record() {
    let shop = finished_shop();
    shop.hotfix(["postmortem", "fix-login-crash"])
        .ok()
        .says("docs/postmortems/2026-11-22-fix-login-crash.md");
    let text = shop.read(&document(&shop));
    for word in [
        "Users get a 500 on /login",
        "v1.2.0",
        "v1.2.1",
        "13:31",
        "no rollback: the schema moved on",
        "alert on empty sessions",
        "grace@example.com",
        "src/login.rs",
    ] {
        assert!(text.contains(word), "{word:?} is missing\n{text}");
    }
    assert!(
        text.lines().filter(|line| line.starts_with("## ")).count() >= 10,
        "sections are missing\n{text}"
    );
    assert!(text.to_lowercase().contains("sev2"), "{text}");
}

#[test]
fn every_command_it_names_exists() {
    let cli = Cli::command();
    let known: BTreeSet<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    let started = Shop::new();
    started.start("fix-login-crash").fix_login();
    let aborted = Shop::new();
    aborted.start("fix-login-crash");
    aborted.hotfix(["abort", "fix-login-crash", "-y", "-m", "false alarm"]).ok();
    let mut named = 0;
    for shop in [started, aborted, finished_shop()] {
        let ran = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
        let text = &ran.ok().stdout;
        for after in text.split("hotfix ").skip(1) {
            let word: String = after.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            // Code spans are commands, and so are the hints in notes; prose says "hotfix" as a noun.
            if !word.is_empty()
                && (text.contains(&format!("`hotfix {word}")) || text.contains(&format!(": hotfix {word}")))
            {
                assert!(known.contains(word.as_str()), "`hotfix {word}` does not exist\n{text}");
                named += 1;
            }
        }
    }
    assert!(named > 10, "only {named} commands were found: can the test still read?");
}

#[test]
fn every_command_the_documents_name_exists() {
    let cli = Cli::command();
    let known: BTreeSet<&str> = cli.get_subcommands().map(clap::Command::get_name).collect();
    let example = "hotfix.toml.example";
    let text = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(example)).unwrap();
    for (file, text) in crate::book::documents().into_iter().chain([(example.to_owned(), text)]) {
        for command in commands(&text) {
            let word: String = command.chars().take_while(|c| c.is_ascii_lowercase() || *c == '-').collect();
            let exists = word.is_empty() || word.starts_with('-') || known.contains(word.as_str());
            assert!(exists, "{file}: `hotfix {word}` does not exist");
        }
    }
}

/// What stands behind `hotfix` in code.
fn commands(text: &str) -> Vec<&str> {
    let mut found: Vec<&str> = text.split("`hotfix ").skip(1).collect();
    let mut in_code = false;
    for line in text.lines() {
        in_code ^= line.starts_with("```");
        let typed = line.strip_prefix("$ ").or(if in_code { Some(line.trim_start()) } else { None });
        found.extend(typed.and_then(|line| line.strip_prefix("hotfix ")));
    }
    found
}

#[test]
fn only_earlier_hotfixes_of_the_same_files_are_listed() {
    let shop = Shop::new();
    shop.start_with("fix-login-crash", &["--title", "Login is broken"])
        .fix_login()
        .answer_all()
        .finish()
        .ok();
    let cart = shop.start_with("fix-cart", &["--title", "Cart is broken", "--incident", "new"]);
    cart.fix("src/cart.rs", "pub fn cart() -> u8 { 0 }\n").answer_all().finish().ok();
    for name in ["fix-login-crash", "fix-cart"] {
        shop.hotfix(["mark", "resolved", "--hotfix", name]).ok();
    }
    let again = shop.start("fix-login-again").fix("src/login.rs", "pub fn login() {}\n");
    let ran = again.hotfix(["postmortem", "--output", "-"]);
    ran.ok();
    let section = ran.stdout.split("## 14. Recurrence").nth(1).unwrap();
    let section = section.split("## 15.").next().unwrap();
    assert!(section.contains("Login is broken") && !section.contains("Cart is broken"), "{section}");
}

#[test]
fn it_asks_for_what_would_have_prevented_this() {
    let shop = finished_shop();
    let ran = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    ran.ok();
    let text = ran.stdout.to_lowercase();
    for prompt in ["test", "feature flag", "canary", "monitoring", "review", "staging"] {
        assert!(text.contains(prompt), "{prompt:?} is not offered\n{text}");
    }
    for claim in ["root cause", "because of human", "was caused by"] {
        assert!(!text.contains(claim), "the document must not conclude: {claim:?}\n{text}");
    }
}

#[test]
fn written_again_with_nothing_new_it_is_the_same_to_the_byte() {
    let shop = finished_shop();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let path = document(&shop);
    let first = shop.read(&path);
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    assert_eq!(shop.read(&path), first);
}

#[test]
fn what_a_person_wrote_stays_and_what_is_new_arrives() {
    let shop = finished_shop();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let path = document(&shop);
    let written = format!("{}\nWe were surprised that nobody was paged.\n", shop.read(&path));
    shop.write(&path, &written);
    shop.hotfix(["note", "--hotfix", "fix-login-crash", "--pin", "the status page was wrong"]).ok();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let text = shop.read(&path);
    assert!(text.contains("We were surprised that nobody was paged."), "{text}");
    assert!(text.contains("the status page was wrong"), "{text}");
}

#[test]
fn a_generated_part_that_a_person_edited_is_left_alone() {
    let shop = finished_shop();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let path = document(&shop);
    let edited = shop.read(&path).replace("no rollback: the schema moved on", "no rollback, see the runbook");
    shop.write(&path, &edited);
    shop.hotfix(["note", "--hotfix", "fix-login-crash", "--kind", "decision", "page the owner"]).ok();
    let _ = shop.hotfix(["postmortem", "fix-login-crash"]);
    assert!(shop.read(&path).contains("no rollback, see the runbook"), "{}", shop.read(&path));
}

#[test]
fn it_can_go_to_standard_output_or_to_another_file() {
    let shop = finished_shop();
    let printed = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    printed.ok();
    assert!(printed.stdout.contains("v1.2.1") && printed.stdout.contains("## "));
    assert!(!shop.has_file("docs"));
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "review.md"]).ok();
    assert!(shop.read("review.md").contains("v1.2.1"));
}

#[test]
fn people_read_the_path_as_they_would_type_it_and_programs_in_full() {
    let shop = finished_shop();
    for form in ["markdown", "html"] {
        let args = ["postmortem", "fix-login-crash", "--format", form];
        let told = shop.hotfix([&args[..], &["--json"]].concat()).json();
        let path = Path::new(told["path"].as_str().unwrap());
        assert!(path.is_absolute() && path.exists(), "{told}");
        let below = path.strip_prefix(shop.dir.canonicalize().unwrap()).unwrap();
        shop.hotfix(args).ok().says(&format!(" {}   is up to date", below.display()));
    }
}

#[test]
fn programs_get_one_document_whatever_the_form_and_the_place() {
    let shop = finished_shop();
    for form in ["markdown", "html", "json"] {
        let args = ["postmortem", "fix-login-crash", "--json", "--format", form];
        let told = shop.hotfix([&args[..], &["--output", "-"]].concat()).ok().json();
        if form != "json" {
            assert!(told["text"].as_str().unwrap().contains("Users get a 500"), "{form}: {told}");
        }
        let told = shop.hotfix([&args[..], &["--output", "here.txt"]].concat()).ok().json();
        assert_eq!(told["path"], shop.dir.join("here.txt").display().to_string(), "{form}: {told}");
        assert_eq!(told["changed"], true, "{form}: {told}");
        shop.write("here.txt", "mine\n");
        shop.hotfix([&args[..], &["--output", "here.txt"]].concat()).exits(3);
        assert_eq!(shop.read("here.txt"), "mine\n", "{form}");
        std::fs::remove_file(shop.dir.join("here.txt")).unwrap();
    }
}

#[test]
fn it_can_be_written_before_the_end() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    shop.hotfix(["postmortem", "--output", "-"]).ok().says("fix-login-crash");
}

#[test]
fn numbers_are_shown_with_their_ends_and_missing_ones_are_said_to_be_missing() {
    let shop = finished_shop();
    let ran = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    ran.ok();
    for number in ["TTD", "TTA", "TTM", "TTR"] {
        assert!(ran.stdout.contains(number), "{number} is not mentioned\n{ran}");
    }
}

#[test]
fn it_only_writes_its_own_file() {
    let shop = finished_shop();
    let head = shop.rev("HEAD");
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    assert_eq!(shop.rev("HEAD"), head, "committing it is a person's decision");
    assert_eq!(shop.git(["status", "--porcelain", "-uall"]), format!("?? {}", document(&shop)));
}

#[test]
fn a_file_that_is_something_else_is_not_taken_for_a_post_mortem() {
    let shop = finished_shop();
    shop.write("mine.txt", "mine\n");
    shop.hotfix(["postmortem", "fix-login-crash", "--output", "mine.txt"]).exits(3);
    assert_eq!(shop.read("mine.txt"), "mine\n");
}

#[cfg(unix)]
#[test]
fn what_is_no_file_is_neither_read_nor_replaced() {
    let shop = finished_shop();
    let _socket = std::os::unix::net::UnixListener::bind(shop.dir.join("socket")).unwrap();
    for form in ["markdown", "html", "json"] {
        for place in [".", "socket"] {
            shop.hotfix(["postmortem", "fix-login-crash", "--format", form, "--output", place])
                .exits(2)
                .says("not a file");
        }
    }
    assert!(!shop.dir.join("socket").is_file());
}

#[cfg(unix)]
#[test]
fn a_link_in_the_repository_does_not_lead_it_outside() {
    let shop = finished_shop();
    let victim = shop.world.root.join("victim");
    std::fs::create_dir(&victim).unwrap();
    std::os::unix::fs::symlink(&victim, shop.dir.join("docs")).unwrap();
    shop.hotfix(["postmortem", "fix-login-crash"]).exits(3);
    assert_eq!(std::fs::read_dir(&victim).unwrap().count(), 0);
}

#[test]
fn a_block_that_somebody_edited_is_shown_with_what_is_new() {
    let shop = finished_shop();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let path = document(&shop);
    let edited = shop.read(&path).replace("no rollback: the schema moved on", "no rollback, see the runbook");
    shop.write(&path, &edited);
    let ran = shop.hotfix(["postmortem", "fix-login-crash"]);
    ran.ok().says("edited by hand").says("see the runbook").says("the schema moved on");
    let json = shop.hotfix(["postmortem", "fix-login-crash", "--format", "markdown", "--json"]).json();
    assert!(!json["kept"].as_array().unwrap().is_empty(), "{json}");
    assert_eq!(shop.read(&path), edited);
}

#[test]
fn damaged_markers_are_said_and_left() {
    let shop = finished_shop();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let path = document(&shop);
    let damaged = shop.read(&path).replacen("<!-- /hotfix:auto -->", "<!-- /hotfix -->", 1);
    shop.write(&path, &damaged);
    let ran = shop.hotfix(["postmortem", "fix-login-crash", "--format", "markdown", "--json"]);
    assert_eq!(ran.ok().json()["broken"], serde_json::json!(["facts"]));
    assert!(shop.read(&path).contains("<!-- /hotfix -->"));
}

const PUBLIC: &str = "docs/postmortems/2026-11-22-fix-login-crash.public.md";

/// A hotfix with a check and a deployment that tell of the inside, and notes that do.
fn shop_with_an_inside() -> Shop {
    let shop = Shop::new();
    let settings = "[[check]]\nid = \"tests\"\ncommand = \"echo from db-7 to ops@shop.internal\"\n";
    shop.write("hotfix.toml", settings);
    shop.git(["add", "hotfix.toml"]);
    shop.git(["commit", "-q", "-m", "settings"]);
    shop.git(["push", "-q", "origin", "main"]);
    let hotfix = shop.start("fix-login-crash").fix_login();
    shop.hotfix(["check", "--trust", "--only", "tests"]).ok();
    shop.hotfix(["note", "--kind", "decision", "Ada Lovelace and Grace decide: no rollback of db-7"]).ok();
    shop.hotfix(["note", "--restricted", "Acme Bank lost its key"]).ok();
    let hotfix =
        hotfix.answer(&["resolves=yes", "critical-paths=yes", "staging=yes", "reviewed=grace@example.com"]);
    hotfix.git(["switch", "-q", "main"]);
    shop
}

#[test]
fn the_public_form_has_nothing_of_the_inside_in_it() {
    let shop = shop_with_an_inside();
    let private = shop.hotfix(["postmortem", "fix-login-crash", "--output", "-"]);
    private.ok().says("Ada Lovelace").says("grace@example.com").says("from db-7").does_not_say("Acme");
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let inside = document(&shop);
    let answered = shop.read(&inside).replace(
        "> TODO(human): What kept working?",
        "Carts kept working. Grace saw so on shop.internal. Acme Bank lost its key. Search was slow.",
    );
    shop.write(&inside, &answered);
    for form in ["markdown", "html", "json"] {
        let ran =
            shop.hotfix(["postmortem", "fix-login-crash", "--public", "--output", "-", "--format", form]);
        ran.ok().says("Carts kept working. Search was slow.").says("2 sentences were left out here");
        for word in
            ["Ada", "Lovelace", "Grace", "db-7", "internal", "echo", "rollback", "Acme", "hotfix mark", "@"]
        {
            assert!(!ran.stdout.contains(word) || word == "@" && form == "html", "{word}\n{ran}");
        }
    }
    shop.hotfix(["postmortem", "fix-login-crash", "--public"]).ok().says("fix-login-crash.public.md");
    assert_eq!(shop.read(&inside), answered, "the private one stays");
    let first = shop.read(PUBLIC);
    shop.hotfix(["postmortem", "fix-login-crash", "--public"]).ok().says("up to date");
    assert_eq!(shop.read(PUBLIC), first);
    shop.write(&inside, &answered.replace("Search was slow", "Search was fast"));
    shop.hotfix(["postmortem", "fix-login-crash", "--public"]).ok();
    assert!(shop.read(PUBLIC).contains("Search was fast"), "an answer is refreshed until it is edited");
    shop.write(PUBLIC, &shop.read(PUBLIC).replace("Search was fast", "Search was a bit slow"));
    shop.hotfix(["postmortem", "fix-login-crash", "--public"]).ok();
    assert!(shop.read(PUBLIC).contains("Search was a bit slow"), "and is the writer's from then on");
    shop.hotfix(["postmortem", "check", PUBLIC]).ok().does_not_say("generated");
}

#[test]
fn a_public_file_from_before_is_not_taken_for_one() {
    let shop = shop_with_an_inside();
    shop.hotfix(["postmortem", "fix-login-crash", "--output", PUBLIC]).ok();
    let before = shop.read(PUBLIC);
    let ran = shop.hotfix(["postmortem", "fix-login-crash", "--public"]);
    ran.exits(3).says("nothing was changed").says("--public --output FILE");
    assert_eq!(shop.read(PUBLIC), before);
    shop.hotfix(["postmortem", "fix-login-crash", "--public", "--format", "html"]).ok();
    let page = shop.read("docs/postmortems/2026-11-22-fix-login-crash.public.html");
    assert!(!page.contains("db-7"), "{page}");
}

#[test]
fn a_block_that_the_file_lacks_is_named_and_can_be_added() {
    let shop = finished_shop();
    let write = ["postmortem", "fix-login-crash"];
    shop.hotfix(write).ok().does_not_say("lacks");
    let path = document(&shop);
    let whole = shop.read(&path);
    let at = whole.find("<!-- hotfix:auto diagrams").unwrap();
    let end = at + whole[at..].find("<!-- /hotfix:auto -->\n\n").unwrap() + "<!-- /hotfix:auto -->\n\n".len();
    let without = format!("{}{}", &whole[..at], &whole[end..]);
    shop.write(&path, &without);
    shop.hotfix(write)
        .ok()
        .says("The document lacks diagrams. To add: hotfix postmortem fix-login-crash --add diagrams");
    assert_eq!(shop.read(&path), without, "taken out on purpose it stays out");
    let add = ["postmortem", "fix-login-crash", "--add", "diagrams"];
    shop.hotfix(["postmortem", "fix-login-crash", "--add", "nothing"])
        .exits(2)
        .says("the file already has block 'nothing'; nothing was changed")
        .says("--add diagrams");
    shop.hotfix(["postmortem", "fix-login-crash", "--add", "diagrams", "--format", "html"]).exits(2);
    shop.hotfix(["postmortem", "fix-login-crash", "--add", "diagrams", "--dry-run"])
        .ok()
        .says("Would refresh");
    assert_eq!(shop.read(&path), without);
    shop.hotfix(add).ok().does_not_say("lacks");
    assert_eq!(shop.read(&path), whole);
    shop.hotfix(add).exits(2).says("nothing was changed");
}
