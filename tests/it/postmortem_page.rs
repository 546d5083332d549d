//! `postmortem --format html`: one page that needs nothing else, opened when that is asked for.

use crate::support::{Repo, Shop, search_path_with};
use std::process::Command;

const PAGE: &str = "docs/postmortems/2026-11-22-fix-login-crash.html";
const MARKDOWN: &str = "docs/postmortems/2026-11-22-fix-login-crash.md";
const HTML: [&str; 4] = ["postmortem", "fix-login-crash", "--format", "html"];

/// A finished hotfix with a few facts in its log.
fn finished_shop() -> Shop {
    let shop = Shop::new();
    let flags = ["--title", "Users get a 500 on /login", "--severity", "sev2", "--impact-started", "13:31"];
    let hotfix = shop.start_with("fix-login-crash", &flags).fix_login();
    shop.hotfix(["note", "--kind", "decision", "no rollback: <b>the schema</b> & the cache moved on"]).ok();
    hotfix.answer_all().finish().ok();
    shop.hotfix(["mark", "mitigated", "--hotfix", "fix-login-crash"]).ok();
    shop
}

fn with<'a>(more: &[&'a str]) -> Vec<&'a str> {
    HTML.iter().copied().chain(more.iter().copied()).collect()
}

fn written(shop: &Repo) -> String {
    shop.hotfix(HTML).ok().says(PAGE);
    shop.read(PAGE)
}

#[test]
fn it_holds_the_facts_two_pictures_and_the_change() {
    let shop = finished_shop();
    let html = written(&shop);
    for part in [
        "<h1 dir=\"auto\">Post-mortem: Users get a 500 on &#x2f;login</h1>",
        "<title id=\"when-title\">Timeline</title>",
        "<title id=\"where-title\">Where the fix went</title>",
        "<dt>Time to mitigate (TTM)</dt>",
        "impact started 13:31 → mitigated",
        "no rollback: &lt;b&gt;the schema&lt;/b&gt; &amp; the cache moved on",
        "<del>−    session.unwrap()</del><ins>+    session.unwrap_or(false)</ins>",
        "v1.2.1",
        "develop has the fix",
        "grace@example.com",
        "9. Testing checklist",
        "Not answered yet:",
    ] {
        assert!(html.contains(part), "{part:?} is missing\n{html}");
    }
    for part in ["<script", "src=", "<link", "@import", "url(", "hotfix:auto", "TODO(human)"] {
        assert!(!html.contains(part), "{part:?}\n{html}");
    }
    let head = shop.rev("HEAD");
    assert_eq!(shop.git(["status", "--porcelain", "-uall"]), format!("?? {PAGE}"));
    assert_eq!(shop.rev("HEAD"), head);
}

#[test]
fn written_again_with_nothing_new_it_is_the_same_to_the_byte() {
    let shop = finished_shop();
    shop.hotfix(with(&["--dry-run"])).ok().says("Would write");
    assert!(!shop.has_file("docs"));
    let first = written(&shop);
    shop.hotfix(HTML).ok().says("is up to date");
    assert_eq!(shop.read(PAGE), first);
    let kinds = shop.kinds("fix-login-crash");
    assert_eq!(kinds.iter().filter(|k| *k == "postmortem-written").count(), 1, "{kinds:?}");
    shop.hotfix(["note", "--hotfix", "fix-login-crash", "--pin", "the status page was wrong"]).ok();
    shop.hotfix(with(&["--dry-run"])).ok().says("Would replace");
    let json = shop.hotfix(with(&["--json"])).ok().json();
    assert_eq!((&json["changed"], &json["opened"]), (&true.into(), &false.into()), "{json}");
    assert!(shop.read(PAGE).contains("the status page was wrong"));
}

