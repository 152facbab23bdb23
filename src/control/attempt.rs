//! Calls that the control plane makes for its caller: signed as a real client signs them, sent through the same pipeline, and
//! reported in full. What the journal masks is masked here too.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::State;
use axum::http::HeaderMap;
use axum::{Extension, Json};
use http::header::{HOST, ORIGIN};
use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::OverTls;
use super::compose::{OperationCall, Parameters, Raw, operation_request, raw_request, unknown};
use super::extract::{ALL, JsonBody, NamespaceParam, PathParam, body, required_body};
use super::journal::no_entry;
use super::problem::{Problem, blocking};
use crate::app::App;
use crate::namespace::settings::Credential;
use crate::namespace::{self, NamespaceError, State as Data, credentials};
use crate::pipeline::faults::DeliveryMode;
use crate::pipeline::outgoing::{Outgoing, SchemeVariant, SigningParams};
use crate::pipeline::{Delivery, handle, provider_and_namespace};
use crate::provider::Provider;
use crate::provider::call::{Reply, Request};
use crate::provider::redact;
use crate::providers::signatures::signing_key;
use crate::providers::{provider, require};

/// How long to wait at most for a fault's delay.
const DELAY: Duration = Duration::from_secs(30);
/// How much of an answer's body is shown.
const SHOWN: usize = 1024 * 1024;
/// The scheme of an unsigned call.
const NO_SCHEME: &str = "none";

/// How a call is signed, and whether it is sent.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
struct Signing {
    access_key: Option<String>,
    scheme: Option<String>,
    region: Option<String>,
    service: Option<String>,
    send: bool,
}

impl Default for Signing {
    fn default() -> Self {
        Self {
            access_key: None,
            scheme: None,
            region: None,
            service: None,
            send: true,
        }
    }
}

/// The call to make.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Try {
    provider: Option<String>,
    operation: Option<String>,
    version: Option<String>,
    method: Option<String>,
    parameters: Option<Parameters>,
    values: Option<Map<String, Value>>,
    request: Option<Raw>,
    namespace: Option<String>,
    access_key: Option<String>,
    scheme: Option<String>,
    region: Option<String>,
    service: Option<String>,
    #[serde(default = "yes")]
    send: bool,
}

const fn yes() -> bool {
    true
}

/// A request to sign, and what is known about it.
struct Draft {
    namespace: String,
    provider: Option<&'static Provider>,
    operation: Option<String>,
    request: Outgoing,
    /// Whether its path needs the provider's prefix, because it would otherwise be taken for another provider's.
    may_prefix: bool,
}

/// Makes a call and reports what was sent and what came back.
pub(crate) async fn attempt(
    State(app): State<Arc<App>>,
    about: NamespaceParam,
    tls: Option<Extension<OverTls>>,
    headers: HeaderMap,
    JsonBody(bytes): JsonBody,
) -> Result<Json<Value>, Problem> {
    let asked: Try = required_body(&bytes)?;
    let draft = draft(&asked, &about)?;
    let signing = Signing {
        access_key: asked.access_key,
        scheme: asked.scheme,
        region: asked.region,
        service: asked.service,
        send: asked.send,
    };
    make(app, draft, signing, Origin::of(&headers, tls.is_some())).await
}

fn draft(asked: &Try, about: &NamespaceParam) -> Result<Draft, Problem> {
    let namespace = match asked.namespace.as_deref() {
        Some(name) if !namespace::is_name(name) => {
            let problem = Problem::from(NamespaceError::Name(name.to_owned()));
            return Err(problem.at("/namespace"));
        }
        Some(name) => name,
        None => about.name(),
    };
    if namespace == ALL {
        return Err(Problem::new(400, "a call needs one namespace, not *"));
    }
    let wanted = asked.provider.as_deref();
    let provider = wanted
        .map(|id| require(id).map_err(|rule| Problem::new(400, rule).at("/provider")))
        .transpose()?;
    let request = match (&asked.operation, &asked.request) {
        (Some(operation), None) => {
            let Some(provider) = provider else {
                let rule = "name the provider of the operation";
                return Err(Problem::new(400, rule).at("/provider"));
            };
            let call = OperationCall {
                operation: operation.as_str(),
                version: asked.version.as_deref(),
                method: asked.method.as_deref(),
                parameters: asked.parameters.as_ref(),
                values: asked.values.as_ref(),
            };
            operation_request(provider, &call)?
        }
        (None, Some(raw)) => {
            let stray = [
                ("version", asked.version.is_some()),
                ("method", asked.method.is_some()),
                ("parameters", asked.parameters.is_some()),
                ("values", asked.values.is_some()),
            ];
            if let Some((name, _)) = stray.into_iter().find(|(_, is_there)| *is_there) {
                let rule = format!("{name} is only for operations; a request is sent as given");
                return Err(Problem::new(400, rule).at(format!("/{name}")));
            }
            raw_request(raw)?
        }
        _ => {
            let rule = "give either an operation with its parameters, or a request";
            return Err(Problem::new(400, rule));
        }
    };
    Ok(Draft {
        namespace: namespace.to_owned(),
        provider,
        operation: asked.operation.clone(),
        request,
        may_prefix: asked.operation.is_some(),
    })
}

