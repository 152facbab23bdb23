//! Alibaba Cloud E-HPC.

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

/// The documents' cluster.
const CLUSTER: &str = "ehpc-hz-vu7c2WkVGx";
/// A cluster that is not running.
const BROKEN: &str = "ehpc-hz-9T3xxStop1";
/// A cluster without users.
const EMPTY: &str = "ehpc-hz-Empty2024a";
/// A cluster whose domain holds names that AddUsers would not take.
const DOMAIN: &str = "ehpc-hz-Ldap2023zh";
/// The cluster of 2024-07-30.
const NEXT: &str = "ehpc-hz-Next240730";
/// A cluster of 2024-07-30 that is not running.
const NEXT_STOPPED: &str = "ehpc-sh-Stopped01";

/// The target of a call of 2018-04-12; `query` goes behind Action and Version.
fn v2018(action: &str, query: &str) -> String {
    target(action, "2018-04-12", query)
}

/// The target of a call of 2024-07-30.
fn v2024(action: &str, query: &str) -> String {
    target(action, "2024-07-30", query)
}

fn target(action: &str, version: &str, query: &str) -> String {
    let separator = if query.is_empty() { "" } else { "&" };
    format!("/?Action={action}&Version={version}{separator}{query}")
}

/// ListUsersAsync of the documents' cluster.
fn list(query: &str) -> String {
    v2018("ListUsersAsync", &format!("ClusterId={CLUSTER}&{query}"))
}

/// A query of these pairs, escaped.
fn query(pairs: &[(&str, &str)]) -> String {
    form_urlencoded::Serializer::new(String::new())
        .extend_pairs(pairs)
        .finish()
}

/// The data of the documents' samples, and nothing else.
fn documents() -> Server {
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/aliyun_ehpc/documents.json"
    );
    with(frozen().seed([PathBuf::from(file)]))
}

/// The users in a list's answer, of either Version.
fn names(answer: &Answer) -> Vec<String> {
    let body = answer.json();
    let users = body["Users"]["UserInfo"].as_array();
    let name = |user: &Value| {
        let name = user["Name"].as_str().or_else(|| user["UserName"].as_str());
        name.expect("a user has a name").to_owned()
    };
    users
        .unwrap_or_else(|| panic!("no list: {answer}"))
        .iter()
        .map(name)
        .collect()
}

/// The parameter that an InvalidParams names, or the user that a 406 names; the code where there is neither.
#[track_caller]
fn blamed(answer: &Answer) -> String {
    let body = answer.json();
    let (code, message) = (
        body["Code"].as_str().unwrap_or_default(),
        body["Message"].as_str().unwrap_or_default(),
    );
    let between = |before: &str, after: &str| {
        message
            .strip_prefix(before)
            .and_then(|rest| rest.strip_suffix(after))
            .unwrap_or_else(|| panic!("not the text of {code}: {message}"))
            .to_owned()
    };
    match code {
        "InvalidParams" => between("The specified parameter ", " is invalid."),
        "AgentError.Account.UserAlreadyExist" => {
            between("The specified user already exists in domain: ", ".")
        }
        "AgentError.Account.UserNotExist" => {
            between("The specified user does not exist in domain: ", ".")
        }
        "" => answer.verdict(),
        code => code.to_owned(),
    }
}
