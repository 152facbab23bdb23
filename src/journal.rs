//! What happened: a ring of the calls that were answered, with what nearly matched.
//!
//! An entry takes the request and the reply over as they are, so that recording costs no copy; what must not be shown
//! is masked when an entry is read. Entries are capped per namespace, bytes per server.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde_json::{Map, Value, json};

use crate::clock::Time;

/// The most that an entry keeps of a body.
const BODY: usize = 16 * 1024;
/// What an entry costs beside the texts that it holds.
const OVERHEAD: usize = 512;

/// Where in the corridor a call was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Stage {
    /// No provider claims it.
    Recognise,
    /// The provider's gateway refused it.
    Gateway,
    /// The operation refused it.
    Operation,
    /// The operation answered.
    Answered,
    /// Something broke inside of rollcall.
    Broken,
}

impl Stage {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Recognise => "recognise",
            Self::Gateway => "gateway",
            Self::Operation => "operation",
            Self::Answered => "answered",
            Self::Broken => "broken",
        }
    }
}

/// A call that was answered.
#[derive(Debug)]
pub(crate) struct Entry {
    pub(crate) time: Time,
    pub(crate) namespace: String,
    /// Empty where nobody claimed the call.
    pub(crate) provider: &'static str,
    pub(crate) operation: String,
    pub(crate) stage: Stage,
    pub(crate) status: u16,
    /// The name of the catalogue row; empty for a success.
    pub(crate) error: &'static str,
    pub(crate) request_id: String,
    pub(crate) duration: Duration,
    pub(crate) method: Method,
    pub(crate) target: Uri,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) reply_headers: HeaderMap,
    pub(crate) reply_body: Bytes,
    /// What nearly matched, what was wrong, what to do: sentences.
    pub(crate) explanation: Vec<String>,
}

impl Entry {
    fn size(&self) -> usize {
        let headers = |map: &HeaderMap| {
            map.iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 64)
                .sum::<usize>()
        };
        OVERHEAD
            + self.target.path().len()
            + self.target.query().unwrap_or_default().len()
            + headers(&self.headers)
            + headers(&self.reply_headers)
            + self.body.len()
            + self.reply_body.len()
            + self.explanation.iter().map(String::len).sum::<usize>()
    }

    /// The entry in one line of a list.
    fn summary(&self, id: u64) -> Map<String, Value> {
        let mut summary = Map::new();
        let mut put = |name: &str, value: Value| summary.insert(name.to_owned(), value);
        put("id", json!(id));
        put("time", json!(self.time.rfc3339_millis()));
        put("namespace", json!(self.namespace));
        put("provider", json!(self.provider));
        put("operation", json!(self.operation));
        put("stage", json!(self.stage.word()));
        put("status", json!(self.status));
        put("error", json!(self.error));
        put("request_id", json!(self.request_id));
        put("duration_us", json!(self.duration.as_micros()));
        put("method", json!(self.method.as_str()));
        put("target", json!(mask::target(&self.target)));
        put("explanation", json!(self.explanation));
        summary
    }
}

/// The ring.
#[derive(Debug)]
pub(crate) struct Journal {
    per_namespace: usize,
    bytes: usize,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last_id: u64,
    size: usize,
    dropped: u64,
    entries: BTreeMap<u64, Entry>,
    /// The ids of each namespace's entries, oldest first.
    rings: HashMap<String, VecDeque<u64>>,
}

/// Which entries to list.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) namespace: Option<&'a str>,
    pub(crate) provider: Option<&'a str>,
    pub(crate) operation: Option<&'a str>,
    pub(crate) stage: Option<&'a str>,
    pub(crate) status: Option<u16>,
    /// Only entries with a higher id.
    pub(crate) since: u64,
}

impl Journal {
    /// A ring with that many entries a namespace and that many bytes in all.
    pub(crate) fn new(per_namespace: usize, bytes: usize) -> Self {
        Self {
            per_namespace,
            bytes,
            inner: Mutex::default(),
        }
    }

