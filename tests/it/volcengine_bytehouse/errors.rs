//! What the gateway and the service refuse, in which order, and in which envelope.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{get, post, target};
use crate::client::Answer;
use crate::server::{Server, demo};

#[track_caller]
fn check(server: &Server, method: &str, target: &str, expected: &str) {
    // A path prefix names the provider, whatever else the request looks like.
    let target = format!("/volcengine-bytehouse{target}");
    let answer = server.send(method, &target, &[], b"");
    if method == "HEAD" {
        assert_eq!(answer.status.to_string(), expected, "{method} {target}");
    } else {
        assert_eq!(answer.verdict(), expected, "{method} {target}");
    }
}

#[test]
fn action_and_version_have_to_be_in_the_query() {
    let server = demo();
    check(&server, "GET", "/", "400 MissingParameter");
    check(&server, "GET", "", "400 MissingParameter");
    check(
        &server,
        "GET",
        "/?Version=2024-08-31",
        "400 MissingParameter",
    );
    check(&server, "GET", "/?Action=ListUsers", "400 MissingParameter");
    check(
        &server,
        "GET",
        "/?Action=&Version=2024-08-31",
        "400 MissingParameter",
    );
    check(
        &server,
        "GET",
        "/?action=ListUsers&version=2024-08-31",
        "400 MissingParameter",
    );
    let answer = server.post_form("/", "Action=ListUsers&Version=2024-08-31");
    assert_eq!(answer.verdict(), "400 MissingParameter");
    let message = |target: &str| error(&server.get(target))["Message"].clone();
    assert_eq!(
        message("/?Version=2024-08-31"),
        "The request is missing Action parameter."
    );
    assert_eq!(
        message("/?Action=ListUsers"),
        "The request is missing Version parameter."
    );
}

#[test]
fn unknown_actions_versions_and_paths_are_not_found() {
    let server = demo();
    let version = "Version=2024-08-31";
    for action in [
        "ListUserz",
        "listusers",
        "LISTUSERS",
        "ListUsers%20",
        "CreateUser",
        "ListUsersAsync",
        "DeleteVolcInstance",
        "UpdateVolcInstance",
        "TagResources",
        "UntagResources",
        "%E5%BC%A0",
        "%00",
        "%FF",
    ] {
        let target = format!("/?Action={action}&{version}");
        check(&server, "GET", &target, "404 InvalidActionOrVersion");
        check(&server, "POST", &target, "404 InvalidActionOrVersion");
    }
    check(
        &server,
        "GET",
        "/?Action=ListUsers&Version=2018-04-12",
        "404 InvalidActionOrVersion",
    );
    check(
        &server,
        "GET",
        "/?Action=ListUsers&Version=2024-8-31",
        "404 InvalidActionOrVersion",
    );
    check(
        &server,
        "GET",
        "/?Action=ListUserz&Action=ListUsers&Version=2024-08-31",
        "404 InvalidActionOrVersion",
    );
    check(
        &server,
        "GET",
        "/x?Action=ListUsers&Version=2024-08-31",
        "404 InvalidActionOrVersion",
    );
    check(
        &server,
        "GET",
        "//?Action=ListUsers&Version=2024-08-31",
        "404 InvalidActionOrVersion",
    );
    check(&server, "GET", "/x", "404 InvalidActionOrVersion");
}

#[test]
fn other_methods_are_not_allowed_and_noticed_before_the_action() {
    let server = demo();
    let known = "/?Action=ListUsers&Version=2024-08-31";
    for method in ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "get"] {
        check(&server, method, known, "405 MethodNotAllowed");
        check(
            &server,
            method,
            "/?Action=X&Version=2024-08-31",
            "405 MethodNotAllowed",
        );
        check(&server, method, "/x", "405 MethodNotAllowed");
        check(
            &server,
            method,
            "/?Action=ListUsers",
            "400 MissingParameter",
        );
    }
    check(&server, "HEAD", known, "405");
    check(&server, "HEAD", "/?Action=ListUsers", "400");
}

