//! Every row of the error table that a caller can raise, and what bodies are refused.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{TOKENS, password};
use crate::client::Answer;
use crate::server::{Server, demo};

/// Every row that a caller can raise, and its status, code and text as huawei-auth.md 4 and 7 have them.
const CONDITIONS: &[(&str, &str, &str)] = &[
    ("BodyInvalid", "400 400", "The request body is invalid"),
    (
        "SubjectTokenInvalid",
        "404 404",
        "X-Subject-Token is invalid in the request",
    ),
    (
        "ApiNotFound",
        "404 APIGW.0101",
        "The API does not exist or has not been published in the environment",
    ),
    (
        "MethodNotRegistered",
        "404 APIGW.0101",
        "The API does not exist.",
    ),
    (
        "BodyTooLarge",
        "413 APIGW.0201",
        "Request entity too large.",
    ),
    ("UriTooLarge", "414 APIGW.0201", "Request URI too large."),
    (
        "HeadersTooLarge",
        "494 APIGW.0201",
        "Request headers too large.",
    ),
];

/// What raises each of them.
fn raise(server: &Server, row: &str) -> Answer {
    let long = "x".repeat(33 * 1024);
    match row {
        "BodyInvalid" => server.json("POST", TOKENS, "{}"),
        "SubjectTokenInvalid" => server.get(TOKENS),
        "ApiNotFound" => server.get("/v3/projects/x/y"),
        "MethodNotRegistered" => server.json("DELETE", TOKENS, ""),
        "BodyTooLarge" => server.json("POST", TOKENS, &"x".repeat(13 * 1024 * 1024)),
        "UriTooLarge" => server.get(&format!("/v3/projects?name={long}")),
        "HeadersTooLarge" => server.send("GET", "/v3/projects", &[("x-long", &long)], b""),
        _ => panic!("no test raises {row}"),
    }
}

#[test]
fn every_condition_is_raised_with_its_status_code_and_text() {
    let server = demo();
    let table = server.get("/_rollcall/errors?provider=huawei-iam").json();
    let rows = table.as_array().expect("a table");
    let names: BTreeSet<_> = rows.iter().map(|row| row["name"].as_str()).collect();
    assert_eq!(names.len(), rows.len(), "a name is there twice");
    let conditions = rows.iter().filter(|row| row["raised"] == "condition");
    let conditions: BTreeSet<_> = conditions.map(|row| row["name"].as_str()).collect();
    let expected: BTreeSet<_> = CONDITIONS.iter().map(|(name, ..)| Some(*name)).collect();
    assert_eq!(conditions, expected);
    for (name, verdict, text) in CONDITIONS {
        let answer = raise(&server, name);
        assert_eq!(answer.verdict(), *verdict, "{name}");
        let body = answer.json();
        let places = ["/error/message", "/error_msg"];
        let said = places.into_iter().find_map(|place| body.pointer(place));
        assert_eq!(said, Some(&json!(text)), "{name}");
    }
}

