//! Who may use the control plane: holders of the token, where there is one; and no page of a foreign origin.
//!
//! A page cannot hide where it is from: a browser sends `Origin` with everything but the plainest GET, and a plain GET changes
//! nothing here and cannot be read by the page. A name that the page's own name server points to this machine (DNS rebinding)
//! shows in `Host`. A page that is refused may read why: its developer would else see a failed request and nothing more.

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

/// Names that no public name server may give: what ends in one is as much of this network as a name without a dot.
const LOCAL: [&str; 5] = ["internal", "local", "localhost", "test", "home.arpa"];
/// Which of several servers answered.
const REPLICA: HeaderName = HeaderName::from_static("x-rollcall-replica");
/// How many strangers a warning is logged for.
const WARNED: usize = 100;

/// What the control plane asks of its callers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct ControlAccess {
    /// Locks everything but health, ready and the console's files; goes in `Authorization: Bearer …`.
    pub(crate) token: Option<String>,
    /// Origins of pages that may use it.
    pub(crate) origins: Vec<String>,
    /// Host names that it answers to besides addresses and local names; `*.suffix` for all that end so.
    pub(crate) hosts: Vec<String>,
}

/// What stands before the control plane.
#[derive(Debug)]
pub(super) struct Guard {
    access: ControlAccess,
    /// What this server is called among several: every answer says it.
    replica: Option<HeaderValue>,
    /// Hosts and origins that were refused and warned of.
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

    /// Says once for each host and origin that it was refused.
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

/// Lets a call pass, or says why not.
pub(crate) async fn check(
    State(guard): State<Arc<Guard>>,
    request: Request,
    next: Next,
) -> Response {
    let asked = request.headers().clone();
    // Whether it is alive may be asked by whoever looks after it, by whatever name it is known there; and a certificate is
    // for everybody who is to trust it.
    let is_open = matches!(
        request.uri().path(),
        "/_rollcall/health" | "/_rollcall/ready" | "/_rollcall/ca.pem"
    );
    let mut response = if cors::is_preflight(request.method(), &asked) {
        // What it asks for is checked when it comes, and what is refused then can be read.
        let mut response = StatusCode::NO_CONTENT.into_response();
        cors::allow_request(&asked, response.headers_mut());
        response
    } else if is_open {
        next.run(request).await
    } else {
        let access = &guard.access;
        let stranger = access
            .refuse_host(&asked)
            .or_else(|| access.refuse_origin(&asked));
        // The console's files say nothing of this server; the page asks for the token with the first call that needs it.
        let is_file = console::is_console(request.uri().path());
        let locked_out = access.refuse_token(&asked).filter(|_| !is_file);
        match (stranger, locked_out) {
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
    /// A name that somebody else's name server points here would let a page in (DNS rebinding). Only a client of HTTP/1.0
    /// sends no host, and a browser is none.
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

    /// Whether a name is one of this network, or one that is allowed.
    pub(crate) fn is_local(&self, name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        // The dot at the end says that the name is whole.
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
                "the control plane is locked; send Authorization: Bearer and the admin token (commands take it from --admin-token or ROLLCALL_ADMIN_TOKEN)",
            ).title("Locked")
        })
    }
}

/// Whether a name ends in another one, label by label.
fn is_below(name: &str, suffix: &str) -> bool {
    name.strip_suffix(suffix)
        .is_some_and(|rest| rest.len() > 1 && rest.ends_with('.'))
}

/// Whether a name is the one that is allowed, or one of those that are.
fn allows(allowed: &str, name: &str) -> bool {
    let allowed = allowed.to_ascii_lowercase();
    match allowed.strip_prefix("*.") {
        Some(suffix) => is_below(name, suffix),
        None => allowed.trim_end_matches('.') == name,
    }
}

/// A header's first value; one that is not text counts as empty, which no caller may send.
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

/// Whether a header can hold it, so that it can be sent.
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
