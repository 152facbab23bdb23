//! The parts that all calls share, and the front door: from axum to the corridor and back.

use std::sync::Arc;
use std::time::Duration;

use axum::Router;
use axum::body::Body;
use axum::extract::Request as AxumRequest;
use axum::response::{Html, IntoResponse, Response};
use bytes::{Bytes, BytesMut};
use http::{Method, StatusCode};
use http_body_util::BodyExt;

use crate::call::{Limit, Reply, Request};
use crate::control;
use crate::emulate::emulate;
use crate::journal::Journal;
use crate::namespace::Namespaces;
use crate::providers::Provider;

/// The longest target that is looked at; a longer one is answered with the provider's 414.
const TARGET: usize = 32 * 1024;
/// The most that headers may be, names and values together.
const HEADERS: usize = 32 * 1024;
/// The most that a body may be.
const BODY: usize = 12 * 1024 * 1024;
/// How far a body over the limit is read, so that its sender sees the answer instead of a reset connection.
const DRAINED: usize = 64 * 1024 * 1024;
/// How long a body may take.
const BODY_TIME: Duration = Duration::from_secs(60);

/// What all calls share.
#[derive(Debug)]
pub(crate) struct App {
    pub(crate) namespaces: Namespaces,
    pub(crate) journal: Journal,
}

/// The routes of a listener: rollcall's own under `/_rollcall`, everything else through the corridor.
pub(crate) fn router(app: &Arc<App>, door: Option<&'static dyn Provider>) -> Router {
    let corridor = Arc::clone(app);
    Router::new()
        .nest("/_rollcall", control::router(app))
        .fallback(move |request: AxumRequest| answer(Arc::clone(&corridor), request, door))
}

async fn answer(
    app: Arc<App>,
    request: AxumRequest,
    door: Option<&'static dyn Provider>,
) -> Response {
    if door.is_none() && is_visit(&request) {
        return Html(control::landing_page()).into_response();
    }
    match read(request).await {
        Ok(request) => into_response(emulate(&app, request, door)),
        Err(status) => (status, [("connection", "close")]).into_response(),
    }
}

/// A browser that opens the port.
fn is_visit(request: &AxumRequest) -> bool {
    let wants_page = request
        .headers()
        .get("accept")
        .is_some_and(|accept| accept.to_str().unwrap_or_default().contains("text/html"));
    request.method() == Method::GET
        && request.uri().path() == "/"
        && request.uri().query().is_none()
        && wants_page
}

/// Reads the request whole, within the limits; a status where it cannot be read at all.
async fn read(request: AxumRequest) -> Result<Request, StatusCode> {
    let (head, body) = request.into_parts();
    let target_length = head.uri.path().len() + head.uri.query().map_or(0, |query| 1 + query.len());
    let header_length: usize = head
        .headers
        .iter()
        .map(|(name, value)| name.as_str().len() + value.len() + 4)
        .sum();
    let expects = head.headers.contains_key("expect");
    let announced = http_body::Body::size_hint(&body).lower();
    let mut over = match () {
        () if TARGET < target_length => Some(Limit::Target),
        () if HEADERS < header_length => Some(Limit::Headers),
        () if u64::try_from(BODY).is_ok_and(|most| most < announced) => Some(Limit::Body),
        () => None,
    };
    let mut bytes = Bytes::new();
    // A client that asks before it sends is told no without having to send.
    if !(over.is_some() && expects) {
        match tokio::time::timeout(BODY_TIME, read_body(body)).await {
            Err(_elapsed) => return Err(StatusCode::REQUEST_TIMEOUT),
            Ok(Err(_broken)) => return Err(StatusCode::BAD_REQUEST),
            Ok(Ok(Some(read))) => bytes = read,
            Ok(Ok(None)) => over = over.or(Some(Limit::Body)),
        }
    }
    if over.is_some() {
        bytes = Bytes::new();
    }
    Ok(Request::new(
        head.method,
        head.uri,
        head.version,
        head.headers,
        bytes,
        over,
    ))
}

/// The whole body, or nothing where it is over the limit.
async fn read_body(mut body: Body) -> Result<Option<Bytes>, axum::Error> {
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

fn into_response(reply: Reply) -> Response {
    let mut response = Response::new(Body::from(reply.body));
    *response.status_mut() =
        StatusCode::from_u16(reply.status).expect("tables hold valid statuses");
    *response.headers_mut() = reply.headers;
    response
}
