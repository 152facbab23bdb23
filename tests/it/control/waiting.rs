//! Lists of the journal that wait for a call, and what they let through.

use std::thread;
use std::time::{Duration, Instant};

use rollcall::{Options, Rollcall};
use serde_json::{Value, json};

use super::{done, list, refused};
use crate::client::{Answer, TIMEOUT};
use crate::server::{Server, demo};

fn journal(server: &Server, query: &str) -> Answer {
    server.get(&format!("/_rollcall/journal?{query}"))
}

#[track_caller]
fn ids(server: &Server, query: &str) -> Vec<Value> {
    let list = done(&journal(server, query));
    let entries = list["entries"].as_array().expect("a list");
    entries.iter().map(|entry| entry["id"].clone()).collect()
}

#[test]
fn it_answers_at_once_where_there_is_something_new() {
    let server = demo();
    list(&server, "default");
    let begun = Instant::now();
    assert_eq!(ids(&server, "since=0&wait_ms=60000"), [1]);
    // What asks for an earlier run's entries learns where this one is.
    assert_eq!(done(&journal(&server, "since=99&wait_ms=60000"))["last"], 1);
    assert_eq!(done(&journal(&server, "limit=0&wait_ms=60000"))["last"], 1);
    assert!(begun.elapsed() < TIMEOUT);
}

#[test]
fn it_waits_for_a_call_that_the_filters_let_through() {
    let server = demo();
    let found = thread::scope(|scope| {
        let waiting = scope.spawn(|| ids(&server, "namespace=suite&failed=true&wait_ms=60000"));
        thread::sleep(Duration::from_millis(100));
        list(&server, "other");
        list(&server, "suite");
        assert!(!waiting.is_finished());
        server.send("GET", "/nobody", &[("x-rollcall-namespace", "suite")], b"");
        waiting.join().expect("an answer")
    });
    assert_eq!(found, [3]);
}

#[test]
fn without_a_call_it_answers_an_empty_list_at_the_end_of_the_wait() {
    let server = demo();
    list(&server, "default");
    let begun = Instant::now();
    let waited = done(&journal(&server, "since=1&wait_ms=150"));
    assert_eq!(waited, json!({ "last": 1, "dropped": 0, "entries": [] }));
    assert!(150 <= begun.elapsed().as_millis());
    for wrong in [
        "wait_ms=-1",
        "wait_ms=soon",
        "wait_ms=1.5",
        "wait_ms=18446744073709551616",
    ] {
        refused(&journal(&server, wrong), 400, "", "wait_ms");
    }
    let answer = server.json("DELETE", "/_rollcall/journal?wait_ms=1", "");
    refused(&answer, 400, "", "wait_ms applies only to lists");
}

#[test]
fn a_wait_ends_when_the_server_stops() {
    for target in ["journal?wait_ms=60000", "journal/verify"] {
        let rollcall = Rollcall::start_with(&Options::default()).expect("it starts");
        let url = format!("{}/_rollcall/{target}", rollcall.url());
        let waiting = thread::spawn(move || {
            let client = reqwest::blocking::Client::builder().no_proxy().build();
            let client = client.expect("a client");
            let request = if url.ends_with("verify") {
                let never = json!({ "match": {}, "count": { "at_least": 1 }, "wait_ms": 60_000 });
                client.post(url).body(never.to_string())
            } else {
                client.get(url)
            };
            request.send().map(|answer| answer.status().as_u16())
        });
        thread::sleep(Duration::from_millis(200));
        let begun = Instant::now();
        drop(rollcall);
        let status = waiting.join().expect("no panic").expect("an answer, whole");
        assert!([200, 409].contains(&status), "{target}: {status}");
        assert!(begun.elapsed() < TIMEOUT);
    }
}

#[test]
fn what_failed_and_a_class_of_statuses_can_be_asked_for() {
    let server = demo();
    list(&server, "default");
    server.get("/nobody");
    // QingCloud says in a 200 that something is wrong.
    let answer = server.get("/api/user?zone=jn1a&timestamp=x");
    assert_eq!(answer.status, 200);
    for (query, expected) in [
        ("failed=true", vec![3, 2]),
        ("failed=false", vec![1]),
        ("status=2xx", vec![3, 1]),
        ("status=4xx", vec![2]),
        ("status=404", vec![2]),
        ("status=5xx", vec![]),
        ("status=2xx&failed=true", vec![3]),
    ] {
        assert_eq!(ids(&server, query), expected, "{query}");
    }
    for (wrong, sentence) in [
        ("status=xx", "invalid status"),
        ("status=0xx", "invalid status"),
        ("status=10xx", "invalid status"),
        ("status=4XX", "invalid status"),
        ("status=", "invalid status"),
        ("status=-1", "invalid status"),
        ("status=70000", "invalid status"),
        ("failed=maybe", "failed"),
    ] {
        refused(&journal(&server, wrong), 400, "", sentence);
    }
    let cleared = done(&server.json("DELETE", "/_rollcall/journal?failed=true", ""));
    assert_eq!(cleared["cleared"], 2);
    assert_eq!(ids(&server, ""), [1]);
}
