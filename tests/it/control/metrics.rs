//! Prometheus text: well formed, and it counts.

use std::collections::BTreeMap;

use super::{USERS, list};
use crate::server::{Server, demo, frozen, with};

/// The samples, by name and labels; panics where the text is not in the format.
fn samples(server: &Server) -> BTreeMap<String, f64> {
    let answer = server.get("/_rollcall/metrics");
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; version=0.0.4; charset=utf-8")
    );
    assert!(answer.text().ends_with('\n'));
    let mut types: BTreeMap<&str, &str> = BTreeMap::new();
    let mut helped = Vec::new();
    let mut samples = BTreeMap::new();
    for line in answer.text().lines() {
        if let Some(help) = line.strip_prefix("# HELP ") {
            helped.push(help.split_once(' ').expect("a text").0);
        } else if let Some(kind) = line.strip_prefix("# TYPE ") {
            let (name, kind) = kind.split_once(' ').expect("a type");
            assert!(["counter", "gauge", "histogram"].contains(&kind), "{line}");
            assert_eq!(helped.last(), Some(&name), "a type follows its help");
            assert_eq!(types.insert(name, kind), None, "{name} twice");
        } else {
            let (sample, value) = line.rsplit_once(' ').expect("a value");
            let (name, labels) = sample.split_once('{').unwrap_or((sample, "}"));
            let family = ["_bucket", "_sum", "_count"]
                .iter()
                .filter_map(|suffix| name.strip_suffix(suffix))
                .find(|family| types.get(family) == Some(&"histogram"))
                .unwrap_or(name);
            assert!(types.contains_key(family), "{name} has no type");
            assert!(
                name.bytes()
                    .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_'),
                "{line}"
            );
            assert!(
                types[family] != "counter" || name.ends_with("_total"),
                "{line}"
            );
            let labels = labels.strip_suffix('}').expect("closed labels");
            for label in labels.split(',').filter(|label| !label.is_empty()) {
                let (_, value) = label.split_once('=').expect("a label");
                assert!(
                    value.len() >= 2 && value.starts_with('"') && value.ends_with('"'),
                    "{line}"
                );
            }
            let value = value.parse().expect("a number");
            assert_eq!(
                samples.insert(sample.to_owned(), value),
                None,
                "{sample} twice"
            );
        }
    }
    samples
}

#[test]
fn calls_are_counted_by_provider_operation_and_outcome() {
    let server = demo();
    list(&server, "a");
    list(&server, "a");
    server.get(&format!("{USERS}?limit=0"));
    server.get("/nobody\"\\x");
    let samples = samples(&server);
    let calls = |labels: &str| samples[&format!("rollcall_calls_total{{{labels}}}")];
    assert_eq!(
        calls(r#"provider="",operation="",outcome="unclaimed",code="""#),
        1.0
    );
    assert_eq!(
        calls(r#"provider="huawei-rocketmq",operation="ListUser",outcome="ok",code="""#),
        2.0
    );
    assert_eq!(
        calls(
            r#"provider="huawei-rocketmq",operation="ListUser",outcome="LimitInvalid",code="DMS.00400062""#
        ),
        1.0
    );
    assert_eq!(samples["rollcall_namespaces"], 2.0);
    assert_eq!(samples["rollcall_journal_entries"], 4.0);
}

#[test]
fn the_histogram_adds_up() {
    let server = demo();
    for _ in 0..5 {
        list(&server, "default");
    }
    let samples = samples(&server);
    let buckets: Vec<(f64, f64)> = samples
        .iter()
        .filter_map(|(name, count)| {
            let bound = name.strip_prefix("rollcall_call_seconds_bucket{le=\"")?;
            let bound = bound.trim_end_matches("\"}").replace("+Inf", "inf");
            Some((bound.parse().expect("a bound"), *count))
        })
        .collect();
    let mut sorted = buckets;
    sorted.sort_by(|a, b| a.0.total_cmp(&b.0));
    assert!(sorted.is_sorted_by(|a, b| a.1 <= b.1), "{sorted:?}");
    assert_eq!(sorted.last().map(|bucket| bucket.1), Some(5.0));
    assert_eq!(samples["rollcall_call_seconds_count"], 5.0);
    assert!(0.0 < samples["rollcall_call_seconds_sum"]);
}

#[test]
fn what_the_journal_drops_is_counted_for_good() {
    let server = with(frozen().journal(1));
    list(&server, "default");
    list(&server, "default");
    assert_eq!(samples(&server)["rollcall_journal_dropped_total"], 1.0);
    server.json("DELETE", "/_rollcall/journal", "");
    assert_eq!(
        samples(&server)["rollcall_journal_dropped_total"],
        1.0,
        "a counter never goes back"
    );
    assert_eq!(samples(&server)["rollcall_journal_bytes"], 0.0);
    server.json("POST", "/_rollcall/faults", r#"{"effect":"hang"}"#);
    assert_eq!(samples(&server)["rollcall_faults"], 1.0);
}
