use super::*;
use std::io::{BufRead, BufReader, Write};
use std::net::TcpListener;
use std::thread::JoinHandle;

/// Answers so many connections in order, then ends; returns the heads of the requests.
fn server(answers: Vec<String>) -> (String, JoinHandle<Vec<String>>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let mut heads = Vec::new();
        for answer in answers {
            let (mut stream, _) = listener.accept().unwrap();
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let (mut head, mut length) = (String::new(), 0);
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap() == 0 || line == "\r\n" {
                    break;
                }
                if let Some(n) = line.to_ascii_lowercase().strip_prefix("content-length:") {
                    length = n.trim().parse().unwrap();
                }
                head.push_str(&line);
            }
            let mut body = vec![0; length];
            reader.read_exact(&mut body).unwrap();
            head.push_str(&String::from_utf8(body).unwrap());
            heads.push(head);
            stream.write_all(answer.as_bytes()).unwrap();
        }
        heads
    });
    (base, thread)
}

fn answer(status: &str, headers: &str, body: &str) -> String {
    format!("HTTP/1.1 {status}\r\n{headers}Connection: close\r\nContent-Length: {}\r\n\r\n{body}", body.len())
}

fn http() -> Http {
    Http::new(Reach::default()).unwrap()
}

fn with_secret(mut call: Call) -> Call {
    call.secret.push(("Authorization".to_owned(), "Bearer very-secret".to_owned()));
    call
}

#[test]
fn reading_is_tried_again_and_writing_never() {
    let busy = || answer("503 Busy", "Retry-After: 0\r\n", "");
    let (base, thread) = server(vec![busy(), String::new(), answer("200 OK", "", "{\"a\":1}")]);
    let got = http().call(&Call::get(&base)).unwrap();
    assert_eq!((got.status, got.json().unwrap()["a"].as_i64()), (200, Some(1)));
    assert_eq!(thread.join().unwrap().len(), 3);

    let (base, thread) = server(vec![busy()]);
    assert_eq!(http().call(&Call::send("POST", &base, "{}".to_owned())).unwrap().status, 503);
    thread.join().unwrap();
    let (base, thread) = server(vec![String::new()]);
    let lost = http().call(&Call::send("PUT", &base, "{}".to_owned())).unwrap_err();
    assert!(lost.is_unknown(), "{lost:?}");
    thread.join().unwrap();
}

#[test]
fn a_wait_that_is_too_long_is_told_not_waited_for() {
    let (base, thread) = server(vec![answer("429 Slow", "Retry-After: 3600\r\n", "")]);
    let got = http().call(&Call::get(&base)).unwrap();
    assert_eq!(got.retry_after(), Some(Duration::from_secs(3600)));
    thread.join().unwrap();
}

#[test]
fn a_redirect_keeps_the_secret_only_within_the_host() {
    let (other, elsewhere) = server(vec![answer("200 OK", "", "{}")]);
    let to_other = answer("302 Found", &format!("Location: {other}/x\r\n"), "");
    let (base, thread) = server(vec![answer("301 Moved", "Location: /renamed\r\n", ""), to_other]);
    let got = http().call(&with_secret(Call::get(format!("{base}/old")))).unwrap();
    assert_eq!(got.url, format!("{other}/x"));
    let heads = thread.join().unwrap();
    assert!(heads[1].starts_with("GET /renamed") && heads[1].contains("very-secret"));
    assert!(!elsewhere.join().unwrap()[0].contains("very-secret"));
}

#[test]
fn a_write_follows_its_repository_and_never_another_host() {
    let moved = answer("307 Moved", "Location: /repositories/1\r\n", "");
    let (base, thread) = server(vec![moved, answer("200 OK", "", "")]);
    http().call(&with_secret(Call::send("PUT", format!("{base}/old"), "{\"sha\":1}".to_owned()))).unwrap();
    assert!(thread.join().unwrap()[1].ends_with("{\"sha\":1}"));

    let (base, thread) = server(vec![answer("307 Moved", "Location: https://evil.example/\r\n", "")]);
    let error = http().call(&with_secret(Call::send("PUT", base, "{}".to_owned()))).unwrap_err();
    assert!(matches!(&error, HttpError::Redirected { to, .. } if to == "evil.example"), "{error}");
    thread.join().unwrap();
}

#[test]
fn plain_http_stays_within_the_machine() {
    let error = http().call(&with_secret(Call::get("http://forge.example/api"))).unwrap_err();
    assert!(matches!(error, HttpError::NotEncrypted { .. }));
}

