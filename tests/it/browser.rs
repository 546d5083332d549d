//! The page in a real browser: it opens, nothing in it runs, nothing is loaded, nothing sticks out.

use crate::support::{Shop, chromium, require};
use serde_json::{Value, json};
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::process::Command;
use std::thread::JoinHandle;

/// A web server that knows nothing and remembers what it was asked for.
struct Server {
    port: u16,
    asked: JoinHandle<Vec<String>>,
}

impl Server {
    fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let asked = std::thread::spawn(move || {
            let mut asked = Vec::new();
            for stream in listener.incoming() {
                let mut stream = stream.unwrap();
                let mut line = String::new();
                let _ = BufReader::new(&stream).read_line(&mut line);
                let path = line.split(' ').nth(1).unwrap_or_default().to_owned();
                if path == "/end" {
                    break;
                }
                let _ = stream
                    .write_all(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
                asked.push(path);
            }
            asked
        });
        Self { port, asked }
    }

    /// What it was asked for.
    fn end(self) -> Vec<String> {
        TcpStream::connect(("127.0.0.1", self.port))
            .unwrap()
            .write_all(b"GET /end HTTP/1.1\r\n\r\n")
            .unwrap();
        self.asked.join().unwrap()
    }
}

/// Opens each page in a frame of a width and returns what the browser found there.
fn looked_at(shop: &Shop, chromium: &str, pages: &[(u32, &str)], control: &str) -> Vec<Value> {
    let frames: Vec<Value> = pages.iter().map(|(width, html)| json!([width, html])).collect();
    let frames = json!(frames).to_string().replace('<', "\\u003c");
    let looking = r#"
        const found = [];
        function look(frame) {
            const doc = frame.contentDocument;
            const wide = [...doc.querySelectorAll("body *")].filter(e => !e.closest(".scroll, pre"))
                .filter(e => e.getBoundingClientRect().right > frame.clientWidth + 1).map(e => e.outerHTML.slice(0, 80));
            const lower = doc.querySelector("svg text.lane");
            return { title: doc.title, width: doc.documentElement.scrollWidth, frame: frame.clientWidth, wide, height: doc.documentElement.scrollHeight,
                     scripts: doc.scripts.length, images: doc.images.length, sections: doc.querySelectorAll("h2").length,
                     drawn: lower ? lower.getBoundingClientRect().height : 0 };
        }
        let left = pages.length;
        for (const [n, [width, html]] of pages.entries()) {
            const frame = document.createElement("iframe");
            frame.style.width = width + "px"; frame.style.height = "900px"; frame.style.border = "0";
            frame.onload = () => setTimeout(() => {
                found[n] = look(frame);
                left -= 1;
                if (left == 0) { document.getElementById("found").textContent = "FOUND" + btoa(unescape(encodeURIComponent(JSON.stringify(found)))) + "END"; }
            }, 200);
            frame.srcdoc = html;
            document.body.append(frame);
        }"#;
    let wrapper = format!(
        "<!DOCTYPE html><body><img src=\"{control}\"><pre id=\"found\"></pre><script>const pages = {frames};{looking}</script>"
    );
    shop.write("wrapper.html", &wrapper);
    let file = format!("file://{}", shop.dir.join("wrapper.html").display());
    let profile = format!("--user-data-dir={}", shop.world.root.join("chromium").display());
    let output = Command::new("timeout")
        .args([
            "120",
            chromium,
            "--headless",
            "--no-sandbox",
            "--disable-gpu",
            "--disable-dev-shm-usage",
            "--no-first-run",
        ])
        .args([
            "--disable-background-networking",
            "--disable-component-update",
            "--virtual-time-budget=20000",
        ])
        .args([profile.as_str(), "--dump-dom", file.as_str()])
        .env("HOME", shop.world.root.join("home"))
        .output()
        .unwrap();
    let dom = String::from_utf8_lossy(&output.stdout);
    let encoded = dom.split("FOUND").nth(1).and_then(|rest| rest.split("END").next());
    let encoded =
        encoded.unwrap_or_else(|| panic!("no answer: {dom}\n{}", String::from_utf8_lossy(&output.stderr)));
    let mut decode = Command::new("base64");
    let file = shop.world.root.join("found");
    std::fs::write(&file, encoded).unwrap();
    let json = decode.arg("-d").arg(&file).output().unwrap().stdout;
    serde_json::from_slice(&json).unwrap()
}

