//! The built-in data, its schema, and what a seed may not hold.

use std::fs;

use rollcall::{Options, Rollcall};
use serde_json::{Value, json};

use super::{A, PROJECT, all_users, users};
use crate::server::{demo, with};

fn schema() -> Value {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/seed-data/huawei-rocketmq.schema.json"
    );
    serde_json::from_str(&fs::read_to_string(path).expect("the schema is there")).expect("JSON")
}

/// Starts with a document, or says why not.
fn start(document: &Value) -> Result<crate::server::Server, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("seed.json");
    fs::write(&path, document.to_string()).expect("a file");
    let options = Options::default().seed([path]);
    Rollcall::start_with(&options).map_err(|cause| cause.to_string())?;
    Ok(with(options))
}

fn document(instances: &Value, users: &Value) -> Value {
    json!({ "huawei-rocketmq": {
        "projects": [{ "project_id": PROJECT, "instances": instances }],
        "users": [{ "project_id": PROJECT, "instance_id": A, "users": users }],
    } })
}

#[test]
fn the_built_in_data_fits_its_schema() {
    let validator = jsonschema::validator_for(&schema()).expect("a valid schema");
    for path in [
        "/seed-data/huawei-rocketmq.json",
        "/tests/it/huawei_rocketmq/documents.json",
    ] {
        let text =
            fs::read_to_string(format!("{}{path}", env!("CARGO_MANIFEST_DIR"))).expect("a file");
        let document: Value = serde_json::from_str(&text).expect("JSON");
        let errors: Vec<String> = validator
            .iter_errors(&document)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert!(errors.is_empty(), "{path}: {errors:#?}");
    }
}

#[test]
fn the_first_users_are_the_samples_of_the_contract() {
    let all = all_users(&demo(), A);
    let samples = [
        r#"{"access_key":"test_01","admin":false,"default_group_perm":"DENY","default_topic_perm":"SUB","group_perms":[],"secret_key":"x1234567@","topic_perms":[],"white_remote_address":""}"#,
        r#"{"access_key":"order-service","admin":false,"default_group_perm":"DENY","default_topic_perm":"DENY","group_perms":[{"name":"order-workers","perm":"SUB"}],"secret_key":"Ord3r$ervice","topic_perms":[{"name":"orders","perm":"PUB|SUB"},{"name":"refunds","perm":"PUB"}],"white_remote_address":"192.168.1.2,192.168.2.3"}"#,
        r#"{"access_key":"mq_admin_root","admin":true,"default_group_perm":"SUB","default_topic_perm":"PUB|SUB","group_perms":[],"secret_key":"Adm1n#Secret2024","topic_perms":[],"white_remote_address":"10.0.*.*"}"#,
        r#"{"access_key":"reporting_ro","admin":false,"default_group_perm":"SUB","default_topic_perm":"SUB","group_perms":[],"secret_key":"Report1ng_ro","topic_perms":[{"name":"salaries","perm":"DENY"}],"white_remote_address":""}"#,
        r#"{"access_key":"testRocketmqAK","admin":false,"default_group_perm":"PUB","default_topic_perm":"SUB","group_perms":[],"secret_key":"testRocketmqSK123","topic_perms":[],"white_remote_address":"10.10.10.20"}"#,
    ];
    for (user, sample) in all.iter().zip(samples) {
        assert_eq!(user.to_string(), sample);
    }
}

#[test]
fn real_answers_can_be_pasted_in() {
    let server = start(&json!({ "huawei-rocketmq": {
        "projects": [{ "project_id": PROJECT, "instance_num": 1, "instances": [
            { "instance_id": A, "name": "pasted", "engine": "reliability", "vpc_name": "vpc-1", "tags": [{ "key": "k", "value": "v" }], "node_num": 3 },
        ] }],
        "users": [{ "project_id": PROJECT, "instance_id": A, "total": 1, "users": [
            { "access_key": "pasted-user", "secret_key": "P4sted-user" },
        ] }],
    } }))
    .expect("a good seed");
    let instance = server.get(&format!("/v2/{PROJECT}/instances/{A}")).json();
    assert_eq!(
        (&instance["vpc_name"], &instance["node_num"]),
        (&json!("vpc-1"), &json!(3))
    );
    assert_eq!(server.get(&users(A)).json()["total"], 1);
}

#[test]
fn merging_brings_up_to_date_and_deletes_by_name() {
    let one = |name: &str, address: &str| json!({ "access_key": name, "secret_key": "S3cret-of-it", "white_remote_address": address });
    let seed = json!({ "huawei-rocketmq": {
        "projects": [{ "project_id": PROJECT, "instances": [{ "instance_id": A }] }],
        "users": [
            { "project_id": PROJECT, "instance_id": A, "users": [one("first-user", ""), one("second-user", ""), one("third-user", "")] },
            { "project_id": PROJECT, "instance_id": A, "users": [{ "access_key": "second-user", "$delete": true }, one("first-user", "10.0.0.1"), { "access_key": "unknown-user", "$delete": true }] },
        ],
    } });
    let all = all_users(&start(&seed).expect("a good seed"), A);
    assert_eq!(super::names(&all), ["first-user", "third-user"]);
    assert_eq!(all[0]["white_remote_address"], "10.0.0.1");
}