#[test]
fn the_whole_answers_of_errors() {
    let server = demo();
    insta::assert_snapshot!(server.json("POST", TOKENS, "{}"));
    insta::assert_snapshot!(server.get(TOKENS).text(), @r#"{"error":{"code":404,"message":"X-Subject-Token is invalid in the request","title":"Not Found"}}"#);
    insta::assert_snapshot!(server.get("/v3/regions"));
}

#[test]
fn bodies_that_lack_something_are_refused_and_explained() {
    #[track_caller]
    fn check(server: &Server, body: &Value, reason: &str) {
        let answer = server.json("POST", TOKENS, &body.to_string());
        assert_eq!(answer.verdict(), "400 400", "{body}");
        assert_eq!(
            answer.json()["error"]["message"],
            "The request body is invalid"
        );
        let journal = server.get("/_rollcall/journal").json();
        let id = journal["entries"]
            .as_array()
            .into_iter()
            .flatten()
            .filter_map(|entry| entry["id"].as_u64())
            .max();
        let entry = server.get(&format!("/_rollcall/journal/{}", id.expect("an entry")));
        let explanation = entry.json()["explanation"].to_string();
        assert!(explanation.contains(reason), "{explanation}");
    }
    let server = demo();
    let identity = |identity: Value| json!({ "auth": { "identity": identity } });
    let user =
        |user: Value| identity(json!({ "methods": ["password"], "password": { "user": user } }));
    check(&server, &json!([]), "not an object");
    check(&server, &json!({}), "auth is missing");
    check(&server, &json!({ "auth": 1 }), "auth has to be an object");
    check(&server, &json!({ "auth": {} }), "auth.identity is missing");
    check(&server, &identity(json!({})), "auth.identity.methods takes");
    check(
        &server,
        &identity(json!({ "methods": [] })),
        "auth.identity.methods takes",
    );
    check(
        &server,
        &identity(json!({ "methods": "password" })),
        "auth.identity.methods takes",
    );
    check(
        &server,
        &identity(json!({ "methods": ["password", "saml2"] })),
        "auth.identity.methods takes",
    );
    check(
        &server,
        &identity(
            json!({ "methods": ["totp"], "totp": { "user": { "id": "x" }, "passcode": "1" } }),
        ),
        "needs one of",
    );
    check(
        &server,
        &identity(json!({ "methods": ["password"] })),
        "auth.identity.password is missing",
    );
    check(
        &server,
        &user(json!(null)),
        "auth.identity.password.user is missing",
    );
    check(
        &server,
        &user(json!({ "name": "x", "domain": { "name": "d" } })),
        "user.password is missing",
    );
    check(
        &server,
        &user(json!({ "name": "x", "domain": { "name": "d" }, "password": 1 })),
        "user.password has to be a string",
    );
    check(
        &server,
        &user(json!({ "name": "x", "password": "p" })),
        "domain needs the name or id",
    );
    check(
        &server,
        &user(json!({ "name": "x", "password": "p", "domain": {} })),
        "user.domain.name is missing",
    );
    check(
        &server,
        &user(json!({ "name": "", "password": "p", "domain": { "id": "d" } })),
        "user.name is empty",
    );
    check(
        &server,
        &user(json!({ "id": 7, "password": "p" })),
        "user.id has to be a string",
    );
    check(
        &server,
        &identity(
            json!({ "methods": ["password", "totp"], "password": { "user": { "id": "x", "password": "p" } } }),
        ),
        "auth.identity.totp is missing",
    );
    check(
        &server,
        &identity(json!({ "methods": ["token"] })),
        "auth.identity.token is missing",
    );
    check(
        &server,
        &identity(json!({ "methods": ["token"], "token": { "id": "" } })),
        "auth.identity.token.id is empty",
    );
    check(
        &server,
        &identity(json!({ "methods": ["assume_role"], "assume_role": { "agency_name": "a" } })),
        "assume_role.domain_name is missing",
    );
    check(
        &server,
        &identity(json!({ "methods": ["assume_role"], "assume_role": { "domain_name": "d" } })),
        "assume_role.agency_name is missing",
    );
    check(
        &server,
        &password(&json!({ "project": {} })),
        "auth.scope.project.name is missing",
    );
    check(
        &server,
        &password(&json!({ "project": { "name": 1 } })),
        "auth.scope.project.name has to be a string",
    );
    check(
        &server,
        &password(&json!({ "project": "cn-north-4" })),
        "auth.scope.project has to be an object",
    );
    check(
        &server,
        &password(&json!("cn-north-4")),
        "auth.scope has to be an object",
    );
}

#[test]
fn names_and_methods_end_somewhere() {
    let server = demo();
    let check = |body: &Value, expected: &str| {
        let answer = server.json("POST", TOKENS, &body.to_string());
        assert_eq!(answer.verdict(), expected, "{body}");
    };
    for (length, expected) in [(64, "201"), (65, "400 400")] {
        let name = "名".repeat(length);
        let user = |user: &Value| {
            let mut user = user.clone();
            user["password"] = json!("x");
            json!({ "auth": { "identity": { "methods": ["password"], "password": { "user": user } } } })
        };
        check(&user(&json!({ "id": name })), expected);
        let domain = json!({ "name": "IAMDomain" });
        check(&user(&json!({ "name": name, "domain": domain })), expected);
        for by in ["id", "name"] {
            let long = json!({ by: name });
            check(&user(&json!({ "name": "u", "domain": long })), expected);
            check(&password(&json!({ "project": long })), expected);
            check(&password(&json!({ "domain": long })), expected);
        }
        let agency = |domain: &str, agency: &str| {
            json!({ "auth": { "identity": { "methods": ["assume_role"], "assume_role": {
                "domain_name": domain, "agency_name": agency,
            } } } })
        };
        check(&agency(&name, "a"), expected);
        check(&agency("d", &name), expected);
    }
    let methods = |count| {
        let mut body = password(&json!(null));
        body["auth"]["identity"]["methods"] = json!(vec!["password"; count]);
        body
    };
    check(&methods(4), "201");
    check(&methods(5), "400 400");
    // Tokens are no names.
    let token = json!({ "methods": ["token"], "token": { "id": "t".repeat(2000) } });
    check(&json!({ "auth": { "identity": token } }), "201");
}

#[test]
fn bodies_that_are_no_json_are_refused() {
    let server = demo();
    for path in [
        TOKENS,
        "/v3.0/OS-AUTH/id-token/tokens",
        "/v3.0/OS-CREDENTIAL/securitytokens",
    ] {
        for body in [&b""[..], b"{", b"null", b"\xff", b"{\"auth\":{}}\0"] {
            let answer = server.send("POST", path, &[], body);
            assert_eq!(answer.verdict(), "400 400", "{path}");
        }
    }
}

#[test]
fn a_temporary_key_lives_for_fifteen_minutes_to_a_day() {
    #[track_caller]
    fn check(server: &Server, token: &Value, expected: &str) {
        let body = json!({ "auth": { "identity": { "methods": ["token"], "token": token } } });
        let answer = server.json(
            "POST",
            "/v3.0/OS-CREDENTIAL/securitytokens",
            &body.to_string(),
        );
        let shown = answer.json()["credential"]["expires_at"]
            .as_str()
            .map(str::to_owned);
        assert_eq!(shown.unwrap_or_else(|| answer.verdict()), expected);
    }
    let server = demo();
    check(&server, &json!(null), "2024-05-20T08:45:00.000000Z");
    check(
        &server,
        &json!({ "id": "x" }),
        "2024-05-20T08:45:00.000000Z",
    );
    check(
        &server,
        &json!({ "duration_seconds": 900 }),
        "2024-05-20T08:45:00.000000Z",
    );
    check(
        &server,
        &json!({ "duration_seconds": 86_400 }),
        "2024-05-21T08:30:00.000000Z",
    );
    check(&server, &json!({ "duration_seconds": 899 }), "400 400");
    check(&server, &json!({ "duration_seconds": 86_401 }), "400 400");
    check(&server, &json!({ "duration_seconds": "900" }), "400 400");
    check(&server, &json!({ "duration_seconds": 900.5 }), "400 400");
    check(&server, &json!({ "duration_seconds": 1e300 }), "400 400");
}
