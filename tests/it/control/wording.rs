//! What is wrong with a call of the control plane is said in the words of HTTP and JSON: who calls it knows no Rust.

use super::refused;
use crate::server::{Server, demo};

/// Addresses whose query cannot be meant, and what is said of it.
const QUERIES: &[(&str, &str)] = &[
    ("namespaces/default/values", r#"the query lacks "provider""#),
    (
        "journal?limit=",
        r#"the parameter "limit": write a whole number of 0 or more"#,
    ),
    (
        "journal?since=-1",
        r#"the parameter "since": write a whole number of 0 or more"#,
    ),
    (
        "journal?limit=99999999999999999999",
        r#"the parameter "limit": the number is too large"#,
    ),
    (
        "journal?full=1",
        r#"unknown parameter "full"; this call takes only namespace, provider, "#,
    ),
    (
        "errors?provider=a&provider=b",
        r#"the query has "provider" twice"#,
    ),
    (
        "journal?failed=yes",
        r#"the parameter "failed": write true or false"#,
    ),
];

/// Bodies that cannot be meant, the place in them, and what is said of it.
const BODIES: &[(&str, &str, &str, &str)] = &[
    (
        "faults",
        r#"{"effect": "hang", "times": -1}"#,
        "/times",
        "invalid value: integer `-1`, expected a whole number of 0 or more",
    ),
    (
        "faults",
        r#"{"effect": "hang", "probability": "often"}"#,
        "/probability",
        "expected a number",
    ),
    (
        "faults",
        r#"{"effect": {"status": 70000}}"#,
        "/effect",
        "expected a whole number from 0 to 65535",
    ),
    (
        "faults",
        r#"{"effect": {"delay": 5}}"#,
        "/effect",
        r#"a delay is a duration such as "2s", or two such as ["1s", "3s"]"#,
    ),
    (
        "faults",
        "[]",
        "",
        "invalid type: array, expected an object",
    ),
    (
        "reset",
        r#""x""#,
        "/to",
        "unknown value `x`, expected `template` or `empty`",
    ),
    (
        "journal/verify",
        r#"{"count": {"exactly": -1}}"#,
        "/count/exactly",
        "expected a whole number of 0 or more",
    ),
    (
        "journal/verify",
        r#"{"count": {"at_least": 1, "at_most": 3}}"#,
        "/count",
        "give one bound",
    ),
    (
        "journal/verify",
        r#"{"count": {}}"#,
        "/count",
        "give one bound",
    ),
    ("namespaces/default/seed", "", "", "the body is empty"),
];

/// Words that are of the program that reads, and not of what it reads.
const OURS: &[&str] = &[
    "deserialize",
    "variant",
    "enum",
    "struct ",
    "u16",
    "u32",
    "u64",
    "usize",
    "f64",
    "sequence",
    "column 0",
];

#[track_caller]
fn check(server: &Server, method: &str, target: &str, body: &str, pointer: &str, sentence: &str) {
    let answer = server.json(method, &format!("/_rollcall/{target}"), body);
    refused(&answer, 400, pointer, sentence);
    for word in OURS {
        assert!(!answer.text().contains(word), "{word}: {answer}");
    }
}

#[test]
fn a_wrong_query_is_refused_in_the_words_of_http() {
    let server = demo();
    for (target, sentence) in QUERIES {
        check(&server, "GET", target, "", "", sentence);
    }
}

#[test]
fn a_wrong_body_is_refused_in_the_words_of_json() {
    let server = demo();
    for (target, body, pointer, sentence) in BODIES {
        check(&server, "POST", target, body, pointer, sentence);
    }
    for target in ["faults", "reset", "namespaces/a/seed", "journal/verify"] {
        let target = format!("/_rollcall/{target}");
        let answer = server.send(
            "POST",
            &target,
            &[("content-encoding", "gzip")],
            b"\x1f\x8b",
        );
        refused(&answer, 415, "", "send it without Content-Encoding");
    }
}
