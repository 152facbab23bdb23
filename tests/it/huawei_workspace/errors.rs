//! Errors: routes, envelopes, the order of checks, the rules of bodies, and every row of the catalogue.

use std::collections::{BTreeSet, HashSet};
use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::{ANOTHER, API_TEST, DESIGN, NOBODY, PROJECT, create, create_group, explanation, names};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

#[track_caller]
fn check(server: &Server, method: &str, path: &str, expected: &str) {
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
fn outcome(server: &Server, method: &str, path: &str, body: &str) -> String {
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

fn answer_text(answer: &Answer, name: &str) -> String {
    let body: Value = serde_json::from_slice(&answer.body).unwrap_or_default();
    body[name].as_str().unwrap_or_default().to_owned()
}

#[test]
fn bodies_are_json_objects() {
    let server = demo();
    let group = format!("{PROJECT}/groups/{DESIGN}");
    let user = format!("{PROJECT}/users/{API_TEST}");
    for (method, path) in [
        ("POST", format!("{PROJECT}/users")),
        ("PUT", user.clone()),
        ("POST", format!("{PROJECT}/users/batch-create")),
        ("POST", format!("{PROJECT}/users/batch-delete")),
        ("POST", format!("{user}/actions")),
        ("POST", format!("{PROJECT}/groups")),
        ("PUT", group.clone()),
        ("POST", format!("{PROJECT}/groups/batch-delete")),
        ("POST", format!("{group}/actions")),
    ] {
        let message = |body: &[u8]| {
            let answer = server.send(method, &path, &[], body);
            assert_eq!(answer.verdict(), "400 WKS.0001", "{method} {path}");
            answer_text(&answer, "error_msg")
        };
        assert_eq!(
            message(b""),
            "The request message input by the interface is empty."
        );
        for body in [
            &b"null"[..],
            b"[]",
            b"\"text\"",
            b"1",
            b"{",
            b"{\"a\":}",
            b" ",
            b"a=b",
            b"{}{}",
            b"\xff\xfe",
            b"{\"user_name\":\"\xff\"}",
            b"\0",
        ] {
            assert_eq!(message(body), "The request body is invalid.");
        }
        let deep = "[".repeat(100_000);
        assert_eq!(message(deep.as_bytes()), "The request body is invalid.");
    }
    // These two may go without.
    for (method, path) in [
        ("POST", format!("{user}/resend-email")),
        ("DELETE", format!("{user}/otp-devices")),
    ] {
        assert_eq!(outcome(&server, method, &path, ""), "204");
        assert_eq!(outcome(&server, method, &path, "{}"), "204");
        assert_eq!(outcome(&server, method, &path, "[]"), "400 WKS.0001");
    }
}

/// Creates a user of these members beside a good name and address, in a project of its own.
#[track_caller]
fn creates(server: &Server, members: &Value, expected: &str) {
    static PROJECTS: AtomicU32 = AtomicU32::new(0);
    let project = format!("/v2/rules-{}", PROJECTS.fetch_add(1, Ordering::Relaxed));
    let mut body = json!({ "user_name": "new", "user_email": "new@example.com" });
    for (name, value) in members.as_object().expect("members") {
        body[name] = value.clone();
    }
    let path = format!("{project}/users");
    let found = outcome(server, "POST", &path, &body.to_string());
    assert_eq!(found, expected, "{body}");
    assert_eq!(
        names(server, &project, "").len(),
        usize::from(expected == "201"),
        "a refused call changes nothing"
    );
}

#[test]
fn rules_of_create() {
    let server = demo();
    creates(&server, &json!({}), "201");
    creates(&server, &json!({ "unknown": [1, { "a": null }] }), "201");
    for name in [
        "a",
        "A",
        "api-test",
        "a.b_c-",
        "ends_",
        &"a".repeat(32),
        "1",
        &"1".repeat(32),
    ] {
        creates(&server, &json!({ "user_name": name }), "201");
    }
    for name in [
        "",
        "1a",
        "_a",
        "-a",
        ".a",
        "a b",
        "张三",
        "a\0",
        "a\n",
        &"a".repeat(33),
        &"1".repeat(33),
        "1-",
    ] {
        creates(&server, &json!({ "user_name": name }), "user_name");
    }
    for wrong in [json!(null), json!(1), json!(true), json!(["a"]), json!({})] {
        creates(&server, &json!({ "user_name": wrong }), "user_name");
    }
    creates(
        &server,
        &json!({ "user_email": format!("{}@e.co", "a".repeat(59)) }),
        "201",
    );
    creates(
        &server,
        &json!({ "user_email": format!("{}@e.co", "a".repeat(60)) }),
        "user_email",
    );
    for email in ["a", "a@b", "a b@c.d", "张@b.c", "a@b.c ", "@"] {
        creates(&server, &json!({ "user_email": email }), "user_email");
    }
    creates(&server, &json!({ "user_email": 1 }), "user_email");
    creates(&server, &json!({ "user_email": null }), "user_email");
    creates(&server, &json!({ "user_email": "" }), "user_email");
    creates(
        &server,
        &json!({ "user_email": null, "user_phone": "+8612345678987" }),
        "201",
    );
    creates(
        &server,
        &json!({ "user_email": "", "user_phone": "" }),
        "user_email",
    );
    creates(&server, &json!({ "user_phone": "1".repeat(20) }), "201");
    creates(
        &server,
        &json!({ "user_phone": "1".repeat(21) }),
        "user_phone",
    );
    creates(
        &server,
        &json!({ "user_phone": 8_612_345_678_987_u64 }),
        "user_phone",
    );
    creates(&server, &json!({ "active_type": "USER_ACTIVATE" }), "201");
    creates(&server, &json!({ "active_type": "USER" }), "active_type");
    creates(&server, &json!({ "active_type": "" }), "active_type");
    creates(&server, &json!({ "active_type": 0 }), "active_type");
    creates(
        &server,
        &json!({ "active_type": "ADMIN_ACTIVATE" }),
        "password",
    );
    creates(
        &server,
        &json!({ "active_type": "ADMIN_ACTIVATE", "password": "Passw0rd" }),
        "201",
    );
    creates(
        &server,
        &json!({ "active_type": "ADMIN_ACTIVATE", "password": "Passw0rd", "user_email": null }),
        "201",
    );
    creates(&server, &json!({ "password": "1234567" }), "password");
    creates(&server, &json!({ "password": "密".repeat(8) }), "201");
    creates(&server, &json!({ "password": "a".repeat(32) }), "201");
    creates(&server, &json!({ "password": "a".repeat(33) }), "password");
    creates(&server, &json!({ "password": 12_345_678 }), "password");
    for time in [
        "0",
        "2030-01-01T00:00:00Z",
        "2030-01-01T00:00:00.123Z",
        "1999-12-31T23:59:59Z",
        "1960-01-01T00:00:00Z",
        "2024-02-29T00:00:00Z",
        "9999-12-31T23:59:59.999Z",
        "0000-01-01T00:00:00Z",
    ] {
        creates(&server, &json!({ "account_expires": time }), "201");
    }
    for time in [
        "",
        "1",
        "00",
        "2030-01-01",
        "2030-01-01T00:00:00",
        "2030-01-01 00:00:00Z",
        "2030-01-01T00:00:00+08:00",
        "2030-01-01T00:00:00.1Z",
        "2030-01-01t00:00:00z",
        "2030-13-01T00:00:00Z",
        "2023-02-29T00:00:00Z",
        "2030-01-01T24:00:00Z",
        "2030-01-01T00:00:60Z",
        "2016-12-31T23:59:60Z",
        "2016-12-31T23:59:60.999Z",
        "10000-01-01T00:00:00Z",
        "never",
        "1609459200000",
    ] {
        creates(
            &server,
            &json!({ "account_expires": time }),
            "account_expires",
        );
    }
    creates(&server, &json!({ "account_expires": 0 }), "account_expires");
    for flag in ["enable_change_password", "next_login_change_password"] {
        creates(&server, &json!({ flag: false }), "201");
        creates(&server, &json!({ flag: null }), "201");
        creates(&server, &json!({ flag: "false" }), flag);
        creates(&server, &json!({ flag: 0 }), flag);
    }
    creates(&server, &json!({ "group_ids": null }), "201");
    creates(&server, &json!({ "group_ids": [] }), "group_ids");
    creates(
        &server,
        &json!({ "group_ids": ["1", "2", "3", "4", "5", "6"] }),
        "group_ids",
    );
    creates(&server, &json!({ "group_ids": [1] }), "group_ids");
    creates(&server, &json!({ "group_ids": "1" }), "group_ids");
    creates(
        &server,
        &json!({ "group_ids": [NOBODY] }),
        "400 WKS.00170208",
    );
    creates(
        &server,
        &json!({ "group_ids": [DESIGN] }),
        "400 WKS.00170208",
    );
    creates(&server, &json!({ "description": "描".repeat(255) }), "201");
    creates(&server, &json!({ "description": "" }), "201");
    creates(
        &server,
        &json!({ "description": "描".repeat(256) }),
        "description",
    );
    creates(&server, &json!({ "description": false }), "description");
    creates(&server, &json!({ "alias_name": "n".repeat(55) }), "201");
    creates(
        &server,
        &json!({ "alias_name": "n".repeat(56) }),
        "alias_name",
    );
    creates(
        &server,
        &json!({ "enterprise_project_id": 0 }),
        "enterprise_project_id",
    );
    creates(
        &server,
        &json!({ "enterprise_project_id": "e".repeat(255) }),
        "201",
    );
    creates(
        &server,
        &json!({ "enterprise_project_id": "e".repeat(256) }),
        "enterprise_project_id",
    );
    creates(&server, &json!({ "user_info_map": {} }), "user_info_map");
    creates(&server, &json!({ "domain": "d".repeat(255) }), "201");
    creates(&server, &json!({ "domain": "d".repeat(256) }), "domain");
}

#[test]
fn the_first_wrong_member_of_create_is_named() {
    let server = demo();
    let all = [
        "user_name",
        "user_email",
        "user_phone",
        "active_type",
        "password",
        "account_expires",
        "enable_change_password",
        "next_login_change_password",
        "group_ids",
        "description",
        "alias_name",
        "enterprise_project_id",
        "user_info_map",
        "domain",
    ];
    for first in 0..all.len() {
        let wrong = all[first..].iter().rev();
        let body: serde_json::Map<String, Value> =
            wrong.map(|name| ((*name).to_owned(), json!(-1))).collect();
        creates(&server, &Value::Object(body), all[first]);
    }
    // What a member says about the data comes behind what is wrong with the members behind it.
    creates(
        &server,
        &json!({ "group_ids": [NOBODY], "description": "d".repeat(256) }),
        "description",
    );
    let taken = json!({ "user_name": "api-test", "user_phone": "1".repeat(21) });
    let path = format!("{PROJECT}/users");
    assert_eq!(
        outcome(&server, "POST", &path, &taken.to_string()),
        "user_phone"
    );
}

#[test]
fn the_rule_of_the_document_for_names_can_be_asked_for() {
    let options = frozen()
        .quirk("huawei-workspace.name-rule", "seed")
        .expect("a quirk");
    let server = with(options);
    let path = format!("{ANOTHER}/users");
    let made = |name: &str| {
        let body = json!({ "user_name": name, "user_phone": "1" });
        outcome(&server, "POST", &path, &body.to_string())
    };
    assert_eq!(made(&"n".repeat(20)), "201");
    assert_eq!(made(&"n".repeat(21)), "user_name");
    assert_eq!(made("12"), "user_name");
}

#[test]
fn an_update_replaces_the_groups_and_an_unknown_one_changes_nothing() {
    let server = demo();
    let path = format!("{PROJECT}/users/{API_TEST}");
    let other = create_group(&server, PROJECT, "other");
    let change = |body: Value| outcome(&server, "PUT", &path, &body.to_string());
    let groups = || server.get(&path).json()["user_detail"]["group_names"].clone();
    assert_eq!(change(json!({ "group_ids": [DESIGN, other] })), "200");
    assert_eq!(groups(), json!(["design", "other"]));
    assert_eq!(change(json!({ "alias_name": "a" })), "200");
    assert_eq!(groups(), json!(["design", "other"]));
    let unknown = json!({ "group_ids": [other, NOBODY], "description": "new" });
    assert_eq!(change(unknown), "400 WKS.00170208");
    assert_eq!(groups(), json!(["design", "other"]));
    assert_eq!(server.get(&path).json()["user_detail"]["description"], "");
    assert_eq!(change(json!({ "group_ids": [] })), "200");
    assert_eq!(groups(), json!([]));
    assert_eq!(change(json!({ "group_ids": vec![DESIGN; 6] })), "group_ids");
    assert_eq!(
        change(json!({ "alias_name": "a".repeat(56) })),
        "alias_name"
    );
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
fn rules_of_update() {
    let server = demo();
    let path = format!("{PROJECT}/users/{API_TEST}");
    let changes = |body: Value| outcome(&server, "PUT", &path, &body.to_string());
    for good in [
        json!({}),
        json!({ "description": "", "user_email": "", "user_phone": "" }),
        json!({ "active_type": "", "account_expires": "" }),
        json!({ "active_type": null, "account_expires": null, "disabled": null, "user_email": null }),
        json!({ "user_name": "9 is not looked at", "password": 1 }),
        json!({ "user_email": "new@example.com", "account_expires": "0" }),
    ] {
        assert_eq!(changes(good.clone()), "200", "{good}");
    }
    for (name, wrong) in [
        ("description", json!("d".repeat(256))),
        ("user_email", json!("x")),
        ("user_email", json!("e".repeat(65))),
        ("user_phone", json!("1".repeat(21))),
        ("active_type", json!("x")),
        ("active_type", json!(1)),
        ("account_expires", json!("x")),
        ("account_expires", json!(0)),
        ("enable_change_password", json!("true")),
        ("next_login_change_password", json!(1)),
        ("password_never_expired", json!("")),
        ("disabled", json!([])),
        ("user_info_map", json!({})),
    ] {
        assert_eq!(changes(json!({ name: wrong })), name);
    }
}

#[test]
fn rules_of_the_smaller_bodies() {
    let server = demo();
    let user = format!("{PROJECT}/users/{API_TEST}");
    let many = |count: usize, id: &str| json!(vec![id; count]);
    for (method, path, body, expected) in [
        ("POST", format!("{user}/actions"), json!({}), "op_type"),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": "lock" }),
            "op_type",
        ),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": null }),
            "op_type",
        ),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": 1 }),
            "op_type",
        ),
        (
            "POST",
            format!("{user}/actions"),
            json!({ "op_type": "RESET_PWD" }),
            "204",
        ),
        (
            "POST",
            format!("{user}/resend-email"),
            json!({ "template_id": "t", "phone_template_id": "p" }),
            "204",
        ),
        (
            "POST",
            format!("{user}/resend-email"),
            json!({ "template_id": 1 }),
            "template_id",
        ),
        (
            "POST",
            format!("{user}/resend-email"),
            json!({ "phone_template_id": [] }),
            "phone_template_id",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": [] }),
            "204",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": many(55, "o") }),
            "204",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": many(56, "o") }),
            "otp_ids",
        ),
        (
            "DELETE",
            format!("{user}/otp-devices"),
            json!({ "otp_ids": [1] }),
            "otp_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({}),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": [] }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": {} }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": ["a"] }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": many(201, "a") }),
            "users",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-create"),
            json!({ "users": [{}] }),
            "user_name",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({}),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": [] }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": API_TEST }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": many(101, API_TEST) }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/users/batch-delete"),
            json!({ "user_ids": [null] }),
            "user_ids",
        ),
        ("POST", format!("{PROJECT}/groups"), json!({}), "group_name"),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "" }),
            "group_name",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "组".repeat(65) }),
            "group_name",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "组".repeat(64), "platform_type": "AD" }),
            "201",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "g" }),
            "platform_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "g", "platform_type": "UOS" }),
            "platform_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups"),
            json!({ "group_name": "g", "platform_type": "AD", "description": "d".repeat(256) }),
            "description",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({}),
            "200",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "group_name": "" }),
            "group_name",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "group_name": "design" }),
            "200",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "group_name": "empty" }),
            "400 WKS.00170201",
        ),
        (
            "PUT",
            format!("{PROJECT}/groups/{DESIGN}"),
            json!({ "description": 1 }),
            "description",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/batch-delete"),
            json!({ "group_ids": [] }),
            "group_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/batch-delete"),
            json!({ "group_ids": many(101, "g") }),
            "group_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "user_ids": [] }),
            "op_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "REMOVE" }),
            "op_type",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD" }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD", "user_ids": [] }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD", "user_ids": many(51, API_TEST) }),
            "user_ids",
        ),
        (
            "POST",
            format!("{PROJECT}/groups/{DESIGN}/actions"),
            json!({ "op_type": "ADD", "user_ids": many(50, API_TEST) }),
            "204",
        ),
    ] {
        assert_eq!(
            outcome(&server, method, &path, &body.to_string()),
            expected,
            "{method} {path} {body}"
        );
    }
    let password = |query: &str| {
        server
            .get(&format!("{user}/random-password?{query}"))
            .verdict()
    };
    for good in [
        "",
        "notification_type=email",
        "notification_type=email,phone",
        "notification_type=phone%2Cemail",
    ] {
        assert_eq!(password(good), "200", "{good}");
    }
    for bad in [
        "notification_type=sms",
        "notification_type=email,",
        "notification_type=Email",
        "notification_type=,",
    ] {
        assert_eq!(password(bad), "400 WKS.0001", "{bad}");
    }
}

