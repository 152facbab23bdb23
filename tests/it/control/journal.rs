//! Filters, caps, masking, curl, verification. What an entry says of a call is in `tests/it/journal.rs`.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::{INSTANCE, PROJECT, USERS, add_user, done, list, refused};
use crate::server::{Server, demo, frozen, with};

fn entries(server: &Server, query: &str) -> Vec<Value> {
    let list = done(&server.get(&format!("/_rollcall/journal?{query}")));
    list["entries"].as_array().expect("a list").clone()
}

fn whole(server: &Server, id: &Value) -> Value {
    done(&server.get(&format!("/_rollcall/journal/{id}")))
}

fn newest(server: &Server) -> Value {
    whole(server, &entries(server, "limit=1")[0]["id"])
}

#[test]
fn it_is_filtered_by_everything_that_it_shows() {
    let server = demo();
    list(&server, "a");
    list(&server, "b");
    server.send(
        "GET",
        &format!("{USERS}?limit=0"),
        &[("x-rollcall-namespace", "b")],
        b"",
    );
    server.get("/nobody");
    let count = |query: &str| entries(&server, query).len();
    assert_eq!(
        (
            count(""),
            count("namespace=a"),
            count("namespace=b"),
            count("namespace=c")
        ),
        (4, 1, 2, 0)
    );
    assert_eq!(
        (
            count("namespace=*"),
            count("provider=huawei-rocketmq"),
            count("provider=")
        ),
        (4, 3, 1)
    );
    assert_eq!(
        (
            count("operation=ListUser"),
            count("status=400"),
            count("stage=answered")
        ),
        (3, 1, 2)
    );
    assert_eq!(
        (count("since=3"), count("limit=2"), count("limit=0")),
        (1, 2, 0)
    );
    assert_eq!(
        (
            count("before=3"),
            count("since=1&before=3"),
            count("before=0")
        ),
        (2, 1, 0)
    );
    assert_eq!(
        count("namespace=b&status=200&stage=answered&since=1&limit=9"),
        1
    );
    let ids: Vec<_> = entries(&server, "")
        .iter()
        .map(|entry| entry["id"].clone())
        .collect();
    assert_eq!(ids, [4, 3, 2, 1]);
    let by_header = server.send(
        "GET",
        "/_rollcall/journal",
        &[("x-rollcall-namespace", "a")],
        b"",
    );
    assert_eq!(
        done(&by_header)["entries"].as_array().map(Vec::len),
        Some(1)
    );
    let check = |query: &str, sentence: &str| {
        refused(
            &server.get(&format!("/_rollcall/journal?{query}")),
            400,
            "",
            sentence,
        );
    };
    check("provider=nobody", "unknown provider \"nobody\"");
    check(
        "stage=nowhere",
        "(known: recognise, fault, gateway, operation, answered, broken)",
    );
    check("status=many", "status");
    check(
        "limit=1001",
        "at most 1000 entries, not 1001; get the next ones with before=<the lowest id>",
    );
    check("color=1", "color");
}

#[test]
fn what_is_dropped_is_counted_and_what_is_cleared_is_not() {
    let server = with(frozen().journal(3));
    for namespace in ["a", "a", "a", "a", "a", "b"] {
        list(&server, namespace);
    }
    let list_of = |query: &str| done(&server.get(&format!("/_rollcall/journal?{query}")));
    assert_eq!(
        (&list_of("")["dropped"], &list_of("namespace=a")["dropped"]),
        (&json!(2), &json!(2))
    );
    assert_eq!(
        (&list_of("namespace=b")["dropped"], &list_of("")["last"]),
        (&json!(0), &json!(6))
    );
    assert_eq!(
        done(&server.json("DELETE", "/_rollcall/journal?namespace=a", ""))["cleared"],
        3
    );
    assert_eq!(
        (
            entries(&server, "namespace=a").len(),
            entries(&server, "").len()
        ),
        (0, 1)
    );
    assert_eq!(list_of("")["dropped"], 0);
    assert_eq!(
        done(&server.json("DELETE", "/_rollcall/journal", ""))["cleared"],
        1
    );
    list(&server, "a");
    assert_eq!(entries(&server, "")[0]["id"], 7, "ids go on");
    let silent = with(frozen().journal(0));
    list(&silent, "a");
    assert_eq!(entries(&silent, "").len(), 0);
}

