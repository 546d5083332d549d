//! HTTP: the one agent, and the only place that opens a connection of our own.
//!
//! A call that only reads is tried again; one that changes something never is, because it may have
//! been done although its answer was lost. A secret goes to the host it was given for and nowhere
//! else, and is in no error and no trace.

mod address;
mod listen;
mod trace;

pub use address::{Origin, encoded};
pub use listen::{Heard, Listening, Told};
pub use trace::without;

use std::fmt;
use std::io::Read;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, Instant};
use ureq::http::{Request, Response};
use ureq::tls::{Certificate, PemItem, RootCerts, TlsConfig, parse_pem};
use ureq::{Agent, AsSendBody, Body, Proxy};

/// From connecting to the last byte of an answer.
const LIMIT: Duration = Duration::from_secs(30);
/// Until there is a connection.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// No answer that we ask for comes near this size, in bytes; what is read of it takes more than a hundred times that.
const LARGEST: u64 = 6 * 1024 * 1024;
/// How often a call that only reads is made.
const TRIES: u32 = 3;
/// The longest that a server may have us wait before we ask it again.
const PATIENCE: Duration = Duration::from_secs(10);
const REDIRECTS: usize = 5;

/// How a host is reached, as git is told to reach it.
#[derive(Clone, Debug, Default)]
pub struct Reach {
    /// `http.proxy`; empty: none, also when the environment names one.
    pub proxy: Option<String>,
    /// `http.sslCAInfo`: the certificates to trust instead of the system's.
    pub certificates: Option<PathBuf>,
    /// `http.sslVerify = false`.
    pub trust_any: bool,
    /// `http.extraHeader`, as written. They go to the first host only, like every secret.
    pub headers: Vec<String>,
    /// Where calls and answers are written for a bug report (`HOTFIX_TRACE_HTTP`).
    pub trace: Option<PathBuf>,
    /// The longest that one call may take; the built-in limit when `None`.
    pub limit: Option<Duration>,
}

/// One request.
#[derive(Clone)]
pub struct Call {
    pub method: &'static str,
    pub url: String,
    /// Headers that may be known to anybody.
    pub headers: Vec<(&'static str, String)>,
    /// Headers with secrets in them.
    pub secret: Vec<(String, String)>,
    /// JSON.
    pub body: Option<String>,
    /// Whether it changes nothing, so that it may be made again.
    pub reads: bool,
    /// What is shown in place of an address that is a secret itself.
    pub shown: Option<String>,
}

impl Call {
    /// A call that only reads.
    pub fn get(url: impl Into<String>) -> Self {
        Self {
            method: "GET",
            url: url.into(),
            headers: Vec::new(),
            secret: Vec::new(),
            body: None,
            reads: true,
            shown: None,
        }
    }

    /// A call that changes something; `body` is JSON.
    pub fn send(method: &'static str, url: impl Into<String>, body: String) -> Self {
        Self { method, body: Some(body), reads: false, ..Self::get(url) }
    }

    /// The address as it may be shown.
    fn shown(&self) -> &str {
        self.shown.as_deref().unwrap_or(&self.url)
    }
}

/// What came back, whatever its status.
#[derive(Clone, Debug)]
pub struct Answer {
    pub status: u16,
    /// Names in lower case.
    headers: Vec<(String, String)>,
    pub body: Vec<u8>,
    /// Where it came from in the end.
    pub url: String,
}

impl Answer {
    /// The value of a header, asked for in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(n, _)| n == name).map(|(_, v)| v.as_str())
    }

    /// Whether it says that all is well.
    pub const fn is_success(&self) -> bool {
        self.status >= 200 && self.status < 300
    }

    /// How long the server asks to be left alone.
    pub fn retry_after(&self) -> Option<Duration> {
        self.header("retry-after")?.trim().parse().ok().map(Duration::from_secs)
    }

    /// The body as JSON; `None` when it is something else, such as a page for people.
    pub fn json(&self) -> Option<serde_json::Value> {
        serde_json::from_slice(&self.body).ok()
    }
}

