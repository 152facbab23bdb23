//! Everything that is refused, in the order of the contract, and the envelope it comes in.

mod writes;

use serde_json::{Value, json};

use super::{CLUSTER, COMMON, EHPC, PASSWORD, users, write};
use crate::client::Answer;
use crate::server::{Server, demo};
use writes::adding;

#[track_caller]
fn message(answer: &Answer, expected: &str) {
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["message"], expected, "{answer}");
}

#[track_caller]
fn check_get(server: &Server, target: &str, expected: &str) {
    message(&server.get(target), expected);
}

#[test]
fn timestamp_comes_before_zone_and_zone_before_the_rest() {
    let server = demo();
    let check = |query: &str, expected: &str| {
        check_get(&server, &format!("/api/user?{query}"), expected);
        check_get(&server, &format!("/api/operation?{query}"), expected);
        check_get(&server, &format!("/api/cluster/list?{query}"), expected);
    };
    check("", "InvalidRequestFormat, missing parameter [timestamp]");
    check(
        "timestamp=&zone=jn1a",
        "InvalidRequestFormat, missing parameter [timestamp]",
    );
    check(
        "limit=x&zone=jn1a",
        "InvalidRequestFormat, missing parameter [timestamp]",
    );
    check(
        "timestamp=now",
        "InvalidRequestFormat, illegal timestamp format [now]",
    );
    check(
        "timestamp=2024-05-20%2008:30:00",
        "InvalidRequestFormat, illegal timestamp format [2024-05-20 08:30:00]",
    );
    check(
        "time_stamp=now",
        "InvalidRequestFormat, illegal timestamp format [now]",
    );
    check(
        "timestamp=now&time_stamp=2024-05-20T08:30:00Z",
        "InvalidRequestFormat, illegal timestamp format [now]",
    );
    check(
        "timestamp=2024-05-20T08:30:00Z",
        "InvalidRequestFormat, missing parameter [zone]",
    );
    check(
        "timestamp=2024-05-20T08:30:00Z&zone=",
        "InvalidRequestFormat, missing parameter [zone]",
    );
    check(
        "timestamp=2024-05-20T08:30:00Z&zone=z&limit=x",
        "InvalidRequestFormat, parameter [limit] should be integer",
    );
    check(
        "time_stamp=2024-5-2T8:3:0Z&zone=z&limit=1&offset=x",
        "InvalidRequestFormat, parameter [offset] should be integer",
    );
    check(
        "timestamp=2024-05-20T08:30:00Z&zone=z&limit=-1&offset=x",
        "InvalidRequestFormat, parameter [limit] should be integer",
    );
}

#[test]
fn parameters_come_before_the_cluster() {
    let server = demo();
    message(
        &users(&server, "cluster_id=hpc-xxxxxxxx&offset=x"),
        "InvalidRequestFormat, parameter [offset] should be integer",
    );
    message(
        &users(&server, "cluster_id=hpc-xxxxxxxx"),
        "ResourceNotFound, resource [hpc-xxxxxxxx] not found",
    );
}

