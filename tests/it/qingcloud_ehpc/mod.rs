//! QingCloud EHPC.

mod auth;
mod errors;
mod lifecycle;
mod listing;
mod sdk_shapes;
mod seeds;

use std::path::PathBuf;

use serde_json::Value;

use crate::client::Answer;
use crate::server::{Server, frozen, with};

/// What every call has to have.
const COMMON: &str = "zone=jn1a&timestamp=2024-05-20T08:30:00Z";
/// The cluster of the document; the demo has more than two default pages of users in it.
const CLUSTER: &str = "hpc-qig9xu97";
/// Another one.
const EHPC: &str = "ehpc-8jqdq0mz";
const PASSWORD: &str = "kUISjs@kkkkkk!1";

/// The answer to a list of users.
#[track_caller]
fn users(server: &Server, query: &str) -> Answer {
    server.get(&format!("/api/user?{COMMON}&{query}"))
}

/// The names in a list of users.
fn names(answer: &Answer) -> Vec<String> {
    column(answer, "users_set", "username")
}

/// One field of every row of a list.
fn column(answer: &Answer, list: &str, field: &str) -> Vec<String> {
    let body = answer.json();
    let rows = body[list]
        .as_array()
        .unwrap_or_else(|| panic!("no {list} in {body}"));
    rows.iter()
        .map(|row| row[field].as_str().expect("a string").to_owned())
        .collect()
}

/// A write, as the documents have it: common parameters in the query, the rest in a JSON body.
#[track_caller]
fn write(server: &Server, operation: &str, body: &Value) -> Answer {
    server.json(
        "POST",
        &format!("/api/user/{operation}?{COMMON}"),
        &body.to_string(),
    )
}

/// A server that holds what the documents show, and nothing else.
fn documents() -> Server {
    with(frozen().seed([PathBuf::from(concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/qingcloud_ehpc/documents.json"
    ))]))
}
