//! What rollcall is measured against: an axum server that returns the same bytes from memory.

use std::io::{self, BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use axum::Router;
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::routing::any;
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::process::Process;

/// Starts this very program again, as [`serve`], with the answer to that address on its standard input.
pub(crate) fn start(answer: &[u8]) -> Process {
    start_as("http", answer)
}

/// The same over HTTPS, with the rustls that rollcall has.
pub(crate) fn start_secure(answer: &[u8]) -> Process {
    start_as(HTTPS, answer)
}

fn start_as(scheme: &str, answer: &[u8]) -> Process {
    let program = std::env::current_exe().expect("a running program has a path");
    let mut command = Command::new(program);
    command.env(ROLE, scheme);
    Process::spawn(command, answer)
}

/// What an address answers, as [`serve`] reads it: headers, an empty line, the body.
pub(crate) fn answer_of(url: &str, headers: &[(String, String)]) -> Vec<u8> {
    let mut request = ureq::get(url);
    for (name, value) in headers {
        request = request.header(name, value);
    }
    let mut response = request.call().expect("a good answer");
    let mut answer = Vec::new();
    // These the server makes by itself.
    let own = ["content-length", "date", "connection"];
    for (name, value) in response.headers() {
        if !own.contains(&name.as_str()) {
            let value = value.to_str().expect("headers are text");
            answer.extend_from_slice(format!("{name}: {value}\n").as_bytes());
        }
    }
    answer.push(b'\n');
    answer.extend(response.body_mut().read_to_vec().expect("a body"));
    answer
}

const ROLE: &str = "ROLLCALL_BENCH_BARE";
const HTTPS: &str = "https";

/// Whether this process is a bare server.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// Serves what standard input says. Prints its address.
pub(crate) fn serve() -> io::Result<()> {
    let mut input = BufReader::new(io::stdin().lock());
    let mut headers = HeaderMap::new();
    let mut line = String::new();
    while 1 < input.read_line(&mut line)? {
        if let Some((name, value)) = line.trim_end().split_once(": ") {
            let (name, value) = (HeaderName::try_from(name), HeaderValue::try_from(value));
            headers.insert(
                name.expect("a valid header"),
                value.expect("a valid header"),
            );
        }
        line.clear();
    }
    let mut body = Vec::new();
    io::Read::read_to_end(&mut input, &mut body)?;
    let body = bytes::Bytes::from(body);
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .build()?;
    runtime.block_on(async {
        let router = Router::new().fallback(any(move || {
            let answer = (headers.clone(), body.clone());
            async move { answer }
        }));
        let listener = TcpListener::bind("127.0.0.1:0").await?;
        println!("{}", listener.local_addr()?);
        io::stdout().flush()?;
        if std::env::var(ROLE).is_ok_and(|scheme| scheme == HTTPS) {
            let listener = Secure {
                listener,
                acceptor: acceptor(),
            };
            return axum::serve(listener, router).await;
        }
        axum::serve(listener, router).await
    })
}

/// A listener that shakes hands before it hands a connection over.
struct Secure {
    listener: TcpListener,
    acceptor: TlsAcceptor,
}

impl axum::serve::Listener for Secure {
    type Io = TlsStream<TcpStream>;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        loop {
            if let Ok((stream, peer)) = self.listener.accept().await
                && stream.set_nodelay(true).is_ok()
                && let Ok(stream) = self.acceptor.accept(stream).await
            {
                return (stream, peer);
            }
        }
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.listener.local_addr()
    }
}

fn acceptor() -> TlsAcceptor {
    let key = rcgen::KeyPair::generate().expect("a key");
    let params = rcgen::CertificateParams::new(vec!["localhost".to_owned()]).expect("a name");
    let certificate = params.self_signed(&key).expect("a certificate");
    let key = rustls::pki_types::PrivatePkcs8KeyDer::from(key.serialize_der());
    let provider = Arc::new(rustls::crypto::ring::default_provider());
    let mut config = rustls::ServerConfig::builder_with_provider(provider)
        .with_safe_default_protocol_versions()
        .expect("versions")
        .with_no_client_auth()
        .with_single_cert(vec![certificate.der().clone()], key.into())
        .expect("a certificate and its key");
    config.alpn_protocols = vec![b"http/1.1".to_vec()];
    TlsAcceptor::from(Arc::new(config))
}
