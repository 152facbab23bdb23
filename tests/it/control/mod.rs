//! The control plane, over HTTP as a tester meets it; `client.rs` of the crate is in `library.rs`.

mod addresses;
mod attempt;
mod clock;
mod console;
mod faults;
mod forms;
mod journal;
mod library;
mod metrics;
mod namespaces;
mod records;
mod safety;
mod waiting;
mod wording;

use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::Server;

/// The demo's RocketMQ project and an instance of it with users.
pub(crate) const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
pub(crate) const INSTANCE: &str = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";
/// The list of that instance's users.
pub(crate) const USERS: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";
/// The provider that the tests here call.
pub(crate) const ROCKETMQ: &str = "huawei-rocketmq";

/// Lists users in a namespace.
#[track_caller]
pub(crate) fn list(server: &Server, namespace: &str) -> Answer {
    server.send("GET", USERS, &[("x-rollcall-namespace", namespace)], b"")
}

/// How many users a namespace's instance has.
#[track_caller]
pub(crate) fn total(server: &Server, namespace: &str) -> u64 {
    let answer = list(server, namespace);
    answer.json()["total"]
        .as_u64()
        .unwrap_or_else(|| panic!("no total in {answer}"))
}

/// A seed document with users of the demo's instance; `tester-` goes before each name, for short ones are refused.
pub(crate) fn users(names: &[&str]) -> Value {
    let users: Vec<Value> = names
        .iter()
        .map(|name| json!({ "access_key": format!("tester-{name}"), "secret_key": "Secret-0f-it" }))
        .collect();
    json!({ ROCKETMQ: { "users": [{ "project_id": PROJECT, "instance_id": INSTANCE, "users": users }] } })
}

/// Adds a user, as the nearest thing to a write that every provider has.
#[track_caller]
pub(crate) fn add_user(server: &Server, namespace: &str, name: &str) {
    let target = format!("/_rollcall/namespaces/{namespace}/seed");
    let answer = server.json("POST", &target, &users(&[name]).to_string());
    assert_eq!(answer.status, 200, "{answer}");
}

/// The status and the JSON of a call that must not fail.
#[track_caller]
pub(crate) fn done(answer: &Answer) -> Value {
    assert!((200..300).contains(&answer.status), "{answer}");
    answer.json()
}

/// A problem: its status, its pointer, and a part of its sentence.
#[track_caller]
pub(crate) fn refused(answer: &Answer, status: u16, pointer: &str, sentence: &str) {
    assert_eq!(answer.status, status, "{answer}");
    assert_eq!(
        answer.header("content-type"),
        Some("application/problem+json"),
        "{answer}"
    );
    let problem = answer.json();
    assert_eq!(
        problem["pointer"].as_str().unwrap_or_default(),
        pointer,
        "{answer}"
    );
    let detail = problem["detail"].as_str().unwrap_or_default();
    assert!(detail.contains(sentence), "{detail}");
}
