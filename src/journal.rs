//! What happened: a ring of the calls that were answered, with what nearly matched.
//!
//! An entry takes the request and the reply over as they are, so that recording costs no copy; what must not be shown
//! is masked when an entry is read. Entries are capped per namespace, bytes per server.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, Method, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::{PathParams, params};
use crate::catalogue::Missing;
use crate::clock::Time;
use crate::faults::Match;

/// The most that an entry keeps of a body.
const BODY: usize = 16 * 1024;
/// What an entry costs beside the texts that it holds.
const OVERHEAD: usize = 512;

/// Where in the corridor a call was answered.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub(crate) enum Stage {
    /// No provider claims it.
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
    /// Something broke inside of rollcall.
    Broken,
}

impl Stage {
    pub(crate) const fn word(self) -> &'static str {
        match self {
            Self::Recognise => "recognise",
            Self::Fault => "fault",
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
    /// The access key, without its `~namespace`; empty where there is none.
    pub(crate) access_key: String,
    pub(crate) path_params: PathParams,
    /// What the signature doctor found.
    pub(crate) finding: Option<Value>,
    /// What was looked for and not found.
    pub(crate) missing: Option<Missing>,
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
            + self.finding.as_ref().map(text_size).unwrap_or_default()
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
        let explanation = self.explanation.iter().map(|text| mask::quotation(text));
        put("explanation", explanation.collect());
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
    /// Of each namespace: the newest id dropped, and how many were.
    dropped_of: HashMap<String, (u64, u64)>,
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
        entry.explanation.iter_mut().for_each(shorten_text);
        if let Some(finding) = &mut entry.finding {
            each_text(finding, &mut shorten_text);
        }
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
        whole.insert("response".to_owned(), json!({ "headers": mask::headers(&entry.reply_headers), "body": mask::body(&entry.reply_body) }));
        Some(Value::Object(whole))
    }

    /// The provider, the namespace and the thing that an entry's call looked for and did not find.
    pub(crate) fn missing(&self, id: u64) -> Option<(&'static str, String, Missing)> {
        let inner = self.lock();
        let entry = inner.entries.get(&id)?;
        entry
            .missing
            .clone()
            .map(|missing| (entry.provider, entry.namespace.clone(), missing))
    }

    /// A call as a command that makes it again; what is masked has to be filled in.
    pub(crate) fn curl(&self, id: u64) -> Option<String> {
        let inner = self.lock();
        let entry = inner.entries.get(&id)?;
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let host = entry
            .headers
            .get("host")
            .and_then(|host| host.to_str().ok())
            .unwrap_or("127.0.0.1:4700");
        let mut command = format!(
            "curl -i -X {} {}",
            entry.method,
            quoted(&format!("http://{host}{}", mask::target(&entry.target)))
        );
        let headers = mask::headers(&entry.headers);
        for (name, value) in headers.as_object().into_iter().flatten() {
            if !matches!(
                name.as_str(),
                "host" | "content-length" | "connection" | "accept-encoding"
            ) {
                command.push_str(&format!(
                    " -H {}",
                    quoted(&format!("{name}: {}", value.as_str().unwrap_or_default()))
                ));
            }
        }
        if !entry.body.is_empty() {
            command.push_str(&format!(" --data-raw {}", quoted(&mask::body(&entry.body))));
        }
        command.push('\n');
        Some(command)
    }

    /// Why a call was refused, by journal id or request id.
    pub(crate) fn finding(&self, id: &str) -> Option<Value> {
        let inner = self.lock();
        let number = id
            .parse()
            .ok()
            .filter(|number| inner.entries.contains_key(number));
        let number = number.or_else(|| {
            let of_request = |(_, entry): &(&u64, &Entry)| {
                !id.is_empty() && entry.request_id.eq_ignore_ascii_case(id)
            };
            inner
                .entries
                .iter()
                .rev()
                .find(of_request)
                .map(|(&number, _)| number)
        })?;
        let entry = &inner.entries[&number];
        let mut shown = entry.summary(number);
        let mut finding = entry.finding.clone().unwrap_or_default();
        each_text(&mut finding, &mut |text| *text = mask::quotation(text));
        shown.insert("signature".to_owned(), finding);
        Some(Value::Object(shown))
    }

    /// Forgets every entry, or those of a namespace; forgotten entries are not dropped ones. Says how many there were.
    pub(crate) fn clear(&self, namespace: Option<&str>) -> usize {
        let mut inner = self.lock();
        let gone: Vec<u64> = match namespace {
            None => inner.entries.keys().copied().collect(),
            Some(name) => inner
                .rings
                .get(name)
                .into_iter()
                .flatten()
                .copied()
                .collect(),
        };
        for id in &gone {
            if let Some(entry) = inner.entries.remove(id) {
                inner.size -= entry.size();
            }
        }
        match namespace {
            None => {
                inner.rings.clear();
                inner.dropped_of.clear();
            }
            Some(name) => {
                inner.rings.remove(name);
                inner.dropped_of.remove(name);
            }
        }
        gone.len()
    }

