//! The rules of bodies, member by member, and in which order they are looked at.

mod smaller;

use std::sync::atomic::{AtomicU32, Ordering};

use serde_json::{Value, json};

use super::errors::{answer_text, check, outcome};
use super::{ANOTHER, API_TEST, DESIGN, NOBODY, PROJECT, create_group, names};
use crate::server::{Server, demo, frozen, with};

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