    /// Keeps an entry, and drops what is over a cap.
    pub(crate) fn record(&self, mut entry: Entry) {
        if self.per_namespace == 0 {
            return;
        }
        shorten(&mut entry.body);
        shorten(&mut entry.reply_body);
        let size = entry.size();
        let mut inner = self.lock();
        inner.last_id += 1;
        let id = inner.last_id;
        inner.size += size;
        if let Some(ring) = inner.rings.get_mut(&entry.namespace) {
            ring.push_back(id);
            if self.per_namespace < ring.len()
                && let Some(oldest) = ring.pop_front()
            {
                inner.forget(oldest);
            }
        } else {
            inner
                .rings
                .insert(entry.namespace.clone(), VecDeque::from([id]));
        }
        inner.entries.insert(id, entry);
        while self.bytes < inner.size
            && let Some((&oldest, entry)) = inner.entries.first_key_value()
        {
            let namespace = entry.namespace.clone();
            if let Some(ring) = inner.rings.get_mut(&namespace) {
                ring.pop_front();
            }
            inner.forget(oldest);
        }
    }

    /// The entries that a filter lets through, newest first, as summaries; and how many were dropped since the start.
    pub(crate) fn list(&self, filter: &Filter<'_>, most: usize) -> Value {
        let inner = self.lock();
        let wanted = |entry: &Entry| {
            filter
                .namespace
                .is_none_or(|namespace| namespace == entry.namespace)
                && filter
                    .provider
                    .is_none_or(|provider| provider == entry.provider)
                && filter
                    .operation
                    .is_none_or(|operation| operation == entry.operation)
                && filter.stage.is_none_or(|stage| stage == entry.stage.word())
                && filter.status.is_none_or(|status| status == entry.status)
        };
        let entries: Vec<Value> = inner
            .entries
            .range(filter.since.saturating_add(1)..)
            .rev()
            .filter(|(_, entry)| wanted(entry))
            .take(most)
            .map(|(&id, entry)| Value::Object(entry.summary(id)))
            .collect();
        json!({ "dropped": inner.dropped, "entries": entries })
    }

    /// One entry, whole but for what is masked.
    pub(crate) fn entry(&self, id: u64) -> Option<Value> {
        let inner = self.lock();
        let entry = inner.entries.get(&id)?;
        let mut whole = entry.summary(id);
        whole.insert(
            "request".to_owned(),
            json!({ "headers": mask::headers(&entry.headers), "body": mask::body(&entry.body) }),
        );
        whole.insert(
            "response".to_owned(),
            json!({ "headers": mask::headers(&entry.reply_headers), "body": mask::body(&entry.reply_body) }),
        );
        Some(Value::Object(whole))
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    fn forget(&mut self, id: u64) {
        if let Some(entry) = self.entries.remove(&id) {
            self.size -= entry.size();
            self.dropped += 1;
        }
    }
}

/// A long body is cut, into memory of its own: a slice would keep the whole alive.
fn shorten(body: &mut Bytes) {
    if BODY < body.len() {
        *body = Bytes::copy_from_slice(&body[..BODY]);
    }
}

/// What an entry must not show: passwords, secret keys, signatures, tokens.
mod mask {
    use http::{HeaderMap, Uri};
    use serde_json::{Map, Value};

    const MASK: &str = "•••";

    /// Whether a header, parameter or member of that name holds a secret.
    fn is_secret(name: &str) -> bool {
        let name = name.to_ascii_lowercase();
        [
            "password",
            "passwd",
            "secret",
            "signature",
            "token",
            "passcode",
            "authkey",
        ]
        .iter()
        .any(|word| name.contains(word))
            && !matches!(
                name.as_str(),
                "signaturemethod"
                    | "signatureversion"
                    | "signaturenonce"
                    | "signaturetype"
                    | "signature_method"
                    | "signature_version"
                    | "x-acs-signature-nonce"
            )
    }

    pub(super) fn headers(headers: &HeaderMap) -> Value {
        let mut shown = Map::new();
        for (name, value) in headers {
            let text = String::from_utf8_lossy(value.as_bytes());
            let text = match name.as_str() {
                // Up to the signature it says who called and what was signed.
                "authorization" => match text.find("Signature=") {
                    Some(at) => format!("{}Signature={MASK}", &text[..at]),
                    None => MASK.to_owned(),
                },
                name if is_secret(name) => MASK.to_owned(),
                _ => text.into_owned(),
            };
            shown.insert(name.as_str().to_owned(), Value::String(text));
        }
        Value::Object(shown)
    }

    pub(super) fn target(target: &Uri) -> String {
        match target.query() {
            None => target.path().to_owned(),
            Some(query) => format!("{}?{}", target.path(), form(query)),
        }
    }

