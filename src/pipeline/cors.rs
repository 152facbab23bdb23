//! What lets pages of other origins call rollcall: the one place that writes these headers, for providers and control plane.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// A browser asks so before a page of the wider network calls this machine.
const PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
/// For how many seconds a browser need not ask again.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Whether a browser asks what it may send.
pub(crate) fn is_preflight(method: &Method, asked: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && asked.contains_key(ORIGIN)
        && asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Lets a browser send what it asks for.
pub(crate) fn allow_request(asked: &HeaderMap, answer: &mut HeaderMap) {
    let mut echo = |from: &HeaderName, to: HeaderName| {
        if let Some(value) = asked.get(from) {
            answer.insert(to, value.clone());
        }
    };
    echo(&ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS);
    echo(
        &ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_ALLOW_HEADERS,
    );
    if asked.contains_key(PRIVATE_NETWORK) {
        answer.insert(ALLOW_PRIVATE_NETWORK, HeaderValue::from_static("true"));
    }
    answer.insert(ACCESS_CONTROL_MAX_AGE, MAX_AGE);
}

/// Lets the page that asked read an answer, cookies or not: a browser takes no `*` from a page that sends them, for the origin
/// and for the names of headers alike.
pub(crate) fn allow_reading(asked: &HeaderMap, answer: &mut HeaderMap) {
    answer.append(VARY, HeaderValue::from_static("origin"));
    let Some(origin) = asked.get(ORIGIN) else {
        return;
    };
    let names: Vec<&str> = answer
        .keys()
        .map(HeaderName::as_str)
        .filter(|name| !name.starts_with("access-control-"))
        .collect();
    let names = HeaderValue::from_str(&names.join(", ")).expect("names of headers are text");
    answer.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin.clone());
    answer.insert(
        ACCESS_CONTROL_ALLOW_CREDENTIALS,
        HeaderValue::from_static("true"),
    );
    answer.insert(ACCESS_CONTROL_EXPOSE_HEADERS, names);
}
