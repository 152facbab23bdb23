//! What moves whole databases: seeds, snapshots, exports and their differences.

use std::fmt::Write as _;
use std::io::BufReader;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::Problem;
use super::extract::{BodyStream, LargeBody, PathParam, QueryParams, pointer};
use super::handlers::{Answer, blocking, counts};
use crate::app::App;
use crate::namespace::{DATA_VERSION, NamespaceError, State as Data};
use crate::provider::SeedContext;
use crate::provider::seed::SeedError;
use crate::providers::PROVIDERS;
use crate::seed::template;
use crate::seed::{self, LineCause, LineError};
use crate::store::{OpenError, Store};

const NDJSON: &str = "application/x-ndjson";

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

impl From<LineError> for Merging {
    fn from(LineError { line, cause }: LineError) -> Self {
        match cause {
            LineCause::Text(cause) => Self::Text(line, cause),
            LineCause::Seed(cause) => Self::Seed(line, cause),
        }
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
                let steps: String = path
                    .split(['.', '[', ']'])
                    .filter(|part| !part.is_empty())
                    .map(pointer)
                    .collect();
                let at = if path.is_empty() {
                    String::new()
                } else {
                    format!("at {path}: ")
                };
                let detail = format!("{}{at}{rule}; nothing was changed", place(line));
                Self::new(400, detail).at(steps)
            }
            Merging::Text(line, rule) => {
                let detail = format!("{}no JSON: {rule}; nothing was changed", place(line));
                Self::new(400, detail)
            }
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
    if is_stream {
        return Ok(seed::merge_lines(tx, bytes, context)?);
    }
    let bytes = bytes.strip_prefix(seed::MARK).unwrap_or(bytes);
    let document = serde_json::from_slice(bytes).map_err(|cause| {
        let hint = seed::is_several(&cause)
            .then(|| format!(" (a stream of one document a line is sent as {NDJSON})"));
        Merging::Text(0, format!("{cause}{}", hint.unwrap_or_default()))
    })?;
    seed::merge(tx, &document, context).map_err(|cause| Merging::Seed(0, cause))
}

/// Merges what a seed document, or a stream of them, holds; all or nothing.
pub(crate) async fn seed(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    headers: HeaderMap,
    LargeBody(bytes): LargeBody,
) -> Answer {
    let is_stream = headers
        .get("content-type")
        .is_some_and(|value| value.as_bytes().starts_with(NDJSON.as_bytes()));
    blocking(move || {
        app.namespaces.with(&name, |namespace| {
            let state = namespace.state();
            let context = context(&state);
            let store = &state.store;
            let records = store.write(|tx| merge(tx, &bytes, is_stream, &context))?;
            Ok(Json(
                json!({ "name": namespace.name, "records": records, "counts": counts(store)? }),
            ))
        })
    })
    .await
}

fn context(state: &Data) -> SeedContext<'_> {
    SeedContext {
        ids: &state.ids,
        now: state.clock.now(),
    }
}