    /// Entries, bytes, and entries dropped since the start.
    pub(crate) fn size(&self) -> (u64, u64, u64) {
        let inner = self.lock();
        (inner.entries.len() as u64, inner.size as u64, inner.dropped)
    }

    /// Whether as many calls match as there should be.
    pub(crate) fn verify(
        &self,
        wanted: &Match,
        status: Option<u16>,
        since: u64,
        count: Count,
    ) -> Verdict {
        const NEAREST: usize = 5;
        let inner = self.lock();
        let namespace = wanted.namespace.as_deref().filter(|name| *name != "*");
        let (last_dropped, dropped) = match namespace {
            Some(name) => inner.dropped_of.get(name).copied().unwrap_or_default(),
            None => inner
                .dropped_of
                .values()
                .fold((0, 0), |(last, many), dropped| {
                    (last.max(dropped.0), many + dropped.1)
                }),
        };
        // Of what was dropped before its window nobody asks.
        if since < last_dropped {
            return Verdict::Unknown { dropped };
        }
        let mut found = 0;
        let mut misses: Vec<(usize, u64, Vec<String>)> = Vec::new();
        for (&id, entry) in inner.entries.range(since.saturating_add(1)..).rev() {
            if namespace.is_some_and(|name| name != entry.namespace) {
                continue;
            }
            let differences = entry.differences(wanted, status);
            if differences.is_empty() {
                found += 1;
            } else {
                misses.push((differences.len(), id, differences));
            }
        }
        if count.holds(found) {
            return Verdict::Holds { found };
        }
        misses.sort_by_key(|(many, id, _)| (*many, u64::MAX - id));
        let nearest = misses
            .into_iter()
            .take(NEAREST)
            .map(|(_, id, differences)| {
                let mut shown = inner.entries[&id].summary(id);
                shown.insert("differs".to_owned(), json!(differences));
                Value::Object(shown)
            });
        Verdict::Fails {
            found,
            nearest: nearest.collect(),
        }
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
            match self.dropped_of.get_mut(&entry.namespace) {
                Some(dropped) => *dropped = (id, dropped.1 + 1),
                None => {
                    self.dropped_of.insert(entry.namespace, (id, 1));
                }
            }
        }
    }
}

/// How many calls there should be.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Count {
    /// That many.
    Exactly(u64),
    /// That many or more.
    AtLeast(u64),
    /// That many or fewer.
    AtMost(u64),
}

impl Count {
    fn holds(self, found: u64) -> bool {
        match self {
            Self::Exactly(count) => found == count,
            Self::AtLeast(count) => count <= found,
            Self::AtMost(count) => found <= count,
        }
    }

    /// Whether further calls can make it fail after it held.
    pub(crate) const fn can_break(self) -> bool {
        !matches!(self, Self::AtLeast(_))
    }
}

impl fmt::Display for Count {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exactly(count) => write!(f, "exactly {count}"),
            Self::AtLeast(count) => write!(f, "at least {count}"),
            Self::AtMost(count) => write!(f, "at most {count}"),
        }
    }
}

/// What a verification found.
#[derive(Debug)]
pub(crate) enum Verdict {
    Holds {
        found: u64,
    },
    /// With the entries that differ least, and in what.
    Fails {
        found: u64,
        nearest: Value,
    },
    /// Entries of the window were dropped.
    Unknown {
        dropped: u64,
    },
}

impl Entry {
    /// In what the call differs from a wanted one, in words.
    fn differences(&self, wanted: &Match, status: Option<u16>) -> Vec<String> {
        let mut differences = Vec::new();
        let mut check = |name: &str, wanted: Option<&str>, found: &str| {
            if let Some(wanted) = wanted
                && wanted != found
            {
                differences.push(format!("{name} is \"{found}\", not \"{wanted}\""));
            }
        };
        check("provider", wanted.provider.as_deref(), self.provider);
        check("operation", wanted.operation.as_deref(), &self.operation);
        check("access_key", wanted.access_key.as_deref(), &self.access_key);
        check(
            "status",
            status.map(|status| status.to_string()).as_deref(),
            &self.status.to_string(),
        );
        if !wanted.params.is_empty() {
            let params = params(
                &self.path_params,
                self.target.query().unwrap_or_default(),
                &self.headers,
                &self.body,
            );
            for (name, value) in &wanted.params {
                check(
                    name,
                    Some(value),
                    params.get(name).map_or("(absent)", String::as_str),
                );
            }
        }
        differences
    }
}

