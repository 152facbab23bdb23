//! Calls that the control plane makes itself: `try`, and `replay` of what the journal has.

use serde_json::{Value, json};

use super::{INSTANCE, PROJECT, ROCKETMQ, USERS, done, list, refused};
use crate::cli_sign::perform;
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};
use crate::signed;

const TRY: &str = "/_rollcall/try";
const CLUSTER: &str = "ehpc-hz-vu7c2WkVGx";

fn ask(server: &Server, call: &Value) -> Answer {
    server.json("POST", TRY, &call.to_string())
}

#[track_caller]
fn tried(server: &Server, call: &Value) -> Value {
    done(&ask(server, call))
}

fn replayed(server: &Server, id: impl std::fmt::Display, how: &Value) -> Answer {
    let target = format!("/_rollcall/journal/{id}/replay");
    server.json("POST", &target, &how.to_string())
}

#[track_caller]
fn entry(server: &Server, id: &Value) -> Value {
    done(&server.get(&format!("/_rollcall/journal/{id}")))
}

/// A list of users by each provider.
fn lists() -> Vec<Value> {
    vec![
        json!({ "provider": "qingcloud-ehpc", "operation": "HpcUserListUsers", "parameters": { "query": { "zone": "jn1a", "limit": 1 } } }),
        json!({ "provider": "volcengine-bytehouse", "operation": "ListUsers" }),
        json!({ "provider": "huawei-workspace", "operation": "ListUsers", "parameters": { "path": { "project_id": PROJECT }, "query": { "limit": 1 } } }),
        json!({ "provider": ROCKETMQ, "operation": "ListUser", "parameters": { "path": { "project_id": PROJECT, "instance_id": INSTANCE } } }),
        json!({ "provider": "huawei-iam", "operation": "KeystoneListProjects", "parameters": { "query": { "name": "cn-north-4" } } }),
        json!({ "provider": "aliyun-ehpc", "operation": "ListUsersAsync", "parameters": { "query": { "ClusterId": CLUSTER } } }),
        json!({ "provider": "aliyun-ehpc", "operation": "ListUsers", "version": "2024-07-30", "parameters": { "form": { "ClusterId": "ehpc-hz-Next240730" } } }),
    ]
}

#[test]
fn every_scheme_of_every_provider_is_taken_by_a_strict_server() {
    let server = signed::server("strict");
    for call in lists() {
        let provider = call["provider"].as_str().expect("an id");
        let operation = call["operation"].as_str().expect("a name");
        let schemes =
            done(&server.get(&format!("/_rollcall/providers/{provider}")))["schemes"].clone();
        for scheme in schemes.as_array().expect("a list") {
            let mut call = call.clone();
            call["scheme"] = scheme.clone();
            let told = tried(&server, &call);
            assert_eq!(told["response"]["status"], 200, "{call}: {told:#}");
            assert!(
                told["response"]["body"]
                    .as_str()
                    .is_some_and(|body| !body.contains("Error")),
                "{told:#}"
            );
            assert_eq!(
                (&told["scheme"], &told["access_key"]),
                (scheme, &json!("test-ak"))
            );
            let entry = entry(&server, &told["journal_id"]);
            assert_eq!(
                (
                    entry["provider"].as_str(),
                    entry["operation"].as_str(),
                    entry["error"].as_str()
                ),
                (Some(provider), Some(operation), Some("")),
                "{entry:#}"
            );
            assert_eq!(entry["target"], told["request"]["target"]);
            assert_eq!(entry["response"]["body"], told["response"]["body"]);
            // The command makes the same call, once more: a nonce is good for one.
            call["send"] = json!(false);
            let told = tried(&server, &call);
            assert_eq!(
                (&told["response"], &told["journal_id"]),
                (&Value::Null, &Value::Null)
            );
            let command = told["curl"].as_str().expect("a command");
            assert_eq!(perform(&server, command), "200", "{command}");
        }
    }
}

