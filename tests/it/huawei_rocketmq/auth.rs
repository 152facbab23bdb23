//! What the gateway checks with authentication off: path and method.

use super::{A, PROJECT, user, users, verdict};
use crate::server::{Server, demo};

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
