//! A journal entry: request and answer, packed, and how they are shown.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde_json::{Map, Value, json};

use crate::namespace::clock::Time;
use crate::pipeline::faults::DeliveryMode;
use crate::pipeline::faults::Match;
use crate::provider::call::{PathParams, Reply, Request, params};
use crate::provider::error::Missing;
use crate::provider::redact;
use crate::provider::table::Operation;
use crate::provider::text;

/// How much of a body an entry keeps.
const BODY: usize = 16 * 1024;
/// How many unknown parameters are named.
const UNKNOWN: usize = 8;
/// How many of its own parameters are named where none is similar.
const LISTED: usize = 12;
/// The overhead of an entry: its struct, ring and index slots, and allocator rounding.
pub(super) const OVERHEAD: usize = size_of::<StoredEntry>() + 256;
/// The stage of the pipeline that answered a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stage {
    /// No provider recognised it.
    #[default]
    Recognise,
    /// A fault answered it.
    Fault,
    /// The provider's gateway refused it.
    Gateway,
    /// The operation refused it.
    Operation,
    /// The operation answered.
    Answered,
    /// An internal error of rollcall.
    Broken,
}

impl Stage {
    pub(crate) const fn as_str(self) -> &'static str {
        match self {
            Self::Recognise => "recognise",
            Self::Fault => "fault",
            Self::Gateway => "gateway",
            Self::Operation => "operation",
            Self::Answered => "answered",
            Self::Broken => "broken",
        }
    }

    /// Every stage, in the order of the pipeline.
    pub(crate) const ALL: [Self; 6] = [
        Self::Recognise,
        Self::Fault,
        Self::Gateway,
        Self::Operation,
        Self::Answered,
        Self::Broken,
    ];
}

/// What the pipeline found out about a call, besides request and reply.
#[derive(Debug, Default)]
pub(crate) struct Outcome {
    /// Empty if no provider recognised the call.
    pub(crate) provider: &'static str,
    /// The operation's name in the table; empty if unknown.
    pub(crate) named: &'static str,
    /// The operation, and the common parameters of its provider.
    pub(crate) known: Option<(&'static Operation, &'static [&'static str])>,
    /// The operation's name, or the unknown one that the client sent.
    pub(crate) operation: Cow<'static, str>,
    pub(crate) stage: Stage,
    /// How the answer was delivered, as changed by faults.
    pub(crate) delivery: DeliveryMode,
    /// The name of the catalogue row; empty for a success.
    pub(crate) error: &'static str,
    /// The error's code on the wire.
    pub(crate) code: &'static str,
    /// The access key, without its `~namespace`, or empty.
    pub(crate) access_key: String,
    pub(crate) path: PathParams,
    pub(crate) request_id: String,
    /// What the signature doctor found.
    pub(crate) finding: Option<Value>,
    /// What was looked for and not found.
    pub(crate) missing: Option<Missing>,
    /// Sentences about what nearly matched, what was wrong and what to do.
    pub(crate) explanation: Vec<String>,
}

/// An answered call.
#[derive(Debug)]
pub(crate) struct Entry<'a> {
    pub(crate) time: Time,
    pub(crate) namespace: &'a Arc<str>,
    pub(crate) duration: Duration,
    pub(crate) request: &'a Request,
    pub(crate) reply: &'a Reply,
    pub(crate) outcome: Outcome,
}

/// An entry as the ring keeps it.
#[derive(Debug)]
pub(super) struct StoredEntry {
    pub(super) id: u64,
    pub(super) size: usize,
    pub(super) time: Time,
    pub(super) namespace: Arc<str>,
    pub(super) status: u16,
    pub(super) duration: Duration,
    pub(super) method: Method,
    /// Whether it came over TLS.
    pub(super) is_secure: bool,
    pub(super) outcome: Outcome,
    pub(super) packed: Packed,
    pub(super) reply_body: Bytes,
    /// Whether the bodies of request and reply were cut.
    pub(super) cut: bool,
    pub(super) reply_cut: bool,
}

/// The request's target, headers and body and the reply's headers, in one buffer.
#[derive(Debug)]
pub(super) struct Packed {
    bytes: Box<[u8]>,
    /// The offsets of the request's headers, its body and the reply's headers.
    headers: usize,
    body: usize,
    reply: usize,
}

impl Packed {
    fn new(target: &Uri, headers: &HeaderMap, body: &[u8], reply: &HeaderMap) -> Self {
        let (path, query) = (path_of(target), target.query());
        let lines = |headers: &HeaderMap| -> usize {
            headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 2)
                .sum()
        };
        let length = path.len()
            + query.map_or(0, |query| 1 + query.len())
            + lines(headers)
            + body.len()
            + lines(reply);
        let mut bytes = Vec::with_capacity(length);
        let put = |bytes: &mut Vec<u8>, headers: &HeaderMap| {
            for (name, value) in headers {
                bytes.extend_from_slice(name.as_str().as_bytes());
                bytes.push(b':');
                bytes.extend_from_slice(value.as_bytes());
                bytes.push(b'\n');
            }
        };
        bytes.extend_from_slice(path.as_bytes());
        if let Some(query) = query {
            bytes.push(b'?');
            bytes.extend_from_slice(query.as_bytes());
        }
        let headers_at = bytes.len();
        put(&mut bytes, headers);
        let body_at = bytes.len();
        bytes.extend_from_slice(body);
        let reply_at = bytes.len();
        put(&mut bytes, reply);
        Self {
            bytes: bytes.into_boxed_slice(),
            headers: headers_at,
            body: body_at,
            reply: reply_at,
        }
    }

