//! A small server for this machine alone: what a rehearsal talks to. It takes one request after the
//! other on each connection, and ends when it is dropped.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::{Ipv4Addr, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::JoinHandle;

/// The largest body and the longest line that are read, in bytes.
const LARGEST: u64 = 1024 * 1024;

/// A request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Heard {
    pub method: String,
    /// With its query.
    pub path: String,
    /// The value of the `Authorization` header; empty without one.
    pub authorization: String,
    pub body: Vec<u8>,
}

/// The answer: its status and JSON, or nothing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Told {
    pub status: u16,
    pub body: String,
}

/// Answers requests.
type Answers = dyn Fn(&Heard) -> Told + Send + Sync;

/// A server that runs.
pub struct Listening {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listening {
    /// Starts one on a free port of the loopback address.
    ///
    /// # Errors
    /// When there is no port.
    pub fn start(answers: impl Fn(&Heard) -> Told + Send + Sync + 'static) -> io::Result<Self> {
        let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0))?;
        let address = listener.local_addr()?;
        let over = Arc::new(AtomicBool::new(false));
        let (ended, answers): (_, Arc<Answers>) = (Arc::clone(&over), Arc::new(answers));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let answers = Arc::clone(&answers);
                if let Ok(stream) = stream {
                    std::thread::spawn(move || {
                        if let Err(error) = serve(&stream, answers.as_ref()) {
                            log::debug!("a conversation broke off: {error}");
                        }
                    });
                }
            }
        });
        Ok(Self { address, over, thread: Some(thread) })
    }

    /// Where it is: `http://127.0.0.1:4711`.
    pub fn base(&self) -> String {
        format!("http://{}", self.address)
    }
}

impl Drop for Listening {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        // It looks at the flag when somebody comes.
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

fn serve(stream: &TcpStream, answers: &Answers) -> io::Result<()> {
    let mut reader = BufReader::new(stream);
    while let Some(heard) = read(&mut reader)? {
        let told = answers(&heard);
        let mut out = stream;
        write!(
            out,
            "HTTP/1.1 {} Told\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{}",
            told.status,
            told.body.len(),
            told.body
        )?;
        out.flush()?;
    }
    Ok(())
}

/// The next request; `None` at the end.
fn read(reader: &mut impl BufRead) -> io::Result<Option<Heard>> {
    let Some(first) = line(reader)? else { return Ok(None) };
    let mut words = first.split_whitespace();
    let (Some(method), Some(path)) = (words.next(), words.next()) else { return Ok(None) };
    let mut heard = Heard {
        method: method.to_owned(),
        path: path.to_owned(),
        authorization: String::new(),
        body: Vec::new(),
    };
    let mut length = 0;
    while let Some(header) = line(reader)? {
        let Some((name, value)) = header.split_once(':') else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().unwrap_or_default(),
            "authorization" => value.trim().clone_into(&mut heard.authorization),
            _ => {}
        }
    }
    reader.take(LARGEST.min(length)).read_to_end(&mut heard.body)?;
    Ok(Some(heard))
}

/// A line without its end; `None` when there is no more.
fn line(reader: &mut impl BufRead) -> io::Result<Option<String>> {
    let mut bytes = Vec::new();
    if reader.take(LARGEST).read_until(b'\n', &mut bytes)? == 0 {
        return Ok(None);
    }
    Ok(Some(String::from_utf8_lossy(&bytes).trim_end().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_request_is_read_with_what_it_holds() {
        let text = b"POST /a/b?c=d HTTP/1.1\r\nAuthorization: token x\r\nContent-Length: 2\r\n\r\n{}GET";
        let mut reader = BufReader::new(&text[..]);
        let heard = read(&mut reader).unwrap().unwrap();
        assert_eq!((heard.method.as_str(), heard.path.as_str()), ("POST", "/a/b?c=d"));
        assert_eq!((heard.authorization.as_str(), heard.body.as_slice()), ("token x", &b"{}"[..]));
        assert_eq!(read(&mut reader).unwrap(), None, "half a line is no request");
    }

    #[test]
    fn it_answers_and_ends() {
        let listening =
            Listening::start(|heard| Told { status: 200, body: format!("\"{}\"", heard.path) }).unwrap();
        let http = super::super::Http::new(super::super::Reach::default()).unwrap();
        let answer = http.call(&super::super::Call::get(format!("{}/x", listening.base()))).unwrap();
        assert_eq!((answer.status, answer.json().unwrap()), (200, "/x".into()));
        drop(listening);
    }
}
