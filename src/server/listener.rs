//! Ports and connections: from a socket to requests, and how a connection ends.

use std::io;
use std::net::{SocketAddr, TcpListener};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use axum::Router;
use axum::body::Body;
use hyper::body::Incoming;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper_util::rt::{TokioIo, TokioTimer};
use hyper_util::server::graceful::GracefulShutdown;
use socket2::{Domain, Socket, Type};
use tokio::net::TcpStream;
use tokio::sync::watch;

use super::error::StartError;
use super::http::answer;
use super::options::Listen;
use super::stream::Stream;
use crate::app::App;
use crate::pipeline::metrics::Protocol;
use crate::provider::Provider;

/// How long a client may take to send a request's head.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// What hyper buffers of a head; beyond it, and beyond 100 headers, hyper refuses by itself (431), below it the provider's
/// envelope does. (Any other number of headers than hyper's own has it allocate room for all of them with each request.)
const HEAD_BUFFER: usize = 128 * 1024;
/// How often a connection that cannot be accepted is worth a warning.
const WARN_TIME: Duration = Duration::from_secs(10);
/// How many connections may wait to be accepted, as in the standard library.
const BACKLOG: i32 = 128;
/// How long open calls may take to finish after a stop.
const DRAIN_TIME: Duration = Duration::from_millis(800);
/// What is listened on, and for which provider alone, if so.
pub(crate) type Doors = Vec<(Option<&'static Provider>, TcpListener)>;

pub(crate) fn bind(listen: &[Listen]) -> Result<Doors, StartError> {
    let mut doors: Doors = Vec::new();
    for Listen {
        provider,
        address,
        optional,
    } in listen
    {
        let mut address = *address;
        // The second loopback address goes by the port that the first one got.
        if *optional && let Some((_, first)) = doors.first() {
            address.set_port(first.local_addr().map_err(StartError::Machine)?.port());
        }
        match open(address, listen) {
            Ok(listener) => doors.push((*provider, listener)),
            Err(cause) if cause.kind() == io::ErrorKind::AddrInUse => {
                return Err(StartError::PortInUse(address));
            }
            Err(_) if *optional => tracing::debug!(%address, "there is no such address here"),
            Err(cause) => return Err(StartError::Listen(address, cause)),
        }
    }
    Ok(doors)
}

/// Listens on an address. The IPv6 one that stands for all of them is for IPv4 clients, too, unless those have an address of
/// their own on the same port.
fn open(address: SocketAddr, all: &[Listen]) -> io::Result<TcpListener> {
    let is_shared = address.is_ipv6()
        && address.ip().is_unspecified()
        && address.port() != 0
        && all
            .iter()
            .any(|other| other.address.is_ipv4() && other.address.port() == address.port());
    if !is_shared {
        return TcpListener::bind(address);
    }
    let socket = Socket::new(Domain::IPV6, Type::STREAM, None)?;
    socket.set_only_v6(true)?;
    // As the standard library does: what an earlier run's connections left does not matter.
    socket.set_reuse_address(cfg!(unix))?;
    socket.bind(&address.into())?;
    socket.listen(BACKLOG)?;
    Ok(socket.into())
}

pub(crate) async fn accept(
    app: Arc<App>,
    control: Router,
    door: Option<&'static Provider>,
    listener: TcpListener,
    mut stop: watch::Receiver<bool>,
) {
    let listener = match tokio::net::TcpListener::from_std(listener) {
        Ok(listener) => listener,
        Err(cause) => return tracing::error!(%cause, "a listener cannot be served"),
    };
    let port = listener.local_addr().ok().map(|address| address.port());
    let open = GracefulShutdown::new();
    let mut http = http1::Builder::new();
    // Not `pipeline_flush`: with it, hyper takes all of a body that there is, however slowly its client reads.
    http.timer(TokioTimer::new())
        // A client that has sent its request and closed its writing half still reads.
        .half_close(true)
        .header_read_timeout(HEAD_TIME)
        .max_buf_size(HEAD_BUFFER);
    let mut warned: Option<Instant> = None;
    loop {
        let (stream, peer) = tokio::select! {
            accepted = listener.accept() => match accepted {
                Ok(accepted) => accepted,
                Err(cause) => {
                    // Out of file handles, most likely: existing calls will free some. One warning says it for all that wait.
                    if warned.is_none_or(|warned| WARN_TIME <= warned.elapsed()) {
                        warned = Some(Instant::now());
                        tracing::warn!(%cause, "a connection could not be accepted; it is tried again");
                    }
                    tokio::time::sleep(Duration::from_millis(20)).await;
                    continue;
                }
            },
            _ = stop.changed() => break,
        };
        if let Err(cause) = stream.set_nodelay(true) {
            tracing::debug!(%cause, "a connection is gone already");
        }
        let reset = Arc::new(AtomicBool::new(false));
        let (served, control, fault) = (Arc::clone(&app), control.clone(), Arc::clone(&reset));
        let counted = Arc::clone(&app);
        let service = service_fn(move |request: http::Request<Incoming>| {
            let (app, control, fault) = (Arc::clone(&served), control.clone(), Arc::clone(&fault));
            async move {
                let answered = answer(&app, &control, door, port, request.map(Body::new)).await;
                if answered.is_err() {
                    fault.store(true, Ordering::Release);
                }
                answered
            }
        });
        let (http, watcher) = (http.clone(), open.watcher());
        let mut stop = stop.clone();
        tokio::spawn(async move {
            // Who has sent nothing yet has nothing to finish.
            let protocol = tokio::select! {
                biased;
                protocol = tokio::time::timeout(HEAD_TIME, protocol_of(&stream)) => protocol,
                _ = stop.changed() => return,
            };
            match protocol {
                Ok(Ok(protocol)) => warn_of(&counted, peer, protocol),
                Ok(Err(cause)) => tracing::debug!(%cause, "a connection is gone already"),
                Err(_elapsed) => return,
            }
            let stream = TokioIo::new(Stream::new(stream, reset));
            let connection = watcher.watch(http.serve_connection(stream, service));
            if let Err(cause) = connection.await {
                tracing::debug!(%cause, "a connection ended early");
            }
        });
    }
    drop(listener);
    if tokio::time::timeout(DRAIN_TIME, open.shutdown())
        .await
        .is_err()
    {
        tracing::debug!("connections were still busy at the stop");
    }
}

/// What a client speaks, as far as its first bytes tell.
async fn protocol_of(stream: &TcpStream) -> io::Result<Protocol> {
    let mut first = [0; 8];
    let length = stream.peek(&mut first).await?;
    Ok(Protocol::of(&first[..length]))
}

/// Says what a client should do that did not mean to speak to this port so: its own error tells nothing of rollcall.
fn warn_of(app: &App, peer: SocketAddr, protocol: Protocol) {
    let advice = match protocol {
        Protocol::Http => return,
        Protocol::Tls => {
            "a client spoke TLS to this port, which speaks plain HTTP; give it an endpoint that begins with http://"
        }
        Protocol::Http2 => {
            "a client spoke HTTP/2 with prior knowledge to this port, which speaks HTTP/1.1; have it use that"
        }
        Protocol::Connect => {
            "a client took this port for a proxy (CONNECT); give it rollcall's address as its endpoint, not as its proxy"
        }
    };
    let address = peer.ip().to_canonical();
    if app.metrics.count_misdirected(protocol, address) {
        tracing::warn!(peer = %address, "{advice}");
    }
}
