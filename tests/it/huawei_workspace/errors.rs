//! Errors: routes, envelopes, and what a call may be refused for before its body is read.

use std::collections::HashSet;

use serde_json::{Value, json};

use super::{ANOTHER, API_TEST, DESIGN, NOBODY, PROJECT, explanation};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

#[track_caller]
pub(super) fn check(server: &Server, method: &str, path: &str, expected: &str) {
    let answer = server.send(method, path, &[], b"");
    if method == "HEAD" {
        assert_eq!(answer.status.to_string(), expected, "{method} {path}");
    } else {
        assert_eq!(answer.verdict(), expected, "{method} {path}");
    }
}

#[test]
fn paths_and_methods() {
    let server = demo();
    let p = |path: &str| format!("{PROJECT}/{path}");
    let user = p(&format!("users/{API_TEST}"));
    for (method, path) in [
        ("PUT", p("users")),
        ("PATCH", p("users")),
        ("DELETE", p("users")),
        ("OPTIONS", p("users")),
        ("GET", p("users/batch-delete")),
        ("DELETE", p("users/batch-delete")),
        ("PUT", p("users/batch-create")),
        ("GET", p("users/batch-create")),
        ("POST", user.clone()),
        ("GET", format!("{user}/actions")),
        ("POST", format!("{user}/random-password")),
        ("GET", format!("{user}/resend-email")),
        ("PUT", format!("{user}/otp-devices")),
        ("DELETE", p("groups")),
        ("GET", p("groups/batch-delete")),
        ("GET", p(&format!("groups/{DESIGN}"))),
        ("POST", p(&format!("groups/{DESIGN}/users"))),
        ("GET", p(&format!("groups/{DESIGN}/actions"))),
        ("BREW", p("users")),
    ] {
        check(&server, method, &path, "405 WKS.00000405");
    }
    check(&server, "HEAD", &p("users"), "405");
    for path in [
        p("users/"),
        p("users//"),
        p(&format!("users/{API_TEST}/")),
        p(&format!("users/{API_TEST}/nothing")),
        p("groups/"),
        p("user"),
        p(""),
        p("Users"),
        PROJECT.to_owned(),
        "/v2/p//users".to_owned(),
        "/v2//users".to_owned(),
        p("users/template"),
        p("users/template/download?language=zh_CN"),
        p("users/desktop-users/template"),
        p("users/desktop-users"),
        p("users/notification-records"),
        p("users/notification-records/actions"),
        p("users/desktop-users/action/import"),
        p("user-events"),
        p("ou-users"),
        "/v3/0bec5db98280d2d02fd6c00c2de791ce/users/export".to_owned(),
        "/huawei-workspace/v9/nothing".to_owned(),
        "/huawei-workspace/".to_owned(),
    ] {
        for method in ["GET", "POST", "DELETE"] {
            check(&server, method, &path, "404 APIGW.0101");
        }
        check(&server, "HEAD", &path, "404");
    }
    let host = [("host", "workspace.cn-north-4.myhuaweicloud.com")];
    assert_eq!(
        server.send("GET", "/v9/x/users", &host, b"").verdict(),
        "404 APIGW.0101"
    );
}

#[test]
fn the_gateway_s_answer_to_a_wrong_method_can_be_asked_for() {
    let options = frozen()
        .quirk("huawei-workspace.wrong-method", "gateway")
        .expect("a quirk");
    let answer = with(options).send("PUT", &format!("{PROJECT}/users"), &[], b"");
    assert_eq!(answer.verdict(), "404 APIGW.0101");
    assert_eq!(answer.json()["error_msg"], "The API does not exist.");
}

