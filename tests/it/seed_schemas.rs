//! The JSON Schemas that editors check seeds against: each takes what the server takes of a whole document, and flags what it
//! refuses. What is in a provider's own part is in that provider's tests.

use std::collections::BTreeSet;
use std::fs;

use jsonschema::Validator;
use serde_json::{Map, Value, json};

use crate::server::{Server, demo};

const PROVIDERS: [&str; 6] = [
    "aliyun-ehpc",
    "huawei-iam",
    "huawei-rocketmq",
    "huawei-workspace",
    "qingcloud-ehpc",
    "volcengine-bytehouse",
];

fn read(file: &str) -> Value {
    let path = format!("{}/seed-data/{file}", env!("CARGO_MANIFEST_DIR"));
    let text = fs::read_to_string(&path).expect("a file");
    serde_json::from_str(&text).unwrap_or_else(|cause| panic!("{path}: {cause}"))
}

fn schema(provider: &str) -> Value {
    read(&format!("{provider}.schema.json"))
}

fn validators() -> Vec<(&'static str, Validator)> {
    let validator = |provider| {
        let schema = jsonschema::validator_for(&schema(provider));
        (provider, schema.expect("a schema"))
    };
    PROVIDERS.into_iter().map(validator).collect()
}

/// Whether the server would take a document.
fn is_taken(server: &Server, document: &Value) -> bool {
    let target = "/_rollcall/namespaces/default/seed?check=true";
    let answer = server.json("PUT", target, &document.to_string());
    assert!([200, 400].contains(&answer.status), "{document}: {answer}");
    answer.status == 200
}

/// The server and all schemas are of one mind about a document.
#[track_caller]
fn check(document: &Value, is_good: bool) {
    assert_eq!(
        is_taken(&demo(), document),
        is_good,
        "the server: {document}"
    );
    for (provider, validator) in validators() {
        let errors: Vec<String> = validator
            .iter_errors(document)
            .map(|error| format!("{error} at {}", error.instance_path()))
            .collect();
        assert_eq!(
            errors.is_empty(),
            is_good,
            "{provider}: {document}: {errors:?}"
        );
    }
}

#[track_caller]
fn check_credential(credential: &Value, is_good: bool) {
    check(&json!({ "credentials": [credential] }), is_good);
}

fn keys(value: &Value) -> BTreeSet<&str> {
    let members = value.as_object().expect("an object");
    members.keys().map(String::as_str).collect()
}

#[test]
fn a_document_may_hold_several_providers_and_credentials() {
    let keys = json!([
        { "access_key": "active", "secret_key": "s" },
        { "access_key": "temporary", "secret_key": "s", "token": "t", "expires": "2042-05-20T08:30:00Z" },
        { "access_key": "off", "secret_key": "s", "disabled": true, "read_only": true },
    ]);
    let mut all = Map::new();
    for provider in PROVIDERS {
        let mut demo = read(&format!("{provider}.json"));
        let part = demo[provider].take();
        check(&json!({ provider: part, "credentials": keys }), true);
        all.insert(provider.to_owned(), part);
    }
    all.insert("$schema".to_owned(), "somewhere".into());
    all.insert("credentials".to_owned(), keys);
    check(&Value::Object(all), true);
    check(
        &json!({ "qingcloud-ehpc": {}, "volcengine-bytehouse": {} }),
        true,
    );
}

#[test]
fn what_the_server_refuses_outside_of_a_provider_is_flagged() {
    check(&json!({ "aliyun-ehpcs": {} }), false);
    check(&json!({ "qingcloud-ehpc": {}, "aliyun_ehpc": {} }), false);
    check(&json!({ "qingcloud-ehpc": {}, "credential": [] }), false);
    check(&json!({ "volcengine-bytehouse": [] }), false);
    check(&json!({ "credentials": {} }), false);
    check(&json!([]), false);
}

#[test]
fn a_credential_is_checked_by_every_schema() {
    for good in [
        json!({ "access_key": "a", "secret_key": "s" }),
        // As exports write it.
        json!({ "access_key": "a", "secret_key": "s", "token": null, "disabled": false, "read_only": false, "expires": null }),
        json!({ "access_key": "a", "secret_key": "s", "expires": "2042-05-20t08:30:00.5+08:00" }),
        json!({ "access_key": "a", "secret_key": "s", "expires": "2042-05-20 08:30:00Z" }),
        json!({ "access_key": "a", "$delete": true }),
        json!({ "access_key": "", "secret_key": "", "$delete": true }),
        json!({ "access_key": "a", "secret_key": "s", "$delete": false }),
    ] {
        check_credential(&good, true);
    }
    for wrong in [
        json!({ "acces_key": "a", "secret_key": "s" }),
        json!({ "access_key": "a", "secret_key": "s", "readonly": true }),
        json!({ "access_key": "a", "secret_key": "s", "delete": true }),
        json!({ "access_key": "a" }),
        json!({ "access_key": "a", "$delete": false }),
        json!({ "secret_key": "s" }),
        json!({ "access_key": "", "secret_key": "s" }),
        json!({ "access_key": "a~b", "secret_key": "s" }),
        json!({ "access_key": "a", "secret_key": "" }),
        json!({ "access_key": "a", "secret_key": null }),
        json!({ "access_key": 1, "secret_key": "s" }),
        json!({ "access_key": "a", "secret_key": "s", "token": 1 }),
        json!({ "access_key": "a", "secret_key": "s", "disabled": "yes" }),
        json!({ "access_key": "a", "secret_key": "s", "read_only": null }),
        json!({ "access_key": "a", "secret_key": "s", "expires": "2042-05-20" }),
        json!({ "access_key": "a", "secret_key": "s", "expires": 2_282_805_000_u32 }),
        json!("a:s"),
    ] {
        check_credential(&wrong, false);
    }
}

#[test]
fn every_schema_knows_the_providers_and_the_members_of_a_credential() {
    let server = demo();
    let providers = server.get("/_rollcall/providers").json();
    let mut expected: BTreeSet<String> = ["$schema", "credentials"].map(str::to_owned).into();
    for provider in providers.as_array().expect("a list") {
        expected.insert(provider["id"].as_str().expect("an id").to_owned());
    }
    // The server names its members where it refuses another.
    let wrong = json!({ "credentials": [{ "another": 1 }] }).to_string();
    let refused = server.json(
        "PUT",
        "/_rollcall/namespaces/default/seed?check=true",
        &wrong,
    );
    let refused = refused.json()["detail"].to_string();
    let (_, named) = refused.split_once("expected one of").expect(&refused);
    let members: BTreeSet<&str> = named.split('`').skip(1).step_by(2).collect();
    assert!(6 < members.len(), "{refused}");
    let first = schema(PROVIDERS[0]);
    for provider in PROVIDERS {
        let schema = schema(provider);
        let parts = &schema["properties"];
        let known: BTreeSet<&str> = expected.iter().map(String::as_str).collect();
        assert_eq!(keys(parts), known, "{provider}");
        let described = &parts["credentials"]["items"]["properties"];
        assert_eq!(keys(described), members, "{provider}");
        for (name, member) in described.as_object().expect("members") {
            assert!(member["description"].is_string(), "{provider}: {name}");
        }
        assert_eq!(
            parts["credentials"], first["properties"]["credentials"],
            "{provider} describes credentials as all do"
        );
    }
}
