//! The pipeline: a provider call from beginning to end.

pub(crate) mod cors;
pub mod faults;
mod header;
pub(crate) mod identify;
pub(crate) mod journal;
pub(crate) mod metrics;
pub(crate) mod outgoing;
mod placeholder;
pub(crate) mod settings;

use std::any::Any;
use std::borrow::Cow;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::{Duration, Instant};

use http::header::{AUTHORIZATION, DATE, ORIGIN};
use http::{HeaderMap, HeaderName};
use serde_json::json;

use crate::app::App;
use crate::namespace::credentials::SentKey;
use crate::namespace::settings::Auth;
use crate::namespace::{self, Namespace, State};
use crate::pipeline::faults::{DeliveryMode, Injected, ResponseOverride};
use crate::pipeline::identify::{identify, nearest};
use crate::pipeline::journal::{Entry, Outcome, Stage};
use crate::provider::Provider;
use crate::provider::call::{Call, Reply, Request};
use crate::provider::error::{ApiError, Raised, Refusal};
use crate::provider::redact;
use crate::signing;
use crate::store::trouble;

const NAMESPACE: HeaderName = HeaderName::from_static(namespace::HEADER);

/// An answer, and how it is delivered.
#[derive(Debug)]
pub(crate) struct Delivery {
    pub(crate) reply: Reply,
    pub(crate) delay: Duration,
    pub(crate) delivery: DeliveryMode,
    /// The id of its journal entry, if the journal is on.
    pub(crate) entry: Option<u64>,
}

impl From<Reply> for Delivery {
    fn from(reply: Reply) -> Self {
        Self {
            reply,
            delay: Duration::ZERO,
            delivery: DeliveryMode::Whole,
            entry: None,
        }
    }
}

/// Answers a request as its provider would. `dedicated` is the provider that the listener is dedicated to, if any.
pub(crate) fn handle(
    app: &App,
    mut request: Request,
    dedicated: Option<&'static Provider>,
) -> Delivery {
    let began = Instant::now();
    if let Some(preflight) = preflight(&request) {
        return preflight.into();
    }
    let provider = identify(&mut request, dedicated);
    let sent = provider.and_then(|provider| (provider.gateway.access_key)(&request));
    let access_key = sent.as_deref().map(SentKey::parse);
    let name = namespace_of(&request, provider, access_key.as_ref());
    let (namespace, is_new) = match app.namespaces.get_or_make(&name) {
        Ok(found) => found,
        Err(cause) => {
            let status = cause.status();
            let reply = Reply::problem(status, cause.title(), &cause.to_string());
            return add_cors_headers(&request, reply).into();
        }
    };
    // Read once, so that the whole call sees one state, whatever a concurrent reset does.
    let state = namespace.state();
    let now = state.clock.now();
    namespace.touch(now);
    // Under strict, only a call signed with a valid key creates a namespace.
    let mode = state
        .settings()
        .auth(provider.map_or("", |provider| provider.id));
    if mode == Auth::Strict && is_new {
        namespace.set_unclaimed(true);
    }
    let Some(provider) = provider else {
        let (reply, entry) = unrecognised(app, &request, &namespace, &state, began);
        drop(state);
        app.namespaces.discard_if_unclaimed(&namespace);
        return Delivery {
            entry,
            ..reply.into()
        };
    };

    let mut outcome = Outcome::default();
    let (reply, delay, delivery) = {
        let call = Call {
            named: (provider.gateway.route)(&request),
            request_id: (provider.gateway.request_id)(&state.ids, now),
            request: &request,
            provider,
            access_key,
            namespace: &namespace,
            settings: state.settings(),
            state: Arc::clone(&state),
        };
        // Under strict, a header that any client can send must not hold a connection.
        let needs_key =
            mode == Auth::Strict && faults::is_wanted(&request) && !is_admin(app, &request);
        let admitted = needs_key.then(|| admit(&call));
        let may_inject = !matches!(admitted, Some(Err(_)));
        let Injected {
            instead,
            delay,
            delivery,
            notes,
        } = app.faults.check(&call, may_inject);
        (outcome.explanation, outcome.delivery) = (notes, delivery);
        let reply = match instead {
            Some(ResponseOverride::Raw(reply)) => {
                outcome.stage = Stage::Fault;
                reply
            }
            instead => {
                let (stage, verdict) = match instead {
                    Some(ResponseOverride::Error(error)) => (Stage::Fault, Err(error)),
                    _ => dispatch(&call, admitted, &mut outcome.explanation),
                };
                if mode == Auth::Strict && is_verified(stage, &verdict) {
                    namespace.set_unclaimed(false);
                }
                let verdict = outcome.record_result(&call, stage, verdict);
                (provider.gateway.envelope)(&call, verdict)
            }
        };
        outcome.known = call
            .operation()
            .map(|operation| (operation, provider.common_parameters));
        outcome.named = call.operation().map_or("", |operation| operation.name);
        outcome.operation = call.operation().map_or_else(
            || call.operation_name().to_owned().into(),
            |known| known.name.into(),
        );
        outcome.request_id = call.request_id;
        outcome.access_key = call.access_key.map(|key| key.id).unwrap_or_default();
        outcome.path = call.named.path;
        (reply, delay, delivery)
    };
    let reply = add_common_headers(&request, &state, reply);
    outcome.provider = provider.id;
    let entry = outcome.record(app, &namespace, &state, &request, &reply, began);
    drop(state);
    app.namespaces.discard_if_unclaimed(&namespace);
    Delivery {
        reply,
        delay,
        delivery,
        entry,
    }
}

