//! Huawei Cloud IAM.

mod auth;
mod errors;
mod lifecycle;
mod listing;
mod sdk_shapes;
mod seeds;

use serde_json::{Value, json};

use crate::client::Answer;
use crate::server::Server;

const PROJECT: &str = "0bec5db98280d2d02fd6c00c2de791ce";
const DOMAIN: &str = "d78cbac186b744899480f25bd022f468";
const USER: &str = "7116d09f88fa41908676fdd4b039e95b";
const TOKENS: &str = "/v3/auth/tokens";

/// The documented body: a user with a password, and a scope.
fn password(scope: &Value) -> Value {
    json!({ "auth": {
        "identity": { "methods": ["password"], "password": { "user": {
            "name": "IAMUser", "password": "IAMPassword", "domain": { "name": "IAMDomain" },
        } } },
        "scope": scope,
    } })
}

/// Asks for a token.
fn ask(server: &Server, body: &Value) -> Answer {
    server.json("POST", TOKENS, &body.to_string())
}

/// A token for the demo's project.
#[track_caller]
fn token(server: &Server) -> String {
    let answer = ask(
        server,
        &password(&json!({ "project": { "name": "cn-north-4" } })),
    );
    assert_eq!(answer.status, 201, "{answer}");
    subject(&answer)
}

#[track_caller]
fn subject(answer: &Answer) -> String {
    answer
        .header("x-subject-token")
        .expect("a token")
        .to_owned()
}
