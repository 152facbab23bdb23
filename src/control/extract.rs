//! What a call of the control plane brings: a name in its path, its query, its body. What is wrong with one is said as a
//! problem, like everything else.

use std::borrow::Cow;
use std::error::Error;
use std::io::{self, Read};
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use bytes::BytesMut;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use serde_path_to_error::Segment;
use tokio::sync::mpsc;
use tokio::time::timeout;

use super::Problem;
use super::handlers::Answer;
use crate::namespace::{self, NamespaceError};
use crate::provider::call::Params;

/// The name in a path: of a namespace, a provider, an entry, a file.
#[derive(Debug)]
pub(crate) struct PathParam(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for PathParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let found = Path::<String>::from_request_parts(parts, state).await;
        let Path(name) = found.map_err(|cause| Problem::new(400, cause.body_text()))?;
        Ok(Self(name))
    }
}

/// The query, decoded.
#[derive(Debug)]
pub(crate) struct QueryParams<T>(pub(crate) T);

impl<T: DeserializeOwned, S: Send + Sync> FromRequestParts<S> for QueryParams<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Answer<Self> {
        let found = Query::<T>::from_request_parts(parts, state).await;
        let Query(query) = found.map_err(|cause| Problem::new(400, cause.body_text()))?;
        Ok(Self(query))
    }
}

/// The body, of an ordinary size.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        let whole = timeout(TIMEOUT, bounded(request, BODY, TIMEOUT)).await;
        whole.unwrap_or_else(|_| Err(too_slow())).map(Self)
    }
}

/// The body, as large as a database.
#[derive(Debug)]
pub(crate) struct LargeBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for LargeBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        bounded(request, BULK, TIMEOUT).await.map(Self)
    }
}

/// The body, as large as a database, for a thread that reads it while it comes.
#[derive(Debug)]
pub(crate) struct BodyStream(Limited<Body>);

impl<S: Sync> FromRequest<S> for BodyStream {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Answer<Self> {
        limited(request, BULK).map(Self)
    }
}

impl BodyStream {
    /// What the thread reads, and who brings it: both at once, so that a few frames are all there is of it in memory. Who
    /// brings it goes on to the end when nobody reads any more, because a client that still sends hears no answer.
    pub(crate) fn split(self) -> (Incoming, impl Future<Output = Answer<()>> + Send) {
        let (sender, frames) = mpsc::channel(FRAMES);
        let incoming = Incoming {
            frames,
            read: Bytes::new(),
            is_over: false,
        };
        (incoming, bring(self.0, sender, TIMEOUT))
    }
}

/// Brings frame by frame, then word of the end: a sender that goes without it, for whatever reason, brought only a part.
async fn bring(
    mut body: Limited<Body>,
    sender: mpsc::Sender<Option<Bytes>>,
    patience: Duration,
) -> Answer<()> {
    while let Some(frame) = next_frame(&mut body, patience).await? {
        // Nobody reads any more where something is wrong with what was read, and then that is the answer.
        drop(sender.send(Some(frame)).await);
    }
    drop(sender.send(None).await);
    Ok(())
}

/// The next bytes of a body, which a client may not keep back for ever: it would hold a thread for as long.
async fn next_frame(body: &mut Limited<Body>, patience: Duration) -> Answer<Option<Bytes>> {
    loop {
        match timeout(patience, body.frame()).await {
            Err(_elapsed) => return Err(too_slow()),
            Ok(None) => return Ok(None),
            Ok(Some(Err(cause))) => return Err(broken_off(&*cause)),
            Ok(Some(Ok(frame))) => {
                if let Ok(data) = frame.into_data() {
                    return Ok(Some(data));
                }
            }
        }
    }
}

/// A body as it comes. Only a thread that may wait can read it.
#[derive(Debug)]
pub(crate) struct Incoming {
    /// The frames; nothing for the end.
    frames: mpsc::Receiver<Option<Bytes>>,
    read: Bytes,
    is_over: bool,
}