#[test]
fn filters_of_clusters_and_jobs_take_only_what_is_documented() {
    let server = demo();
    let clusters = |query: &str| format!("/api/cluster/list?{COMMON}&{query}");
    let jobs = |query: &str| format!("/api/operation?{COMMON}&{query}");
    check_get(
        &server,
        &clusters("cluster_type=HPC"),
        "InvalidRequestFormat, illegal cluster_type [HPC]",
    );
    check_get(
        &server,
        &clusters("status=deleted"),
        "InvalidRequestFormat, illegal status [deleted]",
    );
    check_get(
        &server,
        &clusters("reverse=2"),
        "InvalidRequestFormat, illegal reverse [2]",
    );
    check_get(
        &server,
        &clusters("reverse=yes"),
        "InvalidRequestFormat, parameter [reverse] should be integer",
    );
    check_get(
        &server,
        &clusters("shared_status=sometimes"),
        "InvalidRequestFormat, illegal shared_status [sometimes]",
    );
    check_get(
        &server,
        &clusters("sort_key=owner"),
        "InvalidRequestFormat, illegal sort_key [owner]",
    );
    let list = |query: &str| format!("/api/user?{COMMON}&{query}");
    check_get(
        &server,
        &list("sort_key=role"),
        "InvalidRequestFormat, illegal sort_key [role]",
    );
    check_get(
        &server,
        &list("reverse=2"),
        "InvalidRequestFormat, illegal reverse [2]",
    );
    check_get(
        &server,
        &list("reverse=true"),
        "InvalidRequestFormat, parameter [reverse] should be integer",
    );
    check_get(
        &server,
        &jobs("start_time=2024-02-28T00:00:00.Z"),
        "InvalidRequestFormat, illegal timestamp format [2024-02-28T00:00:00.Z]",
    );
    check_get(
        &server,
        &clusters("verbose=7"),
        "InvalidRequestFormat, illegal verbose [7]",
    );
    check_get(
        &server,
        &jobs("status=done"),
        "InvalidRequestFormat, illegal status [done]",
    );
    check_get(
        &server,
        &jobs("start_time=yesterday"),
        "InvalidRequestFormat, illegal timestamp format [yesterday]",
    );
    check_get(
        &server,
        &jobs("end_time=2024-02-30T00:00:00Z"),
        "InvalidRequestFormat, illegal timestamp format [2024-02-30T00:00:00Z]",
    );
    // Of the two pages only the clusters' says which numbers there are.
    check_get(
        &server,
        &jobs("verbose=x"),
        "InvalidRequestFormat, parameter [verbose] should be integer",
    );
    assert_eq!(server.get(&jobs("verbose=7")).verdict(), "200");
}

#[test]
fn unknown_paths_and_methods_are_1101_with_status_200() {
    let server = demo();
    let check = |method: &str, path: &str, shown: &str| {
        let answer = server.send(method, &format!("{path}?{COMMON}"), &[], b"");
        assert_eq!(answer.status, 200);
        message(
            &answer,
            &format!("InvalidRequestMethod, unknown action [{shown}]"),
        );
    };
    for path in [
        "/api",
        "/api/",
        "/api/x",
        "/api/User",
        "/api/users",
        "/api/user//",
        "/api//user",
        "/api//user/addUser",
        "/api/user/adduser",
        "/api/%75ser",
        "/api/user&cluster_id=x",
        "/api/user%00",
        "/api/queue",
        "/api/job/list",
    ] {
        check("GET", path, path);
    }
    for method in [
        "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "get", "NONSENSE",
    ] {
        check(method, "/api/user", "/api/user");
        check(method, "/api/operation/", "/api/operation/");
        check(method, "/api/cluster/list", "/api/cluster/list");
    }
    for method in ["GET", "PUT", "DELETE"] {
        check(method, "/api/user/addUser", "/api/user/addUser");
        check(method, "/api/user/deleteUser/", "/api/user/deleteUser/");
        check(method, "/api/user/modifyUser", "/api/user/modifyUser");
    }
    let long = format!("/api/{}", "x".repeat(20_000));
    check("GET", &long, &long[..100]);
}

#[test]
fn head_is_another_method_and_gets_the_refusals_headers_without_its_body() {
    let server = demo();
    let list = format!("/api/user?{COMMON}");
    let refused = server.send("PUT", &list, &[], b"");
    let answer = server.send("HEAD", &list, &[], b"");
    assert_eq!((answer.status, answer.body.len()), (200, 0));
    assert_eq!(answer.headers, refused.headers);
    let newest = server.get("/_rollcall/journal").json()["entries"][0].clone();
    assert_eq!(
        (&newest["method"], &newest["error"]),
        (&json!("HEAD"), &json!("UnknownAction"))
    );
}

#[test]
fn a_trailing_slash_is_optional() {
    let server = demo();
    for path in ["/api/user/", "/api/operation/", "/api/cluster/list/"] {
        assert_eq!(
            server.get(&format!("{path}?{COMMON}")).verdict(),
            "200",
            "{path}"
        );
    }
    let body =
        json!({"cluster_id": CLUSTER, "username": "slash", "password": PASSWORD}).to_string();
    let added = server.json("POST", &format!("/api/user/addUser/?{COMMON}"), &body);
    assert_eq!(added.verdict(), "200");
}

