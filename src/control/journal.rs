//! The journal of calls, and checks of what a test expects in it.

use std::borrow::Cow;
use std::sync::Arc;
use std::time::{Duration, Instant};

use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use serde_json::{Value, json};

use super::extract::{
    JsonBody, NamespaceParam, OtherNamespaceParam, PathParam, QueryParams, required_body,
};
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::pipeline::journal::{Count, Filter, Stage, Verdict};
use crate::provider::json;
use crate::providers::{provider, require};

/// The largest number of journal entries in one answer.
const ENTRIES: usize = 1000;
/// How many namespaces an explanation names.
const NAMED: usize = 10;
/// The longest that `verify` and a list wait.
const WAIT: Duration = Duration::from_secs(60);
/// How often `verify` polls while it waits.
const LOOK: Duration = Duration::from_millis(5);
/// How often a list polls; it is read by people.
const GLANCE: Duration = Duration::from_millis(20);

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct JournalQuery {
    /// Read by [`NamespaceParam`]; declared here so that it is not refused as unknown.
    #[serde(rename = "namespace")]
    _namespace: Option<String>,
    provider: Option<String>,
    operation: Option<String>,
    stage: Option<String>,
    status: Option<String>,
    failed: Option<bool>,
    #[serde(default)]
    since: u64,
    before: Option<u64>,
    limit: Option<usize>,
    wait_ms: Option<u64>,
}

impl JournalQuery {
    fn filter<'a>(&'a self, about: &'a NamespaceParam) -> Result<Filter<'a>, Problem> {
        if let Some(id) = self.provider.as_deref().filter(|id| !id.is_empty()) {
            require(id).map_err(|rule| Problem::new(400, rule))?;
        }
        Ok(Filter {
            namespace: about.only(),
            provider: self.provider.as_deref(),
            operation: self.operation.as_deref(),
            stage: self.stage.as_deref().map(find_stage).transpose()?,
            status: self
                .status
                .as_deref()
                .map(str::parse)
                .transpose()
                .map_err(|rule: String| Problem::new(400, rule))?,
            failed: self.failed,
            since: self.since,
            before: self.before,
        })
    }
}

pub(crate) async fn journal(
    State(app): State<Arc<App>>,
    OtherNamespaceParam(about): OtherNamespaceParam,
    QueryParams(query): QueryParams<JournalQuery>,
) -> Result<Json<Value>, Problem> {
    let max = query.limit.unwrap_or(ENTRIES);
    if ENTRIES < max {
        let detail = format!(
            "an answer holds at most {ENTRIES} entries, not {max}; get the next ones with before=<the lowest id>"
        );
        return Err(Problem::new(400, detail));
    }
    if 0 < max {
        let wait = Duration::from_millis(query.wait_ms.unwrap_or_default()).min(WAIT);
        wait_for_entry(&app, &query, &about, wait).await?;
    }
    blocking(move || Ok(Json(app.journal.list(&query.filter(&about)?, max)))).await
}

/// Waits for an entry that matches the filters. It polls, since waking it would make every call slower.
async fn wait_for_entry(
    app: &Arc<App>,
    query: &JournalQuery,
    about: &NamespaceParam,
    wait: Duration,
) -> Result<(), Problem> {
    let deadline = tokio::time::Instant::now() + wait;
    let mut stop = app.stop.subscribe();
    let mut seen = query.since;
    while tokio::time::Instant::now() < deadline && !*stop.borrow() {
        let newest = app.journal.newest();
        // The client asks with the id of an earlier run; the answer tells it where this run is.
        if newest < query.since {
            break;
        }
        if seen < newest {
            let filter = Filter {
                since: seen,
                ..query.filter(about)?
            };
            if app.journal.has(&filter) {
                break;
            }
            seen = newest;
        }
        let next = deadline.min(tokio::time::Instant::now() + GLANCE);
        // An error means that the server is gone, which counts as a stop.
        let _ = tokio::time::timeout_at(next, stop.changed()).await;
    }
    Ok(())
}

fn find_stage(word: &str) -> Result<Stage, Problem> {
    let found = Stage::ALL.into_iter().find(|stage| stage.as_str() == word);
    found.ok_or_else(|| {
        let words = Stage::ALL.map(Stage::as_str).join(", ");
        Problem::new(400, format!("unknown stage \"{word}\" (known: {words})"))
    })
}

/// Deletes all entries, or those that match the filters.
pub(crate) async fn clear_journal(
    State(app): State<Arc<App>>,
    OtherNamespaceParam(about): OtherNamespaceParam,
    QueryParams(query): QueryParams<JournalQuery>,
) -> Result<Json<Value>, Problem> {
    if query.limit.is_some() {
        let detail = "limit applies only to lists; choose what to delete with the other filters";
        return Err(Problem::new(400, detail));
    }
    if query.wait_ms.is_some() {
        return Err(Problem::new(
            400,
            "wait_ms applies only to lists; remove it",
        ));
    }
    blocking(move || {
        let cleared = app.journal.clear(&query.filter(&about)?);
        Ok(Json(json!({ "cleared": cleared })))
    })
    .await
}