#[test]
fn the_namespace_of_a_call_is_the_one_that_is_asked_for() {
    let server = signed::server("strict");
    signed::seed(&server, "suite");
    for scheme in ["sdk", "v11"] {
        let mut call = lists().remove(3);
        call["scheme"] = json!(scheme);
        call["namespace"] = json!("suite");
        let told = tried(&server, &call);
        assert_eq!(told["response"]["status"], 200, "{told:#}");
        assert_eq!(told["access_key"], "test-ak");
        assert_eq!(entry(&server, &told["journal_id"])["namespace"], "suite");
    }
    // By the query and by the header, too.
    let call = lists().remove(1).to_string();
    let by_query = server.json("POST", "/_rollcall/try?namespace=suite", &call);
    assert_eq!(done(&by_query)["namespace"], "suite");
    let by_header = server.send(
        "POST",
        TRY,
        &[("x-rollcall-namespace", "suite")],
        call.as_bytes(),
    );
    assert_eq!(done(&by_header)["namespace"], "suite");
    // What names no namespace by itself gets a header that does; so does a page at another namespace's host.
    let off = demo();
    list(&off, "suite");
    let mut call = lists().remove(1);
    call["scheme"] = json!("none");
    call["namespace"] = json!("suite");
    let told = tried(&off, &call);
    assert_eq!(told["request"]["headers"]["x-rollcall-namespace"], "suite");
    assert_eq!(entry(&off, &told["journal_id"])["namespace"], "suite");
    assert_eq!(told["access_key"], Value::Null);
    let host = ("host", "other.ns.localhost:4700");
    call["scheme"] = json!("header");
    let answer = off.send("POST", TRY, &[host], call.to_string().as_bytes());
    let id = &done(&answer)["journal_id"];
    assert_eq!(entry(&off, id)["namespace"], "suite");
}

#[test]
fn keys_are_those_of_the_namespace() {
    let server = signed::server("strict");
    let with_key = |key: &str| {
        let mut call = lists().remove(3);
        call["access_key"] = json!(key);
        call
    };
    for (key, status) in [
        ("test-ak", 200),
        ("read-ak", 200),
        ("temp-ak", 200),
        ("off-ak", 401),
        ("old-ak", 401),
    ] {
        let told = tried(&server, &with_key(key));
        assert_eq!(told["response"]["status"], status, "{key}: {told:#}");
    }
    assert_eq!(
        tried(&server, &with_key("test-ak~default"))["response"]["status"],
        200
    );
    for key in ["nobody", "test-ak~other", ""] {
        let answer = ask(&server, &with_key(key));
        refused(
            &answer,
            400,
            "/access_key",
            "known: test-ak, off-ak, old-ak, read-ak, temp-ak",
        );
    }
    let mut call = lists().remove(0);
    call["access_key"] = json!("temp-ak");
    refused(
        &ask(&server, &call),
        400,
        "/access_key",
        "is a temporary key",
    );
}

#[test]
fn a_secret_that_the_server_adds_or_gives_is_not_told() {
    let server = signed::server("off");
    for scheme in ["acs3", "v1"] {
        let call = json!({
            "provider": "aliyun-ehpc", "operation": "AddUsers", "access_key": "temp-ak", "scheme": scheme,
            "parameters": { "query": { "ClusterId": CLUSTER, "User.1.Name": "newcomer", "User.1.Group": "users", "User.1.Password": "Pa55word!" } },
        });
        let told = tried(&server, &call);
        let curl = told["curl"].as_str().expect("a command").to_owned();
        assert!(
            !curl.contains("T0ken") && !curl.contains("s3cr3t"),
            "{curl}"
        );
        // What the caller gave is in the command, which is for them.
        assert!(curl.contains("Pa55word%21"), "{curl}");
        let mut shown = told;
        shown["curl"] = Value::Null;
        let shown = shown.to_string();
        for secret in ["T0ken", "s3cr3t", "Pa55word"] {
            assert!(!shown.contains(secret), "{secret}: {shown}");
        }
        assert!(shown.contains("User.1.Password=•••"), "{shown}");
    }
    let token = json!({
        "provider": "huawei-iam", "operation": "KeystoneCreateToken", "scheme": "none",
        "parameters": { "body": {
            "auth.identity.methods": ["password"],
            "auth.identity.password": { "user": { "name": "IAMUser", "password": "Pa55word!", "domain": { "name": "IAMDomain" } } },
        } },
    });
    let told = tried(&server, &token);
    assert_eq!(told["response"]["status"], 201, "{told:#}");
    assert_eq!(told["response"]["headers"]["x-subject-token"], "•••");
    assert!(!told["request"].to_string().contains("Pa55word"));
    let id = &told["journal_id"];
    refused(
        &replayed(&server, id, &json!({})),
        409,
        "",
        "its body contains a masked value",
    );
}

