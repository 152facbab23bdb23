//! The control plane: what rollcall itself answers, under `/_rollcall/`.

mod describe;

use std::sync::Arc;

use axum::extract::{Path, Query, State};
use axum::http::{StatusCode, Uri};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use axum::{Json, Router};
use serde::Deserialize;
use serde_json::{Value, json};

pub(crate) use describe::{Form, coverage, landing_page};

use crate::app::App;
use crate::journal::Filter;
use crate::providers::{PROVIDERS, Provider, provider};
use crate::settings::unknown_provider;

/// How many journal entries one answer holds.
const ENTRIES: usize = 1000;

/// The routes under `/_rollcall`.
pub(crate) fn router(app: &Arc<App>) -> Router {
    Router::new()
        .route("/", get(index))
        .route("/health", get(health))
        .route("/ready", get(health))
        .route("/providers", get(providers))
        .route("/providers/{id}", get(one_provider))
        .route("/errors", get(errors))
        .route("/journal", get(journal))
        .route("/journal/{id}", get(journal_entry))
        .route("/openapi/{file}", get(openapi))
        .fallback(|uri: Uri| async move {
            Problem(
                404,
                format!("there is no {uri} here; GET /_rollcall/ lists what there is"),
            )
        })
        .method_not_allowed_fallback(|| async {
            Problem(405, "this address does not take that method".to_owned())
        })
        .with_state(Arc::clone(app))
}

/// An error of the control plane: RFC 9457 problem JSON.
struct Problem(u16, String);

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let status = StatusCode::from_u16(self.0).expect("a valid status");
        let body = json!({ "type": "about:blank", "title": status.canonical_reason(), "status": self.0, "detail": self.1 });
        (
            status,
            [("content-type", "application/problem+json")],
            body.to_string(),
        )
            .into_response()
    }
}

async fn index() -> Json<Value> {
    Json(json!({
        "rollcall": env!("CARGO_PKG_VERSION"),
        "health": "/_rollcall/health",
        "ready": "/_rollcall/ready",
        "providers": "/_rollcall/providers",
        "errors": "/_rollcall/errors",
        "journal": "/_rollcall/journal",
        "openapi": PROVIDERS.iter().map(|provider| format!("/_rollcall/openapi/{}.yaml", provider.id())).collect::<Vec<_>>(),
    }))
}

/// A server that answers has its seed loaded and its listeners open: it does both before it accepts.
async fn health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

async fn providers() -> Json<Value> {
    Json(
        PROVIDERS
            .iter()
            .map(|provider| describe::summary(*provider))
            .collect(),
    )
}

async fn one_provider(Path(id): Path<String>) -> Result<Json<Value>, Problem> {
    Ok(Json(describe::whole(find(&id)?)))
}

#[derive(Deserialize)]
struct OfProvider {
    provider: Option<String>,
}

async fn errors(Query(query): Query<OfProvider>) -> Result<Json<Value>, Problem> {
    let only = query.provider.as_deref().map(find).transpose()?;
    let wanted = PROVIDERS
        .iter()
        .filter(|provider| only.is_none_or(|only| only.id() == provider.id()));
    Ok(Json(
        wanted
            .flat_map(|provider| describe::errors(*provider))
            .collect(),
    ))
}

fn find(id: &str) -> Result<&'static dyn Provider, Problem> {
    provider(id).ok_or_else(|| Problem(404, unknown_provider(id)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct JournalQuery {
    namespace: Option<String>,
    provider: Option<String>,
    operation: Option<String>,
    stage: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    since: u64,
}

async fn journal(
    State(app): State<Arc<App>>,
    query: Result<Query<JournalQuery>, axum::extract::rejection::QueryRejection>,
) -> Result<Json<Value>, Problem> {
    let Query(query) = query.map_err(|cause| Problem(400, cause.body_text()))?;
    let filter = Filter {
        namespace: query.namespace.as_deref(),
        provider: query.provider.as_deref(),
        operation: query.operation.as_deref(),
        stage: query.stage.as_deref(),
        status: query.status,
        since: query.since,
    };
    Ok(Json(app.journal.list(&filter, ENTRIES)))
}

async fn journal_entry(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Result<Json<Value>, Problem> {
    let entry = id.parse().ok().and_then(|id| app.journal.entry(id));
    entry.map(Json).ok_or_else(|| {
        Problem(
            404,
            format!(
                "the journal has no entry {id} (any more); GET /_rollcall/journal lists what it has"
            ),
        )
    })
}

async fn openapi(Path(file): Path<String>) -> Result<Response, Problem> {
    let provider = file.strip_suffix(".yaml").and_then(provider);
    let provider = provider.ok_or_else(|| {
        Problem(
            404,
            format!("there is no document {file}; GET /_rollcall/ lists them"),
        )
    })?;
    Ok(([("content-type", "application/yaml")], provider.openapi()).into_response())
}
