//! Who may use the control plane: tokens, hosts, origins; and what it makes of requests that nobody should send.

use serde_json::json;

use super::{USERS, add_user, done, list, refused, total};
use crate::client::{Answer, exchange};
use crate::server::{Server, demo, frozen, with};

const FOREIGN: (&str, &str) = ("origin", "http://evil.test");

fn reset(server: &Server, headers: &[(&str, &str)]) -> Answer {
    server.send("POST", "/_rollcall/reset", headers, b"")
}

#[test]
fn a_token_locks_everything_but_health_and_ready() {
    let server = with(frozen().admin_token("s3cret"));
    for open in ["health", "ready"] {
        assert_eq!(server.get(&format!("/_rollcall/{open}")).status, 200);
    }
    for locked in [
        "",
        "/",
        "/providers",
        "/errors",
        "/journal",
        "/metrics",
        "/nothing",
        "/openapi/control-plane.yaml",
        "/health/",
    ] {
        let answer = server.get(&format!("/_rollcall{locked}"));
        refused(&answer, 401, "", "as Authorization: Bearer TOKEN");
        assert_eq!(
            answer.header("www-authenticate"),
            Some("Bearer"),
            "{locked}"
        );
    }
    for wrong in [
        "s3cret",
        "Bearer",
        "Bearer ",
        "Bearer wrong",
        "Bearer s3cret2",
        "Basic s3cret",
    ] {
        assert_eq!(
            reset(&server, &[("authorization", wrong)]).status,
            401,
            "{wrong}"
        );
    }
    for right in ["Bearer s3cret", "bearer s3cret"] {
        assert_eq!(
            reset(&server, &[("authorization", right)]).status,
            200,
            "{right}"
        );
    }
    // Providers are no part of it.
    assert_eq!(list(&server, "default").status, 200);
}

#[test]
fn an_empty_token_is_none() {
    for empty in ["", " "] {
        let server = with(frozen().admin_token(empty));
        for header in [&[][..], &[("authorization", "Bearer ")]] {
            assert_eq!(reset(&server, header).status, 200, "{empty:?} {header:?}");
        }
    }
}

#[test]
fn a_page_of_a_foreign_origin_cannot_change_anything_but_can_list_users() {
    let server = demo();
    add_user(&server, "default", "precious");
    let before = total(&server, "default");
    // What a page can send without asking first: simple methods and content types, and what a form or a beacon sends.
    for content_type in [
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
    ] {
        let headers = [FOREIGN, ("content-type", content_type)];
        refused(
            &reset(&server, &headers),
            403,
            "",
            "start with --allow-origin http://evil.test",
        );
        let rule = br#"{"effect":"hang"}"#;
        assert_eq!(
            server
                .send("POST", "/_rollcall/faults", &headers, rule)
                .status,
            403
        );
    }
    // A sandboxed frame, a file, a redirect.
    assert_eq!(reset(&server, &[("origin", "null")]).status, 403);
    // It may read nothing but why it may not: who looks into its console would else see a failed request.
    for (method, target) in [
        ("GET", "/_rollcall/journal"),
        ("DELETE", "/_rollcall/namespaces/default"),
        ("PATCH", "/_rollcall/namespaces/default/settings"),
    ] {
        let asks = [FOREIGN, ("access-control-request-method", method)];
        let asked = server.send("OPTIONS", target, &asks, b"");
        assert_eq!(
            (asked.status, asked.header("access-control-allow-methods")),
            (204, Some(method))
        );
        let answer = server.send(method, target, &[FOREIGN], b"{}");
        let sentence = "start with --allow-origin http://evil.test";
        refused(&answer, 403, "", sentence);
        assert_eq!(
            answer.header("access-control-allow-origin"),
            Some(FOREIGN.1),
            "{answer}"
        );
    }
    // Whether it is alive is no secret, wherever the page and whatever the name.
    for path in ["/_rollcall/health", "/_rollcall/ready"] {
        let headers = [FOREIGN, ("host", "rollcall.evil.example")];
        let answer = server.send("GET", path, &headers, b"");
        assert_eq!(
            (answer.status, answer.header("access-control-allow-origin")),
            (200, Some(FOREIGN.1))
        );
    }
    assert_eq!(total(&server, "default"), before);
    assert_eq!(server.get("/_rollcall/faults").json(), json!([]));

    let users = server.send("GET", USERS, &[FOREIGN], b"");
    assert_eq!(
        (users.status, users.header("access-control-allow-origin")),
        (200, Some(FOREIGN.1))
    );
}

