//! The corridor: a provider call's life, from top to bottom.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::time::Instant;

use http::{HeaderMap, HeaderValue, Method};
use serde_json::json;

use crate::app::App;
use crate::call::{Call, Reply, Request};
use crate::catalogue::{ApiError, Refusal};
use crate::journal::{Entry, Stage};
use crate::namespace::{self, Namespace, NamespaceError};
use crate::providers::Provider;
use crate::recognise::{nearest, recognise};

/// The header that names a namespace.
const NAMESPACE_HEADER: &str = "x-rollcall-namespace";

/// Answers a request as its provider would. `door` is the provider that the listener is dedicated to, if any.
pub(crate) fn emulate(
    app: &App,
    mut request: Request,
    door: Option<&'static dyn Provider>,
) -> Reply {
    let began = Instant::now();
    if let Some(preflight) = preflight(&request) {
        return preflight;
    }
    let provider = recognise(&mut request, door);
    let namespace = match namespace_of(app, &request, provider) {
        Ok(namespace) => namespace,
        Err(cause) => {
            return problem(
                namespace_status(&cause),
                "No such namespace",
                &cause.to_string(),
            );
        }
    };
    namespace.touch(namespace.clock.now());
    let Some(provider) = provider else {
        return stranger(app, request, &namespace, began);
    };

    let mut explanation = Vec::new();
    let (stage, error, operation, request_id, reply) = {
        let state = namespace.state();
        let call = Call {
            named: provider.name_operation(&request),
            request_id: provider.request_id(&state.ids, namespace.clock.now()),
            request: &request,
            provider,
            namespace: &namespace,
            state,
            settings: namespace.settings(),
        };
        let (stage, verdict) = judge(&call);
        let (stage, verdict) = settle(stage, verdict, provider, &mut explanation);
        let error = verdict
            .as_ref()
            .err()
            .map_or("", |refusal| refusal.entry.name);
        if let Err(refusal) = &verdict {
            explain(&call, refusal, &mut explanation);
        }
        let reply = provider.envelope(&call, verdict);
        (
            stage,
            error,
            call.operation_name().to_owned(),
            call.request_id,
            reply,
        )
    };
    let reply = dress(&request, &namespace, reply);
    record(
        app,
        &namespace,
        request,
        &reply,
        Outcome {
            provider: provider.id(),
            operation,
            stage,
            error,
            request_id,
            explanation,
            began,
        },
    );
    reply
}

/// The provider's own checks in its own order, then the operation.
fn judge(call: &Call<'_>) -> (Stage, Result<Reply, ApiError>) {
    let walked = catch_unwind(AssertUnwindSafe(|| {
        if let Some(limit) = call.request.over {
            return (Stage::Gateway, Err(call.provider.over_limit(limit).raise()));
        }
        if let Err(refused) = call.provider.admit(call) {
            return (Stage::Gateway, Err(refused));
        }
        let operation = call
            .operation()
            .expect("a room admits only calls of its operations");
        (Stage::Operation, (operation.run)(call))
    }));
    walked.unwrap_or_else(|panic| {
        (
            Stage::Broken,
            Err(ApiError::Broken(panic_message(&*panic).into())),
        )
    })
}

/// Gives what broke the provider's own internal error; its cause goes to the log and the journal, not on the wire.
fn settle(
    stage: Stage,
    verdict: Result<Reply, ApiError>,
    provider: &'static dyn Provider,
    explanation: &mut Vec<String>,
) -> (Stage, Result<Reply, Refusal>) {
    match verdict {
        Ok(reply) => (Stage::Answered, Ok(reply)),
        Err(ApiError::Refused(refusal)) => (stage, Err(*refusal)),
        Err(ApiError::Broken(cause)) => {
            tracing::error!(provider = provider.id(), %cause, "a call broke");
            explanation.push(format!(
                "rollcall broke here: {cause}. This is a bug in rollcall; please report it."
            ));
            (Stage::Broken, Err(provider.internal_error().refusal(&[])))
        }
    }
}

