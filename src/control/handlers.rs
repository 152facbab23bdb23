//! The short answers of the control plane; what moves whole databases is in `records.rs`.

use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::body::Bytes;
use axum::extract::rejection::QueryRejection;
use axum::extract::{FromRequestParts, Path, Query, State};
use axum::http::request::Parts;
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value, json};

use super::{INDEX, Problem, describe};
use crate::app::App;
use crate::clock::{Setting, Time};
use crate::emulate::NAMESPACE_HEADER;
use crate::faults::Rule;
use crate::journal::{Count, Filter, Verdict};
use crate::namespace::{self, Namespace, Origin};
use crate::providers::{PROVIDERS, Provider, provider};
use crate::settings::{SettingsPatch, unknown_provider};

/// How many journal entries one answer holds.
const ENTRIES: usize = 1000;
/// The longest that `verify` waits.
const WAIT: Duration = Duration::from_secs(60);
/// How often `verify` looks while it waits.
const LOOK: Duration = Duration::from_millis(5);

pub(crate) type Answer<T = Json<Value>> = Result<T, Problem>;

/// The namespace that a call is about: `?namespace=`, else the header, else `default`.
pub(crate) struct About(pub(crate) Option<String>);

impl About {
    pub(crate) fn name(&self) -> &str {
        self.0.as_deref().unwrap_or(namespace::DEFAULT)
    }
}

impl<S: Sync> FromRequestParts<S> for About {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let query = parts.uri.query().unwrap_or_default();
        let in_query =
            form_urlencoded::parse(query.as_bytes()).find(|(name, _)| name == "namespace");
        let header = || {
            parts
                .headers
                .get(NAMESPACE_HEADER)
                .map(|name| String::from_utf8_lossy(name.as_bytes()).into_owned())
        };
        Ok(Self(
            in_query.map(|(_, name)| name.into_owned()).or_else(header),
        ))
    }
}

/// Reads a JSON body; an empty one is the default. An error points to the place.
pub(crate) fn body<T: DeserializeOwned + Default>(bytes: &[u8]) -> Answer<T> {
    if bytes.trim_ascii().is_empty() {
        Ok(T::default())
    } else {
        required_body(bytes)
    }
}

/// Reads a JSON body that has to be there. An error points to the place.
pub(crate) fn required_body<T: DeserializeOwned>(bytes: &[u8]) -> Answer<T> {
    let mut reader = serde_json::Deserializer::from_slice(bytes);
    let read = serde_path_to_error::deserialize(&mut reader).map_err(|error| {
        let path = error.path().to_string();
        let pointer: String = path
            .split(['.', '[', ']'])
            .filter(|part| !part.is_empty())
            .map(|part| format!("/{part}"))
            .collect();
        Problem::new(400, error.into_inner().to_string()).at(pointer)
    })?;
    reader
        .end()
        .map_err(|cause| Problem::new(400, cause.to_string()))?;
    Ok(read)
}

pub(crate) async fn index() -> Json<Value> {
    let rows = INDEX.iter().map(|(address, methods, about)| {
        json!({ "address": format!("/_rollcall/{address}"), "methods": methods, "about": about })
    });
    Json(json!({ "rollcall": env!("CARGO_PKG_VERSION"), "addresses": rows.collect::<Vec<_>>() }))
}

/// A server that answers has its seed loaded and its listeners open: it does both before it accepts.
pub(crate) async fn health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

pub(crate) async fn providers() -> Json<Value> {
    Json(
        PROVIDERS
            .iter()
            .map(|provider| describe::summary(*provider))
            .collect(),
    )
}

pub(crate) async fn one_provider(Path(id): Path<String>) -> Answer {
    Ok(Json(describe::whole(find_provider(&id)?)))
}

#[derive(Deserialize)]
pub(crate) struct OfProvider {
    provider: Option<String>,
}

pub(crate) async fn errors(Query(query): Query<OfProvider>) -> Answer {
    let only = query.provider.as_deref().map(find_provider).transpose()?;
    let wanted = PROVIDERS
        .iter()
        .filter(|provider| only.is_none_or(|only| only.id() == provider.id()));
    Ok(Json(
        wanted
            .flat_map(|provider| describe::errors(*provider))
            .collect(),
    ))
}

fn find_provider(id: &str) -> Answer<&'static dyn Provider> {
    provider(id).ok_or_else(|| Problem::new(404, unknown_provider(id)))
}