impl Read for Incoming {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        while self.read.is_empty() && !self.is_over {
            match self.frames.blocking_recv() {
                Some(Some(frame)) => self.read = frame,
                Some(None) => self.is_over = true,
                None => return Err(io::ErrorKind::UnexpectedEof.into()),
            }
        }
        let length = self.read.len().min(buffer.len());
        buffer[..length].copy_from_slice(&self.read.split_to(length));
        Ok(length)
    }
}

async fn bounded(request: Request, most: usize, patience: Duration) -> Answer<Bytes> {
    let mut body = limited(request, most)?;
    let mut whole = BytesMut::new();
    while let Some(frame) = next_frame(&mut body, patience).await? {
        whole.extend_from_slice(&frame);
    }
    Ok(whole.freeze())
}

fn limited(request: Request, most: usize) -> Answer<Limited<Body>> {
    let body = request.into_body();
    // Nobody has to send what will not be taken.
    if u64::try_from(most).is_ok_and(|most| most < http_body::Body::size_hint(&body).lower()) {
        return Err(too_large());
    }
    Ok(Limited::new(body, most))
}

fn broken_off(cause: &(dyn Error + Send + Sync + 'static)) -> Problem {
    if cause.is::<LengthLimitError>() {
        return too_large();
    }
    Problem::new(400, format!("the body broke off: {cause}"))
}

fn too_slow() -> Problem {
    let detail = "the body did not come in time; nothing was changed";
    Problem::new(408, detail)
}

fn too_large() -> Problem {
    let detail = "the body is too large: a seed, an export or a snapshot may have 1 GiB, anything else 1 MiB";
    Problem::new(413, detail)
}

/// The namespace that a call is about: `?namespace=`, else the header, else none in particular. `*` is all of them.
#[derive(Debug)]
pub(crate) struct NamespaceParam(pub(crate) Option<String>);

impl NamespaceParam {
    pub(crate) fn name(&self) -> &str {
        self.0.as_deref().unwrap_or(namespace::DEFAULT)
    }

    /// The one that is named, if any; none for all of them.
    pub(crate) fn only(&self) -> Option<&str> {
        self.0.as_deref().filter(|name| *name != ALL)
    }
}

/// The most that a seed, an export or a snapshot may be.
const BULK: usize = 1024 * 1024 * 1024;
/// The most that any other body may be.
const BODY: usize = 1024 * 1024;
/// How long a client may take to send an ordinary body, or to go on with a large one.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How many frames of a body may wait for who reads it.
const FRAMES: usize = 16;

/// What names all namespaces.
pub(crate) const ALL: &str = "*";

impl<S: Sync> FromRequestParts<S> for NamespaceParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        let query = parameters(parts);
        let mut in_query = None;
        for (name, value) in query.iter() {
            // What is misspelt would leave the call about another namespace, or about all of them.
            if name != "namespace" {
                let detail = format!("there is no parameter \"{name}\" here, only namespace");
                return Err(Problem::new(400, detail));
            }
            if in_query.replace(value).is_some() {
                return Err(Problem::new(400, "the query names two namespaces"));
            }
        }
        about(parts, in_query)
    }
}

/// The same, of a call with further parameters, which somebody else reads.
#[derive(Debug)]
pub(crate) struct OtherNamespaceParam(pub(crate) NamespaceParam);

impl<S: Sync> FromRequestParts<S> for OtherNamespaceParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Answer<Self> {
        about(parts, parameters(parts).first("namespace")).map(Self)
    }
}

fn parameters(parts: &Parts) -> Params {
    Params::decode(parts.uri.query().unwrap_or_default().as_bytes())
}

fn about(parts: &Parts, in_query: Option<&str>) -> Answer<NamespaceParam> {
    let header = || {
        parts
            .headers
            .get(namespace::HEADER)
            .map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned())
    };
    match in_query.map(str::to_owned).or_else(header) {
        Some(name) if name != ALL && !namespace::is_name(&name) => {
            Err(NamespaceError::Name(name).into())
        }
        name => Ok(NamespaceParam(name)),
    }
}