#[test]
fn an_endless_answer_is_given_up() {
    let huge = "x".repeat(usize::try_from(LARGEST).unwrap() + 10);
    let (base, thread) = server(vec![answer("200 OK", "", &huge)]);
    assert!(matches!(http().call(&Call::get(base)), Err(HttpError::TooLarge { .. })));
    drop(thread);
}

#[test]
fn the_trace_holds_no_secret() {
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("trace");
    let body = "{\"name\":\"shop\",\"temp_clone_token\":\"AAAA\",\"echo\":\"very-secret\"}";
    let (base, thread) = server(vec![answer("200 OK", "", body)]);
    let http = Http::new(Reach { trace: Some(path.clone()), ..Reach::default() }).unwrap();
    let mut call = with_secret(Call::send("POST", base, "{\"title\":\"fix\"}".to_owned()));
    call.shown = Some("(an address that is a secret)".to_owned());
    http.call(&call).unwrap();
    thread.join().unwrap();
    let text = std::fs::read_to_string(path).unwrap();
    assert!(text.contains("shop") && text.contains("\"title\":\"fix\""), "{text}");
    for secret in ["very-secret", "AAAA", "127.0.0.1"] {
        assert!(!text.contains(secret), "{secret} in {text}");
    }
}

#[test]
fn the_proxy_that_git_is_told_of_is_used_except_within_the_machine() {
    let (proxy, thread) = server(vec![answer("407 Login first", "", "")]);
    let http = Http::new(Reach { proxy: Some(proxy.replace("http://", "")), ..Reach::default() }).unwrap();
    let (base, local) = server(vec![answer("200 OK", "", "")]);
    assert!(http.call(&Call::get(base)).is_ok());
    local.join().unwrap();
    let error = http.call(&with_secret(Call::get("https://forge.example/api"))).unwrap_err();
    assert!(matches!(error, HttpError::Proxy { .. }), "{error:?}");
    let heads = thread.join().unwrap();
    assert!(heads[0].starts_with("CONNECT forge.example:443"), "{heads:?}");
    assert!(!heads[0].contains("very-secret"));
}

#[test]
fn a_redirect_carries_no_header_of_gits_to_another_host() {
    let (other, elsewhere) = server(vec![answer("200 OK", "", "{}")]);
    let to_other = answer("307 Moved", &format!("Location: {other}/x\r\n"), "");
    let (base, thread) = server(vec![to_other]);
    let headers = vec!["X-Token: very-secret".to_owned(), "Authorization: Basic very-secret".to_owned()];
    let http = Http::new(Reach { headers, ..Reach::default() }).unwrap();
    http.call(&Call::get(base)).unwrap();
    assert!(thread.join().unwrap()[0].contains("very-secret"));
    assert!(!elsewhere.join().unwrap()[0].contains("very-secret"));
}

/// Sends a head, and then one byte after the other, so many at most; returns how many went out.
fn dripping(most: usize) -> (String, JoinHandle<usize>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap());
    let thread = std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().unwrap();
        stream.write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {most}\r\n\r\n").as_bytes()).unwrap();
        (0..most)
            .take_while(|_| {
                std::thread::park_timeout(Duration::from_millis(20));
                stream.write_all(b"x").is_ok()
            })
            .count()
    });
    (base, thread)
}

#[test]
fn a_server_that_drips_is_given_up_at_the_overall_limit() {
    let (base, thread) = dripping(3_000);
    let http = Http::new(Reach { limit: Some(Duration::from_millis(200)), ..Reach::default() }).unwrap();
    let call = Call { reads: false, ..Call::get(base) };
    assert!(matches!(http.call(&call), Err(HttpError::Lost { .. })));
    assert!(thread.join().unwrap() < 3_000, "it was listened to until its end");
}

#[test]
fn a_chain_of_redirects_has_one_limit() {
    let (base, thread) = dripping(3_000);
    let (first, moved) = server(vec![answer("302 Found", &format!("Location: {base}/\r\n"), "")]);
    let http = Http::new(Reach { limit: Some(Duration::from_millis(200)), ..Reach::default() }).unwrap();
    assert!(matches!(http.call(&Call { reads: false, ..Call::get(first) }), Err(HttpError::Lost { .. })));
    moved.join().unwrap();
    assert!(thread.join().unwrap() < 3_000, "it was listened to until its end");
}