pub(crate) async fn namespaces(State(app): State<Arc<App>>) -> Answer {
    let names = app.namespaces.names()?;
    let rows: Answer<Vec<Value>> = names
        .iter()
        .map(|name| Ok(shown(&*app.namespaces.existing(name)?)?))
        .collect();
    Ok(Json(Value::Array(rows?)))
}

pub(crate) async fn one_namespace(State(app): State<Arc<App>>, Path(name): Path<String>) -> Answer {
    Ok(Json(shown(&*app.namespaces.existing(&name)?)?))
}

/// A namespace with its counts and last use.
fn shown(namespace: &Namespace) -> rusqlite::Result<Value> {
    let last_use = namespace.last_use();
    let last_use = (0 < last_use.millis()).then(|| last_use.rfc3339_millis());
    Ok(json!({ "name": namespace.name, "last_use": last_use, "counts": counts(namespace)? }))
}

/// How many records of each kind each provider has.
pub(crate) fn counts(namespace: &Namespace) -> rusqlite::Result<Value> {
    counts_of(&namespace.state().store)
}

pub(crate) fn counts_of(store: &crate::store::Store) -> rusqlite::Result<Value> {
    store.read(|tx| {
        let of = |provider: &&'static dyn Provider| {
            let counts = provider
                .counts(tx)?
                .into_iter()
                .map(|(kind, count)| (kind.to_owned(), json!(count)));
            Ok((provider.id().to_owned(), Value::Object(counts.collect())))
        };
        PROVIDERS
            .iter()
            .map(of)
            .collect::<rusqlite::Result<Map<String, Value>>>()
            .map(Value::Object)
    })
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
struct Create {
    from: Option<String>,
}