    pub(super) fn body(body: &[u8]) -> String {
        let text = String::from_utf8_lossy(body);
        match serde_json::from_slice::<Value>(body) {
            Ok(mut value @ (Value::Object(_) | Value::Array(_))) => {
                json(&mut value);
                value.to_string()
            }
            _ if text.trim_start().starts_with(['{', '[', '<']) => cut_at_secret(&text),
            _ => form(&text),
        }
    }

    fn json(value: &mut Value) {
        match value {
            Value::Object(members) => {
                for (name, member) in members {
                    if is_secret(name) && (member.is_string() || member.is_number()) {
                        *member = Value::String(MASK.to_owned());
                    } else {
                        json(member);
                    }
                }
            }
            Value::Array(items) => items.iter_mut().for_each(json),
            // A parameter that is itself JSON (the users of Alibaba's CreateUsers).
            Value::String(text) if text.starts_with(['{', '[']) => *text = cut_at_secret(text),
            _ => {}
        }
    }

    fn form(text: &str) -> String {
        let pairs: Vec<String> = text
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
                Some((name, value)) => {
                    let decoded = percent_encoding::percent_decode_str(value).decode_utf8_lossy();
                    let nested =
                        decoded.starts_with(['{', '[']) && cut_at_secret(&decoded) != decoded;
                    if nested {
                        format!("{name}={MASK}")
                    } else {
                        pair.to_owned()
                    }
                }
                None => pair.to_owned(),
            })
            .collect();
        pairs.join("&")
    }

    /// A text that cannot be read as a whole (cut short, or not JSON) is shown up to the first word that may introduce a
    /// secret.
    fn cut_at_secret(text: &str) -> String {
        let lower = text.to_ascii_lowercase();
        let words = [
            "password",
            "passwd",
            "secret",
            "signature",
            "token",
            "passcode",
            "authkey",
        ];
        match words.iter().filter_map(|word| lower.find(word)).min() {
            Some(at) => format!("{}{MASK}", &text[..at]),
            None => text.to_owned(),
        }
    }

    #[cfg(test)]
    mod tests {
        use super::*;

        #[test]
        fn secrets_are_masked_wherever_they_travel() {
            assert_eq!(
                form("User.1.Password=x&a=1&Signature=y&SignatureMethod=m"),
                "User.1.Password=•••&a=1&Signature=•••&SignatureMethod=m"
            );
            assert_eq!(
                form("User=%5B%7B%22Password%22%3A%22x%22%7D%5D"),
                "User=•••"
            );
            assert_eq!(
                body(br#"{"users":[{"password":"x","name":"n"}]}"#),
                r#"{"users":[{"password":"•••","name":"n"}]}"#
            );
            assert_eq!(body(br#"{"name":"n","password":"x"#), r#"{"name":"n","•••"#);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn entry(namespace: &str, body: usize) -> Entry {
        Entry {
            time: Time::from_millis(0),
            namespace: namespace.to_owned(),
            provider: "aliyun-ehpc",
            operation: "ListUsers".to_owned(),
            stage: Stage::Answered,
            status: 200,
            error: "",
            request_id: String::new(),
            duration: Duration::ZERO,
            method: Method::GET,
            target: Uri::from_static("/"),
            headers: HeaderMap::new(),
            body: Bytes::new(),
            reply_headers: HeaderMap::new(),
            reply_body: Bytes::from(vec![b'x'; body]),
            explanation: Vec::new(),
        }
    }

    fn ids(journal: &Journal, namespace: &str) -> Vec<u64> {
        let list = journal.list(
            &Filter {
                namespace: Some(namespace),
                ..Filter::default()
            },
            100,
        );
        list["entries"]
            .as_array()
            .expect("a list")
            .iter()
            .filter_map(|entry| entry["id"].as_u64())
            .collect()
    }

    #[test]
    fn entries_are_capped_per_namespace() {
        let journal = Journal::new(2, 1 << 20);
        for namespace in ["a", "a", "b", "a"] {
            journal.record(entry(namespace, 1));
        }
        assert_eq!(ids(&journal, "a"), [4, 2]);
        assert_eq!(ids(&journal, "b"), [3]);
        assert_eq!(journal.list(&Filter::default(), 1)["dropped"], 1);
    }

    #[test]
    fn bytes_are_capped_per_server() {
        let journal = Journal::new(100, 3 * (OVERHEAD + 1000));
        for namespace in ["a", "b", "a", "b", "a"] {
            journal.record(entry(namespace, 900));
        }
        assert_eq!(ids(&journal, "a"), [5, 3]);
        assert_eq!(ids(&journal, "b"), [4]);
    }
}
