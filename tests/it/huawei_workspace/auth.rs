//! What is asked of credentials while authentication is off: nothing. And what they are used for all the same.

use super::{PROJECT, create, names};
use crate::server::demo;

const SIGNED: &str = "SDK-HMAC-SHA256 Access=test-ak, SignedHeaders=x-sdk-date, Signature=0000000000000000000000000000000000000000000000000000000000000000";

#[test]
fn credentials_are_optional_and_not_looked_at() {
    let server = demo();
    for headers in [
        vec![],
        vec![("authorization", SIGNED)],
        vec![("authorization", "nonsense")],
        vec![("authorization", "")],
        vec![("authorization", "SDK-HMAC-SHA256 Access=")],
        vec![("x-auth-token", "MIIabc")],
        vec![("x-auth-token", ""), ("authorization", SIGNED)],
        vec![("x-project-id", "another"), ("x-language", "en-us")],
        vec![("x-sdk-date", "yesterday")],
    ] {
        let answer = server.send("GET", &format!("{PROJECT}/users?limit=1"), &headers, b"");
        assert_eq!(answer.status, 200, "{headers:?}: {answer}");
    }
}

#[test]
fn the_key_s_suffix_names_the_namespace() {
    let server = demo();
    let mine = SIGNED.replace("test-ak", "test-ak~suite7");
    let headers = [("authorization", mine.as_str())];
    let body = br#"{"user_name":"only-here","user_phone":"1"}"#;
    let made = server.send("POST", &format!("{PROJECT}/users"), &headers, body);
    assert_eq!(made.status, 201, "{made}");
    let found = |headers: &[(&str, &str)]| {
        let target = format!("{PROJECT}/users?user_name=only-here");
        server.send("GET", &target, headers, b"").json()["total_count"].clone()
    };
    assert_eq!(found(&headers), 1);
    assert_eq!(found(&[]), 0);
    assert_eq!(found(&[("x-rollcall-namespace", "suite7")]), 1);
    // Golangsdk puts the fields in this order; the standard does not ask for one.
    let turned = "SDK-HMAC-SHA256 SignedHeaders=x-sdk-date,Access=test-ak~suite7,Signature=00";
    assert_eq!(found(&[("authorization", turned)]), 1);
}

#[test]
fn a_path_or_method_that_is_not_there_needs_no_credentials_to_be_refused() {
    let server = demo();
    assert_eq!(
        server.get(&format!("{PROJECT}/users/")).verdict(),
        "404 APIGW.0101"
    );
    assert_eq!(
        server
            .send("PUT", &format!("{PROJECT}/users"), &[], b"")
            .verdict(),
        "405 WKS.00000405"
    );
}

#[test]
fn another_project_in_a_header_changes_nothing() {
    let server = demo();
    create(&server, PROJECT, "mine");
    let headers = [("x-project-id", "ffffffffffffffffffffffffffffffff")];
    let answer = server.send(
        "GET",
        &format!("{PROJECT}/users?user_name=mine"),
        &headers,
        b"",
    );
    assert_eq!(answer.json()["total_count"], 1);
    assert_eq!(names(&server, PROJECT, "user_name=mine"), ["mine"]);
}
