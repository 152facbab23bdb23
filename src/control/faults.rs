//! Fault rules.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde_json::{Value, json};

use super::extract::{ALL, JsonBody, NamespaceParam, PathParam, required_body};
use super::problem::Problem;
use crate::app::App;
use crate::pipeline::faults::{AddError, Rule};

/// Lists all rules, or those of one namespace.
pub(crate) async fn faults(State(app): State<Arc<App>>, about: NamespaceParam) -> Json<Vec<Rule>> {
    Json(app.faults.list(about.only()))
}

pub(crate) async fn add_fault(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Result<Response, Problem> {
    let rule: Rule = required_body(&bytes)?;
    about.agrees_with(rule.matches.namespace.as_deref())?;
    let rule = app.faults.add(rule, about.name());
    let rule = rule.map_err(|error| match error {
        AddError::Rule(error) => Problem::new(400, error.rule).at(error.pointer),
        AddError::Full => Problem::new(429, AddError::FULL),
    })?;
    tracing::info!(
        fault = rule.id,
        namespace = rule.matches.namespace,
        "fault added"
    );
    Ok((StatusCode::CREATED, Json(rule)).into_response())
}

/// Removes all rules, or those of one namespace.
pub(crate) async fn remove_faults(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
) -> Json<Value> {
    let removed = app.faults.remove(None, about.only());
    tracing::info!(
        namespace = about.only().unwrap_or(ALL),
        removed,
        "faults cleared"
    );
    Json(json!({ "removed": removed }))
}

pub(crate) async fn remove_fault(
    State(app): State<Arc<App>>,
    PathParam(id): PathParam,
) -> Result<Json<Value>, Problem> {
    let removed = id.parse().map_or(0, |id| app.faults.remove(Some(id), None));
    if removed == 0 {
        return Err(Problem::new(
            404,
            format!(
                "fault {id} does not exist (any more); GET /_rollcall/faults lists those that do"
            ),
        ));
    }
    tracing::info!(fault = id, "fault removed");
    Ok(Json(json!({ "removed": removed })))
}
