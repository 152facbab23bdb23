//! ListUser, the access policies and the instances.

use std::path::PathBuf;

use proptest::prelude::*;
use rollcall::Options;
use serde_json::json;

use super::{A, B, C, PROJECT, UNKNOWN, all_users, explanation, names, user, users};
use crate::server::{Server, demo, with};

/// A server that holds the document's own example and nothing else.
pub(super) fn documents() -> Server {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/tests/it/huawei_rocketmq/documents.json"
    );
    with(Options::default().seed([PathBuf::from(path)]))
}

#[test]
fn the_example_of_the_document_is_answered_byte_for_byte() {
    // As in 004_09b76f0ed358f6b1.txt, without the blanks that its page adds.
    let example = r#"{"users":[{"access_key":"test_01","admin":false,"default_group_perm":"DENY","default_topic_perm":"SUB","group_perms":[],"secret_key":"x1234567@","topic_perms":[],"white_remote_address":""}],"total":1}"#;
    let server = documents();
    let answer = server.get(&format!("{}?offset=0&limit=10", users(A)));
    assert_eq!(answer.text(), example);
    assert_eq!(answer.status, 200);
}

#[test]
fn the_whole_answer_of_a_page() {
    insta::assert_snapshot!(demo().get(&format!("{}?limit=2", users(A))));
}

#[test]
fn limit_and_offset_bounds() {
    #[track_caller]
    fn check(server: &Server, query: &str, expected: &str) {
        for path in [
            users(A),
            format!("/v2/{PROJECT}/instances/{A}/topics/t/accesspolicy"),
            format!("/v2/{PROJECT}/rocketmq/instances/{A}/groups/g/accesspolicy"),
            format!("/v2/reliability/{PROJECT}/instances/{A}/groups/g/accesspolicy"),
        ] {
            let answer = server.get(&format!("{path}?{query}"));
            assert_eq!(answer.verdict(), expected, "{path}?{query}");
        }
    }
    let server = demo();
    check(&server, "limit=1", "200");
    check(&server, "limit=50", "200");
    check(&server, "limit=050", "200");
    check(&server, "limit=51", "400 DMS.00400062");
    check(&server, "limit=0", "400 DMS.00400062");
    check(&server, "limit=-1", "400 DMS.00400062");
    check(&server, "limit=+1", "400 DMS.00400062");
    check(&server, "limit=%2B1", "400 DMS.00400062");
    check(&server, "limit=1.0", "400 DMS.00400062");
    check(&server, "limit=ten", "400 DMS.00400062");
    check(&server, "limit=%00", "400 DMS.00400062");
    check(&server, "limit=%EF%BC%91", "400 DMS.00400062"); // a digit one, but of full width
    check(&server, "limit=99999999999999999999", "400 DMS.00400062");
    check(&server, "offset=-1", "400 DMS.40050010");
    check(&server, "offset=x", "400 DMS.40050010");
    check(&server, "offset=2147483647", "200");
    check(&server, "offset=2147483648", "400 DMS.40050010");
    check(&server, "offset=99999999999999999999", "400 DMS.40050010");
    check(&server, "offset=x&limit=x", "400 DMS.40050010");
    check(&server, "limit=&offset=", "200");
    check(&server, "limit", "200");
    check(&server, "limit=x&limit=5", "200");
    check(&server, "limit=5&limit=x", "400 DMS.00400062");
    check(&server, "Limit=x&unknown=%zz%ff&=&&", "200");
}

