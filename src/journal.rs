//! What happened: a ring of the calls that were answered, with what nearly matched.
//!
//! An entry is kept in memory of its own: what hyper reads lies in buffers of 8 KiB and more, and a slice of one keeps the
//! whole alive, which no cap would see. Texts are made when an entry is read, outside of the lock, and only then is masked
//! what must not be shown. Entries are capped per namespace, bytes per server.

use std::collections::{BTreeMap, HashMap, VecDeque};
use std::fmt;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method, Uri};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use crate::call::{PathParams, params};
use crate::catalogue::Missing;
use crate::clock::Time;
use crate::faults::Match;
use crate::mask;

/// The most that an entry keeps of a body.
const BODY: usize = 16 * 1024;
/// What an entry costs beside what it holds: itself, its places in the ring and the index, what allocators round up.
const OVERHEAD: usize = size_of::<Kept>() + 256;
/// How many near misses a verification shows.
const NEAREST: usize = 5;

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

    /// Every stage, in the order of the corridor.
    pub(crate) const ALL: [Self; 6] = [
        Self::Recognise,
        Self::Fault,
        Self::Gateway,
        Self::Operation,
        Self::Answered,
        Self::Broken,
    ];
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

/// An entry as the ring keeps it.
#[derive(Debug)]
struct Kept {
    id: u64,
    size: usize,
    /// The entry; its request, its reply's headers and its long bodies are in `packed`.
    call: Entry,
    packed: Packed,
}

/// The target and the headers of a request, its body, and the reply's headers, one behind the other.
#[derive(Debug)]
struct Packed {
    bytes: Box<[u8]>,
    /// Where the request's headers, its body and the reply's headers begin.
    headers: usize,
    body: usize,
    reply: usize,
}

impl Packed {
    fn new(target: &Uri, headers: &HeaderMap, body: &[u8], reply: &HeaderMap) -> Self {
        let query = target.query();
        let lines = |headers: &HeaderMap| -> usize {
            headers
                .iter()
                .map(|(name, value)| name.as_str().len() + value.len() + 2)
                .sum()
        };
        let length = target.path().len()
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
        bytes.extend_from_slice(target.path().as_bytes());
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

    fn target(&self) -> &str {
        std::str::from_utf8(&self.bytes[..self.headers]).expect("a URI is text")
    }

    fn query(&self) -> &str {
        self.target().split_once('?').map_or("", |(_, query)| query)
    }

    fn headers(&self) -> HeaderMap {
        unpacked(&self.bytes[self.headers..self.body])
    }

    fn body(&self) -> &[u8] {
        &self.bytes[self.body..self.reply]
    }

    fn reply_headers(&self) -> HeaderMap {
        unpacked(&self.bytes[self.reply..])
    }
}

/// The headers in packed lines; a value has no line break.
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

/// Cuts a text that is longer than an entry may keep, between two characters.
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

impl Kept {
    fn new(mut call: Entry) -> Self {
        let body = &call.body[..BODY.min(call.body.len())];
        let packed = Packed::new(&call.target, &call.headers, body, &call.reply_headers);
        call.target = Uri::default();
        call.headers = HeaderMap::new();
        call.body = Bytes::new();
        call.reply_headers = HeaderMap::new();
        call.explanation.iter_mut().for_each(shorten);
        if let Some(finding) = &mut call.finding {
            shorten_all(finding);
        }
        if BODY < call.reply_body.len() {
            call.reply_body = Bytes::copy_from_slice(&call.reply_body[..BODY]);
        }
        let texts = call.namespace.len()
            + call.operation.len()
            + call.access_key.len()
            + call.request_id.len()
            + call
                .explanation
                .iter()
                .map(|text| text.len() + 32)
                .sum::<usize>()
            + call
                .path_params
                .iter()
                .map(|(name, value)| name.len() + value.len() + 64)
                .sum::<usize>()
            + call.finding.as_ref().map_or(0, |finding| {
                // A tree of values takes about twice its text.
                2 * finding.to_string().len()
            })
            + call.missing.as_ref().map_or(0, |missing| {
                missing.key.iter().map(|key| key.len() + 32).sum()
            });
        // An encoder doubles its buffer until the text fits.
        let reply = call.reply_body.len().next_power_of_two();
        Self {
            id: 0,
            size: OVERHEAD + packed.bytes.len() + texts + reply,
            call,
            packed,
        }
    }

