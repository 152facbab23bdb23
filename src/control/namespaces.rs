//! Listing, creating, resetting and dropping namespaces.

use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::extract::{ALL, JsonBody, PathParam, ResetParams, as_member, body};
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::namespace::{DataSource, Namespace, NamespaceError, Swapped};
use crate::pipeline::journal::Filter;
use crate::providers::PROVIDERS;
use crate::store::database::Database;

/// How many failed namespaces an answer names.
const NAMED: usize = 10;

pub(crate) async fn namespaces(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    blocking(move || {
        let mut rows = Vec::new();
        for name in app.namespaces.names()? {
            let shown = match app.namespaces.find(&name) {
                Some(namespace) => to_json(&app, &namespace).map_err(Problem::from),
                // It is on disk, and listing does not open it.
                None => {
                    let unread = json!({ "name": name, "last_use": null, "counts": null });
                    let checked = app.namespaces.check_unused(&name);
                    checked
                        .map_err(Problem::from)
                        .map(|()| with_place(&app, unread))
                }
            };
            rows.push(shown.unwrap_or_else(|Problem { detail, .. }| {
                // Still list the others.
                tracing::debug!(name, %detail, "a namespace cannot be read");
                with_place(
                    &app,
                    json!({ "name": name, "last_use": null, "counts": null, "error": detail }),
                )
            }));
        }
        Ok(Json(Value::Array(rows)))
    })
    .await
}

