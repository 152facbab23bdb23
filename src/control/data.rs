//! Calls that transfer whole databases: seeds, snapshots, exports and diffs.

use std::convert::Infallible;
use std::fmt::Display;
use std::io::Write as _;
use std::sync::Arc;

use axum::Json;
use axum::extract::State;
use axum::http::HeaderMap;
use axum::response::{IntoResponse, Response};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::{Value, json};

use super::export::{NDJSON, each_record, lines, ndjson};
use super::extract::{LargeBody, LineStream, PathParam, QueryParams, pointer};
use super::in_flight::{InFlight, shared};
use super::namespaces::{KEPT, counts, swapped_json};
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::namespace::clock::Clock;
use crate::namespace::ids::Ids;
use crate::namespace::{self, DATA_VERSION, NamespaceError, State as Data};
use crate::provider::SeedContext;
use crate::provider::json::{Place, steps_of};
use crate::provider::seed::SeedError;
use crate::providers::PROVIDERS;
use crate::seed::template;
use crate::seed::{self, Document, DocumentError, LineCause, LineError};
use crate::store::database::Database;
use crate::store::{OpenError, Store};

/// Why a document was not merged.
enum Merging {
    /// Where in the text, and what is wrong there.
    Seed(Place, SeedError),
    /// Where in the text, a pointer and what is wrong there.
    Text(Place, String, String),
    Store(rusqlite::Error),
}

impl From<rusqlite::Error> for Merging {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Store(cause)
    }
}

impl From<LineError> for Merging {
    fn from(LineError { place, cause }: LineError) -> Self {
        match cause {
            LineCause::Text(cause) => Self::Text(place, String::new(), cause),
            LineCause::Seed(cause) => Self::Seed(place, cause),
        }
    }
}

impl From<Merging> for Problem {
    fn from(cause: Merging) -> Self {
        let said = |Place { line, column }: Place| match (line, column) {
            (0, _) => String::new(),
            (line, 0) => format!("line {line}: "),
            (line, column) => format!("line {line} column {column}: "),
        };
        match cause {
            Merging::Seed(place, cause) => {
                let steps: String = steps_of(&cause.path).map(pointer).collect();
                let detail = format!("{}{cause}; nothing was changed", said(place));
                Self::new(400, detail).at(steps)
            }
            Merging::Text(place, pointer, rule) => {
                let detail = format!("{}invalid JSON: {rule}; nothing was changed", said(place));
                if pointer.is_empty() {
                    Self::new(400, detail)
                } else {
                    Self::new(400, detail).at(pointer)
                }
            }
            Merging::Store(cause) => cause.into(),
        }
    }
}

