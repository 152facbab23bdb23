//! ListUsers: its parameters, its pages, its whole answers.

use proptest::prelude::{ProptestConfig, proptest};
use proptest::{prop_assert, prop_assert_eq};
use serde_json::{Value, json};

use super::{data, documents, everyone, get, post, target, texts};
use crate::server::{Server, demo, frozen, with};

#[track_caller]
fn check(server: &Server, query: &str, expected: &str) {
    assert_eq!(
        get(server, "ListUsers", query).verdict(),
        expected,
        "{query}"
    );
}

#[track_caller]
fn check_json(server: &Server, body: &str, expected: &str) {
    let answer = server.json("POST", &target("ListUsers"), body);
    assert_eq!(answer.verdict(), expected, "{body}");
}

/// Offset, number of users and Total of an answer.
#[track_caller]
fn page(answer: &crate::client::Answer) -> (Value, usize, Value) {
    let users = data(answer)["Users"].as_array().expect("a list").len();
    let meta = answer.json()["Result"]["Meta"].take();
    (meta["Offset"].clone(), users, meta["Total"].clone())
}

#[test]
fn offset_and_limit_bounds_in_the_query() {
    let server = demo();
    check(&server, "", "200");
    check(&server, "Offset=0&Limit=0", "200");
    check(&server, "Limit=1", "200");
    check(&server, "Limit=2147483647", "200");
    check(&server, "Limit=2147483648", "400 Bad Request");
    check(&server, "Limit=99999999999999999999", "400 Bad Request");
    check(&server, "Limit=-1", "400 Bad Request");
    check(&server, "Limit=%2B1", "400 Bad Request");
    check(&server, "Limit=+1", "400 Bad Request");
    check(&server, "Limit=1.5", "400 Bad Request");
    check(&server, "Limit=1e1", "400 Bad Request");
    check(&server, "Limit=0x1", "400 Bad Request");
    check(&server, "Limit=%EF%BC%91", "400 Bad Request");
    check(&server, "Limit=1%00", "400 Bad Request");
    check(&server, "Limit=abc", "400 Bad Request");
    check(&server, "Limit=007", "200");
    check(&server, "Limit=&Offset=", "200");
    check(&server, "Offset=-1", "400 Bad Request");
    check(&server, "Offset=2147483647", "200");
    check(&server, "Offset=2147483648", "400 Bad Request");
    check(&server, "Offset=null", "400 Bad Request");
    check(&server, "limit=abc&LIMIT=abc&Unknown=%FF", "200");
    check(&server, "Limit=5&Limit=abc", "200");
    check(&server, "Limit=abc&Limit=5", "400 Bad Request");
    check(&server, "Limit.1=5", "400 Bad Request");
    check(&server, "Limit.1=5&Limit=5", "400 Bad Request");
    check(&server, "a.b.c.d.e.f.g.h.i.j.k=1&.=1&..=2&=3", "200");
}