/// Tells the reader of the journal what was wrong, and what nearly matched.
fn explain(call: &Call<'_>, refusal: &Refusal, explanation: &mut Vec<String>) {
    explanation.push(format!(
        "{} ({}): {}",
        refusal.entry.name, refusal.entry.about, refusal.message
    ));
    explanation.extend(refusal.explanation.clone());
    if call.named.wrong_method {
        explanation.push(format!(
            "{} is a path of this API, but not with the method {}.",
            call.request.path(),
            call.request.method
        ));
    }
    if call.operation().is_none() {
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
}

/// The namespace that a request belongs to, by the first of these that it has: the header, a host label
/// `<name>.ns.<anything>`, the access key's suffix after `~`, the token's own.
fn namespace_of(
    app: &App,
    request: &Request,
    provider: Option<&'static dyn Provider>,
) -> Result<Arc<Namespace>, NamespaceError> {
    if let Some(name) = request.headers.get(NAMESPACE_HEADER) {
        return app
            .namespaces
            .get(&String::from_utf8_lossy(name.as_bytes()));
    }
    if let Some((name, rest)) = request.host().split_once('.')
        && rest.starts_with("ns.")
    {
        return app.namespaces.get(name);
    }
    let key = provider.and_then(|provider| provider.access_key(request));
    let suffix = key
        .as_deref()
        .and_then(|key| key.split_once('~'))
        .map(|(_, suffix)| suffix);
    let of_token = || {
        provider
            .and_then(|provider| provider.token_namespace(request))
            .filter(|name| namespace::is_name(name))
    };
    app.namespaces
        .get(suffix.or_else(of_token).unwrap_or(namespace::DEFAULT))
}

const fn namespace_status(cause: &NamespaceError) -> u16 {
    match cause {
        NamespaceError::Name(_) => 400,
        NamespaceError::TooMany(_) => 429,
        NamespaceError::Data { .. } => 500,
    }
}

/// The answer to what nobody claims: never an empty page.
fn stranger(app: &App, request: Request, namespace: &Namespace, began: Instant) -> Reply {
    let near = nearest(&request, None);
    let detail = format!("no provider claims {} {}", request.method, request.path());
    let body = json!({
        "type": "about:blank",
        "title": "Nobody's API",
        "status": 404,
        "detail": format!("{detail}; the nearest documented operations are below, and GET /_rollcall lists what there is"),
        "nearest": near,
    });
    let reply = dress(
        &request,
        namespace,
        Reply::new(404, "application/problem+json", body.to_string()),
    );
    let outcome = Outcome {
        provider: "",
        operation: format!("{} {}", request.method, request.path()),
        stage: Stage::Recognise,
        error: "",
        request_id: String::new(),
        explanation: vec![detail],
        began,
    };
    record(app, namespace, request, &reply, outcome);
    reply
}

/// An error of rollcall itself, as RFC 9457 wants it.
pub(crate) fn problem(status: u16, title: &str, detail: &str) -> Reply {
    let body = json!({ "type": "about:blank", "title": title, "status": status, "detail": detail });
    Reply::new(status, "application/problem+json", body.to_string())
}

struct Outcome {
    provider: &'static str,
    operation: String,
    stage: Stage,
    error: &'static str,
    request_id: String,
    explanation: Vec<String>,
    began: Instant,
}

fn record(app: &App, namespace: &Namespace, request: Request, reply: &Reply, outcome: Outcome) {
    app.journal.record(Entry {
        time: namespace.clock.now(),
        namespace: namespace.name.clone(),
        provider: outcome.provider,
        operation: outcome.operation,
        stage: outcome.stage,
        status: reply.status,
        error: outcome.error,
        request_id: outcome.request_id,
        duration: outcome.began.elapsed(),
        method: request.method,
        target: request.target,
        headers: request.headers,
        body: request.body,
        reply_headers: reply.headers.clone(),
        reply_body: reply.body.clone(),
        explanation: outcome.explanation,
    });
}

/// What every answer has, whoever's it is: the namespace's time, and leave for pages of any origin.
fn dress(request: &Request, namespace: &Namespace, mut reply: Reply) -> Reply {
    if namespace.clock.setting() != crate::clock::Setting::Real {
        reply = reply.header("date", namespace.clock.now().http_date());
    }
    if request.headers.contains_key("origin") {
        reply = reply
            .header("access-control-allow-origin", "*")
            .header("access-control-expose-headers", "*");
    }
    reply
}

/// Browsers ask first; rollcall answers for every provider, whatever a contract says of OPTIONS.
fn preflight(request: &Request) -> Option<Reply> {
    let asked = request.headers.get("access-control-request-method")?;
    if request.method != Method::OPTIONS || !request.headers.contains_key("origin") {
        return None;
    }
    let mut headers = HeaderMap::new();
    headers.insert("access-control-allow-origin", HeaderValue::from_static("*"));
    headers.insert("access-control-allow-methods", asked.clone());
    if let Some(names) = request.headers.get("access-control-request-headers") {
        headers.insert("access-control-allow-headers", names.clone());
    }
    if request
        .headers
        .contains_key("access-control-request-private-network")
    {
        headers.insert(
            "access-control-allow-private-network",
            HeaderValue::from_static("true"),
        );
    }
    headers.insert("access-control-max-age", HeaderValue::from_static("600"));
    Some(Reply {
        headers,
        ..Reply::empty(204)
    })
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