/// `ResponseMetadata.Error` of a refusal, which has no Result.
#[track_caller]
fn error(answer: &Answer) -> Value {
    let body = answer.json();
    assert!(body.get("Result").is_none(), "{answer}");
    body["ResponseMetadata"]["Error"].clone()
}

#[test]
fn the_whole_answer_of_an_error_of_the_gateway() {
    insta::assert_snapshot!(demo().get("/?Action=ListUserz&Version=2024-08-31"));
}

#[test]
fn the_whole_answer_of_an_error_of_the_service() {
    insta::assert_snapshot!(get(&demo(), "ListUsers", "Limit=abc"));
}

#[test]
fn the_whole_answer_without_action_and_version() {
    insta::assert_snapshot!(demo().get("/volcengine-bytehouse/"));
}

#[test]
fn a_request_over_a_limit_is_answered_in_the_envelope() {
    let server = demo();
    let long = format!("{}&X={}", target("ListUsers"), "x".repeat(33_000));
    assert_eq!(server.get(&long).verdict(), "414 RequestURITooLong");
    let big = "x".repeat(33_000);
    let headers = [("x-date", "20240912T132732Z"), ("x-big", big.as_str())];
    let answer = server.send("GET", &target("ListUsers"), &headers, b"");
    assert_eq!(answer.verdict(), "431 RequestHeadersTooLarge");
    let body = vec![b' '; 13_000_000];
    let answer = server.send("POST", &target("ListUsers"), &[], &body);
    assert_eq!(answer.verdict(), "413 RequestBodyTooLarge");
}

/// Every row that a caller can raise: its name, and a request that raises it.
fn raise(server: &Server, name: &str) -> Option<Answer> {
    let long = "x".repeat(33_000);
    Some(match name {
        "BadRequest" => get(server, "GetUserDetail", "Username=nobody-here"),
        "FailedToGetRoleInMetadata" => post(server, "DeleteRole", &json!({ "RoleID": 999 })),
        "MissingParameter" => server.get("/?Action=ListUsers"),
        "InvalidActionOrVersion" => server.get("/?Action=CreateUser&Version=2024-08-31"),
        "MethodNotAllowed" => server.send("PUT", &target("ListUsers"), &[], b""),
        "RequestUriTooLong" => get(server, "ListUsers", &long),
        "RequestHeadersTooLarge" => {
            server.send("GET", &target("ListUsers"), &[("x-big", &long)], b"")
        }
        "RequestBodyTooLarge" => {
            server.send("POST", &target("ListUsers"), &[], &vec![b' '; 13_000_000])
        }
        _ => return None,
    })
}

#[test]
fn every_row_that_a_caller_can_raise_is_raised() {
    let server = demo();
    let rows = server
        .get("/_rollcall/errors?provider=volcengine-bytehouse")
        .json();
    let mut names = BTreeSet::new();
    for row in rows.as_array().expect("a table") {
        let name = row["name"].as_str().expect("a name");
        names.insert(name);
        if row["raised"] != "condition" {
            continue;
        }
        let answer = raise(&server, name).unwrap_or_else(|| panic!("no request raises {name}"));
        let error = error(&answer);
        assert_eq!(json!(answer.status), row["status"], "{name}");
        assert_eq!(error["Code"], row["code"], "{name}");
        assert_eq!(
            error.get("CodeN").cloned().unwrap_or_default(),
            row["number"],
            "{name}"
        );
        let message = row["message"].as_str().expect("a message");
        let told = error["Message"].as_str().expect("a message");
        for part in message.split("{}") {
            assert!(told.contains(part), "{name}: {told}");
        }
        // The journal tells the same row by its name.
        let entries = server
            .get("/_rollcall/journal?provider=volcengine-bytehouse")
            .json();
        assert_eq!(entries["entries"][0]["error"], name);
    }
    assert_eq!(names.len(), 34);
}

