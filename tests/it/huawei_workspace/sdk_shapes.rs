//! Requests as official clients send them, down to the header: the vectors of the auth contract, Node's generic client,
//! and the sequences of Terraform's resources.

use serde_json::{Value, json};

use super::{API_TEST, DESIGN, PROJECT, column};
use crate::server::{Server, demo};

/// What the Python SDK sends on every call; the signatures are those of the vectors V1 to V4 of `huawei-auth.md`.
fn python(signed: &str, signature: &str) -> Vec<(&'static str, String)> {
    vec![
        ("Host", "127.0.0.1:18911".to_owned()),
        (
            "User-Agent",
            "huaweicloud-usdk-python/3.0; rollcall-vector".to_owned(),
        ),
        ("Content-Type", "application/json".to_owned()),
        (
            "X-Project-Id",
            "0bec5db98280d2d02fd6c00c2de791ce".to_owned(),
        ),
        ("X-Sdk-Date", "20240520T083000Z".to_owned()),
        (
            "Authorization",
            format!(
                "SDK-HMAC-SHA256 Access=test-ak, SignedHeaders={signed}, Signature={signature}"
            ),
        ),
    ]
}

fn borrowed<'a>(headers: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    headers
        .iter()
        .map(|(name, value)| (*name, value.as_str()))
        .collect()
}

const SIGNED: &str = "content-type;host;user-agent;x-project-id;x-sdk-date";

#[test]
fn the_python_sdk_lists_users() {
    let server = demo();
    let headers = python(
        SIGNED,
        "cd6c7465da55e056df03991796579821fe2f67b38bf1358b78ce779ff7a41b19",
    );
    let answer = server.send(
        "GET",
        &format!("{PROJECT}/users?limit=10"),
        &borrowed(&headers),
        b"",
    );
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(column(&answer, "users", "user_name").len(), 10);
}

#[test]
fn the_python_sdk_lists_users_with_awkward_parameters() {
    let server = demo();
    let headers = python(
        SIGNED,
        "0147d762ae334b7c1c3e49733837a5cdad38cc0f45c2425333f5612f1f04b8a6",
    );
    let query = "description=%E6%B5%8B%E8%AF%95%20user%2Ba%2Fb~%2A&is_query_total_desktops=true&limit=2&offset=0&user_names=a&user_names=b";
    let body = r#"{"users":[{"user_name":"b","user_phone":"1","description":"x 测试 user+a/b~*"},{"user_name":"a","user_phone":"1","description":"测试 USER+A/B~*"},{"user_name":"c","user_phone":"1","description":"测试 user+a/b~*"}]}"#;
    let path = format!("{PROJECT}/users");
    assert_eq!(
        server
            .json("POST", &format!("{path}/batch-create"), body)
            .status,
        200
    );
    let answer = server.send("GET", &format!("{path}?{query}"), &borrowed(&headers), b"");
    assert_eq!(column(&answer, "users", "user_name"), ["b", "a"]);
}

#[test]
fn the_python_sdk_creates_a_user_with_escaped_json() {
    let server = demo();
    let body = br#"{"user_name": "api-test", "user_email": "test@huawei.com", "description": "\u6d4b\u8bd5 \u7528\u6237"}"#;
    assert_eq!(body.len(), 102);
    let headers = python(
        SIGNED,
        "d14c724876b4d6fbe5d8a624e39b34b567bec096b852eae9e8de18aea93a4285",
    );
    let path = format!("{PROJECT}/users");
    let taken = server.send("POST", &path, &borrowed(&headers), body);
    assert_eq!(taken.verdict(), "400 WKS.00170301");
    server.send("DELETE", &format!("{path}/{API_TEST}"), &[], b"");
    let made = server.send("POST", &path, &borrowed(&headers), body);
    assert_eq!(made.status, 201, "{made}");
    let found = server.get(&format!("{path}?user_names=api-test")).json();
    assert_eq!(found["users"][0]["description"], "测试 用户");
}