#[test]
fn a_page_with_hostile_notes_opens_fits_and_does_nothing() {
    if !require("chromium") {
        return;
    }
    let chromium = chromium().unwrap();
    let server = Server::start();
    let url = format!("http://127.0.0.1:{}", server.port);
    let bad = format!(
        "</title></svg></textarea><script>document.title='owned'</script><img src={url}/note onerror=\"document.title='owned'\">"
    );
    let shop = Shop::new();
    let hotfix = shop
        .start_with("fix-login-crash", &["--title", &format!("Login {bad}"), "--impact-started", "13:31"]);
    for kind in ["note", "decision", "hypothesis", "followup", "action"] {
        shop.hotfix(["note", "--pin", "--kind", kind, &bad]).ok();
    }
    shop.hotfix(["note", "a-word-that-never-ends-".repeat(40).as_str()]).ok();
    shop.hotfix(["note", "الدفع متوقف 🔥 数据库连接池已耗尽"]).ok();
    hotfix.fix("src/login.rs", &format!("// {bad}\n{}\n", "x".repeat(400))).answer_all().finish().ok();
    shop.hotfix(["postmortem", "fix-login-crash"]).ok();
    let markdown = "docs/postmortems/2026-11-22-fix-login-crash.md";
    let people = format!(
        "## More\n\n{bad}\n\n<script>document.title='owned'</script>\n\n![x]({url}/markdown) [x](javascript:document.title='owned')\n\n\
         <link rel=stylesheet href={url}/link> <style>@import '{url}/style';</style>\n\n| a | b | c |\n| - | - | - |\n| {} | {0} | {0} |\n",
        "unbreakable".repeat(30)
    );
    shop.write(markdown, &format!("{}\n{people}", shop.read(markdown)));
    let page = shop.hotfix(["postmortem", "fix-login-crash", "--format", "html", "--output", "-"]);
    let page = &page.ok().stdout;
    // What protects is the escaping; the policy is the second line of defence.
    let bare = page.replace("Content-Security-Policy", "x-nothing");
    assert_ne!(&bare, page);
    let found = looked_at(
        &shop,
        chromium,
        &[
            (360, page),
            (1200, page),
            (360, &bare),
            (1200, &bare),
            (300, &format!("<title>control</title>{bad}")),
        ],
        &format!("{url}/control"),
    );
    let (control, pages) = found.split_last().unwrap();
    assert_eq!(
        (&control["title"], &control["images"]),
        (&"owned".into(), &1.into()),
        "can the test still see? {control}"
    );
    for found in pages {
        let title = found["title"].as_str().unwrap();
        assert!(title.starts_with("Post-mortem: Login </title>"), "{found}");
        assert_eq!((&found["scripts"], &found["images"]), (&0.into(), &0.into()), "{found}");
        assert!(found["sections"].as_u64().unwrap() > 15, "{found}");
        assert!(found["width"].as_u64() <= found["frame"].as_u64(), "it scrolls sideways: {found}");
        assert_eq!(found["wide"], json!([]), "{found}");
        assert!(found["drawn"].as_f64().unwrap() > 9.0, "the picture's letters are too small: {found}");
    }
    let mut asked = server.end();
    asked.sort();
    asked.dedup();
    assert_eq!(asked, ["/control", "/note"], "/note is the control's, and nothing else was loaded");
}

#[test]
fn the_page_of_a_small_incident_is_short() {
    if !require("chromium") {
        return;
    }
    let pages = ["sev2", "sev3"].map(|severity| {
        let shop = Shop::new();
        let flags =
            ["--title", "Users get a 500 on /login", "--severity", severity, "--impact-started", "13:31"];
        let hotfix = shop.start_with("fix-login-crash", &flags);
        shop.hotfix(["note", "--kind", "decision", "no rollback: the migration cannot go back"]).ok();
        hotfix.fix_login().answer_all().finish().ok();
        shop.hotfix(["mark", "mitigated"]).ok();
        shop.hotfix(["mark", "resolved"]).ok();
        shop.hotfix(["update", "users", "-y"]).ok();
        shop.hotfix(["postmortem", "--format", "html", "--output", "-"]).ok().stdout.clone()
    });
    let shop = Shop::new();
    let frames = [(1200, pages[0].as_str()), (1200, pages[1].as_str()), (390, pages[1].as_str())];
    let found = looked_at(&shop, chromium().unwrap(), &frames, "");
    let heights: Vec<u64> = found.iter().map(|page| page["height"].as_u64().unwrap()).collect();
    for (height, most) in heights.iter().zip([6000, 4000, 6000]) {
        assert!((900..most).contains(height), "{heights:?}");
    }
}
