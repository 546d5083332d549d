//! As much of HTTP/1.1 as the tests need.

use serde_json::Value;
use std::io::{BufRead, Write};

pub struct Request {
    pub method: String,
    pub path: String,
    pub authorization: String,
    pub body: String,
}

pub struct Reply {
    status: u16,
    content_type: &'static str,
    headers: Vec<(&'static str, String)>,
    pub body: String,
}

impl Reply {
    pub fn json(status: u16, body: &Value) -> Self {
        Self { status, content_type: "application/json", headers: Vec::new(), body: body.to_string() }
    }

    /// Nothing in it, as Forgejo answers a merge.
    pub fn empty(status: u16) -> Self {
        Self { status, content_type: "application/json", headers: Vec::new(), body: String::new() }
    }

    /// A page for people.
    pub fn page(status: u16) -> Self {
        let body = "<html>sign in</html>".to_owned();
        Self { status, content_type: "text/html", headers: Vec::new(), body }
    }

    /// Larger than anything that is asked for, in bytes.
    pub fn huge(bytes: usize) -> Self {
        let body = format!("\"{}\"", "x".repeat(bytes));
        Self { status: 200, content_type: "application/json", headers: Vec::new(), body }
    }

    /// With headers of its own.
    pub fn with(mut self, headers: Vec<(&'static str, String)>) -> Self {
        self.headers = headers;
        self
    }
}

pub fn read(reader: &mut impl BufRead) -> Option<Request> {
    let mut line = String::new();
    if reader.read_line(&mut line).ok()? == 0 {
        return None;
    }
    let mut words = line.split_whitespace();
    let (method, path) = (words.next()?.to_owned(), words.next()?.to_owned());
    // As a proxy gets it: the address is whole, and names the API's own host.
    let path = match path.strip_prefix("http://api.github.localhost") {
        Some(path) => format!("/api/v3{path}"),
        None => path,
    };
    let (mut length, mut authorization) = (0, String::new());
    loop {
        let mut line = String::new();
        if reader.read_line(&mut line).ok()? == 0 || line == "\r\n" {
            break;
        }
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "authorization" => authorization = value.trim().to_owned(),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some(Request { method, path, authorization, body: String::from_utf8(body).ok()? })
}

pub fn write(stream: &mut impl Write, reply: &Reply) -> std::io::Result<()> {
    let more: String = reply.headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let text = format!(
        "HTTP/1.1 {} X\r\nContent-Type: {}\r\n{more}Content-Length: {}\r\n\r\n{}",
        reply.status,
        reply.content_type,
        reply.body.len(),
        reply.body
    );
    stream.write_all(text.as_bytes())?;
    stream.flush()
}