/// The provider and namespace that a call would belong to.
pub(crate) fn provider_and_namespace(request: &mut Request) -> (Option<&'static Provider>, String) {
    let provider = identify(request, None);
    let sent = provider.and_then(|provider| (provider.gateway.access_key)(request));
    let access_key = sent.as_deref().map(SentKey::parse);
    let name = namespace_of(request, provider, access_key.as_ref());
    (provider, name.into_owned())
}

/// The provider's own checks, in its own order.
fn admit(call: &Call<'_>) -> Result<(), (Stage, ApiError)> {
    let walked = catch_unwind(AssertUnwindSafe(|| {
        if let Some(limit) = call.request.over {
            return Err((
                Stage::Gateway,
                (call.provider.gateway.oversize)(limit).raise(),
            ));
        }
        let admitted = (call.provider.gateway.admit)(call);
        admitted.map_err(|refused| (Stage::Gateway, refused))
    }));
    walked.unwrap_or_else(|panic| {
        let cause = panic_message(&*panic);
        Err((Stage::Broken, ApiError::Broken(cause.into())))
    })
}

/// Whether a valid key signed the call, under strict: the gateway accepted it and, for a token request, whose password the
/// operation checks, the operation did too.
fn is_verified(stage: Stage, verdict: &Result<Reply, ApiError>) -> bool {
    match verdict {
        Ok(_) => stage == Stage::Operation,
        Err(ApiError::Refused(refusal)) => {
            stage == Stage::Operation && refusal.entry.raised != Raised::Authentication
        }
        Err(ApiError::Broken(_)) => false,
    }
}

/// Whether the request carries the admin token.
fn is_admin(app: &App, request: &Request) -> bool {
    let given = request
        .header(AUTHORIZATION)
        .and_then(|value| value.split_once(' '))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("bearer"));
    match (&app.admin_token, given) {
        (Some(token), Some((_, given))) => signing::same(token, given.trim()),
        _ => false,
    }
}

/// Runs the provider's checks, unless they have been run, then the operation.
fn dispatch(
    call: &Call<'_>,
    admitted: Option<Result<(), (Stage, ApiError)>>,
    notes: &mut Vec<String>,
) -> (Stage, Result<Reply, ApiError>) {
    if let Err((stage, refused)) = admitted.unwrap_or_else(|| admit(call)) {
        return (stage, Err(refused));
    }
    let walked = catch_unwind(AssertUnwindSafe(|| {
        if let Some(fault) = faults::reserved_id(call, notes) {
            return (Stage::Fault, Err(fault));
        }
        if let Err(refused) = placeholder::refuse(call) {
            return (Stage::Operation, Err(refused));
        }
        let operation = call
            .operation()
            .expect("a provider admits only calls of its operations");
        (Stage::Operation, (operation.run)(call))
    }));
    walked.unwrap_or_else(|panic| {
        (
            Stage::Broken,
            Err(ApiError::Broken(panic_message(&*panic).into())),
        )
    })
}

