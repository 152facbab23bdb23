//! Extractors for the control plane: a name in the path, the query, the body. They reject with a [`Problem`].

use std::borrow::Cow;
use std::error::Error;
use std::time::Duration;

use axum::body::{Body, Bytes};
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::header::CONTENT_ENCODING;
use axum::http::request::Parts;
use bytes::BytesMut;
use http_body_util::{BodyExt, LengthLimitError, Limited};
use serde::de::DeserializeOwned;
use tokio::time::timeout;

use super::Problem;
use crate::namespace::{self, NamespaceError};
use crate::pipeline::header_namespace;
use crate::provider::call::Params;
use crate::provider::json::{self, without_mark};

/// A name in the path: of a namespace, provider, journal entry or file.
#[derive(Debug)]
pub(crate) struct PathParam(pub(crate) String);

impl<S: Send + Sync> FromRequestParts<S> for PathParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
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

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, Problem> {
        let found = Query::<T>::from_request_parts(parts, state).await;
        let Query(query) = found.map_err(|cause| Problem::new(400, query_rule(&cause)))?;
        Ok(Self(query))
    }
}

/// Describes a query error in the terms of its author, not of the parser.
fn query_rule(cause: &QueryRejection) -> String {
    let text = cause.body_text();
    let rule = text.strip_prefix("Failed to deserialize query string: ");
    let rule = rule.unwrap_or(&text);
    let quoted = |name: &str| name.replace('`', "\"");
    if let Some(name) = rule.strip_prefix("missing field ") {
        return format!("the query lacks {}", quoted(name));
    }
    // An invalid value's message begins with the parameter's name.
    let rule = rule.split_once(": ").map_or(rule, |(_, rule)| rule);
    if let Some(name) = rule.strip_prefix("duplicate field ") {
        return format!("the query has {} twice", quoted(name));
    }
    if let Some((name, known)) = rule
        .strip_prefix("unknown field ")
        .and_then(|names| names.split_once(", expected "))
    {
        let known = known.trim_start_matches("one of ").replace('`', "");
        return format!(
            "unknown parameter {}; this call takes only {known}",
            quoted(name)
        );
    }
    let name = text.split(": ").nth(1).unwrap_or_default();
    let rule = match rule {
        "cannot parse integer from empty string" | "invalid digit found in string" => {
            "write a whole number of 0 or more"
        }
        "number too large to fit in target type" => "the number is too large",
        "provided string was not `true` or `false`" => "write true or false",
        rule => rule.trim_start_matches("unknown variant "),
    };
    format!("the parameter \"{name}\": {rule}")
}

/// A body of ordinary size.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let whole = timeout(TIMEOUT, bounded(request, BODY, TIMEOUT)).await;
        whole.unwrap_or_else(|_| Err(too_slow())).map(Self)
    }
}

/// A body as large as a database.
#[derive(Debug)]
pub(crate) struct LargeBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for LargeBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        bounded(request, BULK, TIMEOUT).await.map(Self)
    }
}

/// A body as large as a database, read line by line as it arrives. A slow client occupies no thread.
#[derive(Debug)]
pub(crate) struct LineStream {
    body: Limited<Body>,
    read: Vec<u8>,
    /// The end of the last complete line.
    whole: usize,
}

impl<S: Sync> FromRequest<S> for LineStream {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let body = limited(request, BULK)?;
        Ok(Self {
            body,
            read: Vec::new(),
            whole: 0,
        })
    }
}

impl LineStream {
    /// The next batch of complete lines; `None` at the end of the body.
    pub(crate) async fn next(&mut self) -> Result<Option<Vec<u8>>, Problem> {
        while self.whole == 0 || self.read.len() < PARCEL {
            let Some(frame) = next_frame(&mut self.body, TIMEOUT).await? else {
                let rest = std::mem::take(&mut self.read);
                return Ok((!rest.is_empty()).then_some(rest));
            };
            if let Some(end) = memchr::memrchr(b'\n', &frame) {
                self.whole = self.read.len() + end + 1;
            }
            self.read.extend_from_slice(&frame);
        }
        let rest = self.read.split_off(std::mem::take(&mut self.whole));
        Ok(Some(std::mem::replace(&mut self.read, rest)))
    }

    /// Reads the rest of the body: a client does not read the answer while it is still sending.
    pub(crate) async fn drain(mut self) -> Result<(), Problem> {
        while next_frame(&mut self.body, TIMEOUT).await?.is_some() {}
        Ok(())
    }
}

