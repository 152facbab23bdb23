//! Providers and their tables, health, metrics and documents.

use std::sync::Arc;
use std::sync::atomic::Ordering;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{PathParam, QueryParams};
use super::problem::{Problem, blocking};
use super::{INDEX, describe};
use crate::app::App;
use crate::namespace::Namespace;
use crate::pipeline::journal::Size;
use crate::pipeline::metrics::LOG_LINES_DROPPED;
use crate::provider::Provider;
use crate::providers::signatures::Nonces;
use crate::providers::{PROVIDERS, require};

pub(crate) async fn index() -> Json<Value> {
    let rows = INDEX.iter().map(|(address, methods, about)| {
        let slash = if address.is_empty() { "" } else { "/" };
        json!({ "address": format!("/_rollcall{slash}{address}"), "methods": methods, "about": about })
    });
    Json(json!({ "rollcall": env!("CARGO_PKG_VERSION"), "addresses": rows.collect::<Vec<_>>() }))
}

/// A server that answers has loaded its seed and opened its listeners, since it does both before it accepts. What remains to check
/// is whether writes would survive a restart.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    blocking(move || {
        app.namespaces.check_folder()?;
        let Json(mut ready) = json_health(&app);
        ready["tls"] = json!(app.certificates.is_on());
        ready["proxy"] = json!(app.is_proxy);
        Ok(Json(ready))
    })
    .await
}

/// The certificate of rollcall's own authority. Making it takes less than a millisecond.
pub(crate) async fn ca_pem(State(app): State<Arc<App>>) -> Result<Response, Problem> {
    match app.certificates.ca_pem() {
        Ok(Some(pem)) => Ok(([("content-type", "application/x-pem-file")], pem).into_response()),
        Ok(None) => Err(Problem::new(
            404,
            "this server has no certificate authority of its own; start it with --tls auto",
        )),
        Err(cause) => Err(Problem::new(500, cause.to_string())),
    }
}

pub(crate) async fn health(State(app): State<Arc<App>>) -> Json<Value> {
    json_health(&app)
}

fn json_health(app: &App) -> Json<Value> {
    let mut health = json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") });
    if let Some(replica) = &app.fleet.replica {
        health["replica"] = json!(&**replica);
    }
    Json(health)
}

pub(crate) async fn providers() -> Json<Value> {
    Json(
        PROVIDERS
            .iter()
            .map(|provider| describe::summary(provider))
            .collect(),
    )
}

pub(crate) async fn one_provider(PathParam(id): PathParam) -> Result<Json<Value>, Problem> {
    Ok(Json(describe::whole(find_provider(&id)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfProvider {
    provider: Option<String>,
}

pub(crate) async fn errors(
    QueryParams(query): QueryParams<OfProvider>,
) -> Result<Json<Value>, Problem> {
    let only = query.provider.as_deref().map(find_provider).transpose()?;
    let wanted = PROVIDERS
        .iter()
        .filter(|provider| only.is_none_or(|only| only.id == provider.id));
    Ok(Json(
        wanted
            .flat_map(|provider| describe::errors(provider))
            .collect(),
    ))
}

fn find_provider(id: &str) -> Result<&'static Provider, Problem> {
    require(id).map_err(|rule| Problem::new(404, rule))
}

pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Response {
    let Size {
        entries,
        bytes,
        dropped,
    } = app.journal.size();
    let namespaces = app.namespaces.in_use().len() as u64;
    let faults = app.faults.len() as u64;
    let nonces_of =
        |namespace: &Arc<Namespace>| namespace.state().memory.get::<Nonces>().forgotten();
    let nonces = app.namespaces.in_use().iter().map(nonces_of).sum();
    let kept = [
        ("namespaces", "gauge", "Namespaces in use.", namespaces),
        ("faults", "gauge", "Fault rules.", faults),
        (
            "journal_entries",
            "gauge",
            "Entries in the journal.",
            entries,
        ),
        ("journal_bytes", "gauge", "Bytes in the journal.", bytes),
        (
            "journal_dropped_total",
            "counter",
            "Entries dropped from the journal.",
            dropped,
        ),
        (
            "nonces_forgotten_total",
            "counter",
            "Nonces dropped early, because there were too many.",
            nonces,
        ),
        (
            "log_lines_dropped_total",
            "counter",
            "Log lines dropped, because standard error was full or could not be written.",
            LOG_LINES_DROPPED.load(Ordering::Relaxed),
        ),
    ];
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    (
        [("content-type", content_type)],
        app.metrics.text(&kept, app.fleet.replica.as_deref()),
    )
        .into_response()
}

pub(crate) async fn openapi(
    PathParam(file): PathParam,
    headers: HeaderMap,
) -> Result<Response, Problem> {
    let document = file.strip_suffix(".yaml").and_then(super::document);
    let document = document.ok_or_else(|| {
        Problem::new(
            404,
            format!("there is no document {file}; GET /_rollcall/providers lists the providers"),
        )
    })?;
    // Clients generated from it then call the address that it came from.
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_:[]".contains(letter);
    let document = match host.filter(|host| !host.is_empty() && host.chars().all(is_plain)) {
        Some(host) => document.replacen("http://127.0.0.1:4700", &format!("http://{host}"), 1),
        None => document.to_owned(),
    };
    Ok(([("content-type", "application/yaml")], document).into_response())
}