#[test]
fn bytes_are_capped_and_long_bodies_cut() {
    let server = demo();
    let body = vec![b'x'; 1024 * 1024];
    server.send("POST", USERS, &[], &body);
    let entry = newest(&server);
    assert_eq!(
        entry["request"]["body"].as_str().map(str::len),
        Some(16 * 1024)
    );
    assert_eq!(
        (&entry["request"]["cut"], &entry["response"]["cut"]),
        (&json!(true), &json!(false))
    );
    let curl = server.get(&format!("/_rollcall/journal/{}/curl", entry["id"]));
    assert!(
        curl.text()
            .starts_with("# The journal kept only the beginning"),
        "{curl}"
    );
    let metrics = server.get("/_rollcall/metrics");
    let bytes: f64 = metrics
        .text()
        .lines()
        .find_map(|line| line.strip_prefix("rollcall_journal_bytes "))
        .and_then(|value| value.parse().ok())
        .expect("a number");
    assert!((16_384.0..40_000.0).contains(&bytes), "{bytes}");
}

#[test]
fn secrets_are_masked_wherever_they_travel() {
    let server = demo();
    let secrets = ["hush-1", "hush-2", "hush-3", "hush-4", "hush-5", "hush-6"];
    let headers = [
        (
            "authorization",
            "SDK-HMAC-SHA256 Access=visible, SignedHeaders=host, Signature=hush-1",
        ),
        ("x-auth-token", "hush-2"),
        ("x-security-token", "hush-3"),
        ("content-type", "application/json"),
    ];
    let target = format!("{USERS}?password=hush-4&Signature=hush-5&limit=1");
    let body = r#"{"access_key":"visible","secret_key":"hush-6","nested":[{"Password":"hush-6"}]}"#;
    server.send("GET", &target, &headers, body.as_bytes());
    let entry = newest(&server);
    let curl = server.get(&format!("/_rollcall/journal/{}/curl", entry["id"]));
    let summary = server.get("/_rollcall/journal");
    for text in [
        entry.to_string(),
        curl.text().to_owned(),
        summary.text().to_owned(),
    ] {
        for secret in secrets {
            assert!(!text.contains(secret), "{secret} is shown: {text}");
        }
        assert!(text.contains("limit=1"), "{text}");
    }
    assert!(
        entry["request"]["body"]
            .as_str()
            .expect("a body")
            .contains("visible")
    );
    assert!(
        entry["request"]["headers"]["authorization"]
            .as_str()
            .expect("it")
            .contains("Access=visible")
    );
    // The reply holds the users' secret keys.
    assert!(
        !entry["response"]["body"].to_string().contains("x1234567@"),
        "{entry}"
    );

    server.send(
        "POST",
        USERS,
        &[("content-type", "application/x-www-form-urlencoded")],
        b"User.1.Password=hush-1&Name=visible",
    );
    let entry = newest(&server);
    assert_eq!(entry["request"]["body"], "User.1.Password=•••&Name=visible");
}

#[test]
fn near_misses_show_no_secret_of_a_nested_document() {
    let server = demo();
    let users = r#"[{"Name":"u1","Password":"hush-1"}]"#;
    let user = form_urlencoded::byte_serialize(users.as_bytes()).collect::<String>();
    server.get(&format!(
        "/?Action=CreateUsers&Version=2024-07-30&Format=JSON&User={user}&Note=visible"
    ));
    let wanted = json!({
        "match": { "operation": "CreateUsers", "params": { "User": "x", "Note": "y" } },
        "count": { "exactly": 1 },
    });
    let answer = server.json("POST", "/_rollcall/journal/verify", &wanted.to_string());
    assert!(answer.text().contains("Note is"), "{answer}");
    assert!(answer.text().contains("visible"), "{answer}");
    assert!(answer.text().contains("User is"), "{answer}");
    assert!(!answer.text().contains("hush"), "{answer}");
}

#[test]
fn secrets_of_a_query_in_the_path_are_masked() {
    let server = demo();
    // As QingCloud's documents print it.
    let answer = server.get("/api/user/addUser&zone=jn1a&password=hush-1&token=hush-2");
    assert!(!answer.text().contains("hush"), "{answer}");
    let entry = newest(&server);
    let shown = "/api/user/addUser&zone=jn1a&password=•••&token=•••";
    assert_eq!(entry["target"], shown, "{entry}");
    assert_eq!(entry["operation"], format!("GET {shown}"), "{entry}");
    let wanted = json!({ "match": { "operation": "HpcUserAddUser" }, "count": { "exactly": 1 } });
    for text in [
        entry.to_string(),
        server.get("/_rollcall/journal").text().to_owned(),
        server
            .get(&format!("/_rollcall/journal/{}/curl", entry["id"]))
            .text()
            .to_owned(),
        server
            .json("POST", "/_rollcall/journal/verify", &wanted.to_string())
            .text()
            .to_owned(),
    ] {
        assert!(text.contains("zone=jn1a"), "{text}");
        assert!(!text.contains("hush"), "{text}");
    }
}