/// The next bytes of a body, with a time limit: a stalled client would hold a thread.
async fn next_frame(
    body: &mut Limited<Body>,
    patience: Duration,
) -> Result<Option<Bytes>, Problem> {
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

async fn bounded(request: Request, max: usize, patience: Duration) -> Result<Bytes, Problem> {
    let mut body = limited(request, max)?;
    // Reserve the announced size, within reason, to avoid moving the buffer as it grows.
    let announced = usize::try_from(http_body::Body::size_hint(&body).lower());
    let mut whole = BytesMut::with_capacity(announced.unwrap_or_default().min(ANNOUNCED));
    while let Some(frame) = next_frame(&mut body, patience).await? {
        whole.extend_from_slice(&frame);
    }
    Ok(whole.freeze())
}

fn limited(request: Request, max: usize) -> Result<Limited<Body>, Problem> {
    let encoding = request.headers().get(CONTENT_ENCODING);
    if encoding.is_some_and(|encoding| !encoding.as_bytes().eq_ignore_ascii_case(b"identity")) {
        let detail =
            "the control plane takes no compressed bodies; send it without Content-Encoding";
        return Err(Problem::new(415, detail));
    }
    let body = request.into_body();
    // Refuse early what is announced as too large.
    if u64::try_from(max).is_ok_and(|max| max < http_body::Body::size_hint(&body).lower()) {
        return Err(too_large());
    }
    Ok(Limited::new(body, max))
}

fn broken_off(cause: &(dyn Error + Send + Sync + 'static)) -> Problem {
    if cause.is::<LengthLimitError>() {
        return too_large();
    }
    Problem::new(400, format!("the body broke off: {cause}"))
}

fn too_slow() -> Problem {
    let detail = "the body did not arrive in time; nothing was changed";
    Problem::new(408, detail)
}

fn too_large() -> Problem {
    let detail = "the body is too large: the limit is 1 GiB for a seed, export or snapshot, and 1 MiB for anything else";
    Problem::new(413, detail)
}

/// The namespace of a call: `?namespace=`, else the header, else unspecified. `*` means all of them.
#[derive(Debug)]
pub(crate) struct NamespaceParam(pub(crate) Option<String>);

impl NamespaceParam {
    pub(crate) fn name(&self) -> &str {
        self.0.as_deref().unwrap_or(namespace::DEFAULT)
    }

    /// Refuses a body that names another namespace: the call would be about one that its caller does not look at.
    pub(crate) fn agrees_with(&self, in_body: Option<&str>) -> Result<(), Problem> {
        match (self.0.as_deref(), in_body) {
            (Some(name), Some(other)) if name != other => {
                let detail = format!(
                    "the call names the namespace \"{name}\", and its body \"{other}\"; name one"
                );
                Err(Problem::new(400, detail).at("/match/namespace"))
            }
            _ => Ok(()),
        }
    }

    /// The namespace that was named, if any; `None` for `*`.
    pub(crate) fn only(&self) -> Option<&str> {
        self.0.as_deref().filter(|name| *name != ALL)
    }
}

/// The size limit of a seed, export or snapshot.
const BULK: usize = 1024 * 1024 * 1024;
/// The size limit of any other body.
const BODY: usize = 1024 * 1024;
/// How long a client may take to send an ordinary body, or pause while sending a large one.
const TIMEOUT: Duration = Duration::from_secs(60);
/// How much memory may be reserved for a body before it arrives.
const ANNOUNCED: usize = 16 * 1024 * 1024;
/// About how many bytes of lines make a batch.
const PARCEL: usize = 1024 * 1024;

/// Stands for all namespaces.
pub(crate) const ALL: &str = "*";

impl<S: Sync> FromRequestParts<S> for NamespaceParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (about, _) = strictly(parts, None)?;
        Ok(about)
    }
}

/// The namespace of a call that takes one more parameter, and the value of that one.
fn strictly(
    parts: &Parts,
    other: Option<&str>,
) -> Result<(NamespaceParam, Option<String>), Problem> {
    let query = parameters(parts);
    let (mut in_query, mut found) = (None, None);
    for (name, value) in query.iter() {
        let slot = match name {
            "namespace" => &mut in_query,
            name if other == Some(name) => &mut found,
            // Ignoring a misspelt parameter would apply the call to another namespace, or to all of them.
            name => {
                let and = other.map_or_else(String::new, |other| format!(" and {other}"));
                let detail =
                    format!("unknown parameter \"{name}\"; this call takes only namespace{and}");
                return Err(Problem::new(400, detail));
            }
        };
        if slot.replace(value).is_some() {
            return Err(Problem::new(400, format!("the query has {name} twice")));
        }
    }
    let about = about(parts, in_query)?;
    Ok((about, found.map(str::to_owned)))
}