#[test]
fn what_people_wrote_in_the_markdown_form_is_in_it() {
    let shop = finished_shop();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let prompt = "> TODO(human): Say what happened in one paragraph that a stranger understands.";
    let answer = "Logging in **failed** for everybody without a session. \
                  <script>document.title = 1</script> [click](javascript:alert(1)) ![x](https://example.com/x.png)";
    let text = shop.read(MARKDOWN);
    assert!(text.contains(prompt));
    shop.write(MARKDOWN, &text.replace(prompt, answer));
    shop.hotfix(["note", "--hotfix", "fix-login-crash", "--pin", "said after the answer"]).ok();
    let markdown = shop.read(MARKDOWN);
    let html = written(&shop);
    assert!(html.contains("Logging in <strong>failed</strong> for everybody"), "{html}");
    assert!(html.contains("&lt;script&gt;document.title = 1&lt;/script&gt; click"), "{html}");
    assert!(
        html.contains("said after the answer")
            && !html.contains("href=\"javascript")
            && !html.contains("<img")
    );
    assert_eq!(shop.read(MARKDOWN), markdown, "the Markdown form is only read");
}

#[test]
fn it_can_go_elsewhere_and_takes_no_other_file_for_its_own() {
    let shop = finished_shop();
    let ran = shop.hotfix(with(&["--output", "-"]));
    assert!(ran.ok().stdout.starts_with("<!DOCTYPE html>"));
    assert!(!shop.has_file("docs"));
    shop.hotfix(with(&["--output", "review.html"])).ok();
    assert_eq!(shop.read("review.html"), ran.stdout);
    for (file, text) in [("mine.html", "<p>mine</p>\n"), (PAGE, "mine\n")] {
        shop.write(file, text);
        shop.hotfix(with(&["--output", file])).exits(3).says("not a page of hotfix");
        assert_eq!(shop.read(file), text);
    }
}

#[cfg(unix)]
#[test]
fn a_link_in_the_repository_does_not_lead_it_outside() {
    let shop = finished_shop();
    let victim = shop.world.root.join("victim");
    std::fs::create_dir(&victim).unwrap();
    std::os::unix::fs::symlink(&victim, shop.dir.join("docs")).unwrap();
    shop.hotfix(HTML).exits(3);
    assert_eq!(std::fs::read_dir(&victim).unwrap().count(), 0);
}

#[test]
fn the_public_page_names_nobody_and_shows_no_code() {
    let shop = finished_shop();
    shop.hotfix(["note", "--hotfix", "fix-login-crash", "--pin", "Ada Lovelace asked Grace"]).ok();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    shop.write(MARKDOWN, &format!("{}\nOnly for us.\n", shop.read(MARKDOWN)));
    let private = written(&shop);
    assert!(
        private.contains("Ada Lovelace") && private.contains("Only for us.") && private.contains("unwrap_or")
    );
    shop.hotfix(with(&["--public"])).ok().says("fix-login-crash.public.html");
    let public = shop.read("docs/postmortems/2026-11-22-fix-login-crash.public.html");
    for word in
        ["Ada", "Lovelace", "grace@", "Only for us.", "unwrap_or", "no rollback", "Where the fix went"]
    {
        assert!(!public.contains(word), "{word}\n{public}");
    }
    assert!(public.contains("Who was affected"));
    assert_eq!(shop.read(PAGE), private);
}

#[test]
fn an_incident_without_a_release_is_a_page_as_well() {
    let shop = Shop::new();
    shop.start("fix-login-crash");
    let open = shop.hotfix(with(&["--output", "-"]));
    open.ok().says("not released").says("investigating");
    shop.hotfix(["abort", "fix-login-crash", "-y", "-m", "false alarm"]).ok();
    shop.hotfix(with(&["--output", "-"])).ok().says("false alarm").says("cancelled");
}