#[test]
fn a_request_is_sent_as_it_is() {
    let server = signed::server("strict");
    let raw = |request: Value| json!({ "provider": "volcengine-bytehouse", "request": request });
    let target = "/?Action=ListUsers&Version=2024-08-31&x=%2f+a b";
    let told = tried(
        &server,
        &raw(json!({ "method": "GET", "target": target, "headers": { "X-Extra": "1" } })),
    );
    assert_eq!(told["response"]["status"], 200, "{told:#}");
    assert_eq!(
        told["request"]["target"],
        "/?Action=ListUsers&Version=2024-08-31&x=%2f+a%20b"
    );
    assert_eq!(told["request"]["headers"]["x-extra"], "1");
    assert_eq!(told["operation"], Value::Null);
    // No such API, unsigned.
    let call = json!({ "scheme": "none", "request": { "method": "BREW", "target": "/pot" } });
    let told = tried(&server, &call);
    assert_eq!(told["response"]["status"], 404);
    assert_eq!(entry(&server, &told["journal_id"])["provider"], "");
    let long = json!({ "scheme": "none", "request": { "method": "GET", "target": format!("{USERS}?x={}", "a".repeat(40_000)) } });
    assert_eq!(
        tried(&server, &long)["response"]["status"],
        414,
        "{:#}",
        tried(&server, &long)
    );
    let other = raw(
        json!({ "method": "GET", "target": "/", "headers": { "X-Rollcall-Namespace": "other" } }),
    );
    refused(
        &ask(&server, &other),
        400,
        "/request/headers",
        "names another namespace",
    );
}

