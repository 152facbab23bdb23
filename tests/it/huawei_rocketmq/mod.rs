//! Huawei Cloud DMS for RocketMQ.

mod auth;
mod errors;
mod lifecycle;
mod listing;
mod sdk_shapes;
mod seeds;

use serde_json::Value;

use crate::client::Answer;
use crate::server::Server;

pub(crate) const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
/// 4.8.0, access control on, RUNNING.
const A: &str = "68fdc9a8-805e-439d-8dd9-25adc1c58bf6";
/// 5.x.
const B: &str = "0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000";
/// 4.8.0, access control off, empty.
const C: &str = "7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800";
/// RESTARTING, with the user `while-restarting`.
const RESTARTING: &str = "4b8c3d2c-9d7f-4e5c-9a43-00004e57a470";
const UNKNOWN: &str = "00000000-0000-4000-8000-000000000000";

/// The list of an instance's users.
fn users(instance: &str) -> String {
    format!("/v2/{PROJECT}/instances/{instance}/users")
}

/// One user of an instance.
fn user(instance: &str, name: &str) -> String {
    format!("{}/{name}", users(instance))
}

/// Every user of an instance, by the pages of its list.
fn all_users(server: &Server, instance: &str) -> Vec<Value> {
    let mut all = Vec::new();
    loop {
        let page = server.get(&format!(
            "{}?limit=50&offset={}",
            users(instance),
            all.len()
        ));
        let rows = page.json()["users"].as_array().expect("a list").clone();
        if rows.is_empty() {
            assert_eq!(page.json()["total"], all.len());
            return all;
        }
        all.extend(rows);
    }
}

fn names(users: &[Value]) -> Vec<String> {
    let name = |user: &Value| user["access_key"].as_str().expect("a name").to_owned();
    users.iter().map(name).collect()
}

/// What the journal says about the last call.
fn explanation(server: &Server) -> String {
    let journal = server.get("/_rollcall/journal").json();
    let id = journal["entries"]
        .as_array()
        .and_then(|entries| entries.iter().map(|entry| entry["id"].as_u64()).max())
        .flatten()
        .expect("the journal has entries");
    server.get(&format!("/_rollcall/journal/{id}")).json()["explanation"].to_string()
}

#[track_caller]
fn verdict(answer: &Answer, expected: &str) {
    assert_eq!(answer.verdict(), expected, "{answer}");
}