#[test]
fn the_envelope_of_the_service() {
    insta::assert_snapshot!(demo().get(&format!("{PROJECT}/users?limit=ten")), @r#"
    400
    connection: close
    content-length: 71
    content-type: application/json
    server: api-gateway
    x-request-id: bbeebaf137fa5b9941016a5af2e6ae3a

    {"error_code":"WKS.0001","error_msg":"The parameter limit is invalid."}
    "#);
}

#[test]
fn the_envelope_of_the_gateway() {
    insta::assert_snapshot!(demo().get(&format!("{PROJECT}/users/")), @r#"
    404
    connection: close
    content-length: 158
    content-type: application/json
    server: api-gateway
    x-request-id: bbeebaf137fa5b9941016a5af2e6ae3a

    {"error_msg":"The API does not exist or has not been published in the environment","error_code":"APIGW.0101","request_id":"bbeebaf137fa5b9941016a5af2e6ae3a"}
    "#);
}

#[test]
fn a_missing_permission_says_which_in_a_text_for_iam() {
    let server = demo();
    let fault = [("x-rollcall-fault", "NoPermission")];
    let answer = server.send("GET", &format!("{PROJECT}/users"), &fault, b"");
    assert_eq!(answer.verdict(), "403 WKS.00000403");
    let body = answer.json();
    let keys: Vec<&String> = body.as_object().expect("an object").keys().collect();
    assert_eq!(
        keys,
        ["error_code", "error_msg", "encoded_authorization_message"]
    );
}

#[test]
fn every_answer_has_a_request_id_of_its_own() {
    let server = demo();
    let mut ids = HashSet::new();
    for (method, path) in [
        ("GET", format!("{PROJECT}/users")),
        ("GET", format!("{PROJECT}/users/{NOBODY}")),
        ("GET", format!("{PROJECT}/nothing")),
        ("DELETE", format!("{PROJECT}/users/{API_TEST}")),
        ("HEAD", format!("{PROJECT}/users")),
    ] {
        let answer = server.send(method, &path, &[], b"");
        let id = answer.header("x-request-id").expect("an id").to_owned();
        assert!(
            id.len() == 32 && id.bytes().all(|byte| b"0123456789abcdef".contains(&byte)),
            "{id}"
        );
        assert_eq!(answer.header("server"), Some("api-gateway"));
        if !answer.body.is_empty() {
            assert_eq!(answer.header("content-type"), Some("application/json"));
        }
        if answer.status == 404 {
            assert_eq!(answer.json()["request_id"], id);
        }
        assert!(ids.insert(id), "an id twice");
    }
}

/// Sends a body and says what came of it; a refused parameter by its name.
#[track_caller]
pub(super) fn outcome(server: &Server, method: &str, path: &str, body: &str) -> String {
    let answer = server.json(method, path, body);
    let message = answer_text(&answer, "error_msg");
    match message.strip_prefix("The parameter ") {
        Some(name) => {
            assert_eq!(answer.verdict(), "400 WKS.0001", "{answer}");
            name.strip_suffix(" is invalid.")
                .expect("the end of the sentence")
                .to_owned()
        }
        None => answer.verdict(),
    }
}

pub(super) fn answer_text(answer: &Answer, name: &str) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body[name].as_str().unwrap_or_default().to_owned()
}

#[test]
fn operations_that_are_reserved_are_not_published() {
    let server = demo();
    for path in [
        format!("{PROJECT}/groups/export"),
        "/v3/0bec5db98280d2d02fd6c00c2de791ce/groups/export".to_owned(),
        "/v3/0bec5db98280d2d02fd6c00c2de791ce/groups/g/users/export".to_owned(),
        "/v3/0bec5db98280d2d02fd6c00c2de791ce/domains/sync-external-user".to_owned(),
        "/v3/0bec5db98280d2d02fd6c00c2de791ce/domains".to_owned(),
    ] {
        for method in ["GET", "POST", "PUT", "DELETE"] {
            check(&server, method, &path, "404 APIGW.0101");
        }
    }
}

#[test]
fn projects_can_be_shut() {
    let server = demo();
    let seed = json!({ "huawei-workspace": { "projects": [
        { "project_id": "off", "service": "disabled" },
        { "project_id": "new", "service": "never-opened" },
        { "project_id": "on" },
    ] } });
    let answer = server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &seed.to_string(),
    );
    assert_eq!(answer.status, 200, "{answer}");
    for (project, expected) in [
        ("off", "403 WKS.00010099"),
        ("new", "400 WKS.00170117"),
        ("on", "200"),
    ] {
        check(
            &server,
            "GET",
            &format!("/v2/{project}/users?limit=1"),
            expected,
        );
        check(&server, "GET", &format!("/v2/{project}/groups"), expected);
    }
    check(&server, "POST", "/v2/off/users", "403 WKS.00010099");
    check(
        &server,
        "POST",
        "/v2/new/users/batch-delete",
        "400 WKS.00170117",
    );
    check(&server, "PUT", "/v2/off/users", "405 WKS.00000405");
    check(&server, "GET", "/v2/off/nothing", "404 APIGW.0101");
}