#[test]
fn what_cannot_be_called_is_said_with_its_place() {
    let server = demo();
    let list = lists().remove(3);
    let changed = |pointer: &str, value: Value| {
        let mut call = list.clone();
        let (parent, name) = pointer.rsplit_once('/').expect("a pointer");
        call.pointer_mut(parent).expect("it is there")[name] = value;
        call
    };
    let huge = "a".repeat(70_000);
    for (call, place, sentence) in [
        (
            changed("/provider", json!("nobody")),
            "/provider",
            "unknown provider \"nobody\" (known: qingcloud-ehpc",
        ),
        (
            changed("/provider", Value::Null),
            "/provider",
            "name the provider",
        ),
        (
            changed("/operation", json!("ListUsr")),
            "/operation",
            "huawei-rocketmq has no operation \"ListUsr\" (known: ListUser, CreateUser",
        ),
        (
            changed("/operation", json!("<script>")),
            "/operation",
            "known: ListUser",
        ),
        (
            changed("/version", json!("1")),
            "/version",
            "has no version",
        ),
        (changed("/method", json!("POST")), "/method", "known: GET"),
        (
            changed("/scheme", json!("acs3")),
            "/scheme",
            "known: sdk, sdk-sm3, v11, none",
        ),
        (
            changed("/parameters/path/project", json!("x")),
            "/parameters/path/project",
            "known: project_id, instance_id",
        ),
        (
            changed("/parameters/path/project_id", Value::Null),
            "/parameters/path/project_id",
            "give it one value",
        ),
        (
            changed("/parameters/path/project_id", json!(["a", "b"])),
            "/parameters/path/project_id",
            "give it one value",
        ),
        (
            changed("/parameters/path/project_id", json!(huge)),
            "",
            "not a valid HTTP request",
        ),
        (
            changed("/parameters/header", json!({ "a b": "c" })),
            "/parameters/header/a b",
            "not a valid HTTP header",
        ),
        (
            changed("/parameters/header", json!({ "a": "b\r\nc: d" })),
            "/parameters/header/a",
            "not a valid HTTP header",
        ),
        (
            changed("/parameters/cookie", json!({})),
            "/parameters/cookie",
            "cookie",
        ),
        (
            changed("/namespace", json!("*")),
            "/namespace",
            "invalid namespace name",
        ),
        (
            changed("/namespace", json!("Nobody!")),
            "/namespace",
            "invalid namespace name",
        ),
        (
            changed("/request", json!({ "method": "GET", "target": "/" })),
            "",
            "give either an operation",
        ),
        (changed("/send", json!("no")), "/send", "boolean"),
        (changed("/sende", json!(false)), "/sende", "sende"),
        (json!({}), "", "give either an operation"),
        (json!([]), "", ""),
        (
            json!({ "request": { "method": "GET", "target": "/" } }),
            "/provider",
            "set scheme to none",
        ),
        (
            json!({ "request": { "method": "G T", "target": "/" } }),
            "/request/method",
            "invalid HTTP method",
        ),
        (
            json!({ "request": { "method": "GET", "target": "http://evil.test/" } }),
            "/request/target",
            "a path and a query",
        ),
        (
            json!({ "request": { "method": "GET", "target": "/#x" } }),
            "/request/target",
            "a path and a query",
        ),
        (
            json!({ "request": { "method": "GET", "target": "/" }, "version": "1" }),
            "/version",
            "is only for operations",
        ),
    ] {
        refused(&ask(&server, &call), 400, place, sentence);
    }
    refused(
        &ask(&server, &changed("/namespace", json!("nobody"))),
        404,
        "",
        "nobody",
    );
    refused(
        &server.json("POST", "/_rollcall/try?namespace=*", &list.to_string()),
        400,
        "",
        "a call needs one namespace",
    );
    refused(&server.json("POST", TRY, ""), 400, "", "the body is empty");
    refused(&server.json("POST", TRY, "{"), 400, "", "");
    let nested = json!({ "provider": "huawei-iam", "operation": "KeystoneCreateToken", "parameters": { "body": { "auth": 1, "auth.identity.methods": [] } } });
    refused(
        &ask(&server, &nested),
        400,
        "/parameters/body/auth.identity.methods",
        "a parent that is an object",
    );
    let both = json!({ "provider": "aliyun-ehpc", "operation": "ListUsers", "parameters": { "form": {}, "body": {} } });
    refused(
        &ask(&server, &both),
        400,
        "/parameters/form",
        "give either form or body",
    );
    assert_eq!(
        done(&server.get("/_rollcall/journal"))["last"],
        0,
        "none of it was sent"
    );
    assert_eq!(
        done(&server.get("/_rollcall/namespaces"))
            .as_array()
            .map(Vec::len),
        Some(1)
    );
}

#[test]
fn parameters_travel_where_the_table_says() {
    let server = demo();
    let call = json!({
        "provider": "aliyun-ehpc", "operation": "ListClusters", "send": false, "scheme": "none",
        "parameters": { "query": { "ClusterIds": ["a", "b"], "x": ["1", true, null, { "y": 1 }], "z": null, "Action": "Other" } },
    });
    let told = tried(&server, &call);
    assert_eq!(
        told["request"]["target"],
        "/?Version=2024-07-30&ClusterIds=%5B%22a%22%2C%22b%22%5D&x=1&x=true&x=%7B%22y%22%3A1%7D&Action=Other"
    );
    assert_eq!(told["request"]["method"], "POST");
    let form = json!({
        "provider": "aliyun-ehpc", "operation": "GetUser", "send": false, "scheme": "none",
        "parameters": { "form": { "UserName": "张 &=" } },
    });
    let told = tried(&server, &form);
    assert_eq!(told["request"]["method"], "POST");
    assert_eq!(told["request"]["body"], "UserName=%E5%BC%A0%20%26%3D");
    assert_eq!(
        told["request"]["headers"]["content-type"],
        "application/x-www-form-urlencoded"
    );
    let path = json!({
        "provider": ROCKETMQ, "operation": "ShowUser", "send": false, "scheme": "none",
        "parameters": { "path": { "project_id": "../..", "instance_id": "a/b?c#d", "user_name": "<b>" } },
    });
    let target = tried(&server, &path)["request"]["target"].clone();
    assert_eq!(target, "/v2/..%2F../instances/a%2Fb%3Fc%23d/users/%3Cb%3E");
}