    pub(super) fn target(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.headers]).expect("a URI is text")
    }

    pub(super) fn query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    pub(super) fn headers(&self) -> HeaderMap {
        unpacked(&self.bytes[self.headers..self.body])
    }

    pub(super) fn body(&self) -> &[u8] {
        &self.bytes[self.body..self.reply]
    }

    pub(super) fn reply_headers(&self) -> HeaderMap {
        unpacked(&self.bytes[self.reply..])
    }
}

/// The path of a target; for CONNECT, host and port.
fn path_of(target: &Uri) -> &str {
    match target.authority() {
        Some(authority) if target.path().is_empty() => authority.as_str(),
        _ => target.path(),
    }
}

/// The headers from packed lines; values contain no line breaks.
fn unpacked(lines: &[u8]) -> HeaderMap {
    let pairs = lines.split(|byte| *byte == b'\n').filter_map(|line| {
        let colon = line.iter().position(|byte| *byte == b':')?;
        let name = HeaderName::from_bytes(&line[..colon]).ok()?;
        Some((name, HeaderValue::from_bytes(&line[colon + 1..]).ok()?))
    });
    let mut headers = HeaderMap::new();
    for (name, value) in pairs {
        headers.append(name, value);
    }
    headers
}

/// Cuts an overlong text at a character boundary.
fn shorten(text: &mut String) {
    if BODY < text.len() {
        text.truncate(text.floor_char_boundary(BODY));
        text.push('…');
    }
}

