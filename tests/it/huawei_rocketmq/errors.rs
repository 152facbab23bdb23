//! Every row of the error table that a caller can raise, and the order of the checks.

use std::collections::BTreeSet;

use serde_json::{Value, json};

use super::{A, B, C, PROJECT, RESTARTING, UNKNOWN, all_users, user, users, verdict};
use crate::client::Answer;
use crate::server::{Server, demo, frozen, with};

const NEW: &str = r#"{"access_key":"new-user","secret_key":"N3w-secret"}"#;

/// Every row that a caller can raise, and its status, code and text as huawei-rocketmq.md 5 and huawei-auth.md 7 have them.
const CONDITIONS: &[(&str, &str, &str)] = &[
    (
        "ProjectIdInvalid",
        "400 DMS.00400002",
        "The project ID format is invalid.",
    ),
    (
        "BodyEmpty",
        "400 DMS.00400004",
        "The request body is empty.",
    ),
    (
        "BodyNotJson",
        "400 DMS.00400005",
        "The message body is not in JSON format or contains invalid characters.",
    ),
    (
        "FieldInvalid",
        "400 DMS.00400085",
        "The message body contains invalid characters or is not in JSON format. The error key is admin.",
    ),
    (
        "InstanceIdInvalid",
        "400 DMS.00400030",
        "Invalid DMS instance id. The id must be a uuid.",
    ),
    (
        "InstanceIdFormat",
        "400 DMS.00400061",
        "Invalid instance ID format.",
    ),
    (
        "InstanceNotFound",
        "404 DMS.00404022",
        "This instance does not exist.",
    ),
    (
        "InstanceStatus",
        "400 DMS.00400026",
        "This operation is not allowed due to the instance status.",
    ),
    (
        "LimitInvalid",
        "400 DMS.00400062",
        "Invalid {0} parameter in the request.",
    ),
    (
        "OffsetInvalid",
        "400 DMS.40050010",
        "Offset parameter is invalid.",
    ),
    ("UserKeysInvalid", "400 DMS.00500960", "Invalid user AK/SK."),
    (
        "ParameterInvalid",
        "400 DMS.00400800",
        "Invalid request parameter. Check the request parameter.",
    ),
    ("UserDuplicate", "400 DMS.00400800", "Duplicate user name."),
    (
        "QuotaReached",
        "400 DMS.00400039",
        "The quota limit has been reached.",
    ),
    (
        "UserNotFound",
        "400 DMS.00500972",
        "The user does not exist.",
    ),
    (
        "MethodNotAllowed",
        "405 DMS.00405001",
        "This request method is not allowed.",
    ),
    (
        "ApiNotFound",
        "404 APIGW.0101",
        "The API does not exist or has not been published in the environment",
    ),
    (
        "MethodNotRegistered",
        "404 APIGW.0101",
        "The API does not exist.",
    ),
    (
        "BodyTooLarge",
        "413 APIGW.0201",
        "Request entity too large.",
    ),
    ("UriTooLarge", "414 APIGW.0201", "Request URI too large."),
    (
        "HeadersTooLarge",
        "494 APIGW.0201",
        "Request headers too large.",
    ),
];