pub(crate) async fn one_namespace(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Result<Json<Value>, Problem> {
    blocking(move || Ok(Json(to_json(&app, &*app.namespaces.existing(&name)?)?))).await
}

/// The seed status of a namespace that did not follow a changed seed.
pub(crate) const KEPT: &str = "changed, kept because written";

/// A namespace with its counts and last use.
fn to_json(app: &App, namespace: &Namespace) -> rusqlite::Result<Value> {
    let last_use = namespace.last_use();
    let last_use = (0 < last_use.millis()).then(|| last_use.rfc3339_millis());
    let counts = counts(&namespace.state().data)?;
    let mut shown = json!({ "name": namespace.name, "last_use": last_use, "counts": counts });
    if namespace.state().is_behind() {
        shown["seed"] = KEPT.into();
    }
    Ok(with_place(app, shown))
}

/// The same, with the namespace's own address and its replica, if there are any.
fn with_place(app: &App, mut shown: Value) -> Value {
    if let (Some(url), Some(name)) = (&app.fleet.namespace_url, shown["name"].as_str()) {
        shown["url"] = url.of(name).into();
    }
    if let Some(replica) = &app.fleet.replica {
        shown["replica"] = json!(&**replica);
    }
    shown
}

/// How many records of each kind each provider has.
pub(crate) fn counts(data: &Database) -> rusqlite::Result<Value> {
    let mut shown = Map::new();
    let parts = PROVIDERS.iter().map(|provider| (provider.id, *provider));
    data.note_each(
        "counts",
        parts,
        |provider, tx| (provider.data.counts)(tx),
        |provider, counts| {
            let counts = counts
                .iter()
                .map(|(kind, count)| ((*kind).to_owned(), json!(count)));
            shown.insert(provider.id.to_owned(), Value::Object(counts.collect()));
        },
    )?;
    Ok(Value::Object(shown))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Create {
    from: Option<String>,
}

pub(crate) async fn create(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    JsonBody(bytes): JsonBody,
) -> Result<Response, Problem> {
    blocking(move || {
        let Create { from } = body(&as_member(&bytes, "from"))?;
        let origin = match from.as_deref() {
            None | Some("template") => DataSource::Template,
            Some("empty") => DataSource::Empty,
            Some(other) => DataSource::Copy(
                app.namespaces
                    .existing(other)
                    .map_err(|cause| Problem::from(cause).at("/from"))?
                    .state(),
            ),
        };
        let namespace = app.namespaces.create(&name, &origin)?;
        Ok((StatusCode::CREATED, Json(to_json(&app, &namespace)?)).into_response())
    })
    .await
}

pub(crate) async fn drop_namespace(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Result<Json<Value>, Problem> {
    blocking(move || {
        // Data that cannot be read can still be dropped.
        let dropped = match app.namespaces.existing(&name) {
            Ok(namespace) => counts_of_old(&namespace.state().data),
            Err(NamespaceError::Data { .. }) => Value::Null,
            Err(cause) => return Err(cause.into()),
        };
        app.namespaces.drop_one(&name)?;
        app.faults.remove(None, Some(&name));
        app.journal.forget_dropped(&name);
        Ok(Json(json!({ "name": name, "dropped": dropped })))
    })
    .await
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Reset {
    to: Option<ResetTo>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum ResetTo {
    Template,
    Empty,
}

/// Resets a namespace with its faults and, unless it is to be kept, its journal. Returns what was dropped.
fn reset_namespace(
    app: &App,
    name: &str,
    origin: &DataSource,
    keeps: bool,
) -> Result<Value, Problem> {
    let swapped = app.namespaces.reset(name, origin)?;
    app.faults.remove(None, Some(name));
    tracing::info!(namespace = name, "reset");
    if !keeps {
        let namespace = Some(name);
        app.journal.clear(&Filter {
            namespace,
            ..Filter::default()
        });
    }
    Ok(with_place(app, swapped_json(name, &swapped)?))
}

/// The answer after data was replaced.
pub(crate) fn swapped_json(name: &str, swapped: &Swapped) -> Result<Value, Problem> {
    let dropped = match &swapped.old {
        Some(old) => counts_of_old(&old.data),
        None if swapped.created => json!({}),
        // It could not be read.
        None => Value::Null,
    };
    let counts = counts(&swapped.new.data)?;
    let mut shown = json!({ "name": name, "dropped": dropped, "counts": counts });
    if swapped.created {
        shown["created"] = true.into();
    }
    Ok(shown)
}

/// How many records there were; null if that cannot be read.
fn counts_of_old(data: &Database) -> Value {
    counts(data).unwrap_or_else(|cause| {
        tracing::warn!(%cause, "cannot count the dropped records");
        Value::Null
    })
}

fn reset_to(bytes: &[u8]) -> Result<DataSource, Problem> {
    Ok(match body::<Reset>(&as_member(bytes, "to"))?.to {
        None | Some(ResetTo::Template) => DataSource::Template,
        Some(ResetTo::Empty) => DataSource::Empty,
    })
}

pub(crate) async fn reset_one(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    ResetParams {
        keeps_journal: keeps,
        ..
    }: ResetParams,
    JsonBody(bytes): JsonBody,
) -> Result<Json<Value>, Problem> {
    blocking(move || {
        let origin = reset_to(&bytes)?;
        Ok(Json(reset_namespace(&app, &name, &origin, keeps)?))
    })
    .await
}

/// Resets one namespace, or with `?namespace=*` all of them; a failure does not stop the others.
pub(crate) async fn reset(
    State(app): State<Arc<App>>,
    ResetParams {
        about,
        keeps_journal: keeps,
    }: ResetParams,
    JsonBody(bytes): JsonBody,
) -> Result<Json<Value>, Problem> {
    blocking(move || {
        let origin = reset_to(&bytes)?;
        if about.name() != ALL {
            return Ok(Json(reset_namespace(&app, about.name(), &origin, keeps)?));
        }
        let (mut rows, mut failed) = (Vec::new(), Vec::new());
        for name in app.namespaces.names()? {
            match reset_namespace(&app, &name, &origin, keeps) {
                Ok(row) => rows.push(row),
                Err(problem) => failed.push(format!("{name}: {}", problem.detail)),
            }
        }
        if failed.is_empty() {
            return Ok(Json(Value::Array(rows)));
        }
        let (done, all) = (rows.len(), rows.len() + failed.len());
        failed.truncate(NAMED);
        let detail = format!(
            "{done} of {all} namespaces were reset; {}",
            failed.join("; ")
        );
        Err(Problem::new(503, detail))
    })
    .await
}
