//! A connection: its protocol and its requests, including tunnels to the providers' hosts.

use std::io;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use bytes::Bytes;
use http::header::HOST;
use http::{Method, Request, Response};
use hyper::body::Incoming;
use hyper::ext::ReasonPhrase;
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::upgrade::{OnUpgrade, Upgraded};
use hyper_util::rt::TokioIo;
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::timeout;

use super::head_timer::HeadTimer;
use super::http::{Arrival, ConnectionReset, Control, ReplyBody, answer, into_response};
use super::proxy::{self, Place, Proxy};
use super::stream::{Link, Stream};
use crate::app::App;
use crate::pipeline::metrics::Protocol;
use crate::pipeline::refuse_host;
use crate::provider::{Provider, call};

/// How long a client may take to send a request's head.
const HEAD_TIME: Duration = Duration::from_secs(30);
/// How long a TLS handshake may take.
const HANDSHAKE_TIME: Duration = Duration::from_secs(10);
/// How much of a head hyper buffers. Beyond this, and beyond 100 headers, hyper itself answers 431; below, the refusal comes in the
/// provider's envelope. (With any other limit on headers than its default, hyper allocates room for all of them per request.)
const HEAD_BUFFER: usize = 128 * 1024;

/// How deeply tunnels may be nested; a proxy's client needs one.
const DEPTH: usize = 2;
/// The reason phrase of a refused tunnel: most clients print nothing else.
const REASON: &[u8] = b"Forbidden: rollcall serves only its providers' hosts";

/// Shared by the connections of a listener.
pub(super) struct Front {
    app: Arc<App>,
    control: Arc<Control>,
    /// The provider that the listener is dedicated to, if any.
    dedicated: Option<&'static Provider>,
    port: Option<u16>,
    /// How requests for the providers' hosts are answered.
    proxy: Option<Arc<Proxy>>,
    /// Signals the stop; every open connection has a receiver.
    pub(super) stop: watch::Sender<bool>,
    http: http1::Builder,
}

impl Front {
    pub(super) fn new(
        app: Arc<App>,
        control: Arc<Control>,
        dedicated: Option<&'static Provider>,
        port: Option<u16>,
        proxy: Option<Arc<Proxy>>,
    ) -> Self {
        let mut http = http1::Builder::new();
        // Not `pipeline_flush`, with which hyper takes all of a body at once, however slowly the client reads.
        http
            // A client that has sent its request and closed its writing half still reads.
            .half_close(true)
            // As the services spell them. Header names are case-insensitive, but Huawei's Java SDK finds `X-Subject-Token` only in
            // this spelling.
            .title_case_headers(true)
            .header_read_timeout(HEAD_TIME)
            .max_buf_size(HEAD_BUFFER);
        Self {
            app,
            control,
            dedicated,
            port,
            proxy,
            stop: watch::channel(false).0,
            http,
        }
    }
}

/// Serves a connection to its end.
pub(super) async fn serve(front: Arc<Front>, stream: TcpStream, peer: SocketAddr) {
    let mut stop = front.stop.subscribe();
    // A client that has sent nothing yet has nothing to finish.
    let protocol = tokio::select! {
        biased;
        protocol = timeout(HEAD_TIME, protocol_of(&stream)) => protocol,
        _ = stop.changed() => return,
    };
    let protocol = match protocol {
        Ok(Ok(protocol)) => protocol,
        Ok(Err(cause)) => return tracing::debug!(%cause, "a connection is already gone"),
        Err(_elapsed) => return,
    };
    let reset = Arc::<AtomicBool>::default();
    let link = Link::plain(Stream::new(stream, Arc::clone(&reset)));
    let arrival = Arrival {
        dedicated: front.dedicated,
        port: front.port,
        ..Arrival::default()
    };
    let connection = Connection {
        front,
        peer,
        arrival,
        reset,
        depth: 0,
    };
    connection.speak(protocol, link, stop).await;
}

/// A client's protocol, as far as its first bytes show.
async fn protocol_of(stream: &TcpStream) -> io::Result<Protocol> {
    let mut first = [0; 8];
    let length = stream.peek(&mut first).await?;
    Ok(Protocol::of(&first[..length]))
}

