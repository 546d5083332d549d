//! A forge in a box: pull requests over the shop's real bare repository, whose `pre-receive` asks the
//! same rules. One server speaks as GitHub, GitLab or Forgejo. It listens on this machine only, and
//! ends with its test.

mod forgejo;
mod github;
mod gitlab;
mod http;
mod model;
mod tls;

pub use model::Model;
pub use tls::{Certificates, Tls, Tunnel};

use super::shop::Shop;
use http::{Reply, Request};
use serde_json::Value;
use std::io::{BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard};
use std::thread::JoinHandle;

/// The token that it takes.
pub const TOKEN: &str = "ghp_0123456789abcdefghijABCDEFGHIJ012345";

/// Whom it imitates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Flavour {
    GitHub,
    GitLab,
    Forgejo,
}

impl Flavour {
    pub const ALL: [Self; 3] = [Self::GitHub, Self::GitLab, Self::Forgejo];

    fn word(self) -> &'static str {
        match self {
            Self::GitHub => "github",
            Self::GitLab => "gitlab",
            Self::Forgejo => "forgejo",
        }
    }

    fn path(self) -> &'static str {
        match self {
            Self::GitHub => "/api/v3",
            Self::GitLab => "/api/v4",
            Self::Forgejo => "/api/v1",
        }
    }
}

/// Something that happens at the next call that fits.
pub enum Surprise {
    /// Something that is not JSON comes back.
    Page(u16),
    /// It is done, and the connection breaks before the answer.
    Drop,
    /// It says this instead, with these headers.
    Says(u16, &'static str, Vec<(&'static str, String)>),
    /// An answer of so many bytes.
    Huge(usize),
    /// Something happens at the forge first.
    First(Box<dyn FnOnce(&mut Model) + Send>),
}

/// What runs.
struct Inner {
    flavour: Flavour,
    model: Mutex<Model>,
    surprises: Mutex<Vec<(&'static str, Surprise)>>,
    calls: Mutex<Vec<String>>,
    /// Method, path, body and what was answered.
    exchanges: Mutex<Vec<(String, String, String, String)>>,
    /// Calls that had the token with them.
    signed: std::sync::atomic::AtomicUsize,
    over: AtomicBool,
}

/// A running forge.
pub struct Forge {
    pub base: String,
    inner: Arc<Inner>,
    thread: Option<JoinHandle<()>>,
    address: std::net::SocketAddr,
}

impl Forge {
    /// Serves the shop's remote, with production protected, and tells the shop's clone of it.
    pub fn of(shop: &Shop, flavour: Flavour) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let base = format!("http://{address}");
        let mut model = Model::new(shop.remote().dir.clone(), &base, flavour);
        model.protect(&shop.production);
        let inner = Arc::new(Inner {
            flavour,
            model: Mutex::new(model),
            surprises: Mutex::new(Vec::new()),
            calls: Mutex::new(Vec::new()),
            exchanges: Mutex::new(Vec::new()),
            signed: std::sync::atomic::AtomicUsize::new(0),
            over: AtomicBool::new(false),
        });
        let shared = Arc::clone(&inner);
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming() {
                if shared.over.load(Ordering::SeqCst) {
                    break;
                }
                let shared = Arc::clone(&shared);
                if let Ok(stream) = stream {
                    std::thread::spawn(move || shared.serve(stream));
                }
            }
        });
        let forge = Self { base, inner, thread: Some(thread), address };
        forge.tell(shop);
        forge
    }

    /// Configures a clone for it. The token is in the environment that git's configuration names.
    pub fn tell(&self, repo: &super::Repo) {
        let api = format!("{}{}", self.base, self.inner.flavour.path());
        repo.git(["config", "hotfix.forge.kind", self.inner.flavour.word()]);
        repo.git(["config", "hotfix.forge.api", &api]);
        repo.git(["config", "hotfix.forge.repository", "team/shop"]);
        let command = format!("command:echo {TOKEN}");
        repo.git(["config", "hotfix.forge.token", &command]);
    }

    /// Whom it imitates.
    pub fn flavour(&self) -> Flavour {
        self.inner.flavour
    }

    /// What it knows.
    pub fn model(&self) -> MutexGuard<'_, Model> {
        self.inner.model.lock().unwrap()
    }

    /// At the next call whose method and path hold this text.
    pub fn surprise(&self, at: &'static str, what: Surprise) {
        self.inner.surprises.lock().unwrap().push((at, what));
    }

    /// What was asked until now is not counted: a start has asked once whether it is a fork.
    pub fn count_from_now(&self) {
        self.inner.calls.lock().unwrap().clear();
        self.inner.signed.store(0, Ordering::SeqCst);
    }

    /// How many calls had the token with them.
    pub fn signed_calls(&self) -> usize {
        self.inner.signed.load(Ordering::SeqCst)
    }

    /// Method, path, body and answer of every call so far.
    pub fn exchanges(&self) -> Vec<(String, String, String, String)> {
        self.inner.exchanges.lock().unwrap().clone()
    }

    /// The calls so far: method and path.
    pub fn calls(&self) -> Vec<String> {
        self.inner.calls.lock().unwrap().clone()
    }
}