#[test]
fn faults_hold_and_are_told() {
    let server = demo();
    let arm = |effect: Value| {
        let rule = json!({ "match": { "provider": ROCKETMQ }, "effect": effect, "times": 1 });
        done(&server.json("POST", "/_rollcall/faults", &rule.to_string()));
    };
    let call = lists().remove(3);
    for (effect, delivery) in [
        ("hang", "hang"),
        ("reset", "reset"),
        ("truncate", "truncate"),
    ] {
        arm(json!(effect));
        let told = tried(&server, &call);
        assert_eq!(told["response"]["delivery"], delivery, "{told:#}");
        assert_eq!(told["response"]["status"].is_null(), delivery != "truncate");
        assert!(told["journal_id"].is_u64());
    }
    arm(json!({ "error": "Internal" }));
    assert_eq!(tried(&server, &call)["response"]["status"], 500);
    arm(json!({ "delay": "50ms" }));
    let begun = std::time::Instant::now();
    assert_eq!(tried(&server, &call)["response"]["status"], 200);
    assert!(50 <= begun.elapsed().as_millis());
}

#[test]
fn a_call_is_made_again_with_a_signature_of_its_own() {
    let server = signed::server("strict");
    // Signed with a secret that is wrong, in each provider's ways: the way is kept, the signature is not.
    for call in lists() {
        let provider = call["provider"].as_str().expect("an id");
        let schemes =
            done(&server.get(&format!("/_rollcall/providers/{provider}")))["schemes"].clone();
        for scheme in schemes.as_array().expect("a list") {
            let mut call = call.clone();
            call["scheme"] = scheme.clone();
            let first = tried(&server, &call)["journal_id"].clone();
            let again = done(&replayed(&server, &first, &json!({})));
            assert_eq!(
                (&again["response"]["status"], &again["scheme"]),
                (&json!(200), scheme),
                "{again:#}"
            );
            let (first, again) = (entry(&server, &first), entry(&server, &again["journal_id"]));
            for same in ["provider", "operation", "namespace", "method", "error"] {
                assert_eq!(first[same], again[same], "{same}");
            }
        }
    }
    let unsigned = server.get(USERS);
    assert_eq!(unsigned.status, 401);
    let last = done(&server.get("/_rollcall/journal?limit=0"))["last"].clone();
    let again = done(&replayed(
        &server,
        &last,
        &json!({ "scheme": "v11", "access_key": "read-ak" }),
    ));
    assert_eq!(
        (&again["response"]["status"], &again["scheme"]),
        (&json!(200), &json!("v11"))
    );
    let only = done(&replayed(&server, &last, &json!({ "send": false })));
    assert_eq!(only["journal_id"], Value::Null);
    assert_eq!(
        perform(&server, only["curl"].as_str().expect("a command")),
        "200"
    );
}