#[test]
fn a_body_is_a_json_object_or_a_form() {
    let server = demo();
    for body in [
        "",
        "null",
        "[]",
        "1",
        "\"x\"",
        "{",
        "{\"a\":}",
        "{}{}",
        "\u{feff}{}",
        "{'a':1}",
        "hello",
    ] {
        for operation in ["addUser", "deleteUser", "modifyUser"] {
            let answer = server.json("POST", &format!("/api/user/{operation}?zone=jn1a"), body);
            message(&answer, "InvalidRequestFormat, request body should be json");
        }
    }
    let deep = format!("{{\"a\":{}{}}}", "[".repeat(100_000), "]".repeat(100_000));
    let invalid: [&[u8]; 3] = [b"{\"a\":\"\xff\"}", b"{\"a\":\"\\ud800\"}", deep.as_bytes()];
    for body in invalid {
        let answer = server.send("POST", &format!("/api/user/addUser?{COMMON}"), &[], body);
        message(&answer, "InvalidRequestFormat, request body should be json");
    }
}

/// curl calls every body a form; one without a `=` is none.
#[test]
fn a_body_that_is_called_a_form_has_fields_or_is_empty() {
    let server = demo();
    let check = |body: &str, expected: &str| {
        let answer = server.post_form("/api/user/addUser?zone=jn1a", body);
        message(&answer, &format!("InvalidRequestFormat, {expected}"));
    };
    for body in [
        "[]",
        "null",
        "1",
        "\"x\"",
        "hello",
        "[\"a=b\"]",
        "\"a=b\"",
        " [ 1 ]",
    ] {
        check(body, "request body should be json");
    }
    for body in ["", " \r\n", "=", "a=", "zone=jn1a", "zone&x=[]"] {
        check(body, "missing parameter [timestamp]");
    }
}

#[test]
fn a_body_comes_before_the_timestamp_and_after_the_method() {
    let server = demo();
    let answer = server.json("POST", "/api/user/addUser", "[");
    message(&answer, "InvalidRequestFormat, request body should be json");
    let answer = server.json("POST", "/api/user/addUser", "{}");
    message(
        &answer,
        "InvalidRequestFormat, missing parameter [timestamp]",
    );
    let answer = server.json("POST", "/api/user", "[");
    message(&answer, "InvalidRequestMethod, unknown action [/api/user]");
}

#[test]
fn a_get_with_a_body_is_a_get() {
    let answer = demo().json("GET", &format!("/api/user?{COMMON}&limit=0"), "[[[");
    assert_eq!(answer.verdict(), "200");
}

