//! What moves whole databases: seeds, snapshots, exports and their differences.

use std::io::{BufRead, Write as _};
use std::sync::Arc;

use axum::Json;
use axum::body::Bytes;
use axum::extract::{Path, Query, State};
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use super::handlers::{About, Answer, counts, counts_of};
use crate::app::App;
use crate::credentials;
use crate::namespace::{self, DATA_VERSION, Namespace, Origin};
use crate::providers::{PROVIDERS, SeedContext};
use crate::seed::{self, SeedError};
use crate::server;
use crate::store::{OpenError, Store};

const NDJSON: &str = "application/x-ndjson";

/// Work on databases does not keep other calls from being answered.
async fn aside<T: Send + 'static>(work: impl FnOnce() -> Answer<T> + Send + 'static) -> Answer<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|cause| Err(Problem::new(500, format!("rollcall broke here: {cause}"))))
}

/// Why a document was not merged.
enum Merging {
    /// The line of an ndjson stream (0 for a document), and what is wrong there.
    Seed(usize, SeedError),
    Text(usize, String),
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Merging {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Store(cause)
    }
}

impl From<Merging> for Problem {
    fn from(cause: Merging) -> Self {
        let place = |line: usize| {
            if line == 0 {
                String::new()
            } else {
                format!("line {line}: ")
            }
        };
        match cause {
            Merging::Seed(line, SeedError { path, rule }) => {
                let pointer: String = path
                    .split(['.', '[', ']'])
                    .filter(|part| !part.is_empty())
                    .map(|part| format!("/{part}"))
                    .collect();
                Self::new(400, format!("{}at {path}: {rule}", place(line))).at(pointer)
            }
            Merging::Text(line, rule) => Self::new(400, format!("{}{rule}", place(line))),
            Merging::Store(cause) => cause.into(),
        }
    }
}

/// Merges a document, or a stream of one a line.
fn merge(
    tx: &Connection,
    bytes: &[u8],
    is_stream: bool,
    context: &SeedContext<'_>,
) -> Result<u64, Merging> {
    let read = |line: usize, text: &[u8]| {
        let document =
            serde_json::from_slice(text).map_err(|cause| Merging::Text(line, cause.to_string()))?;
        seed::merge(tx, &document, context).map_err(|cause| Merging::Seed(line, cause))
    };
    if !is_stream {
        return read(0, bytes);
    }
    let mut records = 0;
    for (number, line) in (1..).zip(bytes.lines()) {
        let line = line.map_err(|cause| Merging::Text(number, cause.to_string()))?;
        if !line.trim().is_empty() {
            records += read(number, line.as_bytes())?;
        }
    }
    Ok(records)
}

/// Merges what a seed document, or a stream of them, holds; all or nothing.
pub(crate) async fn seed(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    headers: HeaderMap,
    bytes: Bytes,
) -> Answer {
    let is_stream = headers
        .get("content-type")
        .is_some_and(|value| value.as_bytes().starts_with(NDJSON.as_bytes()));
    aside(move || {
        let namespace = app.namespaces.get(&name)?;
        let state = namespace.state();
        let context = SeedContext {
            ids: &state.ids,
            now: namespace.clock.now(),
        };
        let records = state
            .store
            .write(|tx| merge(tx, &bytes, is_stream, &context))?;
        Ok(Json(
            json!({ "name": namespace.name, "records": records, "counts": counts(&namespace)? }),
        ))
    })
    .await
}