/// A long body is cut, into memory of its own: a slice would keep the whole alive.
fn shorten(body: &mut Bytes) {
    if BODY < body.len() {
        *body = Bytes::copy_from_slice(&body[..BODY]);
    }
}

/// Cuts a text that is longer than an entry may keep, between two characters.
fn shorten_text(text: &mut String) {
    if BODY < text.len() {
        text.truncate(text.floor_char_boundary(BODY));
        text.push('…');
    }
}

/// Every text in a JSON value.
fn each_text(value: &mut Value, change: &mut dyn FnMut(&mut String)) {
    match value {
        Value::String(text) => change(text),
        Value::Array(items) => items.iter_mut().for_each(|item| each_text(item, change)),
        Value::Object(members) => members
            .values_mut()
            .for_each(|member| each_text(member, change)),
        Value::Null | Value::Bool(_) | Value::Number(_) => {}
    }
}

fn text_size(value: &Value) -> usize {
    match value {
        Value::String(text) => text.len(),
        Value::Array(items) => items.iter().map(text_size).sum(),
        Value::Object(members) => members.values().map(text_size).sum(),
        Value::Null | Value::Bool(_) | Value::Number(_) => 0,
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
            Value::String(text) => *text = quotation(text),
            _ => {}
        }
    }

    fn form(text: &str) -> String {
        let pairs: Vec<String> = text
            .split('&')
            .map(|pair| match pair.split_once('=') {
                Some((name, _)) if is_secret(name) => format!("{name}={MASK}"),
                Some((name, value)) if holds_a_secret(&decoded(value)) => {
                    format!("{name}={MASK}")
                }
                _ => pair.to_owned(),
            })
            .collect();
        pairs.join("&")
    }

    fn decoded(value: &str) -> String {
        let bytes = percent_encoding::percent_decode_str(value);
        bytes.decode_utf8_lossy().into_owned()
    }

    /// Whether a value is JSON with a secret in it.
    fn holds_a_secret(value: &str) -> bool {
        value.starts_with(['{', '[']) && cut_at_secret(value) != value
    }

    /// A text that quotes a request: a canonical request, a string to sign, a message that echoes one. What stands behind
    /// the name of a secret is masked, also where the whole query is encoded once more, as in Alibaba's V1.
    pub(super) fn quotation(text: &str) -> String {
        let mut out = String::with_capacity(text.len());
        for piece in text.split_inclusive(['&', '\n', '"', ']', ' ']) {
            let ends = piece.ends_with(['&', '\n', '"', ']', ' ']);
            let (piece, end) = piece.split_at(piece.len() - usize::from(ends));
            match piece.find("%3D") {
                Some(at) if !piece[..at].contains(['=', ':']) => {
                    let pairs = piece.split("%26").map(|pair| assignment(pair, "%3D"));
                    out.push_str(&pairs.collect::<Vec<_>>().join("%26"));
                }
                _ => match piece.split_once(':') {
                    Some((name, _)) if !name.contains('=') => {
                        out.push_str(&assignment(piece, ":"));
                    }
                    _ => out.push_str(&assignment(piece, "=")),
                },
            }
            out.push_str(end);
        }
        out
    }

    /// A name and its value, masked where it is a secret.
    fn assignment(text: &str, separator: &str) -> String {
        match text.split_once(separator) {
            Some((name, value))
                if (is_secret(name) && !value.is_empty())
                    || holds_a_secret(&decoded(value))
                    || holds_a_secret(&decoded(&decoded(value))) =>
            {
                format!("{name}{separator}{MASK}")
            }
            _ => text.to_owned(),
        }
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

        #[test]
        fn a_quoted_request_keeps_no_secret() {
            assert_eq!(
                quotation("is:GET&%2F&A%3D1%26User.1.Password%3DP%2540s%2526s%26User.2.Name%3Dx"),
                "is:GET&%2F&A%3D1%26User.1.Password%3D•••%26User.2.Name%3Dx"
            );
            assert_eq!(
                quotation(
                    "[GET\n/\nPassword=a%26b%3Dc&SecurityToken=t&Z=1\nhost:h:80\nx-security-token:t==\n]"
                ),
                "[GET\n/\nPassword=•••&SecurityToken=•••&Z=1\nhost:h:80\nx-security-token:•••\n]"
            );
            assert_eq!(
                quotation("POST&User%3D%255B%257B%2522AuthKey%2522%253A%2522k%2522%257D%255D"),
                "POST&User%3D•••"
            );
            assert_eq!(
                quotation("the signature: nothing"),
                "the signature: nothing"
            );
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
            access_key: String::new(),
            path_params: PathParams::default(),
            finding: None,
            missing: None,
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
