//! What a call of the control plane brings: a name in its path, its query, its body. What is wrong with one is said as a
//! problem, like everything else.

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
use crate::provider::call::Params;
use crate::provider::json::{self, without_mark};

/// The name in a path: of a namespace, a provider, an entry, a file.
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

/// What is wrong with a query, in the words of those who write one.
fn query_rule(cause: &QueryRejection) -> String {
    let text = cause.body_text();
    let rule = text.strip_prefix("Failed to deserialize query string: ");
    let rule = rule.unwrap_or(&text);
    let quoted = |name: &str| name.replace('`', "\"");
    if let Some(name) = rule.strip_prefix("missing field ") {
        return format!("the query lacks {}", quoted(name));
    }
    // The parameter's name comes first where its value is wrong.
    let rule = rule.split_once(": ").map_or(rule, |(_, rule)| rule);
    if let Some(name) = rule.strip_prefix("duplicate field ") {
        return format!("the query has {} twice", quoted(name));
    }
    if let Some((name, known)) = rule
        .strip_prefix("unknown field ")
        .and_then(|names| names.split_once(", expected "))
    {
        let known = known.trim_start_matches("one of ").replace('`', "");
        return format!("there is no parameter {} here, only {known}", quoted(name));
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

/// The body, of an ordinary size.
#[derive(Debug)]
pub(crate) struct JsonBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for JsonBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        let whole = timeout(TIMEOUT, bounded(request, BODY, TIMEOUT)).await;
        whole.unwrap_or_else(|_| Err(too_slow())).map(Self)
    }
}

/// The body, as large as a database.
#[derive(Debug)]
pub(crate) struct LargeBody(pub(crate) Bytes);

impl<S: Sync> FromRequest<S> for LargeBody {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        bounded(request, BULK, TIMEOUT).await.map(Self)
    }
}

/// The body, as large as a database, line by line as it comes. A slow one waits without a thread.
#[derive(Debug)]
pub(crate) struct LineStream {
    body: Limited<Body>,
    read: Vec<u8>,
    /// Where the last line that is read whole ends.
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
    /// The next lines, whole ones, about a parcel of them; nothing after the last one.
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

    /// Reads what still comes: a client that is sending hears no answer.
    pub(crate) async fn drain(mut self) -> Result<(), Problem> {
        while next_frame(&mut self.body, TIMEOUT).await?.is_some() {}
        Ok(())
    }
}

/// The next bytes of a body, which a client may not keep back for ever: it would hold a thread for as long.
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
    // As much as is announced, within reason, so that it is not moved while it grows.
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
    // A client need not send what will not be taken.
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
/// The most room that is made for a body before it comes.
const ANNOUNCED: usize = 16 * 1024 * 1024;
/// About how many bytes of lines are merged at a time.
const PARCEL: usize = 1024 * 1024;

/// What names all namespaces.
pub(crate) const ALL: &str = "*";

impl<S: Sync> FromRequestParts<S> for NamespaceParam {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let (about, _) = strictly(parts, None)?;
        Ok(about)
    }
}

/// The namespace of a call that takes that other parameter, too, and its value.
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
            // What is misspelt would leave the call about another namespace, or about all of them.
            name => {
                let and = other.map_or_else(String::new, |other| format!(" and {other}"));
                let detail = format!("there is no parameter \"{name}\" here, only namespace{and}");
                return Err(Problem::new(400, detail));
            }
        };
        if slot.replace(value).is_some() {
            return Err(Problem::new(400, format!("the query names two {name}s")));
        }
    }
    let about = about(parts, in_query)?;
    Ok((about, found.map(str::to_owned)))
}

/// What a reset is of, and whether the journal stays: `?journal=keep`.
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
                let detail = format!("journal is keep or clear, not \"{other}\"");
                return Err(Problem::new(400, detail));
            }
        };
        Ok(Self {
            about,
            keeps_journal,
        })
    }
}

/// The same, of a call with further parameters, which somebody else reads.
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
pub(crate) fn body<T: DeserializeOwned + Default>(bytes: &[u8]) -> Result<T, Problem> {
    if without_mark(bytes).trim_ascii().is_empty() {
        Ok(T::default())
    } else {
        required_body(bytes)
    }
}

/// Reads a JSON body that has to be there. An error points to the place.
pub(crate) fn required_body<T: DeserializeOwned>(bytes: &[u8]) -> Result<T, Problem> {
    if without_mark(bytes).trim_ascii().is_empty() {
        return Err(Problem::new(
            400,
            "the body is empty; GET /_rollcall says what goes in it",
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

/// A body that is one text where an object with one member is meant, as `"empty"` for `{"to": "empty"}`: that object.
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