#[test]
fn a_name_that_somebody_else_points_here_opens_nothing() {
    let server = with(
        frozen()
            .allow_host("rc.example")
            .allow_host("*.lab.example"),
    );
    for host in [
        "evil.example",
        "evil.example:4700",
        "localhost.evil.example",
        "127.0.0.1.evil.example:80",
        "",
    ] {
        let origin = format!("http://{host}");
        let answer = reset(&server, &[("host", host), ("origin", &origin)]);
        let cure = match host {
            "" => "the header Host is empty",
            _ => "start with --allow-host",
        };
        refused(&answer, 403, "", cure);
        assert_eq!(reset(&server, &[("host", host)]).status, 403, "{host}");
    }
    for host in [
        "localhost",
        "localhost:4700",
        "[::1]:4700",
        "10.0.0.8",
        "rollcall",
        "rollcall:4700",
        "host.docker.internal:4700",
        "rollcall.ci.svc.cluster.local",
        "localhost.",
        "mock.test",
        "RC.Example:4700",
        "one.lab.example",
    ] {
        assert_eq!(reset(&server, &[("host", host)]).status, 200, "{host}");
        let origin = format!("http://{}", host.to_lowercase());
        assert_eq!(
            reset(&server, &[("host", host), ("origin", &origin)]).status,
            200,
            "{host}"
        );
    }
    // The port is part of an origin: another service of this machine is a stranger, too.
    assert_eq!(
        reset(
            &server,
            &[
                ("host", "localhost:4700"),
                ("origin", "http://localhost:5173")
            ]
        )
        .status,
        403
    );
    // HTTP/1.0 has no host; that is no browser, unless it says where it is from.
    let old = exchange(
        server.address(),
        b"POST /_rollcall/reset HTTP/1.0\r\ncontent-length: 0\r\n\r\n",
        1,
    )
    .remove(0);
    assert_eq!(old.status, 200);
    let old = exchange(
        server.address(),
        b"POST /_rollcall/reset HTTP/1.0\r\norigin: null\r\ncontent-length: 0\r\n\r\n",
        1,
    )
    .remove(0);
    assert_eq!(old.status, 403);
}

#[test]
fn a_page_of_an_allowed_origin_can_really_call_it() {
    const PAGE: (&str, &str) = ("origin", "http://localhost:5173");
    let server = with(
        frozen()
            .allow_origin("http://localhost:5173/")
            .admin_token("t"),
    );
    let asks = [
        PAGE,
        ("access-control-request-method", "PUT"),
        (
            "access-control-request-headers",
            "authorization, content-type",
        ),
        ("access-control-request-private-network", "true"),
    ];
    let leave = server.send("OPTIONS", "/_rollcall/namespaces/a", &asks, b"");
    assert_eq!(leave.status, 204);
    for (name, value) in [
        ("access-control-allow-origin", "http://localhost:5173"),
        ("access-control-allow-methods", "PUT"),
        (
            "access-control-allow-headers",
            "authorization, content-type",
        ),
        ("access-control-allow-private-network", "true"),
        ("vary", "origin"),
    ] {
        assert_eq!(leave.header(name), Some(value), "{name}");
    }
    let headers = [
        PAGE,
        ("authorization", "Bearer t"),
        ("content-type", "application/json"),
    ];
    let made = server.send("PUT", "/_rollcall/namespaces/a", &headers, b"{}");
    assert_eq!(
        (made.status, made.header("access-control-allow-origin")),
        (201, Some("http://localhost:5173"))
    );
    // It may read errors, those of a missing token included.
    let refused = server.send("PUT", "/_rollcall/namespaces/a", &[PAGE], b"{}");
    assert_eq!(
        (
            refused.status,
            refused.header("access-control-allow-origin")
        ),
        (401, Some("http://localhost:5173"))
    );
    let origins = made
        .headers
        .iter()
        .filter(|(name, _)| name == "access-control-allow-origin");
    assert_eq!(origins.count(), 1);
}

