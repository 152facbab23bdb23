//! What the gateway checks with authentication off (path and method), and what this service adds to the checks that all of
//! Huawei's share (tests/it/huawei_workspace/auth.rs has those).

use serde_json::json;

use super::{A, PROJECT, user, users, verdict};
use crate::huawei_workspace::auth::token;
use crate::server::{Server, demo};
use crate::signed::{self, KEY, TIME, by_huawei, explained, key, send};
use crate::signing::Request;

#[test]
fn paths_and_methods() {
    #[track_caller]
    fn check(server: &Server, method: &str, path: &str, expected: &str) {
        verdict(&server.send(method, path, &[], b""), expected);
    }
    let server = demo();
    let (list, one) = (users(A), user(A, "test_01"));
    check(&server, "GET", &list, "200");
    check(&server, "GET", &format!("{list}/"), "404 APIGW.0101");
    check(&server, "GET", &format!("{one}/"), "404 APIGW.0101");
    check(&server, "GET", &format!("{one}/x"), "404 APIGW.0101");
    check(&server, "DELETE", &list, "404 APIGW.0101");
    check(&server, "PATCH", &list, "404 APIGW.0101");
    check(&server, "OPTIONS", &list, "404 APIGW.0101");
    check(&server, "POST", &one, "404 APIGW.0101");
    check(&server, "get", &list, "404 APIGW.0101");
    check(&server, "PUT", &list, "405 DMS.00405001");
    // A path that only looks like a collection of users.
    check(
        &server,
        "PUT",
        &format!("/v2/{PROJECT}/instances/users"),
        "404 APIGW.0101",
    );
    check(
        &server,
        "POST",
        &format!("/v2/{PROJECT}/instances"),
        "404 APIGW.0101",
    );
    check(
        &server,
        "GET",
        &format!("/v2/{PROJECT}/instances//users"),
        "404 APIGW.0101",
    );
    check(
        &server,
        "GET",
        &format!("/v2//instances/{A}/users"),
        "404 APIGW.0101",
    );
    check(&server, "GET", &user(A, "a%2Fb"), "400 DMS.00500972");
    check(&server, "GET", &user(A, "%00"), "400 DMS.00500972");
    check(&server, "GET", &user(A, "%zz%ff"), "400 DMS.00500972");
    check(
        &server,
        "GET",
        &user(A, "a%20b%E7%94%A8%E6%88%B7"),
        "400 DMS.00500972",
    );
    check(
        &server,
        "GET",
        &format!("/v2/%E9%A1%B9/instances/{A}/users"),
        "400 DMS.00400002",
    );
    check(
        &server,
        "GET",
        &format!("/v2/{}/instances/{A}/users", "p".repeat(65)),
        "400 DMS.00400002",
    );
    check(
        &server,
        "GET",
        &format!("/v2/{PROJECT}/instances/{}/users", A.replace('-', "")),
        "400 DMS.00400030",
    );
    check(
        &server,
        "GET",
        &format!("/v2/{PROJECT}/instances/{{{A}}}/users"),
        "400 DMS.00400030",
    );
    // A UUID, but no instance has one in upper case.
    check(
        &server,
        "GET",
        &users(&A.to_uppercase()),
        "404 DMS.00404022",
    );
    let head = server.send("HEAD", &list, &[], b"");
    assert_eq!((head.status, head.body.len()), (404, 0));
}

#[test]
fn every_answer_has_a_request_id_of_its_own_and_says_that_it_is_json() {
    let server = demo();
    let mut ids = std::collections::BTreeSet::new();
    for path in [users(A), user(A, "nobody-here"), format!("{}/", users(A))] {
        let answer = server.get(&path);
        assert_eq!(answer.header("content-type"), Some("application/json"));
        assert_eq!(answer.header("server"), Some("api-gateway"));
        let id = answer
            .header("x-request-id")
            .expect("a request id")
            .to_owned();
        assert!(
            id.len() == 32
                && id
                    .bytes()
                    .all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f')),
            "{id}"
        );
        if let Some(in_body) = answer.json().get("request_id") {
            assert_eq!(*in_body, *id);
        }
        assert!(ids.insert(id));
    }
}

#[test]
fn without_authentication_any_credentials_or_none_will_do() {
    let server = demo();
    for headers in [
        &[][..],
        &[("x-auth-token", "nonsense")],
        &[(
            "authorization",
            "SDK-HMAC-SHA256 Access=anyone, SignedHeaders=host, Signature=0",
        )],
        &[("authorization", "\u{fc}")],
        &[("authorization", "Basic"), ("x-sdk-date", "yesterday")],
    ] {
        assert_eq!(server.send("GET", &users(A), headers, b"").status, 200);
    }
}