/// Reads a JSON body; an empty one is the default. An error points to the place.
pub(crate) fn body<T: DeserializeOwned + Default>(bytes: &[u8]) -> Answer<T> {
    if bytes.trim_ascii().is_empty() {
        Ok(T::default())
    } else {
        required_body(bytes)
    }
}

/// Reads a JSON body that has to be there. An error points to the place.
pub(crate) fn required_body<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    if bytes.trim_ascii().is_empty() {
        return Err(Problem::new(
            400,
            "the body is empty; GET /_rollcall says what goes in it",
        ));
    }
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let pointer: String = error.path().iter().map(segment).collect();
        Problem::new(400, in_json(&error.into_inner().to_string())).at(pointer)
    })?;
    reader
        .end()
        .map_err(|cause| Problem::new(400, cause.to_string()))?;
    Ok(read)
}

/// A body that is one text where an object with one member is meant, as `"empty"` for `{"to": "empty"}`: that object.
pub(crate) fn as_member<'a>(bytes: &'a [u8], name: &str) -> Cow<'a, [u8]> {
    if !bytes.trim_ascii_start().starts_with(b"\"") {
        return bytes.into();
    }
    [format!("{{\"{name}\":").as_bytes(), bytes, b"}"]
        .concat()
        .into()
}

/// What was expected, in the words of JSON: callers know no structs.
fn in_json(message: &str) -> String {
    let Some((before, after)) = message.split_once("expected struct ") else {
        return message.replace("expected a map", "expected an object");
    };
    let rest = after.trim_start_matches(|letter: char| letter.is_alphanumeric());
    format!("{before}expected an object{rest}")
}

fn segment(segment: &Segment) -> String {
    match segment {
        Segment::Seq { index } => format!("/{index}"),
        Segment::Map { key } | Segment::Enum { variant: key } => pointer(key),
        Segment::Unknown => String::new(),
    }
}

/// A step of a JSON pointer (RFC 6901).
pub(crate) fn pointer(key: &str) -> String {
    format!("/{}", key.replace('~', "~0").replace('/', "~1"))
}

#[cfg(test)]
mod tests {
    use std::convert::Infallible;
    use std::pin::Pin;
    use std::task::{Context, Poll};
    use std::thread;

    use http_body::Frame;

    use super::*;

    /// A body that begins, and then says no more.
    struct Stalled(Option<Bytes>);

    impl http_body::Body for Stalled {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            match self.0.take() {
                Some(beginning) => Poll::Ready(Some(Ok(Frame::data(beginning)))),
                None => Poll::Pending,
            }
        }
    }

    fn stalled() -> Body {
        Body::new(Stalled(Some(Bytes::from_static(b"{"))))
    }

    fn wait<T>(work: impl Future<Output = T>) -> T {
        tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()
            .expect("a runtime")
            .block_on(work)
    }

    const SOON: Duration = Duration::from_millis(1);

    #[test]
    fn who_stops_sending_is_told_so() {
        let refused = wait(bounded(Request::new(stalled()), BODY, SOON));
        assert_eq!(refused.map_err(|problem| problem.status), Err(408));
    }

    #[test]
    fn a_thread_that_reads_what_does_not_come_ends_with_an_error() {
        let (sender, frames) = mpsc::channel(FRAMES);
        let mut incoming = Incoming {
            frames,
            read: Bytes::new(),
            is_over: false,
        };
        let reading = thread::spawn(move || {
            let mut read = Vec::new();
            let outcome = incoming.read_to_end(&mut read);
            (read, outcome.map_err(|cause| cause.kind()))
        });
        let brought = wait(bring(Limited::new(stalled(), BULK), sender, SOON));
        assert_eq!(brought.map_err(|problem| problem.status), Err(408));
        let read = reading.join().expect("it does not panic");
        assert_eq!(read, (b"{".to_vec(), Err(io::ErrorKind::UnexpectedEof)));
    }
}
