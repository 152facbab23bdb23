//! Make, drop, list, reset; limits, and resets under load.

use std::sync::atomic::{AtomicUsize, Ordering};

use rollcall::Options;
use serde_json::{Value, json};

use super::{ROCKETMQ, add_user, done, list, refused, total};
use crate::server::{NOW, Server, demo, frozen, with};

/// The record counts of a namespace for the provider that is called here.
#[track_caller]
fn counted(server: &Server, namespace: &str) -> Value {
    done(&server.get(&format!("/_rollcall/namespaces/{namespace}")))["counts"][ROCKETMQ].clone()
}

#[test]
fn a_namespace_is_made_from_the_template_from_nothing_or_from_another() {
    let server = demo();
    let make = |name: &str, body: &str| {
        let answer = server.json("PUT", &format!("/_rollcall/namespaces/{name}"), body);
        assert_eq!(answer.status, 201, "{answer}");
        answer.json()["counts"][ROCKETMQ]["users"].clone()
    };
    let demo_users = make("a", "");
    assert!(demo_users.as_u64() > Some(20), "{demo_users}");
    assert_eq!(make("b", r#"{"from": "template"}"#), demo_users);
    assert_eq!(make("c", r#"{"from": "empty"}"#), 0);
    add_user(&server, "a", "only-in-a");
    assert_eq!(
        make("d", r#"{"from": "a"}"#),
        json!(demo_users.as_u64().map(|many| many + 1))
    );
    // A copy has a life of its own.
    add_user(&server, "d", "only-in-d");
    assert_eq!(
        counted(&server, "a")["users"],
        json!(demo_users.as_u64().map(|many| many + 1))
    );
}

#[test]
fn a_namespace_that_cannot_be_made_is_refused() {
    let server = demo();
    let put =
        |name: &str, body: &str| server.json("PUT", &format!("/_rollcall/namespaces/{name}"), body);
    put("taken", "");
    refused(&put("taken", ""), 409, "", "reset it, or drop it first");
    refused(
        &put("default", ""),
        409,
        "",
        "namespace \"default\" already exists",
    );
    refused(
        &put("new", r#"{"from": "nobody"}"#),
        404,
        "/from",
        "there is no namespace \"nobody\"",
    );
    refused(
        &put("new", r#"{"from": 5}"#),
        400,
        "/from",
        "expected a string",
    );
    refused(
        &put("new", r#"{"form": "empty"}"#),
        400,
        "/form",
        "unknown field `form`",
    );
    refused(&put("new", "{"), 400, "", "EOF");
    assert_eq!(server.get("/_rollcall/namespaces/new").status, 404);
}

#[test]
fn an_invalid_name_is_refused_everywhere() {
    let server = demo();
    for name in ["Upper", "-a", "a_b", "a%2Fb", "%C3%BC", "a.b", "%2A"] {
        for (method, rest) in [
            ("GET", ""),
            ("PUT", ""),
            ("DELETE", ""),
            ("POST", "/reset"),
            ("GET", "/settings"),
            ("GET", "/snapshot"),
            ("GET", "/export"),
            ("PUT", "/export"),
            ("GET", "/diff?with=default"),
        ] {
            let answer = server.json(method, &format!("/_rollcall/namespaces/{name}{rest}"), "");
            refused(&answer, 400, "", "invalid namespace name");
        }
        let patch = server.json(
            "PATCH",
            &format!("/_rollcall/namespaces/{name}/settings"),
            "{}",
        );
        refused(&patch, 400, "", "invalid namespace name");
        let seed = server.json("POST", &format!("/_rollcall/namespaces/{name}/seed"), "{}");
        refused(&seed, 400, "", "invalid namespace name");
    }
    for (method, address, body) in [
        ("POST", "reset", ""),
        ("GET", "clock", ""),
        ("PUT", "clock", r#"{"mode":"real"}"#),
        ("POST", "clock/advance", r#"{"by":"1h"}"#),
        ("GET", "faults", ""),
        ("POST", "faults", r#"{"effect":"hang"}"#),
        ("DELETE", "faults", ""),
        ("GET", "journal", ""),
        ("DELETE", "journal", ""),
        ("POST", "journal/verify", r#"{"count":{"exactly":0}}"#),
    ] {
        let answer = server.json(method, &format!("/_rollcall/{address}?namespace=No"), body);
        refused(&answer, 400, "", "invalid namespace name \"No\"");
        let answer = server.send(
            method,
            &format!("/_rollcall/{address}"),
            &[("x-rollcall-namespace", "No")],
            body.as_bytes(),
        );
        refused(&answer, 400, "", "invalid namespace name \"No\"");
    }
    // A name that is no text at all.
    assert_eq!(server.get("/_rollcall/namespaces/%FF").status, 400);
}

#[test]
fn the_list_shows_counts_and_last_use() {
    let server = demo();
    list(&server, "used");
    server.json("PUT", "/_rollcall/namespaces/idle", r#"{"from": "empty"}"#);
    let rows = done(&server.get("/_rollcall/namespaces"));
    let names: Vec<_> = rows
        .as_array()
        .expect("a list")
        .iter()
        .map(|row| &row["name"])
        .collect();
    assert_eq!(names, ["default", "idle", "used"]);
    assert_eq!(rows[1]["last_use"], Value::Null);
    assert_eq!(
        rows[1]["counts"][ROCKETMQ],
        json!({ "instances": 0, "users": 0 })
    );
    assert_eq!(rows[2]["last_use"], NOW.replace('Z', ".000Z"));
    assert_eq!(server.get("/_rollcall/namespaces/nobody").status, 404);
}

#[test]
fn a_dropped_namespace_is_made_anew_by_its_next_call() {
    let server = demo();
    let before = total(&server, "a");
    add_user(&server, "a", "extra");
    server.json(
        "POST",
        "/_rollcall/faults?namespace=a",
        r#"{"effect":"hang"}"#,
    );
    let dropped = done(&server.json("DELETE", "/_rollcall/namespaces/a", ""));
    assert!(dropped["dropped"][ROCKETMQ]["users"].as_u64() > Some(before));
    refused(
        &server.get("/_rollcall/namespaces/a"),
        404,
        "",
        "GET /_rollcall/namespaces lists them",
    );
    refused(
        &server.json("DELETE", "/_rollcall/namespaces/a", ""),
        404,
        "",
        "there is no namespace",
    );
    assert_eq!(total(&server, "a"), before);
}

#[test]
fn a_reset_drops_everything_and_counts_it() {
    let server = demo();
    let before = counted(&server, "default");
    add_user(&server, "default", "extra");
    let after = counted(&server, "default");
    assert_ne!(before, after);
    done(&server.json(
        "PATCH",
        "/_rollcall/namespaces/default/settings",
        r#"{"async_polls": 7}"#,
    ));
    done(&server.json("PUT", "/_rollcall/clock", r#"{"mode": "real"}"#));
    done(&server.json("POST", "/_rollcall/faults", r#"{"effect": "hang"}"#));

    let answer = done(&server.json("POST", "/_rollcall/namespaces/default/reset", ""));
    assert_eq!(
        (&answer["dropped"][ROCKETMQ], &answer["counts"][ROCKETMQ]),
        (&after, &before)
    );
    assert_eq!(
        done(&server.get("/_rollcall/namespaces/default/settings"))["async_polls"],
        0
    );
    assert_eq!(done(&server.get("/_rollcall/clock"))["mode"], "fixed");
    assert_eq!(done(&server.get("/_rollcall/faults")), json!([]));

    let answer = done(&server.json("POST", "/_rollcall/reset", r#"{"to": "empty"}"#));
    assert_eq!(
        answer["counts"][ROCKETMQ],
        json!({ "instances": 0, "users": 0 })
    );
    assert_eq!(list(&server, "default").verdict(), "404 DMS.00404022");
    refused(
        &server.json("POST", "/_rollcall/reset", r#"{"to": "nowhere"}"#),
        400,
        "/to",
        "nowhere",
    );
}

#[test]
fn a_reset_is_of_the_namespace_that_is_named_or_of_all() {
    let server = demo();
    for name in ["a", "b"] {
        add_user(&server, name, "extra");
    }
    let original = total(&server, "default");
    let answer = server.send(
        "POST",
        "/_rollcall/reset",
        &[("x-rollcall-namespace", "a")],
        b"",
    );
    assert_eq!(done(&answer)["name"], "a");
    assert_eq!(
        (total(&server, "a"), total(&server, "b")),
        (original, original + 1)
    );
    let all = done(&server.json("POST", "/_rollcall/reset?namespace=*", ""));
    assert_eq!(all.as_array().map(Vec::len), Some(3));
    assert_eq!(total(&server, "b"), original);
}

#[test]
fn one_namespace_too_many_is_refused_on_either_side() {
    let server = with(frozen().max_namespaces(2));
    assert_eq!(list(&server, "a").status, 200);
    let answer = list(&server, "b");
    assert_eq!(answer.status, 429);
    assert!(answer.text().contains("--max-namespaces"), "{answer}");
    refused(
        &server.json("PUT", "/_rollcall/namespaces/b", ""),
        429,
        "",
        "drop some",
    );
    done(&server.json("DELETE", "/_rollcall/namespaces/a", ""));
    assert_eq!(list(&server, "b").status, 200);
}

#[test]
fn a_request_names_its_namespace_by_header_host_or_key() {
    let server = demo();
    add_user(&server, "suite", "extra");
    let plain = total(&server, "default");
    let key = "SDK-HMAC-SHA256 Access=test-ak~suite, SignedHeaders=host, Signature=00";
    for headers in [
        [("x-rollcall-namespace", "suite"), ("authorization", "x")],
        [("host", "suite.ns.localhost"), ("authorization", "x")],
        [("host", "SUITE.ns.localhost:4700"), ("authorization", "x")],
        [("host", "127.0.0.1"), ("authorization", key)],
    ] {
        let answer = server.send("GET", super::USERS, &headers, b"");
        assert_eq!(answer.json()["total"], plain + 1, "{headers:?}");
    }
    let key = "SDK-HMAC-SHA256 Access=test-ak~, SignedHeaders=host, Signature=00";
    let answer = server.send(
        "GET",
        super::USERS,
        &[("authorization", key), ("origin", "http://x")],
        b"",
    );
    assert_eq!(answer.status, 400);
    assert_eq!(
        answer.header("access-control-allow-origin"),
        Some("http://x")
    );
}

#[test]
fn settings_are_of_one_namespace() {
    let server = demo();
    let patch = |body: &str| server.json("PATCH", "/_rollcall/namespaces/a/settings", body);
    let shown = done(&patch(
        r#"{"auth": {"huawei-rocketmq": "strict"}, "skew": "5m", "async_polls": 2, "regions": {"huawei-rocketmq": "x-1"}}"#,
    ));
    assert_eq!(shown["auth"][ROCKETMQ], "strict");
    assert_eq!(
        (&shown["skew"], &shown["async_polls"]),
        (&json!("5m"), &json!(2))
    );
    assert_eq!(shown["regions"][ROCKETMQ], "x-1");
    assert_eq!(done(&server.get("/_rollcall/namespaces/a/settings")), shown);
    let other = done(&server.get("/_rollcall/namespaces/default/settings"));
    assert_eq!(
        (&other["auth"][ROCKETMQ], &other["skew"]),
        (&json!("off"), &json!("provider"))
    );

    refused(
        &patch(r#"{"auth": {"nobody": "off"}}"#),
        400,
        "/auth/nobody",
        "unknown provider \"nobody\"",
    );
    refused(
        &patch(r#"{"auth": {"*": "maybe"}}"#),
        400,
        "/auth/*",
        "maybe",
    );
    refused(
        &patch(r#"{"quirks": {"a.b/c~d": "1"}}"#),
        400,
        "/quirks/a.b~1c~0d",
        "there is no quirk",
    );
    refused(
        &patch(r#"{"async_polls": 1, "skew": "soon"}"#),
        400,
        "/skew",
        "a duration such as 300s",
    );
    refused(&patch(r#"{"async_polls": -1}"#), 400, "/async_polls", "-1");
    refused(&patch(r#"{"color": 1}"#), 400, "/color", "unknown field");
    refused(&patch(""), 400, "", "the body is empty");
    // Nothing of a patch with something wrong in it was taken.
    assert_eq!(done(&server.get("/_rollcall/namespaces/a/settings")), shown);
}

/// One thread lists, others reset, drop and seed: every list is the template's, or the template's with the one user more.
#[test]
fn no_call_fails_or_sees_half_a_state_while_another_resets() {
    let folder = tempfile::tempdir().expect("a folder");
    for options in [frozen(), frozen().data(folder.path())] {
        under_load(options);
    }
}

fn under_load(options: Options) {
    const ROUNDS: usize = 40;
    let server = with(options);
    let original = total(&server, "a");
    let rounds_left = AtomicUsize::new(ROUNDS);
    // Every thread has the same end, whatever happens to another.
    let go_on = || 0 < rounds_left.load(Ordering::Relaxed);
    std::thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| {
                while go_on() {
                    let answer = list(&server, "a");
                    assert_eq!(answer.status, 200, "{answer}");
                    let body = answer.json();
                    let total = body["total"].as_u64().expect("a total");
                    assert!([original, original + 1].contains(&total), "{body}");
                    assert_eq!(body["users"].as_array().map(Vec::len), Some(10));
                }
            });
        }
        scope.spawn(|| {
            while go_on() {
                add_user(&server, "a", "extra");
            }
        });
        scope.spawn(|| {
            while go_on() {
                let round = rounds_left.fetch_sub(1, Ordering::Relaxed);
                let answer = match round % 10 {
                    0 => server.json("DELETE", "/_rollcall/namespaces/a", ""),
                    _ => server.json("POST", "/_rollcall/namespaces/a/reset", ""),
                };
                if answer.status != 200 {
                    rounds_left.store(0, Ordering::Relaxed);
                    panic!("{answer}");
                }
            }
        });
    });
    done(&server.json("POST", "/_rollcall/namespaces/a/reset", ""));
    assert_eq!(total(&server, "a"), original);
}

#[test]
fn a_misspelt_parameter_is_refused_and_changes_nothing() {
    let server = demo();
    add_user(&server, "default", "precious");
    done(&server.json(
        "POST",
        "/_rollcall/faults",
        r#"{"effect": {"delay": "0s"}}"#,
    ));
    let before = total(&server, "default");
    for (method, address) in [
        ("POST", "reset?namspace=a"),
        ("POST", "reset?namespace=a&all=1"),
        ("DELETE", "faults?provider=huawei-rocketmq"),
        ("POST", "clock/advance?ns=a"),
    ] {
        let answer = server.json(method, &format!("/_rollcall/{address}"), "");
        refused(&answer, 400, "", "unknown parameter");
    }
    let twice = server.json("POST", "/_rollcall/reset?namespace=a&namespace=b", "");
    refused(&twice, 400, "", "has namespace twice");
    assert_eq!(total(&server, "default"), before);
    let rules = server.get("/_rollcall/faults").json();
    assert_eq!(rules.as_array().map(Vec::len), Some(1));
}

#[test]
fn a_refused_call_makes_no_namespace() {
    let folder = tempfile::TempDir::new().expect("a folder");
    for server in [demo(), with(frozen().data(folder.path()))] {
        let before = server.get("/_rollcall/namespaces").json();
        for (method, address, body) in [
            ("POST", "namespaces/new/seed", r#"{"nobody": {}}"#),
            ("POST", "namespaces/new/seed", "{"),
            ("PATCH", "namespaces/new/settings", r#"{"skew": "much"}"#),
            ("PUT", "namespaces/new/export", r#"{"nobody": {}}"#),
            (
                "PUT",
                "clock?namespace=new",
                r#"{"mode": "fixed", "time": "now"}"#,
            ),
            ("PUT", "clock?namespace=new", r#"{"mode": "offset"}"#),
            (
                "POST",
                "clock/advance?namespace=new",
                r#"{"by": "-400years"}"#,
            ),
        ] {
            let answer = server.json(method, &format!("/_rollcall/{address}"), body);
            assert_eq!(answer.status, 400, "{method} {address}: {answer}");
            let after = server.get("/_rollcall/namespaces").json();
            assert_eq!(before, after, "{method} {address}");
        }
        assert!(!folder.path().join("new").exists());
        add_user(&server, "new", "after-all");
    }
}

#[test]
fn a_reset_clears_the_journal_of_that_namespace_unless_it_is_to_be_kept() {
    let server = demo();
    let verified = |namespace: &str, count: u64| {
        let target = format!("/_rollcall/journal/verify?namespace={namespace}");
        let wanted = json!({ "match": { "operation": "ListUser" }, "count": { "exactly": count } });
        let answer = server.json("POST", &target, &wanted.to_string());
        assert_eq!(answer.status, 200, "{answer}");
    };
    for name in ["a", "b"] {
        list(&server, name);
    }
    done(&server.json("POST", "/_rollcall/reset?namespace=a&journal=keep", ""));
    verified("a", 1);
    done(&server.json("POST", "/_rollcall/reset?namespace=a", ""));
    verified("a", 0);
    list(&server, "a");
    verified("a", 1);
    verified("b", 1);
    done(&server.json("POST", "/_rollcall/namespaces/b/reset?journal=keep", ""));
    verified("b", 1);
    done(&server.json("POST", "/_rollcall/namespaces/b/reset", ""));
    verified("b", 0);
    done(&server.json("POST", "/_rollcall/reset?namespace=*", ""));
    verified("a", 0);
    for target in ["/_rollcall/reset", "/_rollcall/namespaces/b/reset"] {
        let answer = server.json("POST", &format!("{target}?journal=yes"), "");
        refused(&answer, 400, "", "journal must be keep or clear");
    }
}

#[test]
fn a_reset_of_an_unknown_namespace_says_that_it_made_it() {
    let server = demo();
    for target in [
        "/_rollcall/reset?namespace=new",
        "/_rollcall/namespaces/newer/reset",
    ] {
        let made = done(&server.json("POST", target, ""));
        assert_eq!(
            (&made["created"], &made["dropped"]),
            (&json!(true), &json!({}))
        );
        assert_eq!(made["counts"][ROCKETMQ], counted(&server, "default"));
        let again = done(&server.json("POST", target, ""));
        assert_eq!(
            (&again["created"], &again["dropped"]),
            (&json!(null), &made["counts"])
        );
    }
}