/// Why there is no answer. No variant holds an address that may be a secret.
#[derive(Debug)]
pub enum HttpError {
    /// Not encrypted, and not within this machine.
    NotEncrypted { host: String },
    /// No address, or one that cannot be understood.
    Address,
    /// Nothing was reached.
    Unreachable { host: String, why: String },
    /// It did not answer in time, or broke off. Whether it did what it was asked is unknown.
    Lost { host: String, why: String },
    /// The certificate or the encryption is not right.
    Tls { host: String, why: String },
    /// The proxy's address cannot be understood, or the proxy refused.
    Proxy { why: String },
    /// The answer is larger than anything we ask for.
    TooLarge { host: String },
    /// It sends us to another host with something that must not go there.
    Redirected { host: String, to: String },
    /// A file of certificates cannot be read.
    Certificates { path: PathBuf, why: String },
}

impl HttpError {
    /// Whether the call may have been done although no answer came.
    pub const fn is_unknown(&self) -> bool {
        matches!(self, Self::Lost { .. } | Self::TooLarge { .. })
    }
}

impl fmt::Display for HttpError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NotEncrypted { host } => {
                write!(f, "{host} is not called over plain http; its address has to start with https")
            }
            Self::Address => f.write_str("the address of the server cannot be understood"),
            Self::Unreachable { host, why } => write!(f, "{host} cannot be reached: {why}"),
            Self::Lost { host, why } => write!(f, "{host} did not answer: {why}"),
            Self::Tls { host, why } => write!(f, "the connection to {host} is not trusted: {why}"),
            Self::Proxy { why } => write!(f, "the proxy does not work: {why}"),
            Self::TooLarge { host } => {
                write!(f, "the response of {host} is larger than {} MB", LARGEST / 1_048_576)
            }
            Self::Redirected { host, to } => {
                write!(f, "{host} redirects to {to}, which was not followed")
            }
            Self::Certificates { path, why } => {
                write!(f, "the certificates in {} cannot be read: {why}", path.display())
            }
        }
    }
}

impl std::error::Error for HttpError {}

/// The agent.
#[derive(Debug)]
pub struct Http {
    agent: Agent,
    /// For what stays within this machine, where a proxy has no say.
    direct: Agent,
    reach: Reach,
}

impl Http {
    /// Prepares it. No connection is opened.
    ///
    /// # Errors
    /// When the proxy's address or the file of certificates makes no sense.
    pub fn new(reach: Reach) -> Result<Self, HttpError> {
        let proxy = match reach.proxy.as_deref() {
            Some("") => None,
            Some(address) => Some(
                Proxy::new(&with_scheme(address))
                    .map_err(|_| HttpError::Proxy { why: "its address cannot be understood".to_owned() })?,
            ),
            None => Proxy::try_from_env(),
        };
        let tls = tls(&reach)?;
        Ok(Self { agent: agent(&reach, tls.clone(), proxy), direct: agent(&reach, tls, None), reach })
    }

    /// Makes one call, following redirects, and trying again where that is safe.
    ///
    /// # Errors
    /// When there is no answer; an answer of any status is none.
    pub fn call(&self, call: &Call) -> Result<Answer, HttpError> {
        let mut tried = 1;
        let began = Instant::now();
        loop {
            let start = Instant::now();
            let result = self.follow(call, began);
            self.log(call, &result, start.elapsed());
            let wait = match &result {
                _ if !call.reads || tried >= TRIES => return result,
                Ok(answer) if matches!(answer.status, 429 | 502..=504) => answer.retry_after(),
                Err(HttpError::Unreachable { .. } | HttpError::Lost { .. })
                    if start.elapsed() < CONNECT_LIMIT =>
                {
                    None
                }
                _ => return result,
            };
            let wait = wait.unwrap_or(Duration::from_millis(100 << (2 * tried)));
            if wait > PATIENCE || began.elapsed() + wait >= self.limit() {
                return result;
            }
            std::thread::sleep(wait);
            tried += 1;
        }
    }

