//! The same forge over TLS, with certificates made for the test, and a proxy that leads to it.

use super::Forge;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::{ServerConfig, ServerConnection, StreamOwned};
use std::io::{BufRead, BufReader, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;

/// An authority of our own, and a certificate that it has given to some names.
pub struct Certificates {
    dir: PathBuf,
}

impl Certificates {
    /// Makes them with openssl, for these hosts.
    pub fn make(dir: &Path, hosts: &[&str]) -> Self {
        std::fs::create_dir_all(dir).unwrap();
        let names: Vec<String> = hosts.iter().map(|h| format!("DNS:{h}")).collect();
        std::fs::write(
            dir.join("leaf.ext"),
            format!("basicConstraints=critical,CA:FALSE\nsubjectAltName={}\n", names.join(",")),
        )
        .unwrap();
        let key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"];
        let run = |args: &[&str]| {
            let mut command = Command::new("openssl");
            command.args(args).current_dir(dir).stdin(Stdio::null()).stdout(Stdio::null());
            let out = command.stderr(Stdio::piped()).output().unwrap();
            assert!(out.status.success(), "{}", String::from_utf8_lossy(&out.stderr));
        };
        let ca = ["-x509", "-days", "3650", "-subj", "/CN=Our own", "-keyout", "ca.key", "-out", "ca.pem"];
        run(&[&["req"], &key[..], &ca].concat());
        run(&[&["req"], &key[..], &["-subj", "/CN=forge", "-keyout", "leaf.key", "-out", "leaf.csr"]]
            .concat());
        run(&[
            "x509",
            "-req",
            "-in",
            "leaf.csr",
            "-CA",
            "ca.pem",
            "-CAkey",
            "ca.key",
            "-CAcreateserial",
            "-days",
            "3650",
            "-extfile",
            "leaf.ext",
            "-out",
            "leaf.pem",
        ]);
        Self { dir: dir.to_owned() }
    }

    /// The file that makes them trusted.
    pub fn authority(&self) -> String {
        self.dir.join("ca.pem").display().to_string()
    }

    fn config(&self) -> Arc<ServerConfig> {
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let chain: Vec<_> =
            CertificateDer::pem_file_iter(self.dir.join("leaf.pem")).unwrap().map(Result::unwrap).collect();
        let key = PrivateKeyDer::from_pem_file(self.dir.join("leaf.key")).unwrap();
        let builder = ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        Arc::new(builder.unwrap().with_no_client_auth().with_single_cert(chain, key).unwrap())
    }
}

/// Something that listens until it is dropped.
struct Listener {
    address: SocketAddr,
    over: Arc<AtomicBool>,
    thread: Option<JoinHandle<()>>,
}

impl Listener {
    fn start(serve: impl Fn(TcpStream) + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        let over = Arc::new(AtomicBool::new(false));
        let (ended, serve) = (Arc::clone(&over), Arc::new(serve));
        let thread = std::thread::spawn(move || {
            for stream in listener.incoming().map_while(Result::ok) {
                if ended.load(Ordering::SeqCst) {
                    break;
                }
                let serve = Arc::clone(&serve);
                std::thread::spawn(move || serve(stream));
            }
        });
        Self { address, over, thread: Some(thread) }
    }
}

impl Drop for Listener {
    fn drop(&mut self) {
        self.over.store(true, Ordering::SeqCst);
        drop(TcpStream::connect(self.address));
        if let Some(thread) = self.thread.take() {
            drop(thread.join());
        }
    }
}

/// The forge, encrypted.
pub struct Tls(Listener);

impl Tls {
    /// Serves the same forge with these certificates.
    pub fn of(forge: &Forge, certificates: &Certificates) -> Self {
        let (inner, config) = (Arc::clone(&forge.inner), certificates.config());
        Self(Listener::start(move |stream| {
            let connection = ServerConnection::new(Arc::clone(&config)).unwrap();
            inner.serve(StreamOwned::new(connection, stream));
        }))
    }

    pub fn port(&self) -> u16 {
        self.0.address.port()
    }
}

/// A proxy that takes CONNECT and leads every host to one place.
pub struct Tunnel {
    listener: Listener,
    asked: Arc<Mutex<Vec<String>>>,
}

impl Tunnel {
    pub fn to(port: u16) -> Self {
        let asked = Arc::new(Mutex::new(Vec::new()));
        let seen = Arc::clone(&asked);
        let listener = Listener::start(move |mut stream| {
            let mut reader = BufReader::new(stream.try_clone().unwrap());
            let mut first = String::new();
            drop(reader.read_line(&mut first));
            loop {
                let mut line = String::new();
                if reader.read_line(&mut line).unwrap_or_default() == 0 || line == "\r\n" {
                    break;
                }
            }
            seen.lock().unwrap().push(first.trim().to_owned());
            let Some(target) = first.starts_with("CONNECT ").then(|| TcpStream::connect(("127.0.0.1", port)))
            else {
                drop(stream.write_all(b"HTTP/1.1 405 No\r\nContent-Length: 0\r\n\r\n"));
                return;
            };
            let mut target = target.unwrap();
            stream.write_all(b"HTTP/1.1 200 Connected\r\n\r\n").unwrap();
            let (mut back, mut out) = (target.try_clone().unwrap(), stream.try_clone().unwrap());
            let answers = std::thread::spawn(move || {
                drop(std::io::copy(&mut back, &mut out));
                drop(out.shutdown(std::net::Shutdown::Both));
            });
            drop(std::io::copy(&mut stream, &mut target));
            drop(target.shutdown(std::net::Shutdown::Both));
            drop(answers.join());
        });
        Self { listener, asked }
    }

    pub fn address(&self) -> String {
        format!("http://{}", self.listener.address)
    }

    /// The first line of each request.
    pub fn asked(&self) -> Vec<String> {
        self.asked.lock().unwrap().clone()
    }
}