#[test]
fn it_is_opened_when_that_is_asked_for() {
    let shop = finished_shop();
    let bin = shop.world.root.join("desktop");
    let pipe = shop.world.root.join("opened");
    assert!(Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    let opener = if cfg!(target_os = "macos") { "open" } else { "xdg-open" };
    // Reading the pipe waits for the opener.
    shop.world.write_program(&bin.join(opener), &format!("#!/bin/sh\necho \"$1\" >'{}'\n", pipe.display()));
    let call = |args: &[&str]| shop.call(args).env("PATH", search_path_with(&bin)).env("BROWSER", "x");
    for args in [with(&["--open"]), vec!["postmortem", "fix-login-crash", "--open"]] {
        let file = pipe.clone();
        let reader = std::thread::spawn(move || std::fs::read_to_string(file).unwrap());
        call(&args).run().ok().does_not_say("was not opened");
        let opened = reader.join().unwrap();
        let expected = if args.contains(&"html") { PAGE } else { MARKDOWN };
        assert!(opened.trim_end().ends_with(expected), "{opened}");
    }
    shop.world.write_program(&bin.join(opener), "#!/bin/sh\nexit 3\n");
    call(&with(&["--open"])).run().ok().says("was not opened").says("status 3");
    let json = call(&with(&["--open", "--json"])).run().ok().json();
    assert_eq!(json["opened"], false);
    // One that has not ended may still fail, and nobody here would know.
    shop.world.write_program(&bin.join(opener), &format!("#!/bin/sh\nread end <'{}'\n", pipe.display()));
    call(&with(&["--open"])).run().ok().says(&format!("{opener} is still opening it"));
    std::fs::write(&pipe, "end\n").unwrap();
}

#[test]
fn nothing_is_opened_where_nothing_is_written_or_nobody_looks() {
    let shop = finished_shop();
    for more in [&["--open", "--output", "-"][..], &["--open", "--json", "--output", "-"]] {
        shop.hotfix(with(more)).exits(2).says("opens a file");
    }
    shop.hotfix(["postmortem", "fix-login-crash", "--format", "json", "--open"])
        .exits(2)
        .says("opens a file");
    assert!(!shop.has_file("docs"));
    if cfg!(not(any(target_os = "macos", windows))) {
        shop.hotfix(with(&["--open"])).ok().says("written").says("there is no display here");
    }
}

#[test]
fn a_repository_brings_its_own_page_and_style() {
    let shop = finished_shop();
    shop.write(
        ".hotfix/templates/postmortem.html",
        "<title>{{ title }}</title>\n<style>{{ style }}</style>\n</head>\n<body>\n\
         {% autoescape false %}<h1>{{ title }}</h1>{% endautoescape %}\n{% for section in sections %}<h4>{{ section.title }}</h4>{{ section.html }}{% endfor %}\n</body>\n</html>\n",
    );
    shop.write(".hotfix/templates/page.css", "body { color: teal }\n");
    let html = written(&shop);
    let built_in = shop.hotfix(["stats", "--html"]).ok().stdout.clone();
    let head = html.split("<title>").next().unwrap();
    assert!(head.contains("default-src 'none'") && built_in.starts_with(head), "{html}");
    for part in ["<h1>Post-mortem: Users get a 500 on &#x2f;login</h1>", "body { color: teal }\n</style>"] {
        assert!(html.contains(part), "{part:?} is missing\n{html}");
    }
    assert!(html.contains("no rollback: &lt;b&gt;the schema&lt;/b&gt; &amp; the cache moved on"), "{html}");
    assert!(!html.contains("<svg") && built_in.contains("body { color: teal }"));
    shop.hotfix(["doctor"]).says("2 templates of this repository can be used");
    for (file, text, place) in [
        ("postmortem.html", "\n{{ titel }}", "postmortem.html:2: 'titel'"),
        ("postmortem.html", "\n{{ title | safe }}", "postmortem.html:2: "),
        ("page.css", "p {}\n</style><script>", "page.css:2: "),
    ] {
        let path = format!(".hotfix/templates/{file}");
        let good = shop.read(&path);
        shop.write(&path, text);
        shop.hotfix(HTML).exits(2).says(place).says("nothing was written").says("hint:");
        shop.hotfix(["doctor"]).exits(1).says(place);
        shop.write(&path, &good);
    }
    assert_eq!(shop.read(PAGE), html);
}
