//! Counters since the start, as Prometheus text.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use std::net::IpAddr;
use std::sync::atomic::AtomicU64;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

use crate::namespace::clock::{Clock, Time};

/// Log lines that could not be written. Like standard error, this is per process.
pub(crate) static LOG_LINES_DROPPED: AtomicU64 = AtomicU64::new(0);

/// Upper bounds of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 12] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0,
];

/// The labels of a call: the provider, the operation (empty if unknown), the name of the error (or `ok`) and its code on the
/// wire. All come from tables, so clients cannot create new label values.
pub(crate) type Labels = [&'static str; 4];

/// The protocol that a connection begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Protocol {
    /// HTTP/1, or anything else.
    Http,
    /// A TLS handshake.
    Tls,
    /// The preface of HTTP/2 with prior knowledge.
    Http2,
    /// A proxy's CONNECT request.
    Connect,
}

impl Protocol {
    /// The protocols that this server does not expect, with their names in the metrics.
    const MISDIRECTED: [(Self, &str); 3] = [
        (Self::Tls, "tls"),
        (Self::Http2, "http2"),
        (Self::Connect, "connect"),
    ];

    /// The protocol that begins with these bytes.
    pub(crate) fn of(first: &[u8]) -> Self {
        match first {
            [0x16, 0x03, ..] | [0x16] => Self::Tls,
            [b'P', b'R', b'I', b' ', ..] => Self::Http2,
            [b'C', b'O', b'N', b'N', b'E', b'C', b'T', b' ', ..] => Self::Connect,
            _ => Self::Http,
        }
    }
}

/// For how many clients a warning is remembered.
const WARNED: usize = 1000;

/// Connections with an unexpected protocol.
#[derive(Debug, Default)]
struct Misdirected {
    counts: BTreeMap<Protocol, u64>,
    warned: BTreeSet<(Protocol, IpAddr)>,
}

/// Calls by provider, operation and outcome, and how long they took.
#[derive(Debug)]
pub(crate) struct Metrics {
    counted: Mutex<Counted>,
    misdirected: Mutex<Misdirected>,
    /// The machine's time, not a namespace's: dashboards detect restarts by it.
    started: Time,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            counted: Mutex::default(),
            misdirected: Mutex::default(),
            started: Clock::default().now(),
        }
    }
}

#[derive(Debug, Default, Clone)]
struct Counted {
    calls: BTreeMap<Labels, u64>,
    buckets: [u64; BUCKETS.len()],
    seconds: f64,
    count: u64,
}

impl Metrics {
    /// Counts a call.
    pub(crate) fn count(&self, labels: Labels, duration: Duration) {
        let seconds = duration.as_secs_f64();
        let bucket = BUCKETS.iter().position(|bound| seconds <= *bound);
        let mut counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        *counted.calls.entry(labels).or_default() += 1;
        if let Some(bucket) = bucket {
            counted.buckets[bucket] += 1;
        }
        counted.seconds += seconds;
        counted.count += 1;
    }

    /// Counts a connection with an unexpected protocol. Returns whether it is the client's first.
    pub(crate) fn count_misdirected(&self, protocol: Protocol, client: IpAddr) -> bool {
        let mut misdirected = self
            .misdirected
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        *misdirected.counts.entry(protocol).or_default() += 1;
        misdirected.warned.len() < WARNED && misdirected.warned.insert((protocol, client))
    }

