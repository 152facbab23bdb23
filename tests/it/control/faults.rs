//! Every effect, every way to ask for one, and every row of every catalogue.

use std::io::{ErrorKind, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{INSTANCE, PROJECT, ROCKETMQ, USERS, done, list, refused, total};
use crate::client::{Answer, TIMEOUT};
use crate::server::{Server, demo, frozen, with};

/// Sets up a rule.
#[track_caller]
fn fault(server: &Server, rule: &Value) -> Value {
    let answer = server.json("POST", "/_rollcall/faults", &rule.to_string());
    assert_eq!(answer.status, 201, "{answer}");
    answer.json()
}

/// What a call over a socket of its own gets: its bytes, and how the connection ended.
fn raw(server: &Server, patience: Duration) -> (Vec<u8>, Result<(), ErrorKind>) {
    let mut stream = TcpStream::connect(server.address()).expect("the server listens");
    stream.set_read_timeout(Some(patience)).expect("a time-out");
    let request = format!("GET {USERS} HTTP/1.1\r\nhost: x\r\n\r\n");
    stream.write_all(request.as_bytes()).expect("it reads");
    let mut received = Vec::new();
    let ended = stream.read_to_end(&mut received);
    (received, ended.map(drop).map_err(|cause| cause.kind()))
}

/// The newest journal entry.
fn newest(server: &Server) -> Value {
    server.get("/_rollcall/journal?limit=1").json()["entries"][0].clone()
}

/// A call of any operation, by its row in the provider's table: a fault needs no more of it.
fn call_of(server: &Server, provider: &str, operation: &Value) -> Answer {
    let text = |name: &str| operation[name].as_str().unwrap_or_default();
    let path: Vec<&str> = text("path")
        .split('/')
        .map(|part| if part.starts_with('{') { "x" } else { part })
        .collect();
    let mut target = format!("/{provider}{}", path.join("/"));
    if !text("version").is_empty() {
        target.push_str(&format!(
            "?Action={}&Version={}",
            text("name"),
            text("version")
        ));
    }
    let method = operation["methods"][0].as_str().expect("a method");
    server.send(method, &target, &[], b"")
}

#[test]
fn every_row_of_every_catalogue_can_be_triggered_by_name() {
    let server = demo();
    let providers = server.get("/_rollcall/providers").json();
    let mut rows = 0;
    for provider in providers.as_array().expect("a list") {
        let id = provider["id"].as_str().expect("an id");
        let whole = server.get(&format!("/_rollcall/providers/{id}")).json();
        let errors = server
            .get(&format!("/_rollcall/errors?provider={id}"))
            .json();
        assert_eq!(errors, whole["errors"]);
        for row in errors.as_array().expect("a list") {
            let name = row["name"].as_str().expect("a name");
            let rule =
                json!({ "match": { "provider": id }, "effect": { "error": name }, "times": 1 });
            fault(&server, &rule);
            let answer = call_of(&server, id, &whole["operations"][0]);
            assert_eq!(answer.status, row["status"], "{id} {name}: {answer}");
            let body = answer.text();
            let code = row["code"].as_str().expect("a code");
            assert!(body.contains(code), "{id} {name}: no {code} in {answer}");
            if let Some(number) = row["number"].as_i64() {
                assert!(
                    body.contains(&number.to_string()),
                    "{id} {name}: no {number} in {answer}"
                );
            }
            let entry = newest(&server);
            assert_eq!(
                (&entry["stage"], &entry["error"]),
                (&json!("fault"), &row["name"]),
                "{entry}"
            );
            done(&server.json("DELETE", "/_rollcall/faults", ""));
            rows += 1;
        }
    }
    let all = server.get("/_rollcall/errors").json();
    assert_eq!(all.as_array().map(Vec::len), Some(rows));
    refused(
        &server.get("/_rollcall/errors?provider=nobody"),
        404,
        "",
        "unknown provider",
    );
    refused(
        &server.get("/_rollcall/errors?provder=x"),
        400,
        "",
        "provder",
    );
}

#[test]
fn an_error_comes_by_name_or_by_a_code_that_is_unique_with_its_detail() {
    let server = demo();
    fault(
        &server,
        &json!({ "effect": { "error": "UserNotFound" }, "times": 1 }),
    );
    assert_eq!(list(&server, "default").verdict(), "400 DMS.00500972");
    fault(
        &server,
        &json!({ "effect": { "error": "DMS.00404022" }, "times": 1 }),
    );
    assert_eq!(list(&server, "default").verdict(), "404 DMS.00404022");
    fault(
        &server,
        &json!({ "effect": { "error": "FieldInvalid", "detail": "topic_perms" }, "times": 1 }),
    );
    let answer = list(&server, "default");
    assert!(
        answer.text().contains("The error key is topic_perms."),
        "{answer}"
    );
    assert_eq!(list(&server, "default").status, 200);
    // Its headers are the provider's, as of any answer.
    assert!(answer.header("x-request-id").is_some());
}

#[test]
fn any_status_and_body_goes_out_as_it_is() {
    let server = demo();
    let effect = json!({ "status": 502, "body": "<h1>proxy</h1>", "content_type": "text/html" });
    fault(&server, &json!({ "effect": effect, "times": 1 }));
    let answer = list(&server, "default");
    assert_eq!((answer.status, answer.text()), (502, "<h1>proxy</h1>"));
    assert_eq!(answer.header("content-type"), Some("text/html"));
    assert_eq!(answer.header("x-request-id"), None);
    let entry = newest(&server);
    assert_eq!(
        (&entry["stage"], &entry["status"]),
        (&json!("fault"), &json!(502))
    );
}

#[test]
fn an_answer_comes_late() {
    let server = demo();
    fault(
        &server,
        &json!({ "effect": { "delay": "150ms" }, "times": 1 }),
    );
    let began = Instant::now();
    let late = list(&server, "default");
    assert!(Duration::from_millis(150) <= began.elapsed());
    assert_eq!(late.status, 200);
    assert!(
        newest(&server)["explanation"]
            .to_string()
            .contains("delayed the answer by 150ms")
    );
    fault(
        &server,
        &json!({ "effect": { "delay": ["20ms", "60ms"] }, "times": 1 }),
    );
    let began = Instant::now();
    assert_eq!(list(&server, "default").status, 200);
    assert!(Duration::from_millis(20) <= began.elapsed());
    // Two delays add up, and an error may come late.
    fault(
        &server,
        &json!({ "effect": { "delay": "50ms" }, "times": 1 }),
    );
    fault(
        &server,
        &json!({ "effect": { "delay": "50ms" }, "times": 1 }),
    );
    fault(
        &server,
        &json!({ "effect": { "error": "Internal" }, "times": 1 }),
    );
    let began = Instant::now();
    assert_eq!(list(&server, "default").verdict(), "500 DMS.00500000");
    assert!(Duration::from_millis(100) <= began.elapsed());
}

#[test]
fn a_throttle_answers_with_the_providers_own_error_and_a_retry_header() {
    let server = demo();
    fault(&server, &json!({ "effect": { "throttle": 2 } }));
    // Two a second pass; of many more than that in a row at least one is beyond.
    let answers: Vec<Answer> = (0..40).map(|_| list(&server, "default")).collect();
    assert_eq!((answers[0].status, answers[1].status), (200, 200));
    let throttled = answers
        .iter()
        .find(|answer| answer.status != 200)
        .expect("a throttled call");
    assert_eq!(throttled.verdict(), "429 APIGW.0308");
    assert_eq!(throttled.header("retry-after"), Some("1"));
}

#[test]
fn a_hanging_call_is_the_clients_to_give_up() {
    let server = demo();
    fault(&server, &json!({ "effect": "hang", "times": 1 }));
    let (received, ended) = raw(&server, Duration::from_millis(200));
    assert!(received.is_empty());
    assert!(
        matches!(ended, Err(ErrorKind::WouldBlock | ErrorKind::TimedOut)),
        "{ended:?}"
    );
    assert_eq!(list(&server, "default").status, 200);
}

#[test]
fn a_connection_is_reset() {
    let server = demo();
    fault(&server, &json!({ "effect": "reset", "times": 1 }));
    let (received, ended) = raw(&server, TIMEOUT);
    assert_eq!(
        (received.as_slice(), ended),
        (&b""[..], Err(ErrorKind::ConnectionReset))
    );
    assert!(
        newest(&server)["explanation"]
            .to_string()
            .contains("reset the connection")
    );
}

#[test]
fn a_body_breaks_off() {
    let server = demo();
    let whole = list(&server, "default");
    fault(&server, &json!({ "effect": "truncate", "times": 1 }));
    let (received, ended) = raw(&server, TIMEOUT);
    assert_eq!(ended, Ok(()));
    let text = String::from_utf8_lossy(&received).into_owned();
    let (head, body) = text.split_once("\r\n\r\n").expect("a head");
    assert!(
        head.contains(&format!("Content-Length: {}", whole.body.len())),
        "{head}"
    );
    assert_eq!(body.as_bytes(), &whole.body[..whole.body.len() / 2]);
}

/// The operation ran, but its client did not see that: no success.
#[test]
fn an_answer_that_is_lost_is_a_failure() {
    let server = demo();
    for effect in ["hang", "reset", "truncate"] {
        fault(&server, &json!({ "effect": effect, "times": 1 }));
        let _ = raw(&server, Duration::from_millis(200));
        let entry = newest(&server);
        assert_eq!(
            (&entry["delivery"], &entry["status"]),
            (&json!(effect), &json!(200))
        );
        let failed = server.get("/_rollcall/journal?failed=true").json();
        assert_eq!(failed["entries"][0]["id"], entry["id"], "{effect}");
        let outcome = format!("operation=\"ListUser\",outcome=\"{effect}\"");
        let metrics = server.get("/_rollcall/metrics");
        assert!(metrics.text().contains(&outcome), "{metrics}");
    }
    list(&server, "default");
    assert_eq!(newest(&server)["delivery"], Value::Null);
}

#[test]
fn a_rule_is_for_one_namespace_by_one_name() {
    let server = demo();
    let rule = r#"{"match": {"namespace": "other"}, "effect": "hang"}"#;
    let answer = server.json("POST", "/_rollcall/faults?namespace=this", rule);
    refused(&answer, 400, "/match/namespace", "name one");
    let question = r#"{"match": {"namespace": "other"}, "count": 0}"#;
    let answer = server.json("POST", "/_rollcall/journal/verify?namespace=this", question);
    refused(&answer, 400, "/match/namespace", "name one");
    for target in ["/_rollcall/faults?namespace=other", "/_rollcall/faults"] {
        assert_eq!(server.json("POST", target, rule).status, 201, "{target}");
    }
}

#[test]
fn after_and_times_count_matching_calls() {
    let server = demo();
    let rule = fault(
        &server,
        &json!({ "match": { "operation": "ListUser", "params": { "limit": "3" } }, "effect": { "error": "Internal" }, "after": 1, "times": 2 }),
    );
    let status = |query: &str| server.get(&format!("{USERS}{query}")).status;
    let statuses: Vec<u16> = (0..5).map(|_| status("?limit=3")).collect();
    assert_eq!(statuses, [200, 500, 500, 200, 200]);
    assert_eq!(status("?limit=4"), 200);
    let rules = server.get("/_rollcall/faults").json();
    assert_eq!(
        (&rules[0]["matched"], &rules[0]["happened"]),
        (&json!(5), &json!(2))
    );
    assert_eq!(rules[0]["match"]["namespace"], "default");
    done(&server.json("DELETE", &format!("/_rollcall/faults/{}", rule["id"]), ""));
    refused(
        &server.json("DELETE", &format!("/_rollcall/faults/{}", rule["id"]), ""),
        404,
        "",
        "GET /_rollcall/faults lists those that do",
    );
}

#[test]
fn the_same_seed_gives_the_same_chances_whatever_others_do() {
    let run = |server: &Server, noise: bool| {
        fault(
            server,
            &json!({ "effect": { "error": "Internal" }, "probability": 0.5 }),
        );
        let rule = json!({ "match": { "namespace": "other" }, "effect": { "error": "Internal" }, "probability": 0.5 });
        fault(server, &rule);
        let statuses: Vec<u16> = (0..30)
            .map(|_| {
                if noise {
                    list(server, "other");
                }
                list(server, "default").status
            })
            .collect();
        done(&server.json("POST", "/_rollcall/reset", ""));
        statuses
    };
    let (one, two) = (demo(), demo());
    let first = run(&one, false);
    assert!(first.contains(&200) && first.contains(&500), "{first:?}");
    assert_eq!(run(&two, true), first);
    assert_eq!(run(&one, false), first, "after a reset");
    let never = json!({ "effect": { "error": "Internal" }, "probability": 0.0 });
    fault(&one, &never);
    assert_eq!(list(&one, "default").status, 200);
}

#[test]
fn a_header_makes_one_request_fail() {
    let server = demo();
    let two = [
        ("x-rollcall-fault", "Internal"),
        ("x-rollcall-fault", "hang"),
    ];
    let answer = server.send("GET", USERS, &two, b"");
    assert_eq!(answer.status, 400, "{answer}");
    assert!(answer.text().contains("Internal, hang"), "{answer}");
    let send = |value: &str| server.send("GET", USERS, &[("x-rollcall-fault", value)], b"");
    assert_eq!(send("UserNotFound").verdict(), "400 DMS.00500972");
    assert_eq!(send("status=418").status, 418);
    let began = Instant::now();
    assert_eq!(send("delay=50ms").status, 200);
    assert!(Duration::from_millis(50) <= began.elapsed());
    refused(
        &send("Nonsense"),
        400,
        "",
        "\"Nonsense\" is not an error of huawei-rocketmq",
    );
    refused(
        &send("APIGW.0301"),
        400,
        "",
        "choose one by its name: TokenMissing",
    );
    refused(&send("delay=soon"), 400, "", "invalid duration \"soon\"");
    refused(&send("status=99"), 400, "", "invalid status 99");
    assert_eq!(list(&server, "default").status, 200);
}

#[test]
fn a_reserved_access_key_makes_its_call_fail() {
    let server = demo();
    let send = |key: &str| {
        let header = format!("SDK-HMAC-SHA256 Access={key}, SignedHeaders=host, Signature=00");
        server.send("GET", USERS, &[("authorization", &header)], b"")
    };
    assert_eq!(
        send("rollcall-fault-Internal").verdict(),
        "500 DMS.00500000"
    );
    assert_eq!(
        send("rollcall-fault-Internal~suite7").verdict(),
        "500 DMS.00500000"
    );
    assert_eq!(newest(&server)["namespace"], "suite7");
    assert_eq!(send("rollcall-fault-Nonsense").status, 200);
    assert!(
        newest(&server)["explanation"]
            .to_string()
            .contains("\\\"Nonsense\\\" is not an error of huawei-rocketmq")
    );
}

#[test]
fn a_reserved_id_makes_its_call_fail_before_any_format_check() {
    let server = demo();
    let get = |target: &str| server.get(target).verdict();
    assert_eq!(
        get(&format!(
            "/v2/{PROJECT}/instances/rollcall-fault-Internal/users"
        )),
        "500 DMS.00500000"
    );
    assert_eq!(
        get(&format!(
            "/v2/rollcall-fault-TooFrequent/instances/{INSTANCE}/users"
        )),
        "404 DMS.10240407"
    );
    assert_eq!(
        get(&format!("{USERS}?user=%22rollcall-fault-Internal%22")),
        "500 DMS.00500000"
    );
    assert_eq!(
        get(&format!(
            "{USERS}?a=rollcall-fault-Nonsense&b=rollcall-fault-Internal"
        )),
        "500 DMS.00500000"
    );
    let body = format!(
        "{{\"users\":[{{\"access_key\":\"{}\"}}]}}",
        "rollcall-fault-Internal"
    );
    assert_eq!(
        server.send("GET", USERS, &[], body.as_bytes()).verdict(),
        "500 DMS.00500000"
    );
    assert_eq!(get(&format!("{USERS}?a=rollcall-fault-")), "200");
    assert_eq!(newest(&server)["stage"], "answered");
    // A name that is none makes nothing fail, and the journal says why.
    assert_eq!(get(&format!("{USERS}?a=rollcall-fault-Intrenal")), "200");
    assert!(
        newest(&server)["explanation"]
            .to_string()
            .contains("\\\"Intrenal\\\" is not an error of huawei-rocketmq")
    );
}

#[test]
fn a_fault_of_one_namespace_never_touches_another() {
    let server = demo();
    let rule = r#"{"effect": {"error": "Internal"}}"#;
    done(&server.json("POST", "/_rollcall/faults?namespace=a", rule));
    assert_eq!(
        (list(&server, "a").status, list(&server, "b").status),
        (500, 200)
    );
    assert_eq!(
        done(&server.get("/_rollcall/faults?namespace=b")),
        json!([])
    );
    done(&server.json("POST", "/_rollcall/reset?namespace=b", ""));
    assert_eq!(list(&server, "a").status, 500);
    done(&server.json("POST", "/_rollcall/reset?namespace=a", ""));
    assert_eq!(list(&server, "a").status, 200);

    fault(
        &server,
        &json!({ "match": { "namespace": "*" }, "effect": { "error": "Internal" } }),
    );
    assert_eq!(
        (list(&server, "a").status, list(&server, "new").status),
        (500, 500)
    );
    done(&server.json("POST", "/_rollcall/reset?namespace=a", ""));
    assert_eq!(
        list(&server, "a").status,
        500,
        "a rule for all is nobody's to reset"
    );
    assert_eq!(
        done(&server.json("DELETE", "/_rollcall/faults?namespace=a", ""))["removed"],
        0
    );
    assert_eq!(
        done(&server.json("DELETE", "/_rollcall/faults", ""))["removed"],
        1
    );
}

#[test]
fn a_rule_is_for_one_access_key() {
    let server = demo();
    fault(
        &server,
        &json!({ "match": { "access_key": "alice" }, "effect": { "error": "Internal" } }),
    );
    let send = |key: &str| {
        let header = format!("SDK-HMAC-SHA256 Access={key}, SignedHeaders=host, Signature=00");
        server
            .send("GET", USERS, &[("authorization", &header)], b"")
            .status
    };
    assert_eq!((send("alice"), send("bob")), (500, 200));
}

#[test]
fn rules_from_a_file_are_for_every_namespace() {
    let rules = serde_json::from_value(
        json!([{ "effect": { "error": "Internal" }, "after": 1, "times": 1 }]),
    );
    let server = with(frozen().faults(rules.expect("rules")));
    assert_eq!(
        (list(&server, "a").status, list(&server, "b").status),
        (200, 500)
    );
    assert!(0 < total(&server, "a"));
}

#[test]
fn a_rule_that_cannot_be_meant_is_refused_with_the_place() {
    let server = demo();
    let check = |rule: Value, pointer: &str, sentence: &str| {
        let answer = server.json("POST", "/_rollcall/faults", &rule.to_string());
        refused(&answer, 400, pointer, sentence);
    };
    let effect = json!("hang");
    check(json!({}), "", "missing field `effect`");
    check(
        json!({ "effect": "explode" }),
        "/effect",
        "invalid effect \"explode\"; use \"hang\"",
    );
    check(json!({ "effect": {} }), "/effect", "invalid effect {}");
    check(json!({ "effect": 5 }), "/effect", "invalid effect 5");
    check(
        json!({ "effect": { "error": "Internal", "status": 500 } }),
        "/effect",
        "cannot be error and status at once",
    );
    check(
        json!({ "effect": { "error": "Internal", "body": "" } }),
        "/effect",
        "unknown field `body`",
    );
    check(
        json!({ "effect": { "error": "Nonsense" } }),
        "/effect/error",
        "GET /_rollcall/errors",
    );
    check(
        json!({ "match": { "provider": ROCKETMQ }, "effect": { "error": "APIGW.0301" } }),
        "/effect/error",
        "several errors of",
    );
    check(
        json!({ "effect": { "status": 99 } }),
        "/effect/status",
        "invalid status 99",
    );
    check(
        json!({ "effect": { "status": 200, "content_type": "a\nb" } }),
        "/effect/content_type",
        "not a valid header value",
    );
    check(
        json!({ "effect": { "delay": "soon" } }),
        "/effect/delay",
        "invalid duration \"soon\"",
    );
    check(
        json!({ "effect": { "delay": ["2s", "1s"] } }),
        "/effect/delay",
        "[\"1s\", \"2s\"]",
    );
    for endless in [json!("2days"), json!(["1s", "584542000000years"])] {
        check(
            json!({ "effect": { "delay": endless } }),
            "/effect/delay",
            "longer than a day",
        );
    }
    // Each is known, but not to the same provider.
    check(
        json!({ "match": { "operation": "ListUser" }, "effect": { "error": "ClusterNotFound" } }),
        "/effect/error",
        "no provider has both the operation \"ListUser\" and the error \"ClusterNotFound\"",
    );
    check(json!({ "effect": { "throttle": -1 } }), "/effect", "-1");
    check(
        json!({ "effect": effect, "match": { "provider": "nobody" } }),
        "/match/provider",
        "unknown provider",
    );
    check(
        json!({ "effect": effect, "match": { "operation": "Nothing" } }),
        "/match/operation",
        "GET /_rollcall/providers",
    );
    check(
        json!({ "effect": effect, "match": { "namespace": "No" } }),
        "/match/namespace",
        "use a name, or * for all",
    );
    check(
        json!({ "effect": effect, "match": { "access_key": "a~b" } }),
        "/match/access_key",
        "without its ~namespace",
    );
    check(
        json!({ "effect": effect, "match": { "params": { "limit": 5 } } }),
        "/match/params/limit",
        "expected a string",
    );
    check(
        json!({ "effect": effect, "match": { "user": "x" } }),
        "/match/user",
        "unknown field",
    );
    check(
        json!({ "effect": effect, "probability": 1.5 }),
        "/probability",
        "between 0 and 1",
    );
    check(
        json!({ "effect": effect, "times": 0 }),
        "/times",
        "0 times means never",
    );
    check(json!({ "effect": effect, "after": -1 }), "/after", "-1");
    refused(
        &server.json("POST", "/_rollcall/faults", "{"),
        400,
        "",
        "EOF",
    );
    refused(
        &server.json("POST", "/_rollcall/faults", ""),
        400,
        "",
        "the body is empty",
    );
    assert_eq!(server.get("/_rollcall/faults").json(), json!([]));
}

/// Every call looks at every rule, and a rule stays until it is taken away.
#[test]
fn rules_are_bounded_together() {
    let server = demo();
    let rule = json!({ "effect": { "status": 503, "body": "x".repeat(1_000_000) } }).to_string();
    let refused_at = (1..=100).find(|_| {
        let answer = server.json("POST", "/_rollcall/faults", &rule);
        if answer.status != 201 {
            refused(&answer, 429, "", "DELETE /_rollcall/faults");
        }
        answer.status != 201
    });
    // 64 MiB in rules of a megabyte.
    assert_eq!(refused_at, Some(68));
    let removed = server.json("DELETE", "/_rollcall/faults", "");
    assert_eq!(removed.status, 200);
    assert_eq!(server.json("POST", "/_rollcall/faults", &rule).status, 201);
}