fn shorten_all(finding: &mut Value) {
    match finding {
        Value::String(text) => shorten(text),
        Value::Array(items) => items.iter_mut().for_each(shorten_all),
        Value::Object(members) => members.values_mut().for_each(shorten_all),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

impl Outcome {
    /// The size of its texts.
    fn size(&self) -> usize {
        let sentences = self.explanation.iter().map(|text| text.len() + 32);
        let path = self
            .path
            .iter()
            .map(|(_, value)| value.len() + size_of::<(&str, String)>());
        // A JSON value takes about twice the size of its text.
        let finding = self
            .finding
            .as_ref()
            .map_or(0, |finding| 2 * finding.to_string().len());
        let missing = self.missing.as_ref().map_or(0, |missing| {
            missing.key.iter().map(|key| key.len() + 32).sum()
        });
        self.operation.len()
            + self.access_key.len()
            + self.request_id.len()
            + sentences.sum::<usize>()
            + path.sum::<usize>()
            + finding
            + missing
    }
}

impl StoredEntry {
    pub(super) fn new(entry: Entry<'_>) -> Self {
        let Entry {
            time,
            namespace,
            duration,
            request,
            reply,
            mut outcome,
        } = entry;
        let body = &request.body[..BODY.min(request.body.len())];
        let packed = Packed::new(&request.target, &request.headers, body, &reply.headers);
        outcome.explanation.iter_mut().for_each(shorten);
        if let Some(finding) = &mut outcome.finding {
            shorten_all(finding);
        }
        let reply_body = if BODY < reply.body.len() {
            Bytes::copy_from_slice(&reply.body[..BODY])
        } else {
            reply.body.clone()
        };
        // The encoder leaves spare capacity.
        let reply_size = reply_body.len().next_power_of_two();
        Self {
            id: 0,
            size: OVERHEAD + packed.bytes.len() + outcome.size() + reply_size,
            time,
            namespace: Arc::clone(namespace),
            status: reply.status,
            duration,
            method: request.method.clone(),
            is_secure: request.is_secure,
            outcome,
            packed,
            reply_body,
            cut: BODY < request.body.len(),
            reply_cut: BODY < reply.body.len() || reply.remains.is_some(),
        }
    }

    /// Whether the client saw anything but a success. Some providers send errors in the body of a 200.
    pub(super) fn has_failed(&self) -> bool {
        400 <= self.status
            || !self.outcome.error.is_empty()
            || self.outcome.provider.is_empty()
            || self.outcome.delivery != DeliveryMode::Whole
    }

    /// The entry's summary in a list.
    pub(super) fn summary(&self, replica: Option<&str>) -> Map<String, Value> {
        let call = &self.outcome;
        let mut summary = Map::new();
        let mut put = |name: &str, value: Value| summary.insert(name.to_owned(), value);
        put("id", json!(self.id));
        put("time", json!(self.time.rfc3339_millis()));
        if let Some(replica) = replica {
            put("replica", json!(replica));
        }
        put("namespace", json!(&*self.namespace));
        put("provider", json!(call.provider));
        put("operation", json!(redact::target(&call.operation)));
        put("stage", json!(call.stage.as_str()));
        put("status", json!(self.status));
        if call.delivery != DeliveryMode::Whole {
            put("delivery", json!(call.delivery.as_str()));
        }
        put("error", json!(call.error));
        put("request_id", json!(call.request_id));
        put("duration_us", json!(self.duration.as_micros()));
        put(
            "scheme",
            json!(if self.is_secure { "https" } else { "http" }),
        );
        put("method", json!(self.method.as_str()));
        put("target", json!(redact::target(self.packed.target())));
        let unknown = self.unknown_parameters();
        let explanation = call.explanation.iter().chain(&unknown);
        let explanation = explanation.map(|text| redact::redact_quoted(text));
        put("explanation", explanation.collect());
        summary
    }

    /// Parameters that the operation does not have, which the service and rollcall silently ignore. They are determined when the
    /// entry is read, not while the client waits.
    fn unknown_parameters(&self) -> Vec<String> {
        let Some((operation, common)) = self.outcome.known else {
            return Vec::new();
        };
        let packed = &self.packed;
        // Path parameters come from the pattern.
        let no_path = PathParams::default();
        let sent = params(&no_path, packed.query(), &packed.headers(), packed.body());
        // `User.1.Name` and the member `User` of a JSON body both belong to `User.N.Name`.
        fn head(name: &str) -> &str {
            name.split('.').next().unwrap_or_default()
        }
        let own = || operation.parameters.iter().map(|parameter| parameter.name);
        sent.keys()
            .filter(|name| !name.is_empty() && !common.contains(&name.as_str()))
            .filter(|name| own().all(|own| head(own) != head(name)))
            .take(UNKNOWN)
            .map(|name| {
                let mut name = name.clone();
                name.truncate(name.floor_char_boundary(64));
                let near = text::alike(&name, own(), 2);
                let all: Vec<&str> = own().take(LISTED).collect();
                let near = match (near.as_slice(), all.as_slice()) {
                    (_, []) => "it has none".to_owned(),
                    ([], all) => format!("it has {}", all.join(", ")),
                    (near, _) => format!("the nearest that it has: {}", near.join(", ")),
                };
                format!(
                    "{} has no parameter \"{name}\", so it is ignored; {near}",
                    operation.name
                )
            })
            .collect()
    }

    /// Whether it may match after all, because the difference is in the part of the body that was cut off.
    pub(super) fn may_be(&self, wanted: &Match, status: Option<u16>) -> bool {
        let without_params = Match {
            params: BTreeMap::new(),
            ..wanted.clone()
        };
        if !self.cut || !self.differences(&without_params, status).is_empty() {
            return false;
        }
        let packed = &self.packed;
        let params = params(
            &self.outcome.path,
            packed.query(),
            &packed.headers(),
            packed.body(),
        );
        // The last value of a form may be cut, too.
        let may_have = |(name, value): (&String, &String)| {
            params
                .get(name)
                .is_none_or(|found| value.starts_with(found.as_str()))
        };
        wanted.params.iter().all(may_have)
    }

    /// How the call differs from the wanted one, in words.
    pub(super) fn differences(&self, wanted: &Match, status: Option<u16>) -> Vec<String> {
        let call = &self.outcome;
        let mut differences = Vec::new();
        let mut check = |name: &str, wanted: Option<&str>, found: &str| {
            if let Some(wanted) = wanted
                && wanted != found
            {
                differences.push(format!("{name} is \"{found}\", not \"{wanted}\""));
            }
        };
        check("provider", wanted.provider.as_deref(), call.provider);
        let operation = redact::target(&call.operation);
        check("operation", wanted.operation.as_deref(), &operation);
        check("access_key", wanted.access_key.as_deref(), &call.access_key);
        check(
            "status",
            status.map(|status| status.to_string()).as_deref(),
            &self.status.to_string(),
        );
        if !wanted.params.is_empty() {
            let packed = &self.packed;
            let params = params(&call.path, packed.query(), &packed.headers(), packed.body());
            for (name, value) in &wanted.params {
                let found = params.get(name).map(String::as_str);
                if found != Some(value) {
                    let found =
                        found.map_or("(absent)".into(), |found| redact::parameter(name, found));
                    differences.push(format!("{name} is \"{found}\", not \"{value}\""));
                }
            }
        }
        differences
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_packed_request_is_read_back_whole() {
        let mut headers = HeaderMap::new();
        headers.append("x-one", HeaderValue::from_static("a: b"));
        headers.append("x-one", HeaderValue::from_static(""));
        let target = Uri::from_static("/p?a=1&b=x:y");
        let packed = Packed::new(&target, &headers, b"line\nline: 2", &HeaderMap::new());
        assert_eq!(
            (packed.target(), packed.query()),
            ("/p?a=1&b=x:y", "a=1&b=x:y")
        );
        assert_eq!(packed.headers().get_all("x-one").iter().count(), 2);
        assert_eq!(packed.body(), b"line\nline: 2");
        assert!(packed.reply_headers().is_empty());
    }
}