#[test]
fn a_deleted_instance_takes_its_users_with_it() {
    let seed = json!({ "huawei-rocketmq": { "projects": [{ "project_id": PROJECT, "instances": [
        { "instance_id": A }, { "instance_id": A, "$delete": true }, { "instance_id": A, "name": "again" },
    ] }] } });
    let server = start(&seed).expect("a good seed");
    assert_eq!(server.get(&users(A)).json()["total"], 0);
    assert_eq!(
        server.get(&format!("/v2/{PROJECT}/instances")).json()["instances"][0]["name"],
        "again"
    );
}

#[test]
fn a_broken_rule_is_named_with_its_place_and_value() {
    #[track_caller]
    fn check(instances: &Value, users: &Value, expected: &str) {
        match start(&document(instances, users)) {
            Ok(_) => panic!("the seed was taken, expected: {expected}"),
            Err(message) => assert!(message.contains(expected), "{message}"),
        }
    }
    let a = || json!([{ "instance_id": A }]);
    check(
        &json!([{ "instance_id": "x" }]),
        &json!([]),
        r#"at huawei-rocketmq.projects[0].instances[0].instance_id: "x" is not an instance id"#,
    );
    check(
        &json!([{ "instance_id": A.to_uppercase() }]),
        &json!([]),
        "is not an instance id",
    );
    check(
        &json!([{}]),
        &json!([]),
        r#"instances[0].instance_id: "" is not an instance id"#,
    );
    check(
        &json!([{ "instance_id": A, "status": "RUNING" }]),
        &json!([]),
        r#"instances[0].status: "RUNING" is not a status; it can be CREATING, RUNNING"#,
    );
    check(
        &json!([{ "instance_id": A, "engine": "kafka" }]),
        &json!([]),
        r#"instances[0].engine: "kafka" is another engine"#,
    );
    check(
        &json!([{ "instance_id": A, "created_at": "yesterday" }]),
        &json!([]),
        r#"instances[0].created_at: "yesterday" is not a time"#,
    );
    check(
        &json!([{ "instance_id": A, "enable_acl": "yes" }]),
        &json!([]),
        r#"instances[0].enable_acl: invalid type: string "yes", expected a boolean"#,
    );
    check(
        &json!([{ "instance_id": A, "nonsense": 1 }]),
        &json!([]),
        "unknown field `nonsense`",
    );
    check(
        &json!(["x"]),
        &json!([]),
        r#"at huawei-rocketmq.projects[0].instances[0]: invalid type: string "x", expected an object"#,
    );
    check(
        &json!([]),
        &json!([]),
        r#"at huawei-rocketmq.users[0].instance_id: project "0bec5db98280d2d02fd6c00c2de791ce" has no instance"#,
    );
    check(
        &a(),
        &json!([{ "access_key": "short" }]),
        r#"at huawei-rocketmq.users[0].users[0].access_key: access_key is "short"; it takes 7 to 64"#,
    );
    check(
        &a(),
        &json!([{ "access_key": "good-name", "secret_key": "weak" }]),
        "users[0].secret_key: secret_key takes 8 to 32 characters; the server was not started",
    );
    check(
        &a(),
        &json!([{ "access_key": "good-name" }]),
        "users[0].secret_key: secret_key takes 8 to 32 characters",
    );
    check(
        &a(),
        &json!([{ "access_key": "good-name", "secret_key": "G00d-secret", "white_remote_address": "x" }]),
        "users[0].white_remote_address",
    );
    check(
        &a(),
        &json!([{ "access_key": "good-name", "secret_key": "G00d-secret", "default_topic_perm": "ALL" }]),
        "users[0].users[0].default_topic_perm: unknown value `ALL`",
    );
    check(
        &a(),
        &json!([{ "access_key": "good-name", "secret_key": "G00d-secret", "topic_perms": [{ "name": "", "perm": "SUB" }] }]),
        r#"users[0].topic_perms[0].name: "" is not the name"#,
    );
    check(
        &a(),
        &json!([{ "access_key": "good-name", "admin": "no" }]),
        "users[0].users[0].admin: invalid type",
    );
    let bad_project =
        json!({ "huawei-rocketmq": { "projects": [{ "project_id": "a.b", "instances": [] }] } });
    let message = start(&bad_project).err().expect("a bad seed");
    assert!(
        message.contains(r#"at huawei-rocketmq.projects[0].project_id: "a.b" is not a project id"#),
        "{message}"
    );
    let two_projects = json!({ "huawei-rocketmq": { "projects": [
        { "project_id": PROJECT, "instances": [{ "instance_id": A }] }, { "project_id": "other", "instances": [{ "instance_id": A }] },
    ] } });
    let message = start(&two_projects).err().expect("a bad seed");
    assert!(
        message.contains("projects[1].instances[0].instance_id")
            && message.contains("is an instance of project"),
        "{message}"
    );
}
