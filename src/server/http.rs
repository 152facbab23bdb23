//! The HTTP front end: from axum to the pipeline and back.

use std::pin::Pin;
use std::sync::{Arc, LazyLock};
use std::task::{Context, Poll};
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::response::{Html, IntoResponse};
use bytes::{Bytes, BytesMut};
use http::header::{ACCEPT, EXPECT};
use http::{Method, Response, StatusCode};
use http_body::{Frame, SizeHint};
use http_body_util::BodyExt;
use hyper::body::Incoming;
use tokio::task::{JoinHandle, spawn_blocking};
use tower::ServiceExt;

use crate::app::App;
use crate::control;
use crate::pipeline::faults::DeliveryMode;
use crate::pipeline::identify::by_signature;
use crate::pipeline::{Delivery, handle};
use crate::provider::Provider;
use crate::provider::call::{Oversize, Reply, Request, is_form};
use crate::store::stream::{BodyTail, ReadError};

/// The size limit of a body.
const BODY: usize = 12 * 1024 * 1024;
/// The largest number of fields in a form.
const FIELDS: usize = 65_536;
/// How much of an oversized body is read, so that the client sees the answer instead of a reset connection.
const DRAINED: usize = 64 * 1024 * 1024;
/// How long a client may take to send a body.
const BODY_TIME: Duration = Duration::from_secs(60);

/// How a request arrived.
#[derive(Debug, Default)]
pub(super) struct Arrival {
    /// The provider that the listener is dedicated to, if any.
    pub(super) dedicated: Option<&'static Provider>,
    /// The provider whose real host the client addressed, if any.
    pub(super) called: Option<&'static Provider>,
    /// The region in that host's name.
    pub(super) region: Option<Arc<str>>,
    pub(super) port: Option<u16>,
    /// Whether over TLS.
    pub(super) is_secure: bool,
}

impl Arrival {
    /// The provider that the route determines, if any.
    fn provider(&self) -> Option<&'static Provider> {
        self.called.or(self.dedicated)
    }

    /// For a client that addressed this server itself.
    pub(super) const fn to_listener(&self) -> Self {
        Self {
            called: None,
            region: None,
            ..*self
        }
    }
}

/// The routes of the control plane, built on the first call to it: a short test with an SDK needs none, but waits for the start.
pub(super) type Control = LazyLock<Router, Box<dyn FnOnce() -> Router + Send>>;

/// Answers every HTTP request: the control plane under `/_rollcall`, and the pipeline for everything else.
pub(super) async fn answer(
    app: &App,
    control: &Control,
    arrival: &Arrival,
    mut request: http::Request<Incoming>,
) -> Result<Response<ReplyBody>, ConnectionReset> {
    if is_control(request.uri().path()) {
        if arrival.is_secure {
            request.extensions_mut().insert(control::OverTls);
        }
        let answered = Router::clone(control)
            .oneshot(request.map(Body::new))
            .await
            .unwrap_or_else(|never| match never {});
        return Ok(answered.map(ReplyBody::Made));
    }
    // A 2xx answer to CONNECT would open a tunnel, and some providers answer 200 to everything.
    if request.method() == Method::CONNECT {
        let detail = "rollcall answers requests; it is not a proxy to tunnel through unless it is started with --proxy";
        return Ok(into_response(Reply::problem(405, "Not a proxy", detail)));
    }
    let delivery = match read(request).await {
        Ok(request) if arrival.provider().is_none() && is_visit(&request) => {
            let page = Html(control::landing_page(request.host()));
            return Ok(page.into_response().map(ReplyBody::Made));
        }
        Ok(mut request) => {
            request.port = arrival.port;
            request.is_secure = arrival.is_secure;
            request.region.clone_from(&arrival.region);
            handle(app, request, arrival.provider())
        }
        Err(status) => {
            let broken = (status, [("connection", "close")]).into_response();
            return Ok(broken.map(ReplyBody::Made));
        }
    };
    deliver(delivery).await
}

/// Resets the connection instead of answering.
#[derive(Debug, thiserror::Error)]
#[error("a fault resets the connection")]
pub(super) struct ConnectionReset;