/// Repeats a call of the journal, signed with a key of its namespace.
pub(crate) async fn replay(
    State(app): State<Arc<App>>,
    PathParam(id): PathParam,
    tls: Option<Extension<OverTls>>,
    headers: HeaderMap,
    JsonBody(bytes): JsonBody,
) -> Result<Json<Value>, Problem> {
    let signing: Signing = body(&bytes)?;
    let (draft, signing) = recorded(&app, &id, signing)?;
    make(app, draft, signing, Origin::of(&headers, tls.is_some())).await
}

/// The request of an entry, without its signature, and how to sign it.
fn recorded(app: &App, id: &str, mut signing: Signing) -> Result<(Draft, Signing), Problem> {
    let found = id.parse().ok().and_then(|id| app.journal.request(id));
    let kept = found.ok_or_else(|| no_entry(id))?;
    let refused = |why: &str| Problem::new(409, format!("entry {id} cannot be replayed: {why}"));
    if kept.is_cut {
        let why = "the journal kept only the first 16 KiB of its body";
        return Err(refused(why));
    }
    let Ok(text) = String::from_utf8(kept.body.to_vec()) else {
        return Err(refused("its body is not text"));
    };
    let provider = provider(kept.provider);
    let headers = kept.headers.iter().filter_map(|(name, value)| {
        let value = value.to_str().ok()?;
        Some((name.as_str().to_owned(), value.to_owned()))
    });
    let (path, query) = kept.target.split_once('?').unwrap_or((&kept.target, ""));
    let mut request = Outgoing {
        method: kept.method.as_str().to_owned(),
        path: path.to_owned(),
        query: query.to_owned(),
        headers: headers.collect(),
        body: text,
    };
    match (provider, &signing.scheme) {
        (None, None) => signing.scheme = Some(NO_SCHEME.to_owned()),
        (Some(provider), None) => {
            let variant = SchemeVariant::like(provider, &request);
            signing.scheme = variant.map(|variant| variant.as_str().to_owned());
        }
        _ => {}
    }
    request.unsign(provider);
    let target = request.target();
    if redact::body(request.body.as_bytes()) != request.body {
        return Err(refused(
            "its body contains a masked value, such as a password",
        ));
    }
    if redact::target(&target) != target {
        return Err(refused(
            "its target contains a masked value, such as a password",
        ));
    }
    let draft = Draft {
        namespace: kept.namespace.to_string(),
        provider,
        operation: None,
        request,
        may_prefix: true,
    };
    Ok((draft, signing))
}

/// The address under which the caller reached this server; the curl command uses it too.
struct Origin {
    is_secure: bool,
    host: String,
}

impl Origin {
    fn of(headers: &HeaderMap, is_tls: bool) -> Self {
        let text = |name| headers.get(name).and_then(|value| value.to_str().ok());
        let host = text(HOST).filter(|host| !host.is_empty());
        let host = host.unwrap_or("127.0.0.1:4700").to_owned();
        // A proxy may have terminated a page's TLS; the page's origin tells.
        let of_page = text(ORIGIN).and_then(|origin| origin.strip_prefix("https://"));
        let is_secure = is_tls || of_page == Some(&host);
        Self { is_secure, host }
    }
}

/// A call that is signed.
struct Signed {
    request: Outgoing,
    received: Request,
    variant: Option<SchemeVariant>,
    /// The id of the key, without its namespace.
    access_key: Option<String>,
    /// The session token, which the caller did not give.
    token: Option<String>,
}