#[test]
fn offset_and_limit_bounds_in_json() {
    let server = demo();
    check_json(&server, "", "200");
    check_json(&server, "{}", "200");
    check_json(&server, r#"{"Limit": 10, "Offset": 0}"#, "200");
    check_json(&server, r#"{"Limit": "10", "Offset": "0"}"#, "200");
    check_json(&server, r#"{"Limit": "", "Offset": null}"#, "200");
    check_json(&server, r#"{"Limit": 2147483647}"#, "200");
    check_json(&server, r#"{"Limit": 2147483648}"#, "400 Bad Request");
    check_json(&server, r#"{"Limit": -1}"#, "400 Bad Request");
    check_json(&server, r#"{"Limit": 1.5}"#, "400 Bad Request");
    check_json(&server, r#"{"Limit": 1e400}"#, "400 Bad Request");
    check_json(&server, r#"{"Limit": true}"#, "400 Bad Request");
    check_json(&server, r#"{"Limit": [1]}"#, "400 Bad Request");
    check_json(&server, r#"{"Limit": {"a": 1}}"#, "400 Bad Request");
    check_json(&server, r#"{"Limit": "1\u0000"}"#, "400 Bad Request");
    check_json(&server, r#"{"limit": "abc", "": 1}"#, "200");
    check_json(&server, "[]", "400 Bad Request");
    check_json(&server, "null", "400 Bad Request");
    check_json(&server, "{", "400 Bad Request");
    check_json(&server, r#"{"Limit": 1} x"#, "400 Bad Request");
    check_json(&server, &"[".repeat(100_000), "400 Bad Request");
    check_json(
        &server,
        &format!("{{\"x\":{}", "{\"x\":".repeat(500)),
        "400 Bad Request",
    );
}

#[test]
fn the_defaults_are_offset_0_and_limit_10() {
    let server = demo();
    let total = everyone(&server).len();
    assert!(20 < total, "the demo holds more than two default pages");
    for query in ["", "Limit=0", "Limit=&Offset=", "Offset=0&Limit=10"] {
        let answer = get(&server, "ListUsers", query);
        assert_eq!(page(&answer), (json!(0), 10, json!(total)), "{query}");
    }
}

#[test]
fn a_huge_limit_is_not_capped() {
    let server = demo();
    let answer = post(&server, "ListUsers", &json!({ "Limit": 2_147_483_647 }));
    let (_, users, total) = page(&answer);
    assert_eq!(json!(users), total);
}

#[test]
fn past_the_end_is_an_empty_list_with_the_true_total() {
    let server = demo();
    let total = everyone(&server).len();
    for offset in [total, total + 1, 2_147_483_647] {
        let answer = get(&server, "ListUsers", &format!("Offset={offset}"));
        assert_eq!(page(&answer), (json!(offset), 0, json!(total)));
        assert_eq!(data(&answer)["Users"], json!([]));
    }
}

#[test]
fn the_body_of_a_post_overlays_the_query() {
    let server = demo();
    let query = format!("{}&Offset=3&Limit=4", target("ListUsers"));
    let ask = |answer| {
        let (offset, users, _) = page(&answer);
        (offset, users)
    };
    let json = |body| ask(server.json("POST", &query, body));
    assert_eq!(json("{}"), (json!(3), 4));
    assert_eq!(json(r#"{"Limit": 2}"#), (json!(3), 2));
    assert_eq!(json(r#"{"Limit": null, "Offset": 5}"#), (json!(5), 4));
    assert_eq!(ask(server.post_form(&query, "Limit=2")), (json!(3), 2));
    assert_eq!(
        ask(server.post_form(&query, "Offset=1&limit=2")),
        (json!(1), 4)
    );
    let types = ["application/json; charset=UTF-8", "text/plain", ""];
    for content_type in types {
        let answer = server.send(
            "POST",
            &query,
            &[("content-type", content_type)],
            br#"{"Limit": 1}"#,
        );
        assert_eq!(ask(answer), (json!(3), 1), "{content_type}");
    }
}

#[test]
fn what_a_get_carries_beside_its_query_is_ignored() {
    let server = demo();
    for content_type in ["application/json", "application/x-www-form-urlencoded"] {
        let target = format!("{}&Limit=3", target("ListUsers"));
        let headers = [("content-type", content_type)];
        for body in ["", "Limit=5", "{\"Limit\": 5}", "{"] {
            let answer = server.send("GET", &target, &headers, body.as_bytes());
            assert_eq!(page(&answer).1, 3, "{content_type} {body}");
        }
    }
}

#[test]
fn users_come_by_id_whatever_their_status_and_type() {
    let users = Value::Array(everyone(&demo()));
    let ids: Vec<_> = users
        .as_array()
        .expect("a list")
        .iter()
        .map(|user| user["ID"].as_i64().expect("a number"))
        .collect();
    assert!(ids.is_sorted(), "{ids:?}");
    for status in ["ACTIVE", "INACTIVE", "ACTIVE_REMOVED", "INACTIVE_REMOVED"] {
        assert!(texts(&users, "Status").iter().any(|found| found == status));
    }
    for kind in ["SYSTEM", "MAIN", "NORMAL", "ASSUMED_ROLE"] {
        assert!(texts(&users, "UserType").iter().any(|found| found == kind));
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn a_walk_meets_every_user_once_in_order(start in 0_usize..40, size in 1_usize..40) {
        let server = demo();
        let all = everyone(&server);
        let mut met = Vec::new();
        loop {
            let query = format!("Offset={}&Limit={size}", start + met.len());
            let users = data(&get(&server, "ListUsers", &query))["Users"].take();
            let users = users.as_array().expect("a list").clone();
            if users.is_empty() {
                break;
            }
            met.extend(users);
            prop_assert!(met.len() <= all.len());
        }
        prop_assert_eq!(met, all.into_iter().skip(start).collect::<Vec<_>>());
    }
}

/// The response sample of 003_e9021faa912119e8.txt, and what of it is different by intent.
#[test]
fn the_sample_response_of_the_document_is_replayed() {
    const SAMPLE: &str = r#"{"ResponseMetadata":{"RequestId":"20240925120141117050224247117731","Action":"ListUsers","Version":"2024-08-31","Service":"bytehouse_ce","Region":"cn-beijing"},"Result":{"Message":"","Data":{"Users":[{"ID":123,"UserID":12345678,"AccountID":12345678,"Username":"user1","CloudName":"cloudname","UserType":"MAIN","Status":"ACTIVE","Emaill":"xxx@xxx.com","Description":"description","Readonly":true,"IsSystemAdmin":true,"LastLoginAt":0,"CreatedAt":1716264720906,"UpdatedAt":1716264720906,"Immutable":true,"Clusters":["98Al3s"]}]},"Meta":{"Offset":0,"Total":"1"}}}"#;
    const REQUEST: &str = "/?Action=ListUsers&Version=2024-08-31&Offset=0&Limit=10";
    let replay = |server: &Server| {
        let answer = server.send(
            "GET",
            REQUEST,
            &[
                ("host", "open.volcengineapi.com"),
                ("x-date", "20240912T132732Z"),
            ],
            b"",
        );
        // Every call has an id of its own.
        let id = answer.header("x-tt-logid").expect("an id").to_owned();
        answer
            .text()
            .replace(&id, "20240925120141117050224247117731")
    };
    // The default is the other sample of the same document, which every SDK decodes: a number.
    let as_table = SAMPLE.replace(r#""Total":"1""#, r#""Total":1"#);
    assert_eq!(replay(&documents()), as_table);
    let file = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/volcengine_bytehouse/documents.json"
    );
    let options = frozen()
        .seed([file.into()])
        .quirk("volcengine-bytehouse.total", "string")
        .expect("a quirk");
    assert_eq!(replay(&with(options)), SAMPLE);
}

#[test]
fn the_whole_answer_of_a_page() {
    insta::assert_snapshot!(get(&demo(), "ListUsers", "Offset=1&Limit=1"));
}

#[test]
fn the_whole_answer_of_an_empty_page() {
    insta::assert_snapshot!(get(&demo(), "ListUsers", "Offset=1000"));
}

#[test]
fn the_request_id_begins_with_the_time_of_day_in_china() {
    let server = demo();
    let id = |answer: &crate::client::Answer| {
        answer.json()["ResponseMetadata"]["RequestId"]
            .as_str()
            .expect("an id")
            .to_owned()
    };
    let (first, second) = (
        get(&server, "ListUsers", ""),
        server.get("/?Action=ListUsers"),
    );
    assert_ne!(id(&first), id(&second));
    for answer in [first, second] {
        // The clock stands at 2024-05-20T08:30:00Z.
        assert!(id(&answer).starts_with("20240520163000"), "{answer}");
        assert_eq!(answer.header("x-tt-logid"), Some(id(&answer).as_str()));
    }
}

#[test]
fn the_quirk_email_key_spells_the_e_mail_as_the_sdks_do() {
    let keys = |value: &str| {
        let options = frozen()
            .quirk("volcengine-bytehouse.email-key", value)
            .expect("a quirk");
        let server = with(options);
        let listed = everyone(&server).swap_remove(0);
        let shown = data(&get(&server, "GetUserDetail", "Username=user1"))["User"].take();
        assert_eq!(listed, shown);
        let keys = ["Name", "Emaill", "Email"];
        keys.map(|key| listed.get(key).and_then(Value::as_str).map(str::to_owned))
    };
    let (name, email) = (Some("user1".to_owned()), Some("xxx@xxx.com".to_owned()));
    assert_eq!(keys("emaill"), [None, email.clone(), None]);
    assert_eq!(keys("both"), [name.clone(), email.clone(), email.clone()]);
    assert_eq!(keys("email"), [name, None, email]);
}