/// Merges a document, or a stream of one document per line.
fn merge(
    tx: &Connection,
    bytes: &[u8],
    is_stream: bool,
    context: &SeedContext<'_>,
) -> Result<u64, Merging> {
    if is_stream {
        return Ok(seed::merge_lines(tx, bytes, 1, context)?);
    }
    let located = |cause: SeedError| Merging::Seed(cause.place, cause);
    let document = Document::parse(bytes).map_err(|cause| match cause {
        DocumentError::Text(place, cause) => {
            let hint = cause
                .is_several()
                .then(|| format!(" (send one document per line as {NDJSON})"));
            let hint = hint.unwrap_or_default();
            let rule = format!("{}{hint}", cause.without_position());
            Merging::Text(place, cause.pointer(), rule)
        }
        DocumentError::Seed(cause) => located(cause),
    })?;
    seed::merge(tx, &document, context).map_err(located)
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SeedParams {
    /// Whether the document is only checked.
    #[serde(default)]
    check: bool,
}

/// Why a transaction is rolled back.
enum RolledBack {
    /// It was only a check; it held that many records.
    Checked(u64),
    Failed(Merging),
}

impl From<rusqlite::Error> for RolledBack {
    fn from(cause: rusqlite::Error) -> Self {
        Self::Failed(cause.into())
    }
}

/// Where to merge a seed into data.
fn target(data: &Database, bytes: &[u8], is_stream: bool) -> rusqlite::Result<Arc<Store>> {
    match seed::only_part(bytes, is_stream) {
        Some(part) => Ok(Arc::clone(data.part(part))),
        None => data.whole(),
    }
}

/// Counts a seed's records, or says what is wrong in it. `store` is not changed.
fn checked(
    app: &App,
    name: &str,
    store: &Store,
    bytes: &[u8],
    is_stream: bool,
) -> Result<Json<Value>, Problem> {
    // Do not use up the namespace's ids.
    let ids = app.template.ids("check");
    let now = Clock::new(app.template.clock).now();
    let context = SeedContext { ids: &ids, now };
    let tried = store.write(|tx| match merge(tx, bytes, is_stream, &context) {
        Ok(records) => Err::<Infallible, _>(RolledBack::Checked(records)),
        Err(cause) => Err(RolledBack::Failed(cause)),
    });
    match tried {
        Err(RolledBack::Checked(records)) => Ok(Json(
            json!({ "name": name, "records": records, "checked": true }),
        )),
        Err(RolledBack::Failed(cause)) => Err(cause.into()),
        Ok(never) => match never {},
    }
}

/// Merges a seed document, or a stream of them; all or nothing.
pub(crate) async fn seed(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    QueryParams(SeedParams { check }): QueryParams<SeedParams>,
    headers: HeaderMap,
    LargeBody(bytes): LargeBody,
) -> Result<Json<Value>, Problem> {
    let is_stream = is_stream(&headers);
    blocking(move || {
        something(&bytes)?;
        if check {
            let data = match app.namespaces.existing(&name) {
                Ok(namespace) => namespace.state().data.clone(),
                Err(NamespaceError::Unknown(_)) => Database::starting_as(app.namespaces.template()),
                Err(cause) => return Err(cause.into()),
            };
            let store = target(&data, &bytes, is_stream)?;
            return checked(&app, &name, &store, &bytes, is_stream);
        }
        app.namespaces.with(&name, |namespace| {
            let state = namespace.state();
            let context = context(&state);
            let store = target(&state.data, &bytes, is_stream)?;
            let records = store.write(|tx| merge(tx, &bytes, is_stream, &context))?;
            tracing::info!(namespace = name, records, "seeded");
            let counts = counts(&state.data)?;
            Ok(Json(
                json!({ "name": namespace.name, "records": records, "counts": counts }),
            ))
        })
    })
    .await
}

/// Replaces a namespace's data with a seed document, or a stream of them; all or nothing.
pub(crate) async fn put_seed(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    QueryParams(SeedParams { check }): QueryParams<SeedParams>,
    headers: HeaderMap,
    LargeBody(bytes): LargeBody,
) -> Result<Json<Value>, Problem> {
    let is_stream = is_stream(&headers);
    blocking(move || {
        something(&bytes)?;
        if check {
            return match app.namespaces.existing(&name) {
                Err(cause @ NamespaceError::Name(_)) => Err(cause.into()),
                _ => checked(&app, &name, &template::empty_store()?, &bytes, is_stream),
            };
        }
        let replace = |context: &SeedContext<'_>| {
            let seeded = template::empty_store()?;
            seeded.write(|tx| merge(tx, &bytes, is_stream, context))?;
            put(&app, &name, &Arc::new(seeded))
        };
        match app.namespaces.existing(&name) {
            // Data that cannot be read is not needed either.
            Err(NamespaceError::Data { .. }) => {
                let (ids, clock) = unread(&app);
                let now = clock.now();
                replace(&SeedContext { ids: &ids, now })
            }
            _ => app
                .namespaces
                .with(&name, |namespace| replace(&context(&namespace.state()))),
        }
    })
    .await
}

/// Changes the template of new namespaces and resets: a seed document, a stream of them, `{"from": "<namespace>"}` or `{"from": "empty"}`.
pub(crate) async fn put_template(
    State(app): State<Arc<App>>,
    headers: HeaderMap,
    LargeBody(bytes): LargeBody,
) -> Result<Json<Value>, Problem> {
    #[derive(Deserialize)]
    #[serde(deny_unknown_fields)]
    struct From {
        from: String,
    }

    let is_stream = is_stream(&headers);
    blocking(move || {
        something(&bytes)?;
        let template = match serde_json::from_slice(&bytes) {
            Ok(From { from }) if from == "empty" => template::empty_store()?,
            Ok(From { from }) => {
                let original = app.namespaces.existing(&from);
                let original = original.map_err(|cause| Problem::from(cause).at("/from"))?;
                original.state().data.readable()?.copy_in_memory()?
            }
            Err(_) => {
                let template = template::empty_store()?;
                let ids = app.template.ids("template");
                let now = Clock::new(app.template.clock).now();
                let context = SeedContext { ids: &ids, now };
                template.write(|tx| merge(tx, &bytes, is_stream, &context))?;
                template
            }
        };
        let template = template::template_of(template)?;
        let counts = counts(&Database::Whole(Arc::clone(&template.whole)))?;
        app.namespaces.set_template(template);
        tracing::info!("template replaced");
        Ok(Json(json!({ "counts": counts })))
    })
    .await
}