#[test]
fn bodies_are_bounded() {
    let server = demo();
    let large = vec![b' '; 1024 * 1024 + 1];
    for (method, address) in [
        ("POST", "faults"),
        ("PUT", "namespaces/a"),
        ("POST", "reset"),
        ("PUT", "clock"),
        ("POST", "journal/verify"),
    ] {
        let answer = server.send(method, &format!("/_rollcall/{address}"), &[], &large);
        refused(&answer, 413, "", "1 MiB for anything else");
    }
    // A seed may be larger.
    let answer = server.send(
        "POST",
        "/_rollcall/namespaces/a/seed",
        &[],
        &[large.as_slice(), b"{}"].concat(),
    );
    assert_eq!(done(&answer)["records"], 0);
    let announced = b"PUT /_rollcall/namespaces/a/snapshot HTTP/1.1\r\nhost: x\r\ncontent-length: 9999999999\r\n\r\n";
    let answer = exchange(server.address(), announced, 1).remove(0);
    refused(&answer, 413, "", "1 GiB");
}

#[test]
fn what_there_is_not_is_a_problem_and_never_a_providers_error() {
    let server = demo();
    refused(
        &server.get("/_rollcall/nothing?x=1"),
        404,
        "",
        "there is no /_rollcall/nothing; GET /_rollcall lists all addresses",
    );
    refused(
        &server.get("/_rollcall/providers/nobody"),
        404,
        "",
        "unknown provider \"nobody\"",
    );
    refused(
        &server.get("/_rollcall/openapi/nobody.yaml"),
        404,
        "",
        "there is no document",
    );
    let answer = server.json("PATCH", "/_rollcall/clock", "{}");
    refused(&answer, 405, "", "/_rollcall/clock does not take PATCH");
    // With a slash at its end the index has a route of its own.
    for index in ["/_rollcall", "/_rollcall/"] {
        let answer = server.json("DELETE", index, "{}");
        refused(&answer, 405, "", "/ does not take DELETE");
    }
    let answer = server.json("PATCH", "/_rollcall/clock", "{}");
    let allowed = answer.header("allow").expect("a list");
    assert!(
        allowed.contains("GET") && allowed.contains("PUT"),
        "{allowed}"
    );
    assert_eq!(
        server.get("/_rollcallx").header("content-type"),
        Some("application/problem+json")
    );
    assert_eq!(
        server
            .get("/_rollcall/health")
            .header("x-content-type-options"),
        Some("nosniff")
    );
}

#[test]
fn head_is_get_without_a_body() {
    let server = demo();
    for address in [
        "",
        "/",
        "/health",
        "/providers",
        "/journal",
        "/metrics",
        "/namespaces/default/export",
    ] {
        let head = server.send("HEAD", &format!("/_rollcall{address}"), &[], b"");
        let get = server.get(&format!("/_rollcall{address}"));
        assert_eq!((head.status, head.body.len()), (200, 0), "{address}");
        assert_eq!(
            head.header("content-type"),
            get.header("content-type"),
            "{address}"
        );
    }
}

#[test]
fn no_wrong_input_is_the_servers_fault() {
    let server = demo();
    let index = server.get("/_rollcall").json();
    let bodies: [&[u8]; 8] = [
        b"",
        b"{",
        b"[]",
        b"null",
        b"5",
        b"\"x\"",
        b"\xff\xfe",
        b"{\"a\":{\"b\":[1,2,{}]}}",
    ];
    let deep = "[".repeat(10_000);
    for row in index["addresses"].as_array().expect("a list") {
        let address = row["address"].as_str().expect("an address");
        let given = address
            .replace("{namespace}", "zzz")
            .replace("{id}", "zzz")
            .replace("{file}", "zzz");
        for method in ["GET", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE"] {
            for body in bodies.iter().copied().chain([deep.as_bytes()]) {
                for query in [
                    "",
                    "?namespace=zzz",
                    "?namespace=%00",
                    "?with=zzz&x=%",
                    "?a=b&a",
                ] {
                    let answer = server.send(method, &format!("{given}{query}"), &[], body);
                    assert!(answer.status < 500, "{method} {given}{query}: {answer}");
                    let is_json = answer
                        .header("content-type")
                        .is_some_and(|kind| kind.contains("json"));
                    assert!(
                        answer.status < 400 || is_json,
                        "{method} {given}{query}: {answer}"
                    );
                }
            }
        }
    }
    assert_eq!(server.get("/_rollcall/health").status, 200);
}

/// Vite's proxy sends the page's origin with the server's host: a page of another port is a stranger, and told how to be none.
#[test]
fn a_page_behind_a_development_proxy_is_told_what_lets_it_in() {
    let server = demo();
    let page = [
        ("origin", "http://localhost:5173"),
        ("host", "127.0.0.1:4700"),
    ];
    for method in ["GET", "POST"] {
        let target = if method == "GET" { "journal" } else { "reset" };
        let answer = server.send(method, &format!("/_rollcall/{target}"), &page, b"");
        refused(&answer, 403, "", "--allow-origin http://localhost:5173");
    }
}

