//! Who may use the control plane: whoever has the token, where there is one; and no page of a foreign origin.
//!
//! A page cannot hide where it is from: a browser sends `DataSource` with everything but the plainest GET, and a plain GET
//! changes nothing here and cannot be read by the page. A name that the page's own name server points to this machine (DNS
//! rebinding) shows in `Host`.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::header::{
    ACCESS_CONTROL_ALLOW_HEADERS, ACCESS_CONTROL_ALLOW_METHODS, ACCESS_CONTROL_ALLOW_ORIGIN,
    ACCESS_CONTROL_EXPOSE_HEADERS, ACCESS_CONTROL_MAX_AGE, ACCESS_CONTROL_REQUEST_HEADERS,
    ACCESS_CONTROL_REQUEST_METHOD, AUTHORIZATION, HOST, ORIGIN, VARY, WWW_AUTHENTICATE,
    X_CONTENT_TYPE_OPTIONS,
};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::Problem;

/// A browser asks so before a page of the wider network calls this machine.
const PRIVATE_NETWORK: HeaderName =
    HeaderName::from_static("access-control-request-private-network");

/// What the control plane asks of its callers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ControlAccess {
    /// Locks everything but health and ready; goes in `Authorization: Bearer …`.
    pub(crate) token: Option<String>,
    /// Origins of pages that may use it.
    pub(crate) origins: Vec<String>,
    /// Host names that it answers to beside addresses, `localhost` and names without a dot.
    pub(crate) hosts: Vec<String>,
}

/// Lets a call pass, or says why not.
pub(crate) async fn check(
    State(access): State<Arc<ControlAccess>>,
    request: Request,
    next: Next,
) -> Response {
    let headers = request.headers();
    let from_outside = access
        .refuse_host(headers)
        .or_else(|| access.refuse_origin(headers));
    if let Some(problem) = from_outside {
        return problem.into_response();
    }
    // It passed, so it is the origin of a page that may read the answer.
    let origin = headers.get(ORIGIN).cloned();
    let is_open = matches!(
        request.uri().path(),
        "/_rollcall/health" | "/_rollcall/ready"
    );
    let mut response = if is_preflight(request.method(), headers) {
        // A browser asks without the token; what it asks for is checked when it comes.
        preflight(headers)
    } else {
        match access.refuse_token(headers).filter(|_| !is_open) {
            Some(problem) => locked(problem),
            None => next.run(request).await,
        }
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    headers.insert(VARY, HeaderValue::from_static("origin"));
    if let Some(origin) = origin {
        headers.insert(ACCESS_CONTROL_ALLOW_ORIGIN, origin);
        headers.insert(ACCESS_CONTROL_EXPOSE_HEADERS, HeaderValue::from_static("*"));
    }
    response
}

fn is_preflight(method: &Method, headers: &HeaderMap) -> bool {
    method == Method::OPTIONS
        && headers.contains_key(ORIGIN)
        && headers.contains_key(ACCESS_CONTROL_REQUEST_METHOD)
}

fn preflight(asked: &HeaderMap) -> Response {
    let mut response = StatusCode::NO_CONTENT.into_response();
    let headers = response.headers_mut();
    let mut echo = |from: &HeaderName, to: HeaderName| {
        if let Some(value) = asked.get(from) {
            headers.insert(to, value.clone());
        }
    };
    echo(&ACCESS_CONTROL_REQUEST_METHOD, ACCESS_CONTROL_ALLOW_METHODS);
    echo(
        &ACCESS_CONTROL_REQUEST_HEADERS,
        ACCESS_CONTROL_ALLOW_HEADERS,
    );
    if asked.contains_key(PRIVATE_NETWORK) {
        headers.insert(
            HeaderName::from_static("access-control-allow-private-network"),
            HeaderValue::from_static("true"),
        );
    }
    headers.insert(ACCESS_CONTROL_MAX_AGE, HeaderValue::from_static("600"));
    response
}

fn locked(problem: Problem) -> Response {
    let mut response = problem.into_response();
    let scheme = HeaderValue::from_static("Bearer");
    response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    response
}

impl ControlAccess {
    /// A name that somebody else's name server points here would let a page in (DNS rebinding). Only a client of HTTP/1.0
    /// sends no host, and a browser is none.
    fn refuse_host(&self, headers: &HeaderMap) -> Option<Problem> {
        let host = header(headers, &HOST)?;
        let name = host_name(host).to_ascii_lowercase();
        let is_local = name.parse::<IpAddr>().is_ok()
            || !name.is_empty() && !name.contains('.')
            || self
                .hosts
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(&name));
        (!is_local).then(|| {
            Problem::new(
                403,
                format!("the host name \"{name}\" is not allowed here; use an IP address or localhost, or start with --allow-host {name}"),
            )
        })
    }

    fn refuse_origin(&self, headers: &HeaderMap) -> Option<Problem> {
        let origin = header(headers, &ORIGIN)?;
        let own = header(headers, &HOST).is_some_and(|host| {
            let place = origin
                .strip_prefix("http://")
                .or_else(|| origin.strip_prefix("https://"));
            place.is_some_and(|place| place.eq_ignore_ascii_case(host))
        });
        let is_allowed = own
            || self
                .origins
                .iter()
                .any(|allowed| allowed.eq_ignore_ascii_case(origin));
        (!is_allowed).then(|| {
            Problem::new(403, format!("pages of {origin} may not use the control plane; start with --allow-origin {origin}"))
        })
    }

    fn refuse_token(&self, headers: &HeaderMap) -> Option<Problem> {
        let wanted = self.token.as_deref()?;
        let given = header(headers, &AUTHORIZATION)
            .and_then(|value| value.split_once(' '))
            .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"))
            .map(|(_, token)| token.trim());
        let is_same = given.is_some_and(|given| given.as_bytes().ct_eq(wanted.as_bytes()).into());
        (!is_same).then(|| {
            Problem::new(
                401,
                "the control plane is locked; send Authorization: Bearer and the admin token (commands take it from --admin-token or ROLLCALL_ADMIN_TOKEN)",
            ).title("Locked")
        })
    }
}