/// A client's connection, or a tunnel in one.
struct Connection {
    front: Arc<Front>,
    peer: SocketAddr,
    arrival: Arrival,
    /// Whether to reset the TCP connection instead of closing it.
    reset: Arc<AtomicBool>,
    /// How many tunnels it is in.
    depth: usize,
}

impl Connection {
    async fn speak(mut self, protocol: Protocol, link: Link, mut stop: watch::Receiver<bool>) {
        let certificates = &self.front.app.certificates;
        if protocol != Protocol::Tls || !certificates.is_on() {
            self.warn_of(protocol);
            return self.serve_http(link, stop).await;
        }
        // Boxed, so that plain HTTP connections do not pay for its size.
        let shaking = Box::pin(certificates.acceptor().accept(link));
        let shaking = timeout(HANDSHAKE_TIME, shaking);
        let shaken = tokio::select! {
            biased;
            shaken = shaking => shaken,
            _ = stop.changed() => return,
        };
        match shaken {
            Ok(Ok(stream)) => {
                self.arrival.is_secure = true;
                self.serve_http(Link::tls(stream), stop).await;
            }
            Ok(Err(cause)) => tracing::debug!(peer = %self.peer, %cause, "a handshake failed"),
            Err(_elapsed) => tracing::debug!(peer = %self.peer, "a handshake took too long"),
        }
    }

    async fn serve_http(self, link: Link, mut stop: watch::Receiver<bool>) {
        let this = Arc::new(self);
        let mut http = this.front.http.clone();
        http.timer(HeadTimer::default());
        let service = service_fn(move |request: Request<Incoming>| {
            let this = Arc::clone(&this);
            async move {
                let answered = this.answer(request).await;
                if answered.is_err() {
                    this.reset.store(true, Ordering::Release);
                }
                answered
            }
        });
        let connection = http.serve_connection(TokioIo::new(link), service);
        let mut connection = pin!(connection.with_upgrades());
        let ended = tokio::select! {
            biased;
            ended = connection.as_mut() => ended,
            _ = stop.changed() => {
                connection.as_mut().graceful_shutdown();
                connection.await
            }
        };
        if let Err(cause) = ended {
            tracing::debug!(%cause, "a connection ended early");
        }
    }

    async fn answer(
        self: &Arc<Self>,
        mut request: Request<Incoming>,
    ) -> Result<Response<ReplyBody>, ConnectionReset> {
        match &self.front.proxy {
            Some(proxy) if request.method() == Method::CONNECT => {
                let opened = self.connect(proxy, &mut request);
                Ok(opened.unwrap_or_else(|| self.refuse_tunnel(request)))
            }
            Some(proxy) => self.answer_as_proxy(proxy, request).await,
            None => self.pass(&self.arrival, request).await,
        }
    }

    async fn pass(
        &self,
        arrival: &Arrival,
        request: Request<Incoming>,
    ) -> Result<Response<ReplyBody>, ConnectionReset> {
        answer(&self.front.app, &self.front.control, arrival, request).await
    }

    /// Opens a tunnel that ends in this server.
    fn connect(
        self: &Arc<Self>,
        proxy: &Proxy,
        request: &mut Request<Incoming>,
    ) -> Option<Response<ReplyBody>> {
        let authority = request.uri().authority()?;
        match proxy.place(&self.arrival, authority, 443) {
            Place::Served(arrival) if self.depth < DEPTH => {
                self.open_tunnel(hyper::upgrade::on(request), arrival);
                Some(Response::new(ReplyBody::default()))
            }
            _ => None,
        }
    }

    fn refuse_tunnel(&self, request: Request<Incoming>) -> Response<ReplyBody> {
        let mut response = self.refuse(request);
        let reason = ReasonPhrase::from_static(REASON);
        response.extensions_mut().insert(reason);
        response
    }

