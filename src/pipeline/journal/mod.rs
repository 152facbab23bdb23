//! The journal: a ring of answered calls, with explanations.
//!
//! An entry copies what it keeps: hyper reads into buffers of 8 KiB and more, and a slice would keep the whole buffer alive, unseen
//! by the limits. Texts are formatted when an entry is read, outside the lock, and secrets are masked then. Entries are limited per
//! namespace, bytes per server.

pub(crate) mod access_log;
pub(crate) mod entry;
pub(crate) mod shell;
mod verify;

use std::collections::{BTreeMap, VecDeque};
use std::str::FromStr;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use bytes::Bytes;
use foldhash::HashMap;
use http::{HeaderMap, Method};
use serde_json::{Value, json};

use crate::pipeline::journal::shell::{CURL, quote};
use crate::provider::error::Missing;
use crate::provider::redact::{self, MASK};

use access_log::AccessLog;
pub(crate) use entry::{Entry, Outcome, Stage};
pub use verify::Count;
pub(crate) use verify::Verdict;

use entry::StoredEntry;

/// For how many namespaces dropped entries are counted separately.
const NAMES: usize = 10_000;

/// The ring.
#[derive(Debug)]
pub(crate) struct Journal {
    per_namespace: usize,
    bytes: usize,
    /// The access log, if any.
    access_log: Option<AccessLog>,
    /// [`Inner::last_id`].
    newest: AtomicU64,
    /// The name of this replica, shown in entries.
    replica: Option<Arc<str>>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    last_id: u64,
    size: usize,
    /// Entries dropped since the start or the last clear, and in total.
    dropped: u64,
    dropped_ever: u64,
    /// For each existing namespace: the newest dropped id, and the number of dropped entries.
    dropped_of: HashMap<Arc<str>, (u64, u64)>,
    /// The same for all namespaces that are no longer tracked.
    dropped_of_others: (u64, u64),
    entries: BTreeMap<u64, Arc<StoredEntry>>,
    /// The ids of each namespace's entries, oldest first.
    rings: HashMap<Arc<str>, VecDeque<u64>>,
}

/// A status or a class: `404`, `4xx`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Status {
    Exactly(u16),
    Class(u16),
}

impl Status {
    fn is(self, status: u16) -> bool {
        match self {
            Self::Exactly(wanted) => wanted == status,
            Self::Class(hundreds) => hundreds == status / 100,
        }
    }
}

impl FromStr for Status {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let class = text
            .strip_suffix("xx")
            .and_then(|digit| digit.parse().ok())
            .filter(|hundreds| (1..=9).contains(hundreds));
        let exactly = || text.parse().ok().map(Self::Exactly);
        class.map(Self::Class).or_else(exactly).ok_or_else(|| {
            format!("invalid status \"{text}\": write a number, e.g. 404, or a class, e.g. 4xx")
        })
    }
}

/// A recorded request.
#[derive(Debug)]
pub(crate) struct Recorded {
    pub(crate) namespace: Arc<str>,
    /// Empty for an unrecognised call.
    pub(crate) provider: &'static str,
    pub(crate) method: Method,
    pub(crate) target: String,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether the body was cut.
    pub(crate) is_cut: bool,
}

/// Which entries to list.
#[derive(Debug, Default)]
pub(crate) struct Filter<'a> {
    pub(crate) namespace: Option<&'a str>,
    pub(crate) provider: Option<&'a str>,
    pub(crate) operation: Option<&'a str>,
    pub(crate) stage: Option<Stage>,
    pub(crate) status: Option<Status>,
    /// Only failed calls, or only successful ones.
    pub(crate) failed: Option<bool>,
    /// Only entries with a higher id.
    pub(crate) since: u64,
    /// Only entries with a lower id.
    pub(crate) before: Option<u64>,
}