#[test]
fn the_python_sdk_deletes_by_an_awkward_id_with_temporary_keys() {
    let server = demo();
    let mut headers = python(
        &format!("{SIGNED};x-security-token"),
        "c655c3282f7d9bf847cd6407569b4398f0d4aa82c57ecaf8f2a4c53eb6106894",
    );
    headers.push(("X-Security-Token", "STS-TOKEN-1".to_owned()));
    let answer = server.send(
        "DELETE",
        &format!("{PROJECT}/users/a%20b%2F%E4%B8%AD"),
        &borrowed(&headers),
        b"",
    );
    assert_eq!(
        answer.verdict(),
        "400 WKS.00170312",
        "one segment, however it is escaped"
    );
}

#[test]
fn node_sends_a_body_with_its_gets() {
    let server = demo();
    let headers = [
        ("Accept", "application/json, text/plain, */*"),
        ("Content-Type", "application/json"),
        ("X-Project-Id", "0bec5db98280d2d02fd6c00c2de791ce"),
        ("X-Sdk-Date", "20240520T083000Z"),
        (
            "Authorization",
            "SDK-HMAC-SHA256 Access=test-ak, SignedHeaders=content-type;host;x-project-id;x-sdk-date, Signature=00",
        ),
    ];
    let target = format!("{PROJECT}/users?limit=10&description=%E6%B5%8B%E8%AF%95%20user");
    for body in [&b"{}"[..], b"", b"not json", b"null"] {
        let answer = server.send("GET", &target, &headers, body);
        assert_eq!(answer.status, 200, "{answer}");
    }
}

/// golangsdk's own headers.
const TERRAFORM: [(&str, &str); 3] = [
    ("Content-Type", "application/json"),
    ("X-Language", "en-us"),
    ("X-Project-Id", "0bec5db98280d2d02fd6c00c2de791ce"),
];

/// Sends as Terraform does and takes only the status that it takes.
#[track_caller]
fn terraform(server: &Server, method: &str, path: &str, body: &Value, expected: u16) -> Value {
    let body = if body.is_null() {
        String::new()
    } else {
        body.to_string()
    };
    let answer = server.send(
        method,
        &format!("{PROJECT}/{path}"),
        &TERRAFORM,
        body.as_bytes(),
    );
    assert_eq!(answer.status, expected, "{method} {path}: {answer}");
    serde_json::from_slice(&answer.body).unwrap_or_default()
}

#[test]
fn terraform_manages_a_user() {
    let server = demo();
    let send = |method: &str, path: &str, body: &Value, expected: u16| {
        terraform(&server, method, path, body, expected)
    };
    let made = send(
        "POST",
        "users",
        &json!({
            "user_name": "tf_user", "active_type": "USER_ACTIVATE", "user_email": "tf@example.com",
            "account_expires": "2030-06-01T00:00:00.000Z", "enable_change_password": true, "next_login_change_password": true,
        }),
        201,
    );
    let id = made["id"].as_str().expect("an id");
    let path = format!("users/{id}");
    // Always, with every member that can be edited, the empty ones too.
    let edit = json!({
        "description": "", "user_email": "tf@example.com", "user_phone": "", "active_type": "USER_ACTIVATE",
        "account_expires": "2030-06-01T00:00:00.000Z", "enable_change_password": true, "next_login_change_password": true,
        "password_never_expired": false, "disabled": false,
    });
    send("PUT", &path, &edit, 200);
    for _ in 0..2 {
        let shown = send("GET", &path, &Value::Null, 200)["user_detail"].clone();
        assert_eq!(
            shown["account_expires"]
                .as_i64()
                .map(|millis| millis / 1000),
            Some(1_906_502_400)
        );
        assert_eq!(
            (&shown["locked"], &shown["disabled"]),
            (&json!(false), &json!(false))
        );
    }
    send(
        "PUT",
        &path,
        &json!({
            "description": "by terraform", "user_email": "", "user_phone": "+8613800000000", "account_expires": "0", "disabled": true,
        }),
        200,
    );
    let shown = send("GET", &path, &Value::Null, 200)["user_detail"].clone();
    assert_eq!(shown["description"], "by terraform");
    assert_eq!(
        (
            &shown["account_expires"],
            &shown["user_email"],
            &shown["disabled"]
        ),
        (&json!(0), &json!(""), &json!(true))
    );
    // The action resource.
    send(
        "POST",
        &format!("{path}/actions"),
        &json!({ "op_type": "LOCK" }),
        204,
    );
    send(
        "POST",
        &format!("{path}/actions"),
        &json!({ "op_type": "RESET_PWD" }),
        204,
    );
    send("DELETE", &path, &Value::Null, 204);
    // Gone already: this code is what Terraform looks for.
    let gone = send("DELETE", &path, &Value::Null, 400);
    assert_eq!(gone["error_code"], "WKS.00170312");
}