/// The namespace to reset, and whether to keep its journal (`?journal=keep`).
#[derive(Debug)]
pub(crate) struct ResetParams {
    pub(crate) about: NamespaceParam,
    pub(crate) keeps_journal: bool,
}

impl<S: Sync> FromRequestParts<S> for ResetParams {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (about, journal) = strictly(parts, Some("journal"))?;
        let keeps_journal = match journal.as_deref() {
            None | Some("clear") => false,
            Some("keep") => true,
            Some(other) => {
                let detail = format!("journal must be keep or clear, not \"{other}\"");
                return Err(Problem::new(400, detail));
            }
        };
        Ok(Self {
            about,
            keeps_journal,
        })
    }
}

/// The same for a call with further parameters, which another extractor reads.
#[derive(Debug)]
pub(crate) struct OtherNamespaceParam(pub(crate) NamespaceParam);

impl<S: Sync> FromRequestParts<S> for OtherNamespaceParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        about(parts, parameters(parts).first("namespace")).map(Self)
    }
}

fn parameters(parts: &Parts) -> Params {
    Params::decode(parts.uri.query().unwrap_or_default().as_bytes())
}

fn about(parts: &Parts, in_query: Option<&str>) -> Result<NamespaceParam, Problem> {
    let header = || header_namespace(&parts.headers).map(Cow::into_owned);
    match in_query.map(str::to_owned).or_else(header) {
        Some(name) if name != ALL && !namespace::is_name(&name) => {
            Err(NamespaceError::Name(name).into())
        }
        name => Ok(NamespaceParam(name)),
    }
}

/// Reads a JSON body; an empty one is the default. An error points to the place.
pub(crate) fn body<T: DeserializeOwned + Default>(bytes: &[u8]) -> Result<T, Problem> {
    if without_mark(bytes).trim_ascii().is_empty() {
        Ok(T::default())
    } else {
        required_body(bytes)
    }
}

/// Reads a required JSON body. An error points to the place.
pub(crate) fn required_body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if without_mark(bytes).trim_ascii().is_empty() {
        return Err(Problem::new(
            400,
            "the body is empty; GET /_rollcall describes what to send",
        ));
    }
    json::read(bytes).map_err(|error| {
        let pointer = error.pointer();
        // A column of 0 is before the text, which tells nothing.
        let is_placed = !error.rule.ends_with(" column 0");
        let rule = if is_placed {
            &error.rule
        } else {
            error.without_position()
        };
        Problem::new(400, rule).at(pointer)
    })
}

/// Expands a bare string to the object with one member that it stands for: `"empty"` to `{"to": "empty"}`.
pub(crate) fn as_member<'a>(bytes: &'a [u8], name: &str) -> Cow<'a, [u8]> {
    let text = without_mark(bytes);
    if !text.trim_ascii_start().starts_with(b"\"") {
        return bytes.into();
    }
    [format!("{{\"{name}\":").as_bytes(), text, b"}"]
        .concat()
        .into()
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

    /// A body in frames of that many bytes.
    struct Framed(Vec<u8>, usize);

    impl http_body::Body for Framed {
        type Data = Bytes;
        type Error = Infallible;

        fn poll_frame(
            mut self: Pin<&mut Self>,
            _: &mut Context<'_>,
        ) -> Poll<Option<Result<Frame<Bytes>, Infallible>>> {
            let length = self.1.min(self.0.len());
            let rest = self.0.split_off(length);
            let frame = Bytes::from(std::mem::replace(&mut self.0, rest));
            Poll::Ready((!frame.is_empty()).then_some(Ok(Frame::data(frame))))
        }
    }

    #[test]
    fn lines_come_whole_however_they_are_sent() {
        let long = "x".repeat(3 * PARCEL);
        let short = "y\n".repeat(PARCEL);
        for text in ["", "a", "a\n", "\n\n", &format!("a\n{long}\nb\n{short}c")] {
            for size in [7919, 64 * 1024, 10 * PARCEL] {
                let sent = Body::new(Framed(text.as_bytes().to_vec(), size));
                let received = wait(async {
                    let mut lines = LineStream::from_request(Request::new(sent), &()).await?;
                    let mut parcels = Vec::new();
                    while let Some(parcel) = lines.next().await? {
                        parcels.push(parcel);
                    }
                    Ok::<_, Problem>(parcels)
                });
                let parcels = received.expect("all of it");
                assert_eq!(parcels.concat(), text.as_bytes());
                let ends = |parcel: &Vec<u8>| parcel.ends_with(b"\n");
                assert!(parcels.iter().rev().skip(1).all(ends));
            }
        }
    }
}