impl Filter<'_> {
    fn lets(&self, kept: &StoredEntry) -> bool {
        let call = &kept.outcome;
        self.provider
            .is_none_or(|provider| provider == call.provider)
            && self
                .operation
                .is_none_or(|operation| operation == call.operation)
            && self.stage.is_none_or(|stage| stage == call.stage)
            && self.status.is_none_or(|status| status.is(kept.status))
            && self.failed.is_none_or(|failed| failed == kept.has_failed())
            && self.before.is_none_or(|before| kept.id < before)
    }

    /// Whether it matches everything in its namespace, or in all.
    fn is_of_everything(&self) -> bool {
        let Self {
            namespace: _,
            provider,
            operation,
            stage,
            status,
            failed,
            since,
            before,
        } = self;
        (provider, operation, stage, status, failed, since, before)
            == (&None, &None, &None, &None, &None, &0, &None)
    }
}

impl Journal {
    /// A ring with limits for the entries per namespace and for the total bytes.
    pub(crate) fn new(per_namespace: usize, bytes: usize) -> Self {
        Self {
            per_namespace,
            bytes,
            access_log: None,
            newest: AtomicU64::new(0),
            replica: None,
            inner: Mutex::default(),
        }
    }

    /// Also writes every entry to a log.
    pub(crate) fn with_access_log(self, access_log: Option<AccessLog>) -> Self {
        Self { access_log, ..self }
    }

    /// Sets the name of this replica.
    pub(crate) fn of_replica(self, replica: Option<Arc<str>>) -> Self {
        Self { replica, ..self }
    }