fn is_control(path: &str) -> bool {
    path.strip_prefix("/_rollcall")
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

/// Sends an answer, as modified by faults.
async fn deliver(
    Delivery {
        reply,
        delay,
        delivery,
        entry: _,
    }: Delivery,
) -> Result<Response<ReplyBody>, ConnectionReset> {
    if !delay.is_zero() {
        tokio::time::sleep(delay).await;
    }
    match delivery {
        DeliveryMode::Whole => Ok(into_response(reply)),
        DeliveryMode::Hang | DeliveryMode::Reset => Err(ConnectionReset),
        // An empty body has no half.
        DeliveryMode::Truncate if reply.body.is_empty() => Err(ConnectionReset),
        DeliveryMode::Truncate => {
            let length = reply.body.len();
            let half = reply.body.slice(..length / 2);
            let is_whole = reply.remains.is_none();
            let mut response = into_response(Reply {
                body: Bytes::new(),
                remains: None,
                ..reply
            });
            // The length of the rest is not known yet.
            if is_whole {
                response
                    .headers_mut()
                    .insert("content-length", length.into());
            }
            *response.body_mut() = ReplyBody::Made(Body::new(Truncated::Whole(half)));
            Ok(response)
        }
    }
}

/// The body of an answer: nearly always complete bytes, else a stream.
pub(super) enum ReplyBody {
    Whole(Bytes),
    Made(Body),
}

impl Default for ReplyBody {
    fn default() -> Self {
        Self::Whole(Bytes::new())
    }
}

impl http_body::Body for ReplyBody {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        match &mut *self {
            Self::Whole(bytes) if bytes.is_empty() => Poll::Ready(None),
            Self::Whole(bytes) => Poll::Ready(Some(Ok(Frame::data(std::mem::take(bytes))))),
            Self::Made(body) => Pin::new(body).poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Self::Whole(bytes) => bytes.is_empty(),
            Self::Made(body) => body.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Self::Whole(bytes) => SizeHint::with_exact(bytes.len() as u64),
            Self::Made(body) => body.size_hint(),
        }
    }
}

/// A truncated body.
enum Truncated {
    /// The part to send.
    Whole(Bytes),
    /// hyper flushes only while a body is pending: one that failed at once would discard its beginning.
    Sent,
    Broken,
}

impl http_body::Body for Truncated {
    type Data = Bytes;
    type Error = ConnectionReset;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, ConnectionReset>>> {
        match std::mem::replace(&mut *self, Self::Broken) {
            Self::Whole(half) => {
                *self = Self::Sent;
                Poll::Ready(Some(Ok(Frame::data(half))))
            }
            Self::Sent => {
                context.waker().wake_by_ref();
                Poll::Pending
            }
            Self::Broken => Poll::Ready(Some(Err(ConnectionReset))),
        }
    }
}

/// A streamed body: each part is produced after the previous one is on its way, so a slow reader holds up nothing but itself. The
/// work is done on a blocking thread, because it may have to wait for the store.
enum Long {
    /// The first part is ready.
    Begun(Bytes, BodyTail),
    /// The next part can be produced.
    Idle(BodyTail),
    Making(JoinHandle<(BodyTail, Result<Option<Bytes>, ReadError>)>),
    Over,
}

/// An error after a long answer has started; the client sees the connection break.
#[derive(Debug, thiserror::Error)]
#[error("a long answer broke off")]
struct BrokenOff;

impl http_body::Body for Long {
    type Data = Bytes;
    type Error = BrokenOff;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, BrokenOff>>> {
        loop {
            match std::mem::replace(&mut *self, Self::Over) {
                Self::Begun(beginning, remains) => {
                    *self = Self::Idle(remains);
                    return Poll::Ready(Some(Ok(Frame::data(beginning))));
                }
                Self::Idle(mut remains) => {
                    *self = Self::Making(spawn_blocking(move || {
                        let part = remains.next();
                        (remains, part)
                    }));
                }
                Self::Making(mut making) => match Pin::new(&mut making).poll(context) {
                    Poll::Pending => {
                        *self = Self::Making(making);
                        return Poll::Pending;
                    }
                    Poll::Ready(Ok((remains, Ok(Some(part))))) => {
                        *self = Self::Idle(remains);
                        return Poll::Ready(Some(Ok(Frame::data(part))));
                    }
                    Poll::Ready(Ok((_, Ok(None)))) => return Poll::Ready(None),
                    Poll::Ready(Ok((_, Err(cause)))) => {
                        tracing::error!(?cause, "a long answer broke off");
                        return Poll::Ready(Some(Err(BrokenOff)));
                    }
                    Poll::Ready(Err(panic)) => {
                        tracing::error!(%panic, "a long answer broke off");
                        return Poll::Ready(Some(Err(BrokenOff)));
                    }
                },
                Self::Over => return Poll::Ready(None),
            }
        }
    }
}

