//! Who may use the control plane: whoever has the token, where there is one; and no page of a foreign origin.

use std::net::IpAddr;
use std::sync::Arc;

use axum::extract::{Request, State};
use axum::http::HeaderMap;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use subtle::ConstantTimeEq;

use super::Problem;
use crate::app::App;

/// What the control plane asks of its callers.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Guard {
    /// Locks everything but health and ready; goes in `Authorization: Bearer …`.
    pub(crate) token: Option<String>,
    /// Origins of pages that may use it.
    pub(crate) origins: Vec<String>,
    /// Host names that it answers to beside addresses, `localhost` and names without a dot.
    pub(crate) hosts: Vec<String>,
}

/// Lets a call pass, or says why not.
pub(crate) async fn check(State(app): State<Arc<App>>, request: Request, next: Next) -> Response {
    let guard = app.options.guard();
    let open = matches!(request.uri().path(), "/health" | "/ready");
    let headers = request.headers();
    let refused = (!open)
        .then(|| {
            guard
                .refuse_host(headers)
                .or_else(|| guard.refuse_origin(headers))
                .or_else(|| guard.refuse_token(headers))
        })
        .flatten();
    let origin = headers.get("origin").cloned();
    let mut response = match refused {
        Some(problem) => problem.into_response(),
        None => next.run(request).await,
    };
    // Only a page that may use it gets to read the answer.
    if let Some(origin) = origin.filter(|_| response.status() != 403) {
        response
            .headers_mut()
            .insert("access-control-allow-origin", origin);
        response
            .headers_mut()
            .insert("vary", "origin".parse().expect("a valid header"));
    }
    response
}

impl Guard {
    /// A name that somebody else's name server points here would let a page in (DNS rebinding).
    fn refuse_host(&self, headers: &HeaderMap) -> Option<Problem> {
        let host = header(headers, "host")?;
        let name = host_name(host);
        let local = name.parse::<IpAddr>().is_ok()
            || !name.contains('.')
            || self.hosts.iter().any(|allowed| allowed == name);
        (!local).then(|| {
            Problem::new(
                403,
                format!("the host name {name} is not allowed here; start with --allow-host {name}"),
            )
        })
    }

    fn refuse_origin(&self, headers: &HeaderMap) -> Option<Problem> {
        let origin = header(headers, "origin")?;
        let own = origin.split_once("://").map(|(_, host)| host) == header(headers, "host");
        let allowed = own || self.origins.iter().any(|allowed| allowed == origin);
        (!allowed).then(|| {
            Problem::new(403, format!("pages of {origin} may not use the control plane; start with --allow-origin {origin}"))
        })
    }

    fn refuse_token(&self, headers: &HeaderMap) -> Option<Problem> {
        let wanted = self.token.as_deref()?;
        let given = header(headers, "authorization")
            .and_then(|value| value.strip_prefix("Bearer "))
            .unwrap_or_default();
        let same: bool = given.as_bytes().ct_eq(wanted.as_bytes()).into();
        (!same).then(|| {
            Problem::new(
                401,
                "the control plane is locked; send Authorization: Bearer <the admin token>",
            )
        })
    }
}

fn header<'a>(headers: &'a HeaderMap, name: &str) -> Option<&'a str> {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[track_caller]
    fn check(host: &str, origin: Option<&str>, expected: bool) {
        let mut headers = HeaderMap::new();
        headers.insert("host", host.parse().expect("a header"));
        if let Some(origin) = origin {
            headers.insert("origin", origin.parse().expect("a header"));
        }
        let guard = Guard {
            origins: vec!["http://allowed.test".to_owned()],
            hosts: vec!["rc.test".to_owned()],
            token: None,
        };
        let refused = guard
            .refuse_host(&headers)
            .or_else(|| guard.refuse_origin(&headers));
        assert_eq!(refused.is_none(), expected, "{host} {origin:?}");
    }

    #[test]
    fn hosts_and_origins_of_strangers_are_refused() {
        check("127.0.0.1:4700", None, true);
        check("[::1]:4700", None, true);
        check("localhost:4700", None, true);
        check("rollcall:4700", None, true);
        check("rc.test:4700", None, true);
        check("evil.test:4700", None, false);
        check("127.0.0.1:4700", Some("http://127.0.0.1:4700"), true);
        check("127.0.0.1:4700", Some("http://127.0.0.1:5173"), false);
        check("127.0.0.1:4700", Some("http://allowed.test"), true);
        check("127.0.0.1:4700", Some("null"), false);
    }
}