#[test]
fn only_configured_projects_are_there_if_asked_for() {
    let options = frozen()
        .quirk("huawei-workspace.projects", "configured")
        .expect("a quirk");
    let server = with(options);
    check(&server, "GET", &format!("{PROJECT}/users"), "200");
    for (method, path) in [
        ("GET", "users"),
        ("POST", "users"),
        ("PUT", "users/x"),
        ("DELETE", "users/x"),
        ("POST", "users/batch-create"),
        ("GET", "groups"),
        ("POST", "groups"),
        ("GET", "groups/x/users"),
        ("POST", "groups/x/actions"),
    ] {
        check(
            &server,
            method,
            &format!("{ANOTHER}/{path}"),
            "403 WKS.00010099",
        );
    }
    for (method, path, code) in [
        ("GET", "users/x", "400 WKS.00170312"),
        ("DELETE", "groups/x", "400 WKS.00170117"),
    ] {
        check(&server, method, &format!("{ANOTHER}/{path}"), code);
        assert!(explanation(&server).contains("is not configured"));
    }
}

#[test]
fn the_journal_explains_a_refusal() {
    let server = demo();
    let says = |target: String, words: &str| {
        server.get(&target);
        let found = explanation(&server);
        assert!(found.contains(words), "{found}");
    };
    says(
        format!("{PROJECT}/users?limit=ten"),
        "it takes decimal digits only",
    );
    says(
        format!("{PROJECT}/users?disabled=yes"),
        "it takes true or false",
    );
    says(format!("{PROJECT}/groups?limit=101"), "it takes up to 100");
    says(
        format!("{PROJECT}/users/{NOBODY}"),
        &format!("has no user {NOBODY}"),
    );
    says(
        format!("{PROJECT}/groups/{NOBODY}/users"),
        &format!("has no group {NOBODY}"),
    );
    let secret = json!({ "user_name": "a", "user_phone": "1", "password": "s3cr3t" });
    server.json("POST", &format!("{PROJECT}/users"), &secret.to_string());
    let found = explanation(&server);
    assert!(
        found.contains("password has 6 characters") && !found.contains("s3cr3t"),
        "{found}"
    );
}

/// What a body calls an id can be longer than all that the journal keeps.
#[test]
fn an_endless_id_pushes_nothing_out_of_the_journal() {
    let server = demo();
    check(&server, "GET", &format!("{PROJECT}/users?limit=1"), "200");
    let endless = "张".repeat(3_500_000);
    for (path, body, expected) in [
        (
            "users/batch-delete",
            json!({ "user_ids": [endless] }),
            "400 WKS.00170312",
        ),
        (
            "groups/batch-delete",
            json!({ "group_ids": [endless] }),
            "400 WKS.00170208",
        ),
        (
            "users",
            json!({ "user_name": "n", "user_phone": "1", "group_ids": [endless] }),
            "400 WKS.00170208",
        ),
        (
            "users",
            json!({ "user_name": "n", "user_phone": "1", "group_ids": { "a": endless } }),
            "group_ids",
        ),
    ] {
        let found = outcome(
            &server,
            "POST",
            &format!("{PROJECT}/{path}"),
            &body.to_string(),
        );
        assert_eq!(found, expected, "{path}");
        let found = explanation(&server);
        assert!(found.contains("张张") && found.len() < 2000, "{found}");
    }
    let list = server.get("/_rollcall/journal").json();
    assert_eq!(list["entries"].as_array().expect("entries").len(), 5);
}

/// What is not found says where else it is.
#[test]
fn a_missing_user_is_found_in_its_namespace() {
    let server = demo();
    let other = [("x-rollcall-namespace", "other")];
    let body = br#"{"user_name":"elsewhere","user_phone":"1"}"#;
    let made = server
        .send("POST", &format!("{ANOTHER}/users"), &other, body)
        .json();
    let id = made["id"].as_str().expect("an id");
    check(
        &server,
        "GET",
        &format!("{ANOTHER}/users/{id}"),
        "400 WKS.00170312",
    );
    let found = explanation(&server);
    assert!(found.contains("other"), "{found}");
}