pub(crate) async fn create(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Answer<Response> {
    let Create { from } = body(&bytes)?;
    let origin = match from.as_deref() {
        None | Some("template") => Origin::Template,
        Some("empty") => Origin::Empty,
        Some(other) => Origin::Namespace(
            app.namespaces
                .existing(other)
                .map_err(|cause| Problem::from(cause).at("/from"))?
                .name
                .clone(),
        ),
    };
    let namespace = app.namespaces.create(&name, &origin)?;
    Ok((axum::http::StatusCode::CREATED, Json(shown(&namespace)?)).into_response())
}

pub(crate) async fn drop_namespace(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Answer {
    let dropped = counts(&*app.namespaces.existing(&name)?)?;
    app.namespaces.drop_one(&name)?;
    app.faults.remove(None, Some(&name));
    Ok(Json(json!({ "name": name, "dropped": dropped })))
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

/// Sets a namespace back; its faults go too. Says what was dropped.
fn reset_namespace(app: &App, namespace: &Namespace, bytes: &[u8]) -> Answer<Value> {
    let origin = match body::<Reset>(bytes)?.to {
        None | Some(ResetTo::Template) => Origin::Template,
        Some(ResetTo::Empty) => Origin::Empty,
    };
    let old = app.namespaces.reset(namespace, &origin)?;
    app.faults.remove(None, Some(&namespace.name));
    Ok(
        json!({ "name": namespace.name, "dropped": counts_of(&old.store)?, "counts": counts(namespace)? }),
    )
}

pub(crate) async fn reset_one(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Answer {
    let namespace = app.namespaces.get(&name)?;
    Ok(Json(reset_namespace(&app, &namespace, &bytes)?))
}

/// One namespace; all of them with `?namespace=*`.
pub(crate) async fn reset(State(app): State<Arc<App>>, about: About, bytes: Bytes) -> Answer {
    if about.0.as_deref() == Some("*") {
        let names = app.namespaces.names()?;
        let all: Answer<Vec<Value>> = names
            .iter()
            .map(|name| reset_namespace(&app, &*app.namespaces.existing(name)?, &bytes))
            .collect();
        return Ok(Json(Value::Array(all?)));
    }
    let namespace = app.namespaces.get(about.name())?;
    Ok(Json(reset_namespace(&app, &namespace, &bytes)?))
}

pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
) -> Answer<Json<SettingsPatch>> {
    Ok(Json(app.namespaces.existing(&name)?.settings().shown()))
}

pub(crate) async fn change_settings(
    State(app): State<Arc<App>>,
    Path(name): Path<String>,
    bytes: Bytes,
) -> Answer<Json<SettingsPatch>> {
    let namespace = app.namespaces.get(&name)?;
    let patch: SettingsPatch = required_body(&bytes)?;
    let settings = namespace
        .settings()
        .patched(patch)
        .map_err(|(pointer, rule)| Problem::new(400, rule).at(pointer))?;
    namespace.set_settings(settings);
    Ok(Json(namespace.settings().shown()))
}

pub(crate) async fn faults(State(app): State<Arc<App>>) -> Json<Vec<Rule>> {
    Json(app.faults.list())
}

pub(crate) async fn add_fault(
    State(app): State<Arc<App>>,
    about: About,
    bytes: Bytes,
) -> Answer<Response> {
    if !namespace::is_name(about.name()) {
        return Err(namespace::NamespaceError::Name(about.name().to_owned()).into());
    }
    let rule = app.faults.add(required_body(&bytes)?, about.name());
    let rule = rule.map_err(|error| Problem::new(400, error.rule).at(error.pointer))?;
    Ok((axum::http::StatusCode::CREATED, Json(rule)).into_response())
}

/// All rules, or with a namespace named, those of that namespace.
pub(crate) async fn remove_faults(State(app): State<Arc<App>>, about: About) -> Json<Value> {
    Json(json!({ "removed": app.faults.remove(None, about.0.as_deref()) }))
}

pub(crate) async fn remove_fault(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer {
    let removed = id.parse().map_or(0, |id| app.faults.remove(Some(id), None));
    if removed == 0 {
        return Err(Problem::new(
            404,
            format!("there is no fault {id}; GET /_rollcall/faults lists them"),
        ));
    }
    Ok(Json(json!({ "removed": removed })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalQuery {
    namespace: Option<String>,
    provider: Option<String>,
    operation: Option<String>,
    stage: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    since: u64,
}

pub(crate) async fn journal(
    State(app): State<Arc<App>>,
    query: Result<Query<JournalQuery>, QueryRejection>,
) -> Answer {
    let Query(query) = query.map_err(|cause| Problem::new(400, cause.body_text()))?;
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

/// All entries, or with a namespace named, those of that namespace.
pub(crate) async fn clear_journal(State(app): State<Arc<App>>, about: About) -> Json<Value> {
    Json(json!({ "cleared": app.journal.clear(about.0.as_deref()) }))
}

fn no_entry(id: &str) -> Problem {
    Problem::new(
        404,
        format!(
            "the journal has no entry {id} (any more); GET /_rollcall/journal lists what it has"
        ),
    )
}

/// One entry, whole; what was not found in its namespace is looked for in the others.
pub(crate) async fn journal_entry(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer {
    let number = id.parse().map_err(|_| no_entry(&id))?;
    let mut entry = app.journal.entry(number).ok_or_else(|| no_entry(&id))?;
    if let Some((provider_id, own, missing)) = app.journal.missing(number)
        && let Some(provider) = provider(provider_id)
    {
        let mut elsewhere = Vec::new();
        for namespace in app.namespaces.in_use() {
            if namespace.name != own
                && namespace
                    .state()
                    .store
                    .read(|tx| provider.has(tx, &missing))?
            {
                elsewhere.push(namespace.name.clone());
            }
        }
        elsewhere.sort();
        if !elsewhere.is_empty() {
            let sentence = format!(
                "not found in namespace {own}, but the {} {} is in namespace {}",
                missing.kind,
                missing.key.join(" / "),
                elsewhere.join(", ")
            );
            if let Some(explanation) = entry["explanation"].as_array_mut() {
                explanation.push(sentence.into());
            }
            entry["found_in"] = json!(elsewhere);
        }
    }
    Ok(Json(entry))
}

pub(crate) async fn journal_curl(
    State(app): State<Arc<App>>,
    Path(id): Path<String>,
) -> Answer<String> {
    id.parse()
        .ok()
        .and_then(|id| app.journal.curl(id))
        .ok_or_else(|| no_entry(&id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Verify {
    #[serde(default, rename = "match")]
    matches: crate::faults::Match,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    since: u64,
    count: Count,
    #[serde(default)]
    wait_ms: u64,
}

/// Whether that many calls happened, or do within the time: 200, else 409 with the nearest misses.
pub(crate) async fn verify(State(app): State<Arc<App>>, about: About, bytes: Bytes) -> Answer {
    let Verify {
        mut matches,
        status,
        since,
        count,
        wait_ms,
    } = required_body(&bytes)?;
    if matches.namespace.is_none() {
        matches.namespace = Some(about.name().to_owned());
    }
    let deadline = Instant::now() + Duration::from_millis(wait_ms).min(WAIT);
    loop {
        let verdict = app.journal.verify(&matches, status, since, count);
        let late = deadline <= Instant::now();
        match verdict {
            // Too many will not become fewer; an exact count has to hold until the end of the wait.
            Verdict::Holds { found } if late || !count.can_break() => {
                return Ok(Json(json!({ "found": found })));
            }
            Verdict::Fails { found, nearest } if late => {
                let detail = format!("found {found} such calls, wanted {count}");
                return Err(Problem {
                    more: Some(nearest),
                    ..Problem::new(409, detail)
                });
            }
            Verdict::Unknown { dropped } => {
                let detail = format!(
                    "{dropped} entries were dropped from the journal; it cannot tell. Start with a higher --journal, or clear it between tests"
                );
                return Err(Problem::new(409, detail));
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Why a signature did not match, by journal id or request id.
pub(crate) async fn explain(State(app): State<Arc<App>>, Path(id): Path<String>) -> Answer {
    let found = app.journal.finding(&id);
    found
        .map(Json)
        .ok_or_else(|| Problem::new(404, format!("the journal has no call {id} (any more)")))
}

#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields, rename_all = "lowercase", tag = "mode")]
enum ClockSetting {
    #[default]
    Real,
    Fixed {
        time: String,
    },
    Offset {
        by: String,
    },
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: String,
}

fn shown_clock(namespace: &Namespace) -> Json<Value> {
    let now = namespace.clock.now().rfc3339_millis();
    Json(match namespace.clock.setting() {
        Setting::Real => json!({ "mode": "real", "now": now }),
        Setting::Fixed(time) => {
            json!({ "mode": "fixed", "time": time.rfc3339_millis(), "now": now })
        }
        Setting::Offset(millis) => json!({ "mode": "offset", "by_ms": millis, "now": now }),
    })
}

pub(crate) async fn clock(State(app): State<Arc<App>>, about: About) -> Answer {
    Ok(shown_clock(&*app.namespaces.get(about.name())?))
}

pub(crate) async fn set_clock(State(app): State<Arc<App>>, about: About, bytes: Bytes) -> Answer {
    let setting = match required_body(&bytes)? {
        ClockSetting::Real => Setting::Real,
        ClockSetting::Fixed { time } => {
            let rule = || {
                Problem::new(
                    400,
                    format!("\"{time}\" is no time; write it as 2024-05-20T08:30:00Z"),
                )
                .at("/time")
            };
            Setting::Fixed(Time::parse_rfc3339(&time).ok_or_else(rule)?)
        }
        ClockSetting::Offset { by } => Setting::Offset(millis(&by)?),
    };
    let namespace = app.namespaces.get(about.name())?;
    namespace.clock.set(setting);
    Ok(shown_clock(&namespace))
}

pub(crate) async fn advance_clock(
    State(app): State<Arc<App>>,
    about: About,
    bytes: Bytes,
) -> Answer {
    let Advance { by } = required_body(&bytes)?;
    let by = millis(&by)?;
    let namespace = app.namespaces.get(about.name())?;
    namespace.clock.advance(by);
    Ok(shown_clock(&namespace))
}

/// A length of time, back in time with a `-` before it.
fn millis(text: &str) -> Answer<i64> {
    let (sign, length) = text
        .strip_prefix('-')
        .map_or((1, text), |length| (-1, length));
    let rule = || {
        Problem::new(
            400,
            format!("\"{text}\" is no length of time; write 90s, 1h or -15m"),
        )
        .at("/by")
    };
    let length = humantime::parse_duration(length).map_err(|_| rule())?;
    Ok(sign * i64::try_from(length.as_millis()).map_err(|_| rule())?)
}

pub(crate) async fn metrics(State(app): State<Arc<App>>) -> Answer<Response> {
    let (entries, bytes, dropped) = app.journal.size();
    let gauges = [
        (
            "rollcall_namespaces",
            "Namespaces in use.",
            app.namespaces.in_use().len() as u64,
        ),
        (
            "rollcall_journal_entries",
            "Entries in the journal.",
            entries,
        ),
        (
            "rollcall_journal_bytes",
            "Bytes that the journal holds.",
            bytes,
        ),
        (
            "rollcall_journal_dropped",
            "Entries that the journal dropped.",
            dropped,
        ),
        (
            "rollcall_faults",
            "Fault rules.",
            app.faults.list().len() as u64,
        ),
    ];
    Ok((
        [("content-type", "text/plain; version=0.0.4; charset=utf-8")],
        app.metrics.text(&gauges),
    )
        .into_response())
}

pub(crate) async fn openapi(Path(file): Path<String>) -> Answer<Response> {
    let document = file.strip_suffix(".yaml").and_then(super::document);
    let document = document.ok_or_else(|| {
        Problem::new(
            404,
            format!("there is no document {file}; GET /_rollcall lists them"),
        )
    })?;
    Ok(([("content-type", "application/yaml")], document).into_response())
}