#[test]
fn the_access_key_can_name_a_namespace() {
    let server = demo();
    let signed =
        |key: &str| format!("SDK-HMAC-SHA256 Access={key}, SignedHeaders=x-sdk-date, Signature=0");
    let delete = |key: &str| {
        server.send(
            "DELETE",
            &user(A, "test_01"),
            &[("authorization", &signed(key))],
            b"",
        )
    };
    verdict(&delete("test-ak~suite7"), "200");
    verdict(&delete("test-ak~suite7"), "400 DMS.00500972");
    verdict(&server.get(&user(A, "test_01")), "200");
    verdict(&delete("test-ak~suite8"), "200");
}

#[test]
fn credentials_come_after_path_and_method_and_before_the_service() {
    for mode in ["lenient", "strict"] {
        let server = signed::server(mode);
        let nothing = |method: &str, path: &str| server.send(method, path, &[], b"");
        verdict(&nothing("GET", &format!("{}/", users(A))), "404 APIGW.0101");
        verdict(&nothing("PATCH", &users(A)), "404 APIGW.0101");
        verdict(&nothing("PUT", &users(A)), "401 APIGW.0301");
        verdict(
            &nothing("GET", &format!("/v2/%E9%A1%B9/instances/{A}/users")),
            "401 APIGW.0301",
        );
        verdict(
            &nothing("GET", &format!("{}?limit=x", users(A))),
            "401 APIGW.0301",
        );
        let signed = |method: &str, path: &str| {
            send(
                &server,
                &by_huawei(Request::new(method, path, ""), &KEY, TIME),
            )
        };
        verdict(&signed("PUT", &users(A)), "405 DMS.00405001");
        verdict(
            &signed("GET", &format!("{}?limit=x", users(A))),
            "400 DMS.00400062",
        );
        verdict(&signed("POST", &users(A)), "400 DMS.00400004");
        verdict(&signed("GET", &users(A)), "200");
    }
}

#[test]
fn a_read_only_key_reads_and_does_not_write() {
    let server = signed::server("strict");
    let reader = key("read-ak", "s3cr3t-of-read-ak");
    let call = |method: &str, path: &str| {
        send(
            &server,
            &by_huawei(Request::new(method, path, ""), &reader, TIME),
        )
    };
    verdict(&call("GET", &users(A)), "200");
    verdict(&call("POST", &users(A)), "403 DMS.00403002");
    verdict(&call("PUT", &user(A, "test_01")), "403 DMS.00403002");
    verdict(&call("DELETE", &user(A, "test_01")), "403 DMS.00403002");
    verdict(&call("GET", &user(A, "test_01")), "200");
}

#[test]
fn a_project_that_is_not_the_callers() {
    let strange = format!("/v2/{}/instances/{A}/users", "f".repeat(32));
    let signed = |server: &Server| {
        send(
            server,
            &by_huawei(Request::new("GET", &strange, ""), &KEY, TIME),
        )
    };
    verdict(&signed(&signed::server("lenient")), "404 DMS.00404022");
    let server = signed::server("strict");
    let answer = signed(&server);
    verdict(&answer, "401 DMS.10240104");
    assert_eq!(
        answer.json()["error_msg"],
        "The project ID and token do not match."
    );
    let told = explained(&server, &answer);
    assert!(
        told["explanation"]
            .to_string()
            .contains("is not configured"),
        "{told}"
    );
    // With a token the gateway has said so already.
    let ours = token(&server, "default", json!({ "project": { "id": PROJECT } }));
    let answer = server.send("GET", &strange, &[("x-auth-token", &ours)], b"");
    verdict(&answer, "403 APIGW.0302");
    let answer = server.send("GET", &users(A), &[("x-auth-token", &ours)], b"");
    verdict(&answer, "200");
    // A project of which the seed has no more than an instance is the caller's too.
    let seed = json!({ "huawei-iam": { "projects": [{ "id": PROJECT, "$delete": true }] } });
    let path = "/_rollcall/namespaces/default/seed";
    assert_eq!(server.json("POST", path, &seed.to_string()).status, 200);
    verdict(
        &send(
            &server,
            &by_huawei(Request::new("GET", &users(A), ""), &KEY, TIME),
        ),
        "200",
    );
}