    fn limit(&self) -> Duration {
        self.reach.limit.unwrap_or(LIMIT)
    }

    fn follow(&self, call: &Call, began: Instant) -> Result<Answer, HttpError> {
        let first = Origin::of(&call.url).ok_or(HttpError::Address)?;
        let mut url = call.url.clone();
        for _ in 0..=REDIRECTS {
            let origin = Origin::of(&url).ok_or(HttpError::Address)?;
            // One limit for all of it, however often it is redirected or tried again.
            let left = self.limit().checked_sub(began.elapsed());
            let Some(left) = left else {
                return Err(HttpError::Lost { host: origin.host, why: "it took too long".to_owned() });
            };
            let answer = self.once(call, &url, &origin, (origin == first, left))?;
            let next = match (answer.status, answer.header("location")) {
                (301 | 302 | 303 | 307 | 308, Some(location)) => address::redirected(&url, location),
                _ => return Ok(answer),
            };
            let Some(next) = next else { return Ok(answer) };
            let to = Origin::of(&next).ok_or(HttpError::Address)?;
            // What changes something goes on only with its method and body, and only within the host.
            let goes_on = call.method == "GET" || (to == first && answer.status != 303);
            if !goes_on || (origin.scheme == "https" && to.scheme != "https") {
                return Err(HttpError::Redirected { host: origin.host, to: to.host });
            }
            url = next;
        }
        Err(HttpError::Lost { host: first.host, why: "it redirects in a loop".to_owned() })
    }

    fn once(
        &self,
        call: &Call,
        url: &str,
        origin: &Origin,
        (trusted, left): (bool, Duration),
    ) -> Result<Answer, HttpError> {
        if !origin.may_be_asked() {
            return Err(HttpError::NotEncrypted { host: origin.host.clone() });
        }
        let mut request = Request::builder().method(call.method).uri(url);
        for (name, value) in &call.headers {
            request = request.header(*name, value);
        }
        if trusted {
            for (name, value) in &call.secret {
                request = request.header(name, value);
            }
            for (name, value) in self.reach.headers.iter().filter_map(|h| h.split_once(':')) {
                // A login of git's own is for git's addresses; ours comes from `secret`.
                if !name.trim().eq_ignore_ascii_case("authorization") || call.secret.is_empty() {
                    request = request.header(name.trim(), value.trim());
                }
            }
        }
        let agent = if origin.is_loopback() { &self.direct } else { &self.agent };
        let is_typed = call.headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("content-type"));
        let sent = match &call.body {
            Some(body) => {
                if !is_typed {
                    request = request.header("Content-Type", "application/json");
                }
                request.body(body.as_str()).map(|r| run(agent, r, left))
            }
            None => request.body(()).map(|r| run(agent, r, left)),
        };
        let response = sent.map_err(|_| HttpError::Address)?.map_err(|e| translated(&e, origin))?;
        read(response, url, origin)
    }

    fn log(&self, call: &Call, result: &Result<Answer, HttpError>, took: Duration) {
        let what = match result {
            Ok(answer) => answer.status.to_string(),
            Err(_) => "no answer".to_owned(),
        };
        log::debug!("{} {} ({} ms, {what})", call.method, call.shown(), took.as_millis());
        if let Some(path) = &self.reach.trace {
            trace::append(path, call, result);
        }
    }
}

/// Sends one request, which has so much of the call's time.
fn run(
    agent: &Agent,
    request: Request<impl AsSendBody>,
    left: Duration,
) -> Result<Response<Body>, ureq::Error> {
    agent.run(agent.configure_request(request).timeout_global(Some(left)).build())
}

/// `http.proxy` may be just host and port.
fn with_scheme(address: &str) -> String {
    if address.contains("://") { address.to_owned() } else { format!("http://{address}") }
}

