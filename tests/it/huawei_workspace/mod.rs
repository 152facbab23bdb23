//! Huawei Cloud Workspace.

pub(crate) mod auth;
mod bodies;
mod catalogue;
mod errors;
mod lifecycle;
mod listing;
mod sdk_shapes;
mod seeds;

use std::path::PathBuf;

use rollcall::Options;
use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::{Server, frozen};

/// The demo's project.
pub(crate) const PROJECT: &str = "/v2/0bec5db98280d2d02fd6c00c2de791ce";
/// A project that nobody has written to.
pub(crate) const ANOTHER: &str = "/v2/ffffffffffffffffffffffffffffffff";
/// The first user of the document.
pub(crate) const API_TEST: &str = "8a2c3f9579d240820179d51e6caf0001";
/// The group `design` of the demo.
pub(crate) const DESIGN: &str = "8a2c3f9579d240820179d51e6cb00001";
/// A well-formed id of nobody.
pub(crate) const NOBODY: &str = "00000000000000000000000000000000";

/// The data of the document and nothing else.
pub(crate) fn documents() -> Options {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/huawei_workspace/documents.json"
    );
    frozen().seed([PathBuf::from(file)])
}

/// A field of every element of a list, as text.
#[track_caller]
pub(crate) fn column(answer: &Answer, list: &str, field: &str) -> Vec<String> {
    let body = answer.json();
    let rows = body[list]
        .as_array()
        .unwrap_or_else(|| panic!("no {list} in {answer}"));
    rows.iter()
        .map(|row| row[field].as_str().unwrap_or_default().to_owned())
        .collect()
}

/// The names of the users on a page of `{project}/users?{query}`.
#[track_caller]
pub(crate) fn names(server: &Server, project: &str, query: &str) -> Vec<String> {
    column(
        &server.get(&format!("{project}/users?{query}")),
        "users",
        "user_name",
    )
}

/// Creates a user that only has what it must; gives its id.
#[track_caller]
pub(crate) fn create(server: &Server, project: &str, user_name: &str) -> String {
    let body = json!({ "user_name": user_name, "user_email": "a@example.com" });
    let answer = server.json("POST", &format!("{project}/users"), &body.to_string());
    assert_eq!(answer.status, 201, "{answer}");
    answer.json()["id"].as_str().expect("an id").to_owned()
}

/// Creates a group; gives its id, which only the list tells.
#[track_caller]
pub(crate) fn create_group(server: &Server, project: &str, name: &str) -> String {
    let body = json!({ "group_name": name, "platform_type": "LOCAL" });
    let answer = server.json("POST", &format!("{project}/groups"), &body.to_string());
    assert_eq!((answer.status, answer.text()), (201, "{}"));
    let list = server.get(&format!("{project}/groups"));
    let names = column(&list, "user_groups", "name");
    let at = names
        .iter()
        .position(|known| known == name)
        .expect("the new group is in the list");
    column(&list, "user_groups", "id")[at].clone()
}

/// A user as shown.
#[track_caller]
pub(crate) fn show(server: &Server, project: &str, id: &str) -> Value {
    let answer = server.get(&format!("{project}/users/{id}"));
    assert_eq!(answer.status, 200, "{answer}");
    answer.json()["user_detail"].clone()
}

/// The explanation that the journal has for the newest call.
pub(crate) fn explanation(server: &Server) -> String {
    let list = server.get("/_rollcall/journal").json();
    let id = list["entries"][0]["id"].as_u64().expect("an entry");
    server.get(&format!("/_rollcall/journal/{id}")).json()["explanation"].to_string()
}
