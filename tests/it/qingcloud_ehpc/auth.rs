//! What holds with authentication off: `timestamp` and `zone`, wherever they travel, and the namespace in the access key.

use super::{COMMON, EHPC, PASSWORD, names, users};
use crate::server::{Server, demo};

#[track_caller]
fn check(server: &Server, target: &str, expected: &str) {
    assert_eq!(server.get(target).verdict(), expected, "{target}");
}

#[test]
fn nothing_of_a_signature_is_looked_at_when_authentication_is_off() {
    let server = demo();
    for extra in [
        "",
        "access_key_id=&signature=",
        "access_key_id=nobody&signature=wrong&signature_method=None&signature_version=9&version=2",
        "access_key_id=a&access_key_id=b",
        "expires=2001-01-01T00:00:00Z&req_id=1&token=x",
    ] {
        check(&server, &format!("/api/user?{COMMON}&{extra}"), "200");
    }
}

#[test]
fn any_time_and_any_zone_will_do() {
    let server = demo();
    for (timestamp, expected) in [
        ("1970-01-01T00:00:00Z", "200"),
        ("2021-08-19T16%3A44%3A40Z", "200"),
        ("2022-4-11T14:40:45Z", "200"),
        ("9999-12-31T23:59:59Z", "200"),
        ("2022-04-11T14:40:45z", "200 1100"),
        ("1715155200", "200 1100"),
        ("%00", "200 1100"),
    ] {
        check(
            &server,
            &format!("/api/user?zone=jn1a&timestamp={timestamp}"),
            expected,
        );
        check(
            &server,
            &format!("/api/user?zone=jn1a&time_stamp={timestamp}"),
            expected,
        );
    }
    for zone in ["jinan1a", "pek3a", "%20", "%E6%B5%8E%E5%8D%97", "%00"] {
        check(
            &server,
            &format!("/api/user?timestamp=2024-05-20T08:30:00Z&zone={zone}"),
            "200",
        );
    }
}

#[test]
fn timestamp_goes_before_time_stamp() {
    let server = demo();
    check(
        &server,
        "/api/user?zone=z&time_stamp=x&timestamp=2024-05-20T08:30:00Z",
        "200",
    );
    check(
        &server,
        "/api/user?zone=z&time_stamp=2024-05-20T08:30:00Z&timestamp=",
        "200",
    );
}

#[test]
fn a_zone_may_be_in_the_query_the_body_or_both() {
    let server = demo();
    let check = |query: &str, zone: &str, expected: &str| {
        let body = format!(
            r#"{{"cluster_id":"{EHPC}","username":"isabel","new_password":"{PASSWORD}"{zone}}}"#
        );
        let answer = server.json(
            "POST",
            &format!("/api/user/modifyUser?timestamp=2024-05-20T08:30:00Z{query}"),
            &body,
        );
        assert_eq!(answer.verdict(), expected, "{query} {zone}");
    };
    check("&zone=jn1a", "", "200");
    check("", r#","zone":"jn1a""#, "200");
    check("&zone=jn1a", r#","zone":"other""#, "200");
    check("&zone=jn1a", r#","zone":5"#, "200");
    check("&zone=", r#","zone":"jn1a""#, "200");
    check("", r#","zone":5"#, "200 1100");
    check("", r#","zone":"""#, "200 1100");
    check("", r#","zone":null"#, "200 1100");
    check("", "", "200 1100");
    // The time travels in the query; of a body only a form may carry it.
    let body = format!(
        r#"{{"cluster_id":"{EHPC}","username":"isabel","new_password":"{PASSWORD}","zone":"z","timestamp":"2024-05-20T08:30:00Z"}}"#
    );
    assert_eq!(
        server.json("POST", "/api/user/modifyUser", &body).verdict(),
        "200 1100"
    );
}

#[test]
fn the_access_key_names_a_namespace_in_the_query_and_in_a_form() {
    let server = demo();
    let form = format!(
        "cluster_id={EHPC}&username=isabel&zone=jn1a&time_stamp=2024-05-20T08%3A30%3A00Z&access_key_id=test-ak%7Esuite7"
    );
    assert_eq!(
        server.post_form("/api/user/deleteUser", &form).verdict(),
        "200"
    );
    let has_isabel = |query: &str| {
        let answer = users(&server, &format!("cluster_id={EHPC}&limit=100&{query}"));
        names(&answer).contains(&"isabel".to_owned())
    };
    assert!(has_isabel(""));
    assert!(has_isabel("access_key_id=test-ak"));
    assert!(!has_isabel("access_key_id=test-ak~suite7"));
    assert!(!has_isabel("access_key_id=other~suite7"));
}