fn agent(reach: &Reach, tls: TlsConfig, proxy: Option<Proxy>) -> Agent {
    Agent::config_builder()
        .http_status_as_error(false)
        .max_redirects(0)
        .max_redirects_will_error(false)
        .timeout_connect(Some(CONNECT_LIMIT))
        .timeout_global(Some(reach.limit.unwrap_or(LIMIT)))
        .user_agent(concat!("git-hotfix/", env!("CARGO_PKG_VERSION")))
        .tls_config(tls)
        .proxy(proxy)
        .build()
        .new_agent()
}

fn tls(reach: &Reach) -> Result<TlsConfig, HttpError> {
    let roots = match &reach.certificates {
        None => RootCerts::PlatformVerifier,
        Some(path) => {
            let broken = |why: String| HttpError::Certificates { path: path.clone(), why };
            let text = std::fs::read(path).map_err(|e| broken(e.to_string()))?;
            let certificates: Vec<Certificate<'static>> = parse_pem(&text)
                .filter_map(|item| match item {
                    Ok(PemItem::Certificate(certificate)) => Some(certificate),
                    _ => None,
                })
                .collect();
            if certificates.is_empty() {
                return Err(broken("there is none in it".to_owned()));
            }
            RootCerts::new_with_certs(&certificates)
        }
    };
    Ok(TlsConfig::builder()
        .root_certs(roots)
        .disable_verification(reach.trust_any)
        .unversioned_rustls_crypto_provider(Arc::new(rustls::crypto::ring::default_provider()))
        .build())
}

fn read(response: Response<Body>, url: &str, origin: &Origin) -> Result<Answer, HttpError> {
    let (parts, body) = response.into_parts();
    let headers = parts
        .headers
        .iter()
        .map(|(n, v)| (n.as_str().to_owned(), String::from_utf8_lossy(v.as_bytes()).into_owned()))
        .collect();
    let mut bytes = Vec::new();
    body.into_reader()
        .take(LARGEST + 1)
        .read_to_end(&mut bytes)
        .map_err(|e| HttpError::Lost { host: origin.host.clone(), why: e.to_string() })?;
    if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > LARGEST {
        return Err(HttpError::TooLarge { host: origin.host.clone() });
    }
    Ok(Answer { status: parts.status.as_u16(), headers, body: bytes, url: url.to_owned() })
}

fn translated(error: &ureq::Error, origin: &Origin) -> HttpError {
    use std::io::ErrorKind::{ConnectionRefused, NetworkUnreachable};
    let host = origin.host.clone();
    match error {
        ureq::Error::HostNotFound => HttpError::Unreachable { host, why: "host not found".to_owned() },
        ureq::Error::ConnectionFailed
        | ureq::Error::Timeout(ureq::Timeout::Connect | ureq::Timeout::Resolve) => {
            HttpError::Unreachable { host, why: "no connection".to_owned() }
        }
        ureq::Error::Timeout(_) => HttpError::Lost { host, why: "it took too long".to_owned() },
        ureq::Error::Io(e) if matches!(e.kind(), ConnectionRefused | NetworkUnreachable) => {
            HttpError::Unreachable { host, why: e.to_string() }
        }
        // rustls says so inside an input error.
        ureq::Error::Io(e) if e.get_ref().is_some_and(|inner| inner.is::<rustls::Error>()) => {
            HttpError::Tls { host, why: e.to_string() }
        }
        ureq::Error::Rustls(e) => HttpError::Tls { host, why: e.to_string() },
        ureq::Error::Tls(why) => HttpError::Tls { host, why: (*why).to_owned() },
        ureq::Error::ConnectProxyFailed(why) => HttpError::Proxy { why: why.clone() },
        ureq::Error::InvalidProxyUrl => {
            HttpError::Proxy { why: "its address cannot be understood".to_owned() }
        }
        ureq::Error::BadUri(_) | ureq::Error::Http(_) => HttpError::Address,
        ureq::Error::Io(e) => HttpError::Lost { host, why: e.to_string() },
        _ => HttpError::Lost { host, why: "the connection was closed".to_owned() },
    }
}

#[cfg(test)]
mod tests;
