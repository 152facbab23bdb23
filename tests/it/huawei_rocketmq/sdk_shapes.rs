//! The exact requests of the SDKs, of the contract's signature vectors, and of Terraform.

use serde_json::json;

use super::{A, PROJECT, all_users, names, user, users, verdict};
use crate::server::{Server, demo};

/// The project of the contract's vectors, which the demo does not have.
const VECTOR_PROJECT: &str = "0a1b2c3d4e5f60718293a4b5c6d7e8f9";

fn vector<'a>(signature: &'a str, authorization: &'a mut String) -> Vec<(&'static str, &'a str)> {
    *authorization = format!(
        "SDK-HMAC-SHA256 Access=test-ak, SignedHeaders=content-type;host;user-agent;x-project-id;x-sdk-date, Signature={signature}"
    );
    vec![
        ("Host", "dms.cn-north-4.myhuaweicloud.com"),
        ("Content-Type", "application/json"),
        ("User-Agent", "rollcall-vector"),
        ("X-Project-Id", VECTOR_PROJECT),
        ("X-Sdk-Date", "20260102T030405Z"),
        ("Authorization", authorization),
    ]
}

#[test]
fn the_vectors_of_the_contract_reach_their_operations() {
    let server = demo();
    let list = format!("/v2/{VECTOR_PROJECT}/instances/{A}/users");
    let cases = [
        (
            "GET",
            format!("{list}?limit=10&offset=0"),
            "",
            "60052205b3f70d6ff739f0fda6dfd0f95853a906034e05b2425dbeeed01757f7",
        ),
        (
            "POST",
            list.clone(),
            r#"{"access_key": "test_01", "secret_key": "x1234567@", "white_remote_address": "192.168.1.*", "admin": false, "default_topic_perm": "PUB|SUB", "default_group_perm": "SUB"}"#,
            "c68710242d4abd95306b4593ed8108ba45eaacb9d3586c9d93799aee76c1b1e4",
        ),
        (
            "GET",
            format!("{list}/a%20b%E7%94%A8%E6%88%B7"),
            "",
            "412fdfa84bd6eb16c9ba773d7079b3e8a38f1996ea6119287361137b348deb4e",
        ),
    ];
    for (method, target, body, signature) in cases {
        let mut authorization = String::new();
        let headers = vector(signature, &mut authorization);
        // The instance belongs to another project.
        verdict(
            &server.send(method, &target, &headers, body.as_bytes()),
            "404 DMS.00404022",
        );
        let known = target.replace(VECTOR_PROJECT, PROJECT);
        let expected = match (method, known.contains("a%20b")) {
            ("POST", _) => "400 DMS.00400800", // test_01 is there already
            (_, true) => "400 DMS.00500972",
            _ => "200",
        };
        verdict(
            &server.send(method, &known, &headers, body.as_bytes()),
            expected,
        );
    }
}

#[test]
fn python_sends_blanks_in_json_and_no_body_at_all_where_it_has_none() {
    let server = demo();
    let body = r#"{"access_key": "sdk-python", "secret_key": "N3w-secret", "topic_perms": [{"name": "t", "perm": "SUB"}]}"#;
    verdict(&server.json("POST", &users(A), body), "200");
    verdict(&server.json("POST", &users(A), ""), "400 DMS.00400004");
    let get = server.send(
        "GET",
        &users(A),
        &[("content-type", "application/json")],
        b"",
    );
    verdict(&get, "200");
}

#[test]
fn node_sends_an_empty_object_with_a_get_when_it_is_told_to() {
    let server = demo();
    verdict(&server.json("GET", &users(A), "{}"), "200");
    verdict(&server.json("DELETE", &user(A, "test_01"), "{}"), "200");
}

/// What golangsdk accepts: 200 and nothing else.
#[track_caller]
fn terraform(server: &Server, method: &str, path: &str, body: &str) -> serde_json::Value {
    let headers = [
        ("content-type", "application/json"),
        ("x-language", "en-us"),
        ("accept", "application/json"),
    ];
    let answer = server.send(method, path, &headers, body.as_bytes());
    assert_eq!(answer.status, 200, "{answer}");
    assert_eq!(answer.header("content-type"), Some("application/json"));
    answer.json()
}

#[test]
fn the_terraform_resource_lives_its_whole_life() {
    let server = demo();
    let create = json!({
        "access_key": "testRocketmqAK2", "secret_key": "testRocketmqSK123", "white_remote_address": "10.10.10.10",
        "admin": false, "default_topic_perm": "SUB", "default_group_perm": "PUB",
    });
    let created = terraform(&server, "POST", &users(A), &create.to_string());
    assert_eq!(created["access_key"], "testRocketmqAK2");
    let path = user(A, "testRocketmqAK2");
    assert_eq!(terraform(&server, "GET", &path, ""), created);
    // Every update has both keys and admin; of the other fields only those that are not empty.
    let update = json!({
        "access_key": "testRocketmqAK2", "secret_key": "testRocketmqSK123", "white_remote_address": "10.10.10.20", "admin": true,
        "topic_perms": [{ "name": "topic-1", "perm": "SUB" }],
    });
    let updated = terraform(&server, "PUT", &path, &update.to_string());
    assert_eq!(terraform(&server, "GET", &path, ""), updated);
    assert_eq!(updated["white_remote_address"], "10.10.10.20");
    assert_eq!(updated["default_group_perm"], "PUB");
    // An import compares the secret with the one in the state.
    assert_eq!(updated["secret_key"], "testRocketmqSK123");
    terraform(&server, "DELETE", &path, "");
    let gone = server.get(&path);
    assert_eq!(
        (gone.status, gone.json()["error_code"].as_str()),
        (400, Some("DMS.00500972"))
    );
}

#[test]
fn the_terraform_data_source_pages_until_a_page_is_empty() {
    let server = demo();
    let headers = [("content-type", "application/json;charset=utf8")];
    let mut met = Vec::new();
    loop {
        let target = format!("{}?offset={}", users(A), met.len());
        let answer = server.send("GET", &target, &headers, b"");
        let page = answer.json();
        // The pager takes whichever array it finds, so there has to be exactly one.
        let arrays = page
            .as_object()
            .map(|fields| fields.values().filter(|value| value.is_array()).count());
        assert_eq!((answer.status, arrays), (200, Some(1)));
        let rows = names(page["users"].as_array().expect("a list"));
        if rows.is_empty() {
            break;
        }
        met.extend(rows);
    }
    assert_eq!(met, names(&all_users(&server, A)));
}
