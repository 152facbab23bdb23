//! How answers write the names of headers: clients should not care, and Huawei's Java SDK does.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use crate::server;

/// The head of the answer to this request, as it is on the wire.
#[track_caller]
fn head(request: &str) -> String {
    let server = server::demo();
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    let patience = Some(Duration::from_secs(20));
    stream.set_read_timeout(patience).expect("a time-out");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut received = Vec::new();
    stream.read_to_end(&mut received).expect("it answers");
    let received = String::from_utf8(received).expect("text");
    let (head, _) = received.split_once("\r\n\r\n").expect("a head");
    head.to_owned()
}

/// Wants every name to begin its words with capitals, and these to be there.
#[track_caller]
fn check(head: &str, names: &[&str]) {
    let found: Vec<&str> = head
        .split("\r\n")
        .skip(1)
        .filter_map(|line| Some(line.split_once(": ")?.0))
        .collect();
    for name in names {
        assert!(found.contains(name), "{name} is not in\n{head}");
    }
    for word in found.iter().flat_map(|name| name.split('-')) {
        assert!(
            !word.starts_with(|first: char| first.is_ascii_lowercase()),
            "{word} in\n{head}"
        );
    }
}

#[test]
fn the_token_of_iam_is_in_x_subject_token_to_the_letter() {
    // huaweicloud-sdk-core of Java 3.1.143 looks in a map of the names as they came.
    let body = r#"{"auth":{"identity":{"methods":["password"],"password":{"user":{"domain":{"name":"IAMDomain"},"name":"IAMUser","password":"IAMPassword"}}}}}"#;
    let request = format!(
        "POST /v3/auth/tokens?nocatalog=true HTTP/1.1\r\nhost: x\r\nconnection: close\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\r\n{body}",
        body.len()
    );
    check(
        &head(&request),
        &[
            "X-Subject-Token",
            "X-Request-Id",
            "Content-Type",
            "Content-Length",
            "Date",
        ],
    );
}

#[test]
fn every_provider_and_the_control_plane_write_names_with_capitals() {
    for (target, names) in [
        (
            "/v2/0bec5db98280d2d02fd6c00c2de791ce/users?limit=1",
            &["X-Request-Id"][..],
        ),
        ("/?Action=ListUsers&Version=2024-08-31", &["X-Tt-Logid"]),
        (
            "/?Action=ListUsers&Version=2018-04-12",
            &["X-Acs-Request-Id", "X-Acs-Trace-Id"],
        ),
        ("/api/user?action=HpcUserListUsers", &["Content-Type"]),
        ("/_rollcall/ready", &["Content-Type"]),
    ] {
        check(
            &head(&format!(
                "GET {target} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
            )),
            names,
        );
    }
}
