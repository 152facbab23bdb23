//! What happened, and what nearly matched.

use serde_json::Value;

use crate::server::{Server, demo, frozen, with};

const USERS: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users";

/// The newest entry, whole.
fn newest(server: &Server) -> Value {
    let list = server.get("/_rollcall/journal").json();
    let id = list["entries"][0]["id"].as_u64().expect("an entry");
    server.get(&format!("/_rollcall/journal/{id}")).json()
}

#[test]
fn an_answered_call_is_kept_whole() {
    let server = demo();
    let answer = server.get(&format!("{USERS}?limit=1"));
    let entry = newest(&server);
    assert_eq!(entry["provider"], "huawei-rocketmq");
    assert_eq!(entry["operation"], "ListUser");
    assert_eq!(
        (&entry["stage"], &entry["status"]),
        (&Value::from("answered"), &Value::from(200))
    );
    assert_eq!(entry["target"], format!("{USERS}?limit=1"));
    assert_eq!(
        entry["request_id"],
        answer.header("x-request-id").expect("an id")
    );
    assert_eq!(
        entry["response"]["headers"]["content-type"],
        "application/json"
    );
    let body = entry["response"]["body"].as_str().expect("a body");
    assert!(
        body.contains("test_01") && !body.contains("x1234567@"),
        "{body}"
    );
}

#[test]
fn a_near_miss_is_explained() {
    let server = demo();
    server.get(&format!("{USERS}?limit=51"));
    let entry = newest(&server);
    assert_eq!(
        (&entry["stage"], &entry["error"]),
        (&Value::from("operation"), &Value::from("LimitInvalid"))
    );
    assert!(
        entry["explanation"]
            .to_string()
            .contains("it takes 1 to 50"),
        "{entry}"
    );

    server.send("PATCH", USERS, &[], b"");
    let entry = newest(&server);
    assert_eq!(entry["stage"], "gateway");
    assert!(
        entry["explanation"]
            .to_string()
            .contains("does not take PATCH"),
        "{entry}"
    );
}

#[test]
fn what_nobody_claims_lists_the_nearest_operations() {
    let server = demo();
    let answer = server.get("/v1/instances/users");
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (404, Some("application/problem+json"))
    );
    assert!(
        answer.json()["nearest"]
            .as_array()
            .is_some_and(|near| !near.is_empty())
    );
    assert_eq!(newest(&server)["stage"], "recognise");
}

#[test]
fn health_and_control_calls_are_not_in_it() {
    let server = demo();
    for target in [
        "/_rollcall/health",
        "/_rollcall/ready",
        "/_rollcall/providers",
        "/_rollcall/nothing",
        "/_rollcall",
    ] {
        server.get(target);
    }
    assert_eq!(
        server.get("/_rollcall/journal").json()["entries"],
        Value::Array(Vec::new())
    );
}

#[test]
fn it_is_filtered_and_capped() {
    let server = with(frozen().journal(3));
    for namespace in ["a", "a", "b", "a", "a"] {
        server.send("GET", USERS, &[("x-rollcall-namespace", namespace)], b"");
    }
    let count = |query: &str| {
        server.get(&format!("/_rollcall/journal?{query}")).json()["entries"]
            .as_array()
            .map(Vec::len)
    };
    assert_eq!(count("namespace=a"), Some(3));
    assert_eq!(count("namespace=b"), Some(1));
    assert_eq!(count("operation=ListUser&status=200"), Some(4));
    assert_eq!(count("since=4"), Some(1));
    assert_eq!(server.get("/_rollcall/journal").json()["dropped"], 1);
    assert_eq!(server.get("/_rollcall/journal?nonsense=1").status, 400);
    assert_eq!(server.get("/_rollcall/journal/9999").status, 404);
    assert_eq!(server.get("/_rollcall/journal/x").status, 404);
}

#[test]
fn a_compressed_body_is_named_as_the_cause() {
    let server = crate::server::demo();
    let compressed =
        b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03\xab\xae\x05\x00C\xbf\xa6\xa3\x02\x00\x00\x00";
    for (method, target) in [
        ("POST", "/v2/0bec5db98280d2d02fd6c00c2de791ce/users"),
        (
            "POST",
            "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/68fdc9a8-805e-439d-8dd9-25adc1c58bf6/users",
        ),
        (
            "POST",
            "/api/user/addUser?zone=jn1a&timestamp=2024-05-20T08:30:00Z",
        ),
        ("POST", "/?Action=UpdateUser&Version=2024-08-31"),
    ] {
        let headers = |encoding| {
            [
                ("content-type", "application/json"),
                ("content-encoding", encoding),
            ]
        };
        let plain = server.send(method, target, &headers("identity"), compressed);
        let refused = server.send(method, target, &headers("gzip"), compressed);
        assert_eq!(
            refused.verdict(),
            plain.verdict(),
            "the wire is the provider's"
        );
        assert_ne!(refused.verdict(), "200", "{refused}");
        let newest = &server.get("/_rollcall/journal?limit=1").json()["entries"][0]["id"];
        let entry = server.get(&format!("/_rollcall/journal/{newest}")).json();
        let why = entry["explanation"].to_string();
        assert!(why.contains("Content-Encoding: gzip"), "{target}: {why}");
    }
}