/// What raises each of them.
fn raise(server: &Server, row: &str) -> Answer {
    let long = "x".repeat(33 * 1024);
    match row {
        "ProjectIdInvalid" => server.get(&format!("/v2/my.project/instances/{A}/users")),
        "BodyEmpty" => server.json("POST", &users(A), ""),
        "BodyNotJson" => server.json("POST", &users(A), "{"),
        "FieldInvalid" => server.json("POST", &users(A), r#"{"admin":"false"}"#),
        "InstanceIdInvalid" => server.get(&users("my-instance")),
        "InstanceIdFormat" => with(
            frozen()
                .quirk("huawei-rocketmq.instance-id-error", "DMS.00400061")
                .expect("a quirk"),
        )
        .get(&users("my-instance")),
        "InstanceNotFound" => server.get(&users(UNKNOWN)),
        "InstanceStatus" => server.json("POST", &users(RESTARTING), NEW),
        "LimitInvalid" => server.get(&format!("{}?limit=51", users(A))),
        "OffsetInvalid" => server.get(&format!("{}?offset=-1", users(A))),
        "UserKeysInvalid" => server.json("POST", &users(A), r#"{"access_key":"short"}"#),
        "ParameterInvalid" => server.json("PUT", &user(A, "test_01"), r#"{"access_key":"x"}"#),
        "UserDuplicate" => server.json(
            "POST",
            &users(A),
            r#"{"access_key":"test_01","secret_key":"N3w-secret"}"#,
        ),
        "QuotaReached" => {
            fill(server, B);
            server.json("POST", &users(B), NEW)
        }
        "UserNotFound" => server.get(&user(A, "nobody-here")),
        "MethodNotAllowed" => server.json("PUT", &users(A), "{}"),
        "ApiNotFound" => server.get(&format!("/v2/{PROJECT}/instances/{A}/nothing")),
        "MethodNotRegistered" => server.json("DELETE", &users(A), ""),
        "BodyTooLarge" => server.json("POST", &users(A), &"x".repeat(13 * 1024 * 1024)),
        "UriTooLarge" => server.get(&format!("{}?x={long}", users(A))),
        "HeadersTooLarge" => server.send("GET", &users(A), &[("x-long", &long)], b""),
        _ => panic!("no test raises {row}"),
    }
}

/// Creates users until the instance takes no more.
fn fill(server: &Server, instance: &str) {
    for number in all_users(server, instance).len()..1000 {
        let body = json!({ "access_key": format!("user-{number:04}"), "secret_key": "N3w-secret" });
        verdict(
            &server.json("POST", &users(instance), &body.to_string()),
            "200",
        );
    }
}

#[test]
fn every_condition_is_raised_with_its_status_code_and_text() {
    let server = demo();
    let table = server
        .get("/_rollcall/errors?provider=huawei-rocketmq")
        .json();
    let rows = table.as_array().expect("a table");
    let conditions = rows.iter().filter(|row| row["raised"] == "condition");
    let conditions: BTreeSet<_> = conditions.map(|row| row["name"].as_str()).collect();
    let expected: BTreeSet<_> = CONDITIONS.iter().map(|(name, ..)| Some(*name)).collect();
    assert_eq!(conditions, expected);
    for (name, expected, text) in CONDITIONS {
        let answer = raise(&server, name);
        verdict(&answer, expected);
        assert_eq!(answer.json()["error_msg"], *text, "{name}");
    }
}

#[test]
fn the_whole_answer_of_an_error_of_the_service() {
    insta::assert_snapshot!(demo().get(&users(UNKNOWN)));
}

#[test]
fn the_whole_answer_of_an_error_of_the_gateway() {
    insta::assert_snapshot!(demo().get(&format!("{}/", users(A))));
}

#[test]
fn what_is_wrong_first_is_what_is_said() {
    #[track_caller]
    fn check(method: &str, path: &str, body: &str, expected: &str) {
        verdict(&demo().json(method, path, body), expected);
    }
    let bad_project = |instance: &str| format!("/v2/a.b/instances/{instance}/users");
    // path and method, project, instance id, instance
    check("PATCH", &bad_project("x"), "", "404 APIGW.0101");
    check("GET", &bad_project("x"), "", "400 DMS.00400002");
    check(
        "GET",
        &format!("{}?offset=x", users("x")),
        "",
        "400 DMS.00400030",
    );
    check(
        "GET",
        &format!("{}?offset=x", users(UNKNOWN)),
        "",
        "404 DMS.00404022",
    );
    check("POST", &users(UNKNOWN), "", "404 DMS.00404022");
    // user, body, types
    check("PUT", &user(A, "nobody-here"), "", "400 DMS.00500972");
    check("PUT", &user(A, "test_01"), "", "400 DMS.00400004");
    check("PUT", &user(A, "test_01"), "[]", "400 DMS.00400005");
    check(
        "PUT",
        &user(RESTARTING, "while-restarting"),
        r#"{"admin":1}"#,
        "400 DMS.00400085",
    );
    // status and access control, keys, permissions, addresses
    check(
        "PUT",
        &user(RESTARTING, "while-restarting"),
        r#"{"access_key":"x"}"#,
        "400 DMS.00400026",
    );
    check(
        "POST",
        &users(C),
        r#"{"access_key":"x"}"#,
        "400 DMS.00400026",
    );
    check(
        "POST",
        &users(A),
        r#"{"access_key":"x","default_topic_perm":"x"}"#,
        "400 DMS.00500960",
    );
    check(
        "POST",
        &users(A),
        r#"{"access_key":"test_01","secret_key":"x","default_topic_perm":"x"}"#,
        "400 DMS.00500960",
    );
    check(
        "DELETE",
        &user(RESTARTING, "nobody-here"),
        "",
        "400 DMS.00500972",
    );
    check(
        "DELETE",
        &user(RESTARTING, "while-restarting"),
        "",
        "400 DMS.00400026",
    );
    // duplicate, quota
    let server = demo();
    fill(&server, A);
    let again = r#"{"access_key":"test_01","secret_key":"N3w-secret"}"#;
    let answer = server.json("POST", &users(A), again);
    assert_eq!(answer.json()["error_msg"], "Duplicate user name.");
    verdict(&server.json("POST", &users(A), NEW), "400 DMS.00400039");
    assert_eq!(all_users(&server, A).len(), 1000);
    verdict(&server.json("DELETE", &user(A, "test_01"), ""), "200");
    verdict(&server.json("POST", &users(A), NEW), "200");
}

#[test]
fn access_keys_have_rules() {
    #[track_caller]
    fn check(server: &Server, name: &str, expected: &str) {
        let body = json!({ "access_key": name, "secret_key": "N3w-secret" });
        verdict(&server.json("POST", &users(A), &body.to_string()), expected);
    }
    let server = demo();
    check(&server, "sixsix", "400 DMS.00500960");
    check(&server, "seven_7", "200");
    check(&server, &format!("a{}", "0".repeat(63)), "200");
    check(&server, &format!("a{}", "0".repeat(64)), "400 DMS.00500960");
    check(&server, "A-z_0-9", "200");
    check(&server, "0starts-with-a-digit", "400 DMS.00500960");
    check(&server, "_starts-with-that", "400 DMS.00500960");
    check(&server, "has a blank", "400 DMS.00500960");
    check(&server, "has.a.dot", "400 DMS.00500960");
    check(&server, "名字七个字符的人", "400 DMS.00500960");
    check(&server, "with-nul\0", "400 DMS.00500960");
    check(&server, "ends-with-newline\n", "400 DMS.00500960");
    check(&server, "", "400 DMS.00500960");
    verdict(
        &server.json("POST", &users(A), r#"{"secret_key":"N3w-secret"}"#),
        "400 DMS.00500960",
    );
    verdict(
        &server.json("POST", &users(A), r#"{"access_key":null}"#),
        "400 DMS.00500960",
    );
}

#[test]
fn secret_keys_have_rules() {
    #[track_caller]
    fn check(server: &Server, secret: &str, expected: &str) {
        let body = json!({ "secret_key": secret });
        verdict(
            &server.json("PUT", &user(A, "order-service"), &body.to_string()),
            expected,
        );
    }
    let server = demo();
    check(&server, "Abcde1!", "400 DMS.00500960");
    check(&server, "Abcdef1!", "200");
    check(&server, &format!("Ab1{}", "x".repeat(29)), "200");
    check(
        &server,
        &format!("Ab1{}", "x".repeat(30)),
        "400 DMS.00500960",
    );
    check(&server, "abcdefg1", "400 DMS.00500960");
    check(&server, "ABCDEFG1", "400 DMS.00500960");
    check(&server, "abcdefg!", "400 DMS.00500960");
    check(&server, "1234567!", "400 DMS.00500960");
    check(&server, "abcdef1!", "200");
    check(&server, "ABCDEF1!", "200");
    check(&server, "ABCDEFg!", "200");
    check(
        &server,
        "`~!@#$%^&*()-_=+\\|[{}];:'\",<.>/?"[..32].trim_end(),
        "400 DMS.00500960",
    );
    check(&server, "`~!@#$%^&*()_=+\\|[{}];:'\",<.>Aa1", "200");
    check(&server, "-Abcdef1!", "400 DMS.00500960");
    check(&server, "Abc def1!", "400 DMS.00500960");
    check(&server, "Abcdef1é", "400 DMS.00500960");
    check(&server, "Abcdef1!\0", "400 DMS.00500960");
    verdict(
        &server.json("POST", &users(A), r#"{"access_key":"Abcdef_1"}"#),
        "400 DMS.00500960",
    );
    let same = r#"{"access_key":"Abcdef_1","secret_key":"Abcdef_1"}"#;
    verdict(&server.json("POST", &users(A), same), "400 DMS.00500960");
    let reversed = r#"{"access_key":"Abcdef_1","secret_key":"1_fedcbA"}"#;
    verdict(
        &server.json("POST", &users(A), reversed),
        "400 DMS.00500960",
    );
}

#[test]
fn permissions_and_addresses_have_rules() {
    #[track_caller]
    fn check(server: &Server, field: &str, value: &Value, expected: &str) {
        let body = json!({ field: value });
        verdict(
            &server.json("PUT", &user(A, "order-service"), &body.to_string()),
            expected,
        );
    }
    let server = demo();
    for field in ["default_topic_perm", "default_group_perm"] {
        for perm in ["PUB", "SUB", "PUB|SUB", "DENY", ""] {
            check(&server, field, &json!(perm), "200");
        }
        for perm in ["pub", "SUB|PUB", "ALL", " PUB", "PUB\0"] {
            check(&server, field, &json!(perm), "400 DMS.00400800");
        }
        check(&server, field, &json!(true), "400 DMS.00400085");
        check(&server, field, &json!(null), "200");
    }
    for field in ["topic_perms", "group_perms"] {
        check(&server, field, &json!([]), "200");
        check(
            &server,
            field,
            &json!([{ "name": "主题 🚀/%2F", "perm": "PUB|SUB", "more": 1 }]),
            "200",
        );
        check(&server, field, &json!([{ "name": "t" }]), "200");
        check(
            &server,
            field,
            &json!([{ "name": "", "perm": "SUB" }]),
            "400 DMS.00400800",
        );
        check(
            &server,
            field,
            &json!([{ "perm": "SUB" }]),
            "400 DMS.00400800",
        );
        check(
            &server,
            field,
            &json!([{ "name": "t", "perm": "sub" }]),
            "400 DMS.00400800",
        );
        check(&server, field, &json!([{ "name": 1 }]), "400 DMS.00400085");
        check(&server, field, &json!(["t"]), "400 DMS.00400085");
        check(&server, field, &json!({}), "400 DMS.00400085");
    }
    for addresses in [
        "",
        "*",
        "10.10.10.10",
        "192.168.1.2,192.168.2.3",
        "192.*.*.*",
        "*.*.*.*",
        "0.0.0.0/0",
        "10.0.0.0/32,1.2.3.*",
        "*,1.2.3.4",
    ] {
        check(&server, "white_remote_address", &json!(addresses), "200");
    }
    for addresses in [
        ",",
        "10.10.10.10,",
        "256.1.1.1",
        "1.2.3",
        "1.2.3.4.5",
        "a.b.c.d",
        "::1",
        "10.0.0.0/33",
        "10.0.0.*/8",
        "10.0.0.0/",
        "1.2.3.4 ,1.2.3.4",
        "1.2.3.**",
        "0001.2.3.4",
        "**",
        "１.2.3.4",
        "1.2.3.4\0",
    ] {
        check(
            &server,
            "white_remote_address",
            &json!(addresses),
            "400 DMS.00400800",
        );
    }
    check(
        &server,
        "white_remote_address",
        &json!(["*"]),
        "400 DMS.00400085",
    );
    check(&server, "admin", &json!("true"), "400 DMS.00400085");
    check(&server, "admin", &json!(0), "400 DMS.00400085");
    check(
        &server,
        "secret_key",
        &json!(12_345_678),
        "400 DMS.00400085",
    );
    check(&server, "access_key", &json!({}), "400 DMS.00400085");
}

#[test]
fn lists_in_a_user_end_somewhere() {
    let server = demo();
    let check = |body: &Value, expected: &str| {
        let put = server.json("PUT", &user(A, "order-service"), &body.to_string());
        verdict(&put, expected);
        let mut seeded = body.clone();
        seeded["access_key"] = json!("order-service");
        seeded["secret_key"] = json!("N3w-secret");
        let seed = json!({ "huawei-rocketmq": { "users": [
            { "project_id": PROJECT, "instance_id": A, "users": [seeded] },
        ] } });
        let path = "/_rollcall/namespaces/default/seed";
        let answer = server.json("POST", path, &seed.to_string());
        assert_eq!(answer.status, put.status, "{answer}");
    };
    for field in ["topic_perms", "group_perms"] {
        let entries = |count: usize| -> Value {
            let entry = |number| json!({ "name": format!("n{number}"), "perm": "SUB" });
            json!({ field: (0..count).map(entry).collect::<Vec<_>>() })
        };
        check(&entries(1000), "200");
        check(&entries(1001), "400 DMS.00400800");
        let named = |length| json!({ field: [{ "name": "名".repeat(length), "perm": "SUB" }] });
        check(&named(128), "200");
        check(&named(129), "400 DMS.00400800");
    }
    let addresses = |count| json!({ "white_remote_address": vec!["192.168.1.*"; count].join(",") });
    check(&addresses(1000), "200");
    check(&addresses(1001), "400 DMS.00400800");
}

#[test]
fn bodies_that_are_no_json_object_are_refused() {
    let server = demo();
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    for body in [
        "{",
        "[]",
        "null",
        "1",
        "\"x\"",
        "{}{}",
        "{'a':1}",
        r#"{"admin":true,}"#,
        r#"{"secret_key":"\ud800"}"#,
        &deep,
    ] {
        verdict(&server.json("POST", &users(A), body), "400 DMS.00400005");
    }
    let not_utf8 = server.send("POST", &users(A), &[], b"{\"access_key\":\"\xff\"}");
    verdict(&not_utf8, "400 DMS.00400005");
    verdict(
        &server.json("POST", &users(A), "\u{feff}{}"),
        "400 DMS.00400005",
    );
    // Whatever the content type says.
    let as_text = server.send(
        "POST",
        &users(A),
        &[("content-type", "text/plain")],
        NEW.as_bytes(),
    );
    verdict(&as_text, "200");
    // Of a name twice the last counts, as JSON parsers have it.
    let twice = r#"{"admin":"x","admin":true,"access_key":"twice-over","secret_key":"N3w-secret"}"#;
    assert_eq!(server.json("POST", &users(A), twice).json()["admin"], true);
}