impl Outcome {
    /// Answers a failure with the provider's own internal error; the cause goes to the log and the journal, not on the wire. Notes
    /// in the journal what was wrong and what nearly matched.
    fn record_result(
        &mut self,
        call: &Call<'_>,
        stage: Stage,
        verdict: Result<Reply, ApiError>,
    ) -> Result<Reply, Refusal> {
        match verdict {
            Ok(reply) => {
                self.stage = if stage == Stage::Fault {
                    stage
                } else {
                    Stage::Answered
                };
                Ok(reply)
            }
            Err(ApiError::Refused(refusal)) => {
                self.stage = stage;
                (self.error, self.code) = (refusal.entry.name, refusal.entry.code);
                self.missing.clone_from(&refusal.missing);
                self.finding.clone_from(&refusal.finding);
                self.explain(call, &refusal);
                Err(*refusal)
            }
            Err(ApiError::Broken(cause)) => {
                tracing::error!(provider = call.provider.id, %cause, "a call failed");
                self.stage = Stage::Broken;
                self.explanation.push(match trouble::of(&*cause) {
                    Some(trouble) => format!("The data could not be used: {trouble}."),
                    None => format!(
                        "internal error: {cause}. This is a bug in rollcall; please report it."
                    ),
                });
                let entry = call.provider.gateway.internal_error;
                (self.error, self.code) = (entry.name, entry.code);
                Err(entry.refusal(&[]))
            }
        }
    }

    fn explain(&mut self, call: &Call<'_>, refusal: &Refusal) {
        let explanation = &mut self.explanation;
        explanation.push(format!(
            "{} ({}): {}",
            refusal.entry.name, refusal.entry.about, refusal.message
        ));
        explanation.extend(refusal.explanation.clone());
        if call.named.wrong_method {
            let path = redact::target(call.request.path());
            let method = &call.request.method;
            explanation.push(format!(
                "{path} is a path of this API, but does not take {method}."
            ));
        }
        if call.operation().is_some() {
            return;
        }
        for near in nearest(call.request, Some(call.provider)) {
            let text = |name: &str| near[name].as_str().unwrap_or_default().to_owned();
            let version = if text("version").is_empty() {
                String::new()
            } else {
                format!(" (Version {})", text("version"))
            };
            explanation.push(format!(
                "Near: {} = {} {}{version}.",
                text("operation"),
                text("method"),
                text("path")
            ));
        }
    }

    fn record(
        self,
        app: &App,
        namespace: &Namespace,
        state: &State,
        request: &Request,
        reply: &Reply,
        began: Instant,
    ) -> Option<u64> {
        let duration = began.elapsed();
        let outcome = match self.error {
            "" if self.stage == Stage::Recognise => "unclaimed",
            // The operation did what was asked, and its client does not know it.
            "" if self.delivery != DeliveryMode::Whole => self.delivery.as_str(),
            "" => "ok",
            error => error,
        };
        app.metrics
            .count([self.provider, self.named, outcome, self.code], duration);
        app.journal.record(Entry {
            time: state.clock.now(),
            namespace: &namespace.name,
            duration,
            request,
            reply,
            outcome: self,
        })
    }
}

/// The namespace that the header names.
pub(crate) fn header_namespace(headers: &HeaderMap) -> Option<Cow<'_, str>> {
    header::said_once(headers, &NAMESPACE)
}