    /// The entry in one line of a list.
    fn summary(&self) -> Map<String, Value> {
        let call = &self.call;
        let mut summary = Map::new();
        let mut put = |name: &str, value: Value| summary.insert(name.to_owned(), value);
        put("id", json!(self.id));
        put("time", json!(call.time.rfc3339_millis()));
        put("namespace", json!(call.namespace));
        put("provider", json!(call.provider));
        put("operation", json!(call.operation));
        put("stage", json!(call.stage.word()));
        put("status", json!(call.status));
        put("error", json!(call.error));
        put("request_id", json!(call.request_id));
        put("duration_us", json!(call.duration.as_micros()));
        put("method", json!(call.method.as_str()));
        put("target", json!(mask::target(self.packed.target())));
        let explanation = call.explanation.iter().map(|text| mask::quotation(text));
        put("explanation", explanation.collect());
        summary
    }

    /// In what the call differs from a wanted one, in words.
    fn differences(&self, wanted: &Match, status: Option<u16>) -> Vec<String> {
        let call = &self.call;
        let mut differences = Vec::new();
        let mut check = |name: &str, wanted: Option<&str>, found: &str| {
            if let Some(wanted) = wanted
                && wanted != found
            {
                differences.push(format!("{name} is \"{found}\", not \"{wanted}\""));
            }
        };
        check("provider", wanted.provider.as_deref(), call.provider);
        check("operation", wanted.operation.as_deref(), &call.operation);
        check("access_key", wanted.access_key.as_deref(), &call.access_key);
        check(
            "status",
            status.map(|status| status.to_string()).as_deref(),
            &call.status.to_string(),
        );
        if !wanted.params.is_empty() {
            let packed = &self.packed;
            let params = params(
                &call.path_params,
                packed.query(),
                &packed.headers(),
                packed.body(),
            );
            for (name, value) in &wanted.params {
                check(
                    name,
                    Some(value),
                    params.get(name).map_or("(absent)", |found| {
                        if mask::is_secret(name) {
                            mask::MASK
                        } else {
                            found
                        }
                    }),
                );
            }
        }
        differences
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
    /// Entries dropped since the start or the last clear, and ever.
    dropped: u64,
    dropped_ever: u64,
    /// Of each namespace: the newest id dropped, and how many were.
    dropped_of: HashMap<String, (u64, u64)>,
    entries: BTreeMap<u64, Arc<Kept>>,
    /// The ids of each namespace's entries, oldest first.
    rings: HashMap<String, VecDeque<u64>>,
}

/// Which entries to list.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) namespace: Option<&'a str>,
    pub(crate) provider: Option<&'a str>,
    pub(crate) operation: Option<&'a str>,
    pub(crate) stage: Option<Stage>,
    pub(crate) status: Option<u16>,
    /// Only entries with a higher id.
    pub(crate) since: u64,
}

impl Filter<'_> {
    fn lets(&self, call: &Entry) -> bool {
        self.provider
            .is_none_or(|provider| provider == call.provider)
            && self
                .operation
                .is_none_or(|operation| operation == call.operation)
            && self.stage.is_none_or(|stage| stage == call.stage)
            && self.status.is_none_or(|status| status == call.status)
    }
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
    pub(crate) fn record(&self, entry: Entry) {
        if self.per_namespace == 0 {
            return;
        }
        let mut kept = Kept::new(entry);
        // Freed behind the lock.
        let mut gone = Vec::new();
        let mut inner = self.lock();
        inner.last_id += 1;
        kept.id = inner.last_id;
        inner.size += kept.size;
        let namespace = &kept.call.namespace;
        match inner.rings.get_mut(namespace) {
            Some(ring) => {
                ring.push_back(kept.id);
                if self.per_namespace < ring.len()
                    && let Some(oldest) = ring.pop_front()
                {
                    gone.extend(inner.forget(oldest));
                }
            }
            None => {
                let ring = VecDeque::from([kept.id]);
                inner.rings.insert(namespace.clone(), ring);
            }
        }
        inner.entries.insert(kept.id, Arc::new(kept));
        while self.bytes < inner.size
            && let Some((_, oldest)) = inner.entries.pop_first()
        {
            inner.size -= oldest.size;
            inner.note_dropped(&oldest);
            let namespace = &oldest.call.namespace;
            if let Some(ring) = inner.rings.get_mut(namespace) {
                ring.pop_front();
                if ring.is_empty() {
                    inner.rings.remove(namespace);
                }
            }
            gone.push(oldest);
        }
        drop(inner);
    }