/// Whether a browser, not an SDK, opens the port: some SDKs also accept HTML.
fn is_visit(request: &Request) -> bool {
    let takes_html = |accepted: &str| accepted.contains("text/html");
    request.method == Method::GET
        && request.path() == "/"
        && request.header(ACCEPT).is_some_and(takes_html)
        && !request.query().contains("Action")
        && by_signature(request).is_none()
}

/// Reads the complete request, within the limits; a status if it cannot be read at all.
async fn read(request: http::Request<Incoming>) -> Result<Request, StatusCode> {
    let (head, body) = request.into_parts();
    let expects = head.headers.contains_key(EXPECT);
    let announced = http_body::Body::size_hint(&body).lower();
    let is_long = u64::try_from(BODY).is_ok_and(|max| max < announced);
    let mut over =
        Oversize::of_head(&head.uri, &head.headers).or_else(|| is_long.then_some(Oversize::Body));
    let mut bytes = Bytes::new();
    // A client that sends `Expect: 100-continue` is refused before it sends the body.
    let is_refused_unsent = over.is_some() && expects;
    let is_empty = http_body::Body::is_end_stream(&body);
    if !is_refused_unsent && !is_empty {
        match tokio::time::timeout(BODY_TIME, read_body(body)).await {
            Err(_elapsed) => return Err(StatusCode::REQUEST_TIMEOUT),
            Ok(Err(_broken)) => return Err(StatusCode::BAD_REQUEST),
            Ok(Ok(Some(read))) => bytes = read,
            Ok(Ok(None)) => over = over.or(Some(Oversize::Body)),
        }
    }
    // A field takes up to a hundred times the memory of its text.
    if FIELDS < memchr::memchr_iter(b'&', &bytes).count() && is_form(&head.headers) {
        over = over.or(Some(Oversize::Body));
    }
    if over.is_some() {
        bytes = Bytes::new();
    }
    Ok(Request::new(
        head.method,
        head.uri,
        head.headers,
        bytes,
        over,
    ))
}

/// The complete body, or `None` if it is over the limit.
async fn read_body(mut body: Incoming) -> Result<Option<Bytes>, hyper::Error> {
    // Reserve the announced size, to avoid moving the buffer as it grows.
    let announced = usize::try_from(http_body::Body::size_hint(&body).lower());
    let mut first = Bytes::new();
    let mut rest = BytesMut::new();
    let mut length = 0_usize;
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else {
            continue;
        };
        length = length.saturating_add(data.len());
        match length {
            _ if DRAINED < length => break,
            _ if BODY < length => rest.clear(),
            _ if first.is_empty() => first = data,
            _ => {
                if rest.is_empty() {
                    rest.reserve(announced.unwrap_or_default().min(BODY));
                    rest.extend_from_slice(&first);
                }
                rest.extend_from_slice(&data);
            }
        }
    }
    let whole = if rest.is_empty() {
        first
    } else {
        rest.freeze()
    };
    Ok((length <= BODY).then_some(whole))
}

pub(super) fn into_response(reply: Reply) -> Response<ReplyBody> {
    let body = match reply.remains {
        None => ReplyBody::Whole(reply.body),
        Some(remains) => ReplyBody::Made(Body::new(Long::Begun(reply.body, remains))),
    };
    let mut response = Response::new(body);
    *response.status_mut() =
        StatusCode::from_u16(reply.status).expect("tables hold valid statuses");
    *response.headers_mut() = reply.headers;
    response
}
