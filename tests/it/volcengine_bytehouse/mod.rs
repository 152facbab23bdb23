//! Volcengine ByteHouse.

mod auth;
mod errors;
mod lifecycle;
mod listing;
mod model;
mod privileges;
mod sdk_shapes;
mod seeds;

use std::path::PathBuf;

use serde_json::Value;

use crate::client::Answer;
use crate::server::{Server, frozen, with};

/// The address of an action.
fn target(action: &str) -> String {
    format!("/?Action={action}&Version=2024-08-31")
}

/// An action with a JSON body, as the typed SDKs call it.
#[track_caller]
fn post(server: &Server, action: &str, body: &Value) -> Answer {
    server.json("POST", &target(action), &body.to_string())
}

/// An action with a query behind its address.
#[track_caller]
fn get(server: &Server, action: &str, query: &str) -> Answer {
    server.get(&format!("{}&{query}", target(action)))
}

/// `Result.Data` of a success.
#[track_caller]
fn data(answer: &Answer) -> Value {
    assert_eq!(answer.status, 200, "{answer}");
    answer.json()["Result"]["Data"].take()
}

/// A server that holds what the documents show and nothing else.
fn documents() -> Server {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/volcengine_bytehouse/documents.json"
    );
    with(frozen().seed([PathBuf::from(file)]))
}

/// Every user of the list, whole.
#[track_caller]
fn everyone(server: &Server) -> Vec<Value> {
    let answer = get(server, "ListUsers", "Limit=2147483647");
    data(&answer)["Users"]
        .as_array()
        .expect("a list of users")
        .clone()
}

/// Texts under that key of every row.
fn texts(rows: &Value, key: &str) -> Vec<String> {
    let rows = rows.as_array().expect("a list");
    rows.iter()
        .map(|row| row[key].as_str().expect("a text").to_owned())
        .collect()
}