    /// The entries that a filter lets through, newest first, as summaries; how many entries were dropped (of the namespace
    /// that is asked for, else of all) since the start or the last clear; and the newest id.
    pub(crate) fn list(&self, filter: &Filter<'_>, most: usize) -> Value {
        let (entries, dropped, last) = {
            let inner = self.lock();
            let dropped = match filter.namespace {
                None => inner.dropped,
                Some(name) => inner.dropped_of.get(name).map_or(0, |dropped| dropped.1),
            };
            let entries: Vec<_> = inner
                .of(filter.namespace, filter.since)
                .filter(|kept| filter.lets(&kept.call))
                .take(most)
                .cloned()
                .collect();
            (entries, dropped, inner.last_id)
        };
        let entries: Vec<Value> = entries
            .iter()
            .map(|kept| Value::Object(kept.summary()))
            .collect();
        json!({ "last": last, "dropped": dropped, "entries": entries })
    }

    /// One entry, whole but for what is masked.
    pub(crate) fn entry(&self, id: u64) -> Option<Value> {
        let kept = self.find(id)?;
        let Kept { call, packed, .. } = &*kept;
        let mut whole = kept.summary();
        whole.insert(
            "request".to_owned(),
            json!({ "headers": mask::headers(&packed.headers()), "body": mask::body(packed.body()) }),
        );
        whole.insert(
            "response".to_owned(),
            json!({ "headers": mask::headers(&packed.reply_headers()), "body": mask::body(&call.reply_body) }),
        );
        Some(Value::Object(whole))
    }

    /// The provider, the namespace and the thing that an entry's call looked for and did not find.
    pub(crate) fn missing(&self, id: u64) -> Option<(&'static str, String, Missing)> {
        let kept = self.find(id)?;
        let missing = kept.call.missing.clone()?;
        Some((kept.call.provider, kept.call.namespace.clone(), missing))
    }

    /// A call as a command that makes it again; what is masked has to be filled in.
    pub(crate) fn curl(&self, id: u64) -> Option<String> {
        let kept = self.find(id)?;
        let Kept { call, packed, .. } = &*kept;
        let quoted = |text: &str| format!("'{}'", text.replace('\'', "'\\''"));
        let headers = packed.headers();
        let host = headers
            .get("host")
            .and_then(|host| host.to_str().ok())
            .unwrap_or("127.0.0.1:4700");
        let url = quoted(&format!("http://{host}{}", mask::target(packed.target())));
        // curl waits for the body of a HEAD unless it is told so.
        let mut command = match call.method {
            Method::HEAD => format!("curl --head {url}"),
            _ => format!("curl -i -X {} {url}", call.method),
        };
        for (name, value) in mask::headers(&headers).as_object().into_iter().flatten() {
            if !matches!(
                name.as_str(),
                "host" | "content-length" | "connection" | "accept-encoding" | "transfer-encoding"
            ) {
                let header = format!("{name}: {}", value.as_str().unwrap_or_default());
                command.push_str(&format!(" -H {}", quoted(&header)));
            }
        }
        if !packed.body().is_empty() {
            let body = mask::body(packed.body());
            command.push_str(&format!(" --data-raw {}", quoted(&body)));
        }
        command.push('\n');
        Some(command)
    }

