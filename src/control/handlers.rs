//! The short answers of the control plane; what moves whole databases is in `records.rs`.

use std::borrow::Cow;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::extract::{
    ALL, JsonBody, NamespaceParam, OtherNamespaceParam, PathParam, QueryParams, ResetParams,
    as_member, body, pointer, required_body,
};
use super::{INDEX, Problem, describe};
use crate::app::App;
use crate::namespace::clock::{Setting, Time};
use crate::namespace::{DataSource, Namespace, NamespaceError, Swapped};
use crate::pipeline::faults::Rule;
use crate::pipeline::journal::{Count, Filter, Size, Stage, Verdict};
use crate::pipeline::metrics::LOG_LINES_DROPPED;
use crate::pipeline::settings::{self, SettingsPatch};
use crate::provider::Provider;
use crate::provider::json;
use crate::providers::signatures::Nonces;
use crate::providers::{PROVIDERS, provider, require};
use crate::store::Store;

/// How many journal entries one answer holds at most.
const ENTRIES: usize = 1000;
/// How many namespaces an explanation names.
const NAMED: usize = 10;
/// The longest that `verify` waits.
const WAIT: Duration = Duration::from_secs(60);
/// How often `verify` looks while it waits.
const LOOK: Duration = Duration::from_millis(5);

pub(crate) type Answer<T = Json<Value>> = Result<T, Problem>;

/// Work on databases and long lists does not keep other calls from being answered.
pub(crate) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> Answer<T> + Send + 'static,
) -> Answer<T> {
    tokio::task::spawn_blocking(work)
        .await
        .unwrap_or_else(|cause| {
            tracing::error!(%cause, "a call of the control plane broke");
            let detail = format!(
                "rollcall broke here: {cause}. This is a bug in rollcall; please report it."
            );
            Err(Problem::new(500, detail))
        })
}

pub(crate) async fn index() -> Json<Value> {
    let rows = INDEX.iter().map(|(address, methods, about)| {
        let slash = if address.is_empty() { "" } else { "/" };
        json!({ "address": format!("/_rollcall{slash}{address}"), "methods": methods, "about": about })
    });
    Json(json!({ "rollcall": env!("CARGO_PKG_VERSION"), "addresses": rows.collect::<Vec<_>>() }))
}

/// A server that answers has its seed loaded and its listeners open: it does both before it accepts. What remains is whether
/// what it is told would still be there after a restart.
pub(crate) async fn ready(State(app): State<Arc<App>>) -> Answer {
    blocking(move || {
        app.namespaces.check_folder()?;
        Ok(json_health())
    })
    .await
}

pub(crate) async fn health() -> Json<Value> {
    json_health()
}

fn json_health() -> Json<Value> {
    Json(json!({ "status": "ok", "version": env!("CARGO_PKG_VERSION") }))
}

pub(crate) async fn providers() -> Json<Value> {
    Json(
        PROVIDERS
            .iter()
            .map(|provider| describe::summary(provider))
            .collect(),
    )
}

