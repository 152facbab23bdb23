//! What is the same over TLS: answers, long ones, faults, stops, the guards of the control plane; and what the journal says.

use std::io::{ErrorKind, Read as _, Write as _};
use std::net::Shutdown;
use std::time::{Duration, Instant};

use rollcall::{Options, Tls};
use serde_json::json;

use super::{auto, ca, connect, get, options, secure, shake};
use crate::client::read_answer;
use crate::control::USERS;
use crate::server::{demo, with};
use crate::signed;
use crate::signing::Request;

#[test]
fn both_are_spoken_on_one_port_with_the_same_answers() {
    let server = auto();
    let mut stream = secure(&server, "localhost");
    assert_eq!(stream.conn.alpn_protocol(), Some(&b"http/1.1"[..]));
    let plain = server.get(USERS);
    let secure = get(&mut stream, "127.0.0.1", USERS);
    assert_eq!((secure.status, &secure.body), (200, &plain.body));
    let again = get(&mut stream, "127.0.0.1", USERS);
    assert_eq!(again.body, plain.body);
    let entries = server.get("/_rollcall/journal").json();
    let schemes: Vec<_> = (0..3).map(|at| &entries["entries"][at]["scheme"]).collect();
    assert_eq!(schemes, ["https", "https", "http"]);
}

#[test]
fn a_curl_command_has_the_scheme_that_the_call_came_with() {
    let server = auto();
    let mut stream = secure(&server, "localhost");
    get(&mut stream, "localhost", USERS);
    let call = json!({ "request": { "method": "GET", "target": USERS }, "scheme": "none" });
    let body = call.to_string();
    let length = body.len();
    write!(stream, "POST /_rollcall/try HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\ncontent-length: {length}\r\n\r\n{body}").expect("it is open");
    let over_tls = read_answer(&mut stream)
        .expect("an answer")
        .expect("one")
        .json();
    let plain = server.json("POST", "/_rollcall/try", &body).json();
    // A proxy before the server that speaks TLS: the browser's page says so.
    let headers = [
        ("content-type", "application/json"),
        ("host", "mock.localhost"),
        ("origin", "https://mock.localhost"),
    ];
    let proxied = server
        .send("POST", "/_rollcall/try", &headers, body.as_bytes())
        .json();
    let begins = |told: &serde_json::Value, url: &str| {
        let curl = told["curl"].as_str().expect("a command");
        assert!(curl.contains(url), "{curl}");
        let id = &told["journal_id"];
        let scheme = url.trim_start().split(':').next();
        let entry = server.get(&format!("/_rollcall/journal/{id}")).json();
        assert_eq!(entry["scheme"].as_str(), scheme, "{entry}");
        let kept = server.get(&format!("/_rollcall/journal/{id}/curl"));
        let kept = kept.text();
        assert!(kept.contains(url), "{kept}");
        let again = server
            .send(
                "POST",
                &format!("/_rollcall/journal/{id}/replay"),
                &headers,
                b"{}",
            )
            .json();
        let curl = again["curl"].as_str().expect("a command");
        assert!(curl.contains(" https://mock.localhost/"), "{curl}");
    };
    begins(&over_tls, " https://localhost/");
    begins(&plain, " http://127.0.0.1/");
    begins(&proxied, " https://mock.localhost/");
    let first = server.get("/_rollcall/journal/1/curl");
    let first = first.text();
    assert!(first.contains(" https://localhost/"), "{first}");
}

#[test]
fn a_signature_covers_the_host_as_it_was_signed() {
    let server = with(options().auth("strict").expect("a mode"));
    let mut stream = secure(&server, "localhost");
    for (host, expected) in [("localhost", 200), ("elsewhere", 401)] {
        let raw = format!("GET {USERS} HTTP/1.1\nHost: localhost\n\n");
        let request = signed::by_huawei(Request::parse(raw.as_bytes()), &signed::KEY, signed::TIME);
        write!(stream, "GET {USERS} HTTP/1.1\r\nhost: {host}\r\n").expect("it is open");
        for (name, value) in request.headers.iter().filter(|(name, _)| name != "host") {
            write!(stream, "{name}: {value}\r\n").expect("it is open");
        }
        write!(stream, "\r\n").expect("it is open");
        let answer = read_answer(&mut stream).expect("an answer").expect("one");
        assert_eq!(answer.status, expected, "{answer}");
    }
}

#[test]
fn an_answer_of_megabytes_arrives_whole() {
    let server = auto();
    let text = "x".repeat(1000);
    let users: Vec<_> = (0..2000)
        .map(|number| json!({ "Username": format!("long.{number:05}"), "Description": text }))
        .collect();
    let document = json!({ "volcengine-bytehouse": { "Users": users } });
    let seeded = server.json(
        "POST",
        "/_rollcall/namespaces/default/seed",
        &document.to_string(),
    );
    assert_eq!(seeded.status, 200, "{seeded}");
    let target = "/?Action=ListUsers&Version=2024-08-31&Limit=1000000";
    let answer = get(&mut secure(&server, "localhost"), "x", target);
    assert_eq!(answer.status, 200);
    assert!(1024 * 1024 < answer.body.len(), "{}", answer.body.len());
    let text = answer.text();
    assert!(text.contains("long.00000") && text.contains("long.01999"));
    answer.json();
}