/// The data of a namespace as one SQLite file.
pub(crate) async fn snapshot(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Answer<Response> {
    blocking(move || {
        let state = app.namespaces.existing(&name)?.state();
        let bytes = state.store.to_bytes()?;
        Ok(([("content-type", "application/vnd.sqlite3")], bytes).into_response())
    })
    .await
}

/// Puts a snapshot in place of a namespace's data; one that is newer, foreign or damaged changes nothing.
pub(crate) async fn restore(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    LargeBody(bytes): LargeBody,
) -> Answer {
    blocking(move || {
        let model = template::empty_store()?;
        let restored =
            Store::from_bytes(&bytes, DATA_VERSION, &model).map_err(|cause| match cause {
                OpenError::Io(_) => Problem::from(cause),
                cause => Problem::new(400, format!("the snapshot {cause}; nothing was changed")),
            })?;
        put(&app, &name, restored)
    })
    .await
}

/// Puts a database in place of a namespace's.
fn put(app: &App, name: &str, store: Store) -> Answer {
    let namespace = app.namespaces.get(name)?;
    let (old, new) = app.namespaces.replace(&namespace, store)?;
    Ok(Json(
        json!({ "name": name, "dropped": counts(&old.store)?, "counts": counts(&new.store)? }),
    ))
}

/// Every record as a line of ndjson, each a seed document of its own.
fn lines(store: &Store) -> rusqlite::Result<String> {
    let mut lines = String::new();
    let mut add = |id: &str, value: Value| {
        // Writing to memory cannot fail.
        let _ = writeln!(lines, "{}", json!({ id: value }));
    };
    store.read(|tx| {
        seed::credentials::export(tx, &mut |value| add("credentials", value))?;
        for provider in PROVIDERS {
            provider.export(tx, &mut |value| add(provider.id(), value))?;
        }
        Ok::<_, rusqlite::Error>(())
    })?;
    Ok(lines)
}

fn ndjson(lines: String) -> Response {
    ([("content-type", NDJSON)], lines).into_response()
}

/// The data of a namespace as ndjson.
pub(crate) async fn export(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Answer<Response> {
    blocking(move || {
        let state = app.namespaces.existing(&name)?.state();
        Ok(ndjson(lines(&state.store)?))
    })
    .await
}

/// Puts an export in place of a namespace's data; all or nothing.
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    stream: BodyStream,
) -> Answer {
    let (incoming, bringing) = stream.split();
    let reading = blocking(move || {
        app.namespaces.with(&name, |namespace| {
            let state = namespace.state();
            let imported = template::empty_store()?;
            let lines = BufReader::new(incoming);
            imported
                .write(|tx| Ok::<_, Merging>(seed::merge_lines(tx, lines, &context(&state))?))?;
            put(&app, &name, imported)
        })
    });
    let (brought, read) = tokio::join!(bringing, reading);
    brought.and(read)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct With {
    with: Option<String>,
}

/// The records that only one of two namespaces has, as ndjson: `{"only_in": "<namespace>", "record": …}`.
pub(crate) async fn diff(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    QueryParams(With { with }): QueryParams<With>,
) -> Answer<Response> {
    blocking(move || {
        let with =
            with.ok_or_else(|| Problem::new(400, "name the other namespace: ?with=<namespace>"))?;
        let (one, other) = (
            app.namespaces.existing(&name)?,
            app.namespaces.existing(&with)?,
        );
        let (left, right) = (lines(&one.state().store)?, lines(&other.state().store)?);
        let sorted = |text| {
            let mut lines: Vec<&str> = str::lines(text).collect();
            lines.sort_unstable();
            lines
        };
        let (left, right) = (sorted(&left), sorted(&right));
        let mut differences = String::new();
        for (lines, others, name) in [(&left, &right, &one.name), (&right, &left, &other.name)] {
            let name = json!(name);
            for line in lines
                .iter()
                .filter(|line| others.binary_search(line).is_err())
            {
                let _ = writeln!(differences, "{{\"only_in\":{name},\"record\":{line}}}");
            }
        }
        Ok(ndjson(differences))
    })
    .await
}

/// Reads the seed files again, and resets the namespaces that nobody wrote to.
pub(crate) async fn reload_seeds(State(app): State<Arc<App>>) -> Answer {
    blocking(move || {
        Ok(Json(
            reload(&app).map_err(|cause| Problem::new(400, cause))?,
        ))
    })
    .await
}

/// The same, for `--watch` too; a wrong seed changes nothing.
pub(crate) fn reload(app: &App) -> Result<Value, String> {
    let template = app.template.build().map_err(|cause| cause.to_string())?;
    app.namespaces.set_template(template);
    let (mut reset, mut kept) = (Vec::new(), Vec::new());
    for namespace in app.namespaces.in_use() {
        match app.namespaces.refresh(&namespace) {
            Ok(true) => reset.push(namespace.name.clone()),
            Ok(false) => kept.push(namespace.name.clone()),
            // Somebody dropped it meanwhile.
            Err(NamespaceError::Unknown(_)) => {}
            Err(cause) => return Err(cause.to_string()),
        }
    }
    reset.sort();
    kept.sort();
    Ok(json!({ "reset": reset, "kept": kept }))
}