/// Signs a draft, sends it if asked to, and reports.
async fn make(
    app: Arc<App>,
    draft: Draft,
    signing: Signing,
    origin: Origin,
) -> Result<Json<Value>, Problem> {
    let served = Arc::clone(&app);
    let is_sent = signing.send;
    let work = move || {
        let Origin { is_secure, host } = &origin;
        let mut signed = sign(&served, &draft, &signing, host)?;
        signed.received.is_secure = *is_secure;
        let scheme = if *is_secure { "https" } else { "http" };
        let curl =
            signed
                .request
                .curl(&format!("{scheme}://{host}"), host, signed.token.as_deref());
        let mut outcome = json!({
            "namespace": draft.namespace,
            "provider": draft.provider.map(|provider| provider.id),
            "operation": draft.operation,
            "scheme": signed.variant.map_or(NO_SCHEME, SchemeVariant::as_str),
            "access_key": signed.access_key,
            "request": {
                "method": signed.request.method,
                "target": redact::target(&signed.request.target()),
                "headers": redact::headers(&signed.received.headers),
                "body": redact::body(signed.request.body.as_bytes()),
                "cut": false,
            },
            "response": Value::Null,
            "journal_id": Value::Null,
            "curl": curl,
        });
        if !is_sent {
            return Ok((outcome, Duration::ZERO));
        }
        let Delivery {
            reply,
            delay,
            delivery,
            entry,
        } = handle(&served, signed.received, None);
        outcome["response"] = response(reply, delivery);
        outcome["journal_id"] = json!(entry);
        let delay = if delivery == DeliveryMode::Hang {
            Duration::ZERO
        } else {
            delay.min(DELAY)
        };
        Ok((outcome, delay))
    };
    let (outcome, delay) = blocking(work).await?;
    if !delay.is_zero() {
        let mut stop = app.stop.subscribe();
        // An error means that the server is gone, which counts as a stop.
        let _ = tokio::time::timeout(delay, stop.wait_for(|stopped| *stopped)).await;
    }
    Ok(Json(outcome))
}

/// The part of an answer that a client would have seen.
fn response(reply: Reply, delivery: DeliveryMode) -> Value {
    let Reply {
        status,
        headers,
        body,
        remains,
    } = reply;
    let is_lost = match delivery {
        DeliveryMode::Hang | DeliveryMode::Reset => true,
        DeliveryMode::Truncate => body.is_empty(),
        DeliveryMode::Whole => false,
    };
    if is_lost {
        // There is no half of nothing.
        let delivery = match delivery {
            DeliveryMode::Hang => DeliveryMode::Hang,
            _ => DeliveryMode::Reset,
        };
        return json!({ "status": null, "headers": {}, "body": "", "cut": false, "delivery": delivery.as_str() });
    }
    let (shown, cut) = match delivery {
        DeliveryMode::Truncate => (body[..body.len() / 2].to_vec(), false),
        _ => {
            let mut shown = body.to_vec();
            let mut cut = false;
            let mut remains = remains;
            while let Some(rest) = remains.as_mut().filter(|_| shown.len() <= SHOWN) {
                match rest.next() {
                    Ok(Some(part)) => shown.extend_from_slice(&part),
                    Ok(None) => remains = None,
                    Err(cause) => {
                        tracing::error!(?cause, "a long answer broke off");
                        (cut, remains) = (true, None);
                    }
                }
            }
            if SHOWN < shown.len() {
                shown.truncate(SHOWN);
                cut = true;
            }
            (shown, cut)
        }
    };
    json!({
        "status": status,
        "headers": redact::headers(&headers),
        "body": redact::body(&shown),
        "cut": cut,
        "delivery": delivery.as_str(),
    })
}