impl Drop for Forge {
    fn drop(&mut self) {
        self.inner.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

impl Inner {
    fn serve(&self, stream: impl Read + Write) {
        let mut reader = BufReader::new(stream);
        while let Some(request) = http::read(&mut reader) {
            if self.over.load(Ordering::SeqCst) {
                return;
            }
            let line = format!("{} {}", request.method, request.path);
            self.calls.lock().unwrap().push(line.clone());
            if request.authorization.contains(TOKEN) {
                self.signed.fetch_add(1, Ordering::SeqCst);
            }
            let surprise = {
                let mut all = self.surprises.lock().unwrap();
                let text = format!("{line} {}", request.body);
                all.iter().position(|(at, _)| text.contains(at)).map(|n| all.remove(n).1)
            };
            let reply = match surprise {
                Some(Surprise::Page(status)) => Some(Reply::page(status)),
                Some(Surprise::Says(status, words, headers)) => {
                    Some(Reply::json(status, &serde_json::json!({ "message": words })).with(headers))
                }
                Some(Surprise::Huge(bytes)) => Some(Reply::huge(bytes)),
                Some(Surprise::Drop) => {
                    self.answer(&request);
                    None
                }
                Some(Surprise::First(change)) => {
                    change(&mut self.model.lock().unwrap());
                    Some(self.answer(&request))
                }
                None => Some(self.answer(&request)),
            };
            let Some(reply) = reply else { return };
            self.exchanges.lock().unwrap().push((
                request.method.clone(),
                request.path.clone(),
                request.body.clone(),
                reply.body.clone(),
            ));
            if http::write(reader.get_mut(), &reply).is_err() {
                return;
            }
        }
    }

    fn answer(&self, request: &Request) -> Reply {
        if !request.authorization.contains(TOKEN) {
            return Reply::json(401, &serde_json::json!({ "message": "Bad credentials" }));
        }
        let mut model = self.model.lock().unwrap();
        model.refresh();
        model.catch_up();
        let body: Value = serde_json::from_str(&request.body).unwrap_or_default();
        let Some(path) = request.path.strip_prefix(self.flavour.path()) else {
            if self.flavour == Flavour::GitHub && request.path == "/api/graphql" {
                return github::graphql(&mut model, &body);
            }
            return not_found();
        };
        let (path, query) = path.split_once('?').unwrap_or((path, ""));
        let parts: Vec<&str> = path.split('/').skip(1).collect();
        match self.flavour {
            Flavour::GitHub => page(github::rest(&mut model, &request.method, &parts, &body), query),
            Flavour::GitLab => gitlab::rest(&mut model, &request.method, &parts, query, &body),
            Flavour::Forgejo => forgejo::rest(&mut model, &request.method, &parts, &body),
        }
    }
}

/// The page of a list that was asked for.
fn page(mut reply: Reply, query: &str) -> Reply {
    let said = |key: &str| query.split('&').find_map(|q| q.strip_prefix(key)?.parse::<usize>().ok());
    let (Some(size), Some(page)) = (said("per_page="), said("page=")) else { return reply };
    let mut body: Value = serde_json::from_str(&reply.body).unwrap_or_default();
    for list in ["", "/check_runs", "/statuses"] {
        if let Some(items) = body.pointer_mut(list).and_then(Value::as_array_mut) {
            *items = items.iter().skip(size * (page - 1)).take(size).cloned().collect();
        }
    }
    reply.body = body.to_string();
    reply
}

fn not_found() -> Reply {
    Reply::json(404, &serde_json::json!({ "message": "Not Found" }))
}