#[test]
fn the_journal_says_what_was_wrong() {
    let server = demo();
    let explained = |answer: &Answer| {
        assert_eq!(answer.status / 100, 4, "{answer}");
        let id = server.get("/_rollcall/journal").json()["entries"][0]["id"].to_string();
        let entry = server.get(&format!("/_rollcall/journal/{id}")).json();
        let lines = entry["explanation"].as_array().expect("lines").clone();
        lines
            .iter()
            .map(|line| line.as_str().expect("a text").to_owned())
            .collect::<Vec<_>>()
            .join("\n")
    };
    let told = explained(&get(&server, "ListUsers", "Limit=51x"));
    assert!(
        told.contains("Limit is \"51x\"; it takes a whole number from 0 to 2147483647"),
        "{told}"
    );
    let told = explained(&get(&server, "DeleteUser", "UserID=123"));
    assert!(
        told.contains("a user's ID differs from its UserID"),
        "{told}"
    );
    let told = explained(&server.get("/?Action=ListUser&Version=2024-08-31"));
    assert!(told.contains("Near: ListUsers"), "{told}");
    let told = explained(&server.post_form("/", "Action=ListUsers&Version=2024-08-31"));
    assert!(told.contains("reads it from the query only"), "{told}");
}

/// Every text and number of the gateway as the current lists have it, read back through a fault.
#[test]
fn the_rows_of_the_gateway_are_those_of_the_current_lists() {
    let server = demo();
    let check = |name: &str, status: u16, expected: &str| {
        let rule = json!({"match": {"provider": "volcengine-bytehouse"}, "effect": {"error": name}, "times": 1});
        let made = server.json("POST", "/_rollcall/faults", &rule.to_string());
        assert_eq!(made.status, 201, "{made}");
        let answer = get(&server, "ListUsers", "");
        let error = error(&answer);
        let shown = format!(
            "{} {} {}",
            error.get("CodeN").unwrap_or(&Value::Null),
            error["Code"].as_str().expect("a code"),
            error["Message"].as_str().expect("a message")
        );
        assert_eq!(
            (answer.status, shown.as_str()),
            (status, expected),
            "{name}"
        );
    };
    check(
        "UndefinedError",
        500,
        "100001 UndefinedError Undefined error.",
    );
    check(
        "MissingAuthenticationToken",
        401,
        "100003 MissingAuthenticationToken Request is missing Authentication Token.",
    );
    check(
        "ServiceShouldCallSelfApi",
        403,
        "100011 ServiceShouldCallSelfApi Service should call self api.",
    );
    check(
        "GatewayInternalError",
        500,
        "100014 InternalError Service has some internal Error. Pls Contact With Admin.",
    );
    // The code of two rows, and the name of the seed's: that is the one meant.
    check(
        "InternalError",
        500,
        "null InternalError The request has failed due to an unknown error.",
    );
    check(
        "FailToConnect",
        502,
        "100015 FailToConnect Top Fail to Connect to Internal Service. Pls Contact With Admin",
    );
    check(
        "InternalServiceTimeout",
        504,
        "100016 InternalServiceTimeout Internal Service is timeout. Pls Contact With Admin",
    );
    check(
        "InnerApiNeedAccountInfo",
        400,
        "100017 InnerApiNeedAccountInfo The inner request should have account info.",
    );
    check(
        "InternalServiceError",
        502,
        "100023 InternalServiceError Internal Service is error.",
    );
    check(
        "InvalidAuthorization",
        400,
        "100024 InvalidAuthorization Invalid 'Authorization' header, Pls check your authorization header.",
    );
    check(
        "InvalidCredential",
        400,
        "100025 InvalidCredential Invalid credential in 'Authorization', Pls check your authorization header.",
    );
}