fn is_stream(headers: &HeaderMap) -> bool {
    headers
        .get("content-type")
        .is_some_and(|value| value.as_bytes().starts_with(NDJSON.as_bytes()))
}

/// Refuses to replace data with an empty body, which is more often a mistake than an intention.
fn something(bytes: &[u8]) -> Result<(), Problem> {
    if bytes.trim_ascii().is_empty() {
        let detail = "the body is empty; to replace the data with none, send {}";
        return Err(Problem::new(400, detail));
    }
    Ok(())
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
) -> Result<Response, Problem> {
    blocking(move || {
        let state = app.namespaces.existing(&name)?.state();
        let in_flight = state.memory.get::<InFlight>();
        let bytes = shared(&in_flight.snapshot, &state.data, Store::to_bytes)?;
        Ok(([("content-type", "application/vnd.sqlite3")], bytes).into_response())
    })
    .await
}

/// Replaces a namespace's data with a snapshot. One that is newer, foreign, damaged or inconsistent changes nothing.
pub(crate) async fn restore(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    LargeBody(bytes): LargeBody,
) -> Result<Json<Value>, Problem> {
    blocking(move || {
        let model = template::empty_store()?;
        let refused = |cause: &dyn Display| {
            Problem::new(400, format!("the snapshot {cause}; nothing was changed"))
        };
        let restored = Store::from_bytes(&bytes, DATA_VERSION, &model, template::is_our_schema)
            .map_err(|cause| match cause {
                OpenError::Io(_) | OpenError::Machine(_) => Problem::from(cause),
                cause => refused(&cause),
            })?;
        drop(bytes);
        let restored = Arc::new(restored);
        check_values(&restored).map_err(|rule| refused(&rule))?;
        put(&app, &name, &restored)
    })
    .await
}

/// Reads every value as the providers will: what a schema accepts may still be invalid text, out of bounds, or contradict another
/// value.
fn check_values(store: &Arc<Store>) -> Result<(), String> {
    let unreadable = |cause: rusqlite::Error| format!("holds a value that cannot be read: {cause}");
    counts(&Database::Whole(Arc::clone(store))).map_err(unreadable)?;
    store
        .read(|tx| each_record(tx, &mut |_, value| drop(value)))
        .map_err(unreadable)?;
    for provider in PROVIDERS {
        for sql in provider.data.contradictions {
            let found = store.read(|tx| tx.prepare(sql)?.exists([]));
            if found.map_err(unreadable)? {
                let id = provider.id;
                return Err(format!(
                    "is inconsistent: counts or ids of {id} do not match its rows"
                ));
            }
        }
    }
    Ok(())
}

/// Replaces a namespace's database.
fn put(app: &App, name: &str, store: &Arc<Store>) -> Result<Json<Value>, Problem> {
    let swapped = app.namespaces.replace(name, store)?;
    tracing::info!(namespace = name, "data replaced");
    Ok(Json(swapped_json(name, &swapped)?))
}

/// What ids and times come from where there is no data, or none that can be read.
fn unread(app: &App) -> (Ids, Clock) {
    (app.template.ids("import"), Clock::new(app.template.clock))
}

/// The part of an export that has been read, in a separate database that stays invisible until it is complete.
struct Import {
    store: Store,
    /// The data to replace, if it can be read: its clock and ids continue.
    old: Option<Arc<Data>>,
    ids: Ids,
    clock: Clock,
    /// The number of the next line.
    line: usize,
    records: u64,
}

impl Import {
    fn begin(app: &App, name: &str) -> Result<Self, Problem> {
        let old = match app.namespaces.existing(name) {
            Ok(namespace) => Some(namespace.state()),
            Err(NamespaceError::Unknown(_) | NamespaceError::Data { .. }) => None,
            Err(cause) => return Err(cause.into()),
        };
        let (ids, clock) = unread(app);
        Ok(Self {
            store: template::empty_store()?,
            old,
            ids,
            clock,
            line: 1,
            records: 0,
        })
    }