pub(super) fn no_entry(id: &str) -> Problem {
    Problem::new(
        404,
        format!(
            "the journal has no entry {id} (any more); GET /_rollcall/journal lists what it has"
        ),
    )
}

/// One entry in full. A record that was not found is looked up in the other namespaces.
pub(crate) async fn journal_entry(
    State(app): State<Arc<App>>,
    PathParam(id): PathParam,
) -> Result<Json<Value>, Problem> {
    let number = id.parse().map_err(|_| no_entry(&id))?;
    blocking(move || {
        let mut entry = app.journal.entry(number).ok_or_else(|| no_entry(&id))?;
        if let Some((provider_id, own, missing)) = app.journal.missing(number)
            && let Some(provider) = provider(provider_id)
        {
            let mut elsewhere = Vec::new();
            for namespace in app.namespaces.in_use() {
                let state = namespace.state();
                if namespace.name != own
                    && state
                        .data
                        .part(provider.id)
                        .read(|tx| (provider.data.contains)(tx, &missing))?
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
                    "not found in namespace {own}, but the {} {} exists in namespace {names}",
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
) -> Result<String, Problem> {
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

/// Expands a count that is a bare number to `{"exactly": N}`.
fn with_exact_count(bytes: &[u8]) -> Result<Cow<'_, [u8]>, Problem> {
    let Ok(mut question) = json::read::<Value>(bytes) else {
        return Ok(bytes.into());
    };
    match &question["count"] {
        count if count.is_u64() => {
            question["count"] = json!({ "exactly": count });
            Ok(question.to_string().into_bytes().into())
        }
        Value::Object(bounds) if bounds.len() != 1 => {
            let detail = "give one bound: exactly, at_least or at_most";
            Err(Problem::new(400, detail).at("/count"))
        }
        _ => Ok(bytes.into()),
    }
}

/// Whether that many calls happened, or happen within the time: 200, else 409 with the nearest misses. Answers as soon as a lower
/// bound is reached or an upper bound exceeded, else when the time is up.
pub(crate) async fn verify(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    JsonBody(bytes): JsonBody,
) -> Result<Json<Value>, Problem> {
    let Verify {
        mut matches,
        status,
        since,
        count,
        wait_ms,
    } = required_body(&with_exact_count(&bytes)?)?;
    check_match(&mut matches, &about)?;
    let deadline = Instant::now() + Duration::from_millis(wait_ms).min(WAIT);
    let matches = Arc::new(matches);
    loop {
        let (journal, wanted) = (Arc::clone(&app), Arc::clone(&matches));
        let verdict =
            blocking(move || Ok(journal.journal.verify(&wanted, status, since, count))).await?;
        let is_late = deadline <= Instant::now() || *app.stop.borrow();
        match verdict {
            Verdict::Holds { found } if is_late || !count.can_break() => {
                return Ok(Json(json!({ "found": found })));
            }
            Verdict::Fails { found, nearest } if is_late || count.is_settled(found) => {
                let calls = if found == 1 { "call" } else { "calls" };
                let detail = format!("found {found} such {calls}, wanted {count}");
                return Err(Problem {
                    more: Some(Box::new(nearest)),
                    ..Problem::new(409, detail)
                });
            }
            Verdict::Unkept => {
                let detail =
                    "the journal is off, so this cannot be verified; start without --journal 0";
                return Err(Problem::new(409, detail));
            }
            // A later call may still reach a lower bound.
            Verdict::Cut { many } if is_late || count.can_break() => {
                let detail = format!(
                    "the journal has cut the bodies of matching calls ({many}), so this cannot be verified; match on the path or the query, or send bodies under 16 KiB"
                );
                return Err(Problem::new(409, detail));
            }
            Verdict::Unknown { dropped } => {
                let detail = format!(
                    "the journal has dropped entries ({dropped}), so this cannot be verified; raise --journal, clear the journal between tests, or limit the check with since"
                );
                return Err(Problem::new(409, detail));
            }
            _ => tokio::time::sleep(LOOK).await,
        }
    }
}

/// Refuses unknown names: a misspelt operation would always be verified as not called.
fn check_match(
    matches: &mut crate::pipeline::faults::Match,
    about: &NamespaceParam,
) -> Result<(), Problem> {
    about.agrees_with(matches.namespace.as_deref())?;
    matches
        .namespace
        .get_or_insert_with(|| about.name().to_owned());
    matches
        .check()
        .map_err(|error| Problem::new(400, error.rule).at(format!("/match{}", error.pointer)))
}

/// Why a signature did not match, by journal id or request id.
pub(crate) async fn explain(
    State(app): State<Arc<App>>,
    PathParam(id): PathParam,
) -> Result<Json<Value>, Problem> {
    let found = app.journal.finding(&id);
    found.map(Json).ok_or_else(|| no_entry(&id))
}