/// A header's first value; one that is no text is an empty one, which nobody may have.
fn header<'a>(headers: &'a HeaderMap, name: &HeaderName) -> Option<&'a str> {
    headers
        .get(name)
        .map(|value| value.to_str().unwrap_or_default())
}

/// A host without its port and brackets.
fn host_name(host: &str) -> &str {
    if let Some(rest) = host.strip_prefix('[') {
        return rest.split(']').next().unwrap_or_default();
    }
    host.split(':').next().unwrap_or_default()
}

/// Whether a header can hold it, so that whoever knows it can send it.
pub(crate) fn is_token(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: Option<&str>, origin: Option<&str>, expected: bool) {
        let mut headers = HeaderMap::new();
        for (name, value) in [(HOST, host), (ORIGIN, origin)] {
            if let Some(value) = value {
                let value = HeaderValue::from_bytes(value.as_bytes()).expect("a header");
                headers.insert(name, value);
            }
        }
        let access = ControlAccess {
            origins: vec!["http://allowed.test".to_owned()],
            hosts: vec!["rc.test".to_owned()],
            token: None,
        };
        let refused = access
            .refuse_host(&headers)
            .or_else(|| access.refuse_origin(&headers));
        assert_eq!(refused.is_none(), expected, "{host:?} {origin:?}");
    }

    #[test]
    fn hosts_of_strangers_are_refused() {
        check(Some("127.0.0.1:4700"), None, true);
        check(Some("[::1]:4700"), None, true);
        check(Some("localhost:4700"), None, true);
        check(Some("rollcall:4700"), None, true);
        check(Some("RC.test:4700"), None, true);
        check(None, None, true);
        check(Some("evil.test:4700"), None, false);
        check(Some("127.0.0.1.evil.test"), None, false);
        check(Some("localhost.evil.test"), None, false);
        check(Some(""), None, false);
        check(Some("\u{e9}vil"), None, false);
    }

    #[test]
    fn origins_of_strangers_are_refused() {
        let here = Some("127.0.0.1:4700");
        check(here, Some("http://127.0.0.1:4700"), true);
        check(here, Some("https://127.0.0.1:4700"), true);
        check(here, Some("http://allowed.test"), true);
        check(here, Some("http://127.0.0.1:5173"), false);
        check(here, Some("http://127.0.0.1"), false);
        check(here, Some("file://127.0.0.1:4700"), false);
        check(here, Some("http://allowed.test.evil.test"), false);
        check(here, Some("null"), false);
        check(here, Some(""), false);
        check(None, Some("null"), false);
        // A rebound name is the page's own origin and host at once.
        check(Some("evil.test:4700"), Some("http://evil.test:4700"), false);
    }
}
