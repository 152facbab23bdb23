//! What time it is, and that the same calls get the same answers.

use rollcall::{Options, Rollcall};
use serde_json::json;

use super::{USERS, done, list, refused};
use crate::server::{Server, demo, frozen, with};

fn clock(server: &Server, namespace: &str) -> serde_json::Value {
    done(&server.get(&format!("/_rollcall/clock?namespace={namespace}")))
}

fn set(server: &Server, namespace: &str, body: &serde_json::Value) -> crate::client::Answer {
    server.json(
        "PUT",
        &format!("/_rollcall/clock?namespace={namespace}"),
        &body.to_string(),
    )
}

#[test]
fn a_clock_is_of_one_namespace() {
    let server = demo();
    list(&server, "a");
    let fixed = done(&set(
        &server,
        "a",
        &json!({ "mode": "fixed", "time": "2030-01-02T03:04:05+08:00" }),
    ));
    assert_eq!(
        fixed,
        json!({ "namespace": "a", "mode": "fixed", "time": "2030-01-01T19:04:05.000Z", "now": "2030-01-01T19:04:05.000Z" })
    );
    assert_eq!(clock(&server, "default")["now"], "2024-05-20T08:30:00.000Z");
    assert_eq!(
        list(&server, "a").header("date"),
        Some("Tue, 01 Jan 2030 19:04:05 GMT")
    );
    assert_eq!(
        list(&server, "default").header("date"),
        Some("Mon, 20 May 2024 08:30:00 GMT")
    );
    let entries = done(&server.get("/_rollcall/journal?namespace=a&limit=1"));
    assert_eq!(entries["entries"][0]["time"], "2030-01-01T19:04:05.000Z");
}

#[test]
fn a_clock_is_advanced_from_where_it_is() {
    let server = demo();
    let advance = |by: &str| {
        let body = json!({ "by": by }).to_string();
        server.json("POST", "/_rollcall/clock/advance", &body)
    };
    assert_eq!(done(&advance("1h"))["now"], "2024-05-20T09:30:00.000Z");
    assert_eq!(done(&advance("-90s"))["now"], "2024-05-20T09:28:30.000Z");
    done(&set(&server, "default", &json!({ "mode": "real" })));
    let offset = done(&advance("2days"));
    assert_eq!(
        (&offset["mode"], &offset["by"]),
        (&json!("offset"), &json!("2days"))
    );
    assert_eq!(done(&advance("-3days"))["by"], "-1day");
    // What it shows can be put back.
    done(&set(
        &server,
        "default",
        &json!({ "mode": "offset", "by": "-1day" }),
    ));
    // Without a time it stops where it is.
    let stopped = done(&set(&server, "default", &json!({ "mode": "fixed" })));
    assert_eq!(stopped["time"], stopped["now"]);
    assert_eq!(clock(&server, "default")["now"], stopped["now"]);
}

#[test]
fn a_clock_that_cannot_be_meant_is_refused() {
    let server = demo();
    let check = |body: serde_json::Value, pointer: &str, sentence: &str| {
        refused(&set(&server, "default", &body), 400, pointer, sentence);
    };
    check(json!({}), "", "missing field `mode`");
    check(json!({ "mode": "slow" }), "/mode", "unknown value `slow`");
    check(
        json!({ "mode": "fixed", "time": "yesterday" }),
        "/time",
        "write it as 2024-05-20T08:30:00Z",
    );
    check(
        json!({ "mode": "fixed", "time": "1969-12-31T00:00:00Z" }),
        "/time",
        "a clock shows 1970-01-01 to 9999-12-30",
    );
    check(
        json!({ "mode": "fixed", "by": "1h" }),
        "/by",
        "only an offset clock",
    );
    check(
        json!({ "mode": "real", "time": "2024-05-20T08:30:00Z" }),
        "/time",
        "only a fixed clock",
    );
    check(
        json!({ "mode": "offset" }),
        "/by",
        "an offset clock needs by",
    );
    check(
        json!({ "mode": "offset", "by": "soon" }),
        "/by",
        "write e.g. 90s, 1h or -15m",
    );
    check(
        json!({ "mode": "offset", "by": "9000years" }),
        "/by",
        "a clock shows 1970-01-01 to 9999-12-30",
    );
    let advance = |by: &str| {
        server.json(
            "POST",
            "/_rollcall/clock/advance",
            &json!({ "by": by }).to_string(),
        )
    };
    for far in [
        "-60years",
        "9000years",
        "200000000000years",
        "18446744073709551615s",
    ] {
        assert_eq!(advance(far).status, 400, "{far}");
    }
    refused(
        &server.json("POST", "/_rollcall/clock/advance", "{}"),
        400,
        "",
        "missing field `by`",
    );
    refused(
        &server.get("/_rollcall/clock?namespace=nobody"),
        404,
        "",
        "there is no namespace \"nobody\"",
    );
    assert_eq!(clock(&server, "default")["now"], "2024-05-20T08:30:00.000Z");
}

/// A few calls of every kind, their answers whole.
fn life(server: &Server) -> Vec<String> {
    let mut answers = Vec::new();
    for target in [
        USERS,
        &format!("{USERS}?limit=0"),
        "/nobody",
        "/v2/p/instances",
        USERS,
    ] {
        for namespace in ["default", "other"] {
            let answer = server.send("GET", target, &[("x-rollcall-namespace", namespace)], b"");
            assert!(answer.header("date").is_some());
            answers.push(format!("{:?} {answer}", answer.header("date")));
        }
    }
    answers
}

#[test]
fn the_same_calls_get_byte_identical_answers() {
    let (one, two) = (demo(), demo());
    let first = life(&one);
    assert_eq!(first, life(&two));
    assert_ne!(first, life(&one), "request ids go on");
    done(&one.json("POST", "/_rollcall/reset?namespace=*", ""));
    assert_eq!(first, life(&one), "after a reset");
    done(&one.json("DELETE", "/_rollcall/namespaces/other", ""));
    done(&one.json("POST", "/_rollcall/reset", ""));
    assert_eq!(first, life(&one), "after a drop");
    assert_ne!(first, life(&with(frozen().rng_seed(8))));
    // The journal is the same, too, but for how long things took.
    let journal = |server: &Server| {
        let text = server.get("/_rollcall/journal").text().to_owned();
        let mut list: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        for entry in list["entries"].as_array_mut().expect("a list") {
            entry["duration_us"] = json!(0);
        }
        list
    };
    let (three, four) = (demo(), demo());
    life(&three);
    life(&four);
    assert_eq!(journal(&three), journal(&four));
}

#[test]
fn a_real_clock_leaves_the_date_header_to_the_machine() {
    let rollcall = Rollcall::start_with(&Options::default()).expect("the options are good");
    let clock = rollcall
        .json("GET", "/clock", serde_json::Value::Null)
        .expect("it answers");
    assert_eq!(clock["mode"], "real");
}