/// The data of a namespace as one SQLite file.
pub(crate) async fn snapshot(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Answer<Response> {
    aside(move || {
        let state = app.namespaces.existing(&name)?.state();
        let bytes = state.store.to_bytes().map_err(|cause| unusable(&cause))?;
        Ok(([("content-type", "application/vnd.sqlite3")], bytes).into_response())
    })
    .await
}

/// Puts a snapshot in place of a namespace's data; one that is newer, foreign or damaged changes nothing.
pub(crate) async fn restore(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Answer {
    aside(move || {
        let empty = namespace::empty_store()?;
        let restored = Store::from_bytes(&bytes, DATA_VERSION, &empty);
        let restored = restored.map_err(|cause| Problem::new(400, format!("the snapshot {cause}; nothing was changed")))?;
        let namespace = app.namespaces.get(&name)?;
        let old = app.namespaces.replace(&namespace, &restored)?;
        Ok(Json(json!({ "name": namespace.name, "dropped": counts_of(&old.store)?, "counts": counts(&namespace)? })))
    })
    .await
}

fn unusable(cause: &OpenError) -> Problem {
    Problem::new(500, format!("the data {cause}"))
}

/// Every record as a line of ndjson, each a seed document of its own.
pub(crate) fn lines(namespace: &Namespace) -> rusqlite::Result<Vec<String>> {
    let mut lines = Vec::new();
    namespace.state().store.read(|tx| {
        credentials::export(tx, &mut |value| {
            lines.push(json!({ "credentials": value }).to_string())
        })?;
        for provider in PROVIDERS {
            provider.export(tx, &mut |value| {
                lines.push(json!({ provider.id(): value }).to_string())
            })?;
        }
        Ok::<_, rusqlite::Error>(())
    })?;
    Ok(lines)
}

fn ndjson(lines: &[String]) -> Response {
    let mut text = Vec::with_capacity(lines.iter().map(|line| line.len() + 1).sum());
    for line in lines {
        // Writing to memory cannot fail.
        let _ = writeln!(text, "{line}");
    }
    ([("content-type", NDJSON)], text).into_response()
}

/// The data of a namespace as ndjson.
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Answer<Response> {
    aside(move || Ok(ndjson(&lines(&*app.namespaces.existing(&name)?)?))).await
}

/// Puts an export in place of a namespace's data; all or nothing.
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Answer {
    aside(move || {
        let namespace = app.namespaces.get(&name)?;
        let state = namespace.state();
        let context = SeedContext { ids: &state.ids, now: namespace.clock.now() };
        let imported = namespace::empty_store()?;
        imported.write(|tx| merge(tx, &bytes, true, &context))?;
        let old = app.namespaces.replace(&namespace, &imported)?;
        Ok(Json(json!({ "name": namespace.name, "dropped": counts_of(&old.store)?, "counts": counts(&namespace)? })))
    })
    .await
}

#[derive(Deserialize)]
pub(crate) struct With {
    with: Option<String>,
}

/// The records that only one of two namespaces has, as ndjson: `{"only_in": "<namespace>", "record": …}`.
pub(crate) async fn diff(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    Query(With { with }): Query<With>,
) -> Answer<Response> {
    aside(move || {
        let with =
            with.ok_or_else(|| Problem::new(400, "name the other namespace: ?with=<namespace>"))?;
        let (one, other) = (
            app.namespaces.existing(&name)?,
            app.namespaces.existing(&with)?,
        );
        let (mut left, mut right) = (lines(&one)?, lines(&other)?);
        left.sort();
        right.sort();
        let only = |lines: &[String], others: &[String], name: &str| {
            let missing = lines
                .iter()
                .filter(|line| others.binary_search(line).is_err());
            missing
                .map(|line| format!("{{\"only_in\":{},\"record\":{line}}}", json!(name)))
                .collect::<Vec<_>>()
        };
        let mut differences = only(&left, &right, &one.name);
        differences.extend(only(&right, &left, &other.name));
        Ok(ndjson(&differences))
    })
    .await
}

/// Reads the seed files again, and resets the namespaces that nobody wrote to.
pub(crate) async fn reload_seeds(State(app): State<Arc<App>>, _: About) -> Answer {
    aside(move || {
        Ok(Json(
            reload(&app).map_err(|cause| Problem::new(400, cause))?,
        ))
    })
    .await
}

/// The same, for `--watch` too; a wrong seed changes nothing.
pub(crate) fn reload(app: &App) -> Result<Value, String> {
    let template = server::template(&app.options).map_err(|cause| cause.to_string())?;
    app.namespaces.set_template(template);
    let mut reset = Vec::new();
    let mut kept = Vec::new();
    for namespace in app.namespaces.in_use() {
        if namespace.state().store.generation() == 0 {
            app.namespaces
                .reset(&namespace, &Origin::Template)
                .map_err(|cause| cause.to_string())?;
            reset.push(namespace.name.clone());
        } else {
            kept.push(namespace.name.clone());
        }
    }
    Ok(json!({ "reset": reset, "kept": kept }))
}