#[test]
fn what_the_journal_did_not_keep_whole_is_not_sent_again() {
    let server = demo();
    let last = || done(&server.get("/_rollcall/journal?limit=0"))["last"].clone();
    for id in ["99", "0", "x", "-1", "18446744073709551616"] {
        refused(
            &replayed(&server, id, &json!({})),
            404,
            "",
            "the journal has no entry",
        );
    }
    server.json(
        "POST",
        USERS,
        &format!("{{\"x\":\"{}\"}}", "a".repeat(20_000)),
    );
    refused(
        &replayed(&server, last(), &json!({})),
        409,
        "",
        "first 16 KiB of its body",
    );
    server.json(
        "POST",
        USERS,
        r#"{"access_key":"tester-x","secret_key":"S3cret-0f-it"}"#,
    );
    refused(
        &replayed(&server, last(), &json!({})),
        409,
        "",
        "its body contains a masked value",
    );
    server.get("/?Action=AddUsers&Version=2018-04-12&User.1.Password=x");
    refused(
        &replayed(&server, last(), &json!({})),
        409,
        "",
        "its target contains a masked value",
    );
    server.send("POST", USERS, &[], b"\xff\xfe");
    refused(
        &replayed(&server, last(), &json!({})),
        409,
        "",
        "its body is not text",
    );
    let before = last();
    server.get("/nobody");
    let again = done(&replayed(&server, last(), &json!({})));
    assert_eq!(
        (&again["scheme"], &again["response"]["status"]),
        (&json!("none"), &json!(404))
    );
    refused(
        &replayed(&server, &before, &json!({ "sheme": "sdk" })),
        400,
        "/sheme",
        "sheme",
    );
    refused(
        &replayed(&server, 1, &json!({ "scheme": "acs3" })),
        409,
        "",
        "16 KiB",
    );
    list(&server, "gone");
    let of_gone = last();
    done(&server.json("DELETE", "/_rollcall/namespaces/gone", ""));
    refused(&replayed(&server, of_gone, &json!({})), 404, "", "gone");
}

#[test]
fn only_who_may_use_the_control_plane_may_make_calls() {
    let server = with(frozen().admin_token("s3cret"));
    let call = lists().remove(3).to_string();
    let token = ("authorization", "Bearer s3cret");
    for target in [TRY, "/_rollcall/journal/1/replay"] {
        let send = |headers: &[(&str, &str)]| server.send("POST", target, headers, call.as_bytes());
        refused(&send(&[]), 401, "", "as Authorization: Bearer TOKEN");
        for (stranger, sentence) in [
            (("origin", "http://evil.test"), "may not use"),
            (("origin", "null"), "may not use"),
            (("host", "evil.example"), "is not allowed here"),
        ] {
            refused(&send(&[token, stranger]), 403, "", sentence);
        }
        let simple = ("content-type", "text/plain");
        refused(
            &send(&[token, simple, ("origin", "http://evil.test")]),
            403,
            "",
            "may not use",
        );
    }
    assert_eq!(
        server.send("POST", TRY, &[token], call.as_bytes()).status,
        200
    );
    let last = server.send("GET", "/_rollcall/journal?limit=0", &[token], b"");
    assert_eq!(done(&last)["last"], 1, "what was refused was not sent");
}

#[test]
fn markup_is_text_wherever_a_caller_puts_it() {
    const MARKUP: &str = "<img src=x onerror=alert(1)></script><script>alert(2)</script>";
    let server = demo();
    let encoded = MARKUP.replace('<', "%3C").replace('>', "%3E");
    let call = json!({
        "scheme": "none",
        "request": { "method": "POST", "target": format!("/{encoded}?{encoded}={encoded}"), "headers": { "x-markup": MARKUP, "user-agent": MARKUP }, "body": MARKUP },
    });
    let id = tried(&server, &call)["journal_id"].clone();
    server.json(
        "POST",
        "/_rollcall/try",
        &json!({ "provider": MARKUP, "operation": MARKUP }).to_string(),
    );
    for target in [
        format!("journal/{id}"),
        "journal".to_owned(),
        format!("explain/{id}"),
    ] {
        let answer = server.get(&format!("/_rollcall/{target}"));
        assert_eq!(
            answer.header("content-type"),
            Some("application/json"),
            "{target}"
        );
        assert_eq!(
            answer.header("x-content-type-options"),
            Some("nosniff"),
            "{target}"
        );
        answer.json();
    }
    let answer = ask(&server, &call);
    assert_eq!(answer.header("content-type"), Some("application/json"));
    assert_eq!(answer.json()["request"]["headers"]["x-markup"], MARKUP);
    assert_eq!(answer.json()["request"]["body"], MARKUP);
    let curl = server.get(&format!("/_rollcall/journal/{id}/curl"));
    assert!(
        curl.header("content-type")
            .is_some_and(|kind| kind.starts_with("text/plain"))
    );
    let wrong = ask(&server, &json!({ "provider": MARKUP }));
    assert_eq!(
        wrong.header("content-type"),
        Some("application/problem+json")
    );
}