#[test]
fn terraform_manages_a_group() {
    let server = demo();
    let send = |method: &str, path: &str, body: &Value, expected: u16| {
        terraform(&server, method, path, body, expected)
    };
    let made = send(
        "POST",
        "groups",
        &json!({ "group_name": "tf", "platform_type": "LOCAL", "description": "d" }),
        201,
    );
    assert_eq!(made, json!({}));
    // Pages until one is empty, and finds the id by the name.
    let find = || {
        let mut found = Vec::new();
        loop {
            let page = send(
                "GET",
                &format!("groups?limit=3&offset={}", found.len()),
                &Value::Null,
                200,
            );
            let rows = page["user_groups"].as_array().expect("groups").clone();
            if rows.is_empty() {
                break;
            }
            found.extend(rows);
        }
        found.into_iter().find(|group| group["name"] == "tf")
    };
    let group = find().expect("the group");
    let id = group["id"].as_str().expect("an id");
    send(
        "POST",
        &format!("groups/{id}/actions"),
        &json!({ "op_type": "ADD", "user_ids": [API_TEST] }),
        204,
    );
    assert_eq!(find().expect("the group")["user_quantity"], 1);
    let members = send("GET", &format!("groups/{id}/users"), &Value::Null, 200);
    assert_eq!(members["users"][0]["id"], API_TEST);
    send(
        "PUT",
        &format!("groups/{id}"),
        &json!({ "group_name": "tf", "description": "" }),
        200,
    );
    send(
        "POST",
        &format!("groups/{id}/actions"),
        &json!({ "op_type": "DELETE", "user_ids": [API_TEST] }),
        204,
    );
    send("DELETE", &format!("groups/{id}"), &Value::Null, 204);
    let gone = send("DELETE", &format!("groups/{id}"), &Value::Null, 400);
    assert_eq!(gone["error_code"], "WKS.00170208");
    assert!(find().is_none());
}

#[test]
fn terraform_reads_users_by_pages_of_a_hundred_until_one_is_short() {
    let server = demo();
    let before = column(&server.get(&format!("{PROJECT}/users")), "users", "id").len();
    let users: Vec<Value> = (0..200)
        .map(|number| json!({ "user_name": format!("tf-{number}"), "user_phone": "1" }))
        .collect();
    terraform(
        &server,
        "POST",
        "users/batch-create",
        &json!({ "users": users }),
        200,
    );
    let mut met = Vec::new();
    let mut pages = 0;
    loop {
        let page = terraform(
            &server,
            "GET",
            &format!("users?limit=100&offset={}", met.len()),
            &Value::Null,
            200,
        );
        let rows = page["users"].as_array().expect("users").clone();
        pages += 1;
        let short = rows.len() < 100;
        // golangsdk decodes strictly: a string here, and what its data source reads is there.
        for row in &rows {
            assert!(
                row["account_expires"].is_string()
                    && row["sid"] == row["id"]
                    && row["group_names"].is_array()
            );
        }
        met.extend(rows);
        if short {
            break;
        }
    }
    assert_eq!((pages, met.len()), (3, before + 200));
    // Its acceptance test of the name filter: a part is enough.
    let found = terraform(
        &server,
        "GET",
        "users?user_name=tf-19&limit=100&offset=0",
        &Value::Null,
        200,
    );
    assert_eq!(found["total_count"], 11);
    let found = terraform(
        &server,
        "GET",
        "users?group_name=design&is_query_total_desktops=false",
        &Value::Null,
        200,
    );
    assert_eq!(found["users"][0]["total_desktops"], 0);
    let members = terraform(
        &server,
        "GET",
        &format!("groups/{DESIGN}/users?limit=100&offset=0"),
        &Value::Null,
        200,
    );
    assert_eq!(members["total_count"], 3);
}