#[test]
fn a_method_is_no_command_in_a_curl_form() {
    let server = demo();
    server.send("A|`id`&'x'", USERS, &[], b"");
    let path = format!("/_rollcall/journal/{}/curl", newest(&server)["id"]);
    let shown = server.get(&path);
    assert!(
        shown
            .text()
            .starts_with("curl -i -g --path-as-is -X 'A|`id`&'\\''x'\\''' "),
        "{shown}"
    );
}

#[test]
fn a_call_can_be_made_again_from_its_curl_form() {
    let server = demo();
    let headers = [("x-note", "it's"), ("accept-encoding", "gzip")];
    server.send("POST", &format!("{USERS}?a=1"), &headers, b"{\"a\": 1}");
    let answer = server.get(&format!(
        "/_rollcall/journal/{}/curl",
        newest(&server)["id"]
    ));
    assert_eq!(
        answer.header("content-type"),
        Some("text/plain; charset=utf-8")
    );
    assert_eq!(
        answer.text(),
        format!(
            "curl -i -g --path-as-is -X POST 'http://127.0.0.1{USERS}?a=1' -H 'x-note: it'\\''s' -H content-type: --data-raw '{{\"a\": 1}}'\n"
        )
    );
    refused(
        &server.get("/_rollcall/journal/999/curl"),
        404,
        "",
        "GET /_rollcall/journal lists what it has",
    );
    refused(
        &server.get("/_rollcall/journal/x/curl"),
        404,
        "",
        "no entry x",
    );
}

#[test]
fn a_curl_form_sends_what_was_sent_and_says_where_it_cannot() {
    let server = demo();
    let curl = |target: &str, headers: &[(&str, &str)], body: &[u8]| {
        server.send("POST", target, headers, body);
        let path = format!("/_rollcall/journal/{}/curl", newest(&server)["id"]);
        server.get(&path).text().to_owned()
    };
    let form = [("content-type", "application/x-www-form-urlencoded")];
    // curl would make six calls of the brackets and braces, and take the dots out.
    let odd = "/v2/../[1-3]/{x,y}?a=b";
    assert_eq!(
        curl(odd, &form, b"c=d"),
        format!(
            "curl -i -g --path-as-is -X POST 'http://127.0.0.1{odd}' -H 'content-type: application/x-www-form-urlencoded' --data-raw 'c=d'\n"
        )
    );
    let empty = curl(USERS, &[("x-empty", "")], b"");
    assert!(empty.contains(" -H 'x-empty;'\n"), "{empty}");
    for bytes in [&b"a=\xff\xfe"[..], b"a=\0b"] {
        let shown = curl(USERS, &form, bytes);
        assert!(shown.starts_with("# The body is not text: "), "{shown}");
        assert!(!shown.contains('\0'), "{shown}");
    }
    let signed = [("authorization", "HMAC-SHA256 Credential=a, Signature=b")];
    let masked = curl(USERS, &signed, b"");
    assert!(masked.starts_with("# Fill in what is masked"), "{masked}");
}