    /// Why a call was refused, by journal id or request id.
    pub(crate) fn finding(&self, id: &str) -> Option<Value> {
        let by_number = id.parse().ok().and_then(|number| self.find(number));
        let kept = by_number.or_else(|| {
            let inner = self.lock();
            let of_request =
                |kept: &&Arc<Kept>| !id.is_empty() && kept.call.request_id.eq_ignore_ascii_case(id);
            inner.of(None, 0).find(of_request).cloned()
        })?;
        let mut shown = kept.summary();
        let mut finding = kept.call.finding.clone().unwrap_or_default();
        mask::quotations(&mut finding);
        shown.insert("signature".to_owned(), finding);
        Some(Value::Object(shown))
    }

    /// Forgets every entry, or those of a namespace; forgotten entries are not dropped ones. Says how many there were.
    pub(crate) fn clear(&self, namespace: Option<&str>) -> usize {
        let mut inner = self.lock();
        let mut gone = Vec::new();
        match namespace {
            None => {
                gone.extend(std::mem::take(&mut inner.entries).into_values());
                inner.rings.clear();
                inner.dropped_of.clear();
                inner.dropped = 0;
            }
            Some(name) => {
                let ring = inner.rings.remove(name).unwrap_or_default();
                gone.extend(ring.iter().filter_map(|id| inner.entries.remove(id)));
                let (_, dropped) = inner.dropped_of.remove(name).unwrap_or_default();
                inner.dropped -= dropped;
            }
        }
        inner.size -= gone.iter().map(|kept| kept.size).sum::<usize>();
        drop(inner);
        gone.len()
    }

    /// What it holds, for the metrics.
    pub(crate) fn size(&self) -> Size {
        let inner = self.lock();
        Size {
            entries: inner.entries.len() as u64,
            bytes: inner.size as u64,
            dropped: inner.dropped_ever,
        }
    }

    /// Whether as many calls match as there should be.
    pub(crate) fn verify(
        &self,
        wanted: &Match,
        status: Option<u16>,
        since: u64,
        count: Count,
    ) -> Verdict {
        let namespace = wanted.namespace.as_deref().filter(|name| *name != "*");
        let (entries, last_dropped, dropped) = {
            let inner = self.lock();
            let (last, dropped) = match namespace {
                Some(name) => inner.dropped_of.get(name).copied().unwrap_or_default(),
                None => inner
                    .dropped_of
                    .values()
                    .fold((0, 0), |(last, many), dropped| {
                        (last.max(dropped.0), many + dropped.1)
                    }),
            };
            let entries: Vec<_> = inner.of(namespace, since).cloned().collect();
            (entries, last, dropped)
        };
        let mut found = 0;
        let mut misses: Vec<(Vec<String>, &Kept)> = Vec::new();
        for kept in &entries {
            let differences = kept.differences(wanted, status);
            if differences.is_empty() {
                found += 1;
            } else {
                misses.push((differences, kept));
            }
        }
        // Of what was dropped before its window nobody asks, and some counts hold or fail whatever was dropped.
        if since < last_dropped && !count.is_settled(found) {
            return Verdict::Unknown { dropped };
        }
        if count.holds(found) {
            return Verdict::Holds { found };
        }
        // The newest first among those that differ equally.
        misses.sort_by_key(|(differences, _)| differences.len());
        let nearest = misses
            .into_iter()
            .take(NEAREST)
            .map(|(differences, kept)| {
                let mut shown = kept.summary();
                shown.insert("differs".to_owned(), json!(differences));
                Value::Object(shown)
            })
            .collect();
        Verdict::Fails { found, nearest }
    }

