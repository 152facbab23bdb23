//! The control plane: what rollcall itself answers, under `/_rollcall/`, and the [`Client`] for it.
//!
//! Calls about one namespace take `?namespace=`, else the header `X-Rollcall-Namespace`, else `default`. Errors are RFC
//! 9457 problem JSON with a pointer to what is wrong.

mod client;
mod describe;
mod extract;
mod guard;
mod handlers;
mod records;

use std::sync::Arc;

use axum::Router;
use axum::http::header::CONNECTION;
use axum::http::{HeaderValue, Method, StatusCode, Uri};
use axum::middleware::from_fn_with_state;
use axum::response::{IntoResponse, Response};
use axum::routing::{delete, get, post, put};
use serde_json::json;

pub use crate::pipeline::journal::Count;
pub use client::{Client, ClientError, Expectation, FaultGuard, FaultPlan, JournalCall};
pub(crate) use client::{agent, encoded, told};
pub(crate) use describe::{Form, coverage, landing_page, operation_page};
pub(crate) use guard::{ControlAccess, is_token};
pub(crate) use records::reload;

use crate::app::App;
use crate::namespace::NamespaceError;
use crate::providers::provider;
use crate::store::{OpenError, trouble};

/// The routes under `/_rollcall`: `(address, methods, what it does)` is the index that `GET /_rollcall` prints.
pub(crate) const INDEX: &[(&str, &str, &str)] = &[
    ("", "GET", "this list"),
    ("health", "GET", "alive"),
    ("ready", "GET", "alive, the seed loaded, all listeners open"),
    ("providers", "GET", "every provider and its operations"),
    (
        "providers/{id}",
        "GET",
        "one: operations, parameters, limits, errors and quirks with their sources",
    ),
    (
        "errors",
        "GET",
        "the error tables: the names that faults take; ?provider=",
    ),
    (
        "namespaces",
        "GET",
        "every namespace with its counts and last use",
    ),
    (
        "namespaces/{namespace}",
        "GET, PUT, DELETE",
        "one; make it from {\"from\": \"template\" | \"empty\" | \"<namespace>\"}; drop it",
    ),
    (
        "namespaces/{namespace}/reset",
        "POST",
        "data, tasks, random stream, settings, clock, faults and journal back to the start, or the data to {\"to\": \"empty\"}; ?journal=keep",
    ),
    (
        "reset",
        "POST",
        "the same for ?namespace=, or for all with ?namespace=*",
    ),
    (
        "namespaces/{namespace}/settings",
        "GET, PATCH",
        "auth, quirks, regions, domain_name, async_polls, skew",
    ),
    (
        "namespaces/{namespace}/seed",
        "POST, PUT",
        "merge a seed document, or application/x-ndjson with one a line; or have exactly that; all or nothing",
    ),
    (
        "template",
        "PUT",
        "a seed, or {\"from\": \"<namespace>\"}, for all namespaces that come and all resets",
    ),
    (
        "namespaces/{namespace}/snapshot",
        "GET, PUT",
        "the data as one SQLite file",
    ),
    (
        "namespaces/{namespace}/export",
        "GET, PUT",
        "the data as ndjson, one record a line",
    ),
    (
        "namespaces/{namespace}/diff",
        "GET",
        "what differs ?with= another namespace, as ndjson",
    ),
    (
        "reload",
        "POST",
        "read the seed files again; namespaces that nobody wrote to follow",
    ),
    (
        "faults",
        "GET, POST, DELETE",
        "what should go wrong; of all namespaces, or ?namespace=",
    ),
    ("faults/{id}", "DELETE", "take one rule away"),
    (
        "journal",
        "GET, DELETE",
        "what happened; ?namespace= provider= operation= status= stage= since=<id> before=<id> limit=",
    ),
    ("journal/{id}", "GET", "one call, whole"),
    (
        "journal/{id}/curl",
        "GET",
        "a command that makes the call again",
    ),
    (
        "journal/verify",
        "POST",
        "{\"match\": …, \"count\": {\"exactly\": 3}, \"wait_ms\": 500}: 200, or 409 with the nearest misses",
    ),
    (
        "explain/{id}",
        "GET",
        "why a signature did not match, by request id or journal id",
    ),
    (
        "clock",
        "GET, PUT",
        "{\"mode\": \"real\"}, {\"mode\": \"fixed\", \"time\": …} or {\"mode\": \"offset\", \"by\": \"1h\"}; of ?namespace=",
    ),
    (
        "clock/advance",
        "POST",
        "{\"by\": \"1h\"}, or back with \"-15m\"; of ?namespace=",
    ),
    ("metrics", "GET", "Prometheus text"),
    (
        "openapi/{file}",
        "GET",
        "the OpenAPI document <provider>.yaml, or control-plane.yaml",
    ),
];