#[test]
fn a_refused_limit_is_explained() {
    let server = demo();
    server.get(&format!("{}?limit=51", users(A)));
    let explanation = explanation(&server);
    assert!(
        explanation.contains(r#"limit is \"51\"; it takes 1 to 50, in digits"#),
        "{explanation}"
    );
}

#[test]
fn the_default_page_has_ten_users_and_the_demo_more_than_two_of_them() {
    let server = demo();
    let page = server.get(&users(A)).json();
    assert_eq!(page["users"].as_array().map(Vec::len), Some(10));
    assert!(20 < page["total"].as_u64().expect("a number"));
}

#[test]
fn past_the_end_is_an_empty_page_with_the_true_total() {
    let server = demo();
    let total = all_users(&server, A).len();
    for offset in [total, total + 1, 2_147_483_647] {
        let answer = server.get(&format!("{}?offset={offset}", users(A)));
        assert_eq!(answer.text(), format!(r#"{{"users":[],"total":{total}}}"#));
    }
}

#[test]
fn an_instance_without_users_has_an_empty_list() {
    assert_eq!(demo().get(&users(C)).text(), r#"{"users":[],"total":0}"#);
}

#[test]
fn every_user_of_a_5_x_instance_is_an_administrator() {
    for user in all_users(&demo(), B) {
        assert_eq!(user["admin"], true);
        assert_eq!(user["default_topic_perm"], "PUB|SUB");
        assert_eq!(user["default_group_perm"], "SUB");
    }
}

#[test]
fn a_user_is_shown_as_it_is_listed() {
    let server = demo();
    for listed in all_users(&server, A) {
        let name = listed["access_key"].as_str().expect("a name");
        assert_eq!(server.get(&user(A, name)).json(), listed);
    }
}

#[test]
fn names_are_case_sensitive() {
    let server = demo();
    assert_eq!(server.get(&user(A, "Test_01x")).status, 200);
    assert_eq!(
        server.get(&user(A, "TEST_01X")).verdict(),
        "400 DMS.00500972"
    );
}

#[test]
fn walks_meet_every_user_once_and_in_order_whatever_the_size_of_the_pages() {
    let server = demo();
    let everyone = names(&all_users(&server, A));
    proptest!(ProptestConfig::with_cases(12), |(size in 1_usize..=50, start in 0_usize..30)| {
        let mut met = Vec::new();
        loop {
            let offset = start + met.len();
            let page = server.get(&format!("{}?limit={size}&offset={offset}", users(A))).json();
            prop_assert_eq!(&page["total"], everyone.len());
            let rows = names(page["users"].as_array().expect("a list"));
            if rows.is_empty() {
                break;
            }
            met.extend(rows);
        }
        prop_assert_eq!(met, &everyone[start.min(everyone.len())..]);
    });
}

#[test]
fn policies_show_what_each_user_may_do_with_a_topic() {
    let server = documents();
    let path = |topic: &str| format!("/v2/{PROJECT}/instances/{A}/topics/{topic}/accesspolicy");
    insta::assert_snapshot!(server.get(&path("orders")).text(), @r#"{"policies":[{"access_key":"test_01","white_remote_address":"","admin":false,"perm":"SUB"}],"total":1,"name":"orders"}"#);
    let server = demo();
    let perm = |topic: &str, name: &str| {
        let page = server.get(&format!("{}?limit=50", path(topic))).json();
        let policies = page["policies"].as_array().expect("a list").clone();
        let policy = policies.iter().find(|policy| policy["access_key"] == name);
        policy.expect("every user has a policy")["perm"].clone()
    };
    assert_eq!(perm("orders", "order-service"), "PUB|SUB");
    assert_eq!(perm("refunds", "order-service"), "PUB");
    assert_eq!(perm("salaries", "order-service"), "DENY");
    assert_eq!(perm("salaries", "reporting_ro"), "DENY");
    assert_eq!(perm("salaries", "mq_admin_root"), "PUB|SUB");
    // Whatever it was given by name.
    assert_eq!(perm("ignored-for-admins", "second_admin"), "PUB|SUB");
    assert_eq!(perm("%E8%AE%A2%E5%8D%95", "Zhang-Wei_01"), "PUB|SUB");
    assert_eq!(perm("a%2Fb%20c", "emoji_topics"), "SUB");
    assert_eq!(server.get(&path("a%2Fb%20c")).json()["name"], "a/b c");
}

#[test]
fn both_paths_of_a_group_show_the_same_policies() {
    let server = demo();
    let newer = format!("/v2/{PROJECT}/rocketmq/instances/{A}/groups/order-workers/accesspolicy");
    let older = |engine: &str| {
        format!("/v2/{engine}/{PROJECT}/instances/{A}/groups/order-workers/accesspolicy")
    };
    let answer = server.get(&newer).json();
    assert_eq!(answer["total"], all_users(&server, A).len());
    assert_eq!(answer["policies"][1]["perm"], "SUB"); // order-service, by name
    assert_eq!(answer["policies"][2]["perm"], "SUB"); // mq_admin_root, an administrator
    assert_eq!(answer["policies"][4]["perm"], "PUB"); // testRocketmqAK, by default
    assert_eq!(server.get(&older("rocketmq")).json(), answer);
    assert_eq!(server.get(&older("reliability")).json(), answer);
    assert_eq!(
        server
            .get(&format!("/huawei-rocketmq{}", older("kafka")))
            .verdict(),
        "404 APIGW.0101"
    );
}

#[test]
fn instances_are_filtered() {
    #[track_caller]
    fn check(server: &Server, query: &str, expected: usize) {
        let answer = server.get(&format!("/v2/{PROJECT}/instances?{query}"));
        let body = answer.json();
        assert_eq!(body["instance_num"], expected, "{query}");
        assert_eq!(
            body["instances"].as_array().map(Vec::len),
            Some(expected),
            "{query}"
        );
    }
    let server = demo();
    check(&server, "", 9);
    check(&server, "engine=reliability", 9);
    check(&server, "engine=rocketmq", 9);
    check(&server, "engine=kafka", 0);
    check(&server, "engine=", 9);
    check(&server, "name=rocketmq-", 8);
    check(&server, "name=%E8%AE%A2%E5%8D%95", 1);
    check(&server, "name=rocketmq-&exact_match_name=true", 0);
    check(&server, "name=rocketmq-open&exact_match_name=true", 1);
    check(&server, "name=%25", 0);
    check(&server, &format!("instance_id={B}"), 1);
    check(&server, &format!("instance_id={UNKNOWN}"), 0);
    check(&server, "status=RUNNING", 3);
    check(&server, "status=running", 0);
    for status in [
        "CREATING",
        "ERROR",
        "RESTARTING",
        "EXTENDING",
        "EXTENDEDFAILED",
        "DELETING",
    ] {
        check(&server, &format!("status={status}"), 1);
    }
    check(&server, "status=RUNNING&name=open", 1);
}

#[test]
fn the_list_of_instances_refuses_to_start_behind_its_end() {
    let server = demo();
    let list = |query: &str| server.get(&format!("/v2/{PROJECT}/instances?{query}"));
    assert_eq!(
        list("limit=2&offset=8").json()["instances"]
            .as_array()
            .map(Vec::len),
        Some(1)
    );
    assert_eq!(list("offset=9").verdict(), "400 DMS.40050010");
    assert_eq!(list("offset=0&status=none").verdict(), "200");
    assert_eq!(list("limit=51").verdict(), "400 DMS.00400062");
}

#[test]
fn an_instance_is_shown_as_it_is_listed() {
    let server = demo();
    let list = server.get(&format!("/v2/{PROJECT}/instances")).json();
    for listed in list["instances"].as_array().expect("a list") {
        let id = listed["instance_id"].as_str().expect("an id");
        let shown = server.get(&format!("/v2/{PROJECT}/instances/{id}"));
        assert_eq!(&shown.json(), listed);
    }
    insta::assert_snapshot!(server.get(&format!("/v2/{PROJECT}/instances/{A}")));
}

#[test]
fn an_instance_says_where_its_servers_would_be() {
    let server = demo();
    let list = server
        .get(&format!("/v2/{PROJECT}/instances?limit=50"))
        .json();
    let instance = |id: &str| {
        let shown = server.get(&format!("/v2/{PROJECT}/instances/{id}")).json();
        let rows = list["instances"].as_array().expect("a list");
        let listed = rows.iter().find(|row| row["instance_id"] == id);
        assert_eq!(listed, Some(&shown));
        shown
    };
    let old = instance("68fdc9a8-805e-439d-8dd9-25adc1c58bf6");
    assert_eq!(old["product_id"], "c6.4u8g.cluster");
    assert_eq!(old["tags"], json!([{ "key": "env", "value": "test" }]));
    assert_eq!(
        old["namesrv_address"],
        "192.168.0.11:8100;192.168.0.12:8100"
    );
    assert_eq!(
        old["broker_address"],
        "192.168.0.21:10100;192.168.0.22:10100"
    );
    assert!(old.get("grpc_address").is_none(), "engine 4.8.0 has none");
    let new = instance("0d3f1c52-6f0e-4c43-9a55-5b1d6f5c5000");
    assert_eq!(new["grpc_address"], "192.168.0.31:8080");
    let bare = instance("7f2b8a10-3c4d-4e5f-8a9b-0c1d2e3f4800");
    let defaults = [
        "product_id",
        "enterprise_project_id",
        "maintain_begin",
        "maintain_end",
        "namesrv_address",
    ];
    assert_eq!(
        defaults.map(|name| bare[name].clone()),
        ["", "0", "02:00:00", "06:00:00", ""]
    );
    assert_eq!(bare["tags"], json!([]));
}
