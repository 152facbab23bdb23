//! What was counted since the start, as Prometheus text.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::sync::{Mutex, PoisonError};
use std::time::Duration;

/// Upper bounds of the latency histogram's buckets, in seconds.
const BUCKETS: [f64; 12] = [
    0.000_05, 0.000_1, 0.000_25, 0.000_5, 0.001, 0.002_5, 0.005, 0.01, 0.05, 0.25, 1.0, 5.0,
];

/// The labels of a call: the provider, the operation (empty for what is none) and the name of the error (or `ok`).
type Labels = (&'static str, &'static str, &'static str);

/// Calls by provider, operation and outcome, and how long they took.
#[derive(Debug, Default)]
pub(crate) struct Metrics {
    counted: Mutex<Counted>,
}

#[derive(Debug, Default)]
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

    /// The counts as Prometheus text, with the gauges that somebody else knows.
    pub(crate) fn text(&self, gauges: &[(&str, &str, u64)]) -> String {
        let counted = self.counted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut text = String::from(
            "# HELP rollcall_calls_total Provider calls answered.\n# TYPE rollcall_calls_total counter\n",
        );
        for ((provider, operation, outcome), count) in &counted.calls {
            // Writing to a String cannot fail.
            let _ = writeln!(
                text,
                "rollcall_calls_total{{provider=\"{provider}\",operation=\"{operation}\",outcome=\"{outcome}\"}} {count}"
            );
        }
        text.push_str(
            "# HELP rollcall_call_seconds How long calls took inside of rollcall.\n# TYPE rollcall_call_seconds histogram\n",
        );
        let mut below = 0;
        for (bound, count) in BUCKETS.iter().zip(counted.buckets) {
            below += count;
            let _ = writeln!(
                text,
                "rollcall_call_seconds_bucket{{le=\"{bound}\"}} {below}"
            );
        }
        let Counted { seconds, count, .. } = &*counted;
        let _ = writeln!(text, "rollcall_call_seconds_bucket{{le=\"+Inf\"}} {count}");
        let _ = writeln!(
            text,
            "rollcall_call_seconds_sum {seconds}\nrollcall_call_seconds_count {count}"
        );
        for (name, help, value) in gauges {
            let _ = writeln!(
                text,
                "# HELP {name} {help}\n# TYPE {name} gauge\n{name} {value}"
            );
        }
        text
    }
}