/// The router of everything under `/_rollcall`.
pub(crate) fn router(app: &Arc<App>, access: ControlAccess) -> Router {
    let routes = Router::new()
        .route("/", get(handlers::index))
        .route("/health", get(handlers::health))
        .route("/ready", get(handlers::ready))
        .route("/providers", get(handlers::providers))
        .route("/providers/{id}", get(handlers::one_provider))
        .route("/errors", get(handlers::errors))
        .route("/namespaces", get(handlers::namespaces))
        .route(
            "/namespaces/{namespace}",
            get(handlers::one_namespace)
                .put(handlers::create)
                .delete(handlers::drop_namespace),
        )
        .route("/namespaces/{namespace}/reset", post(handlers::reset_one))
        .route("/reset", post(handlers::reset))
        .route(
            "/namespaces/{namespace}/settings",
            get(handlers::settings).patch(handlers::change_settings),
        )
        .route(
            "/namespaces/{namespace}/seed",
            post(records::seed).put(records::put_seed),
        )
        .route("/template", put(records::put_template))
        .route(
            "/namespaces/{namespace}/snapshot",
            get(records::snapshot).put(records::restore),
        )
        .route(
            "/namespaces/{namespace}/export",
            get(records::export).put(records::import),
        )
        .route("/namespaces/{namespace}/diff", get(records::diff))
        .route("/reload", post(records::reload_seeds))
        .route(
            "/faults",
            get(handlers::faults)
                .post(handlers::add_fault)
                .delete(handlers::remove_faults),
        )
        .route("/faults/{id}", delete(handlers::remove_fault))
        .route(
            "/journal",
            get(handlers::journal).delete(handlers::clear_journal),
        )
        .route("/journal/verify", post(handlers::verify))
        .route("/journal/{id}", get(handlers::journal_entry))
        .route("/journal/{id}/curl", get(handlers::journal_curl))
        .route("/explain/{id}", get(handlers::explain))
        .route("/clock", get(handlers::clock).put(handlers::set_clock))
        .route("/clock/advance", post(handlers::advance_clock))
        .route("/metrics", get(handlers::metrics))
        .route("/openapi/{file}", get(handlers::openapi))
        .fallback(|uri: Uri| async move {
            Problem::new(
                404,
                format!(
                    "there is no /_rollcall{} here; GET /_rollcall lists what there is",
                    uri.path()
                ),
            )
        })
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            Problem::new(
                405,
                format!(
                    "/_rollcall{} does not take {method}; the header Allow lists what it takes",
                    uri.path()
                ),
            )
        })
        .with_state(Arc::clone(app));
    // A nested router leaves the prefix with a slash behind it to nobody.
    Router::new()
        .route("/_rollcall/", get(handlers::index))
        .nest("/_rollcall", routes)
        .layer(from_fn_with_state(
            Arc::new(guard::Guard::new(access)),
            guard::check,
        ))
}

/// The OpenAPI document of a provider, or of the control plane itself.
pub(crate) fn document(id: &str) -> Option<&'static str> {
    match id {
        "control-plane" => Some(include_str!("../../openapi/control-plane.yaml")),
        id => provider(id).map(|provider| provider.openapi),
    }
}

/// An error of the control plane.
#[derive(Debug)]
pub(crate) struct Problem {
    status: u16,
    /// What happened, in a few words; the status says it where nobody else does.
    title: Option<&'static str>,
    detail: String,
    /// Where in the body it is wrong, as a JSON pointer.
    pointer: Option<String>,
    /// Whatever else helps.
    more: Option<Box<serde_json::Value>>,
}

impl Problem {
    pub(crate) fn new(status: u16, detail: impl Into<String>) -> Self {
        Self {
            status,
            title: None,
            detail: detail.into(),
            pointer: None,
            more: None,
        }
    }

    /// The same with another status.
    pub(crate) fn status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    pub(crate) fn title(mut self, title: &'static str) -> Self {
        self.title = Some(title);
        self
    }

    pub(crate) fn at(mut self, pointer: impl Into<String>) -> Self {
        self.pointer = Some(pointer.into());
        self
    }
}

impl From<NamespaceError> for Problem {
    fn from(cause: NamespaceError) -> Self {
        let problem = Self::new(cause.status(), cause.to_string());
        problem.title(cause.title())
    }
}

impl From<OpenError> for Problem {
    fn from(cause: OpenError) -> Self {
        match cause {
            OpenError::Machine(_) => Self::new(503, format!("the data {cause}")),
            cause => Self::new(500, format!("the data {cause}")),
        }
    }
}

impl From<rusqlite::Error> for Problem {
    fn from(cause: rusqlite::Error) -> Self {
        if let Some(trouble) = trouble::of_sqlite(&cause) {
            // The log may have the paths that SQLite names.
            tracing::error!(%cause, "the data could not be used");
            return Self::new(503, format!("the data could not be used: {trouble}"));
        }
        let detail = cause.sqlite_error().map_or_else(String::new, |error| {
            format!(" (SQLite {})", error.extended_code)
        });
        Self::new(500, format!("the data could not be used: {cause}{detail}"))
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.status).expect("a valid status");
        let mut body = json!({
            "type": "about:blank",
            "title": self.title.or_else(|| status.canonical_reason()),
            "status": self.status,
            "detail": self.detail,
        });
        if let Some(pointer) = self.pointer {
            body["pointer"] = pointer.into();
        }
        if let Some(more) = self.more {
            body["nearest"] = *more;
        }
        let mut response = (
            status,
            [("content-type", "application/problem+json")],
            body.to_string(),
        )
            .into_response();
        // What still comes of the body is no request.
        if status == StatusCode::REQUEST_TIMEOUT {
            let close = HeaderValue::from_static("close");
            response.headers_mut().insert(CONNECTION, close);
        }
        response
    }
}