    /// Adds an entry and drops those over the limits. Returns its id; `None` if the journal is off.
    pub(crate) fn record(&self, entry: Entry<'_>) -> Option<u64> {
        if self.per_namespace == 0 {
            if let Some(log) = &self.access_log {
                log.note(&Arc::new(StoredEntry::new(entry)));
            }
            return None;
        }
        let mut kept = StoredEntry::new(entry);
        // Freed after the lock is released.
        let mut gone = Vec::new();
        let mut inner = self.lock();
        inner.last_id += 1;
        let id = inner.last_id;
        kept.id = id;
        inner.size += kept.size;
        let namespace = &kept.namespace;
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
                inner.rings.insert(Arc::clone(namespace), ring);
            }
        }
        let kept = Arc::new(kept);
        if let Some(log) = &self.access_log {
            log.note(&kept);
        }
        inner.entries.insert(id, kept);
        while self.bytes < inner.size
            && let Some((_, oldest)) = inner.entries.pop_first()
        {
            inner.size -= oldest.size;
            inner.note_dropped(&oldest);
            let namespace = &oldest.namespace;
            if let Some(ring) = inner.rings.get_mut(namespace) {
                ring.pop_front();
                if ring.is_empty() {
                    inner.rings.remove(namespace);
                }
            }
            gone.push(oldest);
        }
        // Waiting readers poll this without taking the lock.
        self.newest.store(id, Ordering::Release);
        drop(inner);
        Some(id)
    }

    /// The id of the newest entry.
    pub(crate) fn newest(&self) -> u64 {
        self.newest.load(Ordering::Acquire)
    }

    /// Whether an entry matches a filter.
    pub(crate) fn has(&self, filter: &Filter<'_>) -> bool {
        let inner = self.lock();
        inner
            .of(filter.namespace, filter.since)
            .any(|kept| filter.lets(kept))
    }

    /// The request of an entry, unmasked.
    pub(crate) fn request(&self, id: u64) -> Option<Recorded> {
        let kept = self.find(id)?;
        Some(Recorded {
            namespace: Arc::clone(&kept.namespace),
            provider: kept.outcome.provider,
            method: kept.method.clone(),
            target: kept.packed.target().to_owned(),
            headers: kept.packed.headers(),
            body: Bytes::copy_from_slice(kept.packed.body()),
            is_cut: kept.cut,
        })
    }

    /// Summaries of the entries that match a filter, newest first; how many entries were dropped since the start or the last clear
    /// (in the filter's namespace, else in all); and the newest id.
    pub(crate) fn list(&self, filter: &Filter<'_>, max: usize) -> Value {
        let (entries, dropped, last) = {
            let inner = self.lock();
            let dropped = match filter.namespace {
                None => inner.dropped,
                Some(name) => inner.dropped_of.get(name).map_or(0, |dropped| dropped.1),
            };
            let entries: Vec<_> = inner
                .of(filter.namespace, filter.since)
                .filter(|kept| filter.lets(kept))
                .take(max)
                .cloned()
                .collect();
            (entries, dropped, inner.last_id)
        };
        let entries: Vec<Value> = entries
            .iter()
            .map(|kept| Value::Object(kept.summary(self.replica.as_deref())))
            .collect();
        json!({ "last": last, "dropped": dropped, "entries": entries })
    }

    /// One entry in full, with secrets masked.
    pub(crate) fn entry(&self, id: u64) -> Option<Value> {
        let kept = self.find(id)?;
        let StoredEntry {
            packed, reply_body, ..
        } = &*kept;
        let mut whole = kept.summary(self.replica.as_deref());
        whole.insert(
            "request".to_owned(),
            json!({ "headers": redact::headers(&packed.headers()), "body": redact::body(packed.body()), "cut": kept.cut }),
        );
        whole.insert(
            "response".to_owned(),
            json!({ "headers": redact::headers(&packed.reply_headers()), "body": redact::body(reply_body), "cut": kept.reply_cut }),
        );
        Some(Value::Object(whole))
    }

    /// The provider, namespace and record that an entry's call did not find.
    pub(crate) fn missing(&self, id: u64) -> Option<(&'static str, Arc<str>, Missing)> {
        let kept = self.find(id)?;
        let missing = kept.outcome.missing.clone()?;
        Some((kept.outcome.provider, Arc::clone(&kept.namespace), missing))
    }

    /// A call as a command that makes it again; what is masked has to be filled in.
    pub(crate) fn curl(&self, id: u64) -> Option<String> {
        let kept = self.find(id)?;
        let StoredEntry { method, packed, .. } = &*kept;
        let headers = packed.headers();
        let host = headers
            .get("host")
            .and_then(|host| host.to_str().ok())
            .unwrap_or("127.0.0.1:4700");
        let scheme = if kept.is_secure { "https" } else { "http" };
        let target = redact::target(packed.target());
        let url = quote(&format!("{scheme}://{host}{target}"));
        // curl waits for the body of a HEAD unless it is told so.
        let mut command = match *method {
            Method::HEAD => format!("{CURL} --head {url}"),
            _ => format!("{CURL} -X {} {url}", quote(method.as_str())),
        };
        for (name, value) in redact::headers(&headers).as_object().into_iter().flatten() {
            if !matches!(
                name.as_str(),
                "host" | "content-length" | "connection" | "accept-encoding" | "transfer-encoding"
            ) {
                let header = shell::header(name, value.as_str().unwrap_or_default());
                command.push_str(&format!(" -H {}", quote(&header)));
            }
        }
        if !packed.body().is_empty() {
            // Of a body without a type, curl would say that it is a form.
            if !headers.contains_key("content-type") {
                command.push_str(" -H content-type:");
            }
            let body = redact::body(packed.body());
            // No shell passes a NUL on.
            let body = body.replace('\0', "\u{fffd}");
            command.push_str(&format!(" --data-raw {}", quote(&body)));
        }
        command.push('\n');
        let is_text = std::str::from_utf8(packed.body()).is_ok_and(|body| !body.contains('\0'));
        let mut notes = String::new();
        if kept.cut {
            notes +=
                "# The journal kept only the beginning of the body, so this is another call.\n";
        } else if !is_text {
            notes += "# The body is not text: some of its bytes are replaced, so this is another call.\n";
        }
        if command.contains(MASK) {
            notes += &format!(
                "# Fill in what is masked ({MASK}), or have it signed and sent: POST /_rollcall/journal/{id}/replay\n"
            );
        }
        Some(notes + &command)
    }

    /// Why a call was refused, by journal id or request id.
    pub(crate) fn finding(&self, id: &str) -> Option<Value> {
        let by_number = id.parse().ok().and_then(|number| self.find(number));
        let kept = by_number.or_else(|| {
            let inner = self.lock();
            let of_request = |kept: &&Arc<StoredEntry>| {
                !id.is_empty() && kept.outcome.request_id.eq_ignore_ascii_case(id)
            };
            inner.of(None, 0).find(of_request).cloned()
        })?;
        let mut shown = kept.summary(self.replica.as_deref());
        let finding = kept.outcome.finding.clone().unwrap_or_default();
        shown.insert("signature".to_owned(), finding);
        Some(Value::Object(shown))
    }

    /// Deletes the entries that match a filter, without counting them as dropped. Returns how many there were.
    pub(crate) fn clear(&self, filter: &Filter<'_>) -> usize {
        let mut guard = self.lock();
        let inner = &mut *guard;
        let ids: Vec<u64> = inner
            .of(filter.namespace, filter.since)
            .filter(|kept| filter.lets(kept))
            .map(|kept| kept.id)
            .collect();
        // Freed after the lock is released.
        let gone: Vec<Arc<StoredEntry>> = ids
            .iter()
            .filter_map(|id| inner.entries.remove(id))
            .collect();
        let entries = &inner.entries;
        inner.rings.retain(|_, ring| {
            ring.retain(|id| entries.contains_key(id));
            !ring.is_empty()
        });
        inner.size -= gone.iter().map(|kept| kept.size).sum::<usize>();
        if filter.is_of_everything() {
            inner.clear_dropped(filter.namespace);
        }
        drop(guard);
        gone.len()
    }

    /// Resets the count of dropped entries of a deleted namespace, so that a new one of that name starts at zero. Its entries stay.
    pub(crate) fn forget_dropped(&self, namespace: &str) {
        let mut inner = self.lock();
        if let Some(dropped) = inner.dropped_of.remove(namespace) {
            inner.dropped_of_others = both(inner.dropped_of_others, dropped);
        }
    }

    /// Its size, for the metrics.
    pub(crate) fn size(&self) -> Size {
        let inner = self.lock();
        Size {
            entries: inner.entries.len() as u64,
            bytes: inner.size as u64,
            dropped: inner.dropped_ever,
        }
    }

    fn find(&self, id: u64) -> Option<Arc<StoredEntry>> {
        self.lock().entries.get(&id).cloned()
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Inner {
    /// The entries of a namespace, or of all, after an id; newest first.
    fn of(&self, namespace: Option<&str>, since: u64) -> impl Iterator<Item = &Arc<StoredEntry>> {
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

    /// Forgets drops from before everything was cleared.
    fn clear_dropped(&mut self, namespace: Option<&str>) {
        match namespace {
            None => {
                self.dropped_of.clear();
                self.dropped_of_others = (0, 0);
                self.dropped = 0;
            }
            Some(name) => {
                let (_, dropped) = self.dropped_of.remove(name).unwrap_or_default();
                self.dropped -= dropped;
            }
        }
    }

    fn forget(&mut self, id: u64) -> Option<Arc<StoredEntry>> {
        let kept = self.entries.remove(&id)?;
        self.size -= kept.size;
        self.note_dropped(&kept);
        Some(kept)
    }

    fn note_dropped(&mut self, kept: &StoredEntry) {
        self.dropped += 1;
        self.dropped_ever += 1;
        match self.dropped_of.get_mut(&kept.namespace) {
            Some(dropped) => *dropped = (kept.id, dropped.1 + 1),
            None => {
                let namespace = Arc::clone(&kept.namespace);
                self.dropped_of.insert(namespace, (kept.id, 1));
                self.forget_names();
            }
        }
    }

    /// If too many namespaces are tracked, forgets the half whose last drop is oldest.
    fn forget_names(&mut self) {
        if self.dropped_of.len() <= NAMES {
            return;
        }
        let mut ids: Vec<u64> = self.dropped_of.values().map(|dropped| dropped.0).collect();
        let (_, &mut middle, _) = ids.select_nth_unstable(NAMES / 2);
        let others = &mut self.dropped_of_others;
        self.dropped_of.retain(|_, dropped| {
            let stays = middle <= dropped.0;
            if !stays {
                *others = both(*others, *dropped);
            }
            stays
        });
    }
}

/// Combines two drop counters: the newest id, and the sum.
fn both(one: (u64, u64), other: (u64, u64)) -> (u64, u64) {
    (one.0.max(other.0), one.1 + other.1)
}

/// The size of a journal.
#[derive(Debug)]
pub(crate) struct Size {
    pub(crate) entries: u64,
    pub(crate) bytes: u64,
    /// Entries dropped since the start.
    pub(crate) dropped: u64,
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use http::Uri;

    use super::entry::OVERHEAD;
    use super::*;
    use crate::namespace::clock::Time;
    use crate::pipeline::faults::Match;
    use crate::provider::call::{Reply, Request};

    fn record(journal: &Journal, namespace: &str, body: usize) {
        let target = Uri::from_static("/");
        journal.record(Entry {
            time: Time::from_millis(0),
            namespace: &namespace.into(),
            duration: Duration::ZERO,
            request: &Request::new(Method::GET, target, HeaderMap::new(), Bytes::new(), None),
            reply: &Reply {
                body: Bytes::from(vec![b'x'; body]),
                ..Reply::empty(200)
            },
            outcome: Outcome::default(),
        });
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
            record(&journal, namespace, 1);
        }
        assert_eq!(ids(&journal, "a"), [4, 2]);
        assert_eq!(ids(&journal, "b"), [3]);
        assert_eq!(journal.list(&Filter::default(), 1)["dropped"], 1);
    }

    #[test]
    fn bytes_are_capped_per_server() {
        let journal = Journal::new(100, 3 * (OVERHEAD + 1200));
        for namespace in ["a", "b", "a", "b", "a"] {
            record(&journal, namespace, 900);
        }
        assert_eq!(ids(&journal, "a"), [5, 3]);
        assert_eq!(ids(&journal, "b"), [4]);
    }

    #[test]
    fn names_of_namespaces_are_not_kept_for_ever() {
        let journal = Journal::new(1, 1 << 30);
        for number in 0..3 * NAMES {
            let name = format!("n{number}");
            record(&journal, &name, 1);
            record(&journal, &name, 1);
            let known = journal.lock().dropped_of.len();
            assert!(known <= NAMES && known.min(NAMES / 2) == (number + 1).min(NAMES / 2));
        }
        let dropped = |name: &str| {
            let namespace = Some(name);
            let filter = Filter {
                namespace,
                ..Filter::default()
            };
            journal.list(&filter, 1)["dropped"].clone()
        };
        let newest = format!("n{}", 3 * NAMES - 1);
        assert_eq!(dropped(&newest), 1);
        journal.forget_dropped(&newest);
        assert_eq!(dropped(&newest), 0);
        assert_eq!(ids(&journal, &newest).len(), 1, "its entries stay");
        let of_all = journal.verify(&Match::default(), None, 0, Count::Exactly(0));
        assert!(matches!(of_all, Verdict::Fails { .. }), "{of_all:?}");
        let of_all = journal.verify(&Match::default(), None, 0, Count::AtLeast(1 << 20));
        let all = 3 * NAMES as u64;
        assert!(
            matches!(of_all, Verdict::Unknown { dropped } if dropped == all),
            "{of_all:?}"
        );
    }

    #[test]
    fn what_was_dropped_matters_only_where_it_can_change_the_verdict() {
        let journal = Journal::new(2, 1 << 20);
        for _ in 0..3 {
            record(&journal, "a", 1);
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
                other => format!("{other:?}"),
            }
        };
        assert_eq!(verify(0, Count::Exactly(2)), "unknown 1");
        assert_eq!(verify(0, Count::AtMost(2)), "unknown 1");
        assert_eq!(verify(0, Count::AtLeast(2)), "holds 2");
        assert_eq!(verify(0, Count::AtLeast(3)), "unknown 1");
        assert_eq!(verify(0, Count::Exactly(1)), "fails 2");
        assert_eq!(verify(1, Count::Exactly(2)), "holds 2");
        let of_a = Filter {
            namespace: Some("a"),
            ..Filter::default()
        };
        assert_eq!(journal.clear(&of_a), 2);
        assert_eq!(verify(0, Count::Exactly(0)), "holds 0");
        assert_eq!(journal.lock().size, 0);
    }
}