/// Signs a draft so that the call reaches its provider and namespace.
fn sign(app: &App, draft: &Draft, signing: &Signing, host: &str) -> Result<Signed, Problem> {
    let namespace = app
        .namespaces
        .existing(&draft.namespace)
        .map_err(Problem::from)?;
    let state = namespace.state();
    let variant = variant(draft.provider, signing.scheme.as_deref())?;
    let key = variant
        .map(|_| key(&state, &draft.namespace, signing))
        .transpose()?;
    if let (Some(variant), Some(key)) = (variant, &key)
        && key.token.is_some()
        && !variant.takes_tokens()
    {
        let rule = format!(
            "\"{}\" is a temporary key; QingCloud's use signature_version 2, which is not emulated",
            key.access_key
        );
        return Err(Problem::new(400, rule).at("/access_key"));
    }
    let params = SigningParams {
        time: state.clock.now(),
        nonce: None,
        region: signing.region.clone(),
        service: signing.service.clone(),
    };
    let id = key.as_ref().map(|key| match draft.namespace.as_str() {
        namespace::DEFAULT => key.access_key.clone(),
        name => format!("{}~{name}", key.access_key),
    });
    let signed = |draft: &Outgoing| {
        let mut request = draft.clone();
        request.complete(host);
        if let (Some(variant), Some(key), Some(id)) = (variant, &key, &id) {
            request.sign(variant, &signing_key(id, key), &params);
        }
        let received = request.received();
        received
            .map(|received| (request, received))
            .map_err(|cause| Problem::new(400, format!("not a valid HTTP request: {cause}")))
    };
    let mut outgoing = draft.request.clone();
    let (mut request, mut received) = signed(&outgoing)?;
    let (found, _) = provider_and_namespace(&mut received);
    if let Some(provider) = draft.provider
        && draft.may_prefix
        && found.is_none_or(|found| found.id != provider.id)
    {
        outgoing.path = format!("/{}{}", provider.id, outgoing.path);
        (request, received) = signed(&outgoing)?;
    }
    let (_, name) = provider_and_namespace(&mut received);
    if name != draft.namespace {
        if outgoing.header(namespace::HEADER).is_some() {
            let rule = "the request names another namespace; choose it with the member namespace";
            return Err(Problem::new(400, rule).at("/request/headers"));
        }
        outgoing
            .headers
            .push((namespace::HEADER.to_owned(), draft.namespace.clone()));
        (request, received) = signed(&outgoing)?;
    }
    received.port = host
        .rsplit_once(':')
        .and_then(|(_, port)| port.parse().ok());
    Ok(Signed {
        request,
        received,
        variant,
        access_key: key.as_ref().map(|key| key.access_key.clone()),
        token: key.and_then(|key| key.token),
    })
}

/// The scheme that was asked for, else the provider's usual one; `None` for an unsigned call.
fn variant(
    provider: Option<&'static Provider>,
    asked: Option<&str>,
) -> Result<Option<SchemeVariant>, Problem> {
    if asked == Some(NO_SCHEME) {
        return Ok(None);
    }
    let Some(provider) = provider else {
        let rule = "name the provider to sign for, or set scheme to none";
        return Err(Problem::new(400, rule).at("/provider"));
    };
    let variants = SchemeVariant::of(provider);
    let Some(asked) = asked else {
        return Ok(variants.first().copied());
    };
    let found = variants.iter().find(|variant| variant.as_str() == asked);
    found.copied().map(Some).ok_or_else(|| {
        let lacks = format!("{} has no scheme", provider.id);
        let known = variants
            .iter()
            .map(|variant| variant.as_str())
            .chain([NO_SCHEME]);
        Problem::new(400, unknown(&lacks, asked, known)).at("/scheme")
    })
}

/// The key that was asked for, else the namespace's first key without restrictions.
fn key(state: &Data, namespace: &str, signing: &Signing) -> Result<Credential, Problem> {
    let settings = state.settings();
    let keys = state.data.part(credentials::PART.name);
    let seeded = keys.read(|tx| credentials::all(tx))?;
    let is_seeded = |key: &&Credential| {
        let mut seeded = seeded.iter();
        seeded.any(|seeded| seeded.access_key == key.access_key)
    };
    let configured = settings.credentials.iter().filter(|key| !is_seeded(key));
    let known: Vec<&Credential> = configured.chain(&seeded).collect();
    let now = state.clock.now();
    let is_good = |key: &&&Credential| {
        !key.disabled && !key.read_only && key.expires.is_none_or(|end| now < end)
    };
    let Some(asked) = signing.access_key.as_deref() else {
        let good = known.iter().find(is_good).or(known.first());
        return good.map(|key| (*key).clone()).ok_or_else(|| {
            let rule = format!("namespace {namespace} has no key to sign with");
            Problem::new(400, rule)
        });
    };
    let own = format!("~{namespace}");
    let asked = asked.strip_suffix(&own).unwrap_or(asked);
    let found = known.iter().find(|key| key.access_key == asked);
    found.map(|key| (*key).clone()).ok_or_else(|| {
        let lacks = format!("namespace {namespace} has no key");
        let ids = known.iter().map(|key| key.access_key.as_str());
        Problem::new(400, unknown(&lacks, asked, ids)).at("/access_key")
    })
}
