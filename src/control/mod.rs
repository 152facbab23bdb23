//! The control plane: rollcall's own API under `/_rollcall/`, and the [`Client`] for it.
//!
//! Calls about one namespace take `?namespace=`, else the header `X-Rollcall-Namespace`, else `default`. Errors are RFC
//! 9457 problem JSON with a pointer to the faulty member.

mod attempt;
mod client;
mod clock;
mod compose;
mod console;
mod data;
mod describe;
mod export;
mod extract;
mod faults;
mod guard;
mod in_flight;
mod info;
mod journal;
mod known;
mod namespaces;
mod problem;
mod sdks;
mod settings;

use std::sync::Arc;

use axum::Router;
use axum::http::{Method, Uri};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{delete, get, post, put};

pub use crate::pipeline::journal::Count;
pub use client::{Client, ClientError, Expectation, FaultGuard, FaultPlan, JournalCall};
pub(crate) use client::{agent, encoded, transport_error};
pub(crate) use data::reload;
pub(crate) use describe::{Form, coverage, landing_page, operation_page};
pub(crate) use guard::{ControlAccess, is_token};
pub(crate) use problem::Problem;

use crate::app::App;
use crate::providers::provider;

/// The routes under `/_rollcall` as `(address, methods, description)`; `GET /_rollcall` prints them.
pub(crate) const INDEX: &[(&str, &str, &str)] = &[
    ("", "GET", "this list"),
    ("health", "GET", "alive"),
    ("ready", "GET", "alive, the seed loaded, all listeners open"),
    (
        "ca.pem",
        "GET",
        "the certificate to trust for HTTPS, with --tls auto",
    ),
    ("providers", "GET", "every provider and its operations"),
    (
        "providers/{id}",
        "GET",
        "one provider: operations, parameters, limits, errors and quirks with their sources",
    ),
    (
        "errors",
        "GET",
        "the error tables: the names to use in faults; ?provider=",
    ),
    (
        "namespaces",
        "GET",
        "every namespace with its counts and last use",
    ),
    (
        "namespaces/{namespace}",
        "GET, PUT, DELETE",
        "one namespace; create it from {\"from\": \"template\" | \"empty\" | \"<namespace>\"}; drop it",
    ),
    (
        "namespaces/{namespace}/reset",
        "POST",
        "reset data, tasks, random stream, settings, clock, faults and journal, or with {\"to\": \"empty\"} remove the data; ?journal=keep",
    ),
    (
        "reset",
        "POST",
        "the same for ?namespace=, or for all namespaces with ?namespace=*",
    ),
    (
        "namespaces/{namespace}/settings",
        "GET, PATCH",
        "auth, quirks, regions, domain_name, async_polls, skew",
    ),
    (
        "namespaces/{namespace}/seed",
        "POST, PUT",
        "merge a seed document, or application/x-ndjson with one per line (PUT: replace the data); all or nothing; ?check=true only checks",
    ),
    (
        "template",
        "PUT",
        "a seed, {\"from\": \"<namespace>\"} or {\"from\": \"empty\"}, for all later namespaces and resets",
    ),
    (
        "namespaces/{namespace}/snapshot",
        "GET, PUT",
        "the data as one SQLite file",
    ),
    (
        "namespaces/{namespace}/export",
        "GET, PUT",
        "the data as ndjson, one record per line",
    ),
    (
        "namespaces/{namespace}/diff",
        "GET",
        "the differences from another namespace (?with=), as ndjson",
    ),
    (
        "namespaces/{namespace}/values",
        "GET",
        "values from its records for the parameters of operations; ?provider= and ?version=",
    ),
    (
        "reload",
        "POST",
        "reload the seed files, and reset the namespaces that have not been written to",
    ),
    (
        "faults",
        "GET, POST, DELETE",
        "fault rules of all namespaces, or of ?namespace=",
    ),
    ("faults/{id}", "DELETE", "remove one rule"),
    (
        "journal",
        "GET, DELETE",
        "the calls; ?namespace= provider= operation= status= failed= stage= since=<id> before=<id> limit= wait_ms=",
    ),
    ("journal/{id}", "GET", "one call in full"),
    (
        "journal/{id}/curl",
        "GET",
        "a curl command that repeats the call",
    ),
    (
        "journal/{id}/replay",
        "POST",
        "repeat the call, signed with a key of its namespace: {\"access_key\", \"scheme\", \"region\", \"service\", \"send\"}",
    ),
    (
        "try",
        "POST",
        "make a call: {\"provider\", \"operation\", \"version\", \"parameters\" or \"values\"} or {\"request\"}, with \"namespace\", \"access_key\", \"scheme\", \"region\", \"service\", \"send\"",
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
        "{\"mode\": \"real\"}, {\"mode\": \"fixed\", \"time\": …} or {\"mode\": \"offset\", \"by\": \"1h\"}; ?namespace=",
    ),
    (
        "clock/advance",
        "POST",
        "{\"by\": \"1h\"}, or back with \"-15m\"; ?namespace=",
    ),
    ("metrics", "GET", "Prometheus text"),
    (
        "openapi/{file}",
        "GET",
        "the OpenAPI document <provider>.yaml, or control-plane.yaml",
    ),
    ("console/", "GET", "all of this in a browser"),
    ("console/{file}", "GET", "a file of the console"),
];

