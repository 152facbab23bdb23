//! Whose data is this: how a request names its namespace, and that no namespace sees another.

use std::thread;

use crate::server::{Server, demo, frozen, with};

const USERS: &str =
    "/v2/0bec5db98280d2d02fd6c00c2de791ce/instances/0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000/users";
const HEADER: &str = "x-rollcall-namespace";

fn create(server: &Server, name: &str, headers: &[(&str, &str)]) -> String {
    let body = format!(r#"{{"access_key":"{name}","secret_key":"Secret-1234"}}"#);
    server
        .send("POST", USERS, headers, body.as_bytes())
        .verdict()
}

fn shown(server: &Server, name: &str, headers: &[(&str, &str)]) -> String {
    server
        .send("GET", &format!("{USERS}/{name}"), headers, b"")
        .verdict()
}

#[test]
fn an_invalid_namespace_is_refused_by_rollcall_itself() {
    let server = demo();
    for name in ["Upper", "-a", "a_b", "../x", "", "x y"] {
        let answer = server.send("GET", USERS, &[(HEADER, name)], b"");
        assert_eq!(answer.status, 400, "{name}");
        assert_eq!(
            answer.header("content-type"),
            Some("application/problem+json")
        );
    }
    let key = (
        "authorization",
        "SDK-HMAC-SHA256 Access=test-ak~Not Valid, SignedHeaders=a, Signature=b",
    );
    assert_eq!(server.send("GET", USERS, &[key], b"").status, 400);
}

#[test]
fn header_host_label_and_key_suffix_name_a_namespace_in_this_order() {
    let server = demo();
    let header = (HEADER, "by-header");
    let host = ("host", "by-host.ns.localhost:4700");
    let key = (
        "authorization",
        "SDK-HMAC-SHA256 Access=test-ak~by-key, SignedHeaders=host, Signature=0",
    );
    assert_eq!(
        create(&server, "only-by-header", &[header, host, key]),
        "200"
    );
    assert_eq!(create(&server, "only-by-host", &[host, key]), "200");
    assert_eq!(create(&server, "only-by-key", &[key]), "200");
    assert_eq!(create(&server, "only-default", &[]), "200");
    for namespace in ["by-header", "by-host", "by-key", "default"] {
        for other in ["by-header", "by-host", "by-key", "default"] {
            let expected = if namespace == other {
                "200"
            } else {
                "400 DMS.00500972"
            };
            let found = shown(&server, &format!("only-{other}"), &[(HEADER, namespace)]);
            assert_eq!(found, expected, "user of {other}, seen from {namespace}");
        }
    }
}

#[test]
fn namespaces_never_see_each_other_at_the_same_time() {
    const NAMESPACES: usize = 8;
    const ROUNDS: usize = 20;
    let server = with(frozen());
    thread::scope(|scope| {
        for number in 0..NAMESPACES {
            let server = &server;
            scope.spawn(move || {
                let namespace = format!("suite-{number}");
                let mine = [(HEADER, namespace.as_str())];
                for round in 0..ROUNDS {
                    // The same name everywhere: in one shared list, all but one would be refused.
                    let name = format!("user-{round:04}");
                    assert_eq!(create(server, &name, &mine), "200", "{namespace} {name}");
                    let total = server.send("GET", USERS, &mine, b"").json()["total"].clone();
                    assert_eq!(total, 1 + 1 + round, "{namespace}");
                }
            });
        }
    });
    assert_eq!(server.get(USERS).json()["total"], 1);
}

#[test]
fn the_number_of_namespaces_is_bounded() {
    let server = with(frozen().max_namespaces(2));
    assert_eq!(
        server.send("GET", USERS, &[(HEADER, "one")], b"").status,
        200
    );
    let answer = server.send("GET", USERS, &[(HEADER, "two")], b"");
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (429, Some("application/problem+json"))
    );
    assert!(answer.text().contains("--max-namespaces"), "{answer}");
}