    fn take(&mut self, lines: &[u8]) -> Result<(), Problem> {
        let context = match &self.old {
            Some(old) => context(old),
            None => SeedContext {
                ids: &self.ids,
                now: self.clock.now(),
            },
        };
        let merge = |tx: &Connection| seed::merge_lines(tx, lines, self.line, &context);
        let records = self.store.write(|tx| merge(tx).map_err(Merging::from))?;
        self.records += records;
        self.line += memchr::memchr_iter(b'\n', lines).count();
        Ok(())
    }
}

/// Replaces a namespace's data with an export; all or nothing.
pub(crate) async fn import(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    mut stream: LineStream,
) -> Result<Json<Value>, Problem> {
    if !namespace::is_name(&name) {
        return Err(NamespaceError::Name(name).into());
    }
    let mut import = None;
    while let Some(lines) = stream.next().await? {
        let (app, name) = (Arc::clone(&app), name.clone());
        let taken = blocking(move || {
            let mut import = match import {
                Some(import) => import,
                None => Import::begin(&app, &name)?,
            };
            import.take(&lines)?;
            Ok(import)
        });
        match taken.await {
            Ok(taken) => import = Some(taken),
            Err(problem) => {
                stream.drain().await?;
                return Err(problem);
            }
        }
    }
    let import = import.filter(|import| 0 < import.records).ok_or_else(|| {
        let detail = "the export holds no records, and nothing was changed; to empty a namespace, POST {\"to\": \"empty\"} to its reset";
        Problem::new(400, detail)
    })?;
    blocking(move || put(&app, &name, &Arc::new(import.store))).await
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct DiffQuery {
    with: Option<String>,
}

/// The records that only one of two namespaces has, as ndjson: `{"only_in": "<namespace>", "record": …}`.
pub(crate) async fn diff(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    QueryParams(DiffQuery { with }): QueryParams<DiffQuery>,
) -> Result<Response, Problem> {
    blocking(move || {
        let with = with
            .ok_or_else(|| Problem::new(400, "name the other namespace with ?with=<namespace>"))?;
        let (one, other) = (
            app.namespaces.existing(&name)?,
            app.namespaces.existing(&with)?,
        );
        let (left, right) = (lines(&one.state())?, lines(&other.state())?);
        let sorted = |text| {
            let mut lines: Vec<&[u8]> = <[u8]>::split(text, |byte| *byte == b'\n')
                .filter(|line| !line.is_empty())
                .collect();
            lines.sort_unstable();
            lines
        };
        let (left, right) = (sorted(&left), sorted(&right));
        let mut differences = Vec::new();
        for (lines, others, name) in [(&left, &right, &one.name), (&right, &left, &other.name)] {
            let name = json!(name);
            for line in lines
                .iter()
                .filter(|line| others.binary_search(line).is_err())
            {
                // Writing to memory cannot fail.
                let _ = write!(differences, "{{\"only_in\":{name},\"record\":");
                differences.extend_from_slice(line);
                differences.extend_from_slice(b"}\n");
            }
        }
        Ok(ndjson(differences))
    })
    .await
}

/// Reloads the seed files, and resets the namespaces that were never written to.
pub(crate) async fn reload_seeds(State(app): State<Arc<App>>) -> Result<Json<Value>, Problem> {
    blocking(move || {
        Ok(Json(
            reload(&app).map_err(|cause| Problem::new(400, cause))?,
        ))
    })
    .await
}

/// The same, shared with `--watch`; an invalid seed changes nothing.
pub(crate) fn reload(app: &App) -> Result<Value, String> {
    seed::can_be_read_again(&app.template.seeds)?;
    let template = app.template.build().map_err(|cause| cause.to_string())?;
    app.namespaces.set_template(template);
    let (mut reset, mut kept) = (Vec::new(), Vec::new());
    for namespace in app.namespaces.in_use() {
        match app.namespaces.refresh(&namespace) {
            Ok(true) => reset.push(namespace.name.clone()),
            Ok(false) => {
                namespace.state().set_behind();
                kept.push(namespace.name.clone());
            }
            // It was dropped meanwhile.
            Err(NamespaceError::Unknown(_)) => {}
            Err(cause) => return Err(cause.to_string()),
        }
    }
    reset.sort();
    kept.sort();
    let mut done = json!({ "reset": reset, "kept": kept });
    if !kept.is_empty() {
        tracing::warn!(
            "the seed has changed, but these namespaces were written to and keep their data: {}; reset them to get the new seed",
            kept.join(", ")
        );
        done["why_kept"] = KEPT.into();
    }
    Ok(done)
}