pub(crate) async fn one_provider(PathParam(id): PathParam) -> Answer {
    Ok(Json(describe::whole(find_provider(&id)?)))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct OfProvider {
    provider: Option<String>,
}

pub(crate) async fn errors(QueryParams(query): QueryParams<OfProvider>) -> Answer {
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

fn find_provider(id: &str) -> Answer<&'static Provider> {
    require(id).map_err(|rule| Problem::new(404, rule))
}

pub(crate) async fn namespaces(State(app): State<Arc<App>>) -> Answer {
    blocking(move || {
        let mut rows = Vec::new();
        for name in app.namespaces.names()? {
            rows.push(match app.namespaces.find(&name) {
                Some(namespace) => shown(&namespace).unwrap_or_else(|cause| {
                    // Of the others it is still to be told how they are.
                    tracing::warn!(name, %cause, "a namespace cannot be read");
                    let error = Problem::from(cause).detail;
                    json!({ "name": name, "last_use": null, "counts": null, "error": error })
                }),
                // It lies on disk, and a list is no reason to open it.
                None => json!({ "name": name, "last_use": null, "counts": null }),
            });
        }
        Ok(Json(Value::Array(rows)))
    })
    .await
}

pub(crate) async fn one_namespace(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Answer {
    blocking(move || Ok(Json(shown(&*app.namespaces.existing(&name)?)?))).await
}

/// What a namespace says that did not follow a changed seed.
pub(crate) const KEPT: &str = "changed, kept because written";

/// A namespace with its counts and last use.
fn shown(namespace: &Namespace) -> rusqlite::Result<Value> {
    let last_use = namespace.last_use();
    let last_use = (0 < last_use.millis()).then(|| last_use.rfc3339_millis());
    let counts = counts(&namespace.state().store)?;
    let mut shown = json!({ "name": namespace.name, "last_use": last_use, "counts": counts });
    if namespace.state().is_behind() {
        shown["seed"] = KEPT.into();
    }
    Ok(shown)
}

/// How many records of each kind each provider has.
pub(crate) fn counts(store: &Store) -> rusqlite::Result<Value> {
    store.read(|tx| {
        let of = |provider: &&'static Provider| {
            let counts = (provider.data.counts)(tx)?
                .into_iter()
                .map(|(kind, count)| (kind.to_owned(), json!(count)));
            Ok((provider.id.to_owned(), Value::Object(counts.collect())))
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
    PathParam(name): PathParam,
    JsonBody(bytes): JsonBody,
) -> Answer<Response> {
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
        Ok((StatusCode::CREATED, Json(shown(&namespace)?)).into_response())
    })
    .await
}

pub(crate) async fn drop_namespace(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Answer {
    blocking(move || {
        // What cannot be read can be dropped all the same.
        let dropped = match app.namespaces.existing(&name) {
            Ok(namespace) => counts_of_old(&namespace.state().store),
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

/// Sets a namespace back; its faults and its journal go too, unless that is to be kept. Says what was dropped.
fn reset_namespace(app: &App, name: &str, origin: &DataSource, keeps: bool) -> Answer<Value> {
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
    swapped_json(name, &swapped)
}

/// What an answer says of data that was put in another's place.
pub(crate) fn swapped_json(name: &str, swapped: &Swapped) -> Answer<Value> {
    let dropped = match &swapped.old {
        Some(old) => counts_of_old(&old.store),
        None if swapped.created => json!({}),
        // It could not be read.
        None => Value::Null,
    };
    let counts = counts(&swapped.new.store)?;
    let mut shown = json!({ "name": name, "dropped": dropped, "counts": counts });
    if swapped.created {
        shown["created"] = true.into();
    }
    Ok(shown)
}

/// How many records there were; nothing where that cannot be read.
fn counts_of_old(store: &Store) -> Value {
    counts(store).unwrap_or_else(|cause| {
        tracing::warn!(%cause, "what is dropped cannot be counted");
        Value::Null
    })
}

fn reset_to(bytes: &[u8]) -> Answer<DataSource> {
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
) -> Answer {
    blocking(move || {
        let origin = reset_to(&bytes)?;
        Ok(Json(reset_namespace(&app, &name, &origin, keeps)?))
    })
    .await
}

/// One namespace; all of them with `?namespace=*`, each whatever becomes of the others.
pub(crate) async fn reset(
    State(app): State<Arc<App>>,
    ResetParams {
        about,
        keeps_journal: keeps,
    }: ResetParams,
    JsonBody(bytes): JsonBody,
) -> Answer {
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

pub(crate) async fn settings(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
) -> Answer<Json<SettingsPatch>> {
    blocking(move || {
        Ok(Json(settings::shown(
            &app.namespaces.existing(&name)?.settings(),
        )))
    })
    .await
}

pub(crate) async fn change_settings(
    State(app): State<Arc<App>>,
    PathParam(name): PathParam,
    JsonBody(bytes): JsonBody,
) -> Answer<Json<SettingsPatch>> {
    blocking(move || {
        let patch: SettingsPatch = required_body(&bytes)?;
        app.namespaces.with(&name, |namespace| {
            let settings = namespace
                .change_settings(|settings| settings::patched(settings, patch))
                .map_err(|(keys, rule)| {
                    let pointer: String = keys.iter().map(|key| pointer(key)).collect();
                    Problem::new(400, rule).at(pointer)
                })?;
            Ok(Json(settings::shown(&settings)))
        })
    })
    .await
}

/// All rules, or with a namespace named, those that its calls meet.
pub(crate) async fn faults(State(app): State<Arc<App>>, about: NamespaceParam) -> Json<Vec<Rule>> {
    Json(app.faults.list(about.only()))
}

pub(crate) async fn add_fault(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Answer<Response> {
    let rule = app.faults.add(required_body(&bytes)?, about.name());
    let rule = rule.map_err(|error| Problem::new(400, error.rule).at(error.pointer))?;
    tracing::info!(
        fault = rule.id,
        namespace = rule.matches.namespace,
        "fault set up"
    );
    Ok((StatusCode::CREATED, Json(rule)).into_response())
}

/// All rules, or with a namespace named, those of that namespace alone.
pub(crate) async fn remove_faults(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
) -> Json<Value> {
    let removed = app.faults.remove(None, about.only());
    tracing::info!(
        namespace = about.only().unwrap_or(ALL),
        removed,
        "faults taken away"
    );
    Json(json!({ "removed": removed }))
}

pub(crate) async fn remove_fault(State(app): State<Arc<App>>, PathParam(id): PathParam) -> Answer {
    let removed = id.parse().map_or(0, |id| app.faults.remove(Some(id), None));
    if removed == 0 {
        return Err(Problem::new(
            404,
            format!("there is no fault {id} (any more); GET /_rollcall/faults lists them"),
        ));
    }
    tracing::info!(fault = id, "fault taken away");
    Ok(Json(json!({ "removed": removed })))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalQuery {
    /// Read by [`NamespaceParam`]; here so that it is no unknown parameter.
    #[serde(rename = "namespace")]
    _namespace: Option<String>,
    provider: Option<String>,
    operation: Option<String>,
    stage: Option<String>,
    status: Option<u16>,
    #[serde(default)]
    since: u64,
    before: Option<u64>,
    limit: Option<usize>,
}

impl JournalQuery {
    fn filter<'a>(&'a self, about: &'a NamespaceParam) -> Answer<Filter<'a>> {
        if let Some(id) = self.provider.as_deref().filter(|id| !id.is_empty()) {
            find_provider(id).map_err(|problem| problem.status(400))?;
        }
        Ok(Filter {
            namespace: about.only(),
            provider: self.provider.as_deref(),
            operation: self.operation.as_deref(),
            stage: self.stage.as_deref().map(find_stage).transpose()?,
            status: self.status,
            since: self.since,
            before: self.before,
        })
    }
}

pub(crate) async fn journal(
    State(app): State<Arc<App>>,
    OtherNamespaceParam(about): OtherNamespaceParam,
    QueryParams(query): QueryParams<JournalQuery>,
) -> Answer {
    let most = query.limit.unwrap_or(ENTRIES);
    if ENTRIES < most {
        let detail = format!(
            "one answer holds up to {ENTRIES} entries, not {most}; go on with before=<the lowest id>"
        );
        return Err(Problem::new(400, detail));
    }
    blocking(move || Ok(Json(app.journal.list(&query.filter(&about)?, most)))).await
}

fn find_stage(word: &str) -> Answer<Stage> {
    let found = Stage::ALL.into_iter().find(|stage| stage.as_str() == word);
    found.ok_or_else(|| {
        let words = Stage::ALL.map(Stage::as_str).join(", ");
        Problem::new(
            400,
            format!("there is no stage \"{word}\"; there are {words}"),
        )
    })
}

/// All entries, or those that the filters let through.
pub(crate) async fn clear_journal(
    State(app): State<Arc<App>>,
    OtherNamespaceParam(about): OtherNamespaceParam,
    QueryParams(query): QueryParams<JournalQuery>,
) -> Answer {
    if query.limit.is_some() {
        let detail = "a limit is for a list; name what is to be forgotten by the other filters";
        return Err(Problem::new(400, detail));
    }
    blocking(move || {
        let cleared = app.journal.clear(&query.filter(&about)?);
        Ok(Json(json!({ "cleared": cleared })))
    })
    .await
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
pub(crate) async fn journal_entry(State(app): State<Arc<App>>, PathParam(id): PathParam) -> Answer {
    let number = id.parse().map_err(|_| no_entry(&id))?;
    blocking(move || {
        let mut entry = app.journal.entry(number).ok_or_else(|| no_entry(&id))?;
        if let Some((provider_id, own, missing)) = app.journal.missing(number)
            && let Some(provider) = provider(provider_id)
        {
            let mut elsewhere = Vec::new();
            for namespace in app.namespaces.in_use() {
                let store = &namespace.state().store;
                if namespace.name != own
                    && store.read(|tx| (provider.data.contains)(tx, &missing))?
                {
                    elsewhere.push(namespace.name.clone());
                }
            }
            elsewhere.sort();
            if !elsewhere.is_empty() {
                let mut names = elsewhere[..NAMED.min(elsewhere.len())].join(", ");
                if NAMED < elsewhere.len() {
                    names.push_str(&format!(" and {} more", elsewhere.len() - NAMED));
                }
                let sentence = format!(
                    "not found in namespace {own}, but the {} {} is present in namespace {names}",
                    missing.kind,
                    missing.key.join(" / "),
                );
                if let Some(explanation) = entry["explanation"].as_array_mut() {
                    explanation.push(sentence.into());
                }
            }
            entry["found_in"] = json!(elsewhere);
        }
        Ok(Json(entry))
    })
    .await
}

pub(crate) async fn journal_curl(
    State(app): State<Arc<App>>,
    PathParam(id): PathParam,
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
    matches: crate::pipeline::faults::Match,
    #[serde(default)]
    status: Option<u16>,
    #[serde(default)]
    since: u64,
    count: Count,
    #[serde(default)]
    wait_ms: u64,
}

/// A question whose count is a number alone, which is exactly that many; any other as it is.
fn with_exact_count(bytes: &[u8]) -> Cow<'_, [u8]> {
    match json::read::<Value>(bytes) {
        Ok(mut question) if question["count"].is_u64() => {
            question["count"] = json!({ "exactly": question["count"] });
            question.to_string().into_bytes().into()
        }
        _ => bytes.into(),
    }
}

/// Whether that many calls happened, or do within the time: 200, else 409 with the nearest misses. A lower bound is
/// answered as soon as it is reached, an upper bound as soon as it is broken, else at the end of the time.
pub(crate) async fn verify(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Answer {
    let Verify {
        mut matches,
        status,
        since,
        count,
        wait_ms,
    } = required_body(&with_exact_count(&bytes))?;
    check_match(&mut matches, &about)?;
    let deadline = Instant::now() + Duration::from_millis(wait_ms).min(WAIT);
    let matches = Arc::new(matches);
    loop {
        let (journal, wanted) = (Arc::clone(&app), Arc::clone(&matches));
        let verdict =
            blocking(move || Ok(journal.journal.verify(&wanted, status, since, count))).await?;
        let is_late = deadline <= Instant::now();
        match verdict {
            Verdict::Holds { found } if is_late || !count.can_break() => {
                return Ok(Json(json!({ "found": found })));
            }
            Verdict::Fails { found, nearest } if is_late || count.is_settled(found) => {
                let detail = format!("found {found} such calls, wanted {count}");
                return Err(Problem {
                    more: Some(Box::new(nearest)),
                    ..Problem::new(409, detail)
                });
            }
            Verdict::Unkept => {
                let detail =
                    "the journal keeps nothing, so it cannot tell; start without --journal 0";
                return Err(Problem::new(409, detail));
            }
            // A call that is still to come may settle a lower bound.
            Verdict::Cut { many } if is_late || count.can_break() => {
                let detail = format!(
                    "found calls ({many}) whose bodies were cut by the journal, so it cannot tell what was in them; verify by what is in the path or the query, or send less than 16 KiB"
                );
                return Err(Problem::new(409, detail));
            }
            Verdict::Unknown { dropped } => {
                let detail = format!(
                    "{dropped} entries were dropped from the journal, so it cannot tell; start with a higher --journal, clear it between tests, or ask for what is newer with since"
                );
                return Err(Problem::new(409, detail));
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

/// A call that cannot happen would be verified as not happened.
fn check_match(matches: &mut crate::pipeline::faults::Match, about: &NamespaceParam) -> Answer<()> {
    matches
        .namespace
        .get_or_insert_with(|| about.name().to_owned());
    matches
        .check()
        .map_err(|error| Problem::new(400, error.rule).at(format!("/match{}", error.pointer)))
}

/// Why a signature did not match, by journal id or request id.
pub(crate) async fn explain(State(app): State<Arc<App>>, PathParam(id): PathParam) -> Answer {
    let found = app.journal.finding(&id);
    found.map(Json).ok_or_else(|| no_entry(&id))
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct ClockSetting {
    mode: ClockMode,
    time: Option<String>,
    by: Option<String>,
}

#[derive(Deserialize, PartialEq)]
#[serde(rename_all = "lowercase")]
enum ClockMode {
    Real,
    Fixed,
    Offset,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Advance {
    by: String,
}

fn shown_clock(namespace: &Namespace) -> Json<Value> {
    let state = namespace.state();
    let (setting, now) = (state.clock.setting(), state.clock.now().rfc3339_millis());
    let name = &namespace.name;
    Json(match setting {
        Setting::Real => json!({ "namespace": name, "mode": "real", "now": now }),
        Setting::Fixed(time) => {
            json!({ "namespace": name, "mode": "fixed", "time": time.rfc3339_millis(), "now": now })
        }
        Setting::Offset(millis) => {
            let length = humantime::format_duration(Duration::from_millis(millis.unsigned_abs()));
            let sign = if millis < 0 { "-" } else { "" };
            json!({ "namespace": name, "mode": "offset", "by": format!("{sign}{length}"), "now": now })
        }
    })
}

pub(crate) async fn clock(State(app): State<Arc<App>>, about: NamespaceParam) -> Answer {
    blocking(move || Ok(shown_clock(&*app.namespaces.existing(about.name())?))).await
}

/// Lets a clock run as told, where it then shows a time that the providers can print.
fn set(namespace: &Namespace, setting: Setting, place: &str) -> Answer {
    if !setting.shows().is_printable() {
        let detail = "the clock would leave the years 1970 to 9999".to_owned();
        return Err(Problem::new(400, detail).at(place));
    }
    namespace.state().clock.set(setting);
    Ok(shown_clock(namespace))
}

pub(crate) async fn set_clock(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Answer {
    // `"real"` is a mode, any other text alone the time of a fixed clock.
    let alone: Option<String> = json::read(&bytes).ok();
    let ClockSetting { mode, time, by } = match alone {
        Some(time) if time != "real" => ClockSetting {
            mode: ClockMode::Fixed,
            time: Some(time),
            by: None,
        },
        _ => required_body(&as_member(&bytes, "mode"))?,
    };
    blocking(move || {
        if time.is_some() && mode != ClockMode::Fixed {
            return Err(Problem::new(400, "only a fixed clock has a time").at("/time"));
        }
        if by.is_some() && mode != ClockMode::Offset {
            return Err(Problem::new(400, "only an offset clock is off by something").at("/by"));
        }
        app.namespaces
            .with(about.name(), |namespace| match (mode, time, by) {
                (ClockMode::Fixed, Some(text), _) => {
                    let time = Time::parse_rfc3339(&text).ok_or_else(|| {
                        let detail =
                            format!("\"{text}\" is no time; write it as 2024-05-20T08:30:00Z");
                        Problem::new(400, detail).at("/time")
                    })?;
                    set(namespace, Setting::Fixed(time), "/time")
                }
                // Where it is now.
                (ClockMode::Fixed, None, _) => {
                    let now = namespace.state().clock.now();
                    set(namespace, Setting::Fixed(now), "/mode")
                }
                (ClockMode::Offset, _, Some(by)) => {
                    set(namespace, Setting::Offset(millis(&by)?), "/by")
                }
                (ClockMode::Offset, _, None) => {
                    let detail = "an offset clock needs by, as \"1h\" or \"-15m\"";
                    Err(Problem::new(400, detail).at("/by"))
                }
                (ClockMode::Real, ..) => set(namespace, Setting::Real, "/mode"),
            })
    })
    .await
}

pub(crate) async fn advance_clock(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Answer {
    let Advance { by } = required_body(&as_member(&bytes, "by"))?;
    let by = millis(&by)?;
    blocking(move || {
        app.namespaces.with(about.name(), |namespace| {
            let advanced = namespace.state().clock.advance(by, Time::is_printable);
            if !advanced {
                let detail = "the clock would leave the years 1970 to 9999";
                return Err(Problem::new(400, detail).at("/by"));
            }
            Ok(shown_clock(namespace))
        })
    })
    .await
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
        (
            "journal_bytes",
            "gauge",
            "Bytes that the journal holds.",
            bytes,
        ),
        (
            "journal_dropped_total",
            "counter",
            "Entries that the journal dropped.",
            dropped,
        ),
        (
            "nonces_forgotten_total",
            "counter",
            "Nonces forgotten before their time, because there were too many.",
            nonces,
        ),
        (
            "log_lines_dropped_total",
            "counter",
            "Log lines dropped, because standard error is full or cannot be written.",
            LOG_LINES_DROPPED.load(Ordering::Relaxed),
        ),
    ];
    let content_type = "text/plain; version=0.0.4; charset=utf-8";
    ([("content-type", content_type)], app.metrics.text(&kept)).into_response()
}

pub(crate) async fn openapi(PathParam(file): PathParam, headers: HeaderMap) -> Answer<Response> {
    let document = file.strip_suffix(".yaml").and_then(super::document);
    let document = document.ok_or_else(|| {
        Problem::new(
            404,
            format!("there is no document {file}; GET /_rollcall lists them"),
        )
    })?;
    // Clients that are made of it call the address that it came from.
    let host = headers.get("host").and_then(|host| host.to_str().ok());
    let is_plain = |letter: char| letter.is_ascii_alphanumeric() || ".-_:[]".contains(letter);
    let document = match host.filter(|host| !host.is_empty() && host.chars().all(is_plain)) {
        Some(host) => document.replacen("http://127.0.0.1:4700", &format!("http://{host}"), 1),
        None => document.to_owned(),
    };
    Ok(([("content-type", "application/yaml")], document).into_response())
}
