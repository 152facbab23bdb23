//! Who may use the control plane: clients with the token, if there is one, and no web page of a foreign origin.
//!
//! A page cannot hide its origin: a browser sends `Origin` with everything but simple GETs, and a simple GET changes nothing here
//! and cannot be read by the page. A name that an attacker's DNS points to this machine (DNS rebinding) shows up in `Host`. A
//! refused page may read the reason; otherwise its developer would only see a failed request.

use std::collections::HashSet;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};

use axum::extract::{Request, State};
use axum::http::header::{AUTHORIZATION, HOST, ORIGIN, WWW_AUTHENTICATE, X_CONTENT_TYPE_OPTIONS};
use axum::http::{HeaderMap, HeaderName, HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::{Problem, console};
use crate::pipeline::cors;

/// Suffixes that public DNS never resolves: such names are as local as names without a dot.
const LOCAL: [&str; 5] = ["internal", "local", "localhost", "test", "home.arpa"];
/// Names the replica that answered.
const REPLICA: HeaderName = HeaderName::from_static("x-rollcall-replica");
/// How many refused hosts and origins are warned of.
const WARNED: usize = 100;

/// The access rules of the control plane.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ControlAccess {
    /// Required for everything but health, ready and the console's files, as `Authorization: Bearer …`.
    pub(crate) token: Option<String>,
    /// Allowed origins of web pages.
    pub(crate) origins: Vec<String>,
    /// Allowed host names, besides IP addresses and local names; `*.suffix` allows all names with that suffix.
    pub(crate) hosts: Vec<String>,
}

/// Checks every call before the control plane sees it.
#[derive(Debug)]
pub(super) struct Guard {
    access: ControlAccess,
    /// The name of this replica, in every answer.
    replica: Option<HeaderValue>,
    /// Refused hosts and origins that were already warned of.
    warned: Mutex<HashSet<String>>,
}

impl Guard {
    pub(super) fn new(access: ControlAccess, replica: Option<&str>) -> Self {
        Self {
            access,
            replica: replica.and_then(|name| HeaderValue::from_str(name).ok()),
            warned: Mutex::default(),
        }
    }

    /// Warns once for each refused host and origin.
    fn warn(&self, headers: &HeaderMap, problem: &Problem) {
        let who = [HOST, ORIGIN].map(|name| header(headers, &name).unwrap_or_default().to_owned());
        let mut warned = self.warned.lock().unwrap_or_else(PoisonError::into_inner);
        if warned.len() < WARNED && warned.insert(who.join(" ")) {
            tracing::warn!(
                "a call of the control plane was refused: {}",
                problem.detail
            );
        }
    }
}

/// Passes a call on, or answers why not.
pub(crate) async fn check(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let asked = request.headers().clone();
    // Probes may use any host name, and the certificate is meant for everyone.
    let is_open = matches!(
        request.uri().path(),
        "/_rollcall/health" | "/_rollcall/ready" | "/_rollcall/ca.pem"
    );
    let mut response = if cors::is_preflight(request.method(), &asked) {
        // The actual request is checked when it arrives; a page can read that refusal.
        let mut response = StatusCode::NO_CONTENT.into_response();
        cors::allow_request(&asked, response.headers_mut());
        response
    } else if is_open {
        next.run(request).await
    } else {
        let access = &guard.access;
        let foreign = access
            .refuse_host(&asked)
            .or_else(|| access.refuse_origin(&asked));
        // The console's files hold nothing about this server; the page asks for the token on the first call that needs it.
        let is_file = console::is_console(request.uri().path());
        let locked_out = access.refuse_token(&asked).filter(|_| !is_file);
        match (foreign, locked_out) {
            (Some(problem), _) => {
                guard.warn(&asked, &problem);
                problem.into_response()
            }
            (None, Some(problem)) => locked(problem),
            (None, None) => next.run(request).await,
        }
    };
    let headers = response.headers_mut();
    headers.insert(X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff"));
    if let Some(replica) = &guard.replica {
        headers.insert(REPLICA, replica.clone());
    }
    cors::allow_reading(&asked, headers);
    response
}

fn locked(problem: Problem) -> Response {
    let mut response = problem.into_response();
    let scheme = HeaderValue::from_static("Bearer");
    response.headers_mut().insert(WWW_AUTHENTICATE, scheme);
    response
}

impl ControlAccess {
    /// Any name that foreign DNS points here would let a page in (DNS rebinding). Only HTTP/1.0 clients send no host, and
    /// browsers are not among them.
    fn refuse_host(&self, headers: &HeaderMap) -> Option<Problem> {
        let host = header(headers, &HOST)?;
        let name = host_name(host).to_ascii_lowercase();
        let is_here = name.parse::<IpAddr>().is_ok() || self.is_local(&name);
        (!is_here).then(|| {
            if name.is_empty() {
                return Problem::new(403, "the header Host is empty; use an IP address or localhost");
            }
            Problem::new(
                403,
                format!("the host name \"{name}\" is not allowed here; use an IP address or localhost, or start with --allow-host {name}"),
            )
        })
    }

    /// Whether a name is local or explicitly allowed.
    pub(crate) fn is_local(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        // A trailing dot only marks the name as fully qualified.
        let whole = name.strip_suffix('.').unwrap_or(&name);
        !whole.is_empty() && !whole.contains('.')
            || LOCAL.iter().any(|suffix| is_below(whole, suffix))
            || self.hosts.iter().any(|allowed| allows(allowed, whole))
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
                "the control plane is locked; send the admin token as Authorization: Bearer TOKEN (commands read it from --admin-token or ROLLCALL_ADMIN_TOKEN)",
            ).title("Locked")
        })
    }
}

/// Whether a name ends in another one, label by label.
fn is_below(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// Whether a name matches an allowed name or `*.suffix`.
fn allows(allowed: &str, name: &str) -> bool {
    let allowed = allowed.to_ascii_lowercase();
    match allowed.strip_prefix("*.") {
        Some(suffix) => is_below(name, suffix),
        None => allowed.trim_end_matches('.') == name,
    }
}

/// A header's first value; one that is not text counts as empty, which is never valid.
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

/// Whether a token can be sent in a header.
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
            hosts: vec!["rc.example".to_owned(), "*.ci.example".to_owned()],
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
        check(Some("RC.example:4700"), None, true);
        check(None, None, true);
        for local in [
            "host.docker.internal",
            "x.y.svc.cluster.local:4700",
            "localhost.",
            "rollcall.",
            "suite.localhost",
            "a.test",
            "printer.home.arpa",
            "rc.example.",
            "job-7.ci.example",
            "a.b.ci.example.:4700",
        ] {
            check(Some(local), None, true);
        }
        check(Some("evil.example:4700"), None, false);
        check(Some("127.0.0.1.evil.example"), None, false);
        check(Some("localhost.evil.example"), None, false);
        for foreign in [
            "ci.example",
            "xci.example",
            "local.example",
            "evillocal.com",
            "arpa",
            "x.arpa",
            ".internal",
            "internal.evil.example",
            "rc.example.evil.example",
            "a..",
        ] {
            check(Some(foreign), None, foreign == "arpa");
        }
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
        check(
            Some("evil.example:4700"),
            Some("http://evil.example:4700"),
            false,
        );
    }
}