    fn find(&self, id: u64) -> Option<Arc<Kept>> {
        self.lock().entries.get(&id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The entries of a namespace, or all, that are newer than an id; newest first.
    fn of(&self, namespace: Option<&str>, since: u64) -> impl Iterator<Item = &Arc<Kept>> {
        let ring = namespace.map(|name| self.rings.get(name));
        let of_one = ring
            .into_iter()
            .flatten()
            .flat_map(|ring| ring.iter().rev())
            .take_while(move |id| since < **id)
            .filter_map(|id| self.entries.get(id));
        let all = namespace.is_none().then(|| {
            self.entries
                .range(since.saturating_add(1)..)
                .rev()
                .map(|(_, kept)| kept)
        });
        of_one.chain(all.into_iter().flatten())
    }

    fn forget(&mut self, id: u64) -> Option<Arc<Kept>> {
        let kept = self.entries.remove(&id)?;
        self.size -= kept.size;
        self.note_dropped(&kept);
        Some(kept)
    }

    fn note_dropped(&mut self, kept: &Kept) {
        self.dropped += 1;
        self.dropped_ever += 1;
        match self.dropped_of.get_mut(&kept.call.namespace) {
            Some(dropped) => *dropped = (kept.id, dropped.1 + 1),
            None => {
                let namespace = kept.call.namespace.clone();
                self.dropped_of.insert(namespace, (kept.id, 1));
            }
        }
    }
}

/// How many calls there should be.
///
/// ```
/// use rollcall::control::Count;
///
/// assert_eq!(Count::AtLeast(2).to_string(), "at least 2");
/// ```
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

    /// Whether further calls cannot change the verdict.
    pub(crate) const fn is_settled(self, found: u64) -> bool {
        match self {
            Self::Exactly(count) | Self::AtMost(count) => count < found,
            Self::AtLeast(count) => count <= found,
        }
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

/// What a journal holds.
#[derive(Debug)]
pub(crate) struct Size {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
    /// Entries dropped since the start.
    pub(crate) dropped: u64,
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
        let journal = Journal::new(100, 3 * (OVERHEAD + 1200));
        for namespace in ["a", "b", "a", "b", "a"] {
            journal.record(entry(namespace, 900));
        }
        assert_eq!(ids(&journal, "a"), [5, 3]);
        assert_eq!(ids(&journal, "b"), [4]);
    }

    #[test]
    fn what_was_dropped_matters_only_where_it_can_change_the_verdict() {
        let journal = Journal::new(2, 1 << 20);
        for _ in 0..3 {
            journal.record(entry("a", 1));
        }
        let verify = |since, count| {
            let wanted = Match {
                namespace: Some("a".to_owned()),
                ..Match::default()
            };
            match journal.verify(&wanted, None, since, count) {
                Verdict::Holds { found } => format!("holds {found}"),
                Verdict::Fails { found, .. } => format!("fails {found}"),
                Verdict::Unknown { dropped } => format!("unknown {dropped}"),
            }
        };
        assert_eq!(verify(0, Count::Exactly(2)), "unknown 1");
        assert_eq!(verify(0, Count::AtMost(2)), "unknown 1");
        assert_eq!(verify(0, Count::AtLeast(2)), "holds 2");
        assert_eq!(verify(0, Count::AtLeast(3)), "unknown 1");
        assert_eq!(verify(0, Count::Exactly(1)), "fails 2");
        assert_eq!(verify(1, Count::Exactly(2)), "holds 2");
        assert_eq!(journal.clear(Some("a")), 2);
        assert_eq!(verify(0, Count::Exactly(0)), "holds 0");
        assert_eq!(journal.lock().size, 0);
    }

    #[test]
    fn a_packed_request_is_read_back_whole() {
        let mut call = entry("a", 1);
        call.target = Uri::from_static("/p?a=1&b=x:y");
        call.headers
            .append("x-one", HeaderValue::from_static("a: b"));
        call.headers.append("x-one", HeaderValue::from_static(""));
        call.body = Bytes::from_static(b"line\nline: 2");
        let packed = Kept::new(call).packed;
        assert_eq!(
            (packed.target(), packed.query()),
            ("/p?a=1&b=x:y", "a=1&b=x:y")
        );
        assert_eq!(packed.headers().get_all("x-one").iter().count(), 2);
        assert_eq!(packed.body(), b"line\nline: 2");
        assert!(packed.reply_headers().is_empty());
    }
}