/// Marks a control-plane call that came over TLS.
#[derive(Debug, Clone, Copy)]
pub(crate) struct OverTls;

/// The router of everything under `/_rollcall`.
pub(crate) fn router(app: &Arc<App>, access: ControlAccess) -> Router {
    let console = Router::new()
        .route("/console", get(console::folder))
        .route("/console/", get(console::index))
        .route("/console/{file}", get(console::file))
        .layer(from_fn(console::protect));
    let routes = Router::new()
        .route("/", get(info::index))
        .route("/health", get(info::health))
        .route("/ready", get(info::ready))
        .route("/ca.pem", get(info::ca_pem))
        .route("/providers", get(info::providers))
        .route("/providers/{id}", get(info::one_provider))
        .route("/errors", get(info::errors))
        .route("/namespaces", get(namespaces::namespaces))
        .route(
            "/namespaces/{namespace}",
            get(namespaces::one_namespace)
                .put(namespaces::create)
                .delete(namespaces::drop_namespace),
        )
        .route("/namespaces/{namespace}/reset", post(namespaces::reset_one))
        .route("/reset", post(namespaces::reset))
        .route(
            "/namespaces/{namespace}/settings",
            get(settings::settings).patch(settings::change_settings),
        )
        .route(
            "/namespaces/{namespace}/seed",
            post(data::seed).put(data::put_seed),
        )
        .route("/template", put(data::put_template))
        .route(
            "/namespaces/{namespace}/snapshot",
            get(data::snapshot).put(data::restore),
        )
        .route(
            "/namespaces/{namespace}/export",
            get(export::export).put(data::import),
        )
        .route("/namespaces/{namespace}/diff", get(data::diff))
        .route("/namespaces/{namespace}/values", get(known::values))
        .route("/reload", post(data::reload_seeds))
        .route(
            "/faults",
            get(faults::faults)
                .post(faults::add_fault)
                .delete(faults::remove_faults),
        )
        .route("/faults/{id}", delete(faults::remove_fault))
        .route(
            "/journal",
            get(journal::journal).delete(journal::clear_journal),
        )
        .route("/journal/verify", post(journal::verify))
        .route("/journal/{id}", get(journal::journal_entry))
        .route("/journal/{id}/curl", get(journal::journal_curl))
        .route("/journal/{id}/replay", post(attempt::replay))
        .route("/try", post(attempt::attempt))
        .route("/explain/{id}", get(journal::explain))
        .route("/clock", get(clock::clock).put(clock::set_clock))
        .route("/clock/advance", post(clock::advance_clock))
        .route("/metrics", get(info::metrics))
        .route("/openapi/{file}", get(info::openapi))
        .merge(console)
        .fallback(|uri: Uri| async move {
            Problem::new(
                404,
                format!(
                    "there is no /_rollcall{}; GET /_rollcall lists all addresses",
                    uri.path()
                ),
            )
        })
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            not_taken(&method, &format!("/_rollcall{}", uri.path()))
        })
        .with_state(Arc::clone(app));
    // A nested router does not serve the prefix with a trailing slash.
    Router::new()
        .route("/_rollcall/", get(info::index))
        .method_not_allowed_fallback(|method: Method, uri: Uri| async move {
            not_taken(&method, uri.path())
        })
        .nest("/_rollcall", routes)
        .layer(from_fn_with_state(
            Arc::new(guard::Guard::new(access, app.fleet.replica.as_deref())),
            guard::check,
        ))
}

fn not_taken(method: &Method, path: &str) -> Problem {
    let detail = format!("{path} does not take {method}; the header Allow lists what it takes");
    Problem::new(405, detail)
}

/// The OpenAPI document of a provider, or of the control plane itself.
pub(crate) fn document(id: &str) -> Option<&'static str> {
    match id {
        "control-plane" => Some(include_str!("../../openapi/control-plane.yaml")),
        id => provider(id).map(|provider| provider.openapi),
    }
}