#[test]
fn json_is_read_in_one_way_everywhere() {
    let server = demo();
    let mark = "\u{feff}";
    for (method, address, body) in [
        (
            "POST",
            "faults",
            r#"{"effect": "hang", "match": {"namespace": "elsewhere"}}"#,
        ),
        ("PUT", "clock", r#"{"mode": "real"}"#),
        ("POST", "clock/advance", r#"{"by": "1h"}"#),
        (
            "PATCH",
            "namespaces/default/settings",
            r#"{"async_polls": 1}"#,
        ),
        ("POST", "namespaces/default/seed", r#"{"credentials": []}"#),
        ("POST", "reset", r#"{"to": "empty"}"#),
        ("PUT", "namespaces/new", r#"{"from": "empty"}"#),
        (
            "POST",
            "journal/verify",
            r#"{"match": {}, "count": {"exactly": 0}}"#,
        ),
    ] {
        let target = format!("/_rollcall/{address}");
        done(&server.json(method, &target, &format!("{mark}{body}")));
        // A key that is there twice: of the two, one would be lost.
        let key = &body[1..body.find(':').expect("a member")];
        let twice = format!("{},{key}: null}}", &body[..body.len() - 1]);
        let answer = server.json(method, &target, &twice);
        assert_eq!(answer.status, 400, "{address}: {answer}");
        assert!(
            answer.text().contains("duplicate key") && answer.text().contains("line 1 column "),
            "{answer}"
        );
        assert_eq!(
            answer.json()["pointer"],
            format!("/{}", key.trim_matches('"')),
            "{answer}"
        );
    }
    for (method, address, body, pointer) in [
        ("POST", "reset", r#"["empty"]"#, ""),
        (
            "PATCH",
            "namespaces/default/settings",
            r#"[{"*": "strict"}]"#,
            "",
        ),
        ("POST", "faults", r#"[0, {}, "hang"]"#, ""),
        (
            "POST",
            "faults",
            r#"{"match": ["huawei-rocketmq"], "effect": "hang"}"#,
            "/match",
        ),
        (
            "POST",
            "faults",
            r#"{"effect": {"error": ["Internal"]}}"#,
            "/effect",
        ),
        ("PUT", "clock", r#"["real"]"#, ""),
        ("PUT", "namespaces/other", r#"["empty"]"#, ""),
        (
            "POST",
            "journal/verify",
            r#"{"match": [], "count": {"exactly": 0}}"#,
            "/match",
        ),
        (
            "POST",
            "namespaces/default/seed",
            r#"{"huawei-rocketmq": {"projects": [["p", []]]}}"#,
            "/huawei-rocketmq/projects/0",
        ),
        (
            "POST",
            "namespaces/default/seed",
            r#"{"aliyun-ehpc": {"2018-04-12": [[]]}}"#,
            "/aliyun-ehpc/2018-04-12",
        ),
    ] {
        let answer = server.json(method, &format!("/_rollcall/{address}"), body);
        assert_eq!(answer.status, 400, "{address} {body}: {answer}");
        let found = answer.json()["pointer"]
            .as_str()
            .unwrap_or_default()
            .to_owned();
        assert_eq!(found, pointer, "{address} {body}: {answer}");
    }
}

/// What takes much more memory than its text is refused before it does.
#[test]
fn bodies_of_many_small_values_are_refused() {
    let server = demo();
    let many = format!("[0{}]", ",0".repeat(500_000));
    let target = "/v2/0bec5db98280d2d02fd6c00c2de791ce/users";
    let answer = server.json("POST", target, &format!("{{\"user_name\":{many}}}"));
    assert_eq!(answer.status, 400, "{}", answer.status);
    for (method, address, body) in [
        (
            "POST",
            "namespaces/default/seed",
            format!("{{\"huawei-rocketmq\":{{\"users\":{many}}}}}"),
        ),
        (
            "POST",
            "namespaces/default/seed",
            format!("{{\"huawei-iam\":{{\"domains\":[{{\"links\":{many}}}]}}}}"),
        ),
        (
            "POST",
            "faults",
            format!("{{\"effect\":[0{}]}}", ",0".repeat(200_000)),
        ),
    ] {
        let answer = server.json(method, &format!("/_rollcall/{address}"), &body);
        assert_eq!(answer.status, 400, "{address}");
        assert!(
            answer.body.len() < 4096,
            "{address}: a sentence, and no copy of the body"
        );
    }
}