    /// The counters as Prometheus text, with further ones: `(name, type, help, value)`.
    pub(crate) fn text(&self, others: &[(&str, &str, &str, u64)], replica: Option<&str>) -> String {
        let counted = {
            let counted = self.counted.lock();
            counted.unwrap_or_else(PoisonError::into_inner).clone()
        };
        let mut text = String::new();
        head(
            &mut text,
            "calls_total",
            "counter",
            "Provider calls answered.",
        );
        for ([provider, operation, outcome, code], count) in &counted.calls {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "rollcall_calls_total{{provider=\"{provider}\",operation=\"{operation}\",outcome=\"{outcome}\",code=\"{code}\"}} {count}"
            );
        }
        head(
            &mut text,
            "call_seconds",
            "histogram",
            "How long calls took inside rollcall, without the delays of faults.",
        );
        let mut below = 0;
        for (bound, count) in BUCKETS.iter().zip(counted.buckets) {
            below += count;
            let _ = writeln!(
                text,
                "rollcall_call_seconds_bucket{{le=\"{bound}\"}} {below}"
            );
        }
        let Counted { seconds, count, .. } = counted;
        let _ = writeln!(text, "rollcall_call_seconds_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(
            text,
            "rollcall_call_seconds_sum {seconds}\nrollcall_call_seconds_count {count}"
        );
        head(
            &mut text,
            "misdirected_connections_total",
            "counter",
            "Connections that began with another protocol than HTTP/1.1, or with a CONNECT.",
        );
        let misdirected = self
            .misdirected
            .lock()
            .unwrap_or_else(PoisonError::into_inner);
        for (protocol, name) in Protocol::MISDIRECTED {
            let count = misdirected
                .counts
                .get(&protocol)
                .copied()
                .unwrap_or_default();
            let _ = writeln!(
                text,
                "rollcall_misdirected_connections_total{{protocol=\"{name}\"}} {count}"
            );
        }
        drop(misdirected);
        process(&mut text, self.started);
        for (name, kind, help, value) in others {
            head(&mut text, name, kind, help);
            let _ = writeln!(text, "rollcall_{name} {value}");
        }
        match replica {
            Some(replica) => with_label(&text, "replica", replica),
            None => text,
        }
    }
}

/// Adds a label to every sample.
fn with_label(text: &str, name: &str, value: &str) -> String {
    let mut labelled = String::with_capacity(text.len() * 2);
    for line in text.lines() {
        let sample = line.split_once(' ').filter(|_| !line.starts_with('#'));
        // Writing to a String cannot fail.
        let _ = match sample.map(|(series, count)| (series.split_once('{'), series, count)) {
            None => writeln!(labelled, "{line}"),
            Some((Some((metric, labels)), _, count)) => {
                writeln!(labelled, "{metric}{{{name}=\"{value}\",{labels} {count}")
            }
            Some((None, series, count)) => {
                writeln!(labelled, "{series}{{{name}=\"{value}\"}} {count}")
            }
        };
    }
    labelled
}

/// Process metrics under their conventional names.
fn process(text: &mut String, started: Time) {
    head(text, "build_info", "gauge", "The version that runs.");
    let version = env!("CARGO_PKG_VERSION");
    // Writing to a String cannot fail.
    let _ = writeln!(text, "rollcall_build_info{{version=\"{version}\"}} 1");
    let _ = writeln!(
        text,
        "# HELP process_start_time_seconds When the server started, in seconds since the epoch.\n\
         # TYPE process_start_time_seconds gauge\n\
         process_start_time_seconds {:.2}",
        started.millis() as f64 / 1000.0
    );
    if let Some(bytes) = resident_bytes() {
        let _ = writeln!(
            text,
            "# HELP process_resident_memory_bytes Memory that the process holds.\n\
             # TYPE process_resident_memory_bytes gauge\n\
             process_resident_memory_bytes {bytes}"
        );
    }
}

/// Available on Linux only.
fn resident_bytes() -> Option<u64> {
    let status = std::fs::read_to_string("/proc/self/status").ok()?;
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    let kib: u64 = line.split_whitespace().next()?.parse().ok()?;
    Some(kib * 1024)
}

fn head(text: &mut String, name: &str, kind: &str, help: &str) {
    // Writing to a String cannot fail.
    let _ = writeln!(
        text,
        "# HELP rollcall_{name} {help}\n# TYPE rollcall_{name} {kind}"
    );
}