#[test]
fn what_is_not_found_here_but_there_is_said_so() {
    let server = demo();
    done(&server.json("PUT", "/_rollcall/namespaces/bare", r#"{"from": "empty"}"#));
    list(&server, "other");
    assert_eq!(list(&server, "bare").verdict(), "404 DMS.00404022");
    let entry = newest(&server);
    assert_eq!(entry["found_in"], json!(["default", "other"]));
    let sentence = format!(
        "not found in namespace bare, but the instance {PROJECT} / {INSTANCE} exists in namespace default, other"
    );
    assert!(
        entry["explanation"]
            .as_array()
            .expect("sentences")
            .contains(&json!(sentence)),
        "{entry}"
    );
    // When it is read, not when it happened.
    done(&server.json("DELETE", "/_rollcall/namespaces/other", ""));
    assert_eq!(whole(&server, &entry["id"])["found_in"], json!(["default"]));
    server.get(&format!(
        "/v2/{PROJECT}/instances/00000000-0000-4000-8000-000000000000/users"
    ));
    assert_eq!(newest(&server)["found_in"], json!([]));
    list(&server, "default");
    assert_eq!(newest(&server).get("found_in"), None);
}

fn verify(server: &Server, question: &Value) -> crate::client::Answer {
    server.json("POST", "/_rollcall/journal/verify", &question.to_string())
}

#[test]
fn calls_are_verified_by_count() {
    let server = demo();
    for limit in ["1", "2", "2", "0"] {
        server.get(&format!("{USERS}?limit={limit}"));
    }
    list(&server, "other");
    let check = |wanted: Value, count: Value, status: u16| {
        let answer = verify(&server, &json!({ "match": wanted, "count": count }));
        assert_eq!(answer.status, status, "{answer}");
        answer.json()
    };
    let lists = json!({ "operation": "ListUser" });
    assert_eq!(
        check(lists.clone(), json!({ "exactly": 4 }), 200)["found"],
        4
    );
    check(lists.clone(), json!({ "at_least": 4 }), 200);
    check(lists.clone(), json!({ "at_most": 3 }), 409);
    check(lists.clone(), json!({ "at_least": 5 }), 409);
    check(
        json!({ "operation": "ListUser", "namespace": "*" }),
        json!({ "exactly": 5 }),
        200,
    );
    check(
        json!({ "params": { "limit": "2" } }),
        json!({ "exactly": 2 }),
        200,
    );
    check(
        json!({ "params": { "instance_id": INSTANCE } }),
        json!({ "exactly": 4 }),
        200,
    );
    let answer = verify(
        &server,
        &json!({ "match": lists, "status": 400, "count": { "exactly": 1 } }),
    );
    assert_eq!(answer.status, 200);
    let answer = verify(
        &server,
        &json!({ "match": lists, "since": 3, "count": { "exactly": 1 } }),
    );
    assert_eq!(answer.status, 200);
    let other = server.json(
        "POST",
        "/_rollcall/journal/verify?namespace=other",
        r#"{"count":{"exactly":1}}"#,
    );
    assert_eq!(other.status, 200);

    let misses = check(
        json!({ "operation": "ListUser", "params": { "limit": "7" } }),
        json!({ "exactly": 1 }),
        409,
    );
    assert_eq!(misses["detail"], "found 0 such calls, wanted exactly 1");
    assert_eq!(misses["nearest"][0]["id"], 4);
    assert_eq!(
        misses["nearest"][0]["differs"],
        json!(["limit is \"0\", not \"7\""])
    );
}

#[test]
fn a_question_that_cannot_be_meant_is_refused() {
    let server = demo();
    let check = |question: Value, pointer: &str, sentence: &str| {
        refused(&verify(&server, &question), 400, pointer, sentence);
    };
    let never = json!({ "exactly": 0 });
    check(json!({}), "", "missing field `count`");
    check(json!({ "count": {} }), "/count", "");
    check(
        json!({ "count": { "exactly": -1 } }),
        "/count/exactly",
        "-1",
    );
    check(
        json!({ "count": { "roughly": 1 } }),
        "/count",
        "unknown value `roughly`",
    );
    // A name that is misspelt would never be found, and its absence would be taken for good.
    check(
        json!({ "match": { "operation": "ListUsers!" }, "count": never }),
        "/match/operation",
        "is not an operation of any provider",
    );
    check(
        json!({ "match": { "provider": "nobody" }, "count": never }),
        "/match/provider",
        "unknown provider",
    );
    check(
        json!({ "match": { "access_key": "a~b" }, "count": never }),
        "/match/access_key",
        "~namespace",
    );
    check(
        json!({ "matches": {}, "count": never }),
        "/matches",
        "unknown field",
    );
}

#[test]
fn it_waits_for_calls_that_are_still_to_come() {
    let server = demo();
    std::thread::scope(|scope| {
        let waiting = scope.spawn(|| {
            verify(
                &server,
                &json!({ "count": { "at_least": 2 }, "wait_ms": 20_000 }),
            )
        });
        list(&server, "default");
        list(&server, "default");
        assert_eq!(waiting.join().expect("an answer").status, 200);
    });
    // Too many are no fewer for waiting, and an upper bound holds only at the end.
    let began = Instant::now();
    assert_eq!(
        verify(
            &server,
            &json!({ "count": { "at_most": 1 }, "wait_ms": 20_000 })
        )
        .status,
        409
    );
    assert!(began.elapsed() < Duration::from_secs(10));
    let began = Instant::now();
    assert_eq!(
        verify(
            &server,
            &json!({ "count": { "exactly": 2 }, "wait_ms": 60 })
        )
        .status,
        200
    );
    assert!(Duration::from_millis(60) <= began.elapsed());
}

#[test]
fn it_does_not_judge_over_what_was_dropped() {
    let server = with(frozen().journal(2));
    for _ in 0..3 {
        list(&server, "default");
    }
    let ask = |question: Value| verify(&server, &question);
    refused(
        &ask(json!({ "count": { "exactly": 2 } })),
        409,
        "",
        "the journal has dropped entries (1), so this cannot be verified",
    );
    assert_eq!(ask(json!({ "count": { "at_least": 2 } })).status, 200);
    assert_eq!(
        ask(json!({ "count": { "exactly": 2 }, "since": 1 })).status,
        200
    );
    // What another namespace dropped is no matter here.
    list(&server, "other");
    assert_eq!(
        server
            .json(
                "POST",
                "/_rollcall/journal/verify?namespace=other",
                r#"{"count":{"exactly":1}}"#
            )
            .status,
        200
    );
    server.json("DELETE", "/_rollcall/journal?namespace=default", "");
    assert_eq!(ask(json!({ "count": { "exactly": 0 } })).status, 200);
}

#[test]
fn a_request_is_found_by_its_request_id() {
    let server = demo();
    let answer = list(&server, "default");
    let id = answer.header("x-request-id").expect("an id");
    let explained = done(&server.get(&format!("/_rollcall/explain/{id}")));
    assert_eq!(
        (&explained["id"], &explained["signature"]),
        (&json!(1), &Value::Null)
    );
    assert_eq!(done(&server.get("/_rollcall/explain/1"))["request_id"], id);
    refused(
        &server.get("/_rollcall/explain/none"),
        404,
        "",
        "GET /_rollcall/journal lists what it has",
    );
    add_user(&server, "default", "x");
    assert_eq!(entries(&server, "").len(), 1, "control calls are not in it");
}

#[test]
fn what_is_cleared_is_what_the_filters_let_through() {
    let server = demo();
    for namespace in ["a", "b", "a"] {
        list(&server, namespace);
    }
    server.get("/nobody");
    let clear = |query: &str| server.json("DELETE", &format!("/_rollcall/journal?{query}"), "");
    for (query, sentence) in [
        ("namspace=a", "namspace"),
        ("limit=1", "limit applies only to lists"),
        ("stage=nowhere", "unknown stage"),
    ] {
        refused(&clear(query), 400, "", sentence);
    }
    assert_eq!(entries(&server, "").len(), 4);
    assert_eq!(done(&clear("namespace=a&before=3"))["cleared"], 1);
    assert_eq!(done(&clear("status=404&provider="))["cleared"], 1);
    let ids: Vec<_> = entries(&server, "")
        .iter()
        .map(|entry| entry["id"].clone())
        .collect();
    assert_eq!(ids, [3, 2]);
    assert_eq!(entries(&server, "namespace=a").len(), 1);
    assert_eq!(done(&clear(""))["cleared"], 2);
}

#[test]
fn it_does_not_judge_over_what_it_never_kept() {
    let silent = with(frozen().journal(0));
    list(&silent, "default");
    let never = json!({ "exactly": 0 });
    refused(
        &verify(&silent, &json!({ "count": never })),
        409,
        "",
        "the journal is off, so this cannot be verified",
    );

    let server = demo();
    let long = json!({ "padding": "x".repeat(20_000), "access_key": "somebody" });
    server.json("POST", &format!("{USERS}?a=1"), &long.to_string());
    let ask = |params: Value, count: &Value| {
        let wanted = json!({ "operation": "CreateUser", "params": params });
        verify(&server, &json!({ "match": wanted, "count": count }))
    };
    let answer = ask(json!({ "access_key": "somebody" }), &never);
    refused(&answer, 409, "", "the journal has cut the bodies");
    // What is in the path or the query is known for sure, and so is what no call can change.
    assert_eq!(
        ask(json!({ "a": "1" }), &json!({ "exactly": 1 })).status,
        200
    );
    assert_eq!(ask(json!({ "a": "2" }), &never).status, 200);
    let at_least = json!({ "at_least": 2 });
    let answer = ask(json!({ "access_key": "somebody" }), &at_least);
    refused(&answer, 409, "", "found 0 such calls, wanted at least 2");
}