    /// Answers a request that names its host in the target, as for a proxy, or only in the header.
    async fn answer_as_proxy(
        &self,
        proxy: &Proxy,
        mut request: Request<Incoming>,
    ) -> Result<Response<ReplyBody>, ConnectionReset> {
        let Some(authority) = request.uri().authority().cloned() else {
            // A client that /etc/hosts led here still names the host that it meant.
            let host = request.headers().get(HOST);
            let host = host.filter(|_| self.depth == 0);
            let host = host.and_then(|host| host.to_str().ok()).unwrap_or_default();
            let name = host.split(':').next().unwrap_or_default();
            return match proxy::real_place(&self.arrival, name) {
                Some(real) => self.pass(&real, request).await,
                None => self.pass(&self.arrival, request).await,
            };
        };
        let port = match request.uri().scheme_str() {
            Some("https") => 443,
            _ => 80,
        };
        match proxy.place(&self.arrival, &authority, port) {
            Place::Served(arrival) => {
                proxy::set_host(&mut request, &authority);
                self.pass(&arrival, request).await
            }
            Place::Elsewhere => Ok(self.refuse(request)),
        }
    }

    /// Refuses a request for a host that is not served.
    fn refuse(&self, request: Request<Incoming>) -> Response<ReplyBody> {
        let (head, _) = request.into_parts();
        let host = head.uri.authority().map(ToString::to_string);
        let mut asked = call::Request::new(head.method, head.uri, head.headers, Bytes::new(), None);
        asked.is_secure = self.arrival.is_secure;
        let host = host.as_deref().unwrap_or("no host");
        into_response(refuse_host(&self.front.app, &asked, host))
    }

    /// Serves an open tunnel like a direct connection.
    fn open_tunnel(self: &Arc<Self>, upgrade: OnUpgrade, arrival: Arrival) {
        let tunnel = Self {
            front: Arc::clone(&self.front),
            peer: self.peer,
            arrival,
            reset: Arc::clone(&self.reset),
            depth: self.depth + 1,
        };
        // Cloned before the outer connection ends, so that a stop waits for the tunnel, too.
        let stop = self.front.stop.subscribe();
        tokio::spawn(tunnel.serve_tunnel(upgrade, stop));
    }

    /// Boxed because a tunnel is a connection that may have tunnels: the type would be recursive.
    fn serve_tunnel(
        self,
        upgrade: OnUpgrade,
        mut stop: watch::Receiver<bool>,
    ) -> Pin<Box<dyn Future<Output = ()> + Send>> {
        Box::pin(async move {
            let opened = async {
                let mut link = link_of(upgrade.await.map_err(io::Error::other)?)?;
                let first = link.first().await?;
                Ok::<_, io::Error>((Protocol::of(&first), link))
            };
            let opened = tokio::select! {
                biased;
                opened = timeout(HEAD_TIME, opened) => opened,
                _ = stop.changed() => return,
            };
            match opened {
                Ok(Ok((protocol, link))) => self.speak(protocol, link, stop).await,
                Ok(Err(cause)) => tracing::debug!(%cause, "a tunnel is already gone"),
                Err(_elapsed) => {}
            }
        })
    }

    /// Logs what to do about a client with the wrong protocol, whose own error does not mention rollcall.
    fn warn_of(&self, protocol: Protocol) {
        let advice = match protocol {
            Protocol::Http => return,
            Protocol::Connect if self.front.proxy.is_some() => return,
            Protocol::Tls => {
                "a client spoke TLS to this port, which speaks plain HTTP; give it an endpoint that begins with http://, or start with --tls auto"
            }
            Protocol::Http2 => {
                "a client spoke HTTP/2 with prior knowledge to this port, which speaks HTTP/1.1; have it use that"
            }
            Protocol::Connect => {
                "a client took this port for a proxy (CONNECT); give it rollcall's address as its endpoint, or start with --proxy"
            }
        };
        let address = self.peer.ip().to_canonical();
        if self.front.app.metrics.count_misdirected(protocol, address) {
            tracing::warn!(peer = %address, "{advice}");
        }
    }
}

/// The connection that a tunnel request came over, with the bytes after it.
fn link_of(upgraded: Upgraded) -> io::Result<Link> {
    let parts = upgraded
        .downcast::<TokioIo<Link>>()
        .map_err(|_| io::Error::other("a tunnel through something else"))?;
    let mut link = parts.io.into_inner();
    link.unread(parts.read_buf);
    Ok(link)
}
