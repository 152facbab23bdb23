//! What rollcall is measured against: an axum server that returns the same bytes from memory.

use std::io::{self, Write};
use std::net::SocketAddr;
use std::process::Command;
use std::sync::Arc;

use axum::Router;
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use axum::serve::ListenerExt as _;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use tokio::net::{TcpListener, TcpStream};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::server::TlsStream;

use crate::connection::Request as Call;
use crate::process::Process;

/// Starts this very program again, as [`serve`], with an answer to everything.
pub(crate) fn start(answer: Answer) -> Process {
    start_as("http", &[answer])
}

/// The same with several answers: the first one whose mark the target has.
pub(crate) fn start_with(answers: &[Answer]) -> Process {
    start_as("http", answers)
}

/// The same over HTTPS, with the rustls that rollcall has.
pub(crate) fn start_secure(answer: Answer) -> Process {
    start_as(HTTPS, &[answer])
}

fn start_as(scheme: &str, answers: &[Answer]) -> Process {
    let program = std::env::current_exe().expect("a running program has a path");
    let mut command = Command::new(program);
    command.env(ROLE, scheme);
    let answers = serde_json::to_vec(answers).expect("they are text");
    Process::spawn(command, &answers)
}

/// An answer of rollcall, as a bare server repeats it.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(crate) struct Answer {
    /// What targets have that get it; nothing where all do.
    mark: String,
    status: u16,
    headers: Vec<(String, String)>,
    body: String,
}

impl Answer {
    /// The answer alone to targets that have a mark.
    pub(crate) fn to(self, mark: &str) -> Self {
        Self {
            mark: mark.to_owned(),
            ..self
        }
    }

    /// What the server answers to a call.
    pub(crate) fn of(server: &Process, call: &Call) -> Self {
        let (status, headers, body) = server.connect().ask_for_all(call);
        // These a server makes by itself.
        let own = ["content-length", "date", "connection"];
        Self {
            mark: String::new(),
            status,
            headers: headers
                .into_iter()
                .filter(|(name, _)| !own.contains(&name.as_str()))
                .collect(),
            body,
        }
    }
}

const ROLE: &str = "ROLLCALL_BENCH_BARE";
const HTTPS: &str = "https";

/// Whether this process is a bare server.
pub(crate) fn is_wanted() -> bool {
    std::env::var_os(ROLE).is_some()
}

/// What is sent again and again. Everything in it is static, so that a copy counts no references.
struct Prepared {
    mark: &'static str,
    status: StatusCode,
    headers: HeaderMap,
    body: Bytes,
}

impl Prepared {
    fn new(answer: Answer) -> Self {
        let text = |text: String| -> &'static str { text.leak() };
        let headers = answer.headers.into_iter().map(|(name, value)| {
            (
                HeaderName::from_static(text(name)),
                HeaderValue::from_static(text(value)),
            )
        });
        Self {
            mark: text(answer.mark),
            status: StatusCode::from_u16(answer.status).expect("it came over HTTP"),
            headers: headers.collect(),
            body: Bytes::from_static(text(answer.body).as_bytes()),
        }
    }

    /// The cheapest that axum lets a handler do: a copy of a map is a third cheaper than a map that is filled, and both are than
    /// a tuple that axum turns into a response.
    fn response(&self) -> Response {
        let mut response = Response::new(Body::from(self.body.clone()));
        *response.status_mut() = self.status;
        *response.headers_mut() = self.headers.clone();
        response
    }
}

/// Serves what standard input says. Prints its address.
///
/// With rollcall's allocator, profile, runtime and socket options: what rollcall takes more is its own doing.
pub(crate) fn serve() -> io::Result<()> {
    let answers: Vec<Answer> = serde_json::from_reader(io::stdin().lock())?;
    let answers: Vec<Prepared> = answers.into_iter().map(Prepared::new).collect();
    let answers: &'static [Prepared] = answers.leak();
    let runtime = tokio::runtime::Builder::new_multi_thread()
        .enable_all()
        .thread_name("bare")
        .build()?;
    runtime.block_on(async {
        let router = Router::new().fallback(move |request: Request| async move {
            answer(answers, request).await.response()
        });
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
        let listener = listener.tap_io(|stream| {
            // A connection that is gone already is none to answer.
            let _ = stream.set_nodelay(true);
        });
        axum::serve(listener, router).await
    })
}

/// Reads the request, its body too where it has one, and looks up the answer.
async fn answer(answers: &'static [Prepared], request: Request) -> &'static Prepared {
    let (head, body) = request.into_parts();
    if !axum::body::HttpBody::is_end_stream(&body) {
        // A client that breaks off reads no answer.
        let _ = axum::body::to_bytes(body, usize::MAX).await;
    }
    let [rest @ .., last] = answers else {
        unreachable!("there is one at least");
    };
    let target = head
        .uri
        .path_and_query()
        .map_or("/", |target| target.as_str());
    rest.iter()
        .find(|answer| target.contains(answer.mark))
        .unwrap_or(last)
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
