//! The exact requests of the SDKs and of Terraform.

use serde_json::json;

use super::{DOMAIN, PROJECT, TOKENS, password, subject};
use crate::server::demo;

#[test]
fn python_looks_its_project_up() {
    // Vector V5: signed with these three headers only.
    let headers = [
        ("User-Agent", "huaweicloud-usdk-python/3.0"),
        ("X-Sdk-Date", "20240520T083000Z"),
        (
            "Authorization",
            "SDK-HMAC-SHA256 Access=test-ak, SignedHeaders=host;user-agent;x-sdk-date, Signature=0",
        ),
    ];
    let server = demo();
    let answer = server.send("GET", "/v3/projects?name=cn-north-4", &headers, b"");
    let projects = answer.json()["projects"]
        .as_array()
        .expect("a list")
        .clone();
    assert_eq!((projects.len(), &projects[0]["id"]), (1, &json!(PROJECT)));
    let domains = server.send("GET", "/v3/auth/domains", &headers, b"").json();
    assert_eq!(domains["domains"][0]["id"], DOMAIN);
}

#[test]
fn python_and_node_get_a_temporary_key_each_in_its_own_way() {
    let server = demo();
    let path = "/v3.0/OS-CREDENTIAL/securitytokens";
    let in_body = r#"{"auth": {"identity": {"methods": ["token"], "token": {"id": "x", "duration_seconds": 21600}}}}"#;
    let in_header =
        r#"{"auth":{"identity":{"methods":["token"],"token":{"duration_seconds":21600}}}}"#;
    let headers = [("content-type", "application/json;charset=UTF-8")];
    assert_eq!(
        server
            .send("POST", path, &headers, in_body.as_bytes())
            .status,
        201
    );
    let headers = [("content-type", "application/json"), ("x-auth-token", "x")];
    assert_eq!(
        server
            .send("POST", path, &headers, in_header.as_bytes())
            .status,
        201
    );
}

#[test]
fn terraform_starts_with_keys() {
    let server = demo();
    let answer = server.get("/v3/auth/catalog");
    assert_eq!(answer.status, 200, "{answer}");
    let domains = server.get("/v3/auth/domains").json();
    assert_eq!(domains["domains"].as_array().map(Vec::len), Some(1));
    for domain_id in ["", DOMAIN] {
        let answer = server
            .get(&format!(
                "/v3/projects?domain_id={domain_id}&name=cn-north-4"
            ))
            .json();
        assert_eq!(
            (
                answer["projects"].as_array().map(Vec::len),
                &answer["projects"][0]["id"]
            ),
            (Some(1), &json!(PROJECT))
        );
    }
}

#[test]
fn terraform_starts_with_a_password_and_a_slash_behind_the_path() {
    let server = demo();
    let body = password(&json!({ "project": { "name": "cn-north-4" } })).to_string();
    for path in [TOKENS, "/v3/auth/tokens/", "/v3/auth/tokens?nocatalog=true"] {
        let answer = server.json("POST", path, &body);
        let services = answer.json()["token"]["catalog"].as_array().map(Vec::len);
        let expected = if path.contains("nocatalog") { 0 } else { 3 };
        assert_eq!((answer.status, services), (201, Some(expected)), "{path}");
        let text = subject(&answer);
        let headers = [
            ("x-auth-token", text.as_str()),
            ("x-subject-token", text.as_str()),
        ];
        assert_eq!(
            server.send("GET", "/v3/auth/tokens/", &headers, b"").status,
            200
        );
    }
}