#[test]
fn a_reset_and_a_truncated_answer_end_the_tcp_connection() {
    let server = auto();
    for (effect, expected) in [
        ("reset", Err(ErrorKind::ConnectionReset)),
        // No close_notify: the client knows that something is missing.
        ("truncate", Err(ErrorKind::UnexpectedEof)),
    ] {
        let mut stream = secure(&server, "localhost");
        let rule =
            json!({ "effect": effect, "times": 1, "match": { "provider": "huawei-rocketmq" } });
        server.json("POST", "/_rollcall/faults", &rule.to_string());
        write!(stream, "GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n").expect("it is open");
        let mut received = Vec::new();
        let ended = stream
            .read_to_end(&mut received)
            .map_err(|cause| cause.kind());
        assert_eq!(ended.map(drop), expected, "{effect}");
        assert_eq!(received.is_empty(), effect == "reset");
    }
}

#[test]
fn a_connection_that_the_client_asks_to_close_says_goodbye() {
    let server = auto();
    let mut stream = secure(&server, "localhost");
    write!(
        stream,
        "GET {USERS} HTTP/1.1\r\nhost: x\r\nconnection: close\r\n\r\n"
    )
    .expect("it is open");
    let mut received = Vec::new();
    stream
        .read_to_end(&mut received)
        .expect("close_notify comes first");
    assert!(received.starts_with(b"HTTP/1.1 200"));
}

#[test]
fn the_control_plane_is_guarded_as_over_http() {
    let server = with(options().admin_token("secret"));
    let mut stream = secure(&server, "localhost");
    for (host, target, expected) in [
        ("localhost", "/_rollcall/journal", 401),
        ("evil.example", "/_rollcall/journal", 403),
        // What is to be trusted is for everybody.
        ("evil.example", "/_rollcall/ca.pem", 200),
    ] {
        assert_eq!(
            get(&mut stream, host, target).status,
            expected,
            "{host} {target}"
        );
    }
    let page =
        "GET /_rollcall/journal HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer secret\r\n";
    for (origin, expected) in [("https://localhost", 200), ("https://evil.example", 403)] {
        write!(stream, "{page}origin: {origin}\r\n\r\n").expect("it is open");
        let answer = read_answer(&mut stream).expect("an answer").expect("one");
        assert_eq!(answer.status, expected, "{origin}");
    }
}

#[test]
fn a_stop_waits_for_no_idle_connection_and_for_no_handshake() {
    let server = auto();
    let mut idle = secure(&server, "localhost");
    get(&mut idle, "x", USERS);
    let mut half = connect(server.address());
    half.write_all(b"\x16\x03\x01\x02\x00\x01")
        .expect("it is open");
    let began = Instant::now();
    drop(server);
    assert!(
        began.elapsed() < Duration::from_secs(5),
        "{:?}",
        began.elapsed()
    );
    let mut rest = Vec::new();
    assert_eq!(
        idle.read_to_end(&mut rest).map_err(|cause| cause.kind()),
        Ok(0)
    );
    // It may not have been read.
    let ended = half.read_to_end(&mut rest).map_err(|cause| cause.kind());
    assert!(
        matches!(ended, Ok(0) | Err(ErrorKind::ConnectionReset)),
        "{ended:?}"
    );
}

#[test]
fn without_tls_a_client_that_speaks_it_is_told_so_as_before() {
    let server = demo();
    let refused = server.get("/_rollcall/ca.pem");
    assert_eq!(refused.status, 404);
    assert!(refused.text().contains("--tls auto"), "{refused}");
    let mut stream = connect(server.address());
    stream
        .write_all(b"\x16\x03\x01\x00\x05hello")
        .expect("it is open");
    stream.shutdown(Shutdown::Write).expect("it is open");
    let mut received = Vec::new();
    // Closed or reset: either ends it.
    let _ = stream.read_to_end(&mut received);
    assert!(received.starts_with(b"HTTP/1.1 400"), "{received:?}");
    let metrics = server.get("/_rollcall/metrics");
    assert!(
        metrics
            .text()
            .contains("misdirected_connections_total{protocol=\"tls\"} 1"),
        "{metrics}"
    );
}

#[test]
fn a_library_user_has_the_certificate_at_hand() {
    let options = Options::default().tls(Tls::Auto);
    let rollcall = rollcall::Rollcall::start_with(&options).expect("it starts");
    let address = rollcall
        .url()
        .trim_start_matches("http://")
        .parse()
        .expect("an address");
    let pem = rollcall.ca_pem().expect("a certificate");
    assert_eq!(pem, ca(address));
    shake(connect(address), &pem, "127.0.0.1").expect("the address is in it");
}
