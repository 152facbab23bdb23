//! CORS: the only place that writes these headers, for the provider APIs and the control plane.

use http::header::{
    ACCESS_CONTROL_ALLOW_CREDENTIALS, ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS,
    ACCESS_CONTROL_ALLOW_ORIGIN, ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE,
    ACCESS_CONTROL_REQUEST_HEADERS, ACCESS_CONTROL_REQUEST_METHOD, ORIGIN, VARY,
};
use http::{HeaderMap, HeaderName, HeaderValue, Method};

/// Sent by browsers before a page from a public network calls this machine.
const PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");
const ALLOW_PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-allow-private-network");
/// How many seconds a browser may cache a preflight.
const MAX_AGE: HeaderValue = HeaderValue::from_static("600");

/// Whether a request is a preflight.
pub(crate) fn is_preflight(method: &Method, asked: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && asked.contains_key(ORIGIN)
        && asked.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

/// Answers a preflight with everything that it asks for.
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

/// Allows the page to read an answer, with or without cookies: for pages that send cookies, browsers accept no `*`, neither for
/// the origin nor for header names.
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