#[test]
fn the_path_is_looked_at_before_the_body_and_the_query() {
    let server = demo();
    for (method, path, code) in [
        ("GET", format!("users/{NOBODY}"), "WKS.00170312"),
        ("PUT", format!("users/{NOBODY}"), "WKS.00170312"),
        ("DELETE", format!("users/{NOBODY}"), "WKS.00170312"),
        ("POST", format!("users/{NOBODY}/actions"), "WKS.00170312"),
        (
            "GET",
            format!("users/{NOBODY}/random-password?notification_type=x"),
            "WKS.00170312",
        ),
        (
            "POST",
            format!("users/{NOBODY}/resend-email"),
            "WKS.00170312",
        ),
        ("GET", format!("users/{NOBODY}/otp-devices"), "WKS.00170312"),
        (
            "DELETE",
            format!("users/{NOBODY}/otp-devices"),
            "WKS.00170312",
        ),
        ("PUT", format!("groups/{NOBODY}"), "WKS.00170208"),
        ("DELETE", format!("groups/{NOBODY}"), "WKS.00170208"),
        (
            "GET",
            format!("groups/{NOBODY}/users?limit=x"),
            "WKS.00170208",
        ),
        ("POST", format!("groups/{NOBODY}/actions"), "WKS.00170208"),
    ] {
        for body in ["", "{", "{}"] {
            let found = outcome(&server, method, &format!("{PROJECT}/{path}"), body);
            assert_eq!(found, format!("400 {code}"), "{method} {path} {body}");
        }
    }
    // Ids are of one project.
    check(
        &server,
        "GET",
        &format!("{ANOTHER}/users/{API_TEST}"),
        "400 WKS.00170312",
    );
    check(
        &server,
        "GET",
        &format!("{ANOTHER}/groups/{DESIGN}/users"),
        "400 WKS.00170208",
    );
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

/// The error tables of the contracts, written out: huawei-workspace.md 5, then huawei-auth.md 7. Braces stand for what
/// depends on the call.
const DOCUMENTED: [(&str, u16, &str, &str); 40] = [
    (
        "BodyEmpty",
        400,
        "WKS.0001",
        "The request message input by the interface is empty.",
    ),
    (
        "BodyInvalid",
        400,
        "WKS.0001",
        "The request body is invalid.",
    ),
    (
        "ParameterInvalid",
        400,
        "WKS.0001",
        "The parameter {} is invalid.",
    ),
    (
        "UserNotFound",
        400,
        "WKS.00170312",
        "The user does not exist.",
    ),
    (
        "GroupNotFound",
        400,
        "WKS.00170208",
        "The user group does not exist.",
    ),
    (
        "UserExists",
        400,
        "WKS.00170301",
        "The user name already exists.",
    ),
    (
        "GroupExists",
        400,
        "WKS.00170201",
        "The user group name already exists.",
    ),
    (
        "UserQuotaExceeded",
        400,
        "WKS.00170302",
        "The number of users exceeds the limit.",
    ),
    (
        "TenantNotFound",
        400,
        "WKS.00170117",
        "The tenant does not exist.",
    ),
    (
        "ServiceDisabled",
        403,
        "WKS.00010099",
        "The Workspace service is disabled.",
    ),
    (
        "NoPermission",
        403,
        "WKS.00000403",
        "User does not have permission to access this resource.",
    ),
    (
        "BasicPolicyGroup",
        403,
        "WKS.00081102",
        "This is a basic policy group,can't be deleted.",
    ),
    (
        "MethodNotAllowed",
        405,
        "WKS.00000405",
        "The method specified in the request is not allowed for this resource.",
    ),
    (
        "Internal",
        500,
        "WKS.00211401",
        "The requested operation failed. Please try again later.",
    ),
    (
        "ServiceUnavailable",
        503,
        "WKS.00050902",
        "The service is now unavailable to process the request.",
    ),
    (
        "TokenMissing",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: x-auth-token not found",
    ),
    (
        "TokenInvalid",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: decrypt token fail",
    ),
    (
        "TokenExpired",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: token expires, expires_at: {}",
    ),
    (
        "AccessKeyUnknown",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: Unauthorized",
    ),
    (
        "AccessKeyNotExist",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: ak {} not exist",
    ),
    (
        "SignatureMismatch",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:{}",
    ),
    (
        "SignatureExpired",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: calc aksk signature fail:signature expired, signature time:{},server time:{}",
    ),
    (
        "AuthorizationMalformed",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: {}",
    ),
    (
        "AccessKeyLocked",
        401,
        "APIGW.0301",
        "Incorrect IAM authentication information: AK access failed to reach the limit,forbidden.",
    ),
    (
        "UserNotAuthorized",
        403,
        "APIGW.0302",
        "The IAM user is not authorized to access the API.",
    ),
    (
        "AuthenticationIncorrect",
        401,
        "APIGW.0305",
        "Incorrect authentication information.",
    ),
    ("AccessDenied", 403, "APIGW.0306", "API access denied."),
    (
        "TokenMustBeUpdated",
        401,
        "APIGW.0307",
        "The token must be updated.",
    ),
    (
        "Throttled",
        429,
        "APIGW.0308",
        "The throttling threshold has been reached: policy user over ratelimit,limit:{},time:1 minute",
    ),
    (
        "ProjectUnavailable",
        403,
        "APIGW.0310",
        "The project is unavailable.",
    ),
    (
        "ApiNotFound",
        404,
        "APIGW.0101",
        "The API does not exist or has not been published in the environment",
    ),
    (
        "MethodNotRegistered",
        404,
        "APIGW.0101",
        "The API does not exist.",
    ),
    ("RequestError", 400, "APIGW.0201", "API request error."),
    (
        "BodyTooLarge",
        413,
        "APIGW.0201",
        "Request entity too large.",
    ),
    ("UriTooLarge", 414, "APIGW.0201", "Request URI too large."),
    (
        "HeadersTooLarge",
        494,
        "APIGW.0201",
        "Request headers too large.",
    ),
    (
        "BackendUnavailable",
        502,
        "APIGW.0201",
        "Backend unavailable.",
    ),
    ("BackendTimeout", 504, "APIGW.0201", "Backend timeout."),
    (
        "GatewayInternal",
        500,
        "APIGW.0601",
        "Internal server error.",
    ),
    (
        "IamUnavailable",
        503,
        "APIGW.0613",
        "The IAM service is currently unavailable.",
    ),
];

/// An answer is the documented one of that name; `detail` is what the braces stand for.
#[track_caller]
fn is_documented(answer: &Answer, name: &str, detail: &str) {
    let (_, status, code, message) = DOCUMENTED
        .into_iter()
        .find(|(known, ..)| *known == name)
        .unwrap_or_else(|| panic!("{name} is not documented"));
    assert_eq!(answer.verdict(), format!("{status} {code}"), "{name}");
    let message = message.replace("{}", detail);
    assert_eq!(answer_text(answer, "error_msg"), message, "{name}");
}

/// The rows of the catalogue, as the control plane shows them.
fn rows(server: &Server) -> Vec<Value> {
    let rows = server
        .get("/_rollcall/errors?provider=huawei-workspace")
        .json();
    rows.as_array().expect("rows").clone()
}

#[test]
fn the_catalogue_is_the_documented_tables() {
    let rows = rows(&demo());
    let found: Vec<_> = rows
        .iter()
        .map(|row| {
            let text = |name: &str| row[name].as_str().expect("a text");
            let status = row["status"]
                .as_u64()
                .and_then(|status| status.try_into().ok());
            (
                text("name"),
                status.expect("a status"),
                text("code"),
                text("message"),
            )
        })
        .collect();
    assert_eq!(found, DOCUMENTED);
}

/// Each row of the catalogue that a caller can raise, with a call that raises it: a missing row fails, and so does one
/// that nobody should be able to raise.
#[test]
fn every_condition_is_raised_by_a_call() {
    let server = demo();
    let gateway = with(
        frozen()
            .quirk("huawei-workspace.wrong-method", "gateway")
            .expect("a quirk"),
    );
    let seed = json!({ "huawei-workspace": { "projects": [
        { "project_id": "off", "service": "disabled" },
        { "project_id": "new", "service": "never-opened" },
    ] } });
    server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &seed.to_string(),
    );
    let quota = with(
        frozen()
            .quirk("huawei-workspace.user-quota", "10")
            .expect("a quirk"),
    );
    create(&server, ANOTHER, "taken");
    create_group(&server, ANOTHER, "taken");
    let users = format!("{ANOTHER}/users");
    let big = vec![b' '; 12 * 1024 * 1024 + 1];
    let header = [("x-filler", &*"x".repeat(33 * 1024))];
    let mut raised = BTreeSet::new();
    for (name, detail, answer) in [
        ("BodyEmpty", "", server.json("POST", &users, "")),
        ("BodyInvalid", "", server.json("POST", &users, "[]")),
        (
            "ParameterInvalid",
            "user_name",
            server.json("POST", &users, "{}"),
        ),
        ("UserNotFound", "", server.get(&format!("{users}/{NOBODY}"))),
        (
            "GroupNotFound",
            "",
            server.get(&format!("{ANOTHER}/groups/{NOBODY}/users")),
        ),
        (
            "UserExists",
            "",
            server.json("POST", &users, r#"{"user_name":"TAKEN","user_phone":"1"}"#),
        ),
        (
            "GroupExists",
            "",
            server.json(
                "POST",
                &format!("{ANOTHER}/groups"),
                r#"{"group_name":"taken","platform_type":"AD"}"#,
            ),
        ),
        (
            "UserQuotaExceeded",
            "",
            quota.json(
                "POST",
                &format!("{PROJECT}/users"),
                r#"{"user_name":"more","user_phone":"1"}"#,
            ),
        ),
        ("TenantNotFound", "", server.get("/v2/new/users")),
        ("ServiceDisabled", "", server.get("/v2/off/users")),
        ("MethodNotAllowed", "", server.json("PUT", &users, "{}")),
        ("ApiNotFound", "", server.get(&format!("{users}/"))),
        ("MethodNotRegistered", "", gateway.json("PUT", &users, "{}")),
        ("BodyTooLarge", "", server.send("POST", &users, &[], &big)),
        (
            "UriTooLarge",
            "",
            server.get(&format!("{users}?user_name={}", "x".repeat(33 * 1024))),
        ),
        (
            "HeadersTooLarge",
            "",
            server.send("GET", &users, &header, b""),
        ),
    ] {
        is_documented(&answer, name, detail);
        raised.insert(name.to_owned());
    }
    let conditions: BTreeSet<String> = rows(&server)
        .iter()
        .filter(|row| row["raised"] == "condition")
        .map(|row| row["name"].as_str().expect("a name").to_owned())
        .collect();
    assert_eq!(raised, conditions);
}

/// Every row can be asked for, says what is documented, and wears the envelope of its side.
#[test]
fn every_row_can_be_had_as_a_fault() {
    let server = demo();
    for (name, status, code, message) in DOCUMENTED {
        let fault = [("x-rollcall-fault", name)];
        let answer = server.send("GET", &format!("{PROJECT}/users"), &fault, b"");
        assert_eq!(answer.verdict(), format!("{status} {code}"), "{name}");
        let found = answer_text(&answer, "error_msg");
        let mut parts = message.split("{}");
        let begins = found.strip_prefix(parts.next().unwrap_or_default());
        let rest = begins.unwrap_or_else(|| panic!("{name}: {found}"));
        assert!(parts.all(|part| rest.contains(part)), "{name}: {found}");
        let is_gateway = answer.json().get("request_id").is_some();
        assert_eq!(is_gateway, code.starts_with("APIGW."), "{name}");
    }
}