/// The namespace of a request, by the first of these that it has: the header, a host label `<name>.ns.<anything>`, the access
/// key's suffix after `~`, the token's namespace.
fn namespace_of<'a>(
    request: &'a Request,
    provider: Option<&'static Provider>,
    access_key: Option<&'a SentKey>,
) -> Cow<'a, str> {
    if let Some(name) = header_namespace(&request.headers) {
        return name;
    }
    let is_ns = |rest: &str| {
        rest.get(..3)
            .is_some_and(|label| label.eq_ignore_ascii_case("ns."))
    };
    if let Some((name, rest)) = request.lossy_host().split_once('.')
        && is_ns(rest)
    {
        return name.to_ascii_lowercase().into();
    }
    let suffix = access_key.and_then(|key| key.namespace.as_deref());
    let of_token = || {
        provider
            .and_then(|provider| (provider.gateway.token_namespace)(request))
            .filter(|name| namespace::is_name(name))
    };
    let name = suffix.or_else(of_token);
    name.unwrap_or(namespace::DEFAULT).into()
}

/// The answer to a call that no provider recognises; it lists the nearest operations.
fn unrecognised(
    app: &App,
    request: &Request,
    namespace: &Namespace,
    state: &State,
    began: Instant,
) -> (Reply, Option<u64>) {
    let near = nearest(request, None);
    let path = redact::target(request.path());
    let detail = format!("no provider claims {} {path}", request.method);
    let body = json!({
        "type": "about:blank",
        "title": "No such API",
        "status": 404,
        "detail": format!("{detail}; \"nearest\" has the documented operations that come closest, and GET /_rollcall lists them all"),
        "nearest": near,
    });
    let reply = add_common_headers(
        request,
        state,
        Reply::new(404, "application/problem+json", body.to_string()),
    );
    let operation = format!("{} {}", request.method, request.path());
    let outcome = Outcome {
        operation: operation.into(),
        stage: Stage::Recognise,
        explanation: vec![detail],
        ..Outcome::default()
    };
    let entry = outcome.record(app, namespace, state, request, &reply, began);
    (reply, entry)
}

/// The answer to a proxy request for a host that is not a provider's; nothing is forwarded.
pub(crate) fn refuse_host(app: &App, request: &Request, host: &str) -> Reply {
    let began = Instant::now();
    let detail = format!(
        "rollcall serves only its providers' hosts and opens no connections, so {host} cannot be reached through it; add it to NO_PROXY to bypass rollcall"
    );
    let reply = Reply::problem(403, "Not a provider's host", &detail);
    let name = namespace_of(request, None, None);
    let named = app.namespaces.find(&name);
    // A request for a foreign host must not create a namespace.
    let namespace = match named.map_or_else(|| app.namespaces.get(namespace::DEFAULT), Ok) {
        Ok(namespace) => namespace,
        Err(cause) => {
            tracing::debug!(%cause, "a refused request is not in the journal");
            return reply;
        }
    };
    let outcome = Outcome {
        operation: format!("{} {host}", request.method).into(),
        stage: Stage::Recognise,
        explanation: vec![detail],
        ..Outcome::default()
    };
    outcome.record(app, &namespace, &namespace.state(), request, &reply, began);
    reply
}

/// Adds what every provider's answers have: the namespace's time, and CORS headers.
fn add_common_headers(request: &Request, state: &State, mut reply: Reply) -> Reply {
    if state.clock.setting() != crate::namespace::clock::Setting::Real {
        reply = reply.header(DATE, state.clock.now().http_date());
    }
    add_cors_headers(request, reply)
}

fn add_cors_headers(request: &Request, mut reply: Reply) -> Reply {
    if request.headers.contains_key(ORIGIN) {
        cors::allow_reading(&request.headers, &mut reply.headers);
    }
    reply
}

/// Answers preflights for every provider, whatever its contract says about OPTIONS.
fn preflight(request: &Request) -> Option<Reply> {
    if !cors::is_preflight(&request.method, &request.headers) {
        return None;
    }
    let mut reply = Reply::empty(204);
    cors::allow_request(&request.headers, &mut reply.headers);
    cors::allow_reading(&request.headers, &mut reply.headers);
    Some(reply)
}

fn panic_message(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned());
    format!(
        "panic: {}",
        text.unwrap_or_else(|| "without a message".to_owned())
    )
}