/// The SDKs lose the body of any status but 200, and so the reason.
#[test]
fn what_is_over_a_limit_is_told_with_status_200_too() {
    let server = demo();
    let uri = server.get(&format!("/api/user?{COMMON}&x={}", "x".repeat(33 * 1024)));
    assert_eq!(uri.status, 200);
    message(&uri, "InvalidRequestFormat, request uri too long");
    let long = "x".repeat(33 * 1024);
    let headers = server.send(
        "GET",
        &format!("/api/user?{COMMON}"),
        &[("x-long", &long)],
        b"",
    );
    assert_eq!(headers.status, 200);
    message(&headers, "InvalidRequestFormat, request headers too large");
    let body = server.send(
        "POST",
        &format!("/api/user/addUser?{COMMON}"),
        &[],
        &vec![b'x'; 12 * 1024 * 1024 + 1],
    );
    insta::assert_snapshot!(body, @r#"
    200
    connection: close
    content-length: 74
    content-type: application/json

    {"message":"InvalidRequestFormat, request body too large","ret_code":1100}
    "#);
}

#[test]
fn the_whole_answer_of_an_error() {
    insta::assert_snapshot!(users(&demo(), "cluster_id=hpc-xxxxxxxx"), @r#"
    200
    connection: close
    content-length: 81
    content-type: application/json

    {"message":"ResourceNotFound, resource [hpc-xxxxxxxx] not found","ret_code":2100}
    "#);
}

/// The journal says what the wire does not.
#[test]
fn near_misses_are_explained_in_the_journal() {
    let server = demo();
    let check = |answer: &Answer, expected: &str| {
        assert_ne!(answer.verdict(), "200");
        let newest = server.get("/_rollcall/journal").json()["entries"][0]["id"].clone();
        let entry = server.get(&format!("/_rollcall/journal/{newest}")).json();
        let explanation = entry["explanation"].to_string();
        assert!(explanation.contains(expected), "{explanation}");
        assert!(!entry.to_string().contains(PASSWORD), "{entry}");
    };
    check(
        &users(&server, "limit=ten"),
        "limit is \\\"ten\\\"; it takes digits only",
    );
    check(
        &server.get("/api/user&cluster_id=hpc-qig9xu97"),
        "the query starts with ?",
    );
    check(
        &server.get(&format!("/api/user/addUser?{COMMON}")),
        "does not take GET",
    );
    let in_query = format!("/api/user/deleteUser?{COMMON}&cluster_id={EHPC}");
    check(
        &server.json("POST", &in_query, "{}"),
        "cluster_id is in the query; it travels in the body",
    );
    check(
        &write(&server, "addUser", &adding("password", json!("short"))),
        "this one has 5 characters",
    );
    check(
        &write(
            &server,
            "addUser",
            &adding("username", json!("far too long")),
        ),
        "1 to 8 letters",
    );
}

/// Every row that a caller can raise without authentication, and a request that raises it.
#[test]
fn every_row_marked_condition_is_raised() {
    let server = demo();
    let zones = r#"{"qingcloud-ehpc":{"zones":["jn1a"]}}"#;
    let seeded = server.json("POST", "/_rollcall/namespaces/default/seed", zones);
    assert_eq!(seeded.status, 200, "{seeded}");
    let post = |operation: &str, body: Value| write(&server, operation, &body);
    let long = "x".repeat(33 * 1024);
    let raised: Vec<(&str, Answer)> = vec![
        ("MissingParameter", server.get("/api/user")),
        ("NotAnInteger", users(&server, "limit=x")),
        (
            "IllegalTimestamp",
            server.get("/api/user?zone=jn1a&timestamp=x"),
        ),
        (
            "IllegalValue",
            post("addUser", adding("username", json!("a b"))),
        ),
        (
            "IllegalPassword",
            post("addUser", adding("password", json!("x"))),
        ),
        (
            "BodyNotJson",
            server.json("POST", &format!("/api/user/addUser?{COMMON}"), "x"),
        ),
        ("UriTooLong", users(&server, &long)),
        (
            "HeadersTooLarge",
            server.send("GET", "/api/user", &[("x-long", &long)], b""),
        ),
        (
            "BodyTooLarge",
            server.send(
                "POST",
                "/api/user/addUser",
                &[],
                &vec![b' '; 13 * 1024 * 1024],
            ),
        ),
        ("UnknownAction", server.get("/api/x")),
        (
            "ZoneAccessDenied",
            server.get("/api/user?zone=jn1b&timestamp=2024-05-20T08:30:00Z"),
        ),
        (
            "PermissionDenied",
            post(
                "deleteUser",
                json!({"cluster_id": EHPC, "username": "admin"}),
            ),
        ),
        ("ResourceNotFound", users(&server, "cluster_id=x")),
        (
            "ResourceAlreadyExisted",
            post(
                "addUser",
                json!({"cluster_id": EHPC, "username": "isabel", "password": PASSWORD}),
            ),
        ),
    ];
    let rows = server
        .get("/_rollcall/errors?provider=qingcloud-ehpc")
        .json();
    let rows = rows.as_array().expect("a list");
    let mut conditions = Vec::new();
    for row in rows.iter().filter(|row| row["raised"] == "condition") {
        let name = row["name"].as_str().expect("a string");
        let Some((_, answer)) = raised.iter().find(|(raised, _)| *raised == name) else {
            panic!("{name} is marked as raised by a condition, and nothing here raises it");
        };
        assert_eq!(json!(answer.status), row["status"], "{name}");
        assert_eq!(answer.json()["ret_code"], row["number"], "{name}");
        let text = answer.json()["message"]
            .as_str()
            .expect("a string")
            .to_owned();
        for part in row["message"].as_str().expect("a string").split("{}") {
            assert!(text.contains(part), "{name}: {text}");
        }
        conditions.push(name);
    }
    assert_eq!(
        conditions.len(),
        raised.len(),
        "every request here is of a row"
    );
}

/// The code is the return code's digits, a row has a name of its own, and all are 200.
#[test]
fn the_table_is_consistent() {
    let rows = demo()
        .get("/_rollcall/errors?provider=qingcloud-ehpc")
        .json();
    let mut names = std::collections::BTreeSet::new();
    for row in rows.as_array().expect("a list") {
        assert_eq!(
            row["code"].as_str(),
            Some(row["number"].to_string().as_str()),
            "{row}"
        );
        assert!(names.insert(row["name"].to_string()), "{row}");
        assert_eq!(row["status"], 200, "{row}");
    }
}
