//! The built-in data, its schema, and what a seed may not hold.

use std::fs;

use rollcall::{Options, Rollcall};
use serde_json::{Value, json};

use super::DOMAIN;
use crate::server::with;

/// Starts with this provider's part of a document, or says why not.
fn start(part: &Value) -> Result<crate::server::Server, String> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("seed.json");
    fs::write(&path, json!({ "huawei-iam": part }).to_string()).expect("a file");
    let options = Options::default().seed([path]);
    Rollcall::start_with(&options).map_err(|cause| cause.to_string())?;
    Ok(with(options))
}

#[test]
fn the_built_in_data_fits_its_schema() {
    let read = |name: &str| -> Value {
        let path = format!("{}/seed-data/{name}", env!("CARGO_MANIFEST_DIR"));
        serde_json::from_str(&fs::read_to_string(path).expect("a file")).expect("JSON")
    };
    let schema = read("huawei-iam.schema.json");
    let validator = jsonschema::validator_for(&schema).expect("a valid schema");
    let demo = read("huawei-iam.json");
    let errors: Vec<String> = validator
        .iter_errors(&demo)
        .map(|error| format!("{error} at {}", error.instance_path()))
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
}

#[test]
fn what_the_look_ups_answer_can_be_pasted_in() {
    let server = crate::server::demo();
    let domains = server.get("/v3/auth/domains").json();
    let projects = server.get("/v3/projects").json();
    let pasted = json!({ "domains": domains["domains"], "projects": projects["projects"], "links": projects["links"] });
    let again = start(&pasted).expect("a good seed");
    let mut expected = projects["projects"].clone();
    let mut found = again.get("/v3/projects").json()["projects"].clone();
    for list in [&mut expected, &mut found] {
        for project in list.as_array_mut().expect("a list") {
            project.as_object_mut().expect("an object").remove("links");
        }
    }
    assert_eq!(found, expected);
}

#[test]
fn merging_brings_up_to_date_and_deletes_by_id() {
    let domain = |id: &str, name: &str| json!({ "id": id, "name": name });
    let project = |id: &str, name: &str| json!({ "id": id, "name": name, "domain_id": "d1" });
    let server = start(&json!({
        "domains": [domain("d1", "One"), domain("d2", "Two"), domain("d1", "Uno"), { "id": "d2", "$delete": true }],
        "users": [{ "id": "u1", "name": "somebody", "domain_id": "d1", "password": "x" }, { "id": "u1", "$delete": true }],
        "projects": [project("p1", "a"), project("p2", "b"), { "id": "p1", "$delete": true }, project("p2", "c")],
    }))
    .expect("a good seed");
    assert_eq!(
        server.get("/v3/auth/domains").json()["domains"][0]["name"],
        "Uno"
    );
    let projects = server.get("/v3/projects").json()["projects"].clone();
    assert_eq!(projects.as_array().map(Vec::len), Some(1));
    assert_eq!(
        (&projects[0]["id"], &projects[0]["name"]),
        (&json!("p2"), &json!("c"))
    );
}

#[test]
fn a_broken_rule_is_named_with_its_place_and_value() {
    #[track_caller]
    fn check(part: &Value, expected: &str) {
        match start(part) {
            Ok(_) => panic!("the seed was taken, expected: {expected}"),
            Err(message) => assert!(message.contains(expected), "{message}"),
        }
    }
    let domain = || json!([{ "id": DOMAIN, "name": "IAMDomain" }]);
    let user = |user: Value| json!({ "domains": domain(), "users": [user] });
    check(
        &json!({ "domains": [{ "id": "a b", "name": "x" }] }),
        r#"at huawei-iam.domains[0].id: "a b" is not an id"#,
    );
    check(
        &json!({ "domains": [{ "id": "a" }] }),
        r#"domains[0].name: "" is not a name"#,
    );
    check(
        &json!({ "domains": [{ "id": "a", "name": "x" }, { "id": "b", "name": "x" }] }),
        r#"domains[1].name: "x" is the name of another domain there"#,
    );
    check(
        &json!({ "projects": [{ "id": "p", "name": "n", "domain_id": "nowhere" }] }),
        r#"projects[0].domain_id: there is no domain "nowhere""#,
    );
    check(
        &json!({ "domains": domain(), "projects": [{ "id": "p", "name": "n\n", "domain_id": DOMAIN }] }),
        "projects[0].name",
    );
    check(
        &user(json!({ "id": "u", "name": "n", "domain_id": DOMAIN, "password": "" })),
        r#"users[0].password: "" is not a password"#,
    );
    check(
        &user(json!({ "id": "u", "name": "n", "domain_id": DOMAIN, "password_hash": "x" })),
        "users[0].password_hash: that is not a hash; it is",
    );
    check(
        &user(
            json!({ "id": "u", "name": "n", "domain_id": DOMAIN, "password": "x", "password_hash": "x" }),
        ),
        "give one of the two",
    );
    check(
        &user(json!({ "id": "u", "name": "n", "domain_id": DOMAIN, "enabled": "yes" })),
        r#"users[0].enabled: invalid type: string "yes""#,
    );
    check(
        &user(json!({ "id": "u", "nonsense": 1 })),
        "unknown field `nonsense`",
    );
    check(
        &json!([]),
        "at huawei-iam: a provider's part must be an object",
    );
}
